//! Calls replaced by what they call: the definition in parentheses, with values
//! in the places of the parameters. It must not know what a query means.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::definitions::{Definition, Definitions};
use super::parameters::{ArgumentProblem, LONGEST, ParameterUse, Substitution, parameter_uses};
use super::tree::{Account, AsOf, Call, Condition, Expression, Known, Query, Value};
use super::walk::change::{MoveSpans, Transform, walk_expression, walk_query};
use super::{
    DefinitionExcerpt, DefinitionPlace, DefinitionProblem, Diagnostic, ExceededLimit, Span, Spanned, SyntaxProblem,
    WholeQueryPart, print_value,
};
use crate::model::nearest;

/// How deep conditions may be nested once calls are replaced, and how deep calls may be.
const DEEPEST: usize = 80;

/// How much of a definition a message shows, in characters.
const SHOWN: usize = 60;

impl Definitions {
    /// Replaces the calls of a query.
    ///
    /// # Errors
    ///
    /// If it calls what is not defined, with the wrong number or type of
    /// values, or as a condition what is more than one; if it becomes too long
    /// or too deep.
    pub(crate) fn expand<'t>(&self, text: &'t str, query: &Query) -> Result<Expanded<'t>, Vec<Diagnostic>> {
        let mut query = query.clone();
        let mut expander = Expander::new(self, text.len());
        expander.query(&mut query);
        if !expander.diagnostics.is_empty() {
            return Err(expander.diagnostics);
        }
        let own_length = text.len();
        let text = if expander.appended.is_empty() {
            Cow::Borrowed(text)
        } else {
            (text.to_owned() + &expander.appended).into()
        };
        Ok(Expanded { text, query, own_length, insertions: expander.insertions })
    }
}

/// What is wrong with the calls of a query.
pub(super) fn problems_of_calls(definitions: &Definitions, text: &str, query: &Query) -> Vec<Diagnostic> {
    let mut expander = Expander::new(definitions, text.len());
    expander.query(&mut query.clone());
    expander.diagnostics
}

/// A query without calls.
#[derive(Debug)]
pub(crate) struct Expanded<'t> {
    /// The text of the query, and after it that of each definition that it
    /// calls: the spans of the tree are of this.
    pub text: Cow<'t, str>,
    /// Its tree.
    pub query: Query,
    /// How long its own text is.
    own_length: usize,
    insertions: Vec<InsertedDefinition>,
}

impl Expanded<'_> {
    /// Places a diagnostic about a definition at the call of it.
    pub(crate) fn at_call<P>(&self, diagnostic: Diagnostic<P>) -> Diagnostic<P> {
        let written = diagnostic.span;
        let insertion = |at: usize| self.insertions.iter().find(|one| (one.start..=one.end).contains(&at));
        if written.end <= self.own_length {
            return diagnostic;
        }
        let Some(last) = insertion(written.end) else { return diagnostic };
        if written.start < self.own_length {
            return Diagnostic { span: Span::new(written.start, last.call.end.max(written.start)), ..diagnostic };
        }
        let words = self.text.get(written.range()).unwrap_or("").split_whitespace().collect::<Vec<_>>().join(" ");
        let mut shown: String = words.chars().take(SHOWN).collect();
        if shown.len() < words.len() {
            shown.push('…');
        }
        let within = DefinitionExcerpt { name: last.name.clone(), place: last.place.clone(), text: shown };
        Diagnostic { span: last.call, within: Some(within), ..diagnostic }
    }
}

/// The text of a definition with values in the places of its parameters; and
/// for each parameter, the byte after it before and after that.
fn with_values(definition: &Definition, query: &Query, arguments: &[Spanned<Value>]) -> (String, Vec<(usize, usize)>) {
    let values: BTreeMap<&str, &Spanned<Value>> =
        definition.parameters.iter().map(String::as_str).zip(arguments).collect();
    let (mut text, mut moves, mut at) = (String::new(), Vec::new(), 0);
    for ParameterUse { span, name, is_date } in parameter_uses(query) {
        let written = definition.text.get(span.range()).is_some_and(|text| text.strip_prefix('$') == Some(&*name));
        if let (Some(value), true, Some(between)) =
            (values.get(name.as_str()), written, definition.text.get(at..span.start))
        {
            text += between;
            match &value.value {
                Value::Quoted(date) if is_date => text += date,
                value => text += &print_value(value),
            }
            at = span.end;
            moves.push((span.end, text.len()));
        }
    }
    text += definition.text.get(at..).unwrap_or("");
    (text, moves)
}

/// The text of a definition that was appended for one call.
#[derive(Debug)]
struct InsertedDefinition {
    start: usize,
    end: usize,
    /// The call in the query's own text.
    call: Span,
    name: String,
    place: DefinitionPlace,
}

/// Replaces calls.
struct Expander<'d> {
    definitions: &'d Definitions,
    /// The length of the text that `appended` follows.
    own: usize,
    appended: String,
    insertions: Vec<InsertedDefinition>,
    diagnostics: Vec<Diagnostic>,
    /// The call in the query's own text that is being expanded.
    call: Option<Span>,
    depth: usize,
    /// How many bytes were put in places of parameters.
    put_in: usize,
}

