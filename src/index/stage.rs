//! A change in the making: documents, endings and definitions that no state
//! shows yet. It knows nothing of how they become visible.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::builder::{Indexer, SegmentBuilder, Target};
use super::extract::IndexedFields;
use super::segment::Segment;
use super::shared::Commit;
use super::snapshot::State;
use super::{Change, CommitInfo, Document, Ending, IndexError, codec};
use crate::model::{ContentHash, Entity, Fact, Schema};

/// How many names of fields are remembered; a world with more of them than
/// that is treated as if facts had every name.
const MOST_NAMES: usize = 4096;

/// What the writer knows beyond the last state.
pub(super) struct Draft {
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

impl Draft {
    fn note_names(&mut self, fact: &Fact) {
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

/// The newest version of each id, by hash; ids that share one are told apart by the caller.
#[derive(Default)]
struct Newest {
    first: FxHashMap<u64, Document>,
    others: FxHashMap<u64, Vec<Document>>,
}

impl Newest {
    fn insert(&mut self, hash: u64, document: Document) {
        match self.first.entry(hash) {
            Entry::Vacant(place) => drop(place.insert(document)),
            Entry::Occupied(_) => self.others.entry(hash).or_default().push(document),
        }
    }

    /// The version before becomes this one.
    fn replace(&mut self, hash: u64, before: Option<Document>, document: Document) {
        let others = self.others.get_mut(&hash).into_iter().flatten();
        let held = self.first.get_mut(&hash).into_iter().chain(others).find(|held| Some(**held) == before);
        match held {
            Some(held) => *held = document,
            None => self.insert(hash, document),
        }
    }

    /// Newest first.
    fn candidates(&self, hash: u64) -> impl Iterator<Item = Document> {
        let others = self.others.get(&hash).into_iter().flat_map(|others| others.iter().rev());
        others.chain(self.first.get(&hash)).copied()
    }
}

/// A change in the making.
pub(super) struct Stage {
    pub before: Arc<State>,
    fields_before: Arc<IndexedFields>,
    names_before: Option<Arc<BTreeSet<String>>>,
    stale_before: bool,
    to_disk: bool,
    pub segments: Vec<Arc<Segment>>,
    pub builder: Option<SegmentBuilder>,
    pub next: Document,
    newest: Newest,
    /// Whether `newest` knows all ids of the state before.
    knows_all: bool,
    pub commits: Vec<Commit>,
    pub endings: Vec<(u64, Document, Ending)>,
    pub entities: Vec<(u64, Arc<Entity>)>,
    pub vocabularies: Vec<(u64, Arc<Schema>)>,
    /// What has no commit yet.
    open: Open,
    /// How documents end by this change, committed or not.
    ended: FxHashMap<Document, Ending>,
}

struct Open {
    first: Document,
    endings: Vec<Document>,
    entities: Vec<Arc<Entity>>,
    vocabularies: Vec<Arc<Schema>>,
}

impl Stage {
    /// Starts a change after a state; for many facts the ids of all are read first.
    pub(super) fn new(before: Arc<State>, draft: &Draft, to_disk: bool, many: bool) -> Result<Self, IndexError> {
        let mut newest = Newest::default();
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
            fields_before: draft.indexer.fields.clone(),
            names_before: draft.names.clone(),
            stale_before: draft.stale,
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
            open: Open { first: next, endings: Vec::new(), entities: Vec::new(), vocabularies: Vec::new() },
            ended: FxHashMap::default(),
        })
    }

    /// Whether a document of this change or the state before has an id.
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

    /// The newest document of an id.
    fn newest(&self, id: &str) -> Result<Option<Document>, IndexError> {
        for document in self.newest.candidates(codec::hash(id)) {
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

    /// Adds a change.
    pub(super) fn push(&mut self, change: Change, draft: &mut Draft) -> Result<(), IndexError> {
        match change {
            Change::Fact { fact, hash } => self.assert(&fact, hash, draft)?,
            Change::Retract { id, reason } => {
                if let Some(document) = self.newest(&id)?
                    && self.is_in_force(document)
                {
                    self.end(document, Ending::Retracted(reason));
                }
            }
            Change::Entity(entity) => self.open.entities.push(entity),
            Change::Vocabulary(schema) => {
                draft.absorb(&schema);
                self.open.vocabularies.push(schema);
            }
        }
        Ok(())
    }

    fn end(&mut self, document: Document, ending: Ending) {
        self.ended.insert(document, ending);
        self.open.endings.push(document);
    }

    fn assert(&mut self, fact: &Fact, hash: ContentHash, draft: &mut Draft) -> Result<(), IndexError> {
        let id = fact.id.as_deref().unwrap_or_default();
        let before = self.newest(id)?;
        if self.builder.as_ref().is_some_and(SegmentBuilder::is_full) {
            self.close(draft)?;
        }
        if let Some(before) = before.filter(|before| self.is_in_force(*before)) {
            self.end(before, Ending::Superseded);
        }
        draft.note_names(fact);
        let builder = self.builder.get_or_insert_with(|| SegmentBuilder::new(self.next, draft.most));
        builder.push(id, fact, hash, &mut draft.indexer);
        self.newest.replace(codec::hash(id), before, self.next);
        self.next = self.next.checked_add(1).ok_or_else(|| IndexError::Io("there are too many facts".to_owned()))?;
        Ok(())
    }

    /// Ends the segment that is being built.
    pub(super) fn close(&mut self, draft: &mut Draft) -> Result<(), IndexError> {
        if let Some(builder) = self.builder.take() {
            let target = match &self.before.shared.disk {
                Some(disk) if self.to_disk => Target::Disk(disk.clone(), draft.take_number()),
                _ => Target::Memory,
            };
            self.segments.push(Arc::new(builder.finish(target)?));
        }
        Ok(())
    }

    /// Ends the last segment in memory, since it is small and will be merged.
    pub(super) fn close_in_memory(&mut self) -> Result<(), IndexError> {
        if let Some(builder) = self.builder.take() {
            self.segments.push(Arc::new(builder.finish(Target::Memory)?));
        }
        Ok(())
    }

    /// Makes all that was pushed since the last commit one transaction.
    pub(super) fn commit(&mut self, info: CommitInfo) {
        let transaction = info.transaction;
        let ended = &self.ended;
        let ending = |document: Document| ended.get(&document).cloned().unwrap_or(Ending::Superseded);
        self.endings.extend(self.open.endings.drain(..).map(|document| (transaction, document, ending(document))));
        self.entities.extend(self.open.entities.drain(..).map(|entity| (transaction, entity)));
        self.vocabularies.extend(self.open.vocabularies.drain(..).map(|schema| (transaction, schema)));
        self.commits.push(Commit { info: Arc::new(info), first: self.open.first });
        self.open.first = self.next;
    }

    /// Forgets all of it.
    pub(super) fn roll_back(self, draft: &mut Draft) {
        draft.indexer.fields = self.fields_before;
        draft.names = self.names_before;
        draft.stale = self.stale_before;
        draft.indexer.interners.iter_mut().for_each(super::dictionary::Interner::roll_back);
        draft.indexer.match_fields();
    }
}
