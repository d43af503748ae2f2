//! CSV files: their rows in order, with the lines of the file whatever line
//! breaks are inside of cells, and what the columns of a plain file give.

mod escapes;
mod header;
mod quotes;
mod reader;
mod retaining;

pub(super) use quotes::is_quoted;
pub(super) use reader::{CsvReader, CsvRows, RowRecords};
pub(super) use retaining::RetainingReader;
