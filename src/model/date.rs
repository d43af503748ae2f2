//! A date as it was written (EDTF, ISO 8601-2:2019 Annex A) and what it says:
//! one unknown day within bounds, or a stretch of days.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use edtf_core::{Bound, BoundDate, Edtf, IntervalEndpoint, SetKind};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{Day, Truth, Window};

/// How far a date narrows down the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Precision {
    /// One day: `1997-09-18`.
    Day,
    /// One month: `2005-12`.
    Month,
    /// A season or another part of a year: `2005-21`.
    Season,
    /// One year: `2005`.
    Year,
    /// Ten years: `192X`.
    Decade,
    /// A hundred years: `19XX`.
    Century,
    /// Any other choice of days: `[2025-06-29..]`.
    Range,
    /// Not one day but many: `2014/..`.
    Stretch,
}

impl Precision {
    /// Every precision with its name in queries, finest first.
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

    /// The name used in queries, as in `date.precision:year`.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, precision)| *precision == self).map_or("range", |(name, _)| name)
    }
}

/// What a date says about days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Extent {
    /// One day, known to lie within the window.
    Point(Window),
    /// Every day from a start to an end, each of them one day within its window.
    Stretch {
        /// Where the first day lies.
        start: Window,
        /// Where the last day lies; unbounded if the stretch goes on.
        end: Window,
    },
}

impl Extent {
    /// The earliest day that it may touch.
    #[must_use]
    pub fn earliest(self) -> Day {
        match self {
            Self::Point(window) => window.first,
            Self::Stretch { start, .. } => start.first,
        }
    }

    /// The latest day that it may touch.
    #[must_use]
    pub fn latest(self) -> Day {
        match self {
            Self::Point(window) => window.last,
            Self::Stretch { end, .. } => end.last,
        }
    }

    /// The days that it may touch.
    #[must_use]
    pub fn days(self) -> Window {
        Window::new(self.earliest(), self.latest())
    }

    /// Whether the day, or for a stretch some day of it, lies in the window.
    #[must_use]
    pub fn within(self, window: Window) -> Truth {
        if window.is_empty() {
            return Truth::False;
        }
        match self {
            Self::Point(point) => Truth::from_bounds(
                window.first <= point.first && point.last <= window.last,
                window.first <= point.last && point.first <= window.last,
            ),
            Self::Stretch { start, end } => Truth::from_bounds(
                start.last <= window.last && end.first >= window.first,
                start.first <= window.last && end.last >= window.first,
            ),
        }
    }

    /// Whether both could be the same day or stretch.
    #[must_use]
    pub fn compatible(self, other: Self) -> bool {
        Self::agree([self, other])
    }

    /// Whether all could be the same day or stretch; with a day among them that
    /// must be one day, on which the stretches both start and end. Of three of
    /// which any two agree, all need not: `2001-01/2001`, `2001/2001-03` and `2001`.
    #[must_use]
    pub fn agree(extents: impl IntoIterator<Item = Self>) -> bool {
        let (mut all_start, mut all_end, mut one_day) = (Window::ALL, Window::ALL, false);
        for extent in extents {
            let (start, end) = match extent {
                Self::Point(window) => (window, window),
                Self::Stretch { start, end } => (start, end),
            };
            one_day |= matches!(extent, Self::Point(_));
            all_start = all_start.intersection(start);
            all_end = all_end.intersection(end);
        }
        if one_day {
            return !all_start.intersection(all_end).is_empty();
        }
        !all_start.is_empty() && !all_end.is_empty()
    }
}

/// A date as it was written, with its meaning.
///
/// Cheap to clone. Equality is equality of what was written.
#[derive(Clone)]
pub struct Date {
    written: Arc<str>,
    extent: Extent,
    precision: Precision,
    uncertain: bool,
    approximate: bool,
}

/// Why a text is not a date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{written}` is not a date: {reason}")]
pub struct DateError {
    /// The text.
    pub written: String,
    /// What is wrong with it, and where one can tell, what to write instead.
    pub reason: String,
}

