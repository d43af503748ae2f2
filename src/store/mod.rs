//! The store: a journal that is the truth, an index that can be lost, and the
//! language, behind one handle. It knows nothing of terminals or arguments.

mod answer;
mod check;
mod commit;
mod corroborate;
mod handle;
mod history;
mod import;
mod index_place;
mod lock;
mod names;
mod opening;
mod options;
mod query;
mod query_options;
mod ready_query;
mod rejection;
mod remarks;
mod replay;
mod transaction;
mod validate;
mod world_files;
mod writer;
mod writer_turn;

pub use answer::{Answer, Row};
pub use check::{CheckReport, Statistics, UnresolvedName};
pub use handle::Store;
pub use history::{Change, Event};
pub use import::{ImportOptions, ImportReport};
pub use names::{MatchedName, NameResolution};
pub use opening::RepairReport;
pub use options::{Access, Options, ProgressListener, TaskProgress, TimeSource};
pub use query::Prepared;
pub use query_options::QueryOptions;
pub use rejection::{LeftOutCount, RejectedCount, RejectedRecord, RejectionKind, RejectionReason};
pub use transaction::{Asserted, Outcome, Transaction};
pub use world_files::WorldFiles;
