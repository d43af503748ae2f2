//! How the parts of a query were read, in words for a person.

use crate::model::vocabulary::Role;
use crate::model::{Entity, FieldDefinition, FieldKind, Schema, Window};

/// An action or umbrella, and what it stands for.
pub(super) fn action(word: &str, actions: &[String], schema: &Schema) -> String {
    let label = |name: &String| schema.action(name).map_or_else(|| name.clone(), |action| action.label.clone());
    let labels: Vec<String> = actions.iter().map(label).collect();
    format!("{word}: {}", labels.join(" or "))
}

/// An entity that is referred to.
pub(super) fn entity(word: &str, entity: &Entity) -> String {
    format!("{word}: {} ({})", entity.name, entity.kind)
}

/// A group that is referred to, or to which the subject belongs.
pub(super) fn group(word: &str, entity: &Entity, schema: &Schema) -> String {
    let subject = schema.noun_of(Role::Subject).map_or("subject", |noun| noun.singular.as_str());
    format!("{word}: {} ({}), or a {subject} in it", entity.name, entity.kind)
}

/// A word or phrase of the text.
pub(super) fn text(text: &str, phrase: bool) -> String {
    format!("{text}: {} in the texts", if phrase { "a phrase" } else { "a word" })
}

/// The days that a date test came to.
pub(super) fn window(field: &str, window: Window) -> String {
    match (window.first.is_finite(), window.last.is_finite()) {
        (true, true) if window.first != window.last => format!("{field}: from {} to {}", window.first, window.last),
        _ => format!("{field}: {window}"),
    }
}

/// What a field is, as `a text`, `a date`.
pub(super) fn kind(field: &FieldDefinition) -> &'static str {
    match field.kind {
        FieldKind::Reference => "a name",
        other => other.name(),
    }
}
