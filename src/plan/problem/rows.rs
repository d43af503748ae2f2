use crate::syntax::tree::Unit;

use super::EntityMention;

/// What is wrong with a condition on entities, or with the noun that names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RowsProblem {
    /// The entities have no such field.
    UnknownField {
        /// The path.
        path: String,
        /// The rows.
        plural: String,
        /// What may have been meant.
        suggestion: super::FieldSuggestion,
    },
    /// A date test names no field, and entities have no date of their own.
    NoOwnDate {
        /// The rows.
        plural: String,
        /// The condition on facts about them.
        facts: String,
        /// The test of the start of the periods, where the rows are these.
        periods_start: Option<String>,
        /// The test of the day since when the status is held.
        since: Option<String>,
        /// The tests of when the entities began and ended.
        lifetime: Option<LifetimeTests>,
    },
    /// `since` is tested before the first stage.
    SinceOfStages,
    /// No entity of the noun has the field.
    NobodyHasField {
        /// One of the rows.
        singular: String,
        /// The field.
        field: String,
        /// The condition on facts about them.
        facts: String,
    },
    /// A field of facts is tested of entities.
    FieldOfFacts {
        /// The path.
        path: String,
        /// The rows.
        plural: String,
        /// The condition on facts about them.
        facts: String,
        /// A status that may be meant.
        status: Option<String>,
    },
    /// An act is asked of entities.
    ActOfFacts {
        /// The word.
        word: String,
        /// The rows.
        plural: String,
        /// The condition on facts about them.
        facts: String,
    },
    /// A text is searched for in entities.
    TextOfFacts {
        /// The text.
        text: String,
        /// The rows.
        plural: String,
        /// The condition on facts about them.
        facts: String,
    },
    /// The entity can be neither a row nor a group of rows.
    OtherKind {
        /// As written.
        word: String,
        /// The entity.
        entity: EntityMention,
        /// The rows.
        plural: String,
        /// The test of a status.
        status: Option<String>,
        /// The condition on facts about them.
        facts: String,
    },
    /// A date has no word before it.
    DateWithoutRelation {
        /// As it should be written.
        date: String,
        /// The condition on facts about them.
        facts: String,
    },
    /// A noun does not stand first.
    NounNotFirst {
        /// The noun.
        plural: String,
        /// The field of the same name.
        singular: String,
    },
    /// The same noun stands twice.
    NounTwice {
        /// The noun.
        plural: String,
    },
    /// A second noun stands behind the first.
    SecondNoun {
        /// The rows.
        rows: String,
        /// The test of a status.
        status: Option<String>,
        /// The condition on facts about them.
        facts: String,
    },
    /// The query lists facts and asks of statuses alone; a warning.
    FactsOfStatus {
        /// The query of the entities.
        mend: String,
    },
    /// Two names must both be those of one row; a warning.
    TwoEntities {
        /// Their names.
        names: [String; 2],
        /// The test of either of them.
        mend: String,
    },
}

/// The queries of the entities that began, or ended, when a date test says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LifetimeTests {
    /// Those that began then.
    pub began: String,
    /// Those that ended then.
    pub ended: Option<String>,
}

/// What is wrong with a query that begins with `periods`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PeriodsProblem {
    /// It asks about each of several days.
    Series,
    /// It does not ask for exactly one status.
    NotOneStatus {
        /// A status of the world.
        example: String,
    },
    /// It counts others, and periods are of pairs.
    Counted {
        /// A status of the world.
        example: String,
    },
}

/// What is wrong with `as of` or `as of each`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DayProblem {
    /// `as of each` stands within conditions.
    SeriesWithin,
    /// A series is open at an end.
    OpenSeries,
    /// A series has too many days.
    TooManyDays {
        /// The most that it may have.
        most: usize,
        /// Whether a longer step would help.
        longer_step: bool,
    },
    /// A series of facts.
    SeriesOfFacts {
        /// A noun of the world.
        noun: String,
        unit: Unit,
    },
    /// The conditions are too long to be asked of so many days.
    TooLongForSeries {
        /// How many days.
        days: usize,
    },
}
