//! The language as it is written: its words, its grammar, its canonical form.
//! It owns every spelling and must not know what a field, an action or a date
//! means.

mod attach;
mod date_words;
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
pub use diagnostic::{DefinitionExcerpt, Diagnostic, Problem, Severity};
pub use expand::{Definition, Definitions, Expanded, Written};
pub use format::format_script;
pub use highlight::{Class, highlight, is_complete};
pub use keyword::keywords;
pub use parse::{Parsed, parse_query, parse_script};
pub(crate) use parse::{difference_stages, read_date, read_duration, stage_for, statement_start};
use print::print_duration;
pub(crate) use print::print_relation;
pub use print::{print_condition, print_query, print_script, print_stage, print_statement, print_value, print_when};
pub use problem::{
    DateContext, DefinitionProblem, DefinitionSignature, ExceededLimit, ExpectedSyntax, MalformedCondition,
    MalformedDate, MalformedStage, MalformedValue, Mend, StrayText, SyntaxProblem, WholeQueryPart,
};
pub use put::parameters_of;
pub use scan::is_word;
pub use span::{Span, Spanned};
