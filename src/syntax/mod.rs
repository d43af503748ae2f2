//! The language as text: its words, its tree, its grammar. It knows no
//! vocabulary; what a word means is for `plan` to say.

mod diagnostic;
mod span;
pub mod tree;

pub use diagnostic::{Diagnostic, Severity};
pub use span::{Span, Spanned};
