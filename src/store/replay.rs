//! From the journal's lines back to the changes that they are, and into an index.

use std::sync::Arc;

use super::commit::{Retraction, TAIL, TOLD, Undefinition, applied, commit_info};
use super::options::Options;
use crate::error::{Error, JournalDamage};
use crate::index::{BulkLoad, Index, IndexError, Mutation};
use crate::journal::{Commit, Entry, Journal, JournalError, JournalHead, JournalLine, LineContent};
use crate::model::{ContentHash, Entity, Fact, Schema, Vocabulary};
use crate::say::Task;
use crate::syntax::reserved_words;

/// What a journal says, for an index.
#[derive(Clone, Copy)]
pub(super) struct Replay<'j> {
    pub(super) journal: &'j dyn Journal,
    pub(super) options: &'j Options,
}

/// Why a replay stopped before its end.
enum Stop {
    /// A line cannot be read; the last commit before it.
    Damage(Box<JournalDamage>, JournalHead),
    /// Anything else.
    Error(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl From<IndexError> for Stop {
    fn from(error: IndexError) -> Self {
        Self::Error(error.into())
    }
}

impl Replay<'_> {
    /// Whether an index was made of this journal: whether both know the last
    /// commit that the index has, or the journal's last if that comes first.
    pub(super) fn agrees(self, index: &Index) -> bool {
        let (head, at) = (self.journal.head(), index.applied());
        if at.transaction == 0 {
            return at.line == 0;
        }
        if at.transaction == head.transaction {
            return at == applied(&head);
        }
        let (line, transaction) =
            if at.transaction < head.transaction { (at.line, at.transaction) } else { (head.line, head.transaction) };
        match (self.commit_at(line, transaction), index.snapshot().commit(transaction)) {
            (Some(commit), Some(known)) => commit.time.as_millisecond() == known.time && commit.author == known.author,
            _ => false,
        }
    }

    /// Reads every line up to the last commit as an index would take it.
    pub(super) fn check_contents(self) -> Result<(), Error> {
        let mut lines = self.journal.read(1)?;
        while let Some(line) = lines.next()? {
            if let LineContent::Entry(entry) = line.content {
                change(&entry, line.number)?;
            }
        }
        Ok(())
    }

    fn commit_at(self, line: u64, transaction: u64) -> Option<Commit> {
        let mut lines = self.journal.read(line).ok()?;
        let commit = |line: JournalLine<'_>| match line.content {
            LineContent::Commit(commit) if line.transaction == transaction => Some(commit),
            _ => None,
        };
        lines.next().ok()?.and_then(commit)
    }

    /// What an index does not have yet. If that is little, it stays in memory until
    /// the next checkpoint: reading needs no room on the disk.
    pub(super) fn rest(self, index: &Index) -> Result<(), Error> {
        let (head, first) = (self.journal.head(), index.applied().line + 1);
        let is_short = usize::try_from(head.line.saturating_sub(first)).is_ok_and(|lines| lines < TAIL);
        let load = || if is_short { index.tail() } else { index.bulk() };
        match self.run(load, first, head, &mut Vec::new()) {
            Ok(()) => Ok(()),
            Err(Stop::Damage(reason, _)) => Err(Error::Damaged(*reason)),
            Err(Stop::Error(error)) => Err(error),
        }
    }

    /// Everything, into a new index. If a line is damaged, everything up to
    /// the last commit before it, and what is wrong.
    pub(super) fn all(
        self,
        new_index: impl Fn() -> Result<Index, IndexError>,
    ) -> Result<(Index, Option<JournalDamage>), Error> {
        let mut schemas: Vec<Arc<Schema>> = Vec::new();
        let (mut until, mut damage) = (self.journal.head(), None);
        loop {
            // What is declared late may stand in facts from the start, so a
            // second try begins with all that the first came to know.
            let index = new_index()?;
            for schema in &schemas {
                index.prepare(schema);
            }
            let is_second = !schemas.is_empty();
            match self.run(|| index.bulk(), 1, until, &mut schemas) {
                Ok(()) if is_second || !index.needs_rebuild() => return Ok((index, damage)),
                Ok(()) => {}
                Err(Stop::Damage(reason, last)) => (until, damage) = (last, Some(*reason)),
                Err(Stop::Error(error)) => return Err(error),
            }
        }
    }

    fn run(
        self,
        load: impl FnOnce() -> Result<BulkLoad, IndexError>,
        first: u64,
        until: JournalHead,
        schemas: &mut Vec<Arc<Schema>>,
    ) -> Result<(), Stop> {
        if first > until.line {
            return Ok(());
        }
        let mut last = JournalHead::default();
        let stop = |error: JournalError, last: JournalHead| match error {
            JournalError::Damage(damage) => Stop::Damage(Box::new(JournalDamage::File(damage)), last),
            other => Stop::Error(other.into()),
        };
        let mut lines = self.journal.read(first).map_err(|error| stop(error, last))?;
        let mut bulk = load()?;
        while let Some(line) = lines.next().map_err(|error| stop(error, last))? {
            let number = line.number;
            match line.content {
                LineContent::Entry(entry) => {
                    let change = change(&entry, number)?;
                    if let Mutation::Vocabulary(schema) = &change {
                        schemas.push(schema.clone());
                    }
                    bulk.push(change)?;
                }
                LineContent::Commit(commit) => {
                    last = JournalHead {
                        transaction: line.transaction,
                        line: number,
                        time: Some(commit.time),
                        ..JournalHead::default()
                    };
                    let info = commit_info(&last, &commit.author);
                    if number == until.line {
                        let total = until.line - first;
                        if total >= TOLD {
                            self.options.tell(Task::IndexJournal, total, total);
                        }
                        return Ok(bulk.finish(info, applied(&until))?);
                    }
                    bulk.commit(info);
                }
            }
            if number.is_multiple_of(TOLD) {
                self.options.tell(Task::IndexJournal, number - first, until.line - first);
            }
        }
        Err(Error::Damaged(JournalDamage::MissingCommit { line: until.line }).into())
    }
}

fn change(entry: &Entry<'_>, line: u64) -> Result<Mutation, Error> {
    let wrong = |error: serde_json::Error| Error::Damaged(JournalDamage::Content { line, reason: error.to_string() });
    Ok(match entry.kind {
        "fact" => {
            let fact: Fact = serde_json::from_slice(&entry.body).map_err(wrong)?;
            Mutation::Fact { fact, hash: ContentHash::of_canonical(&entry.body) }
        }
        "retract" => {
            let Retraction { id, reason, undo } = serde_json::from_slice(&entry.body).map_err(wrong)?;
            match undo {
                None => Mutation::Retract { id, reason },
                Some(transaction) => Mutation::Undo { id, transaction },
            }
        }
        "entity" => Mutation::Entity(Arc::new(serde_json::from_slice::<Entity>(&entry.body).map_err(wrong)?)),
        "undefine" => {
            let Undefinition { entity, .. } = serde_json::from_slice(&entry.body).map_err(wrong)?;
            Mutation::Undefine { id: entity }
        }
        "vocabulary" => {
            let vocabulary: Vocabulary = serde_json::from_slice(&entry.body).map_err(wrong)?;
            Mutation::Vocabulary(Arc::new(Schema::new(vocabulary, reserved_words())?))
        }
        other => {
            return Err(Error::Damaged(JournalDamage::UnknownLine { line, kind: other.to_owned() }));
        }
    })
}
