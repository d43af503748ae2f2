//! The stage `share`: of how many rows a condition definitely holds, of how
//! many, and how many percent that is, whatever the rows are.

use std::cmp::Ordering;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::exec::rows::rowset::Rowset;
use crate::exec::rows::shown::{YES, integer};
use crate::exec::rows::table::{ColumnHeading, Table};
use crate::exec::stages::count::{cells, compare, is_chronological, key_columns, keys, ranks, tally};
use crate::exec::{Cancel, ExecError};
use crate::model::{Cell, Fraction};
use crate::plan::{Column, Domain, Filter, RowValue};

/// A row for each combination of keys: in the order of time if a key is a part
/// of a date, else the greatest share first.
pub(crate) fn share<R: Rowset>(
    rows: &R,
    of: &Arc<Filter<<R::Domain as Domain>::Test>>,
    by: &[Column<R::Domain>],
    cancel: &Cancel,
) -> Result<Table, ExecError> {
    let mut keys = keys(rows, by)?;
    let mut columns = key_columns(by, &keys);
    columns.extend(["n", "of"].map(ColumnHeading::counted));
    let chronological = is_chronological(&keys);
    let by_share = (!by.is_empty() && !chronological).then_some(columns.len());
    columns.push(ColumnHeading::new("share", None));
    let condition = rows.key(&RowValue::Condition(of.clone()))?;
    let holds: Vec<bool> =
        condition.groups.iter().map(|group| matches!(group, Cell::Text(text) if &**text == YES)).collect();
    keys.push(condition);
    let mut shares: FxHashMap<Vec<u32>, (u64, u64)> = FxHashMap::default();
    if by.is_empty() {
        shares.insert(Vec::new(), (0, 0));
    }
    for (mut combination, count) in tally(&keys, rows.rows(), cancel)?.combinations {
        let group = combination.pop().and_then(|group| usize::try_from(group).ok());
        let (some, all) = shares.entry(combination).or_default();
        *all += count;
        if group.and_then(|group| holds.get(group)) == Some(&true) {
            *some += count;
        }
    }
    keys.pop();
    let ranks = ranks(&keys);
    let mut shares: Vec<_> = shares.into_iter().collect();
    shares.sort_unstable_by(|(a, (some, all)), (b, (other, whole))| {
        // Fractions in the order of their cross products.
        let products = |some: u64, all: u64| u128::from(some) * u128::from(all);
        let by_share = if chronological {
            Ordering::Equal
        } else {
            products(*other, *all).cmp(&products(*some, *whole)).then(other.cmp(some))
        };
        by_share.then_with(|| compare(&ranks, a, b))
    });
    let row = |(combination, (some, all)): (Vec<u32>, (u64, u64))| {
        let mut row = cells(&keys, &combination);
        row.extend([integer(some), integer(all), percent(some, all)]);
        row
    };
    Ok(Table::ready(columns, shares.into_iter().map(row).collect()).sorted_by(by_share))
}

/// How many percent.
fn percent(some: u64, all: u64) -> Cell {
    some.checked_mul(100).and_then(|percent| Fraction::new(percent, all)).map_or(Cell::Missing, Cell::Fraction)
}
