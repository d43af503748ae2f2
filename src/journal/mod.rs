//! The journal: lines in transactions, appended and read in order, each
//! transaction there whole or not at all. It knows bytes, lines and commits;
//! it must not know what the lines say, and nothing of facts or queries.

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

pub use error::{Damage, EntrySourceError, Fault, JournalError};
pub use file_journal::{FileJournal, JournalSettings};
pub use line::{Chain, Commit, Entry, JournalHead, JournalLine, LineContent};
pub use memory_journal::MemoryJournal;
pub use recovery::Recovery;

/// What a store needs of a journal. Kept this small so that one can be laid
/// over an engine that many machines share.
pub trait Journal: Send + Sync {
    /// The last transaction that is acknowledged.
    fn head(&self) -> JournalHead;

    /// Appends a transaction, and returns once it is there to stay. Lines are
    /// numbered from the head's on, in the order given; the commit is the
    /// last. Entries are taken one by one, so there may be more of them than
    /// fit into memory. Without any entry nothing is written, and the head
    /// stays as it is.
    ///
    /// One append runs at a time; others wait. Reading does not wait.
    ///
    /// # Errors
    /// [`JournalError::Head`] if the last transaction is not `expected`;
    /// [`JournalError::Cause`] or [`JournalError::Entry`] if an entry is an error or cannot
    /// be written, and then nothing has changed; [`JournalError::Io`] if writing
    /// failed, after which every append is refused with [`JournalError::Poisoned`]
    /// and only opening anew can tell whether the transaction is there;
    /// [`JournalError::Damaged`] and [`JournalError::ReadOnly`] if nothing may be written.
    fn append(
        &self,
        expected: u64,
        commit: &Commit,
        entries: &mut dyn Iterator<Item = Result<Entry<'_>, EntrySourceError>>,
    ) -> Result<JournalHead, JournalError>;

    /// The lines from this number on, up to the head as it is now.
    ///
    /// # Errors
    /// [`JournalError::Io`], and [`JournalError::Damage`] if what is there is not what was written.
    fn read(&self, from: u64) -> Result<Box<dyn JournalLines>, JournalError>;
}

/// Lines of a journal, in order. Not an iterator, because a line borrows from
/// what it was read into.
pub trait JournalLines: Send {
    /// The next line, if there is one.
    ///
    /// # Errors
    /// [`JournalError::Io`], and [`JournalError::Damage`] if the line is not what was written.
    fn next(&mut self) -> Result<Option<JournalLine<'_>>, JournalError>;
}
