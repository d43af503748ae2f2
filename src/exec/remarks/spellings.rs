//! Words that are not spelled as the values that they find: what a word was taken
//! for, and which values that look like it were left aside.

use std::sync::Arc;

use roaring::RoaringBitmap;

use crate::exec::ExecError;
use crate::exec::filter::facts::Evaluator;
use crate::exec::filter::matcher::meant;
use crate::index::FieldView;
use crate::model::{FieldDefinition, Likeness};
use crate::plan::{Filter, Match, Query, RecordTest};

/// A word of a query, and values in force that look like it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpelledValues {
    /// The word, as written.
    pub word: Arc<str>,
    /// The values.
    pub values: Vec<Arc<str>>,
}

/// How the words of a query are spelled otherwise in facts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OtherSpellings {
    /// Values that a word was taken for, since none is the same.
    pub taken: Vec<SpelledValues>,
    /// Values that a word would find if there were not one that is nearer.
    pub left_aside: Vec<SpelledValues>,
}

/// The words of a query that are compared with whole values and spelled otherwise.
pub(crate) fn other_spellings(evaluator: &Evaluator<'_>, query: &Query) -> Result<OtherSpellings, ExecError> {
    let mut asked: Vec<(&Arc<str>, &String)> = Vec::new();
    collect(&query.filter, &mut asked);
    let mut found = OtherSpellings::default();
    for (field, word) in asked {
        let Some(column) = evaluator.view().field(field) else { continue };
        let is_name = evaluator.view().schema().field(field).is_some_and(FieldDefinition::holds_names);
        compare(&*column, word, is_name, evaluator.view().live(), &mut found)?;
    }
    Ok(found)
}

fn compare(
    column: &dyn FieldView,
    word: &str,
    is_name: bool,
    live: &RoaringBitmap,
    found: &mut OtherSpellings,
) -> Result<(), ExecError> {
    let taken = meant(column, word, live)?;
    let text = |ordinal: u32| -> Arc<str> { column.value(ordinal).to_string().into() };
    let same = if is_name { Likeness::Caseless } else { Likeness::Canonical };
    let is_other = |ordinal: &u32| Likeness::of(word, &text(*ordinal)).is_none_or(|likeness| likeness > same);
    let note = |ordinals: Vec<u32>, notes: &mut Vec<SpelledValues>| {
        let mut values: Vec<Arc<str>> = ordinals.into_iter().map(text).collect();
        values.sort_unstable();
        values.dedup();
        if !values.is_empty() && !notes.iter().any(|note| *note.word == *word) {
            notes.push(SpelledValues { word: word.into(), values });
        }
    };
    let mut aside = Vec::new();
    for ordinal in column.find(word) {
        let is_shown = taken.iter().any(|one| text(*one) == text(ordinal));
        if !is_shown && !column.postings(&RoaringBitmap::from_iter([ordinal]))?.is_disjoint(live) {
            aside.push(ordinal);
        }
    }
    note(aside, &mut found.left_aside);
    note(taken.into_iter().filter(is_other).collect(), &mut found.taken);
    Ok(())
}

/// The words that a filter compares with whole values. Actions are words of the
/// vocabulary.
fn collect<'f>(filter: &'f Filter, asked: &mut Vec<(&'f Arc<str>, &'f String)>) {
    filter.each_test(&mut |test| match test {
        RecordTest::Keyword { field, test: Match::Any(words) } if **field != *"action" => {
            asked.extend(words.iter().map(|word| (field, word)));
        }
        RecordTest::Refers { fields, written, .. } => {
            asked.extend(fields.iter().flat_map(|field| written.iter().map(move |word| (field, word))));
        }
        RecordTest::Other(other) => collect(&other.filter, asked),
        _ => {}
    });
}
