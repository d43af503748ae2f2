//! The naive judge: what is true of one record (here), and what whole queries
//! give (`whole`), found by looking at every fact. It is for tests alone: it
//! shares the checked query and the model with what it judges, and nothing
//! else; it knows no index, no cache, no plan, and no other file of `exec`.

mod accounts;
mod calculation;
mod coverage;
mod history;
mod periods;
mod relation;
mod stages;
mod standing;
mod statuses;
mod summaries;
mod threshold;
mod used_names;
mod values;
mod whole;

pub(crate) use history::Change;
pub(crate) use relation::window;
pub(crate) use stages::{Found, Outcome, difference_of, is_history};
pub(crate) use threshold::Entered;
pub(crate) use whole::{Party, Row, Scan};

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use regex::Regex;
use used_names::UsedNames;

use crate::model::{
    Analyzer, Cell, Date, Entities, EntityNumber, Fact, FieldDefinition, FieldKind, Likeness, Number, Resolution,
    Schema, TextTerm, Truth, caseless, fold,
};
use crate::plan::{At, DateForm, Filter, Match, RecordTest};

/// Judges records one by one.
pub(crate) struct Judge<'a> {
    schema: &'a Schema,
    /// What the numbers of a query mean.
    entities: &'a Entities,
    declared: Entities,
    used: UsedNames,
    /// The dates of entities that follow from facts.
    entered: Entered,
    analyzer: Analyzer,
    patterns: RefCell<HashMap<String, Regex>>,
    /// The facts in force, whose values decide what a word means.
    facts: Vec<&'a Fact>,
    /// The same facts as they are recorded, whoever tells them, and those that nobody tells
    /// who is heard: by them names are shown.
    recorded: Vec<&'a Fact>,
    /// How near the nearest value of a field is to a text that is asked for.
    nearest: RefCell<HashMap<(bool, String, String), Option<Likeness>>>,
}

impl<'a> Judge<'a> {
    pub fn new(schema: &'a Schema, entities: &'a Entities, facts: Vec<&'a Fact>) -> Self {
        Self {
            schema,
            entities,
            declared: entities.declared(),
            used: UsedNames::default(),
            entered: Entered::default(),
            analyzer: Analyzer::default(),
            patterns: RefCell::default(),
            recorded: facts.clone(),
            facts,
            nearest: RefCell::default(),
        }
    }

    /// What somebody has for a field, declared or following from facts.
    fn attribute(&self, party: &Party, field: &str) -> Vec<Cell> {
        match party {
            Party::Entity(number) => self.entered.values(*number, self.declared.get(*number), field, self.schema),
            Party::Written(name) => self.used.attribute(name, field),
        }
    }

    /// Who or what is written so.
    fn party(&self, written: &str) -> Party {
        let name = caseless(written);
        let declared = match self.declared.referred(written, true) {
            Resolution::Unknown if !self.used.has(&name) => self.declared.resolve(written),
            same => same,
        };
        match declared {
            Resolution::One(number) => Party::Entity(number),
            _ => Party::Written(name.into_owned()),
        }
    }

    /// Who or what a query means by a number.
    fn party_of(&self, number: EntityNumber) -> Party {
        if (number.0 as usize) < self.declared.len() {
            return Party::Entity(number);
        }
        Party::Written(caseless(&self.entities.get(number).name).into_owned())
    }

    /// Whether a filter holds of a fact.
    pub fn fact(&self, filter: &Filter, fact: &Fact) -> Truth {
        self.holds(filter, Kept::ByFacts, &|field| values::of_fact(fact, self.schema, field), fact.date.as_ref())
    }

    /// Whether a filter holds of an entity, or of a reference to none.
    pub fn entity(&self, filter: &Filter, entity: Option<EntityNumber>) -> Truth {
        self.step(filter, entity.map(|number| self.party_of(number)).as_ref(), None)
    }

    fn step(&self, filter: &Filter, party: Option<&Party>, at: Option<&Date>) -> Truth {
        let values = |field: &str| party.map(|party| self.attribute(party, field)).unwrap_or_default();
        self.holds(filter, Kept::ByEntities, &values, at)
    }

