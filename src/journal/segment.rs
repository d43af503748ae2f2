//! The files of a journal: their names, which of them exist, and reading a segment
//! line by line, whether sealed or not.
//!
//! ```text
//! 00000003.jsonl          active: has the highest number; the only file that grows
//! 00000002.jsonl.zst      sealed
//! 00000002.jsonl          about to be sealed; takes precedence as long as it exists
//! 00000004.jsonl.zst      above the active one: of a large transaction that was never committed
//! *.tmp                   being written; ignored
//! tail-….saved            what a crash left behind a last commit
//! ```

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Read as _;
use std::ops::Range;
use std::path::{Path, PathBuf};

use memchr::memchr;

use super::block::{Block, BlockError, BlockHeader, BlockReader, BlockWriter};
use super::error::{Damage, Fault};
use super::file_system::{FileWriter, JournalFolder};
use super::line_format::{self, SegmentHeader};
use super::{JournalError, JournalHead, block};

/// How many bytes of a plain segment are read at once.
const CHUNK: usize = 256 << 10;

pub(super) fn plain_name(number: u64) -> String {
    format!("{number:08}.jsonl")
}

pub(super) fn sealed_name(number: u64) -> String {
    format!("{number:08}.jsonl.zst")
}

/// The files that exist.
#[derive(Debug, Default)]
pub(super) struct SegmentFiles {
    pub plain: BTreeSet<u64>,
    pub sealed: BTreeSet<u64>,
    pub temporary: Vec<String>,
}

impl SegmentFiles {
    pub(super) fn read(folder: &Path) -> Result<Self, JournalError> {
        let mut listing = Self::default();
        for entry in fs::read_dir(folder).map_err(JournalError::io("list", folder))? {
            let name = entry.map_err(JournalError::io("list", folder))?.file_name();
            let Some(name) = name.to_str() else { continue };
            if let Some(stem) = name.strip_suffix(".tmp") {
                if stem.starts_with("tail-") || number_of(stem.trim_end_matches(".zst")).is_some() {
                    listing.temporary.push(name.to_owned());
                }
            } else if let Some(number) = number_of(name) {
                listing.plain.insert(number);
            } else if let Some(number) = name.strip_suffix(".zst").and_then(number_of) {
                listing.sealed.insert(number);
            }
        }
        listing.temporary.sort();
        Ok(listing)
    }

    /// The number of the active segment.
    pub(super) fn active(&self) -> Option<u64> {
        self.plain.last().copied()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.plain.is_empty() && self.sealed.is_empty()
    }

    /// The first number up to `last` without a file.
    pub(super) fn missing(&self, last: u64) -> Option<u64> {
        (1..=last).find(|number| !self.plain.contains(number) && !self.sealed.contains(number))
    }
}

fn number_of(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(".jsonl")?;
    let number = digits.parse().ok()?;
    (plain_name(number) == name).then_some(number)
}

/// Creates a plain segment with its header and `lines` under a temporary name.
pub(super) fn create_plain(
    folder: &JournalFolder,
    header: &SegmentHeader,
    lines: &[u8],
) -> Result<(FileWriter, u64), JournalError> {
    let mut output = folder.create(&plain_name(header.segment))?;
    let mut bytes = Vec::with_capacity(256 + lines.len());
    line_format::write_header(&mut bytes, header);
    bytes.extend_from_slice(lines);
    output.write(&bytes)?;
    output.sync()?;
    Ok((output, bytes.len() as u64))
}

/// Creates a sealed segment with its header under a temporary name.
pub(super) fn create_sealed(
    folder: &JournalFolder,
    packer: &mut BlockWriter,
    header: &SegmentHeader,
) -> Result<FileWriter, JournalError> {
    let mut output = folder.create(&sealed_name(header.segment))?;
    let mut block = Block { first: header.lines + 1, ..Block::default() };
    line_format::write_header(&mut block.bytes, header);
    packer.write(&mut output, &block)?;
    Ok(output)
}

