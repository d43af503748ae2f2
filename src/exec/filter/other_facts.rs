//! Other facts: for each row the facts that share something with it, and how
//! true a filter is of them. A join by columns, without a look at any record.

use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;

use crate::exec::ExecError;
use crate::exec::filter::fact_values::Reader;
use crate::exec::filter::facts::Evaluator;
use crate::exec::filter::related_dates::{Target, Targets};
use crate::exec::filter::sets::Sets;
use crate::exec::rows::date_buckets::IMPRECISE;
use crate::exec::rows::lists::Lists;
use crate::exec::rows::participants::{NOBODY, ParticipantColumn};
use crate::exec::rows::pool::{CellKey, MISSING};
use crate::index::Document;
use crate::model::vocabulary::Role;
use crate::model::{Cell, Date, Day, EntityNumber, Extent, Truth, Window};
use crate::plan::dates::Reach;
use crate::plan::{FactValue, Filter, OtherFacts, RowValue, Shared};
use crate::syntax::tree::Relation;

/// Of so many rows that one in so many is left, only what is near them is asked.
const NARROW: u64 = 16;

/// Rows, each with the facts that share something with it.
pub(crate) struct OtherFactsJoin<'a> {
    evaluator: &'a Evaluator<'a>,
    /// For each row its groups: all facts of one of them share what is asked.
    rows: Lists<u32>,
    /// For each row that is a fact its document, which is not one of its others.
    own: Option<Vec<Document>>,
    /// How many groups there are.
    count: usize,
    /// The facts of which the filter is not false.
    documents: RoaringBitmap,
    truths: Vec<Truth>,
    /// The groups of each of them.
    groups: Lists<u32>,
}

/// The truest fact of a group, and how true the filter is of the others.
#[derive(Clone, Copy)]
struct Best {
    document: Document,
    truth: Truth,
    rest: Truth,
}

impl<'a> OtherFactsJoin<'a> {
    /// The others of each of some facts, in the order of their documents.
    pub fn of_facts(
        evaluator: &'a Evaluator<'a>,
        other: &OtherFacts,
        within: &RoaringBitmap,
    ) -> Result<Self, ExecError> {
        let mut others = match &other.shared {
            Shared::Pair => Self::of_pairs(evaluator, &other.filter, within)?,
            Shared::Values(values) => Self::of_values(evaluator, values, &other.filter, within)?,
            Shared::Role(_) => return Err(ExecError::Misplaced("facts at an end of which they stand")),
        };
        others.own = Some(within.iter().collect());
        Ok(others)
    }

    /// For each of some entities the facts in which it stands at an end.
    pub fn of_entities(
        evaluator: &'a Evaluator<'a>,
        role: Role,
        filter: &Filter,
        entities: &[EntityNumber],
    ) -> Result<Self, ExecError> {
        let end = evaluator.end(role);
        let groups: FxHashMap<u32, u32> = entities.iter().map(|entity| entity.0).zip(0..).collect();
        let mut others = Self::empty(evaluator, entities.iter().map(|entity| groups.get(&entity.0).copied()));
        others.count = entities.len();
        let live = evaluator.view().live();
        let among = if entities.len() as u64 * NARROW < u64::from(evaluator.view().entities().bound()) {
            live & end.having(entities.iter().map(|entity| entity.0))?
        } else {
            live.clone()
        };
        others.fill(&evaluator.evaluate(filter, &among)?);
        for number in end.read(&others.documents)? {
            others.groups.push(groups.get(&number).copied());
        }
        Ok(others)
    }

    fn empty(evaluator: &'a Evaluator<'a>, rows: impl Iterator<Item = Option<u32>>) -> Self {
        let mut lists = Lists::default();
        rows.for_each(|group| lists.push(group));
        let (documents, truths) = (RoaringBitmap::new(), Vec::new());
        Self { evaluator, rows: lists, own: None, count: 0, documents, truths, groups: Lists::default() }
    }

    fn fill(&mut self, sets: &Sets) {
        self.truths = sets.truths().map(|(_, truth)| truth).collect();
        self.documents.clone_from(&sets.open);
    }

