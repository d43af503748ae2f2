//! Stages over the rows of a table.

use std::cmp::Ordering;
use std::convert::Infallible;

use crate::exec::filter::cell_tests::CellFilter;
use crate::exec::filter::cell_values::CellValue;
use crate::exec::filter::sets::Level;
use crate::exec::rows::columns::Shape;
use crate::exec::rows::date_buckets;
use crate::exec::rows::grouped_key::GroupedKey;
use crate::exec::rows::pool::CellPool;
use crate::exec::rows::rowset::Rowset;
use crate::exec::rows::shown::truth;
use crate::exec::rows::table::{Collected, ColumnHeading, Table, TableRow, TableRows, part_of};
use crate::exec::stages::asked::{AskedCondition, CellCondition, PassingRows};
use crate::exec::stages::cut_rows::{CutRows, LeftOut};
use crate::exec::stages::imprecise_order::{rivals, spread};
use crate::exec::stages::stage_rows::{StageContext, StageRows};
use crate::exec::stages::{count, timeline};
use crate::exec::{Cancel, ExecError};
use crate::model::Cell;
use crate::plan::{CellTest, Column, ColumnPlace, Filter, Match, OrderKey, RowValue, TableDomain, Timeline};

impl StageRows for Table {
    type Domain = TableDomain;
    type Made = Collected;

    fn total(&self) -> Option<u64> {
        self.total
    }

    fn shape(&self) -> Shape {
        self.shape.clone()
    }

    fn sort(self, keys: &[OrderKey<TableDomain>], cancel: &Cancel) -> Result<Self, ExecError> {
        let sorted_by = keys.iter().map(|key| key.value.clone()).collect();
        let Collected { columns, rows, shape } = self.collect(cancel)?;
        let picks = keys.iter().map(|key| CellValue::new(&key.value)).collect::<Result<Vec<_>, _>>()?;
        let parts: Vec<_> = keys.iter().map(|key| (part_of(&columns, &key.value), key.descending)).collect();
        let keyed = rows.into_iter().map(|row| {
            let cells = picks.iter().map(|pick| Ok(pick.cell(&row)?.into_owned()));
            Ok((cells.collect::<Result<Vec<Cell>, ExecError>>()?, row))
        });
        let mut keyed: Vec<(Vec<Cell>, TableRow)> = keyed.collect::<Result<_, ExecError>>()?;
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
        let table = Self::ready(columns, keyed.into_iter().map(|(_, row)| row).collect()).of(shape);
        let is_descending = keys.first().is_some_and(|key| key.descending);
        Ok(Self { sorted_by, is_descending, ..table })
    }

    fn take(self, count: u64, course: &mut StageContext<'_>) -> Result<Self, ExecError> {
        let total = self.total.map(|total| total.min(count));
        self.cut(LeftOut::After(usize::try_from(count).unwrap_or(usize::MAX)), total, course)
    }

    fn skip(self, count: u64, course: &mut StageContext<'_>) -> Result<Self, ExecError> {
        let total = self.total.map(|total| total.saturating_sub(count));
        self.cut(LeftOut::Before(usize::try_from(count).unwrap_or(usize::MAX)), total, course)
    }

    /// Only rows of which the condition definitely holds are kept at any level:
    /// what a table has is what is known.
    fn narrow(self, condition: &Filter<CellTest>, _: Level) -> Result<(Self, AskedCondition), ExecError> {
        let Self { columns, rows, shape, sorted_by, is_descending, .. } = self;
        let sorted = |table: Self| Self { sorted_by, is_descending, ..table.of(shape) };
        let rows = match rows {
            // What a word means depends on all values.
            TableRows::Lazy(rows) if asks_for_words(condition) => {
                TableRows::Ready(rows.collect::<Result<Vec<_>, _>>()?.into_iter())
            }
            rows => rows,
        };
        let mut rows = match rows {
            TableRows::Ready(rows) => {
                let mut cells = CellCondition::new(condition, &columns, rows.as_slice())?;
                let kept: Vec<TableRow> = rows.filter(|row| cells.passes(row)).collect();
                return Ok((sorted(Self::ready(columns, kept)), cells.done()));
            }
            TableRows::Lazy(rows) => rows,
        };
        let mut cells = CellCondition::new(condition, &columns, &[])?;
        // If there is none, that is known only when all were looked at.
        let first = loop {
            let Some(row) = rows.next().transpose()? else {
                return Ok((sorted(Self::ready(columns, Vec::new())), cells.done()));
            };
            if cells.passes(&row) {
                break row;
            }
        };
        let (passing, found) = PassingRows::new(rows, first, cells);
        Ok((sorted(Self::lazy(columns, None, passing)), found))
    }

    fn extend(self, column: &Column<TableDomain>) -> Result<Self, ExecError> {
        let value = CellValue::new(&column.value)?;
        let heading = heading(&self.columns, column);
        self.with_column(heading, move |row| Ok(value.cell(row)?.into_owned()))
    }

    fn narrow_own(self, stage: &Infallible, _: &mut StageContext<'_>) -> Result<Self, ExecError> {
        match *stage {}
    }

