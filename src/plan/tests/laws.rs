use proptest::prelude::*;

use super::world::World;
use crate::plan::check;
use crate::syntax::{Severity, parse_query};

const WORDS: &[&str] = &[
    "left",
    "signed",
    "entered",
    "alba",
    "new",
    "brume",
    "coast",
    "twin",
    "mines",
    "lefd",
    "lands",
    "efective",
    "effective",
    "date",
    "title",
    "\"arms race\"",
    "\"—\"",
    "and",
    "or",
    "not",
    "-",
    "maybe",
    "(",
    ")",
    "after",
    "since",
    "in",
    "on",
    "2025",
    "2019..2022",
    "..2022",
    "last month",
    "today",
    "within 3 days of",
    "[2025..]",
    "{signed}",
    "with {left}",
    "lands",
    "pacts",
    "periods",
    "member:crab-pact",
    "member:alba",
    "member>=2",
    "member",
    "departing:*",
    "line:new-brume",
    "land:(signed)",
    "land:(lands in:coast)",
    "member:(pacts)",
    "using {sources>=2}",
    "(member:storms as of 2020)",
    "since {left}..{signed}",
    "in {signed}",
    "from before 1990",
    "with same land {signed}",
    "in_force.basis:stated",
    "as of each year 2000..2002",
    "land:alba",
    "land:zzz",
    "pact:al*",
    "in:coast",
    "region:none",
    "venue:/x/",
    "venue!=y",
    "session>=7",
    "session:a",
    "date:2025",
    "pact.in_force:none",
    "land.kind:colony",
    "zzz:1",
    "title:$p",
    "as of 2025",
    "known #3",
    "|",
    "count",
    "count by land, year",
    "count land",
    "sort -date",
    "sort count",
    "show land, date as d",
    "where",
    "take 3",
    "distinct land",
    "sources",
    "history",
    "timeline",
    "share of (left) by region",
    "pivot land x (left)",
    "min median of date by land",
    "sum of lag",
    "first by land",
    "let lag = effective - date",
    "let due = date + 6 months",
    "let gap = date - {signed}",
    "where lag < 6 months",
    "where due after 2025",
    "diff known 2024..2025",
    "diff as of 2024..2025",
    "lag:none",
    "lag",
    "due.year",
    "count > 2",
    "d after 2025",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn whatever_parses_means_something_or_is_refused_at_a_place(
        words in proptest::collection::vec(proptest::sample::select(WORDS), 0..9)
    ) {
        let text = words.join(" ");
        let world = World::new();
        let Some(query) = parse_query(&text).tree else { return Ok(()) };
        match check(&query, &world.context()) {
            Ok(query) => prop_assert!(query.hints.iter().all(|hint| hint.severity == Severity::Warning)),
            Err(diagnostics) => {
                prop_assert!(diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error), "{text}");
                for diagnostic in diagnostics {
                    let place = text.get(diagnostic.span.range());
                    prop_assert!(place.is_some_and(|place| !place.trim().is_empty()), "{text}: {diagnostic:?}");
                }
            }
        }
    }
}
