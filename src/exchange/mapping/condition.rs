//! The conditions under which a step, a fact or an entity of a mapping applies.

use super::template::{RowValues, ValueNames};
use super::toml_reader::{MappingFault, TomlTable, TomlText};

/// Which values must be there, and which must not.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    when: Vec<usize>,
    unless: Vec<usize>,
}

/// The keys of [`Conditions`].
pub(super) const CONDITION_KEYS: [&str; 2] = ["when", "unless"];

impl Conditions {
    pub fn read(table: &TomlTable<'_>, names: &mut ValueNames) -> Result<Self, MappingFault> {
        let mut slots = |key: &str| -> Result<Vec<usize>, MappingFault> {
            let texts = table.texts(key)?;
            Ok(texts.into_iter().map(|text| slot_of_optional(&text, names)).collect())
        };
        Ok(Self { when: slots("when")?, unless: slots("unless")? })
    }

    pub fn hold(&self, values: &RowValues<'_>) -> bool {
        let has_value = |slot: &usize| values.get(*slot).is_some_and(Option::is_some);
        self.when.iter().all(has_value) && !self.unless.iter().any(has_value)
    }

    /// The slots of the values that they ask about.
    pub fn slots(&self) -> impl Iterator<Item = usize> {
        self.when.iter().chain(&self.unless).copied()
    }
}

/// The slot of a name. A `?` at its end says that not every file has the column.
pub(super) fn slot_of_optional(text: &TomlText<'_>, names: &mut ValueNames) -> usize {
    let (name, optional) = text.value.strip_suffix('?').map_or((text.value, false), |name| (name, true));
    names.needed(name, text.span.clone(), optional)
}
