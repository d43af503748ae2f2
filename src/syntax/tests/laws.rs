//! What holds of every tree and every text.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::arbitrary::{query, statement};
use crate::syntax::scan::{TokenKind, Tokens};
use crate::syntax::tree::Script;
use crate::syntax::{
    ExceededLimit, Parsed, Span, Spanned, SyntaxProblem, format_script, parse_query, parse_script, print_query,
    print_statement,
};

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_parsed_or_refused_and_never_more(text in r#"([a-z0-9 :|(){}"'/#\[\].,$<>=-]|\PC| and | or |in |2025|with |unknown ){0,40}"#) {
        for diagnostic in parse_query(&text).diagnostics.iter().chain(&parse_script(&text).diagnostics) {
            prop_assert!(diagnostic.is_error());
            prop_assert!(text.get(diagnostic.span.range()).is_some(), "{:?}", diagnostic);
            let _ = diagnostic.render(&text);
        }
        if let Some(tree) = parse_query(&text).tree {
            let printed = print_query(&tree);
            prop_assert_eq!(parse_query(&printed).tree, Some(tree), "{}", printed);
        }
    }

    #[test]
    fn a_line_end_after_a_query_changes_nothing(text in r##"([a-z :|(){}"#.,-]|noted| #){0,20}"##, end in "[ \n]{1,2}") {
        let (alone, ended) = (parse_query(&text), parse_query(&format!("{text}{end}")));
        prop_assert_eq!(alone.tree, ended.tree, "{}", text);
        prop_assert_eq!(alone.diagnostics.is_empty(), ended.diagnostics.is_empty(), "{}", text);
    }
}

