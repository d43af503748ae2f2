//! What readers see of an index, who never wait for its writer.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::JournalPosition;
use super::index_state::IndexState;
use super::snapshot::Snapshot;

/// The last state that was published, and how far the index is durable.
pub(super) struct Published {
    current: RwLock<Arc<Snapshot>>,
    durable: Mutex<JournalPosition>,
    needs_rebuild: AtomicBool,
}

impl Published {
    pub(super) fn new(state: IndexState, durable: JournalPosition, needs_rebuild: bool) -> Self {
        Self {
            current: RwLock::new(Arc::new(Snapshot::new(state))),
            durable: Mutex::new(durable),
            needs_rebuild: AtomicBool::new(needs_rebuild),
        }
    }

    pub(super) fn snapshot(&self) -> Arc<Snapshot> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn publish(&self, state: IndexState) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(Snapshot::new(state));
    }

    /// The place in the journal up to which the index is durable.
    pub(super) fn durable(&self) -> JournalPosition {
        *self.durable.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn set_durable(&self, position: JournalPosition) {
        *self.durable.lock().unwrap_or_else(PoisonError::into_inner) = position;
    }

    /// Whether facts have values of a field that was declared after them.
    pub(super) fn needs_rebuild(&self) -> bool {
        self.needs_rebuild.load(Ordering::Acquire)
    }

    pub(super) fn set_needs_rebuild(&self, needs_rebuild: bool) {
        self.needs_rebuild.store(needs_rebuild, Ordering::Release);
    }
}
