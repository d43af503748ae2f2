//! The index: everything that can be deleted and rebuilt from the journal. It
//! knows fields, values and documents, and nothing of queries. No other module
//! uses sled.

mod append_only;
mod bit_packing;
mod block;
mod checkpoint;
mod codec;
mod column;
mod dictionary;
mod envelope;
mod error;
mod id_chunk;
mod index_state;
mod indexed_fields;
mod layout;
mod logs;
mod mutation;
mod name_table;
mod ordered_map;
mod passages;
mod postings;
mod published;
mod resolved_spellings;
mod restore;
mod search;
mod segment;
mod segment_builder;
mod snapshot;
mod spelling_usage;
mod staged_changes;
mod state_names;
mod storage;
mod stored_logs;
#[cfg(test)]
mod tests;
mod view;
mod writer;
mod writer_state;

pub use error::IndexError;
pub use logs::CommitChanges;
pub use mutation::{JournalPosition, Mutation, MutationBatch};
pub use snapshot::{CurrentVersion, Snapshot};
pub use view::{CommitInfo, Document, Ending, FactVersion, FieldView, View};
pub use writer::{BulkLoad, Index, IndexOptions};
