//! Running a checked query: what it starts from, its stages one after the other,
//! and what is said beside the rows, which is made after the stages.

use std::sync::Arc;
use std::time::Duration;

use roaring::RoaringBitmap;

use crate::exec::answer::{Answer, Finish, Finished};
use crate::exec::filter::accounts;
use crate::exec::filter::context::{EvaluationContext, Subqueries};
use crate::exec::filter::facts::Evaluator;
use crate::exec::filter::sets::{Level, Sets};
use crate::exec::remarks::completeness;
use crate::exec::remarks::coverage::{CoveredActs, covered};
use crate::exec::remarks::emptied::Emptied;
use crate::exec::remarks::notes::{Notes, OpenCondition};
use crate::exec::remarks::spellings::other_spellings;
use crate::exec::remarks::stage_conditions::{EmptyStage, StageRemarks, of_stages};
use crate::exec::remarks::steps::{Clock, StepKind, Steps};
use crate::exec::remarks::unrecorded::of_counts;
use crate::exec::rows::columns::Shape;
use crate::exec::rows::table::Table;
use crate::exec::stages::count_unknown::with_unknown;
use crate::exec::stages::run::{narrow, tabulate};
use crate::exec::stages::stage_rows::{Findings, OtherStates, StageContext, StageRows};
use crate::exec::start::{self, Start};
use crate::exec::{Cancel, ExecError};
use crate::index::View;
use crate::model::{Cell, Truth};
use crate::plan::{
    Account, Filter, KnownState, NamedStage, Pipeline, Query, Reading, RowStage, RowsOf, TableStage, Tabulation,
};
use crate::syntax::{Span, Spanned};

/// Runs a query over a state of the store: the one that its `known` asks for,
/// which whoever calls has looked up.
///
/// What can wait is done when the rows are asked for. If `history` follows the
/// filter, at most after `sort` and `where`, these look at every version of the
/// facts, in force or not, and the newest of each stands for it in the order.
/// `states` gives the states of the store that a stage compares; `clock` tells
/// how long each step takes.
///
/// # Errors
///
/// If the index cannot be read, the flag is raised, a regular expression is
/// invalid, or the query means nothing in a state that a stage needs.
pub fn run_among(
    query: Query,
    view: Arc<dyn View>,
    cancel: &Cancel,
    states: &dyn OtherStates,
    clock: Clock<'_>,
) -> Result<Answer, ExecError> {
    let context = context_over(view, cancel).of_query(&query)?;
    let evaluator = Evaluator::new(&context);
    let incomplete = completeness::incomplete(&evaluator, &query)?;
    let spellings = other_spellings(&context, &query)?;
    let mut answer = run_over(query, &context, Level::Definite, states, clock)?;
    answer.notes.incomplete = incomplete;
    answer.notes.spellings = spellings;
    Ok(answer)
}

/// The acts that a query looks for, by who covers them.
///
/// # Errors
///
/// If the index cannot be read, the flag is raised, or a regular expression is
/// invalid.
pub fn covered_by(query: &Query, view: Arc<dyn View>, cancel: &Cancel) -> Result<Vec<CoveredActs>, ExecError> {
    let context = context_over(view, cancel).of_query(query)?;
    covered(&Evaluator::new(&context), query)
}

/// What every evaluation over a state of the store needs.
pub(crate) fn context_over(view: Arc<dyn View>, cancel: &Cancel) -> EvaluationContext {
    EvaluationContext::new(view, cancel.clone(), &NestedQueries)
}

/// No state but the one that is asked: within a condition nothing is compared.
pub(crate) struct WithoutOtherStates;

impl OtherStates for WithoutOtherStates {
    fn state(&self, _: KnownState) -> Result<(Arc<dyn View>, Query), ExecError> {
        Err(ExecError::NestedComparison)
    }
}

/// Runs the queries that stand within another, over a view that has computed
/// dates already: their stages are asked of more rows than the definite ones.
struct NestedQueries;

impl Subqueries for NestedQueries {
    fn told(&self, account: &Account, context: &EvaluationContext) -> Result<Arc<dyn View>, ExecError> {
        accounts::told(context, account)
    }

    fn some_source(
        &self,
        filter: &Filter,
        within: &RoaringBitmap,
        context: &EvaluationContext,
    ) -> Result<Sets, ExecError> {
        accounts::some_source(context, filter, within)
    }

