//! The periods during which a status is in force, built from its events.

use super::event::StatusEvent;
use super::timeline::{DatedEvent, Timeline};
use crate::model::{Day, Window};

/// The beginning or the end of a period: the event, and what is known of its day.
#[derive(Clone, Copy)]
pub(super) struct PeriodBound {
    pub event: StatusEvent,
    pub window: Option<Window>,
    /// Whether some event that causes it is certain.
    certain: bool,
}

impl PeriodBound {
    fn new(event: StatusEvent) -> Self {
        let window = match event.window {
            // The event may not have happened at all.
            Some(window) if !event.opens && !event.is_certain() => Some(Window::since(window.first)),
            window => window,
        };
        Self { event, window, certain: event.is_certain() }
    }

    /// Whether it cannot lie before an event; false if both are known to fall on the same day.
    fn is_past(&self, other: &DatedEvent) -> bool {
        let is_after = |window: Window| other.window.last <= window.first;
        self.window.is_some_and(|window| is_after(window) && window != other.window)
    }

    /// Takes in another event with the same effect; the earlier of both counts.
    fn merge(&mut self, other: &DatedEvent) {
        let Some(window) = &mut self.window else { return };
        window.first = window.first.min(other.window.first);
        if other.event.is_certain() {
            window.last = if self.certain { window.last.min(other.window.last) } else { other.window.last };
            self.certain = true;
        }
    }
}

/// The time between two events.
pub(super) struct FoldedPeriod {
    pub start: PeriodBound,
    pub end: Option<PeriodBound>,
}

/// The periods that events make, in order.
pub(super) fn folded_periods(events: &[StatusEvent]) -> Vec<FoldedPeriod> {
    let timeline = Timeline::new(events, |event| event.window);
    let mut left: Vec<DatedEvent> = timeline.opens.into_iter().chain(timeline.closes).collect();
    left.sort_by_key(|dated| (middle(dated.window), act_day(&dated.event), !dated.event.opens));
    let mut undated: Vec<StatusEvent> = events.iter().filter(|event| event.window.is_none()).copied().collect();
    let mut take_undated = |opens: bool| {
        let place = undated.iter().position(|event| event.opens == opens)?;
        Some(undated.remove(place))
    };
    let mut builder = PeriodBuilder::default();
    while let Some(next) = builder.next_event(&left) {
        let dated = left.remove(next);
        match (builder.open_period(), dated.event.opens) {
            (None, true) => {
                builder.periods.push(FoldedPeriod { start: PeriodBound::new(dated.at_window()), end: None });
            }
            (Some(period), false) if period.start.is_past(&dated) => {}
            (Some(period), false) => period.end = Some(PeriodBound::new(dated.at_window())),
            (Some(period), true) => period.start.merge(&dated),
            (None, false) => match (builder.periods.last_mut(), take_undated(true)) {
                (_, Some(open)) => {
                    builder.periods.push(FoldedPeriod {
                        start: PeriodBound::new(open),
                        end: Some(PeriodBound::new(dated.at_window())),
                    });
                }
                (Some(FoldedPeriod { end: Some(end), .. }), None) => end.merge(&dated),
                _ => {}
            },
        }
    }
    if builder.periods.is_empty() {
        builder
            .periods
            .extend(take_undated(true).map(|open| FoldedPeriod { start: PeriodBound::new(open), end: None }));
    }
    if let Some(period) = builder.open_period() {
        period.end = take_undated(false).map(PeriodBound::new);
    }
    builder.periods
}

/// Periods in the making.
#[derive(Default)]
struct PeriodBuilder {
    periods: Vec<FoldedPeriod>,
}

impl PeriodBuilder {
    /// The last period, if it has no end yet.
    fn open_period(&mut self) -> Option<&mut FoldedPeriod> {
        self.periods.last_mut().filter(|period| period.end.is_none())
    }

    /// The index of the next event: the first, unless it would have no effect and an
    /// event that may precede it gives it one.
    fn next_event(&mut self, left: &[DatedEvent]) -> Option<usize> {
        let first = left.first()?;
        let is_open = self.open_period().is_some();
        if first.event.opens != is_open {
            return Some(0);
        }
        let other = left.iter().position(|other| {
            let may_be_before = other.window.first <= first.window.last;
            let fits = if is_open {
                first.event.overrides(&other.event)
            } else {
                other.window.first < first.window.last || !other.event.overrides(&first.event)
            };
            other.event.opens != is_open && may_be_before && fits
        });
        Some(other.unwrap_or(0))
    }
}

/// The position of a window for sorting: its middle, if it has one.
fn middle(window: Window) -> i64 {
    match (window.first.is_finite(), window.last.is_finite()) {
        (true, true) => i64::from(window.first.number()).midpoint(i64::from(window.last.number())),
        (false, true) => i64::from(window.last.number()),
        _ => i64::from(window.first.number()),
    }
}

/// The day of the act of an event for sorting events on the same day, among which
/// an opening event comes later only if its act certainly does.
fn act_day(event: &StatusEvent) -> Day {
    if event.opens {
        event.act_window.map_or(Day::PAST, |window| window.first)
    } else {
        event.act_window.map_or(Day::FUTURE, |window| window.last)
    }
}
