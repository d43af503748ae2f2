//! JSON Lines: one object per line.

use std::io::{self, Write};

use super::{OutputFormat, OutputRow, RowWriter, owned};

pub(super) static FORMAT: OutputFormat = OutputFormat {
    name: "jsonl",
    about: "one JSON object per line",
    endings: &["jsonl", "ndjson"],
    objects: true,
    ids: true,
    basis: false,
    labels: false,
    writer: |out| Box::new(JsonLines { out, columns: Vec::new() }),
};

struct JsonLines<W> {
    out: W,
    columns: Vec<String>,
}

impl<W: Write> RowWriter for JsonLines<W> {
    fn begin(&mut self, columns: &[&str]) -> io::Result<()> {
        self.columns = owned(columns);
        Ok(())
    }

    fn row(&mut self, row: &dyn OutputRow) -> io::Result<()> {
        row.write_object(&self.columns, &mut self.out)?;
        self.out.write_all(b"\n")
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
