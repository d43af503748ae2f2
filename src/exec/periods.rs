//! Stretches of time in which somebody has a status, as rows; and the days and
//! ids of the acts that begin and end them.

use std::sync::Arc;

use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;

use super::answer::Notes;
use super::computed::may_open_computed;
use super::emptied::{self, Emptied, Lone};
use super::ends::NOBODY;
use super::entities::EntityEvaluator;
use super::entity_rows::Entities;
use super::parts::Sortable;
use super::sets::Sets;
use super::stages::Stream;
use super::standing::Standings;
use super::steps::Steps;
use super::table::{Table, TableColumn, TableRow};
use super::{Cancel, ExecError, Start, notes};
use crate::index::{Document, View};
use crate::model::vocabulary::Role;
use crate::model::{Cell, Day, Elapsed, Period, Window};
use crate::plan::{EntityRows, Filter, Query, StatusTest, period_columns};

/// What a query of periods starts from: a row for each, by their starts.
pub(super) fn start(
    query: &Query,
    rows: &EntityRows,
    view: &Arc<dyn View>,
    cancel: &Cancel,
    steps: &mut Steps<'_>,
) -> Result<Start, ExecError> {
    let computed = rows.status.as_ref().is_some_and(|test| may_open_computed(&**view, test));
    let column =
        |name: &Arc<str>| TableColumn::new(name, None).computed(computed && matches!(&**name, "start" | "end"));
    let columns = period_columns(view.schema()).iter().map(column).collect();
    let mut start = Start {
        stream: Stream::Table(Table::ready(columns, Vec::new())),
        notes: Notes::default(),
        emptied: None,
        done: 0,
    };
    if let Some(test) = &rows.status {
        let evaluator = EntityEvaluator::new(view, cancel);
        let found = find(&evaluator, test, query, rows.day, &mut start, steps)?;
        if let Stream::Table(table) = start.stream {
            start.stream = Stream::Table(Table::ready(table.columns, found));
        }
    }
    Ok(start)
}

fn find(
    evaluator: &EntityEvaluator<'_>,
    test: &StatusTest,
    query: &Query,
    day: Day,
    start: &mut Start,
    steps: &mut Steps<'_>,
) -> Result<Vec<TableRow>, ExecError> {
    let facts = evaluator.facts();
    let standings = facts.standings(test)?;
    let end = facts.end(test.role);
    let asked = || standings.pairs().iter().filter(|pair| pair.tested != NOBODY && standings.asks(pair).is_definite());
    let mut passing: RoaringBitmap = asked().map(|pair| pair.tested).collect();
    let what = format!("those who ever had the status {}", test.status);
    steps.push(what, None, Some(passing.len()));
    if passing.is_empty() {
        start.emptied = Some(Emptied { lone: Some(Lone::Never), ..Emptied::default() });
    } else if query.filter != Filter::All {
        // Of a name that no entity has nothing is known.
        let within = passing.iter().filter(|number| end.entity(*number).is_some()).collect();
        let sets = evaluator.explained(&query.filter, Sets::certain(within), day, steps)?;
        let domain = Entities { evaluator, day };
        start.notes = notes::notes(&domain, &query.filter, &sets)?;
        if sets.definite.is_empty() {
            start.emptied = emptied::explain(&domain, &query.filter, passing)?;
        }
        passing = sets.definite;
    }
    let other = facts.end(test.role.opposite());
    let mut found = Vec::new();
    for pair in asked().filter(|pair| passing.contains(pair.tested)) {
        evaluator.cancel().check()?;
        let mut ends = [end.cell(pair.tested), other.cell(pair.other)];
        if test.role == Role::Object {
            ends.reverse();
        }
        let begun = |period: &Period<Document>| period.start.is_none_or(|start| start.first <= day);
        let periods = pair.standing.periods().into_iter().filter(begun);
        found.extend(periods.map(|period| (ends.clone().map(Sortable::new), period)));
    }
    let days = |start: Option<Window>| start.map_or((true, None), |start| (false, Some((start.first, start.last))));
    if found.is_empty() && start.emptied.is_none() && !passing.is_empty() {
        start.emptied = Some(Emptied { lone: Some(Lone::Never), ..Emptied::default() });
    }
    found.sort_by(|(a, a_period), (b, b_period)| {
        let names = || a.iter().zip(b).map(|(a, b)| a.compare(b)).find(|order| order.is_ne());
        days(a_period.start).cmp(&days(b_period.start)).then_with(|| names().unwrap_or(std::cmp::Ordering::Equal))
    });
    let begun: Vec<Option<Edge>> = found.iter().map(|(_, period)| Some((period.start, period.opened))).collect();
    let over: Vec<Option<Edge>> = found.iter().map(|(_, period)| period.end).collect();
    let view = &**evaluator.view();
    let edges = described(view, &standings, &begun)?.into_iter().zip(described(view, &standings, &over)?);
    let row = |((ends, period), ((start, opened), (end, closed))): ((_, Period<Document>), _)| {
        let ends: [Sortable; 2] = ends;
        let length = length(&period, day).map_or(Cell::Missing, Cell::Elapsed);
        ends.into_iter().map(|end| end.cell).chain([start, end, length, opened, closed]).collect()
    };
    Ok(found.into_iter().zip(edges).map(row).collect())
}

/// How long a period lasted, up to a day if no end of it is known.
fn length(period: &Period<Document>, day: Day) -> Option<Elapsed> {
    let start = period.start?;
    let end = period.end.map_or(Some(Window::day(day)), |(end, _)| end)?;
    let begun = Window::new(start.first, start.last.min(end.last));
    (!begun.is_empty()).then(|| Elapsed::between(begun, Window::new(end.first.max(begun.first), end.last)))
}

/// A day on which a status began or ended, and the act that did it.
pub(super) type Edge = (Option<Window>, Document);

/// The day of each of some beginnings or endings as its act has it, and the id
/// of the act.
pub(super) fn described(
    view: &dyn View,
    standings: &Standings,
    edges: &[Option<Edge>],
) -> Result<Vec<(Cell, Cell)>, ExecError> {
    let mut ids: FxHashMap<Document, Cell> = FxHashMap::default();
    view.each_id(&edges.iter().flatten().map(|(_, act)| *act).collect(), &mut |document, id| {
        ids.insert(document, Cell::text(id));
    })?;
    let mut days: FxHashMap<Edge, Cell> = FxHashMap::default();
    for edge @ (day, act) in edges.iter().flatten() {
        if let (Some(day), false) = (day, days.contains_key(edge)) {
            days.insert(*edge, standings.written(*day, *act)?);
        }
    }
    let cells = |edge: &Option<Edge>| {
        edge.map_or((Cell::Missing, Cell::Missing), |edge| {
            (days.get(&edge).cloned().unwrap_or_default(), ids.get(&edge.1).cloned().unwrap_or_default())
        })
    };
    Ok(edges.iter().map(cells).collect())
}
