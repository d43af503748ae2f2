//! Spellings of names: every value of every reference field, numbered in the order
//! in which they first occurred. All states of the store share the table, and it
//! only grows.
//!
//! Spellings that are the same name have the number of the first of them as the
//! number of their name. They are also kept in order: each window of 65,536
//! spellings is sorted by itself, so that a name is found by a search in each
//! window, and what is stored of a full window never changes.

use std::borrow::Cow;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};

use rustc_hash::{FxBuildHasher, FxHashMap};

use super::append_only::AppendOnly;
use super::dictionary::Dictionary;
use super::indexed_fields::FieldNumber;
use super::resolved_spellings::ResolvedSpellings;
use crate::model::{Cell, caseless, order_key};

/// The number of spellings in a window. They differ only in their last 16 bits.
pub(super) const NAME_WINDOW: u32 = 1 << 16;

/// If no more spellings than this are new, or than one of so many, their names are
/// looked up one by one; else the names of all spellings are collected first.
const FEW: usize = 64;
const FEW_OF: u32 = 512;

/// One way in which facts write a name in one field.
struct NameSpelling {
    field: FieldNumber,
    ordinal: u32,
    /// The first spelling of the name.
    name: u32,
    /// The spelling of the same name before this one; itself if it is the first.
    previous: u32,
    /// Of the first spelling of a name: the last one so far.
    last: AtomicU32,
}

/// All spellings, in the order in which they occurred and in that of their letters.
#[derive(Default)]
pub(super) struct NameTable {
    spellings: AppendOnly<NameSpelling>,
    order: RwLock<NameOrder>,
    /// What the spellings refer to, for the entities that were used last.
    pub resolved: Mutex<Option<Arc<ResolvedSpellings>>>,
}

/// The spellings in order.
#[derive(Default)]
struct NameOrder {
    /// The last 16 bits of the spellings of each window.
    windows: Vec<Vec<u16>>,
    /// The number of spellings that it has.
    length: u32,
}

impl NameTable {
    /// The number of spellings.
    pub(super) fn len(&self) -> u32 {
        self.spellings.len()
    }

    /// The field and the ordinal of a spelling.
    pub(super) fn place(&self, spelling: u32) -> Option<(FieldNumber, u32)> {
        self.spellings.get(spelling).map(|held| (held.field, held.ordinal))
    }

    /// The name of a spelling.
    pub(super) fn name(&self, spelling: u32) -> Option<u32> {
        self.spellings.get(spelling).map(|held| held.name)
    }

