//! Counting and distinct values: rows in groups by numbers instead of cells.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap};

use rustc_hash::{FxHashMap, FxHashSet};

use super::pool::{Key, MISSING, Pool};
use super::{Cancel, ExecError, parts};
use crate::model::Cell;
use crate::plan::DatePart;

/// Up to so many possible groups are counted in a plain table.
const DENSE: usize = 1 << 22;

/// How many rows are counted between two looks at the flag.
const PATIENCE: usize = 1 << 16;

/// One key of many rows: which of its groups each row belongs to.
pub(super) struct GroupedKey {
    /// What each group is shown as; its first is that of rows without a value.
    pub groups: Vec<Cell>,
    /// The part of a date that the groups are buckets of.
    pub part: Option<DatePart>,
    codes: Vec<u32>,
    /// For each place in the pool the groups of its code.
    groups_of: Vec<Vec<u32>>,
    pool: Pool,
}

impl GroupedKey {
    /// Groups rows by their codes; spellings that fold to the same text are
    /// one group, shown as the first of them in the order of letters.
    pub fn new(pool: Pool, codes: Vec<u32>, part: Option<DatePart>) -> Self {
        let mut groups: Vec<Cell> = Vec::new();
        let mut known: HashMap<Key, u32> = HashMap::new();
        let mut group_of_cell = Vec::new();
        for cell in pool.cells() {
            let next = u32::try_from(groups.len()).expect("fewer than 2^31 distinct values");
            let group = *known.entry(Key::group(cell)).or_insert(next);
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
        Self { groups_of: groups_of.collect(), groups, part, codes, pool }
    }

    fn groups_of_row(&self, row: usize) -> &[u32] {
        let code = self.codes.get(row).copied().unwrap_or(MISSING);
        self.groups_of.get(self.pool.place(code)).map_or(&[], Vec::as_slice)
    }

    fn group(&self, group: u32) -> Cell {
        self.groups.get(group as usize).cloned().unwrap_or_default()
    }

    fn compare(&self, a: u32, b: u32) -> Ordering {
        let (a, b) = (self.group(a), self.group(b));
        match self.part {
            Some(part) => parts::compare(part, &a, &b),
            None => parts::compare_values(&a, &b).then_with(|| a.compare(&b)),
        }
    }
}

/// How many rows each combination of groups has; combinations in no order.
struct Tally {
    combinations: Vec<(Vec<u32>, u64)>,
}

/// Visits the place of each combination that a row belongs to; rows with
/// several values belong to several.
fn each_place(keys: &[GroupedKey], strides: &[usize], row: usize, place: usize, visit: &mut impl FnMut(usize)) {
    match (keys.split_first(), strides.split_first()) {
        (Some((key, keys)), Some((stride, strides))) => match key.groups_of_row(row) {
            [group] => each_place(keys, strides, row, place + *group as usize * stride, visit),
            groups => {
                for group in groups {
                    each_place(keys, strides, row, place + *group as usize * stride, visit);
                }
            }
        },
        _ => visit(place),
    }
}

fn tally(keys: &[GroupedKey], rows: usize, cancel: &Cancel) -> Result<Tally, ExecError> {
    let mut strides = vec![1_usize; keys.len()];
    let mut size = 1_usize;
    for (key, stride) in keys.iter().zip(&mut strides).rev() {
        *stride = size;
        size = size.saturating_mul(key.groups.len());
    }
    let mut counts: Vec<(usize, u64)>;
    if size <= DENSE {
        let mut dense = vec![0_u64; size];
        for row in 0..rows {
            if row % PATIENCE == 0 {
                cancel.check()?;
            }
            each_place(keys, &strides, row, 0, &mut |place| {
                if let Some(count) = dense.get_mut(place) {
                    *count += 1;
                }
            });
        }
        counts = dense.into_iter().enumerate().filter(|(_, count)| *count > 0).collect();
    } else if size < usize::MAX {
        let mut sparse: FxHashMap<usize, u64> = FxHashMap::default();
        for row in 0..rows {
            if row % PATIENCE == 0 {
                cancel.check()?;
            }
            each_place(keys, &strides, row, 0, &mut |place| *sparse.entry(place).or_default() += 1);
        }
        counts = sparse.into_iter().collect();
        counts.sort_unstable();
    } else {
        return tally_by_rows(keys, rows, cancel);
    }
    let combination = |place: usize| {
        keys.iter()
            .zip(&strides)
            .map(|(key, stride)| u32::try_from(place / stride % key.groups.len()).unwrap_or(MISSING))
            .collect()
    };
    Ok(Tally { combinations: counts.into_iter().map(|(place, count)| (combination(place), count)).collect() })
}

/// For more possible combinations than there are numbers.
fn tally_by_rows(keys: &[GroupedKey], rows: usize, cancel: &Cancel) -> Result<Tally, ExecError> {
    let mut counts: FxHashMap<Vec<u32>, u64> = FxHashMap::default();
    for row in 0..rows {
        if row % PATIENCE == 0 {
            cancel.check()?;
        }
        for combination in combinations(keys, row) {
            *counts.entry(combination).or_default() += 1;
        }
    }
    Ok(Tally { combinations: counts.into_iter().collect() })
}

fn combinations(keys: &[GroupedKey], row: usize) -> Vec<Vec<u32>> {
    keys.iter().fold(vec![Vec::new()], |found, key| {
        let groups = key.groups_of_row(row);
        let longer = |combination: &Vec<u32>, group: &u32| combination.iter().copied().chain([*group]).collect();
        found.iter().flat_map(|combination| groups.iter().map(move |group| longer(combination, group))).collect()
    })
}

/// How many distinct values some rows have.
pub(super) fn count_distinct(of: &GroupedKey, rows: usize) -> u64 {
    let mut seen: FxHashSet<u32> = FxHashSet::default();
    for row in 0..rows {
        seen.extend(of.groups_of_row(row).iter().filter(|group| **group != MISSING));
    }
    seen.len() as u64
}

/// A row for each combination of keys with how many rows, or distinct values
/// of `of`, it has.
///
/// If a key is a part of a date, by the keys, else the greatest count first.
pub(super) fn count_by(
    mut keys: Vec<GroupedKey>,
    of: Option<GroupedKey>,
    rows: usize,
    cancel: &Cancel,
) -> Result<Vec<Vec<Cell>>, ExecError> {
    let distinct = of.is_some();
    keys.extend(of);
    let tallied = tally(&keys, rows, cancel)?.combinations;
    let mut counts: Vec<(Vec<u32>, u64)> = if distinct {
        let mut groups: FxHashMap<Vec<u32>, u64> = FxHashMap::default();
        for (mut combination, _) in tallied {
            let value = combination.pop().unwrap_or(MISSING);
            *groups.entry(combination).or_default() += u64::from(value != MISSING);
        }
        keys.pop();
        groups.into_iter().collect()
    } else {
        tallied
    };
    let chronological = keys.iter().any(|key| key.part.is_some());
    counts.sort_by(|(a, a_count), (b, b_count)| {
        let by_count = if chronological { Ordering::Equal } else { b_count.cmp(a_count) };
        by_count.then_with(|| compare(&keys, a, b))
    });
    let row = |(combination, count): (Vec<u32>, u64)| {
        let mut row = cells(&keys, &combination);
        row.push(integer(count));
        row
    };
    Ok(counts.into_iter().map(row).collect())
}

/// Each combination of keys once, by the keys.
pub(super) fn distinct_sorted(keys: &[GroupedKey], rows: usize, cancel: &Cancel) -> Result<Vec<Vec<Cell>>, ExecError> {
    let mut found = tally(keys, rows, cancel)?.combinations;
    found.sort_by(|(a, _), (b, _)| compare(keys, a, b));
    Ok(found.into_iter().map(|(combination, _)| cells(keys, &combination)).collect())
}

/// Each combination of keys once, in the order of the rows given.
pub(super) fn distinct_in_order(keys: &[GroupedKey], rows: impl IntoIterator<Item = usize>) -> Vec<Vec<Cell>> {
    let mut seen = FxHashSet::default();
    let mut found = Vec::new();
    for row in rows {
        for combination in combinations(keys, row) {
            if !seen.contains(&combination) {
                found.push(cells(keys, &combination));
                seen.insert(combination);
            }
        }
    }
    found
}

/// A count as a cell.
pub(super) fn integer(count: u64) -> Cell {
    Cell::Integer(i64::try_from(count).unwrap_or(i64::MAX))
}

fn compare(keys: &[GroupedKey], a: &[u32], b: &[u32]) -> Ordering {
    let orders = keys.iter().zip(a.iter().zip(b)).map(|(key, (a, b))| key.compare(*a, *b));
    orders.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

fn cells(keys: &[GroupedKey], combination: &[u32]) -> Vec<Cell> {
    keys.iter().zip(combination).map(|(key, group)| key.group(*group)).collect()
}
