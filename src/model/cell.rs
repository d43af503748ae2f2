//! A cell: one value in one row of an answer.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::{Date, Elapsed, Fraction, Number};

/// The key under which a row written for programs holds the dates that rules
/// computed. It is ignored when the row is read back as a record.
pub const COMPUTED_KEY: &str = "computed";

/// One value in one row of an answer.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub enum Cell {
    /// No value.
    #[default]
    Missing,
    /// A keyword or running text.
    Text(Arc<str>),
    /// An entity or an action.
    Named {
        /// The id, as records use it.
        key: Arc<str>,
        /// The name that people read.
        label: Arc<str>,
    },
    /// A whole number.
    Integer(i64),
    /// A number, exactly.
    Number(Number),
    /// A share of a whole, exact; for people it is rounded.
    Fraction(Fraction),
    /// A date that a record states.
    Date(Date),
    /// A date that a rule computed.
    Computed {
        /// The date.
        date: Date,
        /// The place where the rule is written, such as `Art. 17`.
        cite: Arc<str>,
    },
    /// A length of time.
    Elapsed(Elapsed),
    /// Several values.
    List(Vec<Cell>),
    /// The value of a field that the vocabulary does not declare.
    Json(Value),
}

impl Cell {
    /// A cell with a text.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::Text(text.into())
    }

    /// The cell for a human reader: names in place of ids, Julian dates in both calendars,
    /// and fractions rounded.
    #[must_use]
    pub fn label(&self) -> String {
        match self {
            Self::Named { label, .. } => label.to_string(),
            Self::List(cells) => cells.iter().map(Self::label).collect::<Vec<_>>().join(", "),
            Self::Date(date) | Self::Computed { date, .. } => date.label(),
            Self::Fraction(fraction) => fraction.rounded(),
            Self::Number(number) => number.rounded(),
            Self::Elapsed(elapsed) => elapsed.rounded(),
            other => other.to_string(),
        }
    }

    /// The number, exactly, whether it is a whole one, another or a share.
    #[must_use]
    pub fn as_number(&self) -> Option<Number> {
        match self {
            Self::Integer(integer) => Some((*integer).into()),
            Self::Number(number) => Some(number.clone()),
            Self::Fraction(fraction) => Some((*fraction).into()),
            _ => None,
        }
    }

    /// Whether it is a number.
    #[must_use]
    pub fn is_number(&self) -> bool {
        matches!(self, Self::Integer(_) | Self::Number(_) | Self::Fraction(_))
    }

    /// The date, whether stated or computed.
    #[must_use]
    pub fn as_date(&self) -> Option<&Date> {
        match self {
            Self::Date(date) | Self::Computed { date, .. } => Some(date),
            _ => None,
        }
    }

    /// How a date came about: `stated` or `computed`. `None` if the cell is not
    /// a date.
    #[must_use]
    pub fn basis(&self) -> Option<&'static str> {
        match self {
            Self::Date(_) => Some("stated"),
            Self::Computed { .. } => Some("computed"),
            _ => None,
        }
    }

    /// The computed dates of a row, as an object to be written under
    /// [`COMPUTED_KEY`]: for each column the date and the place where its rule is
    /// written. `None` if no date of the row was computed.
    #[must_use]
    pub fn computed<'c>(cells: impl Iterator<Item = (&'c str, &'c Self)>) -> Option<Value> {
        let computed = cells.filter_map(|(name, cell)| match cell {
            Self::Computed { date, cite } => Some((name.to_owned(), json!({ "date": date, "cite": **cite }))),
            _ => None,
        });
        let computed: Map<String, Value> = computed.collect();
        (!computed.is_empty()).then_some(Value::Object(computed))
    }

    /// Whether there is no value.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Missing)
    }

    /// The order in which answers are sorted: dates by their earliest, then their
    /// latest day; texts by their folded letters; missing values last.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Ordering {
        fn rank(cell: &Cell) -> u8 {
            match cell {
                Cell::Integer(_) | Cell::Number(_) | Cell::Fraction(_) => 0,
                Cell::Elapsed(_) => 1,
                Cell::Date(_) | Cell::Computed { .. } => 2,
                Cell::Text(_) | Cell::Named { .. } => 3,
                Cell::List(_) => 4,
                Cell::Json(_) => 5,
                Cell::Missing => 6,
            }
        }
        fn letters(cell: &Cell) -> (Cow<'_, str>, &str) {
            match cell {
                Cell::Text(text) => (super::fold(text), text),
                Cell::Named { key, label } => (super::fold(label), key),
                _ => (Cow::Borrowed(""), ""),
            }
        }
        if let (Some(a), Some(b)) = (self.as_date(), other.as_date()) {
            return (a.earliest(), a.latest(), a.written()).cmp(&(b.earliest(), b.latest(), b.written()));
        }
        match (self, other) {
            (Self::Integer(a), Self::Integer(b)) => a.cmp(b),
            (Self::Number(a), Self::Number(b)) => a.cmp(b),
            (Self::Fraction(a), Self::Fraction(b)) => a.cmp(b),
            (Self::Elapsed(a), Self::Elapsed(b)) => a.compare(b),
            (Self::List(a), Self::List(b)) => a
                .iter()
                .zip(b)
                .map(|(a, b)| a.compare(b))
                .find(|order| order.is_ne())
                .unwrap_or_else(|| a.len().cmp(&b.len())),
            (Self::Json(a), Self::Json(b)) => a.to_string().cmp(&b.to_string()),
            _ if rank(self) == 3 && rank(other) == 3 => letters(self).cmp(&letters(other)),
            _ if rank(self) == 0 && rank(other) == 0 => self.as_number().cmp(&other.as_number()),
            _ => rank(self).cmp(&rank(other)),
        }
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => Ok(()),
            Self::Text(text) | Self::Named { key: text, .. } => f.write_str(text),
            Self::Integer(integer) => write!(f, "{integer}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Fraction(fraction) => write!(f, "{fraction}"),
            Self::Date(date) | Self::Computed { date, .. } => f.write_str(date.written()),
            Self::Elapsed(elapsed) => write!(f, "{elapsed}"),
            Self::List(cells) => {
                for (index, cell) in cells.iter().enumerate() {
                    if index > 0 {
                        f.write_str(", ")?;
                    }
                    write!(f, "{cell}")?;
                }
                Ok(())
            }
            Self::Json(Value::String(text)) => f.write_str(text),
            Self::Json(value) => write!(f, "{value}"),
        }
    }
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Missing => serializer.serialize_none(),
            Self::Text(text) | Self::Named { key: text, .. } => serializer.serialize_str(text),
            Self::Integer(integer) => serializer.serialize_i64(*integer),
            Self::Number(number) => number.serialize(serializer),
            Self::Fraction(fraction) => serializer.serialize_f64(fraction.value()),
            Self::Date(date) | Self::Computed { date, .. } => date.serialize(serializer),
            Self::Elapsed(elapsed) => elapsed.serialize(serializer),
            Self::List(cells) => cells.serialize(serializer),
            Self::Json(value) => value.serialize(serializer),
        }
    }
}
