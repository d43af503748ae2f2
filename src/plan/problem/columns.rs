use super::{EntityMention, ValueType};

/// What is wrong with a column of a table, or with a value that a stage names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ColumnProblem {
    /// The table has no such column.
    Unknown {
        /// The name.
        name: String,
        /// What there is.
        columns: ColumnChoice,
        /// The grouping of this name, which only conditions before the stages know.
        grouping: Option<String>,
        /// Whether a `pivot` stands before it, whose columns follow from the rows.
        pivoted: bool,
    },
    /// Neither a field nor a column has the name.
    UnknownFieldOrColumn {
        /// The name.
        name: String,
        /// A column that is called nearly so.
        similar: String,
    },
    /// Entities have no such value.
    UnknownOfEntities {
        /// The path.
        path: String,
        /// The rows.
        plural: String,
        /// Whether facts have it.
        of_facts: bool,
        /// What there is.
        columns: ColumnChoice,
        /// The status whose periods have both ends, where the path is the other one.
        periods_of: Option<String>,
    },
    /// Two columns have one name.
    Duplicate {
        /// The name.
        name: String,
    },
    /// Rows may belong to several groups, so that the groups are not one value.
    SeveralGroups {
        /// The path.
        path: String,
        /// The groupings of which a row has one group.
        partitions: Vec<String>,
    },
    /// `line` as a value.
    LineAsValue {
        /// The path.
        path: String,
    },
    /// `relevance` in a query that searches for nothing.
    RelevanceWithoutWords,
    /// `as-of` in a query of one day.
    AsOfWithoutSeries {
        /// The rows.
        plural: String,
    },
    /// `since` or `by` in a query that does not ask for exactly one status.
    NeedsOneStatus {
        /// The word.
        name: String,
        /// A query that does.
        mend: String,
    },
}

/// What is wrong with a condition on a column or on what is calculated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CellProblem {
    /// A table is asked for a date and has none called `date`.
    NoDateColumn {
        /// The columns that are dates.
        dates: Vec<String>,
    },
    /// A column that holds something else stands where a date must.
    NotADate {
        /// The column.
        column: String,
        /// What it holds.
        holds: ValueType,
        /// The columns that are dates.
        dates: Vec<String>,
    },
    /// A column of times or numbers stands where a date must.
    NotComparedByWord {
        /// The column.
        column: String,
        /// What it holds.
        holds: ValueType,
    },
    /// A column is compared with another column.
    OtherColumn {
        /// The column.
        column: String,
        /// The other.
        other: String,
    },
    /// A column is compared with a value of another type.
    WrongType {
        /// The column as written.
        column: String,
        /// What it needs.
        expected: ExpectedCell,
    },
    /// A query stands as a value, which conditions before the stages alone can have.
    QueryAsValue {
        /// The column as written.
        column: String,
    },
    /// How a date is written is known before the first stage only.
    PartNotTested {
        /// The path.
        path: String,
    },
    /// A date is compared with a length of time.
    LengthForDate {
        /// The column.
        column: String,
        /// The day so long ago, as a query has it.
        ago: String,
    },
    /// A length of time is compared with something else.
    NeedsLength {
        /// The column.
        column: String,
        /// What may have been meant.
        mend: LengthMend,
    },
    /// A name is of a kind that the column never holds.
    OtherKind {
        /// The column.
        column: String,
        /// As written.
        name: String,
        /// Who has the name.
        entity: EntityMention,
        /// The kinds that the column holds.
        kinds: Vec<String>,
        /// The condition on what belongs to it, if it is a group.
        members: Option<String>,
    },
    /// A column stands as a condition of its own.
    Alone {
        /// The column.
        column: String,
        /// What it holds.
        holds: ValueType,
    },
    /// A word that is not a column stands among conditions on a table.
    BareWord {
        /// The columns of the table.
        columns: Vec<String>,
    },
    /// `maybe` or `unknown` on the rows of a table.
    MaybeOfTable {
        /// Which of the two.
        word: &'static str,
    },
    /// A condition on facts, on the rows of a table.
    FactsOfTable,
}

/// The columns that can be named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ColumnChoice {
    /// One that is called nearly so.
    pub(crate) similar: Option<String>,
    /// All of them, that one first.
    pub(crate) all: Vec<String>,
}

/// What a column needs to be compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExpectedCell {
    Number,
    Word,
}

/// What may have been meant where a length of time is compared with something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LengthMend {
    /// The same with a unit.
    WithUnit(String),
    /// A range, as two tests.
    TwoTests(String),
    /// Nothing in particular.
    Examples,
}
