//! What the sources of a fact say: each by itself with all that it says, and within the
//! fact, where only what differs stands in `says`.

use serde_json::Value;

use crate::model::{Date, Fact, Fields, Source};

/// What a source may say otherwise without its ever becoming the fact's: it
/// would be another act.
pub(super) const OF_THE_ACT: [&str; 3] = ["subject", "action", "object"];

/// The values of a fact for which its sources stand, by field.
pub(super) fn values(fact: &Fact) -> Fields {
    let mut values = fact.fields.clone();
    let texts = [
        ("date", fact.date.as_ref().map(Date::written)),
        ("title", fact.title.as_deref()),
        ("note", fact.note.as_deref()),
    ];
    values.extend(texts.into_iter().filter_map(|(field, text)| Some((field.to_owned(), text?.into()))));
    if !fact.tags.is_empty() {
        values.insert("tags".to_owned(), fact.tags.clone().into());
    }
    values
}

/// A source of a fact that has these values, with all that it says.
pub(super) fn telling(source: &Source, own: &Fields) -> Source {
    let mut says = own.clone();
    says.extend(source.says.clone());
    Source { says, ..source.clone() }
}

/// The same source without `null` for what it does not say.
pub(super) fn without_unsaid(mut source: Source) -> Source {
    source.says.retain(|_, value| !value.is_null());
    source
}

/// Whether two values are written the same; equality of objects does not ask for the order of keys.
pub(super) fn same(one: &Value, other: &Value) -> bool {
    let written = |value: &Value| value.to_string();
    one == other && (!(one.is_array() || one.is_object()) || written(one) == written(other))
}

/// A source that has all that it says in its `says`, as it stands in a fact with these
/// values and this action.
pub(super) fn in_fact(mut source: Source, own: &Fields, action: &str) -> Source {
    let unsaid: Vec<String> =
        own.keys().filter(|field| source.says.get(*field).is_none_or(Value::is_null)).cloned().collect();
    source.says.retain(|field, value| {
        let is_own = own.get(field).is_some_and(|own| same(own, value)) || (field == "action" && value == action);
        !is_own && !value.is_null()
    });
    source.says.extend(unsaid.into_iter().map(|field| (field, Value::Null)));
    source
}
