//! A commit, and a retraction, as the journal, the index and people know them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::index::{CommitInfo, JournalPosition};
use crate::journal::JournalHead;

/// So many changes in the memory tail are reason to write them to the index.
pub(super) const TAIL: usize = 20_000;

/// After how many lines progress is told.
pub(super) const TOLD: u64 = 10_000;

/// What a transaction says of itself.
#[derive(Debug, Default)]
pub(super) struct CommitNote {
    /// Why it was made.
    pub(super) message: Option<String>,
    /// Whether its facts were made by joining records. Only these can be taken apart
    /// again when an earlier transaction is undone.
    pub(super) joins: bool,
    /// The transaction that it undoes.
    pub(super) undo: Option<u64>,
}

/// The body of a line that retracts a fact.
#[derive(Serialize, Deserialize)]
pub(super) struct Retraction {
    pub(super) id: String,
    pub(super) reason: String,
    /// The transaction that asserted the fact, if it ends because that was undone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) undo: Option<u64>,
}

/// The body of a line after which an entity is not defined any more.
#[derive(Serialize, Deserialize)]
pub(super) struct Undefinition {
    pub(super) entity: String,
    /// The transaction that defined it, which was undone.
    pub(super) undo: u64,
}

pub(super) fn commit_info(head: &JournalHead, author: &str) -> CommitInfo {
    CommitInfo {
        transaction: head.transaction,
        time: head.time.map_or(0, Timestamp::as_millisecond),
        author: author.to_owned(),
    }
}

pub(super) fn applied(head: &JournalHead) -> JournalPosition {
    JournalPosition { transaction: head.transaction, line: head.line, chain: head.chain.0 }
}

/// A commit's time for people.
pub(super) fn time(millisecond: i64) -> String {
    Timestamp::from_millisecond(millisecond).map_or_else(|_| millisecond.to_string(), |time| time.to_string())
}
