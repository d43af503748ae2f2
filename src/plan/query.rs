//! A checked query: every word resolved, every date a window of days. Plain
//! data between the checker, which makes it, and execution, which runs it.

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;

use super::{KnownState, MeantDays, QueryProblem, Reading};
use crate::model::vocabulary::Role;
use crate::model::{Cell, Date, Day, EntityNumber, Precision, Truth, Window};
use crate::syntax::tree::{Aggregate, Duration, Relation};
use crate::syntax::{Diagnostic, Span, Spanned};

/// A query that means something in one world, on one day.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Query {
    /// What the rows are.
    pub rows: RowsOf,
    /// Which of them.
    pub filter: Filter,
    /// With `as of each`: every day, in order, with the filter as it reads on
    /// that day; then `filter` is the one of the last. Only of entities.
    pub series: Vec<Moment>,
    /// Which state of the store.
    pub known: KnownState,
    /// How it was read: one line for each word, name and date that needed resolving.
    pub readings: Vec<Reading>,
    /// The days that were meant where the text names none.
    pub(crate) days: Vec<MeantDays>,
    /// What it may not mean: words that are near to others, and the like.
    pub hints: Vec<Diagnostic<QueryProblem>>,
}

/// The column of `count`: `n` where one of its keys is called `count` already.
#[must_use]
pub fn count_column(is_taken: bool) -> &'static str {
    if is_taken { "n" } else { "count" }
}

/// What the rows of a query are, before any stage, and the stages over them.
#[derive(Debug, Clone, PartialEq)]
pub enum RowsOf {
    /// Facts.
    Facts(Pipeline<FactDomain>),
    /// Entities, those alive on the day: `states …`.
    Entities(EntityRows, Pipeline<EntityDomain>),
    /// Stretches of time in which entities have a status: `periods party:x`.
    /// There is always one status; life and kind do not matter. As true as the
    /// status is on the day of it, up to the one asked about, on which it is
    /// truest.
    Periods(EntityRows, Vec<Spanned<TableStage>>),
}

impl RowsOf {
    /// Whether a stage over facts or entities has a condition.
    #[must_use]
    pub fn has_conditions(&self) -> bool {
        fn any<D: Domain>(pipeline: &Pipeline<D>) -> bool {
            pipeline.narrowing.iter().any(|stage| matches!(stage.value, RowStage::Where(_)))
        }
        match self {
            Self::Facts(pipeline) => any(pipeline),
            Self::Entities(_, pipeline) => any(pipeline),
            Self::Periods(..) => false,
        }
    }
}

impl Default for RowsOf {
    fn default() -> Self {
        Self::Facts(Pipeline::default())
    }
}

/// Which entities are rows.
#[derive(Debug, Clone, PartialEq)]
pub struct EntityRows {
    /// The noun in the singular, also the name of the column.
    pub noun: Arc<str>,
    /// The noun in the plural, for people.
    pub plural: Arc<str>,
    /// The kinds of entity that it names; of periods empty, which means any.
    pub kinds: Vec<String>,
    /// At which end of a fact they stand.
    pub role: Role,
    /// The day of the world that is asked about: today, or the `as of`.
    pub day: Day,
    /// The one status that the query asks for positively, outside of any `not`
    /// and `or`: rows show since when and by which fact.
    pub status: Option<StatusTest>,
    /// Of periods: whether one is enough of which the status is possible. Else
    /// there must be a day up to the one asked about on which it is definite.
    pub maybe: bool,
}

/// A day of the world, with the filter as it reads on that day.
#[derive(Debug, Clone, PartialEq)]
pub struct Moment {
    /// How rows name it: `2005` for the last day of 2005.
    pub label: Date,
    /// The day.
    pub day: Day,
    /// What must hold.
    pub filter: Filter,
}

/// The day on which groups and statuses are tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum At {
    /// The date of the fact, which may be imprecise or missing.
    Fact,
    /// A day.
    Day(Day),
    /// The day that the row is of: in stages over entities.
    Row,
}

/// Whether a state that acts open and close is there on a day.
#[derive(Debug, Clone, PartialEq)]
pub struct StatusTest {
    /// Which status of the vocabulary.
    pub status: Arc<str>,
    /// The end at which the entity stands that is tested: the row, or of a fact
    /// what it refers to there.
    pub role: Role,
    /// Who or what stands at the other end.
    pub others: Counterparts,
    /// When.
    pub at: At,
    /// Only these facts are folded; what is possible may or may not be.
    pub using: Option<Arc<Filter>>,
}

