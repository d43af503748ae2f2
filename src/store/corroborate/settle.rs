//! One act: the facts that the store has of it and the records that an import
//! brings become the facts that it is from then on.

use std::borrow::Borrow;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Terms;
use super::act_groups::{Group, groups};
use super::assembled_fact::{alone, put_together};
use super::carrier::{Arrival, Carrier, are_one_act, carriers};
use super::record::{ActNames, KeptValues, SourceRecord, take_apart, with_record_of_source};
use crate::model::{ContentHash, Extent, Fact};

/// Subject, action and object, with names resolved.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub(super) struct ResolvedAct {
    pub(super) subject: String,
    pub(super) action: String,
    pub(super) object: Option<String>,
}

/// All that is known of the acts of one subject and object, of one action or of those
/// that umbrellas cover together.
#[derive(Clone)]
pub(in crate::store) struct ActEvidence {
    /// Who acted, and on what, with names resolved.
    pub(super) subject: String,
    pub(super) object: Option<String>,
    /// The facts in force.
    pub(in crate::store) live: Vec<Fact>,
    /// The facts that were retracted, and stay so.
    pub(in crate::store) dead: Vec<Fact>,
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
    /// Whether the fact of its id was another act.
    pub(in crate::store) is_other_act: bool,
}

/// The facts of a subject and an object, from what the store and an import say of
/// them. A record with the id of a fact completes what its sources said before, or with
/// `replace` takes the place of that.
pub(in crate::store) fn settle(known: ActEvidence, replace: bool, terms: Terms<'_>) -> Settled {
    let ActEvidence { subject, object, live, dead, given } = known;
    let mut settled = Settled::default();
    let carriers = carriers(live, given, replace, terms);
    let groups = groups(&carriers, terms);
    let claims = claims(&carriers, &groups);
    let stored = carriers.iter().filter(|one| one.is_stored());
    let in_force: FxHashSet<(&str, &str)> = stored.flat_map(|one| told(&one.fact.action, &one.records)).collect();
    let dead: Vec<Fact> = dead.into_iter().map(with_record_of_source).collect();
    let dead = dead.iter().map(|fact| (fact.action.as_str(), take_apart(fact, terms.schema)));
    // A fact whose records are another's now was joined to it, and not decided against.
    let is_dead =
        |(action, records): &(&str, Vec<SourceRecord>)| !told(action, records).all(|told| in_force.contains(&told));
    let dead: Vec<(&str, Vec<SourceRecord>)> = dead.filter(is_dead).collect();
    let mut taken: FxHashSet<String> =
        carriers.iter().filter(|one| one.is_stored()).filter_map(|one| one.fact.id.clone()).collect();
    for (number, group) in groups.iter().enumerate() {
        let all: Vec<&Carrier> = group.carriers.iter().filter_map(|at| carriers.get(*at)).collect();
        let is_mine = |at: &&usize| claims.get(**at) == Some(&Some(number));
        let mine: Vec<&Carrier> = group.carriers.iter().filter(is_mine).filter_map(|at| carriers.get(*at)).collect();
        let count = |arrival| mine.iter().filter(|one| one.arrival == arrival).count() as u64;
        let (fresh, repeated) = (count(Arrival::Fresh), count(Arrival::Repeated));
        let was_in_force = all.iter().any(|one| one.is_stored());
        if !was_in_force && dead.iter().any(|(action, dead)| is_of(group, action, dead, terms)) {
            settled.dead += fresh + repeated;
            continue;
        }
        // The id of who knows the action goes before that of who knows an umbrella, which
        // cannot be that of an act done once: else the order of imports would decide.
        let once = terms.is_once(&group.action).then(|| OnceIds::new(&subject, object.as_deref(), group, &groups));
        let may_be_id =
            |is_umbrellas: bool, id: &str| once.as_ref().is_none_or(|once| !is_umbrellas && !once.tells_nothing(id));
        let stored = mine.iter().filter(|one| one.is_stored());
        let mut ids: Vec<(bool, &str)> =
            stored.filter_map(|one| Some((one.fact.action != group.action, one.fact.id.as_deref()?))).collect();
        ids.sort_unstable();
        let records: Vec<&SourceRecord> = group.records.values().map(|record| &**record).collect();
        let names = names(&all, &group.action, terms);
        let mut fact = match as_it_is(group, &all, &names) {
            Some(fact) => fact.clone(),
            None => put_together(&records, names, &kept(&all), terms),
        };
        let is_known = !ids.is_empty();
        let kept_id =
            ids.iter().find(|(is_umbrellas, id)| may_be_id(*is_umbrellas, id)).map(|(_, id)| (*id).to_owned());
        let id = kept_id.unwrap_or_else(|| new_id(&mine, &records, &fact, once.as_ref(), &taken, terms));
        let absorbed = ids.iter().filter(|(_, other)| *other != id);
        settled.absorbed.extend(absorbed.map(|(_, absorbed)| ((*absorbed).to_owned(), id.clone())));
        taken.insert(id.clone());
        fact.id = Some(id);
        let versions = mine.iter().map(|one| one.versions).sum();
        let is_other_act = mine.iter().any(|one| one.is_other_act);
        settled.facts.push(SettledFact { fact, is_known, was_in_force, fresh, repeated, versions, is_other_act });
    }
    settled
}

