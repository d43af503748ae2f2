//! The law of the whole language: what a query gives is what a naive judge
//! finds who looks at every fact, for random sentences over random worlds.
//!
//! `TRACTAT_CASES` sets how many sentences are asked, `TRACTAT_SEED` from which
//! world on, and `TRACTAT_FAILURES` after how many failures it stops.

mod constructs;
mod random;
mod sentence;
mod stages;
mod words;
mod world;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use crate::exec::filter::facts::Evaluator;
use crate::exec::{Cancel, Shape, run};
use crate::index::View;
use crate::judge::naive::{Found, Outcome, Scan, difference_of, is_history, window};
use crate::model::{Cell, Date, Day, Entities, Truth};
use crate::plan::{Context, Filter, KnownState, Parameters, Query, QueryProblem, RecordTest, RowsOf, check};
use crate::syntax::tree::{Duration, Relation, Side, Unit};
use crate::syntax::{Definitions, Diagnostic, parse_query, print_query};
use random::Random;
use sentence::{Definition, Writer};
use world::World;

/// How many sentences are asked of one world.
const SENTENCES: u64 = 60;

/// Of how many worlds one is in the real index.
const INDEXED: u64 = 12;

/// Of so many cases each construct must be judged once at least.
const RARE: u64 = 1000;

/// What became of some sentences.
#[derive(Default)]
struct Tally {
    cases: u64,
    broken: u64,
    /// How many mean something, of those that are not broken.
    checked: u64,
    /// Of how many of these every row is judged.
    judged: u64,
    /// How many have rows that are facts or entities.
    rows: u64,
    /// In how many of the judged ones each construct occurs.
    constructs: BTreeMap<&'static str, u64>,
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.cases += other.cases;
        self.broken += other.broken;
        self.checked += other.checked;
        self.judged += other.judged;
        self.rows += other.rows;
        for (construct, count) in other.constructs {
            *self.constructs.entry(construct).or_default() += count;
        }
    }

    fn count_of(&self, construct: &str) -> u64 {
        self.constructs.get(construct).copied().unwrap_or(0)
    }

    /// How often each construct is judged, the rarest first.
    fn table(&self) -> String {
        let mut counts = constructs::ALL.map(|construct| (self.count_of(construct), construct));
        counts.sort_unstable();
        counts.map(|(count, construct)| format!("{count:>7} {construct}")).join("\n")
    }
}

#[test]
fn whatever_is_asked_the_answer_is_that_of_a_full_scan() {
    let cases = setting("TRACTAT_CASES", 100_000);
    let first = setting("TRACTAT_SEED", 0);
    let enough = setting("TRACTAT_FAILURES", 1);
    let worlds = first + u64::div_ceil(cases, SENTENCES);
    let (next, failed, begun) = (AtomicU64::new(first), AtomicU64::new(0), Instant::now());
    let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let (mut tally, mut failures) = (Tally::default(), Vec::new());
    std::thread::scope(|scope| {
        let work = || {
            let (mut tally, mut failures) = (Tally::default(), Vec::new());
            while failed.load(Ordering::Relaxed) < enough {
                let seed = next.fetch_add(1, Ordering::Relaxed);
                if seed >= worlds {
                    break;
                }
                if let Err(failure) = of_one_world(seed, &mut tally) {
                    failed.fetch_add(1, Ordering::Relaxed);
                    failures.push(failure);
                }
            }
            (tally, failures)
        };
        let handles: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        for handle in handles {
            let (more, told) = handle.join().expect("failures are told");
            tally.add(more);
            failures.extend(told);
        }
    });
    let Tally { cases, broken, checked, judged, rows, .. } = tally;
    println!(
        "{cases} cases in {:.1} s; {checked} of {} sentences mean something, {judged} of these are judged, \
         {rows} have rows\n{}",
        begun.elapsed().as_secs_f64(),
        cases - broken,
        tally.table(),
    );
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    assert!(checked * 10 >= (cases - broken) * 8, "too few sentences mean anything");
    assert!(judged * 100 >= checked * 95, "only {judged} of {checked} answers are judged");
    let rare = |construct: &&str| tally.count_of(construct) < cases / RARE;
    let rare: Vec<&str> = constructs::ALL.into_iter().filter(|construct| rare(construct)).collect();
    assert!(rare.is_empty(), "too seldom judged: {}\n{}", rare.join(", "), tally.table());
}

fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

