//! From the tree of a query to its meaning in one world: the checker, and the
//! checked query that it makes. It knows the vocabulary, and uses no index,
//! file or clock. What is wrong with a query is data; `say` has the English.

mod arithmetic;
mod calculated;
mod check;
mod complete;
mod conjunctions;
mod date_tests;
pub(crate) mod dates;
mod differences;
mod entity_terms;
mod entity_values;
mod field_tests;
mod known_state;
mod meanings;
mod misread;
mod nouns;
mod other_facts;
mod parameters;
mod paths;
mod plain_english;
mod problem;
mod query;
mod query_days;
mod readings;
mod references;
mod report;
mod row_shapes;
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
mod unknown_words;
mod values;
mod words;

pub use check::{Context, check, known};
pub(crate) use complete::CandidateNote;
pub use complete::{Candidate, CandidateKind, Completions, complete};
pub use known_state::KnownState;
pub use parameters::{Parameter, Parameters};
pub(crate) use problem::{
    CalculationProblem, CellProblem, ColumnChoice, ColumnProblem, ConjunctionProblem, DateProblem, DayProblem,
    DiffedStates, EntityMention, ExpectedCell, ExpectedValue, FieldProblem, FieldSuggestion, LengthMend, LifetimeTests,
    NameHolder, NameMeaning, OpenDate, OtherFactsProblem, OtherRows, ParameterProblem, PeriodsProblem, ProblemDetail,
    RangeEnd, ReferenceProblem, RowsProblem, StageProblem, StatusProblem, SubqueryProblem, Suggestion, TakenKinds,
    ValueProblem, ValueType, WordProblem, WrongEndMend,
};
pub use problem::{MeaningProblem, ProblemKind, QueryProblem, WorldMend};
pub use query::{
    At, Calculation, CellTest, Column, ColumnPlace, Comparison, Counterparts, DateForm, DatePart, Diff, Domain,
    EntityDomain, EntityRows, EntityValue, FactDomain, FactTable, FactValue, Filter, FirstOrLast, Match, Moment,
    NamedStage, OrderKey, OtherDate, OtherFacts, Part, Pipeline, Query, RecordCalculation, RecordDomain, RecordTest,
    RecordValue, RowStage, RowValue, RowsOf, Scale, Shared, StatusTest, TableDomain, TableStage, TableStages,
    Tabulation, Timeline, count_column, width_after,
};
pub use readings::Reading;
pub(crate) use readings::{
    Alive, AsOfMeaning, Meaning, MeantDays, NamedEntity, SharedMeaning, StatusMeaning, StatusTime, StatusWith,
};
pub use shapes::{
    DIFF_AS_OF_COLUMNS, DIFF_KNOWN_COLUMNS, DIFF_KNOWN_ENTITY_COLUMNS, HISTORY_COLUMNS, SOURCES_COLUMNS,
    TIMELINE_COLUMNS, day_diff_columns, period_columns, state_diff_columns,
};
pub use teach::{quoted_names, teach};
