//! What a path of a query names: a field, a part of a date, an attribute of
//! what a field refers to, or a grouping.

use std::sync::Arc;

use super::check::Checker;
use super::report::{Checked, Reported};
use super::{DatePart, FieldProblem, FieldSuggestion, suggest};
use crate::model::vocabulary::{Grouping, Role};
use crate::model::{Basis, FieldDefinition, FieldKind, Schema};
use crate::syntax::tree::{Name, Path};

/// What a path names.
pub(super) struct Place<'a> {
    /// The reference field from which it steps to what that refers to.
    pub(super) step: Option<Arc<str>>,
    /// What is there.
    pub(super) what: What<'a>,
    /// As the query has it.
    pub(super) written: String,
}

/// What is at the end of a path.
pub(super) enum What<'a> {
    /// A field of the fact, or an attribute of an entity.
    Field(Named<'a>),
    /// A part of a date.
    Part(Arc<str>, DatePart),
    /// The groups of what a field refers to.
    Groups {
        /// The reference field.
        field: Arc<str>,
        /// Which grouping; any for `in`.
        grouping: Option<(&'a str, &'a Grouping)>,
    },
    /// What a field refers to, or whatever that succeeds or continues; without
    /// a field the end at which such a thing stands.
    Line(Option<Arc<str>>),
}

/// A field or an attribute.
pub(super) struct Named<'a> {
    pub(super) name: Arc<str>,
    pub(super) kind: FieldKind,
    /// For a reference: which kinds it may name; empty for any.
    pub(super) kinds: &'a [String],
    /// For a reference: whether a name that no entity has stands for itself.
    pub(super) open: bool,
}

impl<'a> Named<'a> {
    pub(super) fn new(definition: &'a FieldDefinition) -> Self {
        let FieldDefinition { name, kind, kinds, open, .. } = definition;
        Self { name: name.clone(), kind: *kind, kinds, open: *open }
    }

    /// The row itself, where it is an entity, or a name that stands for itself.
    pub(super) fn row(kinds: &'a [String], open: bool) -> Self {
        Self { name: "id".into(), kind: FieldKind::Reference, kinds, open }
    }

    fn attribute(name: &str, kind: FieldKind) -> Self {
        Self { name: name.into(), kind, kinds: &[], open: true }
    }
}

/// The part of a date that a name means.
pub(super) fn date_part(name: &str) -> Option<DatePart> {
    match name.to_ascii_lowercase().as_str() {
        "year" => Some(DatePart::Year),
        "decade" => Some(DatePart::Decade),
        "month" => Some(DatePart::Month),
        "precision" => Some(DatePart::Precision),
        "basis" => Some(DatePart::Basis),
        _ => None,
    }
}

/// What may stand behind a date.
pub(super) fn parts_of(schema: &Schema, field: &str) -> Vec<&'static str> {
    let mut parts = vec!["year", "decade", "month", "precision", "basis"];
    if schema.field(field).is_some_and(FieldDefinition::may_be_computed) {
        parts.extend(Basis::ALL.map(|(name, _)| name));
    }
    parts
}

/// A path as it was written.
pub(super) fn written(path: &Path) -> String {
    path.names.iter().map(|name| name.value.as_str()).collect::<Vec<_>>().join(".")
}

/// The attribute that every entity of a world may have: a declared field, or
/// what entities are made of.
pub(super) fn attribute<'a>(schema: &'a Schema, name: &str) -> Option<Named<'a>> {
    match name.to_ascii_lowercase().as_str() {
        name @ ("name" | "kind") => Some(Named::attribute(name, FieldKind::Keyword)),
        name @ ("from" | "until") => Some(Named::attribute(name, FieldKind::Date)),
        _ => {
            let field = schema.field(name)?;
            let of_facts = [Role::Subject.field(), Role::Object.field()].contains(&field.name.as_ref());
            let declared = schema.vocabulary().fields.contains_key(field.own_name().as_ref());
            (declared && !of_facts).then(|| Named::new(field))
        }
    }
}

/// The attribute with which some names begin, and the names behind it. A date by
/// one of its ways (`start.computed`) has a name of two.
pub(super) fn leading_attribute<'a, 'n>(schema: &'a Schema, names: &'n [Name]) -> Option<(Named<'a>, &'n [Name])> {
    let half = leading(schema, names).filter(|(field, _)| field.restricted_to.is_some());
    let longer = half.and_then(|(field, rest)| Some((attribute(schema, &field.name)?, rest)));
    let alone = || Some((attribute(schema, &names.first()?.value)?, names.get(1..).unwrap_or_default()));
    longer.or_else(alone)
}

/// The field of a name of two with which some names begin, and those behind it.
fn leading<'a, 'n>(schema: &'a Schema, names: &'n [Name]) -> Option<(&'a FieldDefinition, &'n [Name])> {
    let [head, next, rest @ ..] = names else { return None };
    let field = schema.field(&format!("{}.{}", head.value, next.value))?;
    Some((field, rest))
}

