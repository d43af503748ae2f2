//! Sentences that the language must be able to say, in canonical form, and
//! what is said of wrong ones.

use std::fmt::Write;

use crate::syntax::{attach_dates, format_script, parse_query, parse_script, print_script};

#[path = "../../../tests/it/golden.rs"]
mod file;

/// Each sentence, and its canonical form if that is another.
const SENTENCES: &[(&str, &str)] = &[
    ("withdrawn after 2025-01-01 region:baltic", ""),
    ("withdrawn ottawa since 2025", ""),
    ("ratified 2019..2022-06 -in:eu", ""),
    ("(signed or acceded) since 2020", ""),
    ("signed treaty:npt,ctbt", ""),
    ("\"unequal situation\"", ""),
    ("withdrawn effective in next 90 days", ""),
    ("consented until 1920s", ""),
    ("withdrawn maybe after 2025-06-30", ""),
    ("signed ctbt without {consented}", ""),
    ("withdrawn within 5 years after {consented}", ""),
    ("ratified | let lag = date - {signed} | sort -lag | take 10 | show state, treaty, lag", ""),
    ("states party:npt -party:tpnw as of 2022 | count by region", ""),
    ("states (party:ottawa as of 2025-01-01) -(party:ottawa as of 2026-01-01)", ""),
    ("states party:ottawa as of 2025-06-01 known 2025-03-01", ""),
    ("treaties party>=100 without {withdrawn}", ""),
    ("treaties party:poland as of 1939-09-01", ""),
    ("periods party:ottawa | sort -length", ""),
    ("states party:npt as of each year 1970..2020 | count by as-of", ""),
    ("states | share of (party:tpnw) by region", ""),
    (
        "withdrawn since 2000 | count by state | where count >= 2",
        "withdrawn since 2000 | count by state | where count>=2",
    ),
    ("resolutions with {voted-yes in:nato} with {voted-no in:nato}", ""),
    ("consented ottawa source.according_to:\"ministry of foreign affairs\" | sources", ""),
    ("disputed:effective", ""),
    ("let thin($r) = withdrawn since 2020 region:$r sources<2", ""),
    ("assert none thin(\"baltic\")", ""),
    ("resigned after 2024 country:france", ""),
    ("patched severity>=9 without {exploited}", ""),
    ("state:AND OR state:IN or object:none", "state:AND or state:IN or object:none"),
    ("signed AND NOT in:eu", "signed -in:eu"),
    ("unknown and signed", "(unknown) signed"),
    ("-unknown and signed", "-(unknown) signed"),
    (
        "unknown unknown or maybe unknown and signed and unknown",
        "unknown (unknown) or (maybe (unknown) signed (unknown))",
    ),
    (
        "unknown signed ottawa -unknown ratified not maybe unknown accepted",
        "unknown signed ottawa -unknown ratified -maybe unknown accepted",
    ),
    ("withdrawn not estonia since 2020", "withdrawn -estonia since 2020"),
    ("-treaty.in_force (since 2020)", ""),
    ("a and b or c", "(a b) or c"),
    ("effective in 2025 or published in 2025", ""),
    ("signed or (ratified after 2024)", ""),
    ("states former:ottawa or former:rome", ""),
    (
        "states former:ottawa and effective in 2025 or (a b) or former:rome",
        "states (former:ottawa effective in 2025) or (a b) or former:rome",
    ),
    ("states (former:ottawa or former:rome)", ""),
    ("states party:npt | where since after 2020", ""),
    ("withdrawn until after 2020", ""),
    ("thin(June  2025, \"a b\", 2 weeks ago, 6 months)", "thin(\"June 2025\", \"a b\", \"2 weeks ago\", 6 months)"),
    ("consented by 1999-12", "consented until 1999-12"),
    ("since jun 2025 until 27 Sept 2025", "since June 2025 until 27 September 2025"),
    ("in 19xx on [2025-06-29..] in 1985~", "in 19XX on [2025-06-29..] in 1985~"),
    ("since 2 weeks ago until today", ""),
    ("2019 .. 2022", "2019..2022"),
    ("..2022 2019..", "..2022 2019.."),
    ("treaty.in_force before 1970 effective.basis:computed", ""),
    ("after {withdrawn}.effective", ""),
    ("object:R/1/66 treaty:A/RES/74/228 lang:C++ temperature:-5..3", ""),
    (
        "title:/a\\/b/ title:lat* title:“old” note:\"a \\\"b\\\"\"",
        "title:/a\\/b/ title:lat* title:\"old\" note:\"a \\\"b\\\"\"",
    ),
    ("signed known #12 | diff known 2025-01..2025-06", ""),
    ("signed | diff known #1..#3 | count", ""),
    ("signed | diff known #1..2025-06", ""),
    ("signed | diff known June 2025..#3 # from there", "signed | diff known June 2025..#3"),
    ("signed with same subject, object.kind {withdrawn} using {source.publisher:x}", ""),
    ("subject:(withdrawn | show subject)", ""),
    ("| count", ""),
    ("| show subject, date as notified, effective as \"day of effect\"", ""),
    ("| min max median sum of lag by state, (in:eu)", ""),
    ("| pivot region x decade", ""),
    ("| first by subject | last by treaty, state", ""),
    ("| let due = date + 6 months - (a - 2)", ""),
    ("| where lag < 6 months", "| where lag<6 months"),
    ("set today 2025-07-01", ""),
    ("assert count = 3 signed", ""),
    ("assert rows = \"expected.csv\" signed | sort date", ""),
    ("include \"other.tq\"", ""),
    ("format csv", ""),
    ("echo \"Withdrawals\"", ""),
    ("signed # in the year\n  since 2020", "signed since 2020"),
];

