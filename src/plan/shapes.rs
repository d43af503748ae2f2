//! What the rows are after each stage, and the columns of the tables that are
//! the same for every query. It must not know how a query is written.

use std::sync::Arc;

use super::{Arithmetic, At, DatePart, Diff, EntityRows, RowsOf, StatusTest};
use crate::model::vocabulary::Role;
use crate::model::{FieldKind, Schema};

/// The columns of the table that `sources` makes, in order: the fact, then
/// what one of its sources says.
pub const SOURCES_COLUMNS: [&str; 11] =
    ["id", "subject", "action", "object", "date", "publisher", "published", "according_to", "url", "quote", "says"];

/// The columns of the table that `history` makes, in order: the fact as the
/// version has it, then when and how the store came to hold it. `change` is
/// `asserted`, `superseded` or `retracted`; `committed` is a time, RFC 3339;
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

/// The columns of the table that `diff` makes, in order: of entities the
/// change, what they are, and since when and by which fact.
#[must_use]
pub fn diff_columns(diff: &Diff, rows: &RowsOf) -> Vec<Arc<str>> {
    let names = |names: &[&str]| names.iter().map(|name| Arc::from(*name)).collect();
    match (diff, rows) {
        (Diff::Known(..), RowsOf::Entities(rows)) => {
            let mut columns: Vec<Arc<str>> = names(&DIFF_KNOWN_ENTITY_COLUMNS);
            columns.insert(1, rows.noun.clone());
            columns
        }
        (Diff::Known(..), _) => names(&DIFF_KNOWN_COLUMNS),
        (Diff::AsOf(..), RowsOf::Entities(rows)) => names(&["change", &rows.noun, "since", "by"]),
        (Diff::AsOf(..), _) => names(&DIFF_AS_OF_COLUMNS),
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

/// What the rows are.
#[derive(Debug, Clone)]
pub(super) enum Shape {
    /// Facts, with every field and what is calculated.
    Facts(Vec<Calculated>),
    /// Entities.
    Entities(Box<EntityShape>),
    /// Rows of a table.
    Table(TableShape),
}

/// Rows that are entities.
#[derive(Debug, Clone)]
pub(super) struct EntityShape {
    /// Which.
    pub(super) rows: EntityRows,
    /// Whether there is a row for each of several days.
    pub(super) series: bool,
    /// What is calculated.
    pub(super) lets: Vec<Calculated>,
}

/// Rows of a table.
#[derive(Debug, Clone, Default)]
pub(super) struct TableShape {
    /// The columns that can be named.
    pub(super) columns: Vec<TableColumn>,
    /// Whether there are more, which follow from the rows.
    pub(super) pivoted: bool,
}

/// A column of a table.
#[derive(Debug, Clone)]
pub(super) struct TableColumn {
    /// Its name.
    pub(super) name: Arc<str>,
    /// What it holds.
    pub(super) kind: ColumnKind,
}

/// A column that a query calculates for facts or entities.
#[derive(Debug, Clone)]
pub(super) struct Calculated {
    /// Its name.
    pub(super) name: Arc<str>,
    /// How.
    pub(super) value: Arc<Arithmetic>,
    /// What it holds: dates, numbers or lengths of time.
    pub(super) kind: ColumnKind,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ColumnKind {
    Text,
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
    /// What it holds, with an article.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Number => "a number",
            Self::Date => "a date",
            Self::Length => "a length of time",
            Self::Reference => "a name",
            Self::Action => "an action",
        }
    }

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
        if part == DatePart::Year { Self::Number } else { Self::Text }
    }
}

impl Shape {
    /// What a query begins with; `series` if each row is of one of several days.
    pub(super) fn of(rows: &RowsOf, series: bool, schema: &Schema) -> Self {
        match rows {
            RowsOf::Facts => Self::Facts(Vec::new()),
            RowsOf::Entities(rows) => {
                Self::Entities(Box::new(EntityShape { rows: rows.clone(), series, lets: Vec::new() }))
            }
            RowsOf::Periods(_) => {
                let mut names = period_columns(schema).into_iter();
                let ends: Vec<Arc<str>> = names.by_ref().take(2).collect();
                let ends = ends.into_iter().map(|name| TableColumn { name, kind: ColumnKind::Reference });
                Self::table(ends.chain(names.map(fixed)).collect())
            }
        }
    }

    /// A table of columns whose names tell what they hold.
    pub(super) fn fixed<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        Self::table(names.into_iter().map(|name| fixed(name.into())).collect())
    }

    /// A table of these columns.
    pub(super) fn table(columns: Vec<TableColumn>) -> Self {
        Self::Table(TableShape { columns, pivoted: false })
    }

    /// What is calculated for facts or entities; in a table it is a column.
    pub(super) fn lets(&self) -> &[Calculated] {
        match self {
            Self::Facts(lets) => lets,
            Self::Entities(entities) => &entities.lets,
            Self::Table(_) => &[],
        }
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
    TableColumn { name, kind }
}
