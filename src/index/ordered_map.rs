//! The ordered map on disk. Only this file uses sled; every call turns errors and
//! panics of sled into an [`IndexError`].
//!
//! After a failed write, as on a full disk, sled may wait for ever for a write that no
//! thread makes any more, above all when it is dropped. Whatever may write therefore
//! runs in a thread of its own, for which the caller waits only so long.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::sync::{Arc, OnceLock};
use std::thread;
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

/// How long a write may take. A batch has a megabyte, for which the slowest disk does
/// not need so long.
const WRITE_PATIENCE: Duration = Duration::from_mins(1);

/// How long closing may take. What is not on the disk then is in the journal.
const CLOSE_PATIENCE: Duration = Duration::from_secs(10);

/// An ordered map of bytes on disk.
pub(super) struct OrderedMap {
    /// Taken only when dropped.
    database: Option<Arc<sled::Db>>,
    /// The first error of a call: sled must not be used again after a panic, and may
    /// hang after a failed write.
    broken: OnceLock<IndexError>,
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
            // A repeated error of sled has the first one in the form for programmers.
            let text = error.to_string();
            Err(IndexError::Io(if text.starts_with("Os {") { error.kind().to_string() } else { text }))
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

/// Makes a call in a thread of its own, and waits for it only so long.
fn apart<T: Send + 'static>(
    patience: Duration,
    call: impl FnOnce() -> Result<T, sled::Error> + Send + 'static,
) -> Result<T, IndexError> {
    let (tell, told) = sync_channel(1);
    let work = move || {
        // Nobody listens any more if it took too long.
        let _ = tell.send(catching_panics(call));
    };
    let spawned = thread::Builder::new().name("index".to_owned()).spawn(work);
    spawned.map_err(|error| IndexError::Io(error.to_string()))?;
    match told.recv_timeout(patience) {
        Ok(answer) => answer,
        Err(RecvTimeoutError::Timeout) => Err(IndexError::Stuck { seconds: patience.as_secs() }),
        Err(RecvTimeoutError::Disconnected) => Err(damaged("the thread that writes it has ended")),
    }
}

impl OrderedMap {
    /// Opens or creates the map in a folder.
    pub(super) fn open(directory: &Path) -> Result<Self, IndexError> {
        let config = sled::Config::new().path(directory).cache_capacity(CACHE).flush_every_ms(None);
        let open = || {
            let config = config.clone();
            apart(WRITE_PATIENCE, move || config.open())
        };
        let mut database = open();
        for _ in 0..OPEN_ATTEMPTS {
            if !matches!(database, Err(IndexError::InUse)) {
                break;
            }
            thread::sleep(PAUSE);
            database = open();
        }
        Ok(Self { database: Some(Arc::new(database?)), broken: OnceLock::new() })
    }

    /// Makes a call, unless an earlier one failed.
    fn call<T>(&self, call: impl FnOnce(&Arc<sled::Db>) -> Result<T, IndexError>) -> Result<T, IndexError> {
        if let Some(error) = self.broken.get() {
            return Err(error.clone());
        }
        let Some(database) = &self.database else { return Err(damaged("it is closed")) };
        call(database).inspect_err(|error| {
            // The first error is the cause of all others.
            let _ = self.broken.set(error.clone());
        })
    }

    fn read<T>(&self, call: impl FnOnce(&sled::Db) -> Result<T, sled::Error>) -> Result<T, IndexError> {
        self.call(|database| catching_panics(|| call(database)))
    }

    fn write<T: Send + 'static>(
        &self,
        call: impl FnOnce(&sled::Db) -> Result<T, sled::Error> + Send + 'static,
    ) -> Result<T, IndexError> {
        self.call(|database| {
            let database = database.clone();
            apart(WRITE_PATIENCE, move || {
                let answer = call(&database);
                if answer.is_err() {
                    // The last handle must not be dropped.
                    std::mem::forget(database);
                }
                answer
            })
        })
    }

    pub(super) fn get(&self, key: &[u8]) -> Result<Option<sled::IVec>, IndexError> {
        self.read(|database| database.get(key))
    }

    /// The first key that is not less than `from`.
    pub(super) fn first_key(&self, from: &[u8]) -> Result<Option<Vec<u8>>, IndexError> {
        self.read(|database| database.range(from..).next().transpose().map(|pair| pair.map(|(key, _)| key.to_vec())))
    }

    pub(super) fn apply(&self, batch: WriteBatch) -> Result<(), IndexError> {
        self.write(|database| database.apply_batch(batch.batch))
    }

    pub(super) fn flush(&self) -> Result<(), IndexError> {
        self.write(|database| database.flush().map(|_| ()))
    }
}

impl Drop for OrderedMap {
    fn drop(&mut self) {
        let database = self.database.take();
        if self.broken.get().is_some() {
            // Dropping it would wait for what is never written. Its memory and its
            // lock are lost to this process, and another folder takes its place.
            std::mem::forget(database);
        } else {
            let closed = apart(CLOSE_PATIENCE, || {
                drop(database);
                Ok(())
            });
            // Nothing is lost: what was not flushed is in the journal.
            drop(closed);
        }
    }
}
