//! For tests: worlds and filters at random, short ways to write queries, and
//! the laws that hold over every view, whoever builds it.

mod view;
mod written;

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::TestCaseResult;
use serde_json::json;

use crate::exec::filter::context::EvaluationContext;
use crate::exec::filter::facts::Evaluator;
use crate::exec::{Cancel, ExecError};
use crate::index::View;
use crate::judge::naive::{Entered, Row, Scan};
use crate::model::{
    Analyzer, Cell, Date, Day, Entities, Entity, EntityNumber, Fact, Number, Precision, Resolution, Schema, Source,
    Truth, Vocabulary, Window, fold,
};
use crate::plan::{
    At, Column, DateForm, FactDomain, FactValue, Filter, Match, OtherFacts, Part, Query, RecordTest, RecordValue,
    RowValue, RowsOf, Shared,
};
use crate::syntax::Span;
use crate::syntax::tree::{Duration, Relation, Side, Unit};

pub(crate) use view::MemoryView;
pub(crate) use written::*;

/// Runs a query over one state, without any other to compare it with.
#[expect(clippy::needless_pass_by_value, reason = "a test makes a new flag for each query")]
pub(crate) fn run(query: Query, view: Arc<dyn View>, cancel: Cancel) -> Result<super::Answer, ExecError> {
    super::run_among(query, view, &cancel, &super::WithoutOtherStates, &|| std::time::Duration::ZERO)
}

/// What an evaluation over a state of the store needs.
pub(crate) fn context(view: &Arc<dyn View>) -> EvaluationContext {
    super::run::context_over(view.clone(), &Cancel::new())
}

/// Facts in the order of their assertion, each with its id and whether it is
/// still in force; one that is not was retracted.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub schema: Arc<Schema>,
    pub entities: Arc<Entities>,
    pub facts: Vec<(Fact, bool)>,
}

impl World {
    /// The facts that are in force.
    pub fn in_force(&self) -> Vec<&Fact> {
        self.facts.iter().filter(|(_, live)| *live).map(|(fact, _)| fact).collect()
    }
}

/// The law of execution: what the index says of a document in force is what
/// the naive judge says of its fact.
pub(crate) fn evaluation_equals_scan(view: &Arc<dyn View>, filter: &Filter) -> TestCaseResult {
    let sets = Evaluator::new(&context(view)).evaluate(filter, view.live()).expect("the view can be read");
    prop_assert!(sets.definite.is_subset(&sets.possible) && sets.possible.is_subset(&sets.open));
    prop_assert!(sets.open.is_subset(view.live()));
    let facts: Vec<Arc<Fact>> = view.live().iter().map(|one| view.fact(one).expect("the view can be read")).collect();
    let facts_of = facts.iter().map(|fact| &**fact).collect();
    let scan = Scan::new(view.schema(), view.entities(), facts_of, Entered::default());
    for (place, document) in view.live().iter().enumerate() {
        let truth = match document {
            document if sets.definite.contains(document) => Truth::True,
            document if sets.possible.contains(document) => Truth::Possible,
            document if sets.open.contains(document) => Truth::Unknown,
            _ => Truth::False,
        };
        prop_assert_eq!(truth, scan.truth(filter, Row::Fact(place)), "{:?}", facts[place]);
    }
    Ok(())
}

/// The small world that tests speak of.
pub(crate) fn schema() -> Arc<Schema> {
    let vocabulary = r#"
        [world]
        name = "test"
        [fields]
        effective = { type = "date" }
        score = { type = "integer" }
        weight = { type = "number" }
        topic = { type = "keyword" }
        ally = { type = "reference", open = true }
        summary = { type = "text" }
        founded = { type = "date" }
        size = { type = "integer" }
        patron = { type = "reference" }
        [nouns]
        states = { singular = "state", kinds = ["state"], role = "subject" }
        [groups]
        region = { kinds = ["region", "bloc"], partition = "region" }
        [actions]
        signed = { label = "signature" }
        left = { label = "withdrawal" }
    "#;
    Arc::new(Schema::new(Vocabulary::from_toml(vocabulary).unwrap(), &[]).unwrap())
}

