//! Markdown: a table in GitHub's dialect. Text from data cannot become markup,
//! and hidden characters in it are shown. A computed date has its mark, and a
//! line below the table names the rules.

use std::io::{self, Write};

use crate::exchange::plain::sanitize;

use super::{ComputedDates, OutputFormat, OutputRow, RowWriter, label_with_mark};

pub(super) static FORMAT: OutputFormat = OutputFormat {
    name: "markdown",
    about: "a Markdown table",
    endings: &["md", "markdown"],
    objects: false,
    ids: false,
    basis: false,
    labels: true,
    writer: |out| Box::new(Markdown { out, marks: ComputedDates::default() }),
};

struct Markdown<W> {
    out: W,
    marks: ComputedDates,
}

impl<W: Write> Markdown<W> {
    fn line(&mut self, cells: impl Iterator<Item = String>) -> io::Result<()> {
        self.out.write_all(b"|")?;
        for cell in cells {
            write!(self.out, " {cell} |")?;
        }
        self.out.write_all(b"\n")
    }
}

impl<W: Write> RowWriter for Markdown<W> {
    fn begin(&mut self, columns: &[&str]) -> io::Result<()> {
        self.line(columns.iter().map(|column| escaped(column)))?;
        self.line(columns.iter().map(|_| "---".to_owned()))
    }

    fn row(&mut self, row: &dyn OutputRow) -> io::Result<()> {
        self.marks.note(row);
        self.line(row.cells().iter().map(|cell| escaped(&label_with_mark(cell))))
    }

    fn finish(&mut self) -> io::Result<()> {
        if let Some(line) = self.marks.line() {
            write!(self.out, "\n{}\n", escaped(&line))?;
        }
        self.out.flush()
    }
}

fn escaped(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(escaped_line).collect();
    lines.join("<br>")
}

fn escaped_line(line: &str) -> String {
    let plain = sanitize(line);
    let mut escaped = String::with_capacity(plain.len());
    let mut before = ' ';
    let mut characters = plain.chars().peekable();
    while let Some(character) = characters.next() {
        let after = characters.peek().copied().unwrap_or(' ');
        let is_markup = match character {
            '|' | '\\' | '`' | '*' | '[' | ']' | '<' | '&' | '~' => true,
            // Within a word it means nothing.
            '_' => !(before.is_alphanumeric() && after.is_alphanumeric()),
            _ => false,
        };
        if is_markup {
            escaped.push('\\');
        }
        escaped.push(character);
        before = character;
    }
    escaped
}