    fn of_pairs(evaluator: &'a Evaluator<'a>, filter: &Filter, within: &RoaringBitmap) -> Result<Self, ExecError> {
        let (subject, object) = (evaluator.end(Role::Subject), evaluator.end(Role::Object));
        let (subjects, objects) = (subject.read(within)?, object.read(within)?);
        let mut groups: FxHashMap<(u32, u32), u32> = FxHashMap::default();
        let mut next = 0..;
        let rows = subjects.iter().zip(&objects).map(|(subject, object)| {
            Some(*groups.entry((*subject, *object)).or_insert_with(|| next.next().unwrap_or_default()))
        });
        let mut others = Self::empty(evaluator, rows);
        others.count = groups.len();
        let mut among = evaluator.view().live().clone();
        if within.len() * NARROW < among.len() {
            for (end, numbers) in [(subject, subjects), (object, objects)] {
                among = near(end, numbers, among)?;
            }
        }
        others.fill(&evaluator.evaluate(filter, &among)?);
        let (subjects, objects) = (subject.read(&others.documents)?, object.read(&others.documents)?);
        for pair in subjects.into_iter().zip(objects) {
            others.groups.push(groups.get(&pair).copied());
        }
        Ok(others)
    }

    fn of_values(
        evaluator: &'a Evaluator<'a>,
        values: &[FactValue],
        filter: &Filter,
        within: &RoaringBitmap,
    ) -> Result<Self, ExecError> {
        let mut others = Self::empty(evaluator, std::iter::empty());
        others.fill(&evaluator.evaluate(filter, evaluator.view().live())?);
        let all = within | &others.documents;
        let columns = values.iter().map(|value| shareable(evaluator, value, &all)).collect::<Result<Vec<_>, _>>()?;
        // What several values share is numbered one value after the other.
        let mut numbers: FxHashMap<(u32, u32), u32> = FxHashMap::default();
        let mut rows = within.iter().peekable();
        for (place, document) in all.iter().enumerate() {
            if rows.next_if_eq(&document).is_some() {
                let mut groups = vec![0];
                for column in &columns {
                    let pairs = groups.iter().flat_map(|group| column.of(place).iter().map(move |one| (*group, *one)));
                    let pairs: Vec<(u32, u32)> = pairs.collect();
                    groups.clear();
                    for pair in pairs {
                        let next = u32::try_from(numbers.len() + 1).unwrap_or(u32::MAX);
                        groups.push(*numbers.entry(pair).or_insert(next));
                    }
                }
                others.rows.push(groups);
            }
        }
        let mut members = others.documents.iter().peekable();
        for (place, document) in all.iter().enumerate() {
            if place % 4096 == 0 {
                evaluator.cancel().check()?;
            }
            if members.next_if_eq(&document).is_some() {
                let mut groups = vec![0];
                for column in &columns {
                    let shared = |group| column.of(place).iter().map(move |one| (group, *one));
                    let pairs: Vec<(u32, u32)> = groups.iter().flat_map(|group| shared(*group)).collect();
                    groups = pairs.iter().filter_map(|pair| numbers.get(pair).copied()).collect();
                }
                // Two spellings of one value are one group, or a fact would be one of its own others.
                groups.sort_unstable();
                groups.dedup();
                others.groups.push(groups);
            }
        }
        others.count = numbers.len() + 1;
        Ok(others)
    }

    fn own(&self, row: usize) -> Option<Document> {
        self.own.as_ref().and_then(|own| own.get(row)).copied()
    }

    /// For each row the truth of the truest of its others.
    pub fn exist(&self) -> Vec<Truth> {
        let nobody = Best { document: 0, truth: Truth::False, rest: Truth::False };
        let mut best = vec![nobody; self.count];
        for ((document, truth), groups) in self.documents.iter().zip(&self.truths).zip(self.groups.iter()) {
            for group in groups {
                if let Some(best) = best.get_mut(*group as usize) {
                    best.add(document, *truth);
                }
            }
        }
        let truth = |(row, groups): (usize, &[u32])| {
            let own = self.own(row);
            let best = groups.iter().filter_map(|group| best.get(*group as usize));
            best.map(|best| best.except(own)).max().unwrap_or(Truth::False)
        };
        self.rows.iter().enumerate().map(truth).collect()
    }

