//! The journal on disk: creating, opening and appending.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::block::BLOCK;
use super::error::{Damage, Fault};
use super::file_lines::{FileLines, JournalEnd, NoLines};
use super::file_system::{FileSystem, FileWriter, JournalFolder, NativeFileSystem};
use super::large_transaction::LargeTransaction;
use super::line_format::SegmentHeader;
use super::recovery::{self, Recovery, Tail};
use super::segment::{self, SegmentFiles};
use super::transaction_builder::TransactionBuilder;
use super::verify::{self, Verification};
use super::{Commit, Entry, EntrySourceError, Journal, JournalError, JournalHead, JournalLines};

/// How often opening for reading is tried while a writer renames files.
const ATTEMPTS: u32 = 8;

/// Options of a journal on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JournalSettings {
    /// The size at which a segment is complete, in bytes before compression.
    pub segment_bytes: u64,
    /// The size up to which a transaction is put together in memory, in bytes. Larger
    /// ones are written to segments of their own.
    pub buffer_bytes: usize,
    /// A transaction that is known to have been acknowledged, or 0. A journal that ends
    /// before it is damaged.
    pub acknowledged: u64,
}

impl Default for JournalSettings {
    fn default() -> Self {
        Self { segment_bytes: 64 << 20, buffer_bytes: 4 << 20, acknowledged: 0 }
    }
}

/// What was done to a damaged journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CutJournal {
    /// What was cut, if anything.
    pub tail: Option<Tail>,
    /// The last transaction that is left.
    pub transaction: u64,
    /// The last transaction of which anything was seen.
    pub seen: u64,
}

/// A journal in a folder of its own. The caller must make sure that only one process
/// opens it for writing.
pub struct FileJournal {
    folder: JournalFolder,
    settings: JournalSettings,
    end: RwLock<JournalEnd>,
    writer: Option<Mutex<ActiveSegment>>,
    damage: Option<Damage>,
}

struct ActiveSegment {
    /// The active segment.
    output: FileWriter,
    length: u64,
    /// Earlier segments that are not sealed yet.
    unsealed: Vec<u64>,
    /// The error after which nothing more is written.
    poison: Option<String>,
}

impl FileJournal {
    /// Creates an empty journal in a folder, which is created if it does not exist, and
    /// opens it for writing.
    ///
    /// # Errors
    /// [`JournalError::Exists`] if the folder already has a journal;
    /// [`JournalError::Io`].
    pub fn create(path: &Path, settings: JournalSettings) -> Result<Self, JournalError> {
        Self::create_on(Arc::new(NativeFileSystem), path, settings)
    }

    pub(super) fn create_on(
        disk: Arc<dyn FileSystem>,
        path: &Path,
        settings: JournalSettings,
    ) -> Result<Self, JournalError> {
        fs::create_dir_all(path).map_err(JournalError::io("create", path))?;
        let folder = JournalFolder::new(path, disk);
        let listing = SegmentFiles::read(path)?;
        if !listing.is_empty() {
            return Err(JournalError::Exists(path.to_owned()));
        }
        for name in &listing.temporary {
            folder.remove(name)?;
        }
        let head = JournalHead::default();
        let (mut output, length) = segment::create_plain(&folder, &SegmentHeader::after(&head, 1), &[])?;
        output.rename(&segment::plain_name(1))?;
        folder.sync()?;
        let writer = ActiveSegment { output, length, unsealed: Vec::new(), poison: None };
        let end = RwLock::new(JournalEnd { head, segment: 1 });
        Ok(Self { folder, settings, end, writer: Some(Mutex::new(writer)), damage: None })
    }

    /// Opens a journal for writing, after removing what a crash left behind. If it is
    /// damaged, nothing is changed, and it can be read up to the last transaction
    /// before the damage.
    ///
    /// # Errors
    /// [`JournalError::Missing`] if there is none; [`JournalError::Format`]; [`JournalError::Io`].
    pub fn open(path: &Path, settings: JournalSettings) -> Result<(Self, Recovery), JournalError> {
        Self::open_on(Arc::new(NativeFileSystem), path, settings)
    }

