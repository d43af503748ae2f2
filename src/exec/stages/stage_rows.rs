//! What stages need of rows, whatever they are, and what they find out beside them.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use crate::exec::filter::sets::Level;
use crate::exec::rows::columns::Shape;
use crate::exec::rows::rowset::Rowset;
use crate::exec::rows::table::Table;
use crate::exec::stages::asked::AskedCondition;
use crate::exec::{Cancel, ExecError};
use crate::index::View;
use crate::model::EntityNumber;
use crate::plan::{Column, Domain, Filter, KnownState, OrderKey, Query, RowValue, StatusTest};
use crate::syntax::Span;

/// Rows over which stages run: facts, entities on days, or those of a table.
pub(crate) trait StageRows: Sized {
    /// The kind of rows.
    type Domain: Domain;
    /// All of them, made.
    type Made: Rowset<Domain = Self::Domain>;

    /// How many rows there are, if that is known.
    fn total(&self) -> Option<u64>;

    /// What they are.
    fn shape(&self) -> Shape;

    /// The same rows in another order; ties stay in the order in which they are.
    fn sort(self, keys: &[OrderKey<Self::Domain>], cancel: &Cancel) -> Result<Self, ExecError>;

    /// The first so many.
    fn take(self, count: u64, course: &mut StageContext<'_>) -> Result<Self, ExecError>;

    /// All but the first so many.
    fn skip(self, count: u64, course: &mut StageContext<'_>) -> Result<Self, ExecError>;

    /// The rows of which a condition is as true as a level asks, and what the
    /// condition was found to be.
    fn narrow(
        self,
        condition: &Filter<<Self::Domain as Domain>::Test>,
        level: Level,
    ) -> Result<(Self, AskedCondition), ExecError>;

    /// With one column more.
    fn extend(self, column: &Column<Self::Domain>) -> Result<Self, ExecError>;

    /// A stage of such rows alone that leaves them what they are.
    fn narrow_own(
        self,
        stage: &<Self::Domain as Domain>::Narrowing,
        course: &mut StageContext<'_>,
    ) -> Result<Self, ExecError>;

    /// A table of some columns.
    fn show(self, columns: &[Column<Self::Domain>], course: &mut StageContext<'_>) -> Result<Table, ExecError>;

    /// Each combination of some values once.
    fn distinct(self, columns: &[Column<Self::Domain>], cancel: &Cancel) -> Result<Table, ExecError>;

    /// A stage of such rows alone that makes a table.
    fn tabulate_own(
        self,
        stage: &<Self::Domain as Domain>::Tabulation,
        course: &mut StageContext<'_>,
    ) -> Result<Table, ExecError>;

    /// All of them, made now.
    fn made(self, cancel: &Cancel) -> Result<Self::Made, ExecError>;

    /// What a condition is of the rows that are made.
    fn ask(rows: &Self::Made, condition: &Filter<<Self::Domain as Domain>::Test>) -> Result<AskedCondition, ExecError>;

    /// Of values that count others the rows in which there may be more of them.
    fn ranges_of(&self, _: &[&RowValue<Self::Domain>]) -> Result<Vec<RangeColumn>, ExecError> {
        Ok(Vec::new())
    }

    /// Of values that count others the rows in which some may not be recorded.
    fn unrecorded_of(&self, _: &[&RowValue<Self::Domain>]) -> Result<Vec<UnrecordedCount>, ExecError> {
        Ok(Vec::new())
    }

    /// For each of some values that is a group: how many rows may belong to another.
    fn uncertain_groups_of(&self, _: &[&RowValue<Self::Domain>]) -> Result<Vec<UncertainGroups>, ExecError> {
        Ok(Vec::new())
    }

    /// How many rows there are for each of some keys, where that is known
    /// without a look at their values.
    fn count_known(_: &Self::Made, _: &[Column<Self::Domain>]) -> Option<Table> {
        None
    }
}

/// Other states of the store.
pub trait OtherStates {
    /// A state, and the query as it reads in it: the same words may mean other
    /// entities there.
    ///
    /// # Errors
    ///
    /// If the query means nothing in that state.
    fn state(&self, known: KnownState) -> Result<(Arc<dyn View>, Query), ExecError>;
}

/// What stages need beside the rows, and what they find out beside them.
pub(crate) struct StageContext<'a> {
    pub cancel: &'a Cancel,
    /// How true a condition must be of the rows that a stage keeps.
    pub level: Level,
    pub states: &'a dyn OtherStates,
    /// Where the stage stands.
    pub span: Span,
    /// What the stages so far have found out.
    pub findings: Findings,
}

impl StageContext<'_> {
    /// Keeps what a condition was found to be, for remarks; nobody asks for those
    /// of a query within another.
    pub fn remember(&mut self, shape: Shape, asked: AskedCondition) {
        if self.level == Level::Definite {
            self.findings.asked.push((self.span, shape, asked));
        }
    }

    /// Keeps in which rows values that count others may be more than they are taken for.
    pub fn note_ranges<R: StageRows>(&mut self, rows: &R, values: &[&RowValue<R::Domain>]) -> Result<(), ExecError> {
        if self.level == Level::Definite {
            for range in rows.ranges_of(values)? {
                self.findings.add_range(range);
            }
            for count in rows.unrecorded_of(values)? {
                self.findings.add_unrecorded(count);
            }
        }
        Ok(())
    }

    /// Keeps how many rows may belong to groups in which they are not counted or shown.
    pub fn note_groups<R: StageRows>(&mut self, rows: &R, values: &[&RowValue<R::Domain>]) -> Result<(), ExecError> {
        if self.level == Level::Definite {
            for found in rows.uncertain_groups_of(values)? {
                let groups = &mut self.findings.groups;
                groups.retain(|known| known.grouping != found.grouping);
                groups.extend(Some(found).filter(|found| found.count > 0));
            }
        }
        Ok(())
    }

    /// Keeps how many rows a cut has parted from their equals.
    pub fn cut(&mut self, parted: PartedRows) {
        self.findings.cuts.push((self.span, parted));
    }
}

/// How many rows a stage left out although it kept rows that are equal to them
/// in everything that they were sorted by; set once that is known.
pub(crate) type PartedRows = Arc<OnceLock<u64>>;

/// What rows lack, and how many of them each.
pub(crate) type LackedValues = Vec<(Arc<str>, u64)>;

/// What stages find out beside the rows.
#[derive(Default)]
pub(crate) struct Findings {
    /// What conditions were found to be, each with the place of its stage and
    /// what its rows were.
    pub asked: Vec<(Span, Shape, AskedCondition)>,
    /// How many facts that `first` left out might still come before those kept.
    pub might_precede: u64,
    /// How many facts that `last` left out might still come after those kept.
    pub might_follow: u64,
    /// What facts lack that `first` and `last` go by, and how many of them each,
    /// with the place of the stage.
    pub lacking: Vec<(Span, LackedValues)>,
    /// Where `take` and `skip` have cut, and how many rows were parted from their equals.
    pub cuts: Vec<(Span, PartedRows)>,
    /// Columns that count others, with the cells that may be more.
    pub ranges: Vec<RangeColumn>,
    /// Columns that count others, of which some may not be recorded.
    pub unrecorded: Vec<UnrecordedCount>,
    /// How many rows may belong to groups in which they are not counted or shown.
    pub groups: Vec<UncertainGroups>,
}

impl Findings {
    /// Adds in which rows a column may be more; of what is told twice the last is kept.
    pub fn add_range(&mut self, range: RangeColumn) {
        self.ranges.retain(|known| known.column != range.column);
        self.ranges.push(range);
    }

    /// Adds in which rows a column may be more for want of records; of what is told twice
    /// the last is kept.
    pub fn add_unrecorded(&mut self, count: UnrecordedCount) {
        self.unrecorded.retain(|known| known.column != count.column);
        self.unrecorded.push(count);
    }
}

/// A column that counts those with whom rows have a status, where acts may not be
/// recorded by which there would be more of them.
#[derive(Debug, Clone)]
pub(crate) struct UnrecordedCount {
    /// The column.
    pub column: Arc<str>,
    /// What is counted.
    pub test: Arc<StatusTest>,
    /// The rows in which that is so.
    pub rows: BTreeSet<EntityNumber>,
    /// Those of them that have in a column beside how many these are.
    pub told: BTreeSet<EntityNumber>,
}

/// A column that counts others, where what is possible makes a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RangeColumn {
    /// The column.
    pub column: Arc<str>,
    /// In how many rows.
    pub rows: u64,
    /// The first of these: who, how many definitely and how many at most.
    pub first: Vec<(Arc<str>, u64, u64)>,
}

/// How many rows may belong to a group of some kind in which they do not stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UncertainGroups {
    /// The kind of the groups.
    pub grouping: Arc<str>,
    /// How many rows.
    pub count: u64,
}
