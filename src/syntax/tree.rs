//! The tree of a query as it was written. Words are not resolved here: the
//! checker decides whether `ada` is an action, a name or text.

pub use super::date_words::{RelativeDay, Turn, Unit};
use super::keyword::word;
use super::{Span, Spanned};

/// A word as written, with its place.
pub type Name = Spanned<String>;

/// `filter [maybe] [as of D] [known D] [according to …] { | stage }`
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// Whether it begins with `periods`.
    pub periods: bool,
    /// The conditions; everything passes if absent.
    pub filter: Option<Expression>,
    /// Whether `maybe` stands behind the conditions: rows that are only possible are rows.
    pub maybe: bool,
    /// The day of the world that is asked about.
    pub as_of: Option<Spanned<AsOf>>,
    /// The day of the store that is asked about.
    pub known: Option<Spanned<Known>>,
    /// Whose account is asked.
    pub account: Option<Spanned<Account>>,
    /// The stages, in order.
    pub stages: Vec<Spanned<Stage>>,
    /// All of it.
    pub span: Span,
}

/// A condition with its place.
pub type Expression = Spanned<Condition>;

/// A condition on rows.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Condition {
    /// All of two or more.
    And(Vec<Expression>),
    /// Any of two or more.
    Or(Vec<Expression>),
    /// The condition does not hold.
    Not(Box<Expression>),
    /// The condition possibly holds.
    Maybe(Box<Expression>),
    /// It is unknown whether the condition holds.
    Unknown(Box<Expression>),
    /// A bare word, to be resolved by the checker.
    Word(String),
    /// Text in quotes.
    Text(String),
    /// `field:value`, `field>=value`.
    Test(Test),
    /// `[field] after 2025`.
    Date(DateTest),
    /// `with {…}` or `without {…}`.
    Other(OtherFact),
    /// `(… as of D)`.
    AsOf(Box<Expression>, Box<Spanned<AsOf>>),
    /// `(… according to "S")`
    According(Box<Expression>, Box<Spanned<Account>>),
    /// `source {…}`: one source of the fact says all of it.
    Source(Box<Expression>),
    /// `using {…}`: only these facts are folded into statuses.
    Using(Box<Expression>),
    /// `recent("oslo")`: a query of the same file, by its name.
    Call(Call),
}

/// A field, perhaps of what another field refers to: `object.from`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// The names between the dots; at least one.
    pub names: Vec<Name>,
    /// All of it.
    pub span: Span,
}

/// `path operator value{,value}`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Test {
    /// The field.
    pub path: Path,
    /// The comparison.
    pub operator: Operator,
    /// The values. There is more than one only with `:`; one of them must match.
    pub values: Vec<Spanned<Value>>,
}

/// A comparison of a field with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operator {
    /// `:`
    Is,
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
}

impl Operator {
    /// All of them; a sign that begins with another comes before it.
    pub(super) const ALL: [Self; 7] =
        [Self::Is, Self::NotEqual, Self::AtMost, Self::AtLeast, Self::Less, Self::Greater, Self::Equal];

    /// The sign for it.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::Is => ":",
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
        }
    }
}

/// A value that a field is compared with, or that a call has.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Value {
    /// A word or number as written.
    Word(String),
    /// A word or words in quotes.
    Quoted(String),
    /// `lat*`
    Prefix(String),
    /// `/regex/`
    Regex(String),
    /// `none`
    None,
    /// `70..75`, either end may be open.
    Range(Option<String>, Option<String>),
    /// `6 months`
    Duration(Duration),
    /// `$name`
    Parameter(String),
    /// `(query)`
    Query(Box<Query>),
}

/// A length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Duration {
    /// The number of units.
    pub count: u32,
    /// The unit.
    pub unit: Unit,
}

/// `[path] relation date`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateTest {
    /// The date field; `date` if absent.
    pub path: Option<Path>,
    /// How it relates to the date.
    pub relation: Relation,
    /// The date, period or range.
    pub when: Spanned<When>,
}

/// How a date relates to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Relation {
    /// After the end of it.
    After,
    /// Before the start of it.
    Before,
    /// From the start of it on.
    Since,
    /// Up to the end of it.
    Until,
    /// Within it.
    In,
    /// On that day; the same as `in`, and refused of a period by the checker.
    On,
    /// Not farther from it than this, on one side or both.
    Within(Duration, Side),
}

