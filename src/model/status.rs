//! Acts folded into states: whether somebody has a status on a day, and since when.
//! It knows acts and days; where acts are kept is not its affair.
//!
//! Every act happened on one day within the bounds of its date, whichever. A
//! status is there on a day if the last act up to that day that opens or closes
//! it opened it. It is definitely there if that is so whichever days the acts
//! fell on, and possibly if it is so for some.
//!
//! An effect that is not dated lies on or after the act's own date. Of events on
//! one day the one of the certainly later act counts, else the closing one. What
//! one act opens it does not close before: such an end counts on the day of the
//! beginning.

mod event;
mod periods;
mod rule;
#[cfg(test)]
mod tests;
mod timeline;

use std::collections::BTreeSet;

use super::{Day, Extent, Truth, Window};
pub use event::Act;
use event::StatusEvent;
use periods::folded_periods;
pub use rule::StatusRule;
use timeline::Timeline;

/// A stretch of time in which a status is there.
#[derive(Debug, Clone, PartialEq)]
pub struct Period<T> {
    /// On which day it began; none if nothing is known of it.
    pub start: Option<Window>,
    /// The act that opened it.
    pub opened: T,
    /// On which day it was there no more, and the act that closed it.
    pub end: Option<(Option<Window>, T)>,
}

/// All acts of one pair that open or close one status.
#[derive(Debug, Clone)]
pub struct Standing<T> {
    acts: Vec<Act<T>>,
    events: Vec<StatusEvent>,
}

impl<T: Clone> Standing<T> {
    /// Folds the acts of one pair, in any order.
    #[must_use]
    pub fn new(rule: &StatusRule, acts: Vec<Act<T>>) -> Self {
        let events = rule.events(&acts);
        Self { acts, events }
    }

    /// Whether the status is there on a day: whichever day a date may be, or
    /// for a stretch on some day of it. Without a date: unknown, unless it is
    /// so on every day or on none.
    #[must_use]
    pub fn holds(&self, at: Option<Extent>) -> Truth {
        let dated = Timeline::new(&self.events, |event| event.window);
        let sure = dated.holds(at);
        if self.events.iter().all(|event| event.window.is_some()) {
            return sure;
        }
        // What is known of an undated act may be wrong about every day.
        let any_day = Timeline::new(&self.events, |event| event.window.or(Some(Window::ALL))).holds(at);
        any_day.min(if sure.is_possible() { sure } else { Truth::Unknown })
    }

    /// The [periods](Self::periods), each with whether the status is there on
    /// some day of it up to a day; false if it begins after that. Where nobody
    /// knows which act was first, a day on which the status may be can lie in
    /// none of them: it is then taken to be one of the first.
    #[must_use]
    pub fn periods_by(&self, until: Day) -> Vec<(Period<T>, Truth)> {
        let there = |period: Period<T>| {
            let first = period.start.map_or(Day::PAST, |start| start.first);
            let last = period.end.as_ref().and_then(|(end, _)| *end).map_or(Day::FUTURE, |end| end.last.previous());
            let truth = self.truest(Window::new(first, last.min(until))).max(self.at_once(&period, until));
            (period, truth)
        };
        let mut found: Vec<_> = self.periods().into_iter().map(there).collect();
        let truest = self.truest(Window::new(Day::PAST, until));
        if found.iter().all(|(_, truth)| *truth < truest)
            && let Some((_, truth)) = found.first_mut()
        {
            *truth = truest;
        }
        found
    }

    /// What began and ended on one and the same day lasted no day, and was there
    /// all the same.
    fn at_once(&self, period: &Period<T>, until: Day) -> Truth {
        let end = period.end.as_ref().and_then(|(end, _)| *end);
        match (period.start, end) {
            (Some(start), Some(end)) if start == end && start.first == start.last && start.first <= until => {
                Truth::from_bounds(self.events.iter().all(StatusEvent::is_certain), true)
            }
            _ => Truth::False,
        }
    }

    /// Its greatest truth on the days of a window.
    fn truest(&self, within: Window) -> Truth {
        // Between two of these every day is as the first; the ends of time are no days.
        let windows = self.events.iter().filter_map(|event| event.window).chain([within]);
        let bounds = windows.flat_map(|window| [window.first, window.last]);
        let days: BTreeSet<Day> = bounds.flat_map(|day| [day.previous(), day, day.next()]).collect();
        let days = days.into_iter().filter(|day| day.is_finite() && within.contains(*day));
        days.map(|day| self.holds(Some(Extent::Point(Window::day(day))))).max().unwrap_or(Truth::False)
    }

    /// Whether the status is there from each day on which that may change, until
    /// the next, in order; the first is of the beginning of time.
    #[must_use]
    pub fn changes(&self) -> Vec<(Day, Truth)> {
        let windows = self.events.iter().filter_map(|event| event.window);
        let bounds = windows.flat_map(|window| [window.first, window.first.next(), window.last, window.last.next()]);
        let days: BTreeSet<Day> = bounds.chain([Day::PAST]).filter(|day| *day != Day::FUTURE).collect();
        let on = |day: Day| (day, self.holds(Some(Extent::Point(Window::day(day)))));
        days.into_iter().map(on).collect()
    }

    /// Whether it is certain that somebody will have the status in the end: some
    /// act that opens it is certain, whenever it was, and none may close it.
    #[must_use]
    pub fn is_certain_in_the_end(&self) -> bool {
        self.events.iter().all(|event| event.opens) && self.events.iter().any(StatusEvent::is_certain)
    }

    /// The stretches of time in which the status is there, in order. Where it is
    /// not certain which of two acts was first, they are taken in the order in
    /// which each does something. An end that may have been taken back has no
    /// last day.
    #[must_use]
    pub fn periods(&self) -> Vec<Period<T>> {
        let origin = |event: &StatusEvent| self.acts.get(event.act).map(|act| act.origin.clone());
        let folded = folded_periods(&self.events);
        folded
            .into_iter()
            .filter_map(|span| {
                let end = span.end.and_then(|end| Some((end.window, origin(&end.event)?)));
                Some(Period { start: span.start.window, opened: origin(&span.start.event)?, end })
            })
            .collect()
    }
}
