//! Queries whose rows are the entities of a noun, or periods of a status: what
//! the noun means, and for which days the filter is read.

use std::borrow::Cow;
use std::sync::Arc;

use super::check::{Checker, dated_until};
use super::query_days::QueryDays;
use super::report::Checked;
use super::scope::{AsOfDay, RowNoun, Scope};
use super::{
    Alive, AsOfMeaning, Counterparts, DayProblem, EntityRows, Filter, Meaning, Moment, Part, PeriodsProblem, Pipeline,
    RecordTest, RowsOf, RowsProblem, StatusMeaning, StatusTest, StatusTime, meanings,
};
use crate::model::vocabulary::{Noun, Role};
use crate::model::{Day, EntityNumber, Resolution, Schema};
use crate::syntax::tree::{self, Account, AsOf, Condition, Expression};
use crate::syntax::{Span, Spanned, print_condition};

/// A query's noun, and its filter without it.
pub(super) struct QueryHead<'a> {
    /// Its place, its plural and its declaration.
    pub(super) noun: Option<(Span, &'a str, &'a Noun)>,
    /// The conditions on the rows.
    pub(super) filter: Option<Expression>,
}

impl<'a> QueryHead<'a> {
    /// Separates the noun that a query begins with from its conditions.
    pub(super) fn of(query: &tree::Query, schema: &'a Schema) -> Self {
        let noun = |first: &Expression| match &first.value {
            Condition::Word(word) => schema.noun(word).map(|(plural, noun)| (first.span, plural, noun)),
            _ => None,
        };
        let Some(filter) = &query.filter else { return Self { noun: None, filter: None } };
        if let Some(noun) = noun(filter) {
            return Self { noun: Some(noun), filter: None };
        }
        if let Condition::And(items) = &filter.value
            && let Some((first, rest)) = items.split_first()
            && let Some(noun) = noun(first)
        {
            let filter = match rest {
                [one] => one.clone(),
                rest => {
                    let span = rest
                        .iter()
                        .fold(rest.first().map_or(filter.span, |item| item.span), |whole, item| whole.to(item.span));
                    Spanned::new(Condition::And(rest.to_vec()), span)
                }
            };
            return Self { noun: Some(noun), filter: Some(filter) };
        }
        Self { noun: None, filter: Some(filter.clone()) }
    }
}

/// A query whose noun comes first within parentheses, as in a call of a named
/// query, as if the parentheses were not there: the conditions after them are
/// about the same rows. A day within them applies to the whole query, unless
/// that names a day itself.
pub(super) fn noun_first<'q>(query: &'q tree::Query, schema: &Schema) -> Cow<'q, tree::Query> {
    let Some(filter) = &query.filter else { return Cow::Borrowed(query) };
    let first = match &filter.value {
        Condition::And(items) => items.first(),
        _ => Some(filter),
    };
    let is_group = first.is_some_and(|first| matches!(first.value, Condition::AsOf(..) | Condition::According(..)));
    let mut clauses = LeadingClauses { day: query.as_of.clone(), account: query.account.clone() };
    let Some(items) = leading(filter, schema, &mut clauses).filter(|_| is_group) else { return Cow::Borrowed(query) };
    let filter = Spanned::new(Condition::And(items), filter.span);
    let LeadingClauses { day, account } = clauses;
    Cow::Owned(tree::Query { filter: Some(filter), as_of: day, account, ..query.clone() })
}

/// The clauses that apply to all conditions of a query.
struct LeadingClauses {
    day: Option<Spanned<AsOf>>,
    account: Option<Spanned<Account>>,
}

/// The conditions of an expression that begins with a noun; `clauses` are set to the
/// day and the account that apply to all of them.
fn leading(expression: &Expression, schema: &Schema, clauses: &mut LeadingClauses) -> Option<Vec<Expression>> {
    // The conditions but the noun, where the query has a clause of its own.
    let local = |items: &mut Vec<Expression>, is_local: bool, make: &dyn Fn(Box<Expression>) -> Condition| {
        if let [_, _, ..] = items.as_slice()
            && is_local
        {
            let more = Spanned::new(Condition::And(items.split_off(1)), expression.span);
            items.push(Spanned::new(make(Box::new(more)), expression.span));
        }
    };
    match &expression.value {
        Condition::Word(word) => schema.noun(word).map(|_| vec![expression.clone()]),
        Condition::And(items) => {
            let (first, rest) = items.split_first()?;
            let mut items = leading(first, schema, clauses)?;
            items.extend_from_slice(rest);
            Some(items)
        }
        Condition::AsOf(inner, own) => {
            let is_local = clauses.day.is_some();
            clauses.day.get_or_insert_with(|| (**own).clone());
            let mut items = leading(inner, schema, clauses)?;
            local(&mut items, is_local, &|more| Condition::AsOf(more, own.clone()));
            Some(items)
        }
        Condition::According(inner, own) => {
            let is_local = clauses.account.is_some();
            clauses.account.get_or_insert_with(|| (**own).clone());
            let mut items = leading(inner, schema, clauses)?;
            local(&mut items, is_local, &|more| Condition::According(more, own.clone()));
            Some(items)
        }
        _ => None,
    }
}

