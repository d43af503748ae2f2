//! What mappings make of rows, what they say of wrong ones, and the laws that
//! hold whatever the rows are.

use std::collections::BTreeSet;
use std::io::Cursor;
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::toml_reader::line_and_column;
use super::*;
use crate::exchange::{
    ExchangeError, HeaderProblem, Input, MappingProblem, MissingMarkers, ReadOptions, Record, RecordChunks,
    RecordContent, Records, TomlExpected,
};
use crate::model::vocabulary::{Field, FieldType};
use crate::model::{Entities, FieldKind, Schema, Vocabulary};

fn schema() -> Schema {
    let field =
        |kind| Field { kind, about: String::new(), kinds: Vec::new(), open: false, rule: None, threshold: None };
    let mut vocabulary = Vocabulary::default();
    vocabulary.fields.insert("session".to_owned(), field(FieldType::Integer));
    vocabulary.fields.insert("effective".to_owned(), field(FieldType::Date));
    Schema::new(vocabulary, &[]).unwrap()
}

pub(super) fn run_as(mapping: &str, name: &str, csv: &str, corroborates: bool) -> Vec<Result<Record, ExchangeError>> {
    let mapping = match MappingFile::parse("map.toml", mapping) {
        Ok(mapping) => Arc::new(mapping),
        Err(error) => return vec![Err(error)],
    };
    let input = Input::from_reader(name, Cursor::new(csv.to_owned().into_bytes())).unwrap();
    match Records::mapped(input, &mapping, MapOptions::new(&schema()).corroborates(corroborates)) {
        Ok(records) => records.collect(),
        Err(error) => vec![Err(error)],
    }
}

fn run(mapping: &str, csv: &str) -> Vec<Result<Record, ExchangeError>> {
    run_as(mapping, "data/7.b.csv.gz", csv, false)
}

/// What a run makes, a text each: facts and entities as JSON, after `-` what is
/// left out, after `!` what is wrong in which line and column.
pub(super) fn told(records: Vec<Result<Record, ExchangeError>>) -> Vec<String> {
    let tell = |record: Result<Record, ExchangeError>| match record.map(|record| record.content) {
        Ok(RecordContent::Fact(fact)) => serde_json::to_string(&fact).unwrap(),
        Ok(RecordContent::Entity(entity)) => serde_json::to_string(&entity).unwrap(),
        Ok(RecordContent::Completion(completion)) => format!("{:?} {}", completion.known, json!(completion.entity)),
        Ok(RecordContent::Numbered(numbered)) => format!("{numbered:?}"),
        Ok(RecordContent::LeftOut(left_out)) => format!("- {:?} ({})", left_out.reason, left_out.example),
        Err(ExchangeError::Record(error)) => {
            let location = &error.location;
            format!("! {} {}: {:?}", location.line, location.cell.as_deref().unwrap_or("-"), error.problem)
        }
        Err(error) => format!("! {error:?}"),
    };
    records.into_iter().map(tell).collect()
}

pub(super) fn facts(records: Vec<Result<Record, ExchangeError>>) -> Vec<Value> {
    let fact = |record: Result<Record, ExchangeError>| match record.unwrap().content {
        RecordContent::Fact(fact) => Some(json!(fact)),
        _ => None,
    };
    records.into_iter().filter_map(fact).collect()
}

const LOANS: &str = r#"
about = "loans"
[source]
publisher = "library {library?}"
url = "x:{file}"
[cells]
columns = ["/^(Given|Gift)/"]
[[step]]
split = "cell"
pattern = '^\[?(?<day>\d+ \w+ \d{4})( (?<letter>\w+))?(?<back>\])?$'
[[step]]
legend = "column"
letter = "letter"
to = "kind"
[[step]]
translate = "kind"
to = "action"
codes = { "Gift" = "gave", "/^Loan (.*)$/" = "lent-$1", "/^Loan/" = "lent" }
[[step]]
date = "day"
order = ["day month year", "year"]
[[fact]]
id = "{file}-{row:03}-{action|upper}"
subject = "{Who}"
action = "{action}"
object = "{what|id}"
date = "{date}"
session = "{n}"
tags = ["{letter}", "all"]
means = "{kind}"
[[fact]]
when = "back"
subject = "{Who}"
action = "returned"
[fact.source]
url = "y"
says = { date = "{day}" }
"#;

