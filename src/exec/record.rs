//! What a record holds for a field: of a fact, of an entity. It reads records
//! and knows neither the index nor queries.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::model::{
    Cell, Date, EffectRule, Entities, Entity, Fact, FieldKind, Resolution, Schema, Source, effect_rules, fold,
};

/// Something that has values for fields.
pub(super) trait Record {
    /// The values of a field, in the order of the record; none if it has none.
    fn values(&self, field: &str) -> Vec<Cell>;
}

/// A fact as a record.
pub(super) struct FactRecord<'a> {
    pub fact: &'a Fact,
    pub schema: &'a Schema,
    pub entities: &'a Entities,
}

impl FactRecord<'_> {
    /// What is stated for a field, else what is computed.
    fn dated(&self, field: &str, stated: Vec<Cell>) -> Vec<Cell> {
        if stated.is_empty() { self.computed(field).into_iter().collect() } else { stated }
    }

    /// The date that follows for a field from the fact's own, by the rule of
    /// what the fact is about. Whether another act took it back before, one
    /// record cannot tell: whoever sees them all has to.
    fn computed(&self, field: &str) -> Option<Cell> {
        let rule = self.schema.field(field)?.rule.as_deref()?;
        let Resolution::One(object) = self.entities.resolve(self.fact.object.as_deref()?) else {
            return None;
        };
        let rules = effect_rules(self.entities.get(object).fields.get(rule)?).ok()?;
        let rule = EffectRule::of_action(&rules, &self.fact.action, self.schema)?;
        let date = rule.apply(self.fact.date.as_ref()?)?;
        Some(Cell::Computed { date, cite: rule.cite.as_str().into() })
    }
}

impl Record for FactRecord<'_> {
    fn values(&self, field: &str) -> Vec<Cell> {
        let fact = self.fact;
        match field {
            "id" => text(fact.id.as_deref()),
            "subject" => vec![Cell::text(&fact.subject)],
            "action" => vec![Cell::text(&fact.action)],
            "object" => text(fact.object.as_deref()),
            "date" => date(fact.date.as_ref()),
            "tags" => fact.tags.iter().map(|tag| Cell::text(tag)).collect(),
            "title" => text(fact.title.as_deref()),
            "note" => text(fact.note.as_deref()),
            "sources" => vec![Cell::Integer(publishers(&fact.sources))],
            "disputed" => fact.disputed().into_iter().map(Cell::text).collect(),
            _ => match field.strip_prefix("source.") {
                Some(key) => fact.sources.iter().flat_map(|source| source_values(source, key, self.schema)).collect(),
                None => self.dated(field, declared(fact.fields.get(field), field, self.schema)),
            },
        }
    }
}

/// The values of one source for a key of its own.
pub(super) fn source_values(source: &Source, key: &str, schema: &Schema) -> Vec<Cell> {
    match key {
        "publisher" => text(source.publisher.as_deref()),
        "url" => text(source.url.as_deref()),
        "published" => date(source.published.as_ref()),
        "according_to" => text(source.according_to.as_deref()),
        "quote" => text(source.quote.as_deref()),
        _ => declared(source.fields.get(key), &format!("source.{key}"), schema),
    }
}

/// How many publishers say so: sources of one publisher are one voice, and a
/// source that names none is a voice of its own.
fn publishers(sources: &[Source]) -> i64 {
    let named: BTreeSet<_> = sources.iter().filter_map(|source| source.publisher.as_deref()).map(fold).collect();
    let unnamed = sources.iter().filter(|source| source.publisher.is_none()).count();
    i64::try_from(named.len() + unnamed).unwrap_or(i64::MAX)
}

/// What a reference refers to as a record; without an entity a record of nothing.
pub(super) struct EntityRecord<'a> {
    pub entity: Option<&'a Entity>,
    pub schema: &'a Schema,
}

impl Record for EntityRecord<'_> {
    fn values(&self, field: &str) -> Vec<Cell> {
        let Some(entity) = self.entity else {
            return Vec::new();
        };
        match field {
            "id" => text(Some(&entity.id)),
            "name" => text(Some(&entity.name)),
            "kind" => text(Some(&entity.kind)),
            "from" => date(entity.from.as_ref()),
            "until" => date(entity.until.as_ref()),
            _ => declared(entity.fields.get(field), field, self.schema),
        }
    }
}

fn text(value: Option<&str>) -> Vec<Cell> {
    value.map(Cell::text).into_iter().collect()
}

fn date(value: Option<&Date>) -> Vec<Cell> {
    value.cloned().map(Cell::Date).into_iter().collect()
}

fn declared(value: Option<&Value>, field: &str, schema: &Schema) -> Vec<Cell> {
    match (value, schema.field(field)) {
        (Some(Value::Array(values)), Some(definition)) => {
            values.iter().filter_map(|value| typed(value, definition.kind)).collect()
        }
        (Some(value), Some(definition)) => typed(value, definition.kind).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// A value that is not of its field's kind is none.
fn typed(value: &Value, kind: FieldKind) -> Option<Cell> {
    match (kind, value) {
        (FieldKind::Integer, value) => value.as_i64().map(Cell::Integer),
        (FieldKind::Number, value) => value.as_f64().map(Cell::Number),
        (FieldKind::Date, Value::String(written)) => Date::parse(written).ok().map(Cell::Date),
        (FieldKind::Keyword | FieldKind::Text | FieldKind::Reference, Value::String(text)) => Some(Cell::text(text)),
        _ => None,
    }
}
