//! Calendar days and windows of days: the arithmetic beneath every date.

use std::fmt;

use serde::{Serialize, Serializer};

/// A day of the proleptic Gregorian calendar, stored as the number of days since
/// 1970-01-01. The calendar goes from the year -5,000,000 to 5,000,000; the year 0
/// comes before the year 1.
///
/// The least and the greatest number stand for the unbounded past and future.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i32);

/// The last year of the calendar, and how many years before 0 is its first.
const LAST_YEAR: i64 = 5_000_000;

impl Day {
    /// The unbounded past, before every calendar day.
    pub const PAST: Self = Self(i32::MIN);
    /// The unbounded future, after every calendar day.
    pub const FUTURE: Self = Self(i32::MAX);
    /// The first day of the calendar.
    pub(crate) const FIRST: Self = Self(-1_826_932_028);
    /// The last day of the calendar.
    pub(crate) const LAST: Self = Self(1_825_493_337);

    /// The day with this year, month and day, if the calendar has it.
    #[must_use]
    pub fn new(year: i64, month: u8, day: u8) -> Option<Self> {
        let length = Calendar::Gregorian.days_in_month(year, month)?;
        ((1..=length).contains(&day) && year.abs() <= LAST_YEAR)
            .then(|| Self::saturated(Calendar::Gregorian.number(year, month, day)))
    }

    /// The day with this year, month and day of the Julian calendar, if that has it.
    #[must_use]
    pub fn julian(year: i64, month: u8, day: u8) -> Option<Self> {
        let length = Calendar::Julian.days_in_month(year, month)?;
        let is_day = (1..=length).contains(&day) && year.abs() <= LAST_YEAR;
        is_day.then(|| Self::saturated(Calendar::Julian.number(year, month, day)))
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

    /// Its place in the calendar; `None` for the unbounded past and future.
    #[must_use]
    pub(crate) fn civil(self) -> Option<CivilDay> {
        self.is_finite().then(|| CivilDay::of(self.0.into()))
    }

    /// The year; `None` for the unbounded past and future.
    #[must_use]
    pub fn year(self) -> Option<i32> {
        self.civil().map(|civil| civil.year)
    }

    /// The month, from 1; `None` for the unbounded past and future.
    #[must_use]
    pub fn month(self) -> Option<u8> {
        self.civil().map(|civil| civil.month)
    }

    /// The day this many days later, or earlier if the number is negative. The
    /// unbounded past and future do not move, and a result outside the calendar
    /// becomes one of them.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        if self.is_finite() { Self::saturated(i64::from(self.0).saturating_add(days)) } else { self }
    }

    /// The day this many calendar months later, or earlier if the number is
    /// negative. One month after 31 January is the last day of February.
    #[must_use]
    pub fn plus_months(self, months: i64) -> Self {
        let Some(CivilDay { year, month, day }) = self.civil() else { return self };
        let count = (i64::from(year) * 12 + i64::from(month) - 1).saturating_add(months);
        let (year, month) = (count.div_euclid(12), u8::try_from(count.rem_euclid(12) + 1).unwrap_or(1));
        if year.abs() > LAST_YEAR {
            return if year < 0 { Self::PAST } else { Self::FUTURE };
        }
        let length = Calendar::Gregorian.days_in_month(year, month).unwrap_or(day);
        Self::saturated(Calendar::Gregorian.number(year, month, day.min(length)))
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

    /// The day with a number, which outside the calendar is an unbounded end.
    fn saturated(number: i64) -> Self {
        match i32::try_from(number).map(Self) {
            Ok(day) if (Self::FIRST..=Self::LAST).contains(&day) => day,
            _ if number < 0 => Self::PAST,
            _ => Self::FUTURE,
        }
    }
}

/// A day as year, month and day of the proleptic Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CivilDay {
    /// The year; the year before 1 is 0, and the one before that -1.
    pub year: i32,
    /// The month, from 1.
    pub month: u8,
    /// The day of the month, from 1.
    pub day: u8,
}

impl CivilDay {
    /// The day with a number of days since 1970-01-01. Years are counted from March,
    /// so that a leap day is the last of one, in cycles of 400 years.
    fn of(number: i64) -> Self {
        let from_epoch = number + DAYS_BEFORE_1970;
        let (era, in_era) = (from_epoch.div_euclid(DAYS_OF_ERA), from_epoch.rem_euclid(DAYS_OF_ERA));
        let year_of_era = (in_era - in_era / 1460 + in_era / 36_524 - in_era / 146_096) / 365;
        let day_of_year = in_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = (month_from_march + 2) % 12 + 1;
        let year = era * 400 + year_of_era + i64::from(month <= 2);
        Self {
            year: i32::try_from(year).unwrap_or_default(),
            month: u8::try_from(month).unwrap_or_default(),
            day: u8::try_from(day).unwrap_or_default(),
        }
    }

    /// The first and the last day of its month.
    pub(crate) fn month_window(self) -> Window {
        let length = Calendar::Gregorian.days_in_month(self.year.into(), self.month).unwrap_or(self.day);
        let number = |day| Day::saturated(Calendar::Gregorian.number(self.year.into(), self.month, day));
        Window::new(number(1), number(length))
    }

    /// The first and the last day of its year.
    pub(crate) fn year_window(self) -> Window {
        let number = |month, day| Day::saturated(Calendar::Gregorian.number(self.year.into(), month, day));
        Window::new(number(1, 1), number(12, 31))
    }
}

/// Days from 0000-03-01 to 1970-01-01.
const DAYS_BEFORE_1970: i64 = 719_468;

