//! Files are altered, cut or gone.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::super::{Fault, FileJournal, Journal, JournalError, JournalSettings, Recovery};
use super::{Bodies, TINY, append, bodies, create, expected, names, open, read};

const ACTIVE: &str = "00000001.jsonl";

fn journal_of(path: &Path, settings: JournalSettings, transactions: &[Bodies]) {
    let journal = create(path, settings);
    for bodies in transactions {
        append(&journal, bodies).unwrap();
    }
    drop(journal);
    open(path, settings);
}

fn small() -> Vec<Bodies> {
    vec![bodies(1, 1, 6), bodies(2, 2, 4), bodies(3, 2, 8)]
}

/// What there is to read is a beginning of what was committed.
fn assert_beginning(journal: &FileJournal, transactions: &[Bodies], case: &str) {
    let found = usize::try_from(journal.head().transaction).unwrap();
    assert_eq!(read(journal, 1).unwrap(), expected(&transactions[..found]), "{case}");
}

#[test]
fn a_journal_cut_at_any_byte_keeps_what_is_whole_and_saves_the_rest() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join(ACTIVE);
    journal_of(folder.path(), JournalSettings::default(), &small());
    let whole = fs::read(&file).unwrap();
    let header = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    for length in 0..=whole.len() {
        let case = format!("cut at {length}");
        let cut = &whole[..length];
        fs::write(&file, cut).unwrap();
        let known = JournalSettings { acknowledged: 3, ..JournalSettings::default() };
        let (journal, recovery) = open(folder.path(), known);
        assert_eq!(recovery.damage.is_some(), length < whole.len(), "{case}: acknowledged, so not a tail");
        assert!(recovery.damage.is_none_or(|damage| damage.file == file), "{case}");
        assert_eq!(recovery.tail, None, "{case}");
        assert_eq!(fs::read(&file).unwrap(), cut, "{case}: nothing changed");
        drop(journal);
        let (journal, recovery) = open(folder.path(), JournalSettings::default());
        assert_eq!(recovery.damage.is_some(), length < header, "{case}");
        if recovery.damage.is_none() {
            assert_beginning(&journal, &small(), &case);
            let mut kept = fs::read(&file).unwrap();
            if let Some(tail) = recovery.tail {
                let saved = tail.saved.unwrap();
                kept.extend(fs::read(&saved).unwrap());
                fs::remove_file(saved).unwrap();
            }
            assert_eq!(kept, cut, "{case}");
            assert_eq!(open(folder.path(), JournalSettings::default()).1, Recovery::default(), "{case}");
        }
    }
}

#[test]
fn any_altered_byte_is_named_and_nothing_is_cut() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join(ACTIVE);
    journal_of(folder.path(), JournalSettings::default(), &small());
    let whole = fs::read(&file).unwrap();
    for position in 0..whole.len() {
        for mask in [0x01, 0x20, 0x80] {
            let case = format!("byte {position} ^ {mask:#x}");
            let mut altered = whole.clone();
            altered[position] ^= mask;
            fs::write(&file, &altered).unwrap();
            let (journal, recovery) = open(folder.path(), JournalSettings::default());
            let damage = recovery.damage.unwrap_or_else(|| panic!("{case}: not noticed, {:?}", recovery.tail));
            let line = altered[..position].split(|byte| *byte == b'\n').count() as u64;
            assert_eq!(damage.file, file, "{case}");
            assert_eq!(damage.line, line, "{case}");
            assert_beginning(&journal, &small(), &case);
            let refused = append(&journal, &bodies(4, 1, 1));
            assert!(matches!(refused, Err(JournalError::Damaged(_))), "{case}: {refused:?}");
            let verified = journal.verify().unwrap();
            assert_eq!(verified.damage.first().map(|damage| damage.line), Some(line), "{case}");
            assert_eq!(fs::read(&file).unwrap(), altered, "{case}");
            assert_eq!(names(folder.path()), [ACTIVE], "{case}");
        }
    }
}

