//! The entities of a noun of which the filter of a query holds, on the day that
//! it asks about or on each of several.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use crate::exec::ExecError;
use crate::exec::filter::algebra::Candidates;
use crate::exec::filter::context::EvaluationContext;
use crate::exec::filter::entities::{EntityEvaluator, OnDay};
use crate::exec::filter::entity_values::EntityRow;
use crate::exec::filter::noun_rows::{alive, evaluate, in_order};
use crate::exec::filter::sets::Level;
use crate::exec::remarks::emptied::{self, Emptied, SoleCondition};
use crate::exec::remarks::left_out;
use crate::exec::remarks::notes::Notes;
use crate::exec::remarks::steps::{StepKind, Steps};
use crate::exec::remarks::told_rows::spoken;
use crate::exec::stages::entity_rows::EntitySet;
use crate::exec::start::Start;
use crate::model::{Date, Day};
use crate::plan::{Diff, EntityDomain, EntityRows, Filter, Pipeline, Query, Tabulation};

/// What a query of a noun starts from.
pub(crate) fn start(
    query: &Query,
    (rows, pipeline): (&EntityRows, &Pipeline<EntityDomain>),
    context: &EvaluationContext,
    level: Level,
    steps: &mut Steps<'_>,
) -> Result<Start<EntitySet>, ExecError> {
    let evaluator = EntityEvaluator::new(context);
    let answers = Rc::new(RefCell::default());
    let set = |days: Vec<(Date, Day)>, found: Vec<EntityRow>| EntitySet {
        keys: Vec::new(),
        context: context.clone(),
        answers: answers.clone(),
        noun: Arc::new(rows.clone()),
        days: days.into(),
        series: !query.series.is_empty(),
        rows: found,
        added: Vec::new(),
    };
    let the_day = || vec![(Date::from_day(rows.day), rows.day)];
    if let Some(Tabulation::Own(diff)) = pipeline.table.as_ref().map(|table| &table.first.value) {
        // What two days or states differ in does not hang on the answer of today.
        let mut notes = Notes::default();
        if let Diff::AsOf(before, after) = diff {
            notes.days = Some(2);
            for moment in [before, after] {
                let sets = evaluate(&evaluator, &moment.filter, rows, moment.day)?;
                notes.add(left_out::notes(&evaluator.on(moment.day), &moment.filter, &sets)?);
            }
        }
        return Ok(Start { rows: set(the_day(), Vec::new()), beside: None, notes, emptied: None });
    }
    if query.series.is_empty() {
        let alive = alive(&evaluator, rows, rows.day)?;
        let existing = StepKind::ExistingEntities { plural: rows.plural.clone(), day: rows.day };
        steps.push(existing, None, Some(alive.open.len()));
        let on_day = evaluator.on(rows.day);
        let sets = steps.evaluate(&on_day, &query.filter, alive, Some(&rows.noun))?;
        let mut notes = left_out::notes(&on_day, &query.filter, &sets)?;
        notes.spoken = spoken(&evaluator, rows)?;
        let none = sets.definite.is_empty() && level == Level::Definite;
        let emptied = if none { explain(&on_day, rows, &query.filter)? } else { None };
        let at = |level: Level| set(the_day(), in_order(&context.view, level.of(&sets), 0));
        let beside = pipeline.counts_unknown.map(|_| [Level::Possible, Level::Open].map(at));
        let start = Start { rows: at(level), beside, notes, emptied };
        answers.replace(evaluator.answers());
        return Ok(start);
    }
    let mut notes = Notes { days: Some(query.series.len() as u64), ..Notes::default() };
    let (mut found, mut beside) = (Vec::new(), pipeline.counts_unknown.map(|_| [Vec::new(), Vec::new()]));
    for (place, moment) in query.series.iter().enumerate() {
        let sets = evaluate(&evaluator, &moment.filter, rows, moment.day)?;
        notes.add(left_out::notes(&evaluator.on(moment.day), &moment.filter, &sets)?);
        let levels = beside.iter_mut().flat_map(|[possible, open]| [(Level::Possible, possible), (Level::Open, open)]);
        for (level, found) in levels.chain([(level, &mut found)]) {
            let those = in_order(&context.view, level.of(&sets), place);
            context.cancel.charge(those.len() as u64)?;
            found.extend(those);
        }
    }
    notes.spoken = spoken(&evaluator, rows)?;
    let emptied = match query.series.last() {
        Some(last) if found.is_empty() => explain(&evaluator.on(last.day), rows, &last.filter)?,
        _ => None,
    };
    let series = StepKind::EntitiesOnDays { plural: rows.plural.clone(), days: query.series.len() };
    steps.push(series, None, Some(found.len() as u64));
    let days: Vec<_> = query.series.iter().map(|moment| (moment.label.clone(), moment.day)).collect();
    let beside = beside.map(|both| both.map(|found| set(days.clone(), found)));
    let start = Start { rows: set(days, found), beside, notes, emptied };
    answers.replace(evaluator.answers());
    Ok(start)
}

/// Why none is left of the entities that were there.
fn explain(on_day: &OnDay<'_>, rows: &EntityRows, filter: &Filter) -> Result<Option<Emptied>, ExecError> {
    on_day.cancel().check()?;
    let alive = alive(on_day.evaluator, rows, on_day.day)?.definite;
    if alive.is_empty() {
        return Ok(Some(Emptied::alone(SoleCondition::Existing { day: on_day.day })));
    }
    emptied::explain(on_day, filter, alive)
}
