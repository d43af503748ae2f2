//! What names lose when they are copied: commas, periods and the article.

use std::borrow::Cow;

/// A folded name without the parts that are most often lost when names are
/// copied: commas, periods (unless they are part of a number), and `the` at the
/// beginning or, as in sorted lists, in parentheses at the end.
pub(super) fn without_punctuation(folded: &str) -> Cow<'_, str> {
    let without_article = folded.strip_prefix("the ").or_else(|| folded.strip_suffix(" (the)")).unwrap_or(folded);
    without_punctuation_of_folded(without_article)
}

/// The same with its article.
pub(super) fn without_punctuation_of_folded(folded: &str) -> Cow<'_, str> {
    if !folded.contains([',', '.']) {
        return Cow::Borrowed(folded);
    }
    let mut loose = String::with_capacity(folded.len());
    let mut characters = folded.chars().peekable();
    let mut before = None;
    while let Some(character) = characters.next() {
        let is_digit = |neighbour: Option<char>| neighbour.is_some_and(char::is_numeric);
        let in_number = is_digit(before) && is_digit(characters.peek().copied());
        before = Some(character);
        match character {
            '.' if !in_number => {}
            ',' if !in_number => loose.push(' '),
            other => loose.push(other),
        }
    }
    Cow::Owned(loose.split_whitespace().collect::<Vec<_>>().join(" "))
}
