//! Stretches of time in which somebody has a status, as rows; and the days and
//! ids of the acts that begin and end them.

use std::sync::Arc;

use roaring::RoaringBitmap;

use crate::exec::ExecError;
use crate::exec::filter::context::EvaluationContext;
use crate::exec::filter::entities::EntityEvaluator;
use crate::exec::filter::sets::{Level, Sets};
use crate::exec::filter::status_edges::{Edge, described};
use crate::exec::filter::statuses::Standings;
use crate::exec::remarks::emptied::{Emptied, SoleCondition, explain};
use crate::exec::remarks::left_out;
use crate::exec::remarks::notes::Notes;
use crate::exec::remarks::steps::{StepKind, Steps};
use crate::exec::remarks::unrecorded::{self, UnrecordedActsNote};
use crate::exec::rows::columns::Shape;
use crate::exec::rows::computed_dates::may_open_computed;
use crate::exec::rows::date_buckets::Sortable;
use crate::exec::rows::participants::NOBODY;
use crate::exec::rows::table::{ColumnHeading, Table, TableRow};
use crate::exec::start::Start;
use crate::index::Document;
use crate::model::vocabulary::Role;
use crate::model::{Cell, Day, Elapsed, Period, Truth, Window};
use crate::plan::{EntityRows, Filter, Query, StatusTest, period_columns};

/// What a query of periods starts from: a row for each, by their starts.
pub(crate) fn start(
    query: &Query,
    rows: &EntityRows,
    context: &EvaluationContext,
    level: Level,
    steps: &mut Steps<'_>,
) -> Result<Start<Table>, ExecError> {
    let computed = rows.status.as_ref().is_some_and(|test| may_open_computed(&*context.view, test));
    let column =
        |name: &Arc<str>| ColumnHeading::new(name, None).computed(computed && matches!(&**name, "start" | "end"));
    let columns = period_columns(context.view.schema()).iter().map(column).collect();
    let (mut notes, mut emptied) = (Notes::default(), None);
    let found = match &rows.status {
        Some(test) => {
            let evaluator = EntityEvaluator::new(context);
            find(&evaluator, test, query, rows, (&mut notes, &mut emptied), (level, steps))?
        }
        None => Vec::new(),
    };
    Ok(Start { beside: None, rows: Table::ready(columns, found).of(Shape::Periods), notes, emptied })
}

/// A period of two, and how true it is that it is a row.
struct FoundPeriod {
    /// Who stands at the end that is tested.
    tested: u32,
    /// Who stand at either end, in the order of the columns.
    ends: [Sortable; 2],
    period: Period<Document>,
    truth: Truth,
}

