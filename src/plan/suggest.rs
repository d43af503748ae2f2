//! What was probably meant: similar names, and lists of what there is.

use std::borrow::Cow;

use super::NameHolder;
use super::check::Context;
use crate::model::{Entities, EntityNumber, FieldKind, Resolution, Schema, fold, nearest};
use crate::syntax::keyword::{KeywordPlace, at_place, word};
use crate::syntax::tree::RelativeDay;

/// Names as owned strings.
pub(super) fn owned<'c>(names: impl IntoIterator<Item = &'c str>) -> Vec<String> {
    names.into_iter().map(str::to_owned).collect()
}

/// The candidate most similar to a word, if any is similar.
pub(super) fn similar<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<String> {
    nearest(word, candidates).map(str::to_owned)
}

/// The names of all date fields.
pub(super) fn date_fields(schema: &Schema) -> Vec<String> {
    owned(schema.fields().filter(|field| field.kind == FieldKind::Date).map(|field| field.name.as_ref()))
}

/// The entities that a name may mean, with the years in which each has it.
pub(super) fn holders(entities: &Entities, written: &str, numbers: &[EntityNumber]) -> Vec<NameHolder> {
    let each = numbers.iter().map(|number| {
        let entity = entities.get(*number);
        let years = entities.years_of(*number, written);
        NameHolder { id: entity.id.clone(), name: entity.name.clone(), years }
    });
    each.collect()
}

/// The ids of the entities of some kinds with a name that contains a word, or of
/// those that only facts use, begins with it; none if there are many. No kinds
/// means any.
pub(super) fn names_with(entities: &Entities, word: &str, kinds: &[String]) -> Option<Vec<String>> {
    const MOST: usize = 6;
    let folded = fold(word);
    if folded.len() < 3 {
        return None;
    }
    let has = |name: &str| name.split(|letter: char| !letter.is_alphanumeric()).any(|part| part == folded);
    let named = entities.names().filter(|(name, _)| has(name)).flat_map(|(_, numbers)| numbers.iter().copied());
    let fits = |number: &EntityNumber| kinds.is_empty() || kinds.contains(&entities.get(*number).kind);
    let mut found: Vec<EntityNumber> = named.filter(fits).collect();
    let used = entities.undeclared_beginning(&folded, kinds, MOST * 8);
    found.extend(used.into_iter().filter(|number| has(&fold(&entities.get(*number).name))));
    found.sort_unstable();
    found.dedup();
    (1..=MOST).contains(&found.len()).then(|| found.iter().map(|number| entities.get(*number).id.clone()).collect())
}

/// Every form of every action. Names of actions and umbrellas come first,
/// because the first of several equally similar forms is suggested.
pub(super) fn action_forms(schema: &Schema) -> Vec<&str> {
    let vocabulary = schema.vocabulary();
    let names = vocabulary.actions.keys().chain(vocabulary.umbrellas.keys()).map(String::as_str);
    let mut forms: Vec<&str> = schema.action_words().map(|(form, _)| form).collect();
    forms.sort_unstable();
    names.chain(forms).collect()
}

/// The folded names of entities that are about as long as a word, and those that
/// only facts use and that are near to it, in the order of letters.
pub(super) fn names_like<'a>(entities: &'a Entities, word: &str) -> Vec<Cow<'a, str>> {
    let length = word.len();
    let declared = entities.names().map(|(name, _)| name);
    let declared = declared.filter(move |name| name.len() >= 4 && name.len().abs_diff(length) <= 3);
    let mut names: Vec<_> = declared.map(Cow::Borrowed).chain(used_like(entities, word, &[]).map(Cow::Owned)).collect();
    names.sort_unstable();
    names
}

/// The folded names of some kinds that only facts use and that are near to a word.
pub(super) fn used_like(entities: &Entities, word: &str, kinds: &[String]) -> impl Iterator<Item = String> {
    let is_of = |name: &str| match entities.resolve(name) {
        Resolution::One(number) => entities.is_of(number, kinds),
        Resolution::Unknown | Resolution::Ambiguous(_) => kinds.is_empty(),
    };
    entities.undeclared_similar(word).into_iter().filter(move |name| name.chars().count() > 2 && is_of(name))
}

/// Every name that may come before `:`.
pub(super) fn field_names(schema: &Schema) -> impl Iterator<Item = &str> {
    let fields = schema.fields().map(|field| field.name.as_ref());
    let aliases = schema.field_aliases().map(|(alias, _)| alias);
    fields.chain(aliases).chain(schema.vocabulary().groups.keys().map(String::as_str)).chain(["in", "line"])
}

/// The keywords that a bare word may be meant as; `more` says whether another condition
/// follows it. Those that stand before braces are none of them, since a word cannot.
pub(super) fn keywords_before(more: bool) -> impl Iterator<Item = &'static str> {
    let relations = at_place(KeywordPlace::Relation).filter(|word| word.len() >= 4);
    relations.chain([word::MAYBE, word::UNKNOWN, word::PERIODS]).filter(move |_| more)
}

/// The field, action, keyword or name most similar to a word that would
/// otherwise be text; `more` says whether another condition follows it.
pub(super) fn similar_word(word: &str, context: &Context<'_>, more: bool) -> Option<String> {
    let schema = context.schema;
    let vocabulary = schema.vocabulary();
    let others = vocabulary.nouns.keys().chain(vocabulary.status.keys()).map(String::as_str);
    let names = names_like(context.entities, word);
    let mut names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    names.sort_unstable();
    let mut all = action_forms(schema);
    all.extend(field_names(schema).chain(others));
    for keyword in keywords_before(more).chain(RelativeDay::ALL.iter().map(|day| day.name())) {
        all.push(keyword);
    }
    all.extend(names);
    nearest(word, all).map(str::to_owned)
}
