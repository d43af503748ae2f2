//! A mapping as its file says it, before it meets an input.

use std::ops::Range;

use regex::Regex;
use toml::de::DeTable;

use super::output::{EntityTemplate, FactTemplate};
use super::step::{Step, compiled, pattern_between_slashes};
use super::template::ValueNames;
use super::toml_reader::{MappingFault, TomlEntry, TomlTable, TomlText};
use crate::exchange::error::ExchangeError;
use crate::exchange::missing_markers::MissingMarkers;
use crate::exchange::problem::MappingProblem;
use crate::model::Schema;

/// A mapping of the rows of a CSV file to facts and entities, as a TOML file
/// says it.
///
/// ```
/// use std::sync::Arc;
///
/// use tractat::exchange::{Input, MapOptions, MappingFile, Records};
/// use tractat::model::Schema;
///
/// let text = "[[fact]]\nsubject = \"{who}\"\naction = \"resigned\"\ndate = \"{year}\"\n";
/// let mapping = Arc::new(MappingFile::parse("resigned.toml", text)?);
/// let input = Input::from_reader("list.csv", &b"who,year\nAda,2024\n"[..])?;
/// let records = Records::mapped(input, &mapping, MapOptions::new(&Schema::default()))?;
/// assert_eq!(records.count(), 1);
/// # Ok::<(), tractat::exchange::ExchangeError>(())
/// ```
#[derive(Debug)]
pub struct MappingFile {
    name: String,
    text: String,
    about: String,
    /// Short names for columns.
    pub(super) columns: Vec<ShortName>,
    pub(super) cells: Option<CellColumns>,
    /// Which texts stand for missing values, and which for themselves.
    pub(super) missing: MissingMarkers,
    pub(super) steps: Vec<Step>,
    pub(super) facts: Vec<FactTemplate>,
    pub(super) entities: Vec<EntityTemplate>,
    pub(super) names: ValueNames,
}

/// How rows are mapped.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct MapOptions<'a> {
    /// What the declared fields hold, by which texts become numbers.
    pub schema: &'a Schema,
    /// Whether the facts are records of acts that may have other records: then
    /// the id that the mapping gives is the `record` of its source, and not
    /// the id of the fact.
    pub corroborates: bool,
    /// Which texts of cells stand for missing values, besides what the mapping says.
    pub missing: &'a MissingMarkers,
}

/// Nothing is said of any text.
const NOTHING_SAID: &MissingMarkers = &MissingMarkers::new();

impl<'a> MapOptions<'a> {
    /// Each fact has the id that the mapping gives.
    #[must_use]
    pub fn new(schema: &'a Schema) -> Self {
        Self { schema, corroborates: false, missing: NOTHING_SAID }
    }

    /// With facts that are records of acts that may have other records, or without.
    #[must_use]
    pub fn corroborates(self, corroborates: bool) -> Self {
        Self { corroborates, ..self }
    }

    /// With what is said of texts that may stand for missing values.
    #[must_use]
    pub fn missing(self, missing: &'a MissingMarkers) -> Self {
        Self { missing, ..self }
    }
}

/// A name for a column whose own is long, or has characters that mean something
/// in templates.
#[derive(Debug)]
pub(super) struct ShortName {
    pub slot: usize,
    pub column: String,
    pub span: Range<usize>,
}

/// Which columns have cells that are records of their own.
#[derive(Debug)]
pub(super) struct CellColumns {
    columns: Vec<ColumnPattern>,
    except: Vec<ColumnPattern>,
    /// Columns of which only what a pattern finds in a cell is a record.
    parts: Vec<(String, Regex)>,
}

/// The name of a column, or a pattern of names.
#[derive(Debug)]
enum ColumnPattern {
    All,
    Exactly(String),
    Like(Regex),
}

impl ColumnPattern {
    fn read(text: &TomlText<'_>) -> Result<Self, MappingFault> {
        Ok(match pattern_between_slashes(text.value) {
            Some(pattern) => Self::Like(compiled(pattern, text.span.clone())?),
            None if text.value == "*" => Self::All,
            None => Self::Exactly(text.value.to_owned()),
        })
    }

    fn matches(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Exactly(exactly) => exactly == name,
            Self::Like(pattern) => pattern.is_match(name),
        }
    }
}

