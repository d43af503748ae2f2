//! What can be named of facts, of entities and of the rows of a table, and the
//! stages that only one of them has.

use std::convert::Infallible;
use std::sync::Arc;

use super::check::Checker;
use super::report::Checked;
use super::shapes::{
    Calculated, CheckedStage, ColumnKind, EntityShape, FactShape, FactStage, HISTORY_COLUMNS, OwnStage, RowShape,
    RowsAre, SOURCES_COLUMNS, TIMELINE_COLUMNS, TableColumn, TableShape, kinds_of_record,
};
use super::{
    Calculation, CellTest, ColumnPlace, EntityDomain, EntityValue, FactDomain, FactTable, FactValue, Filter, OtherDate,
    OtherRows, RecordTest, RecordValue, RowStage, RowValue, TableDomain, Tabulation,
};
use crate::model::Schema;
use crate::syntax::Span;
use crate::syntax::tree::{Expression, Path, SortKey};

impl RowShape for FactShape {
    type Domain = FactDomain;

    const OTHER_DATE: Option<fn(OtherDate) -> OtherDate> = Some(std::convert::identity);

    fn kind(&self) -> RowsAre<'_> {
        RowsAre::Facts
    }

    fn lets(&self) -> &[Calculated<FactDomain>] {
        &self.lets
    }

    fn add(&mut self, calculated: Calculated<FactDomain>) {
        self.lets.push(calculated);
    }

    fn sort(&mut self, keys: &[SortKey]) {
        self.sorted = keys.to_vec();
    }

    fn value(&self, checker: &mut Checker<'_>, path: &Path) -> Checked<(RowValue<FactDomain>, ColumnKind)> {
        let (value, kind) = checker.value_of_fact(path, &self.lets)?;
        Ok((RowValue::Own(value), kind))
    }

    fn kinds_of(&self, value: &FactValue, schema: &Schema) -> Vec<String> {
        match value {
            FactValue::Record(value) => kinds_of_record(value, schema),
            FactValue::Relevance(_) => Vec::new(),
        }
    }

    fn condition(&self, checker: &mut Checker<'_>, condition: &Expression) -> Checked<Filter> {
        checker.stage_condition(condition, &self.lets)
    }

    fn own_stage(
        &self,
        checker: &mut Checker<'_>,
        span: Span,
        stage: OwnStage<'_>,
    ) -> Checked<CheckedStage<FactDomain>> {
        let table = |table, columns: &[&str]| {
            let shape = TableShape::fixed(columns.iter().copied());
            Ok(CheckedStage::Tabulate(Tabulation::Own(table), shape))
        };
        let diff = |(diff, shape)| CheckedStage::Tabulate(Tabulation::Own(FactTable::Diff(diff)), shape);
        match stage {
            OwnStage::OfFacts(FactStage::Sources) => {
                checker.warn_of_lost_columns(self, span, "sources");
                table(FactTable::Sources, &SOURCES_COLUMNS)
            }
            OwnStage::OfFacts(FactStage::History) => {
                checker.warn_of_lost_columns(self, span, "history");
                table(FactTable::History, &HISTORY_COLUMNS)
            }
            OwnStage::OfFacts(FactStage::FirstOrLast { last, by }) => {
                let kept = checker.first_or_last(last, by, self, span)?;
                Ok(CheckedStage::Narrow(RowStage::Own(kept)))
            }
            OwnStage::Timeline => table(FactTable::Timeline, &TIMELINE_COLUMNS),
            OwnStage::Diff { known, range, query } => checker.diff(known, range, None, query).map(diff),
            OwnStage::DiffKnown { from, to, query } => checker.diff_known(from, to, None, query).map(diff),
        }
    }
}

impl RowShape for EntityShape {
    type Domain = EntityDomain;

    const OTHER_DATE: Option<fn(OtherDate) -> OtherDate> = Some(std::convert::identity);

