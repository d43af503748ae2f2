//! Quotients, means and what lies between two numbers: exactly, as long as that takes no
//! more bits than a fraction may have.

use std::collections::BTreeMap;

use num_bigint::BigInt;
use num_integer::Integer as _;
use num_rational::BigRational;
use num_traits::Zero as _;

use super::{Form, MOST_BITS, Number, NumberError, nearest_decimal};

/// To so many decimals each term of a sum is rounded that cannot be had exactly.
const DECIMALS_OF_TERMS: u32 = 100;

impl Number {
    /// The quotient; `None` if it is divided by nought, or is beyond the bounds of a
    /// number. One that has an end only after 34 digits is rounded to so many.
    #[must_use]
    pub fn checked_div(&self, other: &Self) -> Option<Self> {
        self.divided_by(other)?.shortened().ok()
    }

    /// The quotient, however many digits it has; `None` if it is divided by nought.
    pub(crate) fn divided_by(&self, other: &Self) -> Option<Self> {
        (*other != Self::ZERO).then(|| Self::of_ratio(self.ratio() / other.ratio()))
    }

    /// What lies so many hundredths of the way to another number.
    pub(crate) fn between(&self, other: &Self, hundredths: u64) -> Self {
        self.plus(&other.minus(self).times(&Self::of_decimal(hundredths.into(), 2)))
    }

    /// The number itself within the bounds of one. One that comes of dividing need not have
    /// an end, and is rounded if it has one only after 34 digits.
    pub(crate) fn shortened(self) -> Result<Self, NumberError> {
        match self.clone().bounded() {
            Err(NumberError::TooManyDigits) => Self::of_nearest(&self.ratio()),
            other => other,
        }
    }

    /// The sum of numbers, each so many times, whatever their order.
    ///
    /// It is exact, unless the fractions among them have so many denominators that a
    /// fraction could not hold their sum; then each is rounded to 100 decimals first.
    ///
    /// # Errors
    ///
    /// If decimals add up to more than 34 digits.
    pub(crate) fn sum(numbers: &[(Self, u64)]) -> Result<Self, NumberError> {
        let are_decimals = numbers.iter().all(|(number, _)| number.is_decimal());
        let total = Self::total(numbers);
        if are_decimals { total.bounded() } else { total.shortened() }
    }

    /// The arithmetic mean of numbers, each so many times; `None` if there are none.
    pub(crate) fn mean(numbers: &[(Self, u64)]) -> Result<Option<Self>, NumberError> {
        let count: u64 = numbers.iter().map(|(_, count)| count).sum();
        Self::total(numbers).divided_by(&count.into()).map(Self::shortened).transpose()
    }

    /// The sum of numbers, however many digits it has.
    fn total(numbers: &[(Self, u64)]) -> Self {
        let mut decimals = Self::ZERO;
        // A sum of fractions of one denominator is one of whole numbers.
        let mut fractions: BTreeMap<BigInt, BigInt> = BTreeMap::new();
        for (number, count) in numbers {
            match &number.0 {
                Form::Long(ratio) => {
                    *fractions.entry(ratio.denom().clone()).or_default() += ratio.numer() * BigInt::from(*count);
                }
                Form::Short { .. } => decimals = decimals.plus(&number.times(&Self::from(*count))),
            }
        }
        let denominator = fractions.keys().try_fold(BigInt::from(1), |all, one| {
            let all = all.lcm(one);
            (all.bits() <= MOST_BITS).then_some(all)
        });
        let (denominator, rounds) = match denominator {
            Some(denominator) => (denominator, false),
            None => (BigInt::from(10).pow(DECIMALS_OF_TERMS), true),
        };
        let term = |(own, numerator): (BigInt, BigInt)| {
            let scaled = numerator * &denominator;
            if rounds { (scaled * BigInt::from(2) + &own).div_floor(&(own * BigInt::from(2))) } else { scaled / own }
        };
        let numerator = fractions.into_iter().map(term).fold(BigInt::zero(), |sum, term| sum + term);
        decimals.plus(&Self::of_ratio(BigRational::new(numerator, denominator)))
    }

    /// The nearest decimal of 34 digits.
    pub(super) fn of_nearest(ratio: &BigRational) -> Result<Self, NumberError> {
        let decimal = nearest_decimal(ratio);
        decimal.check()?;
        let digits: i128 = decimal.digits.parse().unwrap_or_default();
        Ok(Self::of_digits(if decimal.is_negative { -digits } else { digits }, decimal.exponent))
    }
}

/// The bits of the longer part of a fraction.
pub(super) fn bits(ratio: &BigRational) -> u64 {
    ratio.numer().bits().max(ratio.denom().bits())
}
