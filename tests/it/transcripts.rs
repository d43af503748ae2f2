//! Sessions at a terminal as golden files: a page of commands with what each
//! prints below it. Under each heading `##` the session begins anew, in a folder
//! with the store of `Session::with_boards`. A line `$ …` is given to the shell,
//! with its here-documents up to `END`. Below it is the standard output; `!`
//! begins a line of the standard error, and `[1]` is an exit code other than 0.
//! `\` begins a line of output that would read as one of these.

use regex::Regex;
use std::fmt::Write as _;
use std::path::Path;

use crate::golden;
use crate::session::Session;

#[test]
fn answers_in_every_format() {
    shows_what_is_printed("answers");
}

#[test]
fn what_is_not_known_precisely_is_told() {
    shows_what_is_printed("imprecise");
}

#[test]
fn stores_and_their_care() {
    shows_what_is_printed("stores");
}

#[test]
fn facts_by_hand_and_from_files() {
    shows_what_is_printed("imports");
}

#[test]
fn names_of_several_times() {
    shows_what_is_printed("names");
}

#[test]
fn files_of_statements() {
    shows_what_is_printed("scripts");
}

#[test]
fn files_that_include_others() {
    shows_what_is_printed("includes");
}

#[test]
fn help_and_wrong_usage() {
    shows_what_is_printed("usage");
}

/// Runs the commands of a page and compares the page.
#[track_caller]
fn shows_what_is_printed(name: &str) {
    let path = format!("tests/golden/transcripts/{name}.txt");
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(&path)).unwrap();
    let mut actual = String::new();
    let mut session = None;
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if line.starts_with("# ") {
            writeln!(actual, "{line}").unwrap();
        } else if line.starts_with("## ") {
            write!(actual, "\n{line}\n\n").unwrap();
            session = Some(Session::with_boards());
        } else if let Some(command) = line.strip_prefix("$ ") {
            let mut command = command.to_owned();
            if command.contains("<<") {
                lines.by_ref().take_while(|line| *line != "END").for_each(|line| write!(command, "\n{line}").unwrap());
                command.push_str("\nEND");
            }
            let session = session.as_ref().unwrap_or_else(|| panic!("{path}: a command before the first heading"));
            write!(actual, "$ {command}\n{}", session.shell(&command).transcript()).unwrap();
        }
    }
    // The name of the bundled world's store follows from its contents.
    let contents = Regex::new(r"-[0-9a-f]{8}\.tractat").unwrap();
    golden::check_masked(&path, &actual, |text| contents.replace_all(text, "-CONTENTS.tractat").into_owned());
}
