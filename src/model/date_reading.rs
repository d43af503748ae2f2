//! What an EDTF expression says: the days that it may be, how precisely, and its marks.

use edtf_core::{Bound, BoundDate, Edtf, IntervalEndpoint};

use super::{Day, Extent, Window};

/// How precisely a date is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Precision {
    /// One day: `1997-09-18`.
    Day,
    /// One month: `2005-12`.
    Month,
    /// One season or another part of a year: `2005-21`.
    Season,
    /// One year: `2005`.
    Year,
    /// Ten years: `192X`.
    Decade,
    /// A hundred years: `19XX`.
    Century,
    /// One day of any other range: `[2025-06-29..]`.
    Range,
    /// Many days: `2014/..`.
    Stretch,
}

impl Precision {
    /// All precisions with their names in queries, the finest first.
    pub const ALL: [(&'static str, Self); 8] = [
        ("day", Self::Day),
        ("month", Self::Month),
        ("season", Self::Season),
        ("year", Self::Year),
        ("decade", Self::Decade),
        ("century", Self::Century),
        ("range", Self::Range),
        ("stretch", Self::Stretch),
    ];

    /// The name in queries, as in `date.precision:year`.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, precision)| *precision == self).map_or("range", |(name, _)| name)
    }
}

/// What a text says of a date.
pub(super) struct DateReading {
    pub extent: Extent,
    /// How precise it is, if the days do not tell.
    pub precision: Option<Precision>,
    pub uncertain: bool,
    pub approximate: bool,
}

/// What an EDTF expression says.
pub(super) fn of_edtf(edtf: &Edtf) -> DateReading {
    let extent = match edtf {
        Edtf::Interval(interval) => {
            Extent::Stretch { start: endpoint(&interval.start, Day::PAST), end: endpoint(&interval.end, Day::FUTURE) }
        }
        other => Extent::Point(window(other)),
    };
    let precision = match edtf {
        Edtf::Date(date) if date.precision() == edtf_core::Precision::Season => Some(Precision::Season),
        // A year so far away that the calendar does not have it is one all the same.
        Edtf::Date(date) if date.year.significant_digits.is_none() && is_beyond(extent.days()) => Some(Precision::Year),
        _ => None,
    };
    DateReading { extent, precision, uncertain: edtf.is_uncertain(), approximate: edtf.is_approximate() }
}

/// Whether a window lies at an end of the calendar or beyond it.
fn is_beyond(window: Window) -> bool {
    window.first >= Day::LAST || window.last <= Day::FIRST
}

/// The days of a bound, the earliest or the latest that it may be. Beyond the
/// calendar one of them is unbounded, and the other the calendar's end.
fn day(bound: Bound, earliest: bool) -> Day {
    match bound {
        Bound::NegativeInfinity => Day::PAST,
        Bound::PositiveInfinity => Day::FUTURE,
        Bound::Unknown => {
            if earliest {
                Day::PAST
            } else {
                Day::FUTURE
            }
        }
        Bound::Date(BoundDate { year, month, day }) => {
            Day::new(year, month, day).unwrap_or(match (year < 0, earliest) {
                (true, true) => Day::PAST,
                (true, false) => Day::FIRST,
                (false, true) => Day::LAST,
                (false, false) => Day::FUTURE,
            })
        }
    }
}

/// The seasons that do not say a hemisphere, by their codes: those of the north and
/// of the south. A winter ends in the year after.
const HEMISPHERES: [(u8, [[u8; 2]; 2]); 4] =
    [(21, [[2, 5], [2, 9]]), (22, [[2, 6], [3, 0]]), (23, [[2, 7], [3, 1]]), (24, [[2, 8], [3, 2]])];

/// The days of an expression that is not an interval.
pub(super) fn window(edtf: &Edtf) -> Window {
    if let Edtf::Date(date) = edtf
        && let Some(month) = date.month
        && let Some((_, hemispheres)) = HEMISPHERES.iter().find(|(code, _)| month.value() == Some(*code))
    {
        let [north, south] = hemispheres.map(|code| {
            let month = edtf_core::DateField { digits: code.map(Some), ..month };
            window(&Edtf::Date(edtf_core::Date { month: Some(month), ..*date }))
        });
        return north.hull(south);
    }
    let bounds = edtf.bounds();
    Window::new(day(bounds.earliest, true), day(bounds.latest, false))
}

/// The window of an end of an interval: that of an open end (`..`) is the day
/// `open`, that of an unknown end all days.
fn endpoint(endpoint: &IntervalEndpoint, open: Day) -> Window {
    match endpoint {
        IntervalEndpoint::Open => Window::day(open),
        IntervalEndpoint::Unknown => Window::ALL,
        IntervalEndpoint::Date(date) => window(&Edtf::Date(*date)),
        IntervalEndpoint::OnOrBefore(date) => Window::until(window(&Edtf::Date(*date)).last),
        IntervalEndpoint::OnOrAfter(date) => Window::since(window(&Edtf::Date(*date)).first),
    }
}
