//! The facts that records make together.

use std::collections::BTreeSet;

use serde_json::Value;

use super::record::{ActNames, KeptValues, SourceRecord};
use super::{Terms, chosen_values};
use crate::model::{Date, Fact, Fields, Source};
use crate::store::source_sayings::in_fact;

/// The fact that some records make, in their order and each once; without an id.
pub(super) fn put_together(records: &[&SourceRecord], names: ActNames, kept: &KeptValues, terms: Terms<'_>) -> Fact {
    let fields: BTreeSet<&str> = records.iter().flat_map(|record| record.fields()).collect();
    let mut own = Fields::new();
    own.extend(kept.iter().filter_map(|(field, value)| Some((field.clone(), value.clone()?))));
    // The others look at whose date it is.
    let fields = fields.iter().filter(|field| **field == "date").chain(fields.iter().filter(|field| **field != "date"));
    for field in fields.filter(|field| !kept.contains_key(**field)) {
        if let Some(value) = chosen_values::choose(field, records, own.get("date"), terms) {
            own.insert((*field).to_owned(), value);
        }
    }
    let mut sources: Vec<Source> =
        records.iter().map(|record| in_fact(record.source.clone(), &own, &names.action)).collect();
    if let [record] = records
        && record.is_nobodys()
        && sources.iter().all(|source| source.says.is_empty())
    {
        sources.clear();
    }
    sources.sort_by_cached_key(|source| serde_json::to_string(source).expect("a source has text keys only"));
    let mut text = |field: &str| match own.remove(field) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    };
    let date = text("date").and_then(|date| Date::parse(&date).ok());
    let (title, note) = (text("title"), text("note"));
    let tags = own.remove("tags").map_or_else(Vec::new, |tags| chosen_values::texts(&tags));
    let ActNames { subject, action, object } = names;
    Fact { id: None, subject, action, object, date, fields: own, tags, title, note, sources }
}

/// The fact of one record alone, named as another is.
pub(super) fn alone(record: &SourceRecord, named: &Fact, terms: Terms<'_>) -> Fact {
    put_together(&[record], ActNames::of(named), &KeptValues::new(), terms)
}