/// The entities of the small world.
pub(crate) fn entities() -> Arc<Entities> {
    let list = [
        json!({"entity": "north", "kind": "region", "name": "North"}),
        json!({"entity": "south", "kind": "region", "name": "South", "in": [{"group": "pact", "from": "2004-05"}]}),
        json!({"entity": "pact", "kind": "bloc", "name": "Pact", "in": [{"group": "world", "until": "2006"}]}),
        json!({"entity": "world", "kind": "bloc", "name": "World"}),
        json!({"entity": "alpha", "kind": "state", "name": "Alpha", "aliases": ["AL", "Twin"], "from": "1990",
               "founded": "1990-05-01", "size": 3, "patron": "beta",
               "in": ["north", {"group": "pact", "from": "2004-05-01", "until": "2005-06"}, {"group": "pact", "from": "2007"}]}),
        json!({"entity": "beta", "kind": "state", "name": "Beta Land", "aliases": ["Twin"], "size": 9,
               "in": [{"group": "north", "until": "2005"}, {"group": "south", "from": "2005"}]}),
        json!({"entity": "gamma", "kind": "state", "name": "Gamma", "founded": "200X", "patron": "Nobody", "in": ["pact"]}),
        json!({"entity": "one", "kind": "treaty", "name": "Treaty One", "from": "2004~", "until": "2006-07"}),
        json!({"entity": "two", "kind": "treaty", "name": "Treaty Two"}),
    ];
    Arc::new(Entities::new(list.map(|entity| Arc::new(serde_json::from_value::<Entity>(entity).unwrap()))))
}

pub(crate) fn entity(id: &str) -> EntityNumber {
    match entities().resolve(id) {
        Resolution::One(number) => number,
        other => panic!("{id}: {other:?}"),
    }
}

/// A world of some facts given as JSON, all in force.
pub(crate) fn world(facts: impl IntoIterator<Item = serde_json::Value>) -> World {
    let facts = facts.into_iter().map(|fact| (serde_json::from_value(fact).unwrap(), true)).collect();
    World { schema: schema(), entities: entities(), facts }
}

/// A part of a conjunction or disjunction, found nowhere.
pub(crate) fn part(filter: Filter) -> Part {
    Part { filter, span: Span::default() }
}

/// A window of the days of two dates.
pub(crate) fn window(first: &str, last: &str) -> Window {
    Window::new(Date::parse(first).unwrap().earliest(), Date::parse(last).unwrap().latest())
}

const DATES: [&str; 14] = [
    "2004",
    "2004-05",
    "2004-05-01",
    "2004-12-31",
    "2005~",
    "2005-06-15?",
    "2006-01-15",
    "200X",
    "[2004-06-01..]",
    "[..2005-03]",
    "2003/2005",
    "2004/..",
    "../2004-03",
    "2007-02-03",
];
const PLACES: [&str; 8] = ["alpha", "ALPHA", "al", "beta", "Beta Land", "gamma", "Nowhere", "twin"];
const WORDS: [&str; 6] =
    ["mines", "Mine ban", "ban on mines used", "unequal situation", "the situation is unequal", ""];
const TOPICS: [&str; 5] = ["Landmines", "landmines", "land", "Échange", "arms"];

fn maybe_of(pool: &'static [&'static str]) -> impl Strategy<Value = Option<String>> {
    proptest::option::weighted(0.7, select(pool).prop_map(str::to_owned))
}

fn any_date() -> impl Strategy<Value = Option<Date>> {
    maybe_of(&DATES).prop_map(|date| date.map(|date| Date::parse(&date).unwrap()))
}

fn any_source() -> impl Strategy<Value = Source> {
    (maybe_of(&["Gazette", "gazette", "Times"]), any_date(), maybe_of(&WORDS))
        .prop_map(|(publisher, published, quote)| Source { publisher, published, quote, ..Source::default() })
}

