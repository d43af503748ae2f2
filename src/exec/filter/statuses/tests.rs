use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::json;

use super::*;
use crate::exec::rows::record::stated;
use crate::exec::testing::{MemoryView, World, any_filter, any_world, entity};
use crate::judge::naive::Judge;
use crate::model::vocabulary::Role;
use crate::model::{Resolution, Schema, Vocabulary, caseless};
use crate::plan::{At, Counterparts, Filter, RecordTest, StatusTest};

/// The small world with statuses.
fn schema() -> Arc<Schema> {
    let vocabulary = r#"
        [status.member]
        open = [{ by = "signed", at = "effective" }]
        close = [{ by = "left", at = "effective" }]
        [status.leaving]
        open = [{ by = "left", at = "date" }]
        close = [{ by = "left", at = "effective" }]
    "#;
    let mut declared = crate::exec::testing::schema().vocabulary().clone();
    declared.status = toml::from_str::<Vocabulary>(&format!("world.name = 'x'\n{vocabulary}")).unwrap().status;
    Arc::new(Schema::new(declared, &[]).unwrap())
}

fn with_statuses(world: World) -> World {
    World { schema: schema(), ..world }
}

fn name(world: &World, written: Option<&str>) -> Option<String> {
    written.map(|written| match world.entities.resolve(written) {
        Resolution::One(entity) => world.entities.get(entity).id.clone(),
        _ => caseless(written).into_owned(),
    })
}

fn ends(world: &World, fact: &crate::model::Fact, role: Role) -> (Option<String>, Option<String>) {
    let (subject, object) = (name(world, Some(&fact.subject)), name(world, fact.object.as_deref()));
    if role == Role::Subject { (subject, object) } else { (object, subject) }
}

/// The standing of each pair of which one is tested, by a look at every fact.
fn naive(world: &World, test: &StatusTest, tested: &str) -> Vec<(Option<String>, Standing<Document>)> {
    let rule = StatusRule::new(&world.schema, &test.status).unwrap();
    let judge = Judge::new(&world.schema, &world.entities, world.in_force());
    let mut pairs: Vec<(Option<String>, Vec<Act<Document>>)> = Vec::new();
    for (place, (fact, _)) in world.facts.iter().enumerate().filter(|(_, (_, live))| *live) {
        let (own, other) = ends(world, fact, test.role);
        let using = test.using.as_ref().map_or(Truth::True, |using| judge.fact(using, fact));
        if own.as_deref() != Some(tested) || !using.is_possible() || !rule.actions().any(|action| action == fact.action)
        {
            continue;
        }
        let values = |field: &str| stated(fact, field, &world.schema);
        let extent = |field: &Arc<str>| values(field).first().and_then(|date| date.as_date().map(Date::extent));
        let act = Act {
            action: fact.action.as_str().into(),
            dates: rule.fields().iter().map(extent).collect(),
            certain: using.is_definite(),
            origin: u32::try_from(place).unwrap(),
        };
        match pairs.iter_mut().find(|(known, _)| *known == other) {
            Some((_, acts)) => acts.push(act),
            None => pairs.push((other, vec![act])),
        }
    }
    pairs.into_iter().map(|(other, acts)| (other, Standing::new(&rule, acts))).collect()
}

