//! What the columns of a plain CSV file give: fields of facts.

use std::sync::Arc;

use csv::ByteRecord;

use super::quotes::is_quoted;
use crate::exchange::column_source::ColumnSource;
use crate::exchange::csv_cells::{cell_text, column_names, needs_quotes};
use crate::exchange::field::{FieldTarget, set_field};
use crate::exchange::missing_markers::{self, MissingMarkers};
use crate::exchange::problem::{HeaderProblem, RecordPart, RecordProblem, ValueProblem};
use crate::exchange::read_options::ReadOptions;
use crate::exchange::record::LeftOut;
use crate::model::{Fact, nearest};

/// What the columns of a file give.
#[derive(Debug, Default)]
pub(super) struct CsvHeader {
    columns: Vec<HeaderColumn>,
    /// A fact with the values that are the same in every row.
    constant: Fact,
    /// The fields of those values.
    constant_fields: Vec<(String, String)>,
    missing: MissingMarkers,
    /// The byte between two cells.
    separator: u8,
    /// Whether quotes that no cell needs tell that it is a text: not in a file that puts
    /// whatever it has in quotes, as it does its header.
    quotes_tell: bool,
}

#[derive(Debug)]
struct HeaderColumn {
    name: Arc<str>,
    targets: Vec<FieldTarget>,
    /// Which other column says whether its dates are stated or computed.
    basis: Option<usize>,
}

/// What is wrong with a row, and the column whose cell it is, if it is one cell.
pub(super) struct WrongCell {
    pub column: Option<Arc<str>>,
    pub problem: Box<RecordProblem>,
}

impl From<RecordProblem> for WrongCell {
    fn from(problem: RecordProblem) -> Self {
        Self { column: None, problem: Box::new(problem) }
    }
}

impl CsvHeader {
    pub fn new(
        cells: &ByteRecord,
        row: &[u8],
        separator: u8,
        options: &ReadOptions<'_>,
    ) -> Result<Self, HeaderProblem> {
        let ReadOptions { columns: map, schema, missing, .. } = options;
        let names = column_names(cells, row, separator)?;
        let column = |name: String| HeaderColumn { name: name.into(), targets: Vec::new(), basis: None };
        let columns = names.into_iter().map(column).collect();
        let is_needless = |(place, cell): (usize, &[u8])| is_quoted(row, place, separator) && !needs_quotes(cell);
        let quotes_tell = !cells.iter().enumerate().any(is_needless);
        let mut header = Self { columns, missing: missing.clone(), separator, quotes_tell, ..Self::default() };
        for (field, source) in &map.entries {
            // A column map may call a field as queries do.
            let field = schema.field(field).map_or(field.as_str(), |known| &known.name);
            let target = FieldTarget::new(field, schema);
            match source {
                ColumnSource::Constant(value) => {
                    set_field(&mut header.constant, &target, value)
                        .map_err(|problem| HeaderProblem::Constant { field: field.to_owned(), problem })?;
                    header.constant_fields.push((target.field, value.clone()));
                }
                ColumnSource::Column(name) => match header.columns.iter_mut().find(|column| *column.name == **name) {
                    Some(column) => column.targets.push(target),
                    None => return Err(header.unknown_column(name)),
                },
            }
        }
        let described = link_basis_columns(&mut header.columns);
        for (index, column) in header.columns.iter_mut().enumerate() {
            if column.targets.is_empty() && !column.name.is_empty() && !described.contains(&index) {
                column.targets.push(FieldTarget::new(&column.name, schema));
            }
        }
        header.check()?;
        Ok(header)
    }

    /// Checks that every field comes from one place, and that none is missing
    /// that a fact needs.
    fn check(&self) -> Result<(), HeaderProblem> {
        let mut seen: Vec<(&str, ColumnSource)> = Vec::new();
        let of_columns = self.columns.iter().flat_map(|column| {
            column.targets.iter().map(|target| (&*target.field, ColumnSource::Column(column.name.to_string())))
        });
        let constants =
            self.constant_fields.iter().map(|(field, value)| (field.as_str(), ColumnSource::Constant(value.clone())));
        for (field, source) in of_columns.chain(constants) {
            if let Some((_, other)) = seen.iter().find(|(seen, _)| *seen == field) {
                return Err(HeaderProblem::DuplicateField {
                    field: field.to_owned(),
                    sources: [other.clone(), source],
                });
            }
            seen.push((field, source));
        }
        let is_given = |field: &str| seen.iter().any(|(seen, _)| *seen == field);
        if let Some(missing) = ["subject", "action"].into_iter().find(|field| !is_given(field)) {
            let columns = self.names();
            let similar = nearest(missing, columns.iter().map(String::as_str)).map(str::to_owned);
            return Err(HeaderProblem::MissingField { field: missing, similar, columns });
        }
        if is_given("sources") && seen.iter().any(|(field, _)| field.starts_with("source.")) {
            return Err(HeaderProblem::SourcesTwice);
        }
        Ok(())
    }

