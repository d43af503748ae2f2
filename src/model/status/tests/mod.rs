mod reference;

use std::sync::Arc;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::super::{Date, Schema, Vocabulary};
use super::cancellations::Cancellations;
use super::covering_umbrellas::CoveringUmbrellas;
use super::event_queue::EventQueue;
use super::*;

/// A world in which one joins, leaves and may take that back; `odd` is what
/// nobody would declare, and must be folded by the same rules.
fn schema() -> Schema {
    let vocabulary = r#"
        [world]
        name = "test"
        [fields]
        effective = { type = "date" }
        [actions]
        signed = { label = "signature" }
        joined = { label = "accession" }
        left = { label = "notice" }
        revoked = { label = "revocation" }
        [umbrellas]
        consented = { covers = ["joined"] }
        moved = { covers = ["joined", "left"] }
        [status.party]
        open = [{ by = "consented", at = "effective" }]
        close = [{ by = "left", at = "effective" }]
        [status.leaving]
        open = [{ by = "left", at = "date" }]
        close = [{ by = "left", at = "effective" }, { by = "revoked", at = "date" }]
        [status.odd]
        open = [{ by = "joined", at = "date" }, { by = "left", at = "effective" }]
        close = [{ by = "joined", at = "effective" }, { by = "revoked", at = "effective" }, { by = "revoked", at = "date" }]
        [cancels]
        revoked = "left"
    "#;
    Schema::new(Vocabulary::from_toml(vocabulary).unwrap(), &[]).unwrap()
}

fn rule(status: &str) -> StatusRule {
    StatusRule::new(&schema(), status).unwrap()
}

fn extent(written: &str) -> Option<Extent> {
    (!written.is_empty()).then(|| Date::parse(written).unwrap().extent())
}

fn act(action: &str, date: &str, effective: &str) -> Act<String> {
    let dates = vec![extent(date), extent(effective)];
    Act { action: action.into(), dates, certain: true, origin: format!("{action} {date}") }
}

fn standing(status: &str, acts: &[Act<String>]) -> Standing<String> {
    Standing::new(&rule(status), acts.to_vec())
}

fn on(status: &str, acts: &[Act<String>], at: &str) -> Truth {
    standing(status, acts).holds(extent(at))
}

/// Each period as a line.
fn periods(status: &str, acts: &[Act<String>]) -> Vec<String> {
    let day = |window: Option<Window>| window.map_or("?".to_owned(), |window| window.to_string());
    let end = |end: Option<(Option<Window>, String)>| {
        end.map_or(String::new(), |(window, by)| format!("{} ({by})", day(window)))
    };
    let period = |period: Period<String>| format!("{} ({}) - {}", day(period.start), period.opened, end(period.end));
    standing(status, acts).periods().into_iter().map(period).collect()
}

#[test]
fn whoever_gave_notice_that_has_no_effect_yet_is_in_and_leaving() {
    let acts = [act("joined", "2000-01-10", "2000-07-01"), act("left", "2005-03-01", "2006-03-01")];
    let at = |status, day| on(status, &acts, day);
    assert_eq!(at("party", "2000-06-30"), Truth::False);
    assert_eq!(at("party", "2000-07-01"), Truth::True);
    assert_eq!(at("leaving", "2005-02-28"), Truth::False);
    assert_eq!((at("party", "2005-06"), at("leaving", "2005-06")), (Truth::True, Truth::True));
    assert_eq!((at("party", "2006-03-01"), at("leaving", "2006-03-01")), (Truth::False, Truth::False));
    assert_eq!(at("party", "2006"), Truth::Possible);
    assert_eq!(at("party", "2005/2010"), Truth::True);
    assert_eq!(at("party", ""), Truth::Unknown);
    assert_eq!(on("party", &[], ""), Truth::False);
    assert_eq!(periods("party", &acts), ["2000-07-01 (joined 2000-01-10) - 2006-03-01 (left 2005-03-01)"]);
    assert_eq!(periods("leaving", &acts), ["2005-03-01 (left 2005-03-01) - 2006-03-01 (left 2005-03-01)"]);
}

