//! What is expected at a place of a text.

use crate::syntax::tree::Relation;

/// What is expected at a place of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExpectedSyntax {
    /// A condition.
    Condition {
        /// The word or bracket before it.
        after: &'static str,
    },
    /// A condition, a stage or the end of the query.
    ConditionOrEnd,
    /// Braces with a condition in them.
    Braces {
        /// The word before them.
        after: &'static str,
    },
    /// A name or braces, after `according to`.
    Teller,
    /// A field, after `same`.
    SharedField,
    /// A value.
    Value {
        /// The sign before it, if it must follow directly.
        after: Option<char>,
    },
    /// `,` or `)`, between the values of a call.
    ArgumentEnd,
    /// A bracket that closes.
    ClosingBracket(char),
    /// The name of a query.
    QueryName,
    /// The name of a parameter, after `$`.
    ParameterName,
    /// `of`, `after` or `before`, after `within` and a length of time.
    Side,
    /// A length of time.
    Duration,
    /// A unit of time, after `as of each`.
    Unit,
    /// A stage, after `|`.
    Stage,
    /// `|` or the end, after a stage.
    StageEnd,
    /// A column.
    Column,
    /// A column to sort by.
    SortColumn,
    /// A column to show.
    ShownColumn,
    /// A heading, after `as`.
    Heading,
    /// A column or a condition in parentheses, after `by`.
    GroupKey,
    /// `of`, after `share`.
    ShareOf,
    /// A condition in parentheses, after `share of`.
    ShareCondition,
    /// The key of the rows of `pivot`.
    PivotRows,
    /// `x`, between the keys of `pivot`.
    PivotSign,
    /// The key of the columns of `pivot`.
    PivotColumns,
    /// `of` and a column, after `min`, `max`, `median` or `sum`.
    SummarizedColumn,
    /// A column, after `of`.
    ColumnAfterOf,
    /// `by` and a column, after `first` or `last`.
    ByColumn,
    /// A number of rows.
    RowCount,
    /// The name of a new column, after `let`.
    NewColumn,
    /// `=`, after the name of a new column.
    ColumnValue,
    /// A column, a date, a number or a length of time.
    Operand,
    /// `known` or `as of`, and a range of dates, after `diff`.
    DiffRange,
    /// `..` and a commit or a date.
    SecondState,
    /// A query.
    Query {
        /// The word that begins the statement.
        after: &'static str,
    },
    /// `=` and a query, after the name of a definition.
    DefinedQuery,
    /// A parameter, `,` or `)`, in the list of parameters.
    Parameter,
    /// `=`, in an assertion.
    EqualSign,
    /// What an assertion may expect.
    Assertion,
    /// `today` and a day, after `set`.
    SetToday,
    /// The name of a file, in quotes.
    FileName,
    /// A text in quotes.
    QuotedText,
}

/// What a date belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DateContext {
    /// A condition.
    Relation {
        /// The date field; `date` if absent.
        field: Option<String>,
        /// How it relates to the date.
        relation: Relation,
        /// The relation as written, in lower case.
        written: String,
    },
    /// `as of`
    AsOf,
    /// `known`
    Known,
    /// `..`
    RangeEnd,
    /// `set today`
    SetToday,
    /// `diff known` or `diff as of`
    Diff {
        /// Whether it is `diff known`.
        known: bool,
    },
}

impl DateContext {
    /// The words before the date.
    #[must_use]
    pub fn words(&self) -> &str {
        match self {
            Self::Relation { written, .. } => written,
            Self::AsOf => "as of",
            Self::Known => "known",
            Self::RangeEnd => "..",
            Self::SetToday => "set today",
            Self::Diff { known: true } => "diff known",
            Self::Diff { known: false } => "diff as of",
        }
    }
}
