//! How values compare, and what they are compared with.

use crate::model::{Number, Precision, Window};
use crate::syntax::tree::{Duration, Operator, Relation};

/// How two values compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// The same.
    Equal,
    /// Not the same.
    NotEqual,
    /// Less.
    Less,
    /// Less or the same.
    AtMost,
    /// Greater.
    Greater,
    /// Greater or the same.
    AtLeast,
}

/// The comparison that an operator means.
pub(super) fn comparison(operator: Operator) -> Comparison {
    match operator {
        Operator::Is | Operator::Equal => Comparison::Equal,
        Operator::NotEqual => Comparison::NotEqual,
        Operator::Less => Comparison::Less,
        Operator::AtMost => Comparison::AtMost,
        Operator::Greater => Comparison::Greater,
        Operator::AtLeast => Comparison::AtLeast,
    }
}

/// The relation to a date that a comparison means.
pub(super) fn relation(operator: Operator) -> Relation {
    match operator {
        Operator::Less => Relation::Before,
        Operator::AtMost => Relation::Until,
        Operator::Greater => Relation::After,
        Operator::AtLeast => Relation::Since,
        Operator::Is | Operator::Equal | Operator::NotEqual => Relation::In,
    }
}

/// A test of something calculated.
#[derive(Debug, Clone, PartialEq)]
pub enum Scale {
    /// A number compares so.
    Number(Comparison, Number),
    /// A length of time compares so: by the calendar where both ends are known,
    /// else a month is 30.436875 days and a year 365.2425.
    Length(Comparison, Duration),
    /// A date, or some day of a stretch, lies in the window.
    Days(Window),
    /// There is none.
    Missing,
}

/// What a value is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match {
    /// One of these as they are written. Each means, of the values that it finds,
    /// those that are nearest to it (see [`Likeness`]).
    ///
    /// [`Likeness`]: crate::model::Likeness
    Any(Vec<String>),
    /// Its folded form begins with this.
    Prefix(String),
    /// Matches this expression (folded text, unanchored; syntax of the crate `regex`).
    Regex(String),
}

/// How a date is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateForm {
    /// With `?`, `~` or `%`.
    Marked,
    /// To this precision.
    Precision(Precision),
    /// Computed by a rule and not stated by a record.
    Computed,
    /// Stated by the record.
    Stated,
    /// The earliest day that it may be lies in a window.
    Earliest(Window),
    /// The latest day that it may be lies in a window.
    Latest(Window),
}

impl DateForm {
    /// That a bound of a date lies in a window; none if the part is not a bound.
    pub(crate) fn bound(part: DatePart, window: Window) -> Option<Self> {
        match part {
            DatePart::Earliest => Some(Self::Earliest(window)),
            DatePart::Latest => Some(Self::Latest(window)),
            DatePart::Year | DatePart::Decade | DatePart::Month | DatePart::Precision | DatePart::Basis => None,
        }
    }
}

/// A part of a date that rows are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DatePart {
    /// The calendar year.
    Year,
    /// Ten years, as `1990s`.
    Decade,
    /// The calendar month, as `2025-06`.
    Month,
    /// The precision's name.
    Precision,
    /// `stated` or `computed`.
    Basis,
    /// The earliest day that it may be, a date; missing if there is no bound.
    Earliest,
    /// The latest day that it may be, likewise.
    Latest,
}
