//! Trees that the parser could have made.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use crate::syntax::keyword::reserved_words;
use crate::syntax::tree::*;
use crate::syntax::{Span, Spanned};

fn at<T>(value: T) -> Spanned<T> {
    Spanned::new(value, Span::default())
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![4 => "[a-zé][a-z0-9_]{0,5}(-[a-z0-9]{1,3})?", 1 => Just("count".to_owned()), 1 => Just("MONTHS".to_owned()), 1 => Just("According".to_owned()), 1 => Just("to".to_owned()), 1 => Just("source".to_owned()), 1 => Just("Unknown".to_owned())]
        .prop_filter("a keyword", |word| !reserved_words().iter().any(|keyword| keyword.eq_ignore_ascii_case(word)))
}

fn spanned_name() -> impl Strategy<Value = Name> {
    name().prop_map(at)
}

fn path() -> impl Strategy<Value = Path> {
    vec(spanned_name(), 1..3).prop_map(|names| Path { names, span: Span::default() })
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => name(),
        1 => "[0-9]{1,5}",
        1 => prop::sample::select(vec!["today", "June", "last", "periods", "days", "côte-d’ivoire", "27", "2025-06", "n.1"])
            .prop_map(str::to_owned),
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z \"\\\\“”|#(;]{0,8}[a-z]", Just("unequal situation".to_owned())]
}

fn number() -> impl Strategy<Value = String> {
    "(-)?[0-9]{1,4}(\\.[0-9]{1,2})?"
}

fn duration() -> impl Strategy<Value = Duration> {
    (any::<u32>(), unit()).prop_map(|(count, unit)| Duration { count, unit })
}

fn unit() -> impl Strategy<Value = Unit> {
    prop::sample::select(vec![Unit::Day, Unit::Week, Unit::Month, Unit::Year])
}

fn edtf() -> impl Strategy<Value = When> {
    prop::sample::select(vec![
        "2025",
        "2025-06",
        "2025-06-27",
        "1985~",
        "19XX",
        "192X",
        "[2025-06-29..]",
        "-0044",
        "2014/..",
        "2001-21",
        "2004-06-~01",
    ])
    .prop_map(|text| When::Edtf(text.to_owned()))
}

fn plain_when() -> impl Strategy<Value = When> {
    let turn = || prop::sample::select(vec![Turn::Last, Turn::Next]);
    prop_oneof![
        4 => edtf(),
        1 => (190..205_i32).prop_map(|decade| When::Decade(decade * 10)),
        1 => (1000..3000_i32, 1..=12_u8, option::of(1..=28_u8)).prop_map(|(year, month, day)| When::Civil { year, month, day }),
        1 => prop::sample::select(RelativeDay::ALL).prop_map(When::Relative),
        1 => unit().prop_map(|unit| When::Calendar(Turn::This, unit)),
        1 => (turn(), unit()).prop_map(|(turn, unit)| When::Calendar(turn, unit)),
        1 => (turn(), duration()).prop_map(|(turn, length)| When::Rolling(turn, length)),
        1 => duration().prop_map(When::Ago),
        1 => name().prop_map(When::Parameter),
    ]
}

fn ranged(end: BoxedStrategy<When>) -> BoxedStrategy<Spanned<When>> {
    let boxed = end.clone().prop_map(|end| Box::new(at(end)));
    prop_oneof![
        3 => end,
        1 => (option::of(boxed.clone()), boxed.clone()).prop_map(|(from, to)| When::Range(from, Some(to))),
        1 => boxed.prop_map(|from| When::Range(Some(from), None)),
    ]
    .prop_map(at)
    .boxed()
}

fn braced(filter: BoxedStrategy<Expression>) -> impl Strategy<Value = BracedDate> {
    let same = prop_oneof![3 => Just(Vec::new()), 1 => vec(path(), 1..3)];
    (same, filter, option::of(path())).prop_map(|(same, filter, field)| BracedDate {
        same,
        filter: Box::new(filter),
        field,
    })
}

