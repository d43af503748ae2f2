//! CSV as facts: the header, what its columns give, and rows in order with the
//! lines of the file, whatever line breaks stand inside of cells.

use std::io::{self, Read};
use std::sync::Arc;

use crate::model::{Fact, nearest};
use csv::{ByteRecord, ReaderBuilder};

use super::column_map::Supply;
use super::error::{ExchangeError, RecordError};
use super::field::{Target, set};
use super::input::{Input, Progress};
use super::lines::{Batch, MAX_LINE, RawLine};
use super::mapping::{MapOptions, MappingFile, Program, Row, Seen};
use super::record::{Content, ReadOptions, Record};

/// Reads the rows of an input.
pub(super) struct CsvReader {
    name: Arc<str>,
    progress: Progress,
    reader: csv::Reader<Kept>,
    plan: Plan,
    /// How many lines were read.
    line: u64,
    /// How many rows below the header were read.
    rows: u64,
    failure: Option<ExchangeError>,
    ended: bool,
}

/// What rows become.
#[derive(Debug, Clone)]
enum Plan {
    /// A fact each, by what each column gives.
    Columns(Arc<Header>),
    /// What a mapping makes of them.
    Mapping(Arc<Program>),
}

/// The cells of some rows, with what is made of them.
#[derive(Debug)]
pub(super) struct Rows {
    plan: Plan,
    cells: Vec<ByteRecord>,
    /// How many rows are before these.
    before: u64,
}

/// Keeps what is read through it until told to let go, and ends a row without end.
struct Kept {
    input: Input,
    bytes: Vec<u8>,
    /// How many of the bytes are of rows that were handed out.
    done: usize,
    /// How many bytes of the input are before `bytes`.
    before: u64,
    /// How many more bytes may be read for one row.
    room: usize,
    ended: bool,
}

/// How many bytes of rows that are done may be kept, so that few are moved often.
const LET_GO: usize = 256 << 10;

impl Read for Kept {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.room == 0 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, too_long()));
        }
        let wanted = buffer.len().min(self.room);
        let length = self.input.read(&mut buffer[..wanted])?;
        self.ended |= length == 0;
        self.room -= length;
        if self.done > LET_GO {
            self.bytes.drain(..self.done);
            self.before += self.done as u64;
            self.done = 0;
        }
        self.bytes.extend_from_slice(&buffer[..length]);
        Ok(length)
    }
}

fn too_long() -> String {
    format!("a row is longer than {} MiB; is a quote opened and never closed?", MAX_LINE >> 20)
}

impl Kept {
    /// What was read since the last time, up to a byte of the input, and
    /// whether the input ended there without a line ending.
    fn take(&mut self, until: u64) -> (&[u8], bool) {
        let end = usize::try_from(until.saturating_sub(self.before)).unwrap_or(usize::MAX).min(self.bytes.len());
        let start = std::mem::replace(&mut self.done, end).min(end);
        (&self.bytes[start..end], self.ended && end == self.bytes.len())
    }
}

impl CsvReader {
    pub fn new(input: Input, options: &ReadOptions<'_>) -> Result<Self, ExchangeError> {
        let plan = |cells: &ByteRecord, name: &Arc<str>, line: u64| {
            let header = Header::new(cells, options);
            header.map(|header| Plan::Columns(Arc::new(header))).map_err(wrong_header(name, line))
        };
        Self::with(input, plan)
    }

    pub fn mapped(input: Input, mapping: &Arc<MappingFile>, options: MapOptions<'_>) -> Result<Self, ExchangeError> {
        let plan = |cells: &ByteRecord, name: &Arc<str>, line: u64| {
            let columns = names_of(cells).map_err(wrong_header(name, line))?;
            Ok(Plan::Mapping(Arc::new(Program::new(mapping, columns, name, options)?)))
        };
        Self::with(input, plan)
    }

