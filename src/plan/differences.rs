//! Stages about time: `timeline`, and `diff` between two states of the store
//! or two days of the world.

use super::check::Checker;
use super::report::{Checked, Reported};
use super::shapes::{ColumnKind, RowsAre, TableShape, diff_columns};
use super::{ColumnPlace, Diff, Known, Moment, Timeline, suggest};
use crate::model::{Date, Day};
use crate::syntax::tree::{self, When};
use crate::syntax::{Span, Spanned, print_when};

impl Checker<'_> {
    /// `timeline` of a table: by which of its columns.
    pub(super) fn timeline(&mut self, span: Span, table: &TableShape) -> Checked<Timeline> {
        if let Some(place) = time_column(table) {
            return Ok(Timeline { by: ColumnPlace(place) });
        }
        let names = suggest::listed(table.columns.iter().map(|column| column.name.as_ref()));
        let message = "`timeline` needs a column with a date, and the table has none";
        let help = format!("put `timeline` before the stage that made the table; columns: {names}");
        Err(self.report.error(span, message, Some(help)))
    }

    /// That rows have no dates by which they could be put in the order of time.
    pub(super) fn no_timeline(&mut self, rows: RowsAre<'_>, span: Span) -> Reported {
        let RowsAre::Entities(entities) = rows else { return self.needs_facts(rows, span, "timeline") };
        let message = format!("`timeline` needs dates, and {} have none of their own", entities.rows.plural);
        let help =
            format!("show from when to when: `show {}, from as start, until as end | timeline`", entities.rows.noun);
        self.report.error(span, message, Some(help))
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
        let words = if known { "diff known" } else { "diff as of" };
        let When::Range(Some(from), Some(to)) = &range.value else {
            let written = print_when(&range.value);
            let one = written.trim_matches('.');
            let message = format!("`{words}` compares two days, and both must be named");
            let help = match &range.value {
                When::Range(None, _) => format!("`{words} 2020..{one}`"),
                _ => format!("`{words} {one}..today`"),
            };
            return Err(self.report.error(range.span, message, Some(help)));
        };
        self.comparable(known, range.span, rows, query)?;
        let (first, second) = (self.last_day(from), self.last_day(to));
        let (first, second) = (first?, second?);
        if first >= second {
            let (from, to) = (print_when(&from.value), print_when(&to.value));
            let message = format!("there is nothing between {first} and {second} to compare");
            let help = (first > second).then(|| format!("`{words} {to}..{from}`"));
            return Err(self.report.error(range.span, message, help));
        }
        let diff = if known {
            self.report
                .read(range.span, format!("diff: what the store held at the end of {first} and of {second} (UTC)"));
            Diff::Known(Known::Day(first), Known::Day(second))
        } else {
            self.report.read(range.span, format!("diff: the world on {first} and on {second}"));
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
        self.comparable(true, span, rows, query)?;
        let (first, second) = (self.known(from), self.known(to));
        let (first, second) = (first?, second?);
        if let (Known::Commit(from), Known::Commit(to)) = (first, second)
            && from >= to
        {
            let message = format!("there is nothing between #{from} and #{to} to compare");
            let help = (from > to).then(|| format!("`diff known #{to}..#{from}`"));
            return Err(self.report.error(span, message, help));
        }
        let spelled = |known: Known| match known {
            Known::Commit(number) => format!("after commit #{number}"),
            Known::Day(day) => format!("at the end of {day} (UTC)"),
            Known::Now => "now".to_owned(),
        };
        self.report.read(span, format!("diff: what the store held {} and {}", spelled(first), spelled(second)));
        Ok(Diff::Known(first, second))
    }

    /// Refuses what the two days of a `diff` cannot be asked of.
    fn comparable(&mut self, known: bool, span: Span, rows: RowsAre<'_>, query: &tree::Query) -> Checked<()> {
        let (words, rows_of) = match rows {
            RowsAre::Facts => ("facts", None),
            RowsAre::Entities(entities) => ("entities", Some(&entities.rows)),
            RowsAre::Table(table) => ("periods", table.periods.as_ref()),
        };
        let twice = match (&query.as_of, &query.known) {
            (_, Some(asked)) if known => Some(("known", asked.span)),
            (Some(day), _) if !known => Some(("as of", day.value.when().span)),
            _ => None,
        };
        if let Some((clause, place)) = twice {
            let message = format!("`diff {clause}` names both days, and `{clause}` before it a third");
            return Err(self.report.error(place, message, Some(format!("leave out the `{clause}` before the stages"))));
        }
        let help = match (words, known) {
            ("facts", _) | ("entities", false) => return Ok(()),
            ("entities", true) if !query.as_of.as_ref().is_some_and(|as_of| as_of.value.is_series()) => return Ok(()),
            ("entities", true) => "name one day of the world: `… as of 2025 | diff known …`".to_owned(),
            ("periods", false) => {
                let plural = rows_of.map_or("", |rows| rows.plural.as_ref());
                format!("compare who has the status: `{plural} … | diff as of 2020..2025`")
            }
            _ => {
                let plural = rows_of.map_or("", |rows| rows.plural.as_ref());
                format!(
                    "compare who has the status, `{plural} … | diff known …`; or ask twice: `… known D1` and `… known D2`"
                )
            }
        };
        let plural = rows_of.filter(|_| words == "entities").map_or(words, |rows| rows.plural.as_ref());
        let stage = if known { "diff known" } else { "diff as of" };
        Err(self.report.error(span, format!("`{stage}` cannot compare {plural}"), Some(help)))
    }

    /// The last day of an end of a range.
    fn last_day(&mut self, end: &Spanned<When>) -> Checked<Day> {
        let window = self.when(end)?;
        if window.last.is_finite() {
            return Ok(window.last);
        }
        Err(self.no_last_day(end.span))
    }

    fn no_last_day(&mut self, span: Span) -> Reported {
        self.report.error(span, "this has no last day", Some("name a day or a period: `2025-06`".to_owned()))
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
