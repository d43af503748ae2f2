//! The stages of a query, one after the other: over facts for as long as rows
//! are facts, then over a table.

use crate::exec::answer::{AnswerRows, ColumnRole, FactRows, Notes, Shape, StepKind, default_columns};
use crate::exec::filter::facts::Evaluator;
use crate::exec::filter::sets::Sets;
use crate::exec::remarks::emptied::{self, SoleCondition};
use crate::exec::remarks::stage_conditions::{Asked, Nothing, Pending, filtered, shared};
use crate::exec::remarks::steps::Steps;
use crate::exec::rows::computed_dates::may_be_computed;
use crate::exec::rows::entity_rows::EntitySet;
use crate::exec::rows::fact_order::FactSet;
use crate::exec::rows::fact_values::Reader;
use crate::exec::rows::rowset::Rowset;
use crate::exec::rows::table::{Rows, Table, TableColumn};
use crate::exec::stages::count::{self, GroupedKey};
use crate::exec::stages::entities::over_entities;
use crate::exec::stages::fact_changes::{self, States};
use crate::exec::stages::first_or_last::extremes;
use crate::exec::stages::pivot::pivot;
use crate::exec::stages::share::share;
use crate::exec::stages::summary::summarise;
use crate::exec::stages::timeline;
use crate::exec::stages::unfold::{Unfold, Unfolding};
use crate::exec::{Cancel, ColumnInfo, ExecError, Level};
use crate::index::{Document, View};
use crate::plan::{Column, DatePart, Diff, Filter, HISTORY_COLUMNS, SOURCES_COLUMNS, Stage, Value};
use crate::syntax::Span;

/// What the stages so far have made.
pub(crate) enum Stream {
    Facts(FactSet),
    Entities(EntitySet),
    Table(Table),
}

/// A stream made ready to be an answer.
pub(crate) struct Finished {
    pub columns: Vec<ColumnInfo>,
    pub shape: Shape,
    pub total: Option<u64>,
    pub rows: AnswerRows,
}

/// What stages need beside the rows, and what they have to say beside them.
pub(crate) struct Course<'a, 'c> {
    pub cancel: &'a Cancel,
    /// How true a condition must be of the rows that a stage keeps.
    pub level: Level,
    pub states: &'a dyn States,
    pub steps: &'a mut Steps<'c>,
    pub notes: &'a mut Notes,
    /// Where the stage stands.
    pub span: Option<Span>,
    /// What its rows are.
    pub shape: Shape,
    /// The first stage of which the condition holds of none.
    pub nothing: &'a mut Option<Nothing>,
    /// What is known only when rows were made.
    pub pending: &'a mut Vec<Pending>,
}

impl Stream {
    /// Runs one stage.
    pub fn run(self, stage: &Stage, course: &mut Course<'_, '_>) -> Result<Self, ExecError> {
        course.cancel.check()?;
        let stream = match self {
            Self::Facts(facts) => over_facts(facts, stage, course)?,
            Self::Entities(entities) => over_entities(entities, stage, course)?,
            Self::Table(table) => Self::Table(over_table(table, stage, course)?),
        };
        course.steps.push(StepKind::Stage(name(stage)), None, stream.total());
        Ok(stream)
    }

    /// How many rows there are, if that is known.
    pub fn total(&self) -> Option<u64> {
        match self {
            Self::Facts(facts) => Some(facts.documents.len()),
            Self::Entities(entities) => Some(entities.rows.len() as u64),
            Self::Table(table) => table.total,
        }
    }

    /// What its rows are.
    pub fn shape(&self) -> Shape {
        match self {
            Self::Facts(_) => Shape::Facts,
            Self::Entities(EntitySet { noun, .. }) => {
                Shape::Entities { noun: noun.noun.clone(), plural: noun.plural.clone() }
            }
            Self::Table(_) => Shape::Table,
        }
    }

