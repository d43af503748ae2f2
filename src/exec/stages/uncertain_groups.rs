//! Rows that may belong to a group in which they are not counted or shown, because the
//! days of a membership, or the day of the row, are not known precisely enough.

use std::sync::Arc;

use roaring::RoaringBitmap;

use crate::exec::ExecError;
use crate::exec::filter::facts::Evaluator;
use crate::exec::filter::sets::Sets;
use crate::exec::stages::entity_rows::EntitySet;
use crate::exec::stages::fact_rows::FactSet;
use crate::exec::stages::stage_rows::UncertainGroups;
use crate::index::View;
use crate::plan::{EntityDomain, EntityValue, FactDomain, FactValue, Filter, RecordTest, RecordValue, RowValue};

/// For each grouping by which facts are counted or shown.
pub(crate) fn of_facts(facts: &FactSet, values: &[&RowValue<FactDomain>]) -> Result<Vec<UncertainGroups>, ExecError> {
    let evaluator = Evaluator::new(&facts.context);
    let mut found = Vec::new();
    for value in values {
        let RowValue::Own(FactValue::Record(value)) = value else { continue };
        let Some((grouping, tests)) = memberships(&*facts.context.view, value) else { continue };
        let mut rows = RoaringBitmap::new();
        for test in tests {
            rows |= undecided(evaluator.evaluate(&test, &facts.documents)?);
        }
        found.push(UncertainGroups { grouping, count: rows.len() });
    }
    Ok(found)
}

/// For each grouping by which entities are counted or shown.
pub(crate) fn of_entities(
    entities: &EntitySet,
    values: &[&RowValue<EntityDomain>],
) -> Result<Vec<UncertainGroups>, ExecError> {
    let mut found = Vec::new();
    for value in values {
        let RowValue::Own(EntityValue::Record(value)) = value else { continue };
        let Some((grouping, tests)) = memberships(&*entities.context.view, value) else { continue };
        let mut count = 0;
        for (place, within) in entities.by_days() {
            let day = entities.days.get(place).map_or(entities.noun.day, |(_, day)| *day);
            let mut rows = RoaringBitmap::new();
            for test in &tests {
                rows |= undecided(entities.ask(|evaluator| evaluator.evaluate(test, &within, day))?);
            }
            count += rows.len();
        }
        found.push(UncertainGroups { grouping, count });
    }
    Ok(found)
}

/// If a value is the group of a kind: the kind, and for each of its groups that somebody
/// belongs to for a time the test whether a row does.
fn memberships(view: &dyn View, value: &RecordValue) -> Option<(Arc<str>, Vec<Filter>)> {
    let RecordValue::Group { field, kind, at } = value else { return None };
    let entities = view.entities();
    let of_kind = entities.iter().filter(|(_, entity)| *entity.kind == **kind).map(|(number, _)| number);
    let is_dated =
        |group: &_| entities.members(*group).any(|(_, intervals)| !intervals.iter().any(|days| days.is_unbounded()));
    let test = |group| Filter::Test(RecordTest::Member { field: field.clone(), groups: vec![group], at: *at });
    Some((kind.clone(), of_kind.filter(is_dated).map(test).collect()))
}

fn undecided(sets: Sets) -> RoaringBitmap {
    sets.open - sets.definite
}
