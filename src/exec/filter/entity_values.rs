//! What rows that are entities have: what the entity declares, its groups on
//! the row's day, and the statuses that facts give it.

use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;

use crate::exec::ExecError;
use crate::exec::filter::entities::{EntityEvaluator, at, on, role_of};
use crate::exec::filter::other_facts::OtherFactsJoin;
use crate::exec::filter::status_edges::{Edge, described};
use crate::exec::rows::arithmetic::{Leaf, calculate, leaves};
use crate::exec::rows::date_buckets;
use crate::exec::rows::pool::CellPool;
use crate::exec::rows::record::{EntityRecord, RecordReader};
use crate::exec::rows::shown::{group_at, integer, named, shown, truth};
use crate::index::View;
use crate::model::{Cell, Date, Day, EntityNumber, Resolution, Truth};
use crate::plan::{
    Calculation, DatePart, EntityDomain, EntityValue, Filter, OtherDate, OtherFacts, RecordValue, RowValue, StatusTest,
};

/// One value of many rows, as codes.
pub(crate) struct Codes {
    pub pool: CellPool,
    /// For each row.
    pub of_rows: Vec<u32>,
    /// The part of a date that it is.
    pub part: Option<DatePart>,
}

/// An entity on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct EntityRow {
    pub entity: EntityNumber,
    /// The place of the day.
    pub day: usize,
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
    pub fn read(&self, value: &RowValue<EntityDomain>) -> Result<Codes, ExecError> {
        self.evaluator.cancel().check()?;
        let mut part = None;
        let cells = match value {
            RowValue::Own(EntityValue::Record(RecordValue::Field(field))) => {
                self.by_entity(|entity| self.field(entity, field))?
            }
            RowValue::Own(EntityValue::Record(RecordValue::Part(field, of))) => {
                part = Some(*of);
                self.by_entity(|entity| Ok(in_buckets(self.field(entity, field)?, *of)))?
            }
            RowValue::Own(EntityValue::Record(RecordValue::Step(field, attribute, of))) => {
                part = *of;
                self.by_entity(|entity| {
                    let referred = self.referred(entity, field)?.into_iter();
                    let cells: Vec<Cell> = referred.map(|to| self.field(to, attribute)).collect::<Result<_, _>>()?;
                    let cell = several(cells.into_iter());
                    Ok(of.map_or(cell.clone(), |of| in_buckets(cell, of)))
                })?
            }
            RowValue::Own(EntityValue::Record(RecordValue::Group { field, kind, at: when })) => {
                self.by_day(|entity, day| {
                    let groups = self.referred(entity, field)?.into_iter();
                    let on = Some(at(on(*when, day)));
                    Ok(several(groups.map(|entity| group_at(self.view().entities(), entity, kind, on))))
                })?
            }
            RowValue::Own(EntityValue::AsOf) => {
                // Days are in the order of time, as years are.
                part = Some(DatePart::Year);
                self.rows.iter().map(|row| self.label_of(*row)).collect()
            }
            RowValue::Condition(filter) => self.condition(filter)?,
            RowValue::Own(EntityValue::Since(test)) => self.since(test)?.into_iter().map(|(since, _)| since).collect(),
            RowValue::Own(EntityValue::By(test)) => self.since(test)?.into_iter().map(|(_, by)| by).collect(),
            RowValue::Own(EntityValue::Holders(test)) => {
                let standings = self.evaluator.facts().standings(test)?;
                self.by_day(|entity, day| Ok(integer(standings.count(entity.0, on(test.at, day)).0)))?
            }
            RowValue::Own(EntityValue::UnknownHolders(test)) => {
                let standings = self.evaluator.facts().standings(test)?;
                let count = |entity: EntityNumber, day| standings.count_unknown(entity.0, on(test.at, day));
                self.by_day(|entity, day| Ok(count(entity, day).map_or(Cell::Missing, integer)))?
            }
            RowValue::Computed(calculation) => {
                let (pool, codes) = self.computed(calculation)?;
                return Ok(Codes { pool, of_rows: codes, part });
            }
            RowValue::PartOf(value, of) => {
                part = Some(*of);
                let Codes { pool, of_rows: codes, .. } = self.read(value)?;
                codes.into_iter().map(|code| in_buckets(pool.cell(code), *of)).collect()
            }
        };
        let mut pool = CellPool::default();
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
    fn computed(&self, calculation: &Calculation<EntityDomain>) -> Result<(CellPool, Vec<u32>), ExecError> {
        let mut read: Vec<(CellPool, Vec<u32>)> = Vec::new();
        for leaf in leaves(calculation) {
            match leaf {
                Leaf::Value(value) => {
                    let Codes { pool, of_rows: codes, .. } = self.read(value)?;
                    read.push((pool, codes));
                }
                Leaf::Other(OtherDate { date, other }) => {
                    let mut pool = CellPool::default();
                    let dates = self.other_dates(date, other)?.into_iter();
                    let codes = dates.map(|date| pool.code(date.map_or(Cell::Missing, Cell::Date))).collect();
                    read.push((pool, codes));
                }
            }
        }
        let mut leaves = read.iter().map(|(pool, codes)| (pool, codes.clone()));
        calculate(calculation, self.rows.len(), &mut leaves, self.evaluator.cancel())
    }

    /// For each row the date of the earliest of some facts at an end of which it stands.
    fn other_dates(&self, date: &str, other: &OtherFacts) -> Result<Vec<Option<Date>>, ExecError> {
        let entities: Vec<EntityNumber> = self.rows.iter().map(|row| row.entity).collect();
        OtherFactsJoin::of_entities(self.evaluator.facts(), role_of(other)?, &other.filter, &entities)?.earliest(date)
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
