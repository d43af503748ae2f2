//! The vocabulary of a world: its fields, nouns, actions, statuses and groups, as
//! `vocabulary.toml` declares them.
//!
//! These types mirror the file. Names are looked up and collisions are found by
//! the [`Schema`](super::Schema).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Date;

/// The declarations of a world, as its `vocabulary.toml` has them.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Vocabulary {
    /// The name of the world.
    pub world: World,
    /// Fields beyond those that every fact has, by name. `subject` and `object` may
    /// be declared again to restrict what they may refer to.
    #[serde(default)]
    pub fields: BTreeMap<String, Field>,
    /// Groupings by the name of the field that tests them, such as `region`.
    #[serde(default)]
    pub groups: BTreeMap<String, Grouping>,
    /// Nouns by their plural, such as `states`.
    #[serde(default)]
    pub nouns: BTreeMap<String, Noun>,
    /// Actions by their name.
    #[serde(default)]
    pub actions: BTreeMap<String, Action>,
    /// Words that stand for several actions.
    #[serde(default)]
    pub umbrellas: BTreeMap<String, Umbrella>,
    /// Statuses that acts open and close, by name.
    #[serde(default)]
    pub status: BTreeMap<String, Status>,
    /// For each cancelling action the action that it cancels. A cancelled act never
    /// takes effect.
    #[serde(default)]
    pub cancels: BTreeMap<String, String>,
    /// Publishers, by the name that sources give.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub publishers: BTreeMap<String, Publisher>,
    /// What the store itself claims to have completely, whoever published it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub covers: Vec<CoverageClaim>,
}

/// A claim that all acts of some actions are recorded, about some objects and over
/// some days. An action of which nobody claims this is taken to be complete.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct CoverageClaim {
    /// The actions and umbrellas.
    pub actions: Vec<String>,
    /// The objects, and groups whose members they are, by id or name. If empty, all
    /// objects, and acts without one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objects: Vec<String>,
    /// Only the objects with these values of fields; `*` means any value.
    #[serde(default, rename = "where", skip_serializing_if = "BTreeMap::is_empty")]
    pub conditions: BTreeMap<String, String>,
    /// From when on; none if from the beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// Until when; none if until now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

/// What is declared about a publisher.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Publisher {
    /// The date up to which the store has all acts that the publisher reports:
    /// where what it covers ends, if nothing else is said there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complete_until: Option<Date>,
    /// What it claims to have completely.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub covers: Vec<CoverageClaim>,
}

/// The name and a description of a world.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct World {
    /// The short name.
    pub name: String,
    /// A description in one line.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
}

/// The type of a declared field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum FieldType {
    /// A value that is compared whole; case and diacritics are ignored.
    Keyword,
    /// Running text, searched by words.
    Text,
    /// A whole number of 64 bits.
    Integer,
    /// An exact number, of at most 34 significant digits.
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

/// The declaration of a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// The type of its values.
    #[serde(rename = "type")]
    pub kind: FieldType,
    /// What it means, in one line.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// For a reference: the kinds of entity that it may name. If empty, it may name
    /// an entity of any kind.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<String>,
    /// For a reference: whether a name that no entity has is accepted, and stands
    /// for itself.
    #[serde(default, skip_serializing_if = "is_false")]
    pub open: bool,
    /// For a date of facts: the key under which the object of a fact declares how
    /// the date is computed from `date` where the fact does not state it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// For a date of entities: the key under which an entity declares how many must
    /// have acted on it, from which the date is computed where the entity does not
    /// state it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_false(value: &bool) -> bool {
    !*value
}

/// A field of queries that tests whether an entity belongs to a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grouping {
    /// The kinds of entity that are groups of this grouping.
    pub kinds: Vec<String>,
    /// The kind whose groups do not overlap, which `count by` uses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partition: Option<String>,
    /// What it means, in one line.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
}

/// The end of a fact at which an entity stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The one who acts.
    Subject,
    /// The one that is acted on.
    Object,
}

impl Role {
    /// The name of the field: `subject` or `object`.
    #[must_use]
    pub fn field(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Object => "object",
        }
    }

    /// The other end of a fact.
    #[must_use]
    pub fn opposite(self) -> Self {
        match self {
            Self::Subject => Self::Object,
            Self::Object => Self::Subject,
        }
    }
}

/// A noun for the entities of some kinds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Noun {
    /// The singular, which is also a name of the field, as in `person:ada`.
    pub singular: String,
    /// The kinds of entity that it stands for.
    pub kinds: Vec<String>,
    /// The end of facts at which they stand.
    pub role: Role,
}

/// An action that facts may record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// How answers name it.
    pub label: String,
    /// Other words for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forms: Vec<String>,
    /// Whether a subject can do it to an object only once.
    #[serde(default, skip_serializing_if = "is_false")]
    pub once: bool,
    /// For date fields of facts that have a rule: which date of its subject the date of
    /// such an act is, where the fact does not state it and whatever the rule of its
    /// object is.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub computed: BTreeMap<String, SubjectDate>,
}

/// A date of an act that is a date of its subject: who takes another's place is bound
/// from the day on which it begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubjectDate {
    /// The date field of the subject.
    pub subject: String,
    /// A date field of the object before which it is not. As long as the object has no
    /// such date, nothing can be computed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<String>,
    /// The place where this is written.
    pub cite: String,
}

/// A word that stands for several actions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Umbrella {
    /// The actions that it covers.
    pub covers: Vec<String>,
    /// How answers name an act of any of them; if empty, by the word itself.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// Other words for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forms: Vec<String>,
}

/// A state that acts begin and end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Status {
    /// The acts that begin it.
    pub open: Vec<Transition>,
    /// The acts that end it.
    #[serde(default)]
    pub close: Vec<Transition>,
}

/// An act that begins or ends a status, and the date from which it does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transition {
    /// The action or umbrella of the act.
    pub by: String,
    /// The date field that counts.
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

    /// Every claim of coverage, with the publisher whose it is; none if it is the
    /// store's own.
    pub fn coverage_claims(&self) -> impl Iterator<Item = (Option<(&str, &Publisher)>, &CoverageClaim)> {
        let own = self.covers.iter().map(|claim| (None, claim));
        let published = self.publishers.iter().flat_map(|(name, publisher)| {
            publisher.covers.iter().map(move |claim| (Some((name.as_str(), publisher)), claim))
        });
        own.chain(published)
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
