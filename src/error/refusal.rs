//! Why a store does not accept a fact, an entity or a vocabulary.

use serde_json::Value;

use crate::model::{DateError, FieldKind, RuleError};

/// Why a store does not accept a fact, an entity or a vocabulary.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Refusal {
    /// The key of the record under which it is wrong.
    pub key: String,
    /// What is wrong.
    pub reason: RefusalReason,
}

/// What is wrong with a fact, an entity or a vocabulary.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum RefusalReason {
    /// A name, an id or a keyword cannot be one.
    InvalidName {
        /// What it is the name of.
        of: NamedPart,
        /// Why it cannot be one.
        problem: NameProblem,
    },
    /// The vocabulary does not declare the action.
    UnknownAction {
        /// The action, as written.
        written: String,
        /// The declared action that is probably meant.
        suggestion: Option<String>,
        /// The declared actions, the first of many.
        known: Vec<String>,
    },
    /// A form of an action, or a word for several, where the name of an action must be.
    NotAnAction {
        /// The word, as written.
        written: String,
        /// The actions that it means in queries.
        actions: Vec<String>,
    },
    /// A key has two values.
    DuplicateKey {
        /// The key.
        key: String,
        /// Whose key it is.
        of: KeyOwner,
    },
    /// The field is computed and cannot be written.
    ComputedField {
        /// The field.
        field: String,
    },
    /// The name of a field is spelled differently from its declaration.
    FieldSpelling {
        /// As written.
        written: String,
        /// As declared.
        declared: String,
    },
    /// A value is not of the type that its field is declared with.
    WrongType {
        /// The field.
        field: String,
        /// The declared type.
        expected: FieldKind,
        /// The value.
        found: Value,
    },
    /// A text is not a date.
    InvalidDate {
        /// The field.
        field: String,
        /// What is wrong with the text.
        error: DateError,
    },
    /// The name of an entity of a kind that the field does not take.
    WrongEntityKind {
        /// The field.
        field: String,
        /// The name, as written.
        written: String,
        /// The kind of the entity.
        kind: String,
        /// The kinds that the field takes.
        expected: Vec<String>,
    },
    /// No entity has the name.
    UnknownReference {
        /// The field.
        field: String,
        /// The name, as written.
        written: String,
        /// A name of an entity that is probably meant.
        suggestion: Option<String>,
    },
    /// Several entities have the name.
    AmbiguousReference {
        /// The field.
        field: String,
        /// The name, as written.
        written: String,
        /// The entities.
        candidates: Vec<ReferenceCandidate>,
    },
    /// A value is nested too deeply.
    TooDeep {
        /// The key.
        key: String,
        /// The most levels that are allowed.
        limit: usize,
    },
    /// What a source says differently from its fact (`says`) is wrong.
    InSays(Box<RefusalReason>),
    /// The value of a key of an entity is wrong.
    InEntity {
        /// The id of the entity.
        entity: String,
        /// The key.
        key: String,
        /// What is wrong with the value.
        reason: Box<RefusalReason>,
    },
    /// A rule from which dates are computed is wrong.
    Rule(RuleError),
    /// `not_before` of a rule names neither a day nor a date of the entity.
    UnknownRuleDate {
        /// The action that the rule is for.
        action: String,
        /// The name, as written.
        written: String,
        /// The date that is probably meant.
        suggestion: Option<String>,
        /// The dates that an entity may have.
        known: Vec<String>,
    },
    /// `not_before` of a threshold is not a day.
    RuleDateNotADay {
        /// The name, as written.
        written: String,
    },
    /// An action both counts towards a threshold and takes that back.
    CountsAndCancels {
        /// The action.
        action: String,
    },
    /// The vocabulary does not mention the kind of entity.
    UnknownEntityKind {
        /// The kind, as written.
        written: String,
        /// The kind that is probably meant.
        suggestion: Option<String>,
        /// The kinds that the vocabulary mentions.
        known: Vec<String>,
    },
    /// An entity names another that does not exist, or that is ambiguous.
    UnresolvedRelation {
        /// The id of the entity.
        entity: String,
        /// How it is related to the other.
        relation: EntityRelation,
        /// The name of the other, as written.
        written: String,
        /// Whether several entities have the name; otherwise none has.
        is_ambiguous: bool,
    },
    /// Facts in force would no longer name one entity.
    BreaksFacts(Box<RefusalReason>),
    /// Facts in force have values that a new vocabulary does not allow.
    DropsValues {
        /// Each field with one of its values.
        values: Vec<(String, String)>,
    },
    /// The names of an entity to be completed are those of several.
    AmbiguousEntity {
        /// The name.
        name: String,
        /// The ids of those that have it.
        candidates: Vec<String>,
    },
    /// The name of an entity to be completed is that of one of another kind.
    OtherEntityKind {
        /// The name.
        name: String,
        /// The entity that has it.
        entity: String,
        /// The kind of that entity.
        kind: String,
        /// The kind that was asked for.
        expected: String,
    },
    /// A retraction gives no reason.
    MissingReason,
    /// No fact in force has the id.
    UnknownFact {
        /// The id.
        id: String,
    },
    /// The fact is already retracted.
    AlreadyRetracted {
        /// Its id.
        id: String,
    },
}

/// An entity that may be meant by an ambiguous name.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReferenceCandidate {
    /// Its id.
    pub id: String,
    /// The years in which it had the name, such as `1977–2011`.
    pub years: Option<String>,
}

/// A part of a record that is a name.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NamedPart {
    /// The id of a fact.
    FactId,
    /// A tag of a fact.
    Tag,
    /// The value of a field.
    Field(String),
    /// The name of a field.
    FieldName,
    /// The publisher of a source.
    Publisher,
    /// The address of a source.
    Url,
    /// The id of an entity.
    EntityId,
    /// A name of an entity.
    EntityName,
    /// The kind of an entity.
    EntityKind,
}

/// Why a text cannot be a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NameProblem {
    /// It is empty.
    Empty,
    /// It is too long.
    TooLong {
        /// The most bytes that are allowed.
        limit: usize,
    },
    /// It has a control character.
    ControlCharacter(char),
}

/// What a key belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyOwner {
    /// A fact.
    Fact,
    /// A source of a fact.
    Source,
    /// The entity of an id.
    Entity(String),
}

/// How an entity is related to another that it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum EntityRelation {
    /// It is a member of the other.
    BelongsTo,
    /// It is the successor of the other.
    Succeeds,
    /// It is the same as the other under another name.
    Continues,
    /// It takes effect only once the other has acted.
    WaitsFor,
}

impl RefusalReason {
    /// Wrong under a key.
    pub(crate) fn under(self, key: &str) -> Refusal {
        Refusal { key: key.to_owned(), reason: self }
    }

    /// What is wrong, without where: the innermost reason.
    #[must_use]
    pub fn innermost(&self) -> &Self {
        match self {
            Self::InSays(reason) | Self::InEntity { reason, .. } | Self::BreaksFacts(reason) => reason.innermost(),
            reason => reason,
        }
    }
}
