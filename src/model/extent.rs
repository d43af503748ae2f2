//! What a date says about days, apart from how it is written.

use super::{Day, Truth, Window};

/// The days that a date may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Extent {
    /// One unknown day within the window.
    Point(Window),
    /// Every day from a start to an end, each of which is one unknown day within its
    /// window.
    Stretch {
        /// The window of the first day.
        start: Window,
        /// The window of the last day; the unbounded future if the stretch has no
        /// end.
        end: Window,
    },
}

impl Extent {
    /// The earliest day that it may include.
    #[must_use]
    pub fn earliest(self) -> Day {
        match self {
            Self::Point(window) => window.first,
            Self::Stretch { start, .. } => start.first,
        }
    }

    /// The latest day that it may include.
    #[must_use]
    pub fn latest(self) -> Day {
        match self {
            Self::Point(window) => window.last,
            Self::Stretch { end, .. } => end.last,
        }
    }

    /// All days that it may include.
    #[must_use]
    pub fn days(self) -> Window {
        Window::new(self.earliest(), self.latest())
    }

    /// Whether the day, or some day of the stretch, lies in a window.
    #[must_use]
    pub fn within(self, window: Window) -> Truth {
        if window.is_empty() {
            return Truth::False;
        }
        match self {
            Self::Point(point) => Truth::from_bounds(
                window.first <= point.first && point.last <= window.last,
                window.first <= point.last && point.first <= window.last,
            ),
            Self::Stretch { start, end } => Truth::from_bounds(
                start.last <= window.last && end.first >= window.first,
                start.first <= window.last && end.last >= window.first,
            ),
        }
    }

    /// Whether both could be the same day or stretch.
    #[must_use]
    pub(crate) fn compatible(self, other: Self) -> bool {
        Self::agree([self, other])
    }

    /// Whether all could be the same day or stretch. If a day is among them, all
    /// stretches must be able to start and end on it. Pairwise agreement is not
    /// enough: of `2001-01/2001`, `2001/2001-03` and `2001` any two agree, but not
    /// all three.
    #[must_use]
    pub fn agree(extents: impl IntoIterator<Item = Self>) -> bool {
        let (mut all_start, mut all_end, mut one_day) = (Window::ALL, Window::ALL, false);
        for extent in extents {
            let (start, end) = match extent {
                Self::Point(window) => (window, window),
                Self::Stretch { start, end } => (start, end),
            };
            one_day |= matches!(extent, Self::Point(_));
            all_start = all_start.intersection(start);
            all_end = all_end.intersection(end);
        }
        if one_day {
            return !all_start.intersection(all_end).is_empty();
        }
        !all_start.is_empty() && !all_end.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Date;

    #[test]
    fn dates_agree_if_all_could_be_one_day_or_one_stretch() {
        let agree = |written: &[&str]| Extent::agree(written.iter().map(|date| Date::parse(date).unwrap().extent()));
        assert!(agree(&["2004", "2004-05", "2004-05-12"]) && !agree(&["2004", "2004-05-12", "2004-06-01"]));
        let (early, late) = ("2001-01/2001", "2001/2001-03");
        assert!(agree(&[early, late]) && agree(&[early, "2001"]) && agree(&[late, "2001"]));
        assert!(!agree(&[early, late, "2001"]), "one starts in January, one ends in March, and it was one day");
        assert!(!agree(&["2014/2015", "[2014-03-01..2015-09-30]"]), "no day is in both years");
        assert!(agree(&["2014/..", "2014-03/.."]) && !agree(&["2014/..", "2020"]) && !agree(&["2014/..", "2014/2015"]));
        assert!(agree(&["2014/..", "2014/..", "2014-03/.."]) && agree(&["2014/2014", "2014-05-06"]) && agree(&[]));
    }
}
