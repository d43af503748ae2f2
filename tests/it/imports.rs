//! Imports through the library: all or nothing however large, wrong records
//! told by their lines, the same again without effect, several sources of one act.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{self, Cursor, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};
use tractat::exchange::{
    ExchangeError, Input, InputFormat, MapOptions, MappingFile, ReadOptions, RecordChunks, RecordProblem,
};
use tractat::{
    Error, Event, Fact, ImportOptions, ImportReport, Options, Refusal, RejectedRecord, RejectionReason, Store,
    Vocabulary,
};

use crate::input::{self, rows};

const VOCABULARY: &str = r#"
[world]
name = "imports"
[fields.subject]
type = "reference"
kinds = ["ship"]
open = true
[fields.cargo]
type = "integer"
[groups.fleet]
kinds = ["fleet"]
[nouns.ships]
singular = "ship"
kinds = ["ship"]
role = "subject"
[actions.landed]
label = "landing"
[actions.sailed]
label = "departure"
[actions.launched]
label = "launch"
once = true
"#;

fn create(folder: &Path) -> Store {
    let vocabulary = Vocabulary::from_toml(VOCABULARY).unwrap();
    let store = Store::create(folder.join("imports.tractat"), &vocabulary, Options::default()).unwrap();
    let before = r#"{"id":"before","subject":"argo","action":"landed","object":"colchis","date":"2001-05-04"}"#;
    store.transact(None, |transaction| transaction.assert(serde_json::from_str(before)?)).unwrap();
    store
}

fn try_import(
    store: &Store,
    reader: impl Read + Send + 'static,
    options: ImportOptions<'_>,
) -> Result<ImportReport, Error> {
    let input = Input::from_reader("ships.jsonl", reader)?;
    let schema = store.schema();
    let read = ReadOptions::new(&schema).format(InputFormat::JsonLines);
    store.import(RecordChunks::new(input, &read)?, options)
}

fn import(store: &Store, text: &str, options: ImportOptions<'_>) -> Result<ImportReport, Error> {
    input::import(store, "ships.jsonl", text, options)
}

fn count(store: &Store, query: &str) -> u64 {
    rows(store, &format!("{query} | count"))[0]["count"].as_u64().unwrap()
}

/// Every file below a folder with its bytes, without what is temporary or of the index.
fn journal(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let folder = folder.join("imports.tractat/journal");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.map(|path| (path.display().to_string(), std::fs::read(path).unwrap())).collect()
}

/// What the folder of a store has in it, by name.
fn names(folder: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder.join("imports.tractat")).unwrap();
    entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
}

const MANY: usize = 60_000;

/// So many are enough that they do not go through the memory tail.
const ENOUGH: usize = 22_000;

/// So many facts.
fn many(how_many: usize) -> String {
    let mut text = String::new();
    for number in 0..how_many {
        writeln!(
            text,
            r#"{{"id":"m{number}","subject":"ship {}","action":"{}","object":"port {}","date":"{}-{:02}-{:02}","cargo":{}}}"#,
            number % 97,
            ["landed", "sailed"][number % 2],
            number % 31,
            1950 + number % 60,
            1 + number % 12,
            1 + number % 28,
            number % 1000
        )
        .unwrap();
    }
    text
}

const WRONG: &str = r#"{"id":"wrong","subject":"argo","action":"sank","date":"2001"}"#;

#[test]
fn one_bad_record_at_the_end_of_a_large_file_leaves_the_store_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let store = create(folder.path());
    store.checkpoint().unwrap();
    let (files, before) = (journal(folder.path()), rows(&store, ""));
    let transaction = store.statistics().transaction;
    let error = import(&store, &(many(MANY) + WRONG), ImportOptions::default()).unwrap_err();
    let Error::Record(record) = &error else { panic!("{error:?}") };
    assert_eq!(record.location.line, MANY as u64 + 1);
    assert!(
        matches!(&record.reason, RejectionReason::Refused(Refusal::UnknownAction { action, .. }) if action == "sank"),
        "{error}"
    );
    assert_eq!((rows(&store, ""), store.statistics().transaction), (before.clone(), transaction));
    assert_eq!(store.statistics().facts, 1);
    assert!(store.get("m0").unwrap().is_none() && store.history("m0").unwrap().is_empty());
    let left = names(folder.path());
    drop(store);

    let store = Store::open(folder.path().join("imports.tractat")).unwrap();
    assert_eq!(store.read_only(), None);
    assert_eq!((rows(&store, ""), store.statistics().transaction), (before, transaction));
    assert_eq!(journal(folder.path()), files, "the journal has the bytes that it had");
    assert_eq!(names(folder.path()), left);
    assert_eq!(names(folder.path()), BTreeSet::from(["LOCK", "index", "journal"].map(str::to_owned)));
    assert!(store.check().unwrap().damages.is_empty());
    // And it goes on as if nothing had been.
    let report = import(&store, &many(MANY), ImportOptions::default()).unwrap();
    assert_eq!(report.outcome.transaction, Some(transaction + 1));
    assert_eq!(count(&store, ""), MANY as u64 + 1);
}

