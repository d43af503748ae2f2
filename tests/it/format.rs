//! A store that an earlier version wrote still opens and says the same.
//!
//! `format-1` was written by the first version. When the format changes, it
//! stays, and one of the new format is written beside it with
//! `TRACTAT_BLESS=1`.

use std::fs;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use tractat::{Event, Options, Store, Vocabulary};

const VOCABULARY: &str = r#"
[world]
name = "boards"
[fields.effective]
type = "date"
[nouns.people]
singular = "person"
kinds = ["person"]
role = "subject"
[groups.club]
kinds = ["club"]
[actions.resigned]
label = "resignation"
"#;

fn write(path: &Path) {
    // 2026-01-02T03:04:05.678Z
    let clock = || UNIX_EPOCH + Duration::from_millis(1_767_323_045_678);
    let options = Options::new().author("archivist").clock(clock);
    let store = Store::create(path, &Vocabulary::from_toml(VOCABULARY).unwrap(), options).unwrap();
    let records = [
        r#"{"id":"a","subject":"Ada","action":"resigned","object":"Acme","date":"2024-03","effective":"2024-06-01","x":[1,{"y":2}],"sources":[{"publisher":"Gazette","says":{"date":"2024"}}]}"#,
        r#"{"id":"b","subject":"Çelik","action":"resigned","date":"192X"}"#,
    ];
    store
        .transact(Some("the first facts"), |transaction| {
            for entity in [
                r#"{"entity":"chess","kind":"club","name":"Chess club"}"#,
                r#"{"entity":"ada","kind":"person","name":"Ada","in":[{"group":"chess","from":"2020","until":"2024-01-01"}]}"#,
            ] {
                transaction.define(serde_json::from_str(entity)?)?;
            }
            records.iter().try_for_each(|record| transaction.assert(serde_json::from_str(record)?).map(drop))
        })
        .unwrap();
    let again = records[1].replace("192X", "1923");
    store.transact(None, |transaction| transaction.assert(serde_json::from_str(&again)?)).unwrap();
    store.transact(Some("wrong store"), |transaction| transaction.retract("b", "not of this board")).unwrap();
}

#[test]
fn a_store_of_format_1_opens_and_says_the_same() {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/format-1");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.tractat");
    if std::env::var_os("TRACTAT_BLESS").is_some() && !fixture.exists() {
        write(&path);
        fs::create_dir_all(&fixture).unwrap();
        fs::copy(path.join("journal/00000001.jsonl"), fixture.join("00000001.jsonl")).unwrap();
        fs::remove_dir_all(&path).unwrap();
    }
    fs::create_dir_all(path.join("journal")).unwrap();
    fs::copy(fixture.join("00000001.jsonl"), path.join("journal/00000001.jsonl")).unwrap();

    let store = Store::open(&path).unwrap();
    assert_eq!(store.read_only(), None);
    assert!(store.check().unwrap().damages.is_empty());
    let ids = |query: &str| -> Vec<String> {
        let rows = store.query(query).unwrap().map(|row| row.unwrap().object().unwrap()["id"].to_string());
        rows.collect()
    };
    assert_eq!(ids("resigned | show id"), ["\"a\""]);
    assert_eq!(ids("resigned known #2 | sort id | show id"), ["\"a\"", "\"b\""]);
    assert_eq!(ids("maybe in:chess | show id"), Vec::<String>::new());
    assert_eq!(ids("effective since 2024-06 | show id"), ["\"a\""]);
    let ada = store.get("a").unwrap().unwrap();
    assert_eq!(ada.fields["x"], serde_json::json!([1, {"y": 2}]));
    let events: Vec<_> = store.history("b").unwrap().into_iter().map(|change| (change.author, change.event)).collect();
    assert_eq!(events.len(), 3);
    assert_eq!(events[2], ("archivist".to_owned(), Event::Retracted("not of this board".to_owned())));
}
