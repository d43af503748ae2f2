//! What spellings of names refer to, for some declared entities: looked up when
//! it is asked for, and remembered while the entities stay the same.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use rustc_hash::FxHashMap;

use super::dictionary::Dictionary;
use crate::model::{Entities, EntityNumber, Resolution};

/// What a spelling refers to among the declared entities.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reference {
    /// One entity that is named so, letter case aside.
    Same(EntityNumber),
    /// One entity whose name it only looks like: in an open field it is another name.
    Found(EntityNumber),
    /// None.
    Unknown,
    /// Several that are named so, so that nobody knows which is meant.
    Ambiguous,
    /// Several whose names it only looks like.
    FoundSeveral,
}

impl Reference {
    fn of(declared: &Entities, written: &str) -> Self {
        match declared.referred(written, true) {
            Resolution::One(number) => return Self::Same(number),
            Resolution::Ambiguous(_) => return Self::Ambiguous,
            Resolution::Unknown => {}
        }
        match declared.resolve(written) {
            Resolution::One(number) => Self::Found(number),
            Resolution::Ambiguous(_) => Self::FoundSeveral,
            Resolution::Unknown => Self::Unknown,
        }
    }

    /// Never 0.
    fn code(self) -> u32 {
        match self {
            Self::Unknown => 1,
            Self::Ambiguous => 2,
            Self::FoundSeveral => 3,
            Self::Same(number) => number.0 * 2 + FIRST_ENTITY,
            Self::Found(number) => number.0 * 2 + FIRST_ENTITY + 1,
        }
    }

    fn of_code(code: u32) -> Option<Self> {
        let number = EntityNumber(code.saturating_sub(FIRST_ENTITY) / 2);
        match code {
            0 => None,
            1 => Some(Self::Unknown),
            2 => Some(Self::Ambiguous),
            3 => Some(Self::FoundSeveral),
            same if same % 2 == FIRST_ENTITY % 2 => Some(Self::Same(number)),
            _ => Some(Self::Found(number)),
        }
    }
}

/// What spellings refer to for some declared entities. Each is looked up when it
/// is asked for, and remembered.
pub(super) struct ResolvedSpellings {
    declared: Arc<Entities>,
    /// The dictionaries that have the spellings.
    dictionaries: Arc<Vec<Arc<Dictionary>>>,
    by_spelling: Vec<AtomicU32>,
    by_entity: RwLock<FxHashMap<EntityNumber, Arc<[u32]>>>,
}

const UNSEEN: u32 = 0;
const FIRST_ENTITY: u32 = 4;

impl ResolvedSpellings {
    /// Nothing is known yet of so many spellings.
    pub(super) fn new(declared: Arc<Entities>, dictionaries: Arc<Vec<Arc<Dictionary>>>, length: u32) -> Self {
        let by_spelling = (0..length).map(|_| AtomicU32::new(UNSEEN)).collect();
        Self { declared, dictionaries, by_spelling, by_entity: RwLock::default() }
    }

    /// Whether it is of these entities, and of at least so many spellings of these
    /// dictionaries. Those of an older state may lack the fields of later spellings.
    pub(super) fn are_of(
        &self,
        declared: &Arc<Entities>,
        dictionaries: &Arc<Vec<Arc<Dictionary>>>,
        length: u32,
    ) -> bool {
        Arc::ptr_eq(&self.declared, declared) && Arc::ptr_eq(&self.dictionaries, dictionaries) && self.len() >= length
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
        let known = slot.and_then(|slot| Reference::of_code(slot.load(Ordering::Relaxed)));
        known.unwrap_or_else(|| {
            let reference = text().map_or(Reference::Unknown, |text| Reference::of(&self.declared, text));
            if let Some(slot) = slot {
                slot.store(reference.code(), Ordering::Relaxed);
            }
            reference
        })
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
