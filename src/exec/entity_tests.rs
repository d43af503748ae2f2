//! Nouns by example, each rule once, and the law of filters over entities.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::json;

use crate::exec::filter::entities::EntityEvaluator;
use crate::exec::testing::{
    MemoryView, Step, World, aggregate, attribute_test, calculate, column, combined, count_by, distinct, field,
    keyword, narrow, part, pipeline, pivot_of, query, run, share_of, show_columns, sort, table, window,
};
use crate::exec::{Answer, Cancel, Emptied, Nearest, Shape, SoleCondition, StepKind};
use crate::judge::naive::Judge;
use crate::model::vocabulary::Role;
use crate::model::{Cell, Date, Day, Entities, Entity, EntityNumber, Resolution, Schema, Vocabulary};
use crate::plan::{
    At, Calculation, Column, Comparison, Counterparts, DatePart, Diff, EntityDomain, EntityRows, EntityValue,
    FactDomain, Filter, Moment, OrderKey, OtherDate, OtherFacts, Pipeline, Query, RecordCalculation, RecordTest,
    RecordValue, RowValue, RowsOf, Scale, Shared, StatusTest,
};
use crate::syntax::tree::{Aggregate, ArithmeticOperator, Relation};

fn world() -> World {
    let vocabulary = r#"
        [world]
        name = "test"
        [fields]
        effective = { type = "date" }
        founded = { type = "date" }
        size = { type = "integer" }
        patron = { type = "reference" }
        topic = { type = "keyword" }
        [nouns]
        states = { singular = "state", kinds = ["state"], role = "subject" }
        treaties = { singular = "treaty", kinds = ["treaty"], role = "object" }
        [groups]
        region = { kinds = ["region"], partition = "region" }
        [actions]
        signed = { label = "signature" }
        joined = { label = "accession" }
        left = { label = "withdrawal" }
        [status.party]
        open = [{ by = "joined", at = "effective" }]
        close = [{ by = "left", at = "effective" }]
    "#;
    let schema = Arc::new(Schema::new(Vocabulary::from_toml(vocabulary).unwrap(), &[]).unwrap());
    let entities = [
        json!({"entity": "north", "kind": "region", "name": "North"}),
        json!({"entity": "south", "kind": "region", "name": "South"}),
        json!({"entity": "alpha", "kind": "state", "name": "Alpha", "from": "1990", "founded": "1990-05-01",
               "size": 3, "patron": "beta", "in": ["north"]}),
        json!({"entity": "beta", "kind": "state", "name": "beta land", "size": 9,
               "in": [{"group": "north", "until": "2005"}, {"group": "south", "from": "2005"}]}),
        json!({"entity": "gamma", "kind": "state", "name": "Gamma", "from": "2004", "until": "2010-01-01",
               "patron": "Nobody", "in": ["south"]}),
        json!({"entity": "delta", "kind": "state", "name": "Delta", "until": "1995"}),
        json!({"entity": "one", "kind": "treaty", "name": "Treaty One", "topic": "Arms"}),
        json!({"entity": "two", "kind": "treaty", "name": "Treaty Two", "topic": "Trade"}),
    ];
    let entities = entities.map(|entity| Arc::new(serde_json::from_value::<Entity>(entity).unwrap()));
    let facts = [
        json!({"id": "a1", "subject": "alpha", "action": "joined", "object": "one", "date": "2000-01-01", "effective": "2000-07-01"}),
        json!({"id": "a2", "subject": "alpha", "action": "left", "object": "one", "date": "2010-01-01", "effective": "2010-07-01"}),
        json!({"id": "a3", "subject": "alpha", "action": "joined", "object": "one", "date": "2015-01-01", "effective": "2015-07-01"}),
        json!({"id": "b1", "subject": "beta", "action": "joined", "object": "one", "date": "2001", "effective": "2001-06~"}),
        json!({"id": "b2", "subject": "beta", "action": "joined", "object": "two", "date": "2003-01-01", "effective": "2003-01-01"}),
        json!({"id": "g1", "subject": "gamma", "action": "joined", "object": "one", "date": "2005-01-01"}),
        json!({"id": "g2", "subject": "gamma", "action": "signed", "object": "two", "date": "2004-12"}),
    ];
    let facts = facts.map(|fact| (serde_json::from_value(fact).unwrap(), true));
    World { schema, entities: Arc::new(Entities::new(entities)), facts: facts.into() }
}

