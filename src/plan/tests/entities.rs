use super::world::World;
use crate::model::Day;
use crate::plan::{At, DayProblem, Meaning, Pipeline, RowsOf};

const ALL: &str = "keeper/object/subject";

/// Each query and what it means; `LANDS` and `PACTS` are those of today, `$M`
/// and `$S` statuses of lands on it, `$O` one of pacts, `$U` what `using` names.
const MEANINGS: &[(&str, &str)] = &[
    // Nouns.
    ("lands", "LANDS: all"),
    ("Pacts", "PACTS: all"),
    ("lands alba", "LANDS: id->alba"),
    ("lands new brume", "LANDS: id->new-brume"),
    ("lands -alba", "LANDS: !id->alba"),
    ("lands and alba", "LANDS: id->alba"),
    ("lands coast", "LANDS: id in coast@2024-02-29"),
    ("lands in:mariners as of 2005", "lands (subject land/colony on 2005-12-31): id in mariners@2005-12-31"),
    ("lands region:coast -in:mariners", "LANDS: (id in coast@2024-02-29 & !id in mariners@2024-02-29)"),
    ("lands region:none", "LANDS: !id in coast,north-coast@2024-02-29"),
    ("lands id:alba", "LANDS: id->alba"),
    ("lands land:alba,NB", "LANDS: id->alba,new-brume"),
    ("lands land.kind:colony", "LANDS: kind=colony"),
    ("lands name:al*", "LANDS: name=al*"),
    ("lands kind:colony", "LANDS: kind=colony"),
    ("lands from before 1990", "LANDS: from ..1989-12-31"),
    ("lands -from before 1990", "LANDS: !from ..1989-12-31"),
    ("lands from:none", "LANDS: no from"),
    ("lands until:1990s", "LANDS: until 1990-01-01..1999-12-31"),
    ("lands from.year:1990", "LANDS: from 1990-01-01..1990-12-31"),
    ("pacts in_force after 2000", "PACTS: in_force 2001-01-01.."),
    ("pacts pact.in_force after 2000", "PACTS: in_force 2001-01-01.."),
    ("pacts in_force:none", "PACTS: no in_force"),
    ("pacts in_force before {signed}", "PACTS: in_force Before object{action=signed}"),
    ("lands line:new-brume", "LANDS: id->new-brume,brume,isle"),
    ("line:new-brume", "subject->new-brume,brume,isle"),
    ("keeper.line:brume", "keeper->brume"),
    ("line:crab-pact", "object->crab-pact"),
    // Other facts.
    ("left with {signed}", "(action=left & {action=signed})"),
    ("left without {signed after 2020}", "(action=left & !{(action=signed & date 2021-01-01..)})"),
    (
        "left with same land, pact.in_force {signed}",
        "(action=left & [Field(\"subject\"), Step(\"object\", \"in_force\", None)]{action=signed})",
    ),
    ("left with {signed without {joined}}", "(action=left & {(action=signed & !{action=joined})})"),
    ("left with {signed} as of 2020", "(action=left & {(action=signed & date ..2020-12-31)} & date ..2020-12-31)"),
    ("lands with {left}", "LANDS: subject{action=left}"),
    ("pacts without {left in:coast}", "PACTS: !object{(action=left & subject in coast)}"),
    (
        "lands with {left with {signed}} as of 2020",
        "lands (subject land/colony on 2020-12-31): subject{(action=left & {(action=signed & date ..2020-12-31)} & date ..2020-12-31)}",
    ),
    ("lands (with {left} as of 2020)", "LANDS: subject{(action=left & date ..2020-12-31)}"),
    ("left after {signed}", "(action=left & date After {action=signed})"),
    ("left after same land {signed}", "(action=left & date After [Field(\"subject\")]{action=signed})"),
    ("left on {signed}", "(action=left & date In {action=signed})"),
    ("left effective since {signed}.effective", "(action=left & effective Since {action=signed}.effective)"),
    ("left maybe before {signed}", "(action=left & ?date Before {action=signed})"),
    ("left in {signed}..{joined}", "(action=left & (date Since {action=signed} & date Until {action=joined}))"),
    ("left in {signed}..", "(action=left & date Since {action=signed})"),
    ("left in 2020..{joined}", "(action=left & (date 2020-01-01.. & date Until {action=joined}))"),
    ("left after {signed}..{joined}", "(action=left & date After {action=joined})"),
    ("pact.in_force after {left}", "object.in_force After {action=left}"),
    // Queries that give values.
    ("left land:(signed | show land)", "(action=left & subject of (action=signed | land=subject))"),
    ("left land:(signed)", "(action=left & subject of (action=signed | subject=subject))"),
    ("left pact:(pacts in_force after 2000)", "(action=left & object of (PACTS: in_force 2001-01-01.. | pact=id))"),
    ("left land:alba,(signed)", "(action=left & (subject of (action=signed | subject=subject) | subject->alba))"),
    ("lands land:(left)", "LANDS: id of (action=left | subject=subject)"),
    (
        "lands land:(lands as of 2000) as of 2010",
        "lands (subject land/colony on 2010-12-31): id of (lands (subject land/colony on 2000-12-31): all | land=id)",
    ),
    (
        "left land:(lands) as of 2010",
        "(action=left & subject of (lands (subject land/colony on 2010-12-31): all | land=id) & date ..2010-12-31)",
    ),
    ("effective.basis:computed", "effective Computed"),
    ("effective.basis:stated,none", "(no effective | effective Stated)"),
    ("region:none", "!subject in coast,north-coast"),
    ("left as of 2020 | where member:crab-pact", "(action=left & date ..2020-12-31)"),
    // Statuses.
    ("left member:crab-pact", "(action=left & subject member crab-pact)"),
    ("left member:alba", "(action=left & object member alba)"),
    ("left member:crab-pact as of 2020", "(action=left & subject member crab-pact@2020-12-31 & date ..2020-12-31)"),
    ("left land.member>=2", "(action=left & subject member 2..)"),
    ("left pact.member:none", "(action=left & object member 0..0)"),
    ("(left as of 2020) member:crab-pact", "((action=left & date ..2020-12-31) & subject member crab-pact)"),
    ("lands member:crab-pact", "LANDS [$M]: $M"),
    ("lands member:crab-pact,storm-pact", "LANDS [$S]: $S"),
    ("lands -member:crab-pact", "LANDS: !$M"),
    ("lands member!=crab-pact", "LANDS: !$M"),
    ("lands maybe member:crab-pact", "LANDS [$M]: ?$M"),
    ("lands member:crab-pact departing:crab-pact", "LANDS: ($M & subject departing crab-pact@2024-02-29)"),
    ("lands (member:crab-pact or member:storm-pact)", "LANDS: ($M | subject member storm-pact@2024-02-29)"),
    ("lands member:crab-pact,none", "LANDS: ($M | subject member 0..0@2024-02-29)"),
    ("lands member:crab*", "LANDS [$M]: $M"),
    ("lands member:/crab/", "LANDS [$M]: $M"),
    ("lands member:*", "LANDS [subject member 1..@2024-02-29]: subject member 1..@2024-02-29"),
    ("pacts member>=2", "PACTS [object member 2..@2024-02-29]: object member 2..@2024-02-29"),
    ("pacts member:2..3", "PACTS [object member 2..3@2024-02-29]: object member 2..3@2024-02-29"),
    ("pacts member<2", "PACTS: object member 0..1@2024-02-29"),
    ("pacts member:none", "PACTS: object member 0..0@2024-02-29"),
    ("pacts member:(lands in:coast)", "PACTS [$O]: $O"),
    (
        "lands (member:crab-pact as of 2010) -(member:crab-pact as of 2020)",
        "LANDS [subject member crab-pact@2010-12-31]: \
         (subject member crab-pact@2010-12-31 & !subject member crab-pact@2020-12-31)",
    ),
    ("lands with {signed member:crab-pact}", "LANDS: subject{(action=signed & subject member crab-pact)}"),
    (
        "lands with {signed member:crab-pact} as of 2020",
        "lands (subject land/colony on 2020-12-31): \
         subject{(action=signed & subject member crab-pact@2020-12-31 & date ..2020-12-31)}",
    ),
    ("lands member:crab-pact using {sources>=2}", "LANDS [$M using $U]: $M using $U"),
    ("lands using {sources>=2} -member:crab-pact", "LANDS: !$M using $U"),
    (
        "lands member:crab-pact using {sources>=2} departing:crab-pact",
        "LANDS: ($M using $U & subject departing crab-pact@2024-02-29 using $U)",
    ),
    (
        "lands member:crab-pact using {sources>=2} departing:crab-pact using {left}",
        "LANDS: ($M using $U & subject departing crab-pact@2024-02-29 using action=left)",
    ),
    (
        "lands (member:crab-pact or (departing:crab-pact using {left})) using {sources>=2}",
        "LANDS: ($M using $U | subject departing crab-pact@2024-02-29 using ($U & action=left))",
    ),
    (
        "lands with {signed member:crab-pact} using {left}",
        "LANDS: subject{(action=signed & subject member crab-pact using action=left)}",
    ),
    // Periods.
    ("periods member:crab-pact", "periods of lands (subject any on 2024-02-29) [$M]: all"),
    (
        "periods member:alba as of 2020",
        "periods of pacts (object any on 2020-12-31) [object member alba@2020-12-31 using date ..2020-12-31]: all",
    ),
    (
        "periods member:crab-pact region:coast",
        "periods of lands (subject any on 2024-02-29) [$M]: id in coast@2024-02-29",
    ),
    (
        "periods lands member:*",
        "periods of lands (subject any on 2024-02-29) [subject member 1..@2024-02-29]: kind=land,colony",
    ),
    ("periods pact.member:alba", "periods of pacts (object any on 2024-02-29) [object member alba@2024-02-29]: all"),
    (
        "periods member:crab-pact using {left}",
        "periods of lands (subject any on 2024-02-29) [$M using action=left]: all",
    ),
];

