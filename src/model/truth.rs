//! Truth values: what can be said about a question when dates are imprecise or
//! missing.

use std::ops::Not;

/// The answer to a yes-or-no question about something known imprecisely.
///
/// The values are ordered so that conjunction is the minimum and disjunction the
/// maximum, as in Kleene's strong logic of indeterminacy. `Unknown` differs from
/// `Possible` because a missing date says nothing at all: such facts are only
/// counted, and `maybe` does not select them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Truth {
    /// It holds on no reading of the dates.
    False,
    /// A date that the question depends on is missing.
    Unknown,
    /// It holds on some readings of the dates, but not on all.
    Possible,
    /// It holds on every reading of the dates.
    True,
}

impl Truth {
    /// The conjunction of both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        self.min(other)
    }

    /// The disjunction of both.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        self.max(other)
    }

    /// The truth value of something that holds on every reading (`definite`) or on
    /// some (`possible`); the former implies the latter.
    #[must_use]
    pub fn from_bounds(definite: bool, possible: bool) -> Self {
        match (definite, possible) {
            (true, _) => Self::True,
            (false, true) => Self::Possible,
            (false, false) => Self::False,
        }
    }

    /// Whether it holds on every reading.
    #[must_use]
    pub fn is_definite(self) -> bool {
        self == Self::True
    }

    /// Whether it holds on at least one reading.
    #[must_use]
    pub fn is_possible(self) -> bool {
        self >= Self::Possible
    }
}

impl From<bool> for Truth {
    fn from(value: bool) -> Self {
        if value { Self::True } else { Self::False }
    }
}

impl Not for Truth {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::False => Self::True,
            Self::Unknown => Self::Unknown,
            Self::Possible => Self::Possible,
            Self::True => Self::False,
        }
    }
}
