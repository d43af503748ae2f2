//! The laws of execution, and some answers by example.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value as Json, json};

use crate::exec::testing::{
    MemoryView, Step, World, any_whole_filter, any_world, cell, column, count_by, days, distinct, entity,
    evaluation_equals_scan, field, ids, keyword, narrow, narrow_table, over, part, query, rows, run, show_columns,
    sort, table, window, world,
};
use crate::exec::{Answer, Cancel, Emptied, ExecError, Nearest, Shape, SoleCondition};
use crate::index::{CommitInfo, Index, IndexOptions, JournalPosition, Mutation, MutationBatch, View};
use crate::model::{Cell, Date, Fact, Number, TextTerm};
use crate::plan::{
    At, CellTest, Comparison, DatePart, FactDomain, FactTable, FactValue, Filter, Match, OrderKey, OtherFacts, Part,
    RecordTest, RecordValue, RowValue, Shared,
};
use crate::syntax::Span;

fn ask(world: &World, filter: Filter, stages: Vec<Step<FactDomain>>) -> Answer {
    run(query(filter, stages), MemoryView::build(world), Cancel::new()).unwrap()
}

/// Facts in force in the default order, found without any machinery.
fn naive_order(world: &World) -> Vec<Fact> {
    let mut facts: Vec<Fact> = world.facts.iter().filter(|(_, live)| *live).map(|(fact, _)| fact.clone()).collect();
    facts.sort_by(default_order);
    facts
}

fn default_order(a: &Fact, b: &Fact) -> Ordering {
    let key = |fact: &Fact| {
        let days = fact.date.as_ref().map(|date| (date.earliest(), date.latest()));
        (days.is_none(), days, fact.id.clone())
    };
    key(a).cmp(&key(b))
}

