//! What a record holds for a field: of a fact, of an entity. It reads records,
//! asks the view what follows from facts for an entity, and knows no queries.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::index::{IndexError, View};
use crate::model::vocabulary::SubjectDate;
use crate::model::{
    Basis, Cell, Date, EffectRule, EffectRules, Entity, EntityNumber, Fact, FieldDefinition, FieldKind, NotBefore,
    Number, Resolution, Schema, Source, effect_rules,
};

/// Something that has values for fields.
pub(crate) trait RecordReader {
    /// The values of a field, in the order of the record; none if it has none.
    ///
    /// # Errors
    ///
    /// If the facts from which a value follows cannot be read.
    fn values(&self, field: &str) -> Result<Vec<Cell>, IndexError>;
}

/// A fact as a record.
pub(crate) struct FactRecord<'a> {
    pub fact: &'a Fact,
    pub view: &'a dyn View,
}

impl FactRecord<'_> {
    /// The date that follows for a field from the fact's own, by the rule of
    /// what the fact is about. Whether another act took it back before, one
    /// record cannot tell: whoever sees them all has to.
    fn computed(&self, field: &str) -> Result<Option<Cell>, IndexError> {
        let (schema, entities) = (self.view.schema(), self.view.entities());
        let key = schema.field(field).and_then(|field| field.rule.as_deref());
        let (Some(key), Some(object), Some(date)) = (key, &self.fact.object, &self.fact.date) else {
            return Ok(None);
        };
        let Resolution::One(object) = entities.resolve(object) else { return Ok(None) };
        let subject = match entities.resolve(&self.fact.subject) {
            Resolution::One(subject) => Some(subject),
            Resolution::Unknown | Resolution::Ambiguous(_) => None,
        };
        ActDates::new(self.view, (field, key), object)?.of(&self.fact.action, date, subject)
    }
}

/// How dates of a field follow from the dates of acts on one object.
pub(crate) struct ActDates<'a> {
    view: &'a dyn View,
    field: &'a str,
    object: EntityNumber,
    /// The rules of the object; none if it declares none.
    rules: Option<EffectRules>,
    /// The dates of the object before which nothing follows, by their fields.
    own: BTreeMap<String, Option<Date>>,
}

impl<'a> ActDates<'a> {
    /// Of a field and the key of its rules.
    pub fn new(view: &'a dyn View, (field, key): (&'a str, &str), object: EntityNumber) -> Result<Self, IndexError> {
        let declared = view.entities().get(object).fields.get(key).map(effect_rules);
        // What is stored was validated; what is not a rule gives nothing.
        let rules = declared.and_then(Result::ok);
        let mut own = BTreeMap::new();
        for rule in rules.iter().flat_map(BTreeMap::values) {
            if let Some(NotBefore::Field(field)) = &rule.not_before {
                own.insert(field.clone(), own_date(view, object, field)?);
            }
        }
        Ok(Self { view, field, object, rules, own })
    }

    /// Whether the object has rules.
    pub fn has_rules(&self) -> bool {
        self.rules.is_some()
    }

    /// The date that follows from the date of an act, which is recorded as an action or
    /// as an umbrella. Of an umbrella it may be the date of any action that it covers:
    /// it lies within the least days that have them all, and there is none if one of
    /// the actions has none.
    pub fn of(&self, recorded: &str, date: &Date, subject: Option<EntityNumber>) -> Result<Option<Cell>, IndexError> {
        let (mut found, mut cites): (Option<Date>, Vec<&str>) = (None, Vec::new());
        for action in self.view.schema().possible_actions(recorded) {
            let Some((date, cite)) = self.of_action(action, date, subject)? else { return Ok(None) };
            found = match found {
                None => Some(date),
                Some(other) => Date::from_window(other.days().hull(date.days())),
            };
            if found.is_none() {
                return Ok(None);
            }
            if !cites.contains(&cite) {
                cites.push(cite);
            }
        }
        Ok(found.map(|date| Cell::Computed { date, cite: cites.join("; ").into() }))
    }

    fn of_action(
        &self,
        action: &str,
        date: &Date,
        subject: Option<EntityNumber>,
    ) -> Result<Option<(Date, &str)>, IndexError> {
        let schema = self.view.schema();
        if let Some(rule) = rule_of_subject(schema, action, self.field) {
            let Some(subject) = subject else { return Ok(None) };
            let date = date_of_subject(self.view, rule, date, subject, self.object)?;
            return Ok(date.map(|date| (date, rule.cite.as_str())));
        }
        let rule = self.rules.as_ref().and_then(|rules| EffectRule::for_action(rules, action, schema));
        let date = rule.and_then(|rule| {
            let date = rule.apply(date, |field| self.own.get(field).cloned().flatten())?;
            Some((date, rule.cite.as_str()))
        });
        Ok(date)
    }
}

/// The rule by which an action has a date of its subject for a field, if it has one.
fn rule_of_subject<'a>(schema: &'a Schema, action: &str, field: &str) -> Option<&'a SubjectDate> {
    let declared = &schema.field(field)?.own_name();
    schema.vocabulary().actions.get(action)?.computed.get(&***declared)
}

/// Whether the date of an act that is recorded under a name may be a date of its subject.
pub(crate) fn may_be_of_subject(schema: &Schema, recorded: &str, field: &str) -> bool {
    schema.possible_actions(recorded).into_iter().any(|action| rule_of_subject(schema, action, field).is_some())
}