    /// Makes it ready to be an answer.
    pub fn finish(self, notes: &mut Notes) -> Result<Finished, ExecError> {
        let (total, shape) = (self.total(), self.shape());
        Ok(match self {
            Self::Entities(entities) => {
                let columns = entities.default_columns()?;
                notes.entities = Some(entities.distinct());
                notes.ranges.extend(entities.ranges(&columns)?);
                let rows = AnswerRows::Table(Rows::Lazy(Box::new(entities.cells(&columns)?.map(Ok))));
                let columns = entities.table_columns(&columns).into_iter().map(|column| column.info).collect();
                Finished { columns, shape, total, rows }
            }
            Self::Facts(mut facts) => {
                let mut columns = default_columns(&*facts.view)?;
                columns.extend(facts.lets.drain(..).map(|column| {
                    let computed = may_be_computed(&*facts.view, &column.value);
                    let info =
                        TableColumn::new(&column.name, None).with(ColumnRole::Calculated).computed(computed).info;
                    (info, column.value)
                }));
                let (columns, values): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
                let rows = AnswerRows::Facts(FactRows::new(facts.ordered(), &values));
                Finished { columns, shape, total, rows }
            }
            Self::Table(table) => Finished {
                columns: table.columns.into_iter().map(|column| column.info).collect(),
                shape,
                total,
                rows: AnswerRows::Table(table.rows),
            },
        })
    }
}

fn over_facts(mut facts: FactSet, stage: &Stage, course: &mut Course<'_, '_>) -> Result<Stream, ExecError> {
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
            let sets = asked_of_facts(&facts, filter, course)?;
            facts.documents = course.level.of(sets);
            return Ok(Stream::Facts(facts));
        }
        Stage::Let(column) => {
            facts.lets.push(column.clone());
            return Ok(Stream::Facts(facts));
        }
        Stage::Extreme { last, by } => {
            let found = extremes(&facts, *last, by)?;
            facts.documents = found.documents;
            let told = if *last { &mut course.notes.might_follow } else { &mut course.notes.might_precede };
            *told += found.rivals;
            return Ok(Stream::Facts(facts));
        }
        // The checker makes tests of rows only after a table.
        Stage::WhereRow(_) => return Ok(Stream::Facts(facts)),
        Stage::Show(columns) => {
            let (total, view) = (Some(facts.documents.len()), facts.view.clone());
            let values: Vec<Value> = columns.iter().map(|column| column.value.clone()).collect();
            let rows = FactRows::new(facts.ordered(), &values).map(|row| row.map(|(_, cells)| cells));
            let columns = fact_columns(&*view, columns);
            Table { columns, rows: Rows::Lazy(Box::new(rows)), total }
        }
        Stage::Count { of, by } => count::count(&facts, of.as_ref(), by, course.cancel)?,
        Stage::Share { of, by } => {
            if let Value::Condition(filter) = of {
                asked_of_facts(&facts, filter, course)?;
            }
            share(&facts, of, by, course.cancel)?
        }
        Stage::Pivot { rows, columns } => pivot(&facts, rows, columns, course.cancel)?,
        Stage::Aggregate { functions, of, by } => summarise(&facts, functions, of, by, course.cancel)?,
        Stage::Distinct(columns) => distinct_facts(&facts, columns)?,
        Stage::Sources => sources(facts, course)?,
        Stage::History => unfolded(facts, Unfolding::History, &HISTORY_COLUMNS),
        Stage::Timeline => timeline::of_facts(facts),
        Stage::Diff(Diff::AsOf(before, after)) => fact_changes::between_days(facts, before, after)?,
        Stage::Diff(Diff::Known(before, after)) => {
            fact_changes::between_states(course.states, *before, *after, course.cancel)?
        }
    };
    Ok(Stream::Table(table))
}

/// A row for each source of each fact; that there is none is known at once.
fn sources(facts: FactSet, course: &mut Course<'_, '_>) -> Result<Table, ExecError> {
    let held = facts.documents.len();
    let mut table = unfolded(facts, Unfolding::Sources, &SOURCES_COLUMNS);
    if let Some(first) = table.rows.next().transpose()? {
        table.rows = Rows::Lazy(Box::new(std::iter::once(Ok(first)).chain(table.rows)));
        return Ok(table);
    }
    if held > 0 {
        course.tell_nothing(held, Shape::Facts, SoleCondition::Sources);
    }
    Ok(Table::ready(table.columns, Vec::new()))
}

