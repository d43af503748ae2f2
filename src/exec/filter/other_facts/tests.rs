use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

use super::*;
use crate::exec::filter::sets::Level;
use crate::exec::rows::record::stated;
use crate::exec::testing::{
    MemoryView, World, any_filter, any_world, column, entity, field, keyword, part, query, show_columns, world,
};
use crate::index::View;
use crate::judge::naive::Judge;
use crate::model::{Fact, Resolution, canonical, caseless};
use crate::plan::{DatePart, FactDomain, FactValue, Filter, OtherFacts, RecordTest, RecordValue, Shared};
use crate::syntax::tree::{Duration, Side, Unit};

fn with(shared: Shared, filter: Filter) -> OtherFacts {
    OtherFacts { shared, filter: Arc::new(filter) }
}

fn truths(view: &Arc<dyn View>, filter: &Filter) -> Vec<Truth> {
    let sets = Evaluator::new(&crate::exec::testing::context(view)).evaluate(filter, &view.all()).unwrap();
    let each: Vec<(u32, Truth)> = sets.truths().collect();
    view.all()
        .iter()
        .map(|document| each.iter().find(|(other, _)| *other == document).map_or(Truth::False, |(_, truth)| *truth))
        .collect()
}

/// Who stands at an end, in letters.
fn name(world: &World, written: Option<&str>) -> Option<String> {
    written.map(|written| match world.entities.resolve(written) {
        Resolution::One(entity) => format!("#{}", entity.0),
        _ => caseless(written).into_owned(),
    })
}

/// What two facts may share of a field.
fn shared(world: &World, fact: &Fact, value: &FactValue) -> Vec<String> {
    let values = |field: &str| stated(fact, field, &world.schema);
    match value {
        FactValue::Record(RecordValue::Part(field, part)) => values(field)
            .iter()
            .map(|date| crate::exec::rows::date_buckets::bucket_of(date, *part).to_string())
            .filter(|bucket| bucket != IMPRECISE)
            .collect(),
        FactValue::Record(RecordValue::Field(field)) if ["subject", "object", "ally"].contains(&&**field) => {
            values(field).iter().filter_map(|written| name(world, Some(&written.to_string()))).collect()
        }
        FactValue::Record(RecordValue::Field(field)) if &**field == "date" => {
            let dates = fact.date.iter().filter(|date| date.earliest() == date.latest());
            dates.map(|date| date.earliest().to_string()).collect()
        }
        FactValue::Record(RecordValue::Field(field)) => {
            values(field).iter().map(|value| canonical(&value.to_string()).into_owned()).collect()
        }
        other => panic!("{other:?}"),
    }
}

/// Whether one fact is one of the others of another.
fn is_other(world: &World, other: &OtherFacts, one: usize, another: usize) -> bool {
    let ((a, _), (b, live)) = (&world.facts[one], &world.facts[another]);
    one != another
        && *live
        && match &other.shared {
            Shared::Pair => [a, b]
                .map(|fact| (name(world, Some(&fact.subject)), name(world, fact.object.as_deref())))
                .windows(2)
                .all(|two| two[0] == two[1]),
            Shared::Values(values) => values.iter().all(|value| {
                let of_a = shared(world, a, value);
                shared(world, b, value).iter().any(|one| of_a.contains(one))
            }),
            Shared::Role(_) => false,
        }
}

fn any_shared() -> impl Strategy<Value = Shared> {
    let values = [
        FactValue::Record(RecordValue::Field("subject".into())),
        FactValue::Record(RecordValue::Field("object".into())),
        FactValue::Record(RecordValue::Field("ally".into())),
        FactValue::Record(RecordValue::Field("topic".into())),
        FactValue::Record(RecordValue::Field("score".into())),
        FactValue::Record(RecordValue::Field("date".into())),
        FactValue::Record(RecordValue::Part("date".into(), DatePart::Year)),
    ];
    prop_oneof![Just(Shared::Pair), proptest::sample::subsequence(values.to_vec(), 1..3).prop_map(Shared::Values),]
}

fn any_relation() -> impl Strategy<Value = Relation> {
    let within = select(&[Side::Either, Side::After, Side::Before][..])
        .prop_map(|side| Relation::Within(Duration { count: 6, unit: Unit::Month }, side));
    prop_oneof![select(vec![Relation::After, Relation::Before, Relation::Since, Relation::Until, Relation::In]), within]
}

