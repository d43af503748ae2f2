//! Which of day and month comes first in the dates of a column: decided by the
//! column as a whole, and never by each cell for itself. `12/31/2004` tells how
//! to read the `02/01/2004` beside it.

use std::cell::RefCell;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::written_date::{DateOrder, as_edtf};
use crate::exchange::day_or_month::DayOrMonthFirst;
use crate::exchange::problem::StepProblem;

/// A step that reads dates, by its number, in the cells of a column if these are
/// records of their own.
type DateColumn = (usize, Option<Arc<str>>);

/// What the dates of each column tell.
pub(super) type ColumnsOfDates = FxHashMap<DateColumn, DayOrMonthFirst>;

/// How a step that may read a date either way does it.
#[derive(Clone, Copy)]
pub(super) enum ColumnReading<'c> {
    /// What the columns tell is still being found.
    Seeking(&'c RefCell<ColumnsOfDates>),
    /// As the columns tell.
    Decided(&'c ColumnsOfDates),
}

/// Whether orders leave open which of day and month comes first.
pub(super) fn are_open(orders: &[DateOrder]) -> bool {
    orders.contains(&DateOrder::DayMonthYear) && orders.contains(&DateOrder::MonthDayYear)
}

impl ColumnReading<'_> {
    /// A date in one of some orders, of which the first that fits counts, but for
    /// the order of day and month, which is that of the column.
    pub fn read(
        self,
        column: (usize, Option<&Arc<str>>),
        text: &str,
        orders: &[DateOrder],
    ) -> Result<String, StepProblem> {
        let is_other = |order: &&DateOrder| !matches!(order, DateOrder::DayMonthYear | DateOrder::MonthDayYear);
        let reads = |order: &DateOrder| as_edtf(text, *order);
        let not_a_date = || StepProblem::NotADate {
            orders: orders.iter().map(|order| order.name()).collect(),
            fits: DateOrder::ALL.iter().find(|(_, order)| as_edtf(text, *order).is_some()).map(|(name, _)| *name),
        };
        if !are_open(orders) {
            return orders.iter().find_map(reads).ok_or_else(not_a_date);
        }
        let days = as_edtf(text, DateOrder::DayMonthYear);
        let months = as_edtf(text, DateOrder::MonthDayYear);
        match (days, months) {
            (None, None) => orders.iter().filter(is_other).find_map(reads).ok_or_else(not_a_date),
            (Some(days), Some(months)) if days == months => Ok(days),
            (days, months) => self.chosen(column, text, days, months),
        }
    }

    fn chosen(
        self,
        (step, column): (usize, Option<&Arc<str>>),
        text: &str,
        days: Option<String>,
        months: Option<String>,
    ) -> Result<String, StepProblem> {
        let key = (step, column.cloned());
        match self {
            Self::Seeking(columns) => {
                let mut columns = columns.borrow_mut();
                let told = columns.entry(key).or_default();
                let (count, example) = match (&days, &months) {
                    (Some(_), Some(_)) => (&mut told.either, None),
                    (Some(_), None) => (&mut told.day_first, Some(&mut told.day_first_example)),
                    _ => (&mut told.month_first, Some(&mut told.month_first_example)),
                };
                *count += 1;
                if let Some(example) = example.filter(|example| example.is_empty()) {
                    text.clone_into(example);
                }
                Ok(days.or(months).unwrap_or_default())
            }
            Self::Decided(columns) => match (days, months) {
                (Some(days), Some(months)) => {
                    let told = columns.get(&key).cloned().unwrap_or_default();
                    match (told.day_first, told.month_first) {
                        (1.., 0) => Ok(days),
                        (0, 1..) => Ok(months),
                        _ => Err(StepProblem::DayOrMonthFirst(Box::new(told))),
                    }
                }
                (days, months) => Ok(days.or(months).unwrap_or_default()),
            },
        }
    }
}
