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
    let allowed = match word.len() {
        0..3 => 0,
        3..6 => 1,
        _ => 2,
    };
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

/// The restricted Damerau–Levenshtein distance (optimal string alignment), with
/// three rows of its table in memory.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, &from) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, &to) in b.iter().enumerate() {
            let mut edits = (last[j] + usize::from(from != to)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && from == b[j - 1] && a[i - 1] == to {
                edits = edits.min(before[j - 1] + 1);
            }
            row.push(edits);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

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
}