/// Seals a plain segment: compresses it under a temporary name, and removes it once the
/// compressed file is durable.
pub(super) fn seal(folder: &JournalFolder, number: u64) -> Result<(), JournalError> {
    let mut plain = SegmentReader::open_plain(&folder.path, number)?;
    let mut packer = BlockWriter::new()?;
    let mut output = create_sealed(folder, &mut packer, &plain.header)?;
    let mut block = Block { first: plain.header.lines + 1, ..Block::default() };
    while plain.advance()? {
        if !plain.is_terminated() {
            return Err(plain.damage(Fault::Cut));
        }
        line_format::parse_line(plain.bytes()).map_err(|fault| plain.damage(fault))?;
        block.bytes.extend_from_slice(plain.bytes());
        block.bytes.push(b'\n');
        block.lines += 1;
        if block.bytes.len() >= block::BLOCK {
            packer.write(&mut output, &block)?;
            block = Block { first: block.first + u64::from(block.lines), lines: 0, bytes: cleared(block.bytes) };
        }
    }
    if block.lines > 0 {
        packer.write(&mut output, &block)?;
    }
    output.sync()?;
    output.rename(&sealed_name(number))?;
    folder.sync()?;
    folder.remove(&plain_name(number))?;
    folder.sync()
}

fn cleared(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.clear();
    bytes
}

enum SegmentSource {
    Plain(File),
    Sealed(BlockReader),
}

/// Reads a segment line by line after its header.
pub(super) struct SegmentReader {
    pub header: SegmentHeader,
    path: PathBuf,
    source: SegmentSource,
    /// The bytes that were read or unpacked last, the range of the current line in them,
    /// and where the next line starts.
    buffer: Vec<u8>,
    line: Range<usize>,
    next: usize,
    terminated: bool,
    /// The number of the current line in the file, from 1, and the byte at which it
    /// starts, after unpacking.
    row: u64,
    offset: u64,
    ended: bool,
}

impl SegmentReader {
    /// Opens a segment, whichever form it has.
    pub(super) fn open(folder: &Path, number: u64) -> Result<Self, JournalError> {
        match Self::open_plain(folder, number) {
            Err(error) if error.is_not_found() => Self::open_sealed(folder, number),
            other => other,
        }
    }

    pub(super) fn open_plain(folder: &Path, number: u64) -> Result<Self, JournalError> {
        let path = folder.join(plain_name(number));
        let file = File::open(&path).map_err(JournalError::io("open", &path))?;
        Self::start(path, number, SegmentSource::Plain(file))
    }

    pub(super) fn open_sealed(folder: &Path, number: u64) -> Result<Self, JournalError> {
        let path = folder.join(sealed_name(number));
        let file = File::open(&path).map_err(JournalError::io("open", &path))?;
        let blocks = BlockReader::new(file).map_err(JournalError::io("read", &path))?;
        Self::start(path, number, SegmentSource::Sealed(blocks))
    }

    fn start(path: PathBuf, number: u64, source: SegmentSource) -> Result<Self, JournalError> {
        let mut reader = Self {
            header: SegmentHeader::after(&JournalHead::default(), number),
            path,
            source,
            buffer: Vec::new(),
            line: 0..0,
            next: 0,
            terminated: true,
            row: 0,
            offset: 0,
            ended: false,
        };
        if !reader.advance()? {
            reader.row = 1;
            return Err(reader.damage(Fault::Cut));
        }
        match line_format::parse_header(reader.bytes()) {
            Ok(Ok(_)) if !reader.terminated => Err(reader.damage(Fault::Cut)),
            Ok(Ok(header)) if header.segment == number && header.open <= header.lines => {
                reader.header = header;
                Ok(reader)
            }
            Ok(Ok(_)) => Err(reader.damage(Fault::Header)),
            Ok(Err(found)) => Err(JournalError::Format { path: reader.path, found, known: line_format::FORMAT }),
            Err(fault) => Err(reader.damage(fault)),
        }
    }

