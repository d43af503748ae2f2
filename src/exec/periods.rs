//! Stretches of time in which entities have a status, as rows; and the days
//! and ids of the acts that begin and end them.

use std::sync::Arc;

use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;

use super::answer::{Notes, PlanStep};
use super::entities::EntityEvaluator;
use super::entity_rows::name_order;
use super::entity_status::{Seen, Tenure};
use super::evaluate::Evaluator;
use super::stages::Stream;
use super::table::{Table, TableColumn, TableRow};
use super::values::named;
use super::{Cancel, ExecError, Start};
use crate::index::{Document, View};
use crate::model::vocabulary::Role;
use crate::model::{Cell, Date, Day, Elapsed, EntityNumber, Extent, Period, StatusRule, Window};
use crate::plan::{EntityRows, Query};

/// What a query of periods starts from: a row for each, by their starts.
pub(super) fn start(
    query: &Query,
    rows: &EntityRows,
    view: &Arc<dyn View>,
    cancel: &Cancel,
) -> Result<Start, ExecError> {
    let schema = view.schema();
    let ends = [Role::Subject, Role::Object];
    let ends = ends.map(|role| schema.noun_of(role).map_or(role.field(), |noun| noun.singular.as_str()));
    let names = ends.into_iter().chain(["start", "end", "length", "opened_by", "closed_by"]);
    let columns = names.map(|name| TableColumn::new(name, None)).collect();
    let mut found = Vec::new();
    let mut plan = Vec::new();
    if let Some(test) = &rows.status {
        let seen = Seen::new(&**view, &Evaluator::new(&**view, cancel), test)?;
        let tested: RoaringBitmap = seen.tested().map(|entity| entity.0).collect();
        let what = format!("entities that ever had the status {}", test.status);
        plan.push(PlanStep { what, span: None, rows: Some(tested.len()) });
        let evaluator = EntityEvaluator::new(view, cancel);
        let passing = evaluator.evaluate(&query.filter, &tested, rows.day)?.definite;
        for entity in passing.iter().map(EntityNumber) {
            for pair in seen.pairs(entity).iter().filter(|pair| pair.asked.is_definite()) {
                let ends = match test.role {
                    Role::Subject => [entity, pair.other],
                    Role::Object => [pair.other, entity],
                };
                found.extend(pair.standing.periods().into_iter().map(|period| (ends, period)));
            }
        }
        let order = name_order(view);
        let days = |start: Option<Window>| start.map_or((true, None), |start| (false, Some((start.first, start.last))));
        let place = |entity: EntityNumber| order.get(entity.0 as usize).copied();
        found.sort_by_key(|([subject, object], period)| (days(period.start), place(*subject), place(*object)));
        plan.push(PlanStep { what: "their periods".to_owned(), span: None, rows: Some(found.len() as u64) });
    }
    let status = rows.status.as_ref().map_or("", |test| &*test.status);
    let table = Table::ready(columns, cells(&**view, status, rows.day, &found)?);
    Ok(Start { stream: Stream::Table(table), plan, notes: Notes::default(), emptied: None, done: 0 })
}

/// Who has a status with whom, and when.
type Row = ([EntityNumber; 2], Period<Document>);

fn cells(view: &dyn View, status: &str, day: Day, rows: &[Row]) -> Result<Vec<TableRow>, ExecError> {
    let closed = |period: &Period<Document>| period.end.map(|(_, closed)| closed);
    let documents = rows.iter().flat_map(|(_, period)| [Some(period.opened), closed(period)]).flatten().collect();
    let dates = Dates::read(view, status, &documents)?;
    let ids = ids(view, &documents)?;
    let id = |document: &Document| ids.get(document).cloned().unwrap_or_default();
    let row = |(ends, period): &Row| {
        let mut row: TableRow = ends.iter().map(|entity| named(view.entities().get(*entity))).collect();
        row.push(dates.of(period.opened, period.start));
        row.push(period.end.map_or(Cell::Missing, |(end, closed)| dates.of(closed, end)));
        row.push(length(period, day).map_or(Cell::Missing, Cell::Elapsed));
        row.push(id(&period.opened));
        row.push(closed(period).as_ref().map_or(Cell::Missing, id));
        row
    };
    Ok(rows.iter().map(row).collect())
}

