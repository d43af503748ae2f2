use super::world::World;
use crate::model::{Cell, Day, TextTerm};
use crate::plan::{
    At, CellTest, ColumnPlace, Comparison, DatePart, Domain, FactDomain, FactValue, Filter, KnownState, Match,
    Parameter, Pipeline, RecordValue, RowStage, RowValue, RowsOf, TableStage, Tabulation,
};
use crate::syntax::tree::When;

const ALL: &str = "keeper/object/subject";

/// Each query and what it means.
const MEANINGS: &[(&str, &str)] = &[
    ("", "all"),
    // Words.
    ("left", "action=left"),
    ("Quitted", "action=left"),
    ("act of joining", "action=joined"),
    ("entered", "action=signed,joined"),
    ("entered signed", "(action=signed,joined & action=signed)"),
    ("alba", "ALL->alba"),
    ("AL", "ALL->alba"),
    ("new brume", "ALL->new-brume"),
    ("new brume brume", "(ALL->new-brume & ALL->brume)"),
    ("new mine", "(text~new & text~mine)"),
    ("crab pact left", "(ALL->crab-pact & action=left)"),
    ("left isle of crabs", "(action=left & ALL->isle)"),
    ("-new brume left", "(!ALL->new-brume & action=left)"),
    ("north coast", "(ALL->north-coast | subject in north-coast)"),
    ("mines", "text~mine"),
    ("well-known", "text~~well+known"),
    ("\"arms race\"", "text~~\"arms\"+\"race\""),
    ("\"left\"", "text~\"left\""),
    ("left lands", "(action=left & text~land)"),
    // Connectives.
    ("left or signed", "(action=left | action=signed)"),
    ("(left or signed) alba", "((action=left | action=signed) & ALL->alba)"),
    ("not left", "!action=left"),
    ("left -alba", "(action=left & !ALL->alba)"),
    ("not not left", "!!action=left"),
    ("left maybe after 2025", "(action=left & ?date 2026-01-01..)"),
    // Dates.
    ("left after 2025", "(action=left & date 2026-01-01..)"),
    ("left effective in 2025", "(action=left & effective 2025-01-01..2025-12-31)"),
    ("left effective maybe in 2025", "(action=left & ?effective 2025-01-01..2025-12-31)"),
    ("-(effective in 2025)", "!effective 2025-01-01..2025-12-31"),
    ("-effective in 2025", "!effective 2025-01-01..2025-12-31"),
    ("left -alba since 2025", "(action=left & !ALL->alba & date 2025-01-01..)"),
    ("left not alba since 2025", "(action=left & !ALL->alba & date 2025-01-01..)"),
    ("left -(alba since 2025)", "(action=left & !(ALL->alba & date 2025-01-01..))"),
    ("-new brume since 2025", "(!ALL->new-brume & date 2025-01-01..)"),
    ("new brume after 2025", "(ALL->new-brume & date 2026-01-01..)"),
    ("pact.in_force after 2000", "object.<in_force 2001-01-01..>"),
    ("left 2019..2022-06", "(action=left & date 2019-01-01..2022-06-30)"),
    ("left effective in last month", "(action=left & effective 2024-01-01..2024-01-31)"),
    ("left as of 2025", "(action=left & date ..2025-12-31)"),
    ("as of 2025-06-01", "date ..2025-06-01"),
    ("left or signed as of 2025", "((action=left | action=signed) & date ..2025-12-31)"),
    // Tests.
    ("subject:alba", "subject->alba"),
    ("land:\"old alba\"", "subject->alba"),
    ("land:alba,NB", "subject->alba,new-brume"),
    ("pact:crab-pact", "object->crab-pact"),
    ("object:\"Lost Pact\"", "object->\"Lost Pact\""),
    ("object:crab-pact,lost", "object->crab-pact,\"lost\""),
    ("land:al*", "subject->alba"),
    ("object:crab*", "(object->crab-pact | object=crab*)"),
    ("land:/^(old|new)/", "subject->alba,new-brume"),
    ("action:quitted,signed", "action=left,signed"),
    ("action:enter*", "action=joined,signed"),
    ("region:coast", "subject in coast"),
    ("region:coast,north-coast", "subject in coast,north-coast"),
    ("in:MC", "subject in mariners"),
    ("in:coast", "subject in coast"),
    ("pact.in:coast", "object in coast"),
    ("keeper.region:coast", "keeper in coast"),
    ("-in:mariners", "!subject in mariners"),
    ("venue:Thé", "venue=Thé"),
    ("venue:a,b", "venue=a,b"),
    ("venue:a,b*", "(venue=a | venue=b*)"),
    ("venue:/^É+$/", "venue=/(?i)^e+$/"),
    ("venue!=a", "!venue=a"),
    ("tag:x", "tags=x"),
    ("id:abc", "written id=abc"),
    ("session:70", "session [70..70]"),
    ("session>=70", "session [70.."),
    ("session<70", "session ..70)"),
    ("session:70..75", "session [70..75]"),
    ("weight>0.5", "weight (0.5.."),
    ("sources<2", "sources ..2)"),
    ("date:2025", "date 2025-01-01..2025-12-31"),
    ("effective:2025-06", "effective 2025-06-01..2025-06-30"),
    ("effective:2024..2025", "effective 2024-01-01..2025-12-31"),
    ("date>=2025", "date 2025-01-01.."),
    ("date>2025", "date 2026-01-01.."),
    ("date<2025", "date ..2024-12-31"),
    ("date<=2025", "date ..2025-12-31"),
    ("date:today", "date 2024-02-29..2024-02-29"),
    ("date:uncertain", "date Marked"),
    ("date.precision:year", "date Precision(Year)"),
    ("effective.year:2025", "effective 2025-01-01..2025-12-31"),
    ("effective.year>=2020", "effective 2020-01-01.."),
    ("year:2024..2025", "date 2024-01-01..2025-12-31"),
    ("decade:1990s", "date 1990-01-01..1999-12-31"),
    ("date.month:2025-06", "date 2025-06-01..2025-06-30"),
    ("source.published<2025", "source.published ..2024-12-31"),
    ("title:mines", "title~mine"),
    ("title:\"arms race\"", "title~~\"arms\"+\"race\""),
    ("title:min*", r"written title=/\bmin/"),
    ("motto:/sea/", "written motto=/(?i)sea/"),
    ("effective:none", "no effective"),
    ("-effective:none", "!no effective"),
    ("effective:none,2025", "(no effective | effective 2025-01-01..2025-12-31)"),
    ("land.kind:colony", "subject.<kind=colony>"),
    ("pact.name:storm*", "object.<name=storm*>"),
    ("pact.in_force:none", "object.<no in_force>"),
    ("pact.in_force.year:2000", "object.<in_force 2000-01-01..2000-12-31>"),
    ("pact.keeper:alba", "object.<keeper->alba>"),
    ("pact.session>=3", "object.<session [3..>"),
];

