//! What is wrong with a text that cannot be read.

use crate::syntax::{PlainProblem, Problem, SyntaxProblem};

impl Problem for SyntaxProblem {
    fn message(&self) -> String {
        match self {
            Self::Plain { message, .. } => message.clone(),
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Plain { help, .. } => help.clone(),
        }
    }
}

impl PlainProblem for SyntaxProblem {
    fn with_help(self, help: String) -> Self {
        match self {
            Self::Plain { message, .. } => Self::Plain { message, help: Some(help) },
        }
    }
}
