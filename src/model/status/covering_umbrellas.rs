//! Acts of which no more is known than an umbrella.

use crate::model::{Schema, Truth};

/// The umbrellas that cover one of the actions which matter, each with all that it
/// covers.
#[derive(Debug, Clone, Default)]
pub(super) struct CoveringUmbrellas(Vec<(String, Vec<String>)>);

impl CoveringUmbrellas {
    /// Those of a vocabulary that cover one of some actions.
    pub(super) fn of(schema: &Schema, actions: &[&str]) -> Self {
        let umbrellas = schema.vocabulary().umbrellas.iter();
        let covering =
            umbrellas.filter(|(_, umbrella)| umbrella.covers.iter().any(|covered| actions.contains(&&**covered)));
        Self(covering.map(|(name, umbrella)| (name.clone(), umbrella.covers.clone())).collect())
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// Whether an act that is recorded under a name was one of some actions.
    pub(super) fn was(&self, recorded: &str, actions: &[String]) -> Truth {
        if actions.iter().any(|action| action == recorded) {
            return Truth::True;
        }
        let Some((_, covers)) = self.0.iter().find(|(name, _)| name == recorded) else { return Truth::False };
        Truth::from_bounds(
            covers.iter().all(|covered| actions.contains(covered)),
            covers.iter().any(|covered| actions.contains(covered)),
        )
    }
}
