//! What is told beside rows, and why something failed, in English. Below this
//! room there are only enums with fields; nothing reads what it writes.

mod conditions;
mod remark;
mod remarks;

pub(crate) use conditions::{Terms, plan};
pub use remark::{CountRange, EmptyPart, EmptyReason, MissingField, Remark};
pub(crate) use remarks::{RowCount, summary};
