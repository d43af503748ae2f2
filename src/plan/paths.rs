//! What a path of a query names: a field, a part of a date, an attribute of
//! what a field refers to, or a grouping.

use std::sync::Arc;

use super::check::Checker;
use super::report::{Checked, Reported};
use super::{DatePart, suggest};
use crate::model::vocabulary::{Grouping, Role};
use crate::model::{Basis, FieldDefinition, FieldKind, Schema};
use crate::syntax::Spanned;
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
                    _ => return Err(self.report.error(path.span, "a dot goes one step, and these are more", None)),
                };
                place(Some(head.name.clone()), what)
            }
            (kind, [name, ..]) => {
                let message = format!("`{}` is {}, and nothing follows it after a dot", head.name, kind.name());
                Err(self.report.error(name.span, message, Some(format!("write `{}` alone", head.name))))
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
        let all = parts.iter().map(|part| format!("`{field}.{part}`")).collect::<Vec<_>>().join(", ");
        let near = suggest::did_you_mean(&name.value, parts);
        let help = near.map_or(all.clone(), |near| format!("{near} {all}"));
        let message = format!("`{field}` is a date, and `{}` is no part of one", name.value);
        self.report.error(name.span, message, Some(help))
    }

    pub(super) fn no_attribute(&mut self, name: &Name, field: &str) -> Reported {
        let declared = self.context.schema.vocabulary().fields.keys().map(String::as_str);
        let message = format!("what `{field}` refers to has no field called `{}`", name.value);
        let near: Vec<&str> = declared.chain(["name", "kind", "from", "until"]).collect();
        let help = format!("fields: {}\n{}", suggest::listed(near.iter().copied()), declare(&name.value));
        self.unknown(name.span, message, &name.value, near, Some(help))
    }

    /// Refuses a path whose first name nothing has.
    fn no_field(&mut self, path: &Path) -> Reported {
        let schema = self.context.schema;
        let name = path.names.first().cloned().unwrap_or_else(|| Spanned::new(String::new(), path.span));
        let vocabulary = schema.vocabulary();
        if let Some(status) = self.status_path(path) {
            let message = format!("`{}` is a status and not a field", written(path));
            let help = format!("as a condition it has a value: {}", self.examples(&status.name));
            return self.report.error(path.span, message, Some(help));
        }
        if name.value.eq_ignore_ascii_case("source") {
            let fields = schema.fields().map(|field| field.name.as_ref()).filter(|name| name.starts_with("source."));
            let fields: Vec<&str> = fields.collect();
            let message = format!("no field is called `{}`", written(path));
            let help = Some(format!("fields of sources: {}", suggest::listed(fields.iter().copied())));
            let whole = written(path);
            return self.unknown(path.span, message, &whole, fields, help);
        }
        if let Some(status) = self.status_of_form(&name.value).filter(|_| path.names.len() == 1) {
            let message = format!("no field is called `{}`", name.value);
            return self.report.error(path.span, message, Some(format!("did you mean `{status}`?")));
        }
        if let Some((one, other)) = name.value.split_once('-')
            && schema.field(one).is_some()
            && schema.field(other).is_some()
        {
            let message = format!("no field is called `{}`", name.value);
            return self.report.error(
                path.span,
                message,
                Some(format!("blanks stand around a minus: `{one} - {other}`")),
            );
        }
        let statuses = vocabulary.status.keys().map(String::as_str);
        let near: Vec<&str> = suggest::field_names(schema).chain(statuses).chain(["year", "decade", "month"]).collect();
        let message = format!("no field is called `{}`", name.value);
        if name.value.eq_ignore_ascii_case("count") && path.names.len() == 1 {
            let help = Some("count first: `| count by … | where count > 2`".to_owned());
            return self.report.error(path.span, message, help);
        }
        if let Some(whole) = Self::field_ending(schema, &name.value, |_| true).filter(|_| path.names.len() == 1) {
            return self.report.error(path.span, message, Some(format!("did you mean `{whole}`?")));
        }
        let plain = suggest::field_names(schema).filter(|name| !name.contains('.'));
        let mut help = format!("fields: {}\n{}", suggest::listed(plain), declare(&name.value));
        if path.names.len() > 1 {
            help = format!("before a dot stands a reference or a date\n{help}");
        }
        self.unknown(path.span, message, &name.value, near, Some(help))
    }
}

/// Whether a name asks for the line of what precedes an entity.
pub(super) fn is_line(schema: &Schema, name: &str) -> bool {
    name.eq_ignore_ascii_case("line") && schema.field(name).is_none() && schema.grouping(name).is_none()
}

/// How a field is declared.
pub(super) fn declare(name: &str) -> String {
    format!(
        "the vocabulary may declare it: `[fields.{name}]` with `type = \"keyword\"`, \
         or text, integer, number, date, reference"
    )
}
