//! Queries that have names. It must not know what a query means, nor read a
//! file.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::tree::Query;

/// The text in which a definition is written.
#[derive(Debug, Clone, Copy)]
pub struct DefinitionSource<'a> {
    /// The name that messages use for the file; empty for the prompt.
    pub file: &'a str,
    /// All of its text, which the spans of the tree are about.
    pub text: &'a str,
}

/// Where a definition is written, for messages.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DefinitionPlace {
    /// It was typed at a prompt.
    Prompt,
    /// In a file.
    File {
        /// The name of the file.
        name: String,
        /// The line, from 1.
        line: usize,
    },
}

/// How a definition is called, and where it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DefinitionSignature {
    /// `name($p, $q)`
    pub signature: String,
    /// Where it is written.
    pub place: DefinitionPlace,
}

/// A query with a name.
#[derive(Debug)]
pub struct Definition {
    pub(super) name: String,
    pub(super) parameters: Vec<String>,
    /// As written.
    pub(super) text: String,
    /// With spans of that text; absent if there is something wrong with it.
    pub(super) query: Option<Query>,
    pub(super) place: DefinitionPlace,
    /// The definitions that it calls, as they were when it was defined.
    pub(super) calls: Definitions,
}

impl Definition {
    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The parameters without `$`, in the order of the values of a call.
    #[must_use]
    pub fn parameters(&self) -> &[String] {
        &self.parameters
    }

    /// The query as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where it is written.
    #[must_use]
    pub fn place(&self) -> &DefinitionPlace {
        &self.place
    }

    /// How it is called: `name($p, $q)`.
    #[must_use]
    pub fn signature(&self) -> String {
        let parameters: Vec<String> = self.parameters.iter().map(|name| format!("${name}")).collect();
        format!("{}({})", self.name, parameters.join(", "))
    }

    /// How it is called and where it is written, for a problem with a call.
    pub(super) fn placed_signature(&self) -> DefinitionSignature {
        DefinitionSignature { signature: self.signature(), place: self.place.clone() }
    }
}

/// Queries by their names. A clone shares them.
#[derive(Debug, Clone, Default)]
pub struct Definitions(Arc<BTreeMap<String, Arc<Definition>>>);

impl Definitions {
    /// No definitions.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The definition of a name; case is ignored.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Definition> {
        self.0.get(&name.to_lowercase()).map(|definition| &**definition)
    }

    /// Every definition, in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = &Definition> {
        self.0.values().map(|definition| &**definition)
    }

    /// Forgets a name, so that it can be defined again.
    pub fn forget(&mut self, name: &str) {
        Arc::make_mut(&mut self.0).remove(&name.to_lowercase());
    }

    /// Adds a definition, or replaces that of the same name.
    pub(super) fn insert(&mut self, definition: Definition) {
        Arc::make_mut(&mut self.0).insert(definition.name.to_lowercase(), Arc::new(definition));
    }

    /// Those that have some names, which are in lower case.
    pub(super) fn named(&self, names: impl IntoIterator<Item = String>) -> Self {
        let found = |name: String| self.0.get(&name).map(|definition| (name, Arc::clone(definition)));
        Self(Arc::new(names.into_iter().filter_map(found).collect()))
    }
}
