//! The ordered map on disk: the only file that names sled. Every call turns
//! its errors and its panics into an [`IndexError`].

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::IndexError;
use super::error::damaged;

/// sled grows to several times its cache; ours sits above it.
const CACHE: u64 = 16 << 20;

/// sled's threads may hold its lock for a moment after it was closed, and
/// another process may be about to let it go.
const PATIENCE: u32 = 60;
const PAUSE: Duration = Duration::from_millis(5);

/// An ordered map of bytes on disk.
pub(super) struct OrderedMap {
    /// Taken only when dropped.
    database: Option<sled::Db>,
    /// Set once something failed: after a panic sled is not touched again.
    broken: AtomicBool,
}

/// Several changes that are made together or not at all.
#[derive(Default)]
pub(super) struct WriteBatch {
    batch: sled::Batch,
    size: usize,
}

impl WriteBatch {
    pub(super) fn insert(&mut self, key: &[u8], value: Vec<u8>) {
        self.size += key.len() + value.len();
        self.batch.insert(key, value);
    }

    pub(super) fn remove(&mut self, key: &[u8]) {
        self.size += key.len();
        self.batch.remove(key);
    }

    /// How many bytes it holds.
    pub(super) fn size(&self) -> usize {
        self.size
    }
}

fn guard<T>(call: impl FnOnce() -> Result<T, sled::Error>) -> Result<T, IndexError> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(sled::Error::Io(error))) if error.to_string().starts_with("could not acquire lock") => {
            Err(IndexError::InUse)
        }
        Ok(Err(sled::Error::Io(error))) if error.kind() != std::io::ErrorKind::UnexpectedEof => {
            Err(IndexError::Io(error.to_string()))
        }
        Ok(Err(error)) => Err(damaged(error)),
        Err(panic) => {
            let said = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref::<&str>().copied())
                .unwrap_or("sled stopped")
                .to_owned();
            // What a panic carries may itself panic when dropped.
            std::mem::forget(panic);
            Err(damaged(said))
        }
    }
}

impl OrderedMap {
    /// Opens or creates it in a folder.
    pub(super) fn open(directory: &Path) -> Result<Self, IndexError> {
        let config = sled::Config::new().path(directory).cache_capacity(CACHE).flush_every_ms(None);
        let mut database = guard(|| config.open());
        for _ in 0..PATIENCE {
            if !matches!(database, Err(IndexError::InUse)) {
                break;
            }
            std::thread::sleep(PAUSE);
            database = guard(|| config.open());
        }
        let database = database?;
        Ok(Self { database: Some(database), broken: AtomicBool::new(false) })
    }

    fn call<T>(&self, call: impl FnOnce(&sled::Db) -> Result<T, sled::Error>) -> Result<T, IndexError> {
        let Some(database) = self.database.as_ref().filter(|_| !self.broken.load(Ordering::Relaxed)) else {
            return Err(damaged("an earlier call failed"));
        };
        let answer = guard(|| call(database));
        if answer.is_err() {
            self.broken.store(true, Ordering::Relaxed);
        }
        answer
    }

    pub(super) fn get(&self, key: &[u8]) -> Result<Option<sled::IVec>, IndexError> {
        self.call(|database| database.get(key))
    }

    /// The first key that is not less than one.
    pub(super) fn first_key(&self, from: &[u8]) -> Result<Option<Vec<u8>>, IndexError> {
        self.call(|database| database.range(from..).next().transpose().map(|pair| pair.map(|(key, _)| key.to_vec())))
    }

    pub(super) fn apply(&self, batch: WriteBatch) -> Result<(), IndexError> {
        self.call(|database| database.apply_batch(batch.batch))
    }

    pub(super) fn flush(&self) -> Result<(), IndexError> {
        self.call(|database| database.flush().map(|_| ()))
    }
}

impl Drop for OrderedMap {
    fn drop(&mut self) {
        let database = self.database.take();
        let dropped = guard(|| {
            drop(database);
            Ok(())
        });
        // Nothing is lost: whatever was not flushed is in the journal.
        drop(dropped);
    }
}
