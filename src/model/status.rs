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

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Day, Extent, Schema, Truth, Window, fold};

/// A status of a vocabulary made ready: its umbrellas unfolded.
#[derive(Debug, Clone)]
pub struct StatusRule {
    /// What opens and closes it.
    edges: Vec<TransitionRule>,
    /// The action, and those whose effect it takes away.
    cancels: Vec<(String, Vec<String>)>,
    /// The date fields that the edges name, `date` first.
    fields: Vec<Arc<str>>,
}

/// What an act of some actions does to a status.
#[derive(Debug, Clone)]
struct TransitionRule {
    actions: Vec<String>,
    /// The place of the date field in the rule's fields.
    field: usize,
    opens: bool,
}

/// An act as statuses see it.
#[derive(Debug, Clone)]
pub struct Act<T> {
    /// What was done.
    pub action: Arc<str>,
    /// For each of the rule's fields the date.
    pub dates: Vec<Option<Extent>>,
    /// Whether it is certain that the act is to be folded.
    pub certain: bool,
    /// Whatever tells it from others.
    pub origin: T,
}

impl<T> Act<T> {
    /// On which days it may have had the date of a field; a stretch is any of its days.
    fn stated(&self, field: usize) -> Option<Window> {
        self.dates.get(field).copied().flatten().map(Extent::days)
    }

    /// The same, where an effect that is not dated lies on or after the act.
    fn window(&self, field: usize) -> Option<Window> {
        self.stated(field).or_else(|| self.stated(0).map(|date| Window::since(date.first)))
    }
}

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

/// That an act opens or closes the status on some day.
#[derive(Debug, Clone, Copy)]
struct StatusEvent {
    /// The place of its act.
    act: usize,
    opens: bool,
    /// On which day; none if nothing is known of it.
    window: Option<Window>,
    /// The date of its act.
    deposit: Option<Window>,
    /// Whether its act is certain.
    act_is_certain: bool,
    /// Whether it may be taken back.
    may_be_cancelled: bool,
}

impl StatusEvent {
    fn is_certain(&self) -> bool {
        self.act_is_certain && !self.may_be_cancelled
    }

    /// Whether it counts if both fall on one day: if its act is certainly the later.
    fn overrides(&self, other: &Self) -> bool {
        self.deposit.zip(other.deposit).is_some_and(|(own, other)| own.first > other.last)
    }
}

/// An event that has a window.
#[derive(Debug, Clone, Copy)]
struct DatedEvent {
    event: StatusEvent,
    /// The days on which it counts.
    window: Window,
    /// The latest day of the event itself, which may not count so early.
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
}

/// What has no last day may lie after any.
fn is_after(last: Day, day: Day) -> bool {
    last > day || last == Day::FUTURE
}

impl StatusRule {
    /// The rule of a status that a vocabulary declares.
    #[must_use]
    pub fn new(schema: &Schema, status: &str) -> Option<Self> {
        let vocabulary = schema.vocabulary();
        let folded = fold(status);
        let declared = vocabulary.status.iter().find(|(name, _)| fold(name) == folded).map(|(_, status)| status)?;
        let unfolded = |name: &str| schema.action_word(name).map(|word| word.actions.clone()).unwrap_or_default();
        let mut fields: Vec<Arc<str>> = vec!["date".into()];
        let mut edges = Vec::new();
        for (edge, opens) in
            declared.open.iter().map(|edge| (edge, true)).chain(declared.close.iter().map(|edge| (edge, false)))
        {
            let name = &schema.field(&edge.at)?.name;
            let field = fields.iter().position(|known| known == name).unwrap_or(fields.len());
            if field == fields.len() {
                fields.push(name.clone());
            }
            edges.push(TransitionRule { actions: unfolded(&edge.by), field, opens });
        }
        // What takes nothing away from this status does not matter to it.
        let has_effect = |action: &String| edges.iter().any(|edge| edge.field > 0 && edge.actions.contains(action));
        let cancels = vocabulary
            .cancels
            .iter()
            .flat_map(|(by, what)| unfolded(by).into_iter().map(move |by| (by, what)))
            .map(|(by, what)| (by, unfolded(what)))
            .filter(|(_, what)| what.iter().any(has_effect))
            .collect();
        Some(Self { edges, cancels, fields })
    }

