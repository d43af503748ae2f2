//! One line of JSON as a fact or an entity. Pure, so that any thread can parse;
//! `json_object` finds out what is wrong with a line.

use std::sync::{Arc, LazyLock};

use memchr::memmem::Finder;
use serde_json::Value;

use crate::model::{COMPUTED_KEY, Fact};

use super::error::{RecordError, RecordLocation};
use super::json_object::{JsonFault, parse_object};
use super::lines::RawLine;
use super::problem::RecordProblem;
use super::record::RecordContent;

/// The key that every definition of an entity has.
static ENTITY_KEY: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\"entity\""));

/// Reads one line of an input of that name: a fact, or an entity if the object
/// has the key `entity`.
///
/// ```
/// use tractat::exchange::{RawLine, RecordContent, parse_line};
///
/// let bytes = br#"{"subject":"Ada","action":"resigned"}"#;
/// let line = RawLine { number: 1, bytes, length: bytes.len() as u64 };
/// let content = parse_line(&"facts.jsonl".into(), line)?;
/// assert!(matches!(content, RecordContent::Fact(fact) if fact.subject == "Ada"));
/// # Ok::<(), Box<tractat::exchange::RecordError>>(())
/// ```
///
/// # Errors
///
/// If the line is too long, is not UTF-8, is not one JSON object, or the object
/// is neither a fact nor an entity.
pub fn parse_line(name: &Arc<str>, line: RawLine<'_>) -> Result<RecordContent, Box<RecordError>> {
    parse(line).map_err(|fault| {
        // Up to the fault the line is UTF-8, or the fault is where it stops being so.
        let before = line.bytes.get(..fault.offset).unwrap_or(line.bytes);
        let column = String::from_utf8_lossy(before).chars().count() as u64 + 1;
        let location = RecordLocation { column: Some(column), ..line.location(name) };
        Box::new(RecordError { location, problem: *fault.problem })
    })
}

fn parse(line: RawLine<'_>) -> Result<RecordContent, JsonFault> {
    if line.length > line.bytes.len() as u64 {
        return Err(JsonFault::new(0, RecordProblem::TooLong));
    }
    let text = std::str::from_utf8(line.bytes).map_err(|error| not_utf8(line, error.valid_up_to()))?;
    // Looking for the key is much cheaper than reading every object twice.
    if ENTITY_KEY.find(line.bytes).is_none()
        && let Ok(fact) = serde_json::from_str::<Fact>(text)
    {
        return Ok(RecordContent::Fact(as_stated(fact)));
    }
    Ok(match parse_object(text)? {
        RecordContent::Fact(fact) => RecordContent::Fact(as_stated(fact)),
        other => other,
    })
}

/// A fact without the dates that an answer has beside it: rules computed them,
/// and no source states them.
fn as_stated(mut fact: Fact) -> Fact {
    let is_computed = |date: &Value| date.get("date").is_some() && date.get("cite").is_some();
    let told = fact.fields.get(COMPUTED_KEY).and_then(Value::as_object);
    if told.is_some_and(|dates| dates.values().all(is_computed)) {
        fact.fields.remove(COMPUTED_KEY);
    }
    fact
}

fn not_utf8(line: RawLine<'_>, offset: usize) -> JsonFault {
    let byte = line.bytes.get(offset).copied().unwrap_or_default();
    let utf16 = line.number == 1 && (line.bytes.starts_with(b"\xff\xfe") || line.bytes.starts_with(b"\xfe\xff"));
    JsonFault::new(offset, RecordProblem::NotUtf8 { byte, in_cell: None, utf16 })
}
