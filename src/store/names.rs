//! What the names of an import were matched to. It counts what was written, and
//! asks the entities once at the end.

use rustc_hash::FxHashMap;

use crate::model::vocabulary::Role;
use crate::model::{Entities, Fact, MatchedBy, Resolution, Schema, nearest};

/// A name used by facts of an import, and what it was matched to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MatchedName {
    /// The field that it stands in.
    pub field: String,
    /// The name as written.
    pub written: String,
    /// How many facts of the import have it.
    pub facts: u64,
    /// What it was matched to, and how.
    pub matched: NameResolution,
}

/// What a name was matched to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NameResolution {
    /// To one entity.
    Entity {
        /// Its id.
        id: String,
        /// By which of its names.
        by: MatchedBy,
        /// The same in words, with the years of the name: `dated name, 1977–2011`.
        how: String,
    },
    /// To several entities, whose ids these are, and so to none.
    Ambiguous(Vec<String>),
    /// To nothing: the field is open, and the name stands for itself.
    Itself {
        /// A name of an entity that may be meant.
        nearest: Option<String>,
    },
    /// To nothing, so that its facts are rejected.
    Nothing {
        /// A name of an entity that may be meant.
        nearest: Option<String>,
    },
}

impl NameResolution {
    /// The entity that it was matched to.
    #[must_use]
    pub fn entity(&self) -> Option<&str> {
        match self {
            Self::Entity { id, .. } => Some(id),
            _ => None,
        }
    }

    /// The name of an entity that may be meant by one that was matched to nothing.
    #[must_use]
    pub fn nearest(&self) -> Option<&str> {
        match self {
            Self::Itself { nearest } | Self::Nothing { nearest } => nearest.as_deref(),
            _ => None,
        }
    }

    /// How it was matched, in a few words.
    #[must_use]
    pub fn how(&self) -> &str {
        match self {
            Self::Entity { how, .. } => how,
            Self::Ambiguous(_) => "ambiguous",
            Self::Itself { .. } => "itself",
            Self::Nothing { .. } => "nothing",
        }
    }
}

/// For how many names that are matched to nothing the nearest is looked for:
/// each is compared with every name that is known.
const COMPARED: usize = 200;

/// The names at both ends of facts, with how many facts have each.
#[derive(Debug, Default)]
pub(super) struct NameCounts {
    ends: [FxHashMap<String, u64>; 2],
}

impl NameCounts {
    pub fn add(&mut self, fact: &Fact) {
        let [subjects, objects] = &mut self.ends;
        count(subjects, &fact.subject);
        if let Some(object) = &fact.object {
            count(objects, object);
        }
    }

    /// What each is matched to: the unmatched first, then by how many facts have it.
    pub fn matched(self, schema: &Schema, entities: &Entities) -> Vec<MatchedName> {
        let mut names = Vec::new();
        for (role, written) in [Role::Subject, Role::Object].into_iter().zip(self.ends) {
            let field = schema.field(role.field());
            let open = field.is_none_or(|field| field.open);
            names.extend(written.into_iter().map(|(written, facts)| {
                let matched = matched(&written, open, entities);
                MatchedName { field: role.field().to_owned(), written, facts, matched }
            }));
        }
        names.sort_by(|a, b| {
            let order = |name: &MatchedName| (name.matched.entity().is_some(), u64::MAX - name.facts);
            order(a).cmp(&order(b)).then_with(|| a.written.cmp(&b.written)).then_with(|| a.field.cmp(&b.field))
        });
        for name in names.iter_mut().take(COMPARED) {
            if let NameResolution::Itself { nearest: near } | NameResolution::Nothing { nearest: near } =
                &mut name.matched
            {
                *near = nearest(&name.written, entities.names().map(|(name, _)| name)).map(str::to_owned);
            }
        }
        names
    }
}

fn count(names: &mut FxHashMap<String, u64>, written: &str) {
    match names.get_mut(written) {
        Some(count) => *count += 1,
        None => drop(names.insert(written.to_owned(), 1)),
    }
}

fn matched(written: &str, open: bool, entities: &Entities) -> NameResolution {
    let nearest = None;
    if let Some(found) = entities.match_of(written, None) {
        return NameResolution::Entity { id: found.entity.id.clone(), by: found.by, how: found.to_string() };
    }
    match entities.resolve(written) {
        Resolution::Ambiguous(holders) => {
            NameResolution::Ambiguous(holders.into_iter().map(|holder| entities.get(holder).id.clone()).collect())
        }
        _ if open => NameResolution::Itself { nearest },
        _ => NameResolution::Nothing { nearest },
    }
}
