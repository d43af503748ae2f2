//! Segments: documents of one window with everything that is indexed about them,
//! in memory or on disk. A segment never changes once it is built, and does not
//! record which documents are in force.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use roaring::RoaringBitmap;

use super::block::{self, ValueLookup};
use super::codec::{self, ByteReader};
use super::column::{self, ColumnChunk};
use super::dictionary::Dictionary;
use super::error::damaged;
use super::id_chunk::{IDS, IdCursor};
use super::indexed_fields::FieldNumber;
use super::layout::{PartEntry, PartKey, PartKind, SegmentDirectory, WINDOW};
use super::passages::{self, Occurrence, TermRange};
use super::storage::Storage;
use super::{Document, IndexError, postings};
use crate::model::{Cell, ContentHash, Date, Fact, TextTerm, fold};

/// The number of content hashes in a chunk.
pub(super) const HASHES: usize = 256;
/// The number of entries of the id table in a chunk.
pub(super) const ID_TABLE: usize = 512;
/// The size of an entry of the id table in bytes: a hash and a document of the
/// window.
pub(super) const ID_ENTRY: usize = 10;

/// Parts in memory, by kind and field.
pub(super) type Parts = BTreeMap<(PartKind, FieldNumber), Vec<Arc<[u8]>>>;

/// Where the parts of a segment are.
pub(super) enum PartLocation {
    Memory(Parts),
    Disk(Arc<Storage>),
}

/// Documents of one window with everything that is indexed about them.
pub(super) struct Segment {
    pub directory: SegmentDirectory,
    /// The checksum of the directory, if it is on disk.
    pub checksum: u32,
    pub location: PartLocation,
    /// Whether every id is its own folded form, determined when first needed.
    pub plain_ids: OnceLock<bool>,
}

impl Segment {
    /// Reads the directory of a segment on disk.
    pub(super) fn open(storage: &Arc<Storage>, segment: u32, checksum: u32) -> Result<Self, IndexError> {
        let bytes = storage.read(&PartKey::directory(segment).bytes(), checksum)?;
        let directory: SegmentDirectory = codec::decode(&bytes)?;
        let last = directory.count.checked_sub(1).and_then(|last| directory.first.checked_add(last));
        if directory.segment != segment || last.is_none_or(|last| last / WINDOW != directory.first / WINDOW) {
            return Err(damaged("a directory is of another segment"));
        }
        Ok(Self { directory, checksum, location: PartLocation::Disk(storage.clone()), plain_ids: OnceLock::new() })
    }

    pub(super) fn is_on_disk(&self) -> bool {
        matches!(self.location, PartLocation::Disk(_))
    }

    pub(super) fn first(&self) -> Document {
        self.directory.first
    }

    /// The document after the last one. It may not fit 32 bits.
    pub(super) fn end(&self) -> u64 {
        u64::from(self.directory.first) + u64::from(self.directory.count)
    }

    pub(super) fn contains(&self, document: Document) -> bool {
        document >= self.first() && u64::from(document) < self.end()
    }

    /// The first document of the window.
    pub(super) fn window(&self) -> Document {
        self.first() - self.first() % WINDOW
    }

    pub(super) fn entries(&self, part: PartKind, field: FieldNumber) -> &[PartEntry] {
        self.directory.parts.get(&(part, field)).map_or(&[], Vec::as_slice)
    }

    fn part(&self, part: PartKind, field: FieldNumber, chunk: usize) -> Result<Arc<[u8]>, IndexError> {
        let missing = || damaged(format_args!("{part:?} {chunk} of segment {} is missing", self.directory.segment));
        match &self.location {
            PartLocation::Memory(parts) => {
                parts.get(&(part, field)).and_then(|chunks| chunks.get(chunk)).cloned().ok_or_else(missing)
            }
            PartLocation::Disk(storage) => {
                let entry = self.entries(part, field).get(chunk).ok_or_else(missing)?;
                let chunk = u32::try_from(chunk).map_err(damaged)?;
                storage.part(PartKey { segment: self.directory.segment, part, field, chunk }, entry.checksum)
            }
        }
    }

