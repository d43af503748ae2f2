//! Summaries and tables of two keys, naively: lists are sorted and looked at.

use super::calculation::{hull, spelled};
use super::stages::part;
use super::values;
use super::whole::{Judged, Row, Scan};
use crate::model::{Cell, Date, Day, Elapsed, Extent, Number, Window, fold};
use crate::plan::{Column, RowValue};
use crate::syntax::tree::Aggregate;

/// A value that has a size, within bounds.
struct Measured {
    cell: Cell,
    least: f64,
    most: f64,
}

impl Scan<'_> {
    /// The keys of each combination, its summaries, and how many rows have a value.
    pub fn summaries<D: Judged>(
        &self,
        rows: &[Row],
        functions: &[Aggregate],
        of: &RowValue<D>,
        by: &[Column<D>],
    ) -> Vec<Vec<Cell>> {
        let mut groups = self.grouped(rows, by);
        if by.is_empty() {
            groups.entry(Vec::new()).or_insert_with(|| (Vec::new(), rows.to_vec()));
        }
        let row = |(mut key, rows): (Vec<Cell>, Vec<Row>)| {
            let of_rows: Vec<Vec<Measured>> = rows.iter().map(|row| self.measured(of, *row)).collect();
            let n = of_rows.iter().filter(|measures| !measures.is_empty()).count();
            let all: Vec<Measured> = of_rows.into_iter().flatten().collect();
            key.extend(functions.iter().map(|function| summary(*function, &all)));
            key.push(Cell::Integer(i64::try_from(n).expect("few")));
            key
        };
        groups.into_values().map(row).collect()
    }

    /// The sizes of the values of a row, each value once.
    fn measured<D: Judged>(&self, of: &RowValue<D>, row: Row) -> Vec<Measured> {
        let mut measures: Vec<Measured> = Vec::new();
        for cell in self.cells(of, row) {
            let (least, most) = match &cell {
                // Numbers are summarised by themselves.
                Cell::Integer(_) | Cell::Number(_) | Cell::Fraction(_) => (f64::NAN, f64::NAN),
                Cell::Elapsed(elapsed) => (elapsed.least, elapsed.most),
                other => match other.as_date().map(|date| hull(date.extent())) {
                    Some(days) => (number(days.first), number(days.last)),
                    None => continue,
                },
            };
            if !measures.iter().any(|known| known.cell == cell) {
                measures.push(Measured { cell, least, most });
            }
        }
        measures
    }

    /// For each value of one key how many rows have it for each value of the
    /// other, in their order, and how many there are in all.
    pub fn pivot<D: Judged>(&self, rows: &[Row], down: &Column<D>, across: &Column<D>) -> Vec<Vec<Cell>> {
        let by = |column: &Column<D>| self.grouped(rows, std::slice::from_ref(column));
        let mut columns: Vec<(Vec<Cell>, Vec<Row>)> = by(across).into_values().collect();
        columns.sort_by(|(a, _), (b, _)| match part(&across.value) {
            Some(part) => values::buckets(part, &a[0], &b[0]),
            None => values::values(&a[0], &b[0]).then_with(|| fold(&a[0].to_string()).cmp(&fold(&b[0].to_string()))),
        });
        let count = |number: usize| Cell::Integer(i64::try_from(number).expect("few"));
        let row = |(mut key, rows): (Vec<Cell>, Vec<Row>)| {
            for (_, others) in &columns {
                key.push(count(rows.iter().filter(|row| others.contains(row)).count()));
            }
            key.push(count(rows.len()));
            key
        };
        by(down).into_values().map(row).collect()
    }
}

