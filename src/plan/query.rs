//! A checked query: every word resolved, every date a window of days. Plain
//! data between the checker, which makes it, and execution, which runs it. The
//! parts that do not depend on what rows are lie in files below this one; here
//! is what holds queries within queries.

use std::convert::Infallible;
use std::sync::Arc;

use super::comparison::{DateForm, DatePart, Match, Scale};
use super::domain::{Domain, NamedStage};
use super::filter::{FilterPart, FilterTree};
use super::pipeline::{Pipeline, RowStage, TableStage};
use super::row_values::{Calculation, RowValue};
use super::{KnownState, MeantDays, QueryProblem, Reading};
use crate::model::vocabulary::Role;
use crate::model::{Date, Day, EntityNumber, Number, Source, TextTerm, Window};
use crate::syntax::tree::Relation;
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
    /// On whose account; none of all sources.
    pub account: Option<Arc<Account>>,
    /// How it was read: one line for each word, name and date that needed resolving.
    pub readings: Vec<Reading>,
    /// The days that were meant where the text names none.
    pub(crate) days: Vec<MeantDays>,
    /// The bare words that are names that only facts use, and could be text.
    pub(crate) names: Vec<NameOrText>,
    /// What it may not mean: words that are near to others, and the like.
    pub hints: Vec<Diagnostic<QueryProblem>>,
}

/// On whose account a question is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    /// Which sources tell.
    pub tellers: Tellers,
    /// Whether facts and values that they do not tell are those of the others.
    pub first: bool,
}

/// Which sources of a fact tell.
#[derive(Debug, Clone, PartialEq)]
pub enum Tellers {
    /// Those that have one of these names in a field, in whichever case.
    Named {
        /// Which name of a source.
        field: TellerField,
        /// The names.
        names: Vec<Arc<str>>,
    },
    /// Those of which this definitely holds.
    Passing(Filter),
}

/// Which name of a source says who tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TellerField {
    /// Who published it.
    Publisher,
    /// Whose account the publisher reports.
    AccordingTo,
}

impl TellerField {
    /// The field of sources that has the name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Publisher => "source.publisher",
            Self::AccordingTo => "source.according_to",
        }
    }

    /// The name that a source has there.
    #[must_use]
    pub fn of(self, source: &Source) -> Option<&str> {
        match self {
            Self::Publisher => source.publisher.as_deref(),
            Self::AccordingTo => source.according_to.as_deref(),
        }
    }
}

/// A bare word that was read as a name, because facts use it as one, and that
/// may also be in their texts.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NameOrText {
    /// The place of the word.
    pub(crate) span: Span,
    /// What it was read as.
    pub(crate) name: Filter,
    /// What it would be as text.
    pub(crate) text: Filter,
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
    /// Whether those are enough that are possibly there; of periods, those of which the
    /// status is possible. Else there must be a day up to the one asked about on which it
    /// is definite.
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

/// Between which states a query's answer is compared.
#[derive(Debug, Clone, PartialEq)]
pub enum Diff {
    /// Between two states of the store.
    Known(KnownState, KnownState),
    /// Between two days of the world.
    AsOf(Box<Moment>, Box<Moment>),
}

impl NamedStage for Diff {
    fn name(&self) -> &'static str {
        "diff"
    }
}

/// What must hold of a record; and in general, in terms of any tests.
pub type Filter<T = RecordTest> = FilterTree<T>;

/// A part of such a condition, with its place in the query.
pub type Part<T = RecordTest> = FilterPart<T>;

