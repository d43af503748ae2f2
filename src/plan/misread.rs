//! Bare words that would be text and are more: a date without its relation,
//! a relation spelt wrongly or in other words, a stage without its `|`, a name
//! of several words that is spelt wrongly.

use super::check::Checker;
use super::report::{Checked, Reported};
use super::words::LONGEST_NAME;
use super::{Filter, suggest};
use crate::model::{Date, EntityNumber, FieldKind, Schema, fold, nearest};
use crate::syntax::keyword::{self, KeywordPlace, MONTHS};
use crate::syntax::tree::When;
use crate::syntax::{DateInWords, Span, date_in_words, read_date, stage_for};

/// Other words for relations, and those of the language.
const SYNONYMS: [(&[&str], &str); 20] = [
    (&["no", "later", "than"], "until"),
    (&["not", "later", "than"], "until"),
    (&["no", "earlier", "than"], "since"),
    (&["up", "to"], "until"),
    (&["to"], "until"),
    (&["as-of"], "as of"),
    (&["asof"], "as of"),
    (&["around"], "in"),
    (&["about"], "in"),
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

/// Words of plain English that are nobody's name; in a query they are text.
const SMALL: [&str; 33] = [
    "who", "whom", "whose", "which", "what", "when", "that", "from", "the", "a", "an", "of", "to", "for", "at", "is",
    "was", "were", "are", "has", "have", "had", "did", "than", "no", "can", "per", "it", "be", "do", "so", "as", "my",
];

/// Whether a word is one of plain English that says nothing in a query.
pub(super) fn is_small(word: &str) -> bool {
    SMALL.iter().any(|small| small.eq_ignore_ascii_case(word))
}

/// What to write for a word of plain English that means something to its writer.
pub(super) fn small_mend(word: &str) -> Option<&'static str> {
    match word {
        "no" => Some("what must not hold has a `-` before it; facts that are not there: `without {…}`"),
        "per" => Some("to count by something: `| count by …`"),
        _ => None,
    }
}

/// The date that some words begin with, its unit mended.
pub(super) fn dated(words: &[&str]) -> Option<DateInWords> {
    let first = words.first().copied().unwrap_or("");
    let single =
        || looks_like_date(first).then(|| DateInWords { length: 1, text: first.to_owned(), lacks_year: false });
    date_in_words(words).or_else(single)
}

/// Whether one word is spelt as a date with a year.
pub(super) fn looks_like_date(word: &str) -> bool {
    let year = word.get(..4).is_some_and(|year| year.bytes().all(|byte| byte.is_ascii_digit()));
    year && !matches!(read_date(word), When::Edtf(text) if Date::parse(&text).is_err())
}

