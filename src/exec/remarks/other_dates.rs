//! What lies just outside of a query about days: how many facts more pass it
//! if another of their dates is asked. It knows filters and bitmaps.

use std::sync::Arc;

use roaring::RoaringBitmap;

use crate::exec::ExecError;
use crate::exec::filter::algebra::{Effort, cheapest_first, estimate};
use crate::exec::filter::facts::Evaluator;
use crate::model::FieldKind;
use crate::plan::{Filter, RecordTest};
use crate::syntax::Span;

/// How many facts more pass a query if another date is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherDateCount {
    /// Where the test stands that asks for a date; none if it is the whole condition.
    pub span: Option<Span>,
    /// The field that it asks for.
    pub field: Arc<str>,
    /// The field that it might ask for.
    pub instead: Arc<str>,
    /// How many facts more there are then.
    pub more: u64,
}

/// So many other fields are looked at,
const FIELDS: usize = 4;

/// and so many of them told.
const TOLD: usize = 2;

/// So many facts are looked at one by one, where no index serves.
const ONE_BY_ONE: u64 = 4096;

/// What passes with another date in the place of the one that a filter asks
/// for, most first. Without a test of just one date there is nothing to tell.
pub(crate) fn outside(
    evaluator: &Evaluator<'_>,
    filter: &Filter,
    within: &RoaringBitmap,
    found: &RoaringBitmap,
) -> Result<Vec<OtherDateCount>, ExecError> {
    let (tests, rest): (Vec<_>, Vec<_>) =
        filter.conjuncts().into_iter().partition(|(filter, _)| matches!(filter, Filter::Test(RecordTest::Date { .. })));
    let [(Filter::Test(RecordTest::Date { field, window }), span)] = tests.as_slice() else { return Ok(Vec::new()) };
    let rest: Vec<&Filter> = rest.into_iter().map(|(filter, _)| filter).collect();
    let others = within - found;
    let view = evaluator.view();
    let is_date = |name: &str| name == "date" || !name.contains('.');
    let fields = view.schema().fields().filter(|other| other.kind == FieldKind::Date && other.name != *field);
    let mut told = Vec::new();
    for other in fields.filter(|other| is_date(&other.name) && view.field(&other.name).is_some()).take(FIELDS) {
        let test = Filter::Test(RecordTest::Date { field: other.name.clone(), window: *window });
        let mut left = evaluator.evaluate(&test, &others)?.definite;
        if left.is_empty() {
            continue;
        }
        for filter in cheapest_first(evaluator, rest.clone(), left.len(), |filter| *filter) {
            let unserved = estimate(evaluator, filter, left.len()).effort == Effort::Records;
            if left.is_empty() || unserved && left.len() > ONE_BY_ONE {
                left.clear();
                break;
            }
            left = evaluator.evaluate(filter, &left)?.definite;
        }
        if !left.is_empty() {
            let (field, instead) = (field.clone(), other.name.clone());
            told.push(OtherDateCount { span: *span, field, instead, more: left.len() });
        }
    }
    told.sort_by_key(|outside| std::cmp::Reverse(outside.more));
    told.truncate(TOLD);
    Ok(told)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::exec::testing::{MemoryView, Step, query, window, world};
    use crate::exec::{Cancel, run};
    use crate::plan::{FactDomain, Match, Part, RecordTest};

    fn told(filter: Filter, stages: Vec<Step<FactDomain>>) -> Vec<(String, String, u64)> {
        let fact = |id: &str, action: &str, date: &str, effective: &str| json!({"id": id, "subject": "alpha", "action": action, "date": date, "effective": effective});
        let facts = world([
            fact("a", "left", "2004-05-01", "2005-05-01"),
            fact("b", "left", "2005-05-01", "2006-05-01"),
            fact("c", "left", "2005-06-01", "2005-07-01"),
            fact("d", "signed", "2004", "2005-07-01"),
            fact("e", "left", "2004", "2005-06-01"),
        ]);
        let answer = run(query(filter, stages), MemoryView::build(&facts), Cancel::new()).unwrap();
        let told = answer.notes().outside.iter();
        told.map(|one| (one.field.to_string(), one.instead.to_string(), one.more)).collect()
    }

    fn test(field: &str) -> Filter {
        Filter::Test(RecordTest::Date { field: field.into(), window: window("2005", "2005") })
    }

    fn all(filters: impl IntoIterator<Item = Filter>) -> Filter {
        Filter::And(filters.into_iter().map(|filter| Part { filter, span: Span::default() }).collect())
    }

    #[test]
    fn facts_that_pass_by_another_date_are_counted() {
        let left =
            Filter::Test(RecordTest::Keyword { field: "action".into(), test: Match::Any(vec!["left".to_owned()]) });
        let said = |field: &str, instead: &str, more| vec![(field.to_owned(), instead.to_owned(), more)];
        assert_eq!(told(all([left.clone(), test("date")]), vec![]), said("date", "effective", 2));
        assert_eq!(told(all([left.clone(), test("effective")]), vec![]), said("effective", "date", 1));
        assert_eq!(told(test("date"), vec![Step::Take(1)]), said("date", "effective", 3));
        assert_eq!(told(test("date"), vec![Step::Count]), []);
        assert_eq!(told(all([test("effective"), test("date")]), vec![]), [], "both are asked already");
        assert_eq!(told(Filter::Not(Box::new(test("date"))), vec![]), []);
        let none =
            Filter::Test(RecordTest::Keyword { field: "action".into(), test: Match::Any(vec!["nothing".to_owned()]) });
        assert_eq!(told(all([none, test("date")]), vec![]), []);
    }
}
