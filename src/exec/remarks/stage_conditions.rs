//! What the conditions of stages leave open, and which of them left nothing:
//! behind the first `|` only what is definite goes on, and this tells of the rest.

use std::sync::{Arc, OnceLock};

use roaring::RoaringBitmap;

use crate::exec::answer::Shape;
use crate::exec::filter::cell_tests::CellFilter;
use crate::exec::filter::sets::Sets;
use crate::exec::remarks::emptied::{self, Domain, Emptied, SoleCondition};
use crate::exec::remarks::left_out;
use crate::exec::remarks::nearest::Nearest;
use crate::exec::rows::table::{Collected, LazyRows, Rows, Table, TableColumn, TableRow};
use crate::exec::stages::run::Course;
use crate::exec::{ExecError, Level};
use crate::model::{Cell, Truth};
use crate::plan::{CellTest, Comparison, Filter};
use crate::syntax::Span;

/// What the condition of a stage leaves open.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Left {
    /// Where the stage stands.
    pub span: Span,
    /// How many rows more are possible.
    pub possible: u64,
    /// Of how many rows more nothing can be said.
    pub unknown: u64,
    /// What these lack, and how many of them each.
    pub missing: Vec<(Arc<str>, u64)>,
}

/// A stage of which the condition holds of none of its rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Nothing {
    /// Where the stage stands.
    pub span: Span,
    /// How many rows there were,
    pub held: u64,
    /// and what they were.
    pub shape: Shape,
    /// Why there is none.
    pub emptied: Emptied,
}

/// What a stage over a table that is made row by row leaves open, once all of
/// its rows were made.
pub(crate) type Pending = Arc<OnceLock<Left>>;

impl Left {
    fn is_something(&self) -> bool {
        self.possible + self.unknown > 0 || !self.missing.is_empty()
    }

    /// Both together.
    fn add(&mut self, more: Self) {
        self.possible += more.possible;
        self.unknown += more.unknown;
        for (name, count) in more.missing {
            match self.missing.iter_mut().find(|(known, _)| *known == name) {
                Some((_, known)) => *known += count,
                None => self.missing.push((name, count)),
            }
        }
    }
}

/// The rows of a stage with what its condition is of them, on one day or several.
pub(crate) struct Asked<'a> {
    pub domain: &'a dyn Domain,
    pub sets: &'a Sets,
    pub within: &'a RoaringBitmap,
}

impl Course<'_, '_> {
    /// Takes note of what a condition leaves open, and if it holds of none.
    pub fn tell(&mut self, filter: &Filter, asked: &[Asked<'_>], shape: Shape) -> Result<(), ExecError> {
        let Some(span) = self.span.filter(|_| self.level == Level::Definite) else { return Ok(()) };
        let mut left = Left { span, ..Left::default() };
        for Asked { domain, sets, .. } in asked {
            let notes = left_out::notes(*domain, filter, sets)?;
            left.add(Left { possible: notes.possible, unknown: notes.unknown, missing: notes.missing, span });
        }
        self.notes.left.extend(Some(left).filter(Left::is_something));
        let held = asked.iter().map(|asked| asked.within.len()).sum();
        if held > 0 && asked.iter().all(|asked| asked.sets.definite.is_empty()) {
            let last = asked.iter().rfind(|asked| !asked.within.is_empty());
            let emptied = last.map(|last| emptied::explain(last.domain, filter, last.within.clone())).transpose()?;
            let emptied = emptied.flatten().unwrap_or_else(|| of(SoleCondition::Other)).among();
            self.nothing.get_or_insert(Nothing { span, held, shape, emptied });
        }
        Ok(())
    }

    /// Takes note that a stage made no row of any.
    pub fn tell_nothing(&mut self, held: u64, shape: Shape, lone: SoleCondition) {
        if let Some(span) = self.span.filter(|_| self.level == Level::Definite) {
            self.nothing.get_or_insert(Nothing { span, held, shape, emptied: of(lone) });
        }
    }
}

fn of(lone: SoleCondition) -> Emptied {
    Emptied { lone: Some(lone), ..Emptied::default() }
}

/// The rows of a table of which a condition holds.
pub(crate) fn filtered(
    table: Table,
    filter: &Filter<CellTest>,
    course: &mut Course<'_, '_>,
) -> Result<Table, ExecError> {
    let mut seen = Seen::new(filter, &table.columns)?;
    let Table { columns, rows, .. } = table;
    let mut rows = match rows {
        Rows::Ready(rows) => {
            let kept: Vec<TableRow> = rows.filter(|row| seen.passes(row)).collect();
            seen.tell(kept.is_empty(), course);
            return Ok(Table::ready(columns, kept));
        }
        Rows::Lazy(rows) => rows,
    };
    // If there is none, that is known only when all were looked at.
    let first = loop {
        let Some(row) = rows.next().transpose()? else {
            seen.tell(true, course);
            return Ok(Table::ready(columns, Vec::new()));
        };
        if seen.passes(&row) {
            break row;
        }
    };
    let pending = Pending::default();
    course.pending.push(pending.clone());
    let span = course.span.unwrap_or_default();
    let rows = Filtered { rows, first: Some(first), seen, span, pending };
    Ok(Table { columns, rows: Rows::Lazy(Box::new(rows)), total: None })
}

/// Takes note of what a condition of which a share is made leaves open.
pub(crate) fn shared(
    rows: &Collected,
    filter: &Filter<CellTest>,
    course: &mut Course<'_, '_>,
) -> Result<(), ExecError> {
    let mut seen = Seen::new(filter, &rows.columns)?;
    let passing = rows.rows.iter().filter(|row| seen.passes(row)).count();
    seen.tell(passing == 0, course);
    Ok(())
}

/// Rows that pass, as they are made.
struct Filtered {
    rows: LazyRows,
    first: Option<TableRow>,
    seen: Seen,
    span: Span,
    pending: Pending,
}

impl Iterator for Filtered {
    type Item = Result<TableRow, ExecError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(first) = self.first.take() {
            return Some(Ok(first));
        }
        loop {
            match self.rows.next() {
                Some(Ok(row)) if !self.seen.passes(&row) => {}
                Some(row) => return Some(row),
                None => {
                    // Whoever asks again is told the same.
                    let _ = self.pending.set(self.seen.left(self.span));
                    return None;
                }
            }
        }
    }
}

