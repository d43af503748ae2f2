//! What a query may cost, as a host sets it.

use std::time::Duration;

/// What a query may cost. A query that would cost more ends with an error.
///
/// ```
/// use std::time::Duration;
///
/// use tractat::{QueryLimits, QueryOptions};
///
/// let limits = QueryLimits::default().time(Duration::from_secs(2)).rows(10_000);
/// let options = QueryOptions::new().limits(limits);
/// # drop(options);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct QueryLimits {
    /// How long it may take until its last row is given; by default ten minutes.
    pub time: Option<Duration>,
    /// How many values it may make on the way: cells of tables, results of
    /// calculations, and combinations that are counted; by default 200 million. Each
    /// takes some tens of bytes while it is kept.
    pub values: Option<u64>,
    /// How many rows it may give; by default as many as there are.
    pub rows: Option<u64>,
}

impl Default for QueryLimits {
    fn default() -> Self {
        Self { time: Some(Duration::from_mins(10)), values: Some(200_000_000), rows: None }
    }
}

impl QueryLimits {
    /// No limits, for those who stop a query themselves.
    #[must_use]
    pub fn none() -> Self {
        Self { time: None, values: None, rows: None }
    }

    /// With a limit of the time.
    #[must_use]
    pub fn time(self, time: Duration) -> Self {
        Self { time: Some(time), ..self }
    }

    /// With a limit of the values.
    #[must_use]
    pub fn values(self, values: u64) -> Self {
        Self { values: Some(values), ..self }
    }

    /// With a limit of the rows.
    #[must_use]
    pub fn rows(self, rows: u64) -> Self {
        Self { rows: Some(rows), ..self }
    }
}

/// The limit that a query has reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum QueryLimit {
    /// It has taken so long.
    Time(Duration),
    /// It would make more than so many values.
    Values(u64),
    /// It has given so many rows, and there are more.
    Rows(u64),
}
