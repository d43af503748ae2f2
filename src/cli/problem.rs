//! What can be wrong with a statement of a file, or typed at the prompt: with
//! the query in it, or with what else it says.

use tractat::QueryProblem;
use tractat::syntax::{Diagnostic, Problem, Span, SyntaxProblem};

/// What is wrong with a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatementProblem {
    /// The query in it is wrong.
    Query(Box<QueryProblem>),
    /// It cannot be run.
    Run {
        /// Why, in one sentence.
        message: String,
        /// How to mend it.
        help: Option<String>,
    },
}

impl StatementProblem {
    /// That a statement cannot be run.
    pub fn error(span: Span, message: impl Into<String>, help: Option<String>) -> Diagnostic<Self> {
        Diagnostic::error(span, Self::Run { message: message.into(), help })
    }
}

impl Problem for StatementProblem {
    fn message(&self) -> String {
        match self {
            Self::Query(problem) => problem.message(),
            Self::Run { message, .. } => message.clone(),
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Query(problem) => problem.help(),
            Self::Run { help, .. } => help.clone(),
        }
    }
}

impl From<QueryProblem> for StatementProblem {
    fn from(problem: QueryProblem) -> Self {
        Self::Query(Box::new(problem))
    }
}

impl From<SyntaxProblem> for StatementProblem {
    fn from(problem: SyntaxProblem) -> Self {
        Self::Query(Box::new(problem.into()))
    }
}

/// Diagnostics of queries as those of the statements in which they stand.
pub fn of_statement<P: Into<StatementProblem>>(diagnostics: Vec<Diagnostic<P>>) -> Vec<Diagnostic<StatementProblem>> {
    diagnostics.into_iter().map(|diagnostic| diagnostic.map(Into::into)).collect()
}
