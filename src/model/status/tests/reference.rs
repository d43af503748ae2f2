//! The same answers by looking at every event for every other: what the sorted
//! timelines, queues and cancellations are held to.

use super::super::covering_umbrellas::CoveringUmbrellas;
use super::super::event::{Act, StatusEvent};
use super::super::timeline::DatedEvent;
use crate::model::{Day, Truth, Window};

fn is_after(last: Day, day: Day) -> bool {
    last > day || last == Day::FUTURE
}

/// Whether one is certainly later than another, by their acts.
pub(super) fn overrides(one: &StatusEvent, other: &StatusEvent) -> bool {
    one.act_window.zip(other.act_window).is_some_and(|(own, other)| own.first > other.last)
}

/// Whether a status is in force on a day, each opening event held against each closing
/// one.
pub(super) fn truth_on(events: &[StatusEvent], day: Day) -> Truth {
    let of = |opens: bool| events.iter().filter(move |event| event.opens == opens).collect::<Vec<_>>();
    let (opens, closes) = (of(true), of(false));
    let window = |event: &StatusEvent| {
        let own = opens.iter().filter(|open| !event.opens && open.act == event.act);
        own.fold(event.window.unwrap(), |window, open| {
            let open = open.window.unwrap();
            Window::new(window.first.max(open.first), window.last.max(open.last))
        })
    };
    let may_follow = |event: &StatusEvent| is_after(window(event).last, day);
    let may_precede = |event: &StatusEvent, day: Day| window(event).first < day || window(event).first == Day::PAST;
    let may_be_on = opens.iter().filter(|open| window(open).first <= day).any(|open| {
        let last = window(open).last.min(day);
        closes.iter().all(|close| {
            let own = close.act == open.act;
            if own {
                let mut others = opens.iter().filter(|other| other.act == open.act && !std::ptr::eq(**other, *open));
                close.may_be_cancelled
                    || is_after(close.window.unwrap().last, day)
                    || others.any(|other| may_follow(other))
            } else {
                let at_once = window(close).first == last && overrides(open, close);
                !close.is_certain() || may_follow(close) || may_precede(close, last) || at_once
            }
        })
    });
    let must_be: Vec<_> = opens.iter().filter(|open| open.is_certain() && !may_follow(open)).collect();
    let may_be_off = must_be.is_empty()
        || closes.iter().filter(|close| window(close).first <= day).any(|close| {
            let last = window(close).last.min(day);
            let ends =
                |open: &StatusEvent| closes.iter().any(|other| window(other).contains(last) && !overrides(open, other));
            must_be.iter().all(|open| {
                close.act == open.act || may_precede(open, last) || window(open).first == last && ends(open)
            })
        });
    Truth::from_bounds(!may_be_off, may_be_on)
}

/// The place of the next event among those left, in order, given whether a period is open.
pub(super) fn next_event(left: &[DatedEvent], is_open: bool) -> Option<usize> {
    let first = left.first()?;
    if first.event.opens != is_open {
        return Some(0);
    }
    let other = left.iter().position(|other| {
        let fits = if is_open {
            overrides(&first.event, &other.event)
        } else {
            other.window.first < first.window.last || !overrides(&other.event, &first.event)
        };
        other.event.opens != is_open && other.window.first <= first.window.last && fits
    });
    Some(other.unwrap_or(0))
}

/// Whether another act cancels the effect of an act, each held against each.
pub(super) fn cancelled<T>(
    cancels: &[(Vec<String>, Vec<String>)],
    umbrellas: &CoveringUmbrellas,
    acts: &[Act<T>],
    place: usize,
    field: usize,
) -> Truth {
    let notice = &acts[place];
    let given = notice.stated(0).unwrap_or(Window::ALL);
    let was = |act: &Act<T>, actions: &[String]| umbrellas.was(&act.action, actions);
    let mut truth = Truth::False;
    for (other, act) in acts.iter().enumerate().filter(|(other, _)| *other != place) {
        for (by, what) in cancels {
            let back = act.stated(0).unwrap_or(Window::ALL);
            let in_order = Truth::from_bounds(given.last <= back.first, given.first <= back.last);
            let in_time = if let Some(effect) = notice.stated(field) {
                Truth::from_bounds(effect.first > back.last, effect.last > back.first)
            } else {
                let may_be_meant = |(third, act): (usize, &Act<T>)| {
                    let date = act.stated(0).unwrap_or(Window::ALL);
                    let between = date.last >= given.first && date.first <= back.last;
                    third != place && third != other && was(act, what).is_possible() && between
                };
                Truth::from_bounds(!acts.iter().enumerate().any(may_be_meant), true)
            };
            let by_this = was(act, by).and(was(notice, what)).and(in_order).and(in_time);
            truth = truth.or(if act.certain { by_this } else { by_this.min(Truth::Possible) });
        }
    }
    truth
}
