//! Records that an import rejects, and counts by kind of those and of what a
//! mapping leaves out, each with an example.

use std::fmt;
use std::hash::Hash;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::exchange::{LeftOutReason, RecordError, RecordLocation, RecordProblem, RecordProblemKind};
use crate::say::{Refusal, RefusalKind, write_located, write_record_problem};

/// A record that an import rejected: where it is, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct RejectedRecord {
    /// Where the record is, and its bytes.
    pub location: RecordLocation,
    /// Why it was rejected.
    pub reason: RejectionReason,
}

/// Why an import rejected a record.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum RejectionReason {
    /// It cannot be read.
    Unreadable(RecordProblem),
    /// It can be read, but the world of the store does not accept it.
    Refused(Refusal),
}

/// Of which kind a rejection is, without what the record says.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RejectionKind {
    /// The record cannot be read.
    Unreadable(RecordProblemKind),
    /// The world of the store does not accept it.
    Refused(RefusalKind),
    /// Any kind, after a thousand others.
    Other,
}

impl std::error::Error for RejectedRecord {}

impl fmt::Display for RejectedRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reason {
            RejectionReason::Unreadable(problem) => write_record_problem(f, &self.location, problem),
            reason => write_located(f, &self.location, reason),
        }
    }
}

impl fmt::Display for RejectionReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(problem) => problem.fmt(f),
            Self::Refused(refusal) => refusal.fmt(f),
        }
    }
}

impl fmt::Display for RejectionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(kind) => kind.fmt(f),
            Self::Refused(kind) => kind.fmt(f),
            Self::Other => f.write_str("other reasons"),
        }
    }
}

impl From<Box<RecordError>> for RejectedRecord {
    fn from(error: Box<RecordError>) -> Self {
        let RecordError { location, problem } = *error;
        Self { location, reason: RejectionReason::Unreadable(problem) }
    }
}

impl RejectionReason {
    /// Of which kind it is.
    #[must_use]
    pub fn kind(&self) -> RejectionKind {
        match self {
            Self::Unreadable(problem) => RejectionKind::Unreadable(problem.kind()),
            Self::Refused(refusal) => RejectionKind::Refused(refusal.kind()),
        }
    }
}

/// How many records were rejected for one kind of reason.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RejectedCount {
    /// The kind.
    pub kind: RejectionKind,
    /// How many.
    pub count: u64,
    /// The first of them.
    pub example: RejectedRecord,
}

/// How much a mapping left out for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeftOutCount {
    /// The reason.
    pub reason: LeftOutReason,
    /// How many.
    pub count: u64,
    /// The first value or row that was left out.
    pub example: String,
    /// The input in which that is.
    pub input: Arc<str>,
    /// The line at which its record starts, from 1.
    pub line: u64,
}

/// How many kinds are told apart: a file may have values without end.
const MOST_KINDS: usize = 1_000;

/// How many bytes of a record an example keeps.
const EXAMPLE_BYTES: usize = 4 << 10;

impl RejectedRecord {
    /// The same with no more of the record than an example needs.
    pub(super) fn as_example(&self) -> Self {
        let RecordLocation { name, line, column, cell, raw, raw_length } = &self.location;
        let location = RecordLocation {
            name: name.clone(),
            line: *line,
            column: *column,
            cell: cell.clone(),
            raw: raw.get(..EXAMPLE_BYTES).unwrap_or(raw).to_vec(),
            raw_length: *raw_length,
        };
        Self { location, reason: self.reason.clone() }
    }
}

/// Counts by kind, in the order of the first of each, which is kept.
#[derive(Debug)]
pub(super) struct KindCounts<K, E>(IndexMap<K, (u64, E)>);

impl<K, E> Default for KindCounts<K, E> {
    fn default() -> Self {
        Self(IndexMap::new())
    }
}

impl<K: Hash + Eq, E> KindCounts<K, E> {
    /// Counts one of a kind; where there are many kinds already, of a more general one.
    pub fn add(&mut self, kind: K, general: impl FnOnce(K) -> K, example: impl FnOnce() -> E) {
        let kind = if self.0.len() < MOST_KINDS || self.0.contains_key(&kind) { kind } else { general(kind) };
        self.0.entry(kind).or_insert_with(|| (0, example())).0 += 1;
    }

    /// The kinds, the most frequent first.
    pub fn into_sorted(self) -> impl Iterator<Item = (K, u64, E)> {
        let mut kinds: Vec<(K, u64, E)> =
            self.0.into_iter().map(|(kind, (count, example))| (kind, count, example)).collect();
        kinds.sort_by_key(|(_, count, _)| std::cmp::Reverse(*count));
        kinds.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_sorted_by_count_and_become_general_when_there_are_too_many() {
        let mut counts = KindCounts::default();
        for number in 0..MOST_KINDS + 5 {
            counts.add(number % (MOST_KINDS + 2), |_| usize::MAX, || number);
        }
        let kinds: Vec<_> = counts.into_sorted().collect();
        assert_eq!(kinds.len(), MOST_KINDS + 1);
        assert_eq!(kinds[..4], [(0, 2, 0), (1, 2, 1), (2, 2, 2), (usize::MAX, 2, MOST_KINDS)]);
    }
}
