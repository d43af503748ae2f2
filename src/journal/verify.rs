//! Verifying every byte of a journal, even after damage. Nothing is changed.

use std::path::Path;

use super::error::{Damage, Fault};
use super::file_lines;
use super::line_format::SegmentHeader;
use super::segment::SegmentReader;
use super::sequence::Sequence;
use super::{JournalError, JournalHead, LineContent};

/// The result of verifying a journal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verification {
    /// The number of segments.
    pub segments: u64,
    /// The number of valid lines, including commits.
    pub lines: u64,
    /// The number of valid commits.
    pub transactions: u64,
    /// The number of bytes, after unpacking.
    pub bytes: u64,
    /// All damage, in order.
    pub damage: Vec<Damage>,
}

/// Verifies the segments up to a number and their lines up to a head, or all lines.
pub(super) fn verify(folder: &Path, segments: u64, head: Option<&JournalHead>) -> Result<Verification, JournalError> {
    let mut found = Verification::default();
    let mut sequence = Sequence::from_header(&SegmentHeader::after(&JournalHead::default(), 1), true);
    for number in 1..=segments {
        match file_lines::open_segment(folder, number) {
            Ok(mut reader) => {
                if let Err(fault) = sequence.enter_segment(&reader.header) {
                    found.note(reader.damage(fault))?;
                }
                found.segment(&mut reader, &mut sequence, head)?;
            }
            Err(error) => {
                found.note(error)?;
                sequence.forget();
            }
        }
        found.segments += 1;
    }
    if let Some(head) = head.filter(|head| sequence.head.transaction < head.transaction && found.damage.is_empty()) {
        let fault = Fault::Acknowledged { acknowledged: head.transaction, found: sequence.head.transaction };
        found.damage.push(Damage { file: folder.to_owned(), line: 0, offset: 0, fault });
    }
    Ok(found)
}

impl Verification {
    /// Records damage; any other error ends the verification.
    fn note(&mut self, error: JournalError) -> Result<(), JournalError> {
        let JournalError::Damage(damage) = error else { return Err(error) };
        self.damage.push(damage);
        Ok(())
    }

    fn segment(
        &mut self,
        reader: &mut SegmentReader,
        sequence: &mut Sequence,
        head: Option<&JournalHead>,
    ) -> Result<(), JournalError> {
        while head.is_none_or(|head| sequence.line < head.line) {
            match reader.advance() {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    self.note(error)?;
                    sequence.forget();
                    continue;
                }
            }
            let line = if reader.is_terminated() { sequence.accept(reader.bytes()) } else { Err(Fault::Cut) };
            match line {
                Ok(line) => {
                    self.lines += 1;
                    self.transactions += u64::from(matches!(line.content, LineContent::Commit(_)));
                }
                Err(fault) => {
                    self.note(reader.damage(fault))?;
                    sequence.forget();
                }
            }
        }
        self.bytes += reader.end();
        Ok(())
    }
}