    fn with(
        input: Input,
        plan: impl FnOnce(&ByteRecord, &Arc<str>, u64) -> Result<Plan, ExchangeError>,
    ) -> Result<Self, ExchangeError> {
        let name = Arc::clone(input.name());
        let progress = input.progress();
        let kept = Kept { input, bytes: Vec::new(), done: 0, before: 0, room: 0, ended: false };
        let reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(kept);
        let empty = Plan::Columns(Arc::new(Header::default()));
        let mut this = Self { name, progress, reader, plan: empty, line: 0, rows: 0, failure: None, ended: false };
        let mut batch = Batch::default();
        let Some(cells) = this.read_row(&mut batch)? else {
            // An empty file has no records, and so no need of a header.
            return Ok(this);
        };
        let line = batch.get(0).map_or(1, |row| row.number);
        this.plan = plan(&cells, &this.name, line)?;
        Ok(this)
    }

    /// The columns of which a mapping reads nothing.
    pub fn unused(&self) -> &[String] {
        match &self.plan {
            Plan::Columns(_) => &[],
            Plan::Mapping(program) => program.unused(),
        }
    }

    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    pub fn progress(&self) -> Progress {
        self.progress.clone()
    }

    /// The next rows, none at the end; rows without any value are left out.
    pub fn next_rows(&mut self) -> Result<Option<(Batch, Rows)>, ExchangeError> {
        let mut batch = Batch::default();
        let mut rows = Rows { plan: self.plan.clone(), cells: Vec::new(), before: self.rows };
        while !self.ended && !batch.is_full() {
            match self.read_row(&mut batch) {
                Ok(Some(cells)) => rows.cells.push(cells),
                Ok(None) => self.ended = true,
                Err(error) => {
                    self.ended = true;
                    self.failure = Some(error);
                }
            }
        }
        self.rows += rows.cells.len() as u64;
        if !rows.cells.is_empty() {
            return Ok(Some((batch, rows)));
        }
        self.failure.take().map_or(Ok(None), Err)
    }