impl Relation {
    /// The relations of one word, each with its usual word first.
    const WORDS: [(&'static str, Self); 7] = [
        (word::AFTER, Self::After),
        (word::BEFORE, Self::Before),
        (word::SINCE, Self::Since),
        (word::UNTIL, Self::Until),
        (word::BY, Self::Until),
        (word::IN, Self::In),
        (word::ON, Self::On),
    ];

    /// The relation that a word means; case is ignored. `within` is not one
    /// without a length of time.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        Self::WORDS.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(word)).map(|(_, relation)| relation)
    }

    /// The word for a relation of one word.
    pub(super) fn word(self) -> Option<&'static str> {
        Self::WORDS.into_iter().find(|(_, relation)| *relation == self).map(|(word, _)| word)
    }
}

/// On which side of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Side {
    /// `of`
    Either,
    /// `after`
    After,
    /// `before`
    Before,
}

impl Side {
    /// The word for it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Either => word::OF,
            Self::After => word::AFTER,
            Self::Before => word::BEFORE,
        }
    }
}

/// A date, a period or a range as a query writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum When {
    /// EDTF as written: `2025`, `2025-06-27`, `192X`, `[2025-06-29..]`.
    Edtf(String),
    /// `1920s`: the first year.
    Decade(i32),
    /// `June 2025`, `27 June 2025`.
    Civil {
        /// The year.
        year: i32,
        /// The month, 1 to 12.
        month: u8,
        /// The day of the month.
        day: Option<u8>,
    },
    /// `today`, `yesterday`, `tomorrow`
    Relative(RelativeDay),
    /// `last month`, `this year`, `next week`: a whole calendar unit.
    Calendar(Turn, Unit),
    /// `last 90 days`, ending today; `next 90 days`, beginning today.
    Rolling(Turn, Duration),
    /// `2 weeks ago`
    Ago(Duration),
    /// `2019..2022-06`; either end may be open, not both.
    Range(Option<Box<Spanned<When>>>, Option<Box<Spanned<When>>>),
    /// `{filter}`, `same region {filter}.effective`: a date of another fact.
    Braces(BracedDate),
    /// `$name`
    Parameter(String),
}

/// `[same field{,field}] {filter}[.field]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BracedDate {
    /// The fields whose values both facts share; subject and object if empty.
    pub same: Vec<Path>,
    /// The conditions on the other fact.
    pub filter: Box<Expression>,
    /// Which of its dates; `date` without one.
    pub field: Option<Path>,
}

/// `with [same field{,field}] {filter}`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherFact {
    /// Whether such a fact must exist, or must not.
    pub exists: bool,
    /// The fields whose values both facts share; subject and object if empty.
    pub same: Vec<Path>,
    /// The conditions on the other fact.
    pub filter: Box<Expression>,
}

/// `as of D`
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AsOf {
    /// One day.
    Day(Spanned<When>),
    /// `each year 1970..2020`
    Each(Unit, Spanned<When>),
}

impl AsOf {
    /// Whether it is a series of days.
    #[must_use]
    pub fn is_series(&self) -> bool {
        matches!(self, Self::Each(..))
    }

    /// The day or the range.
    #[must_use]
    pub fn when(&self) -> &Spanned<When> {
        match self {
            Self::Day(when) | Self::Each(_, when) => when,
        }
    }
}

/// A state of the store.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Known {
    /// At the end of a day.
    Day(When),
    /// After a commit: `#12`.
    Commit(u64),
}

/// `according to …`: on whose account a question is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Account {
    /// `"S"`, `"S" first`: the account of one teller.
    Teller {
        /// The name of the teller: a word, a text in quotes or a parameter.
        name: Spanned<Value>,
        /// Whether the others are heard where the teller is silent.
        first: bool,
    },
    /// `{condition}`: what the sources tell that pass.
    Sources(Box<Expression>),
}

