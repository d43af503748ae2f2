//! Fields of facts that are set from text, as the cells of a CSV file give them.

use serde_json::Value;

use super::list_cells::read_list;
use super::problem::ValueProblem;
use crate::model::{Date, Fact, FieldKind, Number, Schema, Source};

/// A field that a column or a template gives.
#[derive(Debug)]
pub(super) struct FieldTarget {
    pub field: String,
    pub kind: FieldKind,
}

impl FieldTarget {
    pub fn new(field: &str, schema: &Schema) -> Self {
        // By its exact name: the keys of a record know neither aliases nor folding.
        let kind = schema.fields().find(|known| *known.name == *field).map_or(FieldKind::Keyword, |known| known.kind);
        Self { field: field.to_owned(), kind }
    }
}

/// Sets a field of a fact.
pub(super) fn set_field(fact: &mut Fact, target: &FieldTarget, text: &str) -> Result<(), ValueProblem> {
    let owned = || Some(text.to_owned());
    match target.field.as_str() {
        "id" => fact.id = owned(),
        "subject" => text.clone_into(&mut fact.subject),
        "action" => text.clone_into(&mut fact.action),
        "object" => fact.object = owned(),
        "date" => fact.date = Some(parse_date(text)?),
        "tags" => fact.tags = read_list(text),
        "title" => fact.title = owned(),
        "note" => fact.note = owned(),
        "sources" => fact.sources = serde_json::from_str(text).map_err(|_| ValueProblem::NotSources)?,
        field => match field.strip_prefix("source.") {
            Some(field) => set_source_field(fact, field, target.kind, text)?,
            None => drop(fact.fields.insert(field.to_owned(), json_value(target.kind, text)?)),
        },
    }
    Ok(())
}

/// Sets a field of the first source of a fact.
pub(super) fn set_source_field(fact: &mut Fact, field: &str, kind: FieldKind, text: &str) -> Result<(), ValueProblem> {
    let source = first_source(fact);
    let owned = || Some(text.to_owned());
    match field {
        "publisher" => source.publisher = owned(),
        "url" => source.url = owned(),
        "published" => source.published = Some(parse_date(text)?),
        "according_to" => source.according_to = owned(),
        "quote" => source.quote = owned(),
        other => drop(source.fields.insert(other.to_owned(), json_value(kind, text)?)),
    }
    Ok(())
}

/// The first source of a fact, which is made if there is none.
pub(super) fn first_source(fact: &mut Fact) -> &mut Source {
    if fact.sources.is_empty() {
        fact.sources.push(Source::default());
    }
    fact.sources.first_mut().expect("a source was just put there")
}

fn parse_date(text: &str) -> Result<Date, ValueProblem> {
    Date::parse(text.trim()).map_err(ValueProblem::NotADate)
}

/// A value of a kind from its text.
pub(super) fn json_value(kind: FieldKind, text: &str) -> Result<Value, ValueProblem> {
    match kind {
        FieldKind::Integer => {
            let integer = text.trim().parse::<i64>().map(Value::from);
            integer.map_err(|_| ValueProblem::NotAnInteger(text.to_owned()))
        }
        FieldKind::Number => {
            Number::json_of_text(text.trim()).map_err(|error| ValueProblem::NotANumber { text: text.to_owned(), error })
        }
        _ => Ok(Value::String(text.to_owned())),
    }
}
