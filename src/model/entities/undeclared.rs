//! Names that only facts use: each is an entity of which nothing is known but
//! its name. Which of them there are, an index tells.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, OnceLock};

use super::punctuation::without_commas_and_periods;
use crate::model::{Entity, fold};

/// The names that facts in force use in open fields and that no entity has,
/// each with a number. However many facts, fields and spellings a name has, its
/// number is one.
pub(crate) trait UndeclaredNames: Send + Sync {
    /// A number that is greater than that of every name.
    fn bound(&self) -> u32;

    /// The name that is the same as a text.
    fn same(&self, written: &str) -> Option<u32>;

    /// The names that are found by a text.
    fn found(&self, written: &str) -> Vec<u32>;

    /// The first names of some kinds, by their letters, that begin with a text as
    /// it is found, at most so many.
    fn beginning(&self, prefix: &str, kinds: &[String], most: usize) -> Vec<u32>;

    /// The names that may be meant by a mistyped word, as they are found.
    fn similar(&self, word: &str) -> Vec<String>;

    /// How facts in force write a name: first the spelling by which it is shown, one
    /// in mixed case before the others, then the others by their letters.
    fn spellings(&self, name: u32) -> Vec<Arc<str>>;

    /// The kind of entity that a name stands for, if its fields tell.
    fn kind(&self, name: u32) -> Option<String>;

    /// Whether a field has the name that takes entities of these kinds alone.
    /// Without kinds every name is one.
    fn is_of(&self, name: u32, kinds: &[String]) -> bool;
}

/// The form of a name by which an index sorts it: as it is found, without
/// punctuation. Names that are the same, or found by the same text, or differ in
/// punctuation alone, have one; a text with which a name begins has a key with
/// which the key of the name begins.
#[must_use]
pub(crate) fn order_key(name: &str) -> Cow<'_, str> {
    match fold(name) {
        Cow::Borrowed(found) => without_commas_and_periods(found),
        Cow::Owned(found) => match without_commas_and_periods(&found) {
            Cow::Borrowed(_) => Cow::Owned(found),
            Cow::Owned(key) => Cow::Owned(key),
        },
    }
}

/// The names that only facts use, and the entities that were made of them.
#[derive(Clone)]
pub(super) struct Undeclared {
    pub(super) names: Arc<dyn UndeclaredNames>,
    made: Arc<[OnceLock<EntityShelf>]>,
}

type EntityShelf = Box<[OnceLock<Arc<Entity>>]>;

/// How many entities lie on a shelf, which is made when the first is asked for.
const SHELF: usize = 1024;

impl fmt::Debug for Undeclared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Undeclared").field("bound", &self.names.bound()).finish_non_exhaustive()
    }
}

impl Undeclared {
    pub(super) fn new(names: Arc<dyn UndeclaredNames>) -> Self {
        let shelves = (names.bound() as usize).div_ceil(SHELF);
        Self { names, made: (0..shelves).map(|_| OnceLock::new()).collect() }
    }

    /// A name as an entity.
    pub(super) fn entity(&self, name: u32) -> Option<&Arc<Entity>> {
        let row = self.made.get(name as usize / SHELF)?;
        let row = row.get_or_init(|| (0..SHELF).map(|_| OnceLock::new()).collect());
        Some(row.get(name as usize % SHELF)?.get_or_init(|| {
            let spelling = self.names.spellings(name).first().map_or_else(String::new, ToString::to_string);
            let kind = self.names.kind(name).unwrap_or_default();
            Arc::new(Entity::new(spelling.clone(), kind, spelling))
        }))
    }
}
