//! Who or what stands at an end of facts, each as a small number: an entity by
//! its own number, a name that no entity has by its letters, whatever their case. It knows
//! columns; what is made of the numbers is not its affair.

use std::cell::RefCell;
use std::sync::Arc;

use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;

use crate::exec::ExecError;
use crate::exec::rows::same_values::same_name;
use crate::exec::rows::shown::named;
use crate::index::{FieldView, IndexError, View};
use crate::model::vocabulary::Role;
use crate::model::{Cell, Entities, EntityNumber, Resolution, caseless};

/// The number of no reference.
pub(crate) const NOBODY: u32 = u32::MAX;

/// The number of an ordinal that was not met yet.
const UNSEEN: u32 = u32::MAX - 1;

/// One end of facts.
pub(crate) struct ParticipantColumn {
    field: Option<Arc<dyn FieldView>>,
    entities: Arc<Entities>,
    names: RefCell<ParticipantNumbers>,
}

#[derive(Default)]
struct ParticipantNumbers {
    by_ordinal: Vec<u32>,
    /// Names that no entity has, as first met; numbered after all entities.
    written: Vec<Cell>,
    by_letters: FxHashMap<String, u32>,
}

impl ParticipantColumn {
    pub fn new(view: &dyn View, role: Role) -> Self {
        let field = view.field(role.field());
        let by_ordinal = vec![UNSEEN; field.as_ref().map_or(0, |field| field.len() as usize)];
        let names = RefCell::new(ParticipantNumbers { by_ordinal, ..ParticipantNumbers::default() });
        Self { field, entities: view.entities().clone(), names }
    }

    /// Who stands there in each of some documents, in their order.
    pub fn read(&self, documents: &RoaringBitmap) -> Result<Vec<u32>, ExecError> {
        let length = usize::try_from(documents.len()).unwrap_or(usize::MAX);
        let Some(field) = &self.field else {
            return Ok(vec![NOBODY; length]);
        };
        let mut numbers = Vec::with_capacity(length);
        field.each(documents, &mut |_, ordinals| {
            numbers.push(ordinals.first().map_or(NOBODY, |ordinal| self.number(&**field, *ordinal)));
        })?;
        if numbers.len() != length {
            let message = "a column does not have the documents that the index has";
            return Err(IndexError::Damaged(message.to_owned()).into());
        }
        Ok(numbers)
    }

    fn number(&self, field: &dyn FieldView, ordinal: u32) -> u32 {
        let ParticipantNumbers { by_ordinal, written, by_letters } = &mut *self.names.borrow_mut();
        let slot = by_ordinal.get_mut(ordinal as usize);
        if let Some(known) = slot.as_deref().filter(|known| **known != UNSEEN) {
            return *known;
        }
        let number = field.entity(ordinal).map_or_else(
            || {
                let name = field.value(ordinal);
                let next = self.entities.bound().saturating_add(u32::try_from(written.len()).unwrap_or(NOBODY));
                *by_letters.entry(caseless(&name.to_string()).into_owned()).or_insert_with(|| {
                    written.push(name);
                    next
                })
            },
            |entity| entity.0,
        );
        if let Some(slot) = slot {
            *slot = number;
        }
        number
    }

    /// The entity of a number.
    pub fn entity(&self, number: u32) -> Option<EntityNumber> {
        (number < self.entities.bound()).then_some(EntityNumber(number))
    }

    /// Who a number stands for, by name.
    pub fn cell(&self, number: u32) -> Cell {
        if let Some(entity) = self.entity(number) {
            return named(self.entities.get(entity));
        }
        let names = self.names.borrow();
        let place = number.checked_sub(self.entities.bound());
        place.and_then(|place| names.written.get(place as usize)).cloned().unwrap_or_default()
    }

    /// The number of who is called so in an answer, if anybody of that name stands there.
    pub fn find(&self, cell: &Cell) -> Option<u32> {
        let (Cell::Text(name) | Cell::Named { key: name, .. }) = cell else {
            return None;
        };
        if let Resolution::One(entity) = self.entities.resolve(name) {
            return Some(entity.0);
        }
        let field = self.field.as_ref()?;
        same_name(&**field, name).first().map(|ordinal| self.number(&**field, *ordinal))
    }

    /// The documents, in force or not, in which one of some stands there.
    pub fn having(&self, numbers: impl IntoIterator<Item = u32>) -> Result<RoaringBitmap, ExecError> {
        let Some(field) = &self.field else {
            return Ok(RoaringBitmap::new());
        };
        let mut ordinals = RoaringBitmap::new();
        for number in numbers {
            match self.entity(number) {
                Some(entity) => ordinals.extend(field.referring(entity)),
                None => ordinals.extend(same_name(&**field, &self.cell(number).to_string())),
            }
        }
        Ok(field.postings(&ordinals)?)
    }
}
