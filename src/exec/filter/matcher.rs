//! A text test made ready: compiled once, asked of many values. Of the values that
//! a word finds only the nearest are meant: `café` is not `cafe` where there is a
//! `café`.

use regex::Regex;
use roaring::RoaringBitmap;

use crate::exec::ExecError;
use crate::index::{FieldView, View};
use crate::model::{FieldDefinition, Likeness, canonical, caseless, fold};
use crate::plan::Match;

/// A text test made ready.
#[derive(Debug, Clone)]
pub(crate) enum Matcher {
    Any(Vec<AskedText>),
    Prefix(String),
    Regex(Regex),
}

/// A text that is asked for, and how near to it a value must be.
#[derive(Debug, Clone)]
pub(crate) struct AskedText {
    canonical: String,
    caseless: String,
    folded: String,
    at_most: Likeness,
}

impl AskedText {
    fn new(text: &str) -> Self {
        Self {
            canonical: canonical(text).into_owned(),
            caseless: caseless(text).into_owned(),
            folded: fold(text).into_owned(),
            at_most: Likeness::Folded,
        }
    }

    /// How near a value is; none if it is not found.
    fn likeness(&self, value: &str) -> Option<Likeness> {
        if canonical(value) == self.canonical {
            return Some(Likeness::Canonical);
        }
        if fold(value) != self.folded {
            return None;
        }
        Some(if caseless(value) == self.caseless { Likeness::Caseless } else { Likeness::Folded })
    }
}

impl Matcher {
    pub fn new(test: &Match) -> Result<Self, ExecError> {
        Ok(match test {
            Match::Any(texts) => Self::Any(texts.iter().map(|text| AskedText::new(text)).collect()),
            Match::Prefix(prefix) => Self::Prefix(prefix.clone()),
            Match::Regex(pattern) => Self::Regex(Regex::new(pattern).map_err(|error| ExecError::Pattern {
                pattern: pattern.clone(),
                reason: error.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned(),
            })?),
        })
    }

    /// The same, of which only those of some values pass that are nearest to what is
    /// asked for; names that differ in case alone are equally near.
    pub fn nearest<T: AsRef<str>>(mut self, values: &[T], are_names: bool) -> Self {
        if let Self::Any(texts) = &mut self {
            for text in texts {
                let nearest = values.iter().filter_map(|value| text.likeness(value.as_ref())).min();
                let nearest = nearest.unwrap_or(Likeness::Folded);
                text.at_most = if are_names { nearest.max(Likeness::Caseless) } else { nearest };
            }
        }
        self
    }

    /// Whether a text passes.
    pub fn matches(&self, text: &str) -> bool {
        match self {
            Self::Any(texts) => {
                texts.iter().any(|asked| asked.likeness(text).is_some_and(|likeness| likeness <= asked.at_most))
            }
            Self::Prefix(prefix) => begins(text, prefix),
            Self::Regex(regex) => regex.is_match(&fold(text)),
        }
    }
}

/// The values of a field of facts that a written text means: of those that it finds,
/// those than which no fact in force has a nearer one. Facts no longer in force may
/// have them too.
pub(crate) fn meant(view: &dyn View, name: &str, field: &dyn FieldView, written: &str) -> Result<Vec<u32>, ExecError> {
    let found = field.find(written);
    if found.len() < 2 {
        return Ok(found);
    }
    let mut in_force = Vec::new();
    for ordinal in &found {
        if !field.postings(&RoaringBitmap::from_iter([*ordinal]))?.is_disjoint(view.live()) {
            in_force.push(field.value(*ordinal).to_string());
        }
    }
    let are_names = view.schema().field(name).is_some_and(FieldDefinition::holds_names);
    let matcher = Matcher::new(&Match::Any(vec![written.to_owned()]))?.nearest(&in_force, are_names);
    Ok(found.into_iter().filter(|ordinal| matcher.matches(&field.value(*ordinal).to_string())).collect())
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
