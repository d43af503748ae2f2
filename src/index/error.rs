//! Why the index could not answer.

use std::fmt;

/// Why the index could not answer; in every case the journal can rebuild it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    /// Something in it is not as it was written.
    #[error("the index is damaged: {0}")]
    Damaged(String),
    /// Another process has it open; it is not to be set aside.
    #[error("the index is in use by another process")]
    InUse,
    /// It could not be read or written.
    #[error("the index could not be read or written: {0}")]
    Io(String),
}

/// Something is not as it was written.
pub(super) fn damaged(what: impl fmt::Display) -> IndexError {
    IndexError::Damaged(what.to_string())
}