    fn column(&self, query: &Query, context: &EvaluationContext) -> Result<Vec<(Cell, Truth)>, ExecError> {
        let context = &context.of_query(query)?;
        let mut given = Vec::new();
        let narrows = query.rows.has_conditions();
        for level in [Level::Definite, Level::Possible, Level::Open] {
            let answer = run_over(query.clone(), context, level, &WithoutOtherStates, &|| Duration::ZERO)?;
            let truth = level.truth();
            let more = match level {
                Level::Definite => answer.notes().possible + answer.notes().unknown,
                _ => answer.notes().unknown,
            };
            for row in answer {
                let cell = row?.cells().first().cloned().unwrap_or_default();
                match cell {
                    Cell::List(cells) => given.extend(cells.into_iter().map(|cell| (cell, truth))),
                    cell => given.push((cell, truth)),
                }
            }
            // A condition among the stages may leave rows open that the filter does not.
            if more == 0 && !narrows {
                break;
            }
        }
        given.retain(|(cell, _)| !cell.is_missing());
        Ok(given)
    }
}

fn run_over(
    query: Query,
    context: &EvaluationContext,
    level: Level,
    states: &dyn OtherStates,
    clock: Clock<'_>,
) -> Result<Answer, ExecError> {
    let mut steps = Steps::new(clock);
    let course =
        StageContext { cancel: &context.cancel, level, states, span: Span::default(), findings: Findings::default() };
    let (notes, emptied, run, finished) = match &query.rows {
        RowsOf::Facts(pipeline) => {
            let start = start::facts::start(&query, pipeline, context, level, &mut steps)?;
            let mut run = PipelineRun::new(course, steps);
            let finished = run.pipeline(start.rows, start.beside, pipeline)?;
            (start.notes, start.emptied, run, finished)
        }
        RowsOf::Entities(of, pipeline) => {
            let start = start::entities::start(&query, (of, pipeline), context, level, &mut steps)?;
            let mut run = PipelineRun::new(course, steps);
            let finished = run.pipeline(start.rows, start.beside, pipeline)?;
            (start.notes, start.emptied, run, finished)
        }
        RowsOf::Periods(rows, over_table) => {
            let Start { rows, notes, emptied, .. } = start::periods::start(&query, rows, context, level, &mut steps)?;
            let mut run = PipelineRun::new(course, steps);
            let table = run.over_table(rows, over_table)?;
            (notes, emptied, run, table.finish()?)
        }
    };
    let are_shown = match &query.rows {
        RowsOf::Entities(_, pipeline) => pipeline.table.as_ref().is_none_or(|table| table.then.is_empty()),
        RowsOf::Facts(_) | RowsOf::Periods(..) => true,
    };
    let unrecorded_counts = of_counts(context, &run.course.findings.unrecorded, are_shown)?;
    let notes = Notes { unrecorded_counts, ..notes };
    run.answer(query.readings, notes, emptied, finished)
}

/// The stages of one query, as they run.
struct PipelineRun<'a, 'c> {
    course: StageContext<'a>,
    steps: Steps<'c>,
    /// How many rows there were before a stage that left none of them, and
    /// whether they were those of a table.
    before: Option<(u64, bool)>,
}

impl<'a, 'c> PipelineRun<'a, 'c> {
    fn new(course: StageContext<'a>, mut steps: Steps<'c>) -> Self {
        // What is said beside the rows took its time, too.
        steps.go_on();
        Self { course, steps, before: None }
    }

    /// The stages over rows; beside them others are counted, those that are possible
    /// and those that are open.
    fn pipeline<R: StageRows + Finish>(
        &mut self,
        mut rows: R,
        beside: Option<[R; 2]>,
        pipeline: &Pipeline<R::Domain>,
    ) -> Result<Finished, ExecError> {
        for stage in &pipeline.narrowing {
            rows = self.narrow(rows, &stage.value, stage.span)?;
        }
        let Some(table) = &pipeline.table else { return rows.finish() };
        let made = self.tabulate(rows, &table.first.value, table.first.span)?;
        let made = match pipeline.counts_unknown.zip(beside) {
            Some((column, [possible, open])) => {
                let possible = self.counted(possible, pipeline, Level::Possible)?;
                let open = self.counted(open, pipeline, Level::Open)?;
                with_unknown(made, possible, open, column, self.course.cancel)?
            }
            None => made,
        };
        self.over_table(made, &table.then)?.finish()
    }

