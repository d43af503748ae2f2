//! What is just outside of an answer: what is possible, and what lacks a date
//! or a record.

use std::sync::Arc;

use roaring::RoaringBitmap;

use crate::exec::ExecError;
use crate::exec::filter::algebra::evaluate;
use crate::exec::filter::sets::Sets;
use crate::exec::remarks::emptied::RecordRows;
use crate::exec::remarks::no_rule::no_rule;
use crate::exec::remarks::notes::Notes;
use crate::exec::remarks::told_rows::untold;
use crate::exec::remarks::unrecorded::unrecorded;
use crate::exec::rows::arithmetic::{Leaf, leaves};
use crate::model::StatusRule;
use crate::plan::{
    At, Calculation, Counterparts, Domain, EntityValue, FactValue, Filter, Match, OtherFacts, Part, RecordCalculation,
    RecordTest, RecordValue, RowValue, Shared, StatusTest,
};
use crate::syntax::Span;

/// Counts what is just outside of an answer.
pub(crate) fn notes(rows: &dyn RecordRows, filter: &Filter, sets: &Sets) -> Result<Notes, ExecError> {
    let unknown = &sets.open - &sets.possible;
    let Lacking { basis, dates } = lacking(rows, filter, &unknown)?;
    let missing = dates.into_iter().map(|(name, those)| (name, those.len())).collect();
    let possible = sets.possible.len() - sets.definite.len();
    let unrecorded = unrecorded(rows, filter, &unknown)?.into_iter().map(|(note, _)| note).collect();
    Ok(Notes {
        basis,
        possible,
        unknown: unknown.len(),
        missing,
        unrecorded,
        untold: untold(rows, filter, &unknown)?,
        no_rule: no_rule(rows, filter, sets)?,
        ..Notes::default()
    })
}

/// Which dates a filter asks about.
pub(crate) struct Lacking {
    /// Those of the fact itself that are named.
    pub basis: Vec<Arc<str>>,
    /// Each with those that lack it.
    pub dates: Vec<(Arc<str>, RoaringBitmap)>,
}

/// Who of some lack a date that a filter asks about, by the dates.
pub(crate) fn lacking(rows: &dyn RecordRows, filter: &Filter, unknown: &RoaringBitmap) -> Result<Lacking, ExecError> {
    let mut asked = AskedDates::default();
    asked.collect(rows, filter);
    let mut dates = Vec::new();
    if !unknown.is_empty() {
        for (name, lacks) in asked.dates {
            let those = evaluate(rows, &lacks, unknown)?.definite;
            if !those.is_empty() {
                dates.push((name, those));
            }
        }
    }
    Ok(Lacking { basis: asked.basis, dates })
}

/// The dates that a filter asks about, in its order.
#[derive(Default)]
struct AskedDates {
    /// Date fields of the fact itself that are named.
    basis: Vec<Arc<str>>,
    /// Every date that is needed, with the condition that it is missing.
    dates: Vec<(Arc<str>, Filter)>,
}

