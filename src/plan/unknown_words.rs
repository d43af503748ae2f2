//! What was probably meant by words that mean nothing where they are.

use super::check::Checker;
use super::misread::{follows, is_small};
use super::paths::date_part;
use super::report::{Checked, Report};
use super::words::LONGEST_NAME;
use super::{Filter, Suggestion, WordProblem, suggest};
use crate::model::{EntityNumber, FieldKind, Schema, fold, nearest};
use crate::syntax::keyword::{self, KeywordPlace, MONTHS};
use crate::syntax::{Span, stage_for};

/// What a common word means for which the language has another form.
pub(super) fn small_word_meant(word: &str) -> Option<Suggestion> {
    match word.to_ascii_lowercase().as_str() {
        "no" => Some(Suggestion::Negation),
        "per" => Some(Suggestion::CountBy),
        _ => None,
    }
}

impl Report {
    /// Warns that a word is searched for in the texts and may mean something
    /// else.
    pub(super) fn read_as_text(&mut self, word: &str, span: Span, suggestion: Suggestion) {
        self.warn(span, WordProblem::ReadAsText { word: word.to_owned(), suggestion });
    }
}

impl Checker<'_> {
    /// What a word means in other places: the name of a stage or a field, a
    /// month, a common word, a part of a name. `after` are the words after it.
    pub(super) fn meant_elsewhere(&self, word: &str, after: &[&str]) -> Option<Suggestion> {
        let schema = self.context.schema;
        let lower = word.to_ascii_lowercase();
        if keyword::at_place(KeywordPlace::Stage).any(|stage| stage == lower) {
            let is_amount = ["take", "skip"].contains(&lower.as_str());
            let is_number = |next: &&&str| next.bytes().all(|byte| byte.is_ascii_digit());
            let rest = after.first().filter(|_| is_amount).filter(is_number).map_or("…", |number| *number);
            return Some(Suggestion::Stage(format!("{lower} {rest}")));
        }
        if let Some(meant) = small_word_meant(word) {
            return Some(meant);
        }
        if is_small(word) {
            return Some(Suggestion::SmallWord { searched: true });
        }
        // Then the next word is wrong, and this one is its field.
        let relation = after.split_first().and_then(|(next, rest)| {
            nearest(next, keyword::at_place(KeywordPlace::Relation)).and_then(|relation| follows(relation, rest))
        });
        if relation.is_some() && schema.field(word).is_some() {
            return None;
        }
        let singular = schema.vocabulary().nouns.iter().find(|(_, noun)| fold(&noun.singular) == fold(word));
        let noun = singular.map(|(plural, _)| plural.clone());
        let dotted = word.rsplit_once('.').filter(|(_, part)| date_part(part).is_some());
        let part = dotted.and_then(|(field, _)| schema.field(field)).filter(|field| field.kind == FieldKind::Date);
        if noun.is_some() || part.is_some() || schema.field(word).is_some() || schema.grouping(word).is_some() {
            return Some(Suggestion::Field { field: word.to_owned(), noun });
        }
        if let Some(stage) = after.first().and_then(|next| stage_for(&lower, next)) {
            return Some(Suggestion::Stage(stage));
        }
        if let Some(month) = MONTHS.iter().find(|month| month.eq_ignore_ascii_case(word)) {
            return Some(Suggestion::Month((*month).to_owned()));
        }
        suggest::names_with(self.context.entities, word, &[]).map(Suggestion::Names)
    }

    /// The most similar name of several words for a run of words, and how many
    /// words of the run it replaces.
    pub(super) fn similar_name_of_words(&self, run: &[(&str, Span)]) -> Option<(usize, String)> {
        let words: Vec<&str> = run.iter().take(LONGEST_NAME).map(|(word, _)| *word).collect();
        (2..=words.len()).rev().find_map(|length| {
            let written = words[..length].join(" ");
            let names = suggest::names_like(self.context.entities, &written);
            let names = names.iter().map(AsRef::as_ref).filter(|name: &&str| name.contains(' '));
            nearest(&written, names).map(|near| (length, near.to_owned()))
        })
    }

    /// Warns that the word after a name was probably meant to be a part of it.
    pub(super) fn warn_of_longer_name(&mut self, number: EntityNumber, run: &[(&str, Span)], length: usize) {
        let Some((next, span)) = run.get(length) else { return };
        if self.again || self.is_known(next) {
            return;
        }
        let longer = self.similar_name_of_words(run).filter(|(more, _)| *more == length + 1);
        if let Some((_, near)) = longer.filter(|(_, near)| self.entity_called(near) == Some(number)) {
            self.report.read_as_text(next, *span, Suggestion::Similar(near));
        }
    }

    /// Reads words as text, with the warning that they are similar to a name.
    pub(super) fn words_of_a_name(&mut self, run: &[(&str, Span)], near: &str) -> Checked<Filter> {
        let whole = run.iter().fold(run[0].1, |whole, (_, span)| whole.to(*span));
        let written = run.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(" ");
        self.report.read_as_text(&written, whole, Suggestion::Similar(near.to_owned()));
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
