//! One act: the facts that the store has of it and the records that an import
//! brings become the facts that it is from then on.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Terms;
use super::assembled_fact::{alone, put_together};
use super::grouping::{Member, acts, acts_done_once, tell_of_two_acts};
use super::record::{ActNames, KeptValues, SourceRecord, same, take_apart, values};
use crate::model::{ContentHash, Date, Extent, Fact};

/// Subject, action and object, with names resolved.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub(super) struct ResolvedAct {
    pub(super) subject: String,
    pub(super) action: String,
    pub(super) object: Option<String>,
}

/// All that is known of the acts of one subject, action and object.
pub(in crate::store) struct ActEvidence {
    pub(super) key: ResolvedAct,
    /// The facts in force.
    pub(super) live: Vec<Fact>,
    /// The facts that were retracted, and stay so.
    pub(super) dead: Vec<Fact>,
    /// What the import brings, in its order; with an id only if the record gives one.
    pub(super) given: Vec<Fact>,
}

/// What becomes of all that is known.
#[derive(Default)]
pub(in crate::store) struct Settled {
    /// The facts, new and known, to which records of the import came, or that
    /// are otherwise than they were.
    pub(in crate::store) facts: Vec<SettledFact>,
    /// The facts that are no longer, each with the one that they have become part of.
    pub(in crate::store) absorbed: Vec<(String, String)>,
    /// How many records are about what was retracted.
    pub(in crate::store) dead: u64,
}

/// A fact as it is from now on, with its id.
pub(in crate::store) struct SettledFact {
    pub(in crate::store) fact: Fact,
    /// Whether the store has it so far.
    pub(in crate::store) is_known: bool,
    /// Whether what it says was in force before, here or in another fact.
    pub(in crate::store) was_in_force: bool,
    /// Records that brought something.
    pub(in crate::store) fresh: u64,
    /// Records that were there already.
    pub(in crate::store) repeated: u64,
    /// Records that say otherwise what the fact of their id said.
    pub(in crate::store) versions: u64,
}

/// A fact of the store or of the import, taken apart.
struct Carrier {
    fact: Fact,
    is_stored: bool,
    /// Whether somebody holds its records to be of one act, which they would not make.
    is_bound: bool,
    records: Vec<Rc<SourceRecord>>,
    kept: KeptValues,
    arrival: Arrival,
    /// How many records of the import say otherwise what it said.
    versions: u64,
}

/// What the import brings with it.
#[derive(Clone, Copy, PartialEq)]
enum Arrival {
    /// Nothing: it is the store's.
    No,
    /// What was there already.
    Repeated,
    Fresh,
}

/// Records of one act, and the carriers that they are of.
#[derive(Default)]
struct Group {
    records: BTreeMap<String, Rc<SourceRecord>>,
    carriers: BTreeSet<usize>,
}

