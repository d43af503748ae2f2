//! Stages over entities, each on a day.

use std::convert::Infallible;
use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashSet;

use crate::exec::filter::entity_values::EntityRow;
use crate::exec::filter::sets::Level;
use crate::exec::rows::arithmetic::{Leaf, leaves};
use crate::exec::rows::columns::Shape;
use crate::exec::rows::rowset::Rowset;
use crate::exec::rows::table::Table;
use crate::exec::stages::asked::AskedCondition;
use crate::exec::stages::entity_differences::between_days;
use crate::exec::stages::entity_rows::EntitySet;
use crate::exec::stages::stage_rows::{RangeColumn, StageContext, StageRows, UncertainGroups, UnrecordedCount};
use crate::exec::stages::{count, entity_changes, uncertain_groups};
use crate::exec::{Cancel, ExecError};
use crate::model::EntityNumber;
use crate::plan::{Column, Diff, EntityDomain, EntityValue, Filter, OrderKey, RowValue, StatusTest};

impl StageRows for EntitySet {
    type Domain = EntityDomain;
    type Made = Self;

    fn total(&self) -> Option<u64> {
        Some(self.rows.len() as u64)
    }

    fn shape(&self) -> Shape {
        Shape::Entities { noun: self.noun.noun.clone(), plural: self.noun.plural.clone() }
    }

    /// Ties stay in the order in which they are.
    fn sort(mut self, keys: &[OrderKey<EntityDomain>], _: &Cancel) -> Result<Self, ExecError> {
        self.keys = keys.to_vec();
        let ranks = self.key_ranks()?;
        let mut order: Vec<(Vec<u32>, EntityRow)> = ranks.into_iter().zip(self.rows.iter().copied()).collect();
        order.sort_by(|(a, _), (b, _)| a.cmp(b));
        self.rows = order.into_iter().map(|(_, row)| row).collect();
        Ok(self)
    }

    fn take(mut self, count: u64, course: &mut StageContext<'_>) -> Result<Self, ExecError> {
        let kept = usize::try_from(count).unwrap_or(usize::MAX);
        let (_, left_out) = self.parted_at(kept)?;
        course.cut(Arc::new(OnceLock::from(left_out)));
        if course.level == Level::Definite {
            course.findings.might_precede += self.rivals_of_first(kept)?;
        }
        self.rows.truncate(kept);
        Ok(self)
    }

    fn skip(mut self, count: u64, course: &mut StageContext<'_>) -> Result<Self, ExecError> {
        let dropped = usize::try_from(count).unwrap_or(usize::MAX).min(self.rows.len());
        let (left_out, _) = self.parted_at(dropped)?;
        course.cut(Arc::new(OnceLock::from(left_out)));
        self.rows.drain(..dropped);
        Ok(self)
    }

    fn narrow(mut self, condition: &Filter, level: Level) -> Result<(Self, AskedCondition), ExecError> {
        let asked = self.asked_by_day(condition)?;
        let mut passing = FxHashSet::default();
        for (day, on_day) in &asked {
            let entities = level.of(&on_day.sets);
            passing.extend(entities.iter().map(|number| EntityRow { entity: EntityNumber(number), day: *day }));
        }
        self.rows.retain(|row| passing.contains(row));
        let asked = self.asked(condition, asked);
        Ok((self, asked))
    }

    fn extend(mut self, column: &Column<EntityDomain>) -> Result<Self, ExecError> {
        self.added.push(column.clone());
        Ok(self)
    }

    fn narrow_own(self, stage: &Infallible, _: &mut StageContext<'_>) -> Result<Self, ExecError> {
        match *stage {}
    }

    fn show(self, columns: &[Column<EntityDomain>], course: &mut StageContext<'_>) -> Result<Table, ExecError> {
        self.ranges(columns)?.into_iter().for_each(|range| course.findings.add_range(range));
        let counted = columns.iter().filter_map(|column| match &column.value {
            RowValue::Own(EntityValue::Holders(test)) => Some((column.name.clone(), test)),
            _ => None,
        });
        for count in self.unrecorded(counted, true)? {
            course.findings.add_unrecorded(count);
        }
        self.table(columns)
    }

    /// In the order in which they come first.
    fn distinct(self, columns: &[Column<EntityDomain>], cancel: &Cancel) -> Result<Table, ExecError> {
        count::distinct(&self, columns, Some(&mut (0..self.rows())), cancel)
    }

    fn tabulate_own(self, stage: &Diff, course: &mut StageContext<'_>) -> Result<Table, ExecError> {
        let changes = match stage {
            Diff::AsOf(before, after) => between_days(self, before, after)?,
            Diff::Known(before, after) => {
                let states = (course.states, *before, *after);
                entity_changes::between_states(states, &self.noun, &self.context)?
            }
        };
        Ok(changes.of(Shape::Changes))
    }

    fn made(self, _: &Cancel) -> Result<Self, ExecError> {
        Ok(self)
    }

    fn ask(rows: &Self, condition: &Filter) -> Result<AskedCondition, ExecError> {
        Ok(rows.asked(condition, rows.asked_by_day(condition)?))
    }

    fn ranges_of(&self, values: &[&RowValue<EntityDomain>]) -> Result<Vec<RangeColumn>, ExecError> {
        let columns = values
            .iter()
            .flat_map(|value| counted_statuses(value))
            .map(|test| Column { name: test.status.clone(), value: RowValue::Own(EntityValue::Holders(test.clone())) });
        self.ranges(&columns.collect::<Vec<_>>())
    }

    fn unrecorded_of(&self, values: &[&RowValue<EntityDomain>]) -> Result<Vec<UnrecordedCount>, ExecError> {
        let tests = values.iter().flat_map(|value| counted_statuses(value));
        self.unrecorded(tests.map(|test| (test.status.clone(), test)), false)
    }

    fn uncertain_groups_of(&self, values: &[&RowValue<EntityDomain>]) -> Result<Vec<UncertainGroups>, ExecError> {
        uncertain_groups::of_entities(self, values)
    }

    /// Each of the days asked for has its count, even if no row is of it.
    fn count_known(rows: &Self, by: &[Column<EntityDomain>]) -> Option<Table> {
        let by_day = matches!(by, [Column { value: RowValue::Own(EntityValue::AsOf), .. }]);
        by_day.then(|| rows.count_by_day(by))
    }
}

/// The statuses of others that a value counts.
fn counted_statuses(value: &RowValue<EntityDomain>) -> Vec<&Arc<StatusTest>> {
    match value {
        RowValue::Own(EntityValue::Holders(test)) => vec![test],
        RowValue::Computed(calculation) => {
            let of_leaf = |leaf| if let Leaf::Value(value) = leaf { counted_statuses(value) } else { Vec::new() };
            leaves(calculation).into_iter().flat_map(of_leaf).collect()
        }
        _ => Vec::new(),
    }
}
