//! Texts that nobody types and somebody pastes: each gets a clear answer at once.

use std::time::{Duration, Instant};

use tractat::syntax::{format_script, highlight, is_complete, parse_script};
use tractat::{Error, ErrorKind, QueryLimit, QueryLimits, QueryOptions};

use crate::questions::world;
use crate::session::{Session, steers_a_terminal};

/// Without optimisation, beside other tests; with it a hundredth of this.
const SOON: Duration = Duration::from_secs(8);

fn hostile() -> Vec<String> {
    let repeated = |unit: &str, bytes: usize| unit.repeat(bytes / unit.len());
    let mut texts = vec![
        repeated("(", 100_000),
        repeated("(", 100_000) + "a" + &repeated(")", 100_000),
        repeated("signed ", 1 << 20),
        repeated("x", 1 << 20),
        repeated("\"", 60_001),
        repeated("| count ", 60_000),
        repeated("or ", 60_000),
        "signed\u{202e}detnioppa".to_owned(),
        "\u{2066}signed\u{2069} \u{200f}".to_owned(),
        "signed\u{0}\u{1b}[2J\u{9b}31m\u{7f}".to_owned(),
        "\u{feff}signed".to_owned(),
        "sig\u{301}\u{301}ned \u{1f1e6}\u{1f469}\u{200d}\u{1f680}".to_owned(),
    ];
    for unit in [
        "(",
        ")",
        "{",
        "[",
        "-",
        "not ",
        "maybe ",
        "a:(",
        "a:",
        "with {",
        "without same a {",
        "using {",
        "after {",
        "in ",
        "as of ",
        "known ",
        "| let x = (",
        "a(",
        "a(\"b\", ",
        "x:/",
        "\"",
        "2019..",
        "..",
        "..:",
        "..the ",
        "within 1 day from ..",
        "|",
        ";",
        "#",
        "$",
        "a,",
        "a or ",
        "a b or ",
        "with ",
        "“",
        "let a = ",
    ] {
        texts.push(repeated(unit, 60_000));
    }
    texts
}

#[test]
fn hostile_texts_are_refused_or_answered_at_once() {
    let store = world("treaties");
    for text in hostile() {
        let start = Instant::now();
        let name: String = text.chars().take(20).collect();
        match store.query_with(&text, &QueryOptions::default()) {
            Err(Error::Query(wrong)) => {
                assert!((1..=20).contains(&wrong.len()), "{name}: {}", wrong.len());
                for diagnostic in &wrong {
                    let rendered = diagnostic.render(&text);
                    assert!(!steers_a_terminal(&rendered) && rendered.len() < 4000, "{name}: {rendered}");
                }
            }
            Err(other) => panic!("{name}: {other}"),
            Ok(answer) => drop(answer),
        }
        assert!(start.elapsed() < SOON, "a query of {name} takes {:?}", start.elapsed());
        let start = Instant::now();
        let _ = (parse_script(&text), format_script(&text), highlight(&text).len(), is_complete(&text));
        assert!(start.elapsed() < SOON, "a file of {name} takes {:?}", start.elapsed());
        let start = Instant::now();
        let _ = store.complete(&text, text.len());
        assert!(start.elapsed() < SOON, "completing {name} takes {:?}", start.elapsed());
    }
}

