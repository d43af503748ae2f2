//! What can be wrong with an input: with one of its records, or with all of it.

use std::fmt;
use std::io;
use std::sync::Arc;

use super::plain::sanitize;

/// Why an input cannot be read, or one of its records not.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// The file is not there or may not be read.
    #[error("{name} cannot be opened: {cause}")]
    Open {
        /// The file.
        name: Arc<str>,
        /// What the system says.
        cause: io::Error,
    },
    /// Reading failed on the way: the device, or broken compression.
    #[error("{name} cannot be read beyond line {line}: {cause}")]
    Read {
        /// The input.
        name: Arc<str>,
        /// How many lines were read before.
        line: u64,
        /// What the system or the unpacker says.
        cause: io::Error,
    },
    /// Neither the name nor the first bytes tell the format.
    #[error("{name}: cannot tell whether this is JSON Lines or CSV; say which")]
    UnknownFormat {
        /// The input.
        name: Arc<str>,
    },
    /// The header of a CSV file does not say what its columns are.
    #[error("{name}:{line}: {reason}")]
    Header {
        /// The input.
        name: Arc<str>,
        /// The line of the header, from 1.
        line: u64,
        /// What is wrong, and what to write instead.
        reason: String,
    },
    /// A mapping of columns cannot be used.
    #[error("in the mapping, `{part}` {reason}")]
    Mapping {
        /// The part of it.
        part: String,
        /// What is wrong with it, and what to write instead.
        reason: String,
    },
    /// A file of a mapping is wrong, or speaks of columns that an input has not.
    #[error("{name}:{line}:{column}: {reason}")]
    MappingFile {
        /// The file of the mapping.
        name: Arc<str>,
        /// The line, from 1.
        line: u64,
        /// The character of the line, from 1.
        column: u64,
        /// What is wrong, and what to write instead.
        reason: String,
    },
    /// One record is wrong; the ones after it can still be read.
    #[error(transparent)]
    Record(#[from] Box<RecordError>),
}

impl ExchangeError {
    /// The record that is wrong, where the ones after it can still be read;
    /// nothing can be read after any other error.
    #[must_use]
    pub fn record(&self) -> Option<&RecordError> {
        match self {
            Self::Record(error) => Some(error),
            _ => None,
        }
    }
}

/// Why one record of an input is rejected.
///
/// Its message has no control or invisible characters, whatever the input has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordError {
    /// The input.
    pub name: Arc<str>,
    /// The line at which the record starts, from 1.
    pub line: u64,
    /// The character of that line at which it goes wrong, from 1; none where
    /// the record as a whole is wrong or is of several lines.
    pub column: Option<u64>,
    /// What is wrong.
    pub reason: String,
    /// What to write instead, where one can tell.
    pub mend: Option<String>,
    /// The record as it stands in the input, without its line ending.
    pub raw: Vec<u8>,
    /// How many bytes the record has; more than `raw` where that is cut.
    pub raw_length: u64,
}

/// How many characters of a record an excerpt shows.
const EXCERPT: usize = 72;

impl RecordError {
    /// The part of the record where it goes wrong, on one line and short
    /// enough for a message, with `…` where it is cut.
    #[must_use]
    pub fn excerpt(&self) -> String {
        // A character has at most four bytes, and no more is looked at than needed.
        let column = usize::try_from(self.column.unwrap_or(1)).unwrap_or(usize::MAX);
        let enough = column.saturating_add(EXCERPT).saturating_mul(4).min(self.raw.len());
        let text = String::from_utf8_lossy(&self.raw[..enough]);
        let skipped = column.saturating_sub(EXCERPT / 2);
        let shown: String = text.chars().skip(skipped).take(EXCERPT).collect();
        let rest = text.chars().nth(skipped + EXCERPT).is_some() || self.raw_length > enough as u64;
        let (before, after) = (if skipped > 0 { "…" } else { "" }, if rest { "…" } else { "" });
        format!("{before}{}{after}", sanitize(&shown))
    }
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.name, self.line)?;
        if let Some(column) = self.column {
            write!(f, ":{column}")?;
        }
        write!(f, ": {}", sanitize(&self.reason))?;
        match &self.mend {
            Some(mend) => write!(f, "; {}", sanitize(mend)),
            None => Ok(()),
        }
    }
}

impl std::error::Error for RecordError {}
