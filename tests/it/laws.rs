//! Random histories of a small world, in a store on disk and beside it in a
//! plain list of events. A naive reading of that list judges every answer, now
//! and as it was known after each transaction. `TRACTAT_HISTORIES` sets how many.

mod days;
mod history;
mod mirror;
mod questions;
mod worlds;

use std::collections::BTreeSet;
use std::fs;

use serde_json::json;
use tractat::{Error, Store, Vocabulary};

use history::History;
use mirror::{Deed, Record, Thing, VOCABULARY, vocabulary};
use questions::rows_of;

fn histories(seeds: std::ops::Range<u64>) {
    for seed in seeds {
        let folder = tempfile::tempdir().unwrap();
        let mut history = History::begin(seed, folder.path());
        for _ in 0..8 {
            history.step();
        }
        history.remembers();
        history.recounts();
        history.travels();
        history.reopen(|_| {});
        history.remembers_one();
        history.store().rebuild().unwrap();
        history.remembers_one();
        history.commit(vec![Deed::Declare("height")]);
        history.remembers_one();
        history.reopen(|path| {
            let _ = fs::remove_dir_all(path.join("index"));
        });
        history.recounts();
        history.remembers_one();
    }
}

fn rounds() -> u64 {
    std::env::var("TRACTAT_HISTORIES").map_or(28, |text| text.parse().unwrap())
}

#[test]
fn a_store_agrees_with_a_plain_list_of_what_was_done_first_half() {
    histories(0..rounds() / 2);
}

#[test]
fn a_store_agrees_with_a_plain_list_of_what_was_done_second_half() {
    histories(rounds() / 2..rounds());
}

#[test]
fn a_vocabulary_that_would_orphan_a_fact_is_refused_and_leaves_no_trace() {
    let store = Store::in_memory(&vocabulary(&BTreeSet::new())).unwrap();
    let thing = Thing { id: "ada", kind: "person", name: "Ada", aliases: Vec::new(), groups: Vec::new() };
    let record = Record { id: Some("f".to_owned()), subject: "ada".to_owned(), action: "moved", ..Record::default() };
    store
        .transact(None, |transaction| {
            transaction.define(thing.entity())?;
            transaction.assert(record.fact(Some("f")))
        })
        .unwrap();
    let without = VOCABULARY.replace("[actions.moved]\nlabel = \"move\"\n", "");
    assert_ne!(without, VOCABULARY);
    let without = Vocabulary::from_toml(&without).unwrap();
    assert!(store.transact(None, |transaction| transaction.vocabulary(&without)).is_err());
    assert_eq!(store.statistics().transaction, 2);
    assert_eq!(rows_of(store.query("moved | count").unwrap()), [json!({"count": 1})]);
    store.transact(None, |transaction| transaction.retract("f", "to let the action go")).unwrap();
    store.transact(None, |transaction| transaction.vocabulary(&without)).unwrap();
    assert_eq!(rows_of(store.query("moved known #2 | count").unwrap()), [json!({"count": 1})]);
}

#[test]
fn a_closure_that_panics_leaves_no_trace_and_the_store_goes_on() {
    let store = Store::in_memory(&vocabulary(&BTreeSet::new())).unwrap();
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        store.transact(None, |transaction| -> Result<(), Error> {
            transaction.vocabulary(&vocabulary(&BTreeSet::from(["weight"])))?;
            panic!("on purpose")
        })
    }));
    assert!(panicked.is_err());
    assert_eq!(store.statistics().transaction, 1);
    assert!(store.query("weight:none | count").is_err());
    store.transact(None, |transaction| transaction.vocabulary(&vocabulary(&BTreeSet::from(["weight"])))).unwrap();
    assert_eq!((store.statistics().transaction, rows_of(store.query("weight:none | count").unwrap()).len()), (2, 1));
}
