//! How text is prepared for search: split into words, folded and stemmed.

use rust_stemmers::{Algorithm, Stemmer};
use unicode_segmentation::UnicodeSegmentation;

use super::fold;

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
        self.each_stem(text, |stem| stems.push(stem.to_owned()));
        stems
    }

    /// Calls `visit` with each stem of a text, in order.
    pub fn each_stem(&self, text: &str, mut visit: impl FnMut(&str)) {
        for word in fold(text).unicode_words() {
            let word = word.strip_suffix("'s").unwrap_or(word);
            visit(&self.stemmer.stem(word));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn word_forms_meet_in_their_stem() {
        let analyzer = Analyzer::default();
        assert_eq!(analyzer.stems("Ukraine’s mines, used"), analyzer.stems("UKRAINE mine using"));
        assert_eq!(analyzer.stems("the “unequal situation”").len(), 3);
        assert!(analyzer.stems(" — ").is_empty());
    }
}
