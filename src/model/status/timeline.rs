//! Whether a status is in force on a day, whichever days its acts fell on.
//!
//! A pair may have thousands of acts. The events are therefore sorted once; of those
//! that must lie before a day only the strongest matters, which is looked up, and
//! many days in order are answered in one pass.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use super::event::StatusEvent;
use super::strongest::{Strongest, StrongestUntil};
use crate::model::{Day, Extent, Truth, Window};

/// An event whose day is known to lie within a window.
#[derive(Debug, Clone, Copy)]
pub(super) struct DatedEvent {
    pub event: StatusEvent,
    /// The window of the day on which it counts.
    pub window: Window,
    /// The latest day of the event itself, which may count later than it happens.
    last: Day,
    /// An opening event that its own act closes cannot be the last one on this day
    /// or later.
    spent: Option<Day>,
}

impl DatedEvent {
    /// The event at the window that it has in its timeline.
    pub(super) fn at_window(&self) -> StatusEvent {
        StatusEvent { window: Some(self.window), ..self.event }
    }

    /// The first day of its act, if nothing is known a day before which no act is
    /// certainly done later.
    pub(super) fn act_first(&self) -> Day {
        self.event.act_window.map_or(Day::PAST, |window| window.first)
    }

    /// The last day of its act, if nothing is known a day after which no act is
    /// certainly done.
    pub(super) fn act_last(&self) -> Day {
        self.event.act_window.map_or(Day::FUTURE, |window| window.last)
    }

    /// Whether an opening event may be the last of its act up to a day.
    fn may_stand(&self, day: Day) -> bool {
        self.window.first <= day && self.spent.is_none_or(|spent| is_after(spent, day))
    }

    /// How late it can come up to a day, and the first day of its act.
    fn latest(&self, day: Day) -> (Day, Day) {
        (self.window.last.min(day), self.act_first())
    }
}

/// Whether an event with this latest day may fall after a day. One without a
/// latest day may fall after any.
fn is_after(last: Day, day: Day) -> bool {
    last > day || last == Day::FUTURE
}

/// A closing event that an opening one must come after: its first day, and the last
/// day of its act.
type ClosingKey = (Day, Day);

/// Whether an opening event may come after such a closing one, given how late it can
/// come and the first day of its act.
fn outdoes((first, act_last): ClosingKey, (latest, act_first): (Day, Day)) -> bool {
    first == Day::PAST || first < latest || first == latest && act_first > act_last
}

/// An opening event that a closing one must come after: its first day, and whether it
/// counts against every closing event on that day.
type OpeningKey = (Day, bool);

/// Whether a closing event may come after such an opening one, given how late it can come.
fn ends((first, counts): OpeningKey, latest: Day) -> bool {
    first == Day::PAST || first < latest || first == latest && !counts
}

/// The dated events of one subject and one object.
#[derive(Debug, Clone)]
pub(super) struct Timeline {
    /// In the order of the first days of their windows.
    pub opens: Vec<DatedEvent>,
    /// Likewise.
    pub closes: Vec<DatedEvent>,
    /// For each closing event, how late those up to it can come.
    reach: Vec<Day>,
    /// The certain opening events by their last days.
    must_open: StrongestUntil<OpeningKey>,
    /// The certain closing events by their last days.
    must_close: StrongestUntil<ClosingKey>,
    /// The places of the events of each act among the opening and the closing ones.
    of_act: BTreeMap<usize, [Vec<usize>; 2]>,
}

