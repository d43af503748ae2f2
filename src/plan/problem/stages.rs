/// What is wrong with a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StageProblem {
    /// It works on facts, and the rows are others.
    NeedsFacts {
        /// The stage.
        stage: &'static str,
        /// What the rows are.
        rows: OtherRows,
    },
    /// `first by` or `last by`, where the rows are not facts.
    NeedsDatedFacts {
        /// Whether it is `last by`.
        last: bool,
        /// What the rows are.
        rows: OtherRows,
        /// The date by which rows of a table could be sorted.
        date: Option<String>,
    },
    /// It makes a table without the columns that were calculated before; a warning.
    LosesColumns {
        /// The stage.
        stage: &'static str,
        /// The columns.
        columns: Vec<String>,
    },
    /// `distinct` without a column.
    DistinctWithoutColumn,
    /// `timeline` of entities.
    TimelineOfEntities {
        /// The rows.
        plural: String,
        /// One of them.
        noun: String,
    },
    /// `timeline` of a table without a date.
    TimelineWithoutDate {
        /// The columns of the table.
        columns: Vec<String>,
    },
    /// `diff` behind another stage.
    DiffNotFirst,
    /// `diff` of a single day.
    DiffOfOneDay {
        /// What is compared.
        states: DiffedStates,
        /// The stage with two days.
        mend: String,
    },
    /// `diff` of two states with nothing between them.
    NothingBetween {
        /// The first, as a query names it.
        first: String,
        /// The second.
        second: String,
        /// The stage with the two the other way round.
        mend: Option<String>,
    },
    /// `diff` in a query that names a day of the same sort itself.
    ThirdState {
        /// What is compared.
        states: DiffedStates,
    },
    /// `diff known` of a series.
    DiffOfSeries {
        /// The rows.
        plural: String,
    },
    /// `diff` of periods.
    DiffOfPeriods {
        /// What is compared.
        states: DiffedStates,
        /// What the entities are called that have the status.
        plural: String,
    },
}

/// Rows that are not facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum OtherRows {
    /// Entities, in the plural.
    Entities(String),
    /// Rows of a table.
    Table,
}

/// What `diff` compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DiffedStates {
    /// Two states of the store: `diff known`.
    Known,
    /// Two days of the world: `diff as of`.
    AsOf,
}

impl DiffedStates {
    pub(in crate::plan) fn new(known: bool) -> Self {
        if known { Self::Known } else { Self::AsOf }
    }

    /// The words of the stage.
    pub(crate) fn stage(self) -> &'static str {
        match self {
            Self::Known => "diff known",
            Self::AsOf => "diff as of",
        }
    }
}
