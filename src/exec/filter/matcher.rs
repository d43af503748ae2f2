//! A text test made ready: compiled once, asked of many values.

use regex::Regex;

use crate::exec::ExecError;
use crate::model::fold;
use crate::plan::Match;

/// A text test made ready.
#[derive(Debug, Clone)]
pub(crate) enum Matcher {
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
        match self {
            Self::Any(texts) => {
                let folded = fold(text);
                texts.iter().any(|text| *text == folded)
            }
            Self::Prefix(prefix) => begins(text, prefix),
            Self::Regex(regex) => regex.is_match(&fold(text)),
        }
    }
}

/// Whether the folded form of a text, which may be long, begins so: ASCII folds
/// byte by byte, so that mostly the first few tell.
fn begins(text: &str, prefix: &str) -> bool {
    let mut wanted = prefix.bytes();
    let (mut begun, mut blank) = (false, false);
    for byte in text.bytes() {
        if wanted.len() == 0 {
            return true;
        }
        if !byte.is_ascii() {
            return fold(text).starts_with(prefix);
        }
        if char::from(byte).is_whitespace() {
            blank = true;
            continue;
        }
        if blank && begun && wanted.next() != Some(b' ') {
            return false;
        }
        (begun, blank) = (true, false);
        if wanted.next().is_some_and(|wanted| wanted != byte.to_ascii_lowercase()) {
            return false;
        }
    }
    wanted.len() == 0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_text_begins_as_its_folded_form_does(text in "[ aB\\té\u{301}ß\u{2019}]{0,8}", of in "[ aB\\téß\u{2019}]{0,8}", length in 0_usize..5, own: bool) {
            let prefix: String = fold(if own { &text } else { &of }).chars().take(length).collect();
            prop_assert_eq!(begins(&text, &prefix), fold(&text).starts_with(&prefix), "{:?} {:?}", text, prefix);
        }
    }
}
