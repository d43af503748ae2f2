//! Facts: who did what to what, when, and according to which sources.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::number::same_value;
use super::vocabulary::Umbrella;
use super::{Date, Extent, Schema, canonical, caseless};

/// Values by field name, for fields beyond those that every record has.
pub type Fields = BTreeMap<String, Value>;

/// A record of one act.
///
/// Serialising gives the canonical form: the fields in a fixed order, without
/// empty ones. References (`subject`, `object`) and dates are kept as written.
///
/// ```
/// use tractat::Fact;
///
/// let fact: Fact = serde_json::from_str(
///     r#"{"subject": "ada", "action": "appointed", "object": "board", "date": "1997-09", "seat": 4}"#,
/// )?;
/// assert_eq!(fact.action, "appointed");
/// assert_eq!(fact.fields["seat"], 4);
///
/// let mut fact = Fact::new("ada", "resigned");
/// fact.date = Some("2004-05-01".parse()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Default)]
pub struct Fact {
    /// The id of the fact in the store; by default a hash of its content.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Who acted.
    pub subject: String,
    /// What was done: the name of an action of the vocabulary, not one of its forms of the vocabulary.
    pub action: String,
    /// What it was done to, if anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// When it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    /// All other fields, whether or not the vocabulary declares them.
    #[serde(flatten)]
    pub fields: Fields,
    /// Keywords, compared whole.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// A short title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// An explanation by those who keep the store.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The sources that report the act.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Source>,
}

/// A source of a fact, and what it says where it differs.
#[derive(Debug, Clone, PartialEq, Serialize, Default)]
pub struct Source {
    /// Who published it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// Where it can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// When it was published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published: Option<Date>,
    /// Whose account the publisher reports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub according_to: Option<String>,
    /// The words of the source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote: Option<String>,
    /// The values that this source gives for fields of the fact, where they are its
    /// own. `null` means that the source says nothing about the field.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub says: Fields,
    /// All other fields of the source.
    #[serde(flatten)]
    pub fields: Fields,
}

/// The first 128 bits of the SHA-256 of the canonical content of a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContentHash(pub u128);

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// A fact in the form in which it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CanonicalFact {
    /// The id of the fact, or if it has none, the hash in hexadecimal.
    pub id: String,
    /// Canonical JSON, starting with the id.
    pub json: Vec<u8>,
    /// The hash of all content except the id.
    pub hash: ContentHash,
}

/// The beginning of the canonical JSON of a fact with an id.
const ID_FIRST: &[u8] = br#"{"id":""#;

impl Fact {
    /// A fact with a subject and an action, and nothing else.
    #[must_use]
    pub fn new(subject: impl Into<String>, action: impl Into<String>) -> Self {
        Self { subject: subject.into(), action: action.into(), ..Self::default() }
    }

    /// The form in which the fact is stored.
    #[must_use]
    pub fn canonical(&self) -> CanonicalFact {
        let json = serde_json::to_vec(self).expect("a fact has text keys only");
        let hash = ContentHash::of_canonical(&json);
        if let Some(id) = &self.id {
            return CanonicalFact { id: id.clone(), json, hash };
        }
        let id = hash.to_string();
        let json = [ID_FIRST, id.as_bytes(), b"\",", &json[1..]].concat();
        CanonicalFact { id, json, hash }
    }

    /// The names of the fields on which the sources contradict each other.
    ///
    /// A source without a value of its own for a field supports the value of the
    /// fact; one with `null` says nothing about it. Dates agree if all of them
    /// could be the same day, as `1966` and `1966-08-01` could; an umbrella agrees
    /// with every action that it covers. Titles, notes and
    /// keywords are never disputed.
    #[must_use]
    pub fn disputed(&self, schema: &Schema) -> Vec<&str> {
        self.disputed_among(&schema.vocabulary().umbrellas)
    }

