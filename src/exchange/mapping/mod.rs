//! Mappings: files that say how the rows of somebody's CSV become facts and
//! entities. They know names of columns and templates; they know no store.
//!
//! A row is a set of named values. Steps add values, one after the other
//! ([`Step`]); at the end templates over the values make facts and entities. A
//! mapping is read once ([`MappingFile`]) and made ready for the header of each
//! file ([`Program`]).

mod guess;
mod legend;
mod output;
mod program;
mod reading;
mod step;
mod template;
#[cfg(test)]
mod tests;
mod written_date;

use std::ops::Range;

use regex::Regex;
use toml::de::DeTable;

use self::output::{EntityTemplate, FactTemplate};
use self::reading::{Fault, Table, Text};
use self::step::{Step, as_pattern, compiled};
use self::template::Names;
use super::error::ExchangeError;
use crate::model::Schema;

pub use self::guess::guess_mapping;
pub(super) use self::program::{Program, Row, Seen};

/// A mapping of the rows of a CSV file to facts and entities, as a TOML file
/// says it.
#[derive(Debug)]
pub struct MappingFile {
    name: String,
    text: String,
    about: String,
    /// Short names for columns.
    columns: Vec<ShortName>,
    cells: Option<Cells>,
    steps: Vec<Step>,
    facts: Vec<FactTemplate>,
    entities: Vec<EntityTemplate>,
    names: Names,
}

/// How rows are mapped.
#[derive(Debug, Clone, Copy)]
pub struct MapOptions<'a> {
    /// What the declared fields hold, by which texts become numbers.
    pub schema: &'a Schema,
    /// Whether the facts are records of acts that may have other records: then
    /// the id that the mapping gives is the `record` of its source, and not
    /// what the fact is called.
    pub corroborates: bool,
}

/// A name for a column whose own is long, or has signs that mean something in templates.
#[derive(Debug)]
struct ShortName {
    slot: usize,
    column: String,
    span: Range<usize>,
}

/// Which columns have cells that are records of their own.
#[derive(Debug)]
struct Cells {
    columns: Vec<ColumnName>,
    except: Vec<ColumnName>,
    /// Columns of which only what a pattern finds in a cell is a record.
    parts: Vec<(String, Regex)>,
}

/// The name of a column, or a pattern of names.
#[derive(Debug)]
enum ColumnName {
    All,
    Exactly(String),
    Like(Regex),
}

impl ColumnName {
    fn read(text: &Text<'_>) -> Result<Self, Fault> {
        Ok(match as_pattern(text.value) {
            Some(pattern) => Self::Like(compiled(pattern).map_err(|reason| text.fault(format!(": {reason}")))?),
            None if text.value == "*" => Self::All,
            None => Self::Exactly(text.value.to_owned()),
        })
    }

    fn is(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Exactly(exactly) => exactly == name,
            Self::Like(pattern) => pattern.is_match(name),
        }
    }
}

impl MappingFile {
    /// Reads a mapping; messages call it by the name.
    ///
    /// # Errors
    ///
    /// If the text is not TOML or no mapping; the message names line and
    /// character, and says what to write instead.
    pub fn parse(name: &str, text: &str) -> Result<Self, ExchangeError> {
        let parsed = DeTable::parse(text)
            .map_err(|error| Fault::new(error.span().unwrap_or(0..0), error.message().to_owned()).of(name, text))?;
        let table = Table::new(parsed.get_ref(), 0..0, "a mapping");
        Self::read(name, text, &table).map_err(|fault| fault.of(name, text))
    }

    fn read(name: &str, text: &str, table: &Table<'_>) -> Result<Self, Fault> {
        table.only(&["about", "source", "columns", "cells", "step", "fact", "entity"])?;
        let about = table.text("about")?.map_or(String::new(), |about| about.value.to_owned());
        let cells = table.get("cells").map(|entry| Cells::read(&entry.table()?)).transpose()?;
        let mut names = Names::default();
        let mut columns = Vec::new();
        if let Some(entry) = table.get("columns") {
            for column in entry.table()?.entries() {
                let text = column.text()?;
                columns.push(ShortName {
                    slot: names.slot(column.key),
                    column: text.value.to_owned(),
                    span: text.span,
                });
            }
        }
        let tables = |key: &str| table.get(key).map_or(Ok(Vec::new()), reading::Entry::tables);
        let steps = tables("step")?.into_iter().map(|step| Step::read(&step, &mut names, (name, text)));
        let steps = steps.collect::<Result<Vec<_>, _>>()?;
        let source = table.get("source").map(reading::Entry::table).transpose()?;
        let facts = tables("fact")?.into_iter().map(|fact| FactTemplate::read(&fact, source.as_ref(), &mut names));
        let facts = facts.collect::<Result<Vec<_>, _>>()?;
        let entities = tables("entity")?.into_iter().map(|entity| EntityTemplate::read(&entity, &mut names));
        let entities = entities.collect::<Result<Vec<_>, _>>()?;
        if facts.is_empty() && entities.is_empty() {
            return Err(table.fault("makes nothing: it needs `[[fact]]` or `[[entity]]`"));
        }
        Ok(Self { name: name.to_owned(), text: text.to_owned(), about, columns, cells, steps, facts, entities, names })
    }

    /// What messages call it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is for, in a line; empty if it does not say.
    #[must_use]
    pub fn about(&self) -> &str {
        &self.about
    }

    /// Whether every cell of some columns is a record of its own.
    #[must_use]
    pub fn unpivots(&self) -> bool {
        self.cells.is_some()
    }
}

impl Cells {
    fn read(table: &Table<'_>) -> Result<Self, Fault> {
        table.only(&["columns", "except", "parts"])?;
        table.needed("columns", r#"columns = ["*"]"#)?;
        let names = |key: &str| table.texts(key)?.iter().map(ColumnName::read).collect::<Result<Vec<_>, _>>();
        let mut parts = Vec::new();
        if let Some(entry) = table.get("parts") {
            for part in entry.table()?.entries() {
                let text = part.text()?;
                let pattern = compiled(text.value).map_err(|reason| Fault::new(text.span, reason))?;
                parts.push((part.key.to_owned(), pattern));
            }
        }
        Ok(Self { columns: names("columns")?, except: names("except")?, parts })
    }

    /// Whether cells of a column are records, and if so by which pattern parts of them are.
    fn of(&self, name: &str) -> (bool, Option<&Regex>) {
        match self.parts.iter().find(|(part, _)| part == name) {
            Some((_, pattern)) => (true, Some(pattern)),
            None => (self.has(name), None),
        }
    }

    fn has_names(&self) -> bool {
        self.columns.iter().any(|column| matches!(column, ColumnName::Exactly(_)))
    }

    fn has(&self, name: &str) -> bool {
        self.columns.iter().any(|column| column.is(name)) && !self.except.iter().any(|column| column.is(name))
    }
}
