//! The stage `timeline`: rows in the order of time, as a table of which the
//! columns say when each row begins and ends.

use crate::exec::rows::columns::ColumnRole;
use crate::exec::rows::computed_dates::may_be_computed;
use crate::exec::rows::table::{Collected, ColumnHeading, Table};
use crate::exec::stages::fact_cells::FactRows;
use crate::exec::stages::fact_rows::FactSet;
use crate::exec::{Cancel, ExecError};
use crate::model::Cell;
use crate::plan::{Column, FactDomain, RowValue, TIMELINE_COLUMNS};

/// Facts by their dates, with what was calculated.
pub(crate) fn of_facts(mut facts: FactSet) -> Table {
    facts.keys.clear();
    let fields = TIMELINE_COLUMNS.map(|name| Column { name: name.into(), value: RowValue::field(name) });
    let columns: Vec<Column<FactDomain>> = fields.into_iter().chain(std::mem::take(&mut facts.lets)).collect();
    let heading = |column: &Column<FactDomain>| {
        let computed = may_be_computed(&*facts.context.view, &column.value);
        let heading = ColumnHeading::new(&column.name, None).computed(computed);
        if &*column.name == "date" { heading.with(ColumnRole::Start) } else { heading }
    };
    let headings = columns.iter().map(heading).collect();
    let values: Vec<RowValue<FactDomain>> = columns.into_iter().map(|column| column.value).collect();
    let total = Some(facts.documents.len());
    let rows = FactRows::new(facts.ordered(), &values).map(|row| row.map(|(_, cells)| cells));
    Table::lazy(headings, total, rows)
}

/// A table, whose rows a stage before has put in order: which column says when
/// a row begins, `start`, else `date`, else the first that has dates; and which
/// when it ends.
pub(crate) fn of_table(table: Table, cancel: &Cancel) -> Result<Table, ExecError> {
    let Collected { mut columns, rows, shape } = table.collect(cancel)?;
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
    Ok(Table::ready(columns, rows).of(shape))
}
