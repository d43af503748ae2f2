//! The public interface, used as a program that embeds the library uses it:
//! public names alone, and errors by kind and data instead of by their text.

use std::error::Error as _;
use std::thread;

use serde_json::json;
use tractat::{
    Access, Cancel, Cell, Error, ErrorKind, Fact, Nearest, OpeningNote, Options, QueryOptions, ReadOnlyReason, Refusal,
    Remark, SoleCondition, Store, Task, Vocabulary,
};

const WORDS: &str = r#"
    world = { name = "boards" }
    fields.seats = { type = "integer" }
    fields.subject = { type = "reference", kinds = ["person"] }
    nouns.people = { singular = "person", kinds = ["person"], role = "subject" }
    actions.resigned = { label = "resignation" }
"#;

fn store() -> Store {
    let store = Store::in_memory(&Vocabulary::from_toml(WORDS).unwrap()).unwrap();
    let ada = json!({"entity": "ada", "kind": "person", "name": "Ada"});
    store.transact(None, |transaction| transaction.define(serde_json::from_value(ada)?)).unwrap();
    store
}

fn fact(subject: &str, action: &str) -> Fact {
    Fact { subject: subject.to_owned(), action: action.to_owned(), ..Fact::default() }
}

fn refused(store: &Store, fact: Fact) -> Refusal {
    match store.transact(None, |transaction| transaction.assert(fact)) {
        Err(Error::Refused(refusal)) => *refusal,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_refusal_has_its_data() {
    let store = store();
    let Refusal::UnknownAction { action, similar, .. } = refused(&store, fact("ada", "resignd")) else {
        panic!("the action is unknown")
    };
    assert_eq!((&*action, similar.as_deref()), ("resignd", Some("resigned")));
    let Refusal::UnknownEntity { field, similar, .. } = refused(&store, fact("adda", "resigned")) else {
        panic!("nobody has this name")
    };
    assert_eq!((&*field, similar.as_deref()), ("subject", Some("ada")));
    let mut many = fact("ada", "resigned");
    many.fields.insert("seats".to_owned(), json!("many"));
    assert!(matches!(refused(&store, many), Refusal::WrongType { field, .. } if field == "seats"));
    let kind = |fact| store.transact(None, |transaction| transaction.assert(fact)).unwrap_err().kind();
    assert_eq!(kind(fact("ada", "resignd")), ErrorKind::UnknownWord);
    assert_eq!(kind(fact("adda", "resigned")), ErrorKind::UnknownReference);
    let unknown = store.transact(None, |transaction| transaction.retract("no-such-id", "a mistake")).unwrap_err();
    assert_eq!(unknown.kind(), ErrorKind::UnknownReference);
    assert!(matches!(unknown, Error::UnknownFact { id } if id == "no-such-id"));
    let absent = Store::open(std::path::Path::new("/dev/null/store")).unwrap_err();
    assert_eq!(absent.kind(), ErrorKind::NotFound);
    assert!(absent.source().is_none(), "{absent:?}");
    let unreadable = Error::Io { path: "store".into(), source: std::io::Error::other("the cause") };
    assert_eq!(unreadable.source().map(ToString::to_string).as_deref(), Some("the cause"));
}

#[test]
fn a_transaction_ends_with_the_error_of_its_closure_and_writes_nothing() {
    #[derive(Debug)]
    enum Mine {
        Store(ErrorKind),
        Enough,
    }
    impl From<Error> for Mine {
        fn from(error: Error) -> Self {
            Self::Store(error.kind())
        }
    }
    let store = store();
    let before = store.statistics();
    let stopped = store.transact(None, |transaction| {
        transaction.assert(fact("ada", "resigned"))?;
        Err::<(), Mine>(Mine::Enough)
    });
    assert!(matches!(stopped, Err(Mine::Enough)));
    let refused = store.transact(None, |transaction| {
        transaction.assert(fact("ada", "resignd"))?;
        Ok::<_, Mine>(())
    });
    assert!(matches!(refused, Err(Mine::Store(ErrorKind::UnknownWord))));
    let nested = store.transact(None, |_| store.transact(None, |_| Ok::<_, Error>(())).map(|_| ()));
    assert!(matches!(nested, Err(Error::NestedTransaction)));
    assert_eq!(store.statistics(), before);
}

#[test]
fn one_process_writes_and_others_read_if_they_say_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("boards.tractat");
    assert_eq!(Store::open(&path).unwrap_err().kind(), ErrorKind::NotFound);
    let writer = Store::create(&path, &Vocabulary::from_toml(WORDS).unwrap(), Options::new()).unwrap();
    let held = Store::open(&path).unwrap_err();
    assert!(matches!(held, Error::Locked { process } if process == Some(std::process::id())), "{held:?}");
    let reader = Store::open_with(&path, Options::new().access(Access::WriteIfPossible)).unwrap();
    let locked = ReadOnlyReason::Locked { process: Some(std::process::id()) };
    assert_eq!(reader.read_only(), Some(&locked));
    assert!(reader.notes().contains(&OpeningNote::ReadOnly(locked)));
    assert_eq!(Store::open_read_only(&path).unwrap().read_only(), Some(&ReadOnlyReason::OpenedReadOnly));
    let refused = reader.transact(None, |transaction| transaction.retract("x", "y")).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ReadOnly);
    drop(reader);
    writer.close().unwrap();
    assert_eq!(Store::open(&path).unwrap().read_only(), None);
}

