//! What somebody probably meant: near names, and short lists of what there is.

use super::check::Context;
use crate::model::{Entities, EntityNumber, Schema, fold, nearest};
use crate::syntax::keyword::{KeywordPlace, at_place};

/// `did you mean …?` for the candidate nearest to a word, if any is near.
pub(super) fn did_you_mean<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<String> {
    nearest(word, candidates).map(|near| format!("did you mean `{near}`?"))
}

/// A list for a person, cut off where it gets long.
pub(super) fn listed<'c>(names: impl IntoIterator<Item = &'c str>) -> String {
    const MOST: usize = 24;
    let names: Vec<&str> = names.into_iter().collect();
    let mut text = names.iter().take(MOST).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if names.len() > MOST {
        text.push_str(", …");
    }
    text
}

/// `id (Name)` for each of some entities that a name may mean, with the years in
/// which it did.
pub(super) fn candidates(entities: &Entities, written: &str, numbers: &[EntityNumber]) -> String {
    let each = numbers.iter().map(|number| {
        let entity = entities.get(*number);
        match entities.years_of(*number, written) {
            Some(years) => format!("`{}` ({}, {years})", entity.id, entity.name),
            None => format!("`{}` ({})", entity.id, entity.name),
        }
    });
    each.collect::<Vec<_>>().join(", ")
}

/// The entities, of some kinds if there are any, of one of whose names a word
/// is one word; none if they are many.
pub(super) fn names_with(entities: &Entities, word: &str, kinds: &[String]) -> Option<String> {
    const MOST: usize = 6;
    let folded = fold(word);
    if folded.len() < 3 {
        return None;
    }
    let has = |name: &str| name.split(|letter: char| !letter.is_alphanumeric()).any(|part| part == folded);
    let named = entities.names().filter(|(name, _)| has(name)).flat_map(|(_, numbers)| numbers.iter().copied());
    let fits = |number: &EntityNumber| kinds.is_empty() || kinds.contains(&entities.get(*number).kind);
    let mut found: Vec<EntityNumber> = named.filter(fits).collect();
    found.sort_unstable();
    found.dedup();
    (1..=MOST).contains(&found.len()).then(|| listed(found.iter().map(|number| entities.get(*number).id.as_str())))
}

/// Every form of every action, the names of actions and umbrellas before other
/// forms: of equally near ones the first is suggested.
pub(super) fn action_forms(schema: &Schema) -> Vec<&str> {
    let vocabulary = schema.vocabulary();
    let names = vocabulary.actions.keys().chain(vocabulary.umbrellas.keys()).map(String::as_str);
    let mut forms: Vec<&str> = schema.action_words().map(|(form, _)| form).collect();
    forms.sort_unstable();
    names.chain(forms).collect()
}

/// Every name of an entity whose length is not far from a word's, folded.
pub(super) fn names_like<'a>(entities: &'a Entities, word: &str) -> impl Iterator<Item = &'a str> {
    let length = word.len();
    entities.names().map(|(name, _)| name).filter(move |name| name.len() >= 4 && name.len().abs_diff(length) <= 3)
}

/// Every name that may stand before `:`.
pub(super) fn field_names(schema: &Schema) -> impl Iterator<Item = &str> {
    let fields = schema.fields().map(|field| field.name.as_ref());
    let aliases = schema.field_aliases().map(|(alias, _)| alias);
    fields.chain(aliases).chain(schema.vocabulary().groups.keys().map(String::as_str)).chain(["in", "line"])
}

/// The field, action, word of the language or name to which a word is near
/// that would otherwise be text.
pub(super) fn near_word<'a>(word: &str, context: &Context<'a>) -> Option<&'a str> {
    let schema = context.schema;
    let vocabulary = schema.vocabulary();
    let more = vocabulary.nouns.keys().chain(vocabulary.status.keys()).map(String::as_str);
    let declared = action_forms(schema).into_iter().chain(field_names(schema)).chain(more);
    let places = [KeywordPlace::Relation, KeywordPlace::Condition, KeywordPlace::Date];
    let keywords = places.into_iter().flat_map(at_place).filter(|word| word.len() >= 4).map(|word| -> &'a str { word });
    let mut names: Vec<&str> = names_like(context.entities, word).collect();
    names.sort_unstable();
    nearest(word, declared.chain(keywords).chain(names))
}
