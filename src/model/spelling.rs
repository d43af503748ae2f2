//! Spellings of a value: when two of them are the same, and when one is found
//! by the other.
//!
//! Two values are *the same* only if nobody could tell them apart: being the same
//! decides what is counted, grouped, joined and merged as one. Being *found* is
//! wider, since people type without accents and in any case: it decides what a
//! word that is asked for may mean, and nothing else.

use std::borrow::Cow;

use unicase::UniCase;
use unicode_normalization::char::is_combining_mark;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};
use unicode_script::{Script, UnicodeScript};

/// The form that is equal for two texts exactly if they are the same: canonically
/// equivalent (Unicode Standard Annex 15, NFC) but for blanks around them.
///
/// ```
/// use tractat::model::canonical;
///
/// assert_eq!(canonical(" cafe\u{301} "), canonical("café"));
/// assert_ne!(canonical("https://e.org/a"), canonical("https://e.org/A"));
/// ```
#[must_use]
pub fn canonical(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    if is_composed(text) { Cow::Borrowed(text) } else { Cow::Owned(text.nfc().collect()) }
}

/// The form that is equal for two names exactly if they are the same: as for
/// [`canonical`], but letter case does not matter. Letters are compared one by one
/// (the simple case folding of Unicode Standard Annex 44): ß is not ss, and ﬁ not fi.
///
/// ```
/// use tractat::model::caseless;
///
/// assert_eq!(caseless("ΟΔΌΣ"), caseless("Οδός"));
/// assert_ne!(caseless("Weiss"), caseless("Weiß"));
/// assert_ne!(caseless("パリ"), caseless("バリ"));
/// ```
#[must_use]
pub fn caseless(name: &str) -> Cow<'_, str> {
    let name = name.trim();
    if name.is_ascii() {
        return if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            Cow::Owned(name.to_ascii_lowercase())
        } else {
            Cow::Borrowed(name)
        };
    }
    Cow::Owned(name.nfd().map(without_case).nfc().collect())
}

/// A letter as it is compared where case does not matter: the small letter of its
/// capital, where both are one letter. The dotless ı has a capital of its own only in
/// some languages, and is another letter than i.
fn without_case(letter: char) -> char {
    fn single(mut mapped: impl Iterator<Item = char>) -> Option<char> {
        mapped.next().filter(|_| mapped.next().is_none())
    }
    if letter == 'ı' {
        return letter;
    }
    let capital = single(letter.to_uppercase()).unwrap_or(letter);
    single(capital.to_lowercase()).unwrap_or(letter)
}

/// The form that is equal for two texts if one is found by the other: case, width,
/// the marks of Latin and Greek letters, typographic quotes and dashes, and the
/// length of white space do not matter. Marks that make another letter, as in
/// kana, Hangul, Thai, Devanagari or Cyrillic й, do.
///
/// ```
/// use tractat::model::fold;
///
/// assert_eq!(fold("Côte  d’Ivoire"), "cote d'ivoire");
/// assert_ne!(fold("мой"), fold("мои"));
/// ```
#[must_use]
pub fn fold(text: &str) -> Cow<'_, str> {
    let plain = |byte: u8| byte.is_ascii_graphic() && !byte.is_ascii_uppercase();
    if text.bytes().all(plain) {
        return Cow::Borrowed(text);
    }
    let mut folded = Folded::default();
    if text.is_ascii() {
        text.chars().for_each(|character| folded.push(character.to_ascii_lowercase()));
        return Cow::Owned(folded.text);
    }
    let decomposed: String = caseless(text).nfkd().collect();
    for character in UniCase::unicode(decomposed).to_folded_case().nfkd() {
        folded.push(character);
    }
    let folded = folded.text;
    Cow::Owned(if is_composed(&folded) { folded } else { folded.nfc().collect() })
}

fn is_composed(text: &str) -> bool {
    text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes
}

/// A text while it is folded, letter by letter.
#[derive(Default)]
struct Folded {
    text: String,
    blank: bool,
    /// Whether the letter before is of a script whose marks are dropped.
    drops_marks: bool,
}

impl Folded {
    fn push(&mut self, character: char) {
        if character.is_whitespace() {
            self.blank = true;
            return;
        }
        if !character.is_ascii() && is_combining_mark(character) {
            if self.drops_marks && !self.blank {
                return;
            }
        } else {
            self.drops_marks = matches!(character.script(), Script::Latin | Script::Greek);
        }
        if self.blank && !self.text.is_empty() {
            self.text.push(' ');
        }
        self.blank = false;
        match character {
            '\u{2018}' | '\u{2019}' | '\u{02bc}' => self.text.push('\''),
            '\u{2010}'..='\u{2014}' => self.text.push('-'),
            'ø' => self.text.push('o'),
            'ł' => self.text.push('l'),
            'đ' => self.text.push('d'),
            'ı' => self.text.push('i'),
            'æ' => self.text.push_str("ae"),
            'œ' => self.text.push_str("oe"),
            other => self.text.push(other),
        }
    }
}

