//! What names lose when they are copied: commas, periods and the article.

use std::borrow::Cow;

/// A name without the parts that are most often lost when names are
/// copied: commas, periods (unless they are part of a number), and `the` at the
/// beginning or, as in sorted lists, in parentheses at the end.
pub(super) fn without_punctuation(name: &str) -> Cow<'_, str> {
    let is = |part: Option<&str>, article: &str| part.is_some_and(|part| part.eq_ignore_ascii_case(article));
    let end = name.len().saturating_sub(" (the)".len());
    let without_article = if is(name.get(..4), "the ") {
        name.get(4..).unwrap_or(name)
    } else if is(name.get(end..), " (the)") {
        name.get(..end).unwrap_or(name)
    } else {
        name
    };
    without_commas_and_periods(without_article)
}

/// The same with its article.
pub(super) fn without_commas_and_periods(name: &str) -> Cow<'_, str> {
    if !name.contains([',', '.']) {
        return Cow::Borrowed(name);
    }
    let mut loose = String::with_capacity(name.len());
    let mut characters = name.chars().peekable();
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
