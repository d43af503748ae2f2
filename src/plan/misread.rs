//! Bare words that would be text and were probably meant as dates: a date
//! without a relation before it, or a relation that is misspelt or in other
//! words.

use super::DateProblem;
use super::check::Checker;
use super::report::Reported;
use crate::model::{Date, nearest};
use crate::syntax::keyword::{self, KeywordPlace};
use crate::syntax::tree::When;
use crate::syntax::{DateInWords, Span, date_in_words, read_date};

/// Plain English for relations, with the words of the language.
const SYNONYMS: [(&[&str], &str); 20] = [
    (&["no", "later", "than"], "until"),
    (&["not", "later", "than"], "until"),
    (&["no", "earlier", "than"], "since"),
    (&["up", "to"], "until"),
    (&["to"], "until"),
    (&["as-of"], "as of"),
    (&["asof"], "as of"),
    (&["around"], "within 1 year of"),
    (&["about"], "within 1 year of"),
    (&["during"], "in"),
    (&["throughout"], "in"),
    (&["later", "than"], "after"),
    (&["following"], "after"),
    (&["past"], "after"),
    (&["earlier", "than"], "before"),
    (&["prior", "to"], "before"),
    (&["till"], "until"),
    (&["through"], "until"),
    (&["starting"], "since"),
    (&["from"], "since"),
];

/// Common words that are not names; in a query they are text.
const SMALL: [&str; 34] = [
    "but", "who", "whom", "whose", "which", "what", "when", "that", "from", "the", "a", "an", "of", "to", "for", "at",
    "is", "was", "were", "are", "has", "have", "had", "did", "than", "no", "can", "per", "it", "be", "do", "so", "as",
    "my",
];

/// Whether a word is a common word that says nothing in a query.
pub(super) fn is_small(word: &str) -> bool {
    SMALL.iter().any(|small| small.eq_ignore_ascii_case(word))
}

/// The relation that a word is, or means in plain English.
pub(super) fn relation_of(word: &str) -> Option<&'static str> {
    let meant = SYNONYMS.iter().find(|(synonym, relation)| *synonym == [word] && !relation.contains(' '));
    keyword::at_place(KeywordPlace::Relation)
        .find(|relation| *relation == word && *relation != "within")
        .or(meant.map(|(_, relation)| *relation))
}

/// The date that some words begin with, with its unit corrected.
pub(super) fn dated(words: &[&str]) -> Option<DateInWords> {
    let first = words.first().copied().unwrap_or("");
    let single =
        || looks_like_date(first).then(|| DateInWords { length: 1, text: first.to_owned(), lacks_year: false });
    date_in_words(words).or_else(single)
}

/// Whether a word is written as a date with a year.
pub(super) fn looks_like_date(word: &str) -> bool {
    let year = word.get(..4).is_some_and(|year| year.bytes().all(|byte| byte.is_ascii_digit()));
    year && !matches!(read_date(word), When::Edtf(text) if Date::parse(&text).is_err())
}

