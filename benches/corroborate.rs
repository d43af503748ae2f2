//! Imports dated records of several databases about the same acts and joins
//! them, into an empty store, again into the store that has them, and once more
//! in another order: `cargo bench --bench corroborate -- FILE.csv.zst`.
//!
//! The columns of the file are `source,state,action,treaty,date,row`; dates
//! that stand for none (year 9999 and 2899-01-01) are left out, and the rest
//! is written as JSON Lines before the clock starts. Prints records a second
//! from the first byte read to durable and checkpointed, with every action
//! declared to be done once and with none.

use std::error::Error;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::Path;
use std::time::Instant;

use serde_json::json;
use tractat::exchange::{Input, ReadOptions, RecordChunks};
use tractat::{ImportOptions, Options, RejectedRecord, Store, Vocabulary};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1).filter(|argument| !argument.starts_with("--"));
    let Some(file) = arguments.next() else {
        println!("give the file: cargo bench --bench corroborate -- FILE.csv.zst");
        return Ok(());
    };
    let folder = tempfile::tempdir()?;
    let (straight, turned) = (folder.path().join("straight.jsonl"), folder.path().join("turned.jsonl"));
    let (mut lines, actions) = read(Path::new(&file))?;
    fs::write(&straight, lines.join("\n"))?;
    lines.reverse();
    fs::write(&turned, lines.join("\n"))?;
    for is_once in [true, false] {
        let mut vocabulary = "[world]\nname = \"corroborate\"\n".to_owned();
        for (number, action) in actions.iter().enumerate() {
            writeln!(vocabulary, "[actions.{action}]\nlabel = \"act number {number}\"\nonce = {is_once}")?;
        }
        println!("{}", if is_once { "each act is done once" } else { "acts may be done again" });
        let path = folder.path().join(if is_once { "once.tractat" } else { "again.tractat" });
        let store = Store::create(&path, &Vocabulary::from_toml(&vocabulary)?, Options::default())?;
        for (what, file) in [("new", &straight), ("again", &straight), ("turned", &turned)] {
            import(&store, what, file)?;
        }
        let count = |query: &str| store.query(query).map(Iterator::count);
        let (facts, by_two, disputed) = (count("")?, count("sources>=2")?, count("disputed:date")?);
        println!("  {facts} facts, {by_two} by two publishers or more, {disputed} of them disputed");
    }
    Ok(())
}

/// The rows as lines of JSON, and the actions that they name.
fn read(file: &Path) -> Result<(Vec<String>, Vec<String>), Box<dyn Error>> {
    let mut reader = csv::Reader::from_reader(zstd::Decoder::new(File::open(file)?)?);
    let (mut lines, mut actions) = (Vec::new(), Vec::new());
    for row in reader.records() {
        let row = row?;
        let cell = |column: usize| row.get(column).unwrap_or_default();
        let action = format!("act-{}", cell(2));
        if cell(4).starts_with("9999") || cell(4) == "2899-01-01" || cell(1).is_empty() || cell(3).is_empty() {
            continue;
        }
        let sources = json!([{"publisher": cell(0), "record": cell(5)}]);
        let record =
            json!({"subject": cell(1), "action": action, "object": cell(3), "date": cell(4), "sources": sources});
        lines.push(record.to_string());
        if !actions.contains(&action) {
            actions.push(action);
        }
    }
    Ok((lines, actions))
}

fn import(store: &Store, what: &str, file: &Path) -> Result<(), Box<dyn Error>> {
    let schema = store.schema();
    let started = Instant::now();
    let options = ReadOptions::new(&schema);
    let records = RecordChunks::new(Input::open(file)?, &options)?;
    // Some dates of the file are no days of the calendar.
    let mut ignore = |_: &RejectedRecord| {};
    let options = ImportOptions::new().corroborate(true).rejected(&mut ignore);
    let report = store.import(records, options)?;
    store.checkpoint()?;
    let seconds = started.elapsed().as_secs_f64();
    let outcome = report.outcome;
    #[expect(clippy::cast_precision_loss, reason = "a rate for people to read")]
    let rate = report.records as f64 / seconds;
    println!(
        "  {what:>6}: {} records in {seconds:.2} s, {rate:.0} a second: {} new, {} joined, {} unchanged, {} new versions",
        report.records, outcome.new, outcome.corroborated, outcome.unchanged, outcome.versions
    );
    Ok(())
}
