//! The rows of a table as a kind of rows: what they have, and what they can be
//! asked.

use std::convert::Infallible;

use super::comparison::{Comparison, Match};
use super::domain::{Domain, NamedStage};
use super::row_values::RowValue;
use crate::model::{Cell, Window};
use crate::syntax::tree::Duration;

/// Rows of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableDomain {}

impl Domain for TableDomain {
    type Test = CellTest;
    type Value = ColumnPlace;
    type OtherDate = Infallible;
    type Narrowing = Infallible;
    type Tabulation = Timeline;
}

/// The place of a column in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColumnPlace(pub usize);

impl From<ColumnPlace> for RowValue<TableDomain> {
    fn from(place: ColumnPlace) -> Self {
        Self::Own(place)
    }
}

/// A test of one cell of a row of a table. Of several values in a cell one is
/// enough.
#[derive(Debug, Clone, PartialEq)]
pub enum CellTest {
    /// The column compares so with the cell; false if it is missing or of another type.
    Compare {
        /// The column's place.
        column: usize,
        /// How.
        operator: Comparison,
        /// With what.
        cell: Cell,
    },
    /// The column's text, folded, matches.
    Matches {
        /// The column's place.
        column: usize,
        /// What it is compared with.
        test: Match,
    },
    /// The column's date lies in the window.
    Date {
        /// The column's place.
        column: usize,
        /// The days.
        window: Window,
    },
    /// The column has no value.
    Missing {
        /// The column's place.
        column: usize,
    },
    /// The column's length of time compares so; false if it is missing, and if
    /// it does so only for some of the days that it may be.
    Length {
        /// The column's place.
        column: usize,
        /// How.
        operator: Comparison,
        /// With what.
        duration: Duration,
    },
}

/// The rows of a table in the order of time, to be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeline {
    /// The column of dates by which they are put in order.
    pub by: ColumnPlace,
}

impl NamedStage for Timeline {
    fn name(&self) -> &'static str {
        "timeline"
    }
}
