//! Stages that make a table of groups: shares, pivots and summaries; and those
//! that keep the first or last of each group.

use std::sync::Arc;

use super::check::Checker;
use super::report::Checked;
use super::shapes::{ColumnKind, Shape, TableColumn, TableShape};
use super::values::Item;
use super::{Stage, Value, count_column};
use crate::model::fold;
use crate::syntax::tree::{Aggregate, Expression, GroupKey, Path};
use crate::syntax::{Span, Spanned};

/// A column of results.
fn result(name: &str, kind: ColumnKind) -> TableColumn {
    TableColumn { name: Arc::from(name), kind }
}

impl Checker<'_> {
    /// `count [path] [by key, key]`
    pub(super) fn count(&mut self, of: Option<&Path>, by: &[GroupKey], shape: &mut Shape) -> Checked<Stage> {
        let of = of.map(|path| self.value(path, shape)).transpose()?.map(|(value, _)| value);
        let called_so = by.iter().any(|key| match key {
            GroupKey::Path(path) => fold(&super::paths::written(path)) == "count",
            GroupKey::Condition(_) => false,
        });
        let name = count_column(called_so);
        let by = self.columns(by.iter().map(Item::from), shape, vec![result(name, ColumnKind::Number)])?;
        Ok(Stage::Count { of, by })
    }

    /// `share of (condition) [by key, key]`
    pub(super) fn share(&mut self, of: &Expression, by: &[GroupKey], shape: &mut Shape) -> Checked<Stage> {
        let of = self.condition_value(of, shape)?;
        let more = ["n", "of", "share"].map(|name| result(name, ColumnKind::Number));
        let by = self.columns(by.iter().map(Item::from), shape, more.to_vec())?;
        Ok(Stage::Share { of, by })
    }

    /// `pivot key x key`
    pub(super) fn pivot(&mut self, rows: &GroupKey, columns: &GroupKey, shape: &mut Shape) -> Checked<Stage> {
        let mut across = shape.clone();
        let columns = self.columns([columns.into()], &mut across, Vec::new());
        let rows = self.columns([rows.into()], shape, vec![result("total", ColumnKind::Number)]);
        let (mut rows, mut columns) = (rows?, columns?);
        if let Shape::Table(TableShape { pivoted, .. }) = shape {
            *pivoted = true;
        }
        Ok(Stage::Pivot { rows: rows.remove(0), columns: columns.remove(0) })
    }

    /// `median of lag [by key, key]`
    pub(super) fn summaries(
        &mut self,
        functions: &[Spanned<Aggregate>],
        of: &Path,
        by: &[GroupKey],
        shape: &mut Shape,
    ) -> Checked<Stage> {
        let (value, kind) = self.value(of, shape)?;
        let written = super::paths::written(of);
        if !kind.is_measured() {
            let first = functions.first().map_or(Aggregate::Min, |function| function.value);
            let message = format!("`{written}` is {}, which has no {}", kind.name(), first.name());
            let help = format!("{}; `count {written}` counts different ones", self.measured(shape));
            return Err(self.report.error(of.span, message, Some(help)));
        }
        let mut more: Vec<TableColumn> = Vec::with_capacity(functions.len() + 1);
        for function in functions {
            let name = function.value.name();
            if function.value == Aggregate::Sum && kind == ColumnKind::Date {
                let message = format!("`{written}` is a date, and dates have no sum");
                let help = format!("`min max median of {written}`");
                return Err(self.report.error(function.span, message, Some(help)));
            }
            if more.iter().any(|other| other.name.as_ref() == name) {
                let message = format!("`{name}` stands here twice");
                return Err(self.report.error(function.span, message, Some("once is enough".to_owned())));
            }
            more.push(result(name, kind));
        }
        more.push(result("n", ColumnKind::Number));
        let by = self.columns(by.iter().map(Item::from), shape, more)?;
        let functions = functions.iter().map(|function| function.value).collect();
        Ok(Stage::Aggregate { functions, of: value, by })
    }

    /// `first by subject`
    pub(super) fn extreme(&mut self, last: bool, by: &[GroupKey], span: Span, shape: &Shape) -> Checked<Stage> {
        let (stage, minus) = if last { ("last by", "-") } else { ("first by", "") };
        match shape {
            Shape::Facts(_) => {}
            Shape::Entities(entities) => {
                let message =
                    format!("`{stage}` needs facts, which have a date, and the rows are {}", entities.rows.plural);
                let help = format!("`sort {minus}from | take 1` keeps one of them");
                return Err(self.report.error(span, message, Some(help)));
            }
            Shape::Table(table) => {
                let message = format!("`{stage}` needs facts, and the rows are a table");
                let dated = table.columns.iter().find(|column| column.kind == ColumnKind::Date);
                let help = match dated {
                    Some(column) => format!("`sort {minus}{} | take 1` keeps one row of a table", column.name),
                    None => format!("put `{stage} …` before the stage that made the table"),
                };
                return Err(self.report.error(span, message, Some(help)));
            }
        }
        let mut values: Vec<Value> = Vec::with_capacity(by.len());
        for key in by {
            values.push(match key {
                GroupKey::Path(path) => self.value(path, shape)?.0,
                GroupKey::Condition(condition) => self.condition_value(condition, shape)?,
            });
        }
        Ok(Stage::Extreme { last, by: values })
    }
}
