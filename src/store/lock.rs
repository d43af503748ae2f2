//! One writer at a time: a file that the writing process holds locked, and
//! that names it to the others.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

/// The lock, held until it is dropped or the process ends, however it ends.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

/// What came of trying to take it.
#[derive(Debug)]
pub(super) enum Attempt {
    /// It is ours.
    Taken(Lock),
    /// Another process holds it; its process number, if that could be read.
    Held(Option<u32>),
    /// The folder does not allow it.
    Refused(io::Error),
}

/// How long to wait for a process that holds what is needed; most are done sooner.
pub(super) const PATIENCE: Duration = Duration::from_millis(1500);

/// How often to look again.
const PAUSE: Duration = Duration::from_millis(10);

impl Lock {
    /// Tries for a while, as most other processes are done soon.
    pub(super) fn take(path: &Path, patience: Duration) -> Attempt {
        let started = Instant::now();
        let mut file = match OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path) {
            Ok(file) => file,
            Err(error) => return Attempt::Refused(error),
        };
        loop {
            match file.try_lock() {
                Ok(()) => {
                    // The number only helps people; the lock holds without it.
                    let _ = name_holder(&mut file);
                    return Attempt::Taken(Self { _file: file });
                }
                Err(TryLockError::WouldBlock) if started.elapsed() < patience => thread::sleep(PAUSE),
                Err(TryLockError::WouldBlock) => return Attempt::Held(holder(&mut file)),
                Err(TryLockError::Error(error)) => return Attempt::Refused(error),
            }
        }
    }
}

fn name_holder(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.seek(SeekFrom::Start(0))?;
    writeln!(file, "{}", std::process::id())
}

fn holder(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.take(32).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_taker_is_told_who_holds_it_until_it_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("LOCK");
        let Attempt::Taken(lock) = Lock::take(&path, Duration::ZERO) else { panic!("nobody holds it") };
        match Lock::take(&path, Duration::from_millis(20)) {
            Attempt::Held(process) => assert_eq!(process, Some(std::process::id())),
            other => panic!("{other:?}"),
        }
        drop(lock);
        assert!(matches!(Lock::take(&path, Duration::ZERO), Attempt::Taken(_)));
    }
}
