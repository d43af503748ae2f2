//! Building segments from facts, in memory or on disk.

use std::sync::{Arc, OnceLock};

use super::block::BlocksBuilder;
use super::codec::{self, put_varint};
use super::column::ColumnBuilder;
use super::dictionary::{Dictionary, Interner};
use super::id_chunk::{ID_GROUP, IDS};
use super::indexed_fields::{FieldNumber, IndexedFields, IndexedValue, visit_indexed_values};
use super::layout::{PartEntry, PartKind, SegmentDirectory, WINDOW};
use super::passages::PassagesBuilder;
use super::segment::{HASHES, ID_ENTRY, ID_TABLE, PartLocation, Parts, Segment};
use super::storage::{PartWriter, Storage};
use super::{Document, IndexError, postings};
use crate::model::{Analyzer, ContentHash, Fact};

/// Turns the values of facts into ordinals.
pub(super) struct Indexer {
    pub fields: Arc<IndexedFields>,
    pub interners: Vec<Interner>,
    pub analyzer: Analyzer,
}

impl Indexer {
    pub(super) fn new(fields: IndexedFields) -> Self {
        let mut indexer = Self { fields: Arc::new(fields), interners: Vec::new(), analyzer: Analyzer::default() };
        indexer.match_fields();
        indexer
    }

    /// Adjusts the number of interners to that of fields.
    pub(super) fn match_fields(&mut self) {
        self.interners.resize_with(self.fields.numbers().count(), Interner::default);
    }

    /// Brings the interners up to date with the dictionaries.
    pub(super) fn load(&mut self, dictionaries: &[Arc<Dictionary>]) {
        self.interners.iter_mut().zip(dictionaries).for_each(|(interner, dictionary)| interner.load(dictionary));
    }
}

/// Where a segment is written.
pub(super) enum SegmentTarget {
    Memory,
    /// On disk, under a number that was never used before.
    Disk(Arc<Storage>, u32),
}

/// A segment that is being built.
pub(super) struct SegmentBuilder {
    first: Document,
    room: usize,
    ids: String,
    id_ends: Vec<usize>,
    hashes: Vec<ContentHash>,
    columns: Vec<ColumnBuilder>,
    passages: PassagesBuilder,
    blocks: BlocksBuilder,
    text_documents: u32,
    text_length: u64,
    ordinals: Vec<(FieldNumber, u32)>,
}

