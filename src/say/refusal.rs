//! Why a world does not accept a fact or an entity: the data, and its English.

use std::fmt;
use std::sync::Arc;

use super::list::{clipped, names, with_article};
use crate::model::{DateError, FieldKind, NumberError, RuleError};

/// Why a world does not accept a fact or an entity.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Refusal {
    /// The vocabulary does not have the action.
    UnknownAction {
        /// The action.
        action: String,
        /// The action or umbrella of which the word is a form, if it is one.
        meaning: Option<String>,
        /// The action or umbrella that was probably meant.
        similar: Option<String>,
        /// Every action and umbrella of the vocabulary, if none is similar.
        known: Vec<String>,
    },
    /// No entity has the name.
    UnknownEntity {
        /// The field.
        field: String,
        /// The name.
        name: String,
        /// A known name that was probably meant.
        similar: Option<String>,
    },
    /// Several entities have the name.
    AmbiguousEntity {
        /// The field.
        field: String,
        /// The name.
        name: String,
        /// The entities, each with the years in which it was called so.
        candidates: Vec<(String, Option<String>)>,
    },
    /// An entity is of a kind that the field does not take.
    WrongKind {
        /// The field.
        field: String,
        /// The name of the entity.
        name: String,
        /// Its kind.
        kind: String,
        /// The kinds that the field takes.
        allowed: Vec<String>,
    },
    /// A name is empty, too long, or has a control character.
    InvalidName {
        /// What it is the name of.
        part: NamePart,
        /// What is wrong with it.
        problem: NameProblem,
    },
    /// A key is given twice: as one that every record has, and as a field.
    DuplicateKey {
        /// The key.
        key: String,
    },
    /// A field is worked out from others and cannot be stated.
    DerivedField {
        /// The field.
        field: String,
    },
    /// A field is called by another name than its own.
    AliasedField {
        /// The name that was used.
        alias: String,
        /// Its own name.
        field: String,
    },
    /// The vocabulary does not declare a field.
    UndeclaredField {
        /// The field; one of sources with `source.` before its name.
        field: String,
        /// The declared field that was probably meant.
        similar: Option<String>,
    },
    /// Another record of the same import has the id, and says something else.
    SameId {
        /// The id.
        id: String,
        /// The input of the other record.
        input: Arc<str>,
        /// The line at which it starts, from 1.
        line: u64,
    },
    /// Another record of the same import defines the entity, and contradicts this one.
    EntityDefinedTwice {
        /// The id of the entity.
        id: String,
        /// The key at which they contradict each other.
        key: String,
    },
    /// A value is nested too deeply.
    TooDeep {
        /// Its key.
        key: String,
        /// How deeply it may be nested.
        limit: usize,
    },
    /// A value is not of the type of its field.
    WrongType {
        /// The field.
        field: String,
        /// What the field holds.
        expected: FieldKind,
        /// The value, as JSON.
        value: String,
    },
    /// A number is beyond the bounds of one.
    NumberBeyondBounds {
        /// The field.
        field: String,
        /// The number as it was given.
        number: String,
        /// Beyond which.
        error: NumberError,
    },
    /// A text is not a date.
    NotADate {
        /// The field.
        field: String,
        /// What is wrong with it.
        error: DateError,
    },
    /// Something in the `says` of a source is wrong.
    Says(Box<Refusal>),
    /// Something of an entity is wrong.
    OfEntity {
        /// The id of the entity.
        id: String,
        /// What is wrong.
        problem: Box<Refusal>,
    },
    /// The vocabulary does not mention the kind of an entity.
    UnknownKind {
        /// The kind.
        kind: String,
        /// The kind that was probably meant.
        similar: Option<String>,
        /// Every kind that the vocabulary mentions.
        known: Vec<String>,
    },
    /// A rule from which dates of an entity follow is wrong.
    InvalidRule {
        /// The key of the rule.
        key: String,
        /// What is wrong with it.
        problem: Box<RuleRefusal>,
    },
    /// An entity refers to another one that is not defined, or not to one alone.
    Unrelated {
        /// The id of the entity.
        id: String,
        /// How it refers to the other.
        relation: EntityRelation,
        /// The name of the other.
        name: String,
        /// Whether several entities have that name.
        ambiguous: bool,
    },
    /// An entity refers to itself where another must be.
    OfItself {
        /// The id of the entity.
        id: String,
        /// How it refers to itself.
        relation: EntityRelation,
    },
    /// Something of an entity ends before it begins.
    ReversedDays {
        /// The alias or the group; none if it is the entity.
        of: Option<String>,
    },
    /// Groups belong to groups in a chain that is too long.
    GroupsTooDeep {
        /// The id of an entity in the chain.
        id: String,
        /// How long it may be.
        limit: usize,
    },
    /// Facts in force would no longer name one entity.
    OrphanedFacts(Box<Refusal>),
    /// The name under which an entity may be known is that of several.
    AmbiguousCompletion {
        /// The name.
        name: String,
        /// The ids of the entities that have it.
        candidates: Vec<String>,
    },
    /// The entity that is known by the name of another is of another kind.
    CompletionOfOtherKind {
        /// The name.
        name: String,
        /// The id of the known entity.
        id: String,
        /// Its kind.
        kind: String,
        /// The kind of the entity that was to complete it.
        completing: String,
    },
}

