//! The stages that count, summarise, calculate and compare: by example, and
//! against what loops over facts say.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value as Json, json};

use crate::exec::rows::date_buckets;
use crate::exec::testing::{
    MemoryView, Step, World, aggregate, calculate, cell, column, computed, count_by, days, diff, field, first_or_last,
    ids, keyword, narrow, narrow_table, over, part, pipeline, pivot_of, query, rows, run, share_of, show_columns, sort,
    table, window, world,
};
use crate::exec::{Answer, Cancel, ColumnRole, ExecError, OtherStates, run_among};
use crate::index::{CommitInfo, Index, JournalPosition, Mutation, MutationBatch, Snapshot, View};
use crate::model::{Cell, Date, Day, Elapsed, Fact, Truth, Window, canonical, caseless};
use crate::plan::{
    At, Calculation, CellTest, Column, ColumnPlace, Comparison, DatePart, Diff, FactDomain, FactTable, Filter,
    KnownState, Moment, OrderKey, OtherDate, OtherFacts, Query, RecordCalculation, RecordTest, RecordValue, RowValue,
    RowsOf, Scale, Shared, Timeline,
};
use crate::syntax::tree::{Aggregate, ArithmeticOperator, Duration, Unit};

fn ask(world: &World, stages: Vec<Step<FactDomain>>) -> Answer {
    run(query(Filter::All, stages), MemoryView::build(world), Cancel::new()).unwrap()
}

fn set(answer: Answer) -> BTreeSet<String> {
    ids(answer).into_iter().collect()
}

fn names(answer: &Answer) -> Vec<String> {
    answer.columns().iter().map(|column| column.name.to_string()).collect()
}

fn year() -> Column<FactDomain> {
    column("year", RecordValue::Part("date".into(), DatePart::Year).into())
}

fn value(name: &str) -> Arc<Calculation<FactDomain>> {
    Arc::new(Calculation::Value(field(name)))
}

fn lag() -> Arc<Calculation<FactDomain>> {
    Arc::new(Calculation::Operation(ArithmeticOperator::Subtract, value("effective"), value("date")))
}

fn months(count: u32) -> Duration {
    Duration { count, unit: Unit::Month }
}

fn live(world: &World) -> Vec<Fact> {
    world.facts.iter().filter(|(_, live)| *live).map(|(fact, _)| fact.clone()).collect()
}

fn condition() -> Filter {
    days("date", window("2004-05", "2005"))
}

fn truth_of(fact: &Fact) -> Truth {
    fact.date.as_ref().map_or(Truth::Unknown, |date| date.extent().within(window("2004-05", "2005")))
}

fn small() -> World {
    world([
        json!({"id": "a", "subject": "alpha", "action": "signed", "object": "one", "date": "2004-05-01",
               "effective": "2004-11-01", "score": 1, "tags": ["x", "y"]}),
        json!({"id": "b", "subject": "alpha", "action": "left", "object": "one", "date": "2004", "score": 4}),
        json!({"id": "c", "subject": "beta", "action": "signed", "object": "one", "date": "2005-02",
               "effective": "2006-02-03", "tags": ["x"]}),
        json!({"id": "d", "subject": "beta", "action": "left", "object": "two", "date": "2006-01-15", "score": 2}),
        json!({"id": "e", "subject": "gamma", "action": "signed", "object": "one"}),
        json!({"id": "f", "subject": "gamma", "action": "left", "object": "one", "date": "2004-12-31",
               "effective": "2004-12-31"}),
    ])
}

