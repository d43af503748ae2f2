//! Words that are not spelled as the values that they find: what a word was taken
//! for, and which values that look like it were left aside.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use roaring::RoaringBitmap;

use crate::exec::ExecError;
use crate::exec::filter::context::EvaluationContext;
use crate::exec::remarks::query_filters::QueryFilters;
use crate::exec::rows::undeclared_names::values_of_entities;
use crate::index::View;
use crate::model::{FieldDefinition, FieldKind, Likeness};
use crate::plan::{Counterparts, Filter, Match, Query, RecordCalculation, RecordTest, RowsOf, StatusTest};

/// A word of a query, and values in force that look like it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpelledValues {
    /// The word, as written.
    pub word: Arc<str>,
    /// The values.
    pub values: Vec<Arc<str>>,
}

/// How the words of a query are spelled otherwise in facts and by entities.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OtherSpellings {
    /// Values that a word was taken for, since none is the same.
    pub taken: Vec<SpelledValues>,
    /// Values that a word would find if there were not one that is nearer.
    pub left_aside: Vec<SpelledValues>,
}

/// Who keeps the values that a word is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keeper {
    Facts,
    Entities,
}

/// A word that is compared with the whole values of a field.
type AskedWord<'q> = (Keeper, &'q str, &'q str);

/// The words of a query that are compared with whole values and spelled otherwise.
pub(crate) fn other_spellings(context: &EvaluationContext, query: &Query) -> Result<OtherSpellings, ExecError> {
    let view = &context.view;
    let mut asked = Vec::new();
    of_query(query, &mut asked);
    let mut declared: HashMap<&str, Vec<String>> = HashMap::new();
    let mut found = OtherSpellings::default();
    for (keeper, field, word) in asked {
        let holds_names = view.schema().field(field).is_some_and(FieldDefinition::holds_names);
        if keeper == Keeper::Facts {
            found.add(word, &of_facts(&**view, field, word)?, holds_names);
            continue;
        }
        if !declared.contains_key(field) {
            declared.insert(field, values_of_entities(&**view, &*context.store, field)?);
        }
        let values = declared.get(field).map(Vec::as_slice).unwrap_or_default();
        found.add(word, values, holds_names || field == "name");
    }
    Ok(found)
}

impl OtherSpellings {
    /// Adds a word and the values among which it is looked for, as far as it finds them.
    fn add(&mut self, word: &str, values: &[String], are_names: bool) {
        let same = if are_names { Likeness::Caseless } else { Likeness::Canonical };
        let mut alike: BTreeMap<Likeness, BTreeSet<Arc<str>>> = BTreeMap::new();
        for value in values {
            if let Some(likeness) = Likeness::of(word, value) {
                alike.entry(likeness.max(same)).or_default().insert(value.as_str().into());
            }
        }
        let note = |notes: &mut Vec<SpelledValues>, values: Vec<Arc<str>>| {
            if !values.is_empty() && !notes.iter().any(|note| *note.word == *word) {
                notes.push(SpelledValues { word: word.into(), values });
            }
        };
        if let Some((nearest, values)) = alike.pop_first()
            && nearest > same
        {
            note(&mut self.taken, values.into_iter().collect());
        }
        note(&mut self.left_aside, alike.into_values().flatten().collect());
    }
}

/// The values of a field that a word finds, of facts in force if it finds one.
fn of_facts(view: &dyn View, field: &str, word: &str) -> Result<Vec<String>, ExecError> {
    let mut found: Vec<(String, bool)> = Vec::new();
    if let Some(column) = view.field(field) {
        for ordinal in column.find(word) {
            let documents = column.postings(&RoaringBitmap::from_iter([ordinal]))?;
            found.push((column.value(ordinal).to_string(), !documents.is_disjoint(view.live())));
        }
    } else if view.schema().field(field).is_some_and(|field| field.kind == FieldKind::Id) {
        let documents = view.ids(&[word.to_owned()])?;
        view.each_id(&documents, &mut |document, id| found.push((id.to_owned(), view.live().contains(document))))?;
    }
    let some_in_force = found.iter().any(|(_, in_force)| *in_force);
    Ok(found.into_iter().filter(|(_, in_force)| *in_force || !some_in_force).map(|(value, _)| value).collect())
}

fn of_query<'q>(query: &'q Query, asked: &mut Vec<AskedWord<'q>>) {
    let keeper = if let RowsOf::Facts(_) = &query.rows { Keeper::Facts } else { Keeper::Entities };
    let filters = QueryFilters::new(query);
    filters.of_rows.into_iter().for_each(|filter| collect(filter, keeper, asked));
    filters.of_dates.into_iter().for_each(|other| collect(&other.filter, Keeper::Facts, asked));
    let of_periods = if let RowsOf::Periods(rows, _) = &query.rows { rows.status.as_ref() } else { None };
    filters.counted.into_iter().chain(of_periods).for_each(|status| of_status(status, asked));
}

fn of_status<'q>(test: &'q StatusTest, asked: &mut Vec<AskedWord<'q>>) {
    if let Some(using) = &test.using {
        collect(using, Keeper::Facts, asked);
    }
    if let Counterparts::Query(query) = &test.others {
        of_query(query, asked);
    }
}

/// The words that a filter compares with whole values. Actions are words of the
/// vocabulary, and a text is compared as a whole by patterns alone.
fn collect<'q>(filter: &'q Filter, keeper: Keeper, asked: &mut Vec<AskedWord<'q>>) {
    filter.each_test(&mut |test| match test {
        RecordTest::Keyword { field, test: Match::Any(words) }
        | RecordTest::Written { field, test: Match::Any(words) }
            if **field != *"action" =>
        {
            asked.extend(words.iter().map(|word| (keeper, &**field, word.as_str())));
        }
        RecordTest::Refers { fields, written, .. } => {
            asked.extend(
                fields.iter().flat_map(|field| written.iter().map(move |word| (keeper, &**field, word.as_str()))),
            );
        }
        RecordTest::Step { test, .. } => collect(test, Keeper::Entities, asked),
        RecordTest::Other(other) | RecordTest::Relative { other, .. } => {
            collect(&other.filter, Keeper::Facts, asked);
        }
        RecordTest::Status(test) => of_status(test, asked),
        RecordTest::Given { query, .. } => of_query(query, asked),
        RecordTest::Computed { value, .. } => {
            let mut filters = QueryFilters::default();
            match value {
                RecordCalculation::OfFact(calculation) => filters.add_calculation(calculation),
                RecordCalculation::OfEntity(calculation) => filters.add_calculation(calculation),
            }
            filters.of_dates.into_iter().for_each(|other| collect(&other.filter, Keeper::Facts, asked));
            filters.of_rows.into_iter().for_each(|filter| collect(filter, keeper, asked));
        }
        _ => {}
    });
}
