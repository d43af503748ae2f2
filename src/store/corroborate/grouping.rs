//! Which records are certainly of one act, as far as their dates tell.

use rustc_hash::{FxHashMap, FxHashSet};

mod done_once;

pub(super) use done_once::{acts_done_once, gap, open_days, tell_of_two_acts};

use super::record::SourceRecord;
use crate::model::{Extent, Window};

/// A record, or several that somebody holds to be of one act.
pub(super) struct Member<'a> {
    /// When the act was done.
    pub(super) extent: Extent,
    /// Who gives which date.
    pub(super) given: Vec<(&'a str, Extent)>,
    /// The least text of its records, which orders it among others.
    text: &'a str,
}

impl<'a> Member<'a> {
    pub(super) fn of(extent: Extent, records: impl Iterator<Item = &'a SourceRecord> + Clone) -> Self {
        let text = records.clone().map(|record| record.text.as_str()).min().unwrap_or_default();
        let given = records.filter_map(|record| Some((record.publisher.as_deref()?, record.date.as_ref()?.extent())));
        Self { extent, given: given.collect(), text }
    }

    fn is_mixed(&self) -> bool {
        self.given.iter().any(|(_, extent)| *extent != self.extent)
    }
}

/// The members of each act, by their places, in their order.
pub(super) fn acts(members: &[Member<'_>]) -> Vec<Vec<usize>> {
    let mut numbers: FxHashMap<Extent, usize> = FxHashMap::default();
    let mut extents: Vec<Extent> = Vec::new();
    let of_member: Vec<usize> = members
        .iter()
        .map(|member| {
            *numbers.entry(member.extent).or_insert_with(|| {
                extents.push(member.extent);
                extents.len() - 1
            })
        })
        .collect();
    let roots = hang_together(&extents);
    let mut together: FxHashMap<usize, Vec<usize>> = FxHashMap::default();
    for (place, number) in of_member.iter().enumerate() {
        together.entry(roots.get(*number).copied().unwrap_or(*number)).or_default().push(place);
    }
    let mut acts: Vec<Vec<usize>> = Vec::new();
    let one = |places: &[usize]| are_one(&places.iter().filter_map(|place| members.get(*place)).collect::<Vec<_>>());
    for places in together.into_values() {
        if one(&places) {
            acts.push(places);
            continue;
        }
        let mut same_bounds: FxHashMap<Extent, Vec<usize>> = FxHashMap::default();
        for place in places {
            members.get(place).into_iter().for_each(|member| same_bounds.entry(member.extent).or_default().push(place));
        }
        for places in same_bounds.into_values() {
            if one(&places) {
                acts.push(places);
                continue;
            }
            // What somebody joined gives other dates too, by a publisher who is here again.
            let (mixed, plain): (Vec<usize>, Vec<usize>) =
                places.into_iter().partition(|place| members.get(*place).is_some_and(Member::is_mixed));
            acts.extend(mixed.into_iter().map(|place| vec![place]));
            acts.extend((!plain.is_empty()).then_some(plain));
        }
    }
    acts.sort_unstable();
    acts
}

/// Whether some members could all be one act, and no publisher tells of two.
fn are_one(members: &[&Member<'_>]) -> bool {
    let mut dates: FxHashMap<&str, (FxHashSet<Extent>, FxHashSet<usize>)> = FxHashMap::default();
    for (place, member) in members.iter().enumerate() {
        for (publisher, extent) in &member.given {
            let (extents, places) = dates.entry(publisher).or_default();
            extents.insert(*extent);
            places.insert(place);
        }
    }
    // What is within one member, somebody has decided.
    let tells_of_two = dates.values().any(|(extents, places)| extents.len() > 1 && places.len() > 1);
    !tells_of_two && Extent::agree(members.iter().map(|member| member.extent))
}

/// For each date one that stands for all that hang together with it.
fn hang_together(extents: &[Extent]) -> Vec<usize> {
    let mut parents: Vec<usize> = (0..extents.len()).collect();
    // On which single day each could be; of two that could be the same one, these overlap.
    let mut days: Vec<(Window, usize)> = Vec::new();
    let mut stretches: Vec<usize> = Vec::new();
    for (number, extent) in extents.iter().enumerate() {
        match *extent {
            Extent::Point(window) => days.push((window, number)),
            Extent::Stretch { start, end } => {
                stretches.push(number);
                days.push((start.intersection(end), number));
            }
        }
    }
    days.retain(|(window, _)| !window.is_empty());
    days.sort_unstable_by_key(|(window, number)| (window.first, *number));
    let mut longest: Option<(Window, usize)> = None;
    for (window, number) in days {
        match longest {
            Some((before, with)) if window.first <= before.last => {
                unite(&mut parents, with, number);
                if window.last > before.last {
                    longest = Some((window, number));
                }
            }
            _ => longest = Some((window, number)),
        }
    }
    // Stretches may agree without any single day; there are few of them.
    for (place, one) in stretches.iter().enumerate() {
        for other in stretches.iter().skip(place + 1) {
            if let (Some(a), Some(b)) = (extents.get(*one), extents.get(*other))
                && a.compatible(*b)
            {
                unite(&mut parents, *one, *other);
            }
        }
    }
    (0..extents.len()).map(|number| root(&mut parents, number)).collect()
}

fn root(parents: &mut [usize], number: usize) -> usize {
    let mut at = number;
    while let Some(parent) = parents.get(at).copied().filter(|parent| *parent != at) {
        let above = parents.get(parent).copied().unwrap_or(parent);
        if let Some(slot) = parents.get_mut(at) {
            *slot = above;
        }
        at = above;
    }
    at
}

fn unite(parents: &mut [usize], one: usize, other: usize) {
    let (one, other) = (root(parents, one), root(parents, other));
    if let Some(slot) = parents.get_mut(one.max(other)) {
        *slot = one.min(other);
    }
}