fn ids_of(facts: &[Fact]) -> Vec<String> {
    facts.iter().map(|fact| fact.id.clone().unwrap()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 800, ..ProptestConfig::default() })]

    #[test]
    fn evaluation_and_full_scan_agree(world in any_world(24), filter in any_whole_filter()) {
        evaluation_equals_scan(&MemoryView::build(&world), &filter)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, ..ProptestConfig::default() })]

    #[test]
    fn few_candidates_are_decided_like_many(world in any_world(24), first in any_whole_filter(), second in any_whole_filter()) {
        let narrow = Filter::And(vec![part(keyword("topic", "arms")), part(first), part(second)]);
        evaluation_equals_scan(&MemoryView::build(&world), &narrow)?;
    }

    #[test]
    fn without_a_sort_facts_come_by_earliest_day_latest_day_and_id(world in any_world(40)) {
        prop_assert_eq!(ids(ask(&world, Filter::All, vec![])), ids_of(&naive_order(&world)));
    }

    #[test]
    fn take_and_skip_cut_the_order(world in any_world(40), take in 0_u64..30, skip in 0_u64..30) {
        let all = ids_of(&naive_order(&world));
        let (first, left) = (usize::try_from(take).unwrap(), usize::try_from(skip).unwrap());
        let taken: Vec<_> = all.iter().take(first).cloned().collect();
        prop_assert_eq!(ids(ask(&world, Filter::All, vec![Step::Take(take)])), taken.clone());
        let skipped: Vec<_> = all.into_iter().skip(left).collect();
        prop_assert_eq!(ids(ask(&world, Filter::All, vec![Step::Skip(skip)])), skipped);
        let both = vec![Step::Take(take), Step::Skip(skip)];
        let cut: Vec<_> = taken.into_iter().skip(left).collect();
        prop_assert_eq!(ids(ask(&world, Filter::All, both)), cut);
    }

    #[test]
    fn sorting_puts_what_is_missing_last_both_ways(world in any_world(40), descending: bool, take in 0_u64..40) {
        let score = |fact: &Fact| fact.fields.get("score").and_then(Json::as_i64);
        let mut facts = naive_order(&world);
        facts.sort_by_key(|fact| match score(fact) {
            None => (true, 0),
            Some(score) => (false, if descending { -score } else { score }),
        });
        facts.truncate(usize::try_from(take).unwrap());
        let sort = sort(vec![OrderKey { descending, value: field("score") }]);
        prop_assert_eq!(ids(ask(&world, Filter::All, vec![sort, Step::Take(take)])), ids_of(&facts));
    }

    #[test]
    fn several_sort_keys_go_one_after_the_other(world in any_world(40)) {
        let mut facts = naive_order(&world);
        facts.sort_by_key(|fact| {
            let weight = fact.fields.get("weight").map(|weight| Number::of_json(weight).unwrap());
            let action = if fact.action == "signed" { "signature" } else { "withdrawal" };
            (std::cmp::Reverse(action), weight.is_none(), weight, fact.title.is_none(),
             fact.title.as_deref().map(|title| crate::model::fold(title).into_owned()))
        });
        let key = |name, descending| OrderKey { descending, value: field(name) };
        let sort = sort(vec![key("action", true), key("weight", false), key("title", false)]);
        prop_assert_eq!(ids(ask(&world, Filter::All, vec![sort])), ids_of(&facts));
    }

    #[test]
    fn counting_by_keys_counts_each_value_of_a_row_once(world in any_world(40), with_tags: bool) {
        let mut counts: BTreeMap<Vec<String>, i64> = BTreeMap::new();
        let text = |cell: &Cell| crate::model::canonical(&cell.to_string()).into_owned();
        for fact in naive_order(&world) {
            let year = fact.date.as_ref().map_or(Cell::Missing, |date| crate::exec::rows::date_buckets::bucket(date, DatePart::Year));
            let tags: BTreeSet<String> = fact.tags.iter().map(|tag| crate::model::canonical(tag).into_owned()).collect();
            let tags: Vec<String> = if tags.is_empty() { vec![String::new()] } else { tags.into_iter().collect() };
            for tag in tags.into_iter().take(if with_tags { usize::MAX } else { 1 }) {
                let mut key = vec![text(&year), fact.action.clone()];
                key.extend(with_tags.then_some(tag));
                *counts.entry(key).or_default() += 1;
            }
        }
        let mut by = vec![column("year", RecordValue::Part("date".into(), DatePart::Year).into()), column("action", field("action"))];
        by.extend(with_tags.then(|| column("tags", field("tags"))));
        let answer = ask(&world, Filter::All, vec![count_by(None, by)]);
        let mut found = BTreeMap::new();
        for row in rows(answer).unwrap() {
            let (count, key) = row.cells().split_last().unwrap();
            let Cell::Integer(count) = count else { panic!("a count is a whole number") };
            found.insert(key.iter().map(text).collect::<Vec<_>>(), *count);
        }
        prop_assert_eq!(found, counts);
    }

    #[test]
    fn a_table_is_counted_like_the_facts_it_shows(world in any_world(40), name in select(&["tags", "subject", "ally", "score"][..])) {
        let by = || vec![column("key", field(name))];
        let direct = vec![count_by(None, by())];
        let shown = vec![show_columns(by()), over(count_by(None, vec![column("key", cell(0))]))];
        prop_assert_eq!(table(ask(&world, Filter::All, direct)), table(ask(&world, Filter::All, shown)));
        let direct = vec![count_by(Some(field(name)), vec![])];
        let shown = vec![show_columns(by()), over(count_by(Some(cell(0)), vec![]))];
        prop_assert_eq!(table(ask(&world, Filter::All, direct)), table(ask(&world, Filter::All, shown)));
    }

    #[test]
    fn distinct_gives_the_keys_of_count_by(world in any_world(40), sorted: bool) {
        let by = vec![column("subject", field("subject")), column("topic", field("topic"))];
        let counted = rows(ask(&world, Filter::All, vec![count_by(None, by.clone())])).unwrap();
        let keys: BTreeSet<String> = counted.iter().map(|row| row.cells()[..2].iter().map(Cell::label).collect::<Vec<_>>().join("|")).collect();
        let mut stages = vec![distinct(by)];
        if sorted {
            stages.insert(0, sort(vec![OrderKey { descending: true, value: field("date") }]));
        }
        let distinct = table(ask(&world, Filter::All, stages));
        prop_assert_eq!(distinct.len(), keys.len());
        prop_assert_eq!(distinct.into_iter().collect::<BTreeSet<_>>(), keys);
    }

    #[test]
    fn a_where_keeps_what_definitely_passes_and_the_total_is_true(world in any_world(24), first in any_whole_filter(), second in any_whole_filter()) {
        let both = Filter::And(vec![part(first.clone()), part(second.clone())]);
        let together = ask(&world, both, vec![]);
        let apart = ask(&world, first, vec![narrow(second)]);
        prop_assert_eq!(together.total(), apart.total());
        prop_assert_eq!(apart.total(), Some(ids(together).len() as u64));
    }
}

