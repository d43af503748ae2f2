//! How text is prepared for search: split into words, folded and stemmed.
//!
//! Scripts that leave no blanks between words have no words that a machine could
//! tell apart. Runs of them are split into overlapping pairs of characters, so
//! that any part of a run is found: of 会議室 the pairs 会議 and 議室, and 室 alone.

use rust_stemmers::{Algorithm, Stemmer};
use unicode_script::{Script, UnicodeScript};
use unicode_segmentation::UnicodeSegmentation;

use super::fold;

/// Signs that belong to the word before them, as in `C++` and `F#`.
const WORD_SIGNS: [char; 2] = ['+', '#'];

/// A word of a text in the form in which it is written, folded, and its stem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TextWord<'a> {
    pub stem: &'a str,
    pub form: &'a str,
}

/// What a word of a text must be.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TextTerm {
    /// Any form of the word with this stem.
    Stem(String),
    /// The word as it is written, folded.
    Form {
        /// Its stem, under which an index keeps its forms.
        stem: String,
        /// The word.
        form: String,
    },
    /// A pair of characters, or the last character of a run, that begins so.
    Start(String),
}

impl TextTerm {
    /// The stem, or how it begins.
    #[must_use]
    pub fn stem(&self) -> &str {
        match self {
            Self::Stem(stem) | Self::Form { stem, .. } | Self::Start(stem) => stem,
        }
    }

    /// Whether a word is one that is meant.
    pub(crate) fn matches(&self, word: TextWord<'_>) -> bool {
        match self {
            Self::Stem(stem) => stem == word.stem,
            Self::Form { form, .. } => form == word.form,
            Self::Start(start) => word.stem.starts_with(start.as_str()),
        }
    }
}

/// The scripts that leave no blanks between words, by their ISO 15924 codes.
const UNSPACED: [&str; 7] = ["Hani", "Hira", "Kana", "Thai", "Laoo", "Khmr", "Mymr"];

/// Turns running text and the words of a query into stems, which are then compared.
pub struct Analyzer {
    stemmer: Stemmer,
}

impl Default for Analyzer {
    fn default() -> Self {
        Self { stemmer: Stemmer::create(Algorithm::English) }
    }
}

impl Analyzer {
    /// The stems of a text in order; the position of a word is its index in the
    /// list.
    #[must_use]
    pub fn stems(&self, text: &str) -> Vec<String> {
        let mut stems = Vec::new();
        self.each_word(text, |word| stems.push(word.stem.to_owned()));
        stems
    }

    /// What the words of a text must be that is asked for: adjacent and in this
    /// order, in any form or as they are written.
    #[must_use]
    pub fn terms(&self, asked: &str, as_written: bool) -> Vec<TextTerm> {
        let mut terms = Vec::new();
        // The last character of a run without blanks is a word where more follows.
        let (mut last, mut ends_in_pair) = (None, false);
        for (run, is_unspaced) in runs(&fold(asked)) {
            if is_unspaced {
                terms.extend(last.take().map(TextTerm::Stem));
                let characters: Vec<&str> = run.graphemes(true).collect();
                terms.extend(characters.windows(2).map(|pair| TextTerm::Stem(pair.concat())));
                last = characters.last().map(|last| (*last).to_owned());
                ends_in_pair = characters.len() > 1;
                continue;
            }
            self.each_spaced_word(run, &mut |TextWord { stem, form }| {
                terms.extend(last.take().map(TextTerm::Stem));
                let (stem, form) = (stem.to_owned(), form.to_owned());
                terms.push(if as_written { TextTerm::Form { stem, form } } else { TextTerm::Stem(stem) });
            });
        }
        terms.extend(last.filter(|_| !ends_in_pair).map(TextTerm::Start));
        terms
    }

    /// Whether a text has words that are asked for, adjacent and in order.
    pub(crate) fn has_phrase(&self, text: &str, phrase: &[TextTerm]) -> bool {
        let mut words: Vec<Vec<bool>> = Vec::new();
        self.each_word(text, |word| words.push(phrase.iter().map(|term| term.matches(word)).collect()));
        let begins = |window: &[Vec<bool>]| {
            window.iter().enumerate().all(|(place, matches)| matches.get(place).is_some_and(|matches| *matches))
        };
        !phrase.is_empty() && words.windows(phrase.len()).any(begins)
    }

