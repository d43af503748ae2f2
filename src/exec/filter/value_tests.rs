//! Tests of one value: of the days of a date, of how it is written, of a number.

use std::borrow::Cow;

use crate::model::{Cell, Number, Truth, Window};
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
pub(crate) fn is_between(value: &Cell, low: Option<&(Number, bool)>, high: Option<&(Number, bool)>) -> bool {
    let Some(number) = number(value) else { return false };
    let number = &*number;
    let above = |(bound, included): &(Number, bool)| if *included { number >= bound } else { number > bound };
    let below = |(bound, included): &(Number, bool)| if *included { number <= bound } else { number < bound };
    low.is_none_or(above) && high.is_none_or(below)
}

/// The number that a value is.
pub(crate) fn number(value: &Cell) -> Option<Cow<'_, Number>> {
    match value {
        Cell::Integer(integer) => Some(Cow::Owned((*integer).into())),
        Cell::Number(number) => Some(Cow::Borrowed(number)),
        _ => None,
    }
}
