//! Where nothing is recorded: whether an act that nobody claims to have recorded
//! may be what a test looks for, so that its absence is unknown.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;

use crate::exec::ExecError;
use crate::exec::filter::facts::Evaluator;
use crate::exec::filter::sets::Sets;
use crate::exec::rows::participants::{NOBODY, ParticipantColumn};
use crate::model::vocabulary::Role;
use crate::model::{Entities, EntityNumber, Interval, Schema, Truth, Window, fold};
use crate::plan::{
    EndTests, FactValue, Filter, Match, RecordValue, Shared, UnrecordedAct, UnrecordedEnd, asks_of_subject,
};

/// Whether acts that are not recorded may pass a filter.
pub(crate) struct UnrecordedActs<'a> {
    evaluator: &'a Evaluator<'a>,
    filter: &'a Filter,
    /// Whether it matters who the subject is.
    by_subject: bool,
    /// What was decided of two ends.
    known: RefCell<FxHashMap<(UnrecordedEnd, UnrecordedEnd), bool>>,
    /// For each object the acts on it that may pass, whoever did them.
    of_objects: RefCell<FxHashMap<UnrecordedEnd, Rc<DatedActions>>>,
}

/// Actions, each with the days on which it may have happened.
type DatedActions = Vec<(String, Window)>;

impl<'a> UnrecordedActs<'a> {
    /// None if every action is complete.
    pub fn new(evaluator: &'a Evaluator<'a>, filter: &'a Filter) -> Option<Self> {
        let is_closed = evaluator.context().coverage().is_empty();
        (!is_closed).then(|| Self {
            evaluator,
            filter,
            by_subject: asks_of_subject(filter, evaluator),
            known: RefCell::default(),
            of_objects: RefCell::default(),
        })
    }

    /// Whether an act of somebody on something may pass that is not recorded; if it
    /// may be anything, one on any object that there can be.
    pub fn may_exist(&self, subject: UnrecordedEnd, object: UnrecordedEnd) -> Result<bool, ExecError> {
        let subject = if self.by_subject { subject } else { UnrecordedEnd::Any };
        let ends = (subject, object);
        if let Some(known) = self.known.borrow().get(&ends) {
            return Ok(*known);
        }
        let found = if ends.1 == UnrecordedEnd::Any {
            let mut objects = objects(self.evaluator).into_iter();
            objects.try_fold(false, |found, object| Ok(found || self.of_ends(&ends.0, &object)?))
        } else {
            self.of_ends(&ends.0, &ends.1)
        }?;
        self.known.borrow_mut().insert(ends, found);
        Ok(found)
    }

    fn of_ends(&self, subject: &UnrecordedEnd, object: &UnrecordedEnd) -> Result<bool, ExecError> {
        self.evaluator.cancel().check()?;
        let of_anybody = self.of_object(object)?;
        if *subject == UnrecordedEnd::Any {
            return Ok(!of_anybody.is_empty());
        }
        for (action, days) in &*of_anybody {
            let act = UnrecordedAct { action, subject: subject.clone(), object: object.clone(), days: *days };
            if act.may_pass(self.filter, self.evaluator)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The acts of anybody on an object that may pass: whoever is somebody in particular
    /// has none besides.
    fn of_object(&self, object: &UnrecordedEnd) -> Result<Rc<DatedActions>, ExecError> {
        if let Some(known) = self.of_objects.borrow().get(object) {
            return Ok(known.clone());
        }
        let coverage = self.evaluator.context().coverage();
        let mut found = Vec::new();
        for action in coverage.actions() {
            for days in coverage.gaps(action, entity_of(object)) {
                let act = UnrecordedAct { action, subject: UnrecordedEnd::Any, object: object.clone(), days };
                if act.may_pass(self.filter, self.evaluator)? {
                    found.push((action.to_owned(), days));
                }
            }
        }
        let found = Rc::new(found);
        self.of_objects.borrow_mut().insert(object.clone(), found.clone());
        Ok(found)
    }
}

impl EndTests for Evaluator<'_> {
    type Error = ExecError;

    fn entities(&self) -> &Entities {
        self.view().entities()
    }

    fn schema(&self) -> &Schema {
        self.view().schema()
    }

    fn action(&self, test: &Match, action: &str) -> Result<Truth, ExecError> {
        Ok(self.attributes().matcher(&Arc::from("action"), test)?.matches(action).into())
    }

    fn declared(&self, test: &Filter, entity: Option<EntityNumber>) -> Result<Truth, ExecError> {
        self.attributes().entity(test, entity)
    }
}

/// Whether an act of anybody on an object, on one of some days, may pass a filter.
pub(crate) fn may_pass(
    evaluator: &Evaluator<'_>,
    filter: &Filter,
    (action, object, days): (&str, EntityNumber, Window),
) -> Result<bool, ExecError> {
    evaluator.cancel().check()?;
    let (subject, object) = (UnrecordedEnd::Any, UnrecordedEnd::Entity(object));
    UnrecordedAct { action, subject, object, days }.may_pass(filter, evaluator)
}

/// The entity at an end, as far as claims know it.
pub(crate) fn entity_of(end: &UnrecordedEnd) -> Option<EntityNumber> {
    if let UnrecordedEnd::Entity(entity) = end { Some(*entity) } else { None }
}

/// Who may stand at an end of facts: the entities of its kinds, each with its life,
/// and whether there may be others, whom nothing names.
pub(crate) fn possible_at<'v>(
    evaluator: &'v Evaluator<'_>,
    role: Role,
) -> (impl Iterator<Item = (EntityNumber, Interval)> + 'v, bool) {
    let view = evaluator.view();
    let field = view.schema().field(role.field());
    let kinds = field.map_or(&[][..], |field| field.kinds.as_slice());
    let of_kind = view.entities().iter().filter(|(_, entity)| kinds.is_empty() || kinds.contains(&entity.kind));
    (of_kind.map(|(number, entity)| (number, entity.life())), field.is_none_or(|field| field.open))
}

