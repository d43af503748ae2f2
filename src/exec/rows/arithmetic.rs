//! Calculation with numbers, dates and lengths of time, and tests of what
//! comes out. It knows cells and calendars; rows are whatever its leaves give.

use std::cmp::Ordering;

use rustc_hash::FxHashMap;

use crate::exec::rows::date_buckets;
use crate::exec::rows::pool::{CellPool, MISSING};
use crate::model::{Cell, Date, Day, Elapsed, Extent, Truth, Window};
use crate::plan::dates::CalendarLength;
use crate::plan::{Calculation, Comparison, Domain, RowValue, Scale};
use crate::syntax::tree::Duration;

/// The days of a month and of a year where no calendar can tell.
const MONTH: f64 = 30.436_875;

/// What is calculated with.
#[derive(Debug, Clone)]
pub(crate) enum Operand {
    /// A value.
    Cell(Cell),
    /// A length as it is written: months are those of the calendar.
    Length { months: i64, days: i64 },
}

impl Operand {
    fn length(duration: Duration) -> Self {
        let CalendarLength { months, days } = duration.into();
        Self::Length { months, days }
    }

    /// What is shown of it.
    pub fn into_cell(self) -> Cell {
        match self {
            Self::Cell(cell) => cell,
            Self::Length { months, days } => Cell::Elapsed(Elapsed::days(in_days(months, days))),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "lengths of time are far below 2^52 days")]
fn in_days(months: i64, days: i64) -> f64 {
    months as f64 * MONTH + days as f64
}

/// One operand and another; of several values each.
pub(crate) fn combine(a: &Operand, b: &Operand, subtract: bool) -> Operand {
    let all = |cells: &[Cell], one: &dyn Fn(&Cell) -> Operand| {
        Operand::Cell(Cell::List(cells.iter().map(|cell| one(cell).into_cell()).collect()))
    };
    let sign = if subtract { -1 } else { 1 };
    match (a, b) {
        (Operand::Cell(Cell::List(cells)), b) => all(cells, &|cell| combine(&Operand::Cell(cell.clone()), b, subtract)),
        (a, Operand::Cell(Cell::List(cells))) => all(cells, &|cell| combine(a, &Operand::Cell(cell.clone()), subtract)),
        (Operand::Length { months, days }, Operand::Length { months: other, days: more }) => {
            Operand::Length { months: months + sign * other, days: days + sign * more }
        }
        (Operand::Cell(cell), Operand::Length { months, days }) => Operand::Cell(match cell.as_date() {
            Some(date) => moved(date, &|day| day.plus_months(sign * months).plus_days(sign * days)),
            None => lengthened(cell, (*months, *days), subtract),
        }),
        (Operand::Length { months, days }, Operand::Cell(cell)) => Operand::Cell(match cell.as_date() {
            Some(date) if !subtract => moved(date, &|day| day.plus_months(*months).plus_days(*days)),
            Some(_) => Cell::Missing,
            None => added(&Operand::length_cell(*months, *days), cell, subtract),
        }),
        (Operand::Cell(a), Operand::Cell(b)) => Operand::Cell(added(a, b, subtract)),
    }
}

/// A length with months and days added or taken away: by the calendar where it
/// is known from which day to which it goes.
fn lengthened(cell: &Cell, (months, days): (i64, i64), subtract: bool) -> Cell {
    let Cell::Elapsed(Elapsed { ends: Some((from, to)), .. }) = cell else {
        return added(cell, &Operand::length_cell(months, days), subtract);
    };
    let moved = |window: &Window| {
        let day = |day: Day| day.plus_months(months).plus_days(days);
        Window::new(day(window.first), day(window.last))
    };
    // What is taken away is taken from the start, so that six months from a
    // day are none more than the day six months later.
    Cell::Elapsed(if subtract { Elapsed::between(moved(from), *to) } else { Elapsed::between(*from, moved(to)) })
}

impl Operand {
    fn length_cell(months: i64, days: i64) -> Cell {
        Self::Length { months, days }.into_cell()
    }
}

/// One value and another, or one less another.
fn added(a: &Cell, b: &Cell, subtract: bool) -> Cell {
    match (a.as_date(), b.as_date()) {
        (Some(a), Some(b)) if subtract => return Cell::Elapsed(Elapsed::between(b.days(), a.days())),
        (Some(_), Some(_)) => return Cell::Missing,
        (Some(date), None) => return length_of(b).map_or(Cell::Missing, |range| shifted(date, range, subtract)),
        (None, Some(date)) if !subtract => {
            return length_of(a).map_or(Cell::Missing, |range| shifted(date, range, false));
        }
        _ => {}
    }
    match (a, b) {
        (Cell::Integer(a), Cell::Integer(b)) => {
            let whole = if subtract { a.checked_sub(*b) } else { a.checked_add(*b) };
            whole.map_or(Cell::Missing, Cell::Integer)
        }
        (Cell::Elapsed(_), _) | (_, Cell::Elapsed(_)) => match (length_of(a), length_of(b)) {
            (Some(a), Some(b)) => Cell::Elapsed(if subtract { a.minus(&b) } else { a.plus(&b) }),
            _ => Cell::Missing,
        },
        _ => match (a.as_number(), b.as_number()) {
            (Some(a), Some(b)) => Cell::Number(if subtract { a - b } else { a + b }),
            _ => Cell::Missing,
        },
    }
}

/// A length of time; a number beside one, or beside a date, is one of days.
pub(crate) fn length_of(cell: &Cell) -> Option<Elapsed> {
    match cell {
        Cell::Elapsed(elapsed) => Some(*elapsed),
        cell => cell.as_number().map(Elapsed::days),
    }
}

/// A date moved so many days, at least and at most.
#[expect(clippy::cast_possible_truncation, reason = "beyond the calendar a day becomes an unbounded end")]
fn shifted(date: &Date, by: Elapsed, back: bool) -> Cell {
    let (least, most) = if back { (-by.most, -by.least) } else { (by.least, by.most) };
    if least.total_cmp(&most).is_eq() {
        return moved(date, &|day| day.plus_days(least.round() as i64));
    }
    let Extent::Point(window) = date.extent() else {
        return Cell::Missing;
    };
    let window = Window::new(window.first.plus_days(least.floor() as i64), window.last.plus_days(most.ceil() as i64));
    date_buckets::written(Extent::Point(window)).map_or(Cell::Missing, Cell::Date)
}

/// A date with its ends moved; none if it cannot be written.
fn moved(date: &Date, by: &dyn Fn(Day) -> Day) -> Cell {
    let window = |window: Window| Window::new(by(window.first), by(window.last));
    let extent = match date.extent() {
        Extent::Point(point) => Extent::Point(window(point)),
        Extent::Stretch { start, end } => Extent::Stretch { start: window(start), end: window(end) },
    };
    date_buckets::written(extent).map_or(Cell::Missing, Cell::Date)
}

/// The values of many rows, or one that all of them have.
enum Series<'a> {
    Same(Operand),
    Read(&'a CellPool, Vec<u32>),
    Made(CellPool, Vec<u32>),
}

impl Series<'_> {
    fn parts(&self) -> Option<(&CellPool, &[u32])> {
        match self {
            Self::Same(_) => None,
            Self::Read(pool, codes) => Some((pool, codes)),
            Self::Made(pool, codes) => Some((pool, codes)),
        }
    }

