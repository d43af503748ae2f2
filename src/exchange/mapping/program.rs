//! A mapping made ready for the header of one file: it turns rows into records.

use std::borrow::Cow;
use std::sync::Arc;

use csv::ByteRecord;
use regex::Regex;
use rustc_hash::FxHashSet;

use super::file::{MapOptions, MappingFile};
use super::output::BoundFields;
use super::step::{StepOutcome, clip};
use super::template::RowValues;
use crate::exchange::csv_cells::cell_text;
use crate::exchange::error::{ExchangeError, RecordError, RecordLocation};
use crate::exchange::lines::RawLine;
use crate::exchange::problem::{HeaderProblem, MappingProblem, RecordProblem};
use crate::exchange::record::{Completion, LeftOut, LeftOutReason, Record, RecordContent};
use crate::model::{Schema, nearest};

/// The values that every record has besides those of its columns.
const BUILT_IN: [&str; 5] = ["file", "row", "line", "column", "cell"];

/// A mapping for files with one header.
#[derive(Debug)]
pub(in crate::exchange) struct Program {
    mapping: Arc<MappingFile>,
    columns: Vec<Arc<str>>,
    /// Which value is of which column.
    of_columns: Vec<(usize, usize)>,
    /// The columns whose cells are records of their own; none if rows are.
    cells: Option<Vec<CellColumn>>,
    built_in: [Option<usize>; 5],
    facts: Vec<BoundFields>,
    schema: Schema,
    corroborates: bool,
    /// The name of the file without folder and endings.
    file: String,
    unused: Vec<String>,
}

/// A column whose cells are records of their own, or what a pattern finds in them is.
#[derive(Debug)]
struct CellColumn {
    index: usize,
    part: Option<Regex>,
}

/// The entities that were made of rows already, by what they depend on.
pub(in crate::exchange) type SeenEntities = FxHashSet<String>;

/// A row with its place.
#[derive(Clone, Copy)]
pub(in crate::exchange) struct CsvRow<'r> {
    pub cells: &'r ByteRecord,
    pub line: RawLine<'r>,
    /// From 1, the header not counted.
    pub number: u64,
    pub name: &'r Arc<str>,
}

impl Program {
    /// Looks up every name of a mapping among the columns of a header.
    pub fn new(
        mapping: &Arc<MappingFile>,
        columns: Vec<String>,
        name: &str,
        line: u64,
        options: MapOptions<'_>,
    ) -> Result<Self, ExchangeError> {
        let cells = cell_columns(mapping, &columns, name, line)?;
        let names = &mapping.names;
        let of_columns = columns.iter().enumerate().filter_map(|(index, column)| Some((names.find(column)?, index)));
        let mut of_columns: Vec<(usize, usize)> = of_columns.collect();
        for short in &mapping.columns {
            match columns.iter().position(|column| *column == short.column) {
                Some(index) => of_columns.push((short.slot, index)),
                None if names.uses.iter().all(|used| used.slot != short.slot || used.optional) => {}
                None => {
                    let problem = unknown_value(&short.column, &columns, std::iter::empty(), name);
                    return Err(mapping.error(short.span.clone(), problem));
                }
            }
        }
        let built_in =
            BUILT_IN.map(|name| names.find(name).filter(|slot| !of_columns.iter().any(|(of, _)| of == slot)));
        for used in &names.uses {
            let name_of = names.name(used.slot);
            let is_given = built_in.contains(&Some(used.slot)) || of_columns.iter().any(|(slot, _)| *slot == used.slot);
            let maker = names.made_by(used.slot);
            if is_given || used.optional || maker.is_some_and(|maker| maker < used.after) {
                continue;
            }
            let problem = if maker.is_some() {
                MappingProblem::ValueMadeLater { name: name_of.to_owned() }
            } else {
                unknown_value(name_of, &columns, names.all_made(), name)
            };
            return Err(mapping.error(used.span.clone(), problem));
        }
        let used = |index: &usize| {
            of_columns.iter().any(|(slot, of)| of == index && names.uses.iter().any(|used| used.slot == *slot))
                || cells.as_ref().is_some_and(|cells| cells.iter().any(|column| column.index == *index))
        };
        let unused = (0..columns.len()).filter(|index| !used(index)).map(|index| columns[index].clone()).collect();
        Ok(Self {
            columns: columns.into_iter().map(Arc::from).collect(),
            of_columns,
            cells,
            built_in,
            facts: mapping.facts.iter().map(|fact| fact.bind(options.schema)).collect(),
            schema: options.schema.clone(),
            corroborates: options.corroborates,
            file: file_stem(name),
            unused,
            mapping: Arc::clone(mapping),
        })
    }

