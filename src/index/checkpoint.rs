//! From memory to disk and back: what a checkpoint writes and opening reads.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bincode::{Decode, Encode};

use super::builder::{Target, merge};
use super::codec::{self, Compression, Packer};
use super::dictionary::{Dictionary, StoredValue};
use super::disk::Disk;
use super::error::damaged;
use super::extract::IndexedFields;
use super::layout::{DICTIONARY, LOG_CHUNK, Log, LogMark, PartKey, ROOT, Root, SegmentMark};
use super::segment::Segment;
use super::shared::{Commit, Shared};
use super::snapshot::State;
use super::tree::Batch;
use super::writer::{Inner, Writer};
use super::{Applied, CommitInfo, Ending, IndexError};
use crate::model::{Schema, Vocabulary};

/// A segment on disk is merged with what follows it while it has at most so many times as many documents.
const ABSORBED: u64 = 2;

/// What has been stored.
#[derive(Default)]
pub(super) struct Stored {
    root: Option<(Root, u32)>,
    /// Segments that are in the tree but in no state of the future; removed
    /// once nobody looks at them.
    retired: Vec<Arc<Segment>>,
}

#[derive(Encode, Decode)]
struct CommitRecord {
    transaction: u64,
    time: i64,
    author: String,
    first: u32,
}

#[derive(Encode, Decode)]
struct EndingRecord {
    transaction: u64,
    document: u32,
    /// None if another version took its place.
    reason: Option<String>,
}

/// An entity or a vocabulary.
#[derive(Encode, Decode)]
struct Definition {
    transaction: u64,
    json: String,
}

/// Makes the last state durable.
pub(super) fn checkpoint(inner: &Inner, writer: &mut Writer) -> Result<(), IndexError> {
    let Some(disk) = &inner.shared.disk else {
        return Ok(());
    };
    let state = inner.snapshot().state.clone();
    let old = writer.stored.root.as_ref();
    let is_stored = |(root, _): &(Root, u32)| place(root) == writer.latest && root.documents == state.limit;
    if old.map_or(state.commits == 0, is_stored) {
        return Ok(());
    }
    let (segments, absorbed) = settle(disk, &state, writer)?;
    let mut packer = Packer::new(None)?;
    let mut batch = Batch::default();
    let logs = write_logs(&state, writer.stored.root.as_ref().map(|(root, _)| root), &mut packer, &mut batch);
    let dictionary = disk.dictionary().map(|dictionary| {
        let (sealed, checksum) = codec::seal(&DICTIONARY, Compression::None, dictionary.len(), dictionary);
        if writer.stored.root.as_ref().is_none_or(|(root, _)| root.dictionary != Some(checksum)) {
            batch.insert(&DICTIONARY, sealed);
        }
        checksum
    });
    let mark = |segment: &Arc<Segment>| SegmentMark { segment: segment.directory.segment, checksum: segment.checksum };
    let root = Root {
        transaction: writer.latest.transaction,
        line: writer.latest.line,
        chain: writer.latest.chain,
        documents: state.limit,
        stale: writer.draft.stale,
        fields: state.fields.stored(),
        names: writer.draft.names.as_ref().map(|names| names.iter().cloned().collect()),
        dictionary,
        logs,
        segments: segments.iter().map(mark).collect(),
    };
    let (sealed, checksum) = packer.seal(&ROOT, &codec::encode(&root), false);
    batch.insert(&ROOT, sealed);
    // Whoever looks at an older state may still read from segments that were merged since.
    let (free, held) =
        std::mem::take(&mut writer.stored.retired).into_iter().partition(|it| Arc::strong_count(it) == 1);
    let free: Vec<Arc<Segment>> = free;
    free.iter().flat_map(|segment| segment.keys()).for_each(|key| batch.remove(&key.bytes()));
    disk.tree.apply(batch)?;
    disk.tree.flush()?;
    writer.stored.retired = held;
    writer.stored.retired.extend(absorbed);
    writer.stored.root = Some((root, checksum));
    inner.set_applied(writer.latest);
    inner.publish(State { segments, ..(*state).clone() });
    Ok(())
}

fn place(root: &Root) -> Applied {
    Applied { transaction: root.transaction, line: root.line, chain: root.chain }
}

/// The segments of a state, and those that were merged into them.
type Settled = (Vec<Arc<Segment>>, Vec<Arc<Segment>>);

