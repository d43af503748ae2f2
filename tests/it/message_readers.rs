//! Nobody but a golden file knows how a message is worded: a test asks for the kind
//! of an error, its data, an exit code, or compares a whole transcript.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use regex::Regex;
use tractat::syntax::keyword::TABLE;

use crate::layers::{below, code_of, tests_of};
use crate::literals::{literals, scan};

/// How many words in a row a test and a message may not share.
const SHARED: usize = 4;

/// Tests of golden files that list messages, and the layout of a diagnostic with a text of its own.
const GOLDEN: [&str; 2] = ["tests/it/diagnostics.rs", "src/syntax/diagnostic.rs"];

/// The code of every test, by its file.
fn test_code() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let name = |file: &PathBuf| file.strip_prefix(root).unwrap().display().to_string();
    let outside = below(&root.join("tests/it")).into_iter().map(|file| (name(&file), code_of(&file)));
    let inside = below(&root.join("src")).into_iter().map(|file| (name(&file), tests_of(&file)));
    let snapshot = Regex::new(r#",\s*@"[^"]*""#).unwrap();
    let without_snapshots = |(name, code): (String, String)| (name, snapshot.replace_all(&code, "").into_owned());
    outside.chain(inside).filter(|(name, _)| !GOLDEN.contains(&&**name)).map(without_snapshots).collect()
}

#[test]
fn no_assertion_is_about_the_text_of_a_message() {
    let message = r"(?:\b(?:message|help|summary)\(\)|\.render\([^)]*\)|\bstderr\b|\b(?:error|problem|remark|refusal|reading)\w*\.to_string\(\))";
    let searched =
        Regex::new(&format!(r#"{message}[^;]*?\.(?:contains|starts_with|ends_with|find)\(\s*&?(?:format!\()?""#));
    let compared = Regex::new(&format!(r#"assert_(?:eq|ne)!\([^;"]*{message}[^;"]*"[^"]"#));
    let readers = [searched, compared].map(Result::unwrap);
    let mut wrong = Vec::new();
    for (name, code) in test_code() {
        for found in readers.iter().flat_map(|reader| reader.find_iter(&code)) {
            wrong.push(format!("{name}: {}", found.as_str().split_whitespace().collect::<Vec<_>>().join(" ")));
        }
    }
    assert!(wrong.is_empty(), "these read messages; use a golden file:\n{}", wrong.join("\n"));
}

#[test]
fn no_test_repeats_a_sentence_of_the_program() {
    let is_of_the_language = |words: &[&str]| words.iter().all(|word| TABLE.iter().any(|entry| entry.word == *word));
    let runs = |text: &str| -> BTreeSet<String> {
        let mut runs = BTreeSet::new();
        for part in text.split(|letter: char| !letter.is_alphabetic() && letter != ' ' && letter != '\'') {
            let words: Vec<&str> = part.split_whitespace().collect();
            runs.extend(words.windows(SHARED).filter(|run| !is_of_the_language(run)).map(|run| run.join(" ")));
        }
        runs
    };
    let said: BTreeSet<String> =
        literals(&["src/say", "src/cli"]).iter().flat_map(|literal| runs(&literal.text)).collect();
    assert!(said.len() > 1_000, "{} runs of words", said.len());
    let mut wrong = Vec::new();
    for (name, code) in test_code() {
        for (_, text) in scan(&code) {
            wrong.extend(runs(&text).intersection(&said).map(|run| format!("{name}: {run} ({text})")));
        }
    }
    assert!(wrong.is_empty(), "these are sentences of messages; use a golden file:\n{}", wrong.join("\n"));
}
