//! Facts in order: every key becomes a small number, all of them together one,
//! and ids, which are costly, break ties only where rows are asked for.

use std::cmp::Ordering;
use std::sync::Arc;

use roaring::RoaringBitmap;

use crate::exec::filter::context::EvaluationContext;
use crate::exec::filter::fact_values::Reader;
use crate::exec::rows::computed_dates::may_be_computed;
use crate::exec::rows::date_buckets::Sortable;
use crate::exec::rows::grouped_key::GroupedKey;
use crate::exec::rows::pool::{CellPool, MISSING};
use crate::exec::rows::rowset::Rowset;
use crate::exec::{Cancel, ExecError};
use crate::index::{Document, IndexError, View};
use crate::plan::{Column, FactDomain, OrderKey, RowValue};

/// Some facts, and the order in which they are wanted.
#[derive(Clone)]
pub(crate) struct FactSet {
    pub context: EvaluationContext,
    pub documents: RoaringBitmap,
    /// The keys asked for; ties, and all without keys, in the default order.
    pub keys: Vec<OrderKey<FactDomain>>,
    /// What is calculated for each, to be shown beside the fields.
    pub lets: Vec<Column<FactDomain>>,
}

/// Where each of some facts stands among the keys that were asked for.
pub(crate) struct Ranks {
    /// Ties have the same.
    pub of_rows: Vec<u64>,
    /// How many bits these take.
    bits: u32,
    /// Whether a fact has every key.
    pub complete: Vec<bool>,
    /// For each key how many facts lack it.
    pub lacking: Vec<u64>,
}

/// The first of some facts in their order.
pub(crate) struct Cut {
    pub first: RoaringBitmap,
    /// How many of them, and how many of the others, are equal in all keys, where
    /// the last of the first is equal to others.
    pub parted: (u64, u64),
}

impl FactSet {
    /// The first so many, of more than that, without putting all in order.
    pub fn first(&self, count: u64) -> Result<Cut, ExecError> {
        let ranks = self.key_ranks()?;
        let of_rows = if self.keys.is_empty() { Vec::new() } else { ranks.of_rows.clone() };
        let first = self.first_of(self.packed(ranks)?, count)?;
        let rank_of = of_rows.iter().zip(&self.documents);
        let last = rank_of.clone().filter(|(_, document)| first.contains(*document)).map(|(rank, _)| rank).max();
        let tied = rank_of.filter(|(rank, _)| Some(*rank) == last);
        let parted =
            tied.fold(
                (0, 0),
                |(within, without), (_, document)| {
                    if first.contains(document) { (within + 1, without) } else { (within, without + 1) }
                },
            );
        let parted = if parted.1 > 0 { parted } else { (0, 0) };
        Ok(Cut { first, parted })
    }

    fn first_of(&self, mut packed: Vec<u64>, count: u64) -> Result<RoaringBitmap, ExecError> {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let Some(edge) = packed.len().checked_sub(1).map(|last| count.min(last)) else {
            return Ok(RoaringBitmap::new());
        };
        let boundary = rank(*packed.select_nth_unstable(edge).1);
        let mut first: RoaringBitmap =
            packed.iter().filter(|one| rank(**one) < boundary).map(|one| document(*one)).collect();
        let mut tied: Vec<u64> = packed.into_iter().filter(|one| rank(*one) == boundary).collect();
        tied.sort_unstable();
        let missing = count.saturating_sub(usize::try_from(first.len()).unwrap_or(usize::MAX));
        if missing > 0 {
            self.sort_by_id(&mut tied)?;
            first.extend(tied.into_iter().take(missing).map(document));
        }
        Ok(first)
    }

    /// All of them in order.
    pub fn ordered(self) -> Ordered {
        Ordered { facts: self, packed: None, next: 0, sorted: 0 }
    }