/// A noun at the beginning of parentheses that are not first themselves, as in
/// a call of a named query after other conditions.
pub(super) fn noun_of_a_later_group<'a>(query: &tree::Query, schema: &'a Schema) -> Option<(&'a str, Span)> {
    let Some(Spanned { value: Condition::And(items), .. }) = &query.filter else { return None };
    items.iter().skip(1).find_map(|item| match &item.value {
        Condition::And(inner) => match inner.first() {
            Some(Spanned { value: Condition::Word(word), span }) => {
                schema.noun(word).map(|(plural, _)| (plural, *span))
            }
            _ => None,
        },
        _ => None,
    })
}

impl<'a> Checker<'a> {
    /// Reads the conditions on entities or on periods, and leaves the scope as
    /// the stages need it.
    pub(super) fn entities(
        &mut self,
        query: &tree::Query,
        head: &QueryHead<'a>,
        days: &QueryDays,
        outer: Option<AsOfDay>,
    ) -> Checked<(RowsOf, Filter, Vec<Moment>)> {
        let named = |day: Day, span: Span| (day, Some(AsOfDay { day, span }));
        let (day, asked) = match days {
            QueryDays::Open => (outer.map_or(self.context.today, |until| until.day), outer),
            QueryDays::One(day, span) => named(*day, *span),
            QueryDays::Each(days, span) => named(days.last().map_or(self.context.today, |(_, day)| *day), *span),
        };
        let noun = Arc::new(match head.noun {
            Some((_, plural, noun)) => RowNoun {
                plural: plural.into(),
                singular: noun.singular.as_str().into(),
                kinds: noun.kinds.clone(),
                role: noun.role,
                periods: query.periods,
            },
            None => self.noun_of_periods(head.filter.as_ref()),
        });
        let series = matches!(days, QueryDays::Each(..));
        if let Some((span, ..)) = head.noun {
            let alive = match (query.periods, series) {
                (true, _) => Alive::Ever,
                (false, true) => Alive::OnEachDay,
                (false, false) => Alive::On(day),
            };
            self.report.read(span, meanings::noun(&noun, alive));
        }
        if let QueryDays::One(day, span) = days {
            let restricts = if query.periods { AsOfMeaning::Periods } else { AsOfMeaning::Rows };
            self.report.read(*span, Meaning::AsOf { day: *day, restricts });
        }
        let possibly = |filter: Filter| if query.maybe { filter.possibly() } else { filter };
        let filter = possibly(self.on_day(head.filter.as_ref(), &noun, day, asked)?);
        self.refuse_long_series(query, days)?;
        if query.periods {
            return self.periods(query, head, &noun, day, series, filter);
        }
        let mut moments = Vec::new();
        if let QueryDays::Each(days, span) = days {
            for (label, day) in days {
                let filter =
                    self.read_again(|this| this.on_day(head.filter.as_ref(), &noun, *day, named(*day, *span).1))?;
                moments.push(Moment { label: label.clone(), day: *day, filter: possibly(filter) });
            }
        }
        let status = one_status(&filter).cloned();
        let status = status.map(|status| StatusTest { at: row_at(&status, &moments), ..status });
        self.scope = Scope::rows(noun.clone(), asked.filter(|_| !series), series);
        let RowNoun { plural, singular, kinds, role, .. } = (*noun).clone();
        let rows = EntityRows { noun: singular, plural, kinds, role, day, status, maybe: query.maybe };
        Ok((RowsOf::Entities(rows, Pipeline::default()), filter, moments))
    }

    /// Refuses a series for which a long filter would have to be read too
    /// often.
    fn refuse_long_series(&mut self, query: &tree::Query, days: &QueryDays) -> Checked<()> {
        const MOST: usize = 2_000_000;
        let (QueryDays::Each(days, _), Some(filter)) = (days, &query.filter) else { return Ok(()) };
        if days.len().saturating_mul(filter.span.range().len()) <= MOST {
            return Ok(());
        }
        Err(self.report.refuse(filter.span, DayProblem::TooLongForSeries { days: days.len() }))
    }