fn expand(text: &str) -> String {
    let lands = "lands (subject land/colony on 2024-02-29)";
    text.replace("LANDS", lands)
        .replace("PACTS", "pacts (object pact on 2024-02-29)")
        .replace("$M", "subject member crab-pact@2024-02-29")
        .replace("$S", "subject member crab-pact,storm-pact@2024-02-29")
        .replace("$O", &format!("object member ({lands}: id in coast@2024-02-29 | land=id)@2024-02-29"))
        .replace("$U", "sources [2..")
        .replace("ALL", ALL)
}

#[test]
fn each_query_of_entities_and_other_facts_means_what_it_says() {
    let world = World::new();
    let wrong: Vec<_> = MEANINGS
        .iter()
        .filter_map(|(text, expected)| {
            let expected = expand(expected);
            let found = world.check(text).map(|query| {
                let rows = match query.rows {
                    RowsOf::Facts(_) => RowsOf::default(),
                    RowsOf::Entities(rows, _) => RowsOf::Entities(rows, Pipeline::default()),
                    RowsOf::Periods(rows, _) => RowsOf::Periods(rows, Vec::new()),
                };
                let query = crate::plan::Query { rows, ..query };
                world.print_query(&query)
            });
            (found.as_ref() != Ok(&expected)).then(|| format!("{text}\n    {found:?}\n    expected {expected}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_series_has_the_filter_as_it_reads_on_each_day() {
    let world = World::new();
    let query = world.check("lands member:crab-pact with {left} as of each year 2000..2002").unwrap();
    let read: Vec<_> = query
        .series
        .iter()
        .map(|moment| format!("{} {}: {}", moment.label, moment.day, world.print(&moment.filter)))
        .collect();
    let on = |year: u32| {
        format!(
            "{year} {year}-12-31: (subject member crab-pact@{year}-12-31 & \
             subject{{(action=left & date ..{year}-12-31)}})"
        )
    };
    assert_eq!(read, [on(2000), on(2001), on(2002)]);
    assert_eq!(Some(&query.filter), query.series.last().map(|moment| &moment.filter));
    let RowsOf::Entities(rows, _) = &query.rows else { panic!("{query:?}") };
    assert_eq!(rows.day, Day::new(2002, 12, 31).unwrap());
    assert_eq!(rows.status.as_ref().map(|status| status.at), Some(At::Row));
    let said = query.readings.iter().filter(|reading| matches!(reading.meaning, Meaning::Series { .. })).count();
    assert_eq!((said, query.readings.len()), (1, 5), "{:?}", query.readings);
}

#[test]
fn the_days_of_a_series_are_the_last_of_each_unit() {
    let world = World::new();
    let days = |text: &str| {
        let query = world.check(&format!("lands as of each {text}")).unwrap();
        let each = query.series.iter().map(|moment| format!("{} {}", moment.label, moment.day));
        each.collect::<Vec<_>>().join(", ")
    };
    assert_eq!(
        days("year 2022..today"),
        "2022 2022-12-31, 2023 2023-12-31, 2024-02-29 2024-02-29",
        "the last is not over"
    );
    assert_eq!(days("month 2023-12..2024-02"), "2023-12 2023-12-31, 2024-01 2024-01-31, 2024-02 2024-02-29");
    assert_eq!(days("week 2024-02-21..2024-02-27"), "2024-02-25 2024-02-25, 2024-02-27 2024-02-27");
    assert_eq!(days("day 2024-02-28..2024-02-29"), "2024-02-28 2024-02-28, 2024-02-29 2024-02-29");
    assert_eq!(days("year 1999"), "1999 1999-12-31");
}

#[test]
fn a_series_that_would_take_long_to_read_is_refused_quickly() {
    let words = "zeppelin ".repeat(200);
    let world = World::new();
    let wrong = world.check(&format!("lands with {{{words}}} as of each day 2000..2004")).unwrap_err();
    assert_eq!(wrong[0].problem, DayProblem::TooLongForSeries { days: 1827 }.into());
    assert!(world.check(&format!("lands with {{{words}}} as of each month 2000..2004")).is_ok());
}

#[test]
fn a_status_with_a_day_of_its_own_keeps_it_in_a_series() {
    let query = World::new().check("lands (member:crab-pact as of 2010) as of each year 2000..2002").unwrap();
    let RowsOf::Entities(rows, _) = query.rows else { panic!() };
    assert_eq!(rows.status.map(|status| status.at), Some(At::Day(Day::new(2010, 12, 31).unwrap())));
}

#[test]
fn words_in_braces_are_not_those_that_relevance_is_of() {
    let world = World::new();
    let wrong = world.check("left with {\"arms race\"} | sort relevance").unwrap_err();
    assert_eq!(wrong.len(), 1, "{wrong:?}");
}
