//! Lengths of time between days that may be known imprecisely. How a query
//! spells a length is not known here.

use std::cmp::Ordering;
use std::fmt;

use serde::{Serialize, Serializer};

use super::{Day, Truth, Window};

/// Parts of days are shown to people with at most so many decimals.
const MOST_DECIMALS: usize = 12;

/// A length of time in days, as a range if the days between which it lies are
/// imprecise.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Elapsed {
    /// The least number of days; minus infinity if there is no lower bound.
    pub least: f64,
    /// The greatest number of days; infinity if there is no upper bound.
    pub most: f64,
    /// The days between which it lies, if it is a distance between two days. Its
    /// months and years are then those of the calendar.
    pub ends: Option<(Window, Window)>,
}

/// The ways in which an imprecise length may compare with another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Orders {
    /// It may be shorter.
    pub less: bool,
    /// It may be equal.
    pub equal: bool,
    /// It may be longer.
    pub greater: bool,
}

impl Orders {
    /// Whether a comparison holds: definitely if every possible order satisfies
    /// it, possibly if one of them does.
    #[must_use]
    pub fn truth(self, passes: impl Fn(Ordering) -> bool) -> Truth {
        let orders = [(self.less, Ordering::Less), (self.equal, Ordering::Equal), (self.greater, Ordering::Greater)];
        let mut said = orders.into_iter().filter(|(may_be, _)| *may_be).map(|(_, order)| passes(order));
        let first = said.next().unwrap_or(false);
        let (every, any) = said.fold((first, first), |(every, any), next| (every && next, any || next));
        Truth::from_bounds(every, any)
    }
}

impl Elapsed {
    /// Exactly this many days.
    #[must_use]
    pub fn days(days: f64) -> Self {
        Self { least: days, most: days, ends: None }
    }

    /// The length from some day of one window to some day of another; negative if
    /// the second day is earlier.
    #[must_use]
    pub fn between(from: Window, to: Window) -> Self {
        // An unbounded end on either side leaves the length unbounded there.
        let least = if from.last.is_finite() && to.first.is_finite() {
            distance(from.last, to.first)
        } else {
            f64::NEG_INFINITY
        };
        let most =
            if from.first.is_finite() && to.last.is_finite() { distance(from.first, to.last) } else { f64::INFINITY };
        Self { least, most, ends: Some((from, to)) }
    }

    /// The length, given that the second day is not earlier than the first: both
    /// bounds are at least 0.
    #[must_use]
    pub fn in_order(self) -> Self {
        Self { least: self.least.max(0.0), most: self.most.max(0.0), ..self }
    }

    /// The sum of both, which is no longer a distance between two days.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        Self { least: self.least + other.least, most: self.most + other.most, ends: None }
    }

    /// The difference of both, which is no longer a distance between two days.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        Self { least: self.least - other.most, most: self.most - other.least, ends: None }
    }

    /// So many times the length, which is no longer a distance between two days.
    #[must_use]
    pub fn times(&self, factor: f64) -> Self {
        // Of no time at all there is none, however many times.
        let product = |days: f64| if factor == 0.0 { 0.0 } else { days * factor };
        let (one, other) = (product(self.least), product(self.most));
        Self { least: one.min(other), most: one.max(other), ends: None }
    }

    /// How it may compare with a length of calendar time. That length is given
    /// twice: as a monotonic function that moves a day by it, and as its mean
    /// number of days.
    ///
    /// For a distance between two days the calendar decides: from 2025-01-31 to
    /// 2025-02-28 is one month. For any other length the number of days decides.
    #[must_use]
    pub(crate) fn orders(&self, moved: impl Fn(Day) -> Day, mean_days: f64) -> Orders {
        let Some((from, to)) = self.ends else {
            return Orders {
                less: self.least < mean_days,
                equal: self.least <= mean_days && mean_days <= self.most,
                greater: self.most > mean_days,
            };
        };
        let (first, last) = (moved(from.first), moved(from.last));
        Orders {
            less: to.first < last || last == Day::FUTURE || to.first == Day::PAST,
            equal: reaches(from, to, &moved),
            greater: to.last > first || first == Day::PAST || to.last == Day::FUTURE,
        }
    }

    /// The order in which answers are sorted: by the least, then by the greatest
    /// number of days.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Ordering {
        self.least.total_cmp(&other.least).then(self.most.total_cmp(&other.most))
    }

    /// For people: parts of days to one decimal, and to more where one would show whole days.
    #[must_use]
    pub fn rounded(&self) -> String {
        self.written(|days| {
            let near = |decimals: usize| format!("{days:.decimals$}");
            let is_whole = |text: &String| text.trim_end_matches('0').ends_with('.');
            if days.fract() == 0.0 {
                return days.to_string();
            }
            (1..=MOST_DECIMALS).map(near).find(|text| !is_whole(text)).unwrap_or_else(|| near(0))
        })
    }

    /// The number of days: `182`, a range such as `120..485` if it is imprecise, `120..` if
    /// it has no upper bound.
    fn written(&self, number: impl Fn(f64) -> String) -> String {
        if let Some(days) = self.exact() {
            return number(days);
        }
        let bound = |days: f64| if days.is_finite() { number(days) } else { String::new() };
        format!("{}..{}", bound(self.least), bound(self.most))
    }

    /// The number of days, if it is known exactly.
    fn exact(&self) -> Option<f64> {
        (self.least.is_finite() && self.least.total_cmp(&self.most).is_eq()).then_some(self.least)
    }
}

