//! The law of the whole language: what a query gives is what a naive judge
//! finds who looks at every fact, for random sentences over random worlds.
//!
//! `TRACTAT_CASES` sets how many sentences are asked, `TRACTAT_SEED` from which
//! world on, and `TRACTAT_FAILURES` after how many failures it stops.

mod random;
mod sentence;
mod stages;
mod world;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use super::evaluate::Evaluator;
use super::scan::{Found, Outcome, Scan, window};
use super::{Cancel, Shape, run};
use crate::index::View;
use crate::model::{Date, Day, Fact, Truth};
use crate::plan::{Context, Filter, Known, Parameters, Query, RowsOf, check, known};
use crate::syntax::tree::{Duration, Relation, Side, Unit};
use crate::syntax::{Diagnostic, parse_query};
use random::Random;
use sentence::Writer;
use world::{RULED, World};

/// Whether date fields may have rules that stand in for missing values.
const EFFECT_RULES: bool = true;

/// What the language has that can be left out of the sentences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Construct {
    Other,
    Relative,
    Given,
    Status,
    Using,
    LocalAsOf,
    Basis,
    Nouns,
    Series,
    Let,
    Extreme,
    Share,
    Summaries,
    Periods,
    Since,
}

/// What is in the sentences.
const ON: &[Construct] = &[
    Construct::Other,
    Construct::Relative,
    Construct::Given,
    Construct::Status,
    Construct::Using,
    Construct::LocalAsOf,
    Construct::Basis,
    Construct::Nouns,
    Construct::Series,
    Construct::Let,
    Construct::Extreme,
    Construct::Share,
    Construct::Summaries,
    Construct::Periods,
    Construct::Since,
];

fn is_on(construct: Construct) -> bool {
    ON.contains(&construct)
}

/// How many sentences are asked of one world.
const SENTENCES: u64 = 60;

/// Of how many worlds one is in the real index.
const INDEXED: u64 = 12;

/// What became of some sentences.
#[derive(Default)]
struct Tally {
    cases: AtomicU64,
    checked: AtomicU64,
    broken: AtomicU64,
    rows: AtomicU64,
    judged: AtomicU64,
}

#[test]
fn whatever_is_asked_the_answer_is_that_of_a_full_scan() {
    let cases = setting("TRACTAT_CASES", 100_000);
    let first = setting("TRACTAT_SEED", 0);
    let enough = setting("TRACTAT_FAILURES", 1);
    let worlds = first + u64::div_ceil(cases, SENTENCES);
    let (next, failed, tally, begun) = (AtomicU64::new(first), AtomicU64::new(0), Tally::default(), Instant::now());
    let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let failures: Vec<String> = std::thread::scope(|scope| {
        let work = || {
            let mut failures = Vec::new();
            while failed.load(Ordering::Relaxed) < enough {
                let seed = next.fetch_add(1, Ordering::Relaxed);
                if seed >= worlds {
                    break;
                }
                if let Err(failure) = of_one_world(seed, &tally) {
                    failed.fetch_add(1, Ordering::Relaxed);
                    failures.push(failure);
                }
            }
            failures
        };
        let handles: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        handles.into_iter().flat_map(|handle| handle.join().expect("failures are told")).collect()
    });
    let count = |number: &AtomicU64| number.load(Ordering::Relaxed);
    let whole = count(&tally.cases) - count(&tally.broken);
    println!(
        "{} cases in {:.1} s; {} of {whole} sentences mean something, {} have rows, {} of the rows are judged",
        count(&tally.cases),
        begun.elapsed().as_secs_f64(),
        count(&tally.checked),
        count(&tally.rows),
        count(&tally.judged),
    );
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    assert!(count(&tally.checked) * 10 >= whole * 8, "too few sentences mean anything");
}

fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

fn of_one_world(seed: u64, tally: &Tally) -> Result<(), String> {
    let mut random = Random::new(seed);
    let mut world = World::any(&mut random, 14, seed.is_multiple_of(INDEXED));
    for _ in 0..SENTENCES {
        tally.cases.fetch_add(1, Ordering::Relaxed);
        let broken = random.chance(5);
        let mut writer = Writer { random: &mut random, commits: world.commits.len() };
        let text = if broken { writer.broken() } else { writer.query() };
        tally.broken.fetch_add(u64::from(broken), Ordering::Relaxed);
        let judged = catch_unwind(AssertUnwindSafe(|| of_one_sentence(&mut world, &text, broken, tally)));
        let judged =
            judged.unwrap_or_else(|_| Err(format!("`{text}` makes it panic\n{}", world.lines(world.commits.len()))));
        judged.map_err(|failure| format!("seed {seed}: {failure}"))?;
    }
    Ok(())
}

