//! The tests of a filter that hear of coverage: those that look for acts, and fail
//! where there are none. It knows filters and looks at no fact.

use crate::model::Day;
use crate::plan::{At, Counterparts, Filter, OtherFacts, Query, RecordTest, RowsOf, StatusTest};

/// A test that looks for acts, and the condition of the rows that it is a part of.
#[derive(Clone, Copy)]
pub(crate) struct ActTest<'f> {
    /// The condition; the test itself, unless that stands in a query within.
    pub whole: &'f Filter,
    /// What is looked for.
    pub looks_for: LookedFor<'f>,
}

/// What a test looks for.
#[derive(Clone, Copy)]
pub(crate) enum LookedFor<'f> {
    /// Acts that open or close a status, up to a day; none if that is each fact's own.
    Status(&'f StatusTest, Option<Day>),
    /// Facts that pass a filter.
    Facts(&'f OtherFacts),
}

/// The day on which the rows of a query are tested.
fn day_of(query: &Query) -> Option<Day> {
    match &query.rows {
        RowsOf::Facts(_) => None,
        RowsOf::Entities(rows, _) | RowsOf::Periods(rows, _) => Some(rows.day),
    }
}

/// All such tests of a query, of which the rows are tested by its filter.
pub(crate) fn act_tests(query: &Query) -> Vec<ActTest<'_>> {
    let mut found = in_filter(&query.filter, day_of(query));
    if let RowsOf::Periods(rows, _) = &query.rows
        && let Some(test) = &rows.status
    {
        found.push(ActTest { whole: &Filter::All, looks_for: LookedFor::Status(test, Some(rows.day)) });
    }
    found
}

/// All such tests of a filter of rows on a day.
pub(crate) fn in_filter(filter: &Filter, day: Option<Day>) -> Vec<ActTest<'_>> {
    let mut found = Vec::new();
    collect(filter, None, day, &mut found);
    found
}

fn collect<'f>(filter: &'f Filter, whole: Option<&'f Filter>, day: Option<Day>, found: &mut Vec<ActTest<'f>>) {
    let test = match filter {
        Filter::All | Filter::Nothing => return,
        Filter::And(parts) | Filter::Or(parts) => {
            return parts.iter().for_each(|part| collect(&part.filter, whole, day, found));
        }
        Filter::Not(inner) | Filter::Maybe(inner) | Filter::Unknown(inner) => return collect(inner, whole, day, found),
        Filter::Test(test) => test,
    };
    let whole = whole.unwrap_or(filter);
    let mut within = |query: &'f Query| collect(&query.filter, Some(whole), day_of(query), found);
    match test {
        RecordTest::Status(test) => {
            if let Counterparts::Query(query) = &test.others {
                within(query);
            }
            let day = match test.at {
                At::Day(day) => Some(day),
                At::Row => day,
                At::Fact => None,
            };
            found.push(ActTest { whole, looks_for: LookedFor::Status(test, day) });
        }
        RecordTest::Given { query, .. } => within(query),
        RecordTest::Other(other) | RecordTest::Relative { other, .. } => {
            collect(&other.filter, Some(whole), None, found);
            found.push(ActTest { whole, looks_for: LookedFor::Facts(other) });
        }
        _ => {}
    }
}
