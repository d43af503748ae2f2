//! Mappings: files that say how the rows of somebody's CSV become facts and
//! entities. They know names of columns and templates, but no store.
//!
//! A row is a set of named values. Steps add values, one after the other
//! ([`step`]); at the end, templates over the values make facts and entities. A
//! mapping is read once ([`MappingFile`]) and made ready for the header of each
//! file ([`Program`]).

mod column_dates;
mod condition;
mod file;
mod filling;
mod guess;
mod guess_dates;
#[cfg(test)]
mod guess_tests;
mod legend;
mod output;
mod program;
mod step;
mod template;
#[cfg(test)]
mod tests;
mod toml_reader;
mod written_date;

pub use self::file::{MapOptions, MappingFile};
pub use self::guess::guess_mapping;
pub(super) use self::program::{CsvRow, Program, SeenEntities};
