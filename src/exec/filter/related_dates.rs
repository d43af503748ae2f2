//! Which dates lie so to one of several others, without a look at each pair.

use crate::exec::rows::lists::Lists;
use crate::index::Document;
use crate::model::{Day, Extent, Truth};
use crate::plan::dates::Reach;

/// Up to so many a look at each is as fast.
const FEW: usize = 8;

/// A date of another fact.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target {
    /// The group of facts among which it is looked for.
    pub group: u32,
    /// Its fact.
    pub document: Document,
    /// How true it is that the fact is one of the others.
    pub truth: Truth,
    /// Which dates lie so to it; none if it is missing.
    pub reach: Option<Reach>,
}

/// The dates of other facts, group by group.
pub(crate) struct Targets {
    groups: Lists<Target>,
    /// Of groups with many targets.
    stairs: Vec<Option<Box<ReachIndex>>>,
}

impl Targets {
    pub fn new(mut targets: Vec<Target>, groups: usize) -> Self {
        targets.sort_by_key(|target| target.group);
        let mut lists = Lists::default();
        let mut left = targets.into_iter().peekable();
        for group in 0..groups {
            lists.push(std::iter::from_fn(|| left.next_if(|target| target.group as usize == group)));
        }
        let stairs = lists.iter().map(|group| (group.len() > FEW).then(|| Box::new(ReachIndex::new(group)))).collect();
        Self { groups: lists, stairs }
    }

    /// The greatest truth of a date, which may be missing, with the targets of
    /// a group that are of another fact than its own.
    pub fn best(&self, group: u32, own: Option<Document>, date: Option<Extent>) -> Truth {
        let group = group as usize;
        match self.stairs.get(group) {
            Some(Some(stairs)) => stairs.best(own, date),
            _ => each(self.groups.of(group), own, date),
        }
    }
}

/// The same by a look at each.
fn each(targets: &[Target], own: Option<Document>, date: Option<Extent>) -> Truth {
    let others = targets.iter().filter(|target| Some(target.document) != own);
    let truths = others.map(|target| match (target.reach, date) {
        (Some(reach), Some(date)) => target.truth.and(reach.of(date)),
        _ => target.truth.and(Truth::Unknown),
    });
    truths.max().unwrap_or(Truth::False)
}

/// Targets in such an order that one look tells whether any is reached.
struct ReachIndex {
    /// Those that are others for certain, where they are reached for certain.
    definite: ReachStep,
    /// Those that possibly are others, where they are possibly reached.
    possible: ReachStep,
    /// All, where they are possibly reached.
    open: ReachStep,
    /// Two facts of which nothing is known but that they are others.
    undated: [Option<Document>; 2],
    /// Two facts that are others.
    any: [Option<Document>; 2],
}

/// Windows by their first day, each with the last days of the two that reach
/// farthest among it and those before it, of different facts.
struct ReachStep {
    firsts: Vec<i32>,
    farthest: Vec<[Option<(i32, Document)>; 2]>,
}

impl ReachIndex {
    fn new(targets: &[Target]) -> Self {
        let two = |wanted: &dyn Fn(&&Target) -> bool| {
            let mut found = targets.iter().filter(wanted).map(|target| target.document);
            let first = found.next();
            [first, found.find(|next| Some(*next) != first)]
        };
        Self {
            definite: ReachStep::new(targets, Truth::True, true),
            possible: ReachStep::new(targets, Truth::Possible, false),
            open: ReachStep::new(targets, Truth::Unknown, false),
            undated: two(&|target| target.reach.is_none()),
            any: two(&|_| true),
        }
    }

    fn best(&self, own: Option<Document>, date: Option<Extent>) -> Truth {
        let other = |of: &[Option<Document>; 2]| of.iter().flatten().any(|document| Some(*document) != own);
        let Some(date) = date else {
            return if other(&self.any) { Truth::Unknown } else { Truth::False };
        };
        let (certain, perhaps) = Reach::needed(date);
        if self.definite.reaches(certain, own) {
            Truth::True
        } else if self.possible.reaches(perhaps, own) {
            Truth::Possible
        } else if self.open.reaches(perhaps, own) || other(&self.undated) {
            Truth::Unknown
        } else {
            Truth::False
        }
    }
}

impl ReachStep {
    fn new(targets: &[Target], least: Truth, certain: bool) -> Self {
        let wanted = targets.iter().filter(|target| target.truth >= least);
        let reaches = wanted.filter_map(|target| {
            let reach = target.reach?;
            let window = if certain { reach.certain } else { reach.perhaps };
            Reach::is_some(window).then_some((window, target.document))
        });
        let mut windows: Vec<(i32, i32, Document)> =
            reaches.map(|(window, document)| (window.first.number(), window.last.number(), document)).collect();
        windows.sort_unstable();
        let mut farthest = Vec::with_capacity(windows.len());
        let mut best: [Option<(i32, Document)>; 2] = [None; 2];
        for (_, last, document) in &windows {
            let next = Some((*last, *document));
            let same = |of: Option<(i32, Document)>| of.is_some_and(|(_, of)| of == *document);
            if same(best[0]) {
                best[0] = best[0].max(next);
            } else if best[0].is_none_or(|(farthest, _)| farthest < *last) {
                best = [next, best[0]];
            } else if best[1].is_none_or(|(farthest, _)| farthest < *last) {
                best[1] = next;
            }
            farthest.push(best);
        }
        Self { firsts: windows.into_iter().map(|(first, ..)| first).collect(), farthest }
    }

    /// Whether a window of another fact begins by one day and lasts to another.
    fn reaches(&self, (by, to): (Day, Day), own: Option<Document>) -> bool {
        let begun = self.firsts.partition_point(|first| *first <= by.number());
        let Some(farthest) = begun.checked_sub(1).and_then(|place| self.farthest.get(place)) else {
            return false;
        };
        farthest.iter().flatten().any(|(last, document)| Some(*document) != own && *last >= to.number())
    }
}

#[cfg(test)]
mod tests;
