//! What can be wrong with a text as it is written. It must not hold the
//! English for it, which is in `say`.

/// What is wrong with a text that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SyntaxProblem {
    /// A sentence and how to mend it, until every problem is data.
    Plain {
        /// The sentence.
        message: String,
        /// How to mend it.
        help: Option<String>,
    },
}

impl From<String> for SyntaxProblem {
    fn from(message: String) -> Self {
        Self::Plain { message, help: None }
    }
}

impl From<&str> for SyntaxProblem {
    fn from(message: &str) -> Self {
        message.to_owned().into()
    }
}
