use super::ValueType;
use crate::model::NumberError;
use crate::syntax::tree::ArithmeticOperator;

/// What is wrong with a calculation, or with a summary of values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CalculationProblem {
    /// A new column has a name that means something already.
    NameTaken {
        /// The name.
        name: String,
        /// What it means.
        meaning: NameMeaning,
    },
    /// A number is beyond the bounds of one.
    NumberBeyondBounds {
        /// As written.
        text: String,
        /// Beyond which.
        error: NumberError,
    },
    /// A date is open at an end.
    OpenDate,
    /// A fact may have several values of a field of sources.
    SeveralValues {
        /// The path.
        path: String,
        /// The column of the table of sources.
        column: String,
    },
    /// A value is neither a date, a number nor a length of time.
    NotMeasured {
        /// The path.
        path: String,
        /// What it holds.
        holds: ValueType,
        /// The values that are.
        measured: Vec<String>,
    },
    /// A summary of values that have no such summary.
    NoSummary {
        /// The path.
        path: String,
        /// What it holds.
        holds: ValueType,
        /// The summary.
        summary: String,
        /// The values that have one.
        measured: Vec<String>,
    },
    /// The sum of dates.
    SumOfDates {
        /// The path.
        path: String,
    },
    /// A summary stands twice in one stage.
    SummaryTwice {
        /// The summary.
        summary: String,
    },
    /// Facts in braces, for the rows of a table.
    OtherFactsOfTable,
    /// A calculated date is compared with one of other facts.
    ComparedWithOtherFacts {
        /// The column.
        column: String,
    },
    /// Two dates are added.
    DatesAdded,
    /// A date is taken from a length of time.
    DateFromLength,
    /// A number is calculated with something else.
    NumberWith {
        /// The number as it is written.
        number: String,
        /// The other value.
        other: ValueType,
        /// What is done with them.
        operator: ArithmeticOperator,
        /// Whether the number may be a year.
        maybe_year: bool,
    },
    /// Other values that do not go together.
    Incompatible {
        /// What is done with them.
        operator: ArithmeticOperator,
        /// The values.
        values: [ValueType; 2],
    },
    /// A number or a length is divided by nought.
    DivisionByZero,
    /// `1950/2000` may be a division, or a stretch of time.
    DivisionOrStretch {
        /// As written.
        text: String,
        /// The division.
        divided: String,
    },
}

/// What a name means that a new column has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NameMeaning {
    Keyword,
    Column,
    Field,
    PartOfDate,
    Grouping,
    Status,
    Noun,
    Action,
}