#[test]
fn a_share_counts_what_definitely_holds_of_all() {
    let of = condition();
    let all = ask(&small(), vec![share_of(of.clone(), vec![])]);
    assert_eq!(names(&all), ["n", "of", "share"]);
    assert_eq!(table(all), ["3|6|50"]);
    let by = vec![column("state", field("subject"))];
    let shares = ask(&small(), vec![share_of(of.clone(), by)]);
    assert_eq!(table(shares), ["Alpha|1|2|50", "Beta Land|1|2|50", "Gamma|1|2|50"]);
    let shares = ask(&small(), vec![share_of(of.clone(), vec![year()])]);
    assert_eq!(table(shares), ["2004|2|3|66.7", "2005|1|1|100", "2006|0|1|0", "|0|1|0"]);
    let none = run(query(Filter::Nothing, vec![share_of(of, vec![])]), MemoryView::build(&small()), Cancel::new());
    assert_eq!(table(none.unwrap()), ["0|0|"]);
}

#[test]
fn a_condition_is_a_key_with_four_values() {
    let by = vec![column("(date in 2004-05..2005)", RowValue::Condition(Arc::new(condition())))];
    let counted = ask(&small(), vec![count_by(None, by)]);
    assert_eq!(table(counted), ["yes|3", "no|1", "possible|1", "unknown|1"]);
    let over_rows =
        Filter::Test(CellTest::Compare { column: 1, operator: Comparison::AtLeast, cell: Cell::Integer(2) });
    let stages = vec![
        count_by(None, vec![year()]),
        over(count_by(None, vec![column("(count >= 2)", RowValue::Condition(Arc::new(over_rows)))])),
    ];
    assert_eq!(table(ask(&small(), stages)), ["no|3", "yes|1"]);
}

#[test]
fn a_pivot_has_a_column_for_each_value_and_a_total() {
    let pivot = |rows, columns| ask(&small(), vec![pivot_of(rows, columns)]);
    let answer = pivot(column("state", field("subject")), year());
    assert_eq!(names(&answer), ["state", "2004", "2005", "2006", "none", "total"]);
    let roles: Vec<_> = answer.columns().iter().map(|column| column.role).collect();
    assert_eq!(roles[0], ColumnRole::Plain);
    assert!(roles[1..].iter().all(|role| *role == ColumnRole::Count));
    assert_eq!(table(answer), ["Alpha|2|0|0|0|2", "Beta Land|0|1|1|0|2", "Gamma|1|0|0|1|2"]);
    // Of a row with several values the total counts one.
    let answer = pivot(year(), column("tags", field("tags")));
    assert_eq!(names(&answer), ["year", "x", "y", "none", "total"]);
    assert_eq!(answer.columns()[0].role, ColumnRole::Period);
    assert_eq!(table(answer), ["2004|1|1|2|3", "2005|1|0|0|1", "2006|0|0|1|1", "|0|0|1|1"]);
}

#[test]
fn stages_after_a_pivot_know_its_total_from_the_columns_of_values() {
    let pivot = || pivot_of(column("state", field("subject")), year());
    let total = |least| CellTest::Compare { column: 1, operator: Comparison::AtLeast, cell: Cell::Integer(least) };
    let two = narrow_table(Filter::Test(total(2)));
    assert_eq!(
        table(ask(&small(), vec![pivot(), two.clone()])),
        ["Alpha|2|0|0|0|2", "Beta Land|0|1|1|0|2", "Gamma|1|0|0|1|2"]
    );
    let shown = show_columns(vec![column("total", cell(1)), column("state", cell(0))]);
    assert_eq!(table(ask(&small(), vec![pivot(), two, over(shown)])), ["2|Alpha", "2|Beta Land", "2|Gamma"]);
    let none = ask(&small(), vec![pivot(), narrow_table(Filter::Test(total(3)))]);
    assert_eq!(names(&none), ["state", "2004", "2005", "2006", "none", "total"]);
    assert_eq!(table(none), [""; 0]);
}

#[test]
fn columns_of_a_pivot_have_names_of_their_own() {
    let facts = world([
        json!({"id": "a", "subject": "alpha", "action": "left", "tags": ["total"]}),
        json!({"id": "b", "subject": "alpha", "action": "left", "tags": ["none"]}),
        json!({"id": "c", "subject": "alpha", "action": "left"}),
    ]);
    let stage = pivot_of(column("state", field("subject")), column("tags", field("tags")));
    assert_eq!(names(&ask(&facts, vec![stage])), ["state", "none", "total (2)", "none (2)", "total"]);
}

