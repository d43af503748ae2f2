//! Values that another query gives: a field has one of those in its one column.

use std::cell::RefCell;

use roaring::RoaringBitmap;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::exec::ExecError;
use crate::exec::filter::context::EvaluationContext;
use crate::exec::filter::facts::Evaluator;
use crate::exec::filter::facts::unrecorded::{UnrecordedActs, possible_at};
use crate::exec::filter::sets::Sets;
use crate::exec::rows::undeclared_names;
use crate::model::vocabulary::Role;
use crate::model::{Cell, Entities, EntityNumber, FieldKind, Number, Resolution, Truth, canonical, caseless, fold};
use crate::plan::{GivingActs, Query, UnrecordedEnd, asks_of_subject};

/// What makes a value the same as one that is given.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum ValueKey {
    /// A name without letter case; a word or a date as written.
    Letters(String),
    /// A number.
    Number(Number),
}

/// The values that a query gives, each with its truth.
pub(crate) struct QueryValues {
    truths: FxHashMap<ValueKey, Truth>,
    others: UnrecordedValues,
}

/// The values that a query would give by acts that may not be recorded.
struct UnrecordedValues {
    /// None if every act that gives a value is recorded.
    acts: Option<GivingActs>,
    context: EvaluationContext,
    /// What was decided of who stands at that end.
    known: RefCell<FxHashMap<UnrecordedEnd, bool>>,
}

impl UnrecordedValues {
    fn new(query: &Query, context: &EvaluationContext) -> Result<Self, ExecError> {
        let context = context.of_query(query)?;
        let acts =
            if context.coverage().is_empty() { None } else { GivingActs::of_query(query, context.view.schema()) };
        Ok(Self { acts, context, known: RefCell::default() })
    }

    /// Whether an act may give a value that no recorded act gives.
    fn may_give(&self, value: UnrecordedEnd) -> Result<bool, ExecError> {
        let Some(acts) = &self.acts else { return Ok(false) };
        let evaluator = Evaluator::new(&self.context);
        let value = match acts.end {
            Some(Role::Subject) if !asks_of_subject(&acts.filter, &evaluator) => UnrecordedEnd::Any,
            Some(_) => value,
            None => UnrecordedEnd::Any,
        };
        if let Some(known) = self.known.borrow().get(&value) {
            return Ok(*known);
        }
        let found = match UnrecordedActs::new(&evaluator, &acts.filter) {
            None => false,
            Some(unrecorded) if acts.end == Some(Role::Object) => {
                unrecorded.may_exist(UnrecordedEnd::Any, value.clone())?
            }
            Some(unrecorded) => unrecorded.may_exist(value.clone(), UnrecordedEnd::Any)?,
        };
        self.known.borrow_mut().insert(value, found);
        Ok(found)
    }
}

/// Everybody who may stand at an end of facts and is given by a query, for certain or
/// not, though no recorded act gives them.
pub(crate) fn unrecorded_at(
    evaluator: &Evaluator<'_>,
    query: &Query,
    role: Role,
) -> Result<Vec<EntityNumber>, ExecError> {
    let others = UnrecordedValues::new(query, evaluator.context())?;
    if others.acts.is_none() {
        return Ok(Vec::new());
    }
    let kinds = evaluator.view().schema().field(role.field()).map(|field| field.kinds.clone()).unwrap_or_default();
    let names = undeclared_names::of_kinds(&*evaluator.context().store, &kinds)?;
    let all = possible_at(evaluator, role).0.map(|(number, _)| number).chain(names.into_iter().map(EntityNumber));
    let mut found = Vec::new();
    for number in all {
        if others.may_give(UnrecordedEnd::Entity(number))? {
            found.push(number);
        }
    }
    Ok(found)
}

impl QueryValues {
    /// Runs a query; with entities its values are names of these.
    pub fn new(query: &Query, context: &EvaluationContext, entities: Option<&Entities>) -> Result<Self, ExecError> {
        let mut truths: FxHashMap<ValueKey, Truth> = FxHashMap::default();
        for (cell, truth) in context.subqueries.column(query, context)? {
            let held = truths.entry(key(&cell, entities)).or_insert(Truth::False);
            *held = truth.or(*held);
        }
        Ok(Self { truths, others: UnrecordedValues::new(query, context)? })
    }

