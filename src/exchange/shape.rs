//! What the objects of JSON Lines look like, and where one that does not look
//! like that goes wrong. Slow and thorough: only wrong lines and definitions
//! of entities come here.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::model::{Date, Entity, Fact, nearest};

use super::record::Content;

/// What is wrong with a text, and at which byte of it.
#[derive(Debug)]
pub(super) struct Fault {
    pub offset: usize,
    pub reason: String,
    pub mend: Option<String>,
}

impl Fault {
    pub fn new(offset: usize, reason: impl Into<String>) -> Self {
        Self { offset, reason: reason.into(), mend: None }
    }

    pub fn mended(self, mend: impl Into<String>) -> Self {
        Self { mend: Some(mend.into()), ..self }
    }
}

/// What stands under a key.
#[derive(Clone, Copy)]
enum Expected {
    Text,
    Date,
    Texts,
    Objects(&'static Shape),
    /// Each is a text or such an object.
    TextsOrObjects(&'static Shape),
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

struct Shape {
    what: &'static str,
    keys: &'static [(&'static str, Expected, Presence)],
}

use Expected::{Object, Objects, Text, Texts, TextsOrObjects};
use Presence::{Nullable, Optional, Required};

static FACT: Shape = Shape {
    what: "a fact",
    keys: &[
        ("subject", Text, Required),
        ("action", Text, Required),
        ("id", Text, Nullable),
        ("object", Text, Nullable),
        ("date", Expected::Date, Nullable),
        ("tags", Texts, Nullable),
        ("title", Text, Nullable),
        ("note", Text, Nullable),
        ("sources", Objects(&SOURCE), Nullable),
    ],
};

static SOURCE: Shape = Shape {
    what: "a source",
    keys: &[
        ("publisher", Text, Nullable),
        ("url", Text, Nullable),
        ("published", Expected::Date, Nullable),
        ("according_to", Text, Nullable),
        ("quote", Text, Nullable),
        ("says", Object, Optional),
    ],
};

static ENTITY: Shape = Shape {
    what: "an entity",
    keys: &[
        ("entity", Text, Required),
        ("kind", Text, Required),
        ("name", Text, Required),
        ("aliases", TextsOrObjects(&ALIAS), Optional),
        ("from", Expected::Date, Nullable),
        ("until", Expected::Date, Nullable),
        ("succeeds", Texts, Optional),
        ("continues", Texts, Optional),
        ("in", TextsOrObjects(&MEMBERSHIP), Optional),
    ],
};

static ALIAS: Shape = Shape {
    what: "a dated name",
    keys: &[("name", Text, Required), ("from", Expected::Date, Nullable), ("until", Expected::Date, Nullable)],
};

static MEMBERSHIP: Shape = Shape {
    what: "a membership",
    keys: &[("group", Text, Required), ("from", Expected::Date, Nullable), ("until", Expected::Date, Nullable)],
};

/// Reads a line as what it is, or says why it is nothing.
pub(super) fn read(text: &str) -> Result<Content, Fault> {
    let start = text.len() - text.trim_start().len();
    match text.as_bytes().get(start) {
        Some(b'{') => {}
        Some(b'[') => {
            let fault = Fault::new(start, "expected one object a line, and this looks like a JSON array");
            return Err(
                fault.mended("write each of its elements on a line of its own, without the brackets and commas")
            );
        }
        _ => {
            let fault = Fault::new(start, "expected one JSON object a line");
            return Err(fault.mended("write a record as {\"subject\": …, \"action\": …}"));
        }
    }
    let members: Members = serde_json::from_str(text).map_err(|error| syntax(text, &error))?;
    if members.0.iter().any(|(key, _)| key == "entity") {
        as_shape::<Entity>(text, &members, start, &ENTITY).map(Content::Entity)
    } else {
        as_shape::<Fact>(text, &members, start, &FACT).map(Content::Fact)
    }
}

fn as_shape<'a, T: Deserialize<'a>>(text: &'a str, members: &Members, start: usize, shape: &Shape) -> Result<T, Fault> {
    let parsed = serde_json::from_str::<T>(text).map_err(|error| (syntax(text, &error), error));
    match parsed {
        // Depth before all else: what is missing beside it matters less.
        Err((fault, error)) if error.is_syntax() => Err(fault),
        parsed => {
            check(text, "", members, start, shape)?;
            parsed.map_err(|(fault, _)| fault)
        }
    }
}

/// The character, from 1, at which the value of a key of a JSON object starts.
#[must_use]
pub fn column_of(raw: &[u8], key: &str) -> Option<u64> {
    let text = std::str::from_utf8(raw).ok()?;
    let members: Members = serde_json::from_str(text).ok()?;
    let (_, value) = members.0.iter().find(|(name, _)| name == key)?;
    Some(text.get(..offset(text, value.get()))?.chars().count() as u64 + 1)
}

/// The keys of an object in their order, each with its value unread.
struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(serde::Deserialize)]
        struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some((Key(key), value)) = map.next_entry::<Key, &RawValue>()? {
                    members.push((key, value));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

/// Where a part of a text starts in it.
fn offset(text: &str, part: &str) -> usize {
    (part.as_ptr().addr()).saturating_sub(text.as_ptr().addr()).min(text.len())
}

fn check(text: &str, path: &str, members: &Members, start: usize, shape: &Shape) -> Result<(), Fault> {
    let path_to = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    for (index, (key, value)) in members.0.iter().enumerate() {
        let at = offset(text, value.get());
        if members.0.iter().take(index).any(|(earlier, _)| earlier == key) {
            return Err(Fault::new(at, format!("`{}` is given twice", path_to(key))));
        }
        let Some((_, expected, presence)) = shape.keys.iter().find(|(name, ..)| name == key) else {
            continue;
        };
        if value.get() != "null" || *presence != Nullable {
            check_value(text, &path_to(key), value.get(), *expected)?;
        }
    }
    let keys = || members.0.iter().map(|(key, _)| key.as_ref());
    for (name, _, presence) in shape.keys {
        if *presence == Required && keys().all(|key| key != *name) {
            let fault = Fault::new(start, format!("`{}` is missing, and {} needs it", path_to(name), shape.what));
            let unknown = keys().filter(|key| shape.keys.iter().all(|(known, ..)| known != key));
            return Err(match nearest(name, unknown) {
                Some(near) => fault.mended(format!("is it called `{near}` here?")),
                None => fault,
            });
        }
    }
    Ok(())
}

fn check_value(text: &str, path: &str, value: &str, expected: Expected) -> Result<(), Fault> {
    let at = offset(text, value);
    let wrong = |expected: &str| Fault::new(at, format!("`{path}` must be {expected}, not {}", type_of(value)));
    match expected {
        Text if value.starts_with('"') => Ok(()),
        Text => {
            let fault = wrong("text");
            Err(if type_of(value) == "a number" { fault.mended(format!("write \"{value}\"")) } else { fault })
        }
        Expected::Date if value.starts_with('"') => {
            let written: String = serde_json::from_str(value).map_err(|error| syntax_within(text, value, &error))?;
            Date::parse(&written).map(drop).map_err(|error| Fault::new(at, format!("`{path}`: {error}")))
        }
        Expected::Date => {
            let mend = if type_of(value) == "a number" { value } else { "2025-06-27" };
            Err(wrong("a date as text").mended(format!("write \"{mend}\"")))
        }
        Object if value.starts_with('{') => {
            check(text, path, &within(text, value)?, at, &Shape { what: "", keys: &[] })
        }
        Object => Err(wrong("an object")),
        Texts => {
            let elements: Vec<&RawValue> = list(text, value).ok_or_else(|| wrong("a list of texts"))??;
            elements
                .iter()
                .enumerate()
                .try_for_each(|(index, element)| check_value(text, &format!("{path}[{index}]"), element.get(), Text))
        }
        Objects(shape) | TextsOrObjects(shape) => {
            let either = matches!(expected, TextsOrObjects(_));
            let list_of = if either { "a list of texts and objects" } else { "a list of objects" };
            let elements: Vec<&RawValue> = list(text, value).ok_or_else(|| wrong(list_of))??;
            for (index, element) in elements.iter().enumerate() {
                let (path, element) = (format!("{path}[{index}]"), element.get());
                let at = offset(text, element);
                if element.starts_with('{') {
                    check(text, &path, &within(text, element)?, at, shape)?;
                } else if !(either && element.starts_with('"')) {
                    let expected = if either { "text or an object" } else { "an object" };
                    return Err(Fault::new(at, format!("`{path}` must be {expected}, not {}", type_of(element))));
                }
            }
            Ok(())
        }
    }
}

fn within<'a>(text: &str, value: &'a str) -> Result<Members<'a>, Fault> {
    serde_json::from_str(value).map_err(|error| syntax_within(text, value, &error))
}

