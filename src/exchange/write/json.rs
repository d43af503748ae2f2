//! JSON: one array of objects, one object per line.

use std::io::{self, Write};

use super::{OutputFormat, OutputRow, RowWriter, owned};

pub(super) static FORMAT: OutputFormat = OutputFormat {
    name: "json",
    about: "one array of objects",
    endings: &["json"],
    objects: true,
    ids: true,
    basis: false,
    labels: false,
    writer: |out| Box::new(Json { out, columns: Vec::new(), rows: 0 }),
};

struct Json<W> {
    out: W,
    columns: Vec<String>,
    rows: u64,
}

impl<W: Write> RowWriter for Json<W> {
    fn begin(&mut self, columns: &[&str]) -> io::Result<()> {
        self.columns = owned(columns);
        self.out.write_all(b"[")
    }

    fn row(&mut self, row: &dyn OutputRow) -> io::Result<()> {
        self.out.write_all(if self.rows == 0 { b"\n" } else { b",\n" })?;
        self.rows += 1;
        row.write_object(&self.columns, &mut self.out)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.write_all(if self.rows == 0 { b"]\n" } else { b"\n]\n" })?;
        self.out.flush()
    }
}
