//! What a caller says of an input besides its bytes.

use super::column_map::ColumnMap;
use super::input::InputFormat;
use super::missing_markers::MissingMarkers;
use crate::model::Schema;

/// How an input is read.
///
/// ```
/// use tractat::exchange::{InputFormat, ReadOptions};
/// use tractat::model::Schema;
///
/// let schema = Schema::default();
/// let options = ReadOptions::new(&schema).format(InputFormat::Csv);
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ReadOptions<'a> {
    /// The format; by default what the name or the first bytes tell.
    pub format: Option<InputFormat>,
    /// Which columns of a CSV file give which fields.
    pub columns: ColumnMap,
    /// What the declared fields hold, by which cells become numbers.
    pub schema: &'a Schema,
    /// Which texts stand for missing values, and which for themselves.
    pub missing: MissingMarkers,
}

impl<'a> ReadOptions<'a> {
    /// The format is what the input tells, and a column gives the field of its name.
    #[must_use]
    pub fn new(schema: &'a Schema) -> Self {
        Self { format: None, columns: ColumnMap::default(), schema, missing: MissingMarkers::new() }
    }

    /// With a format, whatever the input tells.
    #[must_use]
    pub fn format(self, format: InputFormat) -> Self {
        Self { format: Some(format), ..self }
    }

    /// With columns that are not called like their fields.
    #[must_use]
    pub fn columns(self, columns: ColumnMap) -> Self {
        Self { columns, ..self }
    }

    /// With what is said of texts that may stand for missing values.
    #[must_use]
    pub fn missing(self, missing: MissingMarkers) -> Self {
        Self { missing, ..self }
    }
}
