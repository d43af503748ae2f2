//! The stages of a query, and what the rows are after each of them.

use std::sync::Arc;

use super::check::Checker;
use super::report::{Checked, Reported};
use super::values::{ColumnKind, Shape, TableColumn};
use super::{Column, RowsOf, SortKey, Stage};
use crate::model::fold;
use crate::syntax::tree::{self, Aggregate, Key, Path};
use crate::syntax::{Span, Spanned};

/// The columns of the table that `sources` makes, in order: the fact, then
/// what one of its sources says.
pub const SOURCES_COLUMNS: [&str; 11] =
    ["id", "subject", "action", "object", "date", "publisher", "published", "according_to", "url", "quote", "says"];

/// The columns of the table that `history` makes, in order: the fact as the
/// version has it, then when and how the store came to hold it. `change` is
/// `asserted`, `superseded` or `retracted`; `committed` is a time, RFC 3339.
pub const HISTORY_COLUMNS: [&str; 10] =
    ["id", "subject", "action", "object", "date", "change", "transaction", "committed", "author", "reason"];

impl Checker<'_> {
    /// Every stage; after one that is wrong the rows are not known, so the
    /// rest is not read.
    pub(super) fn stages(
        &mut self,
        stages: &[Spanned<tree::Stage>],
        _rows: &RowsOf,
        _query: &tree::Query,
    ) -> Checked<Vec<Stage>> {
        let mut shape = Shape::Facts;
        let mut checked = Vec::with_capacity(stages.len());
        for stage in stages {
            checked.push(self.stage(&stage.value, stage.span, &mut shape)?);
        }
        Ok(checked)
    }

    fn stage(&mut self, stage: &tree::Stage, span: Span, shape: &mut Shape) -> Checked<Stage> {
        match stage {
            tree::Stage::Sort(keys) => {
                let mut sorted = Vec::with_capacity(keys.len());
                for key in keys {
                    let (value, _) = self.value(&key.path, shape)?;
                    sorted.push(SortKey { descending: key.descending, value });
                }
                Ok(Stage::Sort(sorted))
            }
            tree::Stage::Take(number) => Ok(Stage::Take(*number)),
            tree::Stage::Skip(number) => Ok(Stage::Skip(*number)),
            tree::Stage::Show(items) => {
                let items = items.iter().map(|item| (&item.path, item.heading.as_ref()));
                Ok(Stage::Show(self.columns(items, shape, &[])?))
            }
            tree::Stage::Distinct(paths) => {
                if paths.is_empty() {
                    let help = Some("`distinct subject`, `distinct subject, object`".to_owned());
                    return Err(self.report.error(span, "`distinct` needs a column", help));
                }
                Ok(Stage::Distinct(self.columns(paths.iter().map(|path| (path, None)), shape, &[])?))
            }
            tree::Stage::Count { of, by } => {
                let of = of.as_ref().map(|path| self.value(path, shape)).transpose()?.map(|(value, _)| value);
                let paths = self.keys(by)?;
                let count = TableColumn { name: "count".into(), kind: ColumnKind::Number };
                let by = self.columns(paths.into_iter().map(|path| (path, None)), shape, &[count])?;
                Ok(Stage::Count { of, by })
            }
            tree::Stage::Where(condition) => match shape {
                Shape::Facts => Ok(Stage::Where(self.condition(condition)?)),
                Shape::Table(columns) => Ok(Stage::WhereRow(self.row_condition(condition, columns)?)),
            },
            tree::Stage::Sources => {
                self.facts_only(shape, span, "sources")?;
                *shape = table(&SOURCES_COLUMNS);
                Ok(Stage::Sources)
            }
            tree::Stage::History => {
                self.facts_only(shape, span, "history")?;
                *shape = table(&HISTORY_COLUMNS);
                Ok(Stage::History)
            }
            later => Err(self.later_stage(later, span)),
        }
    }

    /// The columns of a new table, which from here on the rows are.
    fn columns<'p>(
        &mut self,
        items: impl Iterator<Item = (&'p Path, Option<&'p tree::Name>)>,
        shape: &mut Shape,
        more: &[TableColumn],
    ) -> Checked<Vec<Column>> {
        let mut columns = Vec::new();
        let mut after: Vec<TableColumn> = Vec::new();
        for (path, heading) in items {
            let (column, table) = self.column(path, heading, shape)?;
            if after.iter().chain(more).any(|other| fold(&other.name) == fold(&table.name)) {
                let span = heading.map_or(path.span, |heading| heading.span);
                let help = Some(format!("give one another name: `show … as {}_2`", table.name));
                return Err(self.report.error(span, format!("two columns are called `{}`", table.name), help));
            }
            columns.push(column);
            after.push(table);
        }
        after.extend_from_slice(more);
        *shape = Shape::Table(after);
        Ok(columns)
    }

    fn keys<'k>(&mut self, keys: &'k [Key]) -> Checked<Vec<&'k Path>> {
        let mut paths = Vec::with_capacity(keys.len());
        for key in keys {
            match key {
                Key::Path(path) => paths.push(path),
                Key::Condition(condition) => {
                    let help = Some("put the condition before the count: `… field:value | count`".to_owned());
                    return Err(self.report.not_yet(condition.span, "by (condition)", help));
                }
            }
        }
        Ok(paths)
    }

    fn facts_only(&mut self, shape: &Shape, span: Span, stage: &str) -> Checked<()> {
        match shape {
            Shape::Facts => Ok(()),
            Shape::Table(_) => {
                let message = format!("`{stage}` needs facts, and a stage before made a table of them");
                Err(self.report.error(span, message, Some(format!("put `{stage}` before that stage"))))
            }
        }
    }

    fn later_stage(&mut self, stage: &tree::Stage, span: Span) -> Reported {
        let (name, instead) = match stage {
            tree::Stage::Share { .. } => {
                ("share of (…)", Some("count with the condition and without it: `… field:value | count`"))
            }
            tree::Stage::Pivot { .. } => ("pivot", Some("one row for each pair: `count by subject, decade`")),
            tree::Stage::Aggregate { functions, .. } => {
                let name = match functions.first().map(|function| function.value) {
                    Some(Aggregate::Max) => "max of",
                    Some(Aggregate::Median) => "median of",
                    Some(Aggregate::Sum) => "sum of",
                    Some(Aggregate::Min) | None => "min of",
                };
                let extreme = name.starts_with("mi") || name.starts_with("ma");
                (name, extreme.then_some("`sort x | take 1` is the least, `sort -x | take 1` the greatest"))
            }
            tree::Stage::Extreme { last: false, .. } => {
                ("first by", Some("`sort date | take 1`, or `sort subject, date`"))
            }
            tree::Stage::Extreme { last: true, .. } => {
                ("last by", Some("`sort -date | take 1`, or `sort subject, -date`"))
            }
            tree::Stage::Let { .. } => ("let", Some("show both values beside each other: `show date, effective`")),
            tree::Stage::Timeline => ("timeline", Some("`sort date` puts the facts in the order of their dates")),
            _ => ("diff", Some("ask twice: `… known D1` and `… known D2`")),
        };
        self.report.not_yet(span, name, instead.map(str::to_owned))
    }
}

/// The table that a stage with fixed columns makes.
fn table(names: &[&str]) -> Shape {
    let kind = |name: &str| match name {
        "subject" | "object" => ColumnKind::Reference,
        "action" => ColumnKind::Action,
        "date" | "published" | "committed" => ColumnKind::Date,
        "transaction" => ColumnKind::Number,
        _ => ColumnKind::Text,
    };
    Shape::Table(names.iter().map(|name| TableColumn { name: Arc::from(*name), kind: kind(name) }).collect())
}
