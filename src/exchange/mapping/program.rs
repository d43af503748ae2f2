//! A mapping made ready for the header of one file: it turns rows into records.

use std::borrow::Cow;
use std::cell::RefCell;
use std::sync::Arc;

use csv::ByteRecord;
use regex::Regex;
use rustc_hash::FxHashSet;

use super::column_dates::{ColumnReading, ColumnsOfDates};
use super::file::{MapOptions, MappingFile};
use super::filling::{Filling, clip};
use super::output::BoundFields;
use super::step::{Step, StepContext, StepOutcome};
use super::template::RowValues;
use crate::exchange::csv_cells::cell_text;
use crate::exchange::day_or_month::DatesOfColumn;
use crate::exchange::error::{ExchangeError, RecordError, RecordLocation};
use crate::exchange::lines::RawLine;
use crate::exchange::missing_markers::{self, MissingMarkers};
use crate::exchange::problem::{HeaderProblem, MappingProblem, RecordProblem};
use crate::exchange::record::{Completion, LeftOut, LeftOutReason, Record, RecordContent};
use crate::model::{Schema, nearest};

/// The values that every record has besides those of its columns. The last is a
/// number that tells ids apart.
const BUILT_IN: [&str; 6] = ["file", "row", "line", "column", "cell", "n"];

/// A mapping for files with one header.
#[derive(Debug)]
pub(in crate::exchange) struct Program {
    mapping: Arc<MappingFile>,
    columns: Vec<Arc<str>>,
    /// Which value is of which column.
    of_columns: Vec<(usize, usize)>,
    /// The columns whose cells are records of their own; none if rows are.
    cells: Option<Vec<CellColumn>>,
    built_in: [Option<usize>; 6],
    /// What the columns tell of the order of day and month.
    dates: ColumnsOfDates,
    missing: MissingMarkers,
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
        let [.., number] = built_in;
        if let Some(number) = number {
            let all = names.uses.iter().filter(|used| used.slot == number);
            let in_ids: Vec<usize> = mapping.facts.iter().map(|fact| fact.mentions_in_id(number)).collect();
            if let Some(used) = all.clone().next()
                && (in_ids.iter().any(|mentions| *mentions > 1) || in_ids.iter().sum::<usize>() != all.count())
            {
                return Err(mapping.error(used.span.clone(), MappingProblem::NumberOutsideId));
            }
        }
        let used = |index: &usize| {
            of_columns.iter().any(|(slot, of)| of == index && names.uses.iter().any(|used| used.slot == *slot))
                || cells.as_ref().is_some_and(|cells| cells.iter().any(|column| column.index == *index))
        };
        let missing = mapping.missing.and(options.missing);
        missing.check_columns(&name.into(), &columns.iter().map(String::as_str).chain(names.all()))?;
        let unused = (0..columns.len()).filter(|index| !used(index)).map(|index| columns[index].clone()).collect();
        Ok(Self {
            columns: columns.into_iter().map(Arc::from).collect(),
            of_columns,
            cells,
            built_in,
            dates: ColumnsOfDates::default(),
            missing,
            facts: mapping.facts.iter().map(|fact| fact.bind(options.schema, number)).collect(),
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

    /// Whether the order of day and month follows from whole columns, so that all
    /// rows have to be looked at first.
    pub fn has_open_dates(&self) -> bool {
        self.mapping.steps.iter().any(Step::has_open_dates)
    }

    /// The same with the order of day and month in each column, as some rows tell it.
    pub fn with_dates_of<'r>(self, rows: impl Iterator<Item = CsvRow<'r>>) -> Self {
        let found = RefCell::new(ColumnsOfDates::default());
        for row in rows {
            // What is wrong with a row is told when it is read.
            let Ok(values) = self.values(row, &mut Vec::new()) else { continue };
            let look = |column: Option<&Arc<str>>, mut values: RowValues<'_>| {
                for (number, step) in self.mapping.steps.iter().enumerate() {
                    let context = self.context(number, column, ColumnReading::Seeking(&found));
                    if !matches!(
                        step.run(&mut values, context),
                        Ok(StepOutcome::Continues | StepOutcome::Keeps(_) | StepOutcome::Omits(_))
                    ) {
                        break;
                    }
                }
            };
            match &self.cells {
                None => look(None, values),
                Some(cells) => self.filled_cells(row, cells).for_each(|(column, text)| {
                    look(Some(column), self.with_cell(&values, column, text));
                }),
            }
        }
        Self { dates: found.into_inner(), ..self }
    }