impl Checker<'_> {
    /// Refuses words that were meant to be a date or a relation to one, and
    /// tells how many of them they are.
    pub(super) fn misread(&mut self, words: &[(&str, Span)]) -> Option<(usize, Reported)> {
        let texts: Vec<&str> = words.iter().map(|(text, _)| *text).collect();
        let first = *texts.first()?;
        let span = |length: usize| words.iter().take(length).fold(words[0].1, |whole, (_, span)| whole.to(*span));
        if let Some((length, range)) = joined_range(&texts) {
            let message = format!("`{}` is a range of dates, which has two dots", texts[..length].join(" "));
            return Some((length, self.report.error(span(length), message, Some(format!("`{range}`")))));
        }
        if let Some(dated) = dated(&texts) {
            return Some((dated.length, self.no_relation(span(dated.length), &texts[..dated.length], &dated)));
        }
        if let Some((length, range)) = range(&texts) {
            let message = format!("`{}` is no word of the language before dates", first.to_lowercase());
            let help = Some(format!("`{range}`; in quotes it is text: `\"{first}\"`"));
            return Some((length, self.report.error(span(length), message, help)));
        }
        for (synonym, relation) in SYNONYMS {
            let said = synonym.iter().zip(&texts).all(|(one, other)| one.eq_ignore_ascii_case(other));
            let date = texts.get(synonym.len()..).filter(|_| said).and_then(dated);
            if let Some(date) = date {
                let message = format!("`{}` is no word of the language before a date", synonym.join(" "));
                let help = Some(format!("`{relation} {}`", date.text));
                let length = synonym.len() + date.length;
                return Some((length, self.report.error(span(synonym.len()), message, help)));
            }
        }
        let relation = nearest(first, keyword::at_place(KeywordPlace::Relation))?;
        let length = follows(relation, &texts[1..])?;
        let message = format!("`{first}` is no word of the language");
        let help = Some(format!("did you mean `{relation}`? in quotes it is text: `\"{first}\"`"));
        Some((1 + length, self.report.error(words[0].1, message, help)))
    }

    /// Refuses a date without the word that says how facts lie to it.
    fn no_relation(&mut self, span: Span, written: &[&str], dated: &DateInWords) -> Reported {
        let date = &dated.text;
        if dated.lacks_year {
            let message = format!("the year is missing after `{}`", written.join(" "));
            return self.report.error(span, message, Some(format!("such as `on {date}`")));
        }
        let help = format!("`in {date}`, `since {date}`; in quotes it is text");
        let message = format!("before the date `{}` a word must say how the facts lie to it", written.join(" "));
        self.report.error(span, message, Some(help))
    }

    /// Tells of a word that is text and is probably more, other than a name or
    /// word to which it is near. `after` are the words behind it.
    pub(super) fn hint_of_more(&mut self, word: &str, span: Span, after: &[&str]) -> bool {
        let help = self.more(word, after);
        let found = help.is_some();
        if found {
            self.report.hint(span, format!("`{word}` was read as text"), help);
        }
        found
    }

    pub(super) fn more(&self, word: &str, after: &[&str]) -> Option<String> {
        let schema = self.context.schema;
        let lower = word.to_ascii_lowercase();
        if keyword::at_place(KeywordPlace::Stage).any(|stage| stage == lower) {
            let is_amount = ["take", "skip"].contains(&lower.as_str());
            let is_number = |next: &&&str| next.bytes().all(|byte| byte.is_ascii_digit());
            let rest = after.first().filter(|_| is_amount).filter(is_number).map_or("…", |number| *number);
            return Some(format!("as a stage it stands after `|`: `| {lower} {rest}`"));
        }
        if let Some(help) = small_mend(&lower) {
            return Some(help.to_owned());
        }
        if is_small(word) {
            return Some("small words are searched for too: leave them out, or put a phrase in quotes".to_owned());
        }
        // Then the next word is what is wrong, and this one its field.
        let relation = after.split_first().and_then(|(next, rest)| {
            nearest(next, keyword::at_place(KeywordPlace::Relation)).and_then(|relation| follows(relation, rest))
        });
        if relation.is_some() && schema.field(word).is_some() {
            return None;
        }
        let singular = schema.vocabulary().nouns.iter().find(|(_, noun)| fold(&noun.singular) == fold(word));
        if let Some((plural, _)) = singular {
            return Some(format!("as a field it has a value: `{word}:…`; as the rows it stands first: `{plural} …`"));
        }
        if schema.field(word).is_some() || schema.grouping(word).is_some() {
            return Some(format!("as a field it has a value: `{word}:…`"));
        }
        let stage = after.first().and_then(|next| stage_for(&lower, next));
        if let Some(stage) = stage {
            return Some(format!("as a stage it stands after `|`: `| {stage}`"));
        }
        let month = MONTHS.iter().find(|month| month.eq_ignore_ascii_case(word));
        if let Some(month) = month {
            return Some(format!("as a date it has a word before it and a year after it: `in {month} 2025`"));
        }
        let names = suggest::names_with(self.context.entities, word, &[]);
        names.map(|names| format!("names with it: {names}"))
    }

    /// The name of several words to which the words of a run are near, and how
    /// many of them.
    pub(super) fn near_name(&self, run: &[(&str, Span)]) -> Option<(usize, String)> {
        let words: Vec<&str> = run.iter().take(LONGEST_NAME).map(|(word, _)| *word).collect();
        (2..=words.len()).rev().find_map(|length| {
            let written = words[..length].join(" ");
            let mut names: Vec<&str> =
                suggest::names_like(self.context.entities, &written).filter(|name| name.contains(' ')).collect();
            names.sort_unstable();
            nearest(&written, names).map(|near| (length, near.to_owned()))
        })
    }

    /// Tells that the word behind a name was probably meant to be a part of it.
    pub(super) fn hint_of_longer_name(&mut self, number: EntityNumber, run: &[(&str, Span)], length: usize) {
        let Some((next, span)) = run.get(length) else { return };
        if self.again || self.is_known(next) {
            return;
        }
        let longer = self.near_name(run).filter(|(more, _)| *more == length + 1);
        if let Some((_, near)) = longer.filter(|(_, near)| self.entity_called(near) == Some(number)) {
            let help = format!("did you mean `{near}`?");
            self.report.hint(*span, format!("`{next}` was read as text"), Some(help));
        }
    }

    /// Words that are text, and were probably meant to be a name.
    pub(super) fn words_of_a_name(&mut self, run: &[(&str, Span)], near: &str) -> Checked<Filter> {
        let whole = run.iter().fold(run[0].1, |whole, (_, span)| whole.to(*span));
        let written = run.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(" ");
        self.report.hint(whole, format!("`{written}` was read as text"), Some(format!("did you mean `{near}`?")));
        self.plain_words(run.to_vec())
    }

    /// The date field whose last part is a word, as `source.published` is for `published`.
    pub(super) fn field_ending<'s>(
        schema: &'s Schema,
        word: &str,
        fits: impl Fn(FieldKind) -> bool,
    ) -> Option<&'s str> {
        let folded = fold(word);
        let ends = |name: &str| name.rsplit_once('.').is_some_and(|(_, last)| fold(last) == folded);
        schema.fields().find(|field| fits(field.kind) && ends(&field.name)).map(|field| field.name.as_ref())
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

/// How many words after a relation make it one: a date, or for `within` a
/// length of time.
fn follows(relation: &str, words: &[&str]) -> Option<usize> {
    if relation == "within" {
        let number = words.first().is_some_and(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
        let unit = words.get(1).is_some_and(|word| nearest(word, keyword::at_place(KeywordPlace::Unit)).is_some());
        let of = words.get(2).is_some_and(|word| word.eq_ignore_ascii_case("of"));
        let date = words.get(3..).filter(|_| of).and_then(dated).map_or(0, |date| date.length);
        return (number && unit).then_some(2 + usize::from(of) + date);
    }
    dated(words).map(|date| date.length)
}
