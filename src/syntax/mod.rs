//! The language as it is written: its words, its grammar, its canonical form.
//! It owns every spelling and must not know what a field, an action or a date
//! means.

mod attach;
mod diagnostic;
mod expand;
mod format;
mod highlight;
pub mod keyword;
mod parse;
mod print;
mod problem;
mod put;
mod scan;
mod span;
pub mod tree;
mod walk;

#[cfg(test)]
mod tests;

pub use attach::attach_dates;
pub use diagnostic::{DefinitionExcerpt, Diagnostic, PlainProblem, Problem, Severity};
pub use expand::{Definition, Definitions, Expanded, Written};
pub use format::format_script;
pub use highlight::{Class, highlight, is_complete};
pub use keyword::keywords;
pub use parse::{Parsed, parse_query, parse_script};
pub(crate) use parse::{difference_within, read_date, read_duration, stage_for, statement_start};
pub(crate) use print::print_relation;
pub use print::{print_condition, print_query, print_script, print_stage, print_statement, print_value, print_when};
pub use problem::SyntaxProblem;
pub use put::parameters_of;
pub use scan::is_word;
pub use span::{Span, Spanned};
