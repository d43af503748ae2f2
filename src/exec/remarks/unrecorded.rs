//! What nobody claims to have recorded: which acts, on which objects, and how many
//! rows are unknown for want of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use roaring::RoaringBitmap;
use serde::Serialize;

use crate::exec::ExecError;
use crate::exec::filter::algebra::evaluate;
use crate::exec::filter::context::EvaluationContext;
use crate::exec::filter::facts::Evaluator;
use crate::exec::filter::facts::unrecorded::{StatusGaps, may_pass, possible_at};
use crate::exec::remarks::absences::{ActTest, LookedFor, in_filter, named_objects};
use crate::exec::remarks::emptied::RecordRows;
use crate::exec::remarks::told_rows::Heard;
use crate::exec::stages::stage_rows::UnrecordedCount;
use crate::index::View;
use crate::model::vocabulary::Role;
use crate::model::{Day, EntityNumber, Schema, StatusRule, Window};
use crate::plan::{Counterparts, Filter, Match, Part, RecordTest, StatusTest, UnrecordedEnd};
use crate::syntax::Span;

/// So many objects are named.
const NAMES: usize = 3;

/// Acts that nobody claims to have all recorded, and the rows that are unknown for
/// want of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnrecordedActsNote {
    /// How many rows.
    pub count: u64,
    /// What the acts are called: each action, or the word for all of them.
    pub acts: Vec<Arc<str>>,
    /// What they would have been done to: the names of the first few.
    pub objects: Vec<Arc<str>>,
    /// How many objects more.
    pub more_objects: u64,
    /// How much is recorded.
    pub recorded: RecordedPart,
    /// Who alone is heard; none if all sources are.
    pub heard: Option<Heard>,
}

impl UnrecordedActsNote {
    /// The same of so many rows.
    pub(crate) fn with_count(&self, count: u64) -> Self {
        Self { count, ..self.clone() }
    }
}

/// How much is recorded of what a test looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RecordedPart {
    /// None of these acts on these objects, and nobody claims to have them.
    Nothing,
    /// Some, and nobody claims to have them all.
    Some,
    /// All of some days that somebody covers, but not of all days before.
    SomeDays,
}

/// The tests of a filter that leave some rows unknown because acts may not be
/// recorded, each with these rows.
pub(crate) fn unrecorded(
    rows: &dyn RecordRows,
    filter: &Filter,
    unknown: &RoaringBitmap,
) -> Result<Vec<(UnrecordedActsNote, RoaringBitmap)>, ExecError> {
    let mut found: Vec<(UnrecordedActsNote, RoaringBitmap)> = Vec::new();
    if unknown.is_empty() {
        return Ok(found);
    }
    for test in in_filter(filter, Day::FUTURE) {
        let told = test.context(rows.facts().context())?;
        let told = told.as_ref().map(Evaluator::new);
        let facts = told.as_ref().unwrap_or(rows.facts());
        if facts.context().coverage().is_empty() {
            continue;
        }
        let open = evaluate(rows, test.whole, unknown)?;
        let recorded = rows.as_if_recorded(test.whole, unknown)?;
        let those = (&open.open - &open.possible) - (&recorded.open - &recorded.possible);
        if those.is_empty() {
            continue;
        }
        let objects = if test.has_objects_of_rows { rows.objects_of(&those)? } else { BTreeSet::new() };
        let missing = MissingActs::of(facts, test, &objects)?;
        if let Some(note) = missing.note(facts, those.len())?
            && !found.iter().any(|(known, _)| known.with_count(note.count) == note)
        {
            found.push((note, those));
        }
    }
    Ok(found)
}

/// The acts that a test of periods looks for and that may not be recorded.
pub(crate) fn of_status(evaluator: &Evaluator<'_>, test: &StatusTest) -> Result<Option<UnrecordedActsNote>, ExecError> {
    let filter = Filter::All;
    let looks_for = LookedFor::Status(test, Day::FUTURE);
    let test = ActTest { whole: &filter, looks_for, has_objects_of_rows: true, account: None };
    MissingActs::of(evaluator, test, &BTreeSet::new())?.note(evaluator, 0)
}

/// What may not be recorded of the acts by which columns count others, each with its
/// column and in how many rows; if the columns are shown as they are, without the rows
/// that tell how many more these may be.
pub(crate) fn of_counts(
    context: &EvaluationContext,
    counts: &[UnrecordedCount],
    are_shown: bool,
) -> Result<Vec<(Arc<str>, UnrecordedActsNote)>, ExecError> {
    let evaluator = Evaluator::new(context);
    let mut found = Vec::new();
    for UnrecordedCount { column, test, rows, told } in counts {
        let rows: BTreeSet<EntityNumber> = if are_shown { rows - told } else { rows.clone() };
        if rows.is_empty() {
            continue;
        }
        let filter = Filter::All;
        let looks_for = LookedFor::Status(test, Day::FUTURE);
        let act = ActTest { whole: &filter, looks_for, has_objects_of_rows: true, account: None };
        let objects = if test.role == Role::Object { rows.clone() } else { BTreeSet::new() };
        let note = MissingActs::of(&evaluator, act, &objects)?.note(&evaluator, rows.len() as u64)?;
        found.extend(note.map(|note| (column.clone(), note)));
    }
    Ok(found)
}

/// Acts that may not be recorded.
#[derive(Default)]
struct MissingActs {
    actions: BTreeSet<String>,
    objects: BTreeSet<EntityNumber>,
    days: BTreeSet<(Day, Day)>,
}

