//! The store: a journal that is the truth, an index that can be lost, and the
//! language, behind one handle. It knows nothing of terminals or arguments.

mod answer;
mod check;
mod commit;
mod completing;
mod corroborate;
mod handle;
mod history;
mod import;
mod import_options;
mod index_place;
mod intake;
mod lock;
mod names;
mod numbering;
mod opening;
mod options;
mod query;
mod query_options;
mod ready_query;
mod rejection;
mod remarks;
mod replay;
mod source_sayings;
mod transaction;
mod validate;
mod world_files;
mod writer;
mod writer_turn;

pub use answer::{Answer, Row};
pub use check::{CheckReport, Statistics, UnresolvedName};
pub use handle::Store;
pub use history::{Change, Event};
pub use import_options::{ImportOptions, ImportReport, TimesOfDay, UndeclaredCount};
pub use names::{MatchedName, NameResolution};
pub use opening::RepairReport;
pub use options::{Access, Options, ProgressListener, TaskProgress, TimeSource};
pub use query::Prepared;
pub use query_options::QueryOptions;
pub use rejection::{LeftOutCount, RejectedCount, RejectedRecord, RejectionKind, RejectionReason};
pub use transaction::{Asserted, Outcome, Transaction};
pub use world_files::{FactTables, WorldFiles};