    /// What the columns tell of the order of day and month, where dates of theirs could be read either way.
    pub fn dates_of_columns(&self) -> impl Iterator<Item = DatesOfColumn> {
        self.dates.iter().filter(|(_, order)| order.either > 0).map(|((step, column), order)| {
            let value = || self.mapping.steps.get(*step).map_or("", |step| self.mapping.names.name(step.from()));
            let column = column.clone().unwrap_or_else(|| value().into());
            DatesOfColumn { input: self.file.as_str().into(), column, order: order.clone() }
        })
    }

    fn context<'c>(&'c self, step: usize, column: Option<&'c Arc<str>>, dates: ColumnReading<'c>) -> StepContext<'c> {
        StepContext { names: &self.mapping.names, step, column, dates, built_in: &self.built_in }
    }

    /// The cells of a row that are records, each with its column.
    fn filled_cells<'r>(
        &'r self,
        row: CsvRow<'r>,
        cells: &'r [CellColumn],
    ) -> impl Iterator<Item = (&'r Arc<str>, &'r str)> {
        cells.iter().filter_map(move |CellColumn { index, part }| {
            let text = row.text(*index).ok()?;
            let text = part.as_ref().map_or(Some(text), |part| part.find(text).map(|found| found.as_str().trim()))?;
            let column = self.columns.get(*index)?;
            (!text.is_empty() && !self.missing.is_missing(Some(column), text)).then_some((column, text))
        })
    }

    /// The values of a row as those of the record of one of its cells.
    fn with_cell<'r>(&self, values: &RowValues<'r>, column: &'r Arc<str>, text: &'r str) -> RowValues<'r> {
        let [.., of_column, of_cell, _] = self.built_in;
        let mut values = values.clone();
        for (slot, value) in [(of_column, &**column), (of_cell, text)] {
            if let Some(place) = slot.and_then(|slot| values.get_mut(slot)) {
                *place = Some(Cow::Borrowed(value));
            }
        }
        values
    }

    /// The records of a row: facts and entities, what is left out, and errors.
    pub fn records(&self, row: CsvRow<'_>, seen: &mut SeenEntities) -> Vec<Result<Record, ExchangeError>> {
        let mut made = Vec::new();
        match self.values(row, &mut made) {
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
        for CellColumn { index, .. } in cells {
            if let Err(problem) = row.text(*index) {
                made.push(row.error(self.columns.get(*index), problem));
            }
        }
        for (column, text) in self.filled_cells(row, cells) {
            self.record(row, Some(column), self.with_cell(values, column, text), seen, made);
        }
        if made.len() == before {
            let filled = (0..self.columns.len()).filter_map(|index| row.text(index).ok());
            let example = filled.filter(|text| !text.is_empty()).map(clip).next().unwrap_or_default();
            made.push(Ok(row.left_out(None, LeftOut { reason: LeftOutReason::NoFilledCell, example })));
        }
    }

    /// The values of the columns of a row; what is wrong, and in which column.
    fn values<'r>(
        &'r self,
        row: CsvRow<'r>,
        made: &mut Vec<Result<Record, ExchangeError>>,
    ) -> Result<RowValues<'r>, (Option<&'r Arc<str>>, Box<RecordProblem>)> {
        let (cells, columns) = (row.cells.len(), self.columns.len());
        if cells != columns {
            return Err((None, Box::new(RecordProblem::CellCount { cells, columns })));
        }
        let mut values: RowValues<'r> = vec![None; self.mapping.names.len()];
        for (slot, index) in &self.of_columns {
            let text = row.text(*index).map_err(|problem| (self.columns.get(*index), Box::new(problem)))?;
            let column = self.columns.get(*index);
            if self.missing.is_missing(column.map(|column| &**column), text) {
                let left_out = missing_markers::left_out(column.map_or("", |column| column), text);
                made.push(Ok(row.left_out(column, left_out)));
            } else if let Some(value) = values.get_mut(*slot) {
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
        let mut kept: Vec<(&Step, LeftOut)> = Vec::new();
        for (number, step) in self.mapping.steps.iter().enumerate() {
            let context = self.context(number, column, ColumnReading::Decided(&self.dates));
            match step.run(&mut values, context) {
                Ok(StepOutcome::Continues) => {}
                Ok(StepOutcome::Keeps(left_out)) => kept.push((step, left_out)),
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
        let mut filling = Filling {
            values: &values,
            names: &self.mapping.names,
            missing: &self.missing,
            built_in: &self.built_in,
            lost: Vec::new(),
        };
        let before = made.len();
        let applies = self.outputs(row, column, &mut filling, seen, made);
        let lost = filling.lost;
        if !applies && made.len() == before {
            let example = clip(&String::from_utf8_lossy(row.line.bytes));
            made.push(Ok(row.left_out(column, LeftOut { reason: LeftOutReason::NothingApplies, example })));
        }
        let kept = kept.into_iter().filter(|(step, _)| self.is_lost(step, &values)).map(|(_, left_out)| left_out);
        made.extend(lost.into_iter().chain(kept).map(|left_out| Ok(row.left_out(column, left_out))));
    }

    /// Whether nothing has come of a value that a step could not use: neither a
    /// value that the step would have made, nor a part of a fact or an entity.
    fn is_lost(&self, step: &Step, values: &RowValues<'_>) -> bool {
        let is_there = |slot: usize| values.get(slot).is_some_and(Option::is_some);
        let from = step.from();
        let facts = self.mapping.facts.iter().filter(|fact| fact.conditions.hold(values));
        let entities = self.mapping.entities.iter().filter(|entity| entity.conditions.hold(values));
        let is_used = || {
            facts.clone().any(|fact| fact.mentions(from)) || entities.clone().any(|entity| entity.slots.contains(&from))
        };
        !step.targets().into_iter().any(is_there) && (step.is_set() || !is_used())
    }

    /// Makes the facts and entities of a record; whether any applies.
    fn outputs<'r>(
        &'r self,
        row: CsvRow<'r>,
        column: Option<&Arc<str>>,
        filling: &mut Filling<'r, '_>,
        seen: &mut SeenEntities,
        made: &mut Vec<Result<Record, ExchangeError>>,
    ) -> bool {
        let mut applies = false;
        for (place, entity) in self.mapping.entities.iter().enumerate() {
            if !entity.conditions.hold(filling.values) {
                continue;
            }
            applies = true;
            if seen.insert(entity_key(place, &entity.slots, filling.values)) {
                let content = entity.fill(&self.schema, filling).map(|(entity, known)| match known.as_slice() {
                    [] => RecordContent::Entity(entity),
                    _ => RecordContent::Completion(Box::new(Completion { entity, known })),
                });
                made.push(
                    content
                        .map_or_else(|problem| row.error(column, problem), |content| Ok(row.record(column, content))),
                );
            }
        }
        for (fact, bound) in self.mapping.facts.iter().zip(&self.facts) {
            if fact.conditions.hold(filling.values) {
                applies = true;
                let content = fact.fill(bound, filling, self.corroborates);
                made.push(
                    content
                        .map_or_else(|problem| row.error(column, problem), |content| Ok(row.record(column, content))),
                );
            }
        }
        applies
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
