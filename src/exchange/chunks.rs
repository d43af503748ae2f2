//! An input in chunks of records, read in order and not yet parsed, so that
//! several threads can parse them.

use std::fmt;
use std::io::BufRead;
use std::sync::Arc;

use super::csv::{CsvReader, CsvRows, RowRecords};
use super::day_or_month::DatesOfColumn;
use super::error::{ExchangeError, RecordError};
use super::input::{Input, InputFormat, Progress};
use super::json_markers::JsonMarkers;
use super::lines::{LineBatch, LineReader, RawLine};
use super::mapping::{MapOptions, MappingFile, SeenEntities};
use super::plain::sanitize;
use super::problem::ColumnMapProblem;
use super::read_options::ReadOptions;
use super::record::{LeftOut, Record, RecordContent};

/// An input in chunks of some hundred records, read in order but not yet parsed.
///
/// ```
/// use tractat::exchange::{Input, ReadOptions, RecordChunks};
/// use tractat::model::Schema;
///
/// let input = Input::from_reader("acts.csv", &b"subject,action\nAda,resigned\n"[..])?;
/// let mut chunks = RecordChunks::new(input, &ReadOptions::new(&Schema::default()))?;
/// while let Some(chunk) = chunks.next_chunk()? {
///     // Any thread may do this.
///     for record in chunk.records() {
///         println!("line {}", record?.line);
///     }
/// }
/// # Ok::<(), tractat::exchange::ExchangeError>(())
/// ```
pub struct RecordChunks {
    source: ChunkSource,
}

impl fmt::Debug for RecordChunks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordChunks").field("name", self.name()).finish_non_exhaustive()
    }
}

enum ChunkSource {
    JsonLines(LineReader, Arc<JsonMarkers>),
    Csv(Box<CsvReader>),
    Sequence(Box<InputSequence>),
}

/// Inputs that are read one after the other, each opened when it is due.
struct InputSequence {
    name: Arc<str>,
    waiting: Box<dyn Iterator<Item = Result<RecordChunks, ExchangeError>> + Send>,
    current: Option<RecordChunks>,
    /// The columns of which nothing is read, in those that were opened.
    unused: Vec<String>,
    /// What the dates of columns tell, in those that were opened.
    dates: Vec<DatesOfColumn>,
}

/// Some records, unparsed. Any thread may parse them.
#[derive(Debug)]
pub struct RecordChunk {
    name: Arc<str>,
    batch: LineBatch,
    lines: LinesOfChunk,
}

/// What the lines of a chunk are.
#[derive(Debug)]
enum LinesOfChunk {
    /// Objects of JSON.
    Objects(Arc<JsonMarkers>),
    /// The same lines split into cells.
    Rows(CsvRows),
}

impl RecordChunks {
    /// Starts to read an input.
    ///
    /// # Errors
    ///
    /// If the format cannot be told, or the header of a CSV file is wrong or
    /// does not fit the columns that the options name.
    pub fn new(mut input: Input, options: &ReadOptions<'_>) -> Result<Self, ExchangeError> {
        let told = options.format.or(input.format());
        // Only CSV has columns.
        let told = if options.columns.is_empty() { told } else { told.or(Some(InputFormat::Csv)) };
        let format = match told {
            Some(format) => format,
            None => format_of_first_bytes(&mut input)?,
        };
        let source = match format {
            InputFormat::JsonLines if !options.columns.is_empty() => {
                let fields: Vec<&str> = options.columns.entries.iter().map(|(field, _)| field.as_str()).collect();
                let (entry, problem) = (fields.join(","), ColumnMapProblem::NoColumns);
                return Err(ExchangeError::ColumnMap { entry, problem });
            }
            InputFormat::JsonLines => {
                let markers = Arc::new(JsonMarkers::new(options, input.name())?);
                ChunkSource::JsonLines(LineReader::new(input), markers)
            }
            InputFormat::Csv | InputFormat::Tsv => {
                ChunkSource::Csv(Box::new(CsvReader::new(input.with_format(format), options)?))
            }
        };
        Ok(Self { source })
    }

    /// Starts to read a CSV file whose rows a mapping makes into records.
    ///
    /// # Errors
    ///
    /// If the header of the file is wrong, or lacks columns that the mapping
    /// names.
    pub fn mapped(input: Input, mapping: &Arc<MappingFile>, options: MapOptions<'_>) -> Result<Self, ExchangeError> {
        Ok(Self { source: ChunkSource::Csv(Box::new(CsvReader::mapped(input, mapping, options)?)) })
    }

    /// Several inputs as one, in their order; each is opened when it is due.
    #[must_use]
    pub fn several(name: &str, inputs: impl Iterator<Item = Result<Self, ExchangeError>> + Send + 'static) -> Self {
        let (name, waiting) = (sanitize(name).into(), Box::new(inputs));
        Self {
            source: ChunkSource::Sequence(Box::new(InputSequence {
                name,
                waiting,
                current: None,
                unused: Vec::new(),
                dates: Vec::new(),
            })),
        }
    }

    /// The columns of which a mapping reads nothing, as far as inputs were opened.
    #[must_use]
    pub fn unused_columns(&self) -> Vec<String> {
        match &self.source {
            ChunkSource::JsonLines(..) => Vec::new(),
            ChunkSource::Csv(reader) => reader.unused_columns().to_vec(),
            ChunkSource::Sequence(several) => several.unused.clone(),
        }
    }

