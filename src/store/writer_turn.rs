//! Turns at writing: one thread at a time, and which one.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

/// Whose turn it is.
#[derive(Debug, Default)]
pub(super) struct WriterTurn {
    mutex: Mutex<()>,
    holder: Mutex<Option<ThreadId>>,
}

/// A turn, until it is dropped.
pub(super) struct TakenTurn<'t> {
    turn: &'t WriterTurn,
    _guard: MutexGuard<'t, ()>,
}

impl WriterTurn {
    /// Waits for a turn; none if this thread has it, and would wait for itself.
    pub(super) fn take(&self) -> Option<TakenTurn<'_>> {
        if self.is_mine() {
            return None;
        }
        // A thread that panicked in its turn has left the journal whole, and what the
        // index lacks of it is seen at the start of the next turn.
        let guard = self.mutex.lock().unwrap_or_else(PoisonError::into_inner);
        self.set_holder(Some(thread::current().id()));
        Some(TakenTurn { turn: self, _guard: guard })
    }

    /// Whether this thread has the turn.
    pub(super) fn is_mine(&self) -> bool {
        *self.holder.lock().unwrap_or_else(PoisonError::into_inner) == Some(thread::current().id())
    }

    fn set_holder(&self, holder: Option<ThreadId>) {
        *self.holder.lock().unwrap_or_else(PoisonError::into_inner) = holder;
    }
}

impl Drop for TakenTurn<'_> {
    fn drop(&mut self) {
        self.turn.set_holder(None);
    }
}
