//! One key of many rows: each row as the number of the group to which its value
//! belongs, so that rows are counted by numbers instead of cells.

use std::collections::{BTreeSet, HashMap};

use crate::exec::rows::date_buckets::{self, Sortable};
use crate::exec::rows::pool::{CellKey, CellPool, MISSING};
use crate::model::Cell;
use crate::plan::DatePart;

/// One key of many rows: which of its groups each row belongs to.
pub(crate) struct GroupedKey {
    /// What each group is shown as; its first is that of rows without a value.
    pub groups: Vec<Cell>,
    /// The part of a date that the groups are buckets of.
    pub part: Option<DatePart>,
    /// Whether the groups may be computed dates.
    pub computed: bool,
    /// For each row the code of its value.
    pub codes: Vec<u32>,
    /// For each place in the pool the groups of its code.
    groups_of: Vec<Vec<u32>>,
    pool: CellPool,
}

impl GroupedKey {
    /// Groups rows by their codes; spellings of the same value are
    /// one group, shown as the first of them in the order of letters.
    pub fn new(pool: CellPool, codes: Vec<u32>, part: Option<DatePart>) -> Self {
        let mut groups: Vec<Cell> = Vec::new();
        let mut known: HashMap<CellKey, u32> = HashMap::new();
        let mut group_of_cell = Vec::new();
        for cell in pool.cells() {
            let next = u32::try_from(groups.len()).expect("fewer than 2^31 distinct values");
            let group = *known.entry(CellKey::group(cell)).or_insert(next);
            match groups.get_mut(group as usize) {
                None => groups.push(cell.clone()),
                Some(Cell::Text(shown)) => {
                    if let Cell::Text(text) = cell
                        && text < shown
                    {
                        *shown = text.clone();
                    }
                }
                Some(_) => {}
            }
            group_of_cell.push(group);
        }
        let (cells, lists) = pool.sizes();
        let groups_of = (0..cells + lists).map(|place| {
            let code = pool.at(place);
            let groups: BTreeSet<u32> =
                pool.members(&code).iter().filter_map(|one| group_of_cell.get(*one as usize).copied()).collect();
            groups.into_iter().collect()
        });
        Self { groups_of: groups_of.collect(), groups, part, computed: false, codes, pool }
    }

    /// The same; whether the groups may be computed dates.
    pub fn computed(self, computed: bool) -> Self {
        Self { computed, ..self }
    }

    /// The groups of a row: several if it has several values.
    pub fn groups_of_row(&self, row: usize) -> &[u32] {
        let code = self.codes.get(row).copied().unwrap_or(MISSING);
        self.groups_of.get(self.pool.place(code)).map_or(&[], Vec::as_slice)
    }

    /// What a group is shown as.
    pub fn group(&self, group: u32) -> Cell {
        self.groups.get(group as usize).cloned().unwrap_or_default()
    }

    /// Whether no row has several values.
    pub fn is_single(&self) -> bool {
        self.pool.sizes().1 == 0
    }

    /// Instead of its groups only whether a row is in one of some of them.
    pub fn reduced(mut self, keep: impl Fn(u32) -> bool) -> Self {
        for groups in &mut self.groups_of {
            *groups = vec![u32::from(groups.iter().any(|group| keep(*group)))];
        }
        self.groups = vec![Cell::Missing, Cell::Integer(1)];
        self.part = None;
        self
    }

    /// For each group its place among all of them in their order.
    pub fn ranks(&self) -> Vec<u32> {
        let mut order: Vec<(Sortable, usize)> = self.groups.iter().cloned().map(Sortable::new).zip(0..).collect();
        order.sort_by(|(a, _), (b, _)| match self.part {
            Some(part) => date_buckets::compare(part, &a.cell, &b.cell),
            None => a.compare(b).then_with(|| a.cell.compare(&b.cell)),
        });
        let mut ranks = vec![0; order.len()];
        for ((_, group), rank) in order.into_iter().zip(0..) {
            if let Some(slot) = ranks.get_mut(group) {
                *slot = rank;
            }
        }
        ranks
    }

    /// What each code adds to the place of a row, if every row has one value at most.
    pub fn steps(&self, stride: usize) -> Option<Vec<u64>> {
        let step = |groups: &Vec<u32>| match groups.as_slice() {
            [group] => Some(u64::from(*group) * stride as u64),
            _ => None,
        };
        if self.is_single() { self.groups_of.iter().map(step).collect() } else { None }
    }
}