#[test]
fn a_revoked_notice_never_takes_effect() {
    let joined = act("joined", "2000", "2000");
    for effect in ["2006-03-01", ""] {
        let acts = [joined.clone(), act("left", "2005-03-01", effect), act("revoked", "2005-09-01", "")];
        let at = |status, day| on(status, &acts, day);
        assert_eq!((at("party", "2005-06"), at("leaving", "2005-06")), (Truth::True, Truth::True));
        assert_eq!((at("party", "2005-10"), at("leaving", "2005-10")), (Truth::True, Truth::False));
        assert_eq!(at("party", "2010"), Truth::True);
        assert_eq!(periods("party", &acts), ["2000-01-01 to 2000-12-31 (joined 2000) - "]);
        assert_eq!(periods("leaving", &acts), ["2005-03-01 (left 2005-03-01) - 2005-09-01 (revoked 2005-09-01)"]);
    }
    // Taken back too late, or perhaps too late, or perhaps not at all.
    let late = [joined.clone(), act("left", "2005-03-01", "2006-03-01"), act("revoked", "2006-03-01", "")];
    assert_eq!(on("party", &late, "2007"), Truth::False);
    let perhaps = [joined.clone(), act("left", "2005-03-01", "2006-03-01"), act("revoked", "2006", "")];
    assert_eq!(on("party", &perhaps, "2007"), Truth::Possible);
    assert_eq!(
        periods("party", &perhaps),
        ["2000-01-01 to 2000-12-31 (joined 2000) - from 2006-03-01 (left 2005-03-01)"]
    );
    let mut doubted = [joined.clone(), act("left", "2005-03-01", "2006-03-01"), act("revoked", "2005-09-01", "")];
    doubted[2].certain = false;
    assert_eq!(on("party", &doubted, "2007"), Truth::Possible);
    // Only one of two notices of which no effect is known was taken back.
    let two = [joined, act("left", "2003", ""), act("left", "2005-03-01", ""), act("revoked", "2005-09-01", "")];
    assert_eq!(on("party", &two, "2007"), Truth::Possible);
}

#[test]
fn whoever_left_and_came_back_has_two_periods() {
    let acts = [
        act("joined", "2008-01-10", "2008"),
        act("left", "2005-03-01", "2006-03"),
        act("joined", "2000-01-10", "2000-07-01"),
        act("joined", "2001-01-10", "2001-07-01"),
    ];
    assert_eq!(on("party", &acts, "2007"), Truth::False);
    assert_eq!(on("party", &acts, "2009"), Truth::True);
    assert_eq!(
        periods("party", &acts),
        [
            "2000-07-01 (joined 2000-01-10) - 2006-03-01 to 2006-03-31 (left 2005-03-01)",
            "2008-01-01 to 2008-12-31 (joined 2008-01-10) - ",
        ]
    );
}

#[test]
fn where_the_effect_is_not_dated_it_may_be_any_day_from_the_act_on() {
    let acts = [act("joined", "2000-01-10", "")];
    assert_eq!(on("party", &acts, "2000-01-09"), Truth::False);
    assert_eq!(on("party", &acts, "2000-01-10"), Truth::Possible);
    assert_eq!(on("party", &acts, "2050"), Truth::Possible);
    assert_eq!(periods("party", &acts), ["from 2000-01-10 (joined 2000-01-10) - "]);
}

#[test]
fn an_act_without_any_date_makes_nothing_possible_that_was_not() {
    let undated = [act("joined", "", "")];
    assert_eq!(on("party", &undated, "2005"), Truth::Unknown);
    assert_eq!(on("party", &undated, ""), Truth::Unknown);
    assert_eq!(periods("party", &undated), ["? (joined ) - "]);
    let left = [act("joined", "2000", "2000"), act("left", "", "")];
    assert_eq!(on("party", &left, "2005"), Truth::Possible);
    assert_eq!(on("party", &left, "1999"), Truth::False);
    assert_eq!(periods("party", &left), ["2000-01-01 to 2000-12-31 (joined 2000) - ? (left )"]);
}

#[test]
fn of_two_acts_on_one_day_the_later_counts_and_else_the_one_that_ends() {
    let acts = |back: &str| {
        let joined = act("joined", "2000", "2000");
        [joined, act("left", "2005", "2006-03-01"), act("joined", back, "2006-03-01")]
    };
    assert_eq!(on("party", &acts("2006-02"), "2006-03-01"), Truth::True);
    assert_eq!(on("party", &acts("2005-12"), "2006-03-01"), Truth::False);
    assert_eq!(on("party", &acts("2006-02"), "2007"), Truth::True);
}

