//! The handle of an open store, and what that is made of.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use super::commit::TAIL;
use super::index_place::{self, IndexPlace};
use super::lock::Lock;
use super::options::Options;
use super::replay::Replay;
use super::writer_turn::WriterTurn;
use crate::error::{Error, ReadOnlyReason};
use crate::index::{Index, IndexError, Snapshot, View};
use crate::journal::{FileJournal, Journal, MemoryJournal};
use crate::model::{Entities, Schema, Vocabulary};
use crate::say::OpeningNote;

/// A store of facts. Cloning it gives another handle of the same store; any
/// number of threads may read while one writes.
#[derive(Clone)]
pub struct Store {
    pub(super) inner: Arc<StoreState>,
}

pub(super) struct StoreState {
    pub(super) journal: StoreJournal,
    /// Replaced as a whole when it has to be rebuilt.
    pub(super) index: RwLock<Arc<Index>>,
    /// Where a new one may lie.
    pub(super) place: IndexPlace,
    /// How many changes the index has in memory only, about.
    pub(super) tail: AtomicUsize,
    /// One transaction at a time.
    pub(super) turn: WriterTurn,
    /// Why nothing may be written, or the lock that allows it.
    pub(super) access: Result<Option<Lock>, ReadOnlyReason>,
    pub(super) options: Options,
    pub(super) notes: Vec<OpeningNote>,
    /// Why the index on disk was given up since then.
    pub(super) given_up: Mutex<Option<IndexError>>,
    /// Whether the index lacks what the journal has, and could not be replaced.
    pub(super) behind: AtomicBool,
}

/// The journal: on disk it can also be verified.
#[expect(clippy::large_enum_variant, reason = "a store has one")]
pub(super) enum StoreJournal {
    File(FileJournal),
    Memory(MemoryJournal),
}

impl StoreJournal {
    pub(super) fn journal(&self) -> &dyn Journal {
        match self {
            Self::File(journal) => journal,
            Self::Memory(journal) => journal,
        }
    }
}

impl Store {
    /// What opening found and did: an unfinished transaction that was
    /// discarded, an index that was rebuilt, why nothing can be written.
    #[must_use]
    pub fn notes(&self) -> &[OpeningNote] {
        &self.inner.notes
    }

    /// Why the index on disk was given up since the store was opened, if it was: the
    /// disk is full, say. An index in memory has taken its place, so that nothing is
    /// lost and answers are right, and the next opening may have to build it anew.
    #[must_use]
    pub fn index_given_up(&self) -> Option<OpeningNote> {
        self.given_up().as_ref().map(|error| OpeningNote::IndexInMemory { reason: error.to_string() })
    }

    fn given_up(&self) -> MutexGuard<'_, Option<IndexError>> {
        self.inner.given_up.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why nothing can be written; none if the store can be written to.
    #[must_use]
    pub fn read_only(&self) -> Option<&ReadOnlyReason> {
        self.inner.access.as_ref().err()
    }

    /// The vocabulary in force.
    #[must_use]
    pub fn schema(&self) -> Arc<Schema> {
        self.snapshot().schema().clone()
    }

    /// The entities defined.
    #[must_use]
    pub fn entities(&self) -> Arc<Entities> {
        self.snapshot().declared().clone()
    }

    /// Writes what only the journal has to the index too, so that the next
    /// opening is quick. Happens automatically once there is much to write, and on
    /// closing.
    ///
    /// # Errors
    ///
    /// If the disk refuses.
    pub fn checkpoint(&self) -> Result<(), Error> {
        // A transaction on this thread ends with one if there is much to write.
        if self.inner.access.is_ok() && !self.inner.turn.is_mine() {
            self.index().checkpoint()?;
        }
        Ok(())
    }

    /// Closes the store, after a checkpoint. Other handles, and rows of
    /// answers, keep it open until they are dropped.
    ///
    /// # Errors
    ///
    /// If the disk refuses the checkpoint; nothing is lost by that.
    pub fn close(self) -> Result<(), Error> {
        self.checkpoint()
    }

    /// Rebuilds the index from the journal.
    ///
    /// # Errors
    ///
    /// If the journal cannot be read.
    pub fn rebuild(&self) -> Result<(), Error> {
        self.replace_index(&self.index())
    }

    /// Replaces an index that has failed, unless that has already been done.
    pub(super) fn replace_index(&self, failed: &Arc<Index>) -> Result<(), Error> {
        // Nothing may be committed meanwhile; a thread whose turn it is has seen to that.
        let _turn = self.inner.turn.take();
        if !Arc::ptr_eq(&self.index(), failed) {
            return Ok(());
        }
        let replay = Replay { journal: self.inner.journal.journal(), options: &self.inner.options };
        // A disk that failed once is not tried again. Nobody waits here to be told so until
        // all is built; no other thread builds meanwhile.
        let in_memory = self.given_up().clone().map(|cause| IndexPlace::Memory(Some(cause)));
        let built = index_place::build(replay, in_memory.as_ref().unwrap_or(&self.inner.place))?;
        if built.given_up.is_some() {
            self.given_up().clone_from(&built.given_up);
        }
        *self.inner.index.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(built.index);
        self.inner.behind.store(false, Ordering::Release);
        Ok(())
    }

