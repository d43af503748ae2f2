//! The law of joined sources, judged by what went in and what comes out alone: however
//! records are shuffled and spread over imports they give one export, and no source is
//! ever credited with a value that none of its records said.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use tractat::{ImportOptions, Store, Vocabulary};

use crate::input;

const VOCABULARY: &str = r#"
[world]
name = "sources"
[fields.subject]
type = "reference"
kinds = ["ship"]
open = true
[fields]
cargo = { type = "integer" }
due = { type = "date" }
[nouns.ships]
singular = "ship"
kinds = ["ship"]
role = "subject"
[actions.landed]
label = "landing"
[actions.launched]
label = "launch"
once = true
[actions.sank]
label = "sinking"
once = true
[umbrellas]
moved = { covers = ["landed", "launched"] }
ended = { covers = ["landed", "sank"] }
"#;

const COVERED: [(&str, [&str; 2]); 2] = [("moved", ["landed", "launched"]), ("ended", ["landed", "sank"])];

const SHIP: &str = r#"{"entity":"argo","kind":"ship","name":"The Argo","aliases":["AR"]}"#;

const DATES: [&str; 11] = [
    "2004",
    "2004?",
    "2004-05",
    "2004-05-12",
    "2004-05-13",
    "2004-06-01",
    "2005-01-31",
    "[2004-05-10..2004-06-10]",
    "2003-11/..",
    "2004-05/2004",
    "2006",
];

/// The keys of a fact that are not what its sources say.
const OF_THE_ACT: [&str; 5] = ["id", "subject", "action", "object", "sources"];

fn store() -> Store {
    let store = Store::in_memory(&Vocabulary::from_toml(VOCABULARY).unwrap()).unwrap();
    input::import(&store, "ship.jsonl", SHIP, ImportOptions::new()).unwrap();
    store
}

fn import(store: &Store, records: &[Value], options: ImportOptions<'_>) {
    let text = records.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    input::import(store, "records.jsonl", text, options).unwrap();
}

fn corroborating() -> ImportOptions<'static> {
    ImportOptions::new().corroborate(true)
}

prop_compose! {
    fn record()(
        subject in prop::sample::select(vec!["argo", "The Argo", "AR", "pequod"]),
        action in prop::sample::select(vec!["landed", "launched", "launched", "sank", "moved", "ended"]),
        date in prop::option::weighted(0.9, prop::sample::select(DATES.to_vec())),
        publisher in prop::option::weighted(0.9, prop::sample::select(vec!["A", "B", "C", "D"])),
        key in prop::option::weighted(0.3, prop::sample::select(vec!["1", "2"])),
        cargo in prop::option::weighted(0.4, 1..3),
        due in prop::option::weighted(0.3, prop::sample::select(vec!["2006", "2006-02", "2007"])),
        tags in prop::sample::subsequence(vec!["x", "y"], 0..=2),
        title in prop::option::weighted(0.3, prop::sample::select(vec!["one", "two"])),
        note in prop::option::weighted(0.2, prop::sample::select(vec!["seen", "heard"])),
    ) -> Value {
        let mut record = json!({"subject": subject, "action": action, "object": "lemnos"});
        let values = [
            ("date", date.map(Value::from)),
            ("cargo", cargo.map(Value::from)),
            ("due", due.map(Value::from)),
            ("tags", Some(tags).filter(|tags| !tags.is_empty()).map(Value::from)),
            ("title", title.map(Value::from)),
            ("note", note.map(Value::from)),
            ("sources", publisher.map(|publisher| match key {
                Some(key) => json!([{"publisher": publisher, "record": key}]),
                None => json!([{"publisher": publisher}]),
            })),
        ];
        for (field, value) in values {
            record.as_object_mut().unwrap().extend(value.map(|value| (field.to_owned(), value)));
        }
        record
    }
}

/// Records of which some have an id, which several of them may have.
fn named_records() -> impl Strategy<Value = Vec<Value>> {
    let id = prop::option::weighted(0.6, prop::sample::select(vec!["v", "w"]));
    prop::collection::vec((record(), id), 1..10).prop_map(|records| {
        let named = |(mut record, id): (Value, Option<&str>)| {
            if let Some(id) = id {
                record["id"] = id.into();
            }
            record
        };
        records.into_iter().map(named).collect()
    })
}

/// Everything that a store exports, in the order of the alphabet.
fn export(store: &Store) -> Vec<Value> {
    let mut facts: Vec<Value> = store.facts().map(|fact| json!(fact.unwrap())).collect();
    facts.sort_by_key(ToString::to_string);
    facts
}

fn ship(of: &Value) -> &str {
    if of["subject"] == "pequod" { "pequod" } else { "argo" }
}