    pub(super) fn open_on(
        disk: Arc<dyn FileSystem>,
        path: &Path,
        settings: JournalSettings,
    ) -> Result<(Self, Recovery), JournalError> {
        let folder = JournalFolder::new(path, disk);
        let mut assessment = assess(path, &settings)?;
        if assessment.recovery.damage.is_none() {
            recovery::repair(&folder, &mut assessment)?;
        }
        let writer = if assessment.recovery.damage.is_none() {
            let output = folder.append_to(&segment::plain_name(assessment.end.segment))?;
            Some(Mutex::new(ActiveSegment { output, length: assessment.length, unsealed: Vec::new(), poison: None }))
        } else {
            None
        };
        Ok(Self::assessed(folder, settings, writer, assessment))
    }

    /// Cuts a damaged journal after the last whole transaction before the damage, if
    /// that is in the active segment. What follows is saved to a file first.
    ///
    /// # Errors
    /// [`JournalError::Damaged`] if the damage is elsewhere: then nothing is changed.
    /// [`JournalError::Missing`] if there is no journal; [`JournalError::Format`];
    /// [`JournalError::Io`].
    pub fn cut_damage(path: &Path) -> Result<CutJournal, JournalError> {
        let folder = JournalFolder::new(path, Arc::new(NativeFileSystem));
        let mut assessment = recovery::assess_damage_as_tail(path)?;
        if let Some(damage) = assessment.recovery.damage {
            return Err(JournalError::Damaged(damage));
        }
        // The assessment reads the end alone.
        let kept = verify::verify(path, assessment.end.segment, Some(&assessment.end.head))?;
        if let Some(damage) = kept.damage.into_iter().next() {
            return Err(JournalError::Damaged(damage));
        }
        recovery::repair(&folder, &mut assessment)?;
        let recovery::Assessment { end, recovery, seen, .. } = assessment;
        match recovery.damage {
            Some(damage) => Err(JournalError::Damaged(damage)),
            None => Ok(CutJournal { tail: recovery.tail, transaction: end.head.transaction, seen }),
        }
    }

    /// Opens a journal for reading, even while it is being written. It shows what has
    /// been committed so far, and changes nothing.
    ///
    /// # Errors
    /// [`JournalError::Missing`] if there is none; [`JournalError::Format`]; [`JournalError::Io`].
    pub fn open_read_only(path: &Path, settings: JournalSettings) -> Result<(Self, Recovery), JournalError> {
        let folder = JournalFolder::new(path, Arc::new(NativeFileSystem));
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
        folder: JournalFolder,
        settings: JournalSettings,
        writer: Option<Mutex<ActiveSegment>>,
        assessment: recovery::Assessment,
    ) -> (Self, Recovery) {
        let damage = assessment.recovery.damage.clone();
        let journal = Self { folder, settings, end: RwLock::new(assessment.end), writer, damage };
        (journal, assessment.recovery)
    }

    /// Verifies every byte of every segment, and reports all damage. A tail that a crash
    /// left behind is not damage.
    ///
    /// # Errors
    /// [`JournalError::Io`]; [`JournalError::Format`].
    pub fn verify(&self) -> Result<Verification, JournalError> {
        let end = self.end();
        if self.damage.is_none() {
            return verify::verify(&self.folder.path, end.segment, Some(&end.head));
        }
        let listing = SegmentFiles::read(&self.folder.path)?;
        let last = listing.active().max(listing.sealed.last().copied()).unwrap_or(end.segment);
        let mut found = verify::verify(&self.folder.path, last, None)?;
        if let Some(damage) = self.damage.as_ref().filter(|_| found.damage.is_empty()) {
            found.damage.push(damage.clone());
        }
        Ok(found)
    }