    /// Sees to it that readers do not miss what was written and could not be indexed.
    pub(super) fn catch_up(&self) -> Result<(), Error> {
        if self.inner.behind.load(Ordering::Acquire) { self.replace_index(&self.index()) } else { Ok(()) }
    }

    pub(super) fn index(&self) -> Arc<Index> {
        self.inner.index.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The store as it is, with all that was committed as far as an index can be made of
    /// it; where none can, whoever returns errors says why.
    pub(super) fn snapshot(&self) -> Arc<Snapshot> {
        let _ = self.catch_up();
        self.index().snapshot()
    }

    /// Counts changes into the tail; true when it is time to write it out.
    pub(super) fn tail_is_long(&self, added: usize) -> bool {
        let long = self.inner.tail.fetch_add(added, Ordering::Relaxed) + added > TAIL;
        if long {
            self.inner.tail.store(0, Ordering::Relaxed);
        }
        long
    }

    /// As [`Store::in_memory`], with options: a clock, an author, a listener.
    ///
    /// # Errors
    ///
    /// If the vocabulary cannot be used.
    pub fn in_memory_with(vocabulary: &Vocabulary, options: Options) -> Result<Self, Error> {
        let inner = StoreState {
            journal: StoreJournal::Memory(MemoryJournal::new()),
            index: RwLock::new(Arc::new(Index::in_memory())),
            place: IndexPlace::Memory(None),
            tail: AtomicUsize::new(0),
            turn: WriterTurn::default(),
            access: Ok(None),
            options,
            notes: Vec::new(),
            given_up: Mutex::default(),
            behind: AtomicBool::new(false),
        };
        let store = Self { inner: Arc::new(inner) };
        store.transact(Some("begin"), |transaction| transaction.vocabulary(vocabulary))?;
        Ok(store)
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("place", &self.inner.place).finish_non_exhaustive()
    }
}

impl Drop for StoreState {
    fn drop(&mut self) {
        let index = self.index.get_mut().unwrap_or_else(PoisonError::into_inner);
        if self.access.is_ok() {
            // What does not reach the index is replayed from the journal.
            let _ = index.checkpoint();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::OnceLock;
    use std::sync::atomic::AtomicU64;

    use super::*;
    use crate::model::Fact;

    const WORDS: &str = "[world]\nname = \"boards\"\n[nouns.people]\nsingular = \"person\"\nkinds = [\"person\"]\n\
        role = \"subject\"\n[fields.subject]\ntype = \"reference\"\nkinds = [\"person\"]\nopen = true\n\
        [actions.resigned]\nlabel = \"resignation\"\n";

    fn store_with(options: Options, facts: usize) -> Store {
        let store = Store::in_memory_with(&Vocabulary::from_toml(WORDS).unwrap(), options).unwrap();
        store
            .transact(None, |transaction| {
                transaction.define(serde_json::from_str(r#"{"entity":"ada","kind":"person","name":"Ada"}"#)?)?;
                for number in 0..facts {
                    let id = Some(format!("f{number}"));
                    transaction.assert(Fact { id, ..Fact::new("ada", "resigned") })?;
                }
                Ok::<_, Error>(())
            })
            .unwrap();
        store
    }

    /// A store of which the index could not take in what was committed.
    fn behind() -> Store {
        let store = store_with(Options::new(), 1);
        *store.inner.index.write().unwrap() = Arc::new(Index::in_memory());
        store.inner.behind.store(true, Ordering::Release);
        store
    }

    #[test]
    fn whoever_reads_sees_what_was_committed_and_could_not_be_indexed() {
        assert_eq!(behind().facts().map(Result::unwrap).count(), 1);
        assert_eq!(behind().statistics().facts, 1);
        assert_eq!(behind().statistics().transaction, 2);
        assert!(behind().schema().action("resigned").is_some());
        assert!(behind().entities().by_id("ada").is_some());
        assert_eq!(behind().check().unwrap().facts, 1);
        assert!(behind().get("f0").unwrap().is_some());
    }

    #[test]
    fn whether_an_index_was_given_up_is_told_while_another_is_built() {
        static STORE: OnceLock<Store> = OnceLock::new();
        static TOLD: AtomicU64 = AtomicU64::new(0);
        let options = Options::new().progress(|_| {
            if let Some(store) = STORE.get() {
                let is_free = store.inner.given_up.try_lock().is_ok();
                assert!(is_free, "whoever asks would wait");
                TOLD.fetch_add(1, Ordering::Relaxed);
            }
        });
        let store = store_with(options, 10_000);
        STORE.set(store.clone()).unwrap();
        store.rebuild().unwrap();
        assert!(TOLD.load(Ordering::Relaxed) > 0);
    }
}
