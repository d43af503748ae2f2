//! Filters over entities: of which of them a filter holds, on a day. It reads
//! what entities declare, and asks the evaluator of facts what facts say.

use std::cell::RefCell;
use std::sync::Arc;

use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;

use crate::exec::answer::StepKind;
use crate::exec::filter::attributes::Attributes;
use crate::exec::filter::facts::{Evaluator, cost};
use crate::exec::filter::other_facts::Others;
use crate::exec::filter::query_values::Given;
use crate::exec::filter::sets::Sets;
use crate::exec::remarks::steps::Steps;
use crate::exec::rows::arithmetic::passes;
use crate::exec::rows::entity_rows::EntityRow;
use crate::exec::rows::entity_values::{Codes, EntityReader};
use crate::exec::rows::lists::Lists;
use crate::exec::rows::record::{EntityRecord, Record};
use crate::exec::{Cancel, ExecError};
use crate::index::View;
use crate::model::{Cell, Date, Day, EntityNumber, Extent, FieldKind, Resolution, Truth, Window, along};
use crate::plan::{At, Filter, OtherFacts, Part, Query, Shared, StatusTest, Value};
use crate::syntax::tree::Relation;

/// Evaluates filters over the entities of one state of the store.
///
/// Bitmaps are of the numbers of entities. What does not depend on the day is
/// remembered, so that many days cost little more than one.
pub(crate) struct EntityEvaluator<'a> {
    view: &'a Arc<dyn View>,
    cancel: &'a Cancel,
    attributes: Attributes<'a>,
    facts: Evaluator<'a>,
    known: RefCell<Vec<Known>>,
    /// Of which entities it is known whether they have such facts, and which have.
    others: RefCell<Vec<(OtherFacts, RoaringBitmap, Sets)>>,
    given: RefCell<Vec<(Arc<Query>, bool, Given)>>,
}

/// What is known of a test that does not depend on the day.
struct Known {
    filter: Filter,
    asked: RoaringBitmap,
    sets: Sets,
}

impl<'a> EntityEvaluator<'a> {
    pub fn new(view: &'a Arc<dyn View>, cancel: &'a Cancel) -> Self {
        Self {
            view,
            cancel,
            attributes: Attributes::new(&**view),
            facts: Evaluator::new(view, cancel),
            known: RefCell::default(),
            others: RefCell::default(),
            given: RefCell::default(),
        }
    }

