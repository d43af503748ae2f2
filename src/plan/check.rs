//! The checker's entry: a query as it was written becomes one that means
//! something in one world, or a list of what is wrong with it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::report::{Checked, Report};
use super::{Filter, Known, Parameters, Part, Query, dates, misread, suggest};
use crate::model::{Analyzer, Day, Entities, FieldKind, Resolution, Schema, Window, nearest};
use crate::syntax::tree::{self, AsOf, Condition, Expression, When};
use crate::syntax::{Definitions, Diagnostic, Span, Spanned, attach_dates};

/// Lists the values that facts have in a field of a name.
pub type FieldValues<'a> = dyn Fn(&str) -> Vec<String> + 'a;

/// What a query is read against.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// What the world declares.
    pub schema: &'a Schema,
    /// What its facts refer to.
    pub entities: &'a Entities,
    /// The day that `today` means.
    pub today: Day,
    /// The values of `$parameters`.
    pub parameters: &'a Parameters,
    /// For completion: the values that facts have in a field, where somebody
    /// can list them; called with the field's own name.
    pub values: Option<&'a FieldValues<'a>>,
    /// For completion: the queries that have names.
    pub definitions: Option<&'a Definitions>,
}

impl<'a> Context<'a> {
    /// Everything but what completion alone needs.
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
pub fn check(query: &tree::Query, context: &Context<'_>) -> Result<Query, Vec<Diagnostic>> {
    let mut query = query.clone();
    attach_dates(&mut query, &|path| stays_with_date(path, context))?;
    let mut checker = Checker::new(*context);
    let result = checker.query(&query);
    // Where something else is wrong not all was read, and a parameter may stand there.
    if checker.report.errors.is_empty() {
        checker.unused_parameters(query.span);
    }
    let Report { mut errors, hints, readings } = checker.report;
    match result {
        Ok(query) if errors.is_empty() => Ok(Query { readings, hints, ..query }),
        _ => {
            errors.extend(hints);
            Err(errors)
        }
    }
}

/// Which state of the store a query asks about, which is to be known before
/// its words can be looked up in that state.
///
/// # Errors
///
/// What is wrong with the day.
pub fn known(query: &tree::Query, context: &Context<'_>) -> Result<Known, Vec<Diagnostic>> {
    let mut checker = Checker::new(*context);
    let known = query.known.as_ref().map_or(Ok(Known::Now), |known| checker.known(known));
    known.map_err(|_| checker.report.errors)
}

/// Whether the word before a date test is the field that it tests, or was
/// meant to be one; any other is a condition of its own.
fn stays_with_date(path: &tree::Path, context: &Context<'_>) -> bool {
    let [name] = path.names.as_slice() else { return true };
    let (schema, word) = (context.schema, name.value.as_str());
    if schema.field(word).is_some() {
        return true;
    }
    let dates = schema.fields().filter(|field| field.kind == FieldKind::Date);
    schema.action_word(word).is_none()
        && context.entities.resolve(word) == Resolution::Unknown
        && nearest(word, dates.map(|field| field.name.as_ref())).is_some()
}

/// What is known while a query is read.
pub(super) struct Checker<'a> {
    pub(super) context: Context<'a>,
    pub(super) report: Report,
    pub(super) analyzer: Analyzer,
    /// The parameters that the query asks for.
    pub(super) used: BTreeSet<String>,
    /// The stems that facts are asked to hold, for `sort relevance`.
    pub(super) stems: Vec<String>,
    /// The actions that the bare words of the query name.
    pub(super) actions: Vec<String>,
    /// Whether what is read is under an odd number of `not`.
    pub(super) negated: bool,
    /// Whether nothing of the filter is read yet, so that a noun may stand here.
    pub(super) at_start: bool,
}

impl<'a> Checker<'a> {
    fn new(context: Context<'a>) -> Self {
        Self {
            context,
            report: Report::default(),
            analyzer: Analyzer::default(),
            used: BTreeSet::new(),
            stems: Vec::new(),
            actions: Vec::new(),
            negated: false,
            at_start: true,
        }
    }

    /// Reads every clause, whatever is wrong with the others.
    fn query(&mut self, query: &tree::Query) -> Checked<Query> {
        if query.periods {
            let help = Some("ask for the facts themselves, and sort them: `… | sort date`".to_owned());
            return Err(self.report.not_yet(query.span, "periods", help));
        }
        if let Some(filter) = &query.filter {
            misread::actions_in(filter, self.context.schema, &mut self.actions);
        }
        let filter = query.filter.as_ref().map_or(Ok(Filter::All), |filter| self.condition(filter));
        self.at_start = false;
        let as_of = query.as_of.as_ref().map(|as_of| self.as_of(as_of)).transpose();
        let known = query.known.as_ref().map_or(Ok(Known::Now), |known| self.known(known));
        let stages = self.stages(&query.stages);
        let (filter, as_of) = (filter?, as_of?);
        let filter = match (as_of, &query.filter) {
            (None, _) => filter,
            (Some(as_of), None) => as_of.filter,
            (Some(as_of), Some(written)) => Filter::And(match filter {
                Filter::And(mut parts) if matches!(written.value, Condition::And(_)) => {
                    parts.push(as_of);
                    parts
                }
                filter => vec![Part { filter, span: written.span }, as_of],
            }),
        };
        Ok(Query { filter, known: known?, stages: stages?, ..Query::default() })
    }

