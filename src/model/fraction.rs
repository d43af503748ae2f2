//! Exact fractions: what is rounded for people stays exact for whoever sorts, tests
//! or exports it.

use std::cmp::Ordering;
use std::fmt;

/// A fraction in lowest terms. As text it is its decimal value, as exact as a
/// double is; [`Fraction::rounded`] is for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fraction {
    numerator: u64,
    denominator: u64,
}

impl Fraction {
    /// One number divided by another; `None` if that is 0.
    #[must_use]
    pub fn new(numerator: u64, denominator: u64) -> Option<Self> {
        let divisor = greatest_divisor(numerator, denominator);
        (denominator > 0).then(|| Self { numerator: numerator / divisor, denominator: denominator / divisor })
    }

    /// The numerator and the denominator.
    pub(super) fn parts(self) -> (u64, u64) {
        (self.numerator, self.denominator)
    }

    /// The nearest double.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a double is asked for")]
    pub fn value(self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }

    /// To one decimal, and to more where one would show another whole number: a
    /// share that is not quite 0 or 100 is not shown as these.
    #[must_use]
    pub fn rounded(self) -> String {
        if self.denominator == 1 {
            return self.numerator.to_string();
        }
        let near = |decimals: usize| format!("{:.decimals$}", self.value());
        let is_whole = |text: &str| text.trim_end_matches('0').ends_with('.');
        (1..=MOST_DECIMALS).map(near).find(|text| !is_whole(text)).unwrap_or_else(|| near(1))
    }
}

/// So many decimals are shown at most.
const MOST_DECIMALS: usize = 12;

fn greatest_divisor(a: u64, b: u64) -> u64 {
    let (mut a, mut b) = (a, b);
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

impl Ord for Fraction {
    fn cmp(&self, other: &Self) -> Ordering {
        let product = |one: u64, other: u64| u128::from(one) * u128::from(other);
        product(self.numerator, other.denominator).cmp(&product(other.numerator, self.denominator))
    }
}

impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.value())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_rounded_for_people_is_exact_for_programs() {
        let share = |some: u64, all| Fraction::new(some * 100, all).unwrap();
        assert_eq!(share(1, 3).rounded(), "33.3");
        assert_eq!(share(1, 3).to_string(), "33.333333333333336");
        assert_eq!(share(1, 4).to_string(), "25");
        assert_eq!(share(1, 4).rounded(), "25");
        assert_eq!(share(0, 9).rounded(), "0");
        assert_eq!(share(1, 31_425).rounded(), "0.003", "it is not 0");
        assert_eq!(share(31_424, 31_425).rounded(), "99.997", "nor is this 100");
        assert!(share(1, 3) > share(333, 1000) && share(2, 6) == share(1, 3));
        assert_eq!(Fraction::new(1, 0), None);
    }
}