    /// The rule of a status that some actions open and others close, each on the
    /// day of the act.
    #[must_use]
    pub fn of_actions(open: Vec<String>, close: Vec<String>) -> Self {
        let edges = vec![
            TransitionRule { actions: open, field: 0, opens: true },
            TransitionRule { actions: close, field: 0, opens: false },
        ];
        Self { edges, cancels: Vec::new(), fields: vec!["date".into()] }
    }

    /// The date fields that acts are to be read with, `date` first.
    #[must_use]
    pub fn fields(&self) -> &[Arc<str>] {
        &self.fields
    }

    /// The actions that matter to it.
    pub fn actions(&self) -> impl Iterator<Item = &str> {
        let edges = self.edges.iter().flat_map(|edge| &edge.actions);
        edges.chain(self.cancels.iter().map(|(action, _)| action)).map(String::as_str)
    }

    /// What the acts of one pair do.
    fn events<T>(&self, acts: &[Act<T>]) -> Vec<StatusEvent> {
        let mut events = Vec::new();
        for (place, act) in acts.iter().enumerate() {
            let does = |edge: &&TransitionRule| edge.actions.iter().any(|action| **action == *act.action);
            let edges: BTreeSet<(usize, bool)> =
                self.edges.iter().filter(does).map(|edge| (edge.field, edge.opens)).collect();
            for &(field, opens) in &edges {
                // What one act opens and closes on one and the same day was never there.
                let at_once = opens && edges.contains(&(field, false));
                let cancelled = if field == 0 { Truth::False } else { self.cancelled(acts, place, field) };
                if at_once || cancelled.is_definite() {
                    continue;
                }
                events.push(StatusEvent {
                    act: place,
                    opens,
                    window: act.window(field),
                    deposit: act.stated(0),
                    act_is_certain: act.certain,
                    may_be_cancelled: cancelled.is_possible(),
                });
            }
        }
        events
    }

    /// Whether another act takes away the effect of one at a field: an act of a
    /// cancelling action, not before it and before that effect.
    fn cancelled<T>(&self, acts: &[Act<T>], place: usize, field: usize) -> Truth {
        let Some(notice) = acts.get(place) else { return Truth::False };
        let given = notice.stated(0).unwrap_or(Window::ALL);
        let cancels = |act: &Act<T>| {
            let mut cancels = self.cancels.iter();
            let by =
                cancels.find(|(by, what)| **by == *act.action && what.iter().any(|what| **what == *notice.action))?;
            Some(&by.1)
        };
        let mut truth = Truth::False;
        for (other, act) in acts.iter().enumerate().filter(|(other, _)| *other != place) {
            let Some(what) = cancels(act) else { continue };
            let back = act.stated(0).unwrap_or(Window::ALL);
            let in_order = Truth::from_bounds(given.last <= back.first, given.first <= back.last);
            let in_time = match notice.stated(field) {
                Some(effect) => Truth::from_bounds(effect.first > back.last, effect.last > back.first),
                // What was taken back had no effect yet: an effect that nobody
                // dates is the one, unless another notice may be meant.
                None => Truth::from_bounds(
                    !acts.iter().enumerate().any(|(third, act)| {
                        third != place
                            && third != other
                            && what.iter().any(|what| **what == *act.action)
                            && act.stated(0).is_none_or(|date| date.last >= given.first && date.first <= back.last)
                    }),
                    true,
                ),
            };
            let by_this = in_order.and(in_time);
            truth = truth.or(if act.certain { by_this } else { by_this.min(Truth::Possible) });
        }
        truth
    }
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
        let folded = PeriodBuilder::fold(&self.events);
        folded
            .into_iter()
            .filter_map(|span| {
                let end = span.end.and_then(|end| Some((end.window, origin(&end.event)?)));
                Some(Period { start: span.start.window, opened: origin(&span.start.event)?, end })
            })
            .collect()
    }
}