#[test]
fn a_pivot_too_wide_to_read_says_what_to_do_instead() {
    let facts = (0..1001).map(|number| json!({"id": format!("f{number}"), "subject": "alpha", "action": "left"}));
    let stage = pivot_of(column("state", field("subject")), column("id", field("id")));
    let error = run(query(Filter::All, vec![stage]), MemoryView::build(&world(facts)), Cancel::new()).unwrap_err();
    assert_eq!(error, ExecError::Wide { columns: 1001, most: 1000 });
}

#[test]
fn summaries_of_dates_are_as_imprecise_as_the_dates() {
    let functions = vec![Aggregate::Min, Aggregate::Max, Aggregate::Median];
    let stage = |of: &str, by| aggregate(functions.clone(), field(of), by);
    let answer = ask(&small(), vec![stage("date", vec![])]);
    assert_eq!(names(&answer), ["min", "max", "median", "n"]);
    // The first is some day of 2004 up to 1 May, the middle one the last day of 2004.
    assert_eq!(table(answer), ["[2004-01-01..2004-05-01]|2006-01-15|2004-12-31|5"]);
    let by = vec![column("state", field("subject"))];
    assert_eq!(
        table(ask(&small(), vec![stage("date", by.clone())])),
        [
            "Alpha|[2004-01-01..2004-05-01]|[2004-05-01..2004-12-31]|[2004-03-01..2004-08-31]|2",
            "Beta Land|2005-02|2006-01-15|[2005-07-25..2005-08-07]|2",
            "Gamma|2004-12-31|2004-12-31|2004-12-31|1",
        ]
    );
    let stage = aggregate(vec![Aggregate::Sum, Aggregate::Median], field("score"), by);
    assert_eq!(table(ask(&small(), vec![stage])), ["Alpha|5|2.5|2", "Beta Land|2|2|1", "Gamma|||0"]);
}

#[test]
fn a_date_that_two_spell_differently_is_summarised_as_its_days() {
    let facts = |other: &str| {
        world([
            json!({"id": "a", "subject": "alpha", "action": "left", "date": "1985~"}),
            json!({"id": "b", "subject": "alpha", "action": "left", "date": other}),
        ])
    };
    let stage = aggregate(vec![Aggregate::Min], field("date"), vec![]);
    assert_eq!(table(ask(&facts("1985?"), vec![stage.clone()])), ["1985|2"]);
    assert_eq!(table(ask(&facts("1985~"), vec![stage.clone()])), ["1985~|2"]);
    assert_eq!(table(ask(&facts("../2004"), vec![stage.clone()])), ["[..1985-12-31]|2"]);
    assert_eq!(table(ask(&facts("[1990..]"), vec![stage])), ["1985~|2"]);
}

#[test]
fn lengths_of_time_are_calculated_and_summarised() {
    let stages = vec![calculate(column("lag", RowValue::Computed(lag())))];
    let answer = ask(&small(), stages.clone());
    assert_eq!(answer.columns().last().unwrap().role, ColumnRole::Calculated);
    let found = rows(answer).unwrap();
    let lags: Vec<String> = found.iter().map(|row| row.cell("lag").unwrap().to_string()).collect();
    assert_eq!(lags, ["", "184", "0", "340..367", "", ""]);
    assert_eq!(found[1].object().unwrap()["lag"], json!(184.0));
    assert_eq!(found[0].object().unwrap()["lag"], Json::Null);
    let functions = vec![Aggregate::Min, Aggregate::Max, Aggregate::Median, Aggregate::Sum];
    let summary = aggregate(functions, RowValue::Computed(lag()), vec![]);
    assert_eq!(table(ask(&small(), vec![summary])), ["0|340..367|184|524..551|3"]);
    let sort = sort(vec![OrderKey { descending: true, value: RowValue::Computed(lag()) }]);
    let show = show_columns(vec![column("id", field("id")), column("lag", RowValue::Computed(lag()))]);
    assert_eq!(table(ask(&small(), vec![sort, show])), ["c|340..367", "a|184", "f|0", "b|", "d|", "e|"]);
}

