//! Where everything is: the keys of the tree, and the records that say what
//! must be found under them.
//!
//! All keys start with a tag of one byte; numbers in keys are big-endian.
//!
//! ```text
//! 00                                       root: a Root
//! 01 log:u8 field:u16 chunk:u32            1,024 entries of a log
//! 02                                       the compression dictionary
//! 10 segment:u32 part:u8 field:u16 chunk:u32   a part of a segment
//! ```
//!
//! Every value is in the envelope of [`super::seal_envelope`], whose checksum
//! covers the key. The root holds the checksum of each log chunk, of the
//! compression dictionary and of each segment's directory; a directory holds
//! the checksum and count of each of its parts. So a part that is missing,
//! stale, flipped or cut short is seen when it is read.
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
/// How many entries of a log are stored together.
pub(super) const LOG_CHUNK: u32 = 1024;
/// Documents of one window have all but their last 16 bits in common.
pub(super) const WINDOW: u32 = 1 << 16;

/// A list that only grows, stored in chunks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub(super) enum Log {
    Commits,
    Endings,
    Entities,
    Vocabularies,
    /// The distinct values of a field.
    Values(u16),
}

impl Log {
    /// The key of one of its chunks.
    pub(super) fn key(self, chunk: u32) -> [u8; 8] {
        let (log, field) = match self {
            Self::Commits => (0, 0),
            Self::Endings => (1, 0),
            Self::Entities => (2, 0),
            Self::Vocabularies => (3, 0),
            Self::Values(field) => (4, field),
        };
        let mut key = [0x01, log, 0, 0, 0, 0, 0, 0];
        key[2..4].copy_from_slice(&field.to_be_bytes());
        key[4..].copy_from_slice(&chunk.to_be_bytes());
        key
    }
}

/// What a part of a segment holds.
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

/// Names one part of one segment.
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

    /// Where the parts of a segment begin.
    pub(super) fn start(segment: u32) -> [u8; 5] {
        let [a, b, c, d] = segment.to_be_bytes();
        [SEGMENT, a, b, c, d]
    }

    /// The segment of a key, if it is the key of a part.
    pub(super) fn segment_of(key: &[u8]) -> Option<u32> {
        let (tag, rest) = key.split_first()?;
        (*tag == SEGMENT).then_some(u32::from_be_bytes(rest.get(..4)?.try_into().ok()?))
    }
}

/// What a directory says of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub(super) struct PartEntry {
    /// The checksum in its envelope.
    pub checksum: u32,
    /// The least ordinal, hash, document or passage in it.
    pub first: u64,
    /// The greatest.
    pub last: u64,
    /// How many documents have a value in it, or how many things it holds.
    pub count: u32,
}

/// What a segment holds and where.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Default)]
pub(super) struct SegmentDirectory {
    /// Its number, never used again.
    pub segment: u32,
    /// Its first document.
    pub first: u32,
    /// How many documents it has.
    pub count: u32,
    /// How many distinct texts.
    pub passages: u32,
    /// How many documents have a text.
    pub text_documents: u32,
    /// How many words the texts of all documents have.
    pub text_length: u64,
    /// The first term of each chunk of terms.
    pub terms: Vec<Vec<u8>>,
    /// Every part but the directory, by kind and field.
    pub parts: BTreeMap<(PartKind, u16), Vec<PartEntry>>,
}

/// How far a log is stored.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub(super) struct LogMark {
    pub log: Log,
    /// How many entries.
    pub length: u32,
    /// The checksum of each chunk.
    pub checksums: Vec<u32>,
}

/// Which segment, and the checksum of its directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub(super) struct SegmentMark {
    pub segment: u32,
    pub checksum: u32,
}

/// What the index holds: all of it becomes visible by writing this.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub(super) struct IndexRoot {
    /// The last transaction applied.
    pub transaction: u64,
    /// The journal's line after it.
    pub line: u64,
    /// The journal's chain at it.
    pub chain: [u8; 32],
    /// How many documents there are.
    pub documents: u32,
    /// Whether facts have values of a field that was declared after them.
    pub stale: bool,
    /// The indexed fields in the order of their numbers, with their kinds.
    pub fields: Vec<(String, u8)>,
    /// The names of fields that facts have, for as long as they are few.
    pub names: Option<Vec<String>>,
    /// The checksum of the compression dictionary.
    pub dictionary: Option<u32>,
    /// The logs.
    pub logs: Vec<LogMark>,
    /// The segments in the order of their documents.
    pub segments: Vec<SegmentMark>,
}

impl IndexRoot {
    /// The place in the journal up to which the index was stored.
    pub(super) fn position(&self) -> JournalPosition {
        JournalPosition { transaction: self.transaction, line: self.line, chain: self.chain }
    }
}
