//! The names that only facts use, found by a look at every fact.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::{best_spelling, values};
use crate::model::{Cell, Entities, Fact, FieldKind, Resolution, Schema, caseless};

/// The names that only facts use, by their letters, whatever their case.
#[derive(Clone, Default)]
pub struct UsedNames(Rc<BTreeMap<String, UsedName>>);

#[derive(Default)]
struct UsedName {
    /// How it is written.
    spellings: BTreeSet<String>,
    /// What each of its fields takes.
    kinds: BTreeSet<Vec<String>>,
}

impl UsedNames {
    pub fn of(schema: &Schema, declared: &Entities, facts: &[&Fact]) -> Self {
        let mut names: BTreeMap<String, UsedName> = BTreeMap::new();
        for field in schema.fields().filter(|field| field.kind == FieldKind::Reference && field.open) {
            for fact in facts {
                let written = values::of_fact(fact, schema, &field.name).into_iter().map(|cell| cell.to_string());
                for name in written.collect::<BTreeSet<_>>() {
                    if declared.referred(&name, true) == Resolution::Unknown {
                        let used = names.entry(caseless(&name).into_owned()).or_default();
                        used.spellings.insert(name);
                        used.kinds.insert(field.kinds.clone());
                    }
                }
            }
        }
        Self(Rc::new(names))
    }

    /// All of some kinds: a field has the name that takes no other.
    pub fn of_kinds<'n>(&'n self, kinds: &'n [String]) -> impl Iterator<Item = &'n str> {
        self.0.keys().map(String::as_str).filter(|name| self.is_of(name, kinds))
    }

    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    pub fn is_of(&self, name: &str, kinds: &[String]) -> bool {
        let takes_only = |taken: &Vec<String>| !taken.is_empty() && taken.iter().all(|kind| kinds.contains(kind));
        self.get(name).is_some_and(|used| kinds.is_empty() || used.kinds.iter().any(takes_only))
    }

    /// How a name is shown.
    pub fn spelling(&self, name: &str) -> Option<String> {
        best_spelling(self.get(name)?.spellings.iter().cloned())
    }

    /// What a name has for a field of entities.
    pub fn attribute(&self, name: &str, field: &str) -> Vec<Cell> {
        let kinds = self.get(name).map(|used| used.kinds.iter().filter(|kinds| !kinds.is_empty()));
        let kind = || kinds?.min_by_key(|kinds| (kinds.len(), kinds[0].clone())).map(|kinds| kinds[0].clone());
        let value = match field {
            "id" | "name" => self.spelling(name),
            "kind" => kind(),
            _ => None,
        };
        value.map(|value| Cell::text(&value)).into_iter().collect()
    }

    fn get(&self, name: &str) -> Option<&UsedName> {
        self.0.get(&*caseless(name))
    }
}
