//! The journal: an append-only log of lines in transactions, each of which is
//! written whole or not at all. It knows bytes, lines and commits; what the lines
//! say is not known here.

mod block;
mod error;
mod file_journal;
mod file_lines;
mod file_system;
mod large_transaction;
mod line;
mod line_format;
mod memory_journal;
mod recovery;
mod segment;
mod sequence;
#[cfg(test)]
mod tests;
mod transaction_builder;
mod verify;

pub use error::{BlockFault, Damage, EntrySourceError, Fault, InvalidEntry, JournalError};
pub use file_journal::{CutJournal, FileJournal, JournalSettings};
pub use line::{Chain, Commit, Entry, JournalHead, JournalLine, LineContent};
pub use memory_journal::MemoryJournal;
pub use recovery::Recovery;

/// The journal of a store. The trait is small so that it can also be implemented
/// over an engine that many machines share.
pub trait Journal: Send + Sync {
    /// Where the journal ends: its last acknowledged transaction.
    fn head(&self) -> JournalHead;

    /// Appends a transaction, and returns once it is durable. Its lines are numbered
    /// consecutively after the head, in the given order, and the commit is the last.
    /// Entries are taken one by one, so they need not fit into memory. Without
    /// entries nothing is written, and the head stays the same.
    ///
    /// Only one append runs at a time; others wait for it. Readers never wait.
    ///
    /// # Errors
    /// [`JournalError::Head`] if the last transaction is not `expected`;
    /// [`JournalError::EntrySource`] or [`JournalError::InvalidEntry`] if an entry is an
    /// error or cannot be written, and then nothing has changed;
    /// [`JournalError::Io`] if writing failed, after which every append is refused
    /// with [`JournalError::Poisoned`], and only reopening the journal can tell
    /// whether the transaction was written; [`JournalError::Damaged`] or
    /// [`JournalError::ReadOnly`] if the journal cannot be written.
    fn append(
        &self,
        expected: u64,
        commit: &Commit,
        entries: &mut dyn Iterator<Item = Result<Entry<'_>, EntrySourceError>>,
    ) -> Result<JournalHead, JournalError>;

    /// Reads the lines from a number up to the current head.
    ///
    /// # Errors
    /// [`JournalError::Io`], and [`JournalError::Damage`] if a line is not what was written.
    fn read(&self, from: u64) -> Result<Box<dyn JournalLines>, JournalError>;
}

/// Lines of a journal, in order. This is not an iterator, because a line borrows
/// from the buffer that it was read into.
pub trait JournalLines: Send {
    /// The next line; `None` at the end.
    ///
    /// # Errors
    /// [`JournalError::Io`], and [`JournalError::Damage`] if the line is not what was written.
    fn next(&mut self) -> Result<Option<JournalLine<'_>>, JournalError>;
}
