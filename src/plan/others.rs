//! Other facts and other queries: braces, dates that lie so to dates of other
//! facts, `using`, and the values that a query gives.

use std::sync::Arc;

use super::check::{Checker, also};
use super::nouns::{is_of_entities, one_status};
use super::paths::{Named, written};
use super::report::{Checked, Reported};
use super::scope::Scope;
use super::{
    Column, Domain, Filter, OtherFacts, Part, Query, RecordTest, RecordValue, RowValue, RowsOf, Shared, TableStages,
    Tabulation, reading, suggest, width_after,
};
use crate::model::FieldKind;
use crate::model::vocabulary::Role;
use crate::syntax::tree::{self, AsOf, Expression, OtherFact, Path, Relation, When};
use crate::syntax::{Span, Spanned, print_condition, print_query};

/// A date of a row that is compared.
pub(super) struct Dated<'d> {
    /// As the query has it.
    pub(super) written: &'d str,
    /// The reference field from which it steps, if it does.
    pub(super) step: Option<&'d Arc<str>>,
    /// The date field.
    pub(super) field: &'d Arc<str>,
}

impl Dated<'_> {
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
        // The braces are read even if what they share is wrong.
        let facts = self.other_facts(&other.filter, shared.as_ref().map_or(None, Clone::clone));
        shared?;
        let filter = Filter::Test(RecordTest::Other(facts?));
        Ok(if other.exists { filter } else { Filter::Not(Box::new(filter)) })
    }

    /// What `same` names; nothing in particular without it.
    fn shared(&mut self, same: &[Path], span: Span) -> Checked<Option<Shared>> {
        if same.is_empty() {
            return Ok(None);
        }
        if let Some(noun) = &self.scope.noun {
            let message = format!("facts in braces share the {} itself with the row, and nothing else", noun.singular);
            return Err(self.report.error(span, message, Some("leave out `same …`".to_owned())));
        }
        let mut values = Vec::with_capacity(same.len());
        for path in same {
            values.push(self.value_of_fact(path, &[])?.0);
        }
        Ok(Some(Shared::Values(values)))
    }

    /// The facts in braces. Without `shared` those of the same subject and
    /// object or, where the row is an entity, those in which it stands.
    pub(super) fn other_facts(&mut self, filter: &Expression, shared: Option<Shared>) -> Checked<OtherFacts> {
        if self.scope.moving && self.scope.noun.is_some() {
            let help = "put it before the first `|`, where it is asked for each day";
            let message = "in a stage each row has a day of its own, and facts in braces have not";
            return Err(self.report.error(filter.span, message, Some(help.to_owned())));
        }
        let default = || self.scope.noun.as_ref().map_or(Shared::Pair, |noun| Shared::Role(noun.role));
        let shared = shared.unwrap_or_else(default);
        self.report.read(filter.span, reading::braces(&print_condition(filter), &shared, self.context.schema));
        let inner = self.scope.within_braces();
        let until = inner.until;
        let found = self.apart(inner, |this| this.condition(filter))?;
        if let Some(noun) = self.scope.noun.clone().filter(|_| !self.again)
            && is_of_entities(&found)
            && one_status(&found).is_some_and(|status| status.role == noun.role)
        {
            let message = "this asks for facts on whose day the status was there";
            let help = format!("of the {} themselves: `{} {}`", noun.plural, noun.plural, print_condition(filter));
            self.report.hint(filter.span, message, Some(help));
        }
        let found = match until {
            Some(until) => also(found, filter, until.part()),
            None => found,
        };
        Ok(OtherFacts { shared, filter: Arc::new(found) })
    }

    /// `using {…}`: the acts of which statuses are made.
    pub(super) fn using(&mut self, filter: &Expression) -> Checked<Arc<Filter>> {
        self.report.read(filter.span, "using: only these acts make up the statuses".to_owned());
        let span = filter.span;
        let filter = self.apart(Scope::facts(None), |this| this.condition(filter))?;
        Ok(Arc::new(match &self.scope.using {
            Some(outer) => {
                let outer = Part { filter: (**outer).clone(), span };
                Filter::And(vec![outer, Part { filter, span }])
            }
            None => filter,
        }))
    }

    /// Refuses a `using` beside which no status stands.
    pub(super) fn idle_using(&mut self, span: Span) -> Reported {
        let status = self.some_status();
        let help = status.map(|status| format!("`{status}:… using {{…}}`; of the facts themselves: `with {{…}}`"));
        self.report.error(span, "`using` says of which acts a status is made, and no status stands beside it", help)
    }

    /// A date that lies so to a date of other facts, or to a plain one.
    pub(super) fn relative(&mut self, dated: &Dated<'_>, relation: Relation, when: &Spanned<When>) -> Checked<Filter> {
        match &when.value {
            When::Braces(path, filter) => {
                let to = path.as_ref().map_or_else(|| Ok(Arc::from("date")), |path| self.date_of_others(path));
                let other = self.other_facts(filter, None);
                let relation = if relation == Relation::On { Relation::In } else { relation };
                Ok(Filter::Test(RecordTest::Relative { value: dated.value(), relation, to: to?, other: other? }))
            }
            When::Range(first, last) if has_braces(&when.value) => {
                let (first, last) = (first.as_deref(), last.as_deref());
                let (relation, end) = match relation {
                    Relation::In => return self.between(dated, first, last),
                    Relation::Since | Relation::Before => (relation, first),
                    Relation::After | Relation::Until => (relation, last),
                    Relation::On | Relation::Within(..) => {
                        let message = "a range between dates of other facts has no length of its own";
                        let help = Some("name one of the two: `within 90 days of {…}`".to_owned());
                        return Err(self.report.error(when.span, message, help));
                    }
                };
                match end {
                    Some(end) => self.relative(dated, relation, end),
                    None => Err(self.report.error(when.span, "this range has no such end", None)),
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

    /// `{…}..{…}`, either end of which may be open or a plain date.
    fn between(
        &mut self,
        dated: &Dated<'_>,
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

    /// The date field behind braces: `{…}.effective`.
    pub(super) fn date_of_others(&mut self, path: &Path) -> Checked<Arc<str>> {
        let schema = self.context.schema;
        let name = written(path);
        if let Some(field) = schema.field(&name).filter(|field| field.kind == FieldKind::Date) {
            return Ok(field.name.clone());
        }
        let dates = || schema.fields().filter(|field| field.kind == FieldKind::Date).map(|field| field.name.as_ref());
        let near = suggest::did_you_mean(&name, dates());
        let help = near.unwrap_or_else(|| format!("dates: {}", suggest::listed(dates())));
        Err(self.report.error(path.span, format!("`{name}` is no date of a fact"), Some(help)))
    }

    /// `field:(query)`: the values that a query gives.
    pub(super) fn given(
        &mut self,
        field: &Named<'_>,
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
            let help = fitting.next().map(|(plural, _)| format!("`{written}:({plural} …)`"));
            let kinds = field.kinds.join(" or ");
            let message = format!("the query gives {}, and `{written}` names the kind {kinds}", rows.plural);
            return Err(self.report.error(span, message, help));
        }
        Ok(Filter::Test(RecordTest::Given { field: field.name.clone(), query: Arc::new(given) }))
    }

    /// A query of one column within another query. What it shows is, if it
    /// does not say so, the noun; of facts the field `own`, or without it none:
    /// then a mend shows the field `shown`.
    pub(super) fn subquery(
        &mut self,
        query: &tree::Query,
        own: Option<&str>,
        shown: &str,
        span: Span,
    ) -> Checked<Query> {
        if let Some(known) = &query.known {
            let help = Some("put it at the end of the whole query, for which it holds".to_owned());
            return Err(self.report.error(known.span, "`known` cannot stand in a query within another", help));
        }
        if let Some(Spanned { value: AsOf::Each(_, when), .. }) = &query.as_of {
            let help = Some("name one day: `as of 2020`".to_owned());
            return Err(self.report.error(when.span, "a query within another is of one day", help));
        }
        let until = self.scope.until;
        let mut read = self.apart(self.scope.clone(), |this| this.query(query, until))?;
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
            let counted = columns.filter(|columns| *columns < usize::MAX).map(|columns| columns.to_string());
            let what = counted.unwrap_or_else(|| "several".to_owned());
            let message = format!("a query within another has one column, and this one has {what}");
            let role = [Role::Subject, Role::Object].into_iter().find(|role| shown == role.field());
            let noun = role.and_then(|role| self.context.schema.noun_of(role)).map(|noun| noun.singular.as_str());
            let show = noun.unwrap_or(shown);
            let kept = query.stages.iter().take_while(|stage| keeps_rows(&stage.value)).cloned().collect();
            let rows = print_query(&tree::Query { stages: kept, ..query.clone() });
            return Err(self.report.error(span, message, Some(format!("`({rows} | show {show})`"))));
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

/// How many columns the table has that a query makes; none while its rows are
/// facts or entities.
fn width(query: &Query) -> Option<usize> {
    match &query.rows {
        RowsOf::Facts(pipeline) => pipeline.width(),
        RowsOf::Entities(_, pipeline) => pipeline.width(),
        RowsOf::Periods(_, stages) => Some(width_after(usize::MAX, stages)),
    }
}

/// Whether a stage leaves the rows what they are.
fn keeps_rows(stage: &tree::Stage) -> bool {
    use tree::Stage::{Extreme, Skip, Sort, Take, Where};
    matches!(stage, Sort(_) | Take(_) | Skip(_) | Where(_) | Extreme { .. })
}

/// Whether the one column of a query is its rows themselves.
fn shows_rows(query: &Query) -> bool {
    let RowsOf::Entities(_, pipeline) = &query.rows else { return false };
    pipeline.shown().and_then(<[_]>::first).is_some_and(|column| column.value == RowValue::field("id"))
}

/// Whether a date is one of other facts, or a range with such an end.
pub(super) fn has_braces(when: &When) -> bool {
    match when {
        When::Braces(..) => true,
        When::Range(first, last) => [first, last].into_iter().flatten().any(|end| has_braces(&end.value)),
        _ => false,
    }
}