/// How long a period lasted, up to a day if it had not ended by then.
fn length(period: &Period<Document>, day: Day) -> Option<Elapsed> {
    let start = period.start?;
    let end = match period.end {
        None => Window::day(day),
        Some((end, _)) => end.map(|end| Window::new(end.first.min(day), end.last.min(day)))?,
    };
    let begun = Window::new(start.first, start.last.min(end.last));
    (!begun.is_empty()).then(|| Elapsed::between(begun, Window::new(end.first.max(begun.first), end.last)))
}

/// The dates by which some acts open and close a status.
pub(super) struct Dates {
    cells: FxHashMap<Document, Vec<Cell>>,
}

impl Dates {
    /// Reads the dates of some acts that matter to a status.
    pub fn read(view: &dyn View, status: &str, documents: &RoaringBitmap) -> Result<Self, ExecError> {
        let mut cells: FxHashMap<Document, Vec<Cell>> = FxHashMap::default();
        let Some(rule) = StatusRule::new(view.schema(), status) else {
            return Ok(Self { cells });
        };
        for field in rule.fields().iter().filter_map(|field| view.field(field)) {
            field.each(documents, &mut |document, ordinals| {
                let values = ordinals.iter().map(|ordinal| field.value(*ordinal));
                cells.entry(document).or_default().extend(values);
            })?;
        }
        Ok(Self { cells })
    }

    /// The date of an act that is of a window: as the act has it if it does,
    /// else in the fewest words.
    pub fn of(&self, document: Document, window: Option<Window>) -> Cell {
        let Some(window) = window else {
            return Cell::Missing;
        };
        let stated = self.cells.get(&document).into_iter().flatten();
        let of_window = |cell: &&Cell| cell.as_date().is_some_and(|date| date.extent() == Extent::Point(window));
        match stated.into_iter().find(of_window) {
            Some(cell) => cell.clone(),
            None => written(window).map_or(Cell::Missing, Cell::Date),
        }
    }
}

/// A day in a window as a date.
fn written(window: Window) -> Option<Date> {
    let (first, last) = (window.first, window.last);
    if first == last {
        return first.is_finite().then(|| Date::from_day(first));
    }
    let text = match (first.is_finite(), last.is_finite()) {
        (true, true) => {
            let (from, to) = (first.to_string(), last.to_string());
            let fits = |part: &str| {
                Date::parse(part).is_ok_and(|date| date.extent() == Extent::Point(window)).then(|| part.to_owned())
            };
            let whole = [4, 7].iter().filter_map(|length| from.get(..*length)).find_map(fits);
            whole.unwrap_or_else(|| format!("[{from}..{to}]"))
        }
        (true, false) => format!("[{first}..]"),
        (false, true) => format!("[..{last}]"),
        (false, false) => return None,
    };
    Date::parse(&text).ok()
}

/// The ids of some facts.
pub(super) fn ids(view: &dyn View, documents: &RoaringBitmap) -> Result<FxHashMap<Document, Cell>, ExecError> {
    let mut ids = FxHashMap::default();
    view.each_id(documents, &mut |document, id| {
        ids.insert(document, Cell::text(id));
    })?;
    Ok(ids)
}

/// The day of each of some beginnings or endings, and the id of its act.
pub(super) fn described(
    view: &dyn View,
    status: &str,
    found: &[Option<Tenure>],
) -> Result<Vec<(Cell, Cell)>, ExecError> {
    let documents: RoaringBitmap = found.iter().flatten().map(|tenure| tenure.act).collect();
    let dates = Dates::read(view, status, &documents)?;
    let ids = ids(view, &documents)?;
    let cells = |tenure: &Option<Tenure>| {
        tenure.map_or((Cell::Missing, Cell::Missing), |tenure| {
            (dates.of(tenure.act, tenure.day), ids.get(&tenure.act).cloned().unwrap_or_default())
        })
    };
    Ok(found.iter().map(cells).collect())
}
