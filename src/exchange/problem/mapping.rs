//! Problems of the file of a mapping.

use crate::model::NumberError;

/// What is wrong with the file of a mapping, or does not fit the input.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum MappingProblem {
    /// The file is not TOML.
    Toml {
        /// What its parser says.
        message: String,
    },
    /// A table has a key that means nothing there.
    UnknownKey {
        /// The table, such as `[[step]]`; none for the file itself.
        table: Option<String>,
        /// The key.
        key: String,
        /// The key that was probably meant.
        similar: Option<&'static str>,
        /// Every key that the table may have.
        known: Vec<&'static str>,
    },
    /// A table lacks a key that it needs.
    MissingKey {
        /// The table, such as `[[step]]`; none for the file itself.
        table: Option<String>,
        /// The key.
        key: &'static str,
        /// How it might be written.
        example: &'static str,
        /// A key of the table that was probably meant to be this one.
        similar: Option<String>,
    },
    /// The value of a key has the wrong type.
    WrongType {
        /// The key.
        key: String,
        /// What it must be.
        expected: TomlExpected,
        /// What it is, as TOML calls it.
        found: &'static str,
    },
    /// The value of a key is none of those that it may have.
    UnknownChoice {
        /// The key.
        key: String,
        /// The value.
        value: String,
        /// Every value that it may have.
        known: Vec<&'static str>,
    },
    /// A whole number is too large.
    NumberTooLarge {
        /// Its key.
        key: String,
    },
    /// A number is beyond the bounds of one.
    NumberBeyondBounds {
        /// The key of the table.
        key: String,
        /// Beyond which.
        error: NumberError,
    },
    /// A number is infinite or not a number.
    NotFinite {
        /// Its key.
        key: String,
    },
    /// A date is not in quotes.
    UnquotedDate {
        /// Its key.
        key: String,
    },
    /// A regular expression is invalid.
    InvalidPattern {
        /// The expression.
        pattern: String,
        /// What its parser says.
        reason: String,
    },
    /// The pattern of a `split` has no named group, and so makes no value.
    NoNamedGroup,
    /// A `[[fact]]` has a key `sources`: there is one source, which is a table.
    SourcesInFact,
    /// A brace of a template has no other.
    UnmatchedBrace {
        /// The key of the template.
        key: String,
    },
    /// The braces of a template are empty.
    EmptyBraces {
        /// The key of the template.
        key: String,
    },
    /// A template has a filter that does not exist.
    UnknownFilter {
        /// The filter.
        filter: String,
        /// Every filter.
        known: Vec<&'static str>,
    },
    /// A step does nothing.
    EmptyStep {
        /// The keys of which it needs one.
        known: Vec<&'static str>,
    },
    /// There is neither a `[[fact]]` nor an `[[entity]]`.
    NoOutput,
    /// No column of the input and no step gives a value.
    UnknownValue {
        /// Its name.
        name: String,
        /// The column or value that was probably meant.
        similar: Option<String>,
        /// The name of the input.
        input: String,
        /// Every column of the input.
        columns: Vec<String>,
    },
    /// `{n}`, the number that tells ids apart, is not mentioned once in the `id` of a fact.
    NumberOutsideId,
    /// A value is only made by a later step.
    ValueMadeLater {
        /// Its name.
        name: String,
    },
}

/// What a value of a mapping's file must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TomlExpected {
    /// A text in quotes.
    Text,
    /// A table.
    Table,
    /// Tables written `[[key]]`.
    Tables,
}
