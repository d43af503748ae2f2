//! The index that a store keeps beside its journal: where it may lie, and how
//! another one takes its place.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::lock::PATIENCE;
use super::replay::Replay;
use crate::error::{Error, JournalDamage};
use crate::index::{Index, IndexError, IndexOptions};
use crate::syntax::reserved_words;

/// How often to look whether another process has let go of an index.
const PAUSE: Duration = Duration::from_millis(25);

/// Up to so many lines a journal is indexed in memory.
const MOST_LINES_IN_MEMORY: u64 = 2_000_000;

/// Where the index may lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum IndexPlace {
    /// In this folder, which is ours.
    Disk(PathBuf),
    /// In memory: nothing may be written, or another process has the folder.
    Memory,
}

/// Opens an index, after waiting for the process that has it: only one can.
pub(super) fn open_index(path: &Path) -> Result<Index, IndexError> {
    let started = Instant::now();
    loop {
        match Index::open(path, reserved_words(), IndexOptions::default()) {
            Err(IndexError::InUse) if started.elapsed() < PATIENCE => thread::sleep(PAUSE),
            opened => return opened,
        }
    }
}

/// Builds an index of the whole journal. If the journal is damaged, of all that
/// is before, with what is wrong.
///
/// An index on disk is built beside the one that it replaces, which stays until
/// the new one is whole.
pub(super) fn build(replay: Replay<'_>, place: &IndexPlace) -> Result<(Index, Option<JournalDamage>), Error> {
    if let IndexPlace::Disk(path) = place {
        let fresh = path.with_extension("new");
        let (index, damage) = replay.all(|| {
            let _ = fs::remove_dir_all(&fresh);
            open_index(&fresh).unwrap_or_else(|_| Index::in_memory())
        })?;
        let expected = index.applied();
        // The files of an open index are found by their path, so it is closed before it is moved.
        drop(index);
        if put_in_place(&fresh, path).is_ok()
            && let Ok(index) = open_index(path)
            && index.applied() == expected
        {
            return Ok((index, damage));
        }
    }
    let lines = replay.journal.head().line;
    if lines > MOST_LINES_IN_MEMORY {
        return Err(Error::IndexTooLarge { lines, limit: MOST_LINES_IN_MEMORY });
    }
    replay.all(Index::in_memory)
}

/// Moves a new index to where the old one is, which is set aside so
/// that it can be examined; one that was set aside earlier is deleted.
fn put_in_place(fresh: &Path, path: &Path) -> io::Result<()> {
    if path.exists() {
        let aside = path.with_extension("damaged");
        let _ = fs::remove_dir_all(&aside);
        fs::rename(path, &aside).or_else(|_| fs::remove_dir_all(path))?;
    }
    fs::rename(fresh, path)
}