#[test]
fn remarks_are_data_and_json() {
    let store = store();
    let mut dated = fact("ada", "resigned");
    dated.date = Some("2004-01-01".parse().unwrap());
    store.transact(None, |transaction| transaction.assert(dated)).unwrap();
    let mut answer = store.query("resigned before 1990").unwrap();
    assert_eq!(answer.by_ref().count(), 0);
    let remarks = answer.remarks();
    let Some(Remark::Empty(reason)) = remarks.first() else { panic!("{remarks:?}") };
    assert_eq!(reason.parts.last().map(|part| (&*part.condition, part.together)), Some(("before 1990", 0)));
    assert!(matches!(&reason.nearest, Some(Nearest::Value(Cell::Date(_)))));
    let json = serde_json::to_value(&remarks).unwrap();
    assert_eq!(json[0]["remark"], "empty");
    assert_eq!(json[0]["nearest"]["value"], "2004-01-01");
    let mut answer = store.query("zeppelin").unwrap();
    assert_eq!(answer.by_ref().count(), 0);
    let remarks = answer.remarks();
    assert!(matches!(&remarks[..], [Remark::Empty(reason)] if reason.sole == Some(SoleCondition::Text)));
    assert_eq!(serde_json::to_value(&remarks).unwrap()[0]["asks_for"], "text");
}

#[test]
fn a_flag_stops_queries_and_progress_is_told() {
    let told = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let listener = told.clone();
    let folder = tempfile::tempdir().unwrap();
    let options =
        Options::new().progress(move |progress| listener.lock().unwrap().push((progress.task, progress.done)));
    let vocabulary = Vocabulary::from_toml("[world]\nname = 'x'\n[actions.resigned]\nlabel = 'resignation'").unwrap();
    let store = Store::create(folder.path().join("s"), &vocabulary, options).unwrap();
    store
        .transact(None, |transaction| {
            for number in 0..15_000 {
                transaction.assert(fact(&format!("person {number}"), "resigned"))?;
            }
            Ok::<_, Error>(())
        })
        .unwrap();
    let written: Vec<u64> = told
        .lock()
        .unwrap()
        .iter()
        .filter(|(task, _)| *task == Task::WriteTransaction)
        .map(|(_, done)| *done)
        .collect();
    assert!(written.is_sorted() && written.last() == Some(&15_000), "{written:?}");
    let cancel = Cancel::new();
    cancel.cancel();
    let stopped = store
        .query_with("| count", &QueryOptions::new().cancel(cancel))
        .and_then(Iterator::collect::<Result<Vec<_>, _>>);
    assert_eq!(stopped.unwrap_err().kind(), ErrorKind::Cancelled);
    let counts = thread::scope(|scope| {
        let count = || store.query("resigned").unwrap().count();
        [scope.spawn(count), scope.spawn(count)].map(|thread| thread.join().unwrap())
    });
    assert_eq!(counts, [15_000; 2]);
}