    fn show(self, columns: &[Column<TableDomain>], _: &mut StageContext<'_>) -> Result<Self, ExecError> {
        let values = columns.iter().map(|column| CellValue::new(&column.value)).collect::<Result<Vec<_>, _>>()?;
        let place = |key: &RowValue<TableDomain>| columns.iter().position(|column| column.value == *key);
        let sorted_by = self.sorted_by.iter().map(|key| place(key).map(|place| ColumnPlace(place).into()));
        let sorted_by = sorted_by.collect::<Option<Vec<_>>>().unwrap_or_default();
        let columns = columns.iter().map(|column| heading(&self.columns, column)).collect();
        let shown = move |row: TableRow| {
            values.iter().map(|value| Ok(value.cell(&row)?.into_owned())).collect::<Result<_, _>>()
        };
        Ok(Self { columns, rows: self.rows.map_rows(shown)?, sorted_by, ..self })
    }

    /// In the order in which they come first.
    fn distinct(self, columns: &[Column<TableDomain>], cancel: &Cancel) -> Result<Self, ExecError> {
        let rows = self.collect(cancel)?;
        count::distinct(&rows, columns, Some(&mut (0..rows.rows())), cancel)
    }

    fn tabulate_own(self, stage: &Timeline, course: &mut StageContext<'_>) -> Result<Self, ExecError> {
        let key = OrderKey { descending: false, value: stage.by.into() };
        timeline::of_table(self.sort(&[key], course.cancel)?, course.cancel)
    }

    fn made(self, cancel: &Cancel) -> Result<Collected, ExecError> {
        self.collect(cancel)
    }

    fn ask(rows: &Collected, condition: &Filter<CellTest>) -> Result<AskedCondition, ExecError> {
        let mut cells = CellCondition::new(condition, &rows.columns, &rows.rows)?;
        rows.rows.iter().for_each(|row| {
            cells.passes(row);
        });
        Ok(cells.done())
    }
}

impl Table {
    /// Without some of its rows.
    fn cut(mut self, left_out: LeftOut, total: Option<u64>, course: &mut StageContext<'_>) -> Result<Self, ExecError> {
        let are_made = matches!(self.rows, TableRows::Ready(_));
        if course.level == Level::Definite {
            course.findings.might_precede += self.rivals_of_first(left_out)?;
        }
        let (rows, parted) = CutRows::new(&mut self, left_out)?;
        course.cut(parted);
        let rows = if are_made {
            TableRows::Ready(rows.collect::<Result<Vec<_>, _>>()?.into_iter())
        } else {
            TableRows::Lazy(Box::new(rows))
        };
        Ok(Self { rows, total, ..self })
    }
}

impl Table {
    /// How many rows that are made and that a cut leaves out might still come before
    /// those that it keeps.
    fn rivals_of_first(&self, left_out: LeftOut) -> Result<u64, ExecError> {
        let (TableRows::Ready(rows), LeftOut::After(kept), Some(key)) = (&self.rows, left_out, self.sorted_by.first())
        else {
            return Ok(0);
        };
        let value = CellValue::new(key)?;
        let of_row = |row: &TableRow| Ok(spread(&*value.cell(row)?, self.is_descending));
        let spreads = rows.as_slice().iter().map(of_row).collect::<Result<Vec<_>, ExecError>>()?;
        Ok(rivals(spreads.into_iter().enumerate().map(|(row, spread)| (row < kept, spread))))
    }
}

impl Rowset for Collected {
    type Domain = TableDomain;

    fn rows(&self) -> usize {
        self.rows.len()
    }

    fn key(&self, value: &RowValue<TableDomain>) -> Result<GroupedKey, ExecError> {
        let mut pool = CellPool::default();
        let codes = if let RowValue::Condition(condition) = value {
            let test = CellFilter::new(condition, &self.rows)?;
            self.rows.iter().map(|row| pool.code(truth(test.holds(row).into()))).collect()
        } else {
            let cells = CellValue::new(value)?;
            let code = |row| Ok(pool.code(cells.cell(row)?.into_owned()));
            self.rows.iter().map(code).collect::<Result<_, ExecError>>()?
        };
        let computed = match value {
            RowValue::Own(ColumnPlace(place)) => self.columns.get(*place).is_some_and(|column| column.info.computed),
            _ => false,
        };
        Ok(GroupedKey::new(pool, codes, part_of(&self.columns, value)).computed(computed))
    }
}

/// Whether a condition compares whole texts.
fn asks_for_words(condition: &Filter<CellTest>) -> bool {
    let mut asks = false;
    condition.each_test(&mut |test| asks |= matches!(test, CellTest::Matches { test: Match::Any(_), .. }));
    asks
}

/// The column that shows a value of rows of some columns.
fn heading(columns: &[ColumnHeading], column: &Column<TableDomain>) -> ColumnHeading {
    let before = if let RowValue::Own(ColumnPlace(place)) = &column.value { columns.get(*place) } else { None };
    let shown = ColumnHeading::new(&column.name, part_of(columns, &column.value));
    match before {
        Some(before) => shown.with(before.info.role).computed(before.info.computed),
        None => shown,
    }
}
