//! Errors of the index.

use std::fmt;

/// Why the index could not answer. Except for [`Self::TooManyFacts`],
/// it can be rebuilt from the journal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IndexError {
    /// A stored value is missing, or is not what was written.
    #[error("the index is damaged: {0}")]
    Damaged(String),
    /// It was written by a version of the program that lays it out otherwise.
    #[error("the index has format {found}, but this program reads format {read}")]
    OtherFormat {
        /// Its format.
        found: u8,
        /// The format that this program reads.
        read: u8,
    },
    /// Another process has the index open, so it must not be set aside.
    #[error("the index is in use by another process")]
    InUse,
    /// The operating system refused to read or write it.
    #[error("the index could not be read or written: {0}")]
    Io(String),
    /// The storage engine did not answer, as may happen after the disk failed.
    #[error("the index did not answer within {seconds} seconds")]
    Stuck {
        /// How long was waited.
        seconds: u64,
    },
    /// There are more versions of facts than the index can number.
    #[error("the index cannot hold more than 2^32 versions of facts")]
    TooManyFacts,
}

/// The error for a stored value that is missing, or is not what was written.
pub(super) fn damaged(what: impl fmt::Display) -> IndexError {
    IndexError::Damaged(what.to_string())
}
