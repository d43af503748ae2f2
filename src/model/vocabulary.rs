//! The vocabulary: what a world declares about its fields, nouns, actions and groups.
//!
//! It is data. This module knows its shape; what it means together, with every
//! name looked up and every collision refused, is the [`Schema`](super::Schema).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Date;

/// What a world declares, as its `vocabulary.toml` says it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vocabulary {
    /// What the world is called.
    pub world: World,
    /// Fields beyond those that every fact has, by name; `subject` and
    /// `object` may be declared again to say what they may refer to.
    #[serde(default)]
    pub fields: BTreeMap<String, Field>,
    /// Groupings by the name of the field that tests them, such as `region`.
    #[serde(default)]
    pub groups: BTreeMap<String, Grouping>,
    /// Nouns in the plural, such as `states`.
    #[serde(default)]
    pub nouns: BTreeMap<String, Noun>,
    /// Actions by name.
    #[serde(default)]
    pub actions: BTreeMap<String, Action>,
    /// Words that stand for several actions.
    #[serde(default)]
    pub umbrellas: BTreeMap<String, Umbrella>,
    /// Statuses that acts open and close, by name.
    #[serde(default)]
    pub status: BTreeMap<String, Status>,
    /// Which action takes back which other: the taken back never has effect.
    #[serde(default)]
    pub cancels: BTreeMap<String, String>,
    /// What is known of publishers, by the name that sources give.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub publishers: BTreeMap<String, Publisher>,
}

/// What is known of a publisher.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Publisher {
    /// Up to when every act that it lists is in the store: a status on a later
    /// day may rest on less than happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complete_until: Option<Date>,
}

/// What a world is called.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct World {
    /// A short name.
    pub name: String,
    /// One line about it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
}

/// The type of a declared field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FieldType {
    /// A value that is compared whole, folded for case and diacritics.
    Keyword,
    /// Running text, searched by words.
    Text,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// A date in EDTF.
    Date,
    /// The id, name or alias of an entity.
    Reference,
}

impl FieldType {
    /// Its name in a vocabulary.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Keyword => "keyword",
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Date => "date",
            Self::Reference => "reference",
        }
    }
}

/// A declared field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// What its values are.
    #[serde(rename = "type")]
    pub kind: FieldType,
    /// What it means, in a line.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// For a reference: which kinds of entity it may name; empty for any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<String>,
    /// For a reference: whether a name that no entity has stands for itself.
    #[serde(default, skip_serializing_if = "is_false")]
    pub open: bool,
    /// For a date: the key under which the object of a fact says how it follows
    /// from `date` where a fact does not state it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// For a date of entities: the key under which an entity says how many must
    /// have done what to it, from which its date follows where it states none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_false(value: &bool) -> bool {
    !*value
}

/// A grouping: a field that tests membership in groups of some kinds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grouping {
    /// The kinds of the entities that are its groups.
    pub kinds: Vec<String>,
    /// The kind whose groups do not overlap, by which `count by` counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partition: Option<String>,
    /// What it means, in a line.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
}

/// Which end of a fact a noun stands at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Who acts.
    Subject,
    /// What is acted on.
    Object,
}

impl Role {
    /// The field that holds it.
    #[must_use]
    pub fn field(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Object => "object",
        }
    }

    /// The other end.
    #[must_use]
    pub fn opposite(self) -> Self {
        match self {
            Self::Subject => Self::Object,
            Self::Object => Self::Subject,
        }
    }
}

/// A noun for entities of some kinds in a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Noun {
    /// One of them; also the name of the field, as in `person:ada`.
    pub singular: String,
    /// The kinds of entity that it names.
    pub kinds: Vec<String>,
    /// Where in a fact they stand.
    pub role: Role,
}

/// An action that facts may record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// How answers show it.
    pub label: String,
    /// Other words that mean it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forms: Vec<String>,
    /// Whether a subject does it to an object at most once.
    #[serde(default, skip_serializing_if = "is_false")]
    pub once: bool,
}

/// A word that stands for several actions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Umbrella {
    /// The actions that it covers.
    pub covers: Vec<String>,
    /// Other words that mean it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forms: Vec<String>,
}

/// A state that acts open and close.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Status {
    /// What begins it.
    pub open: Vec<Transition>,
    /// What ends it.
    #[serde(default)]
    pub close: Vec<Transition>,
}

/// An act, and which of its dates counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transition {
    /// The action or umbrella.
    pub by: String,
    /// The date field.
    pub at: String,
}

impl Vocabulary {
    /// Reads a vocabulary file.
    ///
    /// ```
    /// use tractat::Vocabulary;
    ///
    /// let vocabulary = Vocabulary::from_toml(
    ///     r#"
    ///     [world]
    ///     name = "board"
    ///     [actions]
    ///     appointed = { label = "appointment" }
    ///     "#,
    /// )?;
    /// assert!(vocabulary.actions.contains_key("appointed"));
    ///
    /// let error = Vocabulary::from_toml("[world]\nname = 7").unwrap_err();
    /// assert_eq!((error.line, error.column), (2, 8));
    /// # Ok::<(), tractat::model::VocabularyError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the text is not TOML, or does not have the shape of a vocabulary.
    pub fn from_toml(text: &str) -> Result<Self, VocabularyError> {
        toml::from_str(text).map_err(|error| VocabularyError::new(text, error))
    }
}

/// A text that is not a vocabulary.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
#[non_exhaustive]
pub struct VocabularyError {
    /// The line of the text, from 1.
    pub line: usize,
    /// The column in that line, in characters, from 1.
    pub column: usize,
    /// What is wrong there.
    pub message: String,
    source: Box<toml::de::Error>,
}

impl VocabularyError {
    fn new(text: &str, source: toml::de::Error) -> Self {
        let offset = source.span().map_or(0, |span| span.start);
        let before = text.get(..offset).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self {
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
            message: source.message().trim().to_owned(),
            source: Box::new(source),
        }
    }
}
