//! Statuses by possible worlds: every event is put on days of its window in
//! every way that makes a difference, and each such world is looked at.

use std::collections::BTreeSet;

use crate::model::{Day, Extent, Truth, Window};

/// How many worlds are looked at one by one; of more only the extreme ones.
const WORLDS: usize = 60;

/// That an act opens or closes a status on some day.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "what is so of an event in itself, not options")]
pub struct Event {
    pub opens: bool,
    pub window: Window,
    /// Whether anything is known of its day.
    pub dated: bool,
    /// Whether its act is there in every world.
    pub certain: bool,
    /// Whether in some world it is taken back, though its act is there.
    pub revocable: bool,
    /// Which act it is of.
    pub origin: usize,
    /// When the act was done that it follows from.
    pub act: Option<Window>,
}

/// Whether a status is there on a day, or on some day of a stretch; undated
/// events may be on any day.
pub fn holds(events: &[Event], at: Option<Extent>) -> Truth {
    let dated: Vec<Event> = events.iter().filter(|event| event.dated).cloned().collect();
    let without = over(&dated, at);
    if dated.len() == events.len() {
        return without;
    }
    let with = over(events, at);
    if without.is_possible() {
        without.min(with)
    } else if without.max(with) > Truth::False {
        Truth::Unknown
    } else {
        Truth::False
    }
}

fn over(events: &[Event], at: Option<Extent>) -> Truth {
    let within = |window: Window| {
        let mut days: BTreeSet<Day> = BTreeSet::from([window.first, window.last, Day::from_number(0)]);
        for event in events {
            for day in [event.window.first, event.window.last] {
                days.extend([day.previous(), day, day.next()]);
            }
        }
        // The ends of time are no days, and nobody is asked about them.
        let days = days.into_iter().filter(|day| window.contains(*day) && day.is_finite());
        days.map(|day| on(events, day)).collect::<Vec<_>>()
    };
    let all = |days: &[Truth]| days.iter().all(|truth| truth.is_definite());
    let some = |days: &[Truth]| days.iter().any(|truth| truth.is_possible());
    match at {
        Some(Extent::Point(window)) => {
            let days = within(window);
            Truth::from_bounds(all(&days), some(&days))
        }
        Some(Extent::Stretch { start, end }) => {
            let sure = Window::new(start.last, end.first);
            let sure = !sure.is_empty() && within(sure).iter().any(|truth| truth.is_definite());
            Truth::from_bounds(sure, some(&within(Window::new(start.first, end.last))))
        }
        None => {
            let days = within(Window::ALL);
            if all(&days) {
                Truth::True
            } else if some(&days) {
                Truth::Unknown
            } else {
                Truth::False
            }
        }
    }
}

/// Whether it is there on one day, over all worlds.
fn on(events: &[Event], day: Day) -> Truth {
    let choices: Vec<Vec<Option<Day>>> = events.iter().map(|event| choices(events, event, day)).collect();
    let count = choices
        .iter()
        .map(Vec::len)
        .try_fold(1_usize, |product, count| product.checked_mul(count).filter(|product| *product <= WORLDS));
    match count {
        Some(_) => worlds(events, &choices, day),
        None => worlds(events, &events.iter().map(|event| extremes(event, day)).collect::<Vec<_>>(), day),
    }
}

/// Whether it is there on one day, over the worlds of some choices.
fn worlds(events: &[Event], choices: &[Vec<Option<Day>>], day: Day) -> Truth {
    let (mut always, mut ever) = (true, false);
    let mut world = vec![0; events.len()];
    loop {
        let placed: Vec<Option<Day>> = choices.iter().zip(&world).map(|(days, place)| days[*place]).collect();
        if is_whole(events, &placed) {
            let there = is_on(events, &placed, day);
            always &= there;
            ever |= there;
        }
        if ever && !always {
            return Truth::Possible;
        }
        let Some(place) = (0..world.len()).find(|place| world[*place] + 1 < choices[*place].len()) else { break };
        world[place] += 1;
        world[..place].fill(0);
    }
    Truth::from_bounds(always, ever)
}

/// The days of an event that can make a difference to a day; none: it is not there.
fn choices(events: &[Event], event: &Event, day: Day) -> Vec<Option<Day>> {
    let mut days = BTreeSet::from([event.window.first, event.window.last, day.previous(), day, day.next()]);
    for other in events {
        for bound in [other.window.first, other.window.last] {
            days.extend([bound.previous(), bound, bound.next()]);
        }
    }
    let days = days.into_iter().filter(|day| event.window.contains(*day)).map(Some);
    days.chain(may_lack(event).then_some(None)).collect()
}

/// As early as can be, as late as can be up to a day, and after it.
fn extremes(event: &Event, day: Day) -> Vec<Option<Day>> {
    let window = event.window;
    let days = BTreeSet::from([window.first, window.last.min(day).max(window.first), window.last]);
    days.into_iter().map(Some).chain(may_lack(event).then_some(None)).collect()
}

/// Whether it is not there in every world.
fn may_lack(event: &Event) -> bool {
    event.revocable || !event.certain
}

