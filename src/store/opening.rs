//! Opening a store: the lock, the journal, and an index that agrees with it,
//! brought up to date or built anew.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread;
use std::time::{Duration, Instant};

use super::handle::{Inner, Store, Truth};
use super::lock::{Attempt, Lock};
use super::options::{Access, Options};
use super::replay;
use crate::error::Error;
use crate::index::{Index, IndexError, IndexOptions};
use crate::journal::{FileJournal, Settings};
use crate::model::Vocabulary;
use crate::syntax::keywords;

/// How long to wait for a process that holds what is needed.
const PATIENCE: Duration = Duration::from_millis(1500);

/// How often to look again.
const PAUSE: Duration = Duration::from_millis(25);

/// Up to so many lines a journal is indexed in memory for a reader that cannot
/// have the index on disk.
const MOST_LINES_IN_MEMORY: u64 = 2_000_000;

const JOURNAL: &str = "journal";
const INDEX: &str = "index";
const LOCK: &str = "LOCK";

impl Store {
    /// Opens the store in a folder.
    ///
    /// # Errors
    ///
    /// If there is none; if it must be written and cannot be; if its journal
    /// cannot be read.
    pub fn open_with(directory: impl AsRef<Path>, options: Options) -> Result<Self, Error> {
        let directory = directory.as_ref();
        if !directory.join(JOURNAL).is_dir() {
            return Err(Error::NotFound(directory.to_owned()));
        }
        let mut notes = Vec::new();
        let access = access(directory, &options)?;
        let path = directory.join(INDEX);
        let index = match &access {
            Ok(_) => Some(own_index(&path, &mut notes)),
            Err(_) => borrowed_index(&path),
        };
        let acknowledged = index.as_ref().map_or(0, |index| index.applied().transaction);
        let (journal, damaged) = open_journal(directory, &access, acknowledged, &mut notes)?;
        let access = match access {
            Ok(_) if damaged => Err("its journal is damaged".to_owned()),
            Ok(lock) => Ok(Some(lock)),
            Err(reason) => Err(reason),
        };
        let store = Self {
            inner: Arc::new(Inner {
                directory: Some(directory.to_owned()),
                index: RwLock::new(Arc::new(Index::in_memory())),
                journal: Truth::File(journal),
                tail: AtomicUsize::new(0),
                writer: Mutex::new(()),
                access,
                options,
                notes,
            }),
        };
        let index = store.up_to_date(index)?;
        store.install(index);
        Ok(store)
    }

    /// Makes an empty store in a folder that is not there or is empty.
    ///
    /// # Errors
    ///
    /// If something is there already; if the vocabulary cannot be used.
    pub fn create(directory: impl AsRef<Path>, vocabulary: &Vocabulary, options: Options) -> Result<Self, Error> {
        let directory = directory.as_ref();
        let failed = |source| Error::Io { path: directory.to_owned(), source };
        if fs::read_dir(directory).is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(Error::Exists(directory.to_owned()));
        }
        // A vocabulary that cannot be used should leave no folder behind.
        Self::in_memory(vocabulary)?;
        fs::create_dir_all(directory).map_err(failed)?;
        FileJournal::create(&directory.join(JOURNAL), Settings::default())?;
        let store = Self::open_with(directory, Options { access: Access::Write, ..options })?;
        store.transact(Some("begin"), |transaction| transaction.vocabulary(vocabulary))?;
        Ok(store)
    }

    /// Makes a store that ends with the process.
    ///
    /// # Errors
    ///
    /// If the vocabulary cannot be used.
    pub fn in_memory(vocabulary: &Vocabulary) -> Result<Self, Error> {
        Self::in_memory_with(vocabulary, Options::default())
    }

    /// Builds the index anew from the journal.
    ///
    /// # Errors
    ///
    /// If the journal is damaged.
    pub fn rebuild(&self) -> Result<(), Error> {
        let _turn = self.inner.writer.lock().unwrap_or_else(PoisonError::into_inner);
        self.replace_index(&self.index())
    }

    /// Sets an index aside that has failed and puts a new one in its place;
    /// nothing if somebody has done so already.
    pub(super) fn replace_index(&self, failed: &Arc<Index>) -> Result<(), Error> {
        let mut current = self.inner.index.write().unwrap_or_else(PoisonError::into_inner);
        if !Arc::ptr_eq(&current, failed) {
            return Ok(());
        }
        *current = Arc::new(replay::all(self, || self.new_index())?);
        Ok(())
    }

    /// An empty index: on disk for whoever may write there, in the place of
    /// the one that is there.
    fn new_index(&self) -> Index {
        match (&self.inner.directory, &self.inner.access) {
            (Some(directory), Ok(_)) => {
                let path = directory.join(INDEX);
                set_aside(&path);
                open_index(&path).unwrap_or_else(|_| Index::in_memory())
            }
            _ => Index::in_memory(),
        }
    }

    /// The index with all that the journal has; built anew if the two do not agree.
    fn up_to_date(&self, index: Option<Index>) -> Result<Index, Error> {
        if let Some(index) = index
            && replay::agrees(self, &index)
            && replay::rest(self, &index).is_ok()
            && !index.needs_rebuild()
        {
            return Ok(index);
        }
        let lines = self.inner.journal.journal().head().line;
        match &self.inner.access {
            Err(reason) if lines > MOST_LINES_IN_MEMORY => {
                Err(Error::ReadOnly(format!("{reason}, and at {lines} lines it is too large to be indexed in memory")))
            }
            _ => replay::all(self, || self.new_index()),
        }
    }

    fn install(&self, index: Index) {
        *self.inner.index.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(index);
    }
}

