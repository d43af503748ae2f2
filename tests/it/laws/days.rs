//! A handful of forms of dates, as days that are the numbers of their digits,
//! and what they can say to a question; apart from the crate's own dates.

pub const PAST: i32 = i32::MIN;
pub const FUTURE: i32 = i32::MAX;

pub const DATES: [&str; 14] = [
    "2012-12-31",
    "2013-01-01",
    "2013-06",
    "2013-06-15",
    "2014",
    "2014~",
    "2014-03",
    "2014-03-05",
    "2014-02-28?",
    "2014/..",
    "2013-05/2014-02",
    "[2014-06-29..]",
    "2015-07-01",
    "2016",
];

#[derive(Clone, Copy)]
pub enum Days {
    /// One day between two.
    One(i32, i32),
    /// All days from one of the first two to one of the last two.
    Stretch((i32, i32), (i32, i32)),
}

/// The first and the last day of a day, a month or a year.
pub fn period(text: &str) -> (i32, i32) {
    let parts: Vec<i32> = text.trim_end_matches(['~', '?']).split('-').map(|part| part.parse().unwrap()).collect();
    let last_of = |year: i32, month: i32| match month {
        2 if year % 4 == 0 => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    match parts[..] {
        [year] => (year * 10_000 + 101, year * 10_000 + 1231),
        [year, month] => {
            let start = year * 10_000 + month * 100;
            (start + 1, start + last_of(year, month))
        }
        [year, month, day] => (year * 10_000 + month * 100 + day, year * 10_000 + month * 100 + day),
        _ => unreachable!(),
    }
}

pub fn days(written: &str) -> Days {
    if let Some(first) = written.strip_prefix('[').and_then(|rest| rest.strip_suffix("..]")) {
        return Days::One(period(first).0, FUTURE);
    }
    match written.split_once('/') {
        Some((start, "..")) => Days::Stretch(period(start), (FUTURE, FUTURE)),
        Some((start, end)) => Days::Stretch(period(start), period(end)),
        None => Days::One(period(written).0, period(written).1),
    }
}

impl Days {
    pub fn ends(self) -> (i32, i32) {
        match self {
            Self::One(first, last) | Self::Stretch((first, _), (_, last)) => (first, last),
        }
    }

    /// Whether the day, or some day of the stretch, lies between two, both included.
    pub fn between(self, first: i32, last: i32) -> Truth {
        let (sure, maybe) = match self {
            Self::One(a, b) => (first <= a && b <= last, first <= b && a <= last),
            Self::Stretch(start, end) => (start.1 <= last && first <= end.0, start.0 <= last && first <= end.1),
        };
        match (first <= last && sure, first <= last && maybe) {
            (true, _) => Truth::True,
            (false, true) => Truth::Possible,
            (false, false) => Truth::False,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Truth {
    False,
    Unknown,
    Possible,
    True,
}
use Truth::{False, True};

impl From<bool> for Truth {
    fn from(value: bool) -> Self {
        if value { True } else { False }
    }
}

pub fn not(truth: Truth) -> Truth {
    match truth {
        False => True,
        True => False,
        other => other,
    }
}
