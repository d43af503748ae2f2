//! Other facts and other queries: braces, relations to dates of other facts,
//! `using`, and values that come from a query.

use std::sync::Arc;

use super::check::{Checker, with_condition};
use super::nouns::{is_of_entities, one_status};
use super::paths::{NamedField, written};
use super::report::{Checked, Reported};
use super::scope::Scope;
use super::{
    Column, Domain, FieldProblem, Filter, Meaning, OtherDate, OtherFacts, OtherFactsProblem, Part, Query, RecordTest,
    RecordValue, RowValue, RowsOf, Shared, StatusProblem, SubqueryProblem, TableStages, Tabulation, meanings, suggest,
    width_after,
};
use crate::model::FieldKind;
use crate::model::vocabulary::Role;
use crate::syntax::tree::{self, AsOf, BracedDate, Expression, OtherFact, Path, Relation, When};
use crate::syntax::{Span, Spanned, print_condition, print_query};

/// A date of a row that is compared.
pub(super) struct ComparedDate<'d> {
    /// The path as written.
    pub(super) written: &'d str,
    /// The reference field from which the path steps to another entity, if it
    /// does.
    pub(super) step: Option<&'d Arc<str>>,
    /// The date field.
    pub(super) field: &'d Arc<str>,
}

impl ComparedDate<'_> {
    fn value(&self) -> RecordValue {
        match self.step {
            Some(step) => RecordValue::Step(step.clone(), self.field.clone(), None),
            None => RecordValue::Field(self.field.clone()),
        }
    }
}

