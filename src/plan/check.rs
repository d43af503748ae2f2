//! The entry to the checker: turns a query as written into one that means
//! something in one world, or into a list of what is wrong with it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::nouns::{QueryHead, noun_first, noun_of_a_later_group};
use super::query_days::QueryDays;
use super::report::{Checked, Report};
use super::scope::{AsOfDay, Scope};
use super::stages::own_columns;
use super::{
    Account, AsOfMeaning, DateProblem, Filter, KnownState, Match, Meaning, MeantDays, Moment, OpenDate, Parameters,
    Part, Query, QueryProblem, RangeEnd, RecordTest, RowsOf, WordProblem, dates,
};
use crate::model::{Analyzer, Day, Entities, FieldKind, Resolution, Schema, TextTerm, Window, fold, nearest};
use crate::syntax::tree::{self, AsOf, Condition, Expression, When};
use crate::syntax::{Definitions, Diagnostic, Span, Spanned, attach_dates, name_source_fields, print_when};

/// Lists the values that facts have in the field of this name.
pub type FieldValues<'a> = dyn Fn(&str) -> Vec<String> + 'a;

/// What a query is read against.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// What the world declares.
    pub schema: &'a Schema,
    /// The entities that its facts refer to.
    pub entities: &'a Entities,
    /// The day that `today` means.
    pub today: Day,
    /// The values of `$parameters`.
    pub parameters: &'a Parameters,
    /// Lists the values that facts have in a field; called with the field's own name. For
    /// completion, and to find whose account `according to` means.
    pub values: Option<&'a FieldValues<'a>>,
    /// For completion: the named queries.
    pub definitions: Option<&'a Definitions>,
}

impl<'a> Context<'a> {
    /// A context without what only completion needs.
    #[must_use]
    pub fn new(schema: &'a Schema, entities: &'a Entities, today: Day, parameters: &'a Parameters) -> Self {
        Self { schema, entities, today, parameters, values: None, definitions: None }
    }
}

/// Resolves every word, date and name of a query.
///
/// # Errors
///
/// What is wrong with it: at least one error, in the order of the text as far
/// as it could be read, followed by the hints.
pub fn check(query: &tree::Query, context: &Context<'_>) -> Result<Query, Vec<Diagnostic<QueryProblem>>> {
    let mut query = query.clone();
    // These parentheses are removed from the tree that is checked.
    let misplaced = noun_of_a_later_group(&query, context.schema);
    let is_of_sources = |name: &str| context.schema.field(&format!("source.{name}")).is_some();
    let is_of_facts = |name: &str| {
        context.schema.field(name).is_some_and(|field| !["id", "sources", "disputed"].contains(&&*field.name))
    };
    name_source_fields(&mut query, &is_of_sources, &is_of_facts);
    let own = own_columns(&query);
    let is_own = |path: &tree::Path| path.names.first().is_some_and(|name| own.contains(fold(&name.value).as_ref()));
    let is_noun = |word: &str| context.schema.noun(word).is_some();
    attach_dates(&mut query, &|path| is_own(path) || stays_with_date(path, context), &is_noun)
        .map_err(|wrong| wrong.into_iter().map(Diagnostic::from).collect::<Vec<_>>())?;
    let mut checker = Checker::new(*context);
    let result = match misplaced {
        Some((plural, span)) => Err(checker.refuse_misplaced_noun(plural, span)),
        None => checker.query(&query, None),
    };
    // If something else is wrong, a part was not read, and a parameter may be
    // in it.
    if checker.report.errors.is_empty() {
        checker.refuse_unused_parameters(query.span);
    }
    let Report { mut errors, hints, mut readings, days, names } = checker.report;
    errors.sort_by_key(|error| error.span.start);
    readings.sort_by_key(|reading| reading.span.start);
    match result {
        Ok(query) if errors.is_empty() => Ok(Query { readings, days, names, hints, ..query }),
        _ => {
            errors.extend(hints);
            Err(errors)
        }
    }
}

/// The state of the store that a query asks about. It must be known before
/// words can be looked up in that state.
///
/// # Errors
///
/// What is wrong with the day.
pub fn known(query: &tree::Query, context: &Context<'_>) -> Result<KnownState, Vec<Diagnostic<QueryProblem>>> {
    let mut checker = Checker::new(*context);
    let known = query.known.as_ref().map_or(Ok(KnownState::Now), |known| checker.known(known));
    known.map_err(|_| checker.report.errors)
}

