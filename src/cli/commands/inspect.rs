//! `tractat get` and `tractat history`: one fact, as it is and as it was.

use std::io::Write;

use serde_json::{Map, Value};
use tractat::exchange::{FactColumns, FactRow};
use tractat::model::{Cell, Fact};
use tractat::{Change, Event};

use crate::cli::CommandContext;
use crate::cli::failure::CommandFailure;
use crate::cli::show::{Format, fact_lines, print_rows};

/// Which fact.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Its id
    id: String,
}

fn no_such_fact(id: &str) -> CommandFailure {
    CommandFailure::Failed(format!("there is no fact `{id}`"))
}

/// Shows a fact whole.
pub fn get(arguments: &Arguments, context: &mut CommandContext) -> Result<(), CommandFailure> {
    let store = context.open()?.store;
    let fact = store.get(&arguments.id)?.ok_or_else(|| no_such_fact(&arguments.id))?;
    let Some(written) = context.global.format.and_then(Format::written) else {
        // A table of one row is a worse block.
        let lines = fact_lines(&object(&fact), context.output.surface);
        for line in lines {
            writeln!(context.output, "{line}")?;
        }
        return Ok(());
    };
    let mut columns = FactColumns::default();
    columns.see(&fact);
    let names = columns.names();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut writer = (written.writer)(context.output.guarded());
    writer.begin(&names)?;
    writer.row(&FactRow::new(&fact, &names))?;
    Ok(writer.finish()?)
}

/// Shows what became of a fact, commit by commit.
pub fn history(arguments: &Arguments, context: &mut CommandContext) -> Result<(), CommandFailure> {
    let store = context.open()?.store;
    let changes = store.history(&arguments.id)?;
    if changes.is_empty() {
        return Err(no_such_fact(&arguments.id));
    }
    let mut before = None;
    let mut rows = Vec::new();
    for change in &changes {
        rows.push(row(change, before));
        before = Some(&change.event);
    }
    print_rows(&["transaction", "time", "author", "what", "details"], &rows, context.global.format, &mut context.output)
}

fn row(change: &Change, before: Option<&Event>) -> Vec<Cell> {
    let (what, details) = match (&change.event, before) {
        (Event::Asserted(_), None) => ("asserted", String::new()),
        (Event::Asserted(_), Some(Event::Retracted(_) | Event::Undone(_))) => ("asserted again", String::new()),
        (Event::Asserted(now), Some(Event::Asserted(before))) => {
            ("new version", differences(&object(before), &object(now)))
        }
        (Event::Retracted(reason), _) => ("retracted", reason.clone()),
        (Event::Undone(transaction), _) => ("undone", format!("#{transaction}")),
        _ => ("changed", String::new()),
    };
    let transaction = i64::try_from(change.transaction).map_or(Cell::Missing, Cell::Integer);
    let details = if details.is_empty() { Cell::Missing } else { Cell::text(&details) };
    vec![transaction, Cell::text(&change.time), Cell::text(&change.author), Cell::text(what), details]
}

/// Which fields have other values than before: `date 2005 → 2005-12`.
fn differences(before: &Map<String, Value>, now: &Map<String, Value>) -> String {
    let spell = |value: Option<&Value>| match value {
        None => "nothing".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let gone = before.keys().filter(|key| !now.contains_key(*key));
    let differing = now.keys().chain(gone).filter(|key| before.get(*key) != now.get(*key));
    differing
        .map(|key| format!("{key} {} → {}", spell(before.get(key)), spell(now.get(key))))
        .collect::<Vec<_>>()
        .join("; ")
}

fn object(fact: &Fact) -> Map<String, Value> {
    match serde_json::to_value(fact) {
        Ok(Value::Object(object)) => object,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_new_version_says_what_is_different() {
        let (before, now) = (json!({"a": 1, "b": "x", "c": []}), json!({"a": 1, "b": "y", "d": 2}));
        let text = differences(before.as_object().unwrap(), now.as_object().unwrap());
        assert_eq!(text, "b x → y; d nothing → 2; c [] → nothing");
    }
}
