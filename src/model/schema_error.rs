//! Why a vocabulary cannot be used.

use super::FieldKind;

/// Why a vocabulary cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaError {
    /// A word would have two meanings.
    #[error("`{word}` is {first} and also {second}, but a word can have only one meaning")]
    Collision {
        /// The word.
        word: String,
        /// The meaning that it already has.
        first: WordMeaning,
        /// The other meaning that it would have.
        second: WordMeaning,
    },
    /// A declaration names an action that is not declared.
    #[error("{declaration} names `{name}`, which is not a declared action")]
    UndeclaredAction {
        /// The declaration.
        declaration: Declaration,
        /// The name.
        name: String,
    },
    /// A status names a date field that is not declared.
    #[error("{declaration} names `{name}`, which is not a declared date field")]
    UndeclaredDate {
        /// The declaration.
        declaration: Declaration,
        /// The name.
        name: String,
    },
    /// A name that queries could not spell.
    #[error("`{name}` cannot be the name of {thing}: use letters, digits, `-` and `_`, and start with a letter")]
    InvalidName {
        /// The name.
        name: String,
        /// What it would be the name of.
        thing: NamedThing,
    },
    /// A field cannot have the rule that it is declared with.
    #[error("the field `{field}` cannot have the rule `{rule}`: {problem}")]
    InvalidFieldRule {
        /// The field.
        field: String,
        /// The key of the rule.
        rule: String,
        /// Why it cannot have the rule.
        problem: FieldRuleProblem,
    },
    /// An action says how a field is computed that has no rule.
    #[error("the action `{action}` says what `{field}` is computed from, but that is not a date field with a `rule`")]
    NotComputed {
        /// The action.
        action: String,
        /// The field.
        field: String,
    },
    /// An umbrella covers nothing.
    #[error("{declaration} covers no actions")]
    CoversNothing {
        /// The declaration.
        declaration: Declaration,
    },
    /// An action takes itself back.
    #[error("the action `{action}` cannot cancel itself")]
    CancelsItself {
        /// The action.
        action: String,
    },
    /// An action has a label that nobody could read.
    #[error("the label of the action `{action}` is empty")]
    EmptyLabel {
        /// The action.
        action: String,
    },
    /// A field says of entities what only a reference can say.
    #[error("the field `{field}` cannot have `{key}`: only references have it")]
    NotAReference {
        /// The field.
        field: String,
        /// The key of its declaration.
        key: &'static str,
    },
    /// A claim of coverage names a kind or an object that is not there.
    #[error("{declaration} names `{name}`, which is not {thing}{}", similar.as_ref().map_or_else(String::new, |similar| format!("; did you mean `{similar}`?")))]
    NothingCovered {
        /// The declaration.
        declaration: Declaration,
        /// The name.
        name: String,
        /// What it is not the name of.
        thing: CoveredThing,
        /// What was probably meant.
        similar: Option<String>,
    },
    /// A claim of coverage names no actions.
    #[error("{declaration} names no actions")]
    NoActions {
        /// The declaration.
        declaration: Declaration,
    },
    /// A claim of coverage selects objects by a field that it cannot select them by.
    #[error("{declaration} selects objects by `{name}`, which is neither `kind` nor a declared keyword or number")]
    NotSelectable {
        /// The declaration.
        declaration: Declaration,
        /// The name of the field.
        name: String,
    },
    /// A claim of coverage ends before it begins.
    #[error("{declaration} ends before it begins")]
    ReversedCoverage {
        /// The declaration.
        declaration: Declaration,
    },
    /// A built-in field is declared with another type.
    #[error("the field `{name}` is {} in every world and cannot be declared otherwise", expected.name())]
    BuiltIn {
        /// The field.
        name: String,
        /// What its values are.
        expected: FieldKind,
    },
}

/// What a claim of coverage selects objects by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CoveredThing {
    /// An entity.
    #[error("one entity")]
    Object,
    /// A kind of entities.
    #[error("a kind that the vocabulary mentions")]
    Kind,
}

/// What a word means in queries.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WordMeaning {
    /// A keyword of the query language.
    #[error("a word of the query language")]
    Keyword,
    /// A field.
    #[error("the field `{0}`")]
    Field(String),
    /// A noun, by its plural.
    #[error("the noun `{0}`")]
    Noun(String),
    /// A grouping.
    #[error("the grouping `{0}`")]
    Grouping(String),
    /// A status.
    #[error("the status `{0}`")]
    Status(String),
    /// A form of an action.
    #[error("a form of the action `{0}`")]
    Action(String),
    /// A form of an umbrella.
    #[error("a form of the umbrella `{0}`")]
    Umbrella(String),
}

/// A declaration that names others.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Declaration {
    /// A status.
    #[error("the status `{0}`")]
    Status(String),
    /// An umbrella.
    #[error("the umbrella `{0}`")]
    Umbrella(String),
    /// An action.
    #[error("the action `{0}`")]
    Action(String),
    /// The table of actions that cancel others.
    #[error("`cancels`")]
    Cancels,
    /// What the store covers, or a publisher.
    #[error("`covers`{}", publisher.as_ref().map_or_else(String::new, |name| format!(" of the publisher `{name}`")))]
    Coverage {
        /// The publisher; none if it is the store.
        publisher: Option<String>,
    },
}

/// What a name is the name of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NamedThing {
    /// A field.
    #[error("a field")]
    Field,
    /// A noun.
    #[error("a noun")]
    Noun,
    /// A grouping.
    #[error("a grouping")]
    Grouping,
    /// A status.
    #[error("a status")]
    Status,
    /// An action or umbrella.
    #[error("an action")]
    Action,
    /// A rule.
    #[error("a rule")]
    Rule,
}

/// Why a field cannot have a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FieldRuleProblem {
    /// The field does not hold dates.
    #[error("only dates can be computed")]
    NotADate,
    /// The field is one of sources.
    #[error("the dates of a source are never computed")]
    OfSource,
    /// The field has both kinds of rule.
    #[error("a date is computed from its fact (`rule`) or from the acts on its entity (`threshold`), not from both")]
    RuleAndThreshold,
    /// Entities have another value under the key of the rule.
    #[error("entities already have another value under that key; choose another key")]
    KeyTaken,
}

impl NamedThing {
    /// Checks that queries can spell a name.
    pub(super) fn check(self, name: &str) -> Result<(), SchemaError> {
        let mut characters = name.chars();
        let is_valid = characters.next().is_some_and(char::is_alphabetic)
            && characters.all(|character| character.is_alphanumeric() || matches!(character, '-' | '_'));
        if is_valid { Ok(()) } else { Err(SchemaError::InvalidName { name: name.to_owned(), thing: self }) }
    }
}