fn small() -> World {
    world([
        json!({"id": "a", "subject": "Alpha", "action": "signed", "object": "one", "date": "2004-05-01", "tags": ["x"]}),
        json!({"id": "b", "subject": "beta", "action": "signed", "object": "Treaty Two", "date": "2004"}),
        json!({"id": "c", "subject": "gamma", "action": "left", "object": "one", "date": "2005-02",
               "effective": "2006-02-03", "sources": [
                   {"publisher": "Gazette", "says": {"date": "2005"}, "published": "2005-03-01"},
                   {"publisher": "Times", "quote": "so it is"}]}),
        json!({"id": "d", "subject": "Nowhere", "action": "left", "object": "one"}),
        json!({"id": "e", "subject": "alpha", "action": "left", "object": "one", "date": "2004/.."}),
    ])
}

#[test]
fn facts_are_shown_with_names_and_the_dates_that_occur() {
    let answer = ask(&small(), Filter::All, vec![]);
    let labels: Vec<_> = answer.columns().iter().map(|column| column.label.to_string()).collect();
    assert_eq!(labels, ["state", "action", "object", "date", "effective", "sources"]);
    assert_eq!((answer.shape(), answer.total()), (Shape::Facts, Some(5)));
    assert_eq!(
        table(answer),
        [
            "Beta Land|signature|Treaty Two|2004||0",
            "Alpha|withdrawal|Treaty One|2004/..||0",
            "Alpha|signature|Treaty One|2004-05-01||0",
            "Gamma|withdrawal|Treaty One|2005-02|2006-02-03|2",
            "Nowhere|withdrawal|Treaty One|||0",
        ]
    );
}

