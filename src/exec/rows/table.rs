//! Tables: rows that are no facts any more, and the stages over them.

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::exec::answer::{ColumnInfo, ColumnRole};
use crate::exec::filter::cell_tests::CellFilter;
use crate::exec::rows::arithmetic;
use crate::exec::rows::date_buckets;
use crate::exec::rows::fact_values::truth;
use crate::exec::rows::pool::Pool;
use crate::exec::rows::rowset::Rowset;
use crate::exec::stages::count::{self, GroupedKey};
use crate::exec::{Cancel, ExecError};
use crate::model::{Cell, Truth};
use crate::plan::{Arithmetic, Column, DatePart, SortKey, Value};

/// One row of a table.
pub(crate) type TableRow = Vec<Cell>;

/// Rows that are made when they are asked for.
pub(crate) type LazyRows = Box<dyn Iterator<Item = Result<TableRow, ExecError>> + Send>;

/// A table, as far as it is made.
pub(crate) struct Table {
    pub columns: Vec<TableColumn>,
    pub rows: Rows,
    /// How many rows there are, if that is known before they are made.
    pub total: Option<u64>,
}

/// A column, and the part of a date that it holds.
#[derive(Debug, Clone)]
pub(crate) struct TableColumn {
    pub info: ColumnInfo,
    pub part: Option<DatePart>,
}

impl TableColumn {
    /// A column; one of parts of dates is of periods in the order of time.
    pub fn new(name: &str, part: Option<DatePart>) -> Self {
        let role = match part {
            Some(DatePart::Year | DatePart::Decade | DatePart::Month) => ColumnRole::Period,
            _ => ColumnRole::Plain,
        };
        Self { info: ColumnInfo { name: name.into(), label: name.into(), role, computed: false }, part }
    }

    /// A column of numbers of rows.
    pub fn counted(name: &str) -> Self {
        Self::new(name, None).with(ColumnRole::Count)
    }

    /// The same; whether it may have computed dates.
    pub fn computed(mut self, computed: bool) -> Self {
        self.info.computed = computed;
        self
    }

    /// The same in another role.
    pub fn with(mut self, role: ColumnRole) -> Self {
        self.info.role = role;
        self
    }

    /// The column that shows a value of rows of these columns.
    fn of(columns: &[Self], column: &Column) -> Self {
        let before = if let Value::Column(place) = &column.value { columns.get(*place) } else { None };
        let shown = Self::new(&column.name, part_of(columns, &column.value));
        match before {
            Some(before) => shown.with(before.info.role).computed(before.info.computed),
            None => shown,
        }
    }
}

/// The rows of a table.
pub(crate) enum Rows {
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

impl Rows {
    /// Each row made into another.
    fn map_rows(self, make: impl Fn(TableRow) -> TableRow + Send + 'static) -> Self {
        match self {
            Self::Ready(rows) => Self::Ready(rows.map(make).collect::<Vec<_>>().into_iter()),
            Self::Lazy(rows) => Self::Lazy(Box::new(rows.map(move |row| row.map(&make)))),
        }
    }
}

impl Table {
    /// A table of rows that are there already.
    pub fn ready(columns: Vec<TableColumn>, rows: Vec<TableRow>) -> Self {
        Self { columns, total: Some(rows.len() as u64), rows: Rows::Ready(rows.into_iter()) }
    }

    /// All of its rows, made now.
    pub fn collect(self, cancel: &Cancel) -> Result<Collected, ExecError> {
        let mut rows = Vec::new();
        for (count, row) in self.rows.enumerate() {
            if count % 1024 == 0 {
                cancel.check()?;
            }
            rows.push(row?);
        }
        Ok(Collected { columns: self.columns, rows })
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
        let Collected { columns, rows } = self.collect(cancel)?;
        let picks = keys.iter().map(|key| Pick::new(&key.value)).collect::<Result<Vec<_>, _>>()?;
        let parts: Vec<_> = keys.iter().map(|key| (part_of(&columns, &key.value), key.descending)).collect();
        let keyed = rows.into_iter().map(|row| {
            let cells: Vec<Cell> = picks.iter().map(|pick| pick.cell(&row).into_owned()).collect();
            (cells, row)
        });
        let mut keyed: Vec<(Vec<Cell>, TableRow)> = keyed.collect();
        keyed.sort_by(|(a, _), (b, _)| {
            let orders = parts.iter().zip(a.iter().zip(b)).map(|((part, descending), (a, b))| {
                let order = match part {
                    Some(part) => date_buckets::compare(*part, a, b),
                    None => date_buckets::compare_values(a, b),
                };
                let missing = a.is_missing().cmp(&b.is_missing());
                missing.then(if *descending { order.reverse() } else { order })
            });
            orders.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
        });
        Ok(Self::ready(columns, keyed.into_iter().map(|(_, row)| row).collect()))
    }

