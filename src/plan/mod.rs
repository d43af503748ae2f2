//! From the tree of a query to what it means in one world: the checker, and
//! the checked query that it makes. It knows the vocabulary; it touches no
//! index, no file and no clock.

mod query;

pub use query::{
    Column, Comparison, DateForm, DatePart, Filter, Known, Match, Part, Query, Reading, RowFilter, SortKey, Stage,
    Value,
};
