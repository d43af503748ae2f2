//! Dates as windows of days: what a date of a query means on a given today,
//! and which days lie after it, before it or near it.
//!
//! It knows calendars; it knows nothing of fields.

use crate::model::{Date, DateErrorKind, Day, Extent, Truth, Window};
use crate::syntax::keyword::MONTHS;
use crate::syntax::tree::{Duration, Relation, RelativeDay, Side, Turn, Unit, When};
use crate::syntax::{Spanned, print_when};

/// Why a date of a query means nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct DateProblem {
    /// One plain sentence.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

impl DateProblem {
    fn new(message: impl Into<String>, help: Option<String>) -> Self {
        Self { message: message.into(), help }
    }
}

/// The days of a date, period or range.
///
/// Weeks begin on Monday. `last month` is the calendar month before the one of
/// today; `last 90 days` are ninety days of which today is the last, and
/// `next 90 days` ninety of which it is the first; `2 weeks ago` is one day.
///
/// # Errors
///
/// If it is no date, holds no day, ends before it starts, or is a parameter
/// or another fact's date: those are for the checker to put in.
pub fn period(when: &When, today: Day) -> Result<Window, DateProblem> {
    match when {
        When::Edtf(text) => edtf(text),
        When::Decade(year) => years(*year, year.saturating_add(9)),
        When::Civil { year, month, day } => civil(*year, *month, *day),
        When::Relative(day) => Ok(Window::day(today.plus_days(days_from_today(*day)))),
        When::Calendar(turn, unit) => Ok(calendar(*turn, *unit, today)),
        When::Rolling(turn, duration) => rolling(*turn, *duration, today),
        When::Ago(duration) => {
            let day = moved(today, *duration, false);
            if day.is_finite() { Ok(Window::day(day)) } else { Err(outside()) }
        }
        When::Range(first, last) => {
            let written = |end: &Option<Box<Spanned<When>>>| end.as_ref().map(|end| print_when(&end.value));
            let swapped = written(first).zip(written(last));
            let first = first.as_ref().map(|first| period(&first.value, today)).transpose()?;
            let last = last.as_ref().map(|last| period(&last.value, today)).transpose()?;
            let range =
                Window::new(first.map_or(Day::PAST, |first| first.first), last.map_or(Day::FUTURE, |last| last.last));
            if range.is_empty() {
                return Err(DateProblem::new(
                    format!("the range ends on {}, before it starts on {}", range.last, range.first),
                    swapped.map(|(first, last)| format!("`{last}..{first}`")),
                ));
            }
            Ok(range)
        }
        When::Braces(..) | When::Parameter(_) => Err(DateProblem::new("no date is known here", None)),
    }
}

/// The days that lie so to a period.
///
/// `after` begins after its end and `before` ends before its start; `since`
/// and `until` include it. `within 90 days of` reaches ninety days beyond both
/// of its ends. `within 90 days after` a day begins with that day itself (what
/// happened on it happened within ninety days) and ends ninety days later;
/// after a longer period it begins on the day after its end. `before` is the
/// same in the other direction.
///
/// # Errors
///
/// If it needs an end that the period has not, or is `on` several days.
pub fn relate(relation: Relation, period: Window) -> Result<Window, DateProblem> {
    let start = || {
        let help = || Some("name a day or a period, such as `2025`; `in` takes what is open".to_owned());
        period
            .first
            .is_finite()
            .then_some(period.first)
            .ok_or_else(|| DateProblem::new("this has no first day", help()))
    };
    let end = || {
        let help = || Some("name a day or a period, such as `2025`; `in` takes what is open".to_owned());
        period.last.is_finite().then_some(period.last).ok_or_else(|| DateProblem::new("this has no last day", help()))
    };
    let one_day = period.first == period.last;
    Ok(match relation {
        Relation::After => Window::since(end()?.next()),
        Relation::Before => Window::until(start()?.previous()),
        Relation::Since => Window::since(start()?),
        Relation::Until => Window::until(end()?),
        Relation::In => period,
        Relation::On if one_day => period,
        Relation::On => {
            return Err(DateProblem::new(
                "`on` needs one day, and this is a period",
                Some("`in` takes a period: `in 2025`, `in June 2025`".to_owned()),
            ));
        }
        Relation::Within(duration, Side::Either) => {
            Window::new(moved(start()?, duration, false), moved(end()?, duration, true))
        }
        Relation::Within(duration, Side::After) => {
            let end = end()?;
            Window::new(if one_day { end } else { end.next() }, moved(end, duration, true))
        }
        Relation::Within(duration, Side::Before) => {
            let start = start()?;
            Window::new(moved(start, duration, false), if one_day { start } else { start.previous() })
        }
    })
}

