//! Summaries of numbers, dates and lengths of time: the least, the greatest,
//! the one in the middle and the sum, whatever the rows are. What is known
//! imprecisely is summarised by its bounds.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use crate::exec::rows::arithmetic::whole;
use crate::exec::rows::date_buckets;
use crate::exec::rows::grouped_key::GroupedKey;
use crate::exec::rows::rowset::Rowset;
use crate::exec::rows::shown::integer;
use crate::exec::rows::table::{ColumnHeading, Table};
use crate::exec::stages::count::{cells, compare, key_columns, keys, ranks, tally};
use crate::exec::{Cancel, ExecError};
use crate::model::{Cell, Day, Elapsed, Extent, Number, Window};
use crate::plan::{Column, RowValue};
use crate::syntax::tree::Aggregate;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum MeasureKind {
    Number,
    Length,
    Day,
}

/// A value that has a size.
#[derive(Debug, Clone, PartialEq)]
enum Measure {
    Number(Number),
    Length(Bounds),
    Day(Bounds),
}

/// Between how many days something lies.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Bounds {
    least: f64,
    most: f64,
}

impl Measure {
    fn of(cell: &Cell) -> Option<Self> {
        if let Cell::Elapsed(elapsed) = cell {
            return Some(Self::Length(Bounds { least: elapsed.least, most: elapsed.most }));
        }
        if let Some(date) = cell.as_date() {
            return Some(Self::Day(Bounds { least: number(date.earliest()), most: number(date.latest()) }));
        }
        cell.as_number().map(Self::Number)
    }

    fn kind(&self) -> MeasureKind {
        match self {
            Self::Number(_) => MeasureKind::Number,
            Self::Length(_) => MeasureKind::Length,
            Self::Day(_) => MeasureKind::Day,
        }
    }

    fn bounds(&self) -> Option<Bounds> {
        match self {
            Self::Number(_) => None,
            Self::Length(bounds) | Self::Day(bounds) => Some(*bounds),
        }
    }
}

