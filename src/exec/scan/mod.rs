//! The naive judge: what is true of one record, found by looking at it. It
//! knows the vocabulary and the entities and nothing of any index, so that it
//! can judge what the index says.

#[cfg(test)]
mod calculation;
#[cfg(test)]
mod periods;
#[cfg(test)]
mod relation;
#[cfg(test)]
mod stages;
#[cfg(test)]
mod standing;
#[cfg(test)]
mod summaries;
#[cfg(test)]
mod threshold;
#[cfg(test)]
mod whole;

#[cfg(test)]
pub(super) use relation::window;
#[cfg(test)]
pub(super) use stages::{Found, Outcome};
#[cfg(test)]
pub(super) use threshold::Entered;
#[cfg(test)]
pub(super) use whole::{Row, Scan};

use std::cell::RefCell;
use std::collections::HashMap;

use super::record::{EntityRecord, FactRecord, Record};
use super::{ExecError, matcher::Matcher};
use crate::index::{IndexError, View};
use crate::model::{Analyzer, Cell, Date, Entities, EntityNumber, Fact, Resolution, Truth, fold};
use crate::plan::{At, DateForm, Filter, Match};

/// What entities have for fields.
type Attributes<'a> = Box<dyn Fn(EntityNumber, &str) -> Result<Vec<Cell>, IndexError> + 'a>;

/// Judges records one by one.
pub(super) struct Judge<'a> {
    entities: &'a Entities,
    attributes: Attributes<'a>,
    analyzer: Analyzer,
    patterns: RefCell<HashMap<String, Matcher>>,
}

/// An entity as a record; or nothing.
struct Attribute<'j, 'a> {
    entity: Option<EntityNumber>,
    judge: &'j Judge<'a>,
}

impl Record for Attribute<'_, '_> {
    fn values(&self, field: &str) -> Result<Vec<Cell>, IndexError> {
        self.entity.map_or_else(|| Ok(Vec::new()), |entity| (self.judge.attributes)(entity, field))
    }
}

impl<'a> Judge<'a> {
    pub fn new(view: &'a dyn View) -> Self {
        let attributes = |entity, field: &str| EntityRecord { entity: Some(entity), view }.values(field);
        Self::with(view.entities(), Box::new(attributes))
    }

    /// A judge who is told what entities have.
    pub fn with(entities: &'a Entities, attributes: Attributes<'a>) -> Self {
        Self { entities, attributes, analyzer: Analyzer::default(), patterns: RefCell::default() }
    }

    /// Whether a filter holds of a fact of a state of the store.
    pub fn fact(&self, filter: &Filter, fact: &Fact, view: &dyn View) -> Result<Truth, ExecError> {
        self.holds(filter, &FactRecord { fact, view }, fact.date.as_ref())
    }

    /// Whether a filter holds of an entity, or of a reference to none.
    pub fn entity(&self, filter: &Filter, entity: Option<EntityNumber>) -> Result<Truth, ExecError> {
        self.step(filter, entity, None)
    }

    fn step(&self, filter: &Filter, entity: Option<EntityNumber>, at: Option<&Date>) -> Result<Truth, ExecError> {
        self.holds(filter, &Attribute { entity, judge: self }, at)
    }