    /// For each row, which has some dates, how true it is that one of them lies
    /// so to a date of one of its others.
    pub fn related(&self, dates: &Lists<Extent>, relation: Relation, to: &str) -> Result<Vec<Truth>, ExecError> {
        let mut targets = Vec::new();
        let mut members = self.documents.iter().zip(&self.truths).zip(self.groups.iter());
        self.each_date(to, &mut |reaches: &[Extent]| {
            let Some(((document, truth), groups)) = members.next() else {
                return;
            };
            for group in groups {
                let target = |reach| Target { group: *group, document, truth: *truth, reach };
                if reaches.is_empty() {
                    targets.push(target(None));
                }
                targets.extend(reaches.iter().map(|date| target(Some(Reach::new(relation, *date)))));
            }
        })?;
        self.evaluator.cancel().check()?;
        let targets = Targets::new(targets, self.count);
        let mut truths = Vec::with_capacity(self.rows.len());
        for (row, groups) in self.rows.iter().enumerate() {
            if row % 4096 == 0 {
                self.evaluator.cancel().check()?;
            }
            let best = |date| groups.iter().map(|group| targets.best(*group, self.own(row), date)).max();
            let truth = match dates.of(row) {
                [] => best(None),
                dates => dates.iter().filter_map(|date| best(Some(*date))).max(),
            };
            truths.push(truth.unwrap_or(Truth::False));
        }
        Ok(truths)
    }

    /// For each row the earliest date of those of its others of which the filter
    /// is definitely true. Where it is not known which of them was first, it is some
    /// day from the least of their first days to the least of their last ones.
    pub fn earliest(&self, field: &str) -> Result<Vec<Option<Date>>, ExecError> {
        let Some(view) = self.evaluator.view().field(field) else {
            return Ok(vec![None; self.rows.len()]);
        };
        let mut known: FxHashMap<u32, Option<Date>> = FxHashMap::default();
        let mut earliest: Vec<EarliestDates> = vec![EarliestDates::default(); self.count];
        let mut members = self.truths.iter().zip(self.groups.iter());
        view.each(&self.documents, &mut |document, ordinals| {
            let Some((_, groups)) = members.next().filter(|(truth, _)| truth.is_definite()) else { return };
            let dates = ordinals.iter().filter_map(|ordinal| {
                known.entry(*ordinal).or_insert_with(|| view.value(*ordinal).as_date().cloned()).clone()
            });
            let dates: Vec<Date> = dates.collect();
            for group in groups {
                if let Some(held) = earliest.get_mut(*group as usize) {
                    held.add(document, &dates);
                }
            }
        })?;
        let of_row = |(row, groups): (usize, &[u32])| {
            let own = self.own(row);
            let groups = || groups.iter().filter_map(|group| earliest.get(*group as usize));
            let first =
                groups().filter_map(|held| other_than(&held.by_first, own)).min_by_key(|date| by_first(date))?;
            let last = groups().filter_map(|held| other_than(&held.by_last, own)).map(Date::latest).min()?;
            if first.latest() == last {
                return Some(first.clone());
            }
            Date::from_window(Window::new(first.earliest(), last))
        };
        Ok(self.rows.iter().enumerate().map(of_row).collect())
    }

    /// Visits the dates that the others have in a field, in their order.
    fn each_date(&self, field: &str, visit: &mut dyn FnMut(&[Extent])) -> Result<(), ExecError> {
        let Some(view) = self.evaluator.view().field(field) else {
            self.documents.iter().for_each(|_| visit(&[]));
            return Ok(());
        };
        let mut known: FxHashMap<u32, Option<Extent>> = FxHashMap::default();
        let mut dates = Vec::new();
        view.each(&self.documents, &mut |_, ordinals| {
            dates.clear();
            dates.extend(ordinals.iter().filter_map(|ordinal| {
                *known.entry(*ordinal).or_insert_with(|| view.value(*ordinal).as_date().map(Date::extent))
            }));
            visit(&dates);
        })?;
        Ok(())
    }
}

/// The least dates of a group, each of two facts: one of them may be the row itself.
#[derive(Clone, Default)]
struct EarliestDates {
    by_first: [Option<(Date, Document)>; 2],
    by_last: [Option<(Date, Document)>; 2],
}

impl EarliestDates {
    fn add(&mut self, document: Document, dates: &[Date]) {
        keep_least(&mut self.by_first, document, dates, by_first);
        keep_least(&mut self.by_last, document, dates, by_last);
    }
}

