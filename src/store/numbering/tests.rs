//! Laws of the numbers in ids, on random rows of files that a mapping reads.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::exchange::{Input, MapOptions, MappingFile, RecordChunks};
use crate::model::Vocabulary;
use crate::store::{ImportOptions, ImportReport, Store};

const VOCABULARY: &str = r#"
[world]
name = "log"
[fields.subject]
type = "reference"
kinds = ["person"]
open = true
[fields.object]
type = "reference"
open = true
[fields]
place = { type = "keyword" }
[nouns.people]
singular = "person"
kinds = ["person"]
role = "subject"
[actions.noted]
label = "note"
"#;

const MAPPING: &str = r#"
[source]
publisher = "P"
[[fact]]
id = "{When}-{n:02}"
subject = "{Who}"
action = "noted"
object = "{What}"
date = "{When}"
title = "{Title}"
place = "{Place?}"
"#;

fn store() -> Store {
    Store::in_memory(&Vocabulary::from_toml(VOCABULARY).unwrap()).unwrap()
}

fn import_table(store: &Store, header: &str, rows: &[String], options: ImportOptions<'_>) -> ImportReport {
    let text = format!("{header}\n{}\n", rows.join("\n"));
    let input = Input::from_reader("f.csv", Cursor::new(text.into_bytes())).unwrap();
    let schema = store.schema();
    let mapping = Arc::new(MappingFile::parse("m.toml", MAPPING).unwrap());
    let read = MapOptions::new(&schema).corroborates(options.corroborate);
    store.import(RecordChunks::mapped(input, &mapping, read).unwrap(), options).unwrap()
}

fn import(store: &Store, rows: &[String], corroborate: bool) -> ImportReport {
    import_table(store, "Who,What,When,Title", rows, ImportOptions::new().corroborate(corroborate))
}

/// What is in force, with the ids in which the numbers are: those of facts, or those of
/// the records of sources.
fn numbered(store: &Store, corroborate: bool) -> BTreeMap<String, Value> {
    let mut all = BTreeMap::new();
    for fact in store.facts() {
        let mut fact = json!(fact.unwrap());
        let id = fact["id"].as_str().unwrap().to_owned();
        if !corroborate {
            all.insert(id, fact);
            continue;
        }
        let sources = fact["sources"].as_array().unwrap().clone();
        fact.as_object_mut().unwrap().retain(|key, _| !["id", "sources"].contains(&key.as_str()));
        for source in sources {
            let before = all.insert(source["record"].as_str().unwrap().to_owned(), fact.clone());
            assert_eq!(before, None, "two sources with one record");
        }
    }
    all
}

