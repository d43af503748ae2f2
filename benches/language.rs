//! Times the constructs of the language that join, fold and summarise, on a
//! large file of votes and on a world of 30,000 acts that it makes itself:
//! `cargo bench --bench language -- FILE.jsonl[.zst]`, or `-- STORE.tractat` of a
//! store of votes that there is already. Without either only the made world is asked.
//!
//! Prints for each query the first run, the median, how many rows there are, and
//! how long it went on when it was told to stop halfway.

use std::error::Error;
use std::fmt::Write;
use std::io::Cursor;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use tractat::exchange::{Input, ReadOptions, RecordChunks};
use tractat::{Cancel, Date, ImportOptions, Options, QueryOptions, Store, WorldFiles};

type Fallible<T> = Result<T, Box<dyn Error>>;

const ON_VOTES: [&str; 24] = [
    "resolutions with {voted-yes in:nato} with {voted-no in:nato}",
    "resolutions without {voted-no} | count",
    "members with {voted-no tag:\"human rights\" since 2010}",
    "members with {voted-no} as of each year 1946..2020 | count by as-of",
    "voted-no estonia with same object {voted-yes latvia}",
    "voted-no with {voted-yes} | count by member",
    "voted-no after {voted-yes}",
    "voted within 30 days after {voted} | count",
    "voted-no with same object, date.year {voted-no estonia} | count",
    "voted-no without same object, region {voted-yes or abstained} | count",
    "voted-no with same object, session {voted-no member:israel} without same object {voted-yes in:nato} | count",
    "voted-yes resolution:(voted-no member:\"united states\" since 2015 | show resolution) | count by member",
    "voted | share of (voted-yes) by region",
    "voted since 2000 | pivot region x action",
    "| pivot region x decade",
    "| count by (in:nato), year",
    "| min max median sum of session by region",
    "| min max median of date by region",
    "voted-no | first by member",
    "| last by member | count",
    "voted-no | let lag = date - {voted-yes} | where lag > 0 days | count",
    "voted-no with {voted} | let lag = date - {voted} | median of lag by region",
    "voted | count by member, resolution | where count >= 2 | count",
    "voted as of 1990 | count by member",
];

const ON_ACTS: [&str; 22] = [
    "states party:t7 as of 2010",
    "states maybe party:t7 as of 2010",
    "states party:t7 -party:t8 as of 2010 | count by region",
    "states (party:t7 as of 2000) -(party:t7 as of 2010)",
    "treaties party:poland as of 1999-09-01",
    "treaties party>=100",
    "treaties withdrawing:*",
    "states | show state, party, signatory | sort -party",
    "states party:t7 as of each year 1950..2020 | count by as-of",
    "states party>=60 as of each year 1950..2020 | count by as-of",
    "treaties party>=50 as of each month 2000..2009 | count by as-of",
    "states | share of (party:t7) by region",
    "states party:t7 using {-withdrawn} as of 2010",
    "states party:t7 | diff as of 2000..2010",
    "periods party:t7 | sort -length",
    "periods party:* | count",
    "signed party:t7 | count",
    "signed without {consented} | count by treaty",
    "consented after {withdrawn}",
    "withdrawn within 5 years after {consented}",
    "ratified | let lag = date - {signed} | median of lag by treaty",
    "withdrawn treaty:(treaties party>=150 as of 2010) | count",
];

const ACTS: usize = 30_000;

const RUNS: usize = 11;

/// A query is run no longer than that, though three times at least.
const ENOUGH: Duration = Duration::from_secs(3);

fn main() -> Fallible<()> {
    let votes = std::env::args().skip(1).find(|argument| !argument.starts_with("--"));
    let folder = tempfile::tempdir()?;
    if let Some(votes) = votes.as_deref().map(Path::new) {
        if votes.is_dir() {
            measure(&Store::open(votes)?, &ON_VOTES)?;
        } else {
            let store = create("votes", &folder.path().join("votes.tractat"))?;
            import(&store, Input::open(votes)?)?;
            measure(&store, &ON_VOTES)?;
        }
    }
    let store = create("treaties", &folder.path().join("acts.tractat"))?;
    import(&store, Input::from_reader("acts.jsonl", Cursor::new(acts(&store)?.into_bytes()))?)?;
    measure(&store, &ON_ACTS)
}

