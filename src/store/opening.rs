//! Opening a store: the lock, the journal, and an index that agrees with it,
//! brought up to date or rebuilt.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::sync::{Arc, Mutex, RwLock};

use super::handle::{Store, StoreJournal, StoreState};
use super::index_place::{self, IndexPlace, open_index};
use super::lock::{Attempt, Lock, PATIENCE};
use super::options::{Access, Options};
use super::replay::Replay;
use super::writer_turn::WriterTurn;
use crate::error::{Error, JournalDamage, ReadOnlyReason};
use crate::index::{Index, IndexError};
use crate::journal::{CutJournal, Fault, FileJournal, JournalError, JournalSettings, Recovery};
use crate::model::Vocabulary;
use crate::say::OpeningNote;

const JOURNAL: &str = "journal";
const INDEX: &str = "index";
const LOCK: &str = "LOCK";

impl Store {
    /// Opens the store in a directory, for reading and writing.
    ///
    /// ```
    /// # use tractat::{Options, Store, Vocabulary};
    /// # let folder = tempfile::tempdir()?;
    /// # let directory = folder.path().join("boards.tractat");
    /// # let words = "[world]\nname = \"boards\"\n[actions.resigned]\nlabel = \"resignation\"\n";
    /// # Store::create(&directory, &Vocabulary::from_toml(words)?, Options::new())?.close()?;
    /// let store = Store::open(&directory)?;
    /// assert!(store.read_only().is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If there is none, if another process writes to it ([`Error::Locked`]),
    /// if nothing can be written there, or if its journal is damaged
    /// ([`Error::Damaged`]; [`Store::open_read_only`] reads what is before the damage).
    pub fn open(directory: impl AsRef<Path>) -> Result<Self, Error> {
        Self::open_with(directory, Options::default())
    }

    /// Opens the store in a directory for reading only, also while another
    /// process writes: it is read as it is now.
    ///
    /// # Errors
    ///
    /// If there is none, or its journal cannot be read.
    pub fn open_read_only(directory: impl AsRef<Path>) -> Result<Self, Error> {
        Self::open_with(directory, Options::new().access(Access::Read))
    }

    /// Opens the store in a directory.
    ///
    /// # Errors
    ///
    /// If there is none, if it is to be written and cannot be, or if its
    /// journal cannot be read.
    pub fn open_with(directory: impl AsRef<Path>, options: Options) -> Result<Self, Error> {
        let directory = directory.as_ref();
        if !directory.join(JOURNAL).is_dir() {
            return Err(Error::NotFound(directory.to_owned()));
        }
        let access = access(directory, &options)?;
        Self::open_locked(directory, access, options)
    }

    fn open_locked(directory: &Path, access: Result<Lock, ReadOnlyReason>, options: Options) -> Result<Self, Error> {
        let mut notes = Vec::new();
        let (index, mut place) = kept_index(&directory.join(INDEX), access.is_ok(), &mut notes);
        let journal_folder = directory.join(JOURNAL);
        let opened = open_journal(&journal_folder, access.is_ok(), &options, index.as_ref());
        let ((journal, recovery), access) = match opened {
            // What a crash left cannot be mended on a full disk, and can be read past.
            Err(JournalError::Io { source, .. }) if access.is_ok() && options.access == Access::WriteIfPossible => {
                let read = open_journal(&journal_folder, false, &options, index.as_ref())?;
                place = IndexPlace::Memory(Some(IndexError::Io(source.to_string())));
                (read, Err(ReadOnlyReason::Directory { reason: source.to_string() }))
            }
            opened => (opened?, access),
        };
        if let Some(tail) = &recovery.tail {
            notes.push(OpeningNote::UnfinishedTransaction { bytes: tail.bytes, saved: tail.saved.clone() });
        }
        let replay = Replay { journal: &journal, options: &options };
        let (index, damage) = up_to_date(replay, index, &mut place, &mut notes)?;
        let damage = recovery.damage.map(JournalDamage::File).or(damage);
        let access = match (access, damage) {
            (Ok(_), Some(damage)) if options.access == Access::Write => return Err(Error::Damaged(damage)),
            (_, Some(damage)) => Err(ReadOnlyReason::Damaged(damage)),
            (Ok(lock), None) => Ok(Some(lock)),
            (Err(reason), None) => Err(reason),
        };
        if let Err(reason) = &access
            && options.access != Access::Read
        {
            notes.push(OpeningNote::ReadOnly(reason.clone()));
        }
        let inner = StoreState {
            journal: StoreJournal::File(journal),
            index: RwLock::new(Arc::new(index)),
            place,
            tail: AtomicUsize::new(0),
            turn: WriterTurn::default(),
            access,
            options,
            notes,
            given_up: Mutex::default(),
            behind: AtomicBool::new(false),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Creates an empty store in a directory, which must be empty or not exist.
    ///
    /// ```
    /// use tractat::{Options, Store, Vocabulary};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let directory = folder.path().join("boards.tractat");
    /// let vocabulary = Vocabulary::from_toml(
    ///     r#"
    ///     world = { name = "boards" }
    ///     actions.resigned = { label = "resignation" }
    ///     "#,
    /// )?;
    /// let store = Store::create(&directory, &vocabulary, Options::new().author("ada"))?;
    /// store.close()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
        // A vocabulary that cannot be used should leave no directory behind.
        Self::in_memory(vocabulary)?;
        fs::create_dir_all(directory).map_err(failed)?;
        let options = options.access(Access::Write);
        let access = access(directory, &options)?;
        FileJournal::create(&directory.join(JOURNAL), JournalSettings::default())?;
        sync_with_parent(directory).map_err(failed)?;
        let store = Self::open_locked(directory, access, options)?;
        store.transact(Some("begin"), |transaction| transaction.vocabulary(vocabulary))?;
        Ok(store)
    }

    /// Creates a store in memory, which is gone when its last handle is dropped.
    ///
    /// # Errors
    ///
    /// If the vocabulary cannot be used.
    pub fn in_memory(vocabulary: &Vocabulary) -> Result<Self, Error> {
        Self::in_memory_with(vocabulary, Options::default())
    }
}

/// What repairing a store did.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RepairReport {
    /// How many bytes of the journal were cut.
    pub bytes: u64,
    /// Where they are saved.
    pub saved: Option<PathBuf>,
    /// The last transaction that is left.
    pub transaction: u64,
    /// The last transaction that is lost, if the journal or the index had later ones.
    pub lost: Option<u64>,
}

