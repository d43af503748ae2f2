//! Writers: rows in formats that other tools read.
//!
//! A new format is one file beside this one, which says what the format asks of
//! rows, and one line in [`FORMATS`].

use std::borrow::Cow;
use std::io::{self, Write};
use std::path::Path;

use serde::Serializer as _;
use serde::ser::SerializeMap as _;
use serde_json::Value;

use crate::exchange::list_cells::list_cell;
use crate::model::{COMPUTED_KEY, Cell};

mod citation;
mod computed_dates;
mod csv;
mod fact_row;
mod json;
mod jsonl;
mod markdown;
mod tsv;

pub use computed_dates::{COMPUTED_MARK, ComputedDates, label_with_mark};
pub use fact_row::{CellsOfFacts, FactColumns, FactRow};

/// One row of an answer.
pub trait OutputRow {
    /// A value for each column.
    fn cells(&self) -> &[Cell];

    /// What the rules belong to by which dates of the row were computed, such
    /// as a treaty; none if the row does not say.
    fn about(&self) -> Option<&Cell> {
        None
    }

    /// Writes the row as one JSON object: by default the names of the columns
    /// with their values. Computed dates are listed under [`COMPUTED_KEY`] as
    /// well, each with its rule.
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

/// Writes rows one after the other, so that no answer has to be held whole.
pub trait RowWriter {
    /// Takes the names of the columns, before any row.
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

    /// As [`RowWriter::begin`], for the rows of an answer, after which there are
    /// remarks: [`RowWriter::finish_answer`] ends them.
    ///
    /// # Errors
    ///
    /// If the columns cannot be written.
    fn begin_answer(&mut self, columns: &[&str]) -> io::Result<()> {
        self.begin(columns)
    }

    /// As [`RowWriter::finish`], with the remarks of the answer, each as JSON.
    /// Formats that only have room for rows leave them out.
    ///
    /// # Errors
    ///
    /// If that cannot be written.
    fn finish_answer(&mut self, _remarks: &[Value]) -> io::Result<()> {
        self.finish()
    }
}

/// A format in which rows can be written, and what it asks of them.
///
/// Whoever writes rows asks these properties, never the name: a format that is
/// added to [`FORMATS`] then works everywhere.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a property of its own")]
#[non_exhaustive]
pub struct OutputFormat {
    /// The name that users write.
    pub name: &'static str,
    /// What it is, in a few words.
    pub about: &'static str,
    /// The endings of its files, without the dot; the first is the usual one.
    pub endings: &'static [&'static str],
    /// Whether a row is a JSON object: a fact is then written whole, whatever the columns.
    pub objects: bool,
    /// Whether facts need a column with their ids, since programs have to tell them apart.
    pub ids: bool,
    /// Whether a date needs columns beside it that say whether it was computed
    /// and by which rule, since its cell cannot.
    pub basis: bool,
    /// Whether columns are headed by the labels that people read instead of the keys.
    pub labels: bool,
    /// Makes a writer.
    pub writer: for<'w> fn(Box<dyn Write + 'w>) -> Box<dyn RowWriter + 'w>,
}

impl PartialEq for OutputFormat {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for OutputFormat {}

/// Every format in which rows can be written.
pub static FORMATS: &[&OutputFormat] =
    &[&json::FORMAT, &jsonl::FORMAT, &csv::FORMAT, &tsv::FORMAT, &markdown::FORMAT, &citation::FORMAT];

/// JSON Lines, in which everything can be exported without loss.
pub static JSON_LINES: &OutputFormat = &jsonl::FORMAT;

/// Comma-separated values.
pub static CSV: &OutputFormat = &csv::FORMAT;

impl OutputFormat {
    /// The format of that name, in any case.
    ///
    /// ```
    /// use tractat::exchange::OutputFormat;
    ///
    /// assert_eq!(OutputFormat::named("CSV").unwrap().name, "csv");
    /// assert!(OutputFormat::named("xml").is_none());
    /// ```
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        FORMATS.iter().find(|format| format.name.eq_ignore_ascii_case(name)).copied()
    }

    /// The format of a file, by the ending of its name.
    #[must_use]
    pub fn of_file(path: &Path) -> Option<&'static Self> {
        let ending = path.extension()?.to_str()?;
        let has_ending = |format: &&&Self| format.endings.iter().any(|known| known.eq_ignore_ascii_case(ending));
        FORMATS.iter().find(has_ending).copied()
    }
}

/// A cell as one text, as readers of CSV take it.
fn flat(cell: &Cell) -> Cow<'_, str> {
    match cell {
        Cell::Text(text) => Cow::Borrowed(text),
        Cell::List(cells) => Cow::Owned(list_cell(cells.iter().map(|cell| Cow::Owned(cell.to_string())))),
        other => Cow::Owned(other.to_string()),
    }
}

fn owned(columns: &[&str]) -> Vec<String> {
    columns.iter().map(|column| (*column).to_owned()).collect()
}