fn of_one_sentence(world: &mut World, text: &str, broken: bool, tally: &Tally) -> Result<(), String> {
    let (query, commits) = match understood(world, text) {
        Ok(understood) => understood,
        Err(diagnostics) => {
            let fits = |diagnostic: &Diagnostic| {
                let span = diagnostic.span;
                span.start <= span.end && text.get(span.start..span.end).is_some()
            };
            if diagnostics.is_empty() || !diagnostics.iter().all(fits) {
                return Err(format!("`{text}` is refused for no reason in it: {diagnostics:?}"));
            }
            return Ok(());
        }
    };
    if !broken {
        tally.checked.fetch_add(1, Ordering::Relaxed);
    }
    let view = world.view(commits);
    let answered = answered(&query, view.clone()).map_err(|error| format!("`{text}`: {error}"))?;
    let (schema, entities) = (world.schema.clone(), world.entities.clone());
    let entered = world.entered(commits);
    let facts: Vec<&Fact> = world.facts(commits);
    let scan = Scan::new(&schema, &entities, facts, RULED, entered);
    let judged = scan.answer(&query);
    if !matches!(&judged.rows, Outcome::Unjudged) {
        tally.judged.fetch_add(1, Ordering::Relaxed);
    }
    if matches!(&judged.rows, Outcome::Ids(ids, _) if !ids.is_empty()) {
        tally.rows.fetch_add(1, Ordering::Relaxed);
    }
    if agree(&answered, &judged) {
        return Ok(());
    }
    let mut told = format!("`{text}`\nis answered {answered:?}\n     but is {judged:?}\n");
    let _ = writeln!(told, "{}", apart(&scan, &query, &view));
    let _ = write!(told, "in\n{}\nread as {:?} | {:?}", world.lines(commits), query.filter, query.stages);
    Err(told)
}

/// The query that a text is, and after how many commits it is asked.
fn understood(world: &World, text: &str) -> Result<(Query, usize), Vec<Diagnostic>> {
    let parsed = parse_query(text);
    let tree = parsed.tree.ok_or(parsed.diagnostics)?;
    let parameters = Parameters::new();
    let today = Day::new(2005, 7, 1).expect("it is a day");
    let context = Context::new(&world.schema, &world.entities, today, &parameters);
    let commits = match known(&tree, &context)? {
        Known::Commit(number) => usize::try_from(number).unwrap_or(usize::MAX).min(world.commits.len()),
        Known::Now | Known::Day(_) => world.commits.len(),
    };
    Ok((check(&tree, &context)?, commits))
}

fn answered(query: &Query, view: Arc<dyn View>) -> Result<Found, super::ExecError> {
    let answer = run(query.clone(), view, Cancel::new())?;
    let (possible, unknown) = (answer.notes().possible, answer.notes().unknown);
    let facts = answer.shape() == Shape::Facts;
    let entities = match &query.rows {
        RowsOf::Entities(rows) => Some(rows.noun.clone()),
        _ => None,
    };
    let (mut ids, mut table) = (Vec::new(), Vec::new());
    for row in answer {
        let row = row?;
        if facts && let Some(fact) = row.fact()? {
            ids.push(fact.id.clone().unwrap_or_default());
        } else if let Some(noun) = &entities
            && let Some(cell) = row.cell(noun)
        {
            ids.push(cell.to_string());
        }
        table.push(row.cells().iter().map(ToString::to_string).collect::<Vec<_>>().join("|"));
    }
    let rows = if facts || ids.len() == table.len() && entities.is_some() && !table.is_empty() {
        Outcome::Ids(ids, true)
    } else {
        Outcome::Table(table, true)
    };
    Ok(Found { rows, possible, unknown })
}

/// The rows of which something else is said than is so, and what is so of each.
fn apart(scan: &Scan<'_>, query: &Query, view: &Arc<dyn View>) -> String {
    let cancel = Cancel::new();
    let candidates = scan.candidates(query);
    if !matches!(query.rows, RowsOf::Facts) {
        let told = candidates.iter().filter(|(_, truth)| *truth > Truth::False);
        return told
            .map(|(row, truth)| format!("{} on {row:?} {truth:?}", scan.id(*row)))
            .collect::<Vec<_>>()
            .join(", ");
    }
    let Ok(sets) = Evaluator::new(view, &cancel).evaluate(&query.filter, view.live()) else { return String::new() };
    let found: BTreeMap<u32, Truth> = sets.truths().collect();
    let one = |document: u32| {
        let id = view.id(document).ok()?;
        let (_, wanted) = candidates.iter().find(|(row, _)| scan.id(*row) == *id)?;
        let found = found.get(&document).copied().unwrap_or(Truth::False);
        (found != *wanted).then(|| format!("{id} is {wanted:?} and not {found:?}"))
    };
    view.live().iter().filter_map(one).collect::<Vec<_>>().join(", ")
}

