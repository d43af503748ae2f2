//! The stage `diff` over facts: what passes on one day of the world and not on
//! another, and how the answer changed between two states of the store.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use roaring::RoaringBitmap;
use serde_json::{Map, Value as Json};

use crate::exec::ExecError;
use crate::exec::filter::context::EvaluationContext;
use crate::exec::filter::facts::Evaluator;
use crate::exec::rows::record::FactRecord;
use crate::exec::rows::shown::{integer, shown};
use crate::exec::rows::table::{ColumnHeading, Table, TableRow};
use crate::exec::stages::fact_cells::FactRows;
use crate::exec::stages::fact_rows::FactSet;
use crate::exec::stages::stage_rows::OtherStates;
use crate::exec::stages::unfold::{list, publishers, time};
use crate::index::{CommitInfo, Document, Ending, View};
use crate::model::{Cell, Fact, caseless};
use crate::plan::{DIFF_AS_OF_COLUMNS, DIFF_KNOWN_COLUMNS, KnownState, Moment, RowValue};

/// So many letters of a value are shown of what changed.
const SHOWN: usize = 60;

/// What definitely passes on the later day and not on the earlier (`in`), and
/// the other way round (`out`), in the order of facts.
pub(crate) fn between_days(mut facts: FactSet, before: &Moment, after: &Moment) -> Result<Table, ExecError> {
    let evaluator = Evaluator::new(&facts.context);
    let live = facts.context.view.live();
    let was = evaluator.evaluate(&before.filter, live)?.definite;
    let is = evaluator.evaluate(&after.filter, live)?.definite;
    drop(evaluator);
    facts.documents = &was ^ &is;
    facts.keys.clear();
    let (_, fields) = DIFF_AS_OF_COLUMNS.split_first().expect("the change and fields of the fact");
    let values: Vec<_> = fields.iter().map(|field| RowValue::field(field)).collect();
    let total = Some(facts.documents.len());
    let rows = FactRows::new(facts.ordered(), &values).map(move |row| {
        row.map(|(document, cells)| {
            let change = if is.contains(document) { "in" } else { "out" };
            std::iter::once(Cell::text(change)).chain(cells).collect()
        })
    });
    let columns = DIFF_AS_OF_COLUMNS.map(|name| ColumnHeading::new(name, None)).into();
    Ok(Table::lazy(columns, total, rows))
}

/// How the answer of a query changed from one state of the store to another:
/// a row for each fact, in the order of the commits that changed it.
pub(crate) fn between_states(
    states: &dyn OtherStates,
    before: KnownState,
    after: KnownState,
    context: &EvaluationContext,
) -> Result<Table, ExecError> {
    let found = |known| -> Result<_, ExecError> {
        let (view, query) = states.state(known)?;
        let context = context.over(view).of_query(&query)?;
        let documents = Evaluator::new(&context).evaluate(&query.filter, context.view.live())?.definite;
        Ok((context.view, documents))
    };
    let ((old, was), (new, is)) = (found(before)?, found(after)?);
    let mut changes: BTreeMap<Arc<str>, (Option<Document>, Option<Document>)> = BTreeMap::new();
    for document in &was - &is {
        changes.entry(old.id(document)?).or_default().0 = Some(document);
    }
    for document in &is - &was {
        changes.entry(new.id(document)?).or_default().1 = Some(document);
    }
    let known = old.all();
    let mut rows = Vec::with_capacity(changes.len());
    for (count, (id, (was, is))) in changes.into_iter().enumerate() {
        if count % 256 == 0 {
            context.cancel.check()?;
        }
        let change = Changed { old: &*old, new: &*new, known: &known, was, is };
        rows.push(change.row(&id)?);
    }
    rows.sort_by_key(|(last, _)| (last.is_none(), *last));
    let columns = DIFF_KNOWN_COLUMNS.map(|name| ColumnHeading::new(name, None)).into();
    Ok(Table::ready(columns, rows.into_iter().map(|(_, row)| row).collect()))
}

/// A fact that is in the answer of one state and not, or not so, in the other's.
struct Changed<'a> {
    old: &'a dyn View,
    new: &'a dyn View,
    /// The versions that the old state knows.
    known: &'a RoaringBitmap,
    /// The version in the answer of the old state.
    was: Option<Document>,
    /// The version in the answer of the new state.
    is: Option<Document>,
}