    /// Whether a filter holds of what has some values; `at` is the day of the
    /// fact, at which groups are tested.
    pub fn holds(&self, filter: &Filter, kept: Kept, values: &dyn Fn(&str) -> Vec<Cell>, at: Option<&Date>) -> Truth {
        match filter {
            Filter::All => Truth::True,
            Filter::Nothing => Truth::False,
            Filter::And(parts) => {
                parts.iter().map(|part| self.holds(&part.filter, kept, values, at)).min().unwrap_or(Truth::True)
            }
            Filter::Or(parts) => {
                parts.iter().map(|part| self.holds(&part.filter, kept, values, at)).max().unwrap_or(Truth::False)
            }
            Filter::Not(filter) => !self.holds(filter, kept, values, at),
            Filter::Maybe(filter) => match self.holds(filter, kept, values, at) {
                Truth::Possible => Truth::True,
                other => other,
            },
            Filter::Test(RecordTest::Keyword { field, test }) if &**field == "action" => {
                let one = |value: &Cell| {
                    let recorded = value.to_string();
                    let is_meant = |action: &String| self.matches(test, kept, field, action);
                    match self.schema.vocabulary().umbrellas.get(&recorded) {
                        _ if is_meant(&recorded) => Truth::True,
                        Some(umbrella) if umbrella.covers.iter().all(is_meant) => Truth::True,
                        Some(umbrella) if umbrella.covers.iter().any(is_meant) => Truth::Possible,
                        _ => Truth::False,
                    }
                };
                values(field).iter().map(one).max().unwrap_or(Truth::False)
            }
            Filter::Unknown(filter) => match self.holds(filter, kept, values, at) {
                Truth::Unknown => Truth::True,
                Truth::True | Truth::Possible | Truth::False => Truth::False,
            },
            Filter::Test(RecordTest::Keyword { field, test } | RecordTest::Written { field, test }) => {
                values(field).iter().any(|value| self.matches(test, kept, field, &value.to_string())).into()
            }
            Filter::Test(RecordTest::Refers { fields, entities, written }) => {
                let refers = |field: &Arc<str>, value: &Cell| {
                    let party = self.party(&value.to_string());
                    entities.iter().any(|number| self.party_of(*number) == party)
                        || written.iter().any(|name| self.means(name, kept, field, &value.to_string()))
                };
                fields.iter().any(|field| values(field).iter().any(|value| refers(field, value))).into()
            }
            Filter::Test(RecordTest::Member { field, groups, at: when }) => {
                let day = if let At::Day(day) = when { Some(Date::from_day(*day)) } else { at.cloned() };
                let members = values(field).into_iter().filter_map(|value| self.entity_of(&value));
                let pairs = members.flat_map(|member| groups.iter().map(move |group| (member, *group)));
                let truths = pairs.map(|(member, group)| self.declared.belongs(member, group, day.as_ref()));
                truths.max().unwrap_or(Truth::False)
            }
            Filter::Test(RecordTest::Date { field, window }) => {
                let lies = |date: &Date| relation::lies_in(date.extent(), *window);
                let values = values(field);
                values.iter().map(|value| value.as_date().map_or(Truth::False, lies)).max().unwrap_or(Truth::Unknown)
            }
            Filter::Test(RecordTest::DateForm { field, form }) => {
                values(field).iter().any(|value| has_form(value, *form)).into()
            }
            Filter::Test(RecordTest::Number { field, low, high }) => values(field)
                .iter()
                .filter_map(as_number)
                .any(|number| between(&number, low.as_ref(), high.as_ref()))
                .into(),
            Filter::Test(RecordTest::Missing { field }) => values(field).is_empty().into(),
            Filter::Test(RecordTest::Text { fields, phrase }) => {
                fields.iter().any(|field| self.speaks(&values(field), phrase)).into()
            }
            Filter::Test(RecordTest::Step { field, test }) => {
                let referred =
                    values(field).into_iter().map(|value| self.step(test, Some(&self.party(&value.to_string())), at));
                referred.max().unwrap_or_else(|| self.step(test, None, at))
            }
            Filter::Test(
                RecordTest::Other(_)
                | RecordTest::Relative { .. }
                | RecordTest::According { .. }
                | RecordTest::Source(_)
                | RecordTest::Status(_)
                | RecordTest::Given { .. }
                | RecordTest::Computed { .. },
            ) => unreachable!("one record alone cannot tell what others say"),
        }
    }

    fn entity_of(&self, value: &Cell) -> Option<EntityNumber> {
        match self.party(&value.to_string()) {
            Party::Entity(number) => Some(number),
            Party::Written(_) => None,
        }
    }

    /// Whether a text passes; an expression is made once.
    fn matches(&self, test: &Match, kept: Kept, field: &str, value: &str) -> bool {
        match test {
            Match::Any(texts) => texts.iter().any(|text| self.means(text, kept, field, value)),
            Match::Prefix(prefix) => fold(value).starts_with(prefix),
            Match::Regex(pattern) => {
                let mut patterns = self.patterns.borrow_mut();
                let regex = patterns
                    .entry(pattern.clone())
                    .or_insert_with(|| Regex::new(pattern).expect("patterns are checked"));
                regex.is_match(&fold(value))
            }
        }
    }

