//! What a filter asks for, in a few plain words: for whoever wants to know how
//! an answer was found.

use crate::index::View;
use crate::model::vocabulary::Role;
use crate::model::{EntityNumber, Schema};
use crate::plan::{At, DateForm, Filter, OtherFacts, Others, Shared, StatusTest, Value};
use crate::syntax::tree::{Relation, Side, Unit};

/// So many names are told; of more, how many.
const NAMES: usize = 3;

/// What a filter asks for.
pub(super) fn describe(view: &dyn View, filter: &Filter) -> String {
    let schema = view.schema();
    match filter {
        Filter::All => "everything".to_owned(),
        Filter::Nothing => "nothing".to_owned(),
        Filter::And(_) => "all of several".to_owned(),
        Filter::Or(_) => "any of several".to_owned(),
        Filter::Not(filter) => format!("not: {}", describe(view, filter)),
        Filter::Maybe(filter) => format!("maybe: {}", describe(view, filter)),
        Filter::Keyword { field, .. } => format!("values of {}", called(schema, field)),
        Filter::Refers { fields, entities, written } => {
            let fields: Vec<&str> = fields.iter().map(|field| called(schema, field)).collect();
            format!("references to {} in {}", names(view, entities, written), fields.join(", "))
        }
        Filter::Member { field, groups, at } => {
            format!("{} in {}{}", called(schema, field), names(view, groups, &[]), when(*at))
        }
        Filter::Date { field, window } => format!("days of {field}, {window}"),
        Filter::DateForm { field, form } => match form {
            DateForm::Computed | DateForm::Stated => format!("basis of {field}"),
            DateForm::Marked | DateForm::Precision(_) => format!("form of {field}"),
        },
        Filter::Number { field, .. } => format!("numbers of {field}"),
        Filter::Missing { field } => format!("no {}", called(schema, field)),
        Filter::Text { fields, .. } => format!("words in {}", fields.join(", ")),
        Filter::Written { field, .. } => format!("{field} as written"),
        Filter::Step { field, test } => format!("of {}: {}", called(schema, field), describe(view, test)),
        Filter::Other(other) => another(view, other),
        Filter::Relative { relation, to, other, .. } => {
            format!("days {} {to} of {}", relates(*relation), another(view, other))
        }
        Filter::Status(test) => status(view, test),
        Filter::Given { field, .. } => format!("values of {} that a query gives", called(schema, field)),
        Filter::Computed { .. } => "a calculation".to_owned(),
    }
}

/// A field by the noun of its end, as queries name it.
pub(super) fn called<'a>(schema: &'a Schema, field: &'a str) -> &'a str {
    let role = [Role::Subject, Role::Object].into_iter().find(|role| role.field() == field);
    role.and_then(|role| schema.noun_of(role)).map_or(field, |noun| &noun.singular)
}

fn names(view: &dyn View, entities: &[EntityNumber], written: &[String]) -> String {
    let all = entities.iter().map(|entity| &view.entities().get(*entity).name).chain(written);
    let mut told: Vec<&str> = all.take(NAMES).map(String::as_str).collect();
    let more = (entities.len() + written.len()).saturating_sub(NAMES);
    let more = format!("{more} more");
    if entities.len() + written.len() > NAMES {
        told.push(&more);
    }
    if told.is_empty() { "nobody".to_owned() } else { told.join(", ") }
}

fn when(at: At) -> String {
    match at {
        At::Fact => " on the fact's date".to_owned(),
        At::Day(day) => format!(" on {day}"),
        At::Row => " on the row's day".to_owned(),
    }
}

fn another(view: &dyn View, other: &OtherFacts) -> String {
    let schema = view.schema();
    let field = |value: &Value| match value {
        Value::Field(field) | Value::Group { field, .. } => called(schema, field).to_owned(),
        Value::Part(field, part) => format!("{field}.{}", format!("{part:?}").to_lowercase()),
        Value::Step(field, attribute, _) => format!("{}.{attribute}", called(schema, field)),
        _ => "value".to_owned(),
    };
    match &other.shared {
        Shared::Pair => {
            format!("another fact of the same {} and {}", called(schema, "subject"), called(schema, "object"))
        }
        Shared::Values(values) => {
            let fields: Vec<String> = values.iter().map(field).collect();
            format!("another fact of the same {}", fields.join(" and "))
        }
        Shared::Role(role) => format!("a fact of which it is the {}", role.field()),
    }
}

fn relates(relation: Relation) -> String {
    match relation {
        Relation::After => "after".to_owned(),
        Relation::Before => "before".to_owned(),
        Relation::Since => "since".to_owned(),
        Relation::Until => "until".to_owned(),
        Relation::In => "in".to_owned(),
        Relation::On => "on".to_owned(),
        Relation::Within(duration, side) => {
            let unit = match duration.unit {
                Unit::Day => "day",
                Unit::Week => "week",
                Unit::Month => "month",
                Unit::Year => "year",
            };
            let plural = if duration.count == 1 { "" } else { "s" };
            let side = match side {
                Side::Either => "of",
                Side::After => "after",
                Side::Before => "before",
            };
            format!("within {} {unit}{plural} {side}", duration.count)
        }
    }
}

fn status(view: &dyn View, test: &StatusTest) -> String {
    let others = match &test.others {
        Others::Entities(entities) => format!("with {}", names(view, entities, &[])),
        Others::Query(_) => "with any that a query gives".to_owned(),
        Others::Count { least, most: None } => format!("with at least {least}"),
        Others::Count { least, most: Some(most) } if least == most => format!("with {least}"),
        Others::Count { least: 0, most: Some(most) } => format!("with at most {most}"),
        Others::Count { least, most: Some(most) } => format!("with {least} to {most}"),
    };
    let using = if test.using.is_some() { ", by some facts only" } else { "" };
    let tested = called(view.schema(), test.role.field());
    format!("status {} of the {tested} {others}{}{using}", test.status, when(test.at))
}
