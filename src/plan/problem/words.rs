/// What is wrong with a bare word or a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum WordProblem {
    /// A word means nothing in this world and is searched for in the texts; a warning.
    ReadAsText {
        /// One word, or several that are nearly a name.
        word: String,
        /// What it may have meant.
        suggestion: Suggestion,
    },
    /// A word before a date is nearly the name of a date field.
    UnknownDateField {
        /// The word.
        name: String,
        /// The field.
        similar: String,
    },
    /// A word before a date is neither an action, a field nor a name.
    UnknownBeforeDate {
        /// The word.
        word: String,
        /// What it is nearly.
        similar: String,
    },
    /// A word means nothing where the rows are entities.
    UnknownOfRows {
        /// One word, or several that are nearly a name.
        word: String,
        /// One of the rows.
        singular: String,
        /// What it may have meant.
        suggestion: Suggestion,
    },
    /// A word is the name of a query, and was searched for in the texts; a warning.
    QueryNotCalled {
        /// The name.
        name: String,
        /// How it is called.
        signature: String,
    },
    /// A text in quotes was searched for that is a name as well; a warning.
    QuotedName {
        /// The text.
        text: String,
        /// A condition on facts that refer to what has the name.
        mend: String,
    },
    /// A word was searched for in the texts, and is a value of a field; a warning.
    ValueAsText {
        /// The word.
        word: String,
        /// The test of the field.
        mend: String,
    },
    /// A text has no letter or digit.
    NothingToSearch,
    /// A query is called that does not exist.
    UnknownQuery {
        /// The name.
        name: String,
    },
}

/// What may have been meant by a word that means nothing where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Suggestion {
    /// Something spelt nearly like it.
    Similar(String),
    /// Entities one of whose names has it as a word.
    Names(Vec<String>),
    /// Entities one of whose names has a part of it as a word.
    NamesOfPart(Vec<String>),
    /// A part of a query.
    Write(String),
    /// A stage, without its `|`.
    Stage(String),
    /// A field, which needs a value.
    Field {
        /// As written.
        field: String,
        /// The noun in the plural whose singular it is.
        noun: Option<String>,
    },
    /// The noun of the rows, which comes first.
    Noun(String),
    /// A month, which needs a year.
    Month(String),
    /// `no`, for which the language has `-` and `without`.
    Negation,
    /// `per`, for which the language has `count by`.
    CountBy,
    /// A word of plain English that says nothing in a query.
    SmallWord {
        /// Whether it is searched for in texts.
        searched: bool,
    },
    /// `periods`, which comes before everything else.
    PeriodsFirst,
    /// A column of the periods, which stages can test.
    ColumnOfPeriods(String),
    /// Nothing in particular: what conditions of entities are made of.
    ConditionsOfRows {
        /// The rows.
        plural: String,
        /// Every status.
        statuses: Vec<String>,
        /// The word, which facts about them may have in their texts.
        word: String,
    },
}
