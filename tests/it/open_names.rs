//! Names that only facts use, where a field is open: each is an entity like those
//! that are declared, until a declaration takes it over.

use serde_json::json;
use tractat::{Entity, Error, Fact, ProblemKind, Remark, Store, Vocabulary};

const WORDS: &str = r#"
    [world]
    name = "log"
    [fields]
    subject = { type = "reference", kinds = ["person"], open = true }
    object = { type = "reference", kinds = ["thing"], open = true }
    witness = { type = "reference", kinds = ["person"], open = true }
    [nouns]
    people = { singular = "person", kinds = ["person"], role = "subject" }
    [actions]
    noted = { label = "note" }
    held = { label = "holding" }
    left = { label = "no longer there" }
    denied = { label = "no", forms = ["denial"] }
    [status.holder]
    open = [{ by = "held", at = "date" }]
    close = [{ by = "left", at = "date" }]
"#;

fn store(facts: &[serde_json::Value]) -> Store {
    let store = Store::in_memory(&Vocabulary::from_toml(WORDS).unwrap()).unwrap();
    for fact in facts {
        add(&store, fact.clone());
    }
    store
}

fn add(store: &Store, fact: serde_json::Value) {
    let fact: Fact = serde_json::from_value(fact).unwrap();
    store.transact(None, |transaction| transaction.assert(fact)).unwrap();
}

fn define(store: &Store, entity: serde_json::Value) {
    let entity: Entity = serde_json::from_value(entity).unwrap();
    store.transact(None, |transaction| transaction.define(entity)).unwrap();
}

fn small() -> Store {
    store(&[
        json!({"id": "1", "subject": "bob", "action": "held", "object": "cup", "date": "2024-01-01", "title": "milk"}),
        json!({"id": "2", "subject": "cid", "action": "noted", "object": "shop", "date": "2024-01-02", "title": "ask bob"}),
        json!({"id": "3", "subject": "Ada Lovelace", "action": "noted", "object": "cup", "date": "2024-01-03", "witness": "eve"}),
    ])
}

/// The first column of an answer.
fn rows(store: &Store, query: &str) -> Vec<String> {
    let answer = store.query(query).unwrap_or_else(|error| panic!("{query}: {error}"));
    answer.map(|row| row.unwrap().cells()[0].label()).collect()
}

fn ids(store: &Store, query: &str) -> Vec<String> {
    rows(store, &format!("{query} | show id"))
}

#[test]
fn a_bare_name_finds_the_facts_that_use_it_and_a_negated_one_leaves_them_out() {
    let store = small();
    assert_eq!(ids(&store, "bob"), ["1"]);
    assert_eq!(ids(&store, "BOB held"), ["1"]);
    assert_eq!(ids(&store, "-bob"), ["2", "3"]);
    assert_eq!(ids(&store, "noted -cup"), ["2"]);
    assert_eq!(ids(&store, "ada lovelace"), ["3"]);
    assert_eq!(ids(&store, "eve"), ["3"], "whichever field has the name");
    assert_eq!(ids(&store, "person:bob,cid"), ["1", "2"]);
    assert_eq!(ids(&store, "person:b*"), ["1"]);
    assert_eq!(rows(&store, "| count by person | where person = bob | show count"), ["1"]);
}

#[test]
fn a_name_is_a_row_of_a_noun_if_its_field_takes_nothing_else() {
    let store = small();
    assert_eq!(rows(&store, "people"), ["Ada Lovelace", "bob", "cid", "eve"]);
    assert_eq!(rows(&store, "people bob"), ["bob"]);
    assert_eq!(rows(&store, "people -bob"), ["Ada Lovelace", "cid", "eve"]);
    assert_eq!(rows(&store, "people person:cid"), ["cid"]);
    assert_eq!(rows(&store, "people with {noted}"), ["Ada Lovelace", "cid"]);
    assert_eq!(rows(&store, "people kind:person | count"), ["4"]);
    assert!(store.query("people cup").is_err(), "a cup is not a person");
    assert_eq!(store.statistics().nouns, [("people".to_owned(), 4)]);
}

