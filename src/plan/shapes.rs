//! What the rows are after each stage, and the columns of the tables that are
//! the same for every query. It must not know how a query is written.

use std::sync::Arc;

use super::check::Checker;
use super::report::Checked;
use super::{
    At, Calculation, DatePart, Diff, Domain, EntityDomain, EntityRows, FactDomain, Filter, OtherDate, RecordValue,
    RowStage, RowValue, StatusTest, Tabulation, ValueType,
};
use crate::model::vocabulary::Role;
use crate::model::{FieldKind, Schema};
use crate::syntax::tree::{Expression, GroupKey, Known, Path, Query, SortKey, When};
use crate::syntax::{Span, Spanned};

/// The columns of the table that `sources` makes, in order: the fact, then
/// what one of its sources says.
pub const SOURCES_COLUMNS: [&str; 11] =
    ["id", "subject", "action", "object", "date", "publisher", "published", "according_to", "url", "quote", "says"];

/// The columns of the table that `history` makes, in order: the fact as the
/// version has it, then when and how the store came to hold it. `change` is
/// `in force`, `superseded` by the next version, or `asserted` and then
/// `retracted` or `undone` in a row of its own; `committed` is a time, RFC 3339;
/// `publishers` are those of the version's sources, each once.
pub const HISTORY_COLUMNS: [&str; 11] = [
    "id",
    "subject",
    "action",
    "object",
    "date",
    "change",
    "transaction",
    "committed",
    "author",
    "reason",
    "publishers",
];

/// The columns of the table that `timeline` makes of facts, in order; a table
/// keeps its own.
pub const TIMELINE_COLUMNS: [&str; 5] = ["date", "subject", "action", "object", "id"];

/// The columns of the table that `diff known` makes, in order. `change` is
/// `added`, `changed` or `removed`; `what` lists the fields that changed.
pub const DIFF_KNOWN_COLUMNS: [&str; 12] = [
    "id",
    "change",
    "subject",
    "action",
    "object",
    "date",
    "what",
    "transaction",
    "committed",
    "author",
    "reason",
    "publishers",
];

/// The columns of the table that `diff known` makes of entities, in order, but
/// for the entities themselves, which come second. `change` is `in` or `out`;
/// `by` lists the facts that changed and `transaction` the commits in which
/// they did.
pub const DIFF_KNOWN_ENTITY_COLUMNS: [&str; 5] = ["change", "by", "transaction", "committed", "author"];

/// The columns of the table that `diff as of` makes of facts, in order;
/// `change` is `in` or `out`.
pub const DIFF_AS_OF_COLUMNS: [&str; 6] = ["change", "id", "subject", "action", "object", "date"];

/// The columns of the table that `diff known` makes of the entities of a noun.
#[must_use]
pub fn state_diff_columns(rows: &EntityRows) -> Vec<Arc<str>> {
    let mut columns: Vec<Arc<str>> = DIFF_KNOWN_ENTITY_COLUMNS.iter().map(|name| Arc::from(*name)).collect();
    columns.insert(1, rows.noun.clone());
    columns
}

/// The columns of the table that `diff as of` makes of the entities of a noun:
/// the change, what they are, and since when and by which fact.
#[must_use]
pub fn day_diff_columns(rows: &EntityRows) -> [Arc<str>; 4] {
    ["change".into(), rows.noun.clone(), "since".into(), "by".into()]
}

/// The columns of the table that `diff` makes of facts, or of the entities of a
/// noun.
pub(super) fn diff_columns(diff: &Diff, rows: Option<&EntityRows>) -> Vec<Arc<str>> {
    let names = |names: &[&str]| names.iter().map(|name| Arc::from(*name)).collect();
    match (diff, rows) {
        (Diff::Known(..), Some(rows)) => state_diff_columns(rows),
        (Diff::Known(..), None) => names(&DIFF_KNOWN_COLUMNS),
        (Diff::AsOf(..), Some(rows)) => day_diff_columns(rows).into(),
        (Diff::AsOf(..), None) => names(&DIFF_AS_OF_COLUMNS),
    }
}

/// The columns of the table that `periods` makes, in order: who stands at
/// either end, from when to when and how long, and the ids of the facts that
/// began and ended it.
#[must_use]
pub fn period_columns(schema: &Schema) -> [Arc<str>; 7] {
    let [subject, object] = [Role::Subject, Role::Object].map(|role| schema.end_name(role));
    [subject, object, "start", "end", "length", "opened_by", "closed_by"].map(Arc::from)
}