#[test]
fn the_columns_of_facts_are_those_of_the_store_whichever_facts_an_answer_has() {
    let names = |world: &World, filter| {
        let answer = ask(world, filter, vec![]);
        answer.columns().iter().map(|column| column.name.to_string()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(names(&small(), keyword("action", "signed")), "subject action object date effective sources");
    assert_eq!(names(&small(), Filter::Nothing), "subject action object date effective sources");
    let mut without = small();
    without.facts[2].1 = false;
    assert_eq!(names(&without, Filter::All), "subject action object date sources");
}

#[test]
fn ids_are_a_last_column_of_facts_for_whoever_asks() {
    let answer = ask(&small(), keyword("tags", "x"), vec![]).with_ids();
    assert_eq!(&*answer.columns().last().unwrap().name, "id");
    assert_eq!(table(answer), ["Alpha|signature|Treaty One|2004-05-01||0|a"]);
    let counted = ask(&small(), Filter::All, vec![Step::Count]).with_ids();
    assert_eq!(table(counted), ["5"]);
}

#[test]
fn an_id_is_found_however_it_is_written_and_the_nearest_goes_first() {
    let facts = world([
        json!({"id": "UNGA-É", "subject": "alpha", "action": "left"}),
        json!({"id": "unga-e", "subject": "alpha", "action": "left"}),
        json!({"id": "unga-e2", "subject": "alpha", "action": "left"}),
    ]);
    let test = |test| Filter::Test(RecordTest::Written { field: "id".into(), test });
    for view in [MemoryView::build(&facts), indexed(&facts, None)] {
        let found = |filter| ids(run(query(filter, vec![]), view.clone(), Cancel::new()).unwrap());
        assert_eq!(found(test(Match::Any(vec!["unga-e".to_owned()]))), ["unga-e"]);
        assert_eq!(found(test(Match::Any(vec!["UNGA-E".to_owned()]))), ["unga-e"]);
        assert_eq!(found(test(Match::Any(vec!["unga-ê".to_owned()]))), ["UNGA-É", "unga-e"]);
        assert_eq!(found(test(Match::Prefix("unga-e".to_owned()))), ["UNGA-É", "unga-e", "unga-e2"]);
    }
}

#[test]
fn an_object_is_the_fact_as_written_with_references_as_ids() {
    let found = rows(ask(&small(), keyword("tags", "x"), vec![])).unwrap();
    let object = Json::Object(found[0].object().unwrap());
    assert_eq!(
        object,
        json!({"id": "a", "subject": "alpha", "action": "signed", "object": "one", "date": "2004-05-01", "tags": ["x"]})
    );
}

#[test]
fn notes_count_what_is_possible_and_what_lacks_each_date() {
    let filter = Filter::And(vec![
        part(days("date", window("2004-04", "2005"))),
        part(Filter::Not(Box::new(days("effective", window("2007", "2007"))))),
    ]);
    let answer = ask(&small(), filter, vec![]);
    let notes = answer.notes();
    assert_eq!(notes.basis, ["date".into(), "effective".into()]);
    assert_eq!((notes.possible, notes.unknown), (0, 4));
    assert_eq!(notes.missing, [("date".into(), 1), ("effective".into(), 4)]);
    let maybe = Filter::Maybe(Box::new(days("date", window("2004-04", "2005"))));
    assert_eq!(ask(&small(), days("date", window("2004-04", "2005")), vec![]).notes().possible, 1);
    assert_eq!(ids(ask(&small(), maybe, vec![])), ["b", "e", "a", "c"]);
    let step =
        Filter::Test(RecordTest::Step { field: "object".into(), test: Box::new(days("from", window("2000", "2010"))) });
    assert_eq!(ask(&small(), step, vec![]).notes().missing, [("object.from".into(), 1)]);
}

#[test]
fn an_empty_answer_says_which_part_emptied_it_and_what_is_nearest() {
    let text = "left in 2010 in:pact";
    let at = |filter, words: &str| {
        let start = text.find(words).unwrap();
        Part { filter, span: Span::new(start, start + words.len()) }
    };
    let filter = Filter::And(vec![
        at(keyword("action", "left"), "left"),
        at(days("date", window("2010", "2010")), "in 2010"),
        at(
            Filter::Test(RecordTest::Member { field: "subject".into(), groups: vec![entity("pact")], at: At::Fact }),
            "in:pact",
        ),
    ]);
    let mut facts = small();
    facts.facts.pop();
    let answer = ask(&facts, filter, vec![]);
    let emptied = answer.emptied().unwrap();
    let parts = emptied.parts.iter().map(|part| (&text[part.span.range()], part.alone, part.together));
    assert_eq!(parts.collect::<Vec<_>>(), [("left", 2, 2), ("in:pact", 2, 1), ("in 2010", 0, 0)]);
    assert_eq!(emptied.nearest, Some(Nearest::Value(Cell::Date(Date::parse("2005-02").unwrap()))));
}

#[test]
fn counts_by_year_are_chronological_with_imprecise_and_missing_last() {
    let by = vec![column("year", RecordValue::Part("date".into(), DatePart::Year).into())];
    let counted = ask(&small(), Filter::All, vec![count_by(None, by)]);
    assert_eq!(table(counted), ["2004|2", "2005|1", "imprecise|1", "|1"]);
    let by = vec![column("state", field("subject"))];
    let counted = ask(&small(), Filter::All, vec![count_by(None, by.clone())]);
    assert_eq!(table(counted), ["Alpha|2", "Beta Land|1", "Gamma|1", "Nowhere|1"]);
    let counted = ask(&small(), Filter::All, vec![count_by(Some(field("object")), by)]);
    assert_eq!(table(counted), ["Alpha|1", "Beta Land|1", "Gamma|1", "Nowhere|1"]);
    let by = vec![column("object", field("object"))];
    let counted = ask(&small(), Filter::All, vec![count_by(Some(field("effective")), by)]);
    assert_eq!(table(counted), ["Treaty One|1", "Treaty Two|0"]);
    let json = rows(ask(&small(), Filter::All, vec![Step::Count])).unwrap();
    assert_eq!(Json::Object(json[0].object().unwrap()), json!({"count": 5}));
}

#[test]
fn a_group_is_that_of_the_day_of_the_fact() {
    let facts = world([
        json!({"id": "a", "subject": "beta", "action": "left", "date": "2004-02-03"}),
        json!({"id": "b", "subject": "beta", "action": "left", "date": "2006"}),
        json!({"id": "c", "subject": "beta", "action": "left"}),
        json!({"id": "d", "subject": "alpha", "action": "left"}),
        json!({"id": "e", "subject": "Nowhere", "action": "left"}),
    ]);
    let by = vec![column(
        "region",
        RecordValue::Group { field: "subject".into(), kind: "region".into(), at: At::Fact }.into(),
    )];
    let show = show_columns([vec![column("id", field("id"))], by.clone()].concat());
    let sort = sort(vec![OrderKey { descending: false, value: field("id") }]);
    assert_eq!(table(ask(&facts, Filter::All, vec![sort, show])), ["a|North", "b|South", "c|", "d|North", "e|"]);
    let counted = ask(&facts, Filter::All, vec![count_by(None, by)]);
    assert_eq!(table(counted), ["North|2", "|2", "South|1"]);
}

#[test]
fn attributes_of_what_is_referred_to_can_be_shown_and_sorted_by() {
    let founded = RecordValue::Step("subject".into(), "founded".into(), Some(DatePart::Decade)).into();
    let patron = RecordValue::Step("subject".into(), "patron".into(), None).into();
    let size = OrderKey { descending: true, value: RecordValue::Step("subject".into(), "size".into(), None).into() };
    let show = show_columns(vec![column("id", field("id")), column("decade", founded), column("patron", patron)]);
    assert_eq!(
        table(ask(&small(), Filter::All, vec![sort(vec![size]), show])),
        ["b||", "e|1990s|Beta Land", "a|1990s|Beta Land", "c|2000s|Nobody", "d||"]
    );
}

#[test]
fn rows_of_a_table_are_tested_and_cut() {
    let by = vec![column("state", field("subject"))];
    let compare = |column, operator, cell| narrow_table(Filter::Test(CellTest::Compare { column, operator, cell }));
    let kept = |stage| table(ask(&small(), Filter::All, vec![count_by(None, by.clone()), stage]));
    assert_eq!(kept(compare(1, Comparison::AtLeast, Cell::Integer(2))), ["Alpha|2"]);
    assert_eq!(kept(compare(0, Comparison::Equal, Cell::text("beta"))), ["Beta Land|1"]);
    assert_eq!(kept(compare(0, Comparison::Less, Cell::Integer(2))), Vec::<String>::new());
    assert_eq!(kept(Step::Take(1)), ["Alpha|2"]);
    assert_eq!(kept(Step::Skip(3)), ["Nowhere|1"]);
    let prefix = Filter::Test(CellTest::Matches { column: 0, test: Match::Prefix("gam".to_owned()) });
    assert_eq!(kept(narrow_table(Filter::Not(Box::new(prefix)))), ["Alpha|2", "Beta Land|1", "Nowhere|1"]);
    let by_first = over(sort(vec![OrderKey { descending: true, value: cell(0) }]));
    assert_eq!(kept(by_first), ["Nowhere|1", "Gamma|1", "Beta Land|1", "Alpha|2"]);
    for descending in [true, false] {
        let show = show_columns(vec![column("id", field("id")), column("effective", field("effective"))]);
        let sort = over(sort(vec![OrderKey { descending, value: cell(1) }]));
        assert_eq!(table(ask(&small(), Filter::All, vec![show, sort]))[0], "c|2006-02-03");
    }
}

#[test]
fn sources_have_a_row_each_and_history_one_for_each_change() {
    let sources = table(ask(&small(), Filter::All, vec![Step::Own(FactTable::Sources)]));
    assert_eq!(
        sources,
        [
            r#"c|Gamma|withdrawal|Treaty One|2005|Gazette|2005-03-01||||{"date":"2005"}"#,
            "c|Gamma|withdrawal|Treaty One|2005-02|Times||||so it is|",
        ]
    );
    let mut facts = world([
        json!({"id": "a", "subject": "alpha", "action": "signed", "date": "2004"}),
        json!({"id": "a", "subject": "alpha", "action": "signed", "date": "2005"}),
    ]);
    facts.facts[0].1 = false;
    assert_eq!(
        table(ask(&facts, Filter::All, vec![Step::Own(FactTable::History)])),
        [
            "a|Alpha|signature||2004|superseded|1|1970-01-01T00:00:01Z|tester||",
            "a|Alpha|signature||2005|in force|2|1970-01-01T00:00:02Z|tester||",
        ]
    );
}

#[test]
fn a_history_finds_facts_by_any_of_their_versions_once_each() {
    let mut facts = world([
        json!({"id": "a", "subject": "alpha", "action": "signed", "date": "2004"}),
        json!({"id": "a", "subject": "alpha", "action": "signed", "date": "2005"}),
        json!({"id": "b", "subject": "beta", "action": "left", "date": "2004"}),
        json!({"id": "c", "subject": "beta", "action": "left", "date": "2009"}),
    ]);
    facts.facts[0].1 = false;
    facts.facts[2].1 = false;
    let columns = |answer| -> Vec<String> {
        let cells = |row: &String| {
            row.split('|')
                .enumerate()
                .filter(|(place, _)| [0, 4, 5].contains(place))
                .map(|(_, cell)| cell.to_owned())
                .collect::<Vec<_>>()
                .join(" ")
        };
        table(answer).iter().map(cells).collect()
    };
    let both = ["b 2004 asserted", "b 2004 retracted", "a 2004 superseded", "a 2005 in force"];
    assert_eq!(columns(ask(&facts, days("date", window("2004", "2005")), vec![Step::Own(FactTable::History)])), both);
    let old = || days("date", window("2004", "2004"));
    assert_eq!(columns(ask(&facts, old(), vec![narrow(Filter::All), Step::Own(FactTable::History)])), both);
    // Facts that a stage has counted out are those in force.
    assert!(columns(ask(&facts, old(), vec![Step::Take(9), Step::Own(FactTable::History)])).is_empty());
    let committed = Filter::Test(CellTest::Date { column: 7, window: window("1970-01-01", "1970-01-01") });
    let retracted =
        Filter::Test(CellTest::Compare { column: 5, operator: Comparison::Equal, cell: Cell::text("retracted") });
    let stages = vec![Step::Own(FactTable::History), narrow_table(retracted), narrow_table(committed)];
    assert_eq!(columns(ask(&facts, keyword("action", "left"), stages)), ["b 2004 retracted"]);
}

#[test]
fn a_condition_alone_that_nothing_passes_is_explained() {
    let why = |filter| ask(&small(), filter, vec![]).emptied().unwrap().clone();
    let sole = |condition| Emptied { lone: Some(condition), ..Emptied::default() };
    let text =
        Filter::Test(RecordTest::Text { fields: vec!["note".into()], phrase: vec![TextTerm::Stem("x".to_owned())] });
    assert_eq!(why(text), sole(SoleCondition::Text));
    assert_eq!(why(keyword("tags", "xyzzy")), sole(SoleCondition::Value));
    let meant = Some("Gazette".to_owned());
    assert_eq!(why(keyword("source.publisher", "gazete")), Emptied { meant, ..sole(SoleCondition::Value) });
    let nearest = Some(Nearest::Value(Cell::Date(Date::parse("2006-02-03").unwrap())));
    assert_eq!(why(days("effective", window("2010", "2011"))), Emptied { nearest, ..sole(SoleCondition::Other) });
    assert!(ask(&small(), Filter::Nothing, vec![]).emptied().is_none());
}

#[test]
fn a_stage_that_leaves_nothing_tells_how_much_there_was() {
    let before = |stages| ask(&small(), Filter::All, stages).before();
    assert_eq!(before(vec![Step::Take(3), Step::Skip(9)]), Some(3));
    assert_eq!(before(vec![narrow(Filter::Nothing)]), Some(5));
    assert_eq!(before(vec![Step::Take(0), Step::Count]), None);
    assert_eq!(before(vec![Step::Take(1)]), None);
}

#[test]
fn relevance_puts_the_best_match_first() {
    let facts = world([
        json!({"id": "a", "subject": "alpha", "action": "left", "title": "mines"}),
        json!({"id": "b", "subject": "alpha", "action": "left", "title": "mines", "note": "mined mines"}),
    ]);
    let key = OrderKey {
        descending: true,
        value: RowValue::Own(FactValue::Relevance(vec![TextTerm::Stem("mine".to_owned())])),
    };
    assert_eq!(ids(ask(&facts, Filter::All, vec![sort(vec![key])])), ["b", "a"]);
}

#[test]
fn a_raised_flag_stops_a_query_before_and_between_rows() {
    let view: Arc<dyn View> = MemoryView::build(&small());
    let cancel = Cancel::new();
    let mut answer = run(query(Filter::All, vec![]), view.clone(), cancel.clone()).unwrap();
    assert!(answer.next().unwrap().is_ok());
    cancel.cancel();
    assert_eq!(answer.next().unwrap().unwrap_err(), ExecError::Cancelled);
    assert!(answer.next().is_none());
    assert_eq!(run(query(Filter::All, vec![]), view, cancel).unwrap_err(), ExecError::Cancelled);
}

#[test]
fn a_pattern_that_is_none_is_an_error() {
    let bad = Filter::Test(RecordTest::Written { field: "title".into(), test: Match::Regex("(".to_owned()) });
    let facts = world([json!({"id": "a", "subject": "alpha", "action": "left", "title": "mines"})]);
    let error = run(query(bad, vec![]), MemoryView::build(&facts), Cancel::new()).unwrap_err();
    assert!(matches!(error, ExecError::Pattern { pattern, .. } if pattern == "("));
}

/// The facts of a world in the real index, each committed by itself.
fn indexed(world: &World, on_disk: Option<&std::path::Path>) -> Arc<dyn View> {
    let index = match on_disk {
        Some(directory) => Index::open(directory, &[], IndexOptions::default()).unwrap(),
        None => Index::in_memory(),
    };
    let mut changes: Vec<Vec<Mutation>> = vec![vec![Mutation::Vocabulary(world.schema.clone())]];
    changes.extend(world.entities.iter().map(|(_, entity)| vec![Mutation::Entity(entity.clone())]));
    for (fact, live) in &world.facts {
        let id = fact.id.clone().unwrap();
        changes.push(vec![Mutation::Fact { fact: fact.clone(), hash: fact.content_hash() }]);
        if !live {
            changes.push(vec![Mutation::Retract { id, reason: "wrong".to_owned() }]);
        }
    }
    for (changes, transaction) in changes.into_iter().zip(1..) {
        let commit = CommitInfo { transaction, time: 0, author: "tester".to_owned() };
        index
            .apply(
                MutationBatch { commit, mutations: changes },
                JournalPosition { transaction, ..JournalPosition::default() },
            )
            .unwrap();
    }
    if on_disk.is_some() {
        index.checkpoint().unwrap();
    }
    index.snapshot()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn the_index_and_a_full_scan_agree(world in any_world(24), filters in proptest::collection::vec(any_whole_filter(), 4)) {
        let view = indexed(&world, None);
        prop_assert_eq!(view.live().len(), world.facts.iter().filter(|(_, live)| *live).count() as u64);
        for filter in filters {
            evaluation_equals_scan(&view, &filter)?;
        }
        for name in ["id", "title", "note", "summary", "source.quote"] {
            let shown = |view| table(run(query(Filter::All, vec![show_columns(vec![column(name, field(name))])]), view, Cancel::new()).unwrap());
            prop_assert_eq!(shown(view.clone()), shown(MemoryView::build(&world)));
        }
        prop_assert_eq!(ids(run(query(Filter::All, vec![]), view, Cancel::new()).unwrap()), ids_of(&naive_order(&world)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn the_stored_index_and_a_full_scan_agree(world in any_world(40), filters in proptest::collection::vec(any_whole_filter(), 20)) {
        let directory = tempfile::tempdir().unwrap();
        let view = indexed(&world, Some(directory.path()));
        for filter in filters {
            evaluation_equals_scan(&view, &filter)?;
        }
    }
}

#[test]
fn a_fact_is_never_one_of_its_own_others_however_often_it_says_the_same() {
    let facts = world([json!({"id": "a", "subject": "alpha", "action": "left", "topic": ["Landmines", "landmines"]})]);
    let shared = Shared::Values(vec![FactValue::Record(RecordValue::Field("topic".into()))]);
    let filter = Filter::Test(RecordTest::Other(OtherFacts { shared, filter: Arc::new(Filter::All) }));
    for view in [MemoryView::build(&facts), indexed(&facts, None)] {
        assert_eq!(ids(run(query(filter.clone(), vec![]), view, Cancel::new()).unwrap()), Vec::<String>::new());
    }
}
