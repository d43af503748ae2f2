//! Tokens: words, quotes, comments, brackets, of any text at all. The parser,
//! highlighting, completion and the checker's mends all read text by these
//! rules.

use unicode_width::UnicodeWidthChar;

use super::keyword::word;

/// Whether a character may be anywhere in a word.
pub(super) fn is_word_character(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_alphanumeric() || character == '_';
    }
    character.is_alphanumeric() || (character.width() == Some(0) && !is_forbidden(character))
}

/// Whether a character may be in a word between two others.
fn is_joint(character: char) -> bool {
    matches!(character, '-' | '\'' | '’' | '.')
}

/// Whether a character is invisible, or controls a terminal or the direction of a text.
pub(super) fn is_forbidden(character: char) -> bool {
    (character.is_control() && !matches!(character, '\n' | '\r' | '\t'))
        || matches!(character, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

/// The length in bytes of the word at the start of a text; 0 if there is none.
pub(super) fn word_length(text: &str) -> usize {
    length(text, false)
}

/// Like `word_length`, for a word after `field:`, which may contain `/ & +`.
pub(super) fn value_length(text: &str) -> usize {
    length(text, true)
}

fn length(text: &str, value: bool) -> usize {
    let holds = |character| is_word_character(character) || (value && matches!(character, '&' | '+'));
    let joins = |character| is_joint(character) || (value && character == '/');
    let mut characters = text.char_indices().peekable();
    let mut end = 0;
    while let Some((at, character)) = characters.next() {
        let negative = value && at == 0 && character == '-';
        let goes_on = if negative {
            characters.peek().is_some_and(|(_, next)| next.is_ascii_digit())
        } else {
            holds(character) || (end > 0 && joins(character) && characters.peek().is_some_and(|(_, next)| holds(*next)))
        };
        if !goes_on {
            break;
        }
        end = at + character.len_utf8();
    }
    end
}

/// Whether a text is one bare word, so that it needs no quotes.
#[must_use]
pub fn is_word(text: &str) -> bool {
    !text.is_empty() && word_length(text) == text.len() && !word::is_condition(text)
}

/// Whether a text is a name, or names joined by dots: what a path is made of.
pub(super) fn is_path(text: &str) -> bool {
    text.split('.').all(is_name)
}

/// Whether a text can be the name of a field, query or parameter.
pub(super) fn is_name(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(char::is_alphabetic)
        && characters.all(|character| is_word_character(character) || character == '-')
}

/// Whether `#` at this place starts a comment.
pub(super) fn starts_comment(text: &str, at: usize) -> bool {
    let Some((before, after)) = text.split_at_checked(at) else {
        return false;
    };
    after.starts_with('#') && before.chars().next_back().is_none_or(|last| last.is_whitespace() || last == ';')
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// Blanks and line ends.
    Blank,
    Comment,
    Word,
    /// Text in quotes, and whether they are closed.
    Quote {
        closed: bool,
    },
    /// `/…/`, and whether it is closed.
    Pattern {
        closed: bool,
    },
    /// `#12`
    Commit,
    /// `(`, `{` or `[`
    OpeningBracket,
    /// `)`, `}` or `]`
    ClosingBracket,
    Pipe,
    Semicolon,
    /// Any other character.
    Sign(char),
}

/// A part of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    pub kind: TokenKind,
    /// As it is written.
    pub text: &'a str,
    /// Its first byte.
    pub start: usize,
}

impl Token<'_> {
    /// The byte after its last.
    pub fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Whether it is this word; case is ignored.
    pub fn is(&self, word: &str) -> bool {
        self.text.eq_ignore_ascii_case(word)
    }

    /// Whether it is neither blank nor a comment.
    pub fn is_solid(&self) -> bool {
        !matches!(self.kind, TokenKind::Blank | TokenKind::Comment)
    }

    /// Whether it is digits alone.
    pub fn is_number(&self) -> bool {
        is_number(self.text)
    }
}

/// Whether a word is digits alone.
pub(super) fn is_number(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// The tokens of any text, which together are all of it.
pub(crate) struct Tokens<'a> {
    text: &'a str,
    at: usize,
    after_known: bool,
    /// Whether a quote may go on over the end of a line.
    lines: bool,
}

impl<'a> Tokens<'a> {
    pub fn new(text: &'a str) -> Self {
        Self::starting_at(text, 0, true)
    }

