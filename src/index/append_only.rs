//! An append-only list that can be read without a lock while it grows.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// The capacity of the first shelf; each further shelf holds twice as many.
const FIRST: u64 = 64;
const SHELVES: usize = 27;

type Shelf<T> = Box<[OnceLock<T>]>;

/// A list that one writer appends to, and whose elements never move.
pub(super) struct AppendOnly<T> {
    shelves: [OnceLock<Shelf<T>>; SHELVES],
    length: AtomicU32,
}

impl<T> Default for AppendOnly<T> {
    fn default() -> Self {
        Self { shelves: [const { OnceLock::new() }; SHELVES], length: AtomicU32::new(0) }
    }
}

fn shelf_and_offset(index: u32) -> (usize, usize) {
    let place = u64::from(index) + FIRST;
    let shelf = place.ilog2() - FIRST.ilog2();
    (shelf as usize, usize::try_from(place - (FIRST << shelf)).unwrap_or(usize::MAX))
}

impl<T> AppendOnly<T> {
    /// The number of elements.
    pub(super) fn len(&self) -> u32 {
        self.length.load(Ordering::Acquire)
    }

    /// The element at an index, if there is one.
    pub(super) fn get(&self, index: u32) -> Option<&T> {
        let (row, at) = shelf_and_offset(index);
        self.shelves.get(row)?.get()?.get(at)?.get()
    }

    /// Appends an element. Only one thread may do so at a time.
    pub(super) fn push(&self, value: T) {
        let index = self.len();
        let (row, at) = shelf_and_offset(index);
        if let Some(slots) = self.shelves.get(row) {
            let slots = slots.get_or_init(|| (0..FIRST << row).map(|_| OnceLock::new()).collect());
            if let Some(slot) = slots.get(at) {
                let taken = slot.set(value).is_err();
                debug_assert!(!taken, "there is one writer");
            }
        }
        self.length.store(index + 1, Ordering::Release);
    }

    /// The index of the first of `length` elements that fails a test, given that all
    /// elements before it pass.
    pub(super) fn partition(&self, length: u32, mut test: impl FnMut(&T) -> bool) -> u32 {
        let (mut low, mut high) = (0, length);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.get(middle).is_some_and(&mut test) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_found_where_it_was_put() {
        let list = AppendOnly::default();
        for number in 0..1000_u32 {
            assert!(list.get(number).is_none());
            list.push(number);
        }
        assert!((0..1000).all(|number| list.get(number) == Some(&number)));
        assert_eq!(list.partition(1000, |number| *number < 437), 437);
        assert_eq!(list.len(), 1000);
    }
}
