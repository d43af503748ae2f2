//! The index and its one writer, which takes in single transactions or bulk loads
//! and publishes the resulting state. Readers never wait for it.

use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use super::checkpoint::{checkpoint, remove_segments, verify};
use super::index_state::IndexState;
use super::indexed_fields::IndexedFields;
use super::layout::WINDOW;
use super::ordered_map::OrderedMap;
use super::published::Published;
use super::restore::restore;
use super::segment::Segment;
use super::segment_builder::{Indexer, SegmentTarget, merge_segments};
use super::snapshot::Snapshot;
use super::staged_changes::StagedChanges;
use super::storage::{DEFAULT_CACHE, Storage};
use super::writer_state::{IndexingContext, StoredRoot, WriterState};
use super::{CommitInfo, CurrentVersion, Ending, IndexError, JournalPosition, Mutation, MutationBatch};
use crate::model::Schema;

/// The number of segments in memory of similar size that are merged into one.
const MERGE_FACTOR: usize = 8;

/// The last segment of a bulk load stays in memory if it has fewer documents, so
/// that the checkpoint can merge it.
const SMALL: usize = 8192;

/// Options of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexOptions {
    /// The size of the cache of unpacked parts, in bytes.
    pub(super) cache: u64,
    /// The greatest number of documents in a segment. Tests make it small.
    pub(super) most: u32,
}

impl Default for IndexOptions {
    fn default() -> Self {
        Self { cache: DEFAULT_CACHE, most: WINDOW }
    }
}

/// The index: everything that can be deleted and rebuilt from the journal.
///
/// There is one writer at a time; a second one waits for the first. Readers take a
/// [`Snapshot`] and never wait.
pub struct Index {
    published: Arc<Published>,
    writer: Arc<WriterSlot>,
}

/// Holds the state of the writer while nobody writes.
struct WriterSlot {
    state: Mutex<Option<Box<WriterState>>>,
    returned: Condvar,
}

/// The state of the writer on loan, returned when dropped.
struct WriterLease {
    slot: Arc<WriterSlot>,
    state: Option<Box<WriterState>>,
}

impl WriterLease {
    /// Waits until nobody else writes.
    fn take(slot: &Arc<WriterSlot>) -> Self {
        let mut held = slot.state.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(state) = held.take() {
                return Self { slot: slot.clone(), state: Some(state) };
            }
            held = slot.returned.wait(held).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn state(&mut self) -> &mut WriterState {
        self.state.as_mut().expect("a lease has the state until it is dropped")
    }
}

impl Drop for WriterLease {
    fn drop(&mut self) {
        *self.slot.state.lock().unwrap_or_else(PoisonError::into_inner) = self.state.take();
        self.slot.returned.notify_one();
    }
}

impl Index {
    /// Opens the index in a folder, or creates one there. `keywords` are the words of
    /// the query language, which vocabularies may not use.
    ///
    /// # Errors
    ///
    /// [`IndexError::Damaged`] if it is not what was written: the folder must then be
    /// set aside and the index rebuilt. [`IndexError::InUse`] if another process has
    /// it open and does not release it within a third of a second.
    /// [`IndexError::Io`] if it cannot be read or written.
    pub fn open(directory: &Path, keywords: &[&str], options: IndexOptions) -> Result<Self, IndexError> {
        let storage = Arc::new(Storage::new(OrderedMap::open(directory)?, options.cache));
        let restored = restore(&storage, keywords)?;
        let indexing = IndexingContext {
            indexer: Indexer::new((*restored.state.fields).clone()),
            names: restored.names,
            stale: restored.stale,
            next_segment: restored.next_segment,
            most: options.most,
        };
        Ok(Self::new(restored.state, indexing, restored.stored, restored.durable))
    }

    /// An empty index in memory.
    #[must_use]
    pub fn in_memory() -> Self {
        Self::in_memory_with(IndexOptions::default())
    }

    pub(super) fn in_memory_with(options: IndexOptions) -> Self {
        let indexing = IndexingContext {
            indexer: Indexer::new(IndexedFields::default()),
            names: Some(Arc::default()),
            stale: false,
            next_segment: 0,
            most: options.most,
        };
        Self::new(IndexState::new(Arc::default()), indexing, StoredRoot::default(), JournalPosition::default())
    }

    fn new(state: IndexState, indexing: IndexingContext, stored: StoredRoot, durable: JournalPosition) -> Self {
        let published = Published::new(state, durable, indexing.needs_rebuild());
        let writer = WriterState { indexing, stored, latest: durable };
        let slot = WriterSlot { state: Mutex::new(Some(Box::new(writer))), returned: Condvar::new() };
        Self { published: Arc::new(published), writer: Arc::new(slot) }
    }

