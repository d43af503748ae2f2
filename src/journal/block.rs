//! Blocks: the compressed lines of sealed segments, which `zstdcat` unpacks.
//!
//! A sealed segment is a sequence of blocks, the first of which contains only the
//! header line. A block consists of two frames of zstd, the first of which zstd
//! skips:
//!
//! ```text
//!  0  magic of a skippable frame, 0x184D2A5C
//!  4  28, the bytes that follow in it
//!  8  u64  number of the first line
//! 16  u32  lines; 0 for the header line, which has no number
//! 20  u32  bytes of the lines, unpacked, newlines and all
//! 24  u32  bytes of the frame that follows
//! 28  u32  CRC32C of the frame that follows
//! 32  u32  CRC32C of bytes 0..32
//! 36  a frame of zstd, with its content checksum
//! ```
//!
//! All numbers are little-endian.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use zstd::bulk::{Compressor, Decompressor};
use zstd::zstd_safe::CParameter;

use super::JournalError;
use super::error::{BlockFault, Fault};
use super::file_system::FileWriter;
use super::line_format::LONGEST_BODY;

/// The size at which a block is complete, in bytes before compression.
pub(super) const BLOCK: usize = 1 << 20;

/// Level 1 is no faster on 870,000 votes, and compresses slightly worse.
const LEVEL: i32 = 3;
const MAGIC: u32 = 0x184D_2A5C;
const BLOCK_HEADER: usize = 36;
/// More than any block has, since the line that reaches its size completes it.
const LONGEST_BLOCK: usize = LONGEST_BODY + 8 * BLOCK;

/// Consecutive lines, each with its newline.
#[derive(Default, Clone)]
pub(super) struct Block {
    pub first: u64,
    pub lines: u32,
    pub bytes: Vec<u8>,
}

/// Compresses blocks and writes them.
pub(super) struct BlockWriter {
    compressor: Compressor<'static>,
    packed: Vec<u8>,
}

impl BlockWriter {
    pub(super) fn new() -> Result<Self, JournalError> {
        let packer = || {
            let mut compressor = Compressor::new(LEVEL)?;
            compressor.set_parameter(CParameter::ChecksumFlag(true))?;
            Ok(compressor)
        };
        let compressor = packer().map_err(JournalError::io("compress", Path::new("a segment")))?;
        Ok(Self { compressor, packed: Vec::new() })
    }

    /// Appends a block to a segment.
    pub(super) fn write(&mut self, output: &mut FileWriter, block: &Block) -> Result<(), JournalError> {
        self.pack(block).map_err(JournalError::io("compress", Path::new("a segment")))?;
        output.write(&self.packed)
    }

    fn pack(&mut self, block: &Block) -> io::Result<()> {
        self.packed.resize(BLOCK_HEADER + zstd::zstd_safe::compress_bound(block.bytes.len()), 0);
        let (header_bytes, packed) = self.packed.split_at_mut(BLOCK_HEADER);
        let length = self.compressor.compress_to_buffer(&block.bytes, packed)?;
        let header = BlockHeader {
            first: block.first,
            lines: block.lines,
            unpacked: to_u32(block.bytes.len()),
            packed: to_u32(length),
            checksum: crc32c::crc32c(&packed[..length]),
        };
        header_bytes.copy_from_slice(&header.to_bytes());
        self.packed.truncate(BLOCK_HEADER + length);
        Ok(())
    }
}

fn to_u32(length: usize) -> u32 {
    u32::try_from(length).expect("a block is far below four gigabytes")
}

/// The skippable frame before a block.
#[derive(Clone, Copy)]
pub(super) struct BlockHeader {
    pub first: u64,
    pub lines: u32,
    pub unpacked: u32,
    packed: u32,
    checksum: u32,
}

impl BlockHeader {
    fn to_bytes(self) -> [u8; BLOCK_HEADER] {
        let mut bytes = [0; BLOCK_HEADER];
        bytes[..4].copy_from_slice(&MAGIC.to_le_bytes());
        bytes[4..8].copy_from_slice(&28_u32.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.first.to_le_bytes());
        bytes[16..20].copy_from_slice(&self.lines.to_le_bytes());
        bytes[20..24].copy_from_slice(&self.unpacked.to_le_bytes());
        bytes[24..28].copy_from_slice(&self.packed.to_le_bytes());
        bytes[28..32].copy_from_slice(&self.checksum.to_le_bytes());
        let checksum = crc32c::crc32c(&bytes[..32]);
        bytes[32..].copy_from_slice(&checksum.to_le_bytes());
        bytes
    }

    fn from_bytes(bytes: &[u8; BLOCK_HEADER]) -> Option<Self> {
        let number = |at: usize| {
            let mut number = [0; 4];
            number.copy_from_slice(&bytes[at..at + 4]);
            u32::from_le_bytes(number)
        };
        let header = Self {
            first: u64::from(number(8)) | u64::from(number(12)) << 32,
            lines: number(16),
            unpacked: number(20),
            packed: number(24),
            checksum: number(28),
        };
        // If it is encoded to the same bytes again, everything including the checksum
        // is right.
        (header.to_bytes() == *bytes && header.unpacked as usize <= LONGEST_BLOCK).then_some(header)
    }
}

/// Why a block could not be read: the file, or its contents.
pub(super) enum BlockError {
    Io(io::Error),
    Fault(Fault),
}

impl From<io::Error> for BlockError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

fn broken(fault: BlockFault) -> BlockError {
    BlockError::Fault(Fault::Block(fault))
}

/// Reads the blocks of a sealed segment.
pub(super) struct BlockReader {
    file: File,
    decompressor: Decompressor<'static>,
    packed: Vec<u8>,
}

impl BlockReader {
    pub(super) fn new(file: File) -> io::Result<Self> {
        Ok(Self { file, decompressor: Decompressor::new()?, packed: Vec::new() })
    }

    /// The header of the next block; `None` at the end of the segment.
    /// After a fault it is not known where the next one starts.
    pub(super) fn next_header(&mut self) -> Result<Option<BlockHeader>, BlockError> {
        let mut bytes = [0; BLOCK_HEADER];
        let mut filled = 0;
        while filled < BLOCK_HEADER {
            match self.file.read(&mut bytes[filled..]) {
                Ok(0) if filled == 0 => return Ok(None),
                Ok(0) => return Err(broken(BlockFault::HeaderCut)),
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        BlockHeader::from_bytes(&bytes).map(Some).ok_or_else(|| broken(BlockFault::HeaderDamaged))
    }

    /// Skips the block whose header was just read.
    pub(super) fn skip(&mut self, header: &BlockHeader) -> io::Result<()> {
        self.file.seek(SeekFrom::Current(i64::from(header.packed))).map(drop)
    }

    /// Unpacks the block whose header was just read. The next header can be read even
    /// after a fault.
    pub(super) fn unpack(&mut self, header: &BlockHeader, lines: &mut Vec<u8>) -> Result<(), BlockError> {
        self.packed.clear();
        let read = (&mut self.file).take(u64::from(header.packed)).read_to_end(&mut self.packed)?;
        if read < header.packed as usize {
            return Err(broken(BlockFault::Cut));
        }
        if crc32c::crc32c(&self.packed) != header.checksum {
            return Err(broken(BlockFault::Checksum));
        }
        lines.clear();
        lines.reserve(header.unpacked as usize);
        match self.decompressor.decompress_to_buffer(&self.packed, lines) {
            Ok(length) if length == header.unpacked as usize => Ok(()),
            _ => Err(broken(BlockFault::Unpacked)),
        }
    }
}
