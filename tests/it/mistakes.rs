//! Queries as people mistype them: each gets a word on what to write instead.
//! The golden file has what is said; read it before blessing it.

use std::fmt::Write as _;
use std::path::Path;

use tractat::{Date, Error, QueryOptions};

use crate::questions::world;

#[test]
fn no_mistake_passes_without_a_word() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mistakes = std::fs::read_to_string(folder.join("mistakes.txt")).unwrap();
    let store = world("treaties");
    let today = Some(Date::parse("2026-11-23").unwrap().earliest());
    let options = QueryOptions::new().today(today);
    let mut said = String::new();
    for query in mistakes.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        let told = match store.query_with(query, &options) {
            Err(Error::Query(diagnostics)) => {
                diagnostics.iter().map(|diagnostic| diagnostic.render(query)).collect::<Vec<_>>()
            }
            Err(other) => vec![other.to_string()],
            Ok(answer) => {
                let hints = answer.hints().iter().map(|hint| hint.render(query));
                let told: Vec<String> = std::iter::once(answer.summary()).chain(hints).collect();
                assert!(told.len() > 1 || answer.total() == Some(0), "`{query}` is answered without a word: {told:?}");
                told
            }
        };
        writeln!(said, "{}\n", told.join("\n").trim_end()).unwrap();
    }
    crate::golden::check("tests/golden/mistakes-answers.txt", &said);
}