/// A test of a record: of a fact, or of an entity on a day.
#[derive(Debug, Clone, PartialEq)]
pub enum RecordTest {
    /// One of a field's values is one of these. Missing: false.
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
        /// Names that stand for themselves (open fields), as written.
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
        low: Option<(Number, bool)>,
        /// The greatest, and whether it is included.
        high: Option<(Number, bool)>,
    },
    /// There is no value.
    Missing {
        /// The field.
        field: Arc<str>,
    },
    /// A text has the words, adjacent and in order.
    Text {
        /// The text fields, any of which may hold them.
        fields: Vec<Arc<str>>,
        /// The words.
        phrase: Vec<TextTerm>,
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
    /// It holds on an account. Of a fact that the account does not tell: unknown.
    According {
        /// On whose.
        account: Arc<Account>,
        /// What must hold.
        filter: Arc<Filter>,
    },
    /// One source of the fact says all of it, as true as the truest says it; without a
    /// source: false.
    Source(Arc<Filter>),
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

/// A calculation over a fact or over an entity.
#[derive(Debug, Clone, PartialEq)]
pub enum RecordCalculation {
    /// Over a fact.
    OfFact(Arc<Calculation<FactDomain>>),
    /// Over an entity on a day.
    OfEntity(Arc<Calculation<EntityDomain>>),
}

/// A date of other facts.
#[derive(Debug, Clone, PartialEq)]
pub struct OtherDate {
    /// Which date field.
    pub date: Arc<str>,
    /// The others.
    pub other: OtherFacts,
}

/// Rows that are facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactDomain {}

impl Domain for FactDomain {
    type Test = RecordTest;
    type Value = FactValue;
    type OtherDate = OtherDate;
    type Narrowing = FirstOrLast;
    type Tabulation = FactTable;
}

impl RecordDomain for FactDomain {
    fn of_record(calculation: Arc<Calculation<Self>>) -> RecordCalculation {
        RecordCalculation::OfFact(calculation)
    }
}

/// Rows that are entities, each on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntityDomain {}

impl Domain for EntityDomain {
    type Test = RecordTest;
    type Value = EntityValue;
    type OtherDate = OtherDate;
    type Narrowing = Infallible;
    type Tabulation = Diff;
}

impl RecordDomain for EntityDomain {
    fn of_record(calculation: Arc<Calculation<Self>>) -> RecordCalculation {
        RecordCalculation::OfEntity(calculation)
    }

    fn unknown_beside(value: &RowValue<Self>) -> Option<(Arc<StatusTest>, RowValue<Self>)> {
        let RowValue::Own(EntityValue::Holders(test)) = value else { return None };
        Some((test.clone(), RowValue::Own(EntityValue::UnknownHolders(test.clone()))))
    }
}

/// Rows that are records: facts or entities.
pub trait RecordDomain: Domain<Test = RecordTest> {
    /// A calculation over such rows, as a test of records has it.
    fn of_record(calculation: Arc<Calculation<Self>>) -> RecordCalculation;

    /// If a value counts those with whom a row has a status: which status, and the
    /// value that counts those of whom it is unknown.
    fn unknown_beside(_: &RowValue<Self>) -> Option<(Arc<StatusTest>, RowValue<Self>)> {
        None
    }
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

/// For each combination of values the facts that come first, or last, in the
/// order of the sort before it, or else of their dates; ties included. A fact
/// that lacks a column of the sort, or a date, is neither.
#[derive(Debug, Clone, PartialEq)]
pub struct FirstOrLast {
    /// The last and not the first.
    pub last: bool,
    /// The columns of the sort before it, as written; none without a sort.
    pub sorted_by: Vec<Arc<str>>,
    /// For each combination of these.
    pub by: Vec<RowValue<FactDomain>>,
}

impl NamedStage for FirstOrLast {
    fn name(&self) -> &'static str {
        if self.last { "last" } else { "first" }
    }
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
    Relevance(Vec<TextTerm>),
}

impl From<RecordValue> for RowValue<FactDomain> {
    fn from(value: RecordValue) -> Self {
        Self::Own(FactValue::Record(value))
    }
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
    /// With how many others nobody knows whether it has a status; none if nobody can
    /// tell how many others there are.
    UnknownHolders(Arc<StatusTest>),
    /// The day that the row is of, as `as of each` names it.
    AsOf,
}

impl From<RecordValue> for RowValue<EntityDomain> {
    fn from(value: RecordValue) -> Self {
        Self::Own(EntityValue::Record(value))
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

/// The column of `count`: `n` where one of its keys is called `count` already.
#[must_use]
pub fn count_column(is_taken: bool) -> &'static str {
    if is_taken { "n" } else { "count" }
}

/// The column beside that of `count` that counts what is unknown: `unrecorded` where
/// a key is called `unknown` already.
#[must_use]
pub fn unknown_column(is_taken: bool) -> &'static str {
    if is_taken { "unrecorded" } else { "unknown" }
}
