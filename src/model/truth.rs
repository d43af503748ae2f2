//! Three-valued truth, and the want of a value: what a fact can say about a question.

use std::ops::Not;

/// The answer to a yes-or-no question about something known imprecisely.
///
/// Ordered, so that conjunction is `min` and disjunction is `max`, as in
/// strong Kleene logic. `Unknown` is apart from `Possible` because a date that
/// is not there says nothing at all: such facts are counted, and never asked
/// for with `maybe`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Truth {
    /// No reading of the facts makes it so.
    False,
    /// A date that the question needs is missing.
    Unknown,
    /// Some reading makes it so and some does not.
    Possible,
    /// Every reading makes it so.
    True,
}

impl Truth {
    /// Both hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        self.min(other)
    }

    /// At least one holds.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        self.max(other)
    }

    /// `True` from a definite and a possible answer, the former implying the latter.
    #[must_use]
    pub fn from_bounds(definite: bool, possible: bool) -> Self {
        match (definite, possible) {
            (true, _) => Self::True,
            (false, true) => Self::Possible,
            (false, false) => Self::False,
        }
    }

    /// Whether every reading makes it so.
    #[must_use]
    pub fn is_definite(self) -> bool {
        self == Self::True
    }

    /// Whether at least one reading makes it so.
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