fn extents(world: &World, fact: &Fact, field: &str) -> Vec<Option<Extent>> {
    let values = stated(fact, field, &world.schema);
    let dates: Vec<_> = values.iter().map(|date| date.as_date().map(Date::extent)).collect();
    if dates.is_empty() { vec![None] } else { dates }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn another_fact_exists_if_a_look_at_each_pair_finds_one(
        world in any_world(30), shared in any_shared(), filter in any_filter(), narrow: bool,
    ) {
        let view = MemoryView::build(&world);
        let judge = Judge::new(&world.schema, &world.entities, world.in_force());
        let judged: Vec<Truth> = world.facts.iter().map(|(fact, _)| judge.fact(&filter, fact)).collect();
        let other = with(shared, filter);
        let within: RoaringBitmap = if narrow { view.all().iter().take(1).collect() } else { view.all() };
        let found = Evaluator::new(&crate::exec::testing::context(&view)).evaluate(&Filter::Test(RecordTest::Other(other.clone())), &within).unwrap();
        let found = found.truths().collect::<Vec<_>>();
        for one in within {
            let others = (0..world.facts.len()).filter(|another| is_other(&world, &other, one as usize, *another));
            let naive = others.map(|another| judged[another]).max().unwrap_or(Truth::False);
            let truth = found.iter().find(|(document, _)| *document == one).map_or(Truth::False, |(_, truth)| *truth);
            prop_assert_eq!(truth, naive, "{}", one);
        }
    }

    #[test]
    fn a_date_is_compared_with_each_other_fact(
        world in any_world(30), shared in any_shared(), filter in any_filter(), relation in any_relation(),
        field in select(&["date", "effective", "source.published"][..]), to in select(&["date", "effective", "source.published"][..]),
    ) {
        let view = MemoryView::build(&world);
        let judge = Judge::new(&world.schema, &world.entities, world.in_force());
        let judged: Vec<Truth> = world.facts.iter().map(|(fact, _)| judge.fact(&filter, fact)).collect();
        let other = with(shared, filter);
        let relative = Filter::Test(RecordTest::Relative { value: RecordValue::Field(field.into()), relation, to: to.into(), other: other.clone() });
        for (one, truth) in truths(&view, &relative).into_iter().enumerate() {
            let mut naive = Truth::False;
            for another in (0..world.facts.len()).filter(|another| is_other(&world, &other, one, *another)) {
                for date in extents(&world, &world.facts[one].0, field) {
                    for target in extents(&world, &world.facts[another].0, to) {
                        let lies = date.zip(target).map_or(Truth::Unknown, |(date, to)| Reach::new(relation, to).of(date));
                        naive = naive.or(judged[another].and(lies));
                    }
                }
            }
            prop_assert_eq!(truth, naive, "{}", one);
        }
    }

    #[test]
    fn the_earliest_of_the_others_is_that_of_which_the_filter_is_certain(world in any_world(30), shared in any_shared(), filter in any_filter()) {
        let view = MemoryView::build(&world);
        let judge = Judge::new(&world.schema, &world.entities, world.in_force());
        let other = with(shared, filter);
        let context = crate::exec::testing::context(&view);
        let evaluator = Evaluator::new(&context);
        let earliest = OtherFactsJoin::of_facts(&evaluator, &other, &view.all()).unwrap().earliest("date").unwrap();
        for (one, earliest) in earliest.into_iter().enumerate() {
            let others = (0..world.facts.len()).filter(|another| is_other(&world, &other, one, *another));
            let certain = others.map(|another| &world.facts[another].0).filter(|fact| judge.fact(&other.filter, fact).is_definite());
            let dates: Vec<&Date> = certain.filter_map(|fact| fact.date.as_ref()).collect();
            let first = dates.iter().map(|date| date.earliest()).min();
            let naive = first.zip(dates.iter().map(|date| date.latest()).min());
            prop_assert_eq!(earliest.map(|date| (date.earliest(), date.latest())), naive, "{}", one);
        }
    }

    #[test]
    fn an_entity_has_the_facts_in_which_it_stands(world in any_world(30), filter in any_filter(), few: bool) {
        let view = MemoryView::build(&world);
        let judge = Judge::new(&world.schema, &world.entities, world.in_force());
        let entities: Vec<EntityNumber> = if few { vec![entity("beta")] } else { world.entities.iter().map(|(number, _)| number).collect() };
        let context = crate::exec::testing::context(&view);
        let evaluator = Evaluator::new(&context);
        let found = OtherFactsJoin::of_entities(&evaluator, Role::Subject, &filter, &entities).unwrap().exist();
        for (entity, truth) in entities.into_iter().zip(found) {
            let facts = world.facts.iter().filter(|(fact, live)| *live && world.entities.resolve(&fact.subject) == Resolution::One(entity));
            let naive = facts.map(|(fact, _)| judge.fact(&filter, fact)).max().unwrap_or(Truth::False);
            prop_assert_eq!(truth, naive);
        }
    }
}

