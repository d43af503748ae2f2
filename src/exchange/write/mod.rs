//! Writers: the rows of an answer in formats that other tools read.
//!
//! A new format is one file beside this one and one line in [`FORMATS`].

use std::io::{self, Write};

use serde::Serializer as _;
use serde::ser::SerializeMap as _;

use crate::model::{COMPUTED_KEY, Cell};

mod citation;
mod csv;
mod fact_row;
mod json;
mod jsonl;
mod markdown;
mod marks;

pub use fact_row::{FactColumns, FactRow};
pub use marks::{MARK, Marks, marked};

/// One row of an answer.
pub trait OutputRow {
    /// A value for each column.
    fn cells(&self) -> &[Cell];

    /// What the rules belong to by which dates of the row were computed, if
    /// the row says it.
    fn about(&self) -> Option<&Cell> {
        None
    }

    /// Writes the row as one JSON object: the columns' names with their
    /// values, unless the row knows better. Dates that rules computed are told
    /// under [`COMPUTED_KEY`] as well.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    fn write_object(&self, columns: &[String], out: &mut dyn Write) -> io::Result<()> {
        let mut serializer = serde_json::Serializer::new(out);
        let mut object = serializer.serialize_map(None)?;
        for (column, cell) in columns.iter().zip(self.cells()) {
            object.serialize_entry(column, cell)?;
        }
        let computed = Cell::computed(columns.iter().map(String::as_str).zip(self.cells()));
        if let Some(computed) = computed.filter(|_| columns.iter().all(|column| column != COMPUTED_KEY)) {
            object.serialize_entry(COMPUTED_KEY, &computed)?;
        }
        object.end()?;
        Ok(())
    }
}

impl OutputRow for Vec<Cell> {
    fn cells(&self) -> &[Cell] {
        self
    }
}

/// Writes rows one after the other, so that no answer need be held whole.
pub trait RowWriter {
    /// Takes the columns' names, before any row.
    ///
    /// # Errors
    ///
    /// If they cannot be written.
    fn begin(&mut self, columns: &[&str]) -> io::Result<()>;

    /// Writes a row with a cell for each column.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    fn row(&mut self, row: &dyn OutputRow) -> io::Result<()>;

    /// Writes what follows the last row, and flushes.
    ///
    /// # Errors
    ///
    /// If that cannot be written.
    fn finish(&mut self) -> io::Result<()>;
}

/// A format that rows can be written in.
pub struct OutputFormat {
    /// Its name.
    pub name: &'static str,
    /// What it is, in a line.
    pub about: &'static str,
    /// Makes a writer of it.
    pub writer: for<'w> fn(Box<dyn Write + 'w>) -> Box<dyn RowWriter + 'w>,
}

/// Every format that rows can be written in.
pub static FORMATS: [&OutputFormat; 5] =
    [&json::FORMAT, &jsonl::FORMAT, &csv::FORMAT, &markdown::FORMAT, &citation::FORMAT];

/// The format of a name.
#[must_use]
pub fn output_format(name: &str) -> Option<&'static OutputFormat> {
    FORMATS.iter().find(|format| format.name.eq_ignore_ascii_case(name)).copied()
}

fn owned(columns: &[&str]) -> Vec<String> {
    columns.iter().map(|column| (*column).to_owned()).collect()
}
