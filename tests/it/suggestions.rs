//! Suggestions are queries that run: each that a message has is put in its place,
//! checked, and run in the world in which it was made. The golden file has what it
//! becomes and what the answer says, so that a reader sees whether it means what was
//! meant; `TRACTAT_BLESS=1` writes it anew.

use regex::Regex;
use std::collections::BTreeSet;
use std::fmt::Write as _;

use tractat::syntax::{Diagnostic, Span};
use tractat::{Error, QueryOptions, Remark, Store};

use crate::diagnostics::{Entry, Kind, Surroundings, groups};
use crate::golden;

const GOLDEN: &str = "tests/golden/suggestions.txt";

/// Suggestions after which the program still has a word to say, and why that is right.
const HINTS_REMAIN: &[(&str, &[&str])] = &[
    ("one of two readings of what was written, which is itself in doubt", &["signed or estonia latvia"]),
    ("one mistake after the other", &["signatories:ottawa"]),
];

/// Suggestions that repeat something else that is wrong, so that they do not run.
const STILL_WRONG: &[&str] = &["北京 東京 =", "region:=5"];

/// A query, what is suggested for it, and where.
struct Suggested {
    text: String,
    suggestion: String,
    span: Span,
    /// What is said of the query, with the suggestion.
    told: Option<String>,
}

/// What a query becomes with a suggestion, and what is said of it then.
struct Mended {
    text: String,
    summary: String,
    hints: Vec<String>,
}

