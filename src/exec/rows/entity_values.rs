//! What rows that are entities have: what the entity declares, its groups on
//! the row's day, and the statuses that facts give it.

use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;

use crate::exec::ExecError;
use crate::exec::filter::entities::{EntityEvaluator, at, on, role_of};
use crate::exec::filter::other_facts::Others;
use crate::exec::rows::arithmetic::{calculate, leaves};
use crate::exec::rows::date_buckets;
use crate::exec::rows::entity_rows::{EntityRow, EntitySet};
use crate::exec::rows::fact_values::{group_at, named, shown, truth};
use crate::exec::rows::periods::{Edge, described};
use crate::exec::rows::pool::Pool;
use crate::exec::rows::record::{EntityRecord, Record};
use crate::exec::rows::rowset::Rowset;
use crate::exec::rows::table::TableRow;
use crate::exec::stages::count::{GroupedKey, integer};
use crate::index::View;
use crate::model::{Cell, Date, Day, EntityNumber, Resolution, Truth};
use crate::plan::{Arithmetic, Column, DatePart, Filter, OtherFacts, StatusTest, Value};

/// One value of many rows, as codes.
pub(crate) struct Codes {
    pub pool: Pool,
    /// For each row.
    pub of_rows: Vec<u32>,
    /// The part of a date that it is.
    pub part: Option<DatePart>,
}

/// Reads what some entities have, each on a day.
pub(crate) struct EntityReader<'a> {
    pub evaluator: &'a EntityEvaluator<'a>,
    /// The days, each as rows name it.
    pub days: &'a [(Date, Day)],
    pub rows: &'a [EntityRow],
}

impl EntityReader<'_> {
    fn view(&self) -> &dyn View {
        &**self.evaluator.view()
    }

    /// A value of each row.
    pub fn read(&self, value: &Value) -> Result<Codes, ExecError> {
        self.evaluator.cancel().check()?;
        let mut part = None;
        let cells = match value {
            Value::Field(field) => self.by_entity(|entity| self.field(entity, field))?,
            Value::Part(field, of) => {
                part = Some(*of);
                self.by_entity(|entity| Ok(in_buckets(self.field(entity, field)?, *of)))?
            }
            Value::Step(field, attribute, of) => {
                part = *of;
                self.by_entity(|entity| {
                    let referred = self.referred(entity, field)?.into_iter();
                    let cells: Vec<Cell> = referred.map(|to| self.field(to, attribute)).collect::<Result<_, _>>()?;
                    let cell = several(cells.into_iter());
                    Ok(of.map_or(cell.clone(), |of| in_buckets(cell, of)))
                })?
            }
            Value::Group { field, kind, at: when } => self.by_day(|entity, day| {
                let groups = self.referred(entity, field)?.into_iter();
                let on = Some(at(on(*when, day)));
                Ok(several(groups.map(|entity| group_at(self.view().entities(), entity, kind, on))))
            })?,
            Value::AsOf => {
                // Days are in the order of time, as years are.
                part = Some(DatePart::Year);
                self.rows.iter().map(|row| self.label_of(*row)).collect()
            }
            Value::Condition(filter) => self.condition(filter)?,
            Value::Since(test) => self.since(test)?.into_iter().map(|(since, _)| since).collect(),
            Value::By(test) => self.since(test)?.into_iter().map(|(_, by)| by).collect(),
            Value::Holders(test) => {
                let standings = self.evaluator.facts().standings(test)?;
                self.by_day(|entity, day| Ok(integer(standings.count(entity.0, on(test.at, day)).0)))?
            }
            Value::Computed(arithmetic) => {
                let (pool, codes) = self.computed(arithmetic)?;
                return Ok(Codes { pool, of_rows: codes, part });
            }
            Value::PartOf(value, of) => {
                part = Some(*of);
                let Codes { pool, of_rows: codes, .. } = self.read(value)?;
                codes.into_iter().map(|code| in_buckets(pool.cell(code), *of)).collect()
            }
            // The checker makes these only of facts and of tables.
            Value::Relevance(_) | Value::Column(_) | Value::RowCondition(_) => vec![Cell::Missing; self.rows.len()],
        };
        let mut pool = Pool::default();
        let codes = cells.into_iter().map(|cell| pool.code(cell)).collect();
        Ok(Codes { pool, of_rows: codes, part })
    }

    /// What does not depend on the day, found once for each entity.
    fn by_entity(&self, find: impl Fn(EntityNumber) -> Result<Cell, ExecError>) -> Result<Vec<Cell>, ExecError> {
        let mut known: FxHashMap<EntityNumber, Cell> = FxHashMap::default();
        let cell = |row: &EntityRow| match known.get(&row.entity) {
            Some(cell) => Ok(cell.clone()),
            None => Ok(known.entry(row.entity).or_insert(find(row.entity)?).clone()),
        };
        self.rows.iter().map(cell).collect()
    }

    fn by_day(&self, find: impl Fn(EntityNumber, Day) -> Result<Cell, ExecError>) -> Result<Vec<Cell>, ExecError> {
        self.rows.iter().map(|row| find(row.entity, self.day_of(*row))).collect()
    }

    fn day_of(&self, row: EntityRow) -> Day {
        self.days.get(row.day).map_or(Day::FUTURE, |(_, day)| *day)
    }

    fn label_of(&self, row: EntityRow) -> Cell {
        self.days.get(row.day).map_or(Cell::Missing, |(label, _)| Cell::Date(label.clone()))
    }

    fn field(&self, entity: EntityNumber, field: &str) -> Result<Cell, ExecError> {
        if field == "id" {
            return Ok(named(self.view().entities().get(entity)));
        }
        Ok(shown(self.view(), &EntityRecord { entity: Some(entity), view: self.view() }, field)?)
    }

    fn referred(&self, entity: EntityNumber, field: &str) -> Result<Vec<EntityNumber>, ExecError> {
        if field == "id" {
            return Ok(vec![entity]);
        }
        let entities = self.view().entities();
        let values = EntityRecord { entity: Some(entity), view: self.view() }.values(field)?;
        let resolve = |value: Cell| match entities.resolve(&value.to_string()) {
            Resolution::One(number) => Some(number),
            Resolution::Unknown | Resolution::Ambiguous(_) => None,
        };
        Ok(values.into_iter().filter_map(resolve).collect())
    }

    fn condition(&self, filter: &Filter) -> Result<Vec<Cell>, ExecError> {
        let mut truths = FxHashMap::default();
        for (place, (_, day)) in self.days.iter().enumerate() {
            let of_day = self.rows.iter().filter(|row| row.day == place);
            let entities: RoaringBitmap = of_day.map(|row| row.entity.0).collect();
            let sets = self.evaluator.evaluate(filter, &entities, *day)?;
            truths.extend(entities.iter().map(|number| ((number, place), sets.truth(number))));
        }
        let of_row = |row: &EntityRow| truths.get(&(row.entity.0, row.day)).copied().unwrap_or(Truth::False);
        Ok(self.rows.iter().map(|row| truth(of_row(row))).collect())
    }

    /// What is calculated for each row, each distinct combination of values once.
    fn computed(&self, arithmetic: &Arithmetic) -> Result<(Pool, Vec<u32>), ExecError> {
        let mut read: Vec<(Pool, Vec<u32>)> = Vec::new();
        for leaf in leaves(arithmetic) {
            match leaf {
                Arithmetic::Value(value) => {
                    let Codes { pool, of_rows: codes, .. } = self.read(value)?;
                    read.push((pool, codes));
                }
                Arithmetic::Other { date, other } => {
                    let mut pool = Pool::default();
                    let dates = self.other_dates(date, other)?.into_iter();
                    let codes = dates.map(|date| pool.code(date.map_or(Cell::Missing, Cell::Date))).collect();
                    read.push((pool, codes));
                }
                _ => {}
            }
        }
        let mut leaves = read.iter().map(|(pool, codes)| (pool, codes.clone()));
        Ok(calculate(arithmetic, self.rows.len(), &mut leaves))
    }

    /// For each row the date of the earliest of some facts at an end of which it stands.
    fn other_dates(&self, date: &str, other: &OtherFacts) -> Result<Vec<Option<Date>>, ExecError> {
        let entities: Vec<EntityNumber> = self.rows.iter().map(|row| row.entity).collect();
        Others::of_entities(self.evaluator.facts(), role_of(other)?, &other.filter, &entities)?.earliest(date)
    }

    /// Since when each row has a status, and by which fact.
    fn since(&self, test: &StatusTest) -> Result<Vec<(Cell, Cell)>, ExecError> {
        let standings = self.evaluator.facts().standings(test)?;
        let mut known: FxHashMap<(EntityNumber, Day), Option<Edge>> = FxHashMap::default();
        let mut edge = |row: &EntityRow| {
            let day = on(test.at, self.day_of(*row));
            let period = || standings.since(row.entity.0, day).map(|period| (period.start, period.opened));
            *known.entry((row.entity, day)).or_insert_with(period)
        };
        let edges: Vec<Option<Edge>> = self.rows.iter().map(&mut edge).collect();
        described(self.view(), &standings, &edges)
    }
}