impl<'d> Expander<'d> {
    fn new(definitions: &'d Definitions, own: usize) -> Self {
        let (appended, insertions, diagnostics) = (String::new(), Vec::new(), Vec::new());
        Self { definitions, own, appended, insertions, diagnostics, call: None, depth: 0, put_in: 0 }
    }

    fn wrong(&mut self, span: Span, problem: impl Into<SyntaxProblem>) {
        // A problem inside a definition is reported at its call.
        self.diagnostics.push(Diagnostic::error(self.call.unwrap_or(span), problem));
    }

    /// The definition that is called, if it is called rightly.
    fn called(&mut self, call: &Call, span: Span) -> Option<&'d Definition> {
        let name = &call.name.value;
        let Some(definition) = self.definitions.get(name) else {
            let near = nearest(name, self.definitions.iter().map(Definition::name));
            let similar = near.and_then(|near| self.definitions.get(near)).map(Definition::signature);
            let span = if call.name.span.range().is_empty() { span } else { call.name.span };
            self.wrong(span, DefinitionProblem::UnknownName { name: name.clone(), similar });
            return None;
        };
        let (expected, given) = (definition.parameters.len(), call.arguments.len());
        if expected != given {
            let (name, definition) = (definition.name.clone(), definition.placed_signature());
            self.wrong(span, DefinitionProblem::ArgumentCount { name, expected, given, definition });
            return None;
        }
        Some(definition)
    }

    /// The query that takes the place of a call, and the span of its text.
    fn instance(&mut self, call: &mut Call, span: Span) -> Option<(Query, Span)> {
        call.arguments.iter_mut().for_each(|value| self.value(value));
        let definition = self.called(call, span)?;
        let Some(mut query) = definition.query.clone() else {
            let (name, place) = (definition.name.clone(), definition.place.clone());
            self.wrong(span, DefinitionProblem::Broken { name, place });
            return None;
        };
        if self.depth >= DEEPEST || self.appended.len() + self.put_in + definition.text.len() > LONGEST {
            self.wrong(span, DefinitionProblem::ExpansionTooLarge { most_bytes: LONGEST, most_levels: DEEPEST });
            return None;
        }
        self.appended.push_str("\n(");
        let start = self.own + self.appended.len();
        // Later messages about it show the values of this call.
        let (text, moves) = with_values(definition, &query, &call.arguments);
        self.appended.push_str(&text);
        self.appended.push(')');
        let whole = Span::new(start - 1, self.own + self.appended.len());
        let place_now = |at: usize| {
            let before = moves.iter().rev().find(|(end, _)| *end <= at);
            start + before.map_or(at, |(end, now)| at - end + now)
        };
        MoveSpans(&|span| Span::new(place_now(span.start), place_now(span.end))).query(&mut query);
        let outer = self.call.unwrap_or(span);
        let (name, place) = (definition.name.clone(), definition.place.clone());
        self.insertions.push(InsertedDefinition { start: whole.start, end: whole.end, call: outer, name, place });
        let values = definition.parameters.iter().map(String::as_str).zip(&call.arguments).collect();
        let mut substitution = Substitution { values, bytes: self.put_in, problem: None };
        substitution.query(&mut query);
        self.put_in = substitution.bytes;
        if let Some((span, problem)) = substitution.problem {
            let definition = definition.placed_signature();
            let problem = match problem {
                ArgumentProblem::TooLong => DefinitionProblem::ArgumentTooLong { definition },
                ArgumentProblem::NotDate { parameter } => DefinitionProblem::ArgumentNotDate { parameter, definition },
            };
            self.wrong(span, problem);
            return None;
        }
        let outside = (self.definitions, self.call.replace(outer));
        self.definitions = &definition.calls;
        self.depth += 1;
        self.query(&mut query);
        self.depth -= 1;
        (self.definitions, self.call) = outside;
        Some((query, whole))
    }

    /// A call as a condition among others: the filter of what it calls.
    fn condition(&mut self, call: &mut Call, span: Span) -> Option<Expression> {
        let (query, whole) = self.instance(call, span)?;
        self.filter_of(query, call, span, whole)
    }

    /// The filter of a query that is called as a condition.
    fn filter_of(&mut self, query: Query, call: &Call, span: Span, whole: Span) -> Option<Expression> {
        let each = query.as_of.as_ref().is_some_and(|day| day.value.is_series());
        let more = [
            (!query.stages.is_empty(), WholeQueryPart::Stages),
            (query.periods, WholeQueryPart::Periods),
            (query.known.is_some(), WholeQueryPart::Known),
            (each, WholeQueryPart::AsOfEach),
            (query.filter.is_none(), WholeQueryPart::NoCondition),
        ];
        if let Some((_, reason)) = more.into_iter().find(|(is_so, _)| *is_so) {
            self.wrong(span, DefinitionProblem::NotCondition { name: call.name.value.clone(), reason });
            return None;
        }
        let filter = query.filter?;
        let filter = if query.maybe { possibly(filter, whole) } else { filter };
        let filter = match query.as_of {
            Some(day) => Spanned::new(Condition::AsOf(Box::new(filter), Box::new(day)), whole),
            None => Spanned::new(filter.value, whole),
        };
        Some(match query.account {
            Some(account) => Spanned::new(Condition::According(Box::new(filter), Box::new(account)), whole),
            None => filter,
        })
    }

    /// A call before other conditions: what its query says of all its rows, it
    /// says here too. Nothing if it calls wrongly.
    fn leading(&mut self, query: &mut Query, call: &mut Call, span: Span) -> Option<Expression> {
        let (mut called, whole) = self.instance(call, span)?;
        let each = called.as_of.as_ref().is_some_and(|day| day.value.is_series());
        if called.stages.is_empty() && (called.periods || each || called.known.is_some()) {
            query.periods |= std::mem::take(&mut called.periods);
            query.maybe |= std::mem::take(&mut called.maybe);
            if query.periods || each {
                self.day(query, called.as_of.take(), call);
            }
            self.known(query, called.known.take(), call);
            self.account(query, called.account.take(), call);
        }
        self.filter_of(called, call, span, whole)
    }

    /// A call that is all of a query's filter: also the clauses and stages of
    /// what it calls.
    fn whole(&mut self, query: &mut Query, call: &mut Call, span: Span) {
        let Some((called, whole)) = self.instance(call, span) else { return };
        let is_more = called.periods || called.known.is_some() || !called.stages.is_empty();
        query.periods |= called.periods;
        query.maybe |= called.maybe;
        query.filter = called.filter;
        match (&query.as_of, called.as_of) {
            (Some(own), Some(day)) if !is_more && !own.value.is_series() && !day.value.is_series() => {
                let filter = query.filter.take();
                let local = |filter| Spanned::new(Condition::AsOf(Box::new(filter), Box::new(day)), whole);
                query.filter = filter.map(local);
            }
            (_, day) => self.day(query, day, call),
        }
        self.known(query, called.known, call);
        self.account(query, called.account, call);
        let mut stages = called.stages;
        stages.append(&mut query.stages);
        query.stages = stages;
    }

    /// The `as of` of a called query as that of the one that calls it.
    fn day(&mut self, query: &mut Query, day: Option<Spanned<AsOf>>, call: &Call) {
        if let (Some(written), Some(_)) = (&query.as_of, &day) {
            let problem = DefinitionProblem::RepeatedClause { name: call.name.value.clone(), clause: "as of" };
            self.wrong(written.value.when().span, problem);
        }
        query.as_of = query.as_of.take().or(day);
    }

    /// The same of `known`.
    fn known(&mut self, query: &mut Query, known: Option<Spanned<Known>>, call: &Call) {
        if let (Some(written), Some(_)) = (&query.known, &known) {
            let problem = DefinitionProblem::RepeatedClause { name: call.name.value.clone(), clause: "known" };
            self.wrong(written.span, problem);
        }
        query.known = query.known.take().or(known);
    }

    /// The same of `according to`.
    fn account(&mut self, query: &mut Query, account: Option<Spanned<Account>>, call: &Call) {
        if let (Some(written), Some(_)) = (&query.account, &account) {
            let problem = DefinitionProblem::RepeatedClause { name: call.name.value.clone(), clause: "according to" };
            self.wrong(written.span, problem);
        }
        query.account = query.account.take().or(account);
    }
}

