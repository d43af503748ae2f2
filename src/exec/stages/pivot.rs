//! The stage `pivot`: counts of two keys at once, one in rows and one in
//! columns, whatever the rows are.

use std::cmp::Ordering;
use std::collections::HashSet;

use rustc_hash::FxHashMap;

use crate::exec::rows::rowset::Rowset;
use crate::exec::rows::shown::integer;
use crate::exec::rows::table::{ColumnHeading, Table};
use crate::exec::stages::count::{key_columns, tally};
use crate::exec::{Cancel, ExecError};
use crate::model::Cell;
use crate::plan::Column;

/// So many columns are made at most.
const WIDEST: usize = 1000;

/// The heading of rows that have no value.
const NONE: &str = "none";

/// A row for each value of one key, a column for each of another, and how many
/// rows there are in all: in the order of time if the rows are parts of dates,
/// else the greatest total first.
pub(crate) fn pivot<R: Rowset>(
    rows: &R,
    down: &Column<R::Domain>,
    across: &Column<R::Domain>,
    cancel: &Cancel,
) -> Result<Table, ExecError> {
    let count = rows.rows();
    let down_key = [rows.key(&down.value)?];
    let mut totals: Vec<(u32, u64)> = Vec::new();
    for (combination, count) in tally(&down_key, count, cancel)?.combinations {
        totals.extend(combination.first().map(|group| (*group, count)));
    }
    let mut columns = key_columns(std::slice::from_ref(down), &down_key);
    let [down_key] = down_key;
    let (part, ranks) = (down_key.part, down_key.ranks());
    let both = [down_key, rows.key(&across.value)?];
    let counts = tally(&both, count, cancel)?.combinations;
    let [down_key, across_key] = both;

    let across_ranks = across_key.ranks();
    let place = |ranks: &[u32], group: u32| ranks.get(group as usize).copied().unwrap_or(u32::MAX);
    let mut groups: Vec<u32> = counts.iter().filter_map(|(combination, _)| combination.get(1).copied()).collect();
    groups.sort_unstable_by_key(|group| place(&across_ranks, *group));
    groups.dedup();
    if groups.len() > WIDEST {
        return Err(ExecError::Wide { columns: groups.len(), most: WIDEST });
    }
    cancel.charge(totals.len() as u64 * groups.len() as u64)?;
    let mut taken: HashSet<String> = [&*down.name, "total"].into_iter().map(str::to_owned).collect();
    for group in &groups {
        let name = heading(&across_key.group(*group), &mut taken);
        columns.push(ColumnHeading::counted(&name));
    }
    columns.push(ColumnHeading::counted("total"));

    let column_of: FxHashMap<u32, usize> = groups.iter().copied().zip(0..).collect();
    let mut cells: FxHashMap<u32, Vec<u64>> = FxHashMap::default();
    for (combination, count) in counts {
        let &[row, group] = combination.as_slice() else { continue };
        let row = cells.entry(row).or_insert_with(|| vec![0; groups.len()]);
        if let Some(cell) = column_of.get(&group).and_then(|column| row.get_mut(*column)) {
            *cell = count;
        }
    }
    totals.sort_unstable_by(|(a, total), (b, other)| {
        let by_total = if part.is_some() { Ordering::Equal } else { other.cmp(total) };
        by_total.then_with(|| place(&ranks, *a).cmp(&place(&ranks, *b)))
    });
    let row = |(group, total): (u32, u64)| {
        let counts = cells.remove(&group).unwrap_or_default();
        let counts = counts.into_iter().chain([total]).map(integer);
        std::iter::once(down_key.group(group)).chain(counts).collect()
    };
    let by_total = part.is_none().then(|| columns.len() - 1);
    Ok(Table::ready(columns, totals.into_iter().map(row).collect()).sorted_by(by_total))
}

/// A name that no other column has.
fn heading(cell: &Cell, taken: &mut HashSet<String>) -> String {
    let name = if cell.is_missing() { NONE.to_owned() } else { cell.label() };
    let key = cell.to_string();
    let numbered = (2..).map(|number| format!("{name} ({number})"));
    let names = [name.clone(), key].into_iter().filter(|name| !name.is_empty()).chain(numbered);
    let mut free = names.filter(|name| taken.insert(name.clone()));
    free.next().unwrap_or(name.clone())
}
