//! What can be wrong with a query. It must not hold the English for it, which
//! is in `say`.

use crate::syntax::{Diagnostic, SyntaxProblem};

/// What is wrong with a query, or may be.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum QueryProblem {
    /// It cannot be read.
    Syntax(SyntaxProblem),
    /// A sentence and how to mend it, until every problem is data.
    Plain {
        /// The sentence.
        message: String,
        /// How to mend it.
        help: Option<String>,
    },
}

impl From<SyntaxProblem> for QueryProblem {
    fn from(problem: SyntaxProblem) -> Self {
        Self::Syntax(problem)
    }
}

impl From<Diagnostic> for Diagnostic<QueryProblem> {
    fn from(diagnostic: Diagnostic) -> Self {
        diagnostic.map(QueryProblem::Syntax)
    }
}

impl From<String> for QueryProblem {
    fn from(message: String) -> Self {
        Self::Plain { message, help: None }
    }
}

impl From<&str> for QueryProblem {
    fn from(message: &str) -> Self {
        message.to_owned().into()
    }
}
