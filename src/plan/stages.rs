//! The stages of a query, one after the other, and what the rows are after
//! each of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::check::Checker;
use super::report::Checked;
use super::shapes::{
    CheckedStage, ColumnKind, EntityShape, FactShape, FactStage, OwnStage, RowShape, TableColumn, TableShape,
};
use super::unrecorded::{CoveredWorld, may_leave_unknown, status_may_be_unknown};
use super::values::Item;
use super::{
    Column, Filter, OrderKey, Pipeline, RecordDomain, RowStage, RowsOf, StageProblem, TableStage, TableStages,
    Tabulation, suggest, unknown_column,
};
use crate::model::fold;
use crate::syntax::tree;
use crate::syntax::{Span, Spanned};

impl Checker<'_> {
    /// Every stage over the rows of a query, which come without any; after one
    /// that is wrong the rows are not known, so the rest is not read.
    pub(super) fn stages(
        &mut self,
        stages: &[Spanned<tree::Stage>],
        rows: RowsOf,
        (query, filter): (&tree::Query, &Filter),
    ) -> Checked<RowsOf> {
        Ok(match rows {
            RowsOf::Facts(_) => RowsOf::Facts(self.pipeline(FactShape::default(), stages, (query, filter))?),
            RowsOf::Entities(rows, _) => {
                let series = query.as_of.as_ref().is_some_and(|as_of| as_of.value.is_series());
                let shape = EntityShape { rows, series, lets: Vec::new() };
                let pipeline = self.pipeline(shape.clone(), stages, (query, filter))?;
                RowsOf::Entities(shape.rows, pipeline)
            }
            RowsOf::Periods(rows, _) => {
                let shape = TableShape::of_periods(&rows, self.context.schema);
                let stages = self.table_stages(shape, stages, Some(query))?;
                RowsOf::Periods(rows, stages)
            }
        })
    }

    fn pipeline<S: RowShape>(
        &mut self,
        mut shape: S,
        stages: &[Spanned<tree::Stage>],
        (query, filter): (&tree::Query, &Filter),
    ) -> Checked<Pipeline<S::Domain>>
    where
        S::Domain: RecordDomain,
    {
        let mut pipeline = Pipeline::default();
        for (place, stage) in stages.iter().enumerate() {
            let query = (place == 0).then_some(query);
            match self.stage(stage, &mut shape, query)? {
                CheckedStage::Narrow(checked) => pipeline.narrowing.push(Spanned::new(checked, stage.span)),
                CheckedStage::Tabulate(mut checked, mut table) => {
                    if let Tabulation::Show(columns) = &mut checked {
                        self.add_unknown_columns(columns, &mut table);
                    }
                    if matches!(checked, Tabulation::Count { .. }) && self.may_be_unknown(filter, &pipeline.narrowing) {
                        let is_taken = table.columns.iter().any(|column| fold(&column.name) == "unknown");
                        let name = unknown_column(is_taken);
                        table.columns.push(TableColumn {
                            name: name.into(),
                            kind: ColumnKind::Number,
                            kinds: Vec::new(),
                        });
                        pipeline.counts_unknown = Some(name);
                    }
                    let first = Spanned::new(checked, span_of(stage));
                    let mut rest = stages.get(place + 1..).unwrap_or_default();
                    // Rows are cut before they are shown: the table may lack what they
                    // were put in order by.
                    while let (Tabulation::Show(_), Some((next, more))) = (&first.value, rest.split_first()) {
                        let cut = match next.value {
                            tree::Stage::Take(number) => RowStage::Take(number),
                            tree::Stage::Skip(number) => RowStage::Skip(number),
                            _ => break,
                        };
                        pipeline.narrowing.push(Spanned::new(cut, next.span));
                        rest = more;
                    }
                    pipeline.table = Some(TableStages { first, then: self.table_stages(table, rest, None)? });
                    break;
                }
            }
        }
        Ok(pipeline)
    }

    /// Beside each column that counts those with whom rows have a status one that
    /// counts those of whom it is unknown, if acts may not be recorded.
    fn add_unknown_columns<D: RecordDomain>(&self, columns: &mut Vec<Column<D>>, table: &mut TableShape) {
        let world = CoveredWorld::new(self.context.schema, self.context.entities, self.account.as_deref());
        let mut place = 0;
        while let Some(column) = columns.get(place) {
            place += 1;
            let Some((test, value)) = D::unknown_beside(&column.value) else { continue };
            if !status_may_be_unknown(&test, &world) {
                continue;
            }
            let is_taken = |name: &str| table.columns.iter().any(|column| fold(&column.name) == fold(name));
            let name: Arc<str> = match unknown_column(is_taken("unknown")) {
                name if is_taken(name) => continue,
                name => name.into(),
            };
            columns.insert(place, Column { name: name.clone(), value });
            table.columns.insert(place, TableColumn { name, kind: ColumnKind::Number, kinds: Vec::new() });
            place += 1;
        }
    }

    /// Whether rows that are counted may be unknown because acts may not be recorded.
    fn may_be_unknown<D: RecordDomain>(&self, filter: &Filter, narrowing: &[Spanned<RowStage<D>>]) -> bool {
        let world = CoveredWorld::new(self.context.schema, self.context.entities, self.account.as_deref());
        let hears = |filter: &Filter| may_leave_unknown(filter, &world);
        let mut found = hears(filter);
        for stage in narrowing {
            match &stage.value {
                RowStage::Where(condition) => found |= hears(condition),
                RowStage::Sort(_) | RowStage::Let(_) => {}
                // Of what is cut away nobody can say which are unknown.
                RowStage::Take(_) | RowStage::Skip(_) | RowStage::Own(_) => return false,
            }
        }
        found
    }

    fn table_stages(
        &mut self,
        mut shape: TableShape,
        stages: &[Spanned<tree::Stage>],
        query: Option<&tree::Query>,
    ) -> Checked<Vec<Spanned<TableStage>>> {
        let mut checked = Vec::with_capacity(stages.len());
        for (place, stage) in stages.iter().enumerate() {
            let query = query.filter(|_| place == 0);
            let one = match self.stage(stage, &mut shape, query)? {
                CheckedStage::Narrow(stage) => TableStage::Narrow(stage),
                CheckedStage::Tabulate(stage, table) => {
                    shape = table;
                    TableStage::Tabulate(stage)
                }
            };
            let cuts = matches!(one, TableStage::Narrow(RowStage::Take(_) | RowStage::Skip(_)));
            let is_show =
                |before: &&Spanned<TableStage>| matches!(before.value, TableStage::Tabulate(Tabulation::Show(_)));
            let tables = checked.iter().rev().take_while(is_show).count();
            let at = if cuts { checked.len() - tables } else { checked.len() };
            checked.insert(at, Spanned::new(one, span_of(stage)));
        }
        Ok(checked)
    }

    fn stage<S: RowShape>(
        &mut self,
        stage: &Spanned<tree::Stage>,
        shape: &mut S,
        query: Option<&tree::Query>,
    ) -> Checked<CheckedStage<S::Domain>> {
        use CheckedStage::{Narrow, Tabulate};
        Ok(match &stage.value {
            tree::Stage::Sort(keys) => {
                let mut sorted = Vec::with_capacity(keys.len());
                for key in keys {
                    let (value, _) = self.value(&key.path, shape)?;
                    sorted.push(OrderKey { descending: key.descending, value });
                }
                shape.sort(keys);
                Narrow(RowStage::Sort(sorted))
            }
            tree::Stage::Take(number) => Narrow(RowStage::Take(*number)),
            tree::Stage::Skip(number) => Narrow(RowStage::Skip(*number)),
            tree::Stage::Let { name, value } => Narrow(RowStage::Let(self.new_column(name, value, shape)?)),
            tree::Stage::Where(condition) => Narrow(RowStage::Where(shape.condition(self, condition)?)),
            tree::Stage::Show(items) => {
                let items = items.iter().map(|item| Item::Path(&item.path, item.heading.as_ref()));
                let (columns, table) = self.columns(items, shape, Vec::new())?;
                Tabulate(Tabulation::Show(columns), table)
            }
            tree::Stage::Distinct(paths) => {
                if paths.is_empty() {
                    return Err(self.report.refuse(stage.span, StageProblem::DistinctWithoutColumn));
                }
                let items = paths.iter().map(|path| Item::Path(path, None));
                let (columns, table) = self.columns(items, shape, Vec::new())?;
                Tabulate(Tabulation::Distinct(columns), table)
            }
            tree::Stage::Count { of, by } => self.count(of.as_ref(), by, shape)?,
            tree::Stage::Share { of, by } => self.share(of, by, shape)?,
            tree::Stage::Pivot { rows, columns } => self.pivot(rows, columns, shape)?,
            tree::Stage::Aggregate { functions, of, by } => self.summaries(functions, of, by, shape)?,
            tree::Stage::Extreme { last, by } => {
                shape.own_stage(self, stage.span, OwnStage::OfFacts(FactStage::FirstOrLast { last: *last, by }))?
            }
            tree::Stage::Sources => shape.own_stage(self, stage.span, OwnStage::OfFacts(FactStage::Sources))?,
            tree::Stage::History => shape.own_stage(self, stage.span, OwnStage::OfFacts(FactStage::History))?,
            tree::Stage::Timeline => shape.own_stage(self, stage.span, OwnStage::Timeline)?,
            tree::Stage::Diff { known, range } => {
                let query = self.first_stage(query, stage.span)?;
                shape.own_stage(self, stage.span, OwnStage::Diff { known: *known, range, query })?
            }
            tree::Stage::DiffKnown { from, to } => {
                let query = self.first_stage(query, stage.span)?;
                shape.own_stage(self, stage.span, OwnStage::DiffKnown { from, to, query })?
            }
        })
    }

    /// Warns that a stage makes a table without the columns that were calculated before.
    pub(super) fn warn_of_lost_columns(&mut self, shape: &FactShape, span: Span, stage: &'static str) {
        if !shape.lets.is_empty() && !self.again {
            let columns = suggest::owned(shape.lets.iter().map(|calculated| calculated.name.as_ref()));
            self.report.warn(span, StageProblem::LosesColumns { stage, columns });
        }
    }

    /// The whole query, of which a stage must be the first.
    fn first_stage<'q>(&mut self, query: Option<&'q tree::Query>, span: Span) -> Checked<&'q tree::Query> {
        query.ok_or_else(|| self.report.refuse(span, StageProblem::DiffNotFirst))
    }
}

/// Where a stage stands: a share where its condition does.
fn span_of(stage: &Spanned<tree::Stage>) -> Span {
    if let tree::Stage::Share { of, .. } = &stage.value { of.span } else { stage.span }
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
