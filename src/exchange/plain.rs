//! Plain text: characters that control a terminal, change the reading direction
//! or are invisible, made harmless and visible.

use std::borrow::Cow;
use std::fmt::Write;

/// The text with every control, bidirectional and invisible formatting
/// character replaced: `␛` for an escape, `<U+202E>` for an override.
///
/// The joiners U+200C and U+200D stay, since names in Persian and in Indic
/// scripts are misspelled without them.
///
/// ```
/// use tractat::exchange::sanitize;
///
/// assert_eq!(sanitize("a\x1b[31mb"), "a␛[31mb");
/// ```
#[must_use]
pub fn sanitize(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| matches!(byte, 0x20..=0x7e)) || !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '\0'..='\x1f' => plain.push(char::from_u32(0x2400 + u32::from(character)).unwrap_or('\u{fffd}')),
            '\x7f' => plain.push('\u{2421}'),
            hidden if is_hidden(hidden) => {
                write!(plain, "<U+{:04X}>", u32::from(hidden)).expect("writing into a string cannot fail");
            }
            other => plain.push(other),
        }
    }
    Cow::Owned(plain)
}

fn is_hidden(character: char) -> bool {
    match character {
        // C0, DEL and C1 controls.
        '\0'..='\x1f' | '\x7f'..='\u{9f}'
        // Soft hyphen, grapheme joiner, fillers, the Mongolian separator.
        | '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}' | '\u{3164}' | '\u{ffa0}'
        // Marks, embeddings, overrides and isolates of direction.
        | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}'
        // Zero-width space, line and paragraph separators, invisible operators.
        | '\u{200b}' | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{2065}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}'
        // Musical and shorthand formatting, tags and supplementary selectors.
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}' => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::{is_hidden, sanitize};

    #[test]
    fn what_steers_a_terminal_or_hides_is_shown() {
        assert_eq!(sanitize("a\x1b[31mb\n\t\x7f"), "a␛[31mb␊␉␡");
        assert_eq!(sanitize("x\u{202e}y\u{200b}\u{2066}\u{9b}"), "x<U+202E>y<U+200B><U+2066><U+009B>");
    }

    #[test]
    fn ordinary_text_is_handed_back_as_it_is() {
        for text in ["", "plain", "Côte d’Ivoire", "می\u{200c}خواهم", "日本", "👩\u{200d}🚀"] {
            assert!(matches!(sanitize(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }

    #[test]
    fn nothing_hidden_is_left_and_a_second_time_changes_nothing() {
        let every: String = ('\0'..=char::MAX).collect();
        let plain = sanitize(&every).into_owned();
        assert!(!plain.chars().any(|character| is_hidden(character) || character.is_control()));
        assert_eq!(sanitize(&plain), plain);
    }
}