    /// How true it is that a value is one of them; with entities it is a name of one.
    pub fn truth(&self, cell: &Cell, entities: Option<&Entities>) -> Result<Truth, ExecError> {
        let entity = entities.and_then(|entities| match entities.resolve(&cell.to_string()) {
            Resolution::One(entity) => Some(entity),
            Resolution::Unknown | Resolution::Ambiguous(_) => None,
        });
        self.of_key(&key(cell, entities), entity)
    }

    fn of_key(&self, key: &ValueKey, entity: Option<EntityNumber>) -> Result<Truth, ExecError> {
        if let Some(truth) = self.truths.get(key).filter(|truth| **truth > Truth::False) {
            return Ok(*truth);
        }
        let written = || match key {
            ValueKey::Letters(letters) => UnrecordedEnd::Written(fold(letters).into_owned()),
            ValueKey::Number(_) => UnrecordedEnd::Nobody,
        };
        let may_be = self.others.may_give(entity.map_or_else(written, UnrecordedEnd::Entity))?;
        Ok(if may_be { Truth::Unknown } else { Truth::False })
    }
}

/// The facts of which a field has a value that a query gives.
pub(crate) fn has_given_value(
    evaluator: &Evaluator<'_>,
    field: &str,
    query: &Query,
    within: &RoaringBitmap,
) -> Result<Sets, ExecError> {
    let view = evaluator.view();
    let kind = view.schema().field(field).map(|field| field.kind);
    let entities = (kind == Some(FieldKind::Reference)).then(|| &**view.entities());
    let values = QueryValues::new(query, evaluator.context(), entities)?;
    let truths = &values.truths;
    let letters = |least: Truth| {
        let found = truths.iter().filter(move |(_, truth)| **truth >= least);
        found.filter_map(|(key, _)| if let ValueKey::Letters(letters) = key { Some(letters.clone()) } else { None })
    };
    let by_level = |find: &dyn Fn(Vec<String>) -> Result<RoaringBitmap, ExecError>| {
        let of = |least| Ok::<_, ExecError>(find(letters(least).collect())? & within);
        Ok(Sets { definite: of(Truth::True)?, possible: of(Truth::Possible)?, open: of(Truth::Unknown)? })
    };
    match kind {
        Some(FieldKind::Id) => by_level(&|ids| {
            let alike = view.ids(&ids)? & within;
            let (mut same, ids) = (RoaringBitmap::new(), FxHashSet::from_iter(ids));
            view.each_id(&alike, &mut |document, id| {
                if ids.contains(&*canonical(id)) {
                    same.insert(document);
                }
            })?;
            Ok(same)
        }),
        Some(FieldKind::Text) => by_level(&|mut texts| {
            texts.sort_unstable();
            Ok(view.texts(field, &mut |text| texts.binary_search(&canonical(text).into_owned()).is_ok())?)
        }),
        _ => {
            let Some(field) = view.field(field) else {
                return Ok(Sets::default());
            };
            evaluator.by_ordinal(&*field, within, &|ordinal| {
                let entity = field.entity(ordinal);
                let key = match entity {
                    Some(entity) => letters_of(&view.entities().get(entity).id),
                    None => key(&field.value(ordinal), entities),
                };
                values.of_key(&key, entity)
            })
        }
    }
}

fn key(cell: &Cell, entities: Option<&Entities>) -> ValueKey {
    if let Some(number) = cell.as_number() {
        return ValueKey::Number(number);
    }
    match cell {
        Cell::Text(text) | Cell::Named { key: text, .. } => {
            match entities.map(|entities| (entities, entities.resolve(text))) {
                Some((entities, Resolution::One(entity))) => letters_of(&entities.get(entity).id),
                Some(_) => ValueKey::Letters(caseless(text).into_owned()),
                None => letters_of(text),
            }
        }
        other => letters_of(&other.to_string()),
    }
}

fn letters_of(text: &str) -> ValueKey {
    ValueKey::Letters(canonical(text).into_owned())
}