prop_compose! {
    fn any_fact()(
        (subject, action, object) in (select(&PLACES[..]), select(&["signed", "left"][..]), maybe_of(&["one", "Treaty Two", "lost"])),
        (date, effective) in (any_date(), maybe_of(&DATES)),
        (score, weight) in (proptest::option::of(-3_i64..4), proptest::option::of(select(&WEIGHTS[..]))),
        topics in subsequence(&TOPICS[..], 0..3),
        allies in subsequence(&PLACES[..], 0..3),
        tags in subsequence(&TOPICS[..], 0..3),
        (title, note, summary) in (maybe_of(&WORDS), maybe_of(&WORDS), maybe_of(&WORDS)),
        sources in proptest::collection::vec(any_source(), 0..3),
    ) -> Fact {
        let mut fields = BTreeMap::new();
        let mut put = |name: &str, value: Option<serde_json::Value>| {
            fields.extend(value.map(|value| (name.to_owned(), value)));
        };
        put("effective", effective.map(Into::into));
        put("score", score.map(Into::into));
        put("weight", weight.map(|weight| serde_json::from_str(weight).unwrap()));
        put("summary", summary.filter(|text| !text.is_empty()).map(Into::into));
        put("topic", (!topics.is_empty()).then(|| json!(topics)));
        put("ally", (!allies.is_empty()).then(|| json!(allies)));
        Fact {
            id: None,
            subject: subject.to_owned(),
            action: action.to_owned(),
            object,
            date,
            fields,
            tags: tags.into_iter().map(str::to_owned).collect(),
            title: title.filter(|text| !text.is_empty()),
            note: note.filter(|text| !text.is_empty()),
            sources: sources
                .into_iter()
                .map(|source| Source { quote: source.quote.filter(|text| !text.is_empty()), ..source })
                .collect(),
        }
    }
}

/// A world of up to so many facts, most of them in force.
pub(crate) fn any_world(facts: usize) -> impl Strategy<Value = World> {
    proptest::collection::vec((any_fact(), proptest::bool::weighted(0.8)), 0..facts).prop_map(|mut facts| {
        let count = facts.len();
        for (place, (fact, _)) in facts.iter_mut().enumerate() {
            // Ids in another order than documents.
            fact.id = Some(format!("f{:03}", (place * 7 + 3) % count.next_power_of_two().max(8) + place / 8 * 100));
        }
        let mut seen = std::collections::HashSet::new();
        facts.retain(|(fact, _)| seen.insert(fact.id.clone()));
        World { schema: schema(), entities: entities(), facts }
    })
}

fn any_window() -> impl Strategy<Value = Window> {
    let day = select(&["2003-06-01", "2004-05-01", "2004-12-31", "2005-01-01", "2005-06-15", "2006-01-15"][..]);
    let day = day.prop_map(|day| Date::parse(day).unwrap().earliest());
    let end = prop_oneof![4 => day, 1 => Just(Day::PAST), 1 => Just(Day::FUTURE)];
    (end.clone(), end).prop_map(|(first, last)| Window::new(first, last))
}

fn any_match(pool: &'static [&'static str]) -> impl Strategy<Value = Match> {
    prop_oneof![
        subsequence(pool, 0..3).prop_map(|any| Match::Any(any.into_iter().map(str::to_owned).collect())),
        select(pool).prop_map(|text| Match::Prefix(fold(text).chars().take(3).collect())),
        select(&["^l.*s$", "an", "[aeiou]{2}", "^$"][..]).prop_map(|pattern| Match::Regex(pattern.to_owned())),
    ]
}

fn names(pool: &'static [&'static str]) -> impl Strategy<Value = Arc<str>> {
    select(pool).prop_map(Arc::from)
}

/// Numbers in JSON, some of which no double has.
const WEIGHTS: [&str; 7] = ["0.5", "1.0", "2.25", "0.1", "0.2", "12345678901234567", "\"1234567890123456789.025\""];

fn bound() -> impl Strategy<Value = Option<(Number, bool)>> {
    let number = select(&["-1", "0", "0.1", "0.5", "1", "2", "12345678901234566"][..])
        .prop_map(|digits| digits.parse().unwrap());
    proptest::option::of((number, any::<bool>()))
}

pub(crate) fn attribute_test() -> impl Strategy<Value = Filter> {
    let groups = || subsequence(&["north", "pact"][..], 1..3);
    let leaf = prop_oneof![
        (names(&["from", "until", "founded"]), any_window())
            .prop_map(|(field, window)| Filter::Test(RecordTest::Date { field, window })),
        (names(&["name", "kind"]), any_match(&["Alpha", "state", "Beta Land"]))
            .prop_map(|(field, test)| Filter::Test(RecordTest::Keyword { field, test })),
        bound().prop_map(|low| Filter::Test(RecordTest::Number { field: "size".into(), low, high: None })),
        names(&["founded", "size", "patron"]).prop_map(|field| Filter::Test(RecordTest::Missing { field })),
        groups().prop_map(|groups| Filter::Test(RecordTest::Member {
            field: "patron".into(),
            groups: groups.into_iter().map(entity).collect(),
            at: At::Fact,
        })),
        Just(Filter::Test(RecordTest::Refers {
            fields: vec!["patron".into()],
            entities: vec![entity("beta")],
            written: vec!["nobody".into()]
        })),
    ];
    prop_oneof![
        3 => leaf.clone(),
        1 => leaf.clone().prop_map(|filter| Filter::Not(Box::new(filter))),
        1 => (leaf.clone(), leaf).prop_map(|(a, b)| Filter::And(vec![part(a), part(b)])),
    ]
}