impl Timeline {
    pub(super) fn new(events: &[StatusEvent], window: impl Fn(&StatusEvent) -> Option<Window>) -> Self {
        let mut acts: BTreeMap<usize, Vec<DatedEvent>> = BTreeMap::new();
        for event in events {
            if let Some(window) = window(event) {
                let dated = DatedEvent { event: *event, window, last: window.last, spent: None };
                acts.entry(event.act).or_default().push(dated);
            }
        }
        for events in acts.values_mut() {
            settle_act(events);
        }
        let (mut opens, mut closes): (Vec<_>, Vec<_>) =
            acts.into_values().flatten().partition(|dated| dated.event.opens);
        opens.sort_by_key(|open| open.window.first);
        closes.sort_by_key(|close| close.window.first);
        let mut latest = Day::PAST;
        let reach = closes.iter().map(|close| {
            latest = latest.max(close.window.last);
            latest
        });
        let reach = reach.collect();
        let must = |dated: &&DatedEvent| dated.event.is_certain() && dated.window.last != Day::FUTURE;
        let counts = counting(&opens, &closes);
        let must_open = opens.iter().zip(counts).filter(|(open, _)| must(open));
        let must_open = must_open.map(|(open, counts)| (open.window.last, (open.window.first, counts), open.event.act));
        let must_close = closes.iter().filter(must);
        let must_close =
            must_close.map(|close| (close.window.last, (close.window.first, close.act_last()), close.event.act));
        let (must_open, must_close) =
            (StrongestUntil::new(must_open.collect()), StrongestUntil::new(must_close.collect()));
        let mut of_act: BTreeMap<usize, [Vec<usize>; 2]> = BTreeMap::new();
        for (kind, events) in [&opens, &closes].into_iter().enumerate() {
            for (place, dated) in events.iter().enumerate() {
                if let Some(places) = of_act.entry(dated.event.act).or_default().get_mut(kind) {
                    places.push(place);
                }
            }
        }
        Self { opens, closes, reach, must_open, must_close, of_act }
    }

    /// Whether the status is in force on a day, given how late an opening event can
    /// come up to it.
    fn truth(&self, day: Day, latest_open: Option<(Day, Day)>) -> Truth {
        Truth::from_bounds(!self.may_be_off(day), self.may_be_on(day, latest_open))
    }

    /// Whether the status is in force on a day.
    fn truth_on(&self, day: Day) -> Truth {
        let stand = self.opens.iter().take_while(|open| open.window.first <= day);
        self.truth(day, stand.filter(|open| open.may_stand(day)).map(|open| open.latest(day)).max())
    }

    /// Whether the status is in force on each of some days in ascending order.
    pub(super) fn truths(&self, days: &[Day]) -> Vec<Truth> {
        let mut standing =
            StandingOpens { timeline: self, next: 0, going_on: BinaryHeap::new(), over: BinaryHeap::new() };
        days.iter().map(|day| self.truth(*day, standing.latest(*day))).collect()
    }

    /// Whether some opening event may come as late as it can, with every certain
    /// closing event either before it or after the day.
    fn may_be_on(&self, day: Day, latest_open: Option<(Day, Day)>) -> bool {
        let Some(latest) = latest_open else { return false };
        let Strongest { first: Some((key, act)), second, .. } = self.must_close.until(day) else { return true };
        let own = || self.of_act.get(&act).into_iter().flat_map(|[opens, _]| opens);
        let mut own = own().filter_map(|place| self.opens.get(*place)).filter(|open| open.may_stand(day));
        outdoes(key, latest) || own.any(|open| second.is_none_or(|key| outdoes(key, open.latest(day))))
    }

    /// Whether every certain opening event may come after the day, or some closing
    /// event may come as late as it can with each of them before it.
    fn may_be_off(&self, day: Day) -> bool {
        let Strongest { first: Some((key, act)), second, .. } = self.must_open.until(day) else { return true };
        let begun = self.closes.partition_point(|close| close.window.first <= day);
        let Some(latest) = begun.checked_sub(1).and_then(|last| self.reach.get(last)) else { return false };
        let own = self.of_act.get(&act).into_iter().flat_map(|[_, closes]| closes);
        let own = own.filter(|place| **place < begun).filter_map(|place| self.closes.get(*place));
        let mut own = own.map(|close| close.window.last.min(day));
        ends(key, (*latest).min(day)) || own.any(|latest| second.is_none_or(|key| ends(key, latest)))
    }

    /// Whether the status is in force at a date.
    pub(super) fn holds(&self, at: Option<Extent>) -> Truth {
        match at {
            // The most frequent case: a single day.
            Some(Extent::Point(window)) if window.first == window.last => self.truth_on(window.first),
            Some(Extent::Point(window)) => {
                let (every, some) = self.truth_range(window);
                Truth::from_bounds(every.is_definite(), some.is_possible())
            }
            Some(Extent::Stretch { start, end }) => {
                let sure = self.truth_range(Window::new(start.last, end.first)).1;
                let some = self.truth_range(Window::new(start.first, end.last)).1;
                Truth::from_bounds(sure.is_definite(), some.is_possible())
            }
            None => match self.truth_range(Window::ALL) {
                (Truth::True, _) => Truth::True,
                (_, Truth::False) => Truth::False,
                _ => Truth::Unknown,
            },
        }
    }

