//! From the journal's lines back to the changes that they are, and into an index.

use std::sync::Arc;

use super::handle::{Store, applied, commit_info};
use super::transaction::Retraction;
use crate::error::Error;
use crate::index::{Change, Index, View};
use crate::journal::{self, Commit, Content, Entry, Head, Line};
use crate::model::{ContentHash, Entity, Fact, Schema, Vocabulary};
use crate::syntax::keywords;

/// How often to tell how far it has come, in lines.
const TELL: u64 = 10_000;

/// Whether an index was made of this journal.
pub(super) fn agrees(store: &Store, index: &Index) -> bool {
    let journal = store.inner.journal.journal();
    let (head, at) = (journal.head(), index.applied());
    if at.transaction == head.tx {
        return at == applied(&head);
    }
    if at.transaction == 0 {
        return at.line == 0;
    }
    let commit = |line: Line<'_>| match line.content {
        Content::Commit(commit) if line.tx == at.transaction => Some(commit),
        _ => None,
    };
    let read = || -> Result<Option<Commit>, journal::Error> { Ok(journal.read(at.line)?.next()?.and_then(commit)) };
    match (read(), index.snapshot().commit(at.transaction)) {
        (Ok(Some(commit)), Some(known)) => commit.time.as_millisecond() == known.time && commit.author == known.author,
        _ => false,
    }
}

/// Everything, into a new index. Where the vocabulary came to declare a field
/// after facts had it, the first try shows which, and the second knows it.
pub(super) fn all(store: &Store, new_index: impl Fn() -> Index) -> Result<Index, Error> {
    let index = new_index();
    from(store, &index, 1)?;
    if !index.needs_rebuild() {
        return Ok(index);
    }
    let schema = index.snapshot().schema().clone();
    drop(index);
    let index = new_index();
    index.prepare(&schema);
    from(store, &index, 1)?;
    Ok(index)
}

/// What an index does not have yet.
pub(super) fn rest(store: &Store, index: &Index) -> Result<(), Error> {
    from(store, index, index.applied().line + 1)
}

fn from(store: &Store, index: &Index, first: u64) -> Result<(), Error> {
    let journal = store.inner.journal.journal();
    let head = journal.head();
    if first > head.line {
        return Ok(());
    }
    let mut lines = journal.read(first)?;
    let mut bulk = index.bulk()?;
    while let Some(line) = lines.next()? {
        let number = line.number;
        match line.content {
            Content::Entry(entry) => bulk.push(change(&entry, number)?)?,
            Content::Commit(commit) => {
                let at = Head { tx: line.tx, time: Some(commit.time), ..Head::default() };
                let info = commit_info(&at, &commit.author);
                if number == head.line {
                    return Ok(bulk.finish(info, applied(&head))?);
                }
                bulk.commit(info);
            }
        }
        if number.is_multiple_of(TELL) {
            store.inner.options.tell("index the journal", number - first, Some(head.line - first));
        }
    }
    Err(Error::Damaged(format!("the journal ends before its last commit, line {}", head.line)))
}

fn change(entry: &Entry<'_>, line: u64) -> Result<Change, Error> {
    let wrong = |error: serde_json::Error| {
        Error::Damaged(format!("line {line} is whole, but what it says cannot be read: {error}"))
    };
    Ok(match entry.kind {
        "fact" => {
            let fact: Fact = serde_json::from_slice(&entry.body).map_err(wrong)?;
            Change::Fact { fact, hash: ContentHash::of_canonical(&entry.body) }
        }
        "retract" => {
            let Retraction { id, reason } = serde_json::from_slice(&entry.body).map_err(wrong)?;
            Change::Retract { id, reason }
        }
        "entity" => Change::Entity(Arc::new(serde_json::from_slice::<Entity>(&entry.body).map_err(wrong)?)),
        "vocabulary" => {
            let vocabulary: Vocabulary = serde_json::from_slice(&entry.body).map_err(wrong)?;
            Change::Vocabulary(Arc::new(Schema::new(vocabulary, keywords())?))
        }
        other => {
            return Err(Error::Damaged(format!(
                "line {line} is of the kind `{other}`, which this program does not know"
            )));
        }
    })
}
