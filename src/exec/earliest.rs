//! The earliest of the other facts that share something with a fact, of which
//! a condition holds: found once for all facts, then looked up.

use rustc_hash::FxHashMap;

use std::collections::HashMap;
use std::sync::Arc;

use roaring::RoaringBitmap;

use super::evaluate::Evaluator;
use super::parts::IMPRECISE;
use super::pool::{Key, MISSING, Pool};
use super::values::Extractor;
use super::{Cancel, ExecError};
use crate::index::{Document, View};
use crate::model::{Cell, Day};
use crate::plan::{OtherFacts, Shared, Value};

/// One of the others: the days of its date, the document, the date's code.
type Candidate = ((Day, Day), Document, u32);

/// Finds for facts a date of the earliest other fact of which a filter definitely holds.
pub(super) struct Earliest {
    other: OtherFacts,
    date: Arc<str>,
    ready: Option<Ready>,
}

/// The others made ready to be looked up.
struct Ready {
    shared: Sharing,
    /// For each shared value the two earliest: a fact is not one of its own others.
    earliest: FxHashMap<u32, (Candidate, Option<Candidate>)>,
}

impl Earliest {
    pub fn new(other: &OtherFacts, date: &Arc<str>) -> Self {
        Self { other: other.clone(), date: date.clone(), ready: None }
    }

    /// For each document, in their order, the code of the date; codes are of
    /// the pool that is given.
    pub fn read(
        &mut self,
        view: &dyn View,
        cancel: &Cancel,
        pool: &mut Pool,
        documents: &RoaringBitmap,
    ) -> Result<Vec<u32>, ExecError> {
        let ready = match &mut self.ready {
            Some(ready) => ready,
            empty => empty.insert(Ready::new(view, cancel, &self.other, &self.date, pool)?),
        };
        let mut codes = Vec::new();
        let Ready { shared, earliest } = ready;
        shared.each(view, cancel, documents, &mut |document, keys| {
            let others = keys.iter().filter_map(|key| earliest.get(key));
            let found = others.filter_map(|(first, second)| match first.1 == document {
                true => *second,
                false => Some(*first),
            });
            codes.push(found.min().map_or(MISSING, |(_, _, code)| code));
        })?;
        Ok(codes)
    }
}

impl Ready {
    fn new(
        view: &dyn View,
        cancel: &Cancel,
        other: &OtherFacts,
        date: &Arc<str>,
        pool: &mut Pool,
    ) -> Result<Self, ExecError> {
        let others = Evaluator::new(view, cancel).evaluate(&other.filter, view.live())?.definite;
        let mut dates = Extractor::new(view, cancel, &Value::Field(date.clone()));
        let read = dates.read(view, &others)?;
        let mut shared = Sharing::new(view, cancel, &other.shared);
        let mut earliest: FxHashMap<u32, (Candidate, Option<Candidate>)> = FxHashMap::default();
        let mut next = read.iter();
        shared.each(view, cancel, &others, &mut |document, keys| {
            let Some((days, cell)) = next.next().and_then(|code| first_date(dates.pool().cell(*code))) else {
                return;
            };
            let candidate = (days, document, pool.code(cell));
            for key in keys {
                earliest
                    .entry(*key)
                    .and_modify(|(first, second)| {
                        if candidate < *first {
                            *second = Some(std::mem::replace(first, candidate));
                        } else if second.is_none_or(|second| candidate < second) {
                            *second = Some(candidate);
                        }
                    })
                    .or_insert((candidate, None));
            }
        })?;
        Ok(Self { shared, earliest })
    }
}

/// The earliest date of a cell.
fn first_date(cell: Cell) -> Option<((Day, Day), Cell)> {
    match cell {
        Cell::List(cells) => cells.into_iter().filter_map(first_date).min_by_key(|(days, _)| *days),
        cell => Some((cell.as_date().map(|date| (date.earliest(), date.latest()))?, cell)),
    }
}

/// Small numbers for what facts share: equal ones for what is equal.
struct Sharing {
    values: Vec<Extractor>,
    /// Whether what is missing on both sides is shared too, for each value.
    missing: Vec<bool>,
    keys: HashMap<Key, u32>,
    pairs: FxHashMap<(u32, u32), u32>,
}

impl Sharing {
    fn new(view: &dyn View, cancel: &Cancel, shared: &Shared) -> Self {
        let field = |name: &str| Value::Field(name.into());
        let (values, missing) = match shared {
            Shared::Pair => (vec![field("subject"), field("object")], vec![false, true]),
            Shared::Values(values) => (values.clone(), vec![false; values.len()]),
            // Only entities stand at the end of a fact.
            Shared::Role(_) => (Vec::new(), Vec::new()),
        };
        let values = values.iter().map(|value| Extractor::new(view, cancel, value)).collect();
        Self { values, missing, keys: HashMap::new(), pairs: FxHashMap::default() }
    }

    /// Visits documents in their order, each with the numbers of what it may
    /// share: several if it has several values.
    fn each(
        &mut self,
        view: &dyn View,
        cancel: &Cancel,
        documents: &RoaringBitmap,
        visit: &mut dyn FnMut(Document, &[u32]),
    ) -> Result<(), ExecError> {
        cancel.check()?;
        let Self { values, missing, keys, pairs } = self;
        let mut columns = Vec::with_capacity(values.len());
        for (value, missing) in values.iter_mut().zip(missing) {
            let codes = value.read(view, documents)?;
            let known = numbers(value.pool(), *missing, &codes, keys);
            columns.push((codes, known));
        }
        let (mut shared, mut longer) = (Vec::new(), Vec::new());
        for (row, document) in documents.iter().enumerate() {
            shared.clear();
            shared.extend((!columns.is_empty()).then_some(0));
            for (codes, known) in &columns {
                let numbers = codes.get(row).and_then(|code| known.get(code)).map_or(&[][..], Vec::as_slice);
                longer.clear();
                for before in &shared {
                    for number in numbers {
                        let next = u32::try_from(pairs.len() + 1).expect("fewer than 2^32 shared values");
                        longer.push(*pairs.entry((*before, *number)).or_insert(next));
                    }
                }
                std::mem::swap(&mut shared, &mut longer);
            }
            visit(document, &shared);
        }
        Ok(())
    }
}

/// For each code the numbers of its values.
fn numbers(pool: &Pool, missing: bool, codes: &[u32], keys: &mut HashMap<Key, u32>) -> FxHashMap<u32, Vec<u32>> {
    let mut known: FxHashMap<u32, Vec<u32>> = FxHashMap::default();
    for code in codes {
        known.entry(*code).or_insert_with(|| {
            let cells = pool.members(code).iter().map(|code| pool.cell(*code));
            let shares = |cell: &Cell| match cell {
                Cell::Missing => missing,
                Cell::Text(text) => &**text != IMPRECISE,
                _ => true,
            };
            let number = |cell: Cell| {
                let next = u32::try_from(keys.len()).expect("fewer than 2^32 shared values");
                *keys.entry(Key::group(&cell)).or_insert(next)
            };
            cells.filter(shares).map(number).collect()
        });
    }
    known
}
