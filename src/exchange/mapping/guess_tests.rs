//! What is guessed of unknown files, and the law that a guess fits its file.

use std::collections::BTreeSet;
use std::io::Cursor;
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::Value;

use super::guess_mapping;
use super::tests::{csv_of, facts, run_as, told};
use crate::exchange::Input;
use crate::model::{Schema, Vocabulary};

/// A world in which `Ada` may act and `Argo` be acted on.
fn world() -> (Schema, crate::model::Entities) {
    let vocabulary = r#"
[world]
name = "harbour"
[fields.subject]
type = "reference"
kinds = ["person"]
[fields.object]
type = "reference"
kinds = ["ship"]
[fields.effective]
type = "date"
[actions.sailed]
label = "departure"
forms = ["departure"]
[actions.landed]
label = "landing"
forms = ["arrival"]
"#;
    let entity = |text: &str| Arc::new(serde_json::from_str(text).unwrap());
    let entities = [
        r#"{"entity":"ada","kind":"person","name":"Ada"}"#,
        r#"{"entity":"bob","kind":"person","name":"Bob"}"#,
        r#"{"entity":"argo","kind":"ship","name":"Argo","aliases":["7.b"]}"#,
    ];
    let schema = Schema::new(Vocabulary::from_toml(vocabulary).unwrap(), &[]).unwrap();
    (schema, crate::model::Entities::new(entities.map(entity)))
}

fn guessed(name: &str, csv: &str) -> String {
    let (schema, entities) = world();
    let input = Input::from_reader(name, Cursor::new(csv.to_owned().into_bytes())).unwrap();
    guess_mapping(input, &schema, &entities).unwrap()
}

#[test]
fn a_guess_imports_its_file_as_far_as_can_be_told() {
    let rows = "ship,who,act,when,kind,no\nArgo,Ada,departure,12/31/2001,x,1\nArgo,Bob,arrival,01/02/2002,x,2\nArgo,Bob,arrival,01/02/9999,,3\n";
    let mapping = guessed("f.csv", rows);
    let expected = [
        r#"{"id":"f-1","subject":"Ada","action":"sailed","object":"Argo","date":"2001-12-31","sources":[{"publisher":"f"}]}"#,
        r#"{"id":"f-2","subject":"Bob","action":"landed","object":"Argo","date":"2002-01-02","sources":[{"publisher":"f"}]}"#,
        r#"- Sentinel { value: "when", found: "9999", effect: OmitsValue } (01/02/9999)"#,
        r#"{"id":"f-3","subject":"Bob","action":"landed","object":"Argo","sources":[{"publisher":"f"}]}"#,
    ];
    assert_eq!(told(run_as(&mapping, "f.csv", rows, false)), expected, "{mapping}");
}

#[test]
fn a_guess_takes_several_dates_of_a_row_as_acts_by_header_and_letter() {
    let rows = "who,\"Departure, Arrival(a)\",Departure again\nAda,12 Jun 2001,\nBob,3 Sept 1999 a,4 May 2000\n";
    let mapping = guessed("7.b.csv", rows);
    let facts = facts(run_as(&mapping, "7.b.csv", rows, false));
    let acts: Vec<String> = facts
        .iter()
        .map(|fact| [&fact["subject"], &fact["action"], &fact["date"]].map(|v| v.as_str().unwrap()).join(" "))
        .collect();
    assert_eq!(acts, ["Ada sailed 2001-06-12", "Bob landed 1999-09-03", "Bob sailed 2000-05-04"], "{mapping}");
    assert!(facts.iter().all(|fact| fact["object"] == "7.b"));
}

#[test]
fn a_guess_does_not_choose_between_two_readings_of_a_date() {
    let rows = "who,when\nAda,01/02/2001\nBob,03/04/2002\n";
    let mapping = guessed("f.csv", rows);
    assert!(run_as(&mapping, "f.csv", rows, false).iter().all(Result::is_err), "{mapping}");
    let more = format!("{rows}Ada,12/31/2003\n");
    let dates: Vec<Value> =
        facts(run_as(&mapping, "f.csv", &more, false)).iter().map(|fact| fact["date"].clone()).collect();
    assert_eq!(dates, ["2001-01-02", "2002-03-04", "2003-12-31"], "the whole file tells");
    let told = guessed("f.csv", &rows.replace("03/04", "13/04"));
    assert!(told.contains("# Day and month of 1 of the dates could be either way round; `13/04/2002` tells"), "{told}");
    assert!(told.contains("order = \"day month year\"\n"), "{told}");
}

#[test]
fn an_odd_cell_makes_no_text_of_a_column_of_dates() {
    let rows = "who,when\nAda,2001-05-06\nBob,soon\nBob,12 May 2003\n";
    let mapping = guessed("f.csv", rows);
    let made = run_as(&mapping, "f.csv", rows, false);
    assert!(made[1].is_err(), "{mapping}");
    let dates: Vec<Value> =
        facts(made.into_iter().flatten().map(Ok).collect()).iter().map(|fact| fact["date"].clone()).collect();
    assert_eq!(dates, ["2001-05-06", "2003-05-12"], "{mapping}");
    // The day numbers of spreadsheets are not years.
    let numbers = guessed("f.csv", "who,when\nAda,38119\nBob,38120\n");
    assert!(numbers.contains("# date = \"\""), "{numbers}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn every_guess_is_a_mapping_that_fits_its_file(
        header in prop::collection::btree_set("[a-z\"{}|?:,.() ]{1,5}|who|date|kind|row|effective|note|Arrival\\(a\\)", 1..6),
        rows in prop::collection::vec(prop::collection::vec("|Ada|Argo|arrival|[0-9]{4}|[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}( a)?|1[0-9] Jun 20[0-9]{2}|[a-z\"{}]{0,4}", 6), 0..6),
    ) {
        let header: BTreeSet<String> = header.iter().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect();
        prop_assume!(!header.is_empty() && !rows.is_empty());
        let header: Vec<&str> = header.iter().map(String::as_str).collect();
        let rows: Vec<Vec<String>> = rows.into_iter().map(|row| row[..header.len()].to_vec()).collect();
        let text = csv_of(&header, &rows);
        let mapping = guessed("f.csv", &text);
        for error in run_as(&mapping, "f.csv", &text, false).into_iter().filter_map(Result::err) {
            prop_assert!(error.record().is_some(), "{}\n{}", error, mapping);
        }
    }
}
