//! Tests of one value: of the days of a date, of how it is written, of a number.

use crate::model::{Cell, Truth, Window};
use crate::plan::DateForm;

/// Whether a date lies in a window, or some day of a stretch.
pub(crate) fn lies_in(value: &Cell, window: Window) -> Truth {
    value.as_date().map_or(Truth::False, |date| date.extent().within(window))
}

/// Whether a date is written so.
pub(crate) fn has_form(value: &Cell, form: DateForm) -> bool {
    value.as_date().is_some_and(|date| match form {
        DateForm::Marked => date.is_marked(),
        DateForm::Precision(precision) => date.precision() == precision,
        DateForm::Computed => matches!(value, Cell::Computed { .. }),
        DateForm::Stated => matches!(value, Cell::Date(_)),
        DateForm::Earliest(window) => window.contains(date.earliest()),
        DateForm::Latest(window) => window.contains(date.latest()),
    })
}

/// Whether a number lies between two bounds, each with whether it is included.
pub(crate) fn is_between(value: &Cell, low: Option<(f64, bool)>, high: Option<(f64, bool)>) -> bool {
    let number = number(value);
    let above = |(bound, included)| if included { number >= bound } else { number > bound };
    let below = |(bound, included)| if included { number <= bound } else { number < bound };
    !number.is_nan() && low.is_none_or(above) && high.is_none_or(below)
}

/// A number by its value; not a number if it is none.
#[expect(clippy::cast_precision_loss, reason = "bounds are given as floating-point numbers")]
pub(crate) fn number(value: &Cell) -> f64 {
    match value {
        Cell::Integer(integer) => *integer as f64,
        Cell::Number(number) => *number,
        _ => f64::NAN,
    }
}
