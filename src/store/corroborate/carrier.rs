//! Facts of the store and of an import, taken apart into what their sources say.

use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Terms;
use super::assembled_fact::put_together;
use super::grouping::{Member, acts, tell_of_two_acts};
use super::record::{ActNames, KeptValues, SourceRecord, take_apart, told_values, with_record_of_source};
use crate::model::{Extent, Fact, Source};
use crate::store::completing::{completed_fact, completed_sources, told_by_record};
use crate::store::source_sayings::{same, values};

/// A fact of the store or of the import, taken apart.
pub(super) struct Carrier {
    pub(super) fact: Fact,
    /// The fact as the store has it, if it has it.
    pub(super) stored: Option<Fact>,
    /// Whether somebody holds its records to be of one act, which they would not make.
    pub(super) is_bound: bool,
    pub(super) records: Vec<Rc<SourceRecord>>,
    pub(super) kept: KeptValues,
    pub(super) arrival: Arrival,
    /// How many records of the import say otherwise what it said.
    pub(super) versions: u64,
    /// Whether one of these is of another act.
    pub(super) is_other_act: bool,
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
        Self { fact, stored: None, is_bound, records, kept, arrival: Arrival::No, versions: 0, is_other_act: false }
    }

    /// Its fact as a new record of its id has it. Of another act it takes the place of
    /// what was there. Of the same act it completes what its sources said before, or with
    /// `replace` takes the place of that; what others say stays.
    fn supersede(&mut self, new: Self, replace: bool, terms: Terms<'_>) {
        self.versions += 1;
        if is_other_action(&self.fact.action, &new.fact.action, terms) {
            let fact = Fact { id: self.fact.id.take(), ..new.fact };
            let (stored, arrival, versions) = (self.stored.take(), self.arrival, self.versions);
            *self = Self { fact, stored, arrival, versions, is_other_act: true, ..new };
            return;
        }
        for field in values(&new.fact).keys().chain(new.kept.keys()) {
            self.kept.remove(field);
        }
        self.kept.extend(new.kept);
        if replace {
            self.records.retain(|record| !new.records.iter().any(|new| new.is_of_source_of(record)));
            self.records.extend(new.records);
        } else {
            self.records = completed_records(&self.records, &self.fact.action, &new.fact, terms);
        }
        self.records.sort_unstable_by(|one, other| one.text.cmp(&other.text));
        self.records.dedup_by(|one, other| one.text == other.text);
        let id = self.fact.id.take();
        let is_vaguer = terms.covers(&new.fact.action, &self.fact.action)
            && self.records.iter().any(|record| record.umbrella.is_none());
        let action = if is_vaguer { self.fact.action.clone() } else { new.fact.action.clone() };
        let fact = if replace { new.fact } else { completed_fact(&self.fact, &new.fact) };
        self.fact = Fact { id, action, ..fact };
        let records = self.records.iter().map(|record| &**record);
        let action = &self.fact.action;
        let may_be_apart = self.records.len() > 1 && !(terms.is_once(action) && are_one_act(records, action, terms));
        self.is_bound = !self.kept.is_empty() || may_be_apart;
    }

    pub(super) fn is_stored(&self) -> bool {
        self.stored.is_some()
    }

    /// The record whose reading is the fact's; where it goes, the id goes. One that
    /// knows the action by an umbrella alone only if all do.
    pub(super) fn reading(&self) -> Option<&Rc<SourceRecord>> {
        let action = self.fact.action.as_str();
        let know = || self.records.iter().filter(|record| record.action(action) == action);
        let with_date = know().find(|record| record.date == self.fact.date);
        with_date.or_else(|| know().next()).or(self.records.first())
    }
}