/// A step that is applied to the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stage {
    /// `sort -date, subject`
    Sort(Vec<SortKey>),
    /// `take 20`
    Take(u64),
    /// `skip 20`
    Skip(u64),
    /// `show subject, date as notified`
    Show(Vec<ShowItem>),
    /// `count [path] [by key, key]`
    Count {
        /// The column whose distinct values are counted; rows if absent.
        of: Option<Path>,
        /// The keys of the groups.
        by: Vec<GroupKey>,
    },
    /// `share of (condition) [by key, key]`
    Share {
        /// The condition.
        of: Expression,
        /// The keys of the groups.
        by: Vec<GroupKey>,
    },
    /// `pivot key x key`
    Pivot {
        /// The key of the rows.
        rows: GroupKey,
        /// The key of the columns.
        columns: GroupKey,
    },
    /// `median of lag [by key, key]`
    Aggregate {
        /// The summaries.
        functions: Vec<Spanned<Aggregate>>,
        /// The column.
        of: Path,
        /// The keys of the groups.
        by: Vec<GroupKey>,
    },
    /// `distinct subject, object`
    Distinct(Vec<Path>),
    /// `first by subject`, `last by subject`
    Extreme {
        /// Whether it is `last` and not `first`.
        last: bool,
        /// The keys of the groups, each of which has one row.
        by: Vec<GroupKey>,
    },
    /// `let lag = effective - date`
    Let {
        /// The new column.
        name: Name,
        /// The calculation.
        value: Spanned<Arithmetic>,
    },
    /// `where count >= 2`
    Where(Expression),
    /// `timeline`
    Timeline,
    /// `sources`
    Sources,
    /// `history`
    History,
    /// `diff known D1..D2`, `diff as of D1..D2`
    Diff {
        /// Whether the states are those of the store and not of the world.
        known: bool,
        /// The days of the two states.
        range: Spanned<When>,
    },
    /// `diff known #1..#3`, `diff known 2025..#3`: at least one end is a commit.
    DiffKnown {
        /// The earlier state.
        from: Spanned<Known>,
        /// The later one.
        to: Spanned<Known>,
    },
}

/// One key of `sort`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SortKey {
    /// Whether the order is descending.
    pub descending: bool,
    /// The column; `relevance` is one.
    pub path: Path,
}

/// One column of `show`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShowItem {
    /// The column.
    pub path: Path,
    /// The heading, if it is not that of the column.
    pub heading: Option<Name>,
}

/// A key by which rows are grouped.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum GroupKey {
    /// A column.
    Path(Path),
    /// Whether a condition holds.
    Condition(Expression),
}

/// A summary of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Aggregate {
    /// The smallest value.
    Min,
    /// The largest value.
    Max,
    /// The median.
    Median,
    /// The sum.
    Sum,
}

impl Aggregate {
    /// The word for it, which is also the heading of its column.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Min => word::MIN,
            Self::Max => word::MAX,
            Self::Median => word::MEDIAN,
            Self::Sum => word::SUM,
        }
    }

    /// The summary that a word names; case is ignored.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Min, Self::Max, Self::Median, Self::Sum].into_iter().find(|one| one.name().eq_ignore_ascii_case(word))
    }
}

/// The value of a `let` stage.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Arithmetic {
    /// A column.
    Path(Path),
    /// A number.
    Number(String),
    /// A length of time.
    Duration(Duration),
    /// A date.
    Date(When),
    /// The sum.
    Add(Box<Spanned<Arithmetic>>, Box<Spanned<Arithmetic>>),
    /// The difference.
    Subtract(Box<Spanned<Arithmetic>>, Box<Spanned<Arithmetic>>),
}

/// A file of statements.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Script {
    /// The statements, in order.
    pub statements: Vec<Spanned<Statement>>,
}

/// One statement of a file.
// Exhaustive on purpose: whoever runs files has to know every statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Statement {
    /// A query whose answer is printed.
    Query(Query),
    /// `let name($p, $q) = query`
    Let {
        /// Its name.
        name: Name,
        /// Its parameters, without `$`.
        parameters: Vec<Name>,
        /// The query.
        query: Query,
    },
    /// `assert none query`
    Assert {
        /// The rows that are expected.
        expected: Spanned<Expected>,
        /// The query.
        query: Query,
    },
    /// `set today D`
    SetToday(Spanned<When>),
    /// `include "other.tq"`
    Include(Name),
    /// `format csv`
    Format(Name),
    /// `echo "…"`
    Echo(Name),
}

/// `name(value, value)`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The name of the query.
    pub name: Name,
    /// The values of its parameters, in order.
    pub arguments: Vec<Spanned<Value>>,
}

/// The rows that an assertion expects.
// Exhaustive on purpose: an assertion that is not known cannot be held to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// No row.
    None,
    /// At least one row.
    Some,
    /// This number of rows.
    Count(u64),
    /// The rows of a file.
    Rows(String),
}
