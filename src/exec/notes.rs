//! What is just outside of an answer: what is possible, and what lacks a date.

use std::sync::Arc;

use super::ExecError;
use super::answer::Notes;
use super::emptied::Domain;
use super::sets::Sets;
use crate::plan::{At, Filter};

/// Counts what is just outside of an answer.
pub(super) fn notes(domain: &dyn Domain, filter: &Filter, sets: &Sets) -> Result<Notes, ExecError> {
    let mut asked = Asked::default();
    asked.collect(filter);
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
    Ok(Notes { basis: asked.basis, possible, unknown: unknown.len(), missing })
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
    fn collect(&mut self, filter: &Filter) {
        match filter {
            Filter::And(parts) | Filter::Or(parts) => parts.iter().for_each(|part| self.collect(&part.filter)),
            Filter::Not(filter) | Filter::Maybe(filter) => self.collect(filter),
            Filter::Date { field, .. } => {
                if !self.basis.contains(field) {
                    self.basis.push(field.clone());
                }
                self.need(field.clone(), Filter::Missing { field: field.clone() });
            }
            Filter::Member { at: At::Fact, .. } => self.need("date".into(), Filter::Missing { field: "date".into() }),
            Filter::Step { field, test } => {
                let mut inner = Self::default();
                inner.collect(test);
                for (name, lacks) in inner.dates {
                    let step = Filter::Step { field: field.clone(), test: Box::new(lacks) };
                    self.need(format!("{field}.{name}").into(), step);
                }
            }
            _ => {}
        }
    }

    fn need(&mut self, name: Arc<str>, lacks: Filter) {
        if !self.dates.iter().any(|(known, _)| *known == name) {
            self.dates.push((name, lacks));
        }
    }
}
