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

/// Of which entities of a noun a filter holds, if they are there on a day.
pub(crate) fn evaluate(
    evaluator: &EntityEvaluator<'_>,
    filter: &Filter,
    rows: &EntityRows,
    day: Day,
) -> Result<Sets, ExecError> {
    let alive = evaluator.alive(&rows.kinds, day);
    let sets = evaluator.evaluate(filter, &alive.open, day)?;
    Ok(sets.and(&alive))
}

/// For each entity its place in the order of names, then of ids.
pub(crate) fn name_order(view: &Arc<dyn View>) -> Vec<u32> {
    let mut named: Vec<_> =
        view.entities().iter().map(|(number, entity)| (fold(&entity.name), &entity.id, number)).collect();
    named.sort_unstable();
    let mut places = vec![0; named.len()];
    for ((.., number), place) in named.into_iter().zip(0..) {
        if let Some(slot) = places.get_mut(number.0 as usize) {
            *slot = place;
        }
    }
    places
}

/// Some entities on a day, in the order of their names.
pub(crate) fn in_order(order: &[u32], entities: &RoaringBitmap, day: usize) -> Vec<EntityRow> {
    let mut rows: Vec<EntityRow> =
        entities.iter().map(|number| EntityRow { entity: EntityNumber(number), day }).collect();
    rows.sort_unstable_by_key(|row| order.get(row.entity.0 as usize));
    rows
}
