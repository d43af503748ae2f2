//! What can be wrong with a text as it is written, as data. The English for it
//! is in `say`.

mod definition;
mod expected;
mod mend;
mod suggestions;

pub use definition::{DefinitionProblem, WholeQueryPart};
pub use expected::{DateContext, ExpectedSyntax};
pub use mend::Mend;

/// What is wrong with the text of a query or a file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SyntaxProblem {
    /// Something else is expected.
    Expected {
        /// What is expected.
        expected: ExpectedSyntax,
        /// What is there instead; absent at the end of the text.
        found: Option<String>,
        /// How to mend it.
        mend: Option<Mend>,
    },
    /// A date is expected.
    DateExpected {
        /// What the date belongs to.
        context: DateContext,
        /// What is there instead; absent at the end of the text.
        found: Option<String>,
        /// How to mend it.
        mend: Mend,
    },
    /// The text is too long, too deep or too large.
    Limit(ExceededLimit),
    /// A character that no text may contain.
    ForbiddenCharacter {
        /// The character.
        character: char,
        /// Its line, from 1.
        line: usize,
        /// Its place in the line, in characters from 1.
        column: usize,
    },
    /// A sign or word where none can be.
    Stray(StrayText),
    /// A condition.
    Condition(MalformedCondition),
    /// A value after a field.
    Value(MalformedValue),
    /// A date.
    Date(MalformedDate),
    /// A stage.
    Stage(MalformedStage),
    /// A definition, or a call of one.
    Definition(DefinitionProblem),
    /// A statement of a file in the place of one query.
    StatementInQuery {
        /// The word that begins the statement.
        word: &'static str,
    },
    /// `let x = a - b` outside of a query.
    CalculationOutsideQuery {
        /// The name of the column.
        name: String,
        /// The calculation.
        calculation: String,
    },
    /// A condition after `as of`, `known` or `according to`.
    ConditionAfterClause {
        /// The query in the right order, if the condition can be read.
        reordered: Option<String>,
    },
    /// A clause that the query has already.
    RepeatedClause {
        /// `as of`, `known` or `according to`.
        clause: &'static str,
    },
    /// A commit without its `#`.
    CommitWithoutSign {
        /// The number.
        number: String,
    },
}

/// A limit that a text exceeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExceededLimit {
    /// Conditions are nested too deep.
    Depth {
        /// How deep they may be.
        most: usize,
    },
    /// A query is too long.
    QueryLength {
        /// Its length in bytes.
        bytes: usize,
        /// How long it may be.
        most: usize,
    },
    /// A file is too long.
    FileLength {
        /// Its length in bytes.
        bytes: usize,
        /// How long it may be.
        most: usize,
    },
    /// A query has too many stages.
    Stages {
        /// How many it may have.
        most: usize,
    },
    /// A calculation has too many terms.
    Terms {
        /// How many it may have.
        most: usize,
    },
    /// A path has too many names.
    PathLength {
        /// How many it may have.
        most: usize,
    },
    /// A number is too large.
    Number,
    /// A length of time is too long.
    Duration,
}

/// A sign or a word where none can be.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StrayText {
    /// A bracket that closes nothing.
    ClosingBracket {
        /// The bracket.
        bracket: char,
        /// The text before it in brackets, if that is short and plain.
        bracketed: Option<String>,
    },
    /// A comma between conditions.
    Comma,
    /// A `;` in a text that is one query.
    Semicolon,
    /// `&`
    Ampersand,
    /// `!` that is not part of `!=`.
    Exclamation,
    /// A blank before `:`.
    BlankBeforeColon {
        /// The field and its value without the blank.
        joined: String,
    },
    /// `≥`, `≤` or `≠`.
    ComparisonSign {
        /// The sign.
        sign: char,
        /// How it is written here.
        plain: &'static str,
    },
    /// Quotes that are not double quotes.
    ForeignQuote {
        /// What is between them.
        text: String,
    },
    /// Parentheses of East Asian width.
    WideParenthesis,
    /// A question mark at the end.
    QuestionMark,
    /// A `#` that is neither a comment nor a commit.
    NumberSign,
    /// `or` without a condition before it.
    Or,
    /// Any other sign.
    Sign(char),
}