    /// The filter of a query with a noun, for one day.
    pub(super) fn on_day(
        &mut self,
        filter: Option<&Expression>,
        noun: &Arc<RowNoun>,
        day: Day,
        asked: Option<AsOfDay>,
    ) -> Checked<Filter> {
        self.scope = Scope::entities(noun.clone(), day, asked);
        filter.map_or(Ok(Filter::All), |filter| self.condition(filter))
    }

    /// The filter of a query with another `as of`, to compare two days. Its
    /// warnings and readings are not repeated.
    pub(super) fn filter_as_of(&mut self, query: &tree::Query, day: Day) -> Checked<Filter> {
        let scope = self.scope.clone();
        let head = QueryHead::of(query, self.context.schema);
        let days = QueryDays::One(day, query.span);
        let entities = head.noun.is_some() || query.periods;
        let read = self.read_again(|this| {
            if entities { this.entities(query, &head, &days, None) } else { this.facts(query, &days, None) }
        });
        self.scope = scope;
        read.map(|(_, filter, _)| filter)
    }

    /// Reads something a second time without repeating its warnings and
    /// readings.
    fn read_again<T>(&mut self, read: impl FnOnce(&mut Self) -> Checked<T>) -> Checked<T> {
        let (hints, readings, days) = (self.report.hints.len(), self.report.readings.len(), self.report.days.len());
        let names = self.report.names.len();
        let again = std::mem::replace(&mut self.again, true);
        let result = read(self);
        self.again = again;
        self.report.hints.truncate(hints);
        self.report.readings.truncate(readings);
        self.report.names.truncate(names);
        self.report.days.truncate(days);
        result
    }

    /// The noun of `periods` that name none: that of the end which the status
    /// tests.
    fn noun_of_periods(&mut self, filter: Option<&Expression>) -> RowNoun {
        let items = match filter {
            Some(Spanned { value: Condition::And(items), .. }) => items.as_slice(),
            Some(one) => std::slice::from_ref(one),
            None => &[],
        };
        let mut role = None;
        for item in items {
            let item = if let Condition::Maybe(inner) = &item.value { inner } else { item };
            if let Condition::Test(test) = &item.value
                && let Some(status) = self.status_path(&test.path)
            {
                role = status.role.or_else(|| self.tested_end(test));
                break;
            }
        }
        let role = role.unwrap_or(Role::Subject);
        let singular = self.context.schema.end_name(role);
        let plural = self.noun_at(role).map_or("rows", |(plural, _)| plural);
        RowNoun { plural: plural.into(), singular: singular.into(), kinds: Vec::new(), role, periods: true }
    }

    /// `periods party:x`: separates the status from the other conditions.
    fn periods(
        &mut self,
        query: &tree::Query,
        head: &QueryHead<'a>,
        noun: &Arc<RowNoun>,
        day: Day,
        series: bool,
        filter: Filter,
    ) -> Checked<(RowsOf, Filter, Vec<Moment>)> {
        let span = head.filter.as_ref().map_or(query.span, |filter| filter.span);
        let example = self.some_status().unwrap_or("status").to_owned();
        if series {
            return Err(self.report.refuse(query.span, PeriodsProblem::Series));
        }
        let as_of = self.scope.until;
        let (mut statuses, mut rest) = (Vec::new(), Vec::new());
        take_statuses(filter, span, false, &mut statuses, &mut rest);
        let Some((status, maybe)) = statuses.pop().filter(|_| statuses.is_empty()) else {
            return Err(self.report.refuse(span, PeriodsProblem::NotOneStatus { example }));
        };
        if matches!(status.others, Counterparts::Count { least, most } if (least, most) != (1, None)) {
            return Err(self.report.refuse(span, PeriodsProblem::Counted { example }));
        }
        let on_a_day = meanings::status(&status, self.context);
        if let Some(read) = self.report.readings.iter_mut().find(|read| read.meaning == on_a_day)
            && let Meaning::Status(StatusMeaning { when, .. }) = &mut read.meaning
        {
            *when = StatusTime::EachPeriod;
        }
        if !noun.kinds.is_empty() {
            let test = super::Match::Any(noun.kinds.clone());
            rest.push(Part { filter: Filter::Test(RecordTest::Keyword { field: "kind".into(), test }), span });
        }
        let filter = Filter::all(rest);
        self.scope = Scope::rows(noun.clone(), None, false);
        let status = if let Some(day) = as_of { known_by(status, day.day, span) } else { status };
        let RowNoun { plural, singular, role, .. } = (**noun).clone();
        let rows = EntityRows { noun: singular, plural, kinds: Vec::new(), role, day, status: Some(status), maybe };
        Ok((RowsOf::Periods(rows, Vec::new()), filter, Vec::new()))
    }

