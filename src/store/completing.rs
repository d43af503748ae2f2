//! What a record of an import makes of what the store has under its id: what the
//! record says replaces what was there, and what it does not say stays.

use serde_json::Value;

use super::corroborate::Terms;
use crate::model::{Alias, Entity, Fact, Membership, Source, caseless};

/// Whether two facts are one act: subject, action and object are the same.
pub(super) fn is_same_act(one: &Fact, other: &Fact, terms: Terms<'_>) -> bool {
    let object = |fact: &Fact| fact.object.as_deref().map(|object| terms.resolve(object));
    one.action == other.action
        && terms.resolve(&one.subject) == terms.resolve(&other.subject)
        && object(one) == object(other)
}

/// A known fact with all that a record of the same act says of it.
pub(super) fn completed_fact(known: &Fact, given: Fact) -> Fact {
    let mut fields = known.fields.clone();
    fields.extend(given.fields);
    Fact {
        id: given.id,
        subject: given.subject,
        action: given.action,
        object: given.object,
        date: given.date.or_else(|| known.date.clone()),
        fields,
        tags: if given.tags.is_empty() { known.tags.clone() } else { given.tags },
        title: given.title.or_else(|| known.title.clone()),
        note: given.note.or_else(|| known.note.clone()),
        sources: completed_sources(&known.sources, given.sources),
    }
}

/// Whether two names are the same, or neither is there.
fn is_same_name(one: Option<&str>, other: Option<&str>) -> bool {
    one.map(caseless) == other.map(caseless)
}

/// The known sources, with what is said of the same ones, and then the new ones.
fn completed_sources(known: &[Source], given: Vec<Source>) -> Vec<Source> {
    let mut sources = known.to_vec();
    let mut taken = vec![false; sources.len()];
    for source in given {
        let is_free = |place: &usize| taken.get(*place) == Some(&false);
        let same_publisher: Vec<usize> = (0..known.len())
            .filter(is_free)
            .filter(|place| {
                known
                    .get(*place)
                    .is_some_and(|known| is_same_name(known.publisher.as_deref(), source.publisher.as_deref()))
            })
            .collect();
        let same_url = same_publisher
            .iter()
            .find(|place| known.get(**place).is_some_and(|known| known.url.is_some() && known.url == source.url));
        let place = same_url.copied().or(match same_publisher.as_slice() {
            [only] => Some(*only),
            _ => None,
        });
        match place.and_then(|place| Some((sources.get_mut(place)?, taken.get_mut(place)?))) {
            Some((known, taken)) => {
                *taken = true;
                *known = completed_source(known, source);
            }
            None => sources.push(source),
        }
    }
    sources
}

fn completed_source(known: &Source, given: Source) -> Source {
    let (mut says, mut fields) = (known.says.clone(), known.fields.clone());
    says.extend(given.says);
    fields.extend(given.fields);
    Source {
        publisher: given.publisher.or_else(|| known.publisher.clone()),
        url: given.url.or_else(|| known.url.clone()),
        published: given.published.or_else(|| known.published.clone()),
        according_to: given.according_to.or_else(|| known.according_to.clone()),
        quote: given.quote.or_else(|| known.quote.clone()),
        says,
        fields,
    }
}

/// A known entity with all that a record says of it.
pub(super) fn completed_entity(known: &Entity, given: Entity) -> Entity {
    let mut fields = known.fields.clone();
    fields.extend(given.fields);
    let or = |given: Vec<String>, known: &Vec<String>| if given.is_empty() { known.clone() } else { given };
    Entity {
        id: given.id,
        kind: given.kind,
        name: given.name,
        aliases: if given.aliases.is_empty() { known.aliases.clone() } else { given.aliases },
        from: given.from.or_else(|| known.from.clone()),
        until: given.until.or_else(|| known.until.clone()),
        succeeds: or(given.succeeds, &known.succeeds),
        continues: or(given.continues, &known.continues),
        groups: if given.groups.is_empty() { known.groups.clone() } else { given.groups },
        fields,
    }
}

