//! Sessions with the command line.

use std::io::Read;
use std::process::Stdio;

use crate::session::{Session, names_in, steers_a_terminal};

#[test]
fn a_table_has_names_where_ids_are_stored() {
    let session = Session::with_boards();
    session
        .run("query 'resigned | show person, company, date'")
        .prints("\n  person         company   date\n  Ada Lovelace   Acme      2024-03\n")
        .says("TIME")
        .succeeds();
}

#[test]
fn other_formats_have_ids_and_values_as_written() {
    let session = Session::with_boards();
    let query = "query 'resigned | show person, company, date' --format";
    let ran = session.run(&format!("{query} csv"));
    assert_eq!(ran.stdout().lines().nth(1), Some("ada,acme,2024-03"));
    ran.succeeds();
    let ran = session.run(&format!("{query} json"));
    let answer: serde_json::Value = serde_json::from_str(ran.stdout()).unwrap();
    assert_eq!(answer["rows"].as_array().map(Vec::len), Some(1));
    assert!(answer["remarks"].is_array());
    ran.succeeds();
    session.run("query '| count' --format jsonl").prints("{\"count\":4}\n").succeeds();
    let ran = session.run("query 'resigned' --format jsonl");
    let fact: serde_json::Value = serde_json::from_str(ran.stdout()).unwrap();
    assert_eq!(fact["subject"], "ada");
    assert_eq!(fact["sources"][0]["url"], "https://example.org/1");
    ran.succeeds();
}

#[test]
fn a_block_shows_all_of_a_fact() {
    let session = Session::with_boards();
    let ran = session.run("query resigned --format vertical");
    for line in ["Ada Lovelace", "Ada leaves", "Gazette; https://example.org/1"] {
        assert!(ran.stdout().contains(line), "{line}: {}", ran.stdout());
    }
    ran.succeeds();
}

#[test]
fn a_wrong_query_is_shown_with_carets_and_exits_with_1() {
    let session = Session::with_boards();
    let _ = session
        .run("query 'resigned efective in 2024'")
        .prints("")
        .says("resigned efective in 2024\n         ^^^^^^^^")
        .says("`effective`")
        .exits(1);
}

#[test]
fn wrong_usage_exits_with_2_and_a_store_that_is_not_there_with_3() {
    let session = Session::with_boards();
    let _ = session.run("query").exits(2);
    let _ = session.run("query x --format xml").exits(2);
    let _ = session.run("query x --store nowhere.tractat").prints("").says("no store in nowhere.tractat").exits(3);
    session.run("init second.tractat --empty").succeeds();
    let _ = session.run("query x").says("`boards.tractat` and `second.tractat`").exits(2);
    session
        .run_with("query '| count' --format csv", "", &[("TRACTAT_STORE", "boards.tractat")])
        .prints("count\n4\n")
        .succeeds();
}

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
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success() && !said.contains("panicked") && !said.contains("error"), "{format}: {said}");
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
        assert!(!steers_a_terminal(ran.stdout()), "{command}: {:?}", ran.stdout());
        assert!(!steers_a_terminal(ran.stderr()), "{command}: {:?}", ran.stderr());
        ran.succeeds();
    }
    let wrong = session.run_reading("assert -", "{\"subject\":\"\u{202e}x\u{9b}\",\"action\":\"\u{9b}\"}\n");
    assert!(!steers_a_terminal(wrong.stderr()), "{:?}", wrong.stderr());
    let _ = wrong.exits(1);
}

