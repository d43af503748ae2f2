//! Blocks of stored facts. Values are stored as ordinals of dictionaries, and as
//! JSON where no dictionary has them.

use bincode::{Decode, Encode};

use super::IndexError;
use super::codec::{self, ByteReader, put_varint};
use super::error::damaged;
use super::indexed_fields::{
    ACCORDING_TO, ACTION, DATE, FieldNumber, NOTE, OBJECT, PUBLISHED, PUBLISHER, QUOTE, SUBJECT, TAGS, TITLE, URL,
};
use crate::model::{Date, Fact, Fields, Source};

/// A block is complete at this many bytes before compression, or this many facts.
const FULL: usize = 4096;
const FACTS: usize = 64;

/// A fact as it is stored, without its id, which is in another part.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
struct StoredFact {
    subject: u32,
    action: u32,
    object: Option<u32>,
    date: Option<u32>,
    tags: Vec<u32>,
    title: Option<u32>,
    note: Option<u32>,
    /// The other fields as a JSON object; empty if there are none.
    fields: String,
    sources: Vec<StoredSource>,
}

/// A source as it is stored.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
struct StoredSource {
    publisher: Option<u32>,
    url: Option<u32>,
    published: Option<u32>,
    according_to: Option<u32>,
    quote: Option<u32>,
    says: String,
    fields: String,
}

/// Encodes a fact, given the ordinals of its values in the order of
/// [`visit_indexed_values`](super::indexed_fields::visit_indexed_values).
fn encode(fact: &Fact, ordinals: &[(FieldNumber, u32)], bytes: &mut Vec<u8>) {
    let mut rest = ordinals.iter();
    let mut next = |field: FieldNumber| {
        let (held, ordinal) = rest.next().copied().expect("every value of the fact was visited");
        debug_assert_eq!(held, field, "values come in the order of the record");
        ordinal
    };
    let (subject, action) = (next(SUBJECT), next(ACTION));
    let object = fact.object.as_ref().map(|_| next(OBJECT));
    let tags = fact.tags.iter().map(|_| next(TAGS)).collect();
    let date = fact.date.as_ref().map(|_| next(DATE));
    let title = fact.title.as_ref().map(|_| next(TITLE));
    let note = fact.note.as_ref().map(|_| next(NOTE));
    let sources = fact.sources.iter().map(|source| StoredSource {
        publisher: source.publisher.as_ref().map(|_| next(PUBLISHER)),
        url: source.url.as_ref().map(|_| next(URL)),
        published: source.published.as_ref().map(|_| next(PUBLISHED)),
        according_to: source.according_to.as_ref().map(|_| next(ACCORDING_TO)),
        quote: source.quote.as_ref().map(|_| next(QUOTE)),
        says: json(&source.says),
        fields: json(&source.fields),
    });
    let sources = sources.collect();
    let fields = json(&fact.fields);
    codec::encode_into(&StoredFact { subject, action, object, date, tags, title, note, fields, sources }, bytes);
}

fn json(fields: &Fields) -> String {
    if fields.is_empty() {
        return String::new();
    }
    serde_json::to_string(fields).expect("fields have text keys only")
}

/// Looks up the values that ordinals stand for.
pub(super) trait ValueLookup {
    fn text(&self, field: FieldNumber, ordinal: u32) -> Result<String, IndexError>;
    fn date(&self, field: FieldNumber, ordinal: u32) -> Result<Date, IndexError>;
    fn passage(&self, number: u32) -> Result<String, IndexError>;
}

/// Decodes a fact.
pub(super) fn decode(bytes: &[u8], id: String, lookup: &impl ValueLookup) -> Result<Fact, IndexError> {
    let record: StoredFact = codec::decode(bytes)?;
    let text = |field, ordinal: Option<u32>| ordinal.map(|ordinal| lookup.text(field, ordinal)).transpose();
    let date = |field, ordinal: Option<u32>| ordinal.map(|ordinal| lookup.date(field, ordinal)).transpose();
    let passage = |number: Option<u32>| number.map(|number| lookup.passage(number)).transpose();
    let source = |source: StoredSource| {
        Ok(Source {
            publisher: text(PUBLISHER, source.publisher)?,
            url: text(URL, source.url)?,
            published: date(PUBLISHED, source.published)?,
            according_to: text(ACCORDING_TO, source.according_to)?,
            quote: passage(source.quote)?,
            says: fields(&source.says)?,
            fields: fields(&source.fields)?,
        })
    };
    Ok(Fact {
        id: Some(id),
        subject: lookup.text(SUBJECT, record.subject)?,
        action: lookup.text(ACTION, record.action)?,
        object: text(OBJECT, record.object)?,
        date: date(DATE, record.date)?,
        fields: fields(&record.fields)?,
        tags: record.tags.iter().map(|tag| lookup.text(TAGS, *tag)).collect::<Result<_, _>>()?,
        title: passage(record.title)?,
        note: passage(record.note)?,
        sources: record.sources.into_iter().map(source).collect::<Result<_, IndexError>>()?,
    })
}

fn fields(json: &str) -> Result<Fields, IndexError> {
    if json.is_empty() {
        return Ok(Fields::new());
    }
    serde_json::from_str(json).map_err(damaged)
}

/// Collects facts into blocks.
#[derive(Default)]
pub(super) struct BlocksBuilder {
    blocks: Vec<Vec<u8>>,
    counts: Vec<usize>,
    lengths: Vec<u8>,
    records: Vec<u8>,
    count: usize,
}

impl BlocksBuilder {
    pub(super) fn push(&mut self, fact: &Fact, ordinals: &[(FieldNumber, u32)]) {
        let start = self.records.len();
        encode(fact, ordinals, &mut self.records);
        put_varint(&mut self.lengths, (self.records.len() - start) as u64);
        self.count += 1;
        if self.count >= FACTS || self.records.len() >= FULL {
            self.close();
        }
    }

    fn close(&mut self) {
        if self.count == 0 {
            return;
        }
        let mut block = Vec::with_capacity(self.lengths.len() + self.records.len() + 2);
        put_varint(&mut block, self.count as u64);
        block.append(&mut self.lengths);
        block.append(&mut self.records);
        self.blocks.push(block);
        self.counts.push(self.count);
        self.count = 0;
    }

    /// The blocks, and the number of facts in each.
    pub(super) fn finish(mut self) -> (Vec<Vec<u8>>, Vec<usize>) {
        self.close();
        (self.blocks, self.counts)
    }
}

/// The bytes of the fact at an index of a block.
pub(super) fn stored_fact(block: &[u8], index: usize) -> Result<&[u8], IndexError> {
    let mut reader = ByteReader(block);
    let count = reader.length()?;
    let (mut start, mut length) = (0_usize, 0_usize);
    for at in 0..count {
        let next = reader.length()?;
        if at < index {
            start += next;
        } else if at == index {
            length = next;
        }
    }
    if index >= count {
        return Err(damaged("a block has fewer facts than it should"));
    }
    reader.take(start)?;
    reader.take(length)
}
