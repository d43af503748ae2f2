//! What a query takes for granted, as data and in English.

use std::fmt;

use crate::model::Day;

/// Something that holds for a query, by its own words or by default.
///
/// Its `Display` is a few words of English.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Assumption {
    /// The day that `today` means.
    Today(Day),
    /// A test of a date that names no field asks about `date`.
    DateField,
    /// The rows and their statuses are those of this day.
    AsOf {
        /// The day.
        day: Day,
        /// Whether the query names it; otherwise it is today.
        is_named: bool,
    },
    /// The rows are those of each of several days.
    AsOfEach {
        /// How many days.
        days: usize,
    },
    /// Facts of any date are rows.
    AnyDate,
    /// The commits whose facts are known.
    Known {
        /// The last of them; 0 if there is none.
        last: u64,
        /// Whether the query names it; otherwise it is the last of all.
        is_named: bool,
    },
}

impl Assumption {
    /// What it is about, in the words of the language.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Today(_) => "today",
            Self::DateField => "dates",
            Self::AsOf { .. } | Self::AsOfEach { .. } | Self::AnyDate => "as of",
            Self::Known { .. } => "known",
        }
    }
}

impl fmt::Display for Assumption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Today(day) | Self::AsOf { day, is_named: true } => write!(f, "{day}"),
            Self::DateField => f.write_str("`date`, unless a field is named"),
            Self::AsOf { day, is_named: false } => write!(f, "{day}, today, as the query names no day"),
            Self::AsOfEach { days } => write!(f, "each of {days} days"),
            Self::AnyDate => f.write_str("no day: facts of any date"),
            Self::Known { last, is_named } => {
                match last {
                    0 => f.write_str("nothing")?,
                    1 => f.write_str("the first commit")?,
                    last => write!(f, "commits #1..#{last}")?,
                }
                f.write_str(if *is_named { "" } else { ", the latest state" })
            }
        }
    }
}
