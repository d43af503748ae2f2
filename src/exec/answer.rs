//! The answer to a query: its columns, its rows as they are asked for, and
//! what is to be said beside them.

use std::fmt;
use std::sync::{Arc, OnceLock};

use roaring::RoaringBitmap;
use serde_json::{Map, Value as Json};

use crate::exec::remarks::emptied::Emptied;
use crate::exec::remarks::notes::{Notes, OpenCondition};
use crate::exec::remarks::stage_conditions::EmptyStage;
use crate::exec::remarks::steps::PlanStep;
use crate::exec::rows::columns::{ColumnInfo, ColumnRole, Shape};
use crate::exec::rows::computed_dates::may_be_computed;
use crate::exec::rows::shown::reference;
use crate::exec::rows::table::{ColumnHeading, Table, TableRows};
use crate::exec::stages::asked::CellTally;
use crate::exec::stages::entity_rows::EntitySet;
use crate::exec::stages::fact_cells::FactRows;
use crate::exec::stages::fact_rows::FactSet;
use crate::exec::stages::stage_rows::{PartedRows, RangeColumn, StageRows};
use crate::exec::{Cancel, ExecError};
use crate::index::{Document, FieldView, View};
use crate::model::vocabulary::Role;
use crate::model::{COMPUTED_KEY, Cell, Fact, FieldKind, Schema};
use crate::plan::{FactDomain, Reading, RowValue};
use crate::syntax::Span;

/// The answer to a query: an iterator over its rows, which makes them as they
/// are asked for.
pub struct Answer {
    pub(crate) columns: Arc<[ColumnInfo]>,
    pub(crate) shape: Shape,
    pub(crate) notes: Notes,
    pub(crate) emptied: Option<Emptied>,
    pub(crate) before: Option<u64>,
    pub(crate) nothing: Option<EmptyStage>,
    pub(crate) pending: Vec<(Span, Arc<OnceLock<CellTally>>)>,
    pub(crate) cuts: Vec<(Span, PartedRows)>,
    pub(crate) readings: Vec<Reading>,
    pub(crate) plan: Vec<PlanStep>,
    pub(crate) total: Option<u64>,
    pub(crate) rows: AnswerRows,
    pub(crate) cancel: Cancel,
    /// What rows show of the cells that are made, if not just these.
    pub(crate) picks: Option<Vec<Pick>>,
}

/// What a cell of a row shows of those that are made.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Pick {
    /// This one.
    Cell(usize),
    /// Whether it is a date that is stated or computed.
    Basis(usize),
    /// By which rule it was computed.
    Cite(usize),
}

impl Pick {
    fn of(self, cells: &[Cell]) -> Cell {
        let (Self::Cell(place) | Self::Basis(place) | Self::Cite(place)) = self;
        let cell = cells.get(place).unwrap_or(&Cell::Missing);
        match (self, cell) {
            (Self::Cell(_), cell) => cell.clone(),
            (Self::Basis(_), cell) => cell.basis().map_or(Cell::Missing, Cell::text),
            (Self::Cite(_), Cell::Computed { cite, .. }) => Cell::Text(cite.clone()),
            (Self::Cite(_), _) => Cell::Missing,
        }
    }
}

/// Where the rows come from.
pub(crate) enum AnswerRows {
    Facts(Box<FactRows>),
    Table(TableRows),
}

impl Answer {
    /// The columns, in the order of the cells of a row.
    #[must_use]
    pub fn columns(&self) -> &[ColumnInfo] {
        &self.columns
    }

    /// What the rows are.
    #[must_use]
    pub fn shape(&self) -> Shape {
        self.shape.clone()
    }

