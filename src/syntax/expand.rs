//! Queries that have names: definitions, and calls replaced by what they call.
//! A call is its definition in parentheses, with values in the places of the
//! parameters. It must not know what a query means, nor read a file.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::put::{LONGEST, Place, Put, Shift, calls_in, parameters_of, places_of_parameters};
use super::tree::{AsOf, Call, Condition, Expression, Known, Name, Query, Statement, Value};
use super::walk::{Walk, walk_expression, walk_query};
use super::{DefinitionExcerpt, Diagnostic, Span, Spanned};
use super::{parse_query, parse_script, print_value};
use crate::model::nearest;

/// How deep conditions may be nested in it.
const DEEPEST: usize = 80;

/// What to do with a call that says more than a condition does.
const FIRST: &str = "let it stand first: conditions and stages may follow";

/// How much of a definition a message shows, in characters.
const SHOWN: usize = 60;

/// Where a definition is written.
#[derive(Debug, Clone, Copy)]
pub struct Written<'a> {
    /// What messages call the file; empty for what was typed at a prompt.
    pub file: &'a str,
    /// All of its text, of which the spans are.
    pub text: &'a str,
}

/// A query with a name.
#[derive(Debug)]
pub struct Definition {
    name: String,
    parameters: Vec<String>,
    /// As written.
    text: String,
    /// With spans of that text; absent if there is something wrong with it.
    query: Option<Query>,
    /// The file and the line.
    place: String,
    /// What it calls, as that was when this was defined.
    calls: Definitions,
}

impl Definition {
    /// What it is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What stands for values in it, in the order of a call, without `$`.
    #[must_use]
    pub fn parameters(&self) -> &[String] {
        &self.parameters
    }

    /// The query as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The file and the line in which it is defined, as messages say it.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// How it is called: `name($p, $q)`.
    #[must_use]
    pub fn signature(&self) -> String {
        let parameters: Vec<String> = self.parameters.iter().map(|name| format!("${name}")).collect();
        format!("{}({})", self.name, parameters.join(", "))
    }
}

/// Queries by their names.
#[derive(Debug, Clone, Default)]
pub struct Definitions(Arc<BTreeMap<String, Arc<Definition>>>);

impl Definitions {
    /// None at all.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Those of a file of statements, whatever else is in it; the files that it
    /// includes are not read.
    ///
    /// ```
    /// use tractat::syntax::Definitions;
    ///
    /// let definitions = Definitions::of("let left($whom) = resigned object:$whom").unwrap();
    /// assert_eq!(definitions.get("left").unwrap().signature(), "left($whom)");
    /// ```
    ///
    /// # Errors
    ///
    /// If it does not parse, or one of them is wrong.
    pub fn of(text: &str) -> Result<Self, Vec<Diagnostic>> {
        let parsed = parse_script(text);
        let mut definitions = Self::new();
        let mut wrong: Vec<Diagnostic> = parsed.diagnostics.into_iter().filter(Diagnostic::is_error).collect();
        for statement in parsed.tree.iter().flat_map(|tree| &tree.statements) {
            if let Statement::Let { name, parameters, query } = &statement.value {
                let defined = definitions.define(name, parameters, query, Written { file: "", text });
                wrong.extend(defined.err().into_iter().flatten());
            }
        }
        if wrong.is_empty() { Ok(definitions) } else { Err(wrong) }
    }

