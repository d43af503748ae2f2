//! Checkpoints: making the last state durable, and merging small segments.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::IndexError;
use super::codec;
use super::envelope::{Compression, Sealer, seal_envelope};
use super::error::damaged;
use super::index_state::IndexState;
use super::layout::{DICTIONARY, IndexRoot, ROOT, SegmentMark};
use super::logs::Logs;
use super::ordered_map::WriteBatch;
use super::published::Published;
use super::segment::Segment;
use super::segment_builder::{SegmentTarget, merge_segments};
use super::storage::Storage;
use super::stored_logs::write_logs;
use super::writer_state::WriterState;

/// A segment on disk is merged with those after it if it has at most this many
/// times as many documents.
const ABSORBED: u64 = 2;

/// Makes the last state durable, and merges small segments.
pub(super) fn checkpoint(published: &Published, writer: &mut WriterState) -> Result<(), IndexError> {
    let state = published.snapshot().state.clone();
    let Some(storage) = &state.logs.storage else {
        return Ok(());
    };
    let old = writer.stored.root.as_ref();
    let is_stored = |(root, _): &(IndexRoot, u32)| root.position() == writer.latest && root.documents == state.limit;
    if old.map_or(state.commits == 0, is_stored) {
        return Ok(());
    }
    let MergedSegments { kept: segments, absorbed } = merge_small_segments(storage, &state, writer)?;
    let mut packer = Sealer::new(None)?;
    let mut batch = WriteBatch::default();
    let logs = write_logs(&state, writer.stored.root.as_ref().map(|(root, _)| root), &mut packer, &mut batch);
    let dictionary = storage.dictionary().map(|dictionary| {
        let (sealed, checksum) = seal_envelope(&DICTIONARY, Compression::None, dictionary.len(), dictionary);
        if writer.stored.root.as_ref().is_none_or(|(root, _)| root.dictionary != Some(checksum)) {
            batch.insert(&DICTIONARY, sealed);
        }
        checksum
    });
    let mark = |segment: &Arc<Segment>| SegmentMark { segment: segment.directory.segment, checksum: segment.checksum };
    let root = IndexRoot {
        transaction: writer.latest.transaction,
        line: writer.latest.line,
        chain: writer.latest.chain,
        documents: state.limit,
        stale: writer.indexing.needs_rebuild(),
        fields: state.fields.stored(),
        names: writer.indexing.names.as_ref().map(|names| names.iter().cloned().collect()),
        dictionary,
        logs,
        segments: segments.iter().map(mark).collect(),
    };
    let (sealed, checksum) = packer.seal(&ROOT, &codec::encode(&root), false);
    batch.insert(&ROOT, sealed);
    // An older state that is still in use may read from segments merged since.
    let (free, held) =
        std::mem::take(&mut writer.stored.retired).into_iter().partition(|it| Arc::strong_count(it) == 1);
    let free: Vec<Arc<Segment>> = free;
    free.iter().flat_map(|segment| segment.keys()).for_each(|key| batch.remove(&key.bytes()));
    storage.map.apply(batch)?;
    storage.map.flush()?;
    writer.stored.retired = held;
    writer.stored.retired.extend(absorbed);
    writer.stored.root = Some((root, checksum));
    published.set_durable(writer.latest);
    published.publish(IndexState { segments, ..(*state).clone() });
    Ok(())
}

/// The result of merging small segments.
struct MergedSegments {
    /// All segments of the state, all on disk.
    kept: Vec<Arc<Segment>>,
    /// Segments on disk that were merged into others and are no longer needed.
    absorbed: Vec<Arc<Segment>>,
}

/// Merges the segments in memory, and small segments before them, into segments on
/// disk.
fn merge_small_segments(
    storage: &Arc<Storage>,
    state: &IndexState,
    writer: &mut WriterState,
) -> Result<MergedSegments, IndexError> {
    let on_disk = |segment: &&Arc<Segment>| segment.is_on_disk();
    let mut kept: Vec<Arc<Segment>> = state.segments.iter().take_while(on_disk).cloned().collect();
    let mut rest: Vec<Arc<Segment>> = state.segments.iter().skip(kept.len()).cloned().collect();
    let mut absorbed = Vec::new();
    if let Some(first) = rest.first() {
        let window = first.window();
        let of_window = |segment: &&Arc<Segment>| segment.window() == window;
        let mut total: u64 = rest.iter().take_while(of_window).map(|it| u64::from(it.directory.count)).sum();
        let most = u64::from(writer.indexing.most);
        while let Some(last) = kept.pop_if(|last| {
            let count = u64::from(last.directory.count);
            last.window() == window && count <= ABSORBED * total && count + total <= most
        }) {
            total += u64::from(last.directory.count);
            absorbed.push(last);
        }
        rest.splice(0..0, absorbed.iter().rev().cloned());
    }
    writer.indexing.indexer.load(&state.dictionaries);
    let most = u64::from(writer.indexing.most);
    let mut group: Vec<Arc<Segment>> = Vec::new();
    let mut size = 0;
    for segment in rest {
        let count = u64::from(segment.directory.count);
        if group.last().is_some_and(|last| last.window() != segment.window() || size + count > most) {
            kept.push(merge_group(storage, state, writer, &group)?);
            group.clear();
            size = 0;
        }
        size += count;
        group.push(segment);
    }
    if !group.is_empty() {
        kept.push(merge_group(storage, state, writer, &group)?);
    }
    Ok(MergedSegments { kept, absorbed })
}

fn merge_group(
    storage: &Arc<Storage>,
    state: &IndexState,
    writer: &mut WriterState,
    group: &[Arc<Segment>],
) -> Result<Arc<Segment>, IndexError> {
    if let [segment] = group
        && segment.is_on_disk()
    {
        return Ok(segment.clone());
    }
    let target = SegmentTarget::Disk(storage.clone(), writer.indexing.take_number());
    Ok(Arc::new(merge_segments(group, &state.dictionaries, &mut writer.indexing.indexer, target)?))
}

/// Removes the parts of segments that were never published.
pub(super) fn remove_segments(logs: &Logs, segments: &[Arc<Segment>]) -> Result<(), IndexError> {
    let Some(storage) = &logs.storage else {
        return Ok(());
    };
    let mut batch = WriteBatch::default();
    let keys = segments.iter().filter(|segment| segment.is_on_disk()).flat_map(|segment| segment.keys());
    keys.for_each(|key| batch.remove(&key.bytes()));
    storage.map.apply(batch)
}

/// Reads everything from disk and verifies it.
pub(super) fn verify(published: &Published, writer: &WriterState) -> Result<(), IndexError> {
    let state = published.snapshot().state.clone();
    let (Some(storage), Some((root, checksum))) = (&state.logs.storage, &writer.stored.root) else {
        return Ok(());
    };
    storage.read(&ROOT, *checksum)?;
    if let Some(checksum) = root.dictionary {
        storage.read(&DICTIONARY, checksum)?;
    }
    for mark in &root.logs {
        for (chunk, checksum) in (0..).zip(&mark.checksums) {
            storage.read(&mark.log.key(chunk), *checksum)?;
        }
    }
    let known: BTreeMap<u32, u32> = root.segments.iter().map(|mark| (mark.segment, mark.checksum)).collect();
    for segment in &state.segments {
        if segment.is_on_disk() && known.get(&segment.directory.segment) != Some(&segment.checksum) {
            return Err(damaged("the root names other segments"));
        }
        segment.verify()?;
    }
    Ok(())
}