/// Merges what is in memory, and small segments before it, into segments on disk.
fn settle(disk: &Arc<Disk>, state: &State, writer: &mut Writer) -> Result<Settled, IndexError> {
    let on_disk = |segment: &&Arc<Segment>| segment.is_on_disk();
    let mut kept: Vec<Arc<Segment>> = state.segments.iter().take_while(on_disk).cloned().collect();
    let mut rest: Vec<Arc<Segment>> = state.segments.iter().skip(kept.len()).cloned().collect();
    let mut absorbed = Vec::new();
    if let Some(first) = rest.first() {
        let window = first.window();
        let of_window = |segment: &&Arc<Segment>| segment.window() == window;
        let mut total: u64 = rest.iter().take_while(of_window).map(|it| u64::from(it.directory.count)).sum();
        let most = u64::from(writer.draft.most);
        while let Some(last) = kept.pop_if(|last| {
            let count = u64::from(last.directory.count);
            last.window() == window && count <= ABSORBED * total && count + total <= most
        }) {
            total += u64::from(last.directory.count);
            absorbed.push(last);
        }
        rest.splice(0..0, absorbed.iter().rev().cloned());
    }
    writer.draft.indexer.load(&state.dictionaries);
    let most = u64::from(writer.draft.most);
    let mut group: Vec<Arc<Segment>> = Vec::new();
    let mut size = 0;
    for segment in rest {
        let count = u64::from(segment.directory.count);
        if group.last().is_some_and(|last| last.window() != segment.window() || size + count > most) {
            kept.push(rebuild(disk, state, writer, &group)?);
            group.clear();
            size = 0;
        }
        size += count;
        group.push(segment);
    }
    if !group.is_empty() {
        kept.push(rebuild(disk, state, writer, &group)?);
    }
    Ok((kept, absorbed))
}

fn rebuild(
    disk: &Arc<Disk>,
    state: &State,
    writer: &mut Writer,
    group: &[Arc<Segment>],
) -> Result<Arc<Segment>, IndexError> {
    if let [segment] = group
        && segment.is_on_disk()
    {
        return Ok(segment.clone());
    }
    let target = Target::Disk(disk.clone(), writer.draft.take_number());
    Ok(Arc::new(merge(group, &state.dictionaries, &mut writer.draft.indexer, target)?))
}

/// Writes the new chunks of every log, and that which was not full.
fn write_logs(state: &State, old: Option<&Root>, packer: &mut Packer, batch: &mut Batch) -> Vec<LogMark> {
    let shared = &state.shared;
    let mut marks = Vec::new();
    let mut write = |log: Log, length: usize, chunk: &dyn Fn(usize, usize) -> Vec<u8>| {
        let length = u32::try_from(length).unwrap_or(u32::MAX);
        let before = old.and_then(|root| root.logs.iter().find(|mark| mark.log == log));
        let mut mark = before.cloned().unwrap_or(LogMark { log, length: 0, checksums: Vec::new() });
        let first = if mark.length == length { length.div_ceil(LOG_CHUNK) } else { mark.length / LOG_CHUNK };
        mark.checksums.truncate(first as usize);
        for number in first..length.div_ceil(LOG_CHUNK) {
            let start = number * LOG_CHUNK;
            let end = length.min(start.saturating_add(LOG_CHUNK));
            let key = log.key(number);
            let (sealed, checksum) = packer.seal(&key, &chunk(start as usize, end as usize), false);
            batch.insert(&key, sealed);
            mark.checksums.push(checksum);
        }
        mark.length = length;
        marks.push(mark);
    };
    write(Log::Commits, state.commits as usize, &|start, end| {
        let commits = (start..end).filter_map(|index| shared.commits.get(u32::try_from(index).ok()?));
        codec::encode(&commits.map(CommitRecord::of).collect::<Vec<_>>())
    });
    let endings = shared.endings();
    write(Log::Endings, endings.log.len(), &|start, end| {
        let chunk = endings.log.get(start..end).unwrap_or_default().iter();
        codec::encode(
            &chunk
                .map(|(transaction, document, ending)| EndingRecord::of(*transaction, *document, ending))
                .collect::<Vec<_>>(),
        )
    });
    let entities = shared.entities();
    write(Log::Entities, entities.len(), &|start, end| {
        definitions(entities.get(start..end), |entity| serde_json::to_string(&**entity))
    });
    let vocabularies = shared.vocabularies();
    write(Log::Vocabularies, vocabularies.len(), &|start, end| {
        definitions(vocabularies.get(start..end), |schema| serde_json::to_string(schema.vocabulary()))
    });
    for (field, (dictionary, length)) in (0..).zip(state.dictionaries.iter().zip(&state.lengths)) {
        write(Log::Values(field), *length as usize, &|start, end| {
            let values = (start..end).filter_map(|index| dictionary.get(u32::try_from(index).ok()?));
            codec::encode(&values.map(StoredValue::of).collect::<Vec<_>>())
        });
    }
    marks
}

