//! An import loses nothing in silence: what it cannot keep is refused, and what
//! it leaves out or decides is counted.

use serde_json::{Value, json};
use tractat::exchange::LeftOutReason;
use tractat::{
    Error, FactTables, ImportOptions, ImportReport, Refusal, RefusalKind, RejectedRecord, RejectionKind, Store,
    Vocabulary, WorldFiles,
};

use crate::input::{import, import_mapped, rows};

const VOCABULARY: &str = r#"
[world]
name = "log"
[fields.subject]
type = "reference"
kinds = ["person"]
open = true
[fields.place]
type = "keyword"
[fields.amount]
type = "number"
[fields.seen]
type = "date"
[fields."source.page"]
type = "keyword"
[nouns.people]
singular = "person"
kinds = ["person"]
role = "subject"
[actions.noted]
label = "note"
"#;

fn store() -> Store {
    Store::in_memory(&Vocabulary::from_toml(VOCABULARY).unwrap()).unwrap()
}

fn fact(store: &Store, id: &str) -> Value {
    json!(store.get(id).unwrap().unwrap())
}

const DAYS: &str = "Who,What,When\nann,shop,2024-01-01\nbob,bank,2024-01-01\ncid,pub,2024-01-01\n";

fn by_day(id: &str) -> String {
    format!(
        "[[fact]]\nid = \"{id}\"\nsubject = \"{{Who}}\"\naction = \"noted\"\nobject = \"{{What}}\"\ndate = \"{{When}}\"\n"
    )
}

#[test]
fn an_id_of_different_acts_is_refused_and_counted_or_made_unique() {
    let store = store();
    let error = import_mapped(&store, &by_day("{file}-{When}"), DAYS, ImportOptions::new()).unwrap_err();
    let Error::SameIds { first, count: 2 } = &error else { panic!("{error:?}") };
    assert_eq!(first.location.line, 3);
    assert!(store.facts().next().is_none(), "nothing is imported");
    let mut told = Vec::new();
    let mut take = |rejected: &RejectedRecord| told.push(rejected.location.line);
    let report =
        import_mapped(&store, &by_day("{file}-{When}"), DAYS, ImportOptions::new().rejected(&mut take)).unwrap();
    assert_eq!((report.outcome.new, told), (1, vec![3, 4]));
    assert_eq!(report.problems[0].kind, RejectionKind::Refused(RefusalKind::SameId));

    let store = self::store();
    let report = import_mapped(&store, &by_day("{When}-{n}"), DAYS, ImportOptions::new()).unwrap();
    assert_eq!((report.outcome.new, report.numbered), (3, 2));
    let again = import_mapped(&store, &by_day("{When}-{n}"), DAYS, ImportOptions::new()).unwrap();
    assert_eq!((again.outcome.transaction, again.outcome.unchanged), (None, 3));
}

#[test]
fn records_of_one_id_are_versions_only_where_that_is_said() {
    let line = |date: &str| format!("{{\"id\":\"x\",\"subject\":\"ann\",\"action\":\"noted\",\"date\":\"{date}\"}}\n");
    let two = line("2024-01-01") + &line("2024-01-02");
    for corroborate in [false, true] {
        let options = || ImportOptions::new().corroborate(corroborate);
        assert!(matches!(import(&store(), "f.jsonl", &two, options()), Err(Error::SameIds { count: 1, .. })));
        assert!(
            import(&store(), "f.jsonl", &(line("2024") + &line("2024")), options()).is_ok(),
            "said twice it is one"
        );
    }
    let store = store();
    import(&store, "f.jsonl", &two, ImportOptions::new().versions(true)).unwrap();
    assert_eq!((store.history("x").unwrap().len(), &fact(&store, "x")["date"]), (2, &json!("2024-01-02")));
}

#[test]
fn definitions_of_one_entity_that_contradict_each_other_are_refused() {
    let people = |rest: &str| {
        format!(
            "{{\"entity\":\"ann\",\"kind\":\"person\",\"name\":\"Ann\"}}\n{{\"entity\":\"ann\",\"kind\":\"person\",{rest}}}\n"
        )
    };
    let store = store();
    let error = import(&store, "f.jsonl", people("\"name\":\"Anna\""), ImportOptions::new()).unwrap_err();
    assert!(matches!(&error, Error::Record(record) if record.location.line == 2), "{error:?}");
    import(&store, "f.jsonl", people("\"name\":\"Ann\",\"place\":\"x\""), ImportOptions::new()).unwrap();
    assert_eq!(rows(&store, "people | show name, place"), [json!({"name": "Ann", "place": "x"})]);
    // What comes later and says less takes nothing away, unless that is asked for.
    let less = "{\"entity\":\"ann\",\"kind\":\"person\",\"name\":\"Annie\"}";
    let report = import(&store, "f.jsonl", less, ImportOptions::new()).unwrap();
    assert_eq!((report.outcome.entities, report.outcome.kept), (1, 1));
    assert_eq!(rows(&store, "people | show name, place"), [json!({"name": "Annie", "place": "x"})]);
    import(&store, "f.jsonl", less, ImportOptions::new().replace(true)).unwrap();
    assert_eq!(rows(&store, "people | show name, place"), [json!({"name": "Annie", "place": null})]);
}

