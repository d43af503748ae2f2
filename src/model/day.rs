//! A calendar day and a window of days: the arithmetic under every date.

use std::fmt;

use jiff::{Span, civil};
use serde::{Serialize, Serializer};

/// A day of the proleptic Gregorian calendar, counted from 1970-01-01.
///
/// The two ends of the range stand for the unbounded past and future.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i32);

const EPOCH: civil::Date = civil::date(1970, 1, 1);

impl Day {
    /// Before every calendar day.
    pub const PAST: Self = Self(i32::MIN);
    /// After every calendar day.
    pub const FUTURE: Self = Self(i32::MAX);

    /// The day of a civil date, if there is such a day (years -9999 to 9999).
    #[must_use]
    pub fn new(year: i64, month: u8, day: u8) -> Option<Self> {
        let year = i16::try_from(year).ok()?;
        let month = i8::try_from(month).ok()?;
        let day = i8::try_from(day).ok()?;
        civil::Date::new(year, month, day).ok().map(Self::from_civil)
    }

    /// The day counted from 1970-01-01, as the index stores it.
    #[must_use]
    pub fn from_number(number: i32) -> Self {
        Self(number)
    }

    /// Days since 1970-01-01.
    #[must_use]
    pub fn number(self) -> i32 {
        self.0
    }

    /// Whether this is a calendar day and not an unbounded end.
    #[must_use]
    pub fn is_finite(self) -> bool {
        self != Self::PAST && self != Self::FUTURE
    }

    /// The civil date of a finite day.
    #[must_use]
    pub fn civil(self) -> Option<civil::Date> {
        if !self.is_finite() {
            return None;
        }
        EPOCH.checked_add(Span::new().try_days(self.0).ok()?).ok()
    }

    /// The day of a civil date.
    #[must_use]
    pub fn from_civil(date: civil::Date) -> Self {
        Self((date - EPOCH).get_days())
    }

    /// The year, for a finite day.
    #[must_use]
    pub fn year(self) -> Option<i16> {
        self.civil().map(civil::Date::year)
    }

    /// This day moved by a number of days; unbounded ends stay, and a result
    /// outside the calendar becomes the unbounded end on that side.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        self.moved(Span::new().try_days(days).ok(), days < 0)
    }

    /// This day moved by calendar months; 31 January plus one month is the
    /// last day of February.
    #[must_use]
    pub fn plus_months(self, months: i64) -> Self {
        self.moved(Span::new().try_months(months).ok(), months < 0)
    }

    /// The next day.
    #[must_use]
    pub fn next(self) -> Self {
        self.plus_days(1)
    }

    /// The day before.
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

/// A window of days, both ends included; either end may be unbounded.
///
/// A period such as `2025` or `June 2025` is the window of its days.
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

    /// From one day to another, both included.
    #[must_use]
    pub fn new(first: Day, last: Day) -> Self {
        Self { first, last }
    }

    /// One day.
    #[must_use]
    pub fn day(day: Day) -> Self {
        Self::new(day, day)
    }

    /// From a day on.
    #[must_use]
    pub fn since(first: Day) -> Self {
        Self::new(first, Day::FUTURE)
    }

    /// Up to a day, that day included.
    #[must_use]
    pub fn until(last: Day) -> Self {
        Self::new(Day::PAST, last)
    }

    /// Whether no day lies in it.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.first > self.last
    }

    /// Whether a day lies in it.
    #[must_use]
    pub fn contains(self, day: Day) -> bool {
        self.first <= day && day <= self.last
    }

    /// The days that lie in both.
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