/// The lock, or why it is done without.
fn access(directory: &Path, options: &Options) -> Result<Result<Lock, String>, Error> {
    if options.access == Access::Read {
        return Ok(Err("it was opened for reading".to_owned()));
    }
    let reason = match Lock::take(&directory.join(LOCK), PATIENCE) {
        Attempt::Taken(lock) => return Ok(Ok(lock)),
        Attempt::Held(process) if options.access == Access::Write => return Err(Error::Locked { process }),
        Attempt::Held(process) => format!("process {process} is writing to it"),
        Attempt::Refused(error) => format!("its folder cannot be written: {error}"),
    };
    match options.access {
        Access::Write => Err(Error::ReadOnly(reason)),
        _ => Ok(Err(reason)),
    }
}

/// The index of whoever may write, made if it is not there, set aside if it is
/// damaged. While a reader has it, one in memory takes its place.
fn own_index(path: &Path, notes: &mut Vec<String>) -> Index {
    match open_index(path) {
        Ok(index) => index,
        Err(IndexError::InUse) => Index::in_memory(),
        Err(error) => {
            notes.push(format!("{error}; it was set aside and built anew"));
            set_aside(path);
            open_index(path).unwrap_or_else(|_| Index::in_memory())
        }
    }
}

/// The index of a store that somebody else may be using.
fn borrowed_index(path: &Path) -> Option<Index> {
    if path.is_dir() { open_index(path).ok() } else { None }
}

/// Opens an index, after waiting for the process that has it: only one can.
fn open_index(path: &Path) -> Result<Index, IndexError> {
    let started = Instant::now();
    loop {
        match Index::open(path, keywords(), IndexOptions::default()) {
            Err(IndexError::InUse) if started.elapsed() < PATIENCE => thread::sleep(PAUSE),
            opened => return opened,
        }
    }
}

/// Moves a damaged index out of the way, for whoever wants to look at it; the
/// one that was set aside before goes.
fn set_aside(path: &Path) {
    let aside = path.with_extension("damaged");
    // Whatever cannot be moved or removed makes the next opening fail, and is seen there.
    let _ = fs::remove_dir_all(&aside);
    if fs::rename(path, &aside).is_err() {
        let _ = fs::remove_dir_all(path);
    }
}

fn open_journal(
    directory: &Path,
    access: &Result<Lock, String>,
    acknowledged: u64,
    notes: &mut Vec<String>,
) -> Result<(FileJournal, bool), Error> {
    let path: PathBuf = directory.join(JOURNAL);
    let settings = Settings { acknowledged, ..Settings::default() };
    let (journal, recovery) = match access {
        Ok(_) => FileJournal::open(&path, settings)?,
        Err(_) => FileJournal::open_read_only(&path, settings)?,
    };
    if let Some(damage) = &recovery.damage {
        notes.push(format!("the journal is damaged, and can only be read up to there: {damage}"));
    }
    if let Some(tail) = recovery.tail {
        let kept = tail.saved.map_or_else(String::new, |saved| format!(", saved as {}", saved.display()));
        notes.push(format!("an unfinished transaction of {} bytes was not taken{kept}", tail.bytes));
    }
    Ok((journal, recovery.damage.is_some()))
}
