//! Stages over facts.

use std::sync::{Arc, OnceLock};

use crate::exec::filter::facts::Evaluator;
use crate::exec::filter::sets::Level;
use crate::exec::rows::columns::Shape;
use crate::exec::rows::computed_dates::may_be_computed;
use crate::exec::rows::table::{ColumnHeading, Table};
use crate::exec::stages::asked::AskedCondition;
use crate::exec::stages::fact_cells::FactRows;
use crate::exec::stages::fact_rows::{Cut, FactSet};
use crate::exec::stages::first_or_last::{extremes, rivals_of_first};
use crate::exec::stages::stage_rows::{Findings, StageContext, StageRows, UncertainGroups};
use crate::exec::stages::unfold::{Unfold, Unfolding};
use crate::exec::stages::{count, fact_changes, timeline, uncertain_groups};
use crate::exec::{Cancel, ExecError};
use crate::index::{Document, View};
use crate::plan::{
    Column, Diff, FactDomain, FactTable, FactValue, Filter, FirstOrLast, HISTORY_COLUMNS, OrderKey, RecordValue,
    RowValue, SOURCES_COLUMNS,
};

impl StageRows for FactSet {
    type Domain = FactDomain;
    type Made = Self;

    fn total(&self) -> Option<u64> {
        Some(self.documents.len())
    }

    fn shape(&self) -> Shape {
        Shape::Facts
    }

    fn sort(self, keys: &[OrderKey<FactDomain>], _: &Cancel) -> Result<Self, ExecError> {
        Ok(Self { keys: keys.to_vec(), ..self })
    }

    fn take(mut self, count: u64, course: &mut StageContext<'_>) -> Result<Self, ExecError> {
        if count < self.documents.len() {
            let Cut { first, parted: (_, left_out) } = self.first(count)?;
            if course.level == Level::Definite {
                course.findings.might_precede += rivals_of_first(&self, &first)?;
            }
            self.documents = first;
            course.cut(Arc::new(OnceLock::from(left_out)));
        }
        Ok(self)
    }

    fn skip(mut self, count: u64, course: &mut StageContext<'_>) -> Result<Self, ExecError> {
        if count >= self.documents.len() {
            self.documents.clear();
        } else if count > 0 {
            let Cut { first, parted: (left_out, _) } = self.first(count)?;
            self.documents -= first;
            course.cut(Arc::new(OnceLock::from(left_out)));
        }
        Ok(self)
    }

    fn narrow(mut self, condition: &Filter, level: Level) -> Result<(Self, AskedCondition), ExecError> {
        let sets = Evaluator::new(&self.context).evaluate(condition, &self.documents)?;
        let kept = level.of(&sets).clone();
        let within = std::mem::replace(&mut self.documents, kept);
        let asked = AskedCondition::Facts { context: self.context.clone(), condition: condition.clone(), within, sets };
        Ok((self, asked))
    }

    fn extend(mut self, column: &Column<FactDomain>) -> Result<Self, ExecError> {
        self.lets.push(column.clone());
        Ok(self)
    }

    fn narrow_own(mut self, stage: &FirstOrLast, course: &mut StageContext<'_>) -> Result<Self, ExecError> {
        course.note_groups(&self, &stage.by.iter().collect::<Vec<_>>())?;
        let found = extremes(&self, stage)?;
        self.documents = found.documents;
        let Findings { might_precede, might_follow, lacking, .. } = &mut course.findings;
        *(if stage.last { might_follow } else { might_precede }) += found.rivals;
        lacking.push((course.span, found.lacking));
        Ok(self)
    }

