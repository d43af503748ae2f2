//! Dates in buckets: the year, decade or month of a date, or its precision,
//! and the order of such buckets.

use std::cmp::Ordering;

use crate::model::{Cell, Date, Day, Extent, Precision, Window, fold};
use crate::plan::DatePart;

/// The bucket of dates that span several buckets.
pub(crate) const IMPRECISE: &str = "imprecise";

/// The bucket of a cell that may be a date.
pub(crate) fn bucket_of(cell: &Cell, part: DatePart) -> Cell {
    match (cell, part) {
        (Cell::Date(_), DatePart::Basis) => Cell::text("stated"),
        (Cell::Computed { .. }, DatePart::Basis) => Cell::text("computed"),
        (cell, part) => cell.as_date().map_or(Cell::Missing, |date| bucket(date, part)),
    }
}

/// The bucket of a date.
pub(crate) fn bucket(date: &Date, part: DatePart) -> Cell {
    // A year beyond the calendar has a bound there, which is nobody's day.
    let is_day = |day: Day| day.is_finite() && ![Day::FIRST, Day::LAST].contains(&day);
    let bound = |day: Day| if is_day(day) { Cell::Date(Date::from_day(day)) } else { Cell::Missing };
    match part {
        DatePart::Precision => return Cell::text(date.precision().name()),
        DatePart::Earliest => return bound(date.earliest()),
        DatePart::Latest => return bound(date.latest()),
        DatePart::Year | DatePart::Decade | DatePart::Month | DatePart::Basis => {}
    }
    let (Some(first), Some(last)) = (date.earliest().civil(), date.latest().civil()) else {
        return Cell::text(IMPRECISE);
    };
    let same_year = first.year == last.year;
    match part {
        DatePart::Year if same_year => Cell::Integer(first.year.into()),
        DatePart::Decade if decade(first.year) == decade(last.year) => Cell::text(&format!("{}s", decade(first.year))),
        DatePart::Month if same_year && first.month == last.month => {
            let first = first.to_string();
            Cell::text(first.get(..first.len() - 3).unwrap_or(&first))
        }
        _ => Cell::text(IMPRECISE),
    }
}

/// A date of some days, as imprecise as they are; none if it cannot be written.
/// Of a stretch an end that no date can name is the shortest period that holds it.
pub(crate) fn written(extent: Extent) -> Option<Date> {
    let text = match extent {
        Extent::Point(window) if window.first == window.last => {
            return window.first.is_finite().then(|| Date::from_day(window.first));
        }
        Extent::Point(window) => match (window.first.is_finite(), window.last.is_finite()) {
            (true, true) => period(window).or_else(|| Some(format!("[{}..{}]", window.first, window.last)))?,
            (true, false) => format!("[{}..]", window.first),
            (false, true) => format!("[..{}]", window.last),
            (false, false) => return None,
        },
        Extent::Stretch { start, end } => format!("{}/{}", end_of_stretch(start), end_of_stretch(end)),
    };
    Date::parse(&text).ok()
}

fn end_of_stretch(window: Window) -> String {
    if window.first == window.last && !window.first.is_finite() {
        return "..".to_owned();
    }
    let holds = |period: &(String, Window)| period.1.contains(window.first) && period.1.contains(window.last);
    // An end of which too little is known to name it is not told.
    periods_of(window.first).into_iter().find(holds).map(|(name, _)| name).unwrap_or_default()
}

/// A day, month, year, decade or century, if the days are one: by the longest name.
fn period(window: Window) -> Option<String> {
    periods_of(window.first).into_iter().rev().find(|(_, days)| *days == window).map(|(name, _)| name)
}

/// The periods that a day lies in, from the day on, with their names.
fn periods_of(day: Day) -> Vec<(String, Window)> {
    let Some(civil) = day.civil() else { return Vec::new() };
    let name = civil.to_string();
    let less = |characters: usize| name.get(..name.len() - characters).unwrap_or(&name);
    let mut periods = vec![
        (name.clone(), Window::day(day)),
        (less("-01".len()).to_owned(), civil.month_window()),
        (less("-01-01".len()).to_owned(), civil.year_window()),
    ];
    // Only years of four digits can have some of them left open.
    for open in [1, 2].into_iter().filter(|_| civil.year.abs() <= 9999) {
        let name = format!("{}{}", less("-01-01".len() + open), "X".repeat(open));
        periods.extend(Date::parse(&name).ok().map(|date| (name, date.days())));
    }
    periods
}

fn decade(year: i32) -> i32 {
    year - year.rem_euclid(10)
}

/// The order of two buckets: chronological, precisions from the finest on,
/// then what is imprecise, then what is missing.
pub(crate) fn compare(part: DatePart, a: &Cell, b: &Cell) -> Ordering {
    place(part, a).cmp(&place(part, b))
}

fn place(part: DatePart, cell: &Cell) -> (u8, i64) {
    const LAST: (u8, i64) = (2, 0);
    let text = match cell {
        Cell::Integer(year) => return (0, *year),
        Cell::Date(date) => return (0, date.earliest().number().into()),
        Cell::Text(text) => text,
        _ => return LAST,
    };
    let place = match part {
        DatePart::Precision => {
            Precision::ALL.iter().position(|(name, _)| *name == &**text).and_then(|place| i64::try_from(place).ok())
        }
        DatePart::Basis => {
            ["stated", "computed"].iter().position(|name| *name == &**text).and_then(|place| i64::try_from(place).ok())
        }
        DatePart::Year | DatePart::Decade => text.trim_end_matches('s').parse().ok(),
        DatePart::Month | DatePart::Earliest | DatePart::Latest => {
            Date::parse(text).ok().map(|date| date.earliest().number().into())
        }
    };
    place.map_or((1, 0), |place| (0, place))
}

