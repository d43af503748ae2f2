//! Suggestions for mistyped words.

use super::fold;

/// The candidate that was probably meant by a mistyped word.
///
/// Both are compared in their folded form by the restricted Damerau–Levenshtein
/// distance, in which swapping two neighbouring letters is one edit. At most two
/// edits are allowed, one for words of three to five letters, none for shorter
/// ones. Of equally near candidates the one with the more frequent kind of typing
/// error is chosen, then the first.
#[must_use]
pub fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let word: Vec<char> = fold(word).chars().collect();
    let allowed = allowed_edits(&word);
    let mut best: Option<((usize, TypingError), &str)> = None;
    for candidate in candidates {
        // Most candidates are far too long or too short, which is cheap to find out.
        if candidate.is_ascii() {
            let least = candidate.bytes().filter(|byte| !byte.is_ascii_whitespace()).count();
            if least > word.len() + allowed || candidate.len() + allowed < word.len() {
                continue;
            }
        }
        let letters: Vec<char> = fold(candidate).chars().collect();
        if letters.len().abs_diff(word.len()) > allowed {
            continue;
        }
        let edits = distance(&word, &letters);
        if edits > allowed {
            continue;
        }
        let rank = (edits, TypingError::between(&word, &letters));
        if best.is_none_or(|(least, _)| rank < least) {
            best = Some((rank, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// How many edits a word allows.
fn allowed_edits(word: &[char]) -> usize {
    match word.len() {
        0..3 => 0,
        3..6 => 1,
        _ => 2,
    }
}

/// How often an ordered list is asked for its next text in search of those near
/// to a word. More would take long, and find what is hardly meant.
const MOST_STEPS: usize = 8192;

/// The texts of an ordered list that are as near to a word as [`nearest`] allows,
/// without a look at each: what begins like nothing near is passed over. `next`
/// gives the first text of the list that is not less than another.
pub(crate) fn near_in_order(word: &str, mut next: impl FnMut(&str) -> Option<String>) -> Vec<String> {
    let word: Vec<char> = fold(word).chars().collect();
    let allowed = allowed_edits(&word);
    let (mut near, mut from) = (Vec::new(), String::new());
    for _ in 0..MOST_STEPS {
        let Some(text) = next(&from) else { break };
        if let Some(prefix) = dead_prefix(&word, &text, allowed) {
            match after_all(prefix) {
                Some(after) => from = after,
                None => break,
            }
        } else {
            let letters: Vec<char> = text.chars().collect();
            if distance(&word, &letters) <= allowed {
                near.push(text.clone());
            }
            from = text;
            from.push('\0');
        }
    }
    near
}

/// The least text that is greater than all that begin with another.
fn after_all(prefix: &str) -> Option<String> {
    let mut letters: Vec<char> = prefix.chars().collect();
    while let Some(last) = letters.pop() {
        let next = if last == '\u{d7ff}' { Some('\u{e000}') } else { char::from_u32(u32::from(last) + 1) };
        if let Some(next) = next {
            letters.push(next);
            return Some(letters.into_iter().collect());
        }
    }
    None
}

/// The shortest beginning of a text of which no text that begins so is within
/// so many edits of a word.
fn dead_prefix<'t>(word: &[char], text: &'t str, allowed: usize) -> Option<&'t str> {
    let mut rows = EditRows::new(word);
    for (place, letter) in text.char_indices() {
        rows.add(letter);
        // The next letter may still be swapped with this one, which is one edit more than what is before both.
        let least = |row: &[usize]| row.iter().min().copied().unwrap_or_default();
        if least(&rows.last) > allowed && least(&rows.before) >= allowed {
            return text.get(..place + letter.len_utf8());
        }
    }
    None
}

/// Kinds of typing errors, the most frequent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum TypingError {
    /// The same letters in another order.
    Transposed,
    /// Letters were left out or added.
    MissingOrExtra,
    /// Letters were replaced by others.
    Replaced,
}

impl TypingError {
    fn between(word: &[char], meant: &[char]) -> Self {
        let (short, long) = if word.len() < meant.len() { (word, meant) } else { (meant, word) };
        let mut rest = long.iter();
        if short.len() < long.len() {
            let is_part = short.iter().all(|letter| rest.any(|other| other == letter));
            return if is_part { Self::MissingOrExtra } else { Self::Replaced };
        }
        let sorted = |letters: &[char]| {
            let mut letters = letters.to_vec();
            letters.sort_unstable();
            letters
        };
        if sorted(short) == sorted(long) { Self::Transposed } else { Self::Replaced }
    }
}

/// The restricted Damerau–Levenshtein distance (optimal string alignment).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut rows = EditRows::new(b);
    for letter in a {
        rows.add(*letter);
    }
    rows.last.last().copied().unwrap_or_default()
}

