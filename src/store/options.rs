//! How a store is opened: who writes, what the clock says, whom to tell of long work.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

/// How a store is opened.
#[derive(Clone)]
pub struct Options {
    /// Who writes; stands in every commit.
    pub author: String,
    /// Whether to write nothing, even if nobody else does.
    pub access: Access,
    /// What time it is, UTC.
    pub clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    /// Told now and then how far long work has come.
    pub progress: Option<Arc<dyn Fn(Progress) + Send + Sync>>,
}

/// What a store is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Access {
    /// Writing if nobody else does and the folder allows it, else reading.
    #[default]
    WriteIfFree,
    /// Writing, or not at all.
    Write,
    /// Reading.
    Read,
}

/// How far long work has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is done, in an infinitive: `rebuild the index`.
    pub task: &'static str,
    /// How many lines, records or bytes.
    pub done: u64,
    /// Of how many, if that is known.
    pub total: Option<u64>,
}

impl Default for Options {
    fn default() -> Self {
        Self { author: String::new(), access: Access::default(), clock: Arc::new(Timestamp::now), progress: None }
    }
}

impl Options {
    pub(super) fn tell(&self, task: &'static str, done: u64, total: Option<u64>) {
        if let Some(progress) = &self.progress {
            progress(Progress { task, done, total });
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options").field("author", &self.author).field("access", &self.access).finish_non_exhaustive()
    }
}
