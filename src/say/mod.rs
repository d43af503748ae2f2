//! The English of remarks, problems and errors: data in, sentences out. Below
//! this room there are only enums with fields; nothing reads what it writes.

mod assumption;
mod candidates;
mod conditions;
mod diagnostic;
mod errors;
mod exchange;
mod later_change;
mod list;
mod mappings;
mod opening;
mod query;
mod readings;
mod refusal;
mod remark;
mod remarks;
mod syntax;
mod task;

pub use assumption::Assumption;
pub(crate) use conditions::{ConditionTerms, plan};
pub(crate) use exchange::{write_located, write_record_problem};
pub use later_change::LaterChange;
pub use opening::OpeningNote;
pub use refusal::{EntityRelation, NamePart, NameProblem, Refusal, RefusalKind, RuleRefusal};
pub use remark::{CountRange, DateClause, EmptyPart, EmptyReason, MissingField, Remark};
pub(crate) use remarks::{RowCount, summary};
pub use task::Task;
