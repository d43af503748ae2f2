//! What is worth knowing beside the rows of an answer, put together from what
//! running the query found and from the text of the query.

use std::sync::Arc;

use crate::exec::{Emptied, OpenCondition, OtherDateCount, SpelledValues};
use crate::model::{Day, Window, fold};
use crate::plan::{MeantDays, Reading, RowsOf};
use crate::say::{CountRange, DateClause, EmptyPart, EmptyReason, MissingField, Remark};
use crate::syntax::{Span, quote};

use super::ready_query::Ready;
use crate::exec;

/// How many words that were read as text are told of one query.
const MOST_WORDS: usize = 10;

/// An answer as far as it is made, and the query that it is to.
pub(super) struct Beside<'a> {
    pub ready: &'a Ready,
    pub text: &'a str,
    pub answer: &'a exec::Answer,
}

impl Beside<'_> {
    /// Everything, in the order in which it is told.
    pub fn remarks(&self) -> Vec<Remark> {
        let notes = self.answer.notes();
        let mut remarks = self.rows_left_open();
        remarks.extend(self.answer.left().into_iter().map(|left| self.undecided(left)));
        remarks.extend(self.of_counts());
        remarks.extend(self.orders());
        remarks.extend(
            self.answer
                .cuts()
                .into_iter()
                .map(|(span, count)| Remark::EqualRowsLeftOut { stage: self.written(span), count }),
        );
        if notes.might_precede > 0 {
            remarks.push(Remark::MightPrecede { count: notes.might_precede });
        }
        if notes.might_follow > 0 {
            remarks.push(Remark::MightFollow { count: notes.might_follow });
        }
        remarks.extend(notes.incomplete.iter().map(|publisher| Remark::Incomplete {
            publisher: publisher.publisher.clone(),
            until: publisher.until.clone(),
        }));
        let unasked = self.answer.readings().iter().filter_map(Reading::unasked_publishers);
        remarks.extend(unasked.map(|(name, publishers)| {
            let publishers: Vec<String> = publishers.iter().map(|publisher| quote(publisher)).collect();
            let account = format!("according to {{publisher:{}}}", publishers.join(","));
            Remark::UnaskedPublisher { name: name.to_owned(), account }
        }));
        remarks.extend(self.words_read_as_text());
        remarks.extend(self.words_read_as_names());
        let spelled = |spelled: &SpelledValues| (spelled.word.clone(), spelled.values.clone());
        remarks.extend(notes.spellings.taken.iter().map(spelled).map(|(word, values)| Remark::ReadAs { word, values }));
        let aside = notes.spellings.left_aside.iter().map(spelled);
        remarks.extend(aside.map(|(word, values)| Remark::OtherValues { word, values }));
        // Where nothing is recorded, that it holds of none is no news.
        let is_told = |emptied: &&Emptied| emptied.lone.is_some() && !notes.unrecorded.is_empty();
        remarks.extend(self.answer.emptied().filter(|emptied| !is_told(emptied)).map(|emptied| {
            let condition = self.ready.condition.and_then(|span| self.text.get(span.range())).unwrap_or_default();
            Remark::Empty(reason(emptied, self.text, without_noun(condition, &self.ready.query.rows)))
        }));
        remarks.extend(self.answer.nothing().map(|nothing| {
            let stage = self.text.get(nothing.span.range()).unwrap_or("…");
            let reason = reason(&nothing.emptied, self.text, stage);
            let (rows, of) = (nothing.held, nothing.shape.clone());
            Remark::StageEmpty { stage: stage.trim().to_owned(), rows, of, reason }
        }));
        remarks.extend(self.ready.query.days.iter().map(days_meant));
        remarks.extend(notes.outside.iter().map(|outside| Remark::OtherDate {
            field: outside.field.clone(),
            instead: outside.instead.clone(),
            count: outside.more,
            query: self.asked_instead(outside),
        }));
        remarks.extend(self.ready.notes.iter().cloned());
        remarks
    }

    /// The rows that there may be besides, and why nobody knows.
    fn rows_left_open(&self) -> Vec<Remark> {
        let notes = self.answer.notes();
        let each_day = notes.days.is_some();
        let mut remarks = Vec::new();
        if notes.possible > 0 {
            remarks.push(Remark::Possible { count: notes.possible, each_day });
        }
        let missing = notes.missing.iter();
        remarks.extend(missing.map(|(field, count)| Remark::MissingDate {
            field: field.clone(),
            count: *count,
            each_day,
        }));
        remarks.extend(notes.no_rule.iter().map(|note| Remark::NoRule {
            field: note.field.clone(),
            count: note.count,
            enough: note.enough.clone(),
        }));
        remarks.extend(notes.unrecorded.iter().map(|note| Remark::Unrecorded {
            count: note.count,
            acts: note.acts.clone(),
            objects: note.objects.clone(),
            more_objects: note.more_objects,
            recorded: note.recorded,
            heard: note.heard.clone(),
            each_day,
        }));
        let untold = notes.untold.iter();
        remarks.extend(untold.map(|note| Remark::Untold { count: note.count, heard: note.heard.clone() }));
        remarks.extend(notes.spoken.iter().map(|note| Remark::Spoken {
            heard: note.heard.clone(),
            count: note.count,
            of: note.of,
        }));
        let unshared = notes.unshared.iter();
        remarks.extend(unshared.map(|(field, count)| Remark::MissingShared { field: field.clone(), count: *count }));
        let reasons = [notes.missing.len(), notes.no_rule.len(), notes.unrecorded.len(), notes.untold.len()];
        if notes.unknown > 0 && reasons.iter().sum::<usize>() == 0 && notes.unshared.is_empty() {
            remarks.push(Remark::Unknown { count: notes.unknown, each_day });
        }
        remarks
    }

    /// A part of the query as it is written.
    fn written(&self, span: Span) -> String {
        self.text.get(span.range()).unwrap_or("…").trim().to_owned()
    }

    /// Where counts may be higher, and rows may belong to further groups.
    fn of_counts(&self) -> Vec<Remark> {
        let notes = self.answer.notes();
        let mut remarks = Vec::new();
        remarks.extend(notes.ranges.iter().map(|ranges| {
            let first = ranges.first.iter();
            let first =
                first.map(|(row, least, most)| CountRange { row: row.clone(), least: *least, most: *most }).collect();
            Remark::CountRanges { column: ranges.column.clone(), rows: ranges.rows, first }
        }));
        remarks.extend(notes.unrecorded_counts.iter().map(|(column, note)| Remark::UnrecordedCounts {
            column: column.clone(),
            rows: note.count,
            acts: note.acts.clone(),
            objects: note.objects.clone(),
            more_objects: note.more_objects,
            recorded: note.recorded,
            heard: note.heard.clone(),
        }));
        let groups = notes.groups.iter();
        remarks.extend(
            groups.map(|groups| Remark::UncertainGroups { grouping: groups.grouping.clone(), count: groups.count }),
        );
        remarks
    }

    /// By what `first` and `last` go.
    fn orders(&self) -> Vec<Remark> {
        let order = |reading: &Reading| {
            let (last, sort) = reading.first_or_last()?;
            Some(Remark::FirstOrLast { stage: self.written(reading.span), last, sort: sort.map(str::to_owned) })
        };
        self.answer.readings().iter().filter_map(order).collect()
    }

    fn undecided(&self, left: OpenCondition) -> Remark {
        let stage = self.written(left.span);
        let missing = left.missing.into_iter().map(|(field, count)| MissingField { field, count }).collect();
        Remark::Undecided { stage, possible: left.possible, unknown: left.unknown, missing }
    }

    /// Each word once. Where it is all that was asked for, the reason why
    /// there are no rows says as much.
    fn words_read_as_text(&self) -> Vec<Remark> {
        if self.answer.emptied().is_some_and(|emptied| emptied.lone.is_some()) {
            return Vec::new();
        }
        let mut words: Vec<&str> = Vec::new();
        for reading in self.answer.readings().iter().filter(|reading| reading.is_unknown_word()) {
            let word = self.text.get(reading.span.range()).unwrap_or_default();
            if !words.contains(&word) && words.len() < MOST_WORDS {
                words.push(word);
            }
        }
        words.into_iter().map(|word| Remark::ReadAsText { word: word.to_owned() }).collect()
    }

    /// The names that only facts use: how they spell them, and those that texts have, too.
    fn words_read_as_names(&self) -> Vec<Remark> {
        let word = |span: Span| self.text.get(span.range()).unwrap_or_default().to_owned();
        let mut remarks: Vec<Remark> = Vec::new();
        let read = self.answer.readings().iter().filter_map(|reading| Some((reading.span, reading.names()?)));
        let spelled = read.flat_map(|(span, [taken, aside])| {
            let word: Arc<str> = word(span).into();
            let taken = (!taken.is_empty()).then(|| Remark::ReadAs { word: word.clone(), values: taken.to_vec() });
            let aside = (!aside.is_empty()).then(|| Remark::OtherValues { word, values: aside.to_vec() });
            taken.into_iter().chain(aside)
        });
        let names = self.answer.notes().names.iter();
        let in_texts = names.map(|name| Remark::NameInTexts { word: word(name.span), count: name.count });
        for remark in spelled.chain(in_texts) {
            if !remarks.contains(&remark) && remarks.len() < MOST_WORDS {
                remarks.push(remark);
            }
        }
        remarks
    }

    /// The query without stages and with another field in a test of a date, if
    /// it can be written so.
    fn asked_instead(&self, outside: &OtherDateCount) -> Option<String> {
        let tree = &self.ready.tree;
        let end = tree.stages.first().map_or(tree.span.end, |stage| stage.span.start);
        let whole = self.text.get(tree.span.start..end)?.trim_end().trim_end_matches('|').trim_end();
        let span = outside.span.or(self.ready.condition)?;
        let place = span.start.checked_sub(tree.span.start)?..span.end.checked_sub(tree.span.start)?;
        let (before, test, after) = (whole.get(..place.start)?, whole.get(place.clone())?, whole.get(place.end..)?);
        let blank = test.len() - test.trim_start().len();
        let (blank, test) = test.split_at_checked(blank)?;
        let named = test.split_at_checked(outside.field.len());
        let named =
            named.filter(|(name, rest)| fold(name) == fold(&outside.field) && !rest.starts_with(char::is_alphanumeric));
        let rest = named.map_or(test, |(_, rest)| rest);
        let instead = &outside.instead;
        let written = match rest.trim_start() {
            bare if &**instead == "date" && bare.len() < rest.len() => bare.to_owned(),
            bare if named.is_none() || bare.len() < rest.len() => format!("{instead} {bare}"),
            _ => format!("{instead}{rest}"),
        };
        let query = format!("{before}{blank}{written}{after}");
        self.ready.asks_for(&query, instead).then_some(query)
    }
}

