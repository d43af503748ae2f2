//! From the tree of a query to its meaning in one world: the checker, and the
//! checked query that it makes. It knows the vocabulary, and uses no index,
//! file or clock. What is wrong with a query is data; `say` has the English.

mod accounts;
mod arithmetic;
mod bare_names;
mod calculated;
mod check;
mod comparison;
mod complete;
mod conjunctions;
mod date_tests;
pub(crate) mod dates;
mod differences;
mod domain;
mod entity_terms;
mod entity_values;
mod field_tests;
mod filter;
mod giving_acts;
mod known_state;
mod meanings;
mod misread;
mod nouns;
mod other_facts;
mod parameters;
mod paths;
mod pipeline;
mod plain_english;
mod problem;
mod query;
mod query_days;
mod readings;
mod references;
mod report;
mod row_shapes;
mod row_values;
mod rows;
mod scope;
mod shapes;
mod stages;
mod statuses;
mod suggest;
mod summaries;
mod table_rows;
mod teach;
#[cfg(test)]
mod tests;
mod unknown_words;
mod unrecorded;
mod values;
mod words;

pub use check::{Context, check, known};
pub use comparison::{Comparison, DateForm, DatePart, Match, Scale};
pub(crate) use complete::CandidateNote;
pub use complete::{Candidate, CandidateKind, Completions, complete};
pub use domain::{Domain, NamedStage};
pub(crate) use giving_acts::GivingActs;
pub use known_state::KnownState;
pub use parameters::{Parameter, Parameters};
pub use pipeline::{Pipeline, RowStage, TableStage, TableStages, Tabulation, width_after};
pub(crate) use problem::{
    AccountProblem, CalculationProblem, CellProblem, ColumnChoice, ColumnProblem, ConjunctionProblem, DateProblem,
    DayProblem, DiffedStates, EntityMention, ExpectedCell, ExpectedValue, FieldProblem, FieldSuggestion, LengthMend,
    LifetimeTests, NameHolder, NameMeaning, NotOfOneSource, OpenDate, OtherFactsProblem, OtherRows, ParameterProblem,
    PeriodsProblem, ProblemDetail, RangeEnd, ReferenceProblem, RowsProblem, StageProblem, StatusProblem,
    SubqueryProblem, Suggestion, TakenKinds, ValueProblem, ValueType, WordProblem, WrongEndMend,
};
pub use problem::{MeaningProblem, ProblemKind, QueryProblem, WorldMend};
pub(crate) use query::NameOrText;
pub use query::{
    Account, At, Counterparts, Diff, EntityDomain, EntityRows, EntityValue, FactDomain, FactTable, FactValue, Filter,
    FirstOrLast, Moment, OtherDate, OtherFacts, Part, Query, RecordCalculation, RecordDomain, RecordTest, RecordValue,
    RowsOf, Shared, StatusTest, TellerField, Tellers, count_column, unknown_column,
};
pub use readings::Reading;
pub(crate) use readings::{
    Alive, AsOfMeaning, Meaning, MeantDays, SharedMeaning, StatusMeaning, StatusTime, StatusWith,
};
pub use row_values::{Calculation, Column, OrderKey, RowValue};
pub use shapes::{
    DIFF_AS_OF_COLUMNS, DIFF_KNOWN_COLUMNS, DIFF_KNOWN_ENTITY_COLUMNS, HISTORY_COLUMNS, SOURCES_COLUMNS,
    TIMELINE_COLUMNS, day_diff_columns, period_columns, state_diff_columns,
};
pub use table_rows::{CellTest, ColumnPlace, TableDomain, Timeline};
pub use teach::{quoted_names, teach, words_that_are_values};
pub(crate) use unrecorded::{EndTests, UnrecordedAct, UnrecordedEnd, asks_of_subject};