#[test]
fn a_script_runs_every_statement_and_names_what_failed() {
    let session = Session::with_boards();
    let script = "#!/usr/bin/env tractat run\n\
        echo \"people\"\n\
        format csv\n\
        appointed | count\n\
        assert none resigned\n\
        assert count = 3 appointed\n\
        assert some appointed after 2030\n\
        resigned efective in 2024\n\
        resigned | count\n";
    let _ = session
        .file("checks.tq", script)
        .run("run checks.tq")
        .prints("people\ncount\n3\ncount\n1\n")
        .says("checks.tq:5: FAILED: expected no rows, found 1: resigned\n")
        .says("Ada Lovelace")
        .says("checks.tq:7: FAILED: expected at least one row, found 0")
        .says("checks.tq:8:")
        .says("checks.tq:6: ok: assert count = 3 appointed\n")
        .says("checks.tq: 2 of 3 assertions failed")
        .exits(1);
    session
        .file("good.tq", "assert none resigned after 2030\n")
        .run("run good.tq")
        .says("1 assertion holds")
        .succeeds();
}

#[test]
fn rows_of_a_file_are_compared() {
    let session = Session::with_boards();
    session.file("expected.csv", "count\n3\n").file("wrong.jsonl", "{\"count\":4}\n");
    session.file("checks.tq", "assert rows = \"expected.csv\" appointed | count\n").run("run checks.tq").succeeds();
    let _ = session
        .file("checks.tq", "assert rows = \"wrong.jsonl\" appointed | count\n")
        .run("run checks.tq")
        .says("  - {\"count\":4}\n  + {\"count\":3}")
        .exits(1);
}

#[test]
fn without_a_command_statements_are_read_from_the_standard_input() {
    let session = Session::with_boards();
    session
        .run_reading("--format csv", "appointed | count\nresigned | count\n")
        .prints("count\n3\ncount\n1\n")
        .succeeds();
}

#[test]
fn parameters_are_values_and_never_text_of_the_query() {
    let session = Session::with_boards();
    session
        .run("query 'person:$who since $day | count' --param who=ada --param day=2024 --format csv")
        .prints("count\n1\n")
        .succeeds();
    session.run("query 'person:$who | count' --param who=ada,grace --format csv").prints("count\n4\n").succeeds();
    let _ = session.run("query 'person:$who | count'").says("$who").exits(1);
}

#[test]
fn an_import_maps_columns_and_twice_changes_nothing() {
    let session = Session::with_boards();
    session.file("seats.csv", "name,firm,day\nAda Lovelace,Initech,2025-02-01\nGRACE,acme,2025\n");
    let command = "import seats.csv --map subject=name,object=firm,date=day,action=:resigned";
    session.run(command).prints("seats.csv: 2 records, 2 new · TIME\n").succeeds();
    session.run(command).prints("seats.csv: 2 records, 2 unchanged · TIME\n").succeeds();
    session.run("query 'resigned since 2025 | count' --format csv").prints("count\n2\n").succeeds();
}

#[test]
fn a_wrong_record_leaves_the_store_as_it_was_unless_one_goes_on() {
    let session = Session::with_boards();
    let lines = "{\"subject\":\"ada\",\"action\":\"resigned\",\"object\":\"initech\"}\n\
        {\"subject\":\"ada\",\"action\":\"danced\",\"object\":\"initech\"}\n\
        {\"subject\":\"ada\",\"action\":\"resigned\",\"object\":\"initech\",\"date\":\"2025-02-30\"}\n";
    session.file("bad.jsonl", lines);
    let _ = session
        .run("import bad.jsonl")
        .prints("")
        .says("bad.jsonl:2")
        .says("nothing was imported from bad.jsonl")
        .exits(1);
    session.run("query '| count' --format csv").prints("count\n4\n").succeeds();
    let dry = session.run("import bad.jsonl --keep-going --dry-run");
    assert!(dry.stdout().starts_with("bad.jsonl: would import 3 records, 1 new, 2 rejected · "), "{}", dry.stdout());
    dry.succeeds();
    assert!(!session.path("bad.jsonl.rejected.jsonl").exists());
    session.run("query '| count' --format csv").prints("count\n4\n").succeeds();
    let ran = session.run("import bad.jsonl --keep-going").says("2 rejected, see bad.jsonl.rejected.jsonl");
    assert!(ran.stdout().starts_with("bad.jsonl: 3 records, 1 new, 2 rejected · "), "{}", ran.stdout());
    ran.succeeds();
    let rejected = session.read("bad.jsonl.rejected.jsonl");
    let rejected: Vec<serde_json::Value> = rejected.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rejected.iter().map(|record| record["line"].as_u64().unwrap()).collect::<Vec<_>>(), [2, 3]);
    assert!(rejected[0]["reason"].as_str().unwrap().contains("danced"), "{rejected:?}");
    assert!(rejected[1]["record"].as_str().unwrap().contains("2025-02-30"), "{rejected:?}");
}

