//! Counting and distinct values: rows in groups by numbers instead of cells,
//! whatever the rows are.

use std::cmp::Ordering;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::exec::rows::grouped_key::GroupedKey;
use crate::exec::rows::pool::MISSING;
use crate::exec::rows::rowset::Rowset;
use crate::exec::rows::shown::integer;
use crate::exec::rows::table::{ColumnHeading, Table};
use crate::exec::{Cancel, ExecError};
use crate::model::{Cell, fold};
use crate::plan::{Column, Domain, RowValue, count_column};

/// Up to so many possible groups are counted in a plain table.
const DENSE: usize = 1 << 22;

/// How many rows are counted at once.
const BLOCK: usize = 4096;

/// How many rows are counted between two looks at the flag.
const PATIENCE: usize = 1 << 16;

/// How many rows each combination of groups has; combinations in no order.
pub(crate) struct GroupCounts {
    pub combinations: Vec<(Vec<u32>, u64)>,
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

/// How far apart the groups of each key lie in a table of all combinations,
/// and how large that is; at most the greatest number.
fn strides(keys: &[GroupedKey]) -> (Vec<usize>, usize) {
    let mut strides = vec![1_usize; keys.len()];
    let mut size = 1_usize;
    for (key, stride) in keys.iter().zip(&mut strides).rev() {
        *stride = size;
        size = size.saturating_mul(key.groups.len());
    }
    (strides, size)
}

/// Visits each row with a number for each combination of groups that it
/// belongs to, row by row.
pub(crate) fn each_combination(
    keys: &[GroupedKey],
    rows: usize,
    cancel: &Cancel,
    visit: &mut dyn FnMut(usize, usize),
) -> Result<(), ExecError> {
    let (strides, size) = strides(keys);
    let mut known: FxHashMap<Vec<u32>, usize> = FxHashMap::default();
    for row in 0..rows {
        if row % PATIENCE == 0 {
            cancel.check()?;
        }
        charge_several(keys, row, cancel)?;
        if size < usize::MAX {
            each_place(keys, &strides, row, 0, &mut |place| visit(row, place));
            continue;
        }
        for combination in combinations(keys, row) {
            let next = known.len();
            visit(row, *known.entry(combination).or_insert(next));
        }
    }
    Ok(())
}

/// How many rows each combination of groups has.
pub(crate) fn tally(keys: &[GroupedKey], rows: usize, cancel: &Cancel) -> Result<GroupCounts, ExecError> {
    let (strides, size) = strides(keys);
    if size == usize::MAX {
        return tally_by_rows(keys, rows, cancel);
    }
    let steps: Option<Vec<_>> = keys.iter().zip(&strides).map(|(key, stride)| key.steps(*stride)).collect();
    let mut counts: Vec<(usize, u64)>;
    if let Some(steps) = steps {
        counts = tally_single(keys, &steps, rows, size, cancel)?;
    } else if size <= DENSE {
        let mut dense = vec![0_u64; size];
        for row in 0..rows {
            if row % PATIENCE == 0 {
                cancel.check()?;
            }
            charge_several(keys, row, cancel)?;
            each_place(keys, &strides, row, 0, &mut |place| {
                if let Some(count) = dense.get_mut(place) {
                    *count += 1;
                }
            });
        }
        counts = dense.into_iter().enumerate().filter(|(_, count)| *count > 0).collect();
    } else {
        let mut sparse: FxHashMap<usize, u64> = FxHashMap::default();
        for row in 0..rows {
            if row % PATIENCE == 0 {
                cancel.check()?;
            }
            charge_several(keys, row, cancel)?;
            each_place(keys, &strides, row, 0, &mut |place| *sparse.entry(place).or_default() += 1);
        }
        counts = sparse.into_iter().collect();
        counts.sort_unstable();
    }
    let combination = |place: usize| {
        keys.iter()
            .zip(&strides)
            .map(|(key, stride)| u32::try_from(place / stride % key.groups.len()).unwrap_or(MISSING))
            .collect()
    };
    Ok(GroupCounts { combinations: counts.into_iter().map(|(place, count)| (combination(place), count)).collect() })
}

/// Counts rows none of which has several values of a key.
fn tally_single(
    keys: &[GroupedKey],
    steps: &[Vec<u64>],
    rows: usize,
    size: usize,
    cancel: &Cancel,
) -> Result<Vec<(usize, u64)>, ExecError> {
    let fill = |first: usize, places: &mut [u64]| {
        places.fill(0);
        for (key, steps) in keys.iter().zip(steps) {
            for (place, code) in places.iter_mut().zip(key.codes.get(first..).unwrap_or_default()) {
                *place += steps.get(*code as usize).copied().unwrap_or(0);
            }
        }
    };
    if size > DENSE {
        let mut places = vec![0; rows];
        fill(0, &mut places);
        cancel.check()?;
        return Ok(count_sorted(&mut places));
    }
    let mut dense = vec![0_u64; size];
    let mut places = vec![0; BLOCK];
    for first in (0..rows).step_by(BLOCK) {
        cancel.check()?;
        fill(first, &mut places);
        for place in places.iter().take(rows - first) {
            if let Some(count) = usize::try_from(*place).ok().and_then(|place| dense.get_mut(place)) {
                *count += 1;
            }
        }
    }
    Ok(dense.into_iter().enumerate().filter(|(_, count)| *count > 0).collect())
}

fn count_sorted(places: &mut [u64]) -> Vec<(usize, u64)> {
    places.sort_unstable();
    let runs = places.chunk_by(|a, b| a == b);
    runs.filter_map(|run| Some((usize::try_from(*run.first()?).ok()?, run.len() as u64))).collect()
}

/// For more possible combinations than there are numbers.
fn tally_by_rows(keys: &[GroupedKey], rows: usize, cancel: &Cancel) -> Result<GroupCounts, ExecError> {
    let mut counts: FxHashMap<Vec<u32>, u64> = FxHashMap::default();
    for row in 0..rows {
        if row % PATIENCE == 0 {
            cancel.check()?;
        }
        charge_several(keys, row, cancel)?;
        for combination in combinations(keys, row) {
            *counts.entry(combination).or_default() += 1;
        }
    }
    Ok(GroupCounts { combinations: counts.into_iter().collect() })
}

/// Counts the combinations of a row, of which there are many if several keys have
/// several values.
fn charge_several(keys: &[GroupedKey], row: usize, cancel: &Cancel) -> Result<(), ExecError> {
    let each = keys.iter().map(|key| key.groups_of_row(row).len() as u64);
    let combinations = each.fold(1_u64, u64::saturating_mul);
    if combinations > 1 { cancel.charge(combinations.saturating_mul(keys.len() as u64)) } else { Ok(()) }
}

fn combinations(keys: &[GroupedKey], row: usize) -> Vec<Vec<u32>> {
    keys.iter().fold(vec![Vec::new()], |found, key| {
        let groups = key.groups_of_row(row);
        let longer = |combination: &Vec<u32>, group: &u32| combination.iter().copied().chain([*group]).collect();
        found.iter().flat_map(|combination| groups.iter().map(move |group| longer(combination, group))).collect()
    })
}

/// The keys of some columns.
pub(crate) fn keys<R: Rowset>(rows: &R, by: &[Column<R::Domain>]) -> Result<Vec<GroupedKey>, ExecError> {
    by.iter().map(|column| rows.key(&column.value)).collect()
}

/// The columns of the keys: those that are parts of dates say so.
pub(crate) fn key_columns<D: Domain>(by: &[Column<D>], keys: &[GroupedKey]) -> Vec<ColumnHeading> {
    let columns = by.iter().zip(keys);
    columns.map(|(column, key)| ColumnHeading::new(&column.name, key.part).computed(key.computed)).collect()
}

/// The stage `count`: one row with how many there are, or how many distinct
/// values of a column, or a row for each combination of keys.
pub(crate) fn count<R: Rowset>(
    rows: &R,
    of: Option<&RowValue<R::Domain>>,
    by: &[Column<R::Domain>],
    cancel: &Cancel,
) -> Result<Table, ExecError> {
    let of = of.map(|of| rows.key(of)).transpose()?;
    let keys = keys(rows, by)?;
    let mut columns = key_columns(by, &keys);
    let is_taken = columns.iter().any(|column| fold(&column.info.name) == "count");
    // In the order of time none are equal.
    let by_count = (!by.is_empty() && !is_chronological(&keys)).then_some(columns.len());
    columns.push(ColumnHeading::counted(count_column(is_taken)));
    let counted = match (of, by) {
        (None, []) => vec![vec![integer(rows.rows() as u64)]],
        (Some(of), []) => vec![vec![integer(count_distinct(&of, rows.rows()))]],
        (of, _) => count_by(keys, of, rows.rows(), cancel)?,
    };
    Ok(Table::ready(columns, counted).sorted_by(by_count))
}

/// The stage `distinct`: in the order of the rows if one is given, else by the
/// values themselves.
pub(crate) fn distinct<R: Rowset>(
    rows: &R,
    by: &[Column<R::Domain>],
    order: Option<&mut dyn Iterator<Item = usize>>,
    cancel: &Cancel,
) -> Result<Table, ExecError> {
    let keys = keys(rows, by)?;
    let found = match order {
        Some(order) => distinct_in_order(&keys, order),
        None => distinct_sorted(&keys, rows.rows(), cancel)?,
    };
    Ok(Table::ready(key_columns(by, &keys), found))
}

/// How many distinct values some rows have.
pub(crate) fn count_distinct(of: &GroupedKey, rows: usize) -> u64 {
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
pub(crate) fn count_by(
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
    let ranks = ranks(&keys);
    let chronological = is_chronological(&keys);
    counts.sort_unstable_by(|(a, a_count), (b, b_count)| {
        let by_count = if chronological { Ordering::Equal } else { b_count.cmp(a_count) };
        by_count.then_with(|| compare(&ranks, a, b))
    });
    let row = |(combination, count): (Vec<u32>, u64)| {
        let mut row = cells(&keys, &combination);
        row.push(integer(count));
        row
    };
    Ok(counts.into_iter().map(row).collect())
}

/// Whether what is counted by some keys comes in the order of time.
pub(crate) fn is_chronological(keys: &[GroupedKey]) -> bool {
    keys.iter().any(|key| key.part.is_some())
}

/// Each combination of keys once, by the keys.
fn distinct_sorted(keys: &[GroupedKey], rows: usize, cancel: &Cancel) -> Result<Vec<Vec<Cell>>, ExecError> {
    let mut found = tally(keys, rows, cancel)?.combinations;
    let ranks = ranks(keys);
    found.sort_unstable_by(|(a, _), (b, _)| compare(&ranks, a, b));
    Ok(found.into_iter().map(|(combination, _)| cells(keys, &combination)).collect())
}

/// Each combination of keys once, in the order of the rows given.
pub(crate) fn distinct_in_order(keys: &[GroupedKey], rows: impl IntoIterator<Item = usize>) -> Vec<Vec<Cell>> {
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

/// For each key the places of its groups in their order.
pub(crate) fn ranks(keys: &[GroupedKey]) -> Vec<Vec<u32>> {
    keys.iter().map(GroupedKey::ranks).collect()
}

/// The order of two combinations.
pub(crate) fn compare(ranks: &[Vec<u32>], a: &[u32], b: &[u32]) -> Ordering {
    let rank = |ranks: &Vec<u32>, group: &u32| ranks.get(*group as usize).copied();
    let orders = ranks.iter().zip(a.iter().zip(b)).map(|(ranks, (a, b))| rank(ranks, a).cmp(&rank(ranks, b)));
    orders.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

/// What a combination is shown as.
pub(crate) fn cells(keys: &[GroupedKey], combination: &[u32]) -> Vec<Cell> {
    keys.iter().zip(combination).map(|(key, group)| key.group(*group)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::rows::pool::CellPool;

    /// Keys of so many distinct values; every tenth row has two of each key.
    fn keys(distinct: u32, rows: u32, several: bool) -> Vec<GroupedKey> {
        let key = |factor: u32| {
            let mut pool = CellPool::default();
            let codes = (0..rows).map(|row| {
                let value = |shift: u32| Cell::Integer(((row * factor + shift) % distinct).into());
                let both = several && row % 10 == 0;
                pool.code(if both { Cell::List(vec![value(0), value(1)]) } else { value(0) })
            });
            let codes = codes.collect();
            GroupedKey::new(pool, codes, None)
        };
        vec![key(1), key(7), key(11)]
    }

    #[test]
    fn every_way_of_counting_counts_the_same() {
        for (distinct, rows, several) in [(5, 300, false), (5, 300, true), (200, 300, false), (200, 300, true)] {
            let keys = keys(distinct, rows, several);
            let rows = rows as usize;
            let mut naive = tally_by_rows(&keys, rows, &Cancel::new()).unwrap().combinations;
            let mut found = tally(&keys, rows, &Cancel::new()).unwrap().combinations;
            naive.sort_unstable();
            found.sort_unstable();
            assert_eq!(found, naive);
            assert_eq!(found.iter().map(|(_, count)| count).sum::<u64>(), if several { 300 + 30 * 7 } else { 300 });
        }
    }
}
