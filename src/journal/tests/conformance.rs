//! One suite over every journal.

use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;
use proptest::prelude::*;
use tempfile::TempDir;

use super::super::{Commit, Entry, Journal, JournalError, JournalSettings, LineContent, MemoryJournal};
use super::{Bodies, TINY, append, bodies, commit, create, expected, names, open, read};

/// Runs a test on a journal of every kind, each empty.
fn on_each(test: impl Fn(&dyn Journal)) {
    test(&MemoryJournal::new());
    for settings in [JournalSettings::default(), TINY] {
        let folder = TempDir::new().unwrap();
        test(&create(folder.path(), settings));
    }
}

fn transactions() -> impl Strategy<Value = Vec<Bodies>> {
    let bodies = prop_oneof![4 => (1..6_usize, 0..200_usize), 1 => (10..60_usize, 50..300_usize)];
    prop::collection::vec(bodies, 0..8).prop_map(|sizes| {
        (1..).zip(sizes).map(|(transaction, (count, length))| bodies_of(transaction, count, length)).collect()
    })
}

fn bodies_of(transaction: u64, count: usize, length: usize) -> Bodies {
    bodies(transaction, count, length)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn what_was_appended_is_read_in_order_from_any_line_on(transactions in transactions(), from in 0..200_u64) {
        on_each(|journal| {
            for bodies in &transactions {
                let head = append(journal, bodies).unwrap();
                assert_eq!(head, journal.head());
            }
            let all = expected(&transactions);
            assert_eq!(journal.head().line, all.len() as u64);
            assert_eq!(journal.head().transaction, transactions.len() as u64);
            assert_eq!(read(journal, 1).unwrap(), all);
            let from = from % (all.len() as u64 + 2);
            let rest: Vec<_> = all.into_iter().filter(|(number, ..)| *number >= from).collect();
            assert_eq!(read(journal, from).unwrap(), rest);
        });
    }

    #[test]
    fn a_journal_opened_again_is_the_same_and_goes_on(transactions in transactions()) {
        let folder = TempDir::new().unwrap();
        let mut head = create(folder.path(), TINY).head();
        for bodies in &transactions {
            let (journal, recovery) = open(folder.path(), TINY);
            prop_assert_eq!(recovery, super::Recovery::default());
            prop_assert_eq!(journal.head(), head);
            head = append(&journal, bodies).unwrap();
        }
        let (journal, _) = open(folder.path(), TINY);
        let all = expected(&transactions);
        prop_assert_eq!(read(&journal, 1).unwrap(), all.clone());
        let verified = journal.verify().unwrap();
        prop_assert_eq!(verified.damage, vec![]);
        prop_assert_eq!(verified.lines, all.len() as u64);
        prop_assert_eq!(verified.transactions, transactions.len() as u64);
    }
}

#[test]
fn an_append_to_a_head_that_has_moved_is_refused() {
    on_each(|journal| {
        append(journal, &bodies(1, 2, 10)).unwrap();
        let mut entries = [Ok(Entry::new("fact", &b"{}"[..]))].into_iter();
        let refused = journal.append(0, &commit(2), &mut entries);
        assert!(matches!(refused, Err(JournalError::Head { expected: 0, found: 1 })), "{refused:?}");
        assert_eq!(journal.head().transaction, 1);
    });
}

#[test]
fn entries_that_end_in_an_error_leave_nothing_and_the_journal_goes_on() {
    on_each(|journal| {
        append(journal, &bodies(1, 2, 10)).unwrap();
        let head = journal.head();
        for count in [0, 1, 200] {
            let lines = bodies(2, count, 100);
            let mut entries = lines
                .iter()
                .map(|body| Ok(Entry::new("fact", body.as_bytes())))
                .chain([Err("line 7 is no fact".into())]);
            let refused = journal.append(1, &commit(2), &mut entries);
            assert_eq!(refused.unwrap_err().to_string(), "line 7 is no fact");
            assert_eq!(journal.head(), head);
        }
        append(journal, &bodies(2, 1, 10)).unwrap();
        assert_eq!(read(journal, 1).unwrap(), expected(&[bodies(1, 2, 10), bodies(2, 1, 10)]));
    });
}

