//! What opening a store found and did, as data and in English.

use std::fmt;
use std::path::PathBuf;

use crate::error::ReadOnlyReason;

/// Something worth knowing about the opening of a store.
///
/// Its `Display` is one sentence of English.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum OpeningNote {
    /// A process that ended in the middle of a transaction left a part of it,
    /// which was not taken.
    UnfinishedTransaction {
        /// How many bytes were left.
        bytes: u64,
        /// Where they were saved.
        saved: Option<PathBuf>,
    },
    /// The index was damaged, and is rebuilt from the journal. Nothing is lost.
    IndexDamaged {
        /// What was wrong with it.
        reason: String,
    },
    /// The index was written by another version of the program, and is rebuilt from
    /// the journal.
    IndexOfOtherVersion,
    /// The index was that of another journal, and is rebuilt.
    IndexOfOtherJournal,
    /// The index on disk cannot be used; an index in memory takes its place.
    IndexInMemory {
        /// Why it cannot be used.
        reason: String,
    },
    /// Nothing can be written.
    ReadOnly(ReadOnlyReason),
}

impl fmt::Display for OpeningNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnfinishedTransaction { bytes, saved } => {
                write!(f, "an unfinished transaction of {bytes} bytes was discarded")?;
                saved.as_ref().map_or(Ok(()), |saved| write!(f, "; its bytes are saved as {}", saved.display()))
            }
            // What the storage engine says of its files sounds like a loss that there is not.
            Self::IndexDamaged { .. } => f.write_str("the index was damaged and is rebuilt from the journal"),
            Self::IndexOfOtherVersion => {
                f.write_str("the index is of another version of the program and is rebuilt from the journal")
            }
            Self::IndexOfOtherJournal => f.write_str("the index belonged to another journal and is rebuilt"),
            Self::IndexInMemory { reason } => write!(f, "{reason}; an index in memory is used instead"),
            Self::ReadOnly(reason) => write!(f, "the store is read-only: {reason}"),
        }
    }
}
