//! What a mapping makes of the values of a record: templates of facts, of their
//! sources and of entities, and how they are filled.

use serde_json::{Map, Value};
use toml::de::DeValue;

use super::condition::{CONDITION_KEYS, Conditions};
use super::template::{RowValues, Template, ValueNames};
use super::toml_reader::{MappingFault, TomlEntry, TomlTable};
use crate::exchange::field::{FieldTarget, first_source, json_value, set_field, set_source_field};
use crate::exchange::problem::{MappingProblem, RecordPart, RecordProblem, ValueProblem};
use crate::model::{Entity, Fact, FieldKind, Schema};

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
                let number = number.as_str().parse::<f64>().ok().and_then(serde_json::Number::from_f64);
                let not_finite = || entry.fault(MappingProblem::NotFinite { key: entry.key.to_owned() });
                Self::Literal(Value::Number(number.ok_or_else(not_finite)?))
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

    /// The value; none if all of its templates give nothing.
    fn fill(&self, kind: FieldKind, values: &RowValues<'_>) -> Result<Option<Value>, ValueProblem> {
        Ok(match self {
            Self::Literal(value) => Some(value.clone()),
            Self::Text(template) => template.fill(values).map(|text| json_value(kind, &text)).transpose()?,
            Self::List(nodes) => {
                let filled = nodes.iter().filter_map(|node| node.fill(kind, values).transpose());
                let list: Vec<Value> = filled.collect::<Result<_, _>>()?;
                (!list.is_empty()).then_some(Value::Array(list))
            }
            Self::Table(nodes) => {
                let mut table = Map::new();
                let (mut depends, mut is_there) = (false, false);
                for (key, node) in nodes {
                    let filled = node.fill(FieldKind::Keyword, values)?;
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
    pub fn bind(&self, schema: &Schema) -> BoundFields {
        // A mapping may call a field as queries do.
        let target = |name: &String| {
            let field = schema.field(name).map_or(name.as_str(), |known| &known.name);
            FieldTarget::new(field, schema)
        };
        let of_source =
            |name: &String| FieldTarget { field: name.clone(), ..FieldTarget::new(&format!("source.{name}"), schema) };
        BoundFields {
            fields: self.fields.0.iter().map(|(name, _)| target(name)).collect(),
            source: self.source.0.iter().map(|(name, _)| of_source(name)).collect(),
        }
    }

    pub fn fill(&self, bound: &BoundFields, values: &RowValues<'_>, corroborates: bool) -> Result<Fact, RecordProblem> {
        let mut fact = Fact::default();
        for ((name, template), target) in self.fields.0.iter().zip(&bound.fields) {
            set_fact_field(&mut fact, template, target, values).map_err(wrong_value(name, RecordPart::Fact))?;
        }
        for ((name, template), target) in self.source.0.iter().zip(&bound.source) {
            set_field_of_source(&mut fact, template, target, values).map_err(wrong_value(name, RecordPart::Source))?;
        }
        for (field, value) in [("subject", &fact.subject), ("action", &fact.action)] {
            if value.trim().is_empty() {
                return Err(RecordProblem::MissingField { field: field.to_owned(), part: RecordPart::Fact });
            }
        }
        if corroborates && let Some(id) = fact.id.take() {
            // The act may have other records: what the record is called belongs to its source.
            first_source(&mut fact).fields.entry("record".to_owned()).or_insert(Value::String(id));
        }
        Ok(fact)
    }
}

fn wrong_value(field: &str, part: RecordPart) -> impl FnOnce(ValueProblem) -> RecordProblem {
    move |problem| RecordProblem::Value { field: field.to_owned(), part, problem }
}

fn set_fact_field(
    fact: &mut Fact,
    template: &ValueTemplate,
    target: &FieldTarget,
    values: &RowValues<'_>,
) -> Result<(), ValueProblem> {
    if let ValueTemplate::Text(template) = template {
        return template.fill(values).map_or(Ok(()), |text| set_field(fact, target, &text));
    }
    match template.fill(target.kind, values)? {
        Some(Value::Array(tags)) if target.field == "tags" => {
            fact.tags = tags.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        }
        Some(value) => drop(fact.fields.insert(target.field.clone(), value)),
        None => {}
    }
    Ok(())
}

fn set_field_of_source(
    fact: &mut Fact,
    template: &ValueTemplate,
    target: &FieldTarget,
    values: &RowValues<'_>,
) -> Result<(), ValueProblem> {
    if let ValueTemplate::Text(template) = template {
        let filled = template.fill(values);
        return filled.map_or(Ok(()), |text| set_source_field(fact, &target.field, target.kind, &text));
    }
    let Some(value) = template.fill(target.kind, values)? else { return Ok(()) };
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
    pub fn fill(&self, schema: &Schema, values: &RowValues<'_>) -> Result<(Entity, Vec<String>), RecordProblem> {
        let mut object = Map::new();
        for (name, template) in &self.fields.0 {
            let key = if name == "id" { "entity" } else { name };
            let kind = FieldTarget::new(key, schema).kind;
            match template.fill(kind, values).map_err(wrong_value(name, RecordPart::Entity))? {
                Some(value) => drop(object.insert(key.to_owned(), value)),
                None if matches!(key, "entity" | "kind" | "name") => {
                    return Err(RecordProblem::MissingField { field: name.clone(), part: RecordPart::Entity });
                }
                None => {}
            }
        }
        let entity = serde_json::from_value(Value::Object(object))
            .map_err(|error| RecordProblem::NotAnEntity { reason: error.to_string() })?;
        Ok((entity, self.known.iter().filter_map(|known| Some(known.fill(values)?.into_owned())).collect()))
    }
}
