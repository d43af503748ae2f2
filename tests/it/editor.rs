//! What an editor asks of the library while somebody types: completion,
//! diagnostics, colours and form, at every place of the golden queries.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Deserialize;
use tractat::model::Resolution;
use tractat::syntax::{Class, Span, format_script, highlight, parse_query, parse_script};
use tractat::{Candidate, CandidateKind, QueryOptions, Reading, Store};

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

const WORLDS: [&str; 2] = ["treaties", "votes"];

/// Every golden query of a world, each once, and the sentences of the design.
fn texts_of(world: &str) -> BTreeSet<String> {
    let questions: Questions = toml::from_str(include_str!("../golden/questions.toml")).unwrap();
    let asked = questions.question.into_iter();
    let asked = asked.filter(|question| question.world.as_deref().unwrap_or("treaties") == world);
    let sentences = include_str!("../golden/sentences.txt").lines().filter(|_| world == "treaties");
    let all = asked.map(|question| question.query).chain(sentences.map(str::to_owned));
    all.filter(|text| !text.trim().is_empty()).collect()
}

fn texts() -> BTreeSet<String> {
    WORLDS.into_iter().flat_map(texts_of).collect()
}

/// The places between the characters of a text.
fn places(text: &str) -> impl Iterator<Item = usize> {
    (0..=text.len()).filter(|place| text.is_char_boundary(*place))
}

