//! One fact by its id: as it is, and how it came to be so.

use std::fmt;

use roaring::RoaringBitmap;

use super::commit::time;
use super::handle::Store;
use crate::error::Error;
use crate::index::{CommitInfo, Ending, IndexError, View};
use crate::model::Fact;

/// One event in the life of a fact.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Change {
    /// The number of the transaction.
    pub transaction: u64,
    /// When it was committed, RFC 3339, UTC.
    pub time: String,
    /// Who committed it.
    pub author: String,
    /// What happened.
    pub event: Event,
}

/// What happened to a fact.
#[expect(clippy::large_enum_variant, reason = "most events are the large one")]
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// It was asserted: this version, the first or a later one.
    Asserted(Fact),
    /// It was retracted, for this reason.
    Retracted(String),
    /// The transaction that asserted it was undone.
    Undone(u64),
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{} {}", self.transaction, self.time)?;
        if !self.author.is_empty() {
            write!(f, " {}", self.author)?;
        }
        match &self.event {
            Event::Asserted(fact) => {
                write!(f, " asserted {}", serde_json::to_string(fact).map_err(|_| fmt::Error)?)
            }
            Event::Retracted(reason) => write!(f, " retracted: {reason}"),
            Event::Undone(transaction) => write!(f, " undone: #{transaction}"),
        }
    }
}

impl Store {
    /// The fact of an id, as written, if it is in force.
    ///
    /// # Errors
    ///
    /// If neither the index nor the journal can be read.
    pub fn get(&self, id: &str) -> Result<Option<Fact>, Error> {
        self.reading(|view| {
            let versions = view.versions(id)?;
            let current = versions.last().filter(|version| version.ended.is_none());
            current.map(|version| Ok(view.fact(version.document)?.as_ref().clone())).transpose()
        })
    }

    /// Everything that happened to the fact of an id, oldest first; nothing if
    /// there never was one.
    ///
    /// # Errors
    ///
    /// If neither the index nor the journal can be read.
    pub fn history(&self, id: &str) -> Result<Vec<Change>, Error> {
        let change = |commit: &CommitInfo, event| Change {
            transaction: commit.transaction,
            time: time(commit.time),
            author: commit.author.clone(),
            event,
        };
        self.reading(|view| {
            let mut changes = Vec::new();
            for version in view.versions(id)? {
                let fact = view.fact(version.document)?.as_ref().clone();
                changes.push(change(&version.asserted, Event::Asserted(fact)));
                match &version.ended {
                    Some((commit, Ending::Retracted(reason))) => {
                        changes.push(change(commit, Event::Retracted(reason.clone())));
                    }
                    Some((commit, Ending::Undone(undone))) => changes.push(change(commit, Event::Undone(*undone))),
                    Some((_, Ending::Superseded)) | None => {}
                }
            }
            Ok(changes)
        })
    }

    /// Every fact in force as written, oldest assertion first.
    ///
    /// # Errors
    ///
    /// Each item, if neither the index nor the journal can be read.
    pub fn facts(&self) -> impl Iterator<Item = Result<Fact, Error>> + use<> {
        let caught_up = self.catch_up();
        let (store, snapshot) = (self.clone(), self.index().snapshot());
        let documents = if caught_up.is_ok() { snapshot.live().clone() } else { RoaringBitmap::new() };
        let facts = documents.into_iter().map(move |document| match snapshot.fact(document) {
            Ok(fact) => Ok(fact.as_ref().clone()),
            Err(_) => store.reading(|view| Ok(view.fact(document)?.as_ref().clone())),
        });
        caught_up.err().map(Err).into_iter().chain(facts)
    }

    /// Reads from the index, and if that is damaged, once more from a new one.
    pub(super) fn reading<T>(&self, read: impl Fn(&dyn View) -> Result<T, IndexError>) -> Result<T, Error> {
        self.catch_up()?;
        let index = self.index();
        if let Ok(value) = read(&*index.snapshot()) {
            return Ok(value);
        }
        self.replace_index(&index)?;
        Ok(read(&*self.snapshot())?)
    }
}