/// Whether every act is there as a whole or not at all; only what is taken back may lack.
fn is_whole(events: &[Event], placed: &[Option<Day>]) -> bool {
    let lacking = |event: &Event, at: &Option<Day>| at.is_none() && !event.revocable;
    events.iter().zip(placed).filter(|(event, at)| lacking(event, at)).all(|(event, _)| {
        !event.certain && !events.iter().zip(placed).any(|(other, at)| other.origin == event.origin && at.is_some())
    })
}

/// In one world: the last event up to the day decides; of several on one day
/// the one whose act was certainly done later, else what closes. What an act
/// opens it does not close before.
fn is_on(events: &[Event], placed: &[Option<Day>], day: Day) -> bool {
    let all = || events.iter().zip(placed).filter_map(|(event, at)| at.map(|at| (event, at)));
    let counts = |event: &Event, at: Day| {
        let opened = all().filter(|(open, _)| !event.opens && open.opens && open.origin == event.origin);
        opened.map(|(_, opened)| opened).chain([at]).max().unwrap_or(at)
    };
    let happened = || all().map(|(event, at)| (event, counts(event, at))).filter(|(_, at)| *at <= day);
    let later =
        |one: &Event, other: &Event| matches!((one.act, other.act), (Some(one), Some(other)) if one.first > other.last);
    happened().filter(|(event, _)| event.opens).any(|(open, opened)| {
        happened()
            .filter(|(event, _)| !event.opens)
            .all(|(close, closed)| closed < opened || closed == opened && later(open, close))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Date;

    fn window(written: &str) -> Window {
        let date = Date::parse(written).unwrap();
        Window::new(date.earliest(), date.latest())
    }

    fn event(opens: bool, written: &str, act: &str) -> Event {
        Event {
            opens,
            window: window(written),
            dated: true,
            certain: true,
            revocable: false,
            origin: usize::from(!opens),
            act: Some(window(act)),
        }
    }

    fn at(events: &[Event], day: &str) -> Truth {
        holds(events, Some(Date::parse(day).unwrap().extent()))
    }

    #[test]
    fn what_opens_in_a_year_is_possible_in_it_and_certain_after_it() {
        let events = [event(true, "2004", "2003"), event(false, "2006-05-01", "2006")];
        assert_eq!(at(&events, "2003-12-31"), Truth::False);
        assert_eq!(at(&events, "2004-06-01"), Truth::Possible);
        assert_eq!(at(&events, "2004-12-31"), Truth::True);
        assert_eq!(at(&events, "2006-04-30"), Truth::True);
        assert_eq!(at(&events, "2006-05-01"), Truth::False);
        assert_eq!(at(&events, "2006"), Truth::Possible);
        assert_eq!(at(&events, "2005/2007"), Truth::True);
    }

    #[test]
    fn on_one_day_the_later_act_decides_and_else_what_closes() {
        let both = |opened: &str, closed: &str| [event(true, "2005-01-01", opened), event(false, "2005-01-01", closed)];
        assert_eq!(at(&both("2004", "2004"), "2005-01-01"), Truth::False);
        assert_eq!(at(&both("2004-05", "2003"), "2005-01-01"), Truth::True);
        assert_eq!(at(&both("2003", "2004"), "2005-02"), Truth::False);
    }

    #[test]
    fn what_is_undated_makes_certain_things_possible_and_impossible_ones_unknown() {
        let undated = |opens| Event {
            opens,
            window: Window::ALL,
            dated: false,
            certain: true,
            revocable: false,
            origin: 2,
            act: None,
        };
        assert_eq!(at(&[undated(true)], "2005"), Truth::Unknown);
        assert_eq!(at(&[event(true, "2004", "2004"), undated(false)], "2005"), Truth::Possible);
        assert_eq!(at(&[undated(false)], "2005"), Truth::False);
        assert_eq!(holds(&[event(true, "2004", "2004")], None), Truth::Unknown);
        assert_eq!(holds(&[], None), Truth::False);
    }

    #[test]
    fn the_extreme_worlds_stand_for_all() {
        let pool = ["2004", "2004-05", "2004-05-01", "2004-05-02", "200X", "[2004-05-01..]", "[..2004-05-01]"];
        let acts = ["2004", "2003", "2004-05-01"];
        for number in 0..1500_usize {
            let events: Vec<Event> = (0..3)
                .map(|place| {
                    let code = number / 20_usize.pow(place) * 7 + number % 11;
                    Event {
                        certain: code % 5 > 0,
                        revocable: code % 3 == 0,
                        origin: code % 4,
                        ..event(code % 2 == 0, pool[code % 7], acts[code % 3])
                    }
                })
                .collect();
            for day in ["2004-04-30", "2004-05-01", "2004-05-02", "2004-06-01", "2005-01-01"] {
                let day = window(day).first;
                let all =
                    worlds(&events, &events.iter().map(|event| choices(&events, event, day)).collect::<Vec<_>>(), day);
                let few = worlds(&events, &events.iter().map(|event| extremes(event, day)).collect::<Vec<_>>(), day);
                assert_eq!(all, few, "{day} {events:?}");
            }
        }
    }
}
