//! Exact numbers. What records and queries give are decimals; what is divided is a
//! fraction. Nothing is rounded before it is printed, and of what is printed only
//! fractions are.

mod quotients;

use std::cmp::Ordering;
use std::fmt::{self, Write as _};
use std::sync::Arc;

use num_bigint::{BigInt, Sign};
use num_integer::Integer as _;
use num_rational::BigRational;
use num_traits::{One as _, Signed as _, Zero as _};
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::number_error::{MOST_DIGITS, MOST_PLACES};
use super::{Fraction, NumberError};
use quotients::bits;

/// A number, exactly: a decimal of at most 34 significant digits, or a fraction that
/// comes of calculating with decimals.
///
/// Two numbers are equal if they have the same value, however they are written. As
/// text a decimal has all of its digits; a fraction is rounded to 34, a half to the
/// even digit.
///
/// ```
/// use tractat::model::Number;
///
/// let tenth: Number = "0.10".parse()?;
/// let sum = tenth.checked_add(&"0.2".parse()?);
/// assert_eq!(sum.map(|sum| sum.to_string()).as_deref(), Some("0.3"));
/// assert!(tenth < Number::from(1));
/// # Ok::<(), tractat::model::NumberError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Number(Form);

/// Each value has one form: the short one if it fits.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Form {
    /// `digits` divided by 10 to the power of `scale`, which is as small as it can be
    /// and at most [`SHORT_SCALE`].
    Short { digits: i64, scale: u8 },
    /// Any other, in lowest terms.
    Long(Arc<BigRational>),
}

/// The greatest scale of a short form. With it sums and products of two fit 128 bits.
const SHORT_SCALE: u8 = 18;

/// Numerator and denominator of a fraction have at most so many bits.
const MOST_BITS: u64 = 4096;

/// Decimals with their first digit within these places are written without exponent.
const PLAIN_PLACES: std::ops::RangeInclusive<i64> = -18..=40;

/// A fraction is shown to people with at most so many decimals.
const MOST_DECIMALS: usize = 12;

impl Number {
    /// Nought.
    pub const ZERO: Self = Self(Form::Short { digits: 0, scale: 0 });

    /// The sum; `None` beyond the bounds of a number.
    #[must_use]
    pub fn checked_add(&self, other: &Self) -> Option<Self> {
        self.plus(other).bounded().ok()
    }

    /// The difference; `None` beyond the bounds of a number.
    #[must_use]
    pub fn checked_sub(&self, other: &Self) -> Option<Self> {
        self.minus(other).bounded().ok()
    }

    /// The product; `None` beyond the bounds of a number.
    #[must_use]
    pub fn checked_mul(&self, other: &Self) -> Option<Self> {
        self.times(other).bounded().ok()
    }

    /// The nearest double.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a double is asked for")]
    pub fn to_f64(&self) -> f64 {
        match self.0 {
            Form::Short { digits, scale: 0 } => digits as f64,
            _ => self.to_string().parse().unwrap_or(f64::NAN),
        }
    }

