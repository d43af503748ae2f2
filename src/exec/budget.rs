//! What a query may cost, and the flag that stops one. Whatever may take long asks
//! here from time to time, and whatever may become large counts itself here before it
//! is made.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use super::ExecError;
use super::limits::{QueryLimit, QueryLimits};

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
