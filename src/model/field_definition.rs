//! The fields that queries may name, built in or declared, and the checks on
//! the rules by which dates are computed.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::field_kind::FieldKind;
use super::schema_error::{FieldRuleProblem, NamedThing, SchemaError};
use super::vocabulary::{Field, Vocabulary};

/// A field that queries may name.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldDefinition {
    /// The name, which is also the key in records. The name of a field of
    /// sources starts with `source.`, as in `source.publisher`.
    pub name: Arc<str>,
    /// What its values are.
    pub kind: FieldKind,
    /// What it means, in one line.
    pub about: String,
    /// For a reference: the kinds of entity that it may name. If empty, it may
    /// name an entity of any kind.
    pub kinds: Vec<String>,
    /// For a reference: whether a name that no entity has is accepted, and
    /// stands for itself.
    pub open: bool,
    /// For a date of facts: the key under which the object of a fact declares how
    /// the date is computed from `date` where the fact does not state it.
    pub rule: Option<Arc<str>>,
    /// For a date of entities: the key under which an entity declares how many
    /// must have acted on it, from which the date is computed where the entity
    /// does not state it.
    pub threshold: Option<Arc<str>>,
    /// For a date restricted to what is stated or to what is computed, as
    /// `effective.computed` is: the field, and which of the two.
    pub restricted_to: Option<(Arc<str>, Basis)>,
}

/// How a date that may be computed came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Basis {
    /// The record states it.
    Stated,
    /// A rule computes it, whether or not the record states another.
    Computed,
}

