//! Whatever happens to `index/`, the answers stay the same; and damage to the
//! journal is named, never passed over.

use std::fs;
use std::path::{Path, PathBuf};

use tractat::{Access, ErrorKind, Options, ReadOnlyReason, Store, WorldFiles};

use crate::manual::copy;
use crate::random::Random;

const QUERIES: [&str; 8] = [
    "withdrawn | sort date | show id, state, date, effective, sources",
    "consented ottawa | count by year",
    "consented ottawa region:northern-europe | show id, date",
    "\"unequal situation\" | show id, note",
    "withdrawn maybe effective after 2003-02-01 | show id",
    "in:nato withdrawn | show id",
    "source.according_to:\"roman kostenko\" | sources",
    "| count by action, region",
];

fn seeded(folder: &Path) -> PathBuf {
    let path = folder.join("treaties.tractat");
    let files = WorldFiles::read(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/seed/treaties"))).unwrap();
    let world = WorldFiles { tables: Vec::new(), ..files };
    let store = Store::create(&path, &world.parse_vocabulary().unwrap(), Options::default()).unwrap();
    store.load(&world, true).unwrap();
    store.checkpoint().unwrap();
    path
}

fn answers(store: &Store) -> Vec<String> {
    let one = |query: &&str| {
        let rows =
            store.query(query).unwrap().map(|row| serde_json::to_string(&row.unwrap().object().unwrap()).unwrap());
        format!("{query}\n{}", rows.collect::<Vec<_>>().join("\n"))
    };
    QUERIES.iter().map(one).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        } else {
            all.push(path);
        }
    }
    all.sort();
    all
}

#[test]
fn an_index_that_is_deleted_or_damaged_changes_no_answer() {
    let folder = tempfile::tempdir().unwrap();
    let original = seeded(folder.path());
    let expected = answers(&Store::open(&original).unwrap());
    let rounds: u64 = std::env::var("TRACTAT_DAMAGES").map_or(40, |text| text.parse().unwrap());
    for round in 0..rounds {
        let mut random = Random::new(round);
        let path = folder.path().join(format!("round-{round}.tractat"));
        copy(&original, &path);
        let index = path.join("index");
        let files = files(&index);
        let victim = &files[random.below(files.len())];
        let mut bytes = fs::read(victim).unwrap();
        let what = match round % 5 {
            0 => {
                fs::remove_dir_all(&index).unwrap();
                "the folder deleted".to_owned()
            }
            1 => {
                fs::remove_file(victim).unwrap();
                format!("{} deleted", victim.display())
            }
            2 => {
                bytes.truncate(random.below(bytes.len().max(1)));
                fs::write(victim, &bytes).unwrap();
                format!("{} cut to {}", victim.display(), bytes.len())
            }
            _ if bytes.is_empty() => continue,
            flips => {
                for _ in 0..=flips * 8 {
                    let at = random.below(bytes.len());
                    bytes[at] ^= 1 << random.below(8);
                }
                fs::write(victim, &bytes).unwrap();
                format!("bits of {} flipped", victim.display())
            }
        };
        let store = Store::open(&path).unwrap();
        assert_eq!(answers(&store), expected, "round {round}: {what}");
        drop(store);
        assert_eq!(answers(&Store::open(&path).unwrap()), expected, "round {round}, opened again: {what}");
        fs::remove_dir_all(&path).unwrap();
    }
}

#[test]
fn a_flipped_bit_in_the_journal_is_named_and_nothing_can_be_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = seeded(folder.path());
    // A second commit, so that the damage lies before something acknowledged.
    let store = Store::open(&path).unwrap();
    store.transact(None, |transaction| transaction.retract("decree-441-2025-signed", "a test")).unwrap();
    drop(store);
    let segment =
        files(&path.join("journal")).into_iter().find(|file| file.to_string_lossy().contains(".jsonl")).unwrap();
    let mut bytes = fs::read(&segment).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&segment, &bytes).unwrap();
    fs::remove_dir_all(path.join("index")).unwrap();
    assert_eq!(Store::open(&path).unwrap_err().kind(), ErrorKind::Damaged);
    for access in [Access::Read, Access::WriteIfPossible] {
        let store = Store::open_with(&path, Options::new().access(access)).unwrap();
        assert!(matches!(store.read_only(), Some(ReadOnlyReason::Damaged(_))), "{access:?}");
        assert!(!store.check().unwrap().damages.is_empty());
    }
}
