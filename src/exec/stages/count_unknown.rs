//! A count with a column beside it of how many rows are unknown.

use rustc_hash::FxHashMap;

use crate::exec::rows::pool::CellKey;
use crate::exec::rows::shown::integer;
use crate::exec::rows::table::{ColumnHeading, Table, TableRow};
use crate::exec::{Cancel, ExecError};
use crate::model::Cell;

/// Adds to a count of definite rows how many more there are of those that are not
/// false than of those that are possible. Combinations of keys that have unknown
/// rows alone have a count of 0: in their place if the order is that of time, else
/// last.
///
/// # Errors
///
/// If the flag is raised.
pub(crate) fn with_unknown(
    definite: Table,
    possible: Table,
    open: Table,
    column: &str,
    cancel: &Cancel,
) -> Result<Table, ExecError> {
    let (shape, sorted_by) = (definite.shape.clone(), definite.sorted_by.clone());
    let definite = definite.collect(cancel)?;
    let (possible, open) = (possible.collect(cancel)?.rows, open.collect(cancel)?.rows);
    let possible: FxHashMap<Vec<CellKey>, u64> = possible.iter().map(|row| (key(row), count(row))).collect();
    let unknown: FxHashMap<Vec<CellKey>, u64> = open
        .iter()
        .map(|row| {
            let key = key(row);
            let unknown = count(row).saturating_sub(possible.get(&key).copied().unwrap_or(0));
            (key, unknown)
        })
        .collect();
    let chronological = definite.columns.iter().any(|column| column.part.is_some());
    let mut counted: FxHashMap<Vec<CellKey>, TableRow> = FxHashMap::default();
    let mut order: Vec<Vec<CellKey>> = Vec::new();
    for row in definite.rows {
        order.push(key(&row));
        counted.insert(key(&row), row);
    }
    for row in &open {
        let key = key(row);
        if !counted.contains_key(&key) && unknown.get(&key).is_some_and(|unknown| *unknown > 0) {
            let mut row = row.clone();
            row.pop();
            row.push(integer(0));
            order.push(key.clone());
            counted.insert(key, row);
        }
    }
    if chronological {
        order = open.iter().map(|row| key(row)).filter(|key| counted.contains_key(key)).collect();
    }
    let rows = order.into_iter().filter_map(|key| {
        let mut row = counted.remove(&key)?;
        row.push(integer(unknown.get(&key).copied().unwrap_or(0)));
        Some(row)
    });
    let rows = rows.collect();
    let columns = definite.columns.into_iter().chain([ColumnHeading::counted(column)]).collect();
    Ok(Table { sorted_by, ..Table::ready(columns, rows).of(shape) })
}

/// The values of the keys of a row, which its count follows.
fn key(row: &[Cell]) -> Vec<CellKey> {
    row.split_last().map_or(&[][..], |(_, keys)| keys).iter().map(CellKey::group).collect()
}

fn count(row: &[Cell]) -> u64 {
    match row.last() {
        Some(Cell::Integer(count)) => u64::try_from(*count).unwrap_or(0),
        _ => 0,
    }
}
