//! Entities as rows: those of a noun that are there on a day, or on each of
//! many, in their order, and the columns that they are shown with.

use std::sync::Arc;

use roaring::RoaringBitmap;

use crate::exec::answer::{Notes, StepKind};
use crate::exec::filter::entities::EntityEvaluator;
use crate::exec::filter::sets::Sets;
use crate::exec::remarks::emptied::{self, Domain, Emptied, SoleCondition, attribute_meant};
use crate::exec::remarks::left_out;
use crate::exec::remarks::nearest::{Nearest, nearest_status};
use crate::exec::remarks::steps::Steps;
use crate::exec::rows::record::{EntityRecord, Record};
use crate::exec::stages::entities::differences;
use crate::exec::stages::run::Stream;
use crate::exec::{Cancel, ExecError, Level, Start};
use crate::index::View;
use crate::model::{Cell, Date, Day, Entity, EntityNumber, fold};
use crate::plan::{
    At, Column, Diff, EntityRows, Filter, Match, Others, Query, RecordTest, Stage, StatusTest, Value, diff_columns,
};

/// Some entities, in the order in which they are wanted.
#[derive(Clone)]
pub(crate) struct EntitySet {
    pub view: Arc<dyn View>,
    pub cancel: Cancel,
    /// What they are.
    pub noun: Arc<EntityRows>,
    /// The days that rows are of, each as rows name it; one unless there is a series.
    pub days: Arc<[(Date, Day)]>,
    /// Whether the days were asked for one by one.
    pub series: bool,
    pub rows: Vec<EntityRow>,
    /// The columns that stages have added.
    pub added: Vec<Column>,
}

/// An entity on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct EntityRow {
    pub entity: EntityNumber,
    /// The place of the day.
    pub day: usize,
}

impl EntitySet {
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
    pub fn default_columns(&self) -> Result<Vec<Column>, ExecError> {
        let column = |name: &str, value| Column { name: name.into(), value };
        let mut columns = Vec::new();
        if self.series {
            columns.push(column("as-of", Value::AsOf));
        }
        columns.push(column(&self.noun.noun, Value::Field("id".into())));
        if let Some(test) = &self.noun.status {
            let test = Arc::new(test.clone());
            if matches!(test.others, Others::Count { .. }) {
                columns.push(column(&test.status.clone(), Value::Holders(test)));
            } else {
                columns.push(column("since", Value::Since(test.clone())));
                columns.push(column("by", Value::By(test)));
            }
            columns.extend(self.added.iter().cloned());
            return Ok(columns);
        }
        let schema = self.view.schema();
        let declared = schema.vocabulary().fields.keys().map(String::as_str);
        for name in ["from", "until"].into_iter().chain(declared) {
            let of_kind = |entity: &Entity| self.noun.kinds.is_empty() || self.noun.kinds.contains(&entity.kind);
            let has = |number| EntityRecord { entity: Some(number), view: &*self.view }.values(name);
            for (number, _) in self.view.entities().iter().filter(|(_, entity)| of_kind(entity)) {
                if !has(number)?.is_empty() {
                    columns.push(column(name, Value::Field(name.into())));
                    break;
                }
            }
        }
        columns.extend(self.added.iter().cloned());
        Ok(columns)
    }
}

/// What a query of a noun starts from.
pub(crate) fn start(
    query: &Query,
    rows: &EntityRows,
    view: &Arc<dyn View>,
    cancel: &Cancel,
    level: Level,
    steps: &mut Steps<'_>,
) -> Result<Start, ExecError> {
    let evaluator = EntityEvaluator::new(view, cancel);
    let set = |days: Vec<(Date, Day)>, found: Vec<EntityRow>| EntitySet {
        view: view.clone(),
        cancel: cancel.clone(),
        noun: Arc::new(rows.clone()),
        days: days.into(),
        series: !query.series.is_empty(),
        rows: found,
        added: Vec::new(),
    };
    if let Some(Stage::Diff(diff @ Diff::AsOf(before, after))) = query.stages.first() {
        let found = [before, after].map(|moment| evaluate(&evaluator, &moment.filter, rows, moment.day));
        let [before_sets, after_sets] = found;
        let days = vec![(before.label.clone(), before.day), (after.label.clone(), after.day)];
        let table = differences(&set(days, Vec::new()), &diff_columns(diff, &query.rows), &before_sets?, &after_sets?)?;
        steps.push(StepKind::Stage("diff"), None, table.total);
        return Ok(Start { stream: Stream::Table(table), notes: Notes::default(), emptied: None, done: 1 });
    }
    if let Some(Stage::Diff(Diff::Known(..))) = query.stages.first() {
        // The two states are asked, and not this one.
        let none = Stream::Entities(set(vec![(Date::from_day(rows.day), rows.day)], Vec::new()));
        return Ok(Start { stream: none, notes: Notes::default(), emptied: None, done: 0 });
    }
    let order = name_order(view);
    if query.series.is_empty() {
        let alive = evaluator.alive(&rows.kinds, rows.day);
        let existing = StepKind::ExistingEntities { plural: rows.plural.clone(), day: rows.day };
        steps.push(existing, None, Some(alive.open.len()));
        let noun = Some(rows.noun.clone());
        let sets = steps.evaluate(&evaluator.on(rows.day), &query.filter, alive.clone(), noun)?;
        let domain = Entities { evaluator: &evaluator, day: rows.day };
        let notes = left_out::notes(&domain, &query.filter, &sets)?;
        let none = sets.definite.is_empty() && level == Level::Definite;
        let emptied = if none { explain(&domain, &query.filter, alive.definite)? } else { None };
        let found = set(vec![(Date::from_day(rows.day), rows.day)], in_order(&order, &level.of(sets), 0));
        return Ok(Start { stream: Stream::Entities(found), notes, emptied, done: 0 });
    }
    let mut notes = Notes { days: Some(query.series.len() as u64), ..Notes::default() };
    let mut found = Vec::new();
    for (place, moment) in query.series.iter().enumerate() {
        let sets = evaluate(&evaluator, &moment.filter, rows, moment.day)?;
        let domain = Entities { evaluator: &evaluator, day: moment.day };
        add_notes(&mut notes, left_out::notes(&domain, &moment.filter, &sets)?);
        found.extend(in_order(&order, &level.of(sets), place));
    }
    let mut emptied = None;
    if let (true, Some(last)) = (found.is_empty(), query.series.last()) {
        let domain = Entities { evaluator: &evaluator, day: last.day };
        emptied = explain(&domain, &last.filter, evaluator.alive(&rows.kinds, last.day).definite)?;
    }
    let series = StepKind::EntitiesOnDays { plural: rows.plural.clone(), days: query.series.len() };
    steps.push(series, None, Some(found.len() as u64));
    let days = query.series.iter().map(|moment| (moment.label.clone(), moment.day)).collect();
    Ok(Start { stream: Stream::Entities(set(days, found)), notes, emptied, done: 0 })
}

