//! The days of the world that a query asks about: today, `as of D`, or each
//! of a series. It knows calendars and nothing of conditions.

use super::check::Checker;
use super::dates::{CalendarLength, unit_around};
use super::report::Checked;
use crate::model::vocabulary::Role;
use crate::model::{Date, Day, Window};
use crate::syntax::tree::{AsOf, Duration, Unit};
use crate::syntax::{Span, Spanned};

/// The most days of a series.
const MOST: usize = 4000;

/// The days that a query asks about.
#[derive(Debug, Clone)]
pub(super) enum Days {
    /// None in particular.
    Open,
    /// One.
    One(Day, Span),
    /// Each of some, with what rows call it; at least one.
    Each(Vec<(Date, Day)>, Span),
}

impl Checker<'_> {
    /// The one day of an `as of`, with where the whole clause stands.
    pub(super) fn as_of_day(&mut self, as_of: &Spanned<AsOf>) -> Checked<(Day, Span)> {
        match &as_of.value {
            AsOf::Day(when) => {
                let Window { first, last } = self.when(when)?;
                if first != last && last.is_finite() {
                    self.report.days(format!("as of {last}"));
                }
                if !last.is_finite() {
                    return Err(self.report.error(when.span, "this has no last day", Some("`as of 2025`".to_owned())));
                }
                Ok((last, as_of.span))
            }
            AsOf::Each(_, when) => {
                let help = "a series stands at the end of a query with a noun; here one day: `as of 2020`";
                Err(self.report.error(when.span, "`as of each` cannot stand here", Some(help.to_owned())))
            }
        }
    }

    /// The days that the end of a query asks about.
    pub(super) fn days(&mut self, as_of: Option<&Spanned<AsOf>>, series: bool) -> Checked<Days> {
        let Some(as_of) = as_of else { return Ok(Days::Open) };
        match &as_of.value {
            AsOf::Each(unit, when) if series => {
                let window = self.when(when)?;
                if !window.first.is_finite() || !window.last.is_finite() {
                    let help = Some("`as of each year 1970..2020`, `as of each month 2020..today`".to_owned());
                    return Err(self.report.error(when.span, "a series begins and ends somewhere", help));
                }
                let days = each(*unit, window);
                if days.len() > MOST {
                    let help = match unit {
                        Unit::Year => "a shorter time: `as of each year 1970..2020`",
                        _ => "a shorter time, or a longer step: `as of each year 1970..2020`",
                    };
                    let message = format!("a series has at most {MOST} days, and this one has more");
                    return Err(self.report.error(when.span, message, Some(help.to_owned())));
                }
                let text =
                    format!("as of each {}: {} days from {} to {}", unit.name(), days.len(), window.first, window.last);
                self.report.read(when.span, text);
                Ok(Days::Each(days, as_of.span))
            }
            AsOf::Each(unit, when) => {
                let noun = self.noun_at(Role::Subject).or_else(|| self.noun_at(Role::Object));
                let noun = noun.map_or("…", |(plural, _)| plural);
                let help = format!("ask for what is there on each day: `{noun} … as of each {} …`", unit.name());
                let message = "`as of each` needs a noun: a fact is not there on one day and gone on another";
                Err(self.report.error(when.span, message, Some(help)))
            }
            AsOf::Day(_) => self.as_of_day(as_of).map(|(day, span)| Days::One(day, span)),
        }
    }
}

/// The last day of each unit that a window touches, or the window's own last
/// day where that comes first; at most one more than may be.
fn each(unit: Unit, window: Window) -> Vec<(Date, Day)> {
    let mut days = Vec::new();
    let mut day = window.first;
    while day <= window.last && days.len() <= MOST {
        let end = unit_around(unit, day).last;
        let last = end.min(window.last);
        let written = last.to_string();
        let cut = match CalendarLength::from(Duration { count: 1, unit }).months {
            1 => "-01".len(),
            12 => "-01-01".len(),
            _ => 0,
        };
        let label = written.get(..written.len() - cut).and_then(|label| Date::parse(label).ok());
        days.push((label.unwrap_or_else(|| Date::from_day(last)), last));
        day = end.next();
    }
    days
}
