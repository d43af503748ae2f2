//! Stages that make a table of groups: shares, pivots and summaries; and those
//! that keep the first or last of each group.

use std::sync::Arc;

use super::check::Checker;
use super::report::{Checked, Reported};
use super::shapes::{CheckedStage, ColumnKind, FactShape, FactStage, RowShape, TableColumn, TableShape};
use super::values::Item;
use super::{CalculationProblem, FirstOrLast, Meaning, OtherRows, RowValue, StageProblem, Tabulation, count_column};
use crate::model::fold;
use crate::syntax::tree::{self, Aggregate, Expression, GroupKey, Path};
use crate::syntax::{Span, Spanned, print_stage};

/// A column of results.
fn result(name: &str, kind: ColumnKind) -> TableColumn {
    TableColumn { name: Arc::from(name), kind, kinds: Vec::new() }
}

impl Checker<'_> {
    /// `count [path] [by key, key]`
    pub(super) fn count<S: RowShape>(
        &mut self,
        of: Option<&Path>,
        by: &[GroupKey],
        shape: &S,
    ) -> Checked<CheckedStage<S::Domain>> {
        let of = of.map(|path| self.value(path, shape)).transpose()?.map(|(value, _)| value);
        let called_so = by.iter().any(|key| match key {
            GroupKey::Path(path) => fold(&super::paths::written(path)) == "count",
            GroupKey::Condition(_) => false,
        });
        let name = count_column(called_so);
        let (by, table) = self.columns(by.iter().map(Item::from), shape, vec![result(name, ColumnKind::Number)])?;
        Ok(CheckedStage::Tabulate(Tabulation::Count { of, by }, table))
    }

    /// `share of (condition) [by key, key]`
    pub(super) fn share<S: RowShape>(
        &mut self,
        of: &Expression,
        by: &[GroupKey],
        shape: &S,
    ) -> Checked<CheckedStage<S::Domain>> {
        let of = Arc::new(shape.condition(self, of)?);
        let more = ["n", "of", "share"].map(|name| result(name, ColumnKind::Number));
        let (by, table) = self.columns(by.iter().map(Item::from), shape, more.to_vec())?;
        Ok(CheckedStage::Tabulate(Tabulation::Share { of, by }, table))
    }

    /// `pivot key x key`
    pub(super) fn pivot<S: RowShape>(
        &mut self,
        rows: &GroupKey,
        columns: &GroupKey,
        shape: &S,
    ) -> Checked<CheckedStage<S::Domain>> {
        let columns = self.columns([columns.into()], shape, Vec::new());
        let rows = self.columns([rows.into()], shape, vec![result("total", ColumnKind::Number)]);
        let ((mut rows, table), (mut columns, _)) = (rows?, columns?);
        let pivot = Tabulation::Pivot { rows: rows.remove(0), columns: columns.remove(0) };
        Ok(CheckedStage::Tabulate(pivot, TableShape { pivoted: true, ..table }))
    }

    /// `median of lag [by key, key]`
    pub(super) fn summaries<S: RowShape>(
        &mut self,
        functions: &[Spanned<Aggregate>],
        of: &Path,
        by: &[GroupKey],
        shape: &S,
    ) -> Checked<CheckedStage<S::Domain>> {
        let (value, kind) = self.value(of, shape)?;
        let written = super::paths::written(of);
        if !kind.is_measured() {
            let first = functions.first().map_or(Aggregate::Min, |function| function.value);
            let problem = CalculationProblem::NoSummary {
                path: written,
                holds: kind.into(),
                summary: first.name().into_owned(),
                measured: self.measured(shape),
            };
            return Err(self.report.refuse(of.span, problem));
        }
        let mut more: Vec<TableColumn> = Vec::with_capacity(functions.len() + 1);
        for function in functions {
            let name = function.value.name();
            if function.value == Aggregate::Sum && kind == ColumnKind::Date {
                return Err(self.report.refuse(function.span, CalculationProblem::SumOfDates { path: written }));
            }
            if more.iter().any(|other| *other.name == *name) {
                let summary = name.into_owned();
                return Err(self.report.refuse(function.span, CalculationProblem::SummaryTwice { summary }));
            }
            more.push(result(&name, kind));
        }
        more.push(result("n", ColumnKind::Number));
        let (by, table) = self.columns(by.iter().map(Item::from), shape, more)?;
        let functions = functions.iter().map(|function| function.value).collect();
        Ok(CheckedStage::Tabulate(Tabulation::Aggregate { functions, of: value, by }, table))
    }

    /// `first by subject`, in the order of the sort before it or of dates.
    pub(super) fn first_or_last(
        &mut self,
        last: bool,
        by: &[GroupKey],
        shape: &FactShape,
        span: Span,
    ) -> Checked<FirstOrLast> {
        let mut values = Vec::with_capacity(by.len());
        for key in by {
            values.push(match key {
                GroupKey::Path(path) => self.value(path, shape)?.0,
                GroupKey::Condition(condition) => RowValue::Condition(Arc::new(shape.condition(self, condition)?)),
            });
        }
        let keys = shape.sorted.iter();
        let sorted_by = keys.clone().map(|key| super::paths::written(&key.path).into()).collect();
        let sort = (!shape.sorted.is_empty()).then(|| print_stage(&tree::Stage::Sort(keys.cloned().collect())));
        self.report.read(span, Meaning::FirstOrLast { last, sort });
        Ok(FirstOrLast { last, sorted_by, by: values })
    }

    /// Refuses a stage that facts alone have; `date` is a column by which the rows
    /// could be sorted instead.
    pub(super) fn refuse_fact_stage(
        &mut self,
        rows: OtherRows,
        date: Option<String>,
        span: Span,
        stage: FactStage<'_>,
    ) -> Reported {
        let problem = match stage {
            FactStage::FirstOrLast { last, .. } => StageProblem::NeedsDatedFacts { last, rows, date },
            FactStage::Sources => StageProblem::NeedsFacts { stage: "sources", rows },
            FactStage::History => StageProblem::NeedsFacts { stage: "history", rows },
        };
        self.report.refuse(span, problem)
    }
}