const ROWS: &str = "Who,n,what,Given,\"Gift, Loan(l), Loan abroad (L)\",notes\nAda,3,A  \"Book\",,3 Sept 1999 l,\nBob,,Pen,[1 Jan 2000 L],4 May 2001,\nCy,,Pen,,,x\nDi,x,Pen,,5 May 2001,\nEd,1,Pen,5 May 2001,,\n";

#[test]
fn cells_become_records_through_steps_and_templates() {
    let mapping = LOANS.replace("codes = {", r#"codes = { "Given" = "given","#);
    let rows = ROWS.replace("A  \"Book\"", "\"A  \"\"Book\"\"\"").replace(" L],", "],");
    let expected = [
        r#"{"id":"7.b-001-LENT","subject":"Ada","action":"lent","object":"a-book","date":"1999-09-03","means":"Loan","session":3,"tags":["l","all"],"sources":[{"publisher":"library ","url":"x:7.b"}]}"#,
        r#"{"id":"7.b-002-GIVEN","subject":"Bob","action":"given","object":"pen","date":"2000-01-01","means":"Given","tags":["all"],"sources":[{"url":"x:7.b"}]}"#,
        r#"{"subject":"Bob","action":"returned","sources":[{"url":"y","says":{"date":"1 Jan 2000"}}]}"#,
        r#"{"id":"7.b-002-GAVE","subject":"Bob","action":"gave","object":"pen","date":"2001-05-04","means":"Gift","tags":["all"],"sources":[{"url":"x:7.b"}]}"#,
        "- NoFilledCell (Cy)",
        r#"! 5 Gift, Loan(l), Loan abroad (L): Value { field: "session", part: Fact, problem: NotAnInteger("x") }"#,
        r#"{"id":"7.b-005-GIVEN","subject":"Ed","action":"given","object":"pen","date":"2001-05-05","means":"Given","session":1,"tags":["all"],"sources":[{"url":"x:7.b"}]}"#,
    ];
    let told = told(run(&mapping, &rows));
    let expected: Vec<String> = expected.iter().map(|line| line.replace(r#""publisher":"library ","#, "")).collect();
    assert_eq!(told, expected, "a template with a value that is missing gives nothing");
}

#[test]
fn what_a_step_cannot_use_is_told_with_column_and_cell() {
    let mut told = told(run(
        LOANS,
        "Who,what,n,Given,\"Gift, Loan(l)\"\nA,,,5 May 2001,\nB,,,May,5 May 2001 L\nC,,,,99 May 2001 l\n",
    ));
    told.sort();
    let step = |value: &str, text: &str, letter: &str, problem: &str, line: u64| {
        format!(
            "Step {{ value: {value:?}, text: {text:?}, letter: {letter}, problem: {problem}, \
             step: StepLocation {{ mapping: \"map.toml\", line: {line} }} }}"
        )
    };
    let orders = r#"NotADate { orders: ["day month year", "year"], fits: None }"#;
    assert_eq!(
        told,
        [
            format!("! 2 Given: {}", step("kind", "Given", "None", "UnknownCode", 15)),
            format!("! 3 Gift, Loan(l): {}", step("column", "Gift, Loan(l)", r#"Some("L")"#, "UnknownLetter", 11)),
            format!("! 3 Given: {}", step("cell", "May", "None", "PatternMismatch", 8)),
            format!("! 4 Gift, Loan(l): {}", step("day", "99 May 2001", "None", orders, 19)),
        ]
    );
}

#[test]
fn entities_are_made_once_for_the_same_values_and_may_complete_known_ones() {
    let mapping = r#"
[[entity]]
id = "un-{no|id}"
kind = "ship"
name = "{name}"
aliases = ["{no}", "{more}"]
session = "{n}"
in = [{ group = "{fleet}", from = "2001" }, "{fleet2}"]
known = ["{no}", "{more}"]
[[entity]]
when = "fleet"
id = "{fleet}"
kind = "fleet"
name = "{fleet}"
"#;
    let csv = "no,name,more,n,fleet,fleet2\n1.A,Argo,,4,f1,f2\n2,Beta,b,,f1,\n2,Beta,b,,f1,\n3,Gamma,,,,\n4,,,,,\n";
    assert_eq!(
        told(run(mapping, csv)),
        [
            r#"["1.A"] {"entity":"un-1-a","kind":"ship","name":"Argo","aliases":["1.A"],"in":[{"group":"f1","from":"2001"},"f2"],"session":4}"#,
            r#"{"entity":"f1","kind":"fleet","name":"f1"}"#,
            r#"["2", "b"] {"entity":"un-2","kind":"ship","name":"Beta","aliases":["2","b"],"in":[{"group":"f1","from":"2001"}]}"#,
            r#"["3"] {"entity":"un-3","kind":"ship","name":"Gamma","aliases":["3"]}"#,
            r#"! 6 -: MissingField { field: "name", part: Entity }"#,
        ]
    );
}

#[test]
fn sentinels_drop_omit_or_open_and_are_counted() {
    let mapping = |what: &str| {
        format!(
            "[[step]]\nsentinel = \"date\"\npattern = \"^(9999|2899)\"\ndo = \"{what}\"\n[[fact]]\nsubject = \"{{s}}\"\naction = \"did\"\ndate = \"{{from?}}{{date}}\"\n"
        )
    };
    let sentinel =
        |effect: &str| format!("- Sentinel {{ value: \"date\", found: \"9999\", effect: {effect} }} (9999-12-01)");
    let csv = "s,date\na,9999-12-01\nb,2001\n";
    let b = r#"{"subject":"b","action":"did","date":"2001"}"#;
    let with = |what: &str| told(run(&mapping(what).replace("{from?}", ""), csv));
    assert_eq!(with("drop"), [sentinel("DropsRecord"), b.to_owned()]);
    let a = r#"{"subject":"a","action":"did"}"#;
    assert_eq!(with("omit"), [sentinel("OmitsValue"), a.to_owned(), b.to_owned()]);
    let opened = told(run(&mapping("open").replace("{from?}", "1990/"), csv));
    assert_eq!(opened[1], r#"{"subject":"a","action":"did","date":"1990/.."}"#);
}

#[test]
fn values_are_set_kept_or_skipped() {
    let mapping = r#"
[[step]]
set = "whole"
value = "{{{a}-{line}}}"
[[step]]
translate = "b"
codes = { "x" = "ex" }
otherwise = "keep"
[[step]]
unless = "a"
split = "b"
pattern = "^(?<never>!)"
otherwise = "skip"
[[fact]]
subject = "{whole}"
action = "{b}"
"#;
    let expected = [
        r#"{"subject":"{1-2}","action":"ex"}"#,
        r#"{"subject":"{2-3}","action":"y"}"#,
        r#"- Skipped { value: "b", problem: PatternMismatch, letter: None } (y)"#,
        r#"! 5 -: MissingField { field: "action", part: Fact }"#,
    ];
    assert_eq!(told(run(mapping, "a,b\n1,x\n2,y\n,y\n3,\n")), expected);
}

#[test]
fn a_step_without_a_result_takes_nothing_away_and_what_is_lost_is_told() {
    let mapping = r#"
[[step]]
set = "day"
value = "{born}"
[[step]]
set = "day"
value = "{died}"
[[step]]
split = "where"
pattern = '^(?<place>[a-z]+)(, (?<land>[a-z]+))?$'
[[step]]
split = "where2"
pattern = '^(?<place>[A-Z]+)?(, (?<land>[a-z]+))?$'
otherwise = "keep"
[[step]]
set = "whole"
value = "{day} {land}"
[[fact]]
subject = "{who}"
action = "did"
note = "{whole}"
place = "{place}"
title = "{land} of {day}"
"#;
    let csv = "who,born,died,where,where2\na,1,,p,\nb,1,2,\"p, q\",\"R, s\"\nc,,,,?1\n";
    let expected = [
        r#"{"subject":"a","action":"did","place":"p"}"#,
        r#"- Template { field: "title", missing: "land" } (1)"#,
        r#"- Template { field: "whole", missing: "land" } (1)"#,
        r#"{"subject":"b","action":"did","place":"R","title":"s of 2","note":"2 s"}"#,
        r#"{"subject":"c","action":"did"}"#,
        r#"- Kept { value: "where2", problem: PatternMismatch } (?1)"#,
    ];
    assert_eq!(told(run(mapping, csv)), expected);
}

#[test]
fn what_a_step_keeps_is_not_lost_where_something_else_uses_it() {
    let mapping = r#"
[[step]]
translate = "who"
to = "known"
codes = { x = "ex" }
otherwise = "keep"
[[step]]
date = "day"
order = "year"
otherwise = "keep"
[[step]]
unless = "date"
date = "day"
order = "month year"
otherwise = "keep"
[[fact]]
subject = "{who}"
action = "did"
date = "{date}"
"#;
    let expected = [
        r#"{"subject":"a","action":"did","date":"2001"}"#,
        r#"{"subject":"b","action":"did","date":"2001-05"}"#,
        r#"{"subject":"c","action":"did"}"#,
        r#"- Kept { value: "day", problem: NotADate { orders: ["year"], fits: None } } (soon)"#,
        r#"- Kept { value: "day", problem: NotADate { orders: ["month year"], fits: None } } (soon)"#,
    ];
    assert_eq!(told(run(mapping, "who,day\na,2001\nb,May 2001\nc,soon\n")), expected);
}

const EITHER: &str = "[[step]]\ndate = \"day\"\norder = [\"day month year\", \"month day year\"]\n[[fact]]\nsubject = \"{who}\"\naction = \"did\"\ndate = \"{date}\"\n";

#[test]
fn the_whole_column_decides_which_of_day_and_month_comes_first() {
    let dates = |rows: &str| -> Vec<String> {
        let date = |made: String| match made.split_once("\"date\":\"") {
            Some((_, date)) => date.trim_end_matches("\"}").to_owned(),
            None => made.split_once("problem: ").unwrap().1.split(" {").next().unwrap().to_owned(),
        };
        told(run(EITHER, &format!("who,day\n{rows}"))).into_iter().map(date).collect()
    };
    assert_eq!(dates("a,02/01/2004\nb,31/12/2004\nc,03/03/2004\n"), ["2004-01-02", "2004-12-31", "2004-03-03"]);
    assert_eq!(dates("a,02/01/2004\nb,12/31/2004\n"), ["2004-02-01", "2004-12-31"]);
    assert_eq!(dates("a,02/01/2004\nb,03/03/2004\n"), ["DayOrMonthFirst(DayOrMonthFirst", "2004-03-03"]);
    let both = dates("a,02/01/2004\nb,12/31/2004\nc,31/12/2004\n");
    assert_eq!(both, ["DayOrMonthFirst(DayOrMonthFirst", "2004-12-31", "2004-12-31"]);
    // With one order, what does not fit says which would.
    let one = told(run(&EITHER.replace(", \"month day year\"", ""), "who,day\nb,12/31/2004\n"));
    assert!(one[0].contains("fits: Some(\"month day year\")"), "{one:?}");
    let input = Input::from_reader("f.csv", Cursor::new("who,day\na,02/01/2004\nb,12/31/2004\n")).unwrap();
    let mapping = Arc::new(MappingFile::parse("m.toml", EITHER).unwrap());
    let chunks = RecordChunks::mapped(input, &mapping, MapOptions::new(&schema())).unwrap();
    let [column] = chunks.dates_of_columns().try_into().unwrap();
    assert_eq!((&*column.column, column.order.month_first, column.order.either), ("day", 1, 1));
}

#[test]
fn a_header_in_quotes_is_one_column_whatever_is_in_it() {
    let mapping = "[[fact]]\nsubject = \"{Who, where}\"\naction = \"did\"\n";
    assert_eq!(facts(run(mapping, "\"Who, where\"\nann\n"))[0]["subject"], json!("ann"));
    let quoted = Input::from_reader("f.tsv", Cursor::new("\"Who, where\"\nann\n")).unwrap();
    assert!(guess_mapping(quoted, &schema(), &Entities::default()).unwrap().contains("Who, where"));
    let plain = Input::from_reader("f.tsv", Cursor::new("Who,where\nann,here\n")).unwrap();
    assert!(guess_mapping(plain, &schema(), &Entities::default()).is_err());
}

#[test]
fn a_number_tells_ids_apart_and_is_nowhere_else() {
    let mapping = |rest: &str| {
        format!("[[fact]]\nid = \"{{day}}-{{n:02}}-{{who|id}}\"\nsubject = \"{{who}}\"\naction = \"did\"\n{rest}")
    };
    let numbered = |corroborates| {
        let mut records = run_as(&mapping(""), "f.csv", "who,day\nA,1\n", corroborates);
        match records.swap_remove(0).map(|record| record.content) {
            Ok(RecordContent::Numbered(numbered)) => *numbered,
            other => panic!("{other:?}"),
        }
    };
    let one = numbered(false);
    assert_eq!((one.id_with(1), one.id_with(123)), ("1-01-a".to_owned(), "1-123-a".to_owned()));
    assert_eq!(json!(one.under("x".to_owned())), json!({"id": "x", "subject": "A", "action": "did"}));
    let made = json!(numbered(true).under("x".to_owned()));
    assert_eq!(made, json!({"subject": "A", "action": "did", "sources": [{"record": "x"}]}));
    let (_, _, problem) = mapping_problem(&mapping("note = \"{n}\"\n").replace("who", "s").replace("day", "date"));
    assert_eq!(problem, MappingProblem::NumberOutsideId);
    let own = facts(run(&mapping("note = \"{n}\"\n"), "who,day,n\na,1,7\n")).remove(0);
    assert_eq!((&own["id"], &own["note"]), (&json!("1-07-a"), &json!("7")), "a column goes first");
}

#[test]
fn a_marker_of_missing_values_is_a_problem_until_the_mapping_says_what_it_means() {
    let mapping = "[[step]]\ntranslate = \"kind\"\ncodes = { NA = \"did\" }\notherwise = \"keep\"\n[[fact]]\nsubject = \"{who}\"\naction = \"{kind}\"\nplace = \"{place}\"\nnote = \"{note}\"\n";
    let csv = "who,kind,place,note\nNA,NA,p,-\n";
    let expected = [r#"! 2 -: Value { field: "subject", part: Fact, problem: MissingMarker("NA") }"#];
    assert_eq!(told(run(mapping, csv)), expected, "a code that is translated is clear, and so is running text");
    let literal = told(run(&format!("literal = \"NA\"\n{mapping}"), csv));
    assert_eq!(literal, [r#"{"subject":"NA","action":"did","place":"p","note":"-"}"#]);
    let missing = told(run(&format!("missing = [\"place=p\"]\nliteral = \"NA\"\n{mapping}"), csv));
    let omitted = r#"- Sentinel { value: "place", found: "p", effect: OmitsValue } (p)"#;
    assert_eq!(missing, [omitted, r#"{"subject":"NA","action":"did","note":"-"}"#]);
}

#[test]
fn columns_may_have_short_names_and_parts_of_cells_are_records_too() {
    let mapping = r#"
[columns]
who = "Who? {full name}"
gone = "Never"
[cells]
columns = ["on"]
[cells.parts]
"Who? {full name}" = '\[.*\]'
[[step]]
split = "who"
pattern = '^(?<name>[^\[]*?)\s*(\[.*\])?$'
[[fact]]
subject = "{name}"
action = "{column|id}"
object = "{cell}"
note = "{gone?}"
"#;
    let expected = [
        r#"{"subject":"Ada","action":"who-full-name","object":"[x 1]"}"#,
        r#"{"subject":"Ada","action":"on","object":"y"}"#,
        r#"{"subject":"Bob","action":"on","object":"z"}"#,
    ];
    assert_eq!(told(run(mapping, "Who? {full name},on\nAda [x 1],y\nBob,z\n")), expected);
    let mistaken = mapping.replace("Who? {full", "Who? {fool");
    assert!(
        matches!(&run(&mistaken, "Who? {full name},on\nAda,y\n")[0], Err(ExchangeError::Mapping { line: 3, column: 7, problem, .. })
            if matches!(&**problem, MappingProblem::UnknownValue { similar: Some(near), .. } if near == "Who? {full name}"))
    );
}

#[test]
fn the_id_of_a_record_that_corroborates_belongs_to_its_source() {
    let mapping = "[[fact]]\nid = \"r{row}\"\nsubject = \"{s}\"\naction = \"did\"\n";
    let made = |corroborates| facts(run_as(mapping, "f.csv", "s\na\n", corroborates)).remove(0);
    assert_eq!(made(false), json!({"id": "r1", "subject": "a", "action": "did"}));
    assert_eq!(made(true), json!({"subject": "a", "action": "did", "sources": [{"record": "r1"}]}));
}

/// Where a mapping is wrong, and how.
fn mapping_problem(text: &str) -> (u64, u64, MappingProblem) {
    match run_as(text, "f.csv", "s,date\na,2001\n", false).swap_remove(0) {
        Err(ExchangeError::Mapping { line, column, problem, .. }) => (line, column, *problem),
        other => panic!("{text}: {other:?}"),
    }
}

/// Whether a problem is the one that a text should have.
type IsExpected = fn(&MappingProblem) -> bool;

#[test]
fn every_fault_of_a_mapping_has_its_place() {
    use MappingProblem::{
        EmptyBraces, EmptyStep, InvalidPattern, MissingKey, NoNamedGroup, NoOutput, NotFinite, NumberBeyondBounds,
        NumberTooLarge, SourcesInFact, Toml, UnknownChoice, UnknownFilter, UnknownKey, UnknownValue, UnmatchedBrace,
        UnquotedDate, ValueMadeLater, WrongType,
    };
    let with_fact = |text: &str| format!("{text}\n[[fact]]\nsubject = \"{{s}}\"\naction = \"did\"\n");
    let of_fact = |subject: &str| format!("[[fact]]\nsubject = {subject}\naction = \"x\"");
    let cases: [(String, (u64, u64), IsExpected); 25] = [
        ("x =".to_owned(), (1, 4), |problem| matches!(problem, Toml { .. })),
        ("[[facts]]\nsubject = \"a\"".to_owned(), (1, 3), |problem| {
            matches!(problem, UnknownKey { table: None, similar: Some("fact"), .. })
        }),
        ("about = \"x\"".to_owned(), (1, 1), |problem| matches!(problem, NoOutput)),
        ("[fact]\nsubject = \"a\"".to_owned(), (1, 1), |problem| {
            matches!(problem, WrongType { expected: TomlExpected::Tables, .. })
        }),
        (
            "[[fact]]\nsubejct = \"a\"\naction = \"x\"".to_owned(),
            (1, 1),
            |problem| matches!(problem, MissingKey { key: "subject", similar: Some(near), .. } if near == "subejct"),
        ),
        (of_fact("\"{a\""), (2, 11), |problem| matches!(problem, UnmatchedBrace { key } if key == "subject")),
        (of_fact("\"{}\""), (2, 11), |problem| matches!(problem, EmptyBraces { .. })),
        (
            of_fact("\"{s|big}\""),
            (2, 11),
            |problem| matches!(problem, UnknownFilter { filter, known } if filter == "big" && *known == ["lower", "upper", "id"]),
        ),
        (
            of_fact("\"{t}\""),
            (2, 11),
            |problem| matches!(problem, UnknownValue { similar: None, columns, .. } if *columns == ["s", "date"]),
        ),
        (
            of_fact("\"{dat}\""),
            (2, 11),
            |problem| matches!(problem, UnknownValue { similar: Some(near), .. } if near == "date"),
        ),
        (of_fact("3"), (2, 11), |problem| {
            matches!(problem, WrongType { expected: TomlExpected::Text, found: "integer", .. })
        }),
        (of_fact("\"a\"\nx = 2001-01-01"), (3, 5), |problem| matches!(problem, UnquotedDate { .. })),
        (of_fact("\"a\"\nx = 99999999999999999999"), (3, 5), |problem| matches!(problem, NumberTooLarge { .. })),
        (of_fact("\"a\"\nx = 1e401"), (3, 5), |problem| matches!(problem, NumberBeyondBounds { .. })),
        (of_fact("\"a\"\nx = inf"), (3, 5), |problem| matches!(problem, NotFinite { .. })),
        (of_fact("\"a\"\nsources = []"), (3, 11), |problem| matches!(problem, SourcesInFact)),
        (
            with_fact("[[step]]\nsplt = \"s\""),
            (2, 1),
            |problem| matches!(problem, UnknownKey { table: Some(table), similar: Some("split"), .. } if table == "[[step]]"),
        ),
        (with_fact("[[step]]\nzzz = \"s\""), (1, 1), |problem| matches!(problem, EmptyStep { .. })),
        (
            with_fact("[[step]]\nsplit = \"s\"\npattern = \"(\""),
            (3, 11),
            |problem| matches!(problem, InvalidPattern { pattern, .. } if pattern == "("),
        ),
        (with_fact("[[step]]\nsplit = \"s\"\npattern = \"x\""), (3, 11), |problem| matches!(problem, NoNamedGroup)),
        (
            with_fact("[[step]]\ndate = \"s\"\norder = \"day year\""),
            (3, 9),
            |problem| matches!(problem, UnknownChoice { key, known, .. } if key == "order" && known.len() == 7),
        ),
        (with_fact("[[step]]\ndate = \"s\""), (1, 1), |problem| matches!(problem, MissingKey { key: "order", .. })),
        (
            with_fact("[[step]]\nsentinel = \"s\"\npattern = \"x\"\ndo = \"dorp\""),
            (4, 6),
            |problem| matches!(problem, UnknownChoice { known, .. } if *known == ["drop", "omit", "open"]),
        ),
        (
            with_fact("[[step]]\nset = \"x\"\nvalue = \"{y}\"\n[[step]]\nset = \"y\"\nvalue = \"1\"\n"),
            (3, 9),
            |problem| matches!(problem, ValueMadeLater { name } if name == "y"),
        ),
        ("[[entity]]\nid = \"x\"\nkind = \"k\"".to_owned(), (1, 1), |problem| {
            matches!(problem, MissingKey { key: "name", .. })
        }),
    ];
    for (text, place, is_expected) in cases {
        let (line, column, problem) = mapping_problem(&text);
        assert_eq!((line, column), place, "{text}");
        assert!(is_expected(&problem), "{text}\n{problem:?}");
    }
    let no_cells = run_as(&with_fact("[cells]\ncolumns = [\"x\"]"), "f.csv", "s,date\na,2001\n", false).swap_remove(0);
    let Err(ExchangeError::Header { line: 1, problem, .. }) = no_cells else { panic!("{no_cells:?}") };
    assert_eq!(*problem, HeaderProblem::NoCells { mapping: "map.toml".to_owned() });
}

#[test]
fn a_column_goes_before_what_every_record_has_and_a_row_must_fit_the_header() {
    let mapping = "[[fact]]\nsubject = \"{row}\"\naction = \"{line}\"\n";
    let expected = [r#"{"subject":"x","action":"2"}"#, "! 3 -: CellCount { cells: 2, columns: 1 }"];
    assert_eq!(told(run_as(mapping, "f.csv", "row\nx\ny,z\n", false)), expected);
}

/// A cell without blanks at its ends, as every mapping takes it.
fn cell() -> impl Strategy<Value = String> {
    let is_clear = |text: &String| !MissingMarkers::new().is_unclear(None, FieldKind::Reference, text);
    "[a-z\"éß,;{}`]{0,6}|[a-z] [a-z]".prop_filter("plain text", is_clear)
}

pub(super) fn csv_of(header: &[&str], rows: &[Vec<String>]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header).unwrap();
    for row in rows {
        writer.write_record(row).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_mapping_of_each_column_to_itself_is_a_plain_import(rows in prop::collection::vec((cell(), cell(), cell(), 0..9i32, cell()), 1..8)) {
        let mapping = "[source]\npublisher = \"{source.publisher}\"\n[[fact]]\nsubject = \"{subject}\"\naction = \"{action}\"\nnote = \"{note}\"\nsession = \"{session}\"\n";
        let rows: Vec<Vec<String>> = rows.into_iter().map(|(a, b, c, n, p)| vec![format!("s{a}"), format!("a{b}"), c, n.to_string(), p]).collect();
        let text = csv_of(&["subject", "action", "note", "session", "source.publisher"], &rows);
        let schema = schema();
        let input = Input::from_reader("f.csv", Cursor::new(text.clone().into_bytes())).unwrap();
        let plain = Records::new(input, &ReadOptions::new(&schema)).unwrap();
        prop_assert_eq!(facts(run_as(mapping, "f.csv", &text, false)), facts(plain.collect()));
    }

    #[test]
    fn every_filled_cell_is_in_a_fact_or_is_told(rows in prop::collection::vec(prop::collection::vec("|[0-9]{1,2} (Jan|Feb|Mai) 200[0-9]( [alx])?|9999", 3), 0..12)) {
        let mapping = r#"
[cells]
columns = ["*"]
except = ["who"]
[[step]]
sentinel = "cell"
pattern = "^9999$"
do = "drop"
[[step]]
split = "cell"
pattern = '^(?<day>.* \d{4})( (?<letter>[a-z]))?$'
[[step]]
legend = "column"
letter = "letter"
to = "action"
[[step]]
date = "day"
order = "day month year"
[[fact]]
subject = "{who}"
action = "{action}"
date = "{date}"
[fact.source]
quote = "{cell}"
"#;
        let rows: Vec<Vec<String>> = rows.into_iter().enumerate().map(|(n, mut cells)| { cells.insert(0, format!("w{n}")); cells }).collect();
        let text = csv_of(&["who", "Gift, Loan(l)", "Asked, Answered(a)", "Other(x)"], &rows);
        let made = run_as(mapping, "f.csv", &text, false);
        let filled: Vec<&String> = rows.iter().flat_map(|row| &row[1..]).filter(|cell| !cell.is_empty()).collect();
        let empty = rows.iter().filter(|row| row[1..].iter().all(String::is_empty)).count();
        prop_assert_eq!(made.len(), filled.len() + empty);
        // Each is seen once: by the words of its fact, or by what is said of it.
        let mut seen: Vec<String> = Vec::new();
        for each in told(made) {
            if let Some(line) = each.strip_prefix("! ") {
                prop_assert!(!line.contains(" -: "), "{}", line);
            } else if !each.starts_with("- NoFilledCell") {
                seen.push(each);
            }
        }
        let facts = seen.iter().filter(|line| line.starts_with('{')).count();
        let good = filled.iter().filter(|cell| {
            let parts: Vec<&str> = cell.split(' ').collect();
            let days = parts.len() > 1 && parts[0].parse::<u8>().is_ok_and(|day| day >= 1 && day <= if parts[1] == "Feb" { 29 } else { 31 });
            days && parts[1] != "Mai"
        });
        prop_assert!(facts <= good.count());
        let dropped = filled.iter().filter(|cell| **cell == "9999").count();
        prop_assert_eq!(seen.len() - facts, dropped);
    }

    #[test]
    fn no_text_makes_the_reader_of_mappings_fail_otherwise_than_by_an_error(text in "[\\[\\]a-z=\"'{}|?:0# \n]{0,60}", fact in any::<bool>()) {
        let text = if fact { format!("[[fact]]\nsubject = \"{{s}}\"\n{text}") } else { text };
        if let Err(error) = MappingFile::parse("m.toml", &text) {
            prop_assert!(matches!(&error, ExchangeError::Mapping { name, .. } if &**name == "m.toml"), "{}", error);
        }
    }
}

#[test]
fn names_of_places_are_those_of_their_lines() {
    let places: BTreeSet<(u64, u64)> = [0, 2, 3, 5].iter().map(|at| line_and_column("ab\ncé\n", *at)).collect();
    assert_eq!(places.into_iter().collect::<Vec<_>>(), [(1, 1), (1, 3), (2, 1), (2, 2)]);
}
