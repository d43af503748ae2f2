//! Dates in the Extended Date/Time Format (EDTF, ISO 8601-2:2019 Annex A): each
//! is one unknown day within bounds, or a stretch of days.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use edtf_core::{Edtf, SetKind};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::date_notation;
use super::date_reading::{DateReading, of_edtf, window};
use super::{DateError, DateErrorKind, Day, Extent, Precision, Window};

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
    has_lost_time: bool,
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
    /// Beside EDTF it reads a day, month or year of the Julian calendar, which begins
    /// with `J` (`J1752-09-02`), digits left open before the year 0 (`-01XX`), days of
    /// years beyond 9999 (`Y12345-01-31`), and blanks beside the signs of sets
    /// (`[1667, 1668]`), which it leaves out. It leaves out a time of day as well: the
    /// calendar day before it stays as it is written, whatever the time zone.
    ///
    /// # Errors
    ///
    /// If the text is none of these, or names several days as `{1990,1992}` does: a
    /// fact records one act. A year beyond 5,000,000 is read, but has no bound on that
    /// side.
    pub fn parse(written: &str) -> Result<Self, DateError> {
        let compact = without_blanks(written);
        let mut written = compact.as_ref();
        let fail = |kind| DateError::new(compact.as_ref(), kind);
        let mut has_lost_time = false;
        let reading = match Edtf::parse(written) {
            Ok(Edtf::Set(set)) if set.kind == SetKind::AllMembers => return Err(fail(DateErrorKind::SeveralDays)),
            Ok(edtf) => {
                if let (Edtf::DateTime(_), Some((day, _))) = (&edtf, written.split_once('T')) {
                    (written, has_lost_time) = (day, true);
                }
                of_edtf(&edtf)
            }
            Err(_) => date_notation::read(written).ok_or_else(|| match ends(written) {
                Some((start, end)) if is_reversed(start, end) => fail(DateErrorKind::EndsBeforeStart),
                _ => fail(DateErrorKind::diagnose(written)),
            })?,
        };
        let extent = narrow_stretch(reading.extent).ok_or_else(|| fail(DateErrorKind::EndsBeforeStart))?;
        let precision = reading.precision.unwrap_or_else(|| precision(extent));
        let DateReading { uncertain, approximate, .. } = reading;
        Ok(Self { written: written.into(), extent, precision, uncertain, approximate, has_lost_time })
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
            has_lost_time: false,
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
        // Most are days of years with four digits, which need not be written to be read.
        let is_plain = |day: Day| day.civil().is_some_and(|civil| (0..=9999).contains(&civil.year));
        if window.first == window.last && is_plain(window.first) {
            return Some(Self::from_day(window.first));
        }
        let (first, last) = (edtf_day(window.first), edtf_day(window.last));
        // The name of a period is how its first day begins.
        let period_name = |(less, unknown): (usize, &str)| {
            let start = first.len().checked_sub(less).and_then(|length| first.get(..length));
            start.map(|start| format!("{start}{unknown}"))
        };
        let periods = [(0, ""), (3, ""), (6, ""), (7, "X"), (8, "XX")];
        let range = std::iter::once_with(|| format!("[{first}..{last}]"));
        let mut written = periods.into_iter().filter_map(period_name).chain(range);
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

    /// The date for a human reader: as it was written and, if that is by the Julian
    /// calendar, the days that it may be in the Gregorian one, as they would be written.
    #[must_use]
    pub fn label(&self) -> String {
        if !self.is_julian() {
            return self.written.to_string();
        }
        let gregorian = match self.extent {
            Extent::Point(window) => Self::from_window(window).map(|date| date.to_string()),
            Extent::Stretch { start, end } => {
                let end_of = |window: Window, day: Day| match day.civil() {
                    Some(civil) => civil.to_string(),
                    // An end is open (`..`) or, if nothing is known of it, empty.
                    None if window.first == window.last => "..".to_owned(),
                    None => String::new(),
                };
                Some(format!("{}/{}", end_of(start, start.first), end_of(end, end.last)))
            }
        };
        gregorian.map_or_else(|| self.to_string(), |gregorian| format!("{self} ({gregorian})"))
    }

    /// Whether a day of it is written by the Julian calendar.
    #[must_use]
    pub fn is_julian(&self) -> bool {
        self.written.contains('J')
    }

    /// Whether it was given with a time of day, which it does not have any more.
    pub(crate) fn has_lost_time(&self) -> bool {
        self.has_lost_time
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

/// A text without the blanks beside the signs of a set; those between digits part
/// two numbers.
fn without_blanks(written: &str) -> Cow<'_, str> {
    if !written.starts_with(['[', '{']) || !written.contains(' ') {
        return written.into();
    }
    let mut compact = String::with_capacity(written.len());
    for part in written.split(' ').filter(|part| !part.is_empty()) {
        let follows_sign = compact.ends_with(['[', '{', ',']) || compact.ends_with("..");
        let begins_with_sign = part.starts_with([']', '}', ',']) || part.starts_with("..");
        if !compact.is_empty() && !follows_sign && !begins_with_sign {
            compact.push(' ');
        }
        compact.push_str(part);
    }
    compact.into()
}

/// A day in EDTF.
fn edtf_day(day: Day) -> String {
    day.civil().map_or_else(String::new, |civil| civil.to_string())
}

/// The two ends of an interval or of a range.
fn ends(written: &str) -> Option<(&str, &str)> {
    let range = || written.strip_prefix('[')?.strip_suffix(']')?.split_once("..");
    written.split_once('/').or_else(range)
}

/// Whether two texts are dates of which the second lies before the first.
fn is_reversed(start: &str, end: &str) -> bool {
    let date = |written: &str| match Edtf::parse(written) {
        Ok(parsed) => Some(window(&parsed)),
        Err(_) => date_notation::read(written).map(|read| read.extent.days()),
    };
    date(start).zip(date(end)).is_some_and(|(start, end)| end.last < start.first)
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

/// How precise some days are.
fn precision(extent: Extent) -> Precision {
    let Extent::Point(window) = extent else {
        return Precision::Stretch;
    };
    if window.first == window.last {
        return Precision::Day;
    }
    let (Some(first), Some(last)) = (window.first.civil(), window.last.civil()) else {
        return Precision::Range;
    };
    let whole_years = window.first == first.year_window().first && window.last == last.year_window().last;
    // Before the year 0 the digits that are left open count backwards: -01XX is -199 to -100.
    let open_digits = |years: i32| {
        let start = if first.year < 0 { last.year } else { first.year };
        whole_years && start.rem_euclid(years) == 0
    };
    match last.year - first.year {
        0 if whole_years => Precision::Year,
        0 if window == first.month_window() => Precision::Month,
        9 if open_digits(10) => Precision::Decade,
        99 if open_digits(100) => Precision::Century,
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
    use proptest::prelude::*;
    use proptest::sample::select;

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
    fn a_time_of_day_is_left_out_and_the_written_day_stays() {
        for written in ["2024-05-06T23:30:00Z", "2024-05-06T08:00:00", "2024-05-06T01:00:00+02:00"] {
            let date = Date::parse(written).unwrap();
            assert_eq!((date.written(), date.has_lost_time()), ("2024-05-06", true), "{written}");
        }
        assert!(!Date::parse("2024-05-06").unwrap().has_lost_time());
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
        for written in [
            "1997-09-18",
            "2005-12",
            "2004",
            "192X",
            "19XX",
            "-0043-02-01",
            "-0043-02",
            "-0043",
            "-012X",
            "-01XX",
            "Y12345-06-01",
            "Y12345-06",
            "Y12345",
            "[2025-06-29..]",
            "[Y12345-06-01..]",
        ] {
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
    fn a_season_is_that_of_either_hemisphere_unless_it_says_one() {
        for (written, first, last) in [
            ("2024-21", "2024-03-01", "2024-11-30"),
            ("2024-22", "2024-06-01", "2025-02-28"),
            ("2024-23", "2024-03-01", "2024-11-30"),
            ("2024-24", "2024-06-01", "2025-02-28"),
            ("2024-25", "2024-03-01", "2024-05-31"),
            ("2024-29", "2024-09-01", "2024-11-30"),
            ("2023-28", "2023-12-01", "2024-02-29"),
            ("2024-34", "2024-04-01", "2024-06-30"),
        ] {
            let date = Date::parse(written).unwrap();
            assert_eq!(date.extent(), Extent::Point(window(first, last)), "{written}");
            assert_eq!(date.precision(), Precision::Season, "{written}");
        }
        let stretch = Date::parse("2023-21/2024-24").unwrap().days();
        assert_eq!(stretch, window("2023-03-01", "2025-02-28"));
        let spring = Date::parse("2024-21").unwrap().extent();
        assert_eq!(spring.within(window("2024-03", "2024-05")), Truth::Possible);
    }

    #[test]
    fn what_edtf_leaves_out_is_read_all_the_same() {
        for (written, first, last, precision) in [
            ("-01XX", "-0199-01-01", "-0100-12-31", Precision::Century),
            ("-012X", "-0129-01-01", "-0120-12-31", Precision::Decade),
            ("-00XX", "-0099-01-01", "-0001-12-31", Precision::Range),
            ("-0043", "-0043-01-01", "-0043-12-31", Precision::Year),
            ("-0043-03~", "-0043-03-01", "-0043-03-31", Precision::Month),
            ("J1752-09-02", "1752-09-13", "1752-09-13", Precision::Day),
            ("J1700-02", "1700-02-11", "1700-03-11", Precision::Month),
            ("J1700?", "1700-01-11", "1701-01-11", Precision::Year),
            ("J-0043-03-15", "-0043-03-13", "-0043-03-13", Precision::Day),
            ("J1700-01-01/1701-05", "1700-01-11", "1701-05-31", Precision::Stretch),
            ("[J1700-01-01..1700-02-01]", "1700-01-11", "1700-02-01", Precision::Range),
            ("[1667, 1668]", "1667-01-01", "1668-12-31", Precision::Range),
            ("[1667 .. 1669]", "1667-01-01", "1669-12-31", Precision::Range),
            ("Y12345-01", "Y12345-01-01", "Y12345-01-31", Precision::Month),
        ] {
            let date = Date::parse(written).unwrap();
            assert_eq!((date.days(), date.precision()), (window(first, last), precision), "{written}");
        }
        assert_eq!(Date::parse("[1667, 1668]").unwrap().written(), "[1667,1668]");
        let julian = Date::parse("J1700?").unwrap();
        assert!(julian.is_marked() && julian.is_julian());
        assert_eq!(julian.label(), "J1700? ([1700-01-11..1701-01-11])");
        assert_eq!(Date::parse("J1752-09-02").unwrap().label(), "J1752-09-02 (1752-09-13)");
    }

    proptest! {
        #[test]
        fn the_label_of_a_julian_date_has_its_days_as_they_would_be_written(
            year in -50_i64..9999, month in 1..=12, day in 1..=28, form in select(vec!["D", "[D..]", "[..D]", "[D..2100]", "D/", "D/..", "/D", "../D", "D/9999-12-31"]), part in 0_usize..3
        ) {
            let sign = if year < 0 { "-" } else { "" };
            let whole = format!("J{sign}{:04}-{month:02}-{day:02}", year.abs());
            let length = whole.len() - [0, 3, 6][part];
            let Ok(date) = Date::parse(&form.replace('D', &whole[..length])) else { return Ok(()) };
            let label = date.label();
            let (written, gregorian) = label.strip_suffix(')').and_then(|label| label.split_once(" (")).unwrap();
            prop_assert_eq!(written, date.written());
            prop_assert_eq!(Date::parse(gregorian).unwrap().days(), date.days(), "{}", label);
        }
    }

    #[test]
    fn years_of_any_length_are_years() {
        for written in ["Y12345", "Y-17E7", "Y6000000", "Y99999", "-9999", "9999", "0000"] {
            assert_eq!(Date::parse(written).unwrap().precision(), Precision::Year, "{written}");
        }
        let rough = Date::parse("Y3388E2S3").unwrap();
        assert_eq!(
            (rough.precision(), rough.earliest().year(), rough.latest().year()),
            (Precision::Range, Some(338_000), Some(338_999))
        );
        let order = ["Y-17E7", "Y-12345", "-0043", "0000", "2025", "Y12345", "Y23456", "Y6000000"];
        let dates: Vec<Window> = order.iter().map(|written| Date::parse(written).unwrap().days()).collect();
        assert!(dates.windows(2).all(|two| two[0].last < two[1].first), "{dates:?}");
    }

    #[test]
    fn what_is_not_one_act_or_not_a_date_is_refused() {
        for written in ["2025-02-30", "06/27/2025", "yesterday", "", "2025-13"] {
            assert!(Date::parse(written).is_err(), "{written}");
        }
        let kind = |written: &str| Date::parse(written).unwrap_err().kind;
        assert_eq!(kind("{1990,1992}"), DateErrorKind::SeveralDays);
        for reversed in ["2016/2014", "2004/2003", "[2004..2003]", "2004-02/2004-01-31", "J1700-02-01/J1700-01"] {
            assert_eq!(kind(reversed), DateErrorKind::EndsBeforeStart, "{reversed}");
        }
        assert_eq!(kind("J1701-02-29"), DateErrorKind::DayOutOfMonth { year: 1701, month: 2, days: 28 });
    }
}
