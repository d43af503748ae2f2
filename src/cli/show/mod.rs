//! How answers look: tables and blocks for people, and the library's writers
//! for other tools. It knows widths and rows, and runs no query.

mod answer;
mod bars;
mod drawing;
mod table;
mod vertical;

use clap::ValueEnum;
use tractat::exchange::{OutputFormat, output_format};

pub use answer::{Pages, Watch, headings, print_answer, print_rows, say_hints};
pub use table::Table;
pub use vertical::{Blocks, fact_lines};

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Columns, for people
    Table,
    /// A block of fields for each row, for people
    Vertical,
    /// One array of objects
    Json,
    /// One JSON object a line
    Jsonl,
    /// Comma-separated values
    Csv,
    /// A Markdown table
    Markdown,
    /// A line to be cited for each source of each fact
    Citation,
}

impl Format {
    /// The name that users write.
    pub fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }

    /// The names of all, as a sentence lists them.
    pub fn names() -> String {
        Self::value_variants().iter().map(|format| format.name()).collect::<Vec<_>>().join(", ")
    }

    /// The format of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::from_str(name, true).ok()
    }

    /// Whether programs read it, which want ids where people want names.
    pub fn is_for_programs(self) -> bool {
        !matches!(self, Self::Table | Self::Vertical | Self::Markdown | Self::Citation)
    }

    /// The library's format of the same name; none of those for people at a terminal.
    pub fn exchanged(self) -> Option<&'static OutputFormat> {
        output_format(&self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_either_for_people_or_written_by_the_library() {
        for format in Format::value_variants() {
            assert_eq!(format.exchanged().is_none(), matches!(format, Format::Table | Format::Vertical));
            assert_eq!(Format::named(&format.name().to_uppercase()), Some(*format));
        }
    }
}
