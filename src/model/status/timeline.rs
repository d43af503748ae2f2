//! Whether a status is in force on a day, whichever days its acts fell on.

use std::collections::BTreeSet;

use super::event::StatusEvent;
use crate::model::{Day, Extent, Truth, Window};

/// An event whose day is known to lie within a window.
#[derive(Debug, Clone, Copy)]
pub(super) struct DatedEvent {
    pub event: StatusEvent,
    /// The window of the day on which it counts.
    pub window: Window,
    /// The latest day of the event itself, which may count later than it happens.
    last: Day,
}

impl DatedEvent {
    /// Whether it may fall after a day.
    fn may_follow(&self, day: Day) -> bool {
        is_after(self.window.last, day)
    }

    /// Whether it may fall before a day.
    fn may_precede(&self, day: Day) -> bool {
        self.window.first < day || self.window.first == Day::PAST
    }

    /// The event at the window that it has in its timeline.
    pub(super) fn at_window(&self) -> StatusEvent {
        StatusEvent { window: Some(self.window), ..self.event }
    }
}

/// Whether an event with this latest day may fall after a day. One without a
/// latest day may fall after any.
fn is_after(last: Day, day: Day) -> bool {
    last > day || last == Day::FUTURE
}

/// The dated events of one subject and one object.
pub(super) struct Timeline {
    pub opens: Vec<DatedEvent>,
    pub closes: Vec<DatedEvent>,
}

impl Timeline {
    pub(super) fn new(events: &[StatusEvent], window: impl Fn(&StatusEvent) -> Option<Window>) -> Self {
        let dated_events = |opens: bool| {
            let events = events.iter().filter(move |event| event.opens == opens);
            let dated = |event: &StatusEvent| {
                window(event).map(|window| DatedEvent { event: *event, window, last: window.last })
            };
            events.filter_map(dated).collect::<Vec<_>>()
        };
        let (opens, mut closes) = (dated_events(true), dated_events(false));
        for close in &mut closes {
            for open in opens.iter().filter(|open| open.event.act == close.event.act) {
                close.window.first = close.window.first.max(open.window.first);
                close.window.last = close.window.last.max(open.window.last);
            }
        }
        Self { opens, closes }
    }

    /// Whether the status is in force on a day.
    fn truth_on(&self, day: Day) -> Truth {
        Truth::from_bounds(!self.may_be_off(day), self.may_be_on(day))
    }

    /// Whether some opening event may come as late as it can, with every certain
    /// closing event either before it or after the day.
    fn may_be_on(&self, day: Day) -> bool {
        self.opens.iter().filter(|open| open.window.first <= day).any(|open| {
            let last = open.window.last.min(day);
            self.closes.iter().all(|close| {
                let own = close.event.act == open.event.act;
                let must_be = close.event.is_certain() || own && !close.event.may_be_cancelled;
                let at_once = close.window.first == last && open.event.overrides(&close.event);
                !must_be
                    || own && self.may_outlast(open, close, day)
                    || !own && (close.may_follow(day) || close.may_precede(last) || at_once)
            })
        })
    }

    /// Whether a closing event may count after a day by which its own act has opened
    /// the status.
    fn may_outlast(&self, open: &DatedEvent, close: &DatedEvent, day: Day) -> bool {
        let mut others =
            self.opens.iter().filter(|other| other.event.act == open.event.act && !std::ptr::eq(*other, open));
        is_after(close.last, day) || others.any(|other| other.may_follow(day))
    }

    /// Whether every certain opening event may come after the day, or some closing
    /// event may come as late as it can with each of them before it.
    fn may_be_off(&self, day: Day) -> bool {
        let must_be = || self.opens.iter().filter(|open| open.event.is_certain() && !open.may_follow(day));
        if must_be().next().is_none() {
            return true;
        }
        self.closes.iter().filter(|close| close.window.first <= day).any(|close| {
            let last = close.window.last.min(day);
            let ends = |open: &DatedEvent| {
                let mut others = self.closes.iter().filter(|other| other.window.contains(last));
                others.any(|other| !open.event.overrides(&other.event))
            };
            must_be().all(|open| {
                let own = close.event.act == open.event.act;
                own || open.may_precede(last) || open.window.first == last && ends(open)
            })
        })
    }

    /// Whether the status is in force at a date.
    pub(super) fn holds(&self, at: Option<Extent>) -> Truth {
        match at {
            // The most frequent case: a single day.
            Some(Extent::Point(window)) if window.first == window.last => self.truth_on(window.first),
            Some(Extent::Point(window)) => {
                let days = self.change_days(window);
                let (every, some) = self.truth_range(&days);
                Truth::from_bounds(every.is_definite(), some.is_possible())
            }
            Some(Extent::Stretch { start, end }) => {
                let sure = self.change_days(Window::new(start.last, end.first));
                let some = self.change_days(Window::new(start.first, end.last));
                Truth::from_bounds(self.truth_range(&sure).1.is_definite(), self.truth_range(&some).1.is_possible())
            }
            None => match self.truth_range(&self.change_days(Window::ALL)) {
                (Truth::True, _) => Truth::True,
                (_, Truth::False) => Truth::False,
                _ => Truth::Unknown,
            },
        }
    }

    /// The least and the greatest truth value on some days.
    fn truth_range(&self, days: &BTreeSet<Day>) -> (Truth, Truth) {
        let truths = days.iter().map(|day| self.truth_on(*day));
        truths.fold((Truth::True, Truth::False), |(every, some), truth| (every.and(truth), some.or(truth)))
    }

    /// The days of a window on which the truth value may change; between two of them
    /// it stays the same.
    fn change_days(&self, window: Window) -> BTreeSet<Day> {
        let windows = self.opens.iter().chain(&self.closes).map(|event| event.window);
        let bounds = windows.flat_map(|window| [window.first, window.first.next(), window.last, window.last.next()]);
        bounds.chain([window.first, window.last]).filter(|day| window.contains(*day)).collect()
    }
}