    fn end(&self) -> JournalEnd {
        *self.end.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn publish(&self, end: JournalEnd) {
        *self.end.write().unwrap_or_else(PoisonError::into_inner) = end;
    }

    /// Starts a new segment if the active one is full, and seals earlier ones.
    fn rotate_and_seal(&self, writer: &mut ActiveSegment, may_rotate: bool) -> Result<(), JournalError> {
        let end = self.end();
        if may_rotate && writer.length >= self.settings.segment_bytes {
            let number = end.segment + 1;
            let header = SegmentHeader::after(&end.head, number);
            let (mut output, length) = segment::create_plain(&self.folder, &header, &[])?;
            output.rename(&segment::plain_name(number))?;
            self.folder.sync()?;
            writer.unsealed.push(end.segment);
            (writer.output, writer.length) = (output, length);
            self.publish(JournalEnd { segment: number, ..end });
        }
        while let Some(number) = writer.unsealed.last().copied() {
            segment::seal(&self.folder, number)?;
            writer.unsealed.pop();
        }
        Ok(())
    }

    fn write(
        &self,
        writer: &mut ActiveSegment,
        commit: &Commit,
        entries: &mut dyn Iterator<Item = Result<Entry<'_>, EntrySourceError>>,
    ) -> Result<JournalHead, JournalError> {
        let mut builder = TransactionBuilder::new(self.end().head, BLOCK.min(self.settings.buffer_bytes));
        while builder.bytes <= self.settings.buffer_bytes {
            match entries.next() {
                Some(entry) => builder.push(&entry.map_err(JournalError::EntrySource)?)?,
                None => return self.write_group(writer, builder, commit),
            }
        }
        self.rotate_and_seal(writer, false)?;
        let end = self.end();
        let import = LargeTransaction::new(&self.folder, self.settings.segment_bytes, &end.head, end.segment + 1)?;
        let imported = import.run(builder, commit, entries)?;
        writer.unsealed.push(end.segment);
        (writer.output, writer.length) = (imported.output, imported.length);
        self.publish(JournalEnd { head: imported.head, segment: imported.number });
        Ok(imported.head)
    }

    /// Appends a transaction to the active segment, and syncs once.
    fn write_group(
        &self,
        writer: &mut ActiveSegment,
        mut builder: TransactionBuilder,
        commit: &Commit,
    ) -> Result<JournalHead, JournalError> {
        let hasher = builder.link_hasher();
        let mut blocks = std::mem::take(&mut builder.blocks);
        let Some(last) = blocks.last_mut() else { return Ok(self.head()) };
        let head = builder.write_commit(&mut last.bytes, commit, hasher);
        self.rotate_and_seal(writer, true)?;
        for block in &blocks {
            writer.output.write(&block.bytes).map_err(|error| {
                // What was cut again was not written; if that fails too, nobody knows.
                let cut = writer.output.truncate(writer.length).and_then(|()| writer.output.sync());
                if cut.is_ok() { error } else { error.not_known() }
            })?;
        }
        writer.output.sync().map_err(JournalError::not_known)?;
        writer.length += blocks.iter().map(|block| block.bytes.len() as u64).sum::<u64>();
        self.publish(JournalEnd { head, segment: self.end().segment });
        Ok(head)
    }
}

fn assess(path: &Path, settings: &JournalSettings) -> Result<recovery::Assessment, JournalError> {
    if !path.is_dir() {
        return Err(JournalError::Missing(path.to_owned()));
    }
    recovery::assess(path, settings.acknowledged)
}

/// Whether a file was missing, which may be because a writer renamed it while the
/// folder was being listed.
fn may_be_moving(assessment: &Result<recovery::Assessment, JournalError>) -> bool {
    match assessment {
        Ok(assessment) => assessment.recovery.damage.as_ref().is_some_and(|damage| damage.fault == Fault::Missing),
        Err(error) => error.is_not_found(),
    }
}

impl Journal for FileJournal {
    fn head(&self) -> JournalHead {
        self.end().head
    }

    fn append(
        &self,
        expected: u64,
        commit: &Commit,
        entries: &mut dyn Iterator<Item = Result<Entry<'_>, EntrySourceError>>,
    ) -> Result<JournalHead, JournalError> {
        if let Some(damage) = &self.damage {
            return Err(JournalError::Damaged(damage.clone()));
        }
        // If an earlier append panicked in its entries, nothing of it is in the journal.
        let writer = self.writer.as_ref().ok_or(JournalError::ReadOnly)?;
        let mut writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(reason) = &writer.poison {
            return Err(JournalError::Poisoned(reason.clone()));
        }
        let found = self.head().transaction;
        if found != expected {
            return Err(JournalError::Head { expected, found });
        }
        self.write(&mut writer, commit, entries).inspect_err(|error| {
            if !matches!(error, JournalError::EntrySource(_) | JournalError::InvalidEntry(_)) {
                writer.poison = Some(error.to_string());
            }
        })
    }

    fn read(&self, from: u64) -> Result<Box<dyn JournalLines>, JournalError> {
        let end = self.end();
        if from > end.head.line {
            return Ok(Box::new(NoLines));
        }
        Ok(Box::new(FileLines::new(&self.folder.path, end, from)?))
    }
}