/// Whether the word before a date test is, or was meant to be, the field that
/// it tests; any other word is a separate condition.
fn stays_with_date(path: &tree::Path, context: &Context<'_>) -> bool {
    let [name] = path.names.as_slice() else { return true };
    let (schema, word) = (context.schema, name.value.as_str());
    if super::paths::attribute(schema, word).is_some() || schema.field(word).is_some() {
        return true;
    }
    let dates = schema.fields().filter(|field| field.kind == FieldKind::Date);
    let statuses = &schema.vocabulary().status;
    schema.action_word(word).is_none()
        && schema.action_labelled(word).is_none()
        && schema.noun(word).is_none()
        && !statuses.keys().any(|status| status.eq_ignore_ascii_case(word))
        && context.entities.resolve(word) == Resolution::Unknown
        && nearest(word, dates.map(|field| field.name.as_ref())).is_some()
}

/// The state of the checker while it reads a query.
pub(super) struct Checker<'a> {
    pub(super) context: Context<'a>,
    pub(super) report: Report,
    pub(super) analyzer: Analyzer,
    /// The parameters that the query asks for.
    pub(super) used: BTreeSet<String>,
    /// The words that are searched for in the texts, for `sort relevance`.
    pub(super) terms: Vec<TextTerm>,
    /// Whether the current condition is under an odd number of `not`.
    pub(super) negated: bool,
    /// What the rows are, and on which day.
    pub(super) scope: Scope,
    /// On whose account the query is asked that is being read.
    pub(super) account: Option<Arc<Account>>,
    /// How many words so far mean nothing in this world.
    pub(super) unknown: usize,
    /// How many statuses have been read so far.
    pub(super) statuses: usize,
    /// Whether this part is being read for a second time, so that warnings are
    /// not repeated.
    pub(super) again: bool,
}

impl<'a> Checker<'a> {
    pub(super) fn new(context: Context<'a>) -> Self {
        Self {
            context,
            report: Report::default(),
            analyzer: Analyzer::default(),
            used: BTreeSet::new(),
            terms: Vec::new(),
            negated: false,
            scope: Scope::facts(None),
            account: None,
            unknown: 0,
            statuses: 0,
            again: false,
        }
    }

    /// Reads every clause, even if others are wrong. `outer` is the day that
    /// the surrounding query asks about.
    pub(super) fn query(&mut self, query: &tree::Query, outer: Option<AsOfDay>) -> Checked<Query> {
        let query = &*noun_first(query, self.context.schema);
        let head = QueryHead::of(query, self.context.schema);
        let entities = head.noun.is_some() || query.periods;
        let days = self.days(query.as_of.as_ref(), entities);
        let known = query.known.as_ref().map_or(Ok(KnownState::Now), |known| self.known(known));
        let account = query.account.as_ref().map(|account| self.account(account)).transpose();
        let own = account.as_ref().map_or(None, Clone::clone);
        let outer_account = self.account.clone();
        self.account = own.or_else(|| outer_account.clone());
        let asked = days.as_ref().map_or(QueryDays::Open, Clone::clone);
        let read = if entities { self.entities(query, &head, &asked, outer) } else { self.facts(query, &asked, outer) };
        let (rows, filter, series) = match read {
            Ok(read) => read,
            // The stages are read in any case, so that their errors are
            // reported too.
            Err(reported) => {
                if !entities {
                    let _ = self.stages(&query.stages, RowsOf::default(), (query, &Filter::All));
                }
                self.account = outer_account;
                return Err(reported);
            }
        };
        let rows = self.stages(&query.stages, rows, (query, &filter));
        self.account = outer_account;
        days?;
        let (known, account) = (known?, account?);
        Ok(Query { rows: rows?, filter, series, known, account, ..Query::default() })
    }

    /// Reads the conditions on facts, and leaves the scope as the stages need
    /// it.
    pub(super) fn facts(
        &mut self,
        query: &tree::Query,
        days: &QueryDays,
        outer: Option<AsOfDay>,
    ) -> Checked<(RowsOf, Filter, Vec<Moment>)> {
        let until = match days {
            QueryDays::One(day, span) => Some(AsOfDay { day: *day, span: *span }),
            _ => outer,
        };
        if let QueryDays::One(day, span) = days {
            self.report.read(*span, Meaning::AsOf { day: *day, restricts: AsOfMeaning::Acts });
        }
        self.scope = Scope::facts(until);
        let filter = query.filter.as_ref().map_or(Ok(Filter::All), |filter| self.condition(filter))?;
        if let Some(written) = &query.filter {
            self.warn_of_missing_noun(written, &filter);
        }
        self.scope.required = match &filter {
            Filter::And(parts) => self.required_of(parts),
            filter => self.required_of(&[Part { filter: filter.clone(), span: query.span }]),
        };
        let possibly = |filter: Filter| if query.maybe { filter.possibly() } else { filter };
        let Some(until) = until else { return Ok((RowsOf::default(), possibly(filter), Vec::new())) };
        let filter = match &query.filter {
            None => until.part().filter,
            Some(written) => with_condition(filter, written, until.part()),
        };
        Ok((RowsOf::default(), possibly(filter), Vec::new()))
    }

