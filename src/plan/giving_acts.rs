//! Queries within a query that give the values of a field: the acts by which they give
//! them. Where such an act may not be recorded, it is unknown whether a value is given
//! that no recorded act gives.

use super::{
    Column, FactValue, Filter, Match, Part, Query, RecordTest, RecordValue, RowStage, RowValue, RowsOf, TableStage,
    Tabulation,
};
use crate::model::vocabulary::Role;
use crate::model::{Schema, StatusRule, Window};
use crate::syntax::{Span, Spanned};

/// The acts by which a query gives the values in its one column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct GivingActs {
    /// What must hold of such an act.
    pub filter: Filter,
    /// At which end of it stands what is given; none if that is something else.
    pub end: Option<Role>,
}

impl GivingActs {
    /// Of a query whose rows are facts, or the periods that facts open; none if they are
    /// entities, each of which is a row whatever is recorded.
    pub(crate) fn of_query(query: &Query, schema: &Schema) -> Option<Self> {
        let (parts, end) = match &query.rows {
            RowsOf::Facts(pipeline) => {
                let conditions = pipeline.narrowing.iter().filter_map(|stage| match &stage.value {
                    RowStage::Where(condition) => Some(condition.clone()),
                    _ => None,
                });
                let first = pipeline.table.as_ref();
                let ends = first.map(|table| ends_after(&table.first.value, &end_of_fact)).unwrap_or_default();
                let ends = first.map(|table| ends_at_last(ends, &table.then)).unwrap_or_default();
                (std::iter::once(query.filter.clone()).chain(conditions).collect::<Vec<_>>(), ends)
            }
            RowsOf::Periods(rows, stages) => {
                let status = rows.status.as_ref()?;
                let opening = StatusRule::new(schema, &status.status)?.opening().map(str::to_owned).collect();
                let action = RecordTest::Keyword { field: "action".into(), test: Match::Any(opening) };
                let until = RecordTest::Date { field: "date".into(), window: Window::until(rows.day) };
                let using = status.using.as_deref().cloned();
                let parts = [action, until].into_iter().map(Filter::Test).chain(using).collect();
                (parts, ends_at_last(vec![Some(Role::Subject), Some(Role::Object)], stages))
            }
            RowsOf::Entities(..) => return None,
        };
        let part = |filter| Part { filter, span: Span::default() };
        let end = if let [end] = end.as_slice() { *end } else { None };
        Some(Self { filter: Filter::And(parts.into_iter().map(part).collect()), end })
    }
}

/// Which end of its fact a value is.
fn end_of_fact(value: &FactValue) -> Option<Role> {
    let FactValue::Record(RecordValue::Field(field)) = value else { return None };
    [Role::Subject, Role::Object].into_iter().find(|role| role.field() == &**field)
}

/// Which end of a fact each column of a table is.
fn ends_after<D: super::Domain>(
    stage: &Tabulation<D>,
    end_of: &dyn Fn(&D::Value) -> Option<Role>,
) -> Vec<Option<Role>> {
    let end = |column: &Column<D>| if let RowValue::Own(value) = &column.value { end_of(value) } else { None };
    match stage {
        Tabulation::Show(columns) | Tabulation::Distinct(columns) => columns.iter().map(end).collect(),
        Tabulation::Count { by, .. } => by.iter().map(end).chain([None]).collect(),
        Tabulation::Share { by, .. } | Tabulation::Aggregate { by, .. } => by.iter().map(end).collect(),
        Tabulation::Pivot { .. } | Tabulation::Own(_) => Vec::new(),
    }
}

/// The same after some stages over the table.
fn ends_at_last(ends: Vec<Option<Role>>, stages: &[Spanned<TableStage>]) -> Vec<Option<Role>> {
    stages.iter().fold(ends, |ends, stage| match &stage.value {
        TableStage::Narrow(_) => ends,
        TableStage::Tabulate(table) => ends_after(table, &|place| ends.get(place.0).copied().flatten()),
    })
}
