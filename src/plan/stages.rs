//! The stages of a query, one after the other, and what the rows are after
//! each of them.

use std::collections::BTreeSet;

use super::check::Checker;
use super::report::Checked;
use super::shapes::{HISTORY_COLUMNS, SOURCES_COLUMNS, Shape};
use super::values::Item;
use super::{RowsOf, SortKey, Stage, suggest};
use crate::model::fold;
use crate::syntax::tree;
use crate::syntax::{Span, Spanned};

impl Checker<'_> {
    /// Every stage; after one that is wrong the rows are not known, so the
    /// rest is not read.
    pub(super) fn stages(
        &mut self,
        stages: &[Spanned<tree::Stage>],
        rows: &RowsOf,
        query: &tree::Query,
    ) -> Checked<(Vec<Stage>, Vec<Span>)> {
        let series = query.as_of.as_ref().is_some_and(|as_of| as_of.value.is_series());
        let mut shape = Shape::of(rows, series, self.context.schema);
        let (mut checked, mut places) = (Vec::with_capacity(stages.len()), Vec::with_capacity(stages.len()));
        for (place, stage) in stages.iter().enumerate() {
            match &stage.value {
                tree::Stage::Timeline => checked.extend(self.timeline(stage.span, &mut shape)?),
                tree::Stage::Diff { .. } | tree::Stage::DiffKnown { .. } => {
                    if place > 0 {
                        let help = Some("put it first, right after the conditions".to_owned());
                        return Err(self.report.error(
                            stage.span,
                            "`diff` compares the answers of the query itself",
                            help,
                        ));
                    }
                    let (stage, after) = match &stage.value {
                        tree::Stage::Diff { known, range } => self.diff(*known, range, rows, query)?,
                        tree::Stage::DiffKnown { from, to } => self.diff_known(from, to, rows, query)?,
                        _ => continue,
                    };
                    checked.push(stage);
                    shape = after;
                }
                other => checked.push(self.stage(other, stage.span, &mut shape)?),
            }
            let place = if let tree::Stage::Share { of, .. } = &stage.value { of.span } else { stage.span };
            places.resize(checked.len(), place);
        }
        Ok((checked, places))
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
                let items = items.iter().map(|item| Item::Path(&item.path, item.heading.as_ref()));
                Ok(Stage::Show(self.columns(items, shape, Vec::new())?))
            }
            tree::Stage::Distinct(paths) => {
                if paths.is_empty() {
                    let help = Some("`distinct subject`, `distinct subject, object`".to_owned());
                    return Err(self.report.error(span, "`distinct` needs a column", help));
                }
                Ok(Stage::Distinct(self.columns(paths.iter().map(|path| Item::Path(path, None)), shape, Vec::new())?))
            }
            tree::Stage::Count { of, by } => self.count(of.as_ref(), by, shape),
            tree::Stage::Share { of, by } => self.share(of, by, shape),
            tree::Stage::Pivot { rows, columns } => self.pivot(rows, columns, shape),
            tree::Stage::Aggregate { functions, of, by } => self.summaries(functions, of, by, shape),
            tree::Stage::Extreme { last, by } => self.extreme(*last, by, span, shape),
            tree::Stage::Let { name, value } => self.new_column(name, value, shape),
            tree::Stage::Where(condition) => match shape {
                Shape::Table(table) => Ok(Stage::WhereRow(self.row_condition(condition, table)?)),
                shape => Ok(Stage::Where(self.stage_condition(condition, shape)?)),
            },
            tree::Stage::Sources => {
                self.facts_only(shape, span, "sources")?;
                self.columns_left_behind(shape, span, "sources");
                *shape = Shape::fixed(SOURCES_COLUMNS);
                Ok(Stage::Sources)
            }
            tree::Stage::History => {
                self.facts_only(shape, span, "history")?;
                self.columns_left_behind(shape, span, "history");
                *shape = Shape::fixed(HISTORY_COLUMNS);
                Ok(Stage::History)
            }
            // They are read where all stages are.
            tree::Stage::Timeline | tree::Stage::Diff { .. } | tree::Stage::DiffKnown { .. } => Ok(Stage::Timeline),
        }
    }

    /// Tells of what was calculated before a stage that has columns of its own.
    fn columns_left_behind(&mut self, shape: &Shape, span: Span, stage: &str) {
        let names = suggest::listed(shape.lets().iter().map(|calculated| calculated.name.as_ref()));
        if !names.is_empty() && !self.again {
            let message = format!("`{stage}` makes a table of its own columns, without {names}");
            let help =
                format!("calculate from the columns of that table, after `{stage}`; or show it without `{stage}`");
            self.report.hint(span, message, Some(help));
        }
    }

    fn facts_only(&mut self, shape: &Shape, span: Span, stage: &str) -> Checked<()> {
        match shape {
            Shape::Facts(_) => Ok(()),
            Shape::Entities(entities) => {
                let message = format!("`{stage}` needs facts, and the rows are {}", entities.rows.plural);
                let help = format!("ask for the facts, without `{}`: `… | {stage}`", entities.rows.plural);
                Err(self.report.error(span, message, Some(help)))
            }
            Shape::Table(_) => {
                let message = format!("`{stage}` needs facts, and a stage before made a table of them");
                Err(self.report.error(span, message, Some(format!("put `{stage}` before that stage"))))
            }
        }
    }
}

/// The names, folded, that columns of a query's own have and that may be
/// dates: a date test after one of them is a test of it.
pub(super) fn own_columns(query: &tree::Query) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut add = |name: &str| {
        names.insert(fold(name).into_owned());
    };
    if query.periods {
        ["start", "end"].into_iter().for_each(&mut add);
    }
    if query.as_of.as_ref().is_some_and(|as_of| as_of.value.is_series()) {
        add("as-of");
    }
    for stage in &query.stages {
        match &stage.value {
            tree::Stage::Let { name, .. } => add(&name.value),
            tree::Stage::Show(items) => {
                items.iter().filter_map(|item| item.heading.as_ref()).for_each(|heading| add(&heading.value));
            }
            tree::Stage::Aggregate { .. } => ["min", "max", "median"].into_iter().for_each(&mut add),
            tree::Stage::Sources => add("published"),
            tree::Stage::History | tree::Stage::Diff { .. } | tree::Stage::DiffKnown { .. } => add("committed"),
            _ => {}
        }
    }
    names
}
