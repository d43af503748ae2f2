//! The index: everything that can be deleted and rebuilt from the journal.
//! Only this module touches sled; it knows fields, values and documents, and
//! nothing of queries.

mod append;
mod block;
mod builder;
mod change;
mod checkpoint;
mod codec;
mod column;
mod dictionary;
mod disk;
mod error;
mod extract;
mod layout;
mod passages;
mod postings;
mod search;
mod segment;
mod shared;
mod snapshot;
mod stage;
#[cfg(test)]
mod tests;
mod tree;
mod view;
mod writer;

pub use change::{Applied, Change, Transaction};
pub use error::IndexError;
pub use snapshot::{Current, Snapshot};
pub use view::{CommitInfo, Document, Ending, FieldView, Version, View};
pub use writer::{Bulk, Index, IndexOptions};
