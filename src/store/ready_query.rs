//! A query that was checked against the state of the store that it asks about,
//! ready to be run.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::commit::time;
use super::handle::Store;
use super::options::Options;
use super::query_options::QueryOptions;
use crate::error::Error;
use crate::exec::{self, Cancel, ExecError, OtherStates};
use crate::index::{FieldView, Index, Snapshot, View};
use crate::model::Day;
use crate::plan::{self, Context, Filter, KnownState, Parameters, QueryProblem, RecordTest};
use crate::say::Remark;
use crate::syntax::{self, Diagnostic, Span, tree};

/// A query made ready over one state of the store.
pub(super) struct Ready {
    pub(super) index: Arc<Index>,
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) query: plan::Query,
    /// Where its filter stands.
    pub(super) condition: Option<Span>,
    /// What is to be said of the state and the day that it asks about.
    pub(super) notes: Vec<Remark>,
    /// As it was written, to be read in another state.
    pub(super) tree: Arc<tree::Query>,
    /// The day that `today` means.
    pub(super) today: Day,
    parameters: Parameters,
}

impl Ready {
    /// As it reads in a state of the store.
    fn check(&self, snapshot: &Snapshot) -> Result<plan::Query, Vec<Diagnostic<QueryProblem>>> {
        check(&self.tree, (snapshot, &self.index.snapshot()), self.today, &self.parameters)
    }
}

/// Checks a query in a state of the store; that somebody tells of facts is known from the
/// present one, so that in an older one they tell of nothing.
fn check(
    tree: &tree::Query,
    (snapshot, now): (&Snapshot, &Snapshot),
    today: Day,
    parameters: &Parameters,
) -> Result<plan::Query, Vec<Diagnostic<QueryProblem>>> {
    let values = values_of(now);
    let context = Context::new(snapshot.schema(), snapshot.entities(), today, parameters);
    plan::check(tree, &Context { values: Some(&values), ..context })
}

/// All values that facts have had in a field.
pub(super) fn values_of(snapshot: &Snapshot) -> impl Fn(&str) -> Vec<String> {
    |field| {
        let column = snapshot.field(field);
        let texts = |column: Arc<dyn FieldView>| (0..column.len()).map(|one| column.written(one).to_string()).collect();
        column.map(texts).unwrap_or_default()
    }
}

impl Ready {
    /// Whether a query is one in which a test of just this date stands.
    pub(super) fn asks_for(&self, text: &str, field: &str) -> bool {
        let parsed = syntax::parse_query(text);
        let Some(tree) = parsed.tree.filter(|_| parsed.diagnostics.is_empty()) else { return false };
        let is_asked = |filter: &Filter| matches!(filter, Filter::Test(RecordTest::Date { field: asked, .. }) if **asked == *field);
        match check(&tree, (&self.snapshot, &self.snapshot), self.today, &self.parameters).map(|query| query.filter) {
            Ok(Filter::And(parts)) => parts.iter().filter(|part| is_asked(&part.filter)).count() == 1,
            Ok(filter) => is_asked(&filter),
            Err(_) => false,
        }
    }
}

impl OtherStates for Ready {
    fn state(&self, known: KnownState) -> Result<(Arc<dyn View>, plan::Query), ExecError> {
        let (snapshot, reads_as) = match transaction(&self.snapshot, known) {
            None => (self.snapshot.clone(), self.snapshot.clone()),
            // Before the first commit nothing is known, not even words.
            Some(0) => (self.index.snapshot_at(0), self.snapshot.clone()),
            Some(transaction) => {
                let snapshot = self.index.snapshot_at(transaction.min(self.snapshot.transaction()));
                (snapshot.clone(), snapshot)
            }
        };
        let query = self.check(&reads_as).map_err(|diagnostics| ExecError::State { known, diagnostics })?;
        Ok((snapshot, query))
    }
}

impl Store {
    pub(super) fn today(&self) -> Day {
        day_of(self.inner.options.now())
    }