#[test]
fn a_file_with_fewer_columns_completes_and_deletes_only_if_it_replaces() {
    let whole = "id,subject,action,object,date,title,place,source.publisher,source.page\n1,ann,noted,shop,2024-01-01,Milk,here,P,7\n";
    let fewer = "id,subject,action,object,place,source.publisher\n1,ann,noted,shop,there,P\n";
    let store = store();
    import(&store, "f.csv", whole, ImportOptions::new()).unwrap();
    let report = import(&store, "f.csv", fewer, ImportOptions::new()).unwrap();
    assert_eq!((report.outcome.versions, report.outcome.kept), (1, 1));
    let expected = json!({"id": "1", "subject": "ann", "action": "noted", "object": "shop", "date": "2024-01-01",
        "title": "Milk", "place": "there", "sources": [{"publisher": "P", "page": "7"}]});
    assert_eq!(fact(&store, "1"), expected);
    let again = import(&store, "f.csv", fewer, ImportOptions::new()).unwrap();
    assert_eq!((again.outcome.transaction, again.outcome.unchanged), (None, 1));
    import(&store, "f.csv", fewer, ImportOptions::new().replace(true)).unwrap();
    let expected = json!({"id": "1", "subject": "ann", "action": "noted", "object": "shop", "place": "there",
        "sources": [{"publisher": "P"}]});
    assert_eq!(fact(&store, "1"), expected);
    // Another act under the id is not completed with what was another's.
    let other = import(&store, "f.csv", "id,subject,action\n1,bob,noted\n", ImportOptions::new()).unwrap();
    assert_eq!((other.outcome.versions, other.outcome.other_acts), (1, 1));
    assert_eq!(fact(&store, "1"), json!({"id": "1", "subject": "bob", "action": "noted"}));
}

#[test]
fn a_record_is_judged_against_what_the_import_has_made_of_its_id() {
    let line = |rest: &str| format!("{{\"id\":\"1\",\"subject\":\"ann\",\"action\":\"noted\",{rest}}}\n");
    let (known, less) = (line("\"date\":\"2024\",\"title\":\"Milk\",\"place\":\"here\""), line("\"place\":\"there\""));
    let whole = |place: &str| json!({"id": "1", "subject": "ann", "action": "noted", "date": "2024", "title": "Milk", "place": place});
    // The same line twice completes as once does.
    for versions in [false, true] {
        let (store, options) = (store(), || ImportOptions::new().versions(versions));
        import(&store, "f.jsonl", &known, options()).unwrap();
        let report = import(&store, "f.jsonl", &(less.clone() + &less), options()).unwrap();
        assert_eq!(fact(&store, "1"), whole("there"));
        let outcome = &report.outcome;
        assert_eq!((outcome.versions, outcome.unchanged, outcome.kept), (1, 1, 1));
        let again = import(&store, "f.jsonl", &(less.clone() + &less), options()).unwrap();
        assert_eq!((again.outcome.transaction, again.outcome.unchanged, again.outcome.kept), (None, 2, 0));
    }
    // Versions of one import become what the same in two imports do, and again nothing.
    let (one, two) = (store(), store());
    let versions = || ImportOptions::new().versions(true);
    import(&one, "f.jsonl", &(known.clone() + &less), versions()).unwrap();
    import(&two, "f.jsonl", &known, versions()).unwrap();
    import(&two, "f.jsonl", &less, versions()).unwrap();
    assert_eq!((fact(&one, "1"), fact(&two, "1")), (whole("there"), whole("there")));
    assert_eq!(import(&one, "f.jsonl", &(known.clone() + &less), versions()).unwrap().outcome.transaction, None);
    // Another act under the id of a record that changed nothing, or that stays retracted, is refused as well.
    let other = "{\"id\":\"1\",\"subject\":\"bob\",\"action\":\"noted\"}\n";
    for corroborate in [false, true] {
        let (store, options) = (store(), || ImportOptions::new().corroborate(corroborate));
        import(&store, "f.jsonl", &known, options()).unwrap();
        for lines in [known.clone() + other, other.to_owned() + &known] {
            let result = import(&store, "f.jsonl", &lines, options());
            assert!(matches!(result, Err(Error::SameIds { count: 1, .. })), "{lines}");
        }
        store.transact(None, |transaction| transaction.retract("1", "wrong")).unwrap();
        let result = import(&store, "f.jsonl", &(known.clone() + other), options());
        assert!(matches!(result, Err(Error::SameIds { count: 1, .. })));
    }
}

