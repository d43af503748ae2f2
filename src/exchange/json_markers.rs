//! Texts of JSON Lines that stand, or may stand, for missing values.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::error::{RecordError, RecordLocation};
use super::json_object::column_of_key;
use super::lines::RawLine;
use super::missing_markers::{self, MissingMarkers};
use super::problem::{RecordPart, RecordProblem, ValueProblem};
use super::read_options::ReadOptions;
use super::record::LeftOut;
use crate::model::{Fact, FieldKind};

/// What is said of texts, and what each declared field holds.
#[derive(Debug)]
pub(super) struct JsonMarkers {
    missing: MissingMarkers,
    kinds: FxHashMap<String, FieldKind>,
}

impl JsonMarkers {
    pub fn new(options: &ReadOptions<'_>) -> Self {
        let kinds = options.schema.fields().map(|field| (field.name.to_string(), field.kind)).collect();
        Self { missing: options.missing.clone(), kinds }
    }

    /// The fact of a line without the texts that stand for missing values.
    pub fn checked(
        &self,
        mut fact: Fact,
        name: &Arc<str>,
        line: RawLine<'_>,
        left_out: &mut Vec<LeftOut>,
    ) -> Result<Fact, Box<RecordError>> {
        let mut is_missing = |key: &str, text: &str| {
            let is_missing = self.missing.is_missing(Some(key), text);
            if is_missing {
                left_out.push(missing_markers::left_out(key, text));
            }
            is_missing
        };
        if fact.object.as_deref().is_some_and(|object| is_missing("object", object)) {
            fact.object = None;
        }
        fact.fields.retain(|key, value| !value.as_str().is_some_and(|text| is_missing(key, text)));
        let error = |key: &str, problem| {
            let location = line.location(name);
            let column = column_of_key(line.bytes, key);
            Box::new(RecordError { location: RecordLocation { column, ..location }, problem })
        };
        for (field, value) in [("subject", &fact.subject), ("action", &fact.action)] {
            if is_missing(field, value) {
                let problem = RecordProblem::MissingField { field: field.to_owned(), part: RecordPart::Fact };
                return Err(error(field, problem));
            }
        }
        let texts = fact.fields.iter().filter_map(|(key, value)| Some((key.as_str(), value.as_str()?)));
        let ends = [("subject", Some(fact.subject.as_str())), ("object", fact.object.as_deref())];
        let ends = ends.into_iter().filter_map(|(key, text)| Some((key, text?)));
        for (key, text) in ends.chain(texts) {
            let kind = self.kinds.get(key).copied().unwrap_or(FieldKind::Keyword);
            if self.missing.is_unclear(Some(key), kind, text) {
                let problem = ValueProblem::MissingMarker(text.to_owned());
                return Err(error(
                    key,
                    RecordProblem::Value { field: key.to_owned(), part: RecordPart::Fact, problem },
                ));
            }
        }
        Ok(fact)
    }
}
