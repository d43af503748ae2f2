//! What the rows of a table have: their columns, parts of dates in them, and
//! calculations with them, made ready for many rows.

use std::borrow::Cow;

use crate::exec::ExecError;
use crate::exec::rows::arithmetic::{CalculationStep, Leaf, Operand, combine, leaves, steps};
use crate::exec::rows::date_buckets;
use crate::exec::rows::table::TableRow;
use crate::model::Cell;
use crate::plan::{Calculation, ColumnPlace, DatePart, RowValue, TableDomain};

/// A value of a row made ready.
pub(crate) enum CellValue {
    Column(usize),
    Part(Box<CellValue>, DatePart),
    Computed(CellCalculation),
}

/// A calculation over a row, step by step.
pub(crate) struct CellCalculation {
    values: Vec<CellValue>,
    steps: Vec<CalculationStep>,
}

impl CellValue {
    pub fn new(value: &RowValue<TableDomain>) -> Result<Self, ExecError> {
        Ok(match value {
            RowValue::Own(ColumnPlace(place)) => Self::Column(*place),
            RowValue::Condition(_) => return Err(ExecError::Misplaced("a condition that is not a key")),
            RowValue::PartOf(value, part) => Self::Part(Box::new(Self::new(value)?), *part),
            RowValue::Computed(calculation) => Self::Computed(CellCalculation::new(calculation)?),
        })
    }

    pub fn cell<'a>(&self, row: &'a TableRow) -> Result<Cow<'a, Cell>, ExecError> {
        Ok(match self {
            Self::Column(place) => row.get(*place).map_or(Cow::Owned(Cell::Missing), Cow::Borrowed),
            Self::Part(value, part) => Cow::Owned(match &*value.cell(row)? {
                Cell::List(cells) => {
                    Cell::List(cells.iter().map(|cell| date_buckets::bucket_of(cell, *part)).collect())
                }
                cell => date_buckets::bucket_of(cell, *part),
            }),
            Self::Computed(calculated) => Cow::Owned(calculated.operand(row)?.into_cell()),
        })
    }
}

impl CellCalculation {
    fn new(calculation: &Calculation<TableDomain>) -> Result<Self, ExecError> {
        let value = |leaf| match leaf {
            Leaf::Value(value) => CellValue::new(value),
            Leaf::Other(other) => match *other {},
        };
        let values = leaves(calculation).into_iter().map(value).collect::<Result<_, _>>()?;
        Ok(Self { values, steps: steps(calculation) })
    }

    fn operand(&self, row: &TableRow) -> Result<Operand, ExecError> {
        let mut values =
            self.values.iter().map(|value| Ok::<_, ExecError>(Operand::Cell(value.cell(row)?.into_owned())));
        let missing = Operand::Cell(Cell::Missing);
        let mut made: Vec<Operand> = Vec::with_capacity(self.steps.len());
        for step in &self.steps {
            made.push(match step {
                CalculationStep::Leaf => values.next().unwrap_or_else(|| Ok(missing.clone()))?,
                CalculationStep::Constant(constant) => constant.clone(),
                CalculationStep::Both { operator, a, b } => {
                    let operand = |place: &usize| made.get(*place).unwrap_or(&missing);
                    combine(*operator, operand(a), operand(b))?
                }
            });
        }
        Ok(made.pop().unwrap_or(missing))
    }
}