/// The facts of a subject, action and object, from what the store and an import
/// say of them.
pub(in crate::store) fn settle(known: ActEvidence, terms: Terms<'_>) -> Settled {
    let ActEvidence { key, live, dead, given } = known;
    let is_once = terms.is_once(&key.action);
    let mut settled = Settled::default();
    let carriers = carriers(live, given, is_once, terms);
    let groups = groups(&carriers, is_once);
    let claims = claims(&carriers, &groups);
    let dead: Vec<Vec<SourceRecord>> = dead.iter().map(take_apart).collect();
    let mut taken: FxHashSet<String> =
        carriers.iter().filter(|one| one.is_stored).filter_map(|one| one.fact.id.clone()).collect();
    for (number, group) in groups.iter().enumerate() {
        let all: Vec<&Carrier> = group.carriers.iter().filter_map(|at| carriers.get(*at)).collect();
        let is_mine = |at: &&usize| claims.get(**at) == Some(&Some(number));
        let mine: Vec<&Carrier> = group.carriers.iter().filter(is_mine).filter_map(|at| carriers.get(*at)).collect();
        let count = |arrival| mine.iter().filter(|one| one.arrival == arrival).count() as u64;
        let (fresh, repeated) = (count(Arrival::Fresh), count(Arrival::Repeated));
        let was_in_force = all.iter().any(|one| one.is_stored);
        if !was_in_force && dead.iter().any(|dead| is_of(group, dead, is_once)) {
            settled.dead += fresh + repeated;
            continue;
        }
        let mut ids: Vec<&str> =
            mine.iter().filter(|one| one.is_stored).filter_map(|one| one.fact.id.as_deref()).collect();
        ids.sort_unstable();
        let records: Vec<&SourceRecord> = group.records.values().map(|record| &**record).collect();
        let names = names(&all, &key.action, terms);
        let mut fact = match as_it_is(group, &all, &names) {
            Some(fact) => fact.clone(),
            None => put_together(&records, names, &kept(&all), terms),
        };
        let is_known = !ids.is_empty();
        let id = match ids.split_first() {
            Some((id, absorbed)) => {
                settled.absorbed.extend(absorbed.iter().map(|absorbed| ((*absorbed).to_owned(), (*id).to_owned())));
                (*id).to_owned()
            }
            None => new_id(&mine, &records, &fact, is_once.then_some(&key), &taken, terms),
        };
        taken.insert(id.clone());
        fact.id = Some(id);
        let versions = mine.iter().map(|one| one.versions).sum();
        settled.facts.push(SettledFact { fact, is_known, was_in_force, fresh, repeated, versions });
    }
    settled
}

impl Carrier {
    fn of(fact: Fact, is_once: bool, terms: Terms<'_>) -> Self {
        let records = take_apart(&fact);
        let is_plain = records.len() == 1 && fact.sources.iter().all(|source| source.says.is_empty());
        let kept = if is_plain { KeptValues::new() } else { own(&fact, &records, terms) };
        let is_bound = !kept.is_empty() || (records.len() > 1 && !are_one_act(records.iter(), is_once));
        let records = records.into_iter().map(Rc::new).collect();
        Self { fact, is_stored: false, is_bound, records, kept, arrival: Arrival::No, versions: 0 }
    }

    /// Its fact as a new record of its id has it: what the same sources said
    /// before gives way, what others say stays.
    fn supersede(&mut self, new: Self, is_once: bool) {
        for field in values(&new.fact).keys().chain(new.kept.keys()) {
            self.kept.remove(field);
        }
        self.kept.extend(new.kept);
        self.records.retain(|record| !new.records.iter().any(|new| new.is_of_source_of(record)));
        self.records.extend(new.records);
        self.records.sort_unstable_by(|one, other| one.text.cmp(&other.text));
        self.records.dedup_by(|one, other| one.text == other.text);
        let records = || self.records.iter().map(|record| &**record);
        self.is_bound =
            !self.kept.is_empty() || (self.records.len() > 1 && !(is_once && are_one_act(records(), is_once)));
        self.fact = Fact { id: self.fact.id.take(), ..new.fact };
        self.versions += 1;
    }

