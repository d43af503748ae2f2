//! What can be wrong with definitions and their calls.

use crate::syntax::{DefinitionPlace, DefinitionSignature};

/// What is wrong with a definition, or a call of one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DefinitionProblem {
    /// A name that is defined already.
    Redefined {
        /// The name.
        name: String,
        /// Where it was defined first.
        place: DefinitionPlace,
    },
    /// A name that is a word of the language.
    NameIsKeyword {
        /// The name.
        name: String,
    },
    /// A query that calls itself.
    Recursive {
        /// Its name.
        name: String,
    },
    /// A parameter that is listed twice.
    RepeatedParameter {
        /// Its name without `$`.
        name: String,
    },
    /// A parameter that the query does not use.
    UnusedParameter {
        /// Its name without `$`.
        name: String,
        /// A parameter of nearly the same name that it does use.
        similar: Option<String>,
    },
    /// A call of what is not defined.
    UnknownName {
        /// The name.
        name: String,
        /// The signature of a definition of nearly the same name.
        similar: Option<String>,
    },
    /// A call with too few or too many values.
    ArgumentCount {
        /// The name of the definition.
        name: String,
        /// How many values it takes.
        expected: usize,
        /// How many the call has.
        given: usize,
        /// The definition.
        definition: DefinitionSignature,
    },
    /// A call of a definition that is wrong itself.
    Broken {
        /// The name of the definition.
        name: String,
        /// Where it is defined.
        place: DefinitionPlace,
    },
    /// A query that is too long or too deep with all that it calls.
    ExpansionTooLarge {
        /// How long it may be, in bytes.
        most_bytes: usize,
        /// How many levels of calls it may have.
        most_levels: usize,
    },
    /// A value with which the query is too long.
    ArgumentTooLong {
        /// The definition.
        definition: DefinitionSignature,
    },
    /// A value that is not a date where the definition needs one.
    ArgumentNotDate {
        /// The parameter without `$`.
        parameter: String,
        /// The definition.
        definition: DefinitionSignature,
    },
    /// A call among conditions of what is more than a condition.
    NotCondition {
        /// The name of the definition.
        name: String,
        /// What makes it more, or less, than a condition.
        reason: WholeQueryPart,
    },
    /// A clause that the definition has as well as the query that calls it.
    RepeatedClause {
        /// The name of the definition.
        name: String,
        /// `as of` or `known`.
        clause: &'static str,
    },
}

/// What a definition has, or lacks, so that it cannot be one condition among
/// others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WholeQueryPart {
    /// Stages.
    Stages,
    /// `periods`
    Periods,
    /// `known`
    Known,
    /// `as of each`
    AsOfEach,
    /// It has no condition.
    NoCondition,
}
