//! Dates of entities that follow from the acts about them, laid over a state of
//! the store, so that whoever reads an entity sees stated and computed dates
//! alike. It knows views and rules, and nothing of queries.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;

use crate::exec::rows::first_values::{Subject, firsts};
use crate::exec::rows::same_values::same;
use crate::exec::rows::view_layer::{LayeredView, ViewLayer};
use crate::index::{IndexError, View};
use crate::model::vocabulary::Role;
use crate::model::{Act, Cell, Date, EntityNumber, Number, Participant, Resolution, Standing, Threshold};

/// The same state of the store, in which entities have the dates that their
/// thresholds give. Where no field has any, or no entity declares one, it is the
/// view itself.
pub(crate) fn with_thresholds(view: Arc<dyn View>) -> Arc<dyn View> {
    let declares = |key: &str| view.entities().iter().any(|(_, entity)| entity.fields.contains_key(key));
    let fields = view.schema().fields().filter_map(|field| Some((field.name.clone(), field.threshold.clone()?)));
    let keys: BTreeMap<Arc<str>, Arc<str>> = fields.filter(|(_, key)| declares(key)).collect();
    if keys.is_empty() { view } else { Arc::new(LayeredView::new(view, Thresholds { keys, known: Mutex::default() })) }
}

/// What was found of entities and fields.
type KnownDates = FxHashMap<(EntityNumber, Arc<str>), Option<Cell>>;

/// Fields with thresholds.
struct Thresholds {
    /// For each field the key of its rule.
    keys: BTreeMap<Arc<str>, Arc<str>>,
    /// What was asked for: each is found once, when somebody asks.
    known: Mutex<KnownDates>,
}

impl ViewLayer for Thresholds {
    fn computed_date(&self, view: &dyn View, entity: EntityNumber, field: &str) -> Result<Option<Cell>, IndexError> {
        let Some((field, key)) = self.keys.get_key_value(field) else { return view.computed_date(entity, field) };
        let Some(rule) = view.entities().get(entity).fields.get(&**key) else { return Ok(None) };
        let asked = (entity, field.clone());
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cell) = known().get(&asked) {
            return Ok(cell.clone());
        }
        // What is stored was validated; what is not a rule gives nothing.
        let cell = match Threshold::read(rule) {
            Ok(threshold) => reached(view, entity, &threshold)?,
            Err(_) => None,
        };
        known().insert(asked, cell.clone());
        Ok(cell)
    }
}

/// The date that the facts in force about an entity make by a rule.
fn reached(view: &dyn View, entity: EntityNumber, threshold: &Threshold) -> Result<Option<Cell>, IndexError> {
    let (Some(subjects), Some(actions), Some(objects)) =
        (view.field("subject"), view.field("action"), view.field("object"))
    else {
        return Ok(None);
    };
    let status = threshold.status(view.schema());
    let actions_of: FxHashMap<u32, Arc<str>> = status
        .actions()
        .flat_map(|name| same(&*actions, name).into_iter().map(move |ordinal| (ordinal, Arc::from(name))))
        .collect();
    let about = objects.postings(&objects.referring(entity).into_iter().collect())?;
    let acts = about & actions.postings(&actions_of.keys().copied().collect())? & view.live();
    let dates = match view.field("date") {
        Some(dates) => {
            let extent = |ordinal: u32| dates.value(ordinal).as_date().map(Date::extent);
            firsts(&*dates, &acts)?.into_iter().map(|ordinal| ordinal.and_then(extent)).collect()
        }
        None => vec![None; usize::try_from(acts.len()).unwrap_or(usize::MAX)],
    };
    let mut of_each: FxHashMap<Subject, Vec<Act<()>>> = FxHashMap::default();
    let who = firsts(&*subjects, &acts)?.into_iter().zip(firsts(&*actions, &acts)?);
    for ((subject, action), date) in who.zip(dates) {
        let (Some(subject), Some(action)) = (subject, action.and_then(|action| actions_of.get(&action))) else {
            continue;
        };
        let act = Act { action: action.clone(), dates: vec![date], certain: true, origin: () };
        of_each.entry(Subject::of(&*subjects, subject)).or_default().push(act);
    }
    let named = NamedParticipants::new(view, threshold);
    let participants: Vec<Participant<()>> =
        of_each.into_iter().map(|(subject, acts)| named.participant(&subject, Standing::new(&status, acts))).collect();
    let date = threshold.reached(&participants).and_then(|days| threshold.then.apply_to(days, |_| None));
    Ok(date.map(|date| Cell::Computed { date, cite: threshold.then.cite.as_str().into() }))
}

/// What a rule says of those who may act.
struct NamedParticipants<'a> {
    view: &'a dyn View,
    /// Which kinds are counted; any if empty.
    kinds: Vec<String>,
    /// For each who is named the places of the names, and how much it has.
    among: FxHashMap<EntityNumber, Vec<usize>>,
    weights: FxHashMap<EntityNumber, Number>,
}

impl<'a> NamedParticipants<'a> {
    fn new(view: &'a dyn View, threshold: &Threshold) -> Self {
        let nouns = view.schema().vocabulary().nouns.values().filter(|noun| noun.role == Role::Subject);
        let kinds = threshold.kinds.clone().unwrap_or_else(|| nouns.flat_map(|noun| noun.kinds.clone()).collect());
        let entity = |name: &str| match view.entities().resolve(name) {
            Resolution::One(number) => Some(number),
            Resolution::Unknown | Resolution::Ambiguous(_) => None,
        };
        let mut among: FxHashMap<EntityNumber, Vec<usize>> = FxHashMap::default();
        for (place, name) in threshold.among.iter().enumerate() {
            if let Some(number) = entity(name) {
                among.entry(number).or_default().push(place);
            }
        }
        let mut weights: FxHashMap<EntityNumber, Number> = FxHashMap::default();
        for (name, weight) in threshold.share.iter().flat_map(|share| &share.of) {
            if let Some(number) = entity(name) {
                let held = weights.entry(number).or_default();
                *held = held.plus(weight);
            }
        }
        Self { view, kinds, among, weights }
    }

    fn participant(&self, subject: &Subject, standing: Standing<()>) -> Participant<()> {
        let Subject::Entity(number) = subject else {
            return Participant { standing, counted: self.kinds.is_empty(), among: Vec::new(), weight: Number::ZERO };
        };
        Participant {
            standing,
            counted: self.view.entities().is_of(*number, &self.kinds),
            among: self.among.get(number).cloned().unwrap_or_default(),
            weight: self.weights.get(number).cloned().unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests;
