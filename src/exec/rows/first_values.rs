//! The first value of each of some documents in a column, and whom it names.

use roaring::RoaringBitmap;

use crate::index::{FieldView, IndexError};
use crate::model::{EntityNumber, caseless};

/// Whom a value names: an entity, or a name that no entity has.
#[derive(PartialEq, Eq, Hash)]
pub(crate) enum Subject {
    Entity(EntityNumber),
    Written(String),
}

impl Subject {
    /// Whom a value names.
    pub fn of(subjects: &dyn FieldView, ordinal: u32) -> Self {
        match subjects.entity(ordinal) {
            Some(number) => Self::Entity(number),
            None => Self::Written(caseless(&subjects.value(ordinal).to_string()).into_owned()),
        }
    }
}

/// For each document the ordinal of its first value.
pub(crate) fn firsts(field: &dyn FieldView, documents: &RoaringBitmap) -> Result<Vec<Option<u32>>, IndexError> {
    let mut firsts = Vec::new();
    field.each(documents, &mut |_, ordinals| firsts.push(ordinals.first().copied()))?;
    Ok(firsts)
}
