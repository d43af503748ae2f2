//! What the store hands to the index.

use std::sync::Arc;

use super::CommitInfo;
use crate::model::{ContentHash, Entity, Fact, Schema};

/// A place in the journal. The index keeps it and does not look into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JournalPosition {
    /// The last transaction.
    pub transaction: u64,
    /// The line after it.
    pub line: u64,
    /// The chain of hashes at it.
    pub chain: [u8; 32],
}

/// One change of the store.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "nearly all changes are facts")]
pub enum Mutation {
    /// A fact, or a version of it.
    Fact {
        /// The fact, with its id.
        fact: Fact,
        /// The hash of its content.
        hash: ContentHash,
    },
    /// The fact of an id is taken back.
    Retract {
        /// Which.
        id: String,
        /// Why.
        reason: String,
    },
    /// An entity, or a new definition of it.
    Entity(Arc<Entity>),
    /// The vocabulary from here on.
    Vocabulary(Arc<Schema>),
}

/// Changes that are visible together or not at all.
#[derive(Debug, Clone)]
pub struct MutationBatch {
    /// Who committed them when.
    pub commit: CommitInfo,
    /// The changes in their order.
    pub mutations: Vec<Mutation>,
}
