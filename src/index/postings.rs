//! Posting lists: the documents that have a value, by its ordinal. Many small
//! lists share a page.
//!
//! ```text
//! page = count:varint (ordinal:varint length:varint)* list*    ordinals as differences
//! list = 0 document:varint*                                    as differences, within the window
//!      | 1 first:varint length:varint                          a run
//!      | 2 a Roaring bitmap of whole document numbers
//! ```

use roaring::RoaringBitmap;

use super::IndexError;
use super::codec::{ByteReader, put_varint};
use super::error::damaged;
use super::layout::WINDOW;

/// A page is complete when its lists have this many bytes.
const PAGE: usize = 4096;
/// Lists of at most this many documents are stored as plain numbers.
const MAX_PLAIN: usize = 6;

/// A page in the form in which it is stored.
pub(super) struct PostingPage {
    pub bytes: Vec<u8>,
    pub first: u32,
    pub last: u32,
    pub count: u32,
}

/// Encodes posting lists. They are given as distinct pairs of ordinal and document
/// in order; documents are counted from the first of the segment.
pub(super) fn encode_pages(pairs: &[(u32, u32)], first_document: u32) -> Vec<PostingPage> {
    let mut pages = Vec::new();
    let (mut heads, mut sets) = (Vec::new(), Vec::new());
    let (mut first, mut last, mut count) = (0, 0, 0);
    let mut close = |heads: &mut Vec<u8>, sets: &mut Vec<u8>, first, last, count: &mut u32| {
        let mut bytes = Vec::with_capacity(heads.len() + sets.len() + 3);
        put_varint(&mut bytes, u64::from(*count));
        bytes.append(heads);
        bytes.append(sets);
        pages.push(PostingPage { bytes, first, last, count: *count });
        *count = 0;
    };
    for group in pairs.chunk_by(|(a, _), (b, _)| a == b) {
        let ordinal = group.first().map_or(0, |(ordinal, _)| *ordinal);
        if count > 0 && sets.len() >= PAGE {
            close(&mut heads, &mut sets, first, last, &mut count);
        }
        if count == 0 {
            (first, last) = (ordinal, 0);
        }
        let start = sets.len();
        encode_list(&mut sets, group, first_document);
        put_varint(&mut heads, u64::from(ordinal - last));
        put_varint(&mut heads, (sets.len() - start) as u64);
        last = ordinal;
        count += 1;
    }
    if count > 0 {
        close(&mut heads, &mut sets, first, last, &mut count);
    }
    pages
}

fn encode_list(bytes: &mut Vec<u8>, group: &[(u32, u32)], first_document: u32) {
    let (Some((_, first)), Some((_, last))) = (group.first(), group.last()) else {
        return;
    };
    let local = |document: u32| u64::from((first_document + document) % WINDOW);
    if (last - first) as usize + 1 == group.len() {
        bytes.push(1);
        put_varint(bytes, local(*first));
        put_varint(bytes, group.len() as u64);
    } else if group.len() <= MAX_PLAIN {
        bytes.push(0);
        let mut before = 0;
        for (_, document) in group {
            put_varint(bytes, local(*document) - before);
            before = local(*document);
        }
    } else {
        bytes.push(2);
        let mut bitmap = RoaringBitmap::new();
        bitmap.extend(group.iter().map(|(_, document)| first_document + document));
        if group.len() > 4096 {
            bitmap.optimize();
        }
        bitmap.serialize_into(bytes).expect("memory takes all that is written");
    }
}

/// Adds the documents of a page that have one of the ordinals.
pub(super) fn collect_documents(
    page: &[u8],
    window: u32,
    ordinals: &RoaringBitmap,
    documents: &mut RoaringBitmap,
) -> Result<(), IndexError> {
    let mut reader = ByteReader(page);
    let count = reader.length()?;
    let (mut ordinal, mut skipped) = (0_u32, 0_usize);
    let mut wanted = Vec::new();
    for _ in 0..count {
        ordinal = ordinal.checked_add(reader.varint_u32()?).ok_or_else(|| damaged("an ordinal is out of range"))?;
        let length = reader.length()?;
        if ordinals.contains(ordinal) {
            wanted.push((skipped, length));
        }
        skipped += length;
    }
    for (start, length) in wanted {
        let set = start.checked_add(length).and_then(|end| reader.0.get(start..end));
        decode_list(set.ok_or_else(|| damaged("a page of postings is cut short"))?, window, documents)?;
    }
    Ok(())
}

/// Adds all ordinals of a page.
pub(super) fn collect_ordinals(page: &[u8], ordinals: &mut RoaringBitmap) -> Result<(), IndexError> {
    let mut reader = ByteReader(page);
    let count = reader.length()?;
    let mut ordinal = 0_u32;
    for _ in 0..count {
        ordinal = ordinal.checked_add(reader.varint_u32()?).ok_or_else(|| damaged("an ordinal is out of range"))?;
        reader.length()?;
        ordinals.insert(ordinal);
    }
    Ok(())
}

fn decode_list(list: &[u8], window: u32, documents: &mut RoaringBitmap) -> Result<(), IndexError> {
    let mut reader = ByteReader(list);
    let inside = |local: u64| {
        let local = u32::try_from(local).ok().filter(|local| *local < WINDOW);
        local.map(|local| window + local).ok_or_else(|| damaged("a posting is outside its window"))
    };
    match reader.byte()? {
        0 => {
            let mut local = 0;
            while !reader.0.is_empty() {
                local += u64::from(reader.varint_u32()?);
                documents.insert(inside(local)?);
            }
        }
        1 => {
            let (first, length) = (reader.varint()?, reader.varint()?.max(1));
            documents.insert_range(inside(first)?..=inside(first.saturating_add(length - 1))?);
        }
        _ => *documents |= RoaringBitmap::deserialize_from(reader.0).map_err(damaged)?,
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn pages_give_back_the_documents_of_any_ordinals(
            pairs in proptest::collection::btree_set((0..60_u32, 0..3000_u32), 0..2500),
            run in 0..3000_u32,
            wanted in proptest::collection::btree_set(0..70_u32, 0..20),
        ) {
            let mut pairs: BTreeSet<(u32, u32)> = pairs;
            pairs.extend((0..run).map(|document| (61, document)));
            let pairs: Vec<(u32, u32)> = pairs.into_iter().collect();
            let first = 3 * WINDOW + 50;
            let wanted: RoaringBitmap = wanted.into_iter().collect();
            let (mut found, mut all) = (RoaringBitmap::new(), RoaringBitmap::new());
            for page in encode_pages(&pairs, first) {
                prop_assert!(page.first <= page.last);
                collect_documents(&page.bytes, 3 * WINDOW, &wanted, &mut found).unwrap();
                collect_ordinals(&page.bytes, &mut all).unwrap();
            }
            let expected: RoaringBitmap =
                pairs.iter().filter(|(ordinal, _)| wanted.contains(*ordinal)).map(|(_, document)| first + document).collect();
            prop_assert_eq!(found, expected);
            prop_assert_eq!(all, pairs.iter().map(|(ordinal, _)| *ordinal).collect());
        }
    }
}
