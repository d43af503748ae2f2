//! Writing to a store: one thread at a time, first to the journal and then to
//! the index.

use std::sync::atomic::Ordering;

use super::commit::{CommitNote, TOLD, applied, commit_info};
use super::handle::Store;
use super::import_options::ImportReport;
use super::transaction::{Outcome, Staged, Transaction};
use super::world_files::WorldFiles;
use super::writer_turn::TakenTurn;
use crate::error::Error;
use crate::index::{BulkLoad, MutationBatch};
use crate::journal::{Commit, Entry, EntrySourceError, JournalHead};
use crate::say::Task;

impl Store {
    /// Changes the store: everything that `change` does becomes part of it at
    /// once and durably, or nothing of it if `change` returns an error.
    ///
    /// `message` says why, and is kept with the commit. `change` may return
    /// any error into which an [`Error`] can be turned.
    ///
    /// ```
    /// # use tractat::{Error, Fact, Store, Vocabulary};
    /// # let words = "[world]\nname = \"boards\"\n[actions.resigned]\nlabel = \"resignation\"\n";
    /// # let store = Store::in_memory(&Vocabulary::from_toml(words)?)?;
    /// let ((), outcome) = store.transact(Some("two resignations"), |transaction| {
    ///     for name in ["ada", "ben"] {
    ///         let (subject, action) = (name.to_owned(), "resigned".to_owned());
    ///         transaction.assert(Fact { subject, action, ..Fact::default() })?;
    ///     }
    ///     Ok::<_, Error>(())
    /// })?;
    /// assert_eq!(outcome.new, 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// What `change` returns. Otherwise, if nothing can be written, if the
    /// entities that `change` defined do not fit together, or if the disk refuses.
    pub fn transact<T, E: From<Error>>(
        &self,
        message: Option<&str>,
        change: impl FnOnce(&mut Transaction<'_>) -> Result<T, E>,
    ) -> Result<(T, Outcome), E> {
        let writing = self.write()?;
        let mut transaction = Transaction::new(self);
        let value = change(&mut transaction)?;
        transaction.settle()?;
        transaction.check_covered()?;
        let staged = transaction.take_staged();
        let staged = transaction.without_detours(staged);
        let outcome = transaction.outcome().clone();
        let note =
            CommitNote { message: message.map(str::to_owned), joins: outcome.remade > 0, undo: transaction.undoes };
        let number = writing.commit(staged, note)?;
        Ok((value, Outcome { transaction: number, ..outcome }))
    }

    /// Undoes a transaction by another one: facts, entities and the vocabulary are
    /// again as they were before it.
    ///
    /// What it asserted is gone without having been retracted: nobody has decided
    /// against it, and importing it again brings it back. A fact to which later
    /// ones have only added sources is made anew of the records that remain.
    ///
    /// ```
    /// # use tractat::{Asserted, Error, Fact, Store, Vocabulary};
    /// # let words = "[world]\nname = \"boards\"\n[actions.resigned]\nlabel = \"resignation\"\n";
    /// # let store = Store::in_memory(&Vocabulary::from_toml(words)?)?;
    /// let fact = Fact::new("ada", "resigned");
    /// let (_, outcome) = store.transact(None, |transaction| transaction.assert(fact.clone()))?;
    /// let undone = store.undo(outcome.transaction.unwrap_or_default())?;
    /// assert_eq!((undone.undone, store.facts().count()), (1, 0));
    /// let (again, _) = store.transact(None, |transaction| transaction.assert(fact))?;
    /// assert!(matches!(again, Asserted::New(_)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::UnknownCommit`] if there is no such transaction;
    /// [`Error::ChangedLater`] if a later one changed the same thing, even if that is now
    /// as it was; [`Error::FirstVocabulary`] if there was no vocabulary before; or
    /// [`Error::NotUndone`] if what stays would not fit the vocabulary or the entities
    /// as they were.
    pub fn undo(&self, transaction: u64) -> Result<Outcome, Error> {
        let message = format!("undo #{transaction}");
        self.transact(Some(&message), |undoing| undoing.undo(transaction)).map(|((), outcome)| outcome)
    }

    /// Takes over the vocabulary and the entities of a world and, if they are wanted, its
    /// facts. The report says what its mappings left out.
    ///
    /// # Errors
    ///
    /// As [`Store::transact`]; a wrong record is named by file and line.
    pub fn load(&self, world: &WorldFiles, facts: bool) -> Result<ImportReport, Error> {
        let (report, outcome) = self.transact(Some("load a world"), |transaction| world.stage(transaction, facts))?;
        Ok(ImportReport { outcome, ..report })
    }

    /// Waits for its turn to write.
    pub(super) fn write(&self) -> Result<Writer<'_>, Error> {
        if let Err(reason) = &self.inner.access {
            return Err(Error::ReadOnly(reason.clone()));
        }
        let Some(turn) = self.inner.turn.take() else {
            return Err(Error::NestedTransaction);
        };
        let writing = Writer { store: self, _turn: turn };
        writing.catch_up()?;
        Ok(writing)
    }
}

