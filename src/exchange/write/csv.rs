//! CSV: a header and rows. A list has semicolons between its values, as the reader takes it.
//! A text that may be taken for a missing value, such as `NA`, is in quotes.

use std::borrow::Cow;
use std::io::{self, Write};

use csv::{QuoteStyle, WriterBuilder};

use super::{OutputFormat, OutputRow, RowWriter, flat};
use crate::exchange::csv_cells::{csv_failure, needs_quotes};
use crate::exchange::missing_markers::may_be_missing;

pub(super) static FORMAT: OutputFormat = OutputFormat {
    name: "csv",
    about: "comma-separated values",
    endings: &["csv"],
    objects: false,
    ids: true,
    basis: true,
    labels: false,
    writer: |out| Box::new(Csv { out: WriterBuilder::new().quote_style(QuoteStyle::Never).from_writer(out) }),
};

struct Csv<W: Write> {
    out: csv::Writer<W>,
}

fn quoted(cell: Cow<'_, str>, is_asked: bool) -> Cow<'_, str> {
    if is_asked || needs_quotes(cell.as_bytes()) { format!("\"{}\"", cell.replace('"', "\"\"")).into() } else { cell }
}

impl<W: Write> RowWriter for Csv<W> {
    fn begin(&mut self, columns: &[&str]) -> io::Result<()> {
        let names = columns.iter().map(|column| quoted(Cow::Borrowed(*column), false).into_owned());
        self.out.write_record(names.map(String::into_bytes)).map_err(csv_failure)
    }

    fn row(&mut self, row: &dyn OutputRow) -> io::Result<()> {
        for cell in row.cells() {
            let text = flat(cell);
            let is_asked = may_be_missing(&text);
            self.out.write_field(&*quoted(text, is_asked)).map_err(csv_failure)?;
        }
        self.out.write_record(None::<&[u8]>).map_err(csv_failure)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
