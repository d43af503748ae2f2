//! Tests of the rows of a table. They know cells and no index.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::convert::Infallible;

use crate::exec::ExecError;
use crate::exec::filter::matcher::Matcher;
use crate::exec::rows::arithmetic::{lasts, length_of};
use crate::exec::rows::date_buckets;
use crate::exec::rows::table::TableRow;
use crate::model::{Cell, Date, Truth, Window, canonical, fold};
use crate::plan::{CellTest, Comparison, Filter};
use crate::syntax::tree::Duration;

/// A condition on the cells of a row, made ready: patterns are compiled once.
pub(crate) struct CellFilter(Filter<ReadyTest>);

/// A test of one cell made ready.
enum ReadyTest {
    Compare { column: usize, operator: Comparison, cell: Cell },
    Matches { column: usize, matcher: Matcher },
    Date { column: usize, window: Window },
    Missing { column: usize },
    Length { column: usize, operator: Comparison, duration: Duration },
}

impl CellFilter {
    /// Of the values that some rows have a word means the nearest.
    pub fn new(filter: &Filter<CellTest>, rows: &[TableRow]) -> Result<Self, ExecError> {
        filter.try_map(&mut |test| ReadyTest::new(test, rows)).map(Self)
    }

    /// Whether it definitely holds of a row.
    pub fn holds(&self, row: &TableRow) -> bool {
        self.truth(row).is_definite()
    }

    /// Whether it holds of a row; possibly so where a date or a length is
    /// known imprecisely. Of what is missing nothing holds.
    pub fn truth(&self, row: &TableRow) -> Truth {
        let Ok(truth) = self.0.truth(&mut |test| Ok::<_, Infallible>(test.truth(row)));
        truth
    }

    /// The columns of dates that it asks about and a row lacks.
    pub fn lacking(&self, row: &TableRow) -> Vec<usize> {
        let mut columns = Vec::new();
        self.0.each_test(&mut |test| {
            if let ReadyTest::Date { column, .. } = test
                && row.get(*column).is_none_or(Cell::is_missing)
                && !columns.contains(column)
            {
                columns.push(*column);
            }
        });
        columns
    }
}

impl ReadyTest {
    fn new(test: &CellTest, rows: &[TableRow]) -> Result<Self, ExecError> {
        Ok(match test {
            CellTest::Compare { column, operator, cell } => {
                Self::Compare { column: *column, operator: *operator, cell: cell.clone() }
            }
            CellTest::Matches { column, test } => {
                let texts: Vec<_> = rows.iter().filter_map(|row| row.get(*column)).flat_map(texts_of).collect();
                let matcher = Matcher::new(test)?.nearest(&texts, false);
                Self::Matches { column: *column, matcher }
            }
            CellTest::Date { column, window } => Self::Date { column: *column, window: *window },
            CellTest::Missing { column } => Self::Missing { column: *column },
            CellTest::Length { column, operator, duration } => {
                Self::Length { column: *column, operator: *operator, duration: *duration }
            }
        })
    }

    fn truth(&self, row: &TableRow) -> Truth {
        let cell = |column: &usize| row.get(*column).unwrap_or(&Cell::Missing);
        match self {
            Self::Compare { column, operator, cell: with } => compares(cell(column), *operator, with).into(),
            Self::Matches { column, matcher } => texts_of(cell(column)).iter().any(|text| matcher.matches(text)).into(),
            Self::Date { column, window } => {
                truest(cell(column), |cell| day_of(cell).map_or(Truth::False, |date| date.extent().within(*window)))
            }
            Self::Missing { column } => cell(column).is_missing().into(),
            Self::Length { column, operator, duration } => truest(cell(column), |cell| match cell {
                Cell::Elapsed(elapsed) => lasts(elapsed, *operator, *duration),
                _ => Truth::False,
            }),
        }
    }
}

/// What a cell may be called: an entity and an action by what they are shown as, too.
fn texts_of(cell: &Cell) -> Vec<Cow<'_, str>> {
    match cell {
        Cell::Missing => Vec::new(),
        Cell::Named { key, label } => vec![Cow::Borrowed(key), Cow::Borrowed(label)],
        Cell::List(cells) => cells.iter().flat_map(texts_of).collect(),
        other => vec![Cow::Owned(other.to_string())],
    }
}

