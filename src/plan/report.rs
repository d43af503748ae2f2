//! The errors, warnings and readings of the checker, in the order in which they
//! come up.

use super::{Meaning, MeantDays, NameOrText, QueryProblem, Reading, ReferenceProblem};
use crate::syntax::{Diagnostic, Span};

/// The most errors, and the most warnings, that one query gets.
const MOST: usize = 20;

/// Proof that an error has been reported; only [`Report`] makes one.
#[derive(Debug)]
pub(super) struct Reported(());

/// A result whose error is in the report already.
pub(super) type Checked<T> = Result<T, Reported>;

/// What has been found so far.
#[derive(Default)]
pub(super) struct Report {
    pub(super) errors: Vec<Diagnostic<QueryProblem>>,
    pub(super) hints: Vec<Diagnostic<QueryProblem>>,
    pub(super) readings: Vec<Reading>,
    /// The days that were meant by dates such as `last month` or `as of 2025`.
    pub(super) days: Vec<MeantDays>,
    /// The bare words that are names that only facts use.
    pub(super) names: Vec<NameOrText>,
}

impl Report {
    /// Adds an error.
    pub(super) fn refuse(&mut self, span: Span, problem: impl Into<QueryProblem>) -> Reported {
        if self.errors.len() < MOST {
            self.errors.push(Diagnostic::error(span, problem));
        }
        Reported(())
    }

    /// Adds a warning.
    pub(super) fn warn(&mut self, span: Span, problem: impl Into<QueryProblem>) {
        if self.hints.len() < MOST {
            self.hints.push(Diagnostic::warning(span, problem));
        }
    }

    /// Whether there is room for another warning.
    pub(super) fn takes_hints(&self) -> bool {
        self.hints.len() < MOST
    }

    /// Adds how a part of the query was read, with a warning if it is the id of one
    /// entity and the name of another.
    pub(super) fn read(&mut self, span: Span, meaning: Meaning) {
        if let Meaning::Entity { word, entity, namesakes, .. } = &meaning
            && !namesakes.is_empty()
            && self.hints.iter().all(|hint| hint.span != span)
        {
            let (name, entity, others) = (word.clone(), entity.name.clone(), namesakes.clone());
            self.warn(span, ReferenceProblem::IdOfAnother { name, entity, others });
        }
        self.readings.push(Reading { span, meaning });
    }

    /// Adds the days that a date came to, once.
    pub(super) fn days(&mut self, days: MeantDays) {
        if !self.days.contains(&days) {
            self.days.push(days);
        }
    }

    /// Marks the last reading as a bare word that means nothing in this world.
    pub(super) fn read_unknown_word(&mut self) {
        if let Some(Reading { meaning: Meaning::Text { unknown_word, .. }, .. }) = self.readings.last_mut() {
            *unknown_word = true;
        }
    }
}