/// Of two spellings of one name the one that is shown: one in mixed case before one
/// in capitals, and that before one in small letters.
#[must_use]
pub(crate) fn better_spelling<'n>(name: &'n str, other: &'n str) -> &'n str {
    let rank = |name: &str| {
        let has = |is: fn(char) -> bool| name.chars().any(is);
        !(has(char::is_uppercase) && has(char::is_lowercase))
    };
    if (rank(other), other) < (rank(name), name) { other } else { name }
}

/// How near a spelling is to a value that it finds, the nearest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Likeness {
    /// They are the same text.
    Canonical,
    /// They differ in letter case.
    Caseless,
    /// They differ in more than case, as `cafe` and `café` do.
    Folded,
}

impl Likeness {
    /// How near two texts are of which one finds the other.
    #[must_use]
    pub fn of(text: &str, other: &str) -> Option<Self> {
        if canonical(text) == canonical(other) {
            Some(Self::Canonical)
        } else if caseless(text) == caseless(other) {
            Some(Self::Caseless)
        } else {
            (fold(text) == fold(other)).then_some(Self::Folded)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Pairs that look alike, or nearly, and are two words in their language.
    const APART: [(&str, &str); 14] = [
        ("パリ", "バリ"),
        ("मा", "मी"),
        ("दिन", "दान"),
        ("ป่า", "ป้า"),
        ("мой", "мои"),
        ("강", "갛"),
        ("עָבַד", "עֶבֶד"),
        ("كَتَبَ", "كُتُبٌ"),
        ("カ", "ガ"),
        ("ক", "কা"),
        ("ကာ", "ကို"),
        ("ед", "ёд"),
        ("x", "y"),
        ("e.org/a", "e.org/b"),
    ];

    #[test]
    fn marks_that_make_another_letter_are_never_dropped() {
        for (one, other) in APART {
            assert_eq!(Likeness::of(one, other), None, "{one} {other}");
            assert_ne!(caseless(one), caseless(other), "{one} {other}");
        }
    }

    #[test]
    fn case_width_latin_and_greek_marks_quotes_and_blanks_do_not_matter_to_what_is_found() {
        assert_eq!(fold("Côte  d’Ivoire"), fold("cote d'ivoire"));
        assert_eq!(fold("Türkiye"), "turkiye");
        assert_eq!(fold(" São Tomé "), "sao tome");
        assert_eq!(fold("İstanbul"), "istanbul");
        assert_eq!(fold("Åland"), "aland");
        assert_eq!(fold("ﾊﾟﾘ"), fold("パリ"));
        assert_eq!(fold("Ὀδυσσεύς"), fold("ΟΔΥΣΣΕΥΣ"));
        assert_eq!(fold("Ｔｏｋｙｏ"), "tokyo");
    }

    #[test]
    fn what_differs_in_case_or_marks_is_near_in_this_order() {
        assert_eq!(Likeness::of("Peña", " Pen\u{303}a"), Some(Likeness::Canonical));
        assert_eq!(Likeness::of("Straße", "STRASSE"), Some(Likeness::Folded), "ß is a letter of its own");
        assert_eq!(Likeness::of("Straße", "STRAẞE"), Some(Likeness::Caseless));
        assert_eq!(Likeness::of("ΟΔΥΣΣΕΥΣ", "οδυσσευς"), Some(Likeness::Caseless));
        assert_eq!(Likeness::of("Peña", "PENA"), Some(Likeness::Folded));
        assert_eq!(Likeness::of("ı", "i"), Some(Likeness::Folded));
        assert!(Likeness::Canonical < Likeness::Caseless && Likeness::Caseless < Likeness::Folded);
    }

    fn texts() -> impl Strategy<Value = String> {
        let letters = "aAéÉıİIßẞΣςσпПйЙパバﾊﾟक\u{93e}ป\u{e48}각ᄀ\u{301}\u{345}ﬁ’—  ".chars().collect::<Vec<_>>();
        prop_oneof![
            prop::collection::vec(prop::sample::select(letters), 0..6)
                .prop_map(|letters| letters.into_iter().collect()),
            "\\PC{0,6}",
        ]
    }

    proptest! {
        #[test]
        fn what_is_the_same_is_found_and_a_form_is_its_own_form(text in texts(), other in texts()) {
            let (decomposed, composed): (String, String) = (text.nfd().collect(), text.nfc().collect());
            for form in [canonical, caseless, fold] {
                let once = form(&text).into_owned();
                prop_assert_eq!(&form(&once), &once);
                prop_assert_eq!(form(&decomposed), form(&composed));
            }
            let (canonical, without_case) = (canonical(&text).into_owned(), caseless(&text).into_owned());
            prop_assert_eq!(caseless(&canonical).into_owned(), without_case.clone());
            prop_assert_eq!(fold(&without_case), fold(&text));
            if caseless(&text) == caseless(&other) {
                prop_assert_eq!(fold(&text), fold(&other));
            }
        }
    }
}