impl Date {
    /// Reads an EDTF expression of level 0, 1 or 2.
    ///
    /// # Errors
    ///
    /// If the text is not EDTF, is a set of several dates (`{1990,1992}`: a
    /// fact is one act), or lies outside the years -9999 to 9999.
    pub fn parse(written: &str) -> Result<Self, DateError> {
        let fail = |reason: String| DateError { written: clip(written), reason };
        let parsed = Edtf::parse(written).map_err(|_| fail(explain(written)))?;
        let extent = match &parsed {
            Edtf::Set(set) if set.kind == SetKind::AllMembers => {
                return Err(fail("it names several days, and a fact is one act: write one fact for each".to_owned()));
            }
            Edtf::Interval(interval) => Extent::Stretch {
                start: endpoint(&interval.start, Day::PAST),
                end: endpoint(&interval.end, Day::FUTURE),
            },
            other => Extent::Point(window(other)),
        };
        let extent = ordered(extent).ok_or_else(|| fail("it ends before it starts".to_owned()))?;
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

    /// The date of one day within a window, written as a day or a period if the
    /// window is one, else as a choice of days (`[2005-07-01..2006-06-01]`).
    /// There is none of every day, and of no day.
    #[must_use]
    pub fn from_window(window: Window) -> Option<Self> {
        if window.is_empty() || window == Window::ALL {
            return None;
        }
        let (first, last) = (spelt(window.first), spelt(window.last));
        // What a period is called is how its first day begins.
        let called = |less: usize, unknown: &str| {
            let start = first.len().checked_sub(less).and_then(|length| first.get(..length));
            start.map(|start| format!("{start}{unknown}"))
        };
        let periods = [called(0, ""), called(3, ""), called(6, ""), called(7, "X"), called(8, "XX")];
        let mut written = periods.into_iter().flatten().chain([format!("[{first}..{last}]")]);
        written.find_map(|written| Self::parse(&written).ok().filter(|date| date.extent == Extent::Point(window)))
    }

    /// As it was written.
    #[must_use]
    pub fn written(&self) -> &str {
        &self.written
    }

    /// What it says about days.
    #[must_use]
    pub fn extent(&self) -> Extent {
        self.extent
    }

    /// How far it narrows down the day.
    #[must_use]
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// Whether it is marked as uncertain or approximate (`?`, `~`, `%`); the
    /// marks never move bounds.
    #[must_use]
    pub fn is_marked(&self) -> bool {
        self.uncertain || self.approximate
    }

    /// The earliest day that it may touch.
    #[must_use]
    pub fn earliest(&self) -> Day {
        self.extent.earliest()
    }

    /// The latest day that it may touch.
    #[must_use]
    pub fn latest(&self) -> Day {
        self.extent.latest()
    }

    /// The days that it may touch.
    #[must_use]
    pub fn days(&self) -> Window {
        self.extent.days()
    }
}

/// A day as EDTF has it: a year before 0 has four digits too.
fn spelt(day: Day) -> String {
    let Some(date) = day.civil() else { return String::new() };
    let sign = if date.year() < 0 { "-" } else { "" };
    format!("{sign}{:04}-{:02}-{:02}", date.year().unsigned_abs(), date.month(), date.day())
}

fn clip(written: &str) -> String {
    let mut clipped: String = written.chars().take(40).collect();
    if clipped.len() < written.len() {
        clipped.push('…');
    }
    clipped
}

/// What is wrong with a text that is not a date, in plain words.
fn explain(written: &str) -> String {
    if written.trim().is_empty() {
        return "nothing is written".to_owned();
    }
    let slashes = written.contains('/') && written.split('/').count() == 3;
    let parts = written.split(['/', ',', '[', ']', '{', '}']).flat_map(|part| part.split(".."));
    let reason = if slashes { None } else { parts.filter(|part| !part.is_empty()).find_map(explain_one) };
    reason.unwrap_or_else(|| "write it as year-month-day, such as 2025-06-27".to_owned())
}

/// The same of one date of an interval or a set.
fn explain_one(part: &str) -> Option<String> {
    let plain: String = part.chars().filter(|mark| !"~?%".contains(*mark)).collect();
    let plain = plain.strip_prefix('-').unwrap_or(&plain);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let numbers: Vec<&str> = plain.split('-').collect();
    let fits = |text: &&str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'X');
    let (&[year, ref rest @ ..], true) = (numbers.as_slice(), numbers.iter().all(fits)) else {
        return None;
    };
    if year.len() < 4 && digits(year) {
        return Some(match year.len() {
            3 => format!("write the year with four digits: 0{year}"),
            _ => "write the year with four digits, and before month and day".to_owned(),
        });
    }
    if year.len() > 4 {
        return None;
    }
    let &month = rest.first()?;
    if rest.iter().any(|part| part.len() == 1) {
        let padded: Vec<String> = rest.iter().map(|part| format!("{part:0>2}")).collect();
        return Some(format!("write month and day with two digits: {year}-{}", padded.join("-")));
    }
    let number: i8 = month.parse().ok()?;
    let season = (21..=41).contains(&number) && rest.len() == 1;
    if !(1..=12).contains(&number) && !season {
        return Some(format!("there is no month {month}"));
    }
    let &day = rest.get(1)?;
    let wanted: i8 = day.parse().ok()?;
    let first = jiff::civil::Date::new(year.parse().ok()?, number, 1).ok()?;
    let outside = !(1..=first.days_in_month()).contains(&wanted);
    outside.then(|| match wanted {
        0 => "there is no day 0".to_owned(),
        _ => format!("{} has {} days", first.strftime("%B %Y"), first.days_in_month()),
    })
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

/// An open end (`..`) lies at `open`; an unknown one anywhere.
fn endpoint(endpoint: &IntervalEndpoint, open: Day) -> Window {
    match endpoint {
        IntervalEndpoint::Open => Window::day(open),
        IntervalEndpoint::Unknown => Window::ALL,
        IntervalEndpoint::Date(date) => window(&Edtf::Date(*date)),
        IntervalEndpoint::OnOrBefore(date) => Window::until(window(&Edtf::Date(*date)).last),
        IntervalEndpoint::OnOrAfter(date) => Window::since(window(&Edtf::Date(*date)).first),
    }
}

/// Narrows the ends of a stretch by each other: it cannot end before it starts.
fn ordered(extent: Extent) -> Option<Extent> {
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
                f.write_str("a date as text, such as \"2025-06-27\" or \"2025\"")
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
    fn dates_agree_if_all_could_be_one_day_or_one_stretch() {
        let agree = |written: &[&str]| Extent::agree(written.iter().map(|date| Date::parse(date).unwrap().extent()));
        assert!(agree(&["2004", "2004-05", "2004-05-12"]) && !agree(&["2004", "2004-05-12", "2004-06-01"]));
        let (early, late) = ("2001-01/2001", "2001/2001-03");
        assert!(agree(&[early, late]) && agree(&[early, "2001"]) && agree(&[late, "2001"]));
        assert!(!agree(&[early, late, "2001"]), "one starts in January, one ends in March, and it was one day");
        assert!(!agree(&["2014/2015", "[2014-03-01..2015-09-30]"]), "no day is in both years");
        assert!(agree(&["2014/..", "2014-03/.."]) && !agree(&["2014/..", "2020"]) && !agree(&["2014/..", "2014/2015"]));
        assert!(agree(&["2014/..", "2014/..", "2014-03/.."]) && agree(&["2014/2014", "2014-05-06"]) && agree(&[]));
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
    fn what_is_wrong_with_a_date_is_said_in_plain_words() {
        for (written, reason) in [
            ("2025-13", "there is no month 13"),
            ("2025-00-10", "there is no month 00"),
            ("2025-02-30", "February 2025 has 28 days"),
            ("2024-02-30", "February 2024 has 29 days"),
            ("2014/2015-06-31", "June 2015 has 30 days"),
            ("980", "write the year with four digits: 0980"),
            ("980-06-27", "write the year with four digits: 0980"),
            ("2025-6-7", "write month and day with two digits: 2025-06-07"),
            ("", "nothing is written"),
            ("soon", "write it as year-month-day, such as 2025-06-27"),
            ("2025x", "write it as year-month-day, such as 2025-06-27"),
            ("[2025-02-30..]", "February 2025 has 28 days"),
        ] {
            let error = Date::parse(written).unwrap_err();
            assert_eq!(error.to_string(), format!("`{written}` is not a date: {reason}"));
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
        for written in ["2025-02-30", "06/27/2025", "yesterday", "", "{1990,1992}", "2016/2014", "2025-13"] {
            assert!(Date::parse(written).is_err(), "{written}");
        }
    }
}
