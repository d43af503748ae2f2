//! Files of statements: definitions, includes, assertions and formats, as
//! `tractat run` and `tractat fmt` do them.

use crate::session::{Session, steers_a_terminal};

#[test]
fn a_definition_is_called_with_values_in_the_places_of_its_parameters() {
    let session = Session::with_boards();
    let script = "format csv\n\
        let of($who) = person:$who\n\
        let lately($who, $day) = of($who) since $day\n\
        let latest($n) = seats<=$n | sort -date | take 1\n\
        lately(ada, 2024) | count\n\
        appointed of(\"Grace Hopper\") | count\n\
        appointed -of(grace) | show id\n\
        latest(2) | show id\n\
        assert count = 2 of(grace)\n\
        assert none appointed with_company(acme)\n";
    let _ = session
        .file("a.tq", script)
        .run("run a.tq")
        .prints("count\n1\ncount\n2\nid\na1\nid\ng1\n")
        .says("a.tq:10:\n10 | assert none appointed with_company(acme)")
        .says("no query is called `with_company`")
        .says("a.tq:9: ok: assert count = 2 of(grace)\n")
        .says("a.tq: 1 of 2 assertions could not be checked")
        .exits(1);
}

#[test]
fn files_may_include_others_only_so_deep() {
    let session = Session::with_boards();
    for depth in 0..80 {
        session.file(&format!("f{depth}.tq"), format!("include \"f{}.tq\"\n", depth + 1));
    }
    session.file("f80.tq", "appointed | count\n");
    let _ = session.run("run f0.tq").exits(1).prints("").says("files include each other more than 64 levels deep");
    let _ = session.run("run f20.tq").exits(0);
}

#[test]
fn what_follows_an_include_that_fails_is_not_run() {
    let session = Session::with_boards();
    let script = "assert none appointed in 1900\ninclude \"b.tq\"\nthose() | count\nassert some appointed\n";
    let ran = session.file("a.tq", script).run("run a.tq").exits(1);
    let said = ran.stderr();
    assert!(said.contains("`b.tq` cannot be read"), "{said}");
    assert!(said.contains("a.tq:2: 2 statements after it were not run\n"), "{said}");
    assert!(said.ends_with("a.tq: 1 of 2 assertions could not be checked\n"), "{said}");
    assert_eq!(ran.stdout(), "");
    // Nor is what follows the include of a file that was given up.
    let ran = session.file("c.tq", "include \"a.tq\"\nappointed | count\n").run("run c.tq").exits(1);
    assert!(ran.stderr().contains("c.tq:1: 1 statement after it was not run\n"), "{}", ran.stderr());
    assert_eq!(ran.stdout(), "");
}

#[test]
fn a_call_of_a_query_with_a_noun_stands_first_and_conditions_and_stages_follow() {
    let session = Session::with_boards();
    let script = "format csv\n\
        let sits_on($c) = people with {appointed company:$c}\n\
        let then = people with {appointed} as of 2020\n\
        let lately = appointed since 2021 known #2\n\
        sits_on(acme) with {resigned} | show person\n\
        sits_on(acme) grace as of 2026 | count\n\
        then() with {company:acme} | show person\n\
        then() as of 2022 | count\n\
        sits_on(acme) | sort -person | take 1\n\
        lately() company:acme | show id\n\
        with {resigned} sits_on(acme)\n\
        ada -sits_on(acme)\n\
        appointed company:acme lately()\n\
        sits_on(acme) person:bob\n";
    let ran = session.file("a.tq", script).run("run a.tq");
    let at_the_call = "a.tq:11:\n11 | with {resigned} sits_on(acme)\n   |                 ^^^^^^^^^^^^^";
    assert!(ran.stderr().contains(at_the_call), "{}", ran.stderr());
    let _ = ran
        .prints("person\nada\ncount\n1\nperson\nada\ncount\n1\nperson\ngrace\nid\ng1\n")
        .says("in `sits_on`, defined in a.tq:2: people")
        .says("a.tq:12:")
        .says("`lately` has `known`, so it is a whole query and not a condition")
        .says("write it first; conditions and stages may follow")
        .exits(1);
}

