//! What can be named of facts, of entities and of the rows of a table, and the
//! stages that only one of them has.

use std::sync::Arc;

use super::check::Checker;
use super::report::Checked;
use super::shapes::{
    Calculated, CheckedStage, ColumnKind, EntityShape, FactShape, HISTORY_COLUMNS, RowShape, RowsAre, SOURCES_COLUMNS,
    TIMELINE_COLUMNS, TableColumn, TableShape,
};
use super::{
    Calculation, CalculationProblem, CellTest, ColumnPlace, EntityDomain, EntityValue, FactDomain, FactTable, Filter,
    OtherDate, RecordTest, RowStage, RowValue, TableDomain, Tabulation,
};
use crate::syntax::tree::{Expression, Path, Query, Stage};
use crate::syntax::{Span, Spanned};

impl RowShape for FactShape {
    type Domain = FactDomain;

    fn kind(&self) -> RowsAre<'_> {
        RowsAre::Facts
    }

    fn lets(&self) -> &[Calculated<FactDomain>] {
        &self.lets
    }

    fn add(&mut self, calculated: Calculated<FactDomain>) {
        self.lets.push(calculated);
    }

    fn value(&self, checker: &mut Checker<'_>, path: &Path) -> Checked<(RowValue<FactDomain>, ColumnKind)> {
        let (value, kind) = checker.value_of_fact(path, &self.lets)?;
        Ok((RowValue::Own(value), kind))
    }

    fn condition(&self, checker: &mut Checker<'_>, condition: &Expression) -> Checked<Filter> {
        checker.stage_condition(condition, &self.lets)
    }

    fn other_date(
        &self,
        checker: &mut Checker<'_>,
        path: Option<&Path>,
        filter: &Expression,
        _: Span,
    ) -> Checked<OtherDate> {
        checker.date_of_other_facts(path, filter)
    }

    fn own_stage(
        &self,
        checker: &mut Checker<'_>,
        stage: &Spanned<Stage>,
        query: Option<&Query>,
    ) -> Checked<CheckedStage<FactDomain>> {
        let span = stage.span;
        let table = |table, columns: &[&str]| {
            let shape = TableShape::fixed(columns.iter().copied());
            Ok(CheckedStage::Tabulate(Tabulation::Own(table), shape))
        };
        match &stage.value {
            Stage::Sources => {
                checker.warn_of_lost_columns(self, span, "sources");
                table(FactTable::Sources, &SOURCES_COLUMNS)
            }
            Stage::History => {
                checker.warn_of_lost_columns(self, span, "history");
                table(FactTable::History, &HISTORY_COLUMNS)
            }
            Stage::Extreme { last, by } => {
                let kept = checker.first_or_last(*last, by, self)?;
                Ok(CheckedStage::Narrow(RowStage::Own(kept)))
            }
            other => match checker.difference(other, RowsAre::Facts, query)? {
                Some((diff, shape)) => Ok(CheckedStage::Tabulate(Tabulation::Own(FactTable::Diff(diff)), shape)),
                None => table(FactTable::Timeline, &TIMELINE_COLUMNS),
            },
        }
    }
}

impl RowShape for EntityShape {
    type Domain = EntityDomain;

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

    fn other_date(
        &self,
        checker: &mut Checker<'_>,
        path: Option<&Path>,
        filter: &Expression,
        _: Span,
    ) -> Checked<OtherDate> {
        checker.date_of_other_facts(path, filter)
    }

    fn own_stage(
        &self,
        checker: &mut Checker<'_>,
        stage: &Spanned<Stage>,
        query: Option<&Query>,
    ) -> Checked<CheckedStage<EntityDomain>> {
        match checker.difference(&stage.value, self.kind(), query)? {
            Some((diff, shape)) => Ok(CheckedStage::Tabulate(Tabulation::Own(diff), shape)),
            None => Err(checker.refuse_stage(self.kind(), stage)),
        }
    }
}

impl RowShape for TableShape {
    type Domain = TableDomain;

    fn kind(&self) -> RowsAre<'_> {
        RowsAre::Table(self)
    }

    fn lets(&self) -> &[Calculated<TableDomain>] {
        &[]
    }

    fn add(&mut self, Calculated { name, kind, .. }: Calculated<TableDomain>) {
        self.columns.push(TableColumn { name, kind });
    }

    fn value(&self, checker: &mut Checker<'_>, path: &Path) -> Checked<(RowValue<TableDomain>, ColumnKind)> {
        let (place, column, part) = checker.column_place(path, self)?;
        Ok(super::values::part_of(ColumnPlace(place).into(), column.kind, part))
    }

    fn condition(&self, checker: &mut Checker<'_>, condition: &Expression) -> Checked<Filter<CellTest>> {
        checker.row_condition(condition, self)
    }

    fn other_date(
        &self,
        checker: &mut Checker<'_>,
        _: Option<&Path>,
        _: &Expression,
        span: Span,
    ) -> Checked<std::convert::Infallible> {
        Err(checker.report.refuse(span, CalculationProblem::OtherFactsOfTable))
    }

    fn own_stage(
        &self,
        checker: &mut Checker<'_>,
        stage: &Spanned<Stage>,
        query: Option<&Query>,
    ) -> Checked<CheckedStage<TableDomain>> {
        if let Stage::Timeline = stage.value {
            let timeline = checker.timeline(stage.span, self)?;
            return Ok(CheckedStage::Tabulate(Tabulation::Own(timeline), self.clone()));
        }
        // Nothing but facts and entities is compared: that is told here.
        checker.difference(&stage.value, self.kind(), query)?;
        Err(checker.refuse_stage(self.kind(), stage))
    }
}
