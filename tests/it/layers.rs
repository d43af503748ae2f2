//! What `ARCHITECTURE.md` says of the source: which layer may import which, who
//! alone may name a library, and that no file knows the words of a world.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use regex::Regex;
use tractat::Vocabulary;

/// Each layer with those that it may import; `cli` uses the public names alone.
const LAYERS: [(&str, &[&str]); 11] = [
    ("model", &[]),
    ("syntax", &["model"]),
    ("plan", &["model", "syntax"]),
    ("index", &["model"]),
    ("exec", &["model", "syntax", "plan", "index"]),
    ("judge", &["model", "syntax", "plan", "index", "exec"]),
    ("journal", &["model"]),
    ("exchange", &["model"]),
    ("say", &["error", "model", "syntax", "plan", "index", "exec", "journal", "exchange"]),
    ("store", &["error", "model", "syntax", "plan", "index", "exec", "say", "journal", "exchange"]),
    ("cli", &[]),
];

/// Libraries that one layer alone names.
const LIBRARIES: [(&str, &str); 9] = [
    ("sled", "index"),
    ("bincode", "index"),
    ("edtf_core", "model"),
    ("nom", "syntax"),
    ("csv", "exchange"),
    ("clap", "cli"),
    ("rustyline", "cli"),
    ("indicatif", "cli"),
    ("anstyle", "cli"),
];