#[test]
fn every_sentence_parses_and_prints_in_canonical_form() {
    for (text, canonical) in SENTENCES {
        let parsed = parse_script(text);
        let rendered: Vec<String> = parsed.diagnostics.iter().map(|wrong| wrong.render(text)).collect();
        assert!(rendered.is_empty(), "{}", rendered.join("\n"));
        let expected = if canonical.is_empty() { text } else { canonical };
        assert_eq!(print_script(&parsed.tree.unwrap()), format!("{expected}\n"));
    }
}

const WRONG: &[&str] = &[
    "signed or ratified after 2024",
    "signed in 2024 or ratified in 2025",
    "signed or ratified region:baltic",
    "region:baltic signed or acceded and x",
    "-withdrawn after 2025",
    "withdrawn after",
    "withdrawn after | count",
    "withdrawn after 06/27/2025",
    "withdrawn after 05/06/2025",
    "withdrawn after 27.06.2025",
    "withdrawn after 2025/06/27",
    "withdrawn after 20250627",
    "withdrawn after 2025-6-7",
    "withdrawn since 06/2025",
    "06/27/2025",
    "27.06.2025",
    "withdrawn after Jnue 2025",
    "withdrawn after june",
    "withdrawn after June 27, 2025",
    "withdrawn on 32 June 2025",
    "withdrawn after yesterdya",
    "withdrawn in last",
    "withdrawn in last moth",
    "withdrawn in this 3 days",
    "withdrawn in 90 days",
    "withdrawn within of 2025",
    "withdrawn within 90 days 2025",
    "withdrawn in ottawa",
    "consented until 1925s",
    "in [2025",
    "in 12345",
    "as of",
    "states party:npt as of 2022 region:baltic",
    "signed known",
    "signed as 2022",
    "region: baltic",
    "treaty:npt, ctbt",
    "treaty:npt,",
    "region:",
    "region:=5",
    "url:https://example.org",
    "session >= ",
    "session => 70",
    "after >= {signed}",
    "date > {signed}",
    "title:/open",
    "title:..",
    "lat*",
    "/mines?/",
    "object A/RES/74",
    "(signed",
    "signed)",
    "with {signed",
    "(signed}",
    "with {}",
    "()",
    "states with withdrawn",
    "signed with same {ratified}",
    "{signed}",
    "$region",
    "region:$",
    "\"open",
    "\"\"",
    "signed and",
    "or signed",
    "- signed",
    "+signed",
    "signed && ratified",
    "not",
    "signed, ratified",
    "thin(baltic",
    "thin(signed or acceded)",
    "signed or -ratified after 2024",
    "(signed or ratified ottawa since 2004",
    "withdrawn after 27 Juen 2025",
    "withdrawn on 27 June",
    "withdrawn in next 90 dyas",
    "withdrawn in last yaer",
    "withdrawn within 2 wks of 2025-06-27",
    "withdrawn within ten days of 2025-06-27",
    "withdrawn in summer 2025",
    "withdrawn since 980",
    "withdrawn order by date",
    "withdrawn sort by date",
    "as of 2020 withdrawn known #3",
    "state:estonia,,latvia",
    "| order by date desc",
    "| group by treaty | limit 5",
    "| take ten",
    "| take -5",
    "| take $n",
    "[2025-06-29..]",
    "signed\u{1b}[31m",
    "| tke 20",
    "| limit 20",
    "|",
    "| take",
    "| take many | srot date | show",
    "| sort date desc",
    "| sort date subject",
    "| count state year",
    "| first",
    "| share of party:tpnw",
    "| pivot region decade",
    "| median lag",
    "| let lag",
    "| let lag = date -",
    "| diff 2025..2026",
    "let x signed",
    "let x(r) = signed",
    "assert no signed",
    "assert none",
    "set today",
    "let x = signed",
    "assert none signed",
    "set today 2025",
    "echo \"a\"",
    "include other.tq",
    "signed\nratified after 06/27/2025\n\tacceded )\nconsented",
    "北京 東京 )",
    "signed signed signed signed signed signed signed signed signed signed signed signed signed signed wrong? signed signed signed signed signed",
];