/// A sentence, and the query that has a name in it.
struct Case {
    text: String,
    definition: Option<Definition>,
    is_broken: bool,
}

impl Case {
    /// The same with what each call stands for.
    fn expanded(&self) -> String {
        match &self.definition {
            Some(definition) => self.text.replace(definition.call, &definition.expansion),
            None => self.text.clone(),
        }
    }
}

fn of_one_world(seed: u64, tally: &mut Tally) -> Result<(), String> {
    let mut random = Random::new(seed);
    let mut world = World::any(&mut random, 14, seed.is_multiple_of(INDEXED));
    for _ in 0..SENTENCES {
        tally.cases += 1;
        let is_broken = random.chance(5);
        let has_name = !is_broken && random.chance(8);
        let (commits, has_history) = (world.commits.len(), world.is_indexed());
        let mut writer = Writer { random: &mut random, commits, has_history, definition: None };
        if has_name {
            writer.define();
        }
        let text = if is_broken { writer.broken() } else { writer.query() };
        tally.broken += u64::from(is_broken);
        let case = Case { text, definition: writer.definition, is_broken };
        let judged = catch_unwind(AssertUnwindSafe(|| of_one_sentence(&mut world, &case, tally)));
        let judged = judged
            .unwrap_or_else(|_| Err(format!("`{}` makes it panic\n{}", case.text, world.lines(world.commits.len()))));
        judged.map_err(|failure| format!("seed {seed}: {failure}"))?;
    }
    Ok(())
}

fn of_one_sentence(world: &mut World, case: &Case, tally: &mut Tally) -> Result<(), String> {
    let text = &case.text;
    if let Some(tree) = parse_query(text).tree {
        let printed = print_query(&tree);
        if parse_query(&printed).tree != Some(tree) {
            return Err(format!("`{text}` is printed as `{printed}`, which is read otherwise"));
        }
    }
    let all = world.commits.len();
    let now = world.view(all).entities().clone();
    // Which state is asked, the query says itself; what its words mean, that state does.
    let commits = match understood(world, &now, text, case.definition.as_ref()).map(|query| query.known) {
        Err(_) | Ok(KnownState::Now) => all,
        Ok(KnownState::Commit(number)) => usize::try_from(number).unwrap_or(usize::MAX).min(all),
        Ok(KnownState::Day(day)) => world.known(day).ok_or_else(|| format!("the index has other commits by {day}"))?,
    };
    let view = world.view(commits);
    let entities = view.entities().clone();
    let query = match understood(world, &entities, text, case.definition.as_ref()) {
        Ok(query) => query,
        Err(diagnostics) => {
            let fits = |diagnostic: &Diagnostic<QueryProblem>| {
                let span = diagnostic.span;
                span.start <= span.end && (case.definition.is_some() || text.get(span.start..span.end).is_some())
            };
            if diagnostics.is_empty() || !diagnostics.iter().all(fits) {
                return Err(format!("`{text}` is refused for no reason in it: {diagnostics:?}"));
            }
            return Ok(());
        }
    };
    let answered = answered(&query, view.clone()).map_err(|error| format!("`{text}`: {error:?}"))?;
    // What is judged is what the calls stand for.
    let plain = understood(world, &entities, &case.expanded(), None).map_err(|wrong| {
        format!("`{text}` means something, but not what it stands for, `{}`: {wrong:?}", case.expanded())
    })?;
    let schema = world.schema.clone();
    let entered = world.entered(commits);
    let mut scan = Scan::new(&schema, &entities, world.facts(commits), entered);
    let judged =
        if is_history(&plain) { scan.history(&plain.filter, &world.changes(commits)) } else { scan.answer(&plain) };
    if !case.is_broken {
        tally.checked += 1;
        if judged.rows != Outcome::Unjudged {
            tally.judged += 1;
            let mut constructs = constructs::of(text, &query);
            let hears =
                constructs.iter().any(|construct| construct.starts_with("status") || construct.starts_with("with"));
            if world.has_gaps() && hears && judged.unknown > 0 {
                constructs.insert("unrecorded");
            }
            for construct in constructs {
                *tally.constructs.entry(construct).or_default() += 1;
            }
        }
    }
    tally.rows += u64::from(matches!(&judged.rows, Outcome::Ids(ids, _) if !ids.is_empty()));
    if agree(&answered, &judged) {
        return Ok(());
    }
    let mut told = format!("`{text}` {:?}\nis answered {answered:?}\n     but is {judged:?}\n", case.definition);
    let _ = writeln!(told, "{}", apart(&scan, &query, &view));
    let _ = write!(told, "in\n{}\nread as {:?} | {:?}", world.lines(commits), query.filter, query.rows);
    Err(told)
}