/// A date, or the day of a time (RFC 3339).
fn day_of(cell: &Cell) -> Option<Cow<'_, Date>> {
    match cell {
        Cell::Text(time) => Date::parse(time.split_once('T')?.0).ok().map(Cow::Owned),
        cell => cell.as_date().map(Cow::Borrowed),
    }
}

/// Whether a test holds of a cell or, for a list, of one of its cells.
fn any(cell: &Cell, test: impl Fn(&Cell) -> bool) -> bool {
    match cell {
        Cell::List(cells) => cells.iter().any(test),
        cell => test(cell),
    }
}

/// The greatest truth of a test of a cell or, for a list, of one of its cells.
fn truest(cell: &Cell, test: impl Fn(&Cell) -> Truth) -> Truth {
    match cell {
        Cell::List(cells) => cells.iter().map(test).max().unwrap_or(Truth::False),
        cell => test(cell),
    }
}

fn compares(cell: &Cell, operator: Comparison, with: &Cell) -> bool {
    if operator == Comparison::NotEqual {
        let comparable = any(cell, |cell| order(cell, with).is_some());
        return comparable && !any(cell, |cell| equal(cell, with));
    }
    any(cell, |cell| match operator {
        Comparison::Equal => equal(cell, with),
        Comparison::NotEqual => false,
        Comparison::Less => before(cell, with, false),
        Comparison::AtMost => before(cell, with, true),
        Comparison::Greater => before(with, cell, false),
        Comparison::AtLeast => before(with, cell, true),
    })
}

fn equal(cell: &Cell, with: &Cell) -> bool {
    if let (Some(a), Some(b)) = (cell.as_date(), with.as_date()) {
        return a.extent() == b.extent();
    }
    match (cell, with) {
        (Cell::Named { key, label }, Cell::Text(text)) => {
            let text = canonical(text);
            canonical(key) == text || canonical(label) == text
        }
        (Cell::Elapsed(_), _) | (_, Cell::Elapsed(_)) => match (length_of(cell), length_of(with)) {
            (Some(a), Some(b)) => a.least >= b.most && a.most <= b.least,
            _ => false,
        },
        (Cell::Text(a), Cell::Text(b)) => canonical(a) == canonical(b),
        _ => order(cell, with) == Some(Ordering::Equal),
    }
}

/// Of two dates or lengths one is before the other if every reading makes it so.
fn before(a: &Cell, b: &Cell, or_same: bool) -> bool {
    if let (Some(a), Some(b)) = (a.as_date(), b.as_date()) {
        return if or_same {
            a.latest() <= b.earliest() || a.extent() == b.extent()
        } else {
            a.latest() < b.earliest()
        };
    }
    match (a, b) {
        (Cell::Elapsed(_), _) | (_, Cell::Elapsed(_)) => length_of(a)
            .zip(length_of(b))
            .is_some_and(|(a, b)| if or_same { a.most <= b.least } else { a.most < b.least }),
        _ => order(a, b).is_some_and(|order| order.is_lt() || or_same && order.is_eq()),
    }
}

/// The order of two cells of one type; none if one is missing or of another type.
fn order(a: &Cell, b: &Cell) -> Option<Ordering> {
    let text = |cell: &Cell| match cell {
        Cell::Text(text) => Some(fold(text).into_owned()),
        Cell::Named { label, .. } => Some(fold(label).into_owned()),
        _ => None,
    };
    match (a, b) {
        (Cell::Named { key: a, .. }, Cell::Named { key: b, .. }) if a == b => Some(Ordering::Equal),
        (a, b) if a.is_number() && b.is_number() => Some(a.compare(b)),
        (Cell::Elapsed(_), _) | (_, Cell::Elapsed(_)) => Some(length_of(a)?.compare(&length_of(b)?)),
        (a, b) if a.as_date().is_some() && b.as_date().is_some() => Some(date_buckets::compare_values(a, b)),
        _ => Some(text(a)?.cmp(&text(b)?)),
    }
}
