//! Stretches of time in which a status is there, naively. It is settled which
//! event ends what where their days are in one order only; of other pairs it is
//! known whether there is any such stretch.

use super::standing::{self, Event};
use super::whole::{Party, Row, Scan, opposite};
use crate::model::vocabulary::Role;
use crate::model::{Cell, Day, Elapsed, Extent, Truth, Window};
use crate::plan::{Counterparts, EntityRows, Filter, Query, StatusTest};

/// From some day on, by an act, until some day, by another.
pub struct Span {
    pub start: (Window, usize),
    pub end: Option<(Window, usize)>,
}

/// What is known of the periods of a query.
#[derive(Debug, Default)]
pub struct Periods {
    /// The rows of pairs that are settled, each as its cells.
    pub rows: Vec<Vec<Cell>>,
    /// How the rows of the others begin, and whether there are any, if that is known.
    pub others: Vec<(String, Option<bool>)>,
    /// How many of settled pairs are possible,
    pub possible: u64,
    /// and of how many nothing is known.
    pub unknown: u64,
}

impl Scan<'_> {
    /// The periods of a query without stages.
    pub fn periods(&self, test: &StatusTest, of: &EntityRows, query: &Query) -> Periods {
        let mut found = Periods::default();
        for ((own, other), asked) in self.pairs_asked(test) {
            let passes = match (&query.filter, &own) {
                (Filter::All, _) => Truth::True,
                (filter, Party::Entity(number)) => self.truth(filter, Row::Entity(*number, of.day)),
                (filter, Party::Written(name)) if self.judge.used.is_of(name, &[]) => {
                    self.truth(filter, Row::Entity(self.number_of(name), of.day))
                }
                (_, Party::Written(_)) => continue,
            };
            let row_truth = |there: Truth| {
                let there = there.min(asked);
                passes.min(if of.maybe && there.is_possible() { Truth::True } else { there })
            };
            let mut ends = [self.spelled(Some(&own)), self.spelled(other.as_ref())];
            if test.role == Role::Object {
                ends.reverse();
            }
            let events = self.events(test, &own, other.as_ref());
            let truest = |window: Window| days(&events, window).map(|day| on(&events, day)).max();
            let Some(spans) = spans(&events) else {
                let there = truest(Window::new(Day::PAST, of.day)).unwrap_or(Truth::False);
                let is_there = row_truth(there).is_definite();
                let known = is_there || !may_be_at_once(&events);
                found.others.push((format!("{}|{}|", ends[0], ends[1]), known.then_some(is_there)));
                continue;
            };
            for span in spans {
                let last = span.end.map_or(of.day, |(end, _)| end.last.previous()).min(of.day);
                match row_truth(truest(Window::new(span.start.0.first, last)).unwrap_or(Truth::False)) {
                    Truth::True => found.rows.push(self.period_row(&ends, &span, of.day)),
                    Truth::Possible => found.possible += 1,
                    Truth::Unknown => found.unknown += 1,
                    Truth::False => {}
                }
            }
        }
        found
    }

    fn period_row(&self, ends: &[Cell; 2], span: &Span, today: Day) -> Vec<Cell> {
        let (start, _) = span.start;
        let end = span.end.map_or(Window::day(today), |(end, _)| end);
        let end = if end.last.is_finite() { end } else { Window::new(end.first, today.max(end.first)) };
        // Of all ways in which the two can lie, those in which the end is not before.
        let lengths = |from: Day, to: Day| f64::from(to.number()) - f64::from(from.number());
        let bounded = |window: Window| window.first.is_finite() && window.last.is_finite();
        let latest = if start.last > end.last { end.last } else { start.last };
        let length = if bounded(start) && bounded(end) {
            let (least, most) = (lengths(latest, end.first).max(0.0), lengths(start.first, end.last));
            Cell::Elapsed(Elapsed { least, most, ends: None })
        } else {
            Cell::Elapsed(Elapsed::between(Window::new(start.first, latest), end).in_order())
        };
        let (began, opened) = self.edge(span.start);
        let (ended, closed) = span.end.map_or_else(Default::default, |end| self.edge(end));
        ends.iter().cloned().chain([began, ended, length, opened, closed]).collect()
    }

    /// Since when and by which act one has a status on a day; nothing if that
    /// is not settled.
    pub fn since(&self, test: &StatusTest, own: &Party, day: Day) -> Option<(Cell, Cell)> {
        let first = self.first_going_on(test, own, day)?;
        Some(first.first().map_or_else(Default::default, |span| self.edge(span.start)))
    }

    /// Until when one has a status that it has on a day, and by which act it ends.
    pub fn until(&self, test: &StatusTest, own: &Party, day: Day) -> Option<(Cell, Cell)> {
        let first = self.first_going_on(test, own, day)?;
        Some(first.first().and_then(|span| span.end).map_or_else(Default::default, |end| self.edge(end)))
    }

    fn edge(&self, (window, act): (Window, usize)) -> (Cell, Cell) {
        (self.as_written(window, act), Cell::text(&self.id(Row::Fact(act))))
    }

    /// Of the stretches that go on on a day the one that began first, or none;
    /// nothing if it is not settled which that is.
    fn first_going_on(&self, test: &StatusTest, own: &Party, day: Day) -> Option<Vec<Span>> {
        let exact = |(window, _): (Window, usize)| (window.first == window.last).then_some(window.first);
        let mut all: Vec<Span> = Vec::new();
        let asked = self.pairs_asked(test).into_iter().filter(|(_, asked)| asked.is_definite());
        for ((_, other), _) in asked.filter(|((one, _), _)| one == own) {
            for span in spans(&self.events(test, own, other.as_ref()))? {
                let start = exact(span.start)?;
                let end = match span.end {
                    None => None,
                    Some(end) => Some(exact(end)?),
                };
                if start <= day && end.is_none_or(|end| end > day) {
                    all.push(span);
                }
            }
        }
        let first = all.iter().map(|span| span.start.0.first).min();
        all.retain(|span| Some(span.start.0.first) == first);
        (all.len() <= 1).then_some(all)
    }

    /// The pairs that a test may be about, each with how true that is.
    fn pairs_asked(&self, test: &StatusTest) -> Vec<((Party, Option<Party>), Truth)> {
        let both = |place: usize| Some((self.end(place, test.role)?, self.end(place, opposite(test.role))));
        let mut pairs: Vec<_> = (0..self.facts.len()).filter_map(both).collect();
        pairs.sort();
        pairs.dedup();
        let asked = |other: &Option<Party>| match (&test.others, other) {
            (Counterparts::Count { .. }, Some(_)) => Truth::True,
            (Counterparts::Entities(numbers), Some(party)) => {
                numbers.iter().any(|number| self.judge.party_of(*number) == *party).into()
            }
            (_, None) => Truth::False,
            (Counterparts::Query(query), Some(other)) => {
                let given = self.given(query);
                given
                    .iter()
                    .filter(|(cell, _)| self.namesake(cell) == *other)
                    .map(|(_, truth)| *truth)
                    .max()
                    .unwrap_or(if self.might_give(query, other) { Truth::Unknown } else { Truth::False })
            }
        };
        let asked = pairs.into_iter().map(|pair| {
            let truth = asked(&pair.1);
            (pair, truth)
        });
        asked.filter(|(_, truth)| *truth > Truth::False).collect()
    }

    fn spelled(&self, party: Option<&Party>) -> Cell {
        match party {
            Some(Party::Entity(number)) => Cell::text(&self.entities.get(*number).id),
            Some(Party::Written(name)) => Cell::text(&self.judge.used.spelling(name).unwrap_or_else(|| name.clone())),
            None => Cell::Missing,
        }
    }

    /// A day as the act has it, else what is known of it.
    fn as_written(&self, window: Window, act: usize) -> Cell {
        let dates = ["date", "effective"].into_iter().flat_map(|field| self.values(field, Row::Fact(act)));
        let mut said = dates.filter(|cell| cell.as_date().is_some_and(|date| date.days() == window));
        let known = || crate::model::Date::from_window(window).map_or(Cell::Missing, |date| Cell::text(date.written()));
        said.next().map_or_else(known, |cell| Cell::text(&cell.to_string()))
    }
}

