//! Which records make which acts: first those that know what was done, action by
//! action; then those that know it by an umbrella alone.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::Terms;
use super::carrier::{Carrier, given};
use super::grouping::{Member, acts, acts_done_once, gap, open_days, tell_of_two_acts};
use super::record::{SourceRecord, is_umbrella};
use crate::model::{Date, Extent};

/// Records of one act, and the carriers that they are of.
#[derive(Default)]
pub(super) struct Group {
    /// What was done.
    pub(super) action: String,
    pub(super) records: BTreeMap<String, Rc<SourceRecord>>,
    pub(super) carriers: BTreeSet<usize>,
}

/// Records that belong together, and when, if they may be joined to others.
type Vertex = (Group, Option<Date>);

/// The acts, in the order of their records.
pub(super) fn groups(carriers: &[Carrier], terms: Terms<'_>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut umbrellas: Vec<(String, Vec<Vertex>)> = Vec::new();
    for (action, vertices) in vertices(carriers, terms) {
        if is_umbrella(&action, terms.schema) {
            umbrellas.push((action, vertices));
        } else {
            groups.extend(of_one_action(vertices, terms.is_once(&action)));
        }
    }
    // Under each umbrella it is decided by those who know the action, and by no other.
    let known = groups.len();
    for (umbrella, vertices) in umbrellas {
        let (precise, _) = groups.split_at_mut(known);
        let alone = join_what_is_covered(&umbrella, vertices, precise, terms);
        groups.extend(of_one_action(alone, false));
    }
    groups.sort_by(|one, other| one.records.keys().cmp(other.records.keys()));
    groups
}

/// What is to be grouped, by action: what somebody holds to be one act as it is,
/// else each record by itself.
fn vertices(carriers: &[Carrier], terms: Terms<'_>) -> BTreeMap<String, Vec<Vertex>> {
    let mut vertices: BTreeMap<String, Vec<Vertex>> = BTreeMap::new();
    let mut places: FxHashMap<(String, String), usize> = FxHashMap::default();
    let id = |one: &Carrier| one.fact.id.clone().unwrap_or_else(|| one.fact.content_hash().to_string());
    let mut bound: FxHashMap<(String, String), usize> = FxHashMap::default();
    for (at, one) in carriers.iter().enumerate().filter(|(_, one)| one.is_bound) {
        let records: BTreeMap<String, Rc<SourceRecord>> =
            one.records.iter().map(|record| (record.text.clone(), record.clone())).collect();
        let action = one.fact.action.clone();
        let of_action = vertices.entry(action.clone()).or_default();
        // What is said again of a fact, by its id, is of the same act even without a date.
        let place = *bound.entry((action.clone(), id(one))).or_insert(of_action.len());
        if let Some((vertex, _)) = of_action.get_mut(place) {
            vertex.records.extend(records);
            vertex.carriers.insert(at);
            continue;
        }
        for text in records.keys() {
            places.entry((action.clone(), text.clone())).or_insert(of_action.len());
        }
        let may_join = terms.is_once(&action) || records.values().any(|record| record.publisher.is_some());
        let date = one.fact.date.clone().filter(|_| may_join);
        of_action.push((Group { action, records, carriers: [at].into() }, date));
    }
    for (at, one) in carriers.iter().enumerate().filter(|(_, one)| !one.is_bound) {
        for record in &one.records {
            let action = record.action(&one.fact.action).to_owned();
            let of_action = vertices.entry(action.clone()).or_default();
            let may_join = terms.is_once(&action) || record.may_join();
            let key = (action.clone(), record.text.clone());
            // What joins nothing is the fact of its id, and no other that says the same.
            let key = if may_join || places.contains_key(&key) { key } else { (action.clone(), id(one)) };
            let place = *places.entry(key).or_insert_with(|| {
                let group = Group { action, ..Group::default() };
                of_action.push((group, record.date.clone().filter(|_| may_join)));
                of_action.len() - 1
            });
            if let Some((vertex, _)) = of_action.get_mut(place) {
                vertex.records.insert(record.text.clone(), record.clone());
                vertex.carriers.insert(at);
            }
        }
    }
    vertices
}

