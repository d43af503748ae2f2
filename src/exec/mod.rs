//! Running a checked query over one state of the store: bits and columns in,
//! rows out. It knows no keywords, no files, no terminal and no clock.
//!
//! A filter becomes three nested bitmaps (`evaluate`), which in the tests a naive
//! judge (`scan`) checks. While rows are facts, stages work on bitmaps and sort keys
//! (`order`); cells are read from columns in batches, and a fact is decoded
//! only when somebody asks for it.

mod answer;
#[cfg(test)]
mod entity_tests;
mod error;
pub(crate) mod filter;
pub(crate) mod remarks;
pub(crate) mod rows;
pub(crate) mod stages;
#[cfg(test)]
mod stages_tests;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

pub use answer::{Answer, ColumnInfo, ColumnRole, Notes, PlanStep, Row, Shape, StepKind};
pub use error::{Cancel, ExecError};
pub use remarks::emptied::{Emptied, SoleCondition};
pub use remarks::nearest::Nearest;
pub use remarks::other_dates::Outside;
pub use remarks::stage_conditions::{Left, Nothing};
pub use remarks::steps::Clock;
pub use stages::fact_changes::States;
#[cfg(test)]
pub(crate) use testing::run;

use roaring::RoaringBitmap;

use crate::index::View;
use crate::model::Truth;
use crate::plan::{Known, Query, RowsOf, Stage};
use filter::facts::Evaluator;
use filter::sets::Sets;
use remarks::steps::Steps;
use remarks::{completeness, emptied, left_out, other_dates};
use rows::fact_order::FactSet;
use rows::{computed_dates, entity_rows, periods, undeclared_names};
use stages::run::{Course, Stream};

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
/// none, or the query means nothing in a state that a stage needs.
pub fn run_among(
    query: Query,
    view: Arc<dyn View>,
    cancel: Cancel,
    states: &dyn States,
    clock: Clock<'_>,
) -> Result<Answer, ExecError> {
    let view = computed_dates::with_computed(view);
    let incomplete = completeness::incomplete(&Evaluator::new(&view, &cancel), &query)?;
    let mut answer = run_over(query, view, cancel, Level::Definite, states, clock)?;
    answer.notes.incomplete = incomplete;
    Ok(answer)
}

/// No state but the one that is asked: within a condition nothing is compared.
pub(crate) struct Alone;

impl States for Alone {
    fn state(&self, _: Known) -> Result<(Arc<dyn View>, Query), ExecError> {
        Err(ExecError::NestedComparison)
    }
}

/// Of which facts or entities a query's stages are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    /// Those of which its filter is definitely true.
    Definite,
    /// Those of which it is at least possible.
    Possible,
    /// All of which it is not false.
    Open,
}

impl Level {
    /// The least truth of the filter.
    pub(crate) fn truth(self) -> Truth {
        match self {
            Self::Definite => Truth::True,
            Self::Possible => Truth::Possible,
            Self::Open => Truth::Unknown,
        }
    }

    /// Those that are asked.
    pub(crate) fn of(self, sets: Sets) -> RoaringBitmap {
        match self {
            Self::Definite => sets.definite,
            Self::Possible => sets.possible,
            Self::Open => sets.open,
        }
    }
}

/// A query within another, with the stages asked of more rows than the definite
/// ones, over a view that has computed dates already.
pub(crate) fn run_at(query: Query, view: Arc<dyn View>, cancel: Cancel, level: Level) -> Result<Answer, ExecError> {
    // Nobody asks how long a part of a step takes.
    run_over(query, view, cancel, level, &Alone, &|| Duration::ZERO)
}

