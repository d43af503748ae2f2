//! Why a text is not JSON, in terms of what is written where the parser stopped:
//! the parser itself only has a sentence.

use super::problem::JsonProblem;

/// How deeply values may be nested.
const DEEPEST: usize = 127;

/// What is wrong with a text that the parser refused, and at which byte.
pub(super) fn syntax_problem(text: &str, error: &serde_json::Error) -> (usize, JsonProblem) {
    if error.is_eof() {
        return (text.len(), JsonProblem::Unfinished);
    }
    let offset = text.floor_char_boundary(error.column().saturating_sub(1));
    let problem = if error.is_syntax() { Scan::of(text, offset).problem() } else { None };
    problem.unwrap_or_else(|| {
        let message = error.to_string();
        // The parser counts bytes, and knows of one line.
        let place = format!(" at line {} column {}", error.line(), error.column());
        (offset, JsonProblem::Other(message.strip_suffix(&place).unwrap_or(&message).to_owned()))
    })
}

/// What a text has before the byte at which the parser stopped.
struct Scan<'t> {
    text: &'t str,
    offset: usize,
    /// The brackets that are open.
    open: Vec<u8>,
    in_string: bool,
    /// Whether the last byte is a backslash that escapes the next one.
    escaping: bool,
    /// The last byte outside of strings that is not blank.
    last: Option<u8>,
    /// Whether that is the very last byte.
    is_adjacent: bool,
}

impl<'t> Scan<'t> {
    fn of(text: &'t str, offset: usize) -> Self {
        let mut scan =
            Self { text, offset, open: Vec::new(), in_string: false, escaping: false, last: None, is_adjacent: false };
        text.bytes().take(offset).for_each(|byte| scan.pass(byte));
        scan
    }

    fn pass(&mut self, byte: u8) {
        if self.in_string {
            self.in_string = self.escaping || byte != b'"';
            self.escaping = byte == b'\\' && !self.escaping;
            return;
        }
        self.is_adjacent = !byte.is_ascii_whitespace();
        if !self.is_adjacent {
            return;
        }
        match byte {
            b'"' => self.in_string = true,
            b'{' | b'[' => self.open.push(byte),
            b'}' | b']' => drop(self.open.pop()),
            _ => {}
        }
        self.last = Some(byte);
    }

    fn problem(&self) -> Option<(usize, JsonProblem)> {
        let at = self.text.as_bytes().get(self.offset..).unwrap_or_default();
        // Where a string begins, the parser may stop one byte before what is wrong with it.
        if self.in_string || at.first() == Some(&b'"') {
            if self.escaping {
                return Some((self.offset, JsonProblem::InvalidEscape));
            }
            if let Some(control) = at.iter().take(2).position(|byte| *byte < 0x20) {
                return Some((self.offset + control, JsonProblem::ControlCharacter));
            }
            return self.in_string.then_some((self.offset, JsonProblem::InvalidEscape));
        }
        let next = at.first()?;
        let in_object = self.open.last() == Some(&b'{');
        let problem = match (self.last?, next) {
            _ if self.open.is_empty() => JsonProblem::TrailingText,
            (_, b'{' | b'[') if self.open.len() >= DEEPEST => JsonProblem::TooDeep { limit: DEEPEST },
            (b',', b'}') if in_object => JsonProblem::TrailingComma,
            (b',', b']') if !in_object => JsonProblem::TrailingComma,
            (b'{' | b',', _) if in_object => JsonProblem::UnquotedKey,
            (b':' | b'[' | b',', b'0'..=b'9' | b'-') => return None,
            (b':' | b'[' | b',', _) => JsonProblem::MissingValue,
            (b'a'..=b'z', _) if self.is_adjacent => JsonProblem::MissingValue,
            _ => return None,
        };
        Some((self.offset, problem))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn what_the_parser_refuses_is_told_apart_by_what_is_written_there() {
        let deep = format!("{{\"x\":{}", "[".repeat(200));
        let other = |message: &str| JsonProblem::Other(message.to_owned());
        for (text, offset, problem) in [
            ("{", 1, JsonProblem::Unfinished),
            (r#"{"a":1} {"#, 8, JsonProblem::TrailingText),
            (r#"{"a":1,}"#, 7, JsonProblem::TrailingComma),
            (r#"{"a":[1,]}"#, 8, JsonProblem::TrailingComma),
            (r"{a:1}", 1, JsonProblem::UnquotedKey),
            (r#"{"a":x}"#, 5, JsonProblem::MissingValue),
            (r#"{"a":}"#, 5, JsonProblem::MissingValue),
            (r#"{"a":[ ,1]}"#, 7, JsonProblem::MissingValue),
            (r#"{"a":"\x"}"#, 7, JsonProblem::InvalidEscape),
            ("{\"a\":\"\tb\"}", 6, JsonProblem::ControlCharacter),
            ("{\"a\":\"b\tc\"}", 7, JsonProblem::ControlCharacter),
            ("{\"a\tb\":1}", 3, JsonProblem::ControlCharacter),
            (&deep, 5 + DEEPEST - 1, JsonProblem::TooDeep { limit: DEEPEST }),
            (r#"{"a":1 "b":2}"#, 7, other("expected `,` or `}`")),
            (r#"{"a" 1}"#, 5, other("expected `:`")),
        ] {
            let error = serde_json::from_str::<Value>(text).unwrap_err();
            assert_eq!(syntax_problem(text, &error), (offset, problem), "{text}: {error}");
        }
    }
}
