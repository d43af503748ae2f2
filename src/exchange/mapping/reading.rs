//! The TOML of a mapping, read by hand so that every fault has its line and says
//! what to write instead. It knows TOML, and nothing of what the keys mean.

use std::borrow::Cow;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::exchange::error::ExchangeError;
use crate::model::nearest;

/// What is wrong at a place of the text.
#[derive(Debug)]
pub(super) struct Fault {
    pub span: Range<usize>,
    pub reason: String,
}

impl Fault {
    pub fn new(span: Range<usize>, reason: impl Into<String>) -> Self {
        Self { span, reason: reason.into() }
    }

    /// The error for a text of that name.
    pub fn of(self, name: &str, text: &str) -> ExchangeError {
        let (line, column) = place(text, self.span.start);
        ExchangeError::MappingFile { name: name.into(), line, column, reason: self.reason }
    }
}

/// Line and character of a byte of a text, both from 1.
pub(super) fn place(text: &str, at: usize) -> (u64, u64) {
    let before = text.get(..text.floor_char_boundary(at)).unwrap_or(text);
    let line = before.matches('\n').count() as u64 + 1;
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (line, before.get(start..).unwrap_or("").chars().count() as u64 + 1)
}

/// A text of the file with its key and place.
#[derive(Debug, Clone)]
pub(super) struct Text<'t> {
    pub key: &'t str,
    pub value: &'t str,
    pub span: Range<usize>,
}

impl Text<'_> {
    pub fn fault(&self, problem: impl AsRef<str>) -> Fault {
        Fault::new(self.span.clone(), format!("`{}` {}", self.key, problem.as_ref()))
    }
}

/// A table of the file, its keys in their order.
#[derive(Debug)]
pub(super) struct Table<'t> {
    entries: Vec<Entry<'t>>,
    pub span: Range<usize>,
    /// What it is called in messages, such as `[[step]]`.
    what: Cow<'static, str>,
}

/// A key with its value.
#[derive(Debug, Clone)]
pub(super) struct Entry<'t> {
    pub key: &'t str,
    pub span: Range<usize>,
    pub value: &'t Spanned<DeValue<'t>>,
}

impl<'t> Entry<'t> {
    pub fn fault(&self, problem: impl AsRef<str>) -> Fault {
        Fault::new(self.value.span(), format!("`{}` {}", self.key, problem.as_ref()))
    }

    pub fn text(&self) -> Result<Text<'t>, Fault> {
        match self.value.get_ref() {
            DeValue::String(value) => Ok(Text { key: self.key, value, span: self.value.span() }),
            other => Err(self.fault(format!("must be a text in quotes, not {} {}", article(other), other.type_str()))),
        }
    }

    /// One text, or a list of them.
    pub fn texts(&self) -> Result<Vec<Text<'t>>, Fault> {
        let DeValue::Array(list) = self.value.get_ref() else { return Ok(vec![self.text()?]) };
        list.iter().map(|value| Entry { value, ..self.clone() }.text()).collect()
    }

    pub fn table(&self) -> Result<Table<'t>, Fault> {
        match self.value.get_ref() {
            DeValue::Table(table) => Ok(Table::new(table, self.span.clone(), format!("`{}`", self.key))),
            other => {
                let key = self.key;
                Err(self.fault(format!(
                    "must be a table, not {} {}: write it as `[{key}]`",
                    article(other),
                    other.type_str()
                )))
            }
        }
    }

    /// The tables of `[[key]]`.
    pub fn tables(&self) -> Result<Vec<Table<'t>>, Fault> {
        let wrong = || self.fault(format!("is written once for each, as `[[{}]]`", self.key));
        let DeValue::Array(list) = self.value.get_ref() else { return Err(wrong()) };
        let table = |value: &'t Spanned<DeValue<'t>>| match value.get_ref() {
            DeValue::Table(table) => Ok(Table::new(table, value.span(), format!("`[[{}]]`", self.key))),
            _ => Err(wrong()),
        };
        list.iter().map(table).collect()
    }
}

fn article(value: &DeValue<'_>) -> &'static str {
    if matches!(value, DeValue::Integer(_) | DeValue::Array(_)) { "an" } else { "a" }
}

impl<'t> Table<'t> {
    pub fn new(table: &'t DeTable<'t>, span: Range<usize>, what: impl Into<Cow<'static, str>>) -> Self {
        let entry =
            |(key, value): (&'t Spanned<Cow<'t, str>>, _)| Entry { key: key.get_ref(), span: key.span(), value };
        let mut entries: Vec<Entry<'t>> = table.iter().map(entry).collect();
        // A map of TOML is sorted by its keys; which pattern comes first matters.
        entries.sort_by_key(|entry| entry.span.start);
        Self { entries, span, what: what.into() }
    }

    pub fn entries(&self) -> &[Entry<'t>] {
        &self.entries
    }

    pub fn get(&self, key: &str) -> Option<&Entry<'t>> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    pub fn text(&self, key: &str) -> Result<Option<Text<'t>>, Fault> {
        self.get(key).map(Entry::text).transpose()
    }

    pub fn texts(&self, key: &str) -> Result<Vec<Text<'t>>, Fault> {
        self.get(key).map_or(Ok(Vec::new()), Entry::texts)
    }

    pub fn needed(&self, key: &str, example: &str) -> Result<&Entry<'t>, Fault> {
        self.get(key).ok_or_else(|| self.fault(format!("needs `{key}`, as in `{example}`")))
    }

    pub fn fault(&self, problem: impl AsRef<str>) -> Fault {
        Fault::new(self.span.clone(), format!("{} {}", self.what, problem.as_ref()))
    }

    /// Refuses every key that is none of these.
    pub fn only(&self, keys: &[&str]) -> Result<(), Fault> {
        let Some(unknown) = self.entries.iter().find(|entry| !keys.contains(&entry.key)) else { return Ok(()) };
        let mend = match nearest(unknown.key, keys.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it has {}", keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")),
        };
        Err(Fault::new(unknown.span.clone(), format!("{} has no key `{}`; {mend}", self.what, unknown.key)))
    }
}
