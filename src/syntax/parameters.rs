//! The parameters of a query, and the values that take their places. It must
//! not know definitions.

use std::collections::{BTreeMap, BTreeSet};

use super::parse::read_date;
use super::tree::{Query, Value, When};
use super::walk::change::{self, Transform};
use super::walk::read::{self, Visit};
use super::{Span, Spanned};

/// How long a query may become, in bytes, with all that it calls.
pub(super) const LONGEST: usize = 256 * 1024;

/// The parameters of a query that have no value yet, without `$`.
#[must_use]
pub fn parameters_of(query: &Query) -> BTreeSet<String> {
    parameter_uses(query).into_iter().map(|found| found.name).collect()
}

/// A place where a query uses a parameter.
pub(super) struct ParameterUse {
    pub span: Span,
    /// The name of the parameter without `$`.
    pub name: String,
    /// Whether its value must be a date.
    pub is_date: bool,
}

/// Where a query uses parameters, in the order of the text.
pub(super) fn parameter_uses(query: &Query) -> Vec<ParameterUse> {
    let mut found = ParameterUses(Vec::new());
    found.query(query);
    found.0.sort_by_key(|found| found.span.start);
    found.0
}

/// Collects the places where parameters are used.
struct ParameterUses(Vec<ParameterUse>);

impl Visit for ParameterUses {
    fn value(&mut self, value: &Spanned<Value>) {
        match &value.value {
            Value::Parameter(name) => {
                self.0.push(ParameterUse { span: value.span, name: name.clone(), is_date: false });
            }
            _ => read::walk_value(self, value),
        }
    }

    fn when(&mut self, when: &When, span: Span) {
        match when {
            When::Parameter(name) => self.0.push(ParameterUse { span, name: name.clone(), is_date: true }),
            _ => read::walk_when(self, when),
        }
    }
}

/// Puts values in the places of parameters.
pub(super) struct Substitution<'v> {
    pub values: BTreeMap<&'v str, &'v Spanned<Value>>,
    /// How many bytes were put in so far.
    pub bytes: usize,
    /// What is wrong with a value, and its place; then no more are put in.
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

impl Substitution<'_> {
    fn count(&mut self, value: &Spanned<Value>) {
        self.bytes += value.span.range().len();
        if self.bytes > LONGEST {
            self.problem = Some((value.span, ArgumentProblem::TooLong));
        }
    }
}

impl Transform for Substitution<'_> {
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
            _ => change::walk_value(self, value),
        }
    }

    fn when(&mut self, when: &mut When, _: Span) {
        let When::Parameter(name) = when else { return change::walk_when(self, when) };
        let Some(given) = self.values.get(name.as_str()).copied() else { return };
        if self.problem.is_some() {
            return;
        }
        self.count(given);
        match as_date(given) {
            Some(date) => *when = date,
            None => self.problem = Some((given.span, ArgumentProblem::NotDate { parameter: name.clone() })),
        }
    }
}

/// A value as a date.
fn as_date(value: &Spanned<Value>) -> Option<When> {
    let end = |text: &String| Box::new(Spanned::new(read_date(text), value.span));
    match &value.value {
        Value::Word(text) | Value::Quoted(text) => Some(read_date(text)),
        Value::Range(from, to) => Some(When::Range(from.as_ref().map(end), to.as_ref().map(end))),
        Value::Parameter(name) => Some(When::Parameter(name.clone())),
        Value::Prefix(_) | Value::Regex(_) | Value::None | Value::Duration(_) | Value::Query(_) => None,
    }
}