#[test]
fn an_imprecise_notice_is_over_once_it_has_taken_effect() {
    let acts = [act("left", "2005", "2005-07/2006-06")];
    assert_eq!(on("leaving", &acts, "2006-07"), Truth::False);
    assert_eq!(on("leaving", &[act("left", "2005", "2004")], "2006"), Truth::False);
    assert_eq!(on("party", &[act("joined", "2000", "1991")], "1995"), Truth::True);
}

#[test]
fn what_takes_nothing_away_from_a_status_does_not_matter_to_it() {
    assert_eq!(rule("party").actions().collect::<Vec<_>>(), ["joined", "left", "revoked", "consented", "moved"]);
    assert_eq!(rule("PARTY").fields(), ["date".into(), "effective".into()] as [Arc<str>; 2]);
}

/// The days of the small calendar of the law; the first and the last are
/// before and after every date.
const DAYS: std::ops::RangeInclusive<i32> = 0..=6;

/// The truth on a day by trying every day for every event.
fn naive(events: &[StatusEvent], day: i32) -> Truth {
    let clipped = |window: Window| window.first.number().max(0)..=window.last.number().min(6);
    let mut worlds = vec![Vec::new()];
    for event in events {
        let window = clipped(event.window.unwrap_or(Window::ALL));
        worlds = worlds
            .into_iter()
            .flat_map(|world: Vec<i32>| window.clone().map(move |day| [world.as_slice(), &[day]].concat()))
            .collect();
    }
    let (mut may_be_on, mut may_be_off) = (false, false);
    for world in worlds {
        for absent in 0..1_u32 << events.len() {
            let is_absent = |place: usize| absent >> place & 1 == 1;
            // Of an act that may not be there all is absent, or nothing but what may be taken back.
            let fits = events.iter().enumerate().all(|(place, event)| {
                !is_absent(place)
                    || event.may_be_cancelled
                    || !event.act_is_certain && {
                        let mut same = events.iter().enumerate().filter(|(_, other)| other.act == event.act);
                        same.all(|(place, _)| is_absent(place))
                    }
            });
            if fits {
                let present: Vec<(i32, &StatusEvent)> = (0..events.len())
                    .filter(|place| !is_absent(*place))
                    .map(|place| {
                        let begins = |(other, _): &(usize, &i32)| {
                            events[*other].opens && events[*other].act == events[place].act && !events[place].opens
                        };
                        let begun = world.iter().enumerate().filter(begins).map(|(_, day)| *day).max();
                        (begun.unwrap_or(0).max(world[place]), &events[place])
                    })
                    .filter(|(at, _)| *at <= day)
                    .collect();
                let last = present.iter().map(|(at, _)| *at).max();
                let latest: Vec<&StatusEvent> =
                    present.iter().filter(|(at, _)| Some(*at) == last).map(|(_, event)| *event).collect();
                let beats =
                    |open: &&&StatusEvent| latest.iter().all(|other| other.opens || reference::overrides(open, other));
                let is_on = latest.iter().filter(|event| event.opens).any(|open| beats(&open));
                may_be_on |= is_on;
                may_be_off |= !is_on;
            }
        }
    }
    Truth::from_bounds(!may_be_off, may_be_on)
}

fn any_date() -> impl Strategy<Value = Option<Extent>> {
    let window = (1_i32..6, 0_i32..3).prop_map(|(first, width)| {
        Extent::Point(Window::new(Day::from_number(first), Day::from_number((first + width).min(5))))
    });
    proptest::option::weighted(0.8, window)
}

fn any_acts() -> impl Strategy<Value = (&'static str, Vec<Act<String>>)> {
    let action = proptest::sample::select(&["joined", "left", "revoked", "consented", "moved"][..]);
    let act =
        (action, any_date(), any_date(), proptest::bool::weighted(0.8)).prop_map(|(action, date, effect, certain)| {
            Act { action: action.into(), dates: vec![date, effect], certain, origin: String::new() }
        });
    let status = proptest::sample::select(&["party", "leaving", "odd"][..]);
    (status, proptest::collection::vec(act, 0..5))
}

