//! What a mapping makes of the values of a record: templates of facts, of their
//! sources and of entities, and how they are filled.

use serde_json::{Map, Value};
use toml::de::DeValue;

use super::reading::{Entry, Fault, Table};
use super::step::{CONDITIONS, Conditions};
use super::template::{Names, Template, Values};
use crate::exchange::field::{Target, set, set_source, value};
use crate::model::{Entity, Fact, FieldKind, Schema, Source};

/// A value with templates in it, as it stands in the file.
#[derive(Debug)]
pub(super) enum Node {
    Text(Template),
    List(Vec<Node>),
    Table(Vec<(String, Node)>),
    Literal(Value),
}

impl Node {
    fn read(entry: &Entry<'_>, names: &mut Names) -> Result<Self, Fault> {
        Ok(match entry.value.get_ref() {
            DeValue::String(_) => Self::Text(Template::read(&entry.text()?, names)?),
            DeValue::Array(list) => {
                let node = |value| Self::read(&Entry { value, ..entry.clone() }, names);
                Self::List(list.iter().map(node).collect::<Result<_, _>>()?)
            }
            DeValue::Table(_) => {
                let entries = entry.table()?;
                let node = |entry: &Entry<'_>| Ok((entry.key.to_owned(), Self::read(entry, names)?));
                Self::Table(entries.entries().iter().map(node).collect::<Result<_, _>>()?)
            }
            DeValue::Boolean(truth) => Self::Literal((*truth).into()),
            DeValue::Integer(number) => {
                let number = i64::from_str_radix(number.as_str(), number.radix());
                Self::Literal(number.map_err(|_| entry.fault("is too large a number"))?.into())
            }
            DeValue::Float(number) => {
                let number = number.as_str().parse::<f64>().ok().and_then(serde_json::Number::from_f64);
                Self::Literal(Value::Number(number.ok_or_else(|| entry.fault("is no number of JSON"))?))
            }
            DeValue::Datetime(_) => return Err(entry.fault("is a date: write it in quotes")),
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

    /// The value; none where nothing of it is there.
    fn fill(&self, kind: FieldKind, values: &Values<'_>) -> Result<Option<Value>, String> {
        Ok(match self {
            Self::Literal(value) => Some(value.clone()),
            Self::Text(template) => template.fill(values).map(|text| value(kind, &text)).transpose()?,
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
                // What stands there whatever the row is says nothing about it.
                (is_there || !depends).then_some(Value::Object(table))
            }
        })
    }
}

/// Fields with what they are filled from.
#[derive(Debug, Default)]
struct Fields(Vec<(String, Node)>);

impl Fields {
    fn read(table: &Table<'_>, but: &[&str], names: &mut Names) -> Result<Self, Fault> {
        let entries = table.entries().iter().filter(|entry| !but.contains(&entry.key));
        let fields = entries.map(|entry| Ok((entry.key.to_owned(), Node::read(entry, names)?)));
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
    fields: Fields,
    source: Fields,
}

/// The fields of a fact that are one text each.
const TEXTS: [&str; 7] = ["id", "subject", "action", "object", "date", "title", "note"];

impl FactTemplate {
    pub fn read(table: &Table<'_>, common: Option<&Table<'_>>, names: &mut Names) -> Result<Self, Fault> {
        let conditions = Conditions::read(table, names)?;
        let mut source = common.map_or(Ok(Fields::default()), |common| Fields::read(common, &[], names))?;
        if let Some(own) = table.get("source") {
            for (key, node) in Fields::read(&own.table()?, &[], names)?.0 {
                source.0.retain(|(known, _)| *known != key);
                source.0.push((key, node));
            }
        }
        if let Some(entry) = table.get("sources") {
            return Err(entry.fault("is one table here: write `[fact.source]`, or `[source]` for every fact"));
        }
        let fields = Fields::read(table, &[&["source"], CONDITIONS.as_slice()].concat(), names)?;
        for (needed, example) in [("subject", "subject = \"{name}\""), ("action", "action = \"{kind}\"")] {
            if !fields.0.iter().any(|(key, _)| key == needed) {
                let keys = fields.0.iter().map(|(key, _)| key.as_str());
                let near = crate::model::nearest(needed, keys);
                let mend = near.map_or(String::new(), |near| format!(" (is it called `{near}` here?)"));
                return Err(table.fault(format!("needs `{needed}`, as in `{example}`{mend}")));
            }
        }
        for entry in table.entries().iter().filter(|entry| TEXTS.contains(&entry.key)) {
            entry.text()?;
        }
        Ok(Self { conditions, fields, source })
    }

    /// The fields as those of a world.
    pub fn bind(&self, schema: &Schema) -> Bound {
        // In a mapping a field may be called as in queries.
        let target = |name: &String| {
            let field = schema.field(name).map_or(name.as_str(), |known| &known.name);
            Target::new(field, schema)
        };
        let of_source =
            |name: &String| Target { field: name.clone(), ..Target::new(&format!("source.{name}"), schema) };
        Bound {
            fields: self.fields.0.iter().map(|(name, _)| target(name)).collect(),
            source: self.source.0.iter().map(|(name, _)| of_source(name)).collect(),
        }
    }

    pub fn fill(&self, bound: &Bound, values: &Values<'_>, corroborates: bool) -> Result<Fact, String> {
        let mut fact = Fact::default();
        for ((name, node), target) in self.fields.0.iter().zip(&bound.fields) {
            match node {
                Node::Text(template) => {
                    if let Some(text) = template.fill(values) {
                        set(&mut fact, target, &text).map_err(|reason| format!("field `{name}`: {reason}"))?;
                    }
                }
                _ => other(&mut fact, target, node.fill(target.kind, values)?),
            }
        }
        for ((name, node), target) in self.source.0.iter().zip(&bound.source) {
            match node {
                Node::Text(template) => {
                    if let Some(text) = template.fill(values) {
                        let set = set_source(&mut fact, &target.field, target.kind, &text);
                        set.map_err(|reason| format!("field `{name}` of the source: {reason}"))?;
                    }
                }
                _ => {
                    if let Some(value) = node.fill(target.kind, values)? {
                        let source = first_source(&mut fact);
                        match value {
                            Value::Object(says) if name == "says" => source.says = says.into_iter().collect(),
                            value => drop(source.fields.insert(name.clone(), value)),
                        }
                    }
                }
            }
        }
        for (field, value) in [("subject", &fact.subject), ("action", &fact.action)] {
            if value.trim().is_empty() {
                return Err(format!("nothing gives the field `{field}`, and a fact needs it"));
            }
        }
        if corroborates && let Some(id) = fact.id.take() {
            // The act may have other records: what the record is called belongs to its source.
            first_source(&mut fact).fields.entry("record".to_owned()).or_insert(Value::String(id));
        }
        Ok(fact)
    }
}

/// What kind of value each field of a fact holds in a world.
#[derive(Debug)]
pub(super) struct Bound {
    fields: Vec<Target>,
    source: Vec<Target>,
}

fn first_source(fact: &mut Fact) -> &mut Source {
    if fact.sources.is_empty() {
        fact.sources.push(Source::default());
    }
    fact.sources.first_mut().expect("a source was just put there")
}

fn other(fact: &mut Fact, target: &Target, value: Option<Value>) {
    match value {
        Some(Value::Array(tags)) if target.field == "tags" => {
            fact.tags = tags.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        }
        Some(value) => drop(fact.fields.insert(target.field.clone(), value)),
        None => {}
    }
}

/// An entity to be made.
#[derive(Debug)]
pub(super) struct EntityTemplate {
    pub conditions: Conditions,
    fields: Fields,
    known: Vec<Template>,
    /// The values that it depends on, by which two are seen to be the same.
    pub slots: Vec<usize>,
}

impl EntityTemplate {
    pub fn read(table: &Table<'_>, names: &mut Names) -> Result<Self, Fault> {
        let conditions = Conditions::read(table, names)?;
        let known = table.texts("known")?;
        let known = known.iter().map(|text| Template::read(text, names)).collect::<Result<Vec<_>, _>>()?;
        for (key, example) in [("id", "id = \"{code}\""), ("kind", "kind = \"ship\""), ("name", "name = \"{name}\"")] {
            table.needed(key, example)?.text()?;
        }
        let fields = Fields::read(table, &[&["known"], CONDITIONS.as_slice()].concat(), names)?;
        let mut slots: Vec<usize> = conditions.slots().chain(known.iter().flat_map(Template::slots)).collect();
        fields.add_slots(&mut slots);
        slots.sort_unstable();
        slots.dedup();
        Ok(Self { conditions, fields, known, slots })
    }

    /// The entity, and the names by which it may be known already.
    pub fn fill(&self, schema: &Schema, values: &Values<'_>) -> Result<(Entity, Vec<String>), String> {
        let mut object = Map::new();
        for (name, node) in &self.fields.0 {
            let key = if name == "id" { "entity" } else { name };
            let kind = Target::new(key, schema).kind;
            let filled = node.fill(kind, values).map_err(|reason| format!("`{name}` of an entity: {reason}"))?;
            match filled {
                Some(value) => drop(object.insert(key.to_owned(), value)),
                None if matches!(key, "entity" | "kind" | "name") => {
                    return Err(format!("nothing gives the `{name}` of an entity"));
                }
                None => {}
            }
        }
        let entity = serde_json::from_value(Value::Object(object)).map_err(|error| format!("an entity: {error}"))?;
        Ok((entity, self.known.iter().filter_map(|known| Some(known.fill(values)?.into_owned())).collect()))
    }
}