    /// The number as an integer of 64 bits, if it is one.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        if let Form::Short { digits, scale: 0 } = self.0 { Some(digits) } else { None }
    }

    /// For people: a decimal with all of its digits; a fraction to one decimal, and to
    /// more where one would show a whole number.
    #[must_use]
    pub fn rounded(&self) -> String {
        if self.is_decimal() {
            return self.to_string();
        }
        let is_whole = |text: &str| text.trim_end_matches('0').ends_with('.');
        let near = |decimals: usize| self.with_decimals(decimals);
        (1..=MOST_DECIMALS).map(near).find(|text| !is_whole(text)).unwrap_or_else(|| near(1))
    }

    /// The number in JSON: a JSON number where every reader that takes it for a double
    /// or for an integer of 64 bits still has its value, and else a text of its
    /// digits. A fraction is the nearest double.
    #[must_use]
    pub fn to_json(&self) -> Value {
        if let Some(integer) = self.as_i64() {
            return integer.into();
        }
        let double = self.to_f64();
        if !self.is_decimal() || Self::try_from(double).is_ok_and(|same| same == *self) {
            return double.into();
        }
        let text = self.to_string();
        text.parse::<u64>().map_or_else(|_| text.into(), Value::from)
    }

    /// The number that a JSON value gives for a field of numbers: a JSON number, or the
    /// digits of one that a double would change.
    ///
    /// # Errors
    ///
    /// If it is none.
    pub fn of_json(value: &Value) -> Result<Self, NumberError> {
        match value {
            Value::Number(number) => match number.as_i64() {
                Some(integer) => Ok(integer.into()),
                None => number.to_string().parse(),
            },
            Value::String(text) if text.starts_with(|first: char| first == '-' || first.is_ascii_digit()) => {
                let number: Self = text.parse()?;
                if number.to_json().is_string() { Ok(number) } else { Err(NumberError::NotANumber) }
            }
            _ => Err(NumberError::NotANumber),
        }
    }

    /// The JSON value of a number as it is written. Where an integer of 64 bits or a
    /// double has its value, it is what a reader of JSON makes of the text.
    ///
    /// # Errors
    ///
    /// If it is not a number, or beyond the bounds of one.
    pub fn json_of_text(text: &str) -> Result<Value, NumberError> {
        if let Ok(integer) = text.parse::<i64>() {
            return Ok(integer.into());
        }
        let number: Self = text.parse()?;
        let double = text.parse::<f64>().ok().filter(|double| Self::try_from(*double).is_ok_and(|same| same == number));
        Ok(double.map_or_else(|| number.to_json(), Value::from))
    }

    /// The sum, however many digits it has.
    pub(crate) fn plus(&self, other: &Self) -> Self {
        if let (Form::Short { digits: a, scale: of_a }, Form::Short { digits: b, scale: of_b }) = (&self.0, &other.0) {
            let scale = (*of_a).max(*of_b);
            let scaled = |digits: i64, own: u8| i128::from(digits) * 10_i128.pow(u32::from(scale - own));
            return Self::of_decimal(scaled(*a, *of_a) + scaled(*b, *of_b), u32::from(scale));
        }
        Self::of_ratio(self.ratio() + other.ratio())
    }

    /// The difference, however many digits it has.
    pub(crate) fn minus(&self, other: &Self) -> Self {
        self.plus(&other.times(&Self::from(-1)))
    }

    /// The product, however many digits it has.
    pub(crate) fn times(&self, other: &Self) -> Self {
        if let (Form::Short { digits: a, scale: of_a }, Form::Short { digits: b, scale: of_b }) = (&self.0, &other.0) {
            return Self::of_decimal(i128::from(*a) * i128::from(*b), u32::from(*of_a) + u32::from(*of_b));
        }
        Self::of_ratio(self.ratio() * other.ratio())
    }

    /// The number itself if it is within the bounds of one. A fraction that takes too many
    /// bits is rounded to a decimal.
    pub(crate) fn bounded(self) -> Result<Self, NumberError> {
        let Form::Long(ratio) = &self.0 else { return Ok(self) };
        match decimal_of(ratio) {
            Some(decimal) => decimal.check()?,
            None if bits(ratio) > MOST_BITS => return Self::of_nearest(ratio),
            None => {}
        }
        Ok(self)
    }

    /// Digits divided by a power of ten.
    fn of_decimal(mut digits: i128, mut scale: u32) -> Self {
        while scale > 0 && digits % 10 == 0 {
            digits /= 10;
            scale -= 1;
        }
        match (i64::try_from(digits), u8::try_from(scale)) {
            (Ok(digits), Ok(scale)) if scale <= SHORT_SCALE => Self(Form::Short { digits, scale }),
            _ => Self(Form::Long(Arc::new(BigRational::new(digits.into(), BigInt::from(10).pow(scale))))),
        }
    }

    /// Digits times a power of ten.
    pub(super) fn of_digits(digits: i128, exponent: i64) -> Self {
        let power = u32::try_from(exponent.unsigned_abs()).unwrap_or(u32::MAX);
        if exponent <= 0 {
            return Self::of_decimal(digits, power);
        }
        Self::of_ratio(BigRational::from_integer(BigInt::from(digits) * BigInt::from(10).pow(power)))
    }

    fn of_ratio(ratio: BigRational) -> Self {
        let powers = (0..=SHORT_SCALE).zip(std::iter::successors(Some(1_i64), |power| power.checked_mul(10)));
        let short = i64::try_from(ratio.denom()).ok().and_then(|denominator| {
            let (scale, power) = powers.into_iter().find(|(_, power)| power % denominator == 0)?;
            let digits = i64::try_from(ratio.numer()).ok()?.checked_mul(power / denominator)?;
            Some(Form::Short { digits, scale })
        });
        Self(short.unwrap_or_else(|| Form::Long(Arc::new(ratio))))
    }

    fn ratio(&self) -> BigRational {
        match &self.0 {
            Form::Short { digits, scale } => {
                BigRational::new((*digits).into(), BigInt::from(10).pow(u32::from(*scale)))
            }
            Form::Long(ratio) => (**ratio).clone(),
        }
    }

    /// Whether it has an end as a decimal.
    fn is_decimal(&self) -> bool {
        match &self.0 {
            Form::Short { .. } => true,
            Form::Long(ratio) => decimal_of(ratio).is_some(),
        }
    }

    /// With so many decimals, a half rounded to the even digit.
    fn with_decimals(&self, decimals: usize) -> String {
        let power = BigInt::from(10).pow(u32::try_from(decimals).unwrap_or(u32::MAX));
        let ratio = self.ratio();
        let rounded = divided_to_even(&(ratio.numer().abs() * power), ratio.denom());
        let mut digits = rounded.to_string();
        if digits.len() <= decimals {
            digits.insert_str(0, &"0".repeat(decimals + 1 - digits.len()));
        }
        digits.insert(digits.len() - decimals, '.');
        let sign = if ratio.is_negative() && !rounded.is_zero() { "-" } else { "" };
        format!("{sign}{digits}")
    }
}

