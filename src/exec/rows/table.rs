//! Tables as plain data: columns, and rows that are made already or when they
//! are asked for.

use crate::exec::rows::columns::{ColumnInfo, ColumnRole, Shape};
use crate::exec::{Cancel, ExecError};
use crate::model::Cell;
use crate::plan::{ColumnPlace, DatePart, RowValue, TableDomain};

/// One row of a table.
pub(crate) type TableRow = Vec<Cell>;

/// Rows that are made when they are asked for.
pub(crate) type LazyRows = Box<dyn Iterator<Item = Result<TableRow, ExecError>> + Send>;

/// A table, as far as it is made.
pub(crate) struct Table {
    pub columns: Vec<ColumnHeading>,
    pub rows: TableRows,
    /// How many rows there are, if that is known before they are made.
    pub total: Option<u64>,
    /// What each row is.
    pub shape: Shape,
    /// By what rows were put in order, where rows may be equal in it.
    pub sorted_by: Vec<RowValue<TableDomain>>,
    /// Whether the first of these goes backwards.
    pub is_descending: bool,
}

/// A column, and the part of a date that it holds.
#[derive(Debug, Clone)]
pub(crate) struct ColumnHeading {
    pub info: ColumnInfo,
    pub part: Option<DatePart>,
    /// Whether `pivot` has made it of a value. Stages cannot name such columns, and they
    /// come after all others until the table is shown.
    pub is_of_value: bool,
}

impl ColumnHeading {
    /// A column; one of parts of dates is of periods in the order of time.
    pub fn new(name: &str, part: Option<DatePart>) -> Self {
        let role = match part {
            Some(DatePart::Year | DatePart::Decade | DatePart::Month) => ColumnRole::Period,
            _ => ColumnRole::Plain,
        };
        Self {
            info: ColumnInfo { name: name.into(), label: name.into(), role, computed: false },
            part,
            is_of_value: false,
        }
    }

    /// The same, as a column that `pivot` has made of a value.
    pub fn of_value(self) -> Self {
        Self { is_of_value: true, ..self }
    }

    /// A column of numbers of rows.
    pub fn counted(name: &str) -> Self {
        Self::new(name, None).with(ColumnRole::Count)
    }

    /// The same; whether it may have computed dates.
    pub fn computed(mut self, computed: bool) -> Self {
        self.info.computed = computed;
        self
    }

    /// The same in another role.
    pub fn with(mut self, role: ColumnRole) -> Self {
        self.info.role = role;
        self
    }
}

/// The rows of a table.
pub(crate) enum TableRows {
    Ready(std::vec::IntoIter<TableRow>),
    Lazy(LazyRows),
}

impl Iterator for TableRows {
    type Item = Result<TableRow, ExecError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Ready(rows) => rows.next().map(Ok),
            Self::Lazy(rows) => rows.next(),
        }
    }
}

impl TableRows {
    /// Each row made into another.
    pub fn map_rows(
        self,
        make: impl Fn(TableRow) -> Result<TableRow, ExecError> + Send + 'static,
    ) -> Result<Self, ExecError> {
        Ok(match self {
            Self::Ready(rows) => Self::Ready(rows.map(make).collect::<Result<Vec<_>, _>>()?.into_iter()),
            Self::Lazy(rows) => Self::Lazy(Box::new(rows.map(move |row| row.and_then(&make)))),
        })
    }
}

impl Table {
    /// A table of rows that are there already.
    pub fn ready(columns: Vec<ColumnHeading>, rows: Vec<TableRow>) -> Self {
        let (total, rows) = (Some(rows.len() as u64), TableRows::Ready(rows.into_iter()));
        Self { columns, total, rows, shape: Shape::Table, sorted_by: Vec::new(), is_descending: false }
    }

    /// A table of rows that are made when they are asked for.
    pub fn lazy(
        columns: Vec<ColumnHeading>,
        total: Option<u64>,
        rows: impl Iterator<Item = Result<TableRow, ExecError>> + Send + 'static,
    ) -> Self {
        let rows = TableRows::Lazy(Box::new(rows));
        Self { columns, rows, total, shape: Shape::Table, sorted_by: Vec::new(), is_descending: false }
    }

    /// The same table, of which each row is something else.
    pub fn of(self, shape: Shape) -> Self {
        Self { shape, ..self }
    }

    /// The same table, with the places of the columns by which rows were put in order.
    pub fn sorted_by(mut self, columns: impl IntoIterator<Item = usize>) -> Self {
        self.sorted_by = columns.into_iter().map(|place| ColumnPlace(place).into()).collect();
        self
    }

    /// The same table with a column more, after all that stages can name.
    pub fn with_column(
        mut self,
        heading: ColumnHeading,
        cell: impl Fn(&TableRow) -> Result<Cell, ExecError> + Send + 'static,
    ) -> Result<Self, ExecError> {
        let place = self.columns.iter().position(|column| column.is_of_value).unwrap_or(self.columns.len());
        self.columns.insert(place, heading);
        self.rows = self.rows.map_rows(move |mut row| {
            let cell = cell(&row)?;
            row.insert(place.min(row.len()), cell);
            Ok(row)
        })?;
        Ok(self)
    }

    /// The same table in the order in which it is shown: what a pivot has made of values
    /// stands between its key and its total.
    pub fn into_shown_order(self) -> Result<Self, ExecError> {
        let Some(first) = self.columns.iter().position(|column| column.is_of_value) else { return Ok(self) };
        let order: Vec<usize> = std::iter::once(0).chain(first..self.columns.len()).chain(1..first).collect();
        let columns = order.iter().filter_map(|place| self.columns.get(*place).cloned()).collect();
        let rows = self.rows.map_rows(move |mut row| {
            Ok(order.iter().map(|place| row.get_mut(*place).map(std::mem::take).unwrap_or_default()).collect())
        })?;
        // What it was sorted by is not asked for any more.
        Ok(Self { columns, rows, sorted_by: Vec::new(), ..self })
    }

    /// All of its rows, made now.
    pub fn collect(self, cancel: &Cancel) -> Result<Collected, ExecError> {
        let (mut rows, width) = (Vec::new(), self.columns.len() as u64);
        for (count, row) in self.rows.enumerate() {
            if count % COUNTED == 0 {
                cancel.charge(width * COUNTED as u64)?;
            }
            rows.push(row?);
        }
        Ok(Collected { columns: self.columns, rows, shape: self.shape })
    }
}

/// After so many rows their values are counted; the last ones as if all were there.
const COUNTED: usize = 64;

/// A table of which all rows are made.
pub(crate) struct Collected {
    pub columns: Vec<ColumnHeading>,
    pub rows: Vec<TableRow>,
    pub shape: Shape,
}

/// The part of a date that a value of the rows of some columns is.
pub(crate) fn part_of(columns: &[ColumnHeading], value: &RowValue<TableDomain>) -> Option<DatePart> {
    match value {
        RowValue::Own(ColumnPlace(place)) => columns.get(*place).and_then(|column| column.part),
        RowValue::PartOf(_, part) => Some(*part),
        _ => None,
    }
}