impl CommitRecord {
    fn of(commit: &Commit) -> Self {
        let CommitInfo { transaction, time, author } = &*commit.info;
        Self { transaction: *transaction, time: *time, author: author.clone(), first: commit.first }
    }
}

impl EndingRecord {
    fn of(transaction: u64, document: u32, ending: &Ending) -> Self {
        let reason = match ending {
            Ending::Superseded => None,
            Ending::Retracted(reason) => Some(reason.clone()),
        };
        Self { transaction, document, reason }
    }
}

fn definitions<T>(defined: Option<&[(u64, T)]>, json: impl Fn(&T) -> Result<String, serde_json::Error>) -> Vec<u8> {
    let definition = |(transaction, value): &(u64, T)| Definition {
        transaction: *transaction,
        json: json(value).expect("definitions have text keys only"),
    };
    codec::encode(&defined.unwrap_or_default().iter().map(definition).collect::<Vec<_>>())
}

/// What is read when an index is opened.
pub(super) struct Restored {
    pub state: State,
    pub stored: Stored,
    pub applied: Applied,
    pub names: Option<Arc<BTreeSet<String>>>,
    pub stale: bool,
    pub next_segment: u32,
}

/// Reads the root and all that is always in memory.
pub(super) fn restore(disk: &Arc<Disk>, keywords: &[&str]) -> Result<Restored, IndexError> {
    let found = disk.read_any(&ROOT)?;
    let root = found.map(|(bytes, checksum)| Ok((codec::decode::<Root>(&bytes)?, checksum))).transpose()?;
    let kept = root.iter().flat_map(|(root, _)| &root.segments).map(|mark| mark.segment).collect();
    let next_segment = remove_orphans(disk, &kept)?;
    let shared = Arc::new(Shared::on(disk.clone()));
    let mut state = State::new(shared);
    let Some((root, checksum)) = root else {
        let (stored, applied) = (Stored::default(), Applied::default());
        return Ok(Restored { state, stored, applied, names: Some(Arc::default()), stale: false, next_segment });
    };
    if let Some(checksum) = root.dictionary {
        disk.set_dictionary(disk.read(&DICTIONARY, checksum)?);
    }
    state.fields = Arc::new(IndexedFields::restore(&root.fields)?);
    read_logs(disk, &root, &mut state, keywords)?;
    let mut next = 0;
    for mark in &root.segments {
        let segment = Segment::open(disk, mark.segment, mark.checksum)?;
        if u64::from(segment.first()) != next {
            return Err(damaged("a segment is missing"));
        }
        next = segment.end();
        state.segments.push(Arc::new(segment));
    }
    if next != u64::from(root.documents) || state.ended.max().is_some_and(|last| last >= root.documents) {
        return Err(damaged("it has another number of documents than it should"));
    }
    state.limit = root.documents;
    state.lengths = state.dictionaries.iter().map(|dictionary| dictionary.len()).collect();
    let last = state.commits.checked_sub(1).and_then(|last| state.shared.commits.get(last));
    state.transaction = last.map_or(0, |last| last.info.transaction);
    state.schema = state.shared.schema_at(state.transaction);
    state.entities = state.shared.entities_at(state.transaction);
    Ok(Restored {
        state,
        applied: place(&root),
        names: root.names.clone().map(|names| Arc::new(names.into_iter().collect())),
        stale: root.stale,
        next_segment,
        stored: Stored { root: Some((root, checksum)), retired: Vec::new() },
    })
}

fn read_log<T: Decode<()>>(
    disk: &Disk,
    root: &Root,
    log: Log,
    mut each: impl FnMut(T) -> Result<(), IndexError>,
) -> Result<(), IndexError> {
    let Some(mark) = root.logs.iter().find(|mark| mark.log == log) else {
        return Ok(());
    };
    if mark.checksums.len() != mark.length.div_ceil(LOG_CHUNK) as usize {
        return Err(damaged("a log has another length than it should"));
    }
    let mut count = 0;
    for (chunk, checksum) in (0..).zip(&mark.checksums) {
        let records: Vec<T> = codec::decode(&disk.read(&log.key(chunk), *checksum)?)?;
        count += records.len();
        records.into_iter().try_for_each(&mut each)?;
    }
    if count == mark.length as usize { Ok(()) } else { Err(damaged("a log is cut short")) }
}

