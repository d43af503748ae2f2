//! Damage is seen, or does no harm: never a panic, never a wrong answer.

use std::collections::BTreeMap;
use std::fs;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::super::ordered_map::{OrderedMap, WriteBatch};
use super::super::{IndexError, Mutation, MutationBatch};
use super::naive::Naive;
use super::{applied, change, commit, open, schema};

/// A small index with several segments, a stream and merged parts.
fn build(directory: &Path) -> Naive {
    let mut naive = Naive::default();
    add(directory, &mut naive, 1..=6);
    naive
}

fn add(directory: &Path, naive: &mut Naive, transactions: RangeInclusive<u64>) {
    let index = open(directory).unwrap();
    let fact = |number: u64| {
        let json = json!({"id": format!("f{number}"), "subject": format!("s{}", number % 5), "action": "voted-yes",
            "object": format!("o{}", number % 13), "date": format!("{}", 1950 + number % 40), "session": number,
            "title": format!("unequal mines {number}"), "sources": [{"publisher": "UN", "quote": "the use of mines"}]});
        change(serde_json::from_value(json).unwrap())
    };
    for transaction in transactions {
        let mut changes = vec![Mutation::Vocabulary(schema(false))];
        changes.extend((transaction * 10..transaction * 10 + 15).map(fact));
        naive.apply(commit(transaction), &changes);
        if transaction % 3 == 0 {
            let mut bulk = index.bulk().unwrap();
            changes.into_iter().try_for_each(|change| bulk.push(change)).unwrap();
            bulk.finish(commit(transaction), applied(transaction)).unwrap();
        } else {
            index
                .apply(MutationBatch { commit: commit(transaction), mutations: changes }, applied(transaction))
                .unwrap();
            index.checkpoint().unwrap();
        }
    }
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

fn copy(from: &Path, to: &Path) {
    for file in files(from) {
        let target = to.join(file.strip_prefix(from).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(&file, target).unwrap();
    }
}

/// Opens a damaged index: an error, or answers that are right for what it says is applied.
fn use_it(directory: &Path, naive: &Naive) -> Result<(), IndexError> {
    let index = open(directory)?;
    let state = index.snapshot();
    assert_eq!(state.transaction(), index.applied().transaction);
    let used = naive.check(&*state, state.transaction());
    index.verify()?;
    // What is whole when it is read again was whole when it was used.
    used
}

#[test]
fn damage_anywhere_is_an_error_or_harmless() {
    let whole = tempfile::tempdir().unwrap();
    let naive = build(whole.path());
    use_it(whole.path(), &naive).unwrap();
    let mut seen = 0;
    let mut attempt = |file: &Path, change: &dyn Fn(&mut Vec<u8>) -> bool| {
        let damaged = tempfile::tempdir().unwrap();
        copy(whole.path(), damaged.path());
        let path = damaged.path().join(file.strip_prefix(whole.path()).unwrap());
        let mut bytes = fs::read(&path).unwrap();
        if change(&mut bytes) {
            fs::write(&path, bytes).unwrap();
        } else {
            fs::remove_file(&path).unwrap();
        }
        seen += usize::from(use_it(damaged.path(), &naive).is_err());
    };
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    for file in files(whole.path()) {
        let bytes = fs::read(&file).unwrap();
        let places: Vec<usize> = (0..bytes.len()).filter(|place| bytes[*place] != 0).collect();
        attempt(&file, &|_| false);
        for _ in 0..if places.len() > 1000 { 60 } else { 8 } {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let choice = usize::try_from(random >> 20).unwrap();
            if places.is_empty() {
                break;
            }
            let place = places[choice % places.len()];
            attempt(&file, &|bytes| {
                if choice % 6 == 0 {
                    bytes.truncate(place);
                } else {
                    bytes[place] ^= 1 << (choice % 8);
                }
                true
            });
        }
    }
    assert!(seen > 20, "only {seen} damages were seen");
}

/// Every value by its key.
fn values(directory: &Path) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let tree = OrderedMap::open(directory).unwrap();
    let mut values = BTreeMap::new();
    let mut from = vec![0];
    while let Some(key) = tree.first_key(&from).unwrap() {
        values.insert(key.clone(), tree.get(&key).unwrap().unwrap().to_vec());
        from = key;
        from.push(0);
    }
    values
}

#[test]
fn a_value_that_is_missing_changed_misplaced_or_stale_is_seen() {
    let whole = tempfile::tempdir().unwrap();
    let mut naive = Naive::default();
    add(whole.path(), &mut naive, 1..=4);
    let old = values(whole.path());
    add(whole.path(), &mut naive, 5..=5);
    let new: Vec<(Vec<u8>, Vec<u8>)> =
        values(whole.path()).into_iter().filter(|(key, _)| key.len() > 1 || *key == [0]).collect();
    let attempt = |key: &[u8], value: Option<&[u8]>| {
        let damaged = tempfile::tempdir().unwrap();
        copy(whole.path(), damaged.path());
        let tree = OrderedMap::open(damaged.path()).unwrap();
        let mut batch = WriteBatch::default();
        match value {
            Some(value) => batch.insert(key, value.to_vec()),
            None => batch.remove(key),
        }
        tree.apply(batch).unwrap();
        tree.flush().unwrap();
        drop(tree);
        // Without a root there is nothing, and the whole journal is replayed.
        let seen = use_it(damaged.path(), &naive).is_err();
        assert!(seen || (key == [0] && value.is_none()), "{key:02x?} {value:02x?}");
    };
    for (place, (key, value)) in new.iter().enumerate() {
        match old.get(key).filter(|older| *older != value) {
            Some(older) => attempt(key, Some(older)),
            None if place % 12 == 0 => attempt(key, None),
            None if place % 12 == 4 => {
                let mut changed = value.clone();
                let at = (place * 31) % changed.len();
                changed[at] ^= 1 << (place % 8);
                attempt(key, Some(&changed));
            }
            None if place % 12 == 8 => attempt(key, Some(&new[(place + 4) % new.len()].1)),
            None => {}
        }
    }
    attempt(&[0], None);
}

#[test]
fn an_index_in_use_is_not_taken_for_a_damaged_one() {
    let directory = tempfile::tempdir().unwrap();
    let first = open(directory.path()).unwrap();
    assert_eq!(open(directory.path()).err(), Some(IndexError::InUse));
    drop(first);
    open(directory.path()).unwrap();
}
