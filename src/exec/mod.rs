//! Running a checked query over one state of the store: bits and columns in,
//! rows out. It knows no keywords, no files, no terminal and no clock.
//!
//! | room | what it holds |
//! |---|---|
//! | `rows` | what rows are and hold, as plain data, and the views that lay computed dates over the index |
//! | `filter` | conditions: of which rows they hold, and the values that follow from them |
//! | `stages` | what is done with facts, entities and tables, one stage after the other |
//! | `remarks` | what is said beside the rows |
//! | `start`, `run` | where a query begins, and how its parts are put together |

mod answer;
mod budget;
#[cfg(test)]
mod entity_tests;
mod error;
pub(crate) mod filter;
mod limits;
pub(crate) mod remarks;
pub(crate) mod rows;
mod run;
pub(crate) mod stages;
#[cfg(test)]
mod stages_tests;
mod start;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use answer::{Answer, Row};
pub use budget::Cancel;
pub use error::ExecError;
pub use limits::{QueryLimit, QueryLimits};
pub use remarks::emptied::{Emptied, SoleCondition};
pub use remarks::nearest::Nearest;
pub use remarks::no_rule::EnoughActs;
pub use remarks::notes::OpenCondition;
pub use remarks::other_dates::OtherDateCount;
pub use remarks::spellings::SpelledValues;
pub use remarks::steps::{PlanStep, StepKind};
pub use remarks::told_rows::Heard;
pub use remarks::unrecorded::RecordedPart;
pub use rows::columns::{ColumnInfo, ColumnRole, Shape};
pub(crate) use rows::undeclared_names::of_kinds as undeclared_of_kinds;
#[cfg(test)]
pub(crate) use run::WithoutOtherStates;
pub use run::{covered_by, run_among};
pub use stages::stage_rows::OtherStates;
#[cfg(test)]
pub(crate) use testing::run;
