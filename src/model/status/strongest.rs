//! The greatest key among events, with the greatest of any other act beside it.

use crate::model::Day;

/// The greatest key, and the greatest of all acts but the one that has it: an event
/// is compared with those of other acts alone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Strongest<K> {
    pub first: Option<(K, usize)>,
    pub second: Option<K>,
}

impl<K: Ord + Copy> Strongest<K> {
    pub(super) const NONE: Self = Self { first: None, second: None };

    /// With the key of one more event of an act.
    pub(super) fn with(mut self, key: K, act: usize) -> Self {
        match self.first {
            Some((best, own)) if own == act => self.first = Some((best.max(key), own)),
            Some((best, _)) if key <= best => {
                self.second = self.second.max(Some(key));
            }
            former => {
                if let Some((best, _)) = former {
                    self.second = Some(best);
                }
                self.first = Some((key, act));
            }
        }
        self
    }
}

/// For events in ascending order of a day, the strongest of each that day or an
/// earlier one has.
#[derive(Debug, Clone)]
pub(super) struct StrongestUntil<K>(Vec<(Day, Strongest<K>)>);

impl<K: Ord + Copy> StrongestUntil<K> {
    /// Of events, each with its day, its key and its act, in any order.
    pub(super) fn new(mut events: Vec<(Day, K, usize)>) -> Self {
        events.sort_unstable_by_key(|(day, ..)| *day);
        let mut all = Strongest::NONE;
        Self(
            events
                .into_iter()
                .map(|(day, key, act)| {
                    all = all.with(key, act);
                    (day, all)
                })
                .collect(),
        )
    }

    /// The strongest of the events up to a day.
    pub(super) fn until(&self, day: Day) -> Strongest<K> {
        let after = self.0.partition_point(|(other, _)| *other <= day);
        after.checked_sub(1).and_then(|last| self.0.get(last)).map_or(Strongest::NONE, |(_, strongest)| *strongest)
    }
}