    fn place(&self, document: Document) -> Result<usize, IndexError> {
        let inside = document.checked_sub(self.first()).filter(|place| *place < self.directory.count);
        Ok(inside.ok_or_else(|| damaged("a document is not of its segment"))? as usize)
    }

    /// The documents of a bitmap that are in this segment and below a limit.
    fn own_documents<'a>(
        &self,
        documents: &'a RoaringBitmap,
        limit: Document,
    ) -> impl Iterator<Item = Document> + use<'a> {
        let end = self.end().min(u64::from(limit));
        let last = u32::try_from(end.saturating_sub(1)).unwrap_or(u32::MAX);
        let some = u64::from(self.first()) < end;
        some.then(|| documents.range(self.first()..=last)).into_iter().flatten()
    }

    /// The id of a document.
    pub(super) fn id(&self, document: Document) -> Result<String, IndexError> {
        let place = self.place(document)?;
        let mut ids = IdCursor::new(self.part(PartKind::Ids, 0, place / IDS)?);
        Ok(ids.seek(place % IDS)?.to_owned())
    }

    /// Visits the documents of a bitmap that are in this segment and below a limit,
    /// with their ids.
    pub(super) fn each_id(
        &self,
        documents: &RoaringBitmap,
        limit: Document,
        visit: &mut dyn FnMut(Document, &str),
    ) -> Result<(), IndexError> {
        let mut open: Option<(usize, IdCursor)> = None;
        for document in self.own_documents(documents, limit) {
            let place = self.place(document)?;
            let ids = match &mut open {
                Some((chunk, ids)) if *chunk == place / IDS => ids,
                other => &mut other.insert((place / IDS, IdCursor::new(self.part(PartKind::Ids, 0, place / IDS)?))).1,
            };
            visit(document, ids.seek(place % IDS)?);
        }
        Ok(())
    }

    /// Adds the documents whose id folds to one of the texts. They are looked up in
    /// the table of ids if every id is its own folded form, else all ids are read.
    pub(super) fn add_with_folded_ids(
        &self,
        folded: &[String],
        documents: &mut RoaringBitmap,
    ) -> Result<(), IndexError> {
        let mut all = RoaringBitmap::new();
        all.insert_range(self.first()..=u32::try_from(self.end() - 1).map_err(damaged)?);
        let is_plain = if let Some(known) = self.plain_ids.get() {
            *known
        } else {
            let mut plain = true;
            self.each_id(&all, Document::MAX, &mut |_, id| plain = plain && fold(id) == id)?;
            *self.plain_ids.get_or_init(|| plain)
        };
        if !is_plain {
            return self.each_id(&all, Document::MAX, &mut |document, id| {
                if folded.iter().any(|text| *text == fold(id)) {
                    documents.insert(document);
                }
            });
        }
        for text in folded {
            let mut found = Vec::new();
            self.add_with_id_hash(codec::hash_id(text), &mut found)?;
            for document in found {
                // Another id may have the same hash.
                if self.id(document)? == *text {
                    documents.insert(document);
                }
            }
        }
        Ok(())
    }

    /// The hash of the content of a document.
    pub(super) fn content_hash(&self, document: Document) -> Result<ContentHash, IndexError> {
        let place = self.place(document)?;
        let chunk = self.part(PartKind::Hashes, 0, place / HASHES)?;
        let start = place % HASHES * 16;
        let bytes = chunk.get(start..start + 16).ok_or_else(|| damaged("content hashes are cut short"))?;
        Ok(ContentHash(u128::from_le_bytes(bytes.try_into().map_err(damaged)?)))
    }

    /// Adds the documents whose id has a hash, in order.
    pub(super) fn add_with_id_hash(&self, hash: u64, documents: &mut Vec<Document>) -> Result<(), IndexError> {
        let entries = self.entries(PartKind::IdTable, 0);
        let start = entries.partition_point(|entry| entry.last < hash);
        for (chunk, entry) in entries.iter().enumerate().skip(start) {
            if entry.first > hash {
                break;
            }
            let bytes = self.part(PartKind::IdTable, 0, chunk)?;
            let (mut low, mut high) = (0, bytes.len() / ID_ENTRY);
            while low < high {
                let middle = low + (high - low) / 2;
                if self.table_entry(&bytes, middle)?.0 < hash { low = middle + 1 } else { high = middle }
            }
            for index in low..bytes.len() / ID_ENTRY {
                let (held, document) = self.table_entry(&bytes, index)?;
                if held != hash {
                    break;
                }
                documents.push(document);
            }
        }
        Ok(())
    }

    fn table_entry(&self, bytes: &[u8], index: usize) -> Result<(u64, Document), IndexError> {
        let mut reader = ByteReader(bytes.get(index * ID_ENTRY..).unwrap_or_default());
        let hash = u64::from_le_bytes(reader.take(8)?.try_into().map_err(damaged)?);
        let local = u16::from_le_bytes(reader.take(2)?.try_into().map_err(damaged)?);
        Ok((hash, self.window() + u32::from(local)))
    }

    /// Visits the hash of every id with its document.
    pub(super) fn each_id_hash(&self, mut visit: impl FnMut(u64, Document)) -> Result<(), IndexError> {
        for chunk in 0..self.entries(PartKind::IdTable, 0).len() {
            let bytes = self.part(PartKind::IdTable, 0, chunk)?;
            for index in 0..bytes.len() / ID_ENTRY {
                let (hash, document) = self.table_entry(&bytes, index)?;
                visit(hash, document);
            }
        }
        Ok(())
    }

    /// Visits the documents of a bitmap that are in this segment and below a limit,
    /// with the ordinals of their values.
    pub(super) fn each(
        &self,
        field: FieldNumber,
        documents: &RoaringBitmap,
        limit: Document,
        visit: &mut dyn FnMut(Document, &[u32]),
    ) -> Result<(), IndexError> {
        let entries = self.entries(PartKind::Column, field);
        let mut those = self.own_documents(documents, limit).peekable();
        while let Some(document) = those.peek() {
            let chunk = self.place(*document)? / column::CHUNK;
            let first = self.first() + u32::try_from(chunk * column::CHUNK).map_err(damaged)?;
            let inside = |document: &Document| ((document - first) as usize) < column::CHUNK;
            if entries.get(chunk).is_none_or(|entry| entry.count == 0) {
                while let Some(document) = those.next_if(inside) {
                    visit(document, &[]);
                }
                continue;
            }
            let bytes = self.part(PartKind::Column, field, chunk)?;
            let places = std::iter::from_fn(|| Some((those.next_if(inside)? - first) as usize));
            ColumnChunk::new(&bytes)?.each(places, |place, ordinals| {
                visit(first + u32::try_from(place).unwrap_or(u32::MAX), ordinals);
            })?;
        }
        Ok(())
    }

    /// Adds the documents that have one of the values.
    pub(super) fn add_postings(
        &self,
        field: FieldNumber,
        ordinals: &RoaringBitmap,
        documents: &mut RoaringBitmap,
    ) -> Result<(), IndexError> {
        let (Some(least), Some(greatest)) = (ordinals.min(), ordinals.max()) else {
            return Ok(());
        };
        let entries = self.entries(PartKind::Postings, field);
        let start = entries.partition_point(|entry| entry.last < u64::from(least));
        for (chunk, entry) in entries.iter().enumerate().skip(start) {
            if entry.first > u64::from(greatest) {
                break;
            }
            let first = u32::try_from(entry.first).map_err(damaged)?;
            let beyond = u32::try_from(entry.last).map_err(damaged)?.max(first);
            if ordinals.range(first..=beyond).next().is_some() {
                postings::collect_documents(
                    &self.part(PartKind::Postings, field, chunk)?,
                    self.window(),
                    ordinals,
                    documents,
                )?;
            }
        }
        Ok(())
    }

    /// Adds the documents that have any value.
    pub(super) fn add_present(&self, field: FieldNumber, documents: &mut RoaringBitmap) -> Result<(), IndexError> {
        // Chunks in which all documents have a value are added together.
        let mut all: Option<(Document, Document)> = None;
        let add = |range: Option<(Document, Document)>, documents: &mut RoaringBitmap| {
            if let Some((first, last)) = range {
                documents.insert_range(first..=last);
            }
        };
        for (chunk, entry) in self.entries(PartKind::Column, field).iter().enumerate() {
            let start = chunk * column::CHUNK;
            let count = (self.directory.count as usize).saturating_sub(start).min(column::CHUNK);
            let first = self.first() + u32::try_from(start).map_err(damaged)?;
            if entry.count as usize == count && count > 0 {
                let last = first + u32::try_from(count - 1).map_err(damaged)?;
                all = Some((all.map_or(first, |(first, _)| first), last));
                continue;
            }
            add(all.take(), documents);
            if entry.count > 0 {
                let bytes = self.part(PartKind::Column, field, chunk)?;
                ColumnChunk::new(&bytes)?.each(0..count, |place, ordinals| {
                    if !ordinals.is_empty() {
                        documents.insert(first + u32::try_from(place).unwrap_or(u32::MAX));
                    }
                })?;
            }
        }
        add(all, documents);
        Ok(())
    }

    /// Where the texts of a field have a word, in the order of the passages.
    pub(super) fn occurrences(&self, field: FieldNumber, asked: &TextTerm) -> Result<Vec<Occurrence>, IndexError> {
        let terms = TermRange::new(field, asked);
        let firsts = &self.directory.terms;
        let mut found = Vec::new();
        for chunk in terms.first_chunk(firsts)..firsts.len() {
            let is_past = firsts.get(chunk).is_some_and(|first| terms.ends_before(first));
            if is_past || !passages::find_terms(&self.part(PartKind::Terms, 0, chunk)?, &terms, &mut found)? {
                break;
            }
        }
        Ok(passages::merged(found))
    }

    /// The number of words of each passage.
    pub(super) fn passage_lengths(&self) -> Result<Vec<u32>, IndexError> {
        let mut lengths = Vec::with_capacity(self.directory.passages as usize);
        for chunk in 0..self.entries(PartKind::Lengths, 0).len() {
            let bytes = self.part(PartKind::Lengths, 0, chunk)?;
            let mut reader = ByteReader(&bytes);
            while !reader.0.is_empty() {
                lengths.push(reader.fixed_u32()?);
            }
        }
        if lengths.len() == self.directory.passages as usize {
            Ok(lengths)
        } else {
            Err(damaged("the lengths of texts are cut short"))
        }
    }

    /// The passages of a field.
    pub(super) fn passages_of(&self, field: FieldNumber) -> Result<RoaringBitmap, IndexError> {
        let mut passages = RoaringBitmap::new();
        for chunk in 0..self.entries(PartKind::Postings, field).len() {
            postings::collect_ordinals(&self.part(PartKind::Postings, field, chunk)?, &mut passages)?;
        }
        Ok(passages)
    }

    /// Visits the texts of some passages in their order.
    pub(super) fn each_passage(
        &self,
        wanted: &RoaringBitmap,
        mut visit: impl FnMut(u32, &str),
    ) -> Result<(), IndexError> {
        for (chunk, entry) in self.entries(PartKind::Texts, 0).iter().enumerate() {
            let first = u32::try_from(entry.first).map_err(damaged)?;
            let last = u32::try_from(entry.last).map_err(damaged)?.max(first);
            let mut places = wanted.range(first..=last).map(|passage| (passage - first) as usize).peekable();
            if places.peek().is_some() {
                let bytes = self.part(PartKind::Texts, 0, chunk)?;
                passages::each_text(&bytes, places, |place, text| {
                    visit(first + u32::try_from(place).unwrap_or(u32::MAX), text);
                })?;
            }
        }
        Ok(())
    }

    fn passage(&self, passage: u32) -> Result<String, IndexError> {
        let entries = self.entries(PartKind::Texts, 0);
        let chunk = entries.partition_point(|entry| entry.last < u64::from(passage));
        let entry = entries.get(chunk).filter(|entry| entry.first <= u64::from(passage));
        let entry = entry.ok_or_else(|| damaged("a text is missing"))?;
        let index = usize::try_from(u64::from(passage) - entry.first).map_err(damaged)?;
        Ok(passages::text(&self.part(PartKind::Texts, 0, chunk)?, index)?.to_owned())
    }

    /// The fact of a document.
    pub(super) fn fact(&self, document: Document, dictionaries: &[Arc<Dictionary>]) -> Result<Fact, IndexError> {
        let place = self.place(document)? as u64;
        let entries = self.entries(PartKind::Blocks, 0);
        let chunk = entries.partition_point(|entry| entry.last < place);
        let entry = entries.get(chunk).filter(|entry| entry.first <= place);
        let entry = entry.ok_or_else(|| damaged("a block is missing"))?;
        let block = self.part(PartKind::Blocks, 0, chunk)?;
        let record = block::stored_fact(&block, usize::try_from(place - entry.first).map_err(damaged)?)?;
        block::decode(record, self.id(document)?, &FactReader { segment: self, dictionaries })
    }

    /// The keys of all parts of the segment.
    pub(super) fn keys(&self) -> impl Iterator<Item = PartKey> {
        let segment = self.directory.segment;
        let parts = self.directory.parts.iter().flat_map(move |((part, field), entries)| {
            let chunks = 0..u32::try_from(entries.len()).unwrap_or(u32::MAX);
            chunks.map(move |chunk| PartKey { segment, part: *part, field: *field, chunk })
        });
        parts.chain([PartKey::directory(segment)])
    }

    /// Reads every part from disk and verifies that it is what was written.
    pub(super) fn verify(&self) -> Result<(), IndexError> {
        let PartLocation::Disk(storage) = &self.location else {
            return Ok(());
        };
        for ((part, field), entries) in &self.directory.parts {
            for (chunk, entry) in (0..).zip(entries) {
                // Empty parts are not written.
                if entry.checksum != 0 || entry.count > 0 {
                    let key = PartKey { segment: self.directory.segment, part: *part, field: *field, chunk };
                    storage.read(&key.bytes(), entry.checksum)?;
                }
            }
        }
        storage.read(&PartKey::directory(self.directory.segment).bytes(), self.checksum)?;
        Ok(())
    }
}

/// Looks up the values of a stored fact.
struct FactReader<'a> {
    segment: &'a Segment,
    dictionaries: &'a [Arc<Dictionary>],
}

impl FactReader<'_> {
    fn value(&self, field: FieldNumber, ordinal: u32) -> Result<&Cell, IndexError> {
        let value = self.dictionaries.get(usize::from(field)).and_then(|dictionary| dictionary.get(ordinal));
        value.ok_or_else(|| damaged("a value is missing from its dictionary"))
    }
}

impl ValueLookup for FactReader<'_> {
    fn text(&self, field: FieldNumber, ordinal: u32) -> Result<String, IndexError> {
        match self.value(field, ordinal)? {
            Cell::Text(text) => Ok(text.as_ref().to_owned()),
            _ => Err(damaged("a dictionary holds another kind of value")),
        }
    }

    fn date(&self, field: FieldNumber, ordinal: u32) -> Result<Date, IndexError> {
        match self.value(field, ordinal)? {
            Cell::Date(date) => Ok(date.clone()),
            _ => Err(damaged("a dictionary holds another kind of value")),
        }
    }

    fn passage(&self, number: u32) -> Result<String, IndexError> {
        self.segment.passage(number)
    }
}