/// That a day is so far away that no date can name it.
fn outside() -> DateProblem {
    DateProblem::new("this lies outside the calendar", Some("dates go from -9999 to 9999".to_owned()))
}

/// How many days after today a day is.
fn days_from_today(day: RelativeDay) -> i64 {
    match day {
        RelativeDay::Yesterday => -1,
        RelativeDay::Today => 0,
        RelativeDay::Tomorrow => 1,
    }
}

/// A length of calendar time: so many months and then so many days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CalendarLength {
    pub(crate) months: i64,
    pub(crate) days: i64,
}

impl From<Duration> for CalendarLength {
    fn from(duration: Duration) -> Self {
        let (months, days) = match duration.unit {
            Unit::Day => (0, 1),
            Unit::Week => (0, 7),
            Unit::Month => (1, 0),
            Unit::Year => (12, 0),
        };
        let count = i64::from(duration.count);
        Self { months: months * count, days: days * count }
    }
}

/// The first day of the unit of time in which a day lies.
fn start_of(unit: Unit, day: Day) -> Day {
    let Some(date) = day.civil() else { return day };
    match unit {
        Unit::Day => day,
        Unit::Week => day.plus_days(-i64::from(date.weekday().to_monday_zero_offset())),
        Unit::Month => Day::from_civil(date.first_of_month()),
        Unit::Year => Day::from_civil(date.first_of_year()),
    }
}

/// The unit of time in which a day lies.
pub(super) fn unit_around(unit: Unit, day: Day) -> Window {
    let first = start_of(unit, day);
    Window::new(first, moved(first, Duration { count: 1, unit }, true).previous())
}

/// A day moved by calendar time: a month after 31 January is the last day of February.
pub(crate) fn moved(day: Day, duration: Duration, forward: bool) -> Day {
    let CalendarLength { months, days } = duration.into();
    let sign = if forward { 1 } else { -1 };
    let day = if months == 0 { day } else { day.plus_months(sign * months) };
    if days == 0 { day } else { day.plus_days(sign * days) }
}

fn years(first: i32, last: i32) -> Result<Window, DateProblem> {
    let first_day = Day::new(i64::from(first), 1, 1);
    first_day.zip(Day::new(i64::from(last), 12, 31)).map(|(first, last)| Window::new(first, last)).ok_or_else(outside)
}

fn civil(year: i32, month: u8, day: Option<u8>) -> Result<Window, DateProblem> {
    let first = Day::new(i64::from(year), month, 1).ok_or_else(outside)?;
    let last = first.plus_months(1).previous();
    let Some(day) = day else {
        return Ok(Window::new(first, last));
    };
    Day::new(i64::from(year), month, day).map(Window::day).ok_or_else(|| {
        let last_day = last.civil().map_or(0, jiff::civil::Date::day);
        let name = MONTHS.get(usize::from(month).saturating_sub(1)).copied().unwrap_or_default();
        let message = format!("there is no {day} {name} {year}: the month has {last_day} days");
        DateProblem::new(message, Some(format!("its last day is `{last}`")))
    })
}

fn calendar(turn: Turn, unit: Unit, today: Day) -> Window {
    let this = unit_around(unit, today);
    match turn {
        Turn::Last => unit_around(unit, this.first.previous()),
        Turn::This => this,
        Turn::Next => unit_around(unit, this.last.next()),
    }
}

