//! What is said of an account beside the rows: who is heard, of how many rows they speak,
//! and what they do not tell.

use std::sync::Arc;

use roaring::RoaringBitmap;
use serde::Serialize;

use crate::exec::ExecError;
use crate::exec::filter::context::EvaluationContext;
use crate::exec::filter::entities::EntityEvaluator;
use crate::exec::remarks::emptied::RecordRows;
use crate::plan::{Account, EntityRows, Filter, RecordTest, Tellers};

/// Who is heard on an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Heard {
    /// Their names; none if they are the sources of which a condition holds.
    pub names: Vec<Arc<str>>,
}

impl Heard {
    /// Those on an account.
    pub(crate) fn on(account: &Account) -> Self {
        match &account.tellers {
            Tellers::Named { names, .. } => Self { names: names.clone() },
            Tellers::Passing(_) => Self { names: Vec::new() },
        }
    }

    /// Those who alone are heard where a query is evaluated; none if all sources are.
    pub(crate) fn alone(context: &EvaluationContext) -> Option<Self> {
        context.account().filter(|account| !account.first).map(|account| Self::on(account))
    }
}

/// Of how many rows somebody speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpokenRows {
    /// Who.
    pub heard: Heard,
    /// How many of the rows there could be stand in a fact that they tell.
    pub count: u64,
    /// How many rows there could be.
    pub of: u64,
}

/// Of how many of the entities that a query is about those speak who alone are heard.
pub(crate) fn spoken(evaluator: &EntityEvaluator<'_>, rows: &EntityRows) -> Result<Option<SpokenRows>, ExecError> {
    let facts = evaluator.facts();
    let Some(heard) = Heard::alone(facts.context()) else { return Ok(None) };
    let alive = evaluator.alive(&rows.kinds, rows.day)?.possible;
    let end = facts.end(rows.role);
    let numbers: RoaringBitmap = end.read(facts.view().live())?.into_iter().collect();
    let told: RoaringBitmap = numbers.iter().filter_map(|number| end.entity(number)).map(|entity| entity.0).collect();
    Ok(Some(SpokenRows { heard, count: told.intersection_len(&alive), of: alive.len() }))
}

/// Facts of which nothing is known because somebody does not tell them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UntoldFacts {
    /// Who.
    pub heard: Heard,
    /// How many facts.
    pub count: u64,
}

/// The accounts that a filter asks, with those of some unknown rows that they do not tell.
pub(crate) fn untold(
    rows: &dyn RecordRows,
    filter: &Filter,
    unknown: &RoaringBitmap,
) -> Result<Vec<UntoldFacts>, ExecError> {
    let mut accounts: Vec<&Arc<Account>> = Vec::new();
    filter.each_test(&mut |test| {
        if let RecordTest::According { account, .. } = test
            && !accounts.contains(&account)
        {
            accounts.push(account);
        }
    });
    let mut found = Vec::new();
    for account in accounts {
        let count = rows.untold(account, unknown)?.len();
        if count > 0 {
            found.push(UntoldFacts { heard: Heard::on(account), count });
        }
    }
    Ok(found)
}
