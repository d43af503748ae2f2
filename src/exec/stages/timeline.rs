//! The stage `timeline`: rows in the order of time, as a table of which the
//! columns say when each row begins and ends.

use crate::exec::answer::{ColumnRole, FactRows};
use crate::exec::rows::computed_dates::may_be_computed;
use crate::exec::rows::fact_order::FactSet;
use crate::exec::rows::table::{Collected, Rows, Table, TableColumn};
use crate::exec::{Cancel, ExecError};
use crate::model::Cell;
use crate::plan::{Column, TIMELINE_COLUMNS, Value};

/// Facts by their dates, with what was calculated.
pub(crate) fn of_facts(mut facts: FactSet) -> Table {
    facts.keys.clear();
    let fields = TIMELINE_COLUMNS.map(|name| Column { name: name.into(), value: Value::Field(name.into()) });
    let columns: Vec<Column> = fields.into_iter().chain(std::mem::take(&mut facts.lets)).collect();
    let heading = |column: &Column| {
        let computed = may_be_computed(&*facts.view, &column.value);
        let heading = TableColumn::new(&column.name, None).computed(computed);
        if &*column.name == "date" { heading.with(ColumnRole::Start) } else { heading }
    };
    let headings = columns.iter().map(heading).collect();
    let values: Vec<Value> = columns.into_iter().map(|column| column.value).collect();
    let total = Some(facts.documents.len());
    let rows = FactRows::new(facts.ordered(), &values).map(|row| row.map(|(_, cells)| cells));
    Table { columns: headings, rows: Rows::Lazy(Box::new(rows)), total }
}

/// A table, whose rows a stage before has put in order: which column says when
/// a row begins, `start`, else `date`, else the first that has dates; and which
/// when it ends.
pub(crate) fn of_table(table: Table, cancel: &Cancel) -> Result<Table, ExecError> {
    let Collected { mut columns, rows } = table.collect(cancel)?;
    let has_dates = |place: &usize| rows.iter().any(|row| row.get(*place).and_then(Cell::as_date).is_some());
    let named = |name: &str| columns.iter().position(|column| column.info.name.eq_ignore_ascii_case(name));
    let first = || (0..columns.len()).find(has_dates);
    let start = named("start").or_else(|| named("date").filter(has_dates)).or_else(first);
    let end = named("end");
    for (place, role) in [(start, ColumnRole::Start), (end, ColumnRole::End)] {
        if let Some(column) = place.and_then(|place| columns.get_mut(place)) {
            column.info.role = role;
        }
    }
    Ok(Table::ready(columns, rows))
}