fn rolling(turn: Turn, duration: Duration, today: Day) -> Result<Window, DateProblem> {
    if duration.count == 0 {
        return Err(DateProblem::new("no day lies in this", Some("`today` is one day".to_owned())));
    }
    match turn {
        Turn::Last => Ok(Window::new(moved(today, duration, false).next(), today)),
        Turn::Next => {
            let after = moved(today, duration, true);
            let day_of_month = |day: Day| day.civil().map_or(0, jiff::civil::Date::day);
            let whole_months = CalendarLength::from(duration).days == 0;
            // A month from 31 January has no day after it to stop before: February is shorter.
            let cut = whole_months && day_of_month(after) < day_of_month(today);
            Ok(Window::new(today, if cut { after } else { after.previous() }))
        }
        Turn::This => Err(DateProblem::new(
            "`this` goes with one unit only",
            Some("`this month`, `last 3 months`, `next 3 months`".to_owned()),
        )),
    }
}

fn edtf(text: &str) -> Result<Window, DateProblem> {
    match Date::parse(text) {
        Ok(date) => Ok(date.days()),
        Err(error) => {
            let mends = slashed(text);
            if mends.is_empty() {
                let examples = "dates look like `2025`, `2025-06`, `2025-06-27`, `1920s`, `today`";
                // Where it was nearly one, what is wrong with it says more.
                let nearly = text.starts_with(|first: char| first.is_ascii_digit() || "-[".contains(first));
                let message = if nearly { error.to_string() } else { format!("`{}` is not a date", error.written) };
                let general = !nearly || error.kind == DateErrorKind::Unrecognized;
                return Err(DateProblem::new(message, general.then(|| examples.to_owned())));
            }
            // In the right order and with the right signs, something else is wrong.
            let ordered = text.get(4..5) == Some("-");
            let told = if ordered {
                error.to_string()
            } else {
                format!("`{}` is not a date: write year, month and day, with `-`", error.written)
            };
            Err(DateProblem::new(told, Some(mends.join(" or "))))
        }
    }
}

/// Whether the days of a date depend on the day on which it is read.
pub(super) fn hangs_on_today(when: &When) -> bool {
    let end = |end: &Option<Box<Spanned<When>>>| end.as_ref().is_some_and(|end| hangs_on_today(&end.value));
    match when {
        When::Relative(_) | When::Calendar(..) | When::Rolling(..) | When::Ago(_) => true,
        When::Range(first, last) => end(first) || end(last),
        When::Edtf(_) | When::Decade(_) | When::Civil { .. } | When::Braces(..) | When::Parameter(_) => false,
    }
}

/// What a date with its parts in another order probably means: both readings
/// of `06/07/2025`, the one of `06/27/2025`.
fn slashed(text: &str) -> Vec<String> {
    let parts: Vec<&str> = text.split(['/', '.', '-']).collect();
    let &[first, second, third] = parts.as_slice() else {
        return Vec::new();
    };
    let [Ok(first), Ok(second), Ok(third)] = [first, second, third].map(str::parse::<u32>) else {
        return Vec::new();
    };
    let orders = if first > 31 {
        vec![(first, second, third), (first, third, second)]
    } else {
        vec![(third, first, second), (third, second, first)]
    };
    let mut mends: Vec<String> = Vec::new();
    for (year, month, day) in orders {
        let (Ok(month), Ok(day)) = (u8::try_from(month), u8::try_from(day)) else {
            continue;
        };
        if year < 1000 {
            continue;
        }
        if let Some(day) = Day::new(i64::from(year), month, day) {
            let mend = format!("`{day}`");
            if !mends.contains(&mend) {
                mends.push(mend);
            }
        }
    }
    mends
}

/// The days that lie so to a date that is known imprecisely: definitely if they
/// do whichever day it is, possibly if for some. What lies so to a stretch lies
/// so to its period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reach {
    /// Those that do whichever day it is; none if [`Reach::is_some`] says so.
    pub certain: Window,
    /// Those that do for some day that it may be; likewise.
    pub perhaps: Window,
}

