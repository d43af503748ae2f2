//! What the names of an import were matched to. It counts what was written, and
//! asks the entities once at the end.

use rustc_hash::FxHashMap;

use crate::model::vocabulary::Role;
use crate::model::{Entities, Entity, Fact, Resolution, Schema, fold, nearest};

/// A name that facts of an import refer by, and what it was matched to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatchedName {
    /// The field that it stands in.
    pub field: String,
    /// The name as written.
    pub written: String,
    /// How many facts of the import have it.
    pub facts: u64,
    /// What it was matched to, and how.
    pub matched: NameMatch,
}

/// What a name was matched to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NameMatch {
    /// To the entity of that id.
    Id(String),
    /// To an entity, whose id this is, by its name.
    Name(String),
    /// To an entity, whose id this is, by another of its names.
    Alias(String),
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

impl NameMatch {
    /// The entity that it was matched to.
    #[must_use]
    pub fn entity(&self) -> Option<&str> {
        match self {
            Self::Id(id) | Self::Name(id) | Self::Alias(id) => Some(id),
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

    /// How it was matched, in a word.
    #[must_use]
    pub fn how(&self) -> &'static str {
        match self {
            Self::Id(_) => "id",
            Self::Name(_) => "name",
            Self::Alias(_) => "alias",
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
pub(super) struct Tally {
    ends: [FxHashMap<String, u64>; 2],
}

impl Tally {
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
            if let NameMatch::Itself { nearest: near } | NameMatch::Nothing { nearest: near } = &mut name.matched {
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

fn matched(written: &str, open: bool, entities: &Entities) -> NameMatch {
    let nearest = None;
    match entities.resolve(written) {
        Resolution::One(number) => by(written, entities.get(number)),
        Resolution::Ambiguous(holders) => {
            NameMatch::Ambiguous(holders.into_iter().map(|holder| entities.get(holder).id.clone()).collect())
        }
        Resolution::Unknown if open => NameMatch::Itself { nearest },
        Resolution::Unknown => NameMatch::Nothing { nearest },
    }
}

fn by(written: &str, entity: &Entity) -> NameMatch {
    let (written, id) = (fold(written), entity.id.clone());
    if fold(&entity.id) == written {
        NameMatch::Id(id)
    } else if fold(&entity.name) == written {
        NameMatch::Name(id)
    } else {
        NameMatch::Alias(id)
    }
}
