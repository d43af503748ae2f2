//! Dates in the Extended Date/Time Format (EDTF, ISO 8601-2:2019 Annex A): each
//! is one unknown day within bounds, or a stretch of days.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use edtf_core::{Bound, BoundDate, Edtf, IntervalEndpoint, SetKind};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{DateError, DateErrorKind, Day, Extent, Window};

/// How precisely a date is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Precision {
    /// One day: `1997-09-18`.
    Day,
    /// One month: `2005-12`.
    Month,
    /// One season or another part of a year: `2005-21`.
    Season,
    /// One year: `2005`.
    Year,
    /// Ten years: `192X`.
    Decade,
    /// A hundred years: `19XX`.
    Century,
    /// One day of any other range: `[2025-06-29..]`.
    Range,
    /// Many days: `2014/..`.
    Stretch,
}

impl Precision {
    /// All precisions with their names in queries, the finest first.
    pub const ALL: [(&'static str, Self); 8] = [
        ("day", Self::Day),
        ("month", Self::Month),
        ("season", Self::Season),
        ("year", Self::Year),
        ("decade", Self::Decade),
        ("century", Self::Century),
        ("range", Self::Range),
        ("stretch", Self::Stretch),
    ];

    /// The name in queries, as in `date.precision:year`.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, precision)| *precision == self).map_or("range", |(name, _)| name)
    }
}

/// A date, both as it was written and as the days that it may be.
///
/// Cloning is cheap. Two dates are equal if they are written in the same way.
#[derive(Clone)]
pub struct Date {
    written: Arc<str>,
    extent: Extent,
    precision: Precision,
    uncertain: bool,
    approximate: bool,
}

impl Date {
    /// Reads an EDTF expression of level 0, 1 or 2.
    ///
    /// ```
    /// use tractat::Date;
    /// use tractat::model::{DateErrorKind, Precision};
    ///
    /// let date = Date::parse("2005-12")?;
    /// assert_eq!(date.precision(), Precision::Month);
    /// assert_eq!(date.earliest().to_string(), "2005-12-01");
    /// assert_eq!(date.latest().to_string(), "2005-12-31");
    ///
    /// let error = Date::parse("2025-02-30").unwrap_err();
    /// assert!(matches!(error.kind, DateErrorKind::DayOutOfMonth { days: 28, .. }));
    /// # Ok::<(), tractat::model::DateError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the text is not EDTF, names several days as `{1990,1992}` does (a fact
    /// records one act), or lies outside the years -9999 to 9999.
    pub fn parse(written: &str) -> Result<Self, DateError> {
        let fail = |kind| DateError::new(written, kind);
        let parsed = Edtf::parse(written).map_err(|_| match written.split_once('/') {
            Some((start, end)) if is_reversed(start, end) => fail(DateErrorKind::EndsBeforeStart),
            _ => fail(DateErrorKind::diagnose(written)),
        })?;
        let extent = match &parsed {
            Edtf::Set(set) if set.kind == SetKind::AllMembers => {
                return Err(fail(DateErrorKind::SeveralDays));
            }
            Edtf::Interval(interval) => Extent::Stretch {
                start: endpoint(&interval.start, Day::PAST),
                end: endpoint(&interval.end, Day::FUTURE),
            },
            other => Extent::Point(window(other)),
        };
        let extent = narrow_stretch(extent).ok_or_else(|| fail(DateErrorKind::EndsBeforeStart))?;
        Ok(Self {
            written: written.into(),
            extent,
            precision: precision(&parsed, extent),
            uncertain: parsed.is_uncertain(),
            approximate: parsed.is_approximate(),
        })
    }

    /// The date of one day.
    #[must_use]
    pub fn from_day(day: Day) -> Self {
        Self {
            written: day.to_string().into(),
            extent: Extent::Point(Window::day(day)),
            precision: Precision::Day,
            uncertain: false,
            approximate: false,
        }
    }