/// The dated events of one pair.
struct Timeline {
    opens: Vec<DatedEvent>,
    closes: Vec<DatedEvent>,
}

impl Timeline {
    fn new(events: &[StatusEvent], window: impl Fn(&StatusEvent) -> Option<Window>) -> Self {
        let of = |opens: bool| {
            let events = events.iter().filter(move |event| event.opens == opens);
            let dated = |event: &StatusEvent| {
                window(event).map(|window| DatedEvent { event: *event, window, last: window.last })
            };
            events.filter_map(dated).collect::<Vec<_>>()
        };
        let (opens, mut closes) = (of(true), of(false));
        for close in &mut closes {
            for open in opens.iter().filter(|open| open.event.act == close.event.act) {
                close.window.first = close.window.first.max(open.window.first);
                close.window.last = close.window.last.max(open.window.last);
            }
        }
        Self { opens, closes }
    }

    /// Whether it is there on a day.
    fn on(&self, day: Day) -> Truth {
        Truth::from_bounds(!self.may_be_off(day), self.may_be_on(day))
    }

    /// Whether some open may come as late as it can with every close that must
    /// be there either before it or after the day.
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

    /// Whether the end of what one act opens may count after a day by which
    /// that open has come.
    fn may_outlast(&self, open: &DatedEvent, close: &DatedEvent, day: Day) -> bool {
        let mut others =
            self.opens.iter().filter(|other| other.event.act == open.event.act && !std::ptr::eq(*other, open));
        is_after(close.last, day) || others.any(|other| other.may_follow(day))
    }

    /// Whether every open that must be there may come after the day, or some
    /// close as late as it can with each of them before it.
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

    /// Whether it is there at a date.
    fn holds(&self, at: Option<Extent>) -> Truth {
        match at {
            // Mostly it is asked of one day.
            Some(Extent::Point(window)) if window.first == window.last => self.on(window.first),
            Some(Extent::Point(window)) => {
                let days = self.days(window);
                let (every, some) = self.every_and_some(&days);
                Truth::from_bounds(every.is_definite(), some.is_possible())
            }
            Some(Extent::Stretch { start, end }) => {
                let sure = self.days(Window::new(start.last, end.first));
                let some = self.days(Window::new(start.first, end.last));
                Truth::from_bounds(
                    self.every_and_some(&sure).1.is_definite(),
                    self.every_and_some(&some).1.is_possible(),
                )
            }
            None => match self.every_and_some(&self.days(Window::ALL)) {
                (Truth::True, _) => Truth::True,
                (_, Truth::False) => Truth::False,
                _ => Truth::Unknown,
            },
        }
    }

    /// The least and the greatest truth on some days.
    fn every_and_some(&self, days: &BTreeSet<Day>) -> (Truth, Truth) {
        let truths = days.iter().map(|day| self.on(*day));
        truths.fold((Truth::True, Truth::False), |(every, some), truth| (every.and(truth), some.or(truth)))
    }

    /// The days of a window on which something may change: between two of them
    /// every day is as the first.
    fn days(&self, window: Window) -> BTreeSet<Day> {
        let windows = self.opens.iter().chain(&self.closes).map(|event| event.window);
        let bounds = windows.flat_map(|window| [window.first, window.first.next(), window.last, window.last.next()]);
        bounds.chain([window.first, window.last]).filter(|day| window.contains(*day)).collect()
    }
}

/// An end of a stretch of time: the event, and what is known of the day.
#[derive(Clone, Copy)]
struct PeriodBound {
    event: StatusEvent,
    window: Option<Window>,
    /// Whether some event that does this is certain.
    certain: bool,
}

impl PeriodBound {
    fn new(event: StatusEvent) -> Self {
        let window = match event.window {
            // It may not be there at all.
            Some(window) if !event.opens && !event.is_certain() => Some(Window::since(window.first)),
            window => window,
        };
        Self { event, window, certain: event.is_certain() }
    }