/// With whom at the other end an entity must have a status.
#[derive(Debug, Clone, PartialEq)]
pub enum Counterparts {
    /// With one of these.
    Entities(Vec<EntityNumber>),
    /// With one of those that a query gives.
    Query(Arc<Query>),
    /// With so many of those who are there then, both ends included:
    /// `party>=100`, `party:none`, `party:*`.
    Count {
        /// At least.
        least: u64,
        /// At most.
        most: Option<u64>,
    },
}

/// Other facts: those that share something with a fact, or in which an entity
/// stands at an end.
#[derive(Debug, Clone, PartialEq)]
pub struct OtherFacts {
    /// What is shared.
    pub shared: Shared,
    /// What must hold of them.
    pub filter: Arc<Filter>,
}

/// What other facts share with a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Shared {
    /// Subject and object: of a fact without an object, that both have none.
    /// The fact itself is not one of the others.
    Pair,
    /// One value at least of each of these; a missing value is shared with
    /// none. The fact itself is not one of the others.
    Values(Vec<FactValue>),
    /// The row is an entity, and stands at this end of them.
    Role(Role),
}

/// What must hold of a row, in terms of tests of one kind: of records, which are
/// facts and entities, or of the cells of a table. Evaluates to a
/// [`Truth`].
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Filter<T = RecordTest> {
    /// True of every row.
    #[default]
    All,
    /// True of no row.
    Nothing,
    /// All of them.
    And(Vec<Part<T>>),
    /// Any of them.
    Or(Vec<Part<T>>),
    /// Not so.
    Not(Box<Filter<T>>),
    /// Possibly so counts as so; what is unknown stays unknown.
    Maybe(Box<Filter<T>>),
    /// One test.
    Test(T),
}

impl<T> Filter<T> {
    /// All of some conditions; of one that one.
    pub fn all(mut parts: Vec<Part<T>>) -> Self {
        if parts.len() == 1 { parts.remove(0).filter } else { Self::And(parts) }
    }

    /// Any of some conditions; of one that one.
    pub fn any(mut parts: Vec<Part<T>>) -> Self {
        if parts.len() == 1 { parts.remove(0).filter } else { Self::Or(parts) }
    }

    /// The same filter with other tests, each made from one of its own.
    ///
    /// # Errors
    ///
    /// The first error of making one.
    pub fn try_map<U, E>(&self, make: &mut dyn FnMut(&T) -> Result<U, E>) -> Result<Filter<U>, E> {
        let parts = |parts: &[Part<T>], make: &mut dyn FnMut(&T) -> Result<U, E>| -> Result<Vec<Part<U>>, E> {
            parts.iter().map(|part| Ok(Part { filter: part.filter.try_map(make)?, span: part.span })).collect()
        };
        Ok(match self {
            Self::All => Filter::All,
            Self::Nothing => Filter::Nothing,
            Self::And(all) => Filter::And(parts(all, make)?),
            Self::Or(any) => Filter::Or(parts(any, make)?),
            Self::Not(filter) => Filter::Not(Box::new(filter.try_map(make)?)),
            Self::Maybe(filter) => Filter::Maybe(Box::new(filter.try_map(make)?)),
            Self::Test(test) => Filter::Test(make(test)?),
        })
    }

    /// The conditions that must all hold, each with its place in the query: of a
    /// conjunction its parts, else the filter itself, which stands nowhere in
    /// particular.
    pub fn conjuncts(&self) -> Vec<(&Self, Option<Span>)> {
        match self {
            Self::And(parts) => parts.iter().map(|part| (&part.filter, Some(part.span))).collect(),
            Self::All => Vec::new(),
            other => vec![(other, None)],
        }
    }

