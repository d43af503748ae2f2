//! The tests of a filter that hear of coverage: those that look for acts, and fail
//! where there are none. It knows filters and looks at no fact.

use std::sync::Arc;

use crate::exec::ExecError;
use crate::exec::filter::context::EvaluationContext;
use crate::exec::remarks::query_filters::QueryFilters;
use crate::model::vocabulary::Role;
use crate::model::{Day, EntityNumber};
use crate::plan::{
    Account, At, Counterparts, EntityRows, FactValue, Filter, OtherFacts, Query, RecordTest, RecordValue, RowValue,
    RowsOf, Shared, StatusTest,
};

/// A test that looks for acts, and the condition of the rows that it is a part of.
#[derive(Clone, Copy)]
pub(crate) struct ActTest<'f> {
    /// The condition; the test itself, unless that stands in a query within.
    pub whole: &'f Filter,
    /// What is looked for.
    pub looks_for: LookedFor<'f>,
    /// Whether, where its acts share an object with what it is a part of, that is the
    /// object of the rows.
    pub has_objects_of_rows: bool,
    /// On whose account it is asked, if that is another than the query's.
    pub account: Option<&'f Arc<Account>>,
}

impl ActTest<'_> {
    /// The context in which it is asked, if that is another than the query's.
    ///
    /// # Errors
    ///
    /// As [`EvaluationContext::according`].
    pub fn context(&self, outer: &EvaluationContext) -> Result<Option<EvaluationContext>, ExecError> {
        self.account.map(|account| outer.according(account)).transpose()
    }
}

/// Where a test stands: the condition of the rows that it is a part of, if it is
/// not that itself, and whether the objects there are those of the rows.
#[derive(Clone, Copy)]
struct Surroundings<'f> {
    whole: Option<&'f Filter>,
    has_objects_of_rows: bool,
    account: Option<&'f Arc<Account>>,
}

const OF_ROWS: Surroundings<'static> = Surroundings { whole: None, has_objects_of_rows: true, account: None };

/// What a test looks for.
#[derive(Clone, Copy)]
pub(crate) enum LookedFor<'f> {
    /// Acts that open or close a status, up to a day: of facts the last on which they
    /// may be.
    Status(&'f StatusTest, Day),
    /// Facts that pass a filter.
    Facts {
        /// What must hold of them.
        filter: &'f Filter,
        /// Whether their object is that of the row, or the row itself.
        shares_object: bool,
    },
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
    filters.of_rows.into_iter().for_each(|filter| collect(filter, OF_ROWS, day, &mut found));
    let of_periods = if let RowsOf::Periods(rows, _) = &query.rows { rows.status.as_ref() } else { None };
    let statuses = filters.counted.into_iter().chain(of_periods);
    found.extend(statuses.map(|test| ActTest {
        whole: &Filter::All,
        looks_for: LookedFor::Status(test, day),
        has_objects_of_rows: true,
        account: None,
    }));
    found
}

/// All such tests of a filter of rows on a day.
pub(crate) fn in_filter(filter: &Filter, day: Day) -> Vec<ActTest<'_>> {
    let mut found = Vec::new();
    collect(filter, OF_ROWS, day, &mut found);
    found
}

fn collect<'f>(filter: &'f Filter, around: Surroundings<'f>, day: Day, found: &mut Vec<ActTest<'f>>) {
    let test = match filter {
        Filter::All | Filter::Nothing => return,
        Filter::And(parts) | Filter::Or(parts) => {
            return parts.iter().for_each(|part| collect(&part.filter, around, day, found));
        }
        Filter::Not(inner) | Filter::Maybe(inner) | Filter::Unknown(inner) => {
            return collect(inner, around, day, found);
        }
        Filter::Test(test) => test,
    };
    let Surroundings { whole, has_objects_of_rows, account } = around;
    let whole = whole.unwrap_or(filter);
    let inside = |has_objects_of_rows| Surroundings { whole: Some(whole), has_objects_of_rows, account };
    let mut within = |query: &'f Query| {
        let filters = QueryFilters::new(query).of_rows;
        let inside = Surroundings { account: query.account.as_ref().or(account), ..inside(false) };
        for filter in filters {
            collect(filter, inside, day_of(query), found);
        }
    };
    let of_query = |query: &'f Query| query.account.as_ref().or(account);
    match test {
        RecordTest::Status(test) => {
            if let Counterparts::Query(query) = &test.others {
                within(query);
                if let RowsOf::Facts(_) = &query.rows {
                    let looks_for = LookedFor::Facts { filter: &query.filter, shares_object: false };
                    found.push(ActTest { whole, looks_for, has_objects_of_rows, account: of_query(query) });
                }
            }
            let day = if let At::Day(day) = test.at { day } else { day };
            let looks_for = LookedFor::Status(test, day);
            found.push(ActTest { whole, looks_for, has_objects_of_rows, account });
        }
        RecordTest::Given { field, query } => {
            within(query);
            if let RowsOf::Facts(_) = &query.rows {
                let shares_object = **field == *Role::Object.field() && gives_objects(query);
                let looks_for = LookedFor::Facts { filter: &query.filter, shares_object };
                found.push(ActTest { whole, looks_for, has_objects_of_rows, account: of_query(query) });
            } else if let RowsOf::Periods(EntityRows { status: Some(test), day, .. }, _) = &query.rows {
                let looks_for = LookedFor::Status(test, *day);
                found.push(ActTest { whole, looks_for, has_objects_of_rows: false, account: of_query(query) });
            }
        }
        RecordTest::Other(other) | RecordTest::Relative { other, .. } => {
            let inside = inside(has_objects_of_rows && shares_object(other));
            collect(&other.filter, inside, last_day(&other.filter), found);
            let looks_for = LookedFor::Facts { filter: &other.filter, shares_object: shares_object(other) };
            found.push(ActTest { whole, looks_for, has_objects_of_rows, account });
        }
        RecordTest::According { account, filter } => {
            let inside = Surroundings { whole: Some(whole), has_objects_of_rows, account: Some(account) };
            collect(filter, inside, day, found);
        }
        _ => {}
    }
}

/// Whether what a query of facts gives are their objects.
fn gives_objects(query: &Query) -> bool {
    let RowsOf::Facts(pipeline) = &query.rows else { return false };
    let object = RowValue::Own(FactValue::Record(RecordValue::Field(Role::Object.field().into())));
    pipeline.shown().is_some_and(|columns| columns.iter().all(|column| column.value == object))
}

/// Whether the object of other facts is that of the row, or the row itself.
fn shares_object(other: &OtherFacts) -> bool {
    match &other.shared {
        Shared::Pair => true,
        Shared::Role(role) => *role == Role::Object,
        Shared::Values(values) => values.contains(&FactValue::Record(RecordValue::Field("object".into()))),
    }
}

/// The objects that a filter of facts names, by a word that may stand for others too.
pub(crate) fn named_objects(filter: &Filter) -> Option<&[EntityNumber]> {
    match filter {
        Filter::And(parts) => parts.iter().find_map(|part| named_objects(&part.filter)),
        Filter::Test(RecordTest::Refers { fields, entities, .. })
            if fields.iter().any(|field| **field == *Role::Object.field()) =>
        {
            Some(entities)
        }
        _ => None,
    }
}
