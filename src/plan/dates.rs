//! Dates as windows of days: what a date in a query means on a given day, and
//! which days are after it, before it or near it. It knows calendars and not
//! fields.

use super::{DateProblem, OpenDate, RangeEnd};
use crate::model::{Date, Day, Extent, Truth, Window};
use crate::syntax::tree::{Duration, Relation, RelativeDay, Side, Turn, Unit, When};
use crate::syntax::{Spanned, print_when};

/// The days of a date, period or range.
///
/// Weeks begin on Monday. `last month` is the calendar month before the one of
/// today; `last 90 days` are ninety days of which today is the last, and `next
/// 90 days` ninety of which it is the first; `2 weeks ago` is one day.
///
/// # Errors
///
/// If it is not a date, contains no day or ends before it starts. Parameters
/// and dates of other facts must have been replaced by the checker.
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
            if day.is_finite() { Ok(Window::day(day)) } else { Err(DateProblem::OutsideCalendar) }
        }
        When::Range(first, last) => {
            let written = |end: &Option<Box<Spanned<When>>>| end.as_ref().map(|end| print_when(&end.value));
            let swapped = written(first).zip(written(last));
            let first = first.as_ref().map(|first| period(&first.value, today)).transpose()?;
            let last = last.as_ref().map(|last| period(&last.value, today)).transpose()?;
            let range =
                Window::new(first.map_or(Day::PAST, |first| first.first), last.map_or(Day::FUTURE, |last| last.last));
            if range.is_empty() {
                let mend = swapped.map(|(first, last)| format!("{last}..{first}"));
                return Err(DateProblem::RangeReversed { first: range.first, last: range.last, mend });
            }
            Ok(range)
        }
        When::Braces(..) | When::Parameter(_) => Err(DateProblem::NotPutIn),
    }
}

/// The days that are in a relation to a period.
///
/// `after` begins after its end and `before` ends before its start; `since` and
/// `until` include it. `within 90 days of` reaches ninety days beyond both of
/// its ends. `within 90 days after` a day begins with that day itself (what
/// happened on it happened within ninety days) and ends ninety days later;
/// after a longer period it begins on the day after its end. `before` is the
/// same in the other direction.
///
/// # Errors
///
/// If the period is open at an end that is needed, or `on` is followed by
/// several days.
pub fn relate(relation: Relation, period: Window) -> Result<Window, DateProblem> {
    let finite = |day: Day, end| {
        let place = OpenDate::Relation;
        if day.is_finite() { Ok(day) } else { Err(DateProblem::Open { end, place }) }
    };
    let start = || finite(period.first, RangeEnd::First);
    let end = || finite(period.last, RangeEnd::Last);
    let one_day = period.first == period.last;
    Ok(match relation {
        Relation::After => Window::since(end()?.next()),
        Relation::Before => Window::until(start()?.previous()),
        Relation::Since => Window::since(start()?),
        Relation::Until => Window::until(end()?),
        Relation::In => period,
        Relation::On if one_day => period,
        Relation::On => return Err(DateProblem::NotOneDay),
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

/// How many days after today a day is.
fn days_from_today(day: RelativeDay) -> i64 {
    match day {
        RelativeDay::Yesterday => -1,
        RelativeDay::Today => 0,
        RelativeDay::Tomorrow => 1,
    }
}

/// A length of calendar time: a number of months and then of days.
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
    let Some(civil) = day.civil() else { return day };
    match unit {
        Unit::Day => day,
        // 1970-01-01 was a Thursday.
        Unit::Week => day.plus_days(-i64::from(day.number()).saturating_add(3).rem_euclid(7)),
        Unit::Month => civil.month_window().first,
        Unit::Year => civil.year_window().first,
    }
}

/// The unit of time in which a day lies.
pub(super) fn unit_around(unit: Unit, day: Day) -> Window {
    let first = start_of(unit, day);
    Window::new(first, moved(first, Duration { count: 1, unit }, true).previous())
}

/// A day moved by calendar units: a month after 31 January is the last day of
/// February.
pub(crate) fn moved(day: Day, duration: Duration, forward: bool) -> Day {
    let CalendarLength { months, days } = duration.into();
    let sign = if forward { 1 } else { -1 };
    let day = if months == 0 { day } else { day.plus_months(sign * months) };
    if days == 0 { day } else { day.plus_days(sign * days) }
}

fn years(first: i32, last: i32) -> Result<Window, DateProblem> {
    let first_day = Day::new(i64::from(first), 1, 1);
    let days = first_day.zip(Day::new(i64::from(last), 12, 31));
    days.map(|(first, last)| Window::new(first, last)).ok_or(DateProblem::OutsideCalendar)
}

fn civil(year: i32, month: u8, day: Option<u8>) -> Result<Window, DateProblem> {
    let first = Day::new(i64::from(year), month, 1).ok_or(DateProblem::OutsideCalendar)?;
    let last = first.plus_months(1).previous();
    let Some(day) = day else {
        return Ok(Window::new(first, last));
    };
    let found = Day::new(i64::from(year), month, day).map(Window::day);
    found.ok_or(DateProblem::NoSuchDay { year, month, day, last })
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
        return Err(DateProblem::NoDay);
    }
    match turn {
        Turn::Last => Ok(Window::new(moved(today, duration, false).next(), today)),
        Turn::Next => {
            let after = moved(today, duration, true);
            let day_of_month = |day: Day| day.civil().map_or(0, |civil| civil.day);
            let whole_months = CalendarLength::from(duration).days == 0;
            // A month from 31 January has no day after it to stop before: February is shorter.
            let cut = whole_months && day_of_month(after) < day_of_month(today);
            Ok(Window::new(today, if cut { after } else { after.previous() }))
        }
        Turn::This => Err(DateProblem::SeveralUnitsOfThis),
    }
}

fn edtf(text: &str) -> Result<Window, DateProblem> {
    let error = match Date::parse(text) {
        Ok(date) => return Ok(date.days()),
        Err(error) => error,
    };
    let meanings = in_other_order(text);
    // In the right order and with the right signs, something else is wrong.
    let is_ordered = text.get(4..5) == Some("-");
    let is_nearly = text.starts_with(|first: char| first.is_ascii_digit() || "-[".contains(first));
    Err(match (meanings.is_empty(), is_ordered) {
        (false, false) => DateProblem::OtherOrder { written: error.written, meanings },
        (false, true) => DateProblem::Invalid { error, meanings },
        (true, _) if is_nearly => DateProblem::Invalid { error, meanings },
        (true, _) => DateProblem::NotADate { written: error.written, similar: None },
    })
}

/// Whether the days of a date depend on the day on which it is read.
pub(super) fn depends_on_today(when: &When) -> bool {
    let end = |end: &Option<Box<Spanned<When>>>| end.as_ref().is_some_and(|end| depends_on_today(&end.value));
    match when {
        When::Relative(_) | When::Calendar(..) | When::Rolling(..) | When::Ago(_) => true,
        When::Range(first, last) => end(first) || end(last),
        When::Edtf(_) | When::Decade(_) | When::Civil { .. } | When::Braces(..) | When::Parameter(_) => false,
    }
}

/// What a date with its parts in another order may mean: two days for
/// `06/07/2025`, one for `06/27/2025`.
fn in_other_order(text: &str) -> Vec<Day> {
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
    let mut meanings: Vec<Day> = Vec::new();
    for (year, month, day) in orders {
        let (Ok(month), Ok(day)) = (u8::try_from(month), u8::try_from(day)) else {
            continue;
        };
        if year < 1000 {
            continue;
        }
        if let Some(day) = Day::new(i64::from(year), month, day)
            && !meanings.contains(&day)
        {
            meanings.push(day);
        }
    }
    meanings
}

/// The days that are in a relation to an imprecise date: certainly, if they are
/// for every day that it may be; possibly, if for some. For a stretch of time,
/// the relation is to its whole period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reach {
    /// Those that certainly are; none if [`Reach::is_some`] is false of them.
    pub certain: Window,
    /// Those that possibly are; likewise.
    pub perhaps: Window,
}

