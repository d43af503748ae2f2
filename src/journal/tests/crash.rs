//! The disk fails, or the process ends, at every single operation.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use tempfile::TempDir;

use super::super::file_system::FileSystem;
use super::super::{Entry, FileJournal, Journal, JournalError};
use super::{Bodies, Quick, TINY, append, bodies, commit, create, expected, open, read};

/// What of the last writes has reached the disk when the power goes.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Loss {
    /// Everything up to the operation that failed.
    Nothing,
    /// Half of the write that failed, too.
    HalfWritten,
    /// What was not synced is lost, names and bytes.
    Unsynced,
    /// What was not synced is zeros, up to a sector that arrived.
    Zeroed,
    /// Of the names that were not synced only the last one arrived.
    Reordered,
}

enum Undo {
    Created(PathBuf),
    Renamed(PathBuf, PathBuf, Option<Vec<u8>>),
    Removed(PathBuf, Vec<u8>),
}

/// A disk that does so many operations, and then none, or fails just one.
struct Failing {
    state: Mutex<State>,
    loss: Loss,
    once: bool,
}

struct State {
    left: usize,
    failed: bool,
    names: Vec<Undo>,
    synced: HashMap<PathBuf, u64>,
}

impl Failing {
    fn new(operations: usize, loss: Loss, once: bool) -> Arc<Self> {
        let state = State { left: operations, failed: false, names: Vec::new(), synced: HashMap::new() };
        Arc::new(Self { state: Mutex::new(state), loss, once })
    }

    fn step(&self) -> io::Result<std::sync::MutexGuard<'_, State>> {
        let mut state = self.state.lock().unwrap();
        if state.left == 0 && !(self.once && state.failed) {
            state.failed = true;
            return Err(io::Error::other("the disk fails"));
        }
        state.left = state.left.saturating_sub(1);
        Ok(state)
    }

    fn has_failed(&self) -> bool {
        self.state.lock().unwrap().failed
    }

    /// What the disk holds after the power went.
    fn lose(&self) {
        let mut state = self.state.lock().unwrap();
        if self.loss == Loss::Unsynced {
            while let Some(undo) = state.names.pop() {
                match undo {
                    Undo::Created(path) => fs::remove_file(path).unwrap(),
                    Undo::Renamed(from, to, replaced) => {
                        fs::rename(&to, from).unwrap();
                        if let Some(bytes) = replaced {
                            fs::write(to, bytes).unwrap();
                        }
                    }
                    Undo::Removed(path, bytes) => fs::write(path, bytes).unwrap(),
                }
            }
        }
        if self.loss == Loss::Reordered {
            state.names.pop();
            while let Some(undo) = state.names.pop() {
                match undo {
                    Undo::Renamed(from, to, None) if to.exists() => fs::rename(to, from).unwrap(),
                    Undo::Removed(path, bytes) => fs::write(path, bytes).unwrap(),
                    Undo::Renamed(..) | Undo::Created(_) => {}
                }
            }
        }
        for (path, synced) in &state.synced {
            let Ok(mut bytes) = fs::read(path) else { continue };
            let synced = usize::try_from(*synced).unwrap().min(bytes.len());
            match self.loss {
                Loss::Unsynced => bytes.truncate(synced),
                Loss::Zeroed => {
                    let sector = (synced / 512 + 1) * 512;
                    let end = if sector < bytes.len() { sector } else { bytes.len() };
                    bytes[synced..end].fill(0);
                }
                Loss::Nothing | Loss::HalfWritten | Loss::Reordered => continue,
            }
            fs::write(path, bytes).unwrap();
        }
    }
}

impl FileSystem for Failing {
    fn create(&self, path: &Path) -> io::Result<File> {
        let mut state = self.step()?;
        if !path.exists() {
            state.names.push(Undo::Created(path.to_owned()));
        }
        state.synced.insert(path.to_owned(), 0);
        File::create(path)
    }

    fn write(&self, path: &Path, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        let start = file.metadata()?.len();
        let step = self.step();
        if let Err(error) = step {
            if self.loss == Loss::HalfWritten {
                file.write_all(&bytes[..bytes.len() / 2])?;
            }
            return Err(error);
        }
        step?.synced.entry(path.to_owned()).or_insert(start);
        file.write_all(bytes)
    }

    fn sync(&self, path: &Path, file: &File) -> io::Result<()> {
        self.step()?.synced.insert(path.to_owned(), file.metadata()?.len());
        Ok(())
    }

    fn truncate(&self, path: &Path, file: &File, length: u64) -> io::Result<()> {
        self.step()?.synced.insert(path.to_owned(), length);
        file.set_len(length)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.step()?;
        state.names.push(Undo::Renamed(from.to_owned(), to.to_owned(), fs::read(to).ok()));
        if let Some(synced) = state.synced.remove(from) {
            state.synced.insert(to.to_owned(), synced);
        }
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut state = self.step()?;
        state.names.push(Undo::Removed(path.to_owned(), fs::read(path)?));
        fs::remove_file(path)
    }

    fn sync_directory(&self, _: &Path) -> io::Result<()> {
        self.step()?.names.clear();
        Ok(())
    }
}

/// Commits, a rotation, imports of more than one segment, an import that is
/// given up, and opening again in between.
fn transactions() -> Vec<Bodies> {
    let sizes = [(2, 250), (3, 100), (1, 10), (30, 100), (2, 200), (20, 60), (4, 150), (2, 300), (3, 200)];
    (1..).zip(sizes).map(|(transaction, (count, length))| bodies(transaction, count, length)).collect()
}