    /// The definition of a name; case is ignored.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Definition> {
        self.0.get(&name.to_lowercase()).map(|definition| &**definition)
    }

    /// Every definition, in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = &Definition> {
        self.0.values().map(|definition| &**definition)
    }

    /// Forgets a name, so that it can be defined anew.
    pub fn forget(&mut self, name: &str) {
        Arc::make_mut(&mut self.0).remove(&name.to_lowercase());
    }

    /// Gives a query a name. It may call what is defined so far.
    ///
    /// # Errors
    ///
    /// If the name is taken, or a word of the language; if a parameter stands twice, or stands nowhere in
    /// the query; if the query calls wrongly. A name that was free is then
    /// known all the same, so that its calls are no errors of their own.
    pub fn define(
        &mut self,
        name: &Name,
        parameters: &[Name],
        query: &Query,
        written: Written<'_>,
    ) -> Result<(), Vec<Diagnostic>> {
        if let Some(known) = self.get(&name.value) {
            let message = format!("`{}` is defined twice", known.name);
            return Err(vec![Diagnostic::error(name.span, message).with_help(format!("first in {}", known.place))]);
        }
        let mut diagnostics = wrong_parameters(parameters, query);
        if !can_be_called(&name.value) {
            let message = format!("`{}` is a word of the language, so it cannot name a query", name.value);
            diagnostics.push(Diagnostic::error(name.span, message).with_help("choose another name"));
        }
        if calls_in(query).contains(&name.value.to_lowercase()) {
            let error = Diagnostic::error(name.span, format!("`{}` cannot call itself", name.value));
            diagnostics.push(error.with_help("a query calls only what is defined before it"));
        } else {
            let mut expander = Expander::new(self, written.text.len());
            expander.query(&mut query.clone());
            diagnostics.extend(expander.diagnostics);
        }
        let mut own = query.clone();
        let start = query.span.start;
        Shift(&|span| Span::new(span.start.saturating_sub(start), span.end.saturating_sub(start))).query(&mut own);
        let before = written.text.get(..name.span.start).unwrap_or("");
        let line = 1 + memchr::memchr_iter(b'\n', before.as_bytes()).count();
        let called = |name: String| self.0.get(&name).map(|definition| (name, Arc::clone(definition)));
        let definition = Definition {
            name: name.value.clone(),
            parameters: parameters.iter().map(|parameter| parameter.value.clone()).collect(),
            text: written.text.get(query.span.range()).unwrap_or("").to_owned(),
            query: diagnostics.is_empty().then_some(own),
            place: if written.file.is_empty() { "the prompt".to_owned() } else { format!("{}:{line}", written.file) },
            calls: Self(Arc::new(calls_in(query).into_iter().filter_map(called).collect())),
        };
        Arc::make_mut(&mut self.0).insert(name.value.to_lowercase(), Arc::new(definition));
        if diagnostics.is_empty() { Ok(()) } else { Err(diagnostics) }
    }

    /// That a defined query means nothing where it is defined, as somebody
    /// found who knows the world: its calls are then no errors of their own.
    pub fn refuse(&mut self, name: &str) {
        if let Some(definition) = Arc::make_mut(&mut self.0).get_mut(&name.to_lowercase()) {
            let known: &Definition = definition;
            *definition = Arc::new(Definition {
                name: known.name.clone(),
                parameters: known.parameters.clone(),
                text: known.text.clone(),
                query: None,
                place: known.place.clone(),
                calls: Self::new(),
            });
        }
    }

    /// A query without calls.
    ///
    /// # Errors
    ///
    /// If it calls what is not defined, with the wrong number of values or
    /// with values of the wrong sort, or as a condition what is more than one;
    /// if it becomes too long or too deep.
    pub fn expand<'t>(&self, text: &'t str, query: &Query) -> Result<Expanded<'t>, Vec<Diagnostic>> {
        let mut query = query.clone();
        let mut expander = Expander::new(self, text.len());
        expander.query(&mut query);
        if !expander.diagnostics.is_empty() {
            return Err(expander.diagnostics);
        }
        let own = text.len();
        let text = if expander.appended.is_empty() {
            Cow::Borrowed(text)
        } else {
            (text.to_owned() + &expander.appended).into()
        };
        Ok(Expanded { text, query, own, parts: expander.parts })
    }
}

/// A query without calls.
#[derive(Debug)]
pub struct Expanded<'t> {
    /// The text of the query, and after it that of each definition that it
    /// calls: the spans of the tree are of this.
    pub text: Cow<'t, str>,
    /// Its tree.
    pub query: Query,
    /// How long its own text is.
    own: usize,
    parts: Vec<Part>,
}

