//! The stages of a query, one after the other: over facts for as long as rows
//! are facts, then over a table.

use super::answer::{AnswerRows, FactRows, PlanStep, Shape, default_columns};
use super::count::{self, GroupedKey};
use super::evaluate::Evaluator;
use super::order::FactSet;
use super::table::{Rows, Table, TableColumn};
use super::unfold::{Unfold, Unfolding};
use super::values::Reader;
use super::{Cancel, ColumnInfo, ExecError};
use crate::index::Document;
use crate::plan::{Column, HISTORY_COLUMNS, SOURCES_COLUMNS, Stage, Value};

/// What the stages so far have made.
pub(super) enum Stream {
    Facts(FactSet),
    Table(Table),
}

/// A stream made ready to be an answer.
pub(super) struct Finished {
    pub columns: Vec<ColumnInfo>,
    pub shape: Shape,
    pub total: Option<u64>,
    pub rows: AnswerRows,
}

impl Stream {
    /// Runs one stage.
    pub fn run(self, stage: &Stage, cancel: &Cancel, plan: &mut Vec<PlanStep>) -> Result<Self, ExecError> {
        cancel.check()?;
        let stream = match self {
            Self::Facts(facts) => over_facts(facts, stage)?,
            Self::Table(table) => Self::Table(over_table(table, stage, cancel)?),
        };
        plan.push(PlanStep { what: name(stage).to_owned(), span: None, rows: stream.total() });
        Ok(stream)
    }

    /// How many rows there are, if that is known.
    pub fn total(&self) -> Option<u64> {
        match self {
            Self::Facts(facts) => Some(facts.documents.len()),
            Self::Table(table) => table.total,
        }
    }

    /// What its rows are.
    pub fn shape(&self) -> Shape {
        match self {
            Self::Facts(_) => Shape::Facts,
            Self::Table(_) => Shape::Table,
        }
    }

    /// Makes it ready to be an answer.
    pub fn finish(self) -> Result<Finished, ExecError> {
        let total = self.total();
        Ok(match self {
            Self::Facts(facts) => {
                let columns = default_columns(&*facts.view)?;
                let (columns, values): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
                let rows = AnswerRows::Facts(FactRows::new(facts.ordered(), &values));
                Finished { columns, shape: Shape::Facts, total, rows }
            }
            Self::Table(table) => Finished {
                columns: table.columns.into_iter().map(|column| column.info).collect(),
                shape: Shape::Table,
                total,
                rows: AnswerRows::Table(table.rows),
            },
        })
    }
}

fn over_facts(mut facts: FactSet, stage: &Stage) -> Result<Stream, ExecError> {
    let table = match stage {
        Stage::Sort(keys) => {
            facts.keys.clone_from(keys);
            return Ok(Stream::Facts(facts));
        }
        Stage::Take(count) => {
            facts.take(*count)?;
            return Ok(Stream::Facts(facts));
        }
        Stage::Skip(count) => {
            facts.skip(*count)?;
            return Ok(Stream::Facts(facts));
        }
        Stage::Where(filter) => {
            let sets = Evaluator::new(&facts.view, &facts.cancel).evaluate(filter, &facts.documents)?;
            facts.documents = sets.definite;
            return Ok(Stream::Facts(facts));
        }
        // The checker makes tests of rows only after a table.
        Stage::WhereRow(_) => return Ok(Stream::Facts(facts)),
        Stage::Show(columns) => {
            let total = Some(facts.documents.len());
            let values: Vec<Value> = columns.iter().map(|column| column.value.clone()).collect();
            let rows = FactRows::new(facts.ordered(), &values).map(|row| row.map(|(_, cells)| cells));
            Table { columns: columns_of(columns), rows: Rows::Lazy(Box::new(rows)), total }
        }
        Stage::Count { of, by } => count_facts(&facts, of.as_ref(), by)?,
        Stage::Distinct(columns) => distinct_facts(facts, columns)?,
        Stage::Sources => unfolded(facts, Unfolding::Sources, &SOURCES_COLUMNS),
        Stage::History => unfolded(facts, Unfolding::History, &HISTORY_COLUMNS),
        _ => todo!(),
    };
    Ok(Stream::Table(table))
}

