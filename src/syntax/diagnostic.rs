//! What is wrong with a text, where, and what to write instead.

use super::Span;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// It cannot be run.
    Error,
    /// It can, and may not mean what the writer meant.
    Hint,
}

/// What is wrong with a text, where, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// Where.
    pub span: Span,
    /// One plain sentence.
    pub message: String,
    /// What to write instead, one line each.
    pub help: Option<String>,
}