    /// A query that calls nothing made ready.
    pub(super) fn ready_expanded(&self, tree: &tree::Query, options: &QueryOptions) -> Result<Ready, Error> {
        let index = self.index();
        let now = index.snapshot();
        let today = options.today.unwrap_or_else(|| self.today());
        let parameters = &options.parameters;
        let day = tree.as_of.as_ref().map(|day| day.span);
        let condition = tree.filter.as_ref().map(|filter| filter.span).or(day);
        let ready = |query_in: &Snapshot, snapshot, note: Option<Remark>| {
            let mut query = check(tree, (query_in, &now), today, parameters).map_err(Error::Query)?;
            let here = options.here.filter(|here| options.today.is_none() && *here != today);
            let depends = |here: &Day| check(tree, (query_in, &now), *here, parameters).as_ref() != Ok(&query);
            let other_day = here.filter(depends).map(|here| Remark::OtherDayHere { today, here });
            let notes = note.into_iter().chain(other_day).collect();
            if let Some(filter) = &tree.filter {
                let context = Context::new(query_in.schema(), query_in.entities(), today, parameters);
                query.hints.extend(plan::quoted_names(filter, &context, &has_value(query_in)));
                let values = plan::words_that_are_values(&query.readings, &context, &has_value(query_in));
                let is_new = |hint: &Diagnostic<QueryProblem>| {
                    query.hints.iter().all(|known| known.span.range() != hint.span.range())
                };
                let values: Vec<_> = values.into_iter().filter(is_new).collect();
                query.hints.extend(values);
            }
            let (index, tree, parameters) = (index.clone(), Arc::new(tree.clone()), parameters.clone());
            Ok(Ready { index, snapshot, query, condition, notes, tree, today, parameters })
        };
        let context = Context::new(now.schema(), now.entities(), today, parameters);
        let known = plan::known(tree, &context).map_err(Error::Query)?;
        let Some(transaction) = transaction(&now, known) else {
            return ready(&now, now.clone(), None);
        };
        if transaction == 0 {
            let first = now.commit(1);
            let note = first.map(|first| Remark::BeforeFirstCommit { first: time(first.time) });
            return ready(&now, index.snapshot_at(0), note);
        }
        let snapshot = index.snapshot_at(transaction);
        let last = now.transaction();
        let note = (transaction > last).then_some(Remark::AfterLastCommit { last });
        ready(&snapshot, snapshot.clone(), note)
    }
}

/// Whether facts have a value in a field, or are called so.
pub(super) fn has_value(snapshot: &Snapshot) -> impl Fn(&str, &str) -> bool {
    |field, value| match snapshot.field(field) {
        Some(field) => !field.find(value).is_empty(),
        None => {
            field == "id" && snapshot.ids(&[value.to_owned()]).is_ok_and(|found| !found.is_disjoint(snapshot.live()))
        }
    }
}

/// The last commit of the state that is asked about; none for the present one.
fn transaction(now: &Snapshot, known: KnownState) -> Option<u64> {
    match known {
        KnownState::Now => None,
        KnownState::Commit(number) => Some(number),
        KnownState::Day(day) => Some(now.commit_by(day).map_or(0, |commit| commit.transaction)),
    }
}

pub(super) fn day_of(time: Timestamp) -> Day {
    let days = time.as_second().div_euclid(86_400);
    Day::from_number(i32::try_from(days).expect("a timestamp lies in the calendar"))
}

/// Runs a query that is ready.
pub(super) fn execute(store: &Store, ready: &Ready, cancel: &Cancel) -> Result<exec::Answer, exec::ExecError> {
    let clock = || since_1970(&store.inner.options);
    exec::run_among(ready.query.clone(), ready.snapshot.clone(), cancel, ready, &clock)
}

fn since_1970(options: &Options) -> Duration {
    Duration::from_nanos(u64::try_from(options.now().as_nanosecond()).unwrap_or(0))
}

/// The flag of a query, with what it may cost from now on.
pub(super) fn limited(options: &QueryOptions) -> Cancel {
    // The clock of the store may be set, and the time that a query takes goes on steadily.
    let started = Instant::now();
    options.cancel.limited(options.limits, Arc::new(move || started.elapsed()))
}