    fn as_of(&mut self, as_of: &AsOf) -> Checked<Part> {
        match as_of {
            AsOf::Day(when) => {
                let window = self.when(when)?;
                if !window.last.is_finite() {
                    return Err(self.report.error(when.span, "this has no last day", Some("`as of 2025`".to_owned())));
                }
                self.report.read(when.span, format!("as of {0}: the acts dated until {0}", window.last));
                let filter = Filter::Date { field: Arc::from("date"), window: Window::until(window.last) };
                Ok(Part { filter, span: when.span })
            }
            AsOf::Each(_, when) => {
                let help = Some("name one day: `as of 2020`; or count by the year: `… | count by year`".to_owned());
                Err(self.report.not_yet(when.span, "as of each", help))
            }
        }
    }

    fn known(&mut self, known: &Spanned<tree::Known>) -> Checked<Known> {
        match &known.value {
            tree::Known::Commit(number) => Ok(Known::Commit(*number)),
            tree::Known::Day(when) => {
                let window = self.when(&Spanned::new(when.clone(), known.span))?;
                if !window.last.is_finite() {
                    let help = Some("`known 2025-03-01`, `known #12`".to_owned());
                    return Err(self.report.error(known.span, "this has no last day", help));
                }
                self.report.read(known.span, format!("known: what the store held at the end of {} (UTC)", window.last));
                Ok(Known::Day(window.last))
            }
        }
    }

    /// The days of a date as written.
    pub(super) fn when(&mut self, when: &Spanned<When>) -> Checked<Window> {
        let plain = self.plain_when(when)?;
        dates::period(&plain, self.context.today)
            .map_err(|problem| self.report.error(when.span, problem.message, problem.help))
    }

    /// What must hold, over facts.
    pub(super) fn condition(&mut self, expression: &Expression) -> Checked<Filter> {
        let span = expression.span;
        let start = std::mem::take(&mut self.at_start);
        match &expression.value {
            Condition::And(items) => self.conjunction(items, start),
            Condition::Word(_) | Condition::Date(_) => self.conjunction(std::slice::from_ref(expression), start),
            Condition::Or(items) => {
                let mut parts = Vec::with_capacity(items.len());
                let mut failed = None;
                for (place, item) in items.iter().enumerate() {
                    self.at_start = start && place == 0;
                    match self.condition(item) {
                        Ok(filter) => parts.push(Part { filter, span: item.span }),
                        Err(reported) => failed = Some(reported),
                    }
                }
                self.at_start = false;
                failed.map_or(Ok(Filter::Or(parts)), Err)
            }
            Condition::Not(inner) => {
                self.at_start = start;
                self.negated = !self.negated;
                let filter = self.condition(inner);
                self.negated = !self.negated;
                Ok(Filter::Not(Box::new(filter?)))
            }
            Condition::Maybe(inner) => {
                self.at_start = start;
                Ok(Filter::Maybe(Box::new(self.condition(inner)?)))
            }
            Condition::Text(text) => self.text(text, span, true),
            Condition::Test(test) => self.test(test, span),
            Condition::Other(other) => {
                let what = if other.exists { "with {…}" } else { "without {…}" };
                let help = (self.actions.len() > 1).then(|| {
                    let actions = self.actions.join(",");
                    format!("ask for these acts and put them in order: `action:{actions} | sort subject, object, date`")
                });
                Err(self.report.not_yet(span, what, help))
            }
            Condition::AsOf(_, as_of) => {
                let when = match &**as_of {
                    AsOf::Day(when) | AsOf::Each(_, when) => when.span,
                };
                let help = "`as of` at the end of the query holds for all of it; \
                            within it, `until` keeps the acts dated by then";
                Err(self.report.not_yet(when, "(… as of D)", Some(help.to_owned())))
            }
            Condition::Call(call) => {
                // Whoever has definitions puts them in before.
                let help = Some(format!("define it before: `let {} = …`", call.name.value));
                Err(self.report.error(span, format!("no query is called `{}`", call.name.value), help))
            }
            Condition::Using(_) => {
                let help = Some("test the facts themselves: `source.publisher:…`".to_owned());
                Err(self.report.not_yet(span, "using {…}", help))
            }
        }
    }

    /// Text that the facts must hold; a phrase if in quotes.
    pub(super) fn text(&mut self, text: &str, span: Span, quoted: bool) -> Checked<Filter> {
        let schema = self.context.schema;
        let fields = schema.fields().filter(|field| field.kind == FieldKind::Text);
        let fields = fields.map(|field| field.name.clone()).collect();
        self.text_in(fields, text, span, quoted)
    }

    /// Text that one of some fields must hold.
    pub(super) fn text_in(&mut self, fields: Vec<Arc<str>>, text: &str, span: Span, quoted: bool) -> Checked<Filter> {
        let stems = self.analyzer.stems(text);
        if stems.is_empty() {
            let help = Some("search for letters or digits".to_owned());
            return Err(self.report.error(span, "there is no word in this to search for", help));
        }
        let phrase = stems.len() > 1;
        if !self.negated {
            for stem in &stems {
                if !self.stems.contains(stem) {
                    self.stems.push(stem.clone());
                }
            }
        }
        let shown = if quoted { format!("\"{text}\"") } else { text.to_owned() };
        self.report.read(span, super::reading::text(&shown, phrase));
        Ok(Filter::Text { fields, stems, phrase })
    }

    /// Refuses a name that nothing has, with the nearest ones.
    pub(super) fn unknown<'c>(
        &mut self,
        span: Span,
        message: String,
        word: &str,
        near: impl IntoIterator<Item = &'c str>,
        otherwise: Option<String>,
    ) -> super::report::Reported {
        let help = suggest::did_you_mean(word, near).or(otherwise);
        self.report.error(span, message, help)
    }
}
