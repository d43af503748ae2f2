//! Why a checked query could not be run to its end, as data.

use super::limits::QueryLimit;
use crate::index::IndexError;
use crate::model::NumberError;
use crate::plan::{KnownState, QueryProblem};
use crate::syntax::Diagnostic;

/// Why a query could not be run to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExecError {
    /// The index could not answer.
    Index(IndexError),
    /// Somebody asked it to stop.
    Cancelled,
    /// It would cost more than it may.
    OverLimit(QueryLimit),
    /// A regular expression that is invalid or too large.
    Pattern {
        /// The expression.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A number that is calculated is beyond the bounds of one.
    Number(NumberError),
    /// A table would have more columns than anybody reads.
    Wide {
        /// How many there would be.
        columns: usize,
        /// How many there may be.
        most: usize,
    },
    /// The query cannot be read in another state of the store, or its rows
    /// are of another kind there.
    State {
        /// The state.
        known: KnownState,
        /// What is wrong with the query there; nothing if only its rows differ.
        diagnostics: Vec<Diagnostic<QueryProblem>>,
    },
    /// States of the store are compared by a query within another.
    NestedComparison,
    /// The checker let something pass that rows of this kind cannot be asked:
    /// what was asked. That is a defect of the program and not of the query.
    Misplaced(&'static str),
    /// A row does not fit the type that it was to be read into.
    Shape(String),
}

impl From<NumberError> for ExecError {
    fn from(error: NumberError) -> Self {
        Self::Number(error)
    }
}

impl From<IndexError> for ExecError {
    fn from(error: IndexError) -> Self {
        Self::Index(error)
    }
}
