//! What stages name: the values of facts, and the columns of the table that a
//! stage before made.

use std::sync::Arc;

use super::check::Checker;
use super::paths::{What, written};
use super::report::Checked;
use super::{Column, DatePart, Value, suggest};
use crate::model::{FieldKind, fold};
use crate::syntax::tree::{Name, Path};

/// What the rows are.
#[derive(Debug, Clone)]
pub(super) enum Shape {
    /// Facts, with every field.
    Facts,
    /// Rows of a table.
    Table(Vec<TableColumn>),
}

/// A column of a table.
#[derive(Debug, Clone)]
pub(super) struct TableColumn {
    /// Its name.
    pub(super) name: Arc<str>,
    /// What it holds.
    pub(super) kind: ColumnKind,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ColumnKind {
    Text,
    Number,
    Date,
    Reference,
    Action,
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

impl Checker<'_> {
    /// What a path of a stage names.
    pub(super) fn value(&mut self, path: &Path, shape: &Shape) -> Checked<(Value, ColumnKind)> {
        match shape {
            Shape::Facts => self.value_of_fact(path),
            Shape::Table(columns) => {
                let place = self.column_place(path, columns)?;
                Ok((Value::Column(place), columns[place].kind))
            }
        }
    }

    /// The place of a column of a table.
    pub(super) fn column_place(&mut self, path: &Path, columns: &[TableColumn]) -> Checked<usize> {
        let name = written(path);
        let folded = fold(&name);
        if let Some(place) = columns.iter().position(|column| fold(&column.name) == folded) {
            return Ok(place);
        }
        let names = || columns.iter().map(|column| column.name.as_ref());
        let near = suggest::did_you_mean(&name, names());
        let help =
            format!("{}columns: {}", near.map_or(String::new(), |near| format!("{near} ")), suggest::listed(names()));
        Err(self.report.error(path.span, format!("the table has no column `{name}`"), Some(help)))
    }

    fn value_of_fact(&mut self, path: &Path) -> Checked<(Value, ColumnKind)> {
        if written(path).eq_ignore_ascii_case("relevance") && self.context.schema.field("relevance").is_none() {
            if self.stems.is_empty() {
                let help = Some("search for words first: `\"some words\" | sort relevance`".to_owned());
                let message = "`relevance` needs words to look for in the texts";
                return Err(self.report.error(path.span, message, help));
            }
            return Ok((Value::Relevance(self.stems.clone()), ColumnKind::Number));
        }
        let place = self.place(path)?;
        Ok(match (place.what, place.step) {
            (What::Field(named), None) => (Value::Field(named.name), named.kind.into()),
            (What::Field(named), Some(field)) => (Value::Step(field, named.name, None), named.kind.into()),
            (What::Part(field, part), None) => (Value::Part(field, part), part.into()),
            (What::Part(attribute, part), Some(field)) => (Value::Step(field, attribute, Some(part)), part.into()),
            (What::Line(_), _) => {
                let message = "a line is what conditions ask for, and no value of a row";
                return Err(self.report.error(path.span, message, Some(format!("`{}:…`", place.written))));
            }
            (What::Groups { field, grouping }, _) => {
                let Some(kind) = grouping.and_then(|(_, grouping)| grouping.partition.as_deref()) else {
                    let groups = &self.context.schema.vocabulary().groups;
                    let parted = groups.iter().filter(|(_, grouping)| grouping.partition.is_some());
                    let parted: Vec<&str> = parted.map(|(name, _)| name.as_str()).collect();
                    let help = (!parted.is_empty()).then(|| format!("one group each: {}", suggest::listed(parted)));
                    let message = format!("one row may belong to several groups of `{}`", place.written);
                    return Err(self.report.error(path.span, message, help));
                };
                (Value::Group { field, kind: kind.into(), at: super::At::Fact }, ColumnKind::Reference)
            }
        })
    }

    /// A column with its heading: as written, or as the query calls it.
    pub(super) fn column(
        &mut self,
        path: &Path,
        heading: Option<&Name>,
        shape: &Shape,
    ) -> Checked<(Column, TableColumn)> {
        let (value, kind) = self.value(path, shape)?;
        let name: Arc<str> = heading.map_or_else(|| written(path).into(), |heading| heading.value.as_str().into());
        Ok((Column { name: name.clone(), value }, TableColumn { name, kind }))
    }
}
