//! Every example of the manual prints what the manual says, and files that it
//! shows run. `TRACTAT_BLESS=1` writes the outputs anew.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use regex::Regex;
use tempfile::TempDir;

/// The day that `today` means in the manual.
const TODAY: &str = "2026-11-23";

#[test]
fn the_manual_shows_what_the_program_prints() {
    shows_what_is_printed("grammar/MANUAL.md", 60);
}

#[test]
fn the_manual_lists_every_output_format_with_its_file_endings() {
    let manual = include_str!("../../grammar/MANUAL.md");
    for format in tractat::exchange::FORMATS {
        let endings: Vec<String> = format.endings.iter().map(|ending| format!("`.{ending}`")).collect();
        let line = format!("| `{}` | {} | {} |", format.name, format.about, endings.join(", "));
        let line = line.replace("|  |", "| |");
        assert!(manual.contains(&line), "no line {line}");
    }
}

/// Every example of a page prints what the page says; it has so many at least.
/// A block with a name is a file of that name for the examples below it.
pub fn shows_what_is_printed(page: &str, least: usize) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
    let text = std::fs::read_to_string(&path).unwrap();
    let folder = tempfile::tempdir().unwrap();
    keep_bundled_store(folder.path());
    let mut actual = String::new();
    let mut lines = text.lines().peekable();
    let mut examples = 0;
    while let Some(line) = lines.next() {
        writeln!(actual, "{line}").unwrap();
        if let Some((_, name)) = line.strip_prefix("```").and_then(|kind| kind.split_once(' ')) {
            let mut file = String::new();
            while let Some(line) = lines.next_if(|line| *line != "```") {
                writeln!(actual, "{line}").unwrap();
                writeln!(file, "{line}").unwrap();
            }
            std::fs::write(folder.path().join(name), file).unwrap();
        }
        if line != "```console" {
            continue;
        }
        while let Some(line) = lines.next_if(|line| *line != "```") {
            let output = if let Some(query) = line.strip_prefix("tractat> ") {
                run(&["query", query], folder.path())
            } else if let Some(command) = line.strip_prefix("$ tractat ") {
                run(&words(command), folder.path())
            } else {
                continue;
            };
            examples += 1;
            writeln!(actual, "{line}").unwrap();
            if !output.trim_end().is_empty() {
                writeln!(actual, "{}", output.trim_end()).unwrap();
            }
        }
    }
    assert!(examples >= least, "{page} has {examples} examples");
    crate::golden::check(page, &actual);
}

/// Puts the store of the bundled world where commands run in a folder look for it.
/// The program makes it once for all tests.
pub fn keep_bundled_store(folder: &Path) {
    static HOME: LazyLock<TempDir> = LazyLock::new(|| {
        let home = tempfile::tempdir().unwrap();
        run(&["query", "| count"], home.path());
        home
    });
    copy(&HOME.path().join("tractat"), &folder.join("tractat"));
}

/// Copies a folder with all that is in it.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// What a command prints, then what it says beside it; times are left out.
pub fn run(arguments: &[impl AsRef<str>], folder: &Path) -> String {
    let time = Regex::new(r"(?m)( ·)? +[0-9.]+ (µs|ms|s)\b(, [0-9,]+ records/s)?").unwrap();
    time.replace_all(&printed(arguments, folder), "").into_owned()
}

/// What a command prints, then what it says beside it, as one sees it at a terminal.
pub fn printed(arguments: &[impl AsRef<str>], folder: &Path) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_tractat"))
        .args(arguments.iter().map(AsRef::as_ref))
        .args(["--today", TODAY])
        .env_remove("TRACTAT_STORE")
        .env("HOME", folder)
        .env("XDG_DATA_HOME", folder)
        .current_dir(folder)
        .output()
        .unwrap();
    [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat()
}

/// Splits a command line as a shell would, for single quotes and blanks.
pub fn words(command: &str) -> Vec<String> {
    let parts = command.split('\'').enumerate();
    parts
        .flat_map(|(index, part)| match index % 2 {
            0 => part.split_whitespace().map(str::to_owned).collect(),
            _ => vec![part.to_owned()],
        })
        .collect()
}
