//! CSV: a header and rows; lists between semicolons, as they are read.

use std::io::{self, Write};

use crate::model::Cell;

use super::{OutputFormat, OutputRow, RowWriter};

pub(super) static FORMAT: OutputFormat = OutputFormat {
    name: "csv",
    about: "a header and rows, with commas",
    writer: |out| Box::new(Csv { out: csv::Writer::from_writer(out) }),
};

struct Csv<W: Write> {
    out: csv::Writer<W>,
}

impl<W: Write> RowWriter for Csv<W> {
    fn begin(&mut self, columns: &[&str]) -> io::Result<()> {
        self.out.write_record(columns).map_err(io_error)
    }

    fn row(&mut self, row: &dyn OutputRow) -> io::Result<()> {
        for cell in row.cells() {
            match cell {
                Cell::Text(text) => self.out.write_field(&**text),
                Cell::List(cells) => {
                    let cells: Vec<String> = cells.iter().map(Cell::to_string).collect();
                    self.out.write_field(cells.join(";"))
                }
                other => self.out.write_field(other.to_string()),
            }
            .map_err(io_error)?;
        }
        self.out.write_record(None::<&[u8]>).map_err(io_error)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// The system's own error, so that a closed pipe can be told from the rest.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("the row does not fit the columns: {other:?}")),
    }
}
