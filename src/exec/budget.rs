//! What a query may cost, and the flag that stops one. Whatever may take long asks
//! here from time to time, and whatever may become large counts itself here before it
//! is made.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use super::ExecError;

/// What a query may cost. A query that would cost more ends with an error.
///
/// ```
/// use std::time::Duration;
///
/// use tractat::{QueryLimits, QueryOptions};
///
/// let limits = QueryLimits::default().time(Duration::from_secs(2)).rows(10_000);
/// let options = QueryOptions::new().limits(limits);
/// # drop(options);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct QueryLimits {
    /// How long it may take until its last row is given; by default ten minutes.
    pub time: Option<Duration>,
    /// How many values it may make on the way: cells of tables, results of
    /// calculations, and combinations that are counted; by default 200 million. Each
    /// takes some tens of bytes while it is kept.
    pub values: Option<u64>,
    /// How many rows it may give; by default as many as there are.
    pub rows: Option<u64>,
}

impl Default for QueryLimits {
    fn default() -> Self {
        Self { time: Some(Duration::from_secs(600)), values: Some(200_000_000), rows: None }
    }
}

impl QueryLimits {
    /// No limits, for those who stop a query themselves.
    #[must_use]
    pub fn none() -> Self {
        Self { time: None, values: None, rows: None }
    }

    /// With a limit of the time.
    #[must_use]
    pub fn time(self, time: Duration) -> Self {
        Self { time: Some(time), ..self }
    }

    /// With a limit of the values.
    #[must_use]
    pub fn values(self, values: u64) -> Self {
        Self { values: Some(values), ..self }
    }

    /// With a limit of the rows.
    #[must_use]
    pub fn rows(self, rows: u64) -> Self {
        Self { rows: Some(rows), ..self }
    }
}

/// The limit that a query has reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum QueryLimit {
    /// It has taken so long.
    Time(Duration),
    /// It would make more than so many values.
    Values(u64),
    /// It has given so many rows, and there are more.
    Rows(u64),
}

/// Tells how much time has passed since some moment.
pub type SharedClock = Arc<dyn Fn() -> Duration + Send + Sync>;

/// A flag shared by whoever runs a query and whoever may stop it.
#[derive(Clone, Default)]
pub struct Cancel {
    flag: Arc<AtomicBool>,
    budget: Option<Arc<Budget>>,
}

/// What a query may cost, and what it has cost so far.
struct Budget {
    limits: QueryLimits,
    clock: SharedClock,
    started: Duration,
    values: AtomicU64,
}

impl Cancel {
    /// A flag that nobody has raised.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks every query that holds the flag to stop soon.
    pub fn cancel(&self) {
        self.flag.store(true, Ordering::Relaxed);
    }

    /// Whether it was asked.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.flag.load(Ordering::Relaxed)
    }

    /// The same flag for one query, which may cost so much from now on.
    #[must_use]
    pub fn limited(&self, limits: QueryLimits, clock: SharedClock) -> Self {
        let started = clock();
        let budget = Budget { limits, clock, started, values: AtomicU64::new(0) };
        Self { flag: self.flag.clone(), budget: Some(Arc::new(budget)) }
    }

    /// Goes on, unless it was asked to stop or has taken too long.
    ///
    /// # Errors
    ///
    /// If it was asked to stop or has taken too long.
    pub(crate) fn check(&self) -> Result<(), ExecError> {
        if self.is_cancelled() {
            return Err(ExecError::Cancelled);
        }
        match self.budget.as_ref().and_then(|budget| Some((budget, budget.limits.time?))) {
            Some((budget, most)) if (budget.clock)().saturating_sub(budget.started) > most => {
                Err(ExecError::OverLimit(QueryLimit::Time(most)))
            }
            _ => Ok(()),
        }
    }

    /// Counts values that are about to be made.
    ///
    /// # Errors
    ///
    /// If there would be too many, or [`Cancel::check`] fails.
    pub(crate) fn charge(&self, values: u64) -> Result<(), ExecError> {
        if let Some(budget) = &self.budget
            && let Some(most) = budget.limits.values
        {
            let before = budget.values.fetch_add(values.min(most), Ordering::Relaxed);
            if before.saturating_add(values) > most {
                return Err(ExecError::OverLimit(QueryLimit::Values(most)));
            }
        }
        self.check()
    }

    /// How many rows may be given.
    pub(crate) fn most_rows(&self) -> Option<u64> {
        self.budget.as_ref().and_then(|budget| budget.limits.rows)
    }
}

impl From<Arc<AtomicBool>> for Cancel {
    fn from(flag: Arc<AtomicBool>) -> Self {
        Self { flag, budget: None }
    }
}

impl fmt::Debug for Cancel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let limits = self.budget.as_ref().map(|budget| budget.limits);
        f.debug_struct("Cancel").field("flag", &self.flag).field("limits", &limits).finish()
    }
}
