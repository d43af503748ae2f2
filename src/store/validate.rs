//! What a world accepts: a fact, an entity or a vocabulary is looked at here
//! before it is written, and nowhere else.

mod fit;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::Value;

pub(super) use fit::{orphaned, unfit};

use super::rules;
use crate::error::Error;
use crate::index::{Mutation, View};
use crate::model::vocabulary::Role;
use crate::model::{
    Alias, Cell, Date, Entities, Entity, EntityNumber, FIXED_KEYS, Fact, FieldDefinition, FieldKind, Resolution,
    Schema, Source, nearest,
};

/// The longest id, name or keyword, in bytes.
const LONGEST_NAME: usize = 1024;

/// The deepest nesting of a value that no field declares.
const DEEPEST: usize = 64;

/// The keys of a source that are not among its other fields.
const SOURCE_KEYS: [&str; 6] = ["publisher", "url", "published", "according_to", "quote", "says"];

/// The keys of an entity that are not among its other fields.
const ENTITY_KEYS: [&str; 9] = ["entity", "kind", "name", "aliases", "from", "until", "succeeds", "continues", "in"];

/// Why a fact cannot be accepted.
#[derive(Debug)]
pub(super) struct Refusal {
    /// The key under which it is wrong.
    pub(super) key: String,
    /// One sentence: what is wrong, and what to write instead.
    pub(super) reason: String,
}

fn under(key: &str) -> impl FnOnce(String) -> Refusal {
    move |reason| Refusal { key: key.to_owned(), reason }
}

