use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::model::Window;
use crate::syntax::tree::{Duration, Relation, Side, Unit};

fn day(number: i32) -> Day {
    Day::from_number(number)
}

fn any_window() -> impl Strategy<Value = Window> {
    (0..40, 0..6).prop_map(|(first, length)| Window::new(day(first), day(first + length)))
}

fn any_extent() -> impl Strategy<Value = Extent> {
    let stretch = (0..30, 0..5, 0..5, 0..5).prop_map(|(first, start, gap, end)| Extent::Stretch {
        start: Window::new(day(first), day(first + start)),
        end: Window::new(day(first + start + gap), day(first + start + gap + end)),
    });
    prop_oneof![3 => any_window().prop_map(Extent::Point), 1 => stretch]
}

fn any_relation() -> impl Strategy<Value = Relation> {
    let within = (0..5_u32, select(&[Side::Either, Side::After, Side::Before][..]))
        .prop_map(|(count, side)| Relation::Within(Duration { count, unit: Unit::Day }, side));
    let plain = [Relation::After, Relation::Before, Relation::Since, Relation::Until, Relation::In];
    prop_oneof![select(plain.to_vec()), within]
}

proptest! {
    #[test]
    fn many_targets_are_decided_like_few(
        targets in proptest::collection::vec((0_u32..2, 0_u32..12, select(&[Truth::True, Truth::Possible, Truth::Unknown][..]),
            proptest::option::weighted(0.9, any_extent())), 0..60),
        asked in proptest::collection::vec((0_u32..2, proptest::option::of(0_u32..14), proptest::option::weighted(0.9, any_extent())), 20),
        relation in any_relation(),
    ) {
        let targets: Vec<Target> = targets
            .into_iter()
            .map(|(group, document, truth, to)| Target { group, document, truth, reach: to.map(|to| Reach::new(relation, to)) })
            .collect();
        let both = Targets::new(targets.clone(), 2);
        for (group, own, date) in asked {
            let of_group: Vec<Target> = targets.iter().filter(|target| target.group == group).copied().collect();
            let naive = each(&of_group, own, date);
            prop_assert_eq!(both.best(group, own, date), naive);
            prop_assert_eq!(ReachIndex::new(&of_group).best(own, date), naive);
        }
    }
}

#[test]
fn what_goes_on_has_nothing_after_it() {
    let goes_on = Extent::Stretch { start: Window::day(day(5)), end: Window::day(Day::FUTURE) };
    let after = Reach::new(Relation::After, goes_on);
    assert_eq!(after.of(goes_on), Truth::False);
    assert_eq!(after.of(Extent::Point(Window::since(day(9)))), Truth::False);
    let ever = Extent::Stretch { start: Window::day(Day::PAST), end: Window::day(day(5)) };
    assert_eq!(Reach::new(Relation::Before, ever).of(ever), Truth::False);
    let since = Reach::new(Relation::After, Extent::Point(Window::since(day(5))));
    assert_eq!(since.of(Extent::Point(Window::day(day(9)))), Truth::Possible);
}