/// Does it all until the disk fails; gives how many were acknowledged.
fn run(disk: &Arc<Failing>, path: &Path) -> usize {
    let mut acknowledged = 0;
    let mut attempt = || -> Result<(), JournalError> {
        let mut journal = FileJournal::create_on(disk.clone(), path, TINY)?;
        for (at, bodies) in transactions().iter().enumerate() {
            if at % 3 == 2 {
                journal = FileJournal::open_on(disk.clone(), path, TINY)?.0;
            }
            if at == 4 {
                let mut entries = (0..100).map(|line| match line {
                    99 => Err("given up".into()),
                    _ => Ok(Entry::new("fact", vec![b'7'; 100])),
                });
                let given_up = journal.append(journal.head().transaction, &commit(0), &mut entries);
                if !matches!(given_up, Err(JournalError::EntrySource(_))) {
                    given_up?;
                }
            }
            append(&journal, bodies)?;
            acknowledged += 1;
        }
        Ok(())
    };
    if attempt().is_ok() {
        assert_eq!(acknowledged, transactions().len());
    }
    acknowledged
}

/// The journal is as it was before or after the operation that failed, and goes on.
fn check(path: &Path, acknowledged: usize, case: &str) {
    let (journal, recovery) = match FileJournal::open_on(Arc::new(Quick), path, TINY) {
        Err(JournalError::Missing(_)) if acknowledged == 0 => (create(path, TINY), super::Recovery::default()),
        opened => opened.unwrap_or_else(|error| panic!("{case}: {error}")),
    };
    assert_eq!(recovery.damage, None, "{case}");
    let found = usize::try_from(journal.head().transaction).unwrap();
    assert!(found == acknowledged || found == acknowledged + 1, "{case}: {acknowledged} acknowledged, {found} found");
    let mut all = transactions()[..found].to_vec();
    assert_eq!(read(&journal, 1).unwrap(), expected(&all), "{case}");
    assert_eq!(journal.verify().unwrap().damage, [], "{case}");
    all.push(bodies(99, 2, 50));
    append(&journal, &all[found]).unwrap();
    drop(journal);
    let (journal, recovery) = open(path, TINY);
    assert_eq!(recovery, super::Recovery::default(), "{case}");
    assert_eq!(read(&journal, 1).unwrap(), expected(&all), "{case}");
    let leftovers: Vec<_> = super::names(path).into_iter().filter(|name| name.contains(".tmp")).collect();
    assert!(leftovers.is_empty(), "{case}: {leftovers:?}");
}

#[test]
fn a_crash_at_any_operation_leaves_the_journal_as_it_was_before_or_after() {
    for loss in [Loss::Nothing, Loss::HalfWritten, Loss::Unsynced, Loss::Zeroed, Loss::Reordered] {
        for operations in 0.. {
            let folder = TempDir::new().unwrap();
            let disk = Failing::new(operations, loss, false);
            let acknowledged = run(&disk, folder.path());
            if !disk.has_failed() {
                assert!(operations > 100, "all of it was tried");
                break;
            }
            disk.lose();
            check(folder.path(), acknowledged, &format!("{loss:?} after {operations}"));
        }
    }
}

#[test]
fn a_crash_while_mending_a_crash_loses_nothing_either() {
    for (operations, loss) in (3..160).step_by(7).zip([Loss::HalfWritten, Loss::Zeroed].into_iter().cycle()) {
        for mending in 0.. {
            let folder = TempDir::new().unwrap();
            let disk = Failing::new(operations, loss, false);
            let acknowledged = run(&disk, folder.path());
            disk.lose();
            let mender = Failing::new(mending, Loss::Unsynced, false);
            let _ = FileJournal::open_on(mender.clone(), folder.path(), TINY);
            if !mender.has_failed() {
                break;
            }
            mender.lose();
            check(folder.path(), acknowledged, &format!("{loss:?} after {operations}, then after {mending}"));
        }
    }
}

#[test]
fn after_one_failed_operation_nothing_more_is_written() {
    for lines in [2, 60] {
        for operations in 0.. {
            let folder = TempDir::new().unwrap();
            // More than a segment is in it, so that the next append has to rotate.
            append(&create(folder.path(), TINY), &bodies(1, 3, 250)).unwrap();
            let (journal, _) = open(folder.path(), TINY);
            append(&journal, &bodies(2, 2, 300)).unwrap();
            drop(journal);
            let disk = Failing::new(operations, Loss::HalfWritten, true);
            let (journal, _) = FileJournal::open_on(disk.clone(), folder.path(), TINY).unwrap();
            let first = append(&journal, &bodies(3, lines, 100));
            if !disk.has_failed() {
                assert!(operations > 1 && first.is_ok());
                break;
            }
            let is_known = match &first {
                Err(JournalError::Io { .. }) => true,
                Err(JournalError::NotKnown(_)) => false,
                other => panic!("{other:?}"),
            };
            let before = super::names(folder.path());
            let second = append(&journal, &bodies(3, 1, 1));
            assert!(matches!(second, Err(JournalError::Poisoned(_))), "{second:?}");
            assert_eq!(super::names(folder.path()), before);
            assert_eq!(journal.head().transaction, 2);
            assert_eq!(read(&journal, 1).unwrap().last().unwrap().1, 2, "what is there can still be read");
            let (again, recovery) = open(folder.path(), TINY);
            assert_eq!(recovery.damage, None);
            // What is said to be not written is not found later.
            let written = again.head().transaction;
            assert!(written == 2 || written == 3 && !is_known, "{first:?} after {operations}");
        }
    }
}
