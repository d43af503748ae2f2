//! What the rows of an answer are, and its columns.

use std::sync::Arc;

use serde::Serialize;

/// What the rows are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Shape {
    /// Each row is a fact.
    Facts,
    /// Each row is an entity, on a day.
    Entities {
        /// What one is called.
        noun: Arc<str>,
        /// What several are called.
        plural: Arc<str>,
    },
    /// Each row is a stretch of time in which somebody has a status.
    Periods,
    /// Each row is something in which two days or states differ.
    Changes,
    /// Rows of a table.
    Table,
}

/// A column of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnInfo {
    /// Its key: of facts the field, of a table the column's name.
    pub name: Arc<str>,
    /// Its heading for people.
    pub label: Arc<str>,
    /// What its cells are good for beside being read.
    pub role: ColumnRole,
    /// Whether it may have dates that rules computed, whatever rows there are.
    pub computed: bool,
}

/// What the cells of a column are good for beside being read: whoever draws
/// can tell what to draw.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ColumnRole {
    /// Nothing in particular.
    #[default]
    Plain,
    /// Years, decades or months, in the order of time.
    Period,
    /// How many rows there are: a bar can be drawn.
    Count,
    /// Of a time line: when a row begins, or the stretch or day that it is.
    Start,
    /// Of a time line: when a row ends.
    End,
    /// Calculated for a fact, and no field of it.
    Calculated,
}
