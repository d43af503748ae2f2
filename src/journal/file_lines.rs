//! Reading the lines of a journal on disk across its segments.

use std::path::{Path, PathBuf};

use super::error::{Damage, Fault};
use super::segment::{self, SegmentReader};
use super::sequence::Sequence;
use super::{JournalError, JournalHead, JournalLine, JournalLines};

/// The end of a journal on disk: the last commit, and the segment that has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct JournalEnd {
    pub head: JournalHead,
    pub segment: u64,
}

/// Opens a segment that must exist.
pub(super) fn open_segment(folder: &Path, number: u64) -> Result<SegmentReader, JournalError> {
    SegmentReader::open(folder, number).map_err(|error| {
        if error.is_not_found() {
            let file = folder.join(segment::sealed_name(number));
            JournalError::Damage(Damage { file, line: 0, offset: 0, fault: Fault::Missing })
        } else {
            error
        }
    })
}

/// Lines up to the end of a journal.
pub(super) struct FileLines {
    folder: PathBuf,
    end: JournalEnd,
    number: u64,
    reader: SegmentReader,
    sequence: Sequence,
}

impl FileLines {
    /// The lines from a number, which must not be beyond the end.
    pub(super) fn new(folder: &Path, end: JournalEnd, from: u64) -> Result<Self, JournalError> {
        // The last segment that starts at this line or before it.
        let (mut number, mut above) = (1, end.segment + 1);
        while number + 1 < above {
            let middle = number.midpoint(above);
            if open_segment(folder, middle)?.header.lines < from {
                number = middle;
            } else {
                above = middle;
            }
        }
        let mut reader = open_segment(folder, number)?;
        let sequence = match reader.skip_blocks_before(from)? {
            Some(line) => Sequence::after_line(line),
            None => Sequence::from_header(&reader.header, false),
        };
        let mut lines = Self { folder: folder.to_owned(), end, number, reader, sequence };
        while lines.sequence.line + 1 < from {
            lines.next()?;
        }
        Ok(lines)
    }

    fn enter_next(&mut self) -> Result<(), JournalError> {
        if self.number == self.end.segment {
            return Err(self.reader.damage(Fault::Cut));
        }
        self.number += 1;
        self.reader = open_segment(&self.folder, self.number)?;
        self.sequence.enter_segment(&self.reader.header).map_err(|fault| self.reader.damage(fault))
    }
}

impl JournalLines for FileLines {
    fn next(&mut self) -> Result<Option<JournalLine<'_>>, JournalError> {
        if self.sequence.line >= self.end.head.line {
            return Ok(None);
        }
        while !self.reader.advance()? {
            self.enter_next()?;
        }
        if !self.reader.is_terminated() {
            return Err(self.reader.damage(Fault::Cut));
        }
        self.sequence.accept(self.reader.bytes()).map(Some).map_err(|fault| self.reader.damage(fault))
    }
}

/// An empty sequence of lines.
pub(super) struct NoLines;

impl JournalLines for NoLines {
    fn next(&mut self) -> Result<Option<JournalLine<'_>>, JournalError> {
        Ok(None)
    }
}