/// The query that a text is.
fn understood(
    world: &World,
    entities: &Entities,
    text: &str,
    definition: Option<&Definition>,
) -> Result<Query, Vec<Diagnostic<QueryProblem>>> {
    let parsed = parse_query(text);
    let of_query = |wrong: Vec<Diagnostic>| wrong.into_iter().map(Diagnostic::from).collect::<Vec<_>>();
    let tree = parsed.tree.ok_or_else(|| of_query(parsed.diagnostics))?;
    let parameters = Parameters::new();
    let today = Day::new(2005, 7, 1).expect("it is a day");
    let values = |field: &str| world.values(field);
    let context = Context { values: Some(&values), ..Context::new(&world.schema, entities, today, &parameters) };
    match definition {
        Some(definition) => {
            let definitions = Definitions::parse(&definition.text).map_err(of_query)?;
            check(&definitions.expand(text, &tree).map_err(of_query)?.query, &context)
        }
        None => check(&tree, &context),
    }
}

fn answered(query: &Query, view: Arc<dyn View>) -> Result<Found, crate::exec::ExecError> {
    let answer = run(query.clone(), view, Cancel::new())?;
    let (possible, unknown) = (answer.notes().possible, answer.notes().unknown);
    let facts = answer.shape() == Shape::Facts;
    let entities = match &query.rows {
        RowsOf::Entities(rows, _) if difference_of(query).is_none() => Some(rows.noun.clone()),
        _ => None,
    };
    let is_series = !query.series.is_empty();
    let (mut ids, mut table) = (Vec::new(), Vec::new());
    for row in answer {
        let row = row?;
        if facts && let Some(fact) = row.fact()? {
            ids.push(fact.id.clone().unwrap_or_default());
        } else if let Some(noun) = &entities
            && let Some(cell) = row.cell(noun)
        {
            let day = row.cell("as-of").filter(|_| is_series).map_or_else(String::new, |day| format!(" on {day}"));
            ids.push(cell.to_string() + &day);
        }
        if let Some(Cell::Elapsed(length)) = row.cell("length").filter(|_| matches!(query.rows, RowsOf::Periods(..))) {
            assert!(0.0 <= length.least && length.least <= length.most, "no period is shorter than nothing: {row:?}");
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
    let candidates = scan.candidates(query);
    if !matches!(query.rows, RowsOf::Facts(_)) {
        let told = candidates.iter().filter(|(_, truth)| *truth > Truth::False);
        return told
            .map(|(row, truth)| format!("{} on {row:?} {truth:?}", scan.id(*row)))
            .collect::<Vec<_>>()
            .join(", ");
    }
    let Ok(sets) = Evaluator::new(&crate::exec::testing::context(view)).evaluate(&query.filter, view.live()) else {
        return String::new();
    };
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
            let is_settled = |row: &&String| !others.iter().any(|(other, _)| row.starts_with(other));
            let are_there = |(other, there): &(String, Option<bool>)| {
                there.is_none_or(|there| found.iter().any(|row| row.starts_with(other)) == there)
            };
            same(&found.iter().filter(is_settled).cloned().collect::<Vec<_>>(), wanted, false)
                && others.iter().all(are_there)
        }
        // A table without rows does not tell what they would be.
        (Outcome::Table(found, _), Outcome::Ids(wanted, _)) => found.is_empty() && wanted.is_empty(),
        _ => false,
    };
    let counts = [(answered.possible, judged.possible), (answered.unknown, judged.unknown)];
    let of_all = !matches!(&judged.rows, Outcome::Settled(_, others) if !others.is_empty());
    rows && counts.iter().all(|(said, so)| if of_all { said == so } else { said >= so })
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
        // A range stands after `in` alone.
        let of_range = |relation| !written.contains("..") || relation == Relation::In;
        for (word, relation) in relations.into_iter().filter(|(_, relation)| of_range(*relation)) {
            let text = format!("effective {word} {written}");
            let query = understood(&world, &world.entities, &text, None).expect("it means something");
            let wanted = Filter::Test(RecordTest::Date {
                field: "effective".into(),
                window: window(relation, (day(first), day(last))).expect("it is finite"),
            });
            assert_eq!(query.filter, wanted, "{text}");
        }
    }
}
