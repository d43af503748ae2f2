//! Which spellings of names facts in force have, found out once for a whole state:
//! to ask the posting lists about each of a million takes many seconds.

use roaring::RoaringBitmap;

use super::IndexError;
use super::index_state::IndexState;
use super::indexed_fields::FieldNumber;

/// Where not more than one document of so many has ended, it is faster to ask about
/// the spellings of these than to read those of all the others.
const ONE_OF: u64 = 64;

/// The spellings that facts in force have.
#[derive(Debug)]
pub(super) enum SpellingUsage {
    /// Every spelling: each was one of a fact in force once, and none has ended.
    All,
    /// Every spelling but these.
    AllBut(RoaringBitmap),
    /// These spellings.
    Only(RoaringBitmap),
}

impl SpellingUsage {
    /// The spellings that the documents in force of a state have in some fields.
    pub(super) fn new(state: &IndexState, fields: &[FieldNumber], live: &RoaringBitmap) -> Result<Self, IndexError> {
        if state.ended.is_empty() && !state.is_past {
            return Ok(Self::All);
        }
        if state.is_past || state.ended.len() > u64::from(state.limit) / ONE_OF {
            let spellings = spellings_of(state, fields, live)?;
            return Ok(Self::Only(spellings));
        }
        let mut unused = RoaringBitmap::new();
        for spelling in spellings_of(state, fields, &state.ended)? {
            let Some((field, ordinal)) = state.names.place(spelling) else { continue };
            if state.postings(field, &[ordinal].into_iter().collect())?.is_disjoint(live) {
                unused.insert(spelling);
            }
        }
        Ok(Self::AllBut(unused))
    }

    /// Whether a spelling is one of them.
    pub(super) fn includes(&self, spelling: u32) -> bool {
        match self {
            Self::All => true,
            Self::AllBut(unused) => !unused.contains(spelling),
            Self::Only(used) => used.contains(spelling),
        }
    }
}

/// The spellings that some documents have in some fields.
fn spellings_of(
    state: &IndexState,
    fields: &[FieldNumber],
    documents: &RoaringBitmap,
) -> Result<RoaringBitmap, IndexError> {
    let mut spellings = RoaringBitmap::new();
    for field in fields {
        let mut ordinals = RoaringBitmap::new();
        for segment in &state.segments {
            segment.each(*field, documents, state.limit, &mut |_, values| ordinals.extend(values))?;
        }
        let dictionary = state.dictionaries.get(usize::from(*field));
        spellings.extend(ordinals.iter().filter_map(|ordinal| dictionary?.spellings.get(ordinal)).copied());
    }
    Ok(spellings)
}
