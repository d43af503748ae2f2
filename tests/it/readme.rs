//! Every command in the README prints what the README says, times apart.
//! `TRACTAT_BLESS=1` writes the outputs anew.

use std::fmt::Write as _;
use std::path::Path;

use regex::Regex;

use super::manual::{keep_bundled_store, printed, words};

#[test]
fn the_readme_shows_what_the_program_prints() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let folder = tempfile::tempdir().unwrap();
    keep_bundled_store(folder.path());
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
                writeln!(actual, "{line}\n{}", printed(&words(command), folder.path()).trim_end()).unwrap();
            }
        }
    }
    assert!(commands >= 10, "the README has {commands} commands");
    let time = Regex::new(r"· [0-9.]+ (µs|ms|s)\b").unwrap();
    crate::golden::check_masked("README.md", &actual, |text| time.replace_all(text, "· … ms").into_owned());
}