fn when(filter: BoxedStrategy<Expression>) -> BoxedStrategy<Spanned<When>> {
    let braces = braced(filter).prop_map(When::Braces);
    ranged(prop_oneof![5 => plain_when(), 1 => braces].boxed())
}

fn value(query: BoxedStrategy<Query>) -> impl Strategy<Value = Value> {
    let part = || prop_oneof![name(), number(), Just("A/RES/74".to_owned()), Just("C++".to_owned())];
    prop_oneof![
        4 => part().prop_map(Value::Word),
        1 => text().prop_map(Value::Quoted),
        1 => Just(Value::Quoted("none".to_owned())),
        1 => part().prop_map(Value::Prefix),
        1 => "[a-z(|/\\[#]{1,5}".prop_map(Value::Regex),
        1 => Just(Value::None),
        1 => (number(), option::of(number())).prop_map(|(from, to)| Value::Range(Some(from), to)),
        1 => number().prop_map(|to| Value::Range(None, Some(to))),
        1 => name().prop_map(Value::Parameter),
        1 => query.prop_filter("a query says something", |query| *query != Query::default())
            .prop_map(|query| Value::Query(Box::new(query))),
    ]
}

fn test(query: BoxedStrategy<Query>) -> impl Strategy<Value = Condition> {
    let signs =
        [Operator::Equal, Operator::NotEqual, Operator::Less, Operator::AtMost, Operator::Greater, Operator::AtLeast];
    let compared = prop_oneof![3 => value(query.clone()), 1 => duration().prop_map(Value::Duration)];
    let comparison = (path(), prop::sample::select(signs.to_vec()), compared)
        .prop_map(|(path, operator, value)| Test { path, operator, values: vec![at(value)] });
    let list = (path(), vec(value(query).prop_map(at), 1..4)).prop_map(|(path, values)| Test {
        path,
        operator: Operator::Is,
        values,
    });
    prop_oneof![comparison, list].prop_map(Condition::Test)
}

fn date_test(filter: BoxedStrategy<Expression>) -> impl Strategy<Value = Condition> {
    let side = prop::sample::select(vec![Side::Either, Side::After, Side::Before]);
    let relation = prop_oneof![
        5 => prop::sample::select(vec![
            Relation::After, Relation::Before, Relation::Since, Relation::Until, Relation::In, Relation::On,
        ]),
        1 => (duration(), side).prop_map(|(length, side)| Relation::Within(length, side)),
    ];
    // `unknown after 2025` is the keyword and a date.
    let path = path().prop_filter("not a keyword", |path| path.names.len() > 1 || path.names[0].value != "Unknown");
    (option::of(path), relation, when(filter))
        .prop_map(|(path, relation, when)| Condition::Date(DateTest { path, relation, when }))
}

fn as_of(filter: BoxedStrategy<Expression>) -> impl Strategy<Value = Spanned<AsOf>> {
    prop_oneof![
        when(filter.clone()).prop_map(AsOf::Day),
        (unit(), when(filter)).prop_map(|(unit, when)| AsOf::Each(unit, when)),
    ]
    .prop_map(|as_of| Spanned::new(as_of, Span::default()))
}

fn account(filter: BoxedStrategy<Expression>) -> impl Strategy<Value = Spanned<Account>> {
    let name = prop_oneof![
        2 => word().prop_map(Value::Word),
        2 => text().prop_map(Value::Quoted),
        1 => name().prop_map(Value::Parameter),
    ];
    prop_oneof![
        2 => (name.prop_map(at), any::<bool>()).prop_map(|(name, first)| Account::Teller { name, first }),
        1 => filter.prop_map(|filter| Account::Sources(Box::new(filter))),
    ]
    .prop_map(at)
}

