//! `kill -9` at any moment loses no acknowledged fact.
//!
//! The writer is this test binary itself, started again with a folder in its
//! environment. `TRACTAT_CRASHES` sets how often it is killed.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use tractat::{Fact, Options, Store, Vocabulary};

const FOLDER: &str = "TRACTAT_CRASH_FOLDER";

fn vocabulary() -> Vocabulary {
    Vocabulary::from_toml("[world]\nname = \"crash\"\n[actions.done]\nlabel = \"done\"\n").unwrap()
}

fn fact(number: u64) -> Fact {
    let text =
        format!(r#"{{"id":"f{number}","subject":"writer","action":"done","object":"o{}","n":{number}}}"#, number % 7);
    serde_json::from_str(&text).unwrap()
}

/// The writer's side; does nothing when run as a test of its own.
#[test]
fn writer_process() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let store = Store::open(Path::new(&folder)).unwrap();
    let mut next =
        store.query("| count").unwrap().next().unwrap().unwrap().object().unwrap()["count"].as_u64().unwrap();
    let mut out = std::io::stdout();
    loop {
        // Groups of differing size, some large enough to rotate and checkpoint.
        let size = if next.is_multiple_of(5) { 400 } else { 1 + next % 3 };
        let last = next + size;
        store
            .transact(None, |transaction| {
                for number in next..last {
                    transaction.assert(fact(number))?;
                }
                Ok::<_, tractat::Error>(())
            })
            .unwrap();
        next = last;
        writeln!(out, "acknowledged {next}").unwrap();
        out.flush().unwrap();
    }
}

#[test]
fn no_acknowledged_fact_is_lost_when_the_writer_is_killed() {
    let rounds: u64 = std::env::var("TRACTAT_CRASHES").map_or(12, |text| text.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("crash.tractat");
    drop(Store::create(&path, &vocabulary(), Options::default()).unwrap());
    let mut acknowledged = 0;
    for round in 0..rounds {
        let mut writer = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "crash::writer_process", "--nocapture", "--test-threads=1"])
            .env(FOLDER, &path)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let reader = BufReader::new(writer.stdout.take().unwrap());
        let (began, begins) = std::sync::mpsc::channel();
        let seen = std::thread::spawn(move || {
            let lines = reader.lines().map_while(Result::ok);
            let numbers = lines.filter_map(|line| line.split("acknowledged ").nth(1)?.trim().parse::<u64>().ok());
            // Whoever listens no more has heard of the first.
            let tell = |_: &u64| {
                let _ = began.send(());
            };
            numbers.inspect(tell).last()
        });
        // On a busy machine a writer takes a while to start; only then does its time run.
        begins.recv_timeout(Duration::from_mins(1)).expect("the writer writes");
        std::thread::sleep(Duration::from_millis((round * 37) % 160));
        writer.kill().unwrap();
        writer.wait().unwrap();
        acknowledged = seen.join().unwrap().unwrap_or(acknowledged).max(acknowledged);

        let store = Store::open(&path).unwrap();
        let count: u64 =
            store.query("| count").unwrap().next().unwrap().unwrap().object().unwrap()["count"].as_u64().unwrap();
        assert!(count >= acknowledged, "round {round}: {acknowledged} acknowledged, {count} there");
        for number in [0, acknowledged.saturating_sub(1), count.saturating_sub(1)] {
            if number < count {
                let found = store.get(&format!("f{number}")).unwrap();
                assert_eq!(found.as_ref(), Some(&fact(number)), "round {round}");
            }
        }
        assert!(store.get(&format!("f{count}")).unwrap().is_none());
        assert!(store.check().unwrap().damages.is_empty());
        acknowledged = count;
    }
    assert!(acknowledged > 0, "no writer ever got to write");
}
