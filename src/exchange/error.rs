//! Why an input cannot be read, or one of its records not. Plain data with the
//! places that are wrong; `say` puts it into English.

use std::io;
use std::sync::Arc;

use super::plain::sanitize;
use super::problem::{ColumnMapProblem, HeaderProblem, MappingProblem, RecordProblem};

/// Why an input cannot be read, or one of its records not.
#[derive(Debug)]
#[non_exhaustive]
pub enum ExchangeError {
    /// The file does not exist or may not be read.
    Open {
        /// The file.
        name: Arc<str>,
        /// What the system says.
        cause: io::Error,
    },
    /// Reading failed on the way: the device, or broken compression.
    Read {
        /// The input.
        name: Arc<str>,
        /// How many lines were read before.
        line: u64,
        /// What the system or the decompressor says.
        cause: io::Error,
    },
    /// A row of a CSV file opens a quote that is never closed.
    UnclosedQuote {
        /// The input.
        name: Arc<str>,
        /// The line of the quote, from 1.
        line: u64,
        /// The character of that line, from 1.
        column: u64,
    },
    /// A row of a CSV file is longer than [`MAX_LINE`](super::MAX_LINE) bytes.
    RowTooLong {
        /// The input.
        name: Arc<str>,
        /// The line at which the row starts, from 1.
        line: u64,
    },
    /// Neither the name nor the first bytes tell the format.
    UnknownFormat {
        /// The input.
        name: Arc<str>,
    },
    /// The header of a CSV file does not say what its columns are.
    Header {
        /// The input.
        name: Arc<str>,
        /// The line of the header, from 1.
        line: u64,
        /// What is wrong.
        problem: Box<HeaderProblem>,
    },
    /// A column map cannot be used.
    ColumnMap {
        /// The entry that is wrong.
        entry: String,
        /// What is wrong with it.
        problem: ColumnMapProblem,
    },
    /// Something was said of the missing values of a column, or key, that the input cannot have.
    UnknownMarkerColumn {
        /// The input.
        name: Arc<str>,
        /// The column.
        column: String,
        /// The column that was probably meant.
        similar: Option<String>,
    },
    /// The file of a mapping is wrong, or names columns that an input does not have.
    Mapping {
        /// The file of the mapping.
        name: Arc<str>,
        /// The line, from 1.
        line: u64,
        /// The character of the line, from 1.
        column: u64,
        /// What is wrong.
        problem: Box<MappingProblem>,
    },
    /// One record is wrong; the ones after it can still be read.
    Record(Box<RecordError>),
}

impl ExchangeError {
    /// The record that is wrong, if the ones after it can still be read;
    /// nothing can be read after any other error.
    #[must_use]
    pub fn record(&self) -> Option<&RecordError> {
        match self {
            Self::Record(error) => Some(error),
            _ => None,
        }
    }
}

impl std::error::Error for ExchangeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Open { cause, .. } | Self::Read { cause, .. } => Some(cause),
            Self::Record(error) => Some(error),
            _ => None,
        }
    }
}

impl From<Box<RecordError>> for ExchangeError {
    fn from(error: Box<RecordError>) -> Self {
        Self::Record(error)
    }
}

/// A record that is wrong: where it is, and what is wrong with it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RecordError {
    /// Where the record is.
    pub location: RecordLocation,
    /// What is wrong with it.
    pub problem: RecordProblem,
}

impl std::error::Error for RecordError {}

/// Where a record is in an input, and the record as it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordLocation {
    /// The input.
    pub name: Arc<str>,
    /// The line at which the record starts, from 1.
    pub line: u64,
    /// The character of that line at which it goes wrong, from 1; none if the
    /// record as a whole is wrong or has several lines.
    pub column: Option<u64>,
    /// The name of the column whose cell is wrong, in a CSV file.
    pub cell: Option<Arc<str>>,
    /// The bytes of the record, without its line ending.
    pub raw: Vec<u8>,
    /// How many bytes the record has; more than `raw` if that was cut.
    pub raw_length: u64,
}

/// How many characters of a record an excerpt shows.
const EXCERPT: usize = 72;

impl RecordLocation {
    /// The part of the record where it goes wrong, on one line and short
    /// enough for a message, with `…` where it was cut.
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
