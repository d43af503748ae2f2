//! Problems of single records.

use std::sync::Arc;

use crate::exchange::day_or_month::DayOrMonthFirst;
use crate::model::{DateError, NumberError};

/// What is wrong with one record of an input.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum RecordProblem {
    /// The line is longer than [`MAX_LINE`](crate::exchange::MAX_LINE) bytes.
    TooLong,
    /// A byte is not UTF-8.
    NotUtf8 {
        /// The byte.
        byte: u8,
        /// Which byte of its cell it is, from 1; none in JSON Lines, where the location has the column.
        in_cell: Option<usize>,
        /// Whether the file begins as one in UTF-16 does.
        utf16: bool,
    },
    /// The line is not one JSON object.
    Json(JsonProblem),
    /// An object has a key twice.
    DuplicateKey {
        /// The key, with those above it: `sources[1].url`.
        path: String,
    },
    /// An object lacks a key that it needs.
    MissingKey {
        /// The key, with those above it.
        path: String,
        /// What the object describes.
        part: RecordPart,
        /// An unknown key that was probably meant to be this one.
        similar: Option<String>,
    },
    /// The value of a key has the wrong type.
    WrongType {
        /// The key, with those above it.
        path: String,
        /// What the value must be.
        expected: ExpectedJson,
        /// What it is.
        found: JsonType,
        /// The value itself, where it is a number that may belong in quotes.
        number: Option<String>,
    },
    /// A row has more or fewer cells than the header.
    CellCount {
        /// How many cells the row has.
        cells: usize,
        /// How many columns the header names.
        columns: usize,
    },
    /// The quotes of a row are broken, so that nothing tells where its cells end.
    BrokenQuotes {
        /// The line of the file, from 1: not that of the record if a cell has several.
        line: u64,
        /// The character of that line, from 1.
        column: u64,
        /// How they are broken.
        problem: QuoteProblem,
    },
    /// A cell is not empty, and the header has no name for its column.
    UnnamedColumn {
        /// Which column, from 1.
        column: usize,
    },
    /// A field has no value, and the fact or entity needs one.
    MissingField {
        /// The field.
        field: String,
        /// Whose field it is.
        part: RecordPart,
    },
    /// A text is not a value of its field.
    Value {
        /// The field.
        field: String,
        /// Whose field it is.
        part: RecordPart,
        /// What is wrong with the text.
        problem: ValueProblem,
    },
    /// A step of a mapping cannot use a value.
    Step {
        /// The name of the value.
        value: String,
        /// The value.
        text: Box<str>,
        /// The letter that was looked up, by a step that looks one up.
        letter: Option<Box<str>>,
        /// Why the step cannot use it.
        problem: StepProblem,
        /// The step.
        step: Box<StepLocation>,
    },
    /// The values of a row do not make an entity.
    NotAnEntity {
        /// Why, as the reader of JSON says it.
        reason: String,
    },
}

/// How the quotes of a cell are broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum QuoteProblem {
    /// Text follows the quote that closes a cell.
    TextAfter,
    /// Blanks are before the quote that opens a cell.
    BlankBefore,
    /// The cell is never closed.
    Unclosed,
}

/// Why a line is not one JSON object.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum JsonProblem {
    /// It begins an array.
    Array,
    /// It does not begin with a brace.
    NotAnObject,
    /// The line ends before its object does.
    Unfinished,
    /// Values are nested too deeply.
    TooDeep {
        /// How deep they may be.
        limit: usize,
    },
    /// Something follows the object.
    TrailingText,
    /// A comma is followed by nothing.
    TrailingComma,
    /// A key is not a text in double quotes.
    UnquotedKey,
    /// A value is missing, or is a word without quotes.
    MissingValue,
    /// A backslash in a text is followed by a character that JSON does not know there.
    InvalidEscape,
    /// A text holds a control character that is not escaped.
    ControlCharacter,
    /// Anything else, as the parser says it.
    Other(String),
}

/// What an object of JSON, or a field, belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RecordPart {
    /// A fact.
    Fact,
    /// A source of a fact.
    Source,
    /// An entity.
    Entity,
    /// A name of an entity that it had for some time.
    DatedName,
    /// The time for which an entity belonged to a group.
    Membership,
}

/// What the value of a key must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExpectedJson {
    /// Text.
    Text,
    /// A date as text.
    Date,
    /// A list of texts.
    Texts,
    /// An object.
    Object,
    /// A list of objects.
    Objects,
    /// Text or an object.
    TextOrObject,
    /// A list of texts and objects.
    TextsOrObjects,
}

/// What a value of JSON is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
#[non_exhaustive]
pub enum JsonType {
    Text,
    Object,
    List,
    Boolean,
    Null,
    Number,
}

/// Why a text is not a value of its field.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ValueProblem {
    /// It is not a date.
    NotADate(DateError),
    /// It is not a whole number.
    NotAnInteger(String),
    /// It is not a number.
    NotANumber {
        /// The text.
        text: String,
        /// Why.
        error: NumberError,
    },
    /// It is not a JSON list of sources.
    NotSources,
    /// It may stand for a missing value, as `NA` does, and nobody has said whether it does.
    MissingMarker(String),
}

