//! Facts taken apart into what each source says, and put together again.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Terms, chosen_values};
use crate::model::{Date, Fact, Fields, Source, caseless};

/// What a source may say otherwise without its ever becoming the fact's: it
/// would be another act.
const OF_THE_ACT: [&str; 3] = ["subject", "action", "object"];

/// What one source says of an act.
#[derive(Debug, Clone)]
pub(super) struct SourceRecord {
    /// The source, with all that it says in its `says`.
    source: Source,
    /// The same as JSON: by it records are told apart and ordered.
    pub(super) text: String,
    /// Who says so, without letter case.
    pub(super) publisher: Option<String>,
    pub(super) date: Option<Date>,
}

/// The values that are the fact's own whatever its sources say; none under a
/// field that it does not take from them.
pub(super) type KeptValues = BTreeMap<String, Option<Value>>;

/// Who did what to what, as a fact writes it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ActNames {
    pub(super) subject: String,
    pub(super) action: String,
    pub(super) object: Option<String>,
}

impl SourceRecord {
    fn new(source: Source) -> Self {
        let text = serde_json::to_string(&source).expect("a source has text keys only");
        let publisher = source.publisher.as_deref().map(|publisher| caseless(publisher).into_owned());
        let date = source.says.get("date").and_then(Value::as_str).and_then(|date| Date::parse(date).ok());
        Self { source, text, publisher, date }
    }

    /// What it says for a field of the fact.
    pub(super) fn says(&self, field: &str) -> Option<&Value> {
        self.source.says.get(field)
    }

    /// Every field of the fact for which it says something.
    pub(super) fn fields(&self) -> impl Iterator<Item = &str> {
        self.source.says.keys().map(String::as_str).filter(|field| !OF_THE_ACT.contains(field))
    }

    /// Whether it may be about the act of another record, as far as it tells at all.
    pub(super) fn may_join(&self) -> bool {
        self.date.is_some() && self.publisher.is_some()
    }

    /// Whether another is of the same source, key by key.
    pub(super) fn is_of_source_of(&self, other: &Self) -> bool {
        let keys = |record: &Self| Source { says: Fields::new(), ..record.source.clone() };
        keys(self) == keys(other)
    }

    /// Whether it has no source: somebody says so, and does not say who.
    fn is_nobodys(&self) -> bool {
        Source { says: Fields::new(), ..self.source.clone() } == Source::default()
    }
}

impl ActNames {
    pub(super) fn of(fact: &Fact) -> Self {
        Self { subject: fact.subject.clone(), action: fact.action.clone(), object: fact.object.clone() }
    }
}

/// The values of a fact for which its sources stand, by field.
pub(super) fn values(fact: &Fact) -> Fields {
    let mut values = fact.fields.clone();
    let texts = [
        ("date", fact.date.as_ref().map(Date::written)),
        ("title", fact.title.as_deref()),
        ("note", fact.note.as_deref()),
    ];
    values.extend(texts.into_iter().filter_map(|(field, text)| Some((field.to_owned(), text?.into()))));
    if !fact.tags.is_empty() {
        values.insert("tags".to_owned(), fact.tags.clone().into());
    }
    values
}

/// What each source of a fact says, each once, in their order.
pub(super) fn take_apart(fact: &Fact) -> Vec<SourceRecord> {
    let own = values(fact);
    let nobody = [Source::default()];
    let sources = if fact.sources.is_empty() { &nobody[..] } else { &fact.sources };
    let record = |source: &Source| {
        let mut says = own.clone();
        says.extend(source.says.iter().map(|(field, value)| (field.clone(), value.clone())));
        says.retain(|_, value| !value.is_null());
        SourceRecord::new(Source { says, ..source.clone() })
    };
    let mut records: Vec<SourceRecord> = sources.iter().map(record).collect();
    records.sort_unstable_by(|one, other| one.text.cmp(&other.text));
    records.dedup_by(|one, other| one.text == other.text);
    records
}

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
    let mut sources: Vec<Source> = records.iter().map(|record| source(record, &own)).collect();
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

/// A source as it stands in a fact with these values.
fn source(record: &SourceRecord, own: &Fields) -> Source {
    let mut source = record.source.clone();
    source.says.retain(|field, value| !own.get(field).is_some_and(|own| same(own, value)));
    for field in own.keys().filter(|field| record.says(field).is_none()) {
        source.says.insert(field.clone(), Value::Null);
    }
    source
}

/// Whether two values are written the same; equality of objects does not ask for the order of keys.
pub(super) fn same(one: &Value, other: &Value) -> bool {
    let written = |value: &Value| value.to_string();
    one == other && (!(one.is_array() || one.is_object()) || written(one) == written(other))
}