    /// The date of one unknown day within a window. It is written as a day, month,
    /// year, decade or century if the window is one, else as a range such as
    /// `[2005-07-01..2006-06-01]`. `None` for the window of all days and for an
    /// empty one.
    #[must_use]
    pub fn from_window(window: Window) -> Option<Self> {
        if window.is_empty() || window == Window::ALL {
            return None;
        }
        let (first, last) = (edtf_day(window.first), edtf_day(window.last));
        // The name of a period is how its first day begins.
        let period_name = |less: usize, unknown: &str| {
            let start = first.len().checked_sub(less).and_then(|length| first.get(..length));
            start.map(|start| format!("{start}{unknown}"))
        };
        let periods =
            [period_name(0, ""), period_name(3, ""), period_name(6, ""), period_name(7, "X"), period_name(8, "XX")];
        let mut written = periods.into_iter().flatten().chain([format!("[{first}..{last}]")]);
        written.find_map(|written| Self::parse(&written).ok().filter(|date| date.extent == Extent::Point(window)))
    }

    /// The date as it was written.
    #[must_use]
    pub fn written(&self) -> &str {
        &self.written
    }

    /// The days that it may be.
    #[must_use]
    pub fn extent(&self) -> Extent {
        self.extent
    }

    /// How precisely it is known.
    #[must_use]
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// Whether it is marked as uncertain or approximate (`?`, `~`, `%`). The marks
    /// do not change the bounds.
    #[must_use]
    pub fn is_marked(&self) -> bool {
        self.uncertain || self.approximate
    }

    /// The earliest day that it may include.
    #[must_use]
    pub fn earliest(&self) -> Day {
        self.extent.earliest()
    }

    /// The latest day that it may include.
    #[must_use]
    pub fn latest(&self) -> Day {
        self.extent.latest()
    }

    /// All days that it may include.
    #[must_use]
    pub fn days(&self) -> Window {
        self.extent.days()
    }
}

/// A day in EDTF, where years before 0 have four digits too.
fn edtf_day(day: Day) -> String {
    let Some(date) = day.civil() else { return String::new() };
    let sign = if date.year() < 0 { "-" } else { "" };
    format!("{sign}{:04}-{:02}-{:02}", date.year().unsigned_abs(), date.month(), date.day())
}

/// Whether two texts are dates of which the second lies before the first.
fn is_reversed(start: &str, end: &str) -> bool {
    let date = |written: &str| Edtf::parse(written).ok().map(|parsed| window(&parsed));
    date(start).zip(date(end)).is_some_and(|(start, end)| end.last < start.first)
}

fn day(bound: Bound, unknown: Day) -> Day {
    match bound {
        Bound::NegativeInfinity => Day::PAST,
        Bound::PositiveInfinity => Day::FUTURE,
        Bound::Unknown => unknown,
        Bound::Date(BoundDate { year, month, day }) => {
            Day::new(year, month, day).unwrap_or(if year < 0 { Day::PAST } else { Day::FUTURE })
        }
    }
}

fn window(edtf: &Edtf) -> Window {
    let bounds = edtf.bounds();
    Window::new(day(bounds.earliest, Day::PAST), day(bounds.latest, Day::FUTURE))
}

/// The window of an end of an interval: that of an open end (`..`) is the day
/// `open`, that of an unknown end all days.
fn endpoint(endpoint: &IntervalEndpoint, open: Day) -> Window {
    match endpoint {
        IntervalEndpoint::Open => Window::day(open),
        IntervalEndpoint::Unknown => Window::ALL,
        IntervalEndpoint::Date(date) => window(&Edtf::Date(*date)),
        IntervalEndpoint::OnOrBefore(date) => Window::until(window(&Edtf::Date(*date)).last),
        IntervalEndpoint::OnOrAfter(date) => Window::since(window(&Edtf::Date(*date)).first),
    }
}

/// Narrows the bounds of both ends of a stretch, which cannot end before it
/// starts. `None` if it would have to.
fn narrow_stretch(extent: Extent) -> Option<Extent> {
    let Extent::Stretch { start, end } = extent else {
        return Some(extent);
    };
    let start = Window::new(start.first, start.last.min(end.last));
    let end = Window::new(end.first.max(start.first), end.last);
    (!start.is_empty() && !end.is_empty()).then_some(Extent::Stretch { start, end })
}

fn precision(edtf: &Edtf, extent: Extent) -> Precision {
    let Extent::Point(window) = extent else {
        return Precision::Stretch;
    };
    if window.first == window.last {
        return Precision::Day;
    }
    if matches!(edtf, Edtf::Date(date) if date.precision() == edtf_core::Precision::Season) {
        return Precision::Season;
    }
    let (Some(first), Some(last)) = (window.first.civil(), window.last.civil()) else {
        return Precision::Range;
    };
    let whole_years = first.day_of_year() == 1 && last == last.last_of_year();
    match i32::from(last.year()) - i32::from(first.year()) {
        0 if whole_years => Precision::Year,
        0 if first == first.first_of_month() && last == first.last_of_month() => Precision::Month,
        9 if whole_years && first.year().rem_euclid(10) == 0 => Precision::Decade,
        99 if whole_years && first.year().rem_euclid(100) == 0 => Precision::Century,
        _ => Precision::Range,
    }
}

