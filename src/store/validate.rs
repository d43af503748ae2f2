//! What a world accepts: a fact, an entity or a vocabulary is looked at here
//! before it is written, and nowhere else.

mod consistency;
mod rules;
mod times_of_day;

use std::borrow::Cow;
use std::sync::Arc;

use roaring::RoaringBitmap;
use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::Value;

pub(super) use consistency::{orphaned, unfit, unresolved};
pub(super) use times_of_day::{leave_out_of_entity, leave_out_of_fact};

use crate::error::Error;
use crate::index::{Mutation, View};
use crate::model::vocabulary::Role;
use crate::model::{
    Cell, Date, Entities, Entity, EntityNumber, FIXED_KEYS, Fact, FieldDefinition, FieldKind, Interval, Number,
    NumberError, RECORD_KEY, Resolution, Schema, Source, nearest,
};
use crate::say::{NamePart, NameProblem, Refusal};

/// The longest id, name or keyword, in bytes.
const LONGEST_NAME: usize = 1024;

/// The deepest nesting of a value that no field declares.
const DEEPEST: usize = 64;

/// The keys of a source that are not among its other fields.
const SOURCE_KEYS: [&str; 6] = ["publisher", "url", "published", "according_to", "quote", "says"];

/// The keys of an entity that are not among its other fields.
const ENTITY_KEYS: [&str; 9] = ["entity", "kind", "name", "aliases", "from", "until", "succeeds", "continues", "in"];

/// Why a fact cannot be accepted, and the key under which it is wrong.
#[derive(Debug)]
pub(super) struct KeyedRefusal {
    pub(super) key: String,
    pub(super) refusal: Box<Refusal>,
}

fn under(key: &str) -> impl FnOnce(Refusal) -> KeyedRefusal {
    move |refusal| KeyedRefusal { key: key.to_owned(), refusal: Box::new(refusal) }
}

/// An entity that does not fit together with the others.
#[derive(Debug)]
pub(super) struct Misfit {
    pub(super) entity: Arc<Entity>,
    pub(super) refusal: Refusal,
}

/// Looks at facts in one state of a world, and remembers the names that it has
/// found good, each as it was written, and what is wrong with others.
pub(super) struct Validator {
    schema: Arc<Schema>,
    entities: Arc<Entities>,
    good: [FxHashSet<String>; 2],
    bad: [FxHashMap<String, Refusal>; 2],
    /// Whether a field that the vocabulary does not declare is refused, and not kept.
    pub(super) refuses_undeclared: bool,
}

/// For how many names it is remembered what is wrong with them.
const MOST_BAD: usize = 20_000;

