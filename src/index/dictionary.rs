//! Dictionaries: the distinct values of each field, numbered in the order in
//! which they first occurred.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use bincode::{Decode, Encode};
use rustc_hash::FxHashMap;

use super::IndexError;
use super::append_only::AppendOnly;
use super::error::damaged;
use super::indexed_fields::IndexedValue;
use crate::model::{Cell, Date, Entities, EntityNumber, Resolution, caseless, fold};

/// The distinct values of one field. All states of the store share it, and it only
/// grows.
#[derive(Default)]
pub(super) struct Dictionary {
    values: AppendOnly<Cell>,
    /// The ordinals by folded text, collected on demand.
    folded: RwLock<FoldedTexts>,
    /// Names that are spelled in several cases, for the greatest length used so far.
    case_variants: Mutex<(u32, CaseVariants)>,
    /// The entities that the values refer to, for the state that was used last.
    resolved: Mutex<Option<Arc<ResolvedReferences>>>,
}

#[derive(Default)]
struct FoldedTexts {
    ordinals: FxHashMap<String, Vec<u32>>,
    upto: u32,
}

/// The spellings of names that are spelled in several cases.
pub(super) type CaseVariants = Arc<[Vec<u32>]>;

/// The entities that values refer to.
pub(super) struct ResolvedReferences {
    entities: Arc<Entities>,
    by_ordinal: Vec<Option<EntityNumber>>,
    by_entity: FxHashMap<EntityNumber, Vec<u32>>,
}

impl ResolvedReferences {
    pub(super) fn entity(&self, ordinal: u32) -> Option<EntityNumber> {
        self.by_ordinal.get(ordinal as usize).copied().flatten()
    }

    pub(super) fn referring(&self, entity: EntityNumber) -> &[u32] {
        self.by_entity.get(&entity).map_or(&[], Vec::as_slice)
    }
}

impl Dictionary {
    pub(super) fn len(&self) -> u32 {
        self.values.len()
    }

    pub(super) fn get(&self, ordinal: u32) -> Option<&Cell> {
        self.values.get(ordinal)
    }

    pub(super) fn push(&self, value: Cell) {
        self.values.push(value);
    }

    /// The ordinals below `length` of the texts with this folded form.
    pub(super) fn find(&self, folded: &str, length: u32) -> Vec<u32> {
        let held = self.folded.read().unwrap_or_else(PoisonError::into_inner);
        if held.upto >= length {
            return held.find(folded, length);
        }
        drop(held);
        let mut held = self.folded.write().unwrap_or_else(PoisonError::into_inner);
        for ordinal in held.upto..length {
            if let Some(Cell::Text(text)) = self.get(ordinal) {
                held.ordinals.entry(fold(text).into_owned()).or_default().push(ordinal);
            }
        }
        held.upto = held.upto.max(length);
        held.find(folded, length)
    }

    /// The names among the first `length` values that are spelled in several cases,
    /// each with its spellings.
    pub(super) fn case_variants(&self, length: u32) -> CaseVariants {
        let mut held = self.case_variants.lock().unwrap_or_else(PoisonError::into_inner);
        if held.0 == length {
            return held.1.clone();
        }
        let mut spellings: FxHashMap<Cow<'_, str>, Vec<u32>> = FxHashMap::default();
        for ordinal in 0..length {
            if let Some(Cell::Text(text)) = self.get(ordinal) {
                spellings.entry(caseless(text)).or_default().push(ordinal);
            }
        }
        let variants: CaseVariants = spellings.into_values().filter(|ordinals| ordinals.len() > 1).collect();
        if length > held.0 {
            *held = (length, variants.clone());
        }
        variants
    }

    /// The entities that at least the first `length` values refer to.
    pub(super) fn resolved(&self, entities: &Arc<Entities>, length: u32) -> Arc<ResolvedReferences> {
        let mut held = self.resolved.lock().unwrap_or_else(PoisonError::into_inner);
        let known = held.take().filter(|known| Arc::ptr_eq(&known.entities, entities));
        let known = match known {
            Some(known) if known.by_ordinal.len() >= length as usize => known,
            other => Arc::new(self.resolve(other.as_deref(), entities, length)),
        };
        held.insert(known).clone()
    }

    fn resolve(&self, known: Option<&ResolvedReferences>, entities: &Arc<Entities>, length: u32) -> ResolvedReferences {
        let mut resolved = ResolvedReferences {
            entities: entities.clone(),
            by_ordinal: known.map(|known| known.by_ordinal.clone()).unwrap_or_default(),
            by_entity: known.map(|known| known.by_entity.clone()).unwrap_or_default(),
        };
        for ordinal in u32::try_from(resolved.by_ordinal.len()).unwrap_or(u32::MAX)..length {
            let entity = match self.get(ordinal) {
                Some(Cell::Text(text)) => match entities.resolve(text) {
                    Resolution::One(entity) => Some(entity),
                    Resolution::Unknown | Resolution::Ambiguous(_) => None,
                },
                _ => None,
            };
            resolved.by_ordinal.push(entity);
            if let Some(entity) = entity {
                resolved.by_entity.entry(entity).or_default().push(ordinal);
            }
        }
        resolved
    }
}