    /// From a place on; `lines` says whether a quote may span lines.
    pub fn starting_at(text: &'a str, at: usize, lines: bool) -> Self {
        Self { text, at, after_known: false, lines }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn is_value(&self) -> bool {
        let before = self.text.get(..self.at).unwrap_or("");
        before.ends_with([':', '=', '<', '>', ',']) || before.ends_with("..")
    }

    /// Whether a value is compared here, after blanks: `title = /…/`.
    fn follows_comparison(&self) -> bool {
        self.text.get(..self.at).unwrap_or("").trim_end().ends_with(['=', '<', '>', ','])
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let rest = self.rest();
        let first = rest.chars().next()?;
        let known = std::mem::take(&mut self.after_known);
        let (kind, length) = match first {
            '#' if (known || self.text.get(..self.at).is_some_and(|before| before.ends_with("..")))
                && commit_length(rest) > 0 =>
            {
                (TokenKind::Commit, commit_length(rest))
            }
            '#' if starts_comment(self.text, self.at) => {
                (TokenKind::Comment, rest.find(['\n', '\r']).unwrap_or(rest.len()))
            }
            '"' | '“' | '„' => {
                let limit = if self.lines { rest.len() } else { rest.find('\n').unwrap_or(rest.len()) };
                match rest.get(..limit).and_then(quote_length) {
                    Some(length) => (TokenKind::Quote { closed: true }, length),
                    None => (TokenKind::Quote { closed: false }, limit),
                }
            }
            '/' if self.is_value() || self.follows_comparison() => match regex_length(rest) {
                Some(length) => (TokenKind::Pattern { closed: true }, length),
                None => (TokenKind::Pattern { closed: false }, rest.find('\n').unwrap_or(rest.len())),
            },
            '(' | '{' | '[' => (TokenKind::OpeningBracket, 1),
            ')' | '}' | ']' => (TokenKind::ClosingBracket, 1),
            '|' => (TokenKind::Pipe, 1),
            ';' => (TokenKind::Semicolon, 1),
            _ if first.is_whitespace() => {
                let length = rest.find(|character: char| !character.is_whitespace()).unwrap_or(rest.len());
                self.after_known = known && rest.get(..length).is_some_and(|blank| !blank.contains(['\n', '\r']));
                (TokenKind::Blank, length)
            }
            _ => match length(rest, self.is_value()) {
                0 => (TokenKind::Sign(first), first.len_utf8()),
                length => {
                    let written = rest.get(..length).unwrap_or("");
                    self.after_known = written.eq_ignore_ascii_case(word::KNOWN);
                    (TokenKind::Word, length)
                }
            },
        };
        let start = self.at;
        self.at += length;
        Some(Token { kind, text: rest.get(..length).unwrap_or(""), start })
    }
}

/// The length of `#12` at the start of a text; 0 if none.
pub(super) fn commit_length(text: &str) -> usize {
    let digits = text.strip_prefix('#').map_or(0, |rest| rest.bytes().take_while(u8::is_ascii_digit).count());
    if digits == 0 { 0 } else { digits + 1 }
}

/// The length of the quote at the start of a text, if it is closed.
pub(super) fn quote_length(text: &str) -> Option<usize> {
    let opening = text.chars().next()?;
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        if std::mem::take(&mut escaped) {
            continue;
        }
        match (opening, character) {
            (_, '\\') => escaped = true,
            ('"', '"') | ('“', '”') | ('„', '“' | '”') => return Some(at + character.len_utf8()),
            _ => {}
        }
    }
    None
}

/// The length of the `/…/` at the start of a text, if it is closed on its line.
pub(super) fn regex_length(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            '\n' => return None,
            _ if std::mem::take(&mut escaped) => {}
            '\\' => escaped = true,
            '/' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_ends_before_two_dots_and_before_a_joint_that_joins_nothing() {
        for (text, word) in [
            ("2019..2022", "2019"),
            ("U.S. x", "U.S"),
            ("côte-d’ivoire'", "côte-d’ivoire"),
            ("voted-yes)", "voted-yes"),
            ("R/1/66", "R"),
            ("नेपाल x", "नेपाल"),
        ] {
            assert_eq!(&text[..word_length(text)], word, "{text}");
        }
        assert_eq!(value_length("A/RES/74/228 x"), "A/RES/74/228".len());
        assert_eq!(value_length("C++ x"), 3);
        assert_eq!(value_length("-5..3"), 2);
    }

    #[test]
    fn tokens_are_all_of_the_text_whatever_it_is() {
        for text in ["known #12 # x", "a:/b[(]/ (", "\"open", "“a” „b“ \\ ü|;", "x:/open\ny"] {
            let whole: String = Tokens::new(text).map(|token| token.text).collect();
            assert_eq!(whole, text);
        }
        assert!(Tokens::new("known #12").any(|token| token.kind == TokenKind::Commit));
        assert!(Tokens::new("known # 12").any(|token| token.kind == TokenKind::Comment));
    }
}