fn run_over(
    query: Query,
    view: Arc<dyn View>,
    cancel: Cancel,
    level: Level,
    states: &dyn States,
    clock: Clock<'_>,
) -> Result<Answer, ExecError> {
    let mut steps = Steps::new(clock);
    let Start { mut stream, mut notes, emptied, done } = match &query.rows {
        RowsOf::Facts => start_facts(&query, view, &cancel, level, &mut steps)?,
        RowsOf::Entities(rows) => {
            let view = undeclared_names::with_names(&view, rows)?;
            entity_rows::start(&query, rows, &view, &cancel, level, &mut steps)?
        }
        RowsOf::Periods(rows) => periods::start(&query, rows, &view, &cancel, level, &mut steps)?,
    };
    // What is said beside the rows took its time, too.
    steps.go_on();
    let mut before = None;
    let (mut nothing, mut pending) = (None, Vec::new());
    for (place, stage) in query.stages.iter().enumerate().skip(done) {
        let (held, kind) = (stream.total(), stream.shape());
        let shape = kind.clone();
        let shape = if shape == Shape::Table { shape_of_table(&query.rows, query.stages.get(..place)) } else { shape };
        let (span, notes, nothing) = (query.places.get(place).copied(), &mut notes, &mut nothing);
        let (steps, pending) = (&mut steps, &mut pending);
        let mut course = Course { cancel: &cancel, level, states, steps, notes, span, shape, nothing, pending };
        stream = stream.run(stage, &mut course)?;
        if let (Some(held @ 1..), Some(0)) = (held, stream.total())
            && kind == stream.shape()
        {
            before = Some((held, kind));
        }
    }
    let finished = stream.finish(&mut notes)?;
    let before = before.and_then(|(held, shape)| (shape == finished.shape).then_some(held));
    // Of rows that are made one by one it is known only now how many there were.
    let none_of = |nothing: &&Nothing| {
        finished.total == Some(0) && matches!(finished.shape, Shape::Table) && {
            nothing.shape == shape_of_table(&query.rows, Some(&query.stages))
        }
    };
    let before = before.or_else(|| nothing.as_ref().filter(none_of).map(|nothing: &Nothing| nothing.held));
    Ok(Answer {
        columns: finished.columns.into(),
        shape: match finished.shape {
            Shape::Table => shape_of_table(&query.rows, Some(&query.stages)),
            shape => shape,
        },
        notes,
        emptied,
        before,
        nothing,
        pending,
        readings: query.readings,
        plan: steps.done(),
        total: finished.total,
        rows: finished.rows,
        cancel,
        picks: None,
    })
}

/// What the rows of a table are: as stages left them that only choose, order or
/// show rows.
fn shape_of_table(rows: &RowsOf, stages: Option<&[Stage]>) -> Shape {
    let stages = stages.unwrap_or_default();
    let compares = stages.iter().rposition(|stage| matches!(stage, Stage::Diff(_)));
    let (shape, after) = match (compares, rows) {
        (Some(place), _) => (Shape::Changes, place + 1),
        (None, RowsOf::Periods(_)) => (Shape::Periods, 0),
        (None, _) => return Shape::Table,
    };
    let is_kept = |stage: &Stage| {
        use Stage::{Let, Show, Skip, Sort, Take, Timeline, WhereRow};
        matches!(stage, Sort(_) | Take(_) | Skip(_) | WhereRow(_) | Show(_) | Let(_) | Timeline)
    };
    if stages.iter().skip(after).all(is_kept) { shape } else { Shape::Table }
}

/// What a query starts from: the rows of which its filter holds.
pub(crate) struct Start {
    stream: Stream,
    notes: Notes,
    emptied: Option<Emptied>,
    /// How many stages are done already.
    done: usize,
}

fn start_facts(
    query: &Query,
    view: Arc<dyn View>,
    cancel: &Cancel,
    level: Level,
    steps: &mut Steps<'_>,
) -> Result<Start, ExecError> {
    let evaluator = Evaluator::new(&view, cancel);
    let of_all = is_of_all_versions(&query.stages);
    let within = if of_all { view.all() } else { view.live().clone() };
    let facts = if of_all { StepKind::AllVersions } else { StepKind::FactsInForce };
    steps.push(facts, None, Some(within.len()));
    let sets = steps.evaluate(&evaluator, &query.filter, Sets::certain(within.clone()), None)?;
    let facts = emptied::Facts { view: &*view, evaluator: &evaluator };
    // What two days or states differ in does not hang on the answer of today.
    let compares = matches!(query.stages.first(), Some(Stage::Diff(_)));
    let mut notes = if compares { Notes::default() } else { left_out::notes(&facts, &query.filter, &sets)? };
    if level == Level::Definite && other_dates::ends_with_facts(&query.stages) {
        notes.outside = other_dates::outside(&evaluator, &query.filter, &within, &sets.definite)?;
    }
    let explain = sets.definite.is_empty() && level == Level::Definite && !compares;
    let emptied = if explain { emptied::explain(&facts, &query.filter, within)? } else { None };
    let documents = level.of(sets);
    let documents = if of_all { newest(&*view, documents, cancel)? } else { documents };
    drop(evaluator);
    let stream = Stream::Facts(FactSet { view, cancel: cancel.clone(), documents, keys: Vec::new(), lets: Vec::new() });
    Ok(Start { stream, notes, emptied, done: 0 })
}

/// Whether the facts that a query finds are shown with their history at once:
/// then it finds those too that were superseded or retracted.
fn is_of_all_versions(stages: &[Stage]) -> bool {
    let first = stages.iter().find(|stage| !matches!(stage, Stage::Sort(_) | Stage::Where(_)));
    matches!(first, Some(Stage::History))
}

/// Of each fact that has one of some versions the newest, which stands for it.
fn newest(view: &dyn View, found: RoaringBitmap, cancel: &Cancel) -> Result<RoaringBitmap, ExecError> {
    let ended = &found - view.live();
    let mut newest = found - &ended;
    for document in ended {
        cancel.check()?;
        newest.extend(view.versions(&view.id(document)?)?.last().map(|version| version.document));
    }
    Ok(newest)
}
