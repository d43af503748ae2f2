//! What somebody tells, naively: the world is written anew with the facts as they tell
//! them, and everything is asked of that world.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::whole::{Row, Scan};
use super::{Entered, Kept, values};
use crate::model::{Date, Fact, FieldDefinition, Source, Truth, caseless};
use crate::plan::{Account, Filter, TellerField, Tellers};

/// What was asked on an account, and how true it is of each row that it was asked of.
pub(super) struct AskedOnAccount {
    account: Arc<Account>,
    filter: Arc<Filter>,
    truths: Vec<(Row, Truth)>,
}

impl Scan<'_> {
    /// How true a filter is of a row on an account.
    pub(super) fn according(&self, account: &Arc<Account>, filter: &Arc<Filter>, row: Row) -> Truth {
        let is_same =
            |asked: &&AskedOnAccount| Arc::ptr_eq(&asked.account, account) && Arc::ptr_eq(&asked.filter, filter);
        let of_row =
            |asked: &AskedOnAccount| asked.truths.iter().find(|(known, _)| *known == row).map(|(_, truth)| *truth);
        if let Some(truth) = self.asked.borrow().iter().find(is_same).and_then(of_row) {
            return truth;
        }
        let truths: Vec<(Row, Truth)> = self.on_account(account, |told, ids| match row {
            Row::Entity(..) => vec![(row, told.truth(filter, row))],
            Row::Fact(_) => (0..self.facts.len())
                .map(|place| {
                    let there = ids.iter().position(|id| *id == self.facts[place].id);
                    (Row::Fact(place), there.map_or(Truth::Unknown, |place| told.truth(filter, Row::Fact(place))))
                })
                .collect(),
        });
        let truth = truths.iter().find(|(known, _)| *known == row).map_or(Truth::False, |(_, truth)| *truth);
        let mut all = self.asked.borrow_mut();
        match all.iter_mut().find(|asked| is_same(&&**asked)) {
            Some(asked) => asked.truths.extend(truths),
            None => all.push(AskedOnAccount { account: account.clone(), filter: filter.clone(), truths }),
        }
        truth
    }

    /// Asks something of the world as it is told on an account, with the ids of the facts
    /// that are told.
    pub(crate) fn on_account<T>(
        &self,
        account: &Arc<Account>,
        ask: impl FnOnce(&mut Scan<'_>, &[Option<String>]) -> T,
    ) -> T {
        let told: Vec<Fact> = self.recorded.iter().filter_map(|fact| self.as_told_of(fact, account)).collect();
        let ids: Vec<Option<String>> = told.iter().map(|fact| fact.id.clone()).collect();
        let world = |entered: Entered| {
            Scan::as_told(self.schema, self.entities, told.iter().collect(), self.recorded.clone(), entered, account)
        };
        let entered = self.judge.entered.again(&world(Entered::default()));
        let mut scan = world(entered);
        scan.labels.clone_from(&self.labels);
        ask(&mut scan, &ids)
    }

    /// A fact as an account tells it.
    fn as_told_of(&self, fact: &Fact, account: &Account) -> Option<Fact> {
        let tells = |source: &Source| match &account.tellers {
            Tellers::Named { field, names } => {
                let name = if *field == TellerField::Publisher { &source.publisher } else { &source.according_to };
                name.as_ref().is_some_and(|name| names.iter().any(|one| caseless(one) == caseless(name)))
            }
            Tellers::Passing(filter) => self.said_by(filter, fact, source) == Truth::True,
        };
        let tellers: Vec<bool> = fact.sources.iter().map(tells).collect();
        if !tellers.contains(&true) && !account.first {
            return None;
        }
        Some(told(fact, &tellers, account.first))
    }

    /// How true it is that one of the sources of a fact says all of it.
    pub(super) fn some_source(&self, filter: &Filter, row: Row) -> Truth {
        let Row::Fact(place) = row else { return Truth::False };
        let fact = self.facts[place];
        fact.sources.iter().map(|source| self.said_by(filter, fact, source)).max().unwrap_or(Truth::False)
    }

    fn said_by(&self, filter: &Filter, fact: &Fact, source: &Source) -> Truth {
        let only: Vec<bool> = fact.sources.iter().map(|other| std::ptr::eq(other, source)).collect();
        let said = told(fact, &only, false);
        let own = |field: &str| -> Vec<crate::model::Cell> {
            let stated = |field: &str| {
                let values = values::of_fact(&said, self.schema, field).into_iter();
                values.map(|value| self.judge.spelled(field, value)).collect()
            };
            // A source computes nothing.
            match self.schema.field(field).and_then(|field| field.restricted_to.as_ref().map(|_| field)) {
                Some(field) if field.name.ends_with(".computed") => Vec::new(),
                Some(field) => stated(FieldDefinition::own_name(field)),
                None => stated(field),
            }
        };
        self.judge.holds(filter, Kept::ByFacts, &own, said.date.as_ref())
    }
}

