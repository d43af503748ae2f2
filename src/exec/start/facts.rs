//! The facts of which the filter of a query holds.

use roaring::RoaringBitmap;

use crate::exec::filter::context::EvaluationContext;
use crate::exec::filter::facts::Evaluator;
use crate::exec::filter::sets::{Level, Sets};
use crate::exec::remarks::emptied::explain;
use crate::exec::remarks::left_out;
use crate::exec::remarks::names_in_texts;
use crate::exec::remarks::notes::Notes;
use crate::exec::remarks::other_dates::outside;
use crate::exec::remarks::steps::{StepKind, Steps};
use crate::exec::remarks::unshared::unshared;
use crate::exec::stages::fact_rows::FactSet;
use crate::exec::start::Start;
use crate::exec::{Cancel, ExecError};
use crate::index::View;
use crate::plan::{Diff, FactDomain, FactTable, Pipeline, Query, RowStage, Tabulation};

/// What a query of facts starts from.
pub(crate) fn start(
    query: &Query,
    pipeline: &Pipeline<FactDomain>,
    context: &EvaluationContext,
    level: Level,
    steps: &mut Steps<'_>,
) -> Result<Start<FactSet>, ExecError> {
    let table = pipeline.table.as_ref().map(|table| &table.first.value);
    let facts = |documents| FactSet { context: context.clone(), documents, keys: Vec::new(), lets: Vec::new() };
    let evaluator = Evaluator::new(context);
    if let Some(Tabulation::Own(FactTable::Diff(diff))) = table {
        // What two days or states differ in does not hang on the answer of today.
        let mut notes = Notes::default();
        if let Diff::AsOf(before, after) = diff {
            notes.days = Some(2);
            for moment in [before, after] {
                let sets = evaluator.evaluate(&moment.filter, context.view.live())?;
                notes.add(left_out::notes(&evaluator, &moment.filter, &sets)?);
            }
        }
        return Ok(Start { rows: facts(RoaringBitmap::new()), beside: None, notes, emptied: None });
    }
    let of_all = is_of_all_versions(pipeline);
    let within = if of_all { context.view.all() } else { context.view.live().clone() };
    let which = if of_all { StepKind::AllVersions } else { StepKind::FactsInForce };
    steps.push(which, None, Some(within.len()));
    let sets = steps.evaluate(&evaluator, &query.filter, Sets::certain(within.clone()), None)?;
    let mut notes = left_out::notes(&evaluator, &query.filter, &sets)?;
    if level == Level::Definite {
        notes.names = names_in_texts::counted(&evaluator, query, &within)?;
    }
    // Only where the rows are facts to the end anybody asks which facts they are.
    if level == Level::Definite && table.is_none() {
        notes.outside = outside(&evaluator, &query.filter, &within, &sets.definite)?;
    }
    if level == Level::Definite {
        notes.unshared = unshared(&evaluator, &query.filter, &within)?;
    }
    let none = sets.definite.is_empty() && level == Level::Definite;
    let emptied = if none { explain(&evaluator, &query.filter, within)? } else { None };
    let documents = level.of(&sets).clone();
    let documents = if of_all { newest(&*context.view, documents, &context.cancel)? } else { documents };
    let beside = || [Level::Possible, Level::Open].map(|level| facts(level.of(&sets).clone()));
    let beside = pipeline.counts_unknown.map(|_| beside());
    Ok(Start { rows: facts(documents), beside, notes, emptied })
}

/// Whether the facts that a query finds are shown with their history at once:
/// then it finds those too that were superseded or retracted.
fn is_of_all_versions(pipeline: &Pipeline<FactDomain>) -> bool {
    let shows =
        matches!(pipeline.table.as_ref().map(|table| &table.first.value), Some(Tabulation::Own(FactTable::History)));
    let only_orders = |stage: &RowStage<_>| matches!(stage, RowStage::Sort(_) | RowStage::Where(_));
    shows && pipeline.narrowing.iter().all(|stage| only_orders(&stage.value))
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
