//! Imports a large file of votes into a fresh store and times queries on it:
//! `cargo bench --bench votes -- FILE.jsonl[.zst]`; or only the queries, on a
//! store that there is already: `-- STORE.tractat`, with other ones if they follow.
//!
//! Prints facts a second from the first byte read to durable and checkpointed,
//! the size of the store beside that of the file, and for each query the
//! median of its runs to the last row, with the first run apart.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use tractat::exchange::{Input, ReadOptions, RecordChunks};
use tractat::{ImportOptions, Options, Store, WorldFiles};

const QUERIES: [&str; 25] = [
    "voted-no after 2015-01-01 region:baltic",
    "voted-no region:baltic since 2010",
    "abstained estonia since 2015",
    "voted 2019..2020-06 -in:eu",
    "(voted-no or abstained) since 2018 region:baltic",
    "voted-no resolution:R/72/50,A/RES/74/228",
    "\"arms race\"",
    "\"arms race in outer space\" voted-no",
    "voted-no in last 90 days",
    "voted until 1940s",
    "abstained maybe after 2020-06-30",
    "voted-no since 2000 | count by member",
    "voted-no since 2000 | count by member | where count >= 400",
    "voted-no | count by region",
    "| count by year",
    "session>=70 voted-no tag:\"human rights\" | sort -date | take 10",
    "voted-no member:estonia | sort -date | show member, resolution, date",
    "voted-yes region:baltic session:70..74",
    "| count",
    "id:unga-3-us",
    "note:nuclear* | count",
    "title:/zzz.*q/ | count",
    "| count by note",
    "| count by title",
    "| distinct note",
];

const RUNS: usize = 21;

/// A query is run no longer than that, though three times at least.
const ENOUGH: Duration = Duration::from_secs(3);

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1).filter(|argument| !argument.starts_with("--"));
    let Some(file) = arguments.next() else {
        println!("give the file: cargo bench --bench votes -- FILE.jsonl.zst");
        return Ok(());
    };
    let asked: Vec<String> = arguments.collect();
    let asked: Vec<&str> = asked.iter().map(String::as_str).collect();
    let queries = if asked.is_empty() { &QUERIES } else { asked.as_slice() };
    if Path::new(&file).is_dir() {
        return measure(Path::new(&file), queries);
    }
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("votes.tractat");
    let world = WorldFiles::read(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/seed/votes")))?;
    let store = Store::create(&path, &world.parse_vocabulary()?, Options::default())?;
    store.load(&world, false)?;

    let schema = store.schema();
    let started = Instant::now();
    let options = ReadOptions::new(&schema);
    let report =
        store.import(RecordChunks::new(Input::open(Path::new(&file))?, &options)?, ImportOptions::default())?;
    store.checkpoint()?;
    let took = started.elapsed();
    println!(
        "{} facts in {:.2} s: {:.0} a second",
        report.records,
        took.as_secs_f64(),
        per_second(report.records, took)
    );
    for part in ["journal", "index", ""] {
        println!("{:>8} {:>8.1} MB", if part.is_empty() { "store" } else { part }, size(&path.join(part))? / 1e6);
    }
    drop(store);
    measure(&path, queries)
}

fn measure(path: &Path, queries: &[&str]) -> Result<(), Box<dyn Error>> {
    let started = Instant::now();
    let store = Store::open(path)?;
    println!("opened in {:.1} ms", millis(started.elapsed()));

    println!("{:>9} {:>9} {:>8}  query", "first ms", "median ms", "rows");
    for query in queries {
        let mut times = Vec::with_capacity(RUNS);
        let mut rows = 0;
        let all = Instant::now();
        while times.len() < RUNS && (times.len() < 3 || all.elapsed() < ENOUGH) {
            let started = Instant::now();
            rows = store.query(query)?.collect::<Result<Vec<_>, _>>()?.len();
            times.push(started.elapsed());
        }
        let first = times[0];
        times.sort();
        println!("{:>9.1} {:>9.1} {rows:>8}  {query}", millis(first), millis(times[times.len() / 2]));
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a rate for people to read")]
fn per_second(count: u64, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[expect(clippy::cast_precision_loss, reason = "a size for people to read")]
fn size(path: &Path) -> std::io::Result<f64> {
    let mut total = 0.0;
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        total += if metadata.is_dir() { size(&entry.path())? } else { metadata.len() as f64 };
    }
    Ok(total)
}
