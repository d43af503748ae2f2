//! What is expected at a place of a text.

use std::fmt;

use crate::syntax::ExpectedSyntax;

/// That something is expected, and what there is instead.
pub(super) fn message(expected: &str, found: Option<&str>) -> String {
    match found {
        Some(found) => format!("expected {expected}, found `{found}`"),
        None => format!("expected {expected}, found the end of the text"),
    }
}

impl fmt::Display for ExpectedSyntax {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Condition { after } => return write!(f, "a condition after `{after}`"),
            Self::ConditionOrEnd => "a condition, `|` or the end",
            Self::Braces { after } => return write!(f, "braces after `{after}`"),
            Self::Teller => "a name, or braces, after `according to`",
            Self::SharedField => "a field after `same`",
            Self::Value { after: Some(sign) } => return write!(f, "a value after `{sign}`"),
            Self::Value { after: None } => "a value",
            Self::ArgumentEnd => "`,` or `)`",
            Self::ClosingBracket(bracket) => return write!(f, "`{bracket}`"),
            Self::QueryName => "the name of a query",
            Self::ParameterName => "a name after `$`",
            Self::Side => "`of`, `after` or `before`",
            Self::Duration => "a length of time, such as `90 days`",
            Self::Unit => "`year`, `month`, `week` or `day`",
            Self::Stage => "a stage after `|`",
            Self::StageEnd => "`|` or the end",
            Self::Column => "a column",
            Self::SortColumn => "a column to sort by",
            Self::ShownColumn => "a column to show",
            Self::Heading => "a heading after `as`",
            Self::GroupKey => "a column, or a condition in parentheses, after `by`",
            Self::ShareOf => "`of` after `share`",
            Self::ShareCondition => "a condition in parentheses after `share of`",
            Self::PivotRows => "a column for the rows",
            Self::PivotSign => "`x` between the two columns",
            Self::PivotColumns => "a column for the columns",
            Self::SummarizedColumn => "`of` and a column",
            Self::ColumnAfterOf => "a column after `of`",
            Self::ByColumn => "`by` and a column",
            Self::RowCount => "a number of rows",
            Self::NewColumn => "the name of the new column",
            Self::ColumnValue => "`=` after the name",
            Self::Operand => "a column, a date, a number or a length of time",
            Self::DiffRange => "`known` or `as of`, and a range of dates",
            Self::SecondState => "`..` and a commit or a date",
            Self::Query { after } => return write!(f, "a query after `{after} …`"),
            Self::DefinedQuery => "`=` and a query",
            Self::Parameter => "`$name`, `,` or `)`",
            Self::EqualSign => "`=`",
            Self::Assertion => "`none`, `some`, `count = 3` or `rows = \"file\"`",
            Self::SetToday => "`today` and a day",
            Self::FileName => "the name of a file in quotes",
            Self::QuotedText => "a text in quotes",
        })
    }
}
