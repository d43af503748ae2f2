//! How dates lie to one another, by trying every day.

use proptest::prelude::*;
use proptest::sample::select;

use crate::model::{Date, Day, Extent, Truth, Window};
use crate::plan::dates::{Reach, relate};
use crate::syntax::tree::{Duration, Relation, Side, Unit};

fn any_extent() -> impl Strategy<Value = Extent> {
    let window = || (0_i32..6, 0_i32..3).prop_map(|(first, width)| span(first, first + width));
    prop_oneof![
        window().prop_map(Extent::Point),
        (window(), window()).prop_filter_map("the days are out of order", |(start, end)| {
            let start = Window::new(start.first, start.last.min(end.last));
            let end = Window::new(end.first.max(start.first), end.last);
            (!start.is_empty() && !end.is_empty()).then_some(Extent::Stretch { start, end })
        }),
    ]
}

fn span(first: i32, last: i32) -> Window {
    Window::new(Day::from_number(first), Day::from_number(last))
}

/// The days of which a date may consist.
fn readings(extent: Extent) -> Vec<Window> {
    let (start, end) = match extent {
        Extent::Point(day) => return (day.first.number()..=day.last.number()).map(|day| span(day, day)).collect(),
        Extent::Stretch { start, end } => (start, end),
    };
    let ends = |first: i32| (end.first.number().max(first)..=end.last.number()).map(move |last| span(first, last));
    (start.first.number()..=start.last.number()).flat_map(ends).collect()
}

/// Whether one date lies so to another, both of them known imprecisely.
fn related(date: Extent, relation: Relation, to: Extent) -> Truth {
    Reach::new(relation, to).of(date)
}

fn any_relation() -> impl Strategy<Value = Relation> {
    let side = select(&[Side::Either, Side::After, Side::Before][..]);
    let duration = (0_u32..4, select(&[Unit::Day, Unit::Week][..])).prop_map(|(count, unit)| Duration { count, unit });
    let plain = [Relation::After, Relation::Before, Relation::Since, Relation::Until, Relation::In, Relation::On];
    prop_oneof![select(plain.to_vec()), (duration, side).prop_map(|(duration, side)| Relation::Within(duration, side)),]
}

proptest! {
    #[test]
    fn one_date_lies_so_to_another_definitely_if_whichever_days_they_are_and_possibly_if_for_some(
        date in any_extent(), relation in any_relation(), to in any_extent(),
    ) {
        let mut truths = Vec::new();
        for to in readings(to) {
            let relation = if relation == Relation::On { Relation::In } else { relation };
            let window = relate(relation, to).unwrap();
            truths.extend(readings(date).into_iter().map(|days| !days.intersection(window).is_empty() && !window.is_empty()));
        }
        let expected = Truth::from_bounds(truths.iter().all(|truth| *truth), truths.iter().any(|truth| *truth));
        prop_assert_eq!(related(date, relation, to), expected);
    }
}

#[test]
fn what_has_no_first_or_last_day_may_still_be_compared() {
    let extent = |written: &str| Date::parse(written).unwrap().extent();
    let said = |date: &str, relation, to: &str| related(extent(date), relation, extent(to));
    let five_years = Duration { count: 5, unit: Unit::Year };
    assert_eq!(said("2006", Relation::After, "[..2005]"), Truth::True);
    assert_eq!(said("2006", Relation::After, "[2005..]"), Truth::Possible);
    assert_eq!(said("2006", Relation::Before, "[..2005]"), Truth::False);
    assert_eq!(said("2006", Relation::After, "2005/.."), Truth::False);
    assert_eq!(said("2006", Relation::In, "2005/.."), Truth::True);
    assert_eq!(said("2005/..", Relation::After, "2010"), Truth::True);
    assert_eq!(said("2006", Relation::Within(five_years, Side::After), "[..2005]"), Truth::Possible);
    assert_eq!(said("2012", Relation::Within(five_years, Side::After), "[..2005]"), Truth::False);
}
