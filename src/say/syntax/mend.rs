//! How to mend a text.

use std::fmt;

use crate::say::list::code_with;
use crate::syntax::Mend;
use crate::syntax::keyword::{KeywordPlace, at_place};

impl fmt::Display for Mend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Write(text) => write!(f, "write `{text}`"),
            Self::DidYouMean(word) => write!(f, "did you mean `{word}`?"),
            Self::Examples(examples) => write!(f, "for example: {}", code_with(examples, "or")),
            Self::LeaveOut(word) => write!(f, "leave out `{word}`"),
            Self::DateForms => f.write_str(
                "dates look like `2025`, `2025-06-27`, `June 2025`, `1920s`, `today`, \
                 `last month` or `last 90 days`",
            ),
            Self::Season { dates: [both, north, south], has_year } => {
                let write = if *has_year { "write" } else { "a season needs its year:" };
                write!(
                    f,
                    "{write} `{both}`, in which both hemispheres have it, or for one of them `{north}` (north) or `{south}` (south)"
                )
            }
            Self::PartOfYear { part, months } => {
                write!(f, "`{part}` has no fixed months; name them, for example: `{months}`")
            }
            Self::CompareByDifference(stages) => {
                write!(f, "compare two dates of one fact by their difference: `{stages}`")
            }
            Self::OneRelation(relation) => write!(f, "leave out one of the two words: `{relation} …`"),
            Self::UnitAfterNumber(number) => {
                write!(f, "a unit follows the number: `{number} days`, `{number} weeks` or `{number} months`")
            }
            Self::ListOfValues(test) => write!(f, "to match one of several values, write `{test}`"),
            Self::SignWithoutColon(Some(test)) => write!(f, "compare with the sign alone: {test}"),
            Self::SignWithoutColon(None) => f.write_str("compare with the sign alone, without `:`"),
            Self::QuotesOrDate => f.write_str("put the value in quotes, or for dates write `date after 2025`"),
            Self::NoneForAbsent(field) => write!(f, "to find what has no value, write `{field}none`"),
            Self::AnyStage => write!(f, "the stages are {}", stages()),
            Self::StageOrCondition => {
                write!(f, "the stages are {}; conditions go before the first `|` or after `where`", stages())
            }
            Self::Summaries => {
                f.write_str("the summaries are `min`, `max`, `median`, `mean`, `sum` and the percentiles `p1` to `p99`")
            }
            Self::CalculationForms => f.write_str(
                "a calculation has columns, numbers, dates and lengths of time with `+`, `-`, `*` and `/` between them",
            ),
            Self::Top { greatest, most_frequent } => write!(
                f,
                "for the greatest values: `| {greatest}`\nfor the most frequent: `| {most_frequent}`\n\
                 several rows of each group cannot be kept"
            ),
            Self::OneOfEachGroup { stage, number } => {
                write!(f, "the {number} of each group cannot be kept, only one place, with its ties: `{stage}`")
            }
            Self::NumberForParameter(stage) => {
                write!(f, "only values and dates can be parameters; write the number: `{stage}`")
            }
            Self::UnsignedCount(stage) => {
                write!(f, "write `{stage}`; for the last rows, sort the other way: `sort -date`")
            }
            Self::CommaBetweenColumns(stage) => write!(f, "separate columns with commas: `{stage}`"),
            Self::ColumnForCalculation(stages) => write!(f, "make the calculation a column of its own: `{stages}`"),
            Self::ConditionInParentheses(stage) => {
                write!(f, "put a condition used as a key in parentheses: `{stage}`")
            }
            Self::ConditionInStage(stage) => {
                write!(f, "put a condition on the rows in a stage of its own: `{stage}`")
            }
            Self::CountPairs { pairs, rows } => {
                write!(f, "to count different pairs: `{pairs}`\nto count the rows of each: `{rows}`")
            }
            Self::OfAllRows { last, stages } => {
                write!(f, "for the {} rows overall: `{stages}`", if *last { "last" } else { "first" })
            }
            Self::NotInQuotes => {
                f.write_str("`not` goes before what must not hold; to search for the word, write `\"not\"`")
            }
            Self::CommaBetweenFields(condition) => write!(f, "separate fields with commas: `{condition}`"),
            Self::BlankBeforeParenthesis => f.write_str("put a space between a word and a condition in parentheses"),
            Self::SeveralWordsInQuotes(text) => write!(
                f,
                "put several words that are one value in quotes: \"{text}\"\n{}",
                Self::BlankBeforeParenthesis
            ),
            Self::ParameterSign(definition) => write!(f, "a parameter begins with `$`: `{definition}`"),
            Self::AssertionForms => f.write_str(
                "`assert none QUERY`, `assert some QUERY`, `assert count = 3 QUERY` or \
                 `assert rows = \"rows.csv\" QUERY`",
            ),
        }
    }
}

/// The names of all stages, in alphabetical order.
fn stages() -> String {
    let mut names: Vec<&str> = at_place(KeywordPlace::Stage).collect();
    names.sort_unstable();
    code_with(&names, "and")
}
