//! Staged changes: documents, endings and definitions that no published state
//! shows yet. How they are published is not known here.

use std::collections::BTreeSet;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::index_state::IndexState;
use super::indexed_fields::IndexedFields;
use super::logs::{EntityChange, LoggedCommit};
use super::segment::Segment;
use super::segment_builder::{SegmentBuilder, SegmentTarget};
use super::writer_state::IndexingContext;
use super::{CommitInfo, Document, Ending, IndexError, Mutation, codec};
use crate::model::{ContentHash, Fact, Schema};

/// The newest version of the fact of each id, by the hash of the id. The caller
/// tells ids with the same hash apart.
#[derive(Default)]
struct NewestVersions {
    first: FxHashMap<u64, Document>,
    others: FxHashMap<u64, Vec<Document>>,
}

impl NewestVersions {
    fn insert(&mut self, hash: u64, document: Document) {
        match self.first.entry(hash) {
            Entry::Vacant(place) => drop(place.insert(document)),
            Entry::Occupied(_) => self.others.entry(hash).or_default().push(document),
        }
    }

    /// Replaces the version that was the newest so far.
    fn replace(&mut self, hash: u64, before: Option<Document>, document: Document) {
        let others = self.others.get_mut(&hash).into_iter().flatten();
        let held = self.first.get_mut(&hash).into_iter().chain(others).find(|held| Some(**held) == before);
        match held {
            Some(held) => *held = document,
            None => self.insert(hash, document),
        }
    }

    /// The newest version for each id with this hash, the last id first.
    fn candidates(&self, hash: u64) -> impl Iterator<Item = Document> {
        let others = self.others.get(&hash).into_iter().flat_map(|others| others.iter().rev());
        others.chain(self.first.get(&hash)).copied()
    }
}

/// Changes that have not been published.
pub(super) struct StagedChanges {
    pub before: Arc<IndexState>,
    fields_before: Arc<IndexedFields>,
    names_before: Option<Arc<BTreeSet<String>>>,
    stale_before: bool,
    to_disk: bool,
    pub segments: Vec<Arc<Segment>>,
    pub builder: Option<SegmentBuilder>,
    pub next: Document,
    newest: NewestVersions,
    /// Whether `newest` contains all ids of the state before.
    knows_all: bool,
    pub commits: Vec<LoggedCommit>,
    pub endings: Vec<(u64, Document, Ending)>,
    pub entities: Vec<(u64, EntityChange)>,
    pub vocabularies: Vec<(u64, Arc<Schema>)>,
    /// What has been added since the last commit.
    uncommitted: UncommittedChanges,
    /// How documents end by these changes, committed or not.
    ended: FxHashMap<Document, Ending>,
}

struct UncommittedChanges {
    first: Document,
    endings: Vec<Document>,
    entities: Vec<EntityChange>,
    vocabularies: Vec<Arc<Schema>>,
}

impl StagedChanges {
    /// Stages changes to a state. For a stream of `many` changes all ids are read
    /// first, so that none has to be looked up.
    pub(super) fn new(
        before: Arc<IndexState>,
        indexing: &IndexingContext,
        to_disk: bool,
        many: bool,
    ) -> Result<Self, IndexError> {
        let mut newest = NewestVersions::default();
        if many {
            for segment in &before.segments {
                let mut found = Vec::new();
                segment.each_id_hash(|hash, document| found.push((document, hash)))?;
                found.sort_unstable();
                for (document, hash) in found {
                    newest.insert(hash, document);
                }
            }
        }
        let next = before.limit;
        Ok(Self {
            before,
            fields_before: indexing.indexer.fields.clone(),
            names_before: indexing.names.clone(),
            stale_before: indexing.stale,
            to_disk,
            segments: Vec::new(),
            builder: None,
            next,
            newest,
            knows_all: many,
            commits: Vec::new(),
            endings: Vec::new(),
            entities: Vec::new(),
            vocabularies: Vec::new(),
            uncommitted: UncommittedChanges {
                first: next,
                endings: Vec::new(),
                entities: Vec::new(),
                vocabularies: Vec::new(),
            },
            ended: FxHashMap::default(),
        })
    }

    /// Whether a document, staged or of the state before, has an id.
    fn has_id(&self, document: Document, id: &str) -> Result<bool, IndexError> {
        if let Some(held) = self.builder.as_ref().and_then(|builder| builder.id(document)) {
            return Ok(held == id);
        }
        Ok(self.segment(document)?.id(document)? == id)
    }

    fn segment(&self, document: Document) -> Result<&Arc<Segment>, IndexError> {
        let own = self.segments.iter().find(|segment| segment.contains(document));
        own.map_or_else(|| self.before.segment(document), Ok)
    }