fn holds(facts: &World, filter: &Filter) -> Vec<Truth> {
    truths(&MemoryView::build(facts), filter)
}

#[test]
fn the_fact_itself_is_not_one_of_the_others() {
    let facts = world([
        json!({"id": "a", "subject": "alpha", "action": "left", "object": "one"}),
        json!({"id": "b", "subject": "AL", "action": "signed", "object": "Treaty One"}),
        json!({"id": "c", "subject": "alpha", "action": "left"}),
    ]);
    let left = Filter::Test(RecordTest::Other(with(Shared::Pair, keyword("action", "left"))));
    assert_eq!(holds(&facts, &left), [Truth::False, Truth::True, Truth::False]);
    let two = world([
        json!({"id": "a", "subject": "Nowhere", "action": "left"}),
        json!({"id": "b", "subject": "nowhere", "action": "left"}),
    ]);
    assert_eq!(holds(&two, &left), [Truth::True, Truth::True], "both have no object");
}

#[test]
fn without_a_date_nothing_is_known_of_what_lies_after_another() {
    let facts = world([
        json!({"id": "a", "subject": "alpha", "action": "signed", "object": "one", "date": "2004-05-01"}),
        json!({"id": "b", "subject": "alpha", "action": "left", "object": "one", "date": "2005"}),
        json!({"id": "c", "subject": "alpha", "action": "left", "object": "one"}),
        json!({"id": "d", "subject": "alpha", "action": "left", "object": "one", "date": "2004"}),
        json!({"id": "e", "subject": "beta", "action": "left", "object": "one", "date": "2005"}),
    ]);
    let after = |relation| {
        Filter::Test(RecordTest::Relative {
            value: RecordValue::Field("date".into()),
            relation,
            to: "date".into(),
            other: with(Shared::Pair, keyword("action", "signed")),
        })
    };
    let expected = [Truth::False, Truth::True, Truth::Unknown, Truth::Possible, Truth::False];
    assert_eq!(holds(&facts, &after(Relation::After)), expected);
    let within = Relation::Within(Duration { count: 9, unit: Unit::Month }, Side::After);
    let expected = [Truth::False, Truth::Possible, Truth::Unknown, Truth::Possible, Truth::False];
    assert_eq!(holds(&facts, &after(within)), expected);
}

#[test]
fn a_field_has_a_value_that_a_query_gives_as_truly_as_its_filter_holds() {
    let facts = world([
        json!({"id": "a", "subject": "alpha", "action": "signed", "object": "one", "date": "2004-05-01"}),
        json!({"id": "b", "subject": "Nowhere", "action": "signed", "object": "one", "date": "2004"}),
        json!({"id": "c", "subject": "gamma", "action": "signed", "object": "one"}),
        json!({"id": "d", "subject": "AL", "action": "left", "object": "two"}),
        json!({"id": "e", "subject": "nowhere", "action": "left", "object": "two"}),
        json!({"id": "f", "subject": "Gamma", "action": "left", "object": "two"}),
        json!({"id": "g", "subject": "beta", "action": "left", "object": "two", "ally": ["gamma", "alpha"]}),
    ]);
    let days = crate::exec::testing::window("2004-05", "2004-06");
    let filter = Filter::And(vec![
        part(keyword("action", "signed")),
        part(Filter::Test(RecordTest::Date { field: "date".into(), window: days })),
    ]);
    let query = Arc::new(query(filter, vec![show_columns(vec![column::<FactDomain>("subject", field("subject"))])]));
    let given = |field: &str| Filter::Test(RecordTest::Given { field: field.into(), query: query.clone() });
    let (yes, perhaps, unknown, no) = (Truth::True, Truth::Possible, Truth::Unknown, Truth::False);
    assert_eq!(holds(&facts, &given("subject")), [yes, perhaps, unknown, yes, perhaps, unknown, no]);
    assert_eq!(holds(&facts, &given("ally")), [no, no, no, no, no, no, yes]);
    let view = MemoryView::build(&facts);
    let given = {
        let context = crate::exec::testing::context(&view);
        context.subqueries.column(&query, &context).unwrap()
    };
    assert_eq!(given.len(), 1 + 2 + 3, "one definite, one more possible, and one more open: {given:?}");
    assert_eq!(Level::Open.truth(), Truth::Unknown);
}
