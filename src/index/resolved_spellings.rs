//! What spellings of names refer to, for some declared entities: looked up when
//! it is asked for, and remembered while the entities stay the same.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use rustc_hash::FxHashMap;

use crate::model::{Entities, EntityNumber, Resolution};

/// What a spelling refers to, as far as it was asked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reference {
    /// One declared entity.
    Declared(EntityNumber),
    /// Nothing that is declared.
    Undeclared,
    /// Several declared entities have the name, so that nobody knows which is meant.
    Ambiguous,
}

/// What spellings refer to for some declared entities. Each is looked up when it
/// is asked for, and remembered.
pub(super) struct ResolvedSpellings {
    declared: Arc<Entities>,
    by_spelling: Vec<AtomicU32>,
    by_entity: RwLock<FxHashMap<EntityNumber, Arc<[u32]>>>,
}

const UNSEEN: u32 = 0;
const UNDECLARED: u32 = 1;
const AMBIGUOUS: u32 = 2;
const FIRST_ENTITY: u32 = 3;

impl ResolvedSpellings {
    /// Nothing is known yet of so many spellings.
    pub(super) fn new(declared: Arc<Entities>, length: u32) -> Self {
        let by_spelling = (0..length).map(|_| AtomicU32::new(UNSEEN)).collect();
        Self { declared, by_spelling, by_entity: RwLock::default() }
    }

    /// Whether it is of these entities, and of at least so many spellings.
    pub(super) fn are_of(&self, declared: &Arc<Entities>, length: u32) -> bool {
        Arc::ptr_eq(&self.declared, declared) && self.len() >= length
    }

    /// The declared entities.
    pub(super) fn declared(&self) -> &Entities {
        &self.declared
    }

    /// The number of spellings.
    pub(super) fn len(&self) -> u32 {
        u32::try_from(self.by_spelling.len()).unwrap_or(u32::MAX)
    }

    /// What a spelling refers to, which is written so.
    pub(super) fn reference<'t>(&self, spelling: u32, text: impl FnOnce() -> Option<&'t Arc<str>>) -> Reference {
        let slot = self.by_spelling.get(spelling as usize);
        match slot.map_or(UNSEEN, |slot| slot.load(Ordering::Relaxed)) {
            UNDECLARED => return Reference::Undeclared,
            AMBIGUOUS => return Reference::Ambiguous,
            UNSEEN => {}
            entity => return Reference::Declared(EntityNumber(entity - FIRST_ENTITY)),
        }
        let resolved = text().map_or(Resolution::Unknown, |text| self.declared.resolve(text));
        let (reference, known) = match resolved {
            Resolution::One(number) => (Reference::Declared(number), number.0 + FIRST_ENTITY),
            Resolution::Unknown => (Reference::Undeclared, UNDECLARED),
            Resolution::Ambiguous(_) => (Reference::Ambiguous, AMBIGUOUS),
        };
        if let Some(slot) = slot {
            slot.store(known, Ordering::Relaxed);
        }
        reference
    }

    /// The spellings that refer to a declared entity, if they were looked up.
    pub(super) fn spellings_of(&self, number: EntityNumber) -> Option<Arc<[u32]>> {
        self.by_entity.read().unwrap_or_else(PoisonError::into_inner).get(&number).cloned()
    }

    /// Remembers the spellings that refer to a declared entity.
    pub(super) fn remember(&self, number: EntityNumber, spellings: &Arc<[u32]>) {
        self.by_entity.write().unwrap_or_else(PoisonError::into_inner).insert(number, spellings.clone());
    }
}
