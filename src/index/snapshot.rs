//! One state of the store: a watermark over the segments, with what ended by then.

use std::sync::{Arc, OnceLock};

use roaring::RoaringBitmap;

use super::dictionary::{Dictionary, ResolvedReferences};
use super::error::damaged;
use super::indexed_fields::{FieldNumber, IndexedFields};
use super::logs::{LoggedCommit, Logs};
use super::segment::Segment;
use super::{CommitInfo, Document, Ending, FactVersion, FieldView, IndexError, View, codec, search};
use crate::model::{Cell, ContentHash, Day, Entities, EntityNumber, Fact, FieldKind, Schema};

/// What a state consists of.
#[derive(Clone)]
pub(super) struct IndexState {
    pub logs: Arc<Logs>,
    /// The last transaction in it.
    pub transaction: u64,
    /// How many commits it sees.
    pub commits: u32,
    /// The first document that is not in it.
    pub limit: Document,
    /// In the order of their documents; the last may reach past the limit.
    pub segments: Vec<Arc<Segment>>,
    pub schema: Arc<Schema>,
    pub entities: Arc<Entities>,
    pub fields: Arc<IndexedFields>,
    pub dictionaries: Arc<Vec<Arc<Dictionary>>>,
    /// How many values of each dictionary it sees.
    pub lengths: Vec<u32>,
    /// The documents that have ended.
    pub ended: Arc<RoaringBitmap>,
}

impl IndexState {
    /// The empty state.
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
            ended: Arc::default(),
        }
    }

    /// The segment of a document.
    pub(super) fn segment(&self, document: Document) -> Result<&Arc<Segment>, IndexError> {
        let after = self.segments.partition_point(|segment| segment.first() <= document);
        let segment = after.checked_sub(1).and_then(|index| self.segments.get(index));
        segment
            .filter(|segment| document < self.limit && segment.contains(document))
            .ok_or_else(|| damaged(format_args!("there is no document {document}")))
    }

    /// Takes out what is past the limit.
    pub(super) fn mask(&self, documents: &mut RoaringBitmap) {
        if self.segments.last().is_some_and(|last| last.end() > u64::from(self.limit)) {
            documents.remove_range(self.limit..);
        }
    }

    /// The documents whose id is this, oldest first.
    pub(super) fn documents_of(&self, id: &str) -> Result<Vec<Document>, IndexError> {
        let hash = codec::hash_id(id);
        let mut found = Vec::new();
        for segment in &self.segments {
            let known = found.len();
            segment.find(hash, &mut found)?;
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
            ..self.clone()
        }
    }
}

/// One state of the store, which never changes.
pub struct Snapshot {
    pub(super) state: Arc<IndexState>,
    live: OnceLock<RoaringBitmap>,
}

impl Snapshot {
    pub(super) fn new(state: IndexState) -> Self {
        Self { state: Arc::new(state), live: OnceLock::new() }
    }

    /// The last transaction in it; 0 if there is none.
    #[must_use]
    pub fn transaction(&self) -> u64 {
        self.state.transaction
    }

    fn commit_before(&self, index: u32) -> Option<Arc<CommitInfo>> {
        Some(self.state.logs.commits.get(index.checked_sub(1)?)?.info.clone())
    }

    /// The last commit at or before a time in milliseconds since 1970-01-01 UTC.
    #[must_use]
    pub fn commit_at(&self, time: i64) -> Option<Arc<CommitInfo>> {
        self.commit_before(self.state.logs.commits.partition(self.state.commits, |commit| commit.info.time <= time))
    }

    /// The last commit up to the end of a day (UTC).
    #[must_use]
    pub fn commit_by(&self, day: Day) -> Option<Arc<CommitInfo>> {
        self.commit_at(i64::from(day.next().number()) * 86_400_000 - 1)
    }

    /// The commit of a transaction.
    #[must_use]
    pub fn commit(&self, transaction: u64) -> Option<Arc<CommitInfo>> {
        let upto = |commit: &LoggedCommit| commit.info.transaction <= transaction;
        self.commit_before(self.state.logs.commits.partition(self.state.commits, upto))
            .filter(|commit| commit.transaction == transaction)
    }

    /// The commit that asserted a document.
    #[must_use]
    pub fn asserted(&self, document: Document) -> Option<Arc<CommitInfo>> {
        self.commit_before(self.state.logs.commits.partition(self.state.commits, |commit| commit.first <= document))
    }

    /// The documents that ended by a retraction, whether or not their facts
    /// were asserted again.
    #[must_use]
    pub fn retracted(&self) -> RoaringBitmap {
        let endings = self.state.logs.endings();
        let by_then = endings.log.iter().take_while(|(at, ..)| *at <= self.state.transaction);
        by_then
            .filter(|(.., ending)| matches!(ending, Ending::Retracted(_)))
            .map(|(_, document, _)| *document)
            .collect()
    }

    /// The hash of a document's content.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    pub fn content_hash(&self, document: Document) -> Result<ContentHash, IndexError> {
        self.state.segment(document)?.hash(document)
    }
}

impl View for Snapshot {
    fn schema(&self) -> &Arc<Schema> {
        &self.state.schema
    }

    fn entities(&self) -> &Arc<Entities> {
        &self.state.entities
    }

    fn live(&self) -> &RoaringBitmap {
        self.live.get_or_init(|| {
            let mut live = self.all();
            live -= &*self.state.ended;
            live
        })
    }

    fn all(&self) -> RoaringBitmap {
        let mut all = RoaringBitmap::new();
        all.insert_range(0..self.state.limit);
        all
    }

