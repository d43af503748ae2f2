//! The ordered map on disk. Only this file uses sled; every call turns errors and
//! panics of sled into an [`IndexError`].

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::IndexError;
use super::error::damaged;

/// The cache of sled, in bytes. It is small because sled grows to several times
/// its size; the cache of decoded values lies above it.
const CACHE: u64 = 16 << 20;

/// How often opening is tried, since the threads of sled may hold its lock for a
/// moment after it was closed, and another process may be about to release it.
const OPEN_ATTEMPTS: u32 = 60;
const PAUSE: Duration = Duration::from_millis(5);

/// An ordered map of bytes on disk.
pub(super) struct OrderedMap {
    /// Taken only when dropped.
    database: Option<sled::Db>,
    /// Set once a call failed: sled must not be used again after a panic.
    broken: AtomicBool,
}

/// Changes that are written together or not at all.
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

    /// The size of its keys and values, in bytes.
    pub(super) fn size(&self) -> usize {
        self.size
    }
}

fn catching_panics<T>(call: impl FnOnce() -> Result<T, sled::Error>) -> Result<T, IndexError> {
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
                .unwrap_or("sled panicked")
                .to_owned();
            // The payload of a panic may itself panic when dropped.
            std::mem::forget(panic);
            Err(damaged(said))
        }
    }
}

impl OrderedMap {
    /// Opens or creates the map in a folder.
    pub(super) fn open(directory: &Path) -> Result<Self, IndexError> {
        let config = sled::Config::new().path(directory).cache_capacity(CACHE).flush_every_ms(None);
        let mut database = catching_panics(|| config.open());
        for _ in 0..OPEN_ATTEMPTS {
            if !matches!(database, Err(IndexError::InUse)) {
                break;
            }
            std::thread::sleep(PAUSE);
            database = catching_panics(|| config.open());
        }
        let database = database?;
        Ok(Self { database: Some(database), broken: AtomicBool::new(false) })
    }

    fn call<T>(&self, call: impl FnOnce(&sled::Db) -> Result<T, sled::Error>) -> Result<T, IndexError> {
        let Some(database) = self.database.as_ref().filter(|_| !self.broken.load(Ordering::Relaxed)) else {
            return Err(damaged("an earlier operation on it failed"));
        };
        let answer = catching_panics(|| call(database));
        if answer.is_err() {
            self.broken.store(true, Ordering::Relaxed);
        }
        answer
    }

    pub(super) fn get(&self, key: &[u8]) -> Result<Option<sled::IVec>, IndexError> {
        self.call(|database| database.get(key))
    }

    /// The first key that is not less than `from`.
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
        let dropped = catching_panics(|| {
            drop(database);
            Ok(())
        });
        // Nothing is lost: what was not flushed is in the journal.
        drop(dropped);
    }
}