    fn show(self, columns: &[Column<FactDomain>], _: &mut StageContext<'_>) -> Result<Table, ExecError> {
        let headings = headings(&*self.context.view, columns);
        let is_descending = self.keys.first().is_some_and(|key| key.descending);
        let (total, values) = (Some(self.documents.len()), columns.iter().map(|column| column.value.clone()));
        let sorted_by = self.keys.iter().map(|key| columns.iter().position(|column| column.value == key.value));
        let sorted_by = sorted_by.collect::<Option<Vec<_>>>().unwrap_or_default();
        let rows = FactRows::new(self.ordered(), &values.collect::<Vec<_>>());
        let table = Table::lazy(headings, total, rows.map(|row| row.map(|(_, cells)| cells))).sorted_by(sorted_by);
        Ok(Table { is_descending, ..table })
    }

    /// After a sort the first to come stays first; else by the values themselves.
    fn distinct(self, columns: &[Column<FactDomain>], cancel: &Cancel) -> Result<Table, ExecError> {
        if self.keys.is_empty() {
            return count::distinct(&self, columns, None, cancel);
        }
        let documents: Vec<Document> = self.documents.iter().collect();
        let in_order = self.clone().ordered().next_run(documents.len())?;
        let mut places = in_order.iter().filter_map(|document| documents.binary_search(document).ok());
        count::distinct(&self, columns, Some(&mut places), cancel)
    }

    fn tabulate_own(self, stage: &FactTable, course: &mut StageContext<'_>) -> Result<Table, ExecError> {
        match stage {
            FactTable::Sources => sources(self, course),
            FactTable::History => Ok(unfolded(self, Unfolding::History, &HISTORY_COLUMNS)),
            FactTable::Timeline => Ok(timeline::of_facts(self)),
            FactTable::Diff(Diff::AsOf(before, after)) => {
                Ok(fact_changes::between_days(self, before, after)?.of(Shape::Changes))
            }
            FactTable::Diff(Diff::Known(before, after)) => {
                let changes = fact_changes::between_states(course.states, *before, *after, &self.context)?;
                Ok(changes.of(Shape::Changes))
            }
        }
    }

    fn made(self, _: &Cancel) -> Result<Self, ExecError> {
        Ok(self)
    }

    fn uncertain_groups_of(&self, values: &[&RowValue<FactDomain>]) -> Result<Vec<UncertainGroups>, ExecError> {
        uncertain_groups::of_facts(self, values)
    }

    fn ask(rows: &Self, condition: &Filter) -> Result<AskedCondition, ExecError> {
        Ok(rows.clone().narrow(condition, Level::Definite)?.1)
    }
}

/// A row for each source of each fact; that there is none is known at once.
fn sources(facts: FactSet, course: &mut StageContext<'_>) -> Result<Table, ExecError> {
    let held = facts.documents.len();
    let Table { columns, mut rows, .. } = unfolded(facts, Unfolding::Sources, &SOURCES_COLUMNS);
    if let Some(first) = rows.next().transpose()? {
        return Ok(Table::lazy(columns, None, std::iter::once(Ok(first)).chain(rows)));
    }
    if held > 0 {
        course.findings.asked.push((course.span, Shape::Facts, AskedCondition::Sources(held)));
    }
    Ok(Table::ready(columns, Vec::new()))
}

fn unfolded(facts: FactSet, into: Unfolding, columns: &[&str]) -> Table {
    let columns = columns.iter().map(|name| ColumnHeading::new(name, None)).collect();
    Table::lazy(columns, None, Unfold::new(facts.ordered(), into))
}

/// The columns of a table of facts, with the parts of dates that they hold and
/// whether their dates may be computed.
fn headings(view: &dyn View, columns: &[Column<FactDomain>]) -> Vec<ColumnHeading> {
    let part = |value: &RowValue<FactDomain>| match value {
        RowValue::Own(FactValue::Record(RecordValue::Part(_, part) | RecordValue::Step(_, _, Some(part))))
        | RowValue::PartOf(_, part) => Some(*part),
        _ => None,
    };
    let heading = |column: &Column<FactDomain>| {
        ColumnHeading::new(&column.name, part(&column.value)).computed(may_be_computed(view, &column.value))
    };
    columns.iter().map(heading).collect()
}
