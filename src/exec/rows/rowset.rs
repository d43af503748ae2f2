//! Rows, whatever they are: what stages that count and summarise need of them.

use crate::exec::ExecError;
use crate::exec::stages::count::GroupedKey;
use crate::plan::Value;

/// Facts, entities or the rows of a table.
pub(crate) trait Rowset {
    /// How many rows there are.
    fn rows(&self) -> usize;

    /// The value of each row, in one order that does not change.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    fn key(&self, value: &Value) -> Result<GroupedKey, ExecError>;
}
