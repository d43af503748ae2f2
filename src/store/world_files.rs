//! A world as files: a vocabulary, entities and facts in a folder.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::exchange::{Input, MissingMarkers, ReadOptions, RecordContent, Records};
use crate::model::Vocabulary;

use super::transaction::Transaction;

/// A world as the texts of its files, each with a name for messages.
#[derive(Debug, Clone, Default)]
pub struct WorldFiles {
    /// `vocabulary.toml`
    pub vocabulary: (String, String),
    /// `entities/*.jsonl`
    pub entities: Vec<(String, String)>,
    /// `facts/*.jsonl`
    pub facts: Vec<(String, String)>,
}

impl WorldFiles {
    /// Reads a folder with `vocabulary.toml`, and where they are there,
    /// `entities/*.jsonl` and `facts/*.jsonl`.
    ///
    /// # Errors
    ///
    /// If a file cannot be read or is not UTF-8.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        Ok(Self {
            vocabulary: text(folder.join("vocabulary.toml"))?,
            entities: texts(&folder.join("entities"))?,
            facts: texts(&folder.join("facts"))?,
        })
    }

    /// The vocabulary.
    ///
    /// # Errors
    ///
    /// If the file is not one; the message names the line.
    pub fn parse_vocabulary(&self) -> Result<Vocabulary, Error> {
        let (name, text) = &self.vocabulary;
        Vocabulary::from_toml(text).map_err(|error| Error::from(error).in_file(name, None))
    }

    /// Stages all of it, the facts only if they are wanted.
    pub(super) fn stage(&self, transaction: &mut Transaction<'_>, facts: bool) -> Result<(), Error> {
        transaction.vocabulary(&self.parse_vocabulary()?)?;
        let files = self.entities.iter().chain(self.facts.iter().filter(|_| facts));
        for (name, text) in files {
            let schema = transaction.schema().clone();
            let input = Input::from_reader(name, std::io::Cursor::new(text.clone().into_bytes()))?;
            for record in Records::new(input, &ReadOptions::new(&schema).missing(MissingMarkers::all_literal()))? {
                let record = record?;
                let staged = match record.content {
                    RecordContent::Fact(fact) => transaction.assert(fact).map(drop),
                    RecordContent::Numbered(numbered) => transaction.assert(numbered.fact).map(drop),
                    RecordContent::Entity(entity) => transaction.define(entity),
                    RecordContent::Completion(completion) => transaction.complete(*completion),
                    RecordContent::LeftOut(_) => Ok(()),
                };
                staged.map_err(|error| error.in_file(name, Some(record.line)))?;
            }
        }
        transaction.settle()
    }
}

fn text(path: PathBuf) -> Result<(String, String), Error> {
    let name = path.display().to_string();
    match fs::read_to_string(&path) {
        Ok(text) => Ok((name, text)),
        Err(source) => Err(Error::Io { path, source }),
    }
}

/// The texts of a folder in the order of their names; none if it is not there.
fn texts(folder: &Path) -> Result<Vec<(String, String)>, Error> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let failed = |source| Error::Io { path: folder.to_owned(), source };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "jsonl") {
            paths.push(path);
        }
    }
    paths.sort();
    paths.into_iter().map(text).collect()
}
