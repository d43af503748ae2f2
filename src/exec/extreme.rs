//! The stages `first` and `last`: of each group of facts those with the first
//! or the last date. It looks at bounds of days alone.

use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;

use super::ExecError;
use super::count::combinations;
use super::order::FactSet;
use super::rowset::Rowset;
use super::values::Reader;
use crate::model::Cell;
use crate::plan::Value;

/// The bounds of a date as numbers that grow the way that is asked: for the
/// last the days are counted backwards.
type Bounds = (i64, i64);

/// The facts that come first, or last, in their group.
pub(super) struct Extremes {
    pub documents: RoaringBitmap,
    /// How many others might still come before them, or after them.
    pub rivals: u64,
}

/// Of each combination of values the facts whose date is over first, with all
/// that have the same bounds; those without a date only where no fact has one.
pub(super) fn extremes(facts: &FactSet, last: bool, by: &[Value]) -> Result<Extremes, ExecError> {
    let keys = by.iter().map(|value| facts.key(value)).collect::<Result<Vec<_>, _>>()?;
    let mut dates = Reader::new(&facts.view, &facts.cancel, &Value::Field("date".into()));
    let codes = dates.read(&facts.documents)?;
    let pool = dates.pool();
    let bounds: Vec<Option<Bounds>> = {
        let (cells, lists) = pool.sizes();
        (0..cells + lists).map(|place| bounds(&pool.cell(pool.at(place)), last)).collect()
    };
    let of_row = |row: usize| codes.get(row).and_then(|code| *bounds.get(pool.place(*code))?);

    let mut groups: FxHashMap<Vec<u32>, u32> = FxHashMap::default();
    let mut best: Vec<Option<Bounds>> = Vec::new();
    let mut members: Vec<(u32, u32)> = Vec::with_capacity(codes.len());
    for row in 0..codes.len() {
        if row % (1 << 16) == 0 {
            facts.cancel.check()?;
        }
        let found = of_row(row);
        for combination in combinations(&keys, row) {
            let next = u32::try_from(best.len()).expect("fewer groups than codes");
            let group = *groups.entry(combination).or_insert(next);
            if group == next {
                best.push(None);
            }
            members.push((u32::try_from(row).expect("fewer than 2^32 documents"), group));
            if let Some(slot) = best.get_mut(group as usize)
                && let Some((early, late)) = found
                && slot.is_none_or(|(first, until)| (late, early) < (until, first))
            {
                *slot = Some((early, late));
            }
        }
    }
    let documents: Vec<u32> = facts.documents.iter().collect();
    let (mut kept, mut rivals) = (RoaringBitmap::new(), RoaringBitmap::new());
    for (row, group) in members {
        let Some(document) = documents.get(row as usize) else { continue };
        let best = best.get(group as usize).copied().flatten();
        let found = of_row(row as usize);
        if found == best {
            kept.insert(*document);
        } else if let (Some((early, _)), Some((_, late))) = (found, best)
            && early < late
        {
            rivals.insert(*document);
        }
    }
    Ok(Extremes { rivals: (rivals - &kept).len(), documents: kept })
}

fn bounds(cell: &Cell, last: bool) -> Option<Bounds> {
    let date = cell.as_date()?;
    let (early, late) = (i64::from(date.earliest().number()), i64::from(date.latest().number()));
    Some(if last { (-late, -early) } else { (early, late) })
}
