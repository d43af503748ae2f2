//! Filters over entities: of which of them a filter holds, on a day. It reads
//! what entities declare, and asks the evaluator of facts what facts say.

use std::cell::RefCell;
use std::sync::Arc;

use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;

use crate::exec::filter::algebra::{self, Candidates, Effort, Estimate};
use crate::exec::filter::attributes::Attributes;
use crate::exec::filter::context::EvaluationContext;
use crate::exec::filter::entity_values::{Codes, EntityReader, EntityRow};
use crate::exec::filter::facts::Evaluator;
use crate::exec::filter::facts::unrecorded;
use crate::exec::filter::other_facts::OtherFactsJoin;
use crate::exec::filter::query_values::QueryValues;
use crate::exec::filter::sets::Sets;
use crate::exec::filter::statuses::RememberedStandings;
use crate::exec::rows::arithmetic::passes;
use crate::exec::rows::lists::Lists;
use crate::exec::rows::record::{EntityRecord, RecordReader};
use crate::exec::rows::undeclared_names;
use crate::exec::{Cancel, ExecError};
use crate::index::View;
use crate::model::vocabulary::Role;
use crate::model::{Cell, Date, Day, EntityNumber, Extent, FieldKind, Resolution, Truth, Window, any_interval_holds};
use crate::plan::{
    Account, At, EntityDomain, Filter, OtherFacts, Query, RecordCalculation, RecordTest, RecordValue, RowValue, Shared,
    StatusTest,
};
use crate::syntax::tree::Relation;

/// Evaluates filters over the entities of one state of the store.
///
/// Bitmaps are of the numbers of entities. What does not depend on the day is
/// remembered, so that many days cost little more than one.
pub(crate) struct EntityEvaluator<'a> {
    context: &'a EvaluationContext,
    attributes: Attributes<'a>,
    facts: Evaluator<'a>,
    known: RefCell<Vec<RememberedTest>>,
    /// Of which entities it is known whether they have such facts, and which have.
    others: RefCell<Vec<(OtherFacts, RoaringBitmap, Sets)>>,
    given: RefCell<Vec<(Arc<Query>, bool, QueryValues)>>,
    /// The names that only facts use, of some kinds.
    undeclared: RefCell<Vec<(Vec<String>, RoaringBitmap)>>,
    /// What was found as if every act were recorded.
    as_if_recorded: RefCell<RememberedAnswers>,
}

/// What one evaluator has found and another of the same state need not find again.
#[derive(Default)]
pub(crate) struct RememberedAnswers {
    known: Vec<RememberedTest>,
    others: Vec<(OtherFacts, RoaringBitmap, Sets)>,
    given: Vec<(Arc<Query>, bool, QueryValues)>,
    undeclared: Vec<(Vec<String>, RoaringBitmap)>,
    standings: RememberedStandings,
}

/// What is known of a test that does not depend on the day.
struct RememberedTest {
    test: RecordTest,
    asked: RoaringBitmap,
    sets: Sets,
}

impl<'a> EntityEvaluator<'a> {
    pub fn new(context: &'a EvaluationContext) -> Self {
        Self {
            context,
            attributes: Attributes::new(&*context.view, &*context.store),
            facts: Evaluator::new(context),
            known: RefCell::default(),
            others: RefCell::default(),
            given: RefCell::default(),
            undeclared: RefCell::default(),
            as_if_recorded: RefCell::default(),
        }
    }

    /// What it has found.
    pub fn answers(self) -> RememberedAnswers {
        RememberedAnswers {
            known: self.known.into_inner(),
            others: self.others.into_inner(),
            given: self.given.into_inner(),
            undeclared: self.undeclared.into_inner(),
            standings: self.facts.into_standings(),
        }
    }