/// The date of an act that is a date of its subject.
fn date_of_subject(
    view: &dyn View,
    rule: &SubjectDate,
    act: &Date,
    subject: EntityNumber,
    object: EntityNumber,
) -> Result<Option<Date>, IndexError> {
    let begun = own_date(view, subject, &rule.subject)?;
    let not_before = match &rule.not_before {
        Some(field) => own_date(view, object, field)?,
        None => None,
    };
    Ok(rule.date(act, begun.as_ref(), not_before))
}

/// The date that an entity has for a field, stated or computed.
pub(crate) fn own_date(view: &dyn View, entity: EntityNumber, field: &str) -> Result<Option<Date>, IndexError> {
    let values = EntityRecord { entity: Some(entity), view }.values(field)?;
    Ok(values.first().and_then(Cell::as_date).cloned())
}

impl RecordReader for FactRecord<'_> {
    fn values(&self, field: &str) -> Result<Vec<Cell>, IndexError> {
        let Some(definition) =
            self.view.schema().field(field).filter(|field| field.may_be_computed() || field.restricted_to.is_some())
        else {
            return Ok(stated(self.fact, field, self.view.schema()));
        };
        by_basis(definition, |name| stated(self.fact, name, self.view.schema()), |name| self.computed(name))
    }
}

/// The dates of a field that may follow from a rule: those that are stated, else
/// the one that is computed; or, of one of its ways, those alone.
fn by_basis(
    field: &FieldDefinition,
    stated: impl FnOnce(&str) -> Vec<Cell>,
    computed: impl FnOnce(&str) -> Result<Option<Cell>, IndexError>,
) -> Result<Vec<Cell>, IndexError> {
    let name = field.own_name();
    let stated = match &field.restricted_to {
        Some((_, Basis::Computed)) => Vec::new(),
        _ => stated(name),
    };
    if stated.is_empty() && !matches!(field.restricted_to, Some((_, Basis::Stated))) {
        return Ok(computed(name)?.into_iter().collect());
    }
    Ok(stated)
}

/// What a fact states for a field.
pub(crate) fn stated(fact: &Fact, field: &str, schema: &Schema) -> Vec<Cell> {
    match field {
        "id" => text(fact.id.as_deref()),
        "subject" => vec![Cell::text(&fact.subject)],
        "action" => vec![Cell::text(&fact.action)],
        "object" => text(fact.object.as_deref()),
        "date" => date(fact.date.as_ref()),
        "tags" => fact.tags.iter().map(|tag| Cell::text(tag)).collect(),
        "title" => text(fact.title.as_deref()),
        "note" => text(fact.note.as_deref()),
        "sources" => vec![Cell::Integer(i64::try_from(fact.source_count()).unwrap_or(i64::MAX))],
        "disputed" => fact.disputed(schema).into_iter().map(Cell::text).collect(),
        _ => match field.strip_prefix("source.") {
            Some(key) => fact.sources.iter().flat_map(|source| source_values(source, key, schema)).collect(),
            None => declared(fact.fields.get(field), field, schema),
        },
    }
}

/// The values of one source for a key of its own.
pub(crate) fn source_values(source: &Source, key: &str, schema: &Schema) -> Vec<Cell> {
    match key {
        "publisher" => text(source.publisher.as_deref()),
        "url" => text(source.url.as_deref()),
        "published" => date(source.published.as_ref()),
        "according_to" => text(source.according_to.as_deref()),
        "quote" => text(source.quote.as_deref()),
        _ => declared(source.fields.get(key), &format!("source.{key}"), schema),
    }
}

/// What a reference refers to as a record; without an entity a record of nothing.
pub(crate) struct EntityRecord<'a> {
    pub entity: Option<EntityNumber>,
    pub view: &'a dyn View,
}

impl RecordReader for EntityRecord<'_> {
    fn values(&self, field: &str) -> Result<Vec<Cell>, IndexError> {
        let Some(number) = self.entity else {
            return Ok(Vec::new());
        };
        let (schema, entity) = (self.view.schema(), self.view.entities().get(number));
        let Some(definition) =
            schema.field(field).filter(|field| field.may_be_computed() || field.restricted_to.is_some())
        else {
            return Ok(of_entity(entity, field, schema));
        };
        by_basis(definition, |name| of_entity(entity, name, schema), |name| self.view.computed_date(number, name))
    }
}

/// What an entity states for a field.
pub(crate) fn of_entity(entity: &Entity, field: &str, schema: &Schema) -> Vec<Cell> {
    match field {
        "id" => text(Some(&entity.id)),
        "name" => text(Some(&entity.name)),
        "kind" => text(Some(entity.kind.as_str()).filter(|kind| !kind.is_empty())),
        "from" => date(entity.from.as_ref()),
        "until" => date(entity.until.as_ref()),
        _ => declared(entity.fields.get(field), field, schema),
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
        (FieldKind::Number, value) => Number::of_json(value).ok().map(Cell::Number),
        (FieldKind::Date, Value::String(written)) => Date::parse(written).ok().map(Cell::Date),
        (FieldKind::Keyword | FieldKind::Text | FieldKind::Reference, Value::String(text)) => Some(Cell::text(text)),
        _ => None,
    }
}
