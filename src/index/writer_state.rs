//! What the one writer of an index holds beyond the state that readers see.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::JournalPosition;
use super::layout::IndexRoot;
use super::segment::Segment;
use super::segment_builder::Indexer;
use crate::model::{Fact, Schema};

/// What the one writer of an index holds.
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

/// How many names of fields are remembered; a world with more of them than
/// that is treated as if facts had every name.
const MOST_NAMES: usize = 4096;

/// What the writer knows beyond the last state.
pub(super) struct IndexingContext {
    pub indexer: Indexer,
    /// The names of fields that facts have, unless they are too many.
    pub names: Option<Arc<BTreeSet<String>>>,
    /// Whether facts have values of a field that was declared after them.
    pub stale: bool,
    /// The next number of a segment on disk.
    pub next_segment: u32,
    /// How many documents a segment has at most.
    pub most: u32,
}

impl IndexingContext {
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

    /// A number for a segment on disk.
    pub(super) fn take_number(&mut self) -> u32 {
        let number = self.next_segment;
        self.next_segment += 1;
        number
    }

    /// Takes in the fields of a vocabulary.
    pub(super) fn absorb(&mut self, schema: &Schema) {
        let new = Arc::make_mut(&mut self.indexer.fields).absorb(schema);
        self.stale |= new.iter().any(|name| self.names.as_ref().is_none_or(|names| names.contains(&**name)));
        self.indexer.match_fields();
    }
}