#[test]
fn each_query_means_what_it_says() {
    let world = World::new();
    let wrong: Vec<_> = MEANINGS
        .iter()
        .filter_map(|(text, expected)| {
            let expected = expected.replace("ALL", ALL);
            let found = world.check(text).map(|query| world.print(&query.filter));
            (found.as_ref() != Ok(&expected)).then(|| format!("{text}: {found:?}\n    expected {expected}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_path_that_the_parser_gave_to_a_date_test_is_a_word_if_it_is_no_field() {
    use crate::syntax::Spanned;
    use crate::syntax::tree::{Condition, Path};
    let world = World::new();
    let mut query = super::world::parse("after 2025");
    let filter = query.filter.as_mut().unwrap();
    let Condition::Date(test) = &mut filter.value else { panic!() };
    let span = crate::syntax::Span::new(0, 4);
    test.path = Some(Path { names: vec![Spanned::new("left".to_owned(), span)], span });
    let query = crate::plan::check(&query, &world.context()).unwrap();
    assert_eq!(world.print(&query.filter), "(action=left & date 2026-01-01..)");
}

#[test]
fn known_is_a_commit_or_the_last_day_of_a_period() {
    let world = World::new();
    assert_eq!(world.check("left known #12").unwrap().known, KnownState::Commit(12));
    assert_eq!(world.check("left known 2025-03").unwrap().known, KnownState::Day(Day::new(2025, 3, 31).unwrap()));
    assert_eq!(world.check("left").unwrap().known, KnownState::Now);
}

fn stages(text: &str) -> Pipeline<FactDomain> {
    match World::new().check(text).unwrap().rows {
        RowsOf::Facts(pipeline) => pipeline,
        other => panic!("{other:?}"),
    }
}

/// The stage that makes a table, and those over it.
fn tables(text: &str) -> (Tabulation<FactDomain>, Vec<TableStage>) {
    let table = stages(text).table.unwrap();
    (table.first.value, table.then.into_iter().map(|stage| stage.value).collect())
}

fn names<D: Domain>(stage: &Tabulation<D>) -> Vec<&str> {
    match stage {
        Tabulation::Show(columns) | Tabulation::Distinct(columns) | Tabulation::Count { by: columns, .. } => {
            columns.iter().map(|column| column.name.as_ref()).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn stages_name_fields_of_facts_and_then_columns_of_tables() {
    let (counted, then) =
        tables("| count by pact, year, region | sort -count, year | where count >= 2 | take 3 | skip 1");
    let Tabulation::Count { of: None, by } = &counted else { panic!("{counted:?}") };
    assert_eq!(names(&counted), ["pact", "year", "region"]);
    let values: Vec<_> = by.iter().map(|column| column.value.clone()).collect();
    let group = RecordValue::Group { field: "subject".into(), kind: "zone".into(), at: At::Fact };
    let year = RecordValue::Part("date".into(), DatePart::Year);
    assert_eq!(values, [RowValue::field("object"), year.into(), group.into()]);
    let TableStage::Narrow(RowStage::Sort(keys)) = &then[0] else { panic!("{then:?}") };
    assert_eq!((keys[0].descending, &keys[0].value), (true, &ColumnPlace(3).into()));
    assert_eq!((keys[1].descending, &keys[1].value), (false, &ColumnPlace(1).into()));
    let compare = Filter::Test(CellTest::Compare { column: 3, operator: Comparison::AtLeast, cell: Cell::Integer(2) });
    let rest = [RowStage::Where(compare), RowStage::Take(3), RowStage::Skip(1)];
    assert_eq!(then[1..], rest.map(TableStage::Narrow));
}

#[test]
fn show_heads_columns_as_written_or_as_told() {
    let (shown, _) = tables("| show land, date as notified, pact.in_force.year, source.publisher | sort notified");
    assert_eq!(names(&shown), ["land", "notified", "pact.in_force.year", "source.publisher"]);
    let Tabulation::Show(columns) = &shown else { panic!() };
    let year = RecordValue::Step("object".into(), "in_force".into(), Some(DatePart::Year));
    assert_eq!(columns[2].value, year.into());
}

#[test]
fn count_of_a_column_counts_its_distinct_values() {
    let (counted, then) = tables("| count land by effective.year | show count");
    let Tabulation::Count { of: Some(of), by } = &counted else { panic!("{counted:?}") };
    assert_eq!(of, &RowValue::field("subject"));
    assert_eq!(by[0].value, RecordValue::Part("effective".into(), DatePart::Year).into());
    let TableStage::Tabulate(Tabulation::Show(columns)) = &then[0] else { panic!("{then:?}") };
    assert_eq!(columns[0].value, ColumnPlace(1).into());
}

#[test]
fn where_is_over_facts_or_over_the_rows_of_a_table() {
    let world = World::new();
    let query = world.check("left | where effective in 2025").unwrap();
    let RowsOf::Facts(pipeline) = &query.rows else { panic!() };
    let RowStage::Where(filter) = &pipeline.narrowing[0].value else { panic!() };
    assert_eq!(world.print(filter), "effective 2025-01-01..2025-12-31");

    let row = |text: &str| match tables(&format!("| show land, date, session, venue | {text}")).1.remove(0) {
        TableStage::Narrow(RowStage::Where(filter)) => filter,
        other => panic!("{other:?}"),
    };
    let window = crate::model::Window::since(Day::new(2026, 1, 1).unwrap());
    assert_eq!(row("where date after 2025"), Filter::Test(CellTest::Date { column: 1, window }));
    assert_eq!(
        row("where -date after 2025"),
        Filter::Not(Box::new(Filter::Test(CellTest::Date { column: 1, window })))
    );
    assert_eq!(row("where date>2025"), Filter::Test(CellTest::Date { column: 1, window }));
    assert_eq!(row("where -session:none"), Filter::Not(Box::new(Filter::Test(CellTest::Missing { column: 2 }))));
    let matches = |column, words: &[&str]| {
        Filter::Test(CellTest::Matches {
            column,
            test: Match::Any(words.iter().map(|word| (*word).to_owned()).collect()),
        })
    };
    assert_eq!(row("where venue:X"), matches(3, &["X"]));
    assert_eq!(row("where land:nb"), matches(0, &["NB", "New Brume", "nb", "new-brume"]));
}

#[test]
fn relevance_sorts_by_the_words_that_are_asked_for() {
    let checked = stages("mines -\"arms race\" title:seas | sort relevance");
    let RowStage::Sort(keys) = &checked.narrowing[0].value else { panic!() };
    let relevance = FactValue::Relevance(["mine", "sea"].map(|stem| TextTerm::Stem(stem.to_owned())).into());
    assert_eq!(keys[0].value, RowValue::Own(relevance));
}

#[test]
fn sources_and_history_make_tables() {
    assert_eq!(tables("left | sources | show subject, publisher").1.len(), 1);
    assert_eq!(tables("left | history | sort -transaction").1.len(), 1);
}

#[test]
fn a_parameter_is_a_value_and_never_text_of_the_query() {
    let world = World::new().with("x", Parameter::Text("alba or left".to_owned()));
    let query = world.check("object:$x").unwrap();
    assert_eq!(world.print(&query.filter), "object->\"alba or left\"");
    let list = Parameter::List(vec![Parameter::Text("alba".to_owned()), Parameter::Text("nb".to_owned())]);
    let world = World::new().with("who", list).with("d", Parameter::Date(When::Edtf("2025".to_owned())));
    let query = world.check("land:$who since $d").unwrap();
    assert_eq!(world.print(&query.filter), "(subject->alba,new-brume & date 2025-01-01..)");
    let world = World::new().with("n", Parameter::from(70)).with("d", Parameter::Text("2025".to_owned()));
    let query = world.check("session>=$n date>=$d").unwrap();
    assert_eq!(world.print(&query.filter), "(session [70.. & date 2025-01-01..)");
}