    pub(super) fn known(&mut self, known: &Spanned<tree::Known>) -> Checked<KnownState> {
        match &known.value {
            tree::Known::Commit(number) => Ok(KnownState::Commit(*number)),
            tree::Known::Day(when) => {
                let window = self.when(&Spanned::new(when.clone(), known.span))?;
                if window.first != window.last {
                    self.report.days(MeantDays::KnownAtEndOf(window.last));
                }
                if !window.last.is_finite() {
                    let (end, place) = (RangeEnd::Last, OpenDate::Known);
                    return Err(self.report.refuse(known.span, DateProblem::Open { end, place }));
                }
                self.report.read(known.span, Meaning::KnownAtEndOf(window.last));
                Ok(KnownState::Day(window.last))
            }
        }
    }

    /// The days that a date means.
    pub(super) fn when(&mut self, when: &Spanned<When>) -> Checked<Window> {
        let plain = self.plain_when(when)?;
        let window =
            dates::period(&plain, self.context.today).map_err(|problem| self.report.refuse(when.span, problem))?;
        if dates::depends_on_today(&plain) {
            self.report.days(MeantDays::Date { written: print_when(&plain), window });
        }
        Ok(window)
    }

    /// Reads a condition on facts or on entities, whichever the scope says.
    pub(super) fn condition(&mut self, expression: &Expression) -> Checked<Filter> {
        let span = expression.span;
        match &expression.value {
            Condition::And(items) => self.conjunction(items),
            Condition::Word(_) | Condition::Date(_) | Condition::Using(_) => {
                self.conjunction(std::slice::from_ref(expression))
            }
            Condition::Or(items) => {
                let mut parts = Vec::with_capacity(items.len());
                let mut failed = None;
                for item in items {
                    match self.condition(item) {
                        Ok(filter) => parts.push(Part { filter, span: item.span }),
                        Err(reported) => failed = Some(reported),
                    }
                }
                failed.map_or(Ok(Filter::Or(parts)), Err)
            }
            Condition::Not(inner) => {
                self.negated = !self.negated;
                let filter = self.condition(inner);
                self.negated = !self.negated;
                Ok(Filter::Not(Box::new(filter?)))
            }
            Condition::Maybe(inner) => Ok(Filter::Maybe(Box::new(self.condition(inner)?))),
            Condition::Unknown(inner) => Ok(Filter::Unknown(Box::new(self.condition(inner)?))),
            Condition::Text(text) => match self.scope.noun.clone() {
                Some(noun) => Err(self.refuse_text(text, span, &noun)),
                None => self.text(text, span, true),
            },
            Condition::Test(test) => self.test(test, span),
            Condition::Other(other) => self.other(other, span),
            Condition::AsOf(inner, as_of) => self.as_of_group(inner, as_of),
            Condition::According(inner, account) => self.account_group(inner, account),
            Condition::Source(inner) => self.source(inner, span),
            Condition::Call(call) => {
                Err(self.report.refuse(span, WordProblem::UnknownQuery { name: call.name.value.clone() }))
            }
        }
    }

    /// Reads a part with a scope of its own: a `not` around it does not reach
    /// into it, and words searched for in it do not count for the relevance of
    /// the rows.
    pub(super) fn in_own_scope<T>(&mut self, scope: Scope, read: impl FnOnce(&mut Self) -> T) -> T {
        let scope = std::mem::replace(&mut self.scope, scope);
        let (terms, negated) = (std::mem::take(&mut self.terms), std::mem::take(&mut self.negated));
        let found = read(self);
        (self.scope, self.terms, self.negated) = (scope, terms, negated);
        found
    }