impl MissingActs {
    /// Those that a test looks for; `rows` are the objects that the rows are of.
    fn of(evaluator: &Evaluator<'_>, test: ActTest<'_>, rows: &BTreeSet<EntityNumber>) -> Result<Self, ExecError> {
        let mut found = Self::default();
        let all = || possible_at(evaluator, Role::Object).0.map(|(number, _)| number).collect::<Vec<_>>();
        match test.looks_for {
            LookedFor::Status(status, _) => {
                let Some(rule) = StatusRule::new(evaluator.view().schema(), &status.status) else { return Ok(found) };
                let objects = match (&status.others, status.role) {
                    (_, Role::Object) if !rows.is_empty() => rows.iter().copied().collect(),
                    (Counterparts::Entities(entities), Role::Subject) => entities.clone(),
                    _ => all(),
                };
                for action in rule.opening() {
                    let gaps = StatusGaps::new(evaluator, std::iter::once(action), status.using.as_deref());
                    for object in &objects {
                        let days = gaps.of(&UnrecordedEnd::Entity(*object))?;
                        found.add(action, *object, &days);
                    }
                }
            }
            LookedFor::Facts { filter, shares_object } => {
                let named = || named_objects(filter).map_or_else(all, <[EntityNumber]>::to_vec);
                let objects = if shares_object && !rows.is_empty() { rows.iter().copied().collect() } else { named() };
                let coverage = evaluator.context().coverage();
                for (action, object) in
                    coverage.actions().flat_map(|action| objects.iter().map(move |one| (action, *one)))
                {
                    for days in coverage.gaps(action, Some(object)) {
                        if may_pass(evaluator, filter, (action, object, days))? {
                            found.add(action, object, &[days]);
                        }
                    }
                }
            }
        }
        Ok(found)
    }

    fn add(&mut self, action: &str, object: EntityNumber, days: &[Window]) {
        if !days.is_empty() {
            self.actions.insert(action.to_owned());
            self.objects.insert(object);
            self.days.extend(days.iter().map(|days| (days.first, days.last)));
        }
    }

    /// What is to be told of them; nothing if there are none.
    fn note(&self, evaluator: &Evaluator<'_>, count: u64) -> Result<Option<UnrecordedActsNote>, ExecError> {
        let view = evaluator.view();
        if self.actions.is_empty() {
            return Ok(None);
        }
        let never = self.days.iter().any(|(first, last)| Window::new(*first, *last) == Window::ALL);
        let recorded = match (never, never && self.is_any_recorded(evaluator)?) {
            (false, _) => RecordedPart::SomeDays,
            (true, true) => RecordedPart::Some,
            (true, false) => RecordedPart::Nothing,
        };
        let (objects, more_objects) = named(&**view, &self.objects);
        Ok(Some(UnrecordedActsNote {
            count,
            acts: called(view.schema(), &self.actions),
            objects,
            more_objects,
            recorded,
            heard: Heard::alone(evaluator.context()),
        }))
    }

    fn is_any_recorded(&self, evaluator: &Evaluator<'_>) -> Result<bool, ExecError> {
        let actions = self.actions.iter().cloned().collect();
        let tests = [
            RecordTest::Keyword { field: "action".into(), test: Match::Any(actions) },
            RecordTest::Refers {
                fields: vec!["object".into()],
                entities: self.objects.iter().copied().collect(),
                written: Vec::new(),
            },
        ];
        let parts = tests.into_iter().map(|test| Part { filter: Filter::Test(test), span: Span::default() }).collect();
        Ok(!evaluator.evaluate(&Filter::And(parts), evaluator.view().live())?.definite.is_empty())
    }
}

/// The names of the first of some objects, those of nouns first, and how many more
/// there are.
pub(crate) fn named(view: &dyn View, objects: &BTreeSet<EntityNumber>) -> (Vec<Arc<str>>, u64) {
    let of_noun = |kind: &String| {
        let mut nouns = view.schema().nouns();
        nouns.any(|(_, noun)| noun.role == Role::Object && noun.kinds.contains(kind))
    };
    let (of_nouns, others): (Vec<_>, Vec<_>) =
        objects.iter().map(|object| view.entities().get(*object)).partition(|entity| of_noun(&entity.kind));
    let names = of_nouns.into_iter().chain(others).take(NAMES).map(|entity| entity.name.as_str().into());
    (names.collect(), objects.len().saturating_sub(NAMES) as u64)
}

/// The words for some actions: of an umbrella that covers several of them alone its
/// own, of the others those of each.
pub(crate) fn called(schema: &Schema, actions: &BTreeSet<String>) -> Vec<Arc<str>> {
    let vocabulary = schema.vocabulary();
    let mut left: BTreeSet<&String> = actions.iter().collect();
    let mut words: Vec<Arc<str>> = Vec::new();
    for (name, umbrella) in &vocabulary.umbrellas {
        if umbrella.covers.len() > 1 && umbrella.covers.iter().all(|action| left.contains(action)) {
            left.retain(|action| !umbrella.covers.contains(action));
            words.push(if umbrella.label.is_empty() { name } else { &umbrella.label }.as_str().into());
        }
    }
    let label = |action: &String| vocabulary.actions.get(action).map_or(action.as_str(), |action| &action.label).into();
    words.extend(left.into_iter().map(label));
    words
}
