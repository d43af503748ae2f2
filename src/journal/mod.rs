//! The journal: lines in transactions, appended and read in order, each
//! transaction there whole or not at all. It knows bytes, lines and commits;
//! it must not know what the lines say, and nothing of facts or queries.

mod block;
mod disk;
mod draft;
mod error;
mod file;
mod frame;
mod import;
mod line;
mod memory;
mod reading;
mod recovery;
mod segment;
mod sequence;
#[cfg(test)]
mod tests;
mod verify;

pub use error::{Cause, Error, Fault};
pub use file::{FileJournal, Settings};
pub use line::{Chain, Commit, Content, Entry, Head, Line};
pub use memory::MemoryJournal;
pub use recovery::Recovery;

/// What a store needs of a journal. Kept this small so that one can be laid
/// over an engine that many machines share.
pub trait Journal: Send + Sync {
    /// The last transaction that is acknowledged.
    fn head(&self) -> Head;

    /// Appends a transaction, and returns once it is there to stay. Lines are
    /// numbered from the head's on, in the order given; the commit is the
    /// last. Entries are taken one by one, so there may be more of them than
    /// fit into memory. Without any entry nothing is written, and the head
    /// stays as it is.
    ///
    /// One append runs at a time; others wait. Reading does not wait.
    ///
    /// # Errors
    /// [`Error::Head`] if the last transaction is not `expected`;
    /// [`Error::Cause`] or [`Error::Entry`] if an entry is an error or cannot
    /// be written, and then nothing has changed; [`Error::Io`] if writing
    /// failed, after which every append is refused with [`Error::Poisoned`]
    /// and only opening anew can tell whether the transaction is there;
    /// [`Error::Damaged`] and [`Error::ReadOnly`] if nothing may be written.
    fn append(
        &self,
        expected: u64,
        commit: &Commit,
        entries: &mut dyn Iterator<Item = Result<Entry<'_>, Cause>>,
    ) -> Result<Head, Error>;

    /// The lines from this number on, up to the head as it is now.
    ///
    /// # Errors
    /// [`Error::Io`], and [`Error::Damage`] if what is there is not what was written.
    fn read(&self, from: u64) -> Result<Box<dyn Lines>, Error>;
}

/// Lines of a journal, in order. Not an iterator, because a line borrows from
/// what it was read into.
pub trait Lines: Send {
    /// The next line, if there is one.
    ///
    /// # Errors
    /// [`Error::Io`], and [`Error::Damage`] if the line is not what was written.
    fn next(&mut self) -> Result<Option<Line<'_>>, Error>;
}