impl AskedDates {
    fn collect(&mut self, rows: &dyn RecordRows, filter: &Filter) {
        match filter {
            Filter::And(parts) | Filter::Or(parts) => parts.iter().for_each(|part| self.collect(rows, &part.filter)),
            Filter::Not(filter) | Filter::Maybe(filter) | Filter::Unknown(filter) => self.collect(rows, filter),
            Filter::Test(RecordTest::Date { field, .. }) => self.of_field(field, true),
            Filter::Test(RecordTest::Member { at: At::Fact, .. }) => self.of_field(&"date".into(), false),
            Filter::Test(RecordTest::Step { field, test }) => {
                let mut inner = Self::default();
                inner.collect(rows, test);
                for (name, lacks) in inner.dates {
                    self.of_step(rows, field, &name, lacks);
                }
            }
            Filter::Test(RecordTest::Source(filter)) => {
                let mut inner = Self::default();
                inner.collect(rows, filter);
                for (name, lacks) in inner.dates {
                    // What a source says of the fact is named as its own fields are.
                    let name = if name.starts_with("source.") { name } else { format!("source.{name}").into() };
                    self.need(name, Filter::Test(RecordTest::Source(Arc::new(lacks))));
                }
            }
            Filter::Test(RecordTest::Other(other)) => self.of_others(rows, other),
            Filter::Test(RecordTest::According { account, filter }) => {
                let mut inner = Self::default();
                inner.collect(rows, filter);
                for (name, lacks) in inner.dates {
                    let lacks = RecordTest::According { account: account.clone(), filter: Arc::new(lacks) };
                    self.need(name, Filter::Test(lacks));
                }
            }
            Filter::Test(RecordTest::Relative { value, to, other, .. }) => {
                self.of_record_value(rows, value, true);
                self.of_others(rows, other);
                let lacks = [other.filter.as_ref().clone(), Filter::Test(RecordTest::Missing { field: to.clone() })];
                let lacks = lacks.map(|filter| Part { filter, span: Span::default() });
                self.of_other(other, to, Filter::And(lacks.into()));
            }
            Filter::Test(RecordTest::Status(test)) if test.at == At::Fact => self.of_field(&"date".into(), false),
            Filter::Test(RecordTest::Status(test)) if test.at == At::Row => self.of_status(rows, test),
            Filter::Test(RecordTest::Computed { value: RecordCalculation::OfFact(calculation), .. }) => {
                self.of_calculation(calculation, &mut |asked, value| {
                    if let FactValue::Record(value) = value {
                        asked.of_record_value(rows, value, false);
                    }
                });
            }
            Filter::Test(RecordTest::Computed { value: RecordCalculation::OfEntity(calculation), .. }) => {
                self.of_calculation(calculation, &mut |asked, value| {
                    if let EntityValue::Record(value) = value {
                        asked.of_record_value(rows, value, false);
                    }
                });
            }
            _ => {}
        }
    }

    fn of_field(&mut self, field: &Arc<str>, named: bool) {
        if named && !self.basis.contains(field) {
            self.basis.push(field.clone());
        }
        self.need(field.clone(), Filter::Test(RecordTest::Missing { field: field.clone() }));
    }

    /// An attribute of what a field refers to.
    fn of_step(&mut self, rows: &dyn RecordRows, field: &Arc<str>, name: &str, lacks: Filter) {
        let step = Filter::Test(RecordTest::Step { field: field.clone(), test: Box::new(lacks) });
        self.need(format!("{}.{name}", rows.called(field)).into(), step);
    }

    fn of_record_value(&mut self, rows: &dyn RecordRows, value: &RecordValue, named: bool) {
        match value {
            RecordValue::Field(field) => self.of_field(field, named),
            RecordValue::Step(field, attribute, _) => {
                let lacks = Filter::Test(RecordTest::Missing { field: attribute.clone() });
                self.of_step(rows, field, attribute, lacks);
            }
            RecordValue::Part(..) | RecordValue::Group { .. } => {}
        }
    }

    /// An act without a date, by which an entity may have a status on any day.
    fn of_status(&mut self, rows: &dyn RecordRows, test: &StatusTest) {
        let Some(rule) = StatusRule::new(rows.facts().view().schema(), &test.status) else { return };
        let actions = Match::Any(rule.actions().map(str::to_owned).collect());
        let mut filters = vec![
            Filter::Test(RecordTest::Keyword { field: "action".into(), test: actions }),
            Filter::Test(RecordTest::Missing { field: "date".into() }),
        ];
        if let Counterparts::Entities(entities) = &test.others {
            let fields = vec![test.role.opposite().field().into()];
            filters.push(Filter::Test(RecordTest::Refers { fields, entities: entities.clone(), written: Vec::new() }));
        }
        let parts = filters.into_iter().map(|filter| Part { filter, span: Span::default() }).collect();
        let other = OtherFacts { shared: Shared::Role(test.role), filter: Arc::new(Filter::And(parts)) };
        self.need("date".into(), Filter::Test(RecordTest::Other(other)));
    }

