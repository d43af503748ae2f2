//! One stage after the other, whatever the rows are.

use crate::exec::ExecError;
use crate::exec::filter::sets::Level;
use crate::exec::rows::shown::integer;
use crate::exec::rows::table::{ColumnHeading, Table};
use crate::exec::stages::count::count;
use crate::exec::stages::pivot::pivot;
use crate::exec::stages::share::share;
use crate::exec::stages::stage_rows::{StageContext, StageRows};
use crate::exec::stages::summary::summarise;
use crate::plan::{Column, Domain, RowStage, RowValue, Tabulation};

/// A stage that leaves rows what they are.
///
/// # Errors
///
/// If the index cannot be read, or the flag is raised.
pub(crate) fn narrow<R: StageRows>(
    rows: R,
    stage: &RowStage<R::Domain>,
    course: &mut StageContext<'_>,
) -> Result<R, ExecError> {
    course.cancel.check()?;
    match stage {
        RowStage::Sort(keys) => {
            let sorted = rows.sort(keys, course.cancel)?;
            course.note_ranges(&sorted, &keys.iter().map(|key| &key.value).collect::<Vec<_>>())?;
            Ok(sorted)
        }
        RowStage::Take(number) => rows.take(*number, course),
        RowStage::Skip(number) => rows.skip(*number, course),
        RowStage::Where(condition) => {
            let shape = rows.shape();
            let (rows, asked) = rows.narrow(condition, course.level)?;
            course.remember(shape, asked);
            Ok(rows)
        }
        RowStage::Let(column) => {
            course.note_ranges(&rows, &[&column.value])?;
            rows.extend(column)
        }
        RowStage::Own(stage) => rows.narrow_own(stage, course),
    }
}

/// A stage that makes a table.
///
/// # Errors
///
/// If the index cannot be read, or the flag is raised.
pub(crate) fn tabulate<R: StageRows>(
    rows: R,
    stage: &Tabulation<R::Domain>,
    course: &mut StageContext<'_>,
) -> Result<Table, ExecError> {
    let cancel = course.cancel;
    cancel.check()?;
    course.note_ranges(&rows, &values_of(stage))?;
    course.note_groups(&rows, &columns_of(stage))?;
    match stage {
        Tabulation::Show(columns) => rows.show(columns, course),
        Tabulation::Count { of, by } => counted(rows, of.as_ref(), by, course),
        Tabulation::Distinct(columns) => rows.distinct(columns, cancel),
        Tabulation::Share { of, by } => {
            let shape = rows.shape();
            let rows = rows.made(cancel)?;
            if course.level == Level::Definite {
                course.remember(shape, R::ask(&rows, of)?);
            }
            share(&rows, of, by, cancel)
        }
        Tabulation::Pivot { rows: down, columns: across } => pivot(&rows.made(cancel)?, down, across, cancel),
        Tabulation::Aggregate { functions, of, by } => summarise(&rows.made(cancel)?, functions, of, by, cancel),
        Tabulation::Own(stage) => rows.tabulate_own(stage, course),
    }
}

/// Where it is known how many rows there are, none is made to be counted.
fn counted<R: StageRows>(
    rows: R,
    of: Option<&RowValue<R::Domain>>,
    by: &[Column<R::Domain>],
    course: &StageContext<'_>,
) -> Result<Table, ExecError> {
    if let (None, [], Some(total)) = (of, by, rows.total()) {
        return Ok(Table::ready(vec![ColumnHeading::counted("count")], vec![vec![integer(total)]]));
    }
    let rows = rows.made(course.cancel)?;
    match of.is_none().then(|| R::count_known(&rows, by)).flatten() {
        Some(table) => Ok(table),
        None => count(&rows, of, by, course.cancel),
    }
}

/// The values of which a table is made, those that it shows among them.
fn columns_of<D: Domain>(stage: &Tabulation<D>) -> Vec<&RowValue<D>> {
    if let Tabulation::Show(columns) = stage {
        return columns.iter().map(|column| &column.value).collect();
    }
    values_of(stage)
}

/// The values of which a table is made, but for those that it shows.
fn values_of<D: Domain>(stage: &Tabulation<D>) -> Vec<&RowValue<D>> {
    let (of, columns) = match stage {
        Tabulation::Show(_) | Tabulation::Own(_) => return Vec::new(),
        Tabulation::Count { of, by } => (of.as_ref(), by.as_slice()),
        Tabulation::Distinct(columns) => (None, columns.as_slice()),
        Tabulation::Share { by, .. } => (None, by.as_slice()),
        Tabulation::Pivot { rows, columns } => return vec![&rows.value, &columns.value],
        Tabulation::Aggregate { of, by, .. } => (Some(of), by.as_slice()),
    };
    of.into_iter().chain(columns.iter().map(|column| &column.value)).collect()
}