    /// The record whose reading is the fact's; where it goes, the id goes.
    fn reading(&self) -> Option<&Rc<SourceRecord>> {
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
fn carriers(live: Vec<Fact>, given: Vec<Fact>, is_once: bool, terms: Terms<'_>) -> Vec<Carrier> {
    let mut carriers: Vec<Carrier> =
        live.into_iter().map(|fact| Carrier { is_stored: true, ..Carrier::of(fact, is_once, terms) }).collect();
    let mut seen: FxHashSet<String> =
        carriers.iter().flat_map(|one| &one.records).map(|record| record.text.clone()).collect();
    let mut by_id: FxHashMap<String, usize> =
        carriers.iter().enumerate().filter_map(|(at, one)| Some((one.fact.id.clone()?, at))).collect();
    for fact in given {
        let mut new = Carrier::of(fact, is_once, terms);
        let repeats = new.records.iter().all(|record| seen.contains(&record.text));
        new.arrival = if repeats { Arrival::Repeated } else { Arrival::Fresh };
        seen.extend(new.records.iter().map(|record| record.text.clone()));
        let same_id = new.fact.id.as_ref().and_then(|id| by_id.get(id)).and_then(|at| carriers.get_mut(*at));
        match same_id {
            Some(before) if !repeats => before.supersede(new, is_once),
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

/// Whether some records would be one act, were there no others.
fn are_one_act<'a>(records: impl Iterator<Item = &'a SourceRecord>, is_once: bool) -> bool {
    if is_once {
        return !tell_of_two_acts(&records.filter_map(given).collect::<Vec<_>>());
    }
    let members: Option<Vec<Member<'_>>> = records.map(member).collect();
    members.is_some_and(|members| acts(&members).len() == 1)
}

/// Who gives which date in a record.
fn given(record: &SourceRecord) -> Option<(&str, Extent)> {
    Some((record.publisher.as_deref()?, record.date.as_ref()?.extent()))
}

/// A record as one that may be joined to others, if it may.
fn member(record: &SourceRecord) -> Option<Member<'_>> {
    let date = record.date.as_ref().filter(|_| record.may_join())?;
    Some(Member::of(date.extent(), std::iter::once(record)))
}

/// The acts, in the order of their records.
fn groups(carriers: &[Carrier], is_once: bool) -> Vec<Group> {
    let mut vertices: Vec<(Group, Option<Date>)> = Vec::new();
    let mut places: FxHashMap<String, usize> = FxHashMap::default();
    let bound = carriers.iter().enumerate().filter(|(_, one)| one.is_bound);
    for (at, one) in bound {
        let records: BTreeMap<String, Rc<SourceRecord>> =
            one.records.iter().map(|record| (record.text.clone(), record.clone())).collect();
        for text in records.keys() {
            places.entry(text.clone()).or_insert(vertices.len());
        }
        let may_join = is_once || records.values().any(|record| record.publisher.is_some());
        vertices.push((Group { records, carriers: [at].into() }, one.fact.date.clone().filter(|_| may_join)));
    }
    for (at, one) in carriers.iter().enumerate().filter(|(_, one)| !one.is_bound) {
        for record in &one.records {
            let may_join = is_once || record.may_join();
            // What joins nothing is the fact of its id, and no other that says the same.
            let key = if may_join || places.contains_key(&record.text) {
                record.text.clone()
            } else {
                one.fact.id.clone().unwrap_or_else(|| one.fact.content_hash().to_string())
            };
            let place = *places.entry(key).or_insert_with(|| {
                vertices.push((Group::default(), record.date.clone().filter(|_| may_join)));
                vertices.len() - 1
            });
            if let Some((vertex, _)) = vertices.get_mut(place) {
                vertex.records.insert(record.text.clone(), record.clone());
                vertex.carriers.insert(at);
            }
        }
    }
    let (joining, mut alone): (Vec<_>, Vec<_>) = vertices.into_iter().partition(|(_, date)| date.is_some());
    let members: Vec<Member<'_>> = joining
        .iter()
        .filter_map(|(vertex, date)| {
            Some(Member::of(date.as_ref()?.extent(), vertex.records.values().map(|record| &**record)))
        })
        .collect();
    let acts = if is_once { acts_done_once(&members) } else { acts(&members) };
    let all_of = |places: Vec<usize>| {
        let mut group = Group::default();
        for (vertex, _) in places.iter().filter_map(|place| joining.get(*place)) {
            group.add(vertex);
        }
        group
    };
    let mut groups: Vec<Group> = acts.into_iter().map(all_of).collect();
    if is_once && groups.len() <= 1 {
        // What has no date is of the one act; of several it may be any.
        let mut one = groups.pop().unwrap_or_default();
        alone.drain(..).for_each(|(vertex, _)| one.add(&vertex));
        groups.push(one);
    }
    groups.extend(alone.into_iter().map(|(vertex, _)| vertex));
    groups.sort_by(|one, other| one.records.keys().cmp(other.records.keys()));
    groups
}

impl Group {
    /// Takes in what another has.
    fn add(&mut self, other: &Self) {
        self.records.extend(other.records.iter().map(|(text, record)| (text.clone(), record.clone())));
        self.carriers.extend(&other.carriers);
    }
}

/// For each carrier the group that its fact has become.
fn claims(carriers: &[Carrier], groups: &[Group]) -> Vec<Option<usize>> {
    let mut holders: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
    for (number, group) in groups.iter().enumerate() {
        group.records.keys().for_each(|text| holders.entry(text).or_default().push(number));
    }
    let claim = |(at, one): (usize, &Carrier)| {
        let holders = holders.get(one.reading()?.text.as_str())?;
        holders.iter().copied().find(|number| groups.get(*number).is_some_and(|group| group.carriers.contains(&at)))
    };
    carriers.iter().enumerate().map(claim).collect()
}

/// Whether an act is that of a fact that was retracted.
fn is_of(group: &Group, dead: &[SourceRecord], is_once: bool) -> bool {
    dead.iter().any(|record| group.records.contains_key(&record.text))
        || are_one_act(group.records.values().map(|record| &**record).chain(dead), is_once)
}

/// The fact of the store that a group still is, to the letter.
fn as_it_is<'a>(group: &Group, all: &[&'a Carrier], names: &ActNames) -> Option<&'a Fact> {
    let mut stored = all.iter().filter(|one| one.is_stored);
    let (Some(one), None) = (stored.next(), stored.next()) else {
        return None;
    };
    let is_same = one.versions == 0
        && one.records.iter().map(|record| &record.text).eq(group.records.keys())
        && *names == ActNames::of(&one.fact);
    is_same.then_some(&one.fact)
}