fn rows() -> impl Strategy<Value = Vec<String>> {
    let pick = |all: &[&'static str]| prop::sample::select(all.to_vec());
    let row = (pick(&["ann", "bob"]), pick(&["shop", "bank", ""]), pick(&["2024", "2025"]), pick(&["", "one", "two"]));
    let row = row.prop_map(|(who, what, when, title)| format!("{who},{what},{when},{title}"));
    prop::collection::vec(row, 1..10)
}

fn rows_and_shuffled() -> impl Strategy<Value = (Vec<String>, Vec<String>)> {
    rows().prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn a_shuffled_file_gives_the_same_facts_with_the_same_ids_and_changes_nothing_when_it_comes_again(
        (rows, shuffled) in rows_and_shuffled(),
        corroborate in any::<bool>(),
    ) {
        let (one, other) = (store(), store());
        let (report, shuffled_report) = (import(&one, &rows, corroborate), import(&other, &shuffled, corroborate));
        prop_assert_eq!(&report, &shuffled_report);
        let made = numbered(&one, corroborate);
        prop_assert_eq!(&made, &numbered(&other, corroborate));
        prop_assert_eq!(made.len(), rows.len());
        for again in [&rows, &shuffled] {
            let again = import(&one, again, corroborate);
            prop_assert_eq!((again.outcome.transaction, again.outcome.unchanged), (None, rows.len() as u64));
            prop_assert_eq!(again.numbered, report.numbered);
        }
        prop_assert_eq!(&made, &numbered(&one, corroborate));
    }

    #[test]
    fn another_file_adds_its_acts_under_further_numbers_and_takes_over_none(
        rows in rows(),
        more in rows(),
        corroborate in any::<bool>(),
        is_undone in any::<bool>(),
    ) {
        let store = store();
        let first = import(&store, &rows, corroborate).outcome.transaction.unwrap();
        let before = numbered(&store, corroborate);
        let outcome = import(&store, &more, corroborate).outcome;
        prop_assert_eq!((outcome.other_acts, outcome.retracted), (0, 0));
        let after = numbered(&store, corroborate);
        let names = |id: &String, of: &BTreeMap<String, Value>| {
            of.get(id).map(|fact| [fact["subject"].clone(), fact["object"].clone(), fact["date"].clone()])
        };
        for id in before.keys() {
            prop_assert_eq!(names(id, &before), names(id, &after));
        }
        for again in [&rows, &more] {
            prop_assert_eq!(import(&store, again, corroborate).outcome.transaction, None);
        }
        // What is undone comes back under the ids that it had.
        if is_undone && store.undo(first).is_ok() {
            import(&store, &rows, corroborate);
            prop_assert_eq!(after, numbered(&store, corroborate));
        }
    }
}

#[test]
fn a_column_more_or_less_does_not_make_another_act() {
    let store = store();
    let rows = ["ann,shop,2024,one", "ann,shop,2024,two"].map(str::to_owned);
    import(&store, &rows, false);
    let with_places = ["ann,shop,2024,two,there", "ann,shop,2024,one,here"].map(str::to_owned);
    let header = "Who,What,When,Title,Place";
    let outcome = import_table(&store, header, &with_places, ImportOptions::new()).outcome;
    assert_eq!((outcome.versions, outcome.new), (2, 0));
    let places = |store: &Store| {
        numbered(store, false)
            .into_iter()
            .map(|(id, fact)| json!([id, fact["title"], fact["place"]]))
            .collect::<Vec<_>>()
    };
    let expected = [json!(["2024-01", "one", "here"]), json!(["2024-02", "two", "there"])];
    assert_eq!(places(&store), expected);
    assert_eq!(import(&store, &rows, false).outcome.unchanged, 2);
    assert_eq!(places(&store), expected);
    // With what replaces, and of those the other columns.
    let replaced = import_table(&store, "Who,What,When,Title", &rows, ImportOptions::new().replace(true)).outcome;
    assert_eq!((replaced.versions, replaced.new), (2, 0));
    assert_eq!(places(&store)[0], json!(["2024-01", "one", null]));
    // What was retracted stays so, and its number is no other's.
    store.transact(None, |transaction| transaction.retract("2024-01", "wrong")).unwrap();
    let outcome = import(&store, &["ann,shop,2024,one", "ann,shop,2024,three"].map(str::to_owned), false).outcome;
    assert_eq!((outcome.stay_retracted, outcome.new), (1, 1));
    let ids: Vec<String> = numbered(&store, false).into_keys().collect();
    assert_eq!(ids, ["2024-02", "2024-03"]);
}

#[test]
fn a_first_look_shows_the_ids_that_the_import_gives() {
    let store = store();
    import(&store, &["bob,bank,2024,".to_owned()], false);
    let rows = ["zoe,bank,2024,", "bob,bank,2024,", "ann,bank,2024,"].map(str::to_owned);
    let options = ImportOptions::new().dry_run(true);
    let report = import_table(&store, "Who,What,When,Title", &rows, options);
    let shown: Vec<&str> = report.first.iter().filter_map(|fact| fact.id.as_deref()).collect();
    assert_eq!((shown, report.numbered, report.outcome.new), (vec!["2024-03", "2024-01", "2024-02"], 2, 2));
}
