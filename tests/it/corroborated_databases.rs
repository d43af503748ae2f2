//! Several sources of one act in a real file of five databases, counted a second way.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs::File;
use std::hash::{Hash, Hasher};
use std::path::Path;

use serde_json::json;
use tractat::{ImportOptions, ImportReport, Options, RejectedRecord, Store, Vocabulary};

use crate::corroborate::{facts, import_text};

/// A row of the file: who says that who did what to what when.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    subject: String,
    action: &'static str,
    object: String,
    date: String,
    publisher: String,
    record: String,
}

const ACTIONS: [(&str, &str); 4] =
    [("signature", "alpha"), ("ratification", "beta"), ("in-force", "gamma"), ("end", "delta")];

/// One in so many objects is looked at; the benchmark takes them all.
const PARTS: u64 = 6;

/// A number that has nothing to do with any order.
fn spread(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

fn rows() -> Option<Vec<Row>> {
    let Some(folder) = std::env::var_os("TRACTAT_DATA") else {
        println!("skipped: TRACTAT_DATA is not set");
        return None;
    };
    let file = File::open(Path::new(&folder).join("manytreaties-facts.csv.zst")).unwrap();
    let mut reader = csv::Reader::from_reader(zstd::Decoder::new(file).unwrap());
    assert_eq!(reader.headers().unwrap(), vec!["source", "state", "action", "treaty", "date", "row"]);
    let rows = reader.records().map(|row| {
        let row = row.unwrap();
        let (_, action) = ACTIONS.into_iter().find(|(written, _)| *written == &row[2]).unwrap();
        let text = |column: usize| row[column].to_owned();
        Row { subject: text(1), action, object: text(3), date: text(4), publisher: text(0), record: text(5) }
    });
    // Without dates that stand for none, and rows that name nobody or nothing; and
    // of a part of the objects, all of them, since unoptimised it takes long.
    let is_meant = |row: &Row| {
        let meant = !row.date.starts_with("9999") && row.date != "2899-01-01" && !row.subject.is_empty();
        meant && !row.object.is_empty() && spread(&row.object.to_lowercase()).is_multiple_of(PARTS)
    };
    Some(rows.filter(is_meant).collect())
}

fn lines<'a>(rows: impl Iterator<Item = &'a Row>) -> String {
    let mut text = String::new();
    for row in rows {
        let record = json!({"subject": row.subject, "action": row.action, "object": row.object, "date": row.date,
            "sources": [{"publisher": row.publisher, "record": row.record}]});
        writeln!(text, "{record}").unwrap();
    }
    text
}

/// The first and the last day that a date of the file may mean, as text; every
/// month ends on a 31st here, which no comparison of days can tell.
fn bounds(date: &str) -> (String, String) {
    let date = date.trim_end_matches('?');
    (format!("{date}{}", &"-01-01"[..10 - date.len()]), format!("{date}{}", &"-12-31"[date.len() - 4..]))
}

/// What is counted of the facts.
#[derive(Debug, Default, PartialEq)]
struct Counts {
    facts: usize,
    by_two: usize,
    disputed: usize,
    only_years: usize,
    doubtful: usize,
}

impl Counts {
    fn add(&mut self, act: &[&Row]) {
        let publishers: BTreeSet<&str> = act.iter().map(|row| row.publisher.as_str()).collect();
        let agree = |rows: &mut dyn Iterator<Item = &&Row>| {
            let (firsts, lasts): (Vec<String>, Vec<String>) = rows.map(|row| bounds(&row.date)).unzip();
            firsts.iter().max() <= lasts.iter().min()
        };
        let best = act.iter().min_by_key(|row| {
            let agreeing = act.iter().filter(|other| agree(&mut [**row, **other].iter()));
            let voters: BTreeSet<&str> = agreeing.map(|other| other.publisher.as_str()).collect();
            let length = row.date.trim_end_matches('?').len();
            (act.len() - voters.len(), 10 - length, bounds(&row.date), row.date.ends_with('?'))
        });
        let date = &best.unwrap().date;
        self.facts += 1;
        self.by_two += usize::from(publishers.len() >= 2);
        self.disputed += usize::from(!agree(&mut act.iter()));
        self.only_years += usize::from(date.trim_end_matches('?').len() == 4);
        self.doubtful += usize::from(date.ends_with('?'));
    }

