//! Work that may take long, as data and in English.

use std::fmt;

/// Work that may take long. Its `Display` is a few words of English.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Task {
    /// The index is brought up to date with the journal, or rebuilt.
    IndexJournal,
    /// A transaction is written to the journal.
    WriteTransaction,
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::IndexJournal => "indexing the journal",
            Self::WriteTransaction => "writing the transaction",
        })
    }
}