    /// What the first table counts of the rows of another level.
    fn counted<R: StageRows>(
        &self,
        mut rows: R,
        pipeline: &Pipeline<R::Domain>,
        level: Level,
    ) -> Result<Table, ExecError> {
        let StageContext { cancel, states, .. } = self.course;
        let mut course = StageContext { cancel, level, states, span: Span::default(), findings: Findings::default() };
        for stage in &pipeline.narrowing {
            rows = narrow(rows, &stage.value, &mut course)?;
        }
        match &pipeline.table {
            Some(table) => tabulate(rows, &table.first.value, &mut course),
            None => Err(ExecError::Misplaced("a count of rows")),
        }
    }

    fn over_table(&mut self, mut table: Table, stages: &[Spanned<TableStage>]) -> Result<Table, ExecError> {
        for stage in stages {
            table = match &stage.value {
                TableStage::Narrow(one) => self.narrow(table, one, stage.span)?,
                TableStage::Tabulate(one) => self.tabulate(table, one, stage.span)?,
            };
        }
        table.into_shown_order()
    }

    fn narrow<R: StageRows>(&mut self, rows: R, stage: &RowStage<R::Domain>, span: Span) -> Result<R, ExecError> {
        let held = rows.total();
        self.course.span = span;
        let rows = narrow(rows, stage, &mut self.course)?;
        self.step(stage.name(), held, rows.total(), &rows.shape());
        Ok(rows)
    }

    fn tabulate<R: StageRows>(
        &mut self,
        rows: R,
        stage: &Tabulation<R::Domain>,
        span: Span,
    ) -> Result<Table, ExecError> {
        let held = rows.total().filter(|_| is_table(&rows.shape()));
        self.course.span = span;
        let table = tabulate(rows, stage, &mut self.course)?;
        self.step(stage.name(), held, table.total, &table.shape);
        Ok(table)
    }

    /// A stage is over: `held` is how many rows of the same kind there were before.
    fn step(&mut self, name: &'static str, held: Option<u64>, left: Option<u64>, shape: &Shape) {
        self.steps.push(StepKind::Stage(name), None, left);
        if let (Some(held @ 1..), Some(0)) = (held, left) {
            self.before = Some((held, is_table(shape)));
        }
    }

    /// The answer, with what is said beside its rows.
    fn answer(
        self,
        readings: Vec<Reading>,
        mut notes: Notes,
        emptied: Option<Emptied>,
        finished: Finished,
    ) -> Result<Answer, ExecError> {
        let StageContext { cancel, level, findings, .. } = self.course;
        let mut findings = findings;
        finished.ranges.iter().for_each(|range| findings.add_range(range.clone()));
        let Findings { asked, might_precede, might_follow, lacking, cuts, ranges, groups, .. } = findings;
        let told = if level == Level::Definite { of_stages(asked)? } else { StageRemarks::default() };
        notes.might_precede = might_precede;
        notes.might_follow = might_follow;
        notes.ranges = ranges;
        notes.groups = groups;
        notes.entities = finished.entities;
        let lacking = lacking.into_iter().filter(|(_, missing)| !missing.is_empty());
        notes.left =
            lacking.map(|(span, missing)| OpenCondition { span, missing, ..OpenCondition::default() }).collect();
        notes.left.extend(told.left);
        notes.left.sort_by_key(|left| left.span.start);
        let same_rows = |(held, of_table)| (of_table == is_table(&finished.shape)).then_some(held);
        // Of rows that are made one by one it is known only now how many there were.
        let none_of = |nothing: &&EmptyStage| {
            finished.total == Some(0) && is_table(&finished.shape) && nothing.shape == finished.shape
        };
        let before = self.before.and_then(same_rows);
        let before = before.or_else(|| told.nothing.as_ref().filter(none_of).map(|nothing| nothing.held));
        Ok(Answer {
            columns: finished.columns.into(),
            shape: finished.shape,
            notes,
            emptied,
            before,
            nothing: told.nothing,
            pending: told.pending,
            cuts,
            readings,
            plan: self.steps.done(),
            total: finished.total,
            rows: finished.rows,
            cancel: cancel.clone(),
            picks: None,
        })
    }
}

/// Whether rows are those of a table, whatever each of them is.
fn is_table(shape: &Shape) -> bool {
    !matches!(shape, Shape::Facts | Shape::Entities { .. })
}