/// The order of two cells that may be buckets.
pub(crate) fn compare_in(part: Option<DatePart>, a: &Sortable, b: &Sortable) -> Ordering {
    match part {
        Some(part) if !matches!((&a.cell, &b.cell), (Cell::List(_), _) | (_, Cell::List(_))) => {
            compare(part, &a.cell, &b.cell)
        }
        _ => a.compare(b),
    }
}

/// The order of values: dates by their days alone, whatever was written; what
/// is missing last.
pub(crate) fn compare_values(a: &Cell, b: &Cell) -> Ordering {
    if let (Some(a), Some(b)) = (a.as_date(), b.as_date()) {
        return (a.earliest(), a.latest()).cmp(&(b.earliest(), b.latest()));
    }
    match (a, b) {
        (Cell::List(a), Cell::List(b)) => a
            .iter()
            .zip(b)
            .map(|(a, b)| compare_values(a, b))
            .find(|order| order.is_ne())
            .unwrap_or_else(|| a.len().cmp(&b.len())),
        (Cell::List(a), b) if !b.is_missing() => {
            compare_values(a.first().unwrap_or(&Cell::Missing), b).then(Ordering::Greater)
        }
        (a, Cell::List(b)) if !a.is_missing() => {
            compare_values(a, b.first().unwrap_or(&Cell::Missing)).then(Ordering::Less)
        }
        _ => a.compare(b),
    }
}

/// A cell to be put in order, of which the letters are folded once and not for
/// each comparison: texts may be long.
pub(crate) struct Sortable {
    pub cell: Cell,
    folded: Option<String>,
}

impl Sortable {
    pub fn new(cell: Cell) -> Self {
        let folded = match &cell {
            Cell::Text(text) | Cell::Named { label: text, .. } => Some(fold(text).into_owned()),
            _ => None,
        };
        Self { cell, folded }
    }

    /// The order of [`compare_values`].
    pub fn compare(&self, other: &Self) -> Ordering {
        let letters = |cell: &Cell| match cell {
            Cell::Text(text) | Cell::Named { key: text, .. } => Some(text.clone()),
            _ => None,
        };
        match (&self.folded, &other.folded) {
            (Some(a), Some(b)) => a.cmp(b).then_with(|| letters(&self.cell).cmp(&letters(&other.cell))),
            _ => compare_values(&self.cell, &other.cell),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_that_spans_several_buckets_is_imprecise() {
        let bucket = |written: &str, part| bucket(&Date::parse(written).unwrap(), part).to_string();
        assert_eq!(bucket("2005-12", DatePart::Year), "2005");
        assert_eq!(bucket("192X", DatePart::Year), "imprecise");
        assert_eq!(bucket("192X", DatePart::Decade), "1920s");
        assert_eq!(bucket("2005", DatePart::Month), "imprecise");
        assert_eq!(bucket("2005-03-04~", DatePart::Month), "2005-03");
        assert_eq!(bucket("2014/..", DatePart::Year), "imprecise");
        assert_eq!(bucket("2014-02/2014-05", DatePart::Year), "2014");
        assert_eq!(bucket("2014/..", DatePart::Precision), "stretch");
        assert_eq!(bucket("-0043", DatePart::Decade), "-50s");
    }

    #[test]
    fn days_are_written_as_the_shortest_date_that_means_them() {
        for date in [
            "2005-03-04",
            "2005-02",
            "2005",
            "193X",
            "19XX",
            "[2005-01-03..2005-04-02]",
            "[2005-01-03..]",
            "[..2005-04-02]",
            "2004-05/..",
            "2004/2006",
            "200X/20XX",
            "/2004-05-01",
        ] {
            assert_eq!(written(Date::parse(date).unwrap().extent()).unwrap().written(), date);
        }
        let window = |first: &str, last: &str| {
            Window::new(Date::parse(first).unwrap().earliest(), Date::parse(last).unwrap().latest())
        };
        let stretch = Extent::Stretch { start: window("2003-12-01", "2003-12-30"), end: window("2004-12", "2005-01") };
        assert_eq!(written(stretch).unwrap().written(), "2003-12/200X");
        assert_eq!(written(Extent::Point(Window::ALL)), None);
    }

    #[test]
    fn sortable_cells_are_in_the_order_of_values() {
        let named = |key: &str, label: &str| Cell::Named { key: key.into(), label: label.into() };
        let cells = [
            Cell::text("b"),
            Cell::text("B"),
            Cell::text("É"),
            Cell::text("f"),
            named("z", "b"),
            named("a", "E"),
            Cell::Integer(3),
            Cell::Missing,
            Cell::List(vec![Cell::text("b"), Cell::text("c")]),
        ];
        for a in &cells {
            for b in &cells {
                let order = Sortable::new(a.clone()).compare(&Sortable::new(b.clone()));
                assert_eq!(order, compare_values(a, b), "{a} {b}");
            }
        }
    }

    #[test]
    fn buckets_are_chronological_then_imprecise_then_missing() {
        let mut cells =
            [Cell::Missing, Cell::text("imprecise"), Cell::text("-50s"), Cell::text("1990s"), Cell::text("980s")];
        cells.sort_by(|a, b| compare(DatePart::Decade, a, b));
        let order: Vec<_> = cells.iter().map(ToString::to_string).collect();
        assert_eq!(order, ["-50s", "980s", "1990s", "imprecise", ""]);
    }
}
