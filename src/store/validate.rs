//! What a world accepts: a fact, an entity or a vocabulary is looked at here
//! before it is written, and nowhere else.

mod consistency;
mod name_rules;
mod rules;

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::Value;

pub(super) use consistency::{orphaned, unfit};
use name_rules::{kind, name};

use crate::error::{Error, KeyOwner, NamedPart, ReferenceCandidate, Refusal, RefusalReason};
use crate::index::{Mutation, View};
use crate::model::vocabulary::Role;
use crate::model::{
    Alias, Cell, Date, Entities, Entity, EntityNumber, FIXED_KEYS, Fact, FieldDefinition, FieldKind, Resolution,
    Schema, Source, nearest,
};

/// The deepest nesting of a value that no field declares.
const DEEPEST: usize = 64;

/// The keys of a source that are not among its other fields.
const SOURCE_KEYS: [&str; 6] = ["publisher", "url", "published", "according_to", "quote", "says"];

/// The keys of an entity that are not among its other fields.
const ENTITY_KEYS: [&str; 9] = ["entity", "kind", "name", "aliases", "from", "until", "succeeds", "continues", "in"];

/// An entity that does not fit together with the others.
#[derive(Debug)]
pub(super) struct Misfit {
    pub(super) entity: Arc<Entity>,
    pub(super) reason: RefusalReason,
}

fn under(key: &str) -> impl FnOnce(RefusalReason) -> Refusal {
    move |reason| reason.under(key)
}

/// Looks at facts in one state of a world, and remembers the names that it has
/// found good, each as it was written, and what is wrong with others.
pub(super) struct Validator {
    schema: Arc<Schema>,
    entities: Arc<Entities>,
    good: [FxHashSet<String>; 2],
    bad: [FxHashMap<String, RefusalReason>; 2],
}

/// For how many names it is remembered what is wrong with them.
const MOST_BAD: usize = 20_000;

impl Validator {
    pub(super) fn new(schema: Arc<Schema>, entities: Arc<Entities>) -> Self {
        Self { schema, entities, good: Default::default(), bad: Default::default() }
    }

    /// Goes on with other entities, for which all names are good that have been
    /// so far, as [`Validator::orphaned`] says.
    pub(super) fn take_over(&mut self, entities: Arc<Entities>) {
        self.entities = entities;
        self.bad = Default::default();
    }

    /// Looks at a fact, and puts an id in the place of a subject or object that
    /// several entities have been called, where the date of the act tells which
    /// of them is meant. What is kept in a store is resolved without a date, so
    /// the name that needs one cannot be what is kept.
    ///
    /// # Errors
    ///
    /// What is wrong under which key, and what to write instead.
    pub(super) fn fact(&mut self, fact: &mut Fact) -> Result<(), Refusal> {
        if let Some(date) = &fact.date {
            for written in [Some(&mut fact.subject), fact.object.as_mut()].into_iter().flatten() {
                self.decide(written, date);
            }
        }
        if let Some(id) = &fact.id {
            name(NamedPart::FactId, id).map_err(under("id"))?;
        }
        self.action(&fact.action).map_err(under("action"))?;
        self.reference(Role::Subject, &fact.subject).map_err(under("subject"))?;
        if let Some(object) = &fact.object {
            self.reference(Role::Object, object).map_err(under("object"))?;
        }
        for tag in &fact.tags {
            name(NamedPart::Tag, tag).map_err(under("tags"))?;
        }
        for (key, value) in &fact.fields {
            if FIXED_KEYS.contains(&key.as_str()) {
                return Err(RefusalReason::DuplicateKey { key: key.clone(), of: KeyOwner::Fact }.under(key));
            }
            if key == "disputed" {
                return Err(RefusalReason::ComputedField { field: key.clone() }.under(key));
            }
            self.field(key, value).map_err(under(key))?;
        }
        fact.sources.iter().try_for_each(|source| self.source(source)).map_err(under("sources"))
    }

