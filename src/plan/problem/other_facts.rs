/// What is wrong with facts in braces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum OtherFactsProblem {
    /// `same` where the rows are entities.
    SameOfEntities {
        /// One of the rows.
        singular: String,
        /// The fields after `same`, as written.
        same: String,
    },
    /// Facts in braces in a stage whose rows each have a day of their own.
    InMovingStage,
    /// The facts are asked for on whose day the status was held; a warning.
    StatusOfFacts {
        /// The rows.
        plural: String,
        /// The query of the rows themselves.
        mend: String,
    },
    /// A range between dates of other facts has no length.
    RangeWithoutLength,
    /// A range has no end where one is needed.
    RangeWithoutEnd,
    /// A date must be the same for every row.
    DateOfOthers,
    /// A fact is asked for that is anything but an act; a warning.
    AnythingBut {
        /// The act.
        action: String,
        /// The conditions that are probably meant.
        mend: String,
    },
}

/// What is wrong with a query within another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SubqueryProblem {
    /// It has a `known` of its own.
    Known,
    /// It asks about each of several days.
    Series,
    /// It gives another number of columns than one.
    Columns {
        /// How many, where that is known.
        count: Option<usize>,
        /// The query of one column.
        mend: String,
    },
    /// It gives entities of kinds that the field does not take.
    WrongKind {
        /// What it gives.
        plural: String,
        /// The field as written.
        field: String,
        /// The kinds that the field takes.
        kinds: Vec<String>,
        /// The test that is meant.
        mend: Option<String>,
    },
}
