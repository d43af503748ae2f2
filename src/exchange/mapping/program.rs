//! A mapping made ready for the header of one file: it turns rows into records.

use std::borrow::Cow;
use std::sync::Arc;

use csv::ByteRecord;
use regex::Regex;
use rustc_hash::FxHashSet;

use super::output::Bound;
use super::reading::Fault;
use super::step::{Flow, clip};
use super::template::Values;
use super::{MapOptions, MappingFile};
use crate::exchange::error::{ExchangeError, RecordError};
use crate::exchange::lines::RawLine;
use crate::exchange::record::{Completion, Content, LeftOut, Record};
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
    facts: Vec<Bound>,
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
pub(in crate::exchange) type Seen = FxHashSet<String>;

/// What the rows of a file become.
type Made = Result<Record, ExchangeError>;

/// A row with its place.
#[derive(Clone, Copy)]
pub(in crate::exchange) struct Row<'r> {
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
        options: MapOptions<'_>,
    ) -> Result<Self, ExchangeError> {
        let fault = |fault: Fault| fault.of(&mapping.name, &mapping.text);
        let cells = match &mapping.cells {
            None => None,
            Some(cells) => {
                let of = |(index, name): (usize, &String)| {
                    let (is_record, part) = cells.of(name);
                    is_record.then(|| CellColumn { index, part: part.cloned() })
                };
                let these: Vec<CellColumn> = columns.iter().enumerate().filter_map(of).collect();
                // A pattern may find nothing in the header of one file of many; a name is a column that was meant.
                if these.iter().all(|column| column.part.is_some()) && cells.has_names() {
                    let reason = format!("no column is among the `cells` of {}", mapping.name);
                    return Err(ExchangeError::Header { name: name.into(), line: 1, reason });
                }
                Some(these)
            }
        };
        let names = &mapping.names;
        let of_columns = columns.iter().enumerate().filter_map(|(index, column)| Some((names.find(column)?, index)));
        let mut of_columns: Vec<(usize, usize)> = of_columns.collect();
        for short in &mapping.columns {
            match columns.iter().position(|column| *column == short.column) {
                Some(index) => of_columns.push((short.slot, index)),
                None if names.uses.iter().all(|used| used.slot != short.slot || used.optional) => {}
                None => {
                    let reason = unknown(&short.column, &columns, std::iter::empty(), name);
                    return Err(fault(Fault::new(short.span.clone(), reason)));
                }
            }
        }
        let built_in =
            BUILT_IN.map(|name| names.find(name).filter(|slot| !of_columns.iter().any(|(of, _)| of == slot)));
        for used in &names.uses {
            let name_of = names.name(used.slot);
            let is_there = built_in.contains(&Some(used.slot)) || of_columns.iter().any(|(slot, _)| *slot == used.slot);
            let maker = names.maker(used.slot);
            if is_there || used.optional || maker.is_some_and(|maker| maker < used.after) {
                continue;
            }
            let reason = if maker.is_some() {
                format!("`{name_of}` is made by a later step: move that step before this")
            } else {
                unknown(name_of, &columns, names.all_made(), name)
            };
            return Err(fault(Fault::new(used.span.clone(), reason)));
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
            file: stem(name),
            unused,
            mapping: Arc::clone(mapping),
        })
    }

    /// The columns of which nothing is read.
    pub fn unused(&self) -> &[String] {
        &self.unused
    }

    /// What a row becomes: facts and entities, what is left out, and problems.
    pub fn run(&self, row: Row<'_>, seen: &mut Seen) -> Vec<Made> {
        let mut made = Vec::new();
        match self.values(row) {
            Err(reason) => made.push(problem(row, None, reason)),
            Ok(values) => match &self.cells {
                None => self.record(row, None, values, seen, &mut made),
                Some(cells) => self.each_cell(row, cells, &values, seen, &mut made),
            },
        }
        made
    }

    fn each_cell(
        &self,
        row: Row<'_>,
        cells: &[CellColumn],
        values: &Values<'_>,
        seen: &mut Seen,
        made: &mut Vec<Made>,
    ) {
        let before = made.len();
        let [.., column, cell] = self.built_in;
        for CellColumn { index, part } in cells {
            let text = match (text_of(row, *index), part) {
                (Ok(text), None) => text,
                (Ok(text), Some(part)) => part.find(text).map_or("", |found| found.as_str().trim()),
                (Err(reason), _) => {
                    made.push(problem(row, self.columns.get(*index), reason));
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
            let filled = (0..self.columns.len()).filter_map(|index| text_of(row, index).ok());
            let example = filled.filter(|text| !text.is_empty()).map(clip).next().unwrap_or_default();
            made.push(Ok(left_out(row, None, "rows without a filled cell".to_owned(), example)));
        }
    }

    fn values<'r>(&'r self, row: Row<'r>) -> Result<Values<'r>, String> {
        if row.cells.len() != self.columns.len() {
            return Err(format!("the row has {} cells, and the header has {}", row.cells.len(), self.columns.len()));
        }
        let mut values: Values<'r> = vec![None; self.mapping.names.len()];
        for (slot, index) in &self.of_columns {
            let text = text_of(row, *index)?;
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
        row: Row<'r>,
        column: Option<&Arc<str>>,
        mut values: Values<'r>,
        seen: &mut Seen,
        made: &mut Vec<Made>,
    ) {
        for step in &self.mapping.steps {
            match step.run(&mut values, &self.mapping.names) {
                Ok(Flow::GoesOn) => {}
                Ok(Flow::Omits { kind, example }) => made.push(Ok(left_out(row, column, kind, example))),
                Ok(Flow::Ends { kind, example }) => {
                    made.push(Ok(left_out(row, column, kind, example)));
                    return;
                }
                Err(reason) => {
                    made.push(problem(row, column, reason));
                    return;
                }
            }
        }
        let before = made.len();
        let mut applies = false;
        for (place, entity) in self.mapping.entities.iter().enumerate() {
            if entity.conditions.hold(&values) {
                applies = true;
                if seen.insert(key(place, &entity.slots, &values)) {
                    made.push(match entity.fill(&self.schema, &values) {
                        Ok((entity, known)) if known.is_empty() => Ok(record(row, column, Content::Entity(entity))),
                        Ok((entity, known)) => {
                            Ok(record(row, column, Content::Completion(Box::new(Completion { entity, known }))))
                        }
                        Err(reason) => problem(row, column, reason),
                    });
                }
            }
        }
        for (fact, bound) in self.mapping.facts.iter().zip(&self.facts) {
            if fact.conditions.hold(&values) {
                applies = true;
                made.push(match fact.fill(bound, &values, self.corroborates) {
                    Ok(fact) => Ok(record(row, column, Content::Fact(fact))),
                    Err(reason) => problem(row, column, reason),
                });
            }
        }
        if !applies && made.len() == before {
            let kind = "no `[[fact]]` or `[[entity]]` applies".to_owned();
            let example = String::from_utf8_lossy(row.line.bytes);
            made.push(Ok(left_out(row, column, kind, clip(&example))));
        }
    }
}

/// What two entities that are made of the same values have in common.
fn key(place: usize, slots: &[usize], values: &Values<'_>) -> String {
    let mut key = place.to_string();
    for slot in slots {
        // Values are of CSV, and may have any other sign in them.
        key.push(if values.get(*slot).is_some_and(Option::is_some) { '\u{1}' } else { '\u{2}' });
        key.push_str(values.get(*slot).and_then(Option::as_deref).unwrap_or(""));
        key.push('\0');
    }
    key
}

fn text_of(row: Row<'_>, index: usize) -> Result<&str, String> {
    let cell = row.cells.get(index).unwrap_or_default();
    let text = std::str::from_utf8(cell);
    text.map(str::trim).map_err(|error| {
        format!(
            "byte {} of the cell in column {} is not UTF-8: save the file as UTF-8",
            error.valid_up_to() + 1,
            index + 1
        )
    })
}

fn record(row: Row<'_>, column: Option<&Arc<str>>, content: Content) -> Record {
    Record { line: row.line.number, column: column.cloned(), content }
}

fn left_out(row: Row<'_>, column: Option<&Arc<str>>, kind: String, example: String) -> Record {
    record(row, column, Content::LeftOut(LeftOut { kind, example }))
}

fn problem(row: Row<'_>, column: Option<&Arc<str>>, reason: String) -> Made {
    let reason = match column {
        Some(column) => format!("column `{column}`: {reason}"),
        None => reason,
    };
    Err(ExchangeError::Record(Box::new(RecordError {
        name: Arc::clone(row.name),
        line: row.line.number,
        column: None,
        reason,
        mend: None,
        raw: row.line.bytes.to_vec(),
        raw_length: row.line.length,
    })))
}

fn unknown<'n>(name: &str, columns: &'n [String], made: impl Iterator<Item = &'n str>, file: &str) -> String {
    let known: Vec<&str> = columns.iter().map(String::as_str).chain(BUILT_IN).chain(made).collect();
    let mend = if let Some(near) = nearest(name, known.iter().copied()) {
        format!("did you mean `{near}`?")
    } else {
        let columns: Vec<String> = columns.iter().map(|column| format!("`{column}`")).collect();
        format!(
            "the columns of {file} are {} (write `{{{name}?}}` for one that not every file has)",
            columns.join(", ")
        )
    };
    format!("no column and no step gives `{name}`; {mend}")
}

/// The name of a file without its folder and its endings.
pub(super) fn stem(name: &str) -> String {
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let packed = [".zst", ".zstd", ".gz"].iter().find_map(|ending| base.strip_suffix(ending)).unwrap_or(base);
    [".csv", ".txt"].iter().find_map(|ending| packed.strip_suffix(ending)).unwrap_or(packed).to_owned()
}