    /// The columns of which nothing is read.
    pub fn unused_columns(&self) -> &[String] {
        &self.unused
    }

    /// The records of a row: facts and entities, what is left out, and errors.
    pub fn records(&self, row: CsvRow<'_>, seen: &mut SeenEntities) -> Vec<Result<Record, ExchangeError>> {
        let mut made = Vec::new();
        match self.values(row) {
            Err((column, problem)) => made.push(row.error(column, *problem)),
            Ok(values) => match &self.cells {
                None => self.record(row, None, values, seen, &mut made),
                Some(cells) => self.each_cell(row, cells, &values, seen, &mut made),
            },
        }
        made
    }

    fn each_cell(
        &self,
        row: CsvRow<'_>,
        cells: &[CellColumn],
        values: &RowValues<'_>,
        seen: &mut SeenEntities,
        made: &mut Vec<Result<Record, ExchangeError>>,
    ) {
        let before = made.len();
        let [.., column, cell] = self.built_in;
        for CellColumn { index, part } in cells {
            let text = match (row.text(*index), part) {
                (Ok(text), None) => text,
                (Ok(text), Some(part)) => part.find(text).map_or("", |found| found.as_str().trim()),
                (Err(problem), _) => {
                    made.push(row.error(self.columns.get(*index), problem));
                    continue;
                }
            };
            let Some(name) = self.columns.get(*index).filter(|_| !text.is_empty()) else { continue };
            let mut values = values.clone();
            for (slot, value) in [(column, &**name), (cell, text)] {
                if let Some(place) = slot.and_then(|slot| values.get_mut(slot)) {
                    *place = Some(Cow::Borrowed(value));
                }
            }
            self.record(row, Some(name), values, seen, made);
        }
        if made.len() == before {
            let filled = (0..self.columns.len()).filter_map(|index| row.text(index).ok());
            let example = filled.filter(|text| !text.is_empty()).map(clip).next().unwrap_or_default();
            made.push(Ok(row.left_out(None, LeftOut { reason: LeftOutReason::NoFilledCell, example })));
        }
    }

    /// The values of the columns of a row; what is wrong, and in which column.
    fn values<'r>(&'r self, row: CsvRow<'r>) -> Result<RowValues<'r>, (Option<&'r Arc<str>>, Box<RecordProblem>)> {
        let (cells, columns) = (row.cells.len(), self.columns.len());
        if cells != columns {
            return Err((None, Box::new(RecordProblem::CellCount { cells, columns })));
        }
        let mut values: RowValues<'r> = vec![None; self.mapping.names.len()];
        for (slot, index) in &self.of_columns {
            let text = row.text(*index).map_err(|problem| (self.columns.get(*index), Box::new(problem)))?;
            if let Some(value) = values.get_mut(*slot) {
                *value = (!text.is_empty()).then_some(Cow::Borrowed(text));
            }
        }
        let [file, number, line, ..] = self.built_in;
        let mut put = |slot: Option<usize>, text: &dyn Fn() -> Cow<'r, str>| {
            if let Some(value) = slot.and_then(|slot| values.get_mut(slot)) {
                *value = Some(text());
            }
        };
        put(file, &|| Cow::Borrowed(self.file.as_str()));
        put(number, &|| Cow::Owned(row.number.to_string()));
        put(line, &|| Cow::Owned(row.line.number.to_string()));
        Ok(values)
    }

    fn record<'r>(
        &'r self,
        row: CsvRow<'r>,
        column: Option<&Arc<str>>,
        mut values: RowValues<'r>,
        seen: &mut SeenEntities,
        made: &mut Vec<Result<Record, ExchangeError>>,
    ) {
        for step in &self.mapping.steps {
            match step.run(&mut values, &self.mapping.names) {
                Ok(StepOutcome::Continues) => {}
                Ok(StepOutcome::Omits(left_out)) => made.push(Ok(row.left_out(column, left_out))),
                Ok(StepOutcome::Ends(left_out)) => {
                    made.push(Ok(row.left_out(column, left_out)));
                    return;
                }
                Err(problem) => {
                    made.push(row.error(column, problem));
                    return;
                }
            }
        }
        let before = made.len();
        let mut applies = false;
        for (place, entity) in self.mapping.entities.iter().enumerate() {
            if entity.conditions.hold(&values) {
                applies = true;
                if seen.insert(entity_key(place, &entity.slots, &values)) {
                    made.push(match entity.fill(&self.schema, &values) {
                        Ok((entity, known)) if known.is_empty() => {
                            Ok(row.record(column, RecordContent::Entity(entity)))
                        }
                        Ok((entity, known)) => {
                            Ok(row.record(column, RecordContent::Completion(Box::new(Completion { entity, known }))))
                        }
                        Err(problem) => row.error(column, problem),
                    });
                }
            }
        }
        for (fact, bound) in self.mapping.facts.iter().zip(&self.facts) {
            if fact.conditions.hold(&values) {
                applies = true;
                made.push(match fact.fill(bound, &values, self.corroborates) {
                    Ok(fact) => Ok(row.record(column, RecordContent::Fact(fact))),
                    Err(problem) => row.error(column, problem),
                });
            }
        }
        if !applies && made.len() == before {
            let example = clip(&String::from_utf8_lossy(row.line.bytes));
            made.push(Ok(row.left_out(column, LeftOut { reason: LeftOutReason::NothingApplies, example })));
        }
    }
}

