//! Passages: the numbered distinct texts of a segment, and the positions of each
//! word in them. The forms of a stem follow each other, so that a stem is a range.
//!
//! ```text
//! chunk    = (term length term, data length, data)*       sorted by term; a long one goes on in the next chunk
//! term     = field:u16be stem 00 form
//! data     = (passage:varint positions:varint position:varint*)*   passages and positions as differences
//! ```

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::IndexError;
use super::codec::{ByteReader, put_varint};
use super::error::damaged;
use super::indexed_fields::FieldNumber;
use crate::model::{Analyzer, TextTerm, TextWord};

/// A chunk of terms is complete at this many bytes.
const CHUNK: usize = 4096;
/// A chunk of texts is complete at this many bytes.
const TEXTS: usize = 8192;
/// The number of lengths in a chunk.
pub(super) const LENGTHS: usize = 1024;

/// The terms of a field that a word of a query means.
pub(super) struct TermRange {
    /// With what they begin.
    prefix: Vec<u8>,
    /// Whether only the prefix itself is meant.
    is_whole: bool,
}

impl TermRange {
    pub(super) fn new(field: FieldNumber, asked: &TextTerm) -> Self {
        let mut prefix = field.to_be_bytes().to_vec();
        prefix.extend_from_slice(asked.stem().as_bytes());
        if !matches!(asked, TextTerm::Start(_)) {
            prefix.push(0);
        }
        let is_whole = if let TextTerm::Form { form, .. } = asked {
            prefix.extend_from_slice(form.as_bytes());
            true
        } else {
            false
        };
        Self { prefix, is_whole }
    }

    fn contains(&self, term: &[u8]) -> bool {
        if self.is_whole { term == self.prefix } else { term.starts_with(&self.prefix) }
    }

    /// Where its terms begin, of chunks in order of which each begins with one of these terms.
    pub(super) fn first_chunk(&self, firsts: &[Vec<u8>]) -> usize {
        firsts.partition_point(|first| *first < self.prefix).saturating_sub(1)
    }

    /// Whether all its terms come before another.
    pub(super) fn ends_before(&self, term: &[u8]) -> bool {
        *term > *self.prefix && !self.contains(term)
    }
}

/// The positions of a term in a passage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Occurrence {
    pub passage: u32,
    pub positions: Vec<u32>,
}

/// Pairs of a passage and a position in it, in order.
type PassagePositions = Vec<(u32, u32)>;

/// Collects the passages of a segment.
#[derive(Default)]
pub(super) struct PassagesBuilder {
    numbers: FxHashMap<(FieldNumber, Arc<str>), u32>,
    /// The last passage of each field, since the next document often has the same
    /// text.
    last: Vec<Option<(Arc<str>, u32)>>,
    texts: Vec<Arc<str>>,
    lengths: Vec<u32>,
    terms: FxHashMap<Vec<u8>, PassagePositions>,
}

/// A chunk of terms in the form in which it is stored.
pub(super) struct TermChunk {
    pub first: Vec<u8>,
    pub bytes: Vec<u8>,
    pub count: u32,
}

impl PassagesBuilder {
    /// The number of a text in a field, which is added if it is new.
    pub(super) fn number(&mut self, field: FieldNumber, text: &str, analyzer: &Analyzer) -> u32 {
        let slot = usize::from(field);
        if self.last.len() <= slot {
            self.last.resize(slot + 1, None);
        }
        if let Some(Some((held, number))) = self.last.get(slot)
            && **held == *text
        {
            return *number;
        }
        let key = (field, Arc::<str>::from(text));
        let number = if let Some(number) = self.numbers.get(&key) {
            *number
        } else {
            let number = u32::try_from(self.texts.len()).expect("a segment has fewer than 2^32 texts");
            self.analyze(field, text, number, analyzer);
            self.texts.push(key.1.clone());
            self.numbers.insert(key.clone(), number);
            number
        };
        if let Some(last) = self.last.get_mut(slot) {
            *last = Some((key.1, number));
        }
        number
    }