/// A turn to write.
pub(super) struct Writer<'s> {
    store: &'s Store,
    _turn: TakenTurn<'s>,
}

impl Writer<'_> {
    /// Sees to it that the index has all that the journal has, in every field.
    fn catch_up(&self) -> Result<(), Error> {
        let index = self.store.index();
        let committed = self.store.inner.journal.journal().head().transaction;
        if index.snapshot().transaction() == committed && !index.needs_rebuild() {
            return Ok(());
        }
        self.store.replace_index(&index)
    }

    /// Appends to the journal and returns once that is durable.
    pub(super) fn append(
        &self,
        entries: &mut dyn Iterator<Item = Result<Entry<'static>, EntrySourceError>>,
        note: CommitNote,
    ) -> Result<JournalHead, Error> {
        let options = &self.store.inner.options;
        let journal = self.store.inner.journal.journal();
        let CommitNote { message, joins, undo } = note;
        let commit = Commit { time: options.now(), author: options.author.clone(), message, joins, undo };
        Ok(journal.append(journal.head().transaction, &commit, entries)?)
    }

    /// Commits what is staged; none if that is nothing.
    pub(super) fn commit(&self, staged: Vec<Staged>, note: CommitNote) -> Result<Option<u64>, Error> {
        if staged.is_empty() {
            return Ok(None);
        }
        let added = staged.len();
        let mut changes = Vec::with_capacity(staged.len());
        let mut lines = Vec::with_capacity(staged.len());
        for Staged { kind, body, change } in staged {
            changes.push(change);
            lines.push((kind, body));
        }
        let options = &self.store.inner.options;
        let total = lines.len() as u64;
        let mut entries = (1..).zip(lines).map(|(done, (kind, body))| {
            if done % TOLD == 0 {
                options.tell(Task::WriteTransaction, done, total);
            }
            Ok(Entry::new(kind, body))
        });
        let head = self.append(&mut entries, note)?;
        if total >= TOLD {
            options.tell(Task::WriteTransaction, total, total);
        }
        let index = self.store.index();
        let commit = commit_info(&head, &self.store.inner.options.author);
        let applied = index
            .apply(MutationBatch { commit, mutations: changes }, applied(&head))
            .and_then(|()| if self.store.tail_is_long(added) { index.checkpoint() } else { Ok(()) });
        // The journal has it, and the index can be rebuilt from the journal.
        self.indexed(&head, if applied.is_err() { self.store.replace_index(&index) } else { Ok(()) })?;
        Ok(Some(head.transaction))
    }

    /// Sees to it that the index has what the journal has. The transaction is written,
    /// whatever becomes of the index.
    fn indexed(&self, head: &JournalHead, so_far: Result<(), Error>) -> Result<(), Error> {
        so_far.and_then(|()| self.catch_up()).map_err(|cause| {
            self.store.inner.behind.store(true, Ordering::Release);
            Error::NotIndexed { transaction: head.transaction, cause: Box::new(cause) }
        })
    }

    /// What builds the index of a large import.
    pub(super) fn bulk(&self) -> Result<BulkLoad, Error> {
        let index = self.store.index();
        index.bulk().or_else(|_| {
            self.store.replace_index(&index)?;
            Ok(self.store.index().bulk()?)
        })
    }

    /// Makes a large import visible once the journal has it.
    pub(super) fn publish(&self, built: Result<BulkLoad, Error>, head: &JournalHead) -> Result<(), Error> {
        let info = commit_info(head, &self.store.inner.options.author);
        if let Ok(bulk) = built {
            // Whether it is published, and in the index that is in use, is seen next.
            let _ = bulk.finish(info, applied(head));
        }
        self.indexed(head, Ok(()))
    }
}