impl Basis {
    /// Both, each with the suffix that selects it in a query.
    pub const ALL: [(&'static str, Self); 2] = [("stated", Self::Stated), ("computed", Self::Computed)];
}

impl FieldDefinition {
    /// Whether its values are names, of which two that differ in letter case alone
    /// are one (see [`caseless`](super::caseless)): of what facts refer to, and of
    /// those who publish or say something.
    #[must_use]
    pub fn holds_names(&self) -> bool {
        self.kind == FieldKind::Reference || ["source.publisher", "source.according_to"].contains(&&*self.name)
    }

    /// Whether its dates may be computed by a rule.
    #[must_use]
    pub fn may_be_computed(&self) -> bool {
        self.rule.is_some() || self.threshold.is_some()
    }

    /// Whether a name that stands for itself in the field is of one of some kinds:
    /// all kinds that the field takes are among them.
    #[must_use]
    pub(crate) fn takes_only(&self, kinds: &[String]) -> bool {
        kinds.is_empty() || !self.kinds.is_empty() && self.kinds.iter().all(|kind| kinds.contains(kind))
    }

    /// The name that vocabulary and records use: without the suffix `.stated` or
    /// `.computed`.
    #[must_use]
    pub fn own_name(&self) -> &Arc<str> {
        self.restricted_to.as_ref().map_or(&self.name, |(whole, _)| whole)
    }

    /// The name of the field restricted to stated or to computed dates.
    #[must_use]
    pub(crate) fn name_with_basis(&self, basis: Basis) -> Arc<str> {
        let name = Basis::ALL.iter().find(|(_, other)| *other == basis).map_or("", |(name, _)| name);
        format!("{}.{name}", self.name).into()
    }

    /// The field restricted to stated or to computed dates.
    pub(super) fn with_basis(&self, basis: Basis) -> Self {
        let about = match basis {
            Basis::Stated => format!("{}, as the record states it", self.about),
            Basis::Computed => format!("{}, as the rule computes it", self.about),
        };
        let name = self.name_with_basis(basis);
        Self {
            name,
            about,
            rule: None,
            threshold: None,
            restricted_to: Some((self.name.clone(), basis)),
            ..self.clone()
        }
    }
}

/// The fields that every world has: name, kind and meaning.
const BUILT_IN: [(&str, FieldKind, &str); 15] = [
    ("id", FieldKind::Id, "the id of the fact in the store"),
    ("subject", FieldKind::Reference, "who acted"),
    ("action", FieldKind::Action, "what was done"),
    ("object", FieldKind::Reference, "what it was done to"),
    ("date", FieldKind::Date, "when the act was done"),
    ("tags", FieldKind::Keyword, "keywords"),
    ("title", FieldKind::Text, "a short title"),
    ("note", FieldKind::Text, "an explanation by those who keep the store"),
    ("source.publisher", FieldKind::Keyword, "who published it"),
    ("source.url", FieldKind::Keyword, "where it can be read"),
    ("source.published", FieldKind::Date, "when a source was published"),
    ("source.according_to", FieldKind::Keyword, "whose account the publisher reports"),
    ("source.quote", FieldKind::Text, "the words of a source"),
    ("sources", FieldKind::Integer, "the number of publishers that report it"),
    ("disputed", FieldKind::Keyword, "the fields on which its sources contradict each other"),
];

/// The fields of a world by name: those that every world has, and those that
/// the vocabulary declares.
pub(super) fn field_definitions(vocabulary: &Vocabulary) -> Result<BTreeMap<Arc<str>, FieldDefinition>, SchemaError> {
    let mut fields: BTreeMap<Arc<str>, FieldDefinition> = BUILT_IN
        .iter()
        .map(|(name, kind, about)| {
            let name: Arc<str> = (*name).into();
            let open = *kind == FieldKind::Reference;
            let definition = FieldDefinition {
                name: name.clone(),
                kind: *kind,
                about: (*about).to_owned(),
                kinds: Vec::new(),
                open,
                rule: None,
                threshold: None,
                restricted_to: None,
            };
            (name, definition)
        })
        .collect();
    for (name, Field { kind, about, kinds, open, rule, threshold }) in &vocabulary.fields {
        let definition = FieldDefinition {
            name: name.as_str().into(),
            kind: (*kind).into(),
            about: about.clone(),
            kinds: kinds.clone(),
            open: *open,
            rule: rule.as_deref().map(Arc::from),
            threshold: threshold.as_deref().map(Arc::from),
            restricted_to: None,
        };
        if let Some(built_in) = fields.get(name.as_str())
            && (built_in.kind != FieldKind::Reference || definition.kind != FieldKind::Reference)
        {
            return Err(SchemaError::BuiltIn { name: name.clone(), expected: built_in.kind });
        }
        fields.insert(definition.name.clone(), definition);
    }
    check_rules(&fields)?;
    Ok(fields)
}

/// The keys of an entity that cannot hold a rule.
const KEYS_OF_ENTITIES: [&str; 10] =
    ["entity", "id", "kind", "name", "aliases", "from", "until", "succeeds", "continues", "in"];

fn check_rules(fields: &BTreeMap<Arc<str>, FieldDefinition>) -> Result<(), SchemaError> {
    let ruled = |field: &'_ FieldDefinition| field.rule.clone().or_else(|| field.threshold.clone());
    for (definition, rule) in fields.values().filter_map(|field| Some((field, ruled(field)?))) {
        NamedThing::Rule.check(&rule)?;
        let taken = fields.contains_key(&rule) || KEYS_OF_ENTITIES.contains(&&*rule);
        let other = |field: &FieldDefinition| field.name != definition.name && ruled(field).as_ref() == Some(&rule);
        let problem = if definition.kind != FieldKind::Date {
            FieldRuleProblem::NotADate
        } else if definition.name.starts_with("source.") {
            FieldRuleProblem::OfSource
        } else if definition.rule.is_some() && definition.threshold.is_some() {
            FieldRuleProblem::RuleAndThreshold
        } else if taken || definition.threshold.is_some() && fields.values().any(other) {
            FieldRuleProblem::KeyTaken
        } else {
            continue;
        };
        let (field, rule) = (definition.name.to_string(), rule.to_string());
        return Err(SchemaError::InvalidFieldRule { field, rule, problem });
    }
    Ok(())
}
