//! What a query takes for granted, as data and in English.

use std::fmt;
use std::sync::Arc;

use super::list;
use super::remarks::about;
use crate::model::{Date, Day};

/// Something that holds for a query, by its own words or by default.
///
/// Its `Display` is a few words of English.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// All acts that the query looks for are recorded, because somebody claims to
    /// have them; or nobody does, and where none is recorded the answer is unknown.
    Coverage {
        /// What the acts are called.
        acts: Vec<Arc<str>>,
        /// What they are done to: the names of the first few.
        objects: Vec<Arc<str>>,
        /// How many objects more.
        more_objects: u64,
        /// Whether somebody covers them.
        is_covered: bool,
        /// The publisher who does; none if it is the store.
        publisher: Option<Arc<str>>,
        /// The first day that is covered; none if there is no first.
        from: Option<Date>,
        /// The last day that is covered; none if there is no last.
        until: Option<Date>,
    },
}

impl Assumption {
    /// What it is about, in the words of the language.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Today(_) => "today",
            Self::DateField => "dates",
            Self::AsOf { .. } | Self::AsOfEach { .. } | Self::AnyDate => "as of",
            Self::Known { .. } => "known",
            Self::Coverage { .. } => "coverage",
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
            Self::Coverage { acts, objects, more_objects, is_covered, publisher, from, until } => {
                write!(f, "{}{}: ", list::either(acts), about(objects, *more_objects))?;
                if !is_covered {
                    return f.write_str("covered by nobody");
                }
                write!(f, "complete according to {}", publisher.as_deref().unwrap_or("the store"))?;
                from.as_ref().map_or(Ok(()), |from| write!(f, ", from {}", from.written()))?;
                until.as_ref().map_or(Ok(()), |until| write!(f, ", until {}", until.written()))
            }
        }
    }
}
