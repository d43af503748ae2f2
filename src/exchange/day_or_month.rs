//! What the dates of a column tell of the order of day and month.

use std::sync::Arc;

/// Which of day and month comes first in the dates of a column, as far as its
/// cells tell.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct DayOrMonthFirst {
    /// How many dates can only be read with the day first, such as `31/12/2004`.
    pub day_first: u64,
    /// The first of them.
    pub day_first_example: String,
    /// How many can only be read with the month first, such as `12/31/2004`.
    pub month_first: u64,
    /// The first of them.
    pub month_first_example: String,
    /// How many are different days either way, such as `02/01/2004`.
    pub either: u64,
}

/// What the dates of a column tell of the order in which they were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatesOfColumn {
    /// The input.
    pub input: Arc<str>,
    /// The column whose cells are records, or the value of the mapping that has the date.
    pub column: Arc<str>,
    /// What they tell.
    pub order: DayOrMonthFirst,
}