fn any_leaf() -> impl Strategy<Value = Filter> {
    const REFERENCES: [&str; 3] = ["subject", "object", "ally"];
    const DATE_FIELDS: [&str; 4] = ["date", "effective", "source.published", "founded"];
    const TEXT_FIELDS: [&str; 4] = ["title", "note", "summary", "source.quote"];
    let phrase = || {
        (select(&["mines", "ban mine", "unequal situation", "situation", "used"][..]), any::<bool>())
            .prop_map(|(text, as_written)| Analyzer::default().terms(text, as_written))
    };
    prop_oneof![
        1 => Just(Filter::All),
        1 => Just(Filter::Nothing),
        3 => (names(&["topic", "tags", "source.publisher", "action", "subject"]), any_match(&TOPICS))
            .prop_map(|(field, test)| Filter::Test(RecordTest::Keyword { field, test })),
        1 => any_match(&["signed", "left"]).prop_map(|test| Filter::Test(RecordTest::Keyword { field: "action".into(), test })),
        3 => (subsequence(&REFERENCES[..], 1..3), subsequence(&["alpha", "beta", "two"][..], 0..3), subsequence(&["nowhere", "lost"][..], 0..2))
            .prop_map(|(fields, entities, written)| Filter::Test(RecordTest::Refers {
                fields: fields.into_iter().map(Arc::from).collect(),
                entities: entities.into_iter().map(entity).collect(),
                written: written.into_iter().map(str::to_owned).collect(),
            })),
        4 => (names(&REFERENCES), subsequence(&["north", "south", "pact", "world"][..], 1..3))
            .prop_map(|(field, groups)| Filter::Test(RecordTest::Member { field, groups: groups.into_iter().map(entity).collect(), at: At::Fact })),
        5 => (names(&DATE_FIELDS), any_window()).prop_map(|(field, window)| Filter::Test(RecordTest::Date { field, window })),
        1 => (names(&DATE_FIELDS), select(&Precision::ALL[..]))
            .prop_map(|(field, (_, precision))| Filter::Test(RecordTest::DateForm { field, form: DateForm::Precision(precision) })),
        1 => names(&DATE_FIELDS).prop_map(|field| Filter::Test(RecordTest::DateForm { field, form: DateForm::Marked })),
        2 => (names(&["score", "weight", "sources", "size"]), bound(), bound())
            .prop_map(|(field, low, high)| Filter::Test(RecordTest::Number { field, low, high })),
        2 => names(&["id", "object", "date", "effective", "tags", "note", "source.quote", "ally", "size"])
            .prop_map(|field| Filter::Test(RecordTest::Missing { field })),
        2 => (subsequence(&TEXT_FIELDS[..], 1..3), phrase()).prop_map(|(fields, phrase)| Filter::Test(RecordTest::Text {
            fields: fields.into_iter().map(Arc::from).collect(),
            phrase,
        })),
        2 => (names(&["title", "source.quote", "id"]), any_match(&["mine ban", "f00", "unequal"]))
            .prop_map(|(field, test)| Filter::Test(RecordTest::Written { field, test })),
        4 => (names(&REFERENCES), attribute_test()).prop_map(|(field, test)| Filter::Test(RecordTest::Step { field, test: Box::new(test) })),
    ]
}

/// What can be said of a row, and all, any or none of it together.
pub(crate) fn combined(leaf: impl Strategy<Value = Filter> + 'static) -> impl Strategy<Value = Filter> {
    leaf.prop_recursive(4, 24, 3, |inner| combination(&inner))
}

