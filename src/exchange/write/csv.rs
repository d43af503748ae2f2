//! CSV: a header and rows. A list has semicolons between its values, as the reader takes it.

use std::io::{self, Write};

use super::{OutputFormat, OutputRow, RowWriter, flat};
use crate::exchange::csv_cells::csv_failure;

pub(super) static FORMAT: OutputFormat = OutputFormat {
    name: "csv",
    about: "comma-separated values",
    endings: &["csv"],
    objects: false,
    ids: true,
    basis: true,
    labels: false,
    writer: |out| Box::new(Csv { out: csv::Writer::from_writer(out) }),
};

struct Csv<W: Write> {
    out: csv::Writer<W>,
}

impl<W: Write> RowWriter for Csv<W> {
    fn begin(&mut self, columns: &[&str]) -> io::Result<()> {
        self.out.write_record(columns).map_err(csv_failure)
    }

    fn row(&mut self, row: &dyn OutputRow) -> io::Result<()> {
        for cell in row.cells() {
            self.out.write_field(&*flat(cell)).map_err(csv_failure)?;
        }
        self.out.write_record(None::<&[u8]>).map_err(csv_failure)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
