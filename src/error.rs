//! The one public error.

use std::path::PathBuf;

use crate::model::{DateError, SchemaError};
use crate::syntax::Diagnostic;

/// Why something could not be done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The query is wrong: what, where, and what to write instead.
    #[error("{}", .0.first().map_or("the query is wrong", |first| first.message.as_str()))]
    Query(Vec<Diagnostic>),
    /// A record, fact, entity or vocabulary cannot be accepted.
    #[error("{0}")]
    Invalid(String),
    /// A record of a file cannot be accepted.
    #[error("{0}")]
    Record(Box<crate::exchange::RecordError>),
    /// The vocabulary cannot be used.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// A text is not a date.
    #[error(transparent)]
    Date(#[from] DateError),
    /// There is no store in the folder.
    #[error("there is no store in {0}: make one with `tractat init`")]
    NotFound(PathBuf),
    /// There is something in the folder already.
    #[error("{0} is there already")]
    Exists(PathBuf),
    /// Another process is writing.
    #[error("the store is being written by process {process}; try again when it has ended")]
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
    #[error("stopped")]
    Cancelled,
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}
