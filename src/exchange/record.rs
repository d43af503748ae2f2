//! Records of either format, in order: whole, or in chunks for several threads.

use std::io::BufRead;
use std::sync::Arc;

use crate::model::{Entity, Fact, Schema};

use super::column_map::Mapping;
use super::csv::{CsvReader, Rows};
use super::error::ExchangeError;
use super::input::{Input, InputFormat, Progress};
use super::json_lines::parse_line;
use super::lines::{Batch, LineReader, RawLine};
use super::mapping::{MapOptions, MappingFile, Seen};
use super::plain::sanitize;

/// What a record says.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// One act.
    Fact(Fact),
    /// The definition of an entity.
    Entity(Entity),
    /// An entity that completes another, if that is known.
    Completion(Box<Completion>),
    /// Something that a mapping leaves out on purpose.
    LeftOut(LeftOut),
}

/// An entity under names by which it may be known already.
///
/// What is known so is kept, and only what it lacks is added to it: fields and
/// aliases. Where nothing is, the entity is a new one.
#[derive(Debug, Clone, PartialEq)]
pub struct Completion {
    /// The entity.
    pub entity: Entity,
    /// Ids, names or aliases of what may be the same; the first that is known counts.
    pub known: Vec<String>,
}

/// What a mapping leaves out on purpose, so that it can be counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Of which kind it is, in words.
    pub kind: String,
    /// The value or the row itself.
    pub example: String,
}

/// One record with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The line at which it starts, from 1.
    pub line: u64,
    /// The column whose cell it is of, where a row has several records.
    pub column: Option<Arc<str>>,
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
    Several(Box<Several>),
}

/// Inputs that are read one after the other, each opened when it is due.
struct Several {
    name: Arc<str>,
    waiting: Box<dyn Iterator<Item = Result<Chunks, ExchangeError>> + Send>,
    current: Option<Chunks>,
    /// The columns of which nothing is read, of all that were opened.
    unused: Vec<String>,
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

    /// Starts to read a CSV file whose rows a mapping makes into records.
    ///
    /// # Errors
    ///
    /// If the header of the file is wrong, or has not the columns that the
    /// mapping speaks of.
    pub fn mapped(input: Input, mapping: &Arc<MappingFile>, options: MapOptions<'_>) -> Result<Self, ExchangeError> {
        Ok(Self { source: Source::Csv(Box::new(CsvReader::mapped(input, mapping, options)?)) })
    }

    /// Several inputs as one, in their order; each is opened when it is due.
    #[must_use]
    pub fn several(name: &str, inputs: impl Iterator<Item = Result<Self, ExchangeError>> + Send + 'static) -> Self {
        let (name, waiting) = (sanitize(name).into(), Box::new(inputs));
        Self { source: Source::Several(Box::new(Several { name, waiting, current: None, unused: Vec::new() })) }
    }

    /// The columns of which a mapping reads nothing, as far as inputs were opened.
    #[must_use]
    pub fn unused_columns(&self) -> Vec<String> {
        match &self.source {
            Source::JsonLines(_) => Vec::new(),
            Source::Csv(reader) => reader.unused().to_vec(),
            Source::Several(several) => several.unused.clone(),
        }
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
            Source::Several(several) => several.next_chunk(),
        }
    }

    /// What messages call the input.
    #[must_use]
    pub fn name(&self) -> &Arc<str> {
        match &self.source {
            Source::JsonLines(reader) => reader.name(),
            Source::Csv(reader) => reader.name(),
            Source::Several(several) => &several.name,
        }
    }

    /// How much of the input has been read.
    #[must_use]
    pub fn progress(&self) -> Progress {
        match &self.source {
            Source::JsonLines(reader) => reader.progress(),
            Source::Csv(reader) => reader.progress(),
            Source::Several(_) => Progress::unknown(),
        }
    }
}