#[test]
fn what_a_call_left_is_told_with_its_values() {
    let session = Session::with_boards();
    let _ = session
        .file("a.tq", "let of($who, $day) = person:$who since $day\nappointed of(ada, \"2023\") | show id\n")
        .run("run a.tq")
        .says("3 match `appointed`, 1 of them `person:ada`, none of those `since 2023`");
}

#[test]
fn what_is_wrong_in_a_definition_is_told_there_or_at_its_call() {
    let session = Session::with_boards();
    let script = "let bad = resigned efective in 2024\n\
        let worse($c) = appointed company:$c persn:ada\n\
        worse(acme)\n\
        worse(acmee)\n\
        bad() | count\n";
    let ran = session.file("a.tq", script).run("run a.tq");
    // Where each is told; what is said there stands in the golden files.
    let is_place = |line: &&str| line.starts_with("a.tq:") || line.contains("defined in");
    let places: Vec<_> =
        ran.stderr().lines().filter(is_place).map(|line| line.trim_start_matches(['|', ' '])).collect();
    let in_worse = "in `worse`, defined in a.tq:2: persn";
    assert_eq!(places[..6], ["a.tq:1:", "a.tq:3:", in_worse, "a.tq:4:", in_worse, "a.tq:4:"], "{}", ran.stderr());
    assert_eq!(places.get(6), Some(&"a.tq:5:"), "{}", ran.stderr());
    let _ = ran.exits(1);
}

#[test]
fn a_condition_of_a_noun_query_can_have_a_name() {
    let session = Session::with_boards();
    session
        .file("a.tq", "let early = date until 2020\nassert count = 1 appointed early()\n")
        .run("run a.tq")
        .says("1 assertion holds")
        .succeeds();
}

#[test]
fn files_of_the_own_folder_are_included_once_and_name_themselves() {
    let session = Session::with_boards();
    session.file("checks/names.tq", "let of($who) = person:$who\nassert none of(ada)\necho \"names\"\n");
    session
        .file("checks/sub/more.tq", "include \"most.tq\"\nlet left = resigned\n")
        .file("checks/sub/most.tq", "format csv\n");
    let script = "include \"names.tq\"\ninclude \"sub/more.tq\"\ninclude \"./names.tq\"\nleft() of(ada) | count\n";
    let _ = session
        .file("checks/a.tq", script)
        .run("run checks/a.tq")
        .prints("names\ncount\n1\n")
        .says("checks/names.tq:2: FAILED: expected no rows, found 2: of(ada)")
        .says("checks/a.tq: 1 of 1 assertion failed")
        .exits(1);
}

#[test]
fn what_leads_out_of_the_folder_is_refused() {
    let session = Session::with_boards();
    session.file("secret.tq", "echo \"secret\"\n").file("rows.csv", "count\n4\n");
    let absolute = session.path("secret.tq");
    #[cfg(unix)]
    {
        std::fs::create_dir_all(session.path("in")).unwrap();
        std::os::unix::fs::symlink(session.path("secret.tq"), session.path("in/link.tq")).unwrap();
        let _ = session
            .file("in/a.tq", "include \"link.tq\"\n")
            .run("run in/a.tq")
            .prints("")
            .says("leads out of the folder of in/a.tq")
            .exits(1);
    }
    for file in ["../secret.tq", &absolute.to_string_lossy(), "x/../../secret.tq"] {
        let script = format!("assert rows = \"../rows.csv\" | count\ninclude \"{file}\"\n");
        let _ = session
            .file("in/a.tq", &script)
            .run("run in/a.tq")
            .prints("")
            .says("in/a.tq:1:\n")
            .says("in/a.tq:2:\n")
            .says("is not in the folder of in/a.tq")
            .exits(1);
    }
    let _ =
        session.file("in/b.tq", "include \"none.tq\"\n").run("run in/b.tq").says("`none.tq` cannot be read").exits(1);
    let _ = session.file("in/b.tq", "include \".\"\n").run("run in/b.tq").says("is not a file").exits(1);
}

