//! How dates lie to one another, naively.

use super::calculation::moved;
use crate::model::{Day, Extent, Truth, Window};
use crate::syntax::tree::{Relation, Side};

/// Whether the day that a date is lies in a window; of a stretch some day: it
/// begins when the window has not ended, and ends when the window has begun.
pub fn lies_in(own: Extent, window: Window) -> Truth {
    if window.is_empty() {
        return Truth::False;
    }
    match own {
        Extent::Point(days) => {
            let all = window.contains(days.first) && window.contains(days.last);
            Truth::from_bounds(all, !days.intersection(window).is_empty())
        }
        Extent::Stretch { start, end } => {
            let goes_through = |begun: Day, ended: Day| begun <= window.last && window.first <= ended;
            Truth::from_bounds(goes_through(start.last, end.first), goes_through(start.first, end.last))
        }
    }
}

/// How some date lies to some other.
pub fn relates(own: &[Extent], relation: Relation, others: &[Extent]) -> Truth {
    if own.is_empty() || others.is_empty() {
        return Truth::Unknown;
    }
    let pairs = own.iter().flat_map(|own| others.iter().map(move |other| relate(*own, relation, *other)));
    pairs.fold(Truth::False, Truth::max)
}

fn relate(own: Extent, relation: Relation, other: Extent) -> Truth {
    let (early, late) = match other {
        Extent::Point(Window { first, last }) => ((first, first), (last, last)),
        Extent::Stretch { start, end } => ((start.first, end.first), (start.last, end.last)),
    };
    // Before its start or after its end there is no day.
    let (Some(early), Some(late)) = (window(relation, early), window(relation, late)) else {
        return match (window(relation, early), window(relation, late)) {
            (Some(early), _) => lies(own, early, None),
            (None, Some(late)) => lies_before(own, late),
            (None, None) => Truth::False,
        };
    };
    lies(own, early, Some(late))
}

/// Between the window of the earliest day and that of the latest.
fn lies(own: Extent, early: Window, late: Option<Window>) -> Truth {
    // What only lies beyond all days is not certain.
    let late_first = late.map(|late| late.first).filter(|first| *first != Day::FUTURE && early.last != Day::PAST);
    let late_last = late.map_or(Day::FUTURE, |late| late.last);
    match own {
        Extent::Point(day) => Truth::from_bounds(
            late_first.is_some_and(|first| day.first >= first) && day.last <= early.last,
            day.last >= early.first && day.first <= late_last,
        ),
        Extent::Stretch { start, end } => Truth::from_bounds(
            late_first.is_some_and(|first| end.first >= first) && start.last <= early.last,
            end.last >= early.first && start.first <= late_last,
        ),
    }
}

/// The earliest day has no window, so that it is never definite.
fn lies_before(own: Extent, late: Window) -> Truth {
    Truth::from_bounds(false, own.earliest() <= late.last)
}

/// The days that lie so to a stretch from one day to another.
pub fn window(relation: Relation, (start, end): (Day, Day)) -> Option<Window> {
    let one = start == end;
    let begin = start != Day::PAST;
    let finish = end != Day::FUTURE;
    Some(match relation {
        Relation::After => Window::since(finish.then(|| end.next())?),
        Relation::Before => Window::until(begin.then(|| start.previous())?),
        Relation::Since => Window::since(start),
        Relation::Until => Window::until(end),
        Relation::In | Relation::On => Window::new(start, end),
        Relation::Within(duration, side) => {
            let (before, after) = (moved(start, duration, -1), moved(end, duration, 1));
            match side {
                Side::Either => Window::new(before, after),
                Side::After => Window::new(if one { end } else { finish.then(|| end.next())? }, after),
                Side::Before => Window::new(before, if one { start } else { begin.then(|| start.previous())? }),
            }
        }
    })
}