    /// The least and the greatest truth value on the days of a window.
    fn truth_range(&self, window: Window) -> (Truth, Truth) {
        let mut days = self.change_days();
        days.extend([window.first, window.last]);
        let days: Vec<Day> = days.into_iter().filter(|day| window.contains(*day)).collect();
        let truths = self.truths(&days).into_iter();
        truths.fold((Truth::True, Truth::False), |(every, some), truth| (every.and(truth), some.or(truth)))
    }

    /// The days on which the truth value may change; between two of them it stays
    /// the same.
    pub(super) fn change_days(&self) -> BTreeSet<Day> {
        let bounds = self.opens.iter().chain(&self.closes);
        let bounds = bounds.flat_map(|event| [event.window.first, event.window.last, event.last]);
        bounds.flat_map(|day| [day, day.next()]).collect()
    }
}

/// No act closes a status before it opens it, and an opening event is over once its
/// own act has closed what it opened.
fn settle_act(events: &mut [DatedEvent]) {
    let stated = events.to_vec();
    for (place, dated) in events.iter_mut().enumerate() {
        let others = stated.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, other)| other);
        let opens = others.filter(|other| other.event.opens).map(|open| open.window);
        if dated.event.opens {
            let others = opens.map(|window| window.last).max();
            // Of its own act, a closing event is there unless it may be taken back.
            let closes = stated.iter().filter(|close| !close.event.opens && !close.event.may_be_cancelled);
            dated.spent = closes.map(|close| others.map_or(close.last, |other| other.max(close.last))).min();
        } else {
            for open in opens {
                dated.window.first = dated.window.first.max(open.first);
                dated.window.last = dated.window.last.max(open.last);
            }
        }
    }
}

/// For each opening event, in the order of their first days, whether it counts on that
/// day against every closing event that may fall on it.
fn counting(opens: &[DatedEvent], closes: &[DatedEvent]) -> Vec<bool> {
    let mut closes = closes.iter().peekable();
    let mut begun: BinaryHeap<(Day, Day)> = BinaryHeap::new();
    let counts = opens.iter().map(|open| {
        let day = open.window.first;
        while let Some(close) = closes.next_if(|close| close.window.first <= day) {
            begun.push((close.act_last(), close.window.last));
        }
        while begun.peek().is_some_and(|(_, last)| *last < day) {
            begun.pop();
        }
        begun.peek().is_none_or(|(act_last, _)| open.act_first() > *act_last)
    });
    counts.collect()
}

/// The opening events that may be the last up to a day, while the days go by.
struct StandingOpens<'t> {
    timeline: &'t Timeline,
    /// The first opening event that has not begun.
    next: usize,
    /// Those that may fall on the day, by the first days of their acts.
    going_on: BinaryHeap<(Day, usize)>,
    /// Those that fell before it, by their last days and the first days of their acts.
    over: BinaryHeap<((Day, Day), usize)>,
}

impl StandingOpens<'_> {
    /// How late one of them can come up to a day, which is not before the last one asked.
    fn latest(&mut self, day: Day) -> Option<(Day, Day)> {
        let opens = &self.timeline.opens;
        while let Some(open) = opens.get(self.next).filter(|open| open.window.first <= day) {
            self.going_on.push((open.act_first(), self.next));
            self.next += 1;
        }
        while let Some((_, place)) = self.going_on.peek() {
            let open = opens.get(*place)?;
            if open.may_stand(day) {
                if open.window.last >= day {
                    return Some(open.latest(day));
                }
                self.over.push((open.latest(day), *place));
            }
            self.going_on.pop();
        }
        while let Some((latest, place)) = self.over.peek() {
            if opens.get(*place)?.may_stand(day) {
                return Some(*latest);
            }
            self.over.pop();
        }
        None
    }
}
