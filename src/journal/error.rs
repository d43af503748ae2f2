//! Errors of the journal, and the ways in which it can be damaged.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// The error of the source of entries, which made it give up.
pub type EntrySourceError = Box<dyn std::error::Error + Send + Sync>;

/// Why a journal could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// The operating system refused an operation.
    #[error("could not {action} {}: {source}", path.display())]
    Io {
        /// The operation: `read`, `write`, `sync`, …
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// Another writer has committed since the caller looked.
    #[error("the journal has reached transaction {found}, but the caller expected {expected}")]
    Head {
        /// The last transaction that the caller knew.
        expected: u64,
        /// The last transaction of the journal.
        found: u64,
    },
    /// Damage was found while reading.
    #[error("the journal is damaged: {0}")]
    Damage(Damage),
    /// An append was refused, because damage was found when the journal was opened.
    #[error("the journal cannot be written because it is damaged: {0}")]
    Damaged(Damage),
    /// An append was refused, because the journal was opened for reading.
    #[error("the journal is open for reading only")]
    ReadOnly,
    /// An append was refused, because an earlier one failed. Reopening the journal
    /// finds out what has reached the disk.
    #[error("the journal cannot be written because an earlier write failed: {0}")]
    Poisoned(String),
    /// The disk failed while a transaction was written. Reopening the journal finds out
    /// whether it is there.
    #[error("{0}; whether the transaction was written is not known until the store is opened again")]
    NotKnown(#[source] Box<JournalError>),
    /// The source of the entries gave up; nothing was written.
    #[error(transparent)]
    EntrySource(EntrySourceError),
    /// An entry does not have the form that entries must have; nothing was written.
    #[error("an entry cannot be written: {0}")]
    InvalidEntry(InvalidEntry),
    /// The folder in which a journal was to be created already has one.
    #[error("{} already contains a journal", .0.display())]
    Exists(PathBuf),
    /// The folder has no journal.
    #[error("{} does not contain a journal", .0.display())]
    Missing(PathBuf),
    /// A later version of the program wrote the journal.
    #[error("{} has format {found}, but this program reads format {known}", path.display())]
    Format {
        /// The file of the segment.
        path: PathBuf,
        /// The format of the segment.
        found: u32,
        /// The latest format that this program reads.
        known: u32,
    },
}

impl JournalError {
    /// For `map_err`: adds the operation and the file.
    pub(super) fn io<'a>(action: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> Self + 'a {
        move |source| Self::Io { action, path: path.to_owned(), source }
    }

    /// For `map_err`: the error of a step after which a transaction may be written.
    pub(super) fn not_known(self) -> Self {
        Self::NotKnown(Box::new(self))
    }

    /// Whether a file did not exist.
    pub(super) fn is_not_found(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }
}

/// A place in a journal that is not what was written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Damage {
    /// The file of the segment.
    pub file: PathBuf,
    /// The line of the file, from 1, after unpacking; 0 if the damage concerns the
    /// whole file.
    pub line: u64,
    /// The byte at which the line starts, after unpacking.
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

/// What is wrong with a line or a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The line does not have the form of a line.
    #[error("not a line of a journal")]
    Form,
    /// The line ends without a newline.
    #[error("the line is cut short")]
    Cut,
    /// The checksum of the line is wrong.
    #[error("the checksum does not match")]
    Checksum,
    /// A line is missing, repeated or out of place.
    #[error("expected line {expected} of the journal, found line {found}")]
    Line {
        /// The next number.
        expected: u64,
        /// The number that was found.
        found: u64,
    },
    /// A line belongs to another transaction than the lines before it.
    #[error("expected a line of transaction {expected}, found one of transaction {found}")]
    Transaction {
        /// The transaction of the lines before it.
        expected: u64,
        /// The transaction of the line.
        found: u64,
    },
    /// A commit gives another number of lines than its transaction has.
    #[error("the commit is for {expected} lines, but there are {found}")]
    Count {
        /// The number that the commit gives.
        expected: u64,
        /// The number of lines that were found.
        found: u64,
    },
    /// A commit has an earlier time than the one before it.
    #[error("the commit has an earlier time than the one before it")]
    Time,
    /// The hash in a commit does not match the bytes before it.
    #[error("the hash of the commit does not match what is before it")]
    Chain,
    /// The first line of a segment does not continue the segment before.
    #[error("the segment does not continue the one before it")]
    Header,
    /// A block of a sealed segment cannot be read.
    #[error("a block cannot be read: {0}")]
    Block(BlockFault),
    /// A segment does not exist.
    #[error("the segment is missing")]
    Missing,
    /// A transaction that is known to have been acknowledged is missing.
    #[error("transaction {acknowledged} was acknowledged, but the journal ends with transaction {found}")]
    Acknowledged {
        /// The transaction that was acknowledged.
        acknowledged: u64,
        /// The last transaction that was found.
        found: u64,
    },
}

/// Why a block of a sealed segment cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BlockFault {
    /// The header of the block is cut short.
    #[error("its header is cut short")]
    HeaderCut,
    /// The header of the block is damaged.
    #[error("its header is damaged")]
    HeaderDamaged,
    /// The block is cut short.
    #[error("it is cut short")]
    Cut,
    /// The checksum of the block is wrong.
    #[error("its checksum does not match")]
    Checksum,
    /// The block does not unpack to as many bytes as its header gives.
    #[error("it does not unpack to what its header says")]
    Unpacked,
}

/// Why an entry cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidEntry {
    /// Its kind does not consist of 1 to 32 lower-case letters or `_`, or is reserved.
    #[error("its kind is not a keyword")]
    Kind,
    /// Its body is empty, or contains a newline or a null byte.
    #[error("its body is not JSON on one line")]
    Body,
    /// Its body is too long.
    #[error("its body is longer than 64 MiB")]
    TooLong,
}
