//! The values of a column that are the same as a text, and not only found by it,
//! and how a name is spelled that facts write in several ways.

use crate::index::{FieldView, View};
use crate::model::{Cell, FieldDefinition, canonical, caseless};

/// The values that are a text as it is written, but for blanks around it.
pub(crate) fn same(field: &dyn FieldView, text: &str) -> Vec<u32> {
    let text = canonical(text);
    field.find(&text).into_iter().filter(|ordinal| canonical(&field.value(*ordinal).to_string()) == text).collect()
}

/// A value of a record as a field shows it: a name as it is spelled elsewhere.
pub(crate) fn spelled(view: &dyn View, field: &str, value: Cell) -> Cell {
    let Cell::Text(name) = &value else { return value };
    if !view.schema().field(field).is_some_and(FieldDefinition::holds_names) {
        return value;
    }
    let Some(column) = view.field(field) else { return value };
    let shown = same_name(&*column, name).first().map(|ordinal| column.value(*ordinal));
    shown.unwrap_or(value)
}

/// The values that are a name, in whichever case.
pub(crate) fn same_name(field: &dyn FieldView, name: &str) -> Vec<u32> {
    let name = caseless(name);
    field.find(&name).into_iter().filter(|ordinal| caseless(&field.value(*ordinal).to_string()) == name).collect()
}