#[test]
fn any_altered_byte_of_a_sealed_segment_is_found_when_verifying_and_never_read() {
    let folder = TempDir::new().unwrap();
    let transactions: Vec<_> =
        (1..8).map(|transaction| bodies(transaction, if transaction == 4 { 10 } else { 2 }, 150)).collect();
    journal_of(folder.path(), TINY, &transactions);
    let all = expected(&transactions);
    let (journal, _) = open(folder.path(), TINY);
    let mut tried = 0;
    for name in names(folder.path()) {
        let file = folder.path().join(&name);
        let whole = fs::read(&file).unwrap();
        for position in (0..whole.len()).filter(|_| name.contains(".zst")) {
            let case = format!("{name}, byte {position}");
            let mut altered = whole.clone();
            altered[position] ^= 1 << (position % 8);
            fs::write(&file, &altered).unwrap();
            let verified = journal.verify().unwrap();
            assert!(verified.damage.iter().any(|damage| damage.file == file), "{case}: {:?}", verified.damage);
            if position % 16 == 0 {
                let before = names(folder.path());
                assert!(matches!(FileJournal::cut_damage(folder.path()), Err(JournalError::Damaged(_))), "{case}");
                assert_eq!((names(folder.path()), fs::read(&file).unwrap()), (before, altered.clone()), "{case}");
            }
            assert!(matches!(read(&journal, 1), Err(JournalError::Damage(_))), "{case}");
            for from in [all.len() as u64 / 2, all.len() as u64] {
                if let Ok(lines) = read(&journal, from) {
                    assert!(all.ends_with(&lines), "{case}");
                }
            }
            tried += 1;
        }
        fs::write(&file, &whole).unwrap();
        fs::rename(&file, folder.path().join("away")).unwrap();
        let (reader, recovery) = FileJournal::open_read_only(folder.path(), TINY).unwrap();
        assert_eq!(recovery.damage.map(|damage| damage.fault), Some(Fault::Missing), "{name}");
        assert!(!reader.verify().unwrap().damage.is_empty(), "{name}");
        fs::rename(folder.path().join("away"), &file).unwrap();
    }
    assert!(tried > 1000, "{tried}");
    assert_eq!(journal.verify().unwrap().damage, []);
}

/// A journal whose last group is longer than some sectors, and where that starts.
fn with_long_groups(folder: &Path) -> (Vec<u8>, usize) {
    journal_of(folder, JournalSettings::default(), &[bodies(1, 2, 700), bodies(2, 8, 300)]);
    let whole = fs::read(folder.join(ACTIVE)).unwrap();
    let second = String::from_utf8_lossy(&whole).find("\"line\":4,").unwrap();
    (whole, second)
}

#[test]
fn a_last_group_with_missing_sectors_is_a_tail_though_its_commit_is_there() {
    let folder = TempDir::new().unwrap();
    let (whole, second) = with_long_groups(folder.path());
    for sector in second / 512 + 1..whole.len() / 512 {
        let mut torn = whole.clone();
        torn[sector * 512..(sector + 1) * 512].fill(0);
        fs::write(folder.path().join(ACTIVE), &torn).unwrap();
        let (journal, recovery) = open(folder.path(), JournalSettings::default());
        assert_eq!((recovery.damage, journal.head().transaction), (None, 1));
        assert!(recovery.tail.is_some());
    }
}

#[test]
fn missing_sectors_in_a_group_that_another_follows_are_damage() {
    let folder = TempDir::new().unwrap();
    let (whole, _) = with_long_groups(folder.path());
    let mut torn = whole.clone();
    torn[512..1024].fill(0);
    fs::write(folder.path().join(ACTIVE), &torn).unwrap();
    let (journal, recovery) = open(folder.path(), JournalSettings::default());
    assert!(recovery.damage.is_some());
    assert_eq!(journal.head().transaction, 0);
    assert_eq!(fs::read(folder.path().join(ACTIVE)).unwrap(), torn);
}