/// Why nothing is left, with the conditions as they stand in the text; `sole`
/// is the only one, if there is only one.
fn reason(emptied: &Emptied, text: &str, sole: &str) -> EmptyReason {
    let parts = emptied.parts.iter().map(|part| EmptyPart {
        condition: text.get(part.span.range()).unwrap_or("…").trim().to_owned(),
        alone: part.alone,
        together: part.together,
    });
    EmptyReason {
        parts: parts.collect(),
        condition: emptied.lone.is_some().then(|| sole.trim().to_owned()),
        sole: emptied.lone.clone(),
        nearest: emptied.nearest.clone(),
        suggestion: emptied.meant.clone(),
        other_facts: emptied.others.as_ref().map(|others| Box::new(reason(others, text, text))),
    }
}

/// A condition without the noun that may stand before it.
fn without_noun<'a>(condition: &'a str, rows: &RowsOf) -> &'a str {
    let RowsOf::Entities(rows, _) = rows else { return condition };
    let (noun, rest) = condition.split_at_checked(rows.plural.len()).unwrap_or_default();
    let is_word = !rest.starts_with(char::is_alphanumeric);
    if is_word && fold(noun) == fold(&rows.plural) { rest } else { condition }
}

/// The days that a part of a query came to.
fn days_meant(days: &MeantDays) -> Remark {
    let finite = |day: Day| day.is_finite().then_some(day);
    let (clause, window) = match days {
        MeantDays::KnownAtEndOf(day) => (DateClause::Known, Window::day(*day)),
        MeantDays::AsOf(day) => (DateClause::AsOf, Window::day(*day)),
        MeantDays::Date { written, window } => (DateClause::Date(written.clone()), *window),
    };
    Remark::DaysMeant { clause, first: finite(window.first), last: finite(window.last) }
}
