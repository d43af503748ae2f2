//! Lengths of time between days that may be known imprecisely.

use std::cmp::Ordering;
use std::fmt;

use serde::{Serialize, Serializer};

use super::Window;

/// A length of time, in days; a range where an end is imprecise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Elapsed {
    /// At least so many days.
    pub least: f64,
    /// At most so many days.
    pub most: f64,
    /// From which day to which, if it lies between two: then months and years
    /// are those of the calendar.
    pub ends: Option<(Window, Window)>,
}

impl Elapsed {
    /// From some day of one window to some day of another.
    #[must_use]
    pub fn between(from: Window, to: Window) -> Self {
        todo!("{from} {to}")
    }

    /// The order of answers: by the least, then by the most.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Ordering {
        self.least.total_cmp(&other.least).then(self.most.total_cmp(&other.most))
    }
}

impl fmt::Display for Elapsed {
    /// In days: `182`, or `120..485` where it is imprecise.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.least.total_cmp(&self.most).is_eq() {
            write!(f, "{}", self.least)
        } else {
            write!(f, "{}..{}", self.least, self.most)
        }
    }
}

impl Serialize for Elapsed {
    /// A number of days if that is certain, else a text.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.least.total_cmp(&self.most).is_eq() {
            serializer.serialize_f64(self.least)
        } else {
            serializer.collect_str(self)
        }
    }
}
