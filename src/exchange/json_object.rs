//! What the objects of JSON Lines look like, and where one that does not look
//! like that goes wrong. Slow and thorough: only wrong lines and definitions
//! of entities come here.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::model::{Date, Entity, Fact, nearest};

use super::json_syntax::syntax_problem;
use super::problem::{ExpectedJson, JsonProblem, JsonType, RecordPart, RecordProblem, ValueProblem};
use super::record::RecordContent;

/// What is wrong with a text, and at which byte of it.
#[derive(Debug)]
pub(super) struct JsonFault {
    pub offset: usize,
    pub problem: Box<RecordProblem>,
}

impl JsonFault {
    pub fn new(offset: usize, problem: RecordProblem) -> Self {
        Self { offset, problem: Box::new(problem) }
    }

    fn syntax(offset: usize, problem: JsonProblem) -> Self {
        Self::new(offset, RecordProblem::Json(problem))
    }
}

/// What the value of a key must be.
#[derive(Clone, Copy)]
enum KeyType {
    Text,
    Date,
    Texts,
    Objects(&'static ObjectSchema),
    /// Each is a text or such an object.
    TextsOrObjects(&'static ObjectSchema),
    /// An object with any keys.
    Object,
}

/// Whether a key must be there.
#[derive(Clone, Copy, PartialEq)]
enum Presence {
    Required,
    /// May be absent or `null`.
    Nullable,
    /// May be absent.
    Optional,
}

struct ObjectSchema {
    part: RecordPart,
    keys: &'static [(&'static str, KeyType, Presence)],
}

use KeyType::{Object, Objects, Text, Texts, TextsOrObjects};
use Presence::{Nullable, Optional, Required};

static FACT: ObjectSchema = ObjectSchema {
    part: RecordPart::Fact,
    keys: &[
        ("subject", Text, Required),
        ("action", Text, Required),
        ("id", Text, Nullable),
        ("object", Text, Nullable),
        ("date", KeyType::Date, Nullable),
        ("tags", Texts, Nullable),
        ("title", Text, Nullable),
        ("note", Text, Nullable),
        ("sources", Objects(&SOURCE), Nullable),
    ],
};

static SOURCE: ObjectSchema = ObjectSchema {
    part: RecordPart::Source,
    keys: &[
        ("publisher", Text, Nullable),
        ("url", Text, Nullable),
        ("published", KeyType::Date, Nullable),
        ("according_to", Text, Nullable),
        ("quote", Text, Nullable),
        ("says", Object, Optional),
    ],
};

static ENTITY: ObjectSchema = ObjectSchema {
    part: RecordPart::Entity,
    keys: &[
        ("entity", Text, Required),
        ("kind", Text, Required),
        ("name", Text, Required),
        ("aliases", TextsOrObjects(&ALIAS), Optional),
        ("from", KeyType::Date, Nullable),
        ("until", KeyType::Date, Nullable),
        ("succeeds", Texts, Optional),
        ("continues", Texts, Optional),
        ("in", TextsOrObjects(&MEMBERSHIP), Optional),
    ],
};

static ALIAS: ObjectSchema = ObjectSchema {
    part: RecordPart::DatedName,
    keys: &[("name", Text, Required), ("from", KeyType::Date, Nullable), ("until", KeyType::Date, Nullable)],
};

static MEMBERSHIP: ObjectSchema = ObjectSchema {
    part: RecordPart::Membership,
    keys: &[("group", Text, Required), ("from", KeyType::Date, Nullable), ("until", KeyType::Date, Nullable)],
};

/// Reads a line as the fact or entity that it is, or finds out what is wrong with it.
pub(super) fn parse_object(text: &str) -> Result<RecordContent, JsonFault> {
    let start = text.len() - text.trim_start().len();
    match text.as_bytes().get(start) {
        Some(b'{') => {}
        Some(b'[') => return Err(JsonFault::syntax(start, JsonProblem::Array)),
        _ => return Err(JsonFault::syntax(start, JsonProblem::NotAnObject)),
    }
    let members: Members = serde_json::from_str(text).map_err(|error| syntax_fault(text, &error))?;
    if members.0.iter().any(|(key, _)| key == "entity") {
        checked::<Entity>(text, &members, start, &ENTITY).map(RecordContent::Entity)
    } else {
        checked::<Fact>(text, &members, start, &FACT).map(RecordContent::Fact)
    }
}

fn checked<'a, T: Deserialize<'a>>(
    text: &'a str,
    members: &Members,
    start: usize,
    schema: &ObjectSchema,
) -> Result<T, JsonFault> {
    let parsed = serde_json::from_str::<T>(text);
    // Depth before all else: what is missing beside it matters less.
    match parsed {
        Err(error) if error.is_syntax() => Err(syntax_fault(text, &error)),
        Err(_) if let Some(fault) = depth_fault(text) => Err(fault),
        parsed => {
            check_object(text, "", members, start, Some(schema))?;
            parsed.map_err(|error| syntax_fault(text, &error))
        }
    }
}

