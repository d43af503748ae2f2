//! The writer: takes changes in, one transaction or a stream of them, and
//! publishes the state that they lead to. Readers never wait for it.

use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock};

use super::builder::{Indexer, Target, merge};
use super::checkpoint::Stored;
use super::disk::{DEFAULT_CACHE, Disk};
use super::extract::IndexedFields;
use super::layout::WINDOW;
use super::segment::Segment;
use super::shared::Shared;
use super::snapshot::{Snapshot, State};
use super::stage::{Draft, Stage};
use super::tree::Tree;
use super::{Applied, Change, CommitInfo, Current, IndexError, Transaction, checkpoint};
use crate::model::Schema;

/// So many segments in memory of about one size become one.
const FAN: usize = 8;

/// A last segment of fewer documents is kept in memory when a stream ends, to be merged at the checkpoint.
const SMALL: usize = 8192;

/// How an index is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexOptions {
    /// How many bytes of decoded parts are kept in memory.
    pub(super) cache: u64,
    /// How many documents a segment has at most; the tests make it small.
    pub(super) most: u32,
}

impl Default for IndexOptions {
    fn default() -> Self {
        Self { cache: DEFAULT_CACHE, most: WINDOW }
    }
}

/// Everything that can be deleted and rebuilt from the journal.
///
/// There is one writer at a time: a second one waits for the first. Readers
/// take a [`Snapshot`] and wait for nobody.
pub struct Index(Arc<Inner>);

pub(super) struct Inner {
    pub shared: Arc<Shared>,
    current: RwLock<Arc<Snapshot>>,
    /// What is durable.
    applied: Mutex<Applied>,
    stale: Mutex<bool>,
    /// Away while somebody writes.
    writer: Mutex<Option<Box<Writer>>>,
    returned: Condvar,
}

/// What only the writer has.
pub(super) struct Writer {
    pub draft: Draft,
    /// What has been stored.
    pub stored: Stored,
    /// The place in the journal of the last state.
    pub latest: Applied,
}

/// The writer on loan; it goes back when dropped.
struct Lease {
    inner: Arc<Inner>,
    writer: Option<Box<Writer>>,
}

impl Drop for Lease {
    fn drop(&mut self) {
        *lock(&self.inner.writer) = self.writer.take();
        self.inner.returned.notify_one();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Inner {
    pub(super) fn snapshot(&self) -> Arc<Snapshot> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn publish(&self, state: State) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(Snapshot::new(state));
    }

    pub(super) fn set_applied(&self, applied: Applied) {
        *lock(&self.applied) = applied;
    }
}

impl Index {
    /// Opens the index in a folder, or makes a new one there; `keywords` are
    /// the words of the language, which vocabularies may not take.
    ///
    /// # Errors
    ///
    /// [`IndexError::Damaged`] if it is not as it was written: the folder must
    /// then be set aside and the index rebuilt. [`IndexError::InUse`] if
    /// another process has it open and keeps it for a third of a second.
    /// [`IndexError::Io`] if it cannot be read or written.
    pub fn open(directory: &Path, keywords: &[&str], options: IndexOptions) -> Result<Self, IndexError> {
        let disk = Arc::new(Disk::new(Tree::open(directory)?, options.cache));
        let restored = checkpoint::restore(&disk, keywords)?;
        let draft = Draft {
            indexer: Indexer::new((*restored.state.fields).clone()),
            names: restored.names,
            stale: restored.stale,
            next_segment: restored.next_segment,
            most: options.most,
        };
        Ok(Self::new(restored.state, draft, restored.stored, restored.applied))
    }

    /// An index that is only in memory.
    #[must_use]
    pub fn in_memory() -> Self {
        Self::in_memory_with(IndexOptions::default())
    }

    pub(super) fn in_memory_with(options: IndexOptions) -> Self {
        let draft = Draft {
            indexer: Indexer::new(IndexedFields::default()),
            names: Some(Arc::default()),
            stale: false,
            next_segment: 0,
            most: options.most,
        };
        Self::new(State::new(Arc::default()), draft, Stored::default(), Applied::default())
    }

    fn new(state: State, draft: Draft, stored: Stored, applied: Applied) -> Self {
        let needs_rebuild = Mutex::new(draft.stale);
        let writer = Writer { draft, stored, latest: applied };
        Self(Arc::new(Inner {
            shared: state.shared.clone(),
            current: RwLock::new(Arc::new(Snapshot::new(state))),
            applied: Mutex::new(applied),
            stale: needs_rebuild,
            writer: Mutex::new(Some(Box::new(writer))),
            returned: Condvar::new(),
        }))
    }

