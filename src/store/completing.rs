//! What a record of an import makes of what the store has under its id: what the
//! record says replaces what was there, and what it does not say stays.

use serde_json::Value;

use super::source_sayings::{OF_THE_ACT, in_fact, telling, values, without_unsaid};
use crate::model::{Alias, Entity, Fact, Fields, Membership, Source, canonical, same_value};

/// A known fact with all that a record of the same act says of it. What the fact has
/// anew is said by the sources of the record alone: others say what they said before, and
/// of what the record does not say its new sources say nothing.
pub(super) fn completed_fact(known: &Fact, given: &Fact) -> Fact {
    let mut fields = known.fields.clone();
    fields.extend(given.fields.clone());
    let completed = Fact {
        id: given.id.clone(),
        subject: given.subject.clone(),
        action: given.action.clone(),
        object: given.object.clone(),
        date: given.date.clone().or_else(|| known.date.clone()),
        fields,
        tags: if given.tags.is_empty() { known.tags.clone() } else { given.tags.clone() },
        title: given.title.clone().or_else(|| known.title.clone()),
        note: given.note.clone().or_else(|| known.note.clone()),
        sources: Vec::new(),
    };
    let (own, own_before) = (values(&completed), values(known));
    let said_before = known.sources.iter().map(|source| without_unsaid(telling(source, &own_before)));
    let told = completed_sources(&said_before.collect::<Vec<_>>(), told_by_record(&given.sources, &values(given)));
    let as_known = |source: &Source| without_unsaid(telling(source, &own));
    let written = |(place, source): (usize, Source)| match known.sources.get(place) {
        // It says what it said, so it is written as it was.
        Some(known) if as_known(known) == source => known.clone(),
        _ => in_fact(source, &own, &completed.action),
    };
    let sources = told.into_iter().enumerate().map(written).collect();
    Fact { sources, ..completed }
}

/// The sources of a record that has these values, each with all that it says in its
/// `says`, and `null` for what it does not say: so for other names of who did what.
pub(super) fn told_by_record(sources: &[Source], own: &Fields) -> Vec<Source> {
    let mut told: Vec<Source> = sources.iter().map(|source| telling(source, own)).collect();
    for source in &mut told {
        for field in OF_THE_ACT {
            source.says.entry(field.to_owned()).or_insert(Value::Null);
        }
    }
    told
}

/// The known sources, with what is said of the same ones, and then the new ones; all of
/// them with all that they say.
pub(super) fn completed_sources(known: &[Source], given: Vec<Source>) -> Vec<Source> {
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
            None => sources.push(without_unsaid(source)),
        }
    }
    sources
}

/// Whether two sources are at one address, of one publisher as far as both name
/// one; or of one publisher, where not both give an address.
pub(super) fn may_be_one_page(one: &Source, other: &Source) -> bool {
    let (publishers, addresses) =
        ((one.publisher_key(), other.publisher_key()), (one.address_key(), other.address_key()));
    match addresses {
        (Some(address), Some(other)) if address != other => false,
        (Some(_), Some(_)) => matches!(publishers, (None, _) | (_, None)) || publishers.0 == publishers.1,
        _ => publishers.0 == publishers.1,
    }
}

/// Whether two sources give different values for a key of theirs.
pub(super) fn contradict(one: &Source, other: &Source) -> bool {
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
    says.retain(|_, value| !value.is_null());
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
    joined.succeeds = united(&one.succeeds, &other.succeeds);
    joined.continues = united(&one.continues, &other.continues);
    Ok(joined)
}

/// The ids of both lists, each once.
fn united(one: &[String], other: &[String]) -> Vec<String> {
    let is_new = |id: &&String| !one.iter().any(|known| canonical(known) == canonical(id));
    one.iter().chain(other.iter().filter(is_new)).cloned().collect()
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
            "sources": [{"publisher": "P", "url": "u", "quote": "q", "page": 1},
                // The record does not name Q, which still says what it said, nor does R say all.
                {"publisher": "Q", "says": {"date": "2001", "weight": 1}},
                {"publisher": "R", "says": {"place": null, "tags": null, "title": null}}]});
        let completed = completed_fact(&known, &given);
        assert_eq!(to_value(&completed).unwrap(), expected);
        assert_eq!(completed_fact(&completed, &given), completed, "and again without effect");
        assert_eq!(completed_fact(&known, &known), known);
    }

    #[test]
    fn what_a_source_says_otherwise_gives_way_to_what_a_record_has_it_say() {
        let fact = |value: Value| from_value::<Fact>(value).unwrap();
        let known = fact(json!({"id": "x", "subject": "a", "action": "b", "date": "2001", "weight": 1,
            "sources": [{"publisher": "P", "says": {"date": "2002", "action": "c"}},
                {"publisher": "Q", "says": {"weight": null, "place": "p"}}]}));
        let given = |sources: Value| {
            fact(json!({"id": "x", "subject": "a", "action": "b", "date": "2003", "sources": sources}))
        };
        let completed = completed_fact(&known, &given(json!([{"publisher": "P"}])));
        let expected = json!([{"publisher": "P"},
            {"publisher": "Q", "says": {"date": "2001", "weight": null, "place": "p"}}]);
        assert_eq!(to_value(&completed.sources).unwrap(), expected);
        let completed =
            completed_fact(&known, &given(json!([{"publisher": "Q", "says": {"date": null, "weight": 2}}])));
        let expected = json!([{"publisher": "P", "says": {"date": "2002", "action": "c"}},
            {"publisher": "Q", "says": {"date": null, "weight": 2, "place": "p"}}]);
        assert_eq!(to_value(&completed.sources).unwrap(), expected);
        let completed = completed_fact(&known, &given(json!([])));
        let expected = json!([{"publisher": "P", "says": {"date": "2002", "action": "c"}},
            {"publisher": "Q", "says": {"date": "2001", "weight": null, "place": "p"}}]);
        assert_eq!(to_value(&completed.sources).unwrap(), expected, "nobody says so");
        // Written otherwise than it would be, and the same.
        let known = fact(json!({"id": "x", "subject": "a", "action": "b", "date": "2001",
            "sources": [{"publisher": "P", "says": {"date": "2001", "weight": null}}]}));
        assert_eq!(completed_fact(&known, &fact(json!({"id": "x", "subject": "a", "action": "b"}))), known);
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
        let after =
            |ids: Value| entity(json!({"entity": "x", "kind": "k", "name": "X", "succeeds": ids, "continues": ids}));
        let joined = joined_entity(&after(json!(["a", "b"])), &after(json!(["b", "c"]))).unwrap();
        assert_eq!(joined, after(json!(["a", "b", "c"])), "both say so");
    }
}
