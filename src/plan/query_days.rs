//! The days that a query asks about: today, `as of D`, or each day of a series.
//! It knows calendars and not conditions.

use super::check::Checker;
use super::dates::{CalendarLength, unit_around};
use super::report::Checked;
use super::{DateProblem, DayProblem, Meaning, MeantDays, OpenDate, RangeEnd};
use crate::model::vocabulary::Role;
use crate::model::{Date, Day, Window};
use crate::syntax::tree::{AsOf, Duration, Unit};
use crate::syntax::{Span, Spanned};

/// The most days of a series.
const MOST: usize = 4000;

/// The days that a query asks about.
#[derive(Debug, Clone)]
pub(super) enum QueryDays {
    /// No day in particular.
    Open,
    /// One day, and the place of the clause.
    One(Day, Span),
    /// Each of several days, at least one, with its label in the rows.
    Each(Vec<(Date, Day)>, Span),
}

impl Checker<'_> {
    /// The single day of an `as of`, with the place of the whole clause.
    pub(super) fn as_of_day(&mut self, as_of: &Spanned<AsOf>) -> Checked<(Day, Span)> {
        match &as_of.value {
            AsOf::Day(when) => {
                let Window { first, last } = self.when(when)?;
                if first != last && last.is_finite() {
                    self.report.days(MeantDays::AsOf(last));
                }
                if !last.is_finite() {
                    let (end, place) = (RangeEnd::Last, OpenDate::AsOf);
                    return Err(self.report.refuse(when.span, DateProblem::Open { end, place }));
                }
                Ok((last, as_of.span))
            }
            AsOf::Each(_, when) => Err(self.report.refuse(when.span, DayProblem::SeriesWithin)),
        }
    }

    /// The days that the `as of` of a query asks about.
    pub(super) fn days(&mut self, as_of: Option<&Spanned<AsOf>>, series: bool) -> Checked<QueryDays> {
        let Some(as_of) = as_of else { return Ok(QueryDays::Open) };
        match &as_of.value {
            AsOf::Each(unit, when) if series => {
                let window = self.when(when)?;
                let Window { first, last } = window;
                if !first.is_finite() || !last.is_finite() {
                    return Err(self.report.refuse(when.span, DayProblem::OpenSeries));
                }
                let days = each(*unit, window);
                if days.len() > MOST {
                    let longer_step = *unit != Unit::Year;
                    return Err(self.report.refuse(when.span, DayProblem::TooManyDays { most: MOST, longer_step }));
                }
                self.report.read(when.span, Meaning::Series { unit: *unit, days: days.len(), first, last });
                Ok(QueryDays::Each(days, as_of.span))
            }
            AsOf::Each(unit, when) => {
                let noun = self.noun_at(Role::Subject).or_else(|| self.noun_at(Role::Object));
                let noun = noun.map_or("…", |(plural, _)| plural).to_owned();
                Err(self.report.refuse(when.span, DayProblem::SeriesOfFacts { noun, unit: *unit }))
            }
            AsOf::Day(_) => self.as_of_day(as_of).map(|(day, span)| QueryDays::One(day, span)),
        }
    }
}

/// The last day of each unit that a window touches, or the window's last day if
/// that is earlier: then the label is that day, since the unit is not over. Stops
/// one past the limit.
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
        let cut = if last < end { 0 } else { cut };
        let label = written.get(..written.len() - cut).and_then(|label| Date::parse(label).ok());
        days.push((label.unwrap_or_else(|| Date::from_day(last)), last));
        day = end.next();
    }
    days
}