    /// The newest version of the fact with an id.
    fn newest(&self, id: &str) -> Result<Option<Document>, IndexError> {
        for document in self.newest.candidates(codec::hash_id(id)) {
            if self.has_id(document, id)? {
                return Ok(Some(document));
            }
        }
        if self.knows_all {
            return Ok(None);
        }
        Ok(self.before.documents_of(id)?.pop())
    }

    fn is_in_force(&self, document: Document) -> bool {
        !self.ended.contains_key(&document) && !self.before.ended.contains(document)
    }

    /// Adds one change.
    pub(super) fn push(&mut self, mutation: Mutation, indexing: &mut IndexingContext) -> Result<(), IndexError> {
        match mutation {
            Mutation::Fact { fact, hash } => self.assert(&fact, hash, indexing)?,
            Mutation::Retract { id, reason } => {
                if let Some(document) = self.newest(&id)?
                    && self.is_in_force(document)
                {
                    self.end(document, Ending::Retracted(reason));
                }
            }
            Mutation::Undo { id, transaction } => {
                if let Some(document) = self.newest(&id)?
                    && self.is_in_force(document)
                {
                    self.end(document, Ending::Undone(transaction));
                }
            }
            Mutation::Entity(entity) => self.uncommitted.entities.push(EntityChange::Defined(entity)),
            Mutation::Undefine { id } => self.uncommitted.entities.push(EntityChange::Undefined(id)),
            Mutation::Vocabulary(schema) => {
                indexing.absorb(&schema, self.next > 0);
                self.uncommitted.vocabularies.push(schema);
            }
        }
        Ok(())
    }

    fn end(&mut self, document: Document, ending: Ending) {
        self.ended.insert(document, ending);
        self.uncommitted.endings.push(document);
    }

    fn assert(&mut self, fact: &Fact, hash: ContentHash, indexing: &mut IndexingContext) -> Result<(), IndexError> {
        let id = fact.id.as_deref().unwrap_or_default();
        let before = self.newest(id)?;
        if self.builder.as_ref().is_some_and(SegmentBuilder::is_full) {
            self.close(indexing)?;
        }
        if let Some(before) = before.filter(|before| self.is_in_force(*before)) {
            self.end(before, Ending::Superseded);
        }
        indexing.note_names(fact);
        let builder = self.builder.get_or_insert_with(|| SegmentBuilder::new(self.next, indexing.most));
        builder.push(id, fact, hash, &mut indexing.indexer);
        self.newest.replace(codec::hash_id(id), before, self.next);
        self.next = self.next.checked_add(1).ok_or(IndexError::TooManyFacts)?;
        Ok(())
    }

    /// Completes the segment that is being built.
    pub(super) fn close(&mut self, indexing: &mut IndexingContext) -> Result<(), IndexError> {
        if let Some(builder) = self.builder.take() {
            let target = match &self.before.logs.storage {
                Some(storage) if self.to_disk => SegmentTarget::Disk(storage.clone(), indexing.take_number()),
                _ => SegmentTarget::Memory,
            };
            self.segments.push(Arc::new(builder.finish(target)?));
        }
        Ok(())
    }

    /// Completes the last segment in memory, since it is small and will be merged.
    pub(super) fn close_in_memory(&mut self) -> Result<(), IndexError> {
        if let Some(builder) = self.builder.take() {
            self.segments.push(Arc::new(builder.finish(SegmentTarget::Memory)?));
        }
        Ok(())
    }

    /// Makes everything added since the last commit one transaction.
    pub(super) fn commit(&mut self, info: CommitInfo) {
        let transaction = info.transaction;
        let ended = &self.ended;
        let ending = |document: Document| ended.get(&document).cloned().unwrap_or(Ending::Superseded);
        self.endings
            .extend(self.uncommitted.endings.drain(..).map(|document| (transaction, document, ending(document))));
        self.entities.extend(self.uncommitted.entities.drain(..).map(|entity| (transaction, entity)));
        self.vocabularies.extend(self.uncommitted.vocabularies.drain(..).map(|schema| (transaction, schema)));
        self.commits.push(LoggedCommit { info: Arc::new(info), first: self.uncommitted.first });
        self.uncommitted.first = self.next;
    }

    /// Discards everything.
    pub(super) fn roll_back(self, indexing: &mut IndexingContext) {
        indexing.indexer.fields = self.fields_before;
        indexing.names = self.names_before;
        indexing.stale = self.stale_before;
        indexing.indexer.interners.iter_mut().for_each(super::dictionary::Interner::roll_back);
        indexing.indexer.match_fields();
    }
}