impl Several {
    fn next_chunk(&mut self) -> Result<Option<Chunk>, ExchangeError> {
        loop {
            if let Some(current) = &mut self.current
                && let Some(chunk) = current.next_chunk()?
            {
                return Ok(Some(chunk));
            }
            let Some(next) = self.waiting.next().transpose()? else { return Ok(None) };
            for column in next.unused_columns() {
                if !self.unused.contains(&column) {
                    self.unused.push(column);
                }
            }
            self.current = Some(next);
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
    /// How many lines or rows it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.batch.len()
    }

    /// What messages call the input.
    #[must_use]
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// Whether a row may be several records, or define entities beside facts.
    #[must_use]
    pub fn is_mapped(&self) -> bool {
        self.rows.as_ref().is_some_and(Rows::are_mapped)
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.batch.is_empty()
    }

    /// Parses the records in their order; each error is about one of them.
    pub fn records(&self) -> impl Iterator<Item = Result<Record, ExchangeError>> {
        let mut seen = Seen::default();
        (0..self.len()).flat_map(move |index| self.at(index, &mut seen))
    }

    /// The record that starts at a line, as it stands in the input; for what a
    /// caller rejects itself.
    #[must_use]
    pub fn raw(&self, line: u64) -> Option<RawLine<'_>> {
        self.batch.line(line)
    }

    /// What a line or row says.
    fn at(&self, index: usize, seen: &mut Seen) -> Yield {
        let Some(line) = self.batch.get(index) else { return Yield::default() };
        let content = match &self.rows {
            None => parse_line(&self.name, line),
            Some(rows) => match rows.several(index, &self.name, line, seen) {
                Some(several) => return Yield { one: None, more: several.into_iter() },
                None => rows.parse(index, &self.name, line),
            },
        };
        let record = content.map(|content| Record { line: line.number, column: None, content });
        Yield { one: Some(record.map_err(ExchangeError::from)), ..Yield::default() }
    }
}

/// The records of a line or row: mostly one, for which nothing is allocated.
#[derive(Default)]
struct Yield {
    one: Option<Result<Record, ExchangeError>>,
    more: std::vec::IntoIter<Result<Record, ExchangeError>>,
}

impl Iterator for Yield {
    type Item = Result<Record, ExchangeError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.one.take().or_else(|| self.more.next())
    }
}

/// The records of an input in their order. After an error that is about one
/// record the next one follows; any other error ends it.
pub struct Records {
    chunks: Chunks,
    chunk: Option<Reading>,
    ended: bool,
}

/// A chunk that is being read.
struct Reading {
    chunk: Chunk,
    next: usize,
    records: Yield,
    seen: Seen,
}

impl Records {
    /// Starts to read an input.
    ///
    /// # Errors
    ///
    /// Those of [`Chunks::new`].
    pub fn new(input: Input, options: &ReadOptions<'_>) -> Result<Self, ExchangeError> {
        Ok(Self::of(Chunks::new(input, options)?))
    }

    /// Starts to read a CSV file whose rows a mapping makes into records.
    ///
    /// # Errors
    ///
    /// Those of [`Chunks::mapped`].
    pub fn mapped(input: Input, mapping: &Arc<MappingFile>, options: MapOptions<'_>) -> Result<Self, ExchangeError> {
        Ok(Self::of(Chunks::mapped(input, mapping, options)?))
    }

    fn of(chunks: Chunks) -> Self {
        Self { chunks, chunk: None, ended: false }
    }

    /// How much of the input has been read.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.chunks.progress()
    }

    /// The latest record as it stands in the input, by the line at which it starts.
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
                reading.records = reading.chunk.at(reading.next, &mut reading.seen);
                reading.next += 1;
            }
            if self.ended {
                return None;
            }
            match self.chunks.next_chunk() {
                Ok(Some(chunk)) => {
                    self.chunk = Some(Reading { chunk, next: 0, records: Yield::default(), seen: Seen::default() });
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
