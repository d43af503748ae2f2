//! What is wrong with the file of a mapping.

use std::fmt;

use super::list::{choices, names, with_article};
use crate::exchange::{MappingProblem, TomlExpected};

impl fmt::Display for MappingProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Toml { message } => f.write_str(message),
            Self::UnknownKey { table, key, similar, known } => {
                write!(f, "{} has no key `{key}`; ", table_name(table.as_deref()))?;
                match similar {
                    Some(near) => write!(f, "did you mean `{near}`?"),
                    None => write!(f, "its keys are {}", names(known)),
                }
            }
            Self::MissingKey { table, key, example, similar } => {
                write!(f, "{} needs the key `{key}`, as in `{example}`", table_name(table.as_deref()))?;
                similar.as_ref().map_or(Ok(()), |near| write!(f, " (is it called `{near}` here?)"))
            }
            Self::WrongType { key, expected: TomlExpected::Text, found } => {
                write!(f, "`{key}` must be text in quotes, not {}", with_article(found))
            }
            Self::WrongType { key, expected: TomlExpected::Table, found } => {
                write!(f, "`{key}` must be a table, written `[{key}]`, not {}", with_article(found))
            }
            Self::WrongType { key, expected: TomlExpected::Tables, .. } => {
                write!(f, "`{key}` must be written once for each, as `[[{key}]]`")
            }
            Self::UnknownChoice { key, value, known } => {
                write!(f, "`{key}` cannot be \"{value}\"; write {}", choices(known))
            }
            Self::NumberTooLarge { key } => write!(f, "the number in `{key}` is too large"),
            Self::NumberBeyondBounds { key, error } => write!(f, "the number of `{key}` cannot be kept: {error}"),
            Self::NotFinite { key } => write!(f, "the number of `{key}` must be finite"),
            Self::UnquotedDate { key } => write!(f, "the date of `{key}` must be in quotes"),
            Self::InvalidPattern { pattern, reason } => {
                write!(f, "invalid regular expression `{pattern}`: {reason}")
            }
            Self::NoNamedGroup => f.write_str(
                "the pattern has no named group, and so makes no value; name a part of it, as in `(?<name>…)`",
            ),
            Self::SourcesInFact => {
                f.write_str("a fact has one source here: write `[fact.source]`, or `[source]` for every fact")
            }
            Self::UnmatchedBrace { key } => {
                write!(f, "unmatched brace in `{key}`; write `{{{{` or `}}}}` for the character itself")
            }
            Self::EmptyBraces { key } => {
                write!(f, "empty braces in `{key}`; write a name between them, as in `{{name}}`")
            }
            Self::UnknownFilter { filter, known } => {
                write!(f, "there is no filter `{filter}`; the filters are {}", names(known))
            }
            Self::EmptyStep { known } => {
                write!(f, "`[[step]]` does nothing; it needs one of the keys {}", names(known))
            }
            Self::NoOutput => f.write_str("the mapping makes nothing; it needs a `[[fact]]` or an `[[entity]]`"),
            Self::UnknownValue { name, similar, input, columns } => {
                write!(f, "no column and no step gives `{name}`; ")?;
                match similar {
                    Some(near) => write!(f, "did you mean `{near}`?"),
                    None => write!(
                        f,
                        "the columns of {input} are {} (write `{{{name}?}}` for a column that not every file has)",
                        names(columns)
                    ),
                }
            }
            Self::NumberOutsideId => f.write_str(
                "`{n}` is a number that tells ids apart, and can only be written once in the `id` of a fact",
            ),
            Self::ValueMadeLater { name } => {
                write!(f, "`{name}` is made by a later step; move that step before this one")
            }
        }
    }
}

fn table_name(name: Option<&str>) -> String {
    name.map_or_else(|| "a mapping".to_owned(), |name| format!("`{name}`"))
}
