//! Opening an index: reading the root and everything that is always in memory.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::codec;
use super::error::damaged;
use super::index_state::IndexState;
use super::indexed_fields::IndexedFields;
use super::layout::{DICTIONARY, IndexRoot, PartKey, ROOT};
use super::logs::Logs;
use super::ordered_map::WriteBatch;
use super::segment::Segment;
use super::storage::Storage;
use super::stored_logs::read_logs;
use super::writer_state::StoredRoot;
use super::{IndexError, JournalPosition};

/// An index as it was stored.
pub(super) struct Restored {
    pub state: IndexState,
    pub stored: StoredRoot,
    pub durable: JournalPosition,
    pub names: Option<Arc<BTreeSet<String>>>,
    pub stale: bool,
    pub next_segment: u32,
}

/// Reads the root and everything that is always in memory.
pub(super) fn restore(storage: &Arc<Storage>, keywords: &[&str]) -> Result<Restored, IndexError> {
    let found = storage.read_any(&ROOT)?;
    let root = found.map(|(bytes, checksum)| Ok((codec::decode::<IndexRoot>(&bytes)?, checksum))).transpose()?;
    let kept = root.iter().flat_map(|(root, _)| &root.segments).map(|mark| mark.segment).collect();
    let next_segment = remove_orphans(storage, &kept)?;
    let logs = Arc::new(Logs::on(storage.clone()));
    let mut state = IndexState::new(logs);
    let Some((root, checksum)) = root else {
        let (stored, durable) = (StoredRoot::default(), JournalPosition::default());
        return Ok(Restored { state, stored, durable, names: Some(Arc::default()), stale: false, next_segment });
    };
    if let Some(checksum) = root.dictionary {
        storage.set_dictionary(storage.read(&DICTIONARY, checksum)?);
    }
    state.fields = Arc::new(IndexedFields::restore(&root.fields)?);
    read_logs(storage, &root, &mut state, keywords)?;
    let mut next = 0;
    for mark in &root.segments {
        let segment = Segment::open(storage, mark.segment, mark.checksum)?;
        if u64::from(segment.first()) != next {
            return Err(damaged("a segment is missing"));
        }
        next = segment.end();
        state.segments.push(Arc::new(segment));
    }
    if next != u64::from(root.documents) || state.ended.max().is_some_and(|last| last >= root.documents) {
        return Err(damaged("it does not have the number of documents that it should have"));
    }
    state.limit = root.documents;
    state.lengths = state.dictionaries.iter().map(|dictionary| dictionary.len()).collect();
    let last = state.commits.checked_sub(1).and_then(|last| state.logs.commits.get(last));
    state.transaction = last.map_or(0, |last| last.info.transaction);
    state.schema = state.logs.schema_at(state.transaction);
    Arc::make_mut(&mut state.fields).absorb(&state.schema, false);
    state.entities = state.logs.entities_at(state.transaction);
    Ok(Restored {
        state,
        durable: root.position(),
        names: root.names.clone().map(|names| Arc::new(names.into_iter().collect())),
        stale: root.stale,
        next_segment,
        stored: StoredRoot { root: Some((root, checksum)), retired: Vec::new() },
    })
}

/// Removes segments that the root does not name: those of an unfinished bulk load,
/// and those that the last checkpoint merged. Returns the next free number.
fn remove_orphans(storage: &Storage, kept: &BTreeSet<u32>) -> Result<u32, IndexError> {
    let mut next = kept.last().map_or(0, |last| last.saturating_add(1));
    let mut from = PartKey::start(0).to_vec();
    while let Some(key) = storage.map.first_key(&from)? {
        let Some(segment) = PartKey::segment_of(&key) else {
            break;
        };
        next = next.max(segment.saturating_add(1));
        if !kept.contains(&segment) {
            let mut batch = WriteBatch::default();
            let mut orphan = Some(key);
            while let Some(key) = orphan.filter(|key| PartKey::segment_of(key) == Some(segment)) {
                batch.remove(&key);
                let mut after = key;
                after.push(0);
                orphan = storage.map.first_key(&after)?;
            }
            storage.map.apply(batch)?;
        }
        from = PartKey::start(segment.saturating_add(1)).to_vec();
        if segment == u32::MAX {
            break;
        }
    }
    Ok(next)
}
