//! Stretches of time in which a status is there, naively: only of pairs of
//! which every event has a day of its own, since of others it is not settled
//! which event ends what.

use super::standing::Event;
use super::whole::{Party, Row, Scan, opposite};
use crate::model::vocabulary::Role;
use crate::model::{Cell, Day, Elapsed, Truth, Window};
use crate::plan::{Others, StatusTest};

/// From a day on, by an act, until a day, by another.
pub struct Span {
    pub start: (Day, usize),
    pub end: Option<(Day, usize)>,
}

impl Scan<'_> {
    /// The rows of all periods that are settled, each as its cells, and how the
    /// rows of the others begin.
    pub fn periods(&self, test: &StatusTest, today: Day) -> (Vec<Vec<Cell>>, Vec<String>) {
        let (mut rows, mut others) = (Vec::new(), Vec::new());
        for (own, other) in self.pairs_asked(test) {
            let mut ends = [self.spelled(Some(&own)), self.spelled(other.as_ref())];
            if test.role == Role::Object {
                ends.reverse();
            }
            let Some(spans) = spans(&self.events(test, &own, other.as_ref())) else {
                others.push(format!("{}|{}|", ends[0], ends[1]));
                continue;
            };
            for Span { start, end } in spans.into_iter().filter(|span| span.start.0 <= today) {
                let last = end.map_or(today, |(day, _)| day);
                let length = Cell::Elapsed(Elapsed::between(Window::day(start.0), Window::day(last)));
                let (began, opened) = self.edge(start);
                let (ended, closed) = end.map_or_else(Default::default, |end| self.edge(end));
                rows.push(ends.iter().cloned().chain([began, ended, length, opened, closed]).collect());
            }
        }
        (rows, others)
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

    fn edge(&self, (day, act): (Day, usize)) -> (Cell, Cell) {
        (self.as_written(day, act), Cell::text(&self.id(Row::Fact(act))))
    }

    /// Of the stretches that go on on a day the one that began first, or none;
    /// nothing if it is not settled which that is.
    fn first_going_on(&self, test: &StatusTest, own: &Party, day: Day) -> Option<Vec<Span>> {
        let mut all: Vec<Span> = Vec::new();
        for (_, other) in self.pairs_asked(test).into_iter().filter(|(one, _)| one == own) {
            let spans = spans(&self.events(test, own, other.as_ref()))?;
            let goes_on = |span: &Span| span.start.0 <= day && span.end.is_none_or(|(end, _)| end > day);
            all.extend(spans.into_iter().filter(goes_on));
        }
        let first = all.iter().map(|span| span.start.0).min();
        all.retain(|span| Some(span.start.0) == first);
        (all.len() <= 1).then_some(all)
    }

    /// The pairs that a test is about, if that is certain.
    fn pairs_asked(&self, test: &StatusTest) -> Vec<(Party, Option<Party>)> {
        let both = |place: usize| Some((self.end(place, test.role)?, self.end(place, opposite(test.role))));
        let mut pairs: Vec<_> = (0..self.facts.len()).filter_map(both).collect();
        pairs.sort();
        pairs.dedup();
        pairs.retain(|(_, other)| match (&test.others, other) {
            (Others::Count { .. }, Some(_)) => true,
            (Others::Entities(numbers), Some(Party::Entity(number))) => numbers.contains(number),
            (_, None) | (Others::Entities(_), Some(Party::Written(_))) => false,
            (Others::Query(query), Some(other)) => {
                self.given(query).iter().any(|(party, truth)| party == other && *truth == Truth::True)
            }
        });
        pairs
    }

    fn spelled(&self, party: Option<&Party>) -> Cell {
        match party {
            Some(Party::Entity(number)) => Cell::text(&self.entities.get(*number).id),
            Some(Party::Written(name)) => Cell::text(name),
            None => Cell::Missing,
        }
    }

    /// A day as the act has it.
    fn as_written(&self, day: Day, act: usize) -> Cell {
        let dates = ["date", "effective"].into_iter().flat_map(|field| self.values(field, Row::Fact(act)));
        let mut said =
            dates.filter(|cell| cell.as_date().is_some_and(|date| (date.earliest(), date.latest()) == (day, day)));
        said.next().map_or_else(|| Cell::text(&day.to_string()), |cell| Cell::text(&cell.to_string()))
    }
}

/// The stretches that some events make, if each is there and on a day of its own.
fn spans(events: &[Event]) -> Option<Vec<Span>> {
    let settled =
        |event: &Event| event.dated && event.certain && !event.revocable && event.window.first == event.window.last;
    if !events.iter().all(settled) {
        return None;
    }
    let mut events: Vec<&Event> = events.iter().collect();
    events.sort_by_key(|event| event.window.first);
    if events.windows(2).any(|two| two[0].window.first == two[1].window.first) {
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
        let edge = (event.window.first, event.origin);
        match spans.last_mut().filter(|span| span.end.is_none()) {
            Some(span) if !event.opens => span.end = Some(edge),
            None if event.opens => spans.push(Span { start: edge, end: None }),
            _ => {}
        }
    }
    Some(spans)
}
