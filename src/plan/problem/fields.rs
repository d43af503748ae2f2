use super::ValueType;

/// What is wrong with a name before `:`, a sign or a date, or in a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FieldProblem {
    /// Nothing has the name.
    Unknown {
        /// The name, or the whole path.
        name: String,
        /// What may have been meant.
        suggestion: FieldSuggestion,
    },
    /// A status stands where a field must.
    StatusAsField {
        /// The path.
        path: String,
        /// How the status is asked for.
        examples: Vec<String>,
    },
    /// An action stands where a field must.
    ActionAsField {
        /// The word.
        word: String,
        /// The conditions that mean the same.
        mend: String,
    },
    /// A date has no such part.
    UnknownPart {
        /// The date field.
        field: String,
        /// The name after the dot.
        part: String,
        /// A part that is called nearly so.
        similar: Option<String>,
        /// Every part.
        parts: Vec<String>,
    },
    /// What a field refers to has no such field.
    UnknownAttribute {
        /// The reference field.
        field: String,
        /// The name after the dot.
        name: String,
        /// A field that is called nearly so.
        similar: Option<String>,
        /// Every field that entities may have.
        fields: Vec<String>,
    },
    /// A field has nothing that a name after a dot could name.
    NothingFollows {
        /// The field.
        field: String,
        /// What it holds, where that explains it.
        holds: Option<ValueType>,
    },
    /// A path goes through more than one reference.
    TooManySteps,
    /// A part of a date stands where a date must.
    PartOfDate {
        /// The path.
        path: String,
        /// The date field.
        field: String,
    },
    /// A field that holds something else stands where a date must.
    NotADate {
        /// The path.
        path: String,
        /// What it holds.
        holds: ValueType,
        /// Every date field.
        dates: Vec<String>,
    },
    /// A date of other facts is asked for that facts do not have.
    NotADateOfFacts {
        /// The path.
        path: String,
        /// A date that is called nearly so.
        similar: Option<String>,
        /// Every date field.
        dates: Vec<String>,
    },
}

/// What may have been meant by the name of a field that does not exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FieldSuggestion {
    /// A field that is called nearly so.
    Similar(String),
    /// It is a word of the language, which is written so.
    Write(String),
    /// The fields of sources.
    SourceFields(Vec<String>),
    /// A difference, whose minus has no spaces around it.
    Difference(String, String),
    /// The column of `count`, which is there once it has counted.
    CountFirst,
    /// The column of a stage of `periods`.
    ColumnOfPeriods(String),
    /// It says in which direction to sort; a column is missing.
    SortDirection,
    /// A part that dates do not have.
    NoSuchPart {
        /// Those that they have.
        parts: Vec<String>,
    },
    /// No word stands for all columns.
    NoWordForAll {
        /// What there is.
        fields: Vec<String>,
    },
    /// None: what there is, and how more is declared.
    Fields {
        /// What there is.
        fields: Vec<String>,
        /// The name, if the vocabulary may declare it.
        declare: Option<String>,
        /// Whether a dot follows the name.
        before_dot: bool,
    },
}
