//! Whole lines of an input, in batches that another thread can parse. Owns line
//! endings and the limit on length, and knows nothing of what lines say.

use std::io::{self, BufRead};
use std::ops::Range;
use std::sync::Arc;

use super::error::{ExchangeError, RecordLocation};
use super::input::{Input, Progress};

/// The length of the longest record that is read, in bytes. A longer line is an
/// error of its own and never held in memory, and reading goes on after it.
pub const MAX_LINE: usize = 16 << 20;

/// How much of a line over the limit is kept for messages, in bytes.
const KEPT: usize = 4 << 10;

/// How many bytes a batch gathers before it is handed out.
const BATCH: usize = 256 << 10;

/// A line as it is in the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RawLine<'a> {
    /// Its number, from 1.
    pub number: u64,
    /// Its bytes without the line ending; only the first of them if it is longer than [`MAX_LINE`].
    pub bytes: &'a [u8],
    /// How many bytes it has.
    pub length: u64,
}

impl RawLine<'_> {
    /// Where it is, as an error says it.
    pub(super) fn location(self, name: &Arc<str>) -> RecordLocation {
        RecordLocation {
            name: Arc::clone(name),
            line: self.number,
            column: None,
            cell: None,
            raw: self.bytes.to_vec(),
            raw_length: self.length,
        }
    }
}

/// Some lines in their order, none of them blank, or some rows of a CSV file.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct LineBatch {
    bytes: Vec<u8>,
    lines: Vec<BatchLine>,
}

#[derive(Debug, PartialEq, Eq)]
struct BatchLine {
    number: u64,
    range: Range<usize>,
    length: u64,
}

impl LineBatch {
    /// The lines in their order.
    #[must_use = "it reads nothing by itself"]
    pub fn lines(&self) -> impl ExactSizeIterator<Item = RawLine<'_>> {
        self.lines.iter().map(|place| self.at(place))
    }

    /// A line by its place in the batch.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<RawLine<'_>> {
        self.lines.get(index).map(|place| self.at(place))
    }

    /// A line by its number in the input.
    #[must_use]
    pub fn line(&self, number: u64) -> Option<RawLine<'_>> {
        let index = self.lines.binary_search_by_key(&number, |place| place.number).ok()?;
        self.get(index)
    }

    /// How many lines it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    pub(super) fn is_full(&self) -> bool {
        self.bytes.len() >= BATCH
    }

    pub(super) fn push(&mut self, number: u64, bytes: &[u8]) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        self.lines.push(BatchLine { number, range: start..self.bytes.len(), length: bytes.len() as u64 });
    }

    fn at(&self, place: &BatchLine) -> RawLine<'_> {
        RawLine { number: place.number, bytes: &self.bytes[place.range.clone()], length: place.length }
    }
}

/// Reads an input line by line.
#[derive(Debug)]
pub struct LineReader {
    input: Input,
    line: u64,
    /// Why reading ended, which is reported after the lines before.
    failure: Option<io::Error>,
    ended: bool,
}

impl LineReader {
    /// Reads from the start of an input.
    #[must_use]
    pub fn new(input: Input) -> Self {
        Self { input, line: 0, failure: None, ended: false }
    }

    /// What messages call the input.
    #[must_use]
    pub fn name(&self) -> &Arc<str> {
        self.input.name()
    }

    /// How much of the input has been read.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.input.progress()
    }

    /// The next lines without blank ones; none at the end.
    ///
    /// # Errors
    ///
    /// If the input cannot be read further; the lines before are handed out first.
    pub fn next_batch(&mut self) -> Result<Option<LineBatch>, ExchangeError> {
        let mut batch = LineBatch { bytes: Vec::with_capacity(BATCH + (BATCH >> 3)), lines: Vec::new() };
        while !self.ended && !batch.is_full() {
            match self.read_line(&mut batch) {
                Ok(true) => {}
                Ok(false) => self.ended = true,
                Err(cause) => {
                    self.ended = true;
                    self.failure = Some(cause);
                }
            }
        }
        if !batch.is_empty() {
            return Ok(Some(batch));
        }
        match self.failure.take() {
            Some(cause) => Err(ExchangeError::Read { name: Arc::clone(self.name()), line: self.line, cause }),
            None => Ok(None),
        }
    }

    /// Appends one line, unless it is blank; false at the end.
    fn read_line(&mut self, batch: &mut LineBatch) -> io::Result<bool> {
        let start = batch.bytes.len();
        let mut length = 0;
        loop {
            let buffer = match self.input.bytes().fill_buf() {
                Ok(buffer) => buffer,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    // What was read of the line is not a line.
                    batch.bytes.truncate(start);
                    return Err(error);
                }
            };
            let ending = memchr::memchr(b'\n', buffer);
            let part = &buffer[..ending.unwrap_or(buffer.len())];
            let consumed = part.len() + usize::from(ending.is_some());
            length += part.len() as u64;
            // One byte over may still be the `\r` of the line ending.
            if length <= MAX_LINE as u64 + 1 {
                batch.bytes.extend_from_slice(part);
            } else {
                let room = KEPT.saturating_sub(batch.bytes.len() - start).min(part.len());
                batch.bytes.extend_from_slice(&part[..room]);
                batch.bytes.truncate(start + KEPT);
                batch.bytes.shrink_to(2 * BATCH);
            }
            let at_end = buffer.is_empty();
            self.input.bytes().consume(consumed);
            if ending.is_some() {
                break;
            }
            if at_end {
                if length == 0 {
                    return Ok(false);
                }
                break;
            }
        }
        self.line += 1;
        if batch.bytes.len() as u64 - start as u64 == length && batch.bytes[start..].ends_with(b"\r") {
            batch.bytes.pop();
            length -= 1;
        }
        if length > MAX_LINE as u64 {
            batch.bytes.truncate(start + KEPT);
        } else if batch.bytes[start..].iter().all(u8::is_ascii_whitespace) {
            batch.bytes.truncate(start);
            return Ok(true);
        }
        batch.lines.push(BatchLine { number: self.line, range: start..batch.bytes.len(), length });
        Ok(true)
    }
}
