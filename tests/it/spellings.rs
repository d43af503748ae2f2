//! No two values that are not the same are counted, grouped, joined or merged as
//! one, in any script; and what is asked for finds the nearest.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tractat::{ImportOptions, Remark, Store, Vocabulary};
use unicode_normalization::UnicodeNormalization;

use crate::input;

const VOCABULARY: &str = r#"
[world]
name = "spellings"
[fields.subject]
type = "reference"
kinds = ["person"]
open = true
[fields.city]
type = "keyword"
[status.busy]
open = [{ by = "noted", at = "date" }]
[nouns.people]
singular = "person"
kinds = ["person"]
role = "subject"
[actions.noted]
label = "note"
"#;

/// Texts of which each looks like the others of its line.
const ALIKE: [&[&str]; 12] = [
    &["パリ", "バリ", "ハリ", "ﾊﾟﾘ"],
    &["मा", "मी", "मि", "म"],
    &["दिन", "दान", "दुन"],
    &["ป่า", "ป้า", "ปา"],
    &["мой", "мои", "МОЙ"],
    &["강", "갛", "가"],
    &["Peña", "Pen\u{303}a", "PEÑA", "Pena", "pena"],
    &["má", "mạ", "ma", "MÁ"],
    &["עָבַד", "עֶבֶד", "עבד"],
    &["كَتَبَ", "كُتُبٌ", "كتب"],
    &["Straße", "STRASSE", "Strase"],
    &["e.org/a", "e.org/A", "e.org/á"],
];

/// Whether two names are the same, worked out another way than by the program: letter
/// by letter, each the small or the capital form of the other.
fn same_name(a: &str, b: &str) -> bool {
    let is_same = |(a, b): (char, char)| a.to_lowercase().eq(b.to_lowercase()) || a.to_uppercase().eq([b]);
    a.nfd().count() == b.nfd().count() && a.nfd().zip(b.nfd()).all(is_same)
}

fn same_text(a: &str, b: &str) -> bool {
    a.nfc().eq(b.nfc())
}

/// How many of some texts are not the same as one before.
fn distinct(texts: &[&str], same: fn(&str, &str) -> bool) -> usize {
    let is_new = |place: &usize| !texts[..*place].iter().any(|before| same(before, texts[*place]));
    (0..texts.len()).filter(is_new).count()
}

fn store(records: &[Value], options: ImportOptions<'_>) -> Store {
    let store = Store::in_memory(&Vocabulary::from_toml(VOCABULARY).unwrap()).unwrap();
    let text = records.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    input::import(&store, "records.jsonl", text, options).unwrap();
    store
}

fn column(store: &Store, query: &str) -> Vec<String> {
    store.query(query).unwrap().map(|row| row.unwrap().cells()[0].to_string()).collect()
}

fn count(store: &Store, query: &str) -> usize {
    column(store, &format!("{query} | count"))[0].parse().unwrap()
}

#[test]
fn what_is_not_the_same_is_never_counted_or_grouped_as_one() {
    for texts in ALIKE {
        let record = |(place, text): (usize, &&str)| {
            json!({"id": format!("f{place}"), "subject": text, "action": "noted", "tags": [text],
                   "sources": [{"publisher": text, "url": text}]})
        };
        let records: Vec<Value> = texts.iter().enumerate().map(record).collect();
        let store = store(&records, ImportOptions::default());
        let (names, values) = (distinct(texts, same_name), distinct(texts, same_text));
        assert_eq!(column(&store, "| count by subject").len(), names, "{texts:?}");
        assert_eq!(column(&store, "| count by source.publisher").len(), names, "{texts:?}");
        assert_eq!(column(&store, "| sources | count by publisher").len(), names, "{texts:?}");
        assert_eq!(column(&store, "people").len(), names, "{texts:?}");
        assert_eq!(column(&store, "| count by tags").len(), values, "{texts:?}");
        assert_eq!(column(&store, "| count by source.url").len(), values, "{texts:?}");
        let shown: BTreeSet<String> = column(&store, "| show subject").into_iter().collect();
        assert_eq!(shown.len(), names, "a name is spelled in one way: {shown:?}");
    }
}

#[test]
fn what_is_not_the_same_is_never_joined_or_merged() {
    for texts in ALIKE {
        let record = |text: &&str| {
            json!({"subject": text, "action": "noted", "date": "2024-01-01",
                   "tags": [text], "sources": [{"publisher": format!("{text} Gazette")}]})
        };
        let records: Vec<Value> = texts.iter().map(record).collect();
        let joined = store(&records, ImportOptions::default().corroborate(true));
        assert_eq!(count(&joined, ""), distinct(texts, same_name), "{texts:?}");
        let apart = store(&records, ImportOptions::default());
        for (place, text) in texts.iter().enumerate() {
            let others = |same: fn(&str, &str) -> bool| {
                (0..texts.len()).filter(|other| *other != place && same(texts[*other], text)).count()
            };
            let alone = usize::from(others(same_text) == 0);
            let query = format!("tags:\"{text}\" without same tags {{noted}}");
            assert_eq!(count(&apart, &query), alone, "{text} of {texts:?}");
            let given = format!("tags:(tags:\"{text}\" | show tags)");
            assert_eq!(count(&apart, &given), others(same_text) + 1, "{text} of {texts:?}");
            let given = format!("subject:(tags:\"{text}\" | show subject)");
            assert_eq!(count(&apart, &given), others(same_name) + 1, "{text} of {texts:?}");
        }
        let two: Vec<Value> = texts.iter().map(|text| json!({"publisher": text})).collect();
        let one_act = store(&[json!({"subject": "a", "action": "noted", "sources": two})], ImportOptions::default());
        assert_eq!(count(&one_act, &format!("sources={}", distinct(texts, same_name))), 1, "{texts:?}");
    }
}

