//! Whether entities that are to be defined fit together with all others and with
//! the names that facts have.

use std::sync::Arc;

use indexmap::IndexMap;
use roaring::RoaringBitmap;

use super::{Misfit, Validator, resolved};
use crate::index::{IndexError, View};
use crate::model::vocabulary::Role;
use crate::model::{Entities, Entity, FieldKind, Interval, MAX_GROUP_DEPTH, Resolution, Schema, Threshold, canonical};
use crate::say::{EntityRelation, Refusal};

/// Those of some entities whose groups or predecessors, or those whose acts they
/// wait for, are not there, or are not one entity each.
pub(in crate::store) fn unfit<'a>(
    fresh: impl Iterator<Item = &'a Arc<Entity>>,
    schema: &Schema,
    entities: &Entities,
) -> Vec<Misfit> {
    let thresholds: Vec<&str> = schema.fields().filter_map(|field| field.threshold.as_deref()).collect();
    let refusal = |entity: &Entity| {
        let rules = thresholds.iter().filter_map(|key| Threshold::read(entity.fields.get(*key)?).ok());
        let awaited: Vec<String> = rules.flat_map(|rule| rule.names().map(str::to_owned).collect::<Vec<_>>()).collect();
        let awaited = awaited.iter().map(|name| (EntityRelation::Awaits, name.as_str()));
        let groups = entity.groups.iter().map(|membership| (EntityRelation::Member, membership.group()));
        let before = entity.succeeds.iter().map(|id| (EntityRelation::Successor, id.as_str()));
        let same = entity.continues.iter().map(|id| (EntityRelation::Continuation, id.as_str()));
        let own = match entities.resolve(&entity.id) {
            Resolution::One(number) => Some(number),
            Resolution::Unknown | Resolution::Ambiguous(_) => None,
        };
        groups.chain(before).chain(same).chain(awaited).find_map(|(relation, written)| {
            let ambiguous = match entities.resolve(written) {
                Resolution::One(number) if Some(number) == own && relation != EntityRelation::Awaits => {
                    return Some(Refusal::OfItself { id: entity.id.clone(), relation });
                }
                Resolution::One(_) => return None,
                Resolution::Unknown => false,
                Resolution::Ambiguous(_) => true,
            };
            Some(Refusal::Unrelated { id: entity.id.clone(), relation, name: written.to_owned(), ambiguous })
        })
    };
    let fresh: Vec<&Arc<Entity>> = fresh.collect();
    let mut unfit: Vec<Misfit> = fresh
        .iter()
        .filter_map(|entity| Some(Misfit { entity: Arc::clone(entity), refusal: refusal(entity)? }))
        .collect();
    if unfit.is_empty() {
        unfit.extend(too_deep(&fresh, entities).or_else(|| in_circle(&fresh, entities)));
    }
    unfit
}

/// The first of some entities that makes a chain of groups too long.
fn too_deep(fresh: &[&Arc<Entity>], entities: &Entities) -> Option<Misfit> {
    let in_chain = |entity: &&&Arc<Entity>| {
        let Resolution::One(number) = entities.resolve(&entity.id) else { return false };
        entities
            .too_deep()
            .iter()
            .any(|deep| *deep == number || entities.groups(*deep).any(|(group, _)| group == number))
    };
    let entity = fresh.iter().find(in_chain)?;
    let refusal = Refusal::GroupsTooDeep { id: entity.id.clone(), limit: MAX_GROUP_DEPTH };
    Some(Misfit { entity: Arc::clone(entity), refusal })
}

/// The first of some entities that belongs to itself through others on some day.
fn in_circle(fresh: &[&Arc<Entity>], entities: &Entities) -> Option<Misfit> {
    let holds =
        |days: &Interval| days.from.zip(days.until).is_none_or(|(from, until)| from.earliest() < until.latest());
    let is_own_group = |entity: &&&Arc<Entity>| {
        let Resolution::One(number) = entities.resolve(&entity.id) else { return false };
        entities.groups(number).any(|(group, days)| group == number && days.iter().any(holds))
    };
    let entity = fresh.iter().find(is_own_group)?;
    let refusal = Refusal::OfItself { id: entity.id.clone(), relation: EntityRelation::Member };
    Some(Misfit { entity: Arc::clone(entity), refusal })
}