/// A decimal as it is written: its significant digits, the last of them not 0, and
/// the power of ten of the last.
struct Decimal {
    is_negative: bool,
    digits: String,
    exponent: i64,
}

impl Decimal {
    fn new(mantissa: &BigInt, exponent: i64) -> Self {
        let text = mantissa.magnitude().to_string();
        let digits = text.trim_end_matches('0');
        let exponent = exponent.saturating_add(length_of(&text) - length_of(digits));
        Self { is_negative: mantissa.sign() == Sign::Minus, digits: digits.to_owned(), exponent }
    }

    /// The power of ten of the first digit.
    fn place(&self) -> i64 {
        self.exponent + length_of(&self.digits) - 1
    }

    fn check(&self) -> Result<(), NumberError> {
        if self.digits.len() > MOST_DIGITS {
            return Err(NumberError::TooManyDigits);
        }
        if self.place().abs() > MOST_PLACES { Err(NumberError::OutOfRange) } else { Ok(()) }
    }
}

fn length_of(text: &str) -> i64 {
    i64::try_from(text.len()).unwrap_or(i64::MAX)
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_negative {
            f.write_char('-')?;
        }
        let (digits, place) = (self.digits.as_str(), self.place());
        if digits.is_empty() {
            return f.write_char('0');
        }
        let zeros = |count: i64| "0".repeat(usize::try_from(count).unwrap_or(0));
        if !PLAIN_PLACES.contains(&place) {
            let (first, rest) = digits.split_at(1);
            let point = if rest.is_empty() { "" } else { "." };
            return write!(f, "{first}{point}{rest}e{place}");
        }
        if self.exponent >= 0 {
            write!(f, "{digits}{}", zeros(self.exponent))
        } else if place < 0 {
            write!(f, "0.{}{digits}", zeros(-place - 1))
        } else {
            let (whole, rest) = digits.split_at(usize::try_from(place + 1).unwrap_or(0));
            write!(f, "{whole}.{rest}")
        }
    }
}

/// A fraction as a decimal, if it has an end as one.
fn decimal_of(ratio: &BigRational) -> Option<Decimal> {
    let twos = ratio.denom().trailing_zeros().unwrap_or(0);
    let (mut rest, mut fives) = (ratio.denom() >> twos, 0_u64);
    let five = BigInt::from(5);
    while !rest.is_one() {
        let (quotient, remainder) = rest.div_rem(&five);
        if !remainder.is_zero() {
            return None;
        }
        (rest, fives) = (quotient, fives + 1);
    }
    let scale = u32::try_from(twos.max(fives)).ok()?;
    let mantissa = ratio.numer() * BigInt::from(10).pow(scale) / ratio.denom();
    Some(Decimal::new(&mantissa, -i64::from(scale)))
}

