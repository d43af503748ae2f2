//! Calculation with numbers, dates and lengths of time, and tests of what
//! comes out. It knows cells and calendars; rows are whatever its leaves give.

use std::cmp::Ordering;
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::exec::rows::date_buckets;
use crate::exec::rows::pool::{CellPool, MISSING};
use crate::exec::{Cancel, ExecError};
use crate::model::{Cell, Date, Day, Elapsed, Extent, Number, NumberError, Truth, Window};
use crate::plan::dates::CalendarLength;
use crate::plan::{Calculation, Comparison, Domain, RowValue, Scale};
use crate::syntax::tree::{ArithmeticOperator, Duration};

/// The days of a month and of a year where no calendar can tell.
const MONTH: f64 = 30.436_875;

/// After so many rows it is asked whether somebody wants to stop.
const CHECKED: usize = 4096;

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

    /// How many values it is.
    fn values(&self) -> usize {
        fn count(cell: &Cell) -> usize {
            if let Cell::List(cells) = cell { cells.iter().map(count).sum() } else { 1 }
        }
        if let Self::Cell(cell) = self { count(cell) } else { 1 }
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

/// How many results a row may have. Each further sum of two lists would square them.
const MOST_SEVERAL: usize = 1000;

/// One operand and another; of several values each with each. Nothing comes out if
/// these would be too many.
///
/// # Errors
///
/// If a number that comes out is beyond the bounds of one.
pub(crate) fn combine(operator: ArithmeticOperator, a: &Operand, b: &Operand) -> Result<Operand, NumberError> {
    if a.values().saturating_mul(b.values()) > MOST_SEVERAL {
        return Ok(Operand::Cell(Cell::Missing));
    }
    let all = |cells: &[Cell], one: &dyn Fn(&Cell) -> Result<Operand, NumberError>| {
        let cells = cells.iter().map(|cell| one(cell).map(Operand::into_cell)).collect::<Result<_, _>>()?;
        Ok(Operand::Cell(Cell::List(cells)))
    };
    match (a, b) {
        (Operand::Cell(Cell::List(cells)), b) => {
            return all(cells, &|cell| combine(operator, &Operand::Cell(cell.clone()), b));
        }
        (a, Operand::Cell(Cell::List(cells))) => {
            return all(cells, &|cell| combine(operator, a, &Operand::Cell(cell.clone())));
        }
        _ => {}
    }
    match operator {
        ArithmeticOperator::Add => sum(a, b, false),
        ArithmeticOperator::Subtract => sum(a, b, true),
        ArithmeticOperator::Multiply => product(&a.clone().into_cell(), &b.clone().into_cell()).map(Operand::Cell),
        ArithmeticOperator::Divide => quotient(&a.clone().into_cell(), &b.clone().into_cell()).map(Operand::Cell),
    }
}

/// One operand and another, or one less another.
fn sum(a: &Operand, b: &Operand, subtract: bool) -> Result<Operand, NumberError> {
    let sign = if subtract { -1 } else { 1 };
    Ok(match (a, b) {
        (Operand::Length { months, days }, Operand::Length { months: other, days: more }) => {
            Operand::Length { months: months + sign * other, days: days + sign * more }
        }
        (Operand::Cell(cell), Operand::Length { months, days }) => Operand::Cell(match cell.as_date() {
            Some(date) => moved(date, &|day| day.plus_months(sign * months).plus_days(sign * days)),
            None => lengthened(cell, (*months, *days), subtract)?,
        }),
        (Operand::Length { months, days }, Operand::Cell(cell)) => Operand::Cell(match cell.as_date() {
            Some(date) if !subtract => moved(date, &|day| day.plus_months(*months).plus_days(*days)),
            Some(_) => Cell::Missing,
            None => added(&Operand::length_cell(*months, *days), cell, subtract)?,
        }),
        (Operand::Cell(a), Operand::Cell(b)) => Operand::Cell(added(a, b, subtract)?),
    })
}

/// One value so many times.
fn product(a: &Cell, b: &Cell) -> Result<Cell, NumberError> {
    Ok(match (a, b) {
        (Cell::Elapsed(elapsed), number) | (number, Cell::Elapsed(elapsed)) => match number.as_number() {
            Some(number) => Cell::Elapsed(elapsed.times(number.to_f64())),
            None => Cell::Missing,
        },
        _ => match (a.as_number(), b.as_number()) {
            (Some(a), Some(b)) => whole(a.times(&b).bounded()?),
            _ => Cell::Missing,
        },
    })
}

/// One value divided by another; missing if that is nought.
fn quotient(a: &Cell, b: &Cell) -> Result<Cell, NumberError> {
    let Some(divisor) = b.as_number().filter(|divisor| *divisor != Number::ZERO) else { return Ok(Cell::Missing) };
    Ok(match a {
        Cell::Elapsed(elapsed) => match 1.0 / divisor.to_f64() {
            part if part.is_finite() => Cell::Elapsed(elapsed.times(part)),
            _ => Cell::Missing,
        },
        a => match a.as_number().and_then(|dividend| dividend.divided_by(&divisor)) {
            Some(quotient) => whole(quotient.shortened()?),
            None => Cell::Missing,
        },
    })
}

/// A length with months and days added or taken away: by the calendar where it
/// is known from which day to which it goes.
fn lengthened(cell: &Cell, (months, days): (i64, i64), subtract: bool) -> Result<Cell, NumberError> {
    let Cell::Elapsed(Elapsed { ends: Some((from, to)), .. }) = cell else {
        return added(cell, &Operand::length_cell(months, days), subtract);
    };
    let moved = |window: &Window| {
        let day = |day: Day| day.plus_months(months).plus_days(days);
        Window::new(day(window.first), day(window.last))
    };
    // What is taken away is taken from the start, so that six months from a
    // day are none more than the day six months later.
    Ok(Cell::Elapsed(if subtract { Elapsed::between(moved(from), *to) } else { Elapsed::between(*from, moved(to)) }))
}

impl Operand {
    fn length_cell(months: i64, days: i64) -> Cell {
        Self::Length { months, days }.into_cell()
    }
}

/// One value and another, or one less another.
fn added(a: &Cell, b: &Cell, subtract: bool) -> Result<Cell, NumberError> {
    match (a.as_date(), b.as_date()) {
        (Some(a), Some(b)) if subtract => return Ok(Cell::Elapsed(Elapsed::between(b.days(), a.days()))),
        (Some(_), Some(_)) => return Ok(Cell::Missing),
        (Some(date), None) => return Ok(length_of(b).map_or(Cell::Missing, |range| shifted(date, range, subtract))),
        (None, Some(date)) if !subtract => {
            return Ok(length_of(a).map_or(Cell::Missing, |range| shifted(date, range, false)));
        }
        _ => {}
    }
    Ok(match (a, b) {
        (Cell::Elapsed(_), _) | (_, Cell::Elapsed(_)) => match (length_of(a), length_of(b)) {
            (Some(a), Some(b)) => Cell::Elapsed(if subtract { a.minus(&b) } else { a.plus(&b) }),
            _ => Cell::Missing,
        },
        _ => match (a.as_number(), b.as_number()) {
            (Some(a), Some(b)) => whole(if subtract { a.minus(&b) } else { a.plus(&b) }.bounded()?),
            _ => Cell::Missing,
        },
    })
}

/// A length of time; a number beside one, or beside a date, is one of days.
pub(crate) fn length_of(cell: &Cell) -> Option<Elapsed> {
    match cell {
        Cell::Elapsed(elapsed) => Some(*elapsed),
        cell => cell.as_number().map(|number| Elapsed::days(number.to_f64())),
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

fn leaf<D: Domain>(part: &Calculation<D>) -> Option<Leaf<'_, D>> {
    match part {
        Calculation::Value(value) => Some(Leaf::Value(value)),
        Calculation::Other(other) => Some(Leaf::Other(other)),
        _ => None,
    }
}

/// The values and the dates of other facts that a calculation needs, in its order.
pub(crate) fn leaves<D: Domain>(calculation: &Calculation<D>) -> Vec<Leaf<'_, D>> {
    calculation.parts().into_iter().filter_map(leaf).collect()
}

/// One step of a calculation: the operands are the places of earlier steps.
#[derive(Debug, Clone)]
pub(crate) enum CalculationStep {
    /// The next value that is read from rows.
    Leaf,
    /// What is written.
    Constant(Operand),
    /// Two of them, calculated with.
    Both { operator: ArithmeticOperator, a: usize, b: usize },
}

/// The steps of a calculation, each part of it once; the last is the whole.
pub(crate) fn steps<D: Domain>(calculation: &Calculation<D>) -> Vec<CalculationStep> {
    let parts = calculation.parts();
    let places: FxHashMap<*const Calculation<D>, usize> =
        parts.iter().enumerate().map(|(place, part)| (std::ptr::from_ref(*part), place)).collect();
    let place = |part: &Arc<Calculation<D>>| places.get(&Arc::as_ptr(part)).copied().unwrap_or_default();
    let step = |part: &&Calculation<D>| match part {
        Calculation::Value(_) | Calculation::Other(_) => CalculationStep::Leaf,
        Calculation::Operation(operator, a, b) => {
            CalculationStep::Both { operator: *operator, a: place(a), b: place(b) }
        }
        constant => CalculationStep::Constant(self::constant(constant)),
    };
    parts.iter().map(step).collect()
}

/// Calculates for so many rows, each distinct pair of values once. The leaves
/// come in the order of [`leaves`], each with the codes of its rows.
pub(crate) fn calculate<D: Domain>(
    calculation: &Calculation<D>,
    rows: usize,
    leaves: &mut dyn Iterator<Item = (&CellPool, Vec<u32>)>,
    cancel: &Cancel,
) -> Result<(CellPool, Vec<u32>), ExecError> {
    let steps = steps(calculation);
    // How often each is still needed, so that it is kept no longer.
    let mut needed = vec![0_u32; steps.len()];
    for step in &steps {
        if let CalculationStep::Both { a, b, .. } = step {
            for place in [a, b] {
                needed.get_mut(*place).into_iter().for_each(|count| *count += 1);
            }
        }
    }
    let mut made: Vec<Option<Rc<Series<'_>>>> = Vec::with_capacity(steps.len());
    for step in steps {
        cancel.check()?;
        let series = match step {
            CalculationStep::Leaf => match leaves.next() {
                Some((pool, codes)) => Series::Read(pool, codes),
                None => Series::Same(Operand::Cell(Cell::Missing)),
            },
            CalculationStep::Constant(operand) => Series::Same(operand),
            CalculationStep::Both { operator, a, b } => {
                let mut operand = |place: usize| {
                    let count = needed.get_mut(place)?;
                    *count -= 1;
                    let made = made.get_mut(place)?;
                    if *count == 0 { made.take() } else { made.clone() }
                };
                match (operand(a), operand(b)) {
                    (Some(a), Some(b)) => both(operator, &a, &b, cancel)?,
                    _ => Series::Same(Operand::Cell(Cell::Missing)),
                }
            }
        };
        made.push(Some(Rc::new(series)));
    }
    let last = made.pop().flatten().and_then(Rc::into_inner);
    Ok(match last.unwrap_or(Series::Same(Operand::Cell(Cell::Missing))) {
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
    })
}

/// The values of two series row by row, one and the other.
fn both<'a>(
    operator: ArithmeticOperator,
    a: &Series<'a>,
    b: &Series<'a>,
    cancel: &Cancel,
) -> Result<Series<'a>, ExecError> {
    let length = match (a.parts(), b.parts()) {
        (None, None) => return Ok(Series::Same(combine(operator, &a.operand(MISSING), &b.operand(MISSING))?)),
        (Some((_, codes)), _) | (_, Some((_, codes))) => codes.len(),
    };
    let mut pool = CellPool::default();
    let mut known: FxHashMap<(u32, u32), u32> = FxHashMap::default();
    let code = |series: &Series<'_>, row: usize| {
        series.parts().and_then(|(_, codes)| codes.get(row).copied()).unwrap_or(MISSING)
    };
    cancel.charge(length as u64)?;
    let mut codes = Vec::with_capacity(length);
    for row in 0..length {
        if row % CHECKED == 0 {
            cancel.check()?;
        }
        let pair = (code(a, row), code(b, row));
        codes.push(if let Some(code) = known.get(&pair) {
            *code
        } else {
            let made = pool.code(combine(operator, &a.operand(pair.0), &b.operand(pair.1))?.into_cell());
            known.insert(pair, made);
            made
        });
    }
    Ok(Series::Made(pool, codes))
}

