//! What stages name where the rows are entities: what they are, what is known
//! of them, the groups they belong to and the statuses they have.

use std::sync::Arc;

use super::check::Checker;
use super::paths::{date_part, leading_attribute, written};
use super::report::{Checked, Reported};
use super::shapes::{ColumnKind, EntityShape};
use super::{
    At, ColumnChoice, ColumnProblem, Counterparts, DatePart, EntityDomain, EntityValue, FieldProblem, RecordValue,
    RowValue, StatusTest,
};
use crate::model::vocabulary::Role;
use crate::model::{FieldKind, fold};
use crate::syntax::tree::{Name, Path};

impl Checker<'_> {
    /// What a path names of an entity.
    pub(super) fn value_of_entity(
        &mut self,
        path: &Path,
        shape: &EntityShape,
    ) -> Checked<(RowValue<EntityDomain>, ColumnKind)> {
        let schema = self.context.schema;
        let Some((head, rest)) = path.names.split_first() else {
            return Err(self.refuse_value(path, shape));
        };
        let name = fold(&head.value).into_owned();
        if self.is_row(&name, shape) {
            return self.of_row(&name, rest, shape, path);
        }
        let grouping = schema.grouping(&name).filter(|_| rest.is_empty());
        if grouping.is_some() || (name == "in" && rest.is_empty()) {
            let partition = grouping.and_then(|(_, grouping)| grouping.partition.as_deref());
            let kind = self.partition(path.span, &written(path), partition)?;
            return Ok((RecordValue::Group { field: "id".into(), kind, at: At::Row }.into(), ColumnKind::Reference));
        }
        match name.as_str() {
            "since" => {
                let status = self.status_of(head, shape)?;
                return self.dated(RowValue::Own(EntityValue::Since(status)), &name, rest, path);
            }
            "by" => {
                let status = self.status_of(head, shape)?;
                return self.alone(RowValue::Own(EntityValue::By(status)), ColumnKind::Text, &name, rest);
            }
            "as-of" if shape.series => return self.dated(RowValue::Own(EntityValue::AsOf), &name, rest, path),
            "as-of" => {
                let plural = shape.rows.plural.to_string();
                return Err(self.report.refuse(head.span, ColumnProblem::AsOfWithoutSeries { plural }));
            }
            _ => {}
        }
        if let Some((status, _)) = schema.vocabulary().status.iter().find(|(status, _)| fold(status) == name) {
            let others = Counterparts::Count { least: 1, most: None };
            let test =
                StatusTest { status: status.as_str().into(), role: shape.rows.role, others, at: At::Row, using: None };
            return self.alone(RowValue::Own(EntityValue::Holders(Arc::new(test))), ColumnKind::Number, &name, rest);
        }
        self.attribute_value(path, shape)
    }

    /// Whether a name means the row itself: its noun, the end at which it
    /// stands, or `id`.
    fn is_row(&self, name: &str, shape: &EntityShape) -> bool {
        let noun = &shape.rows.noun;
        name == "id"
            || name == fold(noun)
            || self.context.schema.field(name).is_some_and(|field| field.name.as_ref() == shape.rows.role.field())
    }

    /// The row, or what follows it after a dot: `name` of `noun.name`.
    fn of_row(
        &mut self,
        name: &str,
        rest: &[Name],
        shape: &EntityShape,
        path: &Path,
    ) -> Checked<(RowValue<EntityDomain>, ColumnKind)> {
        if rest.is_empty() {
            let kind = if name == "id" { ColumnKind::Text } else { ColumnKind::Reference };
            return Ok((RecordValue::Field("id".into()).into(), kind));
        }
        let own = Path { names: rest.to_vec(), span: path.span };
        self.value_of_entity(&own, shape)
    }

    /// A declared field of the entities, or what every entity has.
    fn attribute_value(&mut self, path: &Path, shape: &EntityShape) -> Checked<(RowValue<EntityDomain>, ColumnKind)> {
        let schema = self.context.schema;
        let Some((named, rest)) = leading_attribute(schema, &path.names) else {
            return Err(self.refuse_value(path, shape));
        };
        match (named.kind, rest) {
            (kind, []) => Ok((RecordValue::Field(named.name).into(), kind.into())),
            (FieldKind::Date, [part]) => {
                let part = self.part_named(&named.name, part, path)?;
                Ok((RecordValue::Part(named.name, part).into(), part.into()))
            }
            (FieldKind::Reference, [name, more @ ..]) => {
                if let Some((_, grouping)) = schema.grouping(&name.value).filter(|_| more.is_empty()) {
                    let kind = self.partition(path.span, &written(path), grouping.partition.as_deref())?;
                    return Ok((
                        RecordValue::Group { field: named.name, kind, at: At::Row }.into(),
                        ColumnKind::Reference,
                    ));
                }
                let Some((other, more)) = leading_attribute(schema, rest) else {
                    return Err(self.refuse_value(path, shape));
                };
                match (other.kind, more) {
                    (kind, []) => Ok((RecordValue::Step(named.name, other.name, None).into(), kind.into())),
                    (FieldKind::Date, [part]) => {
                        let part = self.part_named(&other.name, part, path)?;
                        Ok((RecordValue::Step(named.name, other.name, Some(part)).into(), part.into()))
                    }
                    _ => Err(self.report.refuse(path.span, FieldProblem::TooManySteps)),
                }
            }
            (FieldKind::Date, [part, more, ..]) => Err(self.refuse_beyond_part(part, more, &named.name, path)),
            (kind, [name, ..]) => {
                let (field, holds) = (named.name.to_string(), Some(kind.into()));
                Err(self.report.refuse(name.span, FieldProblem::NothingFollows { field, holds }))
            }
        }
    }

    fn part_named(&mut self, field: &str, part: &Name, path: &Path) -> Checked<DatePart> {
        date_part(&part.value).ok_or_else(|| self.refuse_part(part, field, path))
    }

    /// A date of a row, or a part of it.
    fn dated(
        &mut self,
        value: RowValue<EntityDomain>,
        name: &str,
        rest: &[Name],
        path: &Path,
    ) -> Checked<(RowValue<EntityDomain>, ColumnKind)> {
        match rest {
            [part] => {
                let part = self.part_named(name, part, path)?;
                Ok((RowValue::PartOf(Box::new(value), part), part.into()))
            }
            [part, more, ..] => Err(self.refuse_beyond_part(part, more, name, path)),
            rest => self.alone(value, ColumnKind::Date, name, rest),
        }
    }

    fn alone(
        &mut self,
        value: RowValue<EntityDomain>,
        kind: ColumnKind,
        name: &str,
        rest: &[Name],
    ) -> Checked<(RowValue<EntityDomain>, ColumnKind)> {
        match rest.first() {
            None => Ok((value, kind)),
            Some(more) => {
                let field = name.to_owned();
                Err(self.report.refuse(more.span, FieldProblem::NothingFollows { field, holds: None }))
            }
        }
    }

    /// The one status that the query asks for, on the day of the row.
    fn status_of(&mut self, name: &Name, shape: &EntityShape) -> Checked<Arc<StatusTest>> {
        let Some(status) = shape.status() else {
            let example = self.some_status().unwrap_or("status");
            let plural = &shape.rows.plural;
            let mend = format!("{plural} {example}:… | show {}, {}", shape.rows.noun, name.value);
            return Err(self
                .report
                .refuse(name.span, ColumnProblem::NeedsOneStatus { name: name.value.clone(), mend }));
        };
        Ok(Arc::new(status))
    }

    /// Everything that an entity has by a name.
    fn entity_columns(&self, shape: &EntityShape) -> Vec<String> {
        let vocabulary = self.context.schema.vocabulary();
        let mut names = vec![shape.rows.noun.to_string()];
        names.extend(shape.lets.iter().map(|calculated| calculated.name.to_string()));
        names.extend(["id", "name", "kind", "from", "until"].map(str::to_owned));
        let ends = [Role::Subject.field(), Role::Object.field()];
        names.extend(vocabulary.fields.keys().filter(|field| !ends.contains(&field.as_str())).cloned());
        let parted = vocabulary.groups.iter().filter(|(_, grouping)| grouping.partition.is_some());
        names.extend(parted.map(|(name, _)| name.clone()));
        names.extend(vocabulary.status.keys().cloned());
        if shape.rows.status.is_some() {
            names.extend(["since", "by"].map(str::to_owned));
        }
        if shape.series {
            names.push("as-of".to_owned());
        }
        names
    }

    /// Refuses a path that names nothing of an entity.
    fn refuse_value(&mut self, path: &Path, shape: &EntityShape) -> Reported {
        let name = written(path);
        let columns = self.entity_columns(shape);
        let field = path.names.first().and_then(|head| self.context.schema.field(&head.value));
        let other = shape.rows.role.opposite();
        let status = self.some_status().filter(|_| field.is_some_and(|field| field.name.as_ref() == other.field()));
        let problem = ColumnProblem::UnknownOfEntities {
            columns: ColumnChoice::new(&name, columns.iter().map(String::as_str)),
            path: name,
            plural: shape.rows.plural.to_string(),
            of_facts: field.is_some(),
            periods_of: status.map(str::to_owned),
        };
        self.report.refuse(path.span, problem)
    }
}
