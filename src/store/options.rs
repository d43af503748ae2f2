//! How a store is opened: the author, the access, the clock, and who is told of long work.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use jiff::Timestamp;

use crate::say::Task;

/// How a store is opened.
///
/// ```
/// use tractat::{Access, Options};
///
/// let options = Options::new().author("ada").access(Access::Read);
/// # drop(options);
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct Options {
    /// Who writes; every commit names its author.
    pub author: String,
    /// What the store is opened for.
    pub access: Access,
    /// Tells what time it is; the system's clock unless it is replaced.
    pub clock: TimeSource,
    /// Told from time to time how far long work has come.
    pub progress: Option<ProgressListener>,
}

/// Tells what time it is.
pub type TimeSource = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// Is told how far long work has come.
pub type ProgressListener = Arc<dyn Fn(TaskProgress) + Send + Sync>;

/// What a store is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Access {
    /// Reading and writing. Opening fails if another process writes, if the
    /// directory cannot be written to, or if the journal is damaged.
    #[default]
    Write,
    /// Reading and writing if that is possible, otherwise reading only:
    /// [`Store::read_only`](crate::Store::read_only) tells why.
    WriteIfPossible,
    /// Reading only, also while another process writes.
    Read,
}

/// How far long work has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct TaskProgress {
    /// The work.
    pub task: Task,
    /// How many lines of the journal are done.
    pub done: u64,
    /// How many there are in all.
    pub total: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { author: String::new(), access: Access::default(), clock: Arc::new(SystemTime::now), progress: None }
    }
}

impl Options {
    /// For reading and writing, with the system's clock and without an author.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With an author.
    #[must_use]
    pub fn author(self, author: impl Into<String>) -> Self {
        Self { author: author.into(), ..self }
    }

    /// With what the store is opened for.
    #[must_use]
    pub fn access(self, access: Access) -> Self {
        Self { access, ..self }
    }

    /// With another clock, so that results can be repeated.
    #[must_use]
    pub fn clock(self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self { clock: Arc::new(clock), ..self }
    }

    /// With a listener that is told how far long work has come.
    #[must_use]
    pub fn progress(self, progress: impl Fn(TaskProgress) + Send + Sync + 'static) -> Self {
        Self { progress: Some(Arc::new(progress)), ..self }
    }

    pub(super) fn tell(&self, task: Task, done: u64, total: u64) {
        if let Some(progress) = &self.progress {
            progress(TaskProgress { task, done, total });
        }
    }

    /// What time it is; the beginning of the epoch if the clock is out of range.
    pub(super) fn now(&self) -> Timestamp {
        Timestamp::try_from((self.clock)()).unwrap_or_default()
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options").field("author", &self.author).field("access", &self.access).finish_non_exhaustive()
    }
}
