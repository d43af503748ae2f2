//! Calculations over rows, naively: every value is a range of numbers of days
//! or a window of days.

use super::whole::{Row, Scan};
use crate::model::{Cell, Date, Day, Extent, Truth, Window};
use crate::plan::{Arithmetic, Comparison, Scale};
use crate::syntax::tree::{Duration, Unit};

/// What a calculation comes to.
#[derive(Debug, Clone, Copy)]
pub enum Amount {
    Number(f64),
    Length(f64, f64, Option<(Window, Window)>),
    Days(Window),
}

pub fn hull(date: &Date) -> Window {
    match date.extent() {
        Extent::Point(window) => window,
        Extent::Stretch { start, end } => Window::new(start.first, end.last),
    }
}

/// A day moved by calendar time.
pub fn moved(day: Day, duration: Duration, sign: i64) -> Day {
    let count = sign * i64::from(duration.count);
    match duration.unit {
        Unit::Day => day.plus_days(count),
        Unit::Week => day.plus_days(count * 7),
        Unit::Month => day.plus_months(count),
        Unit::Year => day.plus_months(count * 12),
    }
}

fn in_days(duration: Duration) -> f64 {
    let unit = match duration.unit {
        Unit::Day => 1.0,
        Unit::Week => 7.0,
        Unit::Month => 30.436_875,
        Unit::Year => 365.2425,
    };
    f64::from(duration.count) * unit
}

fn apart(from: Day, to: Day) -> f64 {
    if !to.is_finite() || !from.is_finite() {
        let endless = to == Day::FUTURE || from == Day::PAST;
        return if endless { f64::INFINITY } else { f64::NEG_INFINITY };
    }
    f64::from(to.number()) - f64::from(from.number())
}

fn between(from: Window, to: Window) -> Amount {
    Amount::Length(apart(from.last, to.first), apart(from.first, to.last), Some((from, to)))
}

impl Scan<'_> {
    /// What a calculation comes to for a row; none if a value is missing.
    pub fn calculated(&self, arithmetic: &Arithmetic, row: Row) -> Option<Amount> {
        match arithmetic {
            Arithmetic::Number(number) => Some(Amount::Number(*number)),
            Arithmetic::Length(duration) => Some(Amount::Length(in_days(*duration), in_days(*duration), None)),
            Arithmetic::Days(window) => Some(Amount::Days(*window)),
            Arithmetic::Value(value) => match self.cells(value, row).first()? {
                #[expect(clippy::cast_precision_loss, reason = "test numbers are small")]
                Cell::Integer(integer) => Some(Amount::Number(*integer as f64)),
                Cell::Number(number) => Some(Amount::Number(*number)),
                Cell::Elapsed(elapsed) => Some(Amount::Length(elapsed.least, elapsed.most, elapsed.ends)),
                other => other.as_date().map(|date| Amount::Days(hull(date))),
            },
            Arithmetic::Other { date, other } => self
                .others(&other.shared, row)
                .into_iter()
                .filter(|place| self.truth(&other.filter, Row::Fact(*place)).is_definite())
                .flat_map(|place| self.values(date, Row::Fact(place)))
                .filter_map(|cell| cell.as_date().map(hull))
                .min_by_key(|window| (window.first, window.last))
                .map(Amount::Days),
            Arithmetic::Add(one, other) | Arithmetic::Subtract(one, other) => {
                let sign = if matches!(arithmetic, Arithmetic::Add(..)) { 1 } else { -1 };
                if let Arithmetic::Length(duration) = &**other
                    && let Amount::Days(window) = self.calculated(one, row)?
                {
                    return Some(Amount::Days(shifted(window, *duration, sign)));
                }
                if let (Arithmetic::Length(duration), 1) = (&**one, sign)
                    && let Amount::Days(window) = self.calculated(other, row)?
                {
                    return Some(Amount::Days(shifted(window, *duration, 1)));
                }
                combined(self.calculated(one, row)?, self.calculated(other, row)?, sign)
            }
        }
    }

    /// Whether what is calculated passes a test.
    pub fn computed(&self, arithmetic: &Arithmetic, test: &Scale, row: Row) -> Truth {
        let amount = self.calculated(arithmetic, row);
        if *test == Scale::Missing {
            return amount.is_none().into();
        }
        let Some(amount) = amount else { return Truth::Unknown };
        match (amount, test) {
            (Amount::Number(number), Scale::Number(comparison, other)) => compares(number, number, *comparison, *other),
            (Amount::Length(least, most, _), Scale::Number(comparison, days)) => {
                compares(least, most, *comparison, *days)
            }
            (Amount::Length(least, most, ends), Scale::Length(comparison, duration)) => match ends {
                Some((from, to)) if from.first.is_finite() && from.last.is_finite() => {
                    calendar(from, to, *comparison, *duration)
                }
                _ => compares(least, most, *comparison, in_days(*duration)),
            },
            (Amount::Days(days), Scale::Days(window)) => Extent::Point(days).within(*window),
            _ => Truth::False,
        }
    }
}

fn shifted(window: Window, duration: Duration, sign: i64) -> Window {
    Window::new(moved(window.first, duration, sign), moved(window.last, duration, sign))
}

fn combined(one: Amount, other: Amount, sign: i64) -> Option<Amount> {
    let signed = if sign > 0 { 1.0 } else { -1.0 };
    Some(match (one, other) {
        (Amount::Number(one), Amount::Number(other)) => Amount::Number(one + signed * other),
        (Amount::Days(to), Amount::Days(from)) if sign < 0 => between(from, to),
        (Amount::Length(least, most, _), Amount::Length(other_least, other_most, _)) => {
            if sign > 0 {
                Amount::Length(least + other_least, most + other_most, None)
            } else {
                Amount::Length(least - other_most, most - other_least, None)
            }
        }
        _ => return None,
    })
}

/// Over every number from one to another.
fn compares(least: f64, most: f64, comparison: Comparison, with: f64) -> Truth {
    let both = |all: bool, some: bool| Truth::from_bounds(all, some);
    match comparison {
        Comparison::Less => both(most < with, least < with),
        Comparison::AtMost => both(most <= with, least <= with),
        Comparison::Greater => both(least > with, most > with),
        Comparison::AtLeast => both(least >= with, most >= with),
        Comparison::Equal => both(least >= with && most <= with, least <= with && with <= most),
        Comparison::NotEqual => !compares(least, most, Comparison::Equal, with),
    }
}

/// The later day against the earlier one moved by the calendar.
fn calendar(from: Window, to: Window, comparison: Comparison, duration: Duration) -> Truth {
    let goal = |day: Day| moved(day, duration, 1);
    let (early, late) = (goal(from.first), goal(from.last));
    match comparison {
        Comparison::Less => Truth::from_bounds(to.last < early, to.first < late),
        Comparison::AtMost => Truth::from_bounds(to.last <= early, to.first <= late),
        Comparison::Greater => Truth::from_bounds(to.first > late, to.last > early),
        Comparison::AtLeast => Truth::from_bounds(to.first >= late, to.last >= early),
        Comparison::Equal => Truth::from_bounds(
            to.first == to.last && early == late && to.first == early,
            to.first <= late && early <= to.last,
        ),
        Comparison::NotEqual => !calendar(from, to, Comparison::Equal, duration),
    }
}
