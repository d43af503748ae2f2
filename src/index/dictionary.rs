//! Dictionaries: the distinct values of each field, numbered in the order in
//! which they first occurred.

use std::borrow::Cow;
use std::sync::{Arc, PoisonError, RwLock};

use bincode::{Decode, Encode};
use rustc_hash::FxHashMap;

use super::IndexError;
use super::append_only::AppendOnly;
use super::error::damaged;
use super::indexed_fields::IndexedValue;
use crate::model::{Cell, Date, Number, caseless, fold};

/// The distinct values of one field. All states of the store share it, and it only
/// grows.
#[derive(Default)]
pub(super) struct Dictionary {
    values: AppendOnly<Cell>,
    /// The ordinals by folded text, collected on demand.
    folded: RwLock<FoldedTexts>,
    /// Of a reference field: for each value the number of its spelling, in the order
    /// of the values.
    pub spellings: AppendOnly<u32>,
}

#[derive(Default)]
struct FoldedTexts {
    ordinals: FxHashMap<String, Vec<u32>>,
    /// The folded forms of several texts.
    shared: Vec<String>,
    upto: u32,
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
        self.with_folded(length, |texts| texts.find(folded, length))
    }

    /// The names among the first `length` values that are spelled in several cases,
    /// each with its spellings.
    pub(super) fn case_variants(&self, length: u32) -> Vec<Vec<u32>> {
        let variants = |ordinals: Vec<u32>| {
            let mut spellings: FxHashMap<Cow<'_, str>, Vec<u32>> = FxHashMap::default();
            for ordinal in ordinals {
                if let Some(Cell::Text(text)) = self.get(ordinal) {
                    spellings.entry(caseless(text)).or_default().push(ordinal);
                }
            }
            spellings.into_values().filter(|ordinals| ordinals.len() > 1).collect::<Vec<_>>()
        };
        // Names that are the same are also found by the same.
        self.with_folded(length, |texts| {
            texts.shared.iter().flat_map(|folded| variants(texts.find(folded, length))).collect()
        })
    }

    /// Reads the folded texts of at least the first `length` values.
    fn with_folded<T>(&self, length: u32, read: impl FnOnce(&FoldedTexts) -> T) -> T {
        let held = self.folded.read().unwrap_or_else(PoisonError::into_inner);
        if held.upto >= length {
            return read(&held);
        }
        drop(held);
        let mut held = self.folded.write().unwrap_or_else(PoisonError::into_inner);
        for ordinal in held.upto..length {
            if let Some(Cell::Text(text)) = self.get(ordinal) {
                held.add(fold(text).into_owned(), ordinal);
            }
        }
        held.upto = held.upto.max(length);
        read(&held)
    }
}

impl FoldedTexts {
    fn add(&mut self, folded: String, ordinal: u32) {
        if let Some(ordinals) = self.ordinals.get_mut(&folded) {
            ordinals.push(ordinal);
            if ordinals.len() == 2 {
                self.shared.push(folded);
            }
        } else {
            self.ordinals.insert(folded, vec![ordinal]);
        }
    }

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
    integers: FxHashMap<i64, u32>,
    numbers: FxHashMap<Number, u32>,
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
            Cell::Integer(integer) => drop(self.integers.insert(*integer, ordinal)),
            Cell::Number(number) => drop(self.numbers.insert(number.clone(), ordinal)),
            _ => {}
        }
    }

    /// The ordinal of a value, which is added if it is new.
    pub(super) fn ordinal(&mut self, value: IndexedValue<'_>) -> u32 {
        match value {
            IndexedValue::Text(text) | IndexedValue::Passage(text) => self.text(text, || Cell::Text(text.into())),
            IndexedValue::Date(date) => self.text(date.written(), || Cell::Date(date.clone())),
            IndexedValue::Integer(integer) => self.integer(integer),
            IndexedValue::Number(number) => self.number(number),
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

    fn integer(&mut self, integer: i64) -> u32 {
        if let Some(ordinal) = self.integers.get(&integer) {
            return *ordinal;
        }
        let ordinal = self.next(Cell::Integer(integer));
        self.integers.insert(integer, ordinal);
        ordinal
    }

    fn number(&mut self, number: &Number) -> u32 {
        if let Some(ordinal) = self.numbers.get(number) {
            return *ordinal;
        }
        let ordinal = self.next(Cell::Number(number.clone()));
        self.numbers.insert(number.clone(), ordinal);
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
            self.integers.retain(|_, ordinal| *ordinal < published);
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
    /// The digits of a number.
    Number(String),
}

impl StoredValue {
    pub(super) fn from_cell(cell: &Cell) -> Self {
        match cell {
            Cell::Date(date) => Self::Date(date.written().to_owned()),
            Cell::Integer(integer) => Self::Integer(*integer),
            Cell::Number(number) => Self::Number(number.to_string()),
            other => Self::Text(other.to_string()),
        }
    }

    pub(super) fn into_cell(self) -> Result<Cell, IndexError> {
        Ok(match self {
            Self::Text(text) => Cell::Text(text.into()),
            Self::Date(written) => Cell::Date(Date::parse(&written).map_err(damaged)?),
            Self::Integer(integer) => Cell::Integer(integer),
            Self::Number(digits) => Cell::Number(digits.parse().map_err(damaged)?),
        })
    }
}