/// Where a text is nested too deeply. The values of a record are read as texts first,
/// and do not know how deep they are.
fn depth_fault(text: &str) -> Option<JsonFault> {
    let (offset, problem) = syntax_problem(text, &serde_json::from_str::<Value>(text).err()?);
    matches!(problem, JsonProblem::TooDeep { .. }).then(|| JsonFault::syntax(offset, problem))
}

/// The text of an object with blanks for those of its members, and of those of its
/// `sources`, that a test names by their key and their text.
pub(super) fn without_members(text: &str, is_named: &mut dyn FnMut(&str, &str) -> bool) -> Option<String> {
    let mut bytes = text.as_bytes().to_vec();
    blank_members(text, text, "", &mut bytes, is_named)?;
    String::from_utf8(bytes).ok()
}

fn blank_members(
    text: &str,
    object: &str,
    path: &str,
    bytes: &mut [u8],
    is_named: &mut dyn FnMut(&str, &str) -> bool,
) -> Option<()> {
    let members: Members = serde_json::from_str(object).ok()?;
    let mut end = offset_of(text, object) + object.find('{')? + 1;
    let mut is_first = true;
    for (key, value) in &members.0 {
        let (start, value) = (end, value.get());
        end = offset_of(text, value) + value.len();
        let key = format!("{path}{key}");
        if serde_json::from_str::<String>(value).is_ok_and(|text| is_named(&key, &text)) {
            bytes.get_mut(start..end)?.fill(b' ');
            continue;
        }
        // The comma behind a member that is gone.
        let before = bytes.get_mut(start..end)?.iter_mut().find(|byte| !byte.is_ascii_whitespace());
        before.filter(|byte| is_first && **byte == b',').into_iter().for_each(|comma| *comma = b' ');
        is_first = false;
        if key == "sources" && value.starts_with('[') {
            let sources: Vec<&RawValue> = serde_json::from_str(value).ok()?;
            for source in sources.iter().map(|source| source.get()).filter(|source| source.starts_with('{')) {
                blank_members(text, source, "source.", bytes, is_named)?;
            }
        }
    }
    Some(())
}

/// The character, from 1, at which the value of a key of a JSON object starts.
#[must_use]
pub fn column_of_key(raw: &[u8], key: &str) -> Option<u64> {
    let text = std::str::from_utf8(raw).ok()?;
    let members: Members = serde_json::from_str(text).ok()?;
    let (_, value) = members.0.iter().find(|(name, _)| name == key)?;
    Some(text.get(..offset_of(text, value.get()))?.chars().count() as u64 + 1)
}

/// The keys of an object in their order, each with its value unread.
struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(serde::Deserialize)]
        struct MemberKey<'a>(#[serde(borrow)] Cow<'a, str>);

        struct MembersVisitor;
        impl<'de> de::Visitor<'de> for MembersVisitor {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some((MemberKey(key), value)) = map.next_entry::<MemberKey, &RawValue>()? {
                    members.push((key, value));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(MembersVisitor)
    }
}

/// Where a part of a text starts in it.
fn offset_of(text: &str, part: &str) -> usize {
    (part.as_ptr().addr()).saturating_sub(text.as_ptr().addr()).min(text.len())
}

/// Checks the keys of an object and what is below them; where there is no schema, only
/// that no key is given twice.
fn check_object(
    text: &str,
    path: &str,
    members: &Members,
    start: usize,
    schema: Option<&ObjectSchema>,
) -> Result<(), JsonFault> {
    let path_to = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    for (index, (key, value)) in members.0.iter().enumerate() {
        if members.0.iter().take(index).any(|(earlier, _)| earlier == key) {
            let offset = offset_of(text, value.get());
            return Err(JsonFault::new(offset, RecordProblem::DuplicateKey { path: path_to(key) }));
        }
        let path = &path_to(key);
        let known = schema.and_then(|schema| schema.keys.iter().find(|(name, ..)| name == key));
        let check = ValueCheck { text, path, value: value.get(), part: schema.map_or(RecordPart::Fact, |of| of.part) };
        match known {
            None => check.check_keys()?,
            Some((_, _, Nullable)) if check.value == "null" => {}
            Some((_, expected, _)) => check.check(*expected)?,
        }
    }
    let Some(schema) = schema else { return Ok(()) };
    let keys = || members.0.iter().map(|(key, _)| key.as_ref());
    let missing =
        schema.keys.iter().find(|(name, _, presence)| *presence == Required && keys().all(|key| key != *name));
    let Some((name, ..)) = missing else { return Ok(()) };
    let unknown = keys().filter(|key| schema.keys.iter().all(|(known, ..)| known != key));
    let similar = nearest(name, unknown).map(str::to_owned);
    let problem = RecordProblem::MissingKey { path: path_to(name), part: schema.part, similar };
    Err(JsonFault::new(start, problem))
}

