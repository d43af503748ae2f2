//! The filters of a query: that of its rows, and those in its stages over facts or
//! entities. It knows queries and looks at no fact.

use std::convert::Infallible;

use crate::exec::rows::arithmetic::{Leaf, leaves};
use crate::plan::{
    Calculation, Domain, EntityValue, Filter, FirstOrLast, OtherDate, OtherFacts, Pipeline, Query, RecordDomain,
    RowStage, RowValue, RowsOf, StatusTest, Tabulation,
};

/// The filters of a query, and what else it asks of acts.
#[derive(Default)]
pub(crate) struct QueryFilters<'q> {
    /// Those of its rows.
    pub of_rows: Vec<&'q Filter>,
    /// Those of facts whose dates are calculated with.
    pub of_dates: Vec<&'q OtherFacts>,
    /// The statuses of which others are counted.
    pub counted: Vec<&'q StatusTest>,
}

impl<'q> QueryFilters<'q> {
    pub fn new(query: &'q Query) -> Self {
        let mut found = Self { of_rows: vec![&query.filter], ..Self::default() };
        match &query.rows {
            RowsOf::Facts(pipeline) => found.add(pipeline, |FirstOrLast { by, .. }| by),
            RowsOf::Entities(_, pipeline) => {
                found.add(pipeline, |stage: &Infallible| match *stage {});
                found.counted = values(pipeline, |stage: &Infallible| match *stage {})
                    .into_iter()
                    .filter_map(|value| match value {
                        RowValue::Own(EntityValue::Holders(test)) => Some(&**test),
                        _ => None,
                    })
                    .collect();
            }
            RowsOf::Periods(..) => {}
        }
        found
    }

    fn add<D>(&mut self, pipeline: &'q Pipeline<D>, keys: fn(&'q D::Narrowing) -> &'q [RowValue<D>])
    where
        D: RecordDomain<OtherDate = OtherDate>,
    {
        for stage in &pipeline.narrowing {
            if let RowStage::Where(condition) = &stage.value {
                self.of_rows.push(condition);
            }
        }
        if let Some(Tabulation::Share { of, .. }) = pipeline.table.as_ref().map(|table| &table.first.value) {
            self.of_rows.push(of);
        }
        for value in values(pipeline, keys) {
            self.add_value(value);
        }
    }

    fn add_value<D: RecordDomain<OtherDate = OtherDate>>(&mut self, value: &'q RowValue<D>) {
        match value {
            RowValue::Own(_) => {}
            RowValue::Condition(condition) => self.of_rows.push(condition),
            RowValue::PartOf(whole, _) => self.add_value(whole),
            RowValue::Computed(calculation) => self.add_calculation(calculation),
        }
    }

    /// Adds those of a calculation.
    pub fn add_calculation<D: RecordDomain<OtherDate = OtherDate>>(&mut self, calculation: &'q Calculation<D>) {
        for leaf in leaves(calculation) {
            match leaf {
                Leaf::Value(value) => self.add_value(value),
                Leaf::Other(date) => self.of_dates.push(&date.other),
            }
        }
    }
}

/// The values that rows are sorted, shown, counted or summarised by, or have besides;
/// `keys` gives those of the stages of such rows alone.
fn values<'q, D: Domain>(
    pipeline: &'q Pipeline<D>,
    keys: fn(&'q D::Narrowing) -> &'q [RowValue<D>],
) -> Vec<&'q RowValue<D>> {
    let mut found = Vec::new();
    for stage in &pipeline.narrowing {
        match &stage.value {
            RowStage::Sort(keys) => found.extend(keys.iter().map(|key| &key.value)),
            RowStage::Let(column) => found.push(&column.value),
            RowStage::Own(stage) => found.extend(keys(stage)),
            RowStage::Take(_) | RowStage::Skip(_) | RowStage::Where(_) => {}
        }
    }
    let (of, by) = match pipeline.table.as_ref().map(|table| &table.first.value) {
        Some(Tabulation::Show(columns) | Tabulation::Distinct(columns)) => (None, columns.as_slice()),
        Some(Tabulation::Count { of, by }) => (of.as_ref(), by.as_slice()),
        Some(Tabulation::Share { by, .. }) => (None, by.as_slice()),
        Some(Tabulation::Aggregate { of, by, .. }) => (Some(of), by.as_slice()),
        Some(Tabulation::Pivot { rows, columns }) => {
            found.push(&rows.value);
            (Some(&columns.value), &[][..])
        }
        Some(Tabulation::Own(_)) | None => (None, &[][..]),
    };
    found.extend(of);
    found.extend(by.iter().map(|column| &column.value));
    found
}
