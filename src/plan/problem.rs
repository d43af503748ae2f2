//! What can be wrong with a query. It must not hold the English for it, which
//! is in `say`.

use crate::syntax::{Diagnostic, SyntaxProblem};

/// What is wrong with a query, or may be.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum QueryProblem {
    /// It cannot be read.
    Syntax(SyntaxProblem),
    /// It cannot be read, and the words of the world tell how to mend it.
    InWorld {
        /// Why it cannot be read.
        problem: SyntaxProblem,
        /// How to mend it.
        mend: WorldMend,
    },
    /// A text in quotes that is the name of something as well.
    QuotedName {
        /// The text.
        text: String,
        /// A condition on facts that refer to what has the name.
        mend: String,
    },
    /// A sentence and how to mend it, until every problem is data.
    Plain {
        /// The sentence.
        message: String,
        /// How to mend it.
        help: Option<String>,
    },
}

/// How to mend a text that cannot be read, in the words of a world. Strings are
/// parts of the language.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WorldMend {
    /// Write this instead.
    Write(String),
    /// The word is a date of the same row: compare the two by their difference.
    CompareByDifference {
        /// The word.
        word: String,
        /// The stages that compare them.
        stages: String,
    },
    /// The word is an action: put it in braces for the date of such a fact.
    DateOfAct(String),
    /// The word is a group: test it so.
    Group(String),
    /// The word is a name: leave out the relation before it.
    NameWithoutRelation {
        /// The name as written.
        name: String,
        /// The name of the entity.
        entity: String,
        /// The relation.
        relation: String,
        /// The conditions without the relation, if they are short.
        mended: Option<String>,
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