#[test]
fn files_that_include_each_other_are_refused_with_the_chain() {
    let session = Session::with_boards();
    session.file("a.tq", "include \"b.tq\"\n").file("b.tq", "include \"c.tq\"\n").file("c.tq", "\ninclude \"b.tq\"\n");
    let _ = session
        .run("run a.tq")
        .says("c.tq:2:\n")
        .says("`b.tq` would include itself")
        .says("b.tq → c.tq → b.tq")
        .exits(1);
    let _ = session.file("d.tq", "include \"d.tq\"\n").run("run d.tq").says("d.tq → d.tq").exits(1);
    let _ =
        session.file("e.tq", "include \"f.tq\"\n").file("f.tq", "signed )\n").run("run e.tq").says("f.tq:1:").exits(1);
}

#[test]
fn a_failed_assertion_shows_what_was_expected_and_the_rows_and_some_files_are_summed_up() {
    let session = Session::with_boards();
    session.file("a.tq", "assert count = 1\n  resigned\nassert some resigned after 2030\n");
    session.file("b.tq", "assert none appointed company:acme\n");
    let ran = session.run("run a.tq b.tq");
    for said in [
        "a.tq:3: FAILED: expected at least one row, found 0: resigned after 2030\n  0 facts",
        "a.tq: 1 of 2 assertions failed",
        "b.tq:1: FAILED: expected no rows, found 2: appointed company:acme\n",
        "Grace Hopper",
        "b.tq: 1 of 1 assertion failed",
        "2 files: 2 of 3 assertions failed",
    ] {
        assert!(ran.stderr().contains(said), "{said}: {}", ran.stderr());
    }
    let _ = ran.exits(1);
    let _ = session.run("run a.tq nowhere.tq").prints("").says("nowhere.tq").exits(2);
}

#[test]
fn a_format_holds_until_the_next_and_a_stage_after_it_begins_a_query() {
    let session = Session::with_boards();
    session
        .file("a.tq", "format csv\n| count\n# why\nformat jsonl\n| count\nformat auto\n| count\n")
        .run("run a.tq --format markdown")
        .prints("count\n4\n{\"count\":4}\n| count |\n| --- |\n| 4 |\n")
        .succeeds();
    session
        .run_reading("fmt -", "format csv\n  | count\nset today 2025-01-01\n| count\n")
        .prints("format csv\n| count\nset today 2025-01-01\n| count\n")
        .succeeds();
}

#[test]
fn the_day_that_is_set_holds_for_what_follows() {
    let session = Session::with_boards();
    session
        .file("a.tq", "format csv\nset today 1 June 2021\nappointed until today | count\nset today $day\nappointed until today | count\n")
        .run("run a.tq --param day=2019-01-01")
        .prints("count\n1\ncount\n0\n")
        .succeeds();
    let _ = session.file("b.tq", "set today 2025\n").run("run b.tq").says("is not a day").exits(1);
}

#[test]
fn parameters_reach_every_name_that_is_no_definitions_own() {
    let session = Session::with_boards();
    let script =
        "format csv\nlet of($who) = person:$who since $day\nof(ada) | count\nof($who) | count\nappointed | count\n";
    session
        .file("a.tq", script)
        .run("run a.tq --param day=2024 --param who=grace")
        .prints("count\n1\ncount\n1\ncount\n3\n")
        .succeeds();
    let _ =
        session.run("run a.tq --param day=2024 --param who=ada --param x=1").says("no statement uses `$x`").exits(1);
    let _ = session.run("run a.tq --param who=ada").says("the parameter `$day` has no value").exits(1);
}

