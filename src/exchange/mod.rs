//! Readers and writers of other formats. It knows bytes, JSON Lines, CSV and
//! Markdown; it knows nothing of stores, queries or terminals.
//!
//! Reading goes [`Input`] (unpacked bytes) → [`Chunks`] (unparsed records, in
//! order) → [`Chunk::records`] (pure, for any thread) → [`Record`]. [`Records`]
//! does all of that on one thread. A new input format is a variant of
//! [`InputFormat`]; a new output format is a file in `write/` and a line in
//! [`FORMATS`].

mod column_map;
mod csv;
mod error;
mod field;
mod input;
mod json_lines;
mod lines;
mod mapping;
mod plain;
mod record;
mod shape;
mod write;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;

pub use column_map::{Mapping, Supply};
pub use error::{ExchangeError, RecordError};
pub use input::{Input, InputFormat, Progress};
pub use json_lines::parse_line;
pub use lines::{Batch, LineReader, MAX_LINE, RawLine};
pub use mapping::{MapOptions, MappingFile, guess_mapping};
pub use plain::sanitize;
pub use record::{Chunk, Chunks, Completion, Content, LeftOut, ReadOptions, Record, Records};
pub use shape::column_of;
pub use write::{
    CSV, FORMATS, FactColumns, FactRow, JSON_LINES, MARK, Marks, OutputFormat, OutputRow, RowWriter, marked,
};
