//! What stands in the way of undoing a transaction: the data, and its English.

use std::fmt;

use super::list::clipped;

/// Something that a transaction changed, and a later one changed again.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum LaterChange {
    /// A fact.
    Fact {
        /// Its id.
        id: String,
        /// The last transaction that changed it.
        transaction: u64,
    },
    /// An entity.
    Entity {
        /// Its id.
        id: String,
        /// The last transaction that defined it.
        transaction: u64,
    },
    /// The vocabulary.
    Vocabulary {
        /// The last transaction that replaced it.
        transaction: u64,
    },
}

impl fmt::Display for LaterChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fact { id, transaction } => write!(f, "the fact `{}` (#{transaction})", clipped(id)),
            Self::Entity { id, transaction } => write!(f, "the entity `{}` (#{transaction})", clipped(id)),
            Self::Vocabulary { transaction } => write!(f, "the vocabulary (#{transaction})"),
        }
    }
}
