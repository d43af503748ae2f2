//! Running a checked query over one state of the store: bits and columns in,
//! rows out. It knows no keywords, no files, no terminal and no clock.
//!
//! A filter becomes three nested bitmaps (`evaluate`), which a naive judge of
//! single facts (`scan`) checks in the tests and completes where no index
//! serves. While rows are facts, stages work on bitmaps and sort keys
//! (`order`); cells are read from columns in batches, and a fact is decoded
//! only when somebody asks for it.

mod answer;
mod count;
mod emptied;
mod error;
mod evaluate;
mod matcher;
mod notes;
mod order;
mod parts;
mod pool;
mod record;
mod scan;
mod sets;
mod stages;
mod table;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod unfold;
mod values;

use std::sync::Arc;

pub use answer::{Answer, ColumnInfo, Notes, PlanStep, Row, Shape};
pub use emptied::{Emptied, EmptiedPart};
pub use error::{Cancel, ExecError};

use crate::index::View;
use crate::plan::Query;
use evaluate::Evaluator;
use order::FactSet;
use stages::Stream;

/// Runs a query over a state of the store: the one that its `known` asks for,
/// which whoever calls has looked up.
///
/// What can wait is done when the rows are asked for.
///
/// # Errors
///
/// If the index cannot be read, the flag is raised, or a regular expression is none.
pub fn run(query: Query, view: Arc<dyn View>, cancel: Cancel) -> Result<Answer, ExecError> {
    let evaluator = Evaluator::new(&*view, &cancel);
    let mut plan = Vec::new();
    let sets = evaluator.explained(&query.filter, &mut plan)?;
    let notes = notes::notes(&evaluator, &query.filter, &sets)?;
    let emptied = if sets.definite.is_empty() { emptied::explain(&*view, &evaluator, &query.filter)? } else { None };
    drop(evaluator);
    let facts = FactSet { view, cancel: cancel.clone(), documents: sets.definite, keys: Vec::new() };
    let mut stream = Stream::Facts(facts);
    for stage in &query.stages {
        stream = stream.run(stage, &cancel, &mut plan)?;
    }
    let finished = stream.finish()?;
    Ok(Answer {
        columns: finished.columns.into(),
        shape: finished.shape,
        notes,
        emptied,
        readings: query.readings,
        plan,
        total: finished.total,
        rows: finished.rows,
        cancel,
    })
}
