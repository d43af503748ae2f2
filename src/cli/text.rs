//! Texts for people: counts in words, and texts cut or wrapped to a width. It
//! knows columns of a terminal, and nothing of what the texts say.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// A number with its thousands apart: `870,109`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// That so many dates were given with a time of day, which is not kept.
pub fn times_of_day_left_out(dates: u64) -> String {
    format!("a time of day was left out of {}", counted(dates, "date", "dates"))
}

/// A count with its noun: `1 record`, `870,109 records`.
pub fn counted(number: u64, singular: &str, plural: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { singular } else { plural })
}

/// The text with thousands separators in the number at its beginning, if any.
pub fn with_grouped_count(text: &str) -> String {
    let end = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    match digits.parse() {
        Ok(number) if rest.starts_with(' ') => format!("{}{rest}", grouped(number)),
        _ => text.to_owned(),
    }
}

/// A duration as people read it: `0.2 ms`, `3.1 s`.
pub fn spell_duration(duration: std::time::Duration) -> String {
    let milliseconds = duration.as_secs_f64() * 1000.0;
    match milliseconds {
        ..100.0 => format!("{milliseconds:.1} ms"),
        ..1000.0 => format!("{milliseconds:.0} ms"),
        _ => format!("{:.1} s", milliseconds / 1000.0),
    }
}

/// At most `width` columns of a text, with `…` for the rest.
pub fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut left = width.saturating_sub(1);
    let kept = text.chars().take_while(|character| {
        let columns = character.width().unwrap_or(0);
        let fits = columns <= left;
        left = left.saturating_sub(columns);
        fits
    });
    let mut out: String = kept.collect();
    out.truncate(out.trim_end().len());
    out.push('…');
    out
}

/// The text in lines of at most so many columns, broken at spaces where that
/// is possible.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        let room = width.saturating_sub(line.width() + usize::from(!line.is_empty()));
        if !line.is_empty() && word.width() > room {
            lines.push(std::mem::take(&mut line));
        } else if !line.is_empty() {
            line.push(' ');
        }
        for character in word.chars() {
            if !line.is_empty() && line.width() + character.width().unwrap_or(0) > width {
                lines.push(std::mem::take(&mut line));
            }
            line.push(character);
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart_and_one_is_no_plural() {
        assert_eq!([0, 999, 1000, 870_109, 1_234_567].map(grouped), ["0", "999", "1,000", "870,109", "1,234,567"]);
        assert_eq!(
            [0, 1, 2000].map(|number| counted(number, "entity", "entities")),
            ["0 entities", "1 entity", "2,000 entities"]
        );
        for (text, expected) in
            [("815137 facts · 2025 x", "815,137 facts · 2025 x"), ("rows", "rows"), ("2025", "2025")]
        {
            assert_eq!(with_grouped_count(text), expected);
        }
    }

    #[test]
    fn long_values_are_wrapped_at_spaces_and_long_words_are_broken() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefghij kl", 4), ["abcd", "efgh", "ij", "kl"]);
        assert_eq!(wrap("", 4), Vec::<String>::new());
        assert_eq!(wrap("東京", 1), ["東", "京"]);
    }

    #[test]
    fn a_cut_text_has_the_width_it_is_given() {
        assert_eq!(cut("one two", 7), "one two");
        assert_eq!(cut("one two", 6), "one t…");
        assert_eq!(cut("one two", 5), "one…");
        assert_eq!(cut("東京都", 5), "東京…");
        assert_eq!(cut("ab", 1), "…");
    }
}