#[test]
fn a_large_file_is_imported_without_its_bad_records_and_again_without_effect() {
    let folder = tempfile::tempdir().unwrap();
    let store = create(folder.path());
    let mut lines: Vec<String> = many(MANY).lines().map(str::to_owned).collect();
    for (line, bad) in
        [(10, WRONG), (25_001, "{\"id\":"), (60_000, r#"{"subject":"a","action":"landed","date":"2001-13"}"#)]
    {
        lines.insert(line - 1, bad.to_owned());
    }
    let text = lines.join("\n");
    let expected: Vec<u64> = vec![10, 25_001, 60_000];
    let mut told = Vec::new();
    let mut take = |error: &RejectedRecord| {
        assert_eq!(error.location.raw, lines[usize::try_from(error.location.line).unwrap() - 1].as_bytes());
        told.push(error.location.line);
    };
    let options = ImportOptions::new().rejected(&mut take);
    let report = import(&store, &text, options).unwrap();
    assert_eq!(told, expected);
    assert_eq!((report.records, report.rejected, report.outcome.new), (60_003, 3, 60_000));
    let answers = |store: &Store| {
        [
            "landed | count by year",
            "cargo>=990 | show id",
            "sailed object:\"port 7\" in 1999 | show id, cargo",
            "| count by action",
        ]
        .map(|query| rows(store, query))
    };
    let before = answers(&store);
    assert_eq!(before[3], [json!({"action": "landed", "count": 30_001}), json!({"action": "sailed", "count": 30_000})]);
    let by_hand: Vec<Value> = {
        let mut found: Vec<(usize, String)> = (0..MANY)
            .filter(|number| number % 2 == 1 && number % 31 == 7 && number % 60 == 49)
            .map(|number| (number, format!("1999-{:02}-{:02}", 1 + number % 12, 1 + number % 28)))
            .collect();
        found.sort_by_key(|(number, date)| (date.clone(), format!("m{number}")));
        found.iter().map(|(number, _)| json!({"id": format!("m{number}"), "cargo": number % 1000})).collect()
    };
    assert!(!by_hand.is_empty());
    assert_eq!(before[2], by_hand);

    let (transaction, files) = (store.statistics().transaction, journal(folder.path()));
    let mut ignore = |_: &RejectedRecord| {};
    let options = ImportOptions::new().rejected(&mut ignore);
    let again = import(&store, &text, options).unwrap();
    assert_eq!((again.outcome.transaction, again.outcome.unchanged, again.rejected), (None, 60_000, 3));
    assert_eq!((store.statistics().transaction, journal(folder.path())), (transaction, files));
    drop(store);
    let store = Store::open(folder.path().join("imports.tractat")).unwrap();
    assert_eq!(answers(&store), before, "opened again");
    store.rebuild().unwrap();
    assert_eq!(answers(&store), before, "after a rebuild");
    assert_eq!(count(&store, &format!("known #{}", transaction - 1)), 1);
}

#[test]
fn a_dry_run_tells_what_would_be_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = create(folder.path());
    let files = journal(folder.path());
    let options = || ImportOptions::new().dry_run(true);
    let report = import(&store, &many(ENOUGH), options()).unwrap();
    assert_eq!((report.records, report.outcome.new, report.outcome.transaction), (ENOUGH as u64, ENOUGH as u64, None));
    assert!(import(&store, &(many(ENOUGH) + WRONG), options()).is_err());
    assert_eq!((journal(folder.path()), count(&store, "")), (files, 1));
}

#[test]
fn versions_of_one_id_in_one_file_are_all_kept_in_its_history() {
    let folder = tempfile::tempdir().unwrap();
    let store = create(folder.path());
    let version = |date: &str| format!(r#"{{"id":"v","subject":"argo","action":"sailed","date":"{date}"}}"#);
    // Once through the memory tail, once through the segments of a large import.
    for (round, rest) in [String::new(), many(ENOUGH)].into_iter().enumerate() {
        let (first, second) = (format!("200{round}-01-01"), format!("200{round}-02-02"));
        let text = format!("{}\n{rest}{}\n", version(&first), version(&second));
        let report = import(&store, &text, ImportOptions::new().versions(true)).unwrap();
        let dates: Vec<(u64, String)> = store
            .history("v")
            .unwrap()
            .into_iter()
            .map(|change| match change.event {
                Event::Asserted(fact) => (change.transaction, fact.date.unwrap().written().to_owned()),
                Event::Retracted(reason) => (change.transaction, reason),
                other => panic!("{other:?}"),
            })
            .collect();
        let number = report.outcome.transaction.unwrap();
        let last: Vec<_> = dates[dates.len() - 2..].to_vec();
        assert_eq!(last, [(number, first), (number, second.clone())], "{dates:?}");
        assert_eq!(dates.len(), 2 * (round + 1));
        assert_eq!(store.get("v").unwrap().unwrap().date.unwrap().written(), second);
        assert_eq!(rows(&store, "id:v | show id, date"), [json!({"id": "v", "date": second})]);
        assert_eq!(rows(&store, &format!("id:v known #{number} | count")), [json!({"count": 1})]);
    }
    store.rebuild().unwrap();
    assert_eq!(store.history("v").unwrap().len(), 4);
    assert_eq!(count(&store, "id:v"), 1);
}

#[test]
fn entities_may_stand_between_the_facts_of_a_file_in_any_order() {
    let folder = tempfile::tempdir().unwrap();
    let store = create(folder.path());
    let entities = [
        r#"{"entity":"ship-0","kind":"ship","name":"ship 0","aliases":["S0"],"in":[{"group":"home","from":"1980-01-01"}]}"#,
        r#"{"entity":"home","kind":"fleet","name":"Home Fleet"}"#,
    ];
    let mut lines: Vec<String> = many(ENOUGH).lines().map(str::to_owned).collect();
    lines.splice(100..100, entities.map(str::to_owned));
    lines.push(r#"{"id":"last","subject":"S0","action":"landed","date":"1979-12-31"}"#.to_owned());
    let text = lines.join("\n");
    let report = import(&store, &text, ImportOptions::default()).unwrap();
    assert_eq!((report.outcome.entities, report.outcome.new), (2, ENOUGH as u64 + 1));
    let of_ship = (0..ENOUGH).filter(|number| number % 97 == 0);
    let at_home = of_ship.clone().filter(|number| number % 60 >= 30).count() as u64;
    let check = |store: &Store| {
        assert_eq!(count(store, "ship:s0"), of_ship.clone().count() as u64 + 1);
        assert_eq!(count(store, "fleet:home"), at_home);
        assert_eq!(count(store, "ship:ship-0 in 1979 landed"), 1);
    };
    check(&store);
    assert_eq!(import(&store, &text, ImportOptions::default()).unwrap().outcome.transaction, None);
    drop(store);
    std::fs::remove_dir_all(folder.path().join("imports.tractat/index")).unwrap();
    check(&Store::open(folder.path().join("imports.tractat")).unwrap());
}

#[test]
fn an_answer_that_is_being_read_is_not_disturbed_by_an_import() {
    let folder = tempfile::tempdir().unwrap();
    let store = create(folder.path());
    let early: String = many(ENOUGH).lines().take(500).collect::<Vec<_>>().join("\n");
    import(&store, &early, ImportOptions::default()).unwrap();
    let expected = rows(&store, "sailed");
    let mut answer = store.query("sailed").unwrap();
    let mut got: Vec<Value> = Vec::new();
    let mut take = |answer: &mut tractat::Answer, many: usize| {
        got.extend(answer.take(many).map(|row| Value::Object(row.unwrap().object().unwrap())));
    };
    take(&mut answer, 100);
    std::thread::scope(|scope| {
        let importing = scope
            .spawn(|| import(&store, &many(ENOUGH).replace("sailed", "landed"), ImportOptions::default()).unwrap());
        take(&mut answer, 50);
        importing.join().unwrap();
    });
    take(&mut answer, usize::MAX);
    assert_eq!(got, expected);
    assert_eq!(count(&store, "sailed"), 0);
}

#[test]
fn bytes_that_are_not_text_are_told_by_their_place_and_leave_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let store = create(folder.path());
    let good = br#"{"id":"good","subject":"argo","action":"landed"}"#;
    let bytes = [&good[..], b"\n", b"{\"id\":\"bad\",\"subject\":\"ar\xffgo\",\"action\":\"landed\"}\n"].concat();
    let error = try_import(&store, Cursor::new(bytes.clone()), ImportOptions::default()).unwrap_err();
    let Error::Record(record) = &error else { panic!("{error:?}") };
    assert_eq!((record.location.line, record.location.column), (2, Some(26)), "{error}");
    let not_utf8 = RecordProblem::NotUtf8 { byte: 0xff, in_cell: None, utf16: false };
    assert_eq!(record.reason, RejectionReason::Unreadable(not_utf8));
    assert_eq!((count(&store, ""), store.get("good").unwrap()), (1, None));
    let mut told = Vec::new();
    let mut take = |error: &RejectedRecord| told.push(error.location.line);
    let options = ImportOptions::new().rejected(&mut take);
    let report = try_import(&store, Cursor::new(bytes), options).unwrap();
    assert_eq!((report.outcome.new, told), (1, vec![2]));
}

/// Gives what it has and then fails, as a disk may.
struct Failing(Cursor<Vec<u8>>);

impl Read for Failing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer)? {
            0 => Err(io::ErrorKind::StorageFull.into()),
            length => Ok(length),
        }
    }
}

