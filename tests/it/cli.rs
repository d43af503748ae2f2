//! The command line where a transcript cannot show it: pipes that close, long tables,
//! what a terminal would obey. Everything else is in `transcripts.rs`.

use std::io::Read;
use std::path::Path;
use std::process::Stdio;

use tractat::QueryOptions;

use crate::questions::world;
use crate::session::{Session, names_in};

#[test]
fn a_closed_pipe_ends_it_quietly() {
    let session = Session::with_boards();
    let fact =
        |number| format!("{{\"id\":\"x{number}\",\"subject\":\"ada\",\"action\":\"appointed\",\"object\":\"acme\"}}\n");
    session.file("many.jsonl", (0..5000).map(fact).collect::<String>());
    session.run("import many.jsonl").succeeds();
    for format in ["table", "vertical", "json", "jsonl", "csv", "markdown"] {
        let mut child = session
            .command(&format!("query appointed --format {format}"))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = [0; 10];
        child.stdout.take().unwrap().read_exact(&mut first).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{format}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{format}");
    }
}

#[test]
fn what_data_says_never_steers_a_terminal() {
    let session = Session::with_boards();
    let title = "\\u001b[31mred\\u001b[0m \\u202egnp.exe \\u009b2J";
    session
        .run_reading(
            "assert -",
            &format!("{{\"id\":\"bad\",\"subject\":\"ada\",\"action\":\"appointed\",\"object\":\"acme\",\"title\":\"{title}\"}}\n"),
        )
        .succeeds();
    for command in [
        "query 'id:bad | show title'",
        "query id:bad --format vertical",
        "query id:bad --format markdown",
        "get bad",
        "history bad",
    ] {
        let ran = session.run(command);
        assert!(!ran.steers_a_terminal(), "{}", ran.transcript());
        ran.succeeds();
    }
    let wrong = session.run_reading("assert -", "{\"subject\":\"\u{202e}x\u{9b}\",\"action\":\"\u{9b}\"}\n");
    assert!(!wrong.steers_a_terminal(), "{}", wrong.transcript());
    let _ = wrong.exits(1);
}

#[test]
fn the_bundled_world_is_made_once_and_holds_what_its_reports_say() {
    let session = Session::new();
    let seed = Path::new(env!("CARGO_MANIFEST_DIR")).join("seed/treaties/queries");
    let names = names_in(&seed);
    assert!(names.len() >= 5, "{names:?}");
    let listed = session.run("run --list --format csv");
    let store = world("treaties");
    for name in names {
        let text = std::fs::read_to_string(seed.join(&name)).unwrap();
        assert!(text.lines().any(|line| line.starts_with("assert ")), "{name} checks nothing");
        assert_eq!(store.diagnose_script(&text, &QueryOptions::new()), [], "{name}");
        let name = name.strip_suffix(".tq").unwrap();
        assert!(listed.stdout().contains(&format!("\n{name},treaties,")), "{}", listed.stdout());
        let ran = session.run(&format!("run {name}"));
        assert!(ran.stdout().lines().count() > 10, "{}", ran.transcript());
        ran.succeeds();
    }
    assert_eq!(names_in(&session.path("home/data/tractat")).len(), 1);
}

#[test]
fn nothing_is_decorated_in_a_pipe() {
    let session = Session::with_boards();
    for command in
        ["query appointed", "query 'efective in 2024'", "--help", "init --list", "import nowhere.jsonl", "check"]
    {
        let ran = session.run(command);
        assert!(!ran.steers_a_terminal(), "{}", ran.transcript());
    }
    assert!(session.run("completions bash").stdout().contains("tractat"));
}

#[test]
fn a_byte_that_flipped_anywhere_in_the_journal_is_told_by_every_command() {
    let session = Session::with_boards();
    session.run("assert --subject ada --action appointed --object initech").succeeds();
    session.run("assert --subject grace --action resigned --object initech").succeeds();
    let segment = names_in(&session.path("boards.tractat/journal")).remove(0);
    let segment = format!("boards.tractat/journal/{segment}");
    let mut bytes = std::fs::read(session.path(&segment)).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    session.file(&segment, bytes);
    std::fs::remove_dir_all(session.path("boards.tractat/index")).unwrap();
    for command in ["query '| count' --format csv", "export", "rebuild"] {
        let _ = session.run(command).exits(3);
    }
    let ran = session.run("check --format jsonl").exits(3);
    let checked: serde_json::Value = serde_json::from_str(ran.stdout()).unwrap();
    assert!(checked["damages"].as_array().is_some_and(|damages| damages.len() == 1), "{checked}");
    // What is whole before the damage is kept, and what follows is saved.
    let _ = session.run("repair").exits(0);
    let _ = session.run("check").exits(0);
    assert!(
        names_in(&session.path("boards.tractat/journal"))
            .iter()
            .any(|name| std::path::Path::new(name).extension().is_some_and(|end| end == "saved"))
    );
}

#[test]
fn a_table_takes_its_widths_from_its_first_rows_and_names_missing_keys() {
    let session = Session::with_boards();
    let fact = |number: u32| {
        let title = if number < 300 { "short" } else { "a title that is longer" };
        format!(
            "{{\"id\":\"x{number:04}\",\"subject\":\"ada\",\"action\":\"appointed\",\"object\":\"acme\",\"title\":\"{title}\"}}\n"
        )
    };
    session.file("many.jsonl", (0..301).map(fact).collect::<String>()).run("import many.jsonl").succeeds();
    let ran = session.run("query 'id:x* | sort id | show id, title, date'");
    let lines: Vec<&str> = ran.stdout().lines().collect();
    assert_eq!(lines.len(), 302, "{}", ran.stdout());
    assert_eq!((lines[0], lines[1]), ("  id      title   date", "  x0000   short"));
    assert_eq!(lines[301], "  x0300   a title that is longer");
    ran.succeeds();
    session.run("query 'id:x* | count by year'").prints("    year   count\n  (none)     301\n").succeeds();
}