#[test]
fn an_import_reads_the_standard_input() {
    let session = Session::with_boards();
    session
        .run_reading("import -", "{\"subject\":\"ada\",\"action\":\"resigned\",\"object\":\"initech\"}\n")
        .prints("-: 1 record, 1 new · TIME\n")
        .succeeds();
}

#[test]
fn what_was_exported_imports_to_the_same() {
    let session = Session::with_boards();
    let exported = session.run("export --store boards.tractat").stdout().to_owned();
    assert_eq!(exported.lines().count(), 4);
    session.run("export --output facts.jsonl").prints("").says("4 facts in facts.jsonl").succeeds();
    assert_eq!(session.read("facts.jsonl"), exported);
    session.run("export --world copy").succeeds();
    assert_eq!(names_in(&session.path("copy")), ["entities", "facts", "vocabulary.toml"]);
    session.run("init copy.tractat --world copy").succeeds();
    session.run("export --store copy.tractat").prints(&exported).succeeds();
    session.run("init empty.tractat --world copy --empty").succeeds();
    session.run("export --store empty.tractat").prints("").succeeds();
    let _ = session.run("export --world copy --store copy.tractat").says("not empty").exits(1);
}

#[test]
fn facts_by_hand_have_a_history() {
    let session = Session::with_boards();
    session
        .run("assert --id x --subject ada --action appointed --object initech --date 2025 --set seats=3")
        .prints("x: new\n")
        .says("transaction #")
        .succeeds();
    session
        .run("assert '{\"id\":\"x\",\"subject\":\"ada\",\"action\":\"appointed\",\"object\":\"initech\",\"date\":\"2025-01\",\"seats\":3}'")
        .prints("x: a new version\n")
        .succeeds();
    session.run("get x --format jsonl").prints("{\"id\":\"x\",\"subject\":\"ada\",\"action\":\"appointed\",\"object\":\"initech\",\"date\":\"2025-01\",\"seats\":3}\n").succeeds();
    session.run("retract x --reason 'a mistake'").prints("x: retracted\n").succeeds();
    let ran = session.run("history x");
    for part in ["somebody", "asserted", "date 2025 → 2025-01", "a mistake"] {
        assert!(ran.stdout().contains(part), "{part}: {}", ran.stdout());
    }
    ran.succeeds();
    let _ = session.run("get x").says("there is no fact `x`").exits(1);
    let _ = session.run("history nothing").says("there is no fact `nothing`").exits(1);
}

#[test]
fn definitions_come_from_files() {
    let session = Session::with_boards();
    session.file("more.jsonl", "{\"entity\":\"alan\",\"kind\":\"person\",\"name\":\"Alan Turing\"}\n");
    session.run("define more.jsonl").prints("more.jsonl: 1 entity defined\n").succeeds();
    session.run("assert --subject 'Alan Turing' --action appointed --object acme").succeeds();
    session.run("query 'person:alan | count' --format csv").prints("count\n1\n").succeeds();
    let _ = session.file("bad.toml", "[world]\nname = 3\n").run("define bad.toml").says("bad.toml").exits(1);
}

