//! The questions, each with a naive reading of its own, and what the mirror
//! answers to them; and questions that only have to be answered again as then.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tractat::{Answer, Error, Store};

use super::days::Truth::{self, False, Possible, True, Unknown};
use super::days::{FUTURE, PAST, days, not};
use super::mirror::{Record, State, folded};

pub type Test = fn(&State, &Record) -> Truth;

#[derive(Clone, Copy)]
pub enum Stage {
    Rows,
    Take(usize),
    Count,
    CountByYear,
    CountByAction,
    /// As it is written.
    Then(&'static str),
}

pub struct Question {
    pub filter: &'static str,
    pub stage: Stage,
    /// A field that must be declared for it to be understood.
    pub needs: Option<&'static str>,
    /// None: the mirror has no answer.
    pub test: Option<Test>,
}

impl Question {
    /// Its text, with something put between filter and stages.
    pub fn text(&self, known: &str) -> String {
        let stage = match self.stage {
            Stage::Rows => "",
            Stage::Take(_) => "| take 2",
            Stage::Count => "| count",
            Stage::CountByYear => "| count by year",
            Stage::CountByAction => "| count by action",
            Stage::Then(stages) => stages,
        };
        format!("{} {known} {stage}", self.filter).trim().to_owned()
    }
}

pub fn on(date: Option<&'static str>, first: i32, last: i32) -> Truth {
    date.map_or(Unknown, |date| days(date).between(first, last))
}

pub fn member(state: &State, record: &Record, group: &str) -> Truth {
    let Ok(subject) = state.referent(&record.subject) else { return False };
    let at_date = |(from, until): (i32, i32)| match record.date {
        _ if from >= until => False,
        _ if (from, until) == (PAST, FUTURE) => True,
        None => Unknown,
        Some(date) => days(date).between(from, if until == FUTURE { FUTURE } else { until - 1 }),
    };
    state.ways(subject, group).into_iter().map(at_date).max().unwrap_or(False)
}

pub fn refers(state: &State, record: &Record, name: &str) -> Truth {
    record.object.is_some_and(|object| state.referent(object) == state.referent(name)).into()
}

pub fn acts(record: &Record, actions: &[&str]) -> Truth {
    actions.contains(&record.action).into()
}

pub fn says(record: &Record, phrase: &[&str]) -> Truth {
    let words: Vec<String> = record.note.unwrap_or("").split(' ').map(str::to_lowercase).collect();
    words.windows(phrase.len()).any(|window| window.iter().zip(phrase).all(|(a, b)| a == b)).into()
}

pub const CHANGED: [&str; 2] = ["opened", "closed"];

pub fn questions() -> Vec<Question> {
    let ask = |filter, stage, test: Test| Question { filter, stage, needs: None, test: Some(test) };
    let needs =
        |filter, field, test: Test| Question { filter, stage: Stage::Rows, needs: Some(field), test: Some(test) };
    vec![
        ask("", Stage::Rows, |_, _| True),
        ask("", Stage::Count, |_, _| True),
        ask("", Stage::CountByYear, |_, _| True),
        ask("", Stage::CountByAction, |_, _| True),
        ask("opened", Stage::Rows, |_, r| acts(r, &["opened"])),
        ask("changed", Stage::CountByYear, |_, r| acts(r, &CHANGED)),
        ask("changed subject:ada", Stage::Rows, |s, r| {
            acts(r, &CHANGED).min((s.referent(&r.subject) == Ok("ada")).into())
        }),
        ask("dora", Stage::Rows, |s, r| (s.referent(&r.subject) == Ok("dora")).into()),
        ask("object:acme", Stage::Rows, |s, r| refers(s, r, "acme")),
        ask("object:bolt,zinc", Stage::Count, |s, r| refers(s, r, "bolt").max(refers(s, r, "zinc"))),
        ask("region:north", Stage::Rows, |s, r| member(s, r, "north")),
        ask("region:everywhere opened", Stage::Count, |s, r| member(s, r, "everywhere").min(acts(r, &["opened"]))),
        ask("in:league", Stage::Rows, |s, r| member(s, r, "league")),
        ask("-in:league -moved", Stage::Rows, |s, r| not(member(s, r, "league")).min(not(acts(r, &["moved"])))),
        ask("in:reds or in:north", Stage::Rows, |s, r| member(s, r, "reds").max(member(s, r, "north"))),
        ask("in:blues", Stage::CountByYear, |s, r| member(s, r, "blues")),
        ask("after 2014", Stage::Rows, |_, r| on(r.date, 20_150_101, FUTURE)),
        ask("before 2013-06", Stage::Rows, |_, r| on(r.date, PAST, 20_130_531)),
        ask("opened since 2014-03-05", Stage::Rows, |_, r| on(r.date, 20_140_305, FUTURE).min(acts(r, &["opened"]))),
        ask("until 2014-02", Stage::Rows, |_, r| on(r.date, PAST, 20_140_228)),
        ask("in 2014", Stage::Rows, |_, r| on(r.date, 20_140_101, 20_141_231)),
        ask("-(in 2014)", Stage::Rows, |_, r| not(on(r.date, 20_140_101, 20_141_231))),
        ask("2013-06..2014", Stage::Count, |_, r| on(r.date, 20_130_601, 20_141_231)),
        ask("changed maybe after 2014-06", Stage::Rows, |_, r| {
            let after = on(r.date, 20_140_701, FUTURE);
            acts(r, &CHANGED).min(if after == Possible { True } else { after })
        }),
        ask("effective in 2014", Stage::Rows, |_, r| on(r.effective, 20_140_101, 20_141_231)),
        ask("effective after 2013 or after 2014", Stage::Rows, |_, r| {
            on(r.effective, 20_140_101, FUTURE).max(on(r.date, 20_150_101, FUTURE))
        }),
        ask("date:none", Stage::Rows, |_, r| r.date.is_none().into()),
        ask("object:none", Stage::Rows, |_, r| r.object.is_none().into()),
        ask("-effective:none", Stage::Count, |_, r| r.effective.is_some().into()),
        ask("\"silver mine\"", Stage::Rows, |_, r| says(r, &["silver", "mine"])),
        ask("-\"mine\" -opened", Stage::Rows, |_, r| not(says(r, &["mine"])).min(not(acts(r, &["opened"])))),
        ask("source.publisher:gazette", Stage::Rows, |_, r| r.publishers.contains(&"Gazette").into()),
        ask("sources>=2", Stage::Rows, |_, r| (r.publishers.len() >= 2).into()),
        ask("changed", Stage::Take(2), |_, r| acts(r, &CHANGED)),
        ask("since 2014-12-31", Stage::Rows, |_, r| on(r.date, 20_141_231, FUTURE)),
        ask("until 2014-01-01", Stage::Rows, |_, r| on(r.date, PAST, 20_140_101)),
        needs("weight>=5", "weight", |_, r| r.weight.is_some_and(|weight| weight >= 5).into()),
        needs("weight:none", "weight", |_, r| r.weight.is_none().into()),
        needs("colour:red", "colour", |state, r| is_red(state, r).into()),
        needs("-colour:red", "colour", |state, r| (!is_red(state, r)).into()),
    ]
}

/// Of the colours that `red` finds the exact one is meant where somebody has it.
fn is_red(state: &State, record: &Record) -> bool {
    let is_exact = state.facts.values().any(|other| other.colour == Some("red"));
    record.colour.is_some_and(|colour| colour == "red" || !is_exact && folded(colour) == "red")
}

/// Questions of every other kind. Their days are told, since the clock goes on.
pub fn remembered() -> impl Iterator<Item = Question> {
    let then = |(filter, stages)| Question { filter, stage: Stage::Then(stages), needs: None, test: None };
    let all = [
        ("opened with {closed}", ""),
        ("changed without {moved}", "| count by action"),
        ("opened with same subject {moved since 2014}", ""),
        ("opened before {closed}.effective", ""),
        ("closed within 1 year after {opened}", "| count"),
        ("moved person.running:*", ""),
        ("changed (promised:ada,ben as of 2014-06-01)", ""),
        ("subject:(people running:* as of 2014-06-01)", "| count by subject"),
        ("people running:acme as of 2014-06-01", ""),
        ("people -promised:* as of 2014-06-01", "| sort -name"),
        ("people with {opened in:league} as of 2014-03-05", "| count"),
        ("firms running>=1 as of 2014-12-31", ""),
        ("firms maybe running:ada using {source.publisher:gazette} as of 2015", ""),
        ("people running:* as of each year 2012..2015", "| count by as-of"),
        ("people as of 2014-03-05", "| share of (in:league)"),
        ("periods running:* as of 2016-01-01", ""),
        ("periods promised:acme as of 2016-01-01", "| count by subject"),
        ("opened", "| let lag = effective - date | min max of lag by action"),
        ("changed", "| first by subject"),
        ("", "| pivot subject x year"),
        ("", "| sort subject | sources"),
    ];
    all.into_iter().map(then)
}

/// Rows, and how many more are possible; nothing if the question is not understood.
pub type Reply = Option<(Vec<Value>, u64)>;

/// What the mirror says to a question that it has an answer to.
pub fn expected(state: &State, question: &Question, test: Test) -> Reply {
    if question.needs.is_some_and(|field| !state.declared.contains(field)) {
        return None;
    }
    let judged: Vec<_> = state.facts.iter().map(|(id, record)| (id, record, test(state, record))).collect();
    let possible = judged.iter().filter(|(_, _, truth)| *truth == Possible).count() as u64;
    let mut found: Vec<_> = judged.iter().filter(|(_, _, truth)| *truth == True).collect();
    let key = |record: &Record| {
        record.date.map_or((FUTURE, FUTURE, true), |date| {
            let (first, last) = days(date).ends();
            (first, last, false)
        })
    };
    found.sort_by_key(|(id, record, _)| {
        let (first, last, missing) = key(record);
        (missing, first, last, (*id).clone())
    });
    let rows = |many: usize| found.iter().take(many).map(|(id, record, _)| state.object_of(id, record)).collect();
    let rows = match question.stage {
        Stage::Rows => rows(usize::MAX),
        Stage::Take(many) => rows(many),
        Stage::Count => vec![json!({ "count": found.len() })],
        Stage::CountByAction => {
            let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
            for (_, record, _) in &found {
                *counts.entry(record.action).or_default() += 1;
            }
            let mut rows: Vec<Value> = counts.iter().map(|(a, n)| json!({"action": a, "count": n})).collect();
            rows.sort_by_key(ToString::to_string);
            rows
        }
        Stage::CountByYear => {
            // Years in order, then what spans several, then what has none.
            let mut counts: BTreeMap<(u8, i32), u64> = BTreeMap::new();
            for (_, record, _) in &found {
                let bucket = match record.date.map(|date| days(date).ends()) {
                    None => (2, 0),
                    Some((first, last)) if first / 10_000 == last / 10_000 => (0, first / 10_000),
                    Some(_) => (1, 0),
                };
                *counts.entry(bucket).or_default() += 1;
            }
            let year = |(kind, year): &(u8, i32)| match kind {
                0 => json!(year),
                1 => json!("imprecise"),
                _ => Value::Null,
            };
            counts.iter().map(|(bucket, count)| json!({"year": year(bucket), "count": count})).collect()
        }
        Stage::Then(stages) => unreachable!("nobody reads {stages}"),
    };
    Some((rows, possible))
}

pub fn rows_of(answer: Answer) -> Vec<Value> {
    answer.map(|row| Value::Object(row.unwrap().object().unwrap())).collect()
}

pub fn reply(store: &Store, question: &Question, known: &str) -> Reply {
    let answer = match store.query(&question.text(known)) {
        Ok(answer) => answer,
        Err(Error::Query(_)) => return None,
        Err(error) => panic!("{}: {error}", question.text(known)),
    };
    let possible = answer.possible();
    let mut rows = rows_of(answer);
    if matches!(question.stage, Stage::CountByAction) {
        rows.sort_by_key(ToString::to_string);
    }
    Some((rows, possible))
}

pub fn same(question: &Question, got: &Reply, wanted: &Reply) -> bool {
    match (question.stage, got, wanted) {
        (Stage::Rows, _, _) | (_, None, _) | (_, _, None) => got == wanted,
        (_, Some((got, _)), Some((wanted, _))) => got == wanted,
    }
}