/// Everything that an act may be done to.
fn objects(evaluator: &Evaluator<'_>) -> Vec<UnrecordedEnd> {
    let (entities, open) = possible_at(evaluator, Role::Object);
    entities.map(|(number, _)| UnrecordedEnd::Entity(number)).chain(open.then_some(UnrecordedEnd::Unlisted)).collect()
}

/// Who a number of an end stands for.
fn end_of(column: &ParticipantColumn, number: u32) -> UnrecordedEnd {
    match column.entity(number) {
        _ if number == NOBODY => UnrecordedEnd::Nobody,
        Some(entity) => UnrecordedEnd::Entity(entity),
        None => UnrecordedEnd::Written(fold(&column.cell(number).to_string()).into_owned()),
    }
}

/// What is true of other facts of entities at an end, where an absence may be one of
/// records.
pub(crate) fn of_entities(
    evaluator: &Evaluator<'_>,
    (role, filter): (Role, &Filter),
    within: &RoaringBitmap,
    truths: Vec<Truth>,
) -> Result<Sets, ExecError> {
    let Some(acts) = UnrecordedActs::new(evaluator, filter) else {
        return Ok(Sets::of(within.iter().zip(truths)));
    };
    let mut sets = Sets::default();
    for (number, truth) in within.iter().zip(truths) {
        let own = UnrecordedEnd::Entity(EntityNumber(number));
        let (subject, object) = match role {
            Role::Subject => (own, UnrecordedEnd::Any),
            Role::Object => (UnrecordedEnd::Any, own),
        };
        let absent = truth == Truth::False && acts.may_exist(subject, object)?;
        sets.add(number, if absent { Truth::Unknown } else { truth });
    }
    Ok(sets)
}

impl UnrecordedActs<'_> {
    /// What is true of other facts of facts, of which those in `absent` have none that
    /// is recorded.
    pub fn of_facts(&self, shared: &Shared, absent: &RoaringBitmap, mut sets: Sets) -> Result<Sets, ExecError> {
        let is_shared = |role: Role| match shared {
            Shared::Pair => true,
            Shared::Values(values) => values.contains(&FactValue::Record(RecordValue::Field(role.field().into()))),
            Shared::Role(own) => *own == role,
        };
        let ends = [Role::Subject, Role::Object].map(|role| (self.evaluator.end(role), is_shared(role)));
        let [subjects, objects] = [ends[0].0.read(absent)?, ends[1].0.read(absent)?];
        let end = |(column, is_shared): (&ParticipantColumn, bool), number: u32| {
            if is_shared { end_of(column, number) } else { UnrecordedEnd::Any }
        };
        for ((document, subject), object) in absent.iter().zip(subjects).zip(objects) {
            if self.may_exist(end(ends[0], subject), end(ends[1], object))? {
                sets.add(document, Truth::Unknown);
            }
        }
        Ok(sets)
    }
}

/// Objects with the days on which acts that open a status may be missing.
pub(crate) struct StatusGaps<'a> {
    evaluator: &'a Evaluator<'a>,
    opening: Vec<String>,
    using: Option<&'a Filter>,
}

impl<'a> StatusGaps<'a> {
    /// Of a status that some actions open, made up of the facts that pass a filter.
    pub fn new<'o>(
        evaluator: &'a Evaluator<'a>,
        opening: impl Iterator<Item = &'o str>,
        using: Option<&'a Filter>,
    ) -> Self {
        let coverage = evaluator.context().coverage();
        let opening = opening.filter(|action| coverage.covers(action));
        Self { evaluator, opening: opening.map(str::to_owned).collect(), using }
    }

    /// Whether some object has any.
    pub fn are_there(&self) -> Result<bool, ExecError> {
        let objects = if self.is_possible() { objects(self.evaluator) } else { Vec::new() };
        let mut objects = objects.iter();
        objects.try_fold(false, |found, object| Ok(found || !self.of(object)?.is_empty()))
    }

    /// Whether there can be any.
    pub fn is_possible(&self) -> bool {
        !self.opening.is_empty()
    }

    /// The days on which the status may have been opened towards an object without
    /// a record of it.
    pub fn of(&self, object: &UnrecordedEnd) -> Result<Vec<Window>, ExecError> {
        self.evaluator.cancel().check()?;
        let mut gaps = Vec::new();
        for action in &self.opening {
            for days in self.evaluator.context().coverage().gaps(action, entity_of(object)) {
                let act = UnrecordedAct { action, subject: UnrecordedEnd::Any, object: object.clone(), days };
                let passes = self.using.map(|using| act.may_pass(using, self.evaluator)).transpose()?;
                if passes != Some(false) {
                    gaps.push(days);
                }
            }
        }
        Ok(gaps)
    }
}
