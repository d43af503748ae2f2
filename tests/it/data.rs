//! A hundred thousand votes of the General Assembly, imported and asked about,
//! against counts made directly over the lines of the file.
//!
//! `TRACTAT_DATA` names the folder with `un-votes.jsonl.zst`; without it
//! nothing is done.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use serde::Deserialize;
use serde_json::{Value, json};
use tractat::{ImportOptions, Options, Store, WorldFiles};

use crate::input::{self, rows};

const LINES: usize = 100_000;

#[derive(Deserialize)]
struct Vote {
    id: String,
    subject: String,
    action: String,
    object: String,
    date: String,
    session: i64,
    #[serde(default)]
    title: String,
    #[serde(default)]
    note: String,
}

/// What of an entity is needed here.
#[derive(Deserialize)]
struct Member {
    entity: String,
    name: String,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default, rename = "in")]
    groups: Vec<Value>,
}

struct Members {
    by_id: HashMap<String, Member>,
    ids: HashMap<String, String>,
}

impl Members {
    fn of(world: &WorldFiles) -> Self {
        let lines = world.entities.iter().flat_map(|(_, text)| text.lines());
        let all: Vec<Member> = lines.filter_map(|line| serde_json::from_str(line).ok()).collect();
        let mut ids = HashMap::new();
        for member in &all {
            for name in [&member.entity, &member.name].into_iter().chain(&member.aliases) {
                ids.insert(name.to_lowercase(), member.entity.clone());
            }
        }
        Self { by_id: all.into_iter().map(|member| (member.entity.clone(), member)).collect(), ids }
    }

    fn id(&self, name: &str) -> &str {
        self.ids.get(&name.to_lowercase()).map_or_else(|| panic!("{name} is nobody"), String::as_str)
    }

    /// Whether somebody belongs to a group on a day, over groups of groups; days as written.
    fn belongs(&self, id: &str, group: &str, day: &str) -> bool {
        self.by_id[id].groups.iter().any(|membership| {
            let bound = |key: &str| membership.get(key).and_then(Value::as_str);
            let name = membership.as_str().or(bound("group")).unwrap();
            let held = bound("from").is_none_or(|from| from <= day) && bound("until").is_none_or(|until| day < until);
            held && (name == group || self.belongs(name, group, day))
        })
    }
}

fn lines(path: &Path) -> String {
    let reader = BufReader::new(zstd::Decoder::new(File::open(path).unwrap()).unwrap());
    let mut text = String::new();
    for line in reader.lines().take(LINES) {
        text.push_str(&line.unwrap());
        text.push('\n');
    }
    text
}

fn count(store: &Store, filter: &str) -> usize {
    let rows = rows(store, &format!("{filter} | count"));
    usize::try_from(rows[0]["count"].as_u64().unwrap()).unwrap()
}

/// A table of counts by one column, in whatever order.
fn counts(store: &Store, query: &str, column: &str) -> BTreeMap<String, u64> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    rows(store, query).iter().map(|row| (text(&row[column]), row["count"].as_u64().unwrap())).collect()
}

fn tally(keys: impl Iterator<Item = String>) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    keys.for_each(|key| *counts.entry(key).or_default() += 1);
    counts
}

/// Whether two words stand side by side as they are written.
fn phrase(text: &str, first: &str, second: &str) -> bool {
    let text = text.to_lowercase();
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.windows(2).any(|pair| pair == [first, second])
}

#[test]
fn a_hundred_thousand_votes_are_counted_as_they_stand_in_the_file() {
    let Some(folder) = std::env::var_os("TRACTAT_DATA") else {
        println!("skipped: TRACTAT_DATA is not set");
        return;
    };
    let text = lines(&Path::new(&folder).join("un-votes.jsonl.zst"));
    let world = WorldFiles::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("seed/votes")).unwrap();
    let members = Members::of(&world);
    // The last record of an id is its version in force.
    let votes: Vec<Vote> = text
        .lines()
        .map(|line| serde_json::from_str::<Vote>(line).unwrap())
        .map(|vote| (vote.id.clone(), vote))
        .collect::<BTreeMap<_, _>>()
        .into_values()
        .collect();

    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("votes.tractat");
    let store = Store::create(&path, &world.parse_vocabulary().unwrap(), Options::default()).unwrap();
    store.load(&world, false).unwrap();
    let import = || input::import(&store, "votes.jsonl", text.as_str(), ImportOptions::default()).unwrap();
    assert_eq!(import().records, LINES as u64);
    compare(&store, &votes, &members);
    let again = import();
    assert_eq!((again.outcome.transaction, again.outcome.unchanged), (None, LINES as u64));
    drop(store);
    let store = Store::open(&path).unwrap();
    compare(&store, &votes, &members);
}

