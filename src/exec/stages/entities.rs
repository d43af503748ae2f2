//! The stages of a query while its rows are entities.

use roaring::RoaringBitmap;
use rustc_hash::FxHashSet;

use std::sync::Arc;

use crate::exec::ExecError;
use crate::exec::answer::Ranges;
use crate::exec::filter::entities::EntityEvaluator;
use crate::exec::filter::sets::Sets;
use crate::exec::remarks::stage_conditions::Asked;
use crate::exec::rows::computed_dates::may_open_computed;
use crate::exec::rows::date_buckets;
use crate::exec::rows::entity_rows::{Entities, EntityRow, EntitySet, name_order};
use crate::exec::rows::fact_order::places;
use crate::exec::rows::periods::described;
use crate::exec::rows::rowset::Rowset;
use crate::exec::rows::table::{Rows, Table, TableColumn};
use crate::exec::stages::count;
use crate::exec::stages::entity_changes;
use crate::exec::stages::pivot::pivot;
use crate::exec::stages::run::{Course, Stream, columns_of};
use crate::exec::stages::share::share;
use crate::exec::stages::summary::summarise;
use crate::model::{Cell, Date, Day, EntityNumber};
use crate::plan::{At, Column, Diff, Filter, Others, SortKey, Stage, Value};

/// Runs one stage.
pub(crate) fn over_entities(
    mut set: EntitySet,
    stage: &Stage,
    course: &mut Course<'_, '_>,
) -> Result<Stream, ExecError> {
    match stage {
        Stage::Sort(keys) => set.sort(keys)?,
        Stage::Take(count) => set.rows.truncate(usize::try_from(*count).unwrap_or(usize::MAX)),
        Stage::Skip(count) => {
            let dropped = usize::try_from(*count).unwrap_or(usize::MAX).min(set.rows.len());
            set.rows.drain(..dropped);
        }
        Stage::Where(filter) => {
            let mut passing = FxHashSet::default();
            for (day, sets) in set.asked(filter, course)? {
                let entities = course.level.of(sets);
                passing.extend(entities.iter().map(|number| EntityRow { entity: EntityNumber(number), day }));
            }
            set.rows.retain(|row| passing.contains(row));
        }
        Stage::Let(column) => set.added.push(column.clone()),
        Stage::Show(columns) => {
            course.notes.ranges.extend(set.ranges(columns)?);
            return Ok(Stream::Table(set.table(columns)?));
        }
        Stage::Count { of: None, by } if matches!(by.as_slice(), [Column { value: Value::AsOf, .. }]) => {
            return Ok(Stream::Table(set.count_by_day(by)));
        }
        Stage::Count { of, by } => return Ok(Stream::Table(count::count(&set, of.as_ref(), by, &set.cancel)?)),
        Stage::Distinct(columns) => {
            // In the order in which they come first.
            let order: Option<&mut dyn Iterator<Item = usize>> = Some(&mut (0..set.rows()));
            return Ok(Stream::Table(count::distinct(&set, columns, order, &set.cancel)?));
        }
        Stage::Share { of, by } => {
            if let Value::Condition(filter) = of {
                set.asked(filter, course)?;
            }
            return Ok(Stream::Table(share(&set, of, by, &set.cancel)?));
        }
        Stage::Pivot { rows, columns } => return Ok(Stream::Table(pivot(&set, rows, columns, &set.cancel)?)),
        Stage::Aggregate { functions, of, by } => {
            return Ok(Stream::Table(summarise(&set, functions, of, by, &set.cancel)?));
        }
        Stage::Diff(Diff::Known(before, after)) => {
            let states = (course.states, *before, *after);
            return Ok(Stream::Table(entity_changes::between_states(states, &set.noun, course.cancel)?));
        }
        // The checker makes these only where rows are facts or those of a table.
        Stage::WhereRow(_)
        | Stage::Sources
        | Stage::History
        | Stage::Extreme { .. }
        | Stage::Timeline
        | Stage::Diff(_) => {}
    }
    Ok(Stream::Entities(set))
}

/// So many of the cells that may be more are told.
const TOLD: usize = 3;

impl EntitySet {
    /// Whether a condition of a stage holds of the rows, on each of their days,
    /// with note taken of what it leaves open.
    fn asked(&self, filter: &Filter, course: &mut Course<'_, '_>) -> Result<Vec<(usize, Sets)>, ExecError> {
        let evaluator = EntityEvaluator::new(&self.view, &self.cancel);
        let by_days = self.by_days();
        let mut found = Vec::with_capacity(by_days.len());
        for (day, entities) in &by_days {
            let of = self.days.get(*day).map_or(self.noun.day, |(_, day)| *day);
            let sets = evaluator.evaluate(filter, entities, of)?;
            found.push((Entities { evaluator: &evaluator, day: of }, *day, sets));
        }
        let asked = found.iter().zip(&by_days);
        let asked = asked.map(|((domain, _, sets), (_, within))| Asked { domain, sets, within });
        course.tell(filter, &asked.collect::<Vec<_>>(), course.shape.clone())?;
        Ok(found.into_iter().map(|(_, day, sets)| (day, sets)).collect())
    }

    /// How many different entities the rows are of.
    pub fn distinct(&self) -> u64 {
        self.rows.iter().map(|row| row.entity.0).collect::<RoaringBitmap>().len()
    }