/// The acts of one action.
fn of_one_action(vertices: Vec<Vertex>, is_once: bool) -> Vec<Group> {
    let (joining, mut alone): (Vec<_>, Vec<_>) = vertices.into_iter().partition(|(_, date)| date.is_some());
    let members: Vec<Member<'_>> = joining
        .iter()
        .filter_map(|(vertex, date)| Some(Member::of(date.as_ref()?.extent(), vertex.records())))
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
        groups.extend((!one.carriers.is_empty()).then_some(one));
    }
    groups.extend(alone.into_iter().map(|(vertex, _)| vertex));
    groups
}

/// Joins each record that knows the action by an umbrella alone to the one act of
/// another publisher, of an action that is covered, that can be of its day; if there
/// is none and there is one such act at all, of an action that is done once, to that.
/// Gives back the others, which are acts by themselves.
fn join_what_is_covered(umbrella: &str, vertices: Vec<Vertex>, groups: &mut [Group], terms: Terms<'_>) -> Vec<Vertex> {
    let (single, mut alone): (Vec<Vertex>, Vec<Vertex>) =
        vertices.into_iter().partition(|(vertex, date)| date.is_some() && vertex.records.len() == 1);
    let covered = terms.schema.possible_actions(umbrella);
    let mut joining: Vec<(i64, Vertex, usize)> = Vec::new();
    for vertex in single {
        let Some((publisher, extent)) = vertex.0.records().next().and_then(given) else {
            alone.push(vertex);
            continue;
        };
        let others: Vec<(usize, i64)> = groups
            .iter()
            .enumerate()
            .filter(|(_, group)| covered.contains(&group.action.as_str()))
            .filter_map(|(place, group)| {
                let of_others = group.given().into_iter().filter(|(other, _)| *other != publisher);
                Some((place, of_others.map(|(_, other)| gap(extent, other)).min()?))
            })
            .collect();
        let fitting: Vec<&(usize, i64)> = others.iter().filter(|(_, gap)| *gap == 0).collect();
        let chosen = match (fitting.as_slice(), others.as_slice()) {
            ([(place, gap)], _) => Some((*place, *gap)),
            ([], [(place, gap)]) => {
                let is_once = groups.get(*place).is_some_and(|group| terms.is_once(&group.action));
                is_once.then_some((*place, *gap))
            }
            _ => None,
        };
        match chosen {
            Some((place, gap)) => joining.push((gap, vertex, place)),
            None => alone.push(vertex),
        }
    }
    // What fits comes first, then what is nearest.
    joining.sort_by_cached_key(|(gap, (vertex, date), _)| {
        let extent = date.as_ref().map(Date::extent);
        (*gap, extent.map(open_days), vertex.records.keys().next().cloned())
    });
    for (_, vertex, place) in joining {
        let Some(group) = groups.get_mut(place) else { continue };
        let together: Vec<(&str, Extent)> = group.given().into_iter().chain(vertex.0.given()).collect();
        if tell_of_two_acts(&together) {
            alone.push(vertex);
        } else {
            group.add(&vertex.0);
        }
    }
    alone
}

impl Group {
    fn records(&self) -> impl Iterator<Item = &SourceRecord> + Clone {
        self.records.values().map(|record| &**record)
    }

    /// Who gives which date.
    fn given(&self) -> Vec<(&str, Extent)> {
        self.records().filter_map(given).collect()
    }

    /// Takes in what another has.
    fn add(&mut self, other: &Self) {
        if self.action.is_empty() {
            self.action.clone_from(&other.action);
        }
        self.records.extend(other.records.iter().map(|(text, record)| (text.clone(), record.clone())));
        self.carriers.extend(&other.carriers);
    }
}