/// Whether what is answered is what is so.
fn agree(answered: &Found, judged: &Found) -> bool {
    let same = |found: &[String], wanted: &[String], ordered: bool| {
        if ordered {
            return found == wanted;
        }
        let sorted = |rows: &[String]| {
            let mut rows = rows.to_vec();
            rows.sort();
            rows
        };
        sorted(found) == sorted(wanted)
    };
    let rows = match (&answered.rows, &judged.rows) {
        (_, Outcome::Unjudged) => true,
        (Outcome::Ids(found, _), Outcome::Ids(wanted, ordered))
        | (Outcome::Table(found, _), Outcome::Table(wanted, ordered)) => same(found, wanted, *ordered),
        (Outcome::Table(found, _), Outcome::Settled(wanted, others)) => {
            let is_settled = |row: &&String| !others.iter().any(|other| row.starts_with(other));
            same(&found.iter().filter(is_settled).cloned().collect::<Vec<_>>(), wanted, false)
        }
        // A table without rows does not tell what they would be.
        (Outcome::Table(found, _), Outcome::Ids(wanted, _)) => found.is_empty() && wanted.is_empty(),
        _ => false,
    };
    rows && answered.possible == judged.possible && answered.unknown == judged.unknown
}

/// Dates of the sentences with their first and last days, told by hand: the
/// law judges what is read, and these judge the reading.
const READ: [(&str, &str, &str); 20] = [
    ("2004", "2004-01-01", "2004-12-31"),
    ("2005~", "2005-01-01", "2005-12-31"),
    ("2004-05", "2004-05-01", "2004-05-31"),
    ("May 2004", "2004-05-01", "2004-05-31"),
    ("February 2004", "2004-02-01", "2004-02-29"),
    ("2006-01", "2006-01-01", "2006-01-31"),
    ("2000s", "2000-01-01", "2009-12-31"),
    ("200X", "2000-01-01", "2009-12-31"),
    ("2003/2004", "2003-01-01", "2004-12-31"),
    ("last year", "2004-01-01", "2004-12-31"),
    ("this month", "2005-07-01", "2005-07-31"),
    ("last 90 days", "2005-04-03", "2005-07-01"),
    ("next 2 weeks", "2005-07-01", "2005-07-14"),
    ("2 weeks ago", "2005-06-17", "2005-06-17"),
    ("today", "2005-07-01", "2005-07-01"),
    ("15 March 2005", "2005-03-15", "2005-03-15"),
    ("2004-12-31", "2004-12-31", "2004-12-31"),
    ("2004..2005-03", "2004-01-01", "2005-03-31"),
    ("2004-05-01..2004-05-02", "2004-05-01", "2004-05-02"),
    ("2003..2004", "2003-01-01", "2004-12-31"),
];

#[test]
fn a_date_and_how_it_lies_are_the_days_that_a_calendar_says() {
    let world = World::any(&mut Random::new(1), 0, false);
    let day = |written: &str| Date::parse(written).expect("it is a date").earliest();
    let years = |count| Duration { count, unit: Unit::Year };
    let months = |count| Duration { count, unit: Unit::Month };
    let relations = [
        ("after", Relation::After),
        ("before", Relation::Before),
        ("since", Relation::Since),
        ("until", Relation::Until),
        ("by", Relation::Until),
        ("in", Relation::In),
        ("within 10 days of", Relation::Within(Duration { count: 10, unit: Unit::Day }, Side::Either)),
        ("within 6 months after", Relation::Within(months(6), Side::After)),
        ("within 1 month before", Relation::Within(months(1), Side::Before)),
        ("within 5 years after", Relation::Within(years(5), Side::After)),
    ];
    for (written, first, last) in READ {
        for (word, relation) in relations {
            let text = format!("effective {word} {written}");
            let (query, _) = understood(&world, &text).expect("it means something");
            let wanted = Filter::Date {
                field: "effective".into(),
                window: window(relation, (day(first), day(last))).expect("it is finite"),
            };
            assert_eq!(query.filter, wanted, "{text}");
        }
    }
}
