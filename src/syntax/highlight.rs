//! Colouring as one types, and whether a text is finished. It reads any text
//! and must not know the words of a vocabulary.

use super::Span;
use super::date_words::RelativeDay;
use super::keyword::{KeywordPlace, find, month_number, word};
use super::scan::{Token, TokenKind, Tokens, is_path, word_length};
use super::tree::Aggregate;

/// The class of a part of a text, for its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
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
    /// Anything that cannot be where it is.
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
    let tokens: Vec<Token<'_>> = Tokens::new(text).collect();
    let mut open: Vec<char> = Vec::new();
    let mut parts = Vec::with_capacity(tokens.len());
    let mut before = Before::Start;
    // The first word of the statement, and that of the stage.
    let (mut first, mut stage) = ("", "");
    for (index, token) in tokens.iter().enumerate() {
        let written = token.text;
        let class = match token.kind {
            TokenKind::Blank => {
                if written.contains('\n') && open.is_empty() && before != Before::Bar {
                    before = Before::Start;
                    (first, stage) = ("", "");
                }
                continue;
            }
            TokenKind::Comment => Class::Comment,
            TokenKind::Quote { closed } | TokenKind::Pattern { closed } => {
                if closed {
                    Class::Text
                } else {
                    Class::Error
                }
            }
            TokenKind::Commit => Class::Number,
            TokenKind::OpeningBracket => {
                open.extend(written.chars());
                Class::Operator
            }
            TokenKind::ClosingBracket => match (open.pop(), written) {
                (Some('('), ")") | (Some('{'), "}") | (Some('['), "]") => Class::Operator,
                _ => Class::Error,
            },
            TokenKind::Pipe | TokenKind::Semicolon => Class::Operator,
            TokenKind::Sign(sign) => {
                if ":<>=!,.-*$~?%+/".contains(sign) || sign == '#' {
                    Class::Operator
                } else {
                    Class::Error
                }
            }
            TokenKind::Word => {
                let class = word_class(token, before, text, following(text, &tokens, index));
                if class == Class::Word && in_stage(stage, written) { Class::Keyword } else { class }
            }
        };
        match (token.kind, before) {
            (TokenKind::Pipe, _) => stage = "",
            (TokenKind::Semicolon, _) => (first, stage) = ("", ""),
            (TokenKind::Word, Before::Bar) => stage = written,
            (TokenKind::Word, Before::Start) if first.is_empty() => first = written,
            _ => {}
        }
        if token.kind != TokenKind::Comment {
            before = match token.kind {
                // Here the query of a definition begins.
                TokenKind::Sign('=') if first.eq_ignore_ascii_case(word::LET) && stage.is_empty() => Before::Start,
                _ => before.then(token, class),
            };
        }
        parts.push((Span::new(token.start, token.end()), class));
    }
    parts
}

/// What is before a word, as far as it decides the class of the word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    Start,
    Bar,
    Operator,
    Number,
    Date,
    /// `assert` or `set`, which other words of the language follow.
    Statement,
    /// `according`
    According,
    /// `according to`
    To,
    /// The name of a teller, which `first` may follow.
    Teller,
    Other,
}

impl Before {
    /// What is before the word that follows a token.
    fn then(self, token: &Token<'_>, class: Class) -> Self {
        let is_any = |words: &[&str]| words.iter().any(|word| token.is(word));
        let is_in = |place| find(place, token.text).is_some();
        match token.kind {
            TokenKind::Pipe => Self::Bar,
            TokenKind::Semicolon => Self::Start,
            TokenKind::Quote { .. } | TokenKind::Word if self == Self::To => Self::Teller,
            TokenKind::Word if class == Class::Keyword && is_any(&[word::ACCORDING]) => Self::According,
            TokenKind::Word if self == Self::According && class == Class::Keyword => Self::To,
            TokenKind::Sign(':' | '$') => Self::Operator,
            _ if class == Class::Number => Self::Number,
            TokenKind::Word if is_in(KeywordPlace::Relation) || is_in(KeywordPlace::Date) => Self::Date,
            TokenKind::Word if is_any(&[word::OF, word::EACH, word::KNOWN]) => Self::Date,
            TokenKind::Word if class == Class::Keyword && is_any(&[word::ASSERT, word::SET]) => Self::Statement,
            _ => Self::Other,
        }
    }
}

/// The text from the next token that is not blank.
fn following<'a>(text: &'a str, tokens: &[Token<'_>], index: usize) -> &'a str {
    let next = tokens.iter().skip(index + 1).find(|token| token.kind != TokenKind::Blank);
    next.and_then(|token| text.get(token.start..)).unwrap_or("")
}

fn word_class(token: &Token<'_>, before: Before, text: &str, following: &str) -> Class {
    let written = token.text;
    let after = text.get(token.end()..).unwrap_or("");
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
        Before::Bar => return if is(KeywordPlace::Stage) { Class::Keyword } else { Class::Error },
        Before::Start => {
            is(KeywordPlace::Statement) || written.eq_ignore_ascii_case(word::LET) || is(KeywordPlace::Condition)
        }
        Before::According => written.eq_ignore_ascii_case(word::TO),
        Before::Teller => written.eq_ignore_ascii_case(word::FIRST),
        Before::Number => is(KeywordPlace::Unit) || month_number(written).is_some(),
        Before::Date => {
            is(KeywordPlace::Date)
                || is(KeywordPlace::Unit)
                || month_number(written).is_some()
                || written.eq_ignore_ascii_case(word::EACH)
        }
        Before::Statement => [word::NONE, word::SOME, word::COUNT, word::ROWS, RelativeDay::Today.name()]
            .iter()
            .any(|word| word.eq_ignore_ascii_case(written)),
        _ => false,
    };
    let always =
        word::is_condition(written) || [word::OF, word::AGO].iter().any(|word| word.eq_ignore_ascii_case(written));
    let same = written.eq_ignore_ascii_case(word::SAME) && following.contains('{');
    let unknown = written.eq_ignore_ascii_case(word::UNKNOWN)
        && after.starts_with(char::is_whitespace)
        && following.starts_with(|first: char| first.is_alphanumeric() || "-(\"".contains(first));
    let starts_with_word =
        |word: &str| following.get(..word_length(following)).is_some_and(|next| next.eq_ignore_ascii_case(word));
    let according = written.eq_ignore_ascii_case(word::ACCORDING) && starts_with_word(word::TO);
    let source = written.eq_ignore_ascii_case(word::SOURCE) && following.starts_with('{');
    if keyword || always || same || unknown || according || source { Class::Keyword } else { Class::Word }
}

/// Whether a word is part of the syntax of its stage.
fn in_stage(stage: &str, written: &str) -> bool {
    (stage.eq_ignore_ascii_case(word::PIVOT) && written.eq_ignore_ascii_case(word::TIMES))
        || (Aggregate::from_word(stage).is_some() && Aggregate::from_word(written).is_some())
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
    for token in Tokens::new(text) {
        match token.kind {
            TokenKind::Quote { closed: false } => return false,
            TokenKind::OpeningBracket => depth += 1,
            TokenKind::ClosingBracket => depth = depth.saturating_sub(1),
            _ => {}
        }
        if token.is_solid() {
            last = Some(token.kind);
        }
    }
    depth == 0 && !matches!(last, Some(TokenKind::Pipe | TokenKind::Sign(',' | '=')))
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
