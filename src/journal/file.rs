//! A journal on disk: opening and appending. How lines, blocks and segments
//! look is known elsewhere.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::block::BLOCK;
use super::disk::{Direct, Disk, Folder, Output};
use super::draft::Draft;
use super::error::{Damage, Fault};
use super::frame::Header;
use super::import::Import;
use super::reading::{End, FileLines, NoLines};
use super::recovery::{self, Recovery};
use super::segment::{self, Listing};
use super::verify::{self, Verification};
use super::{Cause, Commit, Entry, Error, Head, Journal, Lines};

/// How often opening for reading starts over when a writer renames files meanwhile.
const ATTEMPTS: u32 = 8;

/// How a journal on disk is kept, and what is known of it beforehand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// The size of a segment, unpacked, at which the next one is started. Bytes.
    pub segment_bytes: u64,
    /// Up to which size a transaction is put together in memory; a larger one
    /// goes into segments of its own. Bytes.
    pub buffer_bytes: usize,
    /// A transaction that is known to have been acknowledged: a journal that
    /// ends before it is damaged. 0 if nothing is known.
    pub acknowledged: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { segment_bytes: 64 << 20, buffer_bytes: 4 << 20, acknowledged: 0 }
    }
}

/// A journal in a directory of its own. Whoever opens it for writing sees to
/// it that nobody else does.
pub struct FileJournal {
    folder: Folder,
    settings: Settings,
    end: RwLock<End>,
    writer: Option<Mutex<Writer>>,
    damage: Option<Damage>,
}

struct Writer {
    /// The active segment.
    output: Output,
    length: u64,
    /// Segments before it that are not sealed yet.
    unsealed: Vec<u64>,
    /// Why nothing more is written.
    poison: Option<String>,
}

impl FileJournal {
    /// Makes an empty journal in a directory, which is made if need be, and
    /// opens it for writing.
    ///
    /// # Errors
    /// [`Error::Exists`] if there is one already; [`Error::Io`].
    pub fn create(path: &Path, settings: Settings) -> Result<Self, Error> {
        Self::create_on(Arc::new(Direct), path, settings)
    }

    pub(super) fn create_on(disk: Arc<dyn Disk>, path: &Path, settings: Settings) -> Result<Self, Error> {
        fs::create_dir_all(path).map_err(Error::io("create", path))?;
        let folder = Folder::new(path, disk);
        let listing = Listing::read(path)?;
        if !listing.is_empty() {
            return Err(Error::Exists(path.to_owned()));
        }
        for name in &listing.temporary {
            folder.remove(name)?;
        }
        let head = Head::default();
        let (mut output, length) = segment::create_plain(&folder, &Header::after(&head, 1), &[])?;
        output.rename(&segment::plain_name(1))?;
        folder.sync()?;
        let writer = Writer { output, length, unsealed: Vec::new(), poison: None };
        let end = RwLock::new(End { head, segment: 1 });
        Ok(Self { folder, settings, end, writer: Some(Mutex::new(writer)), damage: None })
    }

    /// Opens a journal for writing, after mending what a crash left. If it is
    /// damaged, nothing is changed, and it can be read up to the last
    /// transaction before the damage.
    ///
    /// # Errors
    /// [`Error::Missing`] if there is none; [`Error::Format`]; [`Error::Io`].
    pub fn open(path: &Path, settings: Settings) -> Result<(Self, Recovery), Error> {
        Self::open_on(Arc::new(Direct), path, settings)
    }

    pub(super) fn open_on(disk: Arc<dyn Disk>, path: &Path, settings: Settings) -> Result<(Self, Recovery), Error> {
        let folder = Folder::new(path, disk);
        let mut assessment = assess(path, &settings)?;
        if assessment.recovery.damage.is_none() {
            recovery::mend(&folder, &mut assessment)?;
        }
        let writer = if assessment.recovery.damage.is_none() {
            let output = folder.append_to(&segment::plain_name(assessment.end.segment))?;
            Some(Mutex::new(Writer { output, length: assessment.length, unsealed: Vec::new(), poison: None }))
        } else {
            None
        };
        Ok(Self::assessed(folder, settings, writer, assessment))
    }

    /// Opens a journal for reading, which may be in use by a writer. It shows
    /// what was committed by now, and changes nothing.
    ///
    /// # Errors
    /// [`Error::Missing`] if there is none; [`Error::Format`]; [`Error::Io`].
    pub fn open_read_only(path: &Path, settings: Settings) -> Result<(Self, Recovery), Error> {
        let folder = Folder::new(path, Arc::new(Direct));
        let mut assessment = assess(path, &settings);
        for _ in 1..ATTEMPTS {
            if !may_be_moving(&assessment) {
                break;
            }
            assessment = assess(path, &settings);
        }
        Ok(Self::assessed(folder, settings, None, assessment?))
    }

    fn assessed(
        folder: Folder,
        settings: Settings,
        writer: Option<Mutex<Writer>>,
        assessment: recovery::Assessment,
    ) -> (Self, Recovery) {
        let damage = assessment.recovery.damage.clone();
        let journal = Self { folder, settings, end: RwLock::new(assessment.end), writer, damage };
        (journal, assessment.recovery)
    }

