//! The mirror of a store: plain records, entities and events, and what is in
//! force after them. It knows nothing of queries.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use tractat::{Entity, Fact, Vocabulary};

use super::days::{FUTURE, PAST};

pub const VOCABULARY: &str = r#"
[world]
name = "laws"
[fields.subject]
type = "reference"
kinds = ["person"]
[fields.object]
type = "reference"
kinds = ["firm"]
open = true
[fields.effective]
type = "date"
[groups.region]
kinds = ["region"]
[groups.club]
kinds = ["team", "league"]
[nouns.people]
singular = "person"
kinds = ["person"]
role = "subject"
[nouns.firms]
singular = "firm"
kinds = ["firm"]
role = "object"
[actions.opened]
label = "opening"
[actions.closed]
label = "closing"
[actions.moved]
label = "move"
[umbrellas.changed]
covers = ["opened", "closed"]
[status.running]
open = [{ by = "opened", at = "effective" }]
close = [{ by = "closed", at = "effective" }]
[status.promised]
open = [{ by = "opened", at = "date" }]
close = [{ by = "closed", at = "date" }]
"#;
/// Declarations that come later, when facts have such fields already.
pub const LATER: [(&str, &str); 3] = [
    ("weight", "[fields.weight]\ntype = \"integer\"\n"),
    ("colour", "[fields.colour]\ntype = \"keyword\"\n"),
    ("height", "[fields.height]\ntype = \"number\"\n"),
];

pub fn vocabulary(declared: &BTreeSet<&str>) -> Vocabulary {
    let later = LATER.iter().filter(|(name, _)| declared.contains(name)).map(|(_, text)| *text);
    Vocabulary::from_toml(&std::iter::once(VOCABULARY).chain(later).collect::<String>()).unwrap()
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Record {
    pub id: Option<String>,
    pub subject: String,
    pub action: &'static str,
    pub object: Option<&'static str>,
    pub date: Option<&'static str>,
    pub effective: Option<&'static str>,
    pub weight: Option<i64>,
    pub colour: Option<&'static str>,
    pub note: Option<&'static str>,
    pub publishers: Vec<&'static str>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Thing {
    pub id: &'static str,
    pub kind: &'static str,
    pub name: &'static str,
    pub aliases: Vec<&'static str>,
    /// A group, from a day, until a day; days as the number that their digits make.
    pub groups: Vec<(&'static str, Option<i32>, Option<i32>)>,
}

#[derive(Debug, Clone)]
pub enum Deed {
    Declare(&'static str),
    Define(Thing),
    Assert(String, Record),
    Retract(String, String),
}

#[derive(Debug, Clone, Default)]
pub struct State {
    pub declared: BTreeSet<&'static str>,
    pub things: BTreeMap<&'static str, Thing>,
    pub facts: BTreeMap<String, Record>,
    pub retracted: BTreeSet<String>,
}

impl State {
    pub fn apply(&mut self, deed: &Deed) {
        match deed {
            Deed::Declare(field) => drop(self.declared.insert(field)),
            Deed::Define(thing) => drop(self.things.insert(thing.id, thing.clone())),
            Deed::Assert(id, record) => {
                self.retracted.remove(id);
                self.facts.insert(id.clone(), record.clone());
            }
            Deed::Retract(id, _) => {
                self.facts.remove(id);
                self.retracted.insert(id.clone());
            }
        }
    }

    /// The entity that a text names, or the text itself, folded.
    pub fn referent(&self, written: &str) -> Result<&'static str, String> {
        let wanted = folded(written);
        let named =
            |thing: &&Thing| [thing.id, thing.name].iter().chain(&thing.aliases).any(|name| folded(name) == wanted);
        self.things.values().find(named).map(|thing| thing.id).ok_or(wanted)
    }

    pub fn object_of(&self, id: &str, record: &Record) -> Value {
        let mut object = record.json(Some(id));
        for field in ["subject", "object"] {
            let Some(Value::String(written)) = object.get(field) else { continue };
            let shown = self.referent(written).map_or_else(|_| self.spelling(written), str::to_owned);
            object.insert(field.to_owned(), shown.into());
        }
        Value::Object(object)
    }

    /// How a name that only facts use is shown: of its spellings in force one in both
    /// cases, and of these the first in the order of letters.
    fn spelling(&self, name: &str) -> String {
        let used = self.facts.values().flat_map(|record| [Some(record.subject.as_str()), record.object]).flatten();
        let same = used.filter(|used| used.to_lowercase() == name.to_lowercase());
        let is_plain = |name: &str| name == name.to_lowercase() || name == name.to_uppercase();
        same.min_by_key(|used| (is_plain(used), *used)).unwrap_or(name).to_owned()
    }

    /// Every way from an entity up to a group, each as the days that it holds.
    pub fn ways(&self, from: &str, to: &str) -> Vec<(i32, i32)> {
        let Some(thing) = self.things.get(from) else { return Vec::new() };
        let mut ways = Vec::new();
        for (group, first, until) in &thing.groups {
            let (first, until) = (first.unwrap_or(PAST), until.unwrap_or(FUTURE));
            if *group == to {
                ways.push((first, until));
            }
            ways.extend(self.ways(group, to).into_iter().map(|(a, b)| (a.max(first), b.min(until))));
        }
        ways
    }
}

pub fn folded(text: &str) -> String {
    text.to_lowercase().replace('ó', "o")
}

impl Record {
    pub fn json(&self, id: Option<&str>) -> Map<String, Value> {
        let sources: Vec<Value> = self.publishers.iter().map(|name| json!({ "publisher": name })).collect();
        let all = json!({
            "id": id, "subject": self.subject, "action": self.action, "object": self.object, "date": self.date,
            "effective": self.effective, "weight": self.weight, "colour": self.colour, "note": self.note,
            "sources": if sources.is_empty() { Value::Null } else { sources.into() },
        });
        let Value::Object(mut all) = all else { unreachable!() };
        all.retain(|_, value| !value.is_null());
        all
    }

    pub fn fact(&self, id: Option<&str>) -> Fact {
        serde_json::from_value(Value::Object(self.json(id))).unwrap()
    }

    /// The id that it is given, or that its content gives it.
    pub fn key(&self) -> String {
        self.id.clone().unwrap_or_else(|| self.fact(None).canonical().id)
    }

    pub fn says_the_same(&self, other: &Self) -> bool {
        Self { id: None, ..self.clone() } == Self { id: None, ..other.clone() }
    }
}

impl Thing {
    pub fn entity(&self) -> Entity {
        let day = |number: i32| format!("{:04}-{:02}-{:02}", number / 10_000, number / 100 % 100, number % 100);
        let groups: Vec<Value> = self
            .groups
            .iter()
            .map(|(group, from, until)| match (from, until) {
                (None, None) => json!(group),
                (Some(from), None) => json!({"group": group, "from": day(*from)}),
                (None, Some(until)) => json!({"group": group, "until": day(*until)}),
                (Some(from), Some(until)) => json!({"group": group, "from": day(*from), "until": day(*until)}),
            })
            .collect();
        let all =
            json!({"entity": self.id, "kind": self.kind, "name": self.name, "aliases": self.aliases, "in": groups});
        serde_json::from_value(all).unwrap()
    }
}