/// What is written and not read from rows.
fn constant<D: Domain>(calculation: &Calculation<D>) -> Operand {
    match calculation {
        Calculation::Number(number) => Operand::Cell(whole(number.clone())),
        Calculation::Length(duration) => Operand::length(*duration),
        Calculation::Days(window) => {
            Operand::Cell(date_buckets::written(Extent::Point(*window)).map_or(Cell::Missing, Cell::Date))
        }
        _ => Operand::Cell(Cell::Missing),
    }
}

/// A number as a whole one where it is one.
pub(crate) fn whole(number: Number) -> Cell {
    match number.as_i64() {
        Some(integer) => Cell::Integer(integer),
        None => Cell::Number(number),
    }
}

/// Whether something calculated passes a test; of several values one is enough.
pub(crate) fn passes(cell: &Cell, test: &Scale) -> Truth {
    match (cell, test) {
        (cell, Scale::Missing) => cell.is_missing().into(),
        (Cell::Missing, _) => Truth::Unknown,
        (Cell::List(cells), test) => cells.iter().map(|cell| passes(cell, test)).fold(Truth::False, Truth::or),
        (Cell::Elapsed(Elapsed { least, most, .. }), Scale::Number(comparison, number)) => {
            // The ends of a length do not matter to a number.
            let number_of = Elapsed { least: *least, most: *most, ends: None };
            number_of.orders(|day| day, number.to_f64()).truth(accepted(*comparison))
        }
        (cell, Scale::Number(comparison, number)) => {
            let order = cell.as_number().map(|own| own.cmp(number));
            order.is_some_and(accepted(*comparison)).into()
        }
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
