//! Snapshots: one state of the store, which is a watermark over the segments and
//! the set of documents that had ended by then.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;

use super::dictionary::Dictionary;
use super::error::damaged;
use super::index_state::IndexState;
use super::indexed_fields::FieldNumber;
use super::logs::{CommitChanges, LoggedCommit};
use super::state_names::StateNames;
use super::{CommitInfo, Document, Ending, FactVersion, FieldView, IndexError, View, search};
use crate::model::{
    Cell, ContentHash, Day, Entities, EntityNumber, Fact, FieldKind, Schema, TextTerm, better_spelling, fold,
};

/// One state of the store, which never changes.
pub struct Snapshot {
    pub(super) state: Arc<IndexState>,
    live: Arc<OnceLock<RoaringBitmap>>,
    names: OnceLock<Arc<StateNames>>,
    entities: OnceLock<Arc<Entities>>,
    /// By field of names: as what those are shown that are spelled in several cases.
    shown: Mutex<FxHashMap<FieldNumber, Arc<ShownSpellings>>>,
}

/// The ordinal of the spelling that is shown, by those of others.
type ShownSpellings = OnceLock<FxHashMap<u32, u32>>;

impl Snapshot {
    pub(super) fn new(state: IndexState) -> Self {
        Self {
            state: Arc::new(state),
            live: Arc::default(),
            names: OnceLock::new(),
            entities: OnceLock::new(),
            shown: Mutex::default(),
        }
    }

    /// The declared entities, without the names that only facts use.
    #[must_use]
    pub fn declared(&self) -> &Arc<Entities> {
        &self.state.entities
    }

    fn names(&self) -> &Arc<StateNames> {
        self.names.get_or_init(|| Arc::new(StateNames::new(self.state.clone(), self.live.clone())))
    }

    /// The last transaction that it includes; 0 if there is none.
    #[must_use]
    pub fn transaction(&self) -> u64 {
        self.state.transaction
    }

    fn commit_before(&self, index: u32) -> Option<Arc<CommitInfo>> {
        Some(self.state.logs.commits.get(index.checked_sub(1)?)?.info.clone())
    }

    /// The last commit at or before a time, in milliseconds since 1970-01-01 UTC.
    #[must_use]
    pub fn commit_at(&self, time: i64) -> Option<Arc<CommitInfo>> {
        self.commit_before(self.state.logs.commits.partition(self.state.commits, |commit| commit.info.time <= time))
    }

    /// The last commit before the end of a day in UTC.
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

    /// The documents that a retraction ended, whether or not their facts were
    /// asserted again later.
    #[must_use]
    pub fn retracted(&self) -> RoaringBitmap {
        let endings = self.state.logs.endings();
        let by_then = endings.log.iter().take_while(|(at, ..)| *at <= self.state.transaction);
        by_then
            .filter(|(.., ending)| matches!(ending, Ending::Retracted(_)))
            .map(|(_, document, _)| *document)
            .collect()
    }

    /// What a transaction changed; none if there is no such transaction by now.
    #[must_use]
    pub fn changes_of(&self, transaction: u64) -> Option<CommitChanges> {
        let commits = &self.state.logs.commits;
        let place = commits.partition(self.state.commits, |commit| commit.info.transaction < transaction);
        let commit = commits.get(place).filter(|commit| commit.info.transaction == transaction)?;
        let after = (place + 1 < self.state.commits).then(|| commits.get(place + 1)).flatten();
        let mut changes = self.state.logs.changes_of(transaction);
        changes.documents.extend(commit.first..after.map_or(self.state.limit, |after| after.first));
        Some(changes)
    }

    /// The transactions after one that defined entities, or took their definitions back,
    /// by the canonical ids of these.
    #[must_use]
    pub fn definitions_since(&self, transaction: u64) -> BTreeMap<String, Vec<u64>> {
        self.state.logs.definitions_since(transaction)
    }

    /// The transactions after one that replaced the vocabulary.
    #[must_use]
    pub fn vocabularies_since(&self, transaction: u64) -> Vec<u64> {
        self.state.logs.vocabularies_since(transaction)
    }

    /// The hash of the content of a document.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    pub fn content_hash(&self, document: Document) -> Result<ContentHash, IndexError> {
        self.state.segment(document)?.content_hash(document)
    }
}

impl View for Snapshot {
    fn schema(&self) -> &Arc<Schema> {
        &self.state.schema
    }

    fn entities(&self) -> &Arc<Entities> {
        self.entities.get_or_init(|| Arc::new(self.state.entities.with_undeclared(self.names().clone())))
    }

    fn live(&self) -> &RoaringBitmap {
        self.live.get_or_init(|| self.state.live())
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
        let names = (definition.kind == FieldKind::Reference).then(|| self.names().clone());
        let all_shown = || self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        let shown = definition.holds_names().then(|| all_shown().entry(number).or_default().clone());
        Some(Arc::new(SnapshotField { state: self.state.clone(), number, dictionary, length, names, shown }))
    }

    fn text(&self, field: &str, phrase: &[TextTerm]) -> Result<RoaringBitmap, IndexError> {
        search::documents_with_phrase(&self.state, field, phrase)
    }

    fn text_present(&self, field: &str) -> Result<RoaringBitmap, IndexError> {
        search::documents_with_text(&self.state, field)
    }

