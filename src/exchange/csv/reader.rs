//! The rows of a CSV file in their order.

use std::collections::VecDeque;
use std::sync::Arc;

use csv::{ByteRecord, ReaderBuilder};

use super::escapes::RowCells;
use super::header::{CsvHeader, WrongCell};
use super::quotes::{QuoteFault, quote_fault};
use super::retaining::RetainingReader;
use crate::exchange::csv_cells::{column_names, csv_failure};
use crate::exchange::day_or_month::DatesOfColumn;
use crate::exchange::error::{ExchangeError, RecordError, RecordLocation};
use crate::exchange::input::{Input, Progress};
use crate::exchange::lines::{LineBatch, MAX_LINE, RawLine};
use crate::exchange::mapping::{CsvRow, MapOptions, MappingFile, Program, SeenEntities};
use crate::exchange::problem::{HeaderProblem, QuoteProblem, RecordProblem};
use crate::exchange::read_options::ReadOptions;
use crate::exchange::record::{LeftOut, LeftOutReason, Record, RecordContent};

/// Reads the rows of an input.
pub(in crate::exchange) struct CsvReader {
    name: Arc<str>,
    progress: Progress,
    /// The byte between two cells.
    separator: u8,
    reader: csv::Reader<RetainingReader>,
    meaning: RowMeaning,
    /// Rows that were read already, to see what they tell of a column as a whole.
    ahead: VecDeque<(LineBatch, CsvRows)>,
    /// How many lines were read.
    line: u64,
    /// How many rows below the header were read.
    rows: u64,
    failure: Option<ExchangeError>,
    ended: bool,
}

/// What rows become.
#[derive(Debug, Clone)]
enum RowMeaning {
    /// One fact each, by what each column gives.
    Facts(Arc<CsvHeader>),
    /// What a mapping makes of them.
    Mapped(Arc<Program>),
}

/// The cells of some rows, with what is made of them.
#[derive(Debug)]
pub(in crate::exchange) struct CsvRows {
    meaning: RowMeaning,
    rows: Vec<Row>,
    /// How many rows are before these.
    before: u64,
}

/// The cells of a row, or where its quotes go wrong.
type Row = Result<RowCells, QuoteFault>;

/// The records of a row.
#[expect(clippy::large_enum_variant, reason = "the large variant is the usual one, and allocates nothing")]
pub(in crate::exchange) enum RowRecords {
    /// The one of a plain file, and what was left out of it.
    One(Result<RecordContent, Box<RecordError>>, Vec<LeftOut>),
    /// Those that a mapping makes.
    Several(Vec<Result<Record, ExchangeError>>),
}

impl CsvReader {
    /// Starts to read a file whose columns are fields.
    pub fn new(input: Input, options: &ReadOptions<'_>) -> Result<Self, ExchangeError> {
        let separator = input.separator();
        Self::with(input, |cells, row, name, line| {
            let header =
                CsvHeader::new(cells, row, separator, options).map_err(|problem| wrong_header(name, line, problem))?;
            options.missing.check_columns(name, &header.column_names())?;
            Ok(RowMeaning::Facts(Arc::new(header)))
        })
    }

    /// Starts to read a file whose rows a mapping makes into records.
    pub fn mapped(input: Input, mapping: &Arc<MappingFile>, options: MapOptions<'_>) -> Result<Self, ExchangeError> {
        let separator = input.separator();
        let this = Self::with(input, |cells, row, name, line| {
            let columns = column_names(cells, row, separator).map_err(|problem| wrong_header(name, line, problem))?;
            Ok(RowMeaning::Mapped(Arc::new(Program::new(mapping, columns, name, line, options)?)))
        })?;
        Ok(this.with_dates_of_columns())
    }

