//! Which records are of which act of those that are declared to be done once.
//!
//! That a publisher tells of days that exclude each other outweighs the
//! declaration: these are several acts. A record of another publisher is of the
//! act that it fits, else of the nearest one, of which it then disputes the date.

use rustc_hash::FxHashMap;

use super::Member;
use crate::model::{Extent, Window};

/// With how many others, the next in time, one that fits nothing is compared.
const NEIGHBOURS: usize = 256;

/// Records that are of one act.
struct Cluster<'a> {
    /// The places of the members; the first is the most precise.
    places: Vec<usize>,
    /// The days that each member may mean.
    extents: Vec<Extent>,
    /// Who gives which date.
    given: Vec<(&'a str, Extent)>,
}

/// The members of each act, by their places, in their order.
///
/// Of those of one publisher with days that exclude each other no two are of one
/// act. Else the more precise come first: each joins the first act, in the order of
/// time, of which all records could mean the same day. Then what is nearest in time
/// is joined, pair by pair.
pub(in crate::store::corroborate) fn acts_done_once(members: &[Member<'_>]) -> Vec<Vec<usize>> {
    let mut order: Vec<(usize, &Member<'_>)> = members.iter().enumerate().collect();
    order.sort_by_cached_key(|(_, member)| {
        (open_days(member.extent), member.extent.earliest(), member.extent.latest(), member.text)
    });
    let mut clusters: Vec<Cluster<'_>> = Vec::new();
    for (place, member) in order {
        match clusters.iter_mut().find(|cluster| cluster.fits(member)) {
            Some(cluster) => {
                cluster.places.push(place);
                cluster.extents.push(member.extent);
                cluster.given.extend(&member.given);
            }
            None => clusters.push(Cluster {
                places: vec![place],
                extents: vec![member.extent],
                given: member.given.clone(),
            }),
        }
        // In the order of time, as long as the precise ones come.
        clusters.sort_by_key(Cluster::place_in_time);
    }
    let mut acts: Vec<Vec<usize>> = nearest_together(clusters).into_iter().map(|cluster| cluster.places).collect();
    for places in &mut acts {
        places.sort_unstable();
    }
    acts.sort_unstable();
    acts
}

/// Whether one publisher gives days among these that exclude each other.
pub(in crate::store::corroborate) fn tell_of_two_acts(given: &[(&str, Extent)]) -> bool {
    given.iter().enumerate().any(|(at, one)| excludes(&given[..at], std::slice::from_ref(one)))
}

/// Whether a publisher of both gives days that exclude each other.
fn excludes(some: &[(&str, Extent)], others: &[(&str, Extent)]) -> bool {
    others.iter().any(|(publisher, extent)| {
        some.iter().any(|(other, of_other)| other == publisher && !extent.compatible(*of_other))
    })
}

impl Cluster<'_> {
    fn fits(&self, member: &Member<'_>) -> bool {
        Extent::agree(self.extents.iter().copied().chain([member.extent])) && !excludes(&self.given, &member.given)
    }

    /// The extent of the most precise member.
    fn extent(&self) -> Extent {
        self.extents.first().copied().unwrap_or(Extent::Point(Window::ALL))
    }

    fn place_in_time(&self) -> (crate::model::Day, crate::model::Day) {
        (self.extent().earliest(), self.extent().latest())
    }
}

/// Joins what is nearest, as long as no publisher tells of two acts.
fn nearest_together(clusters: Vec<Cluster<'_>>) -> Vec<Cluster<'_>> {
    let mut pairs: Vec<(i64, usize, usize)> = Vec::new();
    for (at, one) in clusters.iter().enumerate() {
        let next = clusters.iter().enumerate().skip(at + 1).take(NEIGHBOURS);
        pairs.extend(next.map(|(other_at, other)| (gap(one.extent(), other.extent()), at, other_at)));
    }
    pairs.sort_unstable();
    let mut held: Vec<usize> = (0..clusters.len()).collect();
    let mut joined: FxHashMap<usize, Cluster<'_>> = clusters.into_iter().enumerate().collect();
    for (_, one, other) in pairs {
        let (Some(into), Some(from)) = (held.get(one).copied(), held.get(other).copied()) else { continue };
        let allowed = |into: &Cluster<'_>, from: &Cluster<'_>| !excludes(&into.given, &from.given);
        if into == from || !joined.get(&into).zip(joined.get(&from)).is_some_and(|(into, from)| allowed(into, from)) {
            continue;
        }
        if let Some(more) = joined.remove(&from)
            && let Some(cluster) = joined.get_mut(&into)
        {
            cluster.places.extend(more.places);
            cluster.given.extend(more.given);
            held.iter_mut().filter(|at| **at == from).for_each(|at| *at = into);
        }
    }
    joined.into_values().collect()
}

/// How many days lie between two dates; none if they could be the same.
pub(in crate::store::corroborate) fn gap(one: Extent, other: Extent) -> i64 {
    if one.compatible(other) {
        return 0;
    }
    let (one, other) = (start(one), start(other));
    let between = |a: Window, b: Window| i64::from(b.first.number()) - i64::from(a.last.number());
    between(one, other).max(between(other, one)).max(1)
}

/// The days on which it may have begun.
fn start(extent: Extent) -> Window {
    match extent {
        Extent::Point(window) | Extent::Stretch { start: window, .. } => window,
    }
}

/// Whether it is a stretch, and how many days it leaves open.
pub(in crate::store::corroborate) fn open_days(extent: Extent) -> (bool, i64) {
    let days = |window: Window| i64::from(window.last.number()) - i64::from(window.first.number());
    match extent {
        Extent::Point(window) => (false, days(window)),
        Extent::Stretch { start, end } => (true, days(start) + days(end)),
    }
}
