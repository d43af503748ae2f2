//! What is wrong with a query that can be read.

use std::fmt;

use crate::plan::{QueryProblem, WorldMend};
use crate::syntax::{PlainProblem, Problem};

impl Problem for QueryProblem {
    fn message(&self) -> String {
        match self {
            Self::Syntax(problem) | Self::InWorld { problem, .. } => problem.message(),
            Self::QuotedName { text, .. } => format!("\"{text}\" was searched for in the texts, and is also a name"),
            Self::Plain { message, .. } => message.clone(),
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Syntax(problem) => problem.help(),
            Self::InWorld { mend, .. } => Some(mend.to_string()),
            Self::QuotedName { mend, .. } => Some(format!("for facts that refer to it, write `{mend}`")),
            Self::Plain { help, .. } => help.clone(),
        }
    }
}

impl PlainProblem for QueryProblem {
    fn with_help(self, help: String) -> Self {
        match self {
            Self::Plain { message, .. } => Self::Plain { message, help: Some(help) },
            other => other,
        }
    }
}

impl fmt::Display for WorldMend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Write(text) => write!(f, "write `{text}`"),
            Self::CompareByDifference { word, stages } => write!(
                f,
                "`{word}` is a date of the same row; compare two dates of one fact by their difference: `{stages}`"
            ),
            Self::DateOfAct(condition) => write!(f, "for the date of another fact, write `{condition}`"),
            Self::Group(condition) => write!(f, "for a group, write `{condition}`"),
            Self::NameWithoutRelation { name, entity, relation, mended: Some(mended) } => {
                write!(f, "`{name}` is {entity}; leave out `{relation}`: `{mended}`")
            }
            Self::NameWithoutRelation { name, entity, relation, mended: None } => {
                write!(f, "`{name}` is {entity}; leave out `{relation}`")
            }
        }
    }
}