/// Many acts on few days, so that much falls together.
fn many_acts() -> impl Strategy<Value = (&'static str, Vec<Act<String>>)> {
    let window = (1_i32..12, 0_i32..4).prop_map(|(first, width)| {
        let last = if width == 3 { Day::FUTURE } else { Day::from_number(first + width) };
        let first = if first == 11 { Day::PAST } else { Day::from_number(first) };
        Extent::Point(Window::new(first, last))
    });
    let date = || proptest::option::weighted(0.8, window.clone());
    let action = proptest::sample::select(&["joined", "left", "revoked", "consented", "moved"][..]);
    let act = (action, date(), date(), proptest::bool::weighted(0.7)).prop_map(|(action, date, effect, certain)| Act {
        action: action.into(),
        dates: vec![date, effect],
        certain,
        origin: String::new(),
    });
    let status = proptest::sample::select(&["party", "leaving", "odd"][..]);
    (status, proptest::collection::vec(act, 0..14))
}

#[test]
fn thousands_of_acts_of_one_pair_are_folded_in_no_time() {
    // Every effect is unknown, so that every act may follow every other.
    let acts: Vec<Act<String>> = (0..20_000)
        .zip([("joined", false), ("left", false), ("revoked", true)].into_iter().cycle())
        .map(|(number, (action, has_effect))| {
            let date = Some(Extent::Point(Window::day(Day::from_number(number * 10))));
            let effect = date.filter(|_| has_effect);
            Act { action: action.into(), dates: vec![date, effect], certain: true, origin: String::new() }
        })
        .collect();
    for status in ["party", "leaving", "odd"] {
        let begun = Instant::now();
        let standing = Standing::new(&rule(status), acts.clone());
        let periods = standing.periods_by(Day::from_number(100_000));
        assert!(!periods.is_empty() && !standing.changes().is_empty());
        assert!(begun.elapsed() < Duration::from_secs(5), "{status}: {:?}", begun.elapsed());
    }
}

