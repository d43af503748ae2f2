//! One slip of the finger in a right query: it is never answered with nothing
//! and without a word about it.

use std::collections::BTreeSet;

use serde::Deserialize;
use tractat::syntax::{Class, Diagnostic, highlight};
use tractat::{Answer, Date, Error, QueryOptions, QueryProblem, Remark, Store};

use crate::questions::world;

/// The fewest letters of a word that is damaged.
const LEAST: usize = 3;

/// Of words with fewer letters too many others are near for one to be
/// suggested, and it is enough that the answer names them.
const LONG: usize = 4;

/// How many damaged queries are asked.
const TRIED: usize = 2_000;

#[derive(Deserialize)]
struct Questions {
    question: Vec<Question>,
}

#[derive(Deserialize)]
struct Question {
    query: String,
    world: Option<String>,
}

/// Numbers that look random and are the same each time.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

/// A word with one slip: a letter left out, doubled or replaced, or two swapped.
fn damaged(word: &str, random: &mut Random) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let at = random.below(letters.len());
    match random.below(4) {
        0 => drop(letters.remove(at)),
        1 => letters.insert(at, letters[at]),
        2 if at > 0 => letters.swap(at - 1, at),
        _ => letters[at] = char::from(b'a' + u8::try_from(random.below(26)).unwrap()),
    }
    letters.into_iter().collect()
}

/// The words of a query that may be damaged: four letters at least, outside of
/// quotes and patterns.
fn words(query: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for (span, class) in highlight(query) {
        if matches!(class, Class::Text | Class::Comment) {
            continue;
        }
        let part = &query[span.range()];
        let mut at = span.start;
        for word in part.split_inclusive(|letter: char| !letter.is_alphabetic()) {
            let letters = word.trim_end_matches(|letter: char| !letter.is_alphabetic());
            if letters.chars().count() >= LEAST {
                found.push((at, at + letters.len()));
            }
            at += word.len();
        }
    }
    found
}

/// What a query answers: its rows as text.
fn rows(store: &Store, query: &str, options: &QueryOptions) -> Result<(Vec<String>, Answer), Error> {
    let mut answer = store.query_with(query, options)?;
    let mut rows = Vec::new();
    for row in answer.by_ref() {
        rows.push(row?.cells().iter().map(ToString::to_string).collect::<Vec<_>>().join("\t"));
    }
    Ok((rows, answer))
}

/// What is wrong with how a damaged query is answered, if anything.
fn silent(
    store: &Store,
    query: &str,
    (right, word): (&str, &str),
    (expected, told): (&[String], &[Diagnostic<QueryProblem>]),
    options: &QueryOptions,
) -> Option<String> {
    let names = |text: &str| text.to_lowercase().contains(&word.to_lowercase());
    if told.iter().any(|told| told.is_error() || names(&query[told.span.range()])) {
        return None;
    }
    let (rows, answer) = rows(store, query, options).ok()?;
    if rows == expected || answer.remarks().iter().any(suggests) {
        return None;
    }
    let known =
        answer.readings().iter().any(|reading| names(&query[reading.span.range()]) && !reading.is_unknown_word());
    if known && !rows.is_empty() {
        return None;
    }
    if right.chars().count() < LONG && (!rows.is_empty() || names(&format!("{:?}", answer.remarks()))) {
        return None;
    }
    let readings: Vec<String> = answer.readings().iter().map(ToString::to_string).collect();
    Some(format!("{query}  [{word}]  {} rows · {} · {readings:?}", rows.len(), answer.summary()))
}

/// Whether a remark tells what may be meant instead.
fn suggests(remark: &Remark) -> bool {
    match remark {
        Remark::Empty(reason) | Remark::StageEmpty { reason, .. } => {
            let others = reason.other_facts.as_deref();
            reason.suggestion.is_some() || others.is_some_and(|others| others.suggestion.is_some())
        }
        _ => false,
    }
}

#[test]
fn no_slip_of_the_finger_is_answered_with_nothing_and_no_word() {
    let text = include_str!("../golden/questions.toml");
    let questions: Questions = toml::from_str(text).unwrap();
    let sentences = include_str!("../golden/sentences.txt").lines().map(|line| (line.to_owned(), false));
    let questions = questions.question.into_iter().map(|one| (one.query, one.world.as_deref() == Some("votes")));
    let (treaties, votes) = (world("treaties"), world("votes"));
    let today = Some(Date::parse("2026-11-23").unwrap().earliest());
    let options = QueryOptions::new().today(today);
    let right: Vec<_> = questions
        .chain(sentences)
        .filter_map(|(query, of_votes)| {
            let store = if of_votes { &votes } else { &treaties };
            let (found, _) = rows(store, &query, &options).ok()?;
            (!found.is_empty() && !words(&query).is_empty()).then_some((query, store, found))
        })
        .collect();
    let mut random = Random(5);
    let mut tried = BTreeSet::new();
    let (mut wrong, mut missed) = (Vec::new(), 0);
    while tried.len() < TRIED {
        let (query, store, found) = &right[random.below(right.len())];
        let places = words(query);
        let (start, end) = places[random.below(places.len())];
        let word = damaged(&query[start..end], &mut random);
        let broken = format!("{}{word}{}", &query[..start], &query[end..]);
        if broken == *query || !tried.insert(broken.clone()) {
            continue;
        }
        let right = &query[start..end];
        let told = store.diagnose(&broken, &options);
        let shows = |told: &Diagnostic<QueryProblem>| format!("{:?}", told.problem).contains(right);
        missed += usize::from(right.len() >= LONG && !told.is_empty() && !told.iter().any(shows));
        wrong.extend(silent(store, &broken, (right, &word), (found, &told), &options));
    }
    assert!(right.len() > 50, "{} questions have an answer", right.len());
    assert!(missed * 100 <= TRIED, "of {missed} words something else is suggested than was meant");
    assert!(wrong.is_empty(), "{} of {TRIED}:\n{}", wrong.len(), wrong.join("\n"));
}
