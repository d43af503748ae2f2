//! The logs: append-only lists that all states of the store share. A state uses the
//! part up to its transaction.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use rustc_hash::FxHashMap;

use super::append_only::AppendOnly;
use super::storage::Storage;
use super::{CommitInfo, Document, Ending};
use crate::model::{Entities, Entity, Schema, canonical};

/// A commit, and the first document that belongs to it.
pub(super) struct LoggedCommit {
    pub info: Arc<CommitInfo>,
    pub first: Document,
}

/// When and how documents ended.
#[derive(Default)]
pub(super) struct Endings {
    /// In the order of their transactions.
    pub log: Vec<(u64, Document, Ending)>,
    places: FxHashMap<Document, usize>,
}

impl Endings {
    pub(super) fn push(&mut self, transaction: u64, document: Document, ending: Ending) {
        self.places.insert(document, self.log.len());
        self.log.push((transaction, document, ending));
    }

    pub(super) fn get(&self, document: Document) -> Option<&(u64, Document, Ending)> {
        self.log.get(*self.places.get(&document)?)
    }
}

/// A change of what is defined.
#[derive(Debug, Clone)]
pub(super) enum EntityChange {
    /// An entity is defined, or defined anew.
    Defined(Arc<Entity>),
    /// The entity with an id is not defined any more.
    Undefined(String),
}

impl EntityChange {
    /// The id of the entity.
    fn id(&self) -> &str {
        match self {
            Self::Defined(entity) => &entity.id,
            Self::Undefined(id) => id,
        }
    }
}

/// What a transaction changed.
#[derive(Debug, Default, PartialEq)]
pub struct CommitChanges {
    /// The versions of facts that it asserted or ended.
    pub documents: BTreeSet<Document>,
    /// The ids of the entities that it defined.
    pub entities: BTreeSet<String>,
    /// Whether it changed the vocabulary.
    pub vocabulary: bool,
}

/// The lists that all states of the store share.
#[derive(Default)]
pub(super) struct Logs {
    pub storage: Option<Arc<Storage>>,
    pub commits: AppendOnly<LoggedCommit>,
    endings: RwLock<Endings>,
    /// All definitions of entities, each with its transaction.
    entities: RwLock<Vec<(u64, EntityChange)>>,
    vocabularies: RwLock<Vec<(u64, Arc<Schema>)>>,
}

fn read_lock<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

impl Logs {
    pub(super) fn on(storage: Arc<Storage>) -> Self {
        Self { storage: Some(storage), ..Self::default() }
    }

    pub(super) fn endings(&self) -> RwLockReadGuard<'_, Endings> {
        read_lock(&self.endings)
    }

    pub(super) fn entities(&self) -> RwLockReadGuard<'_, Vec<(u64, EntityChange)>> {
        read_lock(&self.entities)
    }

    pub(super) fn vocabularies(&self) -> RwLockReadGuard<'_, Vec<(u64, Arc<Schema>)>> {
        read_lock(&self.vocabularies)
    }

    pub(super) fn add_endings(&self, endings: impl IntoIterator<Item = (u64, Document, Ending)>) {
        let mut held = self.endings.write().unwrap_or_else(PoisonError::into_inner);
        endings.into_iter().for_each(|(transaction, document, ending)| held.push(transaction, document, ending));
    }

    pub(super) fn add_entities(&self, entities: impl IntoIterator<Item = (u64, EntityChange)>) {
        self.entities.write().unwrap_or_else(PoisonError::into_inner).extend(entities);
    }

    pub(super) fn add_vocabularies(&self, vocabularies: impl IntoIterator<Item = (u64, Arc<Schema>)>) {
        self.vocabularies.write().unwrap_or_else(PoisonError::into_inner).extend(vocabularies);
    }

    /// The entities after a transaction.
    pub(super) fn entities_at(&self, transaction: u64) -> Arc<Entities> {
        let held = self.entities();
        let until = held.partition_point(|(at, _)| *at <= transaction);
        let held = held.get(..until).unwrap_or_default();
        let mut ended: FxHashMap<Cow<'_, str>, usize> = FxHashMap::default();
        for (place, (_, change)) in held.iter().enumerate() {
            if let EntityChange::Undefined(id) = change {
                ended.insert(canonical(id), place);
            }
        }
        let is_defined = |place: usize, entity: &Entity| {
            ended.is_empty() || ended.get(&canonical(&entity.id)).is_none_or(|ended| *ended < place)
        };
        let defined = held.iter().enumerate().filter_map(|(place, (_, change))| match change {
            EntityChange::Defined(entity) => is_defined(place, entity).then(|| entity.clone()),
            EntityChange::Undefined(_) => None,
        });
        Arc::new(Entities::new(defined))
    }

    /// What a transaction changed, the versions that it asserted aside.
    pub(super) fn changes_of(&self, transaction: u64) -> CommitChanges {
        let endings = self.endings();
        let ended = endings.log.iter().filter(|(at, ..)| *at == transaction).map(|(_, document, _)| *document);
        let entities = self.entities();
        let defined = entities.iter().filter(|(at, _)| *at == transaction).map(|(_, change)| change.id().to_owned());
        CommitChanges {
            documents: ended.collect(),
            entities: defined.collect(),
            vocabulary: self.vocabularies().iter().any(|(at, _)| *at == transaction),
        }
    }

    /// What transactions after one changed of the definitions of entities, by the
    /// canonical ids of these.
    pub(super) fn definitions_since(&self, transaction: u64) -> BTreeMap<String, Vec<u64>> {
        let mut later: BTreeMap<String, Vec<u64>> = BTreeMap::new();
        let entities = self.entities();
        let first = entities.partition_point(|(at, _)| *at <= transaction);
        for (at, change) in entities.iter().skip(first) {
            later.entry(canonical(change.id()).into_owned()).or_default().push(*at);
        }
        later
    }

    /// The transactions after one that replaced the vocabulary.
    pub(super) fn vocabularies_since(&self, transaction: u64) -> Vec<u64> {
        let held = self.vocabularies();
        held.iter().map(|(at, _)| *at).filter(|at| *at > transaction).collect()
    }

    /// The vocabulary after a transaction.
    pub(super) fn schema_at(&self, transaction: u64) -> Arc<Schema> {
        let held = self.vocabularies();
        let until = held.partition_point(|(at, _)| *at <= transaction);
        until.checked_sub(1).and_then(|last| held.get(last)).map(|(_, schema)| schema.clone()).unwrap_or_default()
    }
}
