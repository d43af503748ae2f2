//! Rows in an order of imprecise dates and lengths: which of those that are left out
//! might come before those that are kept.

use crate::model::Cell;

/// Between what a date or a length lies, as numbers that grow the way that is
/// asked: for the last they are counted backwards.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Spread {
    pub early: f64,
    pub late: f64,
}

/// Between what a date or a length of time lies.
pub(crate) fn spread(cell: &Cell, backwards: bool) -> Option<Spread> {
    let (early, late) = match cell {
        Cell::Elapsed(elapsed) => (elapsed.least, elapsed.most),
        cell => {
            let date = cell.as_date()?;
            (f64::from(date.earliest().number()), f64::from(date.latest().number()))
        }
    };
    Some(if backwards { Spread { early: -late, late: -early } } else { Spread { early, late } })
}

/// How many rows that are not kept might come before one that is: of each row
/// whether it is kept, and where it stands. Those that are known as exactly as one that
/// is kept, and no better, tie with it, which is told otherwise.
pub(crate) fn rivals(rows: impl Iterator<Item = (bool, Option<Spread>)> + Clone) -> u64 {
    let kept = rows.clone().filter_map(|(is_kept, spread)| spread.filter(|_| is_kept));
    let Some(edge) = kept.reduce(|edge, spread| if spread.late > edge.late { spread } else { edge }) else { return 0 };
    let left = rows.filter_map(|(is_kept, spread)| spread.filter(|_| !is_kept));
    left.filter(|spread| spread.early < edge.late && *spread != edge).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Date;

    #[test]
    fn who_is_left_out_and_may_be_earlier_than_one_that_is_kept_is_counted() {
        let rows = |dates: &[&str], backwards| {
            let cells = dates.iter().map(|date| Cell::Date(Date::parse(date).unwrap()));
            let spreads: Vec<_> = cells.map(|cell| spread(&cell, backwards)).collect();
            rivals(spreads.into_iter().enumerate().map(|(place, spread)| (place == 0, spread)))
        };
        assert_eq!(rows(&["2024", "2024-06-01", "2025"], false), 1);
        assert_eq!(rows(&["2025", "2024-06-01", "2025-03"], true), 1);
        assert_eq!(rows(&["2024-05-01", "2024-05-01", "2024-06"], false), 0, "those of one day are told otherwise");
        assert_eq!(rows(&["2024", "2024", "2024-03"], false), 1, "and so are those of one year");
    }
}
