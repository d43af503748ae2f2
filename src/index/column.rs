//! Columns: the ordinals of the values of each document, in chunks.
//!
//! ```text
//! 0 base:u32le width:u8 packed     one value a document at most: 0 for none, else ordinal - base
//! 1 base:u32le width:u8            the same, where every document has one: ordinal - base
//! 2 base:u32le width:u8 ends:u8 documents:varint packed(ends) packed(values)
//! ```

use super::IndexError;
use super::bit_packing::{PackedNumbers, bit_width, pack_numbers, packed_length};
use super::codec::{ByteReader, put_varint};
use super::error::damaged;

/// The number of documents in a chunk.
pub(super) const CHUNK: usize = 4096;

/// The values of a field for the documents of a segment that is being built.
#[derive(Default)]
pub(super) struct ColumnBuilder {
    /// The end of the values of each document, up to the last that has a value.
    ends: Vec<u32>,
    values: Vec<u32>,
}

/// A chunk in the form in which it is stored.
pub(super) struct EncodedChunk {
    pub bytes: Vec<u8>,
    pub least: u32,
    pub greatest: u32,
    /// The number of documents that have a value.
    pub count: u32,
}

fn small(length: usize) -> u32 {
    u32::try_from(length).expect("a segment has fewer than 2^32 values")
}

impl ColumnBuilder {
    /// Adds a value to a document. Documents must come in order.
    pub(super) fn add(&mut self, document: usize, ordinal: u32) {
        let before = small(self.values.len());
        if self.ends.len() <= document {
            self.ends.resize(document, before);
            self.ends.push(before);
        }
        self.values.push(ordinal);
        if let Some(end) = self.ends.last_mut() {
            *end = before + 1;
        }
    }

    /// The values of a document.
    pub(super) fn values_of(&self, document: usize) -> &[u32] {
        let start = if document == 0 { 0 } else { self.ends.get(document - 1).copied().unwrap_or(u32::MAX) };
        let end = self.ends.get(document).copied().unwrap_or(start);
        self.values.get(start as usize..end as usize).unwrap_or_default()
    }

    /// All distinct pairs of ordinal and document, in order.
    pub(super) fn pairs(&self) -> Vec<(u32, u32)> {
        let mut pairs = Vec::with_capacity(self.values.len());
        for document in 0..self.ends.len() {
            pairs.extend(self.values_of(document).iter().map(|ordinal| (*ordinal, small(document))));
        }
        // The documents are in order already, so a stable sort by ordinal is enough; often those are too.
        pairs.sort_by_key(|(ordinal, _)| *ordinal);
        pairs.dedup();
        pairs
    }

    /// The chunks of a segment with this number of documents.
    pub(super) fn chunks(&self, documents: usize) -> impl Iterator<Item = EncodedChunk> {
        (0..documents.div_ceil(CHUNK)).map(move |chunk| {
            let first = chunk * CHUNK;
            self.chunk(first, CHUNK.min(documents - first))
        })
    }

    fn chunk(&self, first: usize, documents: usize) -> EncodedChunk {
        let all = || (first..first + documents).map(|document| self.values_of(document));
        let count = small(all().filter(|values| !values.is_empty()).count());
        let (mut least, mut greatest) = (u32::MAX, 0);
        for value in all().flatten() {
            least = least.min(*value);
            greatest = greatest.max(*value);
        }
        let mut bytes = Vec::new();
        if count == 0 {
            least = 0;
        } else if all().any(|values| values.len() > 1) {
            let total = small(all().map(<[u32]>::len).sum());
            let (value_width, end_width) = (bit_width(greatest - least), bit_width(total));
            bytes.push(2);
            bytes.extend_from_slice(&least.to_le_bytes());
            bytes.extend_from_slice(&[value_width, end_width]);
            put_varint(&mut bytes, documents as u64);
            let ends = all().scan(0, |end, values| {
                *end += small(values.len());
                Some(*end)
            });
            pack_numbers(&mut bytes, ends, end_width);
            pack_numbers(&mut bytes, all().flatten().map(|value| value - least), value_width);
        } else {
            let dense = count as usize == documents;
            let spare = u32::from(!dense);
            let width = bit_width((greatest - least).saturating_add(spare));
            bytes.push(u8::from(dense));
            // This wraps if the least ordinal is 0 and 0 stands for no value; reading
            // wraps back.
            bytes.extend_from_slice(&least.wrapping_sub(spare).to_le_bytes());
            bytes.push(width);
            let numbers = all().map(|values| values.first().map_or(0, |value| value - least + spare));
            pack_numbers(&mut bytes, numbers, width);
        }
        EncodedChunk { bytes, least, greatest, count }
    }
}