/// The last two rows of the table of edits between a text, of which one letter
/// after another is added, and each beginning of a word.
struct EditRows<'w> {
    word: &'w [char],
    before: Vec<usize>,
    last: Vec<usize>,
    letter: Option<char>,
    letters: usize,
}

impl<'w> EditRows<'w> {
    fn new(word: &'w [char]) -> Self {
        Self { word, before: Vec::new(), last: (0..=word.len()).collect(), letter: None, letters: 0 }
    }

    fn add(&mut self, letter: char) {
        self.letters += 1;
        let mut row = vec![self.letters];
        for (j, &to) in self.word.iter().enumerate() {
            let mut edits = (self.last[j] + usize::from(letter != to)).min(self.last[j + 1] + 1).min(row[j] + 1);
            if j > 0 && self.letter == Some(to) && letter == self.word[j - 1] {
                edits = edits.min(self.before[j - 1] + 1);
            }
            row.push(edits);
        }
        self.before = std::mem::replace(&mut self.last, row);
        self.letter = Some(letter);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{fold, near_in_order, nearest};

    const NAMES: [&str; 5] = ["effective", "subject", "date", "note", "id"];

    #[test]
    fn a_mistyped_word_finds_its_name() {
        for (word, name) in
            [("efective", "effective"), ("subejct", "subject"), ("Daté", "date"), ("effectve ", "effective")]
        {
            assert_eq!(nearest(word, NAMES), Some(name), "{word}");
        }
    }

    #[test]
    fn short_words_must_be_nearer() {
        assert_eq!(nearest("dote", NAMES), Some("date"));
        assert_eq!(nearest("dots", NAMES), None);
        assert_eq!(nearest("is", NAMES), None);
        assert_eq!(nearest("ID", NAMES), Some("id"));
        assert_eq!(nearest("", NAMES), None);
    }

    #[test]
    fn the_nearer_of_two_goes_first_and_then_that_of_the_more_frequent_slip() {
        assert_eq!(nearest("signes", ["singed", "signed"]), Some("signed"));
        assert_eq!(nearest("note", ["nota", "noted"]), Some("noted"));
        assert_eq!(nearest("noet", ["noets", "note"]), Some("note"));
        assert_eq!(nearest("note", ["nota", "noto"]), Some("nota"));
    }

    proptest! {
        #[test]
        fn an_ordered_list_gives_what_a_look_at_each_of_its_texts_gives(
            mut list in proptest::collection::vec("[abc]{1,9}|[abcé]{1,4} [abc]{1,3}", 0..40), word in "[abcd]{0,8}",
        ) {
            for text in &mut list {
                *text = fold(text).into_owned();
            }
            list.sort_unstable();
            list.dedup();
            let next = |from: &str| list.iter().find(|text| text.as_str() >= from).cloned();
            let near = near_in_order(&word, next);
            let each: Vec<_> = list.iter().filter(|text| nearest(&word, [text.as_str()]).is_some()).cloned().collect();
            for text in &each {
                prop_assert!(near.contains(text), "{:?} is near {:?}", text, word);
            }
            prop_assert_eq!(
                nearest(&word, near.iter().map(String::as_str)),
                nearest(&word, each.iter().map(String::as_str))
            );
        }
    }
}
