//! What an editor asks of the library while somebody types: completion,
//! diagnostics, colours and form, at every place of the golden queries.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;
use tractat::syntax::{Class, format_script, highlight, parse_query, parse_script};
use tractat::{CandidateKind, QueryOptions, Store};

use crate::questions::world;

#[derive(Deserialize)]
struct Questions {
    question: Vec<Question>,
}

#[derive(Deserialize)]
struct Question {
    query: String,
    world: Option<String>,
}

/// Every golden query of the treaties, each once, and the sentences of the design.
fn texts() -> BTreeSet<String> {
    let questions: Questions = toml::from_str(include_str!("../golden/questions.toml")).unwrap();
    let asked =
        questions.question.into_iter().filter(|question| question.world.as_deref().unwrap_or("treaties") == "treaties");
    let sentences = include_str!("../golden/sentences.txt").lines().map(str::to_owned);
    asked.map(|question| question.query).chain(sentences).filter(|text| !text.trim().is_empty()).collect()
}

/// The places between the characters of a text.
fn places(text: &str) -> impl Iterator<Item = usize> {
    (0..=text.len()).filter(|place| text.is_char_boundary(*place))
}

/// Calls a check for every text, on the processors that there are.
fn for_each_text(check: impl Fn(&Store, &str) + Sync) {
    let texts: Vec<String> = texts().into_iter().collect();
    let store = world("treaties");
    let count = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for part in 0..count {
            let (texts, store, check) = (&texts, &store, &check);
            scope.spawn(move || texts.iter().skip(part).step_by(count).for_each(|text| check(store, text)));
        }
    });
}

/// The kinds of error that no later letter can mend: quotes or signs that stand wrong.
fn broken(text: &str) -> usize {
    let is_bracket = |part: &str| matches!(part, ")" | "}" | "]");
    highlight(text)
        .into_iter()
        .filter(|(span, class)| {
            *class == Class::Error
                && text
                    .get(span.range())
                    .is_some_and(|part| !is_bracket(part) && part.starts_with(['"', '/', '“', '„']))
        })
        .count()
}

#[test]
fn completion_offers_what_can_be_put_in_at_every_place() {
    for_each_text(|store, text| {
        for cursor in places(text) {
            let found = store.complete(text, cursor);
            assert!(found.start <= cursor && cursor <= found.end, "{text} at {cursor}: {found:?}");
            assert!(text.get(found.start..found.end).is_some(), "{text} at {cursor}: {found:?}");
            let (before, after) = (&text[..found.start], &text[found.end..]);
            let is_open = broken(&text[..cursor]) > 0;
            for candidate in found.candidates.iter().take(5) {
                let put_in = format!("{before}{}{after}", candidate.text);
                assert!(is_open || broken(&put_in) <= broken(text), "{text} at {cursor} becomes {put_in}");
                assert!(!candidate.text.is_empty() && !candidate.text.contains('\n'));
            }
            let mut seen = BTreeSet::new();
            assert!(found.candidates.iter().all(|candidate| seen.insert(&candidate.text)), "{text} at {cursor}: twice");
            let typed = tractat::model::fold(text[found.start..cursor].trim_matches('"')).into_owned();
            let begins = |name: &str| tractat::model::fold(name.trim_matches('"')).starts_with(&typed);
            let first_other = found.candidates.iter().position(|candidate| !begins(&candidate.text));
            let last_own = found.candidates.iter().rposition(|candidate| begins(&candidate.text));
            assert!(first_other.zip(last_own).is_none_or(|(other, own)| own < other), "{text} at {cursor}: {found:?}");
        }
    });
}

