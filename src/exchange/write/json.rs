//! JSON: one array of objects, one object per line. The array of an answer is
//! the `rows` of an object that has its `remarks`, too.

use std::io::{self, Write};

use serde_json::Value;

use super::{OutputFormat, OutputRow, RowWriter, owned};

pub(super) static FORMAT: OutputFormat = OutputFormat {
    name: "json",
    about: "an object with `rows` and `remarks`",
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

    fn begin_answer(&mut self, columns: &[&str]) -> io::Result<()> {
        self.out.write_all(b"{\"rows\":")?;
        self.begin(columns)
    }

    fn finish_answer(&mut self, remarks: &[Value]) -> io::Result<()> {
        self.out.write_all(if self.rows == 0 { b"]" } else { b"\n]" })?;
        self.out.write_all(b",\"remarks\":[")?;
        for (place, remark) in remarks.iter().enumerate() {
            self.out.write_all(if place == 0 { b"\n" } else { b",\n" })?;
            serde_json::to_writer(&mut self.out, remark)?;
        }
        self.out.write_all(if remarks.is_empty() { b"]}\n" } else { b"\n]}\n" })?;
        self.out.flush()
    }
}