/// What two entities that are made of the same values have in common.
fn entity_key(place: usize, slots: &[usize], values: &RowValues<'_>) -> String {
    let mut key = place.to_string();
    for slot in slots {
        // Values are of CSV, and may have any other character in them.
        key.push(if values.get(*slot).is_some_and(Option::is_some) { '\u{1}' } else { '\u{2}' });
        key.push_str(values.get(*slot).and_then(Option::as_deref).unwrap_or(""));
        key.push('\0');
    }
    key
}

impl<'r> CsvRow<'r> {
    /// A cell without blanks at its ends.
    fn text(self, index: usize) -> Result<&'r str, RecordProblem> {
        let cell = self.cells.get(index).unwrap_or_default();
        cell_text(cell).map(str::trim)
    }

    fn record(self, column: Option<&Arc<str>>, content: RecordContent) -> Record {
        Record { line: self.line.number, column: column.cloned(), content }
    }

    fn left_out(self, column: Option<&Arc<str>>, left_out: LeftOut) -> Record {
        self.record(column, RecordContent::LeftOut(left_out))
    }

    fn error(self, column: Option<&Arc<str>>, problem: RecordProblem) -> Result<Record, ExchangeError> {
        let location = RecordLocation { cell: column.cloned(), ..self.line.location(self.name) };
        Err(ExchangeError::Record(Box::new(RecordError { location, problem })))
    }
}

/// The columns whose cells are records, if it is not the rows that are.
fn cell_columns(
    mapping: &MappingFile,
    columns: &[String],
    input: &str,
    line: u64,
) -> Result<Option<Vec<CellColumn>>, ExchangeError> {
    let Some(cells) = &mapping.cells else { return Ok(None) };
    let cell_column = |(index, name): (usize, &String)| {
        cells.are_records(name).then(|| CellColumn { index, part: cells.part_of(name).cloned() })
    };
    let found: Vec<CellColumn> = columns.iter().enumerate().filter_map(cell_column).collect();
    // A pattern may find nothing in the header of one file of many; a name is a column that was meant.
    if found.iter().all(|column| column.part.is_some()) && cells.has_names() {
        let problem = Box::new(HeaderProblem::NoCells { mapping: mapping.name().to_owned() });
        return Err(ExchangeError::Header { name: input.into(), line, problem });
    }
    Ok(Some(found))
}

fn unknown_value<'n>(
    name: &str,
    columns: &'n [String],
    made: impl Iterator<Item = &'n str>,
    input: &str,
) -> MappingProblem {
    let known = columns.iter().map(String::as_str).chain(BUILT_IN).chain(made);
    MappingProblem::UnknownValue {
        name: name.to_owned(),
        similar: nearest(name, known).map(str::to_owned),
        input: input.to_owned(),
        columns: columns.to_vec(),
    }
}

/// The name of a file without its folder and its endings.
pub(super) fn file_stem(name: &str) -> String {
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let packed = [".zst", ".zstd", ".gz"].iter().find_map(|ending| base.strip_suffix(ending)).unwrap_or(base);
    [".csv", ".txt"].iter().find_map(|ending| packed.strip_suffix(ending)).unwrap_or(packed).to_owned()
}