    fn field(&self, name: &str) -> Option<Arc<dyn FieldView>> {
        let definition = self.state.schema.field(name)?;
        if matches!(definition.kind, FieldKind::Id | FieldKind::Text) {
            return None;
        }
        let number = self.state.fields.number(&definition.name, definition.kind)?;
        let length = self.state.lengths.get(usize::from(number)).copied().filter(|length| *length > 0)?;
        let dictionary = self.state.dictionaries.get(usize::from(number))?.clone();
        let is_reference = definition.kind == FieldKind::Reference;
        let state = self.state.clone();
        Some(Arc::new(SnapshotField { state, number, is_reference, dictionary, length, resolved: OnceLock::new() }))
    }

    fn text(&self, field: &str, stems: &[String], phrase: bool) -> Result<RoaringBitmap, IndexError> {
        search::text(&self.state, field, stems, phrase)
    }

    fn text_present(&self, field: &str) -> Result<RoaringBitmap, IndexError> {
        search::present(&self.state, field)
    }

    fn texts(&self, field: &str, test: &mut dyn FnMut(&str) -> bool) -> Result<RoaringBitmap, IndexError> {
        search::texts(&self.state, field, test)
    }

    fn each_text(
        &self,
        field: &str,
        documents: &RoaringBitmap,
        number: &mut dyn FnMut(&str) -> u32,
        visit: &mut dyn FnMut(&[u32]),
    ) -> Result<(), IndexError> {
        search::each_text(&self.state, field, documents, number, visit)
    }

    fn relevance(&self, stems: &[String], documents: &RoaringBitmap) -> Result<Vec<(Document, f64)>, IndexError> {
        search::relevance(&self.state, stems, documents)
    }

    fn fact(&self, document: Document) -> Result<Arc<Fact>, IndexError> {
        Ok(Arc::new(self.state.segment(document)?.fact(document, &self.state.dictionaries)?))
    }

    fn id(&self, document: Document) -> Result<Arc<str>, IndexError> {
        Ok(self.state.segment(document)?.id(document)?.into())
    }

    fn ids(&self, folded: &[String]) -> Result<RoaringBitmap, IndexError> {
        let mut found = RoaringBitmap::new();
        for segment in &self.state.segments {
            segment.named(folded, &mut found)?;
        }
        self.state.mask(&mut found);
        Ok(found)
    }

    fn each_id(&self, documents: &RoaringBitmap, visit: &mut dyn FnMut(Document, &str)) -> Result<(), IndexError> {
        for segment in &self.state.segments {
            segment.each_id(documents, self.state.limit, visit)?;
        }
        Ok(())
    }

    fn versions(&self, id: &str) -> Result<Vec<FactVersion>, IndexError> {
        let unknown = || damaged("a commit is missing");
        // Read first: the writer is not to wait for the disk.
        let documents = self.state.documents_of(id)?;
        let endings = self.state.logs.endings();
        let version = |document| {
            let ended = endings.of(document).filter(|(at, ..)| *at <= self.state.transaction);
            let ended = ended.map(|(at, _, ending)| Ok((self.commit(*at).ok_or_else(unknown)?, ending.clone())));
            Ok(FactVersion {
                document,
                asserted: self.asserted(document).ok_or_else(unknown)?,
                ended: ended.transpose()?,
            })
        };
        documents.into_iter().map(version).collect()
    }
}

/// One field of a state.
struct SnapshotField {
    state: Arc<IndexState>,
    number: FieldNumber,
    is_reference: bool,
    dictionary: Arc<Dictionary>,
    length: u32,
    resolved: OnceLock<Arc<ResolvedReferences>>,
}

impl SnapshotField {
    fn resolved(&self) -> Option<&ResolvedReferences> {
        let resolve = || self.dictionary.resolved(&self.state.entities, self.length);
        self.is_reference.then(|| &**self.resolved.get_or_init(resolve))
    }
}

impl FieldView for SnapshotField {
    fn len(&self) -> u32 {
        self.length
    }

    fn value(&self, ordinal: u32) -> Cell {
        self.dictionary.get(ordinal).cloned().unwrap_or_default()
    }

    fn find(&self, folded: &str) -> Vec<u32> {
        self.dictionary.find(folded, self.length)
    }

    fn entity(&self, ordinal: u32) -> Option<EntityNumber> {
        self.resolved()?.entity(ordinal)
    }

    fn referring(&self, entity: EntityNumber) -> Vec<u32> {
        let ordinals = self.resolved().map_or(&[][..], |resolved| resolved.referring(entity));
        ordinals.iter().copied().filter(|ordinal| *ordinal < self.length).collect()
    }

    fn postings(&self, ordinals: &RoaringBitmap) -> Result<RoaringBitmap, IndexError> {
        let mut documents = RoaringBitmap::new();
        for segment in &self.state.segments {
            segment.postings(self.number, ordinals, &mut documents)?;
        }
        self.state.mask(&mut documents);
        Ok(documents)
    }

    fn present(&self) -> Result<RoaringBitmap, IndexError> {
        let mut documents = RoaringBitmap::new();
        for segment in &self.state.segments {
            segment.present(self.number, &mut documents)?;
        }
        self.state.mask(&mut documents);
        Ok(documents)
    }

    fn each(&self, documents: &RoaringBitmap, visit: &mut dyn FnMut(Document, &[u32])) -> Result<(), IndexError> {
        for segment in &self.state.segments {
            segment.each(self.number, documents, self.state.limit, visit)?;
        }
        Ok(())
    }
}

/// What the store holds of an id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CurrentVersion {
    /// Nothing.
    Unknown,
    /// A version in force.
    InForce(Document, ContentHash),
    /// A version that was retracted, and none after it.
    Retracted(Document, ContentHash),
}
