//! How answers look: tables and blocks for people, and the library's writers
//! for other tools. It knows widths and rows, and runs no query.

mod answer;
mod bars;
mod drawing;
mod markdown;
mod table;
mod vertical;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use tractat::exchange::{FORMATS, OutputFormat};

pub use answer::{Pages, Stopwatch, headings, print_answer, print_rows, say_hints};
pub use markdown::render as render_markdown;
pub use table::TextTable;
pub use vertical::{VerticalLayout, fact_lines};

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Columns, for people at a terminal.
    Table,
    /// A block of fields for each row, for people at a terminal.
    Vertical,
    /// A format that the library writes.
    Written(&'static OutputFormat),
}

impl Format {
    /// Every format: those for a terminal, then each that the library has.
    pub fn all() -> impl Iterator<Item = Self> {
        [Self::Table, Self::Vertical].into_iter().chain(FORMATS.iter().copied().map(Self::Written))
    }

    /// The name that users write.
    pub fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Vertical => "vertical",
            Self::Written(format) => format.name,
        }
    }

    /// What it is, in a few words.
    fn about(self) -> &'static str {
        match self {
            Self::Table => "columns, for people",
            Self::Vertical => "a block of fields for each row, for people",
            Self::Written(format) => format.about,
        }
    }

    /// The names of all, as a sentence lists them.
    pub fn names() -> String {
        Self::all().map(Self::name).collect::<Vec<_>>().join(", ")
    }

    /// The format of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|format| format.name().eq_ignore_ascii_case(name))
    }

    /// The library's writer; `None` for the formats for people.
    pub fn written(self) -> Option<&'static OutputFormat> {
        match self {
            Self::Table | Self::Vertical => None,
            Self::Written(format) => Some(format),
        }
    }

    /// What help says of the option.
    pub fn help() -> String {
        format!("How rows are written: {}", Self::names())
    }

    /// Reads the value of the option; the shells complete it.
    pub fn parser() -> impl TypedValueParser<Value = Self> {
        let values = Self::all().map(|format| PossibleValue::new(format.name()).help(format.about()));
        PossibleValuesParser::new(values)
            .try_map(|name| Self::named(&name).ok_or_else(|| format!("there is no format `{name}`")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_known_by_its_name_in_any_case() {
        for format in Format::all() {
            assert_eq!(Format::named(&format.name().to_uppercase()), Some(format));
        }
    }
}
