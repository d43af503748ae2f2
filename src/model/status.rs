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

mod cancellations;
mod covering_umbrellas;
mod event;
mod event_queue;
mod periods;
mod rule;
mod steps;
mod strongest;
#[cfg(test)]
mod tests;
mod timeline;

use super::{Day, Extent, Truth, Window};
pub use event::Act;
use event::StatusEvent;
use periods::folded_periods;
pub use rule::StatusRule;
use steps::TruthSteps;
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

impl<T> Period<T> {
    /// Whether it begins and ends on one and the same known day.
    fn is_instant(&self) -> bool {
        let end = self.end.as_ref().and_then(|(end, _)| *end);
        self.start.is_some_and(|start| start.first == start.last && end == Some(start))
    }
}

/// All acts of one subject on one object that open or close a status.
#[derive(Debug, Clone)]
pub struct Standing<T> {
    acts: Vec<Act<T>>,
    events: Vec<StatusEvent>,
    /// The events with a known day.
    dated: Timeline,
    /// All events, if there are some of which no day is known: those on any day.
    any_day: Option<Timeline>,
}

impl<T: Clone> Standing<T> {
    /// Evaluates the acts of one subject on one object, given in any order.
    #[must_use]
    pub fn new(rule: &StatusRule, acts: Vec<Act<T>>) -> Self {
        let events = rule.events(&acts);
        Self::of_events(acts, events)
    }

    fn of_events(acts: Vec<Act<T>>, events: Vec<StatusEvent>) -> Self {
        let dated = Timeline::new(&events, |event| event.window);
        let any_day = events.iter().any(|event| event.window.is_none());
        let any_day = any_day.then(|| Timeline::new(&events, |event| event.window.or(Some(Window::ALL))));
        Self { acts, events, dated, any_day }
    }

    /// Whether the status is in force at a date: on the day of the date, or for a
    /// stretch on some day of it. Without a date the answer is unknown, unless it
    /// is the same for all days.
    #[must_use]
    pub fn holds(&self, at: Option<Extent>) -> Truth {
        let dated = self.dated.holds(at);
        self.any_day.as_ref().map_or(dated, |any_day| undecided(dated, any_day.holds(at)))
    }

    /// The [periods](Self::periods), each with whether the status is in force on
    /// some day of it up to `until`; false if it begins later. If the order of the
    /// acts is not known, a day on which the status may be in force can lie outside
    /// all periods; it is then attributed to the first.
    #[must_use]
    pub fn periods_by(&self, until: Day) -> Vec<(Period<T>, Truth)> {
        let steps = self.steps();
        let greatest = steps.greatest();
        let all_certain = self.events.iter().all(StatusEvent::is_certain);
        let with_truth = |period: Period<T>| {
            let first = period.start.map_or(Day::PAST, |start| start.first);
            let last = period.end.as_ref().and_then(|(end, _)| *end).map_or(Day::FUTURE, |end| end.last.previous());
            let there = greatest(Window::new(first, last.min(until)));
            // A period that begins and ends on the same day has no days, but counts
            // all the same.
            let is_instant = period.is_instant() && first <= until;
            let instant = Truth::from_bounds(is_instant && all_certain, is_instant);
            (period, there.max(instant))
        };
        let mut found: Vec<_> = self.periods().into_iter().map(with_truth).collect();
        let truest = greatest(Window::new(Day::PAST, until));
        if found.iter().all(|(_, truth)| *truth < truest)
            && let Some((_, truth)) = found.first_mut()
        {
            *truth = truest;
        }
        found
    }

    /// The truth of the status from day to day.
    fn steps(&self) -> TruthSteps {
        let mut days = self.dated.change_days();
        days.extend(self.any_day.iter().flat_map(Timeline::change_days));
        days.insert(Day::PAST);
        days.remove(&Day::FUTURE);
        let starts: Vec<Day> = days.into_iter().collect();
        let dated = self.dated.truths(&starts);
        let truths = match self.any_day.as_ref().map(|any_day| any_day.truths(&starts)) {
            Some(any_day) => dated.into_iter().zip(any_day).map(|(dated, any_day)| undecided(dated, any_day)).collect(),
            None => dated,
        };
        TruthSteps { starts, truths }
    }

    /// The days on which the truth value of the status may change, in order, each
    /// with the value from that day until the next. The first is the unbounded past.
    #[must_use]
    pub fn changes(&self) -> Vec<(Day, Truth)> {
        let TruthSteps { starts, truths } = self.steps();
        starts.into_iter().zip(truths).collect()
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
        let folded = folded_periods(&self.dated, &self.events);
        folded
            .into_iter()
            .filter_map(|span| {
                let end = span.end.and_then(|end| Some((end.window, origin(&end.event)?)));
                Some(Period { start: span.start.window, opened: origin(&span.start.event)?, end })
            })
            .collect()
    }
}

/// Whether a status is in force, given whether it is without the acts of which no day
/// is known, and with them on any day: they may change the answer for any day.
fn undecided(dated: Truth, any_day: Truth) -> Truth {
    any_day.min(if dated.is_possible() { dated } else { Truth::Unknown })
}
