//! Tables with several rows for a fact: its sources, and its versions.

use std::collections::VecDeque;

use jiff::Timestamp;
use serde_json::Value as Json;

use crate::exec::ExecError;
use crate::exec::rows::record::{FactRecord, source_values};
use crate::exec::rows::same_values::spelled;
use crate::exec::rows::shown::shown;
use crate::exec::rows::table::TableRow;
use crate::exec::stages::fact_rows::Ordered;
use crate::index::{CommitInfo, Document, Ending, View};
use crate::model::{Cell, Fact, Source};
use crate::plan::{HISTORY_COLUMNS, SOURCES_COLUMNS};

/// How many columns of sources are of the fact, as the source gives it.
const OF_FACT: usize = 5;

/// Into what a fact is unfolded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unfolding {
    Sources,
    History,
}

/// The rows that facts unfold into, fact by fact.
pub(crate) struct Unfold {
    facts: Ordered,
    into: Unfolding,
    documents: VecDeque<Document>,
    rows: VecDeque<TableRow>,
}

impl Unfold {
    pub fn new(facts: Ordered, into: Unfolding) -> Self {
        Self { facts, into, documents: VecDeque::new(), rows: VecDeque::new() }
    }

    fn advance(&mut self) -> Result<Option<TableRow>, ExecError> {
        loop {
            if let Some(row) = self.rows.pop_front() {
                return Ok(Some(row));
            }
            if self.documents.is_empty() {
                self.facts.cancel().check()?;
                self.documents = self.facts.next_run(64)?.into();
            }
            let Some(document) = self.documents.pop_front() else {
                return Ok(None);
            };
            let view = self.facts.view().clone();
            self.rows = match self.into {
                Unfolding::Sources => sources(&*view, &*view.fact(document)?)?,
                Unfolding::History => versions(&*view, document)?,
            };
        }
    }
}

impl Iterator for Unfold {
    type Item = Result<TableRow, ExecError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.advance().transpose()
    }
}

fn sources(view: &dyn View, fact: &Fact) -> Result<VecDeque<TableRow>, ExecError> {
    let row = |source| {
        let told = fact.told_by(source);
        let record = FactRecord { fact: &told, view };
        let cell = |(place, name): (usize, &&str)| match *name {
            name if place < OF_FACT => Ok(shown(view, &record, name)?),
            "says" => Ok(says(source)),
            name => {
                let values = source_values(source, name, view.schema()).into_iter();
                let field = format!("source.{name}");
                Ok(list(values.map(|value| spelled(view, &field, value)).collect()))
            }
        };
        SOURCES_COLUMNS.iter().enumerate().map(cell).collect()
    };
    fact.sources.iter().map(row).collect()
}

/// A row for each version, which is in force, superseded by the next, or was
/// asserted until it was retracted or undone, which has a row of its own.
fn versions(view: &dyn View, document: Document) -> Result<VecDeque<TableRow>, ExecError> {
    let mut rows = VecDeque::new();
    for version in view.versions(&view.id(document)?)? {
        let fact = view.fact(version.document)?;
        let change = match &version.ended {
            None => "in force",
            Some((_, Ending::Superseded)) => "superseded",
            Some((_, Ending::Retracted(_) | Ending::Undone(_))) => "asserted",
        };
        rows.push_back(change_row(view, &fact, change, &version.asserted, None)?);
        match &version.ended {
            Some((commit, Ending::Retracted(reason))) => {
                rows.push_back(change_row(view, &fact, "retracted", commit, Some(reason))?);
            }
            Some((commit, Ending::Undone(undone))) => {
                rows.push_back(change_row(view, &fact, "undone", commit, Some(&format!("#{undone}")))?);
            }
            Some((_, Ending::Superseded)) | None => {}
        }
    }
    Ok(rows)
}

fn change_row(
    view: &dyn View,
    fact: &Fact,
    change: &str,
    commit: &CommitInfo,
    reason: Option<&str>,
) -> Result<TableRow, ExecError> {
    let record = FactRecord { fact, view };
    let cell = |name: &&str| {
        Ok(match *name {
            "transaction" => Cell::Integer(i64::try_from(commit.transaction).unwrap_or(i64::MAX)),
            "committed" => time(commit.time),
            "author" => Cell::text(&commit.author),
            "change" => Cell::text(change),
            "publishers" => publishers(fact, view),
            "reason" => reason.map_or(Cell::Missing, Cell::text),
            name => shown(view, &record, name)?,
        })
    };
    HISTORY_COLUMNS.iter().map(cell).collect()
}

/// Who published the sources of a version, each once, as the version has it.
pub(crate) fn publishers(fact: &Fact, view: &dyn View) -> Cell {
    let mut cells: Vec<Cell> = Vec::new();
    for cell in fact.sources.iter().flat_map(|source| source_values(source, "publisher", view.schema())) {
        if !cells.contains(&cell) {
            cells.push(cell);
        }
    }
    list(cells)
}

/// A time in milliseconds since 1970 as RFC 3339 has it, UTC.
pub(crate) fn time(milliseconds: i64) -> Cell {
    Timestamp::from_millisecond(milliseconds).map_or(Cell::Missing, |time| Cell::text(&time.to_string()))
}

/// What a source gives; of what it does not say (`null`) nothing is shown.
fn says(source: &Source) -> Cell {
    let given = source.says.iter().filter(|(_, value)| !value.is_null());
    let given: serde_json::Map<String, Json> = given.map(|(key, value)| (key.clone(), value.clone())).collect();
    if given.is_empty() { Cell::Missing } else { Cell::Json(Json::Object(given)) }
}

/// One cell of several.
pub(crate) fn list(mut cells: Vec<Cell>) -> Cell {
    match cells.len() {
        0 | 1 => cells.pop().unwrap_or_default(),
        _ => Cell::List(cells),
    }
}