/// Whether a condition of a stage holds of facts, with note taken of what it
/// leaves open.
fn asked_of_facts(facts: &FactSet, filter: &Filter, course: &mut Course<'_, '_>) -> Result<Sets, ExecError> {
    let evaluator = Evaluator::new(&facts.view, &facts.cancel);
    let sets = evaluator.evaluate(filter, &facts.documents)?;
    let domain = emptied::Facts { view: &*facts.view, evaluator: &evaluator };
    let asked = Asked { domain: &domain, sets: &sets, within: &facts.documents };
    course.tell(filter, &[asked], Shape::Facts)?;
    Ok(sets)
}

fn over_table(table: Table, stage: &Stage, course: &mut Course<'_, '_>) -> Result<Table, ExecError> {
    let cancel = course.cancel;
    match stage {
        Stage::Sort(keys) => table.sort(keys, cancel),
        Stage::Take(count) => Ok(table.take(*count)),
        Stage::Skip(count) => Ok(table.skip(*count)),
        Stage::Show(columns) => table.show(columns),
        Stage::Count { of, by } => table.count(of.as_ref(), by, cancel),
        Stage::Distinct(columns) => table.distinct(columns, cancel),
        Stage::WhereRow(filter) => filtered(table, filter, course),
        Stage::Share { of, by } => {
            let rows = table.collect(cancel)?;
            if let Value::RowCondition(filter) = of {
                shared(&rows, filter, course)?;
            }
            share(&rows, of, by, cancel)
        }
        Stage::Pivot { rows, columns } => pivot(&table.collect(cancel)?, rows, columns, cancel),
        Stage::Aggregate { functions, of, by } => summarise(&table.collect(cancel)?, functions, of, by, cancel),
        Stage::Let(column) => table.extend(column),
        Stage::Timeline => timeline::of_table(table, cancel),
        // The checker makes these only where rows are facts.
        Stage::Where(_) | Stage::Sources | Stage::History | Stage::Extreme { .. } | Stage::Diff(_) => Ok(table),
    }
}

/// The columns of a table of facts, with whether their dates may be computed.
pub(crate) fn fact_columns(view: &dyn View, columns: &[Column]) -> Vec<TableColumn> {
    let made = columns_of(columns).into_iter().zip(columns);
    made.map(|(made, column)| made.computed(may_be_computed(view, &column.value))).collect()
}

/// The columns of a table, with the parts of dates that they hold.
pub(crate) fn columns_of(columns: &[Column]) -> Vec<TableColumn> {
    let part = |value: &Value| match value {
        Value::Part(_, part) | Value::PartOf(_, part) => Some(*part),
        Value::Step(_, _, part) => *part,
        // Days are in the order of time, as years are.
        Value::AsOf => Some(DatePart::Year),
        _ => None,
    };
    columns.iter().map(|column| TableColumn::new(&column.name, part(&column.value))).collect()
}

fn unfolded(facts: FactSet, into: Unfolding, columns: &[&str]) -> Table {
    let columns = columns.iter().map(|name| TableColumn::new(name, None)).collect();
    Table { columns, rows: Rows::Lazy(Box::new(Unfold::new(facts.ordered(), into))), total: None }
}

impl Rowset for FactSet {
    fn rows(&self) -> usize {
        usize::try_from(self.documents.len()).unwrap_or(usize::MAX)
    }

    fn key(&self, value: &Value) -> Result<GroupedKey, ExecError> {
        let mut reader = Reader::new(&self.view, &self.cancel, value);
        let codes = reader.read(&self.documents)?;
        let part = reader.part();
        Ok(GroupedKey::new(reader.into_pool(), codes, part).computed(may_be_computed(&*self.view, value)))
    }
}

/// After a sort the first to come stays first; else by the values themselves.
fn distinct_facts(facts: &FactSet, columns: &[Column]) -> Result<Table, ExecError> {
    if facts.keys.is_empty() {
        return count::distinct(facts, columns, None, &facts.cancel);
    }
    let documents: Vec<Document> = facts.documents.iter().collect();
    let in_order = facts.clone().ordered().next_run(documents.len())?;
    let mut places = in_order.iter().filter_map(|document| documents.binary_search(document).ok());
    count::distinct(facts, columns, Some(&mut places), &facts.cancel)
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