    /// Whether a text means a value of a field: of all that anybody has there, none is nearer.
    fn means(&self, text: &str, kept: Kept, field: &str, value: &str) -> bool {
        let is_name = field == "name" || self.schema.field(field).is_some_and(FieldDefinition::holds_names);
        // Names that differ in case alone are one.
        let least = if is_name { Likeness::Caseless } else { Likeness::Canonical };
        let Some(likeness) = Likeness::of(text, value).map(|likeness| likeness.max(least)) else { return false };
        let key = (kept == Kept::ByFacts, field.to_owned(), text.to_owned());
        let known = self.nearest.borrow().get(&key).copied();
        let nearest = known.unwrap_or_else(|| {
            let all: Vec<Cell> = match kept {
                Kept::ByFacts => self.facts.iter().flat_map(|fact| values::of_fact(fact, self.schema, field)).collect(),
                Kept::ByEntities => {
                    let declared = self.declared.iter().map(|(number, _)| Party::Entity(number));
                    let used = self.used.of_kinds(&[]).map(|name| Party::Written(name.to_owned()));
                    declared.chain(used).flat_map(|party| self.attribute(&party, field)).collect()
                }
            };
            let nearest = all.iter().filter_map(|value| Likeness::of(text, &value.to_string())).min();
            self.nearest.borrow_mut().insert(key, nearest);
            nearest
        });
        nearest.is_none_or(|nearest| likeness <= nearest.max(least))
    }

    /// A value as answers show it: of a name that facts in force spell in several
    /// cases one with both cases, and of these the first in the order of letters.
    pub fn spelled(&self, field: &str, value: Cell) -> Cell {
        let Cell::Text(name) = &value else { return value };
        if !self.schema.field(field).is_some_and(FieldDefinition::holds_names) {
            return value;
        }
        let is_reference =
            |field: &str| self.schema.field(field).is_some_and(|field| field.kind == FieldKind::Reference);
        if let Some(spelling) = self.used.spelling(name).filter(|_| is_reference(field)) {
            return Cell::text(&spelling);
        }
        let same_kind =
            |other: &&FieldDefinition| *other.name == *field || is_reference(field) && is_reference(&other.name);
        let all = self.schema.fields().filter(same_kind);
        let all =
            all.flat_map(|field| self.recorded.iter().flat_map(|fact| values::of_fact(fact, self.schema, &field.name)));
        let same = all.map(|other| other.to_string()).filter(|other| caseless(other) == caseless(name));
        best_spelling(same).map_or(value.clone(), |name| Cell::text(&name))
    }

    /// Whether one text has all words, adjacent and in order.
    fn speaks(&self, texts: &[Cell], phrase: &[TextTerm]) -> bool {
        texts.iter().any(|text| self.analyzer.has_phrase(&text.to_string(), phrase))
    }
}

/// Of the spellings of a name one with both cases, and of these the first in the
/// order of letters.
fn best_spelling(spellings: impl Iterator<Item = String>) -> Option<String> {
    let is_plain = |name: &str| name.to_lowercase() == name || name.to_uppercase() == name;
    spellings.min_by_key(|name| (is_plain(name), name.clone()))
}

/// Who keeps the values that a filter is about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    ByFacts,
    ByEntities,
}

fn as_number(cell: &Cell) -> Option<Number> {
    match cell {
        Cell::Integer(_) | Cell::Number(_) => cell.to_string().parse().ok(),
        _ => None,
    }
}

fn has_form(value: &Cell, form: DateForm) -> bool {
    value.as_date().is_some_and(|date| match form {
        DateForm::Marked => date.written().contains(['?', '~', '%']),
        DateForm::Precision(precision) => date.precision() == precision,
        DateForm::Earliest(window) => window.first <= date.earliest() && date.earliest() <= window.last,
        DateForm::Latest(window) => window.first <= date.latest() && date.latest() <= window.last,
        DateForm::Computed | DateForm::Stated => matches!(value, Cell::Computed { .. }) == (form == DateForm::Computed),
    })
}

fn between(number: &Number, low: Option<&(Number, bool)>, high: Option<&(Number, bool)>) -> bool {
    low.is_none_or(|(low, included)| number > low || *included && number >= low)
        && high.is_none_or(|(high, included)| number < high || *included && number <= high)
}