    /// The place in the journal up to which the index is durable, or for an index in
    /// memory, up to date. The journal must be replayed from there.
    #[must_use]
    pub fn applied(&self) -> JournalPosition {
        self.published.durable()
    }

    /// Whether facts have values for a field that was declared, or declared with
    /// another kind, after them. Such values are stored with the facts but not
    /// indexed, so that queries on the field would miss them. The index must then be
    /// replaced by a new one, which is given the last vocabulary by
    /// [`Index::prepare`] before the journal is replayed.
    #[must_use]
    pub fn needs_rebuild(&self) -> bool {
        self.published.needs_rebuild()
    }

    /// Adds the fields of a vocabulary to an empty index, so that they are indexed even
    /// in facts that come before their declaration.
    pub fn prepare(&self, schema: &Schema) {
        let mut lease = WriterLease::take(&self.writer);
        let indexing = &mut lease.state().indexing;
        Arc::make_mut(&mut indexing.indexer.fields).prepare_umbrellas(schema);
        indexing.absorb(schema, false);
    }

    /// The last published state.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.published.snapshot()
    }

    /// The state after a transaction.
    #[must_use]
    pub fn snapshot_at(&self, transaction: u64) -> Arc<Snapshot> {
        let last = self.snapshot();
        if transaction >= last.transaction() {
            return last;
        }
        Arc::new(Snapshot::new(last.state.at(transaction)))
    }

    /// The version of the fact with an id in the last state.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    pub fn current_version(&self, id: &str) -> Result<CurrentVersion, IndexError> {
        let snapshot = self.snapshot();
        let Some(document) = snapshot.state.documents_of(id)?.pop() else {
            return Ok(CurrentVersion::Unknown);
        };
        let hash = snapshot.content_hash(document)?;
        if snapshot.state.ended.contains(document) {
            let endings = snapshot.state.logs.endings();
            let is_undone = matches!(endings.get(document), Some((.., Ending::Undone(_))));
            Ok(if is_undone { CurrentVersion::Unknown } else { CurrentVersion::Retracted(document, hash) })
        } else {
            Ok(CurrentVersion::InForce(document, hash))
        }
    }

    /// Applies a transaction and publishes the resulting state in memory;
    /// [`Index::checkpoint`] makes it durable. Retracting a fact that is not in force
    /// has no effect.
    ///
    /// # Errors
    ///
    /// If the index cannot be read. Nothing has been applied then.
    pub fn apply(&self, batch: MutationBatch, position: JournalPosition) -> Result<(), IndexError> {
        let mut bulk = self.stream(false)?;
        for mutation in batch.mutations {
            bulk.push(mutation)?;
        }
        bulk.finish(batch.commit, position)
    }

    /// Starts a bulk load, of which nothing is visible until it is finished.
    ///
    /// # Errors
    ///
    /// If the index cannot be read or written.
    pub fn bulk(&self) -> Result<BulkLoad, IndexError> {
        self.stream(true)
    }

    /// Starts a load that stays in memory until the next checkpoint.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    pub fn tail(&self) -> Result<BulkLoad, IndexError> {
        self.stream(false)
    }

    fn stream(&self, many: bool) -> Result<BulkLoad, IndexError> {
        let mut lease = WriterLease::take(&self.writer);
        let writer = lease.state();
        if many {
            checkpoint(&self.published, writer)?;
        }
        let before = self.published.snapshot().state.clone();
        writer.indexing.indexer.load(&before.dictionaries);
        let staged = StagedChanges::new(before, &writer.indexing, many, many)?;
        Ok(BulkLoad { published: self.published.clone(), lease, staged: Some(staged), durable: many })
    }

    /// Makes the last state durable, and merges small segments.
    ///
    /// # Errors
    ///
    /// If the index cannot be read or written.
    pub fn checkpoint(&self) -> Result<(), IndexError> {
        checkpoint(&self.published, WriterLease::take(&self.writer).state())
    }

    /// Reads everything on disk and verifies that it is what was written.
    ///
    /// # Errors
    ///
    /// If it is not what was written, or cannot be read.
    pub fn verify(&self) -> Result<(), IndexError> {
        verify(&self.published, WriterLease::take(&self.writer).state())
    }
}

/// A stream of changes that become visible together. If it is dropped before it is
/// finished, nothing of it remains.
pub struct BulkLoad {
    published: Arc<Published>,
    lease: WriterLease,
    /// `None` once the stream has ended.
    staged: Option<StagedChanges>,
    /// Whether it ends with a checkpoint.
    durable: bool,
}

impl BulkLoad {
    fn staged(&mut self) -> (&mut StagedChanges, &mut WriterState) {
        let staged = self.staged.as_mut().expect("a stream has its changes until it ends");
        (staged, self.lease.state())
    }