#[test]
fn statuses_are_asked_with_names() {
    let store = small();
    assert_eq!(rows(&store, "people holder:cup"), ["bob"]);
    assert_eq!(rows(&store, "people holder:c*"), ["bob"]);
    assert_eq!(rows(&store, "people -holder:cup"), ["Ada Lovelace", "cid", "eve"]);
    assert_eq!(rows(&store, "periods holder:cup"), ["bob"]);
    add(&store, json!({"id": "4", "subject": "bob", "action": "left", "object": "Cup", "date": "2024-02-01"}));
    assert_eq!(rows(&store, "people holder:cup"), [""; 0]);
    assert_eq!(rows(&store, "people holder:cup as of 2024-01-15"), ["bob"]);
}

#[test]
fn a_word_that_is_a_name_and_in_a_text_is_the_name_and_the_texts_are_counted() {
    let store = small();
    let told = |query: &str| store.query(query).unwrap().remarks();
    let in_texts = Remark::NameInTexts { word: "bob".to_owned(), count: 1 };
    assert!(told("bob | count").contains(&in_texts));
    assert!(told("-bob").contains(&in_texts));
    assert!(!told("held bob").contains(&in_texts), "bob stands in the title of a note");
    assert!(!told("cid").iter().any(|remark| matches!(remark, Remark::NameInTexts { .. })));
    assert_eq!(ids(&store, "\"bob\""), ["2"]);
}

#[test]
fn a_name_has_one_spelling_wherever_it_is_shown_and_is_found_by_each() {
    let store = small();
    for (id, subject) in [("4", "BOB"), ("5", "BOB"), ("6", "Eve")] {
        add(&store, json!({"id": id, "subject": subject, "action": "noted", "object": "shop", "date": "2024-03-01"}));
    }
    assert_eq!(rows(&store, "| count by person"), ["BOB", "Ada Lovelace", "cid", "Eve"]);
    assert_eq!(rows(&store, "bob | show person"), ["BOB"; 3]);
    assert_eq!(rows(&store, "people"), ["Ada Lovelace", "BOB", "cid", "Eve"]);
    assert_eq!(rows(&store, "people holder:cup"), ["BOB"]);
    let read = Remark::ReadAs { word: "bob".into(), values: vec!["BOB".into(), "bob".into()] };
    assert!(store.query("bob").unwrap().remarks().contains(&read));
}

#[test]
fn a_declaration_takes_a_name_over_for_old_facts_too_and_gives_it_back() {
    for (id, name) in [("bob", "Robert"), ("p1", "Bob"), ("BOB", "Robert")] {
        let store = small();
        define(&store, json!({"entity": id, "kind": "person", "name": name}));
        assert_eq!(rows(&store, "bob | show person"), [name], "{id}");
        assert_eq!(rows(&store, "people"), {
            let mut names = vec!["Ada Lovelace", name, "cid", "eve"];
            names.sort_by_key(|name| name.to_lowercase());
            names
        });
        assert_eq!(rows(&store, "people holder:cup"), [name]);
        assert_eq!(rows(&store, "people known #3"), ["bob", "cid"]);
        assert_eq!(store.statistics().nouns, [("people".to_owned(), 4)]);
    }
    let store = small();
    define(&store, json!({"entity": "p1", "kind": "person", "name": "Robert", "aliases": ["bob"]}));
    assert_eq!(rows(&store, "bob | show person"), ["Robert"]);
    define(&store, json!({"entity": "p1", "kind": "person", "name": "Robert"}));
    assert_eq!(rows(&store, "bob | show person"), ["bob"], "who has the name no longer does not keep it");
    assert_eq!(rows(&store, "people"), ["Ada Lovelace", "bob", "cid", "eve", "Robert"]);
}

#[test]
fn what_no_fact_in_force_uses_is_not_a_name() {
    let store = small();
    assert_eq!(rows(&store, "people known #2"), ["bob"]);
    let unknown = |query: &str| store.query(query).unwrap().readings().iter().any(tractat::Reading::is_unknown_word);
    assert!(unknown("cid known #2") && !unknown("cid known #3") && !unknown("cid"));
    store.transact(None, |transaction| transaction.retract("2", "wrong")).unwrap();
    assert!(unknown("cid") && !unknown("cid known #4"));
    assert_eq!(rows(&store, "people"), ["Ada Lovelace", "bob", "eve"]);
    assert_eq!(store.complete("ci", 2).candidates.iter().filter(|one| one.text == "cid").count(), 0);
    add(&store, json!({"id": "2", "subject": "cid", "action": "noted", "object": "shop", "date": "2024-01-02"}));
}