#[test]
fn a_length_compares_by_the_calendar() {
    let passing = |comparison, count| {
        let filter = Filter::Test(RecordTest::Computed {
            value: RecordCalculation::OfFact(lag()),
            test: Scale::Length(comparison, months(count)),
        });
        set(run(query(filter, vec![]), MemoryView::build(&small()), Cancel::new()).unwrap())
            .into_iter()
            .collect::<Vec<_>>()
            .concat()
    };
    assert_eq!(passing(Comparison::Equal, 6), "a");
    assert_eq!(passing(Comparison::AtLeast, 6), "ac");
    assert_eq!(passing(Comparison::Less, 6), "f");
    assert_eq!(passing(Comparison::Less, 12), "af");
    assert_eq!(passing(Comparison::AtMost, 13), "acf");
    let show = show_columns(vec![column("id", field("id")), column("lag", RowValue::Computed(lag()))]);
    let length = Filter::Test(CellTest::Length { column: 1, operator: Comparison::AtLeast, duration: months(6) });
    let stages = vec![show.clone(), narrow_table(length)];
    assert_eq!(table(ask(&small(), stages)), ["a|184", "c|340..367"]);
    let days = Filter::Test(CellTest::Compare { column: 1, operator: Comparison::Greater, cell: Cell::Integer(183) });
    assert_eq!(table(ask(&small(), vec![show, narrow_table(days)])), ["a|184", "c|340..367"]);
}

#[test]
fn a_date_and_a_length_make_a_date() {
    let half = || Arc::new(Calculation::Length(months(6)));
    let later = Arc::new(Calculation::Operation(ArithmeticOperator::Add, value("date"), half()));
    let earlier = Arc::new(Calculation::Operation(ArithmeticOperator::Subtract, value("date"), half()));
    let show =
        show_columns(vec![column("l", RowValue::Computed(later)), column("e", RowValue::Computed(earlier.clone()))]);
    assert_eq!(
        table(ask(&small(), vec![show])),
        [
            "[2004-07-01..2005-06-30]|[2003-07-01..2004-06-30]",
            "2004-11-01|2003-11-01",
            "2005-06-30|2004-06-30",
            "[2005-08-01..2005-08-28]|[2004-08-01..2004-08-28]",
            "2006-07-15|2005-07-15",
            "|",
        ]
    );
    let by = vec![column("year", RowValue::PartOf(Box::new(RowValue::Computed(earlier)), DatePart::Year))];
    let counted = ask(&small(), vec![count_by(None, by)]);
    assert_eq!(table(counted), ["2003|1", "2004|2", "2005|1", "imprecise|1", "|1"]);
}

#[test]
fn a_stretch_is_moved_as_one_with_the_shortest_periods_that_hold_its_ends() {
    let facts = |date| world([json!({"id": "a", "subject": "alpha", "action": "left", "date": date})]);
    let later = Arc::new(Calculation::Operation(
        ArithmeticOperator::Add,
        value("date"),
        Arc::new(Calculation::Length(months(6))),
    ));
    let show =
        |date| table(ask(&facts(date), vec![show_columns(vec![column("l", RowValue::Computed(later.clone()))])]));
    assert_eq!(show("2004-01-01/.."), ["2004-07-01/.."]);
    assert_eq!(show("2003-06/2005-03-15"), ["2003-12/2005-09-15"]);
}

