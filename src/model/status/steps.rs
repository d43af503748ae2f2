//! The truth of a status from day to day.

use crate::model::{Day, Truth, Window};

/// The days on which a truth value changes, each with the value from that day until
/// the next. The first is the unbounded past.
pub(super) struct TruthSteps {
    pub starts: Vec<Day>,
    pub truths: Vec<Truth>,
}

impl TruthSteps {
    /// The greatest truth value on the days of some windows, each in no more time than
    /// it takes to find its ends.
    pub(super) fn greatest(&self) -> impl Fn(Window) -> Truth {
        // Where each value is, in order.
        let of = |truth: Truth| {
            let places = self.truths.iter().enumerate().filter(move |(_, other)| **other == truth);
            (truth, places.map(|(place, _)| place).collect::<Vec<_>>())
        };
        let places = [Truth::True, Truth::Possible, Truth::Unknown].map(of);
        move |window| {
            if window.is_empty() {
                return Truth::False;
            }
            let step = |day: Day| self.starts.partition_point(|start| *start <= day).saturating_sub(1);
            let (first, last) = (step(window.first), step(window.last));
            let reached = |places: &[usize]| {
                let next = places.partition_point(|place| *place < first);
                places.get(next).is_some_and(|place| *place <= last)
            };
            places.iter().find(|(_, places)| reached(places)).map_or(Truth::False, |(truth, _)| *truth)
        }
    }
}