fn list<'a>(text: &str, value: &'a str) -> Option<Result<Vec<&'a RawValue>, Fault>> {
    value.starts_with('[').then(|| serde_json::from_str(value).map_err(|error| syntax_within(text, value, &error)))
}

fn type_of(value: &str) -> &'static str {
    match value.as_bytes().first() {
        Some(b'"') => "text",
        Some(b'{') => "an object",
        Some(b'[') => "a list",
        Some(b't' | b'f') => "true or false",
        Some(b'n') => "null",
        _ => "a number",
    }
}

fn syntax_within(text: &str, value: &str, error: &serde_json::Error) -> Fault {
    let fault = syntax(value, error);
    Fault { offset: fault.offset + offset(text, value), ..fault }
}

/// What the parser says, in plain words and without its own place, which is of
/// bytes and of the first line always.
fn syntax(text: &str, error: &serde_json::Error) -> Fault {
    let message = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let message = message.strip_suffix(&place).unwrap_or(&message);
    if error.is_eof() {
        let fault = Fault::new(text.len(), "the line ends before its object does");
        return fault.mended("write each record whole on one line");
    }
    let mut offset = text.floor_char_boundary(error.column().saturating_sub(1));
    if message.starts_with("control character") {
        // The parser stops somewhere before it.
        offset += text.bytes().skip(offset).position(|byte| byte < 0x20).unwrap_or(0);
    }
    let (reason, mend) = match message {
        "recursion limit exceeded" => ("values are nested too deeply: more than 127 levels", None),
        "trailing characters" => ("something follows the object", Some("write one object a line")),
        "trailing comma" => ("nothing follows the comma", Some("leave the comma out")),
        "key must be a string" => ("a key must be text in double quotes", None),
        "expected value" | "expected ident" => ("expected a value", Some("write text in double quotes")),
        "invalid escape" => ("JSON has no such escape", Some("write a backslash itself as `\\\\`")),
        "control character (\\u0000-\\u001F) found while parsing a string" => {
            ("a control character stands in a text", Some("write it as an escape, such as `\\n` or `\\t`"))
        }
        other => (other, None),
    };
    Fault { offset, reason: reason.to_owned(), mend: mend.map(str::to_owned) }
}