fn combination(inner: &BoxedStrategy<Filter>) -> impl Strategy<Value = Filter> + use<> {
    let parts = proptest::collection::vec(inner.clone(), 0..4).prop_map(|all| all.into_iter().map(part).collect());
    prop_oneof![
        3 => parts.clone().prop_map(Filter::And),
        3 => parts.prop_map(Filter::Or),
        2 => inner.clone().prop_map(|filter| Filter::Not(Box::new(filter))),
        2 => inner.clone().prop_map(|filter| Filter::Maybe(Box::new(filter))),
        1 => inner.clone().prop_map(|filter| Filter::Unknown(Box::new(filter))),
    ]
}

/// Any filter over the small world that one fact alone decides.
pub(crate) fn any_filter() -> impl Strategy<Value = Filter> {
    combined(any_leaf())
}

/// Any filter over the small world, of other facts too.
pub(crate) fn any_whole_filter() -> impl Strategy<Value = Filter> {
    any_leaf().prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            10 => combination(&inner),
            3 => (any_shared(), inner.clone()).prop_map(|(shared, filter)| {
                Filter::Test(RecordTest::Other(OtherFacts { shared, filter: Arc::new(filter) }))
            }),
            3 => (any_dated(), any_relation(), names(&["date", "effective"]), any_shared(), inner.clone())
                .prop_map(|(value, relation, to, shared, filter)| {
                    let other = OtherFacts { shared, filter: Arc::new(filter) };
                    Filter::Test(RecordTest::Relative { value, relation, to, other })
                }),
            1 => (select(&["subject", "object", "ally", "topic"][..]), inner).prop_map(|(field, filter)| {
                let shown: Vec<Column<FactDomain>> = vec![column(field, RowValue::field(field))];
                let query = query(filter, vec![show_columns(shown)]);
                Filter::Test(RecordTest::Given { field: field.into(), query: Arc::new(query) })
            }),
        ]
    })
}

fn any_shared() -> impl Strategy<Value = Shared> {
    let value = select(&["subject", "object", "topic", "score", "ally", "date"][..]);
    let values =
        proptest::collection::vec(value.prop_map(|name| FactValue::Record(RecordValue::Field(name.into()))), 1..3);
    prop_oneof![2 => Just(Shared::Pair), 1 => values.prop_map(Shared::Values)]
}

fn any_dated() -> impl Strategy<Value = RecordValue> {
    prop_oneof![
        3 => names(&["date", "effective", "source.published"]).prop_map(RecordValue::Field),
        1 => Just(RecordValue::Step("object".into(), "from".into(), None)),
    ]
}

fn any_relation() -> impl Strategy<Value = Relation> {
    let duration = (select(&[1, 6, 20][..]), select(&[Unit::Day, Unit::Month][..]));
    let side = select(&[Side::Either, Side::After, Side::Before][..]);
    prop_oneof![
        select(&[Relation::After, Relation::Before, Relation::Since, Relation::Until, Relation::In][..]),
        (duration, side).prop_map(|((count, unit), side)| Relation::Within(Duration { count, unit }, side)),
    ]
}

/// All rows of an answer, or why there are none.
pub(crate) fn rows(answer: super::Answer) -> Result<Vec<super::Row>, ExecError> {
    answer.collect()
}

/// The same with every cell as people see it, a text for each row.
pub(crate) fn table(answer: super::Answer) -> Vec<String> {
    let labels = |row: &super::Row| row.cells().iter().map(Cell::label).collect::<Vec<_>>().join("|");
    rows(answer).unwrap().iter().map(labels).collect()
}

/// The ids of the facts that an answer has.
pub(crate) fn ids(answer: super::Answer) -> Vec<String> {
    rows(answer).unwrap().iter().map(|row| row.fact().unwrap().unwrap().id.clone().unwrap()).collect()
}

/// A query of facts.
pub(crate) fn query(filter: Filter, stages: Vec<Step<FactDomain>>) -> Query {
    Query { rows: RowsOf::Facts(pipeline(stages)), filter, ..Query::default() }
}

pub(crate) fn keyword(name: &str, value: &str) -> Filter {
    Filter::Test(RecordTest::Keyword { field: name.into(), test: Match::Any(vec![value.to_owned()]) })
}

pub(crate) fn days(name: &str, window: Window) -> Filter {
    Filter::Test(RecordTest::Date { field: name.into(), window })
}