#[test]
fn a_store_is_checked_and_its_index_can_be_lost() {
    let session = Session::with_boards();
    let ran = session.run("check");
    assert!(ran.stdout().ends_with("4 facts: all is well\n"), "{}", ran.stdout());
    ran.succeeds();
    std::fs::remove_dir_all(session.path("boards.tractat/index")).unwrap();
    session.run("query '| count' --format csv").prints("count\n4\n").succeeds();
    session.run("rebuild").prints("rebuilt the index of 4 facts · TIME\n").succeeds();
}

#[test]
fn query_files_have_a_canonical_form() {
    let session = Session::new();
    session.file("a.tq", "resigned    after 2024|count\n");
    let _ = session.run("fmt --check a.tq").prints("").says("a.tq is not in canonical form").exits(1);
    let canonical = session.run_reading("fmt -", &session.read("a.tq")).stdout().to_owned();
    session.run("fmt a.tq").prints("").says_nothing().succeeds();
    assert_eq!(session.read("a.tq"), canonical);
    session.run("fmt --check a.tq").says_nothing().succeeds();
    let _ = session.file("b.tq", "( resigned\n").run("fmt b.tq a.tq").says("b.tq:1:").says("^").exits(1);
    assert_eq!(session.read("b.tq"), "( resigned\n");
}

#[test]
fn the_bundled_world_is_made_on_first_use_and_then_used() {
    let session = Session::new();
    let first = session
        .run("query '| take 1' --format jsonl")
        .says("created the bundled world `")
        .says("DIR/home/data/tractat/");
    assert_eq!(first.stdout().lines().count(), 1);
    first.succeeds();
    assert_eq!(names_in(&session.path("home/data/tractat")).len(), 1);
    let second = session.run("query '| take 1' --format jsonl");
    assert!(!second.stderr().contains("made"), "{}", second.stderr());
    second.succeeds();
    assert!(session.run("init --list").stdout().lines().count() >= 3);
}

#[test]
fn init_leaves_nothing_behind_when_it_fails() {
    let session = Session::with_boards();
    session
        .file("broken/vocabulary.toml", "[world]\nname = \"broken\"\n")
        .file("broken/facts/a.jsonl", "{\"subject\":1}\n");
    let before = names_in(&session.path("."));
    let _ = session.run("init broken.tractat --world broken").says("a.jsonl").exits(1);
    let _ = session.run("init boards.tractat").says("already exists").exits(1);
    let _ = session.run("init x.tractat --world nonsense").says("neither a folder nor a bundled world").exits(2);
    assert_eq!(names_in(&session.path(".")), before);
}

#[test]
fn nothing_is_decorated_in_a_pipe() {
    let session = Session::with_boards();
    for command in
        ["query appointed", "query 'efective in 2024'", "--help", "init --list", "import nowhere.jsonl", "check"]
    {
        let ran = session.run(command);
        assert!(!steers_a_terminal(ran.stdout()) && !steers_a_terminal(ran.stderr()), "{command}");
    }
    assert!(session.run("completions bash").stdout().contains("tractat"));
}

#[test]
fn rejected_records_replace_no_earlier_ones_and_a_file_without_a_right_one_fails() {
    let session = Session::with_boards();
    let right = "{\"subject\":\"ada\",\"action\":\"resigned\",\"object\":\"initech\"}\n";
    let wrong = "{\"subject\":\"ada\",\"action\":\"danced\"}\n";
    session.file("x1/f.jsonl", format!("{right}{wrong}")).file("x2/f.jsonl", format!("{right}{wrong}{wrong}"));
    session.run("import --keep-going x1/f.jsonl x2/f.jsonl").says("see f.jsonl.rejected-2.jsonl").succeeds();
    session.run("import --keep-going x1/f.jsonl").says("see f.jsonl.rejected-3.jsonl").succeeds();
    let counts = ["f.jsonl.rejected.jsonl", "f.jsonl.rejected-2.jsonl", "f.jsonl.rejected-3.jsonl"]
        .map(|name| session.read(name).lines().count());
    assert_eq!(counts, [1, 2, 1]);
    let _ = session
        .file("wrong.jsonl", wrong)
        .run("import --keep-going wrong.jsonl")
        .says("every record of wrong.jsonl was rejected")
        .exits(1);
}