    /// The truth of the filter for one row, from the truth of each test of it.
    ///
    /// # Errors
    ///
    /// The first error of a test.
    pub fn truth<E>(&self, test: &mut dyn FnMut(&T) -> Result<Truth, E>) -> Result<Truth, E> {
        Ok(match self {
            Self::All => Truth::True,
            Self::Nothing => Truth::False,
            Self::And(parts) => {
                let mut truth = Truth::True;
                for part in parts {
                    truth = truth.and(part.filter.truth(test)?);
                }
                truth
            }
            Self::Or(parts) => {
                let mut truth = Truth::False;
                for part in parts {
                    truth = truth.or(part.filter.truth(test)?);
                }
                truth
            }
            Self::Not(filter) => !filter.truth(test)?,
            Self::Maybe(filter) => match filter.truth(test)? {
                Truth::Possible => Truth::True,
                other => other,
            },
            Self::Test(one) => test(one)?,
        })
    }

    /// Visits every test, whatever is negated, in the order of the text.
    pub fn each_test<'f>(&'f self, visit: &mut dyn FnMut(&'f T)) {
        match self {
            Self::All | Self::Nothing => {}
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|part| part.filter.each_test(visit)),
            Self::Not(filter) | Self::Maybe(filter) => filter.each_test(visit),
            Self::Test(test) => visit(test),
        }
    }
}

/// A test of a record: of a fact, or of an entity on a day.
#[derive(Debug, Clone, PartialEq)]
pub enum RecordTest {
    /// One of a field's values is one of these, folded. Missing: false.
    Keyword {
        /// The field.
        field: Arc<str>,
        /// What its values are compared with.
        test: Match,
    },
    /// One of some fields refers to one of some entities, or is written as one of
    /// some names that no entity has. Missing: false.
    Refers {
        /// The fields; more than one for a bare name.
        fields: Vec<Arc<str>>,
        /// The entities.
        entities: Vec<EntityNumber>,
        /// Names that stand for themselves (open fields), folded.
        written: Vec<String>,
    },
    /// What a field refers to belongs to one of some groups on a day. The field
    /// `id` of an entity refers to itself.
    Member {
        /// The reference field.
        field: Arc<str>,
        /// The groups.
        groups: Vec<EntityNumber>,
        /// When.
        at: At,
    },
    /// The date, or some day of the stretch, lies in the window. Missing: unknown.
    /// Of several dates (of sources) one is enough.
    Date {
        /// The date field.
        field: Arc<str>,
        /// The days.
        window: Window,
    },
    /// How a date is written. Missing: false.
    DateForm {
        /// The date field.
        field: Arc<str>,
        /// The form.
        form: DateForm,
    },
    /// One of a field's numbers compares so. Missing: false.
    Number {
        /// The field.
        field: Arc<str>,
        /// The least, and whether it is included.
        low: Option<(f64, bool)>,
        /// The greatest, and whether it is included.
        high: Option<(f64, bool)>,
    },
    /// There is no value.
    Missing {
        /// The field.
        field: Arc<str>,
    },
    /// The text holds the words: all of them, or adjacent in order for a phrase.
    Text {
        /// The text fields, any of which may hold them.
        fields: Vec<Arc<str>>,
        /// The stems.
        stems: Vec<String>,
        /// Whether they must be adjacent and in order.
        phrase: bool,
    },
    /// The text of a field, as written and folded, matches. Missing: false.
    /// No index serves this: candidates are read.
    Written {
        /// The text field, or the id.
        field: Arc<str>,
        /// The pattern.
        test: Match,
    },
    /// An attribute of what a field refers to passes a test of the attribute's
    /// own (with the attribute as its field).
    Step {
        /// The reference field.
        field: Arc<str>,
        /// The test, over the entity's declared fields, `from`, `until`, `name` or `kind`.
        test: Box<Filter>,
    },
    /// Another fact exists of which the filter holds: as true as the truest.
    Other(OtherFacts),
    /// A date lies so to a date of another fact: as true as the truest, where
    /// the other is as true as both its filter and the relation. A missing date
    /// on either side: unknown.
    Relative {
        /// The date: a field of the row, or a step to one.
        value: RecordValue,
        /// How it lies.
        relation: Relation,
        /// To which date field of the others.
        to: Arc<str>,
        /// The others.
        other: OtherFacts,
    },
    /// The row has a status.
    Status(StatusTest),
    /// One of a field's values is one of those in the one column of a query's
    /// answer; possibly so if the query's filter and every [`RowStage::Where`] are
    /// possibly true of such a row, and unknown likewise. Missing: false.
    Given {
        /// The field.
        field: Arc<str>,
        /// The query.
        query: Arc<Query>,
    },
    /// What is calculated passes a test. Missing: unknown.
    Computed {
        /// What is calculated.
        value: RecordCalculation,
        /// The test.
        test: Scale,
    },
}

