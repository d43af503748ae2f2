//! What can be wrong with an input, as plain data: with a record, with the
//! header of a file, with a mapping. `say` puts it into English.

mod header;
mod mapping;
mod record;

pub use header::{ColumnMapProblem, HeaderProblem};
pub use mapping::{MappingProblem, TomlExpected};
pub use record::{
    ExpectedJson, JsonProblem, JsonType, QuoteProblem, RecordPart, RecordProblem, RecordProblemKind, StepLocation,
    StepProblem, ValueProblem, ValueType,
};
