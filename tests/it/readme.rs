//! Every command in the README prints what the README says, times apart.
//! `TRACTAT_BLESS=1` writes the outputs anew.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use regex::Regex;

/// Days in questions such as "this year" are counted from here.
const TODAY: &str = "2026-11-23";

#[test]
fn the_readme_shows_what_the_program_prints() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut actual = String::new();
    let mut lines = readme.lines().peekable();
    let mut commands = 0;
    while let Some(line) = lines.next() {
        writeln!(actual, "{line}").unwrap();
        if line != "```console" {
            continue;
        }
        while let Some(line) = lines.next_if(|line| *line != "```") {
            if let Some(command) = line.strip_prefix("$ tractat ") {
                commands += 1;
                writeln!(actual, "{line}\n{}", output(command, folder.path()).trim_end()).unwrap();
            }
        }
    }
    assert!(commands >= 10, "the README has {commands} commands");
    let time = Regex::new(r"· [0-9.]+ (µs|ms|s)\b").unwrap();
    if std::env::var_os("TRACTAT_BLESS").is_some() {
        std::fs::write(&path, &actual).unwrap();
        return;
    }
    let mask = |text: &str| time.replace_all(text, "· … ms").into_owned();
    assert_eq!(mask(&readme), mask(&actual), "bless with TRACTAT_BLESS=1");
}

/// What a command prints, then what it says beside it, as one sees it at a terminal.
fn output(command: &str, folder: &Path) -> String {
    let arguments: Vec<String> = words(command);
    let run = || {
        Command::new(env!("CARGO_BIN_EXE_tractat"))
            .args(&arguments)
            .args(["--today", TODAY])
            .env_remove("TRACTAT_STORE")
            .env("HOME", folder)
            .env("XDG_DATA_HOME", folder)
            .current_dir(folder)
            .output()
            .unwrap()
    };
    // The first run makes the bundled store, and says so.
    run();
    let output = run();
    [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat()
}

/// Splits a command line as a shell would, for single quotes and blanks.
fn words(command: &str) -> Vec<String> {
    let parts = command.split('\'').enumerate();
    parts
        .flat_map(|(index, part)| match index % 2 {
            0 => part.split_whitespace().map(str::to_owned).collect(),
            _ => vec![part.to_owned()],
        })
        .collect()
}