    fn operand(&self, code: u32) -> Operand {
        match self {
            Self::Same(operand) => operand.clone(),
            Self::Read(pool, _) => Operand::Cell(pool.cell(code)),
            Self::Made(pool, _) => Operand::Cell(pool.cell(code)),
        }
    }
}

/// What a calculation needs of a row.
pub(crate) enum Leaf<'c, D: Domain> {
    /// A value of the row.
    Value(&'c RowValue<D>),
    /// A date of other facts.
    Other(&'c D::OtherDate),
}

/// The values and the dates of other facts that a calculation needs, in its order.
pub(crate) fn leaves<D: Domain>(calculation: &Calculation<D>) -> Vec<Leaf<'_, D>> {
    match calculation {
        Calculation::Value(value) => vec![Leaf::Value(value)],
        Calculation::Other(other) => vec![Leaf::Other(other)],
        Calculation::Number(_) | Calculation::Length(_) | Calculation::Days(_) => Vec::new(),
        Calculation::Add(a, b) | Calculation::Subtract(a, b) => leaves(a).into_iter().chain(leaves(b)).collect(),
    }
}

/// Calculates for so many rows, each distinct pair of values once. The leaves
/// come in the order of [`leaves`], each with the codes of its rows.
pub(crate) fn calculate<D: Domain>(
    calculation: &Calculation<D>,
    rows: usize,
    leaves: &mut dyn Iterator<Item = (&CellPool, Vec<u32>)>,
) -> (CellPool, Vec<u32>) {
    match series(calculation, leaves) {
        Series::Made(pool, codes) => (pool, codes),
        Series::Same(operand) => {
            let mut pool = CellPool::default();
            let code = pool.code(operand.into_cell());
            (pool, vec![code; rows])
        }
        Series::Read(read, mut codes) => {
            let mut pool = CellPool::default();
            let mut known = FxHashMap::default();
            for code in &mut codes {
                *code = *known.entry(*code).or_insert_with(|| pool.code(read.cell(*code)));
            }
            (pool, codes)
        }
    }
}

