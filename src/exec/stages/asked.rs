//! What the condition of a stage was found to be of its rows, as it was asked:
//! from this it is told later what the condition leaves open, or why no row is left.

use std::sync::{Arc, OnceLock};

use roaring::RoaringBitmap;

use crate::exec::ExecError;
use crate::exec::filter::cell_tests::CellFilter;
use crate::exec::filter::context::EvaluationContext;
use crate::exec::filter::sets::Sets;
use crate::exec::rows::table::{ColumnHeading, LazyRows, TableRow};
use crate::model::{Cell, Day, Number, Truth};
use crate::plan::{CellTest, Comparison, Filter};

/// What the condition of a stage was found to be.
pub(crate) enum AskedCondition {
    /// Of facts.
    Facts { context: EvaluationContext, condition: Filter, within: RoaringBitmap, sets: Sets },
    /// Of entities, on each day that rows are of.
    Entities { context: EvaluationContext, condition: Filter, on_days: Vec<AskedOnDay> },
    /// Of the rows of a table, once all of them were made.
    Cells(Arc<OnceLock<CellTally>>),
    /// Whether facts have sources: of so many none has one.
    Sources(u64),
}

/// What a condition was found to be of entities on a day.
pub(crate) struct AskedOnDay {
    pub day: Day,
    pub within: RoaringBitmap,
    pub sets: Sets,
}

/// What was seen of the rows of a table that a condition was asked of.
#[derive(Debug, Clone, Default)]
pub(crate) struct CellTally {
    /// How many rows there were.
    pub rows: u64,
    /// Of how many the condition definitely holds.
    pub passing: u64,
    /// Of how many more it possibly holds.
    pub possible: u64,
    /// What others lack, and how many of them each.
    pub missing: Vec<(Arc<str>, u64)>,
    /// The value nearest to one that passes, where one number or date is asked for.
    pub nearest: Option<Cell>,
}

/// Adds how many rows lack something to what is lacking already.
pub(crate) fn add_missing(missing: &mut Vec<(Arc<str>, u64)>, name: &Arc<str>, count: u64) {
    match missing.iter_mut().find(|(known, _)| known == name) {
        Some((_, known)) => *known += count,
        None => missing.push((name.clone(), count)),
    }
}

/// A condition that is asked of the rows of a table, one by one.
pub(crate) struct CellCondition {
    test: CellFilter,
    condition: Filter<CellTest>,
    names: Vec<Arc<str>>,
    tally: CellTally,
    /// How far the nearest row is from passing that did not.
    distance: Option<Number>,
}

impl CellCondition {
    pub fn new(condition: &Filter<CellTest>, columns: &[ColumnHeading], rows: &[TableRow]) -> Result<Self, ExecError> {
        let names = columns.iter().map(|column| column.info.name.clone()).collect();
        let (test, condition) = (CellFilter::new(condition, rows)?, condition.clone());
        Ok(Self { test, condition, names, tally: CellTally::default(), distance: None })
    }

    /// Whether the condition definitely holds of a row.
    pub fn passes(&mut self, row: &TableRow) -> bool {
        self.tally.rows += 1;
        match self.test.truth(row) {
            Truth::True => {
                self.tally.passing += 1;
                return true;
            }
            Truth::Possible => self.tally.possible += 1,
            Truth::Unknown | Truth::False => {
                for name in self.test.lacking(row).iter().filter_map(|column| self.names.get(*column)) {
                    add_missing(&mut self.tally.missing, name, 1);
                }
            }
        }
        if let Some((distance, cell)) = distance(&self.condition, row)
            && self.distance.as_ref().is_none_or(|nearest| distance < *nearest)
        {
            self.distance = Some(distance);
            self.tally.nearest = Some(cell);
        }
        false
    }

    /// What was seen of all rows.
    pub fn done(self) -> AskedCondition {
        AskedCondition::Cells(Arc::new(OnceLock::from(self.tally)))
    }
}

/// Rows of a table of which a condition definitely holds, as they are made.
pub(crate) struct PassingRows {
    rows: LazyRows,
    first: Option<TableRow>,
    cells: CellCondition,
    tally: Arc<OnceLock<CellTally>>,
}

impl PassingRows {
    /// Some rows, of which one is known to be the first that passes.
    pub fn new(rows: LazyRows, first: TableRow, cells: CellCondition) -> (Self, AskedCondition) {
        let tally = Arc::default();
        let found = AskedCondition::Cells(Arc::clone(&tally));
        (Self { rows, first: Some(first), cells, tally }, found)
    }
}

impl Iterator for PassingRows {
    type Item = Result<TableRow, ExecError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(first) = self.first.take() {
            return Some(Ok(first));
        }
        loop {
            match self.rows.next() {
                Some(Ok(row)) if !self.cells.passes(&row) => {}
                Some(row) => return Some(row),
                None => {
                    // Whoever asks again is told the same.
                    let _ = self.tally.set(self.cells.tally.clone());
                    return None;
                }
            }
        }
    }
}

/// How far a row is from passing a test of one number or one date.
fn distance(condition: &Filter<CellTest>, row: &TableRow) -> Option<(Number, Cell)> {
    let cell = |column: usize| row.get(column).unwrap_or(&Cell::Missing);
    match condition {
        Filter::Test(CellTest::Compare { column, operator, cell: with }) => {
            let (value, with) = (cell(*column).as_number()?, with.as_number()?);
            let far = match operator {
                Comparison::Equal => value.minus(&with).max(with.minus(&value)),
                Comparison::AtLeast | Comparison::Greater => with.minus(&value),
                Comparison::AtMost | Comparison::Less => value.minus(&with),
                Comparison::NotEqual => return None,
            };
            Some((far.max(Number::ZERO), cell(*column).clone()))
        }
        Filter::Test(CellTest::Date { column, window }) => {
            let date = cell(*column).as_date()?;
            let after = i64::from(date.earliest().number()) - i64::from(window.last.number());
            let before = i64::from(window.first.number()) - i64::from(date.latest().number());
            Some((after.max(before).max(0).into(), cell(*column).clone()))
        }
        // `score:2..3` is two tests of one value.
        Filter::And(parts) => {
            let found = parts.iter().map(|part| distance(&part.filter, row)).collect::<Option<Vec<_>>>()?;
            let (_, first) = found.first()?;
            let farthest = found.iter().map(|(far, _)| far).max()?.clone();
            found.iter().all(|(_, cell)| cell == first).then(|| (farthest, first.clone()))
        }
        _ => None,
    }
}
