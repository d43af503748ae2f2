//! What the one writer of an index holds beyond the state that readers see.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::JournalPosition;
use super::layout::IndexRoot;
use super::segment::Segment;
use super::segment_builder::Indexer;
use crate::model::{Fact, Schema};

/// The state of the one writer of an index.
pub(super) struct WriterState {
    pub indexing: IndexingContext,
    pub stored: StoredRoot,
    /// The place in the journal of the last state, durable or not.
    pub latest: JournalPosition,
}

/// What the last checkpoint stored.
#[derive(Default)]
pub(super) struct StoredRoot {
    /// The root and the checksum of its envelope.
    pub root: Option<(IndexRoot, u32)>,
    /// Segments that are on disk but not in the last state. They are removed
    /// once no older state reads from them.
    pub retired: Vec<Arc<Segment>>,
}

/// The number of field names that are remembered. If there are more, facts are
/// taken to have every field.
const MOST_NAMES: usize = 4096;

/// What is needed to index further facts.
pub(super) struct IndexingContext {
    pub indexer: Indexer,
    /// The names of all fields that facts have, unless there are too many.
    pub names: Option<Arc<BTreeSet<String>>>,
    /// Whether facts have values for a field that was declared after them.
    pub stale: bool,
    /// The number of the next segment on disk.
    pub next_segment: u32,
    /// The greatest number of documents in a segment.
    pub most: u32,
}

impl IndexingContext {
    /// Whether facts were indexed otherwise than the vocabulary in force asks for.
    pub(super) fn needs_rebuild(&self) -> bool {
        self.stale || self.indexer.fields.has_other_umbrellas
    }

    pub(super) fn note_names(&mut self, fact: &Fact) {
        let of_sources = fact.sources.iter().flat_map(|source| source.fields.keys());
        let of_sources = of_sources.map(|name| Cow::Owned(format!("source.{name}")));
        for name in fact.fields.keys().map(|name| Cow::Borrowed(name.as_str())).chain(of_sources) {
            let Some(names) = &mut self.names else {
                return;
            };
            if !names.contains(&*name) {
                Arc::make_mut(names).insert(name.into_owned());
            }
        }
        if self.names.as_ref().is_some_and(|names| names.len() > MOST_NAMES) {
            self.names = None;
        }
    }

    /// Takes a number for a segment on disk.
    pub(super) fn take_number(&mut self) -> u32 {
        let number = self.next_segment;
        self.next_segment += 1;
        number
    }

    /// Adds the fields that a vocabulary declares, after facts or before all of them.
    pub(super) fn absorb(&mut self, schema: &Schema, has_facts: bool) {
        let new = Arc::make_mut(&mut self.indexer.fields).absorb(schema, has_facts);
        self.stale |= new.iter().any(|name| self.names.as_ref().is_none_or(|names| names.contains(&**name)));
        self.indexer.match_fields();
    }
}
