//! Values as answers show them: references by name, actions by label, truths as
//! words, and the group that an entity belongs to.

use crate::exec::rows::record::RecordReader;
use crate::exec::rows::same_values::spelled;
use crate::index::{IndexError, View};
use crate::model::{
    Cell, Entities, Entity, EntityNumber, Extent, FieldKind, Resolution, Schema, Truth, any_interval_holds,
};

/// How a condition is shown that definitely holds.
pub(crate) const YES: &str = "yes";

/// An entity by its name.
pub(crate) fn named(entity: &Entity) -> Cell {
    Cell::Named { key: entity.id.as_str().into(), label: entity.name.as_str().into() }
}

/// A written reference by the name of what it refers to, if that is known.
pub(crate) fn reference(entities: &Entities, value: Cell) -> Cell {
    match &value {
        Cell::Text(written) => match entities.resolve(written) {
            Resolution::One(entity) => named(entities.get(entity)),
            Resolution::Unknown | Resolution::Ambiguous(_) => value,
        },
        _ => value,
    }
}

/// An action, or an umbrella if no more is known, by its label.
pub(crate) fn action(schema: &Schema, value: Cell) -> Cell {
    match &value {
        Cell::Text(name) => match schema.label_of_act(name) {
            Some(label) => Cell::Named { key: name.clone(), label: label.into() },
            None => value,
        },
        _ => value,
    }
}

/// The value of a field of a record as answers show it.
pub(crate) fn shown(view: &dyn View, record: &dyn RecordReader, field: &str) -> Result<Cell, IndexError> {
    let kind = view.schema().field(field).map(|field| field.kind);
    let mut cells: Vec<Cell> = record
        .values(field)?
        .into_iter()
        .map(|value| match kind {
            Some(FieldKind::Reference) => reference(view.entities(), spelled(view, field, value)),
            Some(FieldKind::Action) => action(view.schema(), value),
            _ => spelled(view, field, value),
        })
        .collect();
    Ok(match cells.len() {
        0 | 1 => cells.pop().unwrap_or_default(),
        _ => Cell::List(cells),
    })
}

/// The first group of a kind that an entity definitely belongs to at a date.
pub(crate) fn group_at(entities: &Entities, entity: EntityNumber, kind: &str, at: Option<Extent>) -> Cell {
    let mut groups = entities.groups(entity).filter(|(group, _)| entities.get(*group).kind == kind);
    let found = groups.find(|(_, intervals)| any_interval_holds(intervals, at) == Truth::True);
    found.map_or(Cell::Missing, |(group, _)| named(entities.get(group)))
}

/// How the truth of a condition is shown.
pub(crate) fn truth(truth: Truth) -> Cell {
    Cell::text(match truth {
        Truth::True => YES,
        Truth::Possible => "possible",
        Truth::Unknown => "unknown",
        Truth::False => "no",
    })
}

/// A count as a cell.
pub(crate) fn integer(count: u64) -> Cell {
    Cell::Integer(i64::try_from(count).unwrap_or(i64::MAX))
}