#[test]
fn the_name_of_a_query_without_its_brackets_is_told() {
    let session = Session::with_boards();
    let _ = session
        .file("a.tq", "let recent = since 2024\nrecent | count\n")
        .run("run a.tq")
        .says("to call the query: `recent()`");
}

#[test]
fn a_topic_of_the_manual_is_printed_and_a_wrong_one_says_which_is_near() {
    let session = Session::new();
    let ran = session.run("help words");
    assert!(ran.stdout().starts_with("## "), "{}", ran.stdout());
    assert!(!steers_a_terminal(ran.stdout()));
    ran.succeeds();
    let ran = session.run("help");
    assert!(ran.stdout().to_lowercase().contains("words"), "{}", ran.stdout());
    ran.succeeds();
    let ran = session.run("help SINCE");
    assert!(ran.stdout().starts_with("since: from the start of the period on"), "{}", ran.stdout());
    ran.succeeds();
    let _ = session.run("help wrods").prints("").says("did you mean `words`?").exits(2);
    let ran = session.run("help import");
    assert!(ran.stdout().contains("Usage:"), "{}", ran.stdout());
    ran.succeeds();
}

#[test]
fn the_reports_of_a_world_are_in_the_program_and_hold_on_its_facts() {
    let session = Session::new();
    let seed = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("seed/treaties/queries");
    let names = crate::session::names_in(&seed);
    assert!(names.len() >= 5, "{names:?}");
    let listed = session.run("run --list --format csv");
    for name in names {
        let ran = session.run(&format!("run {}", seed.join(&name).display()));
        assert!(
            ran.stdout().lines().count() > 10 && ran.stderr().contains(": ok: assert "),
            "{name}: {}",
            ran.stderr()
        );
        assert!(!ran.stderr().contains("hint:"), "{name}: {}", ran.stderr());
        ran.succeeds();
        let name = name.strip_suffix(".tq").unwrap();
        assert!(listed.stdout().contains(&format!("\n{name},treaties,")), "{}", listed.stdout());
    }
    let _ = session.run("run withdrawals").says("withdrawals:25: ok: assert none withdrawn").exits(0);
    let _ = session.run("run withdrawal").prints("").says("withdrawal: ").exits(2);
}

#[test]
fn a_word_of_the_language_cannot_name_a_query() {
    let session = Session::with_boards();
    let _ = session
        .file("a.tq", "let with = appointed\n")
        .run("run a.tq")
        .says("`with` is a word of the language, so it cannot name a query")
        .exits(1);
}

#[test]
fn rows_of_a_file_are_compared_in_every_format_and_told_apart_from_another_order() {
    let session = Session::with_boards();
    for (format, ending) in [("csv", "csv"), ("jsonl", "jsonl"), ("json", "json"), ("markdown", "md")] {
        let rows = session.run(&format!("query 'appointed | show id, date' --format {format}"));
        session.file(&format!("rows.{ending}"), rows.stdout());
        let script = format!("assert rows = \"rows.{ending}\" appointed | show id, date\n");
        session.file("a.tq", &script).run("run a.tq").says("a.tq:1: ok: ").succeeds();
        session.file("b.tq", script.replace("appointed |", "appointed person:ada |"));
        let _ = session.run("run b.tq").says("b.tq:1: FAILED: the rows differ from those of").says("\n  - ").exits(1);
        session.file("c.tq", script.replace("date\n", "date | sort -date\n"));
        let _ = session.run("run c.tq").says("\n  the same rows in another order").exits(1);
    }
    session.file("bad.json", "{").file("rows.txt", "");
    for (file, said) in [
        ("bad.json", "the rows of `bad.json` cannot be read: "),
        ("rows.txt", "is not a file of rows: use .json, .jsonl, .csv, .tsv, .md"),
        ("none.csv", "`none.csv` cannot be read"),
    ] {
        let script = format!("assert rows = \"{file}\" appointed\n");
        let _ = session.file("a.tq", script).run("run a.tq").says("a.tq:1:\n").says(said).exits(1);
    }
}
