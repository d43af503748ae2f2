//! What every evaluation needs: the state of the store, on whose account it is asked,
//! the flag that stops it, and whoever answers the queries within the query.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use roaring::RoaringBitmap;

use crate::exec::filter::sets::Sets;
use crate::exec::rows::computed_dates::with_computed;
use crate::exec::{Cancel, ExecError};
use crate::index::View;
use crate::model::{Cell, Coverage, Truth};
use crate::plan::{Account, Filter, Query};

/// Answers the queries that stand within another, and asks sources.
pub(crate) trait Subqueries: Sync {
    /// Each value in the one column of a query's answer, as true as the query's
    /// filter, and the conditions of its stages, are of a row that has it.
    ///
    /// # Errors
    ///
    /// If the index cannot be read, or the flag is raised.
    fn column(&self, query: &Query, context: &EvaluationContext) -> Result<Vec<(Cell, Truth)>, ExecError>;

    /// The facts of the store as an account tells them.
    ///
    /// # Errors
    ///
    /// If the index cannot be read, the flag is raised, or there are too many facts.
    fn told(&self, account: &Account, context: &EvaluationContext) -> Result<Arc<dyn View>, ExecError>;

    /// How true it is of some facts that one of their sources says all of it.
    ///
    /// # Errors
    ///
    /// As [`Subqueries::told`].
    fn some_source(
        &self,
        filter: &Filter,
        within: &RoaringBitmap,
        context: &EvaluationContext,
    ) -> Result<Sets, ExecError>;
}

/// One state of the store, as a query looks at it.
#[derive(Clone)]
pub(crate) struct EvaluationContext {
    /// The state as it is told, with the dates that rules compute.
    pub view: Arc<dyn View>,
    /// The same without these dates.
    pub told: Arc<dyn View>,
    /// The state as it is recorded, without these dates.
    pub store: Arc<dyn View>,
    pub cancel: Cancel,
    pub subqueries: &'static dyn Subqueries,
    /// Who tells; none if all sources do.
    account: Option<Arc<Account>>,
    /// Whether every act counts as recorded, whatever is claimed.
    is_closed: bool,
    /// What is claimed to be complete, once somebody asks.
    coverage: Arc<OnceLock<Coverage>>,
    /// What was told on the accounts that were asked.
    accounts: Arc<Mutex<Vec<ToldState>>>,
}

/// A state of the store on an account.
#[derive(Clone)]
struct ToldState {
    account: Arc<Account>,
    told: Arc<dyn View>,
    view: Arc<dyn View>,
    coverage: Arc<OnceLock<Coverage>>,
}

impl EvaluationContext {
    /// Over a state of the store as it is recorded.
    pub fn new(store: Arc<dyn View>, cancel: Cancel, subqueries: &'static dyn Subqueries) -> Self {
        let (view, told) = (with_computed(store.clone()), store.clone());
        let (coverage, accounts) = (Arc::default(), Arc::default());
        Self { view, told, store, cancel, subqueries, account: None, is_closed: false, coverage, accounts }
    }

    /// The same over another state of the store.
    pub fn over(&self, store: Arc<dyn View>) -> Self {
        Self::new(store, self.cancel.clone(), self.subqueries)
    }

    /// The same over facts as something else than an account gives them.
    pub fn with_view(&self, view: Arc<dyn View>) -> Self {
        Self { view, coverage: Arc::default(), ..self.clone() }
    }

    /// The same as if every act were recorded.
    pub fn closed(&self) -> Self {
        Self { is_closed: true, coverage: Arc::new(OnceLock::from(Coverage::default())), ..self.clone() }
    }

    /// The same on an account, which is made once.
    ///
    /// # Errors
    ///
    /// If the index cannot be read, the flag is raised, or there are too many facts.
    pub fn according(&self, account: &Arc<Account>) -> Result<Self, ExecError> {
        if self.account.as_ref() == Some(account) {
            return Ok(self.clone());
        }
        let all = || self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all().iter().find(|state| state.account == *account).cloned();
        let state = if let Some(known) = known {
            known
        } else {
            let told = self.subqueries.told(account, self)?;
            let (view, coverage) = (with_computed(told.clone()), Arc::default());
            let state = ToldState { account: account.clone(), told, view, coverage };
            all().push(state.clone());
            state
        };
        let ToldState { account, told, view, coverage } = state;
        let told = Self { view, told, coverage, account: Some(account), ..self.clone() };
        Ok(if self.is_closed { told.closed() } else { told })
    }

    /// The same on the account of a query, if it names one.
    ///
    /// # Errors
    ///
    /// As [`EvaluationContext::according`].
    pub fn of_query(&self, query: &Query) -> Result<Self, ExecError> {
        query.account.as_ref().map_or_else(|| Ok(self.clone()), |account| self.according(account))
    }

    /// Who tells; none if all sources do.
    pub fn account(&self) -> Option<&Arc<Account>> {
        self.account.as_ref()
    }

    /// What is claimed to be complete.
    pub fn coverage(&self) -> &Coverage {
        // Names that only facts use are like any other that no entity has.
        self.coverage.get_or_init(|| {
            Account::coverage(self.account.as_deref(), self.view.schema(), &self.view.entities().declared())
        })
    }
}
