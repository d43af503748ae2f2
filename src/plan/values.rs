//! What stages name: the values of facts, what a query calculates for them,
//! and the columns of the table that a stage before made.

use std::sync::Arc;

use super::check::Checker;
use super::paths::{PathTarget, date_part, written};
use super::report::{Checked, Reported};
use super::shapes::{Calculated, ColumnKind, RowShape, TableColumn, TableShape};
use super::{
    Column, ColumnChoice, ColumnProblem, DatePart, Domain, FactDomain, FactValue, FieldProblem, RecordValue, RowValue,
    suggest,
};
use crate::model::{fold, nearest};
use crate::syntax::tree::{Condition, DateTest, Expression, GroupKey, Name, Path, Relation, When};
use crate::syntax::{Span, Spanned, print_condition};

/// What a column is made of, as it was written.
#[derive(Clone, Copy)]
pub(super) enum Item<'t> {
    /// A value, perhaps under another heading.
    Path(&'t Path, Option<&'t Name>),
    /// Whether a condition holds.
    Condition(&'t Expression),
}

impl Item<'_> {
    fn span(&self) -> Span {
        match self {
            Self::Path(path, heading) => heading.map_or(path.span, |heading| heading.span),
            Self::Condition(condition) => condition.span,
        }
    }
}

impl<'t> From<&'t GroupKey> for Item<'t> {
    fn from(key: &'t GroupKey) -> Self {
        match key {
            GroupKey::Path(path) => Self::Path(path, None),
            GroupKey::Condition(condition) => Self::Condition(condition),
        }
    }
}

