//! Rows, whatever they are: what stages that count and summarise need of them.

use crate::exec::ExecError;
use crate::exec::rows::grouped_key::GroupedKey;
use crate::plan::{Domain, RowValue};

/// Facts, entities or the rows of a table, all of them made.
pub(crate) trait Rowset {
    /// The kind of rows.
    type Domain: Domain;

    /// How many rows there are.
    fn rows(&self) -> usize;

    /// The value of each row, in one order that does not change.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    fn key(&self, value: &RowValue<Self::Domain>) -> Result<GroupedKey, ExecError>;
}
