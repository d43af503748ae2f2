//! What is just outside of an answer: what is possible, and what lacks a date.

use std::sync::Arc;

use super::ExecError;
use super::answer::Notes;
use super::emptied::Domain;
use super::sets::Sets;
use crate::plan::{Arithmetic, At, Filter, OtherFacts, Part, Value};
use crate::syntax::Span;

/// Counts what is just outside of an answer.
pub(super) fn notes(domain: &dyn Domain, filter: &Filter, sets: &Sets) -> Result<Notes, ExecError> {
    let mut asked = Asked::default();
    asked.collect(domain, filter);
    let unknown = &sets.open - &sets.possible;
    let mut missing = Vec::new();
    if !unknown.is_empty() {
        for (name, lacks) in asked.dates {
            let count = domain.evaluate(&lacks, &unknown)?.definite.len();
            if count > 0 {
                missing.push((name, count));
            }
        }
    }
    let possible = sets.possible.len() - sets.definite.len();
    Ok(Notes { basis: asked.basis, possible, unknown: unknown.len(), missing, ..Notes::default() })
}

/// The dates that a filter asks about, in its order.
#[derive(Default)]
struct Asked {
    /// Date fields of the fact itself that are named.
    basis: Vec<Arc<str>>,
    /// Every date that is needed, with the condition that it is missing.
    dates: Vec<(Arc<str>, Filter)>,
}

impl Asked {
    fn collect(&mut self, domain: &dyn Domain, filter: &Filter) {
        match filter {
            Filter::And(parts) | Filter::Or(parts) => parts.iter().for_each(|part| self.collect(domain, &part.filter)),
            Filter::Not(filter) | Filter::Maybe(filter) => self.collect(domain, filter),
            Filter::Date { field, .. } => self.of_field(field, true),
            Filter::Member { at: At::Fact, .. } => self.of_field(&"date".into(), false),
            Filter::Step { field, test } => {
                let mut inner = Self::default();
                inner.collect(domain, test);
                for (name, lacks) in inner.dates {
                    self.of_step(domain, field, &name, lacks);
                }
            }
            Filter::Other(other) => self.of_others(domain, other),
            Filter::Relative { value, to, other, .. } => {
                self.of_value(domain, value, true);
                self.of_others(domain, other);
                let lacks = [other.filter.as_ref().clone(), Filter::Missing { field: to.clone() }];
                let lacks = lacks.map(|filter| Part { filter, span: Span::default() });
                self.of_other(other, to, Filter::And(lacks.into()));
            }
            Filter::Status(test) if test.at == At::Fact => self.of_field(&"date".into(), false),
            Filter::Computed { value, .. } => self.of_arithmetic(domain, value),
            _ => {}
        }
    }

    fn of_field(&mut self, field: &Arc<str>, named: bool) {
        if named && !self.basis.contains(field) {
            self.basis.push(field.clone());
        }
        self.need(field.clone(), Filter::Missing { field: field.clone() });
    }

    /// An attribute of what a field refers to.
    fn of_step(&mut self, domain: &dyn Domain, field: &Arc<str>, name: &str, lacks: Filter) {
        let step = Filter::Step { field: field.clone(), test: Box::new(lacks) };
        self.need(format!("{}.{name}", domain.called(field)).into(), step);
    }

    fn of_value(&mut self, domain: &dyn Domain, value: &Value, named: bool) {
        match value {
            Value::Field(field) => self.of_field(field, named),
            Value::Step(field, attribute, _) => {
                self.of_step(domain, field, attribute, Filter::Missing { field: attribute.clone() });
            }
            _ => {}
        }
    }

    /// What other facts lack, written as queries name their dates.
    fn of_others(&mut self, domain: &dyn Domain, other: &OtherFacts) {
        let mut inner = Self::default();
        inner.collect(domain, &other.filter);
        for (name, lacks) in inner.dates {
            self.of_other(other, &name, lacks);
        }
    }

    fn of_other(&mut self, other: &OtherFacts, name: &str, lacks: Filter) {
        let other = OtherFacts { shared: other.shared.clone(), filter: Arc::new(lacks) };
        self.need(format!("{{…}}.{name}").into(), Filter::Other(other));
    }

    fn of_arithmetic(&mut self, domain: &dyn Domain, value: &Arithmetic) {
        match value {
            Arithmetic::Value(value) => self.of_value(domain, value, false),
            Arithmetic::Add(a, b) | Arithmetic::Subtract(a, b) => {
                self.of_arithmetic(domain, a);
                self.of_arithmetic(domain, b);
            }
            Arithmetic::Number(_) | Arithmetic::Length(_) | Arithmetic::Days(_) | Arithmetic::Other { .. } => {}
        }
    }

    fn need(&mut self, name: Arc<str>, lacks: Filter) {
        if !self.dates.iter().any(|(known, _)| *known == name) {
            self.dates.push((name, lacks));
        }
    }
}