    /// Reads one row that has a value; its bytes go to the batch.
    fn read_row(&mut self, batch: &mut Batch) -> Result<Option<ByteRecord>, ExchangeError> {
        loop {
            self.reader.get_mut().room = MAX_LINE;
            let mut cells = ByteRecord::new();
            let found = self.reader.read_byte_record(&mut cells).map_err(|error| ExchangeError::Read {
                name: Arc::clone(&self.name),
                line: self.line,
                cause: io_error(error),
            })?;
            if !found {
                return Ok(None);
            }
            let end = self.reader.position().byte();
            let kept = self.reader.get_mut();
            let (raw, is_last) = kept.take(end);
            // The `\n` of the row before may stand here, and blank lines.
            let row = without_line_endings(raw);
            let skipped = raw.len() - row.len();
            let start = self.line + 1 + newlines(&raw[..skipped]);
            self.line += newlines(raw);
            let row = row.strip_suffix(b"\n").unwrap_or(row);
            let row = row.strip_suffix(b"\r").unwrap_or(row);
            if is_last && is_unclosed(row) {
                let cause =
                    io::Error::new(io::ErrorKind::InvalidData, "the next row opens a quote and never closes it");
                return Err(ExchangeError::Read { name: Arc::clone(&self.name), line: start - 1, cause });
            }
            if cells.iter().any(|cell| !cell.is_empty()) {
                batch.push(start, row);
                return Ok(Some(cells));
            }
        }
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

/// Whether a last row seems to end inside of quotes: a cell starts with one,
/// and there is an odd number of them.
fn is_unclosed(row: &[u8]) -> bool {
    memchr::memchr_iter(b'"', row).count() % 2 == 1
        && (row.starts_with(b"\"") || memchr::memmem::find(row, b",\"").is_some())
}

fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

impl Rows {
    pub fn are_mapped(&self) -> bool {
        matches!(self.plan, Plan::Mapping(_))
    }

    /// What a row becomes, if that may be several records.
    pub fn several(
        &self,
        index: usize,
        name: &Arc<str>,
        line: RawLine<'_>,
        seen: &mut Seen,
    ) -> Option<Vec<Result<Record, ExchangeError>>> {
        let (Plan::Mapping(program), Some(cells)) = (&self.plan, self.cells.get(index)) else { return None };
        Some(program.run(Row { cells, line, number: self.before + index as u64 + 1, name }, seen))
    }

    /// What a row becomes, if that is one record.
    pub fn parse(&self, index: usize, name: &Arc<str>, line: RawLine<'_>) -> Result<Content, Box<RecordError>> {
        let parsed = match (&self.plan, self.cells.get(index)) {
            (Plan::Columns(header), Some(cells)) => header.fact(cells),
            _ => Err("the row has no cells".to_owned()),
        };
        parsed.map(Content::Fact).map_err(|reason| {
            Box::new(RecordError {
                name: Arc::clone(name),
                line: line.number,
                column: None,
                reason,
                mend: None,
                raw: line.bytes.to_vec(),
                raw_length: line.length,
            })
        })
    }
}

fn wrong_header(name: &Arc<str>, line: u64) -> impl FnOnce(String) -> ExchangeError {
    let name = Arc::clone(name);
    move |reason| ExchangeError::Header { name, line, reason }
}

/// What the columns of a file give.
#[derive(Debug, Default)]
struct Header {
    columns: Vec<Column>,
    constants: Vec<(Target, String)>,
}

#[derive(Debug)]
struct Column {
    name: String,
    targets: Vec<Target>,
    /// Which other column says whether its dates are stated or computed.
    basis: Option<usize>,
}

impl Header {
    fn new(cells: &ByteRecord, options: &ReadOptions<'_>) -> Result<Self, String> {
        let names = names_of(cells)?;
        let mut columns: Vec<Column> =
            names.into_iter().map(|name| Column { name, targets: Vec::new(), basis: None }).collect();
        let mut constants = Vec::new();
        for (field, supply) in &options.mapping.entries {
            // In a mapping a field may be called as in queries.
            let field = options.schema.field(field).map_or(field.as_str(), |known| &known.name);
            let target = Target::new(field, options.schema);
            match supply {
                Supply::Constant(value) => constants.push((target, value.clone())),
                Supply::Column(name) => {
                    let Some(column) = columns.iter_mut().find(|column| column.name == *name) else {
                        return Err(unknown_column(name, &columns));
                    };
                    column.targets.push(target);
                }
            }
        }
        let told = tell_basis(&mut columns);
        for (place, column) in columns.iter_mut().enumerate() {
            if column.targets.is_empty() && !column.name.is_empty() && !told.contains(&place) {
                column.targets.push(Target::new(&column.name, options.schema));
            }
        }
        let header = Self { columns, constants };
        header.check()?;
        Ok(header)
    }

    /// Every field from one place only, and none missing that a fact needs.
    fn check(&self) -> Result<(), String> {
        let of_columns =
            self.columns.iter().flat_map(|column| column.targets.iter().map(|target| (target, &*column.name)));
        let of_constants = self.constants.iter().map(|(target, _)| (target, "a constant"));
        let mut seen: Vec<(&str, &str)> = Vec::new();
        for (target, from) in of_columns.chain(of_constants) {
            if let Some((field, other)) = seen.iter().find(|(field, _)| *field == target.field) {
                return Err(format!(
                    "`{field}` would come from `{other}` and from `{from}`: map one of them to another field, \
                     as in `other_{field}={other}`"
                ));
            }
            seen.push((&target.field, from));
        }
        for needed in ["subject", "action"] {
            if seen.iter().all(|(field, _)| *field != needed) {
                let names = self.columns.iter().map(|column| column.name.as_str());
                let near = nearest(needed, names).unwrap_or("COLUMN");
                let constant = if needed == "action" { " or `action=:VALUE`" } else { "" };
                return Err(format!(
                    "no column gives `{needed}`: map one with `{needed}={near}`{constant}; the columns are {}",
                    listed(&self.columns)
                ));
            }
        }
        let is_given = |field: &str| seen.iter().any(|(seen, _)| *seen == field);
        if is_given("sources") && seen.iter().any(|(field, _)| field.starts_with("source.")) {
            return Err("sources are given by `sources` and by `source.` columns: leave one of them out".to_owned());
        }
        Ok(())
    }

    fn fact(&self, cells: &ByteRecord) -> Result<Fact, String> {
        if cells.len() != self.columns.len() {
            return Err(format!("the row has {} cells, and the header has {}", cells.len(), self.columns.len()));
        }
        let mut fact = Fact::default();
        for (target, value) in &self.constants {
            set(&mut fact, target, value).map_err(|reason| format!("the constant for `{}`: {reason}", target.field))?;
        }
        for (index, (column, cell)) in self.columns.iter().zip(cells).enumerate() {
            let is_computed = |basis: usize| cells.get(basis) == Some(b"computed");
            if cell.is_empty() || column.basis.is_some_and(is_computed) {
                continue;
            }
            let text = std::str::from_utf8(cell).map_err(|error| {
                format!("column `{}`: byte {} of the cell is not UTF-8", column.name, error.valid_up_to() + 1)
            })?;
            if column.name.is_empty() && column.targets.is_empty() && !text.trim().is_empty() {
                return Err(format!("column {} has a value, and the header has no name for it", index + 1));
            }
            for target in &column.targets {
                set(&mut fact, target, text).map_err(|reason| format!("column `{}`: {reason}", column.name))?;
            }
        }
        for (field, value) in [("subject", &fact.subject), ("action", &fact.action)] {
            if value.is_empty() {
                let column = self.columns.iter().find(|column| column.targets.iter().any(|to| to.field == field));
                let column = column.map_or(field, |column| &column.name);
                return Err(format!("column `{column}` is empty, and a fact needs its `{field}`"));
            }
        }
        Ok(fact)
    }
}

/// The names that a header gives to its columns.
pub(super) fn names_of(cells: &ByteRecord) -> Result<Vec<String>, String> {
    let mut names: Vec<String> = Vec::new();
    for (index, cell) in cells.iter().enumerate() {
        let name = std::str::from_utf8(cell)
            .map_err(|_| format!("the name of column {} is not UTF-8: save the file as UTF-8", index + 1))?
            .trim();
        if !name.is_empty() && names.iter().any(|known| known == name) {
            return Err(format!("two columns are called `{name}`: rename one of them"));
        }
        names.push(name.to_owned());
    }
    if let [name] = names.as_slice()
        && let Some(separator) = [(';', "semicolons"), ('\t', "tabs")].iter().find(|(letter, _)| name.contains(*letter))
    {
        return Err(format!("the columns are separated by {}: save the file with commas", separator.1));
    }
    Ok(names)
}

/// Notes which columns have another beside them that says whether their dates
/// are stated or computed, as answers have it; returns the places of those and
/// of the ones that say by which rule, which are no fields.
fn tell_basis(columns: &mut [Column]) -> Vec<usize> {
    let place = |columns: &[Column], name: &str| {
        columns.iter().position(|column| column.name == name && column.targets.is_empty())
    };
    let mut told = Vec::new();
    for at in 0..columns.len() {
        let name = columns.get(at).map(|column| column.name.clone()).unwrap_or_default();
        let Some(basis) = place(columns, &format!("{name}.basis")).filter(|_| !name.is_empty()) else { continue };
        told.extend([Some(basis), place(columns, &format!("{name}.cite"))].into_iter().flatten());
        if let Some(column) = columns.get_mut(at) {
            column.basis = Some(basis);
        }
    }
    told
}

fn listed(columns: &[Column]) -> String {
    let names: Vec<String> =
        columns.iter().filter(|column| !column.name.is_empty()).map(|column| format!("`{}`", column.name)).collect();
    names.join(", ")
}

fn unknown_column(name: &str, columns: &[Column]) -> String {
    let near = nearest(name, columns.iter().map(|column| column.name.as_str()));
    let near = near.map_or(String::new(), |near| format!(" did you mean `{near}`?"));
    format!("no column is called `{name}`;{near} the columns are {}", listed(columns))
}