#[test]
fn what_was_never_a_line_is_a_tail() {
    for garbage in ["x", "garbage\n", "{\"crc\":\"12", "\0\0\0\0", "\n", "garbage\nmore\n{\"crc"] {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join(ACTIVE);
        journal_of(folder.path(), JournalSettings::default(), &small());
        let mut bytes = fs::read(&file).unwrap();
        bytes.extend_from_slice(garbage.as_bytes());
        fs::write(&file, &bytes).unwrap();
        let (reader, recovery) = FileJournal::open_read_only(folder.path(), JournalSettings::default()).unwrap();
        assert_eq!(reader.head().transaction, 3);
        assert_eq!(recovery.tail.unwrap().saved, None);
        assert_eq!(fs::read(&file).unwrap(), bytes, "a reader cuts nothing");
        let (journal, recovery) = open(folder.path(), JournalSettings::default());
        assert_eq!(recovery.damage, None, "{garbage:?}");
        assert_eq!(fs::read(recovery.tail.unwrap().saved.unwrap()).unwrap(), garbage.as_bytes());
        assert_eq!(journal.head().transaction, 3);
        append(&journal, &bodies(4, 1, 1)).unwrap();
    }
}

#[test]
fn lines_that_are_gone_repeated_or_swapped_are_damage() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join(ACTIVE);
    journal_of(folder.path(), JournalSettings::default(), &small());
    let whole = fs::read_to_string(&file).unwrap();
    let lines: Vec<_> = whole.split_inclusive('\n').collect();
    for at in 1..lines.len() - 1 {
        let mut gone = lines.clone();
        gone.remove(at);
        let mut repeated = lines.clone();
        repeated.insert(at, lines[at]);
        let mut swapped = lines.clone();
        swapped.swap(at, at + 1);
        for altered in [gone, repeated, swapped] {
            fs::write(&file, altered.concat()).unwrap();
            let (journal, recovery) = open(folder.path(), JournalSettings::default());
            assert!(recovery.damage.is_some(), "line {}", at + 1);
            assert_beginning(&journal, &small(), "");
        }
    }
}

#[test]
fn a_chain_that_does_not_match_is_damage_though_every_checksum_does() {
    let folder = TempDir::new().unwrap();
    let other = TempDir::new().unwrap();
    let mut changed = small();
    journal_of(folder.path(), JournalSettings::default(), &changed);
    changed[1][0] = changed[1][0].replace("pad", "dap");
    journal_of(other.path(), JournalSettings::default(), &changed);
    let ours = fs::read_to_string(folder.path().join(ACTIVE)).unwrap();
    let theirs = fs::read_to_string(other.path().join(ACTIVE)).unwrap();
    let mixed: Vec<_> = ours
        .lines()
        .zip(theirs.lines())
        .map(|(ours, theirs)| if ours.contains("\"pad\"") && theirs.contains("\"dap\"") { theirs } else { ours })
        .collect();
    fs::write(folder.path().join(ACTIVE), mixed.join("\n") + "\n").unwrap();
    let (_, recovery) = open(folder.path(), JournalSettings::default());
    assert_eq!(recovery.damage.map(|damage| (damage.line, damage.fault)), Some((6, Fault::Chain)));
}

#[test]
fn a_later_format_is_said_to_be_one() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join(ACTIVE);
    journal_of(folder.path(), JournalSettings::default(), &[]);
    let text = fs::read_to_string(&file).unwrap().replace("\"format\":1", "\"format\":2");
    let sum = format!("{:08x}", crc32c::crc32c(&text.trim_end().as_bytes()[18..]));
    fs::write(&file, format!("{}{sum}{}", &text[..8], &text[16..])).unwrap();
    let opened = FileJournal::open(folder.path(), JournalSettings::default()).map(drop);
    assert!(matches!(opened, Err(JournalError::Format { found: 2, known: 1, .. })), "{opened:?}");
}