impl FromStr for Date {
    type Err = DateError;

    fn from_str(written: &str) -> Result<Self, DateError> {
        Self::parse(written)
    }
}

impl PartialEq for Date {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written
    }
}

impl Eq for Date {}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Date({})", self.written)
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.written)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct DateVisitor;
        impl de::Visitor<'_> for DateVisitor {
            type Value = Date;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a date as a string, such as \"2025-06-27\" or \"2025\"")
            }

            fn visit_str<E: de::Error>(self, written: &str) -> Result<Date, E> {
                Date::parse(written).map_err(E::custom)
            }
        }
        deserializer.deserialize_str(DateVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Truth;

    fn window(first: &str, last: &str) -> Window {
        Window::new(Date::parse(first).unwrap().earliest(), Date::parse(last).unwrap().latest())
    }

    #[test]
    fn a_year_is_definitely_in_itself_and_possibly_in_a_part_of_it() {
        let date = Date::parse("2005").unwrap();
        assert_eq!(date.precision(), Precision::Year);
        assert_eq!(date.extent().within(window("2005", "2005")), Truth::True);
        assert_eq!(date.extent().within(window("2005-06", "2005-12")), Truth::Possible);
        assert_eq!(date.extent().within(window("2006", "2006")), Truth::False);
    }

    #[test]
    fn a_stretch_passes_if_some_day_of_it_does() {
        let date = Date::parse("2014/..").unwrap();
        assert_eq!(date.extent().within(window("2020", "2020")), Truth::True);
        assert_eq!(date.extent().within(window("2014-01", "2014-03")), Truth::Possible);
        assert_eq!(date.extent().within(window("2013", "2013")), Truth::False);
        let ended = Date::parse("2014/2016").unwrap();
        assert_eq!(ended.extent().within(window("2016-07", "2017")), Truth::Possible);
        assert_eq!(ended.extent().within(window("2015", "2015")), Truth::True);
    }

    #[test]
    fn precision_is_told_from_the_days_and_not_from_the_spelling() {
        for (written, name) in [
            ("1997-09-18", "day"),
            ("2005-12", "month"),
            ("1985~", "year"),
            ("192X", "decade"),
            ("19XX", "century"),
            ("2001-21", "season"),
            ("[2025-06-29..]", "range"),
            ("2014/..", "stretch"),
        ] {
            assert_eq!(Date::parse(written).unwrap().precision().name(), name, "{written}");
        }
    }

    #[test]
    fn days_of_a_window_are_written_as_the_period_that_they_are() {
        for written in
            ["1997-09-18", "2005-12", "2004", "192X", "19XX", "-0043-02-01", "-0043-02", "-0043", "[2025-06-29..]"]
        {
            let date = Date::parse(written).unwrap();
            let from_window = Date::from_window(date.days()).unwrap();
            assert_eq!((from_window.written(), from_window.extent()), (written, date.extent()));
            assert_eq!(from_window.precision(), date.precision());
        }
        let spelt = |first, last| Date::from_window(window(first, last)).unwrap().to_string();
        assert_eq!(spelt("2005-07", "2006-06-01"), "[2005-07-01..2006-06-01]");
        assert_eq!(spelt("[..2005]", "2006-06-01"), "[..2006-06-01]");
        assert_eq!(Date::from_window(Window::ALL), None);
        assert_eq!(Date::from_window(window("2006", "2005")), None);
    }

    #[test]
    fn what_is_not_one_act_or_not_a_date_is_refused() {
        for written in ["2025-02-30", "06/27/2025", "yesterday", "", "2025-13"] {
            assert!(Date::parse(written).is_err(), "{written}");
        }
        let kind = |written: &str| Date::parse(written).unwrap_err().kind;
        assert_eq!(kind("{1990,1992}"), DateErrorKind::SeveralDays);
        assert_eq!(kind("2016/2014"), DateErrorKind::EndsBeforeStart);
    }
}