impl EntitySet {
    /// A value of each row.
    pub fn read(&self, value: &Value) -> Result<Codes, ExecError> {
        self.read_by(&EntityEvaluator::new(&self.view, &self.cancel), value)
    }

    fn read_by(&self, evaluator: &EntityEvaluator<'_>, value: &Value) -> Result<Codes, ExecError> {
        EntityReader { evaluator, days: &self.days, rows: &self.rows }.read(value)
    }

    /// The rows with the cells of some columns, made as they are asked for.
    pub fn cells(&self, columns: &[Column]) -> Result<impl Iterator<Item = TableRow> + Send + use<>, ExecError> {
        let evaluator = EntityEvaluator::new(&self.view, &self.cancel);
        let read = columns.iter().map(|column| self.read_by(&evaluator, &column.value));
        let read: Vec<Codes> = read.collect::<Result<_, _>>()?;
        let cell = |of: &Codes, row: usize| of.of_rows.get(row).map_or(Cell::Missing, |code| of.pool.cell(*code));
        Ok((0..self.rows.len()).map(move |row| read.iter().map(|of| cell(of, row)).collect()))
    }
}

impl Rowset for EntitySet {
    fn rows(&self) -> usize {
        self.rows.len()
    }

    fn key(&self, value: &Value) -> Result<GroupedKey, ExecError> {
        let Codes { pool, of_rows: codes, part } = self.read(value)?;
        Ok(GroupedKey::new(pool, codes, part).computed(self.may_be_computed(value)))
    }
}

/// Several cells as one.
fn several(cells: impl Iterator<Item = Cell>) -> Cell {
    let mut flat = Vec::new();
    for cell in cells {
        match cell {
            Cell::Missing => {}
            Cell::List(cells) => flat.extend(cells),
            cell => flat.push(cell),
        }
    }
    match flat.len() {
        0 | 1 => flat.pop().unwrap_or_default(),
        _ => Cell::List(flat),
    }
}

/// The bucket of each date.
fn in_buckets(cell: Cell, part: DatePart) -> Cell {
    match cell {
        Cell::List(cells) => several(cells.into_iter().map(|cell| in_buckets(cell, part))),
        cell => date_buckets::bucket_of(&cell, part),
    }
}
