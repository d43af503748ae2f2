//! One name stands for one type in the whole crate, so that a reader who meets
//! it in one layer has not to ask which of several is meant.

use std::collections::BTreeMap;
use std::path::Path;

use regex::Regex;

use crate::layers::{code_of, files_of, product_layers};

/// How many of a hundred type definitions may share their name with another.
const MOST_SHARED_PERCENT: usize = 5;

/// Names that every layer gives its own type by convention: its error, and the
/// arguments of a command.
const CONVENTIONAL: [&str; 2] = ["Error", "Arguments"];

#[test]
fn few_types_share_a_name_with_another() {
    // Associated types are indented; a definition inside a function counts.
    let definition = Regex::new(
        r"(?m)^(?:\s*(?:pub(?:\([^)]*\))?\s+)?(?:struct|enum|trait|union)|(?:pub(?:\([^)]*\))?\s+)?type)\s+(\w+)",
    )
    .unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in product_layers().flat_map(files_of) {
        let shown = file.strip_prefix(root).unwrap().display().to_string();
        for found in definition.captures_iter(&code_of(&file)) {
            if !CONVENTIONAL.contains(&&found[1]) {
                places.entry(found[1].to_owned()).or_default().push(shown.clone());
            }
        }
    }
    let all: usize = places.values().map(Vec::len).sum();
    assert!(all > 300, "only {all} type definitions were found");
    places.retain(|_, files| files.len() > 1);
    let shared: usize = places.values().map(Vec::len).sum();
    let list: Vec<String> = places.iter().map(|(name, files)| format!("{name}: {}", files.join(", "))).collect();
    assert!(
        shared * 100 <= all * MOST_SHARED_PERCENT,
        "{shared} of {all} type definitions share a name, which is more than {MOST_SHARED_PERCENT} %:\n{}",
        list.join("\n")
    );
}