    /// Calls `visit` with each word of a text, in order.
    pub(crate) fn each_word(&self, text: &str, mut visit: impl FnMut(TextWord<'_>)) {
        for (run, is_unspaced) in runs(&fold(text)) {
            if !is_unspaced {
                self.each_spaced_word(run, &mut visit);
                continue;
            }
            let starts: Vec<usize> = run.grapheme_indices(true).map(|(start, _)| start).collect();
            for (place, start) in starts.iter().enumerate() {
                let end = starts.get(place + 2).copied().unwrap_or(run.len());
                let pair = run.get(*start..end).unwrap_or_default();
                visit(TextWord { stem: pair, form: pair });
            }
        }
    }

    fn each_spaced_word(&self, run: &str, visit: &mut impl FnMut(TextWord<'_>)) {
        for (start, word) in run.unicode_word_indices() {
            let word = word.strip_suffix("'s").unwrap_or(word);
            let rest = run.get(start + word.len()..).unwrap_or_default();
            let behind = rest.trim_start_matches(WORD_SIGNS);
            let signs = if behind.starts_with(char::is_alphanumeric) { 0 } else { rest.len() - behind.len() };
            let form = run.get(start..start + word.len() + signs).unwrap_or(word);
            visit(TextWord { stem: &self.stemmer.stem(word), form });
        }
    }
}

/// The parts of a text that are in scripts without blanks, and those between them.
fn runs(text: &str) -> Vec<(&str, bool)> {
    if text.is_ascii() {
        return vec![(text, false)];
    }
    let mut runs = Vec::new();
    let (mut start, mut unspaced) = (0, false);
    for (at, character) in text.char_indices() {
        let is_unspaced = match character.script() {
            script if UNSPACED.contains(&script.short_name()) => true,
            // Marks belong to the letter before them.
            Script::Inherited => unspaced,
            // The sign for a long vowel is of both kana.
            Script::Common => character == 'ー',
            _ => false,
        };
        if is_unspaced != unspaced {
            runs.push((text.get(start..at).unwrap_or_default(), unspaced));
            (start, unspaced) = (at, is_unspaced);
        }
    }
    runs.push((text.get(start..).unwrap_or_default(), unspaced));
    runs
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Whether a text has the words that are asked for.
    fn finds(asked: &str, as_written: bool, text: &str) -> bool {
        let analyzer = Analyzer::default();
        analyzer.has_phrase(text, &analyzer.terms(asked, as_written))
    }

    #[test]
    fn word_forms_meet_in_their_stem() {
        let analyzer = Analyzer::default();
        assert_eq!(analyzer.stems("Ukraine’s mines, used"), analyzer.stems("UKRAINE mine using"));
        assert_eq!(analyzer.stems("the “unequal situation”").len(), 3);
        assert!(analyzer.stems(" — ").is_empty());
    }

    #[test]
    fn a_word_finds_any_of_its_forms_and_in_quotes_the_one_that_is_written() {
        for (asked, text) in [("universe", "University fees"), ("mines", "a Mine"), ("C++", "grade c")] {
            assert!(finds(asked, false, text), "{asked}");
            assert!(!finds(asked, true, text), "{asked}");
        }
        for (asked, text) in [("mines", "land MINES."), ("résumé", "a resume"), ("C++", "about C++."), ("bug", "#bug")]
        {
            assert!(finds(asked, true, text), "{asked}");
        }
        assert!(!finds("c", true, "about C++, and 1c+2"));
    }

    #[test]
    fn any_part_of_a_text_without_blanks_is_found() {
        let text = "パリの会議室 ABCスーパー ที่ประชุม";
        for asked in ["パリ", "リの", "会議", "会", "室", "議室", "の会議室", "スーパー", "ーパ", "ประชุม", "ที่ป", "abc"]
        {
            assert!(finds(asked, false, text), "{asked}");
            assert!(finds(asked, true, text), "{asked}");
        }
        for asked in ["バリ", "会室", "室会", "ประชม", "スパ"] {
            assert!(!finds(asked, false, text), "{asked}");
        }
    }

    /// Pieces of a text as they are written one after the other; a text may be cut
    /// between any two of them.
    fn pieces() -> impl Strategy<Value = Vec<&'static str>> {
        const UNSPACED: &[&str] = &["会", "議", "室", "パ", "リ", "ー", "の", "ที่", "ประ", "ชุ", "ဗ", "ខ្មែ", "か\u{3099}"];
        const SPACED: &[&str] =
            &[" land ", " mines", " C++ ", "; R\u{e9}sum\u{e9}.", " 12 ", " ", "。", " и\u{306}од ", " 회의 "];
        let piece = prop_oneof![proptest::sample::select(UNSPACED), proptest::sample::select(SPACED)];
        proptest::collection::vec(piece, 1..10)
    }

    proptest! {
        #[test]
        fn any_piece_of_a_text_in_quotes_finds_the_text(pieces in pieces(), from: prop::sample::Index, to: prop::sample::Index) {
            let text = pieces.concat();
            let (from, to) = (from.index(pieces.len()), to.index(pieces.len()));
            let asked = pieces[from.min(to)..=from.max(to)].concat();
            let has_words = !Analyzer::default().stems(&asked).is_empty();
            prop_assert_eq!(finds(&asked, true, &text), has_words, "{:?} of {:?}", asked, text);
            prop_assert_eq!(finds(&asked, false, &text), has_words, "{:?} of {:?}", asked, text);
        }

        #[test]
        fn what_is_found_in_quotes_is_a_part_of_the_text(pieces in pieces(), others in pieces()) {
            let letters = |pieces: &[&str]| -> String { fold(&pieces.concat()).chars().filter(|one| one.is_alphanumeric() || *one == '+').collect() };
            if finds(&others.concat(), true, &pieces.concat()) {
                prop_assert!(letters(&pieces).contains(&letters(&others)), "{:?} in {:?}", others, pieces);
            }
        }
    }
}
