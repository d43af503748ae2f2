//! The layout on disk: the keys of the ordered map, and the records that describe
//! what must be found under them.
//!
//! All keys start with a tag of one byte. Numbers in keys are big-endian.
//!
//! ```text
//! 00                                       root: a Root
//! 01 log:u8 field:u16 chunk:u32            1,024 entries of a log
//! 02                                       the compression dictionary
//! 10 segment:u32 part:u8 field:u16 chunk:u32   a part of a segment
//! ```
//!
//! Every value is wrapped in the envelope of [`super::envelope::seal_envelope`], whose checksum
//! covers the key. The root holds the checksum of each log chunk, of the
//! compression dictionary and of each segment's directory; a directory holds
//! the checksum and count of each of its parts. A part that is missing, stale,
//! corrupt or cut short is therefore detected when it is read.
//!
//! A segment holds documents of one window of 65,536 and is immutable. Its parts:
//!
//! ```text
//! 0 directory   one: a Directory
//! 1 blocks      of 64 facts or about 4 KB:    count length* record*
//! 2 ids         of 256 documents:             (length:varint (shared:varint length:varint suffix)*)*
//! 3 id table    of 512 ids, sorted:           (hash:u64le document:u16le)*
//! 4 hashes      of 256 documents:             u128le*
//! 5 column      of 4,096 documents, by field: see `column`
//! 6 postings    about 4 KB, by field:         see `postings`
//! 7 terms       about 4 KB:                   see `passages`
//! 8 texts       about 8 KB of passages:       (length:varint text)*
//! 9 lengths     of 1,024 passages:            u32le*
//! ```

use std::collections::BTreeMap;

use bincode::{Decode, Encode};

use super::JournalPosition;

/// The key of the root.
pub(super) const ROOT: [u8; 1] = [0x00];
/// The key of the compression dictionary.
pub(super) const DICTIONARY: [u8; 1] = [0x02];
/// The number of entries in a chunk of a log.
pub(super) const LOG_CHUNK: u32 = 1024;
/// The number of documents in a window. They differ only in their last 16 bits.
pub(super) const WINDOW: u32 = 1 << 16;

/// An append-only list that is stored in chunks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub(super) enum Log {
    Commits,
    Endings,
    Entities,
    Vocabularies,
    /// The distinct values of a field.
    Values(u16),
    /// The spellings of names.
    Spellings,
    /// The same in the order of their letters, in each window of spellings.
    SpellingOrder,
}

impl Log {
    /// The key of a chunk of the log.
    pub(super) fn key(self, chunk: u32) -> [u8; 8] {
        let (log, field) = match self {
            Self::Commits => (0, 0),
            Self::Endings => (1, 0),
            Self::Entities => (2, 0),
            Self::Vocabularies => (3, 0),
            Self::Values(field) => (4, field),
            Self::Spellings => (5, 0),
            Self::SpellingOrder => (6, 0),
        };
        let mut key = [0x01, log, 0, 0, 0, 0, 0, 0];
        key[2..4].copy_from_slice(&field.to_be_bytes());
        key[4..].copy_from_slice(&chunk.to_be_bytes());
        key
    }
}

/// The kinds of parts of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub(super) enum PartKind {
    Directory = 0,
    Blocks = 1,
    Ids = 2,
    IdTable = 3,
    Hashes = 4,
    Column = 5,
    Postings = 6,
    Terms = 7,
    Texts = 8,
    Lengths = 9,
}

/// Identifies one chunk of one part of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct PartKey {
    pub segment: u32,
    pub part: PartKind,
    pub field: u16,
    pub chunk: u32,
}

const SEGMENT: u8 = 0x10;

impl PartKey {
    pub(super) fn directory(segment: u32) -> Self {
        Self { segment, part: PartKind::Directory, field: 0, chunk: 0 }
    }

    pub(super) fn bytes(self) -> [u8; 12] {
        let mut key = [0; 12];
        key[0] = SEGMENT;
        key[1..5].copy_from_slice(&self.segment.to_be_bytes());
        key[5] = self.part as u8;
        key[6..8].copy_from_slice(&self.field.to_be_bytes());
        key[8..].copy_from_slice(&self.chunk.to_be_bytes());
        key
    }

    /// The common prefix of the keys of a segment.
    pub(super) fn start(segment: u32) -> [u8; 5] {
        let [a, b, c, d] = segment.to_be_bytes();
        [SEGMENT, a, b, c, d]
    }

    /// The segment to which a key belongs, if it is the key of a part.
    pub(super) fn segment_of(key: &[u8]) -> Option<u32> {
        let (tag, rest) = key.split_first()?;
        (*tag == SEGMENT).then_some(u32::from_be_bytes(rest.get(..4)?.try_into().ok()?))
    }
}

/// The entry of a directory for one chunk of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub(super) struct PartEntry {
    /// The checksum in the envelope of the chunk.
    pub checksum: u32,
    /// The least ordinal, hash, document or passage in the chunk.
    pub first: u64,
    /// The greatest of these.
    pub last: u64,
    /// The number of documents with a value in it, or of the items that it holds.
    pub count: u32,
}

/// The contents of a segment.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Default)]
pub(super) struct SegmentDirectory {
    /// The number of the segment, which is never used again.
    pub segment: u32,
    /// The first document.
    pub first: u32,
    /// The number of documents.
    pub count: u32,
    /// The number of distinct texts.
    pub passages: u32,
    /// The number of documents that have a text.
    pub text_documents: u32,
    /// The number of words in the texts of all documents.
    pub text_length: u64,
    /// The first term of each chunk of terms.
    pub terms: Vec<Vec<u8>>,
    /// The chunks of every part except the directory, by kind and field.
    pub parts: BTreeMap<(PartKind, u16), Vec<PartEntry>>,
}

/// How much of a log is stored.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub(super) struct LogMark {
    pub log: Log,
    /// The number of entries.
    pub length: u32,
    /// The checksum of each chunk.
    pub checksums: Vec<u32>,
}

/// A segment, and the checksum of its directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub(super) struct SegmentMark {
    pub segment: u32,
    pub checksum: u32,
}

/// The root of the index. Writing it makes a new state visible.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub(super) struct IndexRoot {
    /// The last transaction applied.
    pub transaction: u64,
    /// The last line of the journal that was applied.
    pub line: u64,
    /// The hash of the journal up to that line.
    pub chain: [u8; 32],
    /// The number of documents.
    pub documents: u32,
    /// Whether facts have values for a field that was declared after them.
    pub stale: bool,
    /// The indexed fields with their kinds, in the order of their numbers.
    pub fields: Vec<(String, u8)>,
    /// The names of all fields that facts have, unless there are too many.
    pub names: Option<Vec<String>>,
    /// The checksum of the compression dictionary.
    pub dictionary: Option<u32>,
    /// What is stored of each log.
    pub logs: Vec<LogMark>,
    /// All segments in the order of their documents.
    pub segments: Vec<SegmentMark>,
}

impl IndexRoot {
    /// The place in the journal up to which the index was stored.
    pub(super) fn position(&self) -> JournalPosition {
        JournalPosition { transaction: self.transaction, line: self.line, chain: self.chain }
    }
}
