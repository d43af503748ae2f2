//! One state of the store: a watermark over the segments, and the set of documents
//! that had ended by then.

use std::sync::Arc;

use roaring::RoaringBitmap;

use super::dictionary::Dictionary;
use super::error::damaged;
use super::indexed_fields::{FieldNumber, IndexedFields};
use super::logs::Logs;
use super::name_table::NameTable;
use super::segment::Segment;
use super::{Document, IndexError, codec};
use crate::model::{Entities, Schema};

/// The contents of one state.
#[derive(Clone)]
pub(super) struct IndexState {
    pub logs: Arc<Logs>,
    /// The last transaction that it includes.
    pub transaction: u64,
    /// The number of commits that it includes.
    pub commits: u32,
    /// The first document that it does not include.
    pub limit: Document,
    /// The segments in the order of their documents. The last may extend beyond the
    /// limit.
    pub segments: Vec<Arc<Segment>>,
    pub schema: Arc<Schema>,
    pub entities: Arc<Entities>,
    pub fields: Arc<IndexedFields>,
    pub dictionaries: Arc<Vec<Arc<Dictionary>>>,
    /// The number of values of each dictionary that it includes.
    pub lengths: Vec<u32>,
    pub names: Arc<NameTable>,
    /// The number of spellings of names that it includes.
    pub spellings: u32,
    /// Whether a later state has been asked for this one, so that its dictionaries
    /// have values that no fact had yet.
    pub is_past: bool,
    /// The documents that have ended.
    pub ended: Arc<RoaringBitmap>,
}

impl IndexState {
    /// The state of an empty store.
    pub(super) fn new(logs: Arc<Logs>) -> Self {
        Self {
            logs,
            transaction: 0,
            commits: 0,
            limit: 0,
            segments: Vec::new(),
            schema: Arc::default(),
            entities: Arc::default(),
            fields: Arc::default(),
            dictionaries: Arc::default(),
            lengths: Vec::new(),
            names: Arc::default(),
            spellings: 0,
            is_past: false,
            ended: Arc::default(),
        }
    }

    /// The segment that contains a document.
    pub(super) fn segment(&self, document: Document) -> Result<&Arc<Segment>, IndexError> {
        let after = self.segments.partition_point(|segment| segment.first() <= document);
        let segment = after.checked_sub(1).and_then(|index| self.segments.get(index));
        segment
            .filter(|segment| document < self.limit && segment.contains(document))
            .ok_or_else(|| damaged(format_args!("there is no document {document}")))
    }

    /// The documents in force.
    pub(super) fn live(&self) -> RoaringBitmap {
        let mut live = RoaringBitmap::new();
        live.insert_range(0..self.limit);
        live -= &*self.ended;
        live
    }

    /// The documents, whether or not in force, that have one of some values.
    pub(super) fn postings(&self, field: FieldNumber, ordinals: &RoaringBitmap) -> Result<RoaringBitmap, IndexError> {
        let mut documents = RoaringBitmap::new();
        for segment in &self.segments {
            segment.add_postings(field, ordinals, &mut documents)?;
        }
        self.remove_beyond_limit(&mut documents);
        Ok(documents)
    }

    /// Removes the documents beyond the limit.
    pub(super) fn remove_beyond_limit(&self, documents: &mut RoaringBitmap) {
        if self.segments.last().is_some_and(|last| last.end() > u64::from(self.limit)) {
            documents.remove_range(self.limit..);
        }
    }

    /// The documents with an id, the oldest first.
    pub(super) fn documents_of(&self, id: &str) -> Result<Vec<Document>, IndexError> {
        let hash = codec::hash_id(id);
        let mut found = Vec::new();
        for segment in &self.segments {
            let known = found.len();
            segment.add_with_id_hash(hash, &mut found)?;
            // Another id may have the same hash.
            let mut index = known;
            while let Some(document) = found.get(index).copied() {
                if document < self.limit && segment.id(document)? == id {
                    index += 1;
                } else {
                    found.remove(index);
                }
            }
        }
        Ok(found)
    }

    /// The state as of an older transaction.
    pub(super) fn at(&self, transaction: u64) -> Self {
        let commits = self.logs.commits.partition(self.commits, |commit| commit.info.transaction <= transaction);
        let limit = if commits < self.commits {
            self.logs.commits.get(commits).map_or(self.limit, |next| next.first)
        } else {
            self.limit
        };
        let last = commits.checked_sub(1).and_then(|last| self.logs.commits.get(last));
        let endings = self.logs.endings();
        let ended = endings.log.iter().take_while(|(at, ..)| *at <= transaction).map(|(_, document, _)| *document);
        Self {
            transaction: last.map_or(0, |commit| commit.info.transaction),
            commits,
            limit,
            segments: self.segments.iter().filter(|segment| segment.first() < limit).cloned().collect(),
            schema: self.logs.schema_at(transaction),
            entities: self.logs.entities_at(transaction),
            ended: Arc::new(ended.collect()),
            is_past: true,
            ..self.clone()
        }
    }
}