fn any_test() -> impl Strategy<Value = StatusTest> {
    let others = prop_oneof![
        subsequence(&["alpha", "beta", "one", "two"][..], 1..3)
            .prop_map(|ids| Counterparts::Entities(ids.into_iter().map(entity).collect())),
        (0_u64..3, proptest::option::of(0_u64..3)).prop_map(|(least, most)| Counterparts::Count { least, most }),
    ];
    let day = Date::parse("2005-06-15").unwrap().earliest();
    (
        select(&["member", "leaving"][..]),
        select(&[Role::Subject, Role::Object][..]),
        others,
        prop_oneof![Just(At::Fact), Just(At::Day(day))],
        proptest::option::weighted(0.3, any_filter()),
    )
        .prop_map(|(status, role, others, at, using)| StatusTest {
            status: status.into(),
            role,
            others,
            at,
            using: using.map(Arc::new),
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn a_status_is_what_a_look_at_every_fact_makes_of_it(world in any_world(30), test in any_test()) {
        let world = with_statuses(world);
        let view = MemoryView::build(&world);
        let found = Evaluator::new(&crate::exec::testing::context(&view)).evaluate(&Filter::Test(RecordTest::Status(test.clone())), &view.all()).unwrap();
        let found: Vec<_> = found.truths().collect();
        for (place, (fact, _)) in (0..).zip(&world.facts) {
            let at = match test.at {
                At::Day(day) => Some(Extent::Point(Window::day(day))),
                _ => fact.date.as_ref().map(Date::extent),
            };
            let tested = ends(&world, fact, test.role).0;
            let pairs = tested.map(|tested| naive(&world, &test, &tested)).unwrap_or_default();
            let of = |standing: &Standing<Document>| standing.holds(at);
            let expected = match &test.others {
                Counterparts::Entities(entities) => {
                    let ids: Vec<&str> = entities.iter().map(|entity| world.entities.get(*entity).id.as_str()).collect();
                    let asked = pairs.iter().filter(|(other, _)| other.as_deref().is_some_and(|other| ids.contains(&other)));
                    asked.map(|(_, standing)| of(standing)).max().unwrap_or(Truth::False)
                }
                Counterparts::Count { least, most } => {
                    // Who is no more, or not yet, is not counted.
                    let alive = |other: &str| match world.entities.resolve(other) {
                        Resolution::One(entity) => match (world.entities.get(entity).life(), at) {
                            (life, _) if life.is_unbounded() => Truth::True,
                            (life, Some(at)) => life.holds(at),
                            (_, None) => Truth::Unknown,
                        },
                        _ => Truth::True,
                    };
                    let others = pairs.iter().filter_map(|(other, standing)| Some((other.as_deref()?, standing)));
                    let mut truths: Vec<Truth> =
                        others.map(|(other, standing)| of(standing).and(alive(other))).collect();
                    truths.sort_by(|a, b| b.cmp(a));
                    let at_least = |number: u64| match usize::try_from(number).unwrap() {
                        0 => Truth::True,
                        number => truths.get(number - 1).copied().unwrap_or(Truth::False),
                    };
                    at_least(*least).and(most.map_or(Truth::True, |most| !at_least(most + 1)))
                }
                Counterparts::Query(_) => Truth::False,
            };
            let truth = found.iter().find(|(document, _)| *document == place).map_or(Truth::False, |(_, truth)| *truth);
            prop_assert_eq!(truth, expected, "{}", place);
        }
    }
}

fn acts() -> World {
    with_statuses(crate::exec::testing::world([
        json!({"id": "a", "subject": "alpha", "action": "signed", "object": "one", "date": "2000-01-01", "effective": "2001"}),
        json!({"id": "b", "subject": "AL", "action": "left", "object": "Treaty One", "date": "2005-01-01", "effective": "2005-07-01"}),
        json!({"id": "c", "subject": "alpha", "action": "signed", "object": "two", "date": "2003-01-01", "effective": "2003-06-01"}),
        json!({"id": "d", "subject": "beta", "action": "signed", "object": "one", "date": "2002-01-01"}),
        json!({"id": "e", "subject": "gamma", "action": "signed", "object": "Lost Treaty", "date": "2004-01-01", "effective": "2004-01-01"}),
    ]))
}

fn member(role: Role, others: Counterparts) -> StatusTest {
    StatusTest { status: "member".into(), role, others, at: At::Fact, using: None }
}

fn on(day: &str) -> Day {
    Date::parse(day).unwrap().earliest()
}

fn at(day: &str) -> Extent {
    Extent::Point(Window::day(on(day)))
}

fn standings(world: &World, test: &StatusTest) -> Standings {
    let view = MemoryView::build(world);
    let context = crate::exec::testing::context(&view);
    let evaluator = Evaluator::new(&context);
    Standings::new(&evaluator, test).unwrap()
}

#[test]
fn those_with_a_status_are_counted_from_what_is_certain_to_what_is_possible() {
    let world = acts();
    let of_one = standings(&world, &member(Role::Object, Counterparts::Count { least: 2, most: None }));
    let one = entity("one").0;
    assert_eq!(of_one.count(one, on("2003-01-01")), (1, 2), "of beta no effect is known");
    assert_eq!(of_one.holds(one, Some(at("2003-01-01"))), Truth::Possible);
    assert_eq!(of_one.count(one, on("2001-05-01")), (0, 1));
    assert_eq!(of_one.holds(one, Some(at("2001-05-01"))), Truth::False);
    let none = standings(&world, &member(Role::Object, Counterparts::Count { least: 0, most: Some(0) }));
    assert_eq!(none.holds(one, Some(at("2001-05-01"))), Truth::Possible);
    assert_eq!(none.holds(one, Some(at("1999-05-01"))), Truth::True);
    assert_eq!(none.holds(entity("pact").0, Some(at("2003-05-01"))), Truth::True, "no acts, no status");
}

#[test]
fn a_status_tells_since_when_and_by_which_act() {
    let world = acts();
    let alpha = entity("alpha").0;
    let both = standings(&world, &member(Role::Subject, Counterparts::Entities(vec![entity("one"), entity("two")])));
    let since = |day: &str| both.since(alpha, on(day));
    let first = since("2004-01-01").unwrap();
    assert_eq!(
        (first.start, first.opened),
        (Some(crate::exec::testing::window("2001", "2001")), 0),
        "of several the first"
    );
    assert_eq!(both.written(first.start.unwrap(), first.opened).unwrap().to_string(), "2001");
    assert_eq!(since("2005-07-01").unwrap().opened, 2, "the first has ended that day");
    assert_eq!(since("2000-12-31"), None);
    let beta = standings(&world, &member(Role::Subject, Counterparts::Entities(vec![entity("one")])));
    let period = beta.since(entity("beta").0, on("2004-01-01")).unwrap();
    assert_eq!(beta.written(period.start.unwrap(), period.opened).unwrap().to_string(), "[2002-01-01..]");
}

#[test]
fn a_name_that_no_entity_has_counts_as_one_of_the_others() {
    let world = acts();
    let any = standings(&world, &member(Role::Subject, Counterparts::Count { least: 1, most: None }));
    assert_eq!(any.holds(entity("gamma").0, Some(at("2005-01-01"))), Truth::True);
    assert_eq!(any.pairs().len(), 4);
}

#[test]
fn the_same_test_on_another_day_is_not_folded_anew() {
    let world = acts();
    let view = MemoryView::build(&world);
    let context = crate::exec::testing::context(&view);
    let evaluator = Evaluator::new(&context);
    let test = member(Role::Subject, Counterparts::Entities(vec![entity("one")]));
    let first = evaluator.standings(&test).unwrap();
    let on_day = StatusTest { at: At::Day(on("2004")), ..test.clone() };
    assert!(Rc::ptr_eq(&first, &evaluator.standings(&on_day).unwrap()));
    let other = StatusTest { using: Some(Arc::new(Filter::All)), ..test };
    assert!(!Rc::ptr_eq(&first, &evaluator.standings(&other).unwrap()));
}