impl Validator {
    /// Names of this transaction that would mean nothing, or another thing than
    /// one entity of an allowed kind, with some entities defined as they are to be.
    pub(in crate::store) fn orphaned(&self, fresh: &IndexMap<String, Arc<Entity>>, entities: &Entities) -> Vec<Misfit> {
        let mut orphaned = Vec::new();
        for (role, good) in [Role::Subject, Role::Object].into_iter().zip(&self.good) {
            let Some(definition) = self.schema.field(role.field()).filter(|definition| !definition.open) else {
                continue;
            };
            for written in good {
                let Err(refusal) = resolved(Some(definition), role.field(), written, entities) else { continue };
                let was = match self.entities.resolve(written) {
                    Resolution::One(number) => Some(canonical(&self.entities.get(number).id).into_owned()),
                    Resolution::Unknown | Resolution::Ambiguous(_) => None,
                };
                orphaned.extend(blamed(written, was, fresh, entities, &refusal));
            }
        }
        orphaned
    }
}

/// Names in force that would mean nothing, or another thing than one entity of
/// an allowed kind, if some entities were defined as they are to be; each with
/// the entity that is to blame.
pub(in crate::store) fn orphaned(
    schema: &Schema,
    view: &dyn View,
    fresh: &IndexMap<String, Arc<Entity>>,
    entities: &Entities,
) -> Result<Vec<Misfit>, IndexError> {
    let mut orphaned = Vec::new();
    for definition in schema.fields().filter(|field| field.kind == FieldKind::Reference && !field.open) {
        let Some(values) = view.field(&definition.name) else { continue };
        for ordinal in 0..values.len() {
            let written = values.written(ordinal).to_string();
            let Err(refusal) = resolved(Some(definition), &definition.name, &written, entities) else { continue };
            let was = values.entity(ordinal).map(|number| canonical(&view.entities().get(number).id).into_owned());
            if let Some(misfit) = blamed(&written, was, fresh, entities, &refusal)
                && !values.postings(&[ordinal].into_iter().collect())?.is_disjoint(view.live())
            {
                orphaned.push(misfit);
            }
        }
    }
    Ok(orphaned)
}

/// What would be wrong with the first name in force, but for some facts that go, that
/// would not name one entity of an allowed kind; and the facts that have such names.
pub(in crate::store) fn unresolved(
    schema: &Schema,
    view: &dyn View,
    gone: &RoaringBitmap,
    entities: &Entities,
) -> Result<Option<(Refusal, RoaringBitmap)>, IndexError> {
    let live = view.live() - gone;
    let mut unresolved: Option<(Refusal, RoaringBitmap)> = None;
    for definition in schema.fields().filter(|field| field.kind == FieldKind::Reference && !field.open) {
        let Some(values) = view.field(&definition.name) else { continue };
        for ordinal in 0..values.len() {
            let written = values.written(ordinal).to_string();
            let Err(refusal) = resolved(Some(definition), &definition.name, &written, entities) else { continue };
            let having = values.postings(&[ordinal].into_iter().collect())? & &live;
            if having.is_empty() {
                continue;
            }
            let first = || (Refusal::OrphanedFacts(Box::new(refusal)), RoaringBitmap::new());
            unresolved.get_or_insert_with(first).1 |= having;
        }
    }
    Ok(unresolved)
}

/// The entity that is to blame for a name that is not good any more: one of those
/// who have it now, or the one who had it.
fn blamed(
    written: &str,
    was: Option<String>,
    fresh: &IndexMap<String, Arc<Entity>>,
    entities: &Entities,
    refusal: &Refusal,
) -> Option<Misfit> {
    let holders = match entities.resolve(written) {
        Resolution::Ambiguous(holders) => holders,
        Resolution::One(number) => vec![number],
        Resolution::Unknown => Vec::new(),
    };
    let holders = holders.into_iter().map(|number| canonical(&entities.get(number).id).into_owned());
    let entity = holders.chain(was).find_map(|id| fresh.get(&id))?.clone();
    Some(Misfit { entity, refusal: Refusal::OrphanedFacts(Box::new(refusal.clone())) })
}