    fn texts(&self, field: &str, test: &mut dyn FnMut(&str) -> bool) -> Result<RoaringBitmap, IndexError> {
        search::documents_with_matching_text(&self.state, field, test)
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

    fn relevance(&self, terms: &[TextTerm], documents: &RoaringBitmap) -> Result<Vec<(Document, f64)>, IndexError> {
        search::relevance(&self.state, terms, documents)
    }

    fn fact(&self, document: Document) -> Result<Arc<Fact>, IndexError> {
        Ok(Arc::new(self.state.segment(document)?.fact(document, &self.state.dictionaries)?))
    }

    fn id(&self, document: Document) -> Result<Arc<str>, IndexError> {
        Ok(self.state.segment(document)?.id(document)?.into())
    }

    fn ids(&self, written: &[String]) -> Result<RoaringBitmap, IndexError> {
        let folded: Vec<String> = written.iter().map(|text| fold(text).into_owned()).collect();
        let mut found = RoaringBitmap::new();
        for segment in &self.state.segments {
            segment.add_with_folded_ids(&folded, &mut found)?;
        }
        self.state.remove_beyond_limit(&mut found);
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
        // The disk is read before the lock is taken, so that the writer does not wait.
        let documents = self.state.documents_of(id)?;
        let endings = self.state.logs.endings();
        let version = |document| {
            let ended = endings.get(document).filter(|(at, ..)| *at <= self.state.transaction);
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

/// The values of one field in a state.
struct SnapshotField {
    state: Arc<IndexState>,
    number: FieldNumber,
    dictionary: Arc<Dictionary>,
    length: u32,
    /// Of a reference field: what its values refer to.
    names: Option<Arc<StateNames>>,
    shown: Option<Arc<ShownSpellings>>,
}

impl SnapshotField {
    /// Of the spellings of a name one that facts in force have.
    fn shown_spellings(&self) -> FxHashMap<u32, u32> {
        let text = |ordinal: u32| if let Some(Cell::Text(text)) = self.dictionary.get(ordinal) { &**text } else { "" };
        let mut shown = FxHashMap::default();
        for spellings in self.dictionary.case_variants(self.length) {
            let in_force = |ordinal: &&u32| {
                let documents = self.postings(&RoaringBitmap::from_iter([**ordinal]));
                documents.is_ok_and(|documents| !documents.is_subset(&self.state.ended))
            };
            let better = |best: u32, other: u32| {
                if better_spelling(text(best), text(other)) == text(best) { best } else { other }
            };
            if let Some(best) = spellings.iter().filter(in_force).copied().reduce(better) {
                shown.extend(spellings.iter().map(|ordinal| (*ordinal, best)));
            }
        }
        shown
    }
}

impl FieldView for SnapshotField {
    fn len(&self) -> u32 {
        self.length
    }

    fn value(&self, ordinal: u32) -> Cell {
        if let Some(names) = self.names.as_ref().filter(|names| names.are_open(self.number)) {
            let spelling = self.dictionary.spellings.get(ordinal);
            return spelling.and_then(|spelling| names.shown(*spelling)).map_or(Cell::Missing, Cell::Text);
        }
        let shown = self.shown.as_ref().map(|shown| shown.get_or_init(|| self.shown_spellings()));
        let ordinal = shown.and_then(|shown| shown.get(&ordinal)).copied().unwrap_or(ordinal);
        self.dictionary.get(ordinal).cloned().unwrap_or_default()
    }

    fn written(&self, ordinal: u32) -> Cell {
        self.dictionary.get(ordinal).cloned().unwrap_or_default()
    }

    fn find(&self, written: &str) -> Vec<u32> {
        let folded = fold(written);
        match &self.names {
            Some(names) => names.find(self.number, &folded),
            None => self.dictionary.find(&folded, self.length),
        }
    }

    fn beginning(&self, folded: &str) -> Option<Vec<u32>> {
        self.names.as_ref().map(|names| names.beginning_of_field(self.number, folded))
    }

    fn entity(&self, ordinal: u32) -> Option<EntityNumber> {
        self.names.as_ref()?.entity(self.number, *self.dictionary.spellings.get(ordinal)?)
    }

    fn referring(&self, entity: EntityNumber) -> Vec<u32> {
        self.names.as_ref().map(|names| names.referring(self.number, entity)).unwrap_or_default()
    }

    fn postings(&self, ordinals: &RoaringBitmap) -> Result<RoaringBitmap, IndexError> {
        self.state.postings(self.number, ordinals)
    }

    fn present(&self) -> Result<RoaringBitmap, IndexError> {
        let mut documents = RoaringBitmap::new();
        for segment in &self.state.segments {
            segment.add_present(self.number, &mut documents)?;
        }
        self.state.remove_beyond_limit(&mut documents);
        Ok(documents)
    }

    fn each(&self, documents: &RoaringBitmap, visit: &mut dyn FnMut(Document, &[u32])) -> Result<(), IndexError> {
        for segment in &self.state.segments {
            segment.each(self.number, documents, self.state.limit, visit)?;
        }
        Ok(())
    }
}

/// The state of the fact with an id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CurrentVersion {
    /// There is no fact with the id, or the transaction that asserted it was undone.
    Unknown,
    /// The version that is in force, and the hash of its content.
    InForce(Document, ContentHash),
    /// The last version, which was retracted and not undone, and the hash of its content.
    Retracted(Document, ContentHash),
}