/// A test of something calculated.
#[derive(Debug, Clone, PartialEq)]
pub enum Scale {
    /// A number compares so.
    Number(Comparison, f64),
    /// A length of time compares so: by the calendar where both ends are known,
    /// else a month is 30.436875 days and a year 365.2425.
    Length(Comparison, Duration),
    /// A date, or some day of a stretch, lies in the window.
    Days(Window),
    /// There is none.
    Missing,
}

/// A calculation over a fact or over an entity.
#[derive(Debug, Clone, PartialEq)]
pub enum RecordCalculation {
    /// Over a fact.
    OfFact(Arc<Calculation<FactDomain>>),
    /// Over an entity on a day.
    OfEntity(Arc<Calculation<EntityDomain>>),
}

/// A calculation over a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Calculation<D: Domain> {
    /// A value of the row.
    Value(RowValue<D>),
    /// A number.
    Number(f64),
    /// A length of time.
    Length(Duration),
    /// A date.
    Days(Window),
    /// A date of the earliest of the other facts of which the filter definitely holds.
    Other(D::OtherDate),
    /// Numbers, lengths, or a date and a length. A stretch that is moved is
    /// still one; an end that no date can name becomes the shortest period (day,
    /// month, year, decade, century) that holds it.
    Add(Box<Calculation<D>>, Box<Calculation<D>>),
    /// Numbers, lengths, a date and a length, or two dates, which make a length.
    Subtract(Box<Calculation<D>>, Box<Calculation<D>>),
}

/// A date of other facts.
#[derive(Debug, Clone, PartialEq)]
pub struct OtherDate {
    /// Which date field.
    pub date: Arc<str>,
    /// The others.
    pub other: OtherFacts,
}

/// A part of a conjunction or disjunction, with the place where it stands, so
/// that an empty answer can name what emptied it.
#[derive(Debug, Clone, PartialEq)]
pub struct Part<T = RecordTest> {
    /// The condition.
    pub filter: Filter<T>,
    /// Where it stands in the query.
    pub span: Span,
}

/// What the folded form of a value is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match {
    /// One of these, folded.
    Any(Vec<String>),
    /// Begins with this, folded.
    Prefix(String),
    /// Matches this expression (folded text, unanchored; syntax of the crate `regex`).
    Regex(String),
}

/// How a date is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateForm {
    /// With `?`, `~` or `%`.
    Marked,
    /// To this precision.
    Precision(Precision),
    /// Computed by a rule and not stated by a record.
    Computed,
    /// Stated by the record.
    Stated,
}

/// A kind of rows: facts, entities, or the rows of a table. It says what such
/// rows can be asked and what can be done with them alone, so that a stage that
/// its rows do not have cannot be written.
pub trait Domain: fmt::Debug + Clone + PartialEq {
    /// A test of a row.
    type Test: fmt::Debug + Clone + PartialEq;
    /// A value that a row has by itself.
    type Value: fmt::Debug + Clone + PartialEq;
    /// A date of facts beside the row.
    type OtherDate: fmt::Debug + Clone + PartialEq;
    /// A stage of such rows alone that leaves them what they are.
    type Narrowing: NamedStage + fmt::Debug + Clone + PartialEq;
    /// A stage of such rows alone that makes a table of them.
    type Tabulation: NamedStage + fmt::Debug + Clone + PartialEq;
}

/// A stage that has a name, as explanations call it.
pub trait NamedStage {
    /// The name.
    fn name(&self) -> &'static str;
}

impl NamedStage for Infallible {
    fn name(&self) -> &'static str {
        match *self {}
    }
}

impl NamedStage for FirstOrLast {
    fn name(&self) -> &'static str {
        if self.last { "last" } else { "first" }
    }
}

impl NamedStage for FactTable {
    fn name(&self) -> &'static str {
        match self {
            Self::Sources => "sources",
            Self::History => "history",
            Self::Timeline => "timeline",
            Self::Diff(diff) => diff.name(),
        }
    }
}

impl NamedStage for Diff {
    fn name(&self) -> &'static str {
        "diff"
    }
}

impl NamedStage for Timeline {
    fn name(&self) -> &'static str {
        "timeline"
    }
}

