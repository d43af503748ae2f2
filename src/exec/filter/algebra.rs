//! And, or, not, maybe and unknown over sets of rows, written once: whatever the rows are,
//! they only have to say what one test gives and what it is expected to cost.

use std::cmp::Reverse;

use roaring::RoaringBitmap;

use crate::exec::filter::sets::Sets;
use crate::exec::{Cancel, ExecError};
use crate::plan::{Filter, Part};
use crate::syntax::Span;

/// Rows that can be tested: numbered facts, entities on a day, rows of a table.
pub(crate) trait Candidates {
    /// What such rows can be asked.
    type Test;

    /// The flag that stops the evaluation.
    fn cancel(&self) -> &Cancel;

    /// The truth of one test for each row in `within`, which is not empty.
    ///
    /// # Errors
    ///
    /// If the index cannot be read, or the flag is raised.
    fn test(&self, test: &Self::Test, within: &RoaringBitmap) -> Result<Sets, ExecError>;

    /// How much a test of so many rows is expected to cost and to leave.
    fn estimate(&self, test: &Self::Test, rows: u64) -> Estimate;
}

/// What a filter of some rows is expected to cost and to leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Estimate {
    /// How the rows are found.
    pub effort: Effort,
    /// How many of them are expected to be left.
    pub left: u64,
}

/// How the rows are found of which a test holds, the cheapest way first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Effort {
    /// Nothing is read.
    None,
    /// By the posting lists of an index, or by a column.
    Indexed,
    /// By a look at every distinct text.
    Texts,
    /// By a query within the query.
    Subquery,
    /// By a join with other facts.
    Join,
    /// By the statuses that acts have made.
    Statuses,
    /// By a calculation for each distinct combination of values.
    Calculation,
    /// By a look at each record.
    Records,
}

/// The truth of a filter for each row in `within`.
///
/// # Errors
///
/// If the index cannot be read, or the flag is raised.
pub(crate) fn evaluate<C: Candidates + ?Sized>(
    candidates: &C,
    filter: &Filter<C::Test>,
    within: &RoaringBitmap,
) -> Result<Sets, ExecError> {
    candidates.cancel().check()?;
    if within.is_empty() {
        return Ok(Sets::default());
    }
    match filter {
        Filter::All => Ok(Sets::certain(within.clone())),
        Filter::Nothing => Ok(Sets::default()),
        Filter::And(parts) => {
            let parts = parts.iter().map(|part| (&part.filter, Some(part.span))).collect();
            all_of(candidates, parts, Sets::certain(within.clone()), &mut |_, _, _| {})
        }
        Filter::Or(parts) => any_of(candidates, parts, within),
        Filter::Not(filter) => Ok(evaluate(candidates, filter, within)?.not(within)),
        Filter::Maybe(filter) => Ok(evaluate(candidates, filter, within)?.maybe()),
        Filter::Unknown(filter) => Ok(evaluate(candidates, filter, within)?.unknown()),
        Filter::Test(test) => candidates.test(test, within),
    }
}

/// Visits a condition, its place in the query, and what it left; nothing where
/// nothing was left to be asked.
pub(crate) type Visit<'v, T> = &'v mut dyn FnMut(&Filter<T>, Option<Span>, Option<&Sets>);

/// The truth of a filter for each of some rows that are themselves only as true
/// as `within` says, with a visit of each of its parts.
///
/// # Errors
///
/// As [`evaluate`].
pub(crate) fn evaluate_by_parts<C: Candidates + ?Sized>(
    candidates: &C,
    filter: &Filter<C::Test>,
    within: Sets,
    visit: Visit<'_, C::Test>,
) -> Result<Sets, ExecError> {
    candidates.cancel().check()?;
    all_of(candidates, filter.conjuncts(), within, visit)
}

/// The conditions in the order in which they leave the fewest rows for the least
/// effort, each asked only of those that the others have left open.
fn all_of<C: Candidates + ?Sized>(
    candidates: &C,
    parts: Vec<(&Filter<C::Test>, Option<Span>)>,
    within: Sets,
    visit: Visit<'_, C::Test>,
) -> Result<Sets, ExecError> {
    let mut sets = within;
    for (filter, span) in cheapest_first(candidates, parts, sets.open.len(), |(filter, _)| filter) {
        if sets.open.is_empty() {
            visit(filter, span, None);
            continue;
        }
        let next = evaluate(candidates, filter, &sets.open)?;
        sets = sets.and(&next);
        visit(filter, span, Some(&sets));
    }
    Ok(sets)
}

/// The conditions that leave the most rows first, each asked only where none of
/// the others is true already.
fn any_of<C: Candidates + ?Sized>(
    candidates: &C,
    parts: &[Part<C::Test>],
    within: &RoaringBitmap,
) -> Result<Sets, ExecError> {
    let mut filters: Vec<_> = parts.iter().map(|part| &part.filter).collect();
    filters.sort_by_cached_key(|filter| {
        let Estimate { effort, left } = estimate(candidates, filter, within.len());
        (effort, Reverse(left))
    });
    let mut sets = Sets::default();
    for filter in filters {
        let undecided = within - &sets.definite;
        sets = sets.or(&evaluate(candidates, filter, &undecided)?);
    }
    Ok(sets)
}

/// Conditions that must all hold, in the order in which they are best asked.
pub(crate) fn cheapest_first<C: Candidates + ?Sized, T>(
    candidates: &C,
    parts: Vec<T>,
    rows: u64,
    filter_of: impl Fn(&T) -> &Filter<C::Test>,
) -> Vec<T> {
    let mut parts = parts;
    // One alone is not estimated.
    parts.sort_by_cached_key(|part| estimate(candidates, filter_of(part), rows));
    parts
}

/// What a filter of so many rows is expected to cost and to leave.
pub(crate) fn estimate<C: Candidates + ?Sized>(candidates: &C, filter: &Filter<C::Test>, rows: u64) -> Estimate {
    let of = |part: &Part<C::Test>| estimate(candidates, &part.filter, rows);
    match filter {
        Filter::All => Estimate { effort: Effort::None, left: rows },
        Filter::Nothing => Estimate { effort: Effort::None, left: 0 },
        Filter::And(parts) => parts.iter().map(of).fold(Estimate { effort: Effort::None, left: rows }, |all, one| {
            Estimate { effort: all.effort.max(one.effort), left: all.left.min(one.left) }
        }),
        Filter::Or(parts) => parts.iter().map(of).fold(Estimate { effort: Effort::None, left: 0 }, |all, one| {
            Estimate { effort: all.effort.max(one.effort), left: all.left.saturating_add(one.left).min(rows) }
        }),
        Filter::Not(filter) => {
            let Estimate { effort, left } = estimate(candidates, filter, rows);
            Estimate { effort, left: rows.saturating_sub(left) }
        }
        Filter::Maybe(filter) | Filter::Unknown(filter) => estimate(candidates, filter, rows),
        Filter::Test(test) => candidates.estimate(test, rows),
    }
}
