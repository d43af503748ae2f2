//! Entry into force by the deposits, against the days that are known and against
//! counts made directly over the lines of the files.
//!
//! `TRACTAT_DATA` names the folder with `untc/treaties/*.csv`; without it only
//! the bundled world is asked.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};
use tractat::{Store, WorldFiles};

use crate::questions::world;

const CONSENT: [&str; 5] = ["ratified", "accepted", "approved", "acceded", "succeeded"];

fn rows(store: &Store, query: &str) -> Vec<Value> {
    let answer = store.query(query).unwrap_or_else(|error| panic!("{query}: {error}"));
    let object = |row: Result<tractat::Row, tractat::Error>| {
        let mut object = row.unwrap().object().unwrap();
        // Which of its dates are computed, and why, is tested with the formats.
        object.remove("computed");
        Value::Object(object)
    };
    answer.map(object).collect()
}

fn count(store: &Store, query: &str) -> u64 {
    rows(store, &format!("{query} | count"))[0]["count"].as_u64().unwrap()
}

/// The day of the first consent of each, from the lines of the bundled facts.
fn deposits() -> BTreeMap<String, String> {
    let lines = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("seed/treaties/facts/ottawa.jsonl"));
    let mut first: BTreeMap<String, String> = BTreeMap::new();
    for line in lines.unwrap().lines() {
        let fact: Value = serde_json::from_str(line).unwrap();
        if CONSENT.contains(&fact["action"].as_str().unwrap()) {
            let (who, day) = (fact["subject"].as_str().unwrap(), fact["date"].as_str().unwrap().to_owned());
            let known = first.entry(who.to_owned()).or_insert_with(|| day.clone());
            *known = day.min(known.clone());
        }
    }
    first
}

/// The first day of the sixth month after a day's, as months are counted on fingers.
fn sixth_month(day: &str) -> String {
    let (year, month): (u32, u32) = (day[..4].parse().unwrap(), day[5..7].parse().unwrap());
    let (year, month) = if month > 6 { (year + 1, month - 6) } else { (year, month + 6) };
    format!("{year}-{month:02}-01")
}

#[test]
fn a_treaty_enters_into_force_so_long_after_the_fortieth_deposit_and_for_each_not_before() {
    let store = world("treaties");
    let first = deposits();
    let mut days: Vec<&String> = first.values().collect();
    days.sort();
    let entry = sixth_month(days[39]);
    assert_eq!(entry, "1999-03-01");
    let shown = rows(&store, "treaties treaty:ottawa | show in_force, in_force.basis, in_force.stated");
    assert_eq!(shown, [json!({"in_force": entry, "in_force.basis": "computed", "in_force.stated": null})]);
    for day in ["1998-09-15", "1998-12-31", "1999-02-28", "1999-03-01", "1999-04-01", "1999-06-30", "2004-06-01"] {
        let deposited = first.values().filter(|deposit| deposit.as_str() <= day).count() as u64;
        let effect = |deposit: &&String| sixth_month(deposit).max(entry.clone()).as_str() <= day;
        let in_force = first.values().filter(effect).count() as u64;
        assert_eq!(count(&store, &format!("states contracting:ottawa as of {day}")), deposited, "{day}");
        assert_eq!(count(&store, &format!("states party:ottawa as of {day}")), in_force, "{day}");
        assert!(deposited > in_force, "the two are told apart on {day}");
    }
}

#[test]
fn what_was_known_before_the_fortieth_deposit_says_nothing_of_entry_into_force() {
    let seed = WorldFiles::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("seed/treaties")).unwrap();
    let store = Store::in_memory(&seed.parse_vocabulary().unwrap()).unwrap();
    store.load(&seed, false).unwrap();
    let mut first: Vec<(String, String)> = deposits().into_iter().map(|(who, day)| (day, who)).collect();
    first.sort();
    let (before, after) = first.split_at(39);
    let numbers = [before, after].map(|facts| {
        let assert = |transaction: &mut tractat::Transaction<'_>| {
            facts.iter().try_for_each(|(day, who)| {
                let fact = json!({"subject": who, "action": "ratified", "object": "ottawa", "date": day});
                transaction.assert(serde_json::from_value(fact).unwrap()).map(drop)
            })
        };
        store.transact(None, assert).unwrap().1.transaction.unwrap()
    });
    let early = format!("known #{}", numbers[0]);
    let entered = |known: &str| rows(&store, &format!("treaties treaty:ottawa {known} | show in_force"));
    assert_eq!(entered(&early), [json!({"in_force": null})]);
    assert_eq!(entered(""), [json!({"in_force": "1999-03-01"})]);
    assert_eq!(count(&store, &format!("consented effective:none {early}")), 39);
    assert_eq!(count(&store, "consented effective:none"), 0);
    assert_eq!(count(&store, &format!("states party:ottawa {early}")), 0);
    // The day itself does not depend on the day that is asked about.
    assert_eq!(entered("as of 1998-01-01"), [json!({"in_force": "1999-03-01"})]);
}

