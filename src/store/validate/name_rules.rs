//! What may be a name, and which kinds of entities there may be.

use std::collections::BTreeSet;

use crate::error::{NameProblem, NamedPart, RefusalReason};
use crate::model::{Schema, nearest};

/// The longest id, name or keyword, in bytes.
const LONGEST_NAME: usize = 1024;

/// A kind must be one that the vocabulary speaks of, if it speaks of any.
pub(super) fn kind(written: &str, schema: &Schema) -> Result<(), RefusalReason> {
    name(NamedPart::EntityKind, written)?;
    let vocabulary = schema.vocabulary();
    let nouns = vocabulary.nouns.values().flat_map(|noun| &noun.kinds);
    let groups = vocabulary.groups.values().flat_map(|grouping| &grouping.kinds);
    let fields = vocabulary.fields.values().flat_map(|field| &field.kinds);
    let known: BTreeSet<&str> = nouns.chain(groups).chain(fields).map(String::as_str).collect();
    if known.is_empty() || known.contains(written) {
        return Ok(());
    }
    let suggestion = nearest(written, known.iter().copied()).map(str::to_owned);
    let known = known.into_iter().map(str::to_owned).collect();
    Err(RefusalReason::UnknownEntityKind { written: written.to_owned(), suggestion, known })
}

/// A name must not be empty, too long or invisible.
pub(super) fn name(of: NamedPart, text: &str) -> Result<(), RefusalReason> {
    let problem = if text.trim().is_empty() {
        NameProblem::Empty
    } else if text.len() > LONGEST_NAME {
        NameProblem::TooLong { limit: LONGEST_NAME }
    } else if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Ok(());
    } else if let Some(control) = text.chars().find(|character| character.is_control()) {
        NameProblem::ControlCharacter(control)
    } else {
        return Ok(());
    };
    Err(RefusalReason::InvalidName { of, problem })
}