impl<D: Domain> NamedStage for RowStage<D> {
    fn name(&self) -> &'static str {
        match self {
            Self::Sort(_) => "sort",
            Self::Take(_) => "take",
            Self::Skip(_) => "skip",
            Self::Where(_) => "where",
            Self::Let(_) => "let",
            Self::Own(stage) => stage.name(),
        }
    }
}

impl<D: Domain> NamedStage for Tabulation<D> {
    fn name(&self) -> &'static str {
        match self {
            Self::Show(_) => "show",
            Self::Count { .. } => "count",
            Self::Distinct(_) => "distinct",
            Self::Share { .. } => "share",
            Self::Pivot { .. } => "pivot",
            Self::Aggregate { .. } => "summaries",
            Self::Own(stage) => stage.name(),
        }
    }
}

/// Rows that are facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactDomain {}

/// Rows that are entities, each on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntityDomain {}

/// Rows of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableDomain {}

/// Rows that are records: facts or entities.
pub trait RecordDomain: Domain<Test = RecordTest> {
    /// A calculation over such rows, as a test of records has it.
    fn of_record(calculation: Arc<Calculation<Self>>) -> RecordCalculation;
}

impl RecordDomain for FactDomain {
    fn of_record(calculation: Arc<Calculation<Self>>) -> RecordCalculation {
        RecordCalculation::OfFact(calculation)
    }
}

impl RecordDomain for EntityDomain {
    fn of_record(calculation: Arc<Calculation<Self>>) -> RecordCalculation {
        RecordCalculation::OfEntity(calculation)
    }
}

impl Domain for FactDomain {
    type Test = RecordTest;
    type Value = FactValue;
    type OtherDate = OtherDate;
    type Narrowing = FirstOrLast;
    type Tabulation = FactTable;
}

impl Domain for EntityDomain {
    type Test = RecordTest;
    type Value = EntityValue;
    type OtherDate = OtherDate;
    type Narrowing = Infallible;
    type Tabulation = Diff;
}

impl Domain for TableDomain {
    type Test = CellTest;
    type Value = ColumnPlace;
    type OtherDate = Infallible;
    type Narrowing = Infallible;
    type Tabulation = Timeline;
}

/// The stages over facts or entities: those that leave the rows what they are,
/// then perhaps one that makes a table, and those over tables.
#[derive(Debug, Clone, PartialEq)]
pub struct Pipeline<D: Domain> {
    /// The stages that leave the rows what they are, in order.
    pub narrowing: Vec<Spanned<RowStage<D>>>,
    /// What makes a table of them, if anything does.
    pub table: Option<TableStages<D>>,
}

/// A stage that makes a table, and the stages over it.
#[derive(Debug, Clone, PartialEq)]
pub struct TableStages<D: Domain> {
    /// What makes the table.
    pub first: Spanned<Tabulation<D>>,
    /// The stages over it, in order.
    pub then: Vec<Spanned<TableStage>>,
}

impl<D: Domain> Pipeline<D> {
    /// The last table that is shown, or of distinct rows, if its columns are
    /// values of these rows.
    #[must_use]
    pub fn shown(&self) -> Option<&[Column<D>]> {
        let table = self.table.as_ref()?;
        let shows_again = |stage: &Spanned<TableStage>| {
            matches!(stage.value, TableStage::Tabulate(Tabulation::Show(_) | Tabulation::Distinct(_)))
        };
        match &table.first.value {
            Tabulation::Show(columns) | Tabulation::Distinct(columns) if !table.then.iter().any(shows_again) => {
                Some(columns)
            }
            _ => None,
        }
    }

    /// How many columns the table has at the end; none while there is none, and
    /// the greatest number where they follow from the rows.
    #[must_use]
    pub fn width(&self) -> Option<usize> {
        let table = self.table.as_ref()?;
        Some(width_after(table.first.value.width(), &table.then))
    }
}

/// How many columns a table of so many has after some stages.
#[must_use]
pub fn width_after(width: usize, stages: &[Spanned<TableStage>]) -> usize {
    stages.iter().fold(width, |width, stage| match &stage.value {
        TableStage::Narrow(RowStage::Let(_)) => width.saturating_add(1),
        TableStage::Narrow(_) => width,
        TableStage::Tabulate(Tabulation::Own(Timeline { .. })) => usize::MAX,
        TableStage::Tabulate(tabulation) => tabulation.width(),
    })
}

