//! Bare words that were read as names because facts use them so: how many facts
//! have them in a text alone. It knows filters and bitmaps.

use roaring::RoaringBitmap;

use crate::exec::ExecError;
use crate::exec::filter::algebra::cheapest_first;
use crate::exec::filter::facts::Evaluator;
use crate::plan::{Filter, Query};
use crate::syntax::Span;

/// How many facts have a word in a text that was read as a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameInTexts {
    /// The place of the word.
    pub span: Span,
    /// How many facts have it in a text, do not refer to what is named so, and pass
    /// all other conditions.
    pub count: u64,
}

/// The names of a query that facts have in their texts, too. Those in braces are
/// of other facts, and not counted.
pub(crate) fn counted(
    evaluator: &Evaluator<'_>,
    query: &Query,
    within: &RoaringBitmap,
) -> Result<Vec<NameInTexts>, ExecError> {
    let mut told = Vec::new();
    for word in &query.names {
        let (own, rest): (Vec<_>, Vec<_>) =
            query.filter.conjuncts().into_iter().partition(|(filter, _)| contains(filter, &word.name));
        if own.is_empty() {
            continue;
        }
        let mut found = evaluator.evaluate(&word.text, within)?.definite;
        found -= evaluator.evaluate(&word.name, &found)?.definite;
        let rest: Vec<&Filter> = rest.into_iter().map(|(filter, _)| filter).collect();
        for filter in cheapest_first(evaluator, rest, found.len(), |filter| *filter) {
            if found.is_empty() {
                break;
            }
            found = evaluator.evaluate(filter, &found)?.definite;
        }
        if !found.is_empty() {
            told.push(NameInTexts { span: word.span, count: found.len() });
        }
    }
    Ok(told)
}

/// Whether a condition is, or contains, the one that a word was read as.
fn contains(filter: &Filter, name: &Filter) -> bool {
    match filter {
        Filter::And(parts) | Filter::Or(parts) => parts.iter().any(|part| contains(&part.filter, name)),
        Filter::Not(inner) | Filter::Maybe(inner) => contains(inner, name),
        other => other == name,
    }
}
