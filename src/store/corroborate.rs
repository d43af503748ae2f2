//! Several sources for one act: finds the fact that a record is about.
//!
//! A record from another publisher is about the same act as a fact if subject,
//! action and object are the same and both could have happened on one day. An
//! action that is done at most once needs no agreement about the day. Where
//! several facts could be meant, none is: a record is never joined to an act
//! that it might not be about.

use rustc_hash::FxHashMap;

use crate::index::{Index, IndexError, View};
use crate::model::{Entities, Fact, Fields, Resolution, Schema, Source, fold};

/// Who did what to what, with names resolved.
type Act = (String, String, Option<String>);

/// The facts of each act that a record was about so far.
#[derive(Default)]
pub(super) struct Corroborator {
    acts: FxHashMap<Act, Vec<Fact>>,
}

impl Corroborator {
    /// The fact that a record is about, with the record as a source of it, and
    /// whether that changes it; none if the record is about an act of its own.
    pub(super) fn join(
        &mut self,
        index: &Index,
        schema: &Schema,
        entities: &Entities,
        record: &Fact,
    ) -> Result<Option<(Fact, bool)>, IndexError> {
        let act = act(entities, record);
        if !self.acts.contains_key(&act) {
            let found = facts_about(index, entities, record)?;
            self.acts.insert(act.clone(), found);
        }
        let facts = &self.acts[&act];
        if let Some(same) = facts.iter().find(|fact| record.id.is_some() && fact.id == record.id) {
            // What was joined to it since is not undone by the record that it came from.
            return Ok(has_joined(same, record).then(|| (same.clone(), false)));
        }
        let once = schema.action(&record.action).is_some_and(|action| action.once);
        let mut candidates = facts.iter().filter(|fact| compatible(fact, record) || (once && facts.len() == 1));
        let (Some(fact), None) = (candidates.next(), candidates.next()) else {
            return Ok(None);
        };
        if has_joined(fact, record) {
            return Ok(Some((fact.clone(), false)));
        }
        if !other_publisher(fact, record) {
            return Ok(None);
        }
        Ok(Some((merged(fact, record), true)))
    }

    /// Keeps a fact that the transaction asserts, for the records after it.
    pub(super) fn remember(&mut self, entities: &Entities, fact: &Fact) {
        let facts = self.acts.entry(act(entities, fact)).or_default();
        facts.retain(|known| known.id != fact.id);
        facts.push(fact.clone());
    }
}

fn act(entities: &Entities, fact: &Fact) -> Act {
    let resolve = |written: &str| match entities.resolve(written) {
        Resolution::One(number) => entities.get(number).id.clone(),
        _ => fold(written).into_owned(),
    };
    (resolve(&fact.subject), fact.action.clone(), fact.object.as_deref().map(resolve))
}

fn facts_about(index: &Index, entities: &Entities, record: &Fact) -> Result<Vec<Fact>, IndexError> {
    let snapshot = index.snapshot();
    let mut documents = snapshot.live().clone();
    let parts = [
        ("action", Some(record.action.as_str())),
        ("subject", Some(record.subject.as_str())),
        ("object", record.object.as_deref()),
    ];
    for (field, written) in parts {
        let view = match (snapshot.field(field), written) {
            (Some(view), Some(_)) => view,
            (None, Some(_)) => return Ok(Vec::new()),
            (None, None) => continue,
            (Some(view), None) => {
                documents -= view.present()?;
                continue;
            }
        };
        let written = written.unwrap_or_default();
        let ordinals = match entities.resolve(written) {
            Resolution::One(number) if field != "action" => view.referring(number),
            _ => view.find(&fold(written)),
        };
        documents &= view.postings(&ordinals.into_iter().collect())?;
    }
    documents.iter().map(|document| Ok(snapshot.fact(document)?.as_ref().clone())).collect()
}

fn compatible(fact: &Fact, record: &Fact) -> bool {
    match (&fact.date, &record.date) {
        (Some(date), Some(other)) => date.extent().compatible(other.extent()),
        _ => false,
    }
}

fn publisher(source: &Source) -> Option<String> {
    source.publisher.as_deref().map(|publisher| fold(publisher).into_owned())
}

fn other_publisher(fact: &Fact, record: &Fact) -> bool {
    record
        .sources
        .iter()
        .any(|new| publisher(new).is_some() && fact.sources.iter().all(|old| publisher(old) != publisher(new)))
}

/// Whether all that a record says is in a fact with its sources.
fn has_joined(fact: &Fact, record: &Fact) -> bool {
    let is_there = |other: &Source| fact.sources.iter().any(|source| says_so(source, other, fact, record));
    !record.sources.is_empty() && record.sources.iter().all(is_there)
}

/// Whether a source of a fact is that of a record, so that joining it again changes nothing.
fn says_so(source: &Source, other: &Source, fact: &Fact, record: &Fact) -> bool {
    let with_says = Source { says: says(fact, record, &other.says), ..other.clone() };
    *source == *other || *source == with_says || {
        // The fact may have taken over a more precise date since.
        let same_but_says = Source { says: source.says.clone(), ..other.clone() } == *source;
        same_but_says && source.says.get("date") == record.date.as_ref().map(|date| date.written().into()).as_ref()
    }
}

/// What a record gives otherwise than the fact.
fn says(fact: &Fact, record: &Fact, own: &Fields) -> Fields {
    let mut says = own.clone();
    if let Some(date) = record.date.as_ref().filter(|date| fact.date.as_ref() != Some(date)) {
        says.entry("date".to_owned()).or_insert_with(|| date.written().into());
    }
    for (key, value) in record.fields.iter().filter(|(key, value)| fact.fields.get(*key) != Some(value)) {
        says.entry(key.clone()).or_insert_with(|| value.clone());
    }
    says
}

/// The fact with the record's sources. The more precise of two dates that
/// agree becomes the fact's, and what the others gave moves to their `says`.
fn merged(fact: &Fact, record: &Fact) -> Fact {
    let mut merged = fact.clone();
    if let (Some(date), Some(new)) = (&fact.date, &record.date)
        && date.extent().compatible(new.extent())
        && span(new) < span(date)
    {
        for source in &mut merged.sources {
            source.says.entry("date".to_owned()).or_insert_with(|| date.written().into());
        }
        merged.date = Some(new.clone());
    }
    let new =
        record.sources.iter().filter(|source| !fact.sources.iter().any(|old| publisher(old) == publisher(source)));
    let new: Vec<Source> =
        new.map(|source| Source { says: says(&merged, record, &source.says), ..source.clone() }).collect();
    merged.sources.extend(new);
    merged.sources.sort_by_cached_key(|source| serde_json::to_string(source).expect("a source has text keys only"));
    merged
}

fn span(date: &crate::model::Date) -> i64 {
    i64::from(date.latest().number()) - i64::from(date.earliest().number())
}
