//! Facts as rows: whole in JSON, and flattened for CSV.

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde_json::Value;

use crate::exchange::field::{FieldTarget, set_field};
use crate::model::{Cell, FIXED_KEYS, Fact, Schema, Source};

use super::{OutputRow, flat};

/// A fact as a row. As JSON it is the fact itself, whatever the columns.
#[derive(Debug)]
pub struct FactRow<'f> {
    fact: &'f Fact,
    cells: Vec<Cell>,
}

impl<'f> FactRow<'f> {
    /// The row of a fact under the given columns: names of its fields, `sources`
    /// for all of its sources as JSON, or `source.publisher` and the like for
    /// the one that it has.
    #[must_use]
    pub fn new(fact: &'f Fact, columns: &[&str]) -> Self {
        Self { fact, cells: columns.iter().map(|column| cell(fact, column)).collect() }
    }
}

impl OutputRow for FactRow<'_> {
    fn cells(&self) -> &[Cell] {
        &self.cells
    }

    fn write_object(&self, _columns: &[String], out: &mut dyn Write) -> io::Result<()> {
        Ok(serde_json::to_writer(out, self.fact)?)
    }
}

/// The columns that are needed to write some facts as CSV without losing any value.
///
/// ```
/// use tractat::exchange::FactColumns;
/// use tractat::model::Fact;
///
/// let fact: Fact = serde_json::from_str(r#"{"subject":"Ada","action":"resigned","date":"2024"}"#)?;
/// let mut columns = FactColumns::default();
/// columns.see(&fact);
/// assert_eq!(columns.names(), ["subject", "action", "date"]);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct FactColumns {
    fixed: BTreeSet<&'static str>,
    fields: BTreeSet<String>,
    source_fields: BTreeSet<String>,
    has_nested_sources: bool,
}

impl FactColumns {
    /// Takes a fact into account.
    pub fn see(&mut self, fact: &Fact) {
        self.fixed.extend(FIXED_KEYS.iter().filter(|key| **key != "sources" && !cell(fact, key).is_missing()));
        self.fields.extend(fact.fields.keys().cloned());
        match fact.sources.as_slice() {
            [] => {}
            [source] if is_flat(source) => {
                let fixed = SOURCE_KEYS.iter().filter(|key| !source_cell(source, key).is_missing());
                self.source_fields.extend(fixed.map(|key| (*key).to_owned()).chain(source.fields.keys().cloned()));
            }
            _ => self.has_nested_sources = true,
        }
    }

    /// The columns, in the order of the keys of a fact. `subject` and `action`
    /// are always there, since no fact can be read without them.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let (before, after) = FIXED_KEYS.split_at(5);
        let seen = |key: &&&'static str| matches!(**key, "subject" | "action") || self.fixed.contains(**key);
        let mut names: Vec<String> = before.iter().filter(seen).map(|key| (*key).to_owned()).collect();
        names.extend(self.fields.iter().cloned());
        names.extend(after.iter().filter(seen).map(|key| (*key).to_owned()));
        if self.has_nested_sources {
            names.push("sources".to_owned());
        } else {
            names.extend(self.source_fields.iter().map(|field| format!("source.{field}")));
        }
        names
    }
}

/// Tells which facts a table of cells, such as CSV, gives back as they are.
///
/// ```
/// use tractat::exchange::{CellsOfFacts, FactColumns, FactRow};
/// use tractat::model::{Fact, Schema};
///
/// let fact: Fact = serde_json::from_str(r#"{"subject":"Ada","action":"resigned","seats":["A","B"]}"#)?;
/// let mut columns = FactColumns::default();
/// columns.see(&fact);
/// let names = columns.names();
/// let names: Vec<&str> = names.iter().map(String::as_str).collect();
/// let cells = CellsOfFacts::new(&names, &Schema::default());
/// assert_eq!(cells.lost_field(&FactRow::new(&fact, &names)), Some("seats"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug)]
pub struct CellsOfFacts<'c> {
    columns: Vec<(&'c str, FieldTarget)>,
}

impl<'c> CellsOfFacts<'c> {
    /// Cells under these columns, in a world with these fields.
    #[must_use]
    pub fn new(columns: &[&'c str], schema: &Schema) -> Self {
        Self { columns: columns.iter().map(|column| (*column, FieldTarget::new(column, schema))).collect() }
    }

    /// The column under which a fact, read from its cells, is not what it was: a list
    /// that is not one of tags, an empty text, or a value that is not of the kind that
    /// its field declares.
    #[must_use]
    pub fn lost_field(&self, row: &FactRow<'_>) -> Option<&'c str> {
        let mut read = Fact::default();
        for ((column, target), cell) in self.columns.iter().zip(&row.cells) {
            let text = flat(cell);
            if !text.is_empty() && set_field(&mut read, target, &text).is_err() {
                return Some(column);
            }
        }
        if read == *row.fact {
            return None;
        }
        let is_other = |(column, before): &(&&'c str, &Cell)| cell(&read, column) != **before;
        let mut columns = self.columns.iter().map(|(column, _)| column).zip(&row.cells);
        Some(columns.find(is_other).map_or("sources", |(column, _)| column))
    }
}

const SOURCE_KEYS: [&str; 5] = ["publisher", "url", "published", "according_to", "quote"];

/// Whether columns of their own can hold all that a source says.
fn is_flat(source: &Source) -> bool {
    source.says.is_empty() && *source != Source::default() && source.fields.values().all(Value::is_string)
}

fn cell(fact: &Fact, column: &str) -> Cell {
    match column {
        "id" => text(fact.id.as_deref()),
        "subject" => Cell::text(&fact.subject),
        "action" => Cell::text(&fact.action),
        "object" => text(fact.object.as_deref()),
        "date" => fact.date.clone().map_or(Cell::Missing, Cell::Date),
        "tags" if fact.tags.is_empty() => Cell::Missing,
        "tags" => Cell::List(fact.tags.iter().map(|tag| Cell::text(tag)).collect()),
        "title" => text(fact.title.as_deref()),
        "note" => text(fact.note.as_deref()),
        "sources" if fact.sources.is_empty() => Cell::Missing,
        "sources" => Cell::Json(serde_json::to_value(&fact.sources).expect("a source has text keys only")),
        other => match (other.strip_prefix("source."), fact.sources.as_slice()) {
            (Some(field), [source]) => source_cell(source, field),
            (Some(_), _) => Cell::Missing,
            (None, _) => value(fact.fields.get(other)),
        },
    }
}

fn source_cell(source: &Source, field: &str) -> Cell {
    match field {
        "publisher" => text(source.publisher.as_deref()),
        "url" => text(source.url.as_deref()),
        "published" => source.published.clone().map_or(Cell::Missing, Cell::Date),
        "according_to" => text(source.according_to.as_deref()),
        "quote" => text(source.quote.as_deref()),
        other => value(source.fields.get(other)),
    }
}

fn text(text: Option<&str>) -> Cell {
    text.map_or(Cell::Missing, Cell::text)
}

fn value(value: Option<&Value>) -> Cell {
    match value {
        None | Some(Value::Null) => Cell::Missing,
        Some(Value::String(text)) => Cell::text(text),
        // A cell would drop the `.0` of a number with a decimal point.
        Some(value) => value.as_i64().map_or_else(|| Cell::Json(value.clone()), Cell::Integer),
    }
}