#[test]
fn what_is_said_of_wrong_queries_is_as_agreed() {
    let mut told = String::new();
    for text in WRONG {
        let mut wrong = parse_script(text).diagnostics;
        let query = parse_query(text);
        if wrong.is_empty() {
            wrong = query.diagnostics;
        }
        if let Some(mut query) = query.tree {
            let date_fields = ["date", "effective", "published"];
            wrong.extend(
                attach_dates(&mut query, &|path| date_fields.contains(&path.names[0].value.as_str()), &|_| false)
                    .err()
                    .unwrap_or_default(),
            );
        }
        for diagnostic in &wrong {
            writeln!(told, "{}", diagnostic.render(text)).unwrap();
        }
        if wrong.is_empty() {
            writeln!(told, "{text}\n(nothing is wrong)").unwrap();
        }
        writeln!(told).unwrap();
    }
    file::check("tests/golden/syntax-errors.txt", &told);
}

#[test]
fn a_formatted_file_keeps_its_comments_and_is_formatted_the_same_again() {
    let text = "#!/usr/bin/env tractat run\n\n\n# Withdrawals.\nset   today 2025-07-01   # pinned\n\n\n\nlet thin( $r )=withdrawn since 2020 region:$r\n  sources<2\nassert none thin(\"baltic\"); echo \"done\"\n# long\nratified | let lag = date-x - {signed} | sort -lag | take 10 | show state, treaty, lag, effective as \"day of effect\"\nsigned # kept as it is\n  | count   # so many\n\n;| count\n# the end\n\n\n";
    let formatted = format_script(text).unwrap();
    assert_eq!(format_script(&formatted).unwrap(), formatted);
    file::check("tests/golden/syntax-formatted.tq", &formatted);
}
