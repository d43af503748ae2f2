//! JSON values as records bring them. Readers of JSON take a number for a double, and
//! a double has about 16 digits; a number that it would change becomes a text of its
//! digits here, and is written as that text, as RFC 7493 recommends. No digit is lost,
//! and no program that shares `serde_json` with this crate sees another `Value`.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::{Fields, Number};

/// The name by which `serde_json` knows that the text of a value is asked for, and the
/// key under which it gives it. A test notices if it should change.
const RAW: &str = "$serde_json::private::RawValue";

/// A value of which no number is changed.
pub(super) struct ExactJson(pub Value);

/// An object of which no number is changed.
pub(super) struct ExactObject(pub Map<String, Value>);

/// The values of an object, none of whose numbers is changed.
#[derive(Default)]
pub(super) struct ExactFields(pub Fields);

/// How deeply values may be nested, as readers of JSON have it.
const DEEPEST: usize = 127;

impl<'de> Deserialize<'de> for ExactJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(RAW, ExactVisitor)
    }
}

impl<'de> Deserialize<'de> for ExactFields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let ExactObject(object) = ExactObject::deserialize(deserializer)?;
        Ok(Self(object.into_iter().collect()))
    }
}

impl<'de> Deserialize<'de> for ExactObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ObjectVisitor;
        impl<'de> de::Visitor<'de> for ObjectVisitor {
            type Value = ExactObject;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<ExactObject, A::Error> {
                let mut object = Map::new();
                while let Some((key, ExactJson(value))) = map.next_entry::<String, _>()? {
                    if object.contains_key(&key) {
                        return Err(de::Error::custom(format_args!("`{key}` appears twice")));
                    }
                    object.insert(key, value);
                }
                Ok(ExactObject(object))
            }
        }
        deserializer.deserialize_map(ObjectVisitor)
    }
}

struct ExactVisitor;

