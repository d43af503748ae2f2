//! Laws of joining, on random records; and a judge of it that looks at every
//! pair and every day.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::Terms;
use super::assembled_fact::put_together;
use super::record::{ActNames, KeptValues, take_apart};
use crate::exchange::{Input, InputFormat, ReadOptions, RecordChunks};
use crate::model::{Date, Day, Extent, Fact, Schema, Vocabulary};
use crate::store::{ImportOptions, ImportReport, Store};

const VOCABULARY: &str = r#"
[world]
name = "joining"
[fields.subject]
type = "reference"
kinds = ["ship"]
open = true
[fields]
cargo = { type = "integer" }
due = { type = "date" }
[nouns.ships]
singular = "ship"
kinds = ["ship"]
role = "subject"
[actions.landed]
label = "landing"
[actions.launched]
label = "launch"
once = true
[umbrellas]
moved = { covers = ["landed", "launched"] }
"#;

const SHIP: &str = r#"{"entity":"argo","kind":"ship","name":"The Argo","aliases":["AR"]}"#;

const DATES: [&str; 14] = [
    "2004",
    "2004",
    "2004?",
    "2004-05",
    "2004-05-12",
    "2004-05-12?",
    "2004-06-01",
    "2005-01-31",
    "[2004-05-10..2004-06-10]",
    "2003/..",
    "2003-11/..",
    "2004/2004",
    "2004-05/2004",
    "2004/2004-06",
];

fn store() -> Store {
    let store = Store::in_memory(&Vocabulary::from_toml(VOCABULARY).unwrap()).unwrap();
    store.transact(None, |transaction| transaction.define(serde_json::from_str(SHIP)?)).unwrap();
    store
}

fn import_with(store: &Store, records: &[Value], options: ImportOptions<'_>) -> ImportReport {
    let text = records.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    let input = Input::from_reader("records.jsonl", Cursor::new(text.into_bytes())).unwrap();
    let schema = store.schema();
    let read = ReadOptions::new(&schema).format(InputFormat::JsonLines);
    store.import(RecordChunks::new(input, &read).unwrap(), options).unwrap()
}

fn import(store: &Store, records: &[Value]) -> ImportReport {
    import_with(store, records, ImportOptions::new().corroborate(true))
}

fn facts(store: &Store) -> Vec<Fact> {
    store.query("").unwrap().map(|row| row.unwrap().fact().unwrap().unwrap().as_ref().clone()).collect()
}

/// The facts of a store, the least first: names resolved, as they may be spelt
/// in several ways, and without ids, which may depend on arrival.
fn contents(store: &Store) -> Vec<String> {
    let mut all: Vec<String> = facts(store)
        .into_iter()
        .map(|mut fact| {
            fact.id = None;
            if fact.subject != "pequod" {
                fact.subject = "argo".to_owned();
            }
            serde_json::to_string(&fact).unwrap()
        })
        .collect();
    all.sort_unstable();
    all
}

