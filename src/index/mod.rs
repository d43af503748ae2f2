//! The index: everything that can be deleted and rebuilt from the journal.
//! Only this module touches sled; it knows fields, values and documents, and
//! nothing of queries.

mod error;
mod view;

pub use error::IndexError;
pub use view::{CommitInfo, Document, Ending, FieldView, Version, View};
