//! A checked query: every word resolved, every date a window of days. Plain
//! data between the checker, which makes it, and execution, which runs it.

use std::sync::Arc;

use crate::model::{Cell, Day, EntityNumber, Precision, Window};
use crate::syntax::{Diagnostic, Span};

/// A query that means something in one world, on one day.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Query {
    /// Which facts.
    pub filter: Filter,
    /// Which state of the store.
    pub known: Known,
    /// What is done with them, in order.
    pub stages: Vec<Stage>,
    /// How it was read: one line for each word, name and date that needed resolving.
    pub readings: Vec<Reading>,
    /// What it may not mean: words that are near to others, and the like.
    pub hints: Vec<Diagnostic>,
}

/// How a part of a query was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// Where it stands.
    pub span: Span,
    /// What it was read as, such as `ada: Ada Lovelace (person)`.
    pub text: String,
    /// Whether it is a bare word that means nothing in this world, so that it
    /// was looked for in the texts.
    pub unknown_word: bool,
}

/// Which state of the store is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Known {
    /// All that is committed.
    #[default]
    Now,
    /// What the commits up to the end of a day (UTC) held.
    Day(Day),
    /// What the commits up to a number held.
    Commit(u64),
}

/// What must hold of a fact. Evaluates to a [`Truth`](crate::model::Truth).
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Filter {
    /// Always so.
    #[default]
    All,
    /// Never so.
    Nothing,
    /// All of them.
    And(Vec<Part>),
    /// Any of them.
    Or(Vec<Part>),
    /// Not so.
    Not(Box<Filter>),
    /// Possibly so counts as so; what is unknown stays unknown.
    Maybe(Box<Filter>),
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
    /// What a field refers to belongs to one of some groups at the fact's date.
    Member {
        /// The reference field.
        field: Arc<str>,
        /// The groups.
        groups: Vec<EntityNumber>,
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
}

/// A part of a conjunction or disjunction, with the place where it stands, so
/// that an empty answer can name what emptied it.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The condition.
    pub filter: Filter,
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
}

/// What is done with the rows.
///
/// Rows are facts until a stage makes a table of them; whether a [`Value`] is
/// of a fact or a column of a table follows from that.
#[derive(Debug, Clone, PartialEq)]
pub enum Stage {
    /// In this order; ties by the default order.
    Sort(Vec<SortKey>),
    /// The first so many.
    Take(u64),
    /// All but the first so many.
    Skip(u64),
    /// A table of these columns.
    Show(Vec<Column>),
    /// One row: how many, or how many distinct values of a column; or a row for
    /// each combination of keys.
    Count {
        /// What is counted distinct.
        of: Option<Value>,
        /// The keys.
        by: Vec<Column>,
    },
    /// Each combination once.
    Distinct(Vec<Column>),
    /// Only those of which it definitely holds; over facts.
    Where(Filter),
    /// Only those of which it holds; over a table.
    WhereRow(RowFilter),
    /// A table with a row for each source of each fact.
    Sources,
    /// A table with a row for each version of each fact, and its retraction.
    History,
}

/// One key of an order.
#[derive(Debug, Clone, PartialEq)]
pub struct SortKey {
    /// Greatest first; what is missing comes last in either case.
    pub descending: bool,
    /// By what.
    pub value: Value,
}

/// A column of a table, with its heading.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// The name, also its key in JSON.
    pub name: Arc<str>,
    /// What it holds.
    pub value: Value,
}

/// Something that a row has.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A field of the fact, declared or built in.
    Field(Arc<str>),
    /// A part of a date field.
    Part(Arc<str>, DatePart),
    /// An attribute of what a reference field refers to.
    Step(Arc<str>, Arc<str>, Option<DatePart>),
    /// The group of a partition to which what a field refers to belongs at the
    /// fact's date.
    Group {
        /// The reference field.
        field: Arc<str>,
        /// The kind of the partition's groups.
        kind: Arc<str>,
    },
    /// How well the words of the query match the text (BM25).
    Relevance(Vec<String>),
    /// A column of the table, by its place.
    Column(usize),
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
}

/// What must hold of a row of a table.
#[derive(Debug, Clone, PartialEq)]
pub enum RowFilter {
    /// All of them.
    And(Vec<RowFilter>),
    /// Any of them.
    Or(Vec<RowFilter>),
    /// Not so.
    Not(Box<RowFilter>),
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
