//! Tests of what entities have, by a look at each of them: of what fields refer
//! to, and of the rows of nouns. There are few entities, and no index is of
//! them; what they have they are asked through the view, so that dates that
//! follow from facts are seen as well.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use crate::exec::ExecError;
use crate::exec::filter::matcher::Matcher;
use crate::exec::filter::value_tests::{has_form, is_between, lies_in};
use crate::exec::rows::record::{EntityRecord, FactRecord, RecordReader};
use crate::exec::rows::undeclared_names::values_of_entities;
use crate::index::View;
use crate::model::{Analyzer, Cell, Date, EntityNumber, Fact, FieldDefinition, Resolution, Truth};
use crate::plan::{At, Filter, Match, RecordTest};

/// Tests the attributes of entities, one entity after the other.
pub(crate) struct Attributes<'a> {
    view: &'a dyn View,
    /// By which it is known which names there are.
    store: &'a dyn View,
    analyzer: Analyzer,
    /// The tests that were asked of fields, made ready.
    matchers: RefCell<Vec<ReadyMatcher>>,
}

/// A test of a field, made ready.
type ReadyMatcher = (Arc<str>, Match, Rc<Matcher>);

impl<'a> Attributes<'a> {
    pub fn new(view: &'a dyn View, store: &'a dyn View) -> Self {
        Self { view, store, analyzer: Analyzer::default(), matchers: RefCell::default() }
    }

    /// Whether a test holds of what a field of a fact refers to, on the day of the fact.
    pub fn referred(&self, field: &str, test: &Filter, fact: &Fact) -> Result<Truth, ExecError> {
        self.step(&FactRecord { fact, view: self.view }, field, test, fact.date.as_ref())
    }

    /// Whether a test holds of an entity, or of a reference to none, whatever the day.
    pub fn entity(&self, test: &Filter, entity: Option<EntityNumber>) -> Result<Truth, ExecError> {
        self.test(test, entity, None)
    }

    /// The same on a day, on which groups are tested.
    fn test(&self, test: &Filter, entity: Option<EntityNumber>, at: Option<&Date>) -> Result<Truth, ExecError> {
        self.holds(test, &EntityRecord { entity, view: self.view }, at)
    }

    fn holds(&self, filter: &Filter, record: &EntityRecord<'_>, at: Option<&Date>) -> Result<Truth, ExecError> {
        filter.truth(&mut |test| self.holds_one(test, record, at))
    }

    /// Whether one test holds of an entity, whatever the day.
    pub fn passes(&self, test: &RecordTest, entity: Option<EntityNumber>) -> Result<Truth, ExecError> {
        self.holds_one(test, &EntityRecord { entity, view: self.view }, None)
    }

    fn holds_one(&self, test: &RecordTest, record: &EntityRecord<'_>, at: Option<&Date>) -> Result<Truth, ExecError> {
        let values = |field: &str| record.values(field);
        let any = |field: &str, passes: &dyn Fn(&Cell) -> bool| -> Result<Truth, ExecError> {
            Ok(values(field)?.iter().any(passes).into())
        };
        Ok(match test {
            RecordTest::Keyword { field, test } | RecordTest::Written { field, test } => {
                let matcher = self.matcher(field, test)?;
                any(field, &|value| matcher.matches(&value.to_string()))?
            }
            RecordTest::Refers { fields, entities, written } => {
                let any_of = Match::Any(written.clone());
                let truths = fields.iter().map(|field| {
                    let names = self.matcher(field, &any_of)?;
                    any(field, &|value| {
                        self.resolve(value).is_some_and(|entity| entities.contains(&entity))
                            || names.matches(&value.to_string())
                    })
                });
                truths.into_iter().try_fold(Truth::False, |truth, other| other.map(|other| truth.or(other)))?
            }
            RecordTest::Member { field, groups, at: when } => {
                let day = if let At::Day(day) = when { Some(Date::from_day(*day)) } else { at.cloned() };
                let members = values(field)?.into_iter().filter_map(|value| self.resolve(&value));
                let truths = members.flat_map(|member| groups.iter().map(move |group| (member, *group)));
                truths
                    .map(|(member, group)| self.view.entities().belongs(member, group, day.as_ref()))
                    .fold(Truth::False, Truth::or)
            }
            RecordTest::Date { field, window } => {
                let truths = values(field)?.into_iter().map(|value| lies_in(&value, *window));
                truths.reduce(Truth::or).unwrap_or(Truth::Unknown)
            }
            RecordTest::DateForm { field, form } => any(field, &|value| has_form(value, *form))?,
            RecordTest::Number { field, low, high } => {
                any(field, &|value| is_between(value, low.as_ref(), high.as_ref()))?
            }
            RecordTest::Missing { field } => values(field)?.is_empty().into(),
            RecordTest::Text { fields, phrase } => {
                let has_phrase = |text: &Cell| self.analyzer.has_phrase(&text.to_string(), phrase);
                let truths = fields.iter().map(|field| any(field, &has_phrase));
                truths.into_iter().try_fold(Truth::False, |truth, other| other.map(|other| truth.or(other)))?
            }
            RecordTest::Step { field, test } => self.step(record, field, test, at)?,
            RecordTest::Other(_)
            | RecordTest::Relative { .. }
            | RecordTest::According { .. }
            | RecordTest::Source(_)
            | RecordTest::Status(_)
            | RecordTest::Given { .. }
            | RecordTest::Computed { .. } => {
                return Err(ExecError::Misplaced("what facts say, of what an entity declares"));
            }
        })
    }

    /// Of what a field refers to the truest counts; without a value it is nothing.
    fn step(
        &self,
        record: &dyn RecordReader,
        field: &str,
        test: &Filter,
        at: Option<&Date>,
    ) -> Result<Truth, ExecError> {
        let values = record.values(field)?;
        if values.is_empty() {
            return self.test(test, None, at);
        }
        let truths = values.iter().map(|value| self.test(test, self.resolve(value), at));
        truths.into_iter().try_fold(Truth::False, |truth, other| other.map(|other| truth.or(other)))
    }

    fn resolve(&self, value: &Cell) -> Option<EntityNumber> {
        let Cell::Text(written) = value else { return None };
        match self.view.entities().resolve(written) {
            Resolution::One(number) => Some(number),
            Resolution::Unknown | Resolution::Ambiguous(_) => None,
        }
    }

    /// A test of a field made ready, once for all that it is asked of. Of the values that entities have for the field,
    /// a word means the nearest.
    pub fn matcher(&self, field: &Arc<str>, test: &Match) -> Result<Rc<Matcher>, ExecError> {
        let known = |(held, asked, _): &&ReadyMatcher| held == field && asked == test;
        if let Some((.., matcher)) = self.matchers.borrow().iter().find(known) {
            return Ok(matcher.clone());
        }
        let mut matcher = Matcher::new(test)?;
        if matches!(test, Match::Any(texts) if !texts.is_empty()) {
            let values = values_of_entities(self.view, self.store, field)?;
            let definition = self.view.schema().field(field);
            let are_names = **field == *"name" || definition.is_some_and(FieldDefinition::holds_names);
            matcher = matcher.nearest(&values, are_names);
        }
        let matcher = Rc::new(matcher);
        self.matchers.borrow_mut().push((field.clone(), test.clone(), matcher.clone()));
        Ok(matcher)
    }
}