fn with_terms<T>(store: &Store, use_terms: impl FnOnce(Terms<'_>) -> T) -> T {
    let (schema, entities) = (store.schema(), store.entities());
    use_terms(Terms { schema: &schema, entities: &entities })
}

prop_compose! {
    fn record()(
        subject in prop::sample::select(vec!["argo", "The Argo", "AR", "ar", "pequod"]),
        action in prop::sample::select(vec!["landed", "landed", "landed", "launched", "launched"]),
        object in prop::option::weighted(0.8, Just("lemnos")),
        date in prop::option::weighted(0.9, prop::sample::select(DATES.to_vec())),
        publisher in prop::option::weighted(0.9, prop::sample::select(vec!["A", "B", "C", "D"])),
        key in prop::option::weighted(0.3, prop::sample::select(vec!["1", "2"])),
        cargo in prop::option::weighted(0.3, 1..3),
        due in prop::option::weighted(0.3, prop::sample::select(vec!["2006", "2006-02", "2007"])),
        tags in prop::sample::subsequence(vec!["x", "y"], 0..=2),
        title in prop::option::weighted(0.3, prop::sample::select(vec!["one", "two"])),
    ) -> Value {
        let mut record = json!({"subject": subject, "action": action});
        let values = [
            ("object", object.map(Value::from)),
            ("date", date.map(Value::from)),
            ("cargo", cargo.map(Value::from)),
            ("due", due.map(Value::from)),
            ("tags", Some(tags.into())),
            ("title", title.map(Value::from)),
            ("sources", publisher.map(|publisher| match key {
                Some(key) => json!([{"publisher": publisher, "record": key}]),
                None => json!([{"publisher": publisher}]),
            })),
        ];
        for (field, value) in values {
            record.as_object_mut().unwrap().extend(value.map(|value| (field.to_owned(), value)));
        }
        record
    }
}

/// Some of which know the action by an umbrella alone, and some of which have an id, each
/// its own.
fn vague_records() -> impl Strategy<Value = Vec<Value>> {
    let record = (record(), prop::bool::weighted(0.3), prop::bool::weighted(0.4));
    prop::collection::vec(record, 1..12).prop_map(|records| {
        let mut ids: BTreeMap<String, usize> = BTreeMap::new();
        let mut vague = |(mut record, is_vague, has_id): (Value, bool, bool)| {
            if is_vague {
                record["action"] = "moved".into();
            }
            if has_id {
                let number = ids.len();
                let number = ids.entry(record.to_string()).or_insert(number);
                record["id"] = format!("r{number}").into();
            }
            record
        };
        records.into_iter().map(&mut vague).collect()
    })
}

fn records() -> impl Strategy<Value = Vec<Value>> {
    prop::collection::vec(record(), 1..12)
}

/// The records of each fact that the rule makes of some, found by looking at
/// every pair, and at every day on which some date begins.
fn judge(records: &[Value]) -> BTreeSet<BTreeSet<String>> {
    let mut acts: BTreeMap<String, BTreeMap<String, Fact>> = BTreeMap::new();
    for record in records {
        let fact: Fact = serde_json::from_value(record.clone()).unwrap();
        let subject = if fact.subject == "pequod" { "pequod" } else { "argo" };
        let text = take_apart(&fact, &Schema::default())[0].text.clone();
        // Of what joins nothing the whole record counts.
        let joins = fact.date.is_some() && !fact.sources.is_empty();
        let text = if joins || fact.action == "launched" { text } else { format!("{text} by {}", fact.subject) };
        acts.entry(format!("{subject} {} {:?}", fact.action, fact.object)).or_default().insert(text, fact);
    }
    acts.into_values().flat_map(|records| judge_act(&records)).collect()
}

fn judge_act(records: &BTreeMap<String, Fact>) -> Vec<BTreeSet<String>> {
    if records.values().any(|fact| fact.action == "launched") {
        return judge_act_done_once(records);
    }
    let bounds = |fact: &Fact| fact.date.as_ref().map(Date::extent);
    let publisher = |fact: &Fact| fact.sources.first().and_then(|source| source.publisher.clone());
    let days: BTreeSet<Day> = records
        .values()
        .filter_map(bounds)
        .flat_map(|extent| match extent {
            Extent::Point(window) => vec![window.first],
            Extent::Stretch { start, end } => vec![start.first, end.first],
        })
        .collect();
    let pairs = |extent: Extent| -> BTreeSet<(Day, Day)> {
        let all = days.iter().flat_map(|start| days.iter().map(move |end| (*start, *end)));
        all.filter(|(first, last)| match extent {
            Extent::Point(window) => first == last && window.contains(*first),
            Extent::Stretch { start, end } => first <= last && start.contains(*first) && end.contains(*last),
        })
        .collect()
    };
    let (joining, alone): (Vec<_>, Vec<_>) =
        records.iter().partition(|(_, fact)| fact.date.is_some() && publisher(fact).is_some());
    let mut acts: Vec<BTreeSet<String>> = alone.into_iter().map(|(text, _)| [text.clone()].into()).collect();
    let mut left = joining;
    while let Some(first) = left.pop() {
        let mut component = vec![first];
        let mut at = 0;
        while at < component.len() {
            let here = pairs(bounds(component[at].1).unwrap());
            let (near, far): (Vec<_>, Vec<_>) =
                left.into_iter().partition(|(_, fact)| !here.is_disjoint(&pairs(bounds(fact).unwrap())));
            component.extend(near);
            left = far;
            at += 1;
        }
        let common = component.iter().map(|(_, fact)| pairs(bounds(fact).unwrap())).reduce(|one, other| &one & &other);
        let two_of_one = component.iter().any(|(_, one)| {
            component.iter().any(|(_, other)| publisher(one) == publisher(other) && bounds(one) != bounds(other))
        });
        if common.is_some_and(|days| !days.is_empty()) && !two_of_one {
            acts.push(component.iter().map(|(text, _)| (*text).clone()).collect());
            continue;
        }
        for (_, fact) in &component {
            let same = component.iter().filter(|(_, other)| bounds(other) == bounds(fact));
            acts.push(same.map(|(text, _)| (*text).clone()).collect());
        }
    }
    acts
}

/// Looks again and again for the two acts that lie nearest to each other.
fn judge_act_done_once(records: &BTreeMap<String, Fact>) -> Vec<BTreeSet<String>> {
    type Dated<'a> = (&'a str, Option<&'a str>, Extent);
    let dated = |(text, fact): (&'_ String, &'_ Fact)| -> Option<(String, Option<String>, Extent)> {
        let publisher = fact.sources.first().and_then(|source| source.publisher.clone());
        Some((text.clone(), publisher, fact.date.as_ref()?.extent()))
    };
    let all: Vec<(String, Option<String>, Extent)> = records.iter().filter_map(dated).collect();
    let mut all: Vec<Dated<'_>> = all.iter().map(|(text, who, when)| (text.as_str(), who.as_deref(), *when)).collect();
    let bounds = |extent: Extent| match extent {
        Extent::Point(window) => (window, window),
        Extent::Stretch { start, end } => (start, end),
    };
    let length = |(_, _, extent): &Dated<'_>| {
        let (start, end) = bounds(*extent);
        let days = i64::from(start.last.number()) - i64::from(start.first.number());
        let more = i64::from(end.last.number()) - i64::from(end.first.number());
        let is_stretch = matches!(extent, Extent::Stretch { .. });
        (is_stretch, days + if is_stretch { more } else { 0 }, start.first, end.last)
    };
    all.sort_by_key(|one| (length(one), one.0));
    let allowed = |one: &[Dated<'_>], other: &[Dated<'_>]| {
        let is_so = |a: &Dated<'_>, b: &Dated<'_>| a.1.is_none() || a.1 != b.1 || Extent::agree([a.2, b.2]);
        one.iter().all(|a| other.iter().all(|b| is_so(a, b)))
    };
    // Each act with the dates of what first made it.
    let mut acts: Vec<(Vec<Extent>, Vec<Dated<'_>>)> = Vec::new();
    for one in all {
        let fits = |(_, act): &(Vec<Extent>, Vec<Dated<'_>>)| {
            Extent::agree(act.iter().map(|other| other.2).chain([one.2])) && allowed(act, &[one])
        };
        let first = acts
            .iter_mut()
            .filter(|act| fits(act))
            .min_by_key(|(made_by, _)| (made_by[0].earliest(), made_by[0].latest()));
        match first {
            Some((_, act)) => act.push(one),
            None => acts.push((vec![one.2], vec![one])),
        }
    }
    acts.sort_by_key(|(made_by, _)| (made_by[0].earliest(), made_by[0].latest()));
    let gap = |one: Extent, other: Extent| {
        let ((a, _), (b, _)) = (bounds(one), bounds(other));
        let between = |a: i32, b: i32| i64::from(b) - i64::from(a);
        let days = between(a.last.number(), b.first.number()).max(between(b.last.number(), a.first.number()));
        if Extent::agree([one, other]) { 0 } else { days.max(1) }
    };
    let times: Vec<Extent> = acts.iter().map(|(made_by, _)| made_by[0]).collect();
    let mut pairs: Vec<(i64, usize, usize)> = (0..times.len())
        .flat_map(|a| (a + 1..times.len()).map(move |b| (a, b)))
        .map(|(a, b)| (gap(times[a], times[b]), a, b))
        .collect();
    pairs.sort_unstable();
    for (_, a, b) in pairs {
        let place = |of: usize| acts.iter().position(|(made_by, _)| made_by.contains(&times[of])).unwrap();
        let (a, b) = (place(a), place(b));
        if a != b && allowed(&acts[a].1, &acts[b].1) {
            let (made_by, act) = acts.remove(a.max(b));
            acts[a.min(b)].0.extend(made_by);
            acts[a.min(b)].1.extend(act);
        }
    }
    let mut acts: Vec<BTreeSet<String>> =
        acts.iter().map(|(_, act)| act.iter().map(|one| one.0.to_owned()).collect()).collect();
    let undated = records.iter().filter(|(_, fact)| fact.date.is_none()).map(|(text, _)| text.clone());
    match acts.as_mut_slice() {
        [] => acts.push(undated.collect()),
        [one] => one.extend(undated),
        _ => acts.extend(undated.map(|text| [text].into())),
    }
    acts
}

fn records_of(fact: &Fact) -> BTreeSet<String> {
    let alone = fact.action == "landed" && (fact.date.is_none() || fact.sources.is_empty());
    let text = |text: String| if alone { format!("{text} by {}", fact.subject) } else { text };
    take_apart(fact, &Schema::default()).into_iter().map(|record| text(record.text)).collect()
}

/// The records of two actions, of each the first; by one source, and to the letter
/// the same but for the action.
fn alike() -> [Value; 2] {
    ["landed", "launched"].map(|action| {
        json!({"subject": "argo", "action": action, "object": "lemnos", "date": "2004", "sources": [{"publisher": "A"}]})
    })
}

#[test]
fn records_of_two_actions_that_read_the_same_are_two() {
    let store = store();
    let outcome = import(&store, &alike()).outcome;
    assert_eq!((outcome.new, outcome.corroborated, outcome.unchanged), (2, 0, 0));
}

#[test]
fn what_was_retracted_of_one_action_keeps_out_none_of_another_that_reads_the_same() {
    let [landed, launched] = alike();
    let store = store();
    import(&store, std::slice::from_ref(&landed));
    let id = facts(&store)[0].id.clone().unwrap();
    store.transact(None, |transaction| transaction.retract(&id, "it never came there")).unwrap();
    let outcome = import(&store, &[landed, launched]).outcome;
    assert_eq!((outcome.new, outcome.stay_retracted), (1, 1));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn neither_the_order_nor_the_number_of_imports_matters(
        (records, shuffled) in vague_records()
            .prop_flat_map(|records| (Just(records.clone()), Just(records).prop_shuffle())),
        splits in prop::collection::vec(any::<bool>(), 12),
    ) {
        let at_once = store();
        import(&at_once, &records);
        let in_parts = store();
        let mut part = Vec::new();
        for (record, is_last) in shuffled.into_iter().zip(splits) {
            part.push(record);
            if is_last {
                import(&in_parts, &std::mem::take(&mut part));
            }
        }
        import(&in_parts, &part);
        prop_assert_eq!(contents(&at_once), contents(&in_parts));
        let (before, known) = (contents(&at_once), at_once.statistics().transaction);
        let again = import(&at_once, &records);
        prop_assert_eq!((again.outcome.transaction, again.outcome.unchanged), (None, records.len() as u64));
        prop_assert_eq!((contents(&at_once), at_once.statistics().transaction), (before, known));
        let (copy, exported) = (store(), facts(&at_once));
        import(&copy, &exported.iter().map(|fact| json!(fact)).collect::<Vec<_>>());
        prop_assert_eq!(facts(&copy), exported, "what is exported and imported is the same");
    }

    #[test]
    fn shuffled_records_of_one_import_give_the_same_facts_with_the_same_ids(
        (records, shuffled) in vague_records()
            .prop_flat_map(|records| (Just(records.clone()), Just(records).prop_shuffle())),
    ) {
        let (one, other) = (store(), store());
        let (report, shuffled) = (import(&one, &records), import(&other, &shuffled));
        prop_assert_eq!(facts(&one), facts(&other));
        prop_assert_eq!(report.outcome, shuffled.outcome);
    }

    #[test]
    fn several_acts_done_once_have_the_same_ids_in_any_number_of_imports(
        (records, shuffled) in prop::collection::vec(
            (prop::sample::select(vec!["2004-05-12", "2005-01-31"]), prop::sample::select(vec!["A", "B", "C"])),
            1..8,
        )
        .prop_flat_map(|records| (Just(records.clone()), Just(records).prop_shuffle())),
        splits in prop::collection::vec(any::<bool>(), 8),
    ) {
        let launched = |(date, publisher): &(&str, &str)| {
            json!({"subject": "argo", "action": "launched", "object": "lemnos", "date": date,
                "sources": [{"publisher": publisher}]})
        };
        let (at_once, in_parts) = (store(), store());
        import(&at_once, &records.iter().map(launched).collect::<Vec<_>>());
        let mut part = Vec::new();
        for (record, is_last) in shuffled.iter().zip(splits.into_iter().chain([true; 8])) {
            part.push(launched(record));
            if is_last {
                import(&in_parts, &std::mem::take(&mut part));
            }
        }
        import(&in_parts, &part);
        let sorted = |store: &Store| {
            let mut all = facts(store);
            all.sort_by(|one, other| one.id.cmp(&other.id));
            all
        };
        prop_assert_eq!(sorted(&at_once), sorted(&in_parts));
    }

    #[test]
    fn what_is_joined_is_what_a_judge_joins_who_looks_at_every_pair(records in records()) {
        let store = store();
        let report = import(&store, &records);
        let made: BTreeSet<BTreeSet<String>> = facts(&store).iter().map(records_of).collect();
        prop_assert_eq!(made, judge(&records));
        let outcome = report.outcome;
        prop_assert_eq!(outcome.new + outcome.corroborated + outcome.unchanged, records.len() as u64);
        prop_assert_eq!(outcome.new, facts(&store).len() as u64);
    }

    #[test]
    fn a_fact_is_made_of_what_its_sources_say_and_loses_nothing(records in vague_records()) {
        let store = store();
        import(&store, &records);
        with_terms(&store, |terms| {
            for fact in facts(&store) {
                let apart = take_apart(&fact, terms.schema);
                let apart: Vec<_> = apart.iter().collect();
                let together = put_together(&apart, ActNames::of(&fact), &KeptValues::new(), terms);
                prop_assert_eq!(Fact { id: fact.id.clone(), ..together }, fact);
            }
            Ok(())
        })?;
    }
}
