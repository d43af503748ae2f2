//! How the parts of a query were read, in words for a person.

use super::check::Context;
use super::scope::RowNoun;
use super::{At, FactValue, Others, RecordValue, Shared, StatusTest};
use crate::model::vocabulary::Role;
use crate::model::{Entities, Entity, EntityNumber, FieldDefinition, FieldKind, Schema, Window};
use crate::syntax::print_when;
use crate::syntax::tree::When;

/// An action or umbrella, and what it stands for.
pub(super) fn action(word: &str, actions: &[String], schema: &Schema) -> String {
    let label = |name: &String| schema.action(name).map_or_else(|| name.clone(), |action| action.label.clone());
    let labels: Vec<String> = actions.iter().map(label).collect();
    format!("{word}: {}", labels.join(" or "))
}

/// An entity that is referred to.
pub(super) fn entity(word: &str, entities: &Entities, number: EntityNumber) -> String {
    let entity = entities.get(number);
    let text = format!("{word}: {} ({})", entity.name, entity.kind);
    let Some(found) = entities.match_with(number, word, None) else { return text };
    let years = found.held.years().map_or_else(String::new, |years| format!(", called so {years}"));
    let loosely = if found.loosely { format!(", by its name `{}`", found.name) } else { String::new() };
    text + &years + &loosely
}

/// A group that is referred to, or to which the subject belongs.
pub(super) fn group(word: &str, entity: &Entity, schema: &Schema) -> String {
    let subject = schema.end_name(Role::Subject);
    format!("{word}: {} ({}), or a {subject} in it", entity.name, entity.kind)
}

/// A word or phrase of the text.
pub(super) fn text(text: &str, phrase: bool) -> String {
    format!("{text}: {} in the texts", if phrase { "a phrase" } else { "a word" })
}

/// The days that a date test came to.
pub(super) fn window(field: &str, window: Window) -> String {
    match (window.first.is_finite(), window.last.is_finite()) {
        (true, true) if window.first != window.last => format!("{field}: from {} to {}", window.first, window.last),
        _ => format!("{field}: {window}"),
    }
}

/// The days that a date in words came to on the day of the query.
pub(super) fn days(when: &When, window: Window) -> String {
    let days = match (window.first.is_finite(), window.last.is_finite()) {
        _ if window.first == window.last => window.first.to_string(),
        (true, false) => format!("{}..", window.first),
        (false, _) => format!("..{}", window.last),
        _ => format!("{}..{}", window.first, window.last),
    };
    format!("`{}` is {days}", print_when(when))
}

/// What a field is, as `a text`, `a date`.
pub(super) fn kind(field: &FieldDefinition) -> &'static str {
    match field.kind {
        FieldKind::Reference => "a name",
        other => other.name(),
    }
}

/// The noun of a query, and on which day what it names must be alive.
pub(super) fn noun(noun: &RowNoun, alive: &str) -> String {
    let kinds = match noun.kinds.as_slice() {
        [one] => format!("kind {one}"),
        several => format!("kinds {}", several.join(", ")),
    };
    format!("{}: entities of the {kinds}{alive}", noun.plural)
}

/// A status: with whom, whose, and when.
pub(super) fn status(test: &StatusTest, context: Context<'_>) -> String {
    let when = match test.at {
        At::Fact => "on the date of the fact".to_owned(),
        At::Day(day) => format!("on {day}"),
        At::Row => "on the day of the row".to_owned(),
    };
    status_when(test, &when, context)
}

/// A status whenever it was there, and not on one day.
pub(super) fn periods(test: &StatusTest, context: Context<'_>) -> String {
    status_when(test, "each stretch of time a row", context)
}

fn status_when(test: &StatusTest, when: &str, context: Context<'_>) -> String {
    let other = test.role.opposite();
    let many = context.schema.nouns().find(|(_, noun)| noun.role == other).map_or("others", |(plural, _)| plural);
    let other = context.schema.end_name(other);
    let others = match &test.others {
        Others::Entities(numbers) => {
            let names = numbers.iter().take(3).map(|number| context.entities.get(*number).name.as_str());
            let names = names.collect::<Vec<_>>().join(" or ");
            if numbers.len() > 3 { format!("{names} or {} more", numbers.len() - 3) } else { names }
        }
        Others::Query(_) => format!("one {other} at least that the query gives"),
        Others::Count { least: 0, most: Some(0) } => format!("no {other}"),
        Others::Count { least: 1, most: None } => format!("one {other} at least"),
        Others::Count { least, most: Some(most) } if least == most => format!("{least} {many}"),
        Others::Count { least, most: Some(most) } => format!("{least} to {most} {many}"),
        Others::Count { least, most: None } => format!("at least {least} {many}"),
    };
    let using = if test.using.is_some() { ", of the acts that `using` names" } else { "" };
    format!("{}: a status of the {} with {others}, {when}{using}", test.status, context.schema.end_name(test.role))
}

/// Facts in braces, and what they share with the row.
pub(super) fn braces(written: &str, shared: &Shared, schema: &Schema) -> String {
    let end = |role| schema.end_name(role);
    match shared {
        Shared::Pair => {
            format!("{{{written}}}: another fact of the same {} and {}", end(Role::Subject), end(Role::Object))
        }
        Shared::Role(role) => format!("{{{written}}}: a fact whose {} is the row", end(*role)),
        Shared::Values(values) => {
            let names = values.iter().map(|value| match value {
                FactValue::Record(RecordValue::Field(field)) => field.to_string(),
                FactValue::Record(RecordValue::Step(field, attribute, _)) => format!("{field}.{attribute}"),
                FactValue::Record(RecordValue::Part(field, part)) => {
                    format!("{field}.{}", format!("{part:?}").to_lowercase())
                }
                FactValue::Record(RecordValue::Group { kind, .. }) => kind.to_string(),
                FactValue::Relevance(_) => "relevance".to_owned(),
            });
            format!("{{{written}}}: another fact of the same {}", names.collect::<Vec<_>>().join(" and "))
        }
    }
}

/// An entity and what it succeeds or continues.
pub(super) fn line(word: &str, entity: &Entity, before: &[&str]) -> String {
    match before {
        [] => format!("{word}: {} ({}), which succeeds nothing", entity.name, entity.kind),
        before => format!(
            "{word}: {} ({}), and what it succeeds or continues: {}",
            entity.name,
            entity.kind,
            before.join(", ")
        ),
    }
}