    /// Goes to the next line; `false` at the end of the segment. After damage it can be
    /// called again, and continues where lines can be recognised again.
    pub(super) fn advance(&mut self) -> Result<bool, JournalError> {
        self.offset += (self.next - self.line.start) as u64;
        self.line = self.next..self.next;
        let mut searched = self.next;
        loop {
            if let Some(length) = memchr(b'\n', &self.buffer[searched..]) {
                self.line.end = searched + length;
                self.next = self.line.end + 1;
                self.terminated = true;
                break;
            }
            // The bytes of an incomplete line move to the front.
            self.buffer.drain(..self.line.start);
            self.line = 0..0;
            self.next = 0;
            searched = self.buffer.len();
            if self.fill()? {
                continue;
            }
            if self.buffer.is_empty() {
                return Ok(false);
            }
            self.line.end = self.buffer.len();
            self.next = self.buffer.len();
            self.terminated = false;
            break;
        }
        self.row += 1;
        Ok(true)
    }

    /// Reads more bytes; `false` if there are none.
    fn fill(&mut self) -> Result<bool, JournalError> {
        if self.ended {
            return Ok(false);
        }
        match &mut self.source {
            SegmentSource::Plain(file) => {
                let read = file.take(CHUNK as u64).read_to_end(&mut self.buffer);
                let read = read.map_err(JournalError::io("read", &self.path))?;
                self.ended = read == 0;
                Ok(read > 0)
            }
            // A block consists of whole lines, so no line is incomplete.
            SegmentSource::Sealed(_) if !self.buffer.is_empty() => Ok(false),
            SegmentSource::Sealed(_) => {
                let Some(header) = self.next_block()? else { return Ok(false) };
                self.unpack(&header).map(|()| true)
            }
        }
    }

    /// The header of the next block of a sealed segment.
    fn next_block(&mut self) -> Result<Option<BlockHeader>, JournalError> {
        let SegmentSource::Sealed(blocks) = &mut self.source else { return Ok(None) };
        match blocks.next_header() {
            Ok(Some(header)) => Ok(Some(header)),
            Ok(None) => {
                self.ended = true;
                Ok(None)
            }
            Err(error) => {
                self.ended = true;
                self.row += 1;
                Err(self.block_error(error))
            }
        }
    }

    fn unpack(&mut self, header: &BlockHeader) -> Result<(), JournalError> {
        let SegmentSource::Sealed(blocks) = &mut self.source else { return Ok(()) };
        let unpacked = blocks.unpack(header, &mut self.buffer);
        unpacked.map_err(|error| {
            self.buffer.clear();
            self.row += 1;
            let error = self.block_error(error);
            self.row += u64::from(header.lines).saturating_sub(1);
            self.offset += u64::from(header.unpacked);
            error
        })
    }

    fn block_error(&self, error: BlockError) -> JournalError {
        match error {
            BlockError::Io(error) => JournalError::io("read", &self.path)(error),
            BlockError::Fault(fault) => self.damage(fault),
        }
    }

    /// Skips the blocks before the line with a number, or to the end if the segment ends
    /// before it. Returns the number of the last line skipped, if there is one.
    pub(super) fn skip_blocks_before(&mut self, number: u64) -> Result<Option<u64>, JournalError> {
        let mut passed = None;
        while self.next == self.buffer.len() {
            let Some(header) = self.next_block()? else { break };
            let end = header.first + u64::from(header.lines);
            if end > number {
                self.offset += (self.next - self.line.start) as u64;
                (self.line, self.next) = (0..0, 0);
                self.unpack(&header)?;
                break;
            }
            if let SegmentSource::Sealed(blocks) = &mut self.source {
                blocks.skip(&header).map_err(JournalError::io("read", &self.path))?;
            }
            self.row += u64::from(header.lines);
            self.offset += u64::from(header.unpacked);
            passed = Some(end - 1);
        }
        Ok(passed)
    }

    /// The current line, without its newline.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.buffer[self.line.clone()]
    }

    /// Whether the current line ends with a newline, and not with the end of the file.
    pub(super) fn is_terminated(&self) -> bool {
        self.terminated
    }

    /// The byte at which the current line starts, after unpacking.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// The byte at which the next line starts, after unpacking.
    pub(super) fn end(&self) -> u64 {
        self.offset + (self.next - self.line.start) as u64
    }

    /// The error for a fault of the current line.
    pub(super) fn damage(&self, fault: Fault) -> JournalError {
        JournalError::Damage(Damage { file: self.path.clone(), line: self.row, offset: self.offset, fault })
    }
}