impl Reach {
    /// The days that lie so to a date.
    pub(crate) fn new(relation: Relation, to: Extent) -> Self {
        const NONE: Window = Window { first: Day::FUTURE, last: Day::PAST };
        let days = match to {
            Extent::Point(day) => Related { first: day, last: day, may_be_day: true, may_be_longer: false },
            Extent::Stretch { start, end } => Related {
                first: start,
                last: end,
                may_be_day: !start.intersection(end).is_empty(),
                may_be_longer: start.first < end.last,
            },
        };
        if let Relation::Within(Duration { count: 0, .. }, Side::After | Side::Before) = relation
            && days.may_be_longer
        {
            // No day is so near to a period and outside of it; on the one day of a
            // stretch that is no longer there is one.
            let day = Extent::Point(days.first.intersection(days.last));
            let perhaps = if days.may_be_day { Self::new(relation, day).perhaps } else { NONE };
            return Self { certain: NONE, perhaps };
        }
        let (least, most) = (days.earliest(relation), days.latest(relation));
        Self { certain: Window::new(most.first, least.last), perhaps: Window::new(least.first, most.last) }
    }

    /// Whether a date lies so.
    pub(crate) fn of(self, date: Extent) -> Truth {
        let (certain, perhaps) = Self::needed(date);
        let meets = |window: Window, (by, to)| Self::is_some(window) && window.first <= by && to <= window.last;
        Truth::from_bounds(meets(self.certain, certain), meets(self.perhaps, perhaps))
    }

    /// By which day days must begin that lie so, and to which they must last,
    /// for a date to lie so: for certain, and possibly.
    pub(crate) fn needed(date: Extent) -> ((Day, Day), (Day, Day)) {
        match date {
            Extent::Point(day) => ((day.first, day.last), (day.last, day.first)),
            Extent::Stretch { start, end } => ((end.first, start.last), (end.last, start.first)),
        }
    }

    /// Whether there are such days at all: none come after what goes on, and
    /// none before what has been there ever.
    pub(crate) fn is_some(window: Window) -> bool {
        window.first != Day::FUTURE && window.last != Day::PAST
    }
}

/// A day, or a period from one to another, to which others may lie so.
#[derive(Clone, Copy)]
struct Related {
    /// Where its first day lies.
    first: Window,
    /// Where its last day lies.
    last: Window,
    /// Whether both may be one day.
    may_be_day: bool,
    /// Whether they may be two.
    may_be_longer: bool,
}

impl Related {
    /// The earliest that the days that lie so to it may begin and end.
    fn earliest(self, relation: Relation) -> Window {
        let before = Window::new(self.first.first, self.last.first);
        // The day itself belongs to those after it, but not to those after a period.
        let may_touch = self.may_be_day && self.first.contains(self.last.first);
        around(relation, before, may_touch, !self.may_be_longer)
    }

    /// The latest that they may.
    fn latest(self, relation: Relation) -> Window {
        let after = Window::new(self.first.last, self.last.last);
        let may_touch = self.may_be_day && self.last.contains(self.first.last);
        around(relation, after, !self.may_be_longer, may_touch)
    }
}

/// The days that lie so to a period, as [`relate`] has it, where an end that is
/// not known has none after it or before it; on which side they begin or end
/// with the day itself is told apart.
fn around(relation: Relation, period: Window, begins_with_it: bool, ends_with_it: bool) -> Window {
    let Window { first, last } = period;
    match relation {
        Relation::After => Window::since(last.next()),
        Relation::Before => Window::until(first.previous()),
        Relation::Since => Window::since(first),
        Relation::Until => Window::until(last),
        Relation::In | Relation::On => period,
        Relation::Within(duration, Side::Either) => {
            Window::new(moved(first, duration, false), moved(last, duration, true))
        }
        Relation::Within(duration, Side::After) => {
            Window::new(if begins_with_it { last } else { last.next() }, moved(last, duration, true))
        }
        Relation::Within(duration, Side::Before) => {
            Window::new(moved(first, duration, false), if ends_with_it { first } else { first.previous() })
        }
    }
}