impl Expanded<'_> {
    /// What is wrong at a place of a definition, told at its call.
    #[must_use]
    pub fn told<P>(&self, diagnostic: Diagnostic<P>) -> Diagnostic<P> {
        let written = diagnostic.span;
        let part = |at: usize| self.parts.iter().find(|part| (part.start..=part.end).contains(&at));
        if written.end <= self.own {
            return diagnostic;
        }
        let Some(last) = part(written.end) else { return diagnostic };
        if written.start < self.own {
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

/// Whether a name before parentheses is a call, and not a word with a meaning of its own.
fn can_be_called(name: &str) -> bool {
    let called = parse_query(&format!("{name}()")).tree.and_then(|query| query.filter);
    called.is_some_and(|filter| matches!(filter.value, Condition::Call(_)))
}

/// The text of a definition with values in the places of its parameters; and
/// where what stands behind each place was and is now.
fn with_values(definition: &Definition, query: &Query, arguments: &[Spanned<Value>]) -> (String, Vec<(usize, usize)>) {
    let values: BTreeMap<&str, &Spanned<Value>> =
        definition.parameters.iter().map(String::as_str).zip(arguments).collect();
    let (mut text, mut moves, mut at) = (String::new(), Vec::new(), 0);
    for Place { span, name, is_date } in places_of_parameters(query) {
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

fn wrong_parameters(parameters: &[Name], query: &Query) -> Vec<Diagnostic> {
    let used = parameters_of(query);
    let mut diagnostics = Vec::new();
    for (place, parameter) in parameters.iter().enumerate() {
        let name = &parameter.value;
        if parameters.iter().take(place).any(|other| other.value == *name) {
            diagnostics.push(Diagnostic::error(parameter.span, format!("the parameter `${name}` stands here twice")));
        } else if !used.contains(name) {
            let error = Diagnostic::error(parameter.span, format!("the query does not use the parameter `${name}`"));
            let near = nearest(name, used.iter().map(String::as_str));
            let mend = near.map_or_else(
                || format!("write it where its value must stand, such as field:${name}"),
                |near| format!("it uses `${near}`"),
            );
            diagnostics.push(error.with_help(mend));
        }
    }
    diagnostics
}

/// What was put after the text for one call.
#[derive(Debug)]
struct Part {
    start: usize,
    end: usize,
    /// The call in the query's own text.
    call: Span,
    name: String,
    place: String,
}

/// Replaces calls.
struct Expander<'d> {
    definitions: &'d Definitions,
    /// How long the text is to which `appended` is put.
    own: usize,
    appended: String,
    parts: Vec<Part>,
    diagnostics: Vec<Diagnostic>,
    /// The call in the query's own text within which this is.
    call: Option<Span>,
    depth: usize,
    /// How many bytes were put in places of parameters.
    put_in: usize,
}

impl<'d> Expander<'d> {
    fn new(definitions: &'d Definitions, own: usize) -> Self {
        let (appended, parts, diagnostics) = (String::new(), Vec::new(), Vec::new());
        Self { definitions, own, appended, parts, diagnostics, call: None, depth: 0, put_in: 0 }
    }

    fn wrong(&mut self, diagnostic: Diagnostic) {
        // What is wrong with a definition is told where it is defined.
        let span = self.call.unwrap_or(diagnostic.span);
        self.diagnostics.push(Diagnostic { span, ..diagnostic });
    }

    /// The definition that is called, if it is called rightly.
    fn called(&mut self, call: &Call, span: Span) -> Option<&'d Definition> {
        let name = &call.name.value;
        let Some(definition) = self.definitions.get(name) else {
            let near = nearest(name, self.definitions.iter().map(Definition::name));
            let mend = near.and_then(|near| self.definitions.get(near)).map_or_else(
                || {
                    format!(
                        "define it before: `let {name} = …`; a blank goes between a word and a condition in parentheses"
                    )
                },
                |near| format!("did you mean `{}`?", near.signature()),
            );
            let span = if call.name.span.range().is_empty() { span } else { call.name.span };
            self.wrong(Diagnostic::error(span, format!("no query is called `{name}`")).with_help(mend));
            return None;
        };
        let (wanted, given) = (definition.parameters.len(), call.arguments.len());
        if wanted != given {
            let values = |count: usize| match count {
                0 => "no value".to_owned(),
                1 => "1 value".to_owned(),
                count => format!("{count} values"),
            };
            let message = format!("`{}` takes {}, and here it has {given}", definition.name, values(wanted));
            let help = format!("{}, defined in {}", definition.signature(), definition.place);
            self.wrong(Diagnostic::error(span, message).with_help(help));
            return None;
        }
        Some(definition)
    }

    /// The query that a call stands for, and where its text now is.
    fn instance(&mut self, call: &mut Call, span: Span) -> Option<(Query, Span)> {
        call.arguments.iter_mut().for_each(|value| self.value(value));
        let definition = self.called(call, span)?;
        let Some(mut query) = definition.query.clone() else {
            let message =
                format!("there is something wrong with `{}`, defined in {}", definition.name, definition.place);
            self.wrong(Diagnostic::error(span, message));
            return None;
        };
        if self.depth >= DEEPEST || self.appended.len() + self.put_in + definition.text.len() > LONGEST {
            let message = "with all that it calls this query becomes too long";
            self.wrong(
                Diagnostic::error(span, message).with_help(format!("at most {LONGEST} bytes, and {DEEPEST} levels")),
            );
            return None;
        }
        self.appended.push_str("\n(");
        let start = self.own + self.appended.len();
        // What is told of it later is told with the values of this call.
        let (text, moves) = with_values(definition, &query, &call.arguments);
        self.appended.push_str(&text);
        self.appended.push(')');
        let whole = Span::new(start - 1, self.own + self.appended.len());
        let place_now = |at: usize| {
            let before = moves.iter().rev().find(|(end, _)| *end <= at);
            start + before.map_or(at, |(end, now)| at - end + now)
        };
        Shift(&|span| Span::new(place_now(span.start), place_now(span.end))).query(&mut query);
        let outer = self.call.unwrap_or(span);
        let (name, place) = (definition.name.clone(), definition.place.clone());
        self.parts.push(Part { start: whole.start, end: whole.end, call: outer, name, place });
        let values = definition.parameters.iter().map(String::as_str).zip(&call.arguments).collect();
        let mut put = Put { values, bytes: self.put_in, problem: None };
        put.query(&mut query);
        self.put_in = put.bytes;
        if let Some(problem) = put.problem {
            let help = format!("{}, defined in {}", definition.signature(), definition.place);
            self.wrong(problem.with_help(help));
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
            (!query.stages.is_empty(), "has stages", "let it stand alone; stages may follow: `… | count`"),
            (query.periods, "begins with `periods`", FIRST),
            (query.known.is_some(), "has `known`", FIRST),
            (each, "has `as of each`", FIRST),
            (query.filter.is_none(), "has no condition", "let it stand alone; stages may follow: `… | count`"),
        ];
        if let Some((_, what, help)) = more.into_iter().find(|(is_so, ..)| *is_so) {
            let message = format!("`{}` {what}, so it is a whole query and no condition among others", call.name.value);
            self.wrong(Diagnostic::error(span, message).with_help(help));
            return None;
        }
        let filter = query.filter?;
        Some(match query.as_of {
            Some(day) => Spanned::new(Condition::AsOf(Box::new(filter), Box::new(day)), whole),
            None => Spanned::new(filter.value, whole),
        })
    }

    /// A call before other conditions: what its query says of all its rows, it
    /// says here too. Nothing if it calls wrongly.
    fn leading(&mut self, query: &mut Query, call: &mut Call, span: Span) -> Option<Expression> {
        let (mut called, whole) = self.instance(call, span)?;
        let each = called.as_of.as_ref().is_some_and(|day| day.value.is_series());
        if called.stages.is_empty() && (called.periods || each || called.known.is_some()) {
            query.periods |= std::mem::take(&mut called.periods);
            if query.periods || each {
                self.day(query, called.as_of.take(), call);
            }
            self.known(query, called.known.take(), call);
        }
        self.filter_of(called, call, span, whole)
    }

    /// A call that is all of a query's filter: also the clauses and stages of
    /// what it calls.
    fn whole(&mut self, query: &mut Query, call: &mut Call, span: Span) {
        let Some((called, whole)) = self.instance(call, span) else { return };
        let is_more = called.periods || called.known.is_some() || !called.stages.is_empty();
        query.periods |= called.periods;
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
        let mut stages = called.stages;
        stages.append(&mut query.stages);
        query.stages = stages;
    }

    /// The `as of` of a called query as that of the one that calls it.
    fn day(&mut self, query: &mut Query, day: Option<Spanned<AsOf>>, call: &Call) {
        if let (Some(written), Some(_)) = (&query.as_of, &day) {
            let message = format!("`{}` has an `as of` of its own", call.name.value);
            self.wrong(Diagnostic::error(written.value.when().span, message).with_help("leave out one of them"));
        }
        query.as_of = query.as_of.take().or(day);
    }

    /// The same of `known`.
    fn known(&mut self, query: &mut Query, known: Option<Spanned<Known>>, call: &Call) {
        if let (Some(written), Some(_)) = (&query.known, &known) {
            let message = format!("`{}` has a `known` of its own", call.name.value);
            self.wrong(Diagnostic::error(written.span, message).with_help("leave out one of them"));
        }
        query.known = query.known.take().or(known);
    }
}

/// The call before the other conditions of a query, and where it stands.
fn leading_call(query: &Query) -> Option<(Call, Span)> {
    let Some(Spanned { value: Condition::And(items), .. }) = &query.filter else { return None };
    match items.first()? {
        Spanned { value: Condition::Call(call), span } => Some((call.clone(), *span)),
        _ => None,
    }
}

impl Walk for Expander<'_> {
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
                    self.wrong(Diagnostic::error(span, format!("this is nested more than {DEEPEST} deep")));
                }
            }
            _ => walk_expression(self, expression),
        }
        self.depth -= 1;
    }
}
