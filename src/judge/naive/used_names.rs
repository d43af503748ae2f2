//! The names that only facts use, found by a look at every fact.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::values;
use crate::model::{Cell, Entities, Fact, FieldKind, Resolution, Schema, fold};

/// The names that only facts use, by their folded letters.
#[derive(Clone, Default)]
pub struct UsedNames(Rc<BTreeMap<String, UsedName>>);

#[derive(Default)]
struct UsedName {
    /// How it is written, and in how many facts.
    spellings: BTreeMap<String, usize>,
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
                    if declared.resolve(&name) == Resolution::Unknown {
                        let used = names.entry(fold(&name).into_owned()).or_default();
                        *used.spellings.entry(name).or_default() += 1;
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

    pub fn is_of(&self, folded: &str, kinds: &[String]) -> bool {
        let takes_only = |taken: &Vec<String>| !taken.is_empty() && taken.iter().all(|kind| kinds.contains(kind));
        self.0.get(folded).is_some_and(|used| kinds.is_empty() || used.kinds.iter().any(takes_only))
    }

    /// How a name is shown: as most facts write it.
    pub fn spelling(&self, folded: &str) -> Option<&str> {
        let spellings = &self.0.get(folded)?.spellings;
        let most = spellings.values().max()?;
        spellings.iter().find(|(_, facts)| *facts == most).map(|(spelling, _)| spelling.as_str())
    }

    /// What a name has for a field of entities.
    pub fn attribute(&self, folded: &str, field: &str) -> Vec<Cell> {
        let kinds = self.0.get(folded).map(|used| used.kinds.iter().filter(|kinds| !kinds.is_empty()));
        let kind = || kinds?.min_by_key(|kinds| (kinds.len(), kinds[0].clone())).map(|kinds| kinds[0].as_str());
        let value = match field {
            "id" | "name" => self.spelling(folded),
            "kind" => kind(),
            _ => None,
        };
        value.map(Cell::text).into_iter().collect()
    }
}
