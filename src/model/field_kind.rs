//! What the values of a field are.

use super::vocabulary::FieldType;

/// What the values of a field are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FieldKind {
    /// Words or codes, compared whole; case and diacritics do not matter.
    Keyword,
    /// Running text, searched by words.
    Text,
    /// Whole numbers of 64 bits.
    Integer,
    /// Exact numbers, of at most 34 significant digits.
    Number,
    /// Dates in EDTF.
    Date,
    /// Entities, by id, name or alias.
    Reference,
    /// The id of the fact itself.
    Id,
    /// The action of the fact.
    Action,
}

impl FieldKind {
    /// The kind as a noun with its article, such as `a date`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Keyword => "a keyword",
            Self::Text => "a text",
            Self::Integer => "a whole number",
            Self::Number => "a number",
            Self::Date => "a date",
            Self::Reference => "a reference",
            Self::Id => "an id",
            Self::Action => "an action",
        }
    }
}

impl From<FieldType> for FieldKind {
    fn from(kind: FieldType) -> Self {
        match kind {
            FieldType::Keyword => Self::Keyword,
            FieldType::Text => Self::Text,
            FieldType::Integer => Self::Integer,
            FieldType::Number => Self::Number,
            FieldType::Date => Self::Date,
            FieldType::Reference => Self::Reference,
        }
    }
}
