//! Several sources of one act: what is joined, what stays apart, and whose reading
//! a fact keeps.

use serde_json::{Value, json};
use tractat::{Event, Fact, ImportOptions, ImportReport, Outcome, RejectedRecord, Store, Vocabulary};

use crate::input;

const VOCABULARY: &str = r#"
[world]
name = "corroborate"
[fields.subject]
type = "reference"
kinds = ["ship"]
open = true
[fields]
cargo = { type = "integer" }
due = { type = "date" }
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
moved = { covers = ["landed", "launched"] }
[status.afloat]
open = [{ by = "launched", at = "date" }]
[status.seen]
open = [{ by = "moved", at = "date" }]
"#;

fn store() -> Store {
    Store::in_memory(&Vocabulary::from_toml(VOCABULARY).unwrap()).unwrap()
}

pub fn import_text(store: &Store, text: String, options: ImportOptions<'_>) -> ImportReport {
    input::import(store, "records.jsonl", text, options.keep_undeclared(true)).unwrap()
}

pub fn import_with(store: &Store, records: &[Value], options: ImportOptions<'_>) -> ImportReport {
    let options = options.corroborate(true);
    import_text(store, records.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"), options)
}

pub fn import(store: &Store, records: &[Value]) -> ImportReport {
    import_with(store, records, ImportOptions::default())
}

pub fn facts(store: &Store) -> Vec<Fact> {
    store.query("").unwrap().map(|row| row.unwrap().fact().unwrap().unwrap().as_ref().clone()).collect()
}

/// A record of a landing; without a date or an id where that is empty.
pub fn act(action: &str, id: &str, date: &str, publisher: &str) -> Value {
    let mut record =
        json!({"subject": "argo", "action": action, "object": "lemnos", "sources": [{"publisher": publisher}]});
    for (key, value) in [("id", id), ("date", date)] {
        if !value.is_empty() {
            record[key] = value.into();
        }
    }
    record
}

fn landed(id: &str, date: &str, publisher: &str) -> Value {
    act("landed", id, date, publisher)
}

fn launched(id: &str, date: &str, publisher: &str) -> Value {
    act("launched", id, date, publisher)
}

/// An outcome in which nothing else was done.
fn outcome_of(done: impl FnOnce(&mut Outcome)) -> Outcome {
    let mut outcome = Outcome::default();
    done(&mut outcome);
    outcome
}

/// A record with more in it.
fn with(mut record: Value, more: Value) -> Value {
    let Value::Object(more) = more else { panic!("fields are an object") };
    record.as_object_mut().unwrap().extend(more);
    record
}

/// Each fact by its id: the date, and each publisher with what it says otherwise.
pub fn told(store: &Store) -> Vec<String> {
    let source = |source: &tractat::Source| {
        let says = if source.says.is_empty() { String::new() } else { format!(" {}", json!(source.says)) };
        format!("{}{says}", source.publisher.as_deref().unwrap_or("nobody"))
    };
    let tell = |fact: &Fact| {
        let date = fact.date.as_ref().map_or("undated", |date| date.written());
        format!("{date}: {}", fact.sources.iter().map(source).collect::<Vec<_>>().join(", "))
    };
    facts(store).iter().map(tell).collect()
}

#[test]
fn the_date_of_a_fact_is_the_one_that_most_publishers_agree_with() {
    let told_of = |records: &[Value]| {
        let store = store();
        import(&store, records);
        told(&store).join("; ")
    };
    let says = |date: &str| format!(r#"{{"date":"{date}"}}"#);
    assert_eq!(
        told_of(&[launched("", "2005-03-01", "A"), launched("", "2006-01-01", "B"), launched("", "2006-01", "C")]),
        format!("2006-01-01: A {}, B, C {}", says("2005-03-01"), says("2006-01")),
        "two against one, and the more precise of the two"
    );
    assert_eq!(
        told_of(&[
            launched("", "2005-03-01", "A"),
            with(launched("", "2005-03-01", "A"), json!({"sources": [{"publisher": "A", "page": 2}]})),
            launched("", "2006-01-01", "B"),
            launched("", "2006-01-01", "C"),
        ]),
        format!("2006-01-01: A {0}, A {0}, B, C", says("2005-03-01")),
        "a publisher counts once"
    );
    assert_eq!(
        told_of(&[launched("", "2006-01-01", "B"), launched("", "2005-03-01", "A")]),
        format!("2005-03-01: A, B {}", says("2006-01-01")),
        "of two as good the earlier"
    );
    assert_eq!(
        told_of(&[launched("", "2004", "A"), launched("", "2005", "B")]),
        format!("2004: A, B {}", says("2005"))
    );
    assert_eq!(
        told_of(&[landed("", "2005-03-01?", "A"), landed("", "2005-03-01", "B")]),
        format!("2005-03-01: A {}, B", says("2005-03-01?")),
        "one without a doubt"
    );
    assert_eq!(
        told_of(&[launched("", "2005", "A"), launched("", "2005-03-01", "B"), launched("", "2005-12-27", "C")]),
        format!("2005: A, B {}, C {}", says("2005-03-01"), says("2005-12-27")),
        "both days are in the year, and neither publisher has the other on its side"
    );
}

#[test]
fn a_record_that_comes_later_takes_apart_what_is_no_longer_certain() {
    let store = store();
    import(&store, &[landed("a", "2004", "A"), landed("b", "2004-05-12", "B")]);
    assert_eq!(told(&store), [r#"2004-05-12: A {"date":"2004"}, B"#]);
    let report = import(&store, &[landed("c", "2004-06-01", "C")]);
    assert_eq!(told(&store), ["2004: A", "2004-05-12: B", "2004-06-01: C"]);
    assert_eq!((report.outcome.new, report.outcome.versions, report.outcome.retracted), (2, 1, 0));
    let ids: Vec<String> = facts(&store).into_iter().map(|fact| fact.id.unwrap()).collect();
    assert_eq!(ids[1..], ["a", "c"], "the id stays with the reading that the fact had");
}

#[test]
fn two_records_of_one_publisher_are_one_act_only_with_the_same_bounds() {
    let store = store();
    import(&store, &[landed("a", "2004", "A"), landed("b", "2004-05-12", "A")]);
    assert_eq!(told(&store), ["2004: A", "2004-05-12: A"]);
    let page = |page: u64| json!({"sources": [{"publisher": "A", "page": page}]});
    let report =
        import(&store, &[with(landed("c", "2004-05-12", ""), page(7)), with(landed("d", "2004-05-12", ""), page(8))]);
    assert_eq!(told(&store), ["2004: A", "2004-05-12: A, A, A"]);
    assert_eq!(report.outcome.corroborated, 2);
    assert_eq!(store.query("sources>=2").unwrap().count(), 0, "one publisher is one");
}

#[test]
fn of_what_is_done_once_a_publisher_with_two_days_tells_of_two_acts() {
    let told_of = |records: &[(&str, &str)]| {
        let store = store();
        let records: Vec<Value> = records.iter().map(|(date, publisher)| launched("", date, publisher)).collect();
        let outcome = import(&store, &records).outcome;
        let (mut told, disputed) = (told(&store), store.query("disputed:date").unwrap().count());
        assert_eq!(outcome.disputed, disputed as u64);
        told.sort_unstable();
        (told, disputed)
    };
    let (told, disputed) = told_of(&[("1982-12-10", "A"), ("1994-11-15", "A"), ("1994-11-15", "B")]);
    assert_eq!((told, disputed), (vec!["1982-12-10: A".to_owned(), "1994-11-15: A, B".to_owned()], 0));
    let (told, disputed) = told_of(&[("1982-12-10", "A"), ("1994-11-15", "A"), ("1995-01-01", "B")]);
    assert_eq!(told, ["1982-12-10: A", r#"1994-11-15: A, B {"date":"1995-01-01"}"#], "B is of the nearest, told");
    assert_eq!(disputed, 1);
    let (told, disputed) = told_of(&[("1982", "A"), ("1994-11-15", "A"), ("1982-12-10", "B"), ("1994", "B")]);
    assert_eq!(told, [r#"1982-12-10: A {"date":"1982"}, B"#, r#"1994-11-15: A, B {"date":"1994"}"#]);
    assert_eq!(disputed, 0);
    assert_eq!(told_of(&[("2004", "A"), ("2004-05-12", "A")]).0.len(), 1, "they do not exclude each other");
}

#[test]
fn what_an_earlier_import_had_joined_is_two_acts_when_a_publisher_tells_of_two() {
    let store = store();
    import(&store, &[launched("", "1982-12-10", "A"), launched("", "1994-11-15", "B")]);
    assert_eq!(told(&store), [r#"1982-12-10: A, B {"date":"1994-11-15"}"#]);
    import(&store, &[launched("", "1994-11-15", "A")]);
    assert_eq!(told(&store), ["1982-12-10: A", "1994-11-15: A, B"]);
}

#[test]
fn a_record_that_knows_an_umbrella_alone_joins_the_one_act_that_can_be_its_own() {
    let told_of = |records: &[(&str, &str, &str)]| {
        let all: Vec<Value> =
            records.iter().map(|(action, date, publisher)| act(action, "", date, publisher)).collect();
        let (store, reversed) = (store(), store());
        import(&store, &all);
        for record in all.iter().rev() {
            import(&reversed, std::slice::from_ref(record));
        }
        let tell = |store: &Store| {
            let mut told: Vec<String> =
                facts(store).iter().zip(told(store)).map(|(fact, told)| format!("{} {told}", fact.action)).collect();
            told.sort_unstable();
            told
        };
        assert_eq!(tell(&store), tell(&reversed), "{records:?}");
        (tell(&store), store.query("disputed:action").unwrap().count())
    };
    let moved = r#"{"action":"moved"}"#;
    assert_eq!(
        told_of(&[("landed", "2004-05-12", "A"), ("moved", "2004-05", "B")]),
        (vec![r#"landed 2004-05-12: A, B {"action":"moved","date":"2004-05"}"#.to_owned()], 0),
        "and it disputes nothing"
    );
    assert_eq!(
        told_of(&[("landed", "2004-05-12", "A"), ("launched", "2004-05-12", "A"), ("moved", "2004-05-12", "B")]).0,
        ["landed 2004-05-12: A", "launched 2004-05-12: A", "moved 2004-05-12: B"],
        "it may be either"
    );
    assert_eq!(
        told_of(&[("launched", "2004-05-12", "A"), ("moved", "2005-01-01", "B")]).0,
        [r#"launched 2004-05-12: A, B {"action":"moved","date":"2005-01-01"}"#],
        "there is one act, and it is done once"
    );
    assert_eq!(
        told_of(&[("landed", "2004-05-12", "A"), ("moved", "2005-01-01", "B")]).0,
        ["landed 2004-05-12: A", "moved 2005-01-01: B"],
        "there may be another landing"
    );
    assert_eq!(
        told_of(&[("landed", "2004-05-12", "A"), ("moved", "2004-05-12", "A")]).0,
        ["landed 2004-05-12: A", "moved 2004-05-12: A"],
        "a publisher knows what it says"
    );
    assert_eq!(
        told_of(&[("moved", "2004-05-12", "A"), ("moved", "2004-05", "B")]).0,
        [r#"moved 2004-05-12: A, B {"date":"2004-05"}"#]
    );
    assert_eq!(
        told_of(&[("landed", "2004", "A"), ("moved", "2004", "B"), ("moved", "2004", "C")]).0,
        [format!("landed 2004: A, B {moved}, C {moved}")]
    );
    assert_eq!(
        told_of(&[("launched", "2004", "A"), ("moved", "2004-01-01", "B"), ("moved", "2004-02-01", "B")]).0.len(),
        2,
        "B tells of two acts"
    );
}

#[test]
fn an_act_known_by_an_umbrella_is_definitely_that_and_possibly_each_action_that_it_covers() {
    let store = store();
    import(&store, &[act("moved", "", "2004-05-12", "B"), landed("", "2004-06-01", "A")]);
    let count = |query: &str| {
        let answer = store.query(query).unwrap();
        let possible = answer.possible();
        (answer.count(), possible)
    };
    assert_eq!(count("moved"), (2, 0));
    assert_eq!(count("landed"), (1, 1));
    assert_eq!(count("launched"), (0, 1));
    assert_eq!(count("-landed"), (0, 1));
    assert_eq!(count("maybe launched"), (1, 0));
    let ships = |query: &str| store.query(&format!("periods {query}")).unwrap().count();
    assert_eq!((ships("seen:*"), ships("afloat:*"), ships("maybe afloat:*")), (1, 0, 1));
}

#[test]
fn a_retracted_act_stays_so_for_those_who_know_it_by_an_umbrella() {
    let store = store();
    let records = [landed("", "2004-05-12", "A"), act("moved", "", "2004-05-12", "B")];
    import(&store, &records);
    let id = facts(&store)[0].id.clone().unwrap();
    store.transact(None, |transaction| transaction.retract(&id, "a misprint")).unwrap();
    assert_eq!(import(&store, &records).outcome.stay_retracted, 2);
    assert_eq!(facts(&store).len(), 0);
}

#[test]
fn what_the_store_has_is_unchanged_when_it_is_imported_again() {
    let store = store();
    let undated = json!({"id": "kept", "subject": "argo", "action": "landed", "object": "lemnos",
                         "sources": [{"publisher": "A", "quote": "it landed"}, {"publisher": "A", "quote": "it was there"}]});
    let report = store.transact(None, |transaction| transaction.assert(serde_json::from_value(undated).unwrap()));
    assert!(report.is_ok());
    import(&store, &[landed("x", "2004-05-12", "A"), act("moved", "y", "2004-05-12", "B"), act("moved", "", "", "C")]);
    let exported = facts(&store);
    let records: Vec<Value> = exported.iter().map(|fact| serde_json::to_value(fact).unwrap()).collect();
    let report = import(&store, &records);
    assert_eq!((report.outcome.new, report.outcome.unchanged), (0, records.len() as u64), "{:?}", facts(&store));
    assert_eq!(facts(&store), exported);
}

#[test]
fn stretches_join_what_could_be_the_same_stretch_or_its_one_day() {
    let facts_of = |dates: &[(&str, &str)]| {
        let store = store();
        import(&store, &dates.iter().map(|(date, publisher)| landed("", date, publisher)).collect::<Vec<_>>());
        told(&store).len()
    };
    assert_eq!(facts_of(&[("2014/..", "A"), ("2014-03/..", "B")]), 1);
    assert_eq!(facts_of(&[("2014/..", "A"), ("2014/2015", "B")]), 2, "one goes on");
    assert_eq!(facts_of(&[("2014/..", "A"), ("2020-05-06", "B")]), 2, "a day within is another act");
    assert_eq!(facts_of(&[("2014/2014", "A"), ("2014-05-06", "B")]), 1);
    let (early, late, year) = (("2004-05/2004", "A"), ("2004/2004-06", "B"), ("2004", "C"));
    assert_eq!([facts_of(&[early, late]), facts_of(&[early, year]), facts_of(&[late, year])], [1, 1, 1]);
    assert_eq!(facts_of(&[early, late, year]), 3, "any two could be one act, but not all three");
}

#[test]
fn a_record_that_comes_twice_is_one_source() {
    let store = store();
    let record = landed("", "2004", "A");
    let outcome = import(&store, &[record.clone(), landed("", "2004-05", "B"), record.clone(), record]).outcome;
    assert_eq!((outcome.new, outcome.corroborated, outcome.unchanged), (1, 1, 2));
    assert_eq!(told(&store), [r#"2004-05: A {"date":"2004"}, B"#]);
}

#[test]
fn facts_that_turn_out_to_be_one_act_become_one_and_say_which() {
    let store = store();
    // As they come without being joined.
    let apart = [landed("b", "2004-05", "B"), landed("a", "2004", "A")];
    import_text(&store, apart.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"), ImportOptions::default());
    assert_eq!(facts(&store).len(), 2);
    let report = import(&store, &[landed("", "2004-05-12", "C")]);
    assert_eq!(told(&store), [r#"2004-05-12: A {"date":"2004"}, B {"date":"2004-05"}, C"#]);
    assert_eq!((report.outcome.new, report.outcome.corroborated, report.outcome.retracted), (0, 1, 1));
    assert_eq!(facts(&store)[0].id.as_deref(), Some("a"));
    let history = store.history("b").unwrap();
    assert!(matches!(history.last().unwrap().event, Event::Retracted(_)), "b is there");
    let all = [&apart[..], &[landed("", "2004-05-12", "C")]].concat();
    assert_eq!(import(&store, &all).outcome, outcome_of(|outcome| outcome.unchanged = 3));
}

#[test]
fn what_somebody_decided_of_a_fact_stays_whatever_is_joined_to_it() {
    let (store, other) = (store(), store());
    // No source gives this day, and two records of one publisher are held to be of one act.
    let curated = json!({"id": "a", "subject": "argo", "action": "landed", "object": "lemnos", "date": "2004-05-12",
        "note": "by the log", "sources": [{"publisher": "B", "says": {"date": "2004-05"}}, {"publisher": "A", "says": {"date": "2004"}},
        {"publisher": "A", "page": 2, "says": {"date": "2004-05"}}]});
    for store in [&store, &other] {
        store.transact(None, |transaction| transaction.assert(serde_json::from_value(curated.clone())?)).unwrap();
    }
    let before = facts(&store);
    let report = import(&other, &[landed("", "2004-05-12", "B")]);
    assert_eq!((report.outcome.new, report.outcome.corroborated), (1, 0), "B would date one act twice");
    assert_eq!(other.get("a").unwrap().as_ref(), before.first());
    import(&store, &[with(landed("", "2004-05", ""), json!({"note": "by the log", "sources": [{"publisher": "B"}]}))]);
    assert_eq!(facts(&store), before, "its record comes again, and it is as it was written");
    let report = import(&store, &[landed("", "2004-05-12", "C"), landed("", "2004-06-02", "D")]);
    assert_eq!((report.outcome.corroborated, report.outcome.new), (1, 1));
    let fact = store.get("a").unwrap().unwrap();
    assert_eq!((fact.date.unwrap().written(), fact.note.as_deref()), ("2004-05-12", Some("by the log")));
    assert_eq!(fact.sources.len(), 4);
}

#[test]
fn fields_are_united_and_where_they_differ_each_source_keeps_its_own() {
    let store = store();
    let records = [
        with(launched("", "2004", "A"), json!({"cargo": 1, "due": "2006", "tags": ["y"], "title": "One"})),
        with(launched("", "2004-05-12", "B"), json!({"cargo": 2, "due": "2006-02", "tags": ["x"]})),
        with(launched("", "2004", "C"), json!({"cargo": 1, "place": "pier"})),
    ];
    import(&store, &records);
    let fact = &facts(&store)[0];
    assert_eq!(fact.date.as_ref().unwrap().written(), "2004-05-12");
    assert_eq!(
        json!(fact.fields),
        json!({"cargo": 2, "due": "2006-02", "place": "pier"}),
        "what B gives with the date"
    );
    assert_eq!((fact.tags.as_slice(), fact.title.as_deref()), (&["x".to_owned(), "y".to_owned()][..], Some("One")));
    let says: Vec<Value> = fact.sources.iter().map(|source| json!(source.says)).collect();
    assert_eq!(
        says,
        [
            json!({"cargo": 1, "date": "2004", "due": "2006", "place": null, "tags": ["y"]}),
            json!({"place": null, "tags": ["x"], "title": null}),
            json!({"cargo": 1, "date": "2004", "due": null, "tags": null, "title": null}),
        ],
        "null is what a source does not say"
    );
    assert_eq!(fact.disputed(&store.schema()), ["cargo"]);
    assert_eq!(import(&store, &records).outcome.unchanged, 3);
}

#[test]
fn an_act_that_was_retracted_is_not_asserted_again_by_any_of_its_sources() {
    for action in ["landed", "launched"] {
        let store = store();
        let records = [act(action, "", "2004", "A"), act(action, "", "2004-05-12", "B")];
        import(&store, &records);
        let id = facts(&store)[0].id.clone().unwrap();
        store.transact(None, |transaction| transaction.retract(&id, "a misprint")).unwrap();
        let transaction = store.statistics().transaction;
        for some in [&records[..], &records[..1], &records[1..]] {
            let outcome = import(&store, some).outcome;
            let expected = outcome_of(|outcome| outcome.stay_retracted = some.len() as u64);
            assert_eq!(outcome, expected, "{action}");
        }
        let more = import(&store, &[act(action, "", "2004-05", "C")]).outcome;
        assert_eq!((more.stay_retracted, more.transaction), (1, None), "{action}: it is the same act");
        assert_eq!(store.statistics().transaction, transaction);
        let revived = import_with(&store, &records, ImportOptions::new().revive(true));
        assert_eq!((revived.outcome.new, facts(&store).len()), (1, 1), "{action}");
        assert_eq!(import(&store, &records).outcome.unchanged, 2, "{action}: it is in force again");
        let other = import(&store, &[act(action, "", "2007-01-01", "A")]).outcome;
        assert_eq!(other.new, 1, "{action}: another day of one publisher is another act");
    }
}

#[test]
fn a_record_with_the_id_of_a_fact_says_it_anew_and_what_was_joined_stays() {
    let store = store();
    import(&store, &[landed("a", "2004", "A"), landed("b", "2004-05-12", "B")]);
    let outcome = import(&store, &[with(landed("a", "2004-05", "A"), json!({"cargo": 7}))]).outcome;
    assert_eq!((outcome.versions, outcome.new, outcome.corroborated), (1, 0, 0));
    let fact = &facts(&store)[0];
    assert_eq!(told(&store).len(), 1);
    assert_eq!((fact.fields["cargo"].as_i64(), fact.sources.len()), (Some(7), 2), "{fact:?}");
    let dates: Vec<&Value> = fact.sources.iter().filter_map(|source| source.says.get("date")).collect();
    assert!(dates.is_empty() || dates == [&json!("2004-05-12")] || dates == [&json!("2004-05")], "not 2004: {dates:?}");
}

#[test]
fn an_act_done_once_is_called_by_who_did_what_to_what() {
    let id = |records: &[Value]| {
        let store = store();
        import(&store, records);
        facts(&store)[0].id.clone().unwrap()
    };
    let both = [launched("", "2004", "A"), launched("", "2005", "B")];
    assert_eq!(id(&both[..1]), id(&both[1..]));
    assert_eq!(id(&both[..1]), id(&both));
    assert_eq!(
        id(&[both[0].clone(), launched("x", "2004", "C"), launched("w", "2004", "D")]),
        "w",
        "a record's own id goes before"
    );
}

#[test]
fn a_dry_run_and_wrong_records_are_told_as_without_joining() {
    let store = store();
    let records = [landed("", "2004", "A"), landed("", "2004-05-12", "B"), act("sank", "", "2004", "A")];
    let mut told = Vec::new();
    let mut take = |error: &RejectedRecord| told.push(error.location.line);
    let options = ImportOptions::new().dry_run(true).rejected(&mut take);
    let report = import_with(&store, &records, options);
    assert_eq!((report.records, report.rejected, report.outcome.new, report.outcome.corroborated), (3, 1, 1, 1));
    assert_eq!((told, facts(&store).len()), (vec![3], 0));
    let counts = std::cell::RefCell::new(Vec::new());
    let count = |records| counts.borrow_mut().push(records);
    import_with(&store, &records[..2], ImportOptions::new().progress(&count));
    assert!(counts.borrow().ends_with(&[2]) && counts.borrow().len() > 1, "{counts:?}");
}