/// Calls a check for every text of every world, on the processors that there are.
fn for_each_text(check: impl Fn(&Store, &str) + Sync) {
    let count = std::thread::available_parallelism().map_or(1, usize::from);
    for name in WORLDS {
        let (texts, store): (Vec<String>, Store) = (texts_of(name).into_iter().collect(), world(name));
        std::thread::scope(|scope| {
            for part in 0..count {
                let (texts, store, check) = (&texts, &store, &check);
                scope.spawn(move || texts.iter().skip(part).step_by(count).for_each(|text| check(store, text)));
            }
        });
    }
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
            for candidate in &found.candidates {
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

/// So many letters of a word are typed before it must be among the candidates.
const TYPED: usize = 3;

/// Whether nobody can know a part of a text: a sign, a number or what has one in
/// it, free text, the beginning of something, or a name that the query gives.
/// Not offered yet: a date behind a sign, and the basis of a date of an entity.
fn is_free(read: &[Reading], text: &str, span: Span, class: Class) -> bool {
    let is_word = matches!(class, Class::Keyword | Class::Word | Class::Field);
    let has_digit = text[span.range()].contains(|letter: char| letter.is_ascii_digit());
    let as_text = |reading: &Reading| reading.span == span && reading.is_text();
    let before = text[..span.start].trim_end();
    let is_given = before.ends_with("let") || before.ends_with(" as") && !text[span.start..].starts_with("of");
    let is_behind_sign = before.ends_with(['<', '>', '=']);
    let is_basis = text[span.range()].rsplit('.').next() == Some("basis");
    !is_word
        || has_digit
        || is_given
        || is_behind_sign
        || is_basis
        || text[span.end..].starts_with('*')
        || read.iter().any(as_text)
}

/// The words of a part: those of a path with dots in it, each with its place.
fn words(text: &str, span: Span) -> impl Iterator<Item = (usize, &str)> {
    text[span.range()].split_inclusive('.').scan(span.start, |end, word| {
        let start = *end;
        *end += word.len();
        Some((start, word.trim_end_matches('.')))
    })
}

/// Whether a candidate is a word, or another name of what has that name.
fn means(store: &Store, candidate: &str, word: &str) -> bool {
    let fold = |text: &str| tractat::model::fold(text.trim_start_matches('"')).into_owned();
    let is_word = fold(candidate)
        .strip_prefix(&fold(word))
        .is_some_and(|rest| !rest.starts_with(|letter: char| letter.is_alphanumeric() || letter == '-'));
    let entity = |name: &str| match store.entities().resolve(name.trim_matches('"')) {
        Resolution::One(number) => Some(number),
        _ => None,
    };
    is_word || entity(word).is_some_and(|number| entity(candidate) == Some(number))
}

#[test]
fn the_word_that_was_meant_is_among_the_candidates_once_its_first_letters_are_typed() {
    let missed = Mutex::new(Vec::new());
    let asked = AtomicUsize::new(0);
    for_each_text(|store, text| {
        // A sentence of another world has no words of this one.
        let Ok(answer) = store.query(text) else { return };
        for (span, class) in highlight(text) {
            if is_free(answer.readings(), text, span, class) {
                continue;
            }
            // A name of several words is one.
            let name = answer.readings().iter().find(|reading| reading.span.range().contains(&span.start));
            let name = name.map(|reading| &text[reading.span.range()]);
            for (start, word) in words(text, span) {
                asked.fetch_add(1, Ordering::Relaxed);
                let typed: usize = word.chars().take(TYPED).map(char::len_utf8).sum();
                let before = &text[..start + typed];
                let found = store.complete(before, before.len());
                let is_meant = |candidate: &Candidate| {
                    let put_in = format!("{}{}", &before[..found.start], candidate.text);
                    let is_word = put_in.get(start..).is_some_and(|put_in| means(store, put_in, word));
                    is_word || name.is_some_and(|name| means(store, &candidate.text, name))
                };
                if !found.candidates.iter().any(is_meant) {
                    missed.lock().unwrap().push(format!("{word} ({class:?}) in {text}"));
                }
            }
        }
    });
    let missed = missed.into_inner().unwrap();
    assert!(missed.is_empty(), "{} missed:\n{}", missed.len(), missed.join("\n"));
    assert!(asked.into_inner() > 400, "too few words are asked for");
}

#[test]
fn every_prefix_gets_its_diagnostics_inside_the_text() {
    let options = QueryOptions::default();
    for_each_text(|store, text| {
        for place in places(text) {
            let prefix = &text[..place];
            for diagnostic in store.diagnose(prefix, &options).iter().chain(&store.diagnose_script(prefix, &options)) {
                let span = diagnostic.span;
                assert!(span.start <= span.end && prefix.get(span.range()).is_some(), "{prefix}: {diagnostic:?}");
                assert!(!diagnostic.message().is_empty() && !diagnostic.message().ends_with('.'), "{diagnostic:?}");
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
fn every_prefix_that_is_formatted_says_the_same_and_is_formatted_the_same_again() {
    for text in texts() {
        for place in places(&text) {
            let prefix = &text[..place];
            let parsed = parse_script(prefix);
            let formatted = match format_script(prefix) {
                Ok(formatted) => formatted,
                Err(wrong) => {
                    let is_told = wrong.iter().any(|wrong| prefix.get(wrong.span.range()).is_some());
                    assert!(place < text.len() && is_told, "{prefix}: {wrong:?}");
                    continue;
                }
            };
            assert!(parsed.tree.is_some(), "{prefix}: {:?}", parsed.diagnostics);
            assert_eq!(format_script(&formatted).as_ref(), Ok(&formatted), "{prefix}");
            assert_eq!(parse_script(&formatted).tree, parsed.tree, "{prefix}");
            if let (true, Some(query)) = (place == text.len(), parse_query(&text).tree) {
                assert_eq!(parse_query(&formatted).tree, Some(query), "{text}");
            }
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
    let told = |text: &str| -> Vec<String> {
        let found = store.diagnose_script(text, &QueryOptions::default());
        found.into_iter().map(|found| text[found.span.range()].to_owned()).collect()
    };
    assert_eq!(told("let thin($r, $d) = withdrawn region:$r since $d\n"), [""; 0]);
    assert_eq!(
        told("let thin($r) = withdrawn region:$r\nassert none thin(baltic)\nthin(\"baltic\") | count\n"),
        [""; 0]
    );
    let wrong = told("let a = withdrawn efective in 2024\na()\nlet b($x) = withdrawn region:$x\nb(balltic)\n");
    assert_eq!(wrong, ["efective", "a()", "balltic"]);
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