proptest! {
    #[test]
    fn a_status_is_definite_if_every_choice_of_days_makes_it_so_and_possible_if_one_does((status, acts) in any_acts()) {
        let rule = rule(status);
        let mut events = rule.events(&acts);
        events.truncate(4);
        let dated: Vec<StatusEvent> = events.iter().filter(|event| event.window.is_some()).copied().collect();
        let standing: Standing<()> = Standing::of_events(Vec::new(), events.clone());
        for day in DAYS.skip(1).take(5) {
            let (sure, any) = (naive(&dated, day), naive(&events, day));
            let expected = match (sure.is_possible(), any.is_possible()) {
                _ if dated.len() == events.len() => sure,
                (true, _) => sure.min(any),
                (false, true) => Truth::Unknown,
                (false, false) => Truth::False,
            };
            let said = standing.holds(Some(Extent::Point(Window::day(Day::from_number(day)))));
            prop_assert_eq!(said, expected, "on {}: {:?}", day, events);
        }
    }

    #[test]
    fn many_acts_are_folded_as_if_each_were_held_against_each((status, acts) in many_acts()) {
        let rule = rule(status);
        let dated: Vec<StatusEvent> = rule.events(&acts).into_iter().filter(|event| event.window.is_some()).collect();
        let timeline = Timeline::new(&dated, |event| event.window);
        let days: Vec<Day> = (-1..=14).map(Day::from_number).collect();
        let expected: Vec<Truth> = days.iter().map(|day| reference::truth_on(&dated, *day)).collect();
        let each: Vec<Truth> = days.iter().map(|day| timeline.holds(Some(Extent::Point(Window::day(*day))))).collect();
        prop_assert_eq!(&each, &expected, "{:?}", dated);
        prop_assert_eq!(timeline.truths(&days), expected, "{:?}", dated);
        let steps = Standing::<()>::of_events(Vec::new(), dated.clone()).changes();
        for (day, truth) in days.iter().zip(&each) {
            let step = steps.iter().rfind(|(start, _)| start <= day).map(|(_, truth)| *truth);
            prop_assert_eq!(step, Some(*truth), "on {} of {:?}", day, dated);
        }
    }

    #[test]
    fn events_are_taken_in_the_order_in_which_each_has_an_effect((status, acts) in many_acts(), opened in any::<u64>()) {
        let events = rule(status).events(&acts);
        let timeline = Timeline::new(&events, |event| event.window);
        let mut queue = EventQueue::new(&timeline.opens, &timeline.closes);
        let mut left = timeline.opens.iter().chain(&timeline.closes).copied().collect::<Vec<_>>();
        left.sort_by_key(event_queue::order);
        for step in 0..64 {
            let is_open = opened >> step & 1 == 1;
            let expected = reference::next_event(&left, is_open).map(|place| left.remove(place).at_window());
            let taken = queue.take_next(is_open).map(|dated| dated.at_window());
            prop_assert_eq!(taken.map(|event| (event.act, event.opens, event.window)), expected.map(|event| (event.act, event.opens, event.window)));
        }
    }

    #[test]
    fn what_is_taken_back_is_found_as_if_each_act_were_held_against_each((_, acts) in many_acts(), itself in any::<bool>()) {
        let listed = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        let cancels = [
            (listed(&["revoked"]), listed(if itself { &["left", "revoked"] } else { &["left"] })),
            (listed(&["joined"]), listed(&["revoked"])),
            (listed(&["joined", "left"]), listed(&["revoked"])),
            (listed(&["revoked"]), listed(&["joined", "left"])),
        ];
        let umbrellas = CoveringUmbrellas::of(&schema(), &["joined", "left", "revoked"]);
        let cancellations = Cancellations::new(&cancels, &umbrellas, &acts);
        for place in 0..acts.len() {
            prop_assert_eq!(cancellations.truth(&acts, place, 1), reference::cancelled(&cancels, &umbrellas, &acts, place, 1), "of {}: {:?}", place, acts);
        }
    }

    #[test]
    fn on_several_days_a_status_is_what_it_is_on_each((status, acts) in any_acts(), first in 0_i32..7, width in 0_i32..7, end in 0_i32..3) {
        let dated = |act: Act<String>| {
            let date = act.dates[0].or(Some(Extent::Point(Window::day(Day::from_number(3)))));
            Act { dates: vec![date, act.dates[1]], ..act }
        };
        let acts = acts.into_iter().map(dated).collect();
        let standing = Standing::new(&rule(status), acts);
        let day = Day::from_number;
        let truths = |first: i32, last: i32| {
            (first..=last).map(|number| standing.holds(Some(Extent::Point(Window::day(day(number)))))).collect::<Vec<_>>()
        };
        let all = truths(first, first + width);
        let expected = Truth::from_bounds(
            all.iter().all(|truth| truth.is_definite()),
            all.iter().any(|truth| truth.is_possible()),
        );
        prop_assert_eq!(standing.holds(Some(Extent::Point(Window::new(day(first), day(first + width))))), expected);
        let stretch = Extent::Stretch {
            start: Window::new(day(first), day(first + width)),
            end: Window::new(day(first + 2), day(first + width + end)),
        };
        let sure = truths(first + width, first + 2);
        let some = truths(first, first + width + end);
        let expected = Truth::from_bounds(
            sure.iter().any(|truth| truth.is_definite()),
            some.iter().any(|truth| truth.is_possible()),
        );
        prop_assert_eq!(standing.holds(Some(stretch)), expected);
        let ever = truths(-1, 8);
        let expected = if ever.iter().all(|truth| truth.is_definite()) {
            Truth::True
        } else if ever.iter().all(|truth| *truth == Truth::False) {
            Truth::False
        } else {
            Truth::Unknown
        };
        prop_assert_eq!(standing.holds(None), expected);
    }

    #[test]
    fn periods_follow_one_another_and_each_has_a_day_on_which_the_status_may_be_there((status, acts) in any_acts()) {
        let standing = Standing::new(&rule(status), acts);
        let periods = standing.periods();
        let never = standing.holds(None) == Truth::False;
        prop_assert!(!never || periods.iter().all(|period| period.end.is_some()));
        for day in 0..7 {
            let truth = standing.holds(Some(Extent::Point(Window::day(Day::from_number(day)))));
            prop_assert!(!truth.is_definite() || !periods.is_empty());
        }
        let ended = periods.iter().rev().skip(1).all(|period| period.end.is_some());
        prop_assert!(ended, "{:?}", periods);
    }
}