impl Reach {
    /// The days in a relation to a date.
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
            // No day outside a longer period is within 0 days of it. If the
            // stretch may be a single day, that day is.
            let day = Extent::Point(days.first.intersection(days.last));
            let perhaps = if days.may_be_day { Self::new(relation, day).perhaps } else { NONE };
            return Self { certain: NONE, perhaps };
        }
        let (least, most) = (days.earliest(relation), days.latest(relation));
        Self { certain: Window::new(most.first, least.last), perhaps: Window::new(least.first, most.last) }
    }

    /// Whether a date is in the relation.
    pub(crate) fn of(self, date: Extent) -> Truth {
        let (certain, perhaps) = Self::needed(date);
        let meets = |window: Window, (by, to)| Self::is_some(window) && window.first <= by && to <= window.last;
        Truth::from_bounds(meets(self.certain, certain), meets(self.perhaps, perhaps))
    }

    /// The day by which the window must begin, and the day to which it must
    /// last, for a date to be in it: certainly, and possibly.
    pub(crate) fn needed(date: Extent) -> ((Day, Day), (Day, Day)) {
        match date {
            Extent::Point(day) => ((day.first, day.last), (day.last, day.first)),
            Extent::Stretch { start, end } => ((end.first, start.last), (end.last, start.first)),
        }
    }

    /// Whether a window has any days: none are after a stretch that is still
    /// going on, or before one without a beginning.
    pub(crate) fn is_some(window: Window) -> bool {
        window.first != Day::FUTURE && window.last != Day::PAST
    }
}

/// The date that others are in a relation to: a day, or a period.
#[derive(Clone, Copy)]
struct Related {
    /// The days that may be its first.
    first: Window,
    /// The days that may be its last.
    last: Window,
    /// Whether it may be a single day.
    may_be_day: bool,
    /// Whether it may be longer than a day.
    may_be_longer: bool,
}

impl Related {
    /// The earliest days on which the window of the relation may begin and end.
    fn earliest(self, relation: Relation) -> Window {
        let before = Window::new(self.first.first, self.last.first);
        // A day itself is within 0 days after it; the end of a longer period is
        // not.
        let may_touch = self.may_be_day && self.first.contains(self.last.first);
        around(relation, before, may_touch, !self.may_be_longer)
    }

    /// The latest days on which it may begin and end.
    fn latest(self, relation: Relation) -> Window {
        let after = Window::new(self.first.last, self.last.last);
        let may_touch = self.may_be_day && self.last.contains(self.first.last);
        around(relation, after, !self.may_be_longer, may_touch)
    }
}

/// The days in a relation to a period, as in [`relate`], but for periods that
/// may be open. The flags tell whether the window of `within` begins or ends
/// with the period's own end.
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
