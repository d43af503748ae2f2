//! What a record of an import makes of what the store has under its id: what the
//! record says replaces what was there, and what it does not say stays.

use serde_json::Value;

use super::corroborate::Terms;
use crate::model::vocabulary::Role;
use crate::model::{Alias, Entity, Fact, Membership, Source, same_value};

/// Whether two facts are one act: subject, action and object are the same.
pub(super) fn is_same_act(one: &Fact, other: &Fact, terms: Terms<'_>) -> bool {
    let object = |fact: &Fact| fact.object.as_deref().map(|object| terms.resolve(Role::Object, object));
    one.action == other.action
        && terms.resolve(Role::Subject, &one.subject) == terms.resolve(Role::Subject, &other.subject)
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

/// The known sources, with what is said of the same ones, and then the new ones.
fn completed_sources(known: &[Source], given: Vec<Source>) -> Vec<Source> {
    let mut sources = known.to_vec();
    let mut free: Vec<usize> = (0..known.len()).collect();
    for source in given {
        let pages: Vec<(usize, &Source)> = free
            .iter()
            .filter_map(|place| Some((*place, known.get(*place)?)))
            .filter(|(_, known)| may_be_one_page(known, &source))
            .collect();
        let only = |test: &dyn Fn(&Source) -> bool| {
            let mut found = pages.iter().filter(|(_, known)| test(known)).map(|(place, _)| *place);
            found.next().filter(|_| found.next().is_none())
        };
        let known_already = pages.iter().find(|(_, known)| completed_source(known, source.clone()) == **known);
        // Which of several pages is cited, nobody can tell: then it is another citation.
        let place = known_already
            .map(|(place, _)| *place)
            .or_else(|| only(&|known| !contradict(known, &source)))
            .or_else(|| only(&|known| known.address_key().is_some() && known.address_key() == source.address_key()));
        match place.and_then(|place| Some((place, sources.get_mut(place)?))) {
            Some((place, known)) => {
                free.retain(|other| *other != place);
                *known = completed_source(known, source);
            }
            None => sources.push(source),
        }
    }
    sources
}

/// Whether two sources are at one address, of one publisher as far as both name
/// one; or of one publisher, where not both give an address.
fn may_be_one_page(one: &Source, other: &Source) -> bool {
    let (publishers, addresses) =
        ((one.publisher_key(), other.publisher_key()), (one.address_key(), other.address_key()));
    match addresses {
        (Some(address), Some(other)) if address != other => false,
        (Some(_), Some(_)) => matches!(publishers, (None, _) | (_, None)) || publishers.0 == publishers.1,
        _ => publishers.0 == publishers.1,
    }
}

/// Whether two sources give different values for a key of theirs.
fn contradict(one: &Source, other: &Source) -> bool {
    let differ = |one: &Option<String>, other: &Option<String>| one.is_some() && other.is_some() && one != other;
    let days = one.published.is_some() && other.published.is_some() && one.published != other.published;
    let is_other =
        |(key, value): (&String, &Value)| other.fields.get(key).is_some_and(|other| !same_value(other, value));
    days || differ(&one.quote, &other.quote)
        || differ(&one.according_to, &other.according_to)
        || one.fields.iter().any(is_other)
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
    let differ =
        |one: Option<&Value>, other: Option<&Value>| one.zip(other).is_some_and(|(one, other)| !same_value(one, other));
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
    fn a_citation_is_completed_only_from_the_same_page() {
        let sources = |value| from_value::<Vec<Source>>(value).unwrap();
        let cases = [
            // Another address is another page, and what was quoted is not there.
            (
                json!([{"publisher": "P", "url": "u", "quote": "q"}]),
                json!([{"publisher": "P", "url": "w"}]),
                json!([{"publisher": "P", "url": "u", "quote": "q"}, {"publisher": "P", "url": "w"}]),
            ),
            // So are other words without an address, while those of one address are corrected.
            (
                json!([{"publisher": "P", "quote": "q", "page": 1}]),
                json!([{"publisher": "P", "quote": "r"}]),
                json!([{"publisher": "P", "quote": "q", "page": 1}, {"publisher": "P", "quote": "r"}]),
            ),
            (
                json!([{"publisher": "P", "url": "u", "quote": "q"}]),
                json!([{"publisher": "p", "url": " u", "quote": "r"}]),
                json!([{"publisher": "p", "url": " u", "quote": "r"}]),
            ),
            // A column more, and a column less.
            (
                json!([{"publisher": "P", "page": 1}]),
                json!([{"publisher": "P", "url": "u"}]),
                json!([{"publisher": "P", "url": "u", "page": 1}]),
            ),
            (
                json!([{"publisher": "P", "url": "u"}, {"publisher": "P", "url": "w"}]),
                json!([{"publisher": "P"}]),
                json!([{"publisher": "P", "url": "u"}, {"publisher": "P", "url": "w"}]),
            ),
            // Which page it is cannot be told.
            (
                json!([{"publisher": "P", "url": "u"}, {"publisher": "P", "url": "w"}]),
                json!([{"publisher": "P", "page": 1}]),
                json!([{"publisher": "P", "url": "u"}, {"publisher": "P", "url": "w"}, {"publisher": "P", "page": 1}]),
            ),
        ];
        for (known, given, expected) in cases {
            let completed = completed_sources(&sources(known), sources(given.clone()));
            assert_eq!(to_value(&completed).unwrap(), expected);
            assert_eq!(completed_sources(&completed, sources(given)), completed, "and again without effect");
        }
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
