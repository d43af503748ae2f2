//! The stage `timeline`: rows in the order of time, as a table of which the
//! columns say when each row begins and ends.

use super::answer::{ColumnRole, FactRows};
use super::order::FactSet;
use super::table::{Collected, Rows, Table, TableColumn};
use super::{Cancel, ExecError};
use crate::model::Cell;
use crate::plan::{Column, SortKey, TIMELINE_COLUMNS, Value};

/// Facts by their dates, with what was calculated.
pub(super) fn of_facts(mut facts: FactSet) -> Table {
    facts.keys.clear();
    let fields = TIMELINE_COLUMNS.map(|name| Column { name: name.into(), value: Value::Field(name.into()) });
    let columns: Vec<Column> = fields.into_iter().chain(std::mem::take(&mut facts.lets)).collect();
    let heading = |column: &Column| {
        let heading = TableColumn::new(&column.name, None);
        if &*column.name == "date" { heading.with(ColumnRole::Start) } else { heading }
    };
    let headings = columns.iter().map(heading).collect();
    let values: Vec<Value> = columns.into_iter().map(|column| column.value).collect();
    let total = Some(facts.documents.len());
    let rows = FactRows::new(facts.ordered(), &values).map(|row| row.map(|(_, cells)| cells));
    Table { columns: headings, rows: Rows::Lazy(Box::new(rows)), total }
}

/// The rows of a table by their start, or by the first column that has dates.
pub(super) fn of_table(table: Table, cancel: &Cancel) -> Result<Table, ExecError> {
    let Collected { mut columns, rows } = table.collect(cancel)?;
    let named = |name: &str| columns.iter().position(|column| &*column.info.name == name);
    let has_dates = |place: &usize| rows.iter().any(|row| row.get(*place).and_then(Cell::as_date).is_some());
    let start = named("start").or_else(|| (0..columns.len()).find(has_dates));
    let end = named("end");
    let Some(start) = start else {
        return Ok(Table::ready(columns, rows));
    };
    for (place, role) in [(Some(start), ColumnRole::Start), (end, ColumnRole::End)] {
        if let Some(column) = place.and_then(|place| columns.get_mut(place)) {
            column.info.role = role;
        }
    }
    let by_start = SortKey { descending: false, value: Value::Column(start) };
    let by_end = end.map(|end| SortKey { descending: false, value: Value::Column(end) });
    let keys: Vec<SortKey> = std::iter::once(by_start).chain(by_end).collect();
    Table::ready(columns, rows).sort(&keys, cancel)
}
