//! What can go wrong with a journal. It knows files and lines, not what the lines say.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Why whoever hands in the lines of a transaction could not go on.
pub type EntrySourceError = Box<dyn std::error::Error + Send + Sync>;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// The operating system refused something.
    #[error("could not {action} {}: {source}", path.display())]
    Io {
        /// What was tried: `read`, `write`, `sync`, …
        action: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Somebody else has committed since the writer looked.
    #[error("the journal is at transaction {found}, not at {expected}")]
    Head {
        /// The transaction that the writer took for the last one.
        expected: u64,
        /// The transaction that is the last one.
        found: u64,
    },
    /// What should be there, whole, is not. Met while reading.
    #[error("the journal is damaged: {0}")]
    Damage(Damage),
    /// An append was refused because damage was found when opening.
    #[error("nothing can be written, because the journal is damaged: {0}")]
    Damaged(Damage),
    /// An append was refused because the journal was opened for reading.
    #[error("the journal is open for reading only")]
    ReadOnly,
    /// An append was refused because an earlier one failed half way. Opening
    /// the journal anew finds out what has reached the disk.
    #[error("nothing more is written, because an earlier write failed: {0}")]
    Poisoned(String),
    /// Whoever handed in the lines of a transaction gave up; nothing was written.
    #[error(transparent)]
    Cause(EntrySourceError),
    /// A line that was handed in cannot be a line; nothing was written.
    #[error("an entry cannot be written: {0}")]
    Entry(&'static str),
    /// There is a journal already where one was to be created.
    #[error("{} holds a journal already", .0.display())]
    Exists(PathBuf),
    /// There is no journal where one was to be opened.
    #[error("{} holds no journal", .0.display())]
    Missing(PathBuf),
    /// A later version of the program wrote the journal.
    #[error("{} is of format {found}; this program reads format {known}", path.display())]
    Format {
        /// The segment.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The latest format that is understood.
        known: u32,
    },
}

impl JournalError {
    /// For `map_err`: says what was tried on which file.
    pub(super) fn io<'a>(action: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> Self + 'a {
        move |source| Self::Io { action, path: path.to_owned(), source }
    }

    /// Whether a file was not there.
    pub(super) fn is_not_found(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }
}

/// Where a journal is not what was written, and how that shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// The segment.
    pub file: PathBuf,
    /// The line in that file, from 1, as `zcat` or an editor counts; 0 if it
    /// concerns the file as a whole.
    pub line: u64,
    /// Where the line starts, in bytes of the segment, unpacked.
    pub offset: u64,
    /// What is wrong there.
    pub fault: Fault,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if self.line > 0 {
            write!(f, ", line {} (byte {})", self.line, self.offset)?;
        }
        write!(f, ": {}", self.fault)
    }
}

/// In what way a line or a file is not what was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// It has not the form of a line.
    #[error("this is not a line of a journal")]
    Form,
    /// The line ends before its newline.
    #[error("the line is cut short")]
    Cut,
    /// Its checksum is another.
    #[error("the checksum does not match")]
    Checksum,
    /// A line is missing, repeated or out of place.
    #[error("line {expected} of the journal belongs here, not line {found}")]
    Line {
        /// The number that comes next.
        expected: u64,
        /// The number that is there.
        found: u64,
    },
    /// A line belongs to another transaction than the one that is open.
    #[error("transaction {expected} belongs here, not transaction {found}")]
    Transaction {
        /// The transaction that is open.
        expected: u64,
        /// The transaction that the line says.
        found: u64,
    },
    /// A commit says another number of lines than there are.
    #[error("the commit is over {expected} lines, but {found} are there")]
    Count {
        /// What the commit says.
        expected: u64,
        /// What is there.
        found: u64,
    },
    /// A commit is dated before the one before it.
    #[error("the commit is dated before the one before it")]
    Time,
    /// The bytes are not those over which the chain was computed.
    #[error("the chain does not match what is before it")]
    Chain,
    /// The first line of a segment does not continue the segment before.
    #[error("the segment does not continue the one before it")]
    Header,
    /// A block of a sealed segment cannot be read.
    #[error("a block cannot be read: {0}")]
    Block(&'static str),
    /// A segment is not there.
    #[error("the segment is missing")]
    Missing,
    /// What is known to have been acknowledged is not there.
    #[error("transaction {acknowledged} was acknowledged, but the journal ends at {found}")]
    Acknowledged {
        /// The transaction that was acknowledged.
        acknowledged: u64,
        /// The last transaction that is there.
        found: u64,
    },
}
