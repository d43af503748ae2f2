//! Imports with `--corroborate` of records that have the id of a fact: what they complete,
//! replace or leave, and what the facts that they make are called.

use serde_json::{Value, json};
use tractat::{Fact, ImportOptions, Store, Vocabulary};

use crate::corroborate::{act, facts, import, import_text, import_with, told};
use crate::input::import as try_import;

const VOCABULARY: &str = r#"
[world]
name = "ids"
[fields.subject]
type = "reference"
kinds = ["ship"]
open = true
[fields]
cargo = { type = "integer" }
[nouns.ships]
singular = "ship"
kinds = ["ship"]
role = "subject"
[actions.landed]
label = "landing"
[actions.launched]
label = "launch"
once = true
[umbrellas]
moved = { covers = ["landed", "launched"] }
"#;

fn store() -> Store {
    Store::in_memory(&Vocabulary::from_toml(VOCABULARY).unwrap()).unwrap()
}

fn with(mut record: Value, key: &str, value: impl Into<Value>) -> Value {
    record[key] = value.into();
    record
}

fn get(store: &Store, id: &str) -> Fact {
    store.get(id).unwrap().unwrap()
}

#[test]
fn a_record_with_fewer_columns_deletes_only_where_it_replaces() {
    let full = with(with(act("landed", "x", "2004-05-12", "A"), "cargo", 7), "title", "seen");
    let further = act("landed", "y", "2004-05-12", "B");
    let fewer = with(act("landed", "x", "", "A"), "note", "from the log");
    let store = self::store();
    import(&store, &[full.clone(), further.clone()]);
    let before = get(&store, "x");
    let report = import(&store, std::slice::from_ref(&fewer)).outcome;
    assert_eq!((report.versions, report.other_acts), (1, 0));
    let fact = get(&store, "x");
    assert_eq!((fact.date, fact.fields, fact.title), (before.date, before.fields, before.title));
    assert_eq!(fact.note.as_deref(), Some("from the log"));
    let nothing = json!({"cargo": null, "note": null, "title": null});
    assert_eq!(told(&store), [format!("2004-05-12: A, B {nothing}")]);
    assert_eq!(import(&store, std::slice::from_ref(&fewer)).outcome.transaction, None, "it says that already");

    let store = self::store();
    import(&store, &[full, further]);
    import_with(&store, &[fewer], ImportOptions::new().replace(true));
    let fact = get(&store, "x");
    assert_eq!((fact.fields.get("cargo"), fact.title), (None, None), "nobody says so any more");
}