/// What was seen of rows that a condition was asked of.
struct Seen {
    test: CellFilter,
    filter: Filter<CellTest>,
    names: Vec<Arc<str>>,
    count: u64,
    left: Left,
    nearest: Option<(f64, Cell)>,
}

impl Seen {
    fn new(filter: &Filter<CellTest>, columns: &[TableColumn]) -> Result<Self, ExecError> {
        let names = columns.iter().map(|column| column.info.name.clone()).collect();
        let (test, filter) = (CellFilter::new(filter)?, filter.clone());
        Ok(Self { test, filter, names, count: 0, left: Left::default(), nearest: None })
    }

    fn passes(&mut self, row: &TableRow) -> bool {
        self.count += 1;
        match self.test.truth(row) {
            Truth::True => return true,
            Truth::Possible => self.left.possible += 1,
            Truth::Unknown | Truth::False => {
                for name in self.test.lacking(row).iter().filter_map(|column| self.names.get(*column)) {
                    self.left.add(Left { missing: vec![(name.clone(), 1)], ..Left::default() });
                }
            }
        }
        if let Some((distance, cell)) = distance(&self.filter, row)
            && self.nearest.as_ref().is_none_or(|(nearest, _)| distance < *nearest)
        {
            self.nearest = Some((distance, cell));
        }
        false
    }

    fn left(&self, span: Span) -> Left {
        Left { span, ..self.left.clone() }
    }

    fn tell(self, is_empty: bool, course: &mut Course<'_, '_>) {
        let Some(span) = course.span.filter(|_| course.level == Level::Definite) else { return };
        course.notes.left.extend(Some(self.left(span)).filter(Left::is_something));
        if is_empty && self.count > 0 {
            let nearest = self.nearest.map(|(_, cell)| Nearest::Value(cell));
            let emptied = Emptied { nearest, ..of(SoleCondition::Other) };
            let shape = course.shape.clone();
            course.nothing.get_or_insert(Nothing { span, held: self.count, shape, emptied });
        }
    }
}

/// How far a row is from passing a test of one number or one date.
fn distance(filter: &Filter<CellTest>, row: &TableRow) -> Option<(f64, Cell)> {
    let cell = |column: usize| row.get(column).unwrap_or(&Cell::Missing);
    match filter {
        Filter::Test(CellTest::Compare { column, operator, cell: with }) => {
            let (value, with) = (number(cell(*column))?, number(with)?);
            let far = match operator {
                Comparison::Equal => (value - with).abs(),
                Comparison::AtLeast | Comparison::Greater => with - value,
                Comparison::AtMost | Comparison::Less => value - with,
                Comparison::NotEqual => return None,
            };
            Some((far.max(0.0), cell(*column).clone()))
        }
        Filter::Test(CellTest::Date { column, window }) => {
            let date = cell(*column).as_date()?;
            let after = i64::from(date.earliest().number()) - i64::from(window.last.number());
            let before = i64::from(window.first.number()) - i64::from(date.latest().number());
            #[expect(clippy::cast_precision_loss, reason = "days of the calendar are far below 2^53")]
            let far = after.max(before).max(0) as f64;
            Some((far, cell(*column).clone()))
        }
        // `score:2..3` is two tests of one value.
        Filter::And(parts) => {
            let found = parts.iter().map(|part| distance(&part.filter, row)).collect::<Option<Vec<_>>>()?;
            let (_, first) = found.first()?;
            found
                .iter()
                .all(|(_, cell)| cell == first)
                .then(|| (found.iter().map(|(far, _)| *far).fold(0.0, f64::max), first.clone()))
        }
        _ => None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "what is nearest is only told")]
fn number(cell: &Cell) -> Option<f64> {
    match cell {
        Cell::Integer(integer) => Some(*integer as f64),
        Cell::Number(number) => Some(*number),
        _ => None,
    }
}
