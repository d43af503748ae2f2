use super::ValueType;

/// What is wrong with a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ParameterProblem {
    /// It has no value.
    Missing {
        /// Its name, without `$`.
        name: String,
        /// A value that would do.
        example: String,
        /// The parameters that have one.
        given: Vec<String>,
    },
    /// A list has a list in it.
    NestedList { name: String },
    /// A list stands where one value must.
    List { name: String },
    /// Something else stands where a date must.
    NotADate {
        name: String,
        /// What it is; none for a list.
        holds: Option<ValueType>,
    },
    /// Its date is a parameter, or one of other facts.
    NotItsOwnDate { name: String },
    /// The query does not ask for them.
    Unused {
        /// Those that it does not ask for.
        names: Vec<String>,
        /// Those that it asks for.
        asked: Vec<String>,
    },
}