    fn of_store(store: &Store) -> Self {
        let count = |query: &str| store.query(query).unwrap().count();
        Self {
            facts: count(""),
            by_two: count("sources>=2"),
            disputed: count("disputed:date"),
            only_years: count("date.precision:year"),
            doubtful: count("date:uncertain"),
        }
    }
}

/// The rows of each subject, action and object, each once.
fn keys(rows: &[Row]) -> BTreeMap<(String, &str, String), Vec<&Row>> {
    let mut keys: BTreeMap<_, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        keys.entry((row.subject.to_lowercase(), row.action, row.object.to_lowercase())).or_default().push(row);
    }
    for rows in keys.values_mut() {
        rows.sort();
        rows.dedup_by_key(|row| (&row.publisher, &row.record, &row.date));
    }
    keys
}

/// Parts the rows of one key into acts by the rule for what may be done more than once.
fn acts<'a>(rows: &[&'a Row]) -> Vec<Vec<&'a Row>> {
    let mut sorted = rows.to_vec();
    sorted.sort_by_key(|row| bounds(&row.date));
    let mut components: Vec<(String, Vec<&Row>)> = Vec::new();
    for row in sorted {
        let (first, last) = bounds(&row.date);
        match components.last_mut() {
            Some((end, component)) if first <= *end => {
                component.push(row);
                *end = last.max(std::mem::take(end));
            }
            _ => components.push((last, vec![row])),
        }
    }
    let mut acts = Vec::new();
    for (_, component) in components {
        let one_day = component.iter().map(|row| bounds(&row.date).0).max()
            <= component.iter().map(|row| bounds(&row.date).1).min();
        let mut given: BTreeMap<&str, BTreeSet<(String, String)>> = BTreeMap::new();
        for row in &component {
            given.entry(&row.publisher).or_default().insert(bounds(&row.date));
        }
        if one_day && given.values().all(|dates| dates.len() == 1) {
            acts.push(component);
        } else {
            let mut same: BTreeMap<(String, String), Vec<&Row>> = BTreeMap::new();
            for row in component {
                same.entry(bounds(&row.date)).or_default().push(row);
            }
            acts.extend(same.into_values());
        }
    }
    acts
}

/// Parts the rows of one key into acts by the rule for what is done once: each row
/// joins the rows that could be of its day, the most precise first, and then the
/// nearest are joined as long as no publisher has two days that exclude each other.
fn acts_done_once<'a>(rows: &[&'a Row]) -> Vec<Vec<&'a Row>> {
    let agree = |one: &Row, other: &Row| {
        let ((a, b), (c, d)) = (bounds(&one.date), bounds(&other.date));
        a.max(c) <= b.min(d)
    };
    let allowed = |one: &[&Row], other: &[&Row]| {
        one.iter().all(|a| other.iter().all(|b| a.publisher != b.publisher || agree(a, b)))
    };
    let mut sorted = rows.to_vec();
    sorted.sort_by_key(|row| (10 - row.date.trim_end_matches('?').len(), bounds(&row.date)));
    let mut acts: Vec<Vec<&Row>> = Vec::new();
    for row in sorted {
        let fits = |act: &&mut Vec<&Row>| act.iter().all(|other| agree(row, other)) && allowed(act, &[row]);
        match acts.iter_mut().filter(fits).min_by_key(|act| bounds(&act[0].date)) {
            Some(act) => act.push(row),
            None => acts.push(vec![row]),
        }
    }
    loop {
        let mut best: Option<((i64, usize, usize), usize, usize)> = None;
        acts.sort_by_key(|act| bounds(&act[0].date));
        for (a, one) in acts.iter().enumerate() {
            for (b, other) in acts.iter().enumerate().skip(a + 1) {
                let apart = one.iter().flat_map(|x| other.iter().map(move |y| gap(&x.date, &y.date))).min().unwrap();
                let place = (apart, a, b);
                if allowed(one, other) && best.is_none_or(|(least, ..)| place < least) {
                    best = Some((place, a, b));
                }
            }
        }
        let Some((_, a, b)) = best else { return acts };
        let more = acts.remove(b);
        acts[a].extend(more);
    }
}

