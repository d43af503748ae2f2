//! Records of either format, in order: whole, or in chunks for several threads.

use std::io::BufRead;
use std::sync::Arc;

use crate::model::{Entity, Fact, Schema};

use super::csv::{CsvReader, Rows};
use super::error::ExchangeError;
use super::input::{Input, InputFormat, Progress};
use super::json_lines::parse_line;
use super::lines::{Batch, LineReader, RawLine};
use super::mapping::Mapping;

/// What a record says.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// One act.
    Fact(Fact),
    /// The definition of an entity.
    Entity(Entity),
}

/// One record with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The line at which it starts, from 1.
    pub line: u64,
    /// What it says.
    pub content: Content,
}

/// How an input is to be read.
#[derive(Debug, Clone)]
pub struct ReadOptions<'a> {
    /// The format; by default what the name or the first bytes tell.
    pub format: Option<InputFormat>,
    /// Which columns give which fields; CSV only.
    pub mapping: Mapping,
    /// What the declared fields hold, by which cells become numbers.
    pub schema: &'a Schema,
}

/// An input in chunks of some hundred records, read in order but not yet parsed.
pub struct Chunks {
    source: Source,
}

enum Source {
    JsonLines(LineReader),
    Csv(Box<CsvReader>),
}

/// Some records, unparsed. Any thread may parse them.
#[derive(Debug)]
pub struct Chunk {
    name: Arc<str>,
    batch: Batch,
    /// The same rows split into cells, if they are of a CSV file.
    rows: Option<Rows>,
}

impl Chunks {
    /// Starts to read an input.
    ///
    /// # Errors
    ///
    /// If the format cannot be told, or the header of a CSV file is wrong or
    /// does not fit the mapping.
    pub fn new(mut input: Input, options: &ReadOptions<'_>) -> Result<Self, ExchangeError> {
        let told = options.format.or(input.format());
        let told = if options.mapping.is_empty() { told } else { told.or(Some(InputFormat::Csv)) };
        let format = match told {
            Some(format) => format,
            None => guess(&mut input)?,
        };
        let source = match format {
            InputFormat::JsonLines if !options.mapping.is_empty() => {
                let part =
                    options.mapping.entries.iter().map(|(field, _)| field.as_str()).collect::<Vec<_>>().join(",");
                let reason = "names columns, and JSON Lines have none: rename their keys instead".to_owned();
                return Err(ExchangeError::Mapping { part, reason });
            }
            InputFormat::JsonLines => Source::JsonLines(LineReader::new(input)),
            InputFormat::Csv => Source::Csv(Box::new(CsvReader::new(input, options)?)),
        };
        Ok(Self { source })
    }

    /// The next records, none at the end.
    ///
    /// # Errors
    ///
    /// If the input cannot be read further; what is before is handed out first.
    pub fn next_chunk(&mut self) -> Result<Option<Chunk>, ExchangeError> {
        match &mut self.source {
            Source::JsonLines(reader) => {
                let batch = reader.next_batch()?;
                Ok(batch.map(|batch| Chunk { name: Arc::clone(reader.name()), batch, rows: None }))
            }
            Source::Csv(reader) => {
                let rows = reader.next_rows()?;
                Ok(rows.map(|(batch, rows)| Chunk { name: Arc::clone(reader.name()), batch, rows: Some(rows) }))
            }
        }
    }

    /// What messages call the input.
    #[must_use]
    pub fn name(&self) -> &Arc<str> {
        match &self.source {
            Source::JsonLines(reader) => reader.name(),
            Source::Csv(reader) => reader.name(),
        }
    }

    /// How much of the input has been read.
    #[must_use]
    pub fn progress(&self) -> Progress {
        match &self.source {
            Source::JsonLines(reader) => reader.progress(),
            Source::Csv(reader) => reader.progress(),
        }
    }
}

/// The format that the first bytes tell: only JSON starts with a bracket.
fn guess(input: &mut Input) -> Result<InputFormat, ExchangeError> {
    let name = Arc::clone(input.name());
    let head = input.bytes().fill_buf().map_err(|cause| ExchangeError::Read { name, line: 0, cause })?;
    match head.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{' | b'[') | None => Ok(InputFormat::JsonLines),
        Some(_) => Err(ExchangeError::UnknownFormat { name: Arc::clone(input.name()) }),
    }
}

impl Chunk {
    /// How many records it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.batch.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.batch.is_empty()
    }

    /// Parses the records in their order; each error is about one of them.
    pub fn records(&self) -> impl Iterator<Item = Result<Record, ExchangeError>> {
        (0..self.len()).filter_map(|index| self.record(index))
    }

    /// The record that starts at a line, as it stands in the input; for what a
    /// caller rejects itself.
    #[must_use]
    pub fn raw(&self, line: u64) -> Option<RawLine<'_>> {
        self.batch.line(line)
    }

    fn record(&self, index: usize) -> Option<Result<Record, ExchangeError>> {
        let line = self.batch.get(index)?;
        let content = match &self.rows {
            None => parse_line(&self.name, line),
            Some(rows) => rows.parse(index, &self.name, line),
        };
        Some(content.map(|content| Record { line: line.number, content }).map_err(ExchangeError::from))
    }
}

/// The records of an input in their order. After an error that is about one
/// record the next one follows; any other error ends it.
pub struct Records {
    chunks: Chunks,
    chunk: Option<(Chunk, usize)>,
    ended: bool,
}

impl Records {
    /// Starts to read an input.
    ///
    /// # Errors
    ///
    /// Those of [`Chunks::new`].
    pub fn new(input: Input, options: &ReadOptions<'_>) -> Result<Self, ExchangeError> {
        Ok(Self { chunks: Chunks::new(input, options)?, chunk: None, ended: false })
    }

    /// How much of the input has been read.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.chunks.progress()
    }

    /// The latest record as it stands in the input, by the line at which it starts.
    #[must_use]
    pub fn raw(&self, line: u64) -> Option<RawLine<'_>> {
        self.chunk.as_ref().and_then(|(chunk, _)| chunk.raw(line))
    }
}

impl Iterator for Records {
    type Item = Result<Record, ExchangeError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some((chunk, index)) = &mut self.chunk
                && let Some(record) = chunk.record(*index)
            {
                *index += 1;
                return Some(record);
            }
            if self.ended {
                return None;
            }
            match self.chunks.next_chunk() {
                Ok(Some(chunk)) => self.chunk = Some((chunk, 0)),
                Ok(None) => self.ended = true,
                Err(error) => {
                    self.ended = true;
                    return Some(Err(error));
                }
            }
        }
    }
}