impl Store {
    /// Makes a store with a damaged journal writable again, if the damage is in the
    /// last file of the journal: that is cut after the last whole transaction before
    /// the damage, and what follows is saved beside it. All earlier transactions stay,
    /// with their history.
    ///
    /// # Errors
    ///
    /// If there is no store, if another process writes to it, or if there is damage
    /// elsewhere, or a line whose content cannot be read ([`Error::Damaged`]); then
    /// nothing is changed.
    pub fn repair(directory: impl AsRef<Path>, options: Options) -> Result<RepairReport, Error> {
        let directory = directory.as_ref();
        if !directory.join(JOURNAL).is_dir() {
            return Err(Error::NotFound(directory.to_owned()));
        }
        let options = options.access(Access::Write);
        let lock = access(directory, &options)?;
        let (path, folder) = (directory.join(INDEX), directory.join(JOURNAL));
        let known = {
            let (journal, _) = FileJournal::open_read_only(&folder, JournalSettings::default())?;
            let replay = Replay { journal: &journal, options: &options };
            // A cut would not make a store of it that can be written to.
            replay.check_contents()?;
            // The index may know of transactions that the journal has lost, unless it is of another.
            let index = kept_index(&path, true, &mut Vec::new()).0.filter(|index| replay.agrees(index));
            index.map_or(0, |index| index.applied().transaction)
        };
        let CutJournal { tail, transaction, seen } = FileJournal::cut_damage(&folder)?;
        let lost = Some(seen.max(known)).filter(|last| *last > transaction);
        if known > transaction {
            index_place::set_aside(&path).map_err(|source| Error::Io { path, source })?;
        }
        drop(lock);
        Self::open_with(directory, options)?.close()?;
        let (bytes, saved) = tail.map_or((0, None), |tail| (tail.bytes, tail.saved));
        Ok(RepairReport { bytes, saved, transaction, lost })
    }
}

/// The lock, or why the store is opened without it.
fn access(directory: &Path, options: &Options) -> Result<Result<Lock, ReadOnlyReason>, Error> {
    if options.access == Access::Read {
        return Ok(Err(ReadOnlyReason::OpenedReadOnly));
    }
    let reason = match Lock::take(&directory.join(LOCK), PATIENCE) {
        Attempt::Taken(lock) => return Ok(Ok(lock)),
        Attempt::Held(process) if options.access == Access::Write => return Err(Error::Locked { process }),
        Attempt::Held(process) => ReadOnlyReason::Locked { process },
        Attempt::Refused(error) => ReadOnlyReason::Directory { reason: error.to_string() },
    };
    match options.access {
        Access::Write => Err(Error::ReadOnly(reason)),
        _ => Ok(Err(reason)),
    }
}

/// The existing index, if it can be opened, and where an index may be kept.
fn kept_index(path: &Path, may_write: bool, notes: &mut Vec<OpeningNote>) -> (Option<Index>, IndexPlace) {
    if !may_write {
        // A reader must not create one on disk either.
        return (if path.is_dir() { open_index(path).ok() } else { None }, IndexPlace::Memory(None));
    }
    let disk = IndexPlace::Disk(path.to_owned());
    match open_index(path) {
        Ok(index) => (Some(index), disk),
        Err(IndexError::OtherFormat { .. }) => {
            notes.push(OpeningNote::IndexOfOtherVersion);
            (None, disk)
        }
        Err(IndexError::Damaged(reason)) => {
            notes.push(OpeningNote::IndexDamaged { reason });
            (None, disk)
        }
        // Another process is reading it, or the system is short of something.
        Err(error) => {
            notes.push(OpeningNote::IndexInMemory { reason: error.to_string() });
            (None, IndexPlace::Memory(Some(error)))
        }
    }
}

