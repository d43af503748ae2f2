//! What every journal keeps to, and what the one on disk survives.

mod conformance;
mod crash;
mod damage;

use std::path::Path;
use std::sync::Arc;

use super::disk::Disk;
use super::{Commit, Content, Entry, Error, FileJournal, Head, Journal, Recovery, Settings};

/// Does everything but wait for the disk.
pub(super) struct Quick;

impl Disk for Quick {
    fn sync(&self, _: &Path, _: &std::fs::File) -> std::io::Result<()> {
        Ok(())
    }

    fn sync_directory(&self, _: &Path) -> std::io::Result<()> {
        Ok(())
    }
}

/// So small that a few lines rotate and a few more are an import.
const TINY: Settings = Settings { segment_bytes: 1500, buffer_bytes: 800, acknowledged: 0 };

fn create(path: &Path, settings: Settings) -> FileJournal {
    FileJournal::create_on(Arc::new(Quick), path, settings).unwrap()
}

fn open(path: &Path, settings: Settings) -> (FileJournal, Recovery) {
    FileJournal::open_on(Arc::new(Quick), path, settings).unwrap()
}

fn commit(tx: u64) -> Commit {
    let time = jiff::Timestamp::from_millisecond(1_700_000_000_000 + i64::try_from(tx).unwrap() * 1000).unwrap();
    Commit { time, author: format!("author-{tx}"), message: tx.is_multiple_of(2).then(|| format!("mess\"age\n{tx}")) }
}

/// The bodies of a transaction.
type Bodies = Vec<String>;

/// `count` bodies of about `length` bytes.
fn bodies(tx: u64, count: usize, length: usize) -> Bodies {
    (0..count).map(|line| format!("{{\"tx\":{tx},\"line\":{line},\"pad\":\"{}\"}}", "é".repeat(length / 2))).collect()
}

fn append(journal: &dyn Journal, bodies: &[String]) -> Result<Head, Error> {
    let tx = journal.head().tx;
    let mut entries = bodies.iter().map(|body| Ok(Entry::new("fact", body.as_bytes())));
    journal.append(tx, &commit(tx + 1), &mut entries)
}

/// Everything from a line on: the number, the transaction, and a body or the author.
fn read(journal: &dyn Journal, from: u64) -> Result<Vec<(u64, u64, String)>, Error> {
    let mut lines = journal.read(from)?;
    let mut all = Vec::new();
    while let Some(line) = lines.next()? {
        let content = match line.content {
            Content::Entry(entry) => String::from_utf8(entry.body.into_owned()).unwrap(),
            Content::Commit(commit) => commit.author,
        };
        all.push((line.number, line.tx, content));
    }
    Ok(all)
}

/// What `read` gives for these transactions.
fn expected(transactions: &[Bodies]) -> Vec<(u64, u64, String)> {
    let mut all = Vec::new();
    for (tx, bodies) in (1..).zip(transactions) {
        for content in bodies.iter().cloned().chain([format!("author-{tx}")]) {
            all.push((all.len() as u64 + 1, tx, content));
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