impl Changed<'_> {
    /// The row, and the last commit that had to do with it.
    fn row(&self, id: &str) -> Result<(Option<u64>, TableRow), ExecError> {
        let versions = self.new.versions(id)?;
        let mut commits: Vec<Arc<CommitInfo>> = Vec::new();
        let mut retracted = None;
        for version in &versions {
            if !self.known.contains(version.document) {
                commits.push(version.asserted.clone());
            }
            if let Some((commit, Some(reason))) =
                version.ended.as_ref().map(|(commit, ending)| (commit, reason_of(ending)))
                && (!self.known.contains(version.document) || self.old.live().contains(version.document))
            {
                commits.push(commit.clone());
                retracted = Some(reason);
            }
        }
        commits.sort_unstable_by_key(|commit| commit.transaction);
        commits.dedup_by_key(|commit| commit.transaction);

        let in_force = |view: &dyn View| -> Result<Option<Document>, ExecError> {
            let live = view.versions(id)?.into_iter().map(|version| version.document);
            Ok(live.filter(|document| view.live().contains(*document)).last())
        };
        let before = in_force(self.old)?.map(|document| self.old.fact(document)).transpose()?;
        let after = in_force(self.new)?.map(|document| self.new.fact(document)).transpose()?;
        let (change, reason) = match (self.was, self.is) {
            (Some(_), Some(_)) => ("changed", None),
            (None, _) if before.is_some() => ("added", Some("did not pass the filter before")),
            (None, _) => ("added", None),
            (Some(_), None) if after.is_some() => ("removed", Some("no longer passes the filter")),
            (Some(_), None) => ("removed", retracted.as_deref()),
        };
        let what = match (&before, &after) {
            (Some(before), Some(after)) => differences(before, after),
            _ => Vec::new(),
        };
        let (view, shown_version) = match (self.is, self.was) {
            (Some(is), _) => (self.new, self.new.fact(is)?),
            (None, Some(was)) => (self.old, self.old.fact(was)?),
            (None, None) => return Err(ExecError::Shape(format!("`{id}` is in neither answer"))),
        };
        let record = FactRecord { fact: &shown_version, view };
        let cell = |name: &&str| -> Result<Cell, ExecError> {
            Ok(match *name {
                "change" => Cell::text(change),
                "what" => list(what.iter().map(|change| Cell::text(change)).collect()),
                "transaction" => list(commits.iter().map(|commit| integer(commit.transaction)).collect()),
                "committed" => list(commits.iter().map(|commit| time(commit.time)).collect()),
                "author" => {
                    let mut authors: Vec<&str> = Vec::new();
                    for commit in commits.iter().filter(|commit| !commit.author.is_empty()) {
                        if !authors.contains(&commit.author.as_str()) {
                            authors.push(&commit.author);
                        }
                    }
                    list(authors.into_iter().map(Cell::text).collect())
                }
                "reason" => reason.map_or(Cell::Missing, Cell::text),
                "publishers" => publishers(&shown_version, view),
                name => shown(view, &record, name)?,
            })
        };
        let row = DIFF_KNOWN_COLUMNS.iter().map(cell).collect::<Result<_, _>>()?;
        Ok((commits.last().map(|commit| commit.transaction), row))
    }
}

/// The fields in which two versions of a fact differ, with both values.
fn differences(before: &Fact, after: &Fact) -> Vec<String> {
    let object = |fact: &Fact| match serde_json::to_value(fact) {
        Ok(Json::Object(object)) => object,
        _ => Map::new(),
    };
    let (before, after) = (object(before), object(after));
    let fields: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let changed = fields.into_iter().filter(|field| before.get(*field) != after.get(*field));
    changed.map(|field| difference(field, before.get(field), after.get(field))).collect()
}

fn difference(field: &str, before: Option<&Json>, after: Option<&Json>) -> String {
    let (old, new) = (brief(before), brief(after));
    if old == new { format!("{field}: other details") } else { format!("{field}: {old} → {new}") }
}

/// A value in few words.
fn brief(value: Option<&Json>) -> String {
    let text = match value {
        None | Some(Json::Null) => "none".to_owned(),
        Some(Json::String(text)) => text.clone(),
        Some(Json::Array(values)) if values.iter().any(Json::is_object) => {
            let named = values.iter().filter_map(|value| value.get("publisher")?.as_str()).map(caseless);
            let named: BTreeSet<_> = named.collect();
            let words = if values.len() == 1 { "entry" } else { "entries" };
            if named.is_empty() {
                format!("{} {words}", values.len())
            } else {
                format!("{} {words} ({})", values.len(), named.into_iter().collect::<Vec<_>>().join(", "))
            }
        }
        Some(Json::Array(values)) => values.iter().map(|value| brief(Some(value))).collect::<Vec<_>>().join(", "),
        Some(other) => other.to_string(),
    };
    if text.chars().count() <= SHOWN {
        return text;
    }
    text.chars().take(SHOWN).chain(['…']).collect()
}

/// Why a fact is not in force any more.
fn reason_of(ending: &Ending) -> Option<String> {
    match ending {
        Ending::Superseded => None,
        Ending::Retracted(reason) => Some(reason.clone()),
        Ending::Undone(undone) => Some(format!("#{undone} was undone")),
    }
}