#[test]
fn an_umbrella_for_an_action_that_is_known_takes_nothing_away() {
    let store = store();
    import(&store, &[act("launched", "x", "2004-05-12", "A"), act("launched", "", "2004-05-12", "B")]);
    let outcome = import(&store, &[with(act("moved", "x", "2004-05-12", "A"), "cargo", 3)]).outcome;
    assert_eq!(outcome.other_acts, 0);
    let fact = get(&store, "x");
    assert_eq!((fact.action.as_str(), fact.fields["cargo"].as_i64(), fact.sources.len()), ("launched", Some(3), 2));
    assert_eq!(told(&store), [r#"2004-05-12: A, B {"cargo":null}"#]);
}

#[test]
fn another_act_under_the_id_of_a_fact_takes_its_place_and_is_counted() {
    let pequod = |record: Value| with(record, "subject", "pequod");
    let before = [act("landed", "x", "2004-05-12", "A"), act("landed", "", "2004-05-12", "B")];
    let elsewhere = pequod(act("landed", "x", "2005", "A"));
    let joined = [elsewhere.clone(), pequod(act("landed", "", "2005", "B"))];
    let launched = act("launched", "x", "2005", "A");
    for records in [&[elsewhere.clone()][..], &joined, &[launched]] {
        let store = store();
        import(&store, &before);
        let outcome = import(&store, records).outcome;
        assert_eq!((outcome.other_acts, outcome.versions, outcome.new), (1, 1, 0), "{records:?}");
        let fact = get(&store, "x");
        assert_eq!((fact.action.as_str(), fact.subject.as_str()), {
            (records[0]["action"].as_str().unwrap(), records[0]["subject"].as_str().unwrap())
        });
        assert_eq!(facts(&store).len(), 1);
        let says_2004 = |source: &tractat::Source| source.says.values().any(|value| *value == json!("2004-05-12"));
        assert!(!fact.sources.iter().any(says_2004), "{fact:?}");
    }
    let store = store();
    import(&store, &before);
    let again = import(&store, &[with(act("landed", "x", "2004-05-12", "A"), "cargo", 1)]).outcome;
    assert_eq!(again.other_acts, 0, "it is the same act");
}

#[test]
fn an_act_done_once_is_called_the_same_whoever_comes_first() {
    let records = [
        act("moved", "", "2004-05-12", "A"),
        act("launched", "", "2004", "B"),
        act("moved", "u", "2004-05", "C"),
        act("launched", "", "2004-05-12", "D"),
    ];
    let at_once = store();
    import(&at_once, &records);
    let orders = [[0, 1, 2, 3], [1, 0, 3, 2], [2, 0, 1, 3], [3, 2, 1, 0], [2, 3, 0, 1]];
    for order in orders {
        let store = store();
        for place in order {
            import(&store, std::slice::from_ref(&records[place]));
        }
        assert_eq!(facts(&store), facts(&at_once), "{order:?}");
        // All is there already, under whatever id it came.
        assert_eq!(import(&store, &records).outcome.transaction, None);
    }
}

#[test]
fn the_fact_of_an_id_stays_with_those_who_know_what_was_done() {
    let store = store();
    import(&store, &[act("launched", "x", "2004", "A"), act("moved", "", "2004-05-12", "B")]);
    assert_eq!(get(&store, "x").date.unwrap().written(), "2004-05-12");
    // Of which of two acts B speaks cannot be told any more.
    import(&store, &[act("landed", "y", "2004-05", "C")]);
    let fact = get(&store, "x");
    assert_eq!((fact.action.as_str(), fact.date.unwrap().written()), ("launched", "2004"));
    assert_eq!(facts(&store).len(), 3);
}

#[test]
fn a_record_that_was_joined_is_known_again_by_its_id() {
    for options in [ImportOptions::new, || ImportOptions::new().replace(true)] {
        let store = store();
        import(&store, &[act("landed", "x", "2004-05-12", "A"), act("landed", "y", "2004-05-12", "B")]);
        let fact = get(&store, "x");
        let records: Vec<&Value> = fact.sources.iter().map(|source| &source.fields["record"]).collect();
        assert_eq!(records, ["x", "y"]);
        let corrected = act("landed", "y", "2004-05-13", "B");
        let outcome = import_with(&store, std::slice::from_ref(&corrected), options()).outcome;
        assert_eq!((outcome.versions, outcome.new), (1, 0));
        assert_eq!(told(&store), [r#"2004-05-12: A, B {"date":"2004-05-13"}"#]);
        assert_eq!(import_with(&store, &[corrected], options()).outcome.transaction, None, "it says that already");
        // The id of another publisher's record is another record.
        let outcome = import(&store, &[act("landed", "y", "2006", "C")]).outcome;
        assert_eq!((outcome.versions, outcome.new, facts(&store).len()), (0, 1, 2));
    }
    let store = store();
    import(&store, &[act("landed", "x", "2004-05-12", "A"), act("landed", "", "2004-05-12", "B")]);
    let sources = json!(get(&store, "x").sources);
    assert_eq!(sources, json!([{"publisher": "A", "record": "x"}, {"publisher": "B"}]));
}

#[test]
fn spellings_of_one_id_are_one_fact() {
    let store = store();
    let given = |id: &str, ship: &str| json!({"id": id, "subject": ship, "action": "landed", "date": "2024-01-01"});
    let text = [given("2", "ann"), given(" 2", "bob")].map(|record| record.to_string()).join("\n");
    let refused = try_import(&store, "two.jsonl", text, ImportOptions::default());
    assert!(matches!(refused, Err(tractat::Error::SameIds { count: 1, .. })), "{refused:?}");
    import_text(&store, given(" cafe\u{301} ", "ann").to_string(), ImportOptions::default());
    import_text(&store, given("caf\u{e9}", "ann").to_string(), ImportOptions::default());
    let ids: Vec<Option<String>> = facts(&store).into_iter().map(|fact| fact.id).collect();
    assert_eq!(ids, [Some("caf\u{e9}".to_owned())]);
}