/// Opens the journal. What the index has was acknowledged, unless the index is
/// that of another journal.
fn open_journal(
    path: &Path,
    may_write: bool,
    options: &Options,
    index: Option<&Index>,
) -> Result<(FileJournal, Recovery), JournalError> {
    let open = |acknowledged: u64| -> Result<_, JournalError> {
        let settings = JournalSettings { acknowledged, ..JournalSettings::default() };
        if may_write { FileJournal::open(path, settings) } else { FileJournal::open_read_only(path, settings) }
    };
    let acknowledged = index.map_or(0, |index| index.applied().transaction);
    let (journal, recovery) = open(acknowledged)?;
    let is_behind = |fault: &Fault| matches!(fault, Fault::Acknowledged { .. });
    if let (Some(damage), Some(index)) = (&recovery.damage, index)
        && is_behind(&damage.fault)
        && !(Replay { journal: &journal, options }).agrees(index)
    {
        return open(0);
    }
    Ok((journal, recovery))
}

/// The index with everything that is in the journal; rebuilt if the two do not agree.
fn up_to_date(
    replay: Replay<'_>,
    index: Option<Index>,
    place: &mut IndexPlace,
    notes: &mut Vec<OpeningNote>,
) -> Result<(Index, Option<JournalDamage>), Error> {
    if let Some(index) = index {
        if !replay.agrees(&index) {
            notes.push(OpeningNote::IndexOfOtherJournal);
        } else if replay.rest(&index).is_ok() && !index.needs_rebuild() {
            return Ok((index, None));
        }
    }
    let built = index_place::build(replay, place)?;
    if let Some(error) = built.given_up {
        notes.push(OpeningNote::IndexInMemory { reason: error.to_string() });
        // A disk that failed once is not tried again.
        *place = IndexPlace::Memory(Some(error));
    }
    Ok((built.index, built.damage))
}

/// New names reach the disk with the folders that hold them.
fn sync_with_parent(directory: &Path) -> std::io::Result<()> {
    File::open(directory)?.sync_all()?;
    match directory.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => File::open(parent)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::{Commit, Entry, Journal as _};
    use crate::model::Fact;

    fn create(folder: &Path, acts: u32) {
        let words = "[world]\nname = \"boards\"\n[actions.resigned]\nlabel = \"resignation\"\n";
        let store = Store::create(folder, &Vocabulary::from_toml(words).unwrap(), Options::new()).unwrap();
        for number in 0..acts {
            let act = |number| Fact::new(format!("person {number}"), "resigned");
            store.transact(None, |transaction| transaction.assert(act(number))).unwrap();
        }
        store.close().unwrap();
    }

    /// Cuts the last line of the journal.
    fn tear(folder: &Path) -> Vec<u8> {
        let file = folder.join(JOURNAL).join("00000001.jsonl");
        let bytes = fs::read(&file).unwrap();
        let torn = bytes.strip_suffix(b"\n").unwrap()[..bytes.len() - 9].to_vec();
        fs::write(file, &torn).unwrap();
        torn
    }

    #[test]
    fn a_repair_changes_nothing_where_a_cut_would_not_mend_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("boards.tractat");
        create(&path, 1);
        {
            let (journal, _) = FileJournal::open(&path.join(JOURNAL), JournalSettings::default()).unwrap();
            let (time, author) = (jiff::Timestamp::UNIX_EPOCH, String::new());
            let commit = Commit { time, author, message: None, joins: false, undo: None };
            for kind in ["omen", "fact"] {
                let commit = Commit { time: Options::new().now(), ..commit.clone() };
                let mut entries = std::iter::once(Ok(Entry::new(kind, b"{}".to_vec())));
                journal.append(journal.head().transaction, &commit, &mut entries).unwrap();
            }
        }
        let torn = tear(&path);
        let repaired = Store::repair(&path, Options::new());
        assert!(matches!(repaired, Err(Error::Damaged(JournalDamage::UnknownLine { .. }))), "{repaired:?}");
        assert_eq!(fs::read(path.join(JOURNAL).join("00000001.jsonl")).unwrap(), torn);
    }

    #[test]
    fn a_repair_asks_only_the_index_of_its_journal_what_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let [path, other] = ["one.tractat", "other.tractat"].map(|name| folder.path().join(name));
        create(&path, 2);
        create(&other, 7);
        tear(&path);
        let report = Store::repair(&path, Options::new()).unwrap();
        assert_eq!((report.transaction, report.lost), (2, Some(3)), "its own index has seen the third");
        tear(&path);
        fs::remove_dir_all(path.join(INDEX)).unwrap();
        fs::rename(other.join(INDEX), path.join(INDEX)).unwrap();
        let report = Store::repair(&path, Options::new()).unwrap();
        assert_eq!((report.transaction, report.lost), (1, Some(2)), "and not the seventh");
        assert!(Store::open(&path).is_ok());
    }
}
