//! Problems of the header of a CSV file, and of what was said of its columns.

use super::record::{QuoteProblem, ValueProblem};
use crate::exchange::column_source::ColumnSource;

/// What is wrong with the header of a CSV file, or does not fit it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum HeaderProblem {
    /// The file is empty.
    Empty,
    /// The name of a column is not UTF-8.
    NotUtf8 {
        /// Which column, from 1.
        column: usize,
    },
    /// Two columns have the same name.
    DuplicateColumn {
        /// The name.
        name: String,
    },
    /// The quotes of a name are broken.
    BrokenQuotes {
        /// The character of the line, from 1.
        column: u64,
        /// How they are broken.
        problem: QuoteProblem,
    },
    /// There is one column, whose name has another separator in it than that of the format.
    WrongSeparator {
        /// A semicolon, a tab or a comma.
        separator: char,
    },
    /// A column map names a column that the file does not have.
    UnknownColumn {
        /// The column.
        name: String,
        /// The column that was probably meant.
        similar: Option<String>,
        /// Every column of the file.
        columns: Vec<String>,
    },
    /// A field would get its value from two places.
    DuplicateField {
        /// The field.
        field: String,
        /// Both places.
        sources: [ColumnSource; 2],
    },
    /// No column gives a field that every fact needs.
    MissingField {
        /// The field.
        field: &'static str,
        /// The column that was probably meant for it.
        similar: Option<String>,
        /// Every column of the file.
        columns: Vec<String>,
    },
    /// There is a column `sources`, and columns such as `source.url` beside it.
    SourcesTwice,
    /// The constant of a column map is not a value of its field.
    Constant {
        /// The field.
        field: String,
        /// What is wrong with the constant.
        problem: ValueProblem,
    },
    /// None of the columns is among the `cells` of the mapping.
    NoCells {
        /// The name of the mapping.
        mapping: String,
    },
}

/// What is wrong with an entry of a column map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ColumnMapProblem {
    /// There is no `=` in it.
    NotAPair,
    /// Nothing is on one side of the `=`.
    EmptySide,
    /// Its field was given before.
    DuplicateField,
    /// The input is JSON Lines, which has no columns.
    NoColumns,
}
