//! What the conditions of stages leave open, and which of them left nothing:
//! behind the first `|` only what is definite goes on, and this tells of the rest.
//! It is made after the stages, from what the stages found out.

use std::sync::{Arc, OnceLock};

use crate::exec::ExecError;
use crate::exec::filter::entities::EntityEvaluator;
use crate::exec::filter::facts::Evaluator;
use crate::exec::remarks::emptied::{self, Emptied, SoleCondition};
use crate::exec::remarks::left_out;
use crate::exec::remarks::nearest::Nearest;
use crate::exec::remarks::notes::OpenCondition;
use crate::exec::remarks::unshared::unshared;
use crate::exec::rows::columns::Shape;
use crate::exec::stages::asked::{AskedCondition, AskedOnDay, CellTally, add_missing};
use crate::syntax::Span;

/// A stage of which the condition holds of none of its rows.
#[derive(Debug, Clone, PartialEq)]
pub struct EmptyStage {
    /// Where the stage stands.
    pub span: Span,
    /// How many rows there were,
    pub held: u64,
    /// and what they were.
    pub shape: Shape,
    /// Why there is none.
    pub emptied: Emptied,
}

/// What is told of the conditions of stages.
#[derive(Default)]
pub(crate) struct StageRemarks {
    /// What they leave open.
    pub left: Vec<OpenCondition>,
    /// The first of them that holds of none of its rows.
    pub nothing: Option<EmptyStage>,
    /// Those over tables that are made row by row, with where they stand: what
    /// they leave open is known once all rows were made.
    pub pending: Vec<(Span, Arc<OnceLock<CellTally>>)>,
}

/// Tells of conditions in the order in which they were asked.
///
/// # Errors
///
/// If the index cannot be read.
pub(crate) fn of_stages(asked: Vec<(Span, Shape, AskedCondition)>) -> Result<StageRemarks, ExecError> {
    let mut told = StageRemarks::default();
    for (span, shape, asked) in asked {
        told.add(span, shape, asked)?;
    }
    Ok(told)
}

impl StageRemarks {
    fn add(&mut self, span: Span, shape: Shape, asked: AskedCondition) -> Result<(), ExecError> {
        let mut left = OpenCondition { span, ..OpenCondition::default() };
        let (held, emptied) = match asked {
            AskedCondition::Sources(held) => (held, Some(Emptied::alone(SoleCondition::Sources))),
            AskedCondition::Cells(tally) => match tally.get() {
                None => {
                    self.pending.push((span, tally));
                    return Ok(());
                }
                Some(tally) => {
                    left = OpenCondition::of_cells(span, tally);
                    let emptied = (tally.passing == 0).then(|| tally.emptied());
                    (tally.rows, emptied)
                }
            },
            AskedCondition::Facts { context, condition, within, sets } => {
                let evaluator = Evaluator::new(&context);
                left.add(&left_out::notes(&evaluator, &condition, &sets)?);
                for (name, count) in unshared(&evaluator, &condition, &within)? {
                    add_missing(&mut left.missing, &name, count);
                }
                let explain = || emptied::explain(&evaluator, &condition, within.clone());
                let emptied = sets.definite.is_empty().then(explain).transpose()?;
                (within.len(), emptied.map(among))
            }
            AskedCondition::Entities { context, condition, on_days } => {
                let evaluator = EntityEvaluator::new(&context);
                for on_day in &on_days {
                    left.add(&left_out::notes(&evaluator.on(on_day.day), &condition, &on_day.sets)?);
                }
                let last = on_days.iter().rfind(|on_day| !on_day.within.is_empty());
                let last = last.filter(|_| on_days.iter().all(|on_day| on_day.sets.definite.is_empty()));
                let explain = |on_day: &AskedOnDay| {
                    emptied::explain(&evaluator.on(on_day.day), &condition, on_day.within.clone())
                };
                let emptied = last.map(explain).transpose()?;
                (on_days.iter().map(|on_day| on_day.within.len()).sum(), emptied.map(among))
            }
        };
        self.left.extend(Some(left).filter(OpenCondition::is_something));
        if let Some(emptied) = emptied.filter(|_| held > 0) {
            self.nothing.get_or_insert(EmptyStage { span, held, shape, emptied });
        }
        Ok(())
    }
}

/// Why none of the rows of a stage passes.
fn among(emptied: Option<Emptied>) -> Emptied {
    emptied.unwrap_or_else(|| Emptied::alone(SoleCondition::Other)).among()
}

impl CellTally {
    /// Why none of the rows passes.
    fn emptied(&self) -> Emptied {
        Emptied { nearest: self.nearest.clone().map(Nearest::Value), ..Emptied::alone(SoleCondition::Other) }
    }
}
