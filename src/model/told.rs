//! A fact as some of its sources tell it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::fact::{Fact, Source};
use super::{Date, canonical};

impl Fact {
    /// The fact as some of its sources alone tell it, none if it has none of these; each
    /// source is asked by its place.
    ///
    /// A value of the fact stands if one of them says it. Else there is the value that
    /// most of them say; of dates said equally often the most precise, then the first
    /// in the order of letters. What none of them says is missing, but for who did
    /// what. What each of them says otherwise stays in its `says`.
    #[must_use]
    pub(crate) fn told_by_some(&self, tells: &dyn Fn(usize) -> bool) -> Option<Self> {
        let sources = self.sources_of(tells);
        if sources.is_empty() {
            return None;
        }
        let keys = keys_of(&sources);
        let mut told = Self { sources, ..self.clone() };
        for key in keys {
            let own = self.own_value(key.as_str());
            let said = most_said(&told.sources, &key, own.as_ref());
            told.replace(&key, own.as_ref(), said);
        }
        Some(told)
    }

    /// The fact with the values of some of its sources where they say any, and as it is
    /// recorded elsewhere; with all its sources.
    #[must_use]
    pub(crate) fn told_first_by(&self, tells: &dyn Fn(usize) -> bool) -> Self {
        let tellers = self.sources_of(tells);
        let mut told = self.clone();
        for key in keys_of(&tellers) {
            let own = self.own_value(&key);
            let said = most_said(&tellers, &key, own.as_ref()).or_else(|| own.clone());
            told.replace(&key, own.as_ref(), said);
        }
        told
    }

    fn sources_of(&self, tells: &dyn Fn(usize) -> bool) -> Vec<Source> {
        self.sources.iter().enumerate().filter(|(place, _)| tells(*place)).map(|(_, source)| source.clone()).collect()
    }

    /// Gives a field another value, and each source that says another its own.
    fn replace(&mut self, key: &str, own: Option<&Value>, said: Option<Value>) {
        if said.as_ref() == own || said.is_none() && ["subject", "action"].contains(&key) {
            return;
        }
        for source in &mut self.sources {
            let says = source.says.get(key).or(own).cloned().unwrap_or(Value::Null);
            if said.as_ref().unwrap_or(&Value::Null) == &says {
                source.says.remove(key);
            } else {
                source.says.insert(key.to_owned(), says);
            }
        }
        self.set(key, &said.unwrap_or(Value::Null));
    }
}

fn keys_of(sources: &[Source]) -> BTreeSet<String> {
    sources.iter().flat_map(|source| source.says.keys().cloned()).collect()
}

/// What some sources say of a field, of which a fact has this value.
fn most_said(sources: &[Source], key: &str, own: Option<&Value>) -> Option<Value> {
    let said = |source: &Source| source.says.get(key).or(own).filter(|value| !value.is_null()).cloned();
    let said: Vec<Value> = sources.iter().filter_map(said).collect();
    if let Some(own) = own.filter(|own| said.contains(own)) {
        return Some(own.clone());
    }
    let mut counts: BTreeMap<String, (usize, &Value)> = BTreeMap::new();
    for value in &said {
        let written = value.as_str().map_or_else(|| value.to_string(), |text| canonical(text).into_owned());
        counts.entry(written).or_insert((0, value)).0 += 1;
    }
    let days = |value: &Value| {
        let date = value.as_str().and_then(|text| Date::parse(text).ok());
        date.map(|date| i64::from(date.latest().number()) - i64::from(date.earliest().number()))
    };
    let best = counts
        .into_iter()
        .min_by_key(|(written, (count, value))| (Reverse(*count), days(value).unwrap_or_default(), written.clone()));
    best.map(|(_, (_, value))| value.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(sources: &str) -> Fact {
        let text = format!(
            r#"{{"subject":"ada","action":"left","object":"oak","date":"1982-05-01","score":1,"sources":[{sources}]}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    fn written(fact: &Fact) -> String {
        let sources: Vec<String> = fact.sources.iter().map(|source| serde_json::to_string(source).unwrap()).collect();
        let date = fact.date.as_ref().map_or("-", Date::written);
        let score = fact.fields.get("score").map_or_else(String::new, ToString::to_string);
        format!("{} {} {date} {score} {}", fact.subject, fact.action, sources.join(" "))
    }

    fn told(sources: &str, by: &str) -> String {
        let fact = fact(sources);
        let tells = |place: usize| fact.sources[place].publisher.as_deref().is_some_and(|name| by.contains(name));
        fact.told_by_some(&tells).map_or_else(|| "nothing".to_owned(), |told| written(&told))
    }

    const THREE: &str = r#"{"publisher":"A"},{"publisher":"B","says":{"date":"1983","score":null}},{"publisher":"C","says":{"date":"1983-02","action":"quit"}}"#;

    #[test]
    fn of_one_source_there_is_what_it_says_and_nothing_else() {
        assert_eq!(told(THREE, "D"), "nothing");
        assert_eq!(told(THREE, "A"), r#"ada left 1982-05-01 1 {"publisher":"A"}"#);
        assert_eq!(told(THREE, "B"), r#"ada left 1983  {"publisher":"B"}"#);
        assert_eq!(told(THREE, "C"), r#"ada quit 1983-02 1 {"publisher":"C"}"#);
    }

    #[test]
    fn of_several_the_value_of_the_fact_stands_if_one_says_it_and_else_what_most_say() {
        assert_eq!(
            told(THREE, "AB"),
            r#"ada left 1982-05-01 1 {"publisher":"A"} {"publisher":"B","says":{"date":"1983","score":null}}"#
        );
        assert_eq!(
            told(THREE, "BC"),
            r#"ada left 1983-02 1 {"publisher":"B","says":{"date":"1983","score":null}} {"publisher":"C","says":{"action":"quit"}}"#
        );
        let four = format!(r#"{THREE},{{"publisher":"D","says":{{"date":"1983"}}}}"#);
        assert!(told(&four, "BCD").starts_with("ada left 1983 1"), "two say the year");
        let turned = r#"{"publisher":"C","says":{"date":"1983-02"}},{"publisher":"B","says":{"date":"1983-03"}}"#;
        assert!(told(turned, "BC").contains("1983-02 "), "the first by its letters, whoever says it");
    }

    #[test]
    fn who_did_what_stays_where_nobody_says_it() {
        let silent = r#"{"publisher":"A","says":{"subject":null,"object":null,"date":null}}"#;
        let fact = fact(silent).told_by_some(&|_| true).unwrap();
        assert_eq!((fact.subject.as_str(), fact.object, fact.date), ("ada", None, None));
    }

    #[test]
    fn of_somebody_first_there_is_what_they_say_and_else_what_is_recorded() {
        let fact = fact(THREE);
        let first = |by: &str| {
            let tells = |place: usize| fact.sources[place].publisher.as_deref() == Some(by);
            written(&fact.told_first_by(&tells))
        };
        assert_eq!(first("A"), written(&fact));
        assert_eq!(
            first("B"),
            r#"ada left 1983 1 {"publisher":"A","says":{"date":"1982-05-01"}} {"publisher":"B","says":{"score":null}} {"publisher":"C","says":{"action":"quit","date":"1983-02"}}"#
        );
        assert_eq!(first("Z"), written(&fact));
    }

    #[test]
    fn a_source_tells_of_itself_what_it_gives_among_others() {
        let fact = fact(THREE);
        for (place, source) in fact.sources.iter().enumerate() {
            assert_eq!(fact.told_by_some(&|other| other == place), Some(fact.told_by(source)));
        }
    }
}