impl<'de> de::Visitor<'de> for ExactVisitor {
    type Value = ExactJson;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    /// What is not read from text has its numbers already.
    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<ExactJson, D::Error> {
        Value::deserialize(deserializer).map(ExactJson)
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<ExactJson, A::Error> {
        let mut object = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            if key == RAW {
                let text: RawText<'de> = map.next_value()?;
                return exact_value(&text.0).map(ExactJson).map_err(de::Error::custom);
            }
            let ExactJson(value) = map.next_value()?;
            if object.contains_key(&key) {
                return Err(de::Error::custom(format_args!("`{key}` appears twice")));
            }
            object.insert(key, value);
        }
        Ok(ExactJson(Value::Object(object)))
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut values: A) -> Result<ExactJson, A::Error> {
        let mut list = Vec::new();
        while let Some(ExactJson(value)) = values.next_element()? {
            list.push(value);
        }
        Ok(ExactJson(Value::Array(list)))
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<ExactJson, E> {
        Ok(ExactJson(value.into()))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<ExactJson, E> {
        Ok(ExactJson(value.into()))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<ExactJson, E> {
        Ok(ExactJson(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<ExactJson, E> {
        Ok(ExactJson(value.into()))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<ExactJson, E> {
        Ok(ExactJson(value.into()))
    }

    fn visit_unit<E: de::Error>(self) -> Result<ExactJson, E> {
        Ok(ExactJson(Value::Null))
    }
}

/// The text of a value, borrowed from the input if it can be.
struct RawText<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for RawText<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;
        impl<'de> de::Visitor<'de> for TextVisitor {
            type Value = RawText<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the text of a value")
            }

            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<RawText<'de>, E> {
                Ok(RawText(Cow::Borrowed(text)))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<RawText<'de>, E> {
                Ok(RawText(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(TextVisitor)
    }
}

/// The value that a text of JSON has.
fn exact_value(text: &str) -> Result<Value, serde_json::Error> {
    // Most values are texts. What is in them was looked at when their end was sought.
    if let Some(inner) = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'))
        && !inner.contains('\\')
    {
        return Ok(inner.into());
    }
    let first = text.as_bytes().first();
    // A reader of JSON would also pass over keys that an object has twice.
    if matches!(first, Some(b'[' | b'{')) && nesting(text) > DEEPEST {
        return Err(de::Error::custom(format_args!("values are nested more than {DEEPEST} deep")));
    }
    match first {
        Some(b'[') => {
            let values: Vec<ExactJson> = serde_json::from_str(text)?;
            Ok(values.into_iter().map(|exact| exact.0).collect())
        }
        Some(b'{') => serde_json::from_str(text).map(|ExactObject(object)| Value::Object(object)),
        Some(b'-' | b'0'..=b'9') if may_lose_digits(text) => Ok(exact_number(text)),
        _ => serde_json::from_str(text),
    }
}

/// How deeply lists and objects are nested in a text of JSON.
fn nesting(text: &str) -> usize {
    let (mut depth, mut deepest, mut in_string, mut escaping) = (0_usize, 0, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaping => escaping = false,
            b'\\' if in_string => escaping = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// A number as it is written in JSON.
fn exact_number(text: &str) -> Value {
    match (serde_json::from_str::<Value>(text), text.parse::<Number>()) {
        (Ok(value), Ok(number)) if Number::of_json(&value) == Ok(number.clone()) => value,
        (_, Ok(number)) => number.to_json(),
        (_, Err(_)) => text.into(),
    }
}

/// Whether a number as it is written in JSON may be one that a double would change: one of more than
/// 15 digits, or with an exponent.
fn may_lose_digits(text: &str) -> bool {
    let mut digits = 0;
    text.bytes().any(|byte| {
        match byte {
            b'0'..=b'9' => digits += 1,
            b'.' => {}
            b'e' | b'E' if digits > 0 => return true,
            _ => digits = 0,
        }
        digits > 15
    })
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let ExactJson(value) = ExactJson::deserialize(deserializer)?;
        Self::of_json(&value).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_keep_their_digits_and_objects_have_each_key_once_at_any_depth() {
        let read = |text: &str| serde_json::from_str::<ExactJson>(text).map(|exact| exact.0);
        for (text, value) in [
            ("12", json!(12)),
            ("0.10", json!(0.1)),
            ("1e3", json!(1000.0)),
            ("12345678901234567", json!(12_345_678_901_234_567_u64)),
            ("18446744073709551616", json!("18446744073709551616")),
            ("0.12345678901234567890", json!("0.1234567890123456789")),
            ("[1,{\"a\":[123456789012345678901.5,\"1e5\"]}]", json!([1, {"a": ["123456789012345678901.5", "1e5"]}])),
            ("1.0000000000013502e18", json!(1_000_000_000_001_350_200_u64)),
            ("1e350", json!("1e350")),
            ("571111111111111.3", json!("571111111111111.3")),
            ("1e999", json!("1e999")),
            ("\"12345678901234567890\"", json!("12345678901234567890")),
            ("{\"12345678901234567890\":null}", json!({"12345678901234567890": null})),
        ] {
            assert_eq!(read(text).unwrap(), value, "{text}");
            assert_eq!(read(&value.to_string()).unwrap(), value, "{text} again");
        }
        assert!(read("[1234567890123456,").is_err());
        for text in
            ["{\"a\":1,\"a\":2}", "[{\"b\":{\"a\":null,\"\\u0061\":\"x\"}}]", "{\"a\":1234567890123456,\"a\":2}"]
        {
            assert!(read(text).unwrap_err().to_string().starts_with("`a` appears twice"), "{text}");
        }
        let deep = "[".repeat(200) + "1234567890123456" + &"]".repeat(200);
        assert!(read(&deep).is_err(), "as deep as a reader of JSON goes, and no deeper");
    }

    #[test]
    fn values_that_come_from_elsewhere_are_read_too() {
        let value = json!({"a": [1, 2.5, null, "x", true]});
        assert_eq!(serde_json::from_value::<ExactJson>(value.clone()).unwrap().0, value);
        let table: ExactFields = toml::from_str("a = [1, 2.5, 'x', true]\nb = { c = -1 }").unwrap();
        assert_eq!(json!(table.0), json!({"a": [1, 2.5, "x", true], "b": {"c": -1}}));
    }
}