#[test]
fn an_import_that_fails_half_way_leaves_no_file() {
    let folder = TempDir::new().unwrap();
    let journal = create(folder.path(), TINY);
    append(&journal, &bodies(1, 2, 10)).unwrap();
    let before = names(folder.path());
    let lines = bodies(2, 100, 100);
    let mut seen_files = 0;
    let mut entries =
        lines.iter().map(|body| Ok(Entry::new("fact", body.as_bytes()))).chain(std::iter::from_fn(|| {
            seen_files = names(folder.path()).len();
            Some(Err("enough".into()))
        }));
    assert!(matches!(journal.append(1, &commit(2), &mut entries), Err(JournalError::EntrySource(_))));
    drop(entries);
    assert!(seen_files > before.len() + 2, "the import had begun to write");
    assert_eq!(names(folder.path()), before);
}

#[test]
fn what_cannot_be_a_line_is_refused() {
    on_each(|journal| {
        for (kind, body) in
            [("", "{}"), ("Fact", "{}"), ("commit", "{}"), ("a\"b", "{}"), ("fact", ""), ("fact", "{\n}")]
        {
            let mut entries = [Ok(Entry::new(kind, body.as_bytes()))].into_iter();
            assert!(
                matches!(journal.append(0, &commit(1), &mut entries), Err(JournalError::InvalidEntry(_))),
                "{kind} {body}"
            );
        }
        assert_eq!(journal.head().transaction, 0);
    });
}

#[test]
fn a_transaction_of_nothing_is_not_written() {
    on_each(|journal| {
        assert_eq!(append(journal, &[]).unwrap(), journal.head());
        assert_eq!(journal.head().transaction, 0);
        assert_eq!(read(journal, 1).unwrap(), []);
    });
}

#[test]
fn commit_times_never_run_backwards() {
    on_each(|journal| {
        let at = |text: &str| -> Timestamp { text.parse().unwrap() };
        for time in ["2025-03-01T10:00:00.1239Z", "2025-02-01T00:00:00Z", "2025-04-01T00:00:00Z"] {
            let commit =
                Commit { time: at(time), author: "a".into(), message: Some("why".into()), joins: false, undo: None };
            let mut entries = [Ok(Entry::new("fact", &b"1"[..]))].into_iter();
            journal.append(journal.head().transaction, &commit, &mut entries).unwrap();
        }
        let mut lines = journal.read(1).unwrap();
        let mut times = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            if let LineContent::Commit(commit) = line.content {
                assert_eq!(commit.message.as_deref(), Some("why"));
                times.push(commit.time);
            }
        }
        let noted = ["2025-03-01T10:00:00.123Z", "2025-03-01T10:00:00.123Z", "2025-04-01T00:00:00Z"];
        assert_eq!(times, noted.map(at));
    });
}

#[test]
fn a_reader_sees_the_journal_as_it_was_when_it_began() {
    on_each(|journal| {
        append(journal, &bodies(1, 3, 300)).unwrap();
        let mut lines = journal.read(1).unwrap();
        for transaction in 2..8 {
            append(journal, &bodies(transaction, 3, 300)).unwrap();
        }
        let mut count = 0;
        while lines.next().unwrap().is_some() {
            count += 1;
        }
        assert_eq!(count, 4);
    });
}