fn distance(from: Day, to: Day) -> f64 {
    f64::from(to.number()) - f64::from(from.number())
}

/// Whether some day of one window is moved into another. A day between two moved
/// days need not be reached: no day lies one month before 30 March.
fn reaches(from: Window, to: Window, moved: &impl Fn(Day) -> Day) -> bool {
    if !(from.first.is_finite() && from.last.is_finite()) {
        return moved(from.first) <= to.last && to.first <= moved(from.last);
    }
    // The first day that is moved to the window's first, or beyond it. The width
    // halves with each step, on either side of 1970, so that the search ends.
    let (mut low, mut width) = (from.first.number(), i64::from(from.last.number()) - i64::from(from.first.number()));
    while width > 0 {
        let half = width / 2;
        let middle = low.saturating_add(i32::try_from(half).unwrap_or(i32::MAX));
        if moved(Day::from_number(middle)) >= to.first {
            width = half;
        } else {
            low = middle.saturating_add(1);
            width -= half + 1;
        }
    }
    to.first <= moved(Day::from_number(low)) && moved(Day::from_number(low)) <= to.last
}

impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written(|days| days.to_string()))
    }
}

impl Serialize for Elapsed {
    /// Serialises as a number if the number of days is exact, else as a string.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.exact() {
            Some(days) => serializer.serialize_f64(days),
            None => serializer.collect_str(self),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Date;
    use super::*;

    fn window(written: &str) -> Window {
        Date::parse(written).unwrap().days()
    }

    #[test]
    fn a_length_is_a_range_where_an_end_is_imprecise() {
        let between = |from: &str, to: &str| Elapsed::between(window(from), window(to)).to_string();
        assert_eq!(between("2025-06-27", "2025-12-27"), "183");
        assert_eq!(between("2025-06", "2025-12-27"), "180..209");
        assert_eq!(between("2025-12-27", "2025-06-27"), "-183");
        assert_eq!(between("2025-06-27", "[2025-12-27..]"), "183..");
        assert_eq!(between("[..2025]", "[2025..]"), "-364..");
        assert_eq!(between("[2025..]", "[..2025]"), "..364");
        assert_eq!(between("2025", "[..2025]"), "..364");
        let half = Elapsed::between(window("2025-06"), window("2025-12-27"));
        assert_eq!(half.plus(&Elapsed::days(10.0)).to_string(), "190..219");
        assert_eq!(Elapsed::days(200.0).minus(&half).to_string(), "-9..20");
        assert_eq!(serde_json::to_string(&Elapsed::days(3.0)).unwrap(), "3.0");
        assert_eq!(serde_json::to_string(&half).unwrap(), r#""180..209""#);
    }

    #[test]
    fn months_between_two_days_are_those_of_the_calendar() {
        let month = |from: &str, to: &str, passes: fn(Ordering) -> bool| {
            Elapsed::between(window(from), window(to)).orders(|day| day.plus_months(1), 30.436_875).truth(passes)
        };
        assert_eq!(month("2025-02-01", "2025-03-01", Ordering::is_eq), Truth::True);
        assert_eq!(month("2025-01-31", "2025-02-28", Ordering::is_eq), Truth::True);
        assert_eq!(month("2025-01-01", "2025-01-31", Ordering::is_lt), Truth::True);
        assert_eq!(month("2025-01", "2025-02", Ordering::is_lt), Truth::Possible);
        assert_eq!(month("2025-01", "2025", Ordering::is_ge), Truth::Possible);
        assert_eq!(month("2025-01", "[2026..]", Ordering::is_gt), Truth::True);
        let length = Elapsed::days(30.0).orders(|day| day.plus_months(1), 30.436_875);
        assert_eq!(length.truth(Ordering::is_lt), Truth::True);
    }

    proptest! {
        #[test]
        fn how_a_length_compares_is_what_some_of_its_days_say(
            start in prop_oneof![-800_000_i32..-719_000, -400_i32..90, 47_000_i32..60_000], first in 0_i32..6, offset in 20_i32..40, second in 0_i32..6,
        ) {
            let days = |low: i32, width: i32| Window::new(Day::from_number(low), Day::from_number(low + width));
            let (from, to) = (days(start, first), days(start + offset, second));
            let moved = |day: Day| day.plus_months(1);
            let said = Elapsed::between(from, to).orders(moved, 0.0);
            let mut naive = Orders { less: false, equal: false, greater: false };
            for one in from.first.number()..=from.last.number() {
                for other in to.first.number()..=to.last.number() {
                    match Day::from_number(other).cmp(&moved(Day::from_number(one))) {
                        Ordering::Less => naive.less = true,
                        Ordering::Equal => naive.equal = true,
                        Ordering::Greater => naive.greater = true,
                    }
                }
            }
            prop_assert_eq!(said, naive);
        }
    }
}
