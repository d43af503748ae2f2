//! Facts that pass all other conditions and lack a value that `same` asks for: what
//! is missing is shared with none.

use std::sync::Arc;

use roaring::RoaringBitmap;

use crate::exec::ExecError;
use crate::exec::filter::fact_values::Reader;
use crate::exec::filter::facts::Evaluator;
use crate::exec::filter::other_facts::is_imprecise;
use crate::exec::rows::date_buckets::IMPRECISE;
use crate::exec::stages::asked::add_missing;
use crate::model::Cell;
use crate::plan::{FactValue, Filter, OtherFacts, Part, RecordTest, RowValue, Shared};
use crate::syntax::Span;

/// The values that some facts lack, and how many of them each.
pub(crate) fn unshared(
    evaluator: &Evaluator<'_>,
    filter: &Filter,
    within: &RoaringBitmap,
) -> Result<Vec<(Arc<str>, u64)>, ExecError> {
    let whole = [Part { filter: filter.clone(), span: Span::default() }];
    let parts = if let Filter::And(parts) = filter { parts.as_slice() } else { &whole };
    let mut missing = Vec::new();
    for (place, part) in parts.iter().enumerate() {
        let Some(values) = shared_values(&part.filter) else { continue };
        let others = parts.iter().enumerate().filter(|(other, _)| *other != place);
        let rest = Filter::And(others.map(|(_, part)| part.clone()).collect());
        let facts = evaluator.evaluate(&rest, within)?.definite;
        for value in values {
            let lacking = lacking(evaluator, value, &facts)?;
            if lacking > 0 {
                add_missing(&mut missing, &value.path().into(), lacking);
            }
        }
    }
    Ok(missing)
}

/// The values that other facts must share for a condition to hold.
fn shared_values(filter: &Filter) -> Option<&[FactValue]> {
    match filter {
        Filter::Test(
            RecordTest::Other(OtherFacts { shared: Shared::Values(values), .. })
            | RecordTest::Relative { other: OtherFacts { shared: Shared::Values(values), .. }, .. },
        ) => Some(values),
        Filter::Maybe(inner) => shared_values(inner),
        _ => None,
    }
}

/// How many of some facts lack a value, or have one that may be any of several.
fn lacking(evaluator: &Evaluator<'_>, value: &FactValue, facts: &RoaringBitmap) -> Result<u64, ExecError> {
    let mut reader = Reader::new(evaluator.context(), &RowValue::Own(value.clone()));
    let codes = reader.read(facts)?;
    let is_bucket = reader.part().is_some();
    let lacks = |code: &&u32| match reader.pool().cell(**code) {
        Cell::Missing => true,
        Cell::Text(text) => is_bucket && *text == *IMPRECISE,
        cell => is_imprecise(&cell),
    };
    Ok(codes.iter().filter(lacks).count() as u64)
}