#[test]
fn names_are_completed_and_mistyped_ones_are_suggested() {
    let store = small();
    let offered = |text: &str| -> Vec<String> {
        let found = store.complete(text, text.len());
        found.candidates.iter().map(|one| format!("{}{}", &text[..found.start], one.text)).collect()
    };
    assert!(offered("bo").contains(&"bob".to_owned()));
    assert!(offered("noted ada l").contains(&"noted Ada Lovelace".to_owned()));
    assert!(offered("person:b").contains(&"person:bob".to_owned()));
    assert!(!offered("person:c").contains(&"person:cup".to_owned()), "a cup is not a person");
    assert!(offered("people holder:c").contains(&"people holder:cup".to_owned()));
    let meant = |query: &str| {
        let diagnostics = match store.query(query) {
            Ok(answer) => answer.hints().to_vec(),
            Err(Error::Query(diagnostics)) => diagnostics,
            Err(error) => panic!("{query}: {error}"),
        };
        diagnostics.into_iter().find_map(|diagnostic| match diagnostic.problem.kind() {
            ProblemKind::UnknownWord { similar, .. } | ProblemKind::UnknownName { similar, .. } => similar,
            _ => None,
        })
    };
    for (query, name) in [
        ("bobb", "bob"),
        ("person:bobb", "bob"),
        ("people bobb", "bob"),
        ("people holder:cupp", "cup"),
        ("ada lovelase", "ada lovelace"),
        ("noted -ada lovelaec", "ada lovelace"),
    ] {
        assert_eq!(meant(query).as_deref(), Some(name), "{query}");
    }
}

#[test]
fn a_label_finds_the_action_that_is_shown_by_it() {
    let store = small();
    add(&store, json!({"id": "4", "subject": "cid", "action": "denied", "object": "shop", "date": "2024-03-01"}));
    add(&store, json!({"id": "5", "subject": "cid", "action": "left", "object": "shop", "date": "2024-03-02"}));
    assert_eq!(ids(&store, "action:no"), ["4"]);
    assert_eq!(ids(&store, "no"), ["4"]);
    assert_eq!(ids(&store, "no longer there"), ["5"]);
    assert_eq!(ids(&store, "action:\"no longer there\",no"), ["4", "5"]);
    assert_eq!(rows(&store, "cid no | show action"), ["no"]);
    add(&store, json!({"id": "6", "subject": "no", "action": "noted", "object": "shop", "date": "2024-03-03"}));
    assert_eq!(ids(&store, "no"), ["6"], "a name goes first");
    assert_eq!(ids(&store, "action:no"), ["4"]);
}

#[test]
fn a_name_that_only_looks_like_another_is_another() {
    let store = small();
    define(&store, json!({"entity": "p1", "kind": "person", "name": "Pena"}));
    for (id, subject) in [("4", "Peña"), ("5", "PEÑA"), ("6", "pena"), ("7", "Bób")] {
        add(&store, json!({"id": id, "subject": subject, "action": "noted", "object": "shop", "date": "2024-03-01"}));
    }
    let nouns = ["Ada Lovelace", "Bób", "bob", "cid", "eve", "Peña", "Pena"];
    assert_eq!(rows(&store, "people"), nouns);
    assert_eq!(ids(&store, "peña"), ["4", "5"]);
    assert_eq!(ids(&store, "pena"), ["6"]);
    assert_eq!(ids(&store, "bob"), ["1"]);
    let left_out = Remark::OtherValues { word: "bob".into(), values: vec!["Bób".into()] };
    assert!(store.query("bob").unwrap().remarks().contains(&left_out));
    assert_eq!(ids(&store, "bòb"), ["1", "7"], "what is the same as none is each that looks like it");
    let read_as = Remark::ReadAs { word: "bòb".into(), values: vec!["bob".into(), "Bób".into()] };
    assert!(store.query("bòb").unwrap().remarks().contains(&read_as));
    assert_eq!(rows(&store, "after 2024-02 | count by person"), ["Peña", "Bób", "Pena"]);
}