    /// How a spelling is written.
    pub(super) fn text<'d>(&self, dictionaries: &'d [Arc<Dictionary>], spelling: u32) -> Option<&'d Arc<str>> {
        let (field, ordinal) = self.place(spelling)?;
        match dictionaries.get(usize::from(field))?.get(ordinal)? {
            Cell::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The spellings of a name below `length`, the last first.
    pub(super) fn spellings(&self, name: u32, length: u32) -> impl Iterator<Item = u32> {
        let last = self.spellings.get(name).map(|held| held.last.load(Ordering::Acquire));
        let before = |spelling: &u32| {
            let previous = self.spellings.get(*spelling)?.previous;
            (previous != *spelling).then_some(previous)
        };
        std::iter::successors(last, before).filter(move |spelling| *spelling < length)
    }

    /// Adds the values that the dictionary of a reference field has got. Only one
    /// thread may do so at a time.
    pub(super) fn extend(&self, fields: &[FieldNumber], dictionaries: &[Arc<Dictionary>]) {
        let new = |field: &FieldNumber| {
            let dictionary = dictionaries.get(usize::from(*field))?;
            let range = dictionary.spellings.len()..dictionary.len();
            (!range.is_empty()).then_some((*field, dictionary, range))
        };
        let new: Vec<_> = fields.iter().filter_map(new).collect();
        let many = new.iter().map(|(_, _, range)| range.len()).sum::<usize>() > FEW.max((self.len() / FEW_OF) as usize);
        let mut names = many.then(|| self.names_by_hash(dictionaries));
        for (field, dictionary, range) in new {
            for ordinal in range {
                let Some(Cell::Text(text)) = dictionary.get(ordinal) else { continue };
                let spelling = self.len();
                let name = match &mut names {
                    Some(names) => {
                        let held = names.entry(hash_of(text)).or_default();
                        let known = held.iter().copied().find(|name| self.is_same(dictionaries, *name, text));
                        known.unwrap_or_else(|| {
                            held.push(spelling);
                            spelling
                        })
                    }
                    None => self.same(dictionaries, spelling, text).unwrap_or(spelling),
                };
                self.push(field, ordinal, name);
                dictionary.spellings.push(spelling);
            }
        }
    }

    /// Adds a spelling of a name, which may be its own.
    pub(super) fn push(&self, field: FieldNumber, ordinal: u32, name: u32) {
        let spelling = self.len();
        let first = self.spellings.get(name);
        let previous = first.map_or(spelling, |first| first.last.load(Ordering::Relaxed));
        self.spellings.push(NameSpelling { field, ordinal, name, previous, last: AtomicU32::new(spelling) });
        if let Some(first) = first {
            first.last.store(spelling, Ordering::Release);
        }
    }

    fn names_by_hash(&self, dictionaries: &[Arc<Dictionary>]) -> FxHashMap<u64, Vec<u32>> {
        let mut names: FxHashMap<u64, Vec<u32>> = FxHashMap::default();
        for spelling in (0..self.len()).filter(|spelling| self.name(*spelling) == Some(*spelling)) {
            if let Some(text) = self.text(dictionaries, spelling) {
                names.entry(hash_of(text)).or_default().push(spelling);
            }
        }
        names
    }

    fn is_same(&self, dictionaries: &[Arc<Dictionary>], spelling: u32, text: &str) -> bool {
        self.text(dictionaries, spelling).is_some_and(|held| caseless(held) == caseless(text))
    }

    /// The name, among the spellings below `length`, that is the same as a text.
    pub(super) fn same(&self, dictionaries: &[Arc<Dictionary>], length: u32, text: &str) -> Option<u32> {
        let key = order_key(text);
        let mut cursor = self.cursor(dictionaries, length);
        cursor.seek(&key);
        while let Some((found, spelling)) = cursor.next_spelling() {
            if found != key {
                break;
            }
            if self.is_same(dictionaries, spelling, text) {
                return self.name(spelling);
            }
        }
        None
    }

    /// A cursor before the first of the spellings below `length`.
    pub(super) fn cursor<'t>(&'t self, dictionaries: &'t [Arc<Dictionary>], length: u32) -> NameCursor<'t> {
        let order = self.order(dictionaries, length);
        let windows = order.windows.len();
        NameCursor {
            table: self,
            dictionaries,
            order,
            length,
            heads: (0..windows).map(|_| WindowHead::default()).collect(),
        }
    }

    /// The order of at least the first `length` spellings.
    fn order(&self, dictionaries: &[Arc<Dictionary>], length: u32) -> RwLockReadGuard<'_, NameOrder> {
        loop {
            let held = self.order.read().unwrap_or_else(PoisonError::into_inner);
            if held.length >= length {
                return held;
            }
            drop(held);
            let mut held = self.order.write().unwrap_or_else(PoisonError::into_inner);
            while held.length < length {
                self.sort_more(&mut held, dictionaries, length);
            }
        }
    }

    /// Adds spellings to the last window, at most up to its end.
    fn sort_more(&self, order: &mut NameOrder, dictionaries: &[Arc<Dictionary>], length: u32) {
        let (first, window) = (order.length, order.length / NAME_WINDOW);
        let end = length.min((window + 1).saturating_mul(NAME_WINDOW));
        let key = |spelling| self.text(dictionaries, spelling).map(|text| order_key(text)).unwrap_or_default();
        let mut new: Vec<(Cow<'_, str>, u16)> = (first..end).map(|spelling| (key(spelling), low(spelling))).collect();
        new.sort_unstable();
        if order.windows.len() <= window as usize {
            order.windows.push(Vec::new());
        }
        if let Some(held) = order.windows.last_mut() {
            let mut merged = Vec::with_capacity(held.len() + new.len());
            let mut rest = held.as_slice();
            for (name, spelling) in new {
                let before = rest.partition_point(|held| key(window * NAME_WINDOW + u32::from(*held)) <= name);
                let (less, more) = rest.split_at(before);
                merged.extend_from_slice(less);
                merged.push(spelling);
                rest = more;
            }
            merged.extend_from_slice(rest);
            *held = merged;
        }
        order.length = end;
    }

    /// The last 16 bits of the spellings in the order of each window, from one
    /// place to another. All `length` spellings are sorted first: one that is added
    /// moves those after it.
    pub(super) fn stored_order(
        &self,
        dictionaries: &[Arc<Dictionary>],
        length: u32,
        (from, to): (u32, u32),
    ) -> Vec<u16> {
        let order = self.order(dictionaries, length);
        let windows = order.windows.get((from / NAME_WINDOW) as usize).map_or(&[][..], Vec::as_slice);
        let start = (from % NAME_WINDOW) as usize;
        windows.get(start..start + (to - from) as usize).unwrap_or_default().to_vec()
    }

    /// Takes over an order as it was stored. Whether each window has each of its
    /// spellings once is known by then from the checksums.
    pub(super) fn restore_order(&self, stored: &[u16]) {
        let windows = stored.chunks(NAME_WINDOW as usize).map(<[u16]>::to_vec).collect();
        let length = u32::try_from(stored.len()).unwrap_or(u32::MAX);
        *self.order.write().unwrap_or_else(PoisonError::into_inner) = NameOrder { windows, length };
    }
}

fn hash_of(text: &str) -> u64 {
    FxBuildHasher.hash_one(caseless(text))
}