fn read_logs(disk: &Disk, root: &Root, state: &mut State, keywords: &[&str]) -> Result<(), IndexError> {
    let shared = state.shared.clone();
    read_log(disk, root, Log::Commits, |record: CommitRecord| {
        let CommitRecord { transaction, time, author, first } = record;
        shared.commits.push(Commit { info: Arc::new(CommitInfo { transaction, time, author }), first });
        Ok(())
    })?;
    state.commits = shared.commits.len();
    let ended = Arc::make_mut(&mut state.ended);
    let mut endings = Vec::new();
    read_log(disk, root, Log::Endings, |record: EndingRecord| {
        ended.insert(record.document);
        let ending = record.reason.map_or(Ending::Superseded, Ending::Retracted);
        endings.push((record.transaction, record.document, ending));
        Ok(())
    })?;
    shared.add_endings(endings);
    let mut entities = Vec::new();
    read_log(disk, root, Log::Entities, |record: Definition| {
        entities.push((record.transaction, serde_json::from_str(&record.json).map_err(damaged)?));
        Ok(())
    })?;
    shared.add_entities(entities);
    let mut vocabularies = Vec::new();
    read_log(disk, root, Log::Vocabularies, |record: Definition| {
        let vocabulary: Vocabulary = serde_json::from_str(&record.json).map_err(damaged)?;
        vocabularies.push((record.transaction, Arc::new(Schema::new(vocabulary, keywords).map_err(damaged)?)));
        Ok(())
    })?;
    shared.add_vocabularies(vocabularies);
    let mut dictionaries: Vec<Arc<Dictionary>> = Vec::new();
    for field in state.fields.numbers() {
        let dictionary = Dictionary::default();
        read_log(disk, root, Log::Values(field), |value: StoredValue| {
            dictionary.push(value.cell()?);
            Ok(())
        })?;
        dictionaries.push(Arc::new(dictionary));
    }
    state.dictionaries = Arc::new(dictionaries);
    Ok(())
}

/// Removes segments that no root names: of a stream that was not finished, or
/// merged by the last checkpoint. Gives the next free number.
fn remove_orphans(disk: &Disk, kept: &BTreeSet<u32>) -> Result<u32, IndexError> {
    let mut next = kept.last().map_or(0, |last| last.saturating_add(1));
    let mut from = PartKey::start(0).to_vec();
    while let Some(key) = disk.tree.first_key(&from)? {
        let Some(segment) = PartKey::segment_of(&key) else {
            break;
        };
        next = next.max(segment.saturating_add(1));
        if !kept.contains(&segment) {
            let mut batch = Batch::default();
            let mut orphan = Some(key);
            while let Some(key) = orphan.filter(|key| PartKey::segment_of(key) == Some(segment)) {
                batch.remove(&key);
                let mut after = key;
                after.push(0);
                orphan = disk.tree.first_key(&after)?;
            }
            disk.tree.apply(batch)?;
        }
        from = PartKey::start(segment.saturating_add(1)).to_vec();
        if segment == u32::MAX {
            break;
        }
    }
    Ok(next)
}

/// Removes the parts of segments that never became visible.
pub(super) fn remove(shared: &Shared, segments: &[Arc<Segment>]) -> Result<(), IndexError> {
    let Some(disk) = &shared.disk else {
        return Ok(());
    };
    let mut batch = Batch::default();
    let keys = segments.iter().filter(|segment| segment.is_on_disk()).flat_map(|segment| segment.keys());
    keys.for_each(|key| batch.remove(&key.bytes()));
    disk.tree.apply(batch)
}

/// Reads everything again from disk.
pub(super) fn verify(inner: &Inner, writer: &Writer) -> Result<(), IndexError> {
    let (Some(disk), Some((root, checksum))) = (&inner.shared.disk, &writer.stored.root) else {
        return Ok(());
    };
    disk.read(&ROOT, *checksum)?;
    if let Some(checksum) = root.dictionary {
        disk.read(&DICTIONARY, checksum)?;
    }
    for mark in &root.logs {
        for (chunk, checksum) in (0..).zip(&mark.checksums) {
            disk.read(&mark.log.key(chunk), *checksum)?;
        }
    }
    let known: BTreeMap<u32, u32> = root.segments.iter().map(|mark| (mark.segment, mark.checksum)).collect();
    for segment in &inner.snapshot().state.segments {
        if segment.is_on_disk() && known.get(&segment.directory.segment) != Some(&segment.checksum) {
            return Err(damaged("the root names other segments"));
        }
        segment.verify()?;
    }
    Ok(())
}