/// For each carrier the group that its fact has become.
fn claims(carriers: &[Carrier], groups: &[Group]) -> Vec<Option<usize>> {
    let mut holders: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
    for (number, group) in groups.iter().enumerate() {
        group.records.keys().for_each(|text| holders.entry(text).or_default().push(number));
    }
    let claim = |(at, one): (usize, &Carrier)| {
        let reading = one.reading()?;
        let is_its = |group: &Group| {
            group.carriers.contains(&at) && (reading.umbrella.is_some() || group.action == one.fact.action)
        };
        let holders = holders.get(reading.text.as_str())?;
        holders.iter().copied().find(|number| groups.get(*number).is_some_and(is_its))
    };
    carriers.iter().enumerate().map(claim).collect()
}

/// What the records of a fact tell, and of which action: those of two actions may read the same.
fn told<'a, R: Borrow<SourceRecord> + 'a>(
    action: &'a str,
    records: impl IntoIterator<Item = &'a R>,
) -> impl Iterator<Item = (&'a str, &'a str)> {
    records.into_iter().map(move |record| {
        let record: &SourceRecord = record.borrow();
        (record.action(action), record.text.as_str())
    })
}

/// Whether an act is that of a fact that was retracted.
fn is_of(group: &Group, action: &str, dead: &[SourceRecord], terms: Terms<'_>) -> bool {
    let records = || group.records.values().map(|record| &**record).chain(dead);
    let is_its = |record: &SourceRecord| record.umbrella.is_some() || action == group.action;
    dead.iter().any(|record| is_its(record) && group.records.contains_key(&record.text))
        || (action == group.action && are_one_act(records(), action, terms))
}

/// The fact of the store that a group still is, to the letter.
fn as_it_is<'a>(group: &Group, all: &[&'a Carrier], names: &ActNames) -> Option<&'a Fact> {
    let mut stored = all.iter().filter(|one| one.is_stored());
    let (Some(one), None) = (stored.next(), stored.next()) else {
        return None;
    };
    let is_same = one.versions == 0
        && one.records.iter().map(|record| &record.text).eq(group.records.keys())
        && *names == ActNames::of(&one.fact);
    one.stored.as_ref().filter(|_| is_same)
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

/// An id for a fact that the store does not have: the least that a record gives, of an
/// act that is done once a record that knows what was done; else, of an act that is done
/// once, that of [`OnceIds`]; else what the fact of its first record alone would be called.
fn new_id(
    mine: &[&Carrier],
    records: &[&SourceRecord],
    fact: &Fact,
    once: Option<&OnceIds>,
    taken: &FxHashSet<String>,
    terms: Terms<'_>,
) -> String {
    let is_free = |id: &String| !taken.contains(id);
    let given = mine.iter().filter_map(|one| Some((one.fact.action != fact.action, one.fact.id.clone()?)));
    let may_name = |(is_umbrellas, id): &(bool, String)| {
        is_free(id) && once.is_none_or(|once| !*is_umbrellas && !once.tells_nothing(id))
    };
    if let Some((_, id)) = given.filter(may_name).min() {
        return id;
    }
    if let Some(id) = once.and_then(|once| once.own.clone()).filter(is_free) {
        return id;
    }
    let alone = |record: &&SourceRecord| alone(record, fact, terms).content_hash().to_string();
    let numbered = (0_u64..).map(|number| hash(&(fact.content_hash().to_string(), number)));
    records.iter().map(alone).chain(numbered).find(is_free).expect("there are more numbers than ids")
}

impl ResolvedAct {
    /// What the fact of an act that is done once is called, whoever says so and whenever it
    /// was, if there is no other such act.
    pub(super) fn id(&self) -> String {
        hash(&("once", self))
    }
}

/// The ids of acts that are declared to be done once. Where publishers tell of several, the
/// id of the only one would be that of whichever came first, and tells none of them from
/// the others; each is then called by its date instead, also the one that was known before.
struct OnceIds {
    /// The id of the act; none if there are several and it has no date.
    own: Option<String>,
    /// The id of the only act, if there are several.
    of_the_only: Option<String>,
}

impl OnceIds {
    fn new(subject: &str, object: Option<&str>, group: &Group, groups: &[Group]) -> Self {
        let (subject, object) = (subject.to_owned(), object.map(str::to_owned));
        let act = ResolvedAct { subject, action: group.action.clone(), object };
        let of_action = groups.iter().filter(|other| other.action == group.action);
        if of_action.count() == 1 {
            return Self { own: Some(act.id()), of_the_only: None };
        }
        let days = |extent: Extent| -> Vec<i32> {
            let windows = match extent {
                Extent::Point(window) => vec![window],
                Extent::Stretch { start, end } => vec![start, end],
            };
            windows.iter().flat_map(|days| [days.first.number(), days.last.number()]).collect()
        };
        let by_date = group.most_precise().map(|extent| hash(&("once", &act, days(extent))));
        Self { own: by_date, of_the_only: Some(act.id()) }
    }

    /// Whether an id does not tell the act from others.
    fn tells_nothing(&self, id: &str) -> bool {
        self.of_the_only.as_deref() == Some(id)
    }
}

fn hash(content: &impl serde::Serialize) -> String {
    let json = serde_json::to_vec(content).expect("texts and numbers serialise");
    ContentHash::of_canonical(&json).to_string()
}
