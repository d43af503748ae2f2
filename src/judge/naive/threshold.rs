//! Dates of entities that follow from the acts about them, naively: on every day
//! on which anything may change everybody is asked, and they are counted.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde_json::Value as Json;

use super::standing::{self, Event};
use super::values::of_entity;
use super::whole::{Party, Scan};
use crate::model::vocabulary::Role;
use crate::model::{Cell, Date, Day, Entities, Entity, EntityNumber, Extent, Fact, Schema, Threshold, Truth, Window};

/// The dates of entities that follow from facts, by entity and field.
#[derive(Debug, Clone, Default)]
pub struct Entered(Rc<BTreeMap<(EntityNumber, String), Cell>>, Option<(&'static str, &'static str)>);

impl Entered {
    /// What facts in force make of the rules that entities have for a field under a key.
    pub fn find(schema: &Schema, entities: &Entities, facts: Vec<&Fact>, names: (&'static str, &'static str)) -> Self {
        Self::in_world(&Scan::new(schema, entities, facts, Self::default()), names)
    }

    /// The same in another world.
    pub fn again(&self, scan: &Scan<'_>) -> Self {
        self.1.map(|names| Self::in_world(scan, names)).unwrap_or_default()
    }

    fn in_world(scan: &Scan<'_>, names: (&'static str, &'static str)) -> Self {
        let (field, key) = names;
        let of = |number: EntityNumber| Some(((number, field.to_owned()), scan.entered(number, key)?));
        Self(Rc::new(scan.entities.iter().filter_map(|(number, _)| of(number)).collect()), Some(names))
    }

    /// What an entity has for a field.
    pub fn values(&self, number: EntityNumber, entity: &Entity, field: &str, schema: &Schema) -> Vec<Cell> {
        let computed = |field: &str| self.0.get(&(number, field.to_owned())).cloned().into_iter().collect();
        match field.rsplit_once('.') {
            Some((field, "computed")) => computed(field),
            Some((field, "stated")) => of_entity(entity, schema, field),
            _ => {
                let stated = of_entity(entity, schema, field);
                if stated.is_empty() { computed(field) } else { stated }
            }
        }
    }
}

impl Scan<'_> {
    fn entered(&self, number: EntityNumber, key: &str) -> Option<Cell> {
        let rule = self.entities.get(number).fields.get(key)?;
        let acts = self.acts_of(number, rule);
        let bounds = acts.values().flatten().flat_map(|event| [event.window.first, event.window.last]);
        let bounds: BTreeSet<Day> = bounds.filter(|day| day.is_finite()).collect();
        // Before the first of them is the beginning of time, after the last its end.
        let first = bounds.first().map_or(Day::from_number(0), |day| day.previous());
        let days: BTreeSet<Day> = bounds.iter().flat_map(|day| [*day, day.next()]).chain([first]).collect();
        let there = |day: Day, than: Truth| {
            let at = Some(Extent::Point(Window::day(day)));
            acts.iter().filter(|(_, events)| standing::holds(events, at) >= than).map(|(party, _)| party).collect()
        };
        let perhaps = days.iter().find(|day| self.is_enough(rule, &there(**day, Truth::Unknown)));
        let surely = days.iter().find(|day| self.is_enough(rule, &there(**day, Truth::True)));
        let last = match surely {
            Some(day) if *day == first => Day::PAST,
            Some(day) => *day,
            None => {
                let mut in_the_end: Vec<&Party> = there(*days.last()?, Truth::True);
                let stays = |events: &[Event]| {
                    events.iter().all(|event| event.opens) && events.iter().any(|event| event.certain)
                };
                in_the_end.extend(acts.iter().filter(|(_, events)| stays(events)).map(|(party, _)| party));
                if !self.is_enough(rule, &in_the_end) {
                    return None;
                }
                Day::FUTURE
            }
        };
        let begun = if *perhaps? == first { Day::PAST } else { *perhaps? };
        let then = Threshold::read(rule).expect("it is a rule").then;
        let date: Date = then.apply_to(Window::new(begun, last), |_| None)?;
        Some(Cell::Computed { date, cite: then.cite.as_str().into() })
    }

    /// What each did that counts, or took it back.
    fn acts_of(&self, number: EntityNumber, rule: &Json) -> BTreeMap<Party, Vec<Event>> {
        let meant = |key: &str, action: &str| rule[key].as_str().map_or(Truth::False, |word| self.meant(word, action));
        let mut acts: BTreeMap<Party, Vec<Event>> = BTreeMap::new();
        for (place, fact) in self.facts.iter().enumerate() {
            let does = [(true, meant("by", &fact.action)), (false, meant("unless", &fact.action))];
            let Some(party) = self.end(place, Role::Subject) else { continue };
            if self.end(place, Role::Object) != Some(Party::Entity(number)) {
                continue;
            }
            let act = self.day_of(place, "date");
            let window = act.unwrap_or(Window::ALL);
            let (dated, revocable) = (act.is_some(), false);
            for (opens, is_so) in does.into_iter().filter(|(_, is_so)| *is_so > Truth::False) {
                let certain = is_so.is_definite();
                let event = Event { opens, window, dated, certain, revocable, origin: place, act };
                acts.entry(party.clone()).or_default().push(event);
            }
        }
        acts
    }

    fn is_enough(&self, rule: &Json, there: &Vec<&Party>) -> bool {
        let there: BTreeSet<&&Party> = there.iter().collect();
        let is_there = |name: &str| there.contains(&&self.party(&Cell::text(name)));
        let kinds: Vec<String> = match &rule["kinds"] {
            Json::Array(kinds) => kinds.iter().filter_map(Json::as_str).map(str::to_owned).collect(),
            _ => vec!["person".to_owned()],
        };
        let counted = there.iter().filter(|party| match party {
            Party::Entity(number) => kinds.contains(&self.entities.get(*number).kind),
            Party::Written(name) => self.judge.used.is_of(name, &kinds),
        });
        let many = rule["count"].as_u64().is_none_or(|count| counted.count() as u64 >= count);
        let all = rule["among"].as_array().is_none_or(|names| names.iter().filter_map(Json::as_str).all(is_there));
        let share = rule["share"].as_object().is_none_or(|share| {
            let held = |of: &dyn Fn(&str) -> bool| {
                let weights = share["of"].as_object().into_iter().flatten();
                weights.filter(|(name, _)| of(name)).filter_map(|(_, weight)| weight.as_u64()).sum::<u64>()
            };
            held(&is_there) * 100 >= held(&|_| true) * share["percent"].as_u64().unwrap_or(100)
        });
        many && all && share
    }
}
