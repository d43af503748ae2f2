//! Numbers are exact: what is given is kept, found, added and written without the
//! loss of a digit, or it is refused.

use proptest::prelude::*;
use serde::Deserialize;
use serde_json::json;
use tractat::exchange::OutputFormat;
use tractat::{
    Cell, Error, ErrorKind, Fact, ImportOptions, Number, NumberError, Parameter, QueryOptions, Refusal, Store,
    Vocabulary,
};

use crate::input::{import, import_mapped, rows};

const VOCABULARY: &str = r#"
[world]
name = "log"
[fields.subject]
type = "reference"
kinds = ["person"]
open = true
[fields.object]
type = "reference"
kinds = ["thing"]
open = true
[fields.amount]
type = "number"
[fields.count_of]
type = "integer"
[fields."source.price"]
type = "number"
[fields.size]
type = "number"
[nouns.things]
singular = "thing"
kinds = ["thing"]
role = "object"
[actions.noted]
label = "note"
"#;

fn store() -> Store {
    Store::in_memory(&Vocabulary::from_toml(VOCABULARY).unwrap()).unwrap()
}

fn noted(id: &str, object: &str, amount: &str) -> String {
    format!(r#"{{"id":"{id}","subject":"a","action":"noted","object":"{object}","amount":{amount}}}"#)
}

fn with(amounts: &[&str]) -> Store {
    let store = store();
    let lines =
        amounts.iter().enumerate().map(|(place, amount)| noted(&format!("n{place}"), &format!("b{place}"), amount));
    import(&store, "f.jsonl", lines.collect::<Vec<_>>().join("\n"), ImportOptions::new()).unwrap();
    store
}

/// The cells of an answer as people read them, row by row.
fn told(store: &Store, query: &str) -> Vec<String> {
    let cells = |cells: &[Cell]| cells.iter().map(Cell::label).collect::<Vec<_>>().join(" ");
    store.query(query).unwrap().map(|row| cells(row.unwrap().cells())).collect()
}

/// The rows of a query in CSV.
fn csv(store: &Store, query: &str) -> String {
    let answer = store.query(query).unwrap();
    let names: Vec<String> = answer.columns().iter().map(|column| column.name.to_string()).collect();
    let mut bytes = Vec::new();
    let mut writer = (OutputFormat::named("csv").unwrap().writer)(Box::new(&mut bytes));
    writer.begin(&names.iter().map(String::as_str).collect::<Vec<_>>()).unwrap();
    for row in answer {
        writer.row(&row.unwrap()).unwrap();
    }
    writer.finish().unwrap();
    drop(writer);
    String::from_utf8(bytes).unwrap()
}

/// Every fact as a line of JSON.
fn lines(store: &Store) -> String {
    store.facts().map(|fact| serde_json::to_string(&fact.unwrap()).unwrap() + "\n").collect()
}

/// Numbers as they may be given in JSON and in cells.
const GIVEN: [&str; 9] = [
    "12345678901234567",
    "18446744073709551616",
    "12345678901234567890.125",
    "0.1000000000000000055511151231257827",
    "-0.1",
    "1e350",
    "7",
    "2.50",
    "1234567890123456789012345678901234",
];

#[test]
fn a_number_is_kept_with_all_of_its_digits_and_what_is_shown_can_be_typed() {
    for given in GIVEN {
        let shown = if given == "2.50" { "2.5" } else { given };
        let store = with(&[given]);
        assert_eq!(told(&store, "| show amount"), [shown]);
        assert_eq!(told(&store, &format!("amount={shown} | count")), ["1"]);
        assert_eq!(told(&store, &format!("amount<{shown} | count")), ["0"]);
        assert_eq!(told(&store, &format!("| count by amount | where amount = {shown} | show amount")), [shown]);
        assert_eq!(csv(&store, "| show amount"), format!("amount\n{shown}\n"));
        let options = QueryOptions::new()
            .parameters([("n", Parameter::from(given.parse::<Number>().unwrap()))].into_iter().collect());
        assert_eq!(store.query_with("amount=$n", &options).unwrap().count(), 1);
    }
}

#[test]
fn a_tenth_and_two_tenths_are_three_tenths_however_they_are_written() {
    let store = with(&["0.1", "0.2", "0.10"]);
    assert_eq!(told(&store, "| sum of amount"), ["0.4 3"]);
    assert_eq!(told(&store, "id:n0,n1 | sum median of amount"), ["0.3 0.15 2"]);
    assert_eq!(told(&store, "| count by amount"), ["0.1 2", "0.2 1"]);
    assert_eq!(told(&store, "| distinct amount"), ["0.1", "0.2"]);
    assert_eq!(told(&store, "| let x = amount + 0.2 | where x = 0.3 | show id, x"), ["n0 0.3", "n2 0.3"]);
    assert_eq!(told(&store, "| sum of amount by object | let x = sum - 0.1 | where x = 0 | count"), ["2"]);
    assert_eq!(rows(&store, "id:n0,n1 | sum of amount"), [json!({"sum": 0.3, "n": 2})]);
}

#[test]
fn numbers_that_doubles_confuse_are_in_their_order() {
    let store = with(&["9007199254740993", "9007199254740992.5", "9007199254740992", "1e350", "-1e350", "1e-350", "0"]);
    let sorted = ["-1e350", "0", "1e-350", "9007199254740992", "9007199254740992.5", "9007199254740993", "1e350"];
    assert_eq!(told(&store, "| sort amount | show amount"), sorted);
    assert_eq!(told(&store, "amount:9007199254740992.1..9007199254740992.9 | show amount"), ["9007199254740992.5"]);
    assert_eq!(told(&store, "amount>9007199254740992.5 amount<1e350 | show amount"), ["9007199254740993"]);
    assert_eq!(told(&store, "| min max of amount"), ["-1e350 1e350 7"]);
}

#[test]
fn whole_numbers_are_added_beyond_64_bits() {
    let lines =
        (0..4).map(|place| format!(r#"{{"id":"n{place}","subject":"a","action":"noted","count_of":{}}}"#, i64::MAX));
    let store = store();
    import(&store, "f.jsonl", lines.collect::<Vec<_>>().join("\n"), ImportOptions::new()).unwrap();
    assert_eq!(told(&store, "| sum of count_of"), ["36893488147419103228 4"]);
    assert_eq!(told(&store, "id:n0 | let x = count_of + count_of | show x"), ["18446744073709551614"]);
}

#[test]
fn a_result_of_more_digits_than_are_kept_is_an_error_of_the_query() {
    let store = with(&["1e34", "0.1"]);
    for query in
        ["| sum of amount", "| let x = amount + 0.01 | show x", "| count by amount | let x = amount - 0.01 | show x"]
    {
        let error = match store.query(query) {
            Err(error) => error,
            Ok(answer) => answer.map(|row| row.map(drop)).collect::<Result<Vec<_>, _>>().unwrap_err(),
        };
        assert!(matches!(error, Error::ResultBeyondBounds(NumberError::TooManyDigits)), "{query}: {error:?}");
        assert_eq!(error.kind(), ErrorKind::Limit);
    }
    assert_eq!(told(&store, "| median of amount"), ["5000000000000000000000000000000000 2"], "shown to 34 digits");
    assert_eq!(told(&store, "| let x = amount - amount | show x"), ["0", "0"]);
}

#[test]
fn a_number_beyond_the_bounds_is_refused_with_the_bound() {
    for (given, bound) in [
        ("12345678901234567890123456789012345", NumberError::TooManyDigits),
        ("1e401", NumberError::OutOfRange),
        ("-1e-401", NumberError::OutOfRange),
        ("1e999999999999", NumberError::OutOfRange),
    ] {
        let fact: Fact = serde_json::from_str(&noted("n", "b", given)).unwrap();
        let error = store().transact(None, |transaction| transaction.assert(fact)).map(drop).unwrap_err();
        let Error::Refused(refusal) = &error else { panic!("{error:?}") };
        let is_told = matches!(&**refusal, Refusal::NumberBeyondBounds { number, error, .. } if number == given && *error == bound);
        assert!(is_told, "{refusal:?}");
        let cell = format!("subject,action,amount\na,noted,{given}\n");
        assert!(import(&store(), "f.csv", cell, ImportOptions::new()).is_err(), "{given}");
    }
    for other in ["\"5\"", "\"x\"", "true", "{}"] {
        let fact: Fact = serde_json::from_str(&noted("n", "b", other)).unwrap();
        let error = store().transact(None, |transaction| transaction.assert(fact)).map(drop).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WrongType, "{other}");
    }
}

#[test]
fn numbers_of_entities_sources_and_mappings_keep_their_digits_too() {
    let given = "12345678901234567890.125";
    let store = store();
    let entity = format!(r#"{{"entity":"x","kind":"thing","name":"X","size":{given}}}"#);
    let source = format!(
        r#"{{"id":"n","subject":"a","action":"noted","object":"x","amount":1,"sources":[{{"publisher":"P","price":{given},"says":{{"amount":{given}}}}}]}}"#
    );
    import(&store, "f.jsonl", [entity, source].join("\n"), ImportOptions::new()).unwrap();
    assert_eq!(told(&store, &format!("things size={given} | show size")), [given]);
    assert_eq!(told(&store, &format!("source.price={given} | show source.price")), [given]);
    assert_eq!(told(&store, "disputed:amount | count"), ["0"], "one source is no dispute");
    let says = store.get("n").unwrap().unwrap().sources[0].says["amount"].clone();
    assert_eq!(says, json!(given));

    let mapping = format!("[[fact]]\nid = \"m\"\nsubject = \"{{Who}}\"\naction = \"noted\"\namount = {given}\n");
    import_mapped(&store, &mapping, "Who\nann\n", ImportOptions::new()).unwrap();
    assert_eq!(told(&store, "id:m | show amount"), [given]);
}

#[test]
fn a_program_reads_numbers_exactly_or_as_doubles() {
    #[derive(Deserialize)]
    struct Exact {
        amount: Number,
    }
    #[derive(Deserialize)]
    struct Double {
        amount: f64,
    }
    for given in GIVEN {
        let answer = with(&[given]);
        let row = answer.query("| show amount").unwrap().next().unwrap().unwrap();
        let exact: Exact = row.read().unwrap();
        assert_eq!(exact.amount, given.parse().unwrap());
        assert_eq!(row.cells()[0].as_number(), Some(exact.amount.clone()));
        let bits = |number: f64| number.to_bits();
        assert_eq!(bits(exact.amount.to_f64()), bits(given.parse::<f64>().unwrap_or(f64::INFINITY)));
        let double: Result<Double, Error> = row.read();
        assert!(double.is_err() || bits(double.unwrap().amount) == bits(exact.amount.to_f64()), "never another number");
    }
}

fn any_number() -> impl Strategy<Value = String> {
    prop_oneof![
        "-?[1-9][0-9]{0,33}",
        "-?[0-9]\\.[0-9]{0,31}[1-9]",
        "-?[1-9]\\.[0-9]{1,20}e-?[1-9][0-9]",
        "-?[1-9]{1,15}\\.[0-9]{0,2}[1-9]",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn an_export_that_is_imported_has_the_same_digits(given in proptest::collection::vec(any_number(), 1..6)) {
        let given: Vec<&str> = given.iter().map(String::as_str).collect();
        let first = with(&given);
        let numbers = |store: &Store| -> Vec<String> { told(store, "| sort id | show id, amount") };
        let exact = |row: &String| row.split_once(' ').unwrap().1.parse::<Number>().unwrap();
        let expected: Vec<Number> = given.iter().map(|given| given.parse().unwrap()).collect();
        prop_assert_eq!(numbers(&first).iter().map(exact).collect::<Vec<_>>(), expected);
        for (name, text) in [("f.jsonl", lines(&first)), ("f.csv", csv(&first, "| show id, subject, action, object, amount"))] {
            let second = store();
            import(&second, name, text, ImportOptions::new()).unwrap();
            prop_assert_eq!(numbers(&second), numbers(&first));
        }
        let again = import(&first, "f.jsonl", lines(&first), ImportOptions::new()).unwrap();
        prop_assert_eq!(again.outcome.unchanged, given.len() as u64);
    }

    #[test]
    fn facts_have_one_sum_in_whatever_order_they_came(given in proptest::collection::vec("-?[1-9][0-9]{0,11}\\.[0-9]{1,12}", 1..8)) {
        let sum = |given: &[&str]| rows(&with(given), "| sum of amount");
        let mut given: Vec<&str> = given.iter().map(String::as_str).collect();
        let one = sum(&given);
        given.reverse();
        prop_assert_eq!(one, sum(&given));
    }
}