/// A day as a number, an unbounded end as an infinite one.
fn number(day: Day) -> f64 {
    match day {
        Day::PAST => f64::NEG_INFINITY,
        Day::FUTURE => f64::INFINITY,
        day => f64::from(day.number()),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a day comes from the calendar or lies between two of it")]
fn day(number: f64) -> Day {
    if number.is_finite() {
        Day::from_number(number.floor() as i32)
    } else if number < 0.0 {
        Day::PAST
    } else {
        Day::FUTURE
    }
}

/// A row for each combination of keys, by the keys; without keys one row.
pub(crate) fn summarise<R: Rowset>(
    rows: &R,
    functions: &[Aggregate],
    of: &RowValue<R::Domain>,
    by: &[Column<R::Domain>],
    cancel: &Cancel,
) -> Result<Table, ExecError> {
    let mut keys = keys(rows, by)?;
    let mut columns = key_columns(by, &keys);
    let of = rows.key(of)?.ungrouped();
    columns.extend(functions.iter().map(|function| ColumnHeading::new(&function.name(), None).computed(of.computed)));
    columns.push(ColumnHeading::counted("n"));
    let mut measures: Vec<Option<Measure>> = of.groups.iter().map(Measure::of).collect();
    // Values of one kind only can be compared.
    let kind = measures.iter().flatten().map(Measure::kind).min();
    for measure in &mut measures {
        *measure = measure.take().filter(|measure| Some(measure.kind()) == kind);
    }
    let values = MeasuredValues { cells: of.groups.clone(), measures };
    let single = of.is_single();
    keys.push(of);
    let mut found: FxHashMap<Vec<u32>, Vec<(u32, u64)>> = FxHashMap::default();
    if by.is_empty() {
        found.insert(Vec::new(), Vec::new());
    }
    for (mut combination, count) in tally(&keys, rows.rows(), cancel)?.combinations {
        let group = combination.pop().unwrap_or_default();
        let held = found.entry(combination).or_default();
        if values.measure(group).is_some() {
            held.push((group, count));
        }
    }
    cancel.check()?;
    let of = keys.pop();
    let counted = match of {
        Some(of) if !single => Some(count_measured(&mut keys, of, &values, rows.rows(), cancel)?),
        _ => None,
    };
    let ranks = ranks(&keys);
    let mut found: Vec<_> = found.into_iter().collect();
    found.sort_unstable_by(|(a, _), (b, _)| compare(&ranks, a, b));
    let row = |(combination, held): (Vec<u32>, Vec<(u32, u64)>)| {
        let all = held.iter().map(|(_, count)| count).sum();
        let n = counted.as_ref().map_or(all, |counted| counted.get(&combination).copied().unwrap_or(0));
        let mut row = cells(&keys, &combination);
        for function in functions {
            row.push(values.summary(*function, &held)?);
        }
        row.push(integer(n));
        Ok(row)
    };
    let rows = found.into_iter().map(row).collect::<Result<_, ExecError>>()?;
    Ok(Table::ready(columns, rows))
}

/// How many rows have a value: those with several count once.
fn count_measured(
    keys: &mut Vec<GroupedKey>,
    of: GroupedKey,
    values: &MeasuredValues,
    rows: usize,
    cancel: &Cancel,
) -> Result<FxHashMap<Vec<u32>, u64>, ExecError> {
    keys.push(of.reduced(|group| values.measure(group).is_some()));
    let mut counts = FxHashMap::default();
    for (mut combination, count) in tally(keys, rows, cancel)?.combinations {
        if combination.pop() == Some(1) {
            counts.insert(combination, count);
        }
    }
    keys.pop();
    Ok(counts)
}

/// The distinct values, with their sizes.
struct MeasuredValues {
    cells: Vec<Cell>,
    measures: Vec<Option<Measure>>,
}

impl MeasuredValues {
    fn measure(&self, group: u32) -> Option<&Measure> {
        self.measures.get(group as usize)?.as_ref()
    }

    /// A summary of some values, each so many times.
    fn summary(&self, function: Aggregate, held: &[(u32, u64)]) -> Result<Cell, ExecError> {
        let measures = || held.iter().filter_map(|(group, count)| Some((self.measure(*group)?, *count)));
        let kind = measures().next().map(|(first, _)| first.kind());
        match kind {
            None => Ok(Cell::Missing),
            Some(MeasureKind::Number) => {
                let number = |(measure, count): (&'_ Measure, u64)| match measure {
                    Measure::Number(number) => Some((number.clone(), count)),
                    Measure::Length(_) | Measure::Day(_) => None,
                };
                self.number(function, held, measures().filter_map(number).collect())
            }
            Some(kind) => {
                let bounds = measures().filter_map(|(measure, count)| Some((measure.bounds()?, count)));
                Ok(self.bounded(kind, function, held, &bounds.collect::<Vec<_>>()))
            }
        }
    }

    /// A summary of numbers, exactly: a sum is the same in whatever order they are added.
    fn number(&self, function: Aggregate, held: &[(u32, u64)], numbers: Vec<(Number, u64)>) -> Result<Cell, ExecError> {
        let found = match function {
            Aggregate::Min => numbers.into_iter().map(|(number, _)| number).min(),
            Aggregate::Max => numbers.into_iter().map(|(number, _)| number).max(),
            Aggregate::Median => at_percent(50, numbers, Number::cmp, Number::between),
            Aggregate::Percentile(percent) => at_percent(percent, numbers, Number::cmp, Number::between),
            Aggregate::Mean => Number::mean(&numbers)?,
            Aggregate::Sum => return Ok(whole(Number::sum(&numbers)?)),
        };
        let Some(found) = found else { return Ok(Cell::Missing) };
        let written = held.iter().find(|(group, _)| self.measure(*group) == Some(&Measure::Number(found.clone())));
        Ok(match written.and_then(|(group, _)| self.cells.get(*group as usize)) {
            Some(cell) => cell.clone(),
            None => whole(found),
        })
    }

    /// A summary of lengths or dates by their bounds.
    fn bounded(&self, kind: MeasureKind, function: Aggregate, held: &[(u32, u64)], measures: &[(Bounds, u64)]) -> Cell {
        let least = || measures.iter().map(|(bounds, _)| bounds.least);
        let most = || measures.iter().map(|(bounds, _)| bounds.most);
        let at = |percent: u8, of: fn(&Bounds) -> f64| {
            let numbers = measures.iter().map(|(bounds, count)| (of(bounds), *count)).collect();
            at_percent(percent, numbers, f64::total_cmp, |low, high, rest| between(*low, *high, rest))
                .unwrap_or(f64::NAN)
        };
        let (least, most) = match function {
            Aggregate::Min => (least().fold(f64::INFINITY, f64::min), most().fold(f64::INFINITY, f64::min)),
            Aggregate::Max => (least().fold(f64::NEG_INFINITY, f64::max), most().fold(f64::NEG_INFINITY, f64::max)),
            Aggregate::Median => (at(50, |bounds| bounds.least), at(50, |bounds| bounds.most)),
            Aggregate::Percentile(percent) => (at(percent, |bounds| bounds.least), at(percent, |bounds| bounds.most)),
            Aggregate::Mean => {
                let (Bounds { least, most }, count) = sum_of(measures);
                (least / count, most / count)
            }
            Aggregate::Sum if kind == MeasureKind::Day => return Cell::Missing,
            Aggregate::Sum => {
                let (Bounds { least, most }, _) = sum_of(measures);
                return Cell::Elapsed(Elapsed { least, most, ends: None });
            }
        };
        self.shown(kind, Bounds { least, most }, held)
    }

    /// What lies within these bounds: as it was written, if one value only has
    /// them.
    fn shown(&self, kind: MeasureKind, bounds: Bounds, held: &[(u32, u64)]) -> Cell {
        let has_them = |group: u32| self.measure(group).and_then(Measure::bounds) == Some(bounds);
        let same = held.iter().filter(|(group, _)| has_them(*group));
        let mut cells = same.filter_map(|(group, _)| self.cells.get(*group as usize));
        if let Some(first) = cells.next() {
            let others: Vec<&Cell> = cells.collect();
            if others.iter().all(|other| other.to_string() == first.to_string()) {
                return with_all_cites(first, &others);
            }
        }
        let Bounds { least, most } = bounds;
        if kind == MeasureKind::Length {
            return Cell::Elapsed(Elapsed { least, most, ends: None });
        }
        date_buckets::written(Extent::Point(Window::new(day(least), day(most)))).map_or(Cell::Missing, Cell::Date)
    }
}

/// The sum of some bounds, each so many times, and how many there are.
#[expect(clippy::cast_precision_loss, reason = "so many rows there are not")]
fn sum_of(measures: &[(Bounds, u64)]) -> (Bounds, f64) {
    let (least, most, all) = measures.iter().fold((0.0, 0.0, 0.0), |(least, most, all), (bounds, count)| {
        let count = *count as f64;
        (least + bounds.least * count, most + bounds.most * count, all + count)
    });
    (Bounds { least, most }, all)
}

/// What lies so many hundredths of the way from one size to another.
fn between(low: f64, high: f64, hundredths: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "at most 100")]
    let part = hundredths as f64 / 100.0;
    // What is not bounded stays so.
    if low.is_finite() && high.is_finite() { low + (high - low) * part } else { f64::midpoint(low, high) }
}

