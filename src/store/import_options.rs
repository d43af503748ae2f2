//! What an import is asked to do, and what it has done.

use std::fmt;
use std::sync::Arc;

use super::names::MatchedName;
use super::rejection::{LeftOutCount, RejectedCount, RejectedRecord};
use super::transaction::Outcome;
use crate::exchange::DatesOfColumn;
use crate::model::Fact;

/// How records are imported.
///
/// ```
/// use tractat::ImportOptions;
///
/// let mut wrong = 0;
/// let mut count = |_: &_| wrong += 1;
/// let options = ImportOptions::new().message("the gazette").rejected(&mut count);
/// # drop(options);
/// ```
#[derive(Default)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "each is asked for by itself")]
pub struct ImportOptions<'a> {
    /// Records about one act become one fact with several sources. They are
    /// gathered in memory first, as their order is not to matter.
    pub corroborate: bool,
    /// Retracted facts are asserted again.
    pub revive: bool,
    /// A record takes the place of what the store has under its id. Otherwise it
    /// completes that: what the record does not say stays.
    pub replace: bool,
    /// Several records of one id are versions of one fact or entity, of which the
    /// last is in force. Otherwise records of one id that say different things are
    /// refused: they are probably different acts.
    pub versions: bool,
    /// Fields that the vocabulary does not declare are kept, and the report counts
    /// them. Otherwise records with such fields are refused.
    pub keep_undeclared: bool,
    /// Nothing is written; the report says what would be.
    pub dry_run: bool,
    /// The message of the commit.
    pub message: Option<String>,
    /// The report says what the names at both ends of facts were matched to.
    pub names: bool,
    /// Told of each record that is wrong, and the import goes on without it;
    /// if absent, the first one ends it.
    pub rejected: Option<&'a mut dyn FnMut(&RejectedRecord)>,
    /// Told from time to time how many records were read.
    pub progress: Option<&'a dyn Fn(u64)>,
}

impl<'a> ImportOptions<'a> {
    /// Each record is a fact or an entity of its own; the first one that is
    /// wrong ends the import.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether records about one act become one fact with several sources.
    #[must_use]
    pub fn corroborate(self, corroborate: bool) -> Self {
        Self { corroborate, ..self }
    }

    /// Whether what was retracted is asserted again.
    #[must_use]
    pub fn revive(self, revive: bool) -> Self {
        Self { revive, ..self }
    }

    /// Whether a record takes the place of what the store has under its id.
    #[must_use]
    pub fn replace(self, replace: bool) -> Self {
        Self { replace, ..self }
    }

    /// Whether several records of one id are versions of one fact or entity.
    #[must_use]
    pub fn versions(self, versions: bool) -> Self {
        Self { versions, ..self }
    }

    /// Whether fields that the vocabulary does not declare are kept.
    #[must_use]
    pub fn keep_undeclared(self, keep_undeclared: bool) -> Self {
        Self { keep_undeclared, ..self }
    }

    /// Whether nothing is written.
    #[must_use]
    pub fn dry_run(self, dry_run: bool) -> Self {
        Self { dry_run, ..self }
    }

    /// With the message of the commit.
    #[must_use]
    pub fn message(self, message: impl Into<String>) -> Self {
        Self { message: Some(message.into()), ..self }
    }

    /// Whether the report says what the names at both ends of facts were matched to.
    #[must_use]
    pub fn names(self, names: bool) -> Self {
        Self { names, ..self }
    }

    /// With a listener that is told of each rejected record; the import goes on
    /// without it.
    #[must_use]
    pub fn rejected(self, rejected: &'a mut dyn FnMut(&RejectedRecord)) -> Self {
        Self { rejected: Some(rejected), ..self }
    }

    /// With a listener that is told from time to time how many records were read.
    #[must_use]
    pub fn progress(self, progress: &'a dyn Fn(u64)) -> Self {
        Self { progress: Some(progress), ..self }
    }
}

impl fmt::Debug for ImportOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImportOptions")
            .field("corroborate", &self.corroborate)
            .field("revive", &self.revive)
            .field("replace", &self.replace)
            .field("versions", &self.versions)
            .field("keep_undeclared", &self.keep_undeclared)
            .field("dry_run", &self.dry_run)
            .field("message", &self.message)
            .finish_non_exhaustive()
    }
}

/// What an import did.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct ImportReport {
    /// Records read.
    pub records: u64,
    /// Records rejected.
    pub rejected: u64,
    /// Facts among the records.
    pub facts: u64,
    /// The first facts, if nothing was written.
    pub first: Vec<Fact>,
    /// What a mapping left out on purpose, by reason.
    pub left_out: Vec<LeftOutCount>,
    /// What was wrong with the rejected records, by kind.
    pub problems: Vec<RejectedCount>,
    /// The columns of which a mapping read nothing.
    pub unused_columns: Vec<String>,
    /// The fields that the vocabulary does not declare, and that were kept.
    pub undeclared: Vec<UndeclaredCount>,
    /// In which order day and month were read, where the column decided.
    pub dates: Vec<DatesOfColumn>,
    /// The dates whose time of day was left out; none if none had one.
    pub times: Option<TimesOfDay>,
    /// Facts whose ids the number of the mapping tells from those of others.
    pub numbered: u64,
    /// What names were matched to, if that was asked for; first those that were
    /// matched to nothing.
    pub names: Vec<MatchedName>,
    /// What became of the others.
    pub outcome: Outcome,
}

/// How often a field that the vocabulary does not declare was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UndeclaredCount {
    /// The field.
    pub field: String,
    /// How many facts and entities have it.
    pub count: u64,
    /// The input with the first of them.
    pub input: Arc<str>,
    /// The line at which its record starts, from 1.
    pub line: u64,
}

/// How many dates had a time of day, which is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TimesOfDay {
    /// How many dates.
    pub count: u64,
    /// The input with the first of them.
    pub input: Arc<str>,
    /// The line at which its record starts, from 1.
    pub line: u64,
}

/// How many changes a batch has, about.
pub(super) const BATCH: usize = 1_000;