fn entity(id: &str) -> EntityNumber {
    match world().entities.resolve(id) {
        Resolution::One(number) => number,
        other => panic!("{id}: {other:?}"),
    }
}

fn day(written: &str) -> Day {
    Date::parse(written).unwrap().latest()
}

fn rows_of(plural: &str, on: &str) -> EntityRows {
    let (noun, kind, role) = match plural {
        "states" => ("state", "state", Role::Subject),
        _ => ("treaty", "treaty", Role::Object),
    };
    EntityRows {
        noun: noun.into(),
        plural: plural.into(),
        kinds: vec![kind.to_owned()],
        role,
        day: day(on),
        status: None,
        maybe: false,
    }
}

fn ask_of(rows: EntityRows, filter: Filter, stages: Vec<Step<EntityDomain>>) -> Answer {
    let status = match &filter {
        Filter::Test(RecordTest::Status(test)) => Some(test.clone()),
        _ => None,
    };
    let rows = RowsOf::Entities(EntityRows { status, ..rows }, pipeline(stages));
    run(Query { rows, filter, ..Query::default() }, MemoryView::build(&world()), Cancel::new()).unwrap()
}

fn ask(plural: &str, on: &str, filter: Filter, stages: Vec<Step<EntityDomain>>) -> Answer {
    ask_of(rows_of(plural, on), filter, stages)
}

/// The names of the states that a filter finds on a day, and how many more are
/// possible and unknown.
fn states(on: &str, filter: Filter) -> (String, u64, u64) {
    found("states", on, filter)
}

fn found(plural: &str, on: &str, filter: Filter) -> (String, u64, u64) {
    let answer = ask(plural, on, filter, vec![]);
    let (possible, unknown) = (answer.notes().possible, answer.notes().unknown);
    let names: Vec<String> = table(answer).iter().map(|row| row.split('|').next().unwrap().to_owned()).collect();
    (names.join(" "), possible, unknown)
}

fn not(filter: Filter) -> Filter {
    Filter::Not(Box::new(filter))
}

fn party(role: Role, others: Counterparts, at: At) -> StatusTest {
    StatusTest { status: "party".into(), role, others, at, using: None }
}

fn party_to(ids: &[&str], at: At) -> StatusTest {
    party(Role::Subject, Counterparts::Entities(ids.iter().map(|id| entity(id)).collect()), at)
}

fn on(written: &str) -> At {
    At::Day(day(written))
}

fn by_subject(filter: Filter) -> OtherFacts {
    OtherFacts { shared: Shared::Role(Role::Subject), filter: Arc::new(filter) }
}

fn region() -> RowValue<EntityDomain> {
    RecordValue::Group { field: "id".into(), kind: "region".into(), at: At::Row }.into()
}

#[test]
fn a_noun_lists_those_of_its_kinds_that_are_there_on_the_day() {
    assert_eq!(states("2020", Filter::All), ("Alpha beta land".to_owned(), 0, 0));
    assert_eq!(states("2006", Filter::All), ("Alpha beta land Gamma".to_owned(), 0, 0));
    assert_eq!(states("2004-06-01", Filter::All), ("Alpha beta land".to_owned(), 1, 0));
    assert_eq!(states("1980", Filter::All), ("beta land Delta".to_owned(), 0, 0));
    assert_eq!(states("2009-12-31", Filter::All).0, "Alpha beta land Gamma");
    assert_eq!(states("2010-01-01", Filter::All).0, "Alpha beta land");
    assert_eq!(found("treaties", "2020", Filter::All).0, "Treaty One Treaty Two");
}

#[test]
fn conditions_look_at_what_an_entity_declares() {
    let size = |least: i64| {
        Filter::Test(RecordTest::Number { field: "size".into(), low: Some((least.into(), true)), high: None })
    };
    assert_eq!(states("2006", size(4)).0, "beta land");
    assert_eq!(states("2006", not(size(4))).0, "Alpha Gamma");
    assert_eq!(states("2006", Filter::Test(RecordTest::Missing { field: "size".into() })).0, "Gamma");
    assert_eq!(states("2006", keyword("name", "gamma")).0, "Gamma");
    assert_eq!(found("treaties", "2006", keyword("topic", "arms")).0, "Treaty One");
    let founded = Filter::Test(RecordTest::Date { field: "founded".into(), window: window("1990", "1999") });
    assert_eq!(states("2006", founded.clone()), ("Alpha".to_owned(), 0, 2));
    let either = Filter::Or(vec![part(founded), part(size(9))]);
    assert_eq!(states("2006", either), ("Alpha beta land".to_owned(), 0, 1));
    let itself =
        Filter::Test(RecordTest::Refers { fields: vec!["id".into()], entities: vec![entity("beta")], written: vec![] });
    assert_eq!(states("2006", itself).0, "beta land");
    let begun = Filter::Test(RecordTest::Date { field: "from".into(), window: window("2004-06", "2006") });
    assert_eq!(states("2006", begun.clone()), (String::new(), 1, 1));
    assert_eq!(states("2006", Filter::Maybe(Box::new(begun))), ("Gamma".to_owned(), 0, 1));
}