    fn kind(&self) -> RowsAre<'_> {
        RowsAre::Entities(self)
    }

    fn lets(&self) -> &[Calculated<EntityDomain>] {
        &self.lets
    }

    fn add(&mut self, calculated: Calculated<EntityDomain>) {
        self.lets.push(calculated);
    }

    fn value(&self, checker: &mut Checker<'_>, path: &Path) -> Checked<(RowValue<EntityDomain>, ColumnKind)> {
        checker.value_of_entity(path, self)
    }

    fn kinds_of(&self, value: &EntityValue, schema: &Schema) -> Vec<String> {
        match value {
            EntityValue::Record(RecordValue::Field(field)) if &**field == "id" => self.rows.kinds.clone(),
            EntityValue::Record(value) => kinds_of_record(value, schema),
            _ => Vec::new(),
        }
    }

    /// Since when a status is there, and the day of the row, are tested as what
    /// is calculated is.
    fn condition(&self, checker: &mut Checker<'_>, condition: &Expression) -> Checked<Filter<RecordTest>> {
        checker.refuse_mistaken(condition, &self.lets)?;
        let mut lets = self.lets.clone();
        let mut date = |name: &str, value| {
            let value = Arc::new(Calculation::Value(RowValue::Own(value)));
            lets.push(Calculated { name: name.into(), value, kind: ColumnKind::Date });
        };
        if let Some(status) = self.status() {
            date("since", EntityValue::Since(Arc::new(status)));
        }
        if self.series {
            date("as-of", EntityValue::AsOf);
        }
        checker.condition_with_lets(condition, &lets)
    }

    fn own_stage(
        &self,
        checker: &mut Checker<'_>,
        span: Span,
        stage: OwnStage<'_>,
    ) -> Checked<CheckedStage<EntityDomain>> {
        let diff = |(diff, shape)| CheckedStage::Tabulate(Tabulation::Own(diff), shape);
        match stage {
            OwnStage::Diff { known, range, query } => checker.diff(known, range, Some(&self.rows), query).map(diff),
            OwnStage::DiffKnown { from, to, query } => checker.diff_known(from, to, Some(&self.rows), query).map(diff),
            OwnStage::Timeline => Err(checker.refuse_timeline_of_entities(&self.rows, span)),
            OwnStage::OfFacts(stage) => {
                Err(checker.refuse_fact_stage(OtherRows::Entities(self.rows.plural.to_string()), None, span, stage))
            }
        }
    }
}

impl RowShape for TableShape {
    type Domain = TableDomain;

    const OTHER_DATE: Option<fn(OtherDate) -> Infallible> = None;

    fn kind(&self) -> RowsAre<'_> {
        RowsAre::Table(self)
    }

    fn lets(&self) -> &[Calculated<TableDomain>] {
        &[]
    }

    fn add(&mut self, Calculated { name, kind, .. }: Calculated<TableDomain>) {
        self.columns.push(TableColumn { name, kind, kinds: Vec::new() });
    }

    fn value(&self, checker: &mut Checker<'_>, path: &Path) -> Checked<(RowValue<TableDomain>, ColumnKind)> {
        let (place, column, part) = checker.column_place(path, self)?;
        Ok(super::values::part_of(ColumnPlace(place).into(), column.kind, part))
    }

    fn kinds_of(&self, value: &ColumnPlace, _: &Schema) -> Vec<String> {
        self.columns.get(value.0).map(|column| column.kinds.clone()).unwrap_or_default()
    }

    fn condition(&self, checker: &mut Checker<'_>, condition: &Expression) -> Checked<Filter<CellTest>> {
        checker.row_condition(condition, self)
    }

    fn own_stage(
        &self,
        checker: &mut Checker<'_>,
        span: Span,
        stage: OwnStage<'_>,
    ) -> Checked<CheckedStage<TableDomain>> {
        match stage {
            OwnStage::Timeline => {
                let timeline = checker.timeline(span, self)?;
                Ok(CheckedStage::Tabulate(Tabulation::Own(timeline), self.clone()))
            }
            OwnStage::Diff { known, range, .. } => Err(checker.refuse_diff_of_periods(known, range.span, self)),
            OwnStage::DiffKnown { from, to, .. } => {
                Err(checker.refuse_diff_of_periods(true, from.span.to(to.span), self))
            }
            OwnStage::OfFacts(stage) => {
                let mut columns = self.columns.iter();
                let date = columns.find(|column| column.kind == ColumnKind::Date).map(|column| column.name.to_string());
                Err(checker.refuse_fact_stage(OtherRows::Table, date, span, stage))
            }
        }
    }
}
