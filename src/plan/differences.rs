//! Stages about time: `timeline`, and `diff` between two states of the store
//! or two days of the world.

use super::check::Checker;
use super::report::{Checked, Reported};
use super::shapes::{ColumnKind, RowsAre, TableShape, diff_columns};
use super::{
    ColumnPlace, DateProblem, Diff, DiffedStates, KnownState, Meaning, Moment, OpenDate, RangeEnd, StageProblem,
    Timeline, suggest,
};
use crate::model::{Date, Day};
use crate::syntax::tree::{self, When};
use crate::syntax::{Span, Spanned, print_when};

impl Checker<'_> {
    /// `timeline` of a table: by which of its columns.
    pub(super) fn timeline(&mut self, span: Span, table: &TableShape) -> Checked<Timeline> {
        if let Some(place) = time_column(table) {
            return Ok(Timeline { by: ColumnPlace(place) });
        }
        let columns = suggest::owned(table.columns.iter().map(|column| column.name.as_ref()));
        Err(self.report.refuse(span, StageProblem::TimelineWithoutDate { columns }))
    }

    /// Refuses `timeline` of rows without a date of their own.
    pub(super) fn refuse_timeline(&mut self, rows: RowsAre<'_>, span: Span) -> Reported {
        let RowsAre::Entities(entities) = rows else { return self.refuse_without_facts(rows, span, "timeline") };
        let (plural, noun) = (entities.rows.plural.to_string(), entities.rows.noun.to_string());
        self.report.refuse(span, StageProblem::TimelineOfEntities { plural, noun })
    }

    /// `diff …`, the first stage of a query; nothing if the stage is another one.
    pub(super) fn difference(
        &mut self,
        stage: &tree::Stage,
        rows: RowsAre<'_>,
        query: Option<&tree::Query>,
    ) -> Checked<Option<(Diff, TableShape)>> {
        let Some(query) = query else { return Ok(None) };
        let diff = match stage {
            tree::Stage::Diff { known, range } => self.diff(*known, range, rows, query)?,
            tree::Stage::DiffKnown { from, to } => self.diff_known(from, to, rows, query)?,
            _ => return Ok(None),
        };
        let of_entities = if let RowsAre::Entities(entities) = rows { Some(&entities.rows) } else { None };
        let columns = diff_columns(&diff, of_entities);
        Ok(Some((diff, TableShape::fixed(columns.iter().map(AsRef::as_ref)))))
    }

    /// `diff known D1..D2`, `diff as of D1..D2`
    fn diff(&mut self, known: bool, range: &Spanned<When>, rows: RowsAre<'_>, query: &tree::Query) -> Checked<Diff> {
        let states = if known { DiffedStates::Known } else { DiffedStates::AsOf };
        let words = states.stage();
        let When::Range(Some(from), Some(to)) = &range.value else {
            let written = print_when(&range.value);
            let one = written.trim_matches('.');
            let mend = match &range.value {
                When::Range(None, _) => format!("{words} 2020..{one}"),
                _ => format!("{words} {one}..today"),
            };
            return Err(self.report.refuse(range.span, StageProblem::DiffOfOneDay { states, mend }));
        };
        self.refuse_incomparable(states, range.span, rows, query)?;
        let (first, second) = (self.last_day(from), self.last_day(to));
        let (first, second) = (first?, second?);
        if first >= second {
            let (from, to) = (print_when(&from.value), print_when(&to.value));
            let mend = (first > second).then(|| format!("{words} {to}..{from}"));
            let (first, second) = (first.to_string(), second.to_string());
            return Err(self.report.refuse(range.span, StageProblem::NothingBetween { first, second, mend }));
        }
        let diff = if known {
            let [before, after] = [first, second].map(KnownState::Day);
            self.report.read(range.span, Meaning::DiffKnown(before, after));
            Diff::Known(KnownState::Day(first), KnownState::Day(second))
        } else {
            self.report.read(range.span, Meaning::DiffDays(first, second));
            let moments = (self.moment(query, from, first), self.moment(query, to, second));
            Diff::AsOf(Box::new(moments.0?), Box::new(moments.1?))
        };
        Ok(diff)
    }

    /// `diff known #1..#3`, `diff known 2025..#3`
    fn diff_known(
        &mut self,
        from: &Spanned<tree::Known>,
        to: &Spanned<tree::Known>,
        rows: RowsAre<'_>,
        query: &tree::Query,
    ) -> Checked<Diff> {
        let span = from.span.to(to.span);
        self.refuse_incomparable(DiffedStates::Known, span, rows, query)?;
        let (first, second) = (self.known(from), self.known(to));
        let (first, second) = (first?, second?);
        if let (KnownState::Commit(from), KnownState::Commit(to)) = (first, second)
            && from >= to
        {
            let mend = (from > to).then(|| format!("diff known #{to}..#{from}"));
            let (first, second) = (format!("#{from}"), format!("#{to}"));
            return Err(self.report.refuse(span, StageProblem::NothingBetween { first, second, mend }));
        }
        self.report.read(span, Meaning::DiffKnown(first, second));
        Ok(Diff::Known(first, second))
    }

    /// Refuses a `diff` of rows that it cannot compare, and one beside a third state.
    fn refuse_incomparable(
        &mut self,
        states: DiffedStates,
        span: Span,
        rows: RowsAre<'_>,
        query: &tree::Query,
    ) -> Checked<()> {
        let third = match states {
            DiffedStates::Known => query.known.as_ref().map(|known| known.span),
            DiffedStates::AsOf => query.as_of.as_ref().map(|day| day.value.when().span),
        };
        if let Some(place) = third {
            return Err(self.report.refuse(place, StageProblem::ThirdState { states }));
        }
        match rows {
            RowsAre::Facts => Ok(()),
            RowsAre::Entities(entities) => {
                let series = query.as_of.as_ref().is_some_and(|as_of| as_of.value.is_series());
                if states == DiffedStates::AsOf || !series {
                    return Ok(());
                }
                let plural = entities.rows.plural.to_string();
                Err(self.report.refuse(span, StageProblem::DiffOfSeries { plural }))
            }
            RowsAre::Table(table) => {
                let plural = table.periods.as_ref().map_or_else(String::new, |rows| rows.plural.to_string());
                Err(self.report.refuse(span, StageProblem::DiffOfPeriods { states, plural }))
            }
        }
    }

    /// The last day of an end of a range.
    fn last_day(&mut self, end: &Spanned<When>) -> Checked<Day> {
        let window = self.when(end)?;
        if window.last.is_finite() {
            return Ok(window.last);
        }
        Err(self.refuse_open_end(end.span))
    }

    fn refuse_open_end(&mut self, span: Span) -> Reported {
        self.report.refuse(span, DateProblem::Open { end: RangeEnd::Last, place: OpenDate::Diff })
    }

    /// The query's filter as it reads on a day. What is wrong with it was told
    /// when it was read for the query itself.
    fn moment(&mut self, query: &tree::Query, when: &Spanned<When>, day: Day) -> Checked<Moment> {
        let label = match &when.value {
            When::Edtf(written) => Date::parse(written).unwrap_or_else(|_| Date::from_day(day)),
            _ => Date::from_day(day),
        };
        let told = self.report.errors.len();
        let filter = self.filter_as_of(query, day);
        if told > 0 {
            self.report.errors.truncate(told);
        }
        Ok(Moment { label, day, filter: filter? })
    }
}

/// The column of a table by which it lies in time: its start, else its date,
/// else the first that is one.
fn time_column(table: &TableShape) -> Option<usize> {
    let dated = |name: &str| {
        table
            .columns
            .iter()
            .position(|column| column.kind == ColumnKind::Date && column.name.eq_ignore_ascii_case(name))
    };
    let any = || table.columns.iter().position(|column| column.kind == ColumnKind::Date);
    dated("start").or_else(|| dated("date")).or_else(any)
}
