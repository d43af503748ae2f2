//! Tab-separated values: a header and rows, one a line. What would end a cell or a
//! row is escaped:
//!
//! | in a cell | written as |
//! |---|---|
//! | tab | `\t` |
//! | line feed | `\n` |
//! | carriage return | `\r` |
//! | backslash | `\\` |
//! | quote at its beginning | `\"` |
//!
//! A text that may be taken for a missing value, such as `NA`, is in quotes, as in CSV;
//! no other cell is.

use std::io::{self, Write};

use super::{OutputFormat, OutputRow, RowWriter, flat};
use crate::exchange::missing_markers::may_be_missing;

pub(super) static FORMAT: OutputFormat = OutputFormat {
    name: "tsv",
    about: "tab-separated values",
    endings: &["tsv", "tab"],
    objects: false,
    ids: true,
    basis: true,
    labels: false,
    writer: |out| Box::new(TabSeparated { out }),
};

struct TabSeparated<W> {
    out: W,
}

impl<W: Write> TabSeparated<W> {
    fn line<'c>(&mut self, cells: impl Iterator<Item = std::borrow::Cow<'c, str>>) -> io::Result<()> {
        for (index, cell) in cells.enumerate() {
            if index > 0 {
                self.out.write_all(b"\t")?;
            }
            self.cell(&cell)?;
        }
        self.out.write_all(b"\n")
    }

    fn cell(&mut self, text: &str) -> io::Result<()> {
        if may_be_missing(text) && !text.contains(['\t', '\n', '\r']) {
            return write!(self.out, "\"{text}\"");
        }
        let mut rest = text;
        let unquoted = text.trim_start_matches(' ');
        if unquoted.starts_with('"') {
            let (blanks, quoted) = text.split_at(text.len() - unquoted.len());
            write!(self.out, "{blanks}\\")?;
            rest = quoted;
        }
        while let Some(at) = rest.find(['\t', '\n', '\r', '\\']) {
            let (plain, special) = rest.split_at(at);
            self.out.write_all(plain.as_bytes())?;
            self.out.write_all(match special.as_bytes().first() {
                Some(b'\t') => b"\\t",
                Some(b'\n') => b"\\n",
                Some(b'\r') => b"\\r",
                _ => b"\\\\",
            })?;
            // Each of the four is one byte long.
            rest = special.get(1..).unwrap_or("");
        }
        self.out.write_all(rest.as_bytes())
    }
}

impl<W: Write> RowWriter for TabSeparated<W> {
    fn begin(&mut self, columns: &[&str]) -> io::Result<()> {
        self.line(columns.iter().map(|column| (*column).into()))
    }

    fn row(&mut self, row: &dyn OutputRow) -> io::Result<()> {
        self.line(row.cells().iter().map(flat))
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