    /// Whether a filter holds of a record; `at` is the day of the fact, at
    /// which groups are tested.
    pub fn holds(&self, filter: &Filter, record: &dyn Record, at: Option<&Date>) -> Result<Truth, ExecError> {
        Ok(match filter {
            Filter::All => Truth::True,
            Filter::Nothing => Truth::False,
            Filter::And(parts) => {
                let mut truth = Truth::True;
                for part in parts {
                    truth = truth.and(self.holds(&part.filter, record, at)?);
                }
                truth
            }
            Filter::Or(parts) => {
                let mut truth = Truth::False;
                for part in parts {
                    truth = truth.or(self.holds(&part.filter, record, at)?);
                }
                truth
            }
            Filter::Not(filter) => !self.holds(filter, record, at)?,
            Filter::Maybe(filter) => match self.holds(filter, record, at)? {
                Truth::Possible => Truth::True,
                other => other,
            },
            Filter::Keyword { field, test } | Filter::Written { field, test } => self.matches(record, field, test)?,
            Filter::Refers { fields, entities, written } => {
                let mut found = false;
                for field in fields {
                    found |= record.values(field)?.iter().any(|value| self.refers(value, entities, written));
                }
                found.into()
            }
            Filter::Member { field, groups, at: At::Day(day) } => {
                self.belongs(&record.values(field)?, groups, Some(&Date::from_day(*day)))
            }
            Filter::Member { field, groups, .. } => self.belongs(&record.values(field)?, groups, at),
            Filter::Date { field, window } => match record.values(field)?.as_slice() {
                [] => Truth::Unknown,
                dates => dates
                    .iter()
                    .map(|date| date.as_date().map_or(Truth::False, |date| date.extent().within(*window)))
                    .fold(Truth::False, Truth::or),
            },
            Filter::DateForm { field, form } => record.values(field)?.iter().any(|value| has_form(value, *form)).into(),
            Filter::Number { field, low, high } => {
                record.values(field)?.iter().filter_map(as_number).any(|number| between(number, *low, *high)).into()
            }
            Filter::Missing { field } => record.values(field)?.is_empty().into(),
            Filter::Text { fields, stems, phrase } => {
                let mut found = false;
                for field in fields {
                    found |= self.speaks(&record.values(field)?, stems, *phrase);
                }
                found.into()
            }
            Filter::Other(_)
            | Filter::Relative { .. }
            | Filter::Status(_)
            | Filter::Given { .. }
            | Filter::Computed { .. } => {
                return Err(ExecError::Shape("one record alone cannot tell what others say".to_owned()));
            }
            Filter::Step { field, test } => match record.values(field)?.as_slice() {
                [] => self.step(test, None, at)?,
                values => {
                    let mut truth = Truth::False;
                    for value in values {
                        truth = truth.or(self.step(test, self.entity_of(value), at)?);
                    }
                    truth
                }
            },
        })
    }

    fn entity_of(&self, value: &Cell) -> Option<EntityNumber> {
        match value {
            Cell::Text(written) => match self.entities.resolve(written) {
                Resolution::One(number) => Some(number),
                Resolution::Unknown | Resolution::Ambiguous(_) => None,
            },
            _ => None,
        }
    }

    fn refers(&self, value: &Cell, entities: &[EntityNumber], written: &[String]) -> bool {
        let folded = fold(&value.to_string()).into_owned();
        self.entity_of(value).is_some_and(|entity| entities.contains(&entity)) || written.contains(&folded)
    }

    fn belongs(&self, values: &[Cell], groups: &[EntityNumber], at: Option<&Date>) -> Truth {
        let members = values.iter().filter_map(|value| self.entity_of(value));
        members
            .flat_map(|member| groups.iter().map(move |group| self.entities.belongs(member, *group, at)))
            .fold(Truth::False, Truth::or)
    }

    fn matches(&self, record: &dyn Record, field: &str, test: &Match) -> Result<Truth, ExecError> {
        let values = record.values(field)?;
        let any = |matcher: &Matcher| values.iter().any(|value| matcher.matches(&value.to_string()));
        let Match::Regex(pattern) = test else {
            return Ok(any(&Matcher::new(test)?).into());
        };
        if let Some(matcher) = self.patterns.borrow().get(pattern) {
            return Ok(any(matcher).into());
        }
        let matcher = Matcher::new(test)?;
        let found = any(&matcher).into();
        self.patterns.borrow_mut().insert(pattern.clone(), matcher);
        Ok(found)
    }

    /// All stems somewhere in the field, or one text with all of them adjacent.
    fn speaks(&self, texts: &[Cell], stems: &[String], phrase: bool) -> bool {
        let texts: Vec<Vec<String>> = texts.iter().map(|text| self.analyzer.stems(&text.to_string())).collect();
        if stems.is_empty() {
            return false;
        }
        if phrase {
            return texts.iter().any(|text| text.windows(stems.len()).any(|window| window == stems));
        }
        stems.iter().all(|stem| texts.iter().any(|text| text.contains(stem)))
    }
}

#[expect(clippy::cast_precision_loss, reason = "bounds are given as floating-point numbers")]
fn as_number(cell: &Cell) -> Option<f64> {
    match cell {
        Cell::Integer(integer) => Some(*integer as f64),
        Cell::Number(number) => Some(*number),
        _ => None,
    }
}

fn has_form(value: &Cell, form: DateForm) -> bool {
    value.as_date().is_some_and(|date| match form {
        DateForm::Marked => date.is_marked(),
        DateForm::Precision(precision) => date.precision() == precision,
        DateForm::Computed => matches!(value, Cell::Computed { .. }),
        DateForm::Stated => matches!(value, Cell::Date(_)),
    })
}

fn between(number: f64, low: Option<(f64, bool)>, high: Option<(f64, bool)>) -> bool {
    low.is_none_or(|(low, included)| number > low || included && number >= low)
        && high.is_none_or(|(high, included)| number < high || included && number <= high)
}