fn low(spelling: u32) -> u16 {
    u16::try_from(spelling % NAME_WINDOW).unwrap_or(u16::MAX)
}

/// Goes through spellings in the order of their keys, forwards only.
pub(super) struct NameCursor<'t> {
    table: &'t NameTable,
    dictionaries: &'t [Arc<Dictionary>],
    order: RwLockReadGuard<'t, NameOrder>,
    length: u32,
    heads: Vec<WindowHead<'t>>,
}

/// Where a cursor stands in a window.
#[derive(Default)]
struct WindowHead<'t> {
    at: usize,
    /// The key of the spelling there, if it was read.
    key: Option<Cow<'t, str>>,
}

impl<'t> NameCursor<'t> {
    fn spelling(&self, window: usize, at: usize) -> Option<u32> {
        let low = self.order.windows.get(window)?.get(at)?;
        Some(u32::try_from(window).ok()? * NAME_WINDOW + u32::from(*low))
    }

    fn key(&self, window: usize, at: usize) -> Option<Cow<'t, str>> {
        let spelling = self.spelling(window, at)?;
        Some(self.table.text(self.dictionaries, spelling).map(|text| order_key(text)).unwrap_or_default())
    }

    /// Goes to the first spelling whose key is not less than this one.
    pub(super) fn seek(&mut self, key: &str) {
        for window in 0..self.heads.len() {
            let Some(head) = self.heads.get(window) else { continue };
            if head.key.as_ref().is_some_and(|held| **held >= *key) {
                continue;
            }
            let is_less = |at: usize| self.key(window, at).is_some_and(|held| *held < *key);
            // What is looked for is often near.
            let (mut low, mut step) = (head.at, 1);
            while is_less(low + step) {
                low += step;
                step *= 2;
            }
            let mut high = low + step;
            while low < high {
                let middle = low + (high - low) / 2;
                if is_less(middle) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            let key = self.key(window, low);
            if let Some(head) = self.heads.get_mut(window) {
                *head = WindowHead { at: low, key };
            }
        }
    }

    /// The window in which the next spelling is.
    fn next_window(&mut self) -> Option<usize> {
        for window in 0..self.heads.len() {
            while let Some(at) = self.heads.get(window).filter(|head| head.key.is_none()).map(|head| head.at) {
                let Some(spelling) = self.spelling(window, at) else { break };
                let key = if spelling < self.length { self.key(window, at) } else { None };
                if let Some(head) = self.heads.get_mut(window) {
                    head.at += usize::from(key.is_none());
                    head.key = key;
                }
            }
        }
        let keys = self.heads.iter().zip(0..).filter_map(|(head, window)| head.key.as_ref().map(|key| (key, window)));
        keys.min().map(|(_, window)| window)
    }

    /// The key of the next spelling, at which the cursor stays.
    pub(super) fn peek(&mut self) -> Option<&str> {
        let window = self.next_window()?;
        self.heads.get(window)?.key.as_deref()
    }

    /// The next spelling, with its key.
    pub(super) fn next_spelling(&mut self) -> Option<(Cow<'t, str>, u32)> {
        let window = self.next_window()?;
        let head = self.heads.get_mut(window)?;
        let (at, key) = (head.at, head.key.take()?);
        head.at += 1;
        Some((key, self.spelling(window, at)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::layout::LOG_CHUNK;

    fn table(names: u32) -> (NameTable, Vec<Arc<Dictionary>>) {
        let (table, dictionary) = (NameTable::default(), Arc::new(Dictionary::default()));
        for number in 0..names {
            // In another order than that of their letters.
            dictionary.push(Cell::text(&format!("Name {}", u64::from(number) * 7919 % 1_000_003)));
        }
        let dictionaries = vec![dictionary];
        table.extend(&[0], &dictionaries);
        (table, dictionaries)
    }

    #[test]
    fn every_name_is_found_in_the_order_that_was_stored_in_chunks() {
        let length = NAME_WINDOW + 5000;
        let (table, dictionaries) = table(length);
        let mut stored = Vec::new();
        for chunk in 0..length.div_ceil(LOG_CHUNK) {
            let (from, to) = (chunk * LOG_CHUNK, length.min((chunk + 1) * LOG_CHUNK));
            stored.extend(table.stored_order(&dictionaries, length, (from, to)));
        }
        table.restore_order(&stored);
        for spelling in (0..length).step_by(97).chain([length - 1]) {
            let text = table.text(&dictionaries, spelling).expect("it is there");
            assert_eq!(table.same(&dictionaries, length, &text.to_uppercase()), Some(spelling), "{text}");
        }
        let mut cursor = table.cursor(&dictionaries, length);
        let keys: Vec<String> =
            std::iter::from_fn(|| cursor.next_spelling()).map(|(key, _)| key.into_owned()).collect();
        assert!(keys.len() == length as usize && keys.is_sorted());
    }
}
