//! Transactions too large for memory. They are written as sealed segments under
//! temporary names. These become part of the journal by a single rename: that of a
//! new active segment, which starts with the commit line.

use sha2::{Digest as _, Sha256};

use super::block::{Block, BlockWriter};
use super::file_system::{FileWriter, JournalFolder};
use super::line_format::{self, SegmentHeader};
use super::segment;
use super::transaction_builder::TransactionBuilder;
use super::{Commit, Entry, EntrySourceError, JournalError, JournalHead};

/// The new active segment, and the head of the journal, after a large transaction.
pub(super) struct NewActiveSegment {
    pub head: JournalHead,
    pub number: u64,
    pub output: FileWriter,
    pub length: u64,
}

/// The segments of a transaction, all under temporary names.
pub(super) struct LargeTransaction<'f> {
    folder: &'f JournalFolder,
    segment_bytes: u64,
    packer: BlockWriter,
    /// The header of the next segment.
    header: SegmentHeader,
    hasher: Sha256,
    written: Vec<FileWriter>,
    current: Option<(FileWriter, u64)>,
}

impl<'f> LargeTransaction<'f> {
    /// Starts a transaction after `head`, whose first segment has the number
    /// `number`.
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
            hasher: line_format::start_link(&head.chain),
            written: Vec::new(),
            current: None,
        })
    }

    /// Writes the lines collected so far, the remaining entries, and the commit. A
    /// failure before the first rename leaves nothing behind.
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
            builder.push(&entry.map_err(JournalError::EntrySource)?)?;
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

    /// Completes the current segment with a link of the chain.
    fn end_segment(&mut self) -> Result<(), JournalError> {
        let Some((output, _)) = self.current.take() else { return Ok(()) };
        let synced = output.sync();
        self.written.push(output);
        synced?;
        self.header.chain = line_format::finish_link(std::mem::take(&mut self.hasher));
        self.hasher = line_format::start_link(&self.header.chain);
        self.header.segment += 1;
        Ok(())
    }

    /// Gives all segments their final names. Until the last of them, which has the
    /// commit, is renamed, the others have numbers above the active segment and are
    /// ignored.
    fn publish(self, mut imported: NewActiveSegment) -> Result<NewActiveSegment, JournalError> {
        let first = imported.number - self.written.len() as u64;
        for (number, mut output) in (first..).zip(self.written) {
            output.rename(&segment::sealed_name(number))?;
        }
        self.folder.sync()?;
        imported.output.rename(&segment::plain_name(imported.number)).map_err(JournalError::not_known)?;
        self.folder.sync().map_err(JournalError::not_known)?;
        Ok(imported)
    }
}
