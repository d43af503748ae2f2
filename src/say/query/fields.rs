//! Names before `:`, a sign or a date.

use super::Wording;
use super::values::with_article as typed;
use super::words::{column_of_periods, did_you_mean};
use crate::plan::{FieldProblem, FieldSuggestion};
use crate::say::list;

pub(super) fn wording(problem: &FieldProblem) -> Wording {
    match problem {
        FieldProblem::Unknown { name, suggestion: near } => {
            Wording::new(format!("there is no field named `{name}`")).with(suggestion(near))
        }
        FieldProblem::StatusAsField { path, examples } => Wording::new(format!("`{path}` is a status, not a field"))
            .with(format!("as a condition it takes a value: {}", list::code(examples))),
        FieldProblem::ActionAsField { word, mend } => {
            Wording::new(format!("`{word}` is an action, not a field")).with(format!("`{mend}`"))
        }
        FieldProblem::UnknownPart { field, part, similar, parts } => {
            let all = || parts.iter().map(|part| format!("{field}.{part}")).collect::<Vec<_>>();
            let near = similar.as_ref().map(|near| did_you_mean(&format!("{field}.{near}")));
            Wording::new(format!("`{field}` is a date, which has no part `{part}`"))
                .with(near.unwrap_or_else(|| format!("parts: {}", list::code(&all()))))
        }
        FieldProblem::UnknownAttribute { field, name, similar, fields } => {
            let all = || format!("fields: {}\n{}", list::names(fields), declaration(name));
            Wording::new(format!("what `{field}` refers to has no field named `{name}`"))
                .with(similar.as_deref().map_or_else(all, did_you_mean))
        }
        FieldProblem::NothingFollows { field, holds } => {
            let message = match holds {
                Some(holds) => format!("`{field}` is {}, so nothing can follow it after a dot", typed(*holds)),
                None => format!("nothing can follow `{field}` after a dot"),
            };
            Wording::new(message).with(alone(field))
        }
        FieldProblem::TooManySteps => Wording::new("a path can step to one other entity only")
            .with("ask for the rest with a query as the value: `field:(… | show field)`"),
        FieldProblem::PartOfDate { path, field } => {
            Wording::new(format!("`{path}` is only a part of a date")).with(alone(field))
        }
        FieldProblem::NotADate { path, holds, dates } => {
            Wording::new(format!("`{path}` is {}, not a date", typed(*holds)))
                .with(format!("dates: {}", list::names(dates)))
        }
        FieldProblem::NotADateOfFacts { path, similar, dates } => {
            let all = || format!("dates: {}", list::names(dates));
            Wording::new(format!("`{path}` is not a date of a fact"))
                .with(similar.as_deref().map_or_else(all, did_you_mean))
        }
    }
}

pub(super) fn suggestion(suggestion: &FieldSuggestion) -> String {
    match suggestion {
        FieldSuggestion::Similar(near) => did_you_mean(near),
        FieldSuggestion::Write(mend) => format!("write `{mend}`"),
        FieldSuggestion::SourceFields(fields) => format!("fields of sources: {}", list::names(fields)),
        FieldSuggestion::Difference(left, right) => format!("a minus needs spaces around it: `{left} - {right}`"),
        FieldSuggestion::SortDirection => "a column follows `sort`, and `-` before it means the greatest first: \
                                           `sort -date`"
            .to_owned(),
        FieldSuggestion::NoSuchPart { parts } => {
            format!("dates have no such part, only {}", list::code_with(parts, "and"))
        }
        FieldSuggestion::NoWordForAll { fields } => {
            format!("no word stands for all columns; name those that are wanted: {}", list::names(fields))
        }
        FieldSuggestion::CountFirst => "count first: `| count by … | where count > 2`".to_owned(),
        FieldSuggestion::ColumnOfPeriods(column) => column_of_periods(column),
        FieldSuggestion::Fields { fields, declare, before_dot } => {
            let dot = if *before_dot { "only a reference or a date can come before a dot\n" } else { "" };
            let declare = declare.as_ref().map_or(String::new(), |name| format!("\n{}", declaration(name)));
            format!("{dot}fields: {}{declare}", list::names(fields))
        }
    }
}

pub(super) fn alone(field: &str) -> String {
    format!("write `{field}` alone")
}

/// How a field is declared.
fn declaration(name: &str) -> String {
    format!(
        "if records have it, the vocabulary can declare it: `[fields.{name}]` with `type = \"keyword\"`, \
         or text, integer, number, date, reference"
    )
}