/// Conditions in which no list holds another of its sort: the parser makes one
/// of them.
pub fn expression() -> BoxedStrategy<Expression> {
    let leaf = prop_oneof![
        3 => word().prop_map(Condition::Word),
        1 => text().prop_map(Condition::Text),
        1 => date_test(Just(at(Condition::Word("signed".to_owned()))).boxed()),
        2 => test(Just(Query { filter: Some(at(Condition::Word("x".to_owned()))), ..Query::default() }).boxed()),
    ]
    .prop_map(at);
    leaf.prop_recursive(4, 24, 3, |inner| {
        let inner = inner.boxed();
        let query = (any::<bool>(), option::of(inner.clone()))
            .prop_map(|(periods, filter)| Query { periods, filter, stages: vec![at(Stage::Timeline)], ..Query::default() })
            .boxed();
        let boxed = || inner.clone().prop_map(Box::new);
        prop_oneof![
            3 => vec(inner.clone(), 2..4).prop_map(|parts| flat(parts, true)),
            2 => vec(inner.clone(), 2..4).prop_map(|parts| flat(parts, false)),
            1 => boxed().prop_map(Condition::Not),
            1 => boxed().prop_map(Condition::Maybe),
            1 => boxed().prop_map(Condition::Unknown),
            1 => test(query),
            1 => date_test(inner.clone()),
            1 => (any::<bool>(), vec(path(), 0..3), boxed())
                .prop_map(|(exists, same, filter)| Condition::Other(OtherFact { exists, same, filter })),
            1 => (boxed(), as_of(inner.clone())).prop_map(|(inner, day)| Condition::AsOf(inner, Box::new(day))),
            1 => (boxed(), account(inner.clone()))
                .prop_map(|(inner, account)| Condition::According(inner, Box::new(account))),
            1 => boxed().prop_map(Condition::Source),
            1 => boxed().prop_map(Condition::Using),
            1 => (spanned_name(), vec(value(Just(Query { periods: true, ..Query::default() }).boxed()).prop_map(at), 0..3))
                .prop_map(|(name, arguments)| Condition::Call(Call { name, arguments })),
        ]
        .prop_map(at)
    })
    .boxed()
}

fn flat(parts: Vec<Expression>, and: bool) -> Condition {
    let mut joined = Vec::new();
    for part in parts {
        match part.value {
            Condition::And(inner) if and => joined.extend(inner),
            Condition::Or(inner) if !and => joined.extend(inner),
            value => joined.push(at(value)),
        }
    }
    if and { Condition::And(joined) } else { Condition::Or(joined) }
}

fn keys(least: usize) -> impl Strategy<Value = Vec<GroupKey>> {
    vec(prop_oneof![3 => path().prop_map(GroupKey::Path), 1 => expression().prop_map(GroupKey::Condition)], least..3)
}

fn arithmetic() -> BoxedStrategy<Arithmetic> {
    let date = plain_when().prop_filter(
        "a bare number is no date here",
        |when| !matches!(when, When::Edtf(text) if text == "2025" || text.starts_with('-')),
    );
    let leaf = prop_oneof![
        path()
            .prop_filter("a month and a unit need a number", |path| path.names[0].value.len() > 3)
            .prop_map(Arithmetic::Path),
        (number(), "(e-?[1-9][0-9]?)?").prop_map(|(number, exponent)| Arithmetic::Number(number + &exponent)),
        duration().prop_map(Arithmetic::Duration),
        date.prop_map(Arithmetic::Date),
        braced(expression()).prop_map(|braced| Arithmetic::Date(When::Braces(braced))),
    ];
    leaf.prop_recursive(3, 8, 2, |inner| {
        (inner.clone(), inner, any::<bool>()).prop_map(|(a, b, add)| {
            let (a, b) = (Box::new(at(a)), Box::new(at(b)));
            if add { Arithmetic::Add(a, b) } else { Arithmetic::Subtract(a, b) }
        })
    })
    .boxed()
}

