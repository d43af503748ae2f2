//! What a mapping makes of the values of a record: templates of facts, of their
//! sources and of entities, and how they are filled.

use serde_json::{Map, Value};
use toml::de::DeValue;

use super::condition::{CONDITION_KEYS, Conditions};
use super::filling::Filling;
use super::template::{Template, TemplateWithNumber, ValueNames};
use super::toml_reader::{MappingFault, TomlEntry, TomlTable};
use crate::exchange::field::{FieldTarget, first_source, json_value, set_field, set_source_field};
use crate::exchange::problem::{MappingProblem, RecordPart, RecordProblem, ValueProblem};
use crate::exchange::record::{NumberedFact, RecordContent};
use crate::model::{Entity, Fact, FieldKind, Number, NumberError, RECORD_KEY, Schema};

/// A value of the file with templates in it.
#[derive(Debug)]
pub(super) enum ValueTemplate {
    Text(Template),
    List(Vec<ValueTemplate>),
    Table(Vec<(String, ValueTemplate)>),
    Literal(Value),
}

impl ValueTemplate {
    fn read(entry: &TomlEntry<'_>, names: &mut ValueNames) -> Result<Self, MappingFault> {
        Ok(match entry.value.get_ref() {
            DeValue::String(_) => Self::Text(Template::read(&entry.text()?, names)?),
            DeValue::Array(list) => {
                let node = |value| Self::read(&TomlEntry { value, ..entry.clone() }, names);
                Self::List(list.iter().map(node).collect::<Result<_, _>>()?)
            }
            DeValue::Table(_) => {
                let entries = entry.table()?;
                let node = |entry: &TomlEntry<'_>| Ok((entry.key.to_owned(), Self::read(entry, names)?));
                Self::Table(entries.entries().iter().map(node).collect::<Result<_, _>>()?)
            }
            DeValue::Boolean(truth) => Self::Literal((*truth).into()),
            DeValue::Integer(number) => {
                let number = i64::from_str_radix(number.as_str(), number.radix());
                let too_large = |_| entry.fault(MappingProblem::NumberTooLarge { key: entry.key.to_owned() });
                Self::Literal(number.map_err(too_large)?.into())
            }
            DeValue::Float(number) => {
                let key = || entry.key.to_owned();
                Self::Literal(Number::json_of_text(number.as_str()).map_err(|error| {
                    entry.fault(match error {
                        NumberError::NotANumber => MappingProblem::NotFinite { key: key() },
                        error => MappingProblem::NumberBeyondBounds { key: key(), error },
                    })
                })?)
            }
            DeValue::Datetime(_) => {
                return Err(entry.fault(MappingProblem::UnquotedDate { key: entry.key.to_owned() }));
            }
        })
    }

    fn add_slots(&self, slots: &mut Vec<usize>) {
        match self {
            Self::Text(template) => slots.extend(template.slots()),
            Self::List(nodes) => nodes.iter().for_each(|node| node.add_slots(slots)),
            Self::Table(nodes) => nodes.iter().for_each(|(_, node)| node.add_slots(slots)),
            Self::Literal(_) => {}
        }
    }

    /// The value of a field; none if all of its templates give nothing.
    fn fill<'f>(
        &'f self,
        field: &str,
        kind: FieldKind,
        filling: &mut Filling<'f, '_>,
    ) -> Result<Option<Value>, ValueProblem> {
        Ok(match self {
            Self::Literal(value) => Some(value.clone()),
            Self::Text(template) => {
                filling.text(field, kind, template)?.map(|text| json_value(kind, &text)).transpose()?
            }
            Self::List(nodes) => {
                let filled = nodes.iter().filter_map(|node| node.fill(field, kind, filling).transpose());
                let list: Vec<Value> = filled.collect::<Result<_, _>>()?;
                (!list.is_empty()).then_some(Value::Array(list))
            }
            Self::Table(nodes) => {
                let mut table = Map::new();
                let (mut depends, mut is_there) = (false, false);
                for (key, node) in nodes {
                    let filled = node.fill(field, FieldKind::Keyword, filling)?;
                    let mut slots = Vec::new();
                    node.add_slots(&mut slots);
                    depends |= !slots.is_empty();
                    is_there |= !slots.is_empty() && filled.is_some();
                    if let Some(value) = filled {
                        table.insert(key.clone(), value);
                    }
                }
                // What is the same for every row says nothing about this one.
                (is_there || !depends).then_some(Value::Object(table))
            }
        })
    }
}

/// Fields, each with what it is filled from.
#[derive(Debug, Default)]
struct FieldTemplates(Vec<(String, ValueTemplate)>);

impl FieldTemplates {
    fn read(table: &TomlTable<'_>, but: &[&str], names: &mut ValueNames) -> Result<Self, MappingFault> {
        let entries = table.entries().iter().filter(|entry| !but.contains(&entry.key));
        let fields = entries.map(|entry| Ok((entry.key.to_owned(), ValueTemplate::read(entry, names)?)));
        Ok(Self(fields.collect::<Result<_, _>>()?))
    }

