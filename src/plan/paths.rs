//! What a path names: a field, a part of a date, an attribute of what a field
//! refers to, or a grouping.

use std::sync::Arc;

use super::check::Checker;
use super::report::{Checked, Reported};
use super::{DatePart, FieldProblem, FieldSuggestion, suggest};
use crate::model::vocabulary::{Grouping, Role};
use crate::model::{Basis, FieldDefinition, FieldKind, Schema};
use crate::syntax::tree::{Name, Path};

/// A path with what it names.
pub(super) struct ResolvedPath<'a> {
    /// The reference field from which the path steps to what that refers to.
    pub(super) step: Option<Arc<str>>,
    /// What it names.
    pub(super) target: PathTarget<'a>,
    /// The path as written.
    pub(super) written: String,
}

/// What a path names at its end.
pub(super) enum PathTarget<'a> {
    /// A field of the fact, or an attribute of an entity.
    Field(NamedField<'a>),
    /// A part of a date.
    Part(Arc<str>, DatePart),
    /// The groups of what a field refers to.
    Groups {
        /// The reference field.
        field: Arc<str>,
        /// The grouping; none for `in`, which means any.
        grouping: Option<(&'a str, &'a Grouping)>,
    },
    /// What a field refers to, together with what that succeeds or continues.
    /// Without a field, the end at which such an entity can be.
    Line(Option<Arc<str>>),
}

/// A field or an attribute.
pub(super) struct NamedField<'a> {
    pub(super) name: Arc<str>,
    pub(super) kind: FieldKind,
    /// For a reference: the kinds that it takes; empty for any.
    pub(super) kinds: &'a [String],
    /// For a reference: whether an unknown name stands for itself.
    pub(super) open: bool,
}

impl<'a> NamedField<'a> {
    pub(super) fn new(definition: &'a FieldDefinition) -> Self {
        let FieldDefinition { name, kind, kinds, open, .. } = definition;
        Self { name: name.clone(), kind: *kind, kinds, open: *open }
    }

    /// The row itself, if it is an entity or a name that stands for itself.
    pub(super) fn row(kinds: &'a [String], open: bool) -> Self {
        Self { name: "id".into(), kind: FieldKind::Reference, kinds, open }
    }

    fn attribute(name: &str, kind: FieldKind) -> Self {
        Self { name: name.into(), kind, kinds: &[], open: true }
    }
}

/// The part of a date of this name.
pub(super) fn date_part(name: &str) -> Option<DatePart> {
    match name.to_ascii_lowercase().as_str() {
        "year" => Some(DatePart::Year),
        "decade" => Some(DatePart::Decade),
        "month" => Some(DatePart::Month),
        "precision" => Some(DatePart::Precision),
        "basis" => Some(DatePart::Basis),
        "earliest" => Some(DatePart::Earliest),
        "latest" => Some(DatePart::Latest),
        _ => None,
    }
}

/// The names that may follow a date and a dot.
pub(super) fn parts_of(schema: &Schema, field: &str) -> Vec<&'static str> {
    let mut parts = vec!["year", "decade", "month", "precision", "basis", "earliest", "latest"];
    if schema.field(field).is_some_and(FieldDefinition::may_be_computed) {
        parts.extend(Basis::ALL.map(|(name, _)| name));
    }
    parts
}

/// A path as text.
pub(super) fn written(path: &Path) -> String {
    path.names.iter().map(|name| name.value.as_str()).collect::<Vec<_>>().join(".")
}

/// An attribute that entities may have: a declared field, or one that every
/// entity has.
pub(super) fn attribute<'a>(schema: &'a Schema, name: &str) -> Option<NamedField<'a>> {
    match name.to_ascii_lowercase().as_str() {
        name @ ("name" | "kind") => Some(NamedField::attribute(name, FieldKind::Keyword)),
        name @ ("from" | "until") => Some(NamedField::attribute(name, FieldKind::Date)),
        _ => {
            let field = schema.field(name)?;
            let of_facts = [Role::Subject.field(), Role::Object.field()].contains(&field.name.as_ref());
            let declared = schema.vocabulary().fields.contains_key(field.own_name().as_ref());
            (declared && !of_facts).then(|| NamedField::new(field))
        }
    }
}

/// The attribute that a list of names begins with, and the names after it.
/// `start.computed` is a single attribute of two names.
pub(super) fn leading_attribute<'a, 'n>(schema: &'a Schema, names: &'n [Name]) -> Option<(NamedField<'a>, &'n [Name])> {
    let half = leading(schema, names).filter(|(field, _)| field.restricted_to.is_some());
    let longer = half.and_then(|(field, rest)| Some((attribute(schema, &field.name)?, rest)));
    let alone = || Some((attribute(schema, &names.first()?.value)?, names.get(1..).unwrap_or_default()));
    longer.or_else(alone)
}

/// The field of two names that a list of names begins with, and the names after
/// it.
fn leading<'a, 'n>(schema: &'a Schema, names: &'n [Name]) -> Option<(&'a FieldDefinition, &'n [Name])> {
    let [head, next, rest @ ..] = names else { return None };
    let field = schema.field(&format!("{}.{}", head.value, next.value))?;
    Some((field, rest))
}