    fn lease(&self) -> Lease {
        let mut held = lock(&self.0.writer);
        loop {
            if let Some(writer) = held.take() {
                return Lease { inner: self.0.clone(), writer: Some(writer) };
            }
            held = self.0.returned.wait(held).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The place in the journal up to which the index is durable; in memory,
    /// up to which it was applied. The journal is to be replayed from there.
    #[must_use]
    pub fn applied(&self) -> Applied {
        *lock(&self.0.applied)
    }

    /// Whether facts have values of a field that was declared, or declared to
    /// be of another kind, after them. Such values are in the facts but not
    /// indexed, so queries on the field would miss them: set the index aside,
    /// make a new one, hand it the last vocabulary by [`Index::prepare`], and
    /// replay the journal.
    #[must_use]
    pub fn needs_rebuild(&self) -> bool {
        *lock(&self.0.stale)
    }

    /// Indexes the fields of a vocabulary from the start, before the journal
    /// comes to declare them; for an index that is still empty.
    pub fn prepare(&self, schema: &Schema) {
        let mut lease = self.lease();
        if let Some(writer) = &mut lease.writer {
            writer.draft.absorb(schema);
        }
    }

    /// The last state.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.0.snapshot()
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

    /// What the last state holds of an id.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    pub fn content_hash(&self, id: &str) -> Result<Current, IndexError> {
        let snapshot = self.snapshot();
        let Some(document) = snapshot.state.documents_of(id)?.pop() else {
            return Ok(Current::Unknown);
        };
        let hash = snapshot.content_hash(document)?;
        if snapshot.state.ended.contains(document) {
            Ok(Current::Retracted(document, hash))
        } else {
            Ok(Current::InForce(document, hash))
        }
    }

    /// Applies a transaction and publishes the state after it, in memory;
    /// [`Index::checkpoint`] makes it durable. A retraction of what is not in
    /// force does nothing.
    ///
    /// # Errors
    ///
    /// If the index cannot be read; then nothing was applied.
    pub fn apply(&self, transaction: Transaction, applied: Applied) -> Result<(), IndexError> {
        let mut bulk = self.stream(false)?;
        for change in transaction.changes {
            bulk.push(change)?;
        }
        bulk.publish(transaction.commit, applied, false)
    }

    /// Starts a stream of changes of which nothing is visible before it is finished.
    ///
    /// # Errors
    ///
    /// If the index cannot be read or written.
    pub fn bulk(&self) -> Result<Bulk, IndexError> {
        self.stream(true)
    }

    fn stream(&self, many: bool) -> Result<Bulk, IndexError> {
        let mut lease = self.lease();
        let inner = lease.inner.clone();
        let writer = lease.writer.as_mut().expect("a lease has the writer until it is dropped");
        if many {
            checkpoint::checkpoint(&inner, writer)?;
        }
        let before = inner.snapshot().state.clone();
        writer.draft.indexer.load(&before.dictionaries);
        let stage = Stage::new(before, &writer.draft, many, many)?;
        Ok(Bulk { lease, stage: Some(stage) })
    }

    /// Makes the last state durable, and merges small segments.
    ///
    /// # Errors
    ///
    /// If the index cannot be read or written.
    pub fn checkpoint(&self) -> Result<(), IndexError> {
        let mut lease = self.lease();
        let inner = lease.inner.clone();
        lease.writer.as_mut().map_or(Ok(()), |writer| checkpoint::checkpoint(&inner, writer))
    }

    /// Reads everything that is on disk and checks that it is as it was written.
    ///
    /// # Errors
    ///
    /// If it is not, or cannot be read.
    pub fn verify(&self) -> Result<(), IndexError> {
        let mut lease = self.lease();
        lease.writer.as_mut().map_or(Ok(()), |writer| checkpoint::verify(&self.0, writer))
    }
}

/// A stream of changes; dropped without being finished, it leaves nothing.
pub struct Bulk {
    lease: Lease,
    /// Taken when it ends.
    stage: Option<Stage>,
}

impl Bulk {
    fn parts(&mut self) -> (&mut Stage, &mut Writer) {
        let stage = self.stage.as_mut().expect("a stream has its stage until it ends");
        (stage, self.lease.writer.as_mut().expect("a lease has the writer until it is dropped"))
    }

    /// Adds a change. A retraction of what is not in force does nothing.
    ///
    /// # Errors
    ///
    /// If the index cannot be read or written; the stream is then of no more use.
    pub fn push(&mut self, change: Change) -> Result<(), IndexError> {
        let (stage, writer) = self.parts();
        stage.push(change, &mut writer.draft)
    }