    fn add_slots(&self, slots: &mut Vec<usize>) {
        self.0.iter().for_each(|(_, node)| node.add_slots(slots));
    }
}

/// A fact to be made.
#[derive(Debug)]
pub(super) struct FactTemplate {
    pub conditions: Conditions,
    fields: FieldTemplates,
    source: FieldTemplates,
}

/// The fields of a fact that are one text each.
const TEXTS: [&str; 7] = ["id", "subject", "action", "object", "date", "title", "note"];

impl FactTemplate {
    pub fn read(
        table: &TomlTable<'_>,
        common: Option<&TomlTable<'_>>,
        names: &mut ValueNames,
    ) -> Result<Self, MappingFault> {
        let conditions = Conditions::read(table, names)?;
        let mut source =
            common.map_or(Ok(FieldTemplates::default()), |common| FieldTemplates::read(common, &[], names))?;
        if let Some(own) = table.get("source") {
            for (key, node) in FieldTemplates::read(&own.table()?, &[], names)?.0 {
                source.0.retain(|(known, _)| *known != key);
                source.0.push((key, node));
            }
        }
        if let Some(entry) = table.get("sources") {
            return Err(entry.fault(MappingProblem::SourcesInFact));
        }
        let fields = FieldTemplates::read(table, &[&["source"], CONDITION_KEYS.as_slice()].concat(), names)?;
        let keys: Vec<&str> = fields.0.iter().map(|(key, _)| key.as_str()).collect();
        table.needed_among_others("subject", "subject = \"{name}\"", &keys)?;
        table.needed_among_others("action", "action = \"{kind}\"", &keys)?;
        for entry in table.entries().iter().filter(|entry| TEXTS.contains(&entry.key)) {
            entry.text()?;
        }
        Ok(Self { conditions, fields, source })
    }

    /// The fields as those of a world.
    ///
    /// The number tells ids apart; `number` is the slot of its name, if nothing else has that.
    pub fn bind(&self, schema: &Schema, number: Option<usize>) -> BoundFields {
        // A mapping may call a field as queries do.
        let target = |name: &String| {
            let field = schema.field(name).map_or(name.as_str(), |known| &known.name);
            FieldTarget::new(field, schema)
        };
        let of_source =
            |name: &String| FieldTarget { field: name.clone(), ..FieldTarget::new(&format!("source.{name}"), schema) };
        let id = self.fields.0.iter().find(|(name, _)| name == "id").map(|(_, template)| template);
        let numbered_id = match (id, number) {
            (Some(ValueTemplate::Text(template)), Some(number)) => template.without(number),
            _ => None,
        };
        BoundFields {
            numbered_id,
            fields: self.fields.0.iter().map(|(name, _)| target(name)).collect(),
            source: self.source.0.iter().map(|(name, _)| of_source(name)).collect(),
        }
    }

    /// How often its id mentions a value.
    pub fn mentions_in_id(&self, slot: usize) -> usize {
        match self.fields.0.iter().find(|(name, _)| name == "id") {
            Some((_, ValueTemplate::Text(template))) => template.slots().filter(|of| *of == slot).count(),
            _ => 0,
        }
    }

    /// Whether one of its templates mentions a value.
    pub fn mentions(&self, slot: usize) -> bool {
        let mut slots = Vec::new();
        self.fields.add_slots(&mut slots);
        self.source.add_slots(&mut slots);
        slots.contains(&slot)
    }

    pub fn fill<'f>(
        &'f self,
        bound: &'f BoundFields,
        filling: &mut Filling<'f, '_>,
        corroborates: bool,
    ) -> Result<RecordContent, RecordProblem> {
        let mut fact = Fact::default();
        let mut id = None;
        for ((name, template), target) in self.fields.0.iter().zip(&bound.fields) {
            let wrong = |problem| wrong_value(name, RecordPart::Fact)(problem);
            match &bound.numbered_id {
                Some(TemplateWithNumber { around: [before, behind], digits }) if name == "id" => {
                    let [before, behind] =
                        [before, behind].map(|part| filling.text(name, FieldKind::Text, part).map_err(wrong));
                    let (before, behind) = (before?, behind?);
                    id = before
                        .zip(behind)
                        .map(|(before, behind)| ([before.into_owned(), behind.into_owned()], *digits));
                }
                _ => set_fact_field(&mut fact, template, target, filling).map_err(wrong)?,
            }
        }
        for ((name, template), target) in self.source.0.iter().zip(&bound.source) {
            set_field_of_source(&mut fact, template, target, filling).map_err(wrong_value(name, RecordPart::Source))?;
        }
        for (field, value) in [("subject", &fact.subject), ("action", &fact.action)] {
            if value.trim().is_empty() {
                return Err(RecordProblem::MissingField { field: field.to_owned(), part: RecordPart::Fact });
            }
        }
        // The act may have other records: what the record is called belongs to its source.
        let has_record =
            corroborates && fact.sources.first().is_some_and(|source| source.fields.contains_key(RECORD_KEY));
        if corroborates && let Some(id) = fact.id.take() {
            first_source(&mut fact).fields.entry(RECORD_KEY.to_owned()).or_insert(Value::String(id));
        }
        Ok(match id.filter(|_| !has_record) {
            None => RecordContent::Fact(fact),
            Some((id, digits)) => {
                RecordContent::Numbered(Box::new(NumberedFact { fact, id, digits, is_record: corroborates }))
            }
        })
    }
}