    fn decide(&self, written: &mut String, date: &Date) {
        if self.good.iter().any(|good| good.contains(written)) {
            return;
        }
        if let Resolution::Ambiguous(_) = self.entities.resolve(written)
            && let Resolution::One(number) = self.entities.resolve_at(written, date)
        {
            written.clone_from(&self.entities.get(number).id);
        }
    }

    fn action(&self, action: &str) -> Result<(), RefusalReason> {
        if self.schema.action(action).is_some() {
            return Ok(());
        }
        let written = action.to_owned();
        if let Some(word) = self.schema.action_word(action) {
            return Err(RefusalReason::NotAnAction { written, actions: word.actions.clone() });
        }
        let known = self.schema.vocabulary().actions.keys().map(String::as_str);
        let suggestion = nearest(action, known.clone()).map(str::to_owned);
        Err(RefusalReason::UnknownAction { written, suggestion, known: known.map(str::to_owned).collect() })
    }

    fn reference(&mut self, role: Role, written: &str) -> Result<(), RefusalReason> {
        let end = usize::from(role == Role::Object);
        let (good, bad) = (&mut self.good[end], &mut self.bad[end]);
        if good.contains(written) {
            return Ok(());
        }
        // A name that is wrong mostly is in many facts, and what is meant by it takes long to find.
        if let Some(reason) = bad.get(written) {
            return Err(reason.clone());
        }
        let field = role.field();
        name(NamedPart::Field(field.to_owned()), written)?;
        let resolved = resolved(self.schema.field(field), field, written, &self.entities);
        match &resolved {
            Ok(()) => drop(good.insert(written.to_owned())),
            Err(reason) if bad.len() < MOST_BAD => drop(bad.insert(written.to_owned(), reason.clone())),
            Err(_) => {}
        }
        resolved
    }

    fn field(&self, key: &str, value: &Value) -> Result<(), RefusalReason> {
        name(NamedPart::FieldName, key)?;
        shallow(key, value)?;
        let Some(definition) = self.schema.field(key) else {
            return Ok(());
        };
        if &*definition.name != key {
            return Err(RefusalReason::FieldSpelling {
                written: key.to_owned(),
                declared: definition.name.to_string(),
            });
        }
        match value {
            Value::Array(values) => values.iter().try_for_each(|value| self.value(definition, value)),
            value => self.value(definition, value),
        }
    }

    fn value(&self, definition: &FieldDefinition, value: &Value) -> Result<(), RefusalReason> {
        let field = &definition.name;
        let wrong = || Err(wrong_type(field, definition.kind, value));
        match (definition.kind, value) {
            (FieldKind::Keyword | FieldKind::Id | FieldKind::Action, Value::String(text)) => {
                name(NamedPart::Field(field.to_string()), text)
            }
            (FieldKind::Integer, Value::Number(number)) if !number.is_i64() => wrong(),
            (FieldKind::Text, Value::String(_)) | (FieldKind::Integer | FieldKind::Number, Value::Number(_)) => Ok(()),
            (FieldKind::Date, Value::String(text)) => date(field, text),
            (FieldKind::Reference, Value::String(text)) => resolved(Some(definition), field, text, &self.entities),
            _ => wrong(),
        }
    }

    fn source(&self, source: &Source) -> Result<(), RefusalReason> {
        for (what, value) in [
            (NamedPart::Publisher, &source.publisher),
            (NamedPart::Url, &source.url),
            (NamedPart::Field("according_to".to_owned()), &source.according_to),
        ] {
            value.as_deref().map_or(Ok(()), |value| name(what, value))?;
        }
        for (key, value) in &source.fields {
            if SOURCE_KEYS.contains(&key.as_str()) {
                return Err(RefusalReason::DuplicateKey { key: key.clone(), of: KeyOwner::Source });
            }
            shallow(key, value)?;
        }
        for (key, value) in &source.says {
            let checked = match (key.as_str(), value) {
                // With `null` it says nothing of what the fact has there.
                (_, Value::Null) | ("subject" | "action" | "object", Value::String(_)) => Ok(()),
                ("date", Value::String(text)) => date(key, text),
                ("date", _) => Err(wrong_type(key, FieldKind::Date, value)),
                _ => self.field(key, value),
            };
            checked.map_err(|reason| RefusalReason::InSays(Box::new(reason)))?;
        }
        Ok(())
    }
}