/// Whether it may begin and end on one and the same day, and so last no day.
fn may_be_at_once(events: &[Event]) -> bool {
    let exact = |event: &&Event| event.dated && event.window.first == event.window.last;
    let mut opens = events.iter().filter(|event| event.opens).filter(exact);
    opens.any(|open| {
        events.iter().filter(|event| !event.opens && event.dated).any(|close| {
            // What an act opens it does not close before.
            let own = close.origin == open.origin && close.window.last <= open.window.first;
            own || close.window == open.window
        })
    })
}

/// Whether the status is there on a day.
fn on(events: &[Event], day: Day) -> Truth {
    standing::holds(events, Some(Extent::Point(Window::day(day))))
}

/// The days of a window on which it may be there for the first or the last time.
fn days(events: &[Event], window: Window) -> impl Iterator<Item = Day> {
    let bounds =
        events.iter().flat_map(|event| [event.window.first, event.window.last]).chain([window.first, window.last]);
    let mut days: Vec<Day> = bounds.flat_map(|day| [day.previous(), day, day.next()]).collect();
    days.retain(|day| day.is_finite() && window.contains(*day));
    days.into_iter()
}

/// The stretches that some events make, if each is certain and their days are
/// in one order only; or if one opens and one closes, which then comes later.
fn spans(events: &[Event]) -> Option<Vec<Span>> {
    let settled = |event: &Event| event.dated && event.certain && !event.revocable;
    if !events.iter().all(settled) {
        return None;
    }
    let mut events: Vec<&Event> = events.iter().collect();
    events.sort_by_key(|event| (event.window.first, event.window.last));
    if let [a, b] = events.as_slice()
        && a.opens != b.opens
        && a.origin != b.origin
        && a.window.last > b.window.first
    {
        let (open, close) = if a.opens { (a, b) } else { (b, a) };
        let span = Span { start: (open.window, open.origin), end: Some((close.window, close.origin)) };
        return Some(vec![span]);
    }
    if events.windows(2).any(|two| two[0].window.last >= two[1].window.first) {
        return None;
    }
    // What an act opens it does not close before.
    let closes_before = |event: &&Event| {
        let opens_later = |open: &&Event| open.opens && open.window.first > event.window.first;
        !event.opens && events.iter().any(|open| open.origin == event.origin && opens_later(open))
    };
    if events.iter().any(closes_before) {
        return None;
    }
    let mut spans: Vec<Span> = Vec::new();
    for event in &events {
        let edge = (event.window, event.origin);
        match spans.last_mut().filter(|span| span.end.is_none()) {
            Some(span) if !event.opens => span.end = Some(edge),
            None if event.opens => spans.push(Span { start: edge, end: None }),
            _ => {}
        }
    }
    Some(spans)
}
