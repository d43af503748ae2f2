//! Colouring as one types, and whether a text is finished. It reads any text
//! and must not know the words of a vocabulary.

use super::Span;
use super::date_words::RelativeDay;
use super::keyword::{Place, find, month, word};
use super::scan::{Piece, Pieces, Sort, is_path};

/// What a part of a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// A word of the language.
    Keyword,
    /// A word.
    Word,
    /// The name of a field before an operator.
    Field,
    /// Text in quotes, or a pattern.
    Text,
    /// A number or a date.
    Number,
    /// A sign between other parts.
    Operator,
    /// A comment.
    Comment,
    /// What cannot stand where it stands.
    Error,
}

/// The parts of a text in order, without the blanks between them. Any text has
/// some: it need not be a query yet.
///
/// ```
/// use tractat::syntax::{Class, highlight};
///
/// let text = "resigned since 2024";
/// let parts: Vec<_> = highlight(text).into_iter().map(|(span, class)| (&text[span.range()], class)).collect();
/// assert_eq!(parts, [("resigned", Class::Word), ("since", Class::Keyword), ("2024", Class::Number)]);
/// ```
#[must_use]
pub fn highlight(text: &str) -> Vec<(Span, Class)> {
    let pieces: Vec<Piece> = Pieces::new(text).collect();
    let mut open: Vec<char> = Vec::new();
    let mut parts = Vec::with_capacity(pieces.len());
    let mut before = Before::Start;
    // The word with which the statement begins, and that of the stage.
    let (mut first, mut stage) = ("", "");
    for (index, &(sort, start, end)) in pieces.iter().enumerate() {
        let written = text.get(start..end).unwrap_or("");
        let class = match sort {
            Sort::Blank => {
                if written.contains('\n') && open.is_empty() && before != Before::Bar {
                    before = Before::Start;
                    (first, stage) = ("", "");
                }
                continue;
            }
            Sort::Comment => Class::Comment,
            Sort::Quote(closed) | Sort::Regex(closed) => {
                if closed {
                    Class::Text
                } else {
                    Class::Error
                }
            }
            Sort::Commit => Class::Number,
            Sort::Open => {
                open.extend(written.chars());
                Class::Operator
            }
            Sort::Close => match (open.pop(), written) {
                (Some('('), ")") | (Some('{'), "}") | (Some('['), "]") => Class::Operator,
                _ => Class::Error,
            },
            Sort::Pipe | Sort::Semicolon => Class::Operator,
            Sort::Other(sign) => {
                if ":<>=!,.-*$~?%+/".contains(sign) || sign == '#' {
                    Class::Operator
                } else {
                    Class::Error
                }
            }
            Sort::Word => {
                let class =
                    word_class(written, before, text.get(start..).unwrap_or(""), following(text, &pieces, index));
                if class == Class::Word && in_stage(stage, written) { Class::Keyword } else { class }
            }
        };
        match (sort, before) {
            (Sort::Pipe, _) => stage = "",
            (Sort::Semicolon, _) => (first, stage) = ("", ""),
            (Sort::Word, Before::Bar) => stage = written,
            (Sort::Word, Before::Start) if first.is_empty() => first = written,
            _ => {}
        }
        if sort != Sort::Comment {
            before = match sort {
                // Here the query of a definition begins.
                Sort::Other('=') if first.eq_ignore_ascii_case(word::LET) && stage.is_empty() => Before::Start,
                _ => Before::after(sort, written, class),
            };
        }
        parts.push((Span::new(start, end), class));
    }
    parts
}

/// What stands before a word, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    Start,
    Bar,
    Operator,
    Number,
    Date,
    /// `assert` or `set`, after which other words of the language stand.
    Statement,
    Other,
}

impl Before {
    fn after(sort: Sort, written: &str, class: Class) -> Self {
        match sort {
            Sort::Pipe => Self::Bar,
            Sort::Semicolon => Self::Start,
            Sort::Other(':' | '$') => Self::Operator,
            _ if class == Class::Number => Self::Number,
            Sort::Word if find(Place::Relation, written).is_some() => Self::Date,
            Sort::Word if find(Place::Date, written).is_some() => Self::Date,
            Sort::Word if [word::OF, word::EACH, word::KNOWN].iter().any(|word| word.eq_ignore_ascii_case(written)) => {
                Self::Date
            }
            Sort::Word
                if class == Class::Keyword
                    && [word::ASSERT, word::SET].iter().any(|word| word.eq_ignore_ascii_case(written)) =>
            {
                Self::Statement
            }
            _ => Self::Other,
        }
    }
}

/// What stands directly after a piece, and next after blanks.
fn following<'a>(text: &'a str, pieces: &[Piece], index: usize) -> &'a str {
    let next = pieces.iter().skip(index + 1).find(|(sort, ..)| *sort != Sort::Blank);
    next.and_then(|(_, start, _)| text.get(*start..)).unwrap_or("")
}