    /// How many rows there are, from the first on; none if that is not known
    /// before they are made.
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        self.total
    }

    /// What is to be said beside the rows.
    #[must_use]
    pub fn notes(&self) -> &Notes {
        &self.notes
    }

    /// If no fact passed the query's filter, which part of it is to blame.
    #[must_use]
    pub fn emptied(&self) -> Option<&Emptied> {
        self.emptied.as_ref()
    }

    /// If a stage left none of the rows: how many there were before it.
    #[must_use]
    pub fn before(&self) -> Option<u64> {
        self.before
    }

    /// If the condition of a stage holds of none of its rows: which and why.
    #[must_use]
    pub fn nothing(&self) -> Option<&EmptyStage> {
        self.nothing.as_ref()
    }

    /// What the conditions of stages leave open; of those over a table that is
    /// made row by row once its last row was asked for.
    #[must_use]
    pub fn left(&self) -> Vec<OpenCondition> {
        let made = self.pending.iter().filter_map(|(span, tally)| Some(OpenCondition::of_cells(*span, tally.get()?)));
        self.notes.left.iter().cloned().chain(made.filter(OpenCondition::is_something)).collect()
    }

    /// The stages that left rows out although they kept rows that are equal to
    /// them in everything that they were sorted by, and how many; of a table that
    /// is made row by row once its last row was asked for.
    #[must_use]
    pub fn cuts(&self) -> Vec<(Span, u64)> {
        let parted = self.cuts.iter().filter_map(|(span, parted)| Some((*span, *parted.get()?)));
        parted.filter(|(_, count)| *count > 0).collect()
    }

    /// With the ids of the facts as the last column, for programs, which have
    /// to tell facts apart. To be asked for before the first row; of a table,
    /// which has its own columns, and later it changes nothing.
    #[must_use]
    pub fn with_ids(mut self) -> Self {
        if let AnswerRows::Facts(rows) = &mut self.rows {
            let (info, value) = column(rows.view().schema(), &"id".into());
            if let Some(place) = rows.add_column(&value) {
                if let Some(picks) = &mut self.picks {
                    picks.push(Pick::Cell(place));
                }
                self.columns = self.columns.iter().cloned().chain([info]).collect();
            }
        }
        self
    }

    /// With two columns more behind each that may have computed dates, for
    /// formats in which a cell cannot tell: `….basis`, which is `stated` or
    /// `computed`, and `….cite`, where the rule is written. They are there
    /// whatever the rows are. To be asked for before the first row.
    #[must_use]
    pub fn with_basis(mut self) -> Self {
        if self.picks.is_some() {
            return self;
        }
        let is_there = |name: &str| self.columns.iter().any(|column| &*column.name == name);
        let (mut columns, mut picks) = (Vec::new(), Vec::new());
        for (place, info) in self.columns.iter().enumerate() {
            columns.push(info.clone());
            picks.push(Pick::Cell(place));
            for (part, pick) in [("basis", Pick::Basis(place)), ("cite", Pick::Cite(place))] {
                let name = format!("{}.{part}", info.name);
                if info.computed && !is_there(&name) {
                    let label = format!("{}.{part}", info.label).into();
                    columns.push(ColumnInfo { name: name.into(), label, role: ColumnRole::Plain, computed: false });
                    picks.push(pick);
                }
            }
        }
        self.columns = columns.into();
        self.picks = Some(picks);
        self
    }

    /// How the words of the query were read.
    #[must_use]
    pub fn readings(&self) -> &[Reading] {
        &self.readings
    }

    /// How it was found.
    #[must_use]
    pub fn plan(&self) -> &[PlanStep] {
        &self.plan
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("columns", &self.columns)
            .field("total", &self.total)
            .field("notes", &self.notes)
            .finish_non_exhaustive()
    }
}

impl Iterator for Answer {
    type Item = Result<Row, ExecError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Err(error) = self.cancel.check() {
            self.rows = AnswerRows::Table(TableRows::Ready(Vec::new().into_iter()));
            self.cancel = Cancel::new();
            return Some(Err(error));
        }
        let (cells, origin) = match &mut self.rows {
            AnswerRows::Facts(rows) => match rows.next()? {
                Ok((document, cells)) => (cells, Some((document, rows.view().clone()))),
                Err(error) => return Some(Err(error)),
            },
            AnswerRows::Table(rows) => match rows.next()? {
                Ok(cells) => (cells, None),
                Err(error) => return Some(Err(error)),
            },
        };
        let cells = match &self.picks {
            Some(picks) => picks.iter().map(|pick| pick.of(&cells)).collect(),
            None => cells,
        };
        Some(Ok(Row { columns: self.columns.clone(), cells, origin }))
    }
}

