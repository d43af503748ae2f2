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
    /// In memory: nothing may be written, or the folder cannot be used, for this reason.
    Memory(Option<IndexError>),
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

/// A new index of the whole journal.
pub(super) struct BuiltIndex {
    pub(super) index: Index,
    /// If the journal is damaged, what is wrong: the index is of all that is before.
    pub(super) damage: Option<JournalDamage>,
    /// Why it is in memory, if it should be on disk.
    pub(super) given_up: Option<IndexError>,
}

/// Builds an index of the whole journal. If the journal is damaged, of all that
/// is before, with what is wrong. Where the disk refuses, it is built in memory.
///
/// An index on disk is built beside the one that it replaces, which stays until
/// the new one is whole.
pub(super) fn build(replay: Replay<'_>, place: &IndexPlace) -> Result<BuiltIndex, Error> {
    let (given_up, cause) = match place {
        IndexPlace::Memory(cause) => (None, cause.clone()),
        IndexPlace::Disk(path) => match build_on_disk(replay, path) {
            Ok((index, damage)) => return Ok(BuiltIndex { index, damage, given_up: None }),
            Err(Error::Index(error)) => (Some(error.clone()), Some(error)),
            Err(error) => return Err(error),
        },
    };
    check_room(replay.journal.head().line, cause)?;
    let (index, damage) = replay.all(|| Ok(Index::in_memory()))?;
    Ok(BuiltIndex { index, damage, given_up })
}

/// Checks that a journal of so many lines may be indexed in memory; with the reason why
/// it is not on disk.
fn check_room(lines: u64, cause: Option<IndexError>) -> Result<(), Error> {
    let limit = MOST_LINES_IN_MEMORY;
    if lines > limit { Err(Error::IndexTooLarge { lines, limit, cause }) } else { Ok(()) }
}

fn build_on_disk(replay: Replay<'_>, path: &Path) -> Result<(Index, Option<JournalDamage>), Error> {
    let fresh = path.with_extension("new");
    let built = replay.all(|| {
        let _ = fs::remove_dir_all(&fresh);
        open_index(&fresh)
    });
    let (index, damage) = built.inspect_err(|_| {
        // It takes room that the disk may not have.
        let _ = fs::remove_dir_all(&fresh);
    })?;
    let expected = index.applied();
    // The files of an open index are found by their path, so it is closed before it is moved.
    drop(index);
    put_in_place(&fresh, path).map_err(|error| IndexError::Io(error.to_string()))?;
    let index = open_index(path)?;
    if index.applied() != expected {
        return Err(IndexError::Damaged("it is not what was written".to_owned()).into());
    }
    Ok((index, damage))
}

/// Moves a new index to where the old one is, which is set aside.
fn put_in_place(fresh: &Path, path: &Path) -> io::Result<()> {
    set_aside(path)?;
    fs::rename(fresh, path)
}

/// Sets an index aside, so that it can be examined; one that was set aside earlier is
/// deleted.
pub(super) fn set_aside(path: &Path) -> io::Result<()> {
    if !path.exists() {
        return Ok(());
    }
    let aside = path.with_extension("damaged");
    let _ = fs::remove_dir_all(&aside);
    fs::rename(path, &aside).or_else(|_| fs::remove_dir_all(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journal_that_is_too_long_for_memory_is_told_with_the_reason() {
        assert!(check_room(MOST_LINES_IN_MEMORY, None).is_ok());
        let refused = check_room(MOST_LINES_IN_MEMORY + 1, Some(IndexError::InUse));
        assert!(matches!(refused, Err(Error::IndexTooLarge { cause: Some(IndexError::InUse), .. })), "{refused:?}");
    }
}
