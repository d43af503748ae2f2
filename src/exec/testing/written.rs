//! Short ways for tests to write stages: one after the other, whatever the rows
//! are at each of them.

use std::sync::Arc;

use crate::plan::{
    Calculation, CellTest, Column, ColumnPlace, Diff, Domain, FactDomain, FactTable, Filter, FirstOrLast, OrderKey,
    Pipeline, RecordTest, RecordValue, RowStage, RowValue, TableDomain, TableStage, TableStages, Tabulation,
};
use crate::syntax::tree::Aggregate;
use crate::syntax::{Span, Spanned};

/// One stage of a pipeline, of which the rows may be those of a table by then.
#[derive(Debug, Clone)]
pub(crate) enum Step<D: Domain> {
    Take(u64),
    Skip(u64),
    Count,
    Narrow(RowStage<D>),
    Tabulate(Tabulation<D>),
    Own(D::Tabulation),
    Over(TableStage),
}

/// A stage at no place in particular.
fn placed<T>(stage: T) -> Spanned<T> {
    Spanned::new(stage, Span::default())
}

/// A pipeline of some stages.
pub(crate) fn pipeline<D: Domain>(steps: Vec<Step<D>>) -> Pipeline<D> {
    let mut pipeline: Pipeline<D> = Pipeline::default();
    for step in steps {
        match (step, &mut pipeline.table) {
            (Step::Take(number), None) => pipeline.narrowing.push(placed(RowStage::Take(number))),
            (Step::Skip(number), None) => pipeline.narrowing.push(placed(RowStage::Skip(number))),
            (Step::Narrow(stage), None) => pipeline.narrowing.push(placed(stage)),
            (Step::Count, table @ None) => {
                let count = Tabulation::Count { of: None, by: Vec::new() };
                *table = Some(TableStages { first: placed(count), then: Vec::new() });
            }
            (Step::Tabulate(stage), table @ None) => {
                *table = Some(TableStages { first: placed(stage), then: Vec::new() });
            }
            (Step::Own(stage), table @ None) => {
                *table = Some(TableStages { first: placed(Tabulation::Own(stage)), then: Vec::new() });
            }
            (Step::Take(number), Some(table)) => {
                table.then.push(placed(TableStage::Narrow(RowStage::Take(number))));
            }
            (Step::Skip(number), Some(table)) => {
                table.then.push(placed(TableStage::Narrow(RowStage::Skip(number))));
            }
            (Step::Count, Some(table)) => {
                let count = Tabulation::Count { of: None, by: Vec::new() };
                table.then.push(placed(TableStage::Tabulate(count)));
            }
            (Step::Over(stage), Some(table)) => table.then.push(placed(stage)),
            (step, _) => panic!("no such rows at {step:?}"),
        }
    }
    pipeline
}

pub(crate) fn sort<D: Domain>(keys: Vec<OrderKey<D>>) -> Step<D> {
    Step::Narrow(RowStage::Sort(keys))
}

pub(crate) fn narrow<D>(condition: Filter<RecordTest>) -> Step<D>
where
    D: Domain<Test = RecordTest>,
{
    Step::Narrow(RowStage::Where(condition))
}

pub(crate) fn narrow_table<D: Domain>(condition: Filter<CellTest>) -> Step<D> {
    Step::Over(TableStage::Narrow(RowStage::Where(condition)))
}

pub(crate) fn calculate<D: Domain>(column: Column<D>) -> Step<D> {
    Step::Narrow(RowStage::Let(column))
}

pub(crate) fn first_or_last(last: bool, by: Vec<RowValue<FactDomain>>) -> Step<FactDomain> {
    Step::Narrow(RowStage::Own(FirstOrLast { last, sorted_by: Vec::new(), by }))
}

pub(crate) fn show_columns<D: Domain>(columns: Vec<Column<D>>) -> Step<D> {
    Step::Tabulate(Tabulation::Show(columns))
}

pub(crate) fn distinct<D: Domain>(columns: Vec<Column<D>>) -> Step<D> {
    Step::Tabulate(Tabulation::Distinct(columns))
}

pub(crate) fn count_by<D: Domain>(of: Option<RowValue<D>>, by: Vec<Column<D>>) -> Step<D> {
    Step::Tabulate(Tabulation::Count { of, by })
}

pub(crate) fn share_of<D: Domain>(of: Filter<D::Test>, by: Vec<Column<D>>) -> Step<D> {
    Step::Tabulate(Tabulation::Share { of: Arc::new(of), by })
}

pub(crate) fn pivot_of<D: Domain>(rows: Column<D>, columns: Column<D>) -> Step<D> {
    Step::Tabulate(Tabulation::Pivot { rows, columns })
}

pub(crate) fn aggregate<D: Domain>(functions: Vec<Aggregate>, of: RowValue<D>, by: Vec<Column<D>>) -> Step<D> {
    Step::Tabulate(Tabulation::Aggregate { functions, of, by })
}

/// A stage over the table that stages before it have made.
pub(crate) fn over<D: Domain>(step: Step<TableDomain>) -> Step<D> {
    match step {
        Step::Narrow(stage) => Step::Over(TableStage::Narrow(stage)),
        Step::Tabulate(stage) => Step::Over(TableStage::Tabulate(stage)),
        Step::Own(stage) => Step::Over(TableStage::Tabulate(Tabulation::Own(stage))),
        other => panic!("{other:?} is over any rows"),
    }
}

pub(crate) fn diff(diff: Diff) -> Step<FactDomain> {
    Step::Own(FactTable::Diff(diff))
}

/// A column of a table, by its place.
pub(crate) fn cell(place: usize) -> RowValue<TableDomain> {
    ColumnPlace(place).into()
}

/// A field of a record.
pub(crate) fn field<D: Domain>(name: &str) -> RowValue<D>
where
    RecordValue: Into<RowValue<D>>,
{
    RowValue::field(name)
}

/// What is calculated.
pub(crate) fn computed<D: Domain>(calculation: Calculation<D>) -> RowValue<D> {
    RowValue::Computed(Arc::new(calculation))
}

pub(crate) fn column<D: Domain>(name: &str, value: RowValue<D>) -> Column<D> {
    Column { name: name.into(), value }
}
