//! What the store writes to the index.

use std::sync::Arc;

use super::CommitInfo;
use crate::model::{ContentHash, Entity, Fact, Schema};

/// A place in the journal. The index stores it without interpreting it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JournalPosition {
    /// The last transaction before it.
    pub transaction: u64,
    /// The last line before it.
    pub line: u64,
    /// The hash of everything before it.
    pub chain: [u8; 32],
}

/// One change to the contents of the store.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "nearly all changes are facts")]
pub enum Mutation {
    /// A fact, or a new version of it.
    Fact {
        /// The fact, with its id.
        fact: Fact,
        /// The hash of its content.
        hash: ContentHash,
    },
    /// The retraction of a fact.
    Retract {
        /// The id of the fact.
        id: String,
        /// The reason of the retraction.
        reason: String,
    },
    /// The end of a fact that an undone transaction asserted.
    Undo {
        /// The id of the fact.
        id: String,
        /// The transaction that was undone.
        transaction: u64,
    },
    /// An entity, or a new definition of it.
    Entity(Arc<Entity>),
    /// The end of an entity that an undone transaction defined.
    Undefine {
        /// The id of the entity.
        id: String,
    },
    /// A new vocabulary, which replaces the previous one.
    Vocabulary(Arc<Schema>),
}

/// The changes of one transaction, which become visible together.
#[derive(Debug, Clone)]
pub struct MutationBatch {
    /// When and by whom they were committed.
    pub commit: CommitInfo,
    /// The changes in order.
    pub mutations: Vec<Mutation>,
}