fn word_class(written: &str, before: Before, rest: &str, following: &str) -> Class {
    let after = rest.get(written.len()..).unwrap_or("");
    let is = |place| find(place, written).is_some();
    if before == Before::Operator {
        return match written {
            _ if written.eq_ignore_ascii_case(word::NONE) => Class::Keyword,
            _ if is_number(written) => Class::Number,
            _ => Class::Word,
        };
    }
    if is_path(written)
        && (after.starts_with(':') || following.starts_with(['<', '>', '=']) || following.starts_with("!="))
    {
        return Class::Field;
    }
    if is_number(written) {
        return Class::Number;
    }
    let keyword = match before {
        Before::Bar => return if is(Place::Stage) { Class::Keyword } else { Class::Error },
        Before::Start => is(Place::Statement) || written.eq_ignore_ascii_case(word::LET) || is(Place::Condition),
        Before::Number => is(Place::Unit) || month(written).is_some(),
        Before::Date => {
            is(Place::Date) || is(Place::Unit) || month(written).is_some() || written.eq_ignore_ascii_case(word::EACH)
        }
        Before::Statement => [word::NONE, word::SOME, word::COUNT, word::ROWS, RelativeDay::Today.name()]
            .iter()
            .any(|word| word.eq_ignore_ascii_case(written)),
        _ => false,
    };
    let always =
        word::is_condition(written) || [word::OF, word::AGO].iter().any(|word| word.eq_ignore_ascii_case(written));
    let same = written.eq_ignore_ascii_case(word::SAME) && following.contains('{');
    if keyword || always || same { Class::Keyword } else { Class::Word }
}

/// Whether a word belongs to the stage in which it stands.
fn in_stage(stage: &str, written: &str) -> bool {
    const AGGREGATES: [&str; 4] = [word::MIN, word::MAX, word::MEDIAN, word::SUM];
    let is = |word: &str, words: &[&str]| words.iter().any(|known| known.eq_ignore_ascii_case(word));
    (is(stage, &["pivot"]) && is(written, &[word::TIMES])) || (is(stage, &AGGREGATES) && is(written, &AGGREGATES))
}

fn is_number(written: &str) -> bool {
    let digits = written.strip_prefix('-').unwrap_or(written);
    digits.starts_with(|first: char| first.is_ascii_digit())
        && digits.chars().all(|next| next.is_ascii_digit() || ".-X~?%s/".contains(next))
}

/// Whether a text is all that somebody meant to type: no bracket or quotes are
/// open, and no `|`, `,` or `=` waits for what follows.
#[must_use]
pub fn is_complete(text: &str) -> bool {
    let mut depth = 0_usize;
    let mut last = None;
    for (sort, ..) in Pieces::new(text) {
        match sort {
            Sort::Quote(false) => return false,
            Sort::Open => depth += 1,
            Sort::Close => depth = depth.saturating_sub(1),
            _ => {}
        }
        if !matches!(sort, Sort::Blank | Sort::Comment) {
            last = Some(sort);
        }
    }
    depth == 0 && !matches!(last, Some(Sort::Pipe | Sort::Other(',' | '=')))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn classes(text: &str) -> Vec<(&str, Class)> {
        highlight(text).into_iter().map(|(span, class)| (&text[span.range()], class)).collect()
    }

    #[test]
    fn a_word_is_coloured_by_where_it_stands() {
        assert_eq!(
            classes("state:AND and count in 2025 | count by state # all"),
            [
                ("state", Class::Field),
                (":", Class::Operator),
                ("AND", Class::Word),
                ("and", Class::Keyword),
                ("count", Class::Word),
                ("in", Class::Keyword),
                ("2025", Class::Number),
                ("|", Class::Operator),
                ("count", Class::Keyword),
                ("by", Class::Keyword),
                ("state", Class::Word),
                ("# all", Class::Comment),
            ]
        );
        let keywords = |text| -> Vec<_> {
            classes(text).into_iter().filter(|(_, class)| *class == Class::Keyword).map(|(word, _)| word).collect()
        };
        assert_eq!(
            keywords("assert none states as of each year 1970..2020"),
            ["assert", "none", "as", "of", "each", "year"]
        );
        assert_eq!(keywords("let x($p) = periods a:$p known today"), ["let", "periods", "known", "today"]);
        assert_eq!(
            keywords("x | pivot x x year | min max of min by x"),
            ["pivot", "x", "x", "min", "max", "of", "min", "by"]
        );
        assert_eq!(keywords("set today June 2025\nformat csv"), ["set", "today", "June", "format"]);
        assert_eq!(classes("a ) | limit")[1..], [(")", Class::Error), ("|", Class::Operator), ("limit", Class::Error)]);
    }

    #[test]
    fn a_text_is_complete_once_everything_is_closed() {
        for text in ["signed", "signed | count", "x:/(/", "(a) # (", ""] {
            assert!(is_complete(text), "{text}");
        }
        for text in ["(a", "with {", "\"open", "signed |", "| sort a,", "let x ="] {
            assert!(!is_complete(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn parts_are_in_order_and_apart_in_any_text(text in r#"([a-z0-9 :|(){}"'/#\[\]]|\PC){0,60}"#) {
            let mut end = 0;
            for (span, _) in highlight(&text) {
                prop_assert!(end <= span.start && span.start < span.end);
                prop_assert!(text.get(span.range()).is_some());
                end = span.end;
            }
            let _ = is_complete(&text);
        }
    }
}
