//! Where nothing can be written any more: what is written stays, what is asked is
//! answered, nothing hangs, and the cause is told. A limit of the size of files stands
//! for the full disk.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use tractat::{Access, Options, ReadOnlyReason, Store};

use crate::session::Session;

/// Far more than anything here takes, and far less than for ever.
const SOON: Duration = Duration::from_secs(90);

/// Runs `tractat` with files of at most so many blocks.
fn limited(session: &Session, blocks: u32, arguments: &[&str]) -> Output {
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    let mut child = Command::new("sh")
        .args(["-c", &script, env!("CARGO_BIN_EXE_tractat")])
        .args(arguments)
        .env_remove("TRACTAT_STORE")
        .env("HOME", session.path("home"))
        .current_dir(session.path("."))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let started = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if started.elapsed() > SOON {
            child.kill().unwrap();
            panic!("{arguments:?} does not end");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn facts(count: usize) -> String {
    let fact = |number: usize| {
        format!(
            "{{\"subject\":\"person {}\",\"action\":\"appointed\",\"object\":\"harbour\",\"date\":\"20{:02}-03-{:02}\",\
             \"title\":\"text {number} with some words {}\"}}\n",
            number % 50,
            number % 80,
            number % 28 + 1,
            number * 7919
        )
    };
    (0..count).map(fact).collect()
}

/// A world in which anybody may be appointed to anything.
const OPEN: &str = "[world]\nname = \"open\"\n[actions.appointed]\nlabel = \"appointment\"\n";

fn session() -> Session {
    let session = Session::new();
    session.file("world/vocabulary.toml", OPEN).file("home/.keep", "");
    session.run("init open.tractat --world world").succeeds();
    session
}

#[test]
fn an_import_whose_index_finds_no_room_is_told_as_imported_and_can_be_asked() {
    let session = session();
    session.file("big.jsonl", facts(45_000));
    // The journal fits, the index does not.
    let imported = limited(&session, 8000, &["import", "--store", "open.tractat", "big.jsonl"]);
    let said = text(&imported.stderr);
    assert!(imported.status.success(), "{said}");
    assert!(text(&imported.stdout).contains("45,000"), "{}", text(&imported.stdout));
    for _ in 0..2 {
        let asked = limited(&session, 8000, &["query", "--store", "open.tractat", "--format", "csv", "| count"]);
        assert_eq!(text(&asked.stdout), "count\n45000\n", "{}", text(&asked.stderr));
    }
    session.run("query --store open.tractat --format csv '| count'").prints("count\n45000\n").succeeds();
}

#[test]
fn an_import_whose_journal_finds_no_room_is_told_as_not_imported() {
    let session = session();
    session.file("few.jsonl", facts(3000)).file("big.jsonl", facts(45_000));
    for (file, blocks) in [("few.jsonl", 200), ("big.jsonl", 200)] {
        let imported = limited(&session, blocks, &["import", "--store", "open.tractat", file]);
        let said = text(&imported.stderr);
        assert_eq!(imported.status.code(), Some(1), "{said}");
        session.run("query --store open.tractat --format csv '| count'").prints("count\n0\n").succeeds();
    }
    session.run("import --store open.tractat few.jsonl").succeeds();
}

/// Leaves behind what a crash in the middle of a transaction leaves.
fn tear(store: &Path) {
    let journal = store.join("journal/00000001.jsonl");
    OpenOptions::new().append(true).open(journal).unwrap().write_all(b"{\"crc\":\"00").unwrap();
}

#[test]
fn a_torn_tail_that_cannot_be_mended_is_read_past() {
    let session = session();
    session.file("few.jsonl", facts(10));
    session.run("import --store open.tractat few.jsonl").succeeds();
    tear(&session.path("open.tractat"));
    let asked = limited(&session, 0, &["query", "--store", "open.tractat", "--format", "csv", "| count"]);
    // The output is a pipe, which has no limit.
    assert_eq!(text(&asked.stdout), "count\n10\n", "{}", text(&asked.stderr));
    session.run("query --store open.tractat --format csv '| count'").prints("count\n10\n").succeeds();
}

#[test]
fn a_store_whose_last_commit_was_torn_is_writable_again_after_a_repair() {
    let session = session();
    for number in 1..=3 {
        let fact = format!("{{\"id\":\"t{number}\",\"subject\":\"a\",\"action\":\"appointed\",\"object\":\"b\"}}");
        session.run(&format!("assert --store open.tractat '{fact}'")).succeeds();
    }
    let journal = session.path("open.tractat/journal/00000001.jsonl");
    let length = std::fs::metadata(&journal).unwrap().len();
    OpenOptions::new().write(true).open(&journal).unwrap().set_len(length - 20).unwrap();
    let more = "'{\"id\":\"t4\",\"subject\":\"a\",\"action\":\"appointed\",\"object\":\"b\"}'";
    let _ = session.run(&format!("assert --store open.tractat {more}")).exits(3);
    session.run("repair --store open.tractat").succeeds();
    session.run("query --store open.tractat --format csv '| show id'").prints("id\nt1\nt2\n").succeeds();
    session.run(&format!("assert --store open.tractat {more}")).succeeds();
    session.run("check --store open.tractat").succeeds();
    session.run("history --store open.tractat t1").succeeds();
    session.run("repair --store open.tractat").succeeds();
    let store = Store::open_with(session.path("open.tractat"), Options::new().access(Access::WriteIfPossible)).unwrap();
    assert!(!matches!(store.read_only(), Some(ReadOnlyReason::Damaged(_))));
}
