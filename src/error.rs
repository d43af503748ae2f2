//! The one public error.

use std::path::PathBuf;

use crate::exchange::{ExchangeError, RecordError};
use crate::exec::ExecError;
use crate::index::IndexError;
use crate::journal::JournalError;
use crate::model::{DateError, SchemaError};
use crate::plan::QueryProblem;
use crate::syntax::Diagnostic;

/// Why something could not be done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The query is wrong: what, where, and what to write instead.
    #[error("{}", .0.first().map_or_else(|| "the query is wrong".to_owned(), Diagnostic::message))]
    Query(Vec<Diagnostic<QueryProblem>>),
    /// A fact, entity, vocabulary or other input cannot be accepted.
    #[error("{0}")]
    Invalid(String),
    /// A record of an input cannot be accepted; the message has file, line and column.
    #[error("{0}")]
    Record(Box<RecordError>),
    /// An input cannot be read.
    #[error("{0}")]
    Input(ExchangeError),
    /// The vocabulary cannot be used.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// A text is not a date.
    #[error(transparent)]
    Date(#[from] DateError),
    /// A text is not the JSON that it should be.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// There is no store in the folder.
    #[error("there is no store in {}", .0.display())]
    NotFound(PathBuf),
    /// There is something in the folder already.
    #[error("{} is there already and is not empty", .0.display())]
    Exists(PathBuf),
    /// Another process is writing.
    #[error("process {process} is writing to the store; try again when it has ended")]
    Locked {
        /// Its number, or what stands for it.
        process: String,
    },
    /// The store was opened for reading, or can only be read.
    #[error("the store can only be read: {0}")]
    ReadOnly(String),
    /// The journal is damaged; what stands before the damage can be read.
    #[error("the journal is damaged: {0}")]
    Damaged(String),
    /// The query was stopped.
    #[error("the query was stopped")]
    Cancelled,
    /// The index failed, and could not be built anew.
    #[error(transparent)]
    Index(IndexError),
    /// The journal could not be read or written.
    #[error(transparent)]
    Journal(JournalError),
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl From<Vec<Diagnostic<QueryProblem>>> for Error {
    fn from(diagnostics: Vec<Diagnostic<QueryProblem>>) -> Self {
        Self::Query(diagnostics)
    }
}

impl From<Vec<Diagnostic>> for Error {
    fn from(diagnostics: Vec<Diagnostic>) -> Self {
        Self::Query(diagnostics.into_iter().map(Diagnostic::from).collect())
    }
}

impl From<ExchangeError> for Error {
    fn from(error: ExchangeError) -> Self {
        match error {
            ExchangeError::Record(record) => Self::Record(record),
            other => Self::Input(other),
        }
    }
}

impl From<IndexError> for Error {
    fn from(error: IndexError) -> Self {
        Self::Index(error)
    }
}

impl From<ExecError> for Error {
    fn from(error: ExecError) -> Self {
        match error {
            ExecError::Cancelled => Self::Cancelled,
            ExecError::Index(index) => Self::Index(index),
            other => Self::Invalid(other.to_string()),
        }
    }
}

impl From<JournalError> for Error {
    fn from(error: JournalError) -> Self {
        match error {
            JournalError::Damage(damage) | JournalError::Damaged(damage) => Self::Damaged(damage.to_string()),
            other => Self::Journal(other),
        }
    }
}
