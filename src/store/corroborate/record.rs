//! Facts taken apart into what each source says.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::model::{Date, Fact, Fields, RECORD_KEY, Schema, Source};
use crate::store::source_sayings::{OF_THE_ACT, telling, values, without_unsaid};

/// What one source says of an act.
#[derive(Debug, Clone)]
pub(super) struct SourceRecord {
    /// The source, with all that it says in its `says`.
    pub(super) source: Source,
    /// The same as JSON: by it records are told apart and ordered.
    pub(super) text: String,
    /// Who says so, without letter case.
    pub(super) publisher: Option<String>,
    pub(super) date: Option<Date>,
    /// The umbrella by which alone it knows the action.
    pub(super) umbrella: Option<String>,
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
    pub(super) fn new(source: Source, schema: &Schema) -> Self {
        let text = serde_json::to_string(&source).expect("a source has text keys only");
        let publisher = source.publisher_key().map(std::borrow::Cow::into_owned);
        let date = source.says.get("date").and_then(Value::as_str).and_then(|date| Date::parse(date).ok());
        let action = source.says.get("action").and_then(Value::as_str);
        let umbrella = action.filter(|action| is_umbrella(action, schema)).map(str::to_owned);
        Self { source, text, publisher, date, umbrella }
    }

    /// What it says for a field of the fact.
    pub(super) fn says(&self, field: &str) -> Option<&Value> {
        self.source.says.get(field)
    }

    /// Every field of the fact for which it says something.
    pub(super) fn fields(&self) -> impl Iterator<Item = &str> {
        self.source.says.keys().map(String::as_str).filter(|field| !OF_THE_ACT.contains(field))
    }

    /// What it says was done, as part of a fact of some action.
    pub(super) fn action<'a>(&'a self, of_fact: &'a str) -> &'a str {
        self.umbrella.as_deref().unwrap_or(of_fact)
    }

    /// Its publisher, and what that calls it.
    pub(super) fn name(&self) -> Option<(String, String)> {
        let name = self.source.fields.get(RECORD_KEY)?.as_str()?;
        Some((self.publisher.clone()?, name.to_owned()))
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
    pub(super) fn is_nobodys(&self) -> bool {
        Source { says: Fields::new(), ..self.source.clone() } == Source::default()
    }
}

impl ActNames {
    pub(super) fn of(fact: &Fact) -> Self {
        Self { subject: fact.subject.clone(), action: fact.action.clone(), object: fact.object.clone() }
    }
}

pub(super) fn is_umbrella(action: &str, schema: &Schema) -> bool {
    schema.vocabulary().umbrellas.contains_key(action)
}

/// A fact that may be joined with others: its id is also that of the record of its source,
/// which it would lose where it becomes part of a fact with another id. What an import that
/// joins brings is stored so whether or not it is joined, or else the order of imports
/// would matter.
pub(in crate::store) fn with_record_of_source(mut fact: Fact) -> Fact {
    if let (Some(id), [source]) = (&fact.id, fact.sources.as_mut_slice())
        && source.publisher.is_some()
        && !source.fields.contains_key(RECORD_KEY)
        && !is_made_by_store(id)
    {
        source.fields.insert(RECORD_KEY.to_owned(), id.as_str().into());
    }
    fact
}

/// Whether an id is such as the store gives to facts that come without one.
fn is_made_by_store(id: &str) -> bool {
    id.len() == 32 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// The values of a fact for which its sources stand, with the umbrella if it has one.
pub(super) fn told_values(fact: &Fact, schema: &Schema) -> Fields {
    let mut own = values(fact);
    if is_umbrella(&fact.action, schema) {
        // It says so wherever it comes to stand.
        own.insert("action".to_owned(), fact.action.as_str().into());
    }
    own
}

/// What each source of a fact says, each once, in their order.
pub(super) fn take_apart(fact: &Fact, schema: &Schema) -> Vec<SourceRecord> {
    let own = told_values(fact, schema);
    let nobody = [Source::default()];
    let sources = if fact.sources.is_empty() { &nobody[..] } else { &fact.sources };
    let record = |source: &Source| SourceRecord::new(without_unsaid(telling(source, &own)), schema);
    let mut records: Vec<SourceRecord> = sources.iter().map(record).collect();
    records.sort_unstable_by(|one, other| one.text.cmp(&other.text));
    records.dedup_by(|one, other| one.text == other.text);
    records
}
