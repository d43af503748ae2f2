//! The logs on disk: how commits, endings, entities, vocabularies and the
//! values of each field are written in chunks, and read again.

use std::sync::Arc;

use bincode::{Decode, Encode};

use super::codec;
use super::dictionary::{Dictionary, StoredValue};
use super::envelope::Sealer;
use super::error::damaged;
use super::index_state::IndexState;
use super::layout::{IndexRoot, LOG_CHUNK, Log, LogMark};
use super::logs::{EntityChange, LoggedCommit};
use super::name_table::NAME_WINDOW;
use super::ordered_map::WriteBatch;
use super::storage::Storage;
use super::{CommitInfo, Ending, IndexError};
use crate::model::{Schema, Vocabulary};

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
    /// `None` if the fact was not retracted.
    reason: Option<String>,
    /// The transaction that was undone, if that ended it.
    undone: Option<u64>,
}

/// An entity or a vocabulary.
#[derive(Encode, Decode)]
struct DefinitionRecord {
    transaction: u64,
    json: String,
}

/// A spelling of a name in a field: of the next value of that field.
#[derive(Encode, Decode)]
struct SpellingRecord {
    field: u16,
    name: u32,
}

/// Writes the new chunks of every log, and the last one again if it was not full.
pub(super) fn write_logs(
    state: &IndexState,
    old: Option<&IndexRoot>,
    packer: &mut Sealer,
    batch: &mut WriteBatch,
) -> Vec<LogMark> {
    let logs = &state.logs;
    let mut marks = Vec::new();
    let mut write = |log: Log, length: usize, chunk: &dyn Fn(usize, usize) -> Vec<u8>| {
        // What is sorted changes from the first spelling of its window on.
        let unit = if log == Log::SpellingOrder { NAME_WINDOW } else { LOG_CHUNK };
        let length = u32::try_from(length).unwrap_or(u32::MAX);
        let before = old.and_then(|root| root.logs.iter().find(|mark| mark.log == log));
        let mut mark = before.cloned().unwrap_or(LogMark { log, length: 0, checksums: Vec::new() });
        let first =
            if mark.length == length { length.div_ceil(LOG_CHUNK) } else { mark.length / unit * (unit / LOG_CHUNK) };
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
        let commits = (start..end).filter_map(|index| logs.commits.get(u32::try_from(index).ok()?));
        codec::encode(&commits.map(CommitRecord::from_commit).collect::<Vec<_>>())
    });
    let endings = logs.endings();
    write(Log::Endings, endings.log.len(), &|start, end| {
        let chunk = endings.log.get(start..end).unwrap_or_default().iter();
        codec::encode(
            &chunk
                .map(|(transaction, document, ending)| EndingRecord::new(*transaction, *document, ending))
                .collect::<Vec<_>>(),
        )
    });
    let entities = logs.entities();
    write(Log::Entities, entities.len(), &|start, end| {
        encode_definitions(entities.get(start..end), |change| match change {
            EntityChange::Defined(entity) => serde_json::to_string(&**entity),
            EntityChange::Undefined(id) => serde_json::to_string(id),
        })
    });
    let vocabularies = logs.vocabularies();
    write(Log::Vocabularies, vocabularies.len(), &|start, end| {
        encode_definitions(vocabularies.get(start..end), |schema| serde_json::to_string(schema.vocabulary()))
    });
    for (field, (dictionary, length)) in (0..).zip(state.dictionaries.iter().zip(&state.lengths)) {
        write(Log::Values(field), *length as usize, &|start, end| {
            let values = (start..end).filter_map(|index| dictionary.get(u32::try_from(index).ok()?));
            codec::encode(&values.map(StoredValue::from_cell).collect::<Vec<_>>())
        });
    }
    write(Log::Spellings, state.spellings as usize, &|start, end| {
        let records = (start..end).filter_map(|index| {
            let spelling = u32::try_from(index).ok()?;
            let (field, _) = state.names.place(spelling)?;
            Some(SpellingRecord { field, name: state.names.name(spelling)? })
        });
        codec::encode(&records.collect::<Vec<_>>())
    });
    write(Log::SpellingOrder, state.spellings as usize, &|start, end| {
        let (start, end) = (u32::try_from(start).unwrap_or(u32::MAX), u32::try_from(end).unwrap_or(u32::MAX));
        codec::encode(&state.names.stored_order(&state.dictionaries, state.spellings, (start, end)))
    });
    marks
}

impl CommitRecord {
    fn from_commit(commit: &LoggedCommit) -> Self {
        let CommitInfo { transaction, time, author } = &*commit.info;
        Self { transaction: *transaction, time: *time, author: author.clone(), first: commit.first }
    }
}

impl EndingRecord {
    fn new(transaction: u64, document: u32, ending: &Ending) -> Self {
        let (reason, undone) = match ending {
            Ending::Superseded => (None, None),
            Ending::Retracted(reason) => (Some(reason.clone()), None),
            Ending::Undone(undone) => (None, Some(*undone)),
        };
        Self { transaction, document, reason, undone }
    }
}