#[test]
fn an_input_that_fails_on_the_way_leaves_the_store_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let store = create(folder.path());
    let files = journal(folder.path());
    let text = many(ENOUGH).into_bytes();
    let error = try_import(&store, Failing(Cursor::new(text.clone())), ImportOptions::default()).unwrap_err();
    assert!(
        matches!(&error, Error::Input(ExchangeError::Read { cause, .. }) if cause.kind() == io::ErrorKind::StorageFull),
        "{error}"
    );
    // Nor is a packed file taken that was cut, rejected records or not.
    let mut packed = zstd::encode_all(&text[..], 1).unwrap();
    packed.truncate(packed.len() - 100);
    let mut take = |_: &RejectedRecord| {};
    let options = ImportOptions::new().rejected(&mut take);
    assert!(matches!(try_import(&store, Cursor::new(packed), options), Err(Error::Input(_))));
    assert_eq!((count(&store, ""), journal(folder.path())), (1, files));
    assert_eq!(import(&store, &many(10), ImportOptions::default()).unwrap().outcome.new, 10);
}

/// A fact with a note of so many bytes, made while it is read.
struct Long {
    head: Cursor<&'static [u8]>,
    left: u64,
    tail: Cursor<&'static [u8]>,
    read: Arc<AtomicU64>,
}