#[test]
fn entities_of_one_import_are_compared_with_each_other_and_not_with_the_stores() {
    let person = |rest: &str| format!("{{\"entity\":\"ann\",\"kind\":\"person\",{rest}}}\n");
    let store = store();
    import(&store, "f.jsonl", person("\"name\":\"Ann\",\"place\":\"x\""), ImportOptions::new()).unwrap();
    let two = person("\"name\":\"Anna\"") + &person("\"name\":\"Anna\",\"place\":\"y\"");
    import(&store, "f.jsonl", &two, ImportOptions::new()).unwrap();
    assert_eq!(rows(&store, "people | show name, place"), [json!({"name": "Anna", "place": "y"})]);
    // What was rejected has said nothing.
    let mut count = 0;
    let mut take = |_: &RejectedRecord| count += 1;
    let rejected = person("\"name\":\"Ann\",\"plac\":1") + &person("\"name\":\"Annie\"");
    import(&store, "f.jsonl", &rejected, ImportOptions::new().rejected(&mut take)).unwrap();
    assert_eq!((count, rows(&store, "people | show name")), (1, vec![json!({"name": "Annie"})]));
    let facts = "{\"id\":\"1\",\"subject\":\"ann\",\"action\":\"noted\"}\n\
        {\"id\":\"1\",\"subject\":\"bob\",\"action\":\"noted\",\"plac\":1}\n";
    let mut ignore = |_: &RejectedRecord| {};
    let options = ImportOptions::new().rejected(&mut ignore).keep_undeclared(true);
    let report = import(&store, "f.jsonl", facts, options).unwrap();
    assert_eq!((report.rejected, report.outcome.undeclared, report.undeclared.len()), (1, 0, 0));
}

#[test]
fn a_field_that_is_not_declared_is_refused_or_kept_and_counted() {
    let store = store();
    let inputs = [
        ("f.csv", "subject,action,plac\nann,noted,x\n", "plac"),
        ("f.csv", "subject,action,source.pag\nann,noted,x\n", "source.pag"),
        ("f.jsonl", "{\"subject\":\"ann\",\"action\":\"noted\",\"plac\":1}", "plac"),
        ("f.jsonl", "{\"subject\":\"ann\",\"action\":\"noted\",\"sources\":[{\"says\":{\"plac\":1}}]}", "plac"),
        ("f.jsonl", "{\"entity\":\"ann\",\"kind\":\"person\",\"name\":\"Ann\",\"plac\":\"x\"}", "plac"),
    ];
    for (name, text, wrong) in inputs {
        let error = import(&store, name, text, ImportOptions::new()).unwrap_err();
        let Error::Record(record) = &error else { panic!("{error:?}") };
        let tractat::RejectionReason::Refused(refusal) = &record.reason else { panic!("{error:?}") };
        let refusal = match refusal {
            Refusal::OfEntity { problem, .. } => problem,
            other => other,
        };
        let near = if wrong == "plac" { "place" } else { "source.page" };
        let expected = Refusal::UndeclaredField { field: wrong.to_owned(), similar: Some(near.to_owned()) };
        assert_eq!(*refusal, expected, "{text}");
        let report = import(&self::store(), name, text, ImportOptions::new().keep_undeclared(true)).unwrap();
        let [kept] = report.undeclared.as_slice() else { panic!("{report:?}") };
        assert_eq!((kept.field.as_str(), kept.count), (wrong, 1), "{text}");
    }
    assert!(store.facts().next().is_none());
    let empty = "subject,action,plac\nann,noted,\n";
    assert!(import(&store, "f.csv", empty, ImportOptions::new()).is_ok(), "an empty column loses nothing");
}

