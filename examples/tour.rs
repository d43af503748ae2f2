//! What a program does with a store: facts as structs, questions with
//! parameters, errors by kind, several threads, cancellation, and progress.
//!
//! The library is synchronous. In an asynchronous program, call it where
//! blocking is allowed (`tokio::task::spawn_blocking`): a [`Store`] is cheap to
//! clone, and is `Send` and `Sync`.

use std::io::Cursor;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use serde::Deserialize;
use tractat::exchange::{Input, InputFormat, ReadOptions, RecordChunks};
use tractat::{
    Access, Cancel, Date, Error, ErrorKind, Fact, ImportOptions, Options, Parameter, QueryOptions, Refusal, Remark,
    Store, Vocabulary,
};

/// The error of this program. `transact` returns it, too.
#[derive(Debug)]
enum Failure {
    Store(Error),
    Input(&'static str),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Store(error)
    }
}

/// A row of an answer, read into a struct.
#[derive(Debug, Deserialize)]
struct Resignation {
    subject: String,
    date: String,
}

const WORDS: &str = r#"
[world]
name = "boards"
[fields.seats]
type = "integer"
[nouns.people]
singular = "person"
kinds = ["person"]
role = "subject"
[actions.resigned]
label = "resignation"
"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let directory = folder.path().join("boards.tractat");
    let written = Arc::new(AtomicU64::new(0));
    let told = written.clone();
    let options = Options::new().author("ada").progress(move |progress| told.store(progress.done, Ordering::Relaxed));
    let store = Store::create(&directory, &Vocabulary::from_toml(WORDS)?, options)?;

    // One transaction: all of it, or nothing.
    let added = add(&store, &[("Ada", "2024-03"), ("Ben", "2025-02-01")]).map_err(|failure| format!("{failure:?}"))?;
    println!("{added} facts added");
    match add(&store, &[("Cleo", "2025-02-30")]) {
        Err(Failure::Store(error)) => println!("{:?}: {error}", error.kind()),
        other => println!("{other:?}"),
    }
    if let Err(Failure::Input(reason)) = add(&store, &[("", "2025")]) {
        println!("nothing was written: {reason}");
    }

    // An error has a kind, and its data.
    let misspelt = Fact { subject: "Dan".to_owned(), action: "resignd".to_owned(), ..Fact::default() };
    match store.transact(None, |transaction| transaction.assert(misspelt)) {
        Err(Error::Refused(refusal)) => {
            if let Refusal::UnknownAction { action, similar, .. } = *refusal {
                println!("unknown: {action}, perhaps {}", similar.as_deref().unwrap_or("nothing"));
            }
        }
        other => println!("{other:?}"),
    }
    let error = store.query("resigned since 2025-13").expect_err("there is no such month");
    println!("{:?}", error.kind());

    // Another process, or another handle, finds the store locked.
    if let Err(Error::Locked { process }) = Store::open(&directory) {
        println!("locked by this process: {}", process == Some(std::process::id()));
    }
    let reader = Store::open_with(&directory, Options::new().access(Access::Read))?;
    println!("a reader finds {} facts", reader.statistics().facts);

    // A question that is asked often is prepared once.
    let since = store.prepare("resigned since $day")?;
    let parameters = [("day", Parameter::Text("2025".to_owned()))].into_iter().collect();
    for row in since.query(&QueryOptions::new().parameters(parameters))? {
        let Resignation { subject, date } = row?.read()?;
        println!("{subject} resigned on {date}");
    }

    // What is worth knowing beside the rows.
    let mut answer = store.query("resigned before 2000")?;
    answer.by_ref().for_each(drop);
    for remark in answer.remarks() {
        if let Remark::Empty(reason) = &remark {
            println!("nearest: {}", reason.nearest.is_some());
        }
        println!("{remark}");
    }

    store.transact(Some("many"), |transaction| {
        for number in 0..10_000 {
            let (subject, action) = (format!("person {number}"), "resigned".to_owned());
            transaction.assert(Fact { subject, action, ..Fact::default() })?;
        }
        Ok::<_, Error>(())
    })?;
    println!("progress of a transaction: {} facts written", written.load(Ordering::Relaxed));

    import(&store)?;
    ask_from_threads(&store)?;

    // Whoever holds the flag stops the query.
    let cancel = Cancel::new();
    let stopped = QueryOptions::new().cancel(cancel.clone());
    cancel.cancel();
    let outcome = store.query_with("resigned | count", &stopped).and_then(|mut rows| rows.next().transpose());
    println!("cancelled: {}", outcome.is_err_and(|error| error.kind() == ErrorKind::Cancelled));
    Ok(())
}

fn add(store: &Store, resignations: &[(&str, &str)]) -> Result<u64, Failure> {
    let ((), outcome) = store.transact(Some("resignations"), |transaction| {
        for (name, date) in resignations {
            if name.is_empty() {
                return Err(Failure::Input("a name is empty"));
            }
            transaction.assert(Fact {
                subject: (*name).to_owned(),
                action: "resigned".to_owned(),
                object: Some("Acme".to_owned()),
                date: Some(Date::parse(date).map_err(Error::from)?),
                ..Fact::default()
            })?;
        }
        Ok(())
    })?;
    Ok(outcome.new)
}

/// Imports records, skips those that are wrong, and tells how far it has come.
fn import(store: &Store) -> Result<(), Error> {
    let record =
        |number: u32| format!("{{\"subject\":\"member {number}\",\"action\":\"resigned\",\"seats\":{}}}", number % 7);
    let mut records: Vec<String> = (0..30_000).map(record).collect();
    records.push("{\"subject\":\"Eve\",\"action\":\"resigned\",\"seats\":\"many\"}".to_owned());
    let records = records.join("\n");
    let input = Input::from_reader("records.jsonl", Cursor::new(records.into_bytes()))?;
    let schema = store.schema();
    let read = ReadOptions::new(&schema).format(InputFormat::JsonLines);
    let mut rejected = 0;
    let mut count = |_: &_| rejected += 1;
    let reached = AtomicU64::new(0);
    let progress = |records: u64| reached.store(records, Ordering::Relaxed);
    let options = ImportOptions::new().rejected(&mut count).progress(&progress);
    let report = store.import(RecordChunks::new(input, &read)?, options)?;
    println!("{} of {} records imported", report.outcome.new, report.records);
    println!("{rejected} rejected, all told: {}", reached.into_inner() == report.records);
    Ok(())
}

/// Any number of threads may read, each a state of its own, while one writes.
fn ask_from_threads(store: &Store) -> Result<(), Error> {
    let counts = thread::scope(|scope| {
        let ask = |seats: u64| {
            let parameters = [("seats", Parameter::Text(seats.to_string()))].into_iter().collect();
            let options = QueryOptions::new().parameters(parameters);
            Ok::<_, Error>(store.query_with("seats:$seats", &options)?.count())
        };
        let threads: Vec<_> = (0..7).map(|seats| scope.spawn(move || ask(seats))).collect();
        threads.into_iter().map(|thread| thread.join().expect("no thread panics")).collect::<Result<Vec<_>, _>>()
    })?;
    println!("{} facts counted by {} threads", counts.iter().sum::<usize>(), counts.len());
    Ok(())
}