#[test]
fn a_table_calculates_with_its_columns() {
    let operand = |place| Arc::new(Calculation::Value(cell(place)));
    let twice = computed(Calculation::Operation(ArithmeticOperator::Add, operand(1), operand(1)));
    let stages = vec![count_by(None, vec![year()]), over(calculate(column("twice", twice)))];
    let answer = ask(&small(), stages);
    assert_eq!(names(&answer), ["year", "count", "twice"]);
    assert_eq!(table(answer), ["2004|3|6", "2005|1|2", "2006|1|2", "|1|2"]);
    let apart = computed(Calculation::Operation(ArithmeticOperator::Subtract, operand(1), operand(0)));
    let show = show_columns(vec![column("date", field("date")), column("effective", field("effective"))]);
    let stages = vec![show, over(calculate(column("lag", apart))), Step::Take(4)];
    assert_eq!(
        table(ask(&small(), stages)),
        ["2004||", "2004-05-01|2004-11-01|184", "2004-12-31|2004-12-31|0", "2005-02|2006-02-03|340..367"]
    );
}

fn since_signed() -> Arc<Calculation<FactDomain>> {
    let filter = Arc::new(keyword("action", "signed"));
    let other = OtherFacts { shared: Shared::Pair, filter };
    Arc::new(Calculation::Operation(
        ArithmeticOperator::Subtract,
        value("date"),
        Arc::new(Calculation::Other(OtherDate { date: "date".into(), other })),
    ))
}

#[test]
fn a_calculation_takes_the_earliest_date_of_other_facts_of_the_pair() {
    let facts = world([
        json!({"id": "a", "subject": "alpha", "action": "signed", "object": "one", "date": "2004-05-01"}),
        json!({"id": "b", "subject": "AL", "action": "left", "object": "Treaty One", "date": "2004-05-11"}),
        json!({"id": "c", "subject": "alpha", "action": "signed", "object": "one", "date": "2004-05-06"}),
        json!({"id": "d", "subject": "beta", "action": "left", "object": "one", "date": "2004-05-11"}),
    ]);
    let show = vec![column("id", field("id")), column("lag", RowValue::Computed(since_signed()))];
    // A fact is not one of its own others: the first signature follows the second.
    assert_eq!(table(ask(&facts, vec![show_columns(show.clone())])), ["a|-5", "c|5", "b|10", "d|"]);
    // As few rows as it may be, the others are looked for among all facts.
    let stages = vec![Step::Take(3), Step::Skip(2), show_columns(show)];
    assert_eq!(table(ask(&facts, stages)), ["b|10"]);
}

#[test]
fn a_group_may_be_that_of_a_day() {
    let by =
        |at| vec![column("region", RecordValue::Group { field: "subject".into(), kind: "region".into(), at }.into())];
    let counted = |at| table(ask(&small(), vec![count_by(None, by(at))]));
    let day = |written: &str| At::Day(Date::parse(written).unwrap().earliest());
    assert_eq!(counted(day("2003-01-01")), ["North|4", "|2"]);
    assert_eq!(counted(day("2010-01-01")), ["North|2", "South|2", "|2"]);
}

#[test]
fn the_first_of_each_group_keeps_ties_and_tells_who_might_precede() {
    let facts = world([
        json!({"id": "a", "subject": "alpha", "action": "left", "date": "2004-05-01"}),
        json!({"id": "b", "subject": "alpha", "action": "left", "date": "2004-05-01"}),
        json!({"id": "c", "subject": "alpha", "action": "left", "date": "2004"}),
        json!({"id": "d", "subject": "alpha", "action": "left", "date": "2004-06"}),
        json!({"id": "e", "subject": "alpha", "action": "left"}),
        json!({"id": "f", "subject": "beta", "action": "left"}),
        json!({"id": "g", "subject": "beta", "action": "left"}),
    ]);
    let extreme = |last, by| ask(&facts, vec![first_or_last(last, by)]);
    let first = extreme(false, vec![field("subject")]);
    assert_eq!((first.notes().might_precede, first.notes().might_follow), (1, 0));
    assert_eq!(first.left()[0].missing, [("date".into(), 3)]);
    assert_eq!(set(first).into_iter().collect::<String>(), "ab");
    let last = extreme(true, vec![field("subject")]);
    assert_eq!((last.notes().might_precede, last.notes().might_follow), (0, 1));
    assert_eq!(set(last).into_iter().collect::<String>(), "d");
    assert_eq!(set(extreme(true, vec![])).into_iter().collect::<String>(), "d");
}

