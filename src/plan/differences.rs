//! Stages about time: `timeline`, and `diff` between two states of the store
//! or two days of the world.

use super::check::Checker;
use super::report::{Checked, Reported};
use super::shapes::{ColumnKind, TableShape, diff_columns};
use super::{
    ColumnPlace, DateProblem, Diff, DiffedStates, EntityRows, KnownState, Meaning, Moment, OpenDate, RangeEnd,
    StageProblem, Timeline, suggest,
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

    /// Refuses `timeline` of entities, which have no date of their own.
    pub(super) fn refuse_timeline_of_entities(&mut self, rows: &EntityRows, span: Span) -> Reported {
        let (plural, noun) = (rows.plural.to_string(), rows.noun.to_string());
        self.report.refuse(span, StageProblem::TimelineOfEntities { plural, noun })
    }

    /// `diff known D1..D2`, `diff as of D1..D2`: what is compared, and the table
    /// that it makes; of facts, unless `entities` are compared.
    pub(super) fn diff(
        &mut self,
        known: bool,
        range: &Spanned<When>,
        entities: Option<&EntityRows>,
        query: &tree::Query,
    ) -> Checked<(Diff, TableShape)> {
        let states = DiffedStates::new(known);
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
        self.refuse_incomparable(states, range.span, entities, query)?;
        let (first, second) = (self.last_day(from), self.last_day(to));
        let (first, second) = (first?, second?);
        if first >= second {
            let (from, to) = (print_when(&from.value), print_when(&to.value));
            let mend = (first > second).then(|| format!("{words} {to}..{from}"));
            let (first, second) = (first.to_string(), second.to_string());
            return Err(self.report.refuse(range.span, StageProblem::NothingBetween { first, second, mend }));
        }
        Ok(if known {
            self.compared(KnownState::Day(first), KnownState::Day(second), range.span, entities)
        } else {
            self.report.read(range.span, Meaning::DiffDays(first, second));
            let moments = (self.moment(query, from, first), self.moment(query, to, second));
            with_columns(Diff::AsOf(Box::new(moments.0?), Box::new(moments.1?)), entities)
        })
    }

    /// `diff known #1..#3`, `diff known 2025..#3`
    pub(super) fn diff_known(
        &mut self,
        from: &Spanned<tree::Known>,
        to: &Spanned<tree::Known>,
        entities: Option<&EntityRows>,
        query: &tree::Query,
    ) -> Checked<(Diff, TableShape)> {
        let span = from.span.to(to.span);
        self.refuse_incomparable(DiffedStates::Known, span, entities, query)?;
        let (first, second) = (self.known(from), self.known(to));
        let (first, second) = (first?, second?);
        if let (KnownState::Commit(from), KnownState::Commit(to)) = (first, second)
            && from >= to
        {
            let mend = (from > to).then(|| format!("diff known #{to}..#{from}"));
            let (first, second) = (format!("#{from}"), format!("#{to}"));
            return Err(self.report.refuse(span, StageProblem::NothingBetween { first, second, mend }));
        }
        Ok(self.compared(first, second, span, entities))
    }

    /// Two states of the store that are compared.
    fn compared(
        &mut self,
        first: KnownState,
        second: KnownState,
        span: Span,
        entities: Option<&EntityRows>,
    ) -> (Diff, TableShape) {
        self.report.read(span, Meaning::DiffKnown(first, second));
        with_columns(Diff::Known(first, second), entities)
    }

    /// Refuses `diff` of periods, of which none is compared.
    pub(super) fn refuse_diff_of_periods(&mut self, known: bool, span: Span, table: &TableShape) -> Reported {
        let plural = table.periods.as_deref().unwrap_or("periods").to_owned();
        self.report.refuse(span, StageProblem::DiffOfPeriods { states: DiffedStates::new(known), plural })
    }

    /// Refuses a `diff` beside a third state, and one of entities on several days.
    fn refuse_incomparable(
        &mut self,
        states: DiffedStates,
        span: Span,
        entities: Option<&EntityRows>,
        query: &tree::Query,
    ) -> Checked<()> {
        let third = match states {
            DiffedStates::Known => query.known.as_ref().map(|known| known.span),
            DiffedStates::AsOf => query.as_of.as_ref().map(|day| day.value.when().span),
        };
        if let Some(place) = third {
            return Err(self.report.refuse(place, StageProblem::ThirdState { states }));
        }
        let is_series = query.as_of.as_ref().is_some_and(|as_of| as_of.value.is_series());
        match entities {
            Some(rows) if states == DiffedStates::Known && is_series => {
                let plural = rows.plural.to_string();
                Err(self.report.refuse(span, StageProblem::DiffOfSeries { plural }))
            }
            _ => Ok(()),
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

/// What is compared, and the table that it makes.
fn with_columns(diff: Diff, entities: Option<&EntityRows>) -> (Diff, TableShape) {
    let columns = diff_columns(&diff, entities);
    (diff, TableShape::fixed(columns.iter().map(AsRef::as_ref)))
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