    /// Checks every byte of every segment, and names all that is wrong. A tail
    /// is not.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Format`].
    pub fn verify(&self) -> Result<Verification, Error> {
        let end = self.end();
        if self.damage.is_none() {
            return verify::verify(&self.folder.path, end.segment, Some(&end.head));
        }
        let listing = Listing::read(&self.folder.path)?;
        let last = listing.active().max(listing.sealed.last().copied()).unwrap_or(end.segment);
        let mut found = verify::verify(&self.folder.path, last, None)?;
        if let Some(damage) = self.damage.as_ref().filter(|_| found.damage.is_empty()) {
            found.damage.push(damage.clone());
        }
        Ok(found)
    }

    fn end(&self) -> End {
        *self.end.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn publish(&self, end: End) {
        *self.end.write().unwrap_or_else(PoisonError::into_inner) = end;
    }

    /// Seals what an import left unsealed, and starts the next segment if this one is full.
    fn settle(&self, writer: &mut Writer, may_rotate: bool) -> Result<(), Error> {
        let end = self.end();
        if may_rotate && writer.length >= self.settings.segment_bytes {
            let number = end.segment + 1;
            let header = Header::after(&end.head, number);
            let (mut output, length) = segment::create_plain(&self.folder, &header, &[])?;
            output.rename(&segment::plain_name(number))?;
            self.folder.sync()?;
            writer.unsealed.push(end.segment);
            (writer.output, writer.length) = (output, length);
            self.publish(End { segment: number, ..end });
        }
        while let Some(number) = writer.unsealed.last().copied() {
            segment::seal(&self.folder, number)?;
            writer.unsealed.pop();
        }
        Ok(())
    }

    fn write(
        &self,
        writer: &mut Writer,
        commit: &Commit,
        entries: &mut dyn Iterator<Item = Result<Entry<'_>, Cause>>,
    ) -> Result<Head, Error> {
        let mut draft = Draft::new(self.end().head, BLOCK.min(self.settings.buffer_bytes));
        while draft.bytes <= self.settings.buffer_bytes {
            match entries.next() {
                Some(entry) => draft.push(&entry.map_err(Error::Cause)?)?,
                None => return self.write_group(writer, draft, commit),
            }
        }
        self.settle(writer, false)?;
        let end = self.end();
        let import = Import::new(&self.folder, self.settings.segment_bytes, &end.head, end.segment + 1)?;
        let imported = import.run(draft, commit, entries)?;
        writer.unsealed.push(end.segment);
        (writer.output, writer.length) = (imported.output, imported.length);
        self.publish(End { head: imported.head, segment: imported.number });
        Ok(imported.head)
    }

    /// Writes a transaction to the end of the active segment, and syncs once.
    fn write_group(&self, writer: &mut Writer, mut draft: Draft, commit: &Commit) -> Result<Head, Error> {
        let hasher = draft.link();
        let mut blocks = std::mem::take(&mut draft.blocks);
        let Some(last) = blocks.last_mut() else { return Ok(self.head()) };
        let head = draft.write_commit(&mut last.bytes, commit, hasher);
        self.settle(writer, true)?;
        for block in &blocks {
            writer.output.write(&block.bytes)?;
            writer.length += block.bytes.len() as u64;
        }
        writer.output.sync()?;
        self.publish(End { head, segment: self.end().segment });
        Ok(head)
    }
}

fn assess(path: &Path, settings: &Settings) -> Result<recovery::Assessment, Error> {
    if !path.is_dir() {
        return Err(Error::Missing(path.to_owned()));
    }
    recovery::assess(path, settings.acknowledged)
}

/// Whether a file was not there, which may be because it was being renamed: a
/// directory is not listed in one moment.
fn may_be_moving(assessment: &Result<recovery::Assessment, Error>) -> bool {
    match assessment {
        Ok(assessment) => assessment.recovery.damage.as_ref().is_some_and(|damage| damage.fault == Fault::Missing),
        Err(error) => error.is_not_found(),
    }
}

impl Journal for FileJournal {
    fn head(&self) -> Head {
        self.end().head
    }

    fn append(
        &self,
        expected: u64,
        commit: &Commit,
        entries: &mut dyn Iterator<Item = Result<Entry<'_>, Cause>>,
    ) -> Result<Head, Error> {
        if let Some(damage) = &self.damage {
            return Err(Error::Damaged(damage.clone()));
        }
        // If the entries of an earlier append panicked, nothing of it is in the journal.
        let writer = self.writer.as_ref().ok_or(Error::ReadOnly)?;
        let mut writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(reason) = &writer.poison {
            return Err(Error::Poisoned(reason.clone()));
        }
        let found = self.head().tx;
        if found != expected {
            return Err(Error::Head { expected, found });
        }
        self.write(&mut writer, commit, entries).inspect_err(|error| {
            if !matches!(error, Error::Cause(_) | Error::Entry(_)) {
                writer.poison = Some(error.to_string());
            }
        })
    }

    fn read(&self, from: u64) -> Result<Box<dyn Lines>, Error> {
        let end = self.end();
        if from > end.head.line {
            return Ok(Box::new(NoLines));
        }
        Ok(Box::new(FileLines::new(&self.folder.path, end, from)?))
    }
}