impl Checker<'_> {
    /// Refuses words that were meant as a date or a relation to one; returns
    /// how many words these are.
    pub(super) fn misread(&mut self, words: &[(&str, Span)]) -> Option<(usize, Reported)> {
        let texts: Vec<&str> = words.iter().map(|(text, _)| *text).collect();
        let first = *texts.first()?;
        let span = |length: usize| words.iter().take(length).fold(words[0].1, |whole, (_, span)| whole.to(*span));
        if let Some((length, range)) = joined_range(&texts) {
            let problem = DateProblem::RangeWithoutDots { written: texts[..length].join(" "), range };
            return Some((length, self.report.refuse(span(length), problem)));
        }
        if let Some(dated) = dated(&texts) {
            return Some((
                dated.length,
                self.refuse_without_relation(span(dated.length), &texts[..dated.length], &dated),
            ));
        }
        if let Some((length, range)) = range(&texts) {
            let (written, quoted) = (first.to_lowercase(), Some(first.to_owned()));
            let problem = DateProblem::ForeignRelation { written, mend: range, quoted };
            return Some((length, self.report.refuse(span(length), problem)));
        }
        for (synonym, relation) in SYNONYMS {
            let said = synonym.iter().zip(&texts).all(|(one, other)| one.eq_ignore_ascii_case(other));
            let date = texts.get(synonym.len()..).filter(|_| said).and_then(dated);
            if let Some(date) = date {
                let (written, mend) = (synonym.join(" "), format!("{relation} {}", date.text));
                let problem = DateProblem::ForeignRelation { written, mend, quoted: None };
                let length = synonym.len() + date.length;
                return Some((length, self.report.refuse(span(synonym.len()), problem)));
            }
        }
        let relation = nearest(first, keyword::at_place(KeywordPlace::Relation))?;
        let length = follows(relation, &texts[1..])?;
        let problem = DateProblem::MisspeltRelation { word: first.to_owned(), similar: relation.to_owned() };
        Some((1 + length, self.report.refuse(words[0].1, problem)))
    }

    /// Refuses a date without a relation before it.
    fn refuse_without_relation(&mut self, span: Span, written: &[&str], dated: &DateInWords) -> Reported {
        let (written, date) = (written.join(" "), dated.text.clone());
        if dated.lacks_year {
            return self.report.refuse(span, DateProblem::NoYear { written, example: date });
        }
        self.report.refuse(span, DateProblem::NoRelation { written, date })
    }
}

/// `between D and D`, `from D to D` as a range; the parser has dropped `and`.
fn range(words: &[&str]) -> Option<(usize, String)> {
    let first = words.first()?.to_ascii_lowercase();
    let joints: &[&str] = match first.as_str() {
        "between" => &["to"],
        "from" => &["to", "till", "through"],
        _ => return None,
    };
    let start = dated(words.get(1..)?)?;
    let next = 1 + start.length;
    let joint = words.get(next).is_some_and(|word| joints.iter().any(|joint| joint.eq_ignore_ascii_case(word)));
    if first == "from" && !joint {
        return None;
    }
    let next = next + usize::from(joint);
    let end = dated(words.get(next..)?)?;
    let plain = |text: &str| looks_like_date(text);
    let relation = if plain(&start.text) { "" } else { "in " };
    Some((next + end.length, format!("{relation}{}..{}", start.text, end.text)))
}

/// `2019 to 2022`, `2019-2022`: a range without its dots.
fn joined_range(words: &[&str]) -> Option<(usize, String)> {
    let year = |text: &str| text.len() == 4 && looks_like_date(text);
    let first = words.first()?;
    if let Some((start, end)) = first.split_once(['-', '–', '—'])
        && year(start)
        && year(end)
    {
        return Some((1, format!("{start}..{end}")));
    }
    let start = dated(words).filter(|dated| !dated.lacks_year)?;
    let joint = words.get(start.length)?;
    let is_joint = ["to", "till", "through", "until"].iter().any(|word| word.eq_ignore_ascii_case(joint));
    let end = dated(words.get(start.length + 1..)?).filter(|_| is_joint)?;
    let relation = if looks_like_date(&start.text) { "" } else { "in " };
    Some((start.length + 1 + end.length, format!("{relation}{}..{}", start.text, end.text)))
}

/// How many words after a relation belong to it: those of a date or, for
/// `within`, of a length of time.
pub(super) fn follows(relation: &str, words: &[&str]) -> Option<usize> {
    if relation == "within" {
        let number = words.first().is_some_and(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
        let unit = words.get(1).is_some_and(|word| nearest(word, keyword::at_place(KeywordPlace::Unit)).is_some());
        let of = words.get(2).is_some_and(|word| word.eq_ignore_ascii_case("of"));
        let date = words.get(3..).filter(|_| of).and_then(dated).map_or(0, |date| date.length);
        return (number && unit).then_some(2 + usize::from(of) + date);
    }
    dated(words).map(|date| date.length)
}