fn wrong_value(field: &str, part: RecordPart) -> impl FnOnce(ValueProblem) -> RecordProblem {
    move |problem| RecordProblem::Value { field: field.to_owned(), part, problem }
}

fn set_fact_field<'f>(
    fact: &mut Fact,
    template: &'f ValueTemplate,
    target: &FieldTarget,
    filling: &mut Filling<'f, '_>,
) -> Result<(), ValueProblem> {
    if let ValueTemplate::Text(template) = template {
        let filled = filling.text(&target.field, target.kind, template)?;
        return filled.map_or(Ok(()), |text| set_field(fact, target, &text));
    }
    match template.fill(&target.field, target.kind, filling)? {
        Some(Value::Array(tags)) if target.field == "tags" => {
            fact.tags = tags.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        }
        Some(value) => drop(fact.fields.insert(target.field.clone(), value)),
        None => {}
    }
    Ok(())
}

fn set_field_of_source<'f>(
    fact: &mut Fact,
    template: &'f ValueTemplate,
    target: &FieldTarget,
    filling: &mut Filling<'f, '_>,
) -> Result<(), ValueProblem> {
    if let ValueTemplate::Text(template) = template {
        let filled = filling.text(&target.field, target.kind, template)?;
        return filled.map_or(Ok(()), |text| set_source_field(fact, &target.field, target.kind, &text));
    }
    let Some(value) = template.fill(&target.field, target.kind, filling)? else { return Ok(()) };
    let source = first_source(fact);
    match value {
        Value::Object(says) if target.field == "says" => source.says = says.into_iter().collect(),
        value => drop(source.fields.insert(target.field.clone(), value)),
    }
    Ok(())
}

/// What kind of value each field of a fact holds in a world.
#[derive(Debug)]
pub(super) struct BoundFields {
    /// The id, if a number tells it from others.
    numbered_id: Option<TemplateWithNumber>,
    fields: Vec<FieldTarget>,
    source: Vec<FieldTarget>,
}

/// An entity to be made.
#[derive(Debug)]
pub(super) struct EntityTemplate {
    pub conditions: Conditions,
    fields: FieldTemplates,
    known: Vec<Template>,
    /// The slots of the values that it depends on: entities with the same values there are the same.
    pub slots: Vec<usize>,
}

impl EntityTemplate {
    pub fn read(table: &TomlTable<'_>, names: &mut ValueNames) -> Result<Self, MappingFault> {
        let conditions = Conditions::read(table, names)?;
        let known = table.texts("known")?;
        let known = known.iter().map(|text| Template::read(text, names)).collect::<Result<Vec<_>, _>>()?;
        for (key, example) in [("id", "id = \"{code}\""), ("kind", "kind = \"ship\""), ("name", "name = \"{name}\"")] {
            table.needed(key, example)?.text()?;
        }
        let fields = FieldTemplates::read(table, &[&["known"], CONDITION_KEYS.as_slice()].concat(), names)?;
        let mut slots: Vec<usize> = conditions.slots().chain(known.iter().flat_map(Template::slots)).collect();
        fields.add_slots(&mut slots);
        slots.sort_unstable();
        slots.dedup();
        Ok(Self { conditions, fields, known, slots })
    }

    /// The entity, and the names by which it may be known already.
    pub fn fill<'f>(
        &'f self,
        schema: &Schema,
        filling: &mut Filling<'f, '_>,
    ) -> Result<(Entity, Vec<String>), RecordProblem> {
        let mut object = Map::new();
        for (name, template) in &self.fields.0 {
            let key = if name == "id" { "entity" } else { name };
            let kind = FieldTarget::new(key, schema).kind;
            match template.fill(name, kind, filling).map_err(wrong_value(name, RecordPart::Entity))? {
                Some(value) => drop(object.insert(key.to_owned(), value)),
                None if matches!(key, "entity" | "kind" | "name") => {
                    return Err(RecordProblem::MissingField { field: name.clone(), part: RecordPart::Entity });
                }
                None => {}
            }
        }
        let entity = serde_json::from_value(Value::Object(object))
            .map_err(|error| RecordProblem::NotAnEntity { reason: error.to_string() })?;
        Ok((entity, self.known.iter().filter_map(|known| Some(known.fill(filling.values)?.into_owned())).collect()))
    }
}
