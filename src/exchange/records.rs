//! The records of an input one after the other, on one thread.

use std::fmt;
use std::sync::Arc;

use super::chunks::{RecordChunk, RecordChunks, RecordsOfLine};
use super::error::ExchangeError;
use super::input::{Input, Progress};
use super::lines::RawLine;
use super::mapping::{MapOptions, MappingFile, SeenEntities};
use super::read_options::ReadOptions;
use super::record::Record;

/// The records of an input in their order. After an error that is about one record the
/// next one follows; any other error ends it.
///
/// ```
/// use tractat::exchange::{Input, ReadOptions, Records};
/// use tractat::model::Schema;
///
/// let input = Input::from_reader("acts.jsonl", &br#"{"subject":"Ada","action":"resigned"}"#[..])?;
/// for record in Records::new(input, &ReadOptions::new(&Schema::default()))? {
///     match record {
///         Ok(record) => println!("line {}: {:?}", record.line, record.content),
///         Err(error) => eprintln!("{error}"),
///     }
/// }
/// # Ok::<(), tractat::exchange::ExchangeError>(())
/// ```
pub struct Records {
    chunks: RecordChunks,
    chunk: Option<OpenChunk>,
    ended: bool,
}

/// A chunk that is being read.
struct OpenChunk {
    chunk: RecordChunk,
    next: usize,
    records: RecordsOfLine,
    seen: SeenEntities,
}

impl fmt::Debug for Records {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Records").field("chunks", &self.chunks).finish_non_exhaustive()
    }
}

impl Records {
    /// Starts to read an input.
    ///
    /// # Errors
    ///
    /// Those of [`RecordChunks::new`].
    pub fn new(input: Input, options: &ReadOptions<'_>) -> Result<Self, ExchangeError> {
        Ok(Self::over(RecordChunks::new(input, options)?))
    }

    /// Starts to read a CSV file whose rows a mapping makes into records.
    ///
    /// # Errors
    ///
    /// Those of [`RecordChunks::mapped`].
    pub fn mapped(input: Input, mapping: &Arc<MappingFile>, options: MapOptions<'_>) -> Result<Self, ExchangeError> {
        Ok(Self::over(RecordChunks::mapped(input, mapping, options)?))
    }

    fn over(chunks: RecordChunks) -> Self {
        Self { chunks, chunk: None, ended: false }
    }

    /// How much of the input has been read.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.chunks.progress()
    }

    /// The bytes of the latest record, by the line at which it starts.
    #[must_use]
    pub fn raw(&self, line: u64) -> Option<RawLine<'_>> {
        self.chunk.as_ref().and_then(|reading| reading.chunk.raw(line))
    }
}

impl Iterator for Records {
    type Item = Result<Record, ExchangeError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            while let Some(reading) = &mut self.chunk {
                if let Some(record) = reading.records.next() {
                    return Some(record);
                }
                if reading.next == reading.chunk.len() {
                    break;
                }
                reading.records = reading.chunk.records_at(reading.next, &mut reading.seen);
                reading.next += 1;
            }
            if self.ended {
                return None;
            }
            match self.chunks.next_chunk() {
                Ok(Some(chunk)) => {
                    self.chunk = Some(OpenChunk {
                        chunk,
                        next: 0,
                        records: RecordsOfLine::default(),
                        seen: SeenEntities::default(),
                    });
                }
                Ok(None) => self.ended = true,
                Err(error) => {
                    self.ended = true;
                    return Some(Err(error));
                }
            }
        }
    }
}