impl Validator {
    pub(super) fn new(schema: Arc<Schema>, entities: Arc<Entities>) -> Self {
        Self { schema, entities, good: Default::default(), bad: Default::default(), refuses_undeclared: false }
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
    pub(super) fn fact(&mut self, fact: &mut Fact) -> Result<(), KeyedRefusal> {
        if let Some(date) = &fact.date {
            self.decide(Role::Subject, &mut fact.subject, date);
            if let Some(object) = &mut fact.object {
                self.decide(Role::Object, object, date);
            }
        }
        if let Some(id) = &fact.id {
            name(NamePart::FactId, id).map_err(under("id"))?;
        }
        act_by_own_name(&fact.action, &self.schema).map_err(under("action"))?;
        self.reference(Role::Subject, &fact.subject).map_err(under("subject"))?;
        if let Some(object) = &fact.object {
            self.reference(Role::Object, object).map_err(under("object"))?;
        }
        for tag in &fact.tags {
            name(NamePart::Tag, tag).map_err(under("tags"))?;
        }
        for (key, value) in &fact.fields {
            if FIXED_KEYS.contains(&key.as_str()) {
                return Err(under(key)(Refusal::DuplicateKey { key: key.clone() }));
            }
            if key == "disputed" {
                return Err(under(key)(Refusal::DerivedField { field: key.clone() }));
            }
            self.field(key, value).map_err(under(key))?;
        }
        if self.refuses_undeclared
            && let Some(field) = undeclared_of_fact(fact, &self.schema).next()
        {
            let key = if field.starts_with("source.") { "sources" } else { field.as_ref() };
            return Err(under(key)(undeclared(field.as_ref(), &self.schema)));
        }
        fact.sources.iter().try_for_each(|source| self.source(source)).map_err(under("sources"))
    }

    fn decide(&self, role: Role, written: &mut String, date: &Date) {
        if self.good.iter().any(|good| good.contains(written)) {
            return;
        }
        let open = self.schema.field(role.field()).is_none_or(|field| field.open);
        if let Resolution::Ambiguous(_) = self.entities.referred(written, open)
            && let Resolution::One(number) = self.entities.resolve_at(written, date)
        {
            written.clone_from(&self.entities.get(number).id);
        }
    }

    fn reference(&mut self, role: Role, written: &str) -> Result<(), Refusal> {
        let end = usize::from(role == Role::Object);
        let (good, bad) = (&mut self.good[end], &mut self.bad[end]);
        if good.contains(written) {
            return Ok(());
        }
        // A name that is wrong mostly is in many facts, and what is meant by it takes long to find.
        if let Some(refusal) = bad.get(written) {
            return Err(refusal.clone());
        }
        let field = role.field();
        name(NamePart::Field(field.to_owned()), written)?;
        let resolved = resolved(self.schema.field(field), field, written, &self.entities);
        match &resolved {
            Ok(()) => drop(good.insert(written.to_owned())),
            Err(refusal) if bad.len() < MOST_BAD => drop(bad.insert(written.to_owned(), refusal.clone())),
            Err(_) => {}
        }
        resolved
    }

    fn field(&self, key: &str, value: &Value) -> Result<(), Refusal> {
        name(NamePart::FieldName, key)?;
        shallow(key, value)?;
        let Some(definition) = self.schema.field(key) else {
            return Ok(());
        };
        if &*definition.name != key {
            return Err(Refusal::AliasedField { alias: key.to_owned(), field: definition.name.to_string() });
        }
        match value {
            Value::Array(values) => values.iter().try_for_each(|value| self.value(definition, value)),
            value => self.value(definition, value),
        }
    }

    fn value(&self, definition: &FieldDefinition, value: &Value) -> Result<(), Refusal> {
        let field = &definition.name;
        let wrong = || Err(wrong_type(field, definition.kind, value));
        match (definition.kind, value) {
            (FieldKind::Keyword | FieldKind::Id | FieldKind::Action, Value::String(text)) => {
                name(NamePart::Field(field.to_string()), text)
            }
            (FieldKind::Integer, Value::Number(number)) if !number.is_i64() => wrong(),
            (FieldKind::Text, Value::String(_)) | (FieldKind::Integer, Value::Number(_)) => Ok(()),
            (FieldKind::Number, value) => number(field, value),
            (FieldKind::Date, Value::String(text)) => {
                Date::parse(text).map(drop).map_err(|error| Refusal::NotADate { field: field.to_string(), error })
            }
            (FieldKind::Reference, Value::String(text)) => resolved(Some(definition), field, text, &self.entities),
            _ => wrong(),
        }
    }

    fn source(&self, source: &Source) -> Result<(), Refusal> {
        for (part, value) in [
            (NamePart::Publisher, &source.publisher),
            (NamePart::Url, &source.url),
            (NamePart::AccordingTo, &source.according_to),
        ] {
            value.as_deref().map_or(Ok(()), |value| name(part, value))?;
        }
        for (key, value) in &source.fields {
            if SOURCE_KEYS.contains(&key.as_str()) {
                return Err(Refusal::DuplicateKey { key: key.clone() });
            }
            shallow(key, value)?;
        }
        source
            .says
            .iter()
            .try_for_each(|(key, value)| self.said(key, value))
            .map_err(|refusal| Refusal::Says(Box::new(refusal)))
    }

    /// Looks at what a source says of a field of the fact.
    fn said(&self, key: &str, value: &Value) -> Result<(), Refusal> {
        match (key, value) {
            // With `null` it says nothing of what the fact has there.
            (_, Value::Null) | ("subject" | "action" | "object", Value::String(_)) => Ok(()),
            ("date", Value::String(text)) => {
                Date::parse(text).map(drop).map_err(|error| Refusal::NotADate { field: key.to_owned(), error })
            }
            ("date", _) => Err(wrong_type(key, FieldKind::Date, value)),
            _ => self.field(key, value),
        }
    }
}

/// The fields of a fact and of its sources that the vocabulary does not declare.
pub(super) fn undeclared_of_fact<'f>(fact: &'f Fact, schema: &'f Schema) -> impl Iterator<Item = Cow<'f, str>> {
    let of_fact = |key: &&String| !declares(schema, key);
    let own = fact.fields.keys().filter(of_fact).map(|key| Cow::Borrowed(key.as_str()));
    let of_sources = fact.sources.iter().flat_map(move |source| {
        let said = source.says.keys().filter(|key| !FIXED_KEYS.contains(&key.as_str()) && !declares(schema, key));
        // An import that joins records says in each source which of them it is.
        let keys = source.fields.keys().filter(|key| *key != RECORD_KEY).map(|key| format!("source.{key}"));
        let keys = keys.filter(|key| !declares(schema, key)).map(Cow::Owned);
        said.map(|key| Cow::Borrowed(key.as_str())).chain(keys)
    });
    own.chain(of_sources)
}

/// The fields of an entity that the vocabulary does not declare, neither as a
/// field nor as a rule.
pub(super) fn undeclared_of_entity<'e>(entity: &'e Entity, schema: &'e Schema) -> impl Iterator<Item = Cow<'e, str>> {
    let is_rule = |key: &str| {
        schema.fields().any(|field| [&field.rule, &field.threshold].into_iter().flatten().any(|rule| **rule == *key))
    };
    let undeclared = move |key: &&String| !declares(schema, key) && !is_rule(key);
    entity.fields.keys().filter(undeclared).map(|key| Cow::Borrowed(key.as_str()))
}

fn declares(schema: &Schema, key: &str) -> bool {
    schema.field(key).is_some_and(|field| *field.name == *key)
}

/// The refusal of a field that the vocabulary does not declare.
pub(super) fn undeclared(field: &str, schema: &Schema) -> Refusal {
    let known: Vec<&str> = schema.fields().map(|field| &*field.name).collect();
    Refusal::UndeclaredField {
        field: field.to_owned(),
        similar: nearest(field, known.iter().copied()).map(str::to_owned),
    }
}

/// An action or umbrella must be called by its own name, and not by a form of it.
pub(super) fn act_by_own_name(written: &str, schema: &Schema) -> Result<(), Refusal> {
    if schema.may_be_done(written) {
        return Ok(());
    }
    let vocabulary = schema.vocabulary();
    let known = vocabulary.actions.keys().chain(vocabulary.umbrellas.keys());
    let similar = nearest(written, known.clone().map(String::as_str)).map(str::to_owned);
    Err(Refusal::UnknownAction {
        action: written.to_owned(),
        meaning: schema.action_word(written).map(|word| word.name.clone()),
        // Only shown where nothing is similar; a million wrong rows need no million lists.
        known: if similar.is_none() { known.cloned().collect() } else { Vec::new() },
        similar,
    })
}

/// A number within the bounds of one.
fn number(field: &str, value: &Value) -> Result<(), Refusal> {
    Number::of_json(value).map(drop).map_err(|error| match error {
        NumberError::NotANumber => wrong_type(field, FieldKind::Number, value),
        error => {
            let number = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            Refusal::NumberBeyondBounds { field: field.to_owned(), number, error }
        }
    })
}

fn wrong_type(field: &str, expected: FieldKind, value: &Value) -> Refusal {
    Refusal::WrongType { field: field.to_owned(), expected, value: value.to_string() }
}

/// What was read once must be readable again, also where it is moved into `says`.
fn shallow(key: &str, value: &Value) -> Result<(), Refusal> {
    fn fits(value: &Value, left: usize) -> bool {
        match value {
            Value::Array(values) => left > 0 && values.iter().all(|value| fits(value, left - 1)),
            Value::Object(values) => left > 0 && values.values().all(|value| fits(value, left - 1)),
            _ => true,
        }
    }
    if fits(value, DEEPEST) { Ok(()) } else { Err(Refusal::TooDeep { key: key.to_owned(), limit: DEEPEST }) }
}

/// A reference must name one entity of an allowed kind; where the field is
/// open, it may name none and stand for itself.
fn resolved(
    definition: Option<&FieldDefinition>,
    field: &str,
    written: &str,
    entities: &Entities,
) -> Result<(), Refusal> {
    let open = definition.is_none_or(|definition| definition.open);
    let (field, name) = (field.to_owned(), written.to_owned());
    match entities.referred(written, open) {
        Resolution::One(number) => {
            let entity = entities.get(number);
            match definition.filter(|definition| !definition.kinds.is_empty()) {
                Some(definition) if !definition.kinds.contains(&entity.kind) => Err(Refusal::WrongKind {
                    field,
                    name,
                    kind: entity.kind.clone(),
                    allowed: definition.kinds.clone(),
                }),
                _ => Ok(()),
            }
        }
        Resolution::Unknown if open => Ok(()),
        Resolution::Unknown => {
            let similar = nearest(written, entities.names().map(|(name, _)| name)).map(str::to_owned);
            Err(Refusal::UnknownEntity { field, name, similar })
        }
        Resolution::Ambiguous(holders) => {
            let candidate =
                |holder: &EntityNumber| (entities.get(*holder).id.clone(), entities.years_of(*holder, written));
            let candidates = holders.iter().map(candidate).collect();
            Err(Refusal::AmbiguousEntity { field, name, candidates })
        }
    }
}

/// # Errors
///
/// What is wrong with the entity.
pub(super) fn entity(entity: &Entity, schema: &Schema) -> Result<(), Refusal> {
    name(NamePart::EntityId, &entity.id)?;
    kind(&entity.kind, schema)?;
    name(NamePart::EntityName, &entity.name)?;
    entity.aliases.iter().try_for_each(|alias| name(NamePart::EntityAlias, alias.name()))?;
    let of_entity = |problem| Refusal::OfEntity { id: entity.id.clone(), problem: Box::new(problem) };
    forward_days(entity).map_err(of_entity)?;
    for (key, value) in &entity.fields {
        if ENTITY_KEYS.contains(&key.as_str()) {
            return Err(of_entity(Refusal::DuplicateKey { key: key.clone() }));
        }
        shallow(key, value)?;
        let wrong_rule = |problem| of_entity(Refusal::InvalidRule { key: key.clone(), problem: Box::new(problem) });
        if schema.fields().any(|field| field.rule.as_deref() == Some(key)) {
            rules::effects(value, schema).map_err(wrong_rule)?;
        } else if schema.fields().any(|field| field.threshold.as_deref() == Some(key)) {
            rules::threshold(value, schema).map_err(wrong_rule)?;
        }
        let Some(definition) = schema.field(key) else { continue };
        let fits = match (definition.kind, value) {
            (FieldKind::Date, Value::String(text)) => Date::parse(text).is_ok(),
            (FieldKind::Integer, value) => value.is_i64(),
            (FieldKind::Number, value) => {
                number(key, value).map_err(of_entity)?;
                true
            }
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

/// The entity itself, its aliases and its memberships must not end before they begin:
/// they would hold on no day.
fn forward_days(entity: &Entity) -> Result<(), Refusal> {
    let aliases = entity.aliases.iter().map(|alias| (Some(alias.name()), alias.interval()));
    let groups = entity.groups.iter().map(|membership| (Some(membership.group()), membership.interval()));
    let mut all = std::iter::once((None, entity.life())).chain(aliases).chain(groups);
    let is_reversed = |interval: &Interval| {
        interval.from.zip(interval.until).is_some_and(|(from, until)| from.earliest() >= until.latest())
    };
    match all.find(|(_, interval)| is_reversed(interval)) {
        Some((name, _)) => Err(Refusal::ReversedDays { of: name.map(str::to_owned) }),
        None => Ok(()),
    }
}

/// A kind must be one that the vocabulary mentions, if it mentions any.
pub(super) fn kind(written: &str, schema: &Schema) -> Result<(), Refusal> {
    name(NamePart::EntityKind, written)?;
    let known = schema.kinds();
    if known.is_empty() || known.contains(written) {
        return Ok(());
    }
    Err(Refusal::UnknownKind {
        kind: written.to_owned(),
        similar: nearest(written, known.iter().copied()).map(str::to_owned),
        known: known.into_iter().map(str::to_owned).collect(),
    })
}

/// Why a vocabulary cannot take the place of another.
pub(super) struct VocabularyRefusal {
    /// The facts in force that stand in its way.
    pub(super) documents: RoaringBitmap,
    pub(super) error: Error,
}

impl<E: Into<Error>> From<E> for VocabularyRefusal {
    fn from(error: E) -> Self {
        Self { documents: RoaringBitmap::new(), error: error.into() }
    }
}

/// # Errors
///
/// If some fact, in force or asserted in the same transaction, would be left
/// with an action that the new vocabulary does not have; or one in force with
/// a value that no longer fits its field.
pub(super) fn vocabulary<'a>(
    schema: &Schema,
    view: &dyn View,
    gone: &RoaringBitmap,
    staged: impl Iterator<Item = &'a Mutation>,
) -> Result<(), VocabularyRefusal> {
    let mut orphans: Vec<(String, String)> = staged
        .filter_map(|change| match change {
            Mutation::Fact { fact, .. } if !schema.may_be_done(&fact.action) => {
                Some(("action".to_owned(), fact.action.clone()))
            }
            _ => None,
        })
        .collect();
    let live = view.live() - gone;
    let mut documents = RoaringBitmap::new();
    for definition in view.schema().fields() {
        let Some(field) = view.field(&definition.name) else { continue };
        let now = schema.field(&definition.name).filter(|now| now.name == definition.name);
        for ordinal in 0..field.len() {
            let value = field.value(ordinal);
            let fits = match (definition.kind, now) {
                (FieldKind::Action, _) => schema.may_be_done(&value.to_string()),
                (_, None) => true,
                (before, Some(now)) => before == now.kind || reads_as(&value, now.kind),
            };
            if fits {
                continue;
            }
            let having = field.postings(&[ordinal].into_iter().collect())? & &live;
            if !having.is_empty() {
                orphans.push((definition.name.to_string(), value.to_string()));
                documents |= having;
            }
        }
    }
    orphans.extend(undeclared_misfits(schema, view, &live, &mut documents)?);
    if orphans.is_empty() {
        return Ok(());
    }
    Err(VocabularyRefusal { documents, error: Error::DropsValues { values: orphans } })
}

/// Values that facts in force have under keys that were not declared so far,
/// and that are not what a new declaration says; with the facts that have them.
fn undeclared_misfits(
    schema: &Schema,
    view: &dyn View,
    live: &RoaringBitmap,
    documents: &mut RoaringBitmap,
) -> Result<Vec<(String, String)>, Error> {
    let is_new = |field: &&FieldDefinition| view.schema().field(&field.name).is_none();
    let new: Vec<&FieldDefinition> = schema.fields().filter(is_new).collect();
    if new.is_empty() {
        return Ok(Vec::new());
    }
    let validator = Validator::new(Arc::new(schema.clone()), Arc::new(view.entities().declared()));
    let mut misfits = Vec::new();
    for document in live {
        let fact = view.fact(document)?;
        for field in &new {
            if let Some(value) = fact.fields.get(&*field.name)
                && validator.field(&field.name, value).is_err()
            {
                misfits.push((field.name.to_string(), value.to_string()));
                documents.insert(document);
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

fn name(part: NamePart, text: &str) -> Result<(), Refusal> {
    let problem = if text.trim().is_empty() {
        NameProblem::Empty
    } else if text.len() > LONGEST_NAME {
        NameProblem::LongerThan(LONGEST_NAME)
    } else if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Ok(());
    } else if let Some(control) = text.chars().find(|character| character.is_control()) {
        NameProblem::ControlCharacter(control)
    } else {
        return Ok(());
    };
    Err(Refusal::InvalidName { part, problem })
}
