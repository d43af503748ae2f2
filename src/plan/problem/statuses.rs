use super::EntityMention;

/// What is wrong with a status, or with what follows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StatusProblem {
    /// The end that the path names is not the one at which the rows stand.
    OtherEnd {
        /// The status.
        status: String,
    },
    /// The value is neither a name nor a number.
    NotNameOrNumber {
        /// The path.
        path: String,
        /// How the status is asked for.
        examples: Vec<String>,
    },
    /// A count is not a whole number.
    NotACount {
        /// The text.
        text: String,
        /// How the status is asked for.
        examples: Vec<String>,
    },
    /// No entity has the name.
    UnknownOther {
        /// The name.
        name: String,
        /// How the status is asked for.
        examples: Vec<String>,
    },
    /// Nothing at the other end matches; a warning.
    NoOtherMatches {
        /// The status.
        status: String,
    },
    /// The entity cannot stand at the other end.
    WrongEnd {
        /// The entity.
        entity: EntityMention,
        /// The path.
        path: String,
        /// The rows, if they are entities.
        rows: Option<String>,
        /// What stands at the other end, in the plural.
        takes: Vec<String>,
        /// What may have been meant.
        mend: Option<WrongEndMend>,
    },
    /// The query gives what stands at the same end as the rows.
    QueryOfSameEnd {
        /// The path.
        path: String,
        /// The test that is meant.
        mend: String,
    },
    /// Of facts, which have two ends, it is not said which one is counted.
    WhichEnd {
        /// The path.
        path: String,
        /// The tests of either end.
        tests: [String; 2],
        /// The noun of the entities that could be listed.
        noun: String,
    },
    /// A status has no value.
    NoValue {
        /// The status.
        status: String,
        /// Tests of it.
        mends: Vec<String>,
    },
    /// `using` has no status beside it.
    UsingWithoutStatus {
        /// A status of the world.
        example: Option<String>,
    },
}

/// What may have been meant by an entity at the wrong end of a status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum WrongEndMend {
    /// The members of the group.
    Members(String),
    /// The same status, asked from the other end.
    OtherWay(String),
}