impl<D: Domain> Tabulation<D> {
    fn width(&self) -> usize {
        match self {
            Self::Show(columns) | Self::Distinct(columns) => columns.len(),
            Self::Count { by, .. } => by.len() + 1,
            Self::Share { by, .. } => by.len() + 3,
            Self::Aggregate { functions, by, .. } => by.len() + functions.len() + 1,
            Self::Pivot { .. } | Self::Own(_) => usize::MAX,
        }
    }
}

impl<D: Domain> Default for Pipeline<D> {
    fn default() -> Self {
        Self { narrowing: Vec::new(), table: None }
    }
}

/// A stage over the rows of a table.
#[derive(Debug, Clone, PartialEq)]
pub enum TableStage {
    /// It leaves the columns that there are.
    Narrow(RowStage<TableDomain>),
    /// It makes another table.
    Tabulate(Tabulation<TableDomain>),
}

/// A stage that leaves rows what they are.
#[derive(Debug, Clone, PartialEq)]
pub enum RowStage<D: Domain> {
    /// In this order; ties by the default order.
    Sort(Vec<OrderKey<D>>),
    /// The first so many.
    Take(u64),
    /// All but the first so many.
    Skip(u64),
    /// Only those of which a condition definitely holds.
    Where(Filter<D::Test>),
    /// One column more, last, named and calculated.
    Let(Column<D>),
    /// What only such rows have.
    Own(D::Narrowing),
}

/// A stage that makes a table.
#[derive(Debug, Clone, PartialEq)]
pub enum Tabulation<D: Domain> {
    /// A table of these columns.
    Show(Vec<Column<D>>),
    /// One row: how many, or how many distinct values of a column; or a row for
    /// each combination of keys.
    Count {
        /// What is counted distinct.
        of: Option<RowValue<D>>,
        /// The keys.
        by: Vec<Column<D>>,
    },
    /// Each combination once.
    Distinct(Vec<Column<D>>),
    /// How many rows there are of which a condition definitely holds, of how
    /// many, and how many percent that is; for each combination of keys. The
    /// stage stands where its condition does.
    Share {
        /// The condition.
        of: Arc<Filter<D::Test>>,
        /// The keys.
        by: Vec<Column<D>>,
    },
    /// How many rows there are for each value of one key, in rows, and of
    /// another, in columns.
    Pivot {
        /// What the rows are.
        rows: Column<D>,
        /// What the columns are.
        columns: Column<D>,
    },
    /// Summaries of a value, for each combination of keys, with `n`, the number
    /// of rows that have one.
    Aggregate {
        /// Which.
        functions: Vec<Aggregate>,
        /// Of what.
        of: RowValue<D>,
        /// The keys.
        by: Vec<Column<D>>,
    },
    /// What only such rows have.
    Own(D::Tabulation),
}

/// For each combination of values the facts with the first date, or the last,
/// ties included.
#[derive(Debug, Clone, PartialEq)]
pub struct FirstOrLast {
    /// The last and not the first.
    pub last: bool,
    /// For each combination of these.
    pub by: Vec<RowValue<FactDomain>>,
}

/// A table that can be made of facts alone.
#[derive(Debug, Clone, PartialEq)]
pub enum FactTable {
    /// A row for each source of each fact.
    Sources,
    /// A row for each version of each fact, and its retraction.
    History,
    /// The facts in the order of time, to be drawn.
    Timeline,
    /// What changed. It is the first stage of all.
    Diff(Diff),
}

/// The rows of a table in the order of time, to be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeline {
    /// The column of dates by which they are put in order.
    pub by: ColumnPlace,
}

/// The place of a column in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColumnPlace(pub usize);

/// Between which states a query's answer is compared.
#[derive(Debug, Clone, PartialEq)]
pub enum Diff {
    /// Between two states of the store.
    Known(KnownState, KnownState),
    /// Between two days of the world.
    AsOf(Box<Moment>, Box<Moment>),
}

/// One key of an order.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderKey<D: Domain> {
    /// Greatest first; what is missing comes last in either case.
    pub descending: bool,
    /// By what.
    pub value: RowValue<D>,
}

/// A column of a table, with its heading.
#[derive(Debug, Clone, PartialEq)]
pub struct Column<D: Domain> {
    /// The name, also its key in JSON.
    pub name: Arc<str>,
    /// What it holds.
    pub value: RowValue<D>,
}

