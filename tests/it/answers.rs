//! What answers say beside their rows, in every format: golden sessions with
//! the bundled world. `TRACTAT_BLESS=1` writes the outputs anew.

use std::fmt::Write as _;
use std::path::Path;

use crate::golden;
use crate::manual::{keep_bundled_store, run, words};
use crate::session::Session;

const GOLDEN: &str = "tests/golden/answers.txt";

#[test]
fn answers_say_what_the_golden_file_has() {
    let commands = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(GOLDEN)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    keep_bundled_store(folder.path());
    let clubs = folder.path().join("clubs");
    for (name, text) in [("vocabulary.toml", CLUBS), ("entities/all.jsonl", MEMBERS), ("facts/all.jsonl", ACTS)] {
        std::fs::create_dir_all(clubs.join(name).parent().unwrap()).unwrap();
        std::fs::write(clubs.join(name), text).unwrap();
    }
    run(&["init", "clubs/clubs.tractat", "--world", "clubs"], folder.path());
    std::fs::write(folder.path().join("doubtful.tq"), DOUBTFUL).unwrap();
    let mut actual = String::new();
    for line in commands.lines() {
        if line.starts_with('#') {
            write!(actual, "{line}\n\n").unwrap();
        }
        if let Some(command) = line.strip_prefix("$ tractat ") {
            writeln!(actual, "{line}\n{}\n", run(&words(command), folder.path()).trim_end()).unwrap();
        }
    }
    golden::check(GOLDEN, &actual);
}

/// Assertions that hold, and of which nobody knows whether they do.
const DOUBTFUL: &str = r#"assert none withdrawn source {published after 2026}
assert count = 0 withdrawn (in 2025 according to "news.by") rome
assert none treaties npt | show treaty, party | where party > 0
assert none treaties npt | let n = party | where n > 0
assert none periods party:npt according to "news.by"
assert none withdrawn after 2030
"#;

/// A world in which much is not known well.
const CLUBS: &str = r#"
    world = { name = "clubs" }
    fields.effective = { type = "date" }
    nouns.people = { singular = "person", kinds = ["person"], role = "subject" }
    nouns.clubs = { singular = "club", kinds = ["club"], role = "object" }
    actions.joined = { label = "joined" }
    actions.left = { label = "left" }
    actions.praised = { label = "praised" }
    [status.member]
    open = [{ by = "joined", at = "effective" }]
    close = [{ by = "left", at = "effective" }]
"#;
const MEMBERS: &str = r#"{"entity":"chess","kind":"club","name":"Chess"}
{"entity":"go","kind":"club","name":"Go"}
{"entity":"ada","kind":"person","name":"Ada"}
{"entity":"ben","kind":"person","name":"Ben"}
{"entity":"cleo","kind":"person","name":"Cleo"}
{"entity":"dan","kind":"person","name":"Dan"}
"#;
const ACTS: &str = r#"{"id":"a1","subject":"ada","action":"joined","object":"chess","date":"2001-01-10","effective":"2001-02-01"}
{"id":"a2","subject":"ada","action":"left","object":"chess","date":"2005","effective":"2005"}
{"id":"b1","subject":"ben","action":"joined","object":"chess","date":"2002","effective":"2002"}
{"id":"b2","subject":"ben","action":"left","object":"chess","date":"2002","effective":"2002"}
{"id":"c1","subject":"cleo","action":"joined","object":"chess","date":"2003-05-01"}
{"id":"d1","subject":"dan","action":"joined","object":"chess"}
{"id":"a3","subject":"ada","action":"joined","object":"go","date":"2004-03-01","effective":"2004-04-01"}
{"id":"b3","subject":"ben","action":"joined","object":"go","date":"2009-11","effective":"[2009-12-01..]"}
{"id":"c3","subject":"cleo","action":"joined","object":"go","date":"2004","effective":"2004"}
{"id":"p1","subject":"cleo","action":"praised","object":"go","date":"2004","sources":[{"publisher":"Gazette"}]}
{"id":"p2","subject":"dan","action":"praised","object":"go","date":"2005","sources":[{"publisher":"Herald","according_to":"gazette"}]}
"#;

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

#[test]
fn what_changed_between_two_commits_names_the_fact_and_the_commit_that_did_it() {
    let session = Session::new();
    session.file("clubs/vocabulary.toml", CLUBS).file("clubs/entities/all.jsonl", MEMBERS);
    session.file("clubs/facts/all.jsonl", ACTS);
    session.run("init clubs.tractat --world clubs --author ada").succeeds();
    let act = |id: &str, who: &str, action: &str, date: &str| {
        format!(
            r#"{{"id":"{id}","subject":"{who}","action":"{action}","object":"chess","date":"{date}","effective":"{date}"}}"#
        )
    };
    session.file("one.jsonl", act("d1", "dan", "joined", "2010-01-01"));
    session.file(
        "two.jsonl",
        [act("c2", "cleo", "left", "2011-01-01"), act("d2", "dan", "left", "2020-01-01")].join("\n"),
    );
    session.file("three.jsonl", act("c4", "cleo", "joined", "2012-01-01"));
    for (file, author) in [("one", "ben"), ("two", "cleo"), ("three", "dan")] {
        session.run(&format!("import {file}.jsonl --author {author}")).succeeds();
    }
    session.run("retract a2 --reason mistaken --author ben").succeeds();
    let asked = |query: &str| session.run(&format!("query '{query}' --format csv")).stdout().to_owned();
    let shown = "show change, person, by, transaction, author";
    assert_eq!(
        asked(&format!("people member:chess as of 2015 | diff known #2..#6 | {shown}")),
        "change,person,by,transaction,author\nin,ada,a2,6,ben\nin,cleo,c4,5,dan\nin,dan,d1,3,ben\n"
    );
    assert_eq!(
        asked(&format!("people member:chess as of 2021 | diff known #3..#4 | {shown}")),
        "change,person,by,transaction,author\nout,dan,d2,4,cleo\n"
    );
    assert_eq!(
        asked("joined | diff known #2..#3 | show id, change, transaction"),
        "id,change,transaction\nd1,changed,3\n"
    );
    assert_eq!(asked("joined | diff known 1990..#2 | count"), "count\n7\n");
    assert_eq!(asked("joined | diff known #5..2999 | count"), "count\n0\n");
}
