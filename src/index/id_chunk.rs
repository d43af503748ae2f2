//! Chunks of ids, which share prefixes.

use std::sync::Arc;

use super::IndexError;
use super::codec::ByteReader;
use super::error::damaged;

/// The number of ids in a chunk.
pub(super) const IDS: usize = 256;

/// The number of ids that share prefixes: each is stored as what differs from the
/// one before.
pub(super) const ID_GROUP: usize = 16;

/// Reads the ids of a chunk, from the first to the last.
pub(super) struct IdCursor {
    chunk: Arc<[u8]>,
    /// The number of groups entered, and the end of the last of them.
    groups: usize,
    group_end: usize,
    /// The index of the next id, and where it begins.
    next: usize,
    at: usize,
    /// The id that was read last.
    id: Vec<u8>,
}

impl IdCursor {
    pub(super) fn new(chunk: Arc<[u8]>) -> Self {
        Self { chunk, groups: 0, group_end: 0, next: 0, at: 0, id: Vec::new() }
    }

    /// The id at an index, which must not be less than in the last call.
    pub(super) fn seek(&mut self, place: usize) -> Result<&str, IndexError> {
        while self.groups <= place / ID_GROUP {
            let mut reader = ByteReader(self.chunk.get(self.group_end..).unwrap_or_default());
            let length = reader.length()?;
            self.at = self.chunk.len() - reader.0.len();
            self.group_end = self.at.saturating_add(length);
            self.next = self.groups * ID_GROUP;
            self.groups += 1;
        }
        while self.next <= place {
            self.read_next()?;
        }
        std::str::from_utf8(&self.id).map_err(damaged)
    }

    fn read_next(&mut self) -> Result<(), IndexError> {
        let mut reader = ByteReader(self.chunk.get(self.at..).unwrap_or_default());
        self.id.truncate(reader.length()?);
        let length = reader.length()?;
        self.id.extend_from_slice(reader.take(length)?);
        self.at = self.chunk.len() - reader.0.len();
        self.next += 1;
        Ok(())
    }
}
