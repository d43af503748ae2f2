//! Facts of the store and of an import, taken apart into what their sources say.

use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Terms;
use super::assembled_fact::put_together;
use super::grouping::{Member, acts, tell_of_two_acts};
use super::record::{ActNames, KeptValues, SourceRecord, same, take_apart, values};
use crate::model::{Extent, Fact};

/// A fact of the store or of the import, taken apart.
pub(super) struct Carrier {
    pub(super) fact: Fact,
    pub(super) is_stored: bool,
    /// Whether somebody holds its records to be of one act, which they would not make.
    pub(super) is_bound: bool,
    pub(super) records: Vec<Rc<SourceRecord>>,
    pub(super) kept: KeptValues,
    pub(super) arrival: Arrival,
    /// How many records of the import say otherwise what it said.
    pub(super) versions: u64,
}

/// What the import brings with it.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Arrival {
    /// Nothing: it is the store's.
    No,
    /// What was there already.
    Repeated,
    Fresh,
}

impl Carrier {
    pub(super) fn of(fact: Fact, terms: Terms<'_>) -> Self {
        let records = take_apart(&fact, terms.schema);
        let is_plain = records.len() == 1 && fact.sources.iter().all(|source| source.says.is_empty());
        let kept = if is_plain { KeptValues::new() } else { own(&fact, &records, terms) };
        let is_bound = !kept.is_empty() || (records.len() > 1 && !are_one_act(records.iter(), &fact.action, terms));
        let records = records.into_iter().map(Rc::new).collect();
        Self { fact, is_stored: false, is_bound, records, kept, arrival: Arrival::No, versions: 0 }
    }

    /// Its fact as a new record of its id has it: what the same sources said
    /// before gives way, what others say stays.
    fn supersede(&mut self, new: Self, terms: Terms<'_>) {
        for field in values(&new.fact).keys().chain(new.kept.keys()) {
            self.kept.remove(field);
        }
        self.kept.extend(new.kept);
        self.records.retain(|record| !new.records.iter().any(|new| new.is_of_source_of(record)));
        self.records.extend(new.records);
        self.records.sort_unstable_by(|one, other| one.text.cmp(&other.text));
        self.records.dedup_by(|one, other| one.text == other.text);
        let records = self.records.iter().map(|record| &**record);
        let may_be_apart = self.records.len() > 1
            && !(terms.is_once(&new.fact.action) && are_one_act(records, &new.fact.action, terms));
        self.is_bound = !self.kept.is_empty() || may_be_apart;
        self.fact = Fact { id: self.fact.id.take(), ..new.fact };
        self.versions += 1;
    }

    /// The record whose reading is the fact's; where it goes, the id goes.
    pub(super) fn reading(&self) -> Option<&Rc<SourceRecord>> {
        let with_date = self.records.iter().find(|record| record.date == self.fact.date);
        with_date.or(self.records.first())
    }
}

/// The values that a fact has and that its sources would not give it.
fn own(fact: &Fact, records: &[SourceRecord], terms: Terms<'_>) -> KeptValues {
    let made = put_together(&records.iter().collect::<Vec<_>>(), ActNames::of(fact), &KeptValues::new(), terms);
    let (made, mut values) = (values(&made), values(fact));
    let mut kept: KeptValues = made
        .into_iter()
        .filter_map(|(field, would_be)| match values.remove(&field) {
            Some(value) if same(&value, &would_be) => None,
            value => Some((field, value)),
        })
        .collect();
    kept.extend(values.into_iter().map(|(field, value)| (field, Some(value))));
    kept
}

/// Takes apart what there is, each with its id; of several records of one id
/// the later ones say it anew.
pub(super) fn carriers(live: Vec<Fact>, given: Vec<Fact>, terms: Terms<'_>) -> Vec<Carrier> {
    let mut carriers: Vec<Carrier> =
        live.into_iter().map(|fact| Carrier { is_stored: true, ..Carrier::of(fact, terms) }).collect();
    // What joins nothing is said again only by the fact of the same id.
    let key = |fact: &Fact, record: &SourceRecord| {
        let may_join = record.may_join() || terms.is_once(record.action(&fact.action));
        let id = || fact.id.clone().unwrap_or_else(|| fact.content_hash().to_string());
        (record.text.clone(), (!may_join).then(id))
    };
    let keys = |one: &Carrier| one.records.iter().map(|record| key(&one.fact, record)).collect::<Vec<_>>();
    let mut seen: FxHashSet<(String, Option<String>)> = carriers.iter().flat_map(keys).collect();
    let mut by_id: FxHashMap<String, usize> =
        carriers.iter().enumerate().filter_map(|(at, one)| Some((one.fact.id.clone()?, at))).collect();
    for fact in given {
        let mut new = Carrier::of(fact, terms);
        let said = keys(&new);
        let repeats = said.iter().all(|key| seen.contains(key));
        new.arrival = if repeats { Arrival::Repeated } else { Arrival::Fresh };
        seen.extend(said);
        let same_id = new.fact.id.as_ref().and_then(|id| by_id.get(id)).and_then(|at| carriers.get_mut(*at));
        match same_id {
            Some(before) if !repeats => before.supersede(new, terms),
            _ => {
                if let Some(id) = &new.fact.id {
                    by_id.entry(id.clone()).or_insert(carriers.len());
                }
                carriers.push(new);
            }
        }
    }
    carriers
}

/// Whether some records would be one act of an action, were there no others. Those
/// that know it by an umbrella alone go with the others, of which there must be some.
pub(super) fn are_one_act<'a>(records: impl Iterator<Item = &'a SourceRecord>, action: &str, terms: Terms<'_>) -> bool {
    let records: Vec<&SourceRecord> = records.filter(|record| record.action(action) == action).collect();
    if terms.is_once(action) {
        let given: Vec<(&str, Extent)> = records.iter().filter_map(|record| given(record)).collect();
        return !records.is_empty() && !tell_of_two_acts(&given);
    }
    let members: Option<Vec<Member<'_>>> = records.into_iter().map(member).collect();
    members.is_some_and(|members| acts(&members).len() == 1)
}

/// Who gives which date in a record.
pub(super) fn given(record: &SourceRecord) -> Option<(&str, Extent)> {
    Some((record.publisher.as_deref()?, record.date.as_ref()?.extent()))
}

/// A record as one that may be joined to others, if it may.
fn member(record: &SourceRecord) -> Option<Member<'_>> {
    let date = record.date.as_ref().filter(|_| record.may_join())?;
    Some(Member::of(date.extent(), std::iter::once(record)))
}
