//! Texts of JSON Lines that stand, or may stand, for missing values.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::error::{ExchangeError, RecordError, RecordLocation};
use super::json_lines::parse_line;
use super::json_object::{column_of_key, without_members};
use super::lines::RawLine;
use super::missing_markers::{self, MissingMarkers};
use super::problem::{RecordPart, RecordProblem, ValueProblem};
use super::read_options::ReadOptions;
use super::record::{LeftOut, RecordContent};
use crate::model::{FIXED_KEYS, Fact, FieldKind};

/// The keys of an entity that have a text and are not declared.
const ENTITY_KEYS: [&str; 5] = ["entity", "kind", "name", "from", "until"];

/// What is said of texts, and what each declared field holds.
#[derive(Debug)]
pub(super) struct JsonMarkers {
    missing: MissingMarkers,
    kinds: FxHashMap<String, FieldKind>,
}

impl JsonMarkers {
    pub fn new(options: &ReadOptions<'_>, name: &Arc<str>) -> Result<Self, ExchangeError> {
        let kinds: FxHashMap<String, FieldKind> =
            options.schema.fields().map(|field| (field.name.to_string(), field.kind)).collect();
        let declared = kinds.keys().map(String::as_str);
        options.missing.check_columns(name, &declared.chain(FIXED_KEYS).chain(ENTITY_KEYS))?;
        Ok(Self { missing: options.missing.clone(), kinds })
    }

    /// The record of a line without the texts that stand for missing values.
    pub fn parse(
        &self,
        name: &Arc<str>,
        line: RawLine<'_>,
        left_out: &mut Vec<LeftOut>,
    ) -> Result<RecordContent, Box<RecordError>> {
        let mut is_missing = |key: &str, text: &str| {
            let is_missing = self.missing.is_missing(Some(key), text);
            if is_missing {
                left_out.push(missing_markers::left_out(key, text));
            }
            is_missing
        };
        let text = std::str::from_utf8(line.bytes).ok().filter(|_| self.missing.has_missing());
        let without = text.and_then(|text| without_members(text, &mut is_missing));
        let parsed = match &without {
            Some(text) => parse_line(name, RawLine { bytes: text.as_bytes(), ..line }),
            None => parse_line(name, line),
        };
        match parsed {
            Ok(RecordContent::Fact(fact)) => self.check(&fact, name, line).map(|()| RecordContent::Fact(fact)),
            // Every byte that is left is where it was.
            Err(error) if without.is_some() => {
                let RecordError { location, problem } = *error;
                let location = RecordLocation { raw: line.bytes.to_vec(), ..location };
                Err(Box::new(RecordError { location, problem }))
            }
            other => other,
        }
    }

    /// Checks that no text may stand for a missing value. A line to the letter as it is
    /// exported has come from a store, where it stands for itself.
    fn check(&self, fact: &Fact, name: &Arc<str>, line: RawLine<'_>) -> Result<(), Box<RecordError>> {
        let texts = fact.fields.iter().filter_map(|(key, value)| Some((key.as_str(), value.as_str()?)));
        let ends = [("subject", Some(fact.subject.as_str())), ("object", fact.object.as_deref())];
        let ends = ends.into_iter().filter_map(|(key, text)| Some((key, text?)));
        let is_unclear = |(key, text): &(&str, &str)| {
            let kind = self.kinds.get(*key).copied().unwrap_or(FieldKind::Keyword);
            self.missing.is_unclear(Some(key), kind, text)
        };
        let is_exported = || fact.id.is_some() && serde_json::to_vec(fact).is_ok_and(|json| json == line.bytes);
        match ends.chain(texts).find(is_unclear) {
            Some((key, text)) if !is_exported() => {
                let problem = ValueProblem::MissingMarker(text.to_owned());
                let problem = RecordProblem::Value { field: key.to_owned(), part: RecordPart::Fact, problem };
                let location = RecordLocation { column: column_of_key(line.bytes, key), ..line.location(name) };
                Err(Box::new(RecordError { location, problem }))
            }
            _ => Ok(()),
        }
    }
}