#[test]
fn every_suggestion_runs_in_the_world_where_it_is_made() {
    let place = Surroundings::new();
    let mistakes = include_str!("../golden/mistakes.txt").lines();
    let mistakes = mistakes.filter(|line| !line.trim().is_empty() && !line.starts_with('#')).map(Entry::read);
    let entries = groups().into_iter().flat_map(|group| group.entries).chain(mistakes);
    let (mut page, mut wrong, mut seen) = (String::new(), Vec::new(), BTreeSet::new());
    for entry in entries.filter(|entry| matches!(entry.kind, Kind::Query | Kind::OfVotes)) {
        let store = if entry.kind == Kind::OfVotes { &place.votes } else { &place.store };
        for suggested in suggestions(&entry, store, &place) {
            if !seen.insert((suggested.text.clone(), suggested.suggestion.clone())) {
                continue;
            }
            // A value of a parameter is for whoever asks.
            if suggested.suggestion.contains('$') || STILL_WRONG.contains(&suggested.text.as_str()) {
                continue;
            }
            let Some(mut mended) = mended(&suggested, store, &entry.options()) else {
                wrong.push(format!("{}: `{}` does not run", suggested.text, suggested.suggestion));
                continue;
            };
            let before = store.query_with(&suggested.text, &entry.options());
            let before = before.map(|answer| answer.hints().iter().map(Diagnostic::message).collect::<Vec<_>>());
            let before = before.unwrap_or_default();
            mended.hints.retain(|hint| suggested.told.as_ref() == Some(hint) || !before.contains(hint));
            let may_remain = HINTS_REMAIN.iter().flat_map(|(_, texts)| *texts).any(|text| *text == suggested.text);
            if !mended.hints.is_empty() && !may_remain {
                wrong.push(format!("{}: `{}` is not right either: {:?}", suggested.text, mended.text, mended.hints));
            }
            writeln!(page, "{}\n  {}\n    {}", suggested.text, mended.text, mended.summary).unwrap();
        }
    }
    assert!(wrong.is_empty(), "{} suggestions are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(seen.len() > 300, "{} suggestions", seen.len());
    // When the world was made differs from run to run.
    let time = Regex::new(r"\d{4}-\d\d-\d\dT[\d:.]+Z").unwrap();
    golden::check_masked(GOLDEN, &page, |text| time.replace_all(text, "TIME").into_owned());
}

/// Everything that is suggested for a query: where it is wrong, and beside its answer.
fn suggestions(entry: &Entry, store: &Store, place: &Surroundings) -> Vec<Suggested> {
    let text = &entry.text;
    let told = entry.told(place).diagnostics;
    let of_problems = told.iter().flat_map(|diagnostic| {
        let all = diagnostic.problem.suggestions().into_iter();
        let told = Some(diagnostic.message());
        all.map(move |suggestion| Suggested {
            text: text.clone(),
            suggestion,
            span: diagnostic.span,
            told: told.clone(),
        })
    });
    let mut all: Vec<Suggested> = of_problems.collect();
    if let Ok(mut answer) = store.query_with(text, &entry.options()) {
        answer.by_ref().for_each(drop);
        let whole = Span::new(0, text.len());
        let of_remarks = answer.remarks().into_iter().flat_map(|remark| remark_suggestions(&remark));
        all.extend(of_remarks.map(|suggestion| Suggested { text: text.clone(), suggestion, span: whole, told: None }));
    }
    all
}

fn remark_suggestions(remark: &Remark) -> Vec<String> {
    match remark {
        Remark::OtherDate { query, .. } => query.iter().cloned().collect(),
        Remark::Empty(reason) | Remark::StageEmpty { reason, .. } => reason.suggestion.iter().cloned().collect(),
        _ => Vec::new(),
    }
}

/// The query with the suggestion in its place: of the places where it can be read
/// the first in which nothing more is to be said.
fn mended(suggested: &Suggested, store: &Store, options: &QueryOptions) -> Option<Mended> {
    let mut readable = Vec::new();
    for text in ways(suggested) {
        let found = store.diagnose(&text, options);
        if found.iter().any(Diagnostic::is_error) {
            continue;
        }
        match run(&text, store, options) {
            Ok(mended) if mended.hints.is_empty() => return Some(mended),
            Ok(mended) => readable.push(mended),
            Err(_) => {}
        }
    }
    readable.into_iter().next()
}

fn run(text: &str, store: &Store, options: &QueryOptions) -> Result<Mended, Error> {
    let mut answer = store.query_with(text, options)?;
    for row in answer.by_ref() {
        row?;
    }
    let hints = answer.hints().iter().map(Diagnostic::message).collect();
    Ok(Mended { text: text.to_owned(), summary: answer.summary(), hints })
}

/// The places that a suggestion may have in a query: that of what is wrong, that of
/// the word or the stage around it, its end, or the whole.
fn ways(Suggested { text, suggestion, span, .. }: &Suggested) -> Vec<String> {
    let (before, after) = (&text[..span.start], &text[span.end..]);
    let base = text.split('|').next().unwrap_or_default().trim_end();
    let word = before.rfind([' ', '{', '(']).map_or(0, |at| at + 1);
    let first = suggestion.split(' ').next().unwrap_or_default();
    // Behind the stage that is wrong.
    let next = after.find('|').map_or("", |at| &after[at..]);
    let stage = before.rfind('|').map_or(before.len(), |at| at);
    // Behind the condition of which only a part is wrong.
    let ahead = before.trim_end();
    let condition = ahead.rfind(' ').map_or(0, |at| at + 1);
    vec![
        format!("{}{suggestion}{after}", &before[..before.rfind(first).unwrap_or(word)]),
        format!("{}{suggestion}", &text[..text.rfind(first).unwrap_or(word)]),
        suggestion.clone(),
        format!("{before}{suggestion}{after}"),
        format!("{before}{suggestion}"),
        format!("{}{suggestion}{next}", &before[..stage]),
        format!("{}| {suggestion}{next}", &before[..stage]),
        format!("{}{suggestion}", &before[..word]),
        format!("{}{suggestion}{next}", &ahead[..condition]),
        format!("{before}in {suggestion}{after}"),
        format!("{}{suggestion}", &text[..text.rfind(':').map_or(0, |at| at + 1)]),
        format!("{base} {suggestion}"),
        format!("{base} | {suggestion}"),
        format!("{} | where {suggestion}", text.rsplit_once('|').map_or("", |(before, _)| before)),
        format!("{base} | let x = {suggestion}"),
    ]
}
