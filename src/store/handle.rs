//! The handle: what an open store is made of, and how a transaction goes
//! through it.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use super::index_place::{self, IndexPlace};
use super::lock::Lock;
use super::options::Options;
use super::replay::Replay;
use super::transaction::{Outcome, Staged, Transaction};
use super::world_files::WorldFiles;
use super::writer_turn::{TakenTurn, WriterTurn};
use crate::error::{Error, ReadOnlyReason};
use crate::index::{BulkLoad, CommitInfo, Index, JournalPosition, MutationBatch, Snapshot, View};
use crate::journal::{Commit, Entry, EntrySourceError, FileJournal, Journal, JournalHead, MemoryJournal};
use crate::model::{Entities, Schema, Vocabulary};
use crate::say::OpeningNote;
use crate::say::Task;

/// A store of facts. Cloning it gives another handle of the same store; any
/// number of threads may read while one writes.
#[derive(Clone)]
pub struct Store {
    pub(super) inner: Arc<StoreState>,
}

pub(super) struct StoreState {
    pub(super) journal: StoreJournal,
    /// Replaced as a whole when it had to be built anew.
    pub(super) index: RwLock<Arc<Index>>,
    /// Where a new one may lie.
    pub(super) place: IndexPlace,
    /// How many changes the index has in memory only, about.
    pub(super) tail: AtomicUsize,
    /// One transaction at a time.
    pub(super) turn: WriterTurn,
    /// Why nothing may be written, or the lock that allows it.
    pub(super) access: Result<Option<Lock>, ReadOnlyReason>,
    pub(super) options: Options,
    pub(super) notes: Vec<OpeningNote>,
}

/// The journal: on disk it can also be verified.
#[expect(clippy::large_enum_variant, reason = "a store has one")]
pub(super) enum StoreJournal {
    File(FileJournal),
    Memory(MemoryJournal),
}

impl StoreJournal {
    pub(super) fn journal(&self) -> &dyn Journal {
        match self {
            Self::File(journal) => journal,
            Self::Memory(journal) => journal,
        }
    }
}

/// After how many lines progress is told.
pub(super) const TOLD: u64 = 10_000;

/// So many changes in the memory tail are reason to write them to the index.
const TAIL: usize = 20_000;

impl Store {
    /// What opening found and did: an unfinished transaction that was
    /// discarded, an index that was rebuilt, why nothing can be written.
    #[must_use]
    pub fn notes(&self) -> &[OpeningNote] {
        &self.inner.notes
    }

    /// Why nothing can be written; none if the store can be written to.
    #[must_use]
    pub fn read_only(&self) -> Option<&ReadOnlyReason> {
        self.inner.access.as_ref().err()
    }

    /// The vocabulary in force.
    #[must_use]
    pub fn schema(&self) -> Arc<Schema> {
        self.snapshot().schema().clone()
    }