    /// `(… as of D)`
    fn as_of_group(&mut self, inner: &Expression, as_of: &Spanned<AsOf>) -> Checked<Filter> {
        let day = self.as_of_day(as_of);
        let until = day.map(|(day, span)| AsOfDay { day, span });
        let scope = until.as_ref().map_or_else(|_| self.scope.clone(), |until| self.scope.on(*until));
        let outer = std::mem::replace(&mut self.scope, scope);
        let filter = self.condition(inner);
        self.scope = outer;
        let until = until?;
        let AsOfDay { day, span } = until;
        let reads = |restricts| Meaning::AsOf { day, restricts };
        if self.scope.noun.is_some() {
            self.report.read(span, reads(AsOfMeaning::StatusesGroupsAndOtherFacts));
            return filter;
        }
        let filter = filter?;
        if is_of_ends(&filter) {
            self.report.read(span, reads(AsOfMeaning::StatusesAndGroups));
            return Ok(filter);
        }
        self.report.read(span, reads(AsOfMeaning::ActsStatusesAndGroups));
        Ok(Filter::And(vec![Part { filter, span: inner.span }, until.part()]))
    }

    /// Text that any text field of the facts must contain; several words are a
    /// phrase. In quotes they are meant as they are written, else in any form.
    pub(super) fn text(&mut self, text: &str, span: Span, quoted: bool) -> Checked<Filter> {
        let schema = self.context.schema;
        let fields = schema.fields().filter(|field| field.kind == FieldKind::Text);
        let fields = fields.map(|field| field.name.clone()).collect();
        self.text_in(fields, text, span, quoted)
    }

    /// Text that one of these fields must contain.
    pub(super) fn text_in(&mut self, fields: Vec<Arc<str>>, text: &str, span: Span, quoted: bool) -> Checked<Filter> {
        let phrase = self.analyzer.terms(text, quoted);
        if phrase.is_empty() {
            return Err(self.report.refuse(span, WordProblem::NothingToSearch));
        }
        if !self.negated {
            for term in &phrase {
                if !self.terms.contains(term) {
                    self.terms.push(term.clone());
                }
            }
        }
        let is_phrase = phrase.len() > 1;
        self.report.read(span, Meaning::Text { text: text.to_owned(), quoted, phrase: is_phrase, unknown_word: false });
        let signs = quoted.then(|| pattern_of_signs(text)).flatten();
        let written = signs.map(|pattern| {
            let one =
                |field: &Arc<str>| RecordTest::Written { field: field.clone(), test: Match::Regex(pattern.clone()) };
            Filter::any(fields.iter().map(|field| Part { filter: Filter::Test(one(field)), span }).collect())
        });
        let words = Filter::Test(RecordTest::Text { fields, phrase });
        Ok(match written {
            Some(written) => Filter::And(vec![Part { filter: words, span }, Part { filter: written, span }]),
            None => words,
        })
    }
}

/// A pattern for a text of which a word has a sign that no index keeps:
/// `C++`, `#bug`. None if there is no such word.
fn pattern_of_signs(text: &str) -> Option<String> {
    const SIGNS: &str = "+#&@";
    let is_sign = |character: char| SIGNS.contains(character);
    let is_signed = |word: &str| word.contains(is_sign) && word.contains(char::is_alphanumeric);
    if !text.split_whitespace().any(is_signed) {
        return None;
    }
    let words: Vec<String> = text.split_whitespace().map(|word| regex::escape(&fold(word))).collect();
    Some(format!(r"(?i)(?:^|[^\w{SIGNS}]){}(?:$|[^\w{SIGNS}])", words.join(r"\s+")))
}

/// A filter with one more condition.
pub(super) fn with_condition(filter: Filter, written: &Expression, more: Part) -> Filter {
    match filter {
        Filter::And(mut parts) if matches!(written.value, Condition::And(_)) => {
            parts.push(more);
            Filter::And(parts)
        }
        filter => Filter::And(vec![Part { filter, span: written.span }, more]),
    }
}

/// Whether conditions on facts test only the entities at their ends, by
/// statuses and groups, and not what was done.
fn is_of_ends(filter: &Filter) -> bool {
    match filter {
        Filter::Test(RecordTest::Status(_) | RecordTest::Member { .. }) => true,
        Filter::And(parts) | Filter::Or(parts) => parts.iter().all(|part| is_of_ends(&part.filter)),
        Filter::Not(inner) | Filter::Maybe(inner) | Filter::Unknown(inner) => is_of_ends(inner),
        _ => false,
    }
}

/// The facts dated by the end of a day.
pub(super) fn dated_until(day: Day) -> Filter {
    Filter::Test(RecordTest::Date { field: Arc::from("date"), window: Window::until(day) })
}