impl Checker<'_> {
    /// `with {…}`, `without same a {…}`
    pub(super) fn other(&mut self, other: &OtherFact, span: Span) -> Checked<Filter> {
        let shared = self.shared(&other.same, span);
        // The braces are read even if `same` is wrong.
        let facts = self.other_facts(&other.filter, shared.as_ref().map_or(None, Clone::clone));
        shared?;
        let filter = Filter::Test(RecordTest::Other(facts?));
        Ok(if other.exists { filter } else { Filter::Not(Box::new(filter)) })
    }

    /// The values that `same` names; none without it.
    fn shared(&mut self, same: &[Path], span: Span) -> Checked<Option<Shared>> {
        if same.is_empty() {
            return Ok(None);
        }
        if let Some(noun) = &self.scope.noun {
            let same = same.iter().map(written).collect::<Vec<_>>().join(", ");
            let singular = noun.singular.to_string();
            return Err(self.report.refuse(span, OtherFactsProblem::SameOfEntities { singular, same }));
        }
        let mut values = Vec::with_capacity(same.len());
        for path in same {
            values.push(self.value_of_fact(path, &[])?.0);
        }
        Ok(Some(Shared::Values(values)))
    }

    /// Reads facts in braces. Without `shared` these are facts of the same
    /// subject and object or, if the row is an entity, facts about it.
    pub(super) fn other_facts(&mut self, filter: &Expression, shared: Option<Shared>) -> Checked<OtherFacts> {
        if self.scope.moving && self.scope.noun.is_some() {
            return Err(self.report.refuse(filter.span, OtherFactsProblem::InMovingStage));
        }
        let default = || self.scope.noun.as_ref().map_or(Shared::Pair, |noun| Shared::Role(noun.role));
        let shared = shared.unwrap_or_else(default);
        self.report.read(filter.span, meanings::other_facts(print_condition(filter), &shared, self.context.schema));
        let inner = self.scope.within_braces();
        let until = inner.until;
        let found = self.in_own_scope(inner, |this| this.condition(filter))?;
        if let Some(noun) = self.scope.noun.clone().filter(|_| !self.again)
            && is_of_entities(&found)
            && one_status(&found).is_some_and(|status| status.role == noun.role)
        {
            let plural = noun.plural.to_string();
            let mend = format!("{plural} {}", print_condition(filter));
            self.report.warn(filter.span, OtherFactsProblem::StatusOfFacts { plural, mend });
        }
        let found = match until {
            Some(until) => with_condition(found, filter, until.part()),
            None => found,
        };
        let other = OtherFacts { shared, filter: Arc::new(found) };
        self.refuse_apart_in_stage(filter, &other)?;
        Ok(other)
    }

    /// `using {…}`: the acts that make up the statuses.
    pub(super) fn using(&mut self, filter: &Expression) -> Checked<Arc<Filter>> {
        self.report.read(filter.span, Meaning::Using);
        let span = filter.span;
        let filter = self.in_own_scope(Scope::facts(None), |this| this.condition(filter))?;
        Ok(Arc::new(match &self.scope.using {
            Some(outer) => {
                let outer = Part { filter: (**outer).clone(), span };
                Filter::And(vec![outer, Part { filter, span }])
            }
            None => filter,
        }))
    }

    /// Refuses a `using` without a status beside it.
    pub(super) fn refuse_idle_using(&mut self, span: Span) -> Reported {
        let example = self.some_status().map(str::to_owned);
        self.report.refuse(span, StatusProblem::UsingWithoutStatus { example })
    }

    /// Reads a relation of a date to a date of other facts, or to a plain date.
    pub(super) fn relative(
        &mut self,
        dated: &ComparedDate<'_>,
        relation: Relation,
        when: &Spanned<When>,
    ) -> Checked<Filter> {
        match &when.value {
            When::Braces(braced) => {
                let OtherDate { date, other } = self.braced_date(braced, when.span)?;
                let relation = if relation == Relation::On { Relation::In } else { relation };
                Ok(Filter::Test(RecordTest::Relative { value: dated.value(), relation, to: date, other }))
            }
            When::Range(first, last) if has_braces(&when.value) => {
                let (first, last) = (first.as_deref(), last.as_deref());
                let (relation, end) = match relation {
                    Relation::In => return self.between(dated, first, last),
                    Relation::Since | Relation::Before => (relation, first),
                    Relation::After | Relation::Until => (relation, last),
                    Relation::On | Relation::Within(..) => {
                        return Err(self.report.refuse(when.span, OtherFactsProblem::RangeWithoutLength));
                    }
                };
                match end {
                    Some(end) => self.relative(dated, relation, end),
                    None => Err(self.report.refuse(when.span, OtherFactsProblem::RangeWithoutEnd)),
                }
            }
            _ => {
                let window = self.window(dated.written, relation, when)?;
                let test = Filter::Test(RecordTest::Date { field: dated.field.clone(), window });
                Ok(match dated.step {
                    Some(step) => Filter::Test(RecordTest::Step { field: step.clone(), test: Box::new(test) }),
                    None => test,
                })
            }
        }
    }

    /// A date of other facts.
    pub(super) fn braced_date(&mut self, braced: &BracedDate, span: Span) -> Checked<OtherDate> {
        let date = braced.field.as_ref().map_or_else(|| Ok(Arc::from("date")), |path| self.date_of_others(path));
        let shared = self.shared(&braced.same, span);
        let other = self.other_facts(&braced.filter, shared.as_ref().map_or(None, Clone::clone));
        shared?;
        Ok(OtherDate { date: date?, other: other? })
    }

    /// `{…}..{…}`; either end may be open or a plain date.
    fn between(
        &mut self,
        dated: &ComparedDate<'_>,
        first: Option<&Spanned<When>>,
        last: Option<&Spanned<When>>,
    ) -> Checked<Filter> {
        let mut parts = Vec::new();
        let mut failed = None;
        for (relation, end) in [(Relation::Since, first), (Relation::Until, last)] {
            let Some(end) = end else { continue };
            match self.relative(dated, relation, end) {
                Ok(filter) => parts.push(Part { filter, span: end.span }),
                Err(reported) => failed = Some(reported),
            }
        }
        match (failed, parts.len()) {
            (Some(reported), _) => Err(reported),
            (None, 1) => Ok(parts.remove(0).filter),
            (None, _) => Ok(Filter::And(parts)),
        }
    }

    /// The date field after braces: `{…}.effective`.
    pub(super) fn date_of_others(&mut self, path: &Path) -> Checked<Arc<str>> {
        let schema = self.context.schema;
        let name = written(path);
        if let Some(field) = schema.field(&name).filter(|field| field.kind == FieldKind::Date) {
            return Ok(field.name.clone());
        }
        let dates = suggest::date_fields(schema);
        let similar = suggest::similar(&name, dates.iter().map(String::as_str));
        Err(self.report.refuse(path.span, FieldProblem::NotADateOfFacts { path: name, similar, dates }))
    }

    /// `field:(query)`: reads the query that gives the values.
    pub(super) fn value_of_query(
        &mut self,
        field: &NamedField<'_>,
        written: &str,
        own: Option<&str>,
        query: &tree::Query,
        span: Span,
    ) -> Checked<Filter> {
        let given = self.subquery(query, own, own.unwrap_or(Role::Subject.field()), span)?;
        if let (FieldKind::Reference, RowsOf::Entities(rows, _)) = (field.kind, &given.rows)
            && !field.kinds.is_empty()
            && !rows.kinds.iter().any(|kind| field.kinds.contains(kind))
            && shows_rows(&given)
        {
            let mut fitting = self
                .context
                .schema
                .nouns()
                .filter(|(_, noun)| noun.kinds.iter().any(|kind| field.kinds.contains(kind)));
            let problem = SubqueryProblem::WrongKind {
                plural: rows.plural.to_string(),
                field: written.to_owned(),
                kinds: field.kinds.to_vec(),
                mend: fitting.next().map(|(plural, _)| format!("{written}:({plural} …)")),
            };
            return Err(self.report.refuse(span, problem));
        }
        Ok(Filter::Test(RecordTest::Given { field: field.name.clone(), query: Arc::new(given) }))
    }

    /// A query within another, which must give one column. If it has no `show`,
    /// it gives its entities or, for facts, the field `own`. If there is no
    /// such field, the mend shows `shown`.
    pub(super) fn subquery(
        &mut self,
        query: &tree::Query,
        own: Option<&str>,
        shown: &str,
        span: Span,
    ) -> Checked<Query> {
        if let Some(known) = &query.known {
            return Err(self.report.refuse(known.span, SubqueryProblem::Known));
        }
        if let Some(Spanned { value: AsOf::Each(_, when), .. }) = &query.as_of {
            return Err(self.report.refuse(when.span, SubqueryProblem::Series));
        }
        let until = self.scope.until;
        let mut read = self.in_own_scope(self.scope.clone(), |this| this.query(query, until))?;
        let columns = width(&read);
        if columns == Some(1) {
            return Ok(read);
        }
        let default = match &read.rows {
            RowsOf::Entities(rows, _) if columns.is_none() => Some((rows.noun.clone(), Arc::from("id"))),
            RowsOf::Facts(_) if columns.is_none() => own.map(|own| (Arc::from(own), Arc::from(own))),
            _ => None,
        };
        let Some((name, field)) = default else {
            let count = columns.filter(|columns| *columns < usize::MAX);
            let role = [Role::Subject, Role::Object].into_iter().find(|role| shown == role.field());
            let noun = role.and_then(|role| self.context.schema.noun_of(role)).map(|noun| noun.singular.as_str());
            let show = noun.unwrap_or(shown);
            let kept = query.stages.iter().take_while(|stage| keeps_rows(&stage.value)).cloned().collect();
            let rows = print_query(&tree::Query { stages: kept, ..query.clone() });
            let mend = format!("({rows} | show {show})");
            return Err(self.report.refuse(span, SubqueryProblem::Columns { count, mend }));
        };
        match &mut read.rows {
            RowsOf::Facts(pipeline) => pipeline.table = Some(table_of_field(name, &field)),
            RowsOf::Entities(_, pipeline) => pipeline.table = Some(table_of_field(name, &field)),
            RowsOf::Periods(..) => {}
        }
        Ok(read)
    }
}

