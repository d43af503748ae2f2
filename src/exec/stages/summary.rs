//! Summaries of numbers, dates and lengths of time: the least, the greatest,
//! the one in the middle and the sum, whatever the rows are. What is known
//! imprecisely is summarised by its bounds.

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
use crate::model::{Cell, Day, Elapsed, Extent, Window};
use crate::plan::{Column, RowValue};
use crate::syntax::tree::Aggregate;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum MeasureKind {
    Number,
    Length,
    Day,
}

/// A value that has a size, within bounds.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Measure {
    kind: MeasureKind,
    least: f64,
    most: f64,
}

impl Measure {
    #[expect(clippy::cast_precision_loss, reason = "beyond 2^53 whole numbers are summarised as floating-point ones")]
    fn of(cell: &Cell) -> Option<Self> {
        let exact = |number| Self { kind: MeasureKind::Number, least: number, most: number };
        Some(match cell {
            Cell::Integer(integer) => exact(*integer as f64),
            Cell::Number(number) => exact(*number),
            Cell::Fraction(fraction) => exact(fraction.value()),
            Cell::Elapsed(elapsed) => Self { kind: MeasureKind::Length, least: elapsed.least, most: elapsed.most },
            cell => {
                let date = cell.as_date()?;
                Self { kind: MeasureKind::Day, least: number(date.earliest()), most: number(date.latest()) }
            }
        })
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
    let of = rows.key(of)?;
    columns.extend(functions.iter().map(|function| ColumnHeading::new(function.name(), None).computed(of.computed)));
    columns.push(ColumnHeading::counted("n"));
    let mut measures: Vec<Option<Measure>> = of.groups.iter().map(Measure::of).collect();
    // Values of one kind only can be compared.
    let kind = measures.iter().flatten().map(|measure| measure.kind).min();
    for measure in &mut measures {
        *measure = measure.filter(|measure| Some(measure.kind) == kind);
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
        row.extend(functions.iter().map(|function| values.summary(*function, &held)));
        row.push(integer(n));
        row
    };
    Ok(Table::ready(columns, found.into_iter().map(row).collect()))
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
    fn measure(&self, group: u32) -> Option<Measure> {
        self.measures.get(group as usize).copied().flatten()
    }

    /// A summary of some values, each so many times.
    fn summary(&self, function: Aggregate, held: &[(u32, u64)]) -> Cell {
        let measures = || held.iter().filter_map(|(group, count)| Some((self.measure(*group)?, *count)));
        let Some((first, _)) = measures().next() else {
            return Cell::Missing;
        };
        let kind = first.kind;
        let (least, most) = match function {
            Aggregate::Min => measures().fold((f64::INFINITY, f64::INFINITY), |(least, most), (measure, _)| {
                (least.min(measure.least), most.min(measure.most))
            }),
            Aggregate::Max => measures().fold((f64::NEG_INFINITY, f64::NEG_INFINITY), |(least, most), (measure, _)| {
                (least.max(measure.least), most.max(measure.most))
            }),
            Aggregate::Median => (
                middle(measures().map(|(measure, count)| (measure.least, count)).collect()),
                middle(measures().map(|(measure, count)| (measure.most, count)).collect()),
            ),
            Aggregate::Sum if kind == MeasureKind::Day => return Cell::Missing,
            Aggregate::Sum => return self.sum(kind, held),
        };
        self.shown(kind, least, most, held)
    }

    #[expect(clippy::cast_precision_loss, reason = "so many rows there are not")]
    fn sum(&self, kind: MeasureKind, held: &[(u32, u64)]) -> Cell {
        let whole: Option<i64> =
            held.iter().try_fold(0_i64, |sum, (group, count)| match self.cells.get(*group as usize) {
                Some(Cell::Integer(one)) => sum.checked_add(one.checked_mul(i64::try_from(*count).ok()?)?),
                _ => None,
            });
        if let Some(whole) = whole {
            return Cell::Integer(whole);
        }
        let measures = held.iter().filter_map(|(group, count)| Some((self.measure(*group)?, *count as f64)));
        let (least, most) = measures.fold((0.0, 0.0), |(least, most), (measure, count)| {
            (least + measure.least * count, most + measure.most * count)
        });
        match kind {
            MeasureKind::Number => Cell::Number(least),
            _ => Cell::Elapsed(Elapsed { least, most, ends: None }),
        }
    }

    /// What lies within these bounds: as it was written, if one value only has
    /// them.
    fn shown(&self, kind: MeasureKind, least: f64, most: f64, held: &[(u32, u64)]) -> Cell {
        let bounds = Measure { kind, least, most };
        let same = held.iter().filter(|(group, _)| self.measure(*group) == Some(bounds));
        let mut cells = same.filter_map(|(group, _)| self.cells.get(*group as usize));
        if let Some(cell) = cells.next() {
            let written: BTreeSet<String> = cells.map(ToString::to_string).collect();
            if written.iter().all(|other| *other == cell.to_string()) {
                return cell.clone();
            }
        }
        match kind {
            MeasureKind::Number => whole(least),
            MeasureKind::Length => Cell::Elapsed(Elapsed { least, most, ends: None }),
            MeasureKind::Day => date_buckets::written(Extent::Point(Window::new(day(least), day(most))))
                .map_or(Cell::Missing, Cell::Date),
        }
    }
}

/// The number in the middle, or the mean of the two.
fn middle(mut numbers: Vec<(f64, u64)>) -> f64 {
    numbers.sort_unstable_by(|(a, _), (b, _)| a.total_cmp(b));
    let total: u64 = numbers.iter().map(|(_, count)| count).sum();
    let at = |place: u64| {
        let mut before = 0;
        let found = numbers.iter().find(|(_, count)| {
            before += count;
            place < before
        });
        found.map_or(f64::NAN, |(number, _)| *number)
    };
    let (low, high) = (at(total.saturating_sub(1) / 2), at(total / 2));
    if low.total_cmp(&high).is_eq() { low } else { f64::midpoint(low, high) }
}