#[test]
fn the_nearest_value_goes_first() {
    for texts in ALIKE {
        let record = |(place, text): (usize, &&str)| json!({"id": format!("f{place}"), "subject": text, "action": "noted", "tags": [text]});
        let records: Vec<Value> = texts.iter().enumerate().map(record).collect();
        let store = store(&records, ImportOptions::default());
        for text in texts {
            let same = |same: fn(&str, &str) -> bool| texts.iter().filter(|other| same(other, text)).count();
            assert_eq!(count(&store, &format!("subject:\"{text}\"")), same(same_name), "{text} of {texts:?}");
            assert_eq!(count(&store, &format!("tags:\"{text}\"")), same(same_text), "{text} of {texts:?}");
            let where_tag = format!("| count by tags | where tags = \"{text}\"");
            assert_eq!(column(&store, &where_tag).len(), 1, "{text} of {texts:?}");
            let share = format!("| count by tags | share of (tags = \"{text}\")");
            assert_eq!(column(&store, &share), ["1"], "{text} of {texts:?}");
        }
    }
    let records = [("a", "Café"), ("b", "cafe")]
        .map(|(id, tag)| json!({"id": id, "subject": "x", "action": "noted", "tags": [tag]}));
    let store = store(&records, ImportOptions::default());
    let found = |tag: &str| column(&store, &format!("tags:{tag} | show id"));
    assert_eq!([found("cafe"), found("CAFÉ"), found("Cafè")], [vec!["b"], vec!["a"], vec!["a", "b"]]);
}

#[test]
fn versions_no_longer_in_force_are_found_by_their_values_too() {
    let fact = |id: &str, tag: &str| {
        serde_json::from_value(json!({"id": id, "subject": "x", "action": "noted", "tags": [tag]})).unwrap()
    };
    let store = store(&[], ImportOptions::default());
    for versions in [[("a", "café"), ("b", "cafe"), ("Tea", "tea")], [("a", "milk"), ("b", "milk"), ("c", "tea")]] {
        store
            .transact(None, |transaction| {
                versions.iter().try_for_each(|(id, tag)| transaction.assert(fact(id, tag)).map(|_| ()))
            })
            .unwrap();
    }
    store.transact(None, |transaction| transaction.retract("Tea", "wrong")).unwrap();
    store.transact(None, |transaction| transaction.assert(fact("tea", "tea"))).unwrap();
    let found = |query: &str| column(&store, &format!("{query} | history")).len();
    assert_eq!(["tags:cafe", "tags:cafè", "tags:milk"].map(found), [4, 4, 4], "no fact in force has a nearer value");
    assert_eq!(count(&store, "id:TEA"), 1, "one that is in force");
}

#[test]
fn a_word_that_is_spelled_otherwise_is_told_wherever_it_is_asked() {
    let store = store(
        &[json!({"id": "Erste", "subject": "Ann", "action": "noted", "date": "2001", "tags": ["Café"]})],
        ImportOptions::default(),
    );
    let ann = json!({"entity": "ann", "kind": "person", "name": "Ann", "city": "Málaga"});
    store.transact(None, |transaction| transaction.define(serde_json::from_value(ann).unwrap())).unwrap();
    for (query, word) in [
        ("tags:cafe", "cafe"),
        ("id:erste", "erste"),
        ("people city:malaga", "malaga"),
        ("subject.city:malaga", "malaga"),
        ("noted after {tags:cafe}", "cafe"),
        ("noted without {tags:cafe}", "cafe"),
        ("people busy=0 using {tags:cafe}", "cafe"),
        ("people with {tags:cafe}", "cafe"),
        ("| where tags:cafe", "cafe"),
        ("| count by (tags:cafe)", "cafe"),
        ("| let lag = date - {tags:cafe} | show id, lag", "cafe"),
        ("subject:(tags:cafe | show subject)", "cafe"),
        ("people | where city:malaga", "malaga"),
    ] {
        let mut answer = store.query(query).unwrap();
        answer.by_ref().for_each(drop);
        let is_told = |remark: &Remark| matches!(remark, Remark::ReadAs { word: told, .. } if **told == *word);
        assert!(answer.remarks().iter().any(is_told), "{query}: {:?}", answer.remarks());
    }
}