/// What was read once must be readable again, also where it is moved into `says`.
fn shallow(key: &str, value: &Value) -> Result<(), RefusalReason> {
    fn fits(value: &Value, left: usize) -> bool {
        match value {
            Value::Array(values) => left > 0 && values.iter().all(|value| fits(value, left - 1)),
            Value::Object(values) => left > 0 && values.values().all(|value| fits(value, left - 1)),
            _ => true,
        }
    }
    if fits(value, DEEPEST) { Ok(()) } else { Err(RefusalReason::TooDeep { key: key.to_owned(), limit: DEEPEST }) }
}

/// A reference must name one entity of an allowed kind; where the field is
/// open, it may name none and stand for itself.
fn resolved(
    definition: Option<&FieldDefinition>,
    field: &str,
    written: &str,
    entities: &Entities,
) -> Result<(), RefusalReason> {
    let open = definition.is_none_or(|definition| definition.open);
    match entities.resolve(written) {
        Resolution::One(number) => {
            let entity = entities.get(number);
            match definition.filter(|definition| !definition.kinds.is_empty()) {
                Some(definition) if !definition.kinds.contains(&entity.kind) => Err(RefusalReason::WrongEntityKind {
                    field: field.to_owned(),
                    written: written.to_owned(),
                    kind: entity.kind.clone(),
                    expected: definition.kinds.to_vec(),
                }),
                _ => Ok(()),
            }
        }
        Resolution::Unknown if open => Ok(()),
        Resolution::Unknown => {
            let suggestion = nearest(written, entities.names().map(|(name, _)| name)).map(str::to_owned);
            Err(RefusalReason::UnknownReference { field: field.to_owned(), written: written.to_owned(), suggestion })
        }
        Resolution::Ambiguous(holders) => {
            let candidate = |holder: &EntityNumber| ReferenceCandidate {
                id: entities.get(*holder).id.clone(),
                years: entities.years_of(*holder, written).map(|years| years.to_string()),
            };
            let candidates = holders.iter().map(candidate).collect();
            Err(RefusalReason::AmbiguousReference { field: field.to_owned(), written: written.to_owned(), candidates })
        }
    }
}

/// # Errors
///
/// What is wrong with the entity.
pub(super) fn entity(entity: &Entity, schema: &Schema) -> Result<(), RefusalReason> {
    name(NamedPart::EntityId, &entity.id)?;
    kind(&entity.kind, schema)?;
    for text in std::iter::once(entity.name.as_str()).chain(entity.aliases.iter().map(Alias::name)) {
        name(NamedPart::EntityName, text)?;
    }
    for (key, value) in &entity.fields {
        if ENTITY_KEYS.contains(&key.as_str()) {
            return Err(RefusalReason::DuplicateKey { key: key.clone(), of: KeyOwner::Entity(entity.id.clone()) });
        }
        shallow(key, value)?;
        let of_entity = |reason: RefusalReason| RefusalReason::InEntity {
            entity: entity.id.clone(),
            key: key.clone(),
            reason: Box::new(reason),
        };
        if schema.fields().any(|field| field.rule.as_deref() == Some(key)) {
            rules::effects(value, schema).map_err(of_entity)?;
        } else if schema.fields().any(|field| field.threshold.as_deref() == Some(key)) {
            rules::threshold(value, schema).map_err(of_entity)?;
        }
        let Some(definition) = schema.field(key) else { continue };
        let fits = match (definition.kind, value) {
            (FieldKind::Date, Value::String(text)) => Date::parse(text).is_ok(),
            (FieldKind::Integer, value) => value.is_i64(),
            (FieldKind::Number, value) => value.is_number(),
            (_, Value::String(_)) => definition.kind != FieldKind::Date,
            (_, Value::Array(values)) => values.iter().all(Value::is_string),
            _ => false,
        };
        if !fits {
            return Err(of_entity(wrong_type(key, definition.kind, value)));
        }
    }
    Ok(())
}