/// Looks at facts in one state of a world, and remembers the names that it has
/// found good, each as it was written, and what is wrong with others.
pub(super) struct Validator {
    schema: Arc<Schema>,
    entities: Arc<Entities>,
    good: [FxHashSet<String>; 2],
    bad: [FxHashMap<String, String>; 2],
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
            name(format_args!("the id"), id).map_err(under("id"))?;
        }
        self.action(&fact.action).map_err(under("action"))?;
        self.reference(Role::Subject, &fact.subject).map_err(under("subject"))?;
        if let Some(object) = &fact.object {
            self.reference(Role::Object, object).map_err(under("object"))?;
        }
        for tag in &fact.tags {
            name(format_args!("a tag"), tag).map_err(under("tags"))?;
        }
        for (key, value) in &fact.fields {
            if FIXED_KEYS.contains(&key.as_str()) {
                return Err(under(key)(format!("`{key}` is given twice")));
            }
            if key == "disputed" {
                return Err(under(key)("`disputed` is worked out from what the sources say".to_owned()));
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

    fn action(&self, action: &str) -> Result<(), String> {
        if self.schema.action(action).is_some() {
            return Ok(());
        }
        let known = self.schema.vocabulary().actions.keys().map(String::as_str);
        let mend = match self.schema.action_word(action) {
            Some(word) if word.actions.len() == 1 => format!("write `{}`", word.actions[0]),
            Some(word) => format!("it stands for several: write one of {}", listed(&word.actions)),
            None => match nearest(action, known.clone()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the vocabulary has {}", listed(&known.collect::<Vec<_>>())),
            },
        };
        Err(format!("`{}` is not an action; {mend}", clip(action)))
    }

    fn reference(&mut self, role: Role, written: &str) -> Result<(), String> {
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
        name(format_args!("`{field}`"), written)?;
        let resolved = resolved(self.schema.field(field), field, written, &self.entities);
        match &resolved {
            Ok(()) => drop(good.insert(written.to_owned())),
            Err(reason) if bad.len() < MOST_BAD => drop(bad.insert(written.to_owned(), reason.clone())),
            Err(_) => {}
        }
        resolved
    }

    fn field(&self, key: &str, value: &Value) -> Result<(), String> {
        name(format_args!("the name of a field"), key)?;
        shallow(key, value)?;
        let Some(definition) = self.schema.field(key) else {
            return Ok(());
        };
        if &*definition.name != key {
            return Err(format!("`{key}` is written `{}` in a record", definition.name));
        }
        match value {
            Value::Array(values) => values.iter().try_for_each(|value| self.value(definition, value)),
            value => self.value(definition, value),
        }
    }

    fn value(&self, definition: &FieldDefinition, value: &Value) -> Result<(), String> {
        let field = &definition.name;
        let wrong = || Err(format!("`{field}` holds {}, not `{}`", definition.kind.name(), clip(&value.to_string())));
        match (definition.kind, value) {
            (FieldKind::Keyword | FieldKind::Id | FieldKind::Action, Value::String(text)) => {
                name(format_args!("`{field}`"), text)
            }
            (FieldKind::Integer, Value::Number(number)) if !number.is_i64() => wrong(),
            (FieldKind::Text, Value::String(_)) | (FieldKind::Integer | FieldKind::Number, Value::Number(_)) => Ok(()),
            (FieldKind::Date, Value::String(text)) => {
                Date::parse(text).map(drop).map_err(|error| format!("`{field}`: {error}"))
            }
            (FieldKind::Reference, Value::String(text)) => resolved(Some(definition), field, text, &self.entities),
            _ => wrong(),
        }
    }

    fn source(&self, source: &Source) -> Result<(), String> {
        for (what, value) in [
            ("the publisher of a source", &source.publisher),
            ("the address of a source", &source.url),
            ("`according_to`", &source.according_to),
        ] {
            value.as_deref().map_or(Ok(()), |value| name(format_args!("{what}"), value))?;
        }
        for (key, value) in &source.fields {
            if SOURCE_KEYS.contains(&key.as_str()) {
                return Err(format!("`{key}` of a source is given twice"));
            }
            shallow(key, value)?;
        }
        for (key, value) in &source.says {
            let checked = match (key.as_str(), value) {
                // With `null` it says nothing of what the fact has there.
                (_, Value::Null) | ("subject" | "action" | "object", Value::String(_)) => Ok(()),
                ("date", Value::String(text)) => Date::parse(text).map(drop).map_err(|error| error.to_string()),
                ("date", _) => Err("a date is a text".to_owned()),
                _ => self.field(key, value),
            };
            checked.map_err(|reason| format!("in `says` of a source: {reason}"))?;
        }
        Ok(())
    }
}

/// What was read once must be readable again, also where it is moved into `says`.
fn shallow(key: &str, value: &Value) -> Result<(), String> {
    fn fits(value: &Value, left: usize) -> bool {
        match value {
            Value::Array(values) => left > 0 && values.iter().all(|value| fits(value, left - 1)),
            Value::Object(values) => left > 0 && values.values().all(|value| fits(value, left - 1)),
            _ => true,
        }
    }
    if fits(value, DEEPEST) { Ok(()) } else { Err(format!("`{key}` is nested deeper than {DEEPEST} levels")) }
}

/// A reference must name one entity of an allowed kind; where the field is
/// open, it may name none and stand for itself.
fn resolved(
    definition: Option<&FieldDefinition>,
    field: &str,
    written: &str,
    entities: &Entities,
) -> Result<(), String> {
    let open = definition.is_none_or(|definition| definition.open);
    match entities.resolve(written) {
        Resolution::One(number) => {
            let entity = entities.get(number);
            match definition.filter(|definition| !definition.kinds.is_empty()) {
                Some(definition) if !definition.kinds.contains(&entity.kind) => Err(format!(
                    "`{field}` cannot be `{}`, which is of kind {}; it takes {}",
                    clip(written),
                    entity.kind,
                    listed(&definition.kinds)
                )),
                _ => Ok(()),
            }
        }
        Resolution::Unknown if open => Ok(()),
        Resolution::Unknown => {
            let near = nearest(written, entities.names().map(|(name, _)| name));
            let mend = near.map_or_else(
                || "define it first (`tractat define`)".to_owned(),
                |near| format!("did you mean `{near}`? Else define it first (`tractat define`)"),
            );
            Err(format!("`{field}` names `{}`, which is not known; {mend}", clip(written)))
        }
        Resolution::Ambiguous(holders) => {
            let candidate = |holder: &EntityNumber| match entities.years_of(*holder, written) {
                Some(years) => format!("`{}` ({years})", entities.get(*holder).id),
                None => format!("`{}`", entities.get(*holder).id),
            };
            let ids: Vec<String> = holders.iter().map(candidate).collect();
            Err(format!("`{field}` names `{}`, which may be {}; write one of these", clip(written), ids.join(", ")))
        }
    }
}

/// # Errors
///
/// One sentence: what is wrong with the entity.
pub(super) fn entity(entity: &Entity, schema: &Schema) -> Result<(), String> {
    name(format_args!("the id of an entity"), &entity.id)?;
    kind(&entity.kind, schema)?;
    for text in std::iter::once(entity.name.as_str()).chain(entity.aliases.iter().map(Alias::name)) {
        name(format_args!("a name of an entity"), text)?;
    }
    for (key, value) in &entity.fields {
        if ENTITY_KEYS.contains(&key.as_str()) {
            return Err(format!("`{key}` of `{}` is given twice", clip(&entity.id)));
        }
        shallow(key, value)?;
        let of_entity = |reason: String| format!("`{key}` of `{}`: {reason}", clip(&entity.id));
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
            return Err(format!(
                "`{key}` of `{}` holds {}, not `{}`",
                clip(&entity.id),
                definition.kind.name(),
                clip(&value.to_string())
            ));
        }
    }
    Ok(())
}