    /// The same in a world with these umbrellas.
    pub(crate) fn disputed_among(&self, umbrellas: &BTreeMap<String, Umbrella>) -> Vec<&str> {
        if self.sources.iter().all(|source| source.says.is_empty()) {
            return Vec::new();
        }
        let keys: BTreeSet<&str> =
            self.sources.iter().flat_map(|source| source.says.keys()).map(String::as_str).collect();
        let is_disputed = |key: &&str| {
            let own = self.own_value(key);
            let said: Vec<Value> = self
                .sources
                .iter()
                .filter_map(|source| source.says.get(*key).cloned().or_else(|| own.clone()))
                .filter(|value| !value.is_null())
                .collect();
            if *key == "action" { !all_did_the_same(&said, umbrellas) } else { !all_agree(&said) }
        };
        keys.into_iter().filter(|key| !["title", "note", "tags"].contains(key)).filter(is_disputed).collect()
    }

    /// The fact as one of its sources gives it: with the values that are the
    /// source's own, without what it does not say, and with this source alone.
    /// Who did what stays where the source says nothing about it.
    #[must_use]
    pub fn told_by(&self, source: &Source) -> Self {
        let sources = vec![Source { says: Fields::new(), ..source.clone() }];
        let mut told = Self { sources, ..self.clone() };
        for (field, value) in &source.says {
            told.set(field, value);
        }
        told
    }

    /// How many sources report the act. Those of one publisher count as one, and so
    /// does one page that is cited twice, whoever is named as its publisher: the
    /// same address or, of sources without publisher and address, the same title.
    #[must_use]
    pub fn source_count(&self) -> usize {
        if self.sources.len() < 2 {
            return self.sources.len();
        }
        let mut first_with: HashMap<SourceKey<'_>, usize> = HashMap::new();
        let mut heads: Vec<usize> = Vec::new();
        for (place, source) in self.sources.iter().enumerate() {
            let known = source.keys().into_iter().map(|key| *first_with.entry(key).or_insert(place));
            let known: Vec<usize> = known.filter_map(|first| heads.get(first).copied()).collect();
            let head = known.iter().copied().min().unwrap_or(place);
            heads.push(head);
            // What this source shows to be one counts as one.
            heads.iter_mut().filter(|other| known.contains(other)).for_each(|other| *other = head);
        }
        heads.iter().enumerate().filter(|(place, head)| place == *head).count()
    }

    /// Gives a field a value, or none if it is `null` or not of the field's kind.
    pub(super) fn set(&mut self, field: &str, value: &Value) {
        let text = value.as_str().map(str::to_owned);
        match field {
            "subject" => self.subject = text.unwrap_or_else(|| std::mem::take(&mut self.subject)),
            "action" => self.action = text.unwrap_or_else(|| std::mem::take(&mut self.action)),
            "object" => self.object = text,
            "date" => self.date = text.and_then(|date| Date::parse(&date).ok()),
            "title" => self.title = text,
            "note" => self.note = text,
            "tags" => {
                let tags = value.as_array().map_or(&[][..], Vec::as_slice);
                self.tags = tags.iter().filter_map(|tag| tag.as_str().map(str::to_owned)).collect();
            }
            _ if value.is_null() => drop(self.fields.remove(field)),
            _ => drop(self.fields.insert(field.to_owned(), value.clone())),
        }
    }

    /// The value of a field as `says` would have it.
    pub(crate) fn own_value(&self, key: &str) -> Option<Value> {
        match key {
            "title" => self.title.as_deref().map(Value::from),
            "note" => self.note.as_deref().map(Value::from),
            "tags" => (!self.tags.is_empty()).then(|| self.tags.clone().into()),
            "subject" => Some(self.subject.as_str().into()),
            "action" => Some(self.action.as_str().into()),
            "object" => self.object.as_deref().map(Value::from),
            "date" => self.date.as_ref().map(|date| date.written().into()),
            _ => self.fields.get(key).cloned(),
        }
    }

    /// The hash of all content except the id: equal for records that say the same.
    #[must_use]
    pub fn content_hash(&self) -> ContentHash {
        self.canonical().hash
    }
}