    /// Whether it is after an event, unless it happens that both are on one day.
    fn is_past(&self, other: &DatedEvent) -> bool {
        let is_after = |window: Window| other.window.last <= window.first;
        self.window.is_some_and(|window| is_after(window) && (window != other.window || window.first < window.last))
    }

    /// Another event does the same: the first of both counts.
    fn also(&mut self, other: &DatedEvent) {
        let Some(window) = &mut self.window else { return };
        window.first = window.first.min(other.window.first);
        if other.event.is_certain() {
            window.last = if self.certain { window.last.min(other.window.last) } else { other.window.last };
            self.certain = true;
        }
    }
}

/// A stretch of time between two events.
struct FoldedPeriod {
    start: PeriodBound,
    end: Option<PeriodBound>,
}

/// Events being folded into stretches of time.
#[derive(Default)]
struct PeriodBuilder {
    spans: Vec<FoldedPeriod>,
}

impl PeriodBuilder {
    fn fold(events: &[StatusEvent]) -> Vec<FoldedPeriod> {
        let timeline = Timeline::new(events, |event| event.window);
        let mut left: Vec<DatedEvent> = timeline.opens.into_iter().chain(timeline.closes).collect();
        left.sort_by_key(|dated| (middle(dated.window), deposited(&dated.event), !dated.event.opens));
        let mut undated: Vec<StatusEvent> = events.iter().filter(|event| event.window.is_none()).copied().collect();
        let mut take_undated = |opens: bool| {
            let place = undated.iter().position(|event| event.opens == opens)?;
            Some(undated.remove(place))
        };
        let mut folding = Self::default();
        while let Some(next) = folding.next(&left) {
            let dated = left.remove(next);
            match (folding.open(), dated.event.opens) {
                (None, true) => {
                    folding.spans.push(FoldedPeriod { start: PeriodBound::new(dated.at_window()), end: None });
                }
                (Some(span), false) if span.start.is_past(&dated) => {}
                (Some(span), false) => span.end = Some(PeriodBound::new(dated.at_window())),
                (Some(span), true) => span.start.also(&dated),
                (None, false) => match (folding.spans.last_mut(), take_undated(true)) {
                    (_, Some(open)) => {
                        folding.spans.push(FoldedPeriod {
                            start: PeriodBound::new(open),
                            end: Some(PeriodBound::new(dated.at_window())),
                        });
                    }
                    (Some(FoldedPeriod { end: Some(end), .. }), None) => end.also(&dated),
                    _ => {}
                },
            }
        }
        if folding.spans.is_empty() {
            folding
                .spans
                .extend(take_undated(true).map(|open| FoldedPeriod { start: PeriodBound::new(open), end: None }));
        }
        if let Some(span) = folding.open() {
            span.end = take_undated(false).map(PeriodBound::new);
        }
        folding.spans
    }

    /// The stretch that goes on.
    fn open(&mut self) -> Option<&mut FoldedPeriod> {
        self.spans.last_mut().filter(|span| span.end.is_none())
    }

    /// Which event comes next: the first, unless it does nothing and one that
    /// may come before it lets it do something.
    fn next(&mut self, left: &[DatedEvent]) -> Option<usize> {
        let first = left.first()?;
        let is_open = self.open().is_some();
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

impl DatedEvent {
    /// The event at the window that it has in its timeline.
    fn at_window(&self) -> StatusEvent {
        StatusEvent { window: Some(self.window), ..self.event }
    }
}

/// Where a window lies, for an order: its middle if it has one.
fn middle(window: Window) -> i64 {
    match (window.first.is_finite(), window.last.is_finite()) {
        (true, true) => i64::from(window.first.number()).midpoint(i64::from(window.last.number())),
        (false, true) => i64::from(window.last.number()),
        _ => i64::from(window.first.number()),
    }
}

/// When the act of an event was done, for an order of events on one day, in
/// which whoever opens comes later only if its act certainly does.
fn deposited(event: &StatusEvent) -> Day {
    if event.opens {
        event.deposit.map_or(Day::PAST, |deposit| deposit.first)
    } else {
        event.deposit.map_or(Day::FUTURE, |deposit| deposit.last)
    }
}

#[cfg(test)]
mod tests;
