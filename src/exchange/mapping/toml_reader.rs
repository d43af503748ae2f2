//! The TOML of a mapping, read by hand so that every fault has its line and says
//! what to write instead. It knows TOML, and nothing of what the keys mean.

use std::borrow::Cow;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::exchange::error::ExchangeError;
use crate::exchange::problem::{MappingProblem, TomlExpected};
use crate::model::nearest;

/// What is wrong at some bytes of the text.
#[derive(Debug)]
pub(super) struct MappingFault {
    pub span: Range<usize>,
    pub problem: MappingProblem,
}

impl MappingFault {
    pub fn new(span: Range<usize>, problem: MappingProblem) -> Self {
        Self { span, problem }
    }

    /// The error for a text of that name.
    pub fn in_file(self, name: &str, text: &str) -> ExchangeError {
        let (line, column) = line_and_column(text, self.span.start);
        ExchangeError::Mapping { name: name.into(), line, column, problem: Box::new(self.problem) }
    }
}

/// Line and character of a byte of a text, both from 1.
pub(super) fn line_and_column(text: &str, offset: usize) -> (u64, u64) {
    let before = text.get(..text.floor_char_boundary(offset)).unwrap_or(text);
    let line = before.matches('\n').count() as u64 + 1;
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (line, before.get(start..).unwrap_or("").chars().count() as u64 + 1)
}

/// A text of the file with its key and place.
#[derive(Debug, Clone)]
pub(super) struct TomlText<'t> {
    pub key: &'t str,
    pub value: &'t str,
    pub span: Range<usize>,
}

impl TomlText<'_> {
    pub fn fault(&self, problem: MappingProblem) -> MappingFault {
        MappingFault::new(self.span.clone(), problem)
    }

    /// The choice that it names, by the names of all.
    pub fn choice<T: Copy>(&self, choices: &[(&'static str, T)]) -> Result<T, MappingFault> {
        let words = self.value.split_whitespace().collect::<Vec<_>>().join(" ");
        choices.iter().find(|(name, _)| *name == words).map(|(_, choice)| *choice).ok_or_else(|| {
            self.fault(MappingProblem::UnknownChoice {
                key: self.key.to_owned(),
                value: self.value.to_owned(),
                known: choices.iter().map(|(name, _)| *name).collect(),
            })
        })
    }
}

/// A table of the file, its keys in their order.
#[derive(Debug)]
pub(super) struct TomlTable<'t> {
    entries: Vec<TomlEntry<'t>>,
    pub span: Range<usize>,
    /// What it is called in messages, such as `[[step]]`; none for the whole file.
    name: Option<String>,
}

/// A key with its value.
#[derive(Debug, Clone)]
pub(super) struct TomlEntry<'t> {
    pub key: &'t str,
    pub span: Range<usize>,
    pub value: &'t Spanned<DeValue<'t>>,
}

impl<'t> TomlEntry<'t> {
    pub fn fault(&self, problem: MappingProblem) -> MappingFault {
        MappingFault::new(self.value.span(), problem)
    }

    fn wrong_type(&self, expected: TomlExpected) -> MappingFault {
        let found = self.value.get_ref().type_str();
        self.fault(MappingProblem::WrongType { key: self.key.to_owned(), expected, found })
    }

    pub fn text(&self) -> Result<TomlText<'t>, MappingFault> {
        match self.value.get_ref() {
            DeValue::String(value) => Ok(TomlText { key: self.key, value, span: self.value.span() }),
            _ => Err(self.wrong_type(TomlExpected::Text)),
        }
    }

    /// One text, or a list of them.
    pub fn texts(&self) -> Result<Vec<TomlText<'t>>, MappingFault> {
        let DeValue::Array(list) = self.value.get_ref() else { return Ok(vec![self.text()?]) };
        list.iter().map(|value| TomlEntry { value, ..self.clone() }.text()).collect()
    }

    pub fn table(&self) -> Result<TomlTable<'t>, MappingFault> {
        match self.value.get_ref() {
            DeValue::Table(table) => Ok(TomlTable::new(table, self.span.clone(), Some(self.key.to_owned()))),
            _ => Err(self.wrong_type(TomlExpected::Table)),
        }
    }

    /// The tables of `[[key]]`.
    pub fn tables(&self) -> Result<Vec<TomlTable<'t>>, MappingFault> {
        let wrong = || self.wrong_type(TomlExpected::Tables);
        let DeValue::Array(list) = self.value.get_ref() else { return Err(wrong()) };
        let table = |value: &'t Spanned<DeValue<'t>>| match value.get_ref() {
            DeValue::Table(table) => Ok(TomlTable::new(table, value.span(), Some(format!("[[{}]]", self.key)))),
            _ => Err(wrong()),
        };
        list.iter().map(table).collect()
    }
}

impl<'t> TomlTable<'t> {
    pub fn new(table: &'t DeTable<'t>, span: Range<usize>, name: Option<String>) -> Self {
        let entry =
            |(key, value): (&'t Spanned<Cow<'t, str>>, _)| TomlEntry { key: key.get_ref(), span: key.span(), value };
        let mut entries: Vec<TomlEntry<'t>> = table.iter().map(entry).collect();
        // A map of TOML is sorted by its keys; which pattern comes first matters.
        entries.sort_by_key(|entry| entry.span.start);
        Self { entries, span, name }
    }

    pub fn entries(&self) -> &[TomlEntry<'t>] {
        &self.entries
    }

    pub fn get(&self, key: &str) -> Option<&TomlEntry<'t>> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    pub fn text(&self, key: &str) -> Result<Option<TomlText<'t>>, MappingFault> {
        self.get(key).map(TomlEntry::text).transpose()
    }

    /// The texts of a key; none if it is not there.
    pub fn texts(&self, key: &str) -> Result<Vec<TomlText<'t>>, MappingFault> {
        self.get(key).map_or(Ok(Vec::new()), TomlEntry::texts)
    }

    /// The value of a key that the table needs; the fault has an example of it.
    pub fn needed(&self, key: &'static str, example: &'static str) -> Result<&TomlEntry<'t>, MappingFault> {
        self.get(key).ok_or_else(|| {
            let table = self.name.clone();
            self.fault(MappingProblem::MissingKey { table, key, example, similar: None })
        })
    }

    /// The same of a key that other keys of the table may have been meant to be.
    pub fn needed_among_others(
        &self,
        key: &'static str,
        example: &'static str,
        others: &[&str],
    ) -> Result<&TomlEntry<'t>, MappingFault> {
        self.needed(key, example).map_err(|mut fault| {
            if let MappingProblem::MissingKey { similar, .. } = &mut fault.problem {
                *similar = nearest(key, others.iter().copied()).map(str::to_owned);
            }
            fault
        })
    }

    pub fn fault(&self, problem: MappingProblem) -> MappingFault {
        MappingFault::new(self.span.clone(), problem)
    }

    /// Refuses every key that is not one of these.
    pub fn only(&self, keys: &[&'static str]) -> Result<(), MappingFault> {
        let Some(unknown) = self.entries.iter().find(|entry| !keys.contains(&entry.key)) else { return Ok(()) };
        let problem = MappingProblem::UnknownKey {
            table: self.name.clone(),
            key: unknown.key.to_owned(),
            similar: nearest(unknown.key, keys.iter().copied()),
            known: keys.to_vec(),
        };
        Err(MappingFault::new(unknown.span.clone(), problem))
    }
}
