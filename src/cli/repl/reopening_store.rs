//! The store as the prompt holds it: open while somebody asks, and let go of
//! while nobody does, so that an open prompt keeps no other process from
//! writing or from the index.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tractat::{Completions, QueryOptions, Store};

use crate::cli::failure::CommandFailure;
use crate::cli::opening::{OpenedStore, open_in};

/// After this time without a query the store is closed. Opening it again
/// takes some tens of milliseconds, which nobody notices once a minute.
const IDLE: Duration = Duration::from_secs(10);

/// How often to check whether the store is idle.
const LOOK: Duration = Duration::from_secs(1);

/// A store that is opened again whenever it is needed.
pub struct ReopeningStore {
    directory: PathBuf,
    author: Option<String>,
    state: Mutex<StoreInUse>,
    /// What queries are told, for whoever completes them.
    options: Mutex<QueryOptions>,
}

struct StoreInUse {
    store: Option<Store>,
    used: Instant,
}

impl ReopeningStore {
    /// Takes over a store that was just opened.
    pub fn new(opened: OpenedStore, author: Option<String>) -> Arc<Self> {
        let state = Mutex::new(StoreInUse { store: Some(opened.store), used: Instant::now() });
        let held = Arc::new(Self { directory: opened.directory, author, state, options: Mutex::default() });
        let watched = Arc::downgrade(&held);
        thread::spawn(move || {
            while let Some(held) = watched.upgrade() {
                held.let_go_if_idle();
                drop(held);
                thread::sleep(LOOK);
            }
        });
        held
    }

    /// The store, opened again if need be. What others wrote meanwhile is in it.
    pub fn store(&self) -> Result<Store, CommandFailure> {
        let mut state = self.lock();
        state.used = Instant::now();
        if let Some(store) = &state.store {
            return Ok(store.clone());
        }
        let store = open_in(&self.directory, self.author.as_deref())?;
        state.store = Some(store.clone());
        Ok(store)
    }

    /// Sets the options that completion uses from now on.
    pub fn remember(&self, options: &QueryOptions) {
        *self.options.lock().unwrap_or_else(PoisonError::into_inner) = options.clone();
    }

    /// What may stand at a place; without a store nothing, and asking will say why.
    pub fn complete(&self, text: &str, cursor: usize) -> Completions {
        let options = self.options.lock().unwrap_or_else(PoisonError::into_inner).clone();
        self.store().map(|store| store.complete_with(text, cursor, &options)).unwrap_or_default()
    }

    /// Closes the store if it is idle; an answer that is still being read keeps what it needs.
    fn let_go_if_idle(&self) {
        let mut state = self.lock();
        if state.used.elapsed() >= IDLE {
            state.store = None;
        }
    }

    fn lock(&self) -> MutexGuard<'_, StoreInUse> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
