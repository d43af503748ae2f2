//! The tests of a filter that hear of coverage: those that look for acts, and fail
//! where there are none. It knows filters and looks at no fact.

use crate::exec::remarks::query_filters::QueryFilters;
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
    /// Acts that open or close a status, up to a day: of facts the last on which they
    /// may be.
    Status(&'f StatusTest, Day),
    /// Facts that pass a filter.
    Facts(&'f OtherFacts),
}

/// The day on which the rows of a query are tested; of facts the last of them.
fn day_of(query: &Query) -> Day {
    match &query.rows {
        RowsOf::Facts(_) => last_day(&query.filter),
        RowsOf::Entities(rows, _) | RowsOf::Periods(rows, _) => rows.day,
    }
}

/// The last day on which facts may be that pass a filter.
fn last_day(filter: &Filter) -> Day {
    match filter {
        Filter::And(parts) => parts.iter().map(|part| last_day(&part.filter)).min().unwrap_or(Day::FUTURE),
        Filter::Maybe(filter) => last_day(filter),
        Filter::Test(RecordTest::Date { field, window }) if &**field == "date" => window.last,
        _ => Day::FUTURE,
    }
}

/// All such tests of a query: of its filter, and of its stages over facts or entities.
pub(crate) fn act_tests(query: &Query) -> Vec<ActTest<'_>> {
    let (day, filters) = (day_of(query), QueryFilters::new(query));
    let mut found = Vec::new();
    filters.of_rows.into_iter().for_each(|filter| collect(filter, None, day, &mut found));
    let of_periods = if let RowsOf::Periods(rows, _) = &query.rows { rows.status.as_ref() } else { None };
    let statuses = filters.counted.into_iter().chain(of_periods);
    found.extend(statuses.map(|test| ActTest { whole: &Filter::All, looks_for: LookedFor::Status(test, day) }));
    found
}

/// All such tests of a filter of rows on a day.
pub(crate) fn in_filter(filter: &Filter, day: Day) -> Vec<ActTest<'_>> {
    let mut found = Vec::new();
    collect(filter, None, day, &mut found);
    found
}

fn collect<'f>(filter: &'f Filter, whole: Option<&'f Filter>, day: Day, found: &mut Vec<ActTest<'f>>) {
    let test = match filter {
        Filter::All | Filter::Nothing => return,
        Filter::And(parts) | Filter::Or(parts) => {
            return parts.iter().for_each(|part| collect(&part.filter, whole, day, found));
        }
        Filter::Not(inner) | Filter::Maybe(inner) | Filter::Unknown(inner) => return collect(inner, whole, day, found),
        Filter::Test(test) => test,
    };
    let whole = whole.unwrap_or(filter);
    let mut within = |query: &'f Query| {
        let filters = QueryFilters::new(query).of_rows;
        for filter in filters {
            collect(filter, Some(whole), day_of(query), found);
        }
    };
    match test {
        RecordTest::Status(test) => {
            if let Counterparts::Query(query) = &test.others {
                within(query);
            }
            let day = if let At::Day(day) = test.at { day } else { day };
            found.push(ActTest { whole, looks_for: LookedFor::Status(test, day) });
        }
        RecordTest::Given { query, .. } => within(query),
        RecordTest::Other(other) | RecordTest::Relative { other, .. } => {
            collect(&other.filter, Some(whole), last_day(&other.filter), found);
            found.push(ActTest { whole, looks_for: LookedFor::Facts(other) });
        }
        _ => {}
    }
}
