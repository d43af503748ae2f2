//! Full-text search: finding texts by their words, and scoring them.

use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;

use super::error::damaged;
use super::index_state::IndexState;
use super::indexed_fields::FieldNumber;
use super::passages::{Occurrence, passages_with_phrase};
use super::segment::Segment;
use super::{Document, IndexError};
use crate::model::{FieldKind, TextTerm};

/// Parameters of BM25: how quickly further occurrences stop counting, and how much
/// the length of a text counts (Robertson and Zaragoza 2009).
const K1: f64 = 1.2;
const B: f64 = 0.75;

fn text_field(state: &IndexState, name: &str) -> Option<FieldNumber> {
    let definition = state.schema.field(name).filter(|field| field.kind == FieldKind::Text)?;
    state.fields.number(&definition.name, FieldKind::Text)
}

/// The documents of which a text of a field has all words, adjacent and in order.
pub(super) fn documents_with_phrase(
    state: &IndexState,
    field: &str,
    phrase: &[TextTerm],
) -> Result<RoaringBitmap, IndexError> {
    let mut documents = RoaringBitmap::new();
    let Some(number) = text_field(state, field).filter(|_| !phrase.is_empty()) else {
        return Ok(documents);
    };
    for segment in &state.segments {
        let terms: Vec<Vec<Occurrence>> =
            phrase.iter().map(|term| segment.occurrences(number, term)).collect::<Result<_, _>>()?;
        let passages = if let [only] = terms.as_slice() {
            only.iter().map(|occurrence| occurrence.passage).collect()
        } else {
            passages_with_phrase(&terms).into_iter().collect()
        };
        segment.add_postings(number, &passages, &mut documents)?;
    }
    state.remove_beyond_limit(&mut documents);
    Ok(documents)
}

/// The documents that have a text in a field.
pub(super) fn documents_with_text(state: &IndexState, field: &str) -> Result<RoaringBitmap, IndexError> {
    let mut documents = RoaringBitmap::new();
    if let Some(number) = text_field(state, field) {
        for segment in &state.segments {
            segment.add_present(number, &mut documents)?;
        }
        state.remove_beyond_limit(&mut documents);
    }
    Ok(documents)
}

/// The documents with a text in a field that passes a test.
pub(super) fn documents_with_matching_text(
    state: &IndexState,
    field: &str,
    test: &mut dyn FnMut(&str) -> bool,
) -> Result<RoaringBitmap, IndexError> {
    let mut documents = RoaringBitmap::new();
    let Some(number) = text_field(state, field) else {
        return Ok(documents);
    };
    for segment in &state.segments {
        let mut passed = RoaringBitmap::new();
        segment.each_passage(&segment.passages_of(number)?, |passage, text| {
            if test(text) {
                passed.insert(passage);
            }
        })?;
        segment.add_postings(number, &passed, &mut documents)?;
    }
    state.remove_beyond_limit(&mut documents);
    Ok(documents)
}

/// Visits documents with the numbers that the caller gives to their texts.
pub(super) fn each_text(
    state: &IndexState,
    field: &str,
    documents: &RoaringBitmap,
    number: &mut dyn FnMut(&str) -> u32,
    visit: &mut dyn FnMut(&[u32]),
) -> Result<(), IndexError> {
    let Some(field) = text_field(state, field) else {
        documents.iter().take_while(|document| *document < state.limit).for_each(|_| visit(&[]));
        return Ok(());
    };
    for segment in &state.segments {
        // The end of the passages of each document. Texts are read once all are known.
        let (mut passages, mut ends): (Vec<u32>, Vec<usize>) = (Vec::new(), Vec::new());
        segment.each(field, documents, state.limit, &mut |_, values| {
            passages.extend_from_slice(values);
            ends.push(passages.len());
        })?;
        let mut numbers = FxHashMap::default();
        segment.each_passage(&passages.iter().copied().collect(), |passage, text| {
            numbers.insert(passage, number(text));
        })?;
        for passage in &mut passages {
            *passage = *numbers.get(passage).ok_or_else(|| damaged("a text is missing"))?;
        }
        let mut start = 0;
        for end in ends {
            visit(passages.get(start..end).unwrap_or_default());
            start = end;
        }
    }
    Ok(())
}

/// The number of occurrences of a word in each document.
type Frequencies = Vec<(Document, u32)>;