    /// The noun whose entities are at an end; if there are several, the one
    /// with the fewest kinds.
    pub(super) fn noun_at(&self, role: Role) -> Option<(&'a str, &'a Noun)> {
        self.context.schema.nouns().find(|(_, noun)| noun.role == role)
    }

    /// Warns of a query that tests only statuses and yet lists facts.
    pub(super) fn warn_of_missing_noun(&mut self, written: &Expression, filter: &Filter) {
        let Some(status) = one_status(filter).filter(|_| is_of_entities(filter)) else { return };
        let Some((plural, _)) = self.noun_at(status.role) else { return };
        let mend = format!("{plural} {}", print_condition(written));
        self.report.warn(written.span, RowsProblem::FactsOfStatus { mend });
    }

    /// The entity of a name, if exactly one has it.
    pub(super) fn entity_called(&self, name: &str) -> Option<EntityNumber> {
        match self.context.entities.resolve(name) {
            Resolution::One(number) => Some(number),
            _ => None,
        }
    }
}

/// When the status of a series is tested: on each of its days, unless
/// parentheses name another day.
fn row_at(status: &StatusTest, moments: &[Moment]) -> super::At {
    let first = moments.first().and_then(|moment| one_status(&moment.filter));
    match first {
        Some(first) if first.at != status.at => super::At::Row,
        _ => status.at,
    }
}

/// The one status that a filter asks for outside of `not` and `or`.
pub(super) fn one_status(filter: &Filter) -> Option<&StatusTest> {
    fn positive<'f>(filter: &'f Filter, found: &mut Vec<&'f StatusTest>) {
        match filter {
            Filter::Test(RecordTest::Status(StatusTest { others: Counterparts::Count { least: 0, .. }, .. })) => {}
            Filter::Test(RecordTest::Status(test)) => found.push(test),
            Filter::And(parts) => parts.iter().for_each(|part| positive(&part.filter, found)),
            Filter::Maybe(inner) => positive(inner, found),
            _ => {}
        }
    }
    let mut found = Vec::new();
    positive(filter, &mut found);
    match found.as_slice() {
        [one] => Some(one),
        _ => None,
    }
}

/// Separates the statuses of a conjunction from its other parts. Each status
/// comes with whether it is under `maybe`, which applies to every part of a
/// conjunction.
fn take_statuses(
    filter: Filter,
    span: Span,
    maybe: bool,
    statuses: &mut Vec<(StatusTest, bool)>,
    rest: &mut Vec<Part>,
) {
    match filter {
        Filter::All => {}
        Filter::Test(RecordTest::Status(status)) => statuses.push((status, maybe)),
        Filter::And(parts) => {
            for part in parts {
                take_statuses(part.filter, part.span, maybe, statuses, rest);
            }
        }
        Filter::Maybe(inner) => take_statuses(*inner, span, true, statuses, rest),
        filter if maybe => rest.push(Part { filter: Filter::Maybe(Box::new(filter)), span }),
        filter => rest.push(Part { filter, span }),
    }
}

/// Whether a filter tests only entities and no acts.
pub(super) fn is_of_entities(filter: &Filter) -> bool {
    match filter {
        Filter::Test(RecordTest::Status(_) | RecordTest::Member { .. }) => true,
        Filter::Test(RecordTest::Refers { fields, .. }) => fields.len() == 1,
        Filter::And(parts) | Filter::Or(parts) => parts.iter().all(|part| is_of_entities(&part.filter)),
        Filter::Not(inner) | Filter::Maybe(inner) | Filter::Unknown(inner) => is_of_entities(inner),
        _ => false,
    }
}

/// A status made up only of the acts dated by a day.
fn known_by(status: StatusTest, day: Day, span: Span) -> StatusTest {
    let part = |filter| Part { filter, span };
    let using = match status.using {
        None => dated_until(day),
        Some(using) => Filter::And(vec![part((*using).clone()), part(dated_until(day))]),
    };
    StatusTest { using: Some(Arc::new(using)), ..status }
}