    /// Of columns that count others the cells that may be more.
    pub fn ranges(&self, columns: &[Column]) -> Result<Vec<Ranges>, ExecError> {
        let mut found = Vec::new();
        for Column { name, value } in columns {
            let Value::Holders(test) = value else { continue };
            let standings = EntityEvaluator::new(&self.view, &self.cancel).facts().standings(test)?;
            let mut ranges = Ranges { column: name.clone(), rows: 0, first: Vec::new() };
            for row in &self.rows {
                let of = self.days.get(row.day).map_or(self.noun.day, |(_, day)| *day);
                let (least, most) = standings.count(row.entity.0, if let At::Day(day) = test.at { day } else { of });
                if least < most {
                    ranges.rows += 1;
                    if ranges.first.len() < TOLD {
                        let called = self.view.entities().get(row.entity).name.as_str().into();
                        ranges.first.push((called, least, most));
                    }
                }
            }
            found.extend(Some(ranges).filter(|ranges| ranges.rows > 0));
        }
        Ok(found)
    }

    /// Ties stay in the order in which they are.
    fn sort(&mut self, keys: &[SortKey]) -> Result<(), ExecError> {
        let mut ranks: Vec<Vec<u32>> = vec![Vec::with_capacity(keys.len()); self.rows.len()];
        for key in keys {
            let read = self.read(&key.value)?;
            let compare =
                |a: &date_buckets::Sortable, b: &date_buckets::Sortable| date_buckets::compare_in(read.part, a, b);
            let places = places(&read.pool, &compare, &read.of_rows, key.descending);
            for (rank, code) in ranks.iter_mut().zip(&read.of_rows) {
                rank.push(places.get(read.pool.place(*code)).copied().unwrap_or(0));
            }
        }
        let mut order: Vec<(Vec<u32>, EntityRow)> = ranks.into_iter().zip(self.rows.iter().copied()).collect();
        order.sort_by(|(a, _), (b, _)| a.cmp(b));
        self.rows = order.into_iter().map(|(_, row)| row).collect();
        Ok(())
    }

    /// The columns of a table of such rows.
    pub fn table_columns(&self, columns: &[Column]) -> Vec<TableColumn> {
        let made = columns_of(columns).into_iter().zip(columns);
        made.map(|(made, column)| made.computed(self.may_be_computed(&column.value))).collect()
    }

    /// Whether a value may be a computed date: of entities only since when a
    /// status is there.
    pub fn may_be_computed(&self, value: &Value) -> bool {
        matches!(value, Value::Since(test) if may_open_computed(&*self.view, test))
    }

    fn table(&self, columns: &[Column]) -> Result<Table, ExecError> {
        let rows = self.cells(columns)?.map(Ok);
        let total = Some(self.rows.len() as u64);
        Ok(Table { columns: self.table_columns(columns), rows: Rows::Lazy(Box::new(rows)), total })
    }

    /// Each of the days asked for with how many rows are of it, be it none.
    fn count_by_day(&self, by: &[Column]) -> Table {
        let mut counts = vec![0_u64; self.days.len()];
        for row in &self.rows {
            if let Some(count) = counts.get_mut(row.day) {
                *count += 1;
            }
        }
        let row = |((label, _), count): (&(Date, Day), u64)| vec![Cell::Date(label.clone()), count::integer(count)];
        let rows = self.days.iter().zip(counts).map(row).collect();
        let mut columns = columns_of(by);
        columns.push(TableColumn::counted("count"));
        Table::ready(columns, rows)
    }
}

/// Which entities pass on the later of two days and not on the earlier (`in`),
/// or the other way round (`out`): with the day on which that came about, and
/// the fact that did it, if the query asks for one status. What passes for
/// certain on one day alone counts.
pub(crate) fn differences(
    set: &EntitySet,
    columns: &[Arc<str>],
    before: &Sets,
    after: &Sets,
) -> Result<Table, ExecError> {
    let order = name_order(&set.view);
    let mut changed: Vec<(bool, EntityNumber)> = Vec::new();
    changed.extend((&after.definite - &before.definite).iter().map(|number| (true, EntityNumber(number))));
    changed.extend((&before.definite - &after.definite).iter().map(|number| (false, EntityNumber(number))));
    changed.sort_unstable_by_key(|(comes, entity)| (!comes, order.get(entity.0 as usize).copied()));
    let causes = causes(set, &changed)?;
    let rows = changed.iter().zip(causes).map(|((comes, entity), (since, by))| {
        let change = Cell::text(if *comes { "in" } else { "out" });
        vec![change, crate::exec::rows::fact_values::named(set.view.entities().get(*entity)), since, by]
    });
    let computed = set.noun.status.as_ref().is_some_and(|test| may_open_computed(&*set.view, test));
    let column = |name: &Arc<str>| TableColumn::new(name, None).computed(computed && &**name == "since");
    let columns = columns.iter().map(column).collect();
    Ok(Table::ready(columns, rows.collect()))
}

/// For each that comes the day on which its status began and the fact that
/// opened it; for each that goes the day on which it ended and the fact that
/// closed it.
fn causes(set: &EntitySet, changed: &[(bool, EntityNumber)]) -> Result<Vec<(Cell, Cell)>, ExecError> {
    let test = set.noun.status.as_ref().filter(|test| !matches!(test.others, Others::Count { .. }));
    let (Some(test), [before, after]) = (test, &*set.days) else {
        return Ok(changed.iter().map(|_| (Cell::Missing, Cell::Missing)).collect());
    };
    let evaluator = EntityEvaluator::new(&set.view, &set.cancel);
    let standings = evaluator.facts().standings(test)?;
    let edge = |(comes, entity): &(bool, EntityNumber)| {
        let period = standings.since(entity.0, if *comes { after.1 } else { before.1 })?;
        if *comes { Some((period.start, period.opened)) } else { period.end }
    };
    let edges: Vec<_> = changed.iter().map(edge).collect();
    described(&*set.view, &standings, &edges)
}
