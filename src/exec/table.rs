//! Tables: rows that are no facts any more, and the stages over them.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::answer::ColumnInfo;
use super::count::{self, GroupedKey};
use super::matcher::Matcher;
use super::pool::Pool;
use super::values::as_date;
use super::{Cancel, ExecError, parts};
use crate::model::{Cell, Date, Truth, Window, fold};
use crate::plan::{Column, Comparison, DatePart, RowFilter, SortKey, Value};

/// One row of a table.
pub(super) type TableRow = Vec<Cell>;

/// Rows that are made when they are asked for.
pub(super) type LazyRows = Box<dyn Iterator<Item = Result<TableRow, ExecError>> + Send>;

/// A table, as far as it is made.
pub(super) struct Table {
    pub columns: Vec<TableColumn>,
    pub rows: Rows,
    /// How many rows there are, if that is known before they are made.
    pub total: Option<u64>,
}

/// A column, and the part of a date that it holds.
#[derive(Debug, Clone)]
pub(super) struct TableColumn {
    pub info: ColumnInfo,
    pub part: Option<DatePart>,
}

impl TableColumn {
    pub fn new(name: &str, part: Option<DatePart>) -> Self {
        Self { info: ColumnInfo { name: name.into(), label: name.into() }, part }
    }
}

/// The rows of a table.
pub(super) enum Rows {
    Ready(std::vec::IntoIter<TableRow>),
    Lazy(LazyRows),
}

impl Iterator for Rows {
    type Item = Result<TableRow, ExecError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Ready(rows) => rows.next().map(Ok),
            Self::Lazy(rows) => rows.next(),
        }
    }
}

impl Table {
    /// A table of rows that are there already.
    pub fn ready(columns: Vec<TableColumn>, rows: Vec<TableRow>) -> Self {
        Self { columns, total: Some(rows.len() as u64), rows: Rows::Ready(rows.into_iter()) }
    }

    fn collect(self, cancel: &Cancel) -> Result<(Vec<TableColumn>, Vec<TableRow>), ExecError> {
        let mut rows = Vec::new();
        for (count, row) in self.rows.enumerate() {
            if count % 1024 == 0 {
                cancel.check()?;
            }
            rows.push(row?);
        }
        Ok((self.columns, rows))
    }

    pub fn take(mut self, count: u64) -> Self {
        let limit = usize::try_from(count).unwrap_or(usize::MAX);
        self.rows = match self.rows {
            Rows::Ready(rows) => Rows::Ready(rows.take(limit).collect::<Vec<_>>().into_iter()),
            Rows::Lazy(rows) => Rows::Lazy(Box::new(rows.take(limit))),
        };
        self.total = self.total.map(|total| total.min(count));
        self
    }

    pub fn skip(mut self, count: u64) -> Self {
        let dropped = usize::try_from(count).unwrap_or(usize::MAX);
        self.rows = match self.rows {
            Rows::Ready(rows) => Rows::Ready(rows.skip(dropped).collect::<Vec<_>>().into_iter()),
            Rows::Lazy(rows) => Rows::Lazy(Box::new(rows.skip(dropped))),
        };
        self.total = self.total.map(|total| total.saturating_sub(count));
        self
    }

    pub fn sort(self, keys: &[SortKey], cancel: &Cancel) -> Result<Self, ExecError> {
        let (columns, mut rows) = self.collect(cancel)?;
        rows.sort_by(|a, b| {
            let orders = keys.iter().map(|key| {
                let part = part_of(&columns, &key.value);
                let (a, b) = (value(a, &key.value), value(b, &key.value));
                let order = match part {
                    Some(part) => parts::compare(part, a, b),
                    None => parts::compare_values(a, b),
                };
                let missing = a.is_missing().cmp(&b.is_missing());
                missing.then(if key.descending { order.reverse() } else { order })
            });
            orders.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
        });
        Ok(Self::ready(columns, rows))
    }