/// Two definitions of one entity in one import as one: the key at which they
/// contradict each other, else all that both say.
pub(super) fn joined_entity(one: &Entity, other: &Entity) -> Result<Entity, String> {
    let differ = |one: Option<&Value>, other: Option<&Value>| one.is_some() && other.is_some() && one != other;
    let dates = |one: &Option<_>, other: &Option<_>| one.is_some() && other.is_some() && one != other;
    let contradicted = [
        ("kind", one.kind != other.kind),
        ("name", one.name != other.name),
        ("from", dates(&one.from, &other.from)),
        ("until", dates(&one.until, &other.until)),
    ];
    let contradicted = contradicted.into_iter().find(|(_, differs)| *differs).map(|(key, _)| key.to_owned());
    let field = || {
        other.fields.iter().find(|(key, value)| differ(one.fields.get(*key), Some(value))).map(|(key, _)| key.clone())
    };
    if let Some(key) = contradicted.or_else(field) {
        return Err(key);
    }
    let mut joined = completed_entity(one, other.clone());
    joined.aliases.clone_from(&one.aliases);
    let is_new = |alias: &&Alias| !one.aliases.contains(alias);
    joined.aliases.extend(other.aliases.iter().filter(is_new).cloned());
    joined.groups.clone_from(&one.groups);
    let is_new = |group: &&Membership| !one.groups.contains(group);
    joined.groups.extend(other.groups.iter().filter(is_new).cloned());
    Ok(joined)
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json, to_value};

    use super::*;

    #[test]
    fn what_a_record_says_replaces_and_what_it_does_not_say_stays() {
        let known: Fact = from_value(json!({"id": "x", "subject": "a", "action": "b", "object": "c", "date": "2001",
            "weight": 1, "place": "p", "title": "t", "tags": ["one"],
            "sources": [{"publisher": "P", "url": "u", "page": 1}, {"publisher": "Q"}]}))
        .unwrap();
        let given: Fact = from_value(json!({"id": "x", "subject": "a", "action": "b", "object": "c", "date": "2002",
            "weight": 2, "sources": [{"publisher": "P", "quote": "q"}, {"publisher": "R"}]}))
        .unwrap();
        let expected = json!({"id": "x", "subject": "a", "action": "b", "object": "c", "date": "2002",
            "weight": 2, "place": "p", "title": "t", "tags": ["one"],
            "sources": [{"publisher": "P", "url": "u", "quote": "q", "page": 1}, {"publisher": "Q"}, {"publisher": "R"}]});
        let completed = completed_fact(&known, given.clone());
        assert_eq!(to_value(&completed).unwrap(), expected);
        assert_eq!(completed_fact(&completed, given), completed, "and again without effect");
        assert_eq!(completed_fact(&known, known.clone()), known);
    }

    #[test]
    fn definitions_of_one_entity_are_joined_unless_they_contradict_each_other() {
        let entity = |value| from_value::<Entity>(value).unwrap();
        let one = entity(json!({"entity": "x", "kind": "k", "name": "X", "aliases": ["a"], "weight": 1}));
        let other = entity(json!({"entity": "x", "kind": "k", "name": "X", "aliases": ["b", "a"], "place": "p"}));
        let both = json!({"entity": "x", "kind": "k", "name": "X", "aliases": ["a", "b"], "weight": 1, "place": "p"});
        assert_eq!(to_value(joined_entity(&one, &other).unwrap()).unwrap(), both);
        let weight = entity(json!({"entity": "x", "kind": "k", "name": "X", "weight": 2}));
        assert_eq!(joined_entity(&one, &weight).unwrap_err(), "weight");
        let name = entity(json!({"entity": "x", "kind": "k", "name": "Y"}));
        assert_eq!(joined_entity(&one, &name).unwrap_err(), "name");
        assert_eq!(to_value(completed_entity(&one, name)).unwrap()["weight"], 1);
    }
}