#[test]
fn a_succession_takes_effect_on_the_day_of_the_succession_of_states() {
    let seed = WorldFiles::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("seed/treaties")).unwrap();
    let store = Store::in_memory(&seed.parse_vocabulary().unwrap()).unwrap();
    store.load(&seed, true).unwrap();
    let more = |transaction: &mut tractat::Transaction<'_>| {
        [
            ("montenegro", "rome-statute", "2006-10-23"),
            ("montenegro", "cluster-munitions-convention", "2006-10-23"),
            ("andorra", "rome-statute", "2001-05-06"),
            ("andorra", "ottawa-convention", "2005-05-06"),
        ]
        .iter()
        .try_for_each(|(who, treaty, day)| {
            let fact = json!({"subject": who, "action": "succeeded", "object": treaty, "date": day});
            transaction.assert(serde_json::from_value(fact).unwrap()).map(drop)
        })
    };
    store.transact(None, more).unwrap();
    for (who, treaty, effect) in [
        ("montenegro", "ottawa", "2006-06-03"),
        ("south-sudan", "ottawa", "2011-07-09"),
        ("montenegro", "rome", "2006-06-03"),
        // It was not in force before.
        ("montenegro", "ccm", "2010-08-01"),
    ] {
        assert_eq!(
            count(&store, &format!("succeeded state:{who} treaty:{treaty} effective on {effect}")),
            1,
            "{who} {treaty}"
        );
        assert_eq!(count(&store, &format!("states {who} party:{treaty} as of {effect}")), 1, "{who} {treaty}");
    }
    assert_eq!(count(&store, "states montenegro party:rome as of 2006-06-02"), 0);
    // Whose beginning is not known has succeeded by the day on which it says so.
    let effect = |treaty: &str| rows(&store, &format!("succeeded andorra treaty:{treaty} | show effective"));
    assert_eq!(effect("rome"), [json!({"effective": "2002-07-01"})]);
    assert_eq!(effect("ottawa"), [json!({"effective": "[1999-03-01..2005-05-06]"})]);
}

/// The dated cells of the last column of a table, which is of consent.
fn consents(folder: &Path, table: &str) -> Vec<(String, String)> {
    let path = folder.join("untc/treaties").join(table).with_extension("csv");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut consents = Vec::new();
    for line in text.lines().skip(1) {
        let (name, last) = (line.split(',').next().unwrap(), line.rsplit(',').next().unwrap());
        let words: Vec<&str> = last.split_whitespace().collect();
        let [day, month, year, ..] = words[..] else { continue };
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let month = 1 + months.iter().position(|name| month.starts_with(name)).unwrap();
        consents.push((name.to_owned(), format!("{year}-{month:02}-{:02}", day.parse::<u8>().unwrap())));
    }
    consents
}

#[test]
fn the_tables_of_the_depositary_give_the_known_days() {
    let Some(folder) = std::env::var_os("TRACTAT_DATA") else {
        println!("skipped: TRACTAT_DATA is not set");
        return;
    };
    let seed = WorldFiles::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("seed/treaties")).unwrap();
    let store = Store::in_memory(&seed.parse_vocabulary().unwrap()).unwrap();
    store.load(&seed, false).unwrap();
    let known = [
        ("26-5", "ottawa-convention", Some("1999-03-01")),
        ("26-6", "cluster-munitions-convention", Some("2010-08-01")),
        ("18-10", "rome-statute", Some("2002-07-01")),
        ("27-7-a", "kyoto-protocol", Some("2005-02-16")),
        ("26-4", "ctbt", None),
    ];
    for (table, treaty, _) in known {
        let consents = consents(Path::new(&folder), table);
        assert!(consents.len() > 80, "{table} has {} consents", consents.len());
        let assert = |transaction: &mut tractat::Transaction<'_>| {
            consents.iter().try_for_each(|(name, day)| {
                let fact = json!({"subject": name, "action": "ratified", "object": treaty, "date": day});
                transaction.assert(serde_json::from_value(fact).unwrap()).map(drop)
            })
        };
        store.transact(None, assert).unwrap_or_else(|error| panic!("{table}: {error}"));
    }
    for (_, treaty, day) in known {
        let shown = rows(&store, &format!("treaties treaty:{treaty} | show in_force.computed"));
        assert_eq!(shown, [json!({ "in_force.computed": day })], "{treaty}");
    }
    assert_eq!(rows(&store, "treaties in_force.stated != in_force.computed"), Vec::<Value>::new());
    assert_eq!(count(&store, "treaties in_force.stated = in_force.computed"), 3);
    // The deposit that reaches the share of emissions, without which it was not in force.
    let last = rows(&store, "consented kyoto russia | show date");
    assert_eq!(last, [json!({"date": "2004-11-18"})]);
    assert_eq!(count(&store, "states party:kyoto as of 2005-02-15"), 0);
    assert!(count(&store, "states contracting:kyoto as of 2004-11-17") > 120);
    assert!(count(&store, "states party:kyoto as of 2005-02-16") > 120);
    assert_eq!(count(&store, "states party:ctbt"), 0);
}