    /// What the columns tell of the order of day and month, where a mapping leaves
    /// it to them and some of their dates could be read either way, as far as
    /// inputs were opened.
    #[must_use]
    pub fn dates_of_columns(&self) -> Vec<DatesOfColumn> {
        match &self.source {
            ChunkSource::JsonLines(..) => Vec::new(),
            ChunkSource::Csv(reader) => reader.dates_of_columns(),
            ChunkSource::Sequence(several) => several.dates.clone(),
        }
    }

    /// The next records, none at the end.
    ///
    /// # Errors
    ///
    /// If the input cannot be read further; what is before is handed out first.
    pub fn next_chunk(&mut self) -> Result<Option<RecordChunk>, ExchangeError> {
        match &mut self.source {
            ChunkSource::JsonLines(reader, markers) => {
                let batch = reader.next_batch()?;
                let lines = LinesOfChunk::Objects(Arc::clone(markers));
                Ok(batch.map(|batch| RecordChunk { name: Arc::clone(reader.name()), batch, lines }))
            }
            ChunkSource::Csv(reader) => {
                let rows = reader.next_rows()?;
                let name = reader.name();
                Ok(rows.map(|(batch, rows)| RecordChunk {
                    name: Arc::clone(name),
                    batch,
                    lines: LinesOfChunk::Rows(rows),
                }))
            }
            ChunkSource::Sequence(several) => several.next_chunk(),
        }
    }

    /// What messages call the input.
    #[must_use]
    pub fn name(&self) -> &Arc<str> {
        match &self.source {
            ChunkSource::JsonLines(reader, _) => reader.name(),
            ChunkSource::Csv(reader) => reader.name(),
            ChunkSource::Sequence(several) => &several.name,
        }
    }

    /// How much of the input has been read.
    #[must_use]
    pub fn progress(&self) -> Progress {
        match &self.source {
            ChunkSource::JsonLines(reader, _) => reader.progress(),
            ChunkSource::Csv(reader) => reader.progress(),
            ChunkSource::Sequence(_) => Progress::unknown(),
        }
    }
}

impl InputSequence {
    fn next_chunk(&mut self) -> Result<Option<RecordChunk>, ExchangeError> {
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
            self.dates.extend(next.dates_of_columns());
            self.current = Some(next);
        }
    }
}

/// The format that the first bytes tell: only JSON starts with a bracket.
fn format_of_first_bytes(input: &mut Input) -> Result<InputFormat, ExchangeError> {
    let name = Arc::clone(input.name());
    let head = input.bytes().fill_buf().map_err(|cause| ExchangeError::Read { name, line: 0, cause })?;
    match head.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{' | b'[') | None => Ok(InputFormat::JsonLines),
        Some(_) => Err(ExchangeError::UnknownFormat { name: Arc::clone(input.name()) }),
    }
}

impl RecordChunk {
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
        matches!(&self.lines, LinesOfChunk::Rows(rows) if rows.are_mapped())
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.batch.is_empty()
    }

    /// Parses the records in their order; each error is about one of them, and
    /// is a [`ExchangeError::Record`].
    pub fn records(&self) -> impl Iterator<Item = Result<Record, ExchangeError>> {
        let mut seen = SeenEntities::default();
        (0..self.len()).flat_map(move |index| self.records_at(index, &mut seen))
    }

    /// The bytes of the record that starts at a line, for records that the
    /// caller rejects itself.
    #[must_use]
    pub fn raw(&self, line: u64) -> Option<RawLine<'_>> {
        self.batch.line(line)
    }

    /// The records of the line or row at that place.
    pub(super) fn records_at(&self, index: usize, seen: &mut SeenEntities) -> RecordsOfLine {
        let Some(line) = self.batch.get(index) else { return RecordsOfLine::default() };
        let content = match &self.lines {
            LinesOfChunk::Objects(markers) => {
                let mut left_out = Vec::new();
                let parsed = markers.parse(&self.name, line, &mut left_out);
                return RecordsOfLine::with_left_out(line.number, left_out, parsed);
            }
            LinesOfChunk::Rows(rows) => rows.records(index, &self.name, line, seen),
        };
        match content {
            None => RecordsOfLine::default(),
            Some(RowRecords::Several(records)) => RecordsOfLine { first: None, more: records.into_iter() },
            Some(RowRecords::One(content, left_out)) => RecordsOfLine::with_left_out(line.number, left_out, content),
        }
    }
}

/// The records of a line or row: mostly one, for which nothing is allocated.
#[derive(Default)]
pub(super) struct RecordsOfLine {
    first: Option<Result<Record, ExchangeError>>,
    more: std::vec::IntoIter<Result<Record, ExchangeError>>,
}

impl RecordsOfLine {
    /// One record, and what was left out of it.
    fn with_left_out(line: u64, left_out: Vec<LeftOut>, content: Result<RecordContent, Box<RecordError>>) -> Self {
        let record = |content| Record { line, column: None, content };
        let left_out: Vec<Result<Record, ExchangeError>> =
            left_out.into_iter().map(|left_out| Ok(record(RecordContent::LeftOut(left_out)))).collect();
        Self { first: Some(content.map(record).map_err(ExchangeError::from)), more: left_out.into_iter() }
    }
}

impl Iterator for RecordsOfLine {
    type Item = Result<Record, ExchangeError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.first.take().or_else(|| self.more.next())
    }
}