    /// What other facts lack, written as queries name their dates.
    fn of_others(&mut self, rows: &dyn RecordRows, other: &OtherFacts) {
        let mut inner = Self::default();
        inner.collect(rows, &other.filter);
        for (name, lacks) in inner.dates {
            self.of_other(other, &name, lacks);
        }
    }

    fn of_other(&mut self, other: &OtherFacts, name: &str, lacks: Filter) {
        let other = OtherFacts { shared: other.shared.clone(), filter: Arc::new(lacks) };
        self.need(format!("{{…}}.{name}").into(), Filter::Test(RecordTest::Other(other)));
    }

    /// The values that a calculation needs.
    fn of_calculation<D: Domain>(&mut self, calculation: &Calculation<D>, ask: &mut dyn FnMut(&mut Self, &D::Value)) {
        for leaf in leaves(calculation) {
            if let Leaf::Value(RowValue::Own(value)) = leaf {
                ask(self, value);
            }
        }
    }

    fn need(&mut self, name: Arc<str>, lacks: Filter) {
        if !self.dates.iter().any(|(known, _)| *known == name) {
            self.dates.push((name, lacks));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::exec::testing::{MemoryView, entity, window, world};
    use crate::exec::{Cancel, run};
    use crate::plan::Query;
    use crate::syntax::tree::Relation;

    fn missing(filter: Filter) -> Vec<(String, u64)> {
        let facts = world([
            json!({"id": "a", "subject": "alpha", "action": "left", "object": "one", "effective": "2005-01-01"}),
            json!({"id": "b", "subject": "alpha", "action": "signed", "object": "one", "date": "2004-05-01"}),
            json!({"id": "c", "subject": "beta", "action": "left", "object": "two", "date": "2004-05-01"}),
            json!({"id": "d", "subject": "beta", "action": "left", "object": "two", "date": "2005-05-01"}),
        ]);
        let answer = run(Query { filter, ..Query::default() }, MemoryView::build(&facts), Cancel::new()).unwrap();
        answer.notes().missing.iter().map(|(name, count)| (name.to_string(), *count)).collect()
    }

    fn days(field: &str) -> Filter {
        Filter::Test(RecordTest::Date { field: field.into(), window: window("2005", "2006") })
    }

    fn other(filter: Filter) -> OtherFacts {
        OtherFacts { shared: Shared::Pair, filter: Arc::new(filter) }
    }

    #[test]
    fn a_date_that_is_missing_is_named_as_queries_name_it() {
        let said = |name: &str, count| vec![(name.to_owned(), count)];
        let founded = Filter::Test(RecordTest::Step { field: "subject".into(), test: Box::new(days("founded")) });
        assert_eq!(missing(founded), said("state.founded", 2), "by the noun of its end");
        let until = Filter::Test(RecordTest::Step { field: "object".into(), test: Box::new(days("until")) });
        assert_eq!(missing(until), said("object.until", 2), "no noun stands there");
        assert_eq!(missing(Filter::Test(RecordTest::Other(other(days("effective"))))), said("{…}.effective", 3));
        let left =
            Filter::Test(RecordTest::Keyword { field: "action".into(), test: Match::Any(vec!["left".to_owned()]) });
        let relative = |to: &str| {
            Filter::Test(RecordTest::Relative {
                value: RecordValue::Field("date".into()),
                relation: Relation::After,
                to: to.into(),
                other: other(left.clone()),
            })
        };
        assert_eq!(missing(relative("date")), said("{…}.date", 1));
        assert_eq!(missing(relative("effective")), said("{…}.effective", 2));
        let status = StatusTest {
            status: "none".into(),
            role: crate::model::vocabulary::Role::Subject,
            others: Counterparts::Entities(vec![entity("one")]),
            at: At::Fact,
            using: None,
        };
        assert_eq!(
            missing(Filter::Test(RecordTest::Status(status))),
            Vec::new(),
            "of a status that nobody has nothing is missing"
        );
    }
}
