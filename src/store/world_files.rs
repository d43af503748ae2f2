//! A world as files: a vocabulary, entities and facts in a folder.

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::Error;
use crate::exchange::{ExchangeError, Input, MapOptions, MappingFile, MissingMarkers, ReadOptions, RecordChunks};
use crate::model::Vocabulary;

use super::import_options::{ImportOptions, ImportReport};
use super::intake::Intake;
use super::transaction::{ImportRules, Outcome, Transaction};

/// The file of a folder of tables that says how their rows are read.
const MAPPING: &str = "mapping.toml";

/// A world as the texts of its files, each with a name for messages.
#[derive(Debug, Clone, Default)]
pub struct WorldFiles {
    /// `vocabulary.toml`
    pub vocabulary: (String, String),
    /// `entities/*.jsonl`
    pub entities: Vec<(String, String)>,
    /// `facts/*.jsonl`
    pub facts: Vec<(String, String)>,
    /// `facts/*/`
    pub tables: Vec<FactTables>,
}

/// Facts as tables: CSV files in a folder of their own, and the mapping by which
/// their rows are read.
#[derive(Debug, Clone, Default)]
pub struct FactTables {
    /// `mapping.toml`
    pub mapping: (String, String),
    /// `*.csv`
    pub files: Vec<(String, String)>,
}

impl WorldFiles {
    /// Reads a folder with `vocabulary.toml` and, where they exist,
    /// `entities/*.jsonl`, `facts/*.jsonl`, and `facts/*/*.csv` beside a
    /// `mapping.toml`.
    ///
    /// # Errors
    ///
    /// If a file cannot be read or is not UTF-8.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        Ok(Self {
            vocabulary: text(folder.join("vocabulary.toml"))?,
            entities: texts(&folder.join("entities"), "jsonl")?,
            facts: texts(&folder.join("facts"), "jsonl")?,
            tables: tables(&folder.join("facts"))?,
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

    /// Stages all of it as an import does, the facts only if they are wanted; a record takes
    /// the place of what the store has under its id.
    pub(super) fn stage(&self, transaction: &mut Transaction<'_>, facts: bool) -> Result<ImportReport, Error> {
        let vocabulary = self.parse_vocabulary()?;
        transaction.vocabulary(&vocabulary)?;
        transaction.rules = Some(ImportRules { replace: true, versions: false });
        let schema = transaction.schema().clone();
        let read = ReadOptions::new(&schema).missing(MissingMarkers::all_literal());
        let mut inputs: Vec<Result<RecordChunks, ExchangeError>> = Vec::new();
        for (name, text) in self.entities.iter().chain(self.facts.iter().filter(|_| facts)) {
            inputs.push(RecordChunks::new(input(name, text)?, &read));
        }
        for tables in self.tables.iter().filter(|_| facts) {
            let mapping = Arc::new(MappingFile::parse(&tables.mapping.0, &tables.mapping.1)?);
            for (name, text) in &tables.files {
                inputs.push(RecordChunks::mapped(input(name, text)?, &mapping, MapOptions::new(&schema)));
            }
        }
        // A world is as its author has it.
        let mut options = ImportOptions::new().keep_undeclared(true);
        let mut intake = Intake::new(RecordChunks::several(&vocabulary.world.name, inputs.into_iter()), &options);
        while intake.next(transaction, &mut options)? {}
        Ok(intake.finish(transaction, Outcome::default()))
    }
}

fn input(name: &str, text: &str) -> Result<Input, Error> {
    Ok(Input::from_reader(name, Cursor::new(text.to_owned().into_bytes()))?)
}

fn text(path: PathBuf) -> Result<(String, String), Error> {
    let name = path.display().to_string();
    match fs::read_to_string(&path) {
        Ok(text) => Ok((name, text)),
        Err(source) => Err(Error::Io { path, source }),
    }
}

/// The files of a folder with this ending, in the order of their names; none if
/// the folder does not exist.
fn texts(folder: &Path, ending: &str) -> Result<Vec<(String, String)>, Error> {
    let paths = contents(folder)?.into_iter();
    paths.filter(|path| path.extension().is_some_and(|found| found == ending)).map(text).collect()
}

/// The folders with a mapping, and their tables.
fn tables(folder: &Path) -> Result<Vec<FactTables>, Error> {
    let mapped = contents(folder)?.into_iter().filter(|path| path.join(MAPPING).is_file());
    mapped.map(|path| Ok(FactTables { mapping: text(path.join(MAPPING))?, files: texts(&path, "csv")? })).collect()
}

/// What is in a folder, in the order of the names.
fn contents(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let failed = |source| Error::Io { path: folder.to_owned(), source };
    let entries = fs::read_dir(folder).map_err(failed)?;
    let mut paths =
        entries.map(|entry| entry.map(|entry| entry.path()).map_err(failed)).collect::<Result<Vec<_>, _>>()?;
    paths.sort();
    Ok(paths)
}
