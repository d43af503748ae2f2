//! What is told of queries in the small world of the tests. The golden file has
//! them with what is told below each; `TRACTAT_BLESS=1` writes it anew.

use std::fmt::Write as _;
use std::path::Path;

use super::world::World;
use crate::plan::QueryProblem;
use crate::syntax::Diagnostic;

const GOLDEN: &str = "tests/golden/checker.txt";

#[test]
fn errors_warnings_and_readings_are_those_of_the_golden_file() {
    let world = World::new();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(GOLDEN);
    let golden = std::fs::read_to_string(&path).unwrap();
    let queries = golden.lines().filter(|line| !line.is_empty() && !line.starts_with([' ', '#'])).count();
    assert!(queries > 300, "the golden file lists {queries} queries");
    let mut found = String::new();
    for line in golden.lines().filter(|line| !line.starts_with(' ')) {
        writeln!(found, "{line}").unwrap();
        if !line.is_empty() && !line.starts_with('#') {
            found.push_str(&told(&world, line));
        }
    }
    if std::env::var_os("TRACTAT_BLESS").is_some() {
        std::fs::write(&path, found).unwrap();
        return;
    }
    let different: Vec<String> = golden
        .lines()
        .zip(found.lines())
        .enumerate()
        .filter(|(_, (expected, found))| expected != found)
        .map(|(line, (expected, found))| format!("{GOLDEN}:{}\n- {expected}\n+ {found}", line + 1))
        .take(5)
        .collect();
    assert!(golden == found, "{}\nbless with TRACTAT_BLESS=1", different.join("\n"));
}

/// The errors of a query, else its warnings, else how it was read.
fn told(world: &World, text: &str) -> String {
    match world.check(text) {
        Err(diagnostics) => diagnostics.iter().map(|diagnostic| shown(diagnostic, text)).collect(),
        Ok(query) if query.hints.is_empty() => {
            query.readings.iter().flat_map(|reading| ["  ".to_owned(), reading.to_string(), "\n".to_owned()]).collect()
        }
        Ok(query) => query.hints.iter().map(|hint| shown(hint, text)).collect(),
    }
}

/// A diagnostic with the part of the query that it is about.
fn shown(diagnostic: &Diagnostic<QueryProblem>, text: &str) -> String {
    let mut lines = format!("  at `{}`: {}\n", &text[diagnostic.span.range()], diagnostic.message());
    for help in diagnostic.help().iter().flat_map(|help| help.lines()) {
        writeln!(lines, "    {help}").unwrap();
    }
    lines
}
