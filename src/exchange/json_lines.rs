//! One line of JSON as a fact or an entity. Pure, so that any thread can parse;
//! what a wrong line should have looked like is told by `shape`.

use std::sync::{Arc, LazyLock};

use memchr::memmem::Finder;
use serde_json::Value;

use crate::model::{COMPUTED_KEY, Fact};

use super::error::RecordError;
use super::lines::{MAX_LINE, RawLine};
use super::record::Content;
use super::shape::{self, Fault};

/// What a definition of an entity cannot be without.
static ENTITY_KEY: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\"entity\""));

/// Reads one line of an input of that name: a fact, or where the object has
/// the key `entity` an entity.
///
/// # Errors
///
/// If the line is too long, is not UTF-8, is not one JSON object, or the object
/// is no fact and no entity.
pub fn parse_line(name: &Arc<str>, line: RawLine<'_>) -> Result<Content, Box<RecordError>> {
    parse(line).map_err(|fault| {
        // Up to the fault the line is UTF-8, or the fault is where it stops being so.
        let before = line.bytes.get(..fault.offset).unwrap_or(line.bytes);
        Box::new(RecordError {
            name: Arc::clone(name),
            line: line.number,
            column: Some(String::from_utf8_lossy(before).chars().count() as u64 + 1),
            reason: fault.reason,
            mend: fault.mend,
            raw: line.bytes.to_vec(),
            raw_length: line.length,
        })
    })
}

fn parse(line: RawLine<'_>) -> Result<Content, Fault> {
    if line.length > line.bytes.len() as u64 {
        let limit = MAX_LINE >> 20;
        return Err(Fault::new(0, format!("the line has {} bytes, and {limit} MiB is the limit", line.length)));
    }
    let text = std::str::from_utf8(line.bytes).map_err(|error| not_utf8(line, error.valid_up_to()))?;
    // Looking for the key is much cheaper than reading every object twice.
    if ENTITY_KEY.find(line.bytes).is_none()
        && let Ok(fact) = serde_json::from_str::<Fact>(text)
    {
        return Ok(Content::Fact(as_stated(fact)));
    }
    Ok(match shape::read(text)? {
        Content::Fact(fact) => Content::Fact(as_stated(fact)),
        other => other,
    })
}

/// A fact without the dates that an answer told beside it: rules computed them,
/// and nobody states them.
fn as_stated(mut fact: Fact) -> Fact {
    let is_computed = |date: &Value| date.get("date").is_some() && date.get("cite").is_some();
    let told = fact.fields.get(COMPUTED_KEY).and_then(Value::as_object);
    if told.is_some_and(|dates| dates.values().all(is_computed)) {
        fact.fields.remove(COMPUTED_KEY);
    }
    fact
}

fn not_utf8(line: RawLine<'_>, valid: usize) -> Fault {
    let byte = line.bytes.get(valid).copied().unwrap_or_default();
    let wide = line.number == 1 && (line.bytes.starts_with(b"\xff\xfe") || line.bytes.starts_with(b"\xfe\xff"));
    let encoding = if wide { "it looks like UTF-16" } else { "it may be Latin-1 or Windows-1252" };
    let fault = Fault::new(valid, format!("byte {} of the line (0x{byte:02X}) is not UTF-8", valid + 1));
    fault.mended(format!("{encoding}: save the file as UTF-8"))
}