fn stage() -> BoxedStrategy<Stage> {
    let functions = vec(
        prop::sample::select(vec![Aggregate::Min, Aggregate::Max, Aggregate::Median, Aggregate::Sum]).prop_map(at),
        1..4,
    );
    let key = || keys(1).prop_map(|mut keys| keys.remove(0));
    let heading = prop_oneof![name(), text()].prop_map(at);
    prop_oneof![
        vec((any::<bool>(), path()).prop_map(|(descending, path)| SortKey { descending, path }), 1..4)
            .prop_map(Stage::Sort),
        any::<u64>().prop_map(Stage::Take),
        any::<u64>().prop_map(Stage::Skip),
        vec((path(), option::of(heading)).prop_map(|(path, heading)| ShowItem { path, heading }), 1..4)
            .prop_map(Stage::Show),
        (option::of(path()), keys(0)).prop_map(|(of, by)| Stage::Count { of, by }),
        (expression(), keys(0)).prop_map(|(of, by)| Stage::Share { of, by }),
        (key(), key()).prop_map(|(rows, columns)| Stage::Pivot { rows, columns }),
        (functions, path(), keys(0)).prop_map(|(functions, of, by)| Stage::Aggregate { functions, of, by }),
        vec(path(), 1..3).prop_map(Stage::Distinct),
        (any::<bool>(), keys(1)).prop_map(|(last, by)| Stage::Extreme { last, by }),
        (spanned_name(), arithmetic()).prop_map(|(name, value)| Stage::Let { name, value: at(value) }),
        expression().prop_map(Stage::Where),
        prop::sample::select(vec![Stage::Timeline, Stage::Sources, Stage::History]),
        (any::<bool>(), when(expression())).prop_map(|(known, range)| Stage::Diff { known, range }),
        (any::<u64>(), prop::option::of(any::<u64>()), any::<bool>()).prop_map(|(first, second, turned)| {
            let day = || Known::Day(When::Edtf("2025-06".to_owned()));
            let second = second.map_or_else(day, Known::Commit);
            let ends = [Known::Commit(first), second].map(at);
            let [from, to] = ends;
            if turned { Stage::DiffKnown { from: to, to: from } } else { Stage::DiffKnown { from, to } }
        }),
    ]
    .boxed()
}

pub fn query() -> BoxedStrategy<Query> {
    let known = prop_oneof![plain_when().prop_map(Known::Day), any::<u64>().prop_map(Known::Commit),];
    (
        (any::<bool>(), any::<bool>()),
        option::of(expression()),
        option::of(as_of(expression())),
        option::of(known.prop_map(at)),
        option::of(account(expression())),
        vec(stage().prop_map(at), 0..3),
    )
        .prop_map(|((periods, maybe), filter, as_of, known, account, stages)| Query {
            periods,
            maybe: maybe && filter.is_some(),
            filter,
            as_of,
            known,
            account,
            stages,
            span: Span::default(),
        })
        .boxed()
}

pub fn statement() -> BoxedStrategy<Statement> {
    let some = || query().prop_filter("a statement says something", |query| *query != Query::default()).boxed();
    let expected = prop_oneof![
        Just(Expected::None),
        Just(Expected::Some),
        any::<u64>().prop_map(Expected::Count),
        text().prop_map(Expected::Rows),
    ];
    prop_oneof![
        4 => some().prop_map(Statement::Query),
        1 => (spanned_name(), vec(spanned_name(), 0..3), some())
            .prop_map(|(name, parameters, query)| Statement::Let { name, parameters, query }),
        1 => (expected.prop_map(at), some()).prop_map(|(expected, query)| Statement::Assert { expected, query }),
        1 => when(expression()).prop_map(Statement::SetToday),
        1 => text().prop_map(|text| Statement::Include(at(text))),
        1 => spanned_name().prop_map(Statement::Format),
        1 => text().prop_map(|text| Statement::Echo(at(text))),
    ]
    .boxed()
}
