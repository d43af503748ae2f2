//! From the tree of a query to what it means in one world: the checker, and
//! the checked query that it makes. It knows the vocabulary; it touches no
//! index, no file and no clock.

mod arithmetic;
mod calculated;
mod check;
mod complete;
mod date_tests;
pub(crate) mod dates;
mod differences;
mod entity_values;
mod field_tests;
mod misread;
mod moments;
mod nouns;
mod others;
mod parameters;
mod paths;
mod plain_english;
mod problem;
mod query;
mod reading;
mod references;
mod report;
mod row_shapes;
mod row_terms;
mod rows;
mod scope;
mod shapes;
mod stages;
mod statuses;
mod suggest;
mod summaries;
mod teach;
#[cfg(test)]
mod tests;
mod together;
mod values;
mod words;

pub use check::{Context, check, known};
pub use complete::{Candidate, CandidateKind, Completions, complete};
pub use parameters::{Parameter, Parameters};
pub use problem::{QueryProblem, WorldMend};
pub use query::{
    At, Calculation, CellTest, Column, ColumnPlace, Comparison, DateForm, DatePart, Diff, Domain, EntityDomain,
    EntityRows, EntityValue, FactDomain, FactTable, FactValue, Filter, FirstOrLast, Known, Match, Moment, NamedStage,
    OrderKey, OtherDate, OtherFacts, Others, Part, Pipeline, Query, Reading, RecordCalculation, RecordDomain,
    RecordTest, RecordValue, RowStage, RowValue, RowsOf, Scale, Shared, StatusTest, TableDomain, TableStage,
    TableStages, Tabulation, Timeline, count_column, width_after,
};
pub use shapes::{
    DIFF_AS_OF_COLUMNS, DIFF_KNOWN_COLUMNS, DIFF_KNOWN_ENTITY_COLUMNS, HISTORY_COLUMNS, SOURCES_COLUMNS,
    TIMELINE_COLUMNS, day_diff_columns, period_columns, state_diff_columns,
};
pub use teach::{quoted_names, teach};