    /// The same evaluator that has found something already.
    pub fn with_answers(context: &'a EvaluationContext, answers: RememberedAnswers) -> Self {
        let RememberedAnswers { known, others, given, undeclared, standings } = answers;
        Self {
            facts: Evaluator::new(context).with_standings(standings),
            known: known.into(),
            others: others.into(),
            given: given.into(),
            undeclared: undeclared.into(),
            ..Self::new(context)
        }
    }

    /// The truth of a filter for each entity in `within`, on a day, as if every act were
    /// recorded.
    pub fn evaluate_as_if_recorded(
        &self,
        filter: &Filter,
        within: &RoaringBitmap,
        day: Day,
    ) -> Result<Sets, ExecError> {
        let context = self.context.closed();
        let evaluator = EntityEvaluator::with_answers(&context, self.as_if_recorded.take());
        let sets = evaluator.evaluate(filter, within, day);
        self.as_if_recorded.replace(evaluator.answers());
        sets
    }

    /// The state of the store that it looks at.
    pub fn view(&self) -> &'a Arc<dyn View> {
        &self.context.view
    }

    /// The flag that stops it.
    pub fn cancel(&self) -> &'a Cancel {
        &self.context.cancel
    }

    /// What facts say.
    pub fn facts(&self) -> &Evaluator<'a> {
        &self.facts
    }

    /// The entities of some kinds, or of any if none is named: by whether they
    /// are alive on a day.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    pub fn alive(&self, kinds: &[String], day: Day) -> Result<Sets, ExecError> {
        let known = self.undeclared.borrow().iter().find(|(of, _)| of == kinds).map(|(_, names)| names.clone());
        let names = if let Some(names) = known {
            names
        } else {
            // Which names there are, the store says, whoever is heard.
            let names = undeclared_names::of_kinds(&*self.context.store, kinds)?;
            self.undeclared.borrow_mut().push((kinds.to_vec(), names.clone()));
            names
        };
        // Of a name nothing is known that would bound its life.
        let mut sets = Sets::certain(names);
        for (number, entity) in self.context.view.entities().iter() {
            if !kinds.is_empty() && !kinds.contains(&entity.kind) {
                continue;
            }
            sets.add(number.0, entity.life().holds(at(day)));
        }
        Ok(sets)
    }

    /// The same entities on one day, on which they can be tested.
    pub fn on(&self, day: Day) -> OnDay<'_> {
        OnDay { evaluator: self, day }
    }

    /// The truth of a filter for each entity in `within`, on a day.
    pub fn evaluate(&self, filter: &Filter, within: &RoaringBitmap, day: Day) -> Result<Sets, ExecError> {
        algebra::evaluate(&self.on(day), filter, within)
    }

    /// A test that does not depend on the day, decided once for each entity.
    fn remembered(
        &self,
        test: &RecordTest,
        within: &RoaringBitmap,
        decide: &dyn Fn(EntityNumber) -> Result<Truth, ExecError>,
    ) -> Result<Sets, ExecError> {
        let place = self.known.borrow().iter().position(|known| known.test == *test);
        let mut known = match place {
            Some(place) => self.known.borrow_mut().swap_remove(place),
            None => RememberedTest { test: test.clone(), asked: RoaringBitmap::new(), sets: Sets::default() },
        };
        for (count, number) in (within - &known.asked).iter().enumerate() {
            if count % 1024 == 0 {
                self.context.cancel.check()?;
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
        let entities = self.context.view.entities();
        let values = EntityRecord { entity: Some(entity), view: &*self.context.view }.values(field)?;
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
        for (member, intervals) in groups.iter().flat_map(|group| self.context.view.entities().members(*group)) {
            let truth = truths.entry(member).or_insert(Truth::False);
            *truth = truth.or(any_interval_holds(intervals, Some(at)));
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
        let truths = self.others_of(&other, &more)?.exist();
        let found = unrecorded::of_entities(&self.facts, (role_of(&other)?, &other.filter), &more, truths)?;
        let sets = sets.or(&found);
        let of_these = sets.clone().and_within(within);
        self.others.borrow_mut().push((other, asked | within, sets));
        Ok(of_these)
    }

    /// For each of some entities the facts at an end of which it stands.
    fn others_of(&self, other: &OtherFacts, within: &RoaringBitmap) -> Result<OtherFactsJoin<'_>, ExecError> {
        let entities: Vec<EntityNumber> = within.iter().map(EntityNumber).collect();
        OtherFactsJoin::of_entities(&self.facts, role_of(other)?, &other.filter, &entities)
    }

    /// A date of the row beside dates of facts.
    fn relative(
        &self,
        value: &RecordValue,
        (relation, to): (Relation, &str),
        other: &OtherFacts,
        within: &RoaringBitmap,
        day: Day,
    ) -> Result<Sets, ExecError> {
        let others = self.others_of(other, within)?;
        let Codes { pool, of_rows: codes, .. } = self.read(&value.clone().into(), within, day)?;
        let extents: Vec<_> = pool.cells().iter().map(|cell| cell.as_date().map(Date::extent)).collect();
        let mut dates = Lists::default();
        for code in codes {
            let several = pool.members(&code).iter();
            dates.push(several.filter_map(|code| extents.get(*code as usize).copied().flatten()));
        }
        let truths = others.related(&dates, relation, to)?;
        unrecorded::of_entities(&self.facts, (role_of(other)?, &other.filter), within, truths)
    }

    /// A value of each of some entities.
    fn read(&self, value: &RowValue<EntityDomain>, within: &RoaringBitmap, day: Day) -> Result<Codes, ExecError> {
        let rows: Vec<EntityRow> =
            within.iter().map(|number| EntityRow { entity: EntityNumber(number), day: 0 }).collect();
        let days = [(Date::from_day(day), day)];
        EntityReader { evaluator: self, days: &days, rows: &rows }.read(value)
    }

    /// What holds on an account.
    fn according(
        &self,
        account: &Arc<Account>,
        filter: &Filter,
        within: &RoaringBitmap,
        day: Day,
    ) -> Result<Sets, ExecError> {
        let context = self.context.according(account)?;
        let evaluator = EntityEvaluator::new(&context);
        self.facts.lend_standings(account, &evaluator.facts);
        let sets = evaluator.evaluate(filter, within, day);
        self.facts.keep_standings(account, &evaluator.facts);
        sets
    }

    fn status(&self, test: &StatusTest, within: &RoaringBitmap, day: Day) -> Result<Sets, ExecError> {
        let standings = self.facts.standings(test)?;
        let mut sets = Sets::default();
        for (count, number) in within.iter().enumerate() {
            if count % 64 == 0 {
                self.context.cancel.check()?;
            }
            sets.add(number, standings.holds(number, Some(at(on(test.at, day)))));
        }
        Ok(sets)
    }

    /// What a field has that a query gives.
    fn given(&self, field: &str, query: &Arc<Query>, within: &RoaringBitmap) -> Result<Sets, ExecError> {
        let (schema, entities) = (self.context.view.schema(), self.context.view.entities());
        let refers = field == "id" || schema.field(field).is_some_and(|field| field.kind == FieldKind::Reference);
        let entities_of = refers.then_some(&**entities);
        let known = |(one, of, _): &(Arc<Query>, bool, QueryValues)| one == query && *of == refers;
        let place = self.given.borrow().iter().position(known);
        let given = match place {
            Some(place) => self.given.borrow_mut().swap_remove(place).2,
            None => QueryValues::new(query, self.context, entities_of)?,
        };
        let mut sets = Sets::default();
        for number in within {
            let record = EntityRecord { entity: Some(EntityNumber(number)), view: &*self.context.view };
            let mut truth = Truth::False;
            for cell in record.values(field)? {
                truth = truth.or(given.truth(&cell, entities_of)?);
            }
            sets.add(number, truth);
        }
        self.given.borrow_mut().push((query.clone(), refers, given));
        Ok(sets)
    }
}

/// The entities of one state of the store, on one day.
pub(crate) struct OnDay<'a> {
    pub evaluator: &'a EntityEvaluator<'a>,
    pub day: Day,
}

