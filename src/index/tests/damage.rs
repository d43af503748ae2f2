//! Damage is seen, or does no harm: never a panic, never a wrong answer.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::super::{Change, IndexError, Transaction};
use super::naive::Naive;
use super::{applied, change, commit, open, schema};

/// A small index with several segments, a stream and merged parts.
fn build(directory: &Path) -> Naive {
    let index = open(directory).unwrap();
    let mut naive = Naive::default();
    let fact = |number: u64| {
        let json = json!({"id": format!("f{number}"), "subject": format!("s{}", number % 5), "action": "voted-yes",
            "object": format!("o{}", number % 13), "date": format!("{}", 1950 + number % 40), "session": number,
            "title": format!("unequal mines {number}"), "sources": [{"publisher": "UN", "quote": "the use of mines"}]});
        change(serde_json::from_value(json).unwrap())
    };
    for transaction in 1..=6 {
        let mut changes = vec![Change::Vocabulary(schema(false))];
        changes.extend((transaction * 10..transaction * 10 + 15).map(fact));
        naive.apply(commit(transaction), &changes);
        if transaction % 3 == 0 {
            let mut bulk = index.bulk().unwrap();
            changes.into_iter().try_for_each(|change| bulk.push(change)).unwrap();
            bulk.finish(commit(transaction), applied(transaction)).unwrap();
        } else {
            index.apply(Transaction { commit: commit(transaction), changes }, applied(transaction)).unwrap();
            index.checkpoint().unwrap();
        }
    }
    naive
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
        for _ in 0..if places.len() > 1000 { 90 } else { 8 } {
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
