//! The stages over rows, in order: those that leave rows what they are, and
//! those that make a table of them.

use std::sync::Arc;

use super::domain::{Domain, NamedStage};
use super::filter::FilterTree;
use super::row_values::{Column, OrderKey, RowValue};
use super::table_rows::{TableDomain, Timeline};
use crate::syntax::Spanned;
use crate::syntax::tree::Aggregate;

/// The stages over facts or entities: those that leave the rows what they are,
/// then perhaps one that makes a table, and those over tables.
#[derive(Debug, Clone, PartialEq)]
pub struct Pipeline<D: Domain> {
    /// The stages that leave the rows what they are, in order.
    pub narrowing: Vec<Spanned<RowStage<D>>>,
    /// What makes a table of them, if anything does.
    pub table: Option<TableStages<D>>,
    /// If that counts them, and some may be unknown because acts may not be recorded:
    /// the name of the column that counts these.
    pub counts_unknown: Option<&'static str>,
}

impl<D: Domain> Default for Pipeline<D> {
    fn default() -> Self {
        Self { narrowing: Vec::new(), table: None, counts_unknown: None }
    }
}

/// A stage that makes a table, and the stages over it.
#[derive(Debug, Clone, PartialEq)]
pub struct TableStages<D: Domain> {
    /// What makes the table.
    pub first: Spanned<Tabulation<D>>,
    /// The stages over it, in order.
    pub then: Vec<Spanned<TableStage>>,
}

impl<D: Domain> Pipeline<D> {
    /// The last table that is shown, or of distinct rows, if its columns are
    /// values of these rows.
    #[must_use]
    pub fn shown(&self) -> Option<&[Column<D>]> {
        let table = self.table.as_ref()?;
        let shows_again = |stage: &Spanned<TableStage>| {
            matches!(stage.value, TableStage::Tabulate(Tabulation::Show(_) | Tabulation::Distinct(_)))
        };
        match &table.first.value {
            Tabulation::Show(columns) | Tabulation::Distinct(columns) if !table.then.iter().any(shows_again) => {
                Some(columns)
            }
            _ => None,
        }
    }

    /// How many columns the table has at the end; none while there is none, and
    /// the greatest number where they follow from the rows.
    #[must_use]
    pub fn width(&self) -> Option<usize> {
        let table = self.table.as_ref()?;
        let width = table.first.value.width();
        Some(width_after(width.saturating_add(usize::from(self.counts_unknown.is_some())), &table.then))
    }
}

/// A stage that leaves rows what they are.
#[derive(Debug, Clone, PartialEq)]
pub enum RowStage<D: Domain> {
    /// In this order; ties by the default order.
    Sort(Vec<OrderKey<D>>),
    /// The first so many.
    Take(u64),
    /// All but the first so many.
    Skip(u64),
    /// Only those of which a condition definitely holds.
    Where(FilterTree<D::Test>),
    /// One column more, last, named and calculated.
    Let(Column<D>),
    /// What only such rows have.
    Own(D::Narrowing),
}

impl<D: Domain> NamedStage for RowStage<D> {
    fn name(&self) -> &'static str {
        match self {
            Self::Sort(_) => "sort",
            Self::Take(_) => "take",
            Self::Skip(_) => "skip",
            Self::Where(_) => "where",
            Self::Let(_) => "let",
            Self::Own(stage) => stage.name(),
        }
    }
}

/// A stage that makes a table.
#[derive(Debug, Clone, PartialEq)]
pub enum Tabulation<D: Domain> {
    /// A table of these columns.
    Show(Vec<Column<D>>),
    /// One row: how many, or how many distinct values of a column; or a row for
    /// each combination of keys.
    Count {
        /// What is counted distinct.
        of: Option<RowValue<D>>,
        /// The keys.
        by: Vec<Column<D>>,
    },
    /// Each combination once.
    Distinct(Vec<Column<D>>),
    /// How many rows there are of which a condition definitely holds, of how
    /// many, and how many percent that is; for each combination of keys. The
    /// stage stands where its condition does.
    Share {
        /// The condition.
        of: Arc<FilterTree<D::Test>>,
        /// The keys.
        by: Vec<Column<D>>,
    },
    /// How many rows there are for each value of one key, in rows, and of
    /// another, in columns.
    Pivot {
        /// What the rows are.
        rows: Column<D>,
        /// What the columns are.
        columns: Column<D>,
    },
    /// Summaries of a value, for each combination of keys, with `n`, the number
    /// of rows that have one.
    Aggregate {
        /// Which.
        functions: Vec<Aggregate>,
        /// Of what.
        of: RowValue<D>,
        /// The keys.
        by: Vec<Column<D>>,
    },
    /// What only such rows have.
    Own(D::Tabulation),
}

impl<D: Domain> NamedStage for Tabulation<D> {
    fn name(&self) -> &'static str {
        match self {
            Self::Show(_) => "show",
            Self::Count { .. } => "count",
            Self::Distinct(_) => "distinct",
            Self::Share { .. } => "share",
            Self::Pivot { .. } => "pivot",
            Self::Aggregate { .. } => "summaries",
            Self::Own(stage) => stage.name(),
        }
    }
}

impl<D: Domain> Tabulation<D> {
    fn width(&self) -> usize {
        match self {
            Self::Show(columns) | Self::Distinct(columns) => columns.len(),
            Self::Count { by, .. } => by.len() + 1,
            Self::Share { by, .. } => by.len() + 3,
            Self::Aggregate { functions, by, .. } => by.len() + functions.len() + 1,
            Self::Pivot { .. } | Self::Own(_) => usize::MAX,
        }
    }
}

/// A stage over the rows of a table.
#[derive(Debug, Clone, PartialEq)]
pub enum TableStage {
    /// It leaves the columns that there are.
    Narrow(RowStage<TableDomain>),
    /// It makes another table.
    Tabulate(Tabulation<TableDomain>),
}

/// How many columns a table of so many has after some stages.
#[must_use]
pub fn width_after(width: usize, stages: &[Spanned<TableStage>]) -> usize {
    stages.iter().fold(width, |width, stage| match &stage.value {
        TableStage::Narrow(RowStage::Let(_)) => width.saturating_add(1),
        TableStage::Narrow(_) => width,
        TableStage::Tabulate(Tabulation::Own(Timeline { .. })) => usize::MAX,
        TableStage::Tabulate(tabulation) => tabulation.width(),
    })
}
