//! The entities that a noun names: those of which a filter holds on a day, and
//! the order in which they are shown.

use std::sync::Arc;

use roaring::RoaringBitmap;

use crate::exec::ExecError;
use crate::exec::filter::entities::EntityEvaluator;
use crate::exec::filter::entity_values::EntityRow;
use crate::exec::filter::sets::Sets;
use crate::index::View;
use crate::model::{Day, EntityNumber, fold};
use crate::plan::{EntityRows, Filter};

/// The entities of a noun, by whether they are there on a day.
pub(crate) fn alive(evaluator: &EntityEvaluator<'_>, rows: &EntityRows, day: Day) -> Result<Sets, ExecError> {
    let alive = evaluator.alive(&rows.kinds, day)?;
    Ok(if rows.maybe { alive.maybe() } else { alive })
}

/// Of which entities of a noun a filter holds, if they are there on a day.
pub(crate) fn evaluate(
    evaluator: &EntityEvaluator<'_>,
    filter: &Filter,
    rows: &EntityRows,
    day: Day,
) -> Result<Sets, ExecError> {
    let alive = alive(evaluator, rows, day)?;
    let sets = evaluator.evaluate(filter, &alive.open, day)?;
    Ok(sets.and(&alive))
}

/// The place of an entity in the order of names, then of ids.
pub(crate) fn name_order(view: &Arc<dyn View>, entity: EntityNumber) -> (String, String) {
    let entity = view.entities().get(entity);
    (fold(&entity.name).into_owned(), entity.id.clone())
}

/// Some entities on a day, in the order of their names.
pub(crate) fn in_order(view: &Arc<dyn View>, entities: &RoaringBitmap, day: usize) -> Vec<EntityRow> {
    let mut rows: Vec<EntityRow> =
        entities.iter().map(|number| EntityRow { entity: EntityNumber(number), day }).collect();
    rows.sort_by_cached_key(|row| name_order(view, row.entity));
    rows
}
