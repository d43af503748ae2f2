//! What sources have said of an act since some commit.

use super::Terms;
use super::assembled_fact::alone;
use super::carrier::Carrier;
use super::record::SourceRecord;
use crate::model::Fact;

/// What further records have come to a fact, each as a fact by itself and without
/// an id; none if there is anything else that it is otherwise for.
pub(in crate::store) fn records_since(then: &Fact, now: &Fact, terms: Terms<'_>) -> Option<Vec<Fact>> {
    let (then, now) = (Carrier::of(then.clone(), terms), Carrier::of(now.clone(), terms));
    let has = |one: &Carrier, record: &SourceRecord| one.records.iter().any(|held| held.text == record.text);
    if now.is_bound || !then.records.iter().all(|record| has(&now, record)) {
        return None;
    }
    let further = now.records.iter().filter(|record| !has(&then, record));
    let further: Vec<Fact> = further.map(|record| alone(record, &now.fact, terms)).collect();
    (!further.is_empty()).then_some(further)
}