impl Candidates for OnDay<'_> {
    type Test = RecordTest;

    fn cancel(&self) -> &Cancel {
        &self.evaluator.context.cancel
    }

    fn test(&self, test: &RecordTest, within: &RoaringBitmap) -> Result<Sets, ExecError> {
        let Self { evaluator, day } = self;
        match test {
            RecordTest::Keyword { .. }
            | RecordTest::Refers { .. }
            | RecordTest::Date { .. }
            | RecordTest::DateForm { .. }
            | RecordTest::Number { .. }
            | RecordTest::Missing { .. }
            | RecordTest::Text { .. }
            | RecordTest::Written { .. } => {
                evaluator.remembered(test, within, &|entity| evaluator.attributes.passes(test, Some(entity)))
            }
            RecordTest::Member { field, groups, at: when } => {
                evaluator.member(field, groups, at(on(*when, *day)), within)
            }
            RecordTest::Step { field, test } => evaluator.step(field, test, within, *day),
            RecordTest::Other(other) => evaluator.other(other, within),
            RecordTest::Relative { value, relation, to, other } => {
                evaluator.relative(value, (*relation, to), other, within, *day)
            }
            RecordTest::According { account, filter } => evaluator.according(account, filter, within, *day),
            RecordTest::Source(_) => Err(ExecError::Misplaced("the sources of an entity")),
            RecordTest::Status(test) => evaluator.status(test, within, *day),
            RecordTest::Given { field, query } => evaluator.given(field, query, within),
            RecordTest::Computed { value, test } => {
                let RecordCalculation::OfEntity(calculation) = value else {
                    return Err(ExecError::Misplaced("what is calculated for facts"));
                };
                let value = RowValue::Computed(calculation.clone());
                let Codes { pool, of_rows: codes, .. } = evaluator.read(&value, within, *day)?;
                let truths = codes.into_iter().map(|code| passes(&pool.cell(code), test));
                Ok(Sets::of(within.iter().zip(truths)))
            }
        }
    }

    fn estimate(&self, test: &RecordTest, rows: u64) -> Estimate {
        let effort = match test {
            RecordTest::Keyword { .. }
            | RecordTest::Refers { .. }
            | RecordTest::Date { .. }
            | RecordTest::DateForm { .. }
            | RecordTest::Number { .. }
            | RecordTest::Missing { .. }
            | RecordTest::Member { .. }
            | RecordTest::Step { .. } => Effort::Indexed,
            RecordTest::Text { .. } | RecordTest::Written { .. } => Effort::Texts,
            RecordTest::Given { .. } => Effort::Subquery,
            RecordTest::Other(_) | RecordTest::Relative { .. } => Effort::Join,
            RecordTest::Status(_) | RecordTest::According { .. } => Effort::Statuses,
            RecordTest::Source(_) => Effort::Records,
            RecordTest::Computed { .. } => Effort::Calculation,
        };
        // There are few entities, and no index tells how many have a value.
        Estimate { effort, left: rows / 2 }
    }
}

/// The day on which groups and statuses are tested; entities have no date of
/// their own, so that it is the row's unless one is said.
pub(crate) fn on(at: At, row: Day) -> Day {
    if let At::Day(day) = at { day } else { row }
}

/// The end of other facts at which the entities of rows stand.
pub(crate) fn role_of(other: &OtherFacts) -> Result<Role, ExecError> {
    match other.shared {
        Shared::Role(role) => Ok(role),
        Shared::Pair | Shared::Values(_) => Err(ExecError::Misplaced("what facts share with an entity")),
    }
}

/// A day as something is tested on it.
pub(crate) fn at(day: Day) -> Extent {
    Extent::Point(Window::day(day))
}