impl Read for Long {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut length = self.head.read(buffer)?;
        if length == 0 && self.left > 0 {
            length = buffer.len().min(usize::try_from(self.left).unwrap());
            buffer[..length].fill(b'x');
            self.left -= length as u64;
        } else if length == 0 {
            length = self.tail.read(buffer)?;
        }
        self.read.fetch_add(length as u64, Ordering::Relaxed);
        Ok(length)
    }
}

#[test]
fn a_line_of_a_hundred_megabytes_is_refused_without_being_held() {
    let folder = tempfile::tempdir().unwrap();
    let store = create(folder.path());
    let long = || {
        Long {
        head: Cursor::new(
            b"{\"id\":\"first\",\"subject\":\"argo\",\"action\":\"landed\"}\n{\"id\":\"long\",\"subject\":\"argo\",\"action\":\"landed\",\"note\":\"",
        ),
        left: 100 << 20,
        tail: Cursor::new(b"\"}\n{\"id\":\"last\",\"subject\":\"argo\",\"action\":\"landed\"}\n"),
        read: Arc::default(),
    }
    };
    let error = try_import(&store, long(), ImportOptions::default()).unwrap_err();
    let Error::Record(record) = &error else { panic!("{error:?}") };
    assert_eq!(record.location.line, 2, "{error}");
    assert!(record.location.raw.len() < 32 << 20, "{} bytes are held", record.location.raw.len());
    assert!(error.to_string().len() < 2000, "{} bytes of message", error.to_string().len());
    assert_eq!(count(&store, ""), 1);
    // Without it the rest is imported, the line after it included.
    let mut told = Vec::new();
    let mut take = |error: &RejectedRecord| told.push((error.location.line, error.location.raw_length));
    let report = try_import(&store, long(), ImportOptions::new().rejected(&mut take)).unwrap();
    assert_eq!(report.outcome.new, 2);
    assert_eq!(told.len(), 1);
    assert!(told[0].0 == 2 && told[0].1 > 100 << 20, "{told:?}");
    assert!(store.get("last").unwrap().is_some() && store.get("long").unwrap().is_none());
}