    /// Where each stands among the keys that were asked for.
    pub fn key_ranks(&self) -> Result<Ranks, ExecError> {
        let rows = usize::try_from(self.documents.len()).unwrap_or(usize::MAX);
        let mut ranks = Ranks { of_rows: vec![0; rows], bits: 0, complete: vec![true; rows], lacking: Vec::new() };
        for key in &self.keys {
            let codes = self.rank_by(key, &mut ranks)?;
            let mut lacking = 0;
            for (complete, code) in ranks.complete.iter_mut().zip(codes) {
                *complete &= code != MISSING;
                lacking += u64::from(code == MISSING);
            }
            ranks.lacking.push(lacking);
        }
        Ok(ranks)
    }

    /// Parts those that stand at one place by a key more, and gives its values.
    fn rank_by(&self, key: &OrderKey<FactDomain>, ranks: &mut Ranks) -> Result<Vec<u32>, ExecError> {
        let mut reader = Reader::new(&self.context, &key.value);
        let codes = reader.read(&self.documents)?;
        let places = places(reader.pool(), &|a, b| reader.compare(a, b), &codes, key.descending);
        let width = u32::BITS - u32::try_from(places.len()).unwrap_or(u32::MAX).leading_zeros();
        if ranks.bits + width > u64::BITS {
            ranks.bits = compress(&mut ranks.of_rows);
        }
        for (rank, code) in ranks.of_rows.iter_mut().zip(&codes) {
            let place = places.get(reader.pool().place(*code)).copied().unwrap_or(0);
            *rank = (*rank << width) | u64::from(place);
        }
        ranks.bits += width;
        self.context.cancel.check()?;
        Ok(codes)
    }

    /// For each document its place among the keys and then by date, then the
    /// document itself.
    fn packed(&self, mut ranks: Ranks) -> Result<Vec<u64>, ExecError> {
        let by_date = OrderKey { descending: false, value: RowValue::field("date") };
        // Whoever sorts by the date has sorted by the default already.
        if !self.keys.iter().any(|key| key.value == by_date.value) {
            self.rank_by(&by_date, &mut ranks)?;
        }
        if ranks.bits > u32::BITS {
            compress(&mut ranks.of_rows);
        }
        let ranked = ranks.of_rows.into_iter().zip(&self.documents);
        Ok(ranked.map(|(rank, document)| (rank << 32) | u64::from(document)).collect())
    }

    /// Puts ties, which come in the order of their documents, in that of their ids.
    fn sort_by_id(&self, tied: &mut [u64]) -> Result<(), ExecError> {
        self.context.cancel.check()?;
        let documents = tied.iter().map(|one| document(*one));
        let documents = RoaringBitmap::from_sorted_iter(documents).expect("ties come by their documents");
        let (mut ids, mut ends) = (String::new(), Vec::with_capacity(tied.len()));
        self.context.view.each_id(&documents, &mut |_, id| {
            ids.push_str(id);
            ends.push(ids.len());
        })?;
        self.context.cancel.check()?;
        if ends.len() != tied.len() {
            return Err(IndexError::Damaged("there are not as many ids as documents".to_owned()).into());
        }
        let starts = std::iter::once(0).chain(ends.iter().copied());
        let texts = starts.zip(&ends).map(|(start, end)| ids.get(start..*end).unwrap_or_default());
        let mut named: Vec<(&str, u64)> = texts.zip(tied.iter().copied()).collect();
        named.sort_unstable();
        for (slot, (_, one)) in tied.iter_mut().zip(named) {
            *slot = one;
        }
        Ok(())
    }
}

impl Rowset for FactSet {
    type Domain = FactDomain;

    fn rows(&self) -> usize {
        usize::try_from(self.documents.len()).unwrap_or(usize::MAX)
    }

    fn key(&self, value: &RowValue<FactDomain>) -> Result<GroupedKey, ExecError> {
        let mut reader = Reader::new(&self.context, value);
        let codes = reader.read(&self.documents)?;
        let part = reader.part();
        Ok(GroupedKey::new(reader.into_pool(), codes, part).computed(may_be_computed(&*self.context.view, value)))
    }
}