fn summary(function: Aggregate, all: &[Measured]) -> Cell {
    let Some(first) = all.first() else { return Cell::Missing };
    if first.least.is_nan() {
        return of_numbers(function, all.iter().filter_map(|measure| measure.cell.as_number()).collect());
    }
    let sorted = |of: fn(&Measured) -> f64| {
        let mut numbers: Vec<f64> = all.iter().map(of).collect();
        numbers.sort_by(f64::total_cmp);
        numbers
    };
    let (leasts, mosts) = (sorted(|measure| measure.least), sorted(|measure| measure.most));
    let of = |numbers: &[f64]| match function {
        Aggregate::Min => numbers[0],
        Aggregate::Max => numbers[numbers.len() - 1],
        Aggregate::Sum => numbers.iter().sum(),
        Aggregate::Median => {
            let (low, high) = (numbers[(numbers.len() - 1) / 2], numbers[numbers.len() / 2]);
            if low.total_cmp(&high).is_eq() { low } else { f64::midpoint(low, high) }
        }
        Aggregate::Mean => numbers.iter().sum::<f64>() / f64::from(u32::try_from(numbers.len()).expect("few")),
        Aggregate::Percentile(percent) => {
            let (place, rest) = place_of(percent, numbers.len());
            let (low, high) = (numbers[place], numbers[(place + 1).min(numbers.len() - 1)]);
            match rest {
                0 => low,
                _ if low.total_cmp(&high).is_eq() => low,
                _ if low.is_infinite() || high.is_infinite() => f64::midpoint(low, high),
                rest => low + (high - low) * (f64::from(rest) / 100.0),
            }
        }
    };
    let (least, most) = (of(&leasts), of(&mosts));
    let written: Vec<String> = all
        .iter()
        .filter(|measure| measure.least.total_cmp(&least).is_eq() && measure.most.total_cmp(&most).is_eq())
        .map(|measure| measure.cell.to_string())
        .collect();
    // As it is written, if it is written in one way only.
    if function != Aggregate::Sum
        && let Some(one) = written.first()
        && written.iter().all(|other| other == one)
    {
        return Cell::text(one);
    }
    match &first.cell {
        Cell::Elapsed(_) => Cell::Elapsed(Elapsed { least, most, ends: None }),
        _ if function == Aggregate::Sum => Cell::Missing,
        _ => {
            let days = Window::new(day(least), day(most));
            // Of a day that may be any nothing is known.
            let known = (days != Window::ALL).then(|| Date::parse(&spelled(Extent::Point(days))).ok()).flatten();
            known.map_or(Cell::Missing, Cell::Date)
        }
    }
}

/// Of numbers, each of which is added, sorted or halved by itself.
fn of_numbers(function: Aggregate, mut numbers: Vec<Number>) -> Cell {
    numbers.sort();
    let half = Number::try_from(0.5).expect("a double is a number");
    let number = match function {
        Aggregate::Min => numbers[0].clone(),
        Aggregate::Max => numbers[numbers.len() - 1].clone(),
        Aggregate::Sum => numbers.iter().fold(Number::ZERO, |sum, one| sum.checked_add(one).expect("short numbers")),
        Aggregate::Median => {
            let (low, high) = (&numbers[(numbers.len() - 1) / 2], &numbers[numbers.len() / 2]);
            low.checked_add(high).and_then(|both| both.checked_mul(&half)).expect("short numbers")
        }
        Aggregate::Mean => {
            let sum = numbers.iter().fold(Number::ZERO, |sum, one| sum.checked_add(one).expect("short numbers"));
            sum.checked_div(&u64::try_from(numbers.len()).expect("few").into()).expect("there is one at least")
        }
        Aggregate::Percentile(percent) => {
            let (place, rest) = place_of(percent, numbers.len());
            let (low, high) = (&numbers[place], &numbers[(place + 1).min(numbers.len() - 1)]);
            let part = Number::from(rest).checked_div(&100.into()).expect("a hundred is not nought");
            let way = high.checked_sub(low).and_then(|way| way.checked_mul(&part)).expect("short numbers");
            low.checked_add(&way).expect("short numbers")
        }
    };
    Cell::Number(number)
}

/// Behind how many of some sorted values a percentile lies, and how many hundredths
/// further.
fn place_of(percent: u8, values: usize) -> (usize, u32) {
    let hundredths = (values - 1) * usize::from(percent);
    (hundredths / 100, u32::try_from(hundredths % 100).expect("below a hundred"))
}

fn number(day: Day) -> f64 {
    match day {
        Day::PAST => f64::NEG_INFINITY,
        Day::FUTURE => f64::INFINITY,
        day => f64::from(day.number()),
    }
}

fn day(number: f64) -> Day {
    if number.is_finite() {
        #[expect(clippy::cast_possible_truncation, reason = "it lies between two days")]
        return Day::from_number(number.floor() as i32);
    }
    if number > 0.0 { Day::FUTURE } else { Day::PAST }
}