/// A value that several cells have: stated if one of them is, else computed by all
/// of their rules.
fn with_all_cites(first: &Cell, others: &[&Cell]) -> Cell {
    let all = || std::iter::once(first).chain(others.iter().copied());
    let cites: BTreeSet<&str> = all()
        .filter_map(|cell| match cell {
            Cell::Computed { cite, .. } => Some(&**cite),
            _ => None,
        })
        .collect();
    match all().find(|cell| !matches!(cell, Cell::Computed { .. })).unwrap_or(first) {
        Cell::Computed { date, .. } => {
            Cell::Computed { date: date.clone(), cite: cites.into_iter().collect::<Vec<_>>().join("; ").into() }
        }
        stated => stated.clone(),
    }
}

/// The size that so many hundredths of all are not above. Between two of them it lies in
/// proportion, as in R (type 7) and in spreadsheets, so that the fiftieth is the median.
fn at_percent<T: Clone>(
    percent: u8,
    mut sizes: Vec<(T, u64)>,
    compare: impl Fn(&T, &T) -> Ordering,
    between: impl Fn(&T, &T, u64) -> T,
) -> Option<T> {
    sizes.sort_unstable_by(|(a, _), (b, _)| compare(a, b));
    let total: u64 = sizes.iter().map(|(_, count)| count).sum();
    let at = |place: u64| {
        let mut before = 0;
        let found = sizes.iter().find(|(_, count)| {
            before += count;
            place < before
        });
        found.map(|(size, _)| size)
    };
    let hundredths = total.saturating_sub(1).saturating_mul(u64::from(percent));
    let (place, rest) = (hundredths / 100, hundredths % 100);
    let low = at(place)?;
    let high = if rest == 0 { low } else { at(place + 1)? };
    Some(if compare(low, high).is_eq() { low.clone() } else { between(low, high, rest) })
}
