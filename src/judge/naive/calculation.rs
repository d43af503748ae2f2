//! Calculations over rows, naively: every value is a number, a range of numbers
//! of days, or a date.

use super::relation::lies_in;
use super::stages;
use super::whole::{Judged, Row, Scan};
use crate::model::{Cell, Date, Day, Extent, Number, Truth, Window};
use crate::plan::{Calculation, Comparison, OtherDate, Scale};
use crate::syntax::tree::{ArithmeticOperator, Duration, Unit};

/// What a calculation comes to.
#[derive(Debug, Clone)]
pub enum Amount {
    Number(Number),
    Length(f64, f64, Option<(Window, Window)>),
    Days(Extent),
}

/// All days that a date may touch.
pub fn hull(extent: Extent) -> Window {
    match extent {
        Extent::Point(window) => window,
        Extent::Stretch { start, end } => Window::new(start.first, end.last),
    }
}

/// A day moved by calendar time: units are written again here, so that a wrong
/// one is found out.
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

fn between(from: Extent, to: Extent) -> Amount {
    let (from, to) = (hull(from), hull(to));
    Amount::Length(apart(from.last, to.first), apart(from.first, to.last), Some((from, to)))
}

impl Scan<'_> {
    /// What a calculation comes to for a row; none if a value is missing.
    pub fn calculated<D: Judged>(&self, calculation: &Calculation<D>, row: Row) -> Option<Amount> {
        match calculation {
            Calculation::Number(number) => Some(Amount::Number(number.clone())),
            Calculation::Length(duration) => Some(Amount::Length(in_days(*duration), in_days(*duration), None)),
            Calculation::Days(window) => Some(Amount::Days(Extent::Point(*window))),
            Calculation::Value(value) => match self.cells(value, row).first()? {
                Cell::Integer(integer) => Some(Amount::Number(Number::from(*integer))),
                Cell::Number(number) => Some(Amount::Number(number.clone())),
                Cell::Elapsed(elapsed) => Some(Amount::Length(elapsed.least, elapsed.most, elapsed.ends)),
                other => other.as_date().map(|date| Amount::Days(date.extent())),
            },
            Calculation::Other(OtherDate { date, other }) => {
                let others = self.others(&other.shared, row).into_iter();
                let others = others.filter(|place| self.truth(&other.filter, Row::Fact(*place)).is_definite());
                let dates = others.flat_map(|place| self.values(date, Row::Fact(place)));
                let dates: Vec<Extent> = dates.filter_map(|cell| cell.as_date().map(Date::extent)).collect();
                // Whichever was first, it was not before all, and not after the last day of any.
                let first = dates.iter().map(|extent| hull(*extent).first).min()?;
                let last = dates.iter().map(|extent| hull(*extent).last).min()?;
                let one = dates.iter().find(|extent| hull(**extent) == Window::new(first, last));
                Some(Amount::Days(one.copied().unwrap_or(Extent::Point(Window::new(first, last)))))
            }
            Calculation::Operation(
                operator @ (ArithmeticOperator::Multiply | ArithmeticOperator::Divide),
                one,
                other,
            ) => {
                let (one, other) = (self.calculated(one, row)?, self.calculated(other, row)?);
                scaled(*operator, one, other)
            }
            Calculation::Operation(operator, one, other) => {
                let sign = if *operator == ArithmeticOperator::Add { 1 } else { -1 };
                if let Calculation::Length(duration) = &**other
                    && let Amount::Days(days) = self.calculated(one, row)?
                {
                    return Some(Amount::Days(shifted(days, *duration, sign)));
                }
                if let (Calculation::Length(duration), 1) = (&**one, sign)
                    && let Amount::Days(days) = self.calculated(other, row)?
                {
                    return Some(Amount::Days(shifted(days, *duration, 1)));
                }
                if let Calculation::Length(duration) = &**other
                    && let Amount::Length(_, _, Some((from, to))) = self.calculated(one, row)?
                {
                    let on = |window: Window| {
                        Extent::Point(Window::new(moved(window.first, *duration, 1), moved(window.last, *duration, 1)))
                    };
                    let (from, to) =
                        if sign > 0 { (Extent::Point(from), on(to)) } else { (on(from), Extent::Point(to)) };
                    return Some(between(from, to));
                }
                combined(self.calculated(one, row)?, self.calculated(other, row)?, sign)
            }
        }
    }

    /// Whether what is calculated passes a test.
    pub fn computed<D: Judged>(&self, calculation: &Calculation<D>, test: &Scale, row: Row) -> Truth {
        let amount = self.calculated(calculation, row);
        if *test == Scale::Missing {
            return amount.is_none().into();
        }
        let Some(amount) = amount else { return Truth::Unknown };
        match (amount, test) {
            (Amount::Number(number), Scale::Number(comparison, other)) => {
                stages::compares(&number, *comparison, other).into()
            }
            (Amount::Length(least, most, _), Scale::Number(comparison, days)) => {
                compares(least, most, *comparison, days.to_f64())
            }
            (Amount::Length(least, most, ends), Scale::Length(comparison, duration)) => match ends {
                Some((from, to)) if from.first.is_finite() && from.last.is_finite() => {
                    calendar(from, to, *comparison, *duration)
                }
                _ => compares(least, most, *comparison, in_days(*duration)),
            },
            (Amount::Days(days), Scale::Days(window)) => lies_in(days, *window),
            _ => Truth::False,
        }
    }
}

