//! The tests of a filter that hear of coverage: those that look for acts, and fail
//! where there are none. It knows filters and looks at no fact.

use crate::model::Day;
use crate::plan::{
    At, Counterparts, EntityValue, Filter, OtherFacts, Pipeline, Query, RecordDomain, RecordTest, RowStage, RowValue,
    RowsOf, StatusTest, Tabulation,
};

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
    let day = day_of(query);
    let mut found = in_filter(&query.filter, day);
    let status = |test| ActTest { whole: &Filter::All, looks_for: LookedFor::Status(test, day) };
    match &query.rows {
        RowsOf::Facts(pipeline) => in_stages(pipeline, day, &mut found),
        RowsOf::Entities(_, pipeline) => {
            in_stages(pipeline, day, &mut found);
            found.extend(values(pipeline).filter_map(|value| match value {
                RowValue::Own(EntityValue::Holders(test)) => Some(status(&**test)),
                _ => None,
            }));
        }
        RowsOf::Periods(rows, _) => found.extend(rows.status.as_ref().map(status)),
    }
    found
}

fn in_stages<'f, D: RecordDomain>(pipeline: &'f Pipeline<D>, day: Day, found: &mut Vec<ActTest<'f>>) {
    for stage in &pipeline.narrowing {
        if let RowStage::Where(condition) = &stage.value {
            collect(condition, None, day, found);
        }
    }
    if let Some(Tabulation::Share { of, .. }) = pipeline.table.as_ref().map(|table| &table.first.value) {
        collect(of, None, day, found);
    }
    for value in values(pipeline) {
        if let RowValue::Condition(condition) = value {
            collect(condition, None, day, found);
        }
    }
}

/// The values that rows are sorted, shown or counted by.
fn values<D: RecordDomain>(pipeline: &Pipeline<D>) -> impl Iterator<Item = &RowValue<D>> {
    let sorted = pipeline.narrowing.iter().flat_map(|stage| match &stage.value {
        RowStage::Sort(keys) => keys.as_slice(),
        _ => &[],
    });
    let columns = match pipeline.table.as_ref().map(|table| &table.first.value) {
        Some(Tabulation::Show(columns) | Tabulation::Distinct(columns)) => columns.as_slice(),
        Some(Tabulation::Count { by, .. } | Tabulation::Share { by, .. } | Tabulation::Aggregate { by, .. }) => {
            by.as_slice()
        }
        _ => &[],
    };
    sorted.map(|key| &key.value).chain(columns.iter().map(|column| &column.value))
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
    let mut within = |query: &'f Query| collect(&query.filter, Some(whole), day_of(query), found);
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