/// Why a rule from which dates of an entity follow is not accepted.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum RuleRefusal {
    /// It is not well formed.
    Malformed(RuleError),
    /// It has an action or a kind that the vocabulary does not have.
    UnknownWord(Refusal),
    /// It waits for a date that entities do not have.
    UnknownDate {
        /// The action that the rule is for.
        action: String,
        /// The name of the date.
        date: String,
        /// The date that was probably meant.
        similar: Option<String>,
        /// Every date that entities have.
        known: Vec<String>,
    },
    /// An action both counts and takes back what counts.
    CountsAndTakesBack {
        /// The action.
        action: String,
    },
    /// A threshold waits for something that is not a day.
    NotADay {
        /// What it waits for.
        text: String,
    },
}

/// What a name is the name of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NamePart {
    /// The id of a fact.
    FactId,
    /// A tag.
    Tag,
    /// The value of a field.
    Field(String),
    /// The name of a field.
    FieldName,
    /// The publisher of a source.
    Publisher,
    /// The address of a source.
    Url,
    /// Whose word a source takes.
    AccordingTo,
    /// The id of an entity.
    EntityId,
    /// The name of an entity.
    EntityName,
    /// Another name of an entity.
    EntityAlias,
    /// The kind of an entity.
    EntityKind,
}

/// What is wrong with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NameProblem {
    /// It is empty.
    Empty,
    /// It has more bytes than this.
    LongerThan(usize),
    /// It has this control character.
    ControlCharacter(char),
}

/// How an entity refers to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EntityRelation {
    /// It belongs to it, a group.
    Member,
    /// It succeeds it.
    Successor,
    /// It continues it under another name.
    Continuation,
    /// A date of it waits for what the other does.
    Awaits,
}

/// Of which kind a refusal is, without what the record says. Refusals of one
/// kind can be counted together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the variant of `Refusal` of that name")]
#[non_exhaustive]
pub enum RefusalKind {
    UnknownAction,
    UnknownEntity { field: String },
    AmbiguousEntity { field: String },
    WrongKind { field: String },
    InvalidName { part: NamePart },
    DuplicateKey,
    DerivedField,
    AliasedField,
    UndeclaredField { field: String },
    SameId,
    EntityDefinedTwice,
    TooDeep,
    WrongType { field: String, expected: FieldKind },
    NumberBeyondBounds { field: String, error: NumberError },
    NotADate { field: String },
    Says(Box<RefusalKind>),
    UnknownKind,
    InvalidRule { key: String },
    Unrelated { relation: EntityRelation },
    OfItself,
    ReversedDays,
    GroupsTooDeep,
    OrphanedFacts,
    AmbiguousCompletion,
    CompletionOfOtherKind,
}

