//! `grammar/VOCABULARY.md` lists every key that a vocabulary, an entity, a fact
//! and a source may have, with examples that a store accepts.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::Path;

use regex::Regex;
use tractat::exchange::{Input, ReadOptions, RecordChunks};
use tractat::{ImportOptions, Store, Vocabulary};

const PAGE: &str = include_str!("../../grammar/VOCABULARY.md");

/// Where a type declares the keys that it reads, and the heading below which the
/// page lists them.
const KEYS: [(&str, &str, &str); 18] = [
    ("vocabulary.rs", "struct Vocabulary", "`vocabulary.toml`"),
    ("vocabulary.rs", "struct World", "`[world]`"),
    ("vocabulary.rs", "struct Field", "`[fields.NAME]`"),
    ("vocabulary.rs", "struct Noun", "`[nouns.PLURAL]`"),
    ("vocabulary.rs", "struct Grouping", "`[groups.NAME]`"),
    ("vocabulary.rs", "struct Action", "`[actions.NAME]`"),
    ("vocabulary.rs", "struct SubjectDate", "`[actions.NAME.computed.FIELD]`"),
    ("vocabulary.rs", "struct Umbrella", "`[umbrellas.NAME]`"),
    ("vocabulary.rs", "struct Status", "`[status.NAME]`"),
    ("vocabulary.rs", "struct Transition", "`[[status.NAME.open]]` and `[[status.NAME.close]]`"),
    ("vocabulary.rs", "struct Publisher", "`[publishers.NAME]`"),
    ("vocabulary.rs", "struct CoverageClaim", "`[[publishers.NAME.covers]]` and `[[covers]]`"),
    ("entity.rs", "struct Entity", "Entities"),
    ("entity.rs", "enum Alias", "Dated aliases"),
    ("entity.rs", "enum Membership", "Dated memberships"),
    ("fact.rs", "struct Fact", "Facts"),
    ("fact.rs", "struct Source", "Sources of a fact"),
    ("threshold.rs", "struct Share", "Shares"),
];

/// Where the keys of a rule are listed for its reader.
const RULES: [(&str, &str); 2] = [("effect.rs", "Rules of effect"), ("threshold.rs", "Thresholds")];

fn source(file: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/model").join(file)).unwrap()
}

/// The keys that serde reads for a type: its fields under their names in files.
fn keys_of(file: &str, item: &str) -> Vec<String> {
    let text = source(file);
    let start = text.find(&format!("pub {item} {{")).unwrap_or_else(|| panic!("{file} has no `{item}`"));
    let body = text[start..].split("\n}").next().unwrap();
    let field = Regex::new(r"(?m)((?:^\s*(?:///|#\[).*\n)*)^\s+(?:pub )?(\w+): ").unwrap();
    let renamed = Regex::new(r#"rename = "(\w+)""#).unwrap();
    let fields = field.captures_iter(body).filter(|found| !found[1].contains("flatten"));
    fields.map(|found| renamed.captures(&found[1]).map_or(found[2].to_owned(), |name| name[1].to_owned())).collect()
}

/// The keys in the first columns of the tables below each heading.
fn documented() -> BTreeMap<String, Vec<String>> {
    let mut documented: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut heading = "";
    for line in PAGE.lines() {
        if line.starts_with('#') {
            heading = line.trim_start_matches('#').trim();
        }
        if let Some((key, _)) = line.strip_prefix("| `").and_then(|row| row.split_once("` |")) {
            documented.entry(heading.to_owned()).or_default().push(key.to_owned());
        }
    }
    documented
}

/// The code blocks of a language, one after the other.
fn blocks(language: &str) -> String {
    let opening = format!("```{language}\n");
    PAGE.split(&opening).skip(1).map(|rest| rest.split("```").next().unwrap()).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_page_lists_every_key() {
    let documented = documented();
    let mut expected: Vec<(&str, Vec<String>)> =
        KEYS.iter().map(|(file, item, heading)| (*heading, keys_of(file, item))).collect();
    let list = Regex::new(r"const KEYS: &\[&str\] = &\[([^\]]*)\]").unwrap();
    for (file, heading) in RULES {
        let text = source(file);
        let list = &list.captures(&text).unwrap_or_else(|| panic!("{file} lists no keys"))[1];
        expected.push((heading, list.split(", ").map(|key| key.trim_matches('"').to_owned()).collect()));
    }
    for (heading, keys) in expected {
        assert!(!keys.is_empty(), "no key was found for {heading}");
        let listed = documented.get(heading).unwrap_or_else(|| panic!("the page has no table below {heading}"));
        let missing: Vec<_> = keys.iter().filter(|key| !listed.contains(key)).collect();
        assert!(missing.is_empty(), "{heading} does not list {missing:?}");
        let types: Vec<_> = ["keyword", "text", "integer", "number", "date", "reference"].to_vec();
        let unknown: Vec<_> =
            listed.iter().filter(|key| !keys.contains(key) && !types.contains(&key.as_str())).collect();
        assert!(unknown.is_empty(), "{heading} lists {unknown:?}, which nothing reads");
    }
    let items = Regex::new(r"(?m)^#\[derive\([^)]*Deserialize\)\]\n(?:#\[.*\n)*pub struct (\w+)").unwrap();
    for found in items.captures_iter(&source("vocabulary.rs")) {
        let item = format!("struct {}", &found[1]);
        assert!(KEYS.iter().any(|(_, known, _)| *known == item), "the page has no table for `{item}`");
    }
}

#[test]
fn the_examples_are_a_world_in_which_every_key_is_used() {
    let vocabulary = blocks("toml");
    let store = Store::in_memory(&Vocabulary::from_toml(&vocabulary).unwrap()).unwrap();
    let mut records = blocks("json");
    for (name, text) in [("page.jsonl", records.clone()), ("page.csv", blocks("csv"))] {
        let input = Input::from_reader(name, Cursor::new(text.into_bytes())).unwrap();
        let chunks = RecordChunks::new(input, &ReadOptions::new(&store.schema())).unwrap();
        store.import(chunks, ImportOptions::default()).unwrap();
    }
    let answer = |query: &str| store.query(query).unwrap().count();
    assert_eq!(answer("persons member:harbour as of 2023-06"), 1);
    assert_eq!(answer("joined"), 2);

    records.push_str(&vocabulary);
    for (_, heading) in RULES {
        let keys = &documented()[heading];
        let unused: Vec<_> = keys.iter().filter(|key| !records.contains(&format!("\"{key}\":"))).collect();
        assert!(unused.is_empty(), "no example of {heading} uses {unused:?}");
    }
    for (file, item, heading) in KEYS {
        let is_used = |key: &String| {
            let written = if file == "vocabulary.rs" {
                format!(r"(?m)^{key} = |[{{ ]{key} = |^\[(?:\w+\.\w+\.)?{key}[.\]]")
            } else {
                format!("\"{key}\":")
            };
            Regex::new(&written).unwrap().is_match(&records)
        };
        let unused: Vec<_> = keys_of(file, item).into_iter().filter(|key| !is_used(key)).collect();
        assert!(unused.is_empty(), "no example of {heading} uses {unused:?}");
    }
}