impl SegmentBuilder {
    /// Starts a segment at a document. It holds at most `most` documents and does not
    /// extend beyond its window.
    pub(super) fn new(first: Document, most: u32) -> Self {
        Self {
            first,
            room: (WINDOW - first % WINDOW).min(most) as usize,
            ids: String::new(),
            id_ends: Vec::new(),
            hashes: Vec::new(),
            columns: Vec::new(),
            passages: PassagesBuilder::default(),
            blocks: BlocksBuilder::default(),
            text_documents: 0,
            text_length: 0,
            ordinals: Vec::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.hashes.len()
    }

    pub(super) fn is_full(&self) -> bool {
        self.len() >= self.room
    }

    fn id_at(&self, place: usize) -> Option<&str> {
        let start = if place == 0 { 0 } else { *self.id_ends.get(place - 1)? };
        self.ids.get(start..*self.id_ends.get(place)?)
    }

    /// The id of a document of the segment.
    pub(super) fn id(&self, document: Document) -> Option<&str> {
        self.id_at(document.checked_sub(self.first)? as usize)
    }

    /// Adds the next document.
    pub(super) fn push(&mut self, id: &str, fact: &Fact, hash: ContentHash, indexer: &mut Indexer) {
        let place = self.len();
        let Indexer { fields, interners, analyzer } = indexer;
        self.columns.resize_with(interners.len().max(self.columns.len()), ColumnBuilder::default);
        self.ordinals.clear();
        let (mut has_text, mut length) = (false, 0);
        let (columns, passages, ordinals) = (&mut self.columns, &mut self.passages, &mut self.ordinals);
        visit_indexed_values(fact, fields, &mut |field, value| {
            let (Some(column), Some(interner)) =
                (columns.get_mut(usize::from(field)), interners.get_mut(usize::from(field)))
            else {
                return;
            };
            let ordinal = if let IndexedValue::Passage(text) = value {
                let passage = passages.number(field, text, analyzer);
                // A text that occurs twice in a field of a document counts once.
                if !column.values_of(place).contains(&passage) {
                    column.add(place, passage);
                    length += u64::from(passages.length(passage));
                }
                has_text = true;
                passage
            } else {
                let ordinal = interner.ordinal(value);
                column.add(place, ordinal);
                ordinal
            };
            ordinals.push((field, ordinal));
        });
        self.blocks.push(fact, ordinals);
        self.text_documents += u32::from(has_text);
        self.text_length += length;
        self.ids.push_str(id);
        self.id_ends.push(self.ids.len());
        self.hashes.push(hash);
    }

    /// Writes all parts of the segment.
    pub(super) fn finish(mut self, target: SegmentTarget) -> Result<Segment, IndexError> {
        let (blocks, counts) = std::mem::take(&mut self.blocks).finish();
        let number = if let SegmentTarget::Disk(_, number) = target { number } else { 0 };
        let to = match target {
            SegmentTarget::Memory => PartDestination::Memory(Parts::new()),
            SegmentTarget::Disk(storage, number) => {
                PartDestination::Disk(PartWriter::new(&storage, number, &blocks)?, storage)
            }
        };
        let mut sink = DirectoryBuilder {
            directory: SegmentDirectory {
                segment: number,
                first: self.first,
                count: u32::try_from(self.len()).unwrap_or(u32::MAX),
                passages: u32::try_from(self.passages.len()).unwrap_or(u32::MAX),
                text_documents: self.text_documents,
                text_length: self.text_length,
                ..SegmentDirectory::default()
            },
            to,
        };
        let mut first = 0;
        for (block, count) in blocks.into_iter().zip(counts) {
            sink.put_run(PartKind::Blocks, block, first, count)?;
            first += count;
        }
        self.write_ids(&mut sink)?;
        for (place, hashes) in self.hashes.chunks(HASHES).enumerate() {
            let bytes = hashes.iter().flat_map(|hash| hash.0.to_le_bytes()).collect();
            sink.put_run(PartKind::Hashes, bytes, place * HASHES, hashes.len())?;
        }
        for (field, column) in (0..).zip(&self.columns) {
            write_field(&mut sink, field, column, self.first, self.hashes.len())?;
        }
        for (bytes, first, count) in self.passages.texts() {
            sink.put_run(PartKind::Texts, bytes, first, count)?;
        }
        let mut first = 0;
        for (bytes, count) in self.passages.lengths() {
            sink.put_run(PartKind::Lengths, bytes, first, count)?;
            first += count;
        }
        for chunk in self.passages.terms() {
            sink.directory.terms.push(chunk.first);
            sink.put(PartKind::Terms, 0, chunk.bytes, (0, 0), chunk.count)?;
        }
        sink.finish()
    }

    fn write_ids(&self, sink: &mut DirectoryBuilder) -> Result<(), IndexError> {
        let mut table = Vec::with_capacity(self.len());
        for first in (0..self.len()).step_by(IDS) {
            let count = IDS.min(self.len() - first);
            let (mut bytes, mut group) = (Vec::new(), Vec::new());
            for start in (first..first + count).step_by(ID_GROUP) {
                let mut before = "";
                for place in start..(first + count).min(start + ID_GROUP) {
                    let id = self.id_at(place).unwrap_or_default();
                    let shared = before.bytes().zip(id.bytes()).take_while(|(a, b)| a == b).count();
                    put_varint(&mut group, shared as u64);
                    put_varint(&mut group, (id.len() - shared) as u64);
                    group.extend_from_slice(id.as_bytes().get(shared..).unwrap_or_default());
                    before = id;
                    table.push((codec::hash_id(id), place));
                }
                put_varint(&mut bytes, group.len() as u64);
                bytes.append(&mut group);
            }
            sink.put_run(PartKind::Ids, bytes, first, count)?;
        }
        table.sort_unstable();
        let window_place = (self.first % WINDOW) as usize;
        for chunk in table.chunks(ID_TABLE) {
            let mut bytes = Vec::with_capacity(chunk.len() * ID_ENTRY);
            for (hash, place) in chunk {
                bytes.extend_from_slice(&hash.to_le_bytes());
                let local = u16::try_from(window_place + place).expect("a segment does not leave its window");
                bytes.extend_from_slice(&local.to_le_bytes());
            }
            let range = (chunk.first().map_or(0, |first| first.0), chunk.last().map_or(0, |last| last.0));
            sink.put(PartKind::IdTable, 0, bytes, range, u32::try_from(chunk.len()).unwrap_or(u32::MAX))?;
        }
        Ok(())
    }
}

fn write_field(
    sink: &mut DirectoryBuilder,
    field: FieldNumber,
    column: &ColumnBuilder,
    first: Document,
    documents: usize,
) -> Result<(), IndexError> {
    let pairs = column.pairs();
    if pairs.is_empty() {
        return Ok(());
    }
    for chunk in column.chunks(documents) {
        sink.put(PartKind::Column, field, chunk.bytes, (chunk.least.into(), chunk.greatest.into()), chunk.count)?;
    }
    for page in postings::encode_pages(&pairs, first) {
        sink.put(PartKind::Postings, field, page.bytes, (page.first.into(), page.last.into()), page.count)?;
    }
    Ok(())
}

/// Writes the parts of a segment and records them in its directory.
struct DirectoryBuilder {
    directory: SegmentDirectory,
    to: PartDestination,
}

enum PartDestination {
    Memory(Parts),
    Disk(PartWriter, Arc<Storage>),
}

impl DirectoryBuilder {
    fn put(
        &mut self,
        part: PartKind,
        field: FieldNumber,
        bytes: Vec<u8>,
        (first, last): (u64, u64),
        count: u32,
    ) -> Result<(), IndexError> {
        let entries = self.directory.parts.entry((part, field)).or_default();
        let chunk = u32::try_from(entries.len()).unwrap_or(u32::MAX);
        let checksum = match &mut self.to {
            PartDestination::Memory(parts) => {
                parts.entry((part, field)).or_default().push(bytes.into());
                0
            }
            // A chunk in which no document has a value is not written.
            PartDestination::Disk(..) if bytes.is_empty() && count == 0 => 0,
            PartDestination::Disk(writer, _) => writer.put(part, field, chunk, &bytes)?,
        };
        entries.push(PartEntry { checksum, first, last, count });
        Ok(())
    }