fn create(world: &str, path: &Path) -> Fallible<Store> {
    let world = WorldFiles::read(&Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/seed")).join(world))?;
    let store = Store::create(path, &world.parse_vocabulary()?, Options::default())?;
    store.load(&world, false)?;
    Ok(store)
}

fn import(store: &Store, input: Input) -> Fallible<()> {
    let schema = store.schema();
    let options = ReadOptions::new(&schema);
    let started = Instant::now();
    let report = store.import(RecordChunks::new(input, &options)?, ImportOptions::default())?;
    store.checkpoint()?;
    println!("{} records in {:.2} s", report.records, started.elapsed().as_secs_f64());
    Ok(())
}

/// Numbers that are the same in each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    /// A day between two years; of forty one is a month and one a year.
    fn date(&mut self, first: u64, last: u64) -> String {
        let (year, month, day) = (first + self.below(last - first), 1 + self.below(12), 1 + self.below(28));
        match self.below(40) {
            0 => format!("{year}"),
            1 => format!("{year}-{month:02}"),
            _ => format!("{year}-{month:02}-{day:02}"),
        }
    }
}

/// Treaties, most of them with rules of effect, and what states did to them.
fn acts(store: &Store) -> Fallible<String> {
    const TREATIES: u64 = 100;
    let mut numbers = Numbers(7);
    let mut lines = String::new();
    for treaty in 0..TREATIES {
        let effect = match treaty % 3 {
            0 => "",
            1 => {
                r#","effect":{"consented":{"after":"90 days","cite":"Art. 1"},"withdrawn":{"after":"1 year","cite":"Art. 2"}}"#
            }
            _ => r#","effect":{"consented":{"after":"6 months","snap":"month-start","cite":"Art. 3"}}"#,
        };
        writeln!(lines, r#"{{"entity":"t{treaty}","kind":"treaty","name":"Treaty {treaty}"{effect}}}"#)?;
    }
    let states: Vec<String> = column(store, "states as of 2020 | show state")?;
    let mut written = 0;
    let mut act = |lines: &mut String, state: &str, treaty: u64, action: &str, dates: &str| {
        written += 1;
        writeln!(lines, r#"{{"subject":"{state}","action":"{action}","object":"t{treaty}",{dates}}}"#).map(|()| written)
    };
    'acts: for treaty in 0..TREATIES {
        for state in &states {
            if numbers.below(100) < 75 {
                act(&mut lines, state, treaty, "signed", &format!(r#""date":"{}""#, numbers.date(1950, 1970)))?;
            }
            let consent = ["ratified", "acceded", "accepted"][usize::try_from(numbers.below(3))?];
            let mut dates = format!(r#""date":"{}""#, numbers.date(1970, 2000));
            if numbers.below(10) == 0 {
                write!(dates, r#","effective":"{}""#, numbers.date(2000, 2003))?;
            }
            let mut total = act(&mut lines, state, treaty, consent, &dates)?;
            if numbers.below(20) == 0 {
                let dates =
                    format!(r#""date":"{}","effective":"{}""#, numbers.date(2004, 2009), numbers.date(2010, 2012));
                total = act(&mut lines, state, treaty, "withdrawn", &dates)?;
            }
            if total >= ACTS {
                break 'acts;
            }
        }
    }
    Ok(lines)
}

/// The one column of an answer, by ids.
fn column(store: &Store, query: &str) -> Fallible<Vec<String>> {
    let rows = store.query(query)?.collect::<Result<Vec<_>, _>>()?;
    Ok(rows.iter().filter_map(|row| row.cells().first().map(ToString::to_string)).collect())
}

fn measure(store: &Store, queries: &[&str]) -> Fallible<()> {
    println!("{:>9} {:>9} {:>9} {:>8}  query", "first ms", "median ms", "stops ms", "rows");
    for query in queries {
        let mut times = Vec::with_capacity(RUNS);
        let mut rows = 0;
        let all = Instant::now();
        while times.len() < RUNS && (times.len() < 3 || all.elapsed() < ENOUGH) {
            let started = Instant::now();
            rows = run(store, query, Cancel::new())?;
            times.push(started.elapsed());
        }
        let first = times[0];
        times.sort();
        let median = times[times.len() / 2];
        let stops = stopped(store, query, median / 2);
        println!("{:>9.1} {:>9.1} {:>9.1} {rows:>8}  {query}", millis(first), millis(median), millis(stops));
    }
    Ok(())
}

fn run(store: &Store, query: &str, cancel: Cancel) -> Fallible<usize> {
    let today = Date::parse("2026-11-23")?.earliest();
    let options = QueryOptions::new().today(today).cancel(cancel);
    Ok(store.query_with(query, &options)?.collect::<Result<Vec<_>, _>>()?.len())
}

/// How long a query goes on that is told to stop after a while.
fn stopped(store: &Store, query: &str, after: Duration) -> Duration {
    let cancel = Cancel::new();
    thread::scope(|scope| {
        let flag = cancel.clone();
        let running = scope.spawn(move || {
            // Whether it was stopped or done by then makes no difference here.
            let _ = run(store, query, flag);
        });
        thread::sleep(after);
        let told = Instant::now();
        cancel.cancel();
        let _ = running.join();
        told.elapsed()
    })
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