    pub fn show(self, columns: &[Column]) -> Self {
        let values: Vec<Value> = columns.iter().map(|column| column.value.clone()).collect();
        let columns =
            columns.iter().map(|column| TableColumn::new(&column.name, part_of(&self.columns, &column.value)));
        let columns = columns.collect();
        let pick = move |row: TableRow| values.iter().map(|of| value(&row, of).clone()).collect::<TableRow>();
        let rows = match self.rows {
            Rows::Ready(rows) => Rows::Ready(rows.map(pick).collect::<Vec<_>>().into_iter()),
            Rows::Lazy(rows) => Rows::Lazy(Box::new(rows.map(move |row| row.map(&pick)))),
        };
        Self { columns, rows, total: self.total }
    }

    pub fn filter(self, filter: &RowFilter) -> Result<Self, ExecError> {
        let test = RowTest::new(filter)?;
        Ok(match self.rows {
            Rows::Ready(rows) => Self::ready(self.columns, rows.filter(|row| test.holds(row)).collect()),
            Rows::Lazy(rows) => {
                let rows = rows.filter(move |row| row.as_ref().map_or(true, |row| test.holds(row)));
                Self { columns: self.columns, rows: Rows::Lazy(Box::new(rows)), total: None }
            }
        })
    }

    pub fn count(self, of: Option<&Value>, by: &[Column], cancel: &Cancel) -> Result<Self, ExecError> {
        let mut columns: Vec<_> =
            by.iter().map(|column| TableColumn::new(&column.name, part_of(&self.columns, &column.value))).collect();
        columns.push(TableColumn::new("count", None));
        if let (None, [], Some(total)) = (of, by, self.total) {
            return Ok(Self::ready(columns, vec![vec![count::integer(total)]]));
        }
        let (before, rows) = self.collect(cancel)?;
        let of = of.map(|of| grouped(&before, &rows, of));
        let counted = match (of, by) {
            (None, []) => vec![vec![count::integer(rows.len() as u64)]],
            (Some(of), []) => vec![vec![count::integer(count::count_distinct(&of, rows.len()))]],
            (of, by) => {
                let keys = by.iter().map(|column| grouped(&before, &rows, &column.value)).collect();
                count::count_by(keys, of, rows.len(), cancel)?
            }
        };
        Ok(Self::ready(columns, counted))
    }

    pub fn distinct(self, by: &[Column], cancel: &Cancel) -> Result<Self, ExecError> {
        let columns =
            by.iter().map(|column| TableColumn::new(&column.name, part_of(&self.columns, &column.value))).collect();
        let (before, rows) = self.collect(cancel)?;
        let keys: Vec<_> = by.iter().map(|column| grouped(&before, &rows, &column.value)).collect();
        Ok(Self::ready(columns, count::distinct_in_order(&keys, 0..rows.len())))
    }
}

/// The value of a row; a table has nothing but its columns.
fn value<'a>(row: &'a TableRow, value: &Value) -> &'a Cell {
    match value {
        Value::Column(place) => row.get(*place).unwrap_or(&Cell::Missing),
        _ => &Cell::Missing,
    }
}

fn part_of(columns: &[TableColumn], value: &Value) -> Option<DatePart> {
    match value {
        Value::Column(place) => columns.get(*place).and_then(|column| column.part),
        _ => None,
    }
}

fn grouped(columns: &[TableColumn], rows: &[TableRow], key: &Value) -> GroupedKey {
    let mut pool = Pool::default();
    let codes = rows.iter().map(|row| pool.code(value(row, key).clone())).collect();
    GroupedKey::new(pool, codes, part_of(columns, key))
}

/// A filter of rows made ready.
enum RowTest {
    And(Vec<RowTest>),
    Or(Vec<RowTest>),
    Not(Box<RowTest>),
    Compare { column: usize, operator: Comparison, cell: Cell },
    Matches { column: usize, matcher: Matcher },
    Date { column: usize, window: Window },
    Missing { column: usize },
}

impl RowTest {
    fn new(filter: &RowFilter) -> Result<Self, ExecError> {
        let all = |filters: &[RowFilter]| filters.iter().map(Self::new).collect::<Result<Vec<_>, _>>();
        Ok(match filter {
            RowFilter::And(filters) => Self::And(all(filters)?),
            RowFilter::Or(filters) => Self::Or(all(filters)?),
            RowFilter::Not(filter) => Self::Not(Box::new(Self::new(filter)?)),
            RowFilter::Compare { column, operator, cell } => {
                Self::Compare { column: *column, operator: *operator, cell: cell.clone() }
            }
            RowFilter::Matches { column, test } => Self::Matches { column: *column, matcher: Matcher::new(test)? },
            RowFilter::Date { column, window } => Self::Date { column: *column, window: *window },
            RowFilter::Missing { column } => Self::Missing { column: *column },
            RowFilter::Length { .. } => todo!(),
        })
    }

