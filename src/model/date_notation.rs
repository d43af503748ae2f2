//! Dates that EDTF does not have: days of the Julian calendar, digits left open before
//! the year 0, and days of years beyond 9999.

use edtf_core::Edtf;

use super::date_reading::{DateReading, of_edtf};
use super::day::Calendar;
use super::{Day, Extent, Precision, Window};

/// Reads a date, an interval or a set in which such a date stands; none if the text is
/// none of these.
pub(super) fn read(written: &str) -> Option<DateReading> {
    if let Some(members) = written.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        let windows = members.split(',').map(member).collect::<Option<Vec<Window>>>()?;
        let hull = windows.into_iter().reduce(Window::hull)?;
        let extent = Extent::Point(hull);
        return (!hull.is_empty()).then_some(DateReading {
            extent,
            precision: None,
            uncertain: false,
            approximate: false,
        });
    }
    let Some((start, end)) = written.split_once('/') else { return single(written) };
    let (start, end) = (endpoint(start, Day::PAST)?, endpoint(end, Day::FUTURE)?);
    let days = |end: &DateReading| end.extent.days();
    Some(DateReading {
        extent: Extent::Stretch { start: days(&start), end: days(&end) },
        precision: None,
        uncertain: start.uncertain || end.uncertain,
        approximate: start.approximate || end.approximate,
    })
}

/// One of several days, or a range of them.
fn member(written: &str) -> Option<Window> {
    let date = |written: &str| any_single(written).map(|read| read.extent.days());
    let Some((first, last)) = written.split_once("..") else { return date(written) };
    let first = if first.is_empty() { Day::PAST } else { date(first)?.first };
    let last = if last.is_empty() { Day::FUTURE } else { date(last)?.last };
    (first <= last).then_some(Window::new(first, last))
}

fn endpoint(written: &str, open: Day) -> Option<DateReading> {
    let days =
        |window| DateReading { extent: Extent::Point(window), precision: None, uncertain: false, approximate: false };
    match written {
        "" => Some(days(Window::ALL)),
        ".." => Some(days(Window::day(open))),
        written => any_single(written),
    }
}

/// A date, of EDTF or not.
fn any_single(written: &str) -> Option<DateReading> {
    single(written).or_else(|| match Edtf::parse(written) {
        Ok(edtf @ Edtf::Date(_)) => Some(of_edtf(&edtf)),
        _ => None,
    })
}

/// A date that EDTF does not have.
fn single(written: &str) -> Option<DateReading> {
    let (date, mark) = match written.strip_suffix(['?', '~', '%']) {
        Some(date) => (date, written.get(date.len()..).unwrap_or("")),
        None => (written, ""),
    };
    let (window, precision) = match date.strip_prefix('J') {
        Some(date) => calendar_date(date, Calendar::Julian)?,
        None if date.starts_with('Y') => calendar_date(date, Calendar::Gregorian)?,
        None => (open_digits(date)?, None),
    };
    Some(DateReading {
        extent: Extent::Point(window),
        precision,
        uncertain: ["?", "%"].contains(&mark),
        approximate: ["~", "%"].contains(&mark),
    })
}

/// `1752`, `1752-09` or `1752-09-02`, by a calendar.
fn calendar_date(written: &str, calendar: Calendar) -> Option<(Window, Option<Precision>)> {
    let (sign, unsigned) = match written.strip_prefix("Y-").or_else(|| written.strip_prefix('-')) {
        Some(rest) => (-1, rest),
        None => (1, written.strip_prefix('Y').unwrap_or(written)),
    };
    let mut parts = unsigned.split('-');
    let year = parts.next()?;
    let has_length = if written.starts_with('Y') { year.len() > 4 } else { year.len() == 4 };
    let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<i64>().ok())?;
    let part = |text: &str| if text.len() == 2 { number(text).and_then(|part| u8::try_from(part).ok()) } else { None };
    let (year, month, day) = (sign * number(year).filter(|_| has_length)?, parts.next(), parts.next());
    if parts.next().is_some() {
        return None;
    }
    let find = |month, day| match calendar {
        Calendar::Julian => Day::julian(year, month, day),
        Calendar::Gregorian => Day::new(year, month, day),
    };
    let (first, last, precision) = match (month, day) {
        (None, _) => (find(1, 1)?, find(12, 31)?, Precision::Year),
        (Some(month), None) => {
            let month = part(month)?;
            (find(month, 1)?, find(month, calendar.days_in_month(year, month)?)?, Precision::Month)
        }
        (Some(month), Some(day)) => {
            let day = find(part(month)?, part(day)?)?;
            (day, day, Precision::Day)
        }
    };
    Some((Window::new(first, last), Some(precision)))
}

/// `-01XX`: years before 0 with digits left open.
fn open_digits(written: &str) -> Option<Window> {
    let digits = written.strip_prefix('-').filter(|digits| digits.len() == 4 && digits.ends_with('X'))?;
    let year = |open: char| -> Option<i64> { Some(-digits.replace('X', &open.to_string()).parse::<i64>().ok()?) };
    let is_written = digits.trim_end_matches('X').bytes().all(|byte| byte.is_ascii_digit());
    // The year 0 is not written with a sign.
    let last = year('0')?.min(-1);
    is_written.then(|| Some(Window::new(Day::new(year('9')?, 1, 1)?, Day::new(last, 12, 31)?)))?
}
