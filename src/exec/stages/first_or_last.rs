//! The stages `first` and `last`: of each group of facts those with the first
//! or the last date. It looks at bounds of days alone.

use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;

use crate::exec::ExecError;
use crate::exec::filter::fact_values::Reader;
use crate::exec::rows::rowset::Rowset;
use crate::exec::stages::count::each_combination;
use crate::exec::stages::fact_rows::FactSet;
use crate::model::Cell;
use crate::plan::{FactDomain, RowValue};

/// The bounds of a date as numbers that grow the way that is asked: for the
/// last the days are counted backwards.
type Bounds = (i64, i64);

/// The facts that come first, or last, in their group.
pub(crate) struct Extremes {
    pub documents: RoaringBitmap,
    /// How many others might still come before them, or after them.
    pub rivals: u64,
}

/// Of each combination of values the facts whose date is over first, with all
/// that have the same bounds; those without a date only where no fact has one.
pub(crate) fn extremes(facts: &FactSet, last: bool, by: &[RowValue<FactDomain>]) -> Result<Extremes, ExecError> {
    let keys = by.iter().map(|value| facts.key(value)).collect::<Result<Vec<_>, _>>()?;
    let mut dates = Reader::new(&facts.context, &RowValue::field("date"));
    let codes = dates.read(&facts.documents)?;
    let pool = dates.pool();
    let bounds: Vec<Option<Bounds>> = {
        let (cells, lists) = pool.sizes();
        (0..cells + lists).map(|place| bounds(&pool.cell(pool.at(place)), last)).collect()
    };
    let of_row = |row: usize| codes.get(row).and_then(|code| *bounds.get(pool.place(*code))?);

    let mut best: FxHashMap<usize, Option<Bounds>> = FxHashMap::default();
    each_combination(&keys, codes.len(), &facts.context.cancel, &mut |row, group| {
        let best = best.entry(group).or_default();
        if let Some((early, late)) = of_row(row)
            && best.is_none_or(|(first, until)| (late, early) < (until, first))
        {
            *best = Some((early, late));
        }
    })?;
    let documents: Vec<u32> = facts.documents.iter().collect();
    let (mut kept, mut rivals) = (RoaringBitmap::new(), RoaringBitmap::new());
    each_combination(&keys, codes.len(), &facts.context.cancel, &mut |row, group| {
        let Some(document) = documents.get(row) else { return };
        let (found, best) = (of_row(row), best.get(&group).copied().flatten());
        if found == best {
            kept.insert(*document);
        } else if let (Some((early, _)), Some((_, late))) = (found, best)
            && early < late
        {
            rivals.insert(*document);
        }
    })?;
    Ok(Extremes { rivals: (rivals - &kept).len(), documents: kept })
}

fn bounds(cell: &Cell, last: bool) -> Option<Bounds> {
    let date = cell.as_date()?;
    let (early, late) = (i64::from(date.earliest().number()), i64::from(date.latest().number()));
    Some(if last { (-late, -early) } else { (early, late) })
}
