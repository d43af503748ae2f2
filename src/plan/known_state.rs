//! Which state of the store a query asks: all that is committed, or an older one.

use crate::model::Day;

/// Which state of the store is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum KnownState {
    /// All that is committed.
    #[default]
    Now,
    /// What the commits up to the end of a day (UTC) held.
    Day(Day),
    /// What the commits up to a number held.
    Commit(u64),
}
