//! What answers say beside their rows, in every format: golden sessions with
//! the bundled world. `TRACTAT_BLESS=1` writes the outputs anew.

use std::fmt::Write as _;
use std::path::Path;

use crate::manual::{run, words};
use crate::session::Session;

#[test]
fn answers_say_what_the_golden_file_has() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/answers.txt");
    let golden = std::fs::read_to_string(&path).unwrap();
    let folder = tempfile::tempdir().unwrap();
    // The first run makes the bundled store, and says so.
    run(&["query", "| count"], folder.path());
    let mut actual = String::new();
    for line in golden.lines() {
        if line.starts_with('#') {
            write!(actual, "{}{line}\n\n", if actual.is_empty() { "" } else { "\n" }).unwrap();
        }
        if let Some(command) = line.strip_prefix("$ tractat ") {
            writeln!(actual, "{line}\n{}\n", run(&words(command), folder.path()).trim_end()).unwrap();
        }
    }
    if std::env::var_os("TRACTAT_BLESS").is_some() {
        std::fs::write(&path, &actual).unwrap();
        return;
    }
    assert_eq!(golden, actual, "bless with TRACTAT_BLESS=1");
}

/// A world in which days of effect follow from deposits.
const RULES: &str = "[world]\nname = 'clubs'\n[fields.effective]\ntype = 'date'\nrule = 'effect'\n\
                     [actions.joined]\nlabel = 'joined'\n";

#[test]
fn what_a_rule_computed_is_not_stated_by_who_reads_an_answer_back() {
    let session = Session::new();
    session.file("world/vocabulary.toml", RULES);
    let club =
        r#"{"entity":"chess","kind":"club","name":"Chess","effect":{"joined":{"after":"6 months","cite":"Art. 3"}}}"#;
    let stated =
        r#"{"id":"b","subject":"ben","action":"joined","object":"chess","date":"2001-01-10","effective":"2001-02"}"#;
    let bare = r#"{"id":"a","subject":"ada","action":"joined","object":"chess","date":"2001-01-10"}"#;
    session.file("world/entities/all.jsonl", club).file("world/facts/all.jsonl", format!("{bare}\n{stated}\n"));
    session.run("init one.tractat --world world").succeeds();
    for format in ["jsonl", "csv", "json"] {
        let columns = if format == "csv" { "| show id, subject, action, object, date, effective" } else { "" };
        let answer = session.run(&format!("query 'joined {columns}' --format {format} --store one.tractat"));
        let text = answer.stdout().to_owned();
        assert!(text.contains("2001-07-10") && text.contains("Art. 3"), "{text}");
        answer.succeeds();
        if format == "json" {
            continue;
        }
        let store = format!("{format}.tractat");
        session.run(&format!("init {store} --world world --empty")).succeeds();
        session.file(&format!("back.{format}"), text);
        session.run(&format!("import back.{format} --store {store}")).succeeds();
        for (id, is_stated) in [("a", false), ("b", true)] {
            let ran = session.run(&format!("get {id} --format jsonl --store {store}"));
            let stated = ran.stdout().contains("\"effective\"");
            assert_eq!(stated, is_stated, "{format}: {}", ran.stdout());
            assert!(!ran.stdout().contains("basis") && !ran.stdout().contains("computed"), "{}", ran.stdout());
        }
    }
}
