//! What the rows of a table have: their columns, parts of dates in them,
//! conditions on them and calculations with them, made ready for many rows.

use std::borrow::Cow;

use crate::exec::ExecError;
use crate::exec::filter::cell_tests::CellFilter;
use crate::exec::rows::arithmetic::{self, Operand};
use crate::exec::rows::date_buckets;
use crate::exec::rows::shown::truth;
use crate::exec::rows::table::TableRow;
use crate::model::{Cell, Truth};
use crate::plan::{Calculation, ColumnPlace, DatePart, RowValue, TableDomain};

/// A value of a row made ready.
pub(crate) enum CellValue {
    Column(usize),
    Condition(CellFilter),
    Part(Box<CellValue>, DatePart),
    Computed(CellCalculation),
}

/// A calculation over a row.
pub(crate) enum CellCalculation {
    Value(Box<CellValue>),
    Constant(Operand),
    Both { a: Box<CellCalculation>, b: Box<CellCalculation>, subtract: bool },
}

impl CellValue {
    pub fn new(value: &RowValue<TableDomain>) -> Result<Self, ExecError> {
        Ok(match value {
            RowValue::Own(ColumnPlace(place)) => Self::Column(*place),
            RowValue::Condition(filter) => Self::Condition(CellFilter::new(filter, &[])?),
            RowValue::PartOf(value, part) => Self::Part(Box::new(Self::new(value)?), *part),
            RowValue::Computed(calculation) => Self::Computed(CellCalculation::new(calculation)?),
        })
    }

    pub fn cell<'a>(&self, row: &'a TableRow) -> Cow<'a, Cell> {
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
        }
    }
}

impl CellCalculation {
    fn new(calculation: &Calculation<TableDomain>) -> Result<Self, ExecError> {
        let both = |a, b, subtract| {
            Ok::<_, ExecError>(Self::Both { a: Box::new(Self::new(a)?), b: Box::new(Self::new(b)?), subtract })
        };
        match calculation {
            Calculation::Value(value) => Ok(Self::Value(Box::new(CellValue::new(value)?))),
            Calculation::Add(a, b) => both(a, b, false),
            Calculation::Subtract(a, b) => both(a, b, true),
            constant => Ok(Self::Constant(arithmetic::constant(constant))),
        }
    }

    fn operand(&self, row: &TableRow) -> Operand {
        match self {
            Self::Value(pick) => Operand::Cell(pick.cell(row).into_owned()),
            Self::Constant(constant) => constant.clone(),
            Self::Both { a, b, subtract } => arithmetic::combine(&a.operand(row), &b.operand(row), *subtract),
        }
    }
}