/// Scores documents by BM25 over all their text fields together, in the order of
/// the documents.
pub(super) fn relevance(
    state: &IndexState,
    terms: &[TextTerm],
    documents: &RoaringBitmap,
) -> Result<Vec<(Document, f64)>, IndexError> {
    let mut distinct: Vec<&TextTerm> = Vec::new();
    for term in terms {
        if !distinct.contains(&term) {
            distinct.push(term);
        }
    }
    let mut matches: Vec<(u64, Frequencies)> = vec![(0, Vec::new()); distinct.len()];
    let mut lengths: Vec<(Document, u32)> = Vec::new();
    for segment in &state.segments {
        let mut found = RoaringBitmap::new();
        for (term, (holders, frequencies)) in distinct.iter().zip(&mut matches) {
            let counts = frequencies_in(state, segment, term, documents, frequencies)?;
            *holders += counts.len();
            found |= counts & documents;
        }
        lengths.extend(text_lengths(state, segment, &found)?);
    }
    let (with_text, words) = text_totals(state)?;
    let average = as_f64(words) / as_f64(with_text.max(1));
    let mut scores: Vec<(Document, f64)> =
        documents.iter().take_while(|document| *document < state.limit).map(|document| (document, 0.0)).collect();
    for (holders, frequencies) in &matches {
        let holders = as_f64(*holders);
        let rarity = (1.0 + (as_f64(with_text) - holders + 0.5) / (holders + 0.5)).ln();
        // All three lists are in the order of the documents, and each contains all
        // documents of the one before.
        let mut lengths = lengths.iter();
        let mut scores = scores.iter_mut();
        for (document, frequency) in frequencies {
            let length = lengths.find(|(held, _)| held == document).map_or(0.0, |(_, length)| f64::from(*length));
            let frequency = f64::from(*frequency);
            let score = rarity * frequency * (K1 + 1.0) / (frequency + K1 * (1.0 - B + B * length / average));
            if let Some((_, sum)) = scores.find(|(held, _)| held == document) {
                *sum += score;
            }
        }
    }
    Ok(scores)
}

#[expect(clippy::cast_precision_loss, reason = "counts of documents and words stay below 2^53")]
fn as_f64(count: u64) -> f64 {
    count as f64
}

/// Adds the number of occurrences of a word in each document of a segment, in
/// order. Returns all documents that contain the word.
fn frequencies_in(
    state: &IndexState,
    segment: &Segment,
    term: &TextTerm,
    documents: &RoaringBitmap,
    frequencies: &mut Frequencies,
) -> Result<RoaringBitmap, IndexError> {
    let mut holders = RoaringBitmap::new();
    let mut counts: Vec<(Document, u32)> = Vec::new();
    for field in state.fields.texts() {
        for occurrence in segment.occurrences(field, term)? {
            let mut having = RoaringBitmap::new();
            segment.add_postings(field, &RoaringBitmap::from_iter([occurrence.passage]), &mut having)?;
            state.remove_beyond_limit(&mut having);
            let count = u32::try_from(occurrence.positions.len()).unwrap_or(u32::MAX);
            counts.extend((&having & documents).into_iter().map(|document| (document, count)));
            holders |= having;
        }
    }
    counts.sort_unstable_by_key(|(document, _)| *document);
    for (document, count) in counts {
        match frequencies.last_mut() {
            Some((held, sum)) if *held == document => *sum += count,
            _ => frequencies.push((document, count)),
        }
    }
    Ok(holders)
}

/// The number of words in the texts of each document of a segment, in order.
fn text_lengths(
    state: &IndexState,
    segment: &Segment,
    documents: &RoaringBitmap,
) -> Result<Vec<(Document, u32)>, IndexError> {
    let mut lengths: Vec<(Document, u32)> = documents.iter().map(|document| (document, 0)).collect();
    if lengths.is_empty() {
        return Ok(lengths);
    }
    let of_passages = segment.passage_lengths()?;
    for field in state.fields.texts() {
        let mut sums = lengths.iter_mut();
        segment.each(field, documents, state.limit, &mut |_, passages| {
            let words = passages.iter().map(|passage| of_passages.get(*passage as usize).copied().unwrap_or(0));
            sums.next().into_iter().for_each(|(_, sum)| *sum += words.clone().sum::<u32>());
        })?;
    }
    Ok(lengths)
}

/// The number of documents that have a text, and of words in all of them.
fn text_totals(state: &IndexState) -> Result<(u64, u64), IndexError> {
    let (mut documents, mut words) = (0, 0);
    for segment in &state.segments {
        if segment.end() <= u64::from(state.limit) {
            documents += u64::from(segment.directory.text_documents);
            words += segment.directory.text_length;
            continue;
        }
        let mut present = RoaringBitmap::new();
        for field in state.fields.texts() {
            segment.add_present(field, &mut present)?;
        }
        state.remove_beyond_limit(&mut present);
        documents += present.len();
        words += text_lengths(state, segment, &present)?.iter().map(|(_, length)| u64::from(*length)).sum::<u64>();
    }
    Ok((documents, words))
}