#[test]
fn values_nested_ten_thousand_deep_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = create(folder.path());
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let value = format!("{}1{}", open.repeat(10_000), close.repeat(10_000));
        let record = format!("{{\"subject\":\"argo\",\"action\":\"landed\",\"deep\":{value}}}");
        let error = import(&store, &record, ImportOptions::default()).unwrap_err();
        let Error::Record(record) = &error else { panic!("{error:?}") };
        assert_eq!(record.location.line, 1);
        assert!(error.to_string().len() < 2000, "{error}");
    }
    // It is the depth: ten are taken.
    let shallow = format!("{}1{}", "[".repeat(10), "]".repeat(10));
    let record = format!("{{\"subject\":\"argo\",\"action\":\"landed\",\"deep\":{shallow}}}");
    assert_eq!(import(&store, &record, ImportOptions::new().keep_undeclared(true)).unwrap().outcome.new, 1);
    // Where nothing is asked of the value, in a source, it is the same.
    let value = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
    let record = format!(
        "{{\"subject\":\"argo\",\"action\":\"landed\",\"sources\":[{{\"publisher\":\"p\",\"deep\":{value}}}]}}"
    );
    assert!(import(&store, &record, ImportOptions::default()).is_err());
    assert_eq!(count(&store, ""), 2);
}

// ---- several sources of one act

fn act(id: &str, action: &str, date: &str, publisher: &str) -> String {
    format!(
        r#"{{"id":"{id}","subject":"argo","action":"{action}","object":"lemnos","date":"{date}","sources":[{{"publisher":"{publisher}"}}]}}"#
    )
}

fn corroborated(store: &Store, lines: &[String]) -> ImportReport {
    import(store, &lines.join("\n"), ImportOptions::new().corroborate(true)).unwrap()
}

fn about(store: &Store) -> Vec<Fact> {
    let facts = store.query("object:lemnos").unwrap();
    facts.map(|row| row.unwrap().fact().unwrap().unwrap().as_ref().clone()).collect()
}

/// Each publisher with the date that it gives, if another than the fact's.
fn sources(fact: &Fact) -> BTreeSet<(String, Option<String>)> {
    fact.sources
        .iter()
        .map(|source| {
            let says = source.says.get("date").and_then(Value::as_str).map(str::to_owned);
            (source.publisher.clone().unwrap(), says)
        })
        .collect()
}

fn said(all: &[(&str, Option<&str>)]) -> BTreeSet<(String, Option<String>)> {
    all.iter().map(|(publisher, date)| ((*publisher).to_owned(), date.map(str::to_owned))).collect()
}