    /// Adds a change. Retracting a fact that is not in force has no effect.
    ///
    /// # Errors
    ///
    /// If the index cannot be read or written. The stream must not be used after that.
    pub fn push(&mut self, mutation: Mutation) -> Result<(), IndexError> {
        let (staged, writer) = self.staged();
        staged.push(mutation, &mut writer.indexing)
    }

    /// Makes everything added since the last commit one transaction, for streams of
    /// several transactions such as the replay of a journal.
    pub fn commit(&mut self, commit: CommitInfo) {
        self.staged().0.commit(commit);
    }

    /// Commits everything added since the last commit, then publishes the whole stream
    /// and, for a bulk load, makes it durable.
    ///
    /// # Errors
    ///
    /// If the index cannot be read or written. The changes may then be visible without
    /// being stored, which [`Index::applied`] tells.
    pub fn finish(mut self, commit: CommitInfo, position: JournalPosition) -> Result<(), IndexError> {
        let (staged, writer) = self.staged();
        if staged.builder.as_ref().is_some_and(|builder| builder.len() < SMALL) {
            staged.close_in_memory()?;
        } else {
            staged.close(&mut writer.indexing)?;
        }
        staged.commit(commit);
        let staged = self.staged.take().expect("a stream has its changes until it ends");
        publish(&self.published, self.lease.state(), staged, position);
        if self.durable {
            checkpoint(&self.published, self.lease.state())?;
        }
        Ok(())
    }
}

impl Drop for BulkLoad {
    fn drop(&mut self) {
        if let Some(staged) = self.staged.take() {
            // What cannot be removed now is removed when the index is opened.
            let _ = remove_segments(&staged.before.logs, &staged.segments);
            staged.roll_back(&mut self.lease.state().indexing);
        }
    }
}

/// Publishes the state that staged changes lead to.
fn publish(published: &Published, writer: &mut WriterState, staged: StagedChanges, position: JournalPosition) {
    let mut state = (*staged.before).clone();
    let logs = state.logs.clone();
    let fields = &writer.indexing.indexer.fields;
    if state.dictionaries.len() < fields.numbers().count() {
        Arc::make_mut(&mut state.dictionaries).resize_with(fields.numbers().count(), Arc::default);
    }
    for (interner, dictionary) in writer.indexing.indexer.interners.iter_mut().zip(&*state.dictionaries) {
        interner.publish(dictionary);
    }
    state.names.extend(&fields.references().collect::<Vec<_>>(), &state.dictionaries);
    state.spellings = state.names.len();
    state.fields = fields.clone();
    state.lengths = state.dictionaries.iter().map(|dictionary| dictionary.len()).collect();
    state.segments.extend(staged.segments);
    compact(&mut state, &mut writer.indexing.indexer);
    if !staged.endings.is_empty() {
        Arc::make_mut(&mut state.ended).extend(staged.endings.iter().map(|(_, document, _)| *document));
        logs.add_endings(staged.endings);
    }
    let has_entities = !staged.entities.is_empty();
    logs.add_entities(staged.entities);
    if let Some((_, schema)) = staged.vocabularies.last() {
        state.schema = schema.clone();
    }
    logs.add_vocabularies(staged.vocabularies);
    staged.commits.into_iter().for_each(|commit| logs.commits.push(commit));
    state.commits = logs.commits.len();
    state.transaction =
        state.commits.checked_sub(1).and_then(|last| logs.commits.get(last)).map_or(0, |last| last.info.transaction);
    if has_entities {
        state.entities = logs.entities_at(state.transaction);
    }
    state.limit = staged.next;
    writer.latest = position;
    if logs.storage.is_none() {
        published.set_durable(position);
    }
    published.set_needs_rebuild(writer.indexing.needs_rebuild());
    published.publish(state);
}

/// Merges the last segments in memory as long as there are many of similar size, so
/// that a state has few segments and a commit is cheap.
fn compact(state: &mut IndexState, indexer: &mut Indexer) {
    let size = |segment: &Segment| segment.directory.count.ilog2() / 3;
    while let Some(last) = state.segments.last() {
        let (tier, window) = (size(last), last.window());
        let same =
            |segment: &&Arc<Segment>| !segment.is_on_disk() && segment.window() == window && size(segment) <= tier;
        let count = state.segments.iter().rev().take_while(same).count();
        if count < MERGE_FACTOR {
            return;
        }
        let start = state.segments.len() - count;
        let Some(merged) = state
            .segments
            .get(start..)
            .and_then(|segments| merge_segments(segments, &state.dictionaries, indexer, SegmentTarget::Memory).ok())
        else {
            return;
        };
        state.segments.truncate(start);
        state.segments.push(Arc::new(merged));
    }
}