/// What a field holds whose value could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
#[non_exhaustive]
pub enum ValueType {
    Date,
    Integer,
    Number,
    Sources,
    NotAMarker,
}

/// Why a step of a mapping cannot use a value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StepProblem {
    /// The value does not match the pattern of a `split`.
    PatternMismatch,
    /// The legend says nothing about cells without a letter.
    NoLetter,
    /// The legend has no entry for the letter.
    UnknownLetter,
    /// The value is not among the codes.
    UnknownCode,
    /// The value is not a date.
    NotADate {
        /// The orders that were tried, such as `day month year`.
        orders: Vec<&'static str>,
        /// Another order in which it would be one.
        fits: Option<&'static str>,
    },
    /// Either of day and month may come first, and the column does not tell which.
    DayOrMonthFirst(Box<DayOrMonthFirst>),
}

/// A step in the file of a mapping.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct StepLocation {
    /// The file.
    pub mapping: Arc<str>,
    /// The line at which the step starts, from 1.
    pub line: u64,
}

/// Of which kind a problem is: what is wrong in which field or step, without
/// what the record says. Problems of one kind can be counted together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RecordProblemKind {
    /// A line is too long.
    TooLong,
    /// A byte is not UTF-8.
    NotUtf8,
    /// A line is not one JSON object.
    NotJson,
    /// A key is given twice.
    DuplicateKey,
    /// A field is missing.
    MissingField {
        /// The field.
        field: String,
        /// Whose field it is.
        part: RecordPart,
    },
    /// A value has the wrong type.
    WrongType {
        /// The field.
        field: String,
        /// What the value must be.
        expected: ExpectedJson,
    },
    /// A row has more or fewer cells than the header.
    CellCount,
    /// The quotes of a row are broken.
    BrokenQuotes,
    /// A cell is in a column without a name.
    UnnamedColumn,
    /// A text is not a value of its field.
    Value {
        /// The field.
        field: String,
        /// Whose field it is.
        part: RecordPart,
        /// What the field holds.
        expected: ValueType,
    },
    /// A step of a mapping cannot use a value.
    Step {
        /// The name of the value.
        value: String,
        /// Why the step cannot use it.
        problem: StepProblem,
        /// The step.
        step: Box<StepLocation>,
    },
    /// The values of a row do not make an entity.
    NotAnEntity,
}

impl RecordProblem {
    /// Of which kind it is.
    #[must_use]
    pub fn kind(&self) -> RecordProblemKind {
        match self {
            Self::TooLong => RecordProblemKind::TooLong,
            Self::NotUtf8 { .. } => RecordProblemKind::NotUtf8,
            Self::Json(_) => RecordProblemKind::NotJson,
            Self::DuplicateKey { .. } => RecordProblemKind::DuplicateKey,
            Self::MissingKey { path: field, part, .. } | Self::MissingField { field, part } => {
                RecordProblemKind::MissingField { field: without_indices(field), part: *part }
            }
            Self::WrongType { path, expected, .. } => {
                RecordProblemKind::WrongType { field: without_indices(path), expected: *expected }
            }
            Self::CellCount { .. } => RecordProblemKind::CellCount,
            Self::BrokenQuotes { .. } => RecordProblemKind::BrokenQuotes,
            Self::UnnamedColumn { .. } => RecordProblemKind::UnnamedColumn,
            Self::Value { field, part, problem } => {
                RecordProblemKind::Value { field: without_indices(field), part: *part, expected: problem.expected() }
            }
            Self::Step { value, problem, step, .. } => {
                let problem = problem.clone().without_values();
                RecordProblemKind::Step { value: value.clone(), problem, step: step.clone() }
            }
            Self::NotAnEntity { .. } => RecordProblemKind::NotAnEntity,
        }
    }
}

/// A path without the places in lists: `sources[1].url` as `sources.url`.
fn without_indices(path: &str) -> String {
    let mut field = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('[') {
        field.push_str(before);
        rest = match after.split_once(']') {
            Some((index, after)) if index.bytes().all(|byte| byte.is_ascii_digit()) => after,
            _ => {
                field.push('[');
                after
            }
        };
    }
    field + rest
}

impl StepProblem {
    /// The same without what one value says, so that there are few of them.
    #[must_use]
    pub fn without_values(self) -> Self {
        match self {
            Self::NotADate { orders, .. } => Self::NotADate { orders, fits: None },
            other => other,
        }
    }
}

impl ValueProblem {
    /// What the field holds.
    #[must_use]
    pub fn expected(&self) -> ValueType {
        match self {
            Self::NotADate(_) => ValueType::Date,
            Self::NotAnInteger(_) => ValueType::Integer,
            Self::NotANumber { .. } => ValueType::Number,
            Self::NotSources => ValueType::Sources,
            Self::MissingMarker(_) => ValueType::NotAMarker,
        }
    }
}