    fn holds(&self, row: &TableRow) -> bool {
        let cell = |column: &usize| row.get(*column).unwrap_or(&Cell::Missing);
        match self {
            Self::And(tests) => tests.iter().all(|test| test.holds(row)),
            Self::Or(tests) => tests.iter().any(|test| test.holds(row)),
            Self::Not(test) => !test.holds(row),
            Self::Compare { column, operator, cell: with } => compares(cell(column), *operator, with),
            Self::Matches { column, matcher } => any(cell(column), |cell| match cell {
                Cell::Missing => false,
                Cell::Named { key, label } => matcher.matches(key) || matcher.matches(label),
                other => matcher.matches(&other.to_string()),
            }),
            Self::Date { column, window } => {
                any(cell(column), |cell| day_of(cell).is_some_and(|date| date.extent().within(*window) == Truth::True))
            }
            Self::Missing { column } => cell(column).is_missing(),
        }
    }
}

/// A date, or the day of a time (RFC 3339).
fn day_of(cell: &Cell) -> Option<Cow<'_, Date>> {
    match cell {
        Cell::Text(time) => Date::parse(time.split_once('T')?.0).ok().map(Cow::Owned),
        cell => as_date(cell).map(Cow::Borrowed),
    }
}

/// Whether a test holds of a cell or, for a list, of one of its cells.
fn any(cell: &Cell, test: impl Fn(&Cell) -> bool) -> bool {
    match cell {
        Cell::List(cells) => cells.iter().any(test),
        cell => test(cell),
    }
}

fn compares(cell: &Cell, operator: Comparison, with: &Cell) -> bool {
    if operator == Comparison::NotEqual {
        let comparable = any(cell, |cell| order(cell, with).is_some());
        return comparable && !any(cell, |cell| equal(cell, with));
    }
    any(cell, |cell| match operator {
        Comparison::Equal => equal(cell, with),
        Comparison::NotEqual => false,
        Comparison::Less => before(cell, with, false),
        Comparison::AtMost => before(cell, with, true),
        Comparison::Greater => before(with, cell, false),
        Comparison::AtLeast => before(with, cell, true),
    })
}

fn equal(cell: &Cell, with: &Cell) -> bool {
    if let (Some(a), Some(b)) = (as_date(cell), as_date(with)) {
        return a.extent() == b.extent();
    }
    match (cell, with) {
        (Cell::Named { key, label }, Cell::Text(text)) => {
            let text = fold(text);
            fold(key) == text || fold(label) == text
        }
        _ => order(cell, with) == Some(Ordering::Equal),
    }
}

/// Of two dates one is before the other if every reading makes it so.
fn before(a: &Cell, b: &Cell, or_same: bool) -> bool {
    match (as_date(a), as_date(b)) {
        (Some(a), Some(b)) if or_same => a.latest() <= b.earliest() || a.extent() == b.extent(),
        (Some(a), Some(b)) => a.latest() < b.earliest(),
        _ => order(a, b).is_some_and(|order| order.is_lt() || or_same && order.is_eq()),
    }
}

/// The order of two cells of one type; none if one is missing or of another type.
fn order(a: &Cell, b: &Cell) -> Option<Ordering> {
    let text = |cell: &Cell| match cell {
        Cell::Text(text) => Some(fold(text).into_owned()),
        Cell::Named { label, .. } => Some(fold(label).into_owned()),
        _ => None,
    };
    match (a, b) {
        (Cell::Named { key: a, .. }, Cell::Named { key: b, .. }) if a == b => Some(Ordering::Equal),
        (Cell::Integer(_) | Cell::Number(_), Cell::Integer(_) | Cell::Number(_)) => Some(a.compare(b)),
        (Cell::Date(_) | Cell::Computed { .. }, Cell::Date(_) | Cell::Computed { .. }) => {
            Some(parts::compare_values(a, b))
        }
        _ => Some(text(a)?.cmp(&text(b)?)),
    }
}
