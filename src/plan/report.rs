//! What the checker has to say: errors, hints and readings as they come up.

use super::{QueryProblem, Reading};
use crate::syntax::{Diagnostic, Span};

/// How many errors, and how many hints, are told of one query.
const MOST: usize = 20;

/// That an error has been reported; only [`Report`] makes one.
#[derive(Debug)]
pub(super) struct Reported(());

/// A result whose error is in the report already.
pub(super) type Checked<T> = Result<T, Reported>;

/// Errors, hints and readings in the order in which they came up.
#[derive(Default)]
pub(super) struct Report {
    pub(super) errors: Vec<Diagnostic<QueryProblem>>,
    pub(super) hints: Vec<Diagnostic<QueryProblem>>,
    pub(super) readings: Vec<Reading>,
    /// The days that were meant where the text names none: `last month`, `as of 2025`.
    pub(super) days: Vec<String>,
}

impl Report {
    /// One plain sentence and, where there is one, the mend.
    pub(super) fn error(&mut self, span: Span, problem: impl Into<QueryProblem>, help: Option<String>) -> Reported {
        if self.errors.len() < MOST {
            self.errors.push(with(Diagnostic::error(span, problem), help));
        }
        Reported(())
    }

    pub(super) fn hint(&mut self, span: Span, problem: impl Into<QueryProblem>, help: Option<String>) {
        if self.hints.len() < MOST {
            self.hints.push(with(Diagnostic::warning(span, problem), help));
        }
    }

    /// Whether there is room for one hint more.
    pub(super) fn takes_hints(&self) -> bool {
        self.hints.len() < MOST
    }

    pub(super) fn read(&mut self, span: Span, text: String) {
        self.readings.push(Reading { span, text, unknown_word: false });
    }

    /// The days that something came to, once.
    pub(super) fn days(&mut self, text: String) {
        if !self.days.contains(&text) {
            self.days.push(text);
        }
    }

    /// That what was read last is a bare word that means nothing in this world.
    pub(super) fn read_unknown_word(&mut self) {
        if let Some(reading) = self.readings.last_mut() {
            reading.unknown_word = true;
        }
    }
}

fn with(diagnostic: Diagnostic<QueryProblem>, help: Option<String>) -> Diagnostic<QueryProblem> {
    match help {
        Some(help) => diagnostic.with_help(help),
        None => diagnostic,
    }
}