impl Checker<'_> {
    /// What a path of a stage names.
    pub(super) fn value<S: RowShape>(&mut self, path: &Path, shape: &S) -> Checked<(RowValue<S::Domain>, ColumnKind)> {
        if let Some((calculated, part)) = self.calculated(path, shape.lets())? {
            let value = RowValue::Computed(calculated.value.clone());
            return Ok(part_of(value, calculated.kind, part));
        }
        shape.value(self, path)
    }

    /// What a path names that the query calculates, and the part of that date.
    pub(super) fn calculated<'l, D: Domain>(
        &mut self,
        path: &Path,
        lets: &'l [Calculated<D>],
    ) -> Checked<Option<(&'l Calculated<D>, Option<DatePart>)>> {
        let (Some(head), rest) = (path.names.first(), path.names.get(1..).unwrap_or_default()) else {
            return Ok(None);
        };
        let Some(calculated) = called(lets, &head.value) else { return Ok(None) };
        let name = &calculated.name;
        match rest {
            [] => Ok(Some((calculated, None))),
            [part] if calculated.kind == ColumnKind::Date => {
                let named = date_part(&part.value).ok_or_else(|| self.refuse_part(part, name, path))?;
                Ok(Some((calculated, Some(named))))
            }
            [part, more, ..] if calculated.kind == ColumnKind::Date => {
                Err(self.refuse_beyond_part(part, more, name, path))
            }
            [part, ..] => {
                let (field, holds) = (name.to_string(), Some(calculated.kind.into()));
                Err(self.report.refuse(part.span, FieldProblem::NothingFollows { field, holds }))
            }
        }
    }

    /// A column of a table with its place, and the part of its date.
    pub(super) fn column_place<'t>(
        &mut self,
        path: &Path,
        table: &'t TableShape,
    ) -> Checked<(usize, &'t TableColumn, Option<DatePart>)> {
        if let Some(found) = self.find_column(path, table) {
            return Ok(found);
        }
        let name = written(path);
        Err(self.refuse_column(path.span, name, table))
    }

    fn find_column<'t>(
        &self,
        path: &Path,
        table: &'t TableShape,
    ) -> Option<(usize, &'t TableColumn, Option<DatePart>)> {
        let name = written(path);
        if let Some((place, column)) = self.place_of(&name, table) {
            return Some((place, column, None));
        }
        let (of, part) = match name.rsplit_once('.') {
            Some((of, part)) => (of, part),
            None => ("date", name.as_str()),
        };
        let (place, column) = self.place_of(of, table).filter(|(_, column)| column.kind == ColumnKind::Date)?;
        Some((place, column, Some(date_part(part)?)))
    }

    /// A column by its name, or by another name of the field that it is called by.
    fn place_of<'t>(&self, name: &str, table: &'t TableShape) -> Option<(usize, &'t TableColumn)> {
        let folded = fold(name);
        let mut columns = table.columns.iter().enumerate();
        if let Some(found) = columns.find(|(_, column)| fold(&column.name) == folded) {
            return Some(found);
        }
        let schema = self.context.schema;
        let field = &schema.field(name)?.name;
        let is_field = |column: &TableColumn| schema.field(&column.name).is_some_and(|other| other.name == *field);
        let mut places = table.columns.iter().enumerate().filter(|(_, column)| is_field(column));
        let found = places.next()?;
        places.next().is_none().then_some(found)
    }

    /// Refuses a name that no column of a table has.
    fn refuse_column(&mut self, span: Span, name: String, table: &TableShape) -> Reported {
        let columns = ColumnChoice::new(&name, table.columns.iter().map(|column| column.name.as_ref()));
        let last = name.rsplit('.').next().unwrap_or(&name);
        let grouping = self.context.schema.grouping(last).map(|_| last.to_owned());
        self.report.refuse(span, ColumnProblem::Unknown { name, columns, grouping, pivoted: table.pivoted })
    }

    /// What a path names of a fact.
    pub(super) fn value_of_fact(
        &mut self,
        path: &Path,
        lets: &[Calculated<FactDomain>],
    ) -> Checked<(FactValue, ColumnKind)> {
        let schema = self.context.schema;
        if written(path).eq_ignore_ascii_case("relevance") && schema.field("relevance").is_none() {
            if self.terms.is_empty() {
                return Err(self.report.refuse(path.span, ColumnProblem::RelevanceWithoutWords));
            }
            return Ok((FactValue::Relevance(self.terms.clone()), ColumnKind::Number));
        }
        if let [name] = path.names.as_slice()
            && !suggest::field_names(schema).any(|field| field.eq_ignore_ascii_case(&name.value))
            && date_part(&name.value).is_none()
            && let Some(near) = nearest(&name.value, lets.iter().map(|calculated| calculated.name.as_ref()))
        {
            let (name, similar) = (name.value.clone(), near.to_owned());
            return Err(self.report.refuse(path.span, ColumnProblem::UnknownFieldOrColumn { name, similar }));
        }
        let place = self.resolve_path(path)?;
        let (value, kind) = match (place.target, place.step) {
            (PathTarget::Field(named), None) => (RecordValue::Field(named.name), named.kind.into()),
            (PathTarget::Field(named), Some(field)) => (RecordValue::Step(field, named.name, None), named.kind.into()),
            (PathTarget::Part(field, part), None) => (RecordValue::Part(field, part), part.into()),
            (PathTarget::Part(attribute, part), Some(field)) => {
                (RecordValue::Step(field, attribute, Some(part)), part.into())
            }
            (PathTarget::Line(_), _) => {
                return Err(self.report.refuse(path.span, ColumnProblem::LineAsValue { path: place.written }));
            }
            (PathTarget::Groups { field, grouping }, _) => {
                let partition = grouping.and_then(|(_, grouping)| grouping.partition.as_deref());
                let kind = self.partition(path.span, &place.written, partition)?;
                (RecordValue::Group { field, kind, at: super::At::Fact }, ColumnKind::Reference)
            }
        };
        Ok((FactValue::Record(value), kind))
    }

    /// The kind of the groups of a grouping of which everything has one.
    pub(super) fn partition(&mut self, span: Span, written: &str, partition: Option<&str>) -> Checked<Arc<str>> {
        if let Some(kind) = partition {
            return Ok(kind.into());
        }
        let groups = &self.context.schema.vocabulary().groups;
        let parted = groups.iter().filter(|(_, grouping)| grouping.partition.is_some());
        let (path, partitions) = (written.to_owned(), parted.map(|(name, _)| name.clone()).collect());
        Err(self.report.refuse(span, ColumnProblem::SeveralGroups { path, partitions }))
    }

    /// A column with its heading: as written, or as the query calls it.
    fn column<S: RowShape>(&mut self, item: Item<'_>, shape: &S) -> Checked<(Column<S::Domain>, TableColumn)> {
        let mut kinds = Vec::new();
        let (value, kind, name): (_, _, Arc<str>) = match item {
            Item::Path(path, heading) => {
                let (value, kind) = self.value(path, shape)?;
                if kind == ColumnKind::Reference {
                    kinds = self.kinds_of(&value, shape);
                }
                let name = heading.map_or_else(|| written(path).into(), |heading| heading.value.as_str().into());
                (value, kind, name)
            }
            Item::Condition(condition) => {
                let value = RowValue::Condition(Arc::new(shape.condition(self, condition)?));
                (value, ColumnKind::Text, print_condition(&rejoined(condition)).into())
            }
        };
        Ok((Column { name: name.clone(), value }, TableColumn { name, kind, kinds }))
    }

    /// The kinds of those whom a value may name.
    fn kinds_of<S: RowShape>(&self, value: &RowValue<S::Domain>, shape: &S) -> Vec<String> {
        if let RowValue::Own(value) = value { shape.kinds_of(value, self.context.schema) } else { Vec::new() }
    }

    /// The columns of a new table, and its shape, in which more columns follow
    /// them.
    pub(super) fn columns<'t, S: RowShape>(
        &mut self,
        items: impl IntoIterator<Item = Item<'t>>,
        shape: &S,
        more: Vec<TableColumn>,
    ) -> Checked<(Vec<Column<S::Domain>>, TableShape)> {
        let mut columns = Vec::new();
        let mut after: Vec<TableColumn> = Vec::new();
        for item in items {
            let (column, table) = self.column(item, shape)?;
            if after.iter().chain(&more).any(|other| fold(&other.name) == fold(&table.name)) {
                let name = table.name.to_string();
                return Err(self.report.refuse(item.span(), ColumnProblem::Duplicate { name }));
            }
            columns.push(column);
            after.push(table);
        }
        after.extend(more);
        Ok((columns, TableShape::of(after)))
    }
}

