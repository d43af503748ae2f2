//! Values put in the places of parameters, and what else changes or looks for
//! small parts of a tree. It must not know definitions.

use std::collections::{BTreeMap, BTreeSet};

use super::parse::read_date;
use super::tree::{Condition, Expression, Query, Value, When};
use super::walk::{Walk, walk_expression, walk_value, walk_when};
use super::{Span, Spanned};

/// How long a query may become, in bytes, with all that it calls.
pub(super) const LONGEST: usize = 256 * 1024;

/// The parameters of a query that have no value yet, without `$`.
#[must_use]
pub fn parameters_of(query: &Query) -> BTreeSet<String> {
    places_of_parameters(query).into_iter().map(|place| place.name).collect()
}

/// Where a parameter without a value stands.
pub(super) struct Place {
    pub span: Span,
    /// Without `$`.
    pub name: String,
    /// Whether its value must be a date.
    pub is_date: bool,
}

/// Where parameters without a value stand, in the order of the text.
pub(super) fn places_of_parameters(query: &Query) -> Vec<Place> {
    let mut found = Parameters(Vec::new());
    found.query(&mut query.clone());
    found.0.sort_by_key(|place| place.span.start);
    found.0
}

/// The queries that a query calls, in lower case.
pub(super) fn calls_in(query: &Query) -> BTreeSet<String> {
    let mut found = Calls(BTreeSet::new());
    found.query(&mut query.clone());
    found.0
}

/// Moves every span.
pub(super) struct Shift<'f>(pub &'f dyn Fn(Span) -> Span);

impl Walk for Shift<'_> {
    fn span(&mut self, span: &mut Span) {
        *span = (self.0)(*span);
    }
}

/// Puts values in the places of parameters.
pub(super) struct Put<'v> {
    pub values: BTreeMap<&'v str, &'v Spanned<Value>>,
    /// How many bytes were put in so far.
    pub bytes: usize,
    /// Why it was given up.
    pub problem: Option<(Span, ArgumentProblem)>,
}

/// What is wrong with a value in the place of a parameter.
pub(super) enum ArgumentProblem {
    /// The query becomes too long.
    TooLong,
    /// A date must be there.
    NotDate {
        /// The parameter without `$`.
        parameter: String,
    },
}

impl Put<'_> {
    fn count(&mut self, value: &Spanned<Value>) {
        self.bytes += value.span.range().len();
        if self.bytes > LONGEST {
            self.problem = Some((value.span, ArgumentProblem::TooLong));
        }
    }
}

impl Walk for Put<'_> {
    fn value(&mut self, value: &mut Spanned<Value>) {
        match &value.value {
            Value::Parameter(name) => {
                if let Some(given) = self.values.get(name.as_str()).copied()
                    && self.problem.is_none()
                {
                    self.count(given);
                    *value = given.clone();
                }
            }
            _ => walk_value(self, value),
        }
    }

    fn when(&mut self, when: &mut When, _: Span) {
        let When::Parameter(name) = when else { return walk_when(self, when) };
        let Some(given) = self.values.get(name.as_str()).copied() else { return };
        if self.problem.is_some() {
            return;
        }
        self.count(given);
        if let Some(date) = date_of(given) {
            *when = date;
        } else {
            self.problem = Some((given.span, ArgumentProblem::NotDate { parameter: name.clone() }));
        }
    }
}

/// A value as a date.
fn date_of(value: &Spanned<Value>) -> Option<When> {
    let end = |text: &String| Box::new(Spanned::new(read_date(text), value.span));
    match &value.value {
        Value::Word(text) | Value::Quoted(text) => Some(read_date(text)),
        Value::Range(from, to) => Some(When::Range(from.as_ref().map(end), to.as_ref().map(end))),
        Value::Parameter(name) => Some(When::Parameter(name.clone())),
        Value::Prefix(_) | Value::Regex(_) | Value::None | Value::Duration(_) | Value::Query(_) => None,
    }
}

/// Looks for parameters, and where they stand.
struct Parameters(Vec<Place>);

impl Walk for Parameters {
    fn value(&mut self, value: &mut Spanned<Value>) {
        match &value.value {
            Value::Parameter(name) => {
                self.0.push(Place { span: value.span, name: name.clone(), is_date: false });
            }
            _ => walk_value(self, value),
        }
    }

    fn when(&mut self, when: &mut When, span: Span) {
        match when {
            When::Parameter(name) => {
                self.0.push(Place { span, name: name.clone(), is_date: true });
            }
            _ => walk_when(self, when),
        }
    }
}

/// Looks for calls, by their names in lower case.
struct Calls(BTreeSet<String>);

impl Walk for Calls {
    fn expression(&mut self, expression: &mut Expression) {
        if let Condition::Call(call) = &expression.value {
            self.0.insert(call.name.value.to_lowercase());
        }
        walk_expression(self, expression);
    }
}