#[test]
fn the_lines_on_disk_are_json_and_sealed_ones_unpack_to_the_same() {
    let folder = TempDir::new().unwrap();
    let journal = create(folder.path(), TINY);
    let transactions: Vec<_> =
        (1..9).map(|transaction| bodies(transaction, if transaction == 5 { 40 } else { 3 }, 100)).collect();
    for bodies in &transactions {
        append(&journal, bodies).unwrap();
    }
    drop(journal);
    // An import leaves the segment before it for the next append or opening to seal.
    open(folder.path(), TINY);
    let files = names(folder.path());
    let (active, sealed) = files.split_last().unwrap();
    assert!(sealed.len() > 4 && sealed.iter().all(|name| name.ends_with(".jsonl.zst")), "{files:?}");
    let mut text = String::new();
    for name in sealed {
        let packed = std::fs::File::open(folder.path().join(name)).unwrap();
        let unpacked = zstd::stream::decode_all(packed).unwrap();
        text.push_str(std::str::from_utf8(&unpacked).unwrap());
    }
    text.push_str(&std::fs::read_to_string(folder.path().join(active)).unwrap());
    let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let numbered = lines.iter().filter_map(|line| line.get("line")?.as_u64());
    assert!(numbered.eq(1..=expected(&transactions).len() as u64));
    assert_eq!(lines.iter().filter(|line| line.get("segment").is_some()).count(), files.len());
}

#[test]
fn the_format_is_this() {
    let folder = TempDir::new().unwrap();
    let journal = create(folder.path(), TINY);
    append(&journal, &["{\"a\":1}".to_owned()]).unwrap();
    insta::assert_snapshot!(std::fs::read_to_string(folder.path().join("00000001.jsonl")).unwrap());
}

#[test]
fn a_journal_is_created_once_and_opened_only_where_it_is() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("journal");
    let missing = super::FileJournal::open(&path, TINY).map(drop);
    assert!(matches!(missing, Err(JournalError::Missing(_))), "{missing:?}");
    create(&path, TINY);
    let twice = super::FileJournal::create(&path, TINY).map(drop);
    assert!(matches!(twice, Err(JournalError::Exists(_))), "{twice:?}");
}

#[test]
fn a_reader_beside_the_writer_changes_nothing_and_cannot_append() {
    let folder = TempDir::new().unwrap();
    let writer = create(folder.path(), TINY);
    append(&writer, &bodies(1, 3, 100)).unwrap();
    let (reader, recovery) = super::FileJournal::open_read_only(folder.path(), TINY).unwrap();
    assert_eq!(recovery, super::Recovery::default());
    assert!(matches!(append(&reader, &bodies(2, 1, 1)), Err(JournalError::ReadOnly)));
    append(&writer, &bodies(2, 50, 100)).unwrap();
    append(&writer, &bodies(3, 3, 100)).unwrap();
    assert_eq!(read(&reader, 1).unwrap(), expected(&[bodies(1, 3, 100)]), "sealed meanwhile");
}

#[test]
fn many_read_while_one_writes_and_each_sees_whole_transactions() {
    let folder = TempDir::new().unwrap();
    let journal = create(folder.path(), TINY);
    let transactions: Vec<_> =
        (1..60).map(|transaction| bodies(transaction, if transaction % 20 == 0 { 30 } else { 2 }, 150)).collect();
    let all = expected(&transactions);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for beside in [false, true] {
            let (journal, all, done, path) = (&journal, &all, &done, folder.path());
            scope.spawn(move || {
                while !done.load(Ordering::Acquire) {
                    let other = beside.then(|| super::FileJournal::open_read_only(path, TINY).unwrap());
                    let journal = other.as_ref().map_or(journal, |(journal, recovery)| {
                        assert_eq!(recovery.damage, None);
                        journal
                    });
                    let lines = read(journal, 1).unwrap();
                    assert_eq!(lines, all[..lines.len()]);
                    assert!(lines.last().is_none_or(|(.., content)| content.starts_with("author")));
                }
            });
        }
        for bodies in &transactions {
            append(&journal, bodies).unwrap();
        }
        done.store(true, Ordering::Release);
    });
    assert_eq!(read(&journal, 1).unwrap(), all);
}