impl MappingFile {
    /// Reads a mapping; messages call it by the name.
    ///
    /// # Errors
    ///
    /// [`ExchangeError::Mapping`] if the text is not TOML, or not a mapping.
    pub fn parse(name: &str, text: &str) -> Result<Self, ExchangeError> {
        let parsed = DeTable::parse(text).map_err(|error| {
            let problem = MappingProblem::Toml { message: error.message().to_owned() };
            MappingFault::new(error.span().unwrap_or(0..0), problem).in_file(name, text)
        })?;
        let table = TomlTable::new(parsed.get_ref(), 0..0, None);
        Self::read(name, text, &table).map_err(|fault| fault.in_file(name, text))
    }

    fn read(name: &str, text: &str, table: &TomlTable<'_>) -> Result<Self, MappingFault> {
        table.only(&["about", "source", "columns", "cells", "missing", "literal", "step", "fact", "entity"])?;
        let missing =
            table.texts("missing")?.into_iter().fold(MissingMarkers::new(), |all, text| all.missing(text.value));
        let missing = table.texts("literal")?.into_iter().fold(missing, |all, text| all.literal(text.value));
        let about = table.text("about")?.map_or(String::new(), |about| about.value.to_owned());
        let cells = table.get("cells").map(|entry| CellColumns::read(&entry.table()?)).transpose()?;
        let mut names = ValueNames::default();
        let mut columns = Vec::new();
        if let Some(entry) = table.get("columns") {
            for column in entry.table()?.entries() {
                let text = column.text()?;
                columns.push(ShortName {
                    slot: names.slot(column.key),
                    column: text.value.to_owned(),
                    span: text.span,
                });
            }
        }
        let tables = |key: &str| table.get(key).map_or(Ok(Vec::new()), TomlEntry::tables);
        let steps = tables("step")?.into_iter().map(|step| Step::read(&step, &mut names, (name, text)));
        let steps = steps.collect::<Result<Vec<_>, _>>()?;
        let source = table.get("source").map(TomlEntry::table).transpose()?;
        let facts = tables("fact")?.into_iter().map(|fact| FactTemplate::read(&fact, source.as_ref(), &mut names));
        let facts = facts.collect::<Result<Vec<_>, _>>()?;
        let entities = tables("entity")?.into_iter().map(|entity| EntityTemplate::read(&entity, &mut names));
        let entities = entities.collect::<Result<Vec<_>, _>>()?;
        if facts.is_empty() && entities.is_empty() {
            return Err(table.fault(MappingProblem::NoOutput));
        }
        Ok(Self {
            name: name.to_owned(),
            text: text.to_owned(),
            about,
            columns,
            cells,
            missing,
            steps,
            facts,
            entities,
            names,
        })
    }

    /// What messages call it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is for, in a line; empty if it does not say.
    #[must_use]
    pub fn about(&self) -> &str {
        &self.about
    }

    /// The error for something wrong at some bytes of the file.
    pub(super) fn error(&self, span: Range<usize>, problem: MappingProblem) -> ExchangeError {
        MappingFault::new(span, problem).in_file(&self.name, &self.text)
    }
}

impl CellColumns {
    fn read(table: &TomlTable<'_>) -> Result<Self, MappingFault> {
        table.only(&["columns", "except", "parts"])?;
        table.needed("columns", r#"columns = ["*"]"#)?;
        let names = |key: &str| table.texts(key)?.iter().map(ColumnPattern::read).collect::<Result<Vec<_>, _>>();
        let mut parts = Vec::new();
        if let Some(entry) = table.get("parts") {
            for part in entry.table()?.entries() {
                let text = part.text()?;
                parts.push((part.key.to_owned(), compiled(text.value, text.span)?));
            }
        }
        Ok(Self { columns: names("columns")?, except: names("except")?, parts })
    }

    /// Whether the cells of a column, or parts of them, are records.
    pub fn are_records(&self, column: &str) -> bool {
        let matches = |columns: &[ColumnPattern]| columns.iter().any(|pattern| pattern.matches(column));
        self.part_of(column).is_some() || matches(&self.columns) && !matches(&self.except)
    }

    /// The pattern of the parts of cells that are records, if it is not all of a cell.
    pub fn part_of(&self, column: &str) -> Option<&Regex> {
        self.parts.iter().find(|(name, _)| name == column).map(|(_, pattern)| pattern)
    }

    /// Whether a column is named outright, and not by a pattern.
    pub fn has_names(&self) -> bool {
        self.columns.iter().any(|column| matches!(column, ColumnPattern::Exactly(_)))
    }
}