impl Refusal {
    /// Of which kind it is.
    #[must_use]
    pub fn kind(&self) -> RefusalKind {
        let field = |field: &String| field.clone();
        match self {
            Self::UnknownAction { .. } => RefusalKind::UnknownAction,
            Self::UnknownEntity { field: name, .. } => RefusalKind::UnknownEntity { field: field(name) },
            Self::AmbiguousEntity { field: name, .. } => RefusalKind::AmbiguousEntity { field: field(name) },
            Self::WrongKind { field: name, .. } => RefusalKind::WrongKind { field: field(name) },
            Self::InvalidName { part, .. } => RefusalKind::InvalidName { part: part.clone() },
            Self::DuplicateKey { .. } => RefusalKind::DuplicateKey,
            Self::DerivedField { .. } => RefusalKind::DerivedField,
            Self::AliasedField { .. } => RefusalKind::AliasedField,
            Self::UndeclaredField { field: name, .. } => RefusalKind::UndeclaredField { field: field(name) },
            Self::SameId { .. } => RefusalKind::SameId,
            Self::EntityDefinedTwice { .. } => RefusalKind::EntityDefinedTwice,
            Self::TooDeep { .. } => RefusalKind::TooDeep,
            Self::WrongType { field: name, expected, .. } => {
                RefusalKind::WrongType { field: field(name), expected: *expected }
            }
            Self::NumberBeyondBounds { field: name, error, .. } => {
                RefusalKind::NumberBeyondBounds { field: field(name), error: *error }
            }
            Self::NotADate { field: name, .. } => RefusalKind::NotADate { field: field(name) },
            Self::Says(problem) => RefusalKind::Says(Box::new(problem.kind())),
            Self::OfEntity { problem, .. } => problem.kind(),
            Self::UnknownKind { .. } => RefusalKind::UnknownKind,
            Self::InvalidRule { key, .. } => RefusalKind::InvalidRule { key: key.clone() },
            Self::Unrelated { relation, .. } => RefusalKind::Unrelated { relation: *relation },
            Self::OfItself { .. } => RefusalKind::OfItself,
            Self::ReversedDays { .. } => RefusalKind::ReversedDays,
            Self::GroupsTooDeep { .. } => RefusalKind::GroupsTooDeep,
            Self::OrphanedFacts(_) => RefusalKind::OrphanedFacts,
            Self::AmbiguousCompletion { .. } => RefusalKind::AmbiguousCompletion,
            Self::CompletionOfOtherKind { .. } => RefusalKind::CompletionOfOtherKind,
        }
    }
}

impl std::error::Error for Refusal {}

