//! Calendar days and windows of days: the arithmetic beneath every date.

use std::fmt;

use jiff::{Span, civil};
use serde::{Serialize, Serializer};

/// A day of the proleptic Gregorian calendar, stored as the number of days since
/// 1970-01-01.
///
/// The least and the greatest number stand for the unbounded past and future.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i32);

const EPOCH: civil::Date = civil::date(1970, 1, 1);

impl Day {
    /// The unbounded past, before every calendar day.
    pub const PAST: Self = Self(i32::MIN);
    /// The unbounded future, after every calendar day.
    pub const FUTURE: Self = Self(i32::MAX);

    /// The day with this year (-9999 to 9999), month and day, if the calendar has
    /// it.
    #[must_use]
    pub fn new(year: i64, month: u8, day: u8) -> Option<Self> {
        let year = i16::try_from(year).ok()?;
        let month = i8::try_from(month).ok()?;
        let day = i8::try_from(day).ok()?;
        civil::Date::new(year, month, day).ok().map(Self::from_civil)
    }

    /// The day with this number of days since 1970-01-01, which may be negative.
    #[must_use]
    pub fn from_number(number: i32) -> Self {
        Self(number)
    }

    /// The number of days since 1970-01-01; negative for earlier days.
    #[must_use]
    pub fn number(self) -> i32 {
        self.0
    }

    /// Whether this is a calendar day, and not the unbounded past or future.
    #[must_use]
    pub fn is_finite(self) -> bool {
        self != Self::PAST && self != Self::FUTURE
    }

    /// The civil date; `None` for the unbounded past and future.
    #[must_use]
    pub(crate) fn civil(self) -> Option<civil::Date> {
        if !self.is_finite() {
            return None;
        }
        EPOCH.checked_add(Span::new().try_days(self.0).ok()?).ok()
    }

    /// The day of a civil date.
    #[must_use]
    pub(crate) fn from_civil(date: civil::Date) -> Self {
        Self((date - EPOCH).get_days())
    }

    /// The year; `None` for the unbounded past and future.
    #[must_use]
    pub fn year(self) -> Option<i16> {
        self.civil().map(civil::Date::year)
    }

    /// The month, from 1; `None` for the unbounded past and future.
    #[must_use]
    pub fn month(self) -> Option<i8> {
        self.civil().map(civil::Date::month)
    }

    /// The day this many days later, or earlier if the number is negative. The
    /// unbounded past and future do not move, and a result outside the calendar
    /// becomes one of them.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        self.moved(Span::new().try_days(days).ok(), days < 0)
    }

    /// The day this many calendar months later, or earlier if the number is
    /// negative. One month after 31 January is the last day of February.
    #[must_use]
    pub fn plus_months(self, months: i64) -> Self {
        self.moved(Span::new().try_months(months).ok(), months < 0)
    }

    /// The next day.
    #[must_use]
    pub fn next(self) -> Self {
        self.plus_days(1)
    }

    /// The previous day.
    #[must_use]
    pub fn previous(self) -> Self {
        self.plus_days(-1)
    }

    fn moved(self, span: Option<Span>, backwards: bool) -> Self {
        let Some(date) = self.civil() else {
            return self;
        };
        match span.and_then(|span| date.checked_add(span).ok()) {
            Some(date) => Self::from_civil(date),
            None if backwards => Self::PAST,
            None => Self::FUTURE,
        }
    }
}

/// As it is displayed.
impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.civil() {
            Some(date) => write!(f, "{date}"),
            None => f.write_str(".."),
        }
    }
}

/// A range of days that includes both ends; either end may be unbounded.
///
/// A period such as `2025` or `June 2025` is the window from its first day to
/// its last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Window {
    /// The first day.
    pub first: Day,
    /// The last day.
    pub last: Day,
}

impl Window {
    /// Every day.
    pub const ALL: Self = Self { first: Day::PAST, last: Day::FUTURE };

    /// The window from one day to another, both included. It is empty if the
    /// first day is the later one.
    #[must_use]
    pub fn new(first: Day, last: Day) -> Self {
        Self { first, last }
    }

    /// The window of a single day.
    #[must_use]
    pub fn day(day: Day) -> Self {
        Self::new(day, day)
    }

    /// The window from a day onwards.
    #[must_use]
    pub fn since(first: Day) -> Self {
        Self::new(first, Day::FUTURE)
    }

    /// The window up to and including a day.
    #[must_use]
    pub fn until(last: Day) -> Self {
        Self::new(Day::PAST, last)
    }

    /// Whether it has no days.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.first > self.last
    }

    /// Whether it includes a day.
    #[must_use]
    pub fn contains(self, day: Day) -> bool {
        self.first <= day && day <= self.last
    }

    /// The days that both windows include.
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        Self::new(self.first.max(other.first), self.last.min(other.last))
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            return write!(f, "{}", self.first);
        }
        match (self.first.is_finite(), self.last.is_finite()) {
            (true, true) => write!(f, "{} to {}", self.first, self.last),
            (true, false) => write!(f, "from {}", self.first),
            (false, true) => write!(f, "until {}", self.last),
            (false, false) => f.write_str("any day"),
        }
    }
}