    fn analyze(&mut self, field: FieldNumber, text: &str, number: u32, analyzer: &Analyzer) {
        let mut position = 0;
        let mut key = field.to_be_bytes().to_vec();
        analyzer.each_word(text, |TextWord { stem, form }| {
            key.truncate(2);
            key.extend_from_slice(stem.as_bytes());
            key.push(0);
            key.extend_from_slice(form.as_bytes());
            match self.terms.get_mut(&key) {
                Some(occurrences) => occurrences.push((number, position)),
                None => drop(self.terms.insert(key.clone(), vec![(number, position)])),
            }
            position += 1;
        });
        self.lengths.push(position);
    }

    /// The number of passages.
    pub(super) fn len(&self) -> usize {
        self.texts.len()
    }

    /// The number of words of a passage.
    pub(super) fn length(&self, passage: u32) -> u32 {
        self.lengths.get(passage as usize).copied().unwrap_or(0)
    }

    /// The texts in chunks, each with its first passage and the number of passages.
    pub(super) fn texts(&self) -> Vec<(Vec<u8>, usize, usize)> {
        let mut chunks = Vec::new();
        let (mut bytes, mut first) = (Vec::new(), 0);
        for (number, text) in self.texts.iter().enumerate() {
            if !bytes.is_empty() && bytes.len() + text.len() > TEXTS {
                chunks.push((std::mem::take(&mut bytes), first, number - first));
                first = number;
            }
            put_varint(&mut bytes, text.len() as u64);
            bytes.extend_from_slice(text.as_bytes());
        }
        if first < self.texts.len() {
            chunks.push((bytes, first, self.texts.len() - first));
        }
        chunks
    }

    /// The numbers of words in chunks, each with the number of passages.
    pub(super) fn lengths(&self) -> impl Iterator<Item = (Vec<u8>, usize)> {
        self.lengths
            .chunks(LENGTHS)
            .map(|chunk| (chunk.iter().flat_map(|length| length.to_le_bytes()).collect(), chunk.len()))
    }

    /// The terms and their positions in chunks.
    pub(super) fn terms(self) -> Vec<TermChunk> {
        let mut terms: Vec<(Vec<u8>, PassagePositions)> = self.terms.into_iter().collect();
        terms.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        let mut chunks = Vec::new();
        let mut open = TermChunk { first: Vec::new(), bytes: Vec::new(), count: 0 };
        let mut emit = |term: &[u8], data: &mut Vec<u8>| {
            if open.count > 0 && open.bytes.len() + data.len() > CHUNK {
                let empty = TermChunk { first: Vec::new(), bytes: Vec::new(), count: 0 };
                chunks.push(std::mem::replace(&mut open, empty));
            }
            if open.count == 0 {
                open.first = term.to_vec();
            }
            put_varint(&mut open.bytes, term.len() as u64);
            open.bytes.extend_from_slice(term);
            put_varint(&mut open.bytes, data.len() as u64);
            open.bytes.append(data);
            open.count += 1;
        };
        let mut data = Vec::new();
        for (term, occurrences) in terms {
            let mut before = 0;
            for group in occurrences.chunk_by(|(a, _), (b, _)| a == b) {
                if data.len() >= CHUNK {
                    emit(&term, &mut data);
                    before = 0;
                }
                let passage = group.first().map_or(0, |(passage, _)| *passage);
                put_varint(&mut data, u64::from(passage - before));
                put_varint(&mut data, group.len() as u64);
                before = passage;
                let mut at = 0;
                for (_, position) in group {
                    put_varint(&mut data, u64::from(position - at));
                    at = *position;
                }
            }
            emit(&term, &mut data);
        }
        if open.count > 0 {
            chunks.push(open);
        }
        chunks
    }
}