fn find(
    evaluator: &EntityEvaluator<'_>,
    test: &StatusTest,
    query: &Query,
    rows: &EntityRows,
    (notes, emptied): (&mut Notes, &mut Option<Emptied>),
    (level, steps): (Level, &mut Steps<'_>),
) -> Result<Vec<TableRow>, ExecError> {
    let standings = evaluator.facts().standings(test)?;
    let mut found = all_periods(evaluator, test, &standings, rows)?;
    let ever: RoaringBitmap = found.iter().map(|found| found.tested).collect();
    steps.push(StepKind::EverHadStatus { status: test.status.clone() }, None, Some(ever.len()));
    if ever.is_empty() {
        notes.unrecorded = unrecorded::of_status(evaluator.facts(), test)?.into_iter().collect();
        *emptied = Some(Emptied::alone(SoleCondition::Status));
        return Ok(Vec::new());
    }
    let end = evaluator.facts().end(test.role);
    let on_day = evaluator.on(rows.day);
    let (mut lacking, mut lacks_records) = (Vec::new(), Vec::new());
    if query.filter != Filter::All {
        // Of a name that no entity has nothing is known.
        let within: RoaringBitmap = ever.iter().filter(|number| end.entity(*number).is_some()).collect();
        let sets = steps.evaluate(&on_day, &query.filter, Sets::certain(within.clone()), Some(&rows.noun))?;
        let unknown = &sets.open - &sets.possible;
        let asked = left_out::lacking(&on_day, &query.filter, &unknown)?;
        lacks_records = unrecorded::unrecorded(&on_day, &query.filter, &unknown)?;
        (notes.basis, lacking) = (asked.basis, asked.dates);
        if sets.definite.is_empty() && level == Level::Definite {
            *emptied = explain(&on_day, &query.filter, within)?;
        }
        for found in &mut found {
            found.truth = found.truth.and(sets.truth(found.tested));
        }
    }
    let of_truth = |truth: Truth| found.iter().filter(move |found| found.truth == truth);
    notes.possible = of_truth(Truth::Possible).count() as u64;
    notes.unknown = of_truth(Truth::Unknown).count() as u64;
    for (name, those) in lacking {
        let count = of_truth(Truth::Unknown).filter(|found| those.contains(found.tested)).count();
        notes.missing.push((name, count as u64));
    }
    for (note, those) in lacks_records {
        let count = of_truth(Truth::Unknown).filter(|found| those.contains(found.tested)).count() as u64;
        notes.unrecorded.push(UnrecordedActsNote { count, ..note });
    }
    let undated = of_truth(Truth::Unknown).filter(|found| found.period.start.is_none()).count();
    if undated > 0 {
        notes.missing.push(("date".into(), undated as u64));
    }
    found.retain(|found| found.truth >= level.truth());
    in_order(&mut found);
    described_rows(evaluator, &standings, found, rows.day)
}

/// All periods of those whom a test asks about, with how true each is.
fn all_periods(
    evaluator: &EntityEvaluator<'_>,
    test: &StatusTest,
    standings: &Standings,
    rows: &EntityRows,
) -> Result<Vec<FoundPeriod>, ExecError> {
    let facts = evaluator.facts();
    let (end, other) = (facts.end(test.role), facts.end(test.role.opposite()));
    let mut found = Vec::new();
    for pair in standings.pairs().iter().filter(|pair| pair.tested != NOBODY) {
        let asked = standings.asks(pair);
        if asked == Truth::False {
            continue;
        }
        evaluator.cancel().check()?;
        let mut ends = [end.cell(pair.tested), other.cell(pair.other)];
        if test.role == Role::Object {
            ends.reverse();
        }
        for (period, there) in pair.standing.periods_by(rows.day) {
            let truth = asked.and(there);
            let truth = if rows.maybe && truth.is_possible() { Truth::True } else { truth };
            if truth > Truth::False {
                found.push(FoundPeriod { tested: pair.tested, ends: ends.clone().map(Sortable::new), period, truth });
            }
        }
    }
    Ok(found)
}

/// By the days on which they begin, then by who they are of.
fn in_order(found: &mut [FoundPeriod]) {
    let days = |start: Option<Window>| start.map_or((true, None), |start| (false, Some((start.first, start.last))));
    found.sort_by(|a, b| {
        let names = || a.ends.iter().zip(&b.ends).map(|(a, b)| a.compare(b)).find(|order| order.is_ne());
        let begun = days(a.period.start).cmp(&days(b.period.start));
        begun.then_with(|| names().unwrap_or(std::cmp::Ordering::Equal))
    });
}

/// The cells of each.
fn described_rows(
    evaluator: &EntityEvaluator<'_>,
    standings: &Standings,
    found: Vec<FoundPeriod>,
    day: Day,
) -> Result<Vec<TableRow>, ExecError> {
    let begun: Vec<Option<Edge>> = found.iter().map(|found| Some((found.period.start, found.period.opened))).collect();
    let over: Vec<Option<Edge>> = found.iter().map(|found| found.period.end).collect();
    let view = &**evaluator.view();
    let edges = described(view, standings, &begun)?.into_iter().zip(described(view, standings, &over)?);
    let row = |(FoundPeriod { ends, period, .. }, ((start, opened), (end, closed))): (FoundPeriod, _)| {
        let length = length(&period, day).map_or(Cell::Missing, Cell::Elapsed);
        ends.into_iter().map(|end| end.cell).chain([start, end, length, opened, closed]).collect()
    };
    Ok(found.into_iter().zip(edges).map(row).collect())
}

/// How long a period lasted, up to a day if no end of it is known: never less
/// than no day, since an end is not before its beginning.
fn length(period: &Period<Document>, day: Day) -> Option<Elapsed> {
    let start = period.start?;
    let end = period.end.map_or(Some(Window::day(day)), |(end, _)| end)?;
    // Of an end that has no latest day it is not known whether there is one by the day.
    let end = if end.last == Day::FUTURE { Window::new(end.first, end.first.max(day)) } else { end };
    let begun = Window::new(start.first, start.last.min(end.last));
    (!begun.is_empty()).then(|| Elapsed::between(begun, Window::new(end.first.max(begun.first), end.last)).in_order())
}
