//! Many threads read while one writes: each query sees one state of the store,
//! never the middle of a transaction.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tractat::{Answer, Fact, Options, Store, Vocabulary};

use crate::random::Random;

const ACTIONS: [&str; 3] = ["ordered", "paid", "shipped"];
/// Longer than this no thread may take, on the slowest machine.
const PATIENCE: Duration = Duration::from_mins(2);

fn store(folder: &std::path::Path) -> Store {
    let vocabulary = Vocabulary::from_toml(
        "[world]\nname = \"threads\"\n[fields.trio]\ntype = \"keyword\"\n[actions.ordered]\nlabel = \"order\"\n\
         [actions.paid]\nlabel = \"payment\"\n[actions.shipped]\nlabel = \"shipping\"\n",
    );
    Store::create(folder.join("threads.tractat"), &vocabulary.unwrap(), Options::default()).unwrap()
}

/// One of the three facts of a trio; another version of it in each edition.
fn fact(trio: u64, part: usize, edition: u64) -> Fact {
    let text = format!(
        r#"{{"id":"t{trio}-{part}","subject":"s{part}","action":"{}","trio":"t{trio}","date":"{}-06-01",
            "note":"edition {edition}","edition":{edition}}}"#,
        ACTIONS[part],
        2000 + edition % 20
    );
    serde_json::from_str(&text).unwrap()
}

fn count(answer: Answer) -> u64 {
    let rows: Vec<_> = answer.map(|row| row.unwrap().object().unwrap()).collect();
    assert_eq!(rows.len(), 1);
    rows[0]["count"].as_u64().unwrap()
}

/// What a reader sees: only whole trios, all of one edition, the same number
/// whichever way it is asked in one query.
fn whole(store: &Store, random: &mut Random) {
    assert_eq!(count(store.query("| count").unwrap()) % 3, 0);
    let rows: Vec<_> = store.query("| count by trio").unwrap().map(|row| row.unwrap().object().unwrap()).collect();
    assert!(rows.iter().all(|row| row["count"] == 3), "{rows:?}");
    let rows: Vec<u64> = store
        .query("| count by action")
        .unwrap()
        .map(|row| row.unwrap().object().unwrap()["count"].as_u64().unwrap())
        .collect();
    assert!(rows.windows(2).all(|pair| pair[0] == pair[1]) && (rows.is_empty() || rows.len() == 3), "{rows:?}");
    let trio = random.below(30);
    let editions: Vec<_> = store
        .query(&format!("trio:t{trio}"))
        .unwrap()
        .map(|row| {
            // The rows are fetched one by one while others write.
            thread::yield_now();
            row.unwrap().object().unwrap()["edition"].clone()
        })
        .collect();
    assert!(editions.is_empty() || editions.len() == 3, "trio {trio}: {editions:?}");
    assert!(editions.windows(2).all(|pair| pair[0] == pair[1]), "trio {trio}: {editions:?}");
    assert_eq!(store.facts().map(Result::unwrap).count() % 3, 0);
}

/// Asserts three, asserts another version of three, or retracts three; returns
/// the number of the transaction, none if the three stay retracted.
fn write(store: &Store, number: u64, random: &mut Random) -> Option<u64> {
    let trio = random.below(30) as u64;
    let there = store.get(&format!("t{trio}-0")).unwrap().is_some();
    let written = store
        .transact(None, |transaction| {
            for part in 0..3 {
                if there && number.is_multiple_of(7) {
                    transaction.retract(&format!("t{trio}-{part}"), "the order was withdrawn")?;
                } else {
                    transaction.assert(fact(trio, part, number))?;
                }
            }
            Ok::<_, tractat::Error>(())
        })
        .unwrap();
    written.1.transaction
}

/// Readers as long as `work` runs; returns how often they have looked.
fn readers_during(store: &Store, work: impl FnOnce()) -> u64 {
    let (ended, looks) = (AtomicBool::new(false), AtomicU64::new(0));
    let begin = Instant::now();
    thread::scope(|scope| {
        for reader in 0..4 {
            let (store, ended, looks) = (store.clone(), &ended, &looks);
            scope.spawn(move || {
                let mut random = Random::new(reader);
                while !ended.load(Ordering::SeqCst) {
                    whole(&store, &mut random);
                    looks.fetch_add(1, Ordering::SeqCst);
                    assert!(begin.elapsed() < PATIENCE, "the writer does not come to an end");
                }
            });
        }
        let _ended = Raise(&ended);
        work();
        // Everybody gets to see the end.
        let seen = looks.load(Ordering::SeqCst);
        while looks.load(Ordering::SeqCst) < seen + 4 && begin.elapsed() < PATIENCE {
            thread::sleep(Duration::from_millis(2));
        }
    });
    looks.into_inner()
}

/// Tells the readers to stop, also when the writer fails.
struct Raise<'a>(&'a AtomicBool);

impl Drop for Raise<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[test]
fn a_store_can_be_shared_between_threads() {
    fn shared<T: Send + Sync + Clone>() {}
    fn sent<T: Send>() {}
    shared::<Store>();
    sent::<Answer>();
    sent::<tractat::Row>();
    shared::<tractat::Prepared>();
}

#[test]
fn no_reader_sees_the_middle_of_a_transaction() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let looks = readers_during(&store, || {
        let mut random = Random::new(77);
        for number in 1..=200 {
            write(&store, number, &mut random);
        }
    });
    assert!(looks > 10, "the readers hardly got to read");
}

#[test]
fn no_reader_is_disturbed_by_checkpoints_and_rebuilds() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    readers_during(&store, || {
        let mut random = Random::new(78);
        for number in 1..=60 {
            write(&store, number, &mut random);
            match number % 12 {
                4 => store.checkpoint().unwrap(),
                8 => store.rebuild().unwrap(),
                _ => {}
            }
        }
    });
    let journal_only = count(store.query("| count").unwrap());
    drop(store);
    let store = Store::open(folder.path().join("threads.tractat")).unwrap();
    assert_eq!(count(store.query("| count").unwrap()), journal_only);
}

#[test]
fn what_was_known_at_a_commit_stays_the_same_while_others_write() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let mut random = Random::new(79);
    let counts: Vec<(u64, u64)> = (1..=20)
        .filter_map(|number| {
            let transaction = write(&store, number, &mut random)?;
            Some((transaction, count(store.query("| count").unwrap())))
        })
        .collect();
    thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for number in 21..=100 {
                write(&store, number, &mut random);
            }
        });
        let mut rounds = 0;
        while !writer.is_finished() || rounds == 0 {
            for (number, expected) in &counts {
                let known = count(store.query(&format!("known #{number} | count")).unwrap());
                assert_eq!(known, *expected, "known #{number}");
            }
            rounds += 1;
        }
    });
}

#[test]
fn many_writers_take_turns_and_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    thread::scope(|scope| {
        for writer in 0..4_u64 {
            let store = store.clone();
            scope.spawn(move || {
                for number in 0..25 {
                    let trio = 1000 + writer * 100 + number;
                    store
                        .transact(None, |transaction| {
                            (0..3).try_for_each(|part| transaction.assert(fact(trio, part, 1)).map(drop))
                        })
                        .unwrap();
                }
            });
        }
    });
    assert_eq!(count(store.query("| count").unwrap()), 300);
    assert_eq!(store.statistics().transaction, 101);
    drop(store);
    let store = Store::open(folder.path().join("threads.tractat")).unwrap();
    assert_eq!(count(store.query("| count").unwrap()), 300);
}