/// A date moved by calendar time, as it can be told.
fn shifted(extent: Extent, duration: Duration, sign: i64) -> Extent {
    let window = |window: Window| Window::new(moved(window.first, duration, sign), moved(window.last, duration, sign));
    match extent {
        Extent::Point(days) => Extent::Point(window(days)),
        Extent::Stretch { start, end } => Extent::Stretch { start: told(window(start)), end: told(window(end)) },
    }
}

/// The shortest period with a name that holds some days; else nothing is told.
fn told(days: Window) -> Window {
    if days.first == days.last {
        return days;
    }
    let Some(civil) = days.first.civil() else { return Window::ALL };
    let names = names_around(civil.year, civil.month);
    let periods = names.iter().filter_map(|name| Date::parse(name).ok()).map(|date| hull(date.extent()));
    periods.into_iter().find(|period| period.contains(days.last)).unwrap_or(Window::ALL)
}

/// The text of a date that is calculated.
pub fn spelled(extent: Extent) -> String {
    let end = |window: Window| match window {
        Window::ALL => String::new(),
        Window { first, last } if first == last && !first.is_finite() => "..".to_owned(),
        window => name(window),
    };
    match extent {
        Extent::Point(window) => name(window),
        Extent::Stretch { start, end: finish } => format!("{}/{}", end(start), end(finish)),
    }
}

/// The month, year, decade and century around a day, as they are written.
fn names_around(year: i32, month: u8) -> [String; 4] {
    let year = if year < 0 { format!("{year:05}") } else { format!("{year:04}") };
    let open = |digits: usize| format!("{}{}", &year[..year.len() - digits], "X".repeat(digits));
    [format!("{year}-{month:02}"), year.clone(), open(1), open(2)]
}

/// Some days by the name of the period that they are, else from one to the other.
fn name(Window { first, last }: Window) -> String {
    let bound = |day: Day| if day.is_finite() { day.to_string() } else { String::new() };
    if first == last {
        return bound(first);
    }
    let (year, month) = first.civil().map_or((0, 0), |civil| (civil.year, civil.month));
    let mut names = names_around(year, month);
    names.reverse();
    let is_all = |name: &&String| Date::parse(name).is_ok_and(|date| hull(date.extent()) == Window::new(first, last));
    names.iter().find(is_all).cloned().unwrap_or_else(|| format!("[{}..{}]", bound(first), bound(last)))
}

/// A product, or a quotient, which is none if it is divided by nought.
fn scaled(operator: ArithmeticOperator, one: Amount, other: Amount) -> Option<Amount> {
    let is_product = operator == ArithmeticOperator::Multiply;
    Some(match (one, other) {
        (Amount::Number(one), Amount::Number(other)) => {
            Amount::Number(if is_product { one.checked_mul(&other)? } else { one.checked_div(&other)? })
        }
        (Amount::Length(least, most, _), Amount::Number(number))
        | (Amount::Number(number), Amount::Length(least, most, _)) => of_length(least, most, is_product, &number)?,
        _ => return None,
    })
}

fn of_length(least: f64, most: f64, is_product: bool, number: &Number) -> Option<Amount> {
    let factor = if is_product { number.to_f64() } else { 1.0 / number.to_f64() };
    if factor.is_infinite() {
        return None;
    }
    let ends = [least, most].map(|days| if factor == 0.0 { 0.0 } else { days * factor });
    Some(Amount::Length(ends[0].min(ends[1]), ends[0].max(ends[1]), None))
}

fn combined(one: Amount, other: Amount, sign: i64) -> Option<Amount> {
    Some(match (one, other) {
        (Amount::Number(one), Amount::Number(other)) => {
            let sum = if sign > 0 { one.checked_add(&other) } else { one.checked_sub(&other) };
            Amount::Number(sum.expect("test numbers are short"))
        }
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