/// A condition that is also true where it is only possible.
fn possibly(condition: Expression, span: Span) -> Expression {
    Spanned::new(Condition::Maybe(Box::new(condition)), span)
}

/// The call before the other conditions of a query, and its span.
fn leading_call(query: &Query) -> Option<(Call, Span)> {
    let Some(Spanned { value: Condition::And(items), .. }) = &query.filter else { return None };
    match items.first()? {
        Spanned { value: Condition::Call(call), span } => Some((call.clone(), *span)),
        _ => None,
    }
}

impl Transform for Expander<'_> {
    fn query(&mut self, query: &mut Query) {
        if let Some(Spanned { value: Condition::Call(call), span }) = &mut query.filter {
            let (mut call, span) = (call.clone(), *span);
            let before = self.diagnostics.len();
            self.whole(query, &mut call, span);
            if self.diagnostics.len() > before {
                return;
            }
        } else if let Some((mut call, span)) = leading_call(query) {
            let Some(condition) = self.leading(query, &mut call, span) else { return };
            if let Some(Spanned { value: Condition::And(items), .. }) = &mut query.filter
                && let Some(first) = items.first_mut()
            {
                *first = condition;
            }
        }
        walk_query(self, query);
    }

    fn expression(&mut self, expression: &mut Expression) {
        self.depth += 1;
        let span = expression.span;
        match &mut expression.value {
            Condition::Call(call) => {
                if let Some(condition) = self.condition(&mut call.clone(), span) {
                    *expression = condition;
                }
            }
            _ if self.depth > DEEPEST && self.call.is_some() => {
                if self.diagnostics.is_empty() {
                    self.wrong(span, ExceededLimit::Depth { most: DEEPEST });
                }
            }
            _ => walk_expression(self, expression),
        }
        self.depth -= 1;
    }
}