    /// Writes a chunk of items that are numbered from `first`.
    fn put_run(&mut self, part: PartKind, bytes: Vec<u8>, first: usize, count: usize) -> Result<(), IndexError> {
        let last = (first + count).saturating_sub(1);
        self.put(part, 0, bytes, (first as u64, last as u64), u32::try_from(count).unwrap_or(u32::MAX))
    }

    fn finish(self) -> Result<Segment, IndexError> {
        match self.to {
            PartDestination::Memory(parts) => Ok(Segment {
                directory: self.directory,
                checksum: 0,
                location: PartLocation::Memory(parts),
                plain_ids: OnceLock::new(),
            }),
            PartDestination::Disk(mut writer, storage) => {
                let checksum = writer.put(PartKind::Directory, 0, 0, &codec::encode(&self.directory))?;
                writer.finish()?;
                Ok(Segment {
                    directory: self.directory,
                    checksum,
                    location: PartLocation::Disk(storage),
                    plain_ids: OnceLock::new(),
                })
            }
        }
    }
}

/// Merges consecutive segments into one.
pub(super) fn merge_segments(
    segments: &[Arc<Segment>],
    dictionaries: &[Arc<Dictionary>],
    indexer: &mut Indexer,
    target: SegmentTarget,
) -> Result<Segment, IndexError> {
    let first = segments.first().map_or(0, |segment| segment.first());
    let mut builder = SegmentBuilder::new(first, WINDOW);
    for segment in segments {
        for document in segment.first()..=segment.first() + (segment.directory.count - 1) {
            let mut fact = segment.fact(document, dictionaries)?;
            let id = fact.id.take().unwrap_or_default();
            builder.push(&id, &fact, segment.content_hash(document)?, indexer);
        }
    }
    builder.finish(target)
}
