//! Entities as rows, each on a day: those of a noun that are there, in their
//! order, the columns that they are shown with, and the stages over them.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use roaring::RoaringBitmap;

use crate::exec::ExecError;
use crate::exec::filter::context::EvaluationContext;
use crate::exec::filter::entities::{EntityEvaluator, RememberedAnswers};
use crate::exec::filter::entity_values::{Codes, EntityReader, EntityRow};
use crate::exec::filter::facts::unrecorded::StatusGaps;
use crate::exec::rows::computed_dates::may_open_computed;
use crate::exec::rows::date_buckets;
use crate::exec::rows::grouped_key::GroupedKey;
use crate::exec::rows::record::{EntityRecord, RecordReader};
use crate::exec::rows::rowset::Rowset;
use crate::exec::rows::shown::integer;
use crate::exec::rows::table::{ColumnHeading, Table, TableRow};
use crate::exec::stages::asked::{AskedCondition, AskedOnDay};
use crate::exec::stages::fact_rows::places;
use crate::exec::stages::imprecise_order::{rivals, spread};
use crate::exec::stages::stage_rows::{RangeColumn, UnrecordedCount};
use crate::model::{Cell, Date, Day, Entity, StatusRule};
use crate::plan::{
    At, Column, Counterparts, DatePart, EntityDomain, EntityRows, EntityValue, Filter, OrderKey, RecordValue, RowValue,
    StatusTest,
};

/// Some entities, in the order in which they are wanted.
#[derive(Clone)]
pub(crate) struct EntitySet {
    pub context: EvaluationContext,
    /// What evaluators have found of them.
    pub answers: Rc<RefCell<RememberedAnswers>>,
    /// What they are.
    pub noun: Arc<EntityRows>,
    /// The days that rows are of, each as rows name it; one unless there is a series.
    pub days: Arc<[(Date, Day)]>,
    /// Whether the days were asked for one by one.
    pub series: bool,
    pub rows: Vec<EntityRow>,
    /// The keys by which they were put in order; none in the default order.
    pub keys: Vec<OrderKey<EntityDomain>>,
    /// The columns that stages have added.
    pub added: Vec<Column<EntityDomain>>,
}

/// So many of the cells that may be more are told.
const TOLD: usize = 3;

