//! What a query may be told beside its text.

use crate::exec::{Cancel, QueryLimits};
use crate::model::Day;
use crate::plan::Parameters;
use crate::syntax::{self, Definitions, tree};

/// What a query may be told beside its text.
///
/// ```
/// use tractat::{Cancel, QueryOptions};
///
/// let stop = Cancel::new();
/// let options = QueryOptions::new().cancel(stop.clone());
/// // Another thread may do this at any time.
/// stop.cancel();
/// # drop(options);
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct QueryOptions {
    /// The day that `today` means; by default the clock's, UTC.
    pub today: Option<Day>,
    /// The day where the user is. If it is not that of the clock, and the answer hangs
    /// on which it is, a remark says so; the query is read as of the clock's.
    pub here: Option<Day>,
    /// Values for `$name`.
    pub parameters: Parameters,
    /// Queries that it may call by their names.
    pub definitions: Definitions,
    /// Stops the query when it is raised.
    pub cancel: Cancel,
    /// What it may cost.
    pub limits: QueryLimits,
}

impl QueryOptions {
    /// Today as the clock says, no parameters, no definitions.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With the day that `today` means; the clock's if there is none.
    #[must_use]
    pub fn today(self, today: impl Into<Option<Day>>) -> Self {
        Self { today: today.into(), ..self }
    }

    /// With the day where the user is.
    #[must_use]
    pub fn here(self, here: impl Into<Option<Day>>) -> Self {
        Self { here: here.into(), ..self }
    }

    /// With values for the parameters of the query, `$name`.
    #[must_use]
    pub fn parameters(self, parameters: Parameters) -> Self {
        Self { parameters, ..self }
    }

    /// With queries that the query may call by their names.
    #[must_use]
    pub fn definitions(self, definitions: Definitions) -> Self {
        Self { definitions, ..self }
    }

    /// With a flag that cancels the query.
    #[must_use]
    pub fn cancel(self, cancel: Cancel) -> Self {
        Self { cancel, ..self }
    }

    /// With what the query may cost.
    #[must_use]
    pub fn limits(self, limits: QueryLimits) -> Self {
        Self { limits, ..self }
    }

    /// The same for one query of several, with only those parameters that it
    /// asks for: others would be refused as unused.
    #[must_use]
    pub fn for_query(&self, query: &tree::Query) -> Self {
        let expanded = self.definitions.expand("", query);
        let asked = syntax::parameters_of(expanded.as_ref().map_or(query, |expanded| &expanded.query));
        let given = self.parameters.names().filter(|name| asked.contains(*name));
        let parameters = given.filter_map(|name| Some((name, self.parameters.get(name)?.clone()))).collect();
        Self { parameters, ..self.clone() }
    }
}