/// A fraction to as many digits as a decimal has at most.
fn nearest_decimal(ratio: &BigRational) -> Decimal {
    let (numerator, denominator) = (ratio.numer().abs(), ratio.denom());
    let width = |number: &BigInt| length_of(&number.to_string());
    let most = i64::try_from(MOST_DIGITS).unwrap_or(i64::MAX);
    // One digit too many at most, which is then one decimal too many.
    let mut decimals = most - (width(&numerator) - width(denominator));
    let rounded = |decimals: i64| {
        let power = BigInt::from(10).pow(u32::try_from(decimals.unsigned_abs()).unwrap_or(u32::MAX));
        if decimals >= 0 {
            divided_to_even(&(&numerator * power), denominator)
        } else {
            divided_to_even(&numerator, &(denominator * power))
        }
    };
    if width(&rounded(decimals)) > most {
        decimals -= 1;
    }
    let mantissa = rounded(decimals);
    Decimal::new(&if ratio.is_negative() { -mantissa } else { mantissa }, -decimals)
}

/// A quotient of what is not negative, rounded; a half to the even number.
fn divided_to_even(numerator: &BigInt, denominator: &BigInt) -> BigInt {
    let (quotient, remainder) = numerator.div_rem(denominator);
    let is_up = match (remainder * 2_u8).cmp(denominator) {
        Ordering::Less => false,
        Ordering::Equal => quotient.is_odd(),
        Ordering::Greater => true,
    };
    if is_up { quotient + 1 } else { quotient }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        if let (Form::Short { digits: a, scale: of_a }, Form::Short { digits: b, scale: of_b }) = (&self.0, &other.0) {
            let scaled = |digits: i64, by: u8| i128::from(digits) * 10_i128.pow(u32::from(by));
            return scaled(*a, of_b.saturating_sub(*of_a)).cmp(&scaled(*b, of_a.saturating_sub(*of_b)));
        }
        self.ratio().cmp(&other.ratio())
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Default for Number {
    fn default() -> Self {
        Self::ZERO
    }
}

impl From<i64> for Number {
    fn from(integer: i64) -> Self {
        Self(Form::Short { digits: integer, scale: 0 })
    }
}

impl From<i32> for Number {
    fn from(integer: i32) -> Self {
        i64::from(integer).into()
    }
}

impl From<u32> for Number {
    fn from(integer: u32) -> Self {
        i64::from(integer).into()
    }
}

impl From<u64> for Number {
    fn from(integer: u64) -> Self {
        Self::of_decimal(integer.into(), 0)
    }
}

impl From<Fraction> for Number {
    fn from(fraction: Fraction) -> Self {
        let (numerator, denominator) = fraction.parts();
        Self::of_ratio(BigRational::new(numerator.into(), denominator.into()))
    }
}

impl TryFrom<f64> for Number {
    type Error = NumberError;

    /// The decimal by which a double is written in JSON: 0.1 is one tenth, not the binary
    /// fraction next to it. Where two decimals are as short and as near, such as those of
    /// 571111111111111.25, writers differ, and this one has to be that of the journal.
    fn try_from(double: f64) -> Result<Self, NumberError> {
        let number = serde_json::Number::from_f64(double).ok_or(NumberError::NotANumber)?;
        number.to_string().parse()
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Form::Short { digits, scale: 0 } => write!(f, "{digits}"),
            Form::Short { digits, scale } => Decimal::new(&(*digits).into(), -i64::from(*scale)).fmt(f),
            Form::Long(ratio) => {
                let decimal = decimal_of(ratio).filter(|decimal| decimal.digits.len() <= MOST_DIGITS);
                decimal.unwrap_or_else(|| nearest_decimal(ratio)).fmt(f)
            }
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

/// Whether two values are the same: numbers by their value, however they are written.
pub(crate) fn same_value(one: &Value, other: &Value) -> bool {
    one == other
        || (one.is_number() || other.is_number())
            && Number::of_json(one).is_ok_and(|number| Number::of_json(other) == Ok(number))
}

#[cfg(test)]
mod tests;