fn encode_definitions<T>(
    defined: Option<&[(u64, T)]>,
    json: impl Fn(&T) -> Result<String, serde_json::Error>,
) -> Vec<u8> {
    let definition = |(transaction, value): &(u64, T)| DefinitionRecord {
        transaction: *transaction,
        json: json(value).expect("definitions have text keys only"),
    };
    codec::encode(&defined.unwrap_or_default().iter().map(definition).collect::<Vec<_>>())
}

fn read_log<T: Decode<()>>(
    storage: &Storage,
    root: &IndexRoot,
    log: Log,
    mut each: impl FnMut(T) -> Result<(), IndexError>,
) -> Result<(), IndexError> {
    let Some(mark) = root.logs.iter().find(|mark| mark.log == log) else {
        return Ok(());
    };
    if mark.checksums.len() != mark.length.div_ceil(LOG_CHUNK) as usize {
        return Err(damaged("a log does not have the expected number of chunks"));
    }
    let mut count = 0;
    for (chunk, checksum) in (0..).zip(&mark.checksums) {
        let records: Vec<T> = codec::decode(&storage.read(&log.key(chunk), *checksum)?)?;
        count += records.len();
        records.into_iter().try_for_each(&mut each)?;
    }
    if count == mark.length as usize { Ok(()) } else { Err(damaged("a log is cut short")) }
}

pub(super) fn read_logs(
    storage: &Storage,
    root: &IndexRoot,
    state: &mut IndexState,
    keywords: &[&str],
) -> Result<(), IndexError> {
    let logs = state.logs.clone();
    read_log(storage, root, Log::Commits, |record: CommitRecord| {
        let CommitRecord { transaction, time, author, first } = record;
        logs.commits.push(LoggedCommit { info: Arc::new(CommitInfo { transaction, time, author }), first });
        Ok(())
    })?;
    state.commits = logs.commits.len();
    let ended = Arc::make_mut(&mut state.ended);
    let mut endings = Vec::new();
    read_log(storage, root, Log::Endings, |record: EndingRecord| {
        ended.insert(record.document);
        let ending = match (record.reason, record.undone) {
            (Some(reason), _) => Ending::Retracted(reason),
            (None, Some(undone)) => Ending::Undone(undone),
            (None, None) => Ending::Superseded,
        };
        endings.push((record.transaction, record.document, ending));
        Ok(())
    })?;
    logs.add_endings(endings);
    let mut entities = Vec::new();
    read_log(storage, root, Log::Entities, |record: DefinitionRecord| {
        // Only an entity is an object; the id of one that is not defined any more is a text.
        let change = if record.json.starts_with('{') {
            EntityChange::Defined(serde_json::from_str(&record.json).map_err(damaged)?)
        } else {
            EntityChange::Undefined(serde_json::from_str(&record.json).map_err(damaged)?)
        };
        entities.push((record.transaction, change));
        Ok(())
    })?;
    logs.add_entities(entities);
    let mut vocabularies = Vec::new();
    read_log(storage, root, Log::Vocabularies, |record: DefinitionRecord| {
        let vocabulary: Vocabulary = serde_json::from_str(&record.json).map_err(damaged)?;
        vocabularies.push((record.transaction, Arc::new(Schema::new(vocabulary, keywords).map_err(damaged)?)));
        Ok(())
    })?;
    logs.add_vocabularies(vocabularies);
    let mut dictionaries: Vec<Arc<Dictionary>> = Vec::new();
    for field in state.fields.numbers() {
        let dictionary = Dictionary::default();
        read_log(storage, root, Log::Values(field), |value: StoredValue| {
            dictionary.push(value.into_cell()?);
            Ok(())
        })?;
        dictionaries.push(Arc::new(dictionary));
    }
    state.dictionaries = Arc::new(dictionaries);
    read_spellings(storage, root, state)
}

fn read_spellings(storage: &Storage, root: &IndexRoot, state: &mut IndexState) -> Result<(), IndexError> {
    let (names, dictionaries) = (state.names.clone(), state.dictionaries.clone());
    read_log(storage, root, Log::Spellings, |SpellingRecord { field, name }: SpellingRecord| {
        let spelling = names.len();
        let dictionary = dictionaries.get(usize::from(field)).filter(|_| name <= spelling);
        let dictionary = dictionary.ok_or_else(|| damaged("a name is spelled nowhere"))?;
        names.push(field, dictionary.spellings.len(), name);
        dictionary.spellings.push(spelling);
        Ok(())
    })?;
    state.spellings = names.len();
    let mut order = Vec::with_capacity(names.len() as usize);
    read_log(storage, root, Log::SpellingOrder, |spelling: u16| {
        order.push(spelling);
        Ok(())
    })?;
    let spelled = |field: u16| dictionaries.get(usize::from(field)).is_some_and(|it| it.spellings.len() == it.len());
    if order.len() != names.len() as usize || !state.fields.references().all(spelled) {
        return Err(damaged("the names are cut short"));
    }
    names.restore_order(&order);
    Ok(())
}