/// By what two sources are the same.
#[derive(PartialEq, Eq, Hash)]
enum SourceKey<'a> {
    Publisher(Cow<'a, str>),
    Address(Cow<'a, str>),
    Title(Cow<'a, str>),
    /// All that it says, in JSON.
    Whole(String),
}

impl Source {
    /// Its publisher, equal exactly for names that are the same.
    pub(crate) fn publisher_key(&self) -> Option<Cow<'_, str>> {
        self.publisher.as_deref().map(caseless)
    }

    /// Its address, equal exactly for addresses that are the same.
    pub(crate) fn address_key(&self) -> Option<Cow<'_, str>> {
        self.url.as_deref().map(canonical)
    }

    fn keys(&self) -> Vec<SourceKey<'_>> {
        let publisher = self.publisher_key().map(SourceKey::Publisher);
        let address = self.address_key().map(SourceKey::Address);
        let mut keys: Vec<SourceKey<'_>> = publisher.into_iter().chain(address).collect();
        if keys.is_empty() {
            keys.push(match self.fields.get("title").and_then(Value::as_str) {
                Some(title) => SourceKey::Title(canonical(title)),
                None => SourceKey::Whole(serde_json::to_string(self).expect("a source has text keys only")),
            });
        }
        keys
    }
}

/// Whether one action is all that several sources report, some of which know it by an umbrella.
fn all_did_the_same(said: &[Value], umbrellas: &BTreeMap<String, Umbrella>) -> bool {
    let actions = |value: &Value| -> BTreeSet<String> {
        let name = value.as_str().unwrap_or_default();
        umbrellas
            .get(name)
            .map_or_else(|| [name.to_owned()].into(), |umbrella| umbrella.covers.iter().cloned().collect())
    };
    said.iter().map(actions).reduce(|one, other| &one & &other).is_none_or(|common| !common.is_empty())
}

/// Whether the values that several sources give can all be right.
fn all_agree(said: &[Value]) -> bool {
    let Some((first, others)) = said.split_first() else {
        return true;
    };
    let date = |value: &Value| value.as_str().and_then(|text| Date::parse(text).ok());
    if let Some(dates) = said.iter().map(date).collect::<Option<Vec<Date>>>() {
        return Extent::agree(dates.iter().map(Date::extent));
    }
    others.iter().all(|other| match (first.as_str(), other.as_str()) {
        (Some(first), Some(other)) => canonical(first) == canonical(other),
        _ => same_value(first, other),
    })
}

impl ContentHash {
    /// The hash of all content except the id, from the canonical JSON of a fact.
    #[must_use]
    pub(crate) fn of_canonical(json: &[u8]) -> Self {
        let rest = json.strip_prefix(ID_FIRST).and_then(|after| {
            let mut escaped = false;
            let end = after.iter().position(|byte| {
                let ends = *byte == b'"' && !escaped;
                escaped = *byte == b'\\' && !escaped;
                ends
            })?;
            after.get(end + 2..)
        });
        let digest = match rest {
            Some(rest) => Sha256::new().chain_update(b"{").chain_update(rest).finalize(),
            None => Sha256::digest(json),
        };
        let mut first = [0; 16];
        first.copy_from_slice(&digest[..16]);
        Self(u128::from_be_bytes(first))
    }
}

/// The key of a source under which stands what it calls the record of the act: an import
/// puts there the ids of records that are to be joined with others.
pub const RECORD_KEY: &str = "record";

