//! What every evaluation needs: the state of the store, the flag that stops it,
//! and whoever answers the queries within the query.

use std::sync::{Arc, OnceLock};

use crate::exec::{Cancel, ExecError};
use crate::index::View;
use crate::model::{Cell, Coverage, Truth};
use crate::plan::Query;

/// Answers the queries that stand within another.
pub(crate) trait Subqueries: Sync {
    /// Each value in the one column of a query's answer, as true as the query's
    /// filter, and the conditions of its stages, are of a row that has it.
    ///
    /// # Errors
    ///
    /// If the index cannot be read, or the flag is raised.
    fn column(&self, query: &Query, context: &EvaluationContext) -> Result<Vec<(Cell, Truth)>, ExecError>;
}

/// One state of the store, as a query looks at it.
#[derive(Clone)]
pub(crate) struct EvaluationContext {
    pub view: Arc<dyn View>,
    pub cancel: Cancel,
    pub subqueries: &'static dyn Subqueries,
    /// What is claimed to be complete, once somebody asks.
    coverage: Arc<OnceLock<Coverage>>,
}

impl EvaluationContext {
    pub fn new(view: Arc<dyn View>, cancel: Cancel, subqueries: &'static dyn Subqueries) -> Self {
        Self { view, cancel, subqueries, coverage: Arc::default() }
    }

    /// The same over another state of the store.
    pub fn with_view(&self, view: Arc<dyn View>) -> Self {
        Self { view, coverage: Arc::default(), ..self.clone() }
    }

    /// The same as if every act were recorded.
    pub fn closed(&self) -> Self {
        Self { coverage: Arc::new(OnceLock::from(Coverage::default())), ..self.clone() }
    }

    /// What is claimed to be complete.
    pub fn coverage(&self) -> &Coverage {
        // Names that only facts use are like any other that no entity has.
        self.coverage.get_or_init(|| Coverage::new(self.view.schema(), &self.view.entities().declared()))
    }
}