fn rank(packed: u64) -> u64 {
    packed >> 32
}

fn document(packed: u64) -> Document {
    u32::try_from(packed & u64::from(u32::MAX)).expect("the lower half is 32 bits")
}

/// For each code its place in the order; equal values share one, and what is
/// missing comes last either way.
pub(crate) fn places(
    pool: &CellPool,
    by: &dyn Fn(&Sortable, &Sortable) -> Ordering,
    codes: &[u32],
    descending: bool,
) -> Vec<u32> {
    let (cells, lists) = pool.sizes();
    let mut used = vec![false; cells + lists];
    for code in codes {
        if let Some(used) = used.get_mut(pool.place(*code)) {
            *used = true;
        }
    }
    let mut order: Vec<_> = (0..cells + lists)
        .filter(|place| used.get(*place) == Some(&true))
        .map(|place| (Sortable::new(pool.cell(pool.at(place))), place))
        .collect();
    let compare = |a: &(_, usize), b: &(_, usize)| {
        let last = |place: usize| pool.at(place) == MISSING;
        last(a.1).cmp(&last(b.1)).then_with(|| {
            let order = by(&a.0, &b.0);
            if descending { order.reverse() } else { order }
        })
    };
    order.sort_by(compare);
    let mut places = vec![0; cells + lists];
    let mut next = 0;
    let mut before: Option<&(_, usize)> = None;
    for one in &order {
        if before.is_some_and(|before| compare(before, one) != Ordering::Equal) {
            next += 1;
        }
        if let Some(place) = places.get_mut(one.1) {
            *place = next;
        }
        before = Some(one);
    }
    places
}

/// Replaces ranks by the smallest numbers in the same order, and says how many
/// bits these take; fewer than 2^32 documents have fewer ranks than that.
fn compress(ranks: &mut [u64]) -> u32 {
    let mut distinct = ranks.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    for rank in ranks {
        *rank = distinct.partition_point(|one| one < rank) as u64;
    }
    u64::BITS - (distinct.len() as u64).leading_zeros()
}

/// Facts in order, one group of ties after the other.
pub(crate) struct Ordered {
    facts: FactSet,
    packed: Option<Vec<u64>>,
    next: usize,
    /// Up to where ties are broken.
    sorted: usize,
}

impl Ordered {
    /// Up to so many more documents; none at the end.
    pub fn next_run(&mut self, length: usize) -> Result<Vec<Document>, ExecError> {
        let packed = match &mut self.packed {
            Some(packed) => packed,
            empty => {
                let mut packed = self.facts.packed(self.facts.key_ranks()?)?;
                packed.sort_unstable();
                empty.insert(packed)
            }
        };
        let wanted = (self.next + length).min(packed.len());
        while self.sorted < wanted {
            let rest = packed.get_mut(self.sorted..).unwrap_or_default();
            let same = rest.first().map_or(0, |first| rank(*first));
            let ties = rest.partition_point(|one| rank(*one) <= same);
            if ties > 1 {
                self.facts.sort_by_id(rest.get_mut(..ties).unwrap_or_default())?;
            }
            self.sorted += ties;
        }
        let run = packed.get(self.next..wanted).unwrap_or_default().iter().map(|one| document(*one)).collect();
        self.next = wanted;
        Ok(run)
    }

    /// All of the documents, whichever were asked for.
    pub fn documents(&self) -> &RoaringBitmap {
        &self.facts.documents
    }

    /// Whether some were asked for.
    pub fn is_begun(&self) -> bool {
        self.packed.is_some()
    }

    /// What they are read from.
    pub fn context(&self) -> &EvaluationContext {
        &self.facts.context
    }

    /// The state of the store that they are of.
    pub fn view(&self) -> &Arc<dyn View> {
        &self.facts.context.view
    }

    /// The flag that stops it.
    pub fn cancel(&self) -> &Cancel {
        &self.facts.context.cancel
    }
}