/// How the names of an act are spelt.
fn names(all: &[&Carrier], action: &str, terms: Terms<'_>) -> ActNames {
    let spelling = |names: Vec<&str>| terms.spelling(names.into_iter()).map(str::to_owned);
    let subjects = all.iter().map(|one| one.fact.subject.as_str()).collect();
    let objects = all.iter().filter_map(|one| one.fact.object.as_deref()).collect();
    ActNames { subject: spelling(subjects).unwrap_or_default(), action: action.to_owned(), object: spelling(objects) }
}

/// The values that stay, whatever the sources say.
fn kept(all: &[&Carrier]) -> KeptValues {
    let mut kept = KeptValues::new();
    for (field, value) in all.iter().flat_map(|one| &one.kept) {
        let says = |one: &&&Carrier| one.records.iter().any(|record| record.says(field).is_some());
        if value.is_none() && all.iter().filter(says).any(|one| !one.kept.contains_key(field)) {
            // Another fact does take it from its sources.
            continue;
        }
        let rank = |value: &Option<serde_json::Value>| (value.is_none(), value.as_ref().map(ToString::to_string));
        let held = kept.entry(field.clone()).or_insert_with(|| value.clone());
        if rank(value) < rank(held) {
            held.clone_from(value);
        }
    }
    kept
}

/// An id for a fact that the store does not have: the least that a record
/// gives; else, of an act that is done once, a hash of who did what to what;
/// else what the fact of its first record alone would be called.
fn new_id(
    mine: &[&Carrier],
    records: &[&SourceRecord],
    fact: &Fact,
    once: Option<&ResolvedAct>,
    taken: &FxHashSet<String>,
    terms: Terms<'_>,
) -> String {
    let is_free = |id: &String| !taken.contains(id);
    if let Some(id) = mine.iter().filter_map(|one| one.fact.id.clone()).filter(is_free).min() {
        return id;
    }
    if let Some(id) = once.map(ResolvedAct::id).filter(is_free) {
        return id;
    }
    let alone = |record: &&SourceRecord| alone(record, fact, terms).content_hash().to_string();
    let numbered = (0_u64..).map(|number| hash(&(fact.content_hash().to_string(), number)));
    records.iter().map(alone).chain(numbered).find(is_free).expect("there are more numbers than ids")
}

impl ResolvedAct {
    /// What the fact of an act that is done once is called, whoever says so.
    pub(super) fn id(&self) -> String {
        hash(&("once", self))
    }
}

fn hash(content: &impl serde::Serialize) -> String {
    let json = serde_json::to_vec(content).expect("texts and numbers serialise");
    ContentHash::of_canonical(&json).to_string()
}
