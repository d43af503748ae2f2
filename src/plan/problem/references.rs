use super::{EntityMention, Suggestion};

/// What is wrong with the name of an entity or a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ReferenceProblem {
    /// Several entities have the name.
    Ambiguous {
        /// The name.
        name: String,
        /// Who has it.
        holders: Vec<NameHolder>,
    },
    /// It is the id of one entity, which is meant, and the name of others; a warning.
    IdOfAnother {
        /// The name.
        name: String,
        /// The name of the one with the id.
        entity: String,
        /// The others.
        others: Vec<NameHolder>,
    },
    /// No entity has the name.
    Unknown {
        /// The name.
        name: String,
        /// What it may have meant.
        suggestion: Option<Suggestion>,
    },
    /// No entity has the name, which the field takes all the same; a warning.
    StandsForItself {
        /// The name.
        name: String,
        /// What it may have meant.
        suggestion: Suggestion,
    },
    /// The entity is of a kind that the field does not take.
    WrongKind {
        /// As written.
        name: String,
        /// The entity.
        entity: EntityMention,
        /// The field as written.
        field: String,
        /// What the field takes.
        takes: TakenKinds,
        /// The tests that take the entity.
        tests: Vec<String>,
    },
    /// No group has the name.
    UnknownGroup {
        /// The name.
        name: String,
        /// A group that is called nearly so.
        similar: Option<String>,
        /// Every group that may stand there.
        groups: Vec<String>,
    },
    /// No name begins so; a warning.
    NoNameBegins {
        /// The prefix, folded.
        prefix: String,
    },
    /// No group matches what was asked for; a warning.
    NoGroupMatches {
        /// The field as written.
        field: String,
    },
}

/// One of several entities that have a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NameHolder {
    /// Its id.
    pub id: String,
    /// Its own name.
    pub name: String,
    /// The years in which it has the name in question.
    pub years: Option<String>,
}

/// The entities that a field takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TakenKinds {
    /// Those of some kinds.
    Kinds(Vec<String>),
    /// Groups of any kind.
    Groups,
}