/// A fact as some of its sources tell it; the others count where these say nothing, or
/// not at all.
fn told(fact: &Fact, tellers: &[bool], first: bool) -> Fact {
    let mut record: Map<String, Json> = match serde_json::to_value(fact) {
        Ok(Json::Object(record)) => record,
        other => panic!("a fact is an object: {other:?}"),
    };
    let all: Vec<Map<String, Json>> = match record.remove("sources") {
        Some(Json::Array(sources)) => sources.into_iter().map(|source| source.as_object().cloned().unwrap()).collect(),
        _ => Vec::new(),
    };
    let says = |source: &Map<String, Json>, key: &str| source.get("says").and_then(|says| says.get(key)).cloned();
    let heard: Vec<&Map<String, Json>> =
        all.iter().zip(tellers).filter(|(_, tells)| **tells).map(|(source, _)| source).collect();
    let mut shown: Vec<Map<String, Json>> =
        if first { all.clone() } else { heard.iter().map(|source| (*source).clone()).collect() };
    let keys: std::collections::BTreeSet<String> = heard
        .iter()
        .filter_map(|source| source.get("says")?.as_object())
        .flat_map(|says| says.keys().cloned())
        .collect();
    for key in keys {
        let own = record.get(&key).cloned().unwrap_or(Json::Null);
        let given = |source: &Map<String, Json>| says(source, &key).unwrap_or_else(|| own.clone());
        let values: Vec<Json> = heard.iter().map(|source| given(source)).filter(|value| !value.is_null()).collect();
        let how_often = |value: &Json| values.iter().filter(|other| *other == value).count();
        let precision = |value: &Json| {
            let date = value.as_str().and_then(|text| Date::parse(text).ok());
            date.map_or(0, |date| i64::from(date.latest().number()) - i64::from(date.earliest().number()))
        };
        let letters = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let mut ranked = values.clone();
        ranked.sort_by_key(|value| (usize::MAX - how_often(value), precision(value), letters(value)));
        let is_kept = ["subject", "action"].contains(&key.as_str());
        let chosen = if values.contains(&own) { own.clone() } else { ranked.into_iter().next().unwrap_or(Json::Null) };
        let chosen = if chosen.is_null() && (first || is_kept) { own.clone() } else { chosen };
        if chosen == own {
            continue;
        }
        for source in &mut shown {
            let mut own_says = source.remove("says").and_then(|says| says.as_object().cloned()).unwrap_or_default();
            let value = own_says.get(&key).cloned().unwrap_or_else(|| own.clone());
            own_says.remove(&key);
            if value != chosen {
                own_says.insert(key.clone(), value);
            }
            if !own_says.is_empty() {
                source.insert("says".to_owned(), own_says.into());
            }
        }
        if chosen.is_null() {
            record.remove(&key);
        } else {
            record.insert(key.clone(), chosen);
        }
    }
    if !shown.is_empty() {
        record.insert("sources".to_owned(), Json::Array(shown.into_iter().map(Json::Object).collect()));
    }
    serde_json::from_value(record.into()).expect("it is a fact still")
}
