//! What a record is: a fact, an entity, or something that a mapping left out.

use std::sync::Arc;

use serde_json::Value;

use super::field::first_source;
use super::problem::StepProblem;
use crate::model::{Entity, Fact, RECORD_KEY};

/// One record of an input, with its place.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Record {
    /// The line at which it starts, from 1.
    pub line: u64,
    /// The column whose cell it was made of, if a row has several records.
    pub column: Option<Arc<str>>,
    /// What it says.
    pub content: RecordContent,
}

/// What a record says.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum RecordContent {
    /// One act.
    Fact(Fact),
    /// One act that waits for the number in its id.
    Numbered(Box<NumberedFact>),
    /// The definition of an entity.
    Entity(Entity),
    /// An entity that completes another one, if that is known.
    Completion(Box<Completion>),
    /// Something that a mapping leaves out on purpose.
    LeftOut(LeftOut),
}

/// A fact whose id has a number in it, which tells it from others that would have the
/// same id. Who keeps the facts knows which numbers are taken, and gives it.
#[derive(Debug, Clone, PartialEq)]
pub struct NumberedFact {
    /// The fact without the id.
    pub fact: Fact,
    /// What is before and behind the number.
    pub id: [String; 2],
    /// How many digits the number has at least.
    pub digits: usize,
    /// Whether the id is that of a record of its source, and not of the fact.
    pub is_record: bool,
}

impl NumberedFact {
    /// The id with a number.
    #[must_use]
    pub fn id_with(&self, number: u64) -> String {
        let ([before, behind], digits) = (&self.id, self.digits);
        format!("{before}{number:0>digits$}{behind}")
    }

    /// The fact under an id.
    #[must_use]
    pub fn under(mut self, id: String) -> Fact {
        if self.is_record {
            first_source(&mut self.fact).fields.insert(RECORD_KEY.to_owned(), Value::String(id));
        } else {
            self.fact.id = Some(id);
        }
        self.fact
    }
}

/// An entity under names by which it may be known already.
///
/// If it is known, only the fields and aliases that it lacks are added to it;
/// otherwise the entity is a new one.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Completion {
    /// The entity.
    pub entity: Entity,
    /// Ids, names or aliases of what may be the same; the first that is known counts.
    pub known: Vec<String>,
}

/// What a mapping leaves out on purpose, so that it can be counted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeftOut {
    /// Why.
    pub reason: LeftOutReason,
    /// The value or the row itself, cut if it is long.
    pub example: String,
}

/// Why a mapping leaves something out.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LeftOutReason {
    /// A step that could not use a value skips the record.
    Skipped {
        /// The name of the value.
        value: String,
        /// Why the step could not use it.
        problem: StepProblem,
        /// The letter that was looked up, by a step that looks one up.
        letter: Option<String>,
    },
    /// A value stands for there being none.
    Sentinel {
        /// The name of the value.
        value: String,
        /// What the pattern of the sentinel found in it.
        found: String,
        /// What it did.
        effect: SentinelEffect,
    },
    /// A step that could not use a value went on without it, and nothing else used it.
    Kept {
        /// The name of the value.
        value: String,
        /// Why the step could not use it.
        problem: StepProblem,
    },
    /// A template gave nothing, as one of its values was missing and another was not.
    Template {
        /// The field, or the value that a `set` would have made.
        field: String,
        /// The value that was missing.
        missing: String,
    },
    /// The backslash of an escape in a cell of TSV, which stands for another character
    /// together with the next one.
    Escape,
    /// None of the cells of a row that are records has a value.
    NoFilledCell,
    /// The conditions of no `[[fact]]` and no `[[entity]]` hold.
    NothingApplies,
}

/// What a sentinel does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SentinelEffect {
    /// The record is left out.
    DropsRecord,
    /// The value is left out.
    OmitsValue,
    /// The value is read as the open end of a stretch of time.
    OpensEnd,
}

impl LeftOutReason {
    /// The same without what the record says, so that there are few of them.
    #[must_use]
    pub fn without_values(self) -> Self {
        match self {
            Self::Skipped { value, problem, .. } => {
                Self::Skipped { value, problem: problem.without_values(), letter: None }
            }
            Self::Kept { value, problem } => Self::Kept { value, problem: problem.without_values() },
            Self::Sentinel { value, effect, .. } => Self::Sentinel { value, found: "…".to_owned(), effect },
            other => other,
        }
    }
}