/// # Errors
///
/// If some fact, in force or asserted in the same transaction, would be left
/// with an action that the new vocabulary does not have; or one in force with
/// a value that no longer fits its field.
pub(super) fn vocabulary<'a>(
    schema: &Schema,
    view: &dyn View,
    staged: impl Iterator<Item = &'a Mutation>,
) -> Result<(), Error> {
    let mut orphans: Vec<(String, String)> = staged
        .filter_map(|change| match change {
            Mutation::Fact { fact, .. } if schema.action(&fact.action).is_none() => {
                Some(("action".to_owned(), fact.action.clone()))
            }
            _ => None,
        })
        .collect();
    for definition in view.schema().fields() {
        let Some(field) = view.field(&definition.name) else { continue };
        let now = schema.field(&definition.name).filter(|now| now.name == definition.name);
        for ordinal in 0..field.len() {
            let value = field.value(ordinal);
            let fits = match (definition.kind, now) {
                (FieldKind::Action, _) => schema.action(&value.to_string()).is_some(),
                (_, None) => true,
                (before, Some(now)) => before == now.kind || reads_as(&value, now.kind),
            };
            if !fits && !field.postings(&[ordinal].into_iter().collect())?.is_disjoint(view.live()) {
                orphans.push((definition.name.to_string(), value.to_string()));
            }
        }
    }
    orphans.extend(undeclared_misfits(schema, view)?);
    if orphans.is_empty() {
        return Ok(());
    }
    Err(RefusalReason::DropsValues { values: orphans }.under("vocabulary").into())
}

/// Values that facts in force have under keys that were not declared so far,
/// and that are not what a new declaration says.
fn undeclared_misfits(schema: &Schema, view: &dyn View) -> Result<Vec<(String, String)>, Error> {
    let is_new = |field: &&FieldDefinition| view.schema().field(&field.name).is_none();
    let new: Vec<&FieldDefinition> = schema.fields().filter(is_new).collect();
    if new.is_empty() {
        return Ok(Vec::new());
    }
    let validator = Validator::new(Arc::new(schema.clone()), view.entities().clone());
    let mut misfits = Vec::new();
    for document in view.live() {
        let fact = view.fact(document)?;
        for field in &new {
            if let Some(value) = fact.fields.get(&*field.name)
                && validator.field(&field.name, value).is_err()
            {
                misfits.push((field.name.to_string(), value.to_string()));
            }
        }
    }
    misfits.dedup();
    Ok(misfits)
}

/// Whether a value of a field could stand if the field were of another kind.
fn reads_as(value: &Cell, kind: FieldKind) -> bool {
    match (value, kind) {
        (Cell::Integer(_), FieldKind::Number)
        | (Cell::Text(_) | Cell::Date(_), FieldKind::Text | FieldKind::Keyword) => true,
        (Cell::Text(text), FieldKind::Date) => Date::parse(text).is_ok(),
        _ => false,
    }
}

fn date(field: &str, written: &str) -> Result<(), RefusalReason> {
    let wrong = |error| RefusalReason::InvalidDate { field: field.to_owned(), error };
    Date::parse(written).map(drop).map_err(wrong)
}

fn wrong_type(field: &str, expected: FieldKind, found: &Value) -> RefusalReason {
    RefusalReason::WrongType { field: field.to_owned(), expected, found: found.clone() }
}