/// Without ids and with one spelling of each name, which may depend on what came first.
/// An act that is done once has the same id all the same, if there is one of its kind.
fn contents(store: &Store) -> Vec<Value> {
    let facts = export(store);
    let mut acts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for fact in &facts {
        *acts.entry((ship(fact), fact["action"].as_str().unwrap())).or_default() += 1;
    }
    let plain = |fact: &Value| {
        let action = fact["action"].as_str().unwrap();
        let is_one = matches!(action, "launched" | "sank") && acts[&(ship(fact), action)] == 1;
        let mut plain = fact.clone();
        plain["subject"] = ship(fact).into();
        if !is_one {
            plain["id"] = Value::Null;
        }
        plain
    };
    let mut contents: Vec<Value> = facts.iter().map(plain).collect();
    contents.sort_by_key(ToString::to_string);
    contents
}

/// What somebody says of an act: who it is, what was done, and every value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Saying {
    ship: String,
    action: String,
    publisher: Option<String>,
    record: Option<String>,
    values: BTreeMap<String, String>,
}

/// What each source of a fact says, read as anybody would who has the export alone: what
/// stands in its `says`, nothing where that is `null`, and else what the fact has.
fn sayings(fact: &Value) -> Vec<Saying> {
    let fact_values = fact.as_object().unwrap().iter().filter(|(key, _)| !OF_THE_ACT.contains(&key.as_str()));
    let own: Map<String, Value> = fact_values.map(|(key, value)| (key.clone(), value.clone())).collect();
    let nobody = vec![json!({})];
    let sources = fact.get("sources").map_or(&nobody, |sources| sources.as_array().unwrap());
    let saying = |source: &Value| {
        let mut values = own.clone();
        if let Some(says) = source.get("says") {
            values.extend(says.as_object().unwrap().clone());
        }
        values.retain(|_, value| !value.is_null());
        let action = values.remove("action").unwrap_or_else(|| fact["action"].clone());
        let text = |key: &str| source.get(key).map(|value| value.as_str().unwrap().to_owned());
        Saying {
            ship: ship(fact).to_owned(),
            action: action.as_str().unwrap().to_owned(),
            publisher: text("publisher"),
            record: text("record"),
            values: values.into_iter().map(|(key, value)| (key, value.to_string())).collect(),
        }
    };
    sources.iter().map(saying).collect()
}

/// What may have been done, if this is said.
fn meanings(said: &str) -> Vec<&str> {
    let umbrella = COVERED.iter().find(|(umbrella, _)| *umbrella == said);
    umbrella.map_or_else(|| vec![said], |(_, covered)| covered.to_vec())
}

/// Whether both may be said of one act.
fn may_be_one(one: &str, other: &str) -> bool {
    meanings(one).iter().any(|action| meanings(other).contains(action))
}

/// The first thing with which a source is credited although none of its records says it.
fn falsely_credited(facts: &[Value], records: &[Value]) -> Option<String> {
    let said: Vec<Saying> = records.iter().flat_map(sayings).collect();
    for credited in facts.iter().flat_map(sayings) {
        let of_source: Vec<&Saying> = said
            .iter()
            .filter(|said| said.ship == credited.ship && said.publisher == credited.publisher)
            .filter(|said| said.record.is_none() || said.record == credited.record)
            .collect();
        if !of_source.iter().any(|said| said.action == credited.action) {
            return Some(format!("{credited:?}: the action"));
        }
        for (field, value) in &credited.values {
            let is_said = |said: &&Saying| {
                may_be_one(&said.action, &credited.action) && said.values.get(field).is_some_and(|said| said == value)
            };
            if !of_source.iter().any(is_said) {
                return Some(format!("{credited:?}: {field}"));
            }
        }
    }
    None
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn shuffled_records_in_any_number_of_imports_give_one_export_that_says_what_was_said(
        (records, shuffled) in prop::collection::vec(record(), 1..12)
            .prop_flat_map(|records| (Just(records.clone()), Just(records).prop_shuffle())),
        splits in prop::collection::vec(any::<bool>(), 12),
    ) {
        let (at_once, shuffled_at_once, in_parts) = (store(), store(), store());
        import(&at_once, &records, corroborating());
        import(&shuffled_at_once, &shuffled, corroborating());
        prop_assert_eq!(export(&at_once), export(&shuffled_at_once));
        let mut part = Vec::new();
        for (record, is_last) in shuffled.iter().zip(splits) {
            part.push(record.clone());
            if is_last {
                import(&in_parts, &std::mem::take(&mut part), corroborating());
            }
        }
        import(&in_parts, &part, corroborating());
        prop_assert_eq!(contents(&at_once), contents(&in_parts));
        // Each record stands somewhere as it was, and nothing else does.
        let said: BTreeSet<Saying> = records.iter().flat_map(sayings).collect();
        let told: BTreeSet<Saying> = export(&at_once).iter().flat_map(sayings).collect();
        prop_assert_eq!(said, told);
    }

    #[test]
    fn no_source_is_credited_with_what_none_of_its_records_said(
        imports in prop::collection::vec((named_records(), any::<bool>(), prop::bool::weighted(0.2)), 1..5),
    ) {
        let store = store();
        let mut all = Vec::new();
        for (records, corroborate, replace) in imports {
            let options = ImportOptions::new().corroborate(corroborate).replace(replace).versions(true).revive(true);
            import(&store, &records, options);
            all.extend(records);
            prop_assert_eq!(falsely_credited(&export(&store), &all), None);
        }
    }
}
