//! Keeps the bytes of the rows that are read through it, so that a row can be
//! shown as it is in the file, and ends a row that never ends.

use std::io::{self, Read};

use crate::exchange::input::Input;

/// Keeps what is read through it until that is taken.
pub(in crate::exchange) struct RetainingReader {
    input: Input,
    bytes: Vec<u8>,
    /// How many of the bytes belong to rows that were taken.
    taken: usize,
    /// How many bytes of the input are before `bytes`.
    before: u64,
    /// How many more bytes may be read for one row.
    room: usize,
}

/// How many bytes of taken rows are kept, so that the rest is seldom moved.
const DRAIN_ABOVE: usize = 256 << 10;

impl RetainingReader {
    pub fn new(input: Input) -> Self {
        Self { input, bytes: Vec::new(), taken: 0, before: 0, room: 0 }
    }

    /// Allows so many bytes for the next row.
    pub fn begin_row(&mut self, most: usize) {
        self.room = most;
    }

    /// Whether reading failed because a row was longer than it may be.
    pub fn is_row_too_long(&self) -> bool {
        self.room == 0
    }

    /// What was read since the last time, up to a byte of the input.
    pub fn take(&mut self, until: u64) -> &[u8] {
        let end = usize::try_from(until.saturating_sub(self.before)).unwrap_or(usize::MAX).min(self.bytes.len());
        let start = std::mem::replace(&mut self.taken, end).min(end);
        &self.bytes[start..end]
    }
}

impl Read for RetainingReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.is_row_too_long() {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let wanted = buffer.len().min(self.room);
        let length = self.input.read(&mut buffer[..wanted])?;
        self.room -= length;
        if self.taken > DRAIN_ABOVE {
            self.bytes.drain(..self.taken);
            self.before += self.taken as u64;
            self.taken = 0;
        }
        self.bytes.extend_from_slice(&buffer[..length]);
        Ok(length)
    }
}
