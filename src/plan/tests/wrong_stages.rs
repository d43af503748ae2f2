//! What is said of wrong stages.

use super::stages::{entities, lands, over};
use super::world::World;
use crate::plan::RowsOf;

fn errors(rows: &RowsOf, cases: &[(&str, &str, &str, &str)]) {
    let world = World::new();
    let mut wrong = Vec::new();
    for (text, place, message, help) in cases {
        match over(&world, rows, text) {
            Err((at, told, mend)) if at == *place && told.contains(message) && mend.contains(help) => {}
            other => wrong.push(format!("{text}\n    {other:?}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_wrong_stage_is_told_what_to_write() {
    errors(&RowsOf::default(), WRONG_OVER_FACTS);
    errors(&entities(true), WRONG_OVER_ENTITIES);
    errors(&entities(false), WRONG_WITHOUT_STATUS);
    errors(&RowsOf::Periods(lands(true), Vec::new()), WRONG_OVER_PERIODS);
}

/// Each wrong query, the part of it that the error points at, a part of the
/// message and a part of the mend.
const WRONG_OVER_FACTS: &[(&str, &str, &str, &str)] = &[
    // Calculations.
    ("| let x = date + effective", "date + effective", "two dates cannot be added", "`date + 6 months`"),
    ("| let x = 6 months - date", "6 months - date", "a date cannot be taken from a length", "`date - 6 months`"),
    ("| let x = date - 3", "date - 3", "a number and a date cannot be subtracted", "`3 days`"),
    ("| let x = 2025 - date", "2025 - date", "a number and a date cannot be subtracted", "`2025-01`"),
    (
        "| let x = session + 6 months",
        "session + 6 months",
        "a number and a length of time",
        "numbers only with numbers",
    ),
    ("| let x = subject - date", "subject", "is a name, and nothing can be calculated", "`effective`"),
    ("| let x = title", "title", "is a text", "dates, numbers and lengths"),
    ("| let x = source.published - date", "source.published", "several", "`| sources | let … = date - published`"),
    ("| let x = date - [2025..]", "[2025..]", "open at one end", "a day or a period"),
    ("| let x = date - {signed}.venue", "venue", "is no date of a fact", "`effective`"),
    ("| let x = date - efective", "efective", "no field is called", "did you mean `effective`?"),
    ("| let effective = date", "effective", "`effective` is a field", "`let effective_2 = …`"),
    ("| let land = date", "land", "is a field", ""),
    ("| let region = date", "region", "is a grouping", ""),
    ("| let member = date", "member", "is a status", ""),
    ("| let left = date", "left", "is a form of an action", ""),
    ("| let lands = date", "lands", "is a noun", ""),
    ("| let since = date", "since", "is a word of the language", ""),
    ("| let month = date", "month", "is a part of a date", ""),
    ("| let decade = date", "decade", "is a part of a date", ""),
    ("| let lag = effective - date | let lag = date", "lag", "is a column already", ""),
    ("| let lag = effective - date | sort lga", "lga", "no field and no column", "did you mean `lag`?"),
    ("| let lag = effective - date | where lga < 6 months", "lga", "no field and no column", "did you mean `lag`?"),
    (
        "| let wait-over = date + 1 day | where -wait-ovre after 2020",
        "wait-ovre",
        "called `wait-ovre`",
        "did you mean `wait-over`?",
    ),
    (
        "| let due-on = date + 1 day | where left due-no after 2020",
        "due-no",
        "called `due-no`",
        "did you mean `due-on`?",
    ),
    ("| let lag = effective - date | show lag.year", "year", "is a length of time", "`lag` alone"),
    ("| let due = date + 1 day | show due.hour", "hour", "no part", "`due.year`"),
    ("| let lag = effective - date | where lag", "lag", "alone is no condition", "`lag < 6 months`"),
    ("| let lag = effective - date | where lag < 100", "100", "needs one to compare with", "`lag < 100 days`"),
    ("| let lag = effective - date | where lag:30..60", "30..60", "needs one", "`lag >= 30 days lag <= 60 days`"),
    ("| let lag = effective - date | where lag after 2025", "lag", "and not a date", "`lag < 6 months`"),
    ("| let lag = effective - date | where lag < none", "none", "has no order", "`lag:none`"),
    ("| let due = date + 1 day | where due < 6 months", "6 months", "is a date, and this is a length", "ago`"),
    ("| let due = date + 1 day | where due before {signed}", "{signed}", "with a day or a period only", "`let gap ="),
    ("| let due = date + 1 day | where due.year after 2025", "due.year", "a part of a date", "`due` alone"),
    ("| let due = date + 1 day | where due.precision:day", "day", "not tested", "before the first stage"),
    ("| let more = session + 1 | where more:many", "many", "needs a number", "`more>=2`"),
    ("| count by land | let x = date - {signed}", "date", "no column `date`", "columns: `land`, `count`"),
    ("| history | let x = date - {signed}", "{signed}", "no other facts", "before the stage"),
    ("| count by land | let count = count + 1", "count", "is a column already", ""),
    ("| count by land | let x = land", "land", "is a name", "can be: `count`"),
    // Summaries.
    ("| sum of date", "sum", "dates have no sum", "`min max median of date`"),
    ("| min of land", "land", "is a name, which has no min", "`count land` counts different ones"),
    ("| median of venue", "venue", "is a text, which has no median", "`session`"),
    ("| min min of date", "min", "stands here twice", "once"),
    ("| count by land | sum of land", "land", "is a name, which has no sum", "can be: `count`"),
    ("| count by land, (left), (left)", "(left)", "two columns are called `left`", ""),
    (
        "| share of (left) by land | sort shre",
        "shre",
        "no column `shre`",
        "did you mean `share`? columns: `share`, `land`",
    ),
    ("| count by land | share of (left)", "(left)", "a bare word", "columns: `land`, `count`"),
    (
        "| pivot land x decade | sort decade",
        "decade",
        "after `pivot`",
        "columns: `land`, `total`; `count by` both keys",
    ),
    ("| pivot land x club", "club", "several groups of `club`", "`region`"),
    ("| count by land | first by land", "first by land", "needs facts", "put `first by …` before"),
    ("| history | last by subject", "last by subject", "needs facts", "`sort -date | take 1`"),
    ("| first by colour", "colour", "no field is called `colour`", ""),
    // Time.
    ("| count by land | timeline", "timeline", "the table has none", "before the stage that made the table"),
    ("| diff known 2025", "2025", "both must be named", "`diff known 2025..today`"),
    ("| diff known 2025..", "2025..", "both must be named", "`diff known 2025..today`"),
    ("| diff as of ..2025", "..2025", "both must be named", "`diff as of 2020..2025`"),
    ("| diff as of 2025..2024", "2025..2024", "nothing between", "`diff as of 2024..2025`"),
    ("| diff as of 2025..2025-12-31", "2025..2025-12-31", "nothing between", ""),
    ("| sort date | diff known 2024..2025", "diff known 2024..2025", "the query itself", "put it first"),
    ("as of 2020 | diff as of 2024..2025", "2020", "names both days", "leave out"),
    ("known 2020 | diff known 2024..2025", "known 2020", "names both days", "leave out"),
    ("| diff known 2024..2025 | sort lag", "lag", "no column `lag`", "`change`"),
    // Tables.
    (
        "| show date, effective as due | where since 2025 and deu after 2020",
        "deu",
        "",
        "did you mean `due`? columns: `due`",
    ),
    ("| show effective as due | where since 2025", "since 2025", "no column `date`", "`where due after 2025`"),
    ("| count by land | where count < 6 months", "6 months", "needs a number", "`count>=2`"),
    ("| show date | where date < 6 months", "6 months", "is a date, and this is a length", "since 6 months ago"),
    ("| show date | where date.year after 2020", "date.year", "a part of a date", "`date` alone"),
];

const WRONG_OVER_ENTITIES: &[(&str, &str, &str, &str)] = &[
    ("| show colour", "colour", "lands have no `colour`", "columns: `land`, `id`"),
    ("| show regoin", "regoin", "lands have no `regoin`", "did you mean `region`? columns: `region`, `land`"),
    ("| show date", "date", "is of facts, and the rows are lands", "columns:"),
    ("| show pact.in_force", "pact.in_force", "is of facts, and the rows are lands", "`periods member:…`"),
    ("| count by club", "club", "several groups of `club`", "`region`"),
    ("| show from.hour", "hour", "no part", "`from.year`"),
    ("| show since.hour", "hour", "no part", "`since.year`"),
    ("| show by.year", "year", "nothing follows `by`", "`by` alone"),
    ("| show as-of", "as-of", "one day only", "`lands … as of each year"),
    ("| show name.x", "x", "nothing follows it", ""),
    ("| sources", "sources", "needs facts, and the rows are lands", "without `lands`"),
    ("| history", "history", "needs facts, and the rows are lands", "without `lands`"),
    ("| first by kind", "first by kind", "the rows are lands", "`sort from | take 1`"),
    ("| timeline", "timeline", "needs dates", "`show land, from as start, until as end | timeline`"),
    (
        "as of each year 2000..2020 | diff known 2024..2025",
        "2024..2025",
        "cannot compare lands",
        "one day of the world",
    ),
    ("| diff known #2..#1", "#2..#1", "nothing between", "`diff known #1..#2`"),
    ("as of each year 2000..2020 | diff as of 2024..2025", "2000..2020", "names both days", "leave out"),
    ("| let from = until", "from", "is a column already", ""),
    ("| let land = until", "land", "is a column already", ""),
    ("| sum of from", "sum", "dates have no sum", ""),
    ("| median of name", "name", "has no median", "`from`, `until`"),
];

const WRONG_WITHOUT_STATUS: &[(&str, &str, &str, &str)] =
    &[("| show land, since", "since", "needs one status", "`lands member:… | show land, since`")];

const WRONG_OVER_PERIODS: &[(&str, &str, &str, &str)] = &[
    ("| where since 2000", "since 2000", "no column `date`", "`where start after 2025`; dates: `start`, `end`"),
    ("| where lenght > 3 years", "lenght", "no column `lenght`", "did you mean `length`?"),
    ("| where length after 2000", "length", "is a length of time and not a date", "`length < 6 months`"),
    ("| where length > 100", "100", "needs one to compare", "`length > 100 days`"),
    ("| sources", "sources", "needs facts", ""),
    ("| diff as of 2024..2025", "2024..2025", "cannot compare periods", "`lands … | diff as of 2020..2025`"),
    ("| diff known 2024..2025", "2024..2025", "cannot compare periods", "known D1"),
];
