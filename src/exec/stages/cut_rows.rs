//! The first rows of a table, or those after them, and how many equal rows such a
//! cut parts.

use std::sync::Arc;

use crate::exec::ExecError;
use crate::exec::filter::cell_values::CellValue;
use crate::exec::rows::date_buckets;
use crate::exec::rows::table::{Table, TableRow, TableRows, part_of};
use crate::exec::stages::stage_rows::PartedRows;
use crate::plan::DatePart;

/// Which rows are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LeftOut {
    /// All after the first so many.
    After(usize),
    /// The first so many.
    Before(usize),
}

/// The rows that a cut leaves, as they are made.
pub(crate) struct CutRows {
    rows: TableRows,
    left_out: LeftOut,
    order: RowOrder,
    /// The row before the place of the next.
    last: Option<TableRow>,
    parted: PartedRows,
}

impl CutRows {
    /// The rows of a table that a cut leaves, and how many it parts from their
    /// equals: set once the last row before the cut and those around it were made.
    pub fn new(table: &mut Table, left_out: LeftOut) -> Result<(Self, PartedRows), ExecError> {
        let order = RowOrder::new(table)?;
        let rows = std::mem::replace(&mut table.rows, TableRows::Ready(Vec::new().into_iter()));
        let parted = PartedRows::default();
        Ok((Self { rows, left_out, order, last: None, parted: Arc::clone(&parted) }, parted))
    }

    fn keep(&mut self, row: &TableRow) {
        if !self.order.0.is_empty() {
            self.last = Some(row.clone());
        }
    }

    /// Passes over so many rows.
    fn pass(&mut self, count: usize) -> Result<Option<TableRow>, ExecError> {
        let mut equal = 0;
        for _ in 0..count {
            let Some(row) = self.rows.next().transpose()? else { return Ok(None) };
            let same = self.last.as_ref().map_or(Ok(false), |last| self.order.equal(last, &row))?;
            equal = if same { equal + 1 } else { 1 };
            self.keep(&row);
        }
        let next = self.rows.next().transpose()?;
        if let (Some(last), Some(next)) = (self.last.take(), &next)
            && self.order.equal(&last, next)?
        {
            // Whoever asks again is told the same.
            let _ = self.parted.set(equal);
        }
        Ok(next)
    }

    /// Counts the rows after the cut that are equal to the one before it.
    fn count_equal(&mut self) -> Result<(), ExecError> {
        let Some(last) = self.last.take() else { return Ok(()) };
        let mut equal = 0;
        while let Some(row) = self.rows.next().transpose()? {
            if !self.order.equal(&last, &row)? {
                break;
            }
            equal += 1;
        }
        let _ = self.parted.set(equal);
        Ok(())
    }
}

impl Iterator for CutRows {
    type Item = Result<TableRow, ExecError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.left_out {
            LeftOut::Before(0) => self.rows.next(),
            LeftOut::Before(count) => {
                self.left_out = LeftOut::Before(0);
                self.pass(count).transpose()
            }
            LeftOut::After(0) => self.count_equal().err().map(Err),
            LeftOut::After(left) => {
                self.left_out = LeftOut::After(left - 1);
                let row = self.rows.next()?;
                if let (1, Ok(row)) = (left, &row) {
                    self.keep(row);
                }
                Some(row)
            }
        }
    }
}

/// What rows were put in order by; none where they never are equal in it.
struct RowOrder(Vec<(CellValue, Option<DatePart>)>);

impl RowOrder {
    fn new(table: &Table) -> Result<Self, ExecError> {
        let key = |value| Ok((CellValue::new(value)?, part_of(&table.columns, value)));
        Ok(Self(table.sorted_by.iter().map(key).collect::<Result<_, ExecError>>()?))
    }

    fn equal(&self, a: &TableRow, b: &TableRow) -> Result<bool, ExecError> {
        for (value, part) in &self.0 {
            let (a, b) = (value.cell(a)?, value.cell(b)?);
            let order =
                part.map_or_else(|| date_buckets::compare_values(&a, &b), |part| date_buckets::compare(part, &a, &b));
            if order.is_ne() {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