#[test]
fn groups_are_those_of_the_day() {
    let south = |at| Filter::Test(RecordTest::Member { field: "id".into(), groups: vec![entity("south")], at });
    assert_eq!(states("2006", south(At::Row)).0, "beta land Gamma");
    assert_eq!(states("2006", south(on("2004"))).0, "Gamma");
    assert_eq!(states("2006", south(on("2005-06-01"))), ("Gamma".to_owned(), 1, 0));
    let patron =
        Filter::Test(RecordTest::Member { field: "patron".into(), groups: vec![entity("south")], at: At::Row });
    assert_eq!(states("2006", patron).0, "Alpha");
}

#[test]
fn a_step_goes_to_what_an_entity_refers_to() {
    let step = |test| Filter::Test(RecordTest::Step { field: "patron".into(), test: Box::new(test) });
    let large = Filter::Test(RecordTest::Number { field: "size".into(), low: Some((9.into(), true)), high: None });
    assert_eq!(states("2006", step(large)).0, "Alpha");
    assert_eq!(states("2006", step(Filter::Test(RecordTest::Missing { field: "size".into() }))).0, "beta land Gamma");
    let south = Filter::Test(RecordTest::Member { field: "id".into(), groups: vec![entity("south")], at: At::Row });
    assert_eq!(states("2006", step(south)).0, "Alpha");
}

#[test]
fn with_and_without_join_on_the_end_at_which_the_noun_stands() {
    let joined = keyword("action", "joined");
    let at = |filter| Filter::Test(RecordTest::Other(by_subject(filter)));
    assert_eq!(states("2006", at(joined.clone())).0, "Alpha beta land Gamma");
    assert_eq!(states("2006", not(at(keyword("action", "left")))).0, "beta land Gamma");
    let early = Filter::Test(RecordTest::Date { field: "date".into(), window: window("2001-06", "2003") });
    assert_eq!(
        states("2006", at(Filter::And(vec![part(joined.clone()), part(early)]))),
        ("beta land".to_owned(), 0, 0)
    );
    let later = Filter::Test(RecordTest::Date { field: "date".into(), window: window("2004-12-15", "2005-01-01") });
    let signed = Filter::And(vec![part(keyword("action", "signed")), part(later)]);
    assert_eq!(states("2006", at(signed)), (String::new(), 1, 0));
    let treaty = OtherFacts { shared: Shared::Role(Role::Object), filter: Arc::new(keyword("action", "left")) };
    assert_eq!(found("treaties", "2006", Filter::Test(RecordTest::Other(treaty))).0, "Treaty One");
}

#[test]
fn a_status_is_that_of_the_day_and_says_since_when_and_by_which_fact() {
    let parties =
        |on: &str| table(ask("states", on, Filter::Test(RecordTest::Status(party_to(&["one"], At::Row))), vec![]));
    assert_eq!(parties("2000-06-30"), [""; 0]);
    assert_eq!(parties("2006"), ["Alpha|2000-07-01|a1", "beta land|2001-06~|b1",]);
    assert_eq!(parties("2012").len(), 1);
    assert_eq!(parties("2016")[0], "Alpha|2015-07-01|a3");
    let test = || Filter::Test(RecordTest::Status(party_to(&["one"], At::Row)));
    assert_eq!(states("2001-06-15", test()), ("Alpha".to_owned(), 1, 0));
    assert_eq!(states("2006", test()), ("Alpha beta land".to_owned(), 1, 0));
    let before = Filter::Test(RecordTest::Status(party_to(&["one"], on("2012"))));
    let local = Filter::And(vec![part(test()), part(not(before))]);
    assert_eq!(states("2016", local).0, "Alpha");
    let columns: Vec<String> =
        ask("states", "2016", test(), vec![]).columns().iter().map(|column| column.name.to_string()).collect();
    assert_eq!(columns, ["state", "since", "by"]);
}