fn keep_least(
    held: &mut [Option<(Date, Document)>; 2],
    document: Document,
    dates: &[Date],
    key: fn(&Date) -> (Day, Day),
) {
    let Some(date) = dates.iter().min_by_key(|date| key(date)) else { return };
    let precedes = |held: &Option<(Date, Document)>| held.as_ref().is_none_or(|(held, _)| key(date) < key(held));
    let [least, next] = held;
    if precedes(least) {
        *next = least.replace((date.clone(), document));
    } else if precedes(next) {
        *next = Some((date.clone(), document));
    }
}

/// The least date that is not one of a row itself.
fn other_than(held: &[Option<(Date, Document)>; 2], own: Option<Document>) -> Option<&Date> {
    held.iter().flatten().find(|(_, document)| Some(*document) != own).map(|(date, _)| date)
}

fn by_first(date: &Date) -> (Day, Day) {
    (date.earliest(), date.latest())
}

fn by_last(date: &Date) -> (Day, Day) {
    (date.latest(), date.earliest())
}

impl Best {
    fn add(&mut self, document: Document, truth: Truth) {
        if truth > self.truth {
            *self = Self { document, truth, rest: self.truth };
        } else {
            self.rest = self.rest.max(truth);
        }
    }

    /// The truth of the truest that is not one document.
    fn except(self, own: Option<Document>) -> Truth {
        if Some(self.document) == own { self.rest } else { self.truth }
    }
}

/// Those of some documents in which one of some stands at an end.
fn near(end: &ParticipantColumn, mut numbers: Vec<u32>, among: RoaringBitmap) -> Result<RoaringBitmap, ExecError> {
    numbers.sort_unstable();
    numbers.dedup();
    // Nobody is found by no name.
    if numbers.last() == Some(&NOBODY) {
        return Ok(among);
    }
    Ok(among & end.having(numbers)?)
}

/// Those of some facts that have what others must share.
pub(crate) fn sharing(
    evaluator: &Evaluator<'_>,
    shared: &Shared,
    documents: &RoaringBitmap,
) -> Result<RoaringBitmap, ExecError> {
    let mut able = documents.clone();
    let Shared::Values(values) = shared else { return Ok(able) };
    for value in values {
        let shared = shareable(evaluator, value, documents)?;
        let has = documents.iter().zip(shared.iter()).filter(|(_, values)| !values.is_empty());
        able &= has.map(|(document, _)| document).collect::<RoaringBitmap>();
    }
    Ok(able)
}

/// A value of each of some documents, as numbers that are equal where it is shared.
fn shareable(evaluator: &Evaluator<'_>, value: &FactValue, documents: &RoaringBitmap) -> Result<Lists<u32>, ExecError> {
    let mut reader = Reader::new(evaluator.context(), &RowValue::Own(value.clone()));
    let codes = reader.read(documents)?;
    let mut keys: FxHashMap<CellKey, u32> = FxHashMap::default();
    let is_bucket = reader.part().is_some();
    let mut number = |cell: &Cell| match cell {
        Cell::Missing => MISSING,
        Cell::Text(text) if is_bucket && **text == *IMPRECISE => MISSING,
        cell if is_imprecise(cell) => MISSING,
        cell => {
            let next = u32::try_from(keys.len() + 1).unwrap_or(u32::MAX);
            *keys.entry(CellKey::group(cell)).or_insert(next)
        }
    };
    let numbers: Vec<u32> = reader.pool().cells().iter().map(&mut number).collect();
    let mut shared = Lists::default();
    for code in codes {
        let several = reader.pool().members(&code).iter();
        let several = several.filter_map(|code| numbers.get(*code as usize).copied());
        let mut several: Vec<u32> = several.filter(|number| *number != MISSING).collect();
        // Two spellings are one value, and a fact is in a group once.
        several.sort_unstable();
        several.dedup();
        shared.push(several);
    }
    Ok(shared)
}

/// Whether a value is a date that is not one known day: of two such dates nobody
/// knows that they are the same.
pub(crate) fn is_imprecise(cell: &Cell) -> bool {
    cell.as_date().is_some_and(|date| date.earliest() != date.latest())
}

#[cfg(test)]
mod tests;