    /// The entities defined.
    #[must_use]
    pub fn entities(&self) -> Arc<Entities> {
        self.snapshot().entities().clone()
    }

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
        let staged = transaction.take_staged();
        let staged = transaction.without_detours(staged);
        let outcome = transaction.outcome().clone();
        let number = writing.commit(staged, message.map(str::to_owned))?;
        Ok((value, Outcome { transaction: number, ..outcome }))
    }

    /// Takes over the vocabulary and the entities of a world and, if they are wanted, its facts.
    ///
    /// # Errors
    ///
    /// As [`Store::transact`]; a wrong record is named by file and line.
    pub fn load(&self, world: &WorldFiles, facts: bool) -> Result<Outcome, Error> {
        self.transact(Some("load a world"), |transaction| world.stage(transaction, facts)).map(|((), outcome)| outcome)
    }

    /// Writes what only the journal has to the index too, so that the next
    /// opening is quick. Happens by itself when there is much of it, and on closing.
    ///
    /// # Errors
    ///
    /// If the disk refuses.
    pub fn checkpoint(&self) -> Result<(), Error> {
        // A transaction on this thread ends with one if there is much to write.
        if self.inner.access.is_ok() && !self.inner.turn.is_mine() {
            self.index().checkpoint()?;
        }
        Ok(())
    }

    /// Closes the store, after a checkpoint. Other handles, and rows of
    /// answers, keep it open until they are dropped.
    ///
    /// # Errors
    ///
    /// If the disk refuses the checkpoint; nothing is lost by that.
    pub fn close(self) -> Result<(), Error> {
        self.checkpoint()
    }

    /// Builds the index anew from the journal.
    ///
    /// # Errors
    ///
    /// If the journal cannot be read.
    pub fn rebuild(&self) -> Result<(), Error> {
        self.replace_index(&self.index())
    }

    /// Puts a new index in the place of one that has failed; nothing if
    /// somebody has done so already.
    pub(super) fn replace_index(&self, failed: &Arc<Index>) -> Result<(), Error> {
        // Nothing may be committed meanwhile; a thread whose turn it is has seen to that.
        let _turn = self.inner.turn.take();
        if !Arc::ptr_eq(&self.index(), failed) {
            return Ok(());
        }
        let replay = Replay { journal: self.inner.journal.journal(), options: &self.inner.options };
        let (index, _) = index_place::build(replay, &self.inner.place)?;
        *self.inner.index.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(index);
        Ok(())
    }

    pub(super) fn index(&self) -> Arc<Index> {
        self.inner.index.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn snapshot(&self) -> Arc<Snapshot> {
        self.index().snapshot()
    }

    /// Counts changes into the tail; true when it is time to write it out.
    fn tail_is_long(&self, added: usize) -> bool {
        let long = self.inner.tail.fetch_add(added, Ordering::Relaxed) + added > TAIL;
        if long {
            self.inner.tail.store(0, Ordering::Relaxed);
        }
        long
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

    pub(super) fn in_memory_with(vocabulary: &Vocabulary, options: Options) -> Result<Self, Error> {
        let inner = StoreState {
            journal: StoreJournal::Memory(MemoryJournal::new()),
            index: RwLock::new(Arc::new(Index::in_memory())),
            place: IndexPlace::Memory,
            tail: AtomicUsize::new(0),
            turn: WriterTurn::default(),
            access: Ok(None),
            options,
            notes: Vec::new(),
        };
        let store = Self { inner: Arc::new(inner) };
        store.transact(Some("begin"), |transaction| transaction.vocabulary(vocabulary))?;
        Ok(store)
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("place", &self.inner.place).finish_non_exhaustive()
    }
}

impl Drop for StoreState {
    fn drop(&mut self) {
        let index = self.index.get_mut().unwrap_or_else(PoisonError::into_inner);
        if self.access.is_ok() {
            // What does not reach the index is replayed from the journal.
            let _ = index.checkpoint();
        }
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
        message: Option<String>,
    ) -> Result<JournalHead, Error> {
        let options = &self.store.inner.options;
        let journal = self.store.inner.journal.journal();
        let commit = Commit { time: options.now(), author: options.author.clone(), message };
        Ok(journal.append(journal.head().transaction, &commit, entries)?)
    }

    /// Commits what is staged; none if that is nothing.
    pub(super) fn commit(&self, staged: Vec<Staged>, message: Option<String>) -> Result<Option<u64>, Error> {
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
        let head = self.append(&mut entries, message)?;
        let index = self.store.index();
        let commit = commit_info(&head, &self.store.inner.options.author);
        let applied = index
            .apply(MutationBatch { commit, mutations: changes }, applied(&head))
            .and_then(|()| if self.store.tail_is_long(added) { index.checkpoint() } else { Ok(()) });
        if applied.is_err() {
            // The journal has it, and the index can be had from the journal.
            self.store.replace_index(&index)?;
        }
        self.catch_up()?;
        Ok(Some(head.transaction))
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
        self.catch_up()
    }
}

pub(super) fn commit_info(head: &JournalHead, author: &str) -> CommitInfo {
    CommitInfo {
        transaction: head.transaction,
        time: head.time.map_or(0, jiff::Timestamp::as_millisecond),
        author: author.to_owned(),
    }
}

pub(super) fn applied(head: &JournalHead) -> JournalPosition {
    JournalPosition { transaction: head.transaction, line: head.line, chain: head.chain.0 }
}
