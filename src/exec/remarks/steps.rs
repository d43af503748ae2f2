//! The way to an answer, step by step, each with what it left and how long it
//! took. It reads no clock: whoever asks hands one in.

use std::sync::Arc;
use std::time::Duration;

use crate::exec::ExecError;
use crate::exec::filter::algebra::{Candidates, evaluate_by_parts};
use crate::exec::filter::sets::Sets;
use crate::model::Day;
use crate::plan::{Filter, RecordTest};
use crate::syntax::Span;

/// What a step on the way to an answer looks for or does.
#[derive(Debug, Clone, PartialEq)]
pub enum StepKind {
    /// The facts in force.
    FactsInForce,
    /// Every version of every fact, in force or not.
    AllVersions,
    /// The entities of a noun that exist on a day.
    ExistingEntities {
        /// The noun, for several.
        plural: Arc<str>,
        /// The day.
        day: Day,
    },
    /// The entities of a noun on each of several days.
    EntitiesOnDays {
        /// The noun, for several.
        plural: Arc<str>,
        /// How many days.
        days: usize,
    },
    /// Those who had a status on some day.
    EverHadStatus {
        /// The status.
        status: Arc<str>,
    },
    /// Those of which a condition holds.
    Condition {
        /// The condition.
        filter: Filter,
        /// What the rows are called, if they are entities: `id` means theirs.
        noun: Option<Arc<str>>,
    },
    /// The rows that a stage makes, by its keyword.
    Stage(&'static str),
}

/// A step on the way to an answer, and how many documents or rows it left.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanStep {
    /// What it looked for or did.
    pub kind: StepKind,
    /// The part of the query that asked for it.
    pub span: Option<Span>,
    /// How many were left; none if that is not known before they are asked for.
    pub rows: Option<u64>,
    /// How long it took; none if it was not taken, since nothing was left.
    pub time: Option<Duration>,
}

/// A clock: the time since some moment, the same for all its readings.
pub type Clock<'a> = &'a dyn Fn() -> Duration;

/// The steps so far.
pub(crate) struct Steps<'a> {
    clock: Clock<'a>,
    /// When the last one was over.
    last: Duration,
    done: Vec<PlanStep>,
}

impl<'a> Steps<'a> {
    /// None yet.
    pub fn new(clock: Clock<'a>) -> Self {
        Self { clock, last: clock(), done: Vec::new() }
    }

    /// A step is over.
    pub fn push(&mut self, kind: StepKind, span: Option<Span>, rows: Option<u64>) {
        let now = (self.clock)();
        // A clock may be set back between two readings.
        let time = Some(now.saturating_sub(self.last));
        self.last = now;
        self.done.push(PlanStep { kind, span, rows, time });
    }

    /// A step was not needed, since nothing was left.
    pub fn skip(&mut self, kind: StepKind, span: Option<Span>) {
        self.done.push(PlanStep { kind, span, rows: None, time: None });
    }

    /// Evaluates a filter part by part, each of which is a step; `noun` is what
    /// the candidates are called, if they are entities.
    pub fn evaluate<C: Candidates<Test = RecordTest>>(
        &mut self,
        candidates: &C,
        filter: &Filter,
        within: Sets,
        noun: Option<&Arc<str>>,
    ) -> Result<Sets, ExecError> {
        evaluate_by_parts(candidates, filter, within, &mut |part, span, left| {
            let condition = StepKind::Condition { filter: part.clone(), noun: noun.cloned() };
            match left {
                Some(left) => self.push(condition, span, Some(left.open.len())),
                None => self.skip(condition, span),
            }
        })
    }

    /// What was done since the last step belongs to none.
    pub fn go_on(&mut self) {
        self.last = (self.clock)();
    }

    /// All of them.
    pub fn done(self) -> Vec<PlanStep> {
        self.done
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use serde_json::json;

    use super::*;
    use crate::exec::testing::{MemoryView, Step, pipeline, window, world};
    use crate::exec::{Cancel, WithoutOtherStates, run_among};
    use crate::plan::{Match, Part, Query, RowsOf};

    #[test]
    fn each_step_has_its_time_and_what_nothing_was_left_for_has_none() {
        let facts = world([json!({"id": "a", "subject": "alpha", "action": "left", "date": "2005"})]);
        let part = |filter| Part { filter, span: Span::default() };
        let action =
            Filter::Test(RecordTest::Keyword { field: "action".into(), test: Match::Any(vec!["nothing".to_owned()]) });
        let date = Filter::Test(RecordTest::Date { field: "date".into(), window: window("2005", "2005") });
        let query = Query {
            filter: Filter::And(vec![part(date), part(action)]),
            rows: RowsOf::Facts(pipeline(vec![Step::Take(1)])),
            ..Query::default()
        };
        let reading = Cell::new(0);
        let clock = || {
            reading.set(reading.get() + 1);
            Duration::from_millis(reading.get())
        };
        let answer = run_among(query, MemoryView::build(&facts), &Cancel::new(), &WithoutOtherStates, &clock).unwrap();
        let [first, second, third, fourth] = answer.plan() else { panic!("{:?}", answer.plan()) };
        assert!(matches!(first.kind, StepKind::FactsInForce));
        assert!(matches!(second.kind, StepKind::Condition { filter: Filter::Test(RecordTest::Keyword { .. }), .. }));
        assert!(matches!(third.kind, StepKind::Condition { filter: Filter::Test(RecordTest::Date { .. }), .. }));
        assert_eq!(fourth.kind, StepKind::Stage("take"));
        let steps: Vec<_> = answer.plan().iter().map(|step| (step.rows, step.time)).collect();
        let millisecond = Some(Duration::from_millis(1));
        assert_eq!(steps, [(Some(1), millisecond), (Some(0), millisecond), (None, None), (Some(0), millisecond),]);
    }
}