/// Tries a law on many trees; to make them takes more stack than to read them.
fn holds<T: std::fmt::Debug + 'static>(
    cases: u32,
    trees: fn() -> BoxedStrategy<T>,
    law: fn(T) -> Result<(), TestCaseError>,
) {
    let run = move || {
        let mut runner = TestRunner::new(ProptestConfig { cases, ..ProptestConfig::default() });
        runner.run(&trees(), law).map_err(|error| error.to_string())
    };
    let thread = std::thread::Builder::new().stack_size(64 * 1024 * 1024).spawn(run).unwrap();
    thread.join().unwrap().unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn what_is_printed_parses_into_the_same_tree() {
    holds(400, query, |query| {
        let printed = print_query(&query);
        let parsed = parse_query(&printed);
        prop_assert_eq!(&parsed.diagnostics, &vec![], "{}", printed);
        prop_assert_eq!(parsed.tree.as_ref(), Some(&query), "{}", printed);
        Ok(())
    });
}

#[test]
fn a_printed_file_parses_into_the_same_statements() {
    holds(
        200,
        || proptest::collection::vec(statement(), 0..5).boxed(),
        |statements| {
            let script =
                Script { statements: statements.into_iter().map(|s| Spanned::new(s, Span::default())).collect() };
            let printed: String = script.statements.iter().map(|s| print_statement(&s.value) + ";\n").collect();
            let parsed = parse_script(&printed);
            prop_assert_eq!(&parsed.diagnostics, &vec![], "{}", printed);
            prop_assert_eq!(parsed.tree.as_ref(), Some(&script), "{}", printed);
            let formatted = format_script(&printed).expect("it parses");
            let again = parse_script(&formatted).tree;
            prop_assert_eq!(again.as_ref(), Some(&script), "{}", formatted);
            prop_assert_eq!(format_script(&formatted).expect("it parses"), formatted);
            Ok(())
        },
    );
}

/// A statement with comments and line ends in some of its blanks.
fn commented(printed: &str, choices: &[u8]) -> String {
    const GAPS: [&str; 8] = [" ", "  ", "\t", " # (\n  ", "\n  ", " # \"\r\n\t", "\n\n # | é\n\n ", " #;\n #\n  "];
    let mut choices = choices.iter().cycle();
    let mut out = String::new();
    for token in Tokens::new(printed) {
        let (before, after) = (&printed[..token.start], &printed[token.end()..]);
        let is_bound = after.starts_with('#') || before.to_lowercase().ends_with("known");
        match token.kind {
            TokenKind::Blank if !is_bound => {
                out.push_str(GAPS[usize::from(*choices.next().unwrap_or(&0)) % GAPS.len()]);
            }
            _ => out.push_str(token.text),
        }
    }
    out
}

fn comments(text: &str) -> Vec<&str> {
    let comments = Tokens::new(text).filter(|token| token.kind == TokenKind::Comment);
    comments.map(|token| token.text.trim_end()).collect()
}

#[test]
fn formatting_keeps_every_comment_in_its_order_and_every_statement() {
    let files = || {
        let gap = proptest::sample::select(vec!["\n", ";\n", " # end\n", "\n\n\n# between\n\n", "; # x\n#y\n", "\r\n"]);
        proptest::collection::vec((statement(), proptest::collection::vec(any::<u8>(), 1..12), gap), 0..5).boxed()
    };
    holds(300, files, |statements| {
        let mut text = "# start\n".to_owned();
        for (statement, choices, gap) in &statements {
            let written = commented(&print_statement(statement), choices);
            // A first line that goes on with the one before would be part of it.
            if written.starts_with('|') && !text.ends_with(";\n") {
                text.push_str(";\n");
            }
            text.push_str(&written);
            text.push_str(gap);
        }
        let script =
            Script { statements: statements.into_iter().map(|(s, ..)| Spanned::new(s, Span::default())).collect() };
        let parsed = parse_script(&text);
        prop_assert!(parsed.tree.as_ref() == Some(&script), "{}\n{:?}", text, parsed.diagnostics);
        let formatted = format_script(&text).expect("it parses");
        prop_assert!(parse_script(&formatted).tree == Some(script), "{}\nbecomes\n{}", text, formatted);
        prop_assert_eq!(comments(&formatted), comments(&text), "{}\nbecomes\n{}", text, formatted);
        let again = format_script(&formatted).expect("it parses");
        prop_assert_eq!(&again, &formatted, "{}", text);
        Ok(())
    });
}

/// The limit that the first diagnostic is about.
fn limit<T>(parsed: &Parsed<T>) -> Option<ExceededLimit> {
    match parsed.diagnostics.first()?.problem {
        SyntaxProblem::Limit(limit) => Some(limit),
        _ => None,
    }
}

#[test]
fn deep_nesting_is_refused_and_long_text_takes_time_in_proportion() {
    let start = Instant::now();
    for (unit, count) in [("(", 20_000), ("not ", 12_000), ("-", 60_000), ("a:(", 20_000), ("after {", 9_000)] {
        let parsed = parse_query(&unit.repeat(count));
        assert!(parsed.tree.is_none());
        assert_eq!(limit(&parsed), Some(ExceededLimit::Depth { most: 64 }), "{unit}");
    }
    for unit in ["a or ", "a and ", "a b ", "-a ", "x:1,2,3 ", "(a or b) ", "after 2025 ", "2019..2020 ", "\"t\" "] {
        let text = unit.repeat(60_000 / unit.len()) + "a";
        assert!(parse_query(&text).tree.is_some(), "{unit}");
    }
    let sum = format!("| let x = 1{}", " + 1".repeat(10_000));
    assert_eq!(limit(&parse_query(&sum)), Some(ExceededLimit::Terms { most: 100 }));
    let long = parse_query(&"a ".repeat(500_000));
    assert_eq!(limit(&long), Some(ExceededLimit::QueryLength { bytes: 1_000_000, most: 65_536 }));
    assert!(parse_script(&"(".repeat(100_000)).tree.is_none());
    assert!(parse_query(&"|".repeat(60_000)).diagnostics.len() <= 20);
    for unit in ["(\n", "\"\n", "a\n", "#\n", "a # (\n", "a:/\n"] {
        let _ = parse_script(&unit.repeat(400_000 / unit.len()));
    }
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

#[test]
fn one_wrong_statement_hides_no_other() {
    let parsed = parse_script("signed )\nratified | limit 3 | tke 4\n(open\nsigned after\nsigned\n");
    assert_eq!(parsed.diagnostics.len(), 5, "{:?}", parsed.diagnostics);
}

#[test]
fn the_deepest_tree_that_is_read_can_be_printed_on_a_small_stack() {
    let work = || {
        for (open, close, deep) in
            [("(a ", ")", 63), ("with {a ", "}", 31), ("a:(b ", ")", 31), ("after {a ", "}", 31), ("-", "", 63)]
        {
            let text = format!("{}a{}", open.repeat(deep), close.repeat(deep));
            let parsed = parse_query(&text);
            let tree = parsed.tree.unwrap_or_else(|| panic!("{open}: {:?}", parsed.diagnostics));
            assert!(parse_query(&print_query(&tree)).tree == Some(tree));
        }
    };
    std::thread::Builder::new().stack_size(STACK).spawn(work).unwrap().join().unwrap();
}

/// Somewhat less than a thread has by default; without optimisation frames are
/// several times as large as with it.
const STACK: usize = 1792 * 1024;