#[test]
fn short_sentences_cost_no_more_than_their_limits() {
    let store = world("treaties");
    let doubled = |first: &str, zero: &str| {
        let steps = (1..30).map(|number| format!("| let a{number} = a{} + a{} ", number - 1, number - 1));
        format!("ratified | let a0 = {first} {} | where a29 > {zero} | show id, a29", steps.collect::<String>())
    };
    let by = |keys: &str| format!("withdrawn | count by {}", [keys; 24].join(", "));
    // Each is answered within a million values, or refused before it runs.
    for (text, is_answered) in [
        (doubled("date - {signed}", "0 days"), true),
        (doubled("1", "0"), true),
        (doubled("2 weeks", "0 days"), true),
        ("states | show state, from | let a0 = from - from | let a1 = a0 + a0 | let a2 = a1 + a1".to_owned(), true),
        ("withdrawn | sources | let a0 = published - date | let a1 = a0 + a0 | let a2 = a1 + a1 | let a3 = a2 + a2".to_owned(), true),
        ("withdrawn | show source.published as p, date | let a0 = p - date | let a1 = a0 + a0 | let a2 = a1 + a1 | let a3 = a2 + a2 | let a4 = a3 + a3 | let a5 = a4 + a4".to_owned(), true),
        (by("source.url"), false),
        (by("source.publisher"), false),
        ("states party:ottawa as of each day 1990..2020".to_owned(), false),
        ("| pivot id x date".to_owned(), true),
    ] {
        let start = Instant::now();
        let options = QueryOptions::new().limits(QueryLimits::none().values(1_000_000));
        let rows = store.query_with(&text, &options).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let is_fit = if is_answered { rows.is_ok() } else { matches!(rows, Err(Error::Query(_))) };
        assert!(is_fit, "{text}: {:?}", rows.map(|rows| rows.len()));
        assert!(start.elapsed() < SOON, "{text} takes {:?}", start.elapsed());
    }
}

#[test]
fn a_host_limits_time_values_and_rows_of_a_query() {
    let store = world("treaties");
    let ask = |text: &str, limits: QueryLimits| {
        let answer = store.query_with(text, &QueryOptions::new().limits(limits))?;
        answer.map(|row| row.map(drop)).collect::<Result<Vec<()>, Error>>().map(|rows| rows.len())
    };
    let limit = |result: Result<usize, Error>| match result {
        Err(error @ Error::OverLimit(limit)) => {
            assert_eq!(error.kind(), ErrorKind::Limit);
            limit
        }
        other => panic!("{other:?}"),
    };
    let none = QueryLimits::none;
    assert_eq!(limit(ask("withdrawn", none().rows(5))), QueryLimit::Rows(5));
    assert_eq!(ask("withdrawn | take 5", none().rows(5)).unwrap(), 5);
    assert_eq!(limit(ask("| show id, date | sort date", none().values(50))), QueryLimit::Values(50));
    assert_eq!(limit(ask("withdrawn", none().time(Duration::ZERO))), QueryLimit::Time(Duration::ZERO));
    assert!(ask("withdrawn | count by treaty", QueryLimits::default()).unwrap() > 0);
}

#[test]
fn files_of_many_lines_take_time_in_proportion() {
    for line in [
        "(\n",
        "signed (\n",
        "\"\n",
        "let a = \n",
        "signed |\n",
        "signed,\n",
        "# (\n",
        "a # x\n",
        "{\n  a\n",
        "assert none a\n",
        "include \"a\"\n| count\n",
    ] {
        let time = |bytes: usize| {
            let text = line.repeat(bytes / line.len());
            let start = Instant::now();
            let parsed = parse_script(&text);
            assert!(parsed.tree.is_some() || parsed.diagnostics.len() <= 101, "{line}: {}", parsed.diagnostics.len());
            start.elapsed()
        };
        let (one, eight) = (time(1 << 15), time(1 << 18));
        assert!(
            eight < one * 24 + Duration::from_millis(500),
            "{line:?} takes {one:?}, and eight times as much {eight:?}"
        );
    }
}

#[test]
fn the_program_survives_them() {
    let session = Session::with_boards();
    for text in ["(".repeat(100_000), "(".repeat(1000), "a ".repeat(500_000), "appointed \u{202e}resigned".to_owned()] {
        let start = Instant::now();
        let ran = session.run_reading("run -", &text).prints("").exits(1);
        let said = ran.transcript();
        assert!(!ran.steers_a_terminal() && said.len() < 4000, "{said}");
        assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    }
}