#[test]
fn a_cut_between_equals_is_counted_whatever_the_rows_are() {
    let by_subject = || sort(vec![OrderKey { descending: false, value: field("subject") }]);
    let subject = || vec![column("subject", field("subject"))];
    let cuts = |stages| {
        let mut answer = ask(&small(), stages);
        answer.by_ref().for_each(drop);
        answer.cuts().iter().map(|(_, count)| *count).collect::<Vec<_>>()
    };
    assert_eq!(cuts(vec![by_subject(), Step::Take(1)]), [1]);
    assert!(cuts(vec![by_subject(), Step::Take(2)]).is_empty() && cuts(vec![Step::Take(1)]).is_empty());
    assert_eq!(cuts(vec![by_subject(), Step::Skip(1), Step::Take(2)]), [1, 1]);
    assert_eq!(cuts(vec![by_subject(), show_columns(subject()), Step::Take(3)]), [1], "as the rows are made");
    assert_eq!(cuts(vec![count_by(None, subject()), Step::Take(1)]), [2], "by the count");
    assert_eq!(cuts(vec![count_by(None, subject()), Step::Skip(2)]), [2]);
}

#[test]
fn the_first_of_each_group_follows_a_sort() {
    let facts = world([
        json!({"id": "a", "subject": "alpha", "action": "left", "date": "2004", "score": 3}),
        json!({"id": "b", "subject": "alpha", "action": "left", "date": "2001", "score": 9}),
        json!({"id": "c", "subject": "alpha", "action": "left", "date": "2002", "score": 9}),
        json!({"id": "d", "subject": "beta", "action": "left", "date": "2001"}),
        json!({"id": "e", "subject": "beta", "action": "left", "date": "2005", "score": 1}),
    ]);
    let by_score = |descending| sort(vec![OrderKey { descending, value: field("score") }]);
    let kept = |descending, last| {
        set(ask(&facts, vec![by_score(descending), first_or_last(last, vec![field("subject")])]))
            .into_iter()
            .collect::<String>()
    };
    assert_eq!(kept(true, false), "bce", "without a score a fact is neither first nor last");
    assert_eq!(kept(false, false), "ae");
    assert_eq!(kept(false, true), "bce");
}

#[test]
fn the_first_after_a_sort_of_many_keys_is_one_whatever_the_bits_of_their_ranks() {
    let fact = |id: &str, score: u32, topic: &str| json!({"id": id, "subject": "alpha", "action": "left", "date": "2004", "score": score, "topic": [topic]});
    let facts = world([
        fact("a", 1, "x"),
        fact("b", 2, "x"),
        fact("c", 3, "x"),
        fact("d", 4, "x"),
        fact("e", 5, "x"),
        fact("f", 5, "y"),
    ]);
    // Each score takes three bits and each topic two: 64 in all.
    let keys = std::iter::repeat_n("score", 20).chain(["topic", "topic"]);
    let keys = keys.map(|name| OrderKey { descending: false, value: field(name) }).collect::<Vec<_>>();
    let kept = |last| {
        set(ask(&facts, vec![sort(keys.clone()), first_or_last(last, Vec::new())])).into_iter().collect::<String>()
    };
    assert_eq!([kept(false), kept(true)], ["a", "f"]);
}