/// A table of one field of each row.
fn table_of_field<D: Domain>(name: Arc<str>, field: &str) -> TableStages<D>
where
    RecordValue: Into<RowValue<D>>,
{
    let column = Column { name, value: RowValue::field(field) };
    TableStages { first: Spanned::new(Tabulation::Show(vec![column]), Span::default()), then: Vec::new() }
}

/// How many columns the table of a query has; none if its rows are facts or
/// entities.
fn width(query: &Query) -> Option<usize> {
    match &query.rows {
        RowsOf::Facts(pipeline) => pipeline.width(),
        RowsOf::Entities(_, pipeline) => pipeline.width(),
        RowsOf::Periods(_, stages) => Some(width_after(usize::MAX, stages)),
    }
}

/// Whether a stage only selects or sorts rows.
fn keeps_rows(stage: &tree::Stage) -> bool {
    use tree::Stage::{Extreme, Skip, Sort, Take, Where};
    matches!(stage, Sort(_) | Take(_) | Skip(_) | Where(_) | Extreme { .. })
}

/// Whether the single column of a query is the rows themselves.
fn shows_rows(query: &Query) -> bool {
    let RowsOf::Entities(_, pipeline) = &query.rows else { return false };
    pipeline.shown().and_then(<[_]>::first).is_some_and(|column| column.value == RowValue::field("id"))
}

/// Whether a date is that of other facts, or a range with such an end.
pub(super) fn has_braces(when: &When) -> bool {
    match when {
        When::Braces(..) => true,
        When::Range(first, last) => [first, last].into_iter().flatten().any(|end| has_braces(&end.value)),
        _ => false,
    }
}