impl FoldedTexts {
    fn find(&self, folded: &str, length: u32) -> Vec<u32> {
        let ordinals = self.ordinals.get(folded).map_or(&[][..], Vec::as_slice);
        ordinals.iter().copied().filter(|ordinal| *ordinal < length).collect()
    }
}

/// Gives values their ordinals. This is the side of a dictionary that only the
/// writer uses; new values stay pending until they are published or rolled back.
#[derive(Default)]
pub(super) struct Interner {
    texts: FxHashMap<Arc<str>, u32>,
    numbers: FxHashMap<u64, u32>,
    /// The number of values in the dictionary.
    published: u32,
    pending: Vec<Cell>,
    /// The last text, since the same text often follows.
    last: Option<(Arc<str>, u32)>,
}

impl Interner {
    /// Brings the interner up to date with the dictionary.
    pub(super) fn load(&mut self, dictionary: &Dictionary) {
        for ordinal in self.published..dictionary.len() {
            if let Some(value) = dictionary.get(ordinal) {
                self.remember(value, ordinal);
            }
        }
        self.published = dictionary.len();
    }

    fn remember(&mut self, value: &Cell, ordinal: u32) {
        match value {
            Cell::Text(text) => drop(self.texts.insert(text.clone(), ordinal)),
            Cell::Date(date) => drop(self.texts.insert(date.written().into(), ordinal)),
            Cell::Integer(integer) => drop(self.numbers.insert(integer.cast_unsigned(), ordinal)),
            Cell::Number(number) => drop(self.numbers.insert(number.to_bits(), ordinal)),
            _ => {}
        }
    }

    /// The ordinal of a value, which is added if it is new.
    pub(super) fn ordinal(&mut self, value: IndexedValue<'_>) -> u32 {
        match value {
            IndexedValue::Text(text) | IndexedValue::Passage(text) => self.text(text, || Cell::Text(text.into())),
            IndexedValue::Date(date) => self.text(date.written(), || Cell::Date(date.clone())),
            IndexedValue::Integer(integer) => self.number(integer.cast_unsigned(), Cell::Integer(integer)),
            IndexedValue::Number(number) => self.number(number.to_bits(), Cell::Number(number)),
        }
    }

    fn text(&mut self, text: &str, cell: impl FnOnce() -> Cell) -> u32 {
        if let Some((last, ordinal)) = &self.last
            && **last == *text
        {
            return *ordinal;
        }
        let (text, ordinal) = if let Some((text, ordinal)) = self.texts.get_key_value(text) {
            (text.clone(), *ordinal)
        } else {
            let cell = cell();
            let text = if let Cell::Text(text) = &cell { text.clone() } else { text.into() };
            let ordinal = self.next(cell);
            self.texts.insert(text.clone(), ordinal);
            (text, ordinal)
        };
        self.last = Some((text, ordinal));
        ordinal
    }

    fn number(&mut self, bits: u64, cell: Cell) -> u32 {
        if let Some(ordinal) = self.numbers.get(&bits) {
            return *ordinal;
        }
        let ordinal = self.next(cell);
        self.numbers.insert(bits, ordinal);
        ordinal
    }

    fn next(&mut self, cell: Cell) -> u32 {
        let ordinal = self.published + u32::try_from(self.pending.len()).expect("fewer than 2^32 values");
        self.pending.push(cell);
        ordinal
    }

    /// Adds the pending values to the dictionary.
    pub(super) fn publish(&mut self, dictionary: &Dictionary) {
        for value in self.pending.drain(..) {
            dictionary.push(value);
        }
        self.published = dictionary.len();
    }

    /// Discards the pending values.
    pub(super) fn roll_back(&mut self) {
        if !self.pending.is_empty() {
            let published = self.published;
            self.texts.retain(|_, ordinal| *ordinal < published);
            self.numbers.retain(|_, ordinal| *ordinal < published);
            self.pending.clear();
        }
        self.last = None;
    }
}

/// A value as it is stored in the log of a dictionary.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
pub(super) enum StoredValue {
    Text(String),
    Date(String),
    Integer(i64),
    /// The bits of a number.
    Number(u64),
}

impl StoredValue {
    pub(super) fn from_cell(cell: &Cell) -> Self {
        match cell {
            Cell::Date(date) => Self::Date(date.written().to_owned()),
            Cell::Integer(integer) => Self::Integer(*integer),
            Cell::Number(number) => Self::Number(number.to_bits()),
            other => Self::Text(other.to_string()),
        }
    }

    pub(super) fn into_cell(self) -> Result<Cell, IndexError> {
        Ok(match self {
            Self::Text(text) => Cell::Text(text.into()),
            Self::Date(written) => Cell::Date(Date::parse(&written).map_err(damaged)?),
            Self::Integer(integer) => Cell::Integer(integer),
            Self::Number(bits) => Cell::Number(f64::from_bits(bits)),
        })
    }
}
