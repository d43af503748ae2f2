//! How a text can be mended.

/// How to mend a text. Strings are parts of the language, to be typed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mend {
    /// Write this instead.
    Write(String),
    /// This is probably what was meant.
    DidYouMean(String),
    /// What may be written there, for example.
    Examples(Vec<String>),
    /// Leave this word out.
    LeaveOut(String),

    /// Use one of the forms that dates have.
    DateForms,
    /// A season is written as a date of its own.
    Season {
        /// The relation with that of both hemispheres, of the north and of the south.
        dates: [String; 3],
        /// Whether the text has a year for it.
        has_year: bool,
    },
    /// A part of a year has no months of its own.
    PartOfYear {
        /// The word.
        part: &'static str,
        /// The months that are usually meant.
        months: String,
    },
    /// Compare two dates of one fact by their difference, in these stages.
    CompareByDifference(String),
    /// Leave out one of two relations; this is the second.
    OneRelation(String),
    /// Write a unit of time after this number.
    UnitAfterNumber(String),
    /// Write several values as a list.
    ListOfValues(String),

    /// Compare with a sign and without `:`; the test, if its value is known.
    SignWithoutColon(Option<String>),
    /// Put the value in quotes, or use a relation for dates.
    QuotesOrDate,
    /// `none` after this field finds facts without a value.
    NoneForAbsent(String),

    /// Use one of the stages that exist.
    AnyStage,
    /// Use one of the stages, or put conditions before the first `|`.
    StageOrCondition,
    /// There is no such summary.
    Summaries,
    /// A calculation has four operations and no other.
    CalculationForms,
    /// Sort and take the greatest, or count and take the most frequent.
    Top {
        /// The stages that take the greatest.
        greatest: String,
        /// The stages that take the most frequent.
        most_frequent: String,
    },
    /// Only one place of each group can be kept, and not several.
    OneOfEachGroup {
        /// The stage that keeps it.
        stage: String,
        /// How many were asked for.
        number: String,
    },
    /// Write a number: parameters are values and dates only.
    NumberForParameter(String),
    /// Write this stage without its sign, or sort the other way.
    UnsignedCount(String),
    /// Put commas between columns.
    CommaBetweenColumns(String),
    /// Make the calculation a column of its own, in these stages.
    ColumnForCalculation(String),
    /// Put a condition that is a key in parentheses.
    ConditionInParentheses(String),
    /// Put a condition on the rows in a stage of its own.
    ConditionInStage(String),
    /// Count different pairs, or rows for each.
    CountPairs {
        /// How many different pairs there are.
        pairs: String,
        /// How many rows each pair has.
        rows: String,
    },
    /// Sort all the rows and take some.
    OfAllRows {
        /// Whether the last rows are meant.
        last: bool,
        /// The stages.
        stages: String,
    },

    /// `not` goes before a condition; in quotes it is text.
    NotInQuotes,
    /// Put commas between fields.
    CommaBetweenFields(String),
    /// Put a blank between a word and a condition in parentheses.
    BlankBeforeParenthesis,
    /// Put several words that are one value in quotes.
    SeveralWordsInQuotes(String),
    /// Begin a parameter with `$`.
    ParameterSign(String),
    /// Use one of the forms that assertions have.
    AssertionForms,
}

impl Mend {
    /// One example of what may be written.
    pub(in crate::syntax) fn example(text: impl Into<String>) -> Self {
        Self::Examples(vec![text.into()])
    }

    /// What was probably meant.
    pub(in crate::syntax) fn did_you_mean(text: impl Into<String>) -> Self {
        Self::DidYouMean(text.into())
    }
}