impl EntitySet {
    /// Asks an evaluator that knows what those before it have found.
    pub fn ask<T>(&self, ask: impl FnOnce(&EntityEvaluator<'_>) -> Result<T, ExecError>) -> Result<T, ExecError> {
        let evaluator = EntityEvaluator::with_answers(&self.context, self.answers.take());
        let found = ask(&evaluator);
        self.answers.replace(evaluator.answers());
        found
    }

    /// For each day that some row is of the entities of its rows.
    pub fn by_days(&self) -> Vec<(usize, RoaringBitmap)> {
        let mut found: Vec<RoaringBitmap> = vec![RoaringBitmap::new(); self.days.len()];
        for row in &self.rows {
            if let Some(entities) = found.get_mut(row.day) {
                entities.insert(row.entity.0);
            }
        }
        found.into_iter().enumerate().filter(|(_, entities)| !entities.is_empty()).collect()
    }

    /// The columns that rows are shown with: who, and since when and by which
    /// fact if the query asks for a status, else what some entity of their
    /// kinds declares. Which entities an answer has makes no difference.
    pub fn default_columns(&self) -> Result<Vec<Column<EntityDomain>>, ExecError> {
        let column = |name: &str, value| Column { name: name.into(), value };
        let own = RowValue::Own;
        let mut columns = Vec::new();
        if self.series {
            columns.push(column("as-of", own(EntityValue::AsOf)));
        }
        columns.push(column(&self.noun.noun, RowValue::field("id")));
        if let Some(test) = &self.noun.status {
            let test = Arc::new(test.clone());
            if matches!(test.others, Counterparts::Count { .. }) {
                columns.push(column(&test.status.clone(), own(EntityValue::Holders(test.clone()))));
                let evaluator = EntityEvaluator::new(&self.context);
                let rule = StatusRule::new(self.context.view.schema(), &test.status);
                let opening = rule.iter().flat_map(StatusRule::opening);
                if StatusGaps::new(evaluator.facts(), opening, test.using.as_deref()).are_there()? {
                    columns.push(column("unknown", own(EntityValue::UnknownHolders(test))));
                }
            } else {
                columns.push(column("since", own(EntityValue::Since(test.clone()))));
                columns.push(column("by", own(EntityValue::By(test))));
            }
            columns.extend(self.added.iter().cloned());
            return Ok(columns);
        }
        let schema = self.context.view.schema();
        let declared = schema.vocabulary().fields.keys().map(String::as_str);
        for name in ["from", "until"].into_iter().chain(declared) {
            let of_kind = |entity: &Entity| self.noun.kinds.is_empty() || self.noun.kinds.contains(&entity.kind);
            let has = |number| EntityRecord { entity: Some(number), view: &*self.context.view }.values(name);
            for (number, _) in self.context.view.entities().iter().filter(|(_, entity)| of_kind(entity)) {
                if !has(number)?.is_empty() {
                    columns.push(column(name, RowValue::field(name)));
                    break;
                }
            }
        }
        columns.extend(self.added.iter().cloned());
        Ok(columns)
    }

    /// What a condition is of the rows on each of their days.
    pub fn asked_by_day(&self, condition: &Filter) -> Result<Vec<(usize, AskedOnDay)>, ExecError> {
        self.ask(|evaluator| {
            let ask = |(place, within): (usize, RoaringBitmap)| {
                let day = self.days.get(place).map_or(self.noun.day, |(_, day)| *day);
                let sets = evaluator.evaluate(condition, &within, day)?;
                Ok((place, AskedOnDay { day, within, sets }))
            };
            self.by_days().into_iter().map(ask).collect()
        })
    }

    pub fn asked(&self, condition: &Filter, on_days: Vec<(usize, AskedOnDay)>) -> AskedCondition {
        AskedCondition::Entities {
            context: self.context.clone(),
            condition: condition.clone(),
            on_days: on_days.into_iter().map(|(_, on_day)| on_day).collect(),
        }
    }

    /// How many different entities the rows are of.
    pub fn entities(&self) -> u64 {
        self.rows.iter().map(|row| row.entity.0).collect::<RoaringBitmap>().len()
    }

    /// Of columns that count others the cells that may be more.
    pub fn ranges(&self, columns: &[Column<EntityDomain>]) -> Result<Vec<RangeColumn>, ExecError> {
        let mut found = Vec::new();
        for Column { name, value } in columns {
            let RowValue::Own(EntityValue::Holders(test)) = value else { continue };
            let standings = self.ask(|evaluator| evaluator.facts().standings(test))?;
            let mut ranges = RangeColumn { column: name.clone(), rows: 0, first: Vec::new() };
            for row in &self.rows {
                let of = self.days.get(row.day).map_or(self.noun.day, |(_, day)| *day);
                let (least, most) = standings.count(row.entity.0, if let At::Day(day) = test.at { day } else { of });
                if least < most {
                    ranges.rows += 1;
                    if ranges.first.len() < TOLD {
                        let called = self.context.view.entities().get(row.entity).name.as_str().into();
                        ranges.first.push((called, least, most));
                    }
                }
            }
            found.extend(Some(ranges).filter(|ranges| ranges.rows > 0));
        }
        Ok(found)
    }

    /// Of columns that count others the rows in which some may not be recorded; how many
    /// that may be stands in a column beside, if there is one.
    pub fn unrecorded<'t>(
        &self,
        columns: impl Iterator<Item = (Arc<str>, &'t Arc<StatusTest>)>,
        is_beside: bool,
    ) -> Result<Vec<UnrecordedCount>, ExecError> {
        let mut found = Vec::new();
        if self.context.coverage().is_empty() {
            return Ok(found);
        }
        for (column, test) in columns {
            let standings = self.ask(|evaluator| evaluator.facts().standings(test))?;
            let (mut rows, mut told) = (BTreeSet::new(), BTreeSet::new());
            for row in &self.rows {
                let of = self.days.get(row.day).map_or(self.noun.day, |(_, day)| *day);
                let unknown = standings.count_unknown(row.entity.0, if let At::Day(day) = test.at { day } else { of });
                if unknown != Some(0) {
                    rows.insert(row.entity);
                }
                // Where nobody can tell how many, the column has nothing.
                if is_beside && unknown.is_some_and(|unknown| unknown > 0) {
                    told.insert(row.entity);
                }
            }
            if !rows.is_empty() {
                found.push(UnrecordedCount { column, test: test.clone(), rows, told });
            }
        }
        Ok(found)
    }

    /// The columns of a table of such rows.
    pub fn headings(&self, columns: &[Column<EntityDomain>]) -> Vec<ColumnHeading> {
        let part = |value: &RowValue<EntityDomain>| match value {
            RowValue::Own(EntityValue::Record(RecordValue::Part(_, part) | RecordValue::Step(_, _, Some(part))))
            | RowValue::PartOf(_, part) => Some(*part),
            // Days are in the order of time, as years are.
            RowValue::Own(EntityValue::AsOf) => Some(DatePart::Year),
            _ => None,
        };
        let heading = |column: &Column<EntityDomain>| {
            ColumnHeading::new(&column.name, part(&column.value)).computed(self.may_be_computed(&column.value))
        };
        columns.iter().map(heading).collect()
    }

    /// Whether a value may be a computed date: of entities only since when a
    /// status is there.
    pub fn may_be_computed(&self, value: &RowValue<EntityDomain>) -> bool {
        matches!(value, RowValue::Own(EntityValue::Since(test)) if may_open_computed(&*self.context.view, test))
    }

    /// A table of some columns.
    pub fn table(&self, columns: &[Column<EntityDomain>]) -> Result<Table, ExecError> {
        let sorted_by = self.keys.iter().map(|key| columns.iter().position(|column| column.value == key.value));
        let sorted_by = sorted_by.collect::<Option<Vec<_>>>().unwrap_or_default();
        let rows = self.cells(columns)?.map(Ok);
        let is_descending = self.keys.first().is_some_and(|key| key.descending);
        let table = Table::lazy(self.headings(columns), Some(self.rows.len() as u64), rows).sorted_by(sorted_by);
        Ok(Table { is_descending, ..table })
    }

    /// Each of the days asked for with how many rows are of it, be it none.
    pub fn count_by_day(&self, by: &[Column<EntityDomain>]) -> Table {
        let mut counts = vec![0_u64; self.days.len()];
        for row in &self.rows {
            if let Some(count) = counts.get_mut(row.day) {
                *count += 1;
            }
        }
        let row = |((label, _), count): (&(Date, Day), u64)| vec![Cell::Date(label.clone()), integer(count)];
        let rows = self.days.iter().zip(counts).map(row).collect();
        let mut columns = self.headings(by);
        columns.push(ColumnHeading::counted("count"));
        Table::ready(columns, rows)
    }

    /// For each row its places among the keys by which rows were put in order.
    pub fn key_ranks(&self) -> Result<Vec<Vec<u32>>, ExecError> {
        let mut ranks: Vec<Vec<u32>> = vec![Vec::with_capacity(self.keys.len()); self.rows.len()];
        for key in &self.keys {
            let read = self.read(&key.value)?;
            let compare =
                |a: &date_buckets::Sortable, b: &date_buckets::Sortable| date_buckets::compare_in(read.part, a, b);
            let places = places(&read.pool, &compare, &read.of_rows, key.descending);
            for (rank, code) in ranks.iter_mut().zip(&read.of_rows) {
                rank.push(places.get(read.pool.place(*code)).copied().unwrap_or(0));
            }
        }
        Ok(ranks)
    }

    /// How many rows before a place, and how many from there on, are equal in all
    /// keys, where the place lies between equals.
    pub fn parted_at(&self, place: usize) -> Result<(u64, u64), ExecError> {
        if self.keys.is_empty() || place == 0 || place >= self.rows.len() {
            return Ok((0, 0));
        }
        let ranks = self.key_ranks()?;
        let (before, after) = ranks.split_at(place);
        let equal = after.iter().take_while(|rank| before.last() == Some(rank)).count() as u64;
        let equal_before = before.iter().rev().take_while(|rank| after.first() == Some(rank)).count() as u64;
        Ok((equal_before, equal))
    }

    /// How many rows from a place on might still come before those up to it.
    pub fn rivals_of_first(&self, place: usize) -> Result<u64, ExecError> {
        let Some(key) = self.keys.first().filter(|_| place < self.rows.len()) else { return Ok(0) };
        let read = self.read(&key.value)?;
        let spreads = read.of_rows.iter().map(|code| spread(&read.pool.cell(*code), key.descending));
        Ok(rivals(spreads.enumerate().map(|(row, spread)| (row < place, spread))))
    }

    /// A value of each row.
    pub fn read(&self, value: &RowValue<EntityDomain>) -> Result<Codes, ExecError> {
        self.ask(|evaluator| self.read_by(evaluator, value))
    }

    fn read_by(&self, evaluator: &EntityEvaluator<'_>, value: &RowValue<EntityDomain>) -> Result<Codes, ExecError> {
        EntityReader { evaluator, days: &self.days, rows: &self.rows }.read(value)
    }

    /// The rows with the cells of some columns, made as they are asked for.
    pub fn cells(
        &self,
        columns: &[Column<EntityDomain>],
    ) -> Result<impl Iterator<Item = TableRow> + Send + use<>, ExecError> {
        let read = columns.iter().map(|column| self.read(&column.value));
        let read: Vec<Codes> = read.collect::<Result<_, _>>()?;
        let cell = |of: &Codes, row: usize| of.of_rows.get(row).map_or(Cell::Missing, |code| of.pool.cell(*code));
        Ok((0..self.rows.len()).map(move |row| read.iter().map(|of| cell(of, row)).collect()))
    }
}

impl Rowset for EntitySet {
    type Domain = EntityDomain;

    fn rows(&self) -> usize {
        self.rows.len()
    }

    fn key(&self, value: &RowValue<EntityDomain>) -> Result<GroupedKey, ExecError> {
        let Codes { pool, of_rows: codes, part } = self.read(value)?;
        Ok(GroupedKey::new(pool, codes, part).computed(self.may_be_computed(value)))
    }
}