/// What the records of a fact are when a new one completes them. A source that knows the
/// action goes on knowing it, if the new record gives an umbrella that covers it.
fn completed_records(
    known: &[Rc<SourceRecord>],
    action: &str,
    given: &Fact,
    terms: Terms<'_>,
) -> Vec<Rc<SourceRecord>> {
    let is_of_nobody = given.sources.is_empty();
    // What nobody in particular says is completed by the like of it alone.
    let (alike, others): (Vec<_>, Vec<_>) =
        known.iter().cloned().partition(|record| record.is_nobodys() == is_of_nobody);
    let nobody = [Source::default()];
    let sources = if is_of_nobody { &nobody[..] } else { &given.sources };
    let alike: Vec<Source> = alike.iter().map(|record| record.source.clone()).collect();
    let mut completed = completed_sources(&alike, told_by_record(sources, &told_values(given, terms.schema)));
    if terms.covers(&given.action, action) {
        let knew = alike.iter().zip(&mut completed).filter(|(before, _)| !before.says.contains_key("action"));
        knew.for_each(|(_, now)| drop(now.says.remove("action")));
    }
    let record = |source: Source| Rc::new(SourceRecord::new(source, terms.schema));
    completed.into_iter().map(record).chain(others).collect()
}

/// Whether actions under one id are of two acts: where one covers the other, the act is
/// only known better or worse.
fn is_other_action(one: &str, other: &str, terms: Terms<'_>) -> bool {
    one != other && !terms.covers(one, other) && !terms.covers(other, one)
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
/// the later ones complete it, or with `replace` say it anew, also where it is part of a
/// fact with another id.
pub(super) fn carriers(live: Vec<Fact>, given: Vec<Fact>, replace: bool, terms: Terms<'_>) -> Vec<Carrier> {
    let stored = |fact: Fact| Carrier { stored: Some(fact.clone()), ..Carrier::of(with_record_of_source(fact), terms) };
    let mut carriers: Vec<Carrier> = live.into_iter().map(stored).collect();
    // Records of two actions may read the same. What joins nothing is said again only
    // by the fact of the same id.
    let key = |fact: &Fact, record: &SourceRecord| {
        let action = record.action(&fact.action).to_owned();
        let may_join = record.may_join() || terms.is_once(&action);
        let id = || fact.id.clone().unwrap_or_else(|| fact.content_hash().to_string());
        (action, record.text.clone(), (!may_join).then(id))
    };
    let keys = |one: &Carrier| one.records.iter().map(|record| key(&one.fact, record)).collect::<Vec<_>>();
    let mut seen: FxHashSet<(String, String, Option<String>)> = carriers.iter().flat_map(keys).collect();
    let mut by_id: FxHashMap<String, usize> =
        carriers.iter().enumerate().filter_map(|(at, one)| Some((one.fact.id.clone()?, at))).collect();
    let mut by_record = RecordHolders::default();
    carriers.iter().enumerate().for_each(|(at, one)| add_names(&mut by_record, at, one));
    for fact in given {
        let mut new = Carrier::of(fact, terms);
        let said = keys(&new);
        let repeats = said.iter().all(|key| seen.contains(key));
        new.arrival = if repeats { Arrival::Repeated } else { Arrival::Fresh };
        seen.extend(said);
        let same_id = new.fact.id.as_ref().and_then(|id| by_id.get(id)).copied();
        let same_record = holder_of_record(&new, &carriers, &by_record, terms);
        match same_record.or(same_id).and_then(|at| carriers.get_mut(at)) {
            Some(before) if !repeats => before.supersede(new, replace, terms),
            _ => {
                if let Some(id) = &new.fact.id {
                    by_id.entry(id.clone()).or_insert(carriers.len());
                }
                add_names(&mut by_record, carriers.len(), &new);
                carriers.push(new);
            }
        }
    }
    carriers
}

/// The carriers that hold a record, by its publisher and what that calls it.
type RecordHolders = FxHashMap<(String, String), Vec<usize>>;

fn add_names(holders: &mut RecordHolders, at: usize, carrier: &Carrier) {
    for name in carrier.records.iter().filter_map(|record| record.name()) {
        holders.entry(name).or_default().push(at);
    }
}

/// The one carrier that holds what a publisher said before under the id of a record, if
/// that is of the same act.
fn holder_of_record(new: &Carrier, carriers: &[Carrier], holders: &RecordHolders, terms: Terms<'_>) -> Option<usize> {
    let [record] = new.records.as_slice() else { return None };
    let name = record.name().filter(|(_, name)| new.fact.id.as_ref() == Some(name))?;
    let [at] = holders.get(&name)?.as_slice() else { return None };
    let holder = carriers.get(*at)?;
    (!is_other_action(&holder.fact.action, &new.fact.action, terms)).then_some(*at)
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