fn over_table(table: Table, stage: &Stage, cancel: &Cancel) -> Result<Table, ExecError> {
    match stage {
        Stage::Sort(keys) => table.sort(keys, cancel),
        Stage::Take(count) => Ok(table.take(*count)),
        Stage::Skip(count) => Ok(table.skip(*count)),
        Stage::Show(columns) => Ok(table.show(columns)),
        Stage::Count { of, by } => table.count(of.as_ref(), by, cancel),
        Stage::Distinct(columns) => table.distinct(columns, cancel),
        Stage::WhereRow(filter) => table.filter(filter),
        // The checker makes these only where rows are facts.
        Stage::Where(_) | Stage::Sources | Stage::History => Ok(table),
        _ => todo!(),
    }
}

fn columns_of(columns: &[Column]) -> Vec<TableColumn> {
    let part = |value: &Value| match value {
        Value::Part(_, part) => Some(*part),
        Value::Step(_, _, part) => *part,
        _ => None,
    };
    columns.iter().map(|column| TableColumn::new(&column.name, part(&column.value))).collect()
}

fn unfolded(facts: FactSet, into: Unfolding, columns: &[&str]) -> Table {
    let columns = columns.iter().map(|name| TableColumn::new(name, None)).collect();
    Table { columns, rows: Rows::Lazy(Box::new(Unfold::new(facts.ordered(), into))), total: None }
}

fn grouped(facts: &FactSet, value: &Value) -> Result<GroupedKey, ExecError> {
    let mut reader = Reader::new(&facts.view, &facts.cancel, value);
    let codes = reader.read(&facts.documents)?;
    let part = reader.part();
    Ok(GroupedKey::new(reader.into_pool(), codes, part))
}

fn count_facts(facts: &FactSet, of: Option<&Value>, by: &[Column]) -> Result<Table, ExecError> {
    let rows = usize::try_from(facts.documents.len()).unwrap_or(usize::MAX);
    let of = of.map(|of| grouped(facts, of)).transpose()?;
    let counted = match (of, by) {
        (None, []) => vec![vec![count::integer(facts.documents.len())]],
        (Some(of), []) => vec![vec![count::integer(count::count_distinct(&of, rows))]],
        (of, by) => {
            let keys = by.iter().map(|column| grouped(facts, &column.value)).collect::<Result<_, _>>()?;
            count::count_by(keys, of, rows, &facts.cancel)?
        }
    };
    let mut columns = columns_of(by);
    columns.push(TableColumn::new("count", None));
    Ok(Table::ready(columns, counted))
}

/// After a sort the first to come stays first; else by the values themselves.
fn distinct_facts(facts: FactSet, columns: &[Column]) -> Result<Table, ExecError> {
    let keys = columns.iter().map(|column| grouped(&facts, &column.value)).collect::<Result<Vec<_>, _>>()?;
    let rows = usize::try_from(facts.documents.len()).unwrap_or(usize::MAX);
    let found = if facts.keys.is_empty() {
        count::distinct_sorted(&keys, rows, &facts.cancel)?
    } else {
        let documents: Vec<Document> = facts.documents.iter().collect();
        let in_order = facts.ordered().next_run(rows)?;
        count::distinct_in_order(&keys, in_order.iter().filter_map(|document| documents.binary_search(document).ok()))
    };
    Ok(Table::ready(columns_of(columns), found))
}

fn name(stage: &Stage) -> &'static str {
    match stage {
        Stage::Sort(_) => "sort",
        Stage::Take(_) => "take",
        Stage::Skip(_) => "skip",
        Stage::Show(_) => "show",
        Stage::Count { .. } => "count",
        Stage::Distinct(_) => "distinct",
        Stage::Where(_) | Stage::WhereRow(_) => "where",
        Stage::Sources => "sources",
        Stage::History => "history",
        Stage::Share { .. } => "share",
        Stage::Pivot { .. } => "pivot",
        Stage::Aggregate { .. } => "summaries",
        Stage::Extreme { last: false, .. } => "first",
        Stage::Extreme { last: true, .. } => "last",
        Stage::Let(_) => "let",
        Stage::Timeline => "timeline",
        Stage::Diff(_) => "diff",
    }
}