fn compare(store: &Store, votes: &[Vote], members: &Members) {
    let number = |test: &dyn Fn(&Vote) -> bool| votes.iter().filter(|vote| test(vote)).count();
    let year = |vote: &Vote| vote.date[..4].to_owned();
    let is_in = |vote: &Vote, group: &str| members.belongs(members.id(&vote.subject), group, &vote.date);

    assert_eq!(count(store, ""), votes.len());
    assert_eq!(counts(store, "| count by action", "action"), tally(votes.iter().map(|vote| vote.action.clone())));
    let by_member = tally(votes.iter().map(|vote| members.id(&vote.subject).to_owned()));
    assert_eq!(counts(store, "| count by member", "member"), by_member);
    assert_eq!(counts(store, "| count by year", "year"), tally(votes.iter().map(year)));
    let years: Vec<i64> = rows(store, "| count by year").iter().map(|row| row["year"].as_i64().unwrap()).collect();
    assert!(years.is_sorted(), "years stand in their order: {years:?}");
    assert_eq!(
        counts(store, "| count by session", "session"),
        tally(votes.iter().map(|vote| vote.session.to_string()))
    );

    for (first, second) in [
        ("nuclear", "weapon"),
        ("nuclear", "weapons"),
        ("south", "africa"),
        ("security", "council"),
        ("human", "rights"),
    ] {
        let found = number(&|vote| phrase(&vote.title, first, second) || phrase(&vote.note, first, second));
        assert!(found > 0);
        assert_eq!(count(store, &format!("\"{first} {second}\"")), found, "{first} {second}");
    }

    let after = number(&|vote| vote.date.as_str() > "1955-12-31");
    assert!(after > 0);
    assert_eq!(count(store, "after 1955"), after);
    let window = number(&|vote| ("1950-03-01"..="1955-06-30").contains(&vote.date.as_str()));
    assert_eq!(count(store, "1950-03..1955-06"), window);
    let day = &votes[votes.len() / 2].date;
    assert_eq!(count(store, &format!("on {day} voted-no")), number(&|v| v.date == *day && v.action == "voted-no"));
    assert_eq!(count(store, "-(since 1950)"), number(&|vote| vote.date.as_str() < "1950-01-01"));

    for group in ["northern-europe", "europe", "baltic"] {
        assert_eq!(count(store, &format!("region:{group}")), number(&|vote| is_in(vote, group)), "{group}");
    }
    let nato = number(&|vote| is_in(vote, "nato") && vote.action == "voted-yes");
    assert!(nato > 0 && nato < number(&|vote| vote.action == "voted-yes"));
    assert_eq!(count(store, "in:nato voted-yes"), nato);
    let elsewhere = votes.iter().filter(|vote| !is_in(vote, "nato") && is_in(vote, "europe"));
    let elsewhere = tally(elsewhere.map(|vote| vote.action.clone()));
    assert_eq!(counts(store, "-in:nato region:europe | count by action", "action"), elsewhere);

    assert_eq!(count(store, "session>=5 session<9"), number(&|vote| (5..9).contains(&vote.session)));
    assert_eq!(count(store, "session>10 or session:1"), number(&|vote| vote.session > 10 || vote.session == 1));
    assert_eq!(count(store, "-voted-yes"), number(&|vote| vote.action != "voted-yes"));

    let distinct: BTreeSet<&str> = votes.iter().map(|vote| members.id(&vote.subject)).collect();
    let found: BTreeSet<String> =
        rows(store, "| distinct member").iter().map(|row| row["member"].as_str().unwrap().to_owned()).collect();
    assert_eq!(found, distinct.into_iter().map(str::to_owned).collect());
    assert_eq!(rows(store, "| distinct session").len(), votes.iter().map(|v| v.session).collect::<BTreeSet<_>>().len());
    let mut by_year: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for vote in votes {
        by_year.entry(year(vote)).or_default().insert(&vote.subject);
    }
    let by_year: BTreeMap<String, u64> = by_year.into_iter().map(|(year, who)| (year, who.len() as u64)).collect();
    assert_eq!(counts(store, "| count member by year", "year"), by_year);

    let cuba = votes.iter().filter(|vote| vote.subject == "Cuba" && vote.action == "voted-no").map(year);
    assert_eq!(counts(store, "cuba voted-no | count by year", "year"), tally(cuba));
    let mut of_iceland: Vec<&Vote> =
        votes.iter().filter(|vote| vote.subject == "Iceland" && vote.date.starts_with("1950")).collect();
    of_iceland.sort_by_key(|vote| (&vote.date, &vote.id));
    let of_iceland: Vec<Value> =
        of_iceland.iter().map(|v| json!({"id": v.id, "date": v.date, "resolution": v.object})).collect();
    assert!(!of_iceland.is_empty());
    assert_eq!(rows(store, "member:iceland in 1950 | show id, date, resolution"), of_iceland);
    let resolution = &votes[votes.len() / 3].object;
    let mut ids: Vec<&Vote> = votes.iter().filter(|vote| vote.object == *resolution).collect();
    ids.sort_by_key(|vote| (&vote.date, &vote.id));
    let ids: Vec<Value> = ids.iter().map(|vote| json!({ "id": vote.id })).collect();
    assert_eq!(rows(store, &format!("object:\"{resolution}\" | show id")), ids);
    let top = rows(store, "voted-no | sort -date, id | take 7 | show id");
    let mut latest: Vec<&Vote> = votes.iter().filter(|vote| vote.action == "voted-no").collect();
    latest.sort_by(|a, b| b.date.cmp(&a.date).then_with(|| a.id.cmp(&b.id)));
    assert_eq!(top, latest.iter().take(7).map(|vote| json!({ "id": vote.id })).collect::<Vec<_>>());
}