    /// The state of the store that it looks at.
    pub fn view(&self) -> &'a Arc<dyn View> {
        self.view
    }

    /// The flag that stops it.
    pub fn cancel(&self) -> &'a Cancel {
        self.cancel
    }

    /// What facts say.
    pub fn facts(&self) -> &Evaluator<'a> {
        &self.facts
    }

    /// The entities of some kinds, or of any if none is named: by whether they
    /// are alive on a day.
    pub fn alive(&self, kinds: &[String], day: Day) -> Sets {
        let mut sets = Sets::default();
        for (number, entity) in self.view.entities().iter() {
            if !kinds.is_empty() && !kinds.contains(&entity.kind) {
                continue;
            }
            sets.add(number.0, entity.life().holds(at(day)));
        }
        sets
    }

    /// Of which entities of some kinds a filter holds, if they are alive on the
    /// day; notes what each part of the filter left over.
    pub fn explained(
        &self,
        filter: &Filter,
        alive: Sets,
        (day, noun): (Day, &str),
        steps: &mut Steps<'_>,
    ) -> Result<Sets, ExecError> {
        let parts = match filter {
            Filter::And(parts) => parts.iter().map(|part| (&part.filter, Some(part.span))).collect(),
            Filter::All => Vec::new(),
            other => vec![(other, None)],
        };
        self.all_of(parts, alive, day, |(filter, span), sets| {
            let condition = StepKind::Condition { filter: filter.clone(), noun: Some(noun.into()) };
            match sets {
                Some(sets) => steps.push(condition, span, Some(sets.open.len())),
                None => steps.skip(condition, span),
            }
        })
    }

    /// The truth of a filter for each entity in `within`, on a day.
    pub fn evaluate(&self, filter: &Filter, within: &RoaringBitmap, day: Day) -> Result<Sets, ExecError> {
        self.cancel.check()?;
        if within.is_empty() {
            return Ok(Sets::default());
        }
        match filter {
            Filter::All => Ok(Sets::certain(within.clone())),
            Filter::Nothing => Ok(Sets::default()),
            Filter::And(parts) => {
                let parts = parts.iter().map(|part| (&part.filter, ())).collect();
                self.all_of(parts, Sets::certain(within.clone()), day, |_, _| {})
            }
            Filter::Or(parts) => self.any_of(parts, within, day),
            Filter::Not(filter) => Ok(self.evaluate(filter, within, day)?.not(within)),
            Filter::Maybe(filter) => Ok(self.evaluate(filter, within, day)?.maybe()),
            Filter::Keyword { .. }
            | Filter::Refers { .. }
            | Filter::Date { .. }
            | Filter::DateForm { .. }
            | Filter::Number { .. }
            | Filter::Missing { .. }
            | Filter::Text { .. }
            | Filter::Written { .. } => {
                self.remembered(filter, within, &|entity| self.attributes.entity(filter, Some(entity)))
            }
            Filter::Member { field, groups, at: when } => self.member(field, groups, at(on(*when, day)), within),
            Filter::Step { field, test } => self.step(field, test, within, day),
            Filter::Other(other) => self.other(other, within),
            Filter::Relative { value, relation, to, other } => {
                self.relative(value, (*relation, to), other, within, day)
            }
            Filter::Status(test) => self.status(test, within, day),
            Filter::Given { field, query } => self.given(field, query, within),
            Filter::Computed { value, test } => {
                let Codes { pool, of_rows: codes, .. } = self.read(&Value::Computed(value.clone()), within, day)?;
                let truths = codes.into_iter().map(|code| passes(&pool.cell(code), test));
                Ok(Sets::of(within.iter().zip(truths)))
            }
        }
    }

    /// The cheap ones first, each only for what the others have left open.
    fn all_of<T: Copy>(
        &self,
        mut parts: Vec<(&Filter, T)>,
        within: Sets,
        day: Day,
        mut after: impl FnMut((&Filter, T), Option<&Sets>),
    ) -> Result<Sets, ExecError> {
        parts.sort_by_key(|(filter, _)| cost(filter));
        let mut sets = within;
        for (filter, place) in parts {
            if sets.open.is_empty() {
                after((filter, place), None);
                continue;
            }
            let next = self.evaluate(filter, &sets.open, day)?;
            sets = sets.and(&next);
            after((filter, place), Some(&sets));
        }
        Ok(sets)
    }

    /// The cheap ones first, each only where none of the others is true already.
    fn any_of(&self, parts: &[Part], within: &RoaringBitmap, day: Day) -> Result<Sets, ExecError> {
        let mut filters: Vec<&Filter> = parts.iter().map(|part| &part.filter).collect();
        filters.sort_by_key(|filter| cost(filter));
        let mut sets = Sets::default();
        for filter in filters {
            let undecided = within - &sets.definite;
            sets = sets.or(&self.evaluate(filter, &undecided, day)?);
        }
        Ok(sets)
    }

    /// A test that does not depend on the day, decided once for each entity.
    fn remembered(
        &self,
        filter: &Filter,
        within: &RoaringBitmap,
        decide: &dyn Fn(EntityNumber) -> Result<Truth, ExecError>,
    ) -> Result<Sets, ExecError> {
        let place = self.known.borrow().iter().position(|known| known.filter == *filter);
        let mut known = match place {
            Some(place) => self.known.borrow_mut().swap_remove(place),
            None => Known { filter: filter.clone(), asked: RoaringBitmap::new(), sets: Sets::default() },
        };
        for (count, number) in (within - &known.asked).iter().enumerate() {
            if count % 1024 == 0 {
                self.cancel.check()?;
            }
            known.sets.add(number, decide(EntityNumber(number))?);
        }
        known.asked |= within;
        let sets = known.sets.clone().and_within(within);
        self.known.borrow_mut().push(known);
        Ok(sets)
    }

    /// What an entity refers to by a field; `id` is itself. A name that no
    /// entity has refers to none.
    fn referred(&self, field: &str, entity: EntityNumber) -> Result<Vec<Option<EntityNumber>>, ExecError> {
        if field == "id" {
            return Ok(vec![Some(entity)]);
        }
        let entities = self.view.entities();
        let values = EntityRecord { entity: Some(entity), view: &**self.view }.values(field)?;
        let resolve = |value: Cell| match entities.resolve(&value.to_string()) {
            Resolution::One(number) => Some(number),
            Resolution::Unknown | Resolution::Ambiguous(_) => None,
        };
        Ok(values.into_iter().map(resolve).collect())
    }

    fn member(
        &self,
        field: &str,
        groups: &[EntityNumber],
        at: Extent,
        within: &RoaringBitmap,
    ) -> Result<Sets, ExecError> {
        let mut truths: FxHashMap<EntityNumber, Truth> = FxHashMap::default();
        for (member, paths) in groups.iter().flat_map(|group| self.view.entities().members(*group)) {
            let truth = truths.entry(member).or_insert(Truth::False);
            *truth = truth.or(along(paths, Some(at)));
        }
        let mut sets = Sets::default();
        for number in within {
            let referred = self.referred(field, EntityNumber(number))?.into_iter().flatten();
            let truths = referred.filter_map(|entity| truths.get(&entity).copied());
            sets.add(number, truths.fold(Truth::False, Truth::or));
        }
        Ok(sets)
    }

    /// A test of what entities refer to: of each of those once.
    fn step(&self, field: &str, test: &Filter, within: &RoaringBitmap, day: Day) -> Result<Sets, ExecError> {
        let referred = within.iter().map(|number| self.referred(field, EntityNumber(number)));
        let referred: Vec<_> = referred.collect::<Result<_, _>>()?;
        let targets: RoaringBitmap = referred.iter().flatten().flatten().map(|entity| entity.0).collect();
        let passing = self.evaluate(test, &targets, day)?;
        let of_nothing = self.attributes.entity(test, None)?;
        let mut sets = Sets::default();
        for (number, referred) in within.iter().zip(referred) {
            let truth = |entity: &Option<EntityNumber>| entity.map_or(of_nothing, |entity| passing.truth(entity.0));
            let truths = referred.iter().map(truth).reduce(Truth::or);
            sets.add(number, truths.unwrap_or(of_nothing));
        }
        Ok(sets)
    }

    /// The entities that stand at an end of facts of which a filter holds.
    fn other(&self, other: &OtherFacts, within: &RoaringBitmap) -> Result<Sets, ExecError> {
        let place = self.others.borrow().iter().position(|(known, ..)| known == other);
        let (other, asked, sets) = match place {
            Some(place) => self.others.borrow_mut().swap_remove(place),
            None => (other.clone(), RoaringBitmap::new(), Sets::default()),
        };
        let more = within - &asked;
        let found = match self.others_of(&other, &more)? {
            Some(others) => Sets::of(more.iter().zip(others.exist())),
            None => Sets::default(),
        };
        let sets = sets.or(&found);
        let of_these = sets.clone().and_within(within);
        self.others.borrow_mut().push((other, asked | within, sets));
        Ok(of_these)
    }

    /// For each of some entities the facts at an end of which it stands.
    fn others_of(&self, other: &OtherFacts, within: &RoaringBitmap) -> Result<Option<Others<'_>>, ExecError> {
        // The checker shares pairs and values among facts alone.
        let Shared::Role(role) = other.shared else {
            return Ok(None);
        };
        let entities: Vec<EntityNumber> = within.iter().map(EntityNumber).collect();
        Others::of_entities(&self.facts, role, &other.filter, &entities).map(Some)
    }

    /// A date of the row beside dates of facts.
    fn relative(
        &self,
        value: &Value,
        (relation, to): (Relation, &str),
        other: &OtherFacts,
        within: &RoaringBitmap,
        day: Day,
    ) -> Result<Sets, ExecError> {
        let Some(others) = self.others_of(other, within)? else {
            return Ok(Sets::default());
        };
        let Codes { pool, of_rows: codes, .. } = self.read(value, within, day)?;
        let extents: Vec<_> = pool.cells().iter().map(|cell| cell.as_date().map(Date::extent)).collect();
        let mut dates = Lists::default();
        for code in codes {
            let several = pool.members(&code).iter();
            dates.push(several.filter_map(|code| extents.get(*code as usize).copied().flatten()));
        }
        Ok(Sets::of(within.iter().zip(others.related(&dates, relation, to)?)))
    }

    /// A value of each of some entities.
    fn read(&self, value: &Value, within: &RoaringBitmap, day: Day) -> Result<Codes, ExecError> {
        let rows: Vec<EntityRow> =
            within.iter().map(|number| EntityRow { entity: EntityNumber(number), day: 0 }).collect();
        let days = [(Date::from_day(day), day)];
        EntityReader { evaluator: self, days: &days, rows: &rows }.read(value)
    }

    fn status(&self, test: &StatusTest, within: &RoaringBitmap, day: Day) -> Result<Sets, ExecError> {
        let standings = self.facts.standings(test)?;
        let mut sets = Sets::default();
        for (count, number) in within.iter().enumerate() {
            if count % 64 == 0 {
                self.cancel.check()?;
            }
            sets.add(number, standings.holds(number, Some(at(on(test.at, day)))));
        }
        Ok(sets)
    }

    /// What a field has that a query gives.
    fn given(&self, field: &str, query: &Arc<Query>, within: &RoaringBitmap) -> Result<Sets, ExecError> {
        let (schema, entities) = (self.view.schema(), self.view.entities());
        let refers = field == "id" || schema.field(field).is_some_and(|field| field.kind == FieldKind::Reference);
        let entities_of = refers.then_some(&**entities);
        let known = |(one, of, _): &(Arc<Query>, bool, Given)| one == query && *of == refers;
        let place = self.given.borrow().iter().position(known);
        let given = match place {
            Some(place) => self.given.borrow_mut().swap_remove(place).2,
            None => Given::new(query, self.view, self.cancel, entities_of)?,
        };
        let mut sets = Sets::default();
        for number in within {
            let record = EntityRecord { entity: Some(EntityNumber(number)), view: &**self.view };
            let truths = record.values(field)?.into_iter().map(|cell| given.truth(&cell, entities_of));
            sets.add(number, truths.fold(Truth::False, Truth::or));
        }
        self.given.borrow_mut().push((query.clone(), refers, given));
        Ok(sets)
    }
}

/// The day on which groups and statuses are tested; entities have no date of
/// their own, so that it is the row's unless one is said.
pub(crate) fn on(at: At, row: Day) -> Day {
    if let At::Day(day) = at { day } else { row }
}

/// A day as something is tested on it.
pub(crate) fn at(day: Day) -> Extent {
    Extent::Point(Window::day(day))
}