    /// The fact of a row; with the cells that stand for missing values.
    pub fn fact(&self, cells: &ByteRecord, row: &[u8], left_out: &mut Vec<LeftOut>) -> Result<Fact, WrongCell> {
        if cells.len() != self.columns.len() {
            return Err(RecordProblem::CellCount { cells: cells.len(), columns: self.columns.len() }.into());
        }
        let mut fact = self.constant.clone();
        for (index, (column, cell)) in self.columns.iter().zip(cells).enumerate() {
            let is_computed = |basis: usize| cells.get(basis) == Some(b"computed");
            if cell.is_empty() || column.basis.is_some_and(is_computed) {
                continue;
            }
            let wrong = |problem| WrongCell { column: Some(Arc::clone(&column.name)), problem: Box::new(problem) };
            let text = cell_text(cell).map_err(wrong)?;
            if column.name.is_empty() && column.targets.is_empty() && !text.trim().is_empty() {
                return Err(RecordProblem::UnnamedColumn { column: index + 1 }.into());
            }
            if self.missing.is_missing(Some(&column.name), text) {
                left_out.push(missing_markers::left_out(&column.name, text));
                continue;
            }
            for target in &column.targets {
                let is_text = || self.quotes_tell && is_quoted(row, index, self.separator);
                if self.missing.is_unclear(Some(&column.name), target.kind, text) && !is_text() {
                    let (field, problem) = (target.field.clone(), ValueProblem::MissingMarker(text.to_owned()));
                    return Err(wrong(RecordProblem::Value { field, part: RecordPart::Fact, problem }));
                }
                set_field(&mut fact, target, text).map_err(|problem| {
                    wrong(RecordProblem::Value { field: target.field.clone(), part: RecordPart::Fact, problem })
                })?;
            }
        }
        for (field, value) in [("subject", &fact.subject), ("action", &fact.action)] {
            if value.is_empty() {
                let gives = |column: &&HeaderColumn| column.targets.iter().any(|target| target.field == field);
                let column = self.columns.iter().find(gives).map(|column| Arc::clone(&column.name));
                let problem = RecordProblem::MissingField { field: field.to_owned(), part: RecordPart::Fact };
                return Err(WrongCell { column, problem: Box::new(problem) });
            }
        }
        Ok(fact)
    }

    pub fn column_names(&self) -> impl Iterator<Item = &str> + Clone {
        self.columns.iter().map(|column| &*column.name).filter(|name| !name.is_empty())
    }

    fn names(&self) -> Vec<String> {
        self.column_names().map(str::to_owned).collect()
    }

    fn unknown_column(&self, name: &str) -> HeaderProblem {
        let columns = self.names();
        let similar = nearest(name, columns.iter().map(String::as_str)).map(str::to_owned);
        HeaderProblem::UnknownColumn { name: name.to_owned(), similar, columns }
    }
}

/// Links each column to the one beside it, `NAME.basis`, that says whether its
/// dates are stated or computed, as answers have it. Returns the places of the
/// columns that describe others so, or the rule of a date: they are not fields.
fn link_basis_columns(columns: &mut [HeaderColumn]) -> Vec<usize> {
    let place = |columns: &[HeaderColumn], name: &str| {
        columns.iter().position(|column| *column.name == *name && column.targets.is_empty())
    };
    let mut described = Vec::new();
    for index in 0..columns.len() {
        let name = columns.get(index).map(|column| Arc::clone(&column.name)).unwrap_or_default();
        let Some(basis) = place(columns, &format!("{name}.basis")).filter(|_| !name.is_empty()) else { continue };
        described.extend([Some(basis), place(columns, &format!("{name}.cite"))].into_iter().flatten());
        if let Some(column) = columns.get_mut(index) {
            column.basis = Some(basis);
        }
    }
    described
}
