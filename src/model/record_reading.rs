//! Facts and sources as they are read, with all digits of their numbers.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer, de};

use super::json_door::{ExactFields, ExactJson};
use super::{Date, Fact, Fields, Source};

impl<'de> Deserialize<'de> for Fact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FactVisitor)
    }
}

/// Written by hand because `#[serde(flatten)]` would buffer every value of every
/// record.
struct FactVisitor;

impl<'de> de::Visitor<'de> for FactVisitor {
    type Value = Fact;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a fact: an object with `subject` and `action`")
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Fact, A::Error> {
        let (mut id, mut subject, mut action, mut object, mut date) = (None, None, None, None, None);
        let (mut tags, mut title, mut note, mut sources) = (None, None, None, None);
        let mut fields = Fields::new();
        while let Some(BorrowedKey(key)) = map.next_key()? {
            match &*key {
                "id" => once::<A, Option<String>>(&mut map, &mut id, "id")?,
                "subject" => once::<A, String>(&mut map, &mut subject, "subject")?,
                "action" => once::<A, String>(&mut map, &mut action, "action")?,
                "object" => once::<A, Option<String>>(&mut map, &mut object, "object")?,
                "date" => once::<A, Option<Date>>(&mut map, &mut date, "date")?,
                "tags" => once::<A, Option<Vec<String>>>(&mut map, &mut tags, "tags")?,
                "title" => once::<A, Option<String>>(&mut map, &mut title, "title")?,
                "note" => once::<A, Option<String>>(&mut map, &mut note, "note")?,
                "sources" => once::<A, Option<Vec<Source>>>(&mut map, &mut sources, "sources")?,
                other => {
                    let ExactJson(value) = map.next_value()?;
                    if fields.contains_key(other) {
                        return Err(de::Error::custom(format_args!("`{other}` appears twice")));
                    }
                    if !value.is_null() {
                        fields.insert(key.into_owned(), value);
                    }
                }
            }
        }
        Ok(Fact {
            id: id.flatten(),
            subject: subject.ok_or_else(|| de::Error::missing_field("subject"))?,
            action: action.ok_or_else(|| de::Error::missing_field("action"))?,
            object: object.flatten(),
            date: date.flatten(),
            fields,
            tags: tags.flatten().unwrap_or_default(),
            title: title.flatten(),
            note: note.flatten(),
            sources: sources.flatten().unwrap_or_default(),
        })
    }
}

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(SourceVisitor)
    }
}

/// Written by hand because `#[serde(flatten)]` would make doubles of all numbers.
struct SourceVisitor;

impl<'de> de::Visitor<'de> for SourceVisitor {
    type Value = Source;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a source: an object")
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Source, A::Error> {
        let (mut publisher, mut url, mut day) = (None, None, None);
        let (mut according_to, mut quote, mut says) = (None, None, None);
        let mut fields = Fields::new();
        while let Some(BorrowedKey(key)) = map.next_key()? {
            match &*key {
                "publisher" => once::<A, Option<String>>(&mut map, &mut publisher, "publisher")?,
                "url" => once::<A, Option<String>>(&mut map, &mut url, "url")?,
                "published" => once::<A, Option<Date>>(&mut map, &mut day, "published")?,
                "according_to" => once::<A, Option<String>>(&mut map, &mut according_to, "according_to")?,
                "quote" => once::<A, Option<String>>(&mut map, &mut quote, "quote")?,
                "says" => once::<A, ExactFields>(&mut map, &mut says, "says")?,
                _ => {
                    let ExactJson(value) = map.next_value()?;
                    if fields.contains_key(&*key) {
                        return Err(de::Error::custom(format_args!("`{key}` appears twice")));
                    }
                    fields.insert(key.into_owned(), value);
                }
            }
        }
        Ok(Source {
            publisher: publisher.flatten(),
            url: url.flatten(),
            published: day.flatten(),
            according_to: according_to.flatten(),
            quote: quote.flatten(),
            says: says.unwrap_or_default().0,
            fields,
        })
    }
}

/// Reads the value of a key that an object may have once.
fn once<'de, A: de::MapAccess<'de>, T: Deserialize<'de>>(
    map: &mut A,
    slot: &mut Option<T>,
    key: &'static str,
) -> Result<(), A::Error> {
    if slot.replace(map.next_value()?).is_some() {
        return Err(de::Error::duplicate_field(key));
    }
    Ok(())
}

/// A key, borrowed from the input if it contains no escapes.
struct BorrowedKey<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for BorrowedKey<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;
        impl<'de> de::Visitor<'de> for KeyVisitor {
            type Value = BorrowedKey<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }

            fn visit_borrowed_str<E: de::Error>(self, key: &'de str) -> Result<BorrowedKey<'de>, E> {
                Ok(BorrowedKey(Cow::Borrowed(key)))
            }

            fn visit_str<E: de::Error>(self, key: &str) -> Result<BorrowedKey<'de>, E> {
                Ok(BorrowedKey(Cow::Owned(key.to_owned())))
            }
        }
        deserializer.deserialize_str(KeyVisitor)
    }
}
