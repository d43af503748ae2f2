//! Where a column map takes the values of a field from.

/// Where the values of a field come from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ColumnSource {
    /// The cells of a column, by its name in the header.
    Column(String),
    /// One value for every row.
    Constant(String),
}
