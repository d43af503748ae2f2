//! Rows as blocks, `field: value` on each line. It knows widths, not meanings.

use std::sync::Arc;

use serde_json::{Map, Value};
use tractat::exchange::label_with_mark;
use tractat::model::{COMPUTED_KEY, Cell};
use unicode_width::UnicodeWidthStr;

use super::table::single_line;
use crate::cli::output::{DIM, Surface};
use crate::cli::text::wrap;

/// Rows as blocks under the headings of their columns.
pub struct VerticalLayout {
    names: Vec<Arc<str>>,
    headings: Vec<Arc<str>>,
    has_whole_facts: bool,
}

impl VerticalLayout {
    /// The layout of rows with columns of these names and headings.
    pub fn new(names: Vec<Arc<str>>, headings: Vec<Arc<str>>) -> Self {
        Self { names, headings, has_whole_facts: false }
    }

    /// The same, and facts with all that they have.
    pub fn with_whole_facts(self) -> Self {
        Self { has_whole_facts: true, ..self }
    }

    /// Whether facts are shown with all that they have.
    pub fn has_whole_facts(&self) -> bool {
        self.has_whole_facts
    }

    /// The lines of a row; `object` is the whole fact, if the row is one.
    pub fn lines(&self, cells: &[Cell], object: Option<&Map<String, Value>>, surface: Surface) -> Vec<String> {
        let mut fields: Vec<(String, String)> = self
            .headings
            .iter()
            .zip(cells)
            .filter(|(_, cell)| !cell.is_missing())
            .map(|(heading, cell)| (single_line(heading), single_line(&label_with_mark(cell))))
            .collect();
        if let Some(object) = object {
            let shown = |key: &str| key == "sources" || self.names.iter().any(|name| &**name == key);
            // What was computed has its mark and the rule below.
            let told = |key: &str, value: &Value| key == COMPUTED_KEY && value.is_object();
            let others = object.iter().filter(|(key, value)| !shown(key) && !told(key, value));
            fields.extend(others.map(|(key, value)| (single_line(key), spell(value))));
            fields.extend(sources(object));
        }
        lines_of(&fields, surface)
    }
}

/// The lines of a whole fact, under the names of its own fields.
pub fn fact_lines(fact: &Map<String, Value>, surface: Surface) -> Vec<String> {
    let own = fact.iter().filter(|(key, _)| *key != "sources").map(|(key, value)| (single_line(key), spell(value)));
    lines_of(&own.chain(sources(fact)).collect::<Vec<_>>(), surface)
}

fn sources(fact: &Map<String, Value>) -> impl Iterator<Item = (String, String)> {
    let sources = fact.get("sources").and_then(Value::as_array);
    sources.into_iter().flatten().map(|source| ("source".to_owned(), spell_source(source)))
}

/// Lines of fields with their values, the values under each other.
fn lines_of(fields: &[(String, String)], surface: Surface) -> Vec<String> {
    let widest = fields.iter().map(|(name, _)| name.width()).max().unwrap_or(0);
    let margin = widest + 4;
    let mut lines = Vec::new();
    for (name, value) in fields {
        let pad = " ".repeat(widest - name.width());
        let mut parts = match surface.width {
            Some(width) => wrap(value, usize::from(width).saturating_sub(margin).max(20)),
            None => vec![value.clone()],
        };
        let first = if parts.is_empty() { String::new() } else { parts.remove(0) };
        lines.push(format!("  {}{pad} {first}", surface.paint(DIM, &format!("{name}:"))).trim_end().to_owned());
        lines.extend(parts.iter().map(|part| format!("{}{part}", " ".repeat(margin))));
    }
    lines
}

fn spell(value: &Value) -> String {
    match value {
        Value::String(text) => single_line(text),
        Value::Array(values) => values.iter().map(spell).collect::<Vec<_>>().join(", "),
        other => single_line(&other.to_string()),
    }
}

/// A source in one line: who, whom they report, when, what they say, where.
fn spell_source(source: &Value) -> String {
    let Some(source) = source.as_object() else { return spell(source) };
    let mut parts = Vec::new();
    for (key, value) in source {
        parts.push(match key.as_str() {
            "publisher" | "url" => spell(value),
            "according_to" => format!("according to {}", spell(value)),
            "quote" => format!("“{}”", spell(value)),
            "says" => {
                let says = value.as_object().into_iter().flatten();
                let told = says.map(|(field, value)| match value {
                    Value::Null => format!("no {}", single_line(field)),
                    value => format!("{} {}", single_line(field), spell(value)),
                });
                format!("says {}", told.collect::<Vec<_>>().join(", "))
            }
            other => format!("{} {}", single_line(other), spell(value)),
        });
    }
    parts.join("; ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_fact_is_shown_whole_with_names_where_there_are_names() {
        let blocks = VerticalLayout::new(
            ["subject", "date", "sources"].map(Arc::from).to_vec(),
            ["state", "date", "sources"].map(Arc::from).to_vec(),
        );
        let cells = [Cell::Named { key: "ee".into(), label: "Estonia".into() }, Cell::text("2025"), Cell::Integer(2)];
        let object = json!({"id": "x", "subject": "ee", "date": "2025", "tags": ["a", "b"], "note": "one\ntwo\u{202e}",
            "sources": [{"publisher": "A", "url": "u", "says": {"date": "2025-06"}}, {"publisher": "B", "quote": "q"}]});
        assert_eq!(
            blocks.lines(&cells, object.as_object(), Surface::PLAIN),
            [
                "  state:   Estonia",
                "  date:    2025",
                "  sources: 2",
                "  id:      x",
                "  tags:    a, b",
                "  note:    one two<U+202E>",
                "  source:  A; u; says date 2025-06",
                "  source:  B; “q”",
            ]
        );
    }
}
