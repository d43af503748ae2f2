//! A text test made ready: compiled once, asked of many values.

use regex::Regex;

use super::ExecError;
use crate::model::fold;
use crate::plan::Match;

/// A text test made ready.
#[derive(Debug, Clone)]
pub(super) enum Matcher {
    Any(Vec<String>),
    Prefix(String),
    Regex(Regex),
}

impl Matcher {
    pub fn new(test: &Match) -> Result<Self, ExecError> {
        Ok(match test {
            Match::Any(texts) => Self::Any(texts.clone()),
            Match::Prefix(prefix) => Self::Prefix(prefix.clone()),
            Match::Regex(pattern) => Self::Regex(Regex::new(pattern).map_err(|error| ExecError::Pattern {
                pattern: pattern.clone(),
                reason: error.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned(),
            })?),
        })
    }

    /// Whether the folded form of a text passes.
    pub fn matches(&self, text: &str) -> bool {
        let folded = fold(text);
        match self {
            Self::Any(texts) => texts.iter().any(|text| *text == folded),
            Self::Prefix(prefix) => folded.starts_with(prefix.as_str()),
            Self::Regex(regex) => regex.is_match(&folded),
        }
    }
}
