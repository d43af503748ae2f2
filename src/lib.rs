//! An embedded knowledge store for dated, sourced facts, with a query
//! language that reads like a sentence.
//!
//! [`Store`] is the way in: open one, [`transact`](Store::transact) facts into
//! it, [`query`](Store::query) them. The public modules are the parts that
//! an editor or a converter can use without a store; `ARCHITECTURE.md` in the
//! repository says which layer owns what.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod exchange;
pub mod model;
pub mod syntax;

mod error;
mod exec;
mod index;
mod journal;
#[cfg(test)]
mod judge;
mod plan;
mod say;
mod store;

pub use error::{Error, ErrorKind, JournalDamage, ReadOnlyReason, WriteFate};
pub use exec::{
    Cancel, ColumnInfo, ColumnRole, EnoughActs, Heard, Nearest, QueryLimit, QueryLimits, RecordedPart, Shape,
    SoleCondition,
};
pub use index::IndexError;
pub use journal::{BlockFault, Damage, Fault, InvalidEntry, JournalError};
pub use model::{Cell, Date, Day, Entity, Fact, Source, Vocabulary};
pub use plan::{
    Candidate, CandidateKind, Completions, KnownState, MeaningProblem, Parameter, Parameters, ProblemKind,
    QueryProblem, Reading, WorldMend,
};
pub use say::{
    Assumption, CountRange, DateClause, EmptyPart, EmptyReason, EntityRelation, LaterChange, MissingField, NamePart,
    NameProblem, OpeningNote, Refusal, RefusalKind, Remark, RuleRefusal, Task,
};
pub use store::{
    Access, Answer, Asserted, Change, CheckReport, Event, FactTables, ImportOptions, ImportReport, LeftOutCount,
    MatchedName, NameResolution, Options, Outcome, Prepared, ProgressListener, QueryOptions, RejectedCount,
    RejectedRecord, RejectionKind, RejectionReason, RepairReport, Row, Statistics, Store, TaskProgress, TimeSource,
    Transaction, UndeclaredCount, UnresolvedName, WorldFiles,
};

/// The crate of the JSON values that [`Row::object`] gives and [`Error`] may hold.
pub use serde_json;

/// The README's program is compiled and run with the documentation's tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
