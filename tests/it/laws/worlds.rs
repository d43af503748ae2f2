//! Changes of the world under facts that are there: what was accepted stays
//! findable, and can be exported and imported again.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tractat::{Entity, ImportOptions, Options, Store, Vocabulary};

use super::history::import;
use super::mirror::{Record, Thing, vocabulary};
use super::questions::rows_of;

fn field_declared_late(together: bool, checkpoint: bool) -> Vec<Value> {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(folder.path().join("s"), &vocabulary(&BTreeSet::new()), Options::default()).unwrap();
    let thing = Thing { id: "ada", kind: "person", name: "Ada", aliases: Vec::new(), groups: Vec::new() };
    let record = |id: &str, weight| Record {
        id: Some(id.to_owned()),
        subject: "ada".to_owned(),
        action: "moved",
        weight,
        ..Record::default()
    };
    store
        .transact(None, |transaction| {
            transaction.define(thing.entity())?;
            transaction.assert(record("f", Some(9)).fact(Some("f")))
        })
        .unwrap();
    if checkpoint {
        store.checkpoint().unwrap();
    }
    let declared = vocabulary(&BTreeSet::from(["weight"]));
    store
        .transact(None, |transaction| {
            transaction.vocabulary(&declared)?;
            if together {
                transaction.assert(record("g", Some(7)).fact(Some("g")))?;
            }
            Ok::<_, tractat::Error>(())
        })
        .unwrap();
    rows_of(store.query("weight>=5 | count").unwrap())
}

#[test]
fn a_field_that_is_declared_late_reaches_the_facts_that_have_it() {
    for checkpoint in [false, true] {
        assert_eq!(field_declared_late(false, checkpoint), [json!({"count": 1})], "checkpoint {checkpoint}");
        assert_eq!(field_declared_late(true, checkpoint), [json!({"count": 2})], "checkpoint {checkpoint}");
    }
}

#[test]
fn memberships_of_groups_in_groups_hold_only_where_their_days_meet() {
    let store = Store::in_memory(&vocabulary(&BTreeSet::new())).unwrap();
    // Ada came to the team when it had left the league.
    let thing = |id, kind, groups| Thing { id, kind, name: id, aliases: Vec::new(), groups };
    let things = [
        thing("league", "league", Vec::new()),
        thing("reds", "team", vec![("league", None, Some(20_130_615))]),
        thing("ada", "person", vec![("reds", Some(20_140_305), None)]),
    ];
    store
        .transact(None, |transaction| {
            things.iter().try_for_each(|thing| transaction.define(thing.entity()))?;
            for (id, date) in [("stretch", "2013-01/2014-06"), ("open", "201X"), ("day", "2014-04-01")] {
                let record =
                    Record { subject: "ada".to_owned(), action: "moved", date: Some(date), ..Record::default() };
                transaction.assert(record.fact(Some(id)))?;
            }
            Ok::<_, tractat::Error>(())
        })
        .unwrap();
    let answer = store.query("in:league | show id").unwrap();
    let possible = answer.possible();
    assert_eq!((rows_of(answer), possible), (Vec::new(), 0));
}

/// Imports the export of a store into a new one of the same vocabulary and entities.
fn exported_and_imported(vocabulary: &Vocabulary, entities: &[Entity], store: &Store) {
    let lines: Vec<String> = store.facts().map(|fact| serde_json::to_string(&fact.unwrap()).unwrap()).collect();
    let other = Store::in_memory(vocabulary).unwrap();
    other
        .transact(None, |transaction| entities.iter().try_for_each(|entity| transaction.define(entity.clone())))
        .unwrap();
    let report = import(&other, &lines.join("\n"), ImportOptions::default());
    assert_eq!(report.outcome.new, lines.len() as u64);
}

/// A store with one fact about `AL`, who is Ada, of a weight that nobody has declared yet.
fn one_fact(weight: &Value) -> Store {
    let store = Store::in_memory(&vocabulary(&BTreeSet::new())).unwrap();
    store
        .transact(None, |transaction| {
            transaction.define(person("ada", &["AL"]))?;
            let fact = json!({"id": "f", "subject": "AL", "action": "moved", "weight": weight});
            transaction.assert(serde_json::from_value(fact)?)
        })
        .unwrap();
    store
}

fn person(id: &'static str, aliases: &[&'static str]) -> Entity {
    Thing { id, kind: "person", name: id, aliases: aliases.to_vec(), groups: Vec::new() }.entity()
}

#[test]
fn a_declaration_that_facts_do_not_fit_is_refused_or_they_can_still_be_imported() {
    let store = one_fact(&json!("heavy"));
    let declared = vocabulary(&BTreeSet::from(["weight"]));
    if store.transact(None, |transaction| transaction.vocabulary(&declared)).is_ok() {
        exported_and_imported(&declared, &[person("ada", &["AL"])], &store);
    }
}

#[test]
fn an_entity_that_loses_a_name_in_use_is_refused_or_its_facts_can_still_be_imported() {
    let store = one_fact(&json!(1));
    if store.transact(None, |transaction| transaction.define(person("ada", &[]))).is_ok() {
        exported_and_imported(&vocabulary(&BTreeSet::new()), &[person("ada", &[])], &store);
    }
}

#[test]
fn a_name_in_use_that_becomes_ambiguous_is_refused_or_its_facts_can_still_be_imported() {
    let store = one_fact(&json!(1));
    if store.transact(None, |transaction| transaction.define(person("ben", &["AL"]))).is_ok() {
        let entities = [person("ada", &["AL"]), person("ben", &["AL"])];
        exported_and_imported(&vocabulary(&BTreeSet::new()), &entities, &store);
    }
}
