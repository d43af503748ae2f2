//! The periods during which a status is in force, built from its events.

use std::collections::VecDeque;

use super::event::StatusEvent;
use super::event_queue::EventQueue;
use super::timeline::{DatedEvent, Timeline};
use crate::model::Window;

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
pub(super) fn folded_periods(timeline: &Timeline, events: &[StatusEvent]) -> Vec<FoldedPeriod> {
    let mut queue = EventQueue::new(&timeline.opens, &timeline.closes);
    let undated = |opens: bool| {
        let undated = events.iter().filter(move |event| event.window.is_none() && event.opens == opens);
        undated.copied().collect::<VecDeque<_>>()
    };
    let (mut undated_opens, mut undated_closes) = (undated(true), undated(false));
    let mut builder = PeriodBuilder::default();
    while let Some(dated) = queue.take_next(builder.open_period().is_some()) {
        match (builder.open_period(), dated.event.opens) {
            (None, true) => {
                builder.periods.push(FoldedPeriod { start: PeriodBound::new(dated.at_window()), end: None });
            }
            (Some(period), false) if period.start.is_past(&dated) => {}
            (Some(period), false) => period.end = Some(PeriodBound::new(dated.at_window())),
            (Some(period), true) => period.start.merge(&dated),
            (None, false) => match (builder.periods.last_mut(), undated_opens.pop_front()) {
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
            .extend(undated_opens.pop_front().map(|open| FoldedPeriod { start: PeriodBound::new(open), end: None }));
    }
    if let Some(period) = builder.open_period() {
        period.end = undated_closes.pop_front().map(PeriodBound::new);
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
}
