//! A transaction too large for memory: written as sealed segments under
//! temporary names, which become part of the journal by one rename, that of a
//! new active segment with the commit line. It knows nothing of what was before
//! but the head.

use sha2::{Digest as _, Sha256};

use super::block::{Block, BlockWriter};
use super::file_system::{FileWriter, JournalFolder};
use super::line_format::{self, SegmentHeader};
use super::segment;
use super::transaction_builder::TransactionBuilder;
use super::{Commit, Entry, EntrySourceError, JournalError, JournalHead};

/// What there is after an import: the head, and the new active segment.
pub(super) struct NewActiveSegment {
    pub head: JournalHead,
    pub number: u64,
    pub output: FileWriter,
    pub length: u64,
}

/// The segments so far, all under temporary names.
pub(super) struct LargeTransaction<'f> {
    folder: &'f JournalFolder,
    segment_bytes: u64,
    packer: BlockWriter,
    /// What the next segment would start with.
    header: SegmentHeader,
    hasher: Sha256,
    written: Vec<FileWriter>,
    current: Option<(FileWriter, u64)>,
}

impl<'f> LargeTransaction<'f> {
    /// An import after `head`, whose first segment has this number.
    pub(super) fn new(
        folder: &'f JournalFolder,
        segment_bytes: u64,
        head: &JournalHead,
        number: u64,
    ) -> Result<Self, JournalError> {
        Ok(Self {
            folder,
            segment_bytes,
            packer: BlockWriter::new()?,
            header: SegmentHeader::after(head, number),
            hasher: line_format::link_after(&head.chain),
            written: Vec::new(),
            current: None,
        })
    }

    /// Writes what the draft holds, the entries, and the commit. Whatever
    /// fails before the first rename leaves nothing behind.
    pub(super) fn run(
        mut self,
        mut builder: TransactionBuilder,
        commit: &Commit,
        entries: &mut dyn Iterator<Item = Result<Entry<'_>, EntrySourceError>>,
    ) -> Result<NewActiveSegment, JournalError> {
        match self.write_all(&mut builder, commit, entries) {
            Ok(imported) => self.publish(imported),
            Err(error) => {
                let current = self.current.map(|(output, _)| output);
                self.written.into_iter().chain(current).for_each(FileWriter::discard);
                Err(error)
            }
        }
    }

    fn write_all(
        &mut self,
        builder: &mut TransactionBuilder,
        commit: &Commit,
        entries: &mut dyn Iterator<Item = Result<Entry<'_>, EntrySourceError>>,
    ) -> Result<NewActiveSegment, JournalError> {
        self.write_full(builder)?;
        for entry in entries {
            builder.push(&entry.map_err(JournalError::Cause)?)?;
            if builder.blocks.len() > 1 {
                self.write_full(builder)?;
            }
        }
        for block in std::mem::take(&mut builder.blocks) {
            self.write(&block)?;
        }
        self.end_segment()?;
        let mut line = Vec::new();
        let head = builder.write_commit(&mut line, commit, self.hasher.clone());
        let (output, length) = segment::create_plain(self.folder, &self.header, &line)?;
        Ok(NewActiveSegment { head, number: self.header.segment, output, length })
    }

    fn write_full(&mut self, builder: &mut TransactionBuilder) -> Result<(), JournalError> {
        builder.take_full().iter().try_for_each(|block| self.write(block))
    }

    fn write(&mut self, block: &Block) -> Result<(), JournalError> {
        if self.current.as_ref().is_some_and(|(_, bytes)| *bytes >= self.segment_bytes) {
            self.end_segment()?;
        }
        let mut current = match self.current.take() {
            Some(current) => current,
            None => (segment::create_sealed(self.folder, &mut self.packer, &self.header)?, 0),
        };
        let written = self.packer.write(&mut current.0, block);
        current.1 += block.bytes.len() as u64;
        self.current = Some(current);
        self.hasher.update(&block.bytes);
        self.header.lines += u64::from(block.lines);
        self.header.open += u64::from(block.lines);
        written
    }

    /// Ends the segment that is being written, and makes a link there.
    fn end_segment(&mut self) -> Result<(), JournalError> {
        let Some((output, _)) = self.current.take() else { return Ok(()) };
        let synced = output.sync();
        self.written.push(output);
        synced?;
        self.header.chain = line_format::finish_link(std::mem::take(&mut self.hasher));
        self.hasher = line_format::link_after(&self.header.chain);
        self.header.segment += 1;
        Ok(())
    }

    /// Gives all of them their true names. Until the last has its own, which
    /// holds the commit, the others are above the active segment and mean nothing.
    fn publish(self, mut imported: NewActiveSegment) -> Result<NewActiveSegment, JournalError> {
        let first = imported.number - self.written.len() as u64;
        for (number, mut output) in (first..).zip(self.written) {
            output.rename(&segment::sealed_name(number))?;
        }
        self.folder.sync()?;
        imported.output.rename(&segment::plain_name(imported.number))?;
        self.folder.sync()?;
        Ok(imported)
    }
}