    pub fn show(self, columns: &[Column]) -> Result<Self, ExecError> {
        let picks = columns.iter().map(|column| Pick::new(&column.value)).collect::<Result<Vec<_>, _>>()?;
        let columns = columns.iter().map(|column| TableColumn::of(&self.columns, column)).collect();
        let shown = move |row: TableRow| picks.iter().map(|pick| pick.cell(&row).into_owned()).collect::<TableRow>();
        Ok(Self { columns, rows: self.rows.map_rows(shown), total: self.total })
    }

    /// With one column more.
    pub fn extend(mut self, column: &Column) -> Result<Self, ExecError> {
        let pick = Pick::new(&column.value)?;
        self.columns.push(TableColumn::of(&self.columns, column));
        self.rows = self.rows.map_rows(move |mut row: TableRow| {
            let cell = pick.cell(&row).into_owned();
            row.push(cell);
            row
        });
        Ok(self)
    }

    pub fn count(self, of: Option<&Value>, by: &[Column], cancel: &Cancel) -> Result<Self, ExecError> {
        if let (None, [], Some(total)) = (of, by, self.total) {
            return Ok(Self::ready(vec![TableColumn::counted("count")], vec![vec![count::integer(total)]]));
        }
        count::count(&self.collect(cancel)?, of, by, cancel)
    }

    pub fn distinct(self, by: &[Column], cancel: &Cancel) -> Result<Self, ExecError> {
        let rows = self.collect(cancel)?;
        count::distinct(&rows, by, Some(&mut (0..rows.rows())), cancel)
    }
}

/// A table of which all rows are made.
pub(crate) struct Collected {
    pub columns: Vec<TableColumn>,
    pub rows: Vec<TableRow>,
}

impl Rowset for Collected {
    fn rows(&self) -> usize {
        self.rows.len()
    }

    fn key(&self, value: &Value) -> Result<GroupedKey, ExecError> {
        let pick = Pick::new(value)?;
        let mut pool = Pool::default();
        let codes = self.rows.iter().map(|row| pool.code(pick.cell(row).into_owned())).collect();
        let computed = match value {
            Value::Column(place) => self.columns.get(*place).is_some_and(|column| column.info.computed),
            _ => false,
        };
        Ok(GroupedKey::new(pool, codes, part_of(&self.columns, value)).computed(computed))
    }
}

/// A value of a row made ready.
enum Pick {
    Column(usize),
    Condition(CellFilter),
    Part(Box<Pick>, DatePart),
    Computed(Calculated),
    Nothing,
}

/// A calculation over a row.
enum Calculated {
    Value(Box<Pick>),
    Constant(Arithmetic),
    Both { a: Box<Calculated>, b: Box<Calculated>, subtract: bool },
}

impl Pick {
    fn new(value: &Value) -> Result<Self, ExecError> {
        Ok(match value {
            Value::Column(place) => Self::Column(*place),
            Value::RowCondition(filter) => Self::Condition(CellFilter::new(filter)?),
            Value::PartOf(value, part) => Self::Part(Box::new(Self::new(value)?), *part),
            Value::Computed(arithmetic) => Self::Computed(Calculated::new(arithmetic)?),
            // A table has nothing but its columns.
            _ => Self::Nothing,
        })
    }

    fn cell<'a>(&self, row: &'a TableRow) -> Cow<'a, Cell> {
        match self {
            Self::Column(place) => row.get(*place).map_or(Cow::Owned(Cell::Missing), Cow::Borrowed),
            Self::Condition(test) => Cow::Owned(truth(Truth::from(test.holds(row)))),
            Self::Part(value, part) => Cow::Owned(match &*value.cell(row) {
                Cell::List(cells) => {
                    Cell::List(cells.iter().map(|cell| date_buckets::bucket_of(cell, *part)).collect())
                }
                cell => date_buckets::bucket_of(cell, *part),
            }),
            Self::Computed(calculated) => Cow::Owned(calculated.operand(row).into_cell()),
            Self::Nothing => Cow::Owned(Cell::Missing),
        }
    }
}

impl Calculated {
    fn new(arithmetic: &Arithmetic) -> Result<Self, ExecError> {
        let both = |a, b, subtract| {
            Ok::<_, ExecError>(Self::Both { a: Box::new(Self::new(a)?), b: Box::new(Self::new(b)?), subtract })
        };
        match arithmetic {
            Arithmetic::Value(value) => Ok(Self::Value(Box::new(Pick::new(value)?))),
            Arithmetic::Add(a, b) => both(a, b, false),
            Arithmetic::Subtract(a, b) => both(a, b, true),
            other => Ok(Self::Constant(other.clone())),
        }
    }

    fn operand(&self, row: &TableRow) -> arithmetic::Operand {
        match self {
            Self::Value(pick) => arithmetic::Operand::Cell(pick.cell(row).into_owned()),
            Self::Constant(constant) => arithmetic::constant(constant),
            Self::Both { a, b, subtract } => arithmetic::combine(&a.operand(row), &b.operand(row), *subtract),
        }
    }
}

fn part_of(columns: &[TableColumn], value: &Value) -> Option<DatePart> {
    match value {
        Value::Column(place) => columns.get(*place).and_then(|column| column.part),
        Value::PartOf(_, part) => Some(*part),
        _ => None,
    }
}