#[test]
fn a_status_is_asked_from_either_end_and_counted() {
    let of = |id: &str| {
        Filter::Test(RecordTest::Status(party(Role::Object, Counterparts::Entities(vec![entity(id)]), At::Row)))
    };
    assert_eq!(
        table(ask("treaties", "2006", of("beta"), vec![])),
        ["Treaty One|2001-06~|b1", "Treaty Two|2003-01-01|b2"]
    );
    let so_many = |least, most| {
        Filter::Test(RecordTest::Status(party(Role::Object, Counterparts::Count { least, most }, At::Row)))
    };
    assert_eq!(table(ask("treaties", "2006", so_many(1, None), vec![])), ["Treaty One|2", "Treaty Two|1"]);
    assert_eq!(found("treaties", "2006", so_many(3, None)), (String::new(), 1, 0));
    assert_eq!(found("treaties", "2006", so_many(0, Some(0))), (String::new(), 0, 0));
    assert_eq!(found("treaties", "1999", so_many(0, Some(0))).0, "Treaty One Treaty Two");
    assert_eq!(found("treaties", "2006", so_many(2, Some(2))), (String::new(), 1, 0));
    let both = Filter::Test(RecordTest::Status(party_to(&["one", "two"], At::Row)));
    assert_eq!(states("2006", both).0, "Alpha beta land");
}

#[test]
fn a_series_has_a_row_for_each_on_each_day_and_counts_those_that_have_none() {
    let moment = |year: &str| Moment {
        label: Date::parse(year).unwrap(),
        day: day(year),
        filter: Filter::Test(RecordTest::Status(party_to(&["one"], on(year)))),
    };
    let ask = |stages| {
        let series: Vec<Moment> = ["1999", "2000", "2006", "2012"].map(moment).into();
        let status = Some(party_to(&["one"], At::Row));
        let rows = RowsOf::Entities(EntityRows { status, ..rows_of("states", "2012") }, pipeline(stages));
        let filter = series.last().unwrap().filter.clone();
        let query = Query { rows, filter, series, ..Query::default() };
        run(query, MemoryView::build(&world()), Cancel::new()).unwrap()
    };
    let answer = ask(vec![]);
    assert_eq!((answer.total(), answer.notes().possible), (Some(4), 1));
    let since: Vec<String> =
        table(answer).iter().map(|row| row.split('|').take(4).collect::<Vec<_>>().join("|")).collect();
    assert_eq!(
        since,
        [
            "2000|Alpha|2000-07-01|a1",
            "2006|Alpha|2000-07-01|a1",
            "2006|beta land|2001-06~|b1",
            "2012|beta land|2001-06~|b1",
        ]
    );
    let by = |columns: Vec<Column<EntityDomain>>| vec![count_by(None, columns)];
    let as_of = || column("as-of", RowValue::Own(EntityValue::AsOf));
    assert_eq!(table(ask(by(vec![as_of()]))), ["1999|0", "2000|1", "2006|2", "2012|1"]);
    assert_eq!(
        table(ask(by(vec![as_of(), column("region", region())]))),
        ["2000|North|1", "2006|North|1", "2006|South|1", "2012|South|1",]
    );
    let latest =
        vec![sort(vec![OrderKey { descending: true, value: RowValue::Own(EntityValue::AsOf) }]), Step::Take(1)];
    assert!(table(ask(latest))[0].starts_with("2012|beta land"));
}

