//! The language as it is written: its words, its grammar, its canonical form.
//! It owns every spelling and must not know what a field, an action or a date
//! means. What is wrong with a text is data here; the English for it is in
//! `say`.

mod as_written;
mod attach;
mod date_words;
mod define;
mod definitions;
mod diagnostic;
mod expand;
mod format;
mod highlight;
pub mod keyword;
mod keyword_entry;
mod parameters;
mod parse;
mod print;
mod problem;
mod scan;
mod source_fields;
mod span;
pub mod tree;
mod walk;

#[cfg(test)]
mod tests;

pub(crate) use attach::attach_dates;
pub use definitions::{Definition, DefinitionPlace, DefinitionSignature, DefinitionSource, Definitions};
pub use diagnostic::{DefinitionExcerpt, Diagnostic, Problem, Severity};
pub use format::format_script;
pub use highlight::{Class, highlight, is_complete};
pub use keyword::reserved_words;
pub use parameters::parameters_of;
pub(crate) use parse::{
    DateInWords, date_in_words, difference_stages, read_date, read_duration, stage_for, stage_of_test,
    statement_ranges, statement_start,
};
pub use parse::{Parsed, parse_query, parse_script};
use print::print_duration;
pub(crate) use print::quote;
pub(crate) use print::{print_condition, print_relation, print_stage, print_statement, print_value, print_when};
pub use print::{print_query, print_script};
pub use problem::{
    DateContext, DefinitionProblem, ExceededLimit, ExpectedSyntax, MalformedCondition, MalformedDate, MalformedStage,
    MalformedValue, Mend, StrayText, SyntaxProblem, WholeQueryPart,
};
pub use scan::is_word;
pub(crate) use scan::{Token, TokenKind, Tokens};
pub(crate) use source_fields::name_source_fields;
pub use span::{Span, Spanned};