    /// Reads all rows at once, if how a date is read follows from its whole column.
    fn with_dates_of_columns(mut self) -> Self {
        let RowMeaning::Mapped(program) = &self.meaning else { return self };
        if !program.has_open_dates() {
            return self;
        }
        let name = Arc::clone(&self.name);
        let mut ahead = VecDeque::new();
        let failure = loop {
            match self.next_rows() {
                Ok(Some(rows)) => ahead.push_back(rows),
                Ok(None) => break None,
                Err(error) => break Some(error),
            }
        };
        // What is before the failure is handed out first.
        self.failure = failure;
        let undecided = std::mem::replace(&mut self.meaning, RowMeaning::Facts(Arc::default()));
        for (_, rows) in &mut ahead {
            rows.meaning = self.meaning.clone();
        }
        let RowMeaning::Mapped(program) = undecided else { return self };
        let program = Arc::into_inner(program).expect("no rows hold the program any more");
        let rows = ahead.iter().flat_map(|(batch, rows)| {
            let name = &name;
            rows.rows.iter().zip(batch.lines()).zip(rows.before + 1..).filter_map(move |((cells, line), number)| {
                Some(CsvRow { cells: &cells.as_ref().ok()?.cells, line, number, name })
            })
        });
        self.meaning = RowMeaning::Mapped(Arc::new(program.with_dates_of(rows)));
        for (_, rows) in &mut ahead {
            rows.meaning = self.meaning.clone();
        }
        self.ahead = ahead;
        self
    }

    /// What the columns tell of the order of day and month.
    pub fn dates_of_columns(&self) -> Vec<DatesOfColumn> {
        match &self.meaning {
            RowMeaning::Facts(_) => Vec::new(),
            RowMeaning::Mapped(program) => program.dates_of_columns().collect(),
        }
    }

    fn with(
        input: Input,
        meaning: impl FnOnce(&ByteRecord, &[u8], &Arc<str>, u64) -> Result<RowMeaning, ExchangeError>,
    ) -> Result<Self, ExchangeError> {
        let name = Arc::clone(input.name());
        let progress = input.progress();
        let separator = input.separator();
        let mut builder = ReaderBuilder::new();
        builder.has_headers(false).flexible(true).delimiter(separator);
        let reader = builder.from_reader(RetainingReader::new(input));
        let no_columns = RowMeaning::Facts(Arc::default());
        let mut this = Self {
            name,
            progress,
            separator,
            reader,
            meaning: no_columns,
            ahead: VecDeque::new(),
            line: 0,
            rows: 0,
            failure: None,
            ended: false,
        };
        let mut batch = LineBatch::default();
        let Some(cells) = this.read_row(&mut batch)? else {
            // An empty file has no records, and so does not need a header.
            return Ok(this);
        };
        let (line, row) = batch.get(0).map_or((1, &[][..]), |row| (row.number, row.bytes));
        let cells = cells.map_err(|fault| {
            let (line, column) = fault.line_and_column(row, line);
            wrong_header(&this.name, line, HeaderProblem::BrokenQuotes { column, problem: fault.problem })
        })?;
        this.meaning = meaning(&cells.cells, row, &this.name, line)?;
        Ok(this)
    }

    /// The columns of which a mapping reads nothing.
    pub fn unused_columns(&self) -> &[String] {
        match &self.meaning {
            RowMeaning::Facts(_) => &[],
            RowMeaning::Mapped(program) => program.unused_columns(),
        }
    }

    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    pub fn progress(&self) -> Progress {
        self.progress.clone()
    }

    /// The next rows, none at the end; rows without any value are left out.
    pub fn next_rows(&mut self) -> Result<Option<(LineBatch, CsvRows)>, ExchangeError> {
        if let Some(rows) = self.ahead.pop_front() {
            return Ok(Some(rows));
        }
        let mut batch = LineBatch::default();
        let mut rows = CsvRows { meaning: self.meaning.clone(), rows: Vec::new(), before: self.rows };
        while !self.ended && !batch.is_full() {
            match self.read_row(&mut batch) {
                Ok(Some(cells)) => rows.rows.push(cells),
                Ok(None) => self.ended = true,
                Err(error) => {
                    self.ended = true;
                    self.failure = Some(error);
                }
            }
        }
        self.rows += rows.rows.len() as u64;
        if !rows.rows.is_empty() {
            return Ok(Some((batch, rows)));
        }
        self.failure.take().map_or(Ok(None), Err)
    }