/// A value of a key that is to be checked.
#[derive(Clone, Copy)]
struct ValueCheck<'a> {
    /// The whole line.
    text: &'a str,
    path: &'a str,
    /// The value as it is in the line.
    value: &'a str,
    part: RecordPart,
}

impl<'a> ValueCheck<'a> {
    fn check(self, expected: KeyType) -> Result<(), JsonFault> {
        match expected {
            Text if self.value.starts_with('"') => Ok(()),
            Text => Err(self.wrong_type(ExpectedJson::Text)),
            KeyType::Date if self.value.starts_with('"') => {
                let written: String = self.parse()?;
                Date::parse(&written).map(drop).map_err(|error| {
                    let (field, part) = (self.path.to_owned(), self.part);
                    self.fault(RecordProblem::Value { field, part, problem: ValueProblem::NotADate(error) })
                })
            }
            KeyType::Date => Err(self.wrong_type(ExpectedJson::Date)),
            Object if self.value.starts_with('{') => self.check_members(None),
            Object => Err(self.wrong_type(ExpectedJson::Object)),
            Texts => self.each(ExpectedJson::Texts, |element| element.check(Text)),
            Objects(schema) => self.each(ExpectedJson::Objects, |element| element.check_element(schema, false)),
            TextsOrObjects(schema) => {
                self.each(ExpectedJson::TextsOrObjects, |element| element.check_element(schema, true))
            }
        }
    }

    /// Checks each element of a list.
    fn each(
        self,
        expected: ExpectedJson,
        check: impl Fn(ValueCheck<'_>) -> Result<(), JsonFault>,
    ) -> Result<(), JsonFault> {
        if !self.value.starts_with('[') {
            return Err(self.wrong_type(expected));
        }
        let elements: Vec<&RawValue> = self.parse()?;
        elements.iter().enumerate().try_for_each(|(index, element)| {
            check(ValueCheck { path: &format!("{}[{index}]", self.path), value: element.get(), ..self })
        })
    }

    fn check_element(self, schema: &ObjectSchema, or_text: bool) -> Result<(), JsonFault> {
        if self.value.starts_with('{') {
            return self.check_members(Some(schema));
        }
        if or_text && self.value.starts_with('"') {
            return Ok(());
        }
        Err(self.wrong_type(if or_text { ExpectedJson::TextOrObject } else { ExpectedJson::Object }))
    }

    /// Checks that no object in a value of any type has a key twice.
    fn check_keys(self) -> Result<(), JsonFault> {
        match self.value.as_bytes().first() {
            Some(b'{') => self.check_members(None),
            Some(b'[') => self.each(ExpectedJson::Texts, |element| element.check_keys()),
            _ => Ok(()),
        }
    }

    fn check_members(self, schema: Option<&ObjectSchema>) -> Result<(), JsonFault> {
        check_object(self.text, self.path, &self.parse()?, self.offset(), schema)
    }

    fn parse<T: Deserialize<'a>>(self) -> Result<T, JsonFault> {
        serde_json::from_str(self.value).map_err(|error| {
            let fault = syntax_fault(self.value, &error);
            JsonFault { offset: fault.offset + self.offset(), ..fault }
        })
    }

    fn offset(self) -> usize {
        offset_of(self.text, self.value)
    }

    fn fault(self, problem: RecordProblem) -> JsonFault {
        JsonFault::new(self.offset(), problem)
    }

    fn wrong_type(self, expected: ExpectedJson) -> JsonFault {
        let found = type_of(self.value);
        let number = (found == JsonType::Number).then(|| self.value.to_owned());
        self.fault(RecordProblem::WrongType { path: self.path.to_owned(), expected, found, number })
    }
}

fn type_of(value: &str) -> JsonType {
    match value.as_bytes().first() {
        Some(b'"') => JsonType::Text,
        Some(b'{') => JsonType::Object,
        Some(b'[') => JsonType::List,
        Some(b't' | b'f') => JsonType::Boolean,
        Some(b'n') => JsonType::Null,
        _ => JsonType::Number,
    }
}

fn syntax_fault(text: &str, error: &serde_json::Error) -> JsonFault {
    let (offset, problem) = syntax_problem(text, error);
    JsonFault::syntax(offset, problem)
}