/// Days of 400 years of the Gregorian calendar.
const DAYS_OF_ERA: i64 = 146_097;

/// A calendar. Both have the same months; they differ in which years are leap years.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Calendar {
    Gregorian,
    Julian,
}

impl Calendar {
    fn is_leap(self, year: i64) -> bool {
        let divides = |years: i64| year.rem_euclid(years) == 0;
        divides(4) && (self == Self::Julian || !divides(100) || divides(400))
    }

    /// How many days a month has; none if there is no such month.
    pub(crate) fn days_in_month(self, year: i64, month: u8) -> Option<u8> {
        match month {
            2 if self.is_leap(year) => Some(29),
            2 => Some(28),
            4 | 6 | 9 | 11 => Some(30),
            1..=12 => Some(31),
            _ => None,
        }
    }

    /// The number of days from 1970-01-01, of a day that the calendar has.
    fn number(self, year: i64, month: u8, day: u8) -> i64 {
        let (month, day) = (i64::from(month), i64::from(day));
        let year = if month <= 2 { year - 1 } else { year };
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        match self {
            Self::Gregorian => {
                let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
                era * DAYS_OF_ERA + of_era * 365 + of_era / 4 - of_era / 100 + day_of_year - DAYS_BEFORE_1970
            }
            // The Julian year 0 began two days before the Gregorian one.
            Self::Julian => year.div_euclid(4) * 1461 + year.rem_euclid(4) * 365 + day_of_year - DAYS_BEFORE_1970 - 2,
        }
    }
}

/// As it is displayed.
impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for CivilDay {
    /// Writes it as a date is written: `2025-06-27`, `-0043-03-15`, `Y12345-01-31`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { year, month, day } = self;
        match year {
            0..=9999 => write!(f, "{year:04}")?,
            -9999..0 => write!(f, "{year:05}")?,
            _ => write!(f, "Y{year}")?,
        }
        write!(f, "-{month:02}-{day:02}")
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.civil() {
            Some(civil) => civil.fmt(f),
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

    /// The least window that includes both.
    #[must_use]
    pub fn hull(self, other: Self) -> Self {
        Self::new(self.first.min(other.first), self.last.max(other.last))
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

#[cfg(test)]
mod tests {
    use jiff::civil;
    use proptest::prelude::*;

    use super::*;

    fn part(number: i8) -> u8 {
        u8::try_from(number).unwrap()
    }

    fn day(date: civil::Date) -> Day {
        Day::new(date.year().into(), part(date.month()), part(date.day())).unwrap()
    }

    #[test]
    fn the_calendar_is_that_of_the_library_where_both_know_the_day() {
        let mut date = civil::date(-9998, 12, 31);
        while date < civil::date(9999, 11, 1) {
            let own = day(date);
            let parts = own.civil().unwrap();
            assert_eq!(
                (parts.year, parts.month, parts.day),
                (date.year().into(), part(date.month()), part(date.day()))
            );
            assert_eq!(own.plus_months(1), day(date.saturating_add(jiff::Span::new().months(1))), "{date}");
            date = date.saturating_add(jiff::Span::new().days(17));
        }
        assert_eq!(Day::new(1970, 1, 1).unwrap().number(), 0);
    }

    #[test]
    fn the_ends_of_the_calendar_are_its_first_and_last_years() {
        assert_eq!((Day::new(-LAST_YEAR, 1, 1), Day::new(LAST_YEAR, 12, 31)), (Some(Day::FIRST), Some(Day::LAST)));
        assert_eq!((Day::new(LAST_YEAR + 1, 1, 1), Day::new(2025, 2, 29), Day::new(2025, 13, 1)), (None, None, None));
        assert_eq!((Day::LAST.next(), Day::FIRST.previous()), (Day::FUTURE, Day::PAST));
        assert_eq!((Day::LAST.plus_months(1), Day::FIRST.plus_months(-1)), (Day::FUTURE, Day::PAST));
        assert_eq!(Day::LAST.plus_days(i64::MAX), Day::FUTURE);
    }

    #[test]
    fn a_day_of_the_julian_calendar_is_the_day_that_it_is() {
        for (julian, gregorian) in [
            ((1752, 9, 2), (1752, 9, 13)),
            ((1582, 10, 4), (1582, 10, 14)),
            ((1700, 2, 29), (1700, 3, 11)),
            ((1917, 10, 25), (1917, 11, 7)),
            ((-43, 3, 15), (-43, 3, 13)),
            ((4, 3, 1), (4, 2, 28)),
        ] {
            let gregorian = Day::new(gregorian.0, gregorian.1, gregorian.2);
            assert_eq!(Day::julian(julian.0, julian.1, julian.2), gregorian, "{julian:?}");
        }
        assert_eq!(Day::julian(1701, 2, 29), None);
    }

    proptest! {
        #[test]
        fn every_day_of_the_calendar_is_found_by_its_parts(number in Day::FIRST.number()..=Day::LAST.number()) {
            let day = Day::from_number(number);
            let CivilDay { year, month, day: of_month } = day.civil().unwrap();
            prop_assert_eq!(Day::new(year.into(), month, of_month), Some(day));
            let next = day.next().civil();
            let follows = next.is_none_or(|next| {
                let same_month = (next.year, next.month, next.day) == (year, month, of_month + 1);
                let next_month = next.day == 1 && (next.year, next.month) == (year, month + 1);
                same_month || next_month || (next.year, next.month, next.day, month) == (year + 1, 1, 1, 12)
            });
            prop_assert!(follows, "{} {:?}", day, next);
        }
    }
}
