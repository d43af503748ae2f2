//! The English of problems: data in, sentences out. Nothing below hears of it,
//! and no code decides by a sentence.

mod candidates;
mod diagnostic;
mod exchange;
mod list;
mod mappings;
mod query;
mod readings;
mod refusal;
mod syntax;

pub(crate) use exchange::{write_located, write_record_problem};
pub use refusal::{EntityRelation, NamePart, NameProblem, Refusal, RefusalKind, RuleRefusal};