/// What is wrong with a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum MalformedCondition {
    /// `or` beside a blank that means *and*, without parentheses.
    TwoReadings {
        /// The reading in which the blank binds less than `or`.
        loose: String,
        /// The reading in which it binds more.
        strict: String,
    },
    /// A `-` apart from the condition that it negates.
    MinusApart {
        /// The word after it.
        word: String,
    },
    /// A `+` before a condition.
    Plus,
    /// Quotes with nothing in them.
    EmptyQuotes,
    /// Quotes that are not closed.
    UnclosedQuotes,
    /// A bracket that is not closed.
    UnclosedBracket {
        /// The bracket that would close it.
        closing: char,
    },
    /// A clause or a stage in brackets that take conditions only.
    ConditionsOnly {
        /// What is there.
        found: String,
    },
    /// A date in brackets without a relation before it.
    DateWithoutRelation {
        /// The date, or an example.
        date: String,
    },
    /// A parameter in the place of a condition.
    Parameter {
        /// Its name without `$`.
        name: String,
    },
    /// A calculation among conditions.
    Difference {
        /// The stages that make it.
        mended: String,
    },
    /// A comment as other languages write it.
    ForeignComment,
    /// `#` before a word in a query of one line, whose rest would be a comment.
    NumberSignBeforeWord {
        /// The word with its `#` in quotes, after the `-` before it, if there is one.
        mended: String,
    },
    /// A regular expression without a field.
    PatternWithoutField {
        /// The regular expression with its slashes.
        pattern: String,
    },
    /// A prefix such as `lat*` without a field.
    PrefixWithoutField {
        /// The prefix without its `*`.
        prefix: String,
    },
    /// A word with `/`, `&` or `+` in it, which only values and texts may have.
    SignInWord {
        /// The word.
        word: String,
    },
    /// A word of the language where it has no meaning.
    MisplacedKeyword {
        /// The word as written.
        word: String,
    },
    /// A word before braces that is none of those that take them.
    WordBeforeBraces {
        /// The word as written.
        word: String,
        /// The word that was probably meant.
        meant: &'static str,
    },
    /// Braces without a word before them.
    BracesWithoutWord {
        /// The braces, or an example.
        braces: String,
    },
    /// A name of several words after `according to`, without quotes.
    TellerWithoutQuotes {
        /// The words.
        name: String,
    },
    /// A comparison sign before braces.
    SignBeforeBraces {
        /// The comparison with a word.
        mended: String,
    },
    /// A name directly before parentheses that do not make a call.
    BlankBeforeParenthesis,
    /// A stage among conditions, such as `order by date`.
    StageAsCondition {
        /// The word before `by`.
        word: String,
        /// The stage that is meant.
        stage: String,
    },
}

/// What is wrong with a value after a field.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum MalformedValue {
    /// A text before an operator that cannot be the name of a field.
    FieldName {
        /// The text.
        text: String,
    },
    /// A blank before a value.
    BlankBefore {
        /// The sign before the blank: `:` or `,`.
        sign: char,
        /// The test without the blank.
        joined: String,
    },
    /// Signs that are not a comparison, such as `=>`.
    Comparison {
        /// The comparison that is meant, if it is known.
        mended: Option<String>,
    },
    /// Something directly after a regular expression.
    AfterPattern {
        /// What is there.
        text: String,
    },
    /// A quote within a value.
    StrayQuote,
    /// A sign within a value.
    StraySign(char),
    /// A range without an end.
    EmptyRange,
    /// Parentheses without a query in them.
    EmptyParentheses,
    /// A regular expression that is not closed.
    UnclosedPattern,
    /// A regular expression with nothing in it.
    EmptyPattern,
}

/// What is wrong with a date, or a length of time.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum MalformedDate {
    /// A number that is not a date.
    Number {
        /// The number.
        text: String,
        /// How to mend it.
        mend: Mend,
    },
    /// A date with its parts in another order, or with other signs.
    Foreign {
        /// The dates that may be meant; at least one.
        readings: Vec<String>,
    },
    /// A month that is misspelt.
    UnknownMonth {
        /// The word.
        word: String,
        /// How to mend it.
        mend: Mend,
    },
    /// A month without a year.
    MonthWithoutYear {
        /// The month as written.
        written: String,
        /// Its full name.
        month: &'static str,
        /// The day before it.
        day: Option<String>,
    },
    /// `June 27, 2025`
    DayAfterMonth {
        /// The date in the right order, in words and in digits.
        mended: [String; 2],
    },
    /// A day that no month has.
    DayOfMonth {
        /// The number.
        day: String,
    },
    /// A decade that does not begin with a year that ends in 0.
    Decade {
        /// The decade that is meant.
        mended: String,
    },
    /// Brackets that are not a date.
    Brackets,
    /// `last`, `this` or `next` without a unit of time.
    TurnWithoutUnit {
        /// The word.
        turn: String,
        /// How to mend it.
        mend: Mend,
    },
    /// `this` before several units of time.
    ThisBeforeSeveral,
    /// A length of time in the place of a date.
    DurationAsDate {
        /// The length.
        duration: String,
    },
    /// A number and a word that is not a unit of time.
    Duration {
        /// The number and the word.
        text: String,
        /// The length that is meant.
        mended: String,
    },
}

/// What is wrong with a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum MalformedStage {
    /// A name that no stage has.
    UnknownName {
        /// The name.
        name: String,
        /// How to mend it.
        mend: Mend,
    },
    /// A sign of a calculation that the language does not have.
    NoSuchOperation {
        /// The sign.
        sign: char,
    },
    /// `desc` or `asc` after a column.
    SortDirection {
        /// The column.
        column: String,
    },
    /// A clause after a stage.
    Clause {
        /// `as of`, `known` or `according to`.
        clause: &'static str,
        /// The clause and the stage in the right order.
        reordered: String,
    },
}

macro_rules! from {
    ($($variant:ident($problem:ident))*) => {
        $(impl From<$problem> for SyntaxProblem {
            fn from(problem: $problem) -> Self {
                Self::$variant(problem)
            }
        })*
    };
}

from! {
    Limit(ExceededLimit)
    Stray(StrayText)
    Condition(MalformedCondition)
    Value(MalformedValue)
    Date(MalformedDate)
    Stage(MalformedStage)
    Definition(DefinitionProblem)
}
