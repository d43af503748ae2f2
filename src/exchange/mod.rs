//! Readers and writers of other formats: JSON Lines, CSV, TSV, Markdown. They
//! know nothing of stores, queries or terminals.
//!
//! Reading goes [`Input`] (decompressed bytes) → [`RecordChunks`] (unparsed
//! records, in order) → [`RecordChunk::records`] (pure, on any thread) →
//! [`Record`]. [`Records`] does all of that on one thread. A new input format is
//! a variant of [`InputFormat`]; a new output format is a file in `write/` and a
//! line in [`FORMATS`].
//!
//! What can be wrong is data, such as [`RecordProblem`]; its `Display` is English.

mod chunks;
mod column_map;
mod column_source;
mod csv;
mod csv_cells;
mod day_or_month;
mod error;
mod field;
mod input;
mod json_lines;
mod json_markers;
mod json_object;
mod json_syntax;
mod lines;
mod list_cells;
mod mapping;
mod missing_markers;
mod plain;
mod problem;
mod read_options;
mod record;
mod records;
mod write;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;

pub use chunks::{RecordChunk, RecordChunks};
pub use column_map::ColumnMap;
pub use column_source::ColumnSource;
pub use day_or_month::{DatesOfColumn, DayOrMonthFirst};
pub use error::{ExchangeError, RecordError, RecordLocation};
pub use input::{Input, InputFormat, Progress};
pub use json_lines::parse_line;
pub use json_object::column_of_key;
pub use lines::{LineBatch, LineReader, MAX_LINE, RawLine};
pub use mapping::{MapOptions, MappingFile, guess_mapping};
pub use missing_markers::MissingMarkers;
pub use plain::sanitize;
pub use problem::{
    ColumnMapProblem, ExpectedJson, HeaderProblem, JsonProblem, JsonType, MappingProblem, QuoteProblem, RecordPart,
    RecordProblem, RecordProblemKind, StepLocation, StepProblem, TomlExpected, ValueProblem, ValueType,
};
pub use read_options::ReadOptions;
pub use record::{Completion, LeftOut, LeftOutReason, NumberedFact, Record, RecordContent, SentinelEffect};
pub use records::Records;
pub use write::{
    COMPUTED_MARK, CSV, CellsOfFacts, ComputedDates, FORMATS, FactColumns, FactRow, JSON_LINES, OutputFormat,
    OutputRow, RowWriter, label_with_mark,
};
