//! What every journal keeps to, and what the one on disk survives.

mod conformance;
mod crash;
mod damage;

use std::path::Path;
use std::sync::Arc;

use super::file_system::FileSystem;
use super::{Commit, Entry, FileJournal, Journal, JournalError, JournalHead, JournalSettings, LineContent, Recovery};

/// Does everything but wait for the disk.
pub(super) struct Quick;

impl FileSystem for Quick {
    fn sync(&self, _: &Path, _: &std::fs::File) -> std::io::Result<()> {
        Ok(())
    }

    fn sync_directory(&self, _: &Path) -> std::io::Result<()> {
        Ok(())
    }
}

/// So small that a few lines rotate and a few more are an import.
const TINY: JournalSettings = JournalSettings { segment_bytes: 1500, buffer_bytes: 800, acknowledged: 0 };

fn create(path: &Path, settings: JournalSettings) -> FileJournal {
    FileJournal::create_on(Arc::new(Quick), path, settings).unwrap()
}

fn open(path: &Path, settings: JournalSettings) -> (FileJournal, Recovery) {
    FileJournal::open_on(Arc::new(Quick), path, settings).unwrap()
}

fn commit(transaction: u64) -> Commit {
    let time =
        jiff::Timestamp::from_millisecond(1_700_000_000_000 + i64::try_from(transaction).unwrap() * 1000).unwrap();
    Commit {
        time,
        author: format!("author-{transaction}"),
        message: transaction.is_multiple_of(2).then(|| format!("mess\"age\n{transaction}")),
        joins: transaction.is_multiple_of(3),
        undo: transaction.is_multiple_of(5).then_some(transaction / 2),
    }
}

/// The bodies of a transaction.
type Bodies = Vec<String>;

/// `count` bodies of about `length` bytes.
fn bodies(transaction: u64, count: usize, length: usize) -> Bodies {
    (0..count)
        .map(|line| format!("{{\"tx\":{transaction},\"line\":{line},\"pad\":\"{}\"}}", "é".repeat(length / 2)))
        .collect()
}

fn append(journal: &dyn Journal, bodies: &[String]) -> Result<JournalHead, JournalError> {
    let transaction = journal.head().transaction;
    let mut entries = bodies.iter().map(|body| Ok(Entry::new("fact", body.as_bytes())));
    journal.append(transaction, &commit(transaction + 1), &mut entries)
}

/// Everything from a line on: the number, the transaction, and a body or the author.
fn read(journal: &dyn Journal, from: u64) -> Result<Vec<(u64, u64, String)>, JournalError> {
    let mut lines = journal.read(from)?;
    let mut all = Vec::new();
    while let Some(line) = lines.next()? {
        let content = match line.content {
            LineContent::Entry(entry) => String::from_utf8(entry.body.into_owned()).unwrap(),
            LineContent::Commit(commit) => commit.author,
        };
        all.push((line.number, line.transaction, content));
    }
    Ok(all)
}

/// What `read` gives for these transactions.
fn expected(transactions: &[Bodies]) -> Vec<(u64, u64, String)> {
    let mut all = Vec::new();
    for (transaction, bodies) in (1..).zip(transactions) {
        for content in bodies.iter().cloned().chain([format!("author-{transaction}")]) {
            all.push((all.len() as u64 + 1, transaction, content));
        }
    }
    all
}

fn names(path: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
