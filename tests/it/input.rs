//! Texts as input of an import, and what a store answers.

use std::io::Cursor;
use std::sync::Arc;

use serde_json::Value;
use tractat::exchange::{ExchangeError, Input, MapOptions, MappingFile, ReadOptions, RecordChunks};
use tractat::{Error, ImportOptions, ImportReport, Store};

/// The records of a text that is called so; the ending of the name tells its format.
pub fn chunks(store: &Store, name: &str, text: impl Into<String>) -> Result<RecordChunks, ExchangeError> {
    let input = Input::from_reader(name, Cursor::new(text.into()))?;
    RecordChunks::new(input, &ReadOptions::new(&store.schema()))
}

/// Imports a text that is called so.
pub fn import(
    store: &Store,
    name: &str,
    text: impl Into<String>,
    options: ImportOptions<'_>,
) -> Result<ImportReport, Error> {
    store.import(chunks(store, name, text)?, options)
}

/// Imports a CSV text by a mapping.
pub fn import_mapped(
    store: &Store,
    mapping: &str,
    text: impl Into<String>,
    options: ImportOptions<'_>,
) -> Result<ImportReport, Error> {
    let mapping = Arc::new(MappingFile::parse("m.toml", mapping)?);
    let input = Input::from_reader("f.csv", Cursor::new(text.into()))?;
    store.import(RecordChunks::mapped(input, &mapping, MapOptions::new(&store.schema()))?, options)
}

/// The rows of an answer as JSON.
pub fn rows(store: &Store, query: &str) -> Vec<Value> {
    store.query(query).unwrap().map(|row| Value::Object(row.unwrap().object().unwrap())).collect()
}
