//! What is wrong with a query that can be read.

use crate::plan::QueryProblem;
use crate::syntax::{PlainProblem, Problem};

impl Problem for QueryProblem {
    fn message(&self) -> String {
        match self {
            Self::Syntax(problem) => problem.message(),
            Self::Plain { message, .. } => message.clone(),
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Syntax(problem) => problem.help(),
            Self::Plain { help, .. } => help.clone(),
        }
    }
}

impl PlainProblem for QueryProblem {
    fn with_help(self, help: String) -> Self {
        match self {
            Self::Syntax(problem) => Self::Syntax(problem.with_help(help)),
            Self::Plain { message, .. } => Self::Plain { message, help: Some(help) },
        }
    }
}