/// The calculated column of a name.
pub(super) fn called<'l, D: Domain>(lets: &'l [Calculated<D>], name: &str) -> Option<&'l Calculated<D>> {
    let folded = fold(name);
    lets.iter().find(|calculated| fold(&calculated.name) == folded)
}

/// A value, or a part of the date that it is.
pub(super) fn part_of<D: Domain>(
    value: RowValue<D>,
    kind: ColumnKind,
    part: Option<DatePart>,
) -> (RowValue<D>, ColumnKind) {
    match part {
        Some(part) => (RowValue::PartOf(Box::new(value), part), part.into()),
        None => (value, kind),
    }
}

impl ColumnChoice {
    /// The columns of some names, for one that is unknown.
    pub(super) fn new<'n>(unknown: &str, names: impl Iterator<Item = &'n str> + Clone) -> Self {
        let near = nearest(unknown, names.clone());
        let all = near.into_iter().chain(names.filter(|name| Some(*name) != near));
        Self { similar: near.map(str::to_owned), all: suggest::owned(all) }
    }
}

/// A condition as it was written: with the words before dates that were read
/// as conditions of their own.
pub(super) fn rejoined(expression: &Expression) -> Expression {
    let again = |inner: &Expression| Box::new(rejoined(inner));
    let value = match &expression.value {
        Condition::Not(inner) => Condition::Not(again(inner)),
        Condition::Maybe(inner) => Condition::Maybe(again(inner)),
        Condition::Unknown(inner) => Condition::Unknown(again(inner)),
        Condition::Or(items) => Condition::Or(items.iter().map(rejoined).collect()),
        Condition::And(items) => {
            let mut joined: Vec<Expression> = Vec::with_capacity(items.len());
            for item in items {
                match (joined.last_mut(), &item.value) {
                    (Some(Spanned { value: before @ Condition::Word(_), span }), Condition::Date(test))
                        if test.path.is_none() && !is_bare_range(test) =>
                    {
                        let Condition::Word(word) = &*before else { continue };
                        let path = Path { names: vec![Spanned::new(word.clone(), *span)], span: *span };
                        *before = Condition::Date(DateTest { path: Some(path), ..test.clone() });
                    }
                    _ => joined.push(rejoined(item)),
                }
            }
            if joined.len() == 1 { joined.remove(0).value } else { Condition::And(joined) }
        }
        other => other.clone(),
    };
    Spanned::new(value, expression.span)
}

fn is_bare_range(test: &DateTest) -> bool {
    test.relation == Relation::In && matches!(test.when.value, When::Range(..))
}