    /// Makes all that was pushed since the last commit one transaction; for
    /// streams of several, such as a journal that is replayed.
    pub fn commit(&mut self, commit: CommitInfo) {
        self.parts().0.commit(commit);
    }

    /// Commits what was pushed since the last commit, makes all of the stream
    /// visible at once, and durable.
    ///
    /// # Errors
    ///
    /// If the index cannot be read or written. It may then show the changes
    /// without having stored them; [`Index::applied`] tells.
    pub fn finish(self, commit: CommitInfo, applied: Applied) -> Result<(), IndexError> {
        self.publish(commit, applied, true)
    }

    fn publish(mut self, commit: CommitInfo, applied: Applied, durable: bool) -> Result<(), IndexError> {
        let (stage, writer) = self.parts();
        if stage.builder.as_ref().is_some_and(|builder| builder.len() < SMALL) {
            stage.close_in_memory()?;
        } else {
            stage.close(&mut writer.draft)?;
        }
        stage.commit(commit);
        let inner = self.lease.inner.clone();
        let stage = self.stage.take().expect("a stream has its stage until it ends");
        let writer = self.lease.writer.as_mut().expect("a lease has the writer until it is dropped");
        writer.publish(&inner, stage, applied);
        if durable {
            checkpoint::checkpoint(&inner, writer)?;
        }
        Ok(())
    }
}

impl Drop for Bulk {
    fn drop(&mut self) {
        if let (Some(stage), Some(writer)) = (self.stage.take(), &mut self.lease.writer) {
            // What cannot be removed now is removed when the index is opened.
            let _ = checkpoint::remove(&self.lease.inner.shared, &stage.segments);
            stage.roll_back(&mut writer.draft);
        }
    }
}

impl Writer {
    /// Makes a change visible.
    fn publish(&mut self, inner: &Inner, change: Stage, applied: Applied) {
        let mut state = (*change.before).clone();
        let shared = &inner.shared;
        let fields = &self.draft.indexer.fields;
        if state.dictionaries.len() < fields.numbers().count() {
            Arc::make_mut(&mut state.dictionaries).resize_with(fields.numbers().count(), Arc::default);
        }
        for (interner, dictionary) in self.draft.indexer.interners.iter_mut().zip(&*state.dictionaries) {
            interner.publish(dictionary);
        }
        state.fields = fields.clone();
        state.lengths = state.dictionaries.iter().map(|dictionary| dictionary.len()).collect();
        state.segments.extend(change.segments);
        compact(&mut state, &mut self.draft.indexer);
        if !change.endings.is_empty() {
            Arc::make_mut(&mut state.ended).extend(change.endings.iter().map(|(_, document, _)| *document));
            shared.add_endings(change.endings);
        }
        let has_entities = !change.entities.is_empty();
        shared.add_entities(change.entities);
        if let Some((_, schema)) = change.vocabularies.last() {
            state.schema = schema.clone();
        }
        shared.add_vocabularies(change.vocabularies);
        change.commits.into_iter().for_each(|commit| shared.commits.push(commit));
        state.commits = shared.commits.len();
        state.transaction = state
            .commits
            .checked_sub(1)
            .and_then(|last| shared.commits.get(last))
            .map_or(0, |last| last.info.transaction);
        if has_entities {
            state.entities = shared.entities_at(state.transaction);
        }
        state.limit = change.next;
        self.latest = applied;
        if shared.disk.is_none() {
            inner.set_applied(applied);
        }
        *lock(&inner.stale) = self.draft.stale;
        inner.publish(state);
    }
}

/// Merges the last segments in memory while there are many of about one size,
/// so that a state has few and a commit costs little.
fn compact(state: &mut State, indexer: &mut Indexer) {
    let size = |segment: &Segment| segment.directory.count.ilog2() / 3;
    while let Some(last) = state.segments.last() {
        let (tier, window) = (size(last), last.window());
        let same =
            |segment: &&Arc<Segment>| !segment.is_on_disk() && segment.window() == window && size(segment) <= tier;
        let count = state.segments.iter().rev().take_while(same).count();
        if count < FAN {
            return;
        }
        let start = state.segments.len() - count;
        let Some(merged) = state
            .segments
            .get(start..)
            .and_then(|segments| merge(segments, &state.dictionaries, indexer, Target::Memory).ok())
        else {
            return;
        };
        state.segments.truncate(start);
        state.segments.push(Arc::new(merged));
    }
}