/// The keys of a fact that have a field of their own in [`Fact`], and are not in
/// [`Fact::fields`].
pub const FIXED_KEYS: [&str; 9] = ["id", "subject", "action", "object", "date", "tags", "title", "note", "sources"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writing_what_was_read_is_canonical() {
        let messy = r#"{"sources":[{"says":{"date":"2005"},"publisher":"A","page":3}],"z":1,"subject":"a",
            "tags":[],"b":{"y":1,"x":2},"action":"b","note":null,"date":"2005-12"}"#;
        let fact: Fact = serde_json::from_str(messy).unwrap();
        let canonical = serde_json::to_string(&fact).unwrap();
        assert_eq!(
            canonical,
            r#"{"subject":"a","action":"b","date":"2005-12","b":{"y":1,"x":2},"z":1,"sources":[{"publisher":"A","says":{"date":"2005"},"page":3}]}"#
        );
        assert_eq!(serde_json::from_str::<Fact>(&canonical).unwrap(), fact);
        assert_eq!(fact.canonical().hash, ContentHash::of_canonical(canonical.as_bytes()));
    }

    #[test]
    fn sources_that_cannot_all_be_right_dispute_a_field() {
        let fact = |date: &str, sources: &str| -> Fact {
            let text = format!(r#"{{"subject":"a","action":"b","date":"{date}","weight":1,"sources":[{sources}]}}"#);
            serde_json::from_str(&text).unwrap()
        };
        let vague = r#"{"publisher":"A"},{"publisher":"B","says":{"date":"1966"}}"#;
        assert!(fact("1966-08-01", vague).disputed(&Schema::default()).is_empty());
        assert_eq!(fact("1967-08-01", vague).disputed(&Schema::default()), ["date"]);
        let two = r#"{"says":{"weight":2,"place":"Ⅹ"}},{"says":{"weight":2,"place":"x","end":"2003-01-11"}},{"says":{"end":"2003-04"}}"#;
        assert_eq!(
            fact("1966", two).disputed(&Schema::default()),
            ["end", "place", "weight"],
            "the third stands for the weight of the fact"
        );
        let one = fact("1966", r#"{"says":{"date":"1970"}}"#);
        assert!(one.disputed(&Schema::default()).is_empty(), "one source disputes with nobody");
        let silent = r#"{},{"says":{"date":null,"weight":null,"title":"x"}},{"says":{"title":"y"}}"#;
        assert!(
            fact("1966", silent).disputed(&Schema::default()).is_empty(),
            "who says nothing does not dispute, and words do not"
        );
    }

    #[test]
    fn sources_of_which_any_two_agree_may_still_not_all_be_right() {
        let disputed = |dates: &[&str]| {
            let sources: Vec<Source> = dates
                .iter()
                .map(|date| Source {
                    says: Fields::from([("date".to_owned(), Value::from(*date))]),
                    ..Source::default()
                })
                .collect();
            !Fact { sources, ..Fact::default() }.disputed(&Schema::default()).is_empty()
        };
        let (early, late) = ("2001-01/2001", "2001/2001-03");
        assert!(!disputed(&[early, late]) && !disputed(&[early, "2001"]) && !disputed(&[late, "2001"]));
        assert!(disputed(&[early, late, "2001"]), "no one day starts in January and ends in March");
    }

    #[test]
    fn one_publisher_and_one_page_count_once() {
        let count = |sources: &str| {
            let fact: Fact =
                serde_json::from_str(&format!(r#"{{"subject":"a","action":"b","sources":[{sources}]}}"#)).unwrap();
            fact.source_count()
        };
        assert_eq!(count(r#"{"publisher":"A"},{"publisher":"B"},{"publisher":"A","url":"u"}"#), 2);
        assert_eq!(count(r#"{"url":"u","quote":"x"},{"url":"u","quote":"y"},{"url":"v"}"#), 2, "a page is cited twice");
        assert_eq!(count(r#"{"publisher":"A","url":"u"},{"publisher":"B","url":"u"}"#), 1, "one page under two names");
        assert_eq!(
            count("{\"url\":\"e.org/\u{e9}\"},{\"url\":\" e.org/e\u{301}\"}"),
            1,
            "one address, composed or not"
        );
        let all = r#"{"publisher":"A","url":"u"},{"publisher":"B","url":"v"},{"url":"v"},{"publisher":"B","url":"u"}"#;
        assert_eq!(count(all), 1, "the last shows that all are one");
        assert_eq!(count(r#"{"title":"t","page":1},{"title":"t","page":2},{"quote":"q"},{"quote":"r"}"#), 3);
        assert_eq!(count(r#"{"quote":"q"},{"quote":"q"}"#), 1);
        assert_eq!((count(""), count("{}")), (0, 1));
    }

    #[test]
    fn a_key_given_twice_is_an_error() {
        for text in [r#"{"subject":"a","action":"b","subject":"c"}"#, r#"{"subject":"a","action":"b","x":1,"x":2}"#] {
            assert!(serde_json::from_str::<Fact>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_id_is_not_part_of_the_content() {
        let mut fact: Fact = serde_json::from_str(r#"{"subject":"a","action":"b"}"#).unwrap();
        let without = fact.canonical();
        assert_eq!(without.id, without.hash.to_string());
        for id in [&without.id, "x", r#"a"b\"#, "\\"] {
            fact.id = Some(id.to_owned());
            let with = fact.canonical();
            assert_eq!(with.hash, without.hash, "{id}");
            assert_eq!(serde_json::from_slice::<Fact>(&with.json).unwrap(), fact);
        }
    }
}