/// A kind must be one that the vocabulary speaks of, if it speaks of any.
pub(super) fn kind(written: &str, schema: &Schema) -> Result<(), String> {
    name(format_args!("the kind of an entity"), written)?;
    let vocabulary = schema.vocabulary();
    let nouns = vocabulary.nouns.values().flat_map(|noun| &noun.kinds);
    let groups = vocabulary.groups.values().flat_map(|grouping| &grouping.kinds);
    let fields = vocabulary.fields.values().flat_map(|field| &field.kinds);
    let known: BTreeSet<&str> = nouns.chain(groups).chain(fields).map(String::as_str).collect();
    if known.is_empty() || known.contains(written) {
        return Ok(());
    }
    let mend = match nearest(written, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("it speaks of {}", listed(&known.into_iter().collect::<Vec<_>>())),
    };
    Err(format!("the vocabulary speaks of no kind `{}`; {mend}", clip(written)))
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
    let mut orphans: Vec<String> = staged
        .filter_map(|change| match change {
            Mutation::Fact { fact, .. } if schema.action(&fact.action).is_none() => Some(fact.action.clone()),
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
                orphans.push(format!("{}: {value}", definition.name));
            }
        }
    }
    orphans.extend(undeclared_misfits(schema, view)?);
    if orphans.is_empty() {
        return Ok(());
    }
    Err(Error::Invalid(format!(
        "the new vocabulary does not take what facts in force hold: {}; keep it, or retract them first",
        listed(&orphans)
    )))
}

/// Values that facts in force have under keys that were not declared so far,
/// and that are not what a new declaration says.
fn undeclared_misfits(schema: &Schema, view: &dyn View) -> Result<Vec<String>, Error> {
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
                misfits.push(format!("{}: {value}", field.name));
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

fn name(what: fmt::Arguments<'_>, text: &str) -> Result<(), String> {
    if text.trim().is_empty() {
        return Err(format!("{what} is empty"));
    }
    if text.len() > LONGEST_NAME {
        return Err(format!("{what} is longer than {LONGEST_NAME} bytes"));
    }
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Ok(());
    }
    if let Some(control) = text.chars().find(|character| character.is_control()) {
        return Err(format!("{what} holds the control character U+{:04X}", u32::from(control)));
    }
    Ok(())
}

pub(super) fn clip(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

pub(super) fn listed<T: AsRef<str>>(items: &[T]) -> String {
    const MOST: usize = 12;
    let mut text = items.iter().take(MOST).map(|item| format!("`{}`", item.as_ref())).collect::<Vec<_>>().join(", ");
    if items.len() > MOST {
        text.push_str(", …");
    }
    text
}
