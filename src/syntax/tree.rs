//! The tree of a query as it was written. Words are not resolved here: whether
//! `ada` is an action, a name or text is for the checker to say.

pub use super::date_words::{RelativeDay, Turn, Unit};
use super::{Span, Spanned};

/// A word as written, with its place.
pub type Name = Spanned<String>;

/// `filter [as of D] [known D] { | stage }`
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// Whether it began with `periods`.
    pub periods: bool,
    /// What must hold; everything if absent.
    pub filter: Option<Expression>,
    /// The day of the world that is asked about.
    pub as_of: Option<Spanned<AsOf>>,
    /// The day of the store that is asked about.
    pub known: Option<Spanned<Known>>,
    /// What is done with the rows, in order.
    pub stages: Vec<Spanned<Stage>>,
    /// All of it.
    pub span: Span,
}

/// A condition with its place.
pub type Expression = Spanned<Condition>;

/// What must hold of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// All of two or more.
    And(Vec<Expression>),
    /// Any of two or more.
    Or(Vec<Expression>),
    /// Not so.
    Not(Box<Expression>),
    /// Possibly so.
    Maybe(Box<Expression>),
    /// A bare word, to be resolved by the checker.
    Word(String),
    /// Text in quotes.
    Text(String),
    /// `field:value`, `field>=value`.
    Test(Test),
    /// `[field] after 2025`.
    Date(DateTest),
    /// `with {…}` or `without {…}`.
    Other(Other),
    /// `(… as of D)`.
    AsOf(Box<Expression>, Box<Spanned<AsOf>>),
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
    /// How it is compared.
    pub operator: Operator,
    /// With what; more than one only with `:`, any of which will do.
    pub values: Vec<Spanned<Value>>,
}

/// How a field is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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

/// What a field is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// How many.
    pub count: u32,
    /// Of what.
    pub unit: Unit,
}

/// `[path] relation date`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateTest {
    /// The date field; `date` if absent.
    pub path: Option<Path>,
    /// How it lies to the date.
    pub relation: Relation,
    /// The date, period or range.
    pub when: Spanned<When>,
}

/// How a date lies to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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

/// On which side of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// `of`
    Either,
    /// `after`
    After,
    /// `before`
    Before,
}

/// A date, a period or a range as a query writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// `today`
    Relative(RelativeDay),
    /// `last month`, `this year`, `next week`: a whole calendar unit.
    Calendar(Turn, Unit),
    /// `last 90 days`, ending today; `next 90 days`, beginning today.
    Rolling(Turn, Duration),
    /// `2 weeks ago`
    Ago(Duration),
    /// `2019..2022-06`; either end may be open, not both.
    Range(Option<Box<Spanned<When>>>, Option<Box<Spanned<When>>>),
    /// `{filter}`: a date of another fact of the same subject and object.
    Braces(Option<Path>, Box<Expression>),
    /// `$name`
    Parameter(String),
}

/// `with [same field{,field}] {filter}`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Other {
    /// Whether another fact must be there, or must not.
    pub exists: bool,
    /// What it shares with this one; subject and object if empty.
    pub same: Vec<Path>,
    /// What must hold of it.
    pub filter: Box<Expression>,
}

/// `as of D`
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AsOf {
    /// One day.
    Day(Spanned<When>),
    /// `each year 1970..2020`
    Each(Unit, Spanned<When>),
}

impl AsOf {
    /// Whether it is each day of a series.
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

/// What the store held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// At the end of a day.
    Day(When),
    /// After a commit: `#12`.
    Commit(u64),
}

/// What is done with the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
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
        /// What is counted distinct; rows if absent.
        of: Option<Path>,
        /// By what.
        by: Vec<Key>,
    },
    /// `share of (condition) [by key, key]`
    Share {
        /// What the share is of.
        of: Expression,
        /// By what.
        by: Vec<Key>,
    },
    /// `pivot key x key`
    Pivot {
        /// What the rows are.
        rows: Key,
        /// What the columns are.
        columns: Key,
    },
    /// `median of lag [by key, key]`
    Aggregate {
        /// Which.
        functions: Vec<Spanned<Aggregate>>,
        /// Of what.
        of: Path,
        /// By what.
        by: Vec<Key>,
    },
    /// `distinct subject, object`
    Distinct(Vec<Path>),
    /// `first by subject`, `last by subject`
    Extreme {
        /// The last and not the first.
        last: bool,
        /// One for each of these.
        by: Vec<Key>,
    },
    /// `let lag = effective - date`
    Let {
        /// The new column.
        name: Name,
        /// What it holds.
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
        /// Between states of the store and not of the world.
        known: bool,
        /// From when to when.
        range: Spanned<When>,
    },
    /// `diff known #1..#3`, `diff known 2025..#3`: with a commit at an end at least.
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
    /// Greatest first.
    pub descending: bool,
    /// The column; `relevance` is one.
    pub path: Path,
}

/// One column of `show`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShowItem {
    /// What it shows.
    pub path: Path,
    /// Its heading, if another.
    pub heading: Option<Name>,
}

/// What rows are grouped by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// A column.
    Path(Path),
    /// Whether a condition holds.
    Condition(Expression),
}

/// A summary of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Aggregate {
    /// The least.
    Min,
    /// The greatest.
    Max,
    /// The one in the middle.
    Median,
    /// All together.
    Sum,
}

impl Aggregate {
    /// The word for it, also the heading of its column.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Min => "min",
            Self::Max => "max",
            Self::Median => "median",
            Self::Sum => "sum",
        }
    }
}

/// The value of a `let` stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arithmetic {
    /// A column.
    Path(Path),
    /// A number.
    Number(String),
    /// A length of time.
    Duration(Duration),
    /// A date.
    Date(When),
    /// `{filter}`: the date of another fact.
    Braces(Box<Expression>),
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Statement {
    /// A query whose answer is printed.
    Query(Query),
    /// `let name($p, $q) = query`
    Let {
        /// What it is called.
        name: Name,
        /// Its parameters, without `$`.
        parameters: Vec<Name>,
        /// The query.
        query: Query,
    },
    /// `assert none query`
    Assert {
        /// What must hold of the answer.
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
    /// The query that is meant.
    pub name: Name,
    /// What its parameters stand for, in order.
    pub arguments: Vec<Spanned<Value>>,
}

/// What an assertion expects of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// No row.
    None,
    /// At least one row.
    Some,
    /// So many rows.
    Count(u64),
    /// The rows of a file.
    Rows(String),
}