fn series<'a, D: Domain>(
    calculation: &Calculation<D>,
    leaves: &mut dyn Iterator<Item = (&'a CellPool, Vec<u32>)>,
) -> Series<'a> {
    let (a, b, subtract) = match calculation {
        Calculation::Value(_) | Calculation::Other(_) => {
            return match leaves.next() {
                Some((pool, codes)) => Series::Read(pool, codes),
                None => Series::Same(Operand::Cell(Cell::Missing)),
            };
        }
        Calculation::Add(a, b) => (a, b, false),
        Calculation::Subtract(a, b) => (a, b, true),
        constant => return Series::Same(self::constant(constant)),
    };
    let (a, b) = (series(a, leaves), series(b, leaves));
    let length = match (a.parts(), b.parts()) {
        (None, None) => return Series::Same(combine(&a.operand(MISSING), &b.operand(MISSING), subtract)),
        (Some((_, codes)), _) | (_, Some((_, codes))) => codes.len(),
    };
    let mut pool = CellPool::default();
    let mut known: FxHashMap<(u32, u32), u32> = FxHashMap::default();
    let code = |series: &Series<'_>, row: usize| {
        series.parts().and_then(|(_, codes)| codes.get(row).copied()).unwrap_or(MISSING)
    };
    let codes = (0..length).map(|row| {
        let pair = (code(&a, row), code(&b, row));
        *known
            .entry(pair)
            .or_insert_with(|| pool.code(combine(&a.operand(pair.0), &b.operand(pair.1), subtract).into_cell()))
    });
    let codes = codes.collect();
    Series::Made(pool, codes)
}

/// What is written and not read from rows.
pub(crate) fn constant<D: Domain>(calculation: &Calculation<D>) -> Operand {
    match calculation {
        Calculation::Number(number) => Operand::Cell(whole(*number)),
        Calculation::Length(duration) => Operand::length(*duration),
        Calculation::Days(window) => {
            Operand::Cell(date_buckets::written(Extent::Point(*window)).map_or(Cell::Missing, Cell::Date))
        }
        _ => Operand::Cell(Cell::Missing),
    }
}

/// A number as a whole one where it is one.
pub(crate) fn whole(number: f64) -> Cell {
    #[expect(clippy::cast_possible_truncation, reason = "only whole numbers that an i64 holds")]
    if number.fract().total_cmp(&0.0).is_eq() && number.abs() < 9e15 {
        Cell::Integer(number as i64)
    } else {
        Cell::Number(number)
    }
}

/// Whether something calculated passes a test; of several values one is enough.
pub(crate) fn passes(cell: &Cell, test: &Scale) -> Truth {
    match (cell, test) {
        (cell, Scale::Missing) => cell.is_missing().into(),
        (Cell::Missing, _) => Truth::Unknown,
        (Cell::List(cells), test) => cells.iter().map(|cell| passes(cell, test)).fold(Truth::False, Truth::or),
        (cell, Scale::Number(comparison, number)) => match length_of(cell) {
            Some(Elapsed { least, most, .. }) => {
                // The ends of a length do not matter to a number.
                let number_of = Elapsed { least, most, ends: None };
                number_of.orders(|day| day, *number).truth(accepted(*comparison))
            }
            None => Truth::False,
        },
        (Cell::Elapsed(elapsed), Scale::Length(comparison, duration)) => lasts(elapsed, *comparison, *duration),
        (cell, Scale::Days(window)) => cell.as_date().map_or(Truth::False, |date| date.extent().within(*window)),
        _ => Truth::False,
    }
}

/// Whether a length of time compares so with one that is written: by the
/// calendar where it lies between two days.
pub(crate) fn lasts(elapsed: &Elapsed, comparison: Comparison, duration: Duration) -> Truth {
    let Operand::Length { months, days } = Operand::length(duration) else {
        return Truth::False;
    };
    let later = |day: Day| day.plus_months(months).plus_days(days);
    elapsed.orders(later, in_days(months, days)).truth(accepted(comparison))
}

/// Which orders a comparison lets pass.
fn accepted(comparison: Comparison) -> impl Fn(Ordering) -> bool {
    move |order| match comparison {
        Comparison::Equal => order.is_eq(),
        Comparison::NotEqual => order.is_ne(),
        Comparison::Less => order.is_lt(),
        Comparison::AtMost => order.is_le(),
        Comparison::Greater => order.is_gt(),
        Comparison::AtLeast => order.is_ge(),
    }
}