/// Something that a row has, or that follows from what it has.
#[derive(Debug, Clone, PartialEq)]
pub enum RowValue<D: Domain> {
    /// What the row has by itself.
    Own(D::Value),
    /// A part of the date that another value is.
    PartOf(Box<RowValue<D>>, DatePart),
    /// Whether a condition holds of the row: `yes`, `possible`, `unknown` or `no`;
    /// of the row of a table only `yes` or `no`.
    Condition(Arc<Filter<D::Test>>),
    /// What is calculated.
    Computed(Arc<Calculation<D>>),
}

/// Something that a fact and an entity both have.
#[derive(Debug, Clone, PartialEq)]
pub enum RecordValue {
    /// A field, declared or built in.
    Field(Arc<str>),
    /// A part of a date field.
    Part(Arc<str>, DatePart),
    /// An attribute of what a reference field refers to.
    Step(Arc<str>, Arc<str>, Option<DatePart>),
    /// The group of a partition to which what a field refers to belongs on a
    /// day. The field `id` of an entity refers to itself.
    Group {
        /// The reference field.
        field: Arc<str>,
        /// The kind of the partition's groups.
        kind: Arc<str>,
        /// When.
        at: At,
    },
}

/// Something that a fact has by itself.
#[derive(Debug, Clone, PartialEq)]
pub enum FactValue {
    /// What its record holds.
    Record(RecordValue),
    /// How well the words of the query match the text (BM25).
    Relevance(Vec<String>),
}

/// Something that an entity on a day has by itself.
#[derive(Debug, Clone, PartialEq)]
pub enum EntityValue {
    /// What its record holds.
    Record(RecordValue),
    /// Since when it has a status, a date.
    Since(Arc<StatusTest>),
    /// The id of the fact by which it has a status.
    By(Arc<StatusTest>),
    /// With how many it definitely has a status.
    Holders(Arc<StatusTest>),
    /// The day that the row is of, as `as of each` names it.
    AsOf,
}

impl From<RecordValue> for RowValue<FactDomain> {
    fn from(value: RecordValue) -> Self {
        Self::Own(FactValue::Record(value))
    }
}

impl From<RecordValue> for RowValue<EntityDomain> {
    fn from(value: RecordValue) -> Self {
        Self::Own(EntityValue::Record(value))
    }
}

impl From<ColumnPlace> for RowValue<TableDomain> {
    fn from(place: ColumnPlace) -> Self {
        Self::Own(place)
    }
}

impl<D: Domain> RowValue<D>
where
    RecordValue: Into<Self>,
{
    /// A field of the record.
    #[must_use]
    pub fn field(name: &str) -> Self {
        RecordValue::Field(name.into()).into()
    }
}

/// A part of a date that rows are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DatePart {
    /// The calendar year.
    Year,
    /// Ten years, as `1990s`.
    Decade,
    /// The calendar month, as `2025-06`.
    Month,
    /// The precision's name.
    Precision,
    /// `stated` or `computed`.
    Basis,
}

/// A test of one cell of a row of a table. Of several values in a cell one is
/// enough.
#[derive(Debug, Clone, PartialEq)]
pub enum CellTest {
    /// The column compares so with the cell; false if it is missing or of another type.
    Compare {
        /// The column's place.
        column: usize,
        /// How.
        operator: Comparison,
        /// With what.
        cell: Cell,
    },
    /// The column's text, folded, matches.
    Matches {
        /// The column's place.
        column: usize,
        /// What it is compared with.
        test: Match,
    },
    /// The column's date lies in the window.
    Date {
        /// The column's place.
        column: usize,
        /// The days.
        window: Window,
    },
    /// The column has no value.
    Missing {
        /// The column's place.
        column: usize,
    },
    /// The column's length of time compares so; false if it is missing, and if
    /// it does so only for some of the days that it may be.
    Length {
        /// The column's place.
        column: usize,
        /// How.
        operator: Comparison,
        /// With what.
        duration: Duration,
    },
}

/// How two values compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// The same.
    Equal,
    /// Not the same.
    NotEqual,
    /// Less.
    Less,
    /// Less or the same.
    AtMost,
    /// Greater.
    Greater,
    /// Greater or the same.
    AtLeast,
}