impl<'a> Checker<'a> {
    /// What a path names, of the facts or entities that are read.
    pub(super) fn place(&mut self, path: &Path) -> Checked<Place<'a>> {
        if let Some(noun) = self.scope.noun.clone() {
            return self.place_of_row(path, &noun);
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
            return self.other_place(path, written);
        };
        self.place_from(Named::new(head), rest, path)
    }

    /// What stands in a field, or what the names behind it step to.
    pub(super) fn place_from(&mut self, head: Named<'a>, rest: &[Name], path: &Path) -> Checked<Place<'a>> {
        let schema = self.context.schema;
        let place = |step, what| Ok(Place { step, what, written: written(path) });
        match (head.kind, rest) {
            (_, []) => place(None, What::Field(self.of_noun(head, path))),
            (FieldKind::Date, [name]) => match date_part(&name.value) {
                Some(part) => place(None, What::Part(head.name.clone(), part)),
                None => Err(self.no_part(name, &head.name)),
            },
            (FieldKind::Reference, [name]) if name.value.eq_ignore_ascii_case("in") => {
                place(None, What::Groups { field: head.name.clone(), grouping: None })
            }
            (FieldKind::Reference, [name]) if is_line(schema, &name.value) => {
                place(None, What::Line(Some(head.name.clone())))
            }
            (FieldKind::Reference, [name, more @ ..]) => {
                let grouping = schema.grouping(&name.value).filter(|_| more.is_empty());
                if grouping.is_some() {
                    return place(None, What::Groups { field: head.name.clone(), grouping });
                }
                let Some((attribute, more)) = leading_attribute(schema, rest) else {
                    return Err(self.no_attribute(name, &path.names[0].value));
                };
                let what = match (attribute.kind, more) {
                    (_, []) => What::Field(attribute),
                    (FieldKind::Date, [part]) => match date_part(&part.value) {
                        Some(date_part) => What::Part(attribute.name, date_part),
                        None => return Err(self.no_part(part, &attribute.name)),
                    },
                    _ => return Err(self.report.refuse(path.span, FieldProblem::TooManySteps)),
                };
                place(Some(head.name.clone()), what)
            }
            (kind, [name, ..]) => {
                let (field, holds) = (head.name.to_string(), Some(kind.into()));
                Err(self.report.refuse(name.span, FieldProblem::NothingFollows { field, holds }))
            }
        }
    }

    /// A noun as a field takes the noun's kinds only.
    fn of_noun(&self, named: Named<'a>, path: &Path) -> Named<'a> {
        let [name] = path.names.as_slice() else {
            return named;
        };
        let nouns = &self.context.schema.vocabulary().nouns;
        match nouns.values().find(|noun| noun.singular.eq_ignore_ascii_case(&name.value)) {
            Some(noun) if named.kind == FieldKind::Reference => Named { kinds: &noun.kinds, ..named },
            _ => named,
        }
    }

    /// What a path names whose first name is no field.
    fn other_place(&mut self, path: &Path, written: String) -> Checked<Place<'a>> {
        let schema = self.context.schema;
        let [name] = path.names.as_slice() else {
            return Err(self.no_field(path));
        };
        if let Some(grouping) = schema.grouping(&name.value) {
            let what = What::Groups { field: Role::Subject.field().into(), grouping: Some(grouping) };
            return Ok(Place { step: None, what, written });
        }
        if name.value.eq_ignore_ascii_case("in") {
            let what = What::Groups { field: Role::Subject.field().into(), grouping: None };
            return Ok(Place { step: None, what, written });
        }
        if is_line(schema, &name.value) {
            return Ok(Place { step: None, what: What::Line(None), written });
        }
        if let Some(part) = date_part(&name.value) {
            return Ok(Place { step: None, what: What::Part("date".into(), part), written });
        }
        Err(self.no_field(path))
    }

    pub(super) fn no_part(&mut self, name: &Name, field: &str) -> Reported {
        let parts = parts_of(self.context.schema, field);
        let problem = FieldProblem::UnknownPart {
            field: field.to_owned(),
            part: name.value.clone(),
            similar: suggest::similar(&name.value, parts.iter().copied()),
            parts: suggest::owned(parts),
        };
        self.report.refuse(name.span, problem)
    }

    pub(super) fn no_attribute(&mut self, name: &Name, field: &str) -> Reported {
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

    /// Refuses a path whose first name nothing has.
    fn no_field(&mut self, path: &Path) -> Reported {
        if let Some(status) = self.status_path(path) {
            let (path_written, examples) = (written(path), self.examples(&status.name));
            return self.report.refuse(path.span, FieldProblem::StatusAsField { path: path_written, examples });
        }
        let first = path.names.first().map_or_else(String::new, |name| name.value.clone());
        let is_source = first.eq_ignore_ascii_case("source");
        let suggestion = if is_source { self.field_of_sources(path) } else { self.field_meant(path, &first) };
        let name = if is_source { written(path) } else { first };
        self.report.refuse(path.span, FieldProblem::Unknown { name, suggestion })
    }

    fn field_of_sources(&self, path: &Path) -> FieldSuggestion {
        let fields = self.context.schema.fields().map(|field| field.name.as_ref());
        let fields: Vec<&str> = fields.filter(|name| name.starts_with("source.")).collect();
        let near = suggest::similar(&written(path), fields.iter().copied()).map(FieldSuggestion::Similar);
        near.unwrap_or_else(|| FieldSuggestion::SourceFields(suggest::owned(fields)))
    }

    /// What a path may have meant of whose first name there is no field.
    fn field_meant(&self, path: &Path, name: &str) -> FieldSuggestion {
        let schema = self.context.schema;
        let alone = path.names.len() == 1;
        if let Some(status) = self.status_of_form(name).filter(|_| alone) {
            return FieldSuggestion::Similar(status.to_owned());
        }
        if let Some((one, other)) = name.split_once('-')
            && schema.field(one).is_some()
            && schema.field(other).is_some()
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
        if let Some(near) = suggest::similar(name, near) {
            return FieldSuggestion::Similar(near);
        }
        let plain = suggest::field_names(schema).filter(|name| !name.contains('.'));
        let declare = Some(name.to_owned());
        FieldSuggestion::Fields { fields: suggest::owned(plain), declare, before_dot: !alone }
    }
}

/// Whether a name asks for the line of what precedes an entity.
pub(super) fn is_line(schema: &Schema, name: &str) -> bool {
    name.eq_ignore_ascii_case("line") && schema.field(name).is_none() && schema.grouping(name).is_none()
}