/// What to write instead of a word: what is nearest to it, else all that is known.
fn write_mend(f: &mut fmt::Formatter<'_>, similar: Option<&str>, known: &[String]) -> fmt::Result {
    match similar {
        Some(near) => write!(f, "; did you mean `{near}`?"),
        None => write!(f, "; the vocabulary has {}", names(known)),
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownAction { action, meaning, similar, known } => {
                write!(f, "`{}` is not an action", clipped(action))?;
                match meaning {
                    None => write_mend(f, similar.as_deref(), known),
                    Some(name) => write!(f, "; write `{name}`"),
                }
            }
            Self::UnknownEntity { field, name, similar } => {
                write!(f, "`{field}` names `{}`, which is unknown; ", clipped(name))?;
                match similar {
                    Some(near) => write!(f, "did you mean `{near}`? Otherwise define it first (`tractat define`)"),
                    None => f.write_str("define it first (`tractat define`)"),
                }
            }
            Self::AmbiguousEntity { field, name, candidates } => {
                let candidate = |(id, years): &(String, Option<String>)| match years {
                    Some(years) => format!("`{id}` ({years})"),
                    None => format!("`{id}`"),
                };
                let candidates: Vec<String> = candidates.iter().map(candidate).collect();
                let candidates = candidates.join(", ");
                write!(f, "`{field}` names `{}`, which may be {candidates}; write one of these", clipped(name))
            }
            Self::WrongKind { field, name, kind, allowed } => {
                write!(
                    f,
                    "`{field}` cannot be `{}`, {}; it takes {}",
                    clipped(name),
                    with_article(kind),
                    names(allowed)
                )
            }
            Self::InvalidName { part, problem } => write!(f, "{part} {problem}"),
            Self::DuplicateKey { key } => write!(f, "`{}` is given twice", clipped(key)),
            Self::DerivedField { field } => write!(f, "`{field}` is worked out from the sources and cannot be stated"),
            Self::AliasedField { alias, field } => write!(f, "`{alias}` is called `{field}` in records"),
            Self::UndeclaredField { field, similar } => {
                write!(f, "the vocabulary does not declare the field `{}`", clipped(field))?;
                match similar {
                    Some(near) => write!(f, "; did you mean `{near}`? `--keep-undeclared` keeps it as it is"),
                    None => f.write_str("; declare it, or keep it as it is with `--keep-undeclared`"),
                }
            }
            Self::SameId { id, input, line } => write!(
                f,
                "the id `{}` is that of another record, {input}:{line}, which says something else; give each act an id \
                 of its own (in a mapping, `{{n}}` numbers those that are the same), or import with `--versions`",
                clipped(id)
            ),
            Self::EntityDefinedTwice { id, key } => {
                write!(f, "`{}` is defined by another record too, with another `{}`", clipped(id), clipped(key))
            }
            Self::TooDeep { key, limit } => write!(f, "`{}` is nested more than {limit} levels deep", clipped(key)),
            Self::WrongType { field, expected, value } => {
                write!(f, "`{field}` holds {}, not `{}`", expected.name(), clipped(value))
            }
            Self::NumberBeyondBounds { field, number, error } => {
                write!(f, "`{field}` cannot keep `{}`: {error}", clipped(number))
            }
            Self::NotADate { field, error } => write!(f, "`{field}`: {error}"),
            Self::Says(problem) => write!(f, "in the `says` of a source: {problem}"),
            Self::OfEntity { id, problem } => write!(f, "entity `{}`: {problem}", clipped(id)),
            Self::UnknownKind { kind, similar, known } => {
                write!(f, "the vocabulary does not mention the kind `{}`", clipped(kind))?;
                write_mend(f, similar.as_deref(), known)
            }
            Self::InvalidRule { key, problem } => write!(f, "`{key}`: {problem}"),
            Self::Unrelated { id, relation, name, ambiguous } => {
                let problem = if *ambiguous { "a name of several entities" } else { "which is not defined" };
                write!(f, "`{}` {relation} `{}`, {problem}", clipped(id), clipped(name))
            }
            Self::OfItself { id, relation } => write!(f, "`{}` {relation} itself", clipped(id)),
            Self::ReversedDays { of: None } => f.write_str("`until` must be after `from`"),
            Self::ReversedDays { of: Some(name) } => {
                write!(f, "`until` of `{}` must be after its `from`", clipped(name))
            }
            Self::GroupsTooDeep { id, limit } => write!(
                f,
                "`{}` would belong to groups more than {limit} levels deep, or to itself; make it a member of a group higher up",
                clipped(id)
            ),
            Self::OrphanedFacts(problem) => write!(f, "facts in force would no longer name one entity: {problem}"),
            Self::AmbiguousCompletion { name, candidates } => {
                write!(f, "`{}` may be any of {}; make it the name of one of them", clipped(name), names(candidates))
            }
            Self::CompletionOfOtherKind { name, id, kind, completing } => {
                write!(
                    f,
                    "`{}` is a name of `{id}`, {}, not {}",
                    clipped(name),
                    with_article(kind),
                    with_article(completing)
                )
            }
        }
    }
}