/// Of which entities of a noun a filter holds, if they are there on a day.
pub(crate) fn evaluate(
    evaluator: &EntityEvaluator<'_>,
    filter: &Filter,
    rows: &EntityRows,
    day: Day,
) -> Result<Sets, ExecError> {
    let alive = evaluator.alive(&rows.kinds, day);
    let sets = evaluator.evaluate(filter, &alive.open, day)?;
    Ok(sets.and(&alive))
}

/// For each entity its place in the order of names, then of ids.
pub(crate) fn name_order(view: &Arc<dyn View>) -> Vec<u32> {
    let mut named: Vec<_> =
        view.entities().iter().map(|(number, entity)| (fold(&entity.name), &entity.id, number)).collect();
    named.sort_unstable();
    let mut places = vec![0; named.len()];
    for ((.., number), place) in named.into_iter().zip(0..) {
        if let Some(slot) = places.get_mut(number.0 as usize) {
            *slot = place;
        }
    }
    places
}

fn in_order(order: &[u32], entities: &RoaringBitmap, day: usize) -> Vec<EntityRow> {
    let mut rows: Vec<EntityRow> =
        entities.iter().map(|number| EntityRow { entity: EntityNumber(number), day }).collect();
    rows.sort_unstable_by_key(|row| order.get(row.entity.0 as usize));
    rows
}

fn add_notes(notes: &mut Notes, more: Notes) {
    notes.possible += more.possible;
    notes.unknown += more.unknown;
    for field in more.basis {
        if !notes.basis.contains(&field) {
            notes.basis.push(field);
        }
    }
    for (field, count) in more.missing {
        match notes.missing.iter_mut().find(|(known, _)| *known == field) {
            Some((_, known)) => *known += count,
            None => notes.missing.push((field, count)),
        }
    }
}

/// The entities of a world on a day.
pub(crate) struct Entities<'a> {
    pub evaluator: &'a EntityEvaluator<'a>,
    pub day: Day,
}

impl Entities<'_> {
    fn values(&self, field: &str, number: EntityNumber) -> Result<Vec<Cell>, ExecError> {
        Ok(EntityRecord { entity: Some(number), view: &**self.evaluator.view() }.values(field)?)
    }
}

impl Domain for Entities<'_> {
    fn evaluate(&self, filter: &Filter, within: &RoaringBitmap) -> Result<Sets, ExecError> {
        self.evaluator.evaluate(filter, within, self.day)
    }

    fn dates(&self, field: &str, within: &RoaringBitmap) -> Result<Vec<Cell>, ExecError> {
        let values = within.iter().map(|number| self.values(field, EntityNumber(number)));
        Ok(values.collect::<Result<Vec<_>, _>>()?.concat())
    }

    fn status(&self, test: &StatusTest, within: &RoaringBitmap) -> Result<Option<Nearest>, ExecError> {
        let day = if let At::Day(day) = test.at { day } else { self.day };
        Ok(nearest_status(&*self.evaluator.facts().standings(test)?, test, within, day))
    }

    fn others(&self, filter: &Filter) -> Result<Option<Emptied>, ExecError> {
        let evaluator = self.evaluator.facts();
        emptied::Facts { view: &**evaluator.view(), evaluator }.others(filter)
    }

    fn sole(&self, filter: &Filter) -> (SoleCondition, Option<String>) {
        let Filter::Test(RecordTest::Keyword { field, test: Match::Any(written) }) = filter else {
            return (SoleCondition::Other, None);
        };
        (SoleCondition::Attribute, attribute_meant(&**self.evaluator.view(), field, written))
    }
}

/// Why none is left of the entities that were there.
fn explain(domain: &Entities<'_>, filter: &Filter, alive: RoaringBitmap) -> Result<Option<Emptied>, ExecError> {
    if alive.is_empty() {
        return Ok(Some(Emptied { lone: Some(SoleCondition::Existing { day: domain.day }), ..Emptied::default() }));
    }
    emptied::explain(domain, filter, alive)
}