#[test]
fn a_layer_imports_only_those_below_it() {
    let within = Regex::new(r"\bcrate::(\w+|\{[^}]*\})").unwrap();
    let modules = Regex::new(r"(?:^\{|,)\s*(\w+)").unwrap();
    let mut wrong = Vec::new();
    for (layer, below) in LAYERS {
        for file in files_of(layer) {
            for found in within.captures_iter(&code_of(&file)) {
                let named = &found[1];
                let group = named.starts_with('{');
                let named: Vec<&str> = if group {
                    modules.captures_iter(named).filter_map(|found| found.get(1)).map(|found| found.as_str()).collect()
                } else {
                    vec![named]
                };
                let named = named.into_iter().filter(|name| *name != layer && !below.contains(name));
                wrong.extend(named.map(|name| format!("{} imports {name}", file.display())));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_folder_of_the_source_is_a_layer() {
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let listed = LAYERS.iter().any(|(layer, _)| *layer == name);
        assert!(listed || !entry.path().is_dir(), "src/{name}/ is not among the layers: say what it may import");
    }
}

#[test]
fn the_judge_reads_nothing_of_the_executor() {
    let judge = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/judge/naive");
    let wrong: Vec<_> = below(&judge).into_iter().filter(|file| code_of(file).contains("exec::")).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn the_architecture_names_paths_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("ARCHITECTURE.md")).unwrap();
    let files: Vec<String> =
        below(&root.join("src")).iter().map(|file| file.strip_prefix(root).unwrap().display().to_string()).collect();
    let exists = |path: &str| {
        let named = path.trim_end_matches('/');
        let alone = !named.contains('/') && files.iter().any(|file| file.ends_with(&format!("/{named}")));
        let place =
            path.contains('*') || [root.join(named), root.join("src").join(named)].iter().any(|path| path.exists());
        alone || place
    };
    let named = Regex::new(r"`([a-z_*]+(?:/[a-z_*]+)*(?:/|\.(?:rs|md|toml|ebnf)))`").unwrap();
    let named: BTreeSet<&str> =
        named.captures_iter(&page).filter_map(|found| found.get(1)).map(|found| found.as_str()).collect();
    assert!(named.len() > 40, "{named:?}");
    let missing: Vec<_> = named.into_iter().filter(|path| !exists(path)).collect();
    assert!(missing.is_empty(), "these are not there: {missing:?}");
}

#[test]
fn a_library_is_named_in_one_layer() {
    let mut wrong = Vec::new();
    for (library, owner) in LIBRARIES {
        let named = Regex::new(&format!(r"\b{library}::")).unwrap();
        for (layer, _) in LAYERS.iter().filter(|(layer, _)| *layer != owner) {
            let naming = files_of(layer).into_iter().filter(|file| named.is_match(&code_of(file)));
            wrong.extend(naming.map(|file| format!("{} names {library}", file.display())));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_source_names_what_a_world_is_about() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut entities = BTreeSet::new();
    let mut actions = BTreeSet::new();
    for file in below(&root.join("seed")) {
        let text = std::fs::read_to_string(&file).unwrap();
        if file.ends_with("vocabulary.toml") {
            actions.extend(Vocabulary::from_toml(&text).unwrap().actions.into_keys());
        }
        if file.extension().is_some_and(|ending| ending == "jsonl") {
            for line in text.lines().filter(|line| line.contains("\"entity\"")) {
                let entity: serde_json::Value = serde_json::from_str(line).unwrap();
                entities
                    .extend(["entity", "name"].iter().filter_map(|key| Some(entity[*key].as_str()?.to_lowercase())));
            }
        }
    }
    // The language and the code have these words too, and mean something else.
    entities.remove("world");
    actions.retain(|action| !["expected", "stated", "used"].contains(&action.as_str()));
    assert!(entities.len() > 200 && actions.len() > 10, "{} entities, {} actions", entities.len(), actions.len());
    // An action may be a word like any other: what counts is that it is said as a name.
    let words = Regex::new(r"[\w-]+").unwrap();
    let quoted = Regex::new("[\"`{ ]([a-z-]+)[\"`]").unwrap();
    let mut wrong = Vec::new();
    for layer in product_layers() {
        for file in files_of(layer) {
            for (line, text) in without_tests(&file).lines().enumerate() {
                let named =
                    words.find_iter(text).map(|word| word.as_str().to_lowercase()).find(|word| entities.contains(word));
                let said =
                    || quoted.captures_iter(text).map(|found| found[1].to_owned()).find(|word| actions.contains(word));
                wrong.extend(named.or_else(said).map(|word| format!("{}:{}: {word}", file.display(), line + 1)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The layers that are compiled into the library and the program.
pub fn product_layers() -> impl Iterator<Item = &'static str> {
    LAYERS.iter().map(|(layer, _)| *layer).filter(|layer| *layer != "judge")
}

/// The files of a layer, those of tests left out.
pub fn files_of(layer: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(layer);
    let mut files = if folder.is_dir() { below(&folder) } else { Vec::new() };
    files.extend(Some(folder.with_extension("rs")).filter(|file| file.is_file()));
    files.retain(|file| !is_of_tests(file, &folder));
    assert!(!files.is_empty(), "there is no layer {layer}");
    files
}

/// Whether a file of a layer is compiled for tests alone: a module that holds it
/// is declared so.
fn is_of_tests(file: &Path, layer: &Path) -> bool {
    file.ancestors().take_while(|path| *path != layer && path.starts_with(layer)).any(|path| {
        let (Some(module), Some(folder)) = (path.file_stem().and_then(|name| name.to_str()), path.parent()) else {
            return false;
        };
        let declared = Regex::new(&format!(r"#\[cfg\(test\)\]\s*(?:pub(?:\(\w+\))? )?mod {module};")).unwrap();
        [folder.join("mod.rs"), folder.with_extension("rs")]
            .iter()
            .any(|parent| std::fs::read_to_string(parent).is_ok_and(|text| declared.is_match(&text)))
    })
}

/// The files below a folder.
pub fn below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(below(&path)) } else { files.push(path) }
    }
    files
}

/// How tests at the end of a file begin.
const TESTS: &str = "#[cfg(test)]\nmod tests {";

fn without_tests(file: &Path) -> String {
    let text = std::fs::read_to_string(file).unwrap();
    text.split(TESTS).next().unwrap_or_default().to_owned()
}

/// The tests of a file of the source: those at its end, or all of it if it is compiled for tests alone.
pub fn tests_of(file: &Path) -> String {
    let text = std::fs::read_to_string(file).unwrap();
    if is_of_tests(file, &Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        return text;
    }
    text.split_once(TESTS).map_or_else(String::new, |(_, tests)| tests.to_owned())
}

/// What is compiled into the library: neither tests nor comments.
pub fn code_of(file: &Path) -> String {
    let text = without_tests(file);
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}