#[test]
fn stages_take_entities_in_their_order() {
    let sort = |descending, value| sort(vec![OrderKey { descending, value }]);
    let first = |stages| {
        let rows = table(ask("states", "2006", Filter::All, stages));
        rows.iter().map(|row| row.split('|').next().unwrap().to_owned()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(first(vec![sort(true, field("size"))]), "beta land Alpha Gamma");
    assert_eq!(first(vec![sort(false, field("size"))]), "Alpha beta land Gamma");
    assert_eq!(first(vec![sort(true, field("size")), Step::Take(1)]), "beta land");
    assert_eq!(first(vec![sort(true, field("size")), Step::Skip(1)]), "Alpha Gamma");
    let held = Arc::new(party(Role::Subject, Counterparts::Count { least: 1, most: None }, At::Row));
    assert_eq!(first(vec![sort(true, RowValue::Own(EntityValue::Holders(held)))]), "beta land Alpha Gamma");
    assert_eq!(first(vec![sort(true, region())]), "beta land Gamma Alpha");
    let small = Filter::Test(RecordTest::Number { field: "size".into(), low: None, high: Some((4.into(), true)) });
    assert_eq!(first(vec![narrow(small)]), "Alpha");
    let south = Filter::Test(RecordTest::Member { field: "id".into(), groups: vec![entity("south")], at: At::Row });
    assert_eq!(first(vec![narrow(south)]), "beta land Gamma");
}

#[test]
fn tables_are_made_of_what_entities_have() {
    let ask = |stage| table(ask("states", "2006", Filter::All, vec![stage]));
    let shown = show_columns(vec![
        column("state", field("id")),
        column("name", field("name")),
        column("patron", field("patron")),
        column("size", RecordValue::Step("patron".into(), "size".into(), None).into()),
        column("year", RecordValue::Part("founded".into(), DatePart::Year).into()),
        column("region", region()),
        column("then", RecordValue::Group { field: "id".into(), kind: "region".into(), at: on("2001") }.into()),
    ]);
    assert_eq!(
        ask(shown),
        [
            "Alpha|Alpha|beta land|9|1990|North|North",
            "beta land|beta land||||South|North",
            "Gamma|Gamma|Nobody|||South|South",
        ]
    );
    let count = count_by::<EntityDomain>;
    assert_eq!(ask(count(None, vec![])), ["3"]);
    assert_eq!(ask(count(None, vec![column("region", region())])), ["South|2", "North|1"]);
    assert_eq!(ask(count(Some(region()), vec![])), ["2"]);
    assert_eq!(ask(distinct(vec![column("region", region())])), ["North", "South"]);
    let condition = |filter| RowValue::Condition(Arc::new(filter));
    let party = Filter::Test(RecordTest::Status(party_to(&["one"], At::Row)));
    assert_eq!(ask(count(None, vec![column("party", condition(party))])), ["yes|2", "possible|1"]);
    let founded = Filter::Test(RecordTest::Date { field: "founded".into(), window: window("1991", "1999") });
    assert_eq!(ask(count(None, vec![column("founded", condition(founded))])), ["unknown|2", "no|1"]);
}

#[test]
fn stages_that_summarise_take_entities_too() {
    let ask = |stages| table(ask("states", "2006", Filter::All, stages));
    let is_party = || Filter::Test(RecordTest::Status(party_to(&["one"], At::Row)));
    let party = || RowValue::Condition(Arc::new(is_party()));
    let by_region = || vec![column("region", region())];
    assert_eq!(ask(vec![share_of(is_party(), by_region())]), ["North|1|1|100", "South|1|2|50"]);
    let pivot = pivot_of(column("region", region()), column("party", party()));
    assert_eq!(ask(vec![pivot]), ["South|1|1|2", "North|0|1|1"]);
    let functions = vec![Aggregate::Min, Aggregate::Max];
    assert_eq!(ask(vec![aggregate(functions, field("size"), vec![])]), ["3|9|2"]);
    let latest = aggregate(vec![Aggregate::Max], field("from"), vec![]);
    assert_eq!(ask(vec![latest]).len(), 1);
}

#[test]
fn what_is_calculated_for_entities_is_shown_last_and_sorted_by() {
    let test = Arc::new(party_to(&["one"], At::Row));
    let since = Calculation::Value(RowValue::Own(EntityValue::Since(test.clone())));
    let first = Calculation::Other(OtherDate { date: "date".into(), other: by_subject(keyword("action", "joined")) });
    let calculation = Arc::new(Calculation::Operation(ArithmeticOperator::Subtract, Arc::new(since), Arc::new(first)));
    let lag = || RowValue::Computed(calculation.clone());
    let let_lag = || calculate(column("lag", lag()));
    let last = |stages| {
        let rows = table(ask("states", "2006", Filter::Test(RecordTest::Status(party_to(&["one"], At::Row))), stages));
        rows.iter().map(|row| row.rsplit('|').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(last(vec![let_lag()]), ["182", "-213..180"]);
    assert_eq!(last(vec![let_lag(), sort(vec![OrderKey { descending: false, value: lag() }])]), ["-213..180", "182"]);
    let value = RecordCalculation::OfEntity(calculation.clone());
    let long = Filter::Test(RecordTest::Computed { value, test: Scale::Number(Comparison::Greater, 181.into()) });
    assert_eq!(last(vec![let_lag(), narrow(long.clone())]), ["182"]);
    let shown = show_columns(vec![column(
        "year",
        RowValue::PartOf(Box::new(RowValue::Own(EntityValue::Since(test))), DatePart::Year),
    )]);
    assert_eq!(last(vec![shown]), ["2000", "2001"]);
    let all = ask("states", "2006", long, vec![]);
    assert_eq!((all.total(), all.notes().possible, all.notes().unknown), (Some(1), 1, 0));
}

#[test]
fn a_date_of_an_entity_lies_beside_those_of_facts() {
    let beside = |relation, action| {
        Filter::Test(RecordTest::Relative {
            value: RecordValue::Field("from".into()),
            relation,
            to: "date".into(),
            other: by_subject(keyword("action", action)),
        })
    };
    assert_eq!(states("2006", beside(Relation::Before, "joined")), ("Alpha Gamma".to_owned(), 0, 1));
    assert_eq!(states("2006", beside(Relation::Before, "signed")), (String::new(), 1, 0));
    assert_eq!(states("2006", beside(Relation::After, "left")), (String::new(), 0, 0));
}

#[test]
fn values_may_be_those_that_a_query_gives() {
    let arms = Query {
        rows: RowsOf::Entities(rows_of("treaties", "2006"), Pipeline::default()),
        filter: keyword("topic", "arms"),
        ..Query::default()
    };
    let party = Filter::Test(RecordTest::Status(party(Role::Subject, Counterparts::Query(Arc::new(arms)), At::Row)));
    assert_eq!(states("2006", party), ("Alpha beta land".to_owned(), 1, 0));
    let parties = Query {
        rows: RowsOf::Entities(rows_of("states", "2006"), Pipeline::default()),
        filter: Filter::Test(RecordTest::Status(party_to(&["one"], At::Row))),
        ..Query::default()
    };
    let given = |field: &str, query: &Query| {
        Filter::Test(RecordTest::Given { field: field.into(), query: Arc::new(query.clone()) })
    };
    assert_eq!(states("2006", given("id", &parties)), ("Alpha beta land".to_owned(), 1, 0));
    assert_eq!(states("2006", given("patron", &parties)).0, "Alpha");
    let who = show_columns(vec![column::<FactDomain>("state", field("subject"))]);
    let joined = query(keyword("action", "left"), vec![who]);
    assert_eq!(states("2016", given("id", &joined)).0, "Alpha");
}

#[test]
fn only_the_acts_that_are_used_are_folded() {
    let using = |filter| {
        Filter::Test(RecordTest::Status(StatusTest { using: Some(Arc::new(filter)), ..party_to(&["one"], At::Row) }))
    };
    assert_eq!(states("2012", using(not(keyword("action", "left")))).0, "Alpha beta land");
    let early = Filter::Test(RecordTest::Date { field: "date".into(), window: window("1990", "2001-06") });
    assert_eq!(states("2006", using(early)), ("Alpha".to_owned(), 1, 0));
}

#[test]
fn a_difference_tells_who_came_and_who_went_and_by_which_fact() {
    let ask = |from: &str, to: &str| {
        let moment = |written: &str| {
            let filter = Filter::Test(RecordTest::Status(party_to(&["one"], on(written))));
            Box::new(Moment { label: Date::parse(written).unwrap(), day: day(written), filter })
        };
        let status = Some(party_to(&["one"], At::Row));
        let stages = vec![Step::Own(Diff::AsOf(moment(from), moment(to)))];
        let rows = RowsOf::Entities(EntityRows { status, ..rows_of("states", to) }, pipeline(stages));
        let query = Query { rows, filter: moment(to).filter, ..Query::default() };
        let answer = run(query, MemoryView::build(&world()), Cancel::new()).unwrap();
        let names: Vec<&str> = answer.columns().iter().map(|column| &*column.name).collect();
        assert_eq!(names, ["change", "state", "since", "by"]);
        table(answer)
    };
    assert_eq!(ask("1999", "2006"), ["in|Alpha|2000-07-01|a1", "in|beta land|2001-06~|b1"]);
    assert_eq!(ask("2006", "2012"), ["out|Alpha|2010-07-01|a2"]);
    assert_eq!(ask("2006", "2016"), [""; 0]);
    assert_eq!(ask("2000", "2012"), ["in|beta land|2001-06~|b1", "out|Alpha|2010-07-01|a2"]);
}

#[test]
fn periods_tell_from_when_to_when_and_which_facts_opened_and_closed_them() {
    let ask_on = |on: &str, others, filter| {
        let status = Some(party(Role::Subject, others, At::Row));
        let rows = EntityRows { kinds: vec![], status, ..rows_of("states", on) };
        let query = Query { rows: RowsOf::Periods(rows, Vec::new()), filter, ..Query::default() };
        run(query, MemoryView::build(&world()), Cancel::new()).unwrap()
    };
    let ask = |others, filter| ask_on("2020-01-01", others, filter);
    let one = || Counterparts::Entities(vec![entity("one")]);
    let answer = ask(one(), Filter::All);
    let names: Vec<&str> = answer.columns().iter().map(|column| &*column.name).collect();
    assert_eq!(names, ["state", "treaty", "start", "end", "length", "opened_by", "closed_by"]);
    assert_eq!(
        table(answer),
        [
            "Alpha|Treaty One|2000-07-01|2010-07-01|3652|a1|a2",
            "beta land|Treaty One|2001-06~||6759..6788|b1|",
            "Alpha|Treaty One|2015-07-01||1645|a3|",
        ]
    );
    assert_eq!(ask(one(), Filter::All).notes().possible, 1, "nobody knows when the one of Gamma began");
    let small = Filter::Test(RecordTest::Number { field: "size".into(), low: None, high: Some((4.into(), true)) });
    assert_eq!(table(ask(one(), small)).len(), 2);
    assert_eq!(table(ask(Counterparts::Count { least: 1, most: None }, Filter::All)).len(), 4);
    let small = Filter::Test(RecordTest::Number { field: "size".into(), low: None, high: Some((4.into(), true)) });
    assert_eq!(
        table(ask_on("2005-07-01", one(), small)),
        ["Alpha|Treaty One|2000-07-01|2010-07-01|3652|a1|a2"],
        "what begins later is not there yet"
    );
}

fn sole(condition: SoleCondition, nearest: Option<Nearest>) -> Emptied {
    Emptied { lone: Some(condition), nearest, ..Emptied::default() }
}

fn date(written: &str) -> Nearest {
    Nearest::Value(Cell::Date(Date::parse(written).unwrap()))
}

#[test]
fn periods_say_what_is_just_outside_and_what_emptied_them() {
    let ask = |others, filter| {
        let status = Some(party(Role::Subject, others, At::Row));
        let rows = EntityRows { kinds: vec![], status, ..rows_of("states", "2020-01-01") };
        let query = Query { rows: RowsOf::Periods(rows, Vec::new()), filter, ..Query::default() };
        run(query, MemoryView::build(&world()), Cancel::new()).unwrap()
    };
    let one = || Counterparts::Entities(vec![entity("one")]);
    let founded = |first, last| Filter::Test(RecordTest::Date { field: "founded".into(), window: window(first, last) });
    let answer = ask(one(), founded("1990", "1999"));
    assert_eq!((answer.total(), answer.notes().unknown), (Some(2), 2));
    assert_eq!(answer.notes().missing, [("founded".into(), 2)]);
    let emptied = |answer: Answer| answer.emptied().unwrap().clone();
    assert_eq!(emptied(ask(one(), founded("2000", "2001"))), sole(SoleCondition::Other, Some(date("1990-05-01"))));
    let nobody = ask(Counterparts::Entities(vec![entity("north")]), Filter::All);
    assert_eq!(emptied(nobody), sole(SoleCondition::Status, None));
}

#[test]
fn an_empty_answer_says_what_emptied_it() {
    let emptied = |on: &str, filter| ask("states", on, filter, vec![]).emptied().unwrap().clone();
    let large = || Filter::Test(RecordTest::Number { field: "size".into(), low: Some((99.into(), true)), high: None });
    let least = Some(Nearest::Value(Cell::Integer(9)));
    assert_eq!(emptied("2006", large()), sole(SoleCondition::Other, least));
    let meant = Some("Arms".to_owned());
    assert_eq!(emptied("2006", keyword("topic", "arm")), Emptied { meant, ..sole(SoleCondition::Attribute, None) });
    let founded = Filter::Test(RecordTest::Date { field: "founded".into(), window: window("2000", "2001") });
    assert_eq!(emptied("2006", founded), sole(SoleCondition::Other, Some(date("1990-05-01"))));
    let dated = Filter::Test(RecordTest::Date { field: "until".into(), window: window("1000", "1000") });
    let only_delta = ask("treaties", "2006", dated, vec![]);
    assert!(only_delta.emptied().is_some());
    let mut none = rows_of("states", "2006");
    none.kinds = vec!["moon".to_owned()];
    let answer = ask_of(none, Filter::All, vec![]);
    let day = Date::parse("2006-12-31").unwrap().earliest();
    assert_eq!(*answer.emptied().unwrap(), sole(SoleCondition::Existing { day }, None));
}

#[test]
fn where_nobody_has_a_status_the_nearest_day_or_number_is_told() {
    let nearest = |noun: &str, on: &str, filter: Filter| {
        let answer = ask(noun, on, filter, vec![]);
        let emptied = answer.emptied().unwrap();
        assert_eq!(emptied.lone, Some(SoleCondition::Other));
        emptied.nearest.clone().unwrap()
    };
    let first = Nearest::From(Date::parse("2000-07-01").unwrap().earliest());
    let party_of_one = || Filter::Test(RecordTest::Status(party_to(&["one"], At::Row)));
    assert_eq!(nearest("states", "2000-06-30", party_of_one()), first);
    let never = Filter::Test(RecordTest::Status(party_to(&["north"], At::Row)));
    assert_eq!(nearest("states", "2006", never), Nearest::Never);
    let any =
        Filter::Test(RecordTest::Status(party(Role::Subject, Counterparts::Count { least: 1, most: None }, At::Row)));
    assert_eq!(nearest("states", "1999", any), first, "a day, and not the number 0");
    let many =
        Filter::Test(RecordTest::Status(party(Role::Object, Counterparts::Count { least: 50, most: None }, At::Row)));
    assert_eq!(nearest("treaties", "2006", many), Nearest::Value(Cell::Integer(2)));
}

#[test]
fn an_answer_says_what_its_rows_are() {
    let answer = ask("states", "2006", Filter::All, vec![]);
    assert_eq!(answer.shape(), Shape::Entities { noun: "state".into(), plural: "states".into() });
    let answer = ask("states", "2006", Filter::All, vec![Step::Take(0)]);
    assert_eq!((answer.total(), answer.before()), (Some(0), Some(3)));
    let steps = ask("states", "2006", keyword("name", "gamma"), vec![Step::Take(1)]);
    let plan: Vec<_> = steps.plan().iter().map(|step| (step.kind.clone(), step.rows)).collect();
    let day = Date::parse("2006-12-31").unwrap().earliest();
    let condition = StepKind::Condition { filter: keyword("name", "gamma"), noun: Some("state".into()) };
    assert_eq!(
        plan,
        [
            (StepKind::ExistingEntities { plural: "states".into(), day }, Some(3)),
            (condition, Some(1)),
            (StepKind::Stage("take"), Some(1))
        ]
    );
}

/// Groups of the small world of other tests are dated, and a record alone has no day.
fn is_dated(filter: &Filter) -> bool {
    match filter {
        Filter::Test(RecordTest::Member { .. }) => true,
        Filter::And(parts) | Filter::Or(parts) => parts.iter().any(|part| is_dated(&part.filter)),
        Filter::Not(filter)
        | Filter::Maybe(filter)
        | Filter::Unknown(filter)
        | Filter::Test(RecordTest::Step { test: filter, .. }) => is_dated(filter),
        _ => false,
    }
}

fn any_filter() -> impl Strategy<Value = Filter> {
    let leaf = || attribute_test().prop_filter("groups are dated", |filter| !is_dated(filter));
    combined(prop_oneof![
        4 => leaf(),
        1 => leaf().prop_map(|test| Filter::Test(RecordTest::Step { field: "patron".into(), test: Box::new(test) })),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn filters_over_entities_and_the_naive_judge_agree(filters in proptest::collection::vec(any_filter(), 1..4)) {
        let view = MemoryView::build(&crate::exec::testing::world([]));
        let context = crate::exec::testing::context(&view);
        let evaluator = EntityEvaluator::new(&context);
        let judge = Judge::new(view.schema(), view.entities(), Vec::new());
        let all = view.entities().iter().map(|(number, _)| number.0).collect();
        for filter in &filters {
            let sets = evaluator.evaluate(filter, &all, day("2006")).unwrap();
            prop_assert!(sets.definite.is_subset(&sets.possible) && sets.possible.is_subset(&sets.open));
            for number in &all {
                let judged = judge.entity(filter, Some(EntityNumber(number)));
                prop_assert_eq!(sets.truth(number), judged, "{}", number);
            }
        }
    }
}