#[test]
fn every_prefix_gets_its_diagnostics_inside_the_text() {
    let options = QueryOptions::default();
    for_each_text(|store, text| {
        // Words that nobody knows are looked for among all names, which takes a while.
        for place in places(text).filter(|place| place % 3 == 0 || *place == text.len()) {
            let prefix = &text[..place];
            for diagnostic in store.diagnose(prefix, &options).iter().chain(&store.diagnose_script(prefix, &options)) {
                let span = diagnostic.span;
                assert!(span.start <= span.end && prefix.get(span.range()).is_some(), "{prefix}: {diagnostic:?}");
                assert!(!diagnostic.message.is_empty() && !diagnostic.message.ends_with('.'), "{diagnostic:?}");
                let _ = diagnostic.render(prefix);
            }
        }
    });
}

#[test]
fn every_prefix_is_coloured_whole_and_in_order() {
    for text in texts() {
        for place in places(&text) {
            let prefix = &text[..place];
            let mut end = 0;
            for (span, _) in highlight(prefix) {
                let between = prefix.get(end..span.start).unwrap_or_else(|| panic!("{prefix}: {span:?}"));
                assert_eq!(between.trim(), "", "{prefix}");
                assert!(span.start < span.end && span.end <= prefix.len(), "{prefix}: {span:?}");
                end = span.end;
            }
            assert_eq!(prefix[end..].trim(), "", "{prefix}");
        }
    }
}

#[test]
fn a_formatted_query_says_the_same_and_is_formatted_the_same_again() {
    for text in texts() {
        let formatted = format_script(&text).unwrap_or_else(|wrong| panic!("{text}: {wrong:?}"));
        assert_eq!(format_script(&formatted).as_ref(), Ok(&formatted), "{text}");
        assert_eq!(parse_script(&formatted).tree, parse_script(&text).tree, "{text}");
        if let Some(query) = parse_query(&text).tree {
            assert_eq!(parse_query(&formatted).tree, Some(query), "{text}");
        }
    }
}

#[test]
fn query_files_that_come_with_a_world_are_in_canonical_form() {
    let seed = Path::new(env!("CARGO_MANIFEST_DIR")).join("seed");
    for world in std::fs::read_dir(seed).unwrap() {
        let Ok(files) = std::fs::read_dir(world.unwrap().path().join("queries")) else { continue };
        for file in
            files.map(|file| file.unwrap().path()).filter(|file| file.extension().is_some_and(|ending| ending == "tq"))
        {
            let text = std::fs::read_to_string(&file).unwrap();
            assert_eq!(format_script(&text).as_deref(), Ok(&*text), "{}", file.display());
        }
    }
}

#[test]
fn a_file_is_diagnosed_with_its_definitions() {
    let store = world("treaties");
    let told = |text: &str| -> Vec<(String, String)> {
        let found = store.diagnose_script(text, &QueryOptions::default());
        found.into_iter().map(|found| (text[found.span.range()].to_owned(), found.message)).collect()
    };
    assert_eq!(told("let thin($r, $d) = withdrawn region:$r since $d\n"), []);
    assert_eq!(told("let thin($r) = withdrawn region:$r\nassert none thin(baltic)\nthin(\"baltic\") | count\n"), []);
    let wrong = told("let a = withdrawn efective in 2024\na()\nlet b($x) = withdrawn region:$x\nb(balltic)\n");
    assert_eq!(wrong.len(), 3, "{wrong:?}");
    assert_eq!((wrong[0].0.as_str(), wrong[1].0.as_str(), wrong[2].0.as_str()), ("efective", "a()", "balltic"));
}

#[test]
fn names_of_queries_and_parameters_are_completed() {
    let store = world("treaties");
    let text = "let thin($r) = withdrawn region:$r\n\nthi";
    let found = store.complete(text, text.len());
    assert_eq!(
        found.candidates.first().map(|found| (found.text.as_str(), found.kind)),
        Some(("thin(", CandidateKind::Query))
    );
    let text = "let thin($region) = withdrawn region:$";
    let found = store.complete(text, text.len());
    assert_eq!(found.candidates.iter().map(|found| found.text.as_str()).collect::<Vec<_>>(), ["region"]);
}
