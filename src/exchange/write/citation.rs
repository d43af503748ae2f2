//! Citations: for each source of a fact, a line for a footnote.

use std::io::{self, Write};

use serde_json::Value;

use crate::exchange::plain::sanitize;

use super::{OutputFormat, OutputRow, RowWriter, owned};

pub(super) static FORMAT: OutputFormat = OutputFormat {
    name: "citation",
    about: "a line for each source of each fact, ready to be cited",
    endings: &[],
    objects: false,
    ids: false,
    basis: false,
    labels: false,
    writer: |out| Box::new(Citation { out, columns: Vec::new() }),
};

struct Citation<W> {
    out: W,
    columns: Vec<String>,
}

impl<W: Write> RowWriter for Citation<W> {
    fn begin(&mut self, columns: &[&str]) -> io::Result<()> {
        self.columns = owned(columns);
        Ok(())
    }

    fn row(&mut self, row: &dyn OutputRow) -> io::Result<()> {
        let mut object = Vec::new();
        row.write_object(&self.columns, &mut object)?;
        let object: Value = serde_json::from_slice(&object)?;
        // A row of `| sources` is one source; a fact has all of its own.
        match object.get("sources") {
            Some(Value::Array(sources)) => {
                for source in sources {
                    writeln!(self.out, "{}", citation(source, &self.act(row, source.get("says"))))?;
                }
                Ok(())
            }
            None if object.get("publisher").is_some() => {
                writeln!(self.out, "{}", citation(&object, &self.act(row, None)))
            }
            // A fact without sources; a row that is not a fact has no such column.
            None if self.columns.iter().any(|column| column == "sources") => {
                Ok(writeln!(self.out, "no source named: {}.", sanitize(&self.act(row, None)))?)
            }
            _ => Err(io::Error::new(
                io::ErrorKind::Unsupported,
                "only facts and rows of `| sources` can be cited; remove the other stages, or choose another format",
            )),
        }
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl<W> Citation<W> {
    /// Who did what to what and when, in the labels that people read; what a source
    /// gives otherwise as the source gives it, and nothing that it does not say.
    fn act(&self, row: &dyn OutputRow, says: Option<&Value>) -> String {
        let cell = |name: &str| {
            if let Some(said) = says.and_then(|says| says.get(name)) {
                return said.as_str().map(str::to_owned);
            }
            let place = self.columns.iter().position(|column| column == name)?;
            row.cells().get(place).map(crate::model::Cell::label).filter(|label| !label.is_empty())
        };
        ["subject", "action", "object", "date"].into_iter().filter_map(cell).collect::<Vec<_>>().join(", ")
    }
}

/// The publisher, on whose word and when; the act; the quote; and the address.
fn citation(source: &Value, act: &str) -> String {
    let text = |key: &str| source.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let mut line = text("publisher").unwrap_or("no publisher named").to_owned();
    if let Some(name) = text("according_to") {
        line.push_str(", according to ");
        line.push_str(name);
    }
    if let Some(day) = text("published") {
        line.push_str(" (");
        line.push_str(day);
        line.push(')');
    }
    line.push_str(": ");
    line.push_str(act);
    line.push('.');
    if let Some(quote) = text("quote") {
        line.push_str(" “");
        line.push_str(quote);
        line.push_str("”.");
    }
    if let Some(url) = text("url") {
        line.push(' ');
        line.push_str(url);
    }
    sanitize(&line.replace(['\n', '\r'], " ")).into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::exchange::FactRow;
    use crate::model::{Cell, Fact};

    #[test]
    fn a_source_is_cited_with_all_that_it_says_of_itself() {
        let source = json!({"publisher": "Gazette", "published": "2025-06-28", "according_to": "a clerk",
                            "quote": "She left\nus.", "url": "https://example.org/1"});
        assert_eq!(
            citation(&source, "Ada, resignation, 2025-06-27"),
            "Gazette, according to a clerk (2025-06-28): Ada, resignation, 2025-06-27. “She left us.”. https://example.org/1"
        );
        assert_eq!(citation(&json!({}), "Ada, resignation"), "no publisher named: Ada, resignation.");
    }

    #[test]
    fn a_source_is_cited_with_the_date_that_it_gives() {
        let fact: Fact = serde_json::from_value(json!({"subject": "ada", "action": "left", "date": "2005", "sources": [
            {"publisher": "A"}, {"publisher": "B", "says": {"date": "2006-01"}}, {"publisher": "C", "says": {"date": null}}
        ]}))
        .unwrap();
        let mut out = Vec::new();
        let mut writer = (FORMAT.writer)(Box::new(&mut out));
        writer.begin(&["subject", "action", "date", "sources"]).unwrap();
        writer.row(&FactRow::new(&fact, &["subject", "action", "date", "sources"])).unwrap();
        drop(writer);
        assert_eq!(String::from_utf8(out).unwrap(), "A: ada, left, 2005.\nB: ada, left, 2006-01.\nC: ada, left.\n");
    }

    #[test]
    fn what_is_no_fact_cannot_be_cited() {
        let mut out = Vec::new();
        let mut writer = (FORMAT.writer)(Box::new(&mut out));
        writer.begin(&["count"]).unwrap();
        assert!(writer.row(&vec![Cell::Integer(3)]).is_err());
        writer.begin(&["subject", "publisher"]).unwrap();
        writer.row(&vec![Cell::text("ada"), Cell::text("Gazette")]).unwrap();
        drop(writer);
        assert_eq!(String::from_utf8(out).unwrap(), "Gazette: ada.\n");
    }
}
