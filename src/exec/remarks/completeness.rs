//! How far the publishers of acts are complete: a status on a day after that
//! rests on what may be missing. It knows filters and looks at no single fact.

use std::sync::Arc;

use crate::exec::ExecError;
use crate::exec::filter::facts::Evaluator;
use crate::model::{Date, Day, StatusRule};
use crate::plan::{At, Counterparts, Filter, Match, OtherFacts, Part, Query, RecordTest, RowsOf, StatusTest};
use crate::syntax::Span;

/// A publisher that is complete only up to a day before one that is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incomplete {
    /// Who published acts that the answer rests on.
    pub publisher: Arc<str>,
    /// Up to when it has them all.
    pub until: Date,
}

/// The publishers of the acts behind the statuses of a query that are complete
/// only up to a day before the one on which the statuses are tested.
pub(crate) fn incomplete(evaluator: &Evaluator<'_>, query: &Query) -> Result<Vec<Incomplete>, ExecError> {
    let view = evaluator.view();
    let publishers = &view.schema().vocabulary().publishers;
    if publishers.values().all(|publisher| publisher.complete_until.is_none()) {
        return Ok(Vec::new());
    }
    let mut asked = Vec::new();
    let day = match &query.rows {
        RowsOf::Facts(_) => None,
        RowsOf::Entities(rows, _) => Some(rows.day),
        RowsOf::Periods(rows, _) => {
            asked.extend(rows.status.as_ref().map(|test| (test, rows.day)));
            Some(rows.day)
        }
    };
    collect(&query.filter, day, &mut asked);
    let mut found = Vec::new();
    for (name, publisher) in publishers {
        let Some(until) = &publisher.complete_until else { continue };
        for (test, day) in &asked {
            if *day > until.latest() && rests_on(evaluator, test, name)? {
                found.push(Incomplete { publisher: name.as_str().into(), until: until.clone() });
                break;
            }
        }
    }
    Ok(found)
}

/// The statuses of a filter with the days on which they are tested.
fn collect<'f>(filter: &'f Filter, row: Option<Day>, found: &mut Vec<(&'f StatusTest, Day)>) {
    match filter {
        Filter::Test(RecordTest::Status(test)) => {
            let day = match test.at {
                At::Day(day) => Some(day),
                At::Row => row,
                At::Fact => None,
            };
            found.extend(day.map(|day| (test, day)));
        }
        Filter::And(parts) | Filter::Or(parts) => parts.iter().for_each(|part| collect(&part.filter, row, found)),
        Filter::Not(filter) | Filter::Maybe(filter) => collect(filter, row, found),
        Filter::Test(RecordTest::Other(OtherFacts { filter, .. })) => collect(filter, row, found),
        _ => {}
    }
}

/// Whether an act that may open or close a status was published by somebody.
fn rests_on(evaluator: &Evaluator<'_>, test: &StatusTest, publisher: &str) -> Result<bool, ExecError> {
    let view = evaluator.view();
    let Some(rule) = StatusRule::new(view.schema(), &test.status) else { return Ok(false) };
    let keyword = |field: &str, values: Vec<String>| {
        Filter::Test(RecordTest::Keyword { field: field.into(), test: Match::Any(values) })
    };
    let mut filters = vec![
        keyword("source.publisher", vec![publisher.to_owned()]),
        keyword("action", rule.actions().map(str::to_owned).collect()),
    ];
    if let Counterparts::Entities(entities) = &test.others {
        let fields = vec![test.role.opposite().field().into()];
        filters.push(Filter::Test(RecordTest::Refers { fields, entities: entities.clone(), written: Vec::new() }));
    }
    let parts = filters.into_iter().map(|filter| Part { filter, span: Span::default() }).collect();
    Ok(!evaluator.evaluate(&Filter::And(parts), view.live())?.definite.is_empty())
}