#[test]
fn a_timeline_of_facts_is_in_the_order_of_time_whatever_the_sort() {
    let sort = sort(vec![OrderKey { descending: true, value: field("date") }]);
    let answer = ask(&small(), vec![sort, Step::Own(FactTable::Timeline), Step::Take(3)]);
    assert_eq!(names(&answer), ["date", "subject", "action", "object", "id"]);
    assert_eq!(answer.columns()[0].role, ColumnRole::Start);
    assert_eq!(
        table(answer),
        [
            "2004|Alpha|withdrawal|Treaty One|b",
            "2004-05-01|Alpha|signature|Treaty One|a",
            "2004-12-31|Gamma|withdrawal|Treaty One|f",
        ]
    );
    let show = show_columns(vec![column("start", field("date")), column("end", field("effective"))]);
    let answer = ask(&small(), vec![show, over(Step::Own(Timeline { by: ColumnPlace(0) }))]);
    let roles: Vec<_> = answer.columns().iter().map(|column| column.role).collect();
    assert_eq!(roles, [ColumnRole::Start, ColumnRole::End]);
}

#[test]
fn what_passes_on_one_day_and_not_on_another_comes_in_or_goes_out() {
    let moment = |year: &str| {
        let filter = days("date", window(year, year));
        Box::new(Moment { label: Date::parse(year).unwrap(), day: Day::from_number(0), filter })
    };
    let stage = diff(Diff::AsOf(moment("2004"), moment("2005")));
    let answer = ask(&small(), vec![stage]);
    assert_eq!(names(&answer), ["change", "id", "subject", "action", "object", "date"]);
    assert_eq!(
        table(answer),
        [
            "out|b|Alpha|withdrawal|Treaty One|2004",
            "out|a|Alpha|signature|Treaty One|2004-05-01",
            "out|f|Gamma|withdrawal|Treaty One|2004-12-31",
            "in|c|Beta Land|signature|Treaty One|2005-02",
        ]
    );
}

/// Snapshots of an index after each of some transactions.
struct Past(Index, Query);

impl Past {
    fn new(world: &World, transactions: Vec<Vec<Mutation>>, query: Query) -> Self {
        let index = Index::in_memory();
        let mut all = vec![vec![Mutation::Vocabulary(world.schema.clone())]];
        if let Some(first) = all.first_mut() {
            first.extend(world.entities.iter().map(|(_, entity)| Mutation::Entity(entity.clone())));
        }
        all.extend(transactions);
        for (changes, transaction) in all.into_iter().zip(1..) {
            let author = format!("author {transaction}");
            let commit = CommitInfo { transaction, time: 1000 * i64::try_from(transaction).unwrap(), author };
            index
                .apply(
                    MutationBatch { commit, mutations: changes },
                    JournalPosition { transaction, ..JournalPosition::default() },
                )
                .unwrap();
        }
        Self(index, query)
    }

    fn at(&self, transaction: u64) -> Arc<Snapshot> {
        self.0.snapshot_at(transaction)
    }

    fn diff(&self, before: u64, after: u64) -> Answer {
        let stage = diff(Diff::Known(KnownState::Commit(before), KnownState::Commit(after)));
        let query = Query { rows: RowsOf::Facts(pipeline(vec![stage])), ..self.1.clone() };
        run_among(query, self.0.snapshot(), &Cancel::new(), self, &|| std::time::Duration::ZERO).unwrap()
    }
}

impl OtherStates for Past {
    fn state(&self, known: KnownState) -> Result<(Arc<dyn View>, Query), ExecError> {
        let KnownState::Commit(transaction) = known else { panic!("tests speak of commits") };
        Ok((self.at(transaction), self.1.clone()))
    }
}

fn assert(fact: &Json) -> Mutation {
    let fact: Fact = serde_json::from_value(fact.clone()).unwrap();
    Mutation::Fact { hash: fact.content_hash(), fact }
}

