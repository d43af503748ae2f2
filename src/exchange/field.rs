//! Fields of facts that are set from text, as cells of a CSV file give them.

use serde_json::Value;

use crate::model::{Date, Fact, FieldKind, Schema, Source};

/// A field that a column gives.
#[derive(Debug)]
pub(super) struct Target {
    pub field: String,
    pub kind: FieldKind,
}

impl Target {
    pub fn new(field: &str, schema: &Schema) -> Self {
        // By its exact name: a record's keys know no aliases and no folding.
        let kind = schema.fields().find(|known| *known.name == *field).map_or(FieldKind::Keyword, |known| known.kind);
        Self { field: field.to_owned(), kind }
    }
}

/// Sets a field of a fact.
pub(super) fn set(fact: &mut Fact, target: &Target, text: &str) -> Result<(), String> {
    let owned = || Some(text.to_owned());
    match target.field.as_str() {
        "id" => fact.id = owned(),
        "subject" => text.clone_into(&mut fact.subject),
        "action" => text.clone_into(&mut fact.action),
        "object" => fact.object = owned(),
        "date" => fact.date = Some(date(text)?),
        "tags" => fact.tags = text.split(';').map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect(),
        "title" => fact.title = owned(),
        "note" => fact.note = owned(),
        "sources" => {
            fact.sources = serde_json::from_str(text).map_err(
                |_| "`sources` must be a JSON list of objects; for one source use columns such as `source.publisher`",
            )?;
        }
        field => match field.strip_prefix("source.") {
            Some(field) => set_source(fact, field, target.kind, text)?,
            None => drop(fact.fields.insert(field.to_owned(), value(target.kind, text)?)),
        },
    }
    Ok(())
}

/// Sets a field of the first source of a fact.
pub(super) fn set_source(fact: &mut Fact, field: &str, kind: FieldKind, text: &str) -> Result<(), String> {
    if fact.sources.is_empty() {
        fact.sources.push(Source::default());
    }
    let Some(source) = fact.sources.first_mut() else {
        return Ok(());
    };
    let owned = || Some(text.to_owned());
    match field {
        "publisher" => source.publisher = owned(),
        "url" => source.url = owned(),
        "published" => source.published = Some(date(text)?),
        "according_to" => source.according_to = owned(),
        "quote" => source.quote = owned(),
        other => drop(source.fields.insert(other.to_owned(), value(kind, text)?)),
    }
    Ok(())
}

fn date(text: &str) -> Result<Date, String> {
    Date::parse(text.trim()).map_err(|error| error.to_string())
}

/// A value of a kind from its text.
pub(super) fn value(kind: FieldKind, text: &str) -> Result<Value, String> {
    let shown = || text.chars().take(40).collect::<String>();
    let integer = || text.trim().parse::<i64>().map(Value::from);
    match kind {
        FieldKind::Integer => integer().map_err(|_| format!("`{}` is not a whole number", shown())),
        FieldKind::Number => integer().or_else(|_| {
            let number = text.trim().parse::<f64>().ok().and_then(serde_json::Number::from_f64);
            number.map(Value::Number).ok_or_else(|| format!("`{}` is not a number", shown()))
        }),
        _ => Ok(Value::String(text.to_owned())),
    }
}