/// A row of an answer.
#[derive(Clone)]
pub struct Row {
    columns: Arc<[ColumnInfo]>,
    cells: Vec<Cell>,
    origin: Option<(Document, Arc<dyn View>)>,
}

impl Row {
    /// Its cells, in the order of the columns.
    #[must_use]
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// The cell of a column.
    #[must_use]
    pub fn cell(&self, name: &str) -> Option<&Cell> {
        let place = self.columns.iter().position(|column| &*column.name == name)?;
        self.cells.get(place)
    }

    /// The document of the fact, if the row is a fact.
    #[must_use]
    pub fn document(&self) -> Option<Document> {
        self.origin.as_ref().map(|(document, _)| *document)
    }

    /// The fact, read now, if the row is one.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    pub fn fact(&self) -> Result<Option<Arc<Fact>>, ExecError> {
        self.origin.as_ref().map(|(document, view)| Ok(view.fact(*document)?)).transpose()
    }

    /// The row as a JSON object: of a fact its fields as written, with
    /// references as ids; of a table each column by its name. Dates that rules
    /// computed are told under [`COMPUTED_KEY`].
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    pub fn object(&self) -> Result<Map<String, Json>, ExecError> {
        if let Some(fact) = self.fact()? {
            return self.object_of(&fact);
        }
        let cells = self.columns.iter().zip(&self.cells);
        let cells =
            cells.map(|(column, cell)| Ok((column.name.to_string(), serde_json::to_value(cell).map_err(unfit)?)));
        let mut object = cells.collect::<Result<_, ExecError>>()?;
        self.tell_computed(&mut object);
        Ok(object)
    }

    /// Adds the dates that rules computed, unless something else is called so.
    fn tell_computed(&self, object: &mut Map<String, Json>) {
        let cells = self.columns.iter().map(|column| &*column.name).zip(&self.cells);
        if let (Some(computed), false) = (Cell::computed(cells), object.contains_key(COMPUTED_KEY)) {
            object.insert(COMPUTED_KEY.to_owned(), computed);
        }
    }

    /// A fact, read by whoever has it, as the object that this row would give.
    ///
    /// # Errors
    ///
    /// None that a fact can cause: it is always an object.
    pub fn object_of(&self, fact: &Fact) -> Result<Map<String, Json>, ExecError> {
        let Json::Object(mut object) = serde_json::to_value(fact).map_err(unfit)? else {
            return Err(ExecError::Shape("a fact is an object".to_owned()));
        };
        let Some((_, view)) = &self.origin else { return Ok(object) };
        for field in view.schema().fields().filter(|field| field.kind == FieldKind::Reference) {
            if let Some(value) = object.get_mut(&*field.name) {
                resolve(&**view, value);
            }
        }
        let cells = self.columns.iter().zip(&self.cells);
        for (column, cell) in cells.filter(|(column, _)| column.role == ColumnRole::Calculated) {
            object.insert(column.name.to_string(), serde_json::to_value(cell).map_err(unfit)?);
        }
        self.tell_computed(&mut object);
        Ok(object)
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cells = self.columns.iter().map(|column| &column.name).zip(&self.cells);
        f.debug_map().entries(cells).finish()
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in `map_err`")]
fn unfit(error: serde_json::Error) -> ExecError {
    ExecError::Shape(error.to_string())
}

/// Replaces written references by ids, where it is known what they refer to.
fn resolve(view: &dyn View, value: &mut Json) {
    match value {
        Json::String(written) => {
            if let Cell::Named { key, .. } = reference(view.entities(), Cell::text(written)) {
                *written = key.to_string();
            }
        }
        Json::Array(values) => values.iter_mut().for_each(|value| resolve(view, value)),
        _ => {}
    }
}

/// Rows made ready to be an answer.
pub(crate) struct Finished {
    pub columns: Vec<ColumnInfo>,
    pub shape: Shape,
    pub total: Option<u64>,
    pub rows: AnswerRows,
    /// How many entities the rows are of.
    pub entities: Option<u64>,
    pub ranges: Vec<RangeColumn>,
}

/// Rows that can be an answer.
pub(crate) trait Finish {
    /// Makes them ready.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    fn finish(self) -> Result<Finished, ExecError>;
}

impl Finish for FactSet {
    fn finish(mut self) -> Result<Finished, ExecError> {
        let total = self.total();
        let mut columns = default_columns(&*self.context.view)?;
        columns.extend(self.lets.drain(..).map(|column| {
            let computed = may_be_computed(&*self.context.view, &column.value);
            let info = ColumnHeading::new(&column.name, None).with(ColumnRole::Calculated).computed(computed).info;
            (info, column.value)
        }));
        let (columns, values): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
        let rows = AnswerRows::Facts(Box::new(FactRows::new(self.ordered(), &values)));
        Ok(Finished { columns, shape: Shape::Facts, total, rows, entities: None, ranges: Vec::new() })
    }
}

impl Finish for EntitySet {
    fn finish(self) -> Result<Finished, ExecError> {
        let (total, shape) = (self.total(), self.shape());
        let shown = self.default_columns()?;
        let (entities, ranges) = (Some(self.entities()), self.ranges(&shown)?);
        let table = self.table(&shown)?;
        let columns = table.columns.into_iter().map(|column| column.info).collect();
        Ok(Finished { columns, shape, total, rows: AnswerRows::Table(table.rows), entities, ranges })
    }
}

impl Finish for Table {
    fn finish(self) -> Result<Finished, ExecError> {
        let columns = self.columns.into_iter().map(|column| column.info).collect();
        let rows = AnswerRows::Table(self.rows);
        Ok(Finished { columns, shape: self.shape, total: self.total, rows, entities: None, ranges: Vec::new() })
    }
}

/// The columns that facts are shown with: who did what to what, every date
/// that some fact in force has, and how many say so. Which facts an answer has
/// makes no difference, so that two answers can be put together.
pub(crate) fn default_columns(view: &dyn View) -> Result<Vec<(ColumnInfo, RowValue<FactDomain>)>, ExecError> {
    let schema = view.schema();
    let mut names: Vec<Arc<str>> = ["subject", "action", "object", "date"].map(Arc::from).into();
    let dates = schema.fields().filter(|field| field.kind == FieldKind::Date && !field.name.starts_with("source."));
    for field in dates.filter(|field| &*field.name != "date") {
        if let Some(column) = view.field(&field.name)
            && is_in_force(&*column, view.live())?
        {
            names.push(field.name.clone());
        }
    }
    names.push("sources".into());
    let columns = names.into_iter().map(|name| column(schema, &name));
    Ok(columns.map(|(info, value)| (ColumnInfo { computed: may_be_computed(view, &value), ..info }, value)).collect())
}

fn column(schema: &Schema, name: &Arc<str>) -> (ColumnInfo, RowValue<FactDomain>) {
    let info =
        ColumnInfo { label: heading(schema, name), name: name.clone(), role: ColumnRole::Plain, computed: false };
    (info, RowValue::field(name))
}

/// Whether a fact in force has a value; mostly one that has one of the first few.
fn is_in_force(field: &dyn FieldView, live: &RoaringBitmap) -> Result<bool, ExecError> {
    let few: RoaringBitmap = (0..field.len().min(8)).collect();
    Ok(!field.postings(&few)?.is_disjoint(live) || !field.present()?.is_disjoint(live))
}

/// The heading of a field of facts: of `subject` and `object` the noun, if there is one.
fn heading(schema: &Schema, name: &Arc<str>) -> Arc<str> {
    let role = match &**name {
        "subject" => Role::Subject,
        "object" => Role::Object,
        _ => return name.clone(),
    };
    schema.noun_of(role).map_or_else(|| name.clone(), |noun| noun.singular.as_str().into())
}