/// What is written of a path before one of its names.
fn up_to(path: &Path, end: &Name) -> String {
    let place = path.names.iter().rposition(|name| name.value == end.value).unwrap_or_default();
    path.names.iter().take(place).map(|name| name.value.as_str()).collect::<Vec<_>>().join(".")
}

impl<'a> Checker<'a> {
    /// Resolves a path of the facts or entities that are being read.
    pub(super) fn resolve_path(&mut self, path: &Path) -> Checked<ResolvedPath<'a>> {
        if let Some(noun) = self.scope.noun.clone() {
            return self.resolve_path_of_row(path, &noun);
        }
        let schema = self.context.schema;
        let written = written(path);
        let (head, rest) = match leading(schema, &path.names) {
            Some((field, rest)) => (Some(field), rest),
            None => {
                (path.names.first().and_then(|name| schema.field(&name.value)), path.names.get(1..).unwrap_or_default())
            }
        };
        let Some(head) = head else {
            return self.resolve_bare_name(path, written);
        };
        self.resolve_steps(NamedField::new(head), rest, path)
    }

    /// Resolves the names after a field.
    pub(super) fn resolve_steps(
        &mut self,
        head: NamedField<'a>,
        rest: &[Name],
        path: &Path,
    ) -> Checked<ResolvedPath<'a>> {
        let schema = self.context.schema;
        let place = |step, target| Ok(ResolvedPath { step, target, written: written(path) });
        match (head.kind, rest) {
            (_, []) => place(None, PathTarget::Field(self.of_noun(head, path))),
            (FieldKind::Date, [name]) => match date_part(&name.value) {
                Some(part) => place(None, PathTarget::Part(head.name.clone(), part)),
                None => Err(self.refuse_part(name, &head.name, path)),
            },
            (FieldKind::Reference, [name]) if name.value.eq_ignore_ascii_case("in") => {
                place(None, PathTarget::Groups { field: head.name.clone(), grouping: None })
            }
            (FieldKind::Reference, [name]) if is_line(schema, &name.value) => {
                place(None, PathTarget::Line(Some(head.name.clone())))
            }
            (FieldKind::Reference, [name, more @ ..]) => {
                let grouping = schema.grouping(&name.value).filter(|_| more.is_empty());
                if grouping.is_some() {
                    return place(None, PathTarget::Groups { field: head.name.clone(), grouping });
                }
                let Some((attribute, more)) = leading_attribute(schema, rest) else {
                    return Err(self.refuse_attribute(name, &path.names[0].value));
                };
                let target = match (attribute.kind, more) {
                    (_, []) => PathTarget::Field(attribute),
                    (FieldKind::Date, [part]) => match date_part(&part.value) {
                        Some(date_part) => PathTarget::Part(attribute.name, date_part),
                        None => return Err(self.refuse_part(part, &attribute.name, path)),
                    },
                    _ => return Err(self.report.refuse(path.span, FieldProblem::TooManySteps)),
                };
                place(Some(head.name.clone()), target)
            }
            (FieldKind::Date, [part, more, ..]) => Err(self.refuse_beyond_part(part, more, &head.name, path)),
            (kind, [name, ..]) => {
                let (field, holds) = (head.name.to_string(), Some(kind.into()));
                Err(self.report.refuse(name.span, FieldProblem::NothingFollows { field, holds }))
            }
        }
    }

    /// A noun used as a field takes only the noun's kinds.
    fn of_noun(&self, named: NamedField<'a>, path: &Path) -> NamedField<'a> {
        let [name] = path.names.as_slice() else {
            return named;
        };
        let nouns = &self.context.schema.vocabulary().nouns;
        match nouns.values().find(|noun| noun.singular.eq_ignore_ascii_case(&name.value)) {
            Some(noun) if named.kind == FieldKind::Reference => NamedField { kinds: &noun.kinds, ..named },
            _ => named,
        }
    }

    /// Resolves a path whose first name is not a field.
    fn resolve_bare_name(&mut self, path: &Path, written: String) -> Checked<ResolvedPath<'a>> {
        let schema = self.context.schema;
        let [name] = path.names.as_slice() else {
            return Err(self.refuse_path(path));
        };
        if let Some(grouping) = schema.grouping(&name.value) {
            let target = PathTarget::Groups { field: Role::Subject.field().into(), grouping: Some(grouping) };
            return Ok(ResolvedPath { step: None, target, written });
        }
        if name.value.eq_ignore_ascii_case("in") {
            let target = PathTarget::Groups { field: Role::Subject.field().into(), grouping: None };
            return Ok(ResolvedPath { step: None, target, written });
        }
        if is_line(schema, &name.value) {
            return Ok(ResolvedPath { step: None, target: PathTarget::Line(None), written });
        }
        if let Some(part) = date_part(&name.value) {
            return Ok(ResolvedPath { step: None, target: PathTarget::Part("date".into(), part), written });
        }
        Err(self.refuse_path(path))
    }

    /// Refuses a name that is not a part of a date; `field` is the date, and the path
    /// has it as written.
    pub(super) fn refuse_part(&mut self, name: &Name, field: &str, path: &Path) -> Reported {
        let parts = parts_of(self.context.schema, field);
        let problem = FieldProblem::UnknownPart {
            field: up_to(path, name),
            part: name.value.clone(),
            similar: suggest::similar(&name.value, parts.iter().copied()),
            parts: suggest::owned(parts),
        };
        self.report.refuse(name.span, problem)
    }

    /// Refuses a name after a part of a date.
    pub(super) fn refuse_beyond_part(&mut self, part: &Name, more: &Name, field: &str, path: &Path) -> Reported {
        if date_part(&part.value).is_none() {
            return self.refuse_part(part, field, path);
        }
        let field = up_to(path, more);
        self.report.refuse(more.span, FieldProblem::NothingFollows { field, holds: None })
    }

    pub(super) fn refuse_attribute(&mut self, name: &Name, field: &str) -> Reported {
        let declared = self.context.schema.vocabulary().fields.keys().map(String::as_str);
        let fields: Vec<&str> = declared.chain(["name", "kind", "from", "until"]).collect();
        let problem = FieldProblem::UnknownAttribute {
            field: field.to_owned(),
            name: name.value.clone(),
            similar: suggest::similar(&name.value, fields.iter().copied()),
            fields: suggest::owned(fields),
        };
        self.report.refuse(name.span, problem)
    }

    /// Refuses a path whose first name is unknown.
    fn refuse_path(&mut self, path: &Path) -> Reported {
        if let Some(status) = self.status_path(path) {
            let (path_written, examples) = (written(path), self.examples(&status.name));
            return self.report.refuse(path.span, FieldProblem::StatusAsField { path: path_written, examples });
        }
        let first = path.names.first().map_or_else(String::new, |name| name.value.clone());
        let is_source = first.eq_ignore_ascii_case("source");
        let suggestion = if is_source { self.source_field_meant(path) } else { self.field_meant(path, &first) };
        let name = if is_source { written(path) } else { first };
        self.report.refuse(path.span, FieldProblem::Unknown { name, suggestion })
    }

    fn source_field_meant(&self, path: &Path) -> FieldSuggestion {
        let fields = self.context.schema.fields().map(|field| field.name.as_ref());
        let fields: Vec<&str> = fields.filter(|name| name.starts_with("source.")).collect();
        let near = suggest::similar(&written(path), fields.iter().copied()).map(FieldSuggestion::Similar);
        near.unwrap_or_else(|| FieldSuggestion::SourceFields(suggest::owned(fields)))
    }

    /// What a path may have meant whose first name is not a field.
    fn field_meant(&self, path: &Path, name: &str) -> FieldSuggestion {
        let schema = self.context.schema;
        let alone = path.names.len() == 1;
        if let Some(status) = self.status_of_form(name).filter(|_| alone) {
            return FieldSuggestion::Similar(status.to_owned());
        }
        if let Some((one, other)) = name.split_once('-')
            && schema.field(one).is_some()
            && (schema.field(other).is_some() || other.parse::<u64>().is_ok())
        {
            return FieldSuggestion::Difference(one.to_owned(), other.to_owned());
        }
        if alone && name.eq_ignore_ascii_case("count") {
            return FieldSuggestion::CountFirst;
        }
        if let Some(whole) = Self::field_ending(schema, name, |_| true).filter(|_| alone) {
            return FieldSuggestion::Similar(whole.to_owned());
        }
        let statuses = schema.vocabulary().status.keys().map(String::as_str);
        let near = suggest::field_names(schema).chain(statuses).chain(["year", "decade", "month"]);
        let is_known_gap =
            OTHER_PARTS.iter().chain(&["all", "asc", "desc"]).any(|word| name.eq_ignore_ascii_case(word));
        if let Some(near) = suggest::similar(name, near).filter(|_| !is_known_gap) {
            return FieldSuggestion::Similar(near);
        }
        let is = |word: &&str| name.eq_ignore_ascii_case(word);
        if ["desc", "asc", "descending", "ascending"].iter().any(&is) {
            return FieldSuggestion::SortDirection;
        }
        if OTHER_PARTS.iter().any(&is) {
            return FieldSuggestion::NoSuchPart { parts: suggest::owned(parts_of(schema, "date")) };
        }
        let plain = suggest::field_names(schema).filter(|name| !name.contains('.'));
        if ["all", "everything"].iter().any(is) {
            return FieldSuggestion::NoWordForAll { fields: suggest::owned(plain) };
        }
        let declare = Some(name.to_owned());
        FieldSuggestion::Fields { fields: suggest::owned(plain), declare, before_dot: !alone }
    }
}

/// Parts of dates that people ask for, and that there are not.
const OTHER_PARTS: [&str; 10] =
    ["weekday", "week", "quarter", "day", "hour", "time", "century", "month-of-year", "day-of-week", "dayofweek"];

/// Whether a name means `line`: an entity and its predecessors.
pub(super) fn is_line(schema: &Schema, name: &str) -> bool {
    name.eq_ignore_ascii_case("line") && schema.field(name).is_none() && schema.grouping(name).is_none()
}