#[test]
fn records_of_other_publishers_join_one_act_in_any_order_and_keep_the_best_date() {
    let records = [
        act("", "landed", "2005", "Herald"),
        act("", "landed", "2005-12-27", "Gazette"),
        act("", "landed", "2005-12", "Courier"),
    ]
    .map(|record| record.replace(r#""id":"","#, ""));
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    for order in orders {
        for at_once in [true, false] {
            let folder = tempfile::tempdir().unwrap();
            let store = create(folder.path());
            let lines: Vec<String> = order.iter().map(|number| records[*number].clone()).collect();
            if at_once {
                let report = corroborated(&store, &lines);
                assert_eq!((report.outcome.new, report.outcome.corroborated), (1, 2), "{order:?}");
            } else {
                for line in &lines {
                    corroborated(&store, std::slice::from_ref(line));
                }
            }
            let facts = about(&store);
            assert_eq!(facts.len(), 1, "{order:?}, at once {at_once}");
            assert_eq!(facts[0].date.as_ref().unwrap().written(), "2005-12-27", "{order:?}");
            let all = said(&[("Herald", Some("2005")), ("Gazette", None), ("Courier", Some("2005-12"))]);
            assert_eq!(sources(&facts[0]), all, "{order:?}, at once {at_once}");
            let before = store.statistics().transaction;
            let again = corroborated(&store, &lines);
            assert_eq!((again.outcome.transaction, store.statistics().transaction), (None, before), "{order:?} again");
        }
    }
}

#[test]
fn two_acts_are_never_joined() {
    let alone = |first: String, second: String, why: &str| {
        let folder = tempfile::tempdir().unwrap();
        let store = create(folder.path());
        corroborated(&store, &[first]);
        let report = corroborated(&store, &[second]);
        assert_eq!((report.outcome.new, report.outcome.corroborated), (1, 0), "{why}");
        let total = count(&store, "ship:argo or ship:pequod");
        assert_eq!(total, 3, "{why}");
    };
    let first = || act("a", "landed", "2005-12-27", "Herald");
    alone(first(), act("b", "landed", "2006-01-02", "Gazette"), "another day");
    alone(first(), act("b", "sailed", "2005-12-27", "Gazette"), "another action");
    alone(first(), act("b", "landed", "2005-12-27", "Gazette").replace("lemnos", "samos"), "another object");
    alone(first(), act("b", "landed", "2005-12-27", "Gazette").replace("argo", "pequod"), "another subject");
    alone(first(), act("b", "landed", "2005-12-27", "Gazette").replace("\"object\":\"lemnos\",", ""), "no object");
    alone(first(), act("b", "landed", "2005-12", "Herald"), "the same publisher tells of a day and a month");
    alone(
        act("a", "landed", "2005-12-27", "Herald").replace("\"date\":\"2005-12-27\",", ""),
        act("b", "landed", "2005-12-27", "Gazette"),
        "no date to agree with",
    );
}

#[test]
fn a_record_that_may_be_about_either_of_two_acts_joins_neither() {
    for order in [[0, 1, 2], [1, 0, 2]] {
        let folder = tempfile::tempdir().unwrap();
        let store = create(folder.path());
        let records = [
            act("a", "landed", "2005-03-01", "Herald"),
            act("b", "landed", "2005-09-01", "Gazette"),
            act("c", "landed", "2005", "Courier"),
        ];
        let lines: Vec<String> = order.iter().map(|number| records[*number].clone()).collect();
        corroborated(&store, &lines);
        let facts = about(&store);
        assert_eq!(facts.len(), 3, "{order:?}: {facts:?}");
        assert!(facts.iter().all(|fact| fact.sources.len() == 1), "{order:?}: {facts:?}");
    }
}

#[test]
fn an_act_that_is_done_once_is_joined_even_where_dates_disagree_and_is_then_disputed() {
    for order in [[0, 1], [1, 0]] {
        let folder = tempfile::tempdir().unwrap();
        let store = create(folder.path());
        let records = [act("a", "launched", "2005-03-01", "Herald"), act("b", "launched", "2006-09-01", "Gazette")];
        corroborated(&store, &order.map(|number| records[number].clone()));
        let facts = about(&store);
        assert_eq!(facts.len(), 1, "{order:?}");
        let given: BTreeSet<String> = sources(&facts[0])
            .into_iter()
            .map(|(publisher, date)| {
                let date = date.unwrap_or_else(|| facts[0].date.as_ref().unwrap().written().to_owned());
                format!("{publisher} {date}")
            })
            .collect();
        assert_eq!(
            given,
            BTreeSet::from(["Herald 2005-03-01".to_owned(), "Gazette 2006-09-01".to_owned()]),
            "{order:?}"
        );
    }
}

#[test]
fn a_corroborated_act_is_one_record_for_those_who_asked_before() {
    let folder = tempfile::tempdir().unwrap();
    let store = create(folder.path());
    corroborated(&store, &[act("a", "landed", "2005", "Herald")]);
    let number = store.statistics().transaction;
    corroborated(&store, &[act("b", "landed", "2005-12-27", "Gazette")]);
    assert_eq!(
        rows(&store, &format!("object:lemnos known #{number} | show id, date")),
        [json!({"id": "a", "date": "2005"})]
    );
    assert_eq!(rows(&store, "object:lemnos after 2005-06 | show id, date"), [json!({"id": "a", "date": "2005-12-27"})]);
    assert_eq!(store.history("a").unwrap().len(), 2);
    assert!(store.history("b").unwrap().is_empty());
}

#[test]
fn acts_on_nothing_in_particular_are_joined_too() {
    let folder = tempfile::tempdir().unwrap();
    let store = create(folder.path());
    let act = |id, date, publisher| act(id, "sailed", date, publisher).replace(r#""object":"lemnos","#, "");
    corroborated(&store, &[act("a", "2005", "Herald")]);
    let report = corroborated(&store, &[act("b", "2005-12", "Gazette")]);
    assert_eq!((report.outcome.new, report.outcome.corroborated), (0, 1));
}

#[test]
fn acts_are_joined_where_no_act_of_the_store_is_on_anything() {
    let store = Store::in_memory(&Vocabulary::from_toml(VOCABULARY).unwrap()).unwrap();
    let act = |id, date, publisher| act(id, "sailed", date, publisher).replace(r#""object":"lemnos","#, "");
    corroborated(&store, &[act("a", "2005", "Herald")]);
    let report = corroborated(&store, &[act("b", "2005-12", "Gazette")]);
    assert_eq!((report.outcome.new, report.outcome.corroborated), (0, 1));
}

#[test]
fn records_with_ids_that_were_joined_change_nothing_when_they_come_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = create(folder.path());
    let lines = [act("a", "landed", "2005", "Herald"), act("b", "landed", "2005-12-27", "Gazette")];
    corroborated(&store, &lines);
    let before = about(&store);
    let again = corroborated(&store, &lines);
    assert_eq!((again.outcome.transaction, about(&store)), (None, before));
}

#[test]
fn a_file_with_versions_of_one_id_changes_nothing_when_it_comes_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = create(folder.path());
    let version = |date: &str| format!(r#"{{"id":"v","subject":"argo","action":"sailed","date":"{date}"}}"#);
    let text = format!("{}\n{}\n", version("2001"), version("2001-05"));
    import(&store, &text, ImportOptions::new().versions(true)).unwrap();
    let again = import(&store, &text, ImportOptions::new().versions(true)).unwrap();
    assert_eq!((again.outcome.transaction, store.history("v").unwrap().len()), (None, 2));
}

#[test]
fn what_completes_an_entity_adds_to_it_and_replaces_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = create(folder.path());
    let define = |csv: &str| {
        let mapping = "[[entity]]\nknown = [\"{code}\"]\nid = \"{id}\"\nkind = \"{kind}\"\nname = \"{name}\"\naliases = [\"{code}\"]\ncargo = \"{cargo}\"\nport = \"{port}\"\n";
        let mapping = Arc::new(MappingFile::parse("m.toml", mapping).unwrap());
        let input = Input::from_reader("ships.csv", Cursor::new(csv.to_owned().into_bytes())).unwrap();
        let (schema, mut rejected) = (store.schema(), Vec::new());
        let mut reject = |error: &RejectedRecord| rejected.push(error.reason.clone());
        let chunks = RecordChunks::mapped(input, &mapping, MapOptions::new(&schema)).unwrap();
        let options = ImportOptions::new().keep_undeclared(true).rejected(&mut reject);
        let report = store.import(chunks, options);
        (report.unwrap().outcome.entities, rejected)
    };
    let header = "code,id,kind,name,cargo,port\n";
    assert_eq!(define(&format!("{header}A1,argo,ship,Argo,7,\nB1,beta,ship,Beta,,\n")), (2, Vec::new()));
    assert_eq!(define(&format!("{header}A1,ship-1,ship,Argo of Iolcos,9,Iolcos\n")).0, 1);
    assert_eq!(
        define(&format!("{header}A1,ship-1,ship,Argo of Iolcos,9,Iolcos\n")).0,
        0,
        "the same again is no change"
    );
    // Its other names lead to it, and one that somebody else has is left to him.
    assert_eq!(define(&format!("{header}B1,argo-2,ship,Argo,5,\n")).0, 1);
    let ship = |name: &str| rows(&store, &format!("ships name:\"{name}\" | show id, cargo"));
    assert_eq!(ship("Argo"), [json!({"id": "argo", "cargo": 7})]);
    assert_eq!(ship("Beta"), [json!({"id": "beta", "cargo": 5})]);
    assert_eq!(rows(&store, "ships | show id"), [json!({"id": "argo"}), json!({"id": "beta"})]);
    let (_, rejected) = define(&format!("{header}A1,x,fleet,X,,\n"));
    assert!(
        matches!(rejected.as_slice(), [RejectionReason::Refused(Refusal::CompletionOfOtherKind { id, .. })] if id == "argo"),
        "{rejected:?}"
    );
}