/// A chunk of a column, for reading.
pub(super) struct ColumnChunk<'a> {
    base: u32,
    values: PackedNumbers<'a>,
    shape: ValuesPerDocument<'a>,
}

enum ValuesPerDocument<'a> {
    AtMostOne,
    ExactlyOne,
    Several(PackedNumbers<'a>),
}

impl<'a> ColumnChunk<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Result<Self, IndexError> {
        let mut reader = ByteReader(bytes);
        let shape = reader.byte()?;
        let base = reader.fixed_u32()?;
        let width = checked_width(reader.byte()?)?;
        let shape = match shape {
            0 => ValuesPerDocument::AtMostOne,
            1 => ValuesPerDocument::ExactlyOne,
            _ => {
                let end_width = checked_width(reader.byte()?)?;
                let documents = reader.length()?;
                let ends = reader.take(packed_length(documents, end_width))?;
                ValuesPerDocument::Several(PackedNumbers { bytes: ends, width: end_width })
            }
        };
        Ok(Self { base, values: PackedNumbers { bytes: reader.0, width }, shape })
    }

    /// Appends the ordinals of the values of a document of the chunk.
    pub(super) fn append_ordinals(&self, document: usize, ordinals: &mut Vec<u32>) -> Result<(), IndexError> {
        let short = || damaged("a column is cut short");
        match self.shape {
            ValuesPerDocument::AtMostOne => {
                let value = self.values.get(document).ok_or_else(short)?;
                if value > 0 {
                    ordinals.push(self.base.wrapping_add(value));
                }
            }
            ValuesPerDocument::ExactlyOne => {
                ordinals.push(self.base.wrapping_add(self.values.get(document).ok_or_else(short)?));
            }
            ValuesPerDocument::Several(ends) => {
                let end = ends.get(document).ok_or_else(short)?;
                let start = if document == 0 { 0 } else { ends.get(document - 1).ok_or_else(short)? };
                for index in start..end {
                    ordinals.push(self.base.wrapping_add(self.values.get(index as usize).ok_or_else(short)?));
                }
            }
        }
        Ok(())
    }

    /// Visits documents of the chunk with the ordinals of their values.
    pub(super) fn each(
        &self,
        documents: impl Iterator<Item = usize>,
        mut visit: impl FnMut(usize, &[u32]),
    ) -> Result<(), IndexError> {
        let short = || damaged("a column is cut short");
        match self.shape {
            ValuesPerDocument::ExactlyOne => {
                for document in documents {
                    visit(document, &[self.base.wrapping_add(self.values.get(document).ok_or_else(short)?)]);
                }
            }
            ValuesPerDocument::AtMostOne => {
                for document in documents {
                    match self.values.get(document).ok_or_else(short)? {
                        0 => visit(document, &[]),
                        value => visit(document, &[self.base.wrapping_add(value)]),
                    }
                }
            }
            ValuesPerDocument::Several(_) => {
                let mut ordinals = Vec::new();
                for document in documents {
                    ordinals.clear();
                    self.append_ordinals(document, &mut ordinals)?;
                    visit(document, &ordinals);
                }
            }
        }
        Ok(())
    }
}

fn checked_width(width: u8) -> Result<u8, IndexError> {
    if width <= 32 { Ok(width) } else { Err(damaged("the values of a column are too wide")) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_column_gives_back_the_values_in_their_order(
            rows in proptest::collection::vec(proptest::collection::vec(0..2000_u32, 0..3), 1..40),
            single in any::<bool>(),
            dense in any::<bool>(),
        ) {
            let mut rows = rows;
            for row in &mut rows {
                if single {
                    row.truncate(1);
                }
                if dense && row.is_empty() {
                    row.push(7);
                }
            }
            let mut builder = ColumnBuilder::default();
            for (document, row) in rows.iter().enumerate() {
                for value in row {
                    builder.add(document, *value);
                }
            }
            let chunk = builder.chunks(rows.len()).next().unwrap();
            prop_assert_eq!(chunk.count as usize, rows.iter().filter(|row| !row.is_empty()).count());
            if chunk.count > 0 {
                let column = ColumnChunk::new(&chunk.bytes).unwrap();
                let mut visited = Vec::new();
                column.each(0..rows.len(), |document, ordinals| visited.push((document, ordinals.to_vec()))).unwrap();
                prop_assert_eq!(visited, rows.iter().cloned().enumerate().collect::<Vec<_>>());
                for (document, row) in rows.iter().enumerate() {
                    let mut read = Vec::new();
                    column.append_ordinals(document, &mut read).unwrap();
                    prop_assert_eq!(&read, row);
                }
            }
        }
    }
}