/// How many days lie between two dates of the file.
fn gap(one: &str, other: &str) -> i64 {
    let number = |text: &str| {
        let day = (0..4).map(|less| format!("{}{}", &text[..8], 31 - less)).find(|day| is_day(day));
        let text = if is_day(text) { text.to_owned() } else { day.unwrap() };
        let part = |from: usize, to: usize| text[from..to].parse::<i64>().unwrap();
        // Days since the first of March of the year 0.
        let (year, month, day) = (part(0, 4), part(5, 7), part(8, 10));
        let (year, month) = if month < 3 { (year - 1, month + 9) } else { (year, month - 3) };
        365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day
    };
    let ((a, b), (c, d)) = (bounds(one), bounds(other));
    (number(&c) - number(&b)).max(number(&a) - number(&d)).max(0)
}

fn treaties(folder: &Path, name: &str, is_once: bool) -> Store {
    let mut vocabulary = "[world]\nname = \"treaties\"\n".to_owned();
    for (_, action) in ACTIONS {
        write!(vocabulary, "[actions.{action}]\nlabel = \"{action} deed\"\nonce = {is_once}\n").unwrap();
    }
    Store::create(folder.join(name), &Vocabulary::from_toml(&vocabulary).unwrap(), Options::default()).unwrap()
}

fn corroborated(store: &Store, text: String) -> ImportReport {
    let mut ignore = |_: &RejectedRecord| {};
    import_text(store, text, ImportOptions::new().corroborate(true).rejected(&mut ignore))
}

/// Whether the calendar has it; the file has days such as 2020-99-99.
fn is_day(date: &str) -> bool {
    let number = |part: Option<&str>| part.map_or(1, |part| part.parse::<u32>().unwrap());
    let mut parts = date.trim_end_matches('?').split('-');
    let (year, month, day) = (number(parts.next()), number(parts.next()), number(parts.next()));
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        _ => 31,
    };
    (1..=12).contains(&month) && (1..=last).contains(&day)
}

#[test]
fn five_databases_about_what_is_done_once_make_the_facts_that_a_count_by_keys_and_days_makes() {
    let Some(all) = rows() else { return };
    let rows: Vec<Row> = all.iter().filter(|row| is_day(&row.date)).cloned().collect();
    let mut expected = Counts::default();
    for act in keys(&rows).values().flat_map(|rows| acts_done_once(rows)) {
        expected.add(&act);
    }
    assert!(expected.by_two > 500 && expected.disputed > 100 && expected.only_years > 100, "{expected:?}");
    let folder = tempfile::tempdir().unwrap();
    let store = treaties(folder.path(), "once", true);
    let report = corroborated(&store, lines(all.iter()));
    assert_eq!(Counts::of_store(&store), expected);
    assert_eq!(report.rejected, (all.len() - rows.len()) as u64);
    let outcome = &report.outcome;
    assert_eq!(outcome.new, expected.facts as u64);
    assert_eq!(outcome.new + outcome.corroborated + outcome.unchanged, rows.len() as u64);
    let again = corroborated(&store, lines(rows.iter().rev()));
    assert_eq!((again.outcome.transaction, again.outcome.unchanged), (None, rows.len() as u64));
}

#[test]
fn five_databases_about_what_may_be_done_again_are_joined_only_where_that_is_certain() {
    let Some(mut rows) = rows() else { return };
    rows.retain(|row| is_day(&row.date));
    let mut expected = Counts::default();
    for act in keys(&rows).values().flat_map(|rows| acts(rows)) {
        expected.add(&act);
    }
    assert!(expected.by_two > 500 && expected.disputed == 0, "{expected:?}");
    let folder = tempfile::tempdir().unwrap();
    let store = treaties(folder.path(), "again", false);
    corroborated(&store, lines(rows.iter()));
    assert_eq!(Counts::of_store(&store), expected);
    rows.sort_by_key(|row| spread(&(&row.record, &row.object, &row.subject, row.action)));
    let shuffled = treaties(folder.path(), "shuffled", false);
    corroborated(&shuffled, lines(rows.iter()));
    let export = |store: &Store| -> Vec<String> {
        facts(store).iter().map(|fact| serde_json::to_string(fact).unwrap()).collect()
    };
    assert!(export(&store) == export(&shuffled), "the order of the rows is not to be told from the facts");
}