    /// Reads one row that has a value; its bytes go to the batch.
    fn read_row(&mut self, batch: &mut LineBatch) -> Result<Option<Row>, ExchangeError> {
        loop {
            self.reader.get_mut().begin_row(MAX_LINE);
            let mut cells = ByteRecord::new();
            let found = self.reader.read_byte_record(&mut cells).map_err(|error| self.failed(error))?;
            if !found {
                return Ok(None);
            }
            let end = self.reader.position().byte();
            let raw = self.reader.get_mut().take(end);
            // The `\n` of the row before may be here, and blank lines.
            let row = without_line_endings(raw);
            let skipped = raw.len() - row.len();
            let start = self.line + 1 + newlines(&raw[..skipped]);
            self.line += newlines(raw);
            let row = row.strip_suffix(b"\n").unwrap_or(row);
            let row = row.strip_suffix(b"\r").unwrap_or(row);
            let fault = quote_fault(row, self.separator);
            if let Some(fault) = fault.filter(|fault| fault.problem == QuoteProblem::Unclosed) {
                let (line, column) = fault.line_and_column(row, start);
                return Err(ExchangeError::UnclosedQuote { name: Arc::clone(&self.name), line, column });
            }
            if fault.is_some() || cells.iter().any(|cell| !cell.is_empty()) {
                batch.push(start, row);
                return Ok(Some(match fault {
                    Some(fault) => Err(fault),
                    None if self.separator == b'\t' => Ok(RowCells::unescaped(cells, row)),
                    None => Ok(RowCells::plain(cells)),
                }));
            }
        }
    }

    fn failed(&self, error: csv::Error) -> ExchangeError {
        let name = Arc::clone(&self.name);
        if self.reader.get_ref().is_row_too_long() {
            return ExchangeError::RowTooLong { name, line: self.line + 1 };
        }
        ExchangeError::Read { name, line: self.line, cause: csv_failure(error) }
    }
}

/// A row without the line endings before it.
fn without_line_endings(raw: &[u8]) -> &[u8] {
    let first = raw.iter().position(|byte| !matches!(byte, b'\n' | b'\r'));
    &raw[first.unwrap_or(raw.len())..]
}

fn newlines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

fn wrong_header(name: &Arc<str>, line: u64, problem: HeaderProblem) -> ExchangeError {
    ExchangeError::Header { name: Arc::clone(name), line, problem: Box::new(problem) }
}

impl CsvRows {
    /// Whether a mapping makes records of them.
    pub fn are_mapped(&self) -> bool {
        matches!(self.meaning, RowMeaning::Mapped(_))
    }

    /// The records of the row at that place; none if there are not so many rows.
    pub fn records(
        &self,
        index: usize,
        name: &Arc<str>,
        line: RawLine<'_>,
        seen: &mut SeenEntities,
    ) -> Option<RowRecords> {
        let RowCells { cells, escaped } = match self.rows.get(index)? {
            Ok(row) => row,
            Err(fault) => {
                let (broken, column) = fault.line_and_column(line.bytes, line.number);
                let of_record = (broken == line.number).then_some(column);
                let location = RecordLocation { column: of_record, ..line.location(name) };
                let problem = RecordProblem::BrokenQuotes { line: broken, column, problem: fault.problem };
                return Some(RowRecords::One(Err(Box::new(RecordError { location, problem })), Vec::new()));
            }
        };
        let left_out = |example: &String| LeftOut { reason: LeftOutReason::Escape, example: example.clone() };
        let escaped = escaped.iter().map(left_out);
        Some(match &self.meaning {
            RowMeaning::Mapped(program) => {
                let number = self.before + index as u64 + 1;
                let mut records = program.records(CsvRow { cells, line, number, name }, seen);
                let left_out = escaped.map(RecordContent::LeftOut);
                records.extend(left_out.map(|content| Ok(Record { line: line.number, column: None, content })));
                RowRecords::Several(records)
            }
            RowMeaning::Facts(header) => {
                let mut left_out: Vec<LeftOut> = escaped.collect();
                let fact = header.fact(cells, line.bytes, &mut left_out).map_err(|WrongCell { column, problem }| {
                    let location = RecordLocation { cell: column, ..line.location(name) };
                    Box::new(RecordError { location, problem: *problem })
                });
                RowRecords::One(fact.map(RecordContent::Fact), left_out)
            }
        })
    }
}