#[test]
fn a_world_with_texts_that_look_missing_is_loaded_as_it_stands() {
    let fact = r#"{"subject": "NA", "action": "noted", "object": "-", "place": "?"}"#;
    let world = WorldFiles { facts: vec![("f.jsonl".to_owned(), fact.to_owned())], ..WorldFiles::default() };
    let world = WorldFiles { vocabulary: ("vocabulary.toml".to_owned(), VOCABULARY.to_owned()), ..world };
    let store = store();
    store.load(&world, true).unwrap();
    assert_eq!(rows(&store, "| show subject, place"), [json!({"subject": "NA", "place": "?"})]);
    // What is exported can be imported; other lines are asked about.
    assert!(import(&self::store(), "f.jsonl", fact, ImportOptions::new()).is_err());
    let exported = store.facts().map(|fact| serde_json::to_string(&fact.unwrap()).unwrap() + "\n").collect::<String>();
    let copy = self::store();
    import(&copy, "f.jsonl", &exported, ImportOptions::new()).unwrap();
    assert!(copy.facts().map(Result::unwrap).eq(store.facts().map(Result::unwrap)));
}

/// A world with one folder of tables.
fn world_of_tables(mapping: &str, files: &[(&str, &str)]) -> WorldFiles {
    let file = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
    let files = files.iter().map(file).collect();
    let tables = vec![FactTables { mapping: ("mapping.toml".to_owned(), mapping.to_owned()), files }];
    WorldFiles { vocabulary: ("vocabulary.toml".to_owned(), VOCABULARY.to_owned()), tables, ..WorldFiles::default() }
}

#[test]
fn the_tables_of_a_world_lose_no_row_in_silence() {
    let more = "Who,What,When\ndan,zoo,2024-01-01\n,zoo,2024-01-02\n";
    let files = [("a.csv", DAYS), ("b.csv", more)];
    let store = self::store();
    let error = store.load(&world_of_tables(&by_day("{When}"), &files[..1]), true).unwrap_err();
    let Error::SameIds { first, count: 2 } = &error else { panic!("{error:?}") };
    assert_eq!((&*first.location.name, first.location.line), ("a.csv", 3));
    assert!(store.facts().next().is_none(), "nothing is loaded");
    // Numbers are those of all tables, as they are of all files of an import.
    let report = store.load(&world_of_tables(&(by_day("{When}-{n}") + "when = \"Who\"\n"), &files), true).unwrap();
    assert_eq!((report.outcome.new, report.numbered, store.facts().count()), (4, 3, 4));
    let [left_out] = report.left_out.as_slice() else { panic!("{report:?}") };
    assert_eq!((left_out.count, &*left_out.input, left_out.line), (1, "b.csv", 3));
}

