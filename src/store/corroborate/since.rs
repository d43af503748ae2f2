//! What sources have said of an act since some commit.

use std::rc::Rc;

use super::Terms;
use super::assembled_fact::alone;
use super::carrier::Carrier;
use super::record::{SourceRecord, with_record_of_source};
use crate::model::Fact;

/// What further records have come to a fact, each as a fact by itself; none if there is
/// anything else that it is otherwise for. The record by whose reading the fact goes, else
/// the least of them, has its id, and the others have none.
pub(in crate::store) fn records_since(then: &Fact, now: &Fact, terms: Terms<'_>) -> Option<Vec<Fact>> {
    let [then, now] = [then, now].map(|fact| Carrier::of(with_record_of_source(fact.clone()), terms));
    let has = |one: &Carrier, record: &SourceRecord| one.records.iter().any(|held| held.text == record.text);
    if now.is_bound || !then.records.iter().all(|record| has(&now, record)) {
        return None;
    }
    let further = now.records.iter().filter(|record| !has(&then, record));
    let further: Vec<&Rc<SourceRecord>> = further.collect();
    let reading = now.reading().filter(|reading| further.iter().any(|record| record.text == reading.text));
    let named = reading.or(further.first().copied())?;
    let by_itself = |record: &&Rc<SourceRecord>| {
        let id = now.fact.id.clone().filter(|_| record.text == named.text);
        Fact { id, ..alone(record, &now.fact, terms) }
    };
    Some(further.iter().map(by_itself).collect())
}
