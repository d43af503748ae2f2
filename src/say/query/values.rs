//! Values after `:` or a sign.

use super::Wording;
use super::words::did_you_mean;
use crate::plan::{ExpectedValue, ValueProblem, ValueType};
use crate::say::list;

pub(super) fn wording(problem: &ValueProblem) -> Wording {
    match problem {
        ValueProblem::WrongType { field, expected } => {
            let (needs, examples) = needed(field, *expected);
            Wording::new(format!("`{field}` needs {needs}")).with(format!("for example: {examples}"))
        }
        ValueProblem::NumberBeyondBounds { text, error } => {
            Wording::new(format!("`{}` cannot be compared with: {error}", list::clipped(text)))
        }
        ValueProblem::OtherField { field, other } => {
            Wording::new(format!("`{other}` is a field, and two fields of a fact cannot be compared"))
                .with(format!("to look for the word: `{field}:\"{other}\"`"))
        }
        ValueProblem::NoOrder { field, holds } => {
            Wording::new(format!("`{field}` is {}, which has no order", with_article(*holds)))
                .with(format!("`{field}:…`"))
        }
        ValueProblem::NoneHasNoOrder { field } => {
            Wording::new("`none` cannot be compared by order").with(format!("`{field}:none`"))
        }
        ValueProblem::QueryHasNoOrder { field } => {
            Wording::new("the values of a query cannot be compared by order").with(format!("`{field}:(…)`"))
        }
        ValueProblem::RangeHasNoOrder { mend } => {
            Wording::new("a range cannot be compared by order").maybe(mend.as_ref().map(|mend| format!("`{mend}`")))
        }
        ValueProblem::RangeReversed { mend } => {
            Wording::new("the range ends before it starts").maybe(mend.as_ref().map(|mend| format!("`{mend}`")))
        }
        ValueProblem::NotFromQuery { field, same, is_single } => {
            let help = match same {
                Some(same) => format!("to take the value from another fact: `{same}`"),
                None if *is_single => {
                    format!("such as `{field}:…`; for what another fact has: `with same {field} {{…}}`")
                }
                None => format!("such as `{field}:…`"),
            };
            Wording::new(format!("`{field}` cannot take its values from a query")).with(help)
        }
        ValueProblem::RegexTooLarge => {
            Wording::new("the regular expression is too large").with("use a shorter pattern, or fewer repetitions")
        }
        ValueProblem::InvalidRegex { reason } => Wording::new(format!("invalid regular expression: {reason}"))
            .with("to match one of `( ) [ ] * + ? . |` itself, put a backslash before it"),
        ValueProblem::UnknownAction { word, similar, actions } => {
            let all = || format!("actions: {}", list::names(actions));
            Wording::new(format!("there is no action named `{word}`"))
                .with(similar.as_deref().map_or_else(all, did_you_mean))
        }
        ValueProblem::UnknownPrecision { field, similar, precisions } => {
            let all = || format!("precisions: {}", list::names(precisions));
            Wording::new(format!("`{field}` needs a precision")).with(similar.as_deref().map_or_else(all, did_you_mean))
        }
        ValueProblem::UnknownBasis { field, similar } => {
            let all = || format!("`{field}:stated`, `{field}:computed` or `{field}:none`");
            Wording::new(format!("`{field}` says whether a record states the date or a rule computes it"))
                .with(similar.as_deref().map_or_else(all, did_you_mean))
        }
    }
}

/// What a field needs, and examples of it.
fn needed(field: &str, expected: ExpectedValue) -> (&'static str, String) {
    let of = |needs, value: &str| (needs, format!("`{field}:{value}`"));
    match expected {
        ExpectedValue::Name => ("a name", format!("`{field}:name`, `{field}:\"a longer name\"`")),
        ExpectedValue::OneName => of("a name", "name"),
        ExpectedValue::Number => ("a number", format!("`{field}:70`, `{field}>=70`, `{field}:70..75`")),
        ExpectedValue::Word => of("a word", "word"),
        ExpectedValue::WordOrText => of("a word or a text in quotes", "word"),
        ExpectedValue::Action => of("an action", "…"),
        ExpectedValue::Date => ("a date", format!("`{field}:2025`, `{field}>=2025-06-27`")),
        ExpectedValue::Decade => of("a decade", "1990s"),
        ExpectedValue::Month => {
            ("a month with its year", format!("`{field}:2025-06`; a month of every year cannot be asked for"))
        }
        ExpectedValue::Year => of("a year", "2025"),
    }
}

/// What something holds, with its article.
pub(super) fn with_article(holds: ValueType) -> &'static str {
    match holds {
        ValueType::Keyword => "a keyword",
        ValueType::Text => "text",
        ValueType::Integer => "a whole number",
        ValueType::Number => "a number",
        ValueType::Date => "a date",
        ValueType::Length => "a length of time",
        ValueType::Name => "a name",
        ValueType::Id => "an id",
        ValueType::Action => "an action",
        ValueType::Group => "a group",
        ValueType::Line => "a line of succession",
        ValueType::Word => "a word",
    }
}
