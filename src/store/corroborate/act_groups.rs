//! Which records make which acts: first those that know what was done, action by
//! action; then those that know it by an umbrella alone.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Terms;
use super::carrier::{Carrier, given};
use super::grouping::{Member, acts, acts_done_once, gap, open_days};
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
    let alone = join_what_is_covered(umbrellas, &mut groups, terms);
    groups.extend(alone.into_iter().flat_map(|vertices| of_one_action(vertices, false)));
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

/// A record that knows the action by an umbrella alone, and the act that it is of.
struct Placed {
    vertex: Vertex,
    /// The place of the act among those whose action is known.
    act: usize,
    extent: Extent,
    /// How many days lie between the two; none if it fits.
    gap: i64,
}

/// Joins each record that knows the action by an umbrella alone to the one act of
/// another publisher, of an action that is covered, that can be of its day; if there
/// is none and there is one such act at all, of an action that is done once, to that.
/// Gives back the others, which are acts by themselves, under their umbrellas.
///
/// All places are chosen before any record is joined, and then the records of all
/// umbrellas are joined in one order, so that no umbrella comes before another.
fn join_what_is_covered(
    umbrellas: Vec<(String, Vec<Vertex>)>,
    groups: &mut [Group],
    terms: Terms<'_>,
) -> Vec<Vec<Vertex>> {
    if umbrellas.is_empty() {
        return Vec::new();
    }
    let mut times: Vec<ActTimes> = groups.iter().map(ActTimes::of).collect();
    let mut alone: Vec<Vec<Vertex>> = Vec::new();
    let mut placed: Vec<(usize, Placed)> = Vec::new();
    for (number, (umbrella, vertices)) in umbrellas.into_iter().enumerate() {
        let covered = terms.schema.possible_actions(&umbrella);
        let acts: Vec<usize> = (0..)
            .zip(&*groups)
            .filter(|(_, group)| covered.contains(&group.action.as_str()))
            .map(|(act, _)| act)
            .collect();
        let mut apart = Vec::new();
        for vertex in vertices {
            match place_of(&vertex, &acts, groups, &times, terms) {
                Some((act, extent, gap)) => placed.push((number, Placed { vertex, act, extent, gap })),
                None => apart.push(vertex),
            }
        }
        alone.push(apart);
    }
    // What fits comes first, then what is nearest. Of the same bounds all are joined, or none.
    placed.sort_by_cached_key(|(_, one)| {
        (
            one.gap,
            open_days(one.extent),
            one.extent.earliest(),
            one.extent.latest(),
            one.vertex.0.records.keys().next().cloned(),
        )
    });
    for (number, Placed { vertex, act, .. }) in placed {
        let (Some(group), Some(times)) = (groups.get_mut(act), times.get_mut(act)) else { continue };
        if times.take(vertex.0.given()) {
            group.add(&vertex.0);
        } else if let Some(apart) = alone.get_mut(number) {
            apart.push(vertex);
        }
    }
    alone
}

/// Which of some acts a record is of that knows the action by an umbrella alone, with its
/// date and how far that lies from the act.
fn place_of(
    (group, date): &Vertex,
    acts: &[usize],
    groups: &[Group],
    times: &[ActTimes],
    terms: Terms<'_>,
) -> Option<(usize, Extent, i64)> {
    date.as_ref().filter(|_| group.records.len() == 1)?;
    let (publisher, extent) = group.records().next().and_then(given)?;
    let times_of = |act: usize| times.get(act).filter(|times| times.is_told_by_another(publisher));
    let others: Vec<usize> = acts.iter().copied().filter(|act| times_of(*act).is_some()).collect();
    let mut fitting = others.iter().copied().filter(|act| times_of(*act).is_some_and(|times| times.fit(extent)));
    match (fitting.next(), fitting.next(), others.as_slice()) {
        (Some(act), None, _) => Some((act, extent, 0)),
        (None, _, [act]) if groups.get(*act).is_some_and(|group| terms.is_once(&group.action)) => {
            Some((*act, extent, times_of(*act)?.gap(extent)))
        }
        _ => None,
    }
}

/// When an act was done, as its records have it.
struct ActTimes {
    /// Each date, once.
    extents: FxHashSet<Extent>,
    /// The most precise of them.
    most_precise: Option<Extent>,
    /// Whether all of them could be the same day.
    agree: bool,
    /// Each date that a publisher gives, once.
    given: FxHashMap<String, FxHashSet<Extent>>,
    /// Whether one publisher gives days that exclude each other.
    tell_of_two: bool,
}

impl ActTimes {
    fn of(group: &Group) -> Self {
        let dates = group.records().filter_map(|record| record.date.as_ref());
        let extents: FxHashSet<Extent> = dates.map(Date::extent).collect();
        let mut given: FxHashMap<String, FxHashSet<Extent>> = FxHashMap::default();
        for (publisher, extent) in group.given() {
            given.entry(publisher.to_owned()).or_default().insert(extent);
        }
        let exclude =
            |dates: &FxHashSet<Extent>| dates.iter().any(|one| dates.iter().any(|other| !one.compatible(*other)));
        Self {
            most_precise: most_precise(extents.iter().copied()),
            agree: Extent::agree(extents.iter().copied()),
            tell_of_two: given.values().any(exclude),
            extents,
            given,
        }
    }

    fn is_told_by_another(&self, publisher: &str) -> bool {
        self.given.keys().any(|other| other != publisher)
    }

    /// Whether a date could be the day of the act: that of all dates, or if these exclude
    /// each other, that of the most precise.
    fn fit(&self, extent: Extent) -> bool {
        if self.agree {
            return Extent::agree(self.extents.iter().copied().chain([extent]));
        }
        self.most_precise.is_some_and(|precise| precise.compatible(extent))
    }

    /// How many days lie between the act and a date that does not fit.
    fn gap(&self, extent: Extent) -> i64 {
        self.most_precise.map_or(1, |precise| gap(precise, extent)).max(1)
    }

    /// Takes in further dates, unless a publisher would then tell of two acts.
    fn take(&mut self, further: Vec<(&str, Extent)>) -> bool {
        let excludes = |(publisher, extent): &(&str, Extent)| {
            self.given.get(*publisher).is_some_and(|dates| dates.iter().any(|other| !extent.compatible(*other)))
        };
        if self.tell_of_two || further.iter().any(excludes) {
            return false;
        }
        for (publisher, extent) in further {
            self.given.entry(publisher.to_owned()).or_default().insert(extent);
        }
        true
    }
}

impl Group {
    /// The most precise of the dates that are given by those who know the action.
    pub(super) fn most_precise(&self) -> Option<Extent> {
        let knowing = self.records().filter(|record| record.action(&self.action) == self.action);
        most_precise(knowing.filter_map(|record| Some(record.date.as_ref()?.extent())))
    }

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

/// The most precise of some dates; of several the earliest.
fn most_precise(extents: impl Iterator<Item = Extent>) -> Option<Extent> {
    extents.min_by_key(|extent| (open_days(*extent), extent.earliest(), extent.latest()))
}
