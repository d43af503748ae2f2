//! The parser, in the order of `grammar/tractat.ebnf`: scripts, queries, stages,
//! conditions, values, dates. It must not know what a word means.

mod arithmetic;
mod condition;
mod date;
mod input;
mod mend;
mod mend_date;
mod mend_stage;
mod query;
mod script;
mod stage;
mod value;

pub(super) use condition::{Conjunction, two_readings};
pub(crate) use date::read_date;
pub(crate) use mend_date::{DateInWords, date_in_words, difference_stages};
pub(crate) use mend_stage::{stage_for, stage_of_test};
pub use query::parse_query;
pub use script::parse_script;
pub(super) use script::{StatementRange, goes_on_with_query, parse_statement};
pub(crate) use script::{statement_ranges, statement_start};
pub(crate) use value::read_duration;

use super::Diagnostic;

/// The result of parsing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed<T> {
    /// The tree; absent if there is an error.
    pub tree: Option<T>,
    /// The diagnostics, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}
