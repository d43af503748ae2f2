//! Statuses: acts are evaluated to find out whether a status is in force on a
//! day, and during which periods.
//!
//! Every act happened on one unknown day within the bounds of its date. A status
//! is in force on a day if the last act up to that day that opens or closes it
//! opened it. It is definitely in force if that holds whichever days the acts
//! fell on, and possibly if it holds for some choice of days.
//!
//! An effect without a date lies on or after the date of its act. Of two events
//! on the same day, that of the certainly later act counts, else the closing
//! one. No act closes a status before it opens it: an earlier end counts on the
//! day of the beginning.

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

/// A period during which a status is in force.
#[derive(Debug, Clone, PartialEq)]
pub struct Period<T> {
    /// The window of its first day; `None` if nothing is known about it.
    pub start: Option<Window>,
    /// The act that opened it.
    pub opened: T,
    /// The window of the first day after it, and the act that closed it.
    pub end: Option<(Option<Window>, T)>,
}

/// All acts of one subject on one object that open or close a status.
#[derive(Debug, Clone)]
pub struct Standing<T> {
    acts: Vec<Act<T>>,
    events: Vec<StatusEvent>,
}

impl<T: Clone> Standing<T> {
    /// Evaluates the acts of one subject on one object, given in any order.
    #[must_use]
    pub fn new(rule: &StatusRule, acts: Vec<Act<T>>) -> Self {
        let events = rule.events(&acts);
        Self { acts, events }
    }

    /// Whether the status is in force at a date: on the day of the date, or for a
    /// stretch on some day of it. Without a date the answer is unknown, unless it
    /// is the same for all days.
    #[must_use]
    pub fn holds(&self, at: Option<Extent>) -> Truth {
        let dated = Timeline::new(&self.events, |event| event.window);
        let sure = dated.holds(at);
        if self.events.iter().all(|event| event.window.is_some()) {
            return sure;
        }
        // An act without a date may change the answer for any day.
        let any_day = Timeline::new(&self.events, |event| event.window.or(Some(Window::ALL))).holds(at);
        any_day.min(if sure.is_possible() { sure } else { Truth::Unknown })
    }

    /// The [periods](Self::periods), each with whether the status is in force on
    /// some day of it up to `until`; false if it begins later. If the order of the
    /// acts is not known, a day on which the status may be in force can lie outside
    /// all periods; it is then attributed to the first.
    #[must_use]
    pub fn periods_by(&self, until: Day) -> Vec<(Period<T>, Truth)> {
        let with_truth = |period: Period<T>| {
            let first = period.start.map_or(Day::PAST, |start| start.first);
            let last = period.end.as_ref().and_then(|(end, _)| *end).map_or(Day::FUTURE, |end| end.last.previous());
            let truth =
                self.greatest_truth(Window::new(first, last.min(until))).max(self.instant_period(&period, until));
            (period, truth)
        };
        let mut found: Vec<_> = self.periods().into_iter().map(with_truth).collect();
        let truest = self.greatest_truth(Window::new(Day::PAST, until));
        if found.iter().all(|(_, truth)| *truth < truest)
            && let Some((_, truth)) = found.first_mut()
        {
            *truth = truest;
        }
        found
    }

    /// A period that begins and ends on the same day has no days, but counts all
    /// the same.
    fn instant_period(&self, period: &Period<T>, until: Day) -> Truth {
        let end = period.end.as_ref().and_then(|(end, _)| *end);
        match (period.start, end) {
            (Some(start), Some(end)) if start == end && start.first == start.last && start.first <= until => {
                Truth::from_bounds(self.events.iter().all(StatusEvent::is_certain), true)
            }
            _ => Truth::False,
        }
    }

    /// The greatest truth value on the days of a window.
    fn greatest_truth(&self, within: Window) -> Truth {
        // Between two of these days nothing changes. The unbounded ends are not days.
        let windows = self.events.iter().filter_map(|event| event.window).chain([within]);
        let bounds = windows.flat_map(|window| [window.first, window.last]);
        let days: BTreeSet<Day> = bounds.flat_map(|day| [day.previous(), day, day.next()]).collect();
        let days = days.into_iter().filter(|day| day.is_finite() && within.contains(*day));
        days.map(|day| self.holds(Some(Extent::Point(Window::day(day))))).max().unwrap_or(Truth::False)
    }

    /// The days on which the truth value of the status may change, in order, each
    /// with the value from that day until the next. The first is the unbounded past.
    #[must_use]
    pub fn changes(&self) -> Vec<(Day, Truth)> {
        let windows = self.events.iter().filter_map(|event| event.window);
        let bounds = windows.flat_map(|window| [window.first, window.first.next(), window.last, window.last.next()]);
        let days: BTreeSet<Day> = bounds.chain([Day::PAST]).filter(|day| *day != Day::FUTURE).collect();
        let on = |day: Day| (day, self.holds(Some(Extent::Point(Window::day(day)))));
        days.into_iter().map(on).collect()
    }

    /// Whether an act certainly closes the status on a day of a window.
    #[must_use]
    pub fn closes_within(&self, window: Window) -> bool {
        let is_within = |day: Window| window.first <= day.first && day.last <= window.last;
        let closes = |event: &StatusEvent| !event.opens && event.is_certain() && event.window.is_some_and(is_within);
        self.events.iter().any(closes)
    }

    /// Whether the status is certain to be in force in the end: some act that opens
    /// it is certain, whenever it happened, and no act may close it.
    #[must_use]
    pub fn is_certain_in_the_end(&self) -> bool {
        self.events.iter().all(|event| event.opens) && self.events.iter().any(StatusEvent::is_certain)
    }

    /// The periods during which the status is in force, in order. If the order of
    /// two acts is not certain, they are taken in the order in which both have an
    /// effect. An end that may have been cancelled has no latest day.
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