impl fmt::Display for RuleRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(error) => error.fmt(f),
            Self::UnknownWord(refusal) => refusal.fmt(f),
            Self::UnknownDate { action, date, similar, known } => {
                let date = clipped(date);
                write!(f, "the rule for `{action}`: `not_before` must be a day or a date of the entity, not `{date}`")?;
                match similar {
                    Some(near) => write!(f, "; did you mean `{near}`?"),
                    None => write!(f, "; its dates are {}", names(known)),
                }
            }
            Self::CountsAndTakesBack { action } => {
                write!(f, "`{action}` cannot both count (`by`) and take back what counts (`unless`)")
            }
            Self::NotADay { text } => write!(f, "`not_before` must be a day here, not `{}`", clipped(text)),
        }
    }
}

impl fmt::Display for NamePart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FactId => "the id",
            Self::Tag => "a tag",
            Self::Field(field) => return write!(f, "`{field}`"),
            Self::FieldName => "the name of a field",
            Self::Publisher => "the publisher of a source",
            Self::Url => "the address of a source",
            Self::AccordingTo => "`according_to`",
            Self::EntityId => "the id of an entity",
            Self::EntityName => "the name of an entity",
            Self::EntityAlias => "an alias of an entity",
            Self::EntityKind => "the kind of an entity",
        })
    }
}

impl fmt::Display for NameProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("is empty"),
            Self::LongerThan(limit) => write!(f, "is longer than {limit} bytes"),
            Self::ControlCharacter(control) => {
                write!(f, "has the control character U+{:04X}", u32::from(*control))
            }
        }
    }
}

impl fmt::Display for EntityRelation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Member => "belongs to",
            Self::Successor => "succeeds",
            Self::Continuation => "continues",
            Self::Awaits => "waits for",
        })
    }
}

impl fmt::Display for RefusalKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownAction => f.write_str("unknown action"),
            Self::UnknownEntity { field } => write!(f, "unknown name in `{field}`"),
            Self::AmbiguousEntity { field } => write!(f, "name of several entities in `{field}`"),
            Self::WrongKind { field } => write!(f, "entity of the wrong kind in `{field}`"),
            Self::InvalidName { part } => write!(f, "{part} is empty, too long or has control characters"),
            Self::DuplicateKey => f.write_str("key given twice"),
            Self::DerivedField => f.write_str("field that cannot be stated"),
            Self::AliasedField => f.write_str("field that has another name in records"),
            Self::UndeclaredField { field } => write!(f, "field `{field}` that the vocabulary does not declare"),
            Self::SameId => f.write_str("id of another record"),
            Self::EntityDefinedTwice => f.write_str("entity that another record defines differently"),
            Self::TooDeep => f.write_str("value nested too deeply"),
            Self::WrongType { field, expected } => write!(f, "`{field}` is not {}", expected.name()),
            Self::NumberBeyondBounds { field, error } => write!(f, "number that `{field}` cannot keep: {error}"),
            Self::NotADate { field } => write!(f, "`{field}` is not a date"),
            Self::Says(kind) => write!(f, "in the `says` of a source: {kind}"),
            Self::UnknownKind => f.write_str("unknown kind of entity"),
            Self::InvalidRule { key } => write!(f, "invalid rule in `{key}`"),
            Self::Unrelated { relation } => write!(f, "entity that {relation} one that is unknown or ambiguous"),
            Self::OfItself => f.write_str("entity that refers to itself"),
            Self::ReversedDays => f.write_str("entity of which something ends before it begins"),
            Self::GroupsTooDeep => f.write_str("group that is nested too deeply"),
            Self::OrphanedFacts => f.write_str("entity whose names facts in force need"),
            Self::AmbiguousCompletion => f.write_str("name of several entities that may be completed"),
            Self::CompletionOfOtherKind => f.write_str("known entity of another kind"),
        }
    }
}