/// Adds the occurrences of some terms in a chunk, term by term. Returns whether the
/// next chunk may have more.
pub(super) fn find_terms(chunk: &[u8], terms: &TermRange, found: &mut Vec<Occurrence>) -> Result<bool, IndexError> {
    let mut reader = ByteReader(chunk);
    while !reader.0.is_empty() {
        let length = reader.length()?;
        let held = reader.take(length)?;
        let length = reader.length()?;
        let data = reader.take(length)?;
        if terms.contains(held) {
            decode_occurrences(data, found)?;
        } else if terms.ends_before(held) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn decode_occurrences(data: &[u8], found: &mut Vec<Occurrence>) -> Result<(), IndexError> {
    let overflow = || damaged("the number of a passage or position is out of range");
    let mut reader = ByteReader(data);
    let mut passage = 0_u32;
    while !reader.0.is_empty() {
        passage = passage.checked_add(reader.varint_u32()?).ok_or_else(overflow)?;
        let count = reader.length()?;
        let mut positions = Vec::with_capacity(count.min(data.len()));
        let mut at = 0_u32;
        for _ in 0..count {
            at = at.checked_add(reader.varint_u32()?).ok_or_else(overflow)?;
            positions.push(at);
        }
        found.push(Occurrence { passage, positions });
    }
    Ok(())
}

/// Visits the texts at some indices of a chunk, in ascending order.
pub(super) fn each_text(
    chunk: &[u8],
    wanted: impl IntoIterator<Item = usize>,
    mut visit: impl FnMut(usize, &str),
) -> Result<(), IndexError> {
    let mut reader = ByteReader(chunk);
    let mut next = 0;
    for index in wanted {
        while next < index {
            let length = reader.length()?;
            reader.take(length)?;
            next += 1;
        }
        let length = reader.length()?;
        visit(index, std::str::from_utf8(reader.take(length)?).map_err(damaged)?);
        next += 1;
    }
    Ok(())
}

/// The text at an index of a chunk.
pub(super) fn text(chunk: &[u8], index: usize) -> Result<&str, IndexError> {
    let mut reader = ByteReader(chunk);
    for _ in 0..index {
        let length = reader.length()?;
        reader.take(length)?;
    }
    let length = reader.length()?;
    std::str::from_utf8(reader.take(length)?).map_err(damaged)
}

/// The occurrences in the order of their passages, those of one passage together.
pub(super) fn merged(mut occurrences: Vec<Occurrence>) -> Vec<Occurrence> {
    if occurrences.is_sorted_by(|one, next| one.passage < next.passage) {
        return occurrences;
    }
    occurrences.sort_by_key(|occurrence| occurrence.passage);
    occurrences.dedup_by(|next, kept| {
        let is_same = next.passage == kept.passage;
        if is_same {
            kept.positions.append(&mut next.positions);
            kept.positions.sort_unstable();
        }
        is_same
    });
    occurrences
}

/// The passages that contain all terms, adjacent and in order.
pub(super) fn passages_with_phrase(terms: &[Vec<Occurrence>]) -> Vec<u32> {
    let Some((first, rest)) = terms.split_first() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for occurrence in first {
        let others: Option<Vec<&Occurrence>> = rest
            .iter()
            .map(|term| {
                term.binary_search_by_key(&occurrence.passage, |other| other.passage).ok().and_then(|at| term.get(at))
            })
            .collect();
        let Some(others) = others else {
            continue;
        };
        let follows = |start: u32| {
            (start + 1..).zip(&others).all(|(position, other)| other.positions.binary_search(&position).is_ok())
        };
        if occurrence.positions.iter().any(|position| follows(*position)) {
            found.push(occurrence.passage);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phrase_is_found_across_chunks_and_only_where_its_words_follow_each_other() {
        let analyzer = Analyzer::default();
        let mut builder = PassagesBuilder::default();
        let mut expected = Vec::new();
        for number in 0..3000_u32 {
            let text = match number % 3 {
                0 => format!("{number} an unequal situation"),
                1 => format!("{number} situation unequal"),
                _ => format!("{number} unequal in every situation"),
            };
            assert_eq!(builder.number(6, &text, &analyzer), number);
            assert_eq!(builder.number(6, &text, &analyzer), number);
            if number % 3 == 0 {
                expected.push(number);
            }
        }
        let chunks = builder.terms();
        assert!(chunks.len() > 5);
        let look = |asked: &str, as_written: bool| -> Vec<Vec<Occurrence>> {
            let terms = analyzer.terms(asked, as_written);
            let of_term = |term: &TextTerm| {
                let mut found = Vec::new();
                for chunk in &chunks {
                    find_terms(&chunk.bytes, &TermRange::new(6, term), &mut found).unwrap();
                }
                merged(found)
            };
            terms.iter().map(of_term).collect()
        };
        assert_eq!(passages_with_phrase(&look("unequal situations", false)), expected);
        assert_eq!(passages_with_phrase(&look("unequal situation", true)), expected);
        assert_eq!(passages_with_phrase(&look("unequal", true)).len(), 3000);
        assert!(passages_with_phrase(&look("unequal situations", true)).is_empty());
        assert!(passages_with_phrase(&look("absent", false)).is_empty());
    }
}