/// Makes a date of other facts one that a calculation over rows of the domain `D` may have.
pub(super) type FromOtherDate<D> = fn(OtherDate) -> <D as Domain>::OtherDate;

/// What the rows are while stages are read, and what can be named of them.
pub(super) trait RowShape: Clone {
    /// The kind of rows.
    type Domain: Domain;

    /// What they are, with what is known of them.
    fn kind(&self) -> RowsAre<'_>;

    /// What is calculated for facts or entities; in a table it is a column.
    fn lets(&self) -> &[Calculated<Self::Domain>];

    /// Adds a column that is calculated.
    fn add(&mut self, calculated: Calculated<Self::Domain>);

    /// Puts them in order; only facts have stages that ask which.
    fn sort(&mut self, _: &[SortKey]) {}

    /// What a path names that such rows have by themselves.
    fn value(&self, checker: &mut Checker<'_>, path: &Path) -> Checked<(RowValue<Self::Domain>, ColumnKind)>;

    /// The kinds of those whom a value may name; empty for any.
    fn kinds_of(&self, value: &<Self::Domain as Domain>::Value, schema: &Schema) -> Vec<String>;

    /// What must hold of a row.
    fn condition(
        &self,
        checker: &mut Checker<'_>,
        condition: &Expression,
    ) -> Checked<Filter<<Self::Domain as Domain>::Test>>;

    /// Makes a date of other facts one that a calculation over such rows may have;
    /// none for the rows of a table.
    const OTHER_DATE: Option<FromOtherDate<Self::Domain>>;

    /// A stage that not all rows have.
    fn own_stage(
        &self,
        checker: &mut Checker<'_>,
        span: Span,
        stage: OwnStage<'_>,
    ) -> Checked<CheckedStage<Self::Domain>>;
}

/// A stage that not all rows have.
#[derive(Clone, Copy)]
pub(super) enum OwnStage<'t> {
    /// One that facts alone have.
    OfFacts(FactStage<'t>),
    /// `timeline`
    Timeline,
    /// `diff known D1..D2`, `diff as of D1..D2`: the first stage of the query.
    Diff { known: bool, range: &'t Spanned<When>, query: &'t Query },
    /// `diff known #1..#3`: the first stage of the query.
    DiffKnown { from: &'t Spanned<Known>, to: &'t Spanned<Known>, query: &'t Query },
}

/// A stage that facts alone have.
#[derive(Clone, Copy)]
pub(super) enum FactStage<'t> {
    /// `first by subject`, `last by subject`
    FirstOrLast { last: bool, by: &'t [GroupKey] },
    /// `sources`
    Sources,
    /// `history`
    History,
}

/// The rows, with what is known of them.
#[derive(Clone, Copy)]
pub(super) enum RowsAre<'s> {
    Facts,
    Entities(&'s EntityShape),
    Table(&'s TableShape),
}

impl<'s> RowsAre<'s> {
    /// The table, where they are rows of one.
    pub(super) fn table(self) -> Option<&'s TableShape> {
        if let Self::Table(table) = self { Some(table) } else { None }
    }
}

/// A stage that was read.
pub(super) enum CheckedStage<D: Domain> {
    /// It leaves the rows what they are.
    Narrow(RowStage<D>),
    /// It makes a table of this shape.
    Tabulate(Tabulation<D>, TableShape),
}

/// Rows that are facts, with every field.
#[derive(Debug, Clone, Default)]
pub(super) struct FactShape {
    /// What is calculated for each.
    pub(super) lets: Vec<Calculated<FactDomain>>,
    /// The columns of the last sort.
    pub(super) sorted: Vec<SortKey>,
}

/// Rows that are entities.
#[derive(Debug, Clone)]
pub(super) struct EntityShape {
    /// Which.
    pub(super) rows: EntityRows,
    /// Whether there is a row for each of several days.
    pub(super) series: bool,
    /// What is calculated for each.
    pub(super) lets: Vec<Calculated<EntityDomain>>,
}

/// Rows of a table.
#[derive(Debug, Clone, Default)]
pub(super) struct TableShape {
    /// The columns that can be named.
    pub(super) columns: Vec<TableColumn>,
    /// Whether there are more, which follow from the rows.
    pub(super) pivoted: bool,
    /// The noun in the plural of those whose periods it has, until a stage makes another table.
    pub(super) periods: Option<Arc<str>>,
}

/// A column of a table.
#[derive(Debug, Clone)]
pub(super) struct TableColumn {
    /// Its name.
    pub(super) name: Arc<str>,
    /// What it holds.
    pub(super) kind: ColumnKind,
    /// Of names, the kinds of those that it may hold; empty for any.
    pub(super) kinds: Vec<String>,
}

/// A column that a query calculates for facts or entities.
#[derive(Debug, Clone)]
pub(super) struct Calculated<D: Domain> {
    /// Its name.
    pub(super) name: Arc<str>,
    /// How.
    pub(super) value: Arc<Calculation<D>>,
    /// What it holds: dates, numbers or lengths of time.
    pub(super) kind: ColumnKind,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ColumnKind {
    Text,
    /// A month with its year, or that a date may be of several.
    Month,
    Number,
    Date,
    Length,
    Reference,
    Action,
}

impl EntityShape {
    /// The one status that the query asks for, on the day of the row.
    pub(super) fn status(&self) -> Option<StatusTest> {
        let mut status = self.rows.status.clone()?;
        if status.at == At::Day(self.rows.day) {
            status.at = At::Row;
        }
        Some(status)
    }
}

impl ColumnKind {
    /// Whether there is a least and a greatest, and sums make sense.
    pub(super) fn is_measured(self) -> bool {
        matches!(self, Self::Number | Self::Date | Self::Length)
    }
}

impl From<FieldKind> for ColumnKind {
    fn from(kind: FieldKind) -> Self {
        match kind {
            FieldKind::Keyword | FieldKind::Text | FieldKind::Id => Self::Text,
            FieldKind::Integer | FieldKind::Number => Self::Number,
            FieldKind::Date => Self::Date,
            FieldKind::Reference => Self::Reference,
            FieldKind::Action => Self::Action,
        }
    }
}

impl From<DatePart> for ColumnKind {
    fn from(part: DatePart) -> Self {
        match part {
            DatePart::Year => Self::Number,
            DatePart::Earliest | DatePart::Latest => Self::Date,
            DatePart::Month => Self::Month,
            DatePart::Decade | DatePart::Precision | DatePart::Basis => Self::Text,
        }
    }
}

impl TableShape {
    /// A table of these columns.
    pub(super) fn of(columns: Vec<TableColumn>) -> Self {
        Self { columns, ..Self::default() }
    }

    /// A table of columns whose names tell what they hold.
    pub(super) fn fixed<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        Self::of(names.into_iter().map(|name| fixed(name.into())).collect())
    }

    /// The table that `periods` makes.
    pub(super) fn of_periods(rows: &EntityRows, schema: &Schema) -> Self {
        let mut names = period_columns(schema).into_iter();
        let ends: Vec<Arc<str>> = names.by_ref().take(2).collect();
        let ends = ends.into_iter().map(|name| TableColumn { name, kind: ColumnKind::Reference, kinds: Vec::new() });
        Self { periods: Some(rows.plural.clone()), ..Self::of(ends.chain(names.map(fixed)).collect()) }
    }
}

/// The kinds of those whom a value of a record may name; empty for any.
pub(super) fn kinds_of_record(value: &RecordValue, schema: &Schema) -> Vec<String> {
    match value {
        RecordValue::Field(field) | RecordValue::Step(_, field, None) => {
            schema.field(field).map(|field| field.kinds.clone()).unwrap_or_default()
        }
        RecordValue::Group { kind, .. } => vec![kind.to_string()],
        RecordValue::Part(..) | RecordValue::Step(..) => Vec::new(),
    }
}

/// A column of a table that is the same for every query.
fn fixed(name: Arc<str>) -> TableColumn {
    let kind = match name.as_ref() {
        "subject" | "object" => ColumnKind::Reference,
        "action" => ColumnKind::Action,
        "date" | "published" | "committed" | "start" | "end" | "since" => ColumnKind::Date,
        "length" => ColumnKind::Length,
        "transaction" => ColumnKind::Number,
        _ => ColumnKind::Text,
    };
    TableColumn { name, kind, kinds: Vec::new() }
}

impl From<ColumnKind> for ValueType {
    fn from(kind: ColumnKind) -> Self {
        match kind {
            ColumnKind::Text | ColumnKind::Month => Self::Text,
            ColumnKind::Number => Self::Number,
            ColumnKind::Date => Self::Date,
            ColumnKind::Length => Self::Length,
            ColumnKind::Reference => Self::Name,
            ColumnKind::Action => Self::Action,
        }
    }
}