#[test]
fn an_entity_that_does_not_fit_with_others_is_told_by_its_column_and_its_row() {
    let mapping = "[cells]\ncolumns = [\"A\", \"B\"]\n[[entity]]\nid = \"{cell}\"\nkind = \"person\"\nname = \"{cell}\"\nin = [\"b\"]\n";
    let error = import_mapped(&store(), mapping, "A,B\na,b\n", ImportOptions::new()).unwrap_err();
    let Error::Record(record) = &error else { panic!("{error:?}") };
    let location = &record.location;
    assert_eq!((location.line, location.cell.as_deref(), location.raw.as_slice()), (2, Some("B"), &b"a,b"[..]));
    for (line, wrong) in [
        (r#" {"entity": "y","kind":"person","name":"Y","in":["nobody"]}"#, r#"["nobody"]"#),
        (r#"{"entity":"y","kind":"person","name":"Y","succeeds":["nobody"]}"#, r#"["nobody"]"#),
        (r#"{"entity":"y","kind":"person","name":""}"#, r#""""#),
        (r#"{"entity":"y","kind":"person","name":"Y","aliases":[""]}"#, r#"[""]"#),
        (r#"{"entity":"y","kind":"person","name":"Y","from":"2001","until":"2000"}"#, r#""2000""#),
    ] {
        let error = import(&store(), "f.jsonl", line, ImportOptions::new()).unwrap_err();
        let Error::Record(record) = &error else { panic!("{line} {error:?}") };
        assert_eq!(record.location.column, line.find(wrong).map(|place| place as u64 + 1), "{line}");
    }
}

#[test]
fn a_clean_file_is_imported_without_a_word() {
    let store = store();
    let text = "id,subject,action,object,date,title,note,place,amount,tags,source.publisher,source.page\n\
        1,ann,noted,shop,2024-01-01,\"Milk, \"\"fresh\"\"\",,here,1.5,a;b,P,7\n\
        2,bob,noted,,2024,,5\" pipe,,,,,\n";
    let report = import(&store, "f.csv", text, ImportOptions::new()).unwrap();
    let mut silent = ImportReport::default();
    (silent.records, silent.facts, silent.outcome) = (2, 2, report.outcome.clone());
    assert_eq!(report, silent);
    assert_eq!((report.outcome.new, report.outcome.kept, report.outcome.other_acts), (2, 0, 0));
}

#[test]
fn a_time_of_day_is_left_out_of_every_date_and_counted() {
    let dates = ["2024-05-06", "2024-05-06T23:30:00Z", "2024-05-06T08:00:00", "2024-05-06T01:00:00+02:00"];
    let line = |(id, date): (usize, &&str)| {
        format!(
            "{{\"id\":\"{id}\",\"subject\":\"ann\",\"action\":\"noted\",\"date\":\"{date}\",\"seen\":\"{date}\",\
             \"note\":\"{date}\",\"sources\":[{{\"publisher\":\"P\",\"published\":\"{date}\",\"says\":{{\"date\":\"{date}\"}}}}]}}\n"
        )
    };
    let lines: String = dates.iter().enumerate().map(line).collect();
    for corroborate in [false, true] {
        let store = store();
        let report = import(&store, "f.jsonl", &lines, ImportOptions::new().corroborate(corroborate)).unwrap();
        let times = report.times.unwrap();
        assert_eq!((times.count, &*times.input, times.line), (12, "f.jsonl", 2));
        let by_day = rows(&store, "| count by date, seen");
        assert_eq!((by_day.len(), &by_day[0]["seen"]), (1, &json!("2024-05-06")));
    }
    let store = store();
    import(&store, "f.jsonl", &lines, ImportOptions::new()).unwrap();
    assert_eq!(rows(&store, "| count by date"), [json!({"date": "2024-05-06", "count": 4})]);
    assert_eq!(fact(&store, "1")["note"], json!(dates[1]), "a text keeps what it says");
    let again = import(&store, "f.jsonl", &lines, ImportOptions::new()).unwrap();
    assert_eq!(again.outcome.transaction, None, "nothing is new");
    let entity = "{\"entity\":\"bob\",\"kind\":\"person\",\"name\":\"Bob\",\"from\":\"2001-01-01T00:00:00\",\"seen\":\"2002-01-01T00:00:00Z\"}";
    let report = import(&store, "e.jsonl", entity, ImportOptions::new()).unwrap();
    assert_eq!(report.times.map(|times| times.count), Some(2));
    let more = "{\"entity\":\"cid\",\"kind\":\"person\",\"name\":\"Cid\",\"seen\":\"2002-01-01T00:00:00Z\"}\n\
                {\"entity\":\"cid\",\"kind\":\"person\",\"name\":\"Cid\",\"seen\":\"2002-01-01\"}";
    let report = import(&store, "c.jsonl", more, ImportOptions::new()).unwrap();
    assert_eq!(report.times.map(|times| times.count), Some(1), "two records of one entity that say the same");
    assert_eq!(rows(&store, "people bob | show from, seen"), [json!({"from": "2001-01-01", "seen": "2002-01-01"})]);
}

#[test]
fn what_an_export_as_tsv_has_is_read_back_and_a_header_with_other_separators_is_told() {
    let tsv = "id\tsubject\taction\tobject\tdate\ttitle\ttags\n\
               1\tann\tnoted\tshop\t2024-01-01\ta\\tb\\\\n \"x\"\t\\\"a;b\";c\n\
               2\tbob\tnoted\t\"a \"\"quoted\"\" name\"\t\t\\\"q\"\t\n";
    for name in ["f.tsv", "f.TAB", "f.tsv.gz"] {
        let store = store();
        let report = import(&store, name, tsv, ImportOptions::new()).unwrap();
        let told: Vec<_> = report.left_out.iter().map(|told| (&told.reason, told.count, told.line)).collect();
        assert_eq!(told, [(&LeftOutReason::Escape, 3, 2)], "that escapes were read is told");
        let first = fact(&store, "1");
        assert_eq!((&first["title"], &first["tags"]), (&json!("a\tb\\n \"x\""), &json!(["a;b", "c"])));
        let second = fact(&store, "2");
        assert_eq!((&second["object"], &second["title"]), (&json!("a \"quoted\" name"), &json!("\"q\"")));
    }
    for (name, header) in [("f.tsv", "subject,action\n"), ("f.csv", "subject\taction\n"), ("f.tsv", "subject;action\n")]
    {
        assert!(import(&store(), name, header, ImportOptions::new()).is_err(), "{name} {header}");
    }
}
