use crate::model::{FieldKind, NumberError};

/// What is wrong with a value after `:` or a sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ValueProblem {
    /// A field is compared with another field of the same fact.
    OtherField {
        /// The field as written.
        field: String,
        /// The other.
        other: String,
    },
    /// The value is of another type than the field.
    WrongType {
        /// The field as written.
        field: String,
        /// What it needs.
        expected: ExpectedValue,
    },
    /// A number is beyond the bounds of one.
    NumberBeyondBounds {
        /// As written.
        text: String,
        /// Beyond which.
        error: NumberError,
    },
    /// What the field holds is not ordered.
    NoOrder {
        /// The field as written.
        field: String,
        /// What it holds.
        holds: ValueType,
    },
    /// `none` is compared by order.
    NoneHasNoOrder {
        /// The field as written.
        field: String,
    },
    /// The values of a query are compared by order.
    QueryHasNoOrder {
        /// The field as written.
        field: String,
    },
    /// A range is compared by order.
    RangeHasNoOrder {
        /// The test that is meant.
        mend: Option<String>,
    },
    /// A range ends before it starts.
    RangeReversed {
        /// The test that is meant.
        mend: Option<String>,
    },
    /// A query stands where the field takes names alone.
    NotFromQuery {
        /// The field as written.
        field: String,
        /// The condition that asks for what another fact has.
        same: Option<String>,
        /// Whether another fact could have the same one at all.
        is_single: bool,
    },
    /// The regular expression would take too much memory.
    RegexTooLarge,
    /// The regular expression cannot be read.
    InvalidRegex {
        /// What the library says of it.
        reason: String,
    },
    /// No action has the name.
    UnknownAction {
        /// The word.
        word: String,
        /// A form of an action that is spelt nearly so.
        similar: Option<String>,
        /// Every action.
        actions: Vec<String>,
    },
    /// A date has no such precision.
    UnknownPrecision {
        /// The field as written.
        field: String,
        /// A precision that is called nearly so.
        similar: Option<String>,
        /// Every precision.
        precisions: Vec<String>,
    },
    /// A date has no such basis.
    UnknownBasis {
        /// The field as written.
        field: String,
        /// A basis that is called nearly so.
        similar: Option<String>,
    },
}

/// What a field needs as its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExpectedValue {
    /// A name of an entity.
    Name,
    /// One name of an entity, and nothing else.
    OneName,
    /// A number.
    Number,
    /// A word.
    Word,
    /// A word or a text in quotes.
    WordOrText,
    /// A form of an action.
    Action,
    /// A date.
    Date,
    /// A decade.
    Decade,
    /// A month with its year.
    Month,
    /// A year.
    Year,
}

/// What a field, a column or a test holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ValueType {
    Keyword,
    Text,
    Integer,
    Number,
    Date,
    Length,
    Name,
    Id,
    Action,
    Group,
    Line,
    Word,
}

impl From<FieldKind> for ValueType {
    fn from(kind: FieldKind) -> Self {
        match kind {
            FieldKind::Keyword => Self::Keyword,
            FieldKind::Text => Self::Text,
            FieldKind::Integer => Self::Integer,
            FieldKind::Number => Self::Number,
            FieldKind::Date => Self::Date,
            FieldKind::Reference => Self::Name,
            FieldKind::Id => Self::Id,
            FieldKind::Action => Self::Action,
        }
    }
}