#[test]
fn a_damaged_journal_is_answered_as_far_as_it_goes_and_exits_with_3() {
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
    for command in ["query '| count' --format csv", "export", "check", "rebuild"] {
        let ran = session.run(command).says("journal is damaged").says("restore the store from a backup");
        assert!(!ran.stdout().contains("built again"), "{command}: {}", ran.stdout());
        let _ = ran.exits(3);
    }
    let ran = session.run("query '| count' --format csv");
    assert!(ran.stdout().starts_with("count\n"), "{}", ran.stdout());
    let _ = ran.exits(3);
}

#[test]
fn a_misspelt_statement_is_an_error_and_a_query_that_looks_like_one_is_none() {
    let session = Session::with_boards();
    for (statement, meant) in [
        ("asert none resigned", "`assert`"),
        ("foramt csv", "`format`"),
        ("ecko \"x\"", "`echo`"),
        ("asert count = 3 resigned", "`assert`"),
    ] {
        let _ = session.run_reading("run -", statement).prints("").says(meant).says("standard input:1:").exits(1);
    }
    session.file("more.jsonl", "{\"entity\":\"fermat\",\"kind\":\"person\",\"name\":\"Fermat\"}\n");
    session.run("define more.jsonl").succeeds();
    session.run_reading("run -", "asserted\nfermat nowhere | count\n").says("`nowhere` as text").succeeds();
}

#[test]
fn a_script_may_begin_with_a_byte_order_mark_and_must_be_utf_8() {
    let session = Session::with_boards();
    session
        .file("mark.tq", b"\xef\xbb\xbfformat csv\nappointed | count\n")
        .run("run mark.tq")
        .prints("count\n3\n")
        .succeeds();
    let _ = session.file("latin.tq", b"format csv\necho \"\xe9\"\n").run("run latin.tq").says("latin.tq:2:").exits(1);
    let _ = session.run("run nofile.tq").says("nofile.tq").exits(2);
    let _ = session.run("import nofile.jsonl").says("nofile.jsonl").exits(2);
    let _ = session.run_reading("import -", "what is this\n").says("--format jsonl or --format csv").exits(2);
}

#[test]
fn a_file_of_rows_that_is_not_there_is_one_error() {
    let session = Session::with_boards();
    let ran = session.run_reading("run -", "assert rows = \"missing.csv\" appointed\n").says("`missing.csv`");
    assert!(!ran.stderr().contains("hold") && !ran.stderr().contains("failed"), "{}", ran.stderr());
    let _ = ran.exits(1);
}

#[test]
fn no_argument_is_passed_over() {
    let session = Session::with_boards();
    session.run("query appointed -grace --format csv").says("1 fact").succeeds();
    session
        .run("export --format csv")
        .prints("id,subject,action,object,date,seats,title,source.publisher,source.url\na1,ada,appointed,acme,2020-01-15,1,,Gazette,\ng1,grace,appointed,acme,2021,2,,,\na2,ada,resigned,acme,2024-03,,Ada leaves,Gazette,https://example.org/1\ng2,grace,appointed,initech,2024-05-02,,,,\n")
        .succeeds();
    session
        .run("check --format jsonl")
        .prints("{\"transactions\":2,\"lines\":11,\"facts\":4,\"damages\":null,\"index\":null}\n")
        .succeeds();
    for command in [
        "export --format table",
        "export --world x --format csv",
        "rebuild --format csv",
        "check --param a=b",
        "init x --format csv",
    ] {
        let _ = session.run(command).prints("").exits(2);
    }
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
