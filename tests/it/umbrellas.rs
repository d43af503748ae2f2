//! Records that know the action by an umbrella alone: of which act each is, whatever
//! the umbrellas are called and however many records there are.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tractat::{Store, Vocabulary};

use crate::corroborate::{act, facts, import, told};

/// A world with two umbrellas over the same actions, which are called so.
fn store(umbrellas: [&str; 2]) -> Store {
    let [one, other] = umbrellas;
    let words = format!(
        r#"
[world]
name = "umbrellas"
[fields.subject]
type = "reference"
kinds = ["ship"]
open = true
[nouns.ships]
singular = "ship"
kinds = ["ship"]
role = "subject"
[actions.landed]
label = "landing"
[actions.launched]
label = "launch"
once = true
[umbrellas]
{one} = {{ covers = ["landed", "launched"] }}
{other} = {{ covers = ["landed", "launched"] }}
"#
    );
    Store::in_memory(&Vocabulary::from_toml(&words).unwrap()).unwrap()
}

/// What is told of some records, `one` and `other` being the umbrellas, in a world where
/// these come in one order of the alphabet and in one where they come in the other.
fn told_of(records: &[(&str, &str, &str)]) -> Vec<String> {
    let told_in = |umbrellas: [&str; 2]| {
        let store = store(umbrellas);
        let named = |action: &str| match action {
            "one" => umbrellas[0].to_owned(),
            "other" => umbrellas[1].to_owned(),
            known => known.to_owned(),
        };
        let all: Vec<Value> =
            records.iter().map(|(action, date, publisher)| act(&named(action), "", date, publisher)).collect();
        import(&store, &all);
        let tell = |(fact, told): (tractat::Fact, String)| {
            let [one, other] = umbrellas;
            format!("{} {told}", fact.action).replace(one, "one").replace(other, "other")
        };
        let mut told: Vec<String> = facts(&store).into_iter().zip(told(&store)).map(tell).collect();
        told.sort_unstable();
        told
    };
    let told = told_in(["aaa", "zzz"]);
    assert_eq!(told, told_in(["zzz", "aaa"]), "{records:?}");
    told
}

#[test]
fn a_record_joins_the_act_whose_dates_it_all_fits_and_not_one_of_another_day() {
    assert_eq!(
        told_of(&[("landed", "2004-05-12", "A"), ("landed", "2004", "B"), ("one", "2004-06-01", "C")]),
        [r#"landed 2004-05-12: A, B {"date":"2004"}"#, "one 2004-06-01: C"],
        "the landing was in May"
    );
    assert_eq!(
        told_of(&[("landed", "2004-05-12", "A"), ("landed", "2004", "B"), ("one", "2004-05", "C")]),
        [r#"landed 2004-05-12: A, B {"date":"2004"}, C {"action":"one","date":"2004-05"}"#]
    );
    assert_eq!(
        told_of(&[
            ("launched", "2004-05-12", "A"),
            ("launched", "2006", "B"),
            ("landed", "2006-03", "A"),
            ("one", "2006-03-05", "C")
        ]),
        [
            r#"landed 2006-03-05: A {"date":"2006-03"}, C {"action":"one"}"#,
            r#"launched 2004-05-12: A, B {"date":"2006"}"#
        ],
        "of dates that exclude each other the most precise is that of the act"
    );
}

#[test]
fn which_umbrella_comes_first_in_the_alphabet_decides_nothing() {
    assert_eq!(
        told_of(&[("launched", "2004-05-12", "A"), ("one", "2004-05-20", "B"), ("other", "2004-05-13", "B")]),
        [r#"launched 2004-05-12: A, B {"action":"other","date":"2004-05-13"}"#, "one 2004-05-20: B"],
        "the nearest is joined"
    );
    assert_eq!(
        told_of(&[("launched", "2004-05-12", "A"), ("one", "2004-05-11", "B"), ("other", "2004-05-13", "B")]),
        [r#"launched 2004-05-11: A {"date":"2004-05-12"}, B {"action":"one"}"#, "other 2004-05-13: B"],
        "then the earliest"
    );
    assert_eq!(
        told_of(&[("launched", "2004-05-12", "A"), ("one", "2004-05-12", "B"), ("other", "2004-05", "A")]),
        [r#"launched 2004-05-12: A, B {"action":"one"}"#, "other 2004-05: A"],
        "A knows what it says, and only those who know the action are asked"
    );
}

#[test]
fn many_records_of_one_act_take_no_longer_than_comparing_each_with_each() {
    let store = store(["aaa", "zzz"]);
    let mut records = vec![act("landed", "", "2004-05-12", "A")];
    records.extend((0..3_000).map(|number| act("aaa", "", "2004-05-12", &format!("P{number}"))));
    let started = Instant::now();
    import(&store, &records);
    assert_eq!(facts(&store).len(), 1);
    assert_eq!(json!(facts(&store)[0])["sources"].as_array().unwrap().len(), 3_001);
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
}