#[test]
fn a_difference_of_states_says_what_changed_by_whom_and_why() {
    let fact = |id: &str, date: &str| json!({"id": id, "subject": "alpha", "action": "left", "date": date});
    let sourced = json!({"id": "c", "subject": "alpha", "action": "left", "date": "2004-02", "note": "new",
                         "sources": [{"publisher": "Gazette"}, {"publisher": "Times"}, {"publisher": "Gazette"}]});
    let retract = |id: &str| Mutation::Retract { id: id.to_owned(), reason: "a mistake".to_owned() };
    let past = Past::new(
        &world([]),
        vec![
            vec![assert(&fact("a", "2004")), assert(&fact("b", "2004")), assert(&fact("c", "2004"))],
            vec![assert(&fact("d", "2004")), assert(&fact("x", "2009")), assert(&fact("a", "2004-03"))],
            vec![assert(&sourced), assert(&fact("b", "2010")), retract("d")],
            vec![retract("a"), assert(&fact("x", "2004"))],
        ],
        query(days("date", window("2004", "2004")), vec![]),
    );
    let changes = |before, after| {
        let cells = |row: &super::Row| {
            let cell = |name: &str| row.cell(name).unwrap().label();
            ["id", "change", "what", "transaction", "author", "reason", "publishers"].map(cell).join("|")
        };
        rows(past.diff(before, after)).unwrap().iter().map(cells).collect::<Vec<_>>()
    };
    assert_eq!(names(&past.diff(1, 2)).len(), 12);
    assert_eq!(changes(1, 2), ["a|added||2|author 2||", "b|added||2|author 2||", "c|added||2|author 2||"]);
    assert_eq!(changes(2, 3), ["a|changed|date: 2004 → 2004-03|3|author 3||", "d|added||3|author 3||"]);
    assert_eq!(
        changes(3, 4),
        [
            "b|removed|date: 2004 → 2010|4|author 4|no longer passes the filter|",
            "c|changed|date: 2004 → 2004-02, note: none → new, sources: none → 3 entries (gazette, times)|4|author 4||Gazette, Times",
            "d|removed||4|author 4|a mistake|",
        ]
    );
    assert_eq!(
        changes(2, 5),
        [
            "b|removed|date: 2004 → 2010|4|author 4|no longer passes the filter|",
            "c|changed|date: 2004 → 2004-02, note: none → new, sources: none → 3 entries (gazette, times)|4|author 4||Gazette, Times",
            "a|removed||3, 5|author 3, author 5|a mistake|",
            "x|added||3, 5|author 3, author 5||",
        ]
    );
    assert_eq!(changes(3, 3), Vec::<String>::new());
    let alone = run(
        query(Filter::All, vec![diff(Diff::Known(KnownState::Commit(1), KnownState::Now))]),
        past.at(2),
        Cancel::new(),
    );
    assert!(matches!(alone.unwrap_err(), ExecError::NestedComparison));
}

#[test]
fn the_buckets_of_a_computed_date_tell_its_basis() {
    let computed = Cell::Computed { date: Date::parse("2004-05-01").unwrap(), cite: "Art. 1".into() };
    let stated = Cell::Date(Date::parse("2004-05-01").unwrap());
    let basis = |cell| date_buckets::bucket_of(cell, DatePart::Basis).to_string();
    assert_eq!(
        (basis(&computed), basis(&stated), basis(&Cell::Missing)),
        ("computed".into(), "stated".into(), String::new())
    );
    assert_eq!(date_buckets::bucket_of(&computed, DatePart::Year), Cell::Integer(2004));
}

#[test]
fn where_over_facts_takes_conditions_together_with_calculations() {
    let long = Filter::Test(RecordTest::Computed {
        value: RecordCalculation::OfFact(lag()),
        test: Scale::Number(Comparison::Greater, 100.into()),
    });
    let both = Filter::And(vec![part(keyword("action", "signed")), part(long)]);
    assert_eq!(set(ask(&small(), vec![narrow(both)])), BTreeSet::from(["a".to_owned(), "c".to_owned()]));
    let none = Filter::Test(RecordTest::Computed { value: RecordCalculation::OfFact(lag()), test: Scale::Missing });
    assert_eq!(set(ask(&small(), vec![narrow(none)])).len(), 3);
}

mod laws;
