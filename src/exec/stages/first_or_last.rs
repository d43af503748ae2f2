//! The stages `first` and `last`: of each group of facts those that come first or
//! last, in the order of the sort before or else of their dates.

use std::sync::Arc;

use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;

use crate::exec::ExecError;
use crate::exec::filter::fact_values::Reader;
use crate::exec::rows::rowset::Rowset;
use crate::exec::stages::count::each_combination;
use crate::exec::stages::fact_rows::FactSet;
use crate::exec::stages::imprecise_order::{Spread, rivals, spread};
use crate::model::{Cell, FieldKind};
use crate::plan::{FactDomain, FactValue, FirstOrLast, OrderKey, RecordValue, RowValue};

/// Where a row stands: numbers that grow the way that is asked.
type Place = (i64, i64);

/// The facts that come first, or last, in their group.
pub(crate) struct Extremes {
    pub documents: RoaringBitmap,
    /// How many others might still come before them, or after them.
    pub rivals: u64,
    /// What facts lack that is gone by, and how many of them each.
    pub lacking: Vec<(Arc<str>, u64)>,
}

/// Where rows stand, and what is gone by.
struct Places {
    /// The place of each row; none if it lacks something.
    of_rows: Vec<Option<Place>>,
    /// Between what the first key of each row lies, if it is a date or a length.
    spreads: Vec<Option<Spread>>,
    lacking: Vec<(Arc<str>, u64)>,
}

/// Of each combination of values the facts that come first, with all that stand
/// at the same place.
pub(crate) fn extremes(facts: &FactSet, stage: &FirstOrLast) -> Result<Extremes, ExecError> {
    let keys = stage.by.iter().map(|value| facts.key(value)).collect::<Result<Vec<_>, _>>()?;
    let Places { of_rows, spreads, lacking } =
        if facts.keys.is_empty() { by_date(facts, stage.last)? } else { by_sort(facts, stage)? };
    let of_row = |row: usize| of_rows.get(row).copied().flatten();
    let spread = |row: usize| spreads.get(row).copied().flatten();

    let mut best: FxHashMap<usize, (Place, usize)> = FxHashMap::default();
    each_combination(&keys, of_rows.len(), &facts.context.cancel, &mut |row, group| {
        if let Some(place) = of_row(row) {
            let best = best.entry(group).or_insert((place, row));
            if place < best.0 {
                *best = (place, row);
            }
        }
    })?;
    let documents: Vec<u32> = facts.documents.iter().collect();
    let (mut kept, mut rivals) = (RoaringBitmap::new(), RoaringBitmap::new());
    each_combination(&keys, of_rows.len(), &facts.context.cancel, &mut |row, group| {
        let (Some(document), Some(place)) = (documents.get(row), of_row(row)) else { return };
        let Some((best, row_of_best)) = best.get(&group) else { return };
        if place == *best {
            kept.insert(*document);
        } else if let (Some(Spread { early, .. }), Some(Spread { late, .. })) = (spread(row), spread(*row_of_best))
            && early < late
        {
            rivals.insert(*document);
        }
    })?;
    Ok(Extremes { rivals: (rivals - &kept).len(), documents: kept, lacking })
}

/// By dates: the one that is over first.
fn by_date(facts: &FactSet, last: bool) -> Result<Places, ExecError> {
    let date = "date";
    let (codes, cells) = read(facts, &RowValue::field(date))?;
    let place = |cell: &Cell| {
        let date = cell.as_date()?;
        let (early, late) = (i64::from(date.earliest().number()), i64::from(date.latest().number()));
        Some(if last { (-early, -late) } else { (late, early) })
    };
    let places: Vec<Option<Place>> = cells.iter().map(place).collect();
    let spreads: Vec<Option<Spread>> = cells.iter().map(|cell| spread(cell, last)).collect();
    let of_rows = rows_of(&codes, &places);
    let without = of_rows.iter().filter(|place| place.is_none()).count() as u64;
    let lacking = if without > 0 { vec![(date.into(), without)] } else { Vec::new() };
    Ok(Places { spreads: rows_of(&codes, &spreads), of_rows, lacking })
}

/// In the order of a sort.
fn by_sort(facts: &FactSet, stage: &FirstOrLast) -> Result<Places, ExecError> {
    let ranks = facts.key_ranks()?;
    let place = |(rank, complete): (&u64, &bool)| {
        // The same order among numbers with a sign; all bits turned are the other way round.
        let rank = rank.cast_signed() ^ i64::MIN;
        complete.then_some((if stage.last { !rank } else { rank }, 0))
    };
    let of_rows = ranks.of_rows.iter().zip(&ranks.complete).map(place).collect();
    let spreads = match facts.keys.first() {
        Some(key) => {
            let (codes, cells) = read(facts, &key.value)?;
            let spreads: Vec<_> = cells.iter().map(|cell| spread(cell, key.descending != stage.last)).collect();
            rows_of(&codes, &spreads)
        }
        None => Vec::new(),
    };
    let lacking = stage.sorted_by.iter().cloned().zip(ranks.lacking).filter(|(_, rows)| *rows > 0).collect();
    Ok(Places { of_rows, spreads, lacking })
}

/// How many facts that a cut leaves out might still come before those that it keeps.
pub(crate) fn rivals_of_first(facts: &FactSet, first: &RoaringBitmap) -> Result<u64, ExecError> {
    let is_exact = |key: &&OrderKey<FactDomain>| match &key.value {
        RowValue::Own(FactValue::Record(RecordValue::Field(field))) => {
            facts.context.view.schema().field(field).is_some_and(|field| field.kind != FieldKind::Date)
        }
        _ => false,
    };
    // The values need not be read once more where none can be imprecise.
    let Some(key) = facts.keys.first().filter(|key| !is_exact(key)) else { return Ok(0) };
    let (codes, cells) = read(facts, &key.value)?;
    let spreads: Vec<_> = cells.iter().map(|cell| spread(cell, key.descending)).collect();
    let rows = rows_of(&codes, &spreads);
    Ok(rivals(facts.documents.iter().map(|document| first.contains(document)).zip(rows)))
}

/// The codes of the rows, and the cells of the codes that there are.
fn read(facts: &FactSet, value: &RowValue<FactDomain>) -> Result<(Vec<usize>, Vec<Cell>), ExecError> {
    let mut reader = Reader::new(&facts.context, value);
    let codes = reader.read(&facts.documents)?;
    let pool = reader.pool();
    let (cells, lists) = pool.sizes();
    let codes = codes.into_iter().map(|code| pool.place(code)).collect();
    Ok((codes, (0..cells + lists).map(|place| pool.cell(pool.at(place))).collect()))
}

fn rows_of<T: Copy>(codes: &[usize], of_codes: &[Option<T>]) -> Vec<Option<T>> {
    codes.iter().map(|code| of_codes.get(*code).copied().flatten()).collect()
}
